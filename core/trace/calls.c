/* SPDX-License-Identifier: MIT */
/* The table of calls. What they do is in the calls-*.c. */
#include "trace/calls.h"

#include <string.h>

#define CALL_ROW(name, parameters, makes, help) { #name, parameters, makes, call_##name, help },

const struct call_type call_types[] = {
	/* Before all others: what they run on. */
	{ "checks", "S", NOTHING, NULL, "checks(\"full,+sync-redundant\")" },
	{ "ram", "z", NOTHING, NULL, "ram(bytes)" },
	{ "profiles", "S", NOTHING, NULL, "profiles(\"arm64,mips\"): the trace is for these alone" },
	{ "accesses", "S", NOTHING, NULL, "accesses(\"plain\"): look for the stores of cpu_store()" },
	{ "policy", "S", NOTHING, NULL, "policy(\"eager\"): what the cache does, unless the command says it" },
	{ "open_end", "", NOTHING, NULL, "open_end(): what is left when the trace ends is no leak" },

#include "trace/calls.def"
};

const unsigned nr_call_types = sizeof(call_types) / sizeof(call_types[0]);

_Static_assert(sizeof(call_types) / sizeof(call_types[0]) < 256,
	       "a call is a byte of the binary form, and of the parser's hash table");

const struct call_type *call_find(const char *name, size_t len)
{
	for (unsigned i = 0; i < nr_call_types; i++)
		if (strncmp(call_types[i].name, name, len) == 0 && !call_types[i].name[len])
			return &call_types[i];
	return NULL;
}

bool call_gives_back(const struct call_type *call)
{
	return strstr(call->name, "free") || strstr(call->name, "vunmap") ||
	       strcmp(call->name, "krealloc") == 0;
}

const char *const accesses_names[] = { "told", "mixed", "plain" };

bool accesses_find(const char *name, enum accesses *accesses)
{
	for (unsigned i = 0; i < sizeof(accesses_names) / sizeof(accesses_names[0]); i++)
		if (strcmp(name, accesses_names[i]) == 0) {
			*accesses = i;
			return true;
		}
	return false;
}
