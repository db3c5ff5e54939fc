/* SPDX-License-Identifier: MIT */
/* Configuration: defaults, the structure, the environment; and what is not valid. */
#include "capture.h"
#include "rig.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

/* dmalab_machine_new(), keeping what it says on standard error. */
static struct dmalab_machine *make(const struct dmalab_config *config, const char *options)
{
	struct dmalab_machine *machine;
	struct capture c;
	int err;

	capture_begin(&c, options);
	errno = 0;
	machine = dmalab_machine_new(config);
	err = errno;
	capture_end(&c);
	errno = err;
	return machine;
}

/* The same in a child, where it may stop the program. Returns how that ended. */
static int status_of(const struct dmalab_config *config, const char *options)
{
	struct capture c;
	int status;
	pid_t child;

	capture_begin(&c, options);
	child = fork();
	if (child == 0) {
		dmalab_machine_new(config);
		_exit(100);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	capture_end(&c);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* A count of what is no check passes no test. */
static void count_of_no_check(void **state)
{
	static const char *const names[][2] = {
		{ "leek", "did you mean \"leak\"?" }, { "", "DMALAB_OPTIONS=help=1" },
		{ "no such check", "DMALAB_OPTIONS=help=1" },
	};
	struct dmalab_machine *machine = dmalab_machine_new(NULL);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct capture c;
		int status;
		pid_t child;

		capture_begin(&c, NULL);
		child = fork();
		if (child == 0) {
			dmalab_report_count(machine, names[i][0]);
			_exit(100);
		}
		assert_true(child > 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		capture_end(&c);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
		assert_non_null(strstr(captured, names[i][1]));
	}
	dmalab_machine_free(machine);
}

/* One line from the program, whatever was given, and nothing that moves a cursor. */
static void assert_is_message(const char *text)
{
	size_t len = strlen(text);

	assert_int_equal(strncmp(text, "dmalab: ", 8), 0);
	assert_int_equal(text[len - 1], '\n');
	for (size_t i = 0; i + 1 < len; i++)
		assert_true((u8)text[i] >= 0x20 && text[i] != 0x7f);
}

/* What stopped it is what the check without a machine says. */
static void assert_same_message(const char *text)
{
	assert_is_message(captured);
	assert_int_equal(strlen(captured), strlen(text) + 9);
	assert_int_equal(strncmp(captured + 8, text, strlen(text)), 0);
}

static int check_options(const char *options, char *message, size_t size)
{
	int err;

	setenv("DMALAB_OPTIONS", options, 1);
	err = dmalab_options_check(message, size);
	unsetenv("DMALAB_OPTIONS");
	return err;
}

struct bad {
	const char *options;
	const char *says;   /* part of the message: what would be valid */
};

static const struct bad bad_options[] = {
	{ "profile=vax", "mips-nonspec" },
	{ "profile=", "arm64" },
	{ "profile=arm", "no profile \"arm\"; did you mean \"arm64\"? valid: x86 arm64" },
	{ "profile=arm64x", "did you mean \"arm64\"?" },
	{ "profile=\302\233m\303\274\377", "no profile \"??m\303\274?\"; valid" },
	{ "profile=\033[2J", "no profile \"?[2J\"; valid: x86" },
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
	{ "cache_policy=evre", "did you mean \"never\"?" },
	{ "cache_policy=radnom", "did you mean \"random\"? valid: never eager random lru" },
	{ "cache_policy=", "never eager random lru" },
	{ "seed=x", "number" },
	{ "seed=", "number" },
	{ "seed=-1", "number" },
	{ "seed=1 ", "number" },
	{ "checks=all", "off contract full" },
	{ "checks=", "off contract full" },
	{ "checks=full,", "help=1" },
	{ "checks=full,leak", "valid: +leak to report it, -leak not to" },
	{ "checks=ful", "did you mean \"full\"? valid: off contract full, and behind it ,+NAME or ,-NAME" },
	{ "checks=full,+stale-cpu-raed", "did you mean \"stale-cpu-read\"? DMALAB_OPTIONS=help=1" },
	{ "checks=full,-leka", "did you mean \"leak\"?" },
	{ "checks=full,+no-such-check", "help=1" },
	{ "checks=full,+leak,", "help=1" },
	{ "checks=+", "help=1" },
	{ "checks=,+leak", "off contract full" },
	{ "fail_nth=one", "number" },
	{ "fail_nth=4294967296", "number" },
	{ "fail_every=often", "number" },
	{ "fail_every=4294967296", "number" },
	{ "quarantine=some", "quarantine \"some\" is not valid; valid: 0 (none) to 64g" },
	{ "quarantine=65g", "64g" },
	{ "quarantine=-1", "64g" },
	{ "accesses=some", "plain explicit" },
	{ "halt_on_error=2", "0 1" },
	{ "halt_on_error=", "0 1" },
	{ "help=yes", "valid: 0 1" },
	{ "nonsense=1", "DMALAB_OPTIONS: no key \"nonsense\"; help=1 lists them" },
	{ "profil=x86", "no key \"profil\"; did you mean \"profile\"? help=1 lists them" },
	{ "halt_on_eror=1", "did you mean \"halt_on_error\"?" },
	{ "accesses=plian", "did you mean \"plain\"? valid: plain explicit" },
	{ "machines=", "no machines \"\"; valid: one all" },
	{ "machines=al", "did you mean \"all\"? valid: one all" },
	{ "record=", "record \"\" is no file's name" },
	{ "help", "did you mean \"help=...\"? pairs are separated by colons" },
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
	char message[1024];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad_options); i++) {
		const struct bad *bad = &bad_options[i];

		assert_int_equal(check_options(bad->options, message, sizeof(message)), -EINVAL);
		if (!strstr(message, bad->says))
			fail_msg("%s: \"%s\"", bad->options, message);
		assert_int_equal(strncmp(message, "DMALAB_OPTIONS: ", 16), 0);
		/* Each costs a process. */
		if (i % (on_valgrind() ? 12 : 1))
			continue;
		assert_int_equal(status_of(NULL, bad->options), 2);
		assert_same_message(message);
	}
	assert_null(dmalab_machine_current());
}

