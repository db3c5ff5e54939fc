/* SPDX-License-Identifier: MIT */
/* What a thread may do: interrupts, locks, and the calls that look at them. */
#include "rig.h"

#include <dmalab/coherent-handle.h>
#include <linux/hardirq.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <pthread.h>
#include <unistd.h>

static void at_rest(void)
{
	assert_false(irqs_disabled() || in_atomic() || in_interrupt() || in_hardirq());
	assert_false(in_softirq() || in_serving_softirq());
	assert_true(in_task());
}

static void counts(void **state)
{
	(void)state;
	at_rest();
	preempt_disable();
	preempt_disable();
	preempt_enable();
	assert_true(in_atomic() && in_task() && !in_interrupt() && !irqs_disabled());
	preempt_enable();
	at_rest();

	local_bh_disable();
	assert_true(in_atomic() && in_softirq() && in_interrupt() && in_task());
	assert_false(in_serving_softirq() || in_hardirq());
	local_bh_enable();
	at_rest();

	local_irq_disable();
	local_irq_disable();
	assert_true(irqs_disabled() && in_task());
	/* As the kernel's. */
	assert_false(in_atomic() || in_interrupt());
	local_irq_enable();
	at_rest();

	dmalab_softirq_enter();
	assert_true(in_serving_softirq() && in_softirq() && in_interrupt() && in_atomic());
	assert_false(in_task() || in_hardirq() || irqs_disabled());
	dmalab_softirq_exit();
	at_rest();
}

static void saved_interrupts(void **state)
{
	unsigned long outer, inner;

	(void)state;
	local_irq_save(outer);
	assert_int_equal(outer, 0);
	local_irq_save(inner);
	assert_int_not_equal(inner, 0);
	local_irq_restore(inner);
	assert_true(irqs_disabled());
	local_irq_restore(outer);
	at_rest();
	local_irq_restore(inner);
	assert_true(irqs_disabled());
	local_irq_restore(~0ul);
	assert_true(irqs_disabled());
	local_irq_enable();
	at_rest();
}

static void handlers_nest(void **state)
{
	(void)state;
	dmalab_irq_enter();
	assert_true(in_hardirq() && in_interrupt() && in_atomic() && irqs_disabled());
	assert_false(in_task() || in_softirq());
	local_irq_enable();
	dmalab_irq_enter();
	assert_true(irqs_disabled());
	dmalab_irq_exit();
	assert_true(in_hardirq() && !irqs_disabled());
	dmalab_irq_exit();
	at_rest();

	/* Where they were off, they stay off. */
	local_irq_disable();
	dmalab_irq_enter();
	local_irq_enable();
	dmalab_irq_exit();
	assert_true(irqs_disabled() && !in_hardirq());
	local_irq_enable();

	/* A handler in a soft interrupt. */
	dmalab_softirq_enter();
	dmalab_irq_enter();
	assert_true(in_hardirq() && in_serving_softirq());
	dmalab_irq_exit();
	assert_true(!in_hardirq() && in_serving_softirq() && !irqs_disabled());
	dmalab_softirq_exit();
	at_rest();
}

static void pairs_that_are_none(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		preempt_enable();
		local_bh_enable();
		local_irq_enable();
		dmalab_irq_exit();
		dmalab_softirq_exit();
	}
	at_rest();

	/* Counts stop, and do not spill into each other. */
	for (int i = 0; i < 10000; i++) {
		preempt_disable();
		local_bh_disable();
		dmalab_irq_enter();
	}
	assert_false(in_serving_softirq());
	for (int i = 0; i < 10000; i++) {
		preempt_enable();
		local_bh_enable();
		dmalab_irq_exit();
	}
	local_irq_enable();
	at_rest();
}

/* ------------------------------------------------------------------ locks */

static void locks(void **state)
{
	DEFINE_SPINLOCK(lock);
	spinlock_t other;
	struct mutex mutex;
	unsigned long flags;

	(void)state;
	spin_lock(&lock);
	assert_true(in_atomic() && !irqs_disabled());
	assert_false(spin_trylock(&lock));
	spin_unlock(&lock);
	at_rest();

	spin_lock_bh(&lock);
	assert_true(in_softirq());
	spin_unlock_bh(&lock);
	at_rest();

	spin_lock_irq(&lock);
	assert_true(irqs_disabled() && in_atomic());
	spin_unlock_irq(&lock);
	at_rest();

	spin_lock_init(&other);
	spin_lock_irqsave(&lock, flags);
	spin_lock(&other);
	spin_unlock(&other);
	assert_true(irqs_disabled() && in_atomic());
	spin_unlock_irqrestore(&lock, flags);
	at_rest();

	local_irq_disable();
	spin_lock_irqsave(&lock, flags);
	spin_unlock_irqrestore(&lock, flags);
	assert_true(irqs_disabled() && !in_atomic());
	local_irq_enable();

	assert_true(spin_trylock(&lock));
	assert_true(in_atomic());
	spin_unlock(&lock);
	spin_unlock(&lock);
	at_rest();

	/* What nobody holds does not end what others began. */
	preempt_disable();
	local_bh_disable();
	local_irq_disable();
	spin_unlock(&lock);
	spin_unlock_bh(&lock);
	spin_unlock_irq(&lock);
	spin_unlock_irqrestore(&lock, 0);
	assert_true(irqs_disabled() && in_softirq());
	local_irq_enable();
	local_bh_enable();
	assert_true(in_atomic());
	preempt_enable();
	at_rest();

	mutex_init(&mutex);
	mutex_lock(&mutex);
	assert_false(in_atomic());
	assert_false(mutex_trylock(&mutex));
	mutex_unlock(&mutex);
	assert_true(mutex_trylock(&mutex));
	mutex_unlock(&mutex);
	mutex_unlock(&mutex);
	assert_true(mutex_trylock(&mutex));
}

