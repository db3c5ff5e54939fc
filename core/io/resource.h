/* SPDX-License-Identifier: MIT */
#ifndef DMALAB_IO_RESOURCE_H
#define DMALAB_IO_RESOURCE_H

#include <linux/types.h>

struct call;
struct device;
struct dmalab_machine;
struct resource;

/* devm_request_mem_region(), on behalf of @call. */
struct resource *dlab_claim_managed(struct device *dev, resource_size_t start, resource_size_t n,
				    const char *name, const struct call *call);

/* devm_ioremap() and devm_ioremap_resource(), likewise. */
void *dlab_remap_managed(struct device *dev, resource_size_t phys, resource_size_t size,
			 const struct call *call);
void *dlab_remap_resource(struct device *dev, const struct resource *res, const struct call *call);

/* Whatever of @lab is requested is so no more. */
void dlab_requests_exit(const struct dmalab_machine *lab);

#endif
