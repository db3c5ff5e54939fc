/* SPDX-License-Identifier: MIT */
/* dmalab_byte_states(): what it tells, on machines of each kind, and that it changes nothing. */
#include "rig.h"

#include <linux/dmapool.h>

#define LIVE   DMALAB_BYTE_LIVE
#define CPU    (LIVE | DMALAB_BYTE_CPU_NEWER)
#define DEVICE (LIVE | DMALAB_BYTE_DEVICE_NEWER)
#define MINE   DMALAB_BYTE_OWNED
#define YOURS  (DMALAB_BYTE_OWNED | DMALAB_BYTE_OF_DEVICE)

/* All @len bytes at @p are in this state. */
#define expect_states(p, len, state) expect_states_at(p, len, state, __LINE__)
static void expect_states_at(const void *p, size_t len, unsigned state, int line)
{
	u8 states[4096];

	assert_true(len <= sizeof(states));
	assert_int_equal(dmalab_byte_states(p, states, len), len);
	for (size_t i = 0; i < len; i++)
		if (states[i] != state)
			fail_msg("line %d: byte %zu is in state 0x%x, not 0x%x", line, i, states[i], state);
}

static void through_the_cache(void **state)
{
	dma_addr_t dma;
	struct rig r;
	u8 *p;

	(void)state;
	rig_up(&r, "arm64");
	p = kmalloc_ok(256);
	expect_states(p, 256, LIVE);
	cpu_write(p, 4);
	expect_states(p, 4, CPU);
	expect_states(p + 4, 252, LIVE);
	dma = map_ok(&r, p, 256, DMA_BIDIRECTIONAL);
	expect_states(p, 256, LIVE | YOURS);
	dev_write(&r, dma + 64, 8);
	expect_states(p, 64, LIVE | YOURS);
	expect_states(p + 64, 8, DEVICE | YOURS);
	dma_sync_single_for_cpu(r.dev, dma, 128, DMA_BIDIRECTIONAL);
	expect_states(p, 128, LIVE | MINE);
	expect_states(p + 128, 128, LIVE | YOURS);
	dma_unmap_single(r.dev, dma, 256, DMA_BIDIRECTIONAL);
	expect_states(p, 256, LIVE);
	kfree(p);
	expect_states(p, 256, 0);
	rig_down(&r);
}

/* A device's store behind a dirty line: which of the two is lost is up to the cache. */
static void undecided(void **state)
{
	dma_addr_t dma;
	struct rig r;
	u8 *p;

	(void)state;
	rig_up(&r, "arm64");
	p = kmalloc_ok(128);
	dma = map_ok(&r, p, 64, DMA_FROM_DEVICE);
	cpu_write(p + 32, 1);
	expect(&r, "cpu-write-device-owned");
	dev_write(&r, dma, 4);
	expect(&r, "shared-cache-line");
	expect_states(p, 4, CPU | DEVICE | YOURS);
	expect_states(p + 4, 28, LIVE | YOURS);
	expect_states(p + 32, 1, CPU | YOURS);
	dma_unmap_single(r.dev, dma, 64, DMA_FROM_DEVICE);
	kfree(p);
	rig_down(&r);
}

static void plain_stores(void **state)
{
	struct rig r;
	u8 *p;

	(void)state;
	rig_up_with(&r, &(struct dmalab_config){ .accesses = "plain", .ram_size = RIG_RAM });
	p = kzalloc_ok(64);
	dma_unmap_single(r.dev, map_ok(&r, p, 64, DMA_TO_DEVICE), 64, DMA_TO_DEVICE);
	expect_states(p, 64, LIVE);
	p[7] = ~p[7];
	expect_states(p, 7, LIVE);
	expect_states(p + 7, 1, CPU);
	expect_states(p + 8, 56, LIVE);
	kfree(p);
	rig_down(&r);
}

static void past_the_cache(void **state)
{
	const char *name;

	(void)state;
	for_each_profile(name) {
		dma_addr_t dma;
		struct rig r;
		u8 *p;

		rig_up(&r, name);
		p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
		assert_non_null(p);
		expect_states(p, 4096, LIVE | (is_coherent(&r) ? 0 : DMALAB_BYTE_UNCACHED));
		dma_free_coherent(r.dev, 4096, p, dma);
		rig_down(&r);
	}
}

static void copies(void **state)
{
	dma_addr_t dma;
	struct rig r;
	u8 *p;

	(void)state;
	rig_up(&r, "swiotlb");
	p = kzalloc_ok(128);
	dma = map_ok(&r, p, 128, DMA_BIDIRECTIONAL);
	dev_write(&r, dma + 64, 64);
	expect_states(p, 64, LIVE | YOURS);
	expect_states(p + 64, 64, DEVICE | YOURS);
	dma_sync_single_for_device(r.dev, dma, 128, DMA_BIDIRECTIONAL);
	expect_states(p + 64, 64, CPU | DEVICE | YOURS);
	dma_unmap_single(r.dev, dma, 128, DMA_BIDIRECTIONAL);
	expect_states(p, 64, LIVE);
	kfree(p);
	rig_down(&r);
}

