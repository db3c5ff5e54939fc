/* SPDX-License-Identifier: MIT */
/*
 * The handler of SIGSEGV, in a program that has its own. While there are machines ours is
 * installed; what is no touched cookie gets what it would have got without us: the handler
 * that was there before, called with its mask and on its stack, or the default action, at the
 * instruction that faulted. A signal that somebody sent is passed on likewise.
 *
 * Handlers may be installed over ours and call it, and a new machine may be made after that:
 * then ours is over theirs, which calls ours again. So there is a stack of those below, and
 * a second call for one signal goes to the next of them. That it is the second is written
 * into the signal's own information, behind what the kernel uses, and which the kernel
 * clears for each new signal: a handler that leaves by siglongjmp() leaves nothing behind
 * in our variables.
 */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* syscall() */
#endif

#include "base/compiler.h"
#include "face/face.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The latest first; older ones are forgotten. */
#define MAX_BELOW 8

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction below[MAX_BELOW];
static unsigned nr_below, nr_machines;

/* With SIGSEGV blocked, so that the handler never interrupts whoever holds the lock. */
static void lock_below(sigset_t *saved)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGSEGV);
	pthread_sigmask(SIG_BLOCK, &set, saved);
	pthread_mutex_lock(&lock);
}

static void unlock_below(const sigset_t *saved)
{
	pthread_mutex_unlock(&lock);
	pthread_sigmask(SIG_SETMASK, saved, NULL);
}

/* sa_handler and sa_sigaction are one word. */
static bool is_default(const struct sigaction *a)
{
	return a->sa_handler == SIG_DFL;
}

static bool is_ignored(const struct sigaction *a)
{
	return a->sa_handler == SIG_IGN;
}

/* ------------------------------------------------------- a signal comes */

/* In the last words of a siginfo_t: how many of those below it has been given to. */
struct mark {
	uint64_t magic;
	uintptr_t frame;          /* of the call that did so: another one is deeper */
	uint64_t given;
};

#define MARK_MAGIC 0x6c616d6467697665ull

static struct mark *mark_of(siginfo_t *info)
{
	return (struct mark *)((char *)info + sizeof(*info) - sizeof(struct mark));
}

/* An old kernel does not clear them: then what is left there is of a frame that is gone. */
static uint64_t times_given(siginfo_t *info, uintptr_t frame)
{
	const struct mark *mark = mark_of(info);

	return mark->magic == MARK_MAGIC && mark->frame > frame ? mark->given : 0;
}

/* The @nth below us; with SA_RESETHAND this is the last time. */
static struct sigaction take_below(uint64_t nth)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t saved;

	lock_below(&saved);
	if (nth < nr_below) {
		action = below[nth];
		if (action.sa_flags & (int)SA_RESETHAND && !is_ignored(&action))
			below[nth].sa_handler = SIG_DFL;
	}
	unlock_below(&saved);
	return action;
}

static void call(const struct sigaction *action, int signal, siginfo_t *info, void *context)
{
	sigset_t mask = action->sa_mask, saved;

	if (!(action->sa_flags & SA_NODEFER))
		sigaddset(&mask, signal);
	pthread_sigmask(SIG_BLOCK, &mask, &saved);
	if (action->sa_flags & SA_SIGINFO)
		action->sa_sigaction(signal, info, context);
	else
		action->sa_handler(signal);
	pthread_sigmask(SIG_SETMASK, &saved, NULL);
}

/*
 * A fault comes again, from the same instruction, when we return. What was sent does not: it
 * is sent once more, as it was, and waits until then.
 */
static void leave_to_default(int signal, siginfo_t *info)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t set;

	sigaction(signal, &action, NULL);
	if (info->si_code > 0)
		return;
	sigemptyset(&set);
	sigaddset(&set, signal);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	memset(mark_of(info), 0, sizeof(struct mark));
	syscall(SYS_rt_tgsigqueueinfo, getpid(), (pid_t)syscall(SYS_gettid), signal, info);
}

static void pass_on(int signal, siginfo_t *info, void *context, uint64_t nth, uintptr_t frame)
{
	struct sigaction action = take_below(nth);

	if (is_ignored(&action) && info->si_code <= 0)
		return;
	if (is_default(&action) || is_ignored(&action)) {
		leave_to_default(signal, info);
		return;
	}
	*mark_of(info) = (struct mark){ MARK_MAGIC, frame, nth + 1 };
	call(&action, signal, info, context);
	memset(mark_of(info), 0, sizeof(struct mark));
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
	uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
	uint64_t nth = times_given(info, frame);
	int saved = errno;

	if (nth || info->si_code <= 0 || !dlab_fault_report(info->si_addr, context))
		pass_on(signal, info, context, nth, frame);
	errno = saved;
}

/* ------------------------------------------- machines come, machines go */

static bool is_ours(const struct sigaction *a)
{
	return a->sa_flags & SA_SIGINFO && a->sa_sigaction == on_fault;
}

/* Nobody below the default action is ever called; and nobody is there twice. */
static void push(const struct sigaction *action)
{
	unsigned at = 0;

	if (is_default(action) || is_ignored(action))
		nr_below = 0;
	while (at < nr_below && below[at].sa_handler != action->sa_handler)
		at++;
	if (at == nr_below && nr_below < MAX_BELOW)
		nr_below++;
	else if (at == nr_below)
		at--;
	memmove(&below[1], &below[0], at * sizeof(*below));
	below[0] = *action;
}

static void pop(void)
{
	nr_below--;
	memmove(&below[0], &below[1], nr_below * sizeof(*below));
}

/*
 * Without a signal of its own in the mask: a report handler may touch a cookie. On the stack
 * that whoever was there asked for: the fault may be an overflow.
 */
static void install(void)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };
	struct sigaction now;

	sigemptyset(&action.sa_mask);
	sigaction(SIGSEGV, NULL, &now);
	if (is_ours(&now))
		return;
	push(&now);
	action.sa_flags |= now.sa_flags & (SA_ONSTACK | SA_RESTART);
	if (is_ignored(&now))
		action.sa_flags |= SA_RESTART;
	sigaction(SIGSEGV, &action, NULL);
}

void dlab_handler_renew(void)
{
	sigset_t saved;

	lock_below(&saved);
	install();
	unlock_below(&saved);
}

void dlab_handler_get(void)
{
	sigset_t saved;

	lock_below(&saved);
	nr_machines++;
	install();
	unlock_below(&saved);
}

/* Whoever installed a handler over ours may call it: then it stays. */
void dlab_handler_put(void)
{
	struct sigaction now;
	sigset_t saved;

	lock_below(&saved);
	nr_machines--;
	sigaction(SIGSEGV, NULL, &now);
	if (!nr_machines && is_ours(&now) && nr_below) {
		sigaction(SIGSEGV, &below[0], NULL);
		pop();
	}
	unlock_below(&saved);
}
