/* SPDX-License-Identifier: MIT */
/* The platform bus. */
#include "base/sized.h"
#include "bus/bus.h"
#include "io/resource.h"

#include <errno.h>
#include <linux/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A device, and what only the bus knows of it. */
struct board_device {
	struct platform_device pdev;   /* first */
	struct seat seat;
	char *compatible;
	char name[64];
	struct resource resource[];
};

static struct platform_driver *driver_of(const struct device_driver *drv)
{
	return (struct platform_driver *)((char *)drv - offsetof(struct platform_driver, driver));
}

/* ---------------------------------------------------------------- the bus */

static const struct platform_device_id *match_id(const struct platform_device_id *id,
						 const char *name)
{
	for (; id && id->name[0]; id++)
		if (strcmp(id->name, name) == 0)
			return id;
	return NULL;
}

static bool match_tree(const struct of_device_id *id, const char *compatible)
{
	for (; compatible && id && id->compatible[0]; id++)
		if (strcmp(id->compatible, compatible) == 0)
			return true;
	return false;
}

static int match(struct device *dev, struct device_driver *drv)
{
	struct platform_device *pdev = to_platform_device(dev);
	const struct platform_driver *pdrv = driver_of(drv);

	if (match_tree(drv->of_match_table, ((struct board_device *)pdev)->compatible))
		return true;
	if (!pdrv->id_table)
		return drv->name && strcmp(drv->name, pdev->name) == 0;
	pdev->id_entry = match_id(pdrv->id_table, pdev->name);
	return pdev->id_entry != NULL;
}

static int probe(struct device *dev)
{
	return driver_of(dev->driver)->probe(to_platform_device(dev));
}

static void remove_device(struct device *dev)
{
	const struct platform_driver *drv = driver_of(dev->driver);

	if (drv->remove)
		drv->remove(to_platform_device(dev));
	else if (drv->remove_new)
		drv->remove_new(to_platform_device(dev));
}

static const struct bus_type platform_bus = {
	.name = "platform", .match = match, .probe = probe, .remove = remove_device,
};

int platform_driver_register(struct platform_driver *drv)
{
	if (!drv->probe)
		return -EINVAL;
	return dlab_driver_register(&drv->driver, &platform_bus, &THIS_CALL);
}

void platform_driver_unregister(struct platform_driver *drv)
{
	dlab_driver_unregister(&drv->driver, &THIS_CALL);
}

/* ---------------------------------------------------------------- devices */

static void free_device(struct board_device *b)
{
	free((char *)b->pdev.name);
	free(b->compatible);
	free(b);
}

static struct board_device *make(const struct dmalab_platform_template *t)
{
	const char *name = t->name ? t->name : "device";
	struct board_device *b = calloc(1, sizeof(*b) + t->num_resources * sizeof(b->resource[0]));

	if (!b)
		return NULL;
	b->pdev.name = strdup(name);
	b->compatible = t->compatible ? strdup(t->compatible) : NULL;
	if (!b->pdev.name || (t->compatible && !b->compatible)) {
		free_device(b);
		return NULL;
	}
	if (t->id >= 0)
		snprintf(b->name, sizeof(b->name), "%s.%d", name, t->id);
	else
		snprintf(b->name, sizeof(b->name), "%s", name);
	b->pdev.id = t->id;
	b->pdev.num_resources = t->num_resources;
	b->pdev.resource = b->resource;
	if (t->num_resources)
		memcpy(b->resource, t->resource, t->num_resources * sizeof(b->resource[0]));
	b->pdev.dev.bus = &platform_bus;
	b->pdev.dev.platform_data = t->platform_data;
	return b;
}

struct platform_device *dmalab_platform_device_new(struct dmalab_machine *machine,
						   const struct dmalab_platform_template *template_)
{
	struct dmalab_platform_template t = { 0 };
	struct call call = THIS_CALL;
	struct board_device *b;

	if (!machine || !template_) {
		errno = EINVAL;
		return NULL;
	}
	memcpy(&t, template_, sized_common(template_->size, sizeof(t), sizeof(t)));
	b = make(&t);
	if (b && !dlab_bus_add(&b->seat, machine, &b->pdev.dev, b->name, &call))
		return &b->pdev;
	if (b)
		free_device(b);
	errno = ENOMEM;
	return NULL;
}

void dmalab_platform_device_free(struct platform_device *pdev)
{
	struct board_device *b = (struct board_device *)pdev;

	if (!b)
		return;
	dlab_bus_remove(&b->seat, &THIS_CALL);
	free_device(b);
}

/* -------------------------------------------------------------- resources */

struct resource *platform_get_resource(struct platform_device *pdev, unsigned int type,
				       unsigned int num)
{
	for (u32 i = 0; i < pdev->num_resources; i++)
		if (resource_type(&pdev->resource[i]) == type && num-- == 0)
			return &pdev->resource[i];
	return NULL;
}

struct resource *platform_get_resource_byname(struct platform_device *pdev, unsigned int type,
					      const char *name)
{
	for (u32 i = 0; i < pdev->num_resources; i++) {
		struct resource *res = &pdev->resource[i];

		if (resource_type(res) == type && res->name && strcmp(res->name, name) == 0)
			return res;
	}
	return NULL;
}

int platform_get_irq_optional(struct platform_device *pdev, unsigned int num)
{
	const struct resource *res = platform_get_resource(pdev, IORESOURCE_IRQ, num);

	return res ? (int)res->start : -ENXIO;
}

int platform_get_irq(struct platform_device *pdev, unsigned int num)
{
	int irq = platform_get_irq_optional(pdev, num);

	if (irq < 0)
		fprintf(stderr, "%s: IRQ index %u not found\n", dev_name(&pdev->dev), num);
	return irq;
}

int platform_get_irq_byname(struct platform_device *pdev, const char *name)
{
	const struct resource *res = platform_get_resource_byname(pdev, IORESOURCE_IRQ, name);

	if (res)
		return (int)res->start;
	fprintf(stderr, "%s: IRQ %s not found\n", dev_name(&pdev->dev), name);
	return -ENXIO;
}

void __iomem *devm_platform_get_and_ioremap_resource(struct platform_device *pdev,
						     unsigned int index, struct resource **res)
{
	struct resource *r = platform_get_resource(pdev, IORESOURCE_MEM, index);

	if (res)
		*res = r;
	return dlab_remap_resource(&pdev->dev, r, &THIS_CALL);
}

void __iomem *devm_platform_ioremap_resource(struct platform_device *pdev, unsigned int index)
{
	return dlab_remap_resource(&pdev->dev, platform_get_resource(pdev, IORESOURCE_MEM, index),
				   &THIS_CALL);
}

void __iomem *devm_platform_ioremap_resource_byname(struct platform_device *pdev, const char *name)
{
	return dlab_remap_resource(&pdev->dev,
				   platform_get_resource_byname(pdev, IORESOURCE_MEM, name),
				   &THIS_CALL);
}
