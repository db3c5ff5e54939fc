/* SPDX-License-Identifier: MIT */
/*
 * SIGSEGV is the program's: whatever it does about it has the effect that it has without a
 * machine. Each scenario runs in a child, with and without one, and must end alike.
 */
#include "rig.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			_exit(99); \
		} \
	} while (0)

#define SIZE PAGE_SIZE

static unsigned drawn;

static void record(const struct dmalab_report *report, void *context)
{
	(void)report;
	(void)context;
	drawn++;
}

struct lab {
	struct dmalab_machine *machine;
	struct device *dev;
	volatile u8 *cookie;
	dma_addr_t dma;
};

static struct lab lab_up(void)
{
	struct dmalab_config config = { .ram_size = RIG_RAM };
	struct lab lab = { .machine = dmalab_machine_new(&config) };

	CHECK(lab.machine);
	lab.dev = dmalab_device_new(lab.machine, "gpu");
	dmalab_set_report_handler(lab.machine, record, NULL);
	lab.cookie = dma_alloc_attrs(lab.dev, SIZE, &lab.dma, GFP_KERNEL,
				     DMA_ATTR_NO_KERNEL_MAPPING);
	CHECK(lab.cookie);
	return lab;
}

static void lab_down(const struct lab *lab)
{
	dma_free_attrs(lab->dev, SIZE, (void *)lab->cookie, lab->dma, DMA_ATTR_NO_KERNEL_MAPPING);
	dmalab_machine_free(lab->machine);
}

#define FENCE() __asm__ volatile("" ::: "memory")

/* One report, and the program goes on. */
static void touch(const struct lab *lab)
{
	unsigned before = drawn;
	u8 value;

	FENCE();
	value = *lab->cookie;
	FENCE();
	CHECK(value == 0 && drawn == before + 1);
	/* So that the page is closed again. */
	dma_sync_single_for_cpu(lab->dev, lab->dma, 0, DMA_BIDIRECTIONAL);
	drawn = before;
}

#define BAD ((void *)0x1230)

/* Hidden from the compiler, which would know better. */
static void fault(void)
{
	volatile u8 *p = BAD;

	__asm__("" : "+r"(p));
	FENCE();
	*p = 1;
	FENCE();
}

/* --------------------------------------------------- alike in both worlds */

static sigjmp_buf out;
static volatile sig_atomic_t calls;

static void jump(int number)
{
	(void)number;
	calls++;
	siglongjmp(out, 1);
}

static void count(int number)
{
	(void)number;
	calls++;
}

static void leave_42(int number, siginfo_t *info, void *context)
{
	(void)context;
	_exit(number == SIGSEGV && info->si_addr == BAD && info->si_code == SEGV_MAPERR ? 42 : 43);
}

enum when { NO_MACHINE, MACHINE_FIRST, HANDLER_FIRST, MACHINE_GONE, NR_WHEN };

static enum when world;

/* Machines come and go over the handler that is there, and their cookies are touched. */
static void machines_over_the_handler(void)
{
	struct lab lab;

	for (int i = 0; i < 3; i++) {
		lab = lab_up();
		touch(&lab);
		if (i < 2)
			lab_down(&lab);
	}
}

static void install(const struct sigaction *action)
{
	sigaction(SIGSEGV, action, NULL);
	if (world == HANDLER_FIRST)
		machines_over_the_handler();
}

static void set_handler(void (*handler)(int), int flags)
{
	install(&(struct sigaction){ .sa_handler = handler, .sa_flags = flags });
}

static void genuine(void)
{
	fault();
}

static void sent_by_kill(void)
{
	kill(getpid(), SIGSEGV);
	_exit(1);
}

static void sent_by_raise(void)
{
	raise(SIGSEGV);
	_exit(1);
}

static void sent_and_ignored(void)
{
	set_handler(SIG_IGN, 0);
	kill(getpid(), SIGSEGV);
	_exit(7);
}

static void genuine_and_ignored(void)
{
	set_handler(SIG_IGN, 0);
	fault();
}

static void sender(int number, siginfo_t *info, void *context)
{
	(void)context;
	_exit(number == SIGSEGV && info->si_code == SI_QUEUE && info->si_pid == getpid() &&
	      info->si_value.sival_int == 4711 ? 44 : 43);
}

static void sent_to_an_action(void)
{
	struct sigaction action = { .sa_sigaction = sender, .sa_flags = SA_SIGINFO };

	install(&action);
	sigqueue(getpid(), SIGSEGV, (union sigval){ .sival_int = 4711 });
}

static void genuine_to_an_action(void)
{
	struct sigaction action = { .sa_sigaction = leave_42, .sa_flags = SA_SIGINFO };

	install(&action);
	fault();
}

/* The second one ends the program. */
static void reset_by_the_first(void)
{
	set_handler(count, (int)SA_RESETHAND);
	kill(getpid(), SIGSEGV);
	CHECK(calls == 1);
	kill(getpid(), SIGSEGV);
}

static void faults_itself(int number)
{
	(void)number;
	calls++;
	CHECK(calls == 1);
	fault();
}

