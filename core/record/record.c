/* SPDX-License-Identifier: MIT */
/* Statements, as they happen, and what they draw. */
#include "record/recorder.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool record_switch;
struct recorder rec = { .lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1 };

/* This thread's latest statement: its number, what it makes; or it is none of ours. */
static __thread struct {
	unsigned long serial;
	struct named *makes;
	bool foreign;
} mine;

/* -------------------------------------------------------------------- lines */

void line_add(struct line *line, const char *format, ...)
{
	size_t room = sizeof(line->text) - line->len;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line->text + line->len, room, format, args);
	va_end(args);
	if (n >= 0 && (size_t)n < room) {
		line->len += n;
		return;
	}
	line->text[line->len] = 0;
	line->too_long = true;
}

void line_add_string(struct line *line, const char *text, size_t len)
{
	line_add(line, "\"");
	for (size_t i = 0; i < len && text[i]; i++) {
		unsigned char c = text[i];

		line_add(line, c == '"' || c == '\\' ? "\\%c" : c >= ' ' && c < 127 ? "%c" : "\\x%02x",
			 c);
	}
	line_add(line, "\"");
}

static bool put(const char *text, size_t len, size_t at)
{
	while (len) {
		ssize_t n = pwrite(rec.fd, text, len, at);

		if (n <= 0)
			return false;
		text += n;
		at += n;
		len -= n;
	}
	return true;
}

/* @above, if any, and the open line below it, from rec.at on. */
static bool write_lines(const struct line *above)
{
	char text[2 * (MAX_LINE + 2)];
	size_t len = 0;

	if (above) {
		memcpy(text, above->text, above->len);
		len = above->len;
		text[len++] = '\n';
	}
	if (rec.open.len && !rec.unwritten) {
		memcpy(text + len, rec.open.text, rec.open.len);
		len += rec.open.len;
		text[len++] = '\n';
	}
	if (put(text, len, rec.at))
		return true;
	/* Not even the last words could be written. */
	close(rec.fd);
	rec.fd = -1;
	record_stop("the file cannot be written");
	return false;
}

void record_stop(const char *why)
{
	char text[160];
	int n;

	if (!rec.lab)
		return;
	fprintf(stderr, "dmalab: the recording ends here: %s\n", why);
	if (rec.open.len && !rec.unwritten)
		rec.at += rec.open.len + 1;
	n = snprintf(text, sizeof(text), "# the recording ends here: %s\n", why);
	if (rec.fd >= 0) {
		put(text, n, rec.at);
		close(rec.fd);
	}
	rec.fd = -1;
	rec.lab = NULL;
	rec.open.len = 0;
	__atomic_store_n(&record_switch, false, __ATOMIC_RELAXED);
}

void record_close_line(void)
{
	if (rec.open.len && !rec.unwritten) {
		rec.at += rec.open.len + 1;
		rec.nr_lines++;
	}
	rec.open = (struct line){ .len = 0 };
	rec.unwritten = rec.is_comment = false;
	rec.nr_drawn = rec.nr_decisions = 0;
	rec.store_len = 0;
	rec.serial++;
}

/* Is there room for more? */
static bool has_room(void)
{
	if (rec.lab && (rec.at > MAX_FILE || rec.nr_lines > MAX_LINES))
		record_stop("a trace is no longer than this");
	return rec.lab;
}

static void insert(const struct line *line)
{
	if (!has_room() || !write_lines(line))
		return;
	rec.at += line->len + 1;
	rec.nr_lines++;
}

void record_line(const char *format, ...)
{
	struct line line = { .len = 0 };
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line.text, sizeof(line.text), format, args);
	va_end(args);
	if (n < 0)
		return;
	line.len = (size_t)n < sizeof(line.text) ? (size_t)n : sizeof(line.text) - 1;
	insert(&line);
}

bool record_enter(void)
{
	pthread_mutex_lock(&rec.lock);
	if (rec.lab && rec.pid == getpid())
		return true;
	/* The child of a fork has the file, but it is the parent's. */
	pthread_mutex_unlock(&rec.lock);
	return false;
}

void record_leave(void)
{
	pthread_mutex_unlock(&rec.lock);
}

/* --------------------------------------------------------------- statements */

