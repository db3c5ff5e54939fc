#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The latest results against $BASE, by google-benchmark's compare.py: for each benchmark the
# change of its times, and a U test of whether all of its repetitions say so. Called by make
# bench-compare from the top of the build tree.

set -u
: "${BASE:?}"
latest=bench/results/latest.json

die()
{
	echo "bench-compare: $*" >&2
	exit 1
}

test -f $latest || die "there is no $latest: run make bench"
test -f "$BASE" || die "there is no $BASE: run make bench before and after the change,
  or keep a bench/results/latest.json, and say make bench-compare BASE=FILE.json"
tool=
for place in "${BENCHMARK_COMPARE:-}" /usr/share/benchmark/compare.py \
	/usr/local/share/googlebenchmark/tools/compare.py; do
	test -z "$place" || ! test -f "$place" || tool=${tool:-$place}
done
test -n "$tool" ||
	die "google-benchmark's compare.py was not found (Debian: libbenchmark-tools python3-scipy);
  BENCHMARK_COMPARE=PATH names another place"
python=
for candidate in "${PYTHON:-python3}" /usr/bin/python3; do
	"$candidate" -c 'import numpy, scipy' 2>/dev/null || continue
	python=$candidate
	break
done
test -n "$python" || die "compare.py needs a python3 with scipy (Debian: python3-scipy)"
colour=
test -t 1 || colour=--no-color
# shellcheck disable=SC2086 # nothing, or one word
exec "$python" "$tool" $colour --display_aggregates_only benchmarks "$BASE" $latest
