/* SPDX-License-Identifier: MIT */
/*
 * The platform bus and PCI: drivers and devices find each other in either order; what a
 * driver takes of its device goes with it, or is missed.
 */
#include "rig.h"

#include <dmalab/bus.h>
#include <dmalab/registers.h>
#include <errno.h>
#include <linux/err.h>
#include <unistd.h>

#define BAR  0xfe000000ull
#define SIZE 0x1000u

static FILE *kept;
static int stderr_before;
static char told[8192];

static void keep_stderr(void)
{
	fflush(stderr);
	stderr_before = dup(STDERR_FILENO);
	kept = tmpfile();
	assert_non_null(kept);
	dup2(fileno(kept), STDERR_FILENO);
}

static void expect_told(const char *what)
{
	size_t n;

	fflush(stderr);
	dup2(stderr_before, STDERR_FILENO);
	close(stderr_before);
	rewind(kept);
	n = fread(told, 1, sizeof(told) - 1, kept);
	told[n] = 0;
	fclose(kept);
	if (!strstr(told, what))
		fprintf(stderr, "told:\n%swanted: %s\n", told, what);
	assert_non_null(strstr(told, what));
}

/* --------------------------------------------------------- platform driver */

static unsigned probed, removed;
static int probe_error;
static bool forgets;
static void __iomem *regs;

static int engine_probe(struct platform_device *pdev)
{
	void *ring;
	dma_addr_t dma;

	probed++;
	if (probe_error)
		return probe_error;
	regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(regs))
		return PTR_ERR(regs);
	ring = dmam_alloc_coherent(&pdev->dev, 64, &dma, GFP_KERNEL);
	if (!ring)
		return -ENOMEM;
	if (forgets)
		dma_alloc_coherent(&pdev->dev, 64, &dma, GFP_KERNEL);
	platform_set_drvdata(pdev, ring);
	return 0;
}

static void engine_remove(struct platform_device *pdev)
{
	removed++;
	assert_non_null(platform_get_drvdata(pdev));
}

static struct platform_driver engine_driver = {
	.probe = engine_probe,
	.remove = engine_remove,
	.driver = { .name = "engine" },
};

static const struct resource resources[] = {
	DEFINE_RES_MEM_NAMED(BAR, SIZE, "regs"),
	DEFINE_RES_IRQ_NAMED(33, "done"),
	DEFINE_RES_MEM_NAMED(BAR + SIZE, SIZE, "sram"),
	DEFINE_RES_IRQ(34),
};

static const struct dmalab_platform_template engine = {
	.size = sizeof(engine), .name = "engine", .id = PLATFORM_DEVID_NONE,
	.num_resources = ARRAY_SIZE(resources), .resource = resources,
};

static void up(struct rig *r)
{
	rig_up(r, NULL);
	probed = removed = 0;
	probe_error = 0;
	forgets = false;
	assert_non_null(dmalab_window_new_scripted(r->machine, "regs", BAR, SIZE));
	assert_non_null(dmalab_window_new_scripted(r->machine, "sram", BAR + SIZE, SIZE));
}

static void a_driver_before_its_device(void **state)
{
	struct platform_device *pdev;
	struct rig r;

	(void)state;
	up(&r);
	assert_int_equal(platform_driver_register(&engine_driver), 0);
	assert_int_equal(platform_driver_register(&engine_driver), -EBUSY);
	assert_int_equal(probed, 0);
	pdev = dmalab_platform_device_new(r.machine, &engine);
	assert_non_null(pdev);
	assert_int_equal(probed, 1);
	assert_int_equal(dmalab_bind_result(&pdev->dev), 0);
	assert_ptr_equal(pdev->dev.driver, &engine_driver.driver);
	assert_string_equal(dev_name(&pdev->dev), "engine");
	writel(7, regs);
	assert_int_equal(readl(regs), 7);
	dmalab_platform_device_free(pdev);
	assert_int_equal(removed, 1);
	platform_driver_unregister(&engine_driver);
	assert_int_equal(removed, 1);
	rig_down(&r);
}