/* A fault while the signal is blocked ends the program at once. */
static void fault_in_the_handler(void)
{
	set_handler(faults_itself, 0);
	fault();
}

static void mask_seen(int number)
{
	sigset_t now;

	(void)number;
	sigprocmask(SIG_BLOCK, NULL, &now);
	_exit(50 + sigismember(&now, SIGSEGV) + 2 * sigismember(&now, SIGUSR1) +
	      4 * sigismember(&now, SIGUSR2));
}

static void mask_of_the_handler(void)
{
	struct sigaction action = { .sa_handler = mask_seen };

	sigaddset(&action.sa_mask, SIGUSR1);
	install(&action);
	fault();
}

static void leaves_a_thousand_times(void)
{
	set_handler(jump, 0);
	for (volatile int i = 0; i < 1000; i++) {
		if (!sigsetjmp(out, 1))
			fault();
		CHECK(calls == i + 1);
	}
	_exit(45);
}

static void overflow(volatile u8 *from)
{
	volatile u8 bytes[4096];

	bytes[0] = from ? from[0] : 0;
	bytes[4095] = bytes[0];
	if (bytes[0] == 0)  /* always */
		overflow(bytes);
	FENCE();
	bytes[1] = 0;
}

/* On a stack of its own, or there is no room to say so. */
static void overflow_of_the_stack(void)
{
	static u8 stack[65536];
	const stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };

	sigaltstack(&alternate, NULL);
	set_handler(jump, SA_ONSTACK);
	if (!sigsetjmp(out, 1))
		overflow(NULL);
	_exit(calls == 1 ? 46 : 47);
}

static const struct {
	const char *name;
	void (*body)(void);
} scenarios[] = {
	{ "genuine", genuine },
	{ "sent_by_kill", sent_by_kill },
	{ "sent_by_raise", sent_by_raise },
	{ "sent_and_ignored", sent_and_ignored },
	{ "genuine_and_ignored", genuine_and_ignored },
	{ "sent_to_an_action", sent_to_an_action },
	{ "genuine_to_an_action", genuine_to_an_action },
	{ "reset_by_the_first", reset_by_the_first },
	{ "fault_in_the_handler", fault_in_the_handler },
	{ "mask_of_the_handler", mask_of_the_handler },
	{ "leaves_a_thousand_times", leaves_a_thousand_times },
	{ "overflow_of_the_stack", overflow_of_the_stack },
};

static void before_the_body(void)
{
	struct lab lab;

	if (world != MACHINE_FIRST && world != MACHINE_GONE)
		return;
	lab = lab_up();
	touch(&lab);
	if (world == MACHINE_GONE)
		lab_down(&lab);
}

static int status_of(void (*body)(void), enum when when)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(30);
		signal(SIGSEGV, SIG_DFL);
		world = when;
		before_the_body();
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void alike_in_both_worlds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++) {
		int without = status_of(scenarios[i].body, NO_MACHINE);

		for (enum when when = MACHINE_FIRST; when < NR_WHEN; when++) {
			int with = status_of(scenarios[i].body, when);

			if ((with & ~0x80) != (without & ~0x80))
				fail_msg("%s, %d: status %#x, and %#x without a machine",
					 scenarios[i].name, when, with, without);
		}
	}
}

/* -------------------------------------------------------------- where it ends */

static void be_traced(void)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		_exit(77);
	raise(SIGSTOP);
	fault();
}

/* As a debugger and a core dump have it: the last stop of a child that a fault ends. */
static void ends_at_the_instruction(void **state)
{
	siginfo_t info = { .si_signo = 0 };
	int status, stops = 0;
	pid_t pid;

	(void)state;
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		lab_up();
		be_traced();
	}
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		int number = WSTOPSIG(status) == SIGSTOP ? 0 : WSTOPSIG(status);

		if (number) {
			stops++;
			assert_int_equal(ptrace(PTRACE_GETSIGINFO, pid, NULL, &info), 0);
			assert_int_equal(info.si_signo, SIGSEGV);
			assert_int_equal(info.si_code, SEGV_MAPERR);
			assert_ptr_equal(info.si_addr, BAD);
		}
		assert_int_equal(ptrace(PTRACE_CONT, pid, NULL, number), 0);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("# no ptrace() here\n");
		return;
	}
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	/* Once for our handler, and once for good, at the same address. */
	assert_int_equal(stops, 2);
}

/* ------------------------------------------------------ what is left behind */

static void is_now(const struct sigaction *expected)
{
	struct sigaction now;

	CHECK(sigaction(SIGSEGV, NULL, &now) == 0);
	CHECK(now.sa_handler == expected->sa_handler);
	CHECK(now.sa_flags == expected->sa_flags);
	CHECK(sigismember(&now.sa_mask, SIGUSR1) == sigismember(&expected->sa_mask, SIGUSR1));
}

