/* SPDX-License-Identifier: MIT */
/* Behind an IOMMU, from the outside: addresses, permissions, and what is given back. */
#include "rig.h"

#include <errno.h>

static const char *const levels[] = { "full", "contract", "off" };

static void up(struct rig *r, const char *checks)
{
	rig_up_with(r, &(struct dmalab_config){ .profile = "iommu", .checks = checks,
						.accesses = "explicit",
						.ram_size = 8 << 20 });
}

static u8 dev_byte(struct device *dev, dma_addr_t dma)
{
	u8 byte = 0;

	assert_int_equal(dmalab_device_read(dev, dma, &byte, 1), 0);
	return byte;
}

static void addresses(void **state)
{
	static const unsigned bits[] = { 32, 30, 24, 22, 64 };
	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(levels); k++) {
		struct rig r;
		u8 *p;

		up(&r, levels[k]);
		p = kzalloc(20000, GFP_KERNEL);
		for (size_t i = 0; i < ARRAY_SIZE(bits); i++) {
			dma_addr_t dma;

			assert_int_equal(dma_set_mask(r.dev, DMA_BIT_MASK(bits[i])), 0);
			dma = map_ok(&r, p + 123, 19000, DMA_BIDIRECTIONAL);
			assert_true(dma != virt_to_phys(p + 123));
			assert_int_equal(offset_in_page(dma), 123);
			assert_true(dma + 18999 <= DMA_BIT_MASK(bits[i]));
			p[123 + 18999] = bits[i];
			assert_int_equal(dev_byte(r.dev, dma + 18999), bits[i]);
			dma_unmap_single(r.dev, dma, 19000, DMA_BIDIRECTIONAL);
			r.dev->bus_dma_limit = DMA_BIT_MASK(23);
			dma = map_ok(&r, p, 4096, DMA_TO_DEVICE);
			assert_true(dma + 4095 <= DMA_BIT_MASK(23));
			dma_unmap_single(r.dev, dma, 4096, DMA_TO_DEVICE);
			r.dev->bus_dma_limit = 0;
		}
		/* One that reaches none of them. */
		dma_set_mask(r.dev, DMA_BIT_MASK(20));
		assert_true(dma_map_single(r.dev, p, 64, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
		expect(&r, "");
		kfree(p);
		rig_down(&r);
	}
}

/* What one device was given is no address of another. */
static void isolation(void **state)
{
	struct device *other;
	dma_addr_t dma;
	struct rig r;
	u8 *p, byte = 9;

	(void)state;
	up(&r, NULL);
	other = dmalab_device_new(r.machine, "gpu");
	p = kzalloc(4096, GFP_KERNEL);
	dma = map_ok(&r, p, 64, DMA_BIDIRECTIONAL);
	assert_int_equal(dmalab_device_write(other, dma, &byte, 1), -EFAULT);
	expect(&r, "device-out-of-bounds");
	assert_int_equal(dmalab_device_read(other, dma, &byte, 1), -EFAULT);
	expect(&r, "device-out-of-bounds");
	dma_sync_single_for_cpu(other, dma, 64, DMA_BIDIRECTIONAL);
	expect(&r, "sync-unknown");
	/* The rest of the page is mapped by the hardware; yet it was not given away. */
	assert_int_equal(dev_write(&r, dma + 64, 1), -EFAULT);
	expect(&r, "device-out-of-bounds");
	/* Nor is the physical address one of the device's. */
	assert_int_equal(dev_write(&r, virt_to_phys(p), 1), -EFAULT);
	expect(&r, "device-out-of-bounds");
	assert_int_equal(p[0], 0);
	dma_unmap_single(other, dma, 64, DMA_BIDIRECTIONAL);
	expect(&r, "free-wrong-device");
	kfree(p);
	rig_down(&r);
}

static void permissions(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(levels); k++) {
		dma_addr_t to, from;
		struct rig r;
		u8 *p;

		up(&r, levels[k]);
		p = kzalloc(8192, GFP_KERNEL);
		to = map_ok(&r, p, 64, DMA_TO_DEVICE);
		from = map_ok(&r, p + 4096, 64, DMA_FROM_DEVICE);
		assert_int_equal(dev_read(&r, to, 64), 0);
		assert_int_equal(dev_write(&r, from, 64), 0);
		assert_int_equal(dev_write(&r, to, 1), -EFAULT);
		expect(&r, k ? "" : "device-write-read-only");
		assert_int_equal(dev_read(&r, from, 1), -EFAULT);
		expect(&r, k ? "" : "device-read-write-only");
		dma_unmap_single(r.dev, to, 64, DMA_TO_DEVICE);
		dma_unmap_single(r.dev, from, 64, DMA_FROM_DEVICE);
		assert_int_equal(p[0], 0);
		assert_int_equal(dev_read(&r, to, 1), -EFAULT);
		expect(&r, k ? "" : "device-use-after-unmap");
		assert_int_equal(dev_read(&r, DMA_MAPPING_ERROR, 1), -EFAULT);
		expect(&r, k ? "" : "device-out-of-bounds");
		kfree(p);
		rig_down(&r);
	}
}

