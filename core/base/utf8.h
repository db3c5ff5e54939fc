/* SPDX-License-Identifier: MIT */
/* Text from outside, character by character. Needs neither the library nor the command. */
#ifndef DMALAB_BASE_UTF8_H
#define DMALAB_BASE_UTF8_H

#include <stdbool.h>

/*
 * How many bytes the character at @s has, and which it is; 0: this byte begins none.
 * Longer forms than need be, surrogates, and what is beyond 0x10ffff are none. @s ends
 * with NUL.
 */
static inline unsigned utf8_next(const char *s, unsigned *character)
{
	static const unsigned least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned first = (unsigned char)*s;
	unsigned n = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 :
		     first < 0xf0 ? 3 : first < 0xf8 ? 4 : 0;
	unsigned c = n > 1 ? first & (0x7fu >> n) : first;

	for (unsigned i = 1; i < n; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | ((unsigned char)s[i] & 0x3f);
	}
	*character = c;
	return c < least[n] || c > 0x10ffff || c >> 11 == 0xd800 >> 11 ? 0 : n;
}

/* Would it move a terminal's cursor, or worse? ASCII's control characters, and Latin 1's. */
static inline bool utf8_is_control(unsigned character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0);
}

#endif
