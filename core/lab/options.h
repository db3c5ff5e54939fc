/* SPDX-License-Identifier: MIT */
#ifndef DMALAB_LAB_OPTIONS_H
#define DMALAB_LAB_OPTIONS_H

#include "judge/judge.h"

/* A configuration that is complete and valid. */
struct options {
	const struct profile *profile;
	size_t ram_size;
	enum policy policy;
	u64 seed;
	enum level level;
	u64 checks;
	unsigned fail_nth;
	unsigned fail_every;
	size_t quarantine;                 /* bytes */
	bool plain;
	bool all;                          /* judge every machine */
	bool halt;
	bool help;                         /* asked to list what there is */
	const char *record;                /* a file's name, in the environment; not terminated */
	size_t record_len;                 /* 0: none */
	char message[768];                 /* what is not valid, in one line */
};

/*
 * 0; -EINVAL: a word or number that is not valid; -ERANGE: a size that no machine has.
 * Then @o->message says which, and what would be valid.
 */
int dlab_options_read(struct options *o, const struct dmalab_config *config);
cold void dlab_options_print_help(void);

#endif
