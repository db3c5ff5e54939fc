/* SPDX-License-Identifier: MIT */
/* The PCI bus. */
#include "bus/pci.h"
#include "base/sized.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_IRQ 64u

static struct pci_driver *driver_of(const struct device_driver *drv)
{
	return (struct pci_driver *)((char *)drv - offsetof(struct pci_driver, driver));
}

static bool is(u32 wanted, u32 there)
{
	return wanted == (u32)PCI_ANY_ID || wanted == there;
}

static const struct pci_device_id *match_id(const struct pci_device_id *id,
					    const struct pci_dev *pdev)
{
	for (; id->vendor || id->subvendor || id->class_mask; id++)
		if (is(id->vendor, pdev->vendor) && is(id->device, pdev->device) &&
		    is(id->subvendor, pdev->subsystem_vendor) &&
		    is(id->subdevice, pdev->subsystem_device) &&
		    !((id->class ^ pdev->class) & id->class_mask))
			return id;
	return NULL;
}

static int match(struct device *dev, struct device_driver *drv)
{
	return match_id(driver_of(drv)->id_table, to_pci_dev(dev)) != NULL;
}

/* What dev.dma_mask points to is the device's, as in the kernel. */
static void let_go(struct pci_dev *pdev, const char *function)
{
	struct call call = { function, site_of((const void *)driver_of(pdev->dev.driver)->probe) };

	dlab_pci_let_go(pdev->dmalab, &call);
}

static int probe(struct device *dev)
{
	const struct pci_driver *drv = driver_of(dev->driver);
	struct pci_dev *pdev = to_pci_dev(dev);
	int err = drv->probe(pdev, match_id(drv->id_table, pdev));

	if (err)
		let_go(pdev, "probe()");
	return err;
}

static void remove_device(struct device *dev)
{
	const struct pci_driver *drv = driver_of(dev->driver);

	if (drv->remove)
		drv->remove(to_pci_dev(dev));
	let_go(to_pci_dev(dev), "remove()");
}

static const struct bus_type pci_bus = {
	.name = "pci", .match = match, .probe = probe, .remove = remove_device,
};

int pci_register_driver(struct pci_driver *drv)
{
	if (!drv->probe || !drv->id_table)
		return -EINVAL;
	drv->driver.name = drv->name;
	return dlab_driver_register(&drv->driver, &pci_bus, &THIS_CALL);
}

void pci_unregister_driver(struct pci_driver *drv)
{
	dlab_driver_unregister(&drv->driver, &THIS_CALL);
}

/* ---------------------------------------------------------------- devices */

static struct dmalab_pci *make(const struct dmalab_pci_template *t)
{
	static unsigned next_irq = FIRST_IRQ;
	struct dmalab_pci *p = calloc(1, sizeof(*p));
	struct pci_dev *pdev;

	if (!p)
		return NULL;
	pdev = &p->pdev;
	pdev->dmalab = p;
	pdev->vendor = t->vendor;
	pdev->device = t->device;
	pdev->subsystem_vendor = t->subsystem_vendor;
	pdev->subsystem_device = t->subsystem_device;
	pdev->class = t->class_code;
	pdev->revision = t->revision;
	pdev->dev.bus = &pci_bus;
	for (unsigned i = 0; i < PCI_STD_NUM_BARS; i++)
		if (t->bar_size[i])
			pdev->resource[i] = (struct resource){
				.start = t->bar[i], .end = t->bar[i] + t->bar_size[i] - 1,
				.flags = IORESOURCE_MEM,
			};
	p->nr_vectors = t->nr_vectors;
	p->line = __atomic_fetch_add(&next_irq, 1 + t->nr_vectors, __ATOMIC_RELAXED);
	pdev->irq = p->line;
	dlab_pci_config_init(p, t);
	return p;
}

struct pci_dev *dmalab_pci_device_new(struct dmalab_machine *machine,
				      const struct dmalab_pci_template *template_)
{
	static unsigned next_slot = 1;
	struct dmalab_pci_template t = { 0 };
	struct call call = THIS_CALL;
	struct dmalab_pci *p;
	char name[32];

	if (template_)
		memcpy(&t, template_, sized_common(template_->size, sizeof(t), sizeof(t)));
	if (!machine || !template_ || t.config_size > CONFIG_SIZE) {
		errno = EINVAL;
		return NULL;
	}
	p = make(&t);
	if (p) {
		p->pdev.devfn = __atomic_fetch_add(&next_slot, 1, __ATOMIC_RELAXED) % 32 << 3;
		snprintf(name, sizeof(name), "0000:00:%02x.0", p->pdev.devfn >> 3);
		p->pdev.dma_mask = 0xffffffffull;
		p->pdev.dev.dma_mask = &p->pdev.dma_mask;
		if (!dlab_bus_add(&p->seat, machine, &p->pdev.dev, t.name ? t.name : name, &call))
			return &p->pdev;
	}
	free(p);
	errno = ENOMEM;
	return NULL;
}

void dmalab_pci_device_free(struct pci_dev *pdev)
{
	if (!pdev)
		return;
	dlab_bus_remove(&pdev->dmalab->seat, &THIS_CALL);
	free(pdev->dmalab);
}
