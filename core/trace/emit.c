/* SPDX-License-Identifier: MIT */
/*
 * A trace as a C program against the public headers. Most calls are written as they
 * stand; a template says how the others are: $ is what the statement makes, %0 to %9
 * are its arguments, # the name of a device.
 */
#include "trace/emit.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *call, *c;
} templates[] = {
	{ "device", "$ = dmalab_device_new(machine, #)" },
	{ "foreign_device", "$ = calloc(1, sizeof(*$))" },
	{ "use_machine", "use_machine(&machine, &config, %0)" },
	{ "device_free", "dmalab_device_free(%0)" },
	{ "set_coherent", "if (%0) %0->dma_coherent |= %1 != 0" },
	{ "set_snooping", "dmalab_device_set_snooping(%0, %1 != 0)" },
	{ "clear_dma_mask", "if (%0) %0->dma_mask = NULL" },
	{ "clear_coherent_dma_mask", "if (%0) %0->coherent_dma_mask = 0" },
	{ "poke_dma_mask", "if (%0 && %0->dma_mask) *%0->dma_mask = %1" },
	{ "poke_coherent_dma_mask", "if (%0) %0->coherent_dma_mask = %1" },
	{ "set_bus_dma_limit", "if (%0) %0->bus_dma_limit = %1" },
	{ "dma_alloc_coherent", "$.cpu = dma_alloc_coherent(%0, %1, &$.dma, %2)" },
	{ "dma_alloc_wc", "$.cpu = dma_alloc_wc(%0, %1, &$.dma, %2)" },
	{ "dma_alloc_attrs", "$.cpu = dma_alloc_attrs(%0, %1, &$.dma, %2, %3)" },
	{ "dma_alloc_noncoherent", "$.cpu = dma_alloc_noncoherent(%0, %1, &$.dma, %2, %3)" },
	{ "dma_alloc_pages", "$.cpu = pages_address(dma_alloc_pages(%0, %1, &$.dma, %2, %3))" },
	{ "alloc_pages", "$.cpu = pages_address(alloc_pages(%0, %1))" },
	{ "__get_free_pages", "$.cpu = (void *)__get_free_pages(%0, %1)" },
	{ "free_pages", "free_pages((unsigned long)%0, %1)" },
	{ "virt_to_page", "(void)virt_to_page(%0)" },
	{ "vmap", "$.cpu = view_of(%0, %1, %2, %3)" },
	{ "stack", "$.cpu = alloca(%0)" },
	{ "global", "$.cpu = a_global" },
	{ "rodata", "$.cpu = (void *)a_constant" },
	{ "heap", "$.cpu = calloc(1, %0)" },
	{ "dma_pool_alloc", "$.cpu = dma_pool_alloc(%0, %1, &$.dma)" },
	{ "dma_pool_zalloc", "$.cpu = dma_pool_zalloc(%0, %1, &$.dma)" },
	{ "dmam_alloc_coherent", "$.cpu = dmam_alloc_coherent(%0, %1, &$.dma, %2)" },
	{ "dmam_alloc_attrs", "$.cpu = dmam_alloc_attrs(%0, %1, &$.dma, %2, %3)" },
	{ "kmem_cache_create", "$ = kmem_cache_create(%0, %1, %2, %3, NULL)" },
	{ "user_area", "$ = user_area(%0, %1, (unsigned long)%2)" },
	{ "dma_get_sgtable", "$ = calloc(1, sizeof(*$)); dma_get_sgtable(%0, $, %1, %2, %3)" },
	{ "dma_get_sgtable_attrs",
	  "$ = calloc(1, sizeof(*$)); dma_get_sgtable_attrs(%0, $, %1, %2, %3, %4)" },
	{ "sg_table", "$ = own_table(%0, %1, %2, %3, %4)" },
	{ "sg_set_nents", "%0->orig_nents = %1" },
	{ "cpu_load", "plain_load(%0, %1)" },
	{ "cpu_store", "plain_store(%0, %1, ^)" },
	{ "evict", "dmalab_cache_evict(%0, %1)" },
	{ "fill", "dmalab_cache_fill(%0, %1)" },
	{ "irq_enter", "dmalab_irq_enter()" },
	{ "irq_exit", "dmalab_irq_exit()" },
	{ "softirq_enter", "dmalab_softirq_enter()" },
	{ "softirq_exit", "dmalab_softirq_exit()" },
	{ "spinlock", "spin_lock_init(&$.lock)" },
	{ "local_irq_save", "local_irq_save(%0.flags)" },
	{ "local_irq_restore", "local_irq_restore(%0.flags)" },
	{ "spin_trylock", "$ = spin_trylock(&%0.lock)" },
	{ "spin_lock_irq", "spin_lock_irq(&%0.lock)" },
	{ "spin_unlock_irq", "spin_unlock_irq(&%0.lock)" },
	{ "mutex_lock_unlock", "mutex_lock(&a_mutex); mutex_unlock(&a_mutex)" },
	{ "fail_every", "dmalab_machine_fail_every(machine, %0)" },
	{ "spin_lock", "spin_lock(&%0.lock)" },
	{ "spin_unlock", "spin_unlock(&%0.lock)" },
	{ "spin_lock_bh", "spin_lock_bh(&%0.lock)" },
	{ "spin_unlock_bh", "spin_unlock_bh(&%0.lock)" },
	{ "spin_lock_irqsave", "spin_lock_irqsave(&%0.lock, %0.flags)" },
	{ "spin_unlock_irqrestore", "spin_unlock_irqrestore(&%0.lock, %0.flags)" },
	{ "fail_nth", "dmalab_machine_fail_nth(machine, %0)" },
};

