/* SPDX-License-Identifier: MIT */
/*
 * Claims are made when stories part, which is rare, and dropped when their bytes are
 * stored anew. A granule never has more than it has bytes. If the host has no memory for
 * one, the mapping is forgotten rather than taken for another.
 */
#include "base/host.h"
#include "judge/origin.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK 64

struct claim_chunk {
	struct claim_chunk *next;
	struct claim claims[CHUNK];
};

void dlab_claims_exit(struct claim_pool *p)
{
	while (p->chunks) {
		struct claim_chunk *chunk = p->chunks;

		p->chunks = chunk->next;
		free(chunk);
	}
	p->unused = NULL;
}

void dlab_origins_reset(struct claim_pool *p, struct origin *o, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (unlikely(o[i].claims))
			dlab_origin_unclaim(p, &o[i], ~0ull);
	memset(o, 0, nr * sizeof(*o));
}

static bool grow(struct claim_pool *p)
{
	struct claim_chunk *chunk = host_malloc(sizeof(*chunk));

	if (!chunk)
		return false;
	chunk->next = p->chunks;
	p->chunks = chunk;
	for (int i = 0; i < CHUNK; i++) {
		chunk->claims[i].next = p->unused;
		p->unused = &chunk->claims[i];
	}
	return true;
}

/* NULL: no memory. */
static struct claim *add_claim(struct claim_pool *p, struct origin *o, u64 bytes,
			       const struct source *source)
{
	struct claim *c;

	if (!p->unused && !grow(p))
		return NULL;
	c = p->unused;
	p->unused = c->next;
	*c = (struct claim){ .next = o->claims, .bytes = bytes, .source = *source };
	o->claims = c;
	return c;
}

cold void dlab_origin_unclaim(struct claim_pool *p, struct origin *o, u64 m)
{
	struct claim **at = &o->claims;

	while (*at) {
		struct claim *c = *at;

		c->bytes &= ~m;
		c->hidden &= ~m;
		c->doomed &= ~m;
		if (c->bytes) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		c->next = p->unused;
		p->unused = c;
	}
}

static void forget_mapping(struct origin *o, site_t dev)
{
	o->dev = dev;
	o->serial = 0;
	o->own = OWN_BOTH;
}

static bool stored_alike(const struct source *a, const struct source *b)
{
	return a->dev == b->dev && a->serial == b->serial && a->own == b->own &&
	       a->uncached == b->uncached && a->lost.how == b->lost.how;
}

cold void dlab_origin_claim_store(struct claim_pool *p, struct origin *o, u64 m, site_t site,
				  const struct through *by, bool uncached)
{
	struct source source = {
		.cpu = o->cpu, .snooped = o->snooped, .dev = site, .uncached = uncached,
		.serial = by ? by->serial : 0, .own = by ? by->own : OWN_BOTH,
	};

	for (struct claim *c = o->claims; c; c = c->next)
		if (stored_alike(&c->source, &source)) {
			c->bytes |= m;
			return;
		}
	if (!add_claim(p, o, m, &source))
		forget_mapping(o, site);
}

u64 dlab_origin_source(const struct origin *o, u64 bytes, struct source *source,
		       const struct claim **claim)
{
	u64 lowest = bytes & -bytes, rest = bytes;

	if (claim)
		*claim = NULL;
	for (const struct claim *c = o->claims; c; c = c->next) {
		if (!(c->bytes & lowest)) {
			rest &= ~c->bytes;
			continue;
		}
		if (claim)
			*claim = c;
		*source = c->source;
		return bytes & c->bytes;
	}
	*source = (struct source){
		.cpu = o->cpu, .dev = o->dev, .serial = o->serial, .own = o->own,
		.snooped = o->snooped, .uncached = o->uncached,
	};
	return rest;
}

cold void dlab_origin_lose(struct claim_pool *p, struct origin *o, u64 m,
			   const struct lost_by *lost, u64 hidden)
{
	while (m) {
		struct source source;
		u64 same = dlab_origin_source(o, m, &source, NULL);
		struct claim *c;

		m &= ~same;
		dlab_origin_unclaim(p, o, same);
		source.lost = *lost;
		c = add_claim(p, o, same, &source);
		if (c)
			c->hidden = hidden & same;
		else
			forget_mapping(o, o->dev);
	}
}

cold void dlab_origin_put(struct claim_pool *p, struct origin *o, u64 m,
			  const struct source *source)
{
	dlab_origin_unclaim(p, o, m);
	if (!add_claim(p, o, m, source))
		forget_mapping(o, source->dev);
}

cold void dlab_origin_line_stored(struct origin *o, u64 line, u64 m)
{
	for (struct claim *c = o->claims; c; c = c->next) {
		c->doomed |= c->hidden & line & ~m;
		c->hidden &= ~line;
	}
}

cold void dlab_origin_line_dropped(struct origin *o, u64 line)
{
	for (struct claim *c = o->claims; c; c = c->next)
		c->hidden &= ~line;
}

