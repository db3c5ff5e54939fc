#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Run the benchmarks and keep the results; called by make bench and make
# bench-short from the top of the build tree. Takes from the environment: srcdir,
# AWK, BENCH_TARGET (which of the two), and the BENCH_* variables of bench/README.md.

set -u
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
bench-short) : "${BENCH_MIN_TIME:=0.005}" "${BENCH_REPETITIONS:=3}" ;;
*) : "${BENCH_MIN_TIME:=0.03}" "${BENCH_REPETITIONS:=9}" ;;
esac

mkdir -p $dir || exit 1
rm -f $dir/running.json $dir/failed.json

set -- --benchmark_min_time="$BENCH_MIN_TIME" --benchmark_repetitions="$BENCH_REPETITIONS" \
	--benchmark_enable_random_interleaving=true \
	--benchmark_out=$dir/running.json --benchmark_out_format=json
test -z "$BENCH_FILTER" || set -- "$@" --benchmark_filter="$BENCH_FILTER"

echo "bench: $command"
# BENCH_FLAGS is a list.
# shellcheck disable=SC2086
bench/dmalab-bench "$@" $BENCH_FLAGS >$dir/running.txt
status=$?
if test $status != 0; then
	test ! -s $dir/running.json || mv $dir/running.json $dir/failed.json
	rm -f $dir/running.txt $dir/running.json
	echo "bench: FAILED (see above); $dir/latest.json is as it was" >&2
	exit 1
fi
if test ! -f $dir/running.json; then # BENCH_FLAGS asked for something else
	cat $dir/running.txt
	rm -f $dir/running.txt
	exit 0
fi

test ! -f $dir/latest.json || mv $dir/latest.json $dir/previous.json
mv $dir/running.json $dir/latest.json
{
	head -n 1 $dir/running.txt
	tail -n +2 $dir/running.txt | sort
} >$dir/latest.txt
rm -f $dir/running.txt
$AWK -f "$here/results.awk" $dir/latest.json >$dir/latest.tsv || exit 1
echo
$AWK -f "$here/summary.awk" $dir/latest.tsv
status=$?
echo
echo "bench: all results are in $dir/latest.txt and $dir/latest.json"
exit $status
