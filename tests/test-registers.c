/* SPDX-License-Identifier: MIT */
/*
 * Registers: each way to access one reaches the model of its window, and what is no
 * access of a register is told, counted and survived.
 */
#include "rig.h"

#include <asm/io.h>
#include <dmalab/bus.h>
#include <dmalab/registers.h>
#include <errno.h>
#include <linux/err.h>
#include <linux/iopoll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define BAR  0xfe000000ull
#define SIZE 0x1000u

/* The model: it remembers what came last, and answers with the offset in each byte. */
struct model {
	u64 offset, value;
	unsigned width, reads, writes;
};

static uint64_t model_read(void *context, uint64_t offset, unsigned width)
{
	struct model *m = context;

	m->offset = offset;
	m->width = width;
	m->reads++;
	return 0xf1e2d3c4b5a69788ull + offset;
}

static void model_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	struct model *m = context;

	m->offset = offset;
	m->width = width;
	m->value = value;
	m->writes++;
}

static const struct dmalab_window_ops model_ops = {
	.size = sizeof(model_ops), .read = model_read, .write = model_write,
};

/* Standard error, kept. */
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

static const char *kept_stderr(void)
{
	size_t n;

	fflush(stderr);
	dup2(stderr_before, STDERR_FILENO);
	close(stderr_before);
	rewind(kept);
	n = fread(told, 1, sizeof(told) - 1, kept);
	told[n] = 0;
	fclose(kept);
	return told;
}

static void expect_told(const char *what)
{
	const char *text = kept_stderr();

	if (!strstr(text, what))
		fprintf(stderr, "told:\n%swanted: %s\n", text, what);
	assert_non_null(strstr(text, what));
}

static struct dmalab_window *window_ok(const struct rig *r, struct model *m)
{
	struct dmalab_window *w = dmalab_window_new(r->machine, "bar0", BAR, SIZE, &model_ops, m);

	assert_non_null(w);
	return w;
}

static void each_width(void **state)
{
	struct model m = { 0 };
	void __iomem *regs;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	window_ok(&r, &m);
	regs = ioremap(BAR + 0x100, 0x100);
	assert_non_null(regs);

#define READS(read, expected, bytes) \
	do { \
		assert_int_equal(read, expected); \
		assert_int_equal(m.offset, 0x108); \
		assert_int_equal(m.width, bytes); \
	} while (0)
	READS(readb(regs + 8), 0x90, 1);
	READS(readw(regs + 8), 0x9890, 2);
	READS(readl(regs + 8), 0xb5a69890, 4);
	READS(readq(regs + 8), 0xf1e2d3c4b5a69890ull, 8);
	READS(readb_relaxed(regs + 8), 0x90, 1);
	READS(readw_relaxed(regs + 8), 0x9890, 2);
	READS(readl_relaxed(regs + 8), 0xb5a69890, 4);
	READS(readq_relaxed(regs + 8), 0xf1e2d3c4b5a69890ull, 8);
	READS(ioread8(regs + 8), 0x90, 1);
	READS(ioread16(regs + 8), 0x9890, 2);
	READS(ioread32(regs + 8), 0xb5a69890, 4);
	READS(ioread64(regs + 8), 0xf1e2d3c4b5a69890ull, 8);
	READS(ioread16be(regs + 8), 0x9098, 2);
	READS(ioread32be(regs + 8), 0x9098a6b5, 4);
	READS(__raw_readb(regs + 8), 0x90, 1);
	READS(__raw_readw(regs + 8), 0x9890, 2);
	READS(__raw_readl(regs + 8), 0xb5a69890, 4);
	READS(__raw_readq(regs + 8), 0xf1e2d3c4b5a69890ull, 8);
	assert_int_equal(m.reads, 18);

#define WRITES(write, expected, bytes) \
	do { \
		write; \
		assert_int_equal(m.offset, 0x110); \
		assert_int_equal(m.width, bytes); \
		assert_int_equal(m.value, expected); \
	} while (0)
	WRITES(writeb(0x12, regs + 16), 0x12, 1);
	WRITES(writew(0x1234, regs + 16), 0x1234, 2);
	WRITES(writel(0x12345678, regs + 16), 0x12345678, 4);
	WRITES(writeq(0x123456789abcdef0ull, regs + 16), 0x123456789abcdef0ull, 8);
	WRITES(writeb_relaxed(0x12, regs + 16), 0x12, 1);
	WRITES(writew_relaxed(0x1234, regs + 16), 0x1234, 2);
	WRITES(writel_relaxed(0x12345678, regs + 16), 0x12345678, 4);
	WRITES(writeq_relaxed(0x123456789abcdef0ull, regs + 16), 0x123456789abcdef0ull, 8);
	WRITES(iowrite8(0x12, regs + 16), 0x12, 1);
	WRITES(iowrite16(0x1234, regs + 16), 0x1234, 2);
	WRITES(iowrite32(0x12345678, regs + 16), 0x12345678, 4);
	WRITES(iowrite64(0x123456789abcdef0ull, regs + 16), 0x123456789abcdef0ull, 8);
	WRITES(iowrite16be(0x1234, regs + 16), 0x3412, 2);
	WRITES(iowrite32be(0x12345678, regs + 16), 0x78563412, 4);
	WRITES(__raw_writeb(0x12, regs + 16), 0x12, 1);
	WRITES(__raw_writew(0x1234, regs + 16), 0x1234, 2);
	WRITES(__raw_writel(0x12345678, regs + 16), 0x12345678, 4);
	WRITES(__raw_writeq(1, regs + 16), 1, 8);
	assert_int_equal(m.writes, 18);

	iounmap(regs);
	assert_int_equal(dmalab_window_mistakes(r.machine), 0);
	rig_down(&r);
}