/* ------------------------------------------------------------- allocations */

enum kind { COHERENT, WC, HANDLE, NONCOHERENT, PAGES, NR_KINDS };

#define SIZE 5000u

static void *allocate(const struct rig *r, enum kind kind, dma_addr_t *dma)
{
	switch (kind) {
	case COHERENT:
		return dma_alloc_coherent(r->dev, SIZE, dma, GFP_KERNEL);
	case WC:
		return dma_alloc_wc(r->dev, SIZE, dma, GFP_KERNEL);
	case HANDLE:
		return dma_alloc_attrs(r->dev, SIZE, dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
	case NONCOHERENT:
		return dma_alloc_noncoherent(r->dev, SIZE, dma, DMA_BIDIRECTIONAL, GFP_KERNEL);
	default:
		return dma_alloc_pages(r->dev, SIZE, dma, DMA_BIDIRECTIONAL, GFP_KERNEL);
	}
}

static void release(const struct rig *r, enum kind kind, size_t size, void *p, dma_addr_t dma)
{
	switch (kind) {
	case COHERENT:
		dma_free_coherent(r->dev, size, p, dma);
		break;
	case WC:
		dma_free_wc(r->dev, size, p, dma);
		break;
	case HANDLE:
		dma_free_attrs(r->dev, size, p, dma, DMA_ATTR_NO_KERNEL_MAPPING);
		break;
	case NONCOHERENT:
		dma_free_noncoherent(r->dev, size, p, dma, DMA_BIDIRECTIONAL);
		break;
	default:
		dma_free_pages(r->dev, size, p, dma, DMA_BIDIRECTIONAL);
	}
}

/* All RAM can be had, and all addresses: nothing was lost. */
static void nothing_is_lost(struct rig *r)
{
	unsigned n = 0;
	void *p[256];

	dma_set_mask(r->dev, DMA_BIT_MASK(21));
	for (; n < 256; n++) {
		dma_addr_t dma;

		p[n] = kzalloc_ok(4096);
		dma = dma_map_single(r->dev, p[n], 4096, DMA_TO_DEVICE);
		if (dma_mapping_error(r->dev, dma)) {
			kfree(p[n]);
			break;
		}
		((dma_addr_t *)p[n])[0] = dma;
	}
	/* Between 1 and 2 MiB. */
	assert_int_equal(n, 256);
	while (n--) {
		dma_unmap_single(r->dev, ((dma_addr_t *)p[n])[0], 4096, DMA_TO_DEVICE);
		kfree(p[n]);
	}
	dma_set_mask(r->dev, DMA_BIT_MASK(32));
}

static void allocations(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(levels); k++) {
		struct rig r;

		up(&r, levels[k]);
		dma_set_coherent_mask(r.dev, DMA_BIT_MASK(21));
		for (int kind = 0; kind < NR_KINDS; kind++) {
			dma_addr_t dma = 0;
			void *p = allocate(&r, kind, &dma);

			assert_non_null(p);
			assert_in_range(dma, 1 << 20, (1 << 21) - SIZE);
			assert_int_equal(dma % 8192, 0);
			if (kind == NONCOHERENT || kind == PAGES)
				dma_sync_single_for_device(r.dev, dma, SIZE, DMA_BIDIRECTIONAL);
			assert_int_equal(dmalab_device_write(r.dev, dma + SIZE - 1, "x", 1), 0);
			assert_int_equal(dev_byte(r.dev, dma + SIZE - 1), 'x');
			if (kind != HANDLE && kind != PAGES) {
				u8 byte = 0;

				dma_sync_single_for_cpu(r.dev, dma, SIZE, DMA_BIDIRECTIONAL);
				dmalab_cpu_read((u8 *)p + SIZE - 1, &byte, 1);
				assert_int_equal(byte, 'x');
			}
			release(&r, kind, SIZE, p, dma);
			expect(&r, "");
			assert_int_equal(dev_read(&r, dma, 1), -EFAULT);
			expect(&r, k ? "" : "device-use-after-unmap");
			nothing_is_lost(&r);
		}
		rig_down(&r);
	}
}