static void nothing_is_left(void)
{
	struct sigaction mine = { .sa_handler = count, .sa_flags = SA_RESTART }, first, mine_now;
	struct lab a, b;

	sigaction(SIGSEGV, NULL, &first);
	a = lab_up();
	b = lab_up();
	lab_down(&a);
	touch(&b);
	lab_down(&b);
	is_now(&first);

	sigaddset(&mine.sa_mask, SIGUSR1);
	sigaction(SIGSEGV, &mine, NULL);
	sigaction(SIGSEGV, NULL, &mine_now);
	a = lab_up();
	CHECK(dmalab_machine_reset(a.machine) == 0);
	b = lab_up();
	lab_down(&b);
	dmalab_machine_free(a.machine);
	is_now(&mine_now);

	/* Somebody has taken it since: it is theirs. */
	sigaction(SIGSEGV, &first, NULL);
	a = lab_up();
	sigaction(SIGSEGV, &mine, NULL);
	lab_down(&a);
	is_now(&mine_now);
	_exit(0);
}

static void nothing_is_left_behind(void **state)
{
	(void)state;
	assert_int_equal(status_of(nothing_is_left, NO_MACHINE), 0);
}

/* ------------------------------------------------------- over one another */

static struct sigaction under_theirs;
static volatile sig_atomic_t their_calls;

/* As crash reporters do. */
static void theirs(int number, siginfo_t *info, void *context)
{
	their_calls++;
	CHECK(under_theirs.sa_flags & SA_SIGINFO);
	under_theirs.sa_sigaction(number, info, context);
}

static struct lab between_handlers(void)
{
	struct sigaction action = { .sa_sigaction = theirs, .sa_flags = SA_SIGINFO | SA_NODEFER };
	struct lab lab;

	lab_up();
	sigaction(SIGSEGV, &action, &under_theirs);
	lab = lab_up();
	touch(&lab);
	CHECK(their_calls == 0); /* ours is over theirs again */
	return lab;
}

/* The one below both is asked last, once. */
static void chain_with_one_below(void)
{
	set_handler(jump, 0);
	between_handlers();
	for (volatile int i = 0; i < 100; i++) {
		if (!sigsetjmp(out, 1))
			fault();
		CHECK(calls == i + 1 && their_calls == i + 1);
	}
	_exit(0);
}

static void chain_with_none_below(void)
{
	between_handlers();
	fault();
}

/* Theirs alone, and cookies are reported through it. */
static void handler_over_ours(void)
{
	struct sigaction action = { .sa_sigaction = theirs, .sa_flags = SA_SIGINFO };
	struct lab lab = lab_up();

	sigaction(SIGSEGV, &action, &under_theirs);
	touch(&lab);
	touch(&lab);
	CHECK(their_calls == 2);
	lab_down(&lab);
	fault();
}

static void handlers_over_one_another(void **state)
{
	int status;

	(void)state;
	assert_int_equal(status_of(chain_with_one_below, NO_MACHINE), 0);
	status = status_of(chain_with_none_below, NO_MACHINE);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	status = status_of(handler_over_ours, NO_MACHINE);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

/* A framework that takes the signal for each test: ours is there again after a reset. */
static void taken_and_reset(void)
{
	struct lab lab = lab_up();

	signal(SIGSEGV, SIG_DFL);
	CHECK(dmalab_machine_reset(lab.machine) == 0);
	lab.dev = dmalab_device_new(lab.machine, "gpu");
	dmalab_set_report_handler(lab.machine, record, NULL);
	lab.cookie = dma_alloc_attrs(lab.dev, SIZE, &lab.dma, GFP_KERNEL,
				     DMA_ATTR_NO_KERNEL_MAPPING);
	touch(&lab);
	lab_down(&lab);
	_exit(0);
}

static void taken_and_had_again(void **state)
{
	(void)state;
	assert_int_equal(status_of(taken_and_reset, NO_MACHINE), 0);
}

/* ------------------------------------------------------------ cmocka's own */

static void fails_by_a_fault(void **state)
{
	struct lab lab = lab_up();

	(void)state;
	touch(&lab);
	if (calls++ % 2)
		lab_down(&lab);
	fault();
}

static void a_suite_of_faults(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fails_by_a_fault), cmocka_unit_test(fails_by_a_fault),
		cmocka_unit_test(fails_by_a_fault), cmocka_unit_test(fails_by_a_fault),
	};

	CHECK(freopen("/dev/null", "w", stderr) && freopen("/dev/null", "w", stdout));
	_exit(cmocka_run_group_tests(tests, NULL, NULL));
}

static void cmocka_sees_each_fault(void **state)
{
	(void)state;
	assert_int_equal(WEXITSTATUS(status_of(a_suite_of_faults, NO_MACHINE)), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alike_in_both_worlds),
		cmocka_unit_test(ends_at_the_instruction),
		cmocka_unit_test(nothing_is_left_behind),
		cmocka_unit_test(handlers_over_one_another),
		cmocka_unit_test(taken_and_had_again),
		cmocka_unit_test(cmocka_sees_each_fault),
	};

	/* Valgrind and sanitizers have a say in what a fault does. */
	if (on_valgrind() || sanitized())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