static void a_device_before_its_driver(void **state)
{
	struct dmalab_platform_template second = engine;
	struct platform_device *pdev, *other;
	struct rig r;

	(void)state;
	up(&r);
	second.name = "something-else";
	second.id = 3;
	pdev = dmalab_platform_device_new(r.machine, &engine);
	other = dmalab_platform_device_new(r.machine, &second);
	assert_int_equal(dmalab_bind_result(&pdev->dev), -ENODEV);
	assert_int_equal(platform_driver_register(&engine_driver), 0);
	assert_int_equal(probed, 1);
	assert_int_equal(dmalab_bind_result(&pdev->dev), 0);
	assert_int_equal(dmalab_bind_result(&other->dev), -ENODEV);
	assert_string_equal(dev_name(&other->dev), "something-else.3");
	platform_driver_unregister(&engine_driver);
	assert_int_equal(removed, 1);
	assert_int_equal(dmalab_bind_result(&pdev->dev), -ENODEV);
	assert_null(platform_get_drvdata(pdev));

	/* And once more: nothing of the first time is in the way. */
	assert_int_equal(platform_driver_register(&engine_driver), 0);
	assert_int_equal(probed, 2);
	assert_int_equal(dmalab_bind_result(&pdev->dev), 0);
	dmalab_platform_device_free(other);
	dmalab_platform_device_free(pdev);
	dmalab_platform_device_free(NULL);
	platform_driver_unregister(&engine_driver);
	keep_stderr();
	platform_driver_unregister(&engine_driver);
	expect_told("the driver \"engine\" is not registered");
	rig_down(&r);
}

static void what_a_driver_forgets(void **state)
{
	struct platform_device *pdev;
	struct rig r;

	(void)state;
	up(&r);
	forgets = true;
	platform_driver_register(&engine_driver);
	pdev = dmalab_platform_device_new(r.machine, &engine);
	expect(&r, "");
	platform_driver_unregister(&engine_driver);
	expect(&r, "leak");
	dmalab_platform_device_free(pdev);
	rig_down(&r);
}

static void a_probe_that_fails(void **state)
{
	struct dmalab_platform_template bare = engine;
	struct platform_device *pdev;
	struct rig r;

	(void)state;
	up(&r);
	platform_driver_register(&engine_driver);
	probe_error = -EIO;
	pdev = dmalab_platform_device_new(r.machine, &engine);
	assert_int_equal(dmalab_bind_result(&pdev->dev), -EIO);
	assert_null(pdev->dev.driver);
	dmalab_platform_device_free(pdev);
	assert_int_equal(removed, 0);

	probe_error = 0;
	bare.num_resources = 0;
	keep_stderr();
	pdev = dmalab_platform_device_new(r.machine, &bare);
	expect_told("no such resource: see what the test put into the device");
	assert_int_equal(dmalab_bind_result(&pdev->dev), -EINVAL);
	assert_int_equal(dmalab_window_mistakes(r.machine), 1);
	dmalab_platform_device_free(pdev);
	platform_driver_unregister(&engine_driver);
	assert_int_equal(platform_driver_register(&(struct platform_driver){ 0 }), -EINVAL);
	errno = 0;
	assert_null(dmalab_platform_device_new(NULL, &engine));
	assert_int_equal(errno, EINVAL);
	assert_null(dmalab_platform_device_new(r.machine, NULL));
	rig_down(&r);
}

static void other_ways_to_match(void **state)
{
	static const struct of_device_id tree[] = { { .compatible = "acme,engine" }, { .compatible = "" } };
	static const struct platform_device_id ids[] = { { "first", 1 }, { "second", 2 }, { "", 0 } };
	struct dmalab_platform_template t = engine;
	struct platform_driver driver = engine_driver;
	struct platform_device *by_tree, *by_id;
	struct rig r;

	(void)state;
	up(&r);
	driver.id_table = ids;
	driver.driver.of_match_table = tree;
	probe_error = -EIO;
	platform_driver_register(&driver);
	t.compatible = "acme,engine";
	by_tree = dmalab_platform_device_new(r.machine, &t);
	assert_int_equal(dmalab_bind_result(&by_tree->dev), -EIO);
	t.compatible = NULL;
	t.name = "second";
	by_id = dmalab_platform_device_new(r.machine, &t);
	assert_int_equal(dmalab_bind_result(&by_id->dev), -EIO);
	assert_int_equal(by_id->id_entry->driver_data, 2);
	dmalab_platform_device_free(by_tree);
	dmalab_platform_device_free(by_id);
	platform_driver_unregister(&driver);
	rig_down(&r);
}

