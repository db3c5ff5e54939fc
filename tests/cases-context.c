/* SPDX-License-Identifier: MIT */
#include "cases.h"

#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

/* ------------------------------------------------------- sleep-in-atomic */

static void alloc_under_spin_lock(struct rig *r)
{
	DEFINE_SPINLOCK(lock);
	unsigned long flags;
	dma_addr_t dma;
	void *p;

	at(10);
	spin_lock_irqsave(&lock, flags);
	at(20);
	p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);
	assert_non_null(p);
	spin_unlock_irqrestore(&lock, flags);
	dma_free_coherent(r->dev, 4096, p, dma);
}

static void atomic_alloc_under_spin_lock(struct rig *r)
{
	DEFINE_SPINLOCK(lock);
	unsigned long flags;
	dma_addr_t dma, dma2;
	void *p, *q, *k;

	spin_lock_irqsave(&lock, flags);
	p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_ATOMIC);
	q = dma_alloc_noncoherent(r->dev, 4096, &dma2, DMA_TO_DEVICE, GFP_NOWAIT);
	k = kmalloc(64, GFP_ATOMIC);
	assert_true(p && q && k);
	kfree(k);
	dma_free_noncoherent(r->dev, 4096, q, dma2, DMA_TO_DEVICE);
	spin_unlock_irqrestore(&lock, flags);
	dma_free_coherent(r->dev, 4096, p, dma);
	might_sleep();
}

static void kmalloc_in_handler(struct rig *r)
{
	(void)r;
	at(10);
	dmalab_irq_enter();
	at(20);
	kfree(kzalloc(100, GFP_KERNEL));
	dmalab_irq_exit();
}

static void mutex_in_soft_interrupt(struct rig *r)
{
	DEFINE_MUTEX(mutex);

	(void)r;
	at(10);
	dmalab_softirq_enter();
	at(20);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	dmalab_softirq_exit();
}

static void might_sleep_without_bottom_halves(struct rig *r)
{
	(void)r;
	at(10);
	local_bh_disable();
	at(20);
	might_sleep();
	local_bh_enable();
}

static void handle_without_preemption(struct rig *r)
{
	dma_addr_t dma;
	void *cookie;

	at(10);
	preempt_disable();
	at(20);
	cookie = dma_alloc_attrs(r->dev, 4096, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
	preempt_enable();
	assert_non_null(cookie);
	dma_free_attrs(r->dev, 4096, cookie, dma, DMA_ATTR_NO_KERNEL_MAPPING);
}

/* ----------------------------------------------------------- free-in-irq */

static void free_without_interrupts(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);
	at(20);
	local_irq_disable();
	at(30);
	dma_free_coherent(r->dev, 4096, p, dma);
	local_irq_enable();
}

/* Cached memory and mappings may be released there; coherent memory, later. */
static void free_others_without_interrupts(struct rig *r)
{
	dma_addr_t coherent_dma, dma, map;
	void *coherent = dma_alloc_coherent(r->dev, 4096, &coherent_dma, GFP_KERNEL);
	void *p = noncoherent_ok(r, 4096, &dma, DMA_TO_DEVICE), *k = kmalloc_ok(64);
	struct page *page;
	dma_addr_t page_dma;

	assert_non_null(coherent);
	page = dma_alloc_pages(r->dev, 4096, &page_dma, DMA_TO_DEVICE, GFP_KERNEL);
	assert_non_null(page);
	map = map_ok(r, k, 64, DMA_TO_DEVICE);
	dmalab_irq_enter();
	dma_unmap_single(r->dev, map, 64, DMA_TO_DEVICE);
	kfree(k);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_TO_DEVICE);
	dma_free_pages(r->dev, 4096, page, page_dma, DMA_TO_DEVICE);
	dmalab_irq_exit();

	/* Preemption does not count. */
	preempt_disable();
	dma_free_coherent(r->dev, 4096, coherent, coherent_dma);
	preempt_enable();
}

static void free_without_bottom_halves(struct rig *r)
{
	DEFINE_SPINLOCK(lock);
	dma_addr_t dma;
	void *p;

	at(10);
	p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);
	at(20);
	spin_lock_bh(&lock);
	at(30);
	dma_free_coherent(r->dev, 4096, p, dma);
	spin_unlock_bh(&lock);
}

static void free_in_soft_interrupt(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);
	at(20);
	dmalab_softirq_enter();
	at(30);
	dma_free_coherent(r->dev, 4096, p, dma);
	dmalab_softirq_exit();
}

static void free_handle_in_handler(struct rig *r)
{
	dma_addr_t dma;
	void *cookie;

	at(10);
	cookie = dma_alloc_attrs(r->dev, 4096, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
	at(20);
	dmalab_irq_enter();
	at(30);
	dma_free_attrs(r->dev, 4096, cookie, dma, DMA_ATTR_NO_KERNEL_MAPPING);
	dmalab_irq_exit();
}

static void free_nothing(struct rig *r)
{
	at(10);
	local_irq_disable();
	at(20);
	dma_free_coherent(r->dev, 4096, NULL, 0);
	local_irq_enable();
}

const struct check_case context_cases[] = {
	{ .check = "sleep-in-atomic", .draw = alloc_under_spin_lock,
	  .miss = atomic_alloc_under_spin_lock },
	{ .check = "sleep-in-atomic", .variant = "kzalloc in a handler",
	  .draw = kmalloc_in_handler },
	{ .check = "sleep-in-atomic", .variant = "a mutex in a soft interrupt",
	  .draw = mutex_in_soft_interrupt },
	{ .check = "sleep-in-atomic", .variant = "bottom halves disabled",
	  .draw = might_sleep_without_bottom_halves },
	{ .check = "sleep-in-atomic", .variant = "preemption disabled",
	  .draw = handle_without_preemption },
	{ .check = "free-in-irq", .draw = free_without_interrupts,
	  .miss = free_others_without_interrupts },
	{ .check = "free-in-irq", .variant = "a handle in a handler",
	  .draw = free_handle_in_handler },
	{ .check = "free-in-irq", .variant = "nothing at all", .draw = free_nothing },
	{ .check = "free-in-irq", .variant = "bottom halves disabled",
	  .draw = free_without_bottom_halves },
	{ .check = "free-in-irq", .variant = "a soft interrupt, behind an IOMMU",
	  .profile = "iommu", .draw = free_in_soft_interrupt },
	{ .check = NULL },
};
