/* SPDX-License-Identifier: MIT */
/*
 * What drivers do with packets, and compilers instrument: compiled as it is, for dmalab-rt, and for
 * ThreadSanitizer. See packet.c.
 */
#include "packet.h"

#include <string.h>

/* As a traffic generator's driver fills it. */
void packet_fill(struct packet *p, size_t len, uint32_t seed)
{
	memset(p->to, 0xff, sizeof(p->to));
	memset(p->from, 2, sizeof(p->from));
	p->proto = 0x0800;
	p->len = len;
	for (size_t i = 0; i < (len - sizeof(*p)) / 4; i++)
		p->data[i] = seed + i;
}

/* The Internet checksum, by 16 bits. */
uint16_t packet_sum(const struct packet *p, size_t len)
{
	const uint16_t *word = (const uint16_t *)p;
	uint32_t sum = 0;

	for (size_t i = 0; i < len / 2; i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

/* Loads and stores of 8 bytes that depend on each other, as a list's or a table's do. */
uint64_t table_walk(uint64_t *table, size_t nr)
{
	uint64_t at = 0;

	for (size_t i = 0; i < nr; i++) {
		at = table[at];
		table[at] = (at + 1) % TABLE_WORDS;
	}
	return at;
}
