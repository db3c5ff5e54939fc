// SPDX-License-Identifier: MIT
/*
 * Sonics Silicon Backplane, of Broadcom's chips: a bus in a PCI device. The bench has one core on
 * it, the Ethernet one, whose registers are the first window of the PCI device. In the kernel such a
 * core is a device of its own; here it is the PCI device, as far as struct device goes.
 */
#include <linux/io.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/ssb/ssb.h>

#include "side.h"

#define REVISION 7

struct bridge {
	struct ssb_bus bus;
	struct ssb_device core;
	bool enabled;
	const struct ssb_driver *driver;
};

static const struct ssb_driver *driver; /* that was registered last */

static struct bridge *bridge_of(const struct ssb_device *core)
{
	return container_of(core, struct bridge, core);
}

#define ACCESS(bits)                                                                    \
	static u##bits read##bits(struct ssb_device *core, u16 offset)                  \
	{                                                                               \
		return ioread##bits(core->bus->mmio + offset);                          \
	}                                                                               \
	static void write##bits(struct ssb_device *core, u16 offset, u##bits value)     \
	{                                                                               \
		iowrite##bits(value, core->bus->mmio + offset);                         \
	}

ACCESS(8)
ACCESS(16)
ACCESS(32)

static const struct ssb_bus_ops ops = {
	read8, read16, read32, write8, write16, write32,
};

static void set_up(struct bridge *bridge, struct pci_dev *pdev)
{
	static const u8 address[] = { 2, 0, 0, 0, 0, 1 };

	bridge->bus.bustype = SSB_BUSTYPE_PCI;
	bridge->bus.host_pci = pdev;
	memcpy(bridge->bus.sprom.et0mac, address, sizeof(address));
	bridge->core.ops = &ops;
	bridge->core.bus = &bridge->bus;
	bridge->core.dev = bridge->core.dma_dev = &pdev->dev;
	bridge->core.irq = pdev->irq;
	bridge->core.id = (struct ssb_device_id)SSB_DEVICE(SSB_VENDOR_BROADCOM, SSB_DEV_ETHERNET, REVISION);
}

static int probe_core(struct bridge *bridge)
{
	const struct ssb_device_id *id = driver ? driver->id_table : NULL;

	for (; id && id->vendor; id++)
		if (id->vendor == bridge->core.id.vendor && id->coreid == bridge->core.id.coreid &&
		    (id->revision == SSB_ANY_REV || id->revision == REVISION))
			return driver->probe(&bridge->core, id);
	return -ENODEV;
}

/* The driver's own data is in the device as well: ours is found by a list of its own. */
static struct bridge *bridges[16];

static int probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct bridge *bridge = kzalloc(sizeof(*bridge), GFP_KERNEL);
	int error = -ENOMEM;

	if (!bridge)
		return error;
	set_up(bridge, pdev);
	bridge->bus.mmio = pci_iomap(pdev, 0, 0);
	if (bridge->bus.mmio)
		error = probe_core(bridge);
	if (!error) {
		bridge->driver = driver;
		bridges[PCI_SLOT(pdev->devfn) % ARRAY_SIZE(bridges)] = bridge;
		return 0;
	}
	if (bridge->bus.mmio)
		pci_iounmap(pdev, bridge->bus.mmio);
	kfree(bridge);
	return error;
}

static void remove(struct pci_dev *pdev)
{
	struct bridge *bridge = bridges[PCI_SLOT(pdev->devfn) % ARRAY_SIZE(bridges)];

	bridge->driver->remove(&bridge->core);
	pci_iounmap(pdev, bridge->bus.mmio);
	kfree(bridge);
}

/* ------------------------------------------------- what drivers ask of it */

int ssb_pcihost_register(struct pci_driver *pci)
{
	pci->probe = probe;
	pci->remove = remove;
	return pci_register_driver(pci);
}

int __ssb_driver_register(struct ssb_driver *ssb, struct module *owner)
{
	driver = ssb;
	return 0;
}

void ssb_driver_unregister(struct ssb_driver *ssb)
{
	driver = NULL;
}

int ssb_bus_powerup(struct ssb_bus *bus, bool dynamic)
{
	return 0;
}

int ssb_bus_may_powerdown(struct ssb_bus *bus)
{
	return 0;
}

u32 ssb_clockspeed(struct ssb_bus *bus)
{
	return 62500000;
}

void ssb_device_enable(struct ssb_device *core, u32 flags)
{
	bridge_of(core)->enabled = true;
}

void ssb_device_disable(struct ssb_device *core, u32 flags)
{
	bridge_of(core)->enabled = false;
}

int ssb_device_is_enabled(struct ssb_device *core)
{
	return bridge_of(core)->enabled;
}

u32 ssb_dma_translation(struct ssb_device *core)
{
	return SSB_PCI_DMA;
}

int ssb_pcicore_dev_irqvecs_enable(struct ssb_pcicore *pc, struct ssb_device *core)
{
	return 0;
}
