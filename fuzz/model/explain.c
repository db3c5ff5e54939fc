// SPDX-License-Identifier: MIT
/*
 * Why the model disagrees: for what it predicted and for what was reported, the byte, the state of
 * its line, the objects there and whose they are, and the rule.
 */
#include "inside.h"

static const char *const kinds[] = {
	[COHERENT] = "coherent memory", [HANDLE] = "memory of a cookie",
	[NONCOHERENT] = "noncoherent memory", [NONCONTIGUOUS] = "noncontiguous memory",
	[MAPPING] = "mapping", [POOL_BLOCK] = "block of a pool",
	[POOL_MEMORY] = "memory of a pool", [KMALLOCED] = "kmalloc() memory",
	[CACHE_OBJECT] = "object of a kmem_cache", [DEVM_OBJECT] = "devm_kmalloc() memory",
	[PAGE_BLOCK] = "pages", [EXACT_BLOCK] = "exact pages",
};

static const char *const directions[] = { "bidirectional", "to the device", "from the device" };

void model_sees(const struct model *m, struct expect *e, size_t at)
{
	const struct unit *u;
	u64 bit = 1ull << at % UNIT;

	e->saw = (struct sight){ .at = MODEL_NOWHERE };
	if (at >= m->ram)
		return;
	u = unit_at(m, at);
	e->saw = (struct sight){
		.at = at, .cpu_only = u->cpu & bit, .hidden = u->dev & bit,
		.by_device = u->by_device & bit, .dirty = u->dirty & bit,
		.present = u->present & bit, .unwritten = u->never & bit,
	};
}

/* ------------------------------------------------------------------- objects */

static void print_owner(const struct model *m, const struct object *o, size_t at, FILE *to)
{
	size_t first = at - o->at;

	if (!o->live)
		fprintf(to, ", released");
	else if (moves_by_sync(o) && at != MODEL_NOWHERE && first < o->size)
		fprintf(to, ", byte %zu is the %s's", first,
			owner_is(m, o, first, 1, true) ? "device" : "CPU");
	else if (moves_by_sync(o) && owner_is(m, o, 0, o->size, true))
		fprintf(to, ", the device's");
	else if (moves_by_sync(o) && owner_is(m, o, 0, o->size, false))
		fprintf(to, ", the CPU's");
	else if (moves_by_sync(o))
		fprintf(to, ", the device's in part");
}

static void print_object(const struct model *m, const struct object *o, size_t at, FILE *to)
{
	fprintf(to, "    object: %s", kinds[o->kind]);
	if (o->device >= 0)
		fprintf(to, " of d%d", o->device);
	if (o->at != NOWHERE)
		fprintf(to, " at ram+0x%zx", o->at);
	fprintf(to, ", %zu bytes", o->size);
	if (!is_plain(o))
		fprintf(to, ", DMA address 0x%llx", (unsigned long long)o->dma);
	if (moves_by_sync(o) && good_direction(o->dir))
		fprintf(to, ", %s", directions[o->dir]);
	if (o->list)
		fprintf(to, ", entry %u of %d of a list", o->entry, o->nents);
	print_owner(m, o, at, to);
	fprintf(to, "\n");
}

static void print_objects_at(const struct model *m, size_t at, const struct object *but, FILE *to)
{
	const struct object *o;
	unsigned nr = but != NULL;

	for_each_near(o, m, by_ram, at, 1) {
		size_t size = o->room > o->size ? o->room : o->size;

		if (o == but || at < o->at || at - o->at >= size)
			continue;
		print_object(m, o, at, to);
		nr++;
	}
	if (!nr)
		fprintf(to, "    object: none there\n");
}

/* --------------------------------------------------------------------- lines */

