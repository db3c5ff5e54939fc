/* SPDX-License-Identifier: MIT */
/*
 * "Did you mean": the nearest of several words to one that is none of them. The library
 * and the command both take words from people; this needs neither of them.
 */
#ifndef DMALAB_BASE_NEAREST_H
#define DMALAB_BASE_NEAREST_H

#include <stddef.h>
#include <string.h>

#define NEAREST_MAX 64u          /* bytes of a word: longer ones are near to nothing */

struct nearest {
	const char *name;        /* what was given; need not be terminated */
	size_t len;
	const char *best;        /* NULL: none is near */
	unsigned distance;       /* of @best */
};

/*
 * How many letters are to be changed, put in, left out, or swapped with their neighbour;
 * or more than @limit.
 */
static inline unsigned nearest_distance(const char *a, size_t n, const char *b, size_t m,
					unsigned limit)
{
	unsigned rows[3][NEAREST_MAX];

	if (n >= NEAREST_MAX || m >= NEAREST_MAX || (n > m ? n - m : m - n) > limit)
		return limit + 1;
	for (size_t i = 0; i <= n; i++) {
		unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *swapped = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			unsigned best = row[j - 1] + 1;

			if (i && above[j] + 1 < best)
				best = above[j] + 1;
			if (i && above[j - 1] + (a[i - 1] != b[j - 1]) < best)
				best = above[j - 1] + (a[i - 1] != b[j - 1]);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    swapped[j - 2] + 1 < best)
				best = swapped[j - 2] + 1;
			row[j] = best;
		}
	}
	return rows[n % 3][m];
}

/*
 * A word that would have been valid. One change in four letters, and one more, is near;
 * and so is a word of which only the end is missing, unless another is nearer.
 */
static inline void nearest_try(struct nearest *n, const char *candidate)
{
	unsigned limit = n->best ? n->distance - 1 : 1 + (unsigned)(n->len / 4);
	unsigned d;

	if (n->best && !n->distance)
		return;
	d = nearest_distance(n->name, n->len, candidate, strlen(candidate), limit);
	if (d > limit && !n->best && n->len > 1 && strncmp(candidate, n->name, n->len) == 0)
		d = limit;
	if (d > limit)
		return;
	n->best = candidate;
	n->distance = d;
}

#endif