static void prepare(const char *parameters, const u64 *args)
{
	for (unsigned i = 0; parameters[i] && rec.lab; i++) {
		const void *p = (const void *)(uintptr_t)args[i];

		if (parameters[i] == 'd')
			device_prepare(p);
		name_prepare(parameters[i], args[i], parameters[i] == 's' ? (unsigned)args[i + 1] : 0);
	}
}

static bool add_arg(struct line *line, char parameter, u64 arg, const struct device *dev)
{
	switch (parameter) {
	case 'p':
		return line_add_cpu(line, (const void *)(uintptr_t)arg);
	case 'a':
		return line_add_dma(line, arg, dev);
	case 'P':
		return line_add_page(line, (const struct page *)(uintptr_t)arg);
	case 'h':
		line_add_phys(line, arg);
		return true;
	case 'z':
		line_add_number(line, arg);
		return true;
	case 'm':
		line_add_mask(line, arg);
		return true;
	case 'D':
		line_add_direction(line, arg);
		return true;
	case 'G':
		line_add_gfp(line, arg);
		return true;
	case 'A':
		line_add_attrs(line, arg);
		return true;
	case 'S':
		line_add_string(line, arg ? (const char *)(uintptr_t)arg : "", 64);
		return true;
	}
	return line_add_object(line, parameter, arg);
}

/* Coherent memory has no pages to speak of. */
static bool is_pageless(const char *name)
{
	return strncmp(name, "dma_pool", 8) == 0 || strncmp(name, "dmam_", 5) == 0 ||
	       (strncmp(name, "dma_alloc_", 10) == 0 && name[10] != 'n' && name[10] != 'p');
}

static enum named_kind kind_made_by(const char *name)
{
	size_t len = strlen(name);

	if (strcmp(name, "dma_get_sgtable") == 0 || strcmp(name, "dma_alloc_noncontiguous") == 0)
		return NAMED_LIST;
	if (len > 12 && strcmp(name + len - 12, "_pool_create") == 0)
		return NAMED_POOL;
	return strcmp(name, "kmem_cache_create") == 0 ? NAMED_CACHE : NAMED_MEMORY;
}

static bool add_target(struct line *line, const char *name, const char *letters, const u64 *args)
{
	const void *first = (const void *)(uintptr_t)args[0];
	const struct named *from = *letters == 'o' ? name_by_key(NAMED_POOL, first) :
				   *letters == 'c' ? name_by_key(NAMED_CACHE, first) : NULL;
	struct named *n = name_new(kind_made_by(name));

	if (!n)
		return false;
	n->dev = *letters == 'd' ? first : from ? from->dev : NULL;
	n->size = n->kind == NAMED_POOL ? args[2] : n->kind == NAMED_CACHE ? args[1] :
		  from ? from->size : 0;
	if (n->kind == NAMED_POOL)
		n->dev = (const void *)(uintptr_t)args[1];
	n->pageless = is_pageless(name);
	mine.makes = n;
	line_add_name(line, n);
	line_add(line, " = ");
	return true;
}

/* The statement is the open line, and in the file. */
static void open_line(const struct line *line, bool unwritten)
{
	if (!has_room())
		return;
	rec.open = *line;
	rec.unwritten = unwritten;
	mine.serial = rec.serial;
	if (!unwritten)
		write_lines(NULL);
}

static void statement(const char *name, const char *parameters, const u64 *args, bool unwritten)
{
	bool makes = *parameters == '=', ok = true;
	const char *letters = parameters + makes;
	const struct device *dev = *letters == 'd' ? (void *)(uintptr_t)args[0] : NULL;
	struct line line = { .len = 0 };

	prepare(letters, args);
	if (!rec.lab || (makes && !add_target(&line, name, letters, args)))
		return;
	line_add(&line, "%s(", name);
	for (unsigned i = 0; letters[i] && ok; i++) {
		line_add(&line, "%s", i ? ", " : "");
		ok = add_arg(&line, letters[i], args[i], dev);
	}
	line_add(&line, ")");
	if (!ok || line.too_long) {
		line = (struct line){ .len = 0 };
		line_add(&line, "# %s(), with what a trace cannot name", name);
		rec.is_comment = true;
	}
	open_line(&line, unwritten);
	if (!strstr(name, "free") && !strstr(name, "unmap") && !strstr(name, "realloc"))
		return;
	for (unsigned i = 0; letters[i]; i++)
		name_release(letters[i], args[i], dev, strstr(name, "unmap"));
}

