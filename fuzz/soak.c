/* SPDX-License-Identifier: MIT */
/*
 * soak: for as long as it is told, a random workload, legal and illegal, on all profiles.
 *
 *   soak SECONDS SEED DIRECTORY [ROUND]
 *
 * Each round is a child of one of these kinds, which must end well, or by the signal that the
 * soak has sent:
 *
 *   programs   mutants of the seeds in DIRECTORY run beside the reference model (misuse.c)
 *   recorded   the same are recorded to a file, which may be full at any byte
 *   machines   10,000 machines come and go, with mistakes, failures, jumps out of handlers
 *
 * A third of the rounds is killed at a random moment. What memory a child has must not grow
 * from its first tenth to its end, and what is recorded must be a trace. Ends with status 1 at
 * the first round that is not as it should be; its number, given as ROUND, runs it again.
 */
#include "mutator/mutator.h"
#include "target.h"

#include <linux/dma-mapping.h>
#include <linux/slab.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROOM      4096u
#define PROGRAMS  2000u
#define MACHINES  10000u
#define GROWS_BY  (4ul << 20)     /* bytes that a heap may settle by */

enum kind { PROGRAMS_KIND, RECORDED, MACHINES_KIND, NR_KINDS };

static const char *const kind_names[NR_KINDS] = { "programs", "recorded", "machines" };

/* What all children have done, in memory that they share. */
static struct totals {
	unsigned long programs, machines, reports, jumps, failures;
	unsigned long rounds[NR_KINDS], killed[NR_KINDS], full, traces;
	unsigned long growth;             /* the most that a child has grown by, in bytes */
} *totals;

static u64 rng;

static u64 draw(u64 n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng % n;
}

static void seed(u64 number)
{
	rng = (number + 1) * 0x9e3779b97f4a7c15ull | 1;
	for (int i = 0; i < 16; i++)
		draw(2);
}

static void add(unsigned long *to, unsigned long n)
{
	__atomic_fetch_add(to, n, __ATOMIC_RELAXED);
}

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(2);
}

static _Noreturn void wrong(const char *what)
{
	fprintf(stderr, "soak: %s\n", what);
	exit(1);
}

/* Of this process, now. */
static unsigned long resident(void)
{
	unsigned long size = 0, pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file || fscanf(file, "%lu %lu", &size, &pages) != 2)
		pages = 0;
	if (file)
		fclose(file);
	return pages * (unsigned long)sysconf(_SC_PAGESIZE);
}

/* Sanitizers keep what is freed, in a quarantine or beside it. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MAY_GROW true
#else
#define MAY_GROW false
#endif

static void check_growth(unsigned long before)
{
	unsigned long now = resident(), grown = now > before ? now - before : 0;

	if (grown > totals->growth)
		totals->growth = grown;
	if (grown > GROWS_BY && !MAY_GROW) {
		fprintf(stderr, "soak: grown by %lu bytes, to %lu\n", grown, now);
		exit(1);
	}
}

/* ----------------------------------------------------------------- programs */

static struct { uint8_t *bytes; size_t len; } *seeds;
static unsigned nr_seeds;

static void read_seed(const char *directory, const char *name)
{
	static uint8_t text[1 << 16];
	char path[4096];
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "rb");
	if (!file)
		die(path);
	len = fread(text, 1, sizeof(text), file);
	fclose(file);
	seeds = realloc(seeds, (nr_seeds + 1) * sizeof(*seeds));
	if (!seeds)
		die("soak");
	seeds[nr_seeds].bytes = target_read(text, len, &seeds[nr_seeds].len);
	if (seeds[nr_seeds].bytes)
		nr_seeds++;
}

static void read_seeds(const char *directory)
{
	struct dirent **entries;
	int n = scandir(directory, &entries, NULL, alphasort);

	if (n < 0)
		die(directory);
	for (int i = 0; i < n; i++)
		if (entries[i]->d_name[0] != '.' && strncmp(entries[i]->d_name, "README", 6) != 0)
			read_seed(directory, entries[i]->d_name);
	if (!nr_seeds)
		wrong("no seeds");
}

/* A mutant of one of the seeds; or of what the mutator makes of nothing. */
static size_t next_program(struct program *p, uint8_t *bytes)
{
	unsigned from = draw(nr_seeds), times = 1 + draw(8);
	size_t len = seeds[from].len < ROOM ? seeds[from].len : 0;

	memcpy(bytes, seeds[from].bytes, len);
	while (times--)
		len = mutate(p, bytes, len, ROOM, draw(1ul << 32));
	return len;
}

