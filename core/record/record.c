/* SPDX-License-Identifier: MIT */
/* Statements, as they happen. */
#include "record/recorder.h"

#include <ctype.h>
#include <linux/vmalloc.h>
#include <string.h>

__thread struct my_statement dlab_mine;

static void prepare(const char *name, const char *parameters, const u64 *args)
{
	bool maps = strncmp(name, "dma_map_", 8) == 0;

	for (unsigned i = 0; parameters[i] && dlab_rec.lab; i++) {
		if (parameters[i] == 'd')
			dlab_device_prepare((const void *)(uintptr_t)args[i]);
		else
			dlab_name_prepare(parameters[i], args[i],
					  parameters[i] == 's' ? (int)args[i + 1] : 0, maps);
	}
}

static bool add_arg(struct line *line, char parameter, u64 arg, const struct device *dev)
{
	switch (parameter) {
	case 'p':
		return dlab_line_add_cpu(line, (const void *)(uintptr_t)arg);
	case 'a':
		return dlab_line_add_dma(line, arg, dev);
	case 'P':
		return dlab_line_add_page(line, (const struct page *)(uintptr_t)arg);
	case 'h':
		dlab_line_add_phys(line, arg);
		return true;
	case 'z':
		dlab_line_add_number(line, arg);
		return true;
	case 'm':
		dlab_line_add_mask(line, arg);
		return true;
	case 'D':
		dlab_line_add_direction(line, arg);
		return true;
	case 'G':
		dlab_line_add_gfp(line, arg);
		return true;
	case 'A':
		dlab_line_add_attrs(line, arg);
		return true;
	case 'V':
		dlab_line_add(line, arg == VM_MAP ? "VM_MAP" : "%llu", (unsigned long long)arg);
		return true;
	case 'R':
		dlab_line_add(line, arg & PGPROT_UNCACHED ? "pgprot_writecombine(PAGE_KERNEL)" :
							    "PAGE_KERNEL");
		return true;
	case 'S':
		dlab_line_add_string(line, arg ? (const char *)(uintptr_t)arg : "", 64);
		return true;
	}
	return dlab_line_add_object(line, parameter, arg);
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
	if (strncmp(name, "dma_map_", 8) == 0)
		return NAMED_MAPPING;
	return strcmp(name, "kmem_cache_create") == 0 ? NAMED_CACHE : NAMED_MEMORY;
}

/* Without a name where there are no more: then it is told from what lies nearest. */
static struct named *add_target(struct line *line, const char *name, const char *letters,
				const u64 *args)
{
	const void *first = (const void *)(uintptr_t)args[0];
	const struct named *from = *letters == 'o' ? dlab_name_by_key(NAMED_POOL, first) :
				   *letters == 'c' ? dlab_name_by_key(NAMED_CACHE, first) : NULL;
	struct named *n = dlab_name_new(kind_made_by(name));

	if (!n)
		return NULL;
	n->dev = *letters == 'd' ? first : from ? from->dev : NULL;
	n->size = n->kind == NAMED_POOL ? args[2] : n->kind == NAMED_CACHE ? args[1] :
		  from ? from->size : 0;
	if (n->kind == NAMED_POOL)
		n->dev = (const void *)(uintptr_t)args[1];
	n->pageless = is_pageless(name);
	dlab_line_add_name(line, n);
	dlab_line_add(line, " = ");
	return n;
}

void dlab_record_open_line(const struct line *line, bool unwritten)
{
	if (!dlab_file_has_room())
		return;
	dlab_rec.open = *line;
	dlab_rec.unwritten = unwritten;
	dlab_mine.serial = dlab_rec.serial;
	if (!unwritten)
		dlab_file_write(NULL);
}

