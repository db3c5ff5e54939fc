/* SPDX-License-Identifier: MIT */
/*
 * The fuzzer's model: arguments, and the lives of objects. Each rule with a case that it
 * predicts a report for, and one that comes close.
 */
#include "model-rig.h"

#define BIT_24 0xffffffull

/* ------------------------------------------------------------------- arguments */

static const char *alloc(int device, size_t size, int dir, gfp_t gfp, bool fails)
{
	return step((struct call){ .kind = ALLOC_NONCOHERENT, .device = device, .size = size,
				   .dir = dir, .gfp = gfp },
		    (struct outcome){ .cpu = fails ? NULL : ram(PAGE(50)),
				      .dma = fails ? 0 : phys(PAGE(50)) });
}

static void arguments_of_allocations(void **state)
{
	(void)state;
	begin("arm64", NULL);
	predicts("no-device", alloc(DEVICE_NULL, 64, FROM, GFP_KERNEL, true));
	predicts("bad-direction", alloc(0, 64, DMA_NONE, GFP_KERNEL, true));
	predicts("zero-size", alloc(0, 0, FROM, GFP_KERNEL, true));
	predicts("compound-gfp", alloc(0, 64, FROM, GFP_KERNEL | __GFP_COMP, true));
	predicts("zone-gfp", alloc(0, 64, FROM, GFP_KERNEL | __GFP_DMA, true));
	told((struct call){ .kind = POKE_COHERENT_MASK, .device = 0, .mask = 0 });
	predicts("mask-unset", alloc(0, 64, FROM, GFP_KERNEL, true));
	silent(alloc(1, 64, FROM, GFP_KERNEL, false));
	assert_null(expect_of.wrong);
}

static void attributes(void **state)
{
	struct call call = { .kind = ALLOC_ATTRS, .size = 64, .gfp = GFP_KERNEL };

	(void)state;
	begin("arm64", NULL);
	call.attrs = DMA_ATTR_MMIO;
	predicts("bad-attrs", step(call, (struct outcome){ .cpu = NULL }));
	call.attrs = DMA_ATTR_WRITE_COMBINE;
	silent(step(call, (struct outcome){ .cpu = uncached(PAGE(40)), .dma = phys(PAGE(40)) }));
	assert_null(expect_of.wrong);
}

static void arguments_of_mappings(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 128));
	predicts("no-device", map_fails(DEVICE_NULL, ram(PAGE(40)), 64, TO));
	predicts("bad-direction", map_fails(0, ram(PAGE(40)), 64, DMA_NONE));
	predicts("zero-size", map_fails(0, ram(PAGE(40)), 0, TO));
	told((struct call){ .kind = POKE_MASK, .device = 1, .mask = 0 });
	predicts("mask-unset", map_fails(1, ram(PAGE(40)), 64, TO));
	silent(map(0, PAGE(40), 64, TO));
	assert_null(expect_of.wrong);
}

static void memory_that_is_not_to_be_mapped(void **state)
{
	struct call call = { .kind = MAP, .size = 64, .dir = TO, .number = FOREIGN_STACK };
	const struct outcome fails = { .dma = DMA_MAPPING_ERROR, .nr_remarks = 1 };
	static char foreign;
	char *vmalloced = (char *)ram(0) + (16ul << 30);

	(void)state;
	begin("arm64", NULL);
	silent(coherent(0, PAGE(64), 4096));
	silent(handle(0, PAGE(65), 4096));
	silent(kzalloc_at(PAGE(40), 128));
	silent(step((struct call){ .kind = VMALLOC, .size = 4096 },
		    (struct outcome){ .cpu = vmalloced }));
	predicts("map-stack", step(call, fails));
	predicts("map-rodata", map_fails(0, (void *)constant, 64, TO));
	predicts("map-vmalloc", map_fails(0, vmalloced, 64, TO));
	predicts("map-handle", map_fails(0, cookie(PAGE(65)), 64, TO));
	predicts("map-coherent", map_fails(0, uncached(PAGE(64)), 64, TO));
	predicts("map-coherent", map_fails(0, ram(PAGE(64)), 64, TO));
	predicts("map-invalid", map_fails(0, &foreign, 64, TO));
	predicts("map-freed", map_fails(0, ram(PAGE(40) + 100), 64, TO));
	silent(map(0, PAGE(40) + 64, 64, TO));
}

