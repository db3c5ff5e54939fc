/* SPDX-License-Identifier: MIT */
/*
 * readl(), writel() and their like: to the model of the window that the pointer is of.
 *
 * All of them take one way. Nothing is reordered on the simulated machine, so the forms that
 * are relaxed, raw or in big-endian order differ in the value alone.
 */
#include "io/window.h"
#include "mm/mm.h"

#include <linux/io.h>

static u64 low_bytes(u64 value, unsigned width)
{
	return width < 8 ? value & ((1ull << width * 8) - 1) : value;
}

u64 dlab_window_ask(const struct dmalab_window *w, u64 offset, unsigned width)
{
	return low_bytes(w->ops.read ? w->ops.read(w->context, offset, width) : ~0ull, width);
}

/* ------------------------------------------------------------- mistakes */

static cold void explain_pointer(const volatile void *p, const struct call *call)
{
	struct dmalab_machine *lab = dlab_of(p);

	if (lab)
		dlab_window_mistake(lab, call, "%p is simulated memory, and no register: use a plain "
				    "load or store", (const void *)p);
	else
		dlab_window_mistake(NULL, call, "%p is no pointer of ioremap(): map the registers "
				    "first, and see whether that failed", (const void *)p);
}

static cold void explain(const struct dmalab_window *w, u64 offset, unsigned width,
			 bool write, const struct call *call)
{
	char words[128];

	dlab_window_words(w, words, sizeof(words));
	if (w->gone)
		dlab_window_mistake(w->machine, call, "offset 0x%llx of %s, which was freed: "
				    "dmalab_window_free() is for after the driver's remove",
				    (unsigned long long)offset, words);
	else if (!w->mappings)
		dlab_window_mistake(w->machine, call, "offset 0x%llx of %s, which is not mapped: "
				    "it comes after iounmap(), or after the device was unbound",
				    (unsigned long long)offset, words);
	else if ((s64)offset < 0)
		dlab_window_mistake(w->machine, call, "%lld bytes before %s", -(long long)offset,
				    words);
	else if (offset >= w->size || width > w->size - offset)
		dlab_window_mistake(w->machine, call, "%u bytes at offset 0x%llx are outside of %s: "
				    "a wrong offset, or the test's window is too small", width,
				    (unsigned long long)offset, words);
	else if ((w->phys + offset) % width)
		dlab_window_mistake(w->machine, call, "%u bytes at offset 0x%llx of %s are not aligned: "
				    "the address must be a multiple of %u", width,
				    (unsigned long long)offset, words, width);
	else
		dlab_window_mistake(w->machine, call, "offset 0x%llx of %s: its model has no %s(): "
				    "give one in struct dmalab_window_ops",
				    (unsigned long long)offset, words, write ? "write" : "read");
}

/* Is the access as it should be? Then *@w is its window; else there was a message. */
static bool find(const volatile void *p, unsigned width, bool write, struct dmalab_window *w,
		 u64 *offset, const struct call *call)
{
	if (unlikely(!dlab_window_of(p, w, offset))) {
		explain_pointer(p, call);
		return false;
	}
	if (likely(!w->gone && w->mappings && *offset < w->size && width <= w->size - *offset &&
		   (w->phys + *offset) % width == 0 && (write ? !!w->ops.write : !!w->ops.read)))
		return true;
	explain(w, *offset, width, write, call);
	return false;
}

/* -------------------------------------------------------------- accesses */

static cold void log_access(const struct dmalab_window *w, u64 offset, u64 value, bool write,
			    const struct call *call)
{
	struct dmalab_site site = site_public(call->site);
	char place[256];

	dlab_site_format(&site, place, sizeof(place));
	if (write)
		fprintf(w->log, "%s: %s(0x%llx, 0x%llx) at %s\n", w->name, call->name,
			(unsigned long long)value, (unsigned long long)offset, place);
	else
		fprintf(w->log, "%s: %s(0x%llx) = 0x%llx at %s\n", w->name, call->name,
			(unsigned long long)offset, (unsigned long long)value, place);
}

static u64 do_read(const volatile void *p, unsigned width, struct call call)
{
	struct dmalab_window w;
	u64 offset, value;

	if (unlikely(!find(p, width, false, &w, &offset, &call)))
		return low_bytes(~0ull, width);
	value = dlab_window_ask(&w, offset, width);
	if (unlikely(w.log))
		log_access(&w, offset, value, false, &call);
	return value;
}

static void do_write(volatile void *p, unsigned width, u64 value, struct call call)
{
	struct dmalab_window w;
	u64 offset;

	if (unlikely(!find(p, width, true, &w, &offset, &call)))
		return;
	if (unlikely(w.log))
		log_access(&w, offset, value, true, &call);
	w.ops.write(w.context, offset, width, value);
}

