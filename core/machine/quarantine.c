/* SPDX-License-Identifier: MIT */
#include "base/host.h"
#include "machine/machine.h"

#include <stdlib.h>

void dlab_quarantine_exit(struct quarantine *q)
{
	free(q->ring);
	q->ring = NULL;
}

static bool make_room(struct quarantine *q)
{
	size_t room = q->room ? 2 * q->room : 64;
	struct waiting *ring;

	if (q->nr < q->room)
		return true;
	ring = host_malloc(room * sizeof(*ring));
	if (!ring)
		return false;
	for (size_t i = 0; i < q->nr; i++)
		ring[i] = q->ring[(q->first + i) & (q->room - 1)];
	free(q->ring);
	q->ring = ring;
	q->first = 0;
	q->room = room;
	return true;
}

/* The last object of a page gives the page to the queue: one loop serves both. */
static bool release_down_to(struct machine *m, size_t bytes)
{
	struct quarantine *q = &m->quarantine;
	bool any = false;

	if (q->releasing)
		return false;
	q->releasing = true;
	while (q->nr && q->bytes > bytes) {
		struct waiting w = q->ring[q->first & (q->room - 1)];

		q->first = (q->first + 1) & (q->room - 1);
		q->nr--;
		q->bytes -= w.bytes;
		w.release(m, w.what);
		any = true;
	}
	q->releasing = false;
	return any;
}

void dlab_quarantine_add(struct machine *m, quarantine_fn release, u64 what, size_t bytes)
{
	struct quarantine *q = &m->quarantine;

	if (!q->limit || !make_room(q)) {
		release(m, what);
		return;
	}
	q->ring[(q->first + q->nr++) & (q->room - 1)] = (struct waiting){ release, what, bytes };
	q->bytes += bytes;
	release_down_to(m, q->limit);
}

bool dlab_quarantine_empty(struct machine *m)
{
	return release_down_to(m, 0);
}
