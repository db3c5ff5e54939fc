/* SPDX-License-Identifier: MIT */
/*
 * Sizes that a caller merely names: each call returns, having taken no time and no memory for
 * them. Each runs in a child with two seconds of the CPU and 192 MiB.
 */
#include "rig.h"

#include <errno.h>
#include <linux/dma-map-ops.h>
#include <linux/dmapool.h>
#include <linux/scatterlist.h>
#include <linux/vmalloc.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define HUGE_SIZE  (16ul << 30)
#define HUGE_NENTS 0x7fffffff

#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			_exit(99); \
		} \
	} while (0)

static struct rig rig;

static void draws(const char *check)
{
	if (strcmp(rig.drawn, check) != 0)
		fprintf(stderr, "%s: reported: \"%s\", and not \"%s\"\n%s",
			dmalab_machine_profile(rig.machine), rig.drawn, check, rig.text);
	CHECK(!strcmp(rig.drawn, check));
	rig.drawn[0] = 0;
	rig.nr = 0;
}

/* With all checks and with none: whatever there is to say, it ends. */
static bool judged;

/* ---------------------------------------------------------------- mappings */

static void resource(void)
{
	dma_addr_t dma = dma_map_resource(rig.dev, 1ull << 40, HUGE_SIZE, DMA_TO_DEVICE, 0);

	if (!dma_mapping_error(rig.dev, dma)) {
		dma_sync_single_for_cpu(rig.dev, dma, HUGE_SIZE, DMA_TO_DEVICE);
		dma_unmap_resource(rig.dev, dma, HUGE_SIZE, DMA_TO_DEVICE, 0);
	}
	dma_map_resource(rig.dev, 1ull << 40, SIZE_MAX, DMA_TO_DEVICE, 0);
	dma_set_mask(rig.dev, DMA_BIT_MASK(64));
	dma = dma_map_resource(rig.dev, 1ull << 40, HUGE_SIZE, DMA_TO_DEVICE, 0);
	if (dma_mapping_error(rig.dev, dma))
		return;
	dma_sync_single_for_device(rig.dev, dma, HUGE_SIZE, DMA_TO_DEVICE);
	dma_unmap_resource(rig.dev, dma, HUGE_SIZE, DMA_TO_DEVICE, 0);
}

/* Not the resource, but bytes behind its beginning. */
static void device_access(void)
{
	dma_addr_t dma;
	void *p = dma_alloc_coherent(rig.dev, 4096, &dma, GFP_KERNEL);
	static u8 buf[64];

	CHECK(dmalab_device_read(rig.dev, dma, buf, HUGE_SIZE) == -EFAULT);
	CHECK(dmalab_device_write(rig.dev, dma, buf, SIZE_MAX) == -EFAULT);
	dma_free_coherent(rig.dev, 4096, p, dma);
}

static void singles(void)
{
	void *p = kmalloc_ok(4096);
	dma_addr_t dma;

	dma = dma_map_single(rig.dev, p, HUGE_SIZE, DMA_TO_DEVICE);
	CHECK(dma_mapping_error(rig.dev, dma));
	dma = dma_map_single(rig.dev, p, SIZE_MAX, DMA_BIDIRECTIONAL);
	CHECK(dma_mapping_error(rig.dev, dma));
	dma = dma_map_single(rig.dev, p, 4096, DMA_TO_DEVICE);
	CHECK(!dma_mapping_error(rig.dev, dma));
	dma_sync_single_for_cpu(rig.dev, dma, HUGE_SIZE, DMA_TO_DEVICE);
	dma_sync_single_for_device(rig.dev, dma, SIZE_MAX, DMA_TO_DEVICE);
	dma_sync_single_range_for_cpu(rig.dev, dma, SIZE_MAX, HUGE_SIZE, DMA_TO_DEVICE);
	dma_unmap_single(rig.dev, dma, HUGE_SIZE, DMA_TO_DEVICE);
	dma_unmap_single(rig.dev, dma, SIZE_MAX, DMA_TO_DEVICE);
	kfree(p);
}