static void print_sight(const struct model *m, const struct sight *saw, const char *when, FILE *to)
{
	size_t start = saw->at & -m->line;

	fprintf(to, "    byte: ram+0x%zx, of the line 0x%zx..0x%zx; %s:", saw->at, start,
		start + m->line - 1, when);
	fprintf(to, " %s%s", saw->dirty ? "dirty" : saw->present ? "in the cache" : "not cached",
		saw->cpu_only ? ", the CPU's store may not be in memory" : "");
	fprintf(to, "%s, last stored by the %s%s\n",
		saw->hidden ? ", the cache may hide what memory has" : "",
		saw->by_device ? "device" : "CPU",
		saw->unwritten ? " before it was allocated" : "");
}

/* Where the call or access begins, by its pointer or through what is mapped there. */
static size_t place_of_call(const struct model *m, const struct call *c)
{
	const struct object *o;
	u64 place;
	size_t at;

	if (model_view(m, c->cpu, &at) != NO_VIEW)
		return at;
	if (!is_device(m, c->device))
		return MODEL_NOWHERE;
	place = model_call_place(m, c);
	for_each_near(o, m, by_place, place, 1)
		if (holds(o, place, 1) && o->at != NOWHERE)
			return o->at + (place - o->place);
	return model_place_to_ram(m, place);
}

/* ---------------------------------------------------------------------- sides */

static void print_rule(const char *check, const struct rule *rule, FILE *to)
{
	if (check && rule)
		fprintf(to, "    rule: %s:%d, %s(), after docs/checks/%s.md\n", rule->file,
			rule->line, rule->function, check);
}

static void print_predicted(const struct model *m, const struct expect *e, FILE *to)
{
	const struct object *about = e->about ? &m->object[e->about - 1] : NULL;

	fprintf(to, "  the model says:   ");
	if (e->check)
		fprintf(to, "%s%s%s, %u time(s)", e->check, e->or_check ? " or " : "",
			e->or_check ? *e->or_check ? e->or_check : "nothing" : "", e->times);
	else
		fprintf(to, "no report");
	if (e->second)
		fprintf(to, ", then %s", e->second);
	if (e->bytes)
		fprintf(to, ", %zu bytes within %zu", e->bytes, e->span);
	for (unsigned i = 0; i < e->nr_found; i++)
		fprintf(to, ", and %s about what was stored", e->found[i]);
	fprintf(to, "%s%s\n", e->wrong ? "; result: " : "", e->wrong ? e->wrong : "");
	print_rule(e->check, e->rule, to);
	if (e->nr_found)
		print_rule(e->found[0], e->found_rule, to);
	if (e->saw.at != MODEL_NOWHERE)
		print_sight(m, &e->saw, "when it was judged", to);
	if (about)
		print_object(m, about, e->saw.at, to);
	if (e->saw.at != MODEL_NOWHERE)
		print_objects_at(m, e->saw.at, about, to);
}

static void print_remarks(const struct remark *r, unsigned nr, const char *what, FILE *to)
{
	for (unsigned i = 0; i < nr && i < MAX_REMARKS; i++) {
		fprintf(to, "%s%s", r[i].check, what);
		if (r[i].bytes)
			fprintf(to, ", bytes %zu..%zu of the object, %zu of them", r[i].first,
				r[i].last, r[i].bytes);
		fprintf(to, "; ");
	}
}

static void print_drawn(const struct model *m, const struct call *c, const struct outcome *o,
			FILE *to)
{
	struct expect now = { 0 };
	size_t at = place_of_call(m, c);

	fprintf(to, "  the library says: ");
	print_remarks(o->remark, o->nr_remarks, "", to);
	print_remarks(o->found, o->nr_found, " about what was stored", to);
	fprintf(to, "%u report(s)\n", o->nr_remarks + o->nr_found);
	if (at == MODEL_NOWHERE) {
		fprintf(to, "    byte: none of this machine's RAM\n");
		return;
	}
	model_sees(m, &now, at);
	print_sight(m, &now.saw, "after the call", to);
	print_objects_at(m, at, NULL, to);
}

void model_explain(const struct model *m, const struct call *c, const struct expect *e,
		   const struct outcome *o, const char *why, FILE *to)
{
	fprintf(to, "The last call is not as the model says: %s.\n", why);
	print_predicted(m, e, to);
	print_drawn(m, c, o, to);
}
