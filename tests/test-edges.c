/* SPDX-License-Identifier: MIT */
/*
 * Lines that a range covers only in part, on each machine: what happens to bytes of
 * the CPU that stand beside the range, and to the device's bytes inside it.
 */
#include "rig.h"

#define SIZE 4096u

struct edge {
	const char *profile;
	size_t line;
	bool device_call_loses; /* dma_sync_single_for_device(..., DMA_FROM_DEVICE) */
	bool cpu_call_loses;    /* dma_sync_single_for_cpu(..., DMA_FROM_DEVICE) */
};

static const struct edge edges[] = {
	{ "x86", 64, false, false },
	{ "arm64", 64, false, false },       /* cleans; flushes the edges */
	{ "armv7", 64, false, false },       /* flushes the edges, both ways */
	{ "riscv", 64, false, true },        /* cleans; invalidates whole lines */
	{ "mips", 32, true, true },
	{ "mips-nonspec", 128, true, false },/* does nothing for the CPU */
	{ "powerpc", 32, false, false },     /* flushes all if one line is partial */
	{ "swiotlb", 64, false, false },     /* no caches to maintain */
	{ "iommu", 64, false, false },
};

static void every_profile_has_an_edge(void **state)
{
	const char *profile;
	size_t nr = 0;

	(void)state;
	for_each_profile(profile)
		assert_string_equal(profile, edges[nr++].profile);
	assert_int_equal(nr, ARRAY_SIZE(edges));
}

/* The CPU's bytes stand in the second half of a line, the sync covers the first. */
static void sync_beside(const struct edge *e, bool for_device, bool loses)
{
	const u8 cpu = 0x77;
	struct rig r;
	dma_addr_t dma;
	u8 got = 0;
	u8 *p;

	rig_up(&r, e->profile);
	p = noncoherent_ok(&r, SIZE, &dma, DMA_FROM_DEVICE);
	dma_sync_single_for_device(r.dev, dma, SIZE, DMA_FROM_DEVICE);
	dev_write(&r, dma, SIZE);
	dma_sync_single_for_cpu(r.dev, dma, SIZE, DMA_FROM_DEVICE);
	dmalab_cpu_write(p + e->line / 2, &cpu, 1);
	expect(&r, "");

	if (for_device)
		dma_sync_single_for_device(r.dev, dma, e->line / 2, DMA_FROM_DEVICE);
	else
		dma_sync_single_for_cpu(r.dev, dma, e->line / 2, DMA_FROM_DEVICE);
	expect(&r, loses ? "sync-partial-line" : "");

	dmalab_cpu_read(p + e->line / 2, &got, 1);
	if (loses)
		assert_int_not_equal(got, cpu);
	else
		assert_int_equal(got, cpu);
	expect(&r, loses ? "lost-cpu-write" : "");
	dma_free_noncoherent(r.dev, SIZE, p, dma, DMA_FROM_DEVICE);
	rig_down(&r);
}

static void bytes_beside_the_range(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
		sync_beside(&edges[i], true, edges[i].device_call_loses);
		sync_beside(&edges[i], false, edges[i].cpu_call_loses);
	}
}

/* Bytes of the CPU in the line before the range, and in the one after it. */
static void either_end(void **state)
{
	static const struct { size_t store, from, to; const char *draws; } cases[] = {
		{ 0, 16, 64, "sync-partial-line" },
		{ 120, 64, 112, "sync-partial-line" },
		{ 63, 64, 128, "" },
		{ 128, 64, 128, "" },
		{ 0, 16, 112, "sync-partial-line" },
		{ 127, 16, 112, "sync-partial-line" },
	};
	struct rig r;
	dma_addr_t dma;
	u8 *p;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		rig_up(&r, "riscv");
		p = noncoherent_ok(&r, SIZE, &dma, DMA_FROM_DEVICE);
		dma_sync_single_for_device(r.dev, dma, SIZE, DMA_FROM_DEVICE);
		dma_sync_single_for_cpu(r.dev, dma, SIZE, DMA_FROM_DEVICE);
		cpu_write(p + cases[i].store, 1);
		dma_sync_single_range_for_cpu(r.dev, dma, cases[i].from,
					      cases[i].to - cases[i].from, DMA_FROM_DEVICE);
		expect(&r, cases[i].draws);
		dma_free_noncoherent(r.dev, SIZE, p, dma, DMA_FROM_DEVICE);
		rig_down(&r);
	}
}

/* With nobody beside it, a range at any place arrives whole. */
static void device_bytes_inside_the_range(void **state)
{
	static const struct { size_t at, len; } ranges[] = {
		{ 0, 1 }, { 1, 1 }, { 31, 2 }, { 63, 2 }, { 16, 400 }, { 64, 100 }, { 100, 156 },
		{ 127, 130 },
	};
	u8 sent[512], got[512];
	const char *profile;
	struct rig r;

	(void)state;
	memset(sent, 0x3c, sizeof(sent));
	for_each_profile(profile) {
		for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
			size_t len = ranges[i].len;
			dma_addr_t dma;
			u8 *p;

			rig_up(&r, profile);
			p = kmalloc_ok(1024);
			/* Old bytes, clean, in the cache. */
			cpu_write(p, 1024);
			dma = map_ok(&r, p, 1024, DMA_BIDIRECTIONAL);
			dma_unmap_single(r.dev, dma, 1024, DMA_BIDIRECTIONAL);
			cpu_read(p, 1024);

			dma = map_ok(&r, p + ranges[i].at, len, DMA_FROM_DEVICE);
			dmalab_cache_fill(p, 1024);
			assert_int_equal(dmalab_device_write(r.dev, dma, sent, len), 0);
			dma_unmap_single(r.dev, dma, len, DMA_FROM_DEVICE);
			dmalab_cpu_read(p + ranges[i].at, got, len);
			assert_memory_equal(sent, got, len);
			kfree(p);
			expect(&r, "");
			rig_down(&r);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_profile_has_an_edge),
		cmocka_unit_test(bytes_beside_the_range),
		cmocka_unit_test(either_end),
		cmocka_unit_test(device_bytes_inside_the_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
