// SPDX-License-Identifier: MIT
/*
 * Locks and atomic context. One thread runs all of the driver, so a lock that is taken will
 * never be released by somebody else: to wait for it is the driver's deadlock.
 *
 * preempt_count() is the kernel's, and changed inline; interrupts are our own flag. Both are
 * brought to the laboratory where something asks for the context: before a lock's holder goes on
 * and before memory is allocated, mapped or freed.
 *
 * Per-CPU variables are addressed relative to %gs, whose base is 0 in a process: they are plain
 * variables, of the one CPU.
 */
#include <linux/bottom_half.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/static_call.h>

#include "side.h"

DEFINE_PER_CPU(int, __preempt_count) = PREEMPT_ENABLED;
DEFINE_PER_CPU_READ_MOSTLY(int, cpu_number);
DEFINE_PER_CPU_READ_MOSTLY(unsigned long, this_cpu_off);
unsigned long __per_cpu_offset[NR_CPUS];

static char current_is[sizeof(struct task_struct)] __aligned(64);
DEFINE_PER_CPU(struct task_struct *, current_task) = (struct task_struct *)current_is;

static bool irqs_off;
static int told[3];

bool side_irqs_off(void)
{
	return irqs_off;
}

static void tell(enum kb_atomic kind, int now, const void *site)
{
	for (; told[kind] < now; told[kind]++)
		kbh_context(kind, 1, site);
	for (; told[kind] > now; told[kind]--)
		kbh_context(kind, 0, site);
}

void side_context(const void *site)
{
	unsigned count = raw_cpu_read_4(__preempt_count) & ~PREEMPT_NEED_RESCHED;

	tell(KB_PREEMPT, count & PREEMPT_MASK, site);
	tell(KB_BH, (count & SOFTIRQ_MASK) / SOFTIRQ_DISABLE_OFFSET, site);
	tell(KB_IRQS, irqs_off, site);
}

/* ------------------------------------------------------------- interrupts */

static void set_irqs_off(bool off, const void *site)
{
	irqs_off = off;
	side_context(site);
}

/* For local_irq_save() and its kin, which the kernel's headers make calls of pv_ops. */
__visible unsigned long side_save_fl(void);
__visible void side_irq_disable(void);
__visible void side_irq_enable(void);

__visible unsigned long side_save_fl(void)
{
	return irqs_off ? 0 : X86_EFLAGS_IF;
}

__visible void side_irq_disable(void)
{
	set_irqs_off(true, SITE);
}

__visible void side_irq_enable(void)
{
	set_irqs_off(false, SITE);
}

PV_CALLEE_SAVE_REGS_THUNK(side_save_fl);
PV_CALLEE_SAVE_REGS_THUNK(side_irq_disable);
PV_CALLEE_SAVE_REGS_THUNK(side_irq_enable);

struct paravirt_patch_template pv_ops = {
	.irq.save_fl = PV_CALLEE_SAVE(side_save_fl),
	.irq.irq_disable = PV_CALLEE_SAVE(side_irq_disable),
	.irq.irq_enable = PV_CALLEE_SAVE(side_irq_enable),
};

/* ------------------------------------------------------------------ locks */

static void take(raw_spinlock_t *lock, const void *site)
{
	preempt_count_inc();
	side_context(site);
	if (atomic_read(&lock->raw_lock.val))
		kbh_stop("a spin lock is taken that this very thread holds: the driver's deadlock", site);
	atomic_set(&lock->raw_lock.val, 1);
}

static void give(raw_spinlock_t *lock, const void *site)
{
	if (!atomic_read(&lock->raw_lock.val))
		kbh_stop("a spin lock is released that nobody holds", site);
	atomic_set(&lock->raw_lock.val, 0);
	preempt_count_dec();
	side_context(site);
}

void __raw_spin_lock_init(raw_spinlock_t *lock, const char *name, struct lock_class_key *key,
			  short inner)
{
	atomic_set(&lock->raw_lock.val, 0);
}

void _raw_spin_lock(raw_spinlock_t *lock)
{
	take(lock, SITE);
}

int _raw_spin_trylock(raw_spinlock_t *lock)
{
	if (atomic_read(&lock->raw_lock.val))
		return 0;
	take(lock, SITE);
	return 1;
}

void _raw_spin_unlock(raw_spinlock_t *lock)
{
	give(lock, SITE);
}

unsigned long _raw_spin_lock_irqsave(raw_spinlock_t *lock)
{
	unsigned long flags = side_save_fl();

	set_irqs_off(true, SITE);
	take(lock, SITE);
	return flags;
}

void _raw_spin_unlock_irqrestore(raw_spinlock_t *lock, unsigned long flags)
{
	give(lock, SITE);
	set_irqs_off(!(flags & X86_EFLAGS_IF), SITE);
}

void _raw_spin_lock_irq(raw_spinlock_t *lock)
{
	set_irqs_off(true, SITE);
	take(lock, SITE);
}

void _raw_spin_unlock_irq(raw_spinlock_t *lock)
{
	give(lock, SITE);
	set_irqs_off(false, SITE);
}

void _raw_spin_lock_bh(raw_spinlock_t *lock)
{
	preempt_count_add(SOFTIRQ_DISABLE_OFFSET);
	take(lock, SITE);
}

void _raw_spin_unlock_bh(raw_spinlock_t *lock)
{
	give(lock, SITE);
	preempt_count_sub(SOFTIRQ_DISABLE_OFFSET);
	side_context(SITE);
}

void __local_bh_enable_ip(unsigned long ip, unsigned int cnt)
{
	preempt_count_sub(cnt);
	side_context((void *)ip);
}

void __mutex_init(struct mutex *lock, const char *name, struct lock_class_key *key)
{
	memset(lock, 0, sizeof(*lock));
}

void mutex_lock(struct mutex *lock)
{
	side_context(SITE);
	kbh_might_sleep(SITE);
	if (atomic_long_read(&lock->owner))
		kbh_stop("a mutex is taken that this very thread holds: the driver's deadlock", SITE);
	atomic_long_set(&lock->owner, 1);
}

int mutex_trylock(struct mutex *lock)
{
	if (atomic_long_read(&lock->owner))
		return 0;
	atomic_long_set(&lock->owner, 1);
	return 1;
}

void mutex_unlock(struct mutex *lock)
{
	atomic_long_set(&lock->owner, 0);
}

bool mutex_is_locked(struct mutex *lock)
{
	return atomic_long_read(&lock->owner);
}

/* Nothing to preempt for: cond_resched() and friends are calls through these. */
asm(".globl __SCT__preempt_schedule, __SCT__preempt_schedule_notrace\n"
    ".globl __SCT__might_resched, __SCT__cond_resched\n"
    "__SCT__preempt_schedule:\n__SCT__preempt_schedule_notrace:\n\tret\n"
    "__SCT__might_resched:\n__SCT__cond_resched:\n\txorl %eax, %eax\n\tret\n");

void __might_resched(const char *file, int line, unsigned int offsets)
{
	side_context(SITE);
	kbh_might_sleep(SITE);
}

void __might_sleep(const char *file, int line)
{
	side_context(SITE);
	kbh_might_sleep(SITE);
}
