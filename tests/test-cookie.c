/* SPDX-License-Identifier: MIT */
/*
 * A cookie that is touched by plain code. Each test runs in a child: cmocka keeps
 * SIGSEGV for itself, and some children are to die.
 */
#include "rig.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			_exit(1); \
		} \
	} while (0)

/* The status of a child that runs @body, its output thrown away if @silent. */
static int child(void (*body)(void), bool silent)
{
	static const int signals[] = { SIGSEGV, SIGABRT, SIGBUS };
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
			signal(signals[i], SIG_DFL);
		if (silent && !freopen("/dev/null", "w", stderr))
			_exit(3);
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static unsigned drawn;
static char last_check[64], last_text[4096];

static void record(const struct dmalab_report *report, void *context)
{
	(void)context;
	drawn++;
	snprintf(last_check, sizeof(last_check), "%s", report->check);
	dmalab_report_format(report, last_text, sizeof(last_text));
}

/* The compiler does not know that a load may call a report handler. */
#define FENCE() __asm__ volatile("" ::: "memory")

static u8 load(const volatile u8 *p)
{
	u8 value;

	FENCE();
	value = *p;
	FENCE();
	return value;
}

static void store(volatile u8 *p, u8 value)
{
	FENCE();
	*p = value;
	FENCE();
}

/* Near NULL; hidden from the compiler, which would know better. */
static void fault(void)
{
	volatile u8 *p = (volatile u8 *)8;

	__asm__("" : "+r"(p));
	store(p, 1);
}

struct lab {
	struct dmalab_machine *machine;
	struct device *dev;
	volatile u8 *cookie;
	dma_addr_t dma;
};

#define SIZE (3 * PAGE_SIZE)

static struct lab lab_with_cookie(const char *profile, const char *checks)
{
	struct dmalab_config config = { .profile = profile, .checks = checks };
	struct lab lab = { .machine = dmalab_machine_new(&config) };

	lab.dev = dmalab_device_new(lab.machine, "gpu");
	CHECK(lab.dev);
	dmalab_set_report_handler(lab.machine, record, NULL);
	lab.cookie = dma_alloc_attrs(lab.dev, SIZE, &lab.dma, GFP_KERNEL,
				     DMA_ATTR_NO_KERNEL_MAPPING);
	CHECK(lab.cookie);
	return lab;
}

static void lab_free(const struct lab *lab)
{
	dma_free_attrs(lab->dev, SIZE, (void *)lab->cookie, lab->dma,
		       DMA_ATTR_NO_KERNEL_MAPPING);
	dmalab_machine_free(lab->machine);
}

/* One report, zeroes, and the program goes on. */
static void touch_and_go_on(void)
{
	const char *profile;

	for_each_profile(profile) {
		struct lab lab = lab_with_cookie(profile, NULL);

		drawn = 0;
		CHECK(load(&lab.cookie[17]) == 0);
		CHECK(drawn == 1 && strcmp(last_check, "handle-dereference") == 0);
		CHECK(dmalab_report_count(lab.machine, "handle-dereference") == 1);
		CHECK(strstr(last_text, "gpu") && strstr(last_text, "no-mapping handle"));
		lab_free(&lab);
		CHECK(drawn == 1);
	}
}

/* A page that was touched stays open until the next call, and then it is closed. */
static void touch_again(void)
{
	struct lab lab = lab_with_cookie(NULL, NULL);

	drawn = 0;
	store(lab.cookie, 1);
	CHECK(drawn == 1);
	store(lab.cookie, 2);
	CHECK(load(&lab.cookie[1]) == 0);
	CHECK(drawn == 1);
	dma_sync_single_for_cpu(lab.dev, lab.dma, 64, DMA_BIDIRECTIONAL);
	CHECK(drawn == 1);
	/* What was stored is nobody's memory, and gone. */
	CHECK(load(lab.cookie) == 0);
	CHECK(drawn == 2);
	/* Another page of the same cookie. */
	CHECK(load(&lab.cookie[2 * PAGE_SIZE]) == 0);
	CHECK(drawn == 3);
	lab_free(&lab);
	CHECK(drawn == 3);
}

/* The device's data is not to be seen there, nor to be harmed. */
static void data_is_out_of_reach(void)
{
	struct lab lab = lab_with_cookie(NULL, NULL);
	u8 sent = 0x5a, got = 0;

	CHECK(dmalab_device_write(lab.dev, lab.dma, &sent, 1) == 0);
	drawn = 0;
	CHECK(load(lab.cookie) == 0);
	store(lab.cookie, 0x33);
	CHECK(dmalab_device_read(lab.dev, lab.dma, &got, 1) == 0);
	CHECK(got == 0x5a && drawn == 1);
	dmalab_cpu_write((void *)lab.cookie, &got, 1);
	CHECK(drawn == 2);
	dmalab_device_read(lab.dev, lab.dma, &got, 1);
	CHECK(got == 0x5a);
	lab_free(&lab);
}

/* A library function that nobody instrumented, and a cookie already freed. */
static void memcpy_and_after_free(void)
{
	struct lab lab = lab_with_cookie(NULL, NULL);
	char bytes[SIZE] = "x";
	volatile u8 *cookie = lab.cookie;

	drawn = 0;
	FENCE();
	memcpy((void *)lab.cookie, bytes, sizeof(bytes));
	FENCE();
	CHECK(drawn == SIZE / PAGE_SIZE);
	dma_free_attrs(lab.dev, SIZE, (void *)lab.cookie, lab.dma, DMA_ATTR_NO_KERNEL_MAPPING);
	CHECK(load(cookie) == 0);
	CHECK(drawn == SIZE / PAGE_SIZE + 1);
	dmalab_machine_free(lab.machine);
}

/* As the source or target of an access inside the laboratory. */
static void inside_the_laboratory(void)
{
	struct lab lab = lab_with_cookie(NULL, NULL);
	dma_addr_t dma;
	void *p = dma_alloc_coherent(lab.dev, 4096, &dma, GFP_KERNEL);

	drawn = 0;
	dmalab_device_read(lab.dev, dma, (void *)lab.cookie, 16);
	CHECK(drawn == 1 && strcmp(last_check, "handle-dereference") == 0);
	dma_free_coherent(lab.dev, 4096, p, dma);
	lab_free(&lab);
}

static void switched_off(void)
{
	struct lab lab = lab_with_cookie(NULL, "full,-handle-dereference");

	drawn = 0;
	CHECK(load(lab.cookie) == 0);
	CHECK(drawn == 0);
	lab_free(&lab);

	lab = lab_with_cookie(NULL, "off");
	CHECK(load(lab.cookie) == 0);
	CHECK(drawn == 0);
	lab_free(&lab);
}

/* ---------------------------------------------------------- those that die */

static void halt_on_error(void)
{
	setenv("DMALAB_OPTIONS", "halt_on_error=1", 1);
	dma_sync_single_for_cpu(dmalab_device_new(dmalab_machine_new(NULL), NULL), 0x1000, 1,
				DMA_TO_DEVICE);
}

static void no_halt_on_warning(void)
{
	struct device *dev;
	struct dmalab_machine *machine;
	dma_addr_t dma;
	void *p;

	setenv("DMALAB_OPTIONS", "halt_on_error=1", 1);
	machine = dmalab_machine_new(NULL);
	dev = dmalab_device_new(machine, NULL);
	p = kmalloc(64, GFP_KERNEL);
	dma = dma_map_single(dev, p, 64, DMA_TO_DEVICE);
	dma_unmap_single(dev, dma, 64, DMA_TO_DEVICE);
	CHECK(dmalab_report_count(machine, "map-error-unchecked") == 1);
}

static void halt_on_fault(void)
{
	setenv("DMALAB_OPTIONS", "halt_on_error=1", 1);
	load(lab_with_cookie(NULL, NULL).cookie);
}

static void fault_elsewhere(void)
{
	lab_with_cookie(NULL, NULL);
	fault();
}

/* Between the views lie guards, which are nobody's cookies. */
static void fault_on_guard(void)
{
	struct dmalab_machine *machine =
		dmalab_machine_new(&(struct dmalab_config){ .ram_size = 64 << 10 });
	volatile u8 *p = kmalloc(4096, GFP_KERNEL);

	CHECK(machine && p);
	for (size_t i = 0; i <= 1 << 20; i += 4096)
		p[i] = 1;
}

static void my_action(int number, siginfo_t *info, void *context)
{
	(void)context;
	_exit(number == SIGSEGV && info->si_addr == (void *)8 ? 42 : 43);
}

static void my_handler(int number)
{
	_exit(number == SIGSEGV ? 44 : 43);
}

static void previous_action(void)
{
	struct sigaction action = { .sa_sigaction = my_action, .sa_flags = SA_SIGINFO };
	struct lab lab;

	sigaction(SIGSEGV, &action, NULL);
	lab = lab_with_cookie(NULL, NULL);
	drawn = 0;
	CHECK(load(lab.cookie) == 0 && drawn == 1);
	fault();
}

static void previous_handler(void)
{
	signal(SIGSEGV, my_handler);
	lab_with_cookie(NULL, NULL);
	fault();
}

/* A test framework that takes SIGSEGV, between two machines. */
static void handler_taken_away(void)
{
	struct lab lab = lab_with_cookie(NULL, NULL);

	lab_free(&lab);
	signal(SIGSEGV, SIG_DFL);
	lab = lab_with_cookie(NULL, NULL);
	drawn = 0;
	CHECK(load(lab.cookie) == 0 && drawn == 1);
	lab_free(&lab);
}

/* ------------------------------------------------------------------ tests */

static void goes_on(void **state)
{
	static void (*const bodies[])(void) = {
		touch_and_go_on, touch_again, data_is_out_of_reach, memcpy_and_after_free,
		inside_the_laboratory, switched_off,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++)
		assert_int_equal(child(bodies[i], false), 0);
}

static bool died_of(int status, int number)
{
	/* A sanitizer catches the signal, and exits by itself. */
	return (WIFSIGNALED(status) && WTERMSIG(status) == number) ||
	       (WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

static void halts(void **state)
{
	(void)state;
	assert_true(died_of(child(halt_on_error, true), SIGABRT));
	assert_true(died_of(child(halt_on_fault, true), SIGABRT));
	assert_int_equal(child(no_halt_on_warning, true), 0);
}

static void other_faults_are_left_alone(void **state)
{
	(void)state;
	assert_true(died_of(child(fault_elsewhere, true), SIGSEGV));
	assert_true(died_of(child(fault_on_guard, true), SIGSEGV));
}

static void handlers_before_ours_are_called(void **state)
{
	(void)state;
	assert_int_equal(WEXITSTATUS(child(previous_action, true)), 42);
	assert_int_equal(WEXITSTATUS(child(previous_handler, true)), 44);
}

static void handlers_after_ours(void **state)
{
	(void)state;
	assert_int_equal(child(handler_taken_away, true), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_on),
		cmocka_unit_test(halts),
		cmocka_unit_test(other_faults_are_left_alone),
		cmocka_unit_test(handlers_before_ours_are_called),
		cmocka_unit_test(handlers_after_ours),
	};

	/* To valgrind, each of these faults is an error of the program's. */
	if (on_valgrind())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
