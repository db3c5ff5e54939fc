#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Run the benchmarks and keep the results; called by make bench and make
# bench-short from the top of the build tree. Takes from the environment: srcdir,
# AWK, BENCH_TARGET (which of the two), and the BENCH_* variables of bench/README.md.

set -u
LC_ALL=C
export LC_ALL
: "${srcdir:?}" "${AWK:?}" "${BENCH_TARGET:?}"

dir=bench/results
here=$srcdir/bench

# What the user would type to have the same again.
command="make $BENCH_TARGET"
for name in FILTER MIN_TIME REPETITIONS FLAGS; do
	value=
	eval "value=\$BENCH_$name"
	# Quotes for whoever reads it: it is not run from here.
	# shellcheck disable=SC2089
	test -z "$value" || command="$command BENCH_$name='$value'"
done
BENCH_COMMAND=$command
# shellcheck disable=SC2090
export BENCH_COMMAND

case $BENCH_TARGET in
bench-short) : "${BENCH_MIN_TIME:=0.01}" "${BENCH_REPETITIONS:=5}" ;;
*) : "${BENCH_MIN_TIME:=0.03}" "${BENCH_REPETITIONS:=7}" ;;
esac

mkdir -p $dir || exit 1
rm -f $dir/running*

set -- --benchmark_min_time="$BENCH_MIN_TIME" --benchmark_repetitions="$BENCH_REPETITIONS" \
	--benchmark_enable_random_interleaving=true --benchmark_out_format=json
test -z "$BENCH_FILTER" || set -- "$@" --benchmark_filter="$BENCH_FILTER"

# Those that make threads run in a process of their own; see main.c. BENCH_FLAGS is
# a list.
echo "bench: $command"
runs=''
for kind in '' threads; do
	# shellcheck disable=SC2086
	bench/dmalab-bench $kind "$@" --benchmark_list_tests=true 2>$dir/running.err |
		grep -q . || continue
	runs="$runs $dir/running$kind.json"
	# shellcheck disable=SC2086
	if ! bench/dmalab-bench $kind "$@" --benchmark_out="$dir/running$kind.json" $BENCH_FLAGS \
		>>$dir/running.txt; then
		test ! -s "$dir/running$kind.json" || mv "$dir/running$kind.json" $dir/failed.json
		rm -f $dir/running*
		echo "bench: FAILED (see above); $dir/latest.json is as it was" >&2
		exit 1
	fi
done
if test -z "$runs"; then
	cat $dir/running.err >&2
	rm -f $dir/running*
	echo "bench: no benchmark matches BENCH_FILTER='$BENCH_FILTER'; these are there:" >&2
	for kind in '' threads; do
		bench/dmalab-bench $kind --benchmark_list_tests=true
	done | sed 's,/.*,/...,' | sort -u >&2
	exit 1
fi

test ! -f $dir/latest.json || mv $dir/latest.json $dir/previous.json
# runs is a list.
# shellcheck disable=SC2086
$AWK -f "$here/merge.awk" $runs >$dir/latest.json || exit 1
sort -u $dir/running.txt >$dir/latest.txt
rm -f $dir/running* $dir/failed.json
$AWK -f "$here/results.awk" $dir/latest.json >$dir/latest.tsv || exit 1
echo
$AWK -f "$here/summary.awk" $dir/latest.tsv
status=$?
echo
echo "bench: all results are in $dir/latest.txt and $dir/latest.json"
exit $status
