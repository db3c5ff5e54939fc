/* SPDX-License-Identifier: MIT */
/* A struct device that is part of another structure, in memory of every kind. */
#include "rig.h"

#include <linux/vmalloc.h>
#include <unistd.h>
#include <linux/dmapool.h>
#include <sys/mman.h>

struct platform {
	char before[24];
	struct device dev;
	int after;
};

/* What a driver does with a device: memory, a mapping, both directions. */
static void use(struct device *dev)
{
	dma_addr_t dma, ring_dma;
	void *buf = kzalloc(256, GFP_KERNEL);
	u8 *ring = dma_alloc_coherent(dev, 4096, &ring_dma, GFP_KERNEL);

	assert_non_null(ring);
	dma = dma_map_single(dev, buf, 256, DMA_FROM_DEVICE);
	assert_int_equal(dma_mapping_error(dev, dma), 0);
	assert_int_equal(dmalab_device_write(dev, dma, "packet", 6), 0);
	dma_unmap_single(dev, dma, 256, DMA_FROM_DEVICE);
	assert_memory_equal(buf, "packet", 6);
	dma_free_coherent(dev, 4096, ring, ring_dma);
	kfree(buf);
}

static void as_one_that_was_made(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		struct platform pdev = { .after = 7 };
		struct rig r;

		rig_up(&r, profile);
		assert_int_equal(dmalab_device_init(r.machine, &pdev.dev, "eth0"), 0);
		assert_string_equal(dev_name(&pdev.dev), "eth0");
		assert_string_equal(pdev.dev.kobj.name, "eth0");
		assert_true(*pdev.dev.dma_mask == DMA_BIT_MASK(32));
		assert_int_equal(dma_set_mask_and_coherent(&pdev.dev, DMA_BIT_MASK(48)), 0);
		dma_set_max_seg_size(&pdev.dev, 4096);
		use(&pdev.dev);
		use(r.dev);
		use(&pdev.dev);
		dmalab_device_exit(&pdev.dev);
		assert_int_equal(pdev.after, 7);
		/* Nothing is left in it that goes with the machine. */
		assert_null(pdev.dev.dma_mask);
		assert_null(pdev.dev.dma_parms);
		assert_null(pdev.dev.init_name);
		assert_string_equal(dev_name(&pdev.dev), "unknown");
		rig_down(&r);
	}
}

/* Each field that a program sets before is a driver's to read. */
static void fields_stay(void **state)
{
	struct bus_type bus = { .name = "soc" };
	struct device_driver driver = { .name = "nic", .bus = &bus };
	struct device parent = { 0 };
	u64 mask = DMA_BIT_MASK(40);
	struct platform pdev = { .dev = {
		.dma_mask = &mask, .coherent_dma_mask = DMA_BIT_MASK(36), .parent = &parent,
		.bus = &bus, .driver = &driver, .platform_data = &mask, .init_name = "mine",
		.of_node = (void *)0x10, .fwnode = (void *)0x20, .id = 3,
	} };
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(dmalab_device_init(r.machine, &pdev.dev, NULL), 0);
	assert_string_equal(dev_name(&pdev.dev), "mine");
	dev_set_drvdata(&pdev.dev, &r);
	assert_ptr_equal(dev_get_drvdata(&pdev.dev), &r);
	assert_ptr_equal(dev_get_platdata(&pdev.dev), &mask);
	assert_ptr_equal(pdev.dev.parent, &parent);
	assert_ptr_equal(pdev.dev.bus, &bus);
	assert_ptr_equal(pdev.dev.driver, &driver);
	assert_ptr_equal(pdev.dev.of_node, (void *)0x10);
	assert_ptr_equal(pdev.dev.fwnode, (void *)0x20);
	assert_int_equal(pdev.dev.id, 3);
	assert_true(dma_get_mask(&pdev.dev) == DMA_BIT_MASK(40));
	assert_true(pdev.dev.coherent_dma_mask == DMA_BIT_MASK(36));
	dmalab_device_exit(&pdev.dev);
	assert_ptr_equal(pdev.dev.dma_mask, &mask);
	rig_down(&r);
}

static void wrong_arguments(void **state)
{
	struct device dev = { 0 };
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(dmalab_device_init(NULL, &dev, "x"), -EINVAL);
	assert_int_equal(dmalab_device_init(r.machine, NULL, "x"), -EINVAL);
	dmalab_device_exit(NULL);
	assert_null(get_device(NULL));
	put_device(NULL);
	rig_down(&r);
}

static void without_init(void **state)
{
	struct platform pdevs[3] = { { .after = 0 } };
	struct rig r;
	dma_addr_t dma;

	(void)state;
	rig_up(&r, NULL);
	memset(&pdevs[1], 0xaa, sizeof(pdevs[1]));
	memset(&pdevs[2], 0xff, sizeof(pdevs[2]));
	for (int i = 0; i < 3; i++) {
		assert_null(dma_alloc_coherent(&pdevs[i].dev, 64, &dma, GFP_KERNEL));
		expect(&r, "no-device");
		assert_non_null(strstr(r.text, "dmalab_device_init()"));
	}
	dmalab_device_exit(&pdevs[0].dev);
	expect(&r, "no-device");
	rig_down(&r);
}