static const char prelude[] =
	"#include <alloca.h>\n"
	"#include <dmalab.h>\n"
	"#include <linux/dma-map-ops.h>\n"
	"#include <linux/dma-mapping.h>\n"
	"#include <linux/dmapool.h>\n"
	"#include <linux/interrupt.h>\n"
	"#include <linux/kernel.h>\n"
	"#include <linux/mm.h>\n"
	"#include <linux/mutex.h>\n"
	"#include <linux/preempt.h>\n"
	"#include <linux/scatterlist.h>\n"
	"#include <linux/slab.h>\n"
	"#include <linux/spinlock.h>\n"
	"#include <linux/vmalloc.h>\n"
	"#include <stdarg.h>\n"
	"#include <stdio.h>\n"
	"#include <stdlib.h>\n"
	"#include <string.h>\n"
	"#include <sys/mman.h>\n"
	"\n"
	"struct memory { void *cpu; dma_addr_t dma; };\n"
	"struct lock { spinlock_t lock; unsigned long flags; };\n"
	"\n"
	"static unsigned line; /* of the trace */\n"
	"static unsigned char buf[1 << 20], filler;\n"
	"static __attribute__((unused)) unsigned char a_global[4096];\n"
	"static __attribute__((unused)) const unsigned char a_constant[4096] = \"constant\";\n"
	"static __attribute__((unused)) struct mutex a_mutex;\n"
	"static struct dmalab_machine *machines[2];\n"
	"\n"
	"static void on_report(const struct dmalab_report *report, void *context)\n"
	"{\n"
	"\t(void)context;\n"
	"\tprintf(\"%u: %s\\n\", line, report->check);\n"
	"}\n"
	"\n"
	"/* The second machine is like the first one. */\n"
	"static inline void use_machine(struct dmalab_machine **machine,\n"
	"\t\t\t       const struct dmalab_config *config, unsigned number)\n"
	"{\n"
	"\tif (!machines[number]) {\n"
	"\t\tmachines[number] = dmalab_machine_new(config);\n"
	"\t\tif (!machines[number])\n"
	"\t\t\texit(2);\n"
	"\t\tdmalab_set_report_handler(machines[number], on_report, NULL);\n"
	"\t}\n"
	"\t*machine = machines[number];\n"
	"\tdmalab_machine_set_current(*machine);\n"
	"}\n"
	"\n"
	"static inline void *pages_address(struct page *page)\n"
	"{\n"
	"\treturn page ? page_address(page) : NULL;\n"
	"}\n"
	"\n"
	"static inline void *view_of(struct page *page, unsigned count, unsigned long flags,\n"
	"\t\t\t    pgprot_t prot)\n"
	"{\n"
	"\tstruct page **pages = calloc(count + 1, sizeof(*pages));\n"
	"\tvoid *view;\n"
	"\n"
	"\tfor (unsigned i = 0; pages && i < count; i++)\n"
	"\t\tpages[i] = page ? page + i : NULL;\n"
	"\tview = pages ? vmap(pages, count, flags, prot) : NULL;\n"
	"\tfree(pages);\n"
	"\treturn view;\n"
	"}\n"
	"\n"
	"static inline struct scatterlist *segment(struct sg_table *list, unsigned i)\n"
	"{\n"
	"\tstruct scatterlist *sg = list->sgl;\n"
	"\n"
	"\twhile (i--)\n"
	"\t\tsg = sg_next(sg);\n"
	"\treturn sg;\n"
	"}\n"
	"\n"
	"/* A driver's own, so that nothing makes its allocation fail. */\n"
	"static inline struct sg_table *new_list(unsigned nents)\n"
	"{\n"
	"\tstruct sg_table *list = calloc(1, sizeof(*list));\n"
	"\tstruct scatterlist *sgl = calloc(nents, sizeof(*sgl));\n"
	"\n"
	"\tif (!list || !sgl)\n"
	"\t\texit(2);\n"
	"\tsg_init_table(sgl, nents);\n"
	"\t*list = (struct sg_table){ .sgl = sgl, .nents = nents, .orig_nents = nents };\n"
	"\treturn list;\n"
	"}\n"
	"\n"
	"static inline struct sg_table *own_table(struct page *page, dma_addr_t dma, unsigned length,\n"
	"\t\t\t\t\t unsigned nents, unsigned offset)\n"
	"{\n"
	"\tstruct sg_table *list = new_list(1);\n"
	"\n"
	"\tsg_set_page(list->sgl, page, length, offset);\n"
	"\tsg_dma_address(list->sgl) = dma;\n"
	"\tsg_dma_len(list->sgl) = length;\n"
	"\tlist->nents = list->orig_nents = nents;\n"
	"\treturn list;\n"
	"}\n"
	"\n"
	"/* Addresses of this process, at which there is nothing yet. */\n"
	"static inline struct vm_area_struct *user_area(unsigned long pages, unsigned long offset,\n"
	"\t\t\t\t\t       unsigned long long at)\n"
	"{\n"
	"\tstruct vm_area_struct *area = calloc(1, sizeof(*area));\n"
	"\tvoid *reserved = mmap(NULL, 8 * PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);\n"
	"\n"
	"\tif (!area || reserved == MAP_FAILED)\n"
	"\t\texit(2);\n"
	"\tarea->vm_start = at < PAGE_SIZE ? (unsigned long)reserved + at : at;\n"
	"\tarea->vm_end = area->vm_start + pages * PAGE_SIZE;\n"
	"\tarea->vm_pgoff = offset;\n"
	"\treturn area;\n"
	"}\n"
	"\n"
	"static inline struct sg_table *sg_list(unsigned nents, ...)\n"
	"{\n"
	"\tstruct sg_table *list = new_list(nents);\n"
	"\tstruct scatterlist *sg;\n"
	"\tunsigned i;\n"
	"\tva_list args;\n"
	"\n"
	"\tva_start(args, nents);\n"
	"\tfor_each_sgtable_sg(list, sg, i) {\n"
	"\t\tvoid *p = va_arg(args, void *);\n"
	"\n"
	"\t\tsg_set_buf(sg, p, va_arg(args, unsigned long long));\n"
	"\t}\n"
	"\tva_end(args);\n"
	"\treturn list;\n"
	"}\n"
	"\n"
	"/* Through a plain pointer, -1: other bytes. */\n"
	"static inline void plain_store(void *p, size_t len, int value)\n"
	"{\n"
	"\tvolatile unsigned char *bytes = p;\n"
	"\n"
	"\tfor (size_t i = 0; i < len; i++)\n"
	"\t\tbytes[i] = value < 0 ? ~bytes[i] : value;\n"
	"}\n"
	"\n"
	"static inline void plain_load(const void *p, size_t len)\n"
	"{\n"
	"\tmemcpy(buf, p, len);\n"
	"}\n"
	"\n"
	"/* What to store: a string, a byte, or (-1) another byte each time. */\n"
	"static inline void *bytes(size_t len, const char *text, int value)\n"
	"{\n"
	"\tfiller = filler == 0xff ? 1 : filler + 1;\n"
	"\tfor (size_t i = 0; i < len; i++)\n"
	"\t\tbuf[i] = text ? text[i % (*text ? strlen(text) : 1)] :\n"
	"\t\t\t value >= 0 ? value : filler;\n"
	"\treturn buf;\n"
	"}\n\n";

