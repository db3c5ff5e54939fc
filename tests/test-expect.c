/* SPDX-License-Identifier: MIT */
/* Tests that say what they expect: dmalab_expect_clean(), dmalab_expect_report(). */
#include "capture.h"
#include "rig.h"

#include <sys/wait.h>

/* A driver with a mistake in each function. */
static __attribute__((noinline)) void forgets_to_unmap(struct device *dev, void *buf)
{
	dma_addr_t dma = dma_map_single(dev, buf, 64, DMA_TO_DEVICE);

	assert_int_equal(dma_mapping_error(dev, dma), 0);
}

static __attribute__((noinline)) void frees_twice(struct device *dev)
{
	dma_addr_t dma;
	void *p = dma_alloc_coherent(dev, 64, &dma, GFP_KERNEL);

	dma_free_coherent(dev, 64, p, dma);
	dma_free_coherent(dev, 64, p, dma);
}

static __attribute__((noinline)) void has_no_device(void)
{
	dma_addr_t dma;

	dma_alloc_coherent(NULL, 64, &dma, GFP_KERNEL);
	dma_alloc_coherent(NULL, 64, &dma, GFP_KERNEL);
}

/* Are functions and lines known? Not without libdw, nor where somebody else is the linker. */
static bool places_are_known(struct dmalab_machine *machine)
{
	struct capture c;
	bool known;

	capture_begin(&c, NULL);
	frees_twice(dmalab_device_new(machine, "probe"));
	known = dmalab_expect_report(machine, "double-free", "test-expect.c", "frees_twice");
	if (!known)
		dmalab_expect_report(machine, "double-free", NULL, NULL);
	capture_end(&c);
	return known;
}

static bool is_clean(struct dmalab_machine *machine)
{
	struct capture c;
	bool clean;

	capture_begin(&c, NULL);
	clean = dmalab_expect_clean(machine);
	capture_end(&c);
	return clean;
}

static bool was_reported(struct dmalab_machine *machine, const char *check, const char *file,
			 const char *function)
{
	struct capture c;
	bool was;

	capture_begin(&c, NULL);
	was = dmalab_expect_report(machine, check, file, function);
	capture_end(&c);
	return was;
}

static void nothing(void **state)
{
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	assert_true(is_clean(r.machine));
	assert_string_equal(captured, "");
	assert_true(is_clean(NULL));
	assert_false(was_reported(r.machine, "leak", NULL, NULL));
	assert_string_equal(captured, "dmalab: dmalab_expect_report(): no leak was reported; "
				      "nothing was\n");
	rig_down(&r);
	/* A test without a machine does not pass. */
	assert_false(is_clean(NULL));
	assert_non_null(strstr(captured, "there is no machine: call dmalab_machine_new()"));
	assert_false(was_reported(NULL, "leak", NULL, NULL));
}

static void by_check(void **state)
{
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	frees_twice(r.dev);
	expect(&r, "double-free");
	assert_false(is_clean(r.machine));
	assert_non_null(strstr(captured, "1 report that no dmalab_expect_report() named:\n"
					 "  double-free: dma_free_coherent at "));
	assert_false(was_reported(r.machine, "leak", NULL, NULL));
	assert_non_null(strstr(captured, "no leak was reported; what was:\n  double-free: "));
	assert_true(was_reported(r.machine, "double-free", NULL, NULL));
	assert_string_equal(captured, "");
	assert_true(is_clean(r.machine));
	/* Expected once, and reported once. */
	assert_false(was_reported(r.machine, "double-free", NULL, NULL));
	frees_twice(r.dev);
	expect(&r, "double-free");
	assert_false(is_clean(NULL));
	assert_true(was_reported(NULL, "double-free", NULL, NULL));
	assert_true(is_clean(NULL));
	rig_down(&r);
}