void record_call(const char *name, const char *parameters, const u64 *args)
{
	bool if_drawn = *parameters == '?';

	parameters += if_drawn;
	mine.makes = NULL;
	if (!record_enter())
		return;
	mine.foreign = !name_is_ours(parameters + (*parameters == '='), args);
	if (!mine.foreign) {
		record_close_line();
		statement(name, parameters, args, if_drawn);
	}
	record_leave();
}

void record_absent(const char *name)
{
	struct line line = { .len = 0 };
	bool known = false;

	mine.makes = NULL;
	if (!record_enter())
		return;
	mine.foreign = false;
	for (unsigned i = 0; i < rec.nr_absent; i++)
		known |= rec.absent[i] == name;
	if (!known && rec.nr_absent < sizeof(rec.absent) / sizeof(rec.absent[0]))
		rec.absent[rec.nr_absent++] = name;
	record_close_line();
	rec.is_comment = true;
	line_add(&line, "# %s() is no call of a trace", name);
	open_line(&line, known);
	record_leave();
}

/* A byte that is repeated, or text. Other values draw what any value draws. */
static void add_value(struct line *line, const u8 *bytes, size_t len)
{
	bool text = len <= 32;

	if (lab_of(bytes))
		return;
	if (memcmp(bytes, bytes + 1, len - 1) == 0) {
		line_add(line, ", 0x%x", bytes[0]);
		return;
	}
	for (size_t i = 0; i < len && text; i++)
		text = isprint(bytes[i]);
	if (!text)
		return;
	line_add(line, ", ");
	line_add_string(line, (const char *)bytes, len);
}

static void access_statement(const struct record_access *a)
{
	struct line line = { .len = 0 };

	if (a->device) {
		const u64 dev = (uintptr_t)a->dev;

		prepare("d", &dev);
	}
	if (!rec.lab)
		return;
	line_add(&line, "%s(", a->name);
	if (a->device) {
		line_add_object(&line, 'd', (uintptr_t)a->dev);
		line_add(&line, ", ");
		line_add_dma(&line, a->at, a->dev);
	} else {
		line_add_cpu(&line, (const void *)(uintptr_t)a->at);
	}
	line_add(&line, ", ");
	line_add_number(&line, a->len);
	if (a->out)
		add_value(&line, a->out, a->len);
	line_add(&line, ")");
	if (a->len > MAX_ACCESS || (a->device && !name_by_key(NAMED_DEVICE, a->dev))) {
		line = (struct line){ .len = 0 };
		line_add(&line, "# %s(), of %zu bytes, which a trace does not do", a->name, a->len);
		rec.is_comment = true;
	}
	open_line(&line, false);
}

/* The CPU's own memory is no business of the machine. */
void record_access(const struct record_access *a)
{
	mine.makes = NULL;
	if (!a->len || !record_enter())
		return;
	mine.foreign = a->device ? !name_is_ours("d", &(const u64){ (uintptr_t)a->dev }) :
				   lab_of((const void *)(uintptr_t)a->at) != rec.lab;
	if (!mine.foreign) {
		record_close_line();
		access_statement(a);
	}
	record_leave();
}

/* ------------------------------------------------------------ what they made */

/* With the lock, what is to be bound; or NULL, without it. */
static struct named *begin_made(void)
{
	const struct named *made = mine.makes;

	mine.makes = NULL;
	if (!made || !record_enter())
		return NULL;
	/* It may have gone with a recording that has ended. */
	for (unsigned i = rec.nr_names; i-- > 0;)
		if (rec.names[i] == made) {
			rec.names[i]->bound = true;
			return rec.names[i];
		}
	record_leave();
	return NULL;
}

void record_made_memory(const void *cpu, size_t size, const dma_addr_t *dma)
{
	struct named *n = cpu ? begin_made() : NULL;

	if (!n)
		return;
	n->cpu = cpu;
	n->size = size ? size : n->size;
	n->has_dma = dma;
	n->dma = dma ? *dma : 0;
	record_leave();
}