/* A disagreement with the model aborts, having said what it is. */
static void run_programs(void)
{
	struct program *p = program_new();
	unsigned long before = 0;
	uint8_t bytes[ROOM];

	if (!p)
		die("soak");
	for (unsigned i = 0; i < PROGRAMS; i++) {
		size_t len = next_program(p, bytes);

		LLVMFuzzerTestOneInput(bytes, len);
		add(&totals->programs, 1);
		if (i == PROGRAMS / 10)
			before = resident();
	}
	program_free(p);
	check_growth(before);
}

/* ----------------------------------------------------------------- recorded */

#define FILE_NAME "soak.tmp.dma"

static void run_recorded(void)
{
	static const struct run_options options = { .profile = NULL };
	struct run_result result;
	struct program *p = program_new();
	struct decoder *decoder = decoder_new();
	struct rlimit limit = { .rlim_cur = 1 + draw(20000), .rlim_max = RLIM_INFINITY };
	uint8_t bytes[ROOM];

	if (!p || !decoder)
		die("soak");
	if (draw(2)) {
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &limit);
		add(&totals->full, 1);
	}
	setenv("DMALAB_OPTIONS", "record=" FILE_NAME, 1);
	if (!freopen("/dev/null", "w", stderr))
		exit(2);
	for (unsigned i = 0; i < PROGRAMS / 10; i++) {
		const struct trace *t = decoder_read(decoder, bytes, next_program(p, bytes));

		if (t)
			trace_run(t, &options, &result);
		add(&totals->programs, 1);
	}
	decoder_free(decoder);
	program_free(p);
}

static void complain(const struct complaint *c, void *context)
{
	(void)context;
	trace_print_complaint(c, stderr, false);
}

static void check_recording(const char *path)
{
	static char text[1 << 22];
	FILE *file = fopen(path, "rb");
	struct trace *t;
	size_t len;

	if (!file)
		return;
	len = fread(text, 1, sizeof(text), file);
	fclose(file);
	t = trace_parse(path, text, len, complain, NULL);
	if (!t)
		wrong("what was recorded is no trace");
	trace_free(t);
	add(&totals->traces, 1);
	unlink(path);
}

