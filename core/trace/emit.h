/* SPDX-License-Identifier: MIT */
/* A trace that becomes a C program: what the files of it share. */
#ifndef DMALAB_TRACE_EMIT_H
#define DMALAB_TRACE_EMIT_H

#include "trace/trace.h"

struct emitter {
	const struct trace *t;
	enum accesses accesses;
	FILE *to;
	const char **told;       /* by name: why its memory is reached by calls, or NULL */
};

/* emit.c: an argument that fits the letter @parameter; a string of C. */
void emit_arg(const struct emitter *e, const struct arg *a, char parameter);
void emit_string(const char *s, FILE *to);

/* emit-access.c: @s, if it is cpu_read(), cpu_write(), device_read() or device_write(). */
bool emit_access(const struct emitter *e, const struct statement *s);

/* What @s does to the memory behind its names, once it is emitted. */
void emit_follow(struct emitter *e, const struct statement *s);

#endif