static void resources(void **state)
{
	struct call call = { .kind = MAP, .form = RESOURCE, .size = 4096, .dir = BOTH };
	dma_addr_t registers = 0x70000000;

	(void)state;
	begin("arm64", NULL);
	call.phys = phys(PAGE(40));
	predicts("map-resource-ram",
		 step(call, (struct outcome){ .dma = DMA_MAPPING_ERROR, .nr_remarks = 1 }));
	call.phys = registers;
	silent(step(call, (struct outcome){ .dma = registers }));
	predicts("sync-invalid", told((struct call){ .kind = SYNC_FOR_CPU, .dma = registers,
						     .size = 8, .dir = BOTH }));
}

static void past_the_object(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 40));
	predicts("map-past-object", map(0, PAGE(40), 41, TO));
	silent(map(0, PAGE(40), 40, TO));
}

static void reach_of_the_device(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 64));
	silent(kzalloc_at(PAGE(4), 64));
	told((struct call){ .kind = POKE_LIMIT, .device = 0, .mask = BIT_24 });
	predicts("address-over-mask", map_fails(0, ram(PAGE(40)), 64, TO));
	silent(map(0, PAGE(4), 64, TO));
}

static void overlapping(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	silent(map(0, PAGE(40), 32, FROM));
	silent(map(0, PAGE(40) + 64, 32, FROM));
	silent(map(0, PAGE(40) + 32, 32, TO));
	predicts("overlapping-mapping", map(0, PAGE(40) + 32, 32, FROM));
}

/* ------------------------------------------------------------------------ syncs */

static void syncs(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	silent(map_checked(0, PAGE(40), 64, TO));
	silent(for_cpu(0, PAGE(40), 64, TO));
	predicts("sync-out-of-range", for_device(0, PAGE(40), 65, TO));
	predicts("sync-direction-mismatch", for_device(0, PAGE(40), 64, FROM));
	predicts("sync-unknown", for_device(0, PAGE(40) + 64, 8, TO));
	predicts("sync-unknown", for_device(1, PAGE(40), 64, TO));
	predicts("bad-direction", for_device(0, PAGE(40), 64, DMA_NONE));
	silent(for_device(0, PAGE(40), 64, TO));
}

static void lint(void **state)
{
	(void)state;
	begin("arm64", "full,+sync-redundant,+sync-other-direction");
	silent(kzalloc_at(PAGE(40), 256));
	silent(map_checked(0, PAGE(40), 64, BOTH));
	predicts("sync-redundant", for_device(0, PAGE(40), 64, BOTH));
	silent(for_cpu(0, PAGE(40), 32, BOTH));
	silent(for_device(0, PAGE(40), 64, BOTH));
	predicts("sync-other-direction", for_cpu(0, PAGE(40), 64, FROM));

	/* Given back in two pieces it is all given back. */
	silent(for_device(0, PAGE(40), 64, BOTH));
	silent(for_cpu(0, PAGE(40) + 10, 10, BOTH));
	silent(for_cpu(0, PAGE(40), 10, BOTH));
	predicts("sync-redundant", for_cpu(0, PAGE(40), 20, BOTH));
	silent(for_cpu(0, PAGE(40), 21, BOTH));

	begin("arm64", "full");
	silent(kzalloc_at(PAGE(40), 256));
	silent(map_checked(0, PAGE(40), 64, BOTH));
	silent(for_device(0, PAGE(40), 64, BOTH));
	silent(for_cpu(0, PAGE(40), 64, FROM));
}