static void resources_of_a_device(void **state)
{
	struct platform_device *pdev;
	struct resource *res;
	struct rig r;

	(void)state;
	up(&r);
	pdev = dmalab_platform_device_new(r.machine, &engine);
	assert_int_equal(platform_get_resource(pdev, IORESOURCE_MEM, 1)->start, BAR + SIZE);
	assert_null(platform_get_resource(pdev, IORESOURCE_MEM, 2));
	res = platform_get_resource_byname(pdev, IORESOURCE_MEM, "sram");
	assert_int_equal(res->start, BAR + SIZE);
	assert_null(platform_get_resource_byname(pdev, IORESOURCE_IRQ, "sram"));
	assert_int_equal(platform_get_irq(pdev, 1), 34);
	assert_int_equal(platform_get_irq_optional(pdev, 2), -ENXIO);
	assert_int_equal(platform_get_irq_byname(pdev, "done"), 33);
	keep_stderr();
	assert_int_equal(platform_get_irq(pdev, 2), -ENXIO);
	expect_told("engine: IRQ index 2 not found");
	keep_stderr();
	assert_int_equal(platform_get_irq_byname(pdev, "none"), -ENXIO);
	expect_told("engine: IRQ none not found");
	assert_false(IS_ERR(devm_platform_ioremap_resource_byname(pdev, "sram")));
	assert_false(IS_ERR(devm_platform_get_and_ioremap_resource(pdev, 0, &res)));
	assert_int_equal(res->start, BAR);
	dmalab_platform_device_free(pdev);
	rig_down(&r);
}

/* -------------------------------------------------------------- PCI driver */

static int (*pci_does)(struct pci_dev *pdev);
static const struct pci_device_id *pci_matched;

static int nic_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	pci_matched = id;
	probed++;
	return pci_does(pdev);
}

static void nic_remove(struct pci_dev *pdev)
{
	(void)pdev;
	removed++;
}

static const struct pci_device_id nic_ids[] = {
	{ PCI_DEVICE(0x1234, 0x0001), .driver_data = 1 },
	{ PCI_DEVICE_SUB(0x1234, 0x0002, 0xabcd, 0x0009), .driver_data = 2 },
	{ PCI_DEVICE_CLASS(0x010802, 0xffffff), .driver_data = 3 },
	{ 0 },
};

static struct pci_driver nic_driver = {
	.name = "nic", .id_table = nic_ids, .probe = nic_probe, .remove = nic_remove,
};

static const struct dmalab_pci_template nic = {
	.size = sizeof(nic), .vendor = 0x1234, .device = 0x0001, .class_code = 0x020000,
	.revision = 5, .nr_vectors = 4,
	.bar = { BAR, 0, BAR + SIZE }, .bar_size = { SIZE, 0, SIZE },
};

static int managed(struct pci_dev *pdev)
{
	u8 __iomem *sram;

	assert_int_equal(pcim_enable_device(pdev), 0);
	assert_int_equal(pcim_iomap_regions(pdev, 1, "nic"), 0);
	regs = pcim_iomap_table(pdev)[0];
	assert_null(pcim_iomap_table(pdev)[2]);
	sram = pcim_iomap(pdev, 2, 16);
	assert_ptr_equal(sram, pcim_iomap_table(pdev)[2]);
	writel(5, sram + 12);
	pci_set_master(pdev);
	assert_true(pdev->is_busmaster);
	assert_int_equal(dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64)), 0);
	assert_int_equal(pdev->dma_mask, DMA_BIT_MASK(64));
	pci_set_drvdata(pdev, regs);
	return 0;
}

static void by_hand(struct pci_dev *pdev, void __iomem **mapped)
{
	assert_int_equal(pci_enable_device_mem(pdev), 0);
	assert_int_equal(pci_request_regions(pdev, "nic"), 0);
	*mapped = pci_iomap(pdev, 0, 0);
	assert_non_null(*mapped);
	assert_int_equal(pci_alloc_irq_vectors(pdev, 1, 2, PCI_IRQ_ALL_TYPES), 2);
}

static int right(struct pci_dev *pdev)
{
	void __iomem *p;

	by_hand(pdev, &p);
	pci_free_irq_vectors(pdev);
	pci_iounmap(pdev, p);
	pci_release_regions(pdev);
	pci_disable_device(pdev);
	return -EIO;
}

static int forgets_vectors(struct pci_dev *pdev)
{
	void __iomem *p;

	by_hand(pdev, &p);
	pci_iounmap(pdev, p);
	pci_release_mem_regions(pdev);
	pci_disable_device(pdev);
	return -EIO;
}

static int forgets_regions(struct pci_dev *pdev)
{
	assert_int_equal(pci_enable_device(pdev), 0);
	assert_int_equal(pci_request_mem_regions(pdev, "nic"), 0);
	assert_int_equal(pci_request_regions(pdev, "nic"), -EBUSY);
	pci_disable_device(pdev);
	return -EIO;
}

