/* SPDX-License-Identifier: MIT */
/*
 * Where in the program something happened, in one word: a return address, or,
 * with the highest bit set, a struct dmalab_site of dmalab_set_site(). The next bit says
 * that it happened some time after that call. No address of a user's process has these
 * bits.
 */
#ifndef DMALAB_BASE_SITE_H
#define DMALAB_BASE_SITE_H

#include "base/sized.h"

#include <string.h>

typedef u64 site_t;

#define SITE_IS_STRUCT (1ull << 63)
#define SITE_SINCE     (1ull << 62)

extern __thread const struct dmalab_site *dlab_site_override
	__attribute__((tls_model("initial-exec")));

static inline site_t site_of(const void *return_address)
{
	if (__builtin_expect(dlab_site_override != NULL, 0))
		return (uintptr_t)dlab_site_override | SITE_IS_STRUCT;
	return (uintptr_t)return_address;
}

static inline struct dmalab_site site_public(site_t site)
{
	uintptr_t place = site & ~(SITE_IS_STRUCT | SITE_SINCE);
	struct dmalab_site public = { .address = (const void *)place };
	const struct dmalab_site *given;

	if (site & SITE_IS_STRUCT) {
		given = (const struct dmalab_site *)place;
		public.address = NULL;
		memcpy(&public, given, sized_common(given->size, SITE_SIZE_1_0, sizeof(public)));
	}
	public.size = sizeof(public);
	public.since = site & SITE_SINCE;
	return public;
}

/* "rx.c:41", or "nic_poll() rx.c:41", or "nic_poll()+0x1f", or "./rx+0x1f". */
size_t dlab_site_format(const struct dmalab_site *site, char *buf, size_t size);

/* What a call of the API is: its name, and where it was made. */
struct call {
	const char *name;
	site_t site;
};

/* To be used in the function that the driver calls, and only there. */
#define THIS_CALL ((struct call){ __func__, site_of(__builtin_return_address(0)) })

#endif
