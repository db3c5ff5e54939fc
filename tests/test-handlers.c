/* SPDX-License-Identifier: MIT */
/*
 * Report handlers that do what they like: call anything, give reports themselves, and do not
 * come back. And what a report leaves alone: errno, and small stacks.
 */
#include "rig.h"

#include <errno.h>
#include <linux/dmapool.h>
#include <linux/scatterlist.h>
#include <linux/vmalloc.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* A mistake of one report, which changes nothing. */
static void blunder(struct rig *r)
{
	dma_sync_single_for_cpu(r->dev, 0x10, 1, DMA_TO_DEVICE);
}

/* -------------------------------------------------------- calls anything */

struct guest {
	struct rig *rig;
	unsigned told;
	dma_addr_t dma;
	u8 *mapped;
};

static void uses_the_machine(const struct dmalab_report *report, void *context)
{
	struct guest *g = context;
	struct rig *r = g->rig;
	u8 states[64], byte = 7;
	dma_addr_t dma;
	void *p, *q;

	g->told++;
	assert_ptr_equal(report->dev, r->dev);
	p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);
	assert_non_null(p);
	dmalab_cpu_write(p, &byte, 1);
	assert_int_equal(dmalab_device_read(r->dev, dma, &byte, 1), 0);
	dma_free_coherent(r->dev, 4096, p, dma);
	q = kzalloc_ok(64);
	dma = map_ok(r, q, 64, DMA_TO_DEVICE);
	assert_int_equal(dmalab_byte_states(q, states, 64), 64);
	dma_unmap_single(r->dev, dma, 64, DMA_TO_DEVICE);
	kfree(q);
	dmalab_device_free(dmalab_device_new(r->machine, "another"));
	assert_int_equal(dmalab_machine_fail_nth(r->machine, 0), 0);
	/* What the report is about, as well. */
	if (g->mapped)
		dma_unmap_single(r->dev, g->dma, 64, DMA_FROM_DEVICE);
	g->mapped = NULL;
}

static void calls_anything(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		struct guest g = { .rig = &r };
		u8 *p;

		rig_up(&r, profile);
		dmalab_set_report_handler(r.machine, uses_the_machine, &g);
		blunder(&r);
		assert_int_equal(g.told, 1);
		p = g.mapped = kzalloc_ok(64);
		g.dma = map_ok(&r, p, 64, DMA_FROM_DEVICE);
		cpu_write(p, 8);   /* the device's */
		assert_int_equal(g.told, 2);
		kfree(p);
		assert_int_equal(dmalab_report_count(r.machine, NULL), 2);
		rig_down(&r);
	}
}

static void ends_the_machine(const struct dmalab_report *report, void *context)
{
	struct rig *r = context;

	(void)report;
	if (!r->machine)
		return;
	dmalab_machine_free(r->machine);
	r->machine = NULL;
}

static void frees_the_machine(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		dma_addr_t dma;
		void *p;

		rig_up(&r, profile);
		dmalab_set_report_handler(r.machine, ends_the_machine, &r);
		blunder(&r);
		assert_null(r.machine);

		rig_up(&r, profile);
		dmalab_set_report_handler(r.machine, ends_the_machine, &r);
		p = dma_alloc_coherent(r.dev, 100, &dma, GFP_KERNEL);
		dma_free_coherent(r.dev, 5000, p, dma);
		assert_null(r.machine);

		rig_up(&r, profile);
		dmalab_set_report_handler(r.machine, ends_the_machine, &r);
		kfree(&r);
		assert_null(r.machine);
	}
}

/* ------------------------------------------------------------ gives reports */

static void blunders_itself(const struct dmalab_report *report, void *context)
{
	struct guest *g = context;

	(void)report;
	if (g->told++ < 5)
		blunder(g->rig);
}

static void draws_reports(void **state)
{
	struct rig r;
	struct guest g = { .rig = &r };

	(void)state;
	rig_up(&r, NULL);
	dmalab_set_report_handler(r.machine, blunders_itself, &g);
	blunder(&r);
	assert_int_equal(g.told, 6);
	rig_down(&r);
}

static void blunders_without_end(const struct dmalab_report *report, void *context)
{
	(void)report;
	blunder(context);
}