static void whole_pieces(void **state)
{
	u8 there[16] = { 0 }, *buf;
	struct dmalab_window *w;
	u8 __iomem *regs;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	w = dmalab_window_new_scripted(r.machine, "sram", BAR, 64);
	assert_non_null(w);
	regs = ioremap(BAR, 64);
	buf = kzalloc_ok(16);
	memset_io(regs, 0x5a, 11);
	memcpy_fromio(buf, regs, 12);
	dmalab_cpu_read(buf, there, 16);
	assert_memory_equal(there, "ZZZZZZZZZZZ\0\0\0\0", 16);
	memcpy_toio(regs + 17, "a driver's words", 16);
	memcpy_fromio(there, regs + 17, 16);
	assert_memory_equal(there, "a driver's words", 16);
	assert_int_equal(readw(regs + 18), ' ' | 'd' << 8);
	assert_int_equal(dmalab_window_mistakes(r.machine), 0);
	iounmap(regs);
	kfree(buf);
	rig_down(&r);
}

/* What is no access of a register. Each is in a line of its own, and told once. */
static void mistakes(void **state)
{
	struct dmalab_window *w, *mute;
	struct model m = { 0 };
	u8 __iomem *regs, *silent;
	struct rig r;
	void *ram;

	(void)state;
	rig_up(&r, NULL);
	w = window_ok(&r, &m);
	mute = dmalab_window_new(r.machine, "bar2", BAR + SIZE, SIZE, NULL, NULL);
	regs = ioremap(BAR, SIZE);
	silent = ioremap(BAR + SIZE, SIZE);
	assert_non_null(silent);

#define IS_MISTAKE(access, words) \
	do { \
		unsigned long before = dmalab_window_mistakes(r.machine); \
		keep_stderr(); \
		access; \
		expect_told(words); \
		assert_int_equal(dmalab_window_mistakes(r.machine), before + 1); \
	} while (0)
#define ALL_ONES(access) assert_int_equal(access, (typeof(access))~0ull)
	IS_MISTAKE(ALL_ONES(readl(regs + 2)), "are not aligned: the address must be a multiple of 4");
	IS_MISTAKE(writeq(1, regs + 4), "multiple of 8");
	IS_MISTAKE(ALL_ONES(readl(regs + SIZE)),
		   "4 bytes at offset 0x1000 are outside of window \"bar0\" (0xfe000000, 4096 bytes)");
	IS_MISTAKE(ALL_ONES(readw(regs + SIZE - 1)), "outside");
	IS_MISTAKE(ALL_ONES(readb(regs - 1)), "1 bytes before window \"bar0\"");
	IS_MISTAKE(ALL_ONES(readl(silent + 8)),
		   "offset 0x8 of window \"bar2\" (0xfe001000, 4096 bytes): its model has no read()");
	IS_MISTAKE(writel(1, silent + 8), "no write()");
	IS_MISTAKE(ALL_ONES(readl(NULL)), "is no pointer of ioremap(): map the registers first");
	ram = kzalloc_ok(64);
	IS_MISTAKE(writel(1, ram), "is simulated memory, and no register");
	kfree(ram);

	IS_MISTAKE(assert_null(ioremap(BAR - 8, 16)), "is not all in window \"bar0\"");
	IS_MISTAKE(assert_null(ioremap(BAR + SIZE, SIZE + 1)), "is not all in window \"bar2\"");
	IS_MISTAKE(assert_null(ioremap(0x90000000, 16)),
		   "there is no register window at 0x90000000: the test makes one, "
		   "dmalab_window_new(machine, name, 0x90000000, 16, &ops, context)");
	IS_MISTAKE(assert_null(ioremap(1ull << 30, 16)), "is RAM, and no register");
	IS_MISTAKE(iounmap(&r), "it is no pointer of ioremap()");
	iounmap(regs);
	IS_MISTAKE(iounmap(regs), "it was unmapped already");
	IS_MISTAKE(ALL_ONES(readl(regs)), "which is not mapped: it comes after iounmap()");
	regs = ioremap(BAR, SIZE);
	dmalab_window_free(w);
	IS_MISTAKE(ALL_ONES(readl(regs)), "which was freed");
	IS_MISTAKE(assert_null(ioremap(BAR, SIZE)), "no register window");
	dmalab_window_free(mute);
	dmalab_window_free(NULL);
	assert_int_equal(m.reads + m.writes, 0);

	keep_stderr();
	for (unsigned i = 0; i < 100; i++)
		readl(regs);
	kept_stderr();
	assert_non_null(strstr(told, "readl"));
	assert_null(strstr(strstr(told, "dmalab:") + 1, "dmalab:"));
	assert_int_equal(dmalab_window_mistakes(NULL), 0);
	rig_down(&r);
}

