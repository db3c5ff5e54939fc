/* SPDX-License-Identifier: MIT */
/* A statement that is right where it stands: about what there is, with what that was made with. */
#include "mutator.h"

#include <string.h>

/* What frees what was made by which call. */
static const struct {
	const char *made, *by;
} releases[] = {
	{ "kmalloc", "kfree" }, { "kzalloc", "kfree" }, { "krealloc", "kfree" },
	{ "kmemdup", "kfree" }, { "alloc_pages", "__free_pages" },
	{ "__get_free_pages", "free_pages" }, { "alloc_pages_exact", "free_pages_exact" },
	{ "vmalloc", "vfree" }, { "vzalloc", "vfree" }, { "vmap", "vunmap" },
	{ "dma_alloc_coherent", "dma_free_coherent" }, { "dma_alloc_attrs", "dma_free_attrs" },
	{ "dma_alloc_wc", "dma_free_wc" }, { "dma_alloc_noncoherent", "dma_free_noncoherent" },
	{ "dma_alloc_pages", "dma_free_pages" },
	{ "dma_alloc_noncontiguous", "dma_free_noncontiguous" },
	{ "dma_vmap_noncontiguous", "dma_vunmap_noncontiguous" },
	{ "dma_map_single", "dma_unmap_single" },
	{ "dma_map_single_attrs", "dma_unmap_single_attrs" },
	{ "dma_map_page", "dma_unmap_page" }, { "dma_map_page_attrs", "dma_unmap_page_attrs" },
	{ "dma_map_phys", "dma_unmap_phys" }, { "dma_map_resource", "dma_unmap_resource" },
	{ "sg_list", "dma_unmap_sg" }, { "dma_pool_create", "dma_pool_destroy" },
	{ "dmam_pool_create", "dmam_pool_destroy" }, { "dma_pool_alloc", "dma_pool_free" },
	{ "dma_pool_zalloc", "dma_pool_free" }, { "dmam_alloc_coherent", "dmam_free_coherent" },
	{ "dmam_alloc_attrs", "dmam_free_coherent" }, { "devm_kmalloc", "devm_kfree" },
	{ "kmem_cache_create", "kmem_cache_destroy" }, { "kmem_cache_alloc", "kmem_cache_free" },
	{ "kmem_cache_zalloc", "kmem_cache_free" }, { "device", "device_free" },
};

const struct call_type *release_of(const struct call_type *made)
{
	for (size_t i = 0; made && i < sizeof(releases) / sizeof(releases[0]); i++)
		if (strcmp(releases[i].made, made->name) == 0)
			return call_find(releases[i].by, strlen(releases[i].by));
	return NULL;
}

/* Edges of lines, slots and pages, and what is too much. */
u64 interesting(struct program *p)
{
	static const u64 values[] = {
		0, 1, 2, 31, 32, 33, 63, 64, 65, 96, 100, 127, 128, 129, 192, 255, 256, 512, 1000, 1514,
		2047, 2048, 2049, 4032, 4095, 4096, 4097, 5000, 8191, 8192, 12288, 16384, 65536, 131072,
		262144, 0x7fffff, 0xffffff, 0x807fff, 0x3fffffff, 0x7fffffff, 0xffffffff, 1ull << 32,
		~0ull, ~0ull - 31,
	};

	return values[below(p, sizeof(values) / sizeof(values[0]))];
}

/* ----------------------------------------------------------------- arguments */

/* An object of the kind that has been made; UINT32_MAX: there is none. */
static u32 some_object(struct program *p, enum object_kind kind)
{
	u32 start = p->nr_names ? below(p, p->nr_names) : 0;

	for (u32 i = 0; i < p->nr_names; i++) {
		u32 object = (start + i) % p->nr_names;

		if (p->names[object].kind == kind && p->made[object])
			return object;
	}
	return UINT32_MAX;
}

static void number(struct arg *a, u64 n)
{
	*a = (struct arg){ .kind = ARG_NUMBER, .number = n };
}

static void word(struct program *p, struct arg *a, char kind)
{
	u8 set[MAX_SET];

	binary_set(kind, set);
	*a = (struct arg){ .kind = ARG_WORDS, .nr_words = 1 };
	a->words[0] = set[below(p, 4) ? 0 : below(p, binary_nr_words(kind))];
}

static void null(struct arg *a)
{
	*a = (struct arg){ .kind = ARG_WORDS, .nr_words = 1 };
	a->words[0] = word_find("NULL", 4);
}

static bool takes(char parameter, enum object_kind kind)
{
	switch (parameter) {
	case 'p':
	case 'P':
	case 'h':
		return kind == OBJECT_MEMORY;
	case 'a':
		return kind == OBJECT_MEMORY || kind == OBJECT_MAPPING;
	case 's':
	case 't':
		return kind == OBJECT_LIST;
	case 'o':
		return kind == OBJECT_POOL;
	case 'c':
		return kind == OBJECT_CACHE;
	case 'l':
		return kind == OBJECT_LOCK;
	case 'u':
		return kind == OBJECT_AREA;
	case 'd':
		return kind == OBJECT_DEVICE;
	}
	return false;
}

