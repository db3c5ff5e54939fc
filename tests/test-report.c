/* SPDX-License-Identifier: MIT */
/* The handler, the counters, the text, and printing each place once. */
#include "rig.h"

#include <fcntl.h>
#include <unistd.h>

/* What goes to standard error between the two calls. */
static int saved_stderr, capture_file;

static void capture_begin(void)
{
	char name[] = "/tmp/dmalab-test-XXXXXX";

	fflush(stderr);
	saved_stderr = dup(STDERR_FILENO);
	capture_file = mkstemp(name);
	assert_true(saved_stderr >= 0 && capture_file >= 0);
	unlink(name);
	dup2(capture_file, STDERR_FILENO);
}

static char *capture_end(void)
{
	static char text[65536];
	ssize_t len;

	fflush(stderr);
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	len = pread(capture_file, text, sizeof(text) - 1, 0);
	close(capture_file);
	assert_true(len >= 0);
	text[len] = 0;
	return text;
}

static unsigned count_lines(const char *text, const char *start)
{
	unsigned nr = 0;

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		nr += strncmp(text, start, strlen(start)) == 0;
	return nr;
}

/* Of calls whose place is a return address. */
static void need_addresses(void)
{
	dmalab_set_site(NULL);
}

/* ---------------------------------------------------------------- fields */

static struct dmalab_report last;
static struct dmalab_site last_site;
static char last_missing[256], last_history[256];

static void keep(const struct dmalab_report *report, void *context)
{
	last = *report;
	last_site = *report->site;
	snprintf(last_missing, sizeof(last_missing), "%s", report->missing ? report->missing : "");
	snprintf(last_history, sizeof(last_history), "%s",
		 report->nr_history ? report->history[0]->what : "");
	assert_ptr_equal(context, &last);
	/* Two calls that a handler may make. */
	assert_true(dmalab_report_format(report, NULL, 0) > 0);
	assert_true(dmalab_report_count(dmalab_machine_current(), NULL) > 0);
}

static void fields(void **state)
{
	struct rig r;
	dma_addr_t dma;
	char expected[128];
	u8 *p;

	(void)state;
	rig_up(&r, NULL);
	need_addresses();
	dmalab_set_report_handler(r.machine, keep, &last);
	p = noncoherent_ok(&r, 8192, &dma, DMA_FROM_DEVICE);
	dma_sync_single_for_device(r.dev, dma, 8192, DMA_FROM_DEVICE);
	dev_write(&r, dma + 128, 64);
	cpu_read(p + 100, 200);
	assert_string_equal(last.check, "stale-cpu-read");
	assert_int_equal(last.severity, DMALAB_ERROR);
	assert_string_equal(last.call, "dmalab_cpu_read");
	assert_null(last_site.file);
	assert_non_null(last_site.address);
	assert_ptr_equal(last.dev, r.dev);
	assert_string_equal(last.device, "nic");
	assert_string_equal(last.profile, "arm64");
	assert_ptr_equal(last.cpu_addr, p + 100);
	assert_int_equal(last.length, 200);
	assert_string_equal(last.object, "noncoherent buffer");
	assert_ptr_equal(last.object_cpu_addr, p);
	assert_int_equal(last.object_dma_addr, dma);
	assert_int_equal(last.object_size, 8192);
	assert_int_equal(last.first, 128);
	assert_int_equal(last.last, 191);
	assert_int_equal(last.bytes, 64);
	assert_int_equal(last.nr_history, 2);
	assert_string_equal(last_history, "dma_alloc_noncoherent() made it");
	snprintf(expected, sizeof(expected),
		 "dma_sync_single_for_cpu(nic, 0x%llx, 200, DMA_FROM_DEVICE) before this read, ",
		 (unsigned long long)dma + 100);
	assert_non_null(strstr(last_missing, expected));
	dma_free_noncoherent(r.dev, 8192, p, dma, DMA_FROM_DEVICE);
	rig_down(&r);
}

/* ------------------------------------------------------ handler and counts */

static void every_occurrence_counts(void **state)
{
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	p = noncoherent_ok(&r, 4096, &dma, DMA_TO_DEVICE);
	for (int i = 0; i < 5; i++)
		dev_read(&r, dma, 16);
	assert_int_equal(r.nr, 5);
	assert_int_equal(dmalab_report_count(r.machine, "stale-device-read"), 5);
	assert_int_equal(dmalab_report_count(r.machine, "leak"), 0);
	dma_sync_single_for_cpu(r.dev, dma + 4000, 100, DMA_TO_DEVICE);
	assert_int_equal(dmalab_report_count(r.machine, NULL), 6);
	r.drawn[0] = 0;
	r.nr = 0;
	dma_free_noncoherent(r.dev, 4096, p, dma, DMA_TO_DEVICE);
	rig_down(&r);
}

