#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The public corpus as inputs of the fuzz target "trace", as text and in the binary form,
# and texts that are no trace.

set -u
bytes=$(mktemp -d) || exit 1
trap 'rm -rf "$bytes"' EXIT

for trace in "$srcdir"/corpora/*/*.dma "$srcdir"/corpora/fuzz/trace/*.dma; do
	./dmalab encode -o "$bytes/${trace##*/}.bytes" "$trace" || exit 1
done
# Any bytes are a trace.
for input in "$srcdir"/corpora/fuzz/misuse/* "$srcdir"/README.md; do
	{ printf '\375' && cat "$input"; } >"$bytes/${input##*/}.any"
done

$TEST_RUNNER fuzz/replay-trace "$srcdir"/corpora/bugs "$srcdir"/corpora/checks \
	"$srcdir"/corpora/clean "$srcdir"/corpora/fuzz/trace "$srcdir"/tests/trace-errors.txt \
	"$srcdir"/README.md "$bytes"
