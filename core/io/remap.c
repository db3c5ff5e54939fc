/* SPDX-License-Identifier: MIT */
/* ioremap(), by itself and with the device. */
#include "io/resource.h"
#include "io/window.h"
#include "lab/devres.h"

#include <errno.h>
#include <linux/err.h>
#include <linux/io.h>

void __iomem *ioremap(phys_addr_t phys, size_t size)
{
	return dlab_window_map(phys, size, &THIS_CALL);
}

void iounmap(volatile void __iomem *addr)
{
	if (addr)
		dlab_window_unmap(addr, &THIS_CALL);
}

static void release_mapping(struct device *dev, void *addr)
{
	dlab_window_unmap(addr, dev->dmalab->unbind);
}

void __iomem *dlab_remap_managed(struct device *dev, resource_size_t phys, resource_size_t size,
				 const struct call *call)
{
	void __iomem *p;
	struct dmalab_device *d;
	int err;

	if (!lab_device(dev)) {
		dlab_no_device(dev, call);
		return NULL;
	}
	p = dlab_window_map(phys, size, call);
	if (!p)
		return NULL;
	d = lab_enter(dev, call);
	err = d ? dlab_devres_add(d, release_mapping, p) : -ENODEV;
	if (d)
		lab_leave(d);
	if (!err)
		return p;
	dlab_window_unmap(p, call);
	return NULL;
}

void __iomem *devm_ioremap(struct device *dev, resource_size_t phys, resource_size_t size)
{
	return dlab_remap_managed(dev, phys, size, &THIS_CALL);
}

void devm_iounmap(struct device *dev, void __iomem *addr)
{
	struct call call = THIS_CALL;
	struct dmalab_device *d = lab_enter(dev, &call);
	bool found;

	if (!d)
		return;
	found = dlab_devres_remove(d, release_mapping, NULL, addr);
	lab_leave(d);
	if (found)
		dlab_window_unmap(addr, &call);
	else
		dlab_window_mistake(d->machine, &call, "%p was not mapped by devm_ioremap() for %s",
				    addr, dev_name(dev));
}

void __iomem *dlab_remap_resource(struct device *dev, const struct resource *res,
				  const struct call *call)
{
	void __iomem *p;

	if (!res || resource_type(res) != IORESOURCE_MEM) {
		dlab_window_mistake(NULL, call, "%s: see what the test put into the device",
				    res ? "the resource is no IORESOURCE_MEM" : "no such resource");
		return (void __iomem *)ERR_PTR(-EINVAL);
	}
	if (!dlab_claim_managed(dev, res->start, resource_size(res), res->name, call))
		return (void __iomem *)ERR_PTR(-EBUSY);
	p = dlab_remap_managed(dev, res->start, resource_size(res), call);
	return p ? p : (void __iomem *)ERR_PTR(-ENOMEM);
}

void __iomem *devm_ioremap_resource(struct device *dev, const struct resource *res)
{
	return dlab_remap_resource(dev, res, &THIS_CALL);
}
