/* SPDX-License-Identifier: MIT */
#include "rig.h"

static void record(const struct dmalab_report *report, void *context)
{
	struct rig *r = context;
	size_t len = strlen(r->drawn);

	r->nr++;
	snprintf(r->drawn + len, sizeof(r->drawn) - len, "%s%s", len ? " " : "", report->check);
	dmalab_report_format(report, r->text, sizeof(r->text));
}

void rig_up_with(struct rig *r, const struct dmalab_config *config)
{
	struct dmalab_config own = *config;

	if (!own.ram_size)
		own.ram_size = RIG_RAM;
	if (!own.checks)
		own.checks = RIG_CHECKS;
	memset(r, 0, sizeof(*r));
	r->machine = dmalab_machine_new(&own);
	assert_non_null(r->machine);
	dmalab_set_report_handler(r->machine, record, r);
	r->dev = dmalab_device_new(r->machine, "nic");
	assert_non_null(r->dev);
	/* To look up return addresses is slow there. */
	if (on_valgrind())
		at(1);
}

void rig_up(struct rig *r, const char *profile)
{
	struct dmalab_config config = { .profile = profile };

	rig_up_with(r, &config);
}

void expect_at(struct rig *r, const char *names, const char *file, int line)
{
	if (strcmp(r->drawn, names) != 0)
		print_error("last report, on %s:\n%s", dmalab_machine_profile(r->machine), r->text);
	_assert_string_equal(r->drawn, names, file, line);
	r->drawn[0] = 0;
	r->nr = 0;
}

void rig_down(struct rig *r)
{
	dmalab_set_site(NULL);
	dmalab_machine_free(r->machine);
	if (r->nr)
		print_error("last report:\n%s", r->text);
	assert_string_equal(r->drawn, "");
}

void at(unsigned line)
{
	static struct dmalab_site sites[64];

	assert_in_range(line, 1, ARRAY_SIZE(sites) - 1);
	sites[line].file = "driver.c";
	sites[line].line = line;
	dmalab_set_site(&sites[line]);
}

void cpu_read(const void *p, size_t len)
{
	uint8_t *buf = malloc(len);

	assert_non_null(buf);
	dmalab_cpu_read(p, buf, len);
	free(buf);
}

static uint8_t *fresh_bytes(size_t len)
{
	static uint8_t last;
	uint8_t *buf = malloc(len);

	assert_non_null(buf);
	memset(buf, ++last ? last : ++last, len);
	return buf;
}

void cpu_write(void *p, size_t len)
{
	uint8_t *buf = fresh_bytes(len);

	dmalab_cpu_write(p, buf, len);
	free(buf);
}

int dev_read(const struct rig *r, dma_addr_t dma, size_t len)
{
	uint8_t *buf = malloc(len);
	int err;

	assert_non_null(buf);
	err = dmalab_device_read(r->dev, dma, buf, len);
	free(buf);
	return err;
}

int dev_write(const struct rig *r, dma_addr_t dma, size_t len)
{
	uint8_t *buf = fresh_bytes(len);
	int err = dmalab_device_write(r->dev, dma, buf, len);

	free(buf);
	return err;
}

void *kmalloc_ok(size_t size)
{
	void *p = kmalloc(size, GFP_KERNEL);

	assert_non_null(p);
	return p;
}

void *kzalloc_ok(size_t size)
{
	void *p = kzalloc(size, GFP_KERNEL);

	assert_non_null(p);
	return p;
}

dma_addr_t map_ok(const struct rig *r, void *p, size_t size, enum dma_data_direction dir)
{
	dma_addr_t dma = dma_map_single(r->dev, p, size, dir);

	assert_int_equal(dma_mapping_error(r->dev, dma), 0);
	return dma;
}

void *noncoherent_ok(const struct rig *r, size_t size, dma_addr_t *dma,
		     enum dma_data_direction dir)
{
	void *p = dma_alloc_noncoherent(r->dev, size, dma, dir, GFP_KERNEL);

	assert_non_null(p);
	return p;
}

int on_valgrind(void)
{
	const char *runner = getenv("TEST_RUNNER");

	return runner && *runner;
}
