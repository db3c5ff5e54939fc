/* SPDX-License-Identifier: MIT */
/*
 * The fuzzer's model: which bytes two legal caches dispute, whose they are, and what becomes of
 * them. Each rule with a case that it predicts a report for, and one that comes close.
 */
#include "model-rig.h"

static void cpu_store_lost_by_invalidation(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	silent(map_checked(0, PAGE(40), 128, FROM));
	predicts("cpu-write-device-owned", cpu_writes(PAGE(40), 16));
	silent(unmap(0, PAGE(40), 128, FROM));
	predicts("lost-cpu-write", cpu_reads(PAGE(40), 64));
	assert_int_equal(expect_of.bytes, 16);
	assert_int_equal(expect_of.saw.at, PAGE(40));
	assert_true(expect_of.saw.cpu_only && expect_of.saw.hidden && !expect_of.saw.by_device);
}

static void cpu_store_kept_without_invalidation(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	silent(map_checked(0, PAGE(40), 128, TO));
	predicts("cpu-write-device-owned", cpu_writes(PAGE(40), 16));
	silent(unmap(0, PAGE(40), 128, TO));
	silent(cpu_reads(PAGE(40), 64));
}

static void device_store_lost_under_a_dirty_line(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(noncoherent(0, PAGE(40), 128, FROM));
	predicts("device-write-cpu-owned", device_writes(0, PAGE(40), 32));
	predicts("lost-device-write", cpu_reads(PAGE(40) + 16, 64));
	assert_int_equal(expect_of.bytes, 16);
	assert_true(expect_of.saw.by_device);

	begin("arm64", NULL);
	silent(noncoherent(0, PAGE(40), 128, FROM));
	silent(for_device(0, PAGE(40), 128, FROM));
	silent(device_writes(0, PAGE(40), 32));
	silent(for_cpu(0, PAGE(40), 128, FROM));
	silent(cpu_reads(PAGE(40) + 16, 64));
}

static void cache_hides_a_device_store(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(noncoherent(0, PAGE(40), 128, FROM));
	silent(for_device(0, PAGE(40), 128, FROM));
	silent(device_writes(0, PAGE(40), 32));
	predicts("stale-cpu-read", cpu_reads(PAGE(40), 1));
	silent(for_cpu(0, PAGE(40), 64, FROM));
	silent(cpu_reads(PAGE(40), 1));
}

/* Without speculation, a line that was invalidated stays away. */
static void cache_that_fetches_nothing_hides_nothing(void **state)
{
	(void)state;
	begin("mips-nonspec", NULL);
	silent(noncoherent(0, PAGE(40), 128, FROM));
	silent(for_device(0, PAGE(40), 128, FROM));
	silent(device_writes(0, PAGE(40), 32));
	predicts("cpu-read-device-owned", cpu_reads(PAGE(40), 1));
	silent(for_cpu(0, PAGE(40), 128, FROM));
	silent(cpu_reads(PAGE(40), 1));
}

static void cache_alone_has_a_cpu_store(void **state)
{
	(void)state;
	begin("riscv", NULL);
	silent(noncoherent(0, PAGE(40), 128, TO));
	silent(for_device(0, PAGE(40), 128, TO));
	silent(for_cpu(0, PAGE(40), 128, TO));
	silent(cpu_writes(PAGE(40) + 64, 8));
	predicts("stale-device-read", device_reads(0, PAGE(40), 128));
	assert_int_equal(expect_of.bytes, 8);
	silent(for_device(0, PAGE(40) + 64, 8, TO));
	silent(device_reads(0, PAGE(40) + 64, 8));
	predicts("device-read-cpu-owned", device_reads(0, PAGE(40), 64));
}

