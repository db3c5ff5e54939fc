/* SPDX-License-Identifier: MIT */
/* kmalloc() whose memory goes with the device. */
#include "lab/devres.h"
#include "mm/mm.h"
#include "base/probe.h"

#include <linux/slab.h>

/* The driver lets go of the device. */
static void release_object(struct device *dev, void *object)
{
	struct dmalab_machine *lab = dev->dmalab->machine;
	struct mm_free free = {
		.call = dev->dmalab->unbind, .ptr = object, .kind = MM_DEVM, .dev = dev,
	};

	lab_lock(lab);
	dlab_mm_release(lab, &free, dev);
	lab_unlock(lab);
}

const struct device *dlab_devm_forget(struct dmalab_machine *lab, const void *p)
{
	for (struct dmalab_device *d = lab->devices; d; d = d->next)
		if (dlab_devres_remove(d, release_object, NULL, p))
			return d->dev;
	return NULL;
}

static void *allocate(struct device *dev, size_t size, gfp_t gfp, const struct call *call)
{
	struct dmalab_device *d = lab_enter(dev, call);
	struct mm_object o;
	void *p;

	if (!d)
		return NULL;
	p = size ? dlab_slab_alloc(d->machine, NULL, size, gfp, call) : ZERO_SIZE_PTR;
	if (!p)
		dlab_name_failure(d->machine, call);
	if (!ZERO_OR_NULL_PTR(p)) {
		dlab_slab_set_size(d->machine, p, size | SLAB_DEVM);
		if (dlab_devres_add(d, release_object, p)) {
			o = dlab_mm_find(d->machine, p);
			dlab_mm_give_back(d->machine, &o);
			p = NULL;
		}
	}
	lab_leave(d);
	return p;
}

static void *allocate_array(struct device *dev, size_t n, size_t size, gfp_t gfp,
			    const struct call *call)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	RECORD_AS("devm_kmalloc", "=dzG", dev, bytes, gfp);
	return record_memory(allocate(dev, bytes, gfp, call), bytes, NULL);
}

void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp)
{
	RECORD("=dzG", dev, size, gfp);
	return record_memory(allocate(dev, size, gfp, &THIS_CALL), size, NULL);
}

void *devm_kzalloc(struct device *dev, size_t size, gfp_t gfp)
{
	RECORD_AS("devm_kmalloc", "=dzG", dev, size, gfp | __GFP_ZERO);
	return record_memory(allocate(dev, size, gfp | __GFP_ZERO, &THIS_CALL), size, NULL);
}

void *devm_kmalloc_array(struct device *dev, size_t n, size_t size, gfp_t gfp)
{
	return allocate_array(dev, n, size, gfp, &THIS_CALL);
}

void *devm_kcalloc(struct device *dev, size_t n, size_t size, gfp_t gfp)
{
	return allocate_array(dev, n, size, gfp | __GFP_ZERO, &THIS_CALL);
}

void devm_kfree(struct device *dev, const void *p)
{
	struct call call = THIS_CALL;
	struct mm_free free = { .call = &call, .ptr = p, .kind = MM_DEVM, .dev = dev };
	struct dmalab_device *d;

	RECORD("dp", dev, p);
	if (ZERO_OR_NULL_PTR(p))
		return;
	d = lab_enter(dev, &call);
	if (!d)
		return;
	dlab_mm_release(d->machine, &free, NULL);
	lab_leave(d);
}