/* Nobody sees a plain load: what it should have loaded is compared here. */
static const char plain_prelude[] =
	"static unsigned char seen[1 << 20];\n"
	"static unsigned wrong_values;\n"
	"\n"
	"static inline void compare(const void *wanted, size_t len)\n"
	"{\n"
	"\tif (memcmp(seen, wanted, len) == 0)\n"
	"\t\treturn;\n"
	"\twrong_values++;\n"
	"\tfprintf(stderr, \"%u: the CPU loads another value\\n\", line);\n"
	"}\n\n";

static const char *template_of(const struct call_type *call)
{
	for (size_t i = 0; i < sizeof(templates) / sizeof(templates[0]); i++)
		if (strcmp(templates[i].call, call->name) == 0)
			return templates[i].c;
	return NULL;
}

/* A name of the trace may be a word of C, or a function. */
static void emit_name(const struct emitter *e, u32 index)
{
	static const char *const taken[] = {
		"auto", "break", "case", "char", "const", "continue", "default", "do", "double",
		"else", "enum", "extern", "float", "for", "goto", "if", "inline", "int", "long",
		"register", "restrict", "return", "short", "signed", "sizeof", "static", "struct",
		"switch", "typedef", "union", "unsigned", "void", "volatile", "while", "main",
		"line", "buf", "filler", "bytes", "segment", "machine", "config", "argc", "argv",
		"a_global", "a_constant", "memory", "printf", "key", "snprintf", "strstr", "strlen",
		"calloc", "alloca", "virt_to_phys", "page_address", "pages_address", "on_report",
		"plain_store", "plain_load", "view_of", "seen", "compare", "wrong_values", "memcmp", "memcpy",
		"fprintf", "machines", "use_machine", "own_table", "new_list", "user_area", "a_mutex", "exit", "mmap",
	};
	const char *name = e->t->names[index].text;
	bool clash = call_find(name, strlen(name)) || name[0] == '_' || isupper((unsigned char)*name);

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		clash |= strcmp(name, taken[i]) == 0;
	fprintf(e->to, "%s%s", name, clash ? "_of_trace" : "");
}

