/* SPDX-License-Identifier: MIT */
/* Views of vmap(): the same pages in one piece, and past the cache. */
#include "rig.h"

#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define WC pgprot_writecombine(PAGE_KERNEL)

static struct page *page;
static u8 *linear, *view;

/* One page, settled, and a view of it; or none, where the host has other pages. */
static bool up_with(struct rig *r, const char *profile, pgprot_t prot)
{
	rig_up(r, profile);
	page = alloc_page(GFP_KERNEL);
	assert_non_null(page);
	linear = page_address(page);
	view = vmap(&page, 1, VM_MAP, prot);
	return view || (rig_down(r), false);
}

static void down(struct rig *r)
{
	vunmap(view);
	__free_page(page);
	rig_down(r);
}

static void store(u8 *p, u8 value)
{
	dmalab_cpu_write(p, &value, 1);
}

static u8 load(const u8 *p)
{
	u8 value;

	dmalab_cpu_read(p, &value, 1);
	return value;
}

/* The cached view is the linear map. */
static void cached_view(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		if (!up_with(&r, profile, PAGE_KERNEL))
			skip();
		assert_true(is_vmalloc_addr(view));
		assert_int_equal((uintptr_t)view & (PAGE_SIZE - 1), 0);
		store(view + 7, 1);
		assert_int_equal(load(linear + 7), 1);
		store(linear + 7, 2);
		assert_int_equal(load(view + 7), 2);
		assert_int_equal(view[7], 2);
		view[7] = 3;
		assert_int_equal(load(linear + 7), 3);
		down(&r);
	}
}

/* A store through a plain pointer into a cached view is missing in memory. */
static void plain_store(void **state)
{
	dma_addr_t dma;
	struct rig r;

	(void)state;
	if (!up_with(&r, "arm64", PAGE_KERNEL))
		skip();
	dma = map_ok(&r, linear, 64, DMA_TO_DEVICE);
	view[0] = 1;
	dev_read(&r, dma, 64);
	expect(&r, "cpu-write-device-owned stale-device-read");
	dma_unmap_single(r.dev, dma, 64, DMA_TO_DEVICE);
	down(&r);
}

/* Pages that do not follow each other, and in another order. */
static void scattered(void **state)
{
	pgprot_t prots[] = { PAGE_KERNEL, WC };
	struct page *pages[4], *block;
	u8 bytes[3 * PAGE_SIZE], seen[3 * PAGE_SIZE];
	struct rig r;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = i / 7;
	for (size_t i = 0; i < ARRAY_SIZE(prots); i++) {
		rig_up(&r, "arm64");
		block = alloc_pages(GFP_KERNEL, 3);
		pages[0] = block + 6;
		pages[1] = block + 2;
		pages[2] = block + 3;
		pages[3] = block;
		view = vmap(pages, 4, VM_MAP, prots[i]);
		if (!view)
			skip();
		dmalab_cpu_write(view + 100, bytes, sizeof(bytes));
		dmalab_cpu_read(view + 100, seen, sizeof(seen));
		assert_memory_equal(seen, bytes, sizeof(bytes));
		assert_memory_equal(view + 100, bytes, sizeof(bytes));
		if (i == 0)
			assert_memory_equal((u8 *)page_address(block + 2), bytes + PAGE_SIZE - 100,
					    2 * PAGE_SIZE);
		vunmap(view);
		__free_pages(block, 3);
		rig_down(&r);
	}
}