/* The status of a child, and what it says. */
static int child(void (*body)(void), char *said, size_t size)
{
	int out[2], status;
	ssize_t n, len = 0;
	pid_t pid;

	assert_int_equal(pipe(out), 0);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(out[1], STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		signal(SIGSEGV, SIG_DFL);
		alarm(60);
		body();
		_exit(0);
	}
	close(out[1]);
	while (len < (ssize_t)size - 1 && (n = read(out[0], said + len, size - 1 - len)) > 0)
		len += n;
	said[len] = 0;
	close(out[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void without_end(void)
{
	struct rig r;

	rig_up(&r, NULL);
	dmalab_set_report_handler(r.machine, blunders_without_end, &r);
	blunder(&r);
}

static void stops_where_there_is_no_end(void **state)
{
	char said[4096];
	int status = child(without_end, said, sizeof(said));

	(void)state;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(said, "dmalab: a report handler makes a call that gives a report"));
	assert_non_null(strstr(said, "\"sync-unknown\" by dma_sync_single_for_cpu()"));
}

/* ------------------------------------------------------------ does not come back */

static jmp_buf out;

static void jumps(const struct dmalab_report *report, void *context)
{
	(*(unsigned *)context)++;
	assert_int_equal(report->size, sizeof(*report));
	longjmp(out, 1);
}

static unsigned __attribute__((noinline)) deeper(struct rig *r, unsigned n)
{
	volatile u8 room[512];

	room[0] = n;
	if (n)
		return deeper(r, n - 1) + room[0];
	blunder(r);
	return room[0];
}

static void leaves_by_longjmp(void **state)
{
	volatile unsigned told = 0;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	dmalab_set_report_handler(r.machine, jumps, (void *)&told);
	for (volatile unsigned i = 0; i < 1000; i++) {
		if (!setjmp(out)) {
			deeper(&r, i % 100);
			fail();
		}
		assert_int_equal(told, i + 1);
		dmalab_set_report_handler(r.machine, jumps, (void *)&told);
	}
	rig_down(&r);
}

/* Three leaks are reported by one call, and the first is left: the others are told later. */
static void tells_the_rest_later(void **state)
{
	volatile unsigned told = 0;
	struct device *other;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	other = dmalab_device_new(r.machine, "leaky");
	for (int i = 0; i < 3; i++)
		assert_non_null(dma_alloc_coherent(other, 64, &(dma_addr_t){ 0 }, GFP_KERNEL));
	dmalab_set_report_handler(r.machine, jumps, (void *)&told);
	if (!setjmp(out))
		dmalab_device_free(other);
	assert_int_equal(told, 1);
	assert_int_equal(dmalab_report_count(r.machine, "leak"), 3);
	for (volatile int i = 0; i < 5; i++)
		if (!setjmp(out))
			dma_get_required_mask(r.dev);
	assert_int_equal(told, 3);
	rig_down(&r);
}

struct thread {
	struct rig *rig;
	unsigned told, rounds;
};

static void counts(const struct dmalab_report *report, void *context)
{
	unsigned *told = context;

	(void)report;
	__atomic_fetch_add(told, 1, __ATOMIC_RELAXED);
}

static void *blunders(void *arg)
{
	struct thread *t = arg;

	for (unsigned i = 0; i < t->rounds; i++)
		blunder(t->rig);
	return NULL;
}

static __thread jmp_buf mine;

static void jumps_here(const struct dmalab_report *report, void *context)
{
	counts(report, context);
	longjmp(mine, 1);
}

static void *blunders_and_jumps(void *arg)
{
	struct thread *t = arg;
	volatile unsigned i = 0;

	setjmp(mine);
	while (i < t->rounds) {
		i++;
		blunder(t->rig);
	}
	return NULL;
}

/* Nobody waits for a thread that has left. */
static void leaves_other_threads_alone(void **state)
{
	pthread_t threads[4];
	struct rig r;
	struct thread t = { .rig = &r, .rounds = 200 };

	(void)state;
	rig_up(&r, NULL);
	dmalab_set_report_handler(r.machine, jumps_here, &t.told);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, blunders_and_jumps, &t), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(t.told, 800);
	dmalab_set_report_handler(r.machine, counts, &t.told);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, blunders, &t), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(t.told, 1600);
	rig_down(&r);
}

/* ------------------------------------------------------- locks know their owner */

static sigjmp_buf from_signal;

static void leave_signal(int number)
{
	(void)number;
	siglongjmp(from_signal, 1);
}

/* A copy to memory that is not there; the handler of the fault jumps out of the call. */
static void left_in_the_middle(void)
{
	struct rig r;
	void *gone = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	dma_addr_t dma;

	rig_up(&r, NULL);
	dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
	signal(SIGSEGV, leave_signal);
	if (!sigsetjmp(from_signal, 1))
		dmalab_device_read(r.dev, dma, gone, 4096);
	blunder(&r);
	_exit(1);
}

static void stops_instead_of_waiting_for_itself(void **state)
{
	char said[4096];
	int status = child(left_in_the_middle, said, sizeof(said));

	(void)state;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(said, "in the middle of another one for the same machine"));
	assert_non_null(strstr(said, "longjmp() from a signal handler"));
}

/* ----------------------------------------------------------------------- errno */

static void changes_errno(const struct dmalab_report *report, void *context)
{
	(void)report;
	(void)context;
	errno = ENOTTY;
}