/* Memory of a pool is its blocks': each lives as long as it is handed out. */
static void blocks_of_pools(void **state)
{
	struct dma_pool *pool;
	dma_addr_t dma;
	struct rig r;
	u8 *a, *b;

	(void)state;
	rig_up(&r, "arm64");
	pool = dma_pool_create("blocks", r.dev, 64, 64, 0);
	assert_non_null(pool);
	a = dma_pool_alloc(pool, GFP_KERNEL, &dma);
	assert_non_null(a);
	expect_states(a, 64, LIVE | DMALAB_BYTE_UNCACHED);
	b = a + 64;
	expect_states(b, 64, DMALAB_BYTE_UNCACHED);
	dma_pool_free(pool, a, dma);
	expect_states(a, 64, DMALAB_BYTE_UNCACHED);
	dma_pool_destroy(pool);
	/* Free, and all that was stored there went past the cache. */
	expect_states(a, 64, DMALAB_BYTE_DEVICE_NEWER);
	rig_down(&r);
}

static void fewer_checks(void **state)
{
	static const char *const checks[] = { "off", "contract" };

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(checks); i++) {
		struct rig r;
		u8 *p;

		rig_up_with(&r, &(struct dmalab_config){ .checks = checks[i], .ram_size = RIG_RAM });
		p = kmalloc_ok(64);
		cpu_write(p, 64);
		expect_states(p, 64, i ? LIVE : 0);
		kfree(p);
		rig_down(&r);
	}
}

static void what_is_no_memory(void **state)
{
	u8 states[64];
	size_t room;
	struct rig r;
	u8 *p, *many;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(dmalab_byte_states(NULL, states, 64), 0);
	assert_int_equal(dmalab_byte_states(&r, states, 64), 0);
	p = kmalloc_ok(64);
	assert_int_equal(dmalab_byte_states(p, states, 0), 0);
	many = malloc(2 * RIG_RAM);
	assert_non_null(many);
	room = dmalab_byte_states(p, many, 2 * RIG_RAM);
	assert_true(room && room <= RIG_RAM);
	assert_int_equal(dmalab_byte_states(p + room - 1, states, 64), 1);
	free(many);
	kfree(p);
	rig_down(&r);
}

static void lines(void **state)
{
	static const struct {
		const char *profile;
		size_t size;
	} sizes[] = {
		{ "x86", 0 }, { "arm64", 64 }, { "mips", 32 }, { "mips-nonspec", 128 },
		{ "swiotlb", 0 }, { "iommu", 0 },
	};

	(void)state;
	assert_int_equal(dmalab_machine_line_size(NULL), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct rig r;

		rig_up(&r, sizes[i].profile);
		assert_int_equal(dmalab_machine_line_size(r.machine), sizes[i].size);
		rig_down(&r);
	}
}

/* The same mistakes report the same, whether somebody asks between the calls or not. */
static void mistakes(struct rig *r, bool ask, char *drawn, size_t size)
{
	u8 states[4096];
	dma_addr_t dma;
	u8 *p;

#define ASK() (ask ? (void)dmalab_byte_states(p, states, sizeof(states)) : (void)0)
	p = noncoherent_ok(r, 4096, &dma, DMA_BIDIRECTIONAL);
	ASK();
	dma_sync_single_for_device(r->dev, dma, 4096, DMA_BIDIRECTIONAL);
	ASK();
	dev_write(r, dma, 4096);
	ASK();
	cpu_read(p, 64);
	ASK();
	p[100] = ~p[100];
	ASK();
	cpu_write(p + 2048, 8);
	ASK();
	dev_read(r, dma, 4096);
	ASK();
	dma_sync_single_for_cpu(r->dev, dma, 4096, DMA_BIDIRECTIONAL);
	ASK();
	cpu_read(p, 4096);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_BIDIRECTIONAL);
#undef ASK
	snprintf(drawn, size, "%s", r->drawn);
}

static void asking_changes_nothing(void **state)
{
	const char *name;

	(void)state;
	for_each_profile(name) {
		char drawn[2][1024];

		for (unsigned ask = 0; ask < 2; ask++) {
			struct rig r;

			rig_up_with(&r, &(struct dmalab_config){
				.profile = name, .accesses = "plain", .ram_size = RIG_RAM });
			mistakes(&r, ask, drawn[ask], sizeof(drawn[ask]));
			expect(&r, drawn[ask]);
			rig_down(&r);
		}
		assert_string_equal(drawn[0], drawn[1]);
		assert_string_not_equal(drawn[0], "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(through_the_cache),
		cmocka_unit_test(undecided),
		cmocka_unit_test(plain_stores),
		cmocka_unit_test(past_the_cache),
		cmocka_unit_test(copies),
		cmocka_unit_test(blocks_of_pools),
		cmocka_unit_test(fewer_checks),
		cmocka_unit_test(what_is_no_memory),
		cmocka_unit_test(lines),
		cmocka_unit_test(asking_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