void emit_string(const char *s, FILE *to)
{
	fputc('"', to);
	for (; *s; s++)
		fprintf(to, isalnum((unsigned char)*s) || *s == ' ' ? "%c" : "\\%03o",
			(unsigned char)*s);
	fputc('"', to);
}

static void emit_object(const struct emitter *e, const struct arg *a)
{
	FILE *to = e->to;
	bool address = a->field == FIELD_CPU;

	if (a->field == FIELD_PAGE)
		fputs("virt_to_page(", to);
	else if (a->field == FIELD_PHYS)
		fputs("virt_to_phys(", to);
	else if (address && a->offset)
		fputs("((char *)", to);
	if (a->has_element)
		fputs(a->field == FIELD_LEN ? "sg_dma_len(segment(" : "sg_dma_address(segment(", to);
	emit_name(e, a->object);
	if (a->has_element)
		fprintf(to, ", %u))", a->element);
	else if (a->field == FIELD_CPU || a->field == FIELD_PAGE || a->field == FIELD_PHYS)
		fputs(".cpu", to);
	else if (a->field == FIELD_DMA)
		fputs(".dma", to);
	else if (a->field == FIELD_SGL)
		fputs("->sgl", to);
	if (a->field == FIELD_PAGE || a->field == FIELD_PHYS)
		fputc(')', to);
	if (a->offset)
		fprintf(to, " %c %llu%s", a->offset < 0 ? '-' : '+',
			(unsigned long long)(a->offset < 0 ? -(u64)a->offset : (u64)a->offset),
			address ? ")" : "");
}