static int forgets_to_disable(struct pci_dev *pdev)
{
	return pci_enable_device(pdev) ? 0 : -EIO;
}

static int forgets_to_enable(struct pci_dev *pdev)
{
	void __iomem *p = pci_ioremap_bar(pdev, 0);

	assert_non_null(p);
	pci_iounmap(pdev, p);
	return -EIO;
}

static struct pci_dev *pci_device(const struct rig *r, int (*does)(struct pci_dev *pdev))
{
	struct pci_dev *pdev;

	pci_does = does;
	pdev = dmalab_pci_device_new(r->machine, &nic);
	assert_non_null(pdev);
	return pdev;
}

static void a_pci_device(void **state)
{
	struct pci_dev *pdev;
	struct rig r;

	(void)state;
	up(&r);
	assert_int_equal(pci_register_driver(&nic_driver), 0);
	pdev = pci_device(&r, managed);
	assert_int_equal(dmalab_bind_result(&pdev->dev), 0);
	assert_int_equal(pci_matched->driver_data, 1);
	assert_ptr_equal(pci_get_drvdata(pdev), regs);
	assert_ptr_equal(to_pci_dev(&pdev->dev), pdev);
	assert_int_equal(strncmp(pci_name(pdev), "0000:00:", 8), 0);
	assert_int_equal(pci_resource_start(pdev, 2), BAR + SIZE);
	assert_int_equal(pci_resource_len(pdev, 2), SIZE);
	assert_int_equal(pci_resource_len(pdev, 1), 0);
	assert_int_equal(pci_resource_end(pdev, 0), BAR + SIZE - 1);
	assert_int_equal(pci_resource_flags(pdev, 0), IORESOURCE_MEM);
	dmalab_pci_device_free(pdev);
	assert_int_equal(removed, 1);
	dmalab_pci_device_free(NULL);
	pdev = pci_device(&r, managed);
	assert_int_equal(dmalab_bind_result(&pdev->dev), 0);
	pci_unregister_driver(&nic_driver);
	assert_int_equal(removed, 2);
	dmalab_pci_device_free(pdev);
	assert_int_equal(dmalab_window_mistakes(r.machine), 0);
	rig_down(&r);
}

static void what_is_given_back(void **state)
{
	static const struct {
		int (*does)(struct pci_dev *pdev);
		const char *told;
	} cases[] = {
		{ right, "" },
		{ forgets_vectors, "it has interrupt vectors: pci_free_irq_vectors() is missing" },
		{ forgets_regions, "its regions are requested: pci_release_regions() is missing" },
		{ forgets_to_disable, "it is enabled: pci_disable_device() is missing" },
		{ forgets_to_enable, "is not enabled, and no BAR of it answers" },
	};
	struct rig r;

	(void)state;
	up(&r);
	pci_register_driver(&nic_driver);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned long before = dmalab_window_mistakes(r.machine);
		struct pci_dev *pdev;

		keep_stderr();
		pdev = pci_device(&r, cases[i].does);
		expect_told(cases[i].told);
		assert_int_equal(dmalab_window_mistakes(r.machine) - before, i > 0);
		assert_int_equal(dmalab_bind_result(&pdev->dev), -EIO);
		dmalab_pci_device_free(pdev);
	}
	pci_unregister_driver(&nic_driver);
	rig_down(&r);
}

static void which_pci_devices(void **state)
{
	static const struct {
		u16 vendor, device, subsystem_vendor, subsystem_device;
		u32 class_code;
		unsigned long matches;
	} cases[] = {
		{ 0x1234, 1, 0, 0, 0, 1 },
		{ 0x1234, 2, 0xabcd, 9, 0, 2 },
		{ 0x1234, 2, 0xabcd, 8, 0, 0 },
		{ 0x8086, 7, 0, 0, 0x010802, 3 },
		{ 0x8086, 7, 0, 0, 0x010801, 0 },
	};
	struct rig r;

	(void)state;
	up(&r);
	pci_does = right;
	pci_register_driver(&nic_driver);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct dmalab_pci_template t = nic;
		struct pci_dev *pdev;

		t.vendor = cases[i].vendor;
		t.device = cases[i].device;
		t.subsystem_vendor = cases[i].subsystem_vendor;
		t.subsystem_device = cases[i].subsystem_device;
		t.class_code = cases[i].class_code;
		pci_matched = NULL;
		pdev = dmalab_pci_device_new(r.machine, &t);
		assert_int_equal(pci_matched ? pci_matched->driver_data : 0, cases[i].matches);
		dmalab_pci_device_free(pdev);
	}
	pci_unregister_driver(&nic_driver);
	assert_int_equal(pci_register_driver(&(struct pci_driver){ .probe = nic_probe }), -EINVAL);
	rig_down(&r);
}

