/* SPDX-License-Identifier: MIT */
/*
 * The binary form of a trace: any bytes are one, so that a fuzzer may change each of them
 * and always has a program. Comments, expectations, blank lines and the names' text are
 * not kept; all else is. It belongs to this version's table of calls: what is to be kept
 * is kept as text.
 *
 * The first byte is BINARY_MAGIC, which no text begins with; without it the statements
 * begin at once. Where the bytes end in the midst of a statement, zeroes follow. How long a
 * statement is, its own bytes say, and what they name are slots: so what is changed, inserted
 * or taken out leaves the others what they were. A slot keeps what was put into it, when that
 * is long freed.
 *
 *   statement  the call: its place in call_types[], modulo their number;
 *              if it makes something, TARGET; for sg_list() the number of arguments:
 *              a byte, modulo 49, or from 0xf0 on 4 bits and a byte, modulo 513; then the
 *              arguments. Before one that may be left out stands a byte: below 0x80 it is.
 *   TARGET     from 0xf0 on none; else the INDEX of a slot
 *   INDEX      5 bits: below 30 a near slot, modulo their number (binary_near()); 30: so many
 *              and the next byte, 31: the next two bytes. Each kind of object has its own
 *   NUMBER     00..3f 0 to 63, 40..79 2^6 to 2^63, 7a..b3 2^7 - 1 to 2^64 - 1,
 *              b4..bf binary_sizes[], c0..df 5 bits and a byte, up to 8191,
 *              e0..e7 1 to 8 bytes follow, e8..ef likewise, written as hexadecimal,
 *              f0..ff 0x0 to 0xf, but for z and v as below
 *   argument   D G A V R F d o c l u s t p P h a: 3 bits are its form, by binary_forms(); in
 *              the other 5 the INDEX of an object, or a word
 *              z  NUMBER; f0..f5 a named number, its slot (f5: the next two bytes); f6 f7 SAME;
 *              f8 f9 DMA_BIT_MASK; fa fb the length of a segment, as ELEMENT;
 *              fc..ff words, as FORM_SET
 *              v  NUMBER; f0..f7 a string, f8..ff words, as FORM_SET
 *              S  a string: its length and its bytes, 0 standing for 1; a length above
 *              TRACE_MAX_STRING is one of binary_strings()
 *   ELEMENT    INDEX in a byte, NUMBER of the segment, a byte: below 0x80 no offset,
 *              below 0xc0 plus, else minus a NUMBER
 *   SAME       what the first object of the statement was made with: the right device, size,
 *              direction or attributes, as far as the bytes before can say. same.c
 *
 * Objects are named by kind and slot: dev0, buf0, map3. A statement that needs a
 * list or lock and has none is passed over, and so is what must stand before the first
 * call and does not, and what makes too long a line. Other objects that there are not are NULL.
 */
#ifndef DMALAB_TRACE_BINARY_H
#define DMALAB_TRACE_BINARY_H

#include "trace/trace.h"

#define BINARY_SHORT_LIST 48u

enum form_type {
	FORM_AT,     /* the object */
	FORM_PLUS,   /* and a NUMBER, added to its address */
	FORM_MINUS,  /* or subtracted; of 'a', a byte before it: even memory, odd a mapping */
	FORM_ELEMENT, /* the address of a segment */
	FORM_NULL,   /* NULL, or 0 where that is no pointer */
	FORM_NUMBER,
	FORM_WORD,   /* the 5 bits, modulo the number of words of the kind */
	FORM_SET,    /* a bit for each word of the kind, then for those of any; low bytes first */
	FORM_SAME,
};

struct form {
	u8 type;     /* enum form_type */
	u8 kind;     /* enum object_kind */
};

/* The eight forms of an argument of this kind; NULL: it has no such byte. */
const struct form *binary_forms(char parameter);

/* What a fuzzer should try beside powers of two. */
#define NR_BINARY_SIZES 12
extern const u64 binary_sizes[NR_BINARY_SIZES];

/* Strings that an argument of @call may be, in two bytes less than they have. */
const char *const *binary_strings(const struct call_type *call, unsigned *nr);

/* Words that a set of @parameter may have, in the order of their bits; returns how many. */
#define MAX_SET 32
unsigned binary_set(char parameter, u8 set[MAX_SET]);

/* Words of the kind @parameter alone: the first ones of that set. */
unsigned binary_nr_words(char parameter);

/* The part of an object that an argument of this kind names. */
enum field binary_field(char parameter);

/* What objects of the kind are called, before the number of their slot. */
extern const char *const binary_prefixes[NR_OBJECT_KINDS];

/* How many slots of the kind a byte reaches. */
unsigned binary_near(enum object_kind kind);

/* same.c: what an object was made with, in the words of the statement that made it. */
struct maker {
	const struct arg *device, *size, *dir, *attrs; /* NULL: with none */
	u32 nents;               /* of a list */
};

/* An argument that is still to be found: @a of the statement @s, of the kind @parameter. */
struct same {
	struct arg *a;
	char parameter;
	bool last;               /* of several sizes */
};

void binary_keep_maker(struct maker *m, const struct statement *s);

/* @makers: by object. Without one that tells, it is the first device, a page, both ways, 0. */
void binary_find_same(const struct same *it, const struct statement *s,
		      const struct maker *makers, u32 first_device);

#endif
