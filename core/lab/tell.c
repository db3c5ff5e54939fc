/* SPDX-License-Identifier: MIT */
/*
 * Telling the reports of a call, at its end and without the lock. A handler may call
 * anything, also what gives reports; and it may leave by longjmp() or an exception. What it
 * leaves untold waits for the next call for the machine.
 */
#include "base/host.h"
#include "judge/told.h"
#include "lab/lab.h"

#include <stdio.h>

/* A handler that gives a report each time that it is called would do so without end. */
#define MAX_DEPTH 64

/* The frames of those that are telling, on this thread. */
static __thread uintptr_t telling[MAX_DEPTH] __attribute__((tls_model("initial-exec")));
static __thread unsigned depth __attribute__((tls_model("initial-exec")));

static cold void stop_for_depth(const struct told *told)
{
	fprintf(stderr, "dmalab: a report handler makes a call that gives a report, whose handler makes "
		"one, and so on, %u times, the last time \"%s\" by %s(): let the handler call nothing "
		"that is reported\n", MAX_DEPTH, told->report.check, told->report.call);
	abort();
}

/* Frames that are not above this one, by all that such a frame holds, were left by a jump. */
static void forget_left(uintptr_t frame)
{
	while (depth && telling[depth - 1] < frame + sizeof(struct told))
		depth--;
}

static void enter(uintptr_t frame, const struct told *told)
{
	forget_left(frame);
	if (depth == MAX_DEPTH)
		stop_for_depth(told);
	telling[depth++] = frame;
}

cold void dlab_unlock_and_tell(struct dmalab_machine *lab)
{
	uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
	struct told told;
	KEEP_ERRNO;

	while (dlab_told_take(&lab->judge, &told)) {
		lab_unlock_in_silence(lab);
		enter(frame, &told);
		dlab_told_tell(&told);
		forget_left(frame);
		lab_lock_to_access(lab);
	}
	lab_unlock_in_silence(lab);
}
