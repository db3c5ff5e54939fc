/* SPDX-License-Identifier: MIT */
/*
 * What the cache does of its own accord. Whatever happens here may happen on a
 * real machine at any time: a line is evicted (written back if dirty, dropped),
 * or, on a CPU that speculates, filled. A cache never writes back a clean line.
 */
#include "machine/announced.h"
#include "machine/image.h"
#include "base/random.h"

#include <string.h>

const char *const dlab_policy_names[NR_POLICIES] = {
	[POLICY_NEVER] = "never",
	[POLICY_EAGER] = "eager",
	[POLICY_RANDOM] = "random",
	[POLICY_LRU] = "lru",
};

/*
 * A line with a plain store in it that nobody has found yet stays, and so does one of a page
 * with a store that is pending: that is as legal as to evict it, and the judge finds the store
 * at the same call under every policy.
 */
static void evict(struct machine *m, size_t offset, size_t len)
{
	size_t line = 1ul << m->cache.shift, end = offset + len;

	if (likely(!image_on(m))) {
		dlab_cache_evict(m, offset, len);
		return;
	}
	for (size_t at = offset & ~(line - 1); at < end; at += line)
		if (dlab_image_agrees(m, at, line) && !announced_any(m, at, line))
			dlab_cache_evict(m, at, line);
}

/* Two moves at each step, among the lines used lately. */
static void step_random(struct machine *m, size_t offset, size_t len)
{
	struct cache *c = &m->cache;
	size_t line = 1ul << c->shift;
	u64 r = random_next(&c->rng);

	c->recent[c->nr_recent++ % RECENT] = (offset + r % len) >> c->shift;
	for (int i = 0; i < 2; i++) {
		u32 nr = c->nr_recent < RECENT ? c->nr_recent : RECENT;
		size_t at;

		r = random_next(&c->rng);
		at = (size_t)c->recent[(r >> 8) % nr] << c->shift;
		if (r & 1)
			evict(m, at, line);
		else if (c->speculates && (r & 2))
			dlab_cache_fill(m, at, line);
	}
}

void dlab_cache_step(struct machine *m, size_t offset, size_t len)
{
	struct cache *c = &m->cache;

	if (likely(c->policy == POLICY_NEVER) || !c->lines)
		return;
	if (c->policy == POLICY_EAGER)
		evict(m, offset, len);
	else if (c->policy == POLICY_RANDOM)
		step_random(m, offset, len);
}

void dlab_cache_lru_touch(struct machine *m, u32 line)
{
	struct cache *c = &m->cache;
	u32 *set = &c->ways[(line % c->nr_sets) * CACHE_WAYS];
	unsigned way = 0;

	while (way < CACHE_WAYS && set[way] != line + 1)
		way++;
	if (way == CACHE_WAYS) {
		way--;
		if (set[way])
			evict(m, (size_t)(set[way] - 1) << c->shift, 1);
	}
	memmove(&set[1], &set[0], way * sizeof(*set));
	set[0] = line + 1;
}
