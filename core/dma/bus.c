/* SPDX-License-Identifier: MIT */
/* What devices do on the bus: to find what an address leads to, and to use it. */
#include "dma/astray.h"
#include "dma/translate.h"
#include "io/window.h"
#include "base/probe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct access {
	struct dmalab_device *d;
	const struct call *call;
	dma_addr_t dma;
	size_t len;
	u64 place;      /* on the bus, or NO_OFFSET */
	u8 *in;         /* a load into this, or */
	const u8 *out;  /* a store from this */
	bool to_registers;     /* it reached what is no RAM, */
	phys_addr_t registers; /* which is there */
};

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool is_forbidden(const struct access *a, const struct region *r)
{
	return region_is_owned(r) && r->dir == (a->out ? DMA_TO_DEVICE : DMA_FROM_DEVICE);
}

/*
 * Entries of one list that meet on the bus are one piece to the device. Returns the
 * one that goes on where @r ends, or NULL.
 */
static struct region *next_entry(const struct region *r)
{
	u64 end = r->place + r->size;
	struct region *next = r->group_next;

	if (likely(next && next->place == end))
		return next;
	next = r->group->first;
	while (next && next->place != end)
		next = next->group_next;
	return next;
}

/* Is all of the access in @r, or in it and the entries of its list that follow? */
static bool holds(const struct access *a, const struct region *r)
{
	size_t room = r->size - (a->place - r->place), rest = a->len;

	if (likely(region_holds(r, a->place, a->len)))
		return true;
	if (!r->group)
		return false;
	while (rest > room) {
		rest -= room;
		r = next_entry(r);
		if (!r)
			return false;
		room = r->size;
	}
	return true;
}

/* Does the CPU own some of it? @r holds() it. */
static bool is_cpu_owned(const struct access *a, const struct region *r)
{
	size_t first = a->place - r->place, rest = a->len;

	while (unlikely(rest > r->size - first)) {
		if (dlab_own_find(r, first, r->size - first, false).bytes)
			return true;
		rest -= r->size - first;
		r = next_entry(r);
		first = 0;
	}
	return dlab_own_find(r, first, rest, false).bytes;
}

/* 3: @r allows what the device is about to do; 2: it holds the range; 1: its start. */
static int fit(const struct region *r, const void *arg)
{
	const struct access *a = arg;

	if (r->dev != a->d->dev || !region_holds(r, a->place, 1))
		return 0;
	if (!holds(a, r))
		return 1;
	if (!region_is_owned(r))
		return 3;
	return is_forbidden(a, r) || is_cpu_owned(a, r) ? 2 : 3;
}

/* It begins in @r and runs off the end, also that of the entries of its list that follow. */
static cold void report_overrun(const struct access *a, struct finding *f, const struct region *r)
{
	size_t room = dlab_astray_room(r, a->place);
	const struct region *next = r;
	struct run behind;
	char text[96];

	while (next->group && (next = next_entry(next)))
		room += next->size;
	behind = dlab_astray_behind(r, a->place, a->len, room);
	f->region = r;
	f->first = behind.first;
	f->last = behind.last;
	f->bytes = behind.bytes;
	f->detail = text;
	snprintf(text, sizeof(text), "it starts inside and runs off the end: %zu bytes, of the %zu that are left there",
		 a->len, room);
	dlab_judge_report(&a->d->machine->judge, f);
}

/* The device may not go there. @r: what it ran off the end of, or NULL. */
static cold void report_astray(const struct access *a, const struct region *r)
{
	struct finding f = {
		.check = CHECK_DEVICE_OUT_OF_BOUNDS, .call = a->call, .dev = a->d->dev,
		.dma = a->dma, .size = a->len,
	};
	struct astray there;

	if (r) {
		report_overrun(a, &f, r);
		return;
	}
	dlab_astray_look(&there, a->d, a->dma, a->place);
	if (there.was_there)
		f.check = CHECK_DEVICE_USE_AFTER_UNMAP;
	f.region = there.region;
	f.detail = there.detail;
	dlab_judge_report(&a->d->machine->judge, &f);
}

/* Where the access begins, if all of it may be reached; or NULL, after a report. */
static struct region *find_way(const struct access *a)
{
	struct ledger *l = &a->d->machine->judge.ledger;
	struct region *r = NULL;
	int how = 0;

	if (a->place != NO_OFFSET)
		r = ledger_find(l, a->place, fit, a, &how);
	if (likely(how > 1))
		return r;
	report_astray(a, r);
	return NULL;
}

