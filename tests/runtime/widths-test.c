/* SPDX-License-Identifier: MIT */
/*
 * The test of widths.c. Each case runs on memory that the device owns, where each byte that is
 * touched is reported, and on memory of the host's: both must end alike, in what the CPU sees,
 * in memory after a sync, and in what the case returns. On every profile, under every policy.
 */
#include "widths.h"

#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <stdio.h>
#include <string.h>

static const char *const policies[] = { "never", "eager", "random", "lru" };

struct touched {
	unsigned char loads[WIDTHS_SIZE], stores[WIDTHS_SIZE];
	unsigned others;
	char what[64];
};

static int failed;
static unsigned checked;

static void on_report(const struct dmalab_report *report, void *context)
{
	struct touched *t = context;
	unsigned char *of = strcmp(report->check, "cpu-read-device-owned") == 0 ? t->loads :
			    strcmp(report->check, "cpu-write-device-owned") == 0 ? t->stores : NULL;
	const char *call = of == t->loads ? "load" : "store";

	if (!of || strcmp(report->call, call) != 0 ||
	    report->bytes != report->last - report->first + 1) {
		t->others++;
		snprintf(t->what, sizeof(t->what), "%s by %s", report->check, report->call);
		return;
	}
	memset(of + report->first, 1, report->bytes);
}

static unsigned char at_first(unsigned i)
{
	return i;
}

/* Are the bytes of @seen those of @must, and perhaps of @may? */
static int is_as_told(const unsigned char *seen, const struct part *must, const struct part *may,
		      unsigned *at)
{
	unsigned char wanted[WIDTHS_SIZE] = { 0 };

	for (unsigned i = 0; may && i < WIDTHS_PARTS; i++)
		memset(wanted + may[i].at, 2, may[i].len);
	for (unsigned i = 0; i < WIDTHS_PARTS; i++)
		memset(wanted + must[i].at, 1, must[i].len);
	for (*at = 0; *at < WIDTHS_SIZE; ++*at)
		if (wanted[*at] != 2 && wanted[*at] != seen[*at])
			return 0;
	return 1;
}

static void complain(const char *where, const struct width_case *c, const char *what, unsigned at)
{
	printf("%s: %s: %s (at byte %u)\n", where, c->name, what, at);
	failed = 1;
}

static void compare(const char *where, const struct width_case *c, const unsigned char *is,
		    const unsigned char *host, const char *what)
{
	for (unsigned i = 0; i < WIDTHS_SIZE; i++)
		if (is[i] != host[i]) {
			complain(where, c, what, i);
			return;
		}
}

static void run_case(const char *where, struct dmalab_machine *machine, struct device *dev,
		     const struct width_case *c)
{
	unsigned char host[WIDTHS_SIZE] __attribute__((aligned(16))), out[WIDTHS_SIZE];
	unsigned char *p = kmalloc(WIDTHS_SIZE, GFP_KERNEL);
	struct touched t = { .others = 0 };
	uint64_t found, expected;
	dma_addr_t dma;
	unsigned at;

	for (unsigned i = 0; i < WIDTHS_SIZE; i++)
		host[i] = p[i] = at_first(i);
	dma = dma_map_single(dev, p, WIDTHS_SIZE, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(dev, dma))
		complain(where, c, "no mapping", 0);
	dmalab_set_report_handler(machine, on_report, &t);
	found = c->run(p);
	dmalab_report_count(machine, NULL);
	dmalab_set_report_handler(machine, NULL, NULL);
	expected = c->run(host);
	if (found != expected)
		complain(where, c, "returned something else than on the host", 0);
	compare(where, c, p, host, "the CPU sees something else than on the host");
	dma_sync_single_for_device(dev, dma, WIDTHS_SIZE, DMA_BIDIRECTIONAL);
	dmalab_device_read(dev, dma, out, WIDTHS_SIZE);
	compare(where, c, out, host, "the device sees something else");
	if (!is_as_told(t.loads, c->loads, c->may_load, &at))
		complain(where, c, t.loads[at] ? "a load too many" : "a load was not seen", at);
	if (!is_as_told(t.stores, c->stores, NULL, &at))
		complain(where, c, t.stores[at] ? "a store too many" : "a store was not seen", at);
	if (t.others)
		complain(where, c, t.what, t.others);
	dma_unmap_single(dev, dma, WIDTHS_SIZE, DMA_BIDIRECTIONAL);
	kfree(p);
	checked++;
}

static void run_machine(const char *profile, const char *policy)
{
	struct dmalab_config config = {
		.size = sizeof(config), .profile = profile, .cache_policy = policy, .seed = 3,
	};
	struct dmalab_machine *machine = dmalab_machine_new(&config);
	struct device *dev = dmalab_device_new(machine, "nic");
	char where[64];

	snprintf(where, sizeof(where), "%s %s", profile, policy);
	for (unsigned i = 0; i < nr_width_cases; i++)
		run_case(where, machine, dev, &width_cases[i]);
	dmalab_machine_free(machine);
}

int main(void)
{
	const char *profile;

	for (unsigned i = 0; (profile = dmalab_profile_name(i)); i++)
		for (unsigned p = 0; p < sizeof(policies) / sizeof(*policies); p++)
			run_machine(profile, policies[p]);
	printf("widths: %u cases\n", checked);
	return failed;
}