static void windows_that_cannot_be(void **state)
{
	struct model m = { 0 };
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	window_ok(&r, &m);
#define REFUSED(window, words) \
	do { \
		keep_stderr(); \
		errno = 0; \
		assert_null(window); \
		expect_told(words); \
		assert_int_equal(errno, EINVAL); \
	} while (0)
	REFUSED(dmalab_window_new(NULL, "x", BAR, 4, NULL, NULL), "there is no machine");
	REFUSED(dmalab_window_new(r.machine, "x", BAR + SIZE, 0, NULL, NULL), "from 1 byte on");
	REFUSED(dmalab_window_new(r.machine, "x", ~0ull, 2, NULL, NULL), "the end below 2^64");
	REFUSED(dmalab_window_new(r.machine, "x", BAR + SIZE - 1, 4, NULL, NULL),
		"window \"bar0\" (0xfe000000, 4096 bytes) is there");
	REFUSED(dmalab_window_new(r.machine, "x", 1 << 30, 4, NULL, NULL), "the machine has RAM there");
	REFUSED(dmalab_window_new_scripted(r.machine, NULL, BAR + SIZE, 1ul << 40), "give at most");
	rig_down(&r);
}

static void a_script(void **state)
{
	static const uint64_t answers[] = { 1, 2, 0x80 };
	struct model m = { 0 };
	struct dmalab_window *w, *other;
	u8 __iomem *regs;
	struct rig r;
	u32 value;

	(void)state;
	rig_up(&r, NULL);
	w = dmalab_window_new_scripted(r.machine, "script", BAR, SIZE);
	regs = ioremap(BAR, SIZE);
	assert_int_equal(readl(regs + 4), 0);
	writel(0x11223344, regs + 4);
	assert_int_equal(readw(regs + 6), 0x1122);

	assert_int_equal(dmalab_window_answer(w, 4, answers, 3), 0);
	assert_int_equal(readl(regs + 4), 1);
	assert_int_equal(readl(regs + 4), 2);
	assert_int_equal(readl(regs + 4), 0x80);
	assert_int_equal(readl(regs + 4), 0x80);
	assert_int_equal(dmalab_window_answer(w, 4, answers, 3), 0);
	assert_int_equal(readl_poll_timeout(regs + 4, value, value & 0x80, 0, 1000000), 0);
	assert_int_equal(value, 0x80);
	assert_int_equal(dmalab_window_answer(w, 4, answers, 1), 0);
	assert_int_equal(readl_poll_timeout_atomic(regs + 4, value, value & 0x80, 1, 100),
			 -ETIMEDOUT);
	assert_int_equal(readl_relaxed_poll_timeout(regs + 4, value, value == 1, 1, 100), 0);
#define ENDS(poll, err) assert_int_equal(poll, err)
	ENDS(readb_poll_timeout(regs, value, !value, 0, 1), 0);
	ENDS(readb_poll_timeout(regs, value, value, 1, 1), -ETIMEDOUT);
	ENDS(readb_poll_timeout_atomic(regs, value, !value, 0, 1), 0);
	ENDS(readb_poll_timeout_atomic(regs, value, value, 1, 1), -ETIMEDOUT);
	ENDS(readw_poll_timeout(regs, value, !value, 0, 1), 0);
	ENDS(readw_poll_timeout(regs, value, value, 1, 1), -ETIMEDOUT);
	ENDS(readw_poll_timeout_atomic(regs, value, !value, 0, 1), 0);
	ENDS(readw_poll_timeout_atomic(regs, value, value, 1, 1), -ETIMEDOUT);
	ENDS(readl_poll_timeout(regs, value, !value, 0, 1), 0);
	ENDS(readl_poll_timeout(regs, value, value, 1, 1), -ETIMEDOUT);
	ENDS(readl_poll_timeout_atomic(regs, value, !value, 0, 1), 0);
	ENDS(readl_poll_timeout_atomic(regs, value, value, 1, 1), -ETIMEDOUT);
	ENDS(readq_poll_timeout(regs, value, !value, 0, 1), 0);
	ENDS(readq_poll_timeout(regs, value, value, 1, 1), -ETIMEDOUT);
	ENDS(readq_poll_timeout_atomic(regs, value, !value, 0, 1), 0);
	ENDS(readq_poll_timeout_atomic(regs, value, value, 1, 1), -ETIMEDOUT);
	ENDS(readb_relaxed_poll_timeout(regs, value, !value, 0, 1), 0);
	ENDS(readb_relaxed_poll_timeout(regs, value, value, 1, 1), -ETIMEDOUT);
	ENDS(readb_relaxed_poll_timeout_atomic(regs, value, !value, 0, 1), 0);
	ENDS(readb_relaxed_poll_timeout_atomic(regs, value, value, 1, 1), -ETIMEDOUT);
	ENDS(readw_relaxed_poll_timeout(regs, value, !value, 0, 1), 0);
	ENDS(readw_relaxed_poll_timeout(regs, value, value, 1, 1), -ETIMEDOUT);
	ENDS(readw_relaxed_poll_timeout_atomic(regs, value, !value, 0, 1), 0);
	ENDS(readw_relaxed_poll_timeout_atomic(regs, value, value, 1, 1), -ETIMEDOUT);
	ENDS(readl_relaxed_poll_timeout(regs, value, !value, 0, 1), 0);
	ENDS(readl_relaxed_poll_timeout(regs, value, value, 1, 1), -ETIMEDOUT);
	ENDS(readl_relaxed_poll_timeout_atomic(regs, value, !value, 0, 1), 0);
	ENDS(readl_relaxed_poll_timeout_atomic(regs, value, value, 1, 1), -ETIMEDOUT);
	ENDS(readq_relaxed_poll_timeout(regs, value, !value, 0, 1), 0);
	ENDS(readq_relaxed_poll_timeout(regs, value, value, 1, 1), -ETIMEDOUT);
	ENDS(readq_relaxed_poll_timeout_atomic(regs, value, !value, 0, 1), 0);
	ENDS(readq_relaxed_poll_timeout_atomic(regs, value, value, 1, 1), -ETIMEDOUT);
	assert_int_equal(read_poll_timeout(readb, value, value == 2, 1, 100, true, regs + 4),
			 -ETIMEDOUT);
	assert_int_equal(dmalab_window_answer(w, 4, NULL, 0), 0);
	assert_int_equal(readl(regs + 4), 0x11223344);

	assert_int_equal(dmalab_window_on_write(w, 8, 1, (void (*)(void *, uint64_t))NULL, NULL), 0);
	writel(1, regs + 8);

	other = dmalab_window_new(r.machine, "model", BAR + SIZE, SIZE, &model_ops, &m);
	keep_stderr();
	assert_int_equal(dmalab_window_answer(other, 0, answers, 3), -EINVAL);
	expect_told("window \"model\" (0xfe001000, 4096 bytes) has no script");
	keep_stderr();
	assert_int_equal(dmalab_window_answer(w, SIZE, answers, 3), -EINVAL);
	expect_told("offset 0x1000 is outside");
	keep_stderr();
	assert_int_equal(dmalab_window_on_write(NULL, 0, 0, NULL, NULL), -EINVAL);
	expect_told("NULL has no script");
	iounmap(regs);
	rig_down(&r);
}