static void allocations(void)
{
	dma_addr_t dma;
	void *p;

	CHECK(!dma_alloc_coherent(rig.dev, HUGE_SIZE, &dma, GFP_KERNEL | __GFP_NOWARN));
	CHECK(!dma_alloc_coherent(rig.dev, SIZE_MAX, &dma, GFP_KERNEL | __GFP_NOWARN));
	CHECK(!dma_alloc_noncoherent(rig.dev, SIZE_MAX, &dma, DMA_TO_DEVICE, GFP_KERNEL));
	CHECK(!dma_alloc_noncontiguous(rig.dev, HUGE_SIZE, DMA_TO_DEVICE, GFP_KERNEL, 0));
	CHECK(!dma_alloc_noncontiguous(rig.dev, SIZE_MAX, DMA_TO_DEVICE, GFP_KERNEL, 0));
	CHECK(!dma_alloc_pages(rig.dev, SIZE_MAX, &dma, DMA_TO_DEVICE, GFP_KERNEL));
	CHECK(!kmalloc(HUGE_SIZE, GFP_KERNEL) && !kcalloc(SIZE_MAX, SIZE_MAX, GFP_KERNEL));
	CHECK(!vmalloc(1ul << 46) && !vmalloc(SIZE_MAX));
	CHECK(!alloc_pages(GFP_KERNEL, 63));
	p = kmalloc_ok(64);
	CHECK(!krealloc(p, HUGE_SIZE, GFP_KERNEL));
	kfree(p);
	p = dma_alloc_coherent(rig.dev, 64, &dma, GFP_KERNEL);
	dma_free_coherent(rig.dev, SIZE_MAX, p, dma);
	if (!judged)
		dma_free_coherent(rig.dev, 64, p, dma);
	CHECK(!dma_pool_create("large", rig.dev, SIZE_MAX, 64, 0));
	dma_pool_destroy(dma_pool_create("large", rig.dev, 0x7fffffff, 64, 0));
	dma_pool_destroy(dma_pool_create("large", rig.dev, 64, 1ul << 62, 0));
	dma_declare_coherent_memory(rig.dev, 0, 1ull << 32, HUGE_SIZE);
	dma_declare_coherent_memory(rig.dev, 0, 1ull << 32, SIZE_MAX);
	dma_release_coherent_memory(rig.dev);
}

/* ------------------------------------------------------------------- lists */

/* Two entries, and behind them the first again. */
static void make_circle(struct scatterlist *sg, void *p, unsigned length)
{
	sg_init_table(sg, 3);
	sg_set_buf(&sg[0], p, length);
	sg_set_buf(&sg[1], p, length);
	sg[0].length = sg[1].length = length;
	sg_chain(sg, 3, sg);
}

static void circles_mapped(void)
{
	static u8 buf[256];
	struct scatterlist sg[3];
	void *p = kzalloc_ok(64);

	make_circle(sg, p, 16);
	CHECK(dma_map_sg(rig.dev, sg, HUGE_NENTS, DMA_TO_DEVICE) == 0);
	if (judged)
		draws("sg-count-mismatch");
	sg_dma_address(&sg[0]) = sg_dma_address(&sg[1]) = 0x1000;
	sg_dma_len(&sg[0]) = sg_dma_len(&sg[1]) = 16;
	dma_sync_sg_for_cpu(rig.dev, sg, HUGE_NENTS, DMA_TO_DEVICE);
	dma_sync_sg_for_device(rig.dev, sg, HUGE_NENTS, DMA_TO_DEVICE);
	dma_unmap_sg(rig.dev, sg, HUGE_NENTS, DMA_TO_DEVICE);
	rig.drawn[0] = 0;
	/* As many entries as it has is no circle. */
	CHECK(dma_map_sg(rig.dev, sg, 2, DMA_TO_DEVICE) > 0);
	dma_sync_sg_for_cpu(rig.dev, sg, 2, DMA_TO_DEVICE);
	dma_unmap_sg(rig.dev, sg, 2, DMA_TO_DEVICE);
	draws("");
	sg_copy_to_buffer(sg, HUGE_NENTS, buf, sizeof(buf));
	kfree(p);
}

static void circles_walked(void)
{
	static u8 buf[256];
	struct sg_page_iter at;
	struct sg_dma_page_iter dma_at = { { NULL, 0, 0, 0 } };
	struct scatterlist sg[3];
	void *p = kzalloc_ok(64);
	unsigned steps = 0;

	make_circle(sg, p, 0);
	CHECK(sg_nents(sg) < 10000);
	CHECK(sg_nents_for_len(sg, 64) == -EINVAL);
	sg_last(sg, 0xffffffff);
	CHECK(sg_copy_to_buffer(sg, 0xffffffff, buf, sizeof(buf)) == 0);
	CHECK(sg_zero_buffer(sg, 0xffffffff, sizeof(buf), 1) == 0);
	sg_dma_len(&sg[0]) = sg_dma_len(&sg[1]) = 0;
	for_each_sg_page(sg, &at, 0xffffffff, 1ul << 60)
		steps++;
	for_each_sg_dma_page(sg, &dma_at, 0xffffffff, 1ul << 60)
		steps++;
	CHECK(steps == 0);
	kfree(p);
}

