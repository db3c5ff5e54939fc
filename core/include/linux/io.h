/* SPDX-License-Identifier: MIT */
/*
 * Registers: ioremap(), and the accesses of what it returns. They go to the
 * model that the test supplies, see <dmalab/registers.h>.
 *
 * A pointer of ioremap() has no memory behind it: a plain load or store of it
 * traps. An access that is no access of a register (outside, misaligned, after
 * iounmap(), where no model answers) is no crash, but a message, and counted by
 * dmalab_window_mistakes(); a read then gives all ones.
 *
 * Order: the model is called by readl() or writel(), in the same thread, and
 * what it reads of memory it reads then. So whatever the driver stored before a
 * writel() is visible to the device, as on Linux; and nothing more is checked:
 * the relaxed and raw forms order as much here, though less on real machines.
 */
#ifndef DMALAB_LINUX_IO_H
#define DMALAB_LINUX_IO_H

#include <linux/device.h>
#include <linux/ioport.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#ifndef __iomem
#define __iomem
#endif

/**
 * readb() - read a register of 8 bits
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 * Return: what the model says, in the CPU's order.
 */
u8 readb(const volatile void __iomem *addr);

/**
 * readw() - read a register of 16 bits
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 * Return: what the model says, in the CPU's order.
 */
u16 readw(const volatile void __iomem *addr);

/**
 * readl() - read a register of 32 bits
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 * Return: what the model says, in the CPU's order.
 */
u32 readl(const volatile void __iomem *addr);

/**
 * readq() - read a register of 64 bits
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 * Return: what the model says, in the CPU's order.
 */
u64 readq(const volatile void __iomem *addr);

/**
 * writeb() - write a register of 8 bits
 * @value: what to write
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 */
void writeb(u8 value, volatile void __iomem *addr);

/**
 * writew() - write a register of 16 bits
 * @value: what to write
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 */
void writew(u16 value, volatile void __iomem *addr);

/**
 * writel() - write a register of 32 bits
 * @value: what to write
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 */
void writel(u32 value, volatile void __iomem *addr);

/**
 * writeq() - write a register of 64 bits
 * @value: what to write
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 */
void writeq(u64 value, volatile void __iomem *addr);

/**
 * readb_relaxed() - readb() without its barrier
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 * Return: what the model says, in the CPU's order.
 */
u8 readb_relaxed(const volatile void __iomem *addr);

/**
 * readw_relaxed() - readw() without its barrier
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 * Return: what the model says, in the CPU's order.
 */
u16 readw_relaxed(const volatile void __iomem *addr);

/**
 * readl_relaxed() - readl() without its barrier
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 * Return: what the model says, in the CPU's order.
 */
u32 readl_relaxed(const volatile void __iomem *addr);

/**
 * readq_relaxed() - readq() without its barrier
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 * Return: what the model says, in the CPU's order.
 */
u64 readq_relaxed(const volatile void __iomem *addr);

/**
 * writeb_relaxed() - writeb() without its barrier
 * @value: what to write
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 */
void writeb_relaxed(u8 value, volatile void __iomem *addr);

/**
 * writew_relaxed() - writew() without its barrier
 * @value: what to write
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 */
void writew_relaxed(u16 value, volatile void __iomem *addr);

/**
 * writel_relaxed() - writel() without its barrier
 * @value: what to write
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 */
void writel_relaxed(u32 value, volatile void __iomem *addr);

/**
 * writeq_relaxed() - writeq() without its barrier
 * @value: what to write
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 */
void writeq_relaxed(u64 value, volatile void __iomem *addr);

/**
 * ioread8() - readb() of ports or memory
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 * Return: what the model says, in the CPU's order.
 */
u8 ioread8(const volatile void __iomem *addr);

/**
 * ioread16() - readw() of ports or memory
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 * Return: what the model says, in the CPU's order.
 */
u16 ioread16(const volatile void __iomem *addr);

/**
 * ioread32() - readl() of ports or memory
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 * Return: what the model says, in the CPU's order.
 */
u32 ioread32(const volatile void __iomem *addr);

/**
 * ioread64() - readq() of ports or memory
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 * Return: what the model says, in the CPU's order.
 */
u64 ioread64(const volatile void __iomem *addr);

/**
 * iowrite8() - writeb() to ports or memory
 * @value: what to write
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 */
void iowrite8(u8 value, volatile void __iomem *addr);

/**
 * iowrite16() - writew() to ports or memory
 * @value: what to write
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 */
void iowrite16(u16 value, volatile void __iomem *addr);

