/* SPDX-License-Identifier: MIT */
/* What the files of advice.h share: advice.c, advice-past.c, advice-harm.c, advice-calls.c. */
#ifndef DMALAB_JUDGE_ADVICE_PARTS_H
#define DMALAB_JUDGE_ADVICE_PARTS_H

#include "judge/advice.h"

/* ---------------------------------------------------------- advice-calls.c */

/* In words; what is said first is said. */
__attribute__((format(printf, 2, 3)))
cold void dlab_advice_say(struct advice *a, const char *format, ...);

/* A sync of @first..@last of @r, or of all of its list. */
void dlab_advice_add(struct advice *a, const struct region *r, enum handover to, size_t first,
		     size_t last, bool list, enum place place, site_t site);

/* ----------------------------------------------------------- advice-harm.c */

/* Does the device have a copy of it, on the machine that this is about? */
bool dlab_advice_copied(const struct advice *a, const struct region *r);

/* What the kernel of that machine believes of the device, and how it is. */
bool dlab_advice_coherent(const struct advice *a, const struct device *dev);
bool dlab_advice_snoops(const struct advice *a, const struct device *dev);

/* What a sync of @r does there, to cache or copy. */
enum line_op dlab_advice_effect(const struct advice *a, const struct region *r, enum handover to);

static inline bool drops(enum line_op op)
{
	return op == OP_INVALIDATE || op == OP_FLUSH;
}

static inline bool writes_back(enum line_op op)
{
	return op == OP_CLEAN || op == OP_FLUSH;
}

/* May this be handed over now, and nothing be lost by it? */
bool dlab_advice_harmless(const struct advice *a, const struct region *r, enum handover to,
			  size_t first, size_t last);

/* The whole list of @r: all of it with one side, and nothing lost by handing it over? */
bool dlab_advice_whole_list(const struct advice *a, const struct region *r, bool by_device);

/* A store of the CPU dirties lines with bytes of a device. */
bool dlab_advice_dirties(const struct advice *a);

/* Does a copy out, of the calls so far, lie over what another has brought? */
bool dlab_advice_collides(const struct advice *a);

/* Or does a copy in of these bytes of @r not have what a device stored? */
bool dlab_advice_copies_too_little(const struct advice *a, const struct region *r, size_t first,
				   size_t last);

/* ----------------------------------------------------------- advice-past.c */

/* What was missing where these bytes were stored, or lost. */
void dlab_advise_past(struct advice *a, const struct cause *c);

void dlab_advice_say_direction(struct advice *a, const struct region *r);
void dlab_advice_say_lines(struct advice *a);
void dlab_advice_say_one_at_a_time(struct advice *a);

/* The kernel is told the wrong thing of the device, and no sync makes up for that. */
bool dlab_advice_miswired(struct advice *a, const struct region *r);

#endif