static void vectors_and_bars(void **state)
{
	struct dmalab_pci_template plain = nic;
	struct pci_dev *pdev, *other;
	struct rig r;

	(void)state;
	up(&r);
	plain.nr_vectors = 0;
	plain.name = "0000:03:00.1";
	pdev = dmalab_pci_device_new(r.machine, &nic);
	other = dmalab_pci_device_new(r.machine, &plain);
	assert_string_equal(pci_name(other), "0000:03:00.1");
	assert_int_equal(pci_alloc_irq_vectors(pdev, 2, 8, PCI_IRQ_MSIX | PCI_IRQ_MSI), 4);
	assert_true(pdev->msix_enabled);
	assert_int_equal(pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI), -EINVAL);
	assert_int_equal(pci_irq_vector(pdev, 3), pci_irq_vector(pdev, 0) + 3);
	assert_int_equal(pci_irq_vector(pdev, 4), -EINVAL);
	assert_true(pci_irq_vector(pdev, 0) != (int)pdev->irq);
	pci_free_irq_vectors(pdev);
	assert_int_equal(pci_alloc_irq_vectors(pdev, 5, 8, PCI_IRQ_ALL_TYPES), -ENOSPC);
	assert_int_equal(pci_alloc_irq_vectors(other, 2, 8, PCI_IRQ_ALL_TYPES), -ENOSPC);
	assert_int_equal(pci_alloc_irq_vectors(other, 1, 8, PCI_IRQ_MSIX), -ENOSPC);
	assert_int_equal(pci_alloc_irq_vectors(other, 1, 8, PCI_IRQ_ALL_TYPES), 1);
	assert_int_equal(pci_irq_vector(other, 0), other->irq);
	assert_int_not_equal(pci_irq_vector(other, 0), pci_irq_vector(pdev, 0));
	pci_free_irq_vectors(other);

	keep_stderr();
	assert_null(pci_iomap(pdev, 1, 0));
	expect_told("has no BAR 1: the test gives it one, bar_size[1] in struct dmalab_pci_template");
	keep_stderr();
	assert_null(pcim_iomap(pdev, 6, 0));
	expect_told("has no BAR 6");
	assert_int_equal(pcim_iomap_regions(pdev, 3, "nic"), -EINVAL);
	keep_stderr();
	pci_disable_device(pdev);
	expect_told("is not enabled: one pci_disable_device() for each");
	assert_non_null(request_mem_region(BAR + SIZE + 8, 1, "other"));
	assert_int_equal(pcim_iomap_regions(pdev, 5, "nic"), -EBUSY);
	assert_non_null(request_mem_region(BAR, SIZE, "other"));
	dmalab_pci_device_free(other);
	dmalab_pci_device_free(pdev);
	rig_down(&r);
}

