/* SPDX-License-Identifier: MIT */
/* Configuration: defaults, the structure, the environment; and what is not valid. */
#include "rig.h"

#include <errno.h>
#include <unistd.h>

static char captured[65536];

/* dmalab_machine_new(), keeping what it says on standard error. */
static struct dmalab_machine *make(const struct dmalab_config *config, const char *options)
{
	char name[] = "/tmp/dmalab-test-XXXXXX";
	int saved = dup(STDERR_FILENO), file = mkstemp(name);
	struct dmalab_machine *machine;
	ssize_t len;
	int err;

	assert_true(saved >= 0 && file >= 0);
	unlink(name);
	if (options)
		setenv("DMALAB_OPTIONS", options, 1);
	else
		unsetenv("DMALAB_OPTIONS");
	fflush(stderr);
	dup2(file, STDERR_FILENO);
	errno = 0;
	machine = dmalab_machine_new(config);
	err = errno;
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	unsetenv("DMALAB_OPTIONS");
	len = pread(file, captured, sizeof(captured) - 1, 0);
	close(file);
	captured[len < 0 ? 0 : len] = 0;
	errno = err;
	return machine;
}

struct bad {
	const char *options;
	const char *says;   /* part of the message: what would be valid */
};

static const struct bad bad_options[] = {
	{ "profile=vax", "mips-nonspec" },
	{ "profile=", "arm64" },
	{ "profile=arm", "arm64" },
	{ "profile=arm64x", "arm64" },
	{ "ram_size=0", "64k" },
	{ "ram_size=", "64k" },
	{ "ram_size=k", "64k" },
	{ "ram_size=63k", "64k" },
	{ "ram_size=65g", "64g" },
	{ "ram_size=-1", "64k" },
	{ "ram_size=64q", "64k" },
	{ "ram_size=0x", "64k" },
	{ "ram_size=99999999999999999999", "64k" },
	{ "ram_size=18446744073709551615g", "64k" },
	{ "ram_size=1m1", "64k" },
	{ "ram_size= 1m", "64k" },
	{ "cache_policy=sometimes", "never eager random lru" },
	{ "cache_policy=", "never eager random lru" },
	{ "seed=x", "number" },
	{ "seed=", "number" },
	{ "seed=-1", "number" },
	{ "seed=1 ", "number" },
	{ "checks=all", "off contract full" },
	{ "checks=", "off contract full" },
	{ "checks=full,", "help=1" },
	{ "checks=full,leak", "help=1" },
	{ "checks=full,+no-such-check", "help=1" },
	{ "checks=full,+leak,", "help=1" },
	{ "checks=+", "help=1" },
	{ "checks=,+leak", "off contract full" },
	{ "fail_nth=one", "number" },
	{ "fail_nth=4294967296", "number" },
	{ "fail_every=often", "number" },
	{ "fail_every=4294967296", "number" },
	{ "accesses=some", "plain explicit" },
	{ "halt_on_error=2", "0 1" },
	{ "halt_on_error=", "0 1" },
	{ "help=yes", "valid: 0 1" },
	{ "nonsense=1", "help=1" },
	{ "=1", "help=1" },
	{ "=", "help=1" },
	{ "nonsense", "help=1" },
	{ "profile", "help=1" },
	{ "profile=x86:nonsense", "help=1" },
	{ "seed=1:profile=vax", "arm64" },
	{ "\xff\xfe", "help=1" },
	{ " ", "help=1" },
	{ "%s%n=%n", "help=1" },
	{ "seed=1,profile=x86", "number" },
};

static void bad_environment(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad_options); i++) {
		errno = 0;
		assert_null(make(NULL, bad_options[i].options));
		assert_int_equal(errno, EINVAL);
		if (!strstr(captured, bad_options[i].says))
			fail_msg("%s: \"%s\"", bad_options[i].options, captured);
		assert_int_equal(strncmp(captured, "dmalab: ", 8), 0);
		assert_ptr_equal(strchr(captured, '\n') + 1, captured + strlen(captured));
	}
	assert_null(dmalab_machine_current());
}

