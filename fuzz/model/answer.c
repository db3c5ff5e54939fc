// SPDX-License-Identifier: MIT
/* Who answers what, of the calls for memory that drivers map, and of pools. */
#include "inside.h"

#include <stdlib.h>

void model_answer_memory(struct model *m, const struct call *c, const struct outcome *o,
			 struct expect *e)
{
	switch (c->kind) {
	case PAGES_ALLOC:
	case PAGES_GET:
	case EXACT_ALLOC:
		model_pages_alloc(m, c, o, e);
		break;
	case CACHE_CREATE:
		model_cache_create(m, c, o, e);
		break;
	case CACHE_DESTROY:
		m->cache[c->number].gone = true;
		break;
	case CACHE_ALLOC:
	case CACHE_ZALLOC:
		model_cache_alloc(m, c, o, e);
		break;
	case DEVM_ALLOC:
		model_devm_alloc(m, c, o, e);
		break;
	case VMALLOC:
	case VZALLOC:
		model_vmalloc(m, c, o, e);
		break;
	case KMEMDUP:
		model_kmemdup(m, c, o, e);
		break;
	case KREALLOC:
		model_krealloc(m, c, o, e);
		break;
	case PAGES_FREE:
	case PAGES_FREE_ADDRESS:
	case PAGE_PUT:
	case EXACT_FREE:
	case CACHE_FREE:
	case DEVM_FREE:
	case VFREE:
		model_release_plain(m, c, e);
		break;
	case PAGE_GET:
	case PAGE_COUNT:
		model_page_refs(m, c, o, e);
		break;
	case POOL_ALLOC:
	case POOL_ZALLOC:
	case POOL_FREE:
	case POOL_CREATE:
	case M_POOL_CREATE:
	case POOL_DESTROY:
	case M_POOL_DESTROY:
		model_pool_call(m, c, o, e);
		break;
	default:
		abort();
	}
}