struct shared {
	spinlock_t lock;
	struct mutex mutex;
	unsigned long a, b;
};

#define THREADS 4

static unsigned rounds(void)
{
	return on_valgrind() ? 200 : 20000;
}

static void *count_up(void *arg)
{
	struct shared *s = arg;
	unsigned long flags;

	for (unsigned i = 0; i < rounds(); i++) {
		spin_lock_irqsave(&s->lock, flags);
		s->a++;
		spin_unlock_irqrestore(&s->lock, flags);
		mutex_lock(&s->mutex);
		s->b++;
		mutex_unlock(&s->mutex);
	}
	return NULL;
}

/* Also where a driver keeps its locks: in memory of the machine, zeroed. */
static void locks_exclude_threads(void **state)
{
	pthread_t threads[THREADS];
	struct shared *s;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	assert_non_null(s);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count_up, s), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(s->a, (unsigned long)THREADS * rounds());
	assert_int_equal(s->b, (unsigned long)THREADS * rounds());
	kfree(s);
	rig_down(&r);
}

static void *take_mutex(void *arg)
{
	struct shared *s = arg;

	assert_int_equal(in_atomic() || irqs_disabled(), 0);
	mutex_lock(&s->mutex);
	s->a = 1;
	mutex_unlock(&s->mutex);
	return NULL;
}

/* A thread that waits gets the lock; and its context is its own. */
static void waiting(void **state)
{
	struct shared s = { .a = 0 };
	pthread_t thread;

	(void)state;
	mutex_lock(&s.mutex);
	local_irq_disable();
	preempt_disable();
	assert_int_equal(pthread_create(&thread, NULL, take_mutex, &s), 0);
	usleep(20000);
	assert_int_equal(s.a, 0);
	preempt_enable();
	local_irq_enable();
	mutex_unlock(&s.mutex);
	pthread_join(thread, NULL);
	assert_int_equal(s.a, 1);
}

/* --------------------------------------------------------------- the calls */

static void every_allocation(void **state)
{
	static const gfp_t blocking[] = { GFP_KERNEL, GFP_NOIO, GFP_NOFS, GFP_USER,
					  __GFP_DIRECT_RECLAIM };
	static const gfp_t others[] = { GFP_ATOMIC, GFP_NOWAIT, 0, __GFP_HIGH | __GFP_NOWARN };
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(blocking) + ARRAY_SIZE(others); i++) {
		bool blocks = i < ARRAY_SIZE(blocking);
		gfp_t gfp = blocks ? blocking[i] : others[i - ARRAY_SIZE(blocking)];
		const char *drawn = blocks ? "sleep-in-atomic" : "";

		preempt_disable();
		kfree(kmalloc(64, gfp));
		expect(&r, drawn);
		kfree(kzalloc(64, gfp));
		expect(&r, drawn);
		kfree(kcalloc(8, 8, gfp));
		expect(&r, drawn);
		p = dma_alloc_coherent(r.dev, 4096, &dma, gfp);
		dma_free_coherent(r.dev, 4096, p, dma);
		expect(&r, drawn);
		p = dma_alloc_wc(r.dev, 4096, &dma, gfp);
		dma_free_wc(r.dev, 4096, p, dma);
		expect(&r, drawn);
		p = dma_alloc_noncoherent(r.dev, 4096, &dma, DMA_TO_DEVICE, gfp);
		dma_free_noncoherent(r.dev, 4096, p, dma, DMA_TO_DEVICE);
		expect(&r, drawn);
		p = dma_alloc_pages(r.dev, 4096, &dma, DMA_TO_DEVICE, gfp);
		dma_free_pages(r.dev, 4096, p, dma, DMA_TO_DEVICE);
		expect(&r, drawn);
		coherent_handle_free(coherent_handle_alloc(r.dev, 4096, gfp, 0));
		expect(&r, drawn);
		preempt_enable();
	}
	/* Nothing is allocated, so nothing sleeps. */
	preempt_disable();
	assert_ptr_equal(kmalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
	assert_null(kcalloc((size_t)-1, 2, GFP_KERNEL));
	preempt_enable();
	rig_down(&r);
}