static void lists(void)
{
	struct scatterlist sg[2];
	struct sg_table table;
	void *p = kzalloc_ok(64);

	CHECK(sg_alloc_table(&table, 0xffffffff, GFP_KERNEL) == -ENOMEM);
	CHECK(sg_alloc_table(&table, 1u << 30, GFP_KERNEL) == -ENOMEM);
	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], p, 64);
	sg_set_buf(&sg[1], p, 64);
	sg[1].length = 0xffffffff;
	CHECK(dma_map_sg(rig.dev, sg, HUGE_NENTS, DMA_TO_DEVICE) == 0);
	CHECK(dma_map_sg(rig.dev, sg, 2, DMA_TO_DEVICE) == 0);
	dma_sync_sg_for_cpu(rig.dev, sg, HUGE_NENTS, DMA_TO_DEVICE);
	dma_unmap_sg(rig.dev, sg, HUGE_NENTS, DMA_TO_DEVICE);
	kfree(p);
}

/* ------------------------------------------------------------ the CPU's side */

static void queries(void)
{
	static u8 states[2 * RIG_RAM];
	void *p = kzalloc_ok(64);

	CHECK(dmalab_byte_states(p, states, HUGE_SIZE) <= RIG_RAM);
	CHECK(!dmalab_owns(p, SIZE_MAX));
	CHECK(!virt_addr_valid((void *)(SIZE_MAX - 1)));
	CHECK(!pfn_valid(SIZE_MAX));
	kfree(p);
}

static void views(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, 0), *pages[1] = { page };
	struct vm_area_struct vma = { .vm_start = 0 };
	size_t size = 1ul << 42;
	dma_addr_t dma;
	void *at, *p;

	CHECK(!vmap(pages, 0xffffffff, 0, PAGE_KERNEL));
	CHECK(!vmap(pages, 1u << 30, 0, PAGE_KERNEL));
	__free_pages(page, 0);
	p = dma_alloc_coherent(rig.dev, 4096, &dma, GFP_KERNEL);
	at = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		_exit(0);
	vma.vm_start = (unsigned long)at;
	vma.vm_end = vma.vm_start + size;
	CHECK(dma_mmap_coherent(rig.dev, &vma, p, dma, size));
	CHECK(dma_mmap_coherent(rig.dev, &vma, p, dma, 4096));
	vma.vm_pgoff = ~0ul - 5;
	CHECK(dma_mmap_coherent(rig.dev, &vma, p, dma, SIZE_MAX));
	dma_free_coherent(rig.dev, 4096, p, dma);
}

/* ----------------------------------------------------------------- machines */

static void machines(void)
{
	struct dmalab_config config = { .ram_size = 1ul << 40 };
	struct dmalab_machine *machine;
	const char *profile;
	char message[256];
	u8 *p;

	CHECK(dmalab_config_check(&config, message, sizeof(message)) == -EINVAL);
	CHECK(strstr(message, "ram_size"));
	CHECK(!dmalab_machine_new(&config) && errno == EINVAL);
	for_each_profile(profile) {
		config = (struct dmalab_config){
			.ram_size = 64ul << 30, .profile = profile, .quarantine = SIZE_MAX,
			.machines = judged ? "all" : "one",
		};
		machine = dmalab_machine_new(&config);
		CHECK(machine);
		p = kmalloc_ok(4096);
		dmalab_cpu_write(p, &(u8){ 1 }, 1);
		p[100] = 1;
		kfree(p);
		dmalab_machine_reset(machine);
		dmalab_machine_free(machine);
	}
}

static const struct {
	const char *name;
	void (*body)(void);
} cases[] = {
	{ "resource", resource },
	{ "device_access", device_access },
	{ "singles", singles },
	{ "allocations", allocations },
	{ "circles_mapped", circles_mapped },
	{ "circles_walked", circles_walked },
	{ "lists", lists },
	{ "queries", queries },
	{ "views", views },
	{ "machines", machines },
};

/* Bytes that the process has, and has had at most. */
static unsigned long long resident(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss * 1024ull;
}

static void in_the_child(void (*body)(void), const char *profile)
{
	const struct rlimit cpu = { 2, 3 };
	struct dmalab_config config = {
		.profile = profile, .checks = judged ? NULL : "off",
	};
	unsigned long long before;

	if (!sanitized() && !on_valgrind())
		setrlimit(RLIMIT_CPU, &cpu);
	rig_up_with(&rig, &config);
	before = resident();
	body();
	if (!sanitized() && !on_valgrind())
		CHECK(resident() < before + (192ull << 20));
	_exit(0);
}

static void on_each_profile(void **state)
{
	const char *profile;
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
		for_each_profile(profile) {
			int status;
			pid_t pid;

			judged = i % 2;
			fflush(NULL);
			pid = fork();
			assert_true(pid >= 0);
			if (pid == 0)
				in_the_child(cases[i / 2].body, profile);
			assert_int_equal(waitpid(pid, &status, 0), pid);
			if (status)
				print_error("%s on %s, checks %s: status %#x\n", cases[i / 2].name,
					    profile, judged ? "full" : "off", status);
			failed |= status;
			if (cases[i / 2].body == machines)
				break;
		}
	}
	assert_int_equal(failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(on_each_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
