// SPDX-License-Identifier: MIT
/* Calls for memory that drivers map, and for the context, in readable form. */
#include "misuse.h"
#include "model/model.h"

static const char *const contexts[NR_CONTEXT_CALLS] = {
	[IRQ_DISABLE] = "local_irq_disable", [IRQ_ENABLE] = "local_irq_enable",
	[IRQ_SAVE] = "local_irq_save", [IRQ_RESTORE] = "local_irq_restore",
	[PREEMPT_DISABLE] = "preempt_disable", [PREEMPT_ENABLE] = "preempt_enable",
	[BH_DISABLE] = "local_bh_disable", [BH_ENABLE] = "local_bh_enable",
	[IRQ_ENTER] = "irq_enter", [IRQ_EXIT] = "irq_exit", [SOFTIRQ_ENTER] = "softirq_enter",
	[SOFTIRQ_EXIT] = "softirq_exit", [SPIN_LOCK] = "spin_lock",
	[SPIN_UNLOCK] = "spin_unlock", [SPIN_LOCK_BH] = "spin_lock_bh",
	[SPIN_UNLOCK_BH] = "spin_unlock_bh", [SPIN_LOCK_IRQ] = "spin_lock_irq",
	[SPIN_UNLOCK_IRQ] = "spin_unlock_irq", [SPIN_LOCK_IRQSAVE] = "spin_lock_irqsave",
	[SPIN_UNLOCK_IRQRESTORE] = "spin_unlock_irqrestore", [SPIN_TRYLOCK] = "spin_trylock",
	[MIGHT_SLEEP] = "might_sleep", [MUTEX_LOCK] = "mutex_lock",
};

static const char *const names[NR_CALL_KINDS] = {
	[PAGES_ALLOC] = "alloc_pages", [PAGES_GET] = "__get_free_pages",
	[EXACT_ALLOC] = "alloc_pages_exact", [CACHE_ALLOC] = "kmem_cache_alloc",
	[CACHE_ZALLOC] = "kmem_cache_zalloc", [DEVM_ALLOC] = "devm_kmalloc",
	[VMALLOC] = "vmalloc", [VZALLOC] = "vzalloc", [KMEMDUP] = "kmemdup",
	[KREALLOC] = "krealloc", [PAGES_FREE] = "__free_pages",
	[PAGES_FREE_ADDRESS] = "free_pages", [EXACT_FREE] = "free_pages_exact",
	[CACHE_FREE] = "kmem_cache_free", [DEVM_FREE] = "devm_kfree", [VFREE] = "vfree",
	[PAGE_GET] = "get_page", [PAGE_PUT] = "put_page", [PAGE_COUNT] = "page_count",
	[CACHE_CREATE] = "kmem_cache_create", [CACHE_DESTROY] = "kmem_cache_destroy",
};

const char *memory_call_name(const struct call *c)
{
	return c->kind == CONTEXT ? contexts[c->number] : names[c->kind];
}

void print_memory_call(const struct call *c, struct model *const *models, FILE *to)
{
	switch (c->kind) {
	case PAGES_ALLOC:
	case PAGES_GET:
		fprintf(to, "gfp 0x%x, %u", c->gfp, c->number);
		break;
	case EXACT_ALLOC:
		fprintf(to, "%zu, gfp 0x%x", c->size, c->gfp);
		break;
	case DEVM_ALLOC:
		print_device(c->device, to);
		fprintf(to, ", %zu, gfp 0x%x", c->size, c->gfp);
		break;
	case VMALLOC:
	case VZALLOC:
		fprintf(to, "%zu", c->size);
		break;
	case KMEMDUP:
	case KREALLOC:
		print_pointer(c->cpu, models, to);
		fprintf(to, ", %zu, gfp 0x%x", c->size, c->gfp);
		break;
	case CACHE_ALLOC:
	case CACHE_ZALLOC:
		fprintf(to, "c%u, gfp 0x%x", c->number, c->gfp);
		break;
	case CACHE_CREATE:
		fprintf(to, "c%u, %zu, %u, 0x%x", c->number, c->size, cache_shapes[c->mask].align,
			cache_shapes[c->mask].flags);
		break;
	case CACHE_DESTROY:
		fprintf(to, "c%u", c->number);
		break;
	case CACHE_FREE:
		fprintf(to, "c%u, ", c->number);
		print_pointer(c->cpu, models, to);
		break;
	case DEVM_FREE:
		print_device(c->device, to);
		fprintf(to, ", ");
		print_pointer(c->cpu, models, to);
		break;
	case CONTEXT:
		fprintf(to, "%u", c->slot);
		break;
	default:
		if (c->kind == PAGES_FREE || c->kind >= PAGE_GET)
			fprintf(to, c->page ? "page " : "no page ");
		print_pointer(c->cpu, models, to);
		if (c->kind == PAGES_FREE || c->kind == PAGES_FREE_ADDRESS)
			fprintf(to, ", %u", c->number);
		else if (c->kind == EXACT_FREE)
			fprintf(to, ", %zu", c->size);
	}
}

void print_memory_outcome(const struct call *c, const struct outcome *o,
			  struct model *const *models, FILE *to)
{
	if (c->kind <= KREALLOC || is_pool_call(c->kind)) {
		fprintf(to, " = ");
		print_pointer(o->cpu, models, to);
		if (is_pool_call(c->kind) && o->cpu)
			fprintf(to, ", 0x%llx", (unsigned long long)o->dma);
	} else if (o->result) {
		fprintf(to, " = %ld", o->result);
	}
}