static void statement(const char *name, const char *parameters, const u64 *args, bool unwritten)
{
	bool makes = *parameters == '=', ok = true;
	const char *letters = parameters + makes;
	const struct device *dev = *letters == 'd' ? (void *)(uintptr_t)args[0] : NULL;
	struct named *made = NULL;
	struct line line = { .len = 0 };

	prepare(name, letters, args);
	if (dlab_rec.lab && makes)
		made = add_target(&line, name, letters, args);
	if (!dlab_rec.lab)
		return;
	dlab_line_add(&line, "%s(", name);
	for (unsigned i = 0; letters[i] && ok; i++) {
		dlab_line_add(&line, "%s", i ? ", " : "");
		ok = add_arg(&line, letters[i], args[i], dev);
	}
	dlab_line_add(&line, ")");
	if (!ok || line.too_long) {
		line = (struct line){ .len = 0 };
		dlab_line_add(&line, "# %s(), with what a trace cannot name", name);
		dlab_rec.is_comment = true;
		if (made)
			dlab_name_reuse(made);
		made = NULL;
	}
	dlab_record_open_line(&line, unwritten);
	if (!dlab_rec.lab)
		return;
	dlab_rec.makes = dlab_mine.makes = made;
	dlab_rec.made_nameless = makes && !made && !dlab_rec.is_comment;
	dlab_mine.number = dlab_rec.number;
	if (!strstr(name, "free") && !strstr(name, "unmap") && !strstr(name, "realloc") &&
	    !strstr(name, "destroy"))
		return;
	for (unsigned i = 0; letters[i] && dlab_rec.lab; i++)
		dlab_name_release(name, letters[i], args[i], dev);
}

void dlab_record_call(const char *name, const char *parameters, const u64 *args)
{
	bool if_drawn = *parameters == '?';

	parameters += if_drawn;
	if (!dlab_record_enter_statement())
		return;
	dlab_mine.foreign = !dlab_name_is_ours(parameters + (*parameters == '='), args);
	if (!dlab_mine.foreign) {
		dlab_record_close_line();
		statement(name, parameters, args, if_drawn);
	}
	dlab_record_leave();
}

void dlab_record_absent(const char *name)
{
	struct line line = { .len = 0 };
	bool known = false;

	if (!dlab_record_enter_statement())
		return;
	dlab_mine.foreign = false;
	for (unsigned i = 0; i < dlab_rec.nr_absent; i++)
		known |= dlab_rec.absent[i] == name;
	if (!known && dlab_rec.nr_absent < sizeof(dlab_rec.absent) / sizeof(dlab_rec.absent[0]))
		dlab_rec.absent[dlab_rec.nr_absent++] = name;
	dlab_record_close_line();
	dlab_rec.is_comment = true;
	dlab_line_add(&line, "# %s() is no call of a trace", name);
	dlab_record_open_line(&line, known);
	dlab_record_leave();
}

/* A byte that is repeated, or text. Other values report what any value reports. */
static void add_value(struct line *line, const u8 *bytes, size_t len)
{
	bool text = len <= 32;

	if (dlab_of(bytes))
		return;
	if (memcmp(bytes, bytes + 1, len - 1) == 0) {
		dlab_line_add(line, ", 0x%x", bytes[0]);
		return;
	}
	for (size_t i = 0; i < len && text; i++)
		text = isprint(bytes[i]);
	if (!text)
		return;
	dlab_line_add(line, ", ");
	dlab_line_add_string(line, (const char *)bytes, len);
}

static void add_access(struct line *line, const struct record_access *a)
{
	dlab_line_add(line, "%s(", a->name);
	if (a->device) {
		dlab_line_add_object(line, 'd', (uintptr_t)a->dev);
		dlab_line_add(line, ", ");
		dlab_line_add_dma(line, a->at, a->dev);
	} else {
		dlab_line_add_cpu(line, (const void *)(uintptr_t)a->at);
	}
	dlab_line_add(line, ", ");
	dlab_line_add_number(line, a->len);
	if (a->out)
		add_value(line, a->out, a->len);
	dlab_line_add(line, ")");
}

static void access_statement(const struct record_access *a)
{
	struct line line = { .len = 0 };

	if (a->device) {
		const u64 dev = (uintptr_t)a->dev;

		prepare(a->name, "d", &dev);
	}
	if (!dlab_rec.lab)
		return;
	/* Of so many bytes, what is stored may not be there: the call looks at the address first. */
	if (a->len > MAX_ACCESS || (a->device && !dlab_name_by_key(NAMED_DEVICE, a->dev))) {
		dlab_line_add(&line, "# %s(), of %zu bytes, which a trace does not do", a->name,
			      a->len);
		dlab_rec.is_comment = true;
	} else {
		add_access(&line, a);
	}
	dlab_record_open_line(&line, false);
}

/* The CPU's own memory is no business of the machine. */
void dlab_record_access(const struct record_access *a)
{
	if (!a->len || !dlab_record_enter_statement())
		return;
	dlab_mine.foreign = a->device ? !dlab_name_is_ours("d", &(const u64){ (uintptr_t)a->dev }) :
				   dlab_of((const void *)(uintptr_t)a->at) != dlab_rec.lab;
	if (!dlab_mine.foreign) {
		dlab_record_close_line();
		access_statement(a);
	}
	dlab_record_leave();
}