/* A doorbell: the device fetches what the driver has stored, and answers. */
struct engine {
	struct device *dev;
	struct dmalab_window *window;
	unsigned rings;
};

static void ring(void *context, uint64_t value)
{
	static const uint64_t done = 1;
	struct engine *e = context;
	char text[8];

	e->rings++;
	assert_int_equal(dmalab_device_read(e->dev, value, text, sizeof(text)), 0);
	assert_string_equal(text, "request");
	assert_int_equal(dmalab_device_write(e->dev, value, "answer", 7), 0);
	assert_int_equal(dmalab_window_answer(e->window, 0x14, &done, 1), 0);
}

static void a_doorbell_in_the_drivers_thread(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		struct engine e = { 0 };
		u8 __iomem *regs;
		dma_addr_t dma;
		struct rig r;
		char *buf;
		u32 value;

		rig_up(&r, profile);
		e.dev = r.dev;
		e.window = dmalab_window_new_scripted(r.machine, "engine", BAR, 0x20);
		dmalab_window_on_write(e.window, 0x10, ~0u, ring, &e);
		regs = devm_ioremap(r.dev, BAR, 0x20);
		assert_non_null(regs);
		dma_set_mask_and_coherent(r.dev, DMA_BIT_MASK(32));
		buf = dma_alloc_coherent(r.dev, 64, &dma, GFP_KERNEL);
		strcpy(buf, "request");
		writel(0, regs + 0x10);
		assert_int_equal(e.rings, 0);
		writel(dma, regs + 0x10);
		assert_int_equal(e.rings, 1);
		assert_int_equal(readl_poll_timeout(regs + 0x14, value, value, 10, 1000), 0);
		assert_string_equal(buf, "answer");
		dma_free_coherent(r.dev, 64, buf, dma);
		rig_down(&r);
	}
}