/* What is no RAM at @dma, for once the machine is unlocked. */
static cold phys_addr_t resource_at(const struct access *a)
{
	const struct dmalab_device *d = a->d;
	const struct bus_window *w = &d->window;

	if (d->machine->hw.profile->translation == TRANSLATE_IOMMU)
		return dlab_iommu_translate(&d->machine->hw, a->dma, a->out ? IOMMU_WRITE : IOMMU_READ);
	return w->size && a->dma - w->dma < w->size ? a->dma - w->dma + w->cpu : a->dma;
}

/* The bytes themselves: @n of them from @done on, @first bytes into @r. */
static void transfer(struct access *a, struct region *r, size_t first, size_t done,
		     size_t n)
{
	struct machine *hw = &a->d->machine->hw;
	size_t data = route_data(r, first);

	if (a->out && region_has_memory(r))
		unwritten_store(&a->d->machine->judge.unwritten, r->offset + first, n);
	if (likely(data != NO_OFFSET)) {
		dlab_cache_move(hw, data, a->in ? a->in + done : NULL,
				a->out ? a->out + done : NULL, n, !device_snoops(a->d->dev));
	} else {
		a->to_registers = true;
		a->registers = resource_at(a);
	}
}

static int access_judged(struct access *a)
{
	struct judge *j = &a->d->machine->judge;
	bool iommu = a->d->machine->hw.profile->translation == TRANSLATE_IOMMU;
	bool reported = false;
	struct region *r = find_way(a);
	size_t first, done = 0;

	if (unlikely(!r))
		return -EFAULT;
	first = a->place - r->place;
	for (;;) {
		size_t n = smaller(a->len - done, r->size - first);

		if (likely(region_has_memory(r)))
			judge_find_stores(j, a->call, r->offset + first, n);
		(a->out ? dlab_judge_device_store : dlab_judge_device_load)(
			j, a->call, r, a->dma + done, r->offset + first, n, &reported);
		if (unlikely(iommu && is_forbidden(a, r)))
			return -EFAULT;
		transfer(a, r, first, done, n);
		done += n;
		if (likely(done == a->len))
			return 0;
		r = next_entry(r);
		first = 0;
	}
}

/* Nobody looks; the machine alone decides what can be reached. */
static int access_unjudged(const struct access *a)
{
	struct machine *hw = &a->d->machine->hw;
	size_t room;

	for (size_t done = 0; done < a->len; done += room)
		if (dlab_route_walk(a->d, a->dma + done, a->out, &room) == NO_OFFSET)
			return -EFAULT;
	for (size_t done = 0; done < a->len; done += room) {
		size_t offset = dlab_route_walk(a->d, a->dma + done, a->out, &room);

		room = smaller(room, a->len - done);
		judge_find_stores(&a->d->machine->judge, a->call, offset, room);
		dlab_cache_move(hw, offset, a->in ? a->in + done : NULL,
				a->out ? a->out + done : NULL, room, !device_snoops(a->d->dev));
	}
	return 0;
}

/* A device talks to another one: no memory is between them, and no cache. */
static cold void reach_registers(const struct access *a)
{
	if (!dlab_window_reach(a->d->machine, a->registers, a->in, a->out, a->len) && a->in)
		memset(a->in, 0xff, a->len); /* as a bus where nobody answers */
}

static int access(struct access *a, struct device *dev)
{
	int err;

	a->d = lab_enter(dev, a->call);
	if (!a->d || !a->len) {
		if (a->d)
			lab_leave(a->d);
		return a->len ? -EFAULT : 0;
	}
	a->place = bus_place(&a->d->machine->hw, &a->d->window, a->dma);
	err = likely(judge_sees_accesses(&a->d->machine->judge)) ? access_judged(a) :
								  access_unjudged(a);
	lab_leave(a->d);
	if (unlikely(a->to_registers) && !err)
		reach_registers(a);
	return err;
}

int dmalab_device_read(struct device *dev, dma_addr_t addr, void *buf, size_t len)
{
	struct call call = THIS_CALL;
	struct access a = { .call = &call, .dma = addr, .len = len, .in = buf };

	RECORD_DEVICE("device_read", dev, addr, NULL, len);
	return access(&a, dev);
}

int dmalab_device_write(struct device *dev, dma_addr_t addr, const void *buf, size_t len)
{
	struct call call = THIS_CALL;
	struct access a = { .call = &call, .dma = addr, .len = len, .out = buf };

	RECORD_DEVICE("device_write", dev, addr, buf, len);
	return access(&a, dev);
}
