/* SPDX-License-Identifier: MIT */
/* The cache holds data, under every policy; and counts what it does. */
#include "rig.h"

#define SIZE   4096u
#define CHUNK  128u            /* no profile has wider lines */
#define CHUNKS (SIZE / CHUNK)

static const char *const policies[] = { "never", "eager", "random", "lru" };

/* --------------------------------------- right programs compute right values */

struct buffer {
	u8 *p;
	dma_addr_t dma;
	enum dma_data_direction dir;
	u8 contents[SIZE];
	bool device_owned[CHUNKS];
	bool known[CHUNKS];    /* contents[] says what is in it */
};

static u64 rng;

static u64 random_below(u64 n)
{
	rng = rng * 6364136223846793005ull + 1442695040888963407ull;
	return (rng >> 33) % n;
}

/* A run of chunks changes sides. To sync for who owns it already may lose stores. */
static void hand_over(const struct rig *r, struct buffer *b)
{
	unsigned first = random_below(CHUNKS), nr = 1;
	unsigned most = 1 + random_below(CHUNKS - first);
	bool to_device = !b->device_owned[first];
	dma_addr_t dma = b->dma + first * CHUNK;

	while (nr < most && b->device_owned[first + nr] == b->device_owned[first])
		nr++;
	if (to_device)
		dma_sync_single_for_device(r->dev, dma, nr * CHUNK, b->dir);
	else
		dma_sync_single_for_cpu(r->dev, dma, nr * CHUNK, b->dir);
	for (unsigned i = first; i < first + nr; i++)
		b->device_owned[i] = to_device;
}

static void store(const struct rig *r, struct buffer *b, unsigned chunk)
{
	u8 *contents = b->contents + chunk * CHUNK;
	size_t at = b->dir == DMA_FROM_DEVICE ? 0 : random_below(CHUNK);
	size_t len = b->dir == DMA_FROM_DEVICE ? CHUNK : 1 + random_below(CHUNK - at);

	for (size_t i = at; i < at + len; i++)
		contents[i] = random_below(256);
	if (b->device_owned[chunk])
		dmalab_device_write(r->dev, b->dma + chunk * CHUNK + at, contents + at, len);
	else
		dmalab_cpu_write(b->p + chunk * CHUNK + at, contents + at, len);
	if (len == CHUNK)
		b->known[chunk] = true;
}

static void load(const struct rig *r, struct buffer *b, unsigned chunk)
{
	u8 got[CHUNK];

	if (b->device_owned[chunk])
		dmalab_device_read(r->dev, b->dma + chunk * CHUNK, got, CHUNK);
	else
		dmalab_cpu_read(b->p + chunk * CHUNK, got, CHUNK);
	assert_memory_equal(got, b->contents + chunk * CHUNK, CHUNK);
}

static void step(const struct rig *r, struct buffer *b)
{
	unsigned chunk = random_below(CHUNKS);
	bool device = b->device_owned[chunk];
	bool may_store = b->dir == DMA_BIDIRECTIONAL || device == (b->dir == DMA_FROM_DEVICE);
	bool may_load = b->known[chunk] && (!device || b->dir != DMA_FROM_DEVICE);

	switch (random_below(8)) {
	case 0:
		hand_over(r, b);
		break;
	case 1:
		dmalab_cache_evict(b->p + chunk * CHUNK, CHUNK);
		break;
	case 2:
		dmalab_cache_fill(b->p + chunk * CHUNK, CHUNK);
		break;
	case 3:
	case 4:
		if (may_store)
			store(r, b, chunk);
		break;
	default:
		if (may_load)
			load(r, b, chunk);
	}
}

static void run_right_program(const char *profile, const char *policy,
			      enum dma_data_direction dir)
{
	struct dmalab_config config = {
		.profile = profile, .cache_policy = policy, .seed = 7, .accesses = "explicit",
	};
	struct buffer b = { .dir = dir };
	struct rig r;

	rig_up_with(&r, &config);
	b.p = noncoherent_ok(&r, SIZE, &b.dma, dir);
	/* What a FROM buffer begins with, may be thrown away by the first hand-over. */
	for (unsigned i = 0; i < CHUNKS; i++)
		b.known[i] = dir != DMA_FROM_DEVICE;
	for (int i = 0; i < (on_valgrind() ? 200 : 3000); i++)
		step(&r, &b);
	dma_free_noncoherent(r.dev, SIZE, b.p, b.dma, dir);
	expect(&r, "");
	rig_down(&r);
}

