/* SPDX-License-Identifier: MIT */
/* What a test expects to be reported, and what was reported instead. */
#include "face/face.h"
#include "lab/lab.h"

#include <dmalab/hooks.h>
#include <stdio.h>
#include <string.h>

#define MAX_LISTED 10u

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "nic_poll() rx.c:41" is in this function and file; what the text does not have fits. */
static bool text_fits(const char *text, const char *file, const char *function)
{
	const char *end = strstr(text, "()"), *name = end ? end + 2 : text;
	const char *colon = strrchr(name, ':');
	size_t len;

	if (function && end &&
	    (strlen(function) != (size_t)(end - text) || strncmp(function, text, end - text) != 0))
		return false;
	if (!file || !colon)
		return end || !function;
	name = base_name(name + strspn(name, " "));
	file = base_name(file);
	len = strlen(file);
	return len == (size_t)(colon - name) && strncmp(file, name, len) == 0;
}

static bool is_known(const char *text)
{
	return strstr(text, "()") || strrchr(text, ':');
}

static void describe(site_t site, char *text, size_t size)
{
	struct dmalab_site public = site_public(site);

	dlab_site_format(&public, text, size);
}

static bool site_fits(site_t site, const char *file, const char *function)
{
	char text[256];

	if (!file && !function)
		return true;
	if (!site)
		return false;
	describe(site, text, sizeof(text));
	return is_known(text) && text_fits(text, file, function);
}

static void list_one(const struct heard *h, bool *unknown)
{
	char text[256];

	describe(h->site, text, sizeof(text));
	*unknown |= !is_known(text);
	fprintf(stderr, "  %s: %s %s %s", dlab_catalogue[h->check].name, h->call,
		h->site & SITE_SINCE ? "after" : "at", text);
	if (h->found_at) {
		describe(h->found_at, text, sizeof(text));
		fprintf(stderr, ", found at %s", text);
	}
	if (h->count - h->expected > 1)
		fprintf(stderr, ", %lu times", h->count - h->expected);
	putc('\n', stderr);
}

/* All that nobody has asked for. */
static void list(const struct log *log)
{
	bool unknown = false;
	unsigned listed = 0, more = 0;

	for (unsigned i = 0; i < log->nr; i++) {
		const struct heard *h = &log->heard[i];

		if (h->count == h->expected)
			continue;
		if (listed++ < MAX_LISTED)
			list_one(h, &unknown);
		else
			more++;
	}
	if (more || log->lost)
		fprintf(stderr, "  and more: %u places, %lu reports\n", more, log->lost);
	if (unknown)
		fputs("  (for the function and file of a place, compile with -g, and the library "
		      "where libdw is)\n", stderr);
}

static unsigned long unexpected(const struct log *log)
{
	unsigned long sum = log->lost;

	for (unsigned i = 0; i < log->nr; i++)
		sum += log->heard[i].count - log->heard[i].expected;
	return sum;
}

/* Also what instrumentation announced, and has been stored by now, is to be reported. */
static struct dmalab_machine *machine_of(struct dmalab_machine *machine, const char *function)
{
	dmalab_hook_settle();
	if (!machine)
		machine = dlab_current();
	if (!machine)
		fprintf(stderr, "dmalab: %s(): there is no machine: call dmalab_machine_new() first\n",
			function);
	return machine;
}

bool dmalab_expect_clean(struct dmalab_machine *machine)
{
	unsigned long nr;

	machine = machine_of(machine, __func__);
	if (!machine)
		return false;
	lab_lock(machine);
	nr = unexpected(&machine->judge.log);
	if (nr) {
		fprintf(stderr, "dmalab: %s(): %lu report%s that no dmalab_expect_report() named:\n",
			__func__, nr, nr == 1 ? "" : "s");
		list(&machine->judge.log);
	}
	lab_unlock(machine);
	return !nr;
}

static bool expect(struct log *log, enum check check, const char *file, const char *function)
{
	bool found = false;

	for (unsigned i = 0; i < log->nr; i++) {
		struct heard *h = &log->heard[i];

		if (h->check != check || h->count == h->expected ||
		    (!site_fits(h->site, file, function) &&
		     !(h->found_at && site_fits(h->found_at, file, function))))
			continue;
		h->expected = h->count;
		found = true;
	}
	return found;
}

bool dmalab_expect_report(struct dmalab_machine *machine, const char *check, const char *file,
			  const char *function)
{
	enum check which = dlab_check_named(check, __func__);
	struct log *log;
	bool found;

	machine = machine_of(machine, __func__);
	if (!machine)
		return false;
	log = &machine->judge.log;
	lab_lock(machine);
	found = expect(log, which, file, function);
	if (!found) {
		fprintf(stderr, "dmalab: %s(): no %s was reported%s%s%s%s%s; ", __func__,
			dlab_catalogue[which].name, function ? " in " : "",
			function ? function : "", function ? "()" : "", file ? " of " : "",
			file ? file : "");
		fputs(unexpected(log) ? "what was:\n" : "nothing was\n", stderr);
		list(log);
	}
	lab_unlock(machine);
	return found;
}
