/* SPDX-License-Identifier: MIT */
#include "check/judge.h"

#include <string.h>

#define ERROR   DMALAB_ERROR
#define WARNING DMALAB_WARNING
#define LINT    DMALAB_LINT

const struct dmalab_check catalogue[NR_CHECKS] = {
#define CHECK(id, name, severity, title, dma_debug) { name, severity, title, dma_debug },
#include "check/catalogue.def"
#undef CHECK
};

const struct dmalab_check *dmalab_checks(size_t *count)
{
	if (count)
		*count = NR_CHECKS;
	return catalogue;
}

u64 checks_of_level(enum level level)
{
	enum check end = level == LEVEL_FULL ? NR_CHECKS :
			 level == LEVEL_CONTRACT ? CHECK_CPU_USE_AFTER_FREE : 0;
	u64 checks = 0;

	for (unsigned i = 0; i < end; i++)
		if (catalogue[i].severity != DMALAB_LINT)
			checks |= 1ull << i;
	return checks;
}

enum check check_by_name(const char *name, size_t len)
{
	unsigned i;

	for (i = 0; i < NR_CHECKS; i++)
		if (strlen(catalogue[i].name) == len && memcmp(catalogue[i].name, name, len) == 0)
			break;
	return i;
}
