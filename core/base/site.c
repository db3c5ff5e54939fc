/* SPDX-License-Identifier: MIT */
/*
 * Places in the program. A return address is looked up when a report is printed
 * and never before: with libdw in the program's debug information, else among its
 * dynamic symbols.
 */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dladdr() */
#endif

#include "base/host.h"
#include "base/site.h"
#include "base/stack.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#ifdef HAVE_LIBDW
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
#endif

__thread const struct dmalab_site *dlab_site_override;

void dmalab_set_site(const struct dmalab_site *site)
{
	dlab_site_override = site;
}

#ifdef HAVE_LIBDW
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static Dwfl *open_self(void)
{
	static char *no_path;
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_linux_proc_find_elf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
		.debuginfo_path = &no_path,
	};
	Dwfl *dwfl = dwfl_begin(&callbacks);

	if (dwfl && (dwfl_linux_proc_report(dwfl, getpid()) || dwfl_report_end(dwfl, NULL, NULL))) {
		dwfl_end(dwfl);
		return NULL;
	}
	return dwfl;
}

static Dwfl *dwfl;

__attribute__((destructor))
static void close_self(void)
{
	dwfl_end(dwfl);
}

/* Clang writes no table of which addresses are whose. */
static Dwarf_Die *unit_of(Dwfl_Module *module, Dwarf_Addr pc, Dwarf_Addr *bias)
{
	Dwarf_Die *unit = dwfl_module_addrdie(module, pc, bias);

	if (unit)
		return unit;
	while ((unit = dwfl_module_nextcu(module, unit, bias)))
		if (dwarf_haspc(unit, pc - *bias) > 0)
			return unit;
	return NULL;
}

/* Where a function was inlined: in the source, and in which other one. */
struct inlined {
	const char *file, *function;
	int line;
};

static bool is_header(const char *file)
{
	size_t len = strlen(file);

	return len > 2 && !strcmp(file + len - 2, ".h");
}

static bool is_function(Dwarf_Die *scope)
{
	return dwarf_tag(scope) == DW_TAG_inlined_subroutine || dwarf_tag(scope) == DW_TAG_subprogram;
}

/* The file and line of the call that @scope is inlined for. */
static void step_out(Dwarf_Die *unit, Dwarf_Die *scope, struct inlined *place)
{
	Dwarf_Word file, line;
	Dwarf_Attribute attribute;
	Dwarf_Files *files;

	if (dwarf_tag(scope) != DW_TAG_inlined_subroutine ||
	    dwarf_formudata(dwarf_attr(scope, DW_AT_call_file, &attribute), &file) ||
	    dwarf_formudata(dwarf_attr(scope, DW_AT_call_line, &attribute), &line) ||
	    dwarf_getsrcfiles(unit, &files, NULL) || !dwarf_filesrc(files, file, NULL, NULL))
		return;
	*place = (struct inlined){ dwarf_filesrc(files, file, NULL, NULL), NULL, line };
}

/*
 * The function as the source has it, also where it is inlined; but an inline function of a
 * header is told by who called it, as a driver's line says more than dma_map_single()'s.
 */
static void find_function(Dwarf_Die *unit, Dwarf_Addr pc, struct inlined *place)
{
	Dwarf_Die *innermost, *scopes;
	int nr = dwarf_getscopes(unit, pc, &innermost);

	if (nr <= 0)
		return;
	/* Of the scope in the code, not in the source, which for an inlined one is elsewhere. */
	nr = dwarf_getscopes_die(&innermost[0], &scopes);
	for (int i = 0; i < nr; i++) {
		if (!is_function(&scopes[i]))
			continue;
		place->function = dwarf_diename(&scopes[i]);
		if (!is_header(place->file) || dwarf_tag(&scopes[i]) == DW_TAG_subprogram)
			break;
		step_out(unit, &scopes[i], place);
	}
	free(innermost);
	if (nr > 0)
		free(scopes);
}

/* The address of the call, not the one after it: it may belong to another line. */
static size_t look_up(uintptr_t address, char *buf, size_t size)
{
	Dwfl_Module *module = dwfl_addrmodule(dwfl, address - 1);
	Dwarf_Addr bias = 0;
	Dwarf_Die *unit = module ? unit_of(module, address - 1, &bias) : NULL;
	Dwarf_Line *line = unit ? dwarf_getsrc_die(unit, address - 1 - bias) : NULL;
	struct inlined place = { .file = line ? dwarf_linesrc(line, NULL, NULL) : NULL };

	if (!place.file)
		return 0;
	dwarf_lineno(line, &place.line);
	find_function(unit, address - 1 - bias, &place);
	if (!place.function)
		place.function = dwfl_module_addrname(module, address - 1);
	return snprintf(buf, size, "%s%s%s:%d", place.function ? place.function : "",
			place.function ? "() " : "", base_name(place.file), place.line);
}

/*
 * A look-up takes some microseconds, and a report names places whether it is printed or not:
 * each is looked up once, as long as no other takes its place here.
 */
#define NR_KNOWN 256

struct place {
	uintptr_t address;
	char text[120];
};

/* libdw takes a hundred KiB of stack and more, of which a thread may have 16. */
static void find_place(void *arg)
{
	static bool tried;
	struct place *place = arg;

	if (!tried)
		dwfl = open_self();
	tried = true;
	if (!dwfl || !look_up(place->address, place->text, sizeof(place->text)))
		place->text[0] = 0;
}

static size_t format_dwarf(uintptr_t address, char *buf, size_t size)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct place known[NR_KNOWN];
	struct place *k;
	size_t len;

	pthread_mutex_lock(&lock);
	k = &known[(address * 0x9e3779b97f4a7c15ull) >> 56];
	if (k->address != address) {
		k->address = address;
		if (!dlab_on_own_stack(find_place, k))
			k->text[0] = 0;
	}
	len = k->text[0] ? snprintf(buf, size, "%s", k->text) : 0;
	pthread_mutex_unlock(&lock);
	return len;
}
#else
static size_t format_dwarf(uintptr_t address, char *buf, size_t size)
{
	(void)address;
	(void)buf;
	(void)size;
	return 0;
}
#endif

size_t dlab_site_format(const struct dmalab_site *site, char *buf, size_t size)
{
	uintptr_t address = (uintptr_t)site->address;
	size_t len;
	Dl_info info;
	KEEP_ERRNO;

	if (site->file)
		return snprintf(buf, size, "%s:%u", site->file, site->line);
	len = format_dwarf(address, buf, size);
	if (len)
		return len;
	if (address && dladdr((void *)(address - 1), &info) && info.dli_sname)
		return snprintf(buf, size, "%s()+0x%lx", info.dli_sname,
				(unsigned long)(address - (uintptr_t)info.dli_saddr));
	if (address && dladdr((void *)(address - 1), &info) && info.dli_fname)
		return snprintf(buf, size, "%s+0x%lx", info.dli_fname,
				(unsigned long)(address - (uintptr_t)info.dli_fbase));
	return snprintf(buf, size, "%p", site->address);
}
