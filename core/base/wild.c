/* SPDX-License-Identifier: MIT */
#include "base/wild.h"

/* Offsets from themselves. */
struct entry {
	int32_t at, behind;
};

/* The linker's names of the ends of the section; without a load of this kind there is none. */
extern const struct entry __start_dlab_wild[] __attribute__((weak, visibility("hidden")));
extern const struct entry __stop_dlab_wild[] __attribute__((weak, visibility("hidden")));

uintptr_t dlab_wild_behind(uintptr_t pc)
{
	for (const struct entry *e = __start_dlab_wild; e < __stop_dlab_wild; e++)
		if ((uintptr_t)&e->at + (intptr_t)e->at == pc)
			return (uintptr_t)&e->behind + (intptr_t)e->behind;
	return 0;
}
