/* SPDX-License-Identifier: MIT */
/* Memory runs out and comes back; every size; blocks merge again. */
#include "rig.h"

#define MAX_OBJECTS 20000u

enum path { COHERENT, HANDLE, NONCOHERENT, PAGES, KMALLOC, NR_PATHS };

struct object {
	enum path path;
	size_t size;
	void *p;
	dma_addr_t dma;
};

static bool obtain(const struct rig *r, struct object *o)
{
	struct page *page;

	switch (o->path) {
	case COHERENT:
		o->p = dma_alloc_coherent(r->dev, o->size, &o->dma, GFP_KERNEL);
		break;
	case HANDLE:
		o->p = dma_alloc_attrs(r->dev, o->size, &o->dma, GFP_KERNEL,
				       DMA_ATTR_NO_KERNEL_MAPPING);
		break;
	case NONCOHERENT:
		o->p = dma_alloc_noncoherent(r->dev, o->size, &o->dma, DMA_TO_DEVICE, GFP_KERNEL);
		break;
	case PAGES:
		page = dma_alloc_pages(r->dev, o->size, &o->dma, DMA_TO_DEVICE, GFP_KERNEL);
		o->p = page ? page_address(page) : NULL;
		break;
	default:
		o->p = kmalloc(o->size, GFP_KERNEL);
	}
	return o->p != NULL;
}

static void give_back(const struct rig *r, const struct object *o)
{
	switch (o->path) {
	case COHERENT:
		dma_free_coherent(r->dev, o->size, o->p, o->dma);
		break;
	case HANDLE:
		dma_free_attrs(r->dev, o->size, o->p, o->dma, DMA_ATTR_NO_KERNEL_MAPPING);
		break;
	case NONCOHERENT:
		dma_free_noncoherent(r->dev, o->size, o->p, o->dma, DMA_TO_DEVICE);
		break;
	case PAGES:
		dma_free_pages(r->dev, o->size, virt_to_page(o->p), o->dma, DMA_TO_DEVICE);
		break;
	default:
		kfree(o->p);
	}
}

/* 64 MiB, as a machine has by default. */
static const struct dmalab_config whole = { .ram_size = 64 << 20 };

static struct object objects[MAX_OBJECTS];

static unsigned exhaust(const struct rig *r, enum path path, size_t size)
{
	unsigned n = 0;

	while (n < MAX_OBJECTS) {
		objects[n] = (struct object){ .path = path, .size = size };
		if (!obtain(r, &objects[n]))
			break;
		n++;
	}
	assert_in_range(n, 1, MAX_OBJECTS - 1);
	return n;
}

static void give_all_back(const struct rig *r, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		give_back(r, &objects[i]);
}

static void exhaustion_and_recovery(void **state)
{
	static const size_t sizes[] = { 100, 4096, 4097, 65536, 4 << 20 };
	struct rig r;

	(void)state;
	rig_up_with(&r, &whole);
	for (size_t i = on_valgrind() ? 3 : 0; i < ARRAY_SIZE(sizes); i++) {
		for (enum path path = 0; path < NR_PATHS; path++) {
			unsigned first, second;

			if (path == KMALLOC && sizes[i] < 4096)
				continue;
			first = exhaust(&r, path, sizes[i]);
			give_all_back(&r, first);
			second = exhaust(&r, path, sizes[i]);
			give_all_back(&r, second);
			assert_int_equal(first, second);
			/* All of 64 MiB is reachable with 32 bits. */
			if (sizes[i] == 4096)
				assert_int_equal(first, (64 << 20) / 4096);
			if (sizes[i] == 4 << 20)
				assert_int_equal(first, 16);
		}
	}
	expect(&r, "");
	rig_down(&r);
}

/* The smallest machine: allocations fail, and nothing else does. */
static void smallest_machine(void **state)
{
	struct dmalab_config config = { .ram_size = 64 << 10 };
	struct rig r;

	(void)state;
	rig_up_with(&r, &config);
	for (enum path path = 0; path < NR_PATHS; path++) {
		unsigned n = exhaust(&r, path, 4096);

		assert_int_equal(n, 16);
		give_all_back(&r, n);
	}
	rig_down(&r);
}

static void absurd_sizes(void **state)
{
	static const size_t sizes[] = {
		(4 << 20) + 1, 64 << 20, (64 << 20) + 1, 1ul << 40, (size_t)-1, (size_t)-4096,
		(size_t)-1 / 2,
	};
	struct object o;
	struct rig r;

	(void)state;
	rig_up_with(&r, &whole);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (enum path path = 0; path < NR_PATHS; path++) {
			o = (struct object){ .path = path, .size = sizes[i] };
			assert_false(obtain(&r, &o));
		}
	}
	assert_null(kcalloc((size_t)-1, 2, GFP_KERNEL));
	assert_null(kcalloc((size_t)1 << 63, 2, GFP_KERNEL));
	assert_null(kzalloc((size_t)-1, GFP_KERNEL));
	expect(&r, "");
	rig_down(&r);
}

