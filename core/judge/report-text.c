/* SPDX-License-Identifier: MIT */
/* A report as text. The first line alone says what happened to whom. */
#include "judge/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct text {
	char *buf;
	size_t size, len;
};

__attribute__((format(printf, 2, 3)))
static void put(struct text *t, const char *format, ...)
{
	size_t room = t->len < t->size ? t->size - t->len : 0;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(room ? t->buf + t->len : NULL, room, format, args);
	va_end(args);
	if (n > 0)
		t->len += n;
}

static void put_site(struct text *t, const struct dmalab_site *site)
{
	char where[256];

	dlab_site_format(site, where, sizeof(where));
	put(t, " %s %s", site->since ? "since the call at" : "at", where);
}

static const char *severity_name(enum dmalab_severity severity)
{
	return severity == DMALAB_ERROR ? "error" : severity == DMALAB_WARNING ? "warning" : "lint";
}

/* "CPU 0x7f.., DMA 0x..": those that there are. */
static void put_addresses(struct text *t, const void *cpu, dma_addr_t dma)
{
	if (cpu)
		put(t, "CPU %p", cpu);
	if (dma)
		put(t, "%sDMA 0x%llx", cpu ? ", " : "", (unsigned long long)dma);
}

static void put_given(struct text *t, const struct dmalab_report *r)
{
	put(t, "  %s", r->call);
	if (r->cpu_addr || r->dma_addr || r->length) {
		put(t, " of ");
		put_addresses(t, r->cpu_addr, r->dma_addr);
		if (r->length)
			put(t, "%s%zu byte%s", r->cpu_addr || r->dma_addr ? ", " : "", r->length,
			    r->length == 1 ? "" : "s");
	}
	put_site(t, r->site);
	put(t, "\n");
	if (!r->found_by)
		return;
	put(t, "  found by %s", r->found_by);
	put_site(t, r->found_at);
	put(t, "\n");
}

/* The bytes may also be those that are not of the object any more. */
static void put_object(struct text *t, const struct dmalab_report *r)
{
	const char *of = r->first < r->object_size ? " of" : ", behind the end of";

	if (!r->object)
		return;
	put(t, "  ");
	if (r->bytes == 1)
		put(t, "byte %zu%s ", r->first, of);
	else if (r->bytes && r->bytes == r->last - r->first + 1)
		put(t, "bytes %zu..%zu%s ", r->first, r->last, of);
	else if (r->bytes)
		put(t, "%zu bytes between %zu and %zu%s ", r->bytes, r->first, r->last, of);
	put(t, "the %zu-byte %s at ", r->object_size, r->object);
	put_addresses(t, r->object_cpu_addr, r->object_dma_addr);
	put(t, "\n");
}

static const char *ordinal_end(unsigned n)
{
	if (n / 10 % 10 == 1)
		return "th";
	return n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
}

static void put_failed(struct text *t, const struct dmalab_report *r)
{
	if (!r->failed)
		return;
	put(t, "  while failing %s()", r->failed);
	put_site(t, r->failed_at);
	put(t, ", the %u%s that can fail\n", r->failed_nth, ordinal_end(r->failed_nth));
}

size_t dmalab_report_format(const struct dmalab_report *r, char *buf, size_t size)
{
	enum check check = r->check ? dlab_check_by_name(r->check, strlen(r->check)) : NR_CHECKS;
	const char *title = check < NR_CHECKS ? dlab_catalogue[check].title :
						"not in the catalogue";
	struct text t = { buf, size, 0 };

	if (size)
		*buf = 0;
	put(&t, "dmalab: %s: %s: %s [%s%s%s%s]\n", severity_name(r->severity),
	    r->check ? r->check : "?", title, r->device ? "device " : "",
	    r->device ? r->device : "", r->device ? ", " : "", r->profile);
	put_given(&t, r);
	put_object(&t, r);
	if (r->detail)
		put(&t, "  %s\n", r->detail);
	if (r->also)
		put(&t, "  also different: %s\n", r->also);
	put_failed(&t, r);
	for (unsigned i = 0; i < r->nr_history; i++) {
		put(&t, "  %s %s", i ? "    " : "was:", r->history[i]->what);
		put_site(&t, r->history[i]->site);
		put(&t, "\n");
	}
	if (r->missing)
		put(&t, "  missing: %s\n", r->missing);
	if (r->breaks_on)
		put(&t, "  breaks on: %s\n", r->breaks_on);
	if (r->dma_debug)
		put(&t, "  as dma-debug says it: %s\n", r->dma_debug);
	return t.len;
}