/* What a map does to bytes that the CPU has just stored, as the device sees them then. */
static void maintenance_of_each_machine(void **state)
{
	static const struct {
		const char *profile, *both, *to, *from;
	} machines[] = {
		{ "x86", NULL, NULL, "device-read-write-only" },
		{ "arm64", NULL, NULL, "device-read-write-only" },
		{ "riscv", NULL, NULL, "device-read-write-only" },
		{ "armv7", NULL, NULL, "lost-cpu-write" },
		{ "mips", NULL, NULL, "lost-cpu-write" },
		{ "mips-nonspec", NULL, NULL, "lost-cpu-write" },
		{ "powerpc", NULL, NULL, "lost-cpu-write" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		const char *const wanted[] = { machines[i].both, machines[i].to, machines[i].from };

		for (int dir = BOTH; dir <= FROM; dir++) {
			const char *check;

			begin(machines[i].profile, NULL);
			silent(kzalloc_at(PAGE(40), 128));
			silent(map(0, PAGE(40), 128, dir));
			check = device_reads(0, PAGE(40), 128);
			assert_string_equal(said(check), said(wanted[dir]));
		}
	}
}

static void cpu_touches_what_the_device_owns(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	silent(map_checked(0, PAGE(40) + 128, 64, FROM));
	predicts("cpu-read-device-owned", cpu_reads(PAGE(40) + 100, 32));
	assert_int_equal(expect_of.bytes, 4);
	silent(cpu_reads(PAGE(40) + 100, 28));
	silent(for_cpu(0, PAGE(40) + 128, 64, FROM));
	silent(cpu_reads(PAGE(40) + 100, 32));

	silent(map_checked(0, PAGE(40), 64, TO));
	silent(cpu_reads(PAGE(40), 64));
	predicts("cpu-write-device-owned", cpu_writes(PAGE(40) + 60, 8));
	assert_int_equal(expect_of.bytes, 4);
	silent(for_cpu(0, PAGE(40), 64, TO));
	silent(cpu_writes(PAGE(40) + 60, 8));
}

/* Ownership changes byte by byte: what was given back, in two pieces, and what was not. */
static void ownership_of_parts(void **state)
{
	(void)state;
	begin("x86", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	silent(map_checked(0, PAGE(40), 256, BOTH));
	silent(for_cpu(0, PAGE(40) + 10, 20, BOTH));
	silent(for_cpu(0, PAGE(40) + 40, 20, BOTH));
	predicts("cpu-write-device-owned", cpu_writes(PAGE(40), 64));
	assert_int_equal(expect_of.bytes, 10 + 10 + 4);
	assert_int_equal(expect_of.span, 64);
	silent(cpu_writes(PAGE(40) + 10, 20));
	silent(for_device(0, PAGE(40) + 15, 5, BOTH));
	predicts("cpu-write-device-owned", cpu_writes(PAGE(40) + 10, 20));
	assert_int_equal(expect_of.bytes, 5);
	silent(for_cpu(0, PAGE(40), 256, BOTH));
	silent(cpu_writes(PAGE(40), 256));
}

static void device_touches_what_the_cpu_owns(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 128));
	silent(map_checked(0, PAGE(40), 128, BOTH));
	silent(device_reads(0, PAGE(40), 128));
	silent(for_cpu(0, PAGE(40), 64, BOTH));
	predicts("device-read-cpu-owned", device_reads(0, PAGE(40) + 60, 8));
	assert_int_equal(expect_of.bytes, 4);
	silent(device_reads(0, PAGE(40) + 64, 64));
	predicts("device-write-cpu-owned", device_writes(0, PAGE(40) + 63, 1));
	silent(device_writes(0, PAGE(40) + 64, 1));
}

static void device_goes_the_other_way(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	silent(map_checked(0, PAGE(40), 64, TO));
	silent(map_checked(0, PAGE(40) + 64, 64, FROM));
	silent(map_checked(0, PAGE(40) + 128, 64, BOTH));
	predicts("device-write-read-only", device_writes(0, PAGE(40), 8));
	silent(device_reads(0, PAGE(40) + 32, 8));
	predicts("device-read-write-only", device_reads(0, PAGE(40) + 64, 8));
	silent(device_writes(0, PAGE(40) + 64, 8));
	silent(device_reads(0, PAGE(40) + 128, 8));
	silent(device_writes(0, PAGE(40) + 128, 8));
}

static void device_leaves_its_mapping(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 128));
	silent(map_checked(0, PAGE(40), 64, TO));
	predicts("device-out-of-bounds", stray_read(0, phys(PAGE(40)), 65));
	silent(device_reads(0, PAGE(40), 64));
	predicts("device-out-of-bounds", stray_read(1, phys(PAGE(40)), 64));
	silent(unmap(0, PAGE(40), 64, TO));
	predicts("device-use-after-unmap", stray_read(0, phys(PAGE(40)) + 63, 1));
	predicts("device-out-of-bounds", stray_read(0, phys(PAGE(40)) + 64, 1));
}

static void cpu_touches_free_memory(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 128));
	silent(cpu_reads(PAGE(40), 128));
	predicts("cpu-use-after-free", cpu_reads(PAGE(40) + 1, 128));
	silent(kfree_at(PAGE(40)));
	predicts("cpu-use-after-free", cpu_reads(PAGE(40), 1));
	predicts("cpu-use-after-free", cpu_writes(PAGE(40), 1));
}

