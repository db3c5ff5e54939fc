/* SPDX-License-Identifier: MIT */
/*
 * The fuzzer's model: lists and pools, what allocations must be like, and long programs. Each
 * rule with a case that it predicts and one that comes close.
 */
#include "model-rig.h"

/* ------------------------------------------------------------------------ lists */

static struct call list(size_t at, unsigned length, int nents)
{
	struct call c = { .kind = MAP_LIST, .dir = TO, .nents = nents, .nr_entries = nents };

	for (int i = 0; i < nents; i++)
		c.entry[i] = (struct entry){
			.page = virt_to_page(ram(at)), .offset = i * length, .length = length,
			.dma = phys(at + i * length), .dma_length = length,
		};
	c.dma = c.entry[0].dma;
	return c;
}

static const char *map_list(const struct call *c)
{
	struct outcome o = { .result = c->nents };

	for (int i = 0; i < c->nents; i++)
		o.entry[i] = c->entry[i];
	return step(*c, o);
}

static void lists(void **state)
{
	struct call c;

	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 2048));
	c = list(PAGE(40), 128, 3);
	silent(map_list(&c));
	assert_null(expect_of.wrong);
	c.kind = SYNC_LIST_FOR_CPU;
	silent(told(c));
	c.nents = 2;
	predicts("sg-count-mismatch", told(c));
	c.nents = 3;
	c.kind = UNMAP_LIST;
	silent(told(c));
	predicts("double-free", told(c));
	told((struct call){ .kind = SET_MAX_SEGMENT, .mask = 127 });
	c.kind = MAP_LIST;
	predicts("sg-segment-too-long", map_list(&c));
	told((struct call){ .kind = SET_MAX_SEGMENT, .mask = 128 });
	told((struct call){ .kind = SET_BOUNDARY, .mask = 255 });
	c = list(PAGE(40) + 1024, 128, 2);
	silent(map_list(&c));
	c = list(PAGE(40) + 1024 + 512 + 64, 128, 2);
	c.entry[0].offset += 1600;
	c.entry[1].offset += 1600;
	predicts("sg-boundary", map_list(&c));
}

/* ------------------------------------------------------------------------ pools */

static void create_pool(unsigned number)
{
	silent(step((struct call){ .kind = POOL_CREATE, .number = number, .size = 64,
				   .align = 64 },
		    (struct outcome){ .result = 1 }));
	assert_null(expect_of.wrong);
}

static const char *take_block(unsigned number, size_t at)
{
	return step((struct call){ .kind = POOL_ALLOC, .number = number, .gfp = GFP_KERNEL },
		    (struct outcome){ .cpu = ram(at), .dma = phys(at) });
}

static const char *give_block(unsigned number, size_t at)
{
	return told((struct call){ .kind = POOL_FREE, .number = number, .cpu = ram(at),
				   .dma = phys(at) });
}

static void pools(void **state)
{
	(void)state;
	begin("x86", NULL);
	create_pool(0);
	create_pool(1);
	silent(take_block(0, PAGE(40)));
	silent(take_block(0, PAGE(40) + 64));
	silent(take_block(1, PAGE(41)));
	assert_null(expect_of.wrong);
	predicts("pool-wrong-pool", give_block(1, PAGE(40)));
	silent(give_block(0, PAGE(40)));
	predicts("double-free", give_block(0, PAGE(40)));
	predicts("free-unknown", give_block(0, PAGE(40) + 128));
	predicts("device-use-after-unmap", stray_read(0, phys(PAGE(40)), 8));
	predicts("pool-busy", told((struct call){ .kind = POOL_DESTROY, .number = 0 }));
	silent(give_block(1, PAGE(41)));
	silent(told((struct call){ .kind = POOL_DESTROY, .number = 1 }));
	predicts("pool-wrong-pool", told((struct call){ .kind = POOL_DESTROY, .number = 1,
							.pool = POOL_GONE }));
}

/* The block that was freed last is the next, and of what is used up there is no more. */
static void blocks_of_a_pool(void **state)
{
	(void)state;
	begin("x86", NULL);
	create_pool(0);
	for (unsigned i = 0; i < 4096 / 64; i++)
		silent(take_block(0, PAGE(40) + i * 64));
	silent(take_block(0, PAGE(41)));
	assert_null(expect_of.wrong);
	silent(give_block(0, PAGE(40) + 128));
	silent(give_block(0, PAGE(40) + 64));
	silent(take_block(0, PAGE(40) + 64));
	assert_null(expect_of.wrong);
	silent(take_block(0, PAGE(41) + 64));
	assert_non_null(expect_of.wrong);
	silent(take_block(0, PAGE(40) + 128));
	assert_null(expect_of.wrong);
}

/* What was one device's and then another's, both remember. */
static void remembered_by_each_device(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 64));
	for (int device = 0; device < 2; device++) {
		predicts("device-out-of-bounds", stray_read(device, phys(PAGE(40)), 8));
		silent(map_checked(device, PAGE(40), 64, TO));
		silent(unmap(device, PAGE(40), 64, TO));
	}
	predicts("device-use-after-unmap", stray_read(0, phys(PAGE(40)), 8));
	predicts("device-use-after-unmap", stray_read(1, phys(PAGE(40)), 8));
}

/* ------------------------------------------------------------ what was not promised */

static void memory_that_somebody_has(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	silent(kzalloc_at(PAGE(40) + 128, 64));
	assert_non_null(expect_of.wrong);
	silent(kzalloc_at(PAGE(40) + 256, 64));
	assert_null(expect_of.wrong);
	silent(kzalloc_at(PAGE(41) + 64, 64)); /* aligned for DMA: 128 */
	assert_non_null(expect_of.wrong);
	silent(coherent(0, PAGE(40), 64));
	assert_non_null(expect_of.wrong);
}

/* As many objects as programs make, and far more of them dead. */
static void many_lives(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 4096));
	for (unsigned i = 0; i < 600; i++) {
		silent(map_checked(0, PAGE(40) + i % 128 * 32, 32, TO));
		if (i >= 64)
			silent(unmap(0, PAGE(40) + (i - 64) % 128 * 32, 32, TO));
	}
	for (unsigned i = 600 - 64; i < 600; i++)
		silent(unmap(0, PAGE(40) + i % 128 * 32, 32, TO));
	predicts("double-free", unmap(0, PAGE(40), 32, TO));
	assert_false(model_is_full(model));
}

/* As many lists, areas and pools as the longest program makes: there is room. */
static void longest_program(void **state)
{
	char *area = (char *)ram(0) + (16ul << 30);
	struct call c;

	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 2048));
	for (unsigned i = 0; i < 1024; i++) {
		c = list(PAGE(40), 128, MAX_ENTRIES);
		silent(map_list(&c));
		c.kind = UNMAP_LIST;
		silent(told(c));
		silent(step((struct call){ .kind = VMALLOC, .size = 4096 },
			    (struct outcome){ .cpu = area + i * 8192 }));
		create_pool(0);
		silent(told((struct call){ .kind = POOL_DESTROY, .number = 0 }));
		assert_false(model_is_full(model));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
		cmocka_unit_test(pools),
		cmocka_unit_test(blocks_of_a_pool),
		cmocka_unit_test(remembered_by_each_device),
		cmocka_unit_test(memory_that_somebody_has),
		cmocka_unit_test(many_lives),
		cmocka_unit_test(longest_program),
	};

	return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