/* --------------------------------------------------------------------- releases */

static void unmapped_otherwise(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	for (unsigned i = 0; i < 5; i++)
		silent(map_checked(0, PAGE(40) + i * 32, 32, TO));
	predicts("free-wrong-device", unmap(1, PAGE(40), 32, TO));
	predicts("free-size-mismatch", unmap(0, PAGE(40) + 32, 31, TO));
	predicts("free-direction-mismatch", unmap(0, PAGE(40) + 64, 32, BOTH));
	predicts("free-dma-address-mismatch", unmap(0, PAGE(40) + 96 + 8, 32, TO));
	predicts("bad-direction", unmap(0, PAGE(40) + 128, 32, DMA_NONE));
	silent(map_checked(0, PAGE(40), 32, TO));
	silent(unmap(0, PAGE(40), 32, TO));
	predicts("double-free", unmap(0, PAGE(40), 32, TO));
	predicts("free-unknown", unmap(0, PAGE(41), 32, TO));
	predicts("free-error-cookie", told((struct call){ .kind = UNMAP, .size = 32, .dir = TO,
							  .dma = DMA_MAPPING_ERROR }));
}

static void freed_otherwise(void **state)
{
	struct call call = { .kind = FREE_COHERENT, .size = 64 };

	(void)state;
	begin("arm64", NULL);
	for (unsigned i = 0; i < 5; i++)
		silent(coherent(0, PAGE(40 + i), 64));
	silent(handle(0, PAGE(45), 64));
	predicts("free-size-mismatch", free_coherent(0, PAGE(40), 65));
	call.cpu = uncached(PAGE(41)) + 8;
	call.dma = phys(PAGE(41));
	predicts("free-cpu-address-mismatch", told(call));
	call.cpu = uncached(PAGE(42));
	call.dma = phys(PAGE(42)) + 8;
	predicts("free-dma-address-mismatch", told(call));
	call.cpu = cookie(PAGE(45));
	call.dma = phys(PAGE(45));
	predicts("free-attrs-mismatch", told(call));
	predicts("free-wrong-function", unmap(0, PAGE(43), 64, TO));
	silent(free_coherent(0, PAGE(44), 64));
	predicts("double-free", free_coherent(0, PAGE(44), 64));
	predicts("no-device", free_coherent(DEVICE_NULL, PAGE(50), 64));
}

/* A pointer alone is enough to know memory that was freed. */
static void freed_again_by_the_pointer(void **state)
{
	struct call call = { .kind = FREE_NONCOHERENT, .size = 64, .dir = TO };

	(void)state;
	begin("arm64", NULL);
	silent(noncoherent(0, PAGE(40), 64, TO));
	silent(free_noncoherent(0, PAGE(40), 64, TO));
	call.cpu = ram(PAGE(40));
	call.dma = phys(PAGE(60));
	predicts("double-free", told(call));
	call.cpu = ram(PAGE(40) + 8);
	predicts("free-unknown", told(call));
}

static void plain_memory_freed_otherwise(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 128));
	silent(kzalloc_at(PAGE(40) + 128, 128));
	silent(kzalloc_at(PAGE(40) + 256, 128));
	predicts("free-unknown", kfree_at(PAGE(40) + 8));
	silent(kfree_at(PAGE(40)));
	predicts("double-free", kfree_at(PAGE(40)));
	predicts("free-wrong-function",
		 told((struct call){ .kind = VFREE, .cpu = ram(PAGE(40) + 128) }));
	silent(map_checked(0, PAGE(40) + 256 + 64, 64, TO));
	predicts("free-while-mapped", kfree_at(PAGE(40) + 256));
}

