/* SPDX-License-Identifier: MIT */
/*
 * Programs that were compiled with an older or a newer <dmalab.h> than the library. What an
 * older one passes ends at the end of a page that nothing follows: the library must not
 * touch a byte more than the size says. The layout of interface 1.0 is written down below.
 */
#include "rig.h"

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <stdlib.h>
#include <sys/mman.h>

/* ------------------------------------------------------- frozen: interface 1.0 */

#define AT(type, field, offset) \
	_Static_assert(offsetof(struct type, field) == (offset), #type "." #field " has moved")

AT(dmalab_config, size, 0);
AT(dmalab_config, profile, 8);
AT(dmalab_config, ram_size, 16);
AT(dmalab_config, cache_policy, 24);
AT(dmalab_config, seed, 32);
AT(dmalab_config, checks, 40);
AT(dmalab_config, accesses, 48);
AT(dmalab_config, machines, 56);
AT(dmalab_config, fail_nth, 64);
AT(dmalab_config, fail_every, 68);
AT(dmalab_config, quarantine, 72);

AT(dmalab_cache_stats, size, 0);
AT(dmalab_cache_stats, hits, 8);
AT(dmalab_cache_stats, misses, 16);
AT(dmalab_cache_stats, fills, 24);
AT(dmalab_cache_stats, write_backs, 32);
AT(dmalab_cache_stats, maintenance, 40);

AT(dmalab_check, size, 0);
AT(dmalab_check, name, 8);
AT(dmalab_check, title, 16);
AT(dmalab_check, dma_debug, 24);
AT(dmalab_check, severity, 32);

AT(dmalab_site, size, 0);
AT(dmalab_site, file, 8);
AT(dmalab_site, address, 16);
AT(dmalab_site, line, 24);
AT(dmalab_site, since, 28);

AT(dmalab_event, size, 0);
AT(dmalab_event, what, 8);
AT(dmalab_event, site, 16);

AT(dmalab_advice, size, 0);
AT(dmalab_advice, dev, 8);
AT(dmalab_advice, device, 16);
AT(dmalab_advice, dma_addr, 24);
AT(dmalab_advice, length, 32);
AT(dmalab_advice, direction, 40);
AT(dmalab_advice, nents, 44);
AT(dmalab_advice, for_cpu, 48);
AT(dmalab_advice, after, 49);
AT(dmalab_advice, site, 56);

AT(dmalab_report, size, 0);
AT(dmalab_report, check, 8);
AT(dmalab_report, severity, 16);
AT(dmalab_report, failed_nth, 20);
AT(dmalab_report, call, 24);
AT(dmalab_report, site, 32);
AT(dmalab_report, found_by, 40);
AT(dmalab_report, found_at, 48);
AT(dmalab_report, dev, 56);
AT(dmalab_report, device, 64);
AT(dmalab_report, profile, 72);
AT(dmalab_report, cpu_addr, 80);
AT(dmalab_report, dma_addr, 88);
AT(dmalab_report, length, 96);
AT(dmalab_report, object, 104);
AT(dmalab_report, object_cpu_addr, 112);
AT(dmalab_report, object_dma_addr, 120);
AT(dmalab_report, object_size, 128);
AT(dmalab_report, first, 136);
AT(dmalab_report, last, 144);
AT(dmalab_report, bytes, 152);
AT(dmalab_report, phys, 160);
AT(dmalab_report, also, 168);
AT(dmalab_report, detail, 176);
AT(dmalab_report, missing, 184);
AT(dmalab_report, breaks_on, 192);
AT(dmalab_report, dma_debug, 200);
AT(dmalab_report, failed, 208);
AT(dmalab_report, failed_at, 216);
AT(dmalab_report, nr_history, 224);
AT(dmalab_report, nr_advice, 228);
AT(dmalab_report, history, 232);
AT(dmalab_report, advice, 240);

/* What dmalab_cpu_read() has compiled into programs. */
AT(dmalab_quick, base, 0);
AT(dmalab_quick, size, 8);
AT(dmalab_quick, epoch, 16);
AT(dmalab_quick, pages, 24);
AT(dmalab_quick, stores, 32);

/* Part of drivers' structures: what is new takes the place of what is reserved. */
AT(device, dma_mask, 0);
AT(device, coherent_dma_mask, 8);
AT(device, bus_dma_limit, 16);
AT(device, dma_parms, 24);
AT(device, driver_data, 32);
AT(device, platform_data, 40);
AT(device, init_name, 48);
AT(device, dmalab, 64);
AT(device, dmalab_seal, 72);
AT(device, parent, 80);
AT(device, of_node, 88);
AT(device, fwnode, 96);
AT(device, bus, 104);
AT(device, driver, 112);
AT(device, release, 120);
AT(device, id, 128);
AT(device, kobj, 136);
AT(device, reserved, 160);
_Static_assert(sizeof(struct device) == 224, "devices are members of drivers' structures");

/* What drivers make themselves, as on Linux, can never grow. */
_Static_assert(sizeof(struct page) == 16, "page + 1 is compiled into drivers");
_Static_assert(sizeof(struct scatterlist) == 32, "lists are arrays of drivers'");
_Static_assert(sizeof(struct sg_table) == 16, "tables are members of drivers' structures");
_Static_assert(sizeof(spinlock_t) == 4, "locks are members of drivers' structures");
_Static_assert(sizeof(struct mutex) == 4, "locks are members of drivers' structures");
_Static_assert(sizeof(struct device_dma_parameters) == 16, "dma_parms may be a driver's");
_Static_assert(sizeof(struct vm_area_struct) == 32, "it is made by the program");
_Static_assert(sizeof(struct sg_page_iter) == 24, "iterators are local variables");

/* ------------------------------------------------------------------ helpers */

/* A copy of @size bytes, so that the page behind its last byte is not there. */
static void *at_the_edge(const void *from, size_t size)
{
	size_t page = 64 << 10;
	char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);

	assert_ptr_not_equal(pages, MAP_FAILED);
	assert_int_equal(mprotect(pages + page, page, PROT_NONE), 0);
	return memcpy(pages + page - size, from, size);
}