/* A wrong free gives one report, and releases addresses and memory all the same. */
static void wrong_frees(void **state)
{
	static const struct {
		enum kind kind;
		size_t size;
		long cpu, dma;
		const char *draws;
	} f[] = {
		{ COHERENT, 1, 0, 0, "free-size-mismatch" },
		{ COHERENT, SIZE, 4096, 0, "free-cpu-address-mismatch" },
		{ COHERENT, SIZE, 0, 64, "free-dma-address-mismatch" },
		{ COHERENT, SIZE, 0, -0x80000000l, "free-dma-address-mismatch" },
		{ WC, SIZE + 1, 8, 8, "free-cpu-address-mismatch" },
		{ HANDLE, SIZE, 16, 0, "free-cpu-address-mismatch" },
		{ HANDLE, SIZE, 0, 4096, "free-dma-address-mismatch" },
		{ NONCOHERENT, SIZE, 0, 1 << 30, "free-dma-address-mismatch" },
		{ NONCOHERENT, 2 * SIZE, 0, 0, "free-size-mismatch" },
		{ NONCOHERENT, SIZE, 8, 0, "free-cpu-address-mismatch" },
	};
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct rig r;

		up(&r, levels[k]);
		for (size_t i = 0; i < ARRAY_SIZE(f); i++) {
			dma_addr_t dma = 0;
			u8 *p = allocate(&r, f[i].kind, &dma);

			assert_non_null(p);
			release(&r, f[i].kind, f[i].size, p + f[i].cpu, dma + f[i].dma);
			expect(&r, f[i].draws);
			assert_int_equal(dev_read(&r, dma, 1), -EFAULT);
			expect(&r, k ? "" : "device-use-after-unmap");
			release(&r, f[i].kind, SIZE, p, dma);
			expect(&r, "double-free");
			nothing_is_lost(&r);
		}
		rig_down(&r);
	}
}

/* Nobody checks, and nothing breaks. */
static void wild_frees_unchecked(void **state)
{
	static const size_t sizes[] = { 0, 1, 4096, 1 << 20, (size_t)-1, (size_t)1 << 44 };
	static const long by[] = { 0, 1, 4096, -4096, 1 << 30, -1 };
	struct rig r;

	(void)state;
	up(&r, "off");
	for (size_t i = 0; i < ARRAY_SIZE(sizes) * ARRAY_SIZE(by) * NR_KINDS; i++) {
		size_t size = sizes[i % ARRAY_SIZE(sizes)];
		long off = by[i / ARRAY_SIZE(sizes) % ARRAY_SIZE(by)];
		enum kind kind = i / ARRAY_SIZE(sizes) / ARRAY_SIZE(by);
		dma_addr_t dma = 0;
		void *p = allocate(&r, kind, &dma), *q;

		if (!p)
			continue;
		release(&r, kind, size, p, dma + off);
		release(&r, kind, size, p, dma + off);
		q = kzalloc_ok(64);
		dma = map_ok(&r, q, 64, DMA_BIDIRECTIONAL);
		assert_int_equal(dev_read(&r, dma, 64), 0);
		dma_unmap_single(r.dev, dma + off, size, DMA_BIDIRECTIONAL);
		dma_unmap_single(r.dev, dma, 64, DMA_BIDIRECTIONAL);
		kfree(q);
	}
	rig_down(&r);
}

