/* SPDX-License-Identifier: MIT */
/* Addresses that lead to nothing, and ranges that run off the end: what the reports say. */
#include "rig.h"

#include <linux/dmapool.h>
#include <linux/scatterlist.h>

#define ERROR_VALUE "is DMA_MAPPING_ERROR, the error value of a failed mapping"

/* The last report's numbers and texts, which live no longer than its handler. */
static struct {
	char check[64], detail[512], object[64];
	size_t first, last, bytes, object_size;
} got;

static unsigned long drawn;

static void keep(const struct dmalab_report *r, void *context)
{
	(void)context;
	drawn++;
	snprintf(got.check, sizeof(got.check), "%s", r->check);
	snprintf(got.detail, sizeof(got.detail), "%s", r->detail ? r->detail : "");
	snprintf(got.object, sizeof(got.object), "%s", r->object ? r->object : "");
	got.first = r->first;
	got.last = r->last;
	got.bytes = r->bytes;
	got.object_size = r->object_size;
}

static void up(struct rig *r, const char *profile)
{
	rig_up(r, profile);
	dmalab_set_report_handler(r->machine, keep, NULL);
	drawn = 0;
}

/* One report since the last time. */
static void got_one(const char *check)
{
	assert_string_equal(got.check, check);
	assert_int_equal(drawn, 1);
	drawn = 0;
}

static void says(const char *part)
{
	if (!strstr(got.detail, part))
		fail_msg("%s: \"%s\" does not say \"%s\"", got.check, got.detail, part);
}

static void got_range(const char *object, size_t size, size_t first, size_t last)
{
	assert_string_equal(got.object, object);
	assert_int_equal(got.object_size, size);
	assert_int_equal(got.first, first);
	assert_int_equal(got.last, last);
	assert_int_equal(got.bytes, last - first + 1);
}

/* Wherever it is used, whatever the report is about. */
static void error_value(void **state)
{
	const dma_addr_t error = DMA_MAPPING_ERROR;
	const char *profile;
	struct rig r;
	dma_addr_t dma;
	u8 buf[4];
	void *p;

	(void)state;
	for_each_profile(profile) {
		up(&r, profile);
		assert_int_equal(dmalab_device_read(r.dev, error, buf, 4), -EFAULT);
		got_one("device-out-of-bounds"), says(ERROR_VALUE);
		assert_int_equal(dmalab_device_write(r.dev, error, buf, 4), -EFAULT);
		got_one("device-out-of-bounds"), says(ERROR_VALUE);
		dma_sync_single_for_cpu(r.dev, error, 4, DMA_FROM_DEVICE);
		got_one("sync-unknown"), says(ERROR_VALUE);
		dma_sync_single_for_device(r.dev, error, 4, DMA_NONE);
		got_one("bad-direction"), says(ERROR_VALUE), says("valid: DMA_BIDIRECTIONAL");
		/* The offset is added to it, and there is no telling where that leads. */
		dma_sync_single_range_for_device(r.dev, error, 64, 4, DMA_TO_DEVICE);
		got_one("sync-unknown"), says(ERROR_VALUE);
		dma_sync_single_range_for_cpu(r.dev, error, 64, 4, DMA_TO_DEVICE);
		got_one("sync-unknown"), says(ERROR_VALUE);
		dma_unmap_single(r.dev, error, 4, DMA_TO_DEVICE);
		got_one("free-error-cookie"), says(ERROR_VALUE);
		dma_unmap_page(r.dev, error, 4, DMA_NONE);
		got_one("bad-direction"), says(ERROR_VALUE);
		p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
		assert_non_null(p);
		dma_free_coherent(r.dev, 4096, p, error);
		got_one("free-dma-address-mismatch");
		says("released with 0xffffffffffffffff; "), says(ERROR_VALUE);
		dma_free_coherent(r.dev, 4096, &r, error);
		got_one("free-unknown"), says(ERROR_VALUE);
		dmalab_set_report_handler(r.machine, NULL, NULL);
		rig_down(&r);
	}
}

/* A list that is not there has no address; an entry may have that of a failed mapping. */
static void lists(void **state)
{
	struct scatterlist sg;
	struct rig r;

	(void)state;
	up(&r, NULL);
	dma_unmap_sg(r.dev, NULL, 1, DMA_TO_DEVICE);
	got_one("free-error-cookie"), says("no list was given, but NULL");
	assert_null(strstr(got.detail, "DMA_MAPPING_ERROR"));
	dma_sync_sg_for_cpu(r.dev, NULL, 1, DMA_TO_DEVICE);
	got_one("sync-unknown"), says("no list was given, but NULL");
	assert_null(strstr(got.detail, "DMA_MAPPING_ERROR"));
	dma_unmap_sg(r.dev, NULL, 1, DMA_NONE);
	got_one("bad-direction");
	assert_null(strstr(got.detail, "DMA_MAPPING_ERROR"));
	sg_init_table(&sg, 1);
	sg_set_buf(&sg, kmalloc_ok(64), 64);
	dma_sync_sg_for_cpu(r.dev, &sg, 1, DMA_TO_DEVICE);
	got_one("sync-unknown"), says("nothing is mapped for nic at DMA address 0x0");
	assert_int_equal(dev_read(&r, sg_dma_address(&sg), 4), -EFAULT);
	got_one("device-out-of-bounds"), says("nothing is mapped for nic at DMA address 0x0");
	sg_dma_address(&sg) = dma_map_single(r.dev, kmalloc_ok(1), 0, DMA_TO_DEVICE);
	got_one("zero-size");
	dma_sync_sg_for_cpu(r.dev, &sg, 1, DMA_TO_DEVICE);
	got_one("sync-unknown"), says(ERROR_VALUE);
	dma_unmap_sg(r.dev, &sg, 1, DMA_TO_DEVICE);
	got_one("free-error-cookie"), says(ERROR_VALUE);
	rig_down(&r);
}