static void copied(void **state)
{
	struct platform pdev = { .after = 0 }, copy;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(dmalab_device_init(r.machine, &pdev.dev, "eth0"), 0);
	copy = pdev;
	assert_int_equal(dma_set_mask(&copy.dev, DMA_BIT_MASK(32)), -EIO);
	expect(&r, "no-device");
	assert_non_null(strstr(r.text, "a copy of that of eth0"));
	dmalab_device_exit(&pdev.dev);
	rig_down(&r);
}

static void twice(void **state)
{
	struct platform pdev = { .after = 0 };
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(dmalab_device_init(r.machine, &pdev.dev, "eth0"), 0);
	assert_int_equal(dmalab_device_init(r.machine, &pdev.dev, "eth1"), -EBUSY);
	expect(&r, "no-device");
	assert_non_null(strstr(r.text, "bound already, as eth0"));
	assert_non_null(strstr(r.text, "missing: dmalab_device_exit()"));
	use(&pdev.dev);
	dmalab_device_exit(&pdev.dev);
	dmalab_device_exit(&pdev.dev);
	expect(&r, "no-device");
	/* Again, after an exit, is right. */
	assert_int_equal(dmalab_device_init(r.machine, &pdev.dev, "eth1"), 0);
	use(&pdev.dev);
	dmalab_device_exit(&pdev.dev);
	rig_down(&r);
}

static void leaks_are_its_own(void **state)
{
	struct platform pdev = { .after = 0 };
	struct rig r;
	dma_addr_t dma;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(dmalab_device_init(r.machine, &pdev.dev, "eth0"), 0);
	assert_non_null(dma_alloc_coherent(&pdev.dev, 64, &dma, GFP_KERNEL));
	assert_non_null(devm_kzalloc(&pdev.dev, 64, GFP_KERNEL));
	dmalab_device_exit(&pdev.dev);
	expect(&r, "leak");
	assert_non_null(strstr(r.text, "[device eth0"));
	rig_down(&r);
}

