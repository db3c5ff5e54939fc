/* SPDX-License-Identifier: MIT */
/*
 * The image: what the machine itself last put where the CPU looks.
 *
 * Between two calls the CPU may store through any plain pointer, and nobody sees it.
 * But a byte of the view in use that is not what the image says can have got there in
 * no other way: so stores are found exactly, whatever cache and memory hold, wherever
 * the byte lies and whoever had it before. What cannot be found is a store of the value
 * that was there.
 *
 * The view in use of a page is the cached one, or memory where the cached one is out of
 * use (frame.memory_only). A page changes from one to the other only with both equal, and
 * with all its stores found.
 *
 * Invariant: every function of the machine that changes the view in use brings the image
 * up to date, and none does so with a line in which a store has not been found yet: a
 * policy leaves such lines alone, and all else looks for stores first.
 *
 * Most pages hold zeroes when they are handed out, so a page of the image is kept only
 * once it is anything else.
 */
#ifndef DMALAB_MACHINE_IMAGE_H
#define DMALAB_MACHINE_IMAGE_H

#include "machine/machine.h"

#include <errno.h>

/* 0 or -ENOMEM. Until then, and on a machine without, image_on() is false. */
int dlab_image_init(struct machine *m);
void dlab_image_exit(struct machine *m);

static inline bool image_on(const struct machine *m)
{
	return m->image.bytes;
}

/* Where the CPU finds the byte at @offset, and those up to the end of its page. */
static inline u8 *view_at(const struct machine *m, size_t offset)
{
	return (m->frames[offset >> PAGE_SHIFT].memory_only ? m->memory : m->cached) + offset;
}

/* Does the CPU find in the range what the machine put there? */
bool dlab_image_agrees(const struct machine *m, size_t offset, size_t len);

/*
 * The bytes that it does not find: a word for each of @nr times 64, from @offset on, which is a
 * multiple of 64. They are in one page.
 */
void dlab_image_differing(const struct machine *m, size_t offset, unsigned nr, u64 *differ);

/* The view in use of the range changed: the image is what it is now. */
void dlab_image_follow_slow(struct machine *m, size_t offset, size_t len);

static inline void image_follow(struct machine *m, size_t offset, size_t len)
{
	if (image_on(m))
		dlab_image_follow_slow(m, offset, len);
}

/*
 * Memory is handed out as it is: let it hold what no driver would store, another value in
 * each word and in each life, so that a store is found whatever its value. That is what the
 * last owner left there, and as it was his to choose, both views may have it: whoever may
 * read the bytes without a report gets the same whatever cache and policy did before, and
 * the flags of the lines stay as they are.
 */
void dlab_image_poison(struct machine *m, size_t offset, size_t len);

/* Before that: from now on it is other values. */
static inline void image_new_poison(struct machine *m, u32 page)
{
	m->image.poisoned[page]++;
}

/* And all of these pages are zeroes now. */
static inline void image_follow_zeroes(struct machine *m, u32 page, u32 nr)
{
	if (image_on(m))
		__builtin_memset(m->image.kept + page, 0, nr);
}

#endif