/* Of bytes that are behind the end it is said which they are. */
static void behind_the_end(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		dma_addr_t dma;
		void *p;

		up(&r, profile);
		p = noncoherent_ok(&r, 4096, &dma, DMA_FROM_DEVICE);
		dma_sync_single_for_cpu(r.dev, dma, 5000, DMA_FROM_DEVICE);
		got_one("sync-out-of-range");
		got_range("noncoherent buffer", 4096, 4096, 4999);
		says("5000 bytes were synced, of the 4096 that are left");
		dma_sync_single_for_device(r.dev, dma, 4096, DMA_FROM_DEVICE);
		dma_sync_single_range_for_cpu(r.dev, dma, 4095, 2, DMA_FROM_DEVICE);
		got_one("sync-out-of-range");
		got_range("noncoherent buffer", 4096, 4096, 4096);
		dma_sync_single_range_for_cpu(r.dev, dma, 1, (size_t)-1, DMA_FROM_DEVICE);
		got_one("sync-out-of-range");
		got_range("noncoherent buffer", 4096, 4096, (size_t)-1);
		assert_int_equal(dev_write(&r, dma + 4000, 100), -EFAULT);
		got_one("device-out-of-bounds");
		got_range("noncoherent buffer", 4096, 4096, 4099);
		says("100 bytes, of the 96 that are left there");
		dma_free_noncoherent(r.dev, 4096, p, dma, DMA_FROM_DEVICE);
		assert_int_equal(drawn, 0);
		rig_down(&r);
	}
}

/* To the judge a block is an object, and so are the entries of a list that meet. */
static void behind_parts(void **state)
{
	struct scatterlist sg[2];
	struct dma_pool *pool;
	dma_addr_t a, b;
	struct rig r;
	void *x, *y;
	u8 *p;

	(void)state;
	up(&r, NULL);
	pool = dma_pool_create("pool", r.dev, 48, 16, 0);
	x = dma_pool_alloc(pool, GFP_KERNEL, &a);
	y = dma_pool_alloc(pool, GFP_KERNEL, &b);
	assert_true(x && y && b == a + 48);
	assert_int_equal(dev_write(&r, a + 8, 64), -EFAULT);
	got_one("device-out-of-bounds");
	got_range("pool block", 48, 48, 71);
	dma_sync_single_for_cpu(r.dev, b + 8, 41, DMA_FROM_DEVICE);
	got_one("sync-out-of-range");
	got_range("pool block", 48, 48, 48);
	dma_pool_free(pool, y, b);
	dma_sync_single_for_cpu(r.dev, b + 8, 8, DMA_FROM_DEVICE);
	got_one("sync-unknown");
	assert_string_equal(got.object, "pool block");
	dma_sync_single_for_cpu(r.dev, b + 48, 8, DMA_FROM_DEVICE);
	got_one("sync-unknown"), says("the pool has not handed out this block yet");
	dma_sync_single_for_cpu(r.dev, a + 4096 - 8, 8, DMA_FROM_DEVICE);
	got_one("sync-unknown"), says("a gap in the memory of a pool");
	dma_pool_free(pool, x, a);
	dma_pool_destroy(pool);

	p = kmalloc_ok(128);
	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], p, 64);
	sg_set_buf(&sg[1], p + 64, 64);
	assert_int_equal(dma_map_sg(r.dev, sg, 2, DMA_FROM_DEVICE), 2);
	a = sg_dma_address(&sg[0]);
	assert_int_equal(sg_dma_address(&sg[1]), a + 64);
	assert_int_equal(dev_write(&r, a, 200), -EFAULT);
	got_one("device-out-of-bounds");
	got_range("entry of a mapped list", 64, 128, 199);
	dma_unmap_sg(r.dev, sg, 2, DMA_FROM_DEVICE);
	kfree(p);
	assert_int_equal(drawn, 0);
	rig_down(&r);
}

/* What was there, or whose it is. */
static void whose(void **state)
{
	struct device *disk;
	dma_addr_t dma;
	struct rig r;
	void *p;

	(void)state;
	up(&r, NULL);
	disk = dmalab_device_new(r.machine, "disk");
	assert_non_null(disk);
	p = kmalloc_ok(64);
	dma = map_ok(&r, p, 64, DMA_TO_DEVICE);
	dma_sync_single_for_cpu(disk, dma, 4, DMA_TO_DEVICE);
	got_one("sync-unknown"), says("is nic's: nothing is mapped there for disk");
	dma_unmap_single(r.dev, dma, 64, DMA_TO_DEVICE);
	dma_sync_single_for_cpu(r.dev, dma, 4, DMA_TO_DEVICE);
	got_one("sync-unknown");
	assert_string_equal(got.object, "mapping");
	assert_string_equal(got.detail, "");
	dma_unmap_single(r.dev, dma + 0x100000, 64, DMA_TO_DEVICE);
	got_one("free-unknown"), says("nothing is mapped for nic at DMA address 0x");
	kfree(p);
	dmalab_device_free(disk);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(error_value),
		cmocka_unit_test(lists),
		cmocka_unit_test(behind_the_end),
		cmocka_unit_test(behind_parts),
		cmocka_unit_test(whose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
