// SPDX-License-Identifier: MIT
/*
 * The oracle: brute force. A state is what a write-back cache and the memory
 * behind it hold of one line:
 *
 *   valid    the line is in the cache
 *   dirty    it is to be written back, all of it
 *   cached   a value for each byte, while valid
 *   memory   a value for each byte
 *
 * and the oracle keeps the set of all states that the machine may be in. After
 * each event the set is closed under what a cache may do on its own, at any time
 * and any number of times: write a dirty line back and keep it, evict a line
 * (writing it back if dirty), and, where the CPU speculates, fill it. Where it
 * does not, only a load or a store of the CPU fills.
 *
 * A load of C is an event that the judge cannot see. Where the CPU speculates it makes no
 * state that the cache could not have reached by itself, and so it is no event at all.
 * Where it does not, the load may leave a line behind, or not, if that was evicted at once.
 * There are two sets then: the one of machines on which such a load leaves nothing
 * (the smaller one), by which reports are judged; and with unseen_fills the one of all
 * machines, which tells what the judge cannot know.
 *
 * Of a machine that bounces there are two states: the one of a machine that does not,
 * where CPU and device look at the same memory (an absent line), and its own, with
 * two copies of the bytes (a valid line: the CPU's, and memory for the device's).
 * Nothing moves but by the calls that copy.
 *
 * There is no cleverness here to be wrong with, and nothing of the library: the
 * maintenance table is a second copy, from the kernel's sources.
 */
#include "proof-oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define C CLEAN
#define I INVALIDATE
#define F FLUSH
#define N NOTHING

/* Directions in the order of the enum: bidirectional, to device, from device. */
const struct rules machines[] = {
	{ "x86",          true,  true,  false, 64,  { { N, N, N }, { N, N, N } }, false, SLIP_NONE },
	{ "arm64",        false, true,  false, 64,  { { C, C, C }, { I, N, I } }, false, SLIP_NONE },
	{ "armv7",        false, true,  false, 64,  { { C, C, I }, { I, N, I } }, false, SLIP_NONE },
	{ "riscv",        false, true,  false, 64,  { { C, C, C }, { I, N, I } }, false, SLIP_NONE },
	{ "mips",         false, true,  false, 32,  { { F, C, I }, { I, N, I } }, false, SLIP_NONE },
	{ "mips-nonspec", false, false, false, 128, { { F, C, I }, { N, N, N } }, false, SLIP_NONE },
	{ "powerpc",      false, true,  false, 32,  { { F, C, I }, { F, C, I } }, false, SLIP_NONE },
	{ "swiotlb",      true,  true,  true,  64,  { { C, C, N }, { I, N, I } }, false, SLIP_NONE },
	{ "iommu",        true,  true,  false, 64,  { { N, N, N }, { N, N, N } }, false, SLIP_NONE },
};

const unsigned nr_machines = sizeof(machines) / sizeof(machines[0]);

const struct rules *rules_find(const char *name)
{
	for (unsigned i = 0; i < nr_machines; i++)
		if (strcmp(machines[i].name, name) == 0)
			return &machines[i];
	return NULL;
}

/* A state in one word: two flags, then four bits a byte, cached before memory. */
#define VALID 1u
#define DIRTY 2u
#define CACHED_SHIFT 2
#define MEMORY_SHIFT (CACHED_SHIFT + 4 * MAX_BYTES)
#define VIEW ((1u << (4 * MAX_BYTES)) - 1)

_Static_assert(MEMORY_SHIFT + 4 * MAX_BYTES <= 32, "a state fits in a word");
_Static_assert(VALUE_STORE + MAX_LENGTH - 1 < 16, "a value fits in four bits");

static uint32_t cached(uint32_t state)
{
	return state >> CACHED_SHIFT & VIEW;
}

static uint32_t memory(uint32_t state)
{
	return state >> MEMORY_SHIFT & VIEW;
}

/* An absent line has no cached bytes: states that are the same look the same. */
static uint32_t absent(uint32_t memory_view)
{
	return memory_view << MEMORY_SHIFT;
}

static uint32_t present(uint32_t dirty, uint32_t cached_view, uint32_t memory_view)
{
	return VALID | dirty | cached_view << CACHED_SHIFT | memory_view << MEMORY_SHIFT;
}

static uint32_t put(uint32_t view, unsigned byte, unsigned value)
{
	if (byte == ALL_BYTES)
		return value * (VIEW / 15); /* in every digit */
	return (view & ~(15u << 4 * byte)) | value << 4 * byte;
}

static uint32_t filled(uint32_t state)
{
	return state & VALID ? state : present(0, memory(state), memory(state));
}

static uint32_t written_back(uint32_t state)
{
	return state & DIRTY ? present(0, cached(state), cached(state)) : state;
}

static uint32_t dropped(uint32_t state)
{
	return absent(memory(state));
}