/* What an uncached view and a device see is the same. */
static void as_a_device(void **state)
{
	const char *profile;
	struct rig r;
	dma_addr_t dma;
	u8 byte;

	(void)state;
	for_each_profile(profile) {
		if (!up_with(&r, profile, WC))
			skip();
		if (!bounces(&r)) {
			dma = map_ok(&r, linear, PAGE_SIZE, DMA_BIDIRECTIONAL);
			store(view + 9, 0x5a);
			assert_int_equal(dmalab_device_read(r.dev, dma + 9, &byte, 1), 0);
			assert_int_equal(byte, 0x5a);
			byte = 0x77;
			assert_int_equal(dmalab_device_write(r.dev, dma + 9, &byte, 1), 0);
			assert_int_equal(load(view + 9), 0x77);
			assert_int_equal(view[9], 0x77);
			dma_unmap_single(r.dev, dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
		}
		expect(&r, "");
		down(&r);
	}
}

/* A copy in a bounce buffer knows nothing of the view. */
static void beside_a_copy(void **state)
{
	dma_addr_t dma;
	struct rig r;

	(void)state;
	if (!up_with(&r, "swiotlb", WC))
		skip();
	dma = map_ok(&r, linear, PAGE_SIZE, DMA_BIDIRECTIONAL);
	store(view, 1);
	dev_read(&r, dma, 1);
	expect(&r, "stale-device-read");
	dev_write(&r, dma + 8, 1);
	load(view + 8);
	expect(&r, "stale-cpu-read");
	dma_unmap_single(r.dev, dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
	load(view + 8);
	expect(&r, "");
	down(&r);
}

/* Each is stale to the other, until something is done about the line. */
static void stale(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		bool hides = strcmp(profile, "mips-nonspec") != 0;

		if (!up_with(&r, profile, WC))
			skip();
		store(linear, 1);
		load(view);
		expect(&r, is_coherent(&r) ? "" : "stale-device-read");
		if (!is_coherent(&r))
			assert_non_null(strstr(r.text, "memory itself, through an uncached view"));
		store(view + 2048, 1);
		load(linear + 2048);
		expect(&r, is_coherent(&r) || !hides ? "" : "stale-cpu-read");
		if (!is_coherent(&r) && hides)
			assert_non_null(strstr(r.text,
					       "the CPU stored it through an uncached view"));
		down(&r);
	}
}

/* The store is lost behind a line that was dirty: of these bytes, or of others. */
static void behind_a_dirty_line(void **state)
{
	struct rig r;

	(void)state;
	if (!up_with(&r, "arm64", WC))
		skip();
	cpu_write(linear, 64);
	cpu_write(view, 8);
	cpu_read(view, 8);
	expect(&r, "lost-cpu-write");
	assert_non_null(strstr(r.text, "missing: what cleans the lines"));
	cpu_read(linear, 8);
	expect(&r, "lost-cpu-write");

	cpu_write(linear + 128, 8);
	cpu_write(view + 160, 8);
	expect(&r, "shared-cache-line");
	cpu_read(view + 160, 8);
	expect(&r, "lost-cpu-write");

	/* The other way round: the line becomes dirty later. */
	cpu_write(view + 256, 8);
	cpu_write(linear + 264, 8);
	cpu_read(view + 256, 8);
	expect(&r, "lost-cpu-write");
	down(&r);
}

/* A view of a whole page that is dirty, stored to at once. */
static void whole_page(void **state)
{
	dma_addr_t dma;
	struct rig r;

	(void)state;
	if (!up_with(&r, "arm64", WC))
		skip();
	cpu_write(linear, PAGE_SIZE);
	dma = map_ok(&r, linear, PAGE_SIZE, DMA_BIDIRECTIONAL);
	cpu_write(view, PAGE_SIZE);
	cpu_read(view, PAGE_SIZE);
	expect(&r, "");
	cpu_read(linear, PAGE_SIZE);
	expect(&r, "stale-cpu-read");
	dma_unmap_single(r.dev, dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
	cpu_read(linear, PAGE_SIZE);
	expect(&r, "");
	cpu_write(linear, PAGE_SIZE);
	cpu_write(view, PAGE_SIZE);
	cpu_read(view, PAGE_SIZE);
	expect(&r, "lost-cpu-write");
	down(&r);
}

/* Both pages of it are wrong; it is one access. */
static void one_report(void **state)
{
	struct page *pages[2], *block;
	struct rig r;

	(void)state;
	rig_up(&r, "arm64");
	block = alloc_pages(GFP_KERNEL, 1);
	pages[0] = block + 1;
	pages[1] = block;
	view = vmap(pages, 2, VM_MAP, WC);
	if (!view)
		skip();
	cpu_write(page_address(block), 2 * PAGE_SIZE);
	cpu_read(view + PAGE_SIZE - 8, 16);
	expect(&r, "stale-device-read");
	cpu_read(view + PAGE_SIZE - 8, 16);
	expect(&r, "stale-device-read");
	vunmap(view);
	__free_pages(block, 1);
	rig_down(&r);
}

static void ownership(void **state)
{
	dma_addr_t dma;
	struct rig r;

	(void)state;
	for (int uncached = 0; uncached < 2; uncached++) {
		if (!up_with(&r, "x86", uncached ? WC : PAGE_KERNEL))
			skip();
		dma = map_ok(&r, linear, PAGE_SIZE, DMA_BIDIRECTIONAL);
		cpu_write(view, 8);
		expect(&r, uncached ? "" : "cpu-write-device-owned");
		cpu_read(view, 8);
		expect(&r, uncached ? "" : "cpu-read-device-owned");
		dma_unmap_single(r.dev, dma, PAGE_SIZE, DMA_BIDIRECTIONAL);
		down(&r);
	}
}

/* A store through a view is a store, and what a view shows may never have been written. */
static void unwritten(void **state)
{
	struct dmalab_config config = { .accesses = "explicit" };
	pgprot_t prots[] = { PAGE_KERNEL, WC };
	dma_addr_t dma;
	struct rig r;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(prots); i++) {
		rig_up_with(&r, &config);
		page = alloc_page(GFP_KERNEL);
		linear = page_address(page);
		view = vmap(&page, 1, VM_MAP, prots[i]);
		if (!view)
			skip();
		dma = map_ok(&r, linear, PAGE_SIZE, DMA_FROM_DEVICE);
		dma_unmap_single(r.dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
		load(view + 8);
		expect(&r, "unwritten-read");
		store(view + 8, 1);
		load(view + 8);
		expect(&r, "");
		down(&r);
	}
}

static void undoing(void **state)
{
	struct rig r;
	u8 *p;

	(void)state;
	if (!up_with(&r, "arm64", WC))
		skip();
	vunmap(NULL);
	vunmap(view + 4);
	expect(&r, "free-unknown");
	vunmap(view);
	expect(&r, "");
	vunmap(view);
	expect(&r, "double-free");
	view = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	vfree(view);
	expect(&r, "free-wrong-function");
	view = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	kfree(view);
	expect(&r, "free-wrong-function");
	p = vmalloc(100);
	vunmap(p);
	expect(&r, "free-wrong-function");
	vfree(p);
	expect(&r, "double-free");
	p = kmalloc_ok(100);
	vunmap(p);
	expect(&r, "free-wrong-function");
	vunmap(&r);
	expect(&r, "free-unknown");

	/* The pages were not touched by any of it. */
	view = vmap(&page, 1, VM_MAP, WC);
	assert_non_null(view);
	down(&r);
}

static void after_the_end(void **state)
{
	struct rig r;
	u8 *p;

	(void)state;
	if (!up_with(&r, "arm64", WC))
		skip();
	vunmap(view);
	assert_int_equal(load(view), 0);
	expect(&r, "cpu-use-after-free");
	store(view, 1);
	expect(&r, "cpu-use-after-free");
	assert_non_null(strstr(r.text, "a view of vmap(), which is unmapped"));

	/* The addresses are given out again, and hold nothing of the page. */
	p = vzalloc(4096);
	assert_ptr_equal(p, view);
	assert_int_equal(p[0], 0);
	p[0] = 1;
	vfree(p);
	view = vmap(&page, 1, VM_MAP, WC);
	assert_ptr_equal(view, p);

	/* And the page goes, while the view stays. */
	__free_page(page);
	load(view);
	expect(&r, "cpu-use-after-free");
	store(view, 1);
	expect(&r, "cpu-use-after-free");
	vunmap(view);
	rig_down(&r);
}

static void for_no_device(void **state)
{
	struct rig r;

	(void)state;
	if (!up_with(&r, "arm64", PAGE_KERNEL))
		skip();
	assert_int_equal(dma_map_single(r.dev, view, 64, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	expect(&r, "map-vmalloc");
	down(&r);
}

static void refused(void **state)
{
	struct page *pages[2];
	struct rig r;
	spinlock_t lock;

	(void)state;
	if (!up_with(&r, "arm64", PAGE_KERNEL))
		skip();
	assert_null(vmap(&page, 0, VM_MAP, PAGE_KERNEL));
	assert_null(vmap(NULL, 1, VM_MAP, PAGE_KERNEL));
	pages[0] = page;
	pages[1] = NULL;
	assert_null(vmap(pages, 2, VM_MAP, PAGE_KERNEL));
	assert_null(vmap(pages + 1, 1, VM_MAP, PAGE_KERNEL));
	assert_null(vmap(pages, ~0u, VM_MAP, PAGE_KERNEL));
	dmalab_machine_fail_nth(r.machine, 1);
	assert_null(vmap(&page, 1, VM_MAP, PAGE_KERNEL));
	expect(&r, "");
	spin_lock_init(&lock);
	spin_lock(&lock);
	vunmap(vmap(&page, 1, VM_MAP, PAGE_KERNEL));
	spin_unlock(&lock);
	expect(&r, "sleep-in-atomic sleep-in-atomic");
	down(&r);
}

/* In a process of its own, under no handler but the library's. */
static void store_plainly(int err)
{
	signal(SIGSEGV, SIG_DFL);
	dmalab_machine_new(NULL);
	dup2(err, 2);
	*(volatile u8 *)view = 1;
	_exit(0);
}

/* Where the views differ, a plain store past the cache is not let through. */
static void plain_store_past_the_cache(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	if (on_valgrind())
		skip();
	for_each_profile(profile) {
		char said[512] = "";
		int err[2], status;
		pid_t child;

		if (!up_with(&r, profile, WC))
			skip();
		assert_int_equal(pipe(err), 0);
		child = fork();
		if (child == 0)
			store_plainly(err[1]);
		close(err[1]);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(read(err[0], said, sizeof(said) - 1) >= 0);
		close(err[0]);
		assert_int_equal(status == 0, is_coherent(&r));
		assert_int_equal(strstr(said, "use dmalab_cpu_write()") == NULL, is_coherent(&r));
		down(&r);
	}
}

/* The machine goes with its views. */
static void goes_with_the_machine(void **state)
{
	struct rig r;

	(void)state;
	if (!up_with(&r, "arm64", WC))
		skip();
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cached_view),
		cmocka_unit_test(plain_store),
		cmocka_unit_test(scattered),
		cmocka_unit_test(as_a_device),
		cmocka_unit_test(beside_a_copy),
		cmocka_unit_test(stale),
		cmocka_unit_test(behind_a_dirty_line),
		cmocka_unit_test(whole_page),
		cmocka_unit_test(one_report),
		cmocka_unit_test(ownership),
		cmocka_unit_test(unwritten),
		cmocka_unit_test(undoing),
		cmocka_unit_test(after_the_end),
		cmocka_unit_test(for_no_device),
		cmocka_unit_test(refused),
		cmocka_unit_test(plain_store_past_the_cache),
		cmocka_unit_test(goes_with_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