/* A call gives one report. */
static void one_report_a_call(void **state)
{
	struct rig r;
	dma_addr_t dma = 0;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	local_irq_disable();
	assert_null(dma_alloc_coherent(r.dev, 0, &dma, GFP_KERNEL));
	expect(&r, "zero-size");
	assert_null(dma_alloc_noncoherent(r.dev, 64, &dma, DMA_NONE, GFP_KERNEL));
	expect(&r, "bad-direction");
	/* It goes on, and may still fail. */
	assert_null(dma_alloc_coherent(r.dev, (size_t)-1, &dma, GFP_KERNEL));
	expect(&r, "sleep-in-atomic");
	assert_null(kmalloc((size_t)-1, GFP_KERNEL));
	expect(&r, "sleep-in-atomic");

	p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_ATOMIC);
	dma_free_coherent(r.dev, 4000, p, dma);
	expect(&r, "free-size-mismatch");
	dma_free_coherent(r.dev, 4096, p, dma);
	expect(&r, "double-free");
	p = dma_alloc_wc(r.dev, 4096, &dma, GFP_ATOMIC);
	dma_free_wc(r.dev, 4096, p, dma);
	expect(&r, "free-in-irq");
	p = dma_alloc_noncoherent(r.dev, 4096, &dma, DMA_TO_DEVICE, GFP_ATOMIC);
	dma_free_coherent(r.dev, 4096, p, dma);
	expect(&r, "free-wrong-function");
	coherent_handle_free(coherent_handle_alloc(r.dev, 4096, GFP_ATOMIC, 0));
	expect(&r, "free-in-irq");
	dma_free_attrs(NULL, 4096, NULL, 0, 0);
	expect(&r, "");
	/* The device goes with what it holds: not the driver's call. */
	assert_non_null(dma_alloc_coherent(r.dev, 4096, &dma, GFP_ATOMIC));
	dmalab_device_free(r.dev);
	expect(&r, "leak");
	local_irq_enable();
	rig_down(&r);
}

/* All of it is released although it was reported. */
static void it_goes_on(void **state)
{
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up_with(&r, &(struct dmalab_config){ .ram_size = 64 << 10 });
	dmalab_irq_enter();
	for (int i = 0; i < 50; i++) {
		p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
		assert_non_null(p);
		dma_free_coherent(r.dev, 4096, p, dma);
	}
	dmalab_irq_exit();
	assert_int_equal(dmalab_report_count(r.machine, "sleep-in-atomic"), 50);
	assert_int_equal(dmalab_report_count(r.machine, "free-in-irq"), 50);
	r.drawn[0] = 0;
	r.nr = 0;
	rig_down(&r);
}

static void without_a_machine(void **state)
{
	struct mutex mutex = { 0 };

	(void)state;
	assert_null(dmalab_machine_current());
	local_irq_disable();
	might_sleep();
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	assert_null(kmalloc(64, GFP_KERNEL));
	local_irq_enable();
	at_rest();
}

static irqreturn_t handler(int irq, void *dev_id)
{
	(void)irq;
	return IRQ_RETVAL(dev_id && in_hardirq());
}

static void a_handler(void **state)
{
	irq_handler_t h = handler;
	irqreturn_t handled;
	int dev;

	(void)state;
	dmalab_irq_enter();
	handled = h(1, &dev);
	dmalab_irq_exit();
	assert_int_equal(handled, IRQ_HANDLED);
	assert_int_equal(h(1, &dev), IRQ_NONE);
}

/* A machine begins with a thread that may sleep, whatever the last program left. */
static void a_new_machine(void **state)
{
	struct dmalab_machine *machine;

	(void)state;
	local_irq_disable();
	preempt_disable();
	dmalab_irq_enter();
	machine = dmalab_machine_new(NULL);
	assert_non_null(machine);
	at_rest();
	might_sleep();
	assert_int_equal(dmalab_report_count(machine, NULL), 0);
	dmalab_machine_free(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(saved_interrupts),
		cmocka_unit_test(handlers_nest),
		cmocka_unit_test(pairs_that_are_none),
		cmocka_unit_test(locks),
		cmocka_unit_test(locks_exclude_threads),
		cmocka_unit_test(waiting),
		cmocka_unit_test(every_allocation),
		cmocka_unit_test(one_report_a_call),
		cmocka_unit_test(it_goes_on),
		cmocka_unit_test(without_a_machine),
		cmocka_unit_test(a_handler),
		cmocka_unit_test(a_new_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