static void unmap_edge(void *p, size_t size)
{
	size_t page = 64 << 10;

	assert_int_equal(munmap((char *)p + size - page, 2 * page), 0);
}

static char text[2048];

static void keep_text(const struct dmalab_report *report, void *context)
{
	(void)context;
	dmalab_report_format(report, text, sizeof(text));
}

/* ------------------------------------------------------------ configurations */

/* As if version 0.0 had had no more. */
struct older_config {
	size_t size;
	const char *profile;
	size_t ram_size;
};

static void older_config(void **state)
{
	struct older_config old = { sizeof(old), "mips", 1 << 20 }, *edge;
	struct dmalab_machine *m;

	(void)state;
	edge = at_the_edge(&old, sizeof(old));
	assert_int_equal(dmalab_config_check((void *)edge, NULL, 0), 0);
	m = dmalab_machine_new((void *)edge);
	unmap_edge(edge, sizeof(old));
	assert_non_null(m);
	assert_string_equal(dmalab_machine_profile(m), "mips");
	/* What it did not say is the default: all checks, no failures. */
	dmalab_set_report_handler(m, keep_text, NULL);
	assert_non_null(kmalloc(64, GFP_KERNEL));
	kfree((void *)0x1234);
	assert_int_equal(dmalab_report_count(m, "free-unknown"), 1);
	dmalab_machine_free(m);
}

struct newer_config {
	struct dmalab_config known;
	uint64_t later;
};

static void newer_config(void **state)
{
	struct newer_config new = { .known = { .size = sizeof(new), .profile = "riscv" } };
	char message[256], expected[64];
	struct dmalab_machine *m;

	(void)state;
	m = dmalab_machine_new(&new.known);
	assert_string_equal(dmalab_machine_profile(m), "riscv");
	dmalab_machine_free(m);

	/* A field that the library does not have is not ignored once it is set. */
	new.later = 1;
	assert_int_equal(dmalab_config_check(&new.known, message, sizeof(message)), -EINVAL);
	snprintf(expected, sizeof(expected), "a field at byte %zu is set",
		 sizeof(struct dmalab_config));
	assert_non_null(strstr(message, expected));
}

static void size_of_config(void **state)
{
	static const size_t bad[] = { 1, 7, 12, 63, 4104, SIZE_MAX };
	struct dmalab_config config = { .profile = "mips", .fail_every = 1 };
	char message[256];
	struct dmalab_machine *m;

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		config.size = bad[i];
		assert_int_equal(dmalab_config_check(&config, message, sizeof(message)), -EINVAL);
		assert_non_null(strstr(message, "sizeof(struct dmalab_config)"));
	}
	/* None is that of interface 1.0, whose last field is fail_every. */
	config.size = 0;
	m = dmalab_machine_new(&config);
	assert_string_equal(dmalab_machine_profile(m), "mips");
	assert_null(kmalloc(64, GFP_KERNEL));
	dmalab_machine_free(m);
}

/* ---------------------------------------------------------------- statistics */

struct older_stats {
	size_t size;
	uint64_t hits;
};

static void older_stats(void **state)
{
	struct older_stats old = { sizeof(old), 77 }, *edge;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	edge = at_the_edge(&old, sizeof(old));
	dmalab_machine_cache_stats(r.machine, (void *)edge);
	assert_int_equal(edge->size, sizeof(old));
	assert_int_equal(edge->hits, 0);
	unmap_edge(edge, sizeof(old));
	rig_down(&r);
}