static void mistakes(struct rig *r)
{
	dma_addr_t dma;
	void *p = noncoherent_ok(r, 4096, &dma, DMA_TO_DEVICE);

	for (int i = 0; i < 3; i++)
		dmalab_device_read(r->dev, dma, &(u32){ 0 }, 4);
	dmalab_device_read(r->dev, dma, &(u32){ 0 }, 4);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_TO_DEVICE);
}

/* The default handler prints a place once, a handler of one's own sees them all. */
static void default_handler_prints_each_place_once(void **state)
{
	struct rig r;
	char *text;

	(void)state;
	rig_up(&r, NULL);
	need_addresses();
	dmalab_set_report_handler(r.machine, NULL, NULL);
	capture_begin();
	mistakes(&r);
	text = capture_end();
	assert_int_equal(r.nr, 0);
	assert_int_equal(count_lines(text, "dmalab: error: stale-device-read: "), 2);
	assert_int_equal(dmalab_report_count(r.machine, "stale-device-read"), 4);
	/* The place, if only as a symbol or an address. */
	assert_non_null(strstr(text, "dmalab_device_read"));
	assert_non_null(strstr(text, " at "));

	capture_begin();
	mistakes(&r);
	assert_string_equal(capture_end(), "");
	assert_int_equal(dmalab_report_count(r.machine, NULL), 8);
	rig_down(&r);
}

/* Places told by dmalab_set_site() count as places. */
static void told_places(void **state)
{
	static const struct dmalab_site one = { .file = "a.dma", .line = 1 },
					two = { .file = "a.dma", .line = 2 };
	const struct dmalab_site *sites[] = { &one, &two, &one };
	struct rig r;
	char *text;

	(void)state;
	rig_up(&r, NULL);
	dmalab_set_report_handler(r.machine, NULL, NULL);
	capture_begin();
	for (int i = 0; i < 3; i++) {
		dmalab_set_site(sites[i]);
		dma_sync_single_for_cpu(r.dev, 0, 1, DMA_TO_DEVICE);
	}
	dmalab_set_site(NULL);
	text = capture_end();
	assert_int_equal(count_lines(text, "dmalab: "), 2);
	assert_non_null(strstr(text, " at a.dma:1\n"));
	assert_non_null(strstr(text, " at a.dma:2\n"));
	rig_down(&r);
}

/* ---------------------------------------------------------------- format */

static void format_like_snprintf(const struct dmalab_report *report, void *context)
{
	char whole[4096], part[4096];
	size_t len = dmalab_report_format(report, whole, sizeof(whole));

	(*(unsigned *)context)++;
	assert_int_equal(len, strlen(whole));
	assert_int_equal(dmalab_report_format(report, NULL, 0), len);
	for (size_t size = 1; size <= len + 2; size++) {
		size_t fits = size - 1 < len ? size - 1 : len;

		memset(part, 'x', sizeof(part));
		assert_int_equal(dmalab_report_format(report, part, size), len);
		assert_int_equal(strlen(part), fits);
		assert_memory_equal(part, whole, fits);
		assert_int_equal(part[fits + 1], 'x');
	}
	assert_int_equal(strncmp(whole, "dmalab: error: sync-unknown: ", 29), 0);
	assert_int_equal(whole[len - 1], '\n');
}

static void format(void **state)
{
	unsigned calls = 0;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	dmalab_set_report_handler(r.machine, format_like_snprintf, &calls);
	dma_sync_single_for_cpu(r.dev, 0x1000, 1, DMA_TO_DEVICE);
	assert_int_equal(calls, 1);
	rig_down(&r);
}

/* Reports about what happened in a device that is gone. */
static void after_the_device_is_gone(void **state)
{
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	p = noncoherent_ok(&r, 4096, &dma, DMA_TO_DEVICE);
	dma_free_noncoherent(r.dev, 4096, p, dma, DMA_TO_DEVICE);
	dmalab_device_free(r.dev);
	cpu_read(p, 4);
	expect(&r, "cpu-use-after-free");
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(every_occurrence_counts),
		cmocka_unit_test(default_handler_prints_each_place_once),
		cmocka_unit_test(told_places),
		cmocka_unit_test(format),
		cmocka_unit_test(after_the_device_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
