// SPDX-License-Identifier: MIT
/*
 * Target "misuse": illegal calls on purpose.
 *
 * A program is a trace in the binary form, most of whose calls are wrong in one way or in
 * several. What has been released stays in its slot and goes on being used. After each call,
 * what the library reported and returned is compared with what the reference model says.
 */
#include "oracle/oracle.h"
#include "target.h"

#include <stdlib.h>
#include <string.h>

static struct oracle *oracle;
static struct decoder *decoder;

static const struct trace *read_program(const uint8_t *data, size_t size)
{
	const struct trace *t;

	if (!oracle)
		oracle = oracle_new();
	if (!decoder)
		decoder = decoder_new();
	t = decoder ? decoder_read(decoder, data, size) : NULL;
	if (!t)
		abort();
	return t;
}

/* In the same way, about the same call: or else the shrinker finds what is wrong besides. */
static struct {
	const char *why, *check;
	enum call_kind kind;
} wanted;

static bool disagrees(const struct trace *t, void *context)
{
	const struct oracle *o = context;

	return !oracle_run(context, t) && strcmp(o->why, wanted.why) == 0 &&
	       o->call.kind == wanted.kind &&
	       (o->expect.check == wanted.check ||
		(o->expect.check && wanted.check && strcmp(o->expect.check, wanted.check) == 0));
}

/* What ran is a trace, and so is the least of it that the model does not agree with. */
static _Noreturn void finding(void)
{
	static struct statement statements[ORACLE_MAX_STATEMENTS];
	struct shrink_result result;
	struct trace ran;

	fprintf(stderr, "\nFINDING (misuse) on %s:\n", oracle->setup.profile);
	oracle_ran(oracle, &ran);
	trace_print(&ran, stderr);
	oracle_print(oracle, stderr);
	/* Who measures how long it takes to find something needs no more than that. */
	if (getenv("FUZZ_NO_SHRINK"))
		abort();
	wanted.why = oracle->why;
	wanted.check = oracle->expect.check;
	wanted.kind = oracle->call.kind;
	fprintf(stderr, "--- shrunk, for dmalab run --profile=%s:\n", oracle->setup.profile);
	ran.statements = memcpy(statements, ran.statements, ran.nr_statements * sizeof(*statements));
	if (trace_shrink_by(&ran, disagrees, oracle, stderr, &result))
		oracle_print(oracle, stderr);
	else
		fprintf(stderr, "# it does not come again: not the program alone decides\n");
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct trace *t = read_program(data, size);

	if (!oracle_run(oracle, t))
		finding();
	return 0;
}

void target_print(const uint8_t *data, size_t size, FILE *to)
{
	const struct trace *t = read_program(data, size);
	struct trace ran;

	oracle_run(oracle, t);
	oracle_ran(oracle, &ran);
	trace_print(&ran, to);
	if (oracle->why)
		oracle_print(oracle, to);
}

static void ignore(const struct complaint *c, void *context)
{
	(void)c, (void)context;
}

/* Whatever is a trace is text: bytes are hardly ever that by chance. */
uint8_t *target_read(const uint8_t *data, size_t size, size_t *len)
{
	struct trace *t = size && data[0] != BINARY_MAGIC ?
				  trace_parse("text", (const char *)data, size, ignore, NULL) : NULL;
	uint8_t *bytes = t ? trace_encode(t, len) : NULL;

	trace_free(t);
	return bytes;
}