void record_made_mapping(dma_addr_t dma, size_t size)
{
	struct named *n = dma != ~(dma_addr_t)0 ? begin_made() : NULL;

	if (!n)
		return;
	n->size = size;
	n->has_dma = true;
	n->dma = dma;
	record_leave();
}

void record_made(const void *object)
{
	struct named *n = object ? begin_made() : NULL;

	if (!n)
		return;
	n->key = object;
	record_leave();
}

static void take_segments(struct named *n, struct scatterlist *sg, unsigned nents)
{
	n->dead = false;
	n->nr_segments = 0;
	for (; sg && n->nr_segments < nents && n->nr_segments < MAX_ENTRIES; sg = sg_next(sg)) {
		n->segment[n->nr_segments].dma = sg_dma_address(sg);
		n->segment[n->nr_segments++].size = sg_dma_len(sg);
	}
}

/* Lists of the library's own are known by the table, others by their entries. */
void record_made_table(const struct sg_table *sgt)
{
	struct named *n = sgt && sgt->sgl ? begin_made() : NULL;

	if (!n)
		return;
	n->key = sgt->sgl;
	n->table = sgt;
	take_segments(n, sgt->sgl, sgt->nents);
	record_leave();
}

void record_mapped(const struct device *dev, struct scatterlist *sgl, int nents)
{
	struct named *n;

	if (nents <= 0 || mine.foreign || !record_enter())
		return;
	n = name_by_key(NAMED_LIST, sgl);
	if (n) {
		n->dev = dev;
		take_segments(n, sgl, nents);
	}
	record_leave();
}

/* --------------------------------------------------- what is known only later */

void record_store(const struct machine *m, size_t offset, size_t len)
{
	struct line line = { .len = 0 };
	bool grows;

	if (!record_enter())
		return;
	if (m == &rec.lab->hw) {
		grows = rec.store_len && rec.store_offset + rec.store_len == offset;
		if (grows) {
			rec.at = rec.store_at;
			rec.nr_lines--;
		} else {
			rec.store_offset = offset;
			rec.store_len = 0;
			rec.store_at = rec.at;
		}
		rec.store_len += len;
		line_add(&line, "cpu_store(");
		line_add_cpu(&line, m->cached + rec.store_offset);
		line_add(&line, ", %zu)", rec.store_len);
		insert(&line);
	}
	record_leave();
}

void record_decision(const struct dmalab_machine *lab, bool fails)
{
	if (!record_enter())
		return;
	if (lab == rec.lab && rec.open.len && !rec.is_comment) {
		rec.nr_decisions++;
		if (fails)
			record_line("fail_nth(%u)", rec.nr_decisions);
		rec.store_len = 0;
	}
	record_leave();
}

/* A cookie that was touched by an instruction, not by a call. */
static void open_touch(const void *cpu)
{
	struct line line = { .len = 0 };

	record_close_line();
	line_add(&line, "cpu_read(");
	line_add_cpu(&line, cpu);
	line_add(&line, ", 1)");
	open_line(&line, true);
}

static void add_drawn(const char *check, const struct call *call)
{
	struct line *open = &rec.open;

	if (mine.serial != rec.serial || !open->len || mine.foreign) {
		record_line("# %s() drew %s, in another thread or no statement", call->name, check);
		return;
	}
	if (rec.nr_drawn == MAX_DRAWN)
		return;
	if (rec.is_comment)
		line_add(open, "%s %s", rec.nr_drawn ? "," : ": it drew", check);
	else if (rec.nr_drawn)
		line_add(open, ", %s", check);
	else
		line_add(open, "  # expect[%s]: %s", rec.lab->hw.profile->name, check);
	rec.nr_drawn++;
	rec.unwritten = false;
	write_lines(NULL);
}

void record_report(const struct machine *hw, const char *check, const struct call *call,
		   const void *cpu)
{
	if (!record_enter())
		return;
	if (hw == &rec.lab->hw) {
		if (strcmp(call->name, "a plain access") == 0)
			open_touch(cpu);
		add_drawn(check, call);
	}
	record_leave();
}