static void by_place(void **state)
{
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	if (on_valgrind() || !places_are_known(r.machine)) {
		dmalab_set_report_handler(r.machine, NULL, NULL);
		r.nr = 0;
		r.drawn[0] = 0;
		rig_down(&r);
		skip();
	}
	expect(&r, "double-free");
	frees_twice(r.dev);
	has_no_device();
	expect(&r, "double-free no-device no-device");
	assert_false(was_reported(r.machine, "double-free", "test-expect.c", "has_no_device"));
	assert_non_null(strstr(captured, "no double-free was reported in has_no_device() of "
					 "test-expect.c; what was:\n"));
	assert_non_null(strstr(captured, "double-free: dma_free_coherent at frees_twice() "
					 "test-expect.c:"));
	assert_non_null(strstr(captured, "no-device: dma_alloc_coherent at has_no_device() "
					 "test-expect.c:"));
	assert_false(was_reported(r.machine, "double-free", "other.c", "frees_twice"));
	assert_false(was_reported(r.machine, "double-free", "test-expect", NULL));
	assert_false(was_reported(r.machine, "double-free", NULL, "frees_twic"));
	assert_false(was_reported(r.machine, "double-free", NULL, "frees_twice_"));
	assert_true(was_reported(r.machine, "double-free", "dir/test-expect.c", "frees_twice"));
	assert_true(was_reported(r.machine, "no-device", "test-expect.c", NULL));
	assert_true(is_clean(r.machine));
	rig_down(&r);
}

/* Of a place that a binding gave, there is no function. */
static void of_a_binding(void **state)
{
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	at(12);
	frees_twice(r.dev);
	expect(&r, "double-free");
	assert_false(was_reported(r.machine, "double-free", "other.c", NULL));
	assert_true(was_reported(r.machine, "double-free", "driver.c", NULL));
	at(13);
	frees_twice(r.dev);
	expect(&r, "double-free");
	assert_false(was_reported(r.machine, "double-free", NULL, "frees_twice"));
	assert_true(was_reported(r.machine, "double-free", "driver.c", "frees_twice"));
	assert_true(is_clean(r.machine));
	rig_down(&r);
}

static void leaks_when_the_device_goes(void **state)
{
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	forgets_to_unmap(r.dev, kzalloc_ok(64));
	assert_true(is_clean(r.machine));
	dmalab_device_free(r.dev);
	expect(&r, "leak");
	assert_false(is_clean(r.machine));
	assert_true(was_reported(r.machine, "leak", NULL, NULL));
	assert_true(is_clean(r.machine));
	rig_down(&r);
}

static void reset_forgets(void **state)
{
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	has_no_device();
	expect(&r, "no-device no-device");
	assert_int_equal(dmalab_machine_reset(r.machine), 0);
	assert_true(is_clean(r.machine));
	rig_down(&r);
}

/* More places than are kept: still not clean, and none is expected by chance. */
static void very_many(void **state)
{
	static struct dmalab_site sites[1500];
	struct rig r;
	dma_addr_t dma;

	(void)state;
	rig_up(&r, NULL);
	for (unsigned i = 0; i < ARRAY_SIZE(sites); i++) {
		sites[i] = (struct dmalab_site){ .size = sizeof(sites[i]), .file = "many.c",
						 .line = i + 1 };
		dmalab_set_site(&sites[i]);
		dma_alloc_coherent(NULL, 64, &dma, GFP_KERNEL);
	}
	r.nr = 0;
	r.drawn[0] = 0;
	assert_false(is_clean(r.machine));
	assert_non_null(strstr(captured, "1500 reports that no"));
	assert_non_null(strstr(captured, "many.c:10\n"));
	assert_null(strstr(captured, "many.c:11\n"));
	assert_true(was_reported(r.machine, "no-device", NULL, NULL));
	assert_false(is_clean(r.machine));
	rig_down(&r);
}

static void name_of_no_check(void **state)
{
	struct capture c;
	int status;
	pid_t child;

	(void)state;
	capture_begin(&c, NULL);
	child = fork();
	if (child == 0) {
		dmalab_expect_report(NULL, "double-fre", NULL, NULL);
		_exit(100);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	capture_end(&c);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
	assert_non_null(strstr(captured, "dmalab_expect_report(): no check \"double-fre\"; "
					 "did you mean \"double-free\"?"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),
		cmocka_unit_test(by_check),
		cmocka_unit_test(by_place),
		cmocka_unit_test(of_a_binding),
		cmocka_unit_test(leaks_when_the_device_goes),
		cmocka_unit_test(reset_forgets),
		cmocka_unit_test(very_many),
		cmocka_unit_test(name_of_no_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
