/* SPDX-License-Identifier: MIT */
/* What a run reports and sees, against what the trace expects of it. */
#include "trace/run.h"

#include <stdarg.h>
#include <string.h>

/* ----------------------------------------------------------------- failures */

static const char *profile_of(const struct run *r)
{
	const char *profile = dmalab_machine_profile(r->machine);

	if (profile)
		return profile;
	return r->options->profile ? r->options->profile : "arm64";
}

__attribute__((format(printf, 4, 5)))
static void fail(struct run *r, enum failure_kind kind, const char *check, const char *format, ...)
{
	char text[1024];
	struct failure f = {
		.kind = kind, .s = r->now, .profile = profile_of(r), .check = check, .text = text,
	};
	va_list args;

	if (!r->options->on_failure)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	r->options->on_failure(&f, r->options->context);
}

void run_stop(struct run *r, const char *format, ...)
{
	char text[960];
	va_list args;

	if (r->result->error)
		return;
	r->result->error = r->now ? (int)r->now->line : -1;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fail(r, FAILED_RUN, NULL, "%s", text);
}

/* ------------------------------------------------------------------ reports */

static bool is_expected(struct run *r, const char *check)
{
	const struct statement *s = r->now;

	for (unsigned i = 0; s && i < s->nr_expected; i++) {
		if (r->matched[i] || !(s->expected[i].on & r->profile) ||
		    strcmp(s->expected[i].check, check) != 0)
			continue;
		r->matched[i] = true;
		return true;
	}
	return false;
}

static void tell(struct run *r, const struct dmalab_report *report, bool expected)
{
	struct dmalab_report told = *report;
	char names[128];

	if (r->options->breaks && r->now && !told.breaks_on && report_is_coherency(report))
		told.breaks_on = profile_set_names(
			r->options->breaks[r->now - r->trace->statements], names, sizeof(names));
	r->options->on_report(&told, r->now, expected, r->options->context);
}

void run_on_report(const struct dmalab_report *report, void *context)
{
	const struct reporter *reporter = context;
	struct run *r = reporter->run;
	bool expected;

	/* With machines=all, some are about other machines. */
	if ((!r->now && r->open_end) ||
	    strcmp(report->profile, dmalab_machine_profile(r->machines[reporter->number])) != 0)
		return;
	r->reporter = reporter->number;
	expected = is_expected(r, report->check);
	r->drawn++;
	r->result->reports++;
	if (r->options->on_report)
		tell(r, report, expected);
	if (expected)
		return;
	r->result->unexpected++;
	fail(r, FAILED_UNEXPECTED, report->check, "%s was reported %s", report->check,
	     r->now ? "here, and this line does not expect it" :
		      "at the end of the trace, where nothing can expect it");
}

void run_check_expected(struct run *r)
{
	const struct statement *s = r->now;

	for (unsigned i = 0; i < s->nr_expected; i++) {
		if (r->matched[i] || !(s->expected[i].on & r->profile))
			continue;
		r->result->missing++;
		fail(r, FAILED_MISSING, s->expected[i].check,
		     "%s is expected here, and was not reported", s->expected[i].check);
	}
}

void run_check_bytes(struct run *r, const u8 *seen, const u8 *wanted, u64 len)
{
	u64 i = 0;

	while (i < len && seen[i] == wanted[i])
		i++;
	if (i == len)
		return;
	r->result->wrong_values++;
	fail(r, FAILED_VALUE, NULL, "byte %llu is 0x%02x, and 0x%02x is expected",
	     (unsigned long long)i, seen[i], wanted[i]);
}