static void right_programs(void **state)
{
	const char *profile;

	(void)state;
	rng = 42;
	for_each_profile(profile)
		for (size_t i = 0; i < ARRAY_SIZE(policies); i++)
			for (int dir = DMA_BIDIRECTIONAL; dir < DMA_NONE; dir++)
				run_right_program(profile, policies[i], dir);
}

/* The same seed makes the same cache, another seed another one. */
static void random_policy_is_seeded(void **state)
{
	struct dmalab_cache_stats stats[3] = { 0 };
	struct rig r;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct dmalab_config config = { .cache_policy = "random", .seed = i / 2 };
		u8 *p;

		rig_up_with(&r, &config);
		p = kmalloc_ok(SIZE);
		for (int k = 0; k < 2000; k++)
			cpu_write(p + k * 37 % SIZE, 1);
		dmalab_machine_cache_stats(r.machine, &stats[i]);
		kfree(p);
		rig_down(&r);
	}
	assert_memory_equal(&stats[0], &stats[1], sizeof(stats[0]));
	assert_memory_not_equal(&stats[0], &stats[2], sizeof(stats[0]));
}

/* -------------------------------------------------------------- counters */

static struct dmalab_cache_stats since(const struct rig *r, const struct dmalab_cache_stats *then)
{
	struct dmalab_cache_stats now = { .size = sizeof(now) };

	dmalab_machine_cache_stats(r->machine, &now);
	now.hits -= then->hits;
	now.misses -= then->misses;
	now.fills -= then->fills;
	now.write_backs -= then->write_backs;
	now.maintenance -= then->maintenance;
	return now;
}

static void read_lines(const u8 *p, size_t len)
{
	u8 byte;

	for (size_t i = 0; i < len; i += 64)
		dmalab_cpu_read(p + i, &byte, 1);
}

static void lru_counters(void **state)
{
	struct dmalab_config config = { .cache_policy = "lru" };
	struct dmalab_cache_stats then = { 0 }, s;
	struct rig r;
	u8 *p;

	(void)state;
	rig_up_with(&r, &config);
	p = kmalloc_ok(64 << 10);

	/* Half of the cache: all misses, then all hits. */
	dmalab_machine_cache_stats(r.machine, &then);
	read_lines(p, 16 << 10);
	s = since(&r, &then);
	assert_int_equal(s.misses, 256);
	assert_int_equal(s.fills, 256);
	assert_int_equal(s.hits, 0);
	read_lines(p, 16 << 10);
	s = since(&r, &then);
	assert_int_equal(s.misses, 256);
	assert_int_equal(s.hits, 256);

	/* Twice the cache, round and round: what is needed next has just gone. */
	read_lines(p, 64 << 10);
	dmalab_machine_cache_stats(r.machine, &then);
	read_lines(p, 64 << 10);
	s = since(&r, &then);
	assert_int_equal(s.misses, 1024);
	assert_int_equal(s.hits, 0);
	assert_int_equal(s.write_backs, 0);

	/* Dirty lines are written back when they make room. */
	for (size_t i = 0; i < 64 << 10; i += 64)
		cpu_write(p + i, 1);
	s = since(&r, &then);
	assert_int_equal(s.write_backs, 1024 - 512);
	kfree(p);
	rig_down(&r);
}

