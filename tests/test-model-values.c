/* SPDX-License-Identifier: MIT */
/*
 * The fuzzer's model: what bytes hold, in memory and in copies, who has stored it, and how a
 * disagreement is explained. Each rule with a case that it predicts and one that comes close.
 */
#include "model-rig.h"

#include <stdlib.h>
#include <string.h>

static void nobody_has_stored(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kmalloc_at(PAGE(40), 256));
	predicts("uninitialised-to-device", map(0, PAGE(40), 64, TO));
	assert_int_equal(expect_of.bytes, 64);
	silent(checked(0, PAGE(40)));
	silent(unmap(0, PAGE(40), 64, TO));
	silent(cpu_writes(PAGE(40), 64));
	silent(map_checked(0, PAGE(40), 64, TO));

	silent(map_checked(0, PAGE(40) + 128, 64, FROM));
	silent(device_writes(0, PAGE(40) + 128, 60));
	silent(unmap(0, PAGE(40) + 128, 64, FROM));
	silent(cpu_reads(PAGE(40) + 128, 60));
	predicts("unwritten-read", cpu_reads(PAGE(40) + 128, 64));
	assert_int_equal(expect_of.bytes, 4);
}

/* The CPU's own store is what it loads, whatever was hidden there before. */
static void stored_over_what_was_hidden(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(noncoherent(0, PAGE(40), 128, FROM));
	silent(for_device(0, PAGE(40), 128, FROM));
	silent(device_writes(0, PAGE(40), 32));
	predicts("stale-cpu-read", cpu_reads(PAGE(40), 32));
	predicts("cpu-write-device-owned", cpu_writes(PAGE(40), 32));
	predicts("cpu-read-device-owned", cpu_reads(PAGE(40), 32));
}

/* Objects are found from any of their bytes, wherever the cells of a grid end. */
static void objects_across_cells(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 8192));
	silent(map_checked(0, PAGE(40) + 200, 128, FROM));
	silent(map_checked(1, PAGE(41) - 128, 256, FROM));
	for (size_t at = 200; at < 328; at += 8)
		predicts("cpu-read-device-owned", cpu_reads(PAGE(40) + at, 8));
	predicts("cpu-read-device-owned", cpu_reads(PAGE(41) + 120, 8));
	silent(device_writes(0, PAGE(40) + 300, 8));
	silent(device_writes(1, PAGE(41) + 120, 8));
	silent(cpu_reads(PAGE(40) + 328, 8));
	silent(cpu_reads(PAGE(41) + 128, 8));
}

/* What was brought is what was stored last, where that is certain. */
static void values(void **state)
{
	uint8_t bytes[64];

	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	silent(cpu_writes(PAGE(40) + 30, 40));
	memset(bytes, 0, sizeof(bytes));
	memset(bytes + 30, 7, 34);
	silent(step((struct call){ .kind = CPU_READ, .cpu = ram(PAGE(40)), .size = 64 },
		    (struct outcome){ .bytes = bytes }));
	assert_null(expect_of.wrong);
	bytes[29] = 7;
	silent(step((struct call){ .kind = CPU_READ, .cpu = ram(PAGE(40)), .size = 64 },
		    (struct outcome){ .bytes = bytes }));
	assert_non_null(expect_of.wrong);
}

static bool may_bring(size_t at, size_t len, uint8_t value)
{
	uint8_t bytes[64];

	memset(bytes, value, sizeof(bytes));
	silent(step((struct call){ .kind = CPU_READ, .cpu = ram(at), .size = len },
		    (struct outcome){ .bytes = bytes }));
	return !expect_of.wrong;
}

