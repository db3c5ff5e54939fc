/* SPDX-License-Identifier: MIT */
/* What a device can address; after kernel/dma/mapping.c and direct.c. */
#include "dma/direct.h"
#include "dma/pool.h"
#include "base/probe.h"

#include <errno.h>

static u64 last_dma_address(const struct dmalab_device *d)
{
	const struct machine *hw = &d->machine->hw;
	dma_addr_t last = bus_from_phys(&d->window, offset_to_phys(hw, hw->ram_size - 1));

	return last == NO_DMA ? d->window.dma + d->window.size - 1 : last;
}

/* Any mask of 32 bits will do; a narrower one must reach the DMA zone, or all there is. */
static bool supported(const struct dmalab_device *d, u64 mask)
{
	const struct machine *hw = &d->machine->hw;
	const struct bank *bank = &hw->bank[ZONE_DMA];
	phys_addr_t last = bank->nr ? bank->phys + page_offset(bank->nr) - 1 :
				      offset_to_phys(hw, hw->ram_size - 1);

	/* An IOMMU has addresses for any mask. */
	if (hw->profile->translation == TRANSLATE_IOMMU)
		return true;
	/* What the bus does not show has the highest address there is. */
	return mask >= DMA_BIT_MASK(32) || mask >= bus_from_phys(&d->window, last);
}

static bool mask_ok(struct device *dev, u64 mask, const struct call *call)
{
	struct dmalab_device *d = lab_enter(dev, call);
	bool ok;

	if (!d)
		return false;
	ok = supported(d, mask);
	lab_leave(d);
	return ok;
}

static int set_mask(struct device *dev, u64 mask, const struct call *call)
{
	if (!mask_ok(dev, mask, call) || !dev->dma_mask)
		return -EIO;
	*dev->dma_mask = mask;
	if (recording())
		dlab_probe->state(dev);
	return 0;
}

static int set_coherent_mask(struct device *dev, u64 mask, const struct call *call)
{
	if (!mask_ok(dev, mask, call))
		return -EIO;
	dev->coherent_dma_mask = mask;
	if (recording())
		dlab_probe->state(dev);
	return 0;
}

int dma_set_mask(struct device *dev, u64 mask)
{
	RECORD("dm", dev, mask);
	return set_mask(dev, mask, &THIS_CALL);
}

int dma_set_coherent_mask(struct device *dev, u64 mask)
{
	RECORD("dm", dev, mask);
	return set_coherent_mask(dev, mask, &THIS_CALL);
}

int dma_set_mask_and_coherent(struct device *dev, u64 mask)
{
	int err;

	RECORD("dm", dev, mask);
	err = set_mask(dev, mask, &THIS_CALL);
	return err ? err : set_coherent_mask(dev, mask, &THIS_CALL);
}

int dma_coerce_mask_and_coherent(struct device *dev, u64 mask)
{
	int err;

	RECORD_AS("dma_set_mask_and_coherent", "dm", dev, mask);
	if (lab_knows(dev))
		dev->dma_mask = &dev->coherent_dma_mask;
	err = set_mask(dev, mask, &THIS_CALL);
	return err ? err : set_coherent_mask(dev, mask, &THIS_CALL);
}

u64 dma_get_mask(struct device *dev)
{
	if (dev && dev->dma_mask && *dev->dma_mask)
		return *dev->dma_mask;
	return DMA_BIT_MASK(32);
}

static u64 required_mask(const struct dmalab_device *d)
{
	if (d->machine->hw.profile->translation == TRANSLATE_IOMMU)
		return DMA_BIT_MASK(32);
	return (1ull << (63 - __builtin_clzll(last_dma_address(d) | 1))) * 2 - 1;
}

u64 dma_get_required_mask(struct device *dev)
{
	struct dmalab_device *d = lab_enter(dev, &THIS_CALL);
	u64 mask;

	if (!d)
		return 0;
	mask = required_mask(d);
	lab_leave(d);
	return mask;
}

/* Does the bus show all of RAM? */
static bool all_ram_visible(const struct dmalab_device *d)
{
	const struct machine *hw = &d->machine->hw;

	if (hw->profile->translation == TRANSLATE_IOMMU)
		return true;
	for (int z = 0; z < NR_ZONES; z++) {
		const struct bank *bank = &hw->bank[z];

		if (bank->nr && (bus_from_phys(&d->window, bank->phys) == NO_DMA ||
				 bus_from_phys(&d->window, bank->last) == NO_DMA))
			return false;
	}
	return true;
}

bool dma_addressing_limited(struct device *dev)
{
	struct dmalab_device *d = lab_enter(dev, &THIS_CALL);
	bool limited;

	if (!d)
		return false;
	limited = min_not_zero(dma_get_mask(dev), dev->bus_dma_limit) < required_mask(d) ||
		  (d->machine->hw.profile->translation != TRANSLATE_IOMMU && !all_ram_visible(d));
	lab_leave(d);
	return limited;
}

int dma_get_cache_alignment(void)
{
	struct dmalab_machine *lab = dlab_current();

	return lab ? (int)lab->hw.profile->dma_align : 1;
}

static bool has_memory(const struct dmalab_device *d)
{
	return d->live || pools_have_memory(d->pools);
}

int dma_direct_set_offset(struct device *dev, phys_addr_t cpu_start, dma_addr_t dma_start,
			  u64 size)
{
	struct dmalab_device *d;
	int err = 0;

	RECORD("dhaz", dev, cpu_start, dma_start, size);
	d = lab_enter(dev, &THIS_CALL);
	if (!d)
		return -EINVAL;
	if (d->window.size || has_memory(d) || !size || cpu_start + size - 1 < cpu_start ||
	    dma_start + size - 1 < dma_start)
		err = -EINVAL;
	else if (cpu_start != dma_start)
		d->window = (struct bus_window){
			cpu_start, dma_start, size, d->window.own, d->window.own_size,
		};
	lab_leave(d);
	return err;
}
