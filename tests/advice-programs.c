/* SPDX-License-Identifier: MIT */
/*
 * A program has a few buffers, and devices that map parts of them, often the same parts.
 * Mappings, syncs, accesses and unmaps follow each other by lot; each takes what there is,
 * so that nothing but coherency and ownership goes wrong. Buffers are small and start at
 * odd places, so that lines are shared.
 */
#include "advice-programs.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#define MAX_MAPS    6u
#define NR_DEVICES  2u
#define BUFFER      256u

enum { SINGLE, LIST, NONCOHERENT };

struct map {
	bool live;
	int kind;
	unsigned device, number, buffer, start, size, dir;
	bool skip;                   /* unmapped without a sync */
};

struct making {
	bool plain;                  /* the CPU stores through plain pointers */
	struct program *p;
	u64 random;
	struct map maps[MAX_MAPS];
	unsigned nr_made;
};

static const char *const dirs[] = { "DMA_BIDIRECTIONAL", "DMA_TO_DEVICE", "DMA_FROM_DEVICE" };

static u64 next_random(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static unsigned lot(struct making *m, unsigned n)
{
	return next_random(&m->random) % n;
}

__attribute__((format(printf, 2, 3)))
static void add(struct making *m, const char *format, ...)
{
	size_t room = sizeof(m->p->text) - m->p->len;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(m->p->text + m->p->len, room, format, args);
	va_end(args);
	if (n > 0 && (size_t)n < room)
		m->p->len += n;
}

/* A part of @size bytes: all of it, or some, often at a multiple of 4. */
static void part(struct making *m, unsigned size, unsigned *first, unsigned *len)
{
	unsigned grain = lot(m, 3) ? 16 : 4;

	*first = 0;
	*len = size;
	if (!lot(m, 3) || size <= grain)
		return;
	*first = lot(m, size / grain) * grain;
	*len = grain * (1 + lot(m, (size - *first) / grain + 1));
	if (*len > size - *first)
		*len = size - *first;
}

static const char *name_of(const struct map *map, char name[16])
{
	snprintf(name, 16, "%s%u", map->kind == LIST ? "l" : map->kind == SINGLE ? "m" : "n",
		 map->number);
	return name;
}

static struct map *some_map(struct making *m)
{
	struct map *map = &m->maps[lot(m, MAX_MAPS)];

	return map->live ? map : NULL;
}

static void make_map(struct making *m)
{
	struct map *map = &m->maps[lot(m, MAX_MAPS)];
	const char *dir;

	if (map->live)
		return;
	*map = (struct map){
		.live = true, .number = m->nr_made++, .device = lot(m, NR_DEVICES),
		.buffer = lot(m, 2), .dir = lot(m, 4) == 3 ? 1 : lot(m, 3) ? 0 : 2,
		.kind = lot(m, 6) ? SINGLE : 1 + lot(m, 2), .skip = !lot(m, 8),
	};
	dir = dirs[map->dir];
	if (map->kind == NONCOHERENT) {
		map->size = BUFFER;
		add(m, "n%u = dma_alloc_noncoherent(d%u, %u, %s, GFP_KERNEL)\n", map->number,
		    map->device, BUFFER, dir);
		return;
	}
	part(m, BUFFER, &map->start, &map->size);
	if (map->kind == SINGLE) {
		add(m, "m%u = dma_map_single%s(d%u, b%u.cpu + %u, %u, %s%s)\n", map->number,
		    map->skip ? "_attrs" : "", map->device, map->buffer, map->start, map->size, dir,
		    map->skip ? ", DMA_ATTR_SKIP_CPU_SYNC" : "");
		return;
	}
	map->start = 0;
	map->size = 64;
	map->skip = false;
	add(m, "l%u = sg_list(b%u.cpu, 64, b%u.cpu + 128, 32)\n", map->number, map->buffer,
	    map->buffer);
	add(m, "dma_map_sg(d%u, l%u.sgl, 2, %s)\n", map->device, map->number, dir);
}

static void end_map(struct making *m, struct map *map)
{
	const char *dir = dirs[map->dir];

	map->live = false;
	if (map->kind == NONCOHERENT)
		add(m, "dma_free_noncoherent(d%u, %u, n%u.cpu, n%u.dma, %s)\n", map->device, BUFFER,
		    map->number, map->number, dir);
	else if (map->kind == LIST)
		add(m, "dma_unmap_sg(d%u, l%u.sgl, 2, %s)\n", map->device, map->number, dir);
	else
		add(m, "dma_unmap_single%s(d%u, m%u.dma, %u, %s%s)\n", map->skip ? "_attrs" : "",
		    map->device, map->number, map->size, dir,
		    map->skip ? ", DMA_ATTR_SKIP_CPU_SYNC" : "");
}

static void add_sync(struct making *m, const struct map *map)
{
	const char *to = lot(m, 2) ? "for_cpu" : "for_device";
	unsigned first, len;
	char name[16];

	if (map->kind == LIST && lot(m, 4)) {
		add(m, "dma_sync_sg_%s(d%u, l%u.sgl, 2, %s)\n", to, map->device, map->number,
		    dirs[map->dir]);
		return;
	}
	part(m, map->size, &first, &len);
	add(m, "dma_sync_single_%s(d%u, %s%s.dma + %u, %u, %s)\n", to, map->device,
	    name_of(map, name), map->kind == LIST ? "[0]" : "", first, len, dirs[map->dir]);
}

static void add_device(struct making *m, const struct map *map)
{
	bool store = map->dir == 2 || (map->dir != 1 && lot(m, 2));
	unsigned first, len;
	char name[16];

	if (!lot(m, 30))
		store = !store;
	part(m, map->size, &first, &len);
	add(m, "device_%s(d%u, %s%s.dma + %u, %u)\n", store ? "write" : "read", map->device,
	    name_of(map, name), map->kind == LIST ? "[0]" : "", first, len);
}

static void add_cpu(struct making *m)
{
	const struct map *map = some_map(m);
	const char *what = lot(m, 2) ? "read" : m->plain && lot(m, 2) ? "store" : "write";
	unsigned first, len;

	if (map && map->kind == NONCOHERENT) {
		part(m, map->size, &first, &len);
		add(m, "cpu_%s(n%u.cpu + %u, %u)\n", what, map->number, first, len);
		return;
	}
	part(m, map ? map->size : BUFFER, &first, &len);
	add(m, "cpu_%s(b%u.cpu + %u, %u)\n", what, map ? map->buffer : lot(m, 2),
	    first + (map ? map->start : 0), len);
}

static void add_statement(struct making *m)
{
	struct map *map = some_map(m);

	switch (lot(m, 8)) {
	case 0:
		make_map(m);
		break;
	case 1:
		if (map && !lot(m, 3))
			end_map(m, map);
		break;
	case 2:
	case 3:
		if (map)
			add_sync(m, map);
		break;
	case 4:
	case 5:
		if (map)
			add_device(m, map);
		break;
	default:
		add_cpu(m);
	}
}

void program_make(struct program *p, u64 seed)
{
	struct making m = { .p = p, .random = seed };
	unsigned nr;

	p->len = 0;
	m.plain = !lot(&m, 4);
	if (m.plain)
		add(&m, "accesses(\"plain\")\n");
	for (unsigned i = 0; i < NR_DEVICES; i++)
		add(&m, "d%u = device(\"d%u\")\n", i, i);
	/* A device that snoops beside one that does not. */
	if (!lot(&m, 12))
		add(&m, "set_coherent(d1, 1)\n");
	add(&m, "b0 = kzalloc(%u, GFP_KERNEL)\nb1 = kmalloc(%u, GFP_KERNEL)\n", BUFFER, BUFFER);
	make_map(&m);
	nr = 6 + lot(&m, 40);
	for (unsigned i = 0; i < nr; i++)
		add_statement(&m);
	for (unsigned i = 0; i < MAX_MAPS; i++)
		if (m.maps[i].live)
			end_map(&m, &m.maps[i]);
	add(&m, "kfree(b0.cpu)\nkfree(b1.cpu)\n");
}

void program_change(u8 *bytes, size_t len, u64 seed)
{
	unsigned nr = 1 + next_random(&seed) % 8;

	for (unsigned i = 0; i < nr && len > 1; i++)
		bytes[1 + next_random(&seed) % (len - 1)] = next_random(&seed);
}