static void add(struct states *set, uint32_t state)
{
	for (unsigned i = 0; i < set->count; i++)
		if (set->state[i] == state)
			return;
	if (set->count == MAX_STATES) {
		fprintf(stderr, "proof: more than %d states; raise MAX_STATES\n", MAX_STATES);
		exit(2);
	}
	set->state[set->count++] = state;
}

/* The loop runs over what it adds, too. */
static void close_set(struct states *set, const struct rules *rules)
{
	if (rules->coherent)
		return;
	for (unsigned i = 0; i < set->count; i++) {
		uint32_t state = set->state[i];

		add(set, written_back(state));
		add(set, dropped(written_back(state)));
		if (rules->speculates)
			add(set, filled(state));
	}
}

void states_start(struct states *set, const struct rules *rules, enum start start)
{
	uint32_t old = put(0, ALL_BYTES, VALUE_OLD);

	set->count = 0;
	if (rules->bounces)
		add(set, present(0, 0, 0));
	if (start == START_FRESH && !rules->coherent)
		add(set, present(DIRTY, 0, old));
	else
		add(set, absent(0));
	close_set(set, rules);
}

static uint32_t maintained(uint32_t state, enum line_op op)
{
	switch (op) {
	case CLEAN:
		return written_back(state);
	case INVALIDATE:
		return dropped(state);
	case FLUSH:
		return dropped(written_back(state));
	default:
		return state;
	}
}

/* A store that the cache takes. */
static uint32_t after_store(uint32_t state, const struct rules *rules, const struct event *event,
			    unsigned value)
{
	enum slip slip = event->plain ? rules->slip : SLIP_NONE;
	uint32_t stored = put(cached(filled(state)), event->byte, value);
	bool differed = cached(filled(state)) != memory(state);

	if (slip == SLIP_STORE_UNNOTICED || (slip == SLIP_STORE_MASKED && differed))
		return state;
	if (slip == SLIP_STORE_IN_MEMORY)
		return present(DIRTY, stored, put(memory(state), event->byte, value));
	return present(slip == SLIP_STORE_CLEAN ? state & DIRTY : DIRTY, stored, memory(state));
}

static bool leaves_line(const struct rules *rules, const struct event *event)
{
	return !rules->coherent &&
	       (!event->plain || rules->unseen_fills || rules->slip == SLIP_LOAD_FILLS);
}

/* The machine's own state, when it bounces. */
static uint32_t after_bounce(uint32_t state, const struct rules *rules,
			     const struct event *event, unsigned value)
{
	enum line_op op = event->kind == SYNC ? rules->op[event->to][event->dir] : NOTHING;

	switch (event->kind) {
	case CPU_STORE:
		if (event->plain && rules->slip == SLIP_STORE_UNNOTICED)
			return state;
		return present(0, put(cached(state), event->byte, value), memory(state));
	case DEVICE_STORE:
		return present(0, cached(state), put(memory(state), event->byte, value));
	case REMAP:
		return present(0, memory(state), memory(state));
	case REMAP_SKIP:
		return present(0, cached(state), cached(state));
	default:
		return op == CLEAN ? present(0, cached(state), cached(state)) :
		       op == INVALIDATE ? present(0, memory(state), memory(state)) : state;
	}
}

static uint32_t after(uint32_t state, const struct rules *rules, const struct event *event,
		      unsigned value)
{
	uint32_t stored;

	if (rules->bounces && state & VALID)
		return after_bounce(state, rules, event, value);
	switch (event->kind) {
	case CPU_LOAD:
		return leaves_line(rules, event) ? filled(state) : state;
	case CPU_STORE:
		if (!rules->coherent)
			return after_store(state, rules, event, value);
		if (event->plain && rules->slip == SLIP_STORE_UNNOTICED)
			return state;
		return absent(put(memory(state), event->byte, value));
	case DEVICE_LOAD:
		return state;
	case DEVICE_STORE:
		stored = put(memory(state), event->byte, value);
		return state & VALID ? present(state & DIRTY, cached(state), stored) :
			absent(stored);
	default:
		return rules->coherent ? state :
			maintained(state, rules->op[event->to][event->dir]);
	}
}

void states_after(struct states *to, const struct states *from, const struct rules *rules,
		  const struct event *event, unsigned position)
{
	to->count = 0;
	for (unsigned i = 0; i < from->count; i++)
		add(to, after(from->state[i], rules, event, value_stored(position)));
	close_set(to, rules);
}

unsigned states_seen_by_cpu(const struct states *set, unsigned byte)
{
	unsigned values = 0;

	for (unsigned i = 0; i < set->count; i++)
		values |= 1u << (cached(filled(set->state[i])) >> 4 * byte & 15);
	return values;
}

unsigned states_seen_by_device(const struct states *set, unsigned byte)
{
	unsigned values = 0;

	for (unsigned i = 0; i < set->count; i++)
		values |= 1u << (memory(set->state[i]) >> 4 * byte & 15);
	return values;
}