/* The records of what it released outlive its memory, and speak of it by its address. */
static void memory_gone_after_exit(void **state)
{
	static const char *const profiles[] = { "arm64", "iommu", "swiotlb" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
		size_t page = 64 << 10;
		struct platform *pdev = mmap(NULL, page, PROT_READ | PROT_WRITE,
					     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		dma_addr_t dma, mapped;
		struct rig r;
		void *p, *buf;

		assert_true(pdev != MAP_FAILED);
		rig_up(&r, profiles[i]);
		assert_int_equal(dmalab_device_init(r.machine, &pdev->dev, "eth0"), 0);
		p = dma_alloc_coherent(&pdev->dev, 4096, &dma, GFP_KERNEL);
		buf = kzalloc(64, GFP_KERNEL);
		mapped = dma_map_single(&pdev->dev, buf, 64, DMA_TO_DEVICE);
		assert_int_equal(dma_mapping_error(&pdev->dev, mapped), 0);
		dma_unmap_single(&pdev->dev, mapped, 64, DMA_TO_DEVICE);
		dma_free_coherent(&pdev->dev, 4096, p, dma);
		dmalab_device_exit(&pdev->dev);
		munmap(pdev, page);
		dma_free_coherent(r.dev, 4096, p, dma);
		assert_int_equal(r.nr, 1);
		r.drawn[0] = 0;
		r.nr = 0;
		dmalab_device_read(r.dev, mapped, &page, 4);
		assert_int_equal(r.nr, 1);
		r.drawn[0] = 0;
		r.nr = 0;
		dmalab_cpu_read(p, &page, 4);
		assert_int_equal(r.nr, 1);
		r.drawn[0] = 0;
		r.nr = 0;
		kfree(buf);
		rig_down(&r);
	}
}

/* It is found where it is freed, and the memory stays until the device has gone. */
static void freed_while_bound(void **state)
{
	struct platform *pdev;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	for (int how = 0; how < 3; how++) {
		pdev = how == 0 ? kzalloc(sizeof(*pdev), GFP_KERNEL) :
		       how == 1 ? vzalloc(sizeof(*pdev)) :
				  (void *)get_zeroed_page(GFP_KERNEL);
		assert_non_null(pdev);
		assert_int_equal(dmalab_device_init(r.machine, &pdev->dev, "eth0"), 0);
		for (int i = 0; i < 2; i++) {
			if (how == 0)
				kfree(pdev);
			else if (how == 1)
				vfree(pdev);
			else
				free_page((unsigned long)pdev);
			if (i == 0) {
				expect(&r, "no-device");
				assert_non_null(strstr(r.text, "struct device of eth0 is in this"));
				assert_non_null(strstr(r.text, "dmalab_device_exit() of eth0"));
				use(&pdev->dev);
				dmalab_device_exit(&pdev->dev);
			}
		}
		expect(&r, "");
	}
	rig_down(&r);
}

/* And elsewhere, where the machine or the next device at the address finds it gone. */
static void lost_while_bound(void **state)
{
	static struct platform pdev;
	struct dma_pool *pool;
	struct rig r;
	dma_addr_t dma;

	(void)state;
	for (int how = 0; how < 3; how++) {
		size_t page = 64 << 10;
		struct platform *p = how == 2 ? mmap(NULL, page, PROT_READ | PROT_WRITE,
						    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) : &pdev;

		rig_up(&r, NULL);
		assert_int_equal(dmalab_device_init(r.machine, &p->dev, "eth0"), 0);
		assert_non_null(dma_alloc_coherent(&p->dev, 64, &dma, GFP_KERNEL));
		assert_non_null(devm_kzalloc(&p->dev, 64, GFP_KERNEL));
		pool = dmam_pool_create("ring", &p->dev, 64, 64, 0);
		assert_non_null(dma_pool_alloc(pool, GFP_KERNEL, &dma));
		if (how == 2)
			munmap(p, page);
		else
			memset(p, how ? 0xff : 0, sizeof(*p));
		if (how == 0) {
			assert_int_equal(dmalab_device_init(r.machine, &p->dev, "eth1"), 0);
			expect(&r, "no-device");
			assert_non_null(strstr(r.text, "memory of eth0 was freed or overwritten"));
			use(&p->dev);
			dmalab_device_exit(&p->dev);
			dmalab_machine_free(r.machine);
			expect(&r, "pool-busy leak");
		} else {
			dmalab_machine_free(r.machine);
			expect(&r, "no-device pool-busy leak");
		}
		memset(&pdev, 0, sizeof(pdev));
	}
}

static void machine_goes_first(void **state)
{
	struct platform pdev = { .after = 0 };
	struct rig r;
	dma_addr_t dma;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(dmalab_device_init(r.machine, &pdev.dev, "eth0"), 0);
	assert_int_equal(dmalab_machine_reset(r.machine), 0);
	assert_null(pdev.dev.dma_mask);
	assert_null(pdev.dev.dmalab);
	assert_int_equal(dmalab_device_init(r.machine, &pdev.dev, "eth0"), 0);
	rig_down(&r);
	assert_null(pdev.dev.dmalab);
	rig_up(&r, NULL);
	assert_null(dma_alloc_coherent(&pdev.dev, 64, &dma, GFP_KERNEL));
	expect(&r, "no-device");
	rig_down(&r);
}

static int released;

static void release(struct device *dev)
{
	assert_null(dev->dmalab);
	released++;
}

static void references(void **state)
{
	struct device dev = { .release = release };
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	released = 0;
	assert_int_equal(dmalab_device_init(r.machine, &dev, "eth0"), 0);
	assert_ptr_equal(get_device(&dev), &dev);
	dmalab_device_exit(&dev);
	put_device(&dev);
	assert_int_equal(released, 0);
	put_device(&dev);
	assert_int_equal(released, 1);

	assert_int_equal(dmalab_device_init(r.machine, &dev, "eth0"), 0);
	put_device(&dev);
	expect(&r, "no-device");
	assert_non_null(strstr(r.text, "the last reference to eth0 goes while its driver is bound"));
	assert_int_equal(released, 2);
	rig_down(&r);
}

/* A trace has it as any other device. */
static void recorded(void **state)
{
	char name[] = "/tmp/dmalab-embedded-XXXXXX", options[64], text[4096] = "";
	struct platform pdev = { .after = 0 };
	struct dmalab_machine *machine;
	int fd = mkstemp(name);

	(void)state;
	assert_true(fd >= 0);
	snprintf(options, sizeof(options), "record=%s", name);
	setenv("DMALAB_OPTIONS", options, 1);
	machine = dmalab_machine_new(NULL);
	unsetenv("DMALAB_OPTIONS");
	assert_int_equal(dmalab_device_init(machine, &pdev.dev, "eth0"), 0);
	use(&pdev.dev);
	dmalab_device_exit(&pdev.dev);
	dmalab_machine_free(machine);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	unlink(name);
	assert_non_null(strstr(text, "eth0 = device()"));
	assert_non_null(strstr(text, "dma_alloc_coherent(eth0, 4096"));
	assert_non_null(strstr(text, "device_free(eth0)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_one_that_was_made),
		cmocka_unit_test(fields_stay),
		cmocka_unit_test(wrong_arguments),
		cmocka_unit_test(without_init),
		cmocka_unit_test(copied),
		cmocka_unit_test(twice),
		cmocka_unit_test(leaks_are_its_own),
		cmocka_unit_test(memory_gone_after_exit),
		cmocka_unit_test(freed_while_bound),
		cmocka_unit_test(lost_while_bound),
		cmocka_unit_test(machine_goes_first),
		cmocka_unit_test(references),
		cmocka_unit_test(recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
