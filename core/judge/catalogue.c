/* SPDX-License-Identifier: MIT */
/* The checks by name and number, and who asks for which. */
#include "judge/judge.h"

#include <string.h>

#define ERROR   DMALAB_ERROR
#define WARNING DMALAB_WARNING
#define LINT    DMALAB_LINT

const struct dmalab_check dlab_catalogue[NR_CHECKS] = {
#define CHECK(id, name, severity, title, dma_debug) \
	{ sizeof(struct dmalab_check), name, title, dma_debug, severity },
#include "judge/catalogue.def"
#undef CHECK
};

/* A program goes from one to the next without knowing how large this version's are. */
static const struct dmalab_check *const pointers[NR_CHECKS + 1] = {
#define CHECK(id, name, severity, title, dma_debug) &dlab_catalogue[CHECK_##id],
#include "judge/catalogue.def"
#undef CHECK
};

const struct dmalab_check *const *dmalab_checks(size_t *count)
{
	if (count)
		*count = NR_CHECKS;
	return pointers;
}

/* Accesses come after everything else in the catalogue. */
enum level dlab_level_of_check(enum check check)
{
	return check >= CHECK_CPU_USE_AFTER_FREE || check == CHECK_SYNC_PARTIAL_LINE ?
		LEVEL_FULL : LEVEL_CONTRACT;
}

u64 dlab_checks_of_level(enum level level)
{
	u64 checks = 0;

	for (unsigned i = 0; i < NR_CHECKS; i++)
		if (dlab_level_of_check(i) <= level && dlab_catalogue[i].severity != DMALAB_LINT)
			checks |= 1ull << i;
	return checks;
}

enum check dlab_check_by_name(const char *name, size_t len)
{
	unsigned i;

	for (i = 0; i < NR_CHECKS; i++)
		if (strlen(dlab_catalogue[i].name) == len &&
		    memcmp(dlab_catalogue[i].name, name, len) == 0)
			break;
	return i;
}
