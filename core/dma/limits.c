/* SPDX-License-Identifier: MIT */
/*
 * What a device's mappings may look like: how long, cut where, aligned how. The
 * getters of struct device_dma_parameters are in the header, and look at nothing else.
 */
#include "dma/direct.h"
#include "base/probe.h"

/* Is it a device of the laboratory? Reports "no-device" if not. */
static bool is_ours(struct device *dev, const struct call *call)
{
	struct dmalab_device *d = lab_enter(dev, call);

	if (!d)
		return false;
	lab_leave(d);
	return true;
}

static struct device_dma_parameters *parms_of(struct device *dev, const struct call *call)
{
	return is_ours(dev, call) ? dev->dma_parms : NULL;
}

void dma_set_max_seg_size(struct device *dev, unsigned int size)
{
	struct device_dma_parameters *parms;

	RECORD("dz", dev, size);
	parms = parms_of(dev, &THIS_CALL);
	if (parms)
		parms->max_segment_size = size;
}

void dma_set_seg_boundary(struct device *dev, unsigned long mask)
{
	struct device_dma_parameters *parms;

	RECORD("dz", dev, mask);
	parms = parms_of(dev, &THIS_CALL);
	if (parms)
		parms->segment_boundary_mask = mask;
}

void dma_set_min_align_mask(struct device *dev, unsigned int min_align_mask)
{
	struct device_dma_parameters *parms;

	RECORD("dz", dev, min_align_mask);
	parms = parms_of(dev, &THIS_CALL);
	if (parms)
		parms->min_align_mask = min_align_mask;
}

static enum translation translation_of(const struct device *dev)
{
	return dev->dmalab->machine->hw.profile->translation;
}

static size_t max_mapping_size(struct device *dev, const struct call *call)
{
	if (!is_ours(dev, call))
		return 0;
	if (translation_of(dev) == TRANSLATE_BOUNCE)
		return dlab_swiotlb_max(dma_get_min_align_mask(dev));
	return SIZE_MAX;
}

size_t dma_max_mapping_size(struct device *dev)
{
	return max_mapping_size(dev, &THIS_CALL);
}

/* Behind an IOMMU: the longest addresses that are kept for the next mapping. */
size_t dma_opt_mapping_size(struct device *dev)
{
	size_t max = max_mapping_size(dev, &THIS_CALL);

	if (max && translation_of(dev) == TRANSLATE_IOMMU)
		return PAGE_SIZE << (IOVA_ORDERS - 1);
	return max;
}

unsigned long dma_get_merge_boundary(struct device *dev)
{
	if (!is_ours(dev, &THIS_CALL))
		return 0;
	return translation_of(dev) == TRANSLATE_IOMMU ? PAGE_SIZE - 1 : 0;
}

bool dma_pci_p2pdma_supported(struct device *dev)
{
	is_ours(dev, &THIS_CALL);
	return false;
}

bool dma_coherent_ok(struct device *dev, phys_addr_t phys, size_t size)
{
	struct dmalab_device *d = lab_enter(dev, &THIS_CALL);
	dma_addr_t dma, last;
	u64 limit;

	if (!d)
		return false;
	dma = bus_from_phys(&d->window, phys);
	lab_leave(d);
	limit = min_not_zero(dev->coherent_dma_mask, dev->bus_dma_limit);
	last = dma + size - 1;
	/* What runs off the end of all addresses is nowhere. */
	return dma != NO_DMA && last <= limit && (last >= dma || !size);
}

bool dma_dev_need_sync(struct device *dev)
{
	return is_ours(dev, &THIS_CALL);
}

bool dma_need_unmap(struct device *dev)
{
	return is_ours(dev, &THIS_CALL);
}