/* Of pages that were zeroed, as many bytes are known as were asked for. */
static void values_of_pages(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 5000));
	assert_true(may_bring(PAGE(40) + 4990, 10, 0));
	assert_false(may_bring(PAGE(40) + 4990, 10, 1));
	assert_false(may_bring(PAGE(40) + 4096 - 5, 10, 1));
	assert_true(may_bring(PAGE(40) + 5000, 10, 1));
	silent(kzalloc_at(PAGE(44), 8000));
	assert_false(may_bring(PAGE(44) + 7990, 10, 1));
	assert_true(may_bring(PAGE(44) + 8000, 10, 1));
}

/* Copied with a shift against units. */
static void values_of_copies(void **state)
{
	struct call copy = { .kind = KMEMDUP, .size = 100, .gfp = GFP_KERNEL };

	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	silent(cpu_writes(PAGE(40) + 60, 10));
	copy.cpu = ram(PAGE(40) + 30);
	silent(step(copy, (struct outcome){ .cpu = ram(PAGE(41)) }));
	assert_true(may_bring(PAGE(41), 30, 0));
	assert_true(may_bring(PAGE(41) + 30, 10, 7));
	assert_false(may_bring(PAGE(41) + 39, 1, 0));
	assert_true(may_bring(PAGE(41) + 40, 60, 0));
	assert_false(may_bring(PAGE(41) + 60, 40, 7));
}

/* A store of C is found by a later call, if it stored anything. */
static void stores_of_c(void **state)
{
	uint8_t changed[8] = { 1, 1, 1, 1, 0, 0, 0, 0 };
	struct call store = { .kind = PLAIN_WRITE, .size = 8, .value = 3 };
	struct call look = { .kind = EVICT };

	(void)state;
	begin_plain("arm64");
	silent(kzalloc_at(PAGE(40), 256));
	silent(map_checked(0, PAGE(40), 64, TO));
	store.cpu = ram(PAGE(40));
	silent(step(store, (struct outcome){ .bytes = changed }));
	assert_true(model_awaits(model, &look));
	silent(told(look));
	assert_int_equal(expect_of.nr_found, 1);
	assert_string_equal(expect_of.found[0], "cpu-write-device-owned");
	assert_int_equal(expect_of.found_bytes, 4);

	memset(changed, 0, sizeof(changed));
	silent(step(store, (struct outcome){ .bytes = changed }));
	assert_false(model_awaits(model, &look));
}

/* The copy of a mapping has what the last call that copies brought there. */
static void copies(void **state)
{
	size_t slot = RAM - RAM / 8;
	dma_addr_t dma;
	struct call map = { .kind = MAP, .size = 64, .dir = BOTH };

	(void)state;
	begin("swiotlb", NULL);
	dma = phys(slot);
	silent(kzalloc_at(PAGE(40), 256));
	map.cpu = ram(PAGE(40));
	silent(step(map, (struct outcome){ .dma = dma }));
	silent(told((struct call){ .kind = MAPPING_ERROR, .dma = dma }));
	silent(device_reads(0, slot, 64));
	predicts("cpu-write-device-owned", cpu_writes(PAGE(40), 8));
	predicts("stale-device-read", device_reads(0, slot, 64));
	assert_int_equal(expect_of.bytes, 8);
	assert_false(expect_of.any_dispute);
	silent(for_device(0, slot, 64, BOTH));
	silent(device_reads(0, slot, 64));
	silent(device_writes(0, slot, 8));
	predicts("stale-cpu-read", cpu_reads(PAGE(40), 8));
	silent(for_cpu(0, slot, 64, BOTH));
	silent(cpu_reads(PAGE(40), 8));
}