#define READ(name, type, order) \
	type name(const volatile void __iomem *addr) \
	{ \
		return order((type)do_read(addr, sizeof(type), THIS_CALL)); \
	}
#define WRITE(name, type, order) \
	void name(type value, volatile void __iomem *addr) \
	{ \
		do_write(addr, sizeof(type), order(value), THIS_CALL); \
	}
#define AS_IT_IS

READ(readb, u8, AS_IT_IS)
READ(readw, u16, AS_IT_IS)
READ(readl, u32, AS_IT_IS)
READ(readq, u64, AS_IT_IS)
WRITE(writeb, u8, AS_IT_IS)
WRITE(writew, u16, AS_IT_IS)
WRITE(writel, u32, AS_IT_IS)
WRITE(writeq, u64, AS_IT_IS)

READ(readb_relaxed, u8, AS_IT_IS)
READ(readw_relaxed, u16, AS_IT_IS)
READ(readl_relaxed, u32, AS_IT_IS)
READ(readq_relaxed, u64, AS_IT_IS)
WRITE(writeb_relaxed, u8, AS_IT_IS)
WRITE(writew_relaxed, u16, AS_IT_IS)
WRITE(writel_relaxed, u32, AS_IT_IS)
WRITE(writeq_relaxed, u64, AS_IT_IS)

READ(ioread8, u8, AS_IT_IS)
READ(ioread16, u16, AS_IT_IS)
READ(ioread32, u32, AS_IT_IS)
READ(ioread64, u64, AS_IT_IS)
WRITE(iowrite8, u8, AS_IT_IS)
WRITE(iowrite16, u16, AS_IT_IS)
WRITE(iowrite32, u32, AS_IT_IS)
WRITE(iowrite64, u64, AS_IT_IS)

READ(ioread16be, u16, __builtin_bswap16)
READ(ioread32be, u32, __builtin_bswap32)
WRITE(iowrite16be, u16, __builtin_bswap16)
WRITE(iowrite32be, u32, __builtin_bswap32)

/* As wide as address and length allow, up to 4 bytes. */
static unsigned width_at(const volatile void *p, const void *memory, size_t len)
{
	uintptr_t low = (uintptr_t)p | (uintptr_t)memory;

	return len >= 4 && low % 4 == 0 ? 4 : 1;
}

void memcpy_fromio(void *to, const volatile void __iomem *from, size_t count)
{
	struct call call = THIS_CALL;
	const volatile u8 *p = from;
	u8 *out = to;

	while (count) {
		unsigned width = width_at(p, out, count);
		u64 value = do_read(p, width, call);

		dlab_cpu_write(out, &value, width, &call);
		p += width;
		out += width;
		count -= width;
	}
}

void memcpy_toio(volatile void __iomem *to, const void *from, size_t count)
{
	struct call call = THIS_CALL;
	volatile u8 *p = to;
	const u8 *in = from;

	while (count) {
		unsigned width = width_at(p, in, count);
		u64 value = 0;

		dlab_cpu_read(in, &value, width, &call);
		do_write(p, width, value, call);
		p += width;
		in += width;
		count -= width;
	}
}

void memset_io(volatile void __iomem *addr, int value, size_t count)
{
	struct call call = THIS_CALL;
	volatile u8 *p = addr;

	while (count) {
		unsigned width = width_at(p, NULL, count);

		do_write(p, width, (u8)value * 0x01010101u, call);
		p += width;
		count -= width;
	}
}

/* --------------------------------------------------- accesses of devices */

/* The widest piece that is aligned at @phys and not longer than @len. */
static unsigned piece(phys_addr_t phys, size_t len)
{
	unsigned width = 8;

	while (width > len || phys % width)
		width /= 2;
	return width;
}

bool dlab_window_reach(const struct dmalab_machine *lab, phys_addr_t phys, u8 *in, const u8 *out,
		       size_t len)
{
	struct dmalab_window w;

	if (!dlab_window_at(lab, phys, &w) || len > w.size - (phys - w.phys))
		return false;
	while (len) {
		unsigned width = piece(phys, len);
		u64 value = 0;

		if (in) {
			value = dlab_window_ask(&w, phys - w.phys, width);
			memcpy(in, &value, width);
			in += width;
		} else {
			memcpy(&value, out, width);
			if (w.ops.write)
				w.ops.write(w.context, phys - w.phys, width, value);
			out += width;
		}
		phys += width;
		len -= width;
	}
	return true;
}