static void bad_config(void **state)
{
	static const struct {
		struct dmalab_config config;
		const char *says;
	} bad[] = {
		{ { .profile = "vax" }, "mips-nonspec" },
		{ { .profile = "" }, "mips-nonspec" },
		{ { .ram_size = 1 }, "65536" },
		{ { .ram_size = (size_t)-1 }, "65536" },
		{ { .ram_size = (64ul << 30) + 1 }, "65536" },
		{ { .cache_policy = "always" }, "never eager random lru" },
		{ { .checks = "most" }, "off contract full" },
		{ { .checks = "" }, "off contract full" },
		{ { .accesses = "all" }, "plain explicit" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_null(make(&bad[i].config, NULL));
		assert_int_equal(errno, EINVAL);
		assert_non_null(strstr(captured, bad[i].says));
		/* A good environment does not mend a bad structure. */
		assert_null(make(&bad[i].config, "profile=x86"));
	}
}

/* Long enough to overflow whatever was not made for it. */
static void junk(void **state)
{
	static char text[20001];
	u64 rng = 1;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	assert_null(make(NULL, text));
	memset(text, ':', sizeof(text) - 1);
	dmalab_machine_free(make(NULL, text));
	memset(text, '=', sizeof(text) - 1);
	assert_null(make(NULL, text));
	memcpy(text, "profile=", 8);
	assert_null(make(NULL, text));
	memcpy(text, "checks=+", 8);
	assert_null(make(NULL, text));
	for (int i = 0; i < (on_valgrind() ? 20 : 500); i++) {
		size_t len = i % 60;

		for (size_t k = 0; k < len; k++) {
			rng = rng * 6364136223846793005ull + 1442695040888963407ull;
			text[k] = "profile=checks,+-:0x9k\xff%"[(rng >> 33) % 24];
		}
		text[len] = 0;
		dmalab_machine_free(make(NULL, text));
	}
}

static void defaults(void **state)
{
	struct dmalab_machine *m = make(NULL, NULL);

	(void)state;
	assert_non_null(m);
	assert_string_equal(captured, "");
	assert_string_equal(dmalab_machine_profile(m), "arm64");
	dmalab_machine_free(m);
	m = make(&(struct dmalab_config){ 0 }, "");
	assert_string_equal(dmalab_machine_profile(m), "arm64");
	dmalab_machine_free(m);
}

static void environment_overrides(void **state)
{
	struct dmalab_config config = { .profile = "x86", .fail_nth = 1, .checks = "off" };
	struct dmalab_machine *m;

	(void)state;
	m = make(&config, NULL);
	assert_string_equal(dmalab_machine_profile(m), "x86");
	assert_null(kmalloc(64, GFP_KERNEL));
	kfree(kmalloc(64, GFP_KERNEL));
	kfree((void *)0x1000);
	assert_int_equal(dmalab_report_count(m, NULL), 0);
	dmalab_machine_free(m);

	m = make(&config, "profile=mips:fail_nth=0:checks=full:ram_size=0x100000:seed=7:"
		 "cache_policy=random:accesses=explicit:halt_on_error=0:");
	assert_string_equal(captured, "");
	assert_string_equal(dmalab_machine_profile(m), "mips");
	assert_non_null(kmalloc(64, GFP_KERNEL));
	/* 1 MiB: no block of 2 MiB. */
	assert_null(kmalloc(2 << 20, GFP_KERNEL));
	dmalab_machine_free(m);
}

/* Which calls fail, of 64: a bit each. */
static u64 failures(const struct dmalab_config *config, const char *options)
{
	struct dmalab_machine *m = make(config, options);
	u64 failed = 0;

	assert_non_null(m);
	for (int i = 0; i < 64; i++) {
		void *p = kmalloc(64, GFP_KERNEL);

		failed |= (u64)!p << i;
		kfree(p);
	}
	dmalab_machine_free(m);
	return failed;
}

static void fail_every(void **state)
{
	struct dmalab_config config = { .fail_every = 4, .seed = 3 };
	u64 failed = failures(&config, NULL);

	(void)state;
	assert_in_range(__builtin_popcountll(failed), 4, 32);
	assert_true(failures(&config, NULL) == failed);
	assert_true(failures(NULL, "fail_every=4:seed=3") == failed);
	assert_true(failures(&config, "seed=4") != failed);
	assert_true(failures(&config, "fail_every=0") == 0);
	assert_true(failures(&config, "fail_every=1") == ~0ull);
	assert_true(failures(NULL, NULL) == 0);
	/* Beside it, and not moving it. */
	assert_true(failures(&config, "fail_nth=64") == (failed | 1ull << 63));
}

static void ram_sizes(void **state)
{
	static const struct { const char *options; size_t pages; } sizes[] = {
		{ "ram_size=65536", 16 }, { "ram_size=65537", 17 }, { "ram_size=64k", 16 },
		{ "ram_size=64K", 16 }, { "ram_size=1m", 256 }, { "ram_size=1M", 256 },
		{ "ram_size=0x20000", 32 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct dmalab_machine *m = make(NULL, sizes[i].options);
		size_t n = 0;

		assert_non_null(m);
		while (kmalloc(4096, GFP_KERNEL))
			n++;
		assert_int_equal(n, sizes[i].pages);
		dmalab_machine_free(m);
	}
}

/* Of several values of a key, the last one counts. */
static void last_one_counts(void **state)
{
	struct dmalab_machine *m = make(NULL, "profile=x86:profile=mips:profile=riscv");

	(void)state;
	assert_string_equal(dmalab_machine_profile(m), "riscv");
	dmalab_machine_free(m);
}

static void ignore(const struct dmalab_report *report, void *context)
{
	(void)report;
	(void)context;
}

static void single_checks(void **state)
{
	static const struct { const char *options; unsigned long drawn; } cases[] = {
		{ "checks=full", 1 },
		{ "checks=-sync-unknown", 0 },
		{ "checks=off", 0 },
		{ "checks=off,+sync-unknown", 1 },
		{ "checks=contract,-sync-unknown,+sync-unknown", 1 },
		{ "checks=full,+sync-unknown,-sync-unknown", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct dmalab_machine *m = make(NULL, cases[i].options);
		struct device *dev = dmalab_device_new(m, NULL);

		assert_non_null(dev);
		dmalab_set_report_handler(m, ignore, NULL);
		dma_sync_single_for_cpu(dev, 0x100, 1, DMA_TO_DEVICE);
		assert_int_equal(dmalab_report_count(m, NULL), cases[i].drawn);
		dmalab_machine_free(m);
	}
}

static void help(void **state)
{
	struct dmalab_machine *m = make(NULL, "help=1");
	size_t count;
	const struct dmalab_check *checks = dmalab_checks(&count);
	const char *profile;

	(void)state;
	/* And it goes on. */
	assert_non_null(m);
	dmalab_machine_free(m);
	for (size_t i = 0; i < count; i++)
		assert_non_null(strstr(captured, checks[i].name));
	for_each_profile(profile)
		assert_non_null(strstr(captured, profile));
	assert_non_null(strstr(captured, "halt_on_error"));
	assert_non_null(strstr(captured, "accesses"));
	assert_non_null(strstr(captured, "fail_every"));
}

static void profile_names(void **state)
{
	(void)state;
	for (unsigned i = 0; dmalab_profile_name(i); i++) {
		struct dmalab_config config = { .profile = dmalab_profile_name(i) };
		struct dmalab_machine *m = make(&config, NULL);

		assert_string_equal(dmalab_machine_profile(m), dmalab_profile_name(i));
		dmalab_machine_free(m);
	}
	assert_non_null(dmalab_profile_name(6));
	assert_null(dmalab_profile_name((unsigned)-1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_environment),
		cmocka_unit_test(bad_config),
		cmocka_unit_test(junk),
		cmocka_unit_test(defaults),
		cmocka_unit_test(environment_overrides),
		cmocka_unit_test(fail_every),
		cmocka_unit_test(ram_sizes),
		cmocka_unit_test(last_one_counts),
		cmocka_unit_test(help),
		cmocka_unit_test(profile_names),
		cmocka_unit_test(single_checks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