static void with_the_device(void **state)
{
	struct resource res = DEFINE_RES_MEM_NAMED(BAR, SIZE, "regs"), irq = DEFINE_RES_IRQ(5);
	struct resource wide = DEFINE_RES_MEM(BAR + SIZE, SIZE);
	struct model m = { 0 };
	u8 __iomem *regs;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	window_ok(&r, &m);
	regs = devm_ioremap_resource(r.dev, &res);
	assert_false(IS_ERR(regs));
	assert_int_equal(readb(regs), 0x88);
	assert_int_equal(resource_size(&res), SIZE);
	assert_int_equal(resource_type(&irq), IORESOURCE_IRQ);
	assert_int_equal(PTR_ERR(devm_ioremap_resource(r.dev, &res)), -EBUSY);
	assert_null(request_mem_region(BAR + 8, 1, "other"));
	keep_stderr();
	assert_int_equal(PTR_ERR(devm_ioremap_resource(r.dev, &irq)), -EINVAL);
	expect_told("is no IORESOURCE_MEM");
	keep_stderr();
	assert_int_equal(PTR_ERR(devm_ioremap_resource(r.dev, NULL)), -EINVAL);
	expect_told("no such resource");
	keep_stderr();
	assert_int_equal(PTR_ERR(devm_ioremap_resource(r.dev, &wide)), -ENOMEM);
	expect_told("no register window at 0xfe001000");
	assert_int_equal(dmalab_window_mistakes(r.machine), 3);

	iounmap(ioremap_wc(BAR, 16));
	iounmap(ioremap_wt(BAR, 16));
	iounmap(ioremap_uc(BAR, 16));
	iounmap(ioremap_np(BAR, 16));
	assert_non_null(devm_ioremap_wc(r.dev, BAR, 16));
	assert_non_null(devm_ioremap_uc(r.dev, BAR, 16));
	regs = devm_ioremap(r.dev, BAR, 16);
	devm_iounmap(r.dev, regs);
	keep_stderr();
	devm_iounmap(r.dev, regs + 4);
	expect_told("was not mapped by devm_ioremap() for");
	assert_non_null(devm_request_mem_region(r.dev, 0x1000, 16, "io"));
	assert_null(devm_request_mem_region(r.dev, 0x100f, 16, "io"));

	/* The driver lets go: so does all of this. */
	dmalab_device_free(r.dev);
	keep_stderr();
	readl(regs);
	expect_told("which is not mapped");
	assert_non_null(request_mem_region(BAR, SIZE, "next"));
	assert_non_null(request_mem_region(0x1000, 16, "next"));
	keep_stderr();
	release_mem_region(BAR, SIZE - 1);
	expect_told("were not requested like this");
	release_mem_region(BAR, SIZE);
	assert_non_null(request_mem_region(BAR, SIZE, "third"));
	rig_down(&r);
}

