// SPDX-License-Identifier: MIT
/*
 * dmalab_machine_reset(): a machine that was used is as a new one. Every trace of the corpora,
 * on every profile, is run on a new machine and on one that other traces were run on before,
 * and must report and see the same.
 */
#include "rig.h"
#include "trace/trace.h"

#include <dirent.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <stdlib.h>

/* What a run reports, as one number: every check, place and byte. */
struct drawn {
	u64 hash;
	unsigned reports;
};

static u64 mix(u64 hash, u64 value)
{
	return (hash ^ value) * 0x100000001b3ull;
}

static void on_report(const struct dmalab_report *r, const struct statement *s, bool expected,
		      void *context)
{
	struct drawn *d = context;

	(void)expected;
	for (const char *at = r->check; *at; at++)
		d->hash = mix(d->hash, *at);
	d->hash = mix(d->hash, s ? s->line : 0);
	d->hash = mix(d->hash, r->dma_addr);
	d->hash = mix(d->hash, r->phys);
	d->hash = mix(d->hash, r->first);
	d->hash = mix(d->hash, r->last);
	d->hash = mix(d->hash, r->bytes);
	d->hash = mix(d->hash, r->object_dma_addr);
	d->hash = mix(d->hash, r->object_size);
	d->hash = mix(d->hash, r->nr_history);
	d->reports++;
}

static struct drawn run(const struct trace *t, const char *profile, const char *policy,
			enum accesses accesses, struct run_room *room, struct run_result *result)
{
	struct drawn d = { .hash = 1 };
	struct run_options o = {
		.profile = profile, .policy = policy, .accesses = accesses, .room = room,
		.on_report = on_report, .context = &d, .out = fopen("/dev/null", "w"),
	};

	trace_run(t, &o, result);
	fclose(o.out);
	return d;
}

static void complain(const struct complaint *c, void *context)
{
	(void)c;
	(void)context;
}

struct counts {
	unsigned traces, runs, reports;
};

/* One used machine for each profile, policy and kind of accesses. */
#define NR_PROFILES 9
static struct run_room *rooms[NR_PROFILES][2];

static void compare(const struct trace *t, struct counts *c)
{
	static const char *const policies[] = { "never", "random" };
	const char *profile;

	for (unsigned p = 0; (profile = dmalab_profile_name(p)); p++)
		for (unsigned k = 0; k < 2; k++) {
			enum accesses accesses = k ? ACCESSES_PLAIN : ACCESSES_TOLD;
			struct run_result fresh, used;
			struct drawn a, b;

			a = run(t, profile, policies[k], accesses, NULL, &fresh);
			b = run(t, profile, policies[k], accesses, rooms[p][k], &used);
			if (a.hash != b.hash || a.reports != b.reports)
				fail_msg("%s on %s gives %u reports on a new machine, %u on a used one",
					 t->file, profile, a.reports, b.reports);
			assert_int_equal(fresh.reports, used.reports);
			assert_int_equal(fresh.wrong_values, used.wrong_values);
			assert_int_equal(fresh.error, used.error);
			c->runs++;
			c->reports += a.reports;
		}
}

static void compare_file(const char *path, struct counts *c)
{
	static char text[1 << 20];
	FILE *file = fopen(path, "r");
	size_t len;
	struct trace *t;

	assert_non_null(file);
	len = fread(text, 1, sizeof(text), file);
	fclose(file);
	t = trace_parse(path, text, len, complain, NULL);
	assert_non_null(t);
	compare(t, c);
	trace_free(t);
	c->traces++;
}

static void traces(void **state)
{
	const char *srcdir = getenv("srcdir") ? getenv("srcdir") : ".";
	static const char *const dirs[] = { "bugs", "clean", "checks" };
	struct counts c = { 0 };
	char path[4096];

	(void)state;
	for (unsigned p = 0; p < NR_PROFILES; p++)
		for (unsigned k = 0; k < 2; k++)
			rooms[p][k] = run_room_new();
	for (unsigned i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		struct dirent *entry;
		DIR *dir;

		snprintf(path, sizeof(path), "%s/corpora/%s", srcdir, dirs[i]);
		dir = opendir(path);
		assert_non_null(dir);
		while ((entry = readdir(dir))) {
			const char *dot = strrchr(entry->d_name, '.');

			if (!dot || strcmp(dot, ".dma") != 0)
				continue;
			snprintf(path, sizeof(path), "%s/corpora/%s/%s", srcdir, dirs[i],
				 entry->d_name);
			compare_file(path, &c);
		}
		closedir(dir);
	}
	for (unsigned p = 0; p < NR_PROFILES; p++)
		for (unsigned k = 0; k < 2; k++)
			run_room_free(rooms[p][k]);
	assert_true(c.traces > 100);
	print_message("# %u traces, %u runs, %u reports: the same on used machines\n", c.traces,
		      c.runs, c.reports);
}

/* What a program sees of a new machine. */
static void as_new(struct dmalab_machine *m)
{
	struct device *dev = dmalab_device_new(m, "nic");
	dma_addr_t dma;
	u8 *p = kmalloc(PAGE_SIZE, GFP_KERNEL | __GFP_ZERO);

	assert_ptr_equal(dmalab_machine_current(), m);
	assert_int_equal(dmalab_report_count(m, NULL), 0);
	for (unsigned i = 0; i < PAGE_SIZE; i++)
		assert_int_equal(p[i], 0);
	kfree(p);
	p = dma_alloc_coherent(dev, 64, &dma, GFP_KERNEL);
	assert_non_null(p);
	dma_free_coherent(dev, 64, p, dma);
	dmalab_device_free(dev);
	assert_int_equal(dmalab_report_count(m, NULL), 0);
}

static unsigned long heard;

static void hear(const struct dmalab_report *r, void *context)
{
	(void)context;
	heard += strcmp(r->check, "leak") == 0;
}

/* What the driver left behind is reported; then nobody knows of it. */
static void leaves_nothing(void **state)
{
	const char *profile;

	(void)state;
	for (unsigned i = 0; (profile = dmalab_profile_name(i)); i++) {
		struct dmalab_machine *m = dmalab_machine_new(&(struct dmalab_config){
			.size = sizeof(struct dmalab_config), .profile = profile,
		});
		struct device *dev = dmalab_device_new(m, "nic");
		dma_addr_t dma;
		u8 *p = kmalloc(100, GFP_KERNEL);

		memset(p, 0x5a, 100);
		dma_alloc_coherent(dev, PAGE_SIZE, &dma, GFP_KERNEL);
		dma_map_single(dev, p, 100, DMA_TO_DEVICE);
		dmalab_set_report_handler(m, hear, NULL);
		dmalab_cpu_write(p, "x", 1);
		heard = 0;
		assert_int_equal(dmalab_machine_reset(m), 0);
		assert_int_equal(heard, 2);
		as_new(m);
		assert_int_equal(dmalab_machine_reset(m), 0);
		as_new(m);
		dmalab_machine_free(m);
	}
}

/* Memory of vmalloc() is the host's: then the machine is made anew. */
static void after_vmalloc(void **state)
{
	struct dmalab_machine *m = dmalab_machine_new(NULL);

	(void)state;
	assert_non_null(vmalloc(3 * PAGE_SIZE));
	assert_int_equal(dmalab_machine_reset(m), 0);
	as_new(m);
	dmalab_machine_free(m);
}

static void of_nothing(void **state)
{
	(void)state;
	assert_int_equal(dmalab_machine_reset(NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(traces),
		cmocka_unit_test(leaves_nothing),
		cmocka_unit_test(after_vmalloc),
		cmocka_unit_test(of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
