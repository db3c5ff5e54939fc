/* SPDX-License-Identifier: MIT */
/* Tables of the binary form, as encode.c and decode.c share them. */
#include "trace/binary.h"

#include <string.h>

#define AT(what)    { FORM_AT, OBJECT_##what }
#define PLUS(what)  { FORM_PLUS, OBJECT_##what }
#define MINUS(what) { FORM_MINUS, OBJECT_##what }
#define ELEMENT     { FORM_ELEMENT, OBJECT_LIST }
#define NOTHING     { FORM_NULL, OBJECT_UNKNOWN }
#define NUMBER      { FORM_NUMBER, OBJECT_UNKNOWN }
#define WORD        { FORM_WORD, OBJECT_UNKNOWN }
#define SET         { FORM_SET, OBJECT_UNKNOWN }
#define SAME        { FORM_SAME, OBJECT_UNKNOWN }
#define TWICE(x)    x, x
#define FOUR(x)     x, x, x, x

/* What is common takes more of the eight. */
static const struct {
	char parameter;
	struct form forms[8];
} forms[] = {
	{ 'd', { FOUR(SAME), TWICE(AT(DEVICE)), AT(DEVICE), NOTHING } },
	{ 'o', { FOUR(AT(POOL)), TWICE(AT(POOL)), AT(POOL), NOTHING } },
	{ 'c', { FOUR(AT(CACHE)), TWICE(AT(CACHE)), AT(CACHE), NOTHING } },
	{ 'l', { FOUR(AT(LOCK)), FOUR(AT(LOCK)) } },
	{ 'u', { FOUR(AT(AREA)), TWICE(AT(AREA)), AT(AREA), NOTHING } },
	{ 's', { FOUR(AT(LIST)), FOUR(AT(LIST)) } },
	{ 't', { FOUR(AT(LIST)), FOUR(AT(LIST)) } },
	{ 'p', { TWICE(AT(MEMORY)), AT(MEMORY), TWICE(PLUS(MEMORY)), MINUS(MEMORY), NOTHING,
		 NUMBER } },
	{ 'P', { FOUR(AT(MEMORY)), TWICE(PLUS(MEMORY)), MINUS(MEMORY), NOTHING } },
	{ 'h', { TWICE(AT(MEMORY)), TWICE(PLUS(MEMORY)), MINUS(MEMORY), TWICE(NUMBER), SET } },
	{ 'a', { AT(MEMORY), AT(MAPPING), PLUS(MEMORY), PLUS(MAPPING), MINUS(UNKNOWN), ELEMENT,
		 NUMBER, SET } },
	{ 'D', { FOUR(SAME), TWICE(WORD), SET, NUMBER } },
	{ 'G', { FOUR(WORD), WORD, TWICE(SET), NUMBER } },
	{ 'V', { FOUR(WORD), TWICE(WORD), SET, NUMBER } },
	{ 'R', { FOUR(WORD), FOUR(WORD) } },
	{ 'F', { TWICE(NOTHING), FOUR(WORD), SET, NUMBER } },
	{ 'A', { TWICE(SAME), TWICE(NOTHING), TWICE(WORD), SET, NUMBER } },
};

const struct form *binary_forms(char parameter)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].parameter == parameter)
			return forms[i].forms;
	return NULL;
}

const u64 binary_sizes[NR_BINARY_SIZES] = {
	65, 96, 192, 100, 1000, 1500, 1514, 1536, 3000, 9000, 12288, 4097,
};

static const char *const any_strings[] = { "full" };
static const char *const check_strings[] = {
	"full,+sync-redundant,+sync-other-direction", "full", "contract", "off", "full,+sync-redundant",
};
static const char *const profile_strings[] = {
	"arm64", "x86", "swiotlb", "iommu", "mips", "mips-nonspec", "riscv", "powerpc", "armv7",
	"mips,mips-nonspec", "swiotlb,iommu",
};
static const char *const access_strings[] = { "plain", "explicit" };
static const char *const policy_strings[] = { "never", "eager", "lru", "random" };

#define STRINGS(name, array) { name, array, sizeof(array) / sizeof(array[0]) }

static const struct {
	const char *call;
	const char *const *strings;
	unsigned nr;
} strings[] = {
	STRINGS("checks", check_strings), STRINGS("profiles", profile_strings),
	STRINGS("accesses", access_strings), STRINGS("policy", policy_strings),
};

const char *const *binary_strings(const struct call_type *call, unsigned *nr)
{
	/* Only what stands before the first call is told by its strings. */
	for (unsigned i = 0; !call->run && i < sizeof(strings) / sizeof(strings[0]); i++)
		if (strcmp(strings[i].call, call->name) == 0) {
			*nr = strings[i].nr;
			return strings[i].strings;
		}
	*nr = sizeof(any_strings) / sizeof(any_strings[0]);
	return any_strings;
}

const char *const binary_prefixes[NR_OBJECT_KINDS] = {
	[OBJECT_DEVICE] = "dev", [OBJECT_MEMORY] = "buf", [OBJECT_MAPPING] = "map",
	[OBJECT_LIST] = "list",	 [OBJECT_POOL] = "pool",  [OBJECT_CACHE] = "cache",
	[OBJECT_LOCK] = "lock",	 [OBJECT_AREA] = "area",  [OBJECT_NUMBER] = "n",
	[OBJECT_UNKNOWN] = "x",
};

unsigned binary_near(enum object_kind kind)
{
	return kind == OBJECT_MEMORY || kind == OBJECT_MAPPING || kind == OBJECT_NUMBER ? 8 : 4;
}

unsigned binary_nr_words(char parameter)
{
	unsigned n = 0;

	for (unsigned i = 0; i < nr_words; i++)
		n += words[i].kind == parameter;
	return n;
}

unsigned binary_set(char parameter, u8 set[MAX_SET])
{
	unsigned n = 0;

	for (unsigned i = 0; i < nr_words && n < MAX_SET; i++)
		if (words[i].kind == parameter)
			set[n++] = i;
	for (unsigned i = 0; i < nr_words && n < MAX_SET; i++)
		if (words[i].kind == '.')
			set[n++] = i;
	return n;
}

enum field binary_field(char parameter)
{
	switch (parameter) {
	case 'p':
		return FIELD_CPU;
	case 'a':
		return FIELD_DMA;
	case 'P':
		return FIELD_PAGE;
	case 'h':
		return FIELD_PHYS;
	case 's':
		return FIELD_SGL;
	case 't':
		return FIELD_SGT;
	}
	return FIELD_NONE;
}