void emit_arg(const struct emitter *e, const struct arg *a, char parameter)
{
	FILE *to = e->to;

	switch (a->kind) {
	case ARG_NUMBER:
		/* A pointer may be any number, and so may a direction. */
		fprintf(to, a->hex ? "%s0x%llx" : "%s%llu", parameter == 'p' ? "(void *)" : "",
			(unsigned long long)a->number);
		if (strchr("zah", parameter))
			fputs("ull", to);
		break;
	case ARG_BITS:
		fprintf(to, "DMA_BIT_MASK(%llu)", (unsigned long long)a->number);
		break;
	case ARG_WORDS:
		for (unsigned i = 0; i < a->nr_words; i++)
			fprintf(to, "%s%s", i ? " | " : "", words[a->words[i]].name);
		break;
	case ARG_STRING:
		emit_string(a->string, to);
		break;
	case ARG_OBJECT:
		emit_object(e, a);
		break;
	}
}

static char parameter_of(const struct call_type *call, unsigned i)
{
	bool optional;

	return call_parameter(call, i, &optional);
}

static void emit_args(const struct emitter *e, const struct statement *s)
{
	for (unsigned i = 0; i < s->nr_args; i++) {
		fputs(i ? ", " : "", e->to);
		emit_arg(e, &s->args[i], parameter_of(s->call, i));
	}
}

/* Into @none what nobody named. */
static void emit_target(const struct emitter *e, const struct statement *s)
{
	if (s->has_target)
		emit_name(e, s->target);
	else
		fprintf(e->to, "unnamed_%s", object_kind_names[s->call->makes]);
}

static void emit_template(const struct emitter *e, const struct statement *s, const char *c)
{
	FILE *to = e->to;

	for (; *c; c++) {
		if (*c == '$') {
			emit_target(e, s);
		} else if (*c == '^') {
			fputs(s->nr_args > 2 ? "(int)(" : "-1", to);
			if (s->nr_args > 2) {
				emit_arg(e, &s->args[2], 'z');
				fputs(" & 0xff)", to);
			}
		} else if (*c == '#') {
			if (s->nr_args)
				emit_arg(e, &s->args[0], 'S');
			else
				emit_string(s->has_target ? e->t->names[s->target].text : "device", to);
		} else if (*c == '%') {
			unsigned i = *++c - '0';

			/* What was left out is 0. */
			if (i < s->nr_args)
				emit_arg(e, &s->args[i], parameter_of(s->call, i));
			else
				fputc('0', to);
		} else {
			fputc(*c, to);
		}
	}
}

static void emit_statement(const struct emitter *e, const struct statement *s)
{
	FILE *to = e->to;
	const char *c = template_of(s->call);

	fprintf(to, "\tline = %u; ", s->line);
	if (emit_access(e, s)) {
		/* done */
	} else if (c) {
		emit_template(e, s, c);
	} else if (strcmp(s->call->name, "sg_list") == 0) {
		emit_target(e, s);
		fprintf(to, " = sg_list(%u, ", s->nr_args / 2);
		emit_args(e, s);
		fputc(')', to);
	} else {
		if (s->call->makes >= 0) {
			emit_target(e, s);
			fputs(s->call->makes == OBJECT_MEMORY ? ".cpu = " :
			      s->call->makes == OBJECT_MAPPING ? ".dma = " : " = ", to);
		}
		fprintf(to, "%s(", s->call->name);
		emit_args(e, s);
		fputc(')', to);
	}
	fputs(";\n", to);
}

static const char *const c_types[NR_OBJECT_KINDS] = {
	[OBJECT_DEVICE] = "struct device *", [OBJECT_MEMORY] = "struct memory ",
	[OBJECT_MAPPING] = "struct memory ", [OBJECT_LIST] = "struct sg_table *",
	[OBJECT_AREA] = "struct vm_area_struct *",
	[OBJECT_POOL] = "struct dma_pool *", [OBJECT_CACHE] = "struct kmem_cache *", [OBJECT_LOCK] = "struct lock ",
	[OBJECT_NUMBER] = "unsigned long long ", [OBJECT_UNKNOWN] = "int ",
};

/* The last one of several holds. */
static const struct statement *setting(const struct trace *t, const char *name)
{
	for (u32 i = t->nr_statements; i-- > 0;) {
		const struct statement *s = &t->statements[i];

		if (s->call && !s->call->run && strcmp(s->call->name, name) == 0)
			return s;
	}
	return NULL;
}

