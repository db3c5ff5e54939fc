#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Run the benchmarks and keep the results; called by make bench and its kin from the top
# of the build tree. Takes from the environment: srcdir, AWK, JQ, BENCH_TARGET (which
# target), and the BENCH_* variables of bench/README.md.
#
# A whole run becomes bench/results/latest.*; a part of one (BENCH_FILTER) becomes part.*,
# so that nobody takes it for all there is.

set -u
LC_ALL=C
export LC_ALL
: "${srcdir:?}" "${AWK:?}" "${JQ:?}" "${BENCH_TARGET:?}"

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
BENCH_COMMIT=$(git -C "$srcdir" describe --always --dirty 2>/dev/null)
# shellcheck disable=SC2090
export BENCH_COMMAND BENCH_COMMIT srcdir

case $BENCH_TARGET in
bench-quick | bench-short)
	: "${BENCH_MIN_TIME:=0.004}" "${BENCH_REPETITIONS:=3}"
	BENCH_QUICK=1
	export BENCH_QUICK
	;;
*) : "${BENCH_MIN_TIME:=0.02}" "${BENCH_REPETITIONS:=5}" ;;
esac
kept=latest
test -z "$BENCH_FILTER" || kept=part

# jemalloc is loaded by dlopen(), and needs more room for its threads' variables than
# glibc leaves by itself.
GLIBC_TUNABLES=glibc.rtld.optional_static_tls=16384${GLIBC_TUNABLES:+:$GLIBC_TUNABLES}
export GLIBC_TUNABLES

mkdir -p $dir || exit 1
rm -f $dir/running*
trap 'rm -f $dir/running*' EXIT
trap 'exit 1' HUP INT TERM

# The processes of a run, in their order: what makes threads has one of its own (main.c,
# dpdk.c), and so has what is compiled in its own way (seen.c).
processes()
{
	echo "main bench/dmalab-bench"
	echo "threads bench/dmalab-bench threads"
	test -z "${BENCH_DPDK:-}" || echo "dpdk $BENCH_DPDK"
	for seen in ${BENCH_SEEN:-}; do
		case $seen in
		*-packet) echo "packet $seen none" ;;
		*-packet-rt) echo "packet-rt $seen dmalab" ;;
		*-packet-tsan) echo "packet-tsan $seen tsan" ;;
		*-asan) echo "asan $seen asan" ;;
		*-tsan) echo "tsan $seen tsan" ;;
		*)
			echo "none $seen none"
			test -z "${VALGRIND:-}" || echo "valgrind $VALGRIND -q $seen valgrind"
			;;
		esac
	done
}

set -- --benchmark_min_time="$BENCH_MIN_TIME" --benchmark_repetitions="$BENCH_REPETITIONS" \
	--benchmark_enable_random_interleaving=true --benchmark_out_format=json
test -z "$BENCH_FILTER" || set -- "$@" --benchmark_filter="$BENCH_FILTER"

# ------------------------------------------------------------- how long, and of what

echo "bench: $command"
processes | while read -r kind program; do
	# shellcheck disable=SC2086 # a program with its arguments
	$program "$@" --benchmark_list_tests=true 2>>$dir/running.err | sed "s,^,$kind ,"
done >$dir/running.list
if ! test -s $dir/running.list; then
	cat $dir/running.err >&2
	echo "bench: no benchmark matches BENCH_FILTER='$BENCH_FILTER'; these are there:" >&2
	processes | while read -r kind program; do
		# shellcheck disable=SC2086
		$program --benchmark_list_tests=true 2>/dev/null
	done | sed 's,/.*,/...,' | sort -u >&2
	rm -f $dir/running*
	exit 1
fi
# A run takes its minimum time, and about as much again to find out how many iterations
# fill it; machines with many objects take time to fill and to empty.
$AWK -v seconds="$BENCH_MIN_TIME" -v times="$BENCH_REPETITIONS" '
	{ total += (times + 2) * (1.5 * seconds + 0.002); n++ }
	/\/live:1000000/ { total += (times + 2) * 0.6 }
	/\/live:100000$/ { total += (times + 2) * 0.1 }
	END { printf "bench: %d benchmarks, %d repetitions: about %d s\n", n, times, total + 1 }' \
	$dir/running.list
for peer in "jemalloc libjemalloc.so.2" "mimalloc libmimalloc.so.2"; do
	ldconfig -p 2>/dev/null | grep -q "${peer#* }" ||
		echo "bench: without ${peer% *}, which is not installed (./bootstrap bench-peers)"
done
test -n "${BENCH_DPDK:-}" ||
	echo "bench: without DPDK, which configure did not find (./bootstrap bench-peers)"

# --------------------------------------------------------------------------- run

# BENCH_FLAGS is a list.
runs='' failed=
for kind in $(cut -d ' ' -f 1 $dir/running.list | uniq); do
	program=$(processes | sed -n "s/^$kind //p")
	echo "bench: $program" >&2
	# shellcheck disable=SC2086
	$program "$@" --benchmark_out="$dir/running-$kind.json" $BENCH_FLAGS >>$dir/running.txt
	case $? in
	0) runs="$runs $dir/running-$kind.json" ;;
	77) ;; # and it has said why
	*)
		failed=$program
		break
		;;
	esac
done
if test -n "$failed"; then
	test ! -s "$dir/running-$kind.json" || mv "$dir/running-$kind.json" $dir/failed.json
	rm -f $dir/running*
	echo "bench: FAILED: $failed (see above); $dir/latest.json is as it was" >&2
	exit 1
fi

# The context of the first, the benchmarks of all. runs is a list.
# shellcheck disable=SC2086
"$JQ" -s '{context: .[0].context, benchmarks: map(.benchmarks) | add}' $runs \
	>$dir/running-all.json &&
	"$JQ" -r -f "$here/results.jq" $dir/running-all.json >$dir/running.tsv || exit 1
test $kept != latest || test ! -f $dir/latest.json || mv $dir/latest.json $dir/previous.json
mv $dir/running-all.json $dir/$kept.json && mv $dir/running.tsv $dir/$kept.tsv || exit 1
grep -m 1 '^#' $dir/running.txt >$dir/$kept.txt
grep -v '^#' $dir/running.txt | sort -u >>$dir/$kept.txt
rm -f $dir/running* $dir/failed.json

# ------------------------------------------------------------------------ say it

status=0
echo
if test $kept = latest; then
	$AWK -f "$here/summary.awk" $dir/$kept.tsv || status=1
	$AWK -f "$here/tables.awk" $dir/$kept.tsv || status=1
	echo
fi
$AWK -f "$here/reach.awk" -v part=$kept "$here/aims.tsv" $dir/$kept.tsv || status=1
echo
if test $kept = latest; then
	echo "bench: all results are in $dir/latest.txt and $dir/latest.json"
else
	cat $dir/part.txt
	echo "bench: these results are in $dir/part.txt and $dir/part.json; $dir/latest.json is as it was"
fi
exit $status