/* @object, if the parameter takes it, or another one. */
static bool object_arg(struct program *p, struct arg *a, char parameter, u32 object)
{
	if (object == UINT32_MAX || !takes(parameter, p->names[object].kind)) {
		enum object_kind kind = OBJECT_DEVICE;

		while (kind < OBJECT_UNKNOWN && !takes(parameter, kind))
			kind++;
		if (parameter == 'a' && below(p, 2))
			kind = OBJECT_MAPPING;
		object = some_object(p, kind);
	}
	if (object == UINT32_MAX) {
		if (strchr("lst", parameter))
			return false;
		if (strchr("ah", parameter))
			number(a, below(p, 2) ? 0 : 0xfe000000);
		else
			null(a);
		return true;
	}
	*a = (struct arg){ .kind = ARG_OBJECT, .object = object, .field = binary_field(parameter) };
	if (strchr("pah", parameter) && !below(p, 4))
		a->offset = below(p, 130);
	return true;
}

static bool make_arg(struct program *p, struct statement *s, char parameter, u32 object)
{
	struct arg *a = &s->args[s->nr_args];

	switch (parameter) {
	case 'S':
		*a = (struct arg){ .kind = ARG_STRING, .string = (char *)"full" };
		break;
	case 'z':
		number(a, below(p, 3) ? 1u << below(p, 14) : interesting(p));
		break;
	case 'v':
		number(a, below(p, 256));
		break;
	case 'G':
	case 'V':
	case 'R':
	case 'D':
		word(p, a, parameter);
		break;
	case 'A':
	case 'F':
		number(a, 0);
		break;
	case 'd':
		object = some_object(p, OBJECT_DEVICE);
		__attribute__((fallthrough));
	default:
		if (!object_arg(p, a, parameter, object))
			return false;
	}
	s->nr_args++;
	return true;
}

/* What the objects were made with, unless it is they that are made. */
static void make_right(struct program *p, struct statement *s)
{
	bool optional, about = false;

	for (unsigned i = 0; i < s->nr_args; i++)
		about |= s->args[i].kind == ARG_OBJECT && p->makers[s->args[i].object].device;
	for (unsigned i = 0; i < s->nr_args && about; i++) {
		char parameter = call_parameter(s->call, i, &optional);
		struct same same = { .a = &s->args[i], .parameter = parameter, .last = true };

		if (!strchr("dzDA", parameter))
			continue;
		if (parameter == 'z')
			same.last = call_parameter(s->call, i + 1, &optional) != 'z';
		/* A mapping has its own device, size and direction. */
		if (s->call->makes < 0 || parameter == 'd')
			binary_find_same(&same, s, p->makers, p->first_device);
	}
}

bool generate(struct program *p, u32 at, const struct call_type *call, u32 object)
{
	struct arg args[16];
	struct statement s = { .call = call, .args = args };
	char parameter;
	bool optional;

	program_look(p, at);
	while (s.nr_args < 8 && (parameter = call_parameter(call, s.nr_args, &optional))) {
		/* Pairs of a list, 1 to 4 of them. */
		if (call->parameters[0] == '*' && s.nr_args && s.nr_args % 2 == 0 && below(p, 2))
			break;
		if (optional && strchr("vF", parameter) && below(p, 2))
			break;
		if (!make_arg(p, &s, parameter, object))
			return false;
		/* The other addresses of the call are those of the same object. */
		if (object == UINT32_MAX && args[s.nr_args - 1].kind == ARG_OBJECT &&
		    strchr("pPat", parameter))
			object = args[s.nr_args - 1].object;
	}
	make_right(p, &s);
	if (call->makes >= 0) {
		s.has_target = true;
		s.target = program_name(p, call->makes, below(p, binary_near(call->makes)));
	}
	return program_insert(p, at, &s);
}

/* What programs consist of, and how often. */
static const struct {
	const char *call;
	unsigned weight;
} usual[] = {
	{ "device", 1 }, { "kmalloc", 3 }, { "kzalloc", 2 }, { "alloc_pages", 2 },
	{ "dma_alloc_coherent", 4 }, { "dma_alloc_attrs", 2 }, { "dma_alloc_noncoherent", 4 },
	{ "dma_alloc_pages", 1 }, { "dma_map_single", 6 }, { "dma_map_page", 2 },
	{ "dma_mapping_error", 3 }, { "dma_sync_single_for_cpu", 6 },
	{ "dma_sync_single_for_device", 6 }, { "cpu_read", 5 }, { "cpu_write", 5 },
	{ "cpu_store", 3 }, { "cpu_load", 2 }, { "device_read", 5 }, { "device_write", 5 },
	{ "sg_list", 2 }, { "dma_map_sg", 3 }, { "dma_map_sgtable", 1 }, { "evict", 1 },
	{ "fill", 1 }, { "dma_alloc_noncontiguous", 1 }, { "dma_pool_create", 1 },
	{ "dma_pool_alloc", 3 }, { "kmem_cache_create", 1 }, { "kmem_cache_alloc", 2 },
	{ "vmalloc", 1 },
};

/* One half of the time a usual one, a quarter a release, and otherwise any. */
bool generate_any(struct program *p, u32 at)
{
	unsigned kind = below(p, 4), total = 0, pick;
	u32 object = UINT32_MAX;

	if (kind == 0) {
		program_look(p, at);
		object = some_object(p, below(p, 2) ? OBJECT_MEMORY : OBJECT_MAPPING);
		if (object != UINT32_MAX && release_of(p->made[object]))
			return generate(p, at, release_of(p->made[object]), object);
	}
	if (kind == 1)
		return generate(p, at, &call_types[5 + below(p, nr_call_types - 5)], UINT32_MAX);
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		total += usual[i].weight;
	pick = below(p, total);
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (pick < usual[i].weight)
			return generate(p, at, call_find(usual[i].call, strlen(usual[i].call)), UINT32_MAX);
		pick -= usual[i].weight;
	}
	return false;
}