static void bad_config(void **state)
{
	static const struct {
		struct dmalab_config config;
		const char *says;
	} bad[] = {
		{ { .profile = "vax" }, "no profile \"vax\"; valid: x86 arm64 armv7 riscv mips "
				      "mips-nonspec powerpc swiotlb iommu" },
		{ { .profile = "" }, "mips-nonspec" },
		{ { .profile = "ARM64" }, "valid: x86 arm64" },
		{ { .cache_policy = "always" }, "valid: never eager random lru" },
		{ { .cache_policy = "radom" }, "did you mean \"random\"?" },
		{ { .checks = "most" }, "off contract full" },
		{ { .checks = "" }, "off contract full" },
		{ { .checks = "full,+lek" }, "no check \"lek\"; did you mean \"leak\"?" },
		{ { .accesses = "all" }, "plain explicit" },
		{ { .machines = "every" }, "valid: one all" },
	};
	char message[1024];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(dmalab_config_check(&bad[i].config, message, sizeof(message)),
				 -EINVAL);
		if (!strstr(message, bad[i].says))
			fail_msg("%zu: \"%s\"", i, message);
		assert_int_equal(status_of(&bad[i].config, NULL), 2);
		assert_same_message(message);
		/* A good environment does not mend a bad structure. */
		assert_int_equal(status_of(&bad[i].config, "profile=x86:checks=full"), 2);
	}
	assert_null(dmalab_machine_current());
}

/* A size that no machine has is no word: the caller is told. */
static void bad_sizes(void **state)
{
	static const size_t sizes[] = { 1, (64ul << 10) - 1, (64ul << 30) + 1, (size_t)-1 };
	char message[1024];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct dmalab_config config = { .ram_size = sizes[i] };

		assert_int_equal(dmalab_config_check(&config, message, sizeof(message)), -EINVAL);
		assert_non_null(strstr(message, "valid: 65536 to 68719476736 bytes"));
		assert_null(make(&config, NULL));
		assert_int_equal(errno, EINVAL);
		assert_same_message(message);
	}
	assert_null(dmalab_machine_current());
}

