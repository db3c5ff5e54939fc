/* SPDX-License-Identifier: MIT */
/* What an address is to the CPU. */
#ifndef DMALAB_MM_VIEW_H
#define DMALAB_MM_VIEW_H

#include "machine/machine.h"

enum view { VIEW_CACHED, VIEW_UNCACHED, VIEW_ASIDE, VIEW_COOKIE, VIEW_NONE };

struct target {
	enum view view;
	size_t offset;
};

static inline struct target view_of(const struct machine *hw, const void *p)
{
	if (in_cached(hw, p))
		return (struct target){ VIEW_CACHED, (const u8 *)p - hw->cached };
	if (in_memory(hw, p))
		return (struct target){ VIEW_UNCACHED, (const u8 *)p - hw->memory };
	if (in_cookies(hw, p))
		return (struct target){ VIEW_COOKIE, (const u8 *)p - hw->cookies };
	return (struct target){ VIEW_NONE, 0 };
}

/* Past the end of RAM there is nothing: reads give zeroes, writes are dropped. */
static inline size_t clip(const struct machine *hw, size_t offset, size_t len)
{
	return len <= hw->ram_size - offset ? len : hw->ram_size - offset;
}

#endif