/* -------------------------------------------------------------- exhaustion */

static void out_of_addresses(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(levels); k++) {
		static dma_addr_t dma[257];
		unsigned n = 0;
		struct rig r;
		u8 *p;

		up(&r, levels[k]);
		p = kzalloc(2 << 20, GFP_KERNEL);
		dma_set_mask(r.dev, DMA_BIT_MASK(21));
		dma_set_coherent_mask(r.dev, DMA_BIT_MASK(21));
		while ((dma[n] = dma_map_single(r.dev, p, 1, DMA_TO_DEVICE)) != DMA_MAPPING_ERROR) {
			dma_mapping_error(r.dev, dma[n]);
			n++;
		}
		assert_int_equal(n, 256);
		for (int kind = 0; kind < NR_KINDS; kind++)
			assert_null(allocate(&r, kind, &dma[n]));
		expect(&r, "");
		/* All of one page: what is kept of them serves larger ones as well. */
		while (n--)
			dma_unmap_single(r.dev, dma[n], 1, DMA_TO_DEVICE);
		dma[0] = map_ok(&r, p, 1 << 20, DMA_TO_DEVICE);
		dma_unmap_single(r.dev, dma[0], 1 << 20, DMA_TO_DEVICE);
		for (size_t size = 1; size <= 1 << 20; size *= 2) {
			dma[0] = map_ok(&r, p, size, DMA_TO_DEVICE);
			dma_unmap_single(r.dev, dma[0], size, DMA_TO_DEVICE);
		}
		assert_true(dma_map_single(r.dev, p, (1 << 20) + 1, DMA_TO_DEVICE) ==
			    DMA_MAPPING_ERROR);
		expect(&r, "");
		kfree(p);
		rig_down(&r);
	}
}

/* The next mapping has the address of the last one, and another page behind it. */
static void address_used_again(void **state)
{
	struct rig r;
	dma_addr_t dma;
	u8 *p, *q;

	(void)state;
	up(&r, NULL);
	p = kzalloc(4096, GFP_KERNEL);
	q = kzalloc(4096, GFP_KERNEL);
	dma = map_ok(&r, p, 4096, DMA_BIDIRECTIONAL);
	dma_unmap_single(r.dev, dma, 4096, DMA_BIDIRECTIONAL);
	assert_int_equal(map_ok(&r, q, 4096, DMA_BIDIRECTIONAL), dma);
	assert_int_equal(dmalab_device_write(r.dev, dma, "x", 1), 0);
	dma_unmap_single(r.dev, dma, 4096, DMA_BIDIRECTIONAL);
	assert_int_equal(p[0], 0);
	assert_int_equal(q[0], 'x');
	dma_unmap_single(r.dev, dma, 4096, DMA_BIDIRECTIONAL);
	expect(&r, "double-free");
	/* One buffer has as many addresses as it has mappings. */
	dma = map_ok(&r, p, 4096, DMA_BIDIRECTIONAL);
	assert_true(map_ok(&r, p, 4096, DMA_BIDIRECTIONAL) != dma);
	dmalab_device_free(r.dev);
	expect(&r, "leak leak");
	kfree(p);
	kfree(q);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(isolation),
		cmocka_unit_test(permissions),
		cmocka_unit_test(allocations),
		cmocka_unit_test(wrong_frees),
		cmocka_unit_test(wild_frees_unchecked),
		cmocka_unit_test(out_of_addresses),
		cmocka_unit_test(address_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
