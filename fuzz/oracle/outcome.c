/* SPDX-License-Identifier: MIT */
/* What came of a call: what it returned, what it loaded, and how things are after it. */
#include "oracle.h"

#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <limits.h>
#include <string.h>

void oracle_before(struct oracle *o, const struct statement *s)
{
	const struct call *c = &o->call;
	u8 *buf = o->run->buf;

	(void)s;
	o->outcome = (struct outcome){ .dma = 0 };
	switch (c->kind) {
	case CPU_READ:
	case DEVICE_READ:
		memset(buf, UNREAD, MAX_ACCESS);
		o->outcome.bytes = buf;
		break;
	case PLAIN_READ:
		o->outcome.bytes = buf;
		break;
	case CPU_WRITE:
	case DEVICE_WRITE:
		memset(buf, c->value, MAX_ACCESS);
		o->outcome.bytes = buf;
		break;
	case PLAIN_WRITE:
		/* A byte that is stored where it was already, nobody can find. */
		for (size_t i = 0; i < c->size; i++)
			o->changed[i] = ((u8 *)c->cpu)[i] != c->value;
		o->outcome.bytes = o->changed;
		break;
	default:
		break;
	}
}

static long what_it_says(void)
{
	return (irqs_disabled() ? SAYS_IRQS_DISABLED : 0) | (in_hardirq() ? SAYS_HARDIRQ : 0) |
	       (in_serving_softirq() ? SAYS_SERVING_SOFTIRQ : 0) |
	       (in_softirq() ? SAYS_SOFTIRQ : 0) | (in_interrupt() ? SAYS_INTERRUPT : 0) |
	       (in_task() ? SAYS_TASK : 0) | (in_atomic() ? SAYS_ATOMIC : 0);
}

static void context(struct oracle *o, const struct object *to)
{
	const struct object *lock = o->run->values[0].object;
	struct outcome *out = &o->outcome;

	if (o->call.number == IRQ_SAVE || o->call.number == SPIN_LOCK_IRQSAVE)
		out->result = lock->flags ? SAYS_FLAGS : 0;
	else if (o->call.number == SPIN_TRYLOCK)
		out->result = to->number ? SAYS_TAKEN : 0;
	out->result |= what_it_says();
}

static void mapped_list(struct oracle *o, const struct object *to)
{
	const struct sg_table *sgt = o->run->values[1].object->sgt;
	struct scatterlist *sg = sgt->sgl;
	struct outcome *out = &o->outcome;

	out->result = to->number;
	if (o->call.table && !out->result)
		out->result = sgt->nents;
	else if (o->call.table && sgt->nents != o->nents)
		out->result = LONG_MIN; /* a failure leaves the table alone */
	for (unsigned i = 0; sg && i < o->call.nr_entries; i++, sg = sg_next(sg)) {
		out->entry[i] = o->call.entry[i];
		out->entry[i].dma = sg_dma_address(sg);
		out->entry[i].dma_length = sg_dma_len(sg);
	}
}

static void got_table(struct oracle *o, const struct object *to)
{
	struct outcome *out = &o->outcome;

	out->result = (int)o->run->returned;
	if (out->result)
		return;
	out->entry[0] = (struct entry){
		.page = to->own.orig_nents == 1 ? sg_page(to->own.sgl) : NULL,
		.offset = to->own.sgl->offset, .length = to->own.sgl->length,
	};
}

static void created(struct oracle *o, const struct object *to)
{
	unsigned number = o->call.number;

	if (o->call.kind == CACHE_CREATE) {
		o->outcome.result = to->cache != NULL;
		o->lost[number] = !to->cache && o->cache[number];
		if (to->cache) {
			o->cache[number] = to->cache;
			o->cache_machine[number] = o->call.machine;
		}
		return;
	}
	o->outcome.result = to->pool != NULL;
	if (to->pool)
		o->pool_machine[number] = o->call.machine;
}

void oracle_outcome(struct oracle *o, const struct statement *s)
{
	const struct object *to = o->run->to;
	struct outcome *out = &o->outcome;
	struct page *page = o->call.page;

	switch (o->call.kind) {
	case VIRT_TO_PAGE:
		out->page = (struct page *)o->run->returned;
		out->cpu = page_address(out->page);
		return;
	case PAGE_COUNT:
		out->result = to->number;
		out->page = compound_head(page);
		out->dma = compound_order(page);
		return;
	case DEVICE_READ:
	case DEVICE_WRITE:
		out->result = (int)o->run->returned;
		return;
	case FAIL_NTH:
	case FAIL_EVERY:
		out->result = o->run->returned;
		return;
	case CONTEXT:
		context(o, to);
		return;
	case MAP_LIST:
		mapped_list(o, to);
		return;
	case TABLE_GET:
		got_table(o, to);
		return;
	case TABLE_ALLOC:
		out->sgt = to->sgt;
		out->page = to->sgt ? sg_page(to->sgt->sgl) : NULL;
		out->dma = to->sgt ? sg_dma_address(to->sgt->sgl) : 0;
		out->cpu = page_address(out->page);
		return;
	case CACHE_CREATE:
	case POOL_CREATE:
	case M_POOL_CREATE:
		created(o, to);
		return;
	default:
		break;
	}
	if (!to)
		return;
	if (s->call->makes == OBJECT_MEMORY)
		out->cpu = to->cpu;
	if (s->call->makes == OBJECT_MEMORY || s->call->makes == OBJECT_MAPPING)
		out->dma = to->dma;
	if (s->call->makes == OBJECT_NUMBER)
		out->result = to->number;
	/* Unlike that of kmalloc(), it has no more than was asked for. */
	if ((o->call.kind == CACHE_ALLOC || o->call.kind == CACHE_ZALLOC) && to->cpu)
		out->result = ksize(to->cpu);
}
