#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The public corpus as inputs of the fuzz target "trace", and texts that are no trace.

set -u
exec $TEST_RUNNER fuzz/replay-trace "$srcdir"/corpora/bugs "$srcdir"/corpora/checks \
	"$srcdir"/corpora/clean "$srcdir"/corpora/fuzz/trace "$srcdir"/tests/trace-errors.txt "$srcdir"/README.md