static void newer_stats(void **state)
{
	struct {
		struct dmalab_cache_stats known;
		uint64_t later;
	} new = { .known.size = sizeof(new), .later = 0x5a };

	(void)state;
	dmalab_machine_cache_stats(NULL, &new.known);
	assert_int_equal(new.known.size, sizeof(new.known));
	assert_int_equal(new.later, 0x5a);
	/* Version 0.1's, for whoever set no size. */
	new.known = (struct dmalab_cache_stats){ .maintenance = 5 };
	dmalab_machine_cache_stats(NULL, &new.known);
	assert_int_equal(new.known.maintenance, 0);
	assert_int_equal(new.known.size, 48);
}

/* -------------------------------------------------------------------- places */

static void mistake_at(struct rig *r, const void *site)
{
	dmalab_set_report_handler(r->machine, keep_text, NULL);
	dmalab_set_site(site);
	dma_sync_single_for_cpu(r->dev, 0, 1, DMA_TO_DEVICE);
	dmalab_set_site(NULL);
}

/* A place without a line; and one with more than there is. */
static void other_sites(void **state)
{
	struct {
		size_t size;
		const char *file;
	} old = { sizeof(old), "old.dma" }, *edge;
	struct {
		struct dmalab_site known;
		const char *later;
	} new = { { .size = sizeof(new), .file = "new.dma", .line = 4 }, "later" };
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	edge = at_the_edge(&old, sizeof(old));
	mistake_at(&r, edge);
	assert_non_null(strstr(text, " at old.dma:0\n"));
	unmap_edge(edge, sizeof(old));
	mistake_at(&r, &new);
	assert_non_null(strstr(text, " at new.dma:4\n"));
	rig_down(&r);
}

/* ------------------------------------------------------------------- reports */

/* As an older program knows them. */
struct older_report {
	size_t size;
	const char *check;
	enum dmalab_severity severity;
	unsigned failed_nth;
	const char *call;
};

static struct older_report seen;
static unsigned nr_events, nr_calls;

static void old_handler(const struct dmalab_report *report, void *context)
{
	const struct older_report *r = (const void *)report;

	(void)context;
	seen = *r;
	/* One structure leads to the next by a pointer, and each says how long it is. */
	assert_int_equal(report->size, sizeof(*report));
	assert_int_equal(report->site->size, sizeof(struct dmalab_site));
	for (unsigned i = 0; i < report->nr_history; i++) {
		assert_int_equal(report->history[i]->size, sizeof(struct dmalab_event));
		assert_int_equal(report->history[i]->site->size, sizeof(struct dmalab_site));
		nr_events++;
	}
	for (unsigned i = 0; i < report->nr_advice; i++) {
		assert_int_equal(report->advice[i]->size, sizeof(struct dmalab_advice));
		assert_int_equal(report->advice[i]->site->size, sizeof(struct dmalab_site));
		nr_calls++;
	}
}

static void older_report(void **state)
{
	struct rig r;
	dma_addr_t dma;
	u8 *p;

	(void)state;
	rig_up(&r, "arm64");
	dmalab_set_report_handler(r.machine, old_handler, NULL);
	p = noncoherent_ok(&r, 4096, &dma, DMA_FROM_DEVICE);
	dma_sync_single_for_device(r.dev, dma, 4096, DMA_FROM_DEVICE);
	dev_write(&r, dma, 64);
	cpu_read(p, 64);
	assert_string_equal(seen.check, "stale-cpu-read");
	assert_string_equal(seen.call, "dmalab_cpu_read");
	assert_true(seen.size >= sizeof(seen));
	assert_int_equal(nr_events, 2);
	assert_true(nr_calls > 0);
	dma_free_noncoherent(r.dev, 4096, p, dma, DMA_FROM_DEVICE);
	rig_down(&r);
}

/* The catalogue is gone through without knowing how large an entry is. */
static void catalogue(void **state)
{
	size_t count, i;
	const struct dmalab_check *const *checks = dmalab_checks(&count);

	(void)state;
	for (i = 0; checks[i]; i++) {
		assert_int_equal(checks[i]->size, sizeof(struct dmalab_check));
		assert_true(*checks[i]->name);
	}
	assert_int_equal(i, count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(older_config),
		cmocka_unit_test(newer_config),
		cmocka_unit_test(size_of_config),
		cmocka_unit_test(older_stats),
		cmocka_unit_test(newer_stats),
		cmocka_unit_test(other_sites),
		cmocka_unit_test(older_report),
		cmocka_unit_test(catalogue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