static void the_configuration_space(void **state)
{
	static const u8 circle[256] = {
		[PCI_STATUS] = PCI_STATUS_CAP_LIST, [PCI_CAPABILITY_LIST] = 0x40,
		[0x40] = PCI_CAP_ID_PM, [0x41] = 0x40,
	};
	struct dmalab_pci_template t = nic;
	struct pci_dev *pdev;
	struct rig r;
	u32 dword;
	u16 word;
	u8 byte;

	(void)state;
	up(&r);
	pdev = dmalab_pci_device_new(r.machine, &t);
	assert_int_equal(pci_read_config_dword(pdev, PCI_VENDOR_ID, &dword), 0);
	assert_int_equal(dword, 0x00011234);
	assert_int_equal(pci_read_config_byte(pdev, PCI_REVISION_ID, &byte), 0);
	assert_int_equal(byte, 5);
	pci_read_config_word(pdev, PCI_CLASS_DEVICE, &word);
	assert_int_equal(word, 0x0200);
	pci_read_config_dword(pdev, PCI_BASE_ADDRESS_2, &dword);
	assert_int_equal(dword, BAR + SIZE);
	pci_set_master(pdev);
	pci_read_config_word(pdev, PCI_COMMAND, &word);
	assert_int_equal(word & PCI_COMMAND_MASTER, PCI_COMMAND_MASTER);
	pci_clear_master(pdev);
	pci_read_config_word(pdev, PCI_COMMAND, &word);
	assert_int_equal(word & PCI_COMMAND_MASTER, 0);
	assert_int_equal(pci_write_config_dword(pdev, PCI_BASE_ADDRESS_2, ~0u), 0);
	pci_read_config_dword(pdev, PCI_BASE_ADDRESS_2, &dword);
	assert_int_equal(dword, BAR + SIZE);
	assert_int_equal(pci_write_config_byte(pdev, 0x80, 7), 0);
	assert_int_equal(pci_write_config_word(pdev, 0x82, 0x1234), 0);
	pci_read_config_dword(pdev, 0x80, &dword);
	assert_int_equal(dword, 0x12340007);
	assert_int_equal(pci_read_config_dword(pdev, 0x102, &dword), PCIBIOS_BAD_REGISTER_NUMBER);
	assert_int_equal(dword, ~0u);
	assert_int_equal(pci_read_config_word(pdev, 0x81, &word), PCIBIOS_BAD_REGISTER_NUMBER);
	assert_int_equal(pci_write_config_byte(pdev, -1, 1), PCIBIOS_BAD_REGISTER_NUMBER);
	assert_int_equal(pci_find_capability(pdev, PCI_CAP_ID_MSIX), 0x40);
	assert_int_equal(pci_find_capability(pdev, PCI_CAP_ID_PM), 0);
	dmalab_pci_device_free(pdev);

	t.config = circle;
	t.config_size = sizeof(circle);
	pdev = dmalab_pci_device_new(r.machine, &t);
	assert_int_equal(pci_find_capability(pdev, PCI_CAP_ID_PM), 0x40);
	assert_int_equal(pci_find_capability(pdev, PCI_CAP_ID_MSI), 0);
	dmalab_pci_device_free(pdev);
	t.config_size++;
	assert_null(dmalab_pci_device_new(r.machine, &t));
	assert_null(dmalab_pci_device_new(r.machine, NULL));
	rig_down(&r);
}

static int nothing(struct pci_dev *pdev, const struct pci_device_id *id)
{
	(void)pdev;
	return id->driver_data == 9 ? -ENOSPC : 0;
}

#define PCI_VENDOR_ID_ACME 0xacae

static const struct pci_device_id acme_ids[] = {
	{ PCI_VDEVICE(ACME, 3), .driver_data = 9 },
	{ 0 },
};
static struct pci_driver pci_driver_of_this_test = {
	.name = "acme", .id_table = acme_ids, .probe = nothing,
};
module_pci_driver(pci_driver_of_this_test);

static void a_driver_of_a_module(void **state)
{
	struct dmalab_pci_template pci = { .size = sizeof(pci), .vendor = 0xacae, .device = 3 };
	struct pci_dev *card;
	struct rig r;

	(void)state;
	up(&r);
	card = dmalab_pci_device_new(r.machine, &pci);
	assert_int_equal(dmalab_bind_result(&card->dev), -ENOSPC);
	dmalab_pci_device_free(card);
	rig_down(&r);
}

/* Its device is the laboratory's before there is a driver, and after. */
static void a_model_before_the_probe(void **state)
{
	struct pci_dev *pdev;
	struct rig r;
	dma_addr_t dma;
	void *buf;

	(void)state;
	up(&r);
	pdev = dmalab_pci_device_new(r.machine, &nic);
	buf = dma_alloc_coherent(&pdev->dev, 64, &dma, GFP_KERNEL);
	assert_int_equal(dmalab_device_write(&pdev->dev, dma, "hello", 6), 0);
	assert_string_equal(buf, "hello");
	dma_free_coherent(&pdev->dev, 64, buf, dma);
	dmalab_pci_device_free(pdev);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_driver_before_its_device),
		cmocka_unit_test(a_device_before_its_driver),
		cmocka_unit_test(what_a_driver_forgets),
		cmocka_unit_test(a_probe_that_fails),
		cmocka_unit_test(other_ways_to_match),
		cmocka_unit_test(resources_of_a_device),
		cmocka_unit_test(a_pci_device),
		cmocka_unit_test(what_is_given_back),
		cmocka_unit_test(which_pci_devices),
		cmocka_unit_test(vectors_and_bars),
		cmocka_unit_test(the_configuration_space),
		cmocka_unit_test(a_driver_of_a_module),
		cmocka_unit_test(a_model_before_the_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