static void a_log(void **state)
{
	struct model m = { 0 };
	struct dmalab_window *w;
	u8 __iomem *regs;
	char *text = NULL;
	size_t size = 0;
	struct rig r;
	FILE *log;

	(void)state;
	rig_up(&r, NULL);
	w = window_ok(&r, &m);
	log = open_memstream(&text, &size);
	dmalab_window_log(w, log);
	dmalab_window_log(NULL, log);
	regs = ioremap(BAR, SIZE);
	at(41);
	writel(0x5, regs + 0x10);
	at(42);
	readw(regs + 2);
	dmalab_window_log(w, NULL);
	readw(regs + 2);
	fclose(log);
	assert_string_equal(text, "bar0: writel(0x5, 0x10) at driver.c:41\n"
				  "bar0: readw(0x2) = 0x978a at driver.c:42\n");
	free(text);
	rig_down(&r);
}

/* One device writes into the registers of another: a doorbell, or its memory. */
static void peer_to_peer(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		struct model m = { 0 };
		u8 buf[16] = { 1, 2, 3, 4 };
		dma_addr_t dma;
		struct rig r;

		rig_up(&r, profile);
		if (bounces(&r)) {
			rig_down(&r);
			continue;
		}
		window_ok(&r, &m);
		dma = dma_map_resource(r.dev, BAR + 0x100, 0x100, DMA_BIDIRECTIONAL, 0);
		assert_int_equal(dma_mapping_error(r.dev, dma), 0);
		assert_int_equal(dmalab_device_write(r.dev, dma + 0x10, buf, 4), 0);
		assert_int_equal(m.offset, 0x110);
		assert_int_equal(m.width, 4);
		assert_int_equal(m.value, 0x04030201);
		assert_int_equal(dmalab_device_read(r.dev, dma + 0x14, buf, 12), 0);
		assert_int_equal(m.reads, 2);
		assert_int_equal(m.offset, 0x118);
		assert_int_equal(buf[0], 0x9c);
		assert_int_equal(buf[4], 0xa0);
		dma_unmap_resource(r.dev, dma, 0x100, DMA_BIDIRECTIONAL, 0);
		rig_down(&r);
	}
}

