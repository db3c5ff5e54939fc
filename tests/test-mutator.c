/* SPDX-License-Identifier: MIT */
/* The fuzzers' mutator: what comes out is a program, every operator is used, and a seed decides. */
#include "mutator/mutator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 400
#define NR   20000

static const char text[] =
	"checks(\"full\")\n"
	"dev0 = device()\n"
	"dev1 = device()\n"
	"buf0 = kmalloc(512, GFP_KERNEL)\n"
	"map0 = dma_map_single(dev0, buf0.cpu + 64, 128, DMA_FROM_DEVICE)\n"
	"dma_mapping_error(dev0, map0.dma)\n"
	"device_write(dev0, map0.dma, 128)\n"
	"dma_sync_single_for_cpu(dev0, map0.dma, 128, DMA_FROM_DEVICE)\n"
	"cpu_read(buf0.cpu + 64, 128)\n"
	"dma_sync_single_for_device(dev0, map0.dma, 128, DMA_FROM_DEVICE)\n"
	"dma_unmap_single(dev0, map0.dma, 128, DMA_FROM_DEVICE)\n"
	"kfree(buf0.cpu)\n";

static struct program *program;

static void complain(const struct complaint *c, void *context)
{
	(void)context;
	fail_msg("%u:%u: %s", c->line, c->column, c->text);
}

static size_t seed_of(const char *from, u8 *bytes)
{
	struct trace *t = trace_parse("seed", from, strlen(from), complain, NULL);
	size_t len;
	u8 *encoded = trace_encode(t, &len);

	assert_non_null(encoded);
	assert_true(len <= ROOM);
	memcpy(bytes, encoded, len);
	free(encoded);
	trace_free(t);
	return len;
}

/* The text of a mutant is a trace, and its bytes are what they are again. */
static void check_mutant(const u8 *bytes, size_t len)
{
	size_t text_len, again_len;
	char *is = trace_decode(bytes, len, &text_len);
	struct trace *t;
	u8 *again;

	assert_non_null(is);
	t = trace_parse("mutant", is, text_len, complain, NULL);
	assert_non_null(t);
	again = trace_encode(t, &again_len);
	assert_non_null(again);
	free(again);
	trace_free(t);
	free(is);
}

static void mutants_are_programs(void **state)
{
	u8 bytes[ROOM];
	size_t len = seed_of(text, bytes);

	(void)state;
	for (u32 i = 0; i < NR; i++) {
		len = mutate(program, bytes, len, ROOM, i);
		assert_true(len <= ROOM);
		if (i % 16 == 0)
			check_mutant(bytes, len);
		if (i % 100 == 0)
			len = seed_of(text, bytes);
	}
}

static void every_operator_is_used(void **state)
{
	bool used[64] = { false }, begun = false;
	u8 bytes[ROOM];
	size_t len;

	(void)state;
	for (u32 i = 0; i < NR; i++) {
		len = i % 10 ? seed_of(text, bytes) : 0;
		mutate(program, bytes, len, ROOM, i);
		for (unsigned k = 0; k < program->nr_done; k++) {
			begun |= strcmp(program->done[k], "begin") == 0;
			for (unsigned o = 0; o < nr_operators; o++)
				used[o] |= strcmp(program->done[k], operators[o].name) == 0;
		}
	}
	assert_true(begun);
	for (unsigned o = 0; o < nr_operators; o++)
		if (!used[o])
			fail_msg("%s is never done", operators[o].name);
}

static void a_seed_decides(void **state)
{
	u8 a[ROOM], b[ROOM];
	size_t len_a, len_b;
	unsigned same = 0;

	(void)state;
	for (u32 i = 0; i < 1000; i++) {
		len_a = mutate(program, a, seed_of(text, a), ROOM, i);
		len_b = mutate(program, b, seed_of(text, b), ROOM, i);
		assert_int_equal(len_a, len_b);
		assert_memory_equal(a, b, len_a);
		len_b = mutate(program, b, seed_of(text, b), ROOM, i + 1);
		same += len_a == len_b && memcmp(a, b, len_a) == 0;
	}
	assert_true(same < 100);
}

/* A statement that is put in between leaves the others what they were. */
static void a_small_change_is_small(void **state)
{
	u8 bytes[ROOM], longer[ROOM];
	size_t len = seed_of(text, bytes), text_len;
	const u32 *starts;
	char *is;

	(void)state;
	assert_non_null(decoder_read(program->decoder, bytes, len));
	starts = decoder_starts(program->decoder);
	/* Again the kmalloc(), into another slot. */
	memcpy(longer, bytes, starts[4]);
	memcpy(longer + starts[4], bytes + starts[3], starts[4] - starts[3]);
	longer[starts[4] + 1] = 5;
	memcpy(longer + starts[4] + (starts[4] - starts[3]), bytes + starts[4], len - starts[4]);
	is = trace_decode(longer, len + starts[4] - starts[3], &text_len);
	assert_non_null(is);
	assert_non_null(strstr(is, "buf5 = kmalloc(512, GFP_KERNEL)\nmap0 = dma_map_single(dev0, buf0.cpu"));
	assert_non_null(strstr(is, "\nkfree(buf0.cpu)\n"));
	free(is);
}

static void programs_are_spliced_and_trimmed(void **state)
{
	u8 a[ROOM], b[ROOM], out[ROOM];
	size_t len_a = seed_of(text, a), len_b = seed_of("dev3 = device()\nvmalloc(100)\n", b), len;
	u32 nr;

	(void)state;
	for (u32 i = 0; i < 1000; i++) {
		len = cross_over(program, a, len_a, b, len_b, out, ROOM, i);
		assert_true(len <= ROOM);
		check_mutant(out, len);
	}
	nr = count_statements(program, a, len_a);
	assert_int_equal(nr, 12);
	len_a = without_statement(program, a, len_a, 4);
	assert_int_equal(count_statements(program, a, len_a), nr - 1);
	check_mutant(a, len_a);
}

static int set_up(void **state)
{
	(void)state;
	program = program_new();
	return !program;
}

static int tear_down(void **state)
{
	(void)state;
	program_free(program);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mutants_are_programs),
		cmocka_unit_test(every_operator_is_used),
		cmocka_unit_test(a_seed_decides),
		cmocka_unit_test(a_small_change_is_small),
		cmocka_unit_test(programs_are_spliced_and_trimmed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