/* Each machine's is a file of its own: soak.tmp.dma, soak.tmp.dma.2 and so on. */
static void check_recordings(void)
{
	struct dirent **entries;
	int n = scandir(".", &entries, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		if (strncmp(entries[i]->d_name, "soak.tmp", 8) == 0)
			check_recording(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

/* ----------------------------------------------------------------- machines */

static jmp_buf out;
static bool may_jump;

static void on_report(const struct dmalab_report *report, void *context)
{
	char text[512];

	(void)context;
	add(&totals->reports, 1);
	dmalab_report_format(report, text, sizeof(text));
	if (may_jump && draw(4) == 0) {
		add(&totals->jumps, 1);
		longjmp(out, 1);
	}
}

static void use(struct device *dev)
{
	size_t size = 1 + draw(5000);
	int dir = draw(3);
	dma_addr_t dma;
	u8 bytes[64] = { 0 };
	void *p;

	switch (draw(5)) {
	case 0:
		p = dma_alloc_coherent(dev, size, &dma, GFP_KERNEL);
		if (!p) {
			add(&totals->failures, 1);
			return;
		}
		dmalab_cpu_write(p, bytes, size < 64 ? size : 64);
		dmalab_device_read(dev, dma + draw(2) * draw(8000), bytes, size < 64 ? size : 64);
		dma_free_coherent(dev, draw(8) ? size : size + PAGE_SIZE, p, dma);
		return;
	case 1:
		p = kmalloc(size, GFP_KERNEL);
		if (!p) {
			add(&totals->failures, 1);
			return;
		}
		dma = dma_map_single(dev, p, size, dir);
		if (draw(8) && dma_mapping_error(dev, dma)) {
			add(&totals->failures, 1);
			kfree(p);
			return;
		}
		dmalab_device_write(dev, dma, bytes, size < 64 ? size : 64);
		if (draw(4))
			dma_unmap_single(dev, dma, size, draw(8) ? dir : (int)draw(4));
		dmalab_cpu_read(p, bytes, size < 64 ? size : 64);
		if (draw(8))
			kfree(p);
		return;
	case 2:
		dma_sync_single_for_cpu(dev, draw(1ul << 32), size, dir);
		return;
	case 3:
		dma_unmap_single(dev, draw(1ul << 32), size, dir);
		return;
	default:
		dma_alloc_attrs(dev, size, &dma, GFP_KERNEL, draw(2) * DMA_ATTR_NO_KERNEL_MAPPING);
	}
}

static void one_machine(void)
{
	struct dmalab_config config = {
		.profile = dmalab_profile_name(draw(9)), .ram_size = 64ul << (10 + draw(8)),
		.seed = draw(1000), .fail_every = draw(2) * draw(20),
		.quarantine = draw(4) ? 0 : 1ul << 16,
	};
	struct dmalab_machine *volatile machine = dmalab_machine_new(&config);
	struct device *volatile dev;
	volatile unsigned left = draw(20);

	if (!machine)
		die("dmalab_machine_new()");
	dev = dmalab_device_new(machine, "soak");
	dmalab_set_report_handler(machine, on_report, NULL);
	setjmp(out);
	may_jump = true;
	while (left) {
		left--;
		use(dev);
	}
	may_jump = false;
	if (draw(4) == 0)
		dmalab_machine_reset(machine);
	dmalab_machine_free(machine);
	add(&totals->machines, 1);
}

static void run_machines(void)
{
	struct sigaction first, last;
	unsigned long before = 0;

	sigaction(SIGSEGV, NULL, &first);
	for (unsigned i = 0; i < MACHINES; i++) {
		one_machine();
		if (i == MACHINES / 10)
			before = resident();
	}
	check_growth(before);
	sigaction(SIGSEGV, NULL, &last);
	if (first.sa_handler != last.sa_handler)
		wrong("a handler of SIGSEGV was left behind");
}

/* ------------------------------------------------------------------- rounds */

static void (*const bodies[NR_KINDS])(void) = { run_programs, run_recorded, run_machines };

static void run_round(u64 first, u64 number)
{
	enum kind kind;
	bool kill_it;
	int status;
	pid_t pid;

	seed(first * 1000003 + number);
	kind = draw(NR_KINDS);
	kill_it = draw(3) == 0;
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		die("fork()");
	if (pid == 0) {
		seed(first * 1000033 + number);
		bodies[kind]();
		exit(0);
	}
	if (kill_it) {
		usleep(1000 * draw(1000));
		kill(pid, SIGKILL);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid()");
	add(&totals->rounds[kind], 1);
	if (kill_it && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
		add(&totals->killed[kind], 1);
	} else if (status) {
		fprintf(stderr, "soak: round %llu, %s: status %#x\n", (unsigned long long)number,
			kind_names[kind], status);
		exit(1);
	}
	if (kind == RECORDED)
		check_recordings();
}

static void print(u64 number)
{
	printf("soak: %llu rounds:", (unsigned long long)number);
	for (int i = 0; i < NR_KINDS; i++)
		printf(" %lu %s (%lu killed)%s", totals->rounds[i], kind_names[i], totals->killed[i],
		       i < NR_KINDS - 1 ? "," : "");
	printf("\nsoak: %lu programs beside the model or recorded, %lu files of which %lu rounds had a "
	       "full disk\n", totals->programs, totals->traces, totals->full);
	printf("soak: %lu machines, %lu reports, %lu handlers left by longjmp(), %lu failures\n",
	       totals->machines, totals->reports, totals->jumps, totals->failures);
	printf("soak: no process grew by more than %lu KiB\n", totals->growth >> 10);
}

int main(int argc, char **argv)
{
	u64 first, number = 0;
	time_t end;

	if (argc != 4 && argc != 5) {
		fprintf(stderr, "usage: soak SECONDS SEED DIRECTORY [ROUND]\n");
		return 2;
	}
	first = strtoull(argv[2], NULL, 0);
	end = time(NULL) + strtol(argv[1], NULL, 0);
	totals = mmap(NULL, sizeof(*totals), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (totals == MAP_FAILED)
		die("mmap()");
	read_seeds(argv[3]);
	unlink(FILE_NAME);
	if (argc == 5)
		run_round(first, strtoull(argv[4], NULL, 0));
	while (argc == 4 && time(NULL) < end)
		run_round(first, number++);
	print(number);
	return 0;
}