/* Machines have windows of their own; a reset leaves none. */
static void two_machines(void **state)
{
	struct model first = { 0 }, second = { 0 };
	struct rig r, other;
	u8 __iomem *regs;

	(void)state;
	rig_up(&r, NULL);
	window_ok(&r, &first);
	rig_up(&other, NULL);
	window_ok(&other, &second);
	regs = ioremap(BAR, SIZE);
	readl(regs);
	assert_int_equal(second.reads, 1);
	assert_int_equal(dmalab_machine_reset(other.machine), 0);
	keep_stderr();
	readl(regs);
	expect_told("no pointer of ioremap()");
	assert_int_equal(dmalab_window_mistakes(other.machine), 1);
	assert_int_equal(dmalab_machine_reset(other.machine), 0);
	assert_int_equal(dmalab_window_mistakes(other.machine), 0);
	window_ok(&other, &second);
	rig_down(&other);
	dmalab_machine_set_current(r.machine);
	regs = ioremap(BAR, SIZE);
	readl(regs);
	assert_int_equal(first.reads, 1);
	rig_down(&r);
}

static int never(struct platform_device *pdev)
{
	assert_ptr_equal(to_platform_device(&pdev->dev), pdev);
	return -EIO;
}

static struct platform_driver of_a_module = {
	.probe = never, .driver = { .name = "of-a-module" },
};
module_platform_driver(of_a_module);

/* A device without a driver inserts the modules that are linked in. */
static void a_driver_of_a_module(void **state)
{
	struct dmalab_platform_template t = { .size = sizeof(t), .name = "of-a-module" };
	struct platform_device *pdev;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	for (unsigned i = 0; i < 2; i++) {
		pdev = dmalab_platform_device_new(r.machine, &t);
		assert_int_equal(dmalab_bind_result(&pdev->dev), -EIO);
		assert_string_equal(dev_name(&pdev->dev), "of-a-module.0");
		dmalab_platform_device_free(pdev);
	}
	dmalab_modules_exit(NULL);
	rig_down(&r);
}

/* A plain load stops the program, with a word before that. */
static void a_plain_load(void **state)
{
	struct model m = { 0 };
	const volatile u32 *regs;
	struct rig r;
	int status;
	pid_t pid;

	(void)state;
	rig_up(&r, NULL);
	window_ok(&r, &m);
	regs = ioremap(BAR, SIZE);
	keep_stderr();
	pid = fork();
	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		dmalab_machine_new(NULL); /* which asks for the signal again */
		_exit(regs[1] != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	expect_told("is offset 0x4 of window \"bar0\" (0xfe000000, 4096 bytes), a pointer of ioremap(): "
		    "use readl(), writel() and their like");
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) > 1);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_width),
		cmocka_unit_test(whole_pieces),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(windows_that_cannot_be),
		cmocka_unit_test(a_script),
		cmocka_unit_test(a_doorbell_in_the_drivers_thread),
		cmocka_unit_test(with_the_device),
		cmocka_unit_test(a_log),
		cmocka_unit_test(peer_to_peer),
		cmocka_unit_test(two_machines),
		cmocka_unit_test(a_driver_of_a_module),
		cmocka_unit_test(a_plain_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