/**
 * iowrite32() - writel() to ports or memory
 * @value: what to write
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 */
void iowrite32(u32 value, volatile void __iomem *addr);

/**
 * iowrite64() - writeq() to ports or memory
 * @value: what to write
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 */
void iowrite64(u64 value, volatile void __iomem *addr);

/**
 * ioread16be() - read a register in big-endian order
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 * Return: what the model says, in the CPU's order.
 */
u16 ioread16be(const volatile void __iomem *addr);

/**
 * ioread32be() - read a register in big-endian order
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 * Return: what the model says, in the CPU's order.
 */
u32 ioread32be(const volatile void __iomem *addr);

/**
 * iowrite16be() - write a register in big-endian order
 * @value: what to write
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 */
void iowrite16be(u16 value, volatile void __iomem *addr);

/**
 * iowrite32be() - write a register in big-endian order
 * @value: what to write
 * @addr: in a mapping, aligned to the width
 *
 * Context: Any.
 */
void iowrite32be(u32 value, volatile void __iomem *addr);

/* Without order and barrier: the device's order is the CPU's here. */
#define __raw_readb(addr)         readb(addr)
#define __raw_readw(addr)         readw(addr)
#define __raw_readl(addr)         readl(addr)
#define __raw_readq(addr)         readq(addr)
#define __raw_writeb(value, addr) writeb(value, addr)
#define __raw_writew(value, addr) writew(value, addr)
#define __raw_writel(value, addr) writel(value, addr)
#define __raw_writeq(value, addr) writeq(value, addr)

/**
 * memcpy_fromio() - copy from registers or memory of a device
 * @to: memory of the driver; stored as by its own code
 * @from: in a mapping
 * @count: bytes
 *
 * In accesses of 4 bytes where both are aligned to that, else of 1.
 *
 * Context: Any.
 */
void memcpy_fromio(void *to, const volatile void __iomem *from, size_t count);

/**
 * memcpy_toio() - copy to registers or memory of a device
 * @to: in a mapping
 * @from: memory of the driver; loaded as by its own code
 * @count: bytes
 *
 * As memcpy_fromio().
 *
 * Context: Any.
 */
void memcpy_toio(volatile void __iomem *to, const void *from, size_t count);

/**
 * memset_io() - fill registers or memory of a device
 * @addr: in a mapping
 * @value: of each byte
 * @count: bytes
 *
 * As memcpy_toio().
 *
 * Context: Any.
 */
void memset_io(volatile void __iomem *addr, int value, size_t count);

/**
 * ioremap() - map registers
 * @phys: physical address, in a window of the current machine
 * @size: bytes, all in that window
 *
 * Context: May sleep.
 * Return: the pointer, to be unmapped with iounmap(); NULL, after a message,
 * when there is no such window.
 */
void __iomem *ioremap(phys_addr_t phys, size_t size);

/* How the CPU caches registers makes no difference here. */
#define ioremap_wc(phys, size) ioremap(phys, size)
#define ioremap_wt(phys, size) ioremap(phys, size)
#define ioremap_uc(phys, size) ioremap(phys, size)
#define ioremap_np(phys, size) ioremap(phys, size)

/**
 * iounmap() - end a mapping of ioremap()
 * @addr: what that returned, or anything in the window; NULL: nothing
 *
 * Context: May sleep.
 */
void iounmap(volatile void __iomem *addr);

/**
 * devm_ioremap() - ioremap() that goes with the device
 * @dev: whose driver maps it
 * @phys: as for ioremap()
 * @size: as there
 *
 * Context: May sleep.
 * Return: as there; NULL also without memory.
 * Checks: "no-device".
 */
void __iomem *devm_ioremap(struct device *dev, resource_size_t phys,
			   resource_size_t size);

#define devm_ioremap_wc(dev, phys, size) devm_ioremap(dev, phys, size)
#define devm_ioremap_uc(dev, phys, size) devm_ioremap(dev, phys, size)

/**
 * devm_iounmap() - end a mapping of devm_ioremap() early
 * @dev: whose it is
 * @addr: what that returned
 *
 * Context: May sleep.
 */
void devm_iounmap(struct device *dev, void __iomem *addr);

/**
 * devm_ioremap_resource() - request and map a resource
 * @dev: whose driver maps it; it goes with the device
 * @res: of the kind IORESOURCE_MEM
 *
 * Context: May sleep.
 * Return: the pointer; an error pointer: -EINVAL for no resource or another
 * kind, -EBUSY for one that was requested already, -ENOMEM when there is no
 * window there or no memory.
 * Checks: "no-device".
 */
void __iomem *devm_ioremap_resource(struct device *dev,
				    const struct resource *res);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
