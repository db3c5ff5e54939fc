/* SPDX-License-Identifier: MIT */
#include "machine/announced.h"

__thread struct dmalab_hooks dmalab_hooks;

void dlab_announce(struct machine *m, struct dmalab_hooks *h)
{
	h->next = m->announced;
	m->announced = h;
}

void dlab_announced_remove(struct machine *m, struct dmalab_hooks *h)
{
	struct dmalab_hooks **at = &m->announced;

	while (*at && *at != h)
		at = &(*at)->next;
	if (*at)
		*at = h->next;
	h->machine = NULL;
	__atomic_store_n(&h->limit, NULL, __ATOMIC_RELAXED);
}