static const char *directive(const struct trace *t, const char *name, const struct arg **arg)
{
	const struct statement *s = setting(t, name);

	*arg = s ? &s->args[0] : NULL;
	return s ? s->args[0].string : NULL;
}

/* On other machines it does nothing. */
static void emit_profiles(const char *only, FILE *to)
{
	if (!only)
		return;
	fputs("\tchar key[64];\n\n"
	      "\tsnprintf(key, sizeof(key), \",%s,\", config.profile);\n"
	      "\tif (!strstr(\",", to);
	for (; *only; only++)
		if (isalnum((unsigned char)*only) || *only == '-' || *only == ',')
			fputc(*only, to);
	fputs(",\", key))\n\t\treturn 0;\n", to);
}

static void emit_main(struct emitter *e)
{
	const struct trace *t = e->t;
	const char *accesses, *checks;
	const struct arg *arg;
	FILE *to = e->to;

	checks = directive(t, "checks", &arg);
	accesses = directive(t, "accesses", &arg);
	if (!accesses)
		accesses = "explicit";
	fputs("int main(int argc, char **argv)\n{\n", to);
	for (u32 i = 0; i < t->nr_names; i++) {
		fprintf(to, "\tstatic %s", c_types[t->names[i].kind]);
		emit_name(e, i);
		fputs(";\n", to);
	}
	for (int kind = 0; kind < OBJECT_UNKNOWN; kind++)
		fprintf(to, "\tstatic __attribute__((unused)) %sunnamed_%s;\n", c_types[kind],
			object_kind_names[kind]);
	fputs("\tstruct dmalab_config config = {\n"
	      "\t\t.profile = argc > 1 ? argv[1] : \"arm64\", .accesses = ", to);
	emit_string(e->accesses == ACCESSES_TOLD ? accesses : "plain", to);
	fputs(",\n", to);
	if (checks) {
		fputs("\t\t.checks = ", to);
		emit_string(checks, to);
		fputs(",\n", to);
	}
	if (directive(t, "policy", &arg)) {
		fputs("\t\t.cache_policy = ", to);
		emit_string(arg->string, to);
		fputs(",\n", to);
	}
	directive(t, "ram", &arg);
	fprintf(to, "\t\t.ram_size = %lluu,\n\t};\n", arg ? (unsigned long long)arg->number : 4ull << 20);
	emit_profiles(directive(t, "profiles", &arg), to);
	fputs("\tstruct dmalab_machine *machine = dmalab_machine_new(&config);\n\n"
	      "\tif (!machine)\n\t\treturn 2;\n"
	      "\tdmalab_set_report_handler(machine, on_report, NULL);\n"
	      "\tmachines[0] = machine;\n", to);
	for (u32 i = 0; i < t->nr_statements; i++) {
		if (!t->statements[i].call || !t->statements[i].call->run)
			continue;
		emit_statement(e, &t->statements[i]);
		emit_follow(e, &t->statements[i]);
	}
	if (!setting(t, "open_end"))
		fputs("\tline = 0;\n\tfor (unsigned i = 0; i < 2; i++)\n"
		      "\t\tif (machines[i])\n\t\t\tdmalab_machine_free(machines[i]);\n", to);
	fputs(e->accesses == ACCESSES_PLAIN ? "\treturn wrong_values != 0;\n}\n" :
					      "\treturn 0;\n}\n", to);
}

bool trace_emit_c(const struct trace *t, enum accesses accesses, FILE *to)
{
	struct emitter e = { .t = t, .accesses = accesses, .to = to };

	e.told = calloc(t->nr_names + 1, sizeof(*e.told));
	if (!e.told)
		return false;
	fprintf(to, "/* From a trace by dmalab emit-c. Prints the line of the trace and the check for each\n"
		" * report; the argument is the profile (default: arm64). Build:\n"
		" *   cc $(pkg-config --cflags dmalab) trace.c $(pkg-config --libs dmalab)\n */\n%s%s",
		prelude, accesses == ACCESSES_PLAIN ? plain_prelude : "");
	emit_main(&e);
	free(e.told);
	return true;
}