/* Of two copies, each is somebody's latest: which of the four reports it is, is open. */
static void two_copies(void **state)
{
	size_t slot = RAM - RAM / 8, other = slot + 2048;
	struct call map = { .kind = MAP, .size = 64, .dir = BOTH };

	(void)state;
	begin("swiotlb", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	map.cpu = ram(PAGE(40));
	silent(step(map, (struct outcome){ .dma = phys(slot) }));
	map.cpu = ram(PAGE(40) + 32);
	predicts("overlapping-mapping", step(map, (struct outcome){ .dma = phys(other) }));
	predicts("cpu-write-device-owned", cpu_writes(PAGE(40), 64));
	predicts("stale-device-read", device_reads(0, slot, 32));
	assert_false(expect_of.any_dispute);
	predicts("stale-device-read", device_reads(0, slot, 33));
	assert_true(expect_of.any_dispute);

	/* Nor is it open what comes before these reports. */
	predicts("cpu-use-after-free", cpu_reads(PAGE(40), 257));
	assert_false(expect_of.any_dispute);
}

/* A store of the CPU that an invalidation may have thrown away, and the load of it. */
static void lose_a_store(void)
{
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	silent(map_checked(0, PAGE(40), 128, FROM));
	predicts("cpu-write-device-owned", cpu_writes(PAGE(40), 16));
	silent(unmap(0, PAGE(40), 128, FROM));
	predicts("lost-cpu-write", cpu_reads(PAGE(40), 64));
}

/* A library that reported this about so many bytes, from the first on; NULL: nothing. */
static const char *disagrees(const char *check, size_t bytes)
{
	struct call c = { .kind = CPU_READ, .cpu = ram(PAGE(40)), .size = 64 };
	struct outcome o = { .nr_remarks = check != NULL };

	o.remark[0] = (struct remark){ .check = check, .last = bytes - 1, .bytes = bytes };
	return model_disagrees(model, &c, &expect_of, &o);
}

static void says_why(void **state)
{
	static const char *const told_of[] = {
		"lost-cpu-write, 1 time(s), 16 bytes within 16", "rule: ", "fuzz/model/access.c:",
		"cpu_reads(), after docs/checks/lost-cpu-write.md",
		"byte: ram+0x28000, of the line 0x28000..0x2803f; when it was judged: ",
		"the CPU's store may not be in memory", "last stored by the CPU",
		"object: kmalloc() memory at ram+0x28000, 256 bytes",
		"the library says: stale-cpu-read, bytes 0..15 of the object", "after the call: ",
	};
	struct call c = { .kind = CPU_READ, .size = 64 };
	struct outcome o = { .nr_remarks = 1 };
	char *text;
	size_t len;
	FILE *to;

	(void)state;
	lose_a_store();
	assert_null(disagrees("lost-cpu-write", 16));
	assert_non_null(disagrees("lost-cpu-write", 17));
	assert_non_null(disagrees("stale-cpu-read", 16));
	assert_non_null(disagrees(NULL, 0));

	c.cpu = ram(PAGE(40));
	o.remark[0] = (struct remark){ .check = "stale-cpu-read", .last = 15, .bytes = 16 };
	to = open_memstream(&text, &len);
	assert_non_null(to);
	model_explain(model, &c, &expect_of, &o, "another report", to);
	fclose(to);
	for (size_t i = 0; i < sizeof(told_of) / sizeof(told_of[0]); i++)
		if (!strstr(text, told_of[i]))
			fail_msg("no \"%s\" in:\n%s", told_of[i], text);
	free(text);
}

/* A program leaves nothing to the next. */
static void started_again(void **state)
{
	(void)state;
	lose_a_store();
	begin("arm64", NULL);
	predicts("cpu-use-after-free", cpu_reads(PAGE(40), 64));
	silent(kzalloc_at(PAGE(40), 256));
	silent(cpu_reads(PAGE(40), 64));
	predicts("free-unknown", unmap(0, PAGE(40), 128, FROM));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_has_stored),
		cmocka_unit_test(stored_over_what_was_hidden),
		cmocka_unit_test(objects_across_cells),
		cmocka_unit_test(values),
		cmocka_unit_test(values_of_pages),
		cmocka_unit_test(values_of_copies),
		cmocka_unit_test(stores_of_c),
		cmocka_unit_test(copies),
		cmocka_unit_test(two_copies),
		cmocka_unit_test(says_why),
		cmocka_unit_test(started_again),
	};

	return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