/* The checks that make no machine: what is valid, and buffers of any size. */
static void checks_alone(void **state)
{
	struct dmalab_config config = {
		.profile = "riscv", .cache_policy = "lru", .checks = "off,+leak,-leak",
		.accesses = "explicit", .ram_size = 1 << 20,
	};
	char message[8] = "before";

	(void)state;
	assert_int_equal(dmalab_config_check(&config, message, sizeof(message)), 0);
	assert_string_equal(message, "");
	assert_int_equal(dmalab_config_check(NULL, message, sizeof(message)), 0);
	assert_int_equal(dmalab_config_check(NULL, NULL, 0), 0);
	config.profile = "vax";
	assert_int_equal(dmalab_config_check(&config, NULL, 0), -EINVAL);
	assert_int_equal(dmalab_config_check(&config, message, 1), -EINVAL);
	assert_string_equal(message, "");
	assert_int_equal(dmalab_config_check(&config, message, sizeof(message)), -EINVAL);
	assert_string_equal(message, "no prof");
	/* Each looks at its own. */
	setenv("DMALAB_OPTIONS", "profile=vax", 1);
	config.profile = "x86";
	assert_int_equal(dmalab_config_check(&config, message, sizeof(message)), 0);
	unsetenv("DMALAB_OPTIONS");
	assert_int_equal(dmalab_options_check(message, sizeof(message)), 0);
	assert_int_equal(check_options("", NULL, 0), 0);
	assert_int_equal(check_options("profile=x86::help=1:", NULL, 0), 0);
	assert_int_equal(check_options("profile=vax", NULL, 0), -EINVAL);
	assert_null(dmalab_machine_current());
}

/* What is taken without a machine makes one, and what is not stops the program. */
static void assert_agree(const char *options)
{
	char message[1024];

	if (!check_options(options, message, sizeof(message))) {
		dmalab_machine_free(make(NULL, options));
		return;
	}
	assert_int_equal(status_of(NULL, options), 2);
	assert_same_message(message);
}

/* Long enough to overflow whatever was not made for it. */
static void junk(void **state)
{
	static char text[20001];
	u64 rng = 1;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	assert_agree(text);
	memset(text, ':', sizeof(text) - 1);
	dmalab_machine_free(make(NULL, text));
	memset(text, '=', sizeof(text) - 1);
	assert_agree(text);
	memcpy(text, "profile=", 8);
	assert_agree(text);
	memcpy(text, "checks=+", 8);
	assert_agree(text);
	for (int i = 0; i < (on_valgrind() ? 10 : 500); i++) {
		size_t len = i % 60;

		for (size_t k = 0; k < len; k++) {
			rng = rng * 6364136223846793005ull + 1442695040888963407ull;
			text[k] = "profile=checks,+-:0x9k\xff%"[(rng >> 33) % 24];
		}
		text[len] = 0;
		assert_agree(text);
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
	const struct dmalab_check *const *checks = dmalab_checks(&count);
	const char *profile;

	(void)state;
	/* And it goes on. */
	assert_non_null(m);
	dmalab_machine_free(m);
	for (size_t i = 0; i < count; i++)
		assert_non_null(strstr(captured, checks[i]->name));
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
		cmocka_unit_test(bad_sizes),
		cmocka_unit_test(checks_alone),
		cmocka_unit_test(junk),
		cmocka_unit_test(defaults),
		cmocka_unit_test(environment_overrides),
		cmocka_unit_test(fail_every),
		cmocka_unit_test(ram_sizes),
		cmocka_unit_test(last_one_counts),
		cmocka_unit_test(help),
		cmocka_unit_test(profile_names),
		cmocka_unit_test(single_checks),
		cmocka_unit_test(count_of_no_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