/* Uncached memory has one view that is right. */
static void cpu_uses_the_other_view(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(coherent(0, PAGE(40), 4096));
	silent(told((struct call){ .kind = CPU_READ, .cpu = uncached(PAGE(40)), .size = 8 }));
	predicts("cpu-use-after-free", cpu_reads(PAGE(40), 8));
}

static void cpu_touches_a_cookie(void **state)
{
	static uint8_t zeroes[8];

	(void)state;
	begin("arm64", NULL);
	silent(handle(0, PAGE(40), 4096));
	predicts("handle-dereference",
		 step((struct call){ .kind = CPU_READ, .cpu = cookie(PAGE(40)), .size = 8 },
		      (struct outcome){ .bytes = zeroes }));
	silent(step((struct call){ .kind = CPU_READ, .cpu = cookie(RAM), .size = 8 },
		    (struct outcome){ .bytes = zeroes }));
}

static void neighbours_in_a_line(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	silent(map_checked(0, PAGE(40), 32, FROM));
	silent(device_writes(0, PAGE(40), 32));
	predicts("shared-cache-line", cpu_writes(PAGE(40) + 32, 8));
	assert_int_equal(expect_of.bytes, 32);

	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	silent(map_checked(0, PAGE(40), 32, FROM));
	silent(device_writes(0, PAGE(40), 32));
	silent(cpu_writes(PAGE(40) + 64, 8));
}

/* Memory that nobody has anything of in the cache alone. */
static void clean_memory(const char *profile, size_t size)
{
	begin(profile, NULL);
	silent(kzalloc_at(PAGE(40), size));
	silent(map_checked(0, PAGE(40), size, TO));
	silent(unmap(0, PAGE(40), size, TO));
}

/* A line of 128 bytes is two units; one of 32 is half of one. */
static void lines_of_each_size(void **state)
{
	static const struct {
		const char *profile;
		size_t line;
	} machines[] = { { "mips", 32 }, { "riscv", 64 }, { "mips-nonspec", 128 } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		size_t line = machines[i].line;

		clean_memory(machines[i].profile, 512);
		silent(map_checked(0, PAGE(40) + line, 8, FROM));
		/* Beside it the CPU stores, and dirties the line: the device's store is over it. */
		silent(cpu_writes(PAGE(40) + 2 * line - 4, 4));
		predicts("shared-cache-line", device_writes(0, PAGE(40) + line, 8));

		clean_memory(machines[i].profile, 512);
		silent(map_checked(0, PAGE(40) + line, 8, FROM));
		silent(cpu_writes(PAGE(40) + 2 * line, 4));
		silent(cpu_writes(PAGE(40) + line - 4, 4));
		silent(device_writes(0, PAGE(40) + line, 8));
	}
}

static void invalidated_in_part(void **state)
{
	(void)state;
	begin("riscv", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	silent(map_checked(0, PAGE(40), 32, FROM));
	silent(cpu_writes(PAGE(40) + 40, 8));
	predicts("sync-partial-line", unmap(0, PAGE(40), 32, FROM));
	predicts("lost-cpu-write", cpu_reads(PAGE(40) + 32, 32));

	/* Nothing of it is in the cache alone. */
	begin("riscv", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	silent(map_checked(0, PAGE(40), 32, FROM));
	silent(unmap(0, PAGE(40), 32, FROM));

	/* This machine writes lines back that it has to invalidate in part. */
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	silent(map_checked(0, PAGE(40), 32, FROM));
	silent(cpu_writes(PAGE(40) + 40, 8));
	silent(unmap(0, PAGE(40), 32, FROM));
	silent(cpu_reads(PAGE(40) + 32, 32));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpu_store_lost_by_invalidation),
		cmocka_unit_test(cpu_store_kept_without_invalidation),
		cmocka_unit_test(device_store_lost_under_a_dirty_line),
		cmocka_unit_test(cache_hides_a_device_store),
		cmocka_unit_test(cache_that_fetches_nothing_hides_nothing),
		cmocka_unit_test(cache_alone_has_a_cpu_store),
		cmocka_unit_test(maintenance_of_each_machine),
		cmocka_unit_test(cpu_touches_what_the_device_owns),
		cmocka_unit_test(ownership_of_parts),
		cmocka_unit_test(device_touches_what_the_cpu_owns),
		cmocka_unit_test(device_goes_the_other_way),
		cmocka_unit_test(device_leaves_its_mapping),
		cmocka_unit_test(cpu_touches_free_memory),
		cmocka_unit_test(cpu_uses_the_other_view),
		cmocka_unit_test(cpu_touches_a_cookie),
		cmocka_unit_test(neighbours_in_a_line),
		cmocka_unit_test(lines_of_each_size),
		cmocka_unit_test(invalidated_in_part),
	};

	return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
