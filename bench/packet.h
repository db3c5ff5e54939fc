/* SPDX-License-Identifier: MIT */
#ifndef BENCH_PACKET_H
#define BENCH_PACKET_H

#include <stddef.h>
#include <stdint.h>

#define TABLE_WORDS 512

struct packet {
	uint8_t to[6], from[6];
	uint16_t proto, len;
	uint32_t data[];
} __attribute__((aligned(4)));

void packet_fill(struct packet *p, size_t len, uint32_t seed);
uint16_t packet_sum(const struct packet *p, size_t len);
uint64_t table_walk(uint64_t *table, size_t nr);

#endif
