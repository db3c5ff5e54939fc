/* SPDX-License-Identifier: MIT */
/* What CPU and devices do to memory while a trace runs, and what they see there. */
#include "trace/run.h"

#include <linux/dma-mapping.h>
#include <linux/vmalloc.h>
#include <string.h>

/* The bytes that the trace gives, as often as they fit; @other where it gives none. */
static void fill(const struct access_args *a, u8 other, u8 *to)
{
	size_t n = a->text ? strlen(a->text) : 0;

	if (!n) {
		memset(to, a->text ? 0 : a->has_value ? (u8)a->value : other, a->len);
		return;
	}
	for (u64 i = 0; i < a->len; i += n)
		memcpy(to + i, a->text, a->len - i < n ? a->len - i : n);
}

/*
 * May the bytes be touched at all? The simulated memory takes anything. Of vmalloc() and
 * vmap() it must be the object's, and may be a smaller one's by now.
 */
static bool is_there(const struct access_args *a)
{
	const struct object *o = a->object;
	bool owned = dmalab_owns(a->p, a->len), vmalloc = is_vmalloc_addr(a->p);
	uintptr_t offset;

	if (owned && !vmalloc)
		return true;
	if (!o || !o->size || (vmalloc && !owned))
		return false;
	offset = (uintptr_t)a->p - (uintptr_t)o->cpu;
	return offset <= o->size && a->len <= o->size - offset;
}

/*
 * Would a driver's code do it through the pointer itself? Not where that faults, nor to
 * memory that is not the machine's.
 */
static bool is_plain(const struct run *r, const struct access_args *a)
{
	enum reach reach = a->object ? a->object->reach : REACH_POINTER;

	if (a->by_device || r->options->accesses < (a->store ? ACCESSES_MIXED : ACCESSES_PLAIN))
		return false;
	if (is_vmalloc_addr(a->p))
		return reach == REACH_MAPPED;
	return reach == REACH_POINTER && dmalab_owns(a->p, a->len);
}

static void show(struct run *r, const struct access_args *a)
{
	FILE *out = r->options->out;

	fprintf(out, "%s:%u: %s %s", r->trace->file, r->now->line, a->by_device ? "device" : "cpu",
		a->store ? "writes" : "reads");
	for (u64 i = 0; i < a->len && i < 16; i++)
		fprintf(out, " %02x", r->buf[i]);
	fprintf(out, "%s\n", a->len > 16 ? " ..." : "");
}

static bool is_affordable(struct run *r, u64 len)
{
	if (len > TRACE_MAX_ACCESS) {
		run_stop(r, "an access of more than %u bytes", TRACE_MAX_ACCESS);
		return false;
	}
	r->moved += len;
	if (r->moved > TRACE_MAX_MOVED)
		run_stop(r, "more than %llu bytes in all", (unsigned long long)TRACE_MAX_MOVED);
	return r->moved <= TRACE_MAX_MOVED;
}

static bool is_plain_memory(struct run *r, const void *p, u64 len)
{
	if (!is_affordable(r, len))
		return false;
	if (!len || (!is_vmalloc_addr(p) && dmalab_owns(p, len)))
		return true;
	run_stop(r, "the CPU would fault: there is no memory at this address");
	return false;
}

void run_plain_store(struct run *r, void *p, u64 len, int value)
{
	volatile u8 *bytes = p;

	if (!is_plain_memory(r, p, len))
		return;
	for (u64 i = 0; i < len; i++)
		bytes[i] = value < 0 ? (u8)~bytes[i] : value;
}

void run_plain_load(struct run *r, const void *p, u64 len)
{
	if (is_plain_memory(r, p, len))
		memcpy(r->buf, p, len);
}

/* Bytes that are there already are stored unseen. */
static void store(struct run *r, const struct access_args *a)
{
	const u8 *there = a->p;

	for (u64 i = 0; i < a->len; i++) {
		bool repeated = there[i] == r->buf[i];

		if (repeated && r->options->distinct)
			r->buf[i] = ~r->buf[i];
		else
			r->result->repeated += repeated;
	}
	memcpy(a->p, r->buf, a->len);
}

static int move(struct run *r, const struct access_args *a)
{
	if (a->by_device)
		return a->store ? dmalab_device_write(a->dev, a->dma, r->buf, a->len) :
				  dmalab_device_read(a->dev, a->dma, r->buf, a->len);
	if (!is_plain(r, a))
		(a->store ? dmalab_cpu_write(a->p, r->buf, a->len) :
			    dmalab_cpu_read(a->p, r->buf, a->len));
	else if (a->store)
		store(r, a);
	else
		memcpy(r->buf, a->p, a->len);
	return 0;
}

bool run_may_touch(struct run *r, const struct access_args *a)
{
	if (!is_affordable(r, a->len))
		return false;
	if (a->by_device || !a->len || is_there(a))
		return true;
	run_stop(r, "the CPU would fault: there is no memory at this address");
	return false;
}

void run_access(struct run *r, const struct access_args *a)
{
	unsigned before = r->drawn;

	if (!run_may_touch(r, a))
		return;
	r->fill = r->fill == 0xff ? 1 : r->fill + 1;
	if (a->store)
		fill(a, r->fill, r->buf);
	r->returned = move(r, a);
	if (r->returned)
		return;
	if (r->options->values)
		show(r, a);
	/* A load that gave no report must give what the trace says. */
	if (!a->store && a->has_value && r->drawn == before) {
		fill(a, 0, r->buf + TRACE_MAX_ACCESS);
		run_check_bytes(r, r->buf, r->buf + TRACE_MAX_ACCESS, a->len);
	}
}
