// SPDX-License-Identifier: MIT
/* The model's devices, and their masks. */
#include "inside.h"

void model_shape_device(struct model *m, int device, const struct setup *s)
{
	bool odd = device % 2;

	m->device[device] = (struct model_device){
		.life = m->device[device].life,
		.snoops = m->is && (machine_is_coherent(m) || (odd && s->snooping)),
		.own_mask = DMA_BIT_MASK(32),
		.coherent_mask = DMA_BIT_MASK(32),
		.mask = MASK_OWN,
		.window = odd && s->window ? WINDOW_SIZE : 0,
	};
}

void model_new_device(struct model *m, int device, const struct setup *s)
{
	static unsigned lives;

	m->device[device].life = ++lives;
	model_shape_device(m, device, s);
}

/* The wires, not the kernel's word. */
bool model_snoops(const struct model *m, int device)
{
	const struct model_device *d = &m->device[device];

	return d->is_wired ? d->wired : d->snoops;
}

void model_set_snooping(struct model *m, const struct call *c, struct expect *e)
{
	if (!is_device(m, c->device)) {
		expect(e, "no-device");
	} else if (!machine_is_coherent(m)) {
		m->device[c->device].is_wired = true;
		m->device[c->device].wired = c->number;
	}
}

static u64 *mask_of(struct model_device *d)
{
	return d->mask == MASK_NULL ? NULL :
	       d->mask == MASK_IS_COHERENT ? &d->coherent_mask : &d->own_mask;
}

/* 32 bits do always; fewer must reach the low memory, or all there is, as the bus has it. */
static bool mask_is_good(const struct model *m, const struct model_device *d, u64 mask)
{
	u64 low_end = model_ram_to_phys(m, model_bank_left(m, 0) - 1);

	/* An IOMMU has addresses for any. */
	if (mask >= DMA_BIT_MASK(32) || machine_translates(m))
		return true;
	if (d->window && low_end - WINDOW_CPU >= d->window)
		return false;
	return mask >= (d->window ? low_end - WINDOW_CPU + WINDOW_DMA : low_end);
}

void model_set_masks(struct model *m, const struct call *c, const struct outcome *o,
		     struct expect *e)
{
	struct model_device *d = is_device(m, c->device) ? &m->device[c->device] : NULL;
	bool streaming = c->kind != SET_COHERENT_MASK, coherent = c->kind != SET_MASK;
	bool good;

	if (!d) {
		expect(e, "no-device");
		if (o->result != -EIO)
			e->wrong = "-EIO, since there is no device";
		return;
	}
	if (c->kind == COERCE_MASKS)
		d->mask = MASK_IS_COHERENT;
	good = mask_is_good(m, d, c->mask) && !(streaming && d->mask == MASK_NULL);
	if (good && streaming)
		*mask_of(d) = c->mask;
	if (good && coherent)
		d->coherent_mask = c->mask;
	if (o->result != (good ? 0 : -EIO))
		e->wrong = good ? "0, the mask is good" : "-EIO";
}

void model_poke(struct model *m, const struct call *c)
{
	struct model_device *d = &m->device[c->device];

	switch (c->kind) {
	case POKE_MASK:
		if (mask_of(d))
			*mask_of(d) = c->mask;
		break;
	case POKE_MASK_POINTER:
		d->mask = MASK_NULL;
		break;
	case POKE_COHERENT_MASK:
		d->coherent_mask = c->mask;
		break;
	case POKE_LIMIT:
		d->limit = c->mask;
		break;
	case SET_MAX_SEGMENT:
		d->max_segment = (unsigned)c->mask;
		break;
	case SET_BOUNDARY:
		d->boundary = c->mask;
		break;
	default:
		d->min_align = (unsigned)c->mask;
	}
}

void model_free_device(struct model *m, const struct call *c, struct expect *e)
{
	if (c->device == DEVICE_NULL)
		return;
	if (!is_device(m, c->device)) {
		expect(e, "no-device");
		return;
	}
	model_device_gone(m, c->device, e);
}