static void maintenance_counter(void **state)
{
	struct dmalab_cache_stats then = { 0 };
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up(&r, "arm64");
	p = noncoherent_ok(&r, SIZE, &dma, DMA_TO_DEVICE);
	dmalab_machine_cache_stats(r.machine, &then);
	dma_sync_single_for_device(r.dev, dma, SIZE, DMA_TO_DEVICE);
	assert_int_equal(since(&r, &then).maintenance, 64);
	assert_int_equal(since(&r, &then).write_backs, 64);
	/* arm64 does nothing here. */
	dma_sync_single_for_cpu(r.dev, dma, SIZE, DMA_TO_DEVICE);
	assert_int_equal(since(&r, &then).maintenance, 64);
	/* Clean already, and yet asked for. */
	dma_sync_single_for_device(r.dev, dma + 10, 100, DMA_TO_DEVICE);
	assert_int_equal(since(&r, &then).maintenance, 66);
	assert_int_equal(since(&r, &then).write_backs, 64);
	dma_free_noncoherent(r.dev, SIZE, p, dma, DMA_TO_DEVICE);
	rig_down(&r);

	rig_up(&r, "x86");
	p = noncoherent_ok(&r, SIZE, &dma, DMA_TO_DEVICE);
	dma_sync_single_for_device(r.dev, dma, SIZE, DMA_TO_DEVICE);
	assert_int_equal(since(&r, &(struct dmalab_cache_stats){ 0 }).maintenance, 0);
	dma_free_noncoherent(r.dev, SIZE, p, dma, DMA_TO_DEVICE);
	rig_down(&r);
}

/* ---------------------------------------------------------- forcing its hand */

/* Data moves, judgement does not: the report is the same with and without. */
static void evict_and_fill(void **state)
{
	for (int forced = 0; forced < 2; forced++) {
		const u8 cpu = 1, dev = 2;
		struct rig r;
		dma_addr_t dma;
		u8 got = 99;
		u8 *p;

		(void)state;
		rig_up(&r, "arm64");
		p = noncoherent_ok(&r, SIZE, &dma, DMA_BIDIRECTIONAL);
		dma_sync_single_for_device(r.dev, dma, SIZE, DMA_BIDIRECTIONAL);
		dma_sync_single_for_cpu(r.dev, dma, SIZE, DMA_BIDIRECTIONAL);

		dmalab_cpu_write(p, &cpu, 1);
		if (forced)
			dmalab_cache_evict(p, 1);
		dmalab_device_read(r.dev, dma, &got, 1);
		assert_int_equal(got, forced ? cpu : 0);
		expect(&r, "stale-device-read");

		dma_sync_single_for_device(r.dev, dma, SIZE, DMA_BIDIRECTIONAL);
		dmalab_cache_evict(p, 1);
		if (forced)
			dmalab_cache_fill(p, 1);
		dmalab_device_write(r.dev, dma, &dev, 1);
		dmalab_cpu_read(p, &got, 1);
		assert_int_equal(got, forced ? cpu : dev);
		expect(&r, "stale-cpu-read");

		/* Uncached, foreign and odd pointers are none of its business. */
		dmalab_cache_evict(&got, 1);
		dmalab_cache_fill(NULL, SIZE);
		dmalab_cache_evict(p, 0);
		dmalab_cache_fill(p, (size_t)-1);
		dma_free_noncoherent(r.dev, SIZE, p, dma, DMA_BIDIRECTIONAL);
		rig_down(&r);
	}
}

/*
 * A page in which loads need no lock says so with the number of the call after which it was
 * found so. The numbers begin anew after 2^32 calls, and what an old one says of a page is not
 * true of the new call of that number.
 */
static void number_of_calls_wraps(void **state)
{
	const struct dmalab_config config = { .profile = "arm64", .accesses = "explicit" };
	struct rig r;
	dma_addr_t dma;
	uint32_t quiet;
	u8 *p;

	(void)state;
	rig_up_with(&r, &config);
	p = (u8 *)get_zeroed_page(GFP_KERNEL);
	cpu_read(p, 64); /* brings the lines, */
	cpu_read(p, 64); /* and finds them there */
	quiet = dmalab_quick->epoch;
	assert_int_equal(dmalab_quick->pages[(p - dmalab_quick->base) >> PAGE_SHIFT], quiet);
	dma = map_ok(&r, p, 4096, DMA_FROM_DEVICE);

	dmalab_quick->epoch = UINT32_MAX;
	do
		dma_get_required_mask(r.dev);
	while (dmalab_quick->epoch != quiet);
	cpu_read(p, 64);
	expect(&r, "cpu-read-device-owned");
	dma_unmap_single(r.dev, dma, 4096, DMA_FROM_DEVICE);
	free_page((unsigned long)p);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_programs),
		cmocka_unit_test(random_policy_is_seeded),
		cmocka_unit_test(lru_counters),
		cmocka_unit_test(maintenance_counter),
		cmocka_unit_test(evict_and_fill),
		cmocka_unit_test(number_of_calls_wraps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