static void freed_while_mapped(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(noncoherent(0, PAGE(40), 64, TO));
	silent(noncoherent(0, PAGE(41), 64, TO));
	silent(map_checked(1, PAGE(41) + 8, 8, TO));
	silent(free_noncoherent(0, PAGE(40), 64, TO));
	predicts("free-while-mapped", free_noncoherent(0, PAGE(41), 64, TO));
}

static void freed_in_irq(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(coherent(0, PAGE(40), 64));
	silent(coherent(0, PAGE(41), 64));
	silent(in_context(IRQ_DISABLE));
	predicts("free-in-irq", free_coherent(0, PAGE(40), 64));
	silent(in_context(IRQ_ENABLE));
	silent(free_coherent(0, PAGE(41), 64));
}

static void asleep_in_atomic(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(in_context(SPIN_LOCK));
	predicts("sleep-in-atomic", kmalloc_at(PAGE(40), 64));
	silent(step((struct call){ .kind = KMALLOC, .size = 64, .gfp = GFP_ATOMIC },
		    (struct outcome){ .cpu = ram(PAGE(41)) }));
	silent(in_context(SPIN_UNLOCK));
	silent(kmalloc_at(PAGE(42), 64));
}

static void errors_of_mappings(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(coherent(0, PAGE(50), 64));
	silent(kzalloc_at(PAGE(40), 256));
	silent(map(0, PAGE(40), 32, TO));
	predicts("map-error-unchecked", unmap(0, PAGE(40), 32, TO));
	silent(map(0, PAGE(40), 32, TO));
	silent(checked(0, PAGE(40)));
	silent(unmap(0, PAGE(40), 32, TO));
	predicts("map-error-of-allocation", checked(0, PAGE(50)));
}

static void left_behind(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(kzalloc_at(PAGE(40), 256));
	silent(map_checked(0, PAGE(40), 32, TO));
	silent(map_checked(1, PAGE(40) + 128, 32, TO));
	silent(coherent(0, PAGE(50), 64));
	predicts("leak", told((struct call){ .kind = DEVICE_FREE, .device = 0 }));
	assert_int_equal(expect_of.times, 2);
	silent(unmap(1, PAGE(40) + 128, 32, TO));
	silent(told((struct call){ .kind = DEVICE_FREE, .device = 1 }));
}

static const char *page_of(void *cpu, size_t page)
{
	return step((struct call){ .kind = VIRT_TO_PAGE, .cpu = cpu },
		    (struct outcome){ .page = virt_to_page(ram(page)), .cpu = ram(page) });
}

static void page_of_coherent_memory(void **state)
{
	(void)state;
	begin("arm64", NULL);
	silent(coherent(0, PAGE(40), 64));
	predicts("page-of-coherent", page_of(uncached(PAGE(40)), PAGE(40)));
	predicts("page-of-coherent", page_of(ram(PAGE(40)) + 8, PAGE(40)));
	silent(page_of(ram(PAGE(41)) + 8, PAGE(41)));
	assert_null(expect_of.wrong);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_of_allocations),
		cmocka_unit_test(attributes),
		cmocka_unit_test(arguments_of_mappings),
		cmocka_unit_test(memory_that_is_not_to_be_mapped),
		cmocka_unit_test(resources),
		cmocka_unit_test(past_the_object),
		cmocka_unit_test(reach_of_the_device),
		cmocka_unit_test(overlapping),
		cmocka_unit_test(syncs),
		cmocka_unit_test(lint),
		cmocka_unit_test(unmapped_otherwise),
		cmocka_unit_test(freed_otherwise),
		cmocka_unit_test(freed_again_by_the_pointer),
		cmocka_unit_test(plain_memory_freed_otherwise),
		cmocka_unit_test(freed_while_mapped),
		cmocka_unit_test(freed_in_irq),
		cmocka_unit_test(asleep_in_atomic),
		cmocka_unit_test(errors_of_mappings),
		cmocka_unit_test(left_behind),
		cmocka_unit_test(page_of_coherent_memory),
	};

	return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
