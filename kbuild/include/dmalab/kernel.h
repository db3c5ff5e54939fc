/* SPDX-License-Identifier: MIT */
/*
 * A driver that was compiled with the kernel's own headers, under test: see
 * docs/kernel-drivers.md. dmalab-kbuild makes an object of the driver and of a
 * small kernel around it; a test that is linked with both plays the hardware.
 *
 * The driver runs in the thread that calls these functions, and only inside of
 * them. Interrupts, timers, work and polls happen in dmalab_kernel_run(), and
 * where the driver sleeps: nowhere else, so that a run is the same each time.
 *
 * Context: All functions are of one thread. A model's read and write are called
 * while the driver runs, and may call dmalab_kernel_irq() and the laboratory's
 * dmalab_device_read() and dmalab_device_write(), nothing else of these.
 */
#ifndef DMALAB_KERNEL_H
#define DMALAB_KERNEL_H

#include <dmalab.h>

#ifdef __cplusplus
extern "C" {
#endif

struct dmalab_kernel_dev;

/**
 * struct dmalab_kernel_bar - a window of registers
 * @size: bytes; 0: the device has no such window
 * @read: what a load of @width bytes (1, 2, 4, 8) at @offset returns
 * @write: a store
 *
 * @ports: it is one of I/O ports, of at most 256 bytes, for inb() and outb();
 *	else one of memory
 *
 * A window without @read reads as all ones, one without @write ignores stores.
 */
struct dmalab_kernel_bar {
	size_t size;
	uint64_t (*read)(void *context, uint64_t offset, unsigned width);
	void (*write)(void *context, uint64_t offset, unsigned width,
		      uint64_t value);
	bool ports;
};

/**
 * struct dmalab_kernel_pci - a PCI device
 * @size: sizeof(struct dmalab_kernel_pci)
 * @context: given to all functions here
 * @receive: gets each frame that the driver hands to the network stack, with
 *	its Ethernet header; NULL: nobody does
 * @bar: its windows, by number
 * @class_code: as in configuration space: 0x020000 is an Ethernet controller
 * @vendor: with @device, what the driver is chosen by
 * @device: see there
 * @subvendor: of the board
 * @subdevice: of the board
 * @revision: of the chip
 */
struct dmalab_kernel_pci {
	size_t size;
	void *context;
	void (*receive)(void *context, const uint8_t *frame, size_t len);
	struct dmalab_kernel_bar bar[6];
	uint32_t class_code;
	uint16_t vendor, device, subvendor, subdevice;
	uint8_t revision;
};

/**
 * dmalab_kernel_start() - load the module
 * @machine: the current machine, whose memory the driver gets
 *
 * Return: what the module's init function returned: 0, or -errno.
 */
int dmalab_kernel_start(struct dmalab_machine *machine);

/**
 * dmalab_kernel_set_param() - set a parameter of the module
 * @name: as module_param() has it
 * @value: for an int, unsigned, long, short, byte or bool
 *
 * To be called before dmalab_kernel_start(). It stays set.
 *
 * Return: 0; -ENOENT when the module has no such parameter, or one of another
 * kind.
 */
int dmalab_kernel_set_param(const char *name, long value);

/**
 * dmalab_kernel_stop() - unload the module
 *
 * Afterwards it can be started again, on another machine.
 */
void dmalab_kernel_stop(void);

/**
 * dmalab_kernel_plug() - plug in a device, and have its driver probe it
 * @what: is copied
 * @dev: receives the device, before the probe; NULL again when that fails
 *
 * Return: 0; -ENODEV when no driver has its ID; what the probe returned.
 */
int dmalab_kernel_plug(const struct dmalab_kernel_pci *what,
		       struct dmalab_kernel_dev **dev);

/**
 * dmalab_kernel_unplug() - have the driver removed, and pull the device out
 * @dev: NULL: nothing
 *
 * Checks: "leak", of what is still mapped or allocated.
 */
void dmalab_kernel_unplug(struct dmalab_kernel_dev *dev);

/**
 * dmalab_kernel_device() - the laboratory's side of it
 * @dev: the device
 *
 * Return: for dmalab_device_read() and dmalab_device_write().
 */
struct device *dmalab_kernel_device(struct dmalab_kernel_dev *dev);

/**
 * dmalab_kernel_irq() - raise the device's interrupt
 * @dev: the device
 *
 * The driver's handler runs once, when interrupts can happen next.
 */
void dmalab_kernel_irq(struct dmalab_kernel_dev *dev);

/**
 * dmalab_kernel_run() - let time pass
 * @ms: milliseconds of simulated time; 0: only what is due now
 */
void dmalab_kernel_run(unsigned ms);

/**
 * dmalab_kernel_warnings() - how often the driver's WARN() was hit
 *
 * Return: the number, since the program began.
 */
unsigned long dmalab_kernel_warnings(void);

/**
 * dmalab_kernel_net_open() - ip link set up
 * @dev: the device
 *
 * Return: 0; -ENODEV without a network interface; the driver's error.
 */
int dmalab_kernel_net_open(struct dmalab_kernel_dev *dev);

/**
 * dmalab_kernel_net_close() - ip link set down
 * @dev: the device
 *
 * Return: 0; -ENODEV.
 */
int dmalab_kernel_net_close(struct dmalab_kernel_dev *dev);

/**
 * dmalab_kernel_net_send() - send a frame
 * @dev: the device
 * @frame: with its Ethernet header
 * @len: bytes
 * @linear: so many of them are in the first part of the packet, the rest, up
 *	to 4096, in a page of its own; @len: all
 *
 * Return: 0; -EBUSY when the interface is down, has no link, or its queue is
 * stopped; -EINVAL when @linear is less than a header or more than @len, or the
 * driver takes no packets of parts; -ENODEV.
 */
int dmalab_kernel_net_send(struct dmalab_kernel_dev *dev, const void *frame,
			   size_t len, size_t linear);

/**
 * dmalab_kernel_net_timeout() - the watchdog finds that a frame is not sent
 * @dev: the device
 *
 * Return: 0; -ENODEV when the driver has no such function.
 */
int dmalab_kernel_net_timeout(struct dmalab_kernel_dev *dev);

#ifdef __cplusplus
}
#endif
#endif
