/* SPDX-License-Identifier: MIT */
/* Pointers that are no device, no pool and no machine, or not any more: reported, or answered. */
#include "rig.h"

#include <errno.h>
#include <linux/dmapool.h>
#include <linux/scatterlist.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

static void *forbidden(void)
{
	return mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* Nothing is there, or something else. */
static void *const *wild_pointers(void *of_machine)
{
	static void *pointers[10];
	static u64 words[64];

	for (int i = 0; i < 64; i++)
		words[i] = 0x5a5a5a5a5a5a5a5aull;
	pointers[0] = (void *)8;
	pointers[1] = (void *)1;
	pointers[2] = (void *)0xdeadbeefcafef00dull;
	pointers[3] = (void *)0x00007ffffffffff8ull;
	pointers[4] = (void *)(UINTPTR_MAX - 7);
	pointers[5] = forbidden();
	pointers[6] = words;
	pointers[7] = (u8 *)words + 3;
	pointers[8] = of_machine;
	return pointers;
}

/* Each reports this, once. */
static void devices(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		void *p;

		rig_up(&r, profile);
		p = kzalloc_ok(4096);
		for (void *const *at = wild_pointers(p); *at; at++) {
			struct device *dev = *at;
			dma_addr_t dma = 0;
			u8 byte = 0;

			assert_null(dma_alloc_coherent(dev, 64, &dma, GFP_KERNEL));
			expect(&r, "no-device");
			assert_true(dma_map_single(dev, p, 64, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
			expect(&r, "no-device");
			dma_sync_single_for_cpu(dev, 0x1000, 64, DMA_TO_DEVICE);
			expect(&r, "no-device");
			dma_unmap_single(dev, 0x1000, 64, DMA_TO_DEVICE);
			expect(&r, "no-device");
			assert_int_equal(dmalab_device_read(dev, 0x1000, &byte, 1), -EFAULT);
			expect(&r, "no-device");
			assert_int_equal(dmalab_device_write(dev, 0x1000, &byte, 1), -EFAULT);
			expect(&r, "no-device");
			assert_null(dma_pool_create("pool", dev, 64, 64, 0));
			expect(&r, "no-device");
			assert_string_equal(dev_name(dev), "unknown");
			dmalab_device_free(dev);
			expect(&r, "no-device");
		}
		kfree(p);
		rig_down(&r);
	}
}

static void pools(void **state)
{
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	p = kzalloc_ok(4096);
	for (void *const *at = wild_pointers(p); *at; at++) {
		assert_null(dma_pool_alloc(*at, GFP_KERNEL, &dma));
		expect(&r, "pool-wrong-pool");
		dma_pool_free(*at, p, 0x1000);
		expect(&r, "pool-wrong-pool");
		dma_pool_destroy(*at);
		expect(&r, "pool-wrong-pool");
	}
	kfree(p);
	rig_down(&r);
}

/* What the calls say on standard error. */
static char said[4096];
static int saved_stderr, file;

static void listen_to_stderr(void)
{
	char name[] = "/tmp/dmalab-test-XXXXXX";

	fflush(stderr);
	saved_stderr = dup(STDERR_FILENO);
	file = mkstemp(name);
	assert_true(file >= 0);
	unlink(name);
	dup2(file, STDERR_FILENO);
}

static const char *heard(void)
{
	ssize_t len;

	fflush(stderr);
	len = pread(file, said, sizeof(said) - 1, 0);
	said[len > 0 ? len : 0] = 0;
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	close(file);
	return said;
}

static void nothing(void *context)
{
	(void)context;
}

#define ANSWERED(call, what, text) \
	do { \
		listen_to_stderr(); \
		call; \
		assert_non_null(strstr(heard(), what "(): the machine at ")); \
		assert_non_null(strstr(said, text)); \
	} while (0)

static void use_as_machine(struct dmalab_machine *m, const char *text)
{
	ANSWERED(assert_null(dmalab_device_new(m, "nic")), "dmalab_device_new", text);
	ANSWERED(dmalab_set_report_handler(m, NULL, NULL), "dmalab_set_report_handler", text);
	ANSWERED(assert_int_equal(dmalab_report_count(m, NULL), 0), "dmalab_report_count", text);
	ANSWERED(dmalab_machine_set_current(m), "dmalab_machine_set_current", text);
	ANSWERED(dmalab_machine_fail_nth(m, 1), "dmalab_machine_fail_nth", text);
	ANSWERED(dmalab_machine_fail_every(m, 1), "dmalab_machine_fail_every", text);
	ANSWERED(dmalab_fail_each(m, nothing, NULL), "dmalab_fail_each", text);
	ANSWERED(assert_null(dmalab_machine_profile(m)), "dmalab_machine_profile", text);
	ANSWERED(dmalab_machine_line_size(m), "dmalab_machine_line_size", text);
	ANSWERED(assert_int_equal(dmalab_machine_reset(m), -EINVAL), "dmalab_machine_reset", text);
	ANSWERED(dmalab_machine_free(m), "dmalab_machine_free", text);
}

static void machines(void **state)
{
	struct dmalab_machine *freed = dmalab_machine_new(NULL);
	struct dmalab_machine *other = dmalab_machine_new(NULL);
	struct device *dev;

	(void)state;
	dmalab_device_new(freed, "nic");
	dmalab_machine_free(freed);
	use_as_machine(freed, "was freed: nothing is done");
	for (void *const *at = wild_pointers(NULL); *at; at++)
		use_as_machine(*at, "is none that dmalab_machine_new() made: nothing is done");
	/* The other one is as it was. */
	assert_ptr_equal(dmalab_machine_current(), other);
	dev = dmalab_device_new(other, "nic");
	assert_non_null(dev);
	dmalab_device_free(dev);
	dmalab_machine_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(devices),
		cmocka_unit_test(pools),
		cmocka_unit_test(machines),
	};

	/* To valgrind, each wild pointer is an error. */
	if (on_valgrind())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