static void every_size(void **state)
{
	struct object o;
	struct rig r;
	size_t step = on_valgrind() ? 4093 : 61;

	(void)state;
	rig_up_with(&r, &whole);
	for (enum path path = 0; path < NR_PATHS; path++) {
		for (size_t size = 1; size <= 65536; size += size < 300 ? 1 : step) {
			u8 last = size & 0xff, got = 0;

			o = (struct object){ .path = path, .size = size };
			assert_true(obtain(&r, &o));
			if (path == HANDLE) {
				dmalab_device_write(r.dev, o.dma + size - 1, &last, 1);
				dmalab_device_read(r.dev, o.dma + size - 1, &got, 1);
			} else {
				dmalab_cpu_write((u8 *)o.p + size - 1, &last, 1);
				dmalab_cpu_read((u8 *)o.p + size - 1, &got, 1);
			}
			assert_int_equal(got, last);
			give_back(&r, &o);
		}
	}
	expect(&r, "");
	rig_down(&r);
}

static u64 rng = 12345;

static u64 random_below(u64 n)
{
	rng = rng * 6364136223846793005ull + 1442695040888963407ull;
	return (rng >> 33) % n;
}

/* After any disorder, everything can be allocated as the largest blocks again. */
static void blocks_merge(void **state)
{
	unsigned steps = on_valgrind() ? 2000 : 40000;
	static struct object live[500];
	unsigned nr = 0;
	struct rig r;

	(void)state;
	rig_up_with(&r, &whole);
	for (unsigned i = 0; i < steps; i++) {
		if (nr && (nr == ARRAY_SIZE(live) || random_below(2))) {
			unsigned k = random_below(nr);

			give_back(&r, &live[k]);
			live[k] = live[--nr];
			continue;
		}
		live[nr] = (struct object){ .path = random_below(NR_PATHS),
					    .size = 1 + random_below(1 << random_below(18)) };
		nr += obtain(&r, &live[nr]);
	}
	while (nr)
		give_back(&r, &live[--nr]);
	assert_int_equal(exhaust(&r, COHERENT, 4 << 20), 16);
	give_all_back(&r, 16);
	expect(&r, "");
	rig_down(&r);
}

/* No two live objects share a byte. */
static void objects_do_not_overlap(void **state)
{
	enum { NR = 200 };
	static struct object live[NR];
	struct rig r;
	u8 got;

	(void)state;
	rig_up(&r, "mips");
	for (unsigned i = 0; i < NR; i++) {
		u8 byte = i;

		live[i] = (struct object){ .path = i % 2 ? KMALLOC : NONCOHERENT,
					   .size = 1 + random_below(300) };
		assert_true(obtain(&r, &live[i]));
		for (size_t k = 0; k < live[i].size; k++)
			dmalab_cpu_write((u8 *)live[i].p + k, &byte, 1);
	}
	for (unsigned i = 0; i < NR; i++) {
		for (size_t k = 0; k < live[i].size; k++) {
			dmalab_cpu_read((u8 *)live[i].p + k, &got, 1);
			assert_int_equal(got, (u8)i);
		}
		give_back(&r, &live[i]);
	}
	rig_down(&r);
}

static void kmalloc_edge_cases(void **state)
{
	struct rig r;
	u8 *p;

	(void)state;
	rig_up(&r, NULL);
	assert_ptr_equal(kmalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
	assert_ptr_equal(kcalloc(0, 8, GFP_KERNEL), ZERO_SIZE_PTR);
	assert_true(ZERO_OR_NULL_PTR(NULL) && ZERO_OR_NULL_PTR(ZERO_SIZE_PTR));
	assert_int_equal(ksize(NULL), 0);
	assert_int_equal(ksize(ZERO_SIZE_PTR), 0);
	assert_int_equal(ksize(&r), 0);
	kfree(NULL);
	kfree(ZERO_SIZE_PTR);

	p = kcalloc(10, 10, GFP_KERNEL);
	for (int i = 0; i < 100; i++) {
		u8 byte = 1;

		dmalab_cpu_read(p + i, &byte, 1);
		assert_int_equal(byte, 0);
	}
	kfree(p);
	expect(&r, "");
	kfree(&r);
	expect(&r, "free-unknown");
	rig_down(&r);
	assert_null(kmalloc(8, GFP_KERNEL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exhaustion_and_recovery),
		cmocka_unit_test(smallest_machine),
		cmocka_unit_test(absurd_sizes),
		cmocka_unit_test(every_size),
		cmocka_unit_test(blocks_merge),
		cmocka_unit_test(objects_do_not_overlap),
		cmocka_unit_test(kmalloc_edge_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
