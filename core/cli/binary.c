/* SPDX-License-Identifier: MIT */
/* dmalab encode, dmalab decode: traces as bytes, of which any are a trace. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

int write_bytes(const char *path, const void *bytes, size_t len)
{
	if (path)
		return write_file(path, bytes, len, false);
	/* main() looks after standard output. */
	fwrite(bytes, 1, len, stdout);
	return AS_EXPECTED;
}

/* The one trace of the command line, and where to write; false after a message. */
static bool arguments(int argc, char **argv, const char **in, const char **out)
{
	static const struct option longs[] = {
		{ "output", required_argument, NULL, 'o' }, { NULL, 0, NULL, 0 },
	};
	int c;

	*out = NULL;
	while ((c = getopt_long(argc, argv, "o:", longs, NULL)) >= 0) {
		if (c != 'o') {
			bad_option(argv, longs);
			return false;
		}
		*out = optarg;
	}
	*in = argv[optind];
	if (optind + 1 == argc)
		return true;
	usage_error("%s takes one trace", strchr(argv[0], ' ') + 1);
	return false;
}

int cmd_encode(int argc, char **argv)
{
	const char *in, *out;
	struct trace *t;
	size_t len;
	u8 *bytes;
	int status;

	if (!arguments(argc, argv, &in, &out))
		return BAD_USAGE;
	t = load_trace(in);
	if (!t)
		return BAD_USAGE;
	bytes = trace_encode(t, &len);
	status = bytes ? write_bytes(out, bytes, len) : BAD_USAGE;
	free(bytes);
	trace_free(t);
	return status;
}

int cmd_decode(int argc, char **argv)
{
	size_t len, text_len;
	const char *in, *out;
	char *bytes, *text;
	int status;

	if (!arguments(argc, argv, &in, &out))
		return BAD_USAGE;
	bytes = read_text(in, &len);
	if (!bytes)
		return BAD_USAGE;
	text = trace_decode((const u8 *)bytes, len, &text_len);
	status = text ? write_bytes(out, text, text_len) : BAD_USAGE;
	free(text);
	free(bytes);
	return status;
}
