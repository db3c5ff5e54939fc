/* SPDX-License-Identifier: MIT */
/*
 * On which machines a trace is wrong, and where: told by running it on each of them.
 */
#include "trace/trace.h"

#include <stdlib.h>
#include <string.h>

bool report_is_coherency(const struct dmalab_report *report)
{
	static const char *const names[] = {
		"stale-cpu-read", "stale-device-read", "lost-cpu-write", "lost-device-write",
		"shared-cache-line",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(report->check, names[i]) == 0)
			return true;
	return false;
}

struct search {
	const struct trace *trace;
	profile_set *on;
	profile_set profile;
};

static void note(const struct dmalab_report *report, const struct statement *s, bool expected,
		 void *context)
{
	const struct search *search = context;

	(void)expected;
	if (s && report_is_coherency(report))
		search->on[s - search->trace->statements] |= search->profile;
}

profile_set *trace_breaks(const struct trace *t, enum accesses accesses)
{
	struct search search = {
		.trace = t, .on = calloc(t->nr_statements + 1, sizeof(*search.on)),
	};
	struct run_result result;
	const char *profile;

	for (unsigned i = 0; search.on && (profile = dmalab_profile_name(i)); i++) {
		search.profile = 1u << i;
		trace_run(t, &(struct run_options){
			.profile = profile, .accesses = accesses, .on_report = note,
			.context = &search,
		}, &result);
	}
	return search.on;
}

const char *profile_set_names(profile_set set, char *text, size_t size)
{
	const char *name;
	size_t len = 0;

	*text = 0;
	for (unsigned i = 0; (name = dmalab_profile_name(i)) && len < size; i++)
		if (set >> i & 1)
			len += snprintf(text + len, size - len, "%s%s", len ? ", " : "", name);
	return text;
}