static void calls_that_fail(struct rig *r)
{
	struct vm_area_struct vma = { .vm_start = PAGE_SIZE, .vm_end = 2 * PAGE_SIZE };
	struct dma_pool *pool = dma_pool_create("pool", r->dev, 64, 64, 0);
	dma_addr_t dma;
	void *p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL), *q;
	char text[512];

	assert_int_equal(errno, 4711);
	dma_mmap_coherent(r->dev, &vma, p, dma, 4096);
	assert_int_equal(errno, 4711);
	dma_map_single(r->dev, &r, 4, DMA_TO_DEVICE);          /* on the stack */
	assert_int_equal(errno, 4711);
	dma_pool_destroy(pool);
	dma_pool_destroy(pool);
	assert_int_equal(errno, 4711);
	q = vmalloc(100000);
	vfree(q);
	vfree(q);
	kfree(kmalloc(64, GFP_KERNEL));
	assert_int_equal(errno, 4711);
	dma_free_coherent(r->dev, 4096, p, dma);
	dma_free_coherent(r->dev, 4096, p, dma);
	assert_int_equal(errno, 4711);
	kmalloc(SIZE_MAX / 2, GFP_KERNEL);
	vmalloc(1ul << 46);
	assert_int_equal(errno, 4711);
	dmalab_config_check(&(struct dmalab_config){ .profile = "armm" }, text, sizeof(text));
	dmalab_options_check(text, sizeof(text));
	assert_int_equal(errno, 4711);
	dmalab_device_free(NULL);
	dmalab_device_free(dmalab_device_new(r->machine, "new"));
	assert_int_equal(errno, 4711);
}

/* Printed, and handled; recorded too. */
static void errno_is_what_it_was(void **state)
{
	struct rig r;
	int saved;

	(void)state;
	for (int i = 0; i < 3; i++) {
		if (i == 2)
			setenv("DMALAB_OPTIONS", "record=tests/test-handlers.tmp", 1);
		rig_up(&r, NULL);
		unsetenv("DMALAB_OPTIONS");
		dmalab_set_site(NULL);
		dmalab_set_report_handler(r.machine, i ? changes_errno : NULL, NULL);
		saved = dup(STDERR_FILENO);
		assert_non_null(freopen("/dev/null", "w", stderr));
		errno = 4711;
		calls_that_fail(&r);
		dmalab_machine_free(r.machine);
		assert_int_equal(errno, 4711);
		dmalab_machine_free(dmalab_machine_new(NULL));
		assert_int_equal(errno, 4711);
		dup2(saved, STDERR_FILENO);
		close(saved);
	}
	unlink("tests/test-handlers.tmp");
}

/* ----------------------------------------------------------------- small stacks */

static void *prints(void *arg)
{
	struct rig *r = arg;
	dma_addr_t dma;
	u8 byte;
	void *p;

	blunder(r);
	p = dma_alloc_noncoherent(r->dev, 4096, &dma, DMA_TO_DEVICE, GFP_KERNEL);
	dmalab_cpu_write(p, &(u8){ 1 }, 1);
	dmalab_device_read(r->dev, dma, &byte, 1);             /* with advice, and where */
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_TO_DEVICE);
	return NULL;
}

static size_t smallest_stack(void)
{
	long least = sysconf(_SC_THREAD_STACK_MIN);

	return (least > 0 ? (size_t)least : (size_t)PTHREAD_STACK_MIN) + 16384;
}

static void small_thread(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	struct rig r;

	rig_up(&r, NULL);
	dmalab_set_report_handler(r.machine, NULL, NULL);
	pthread_attr_init(&attr);
	if (pthread_attr_setstacksize(&attr, smallest_stack()) ||
	    pthread_create(&thread, &attr, prints, &r))
		_exit(1);
	pthread_join(thread, NULL);
	_exit(0);
}

static void small_stack_is_enough(void **state)
{
	char said[16384];
	int status = child(small_thread, said, sizeof(said));

	(void)state;
	assert_int_equal(status, 0);
	assert_non_null(strstr(said, "dmalab: error: sync-unknown: "));
	assert_non_null(strstr(said, "dmalab: error: stale-device-read: "));
	assert_non_null(strstr(said, "missing: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_anything),
		cmocka_unit_test(frees_the_machine),
		cmocka_unit_test(draws_reports),
		cmocka_unit_test(stops_where_there_is_no_end),
		cmocka_unit_test(leaves_by_longjmp),
		cmocka_unit_test(tells_the_rest_later),
		cmocka_unit_test(leaves_other_threads_alone),
		cmocka_unit_test(stops_instead_of_waiting_for_itself),
		cmocka_unit_test(errno_is_what_it_was),
		cmocka_unit_test(small_stack_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
