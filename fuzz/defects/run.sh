#!/bin/sh
# SPDX-License-Identifier: MIT
#
# run.sh: what finds the planted defects. Each patch in this directory is a mistake that somebody
# could make in core/; it is applied to a copy of the sources, and tests, proof and fuzz targets say
# whether they see it, and when. Started by "make defects" in the top of the build tree, which sets:
#
#   DEFECTS          some of the patches, by their numbers; empty: all
#   DEFECTS_BY       some of: tests tsan proof, and the fuzz targets; empty: all
#   DEFECTS_ENGINE   some of: fast libfuzzer afl; empty: fast and afl, as far as they are installed
#   DEFECTS_TIME     CPU time in which an engine must find it: 60, 60s, 5m
#   DEFECTS_RUNS     how often each engine tries, from an empty corpus each time; the median counts
#   DEFECTS_RESULTS  where the results are; empty: fuzz/results/defects
#   DEFECTS_TESTS    the tests, in order: the first that fails counts
#   DEFECTS_BUILT    programs that these run; DEFECTS_LINKED those that have core/ in themselves
#   DEFECTS_PROOF_LENGTH  of the programs that the proof enumerates
#   FUZZ_TARGETS, FUZZ_INSTALLED, AFL_FUZZ, MAKE, AWK, CC, CXX, FUZZ_CLANG, srcdir
#
# In the results:
#
#   runs.tsv     one line for each that was measured: sources, patch, number, name, by, engine, run,
#                limit (seconds, tests, or events of the proof's programs), found (1 or 0),
#                executions, seconds of CPU time, what said so
#   defects.tsv  the medians, which make plots draws
#   base/        the sources as they are, configured and built; work/ the same with a defect
#
# What was measured for these sources and this patch is not measured again. The sources as they
# are come first, as number 00: what is found in them says nothing of a defect.
#
# Status: 0 all was measured, 1 something was found without a defect or did not build, 2 bad usage,
# 130 interrupted.

set -u
LC_ALL=C
export LC_ALL
RESULTS=${DEFECTS_RESULTS:-fuzz/results/defects}
here=$srcdir/fuzz/defects
status=0 stopped=''

# shellcheck disable=SC1091 # beside this file, and beside those of the campaign
. "$srcdir/fuzz/campaign/common.sh"
# shellcheck disable=SC1091
. "$here/tree.sh"
# shellcheck disable=SC1091
. "$here/oracles.sh"

complain() {
	echo "defects: $*" >&2
}

usage() {
	complain "$*"
	exit 2
}

# ---------------------------------------------------------------- what is asked for

all_defects() {
	for file in "$here"/[0-9]*.patch; do
		file=${file##*/}
		echo "${file%%-*}"
	done
}

patch_of() {
	echo "$here/$1"-*.patch
}

name_of() {
	file=$(patch_of "$1")
	file=${file##*/"$1"-}
	[ "$1" != 00 ] || file=none
	echo "${file%.patch}"
}

# Its words may change.
sum_of() {
	if [ "$1" = 00 ]; then
		echo 0
	else
		sed -n '/^--- a\//,$p' "$(patch_of "$1")" | cksum | cut -d ' ' -f 1
	fi
}

# jobs: oracle and engine, a line each. The cheap ones come first.
jobs() {
	for by in $oracles; do
		if contains "$FUZZ_TARGETS" "$by"; then
			for engine in $engines; do
				echo "$by $engine"
			done
		else
			echo "$by -"
		fi
	done
}

runs_of() {
	[ "$1" != - ] || DEFECTS_RUNS=1
	seq "$DEFECTS_RUNS"
}

# How far it is asked to look: tests, events of a program, or seconds.
limit_of() {
	case $1 in
	tests) echo "$DEFECTS_TESTS" | wc -w ;;
	tsan) echo "$TSAN_TESTS" | wc -w ;;
	proof) echo "$DEFECTS_PROOF_LENGTH" ;;
	*) echo "$time" ;;
	esac
}

# measured DEFECT BY ENGINE RUN: found, or looked for at least as far
measured() {
	$AWK -F '\t' -v tree="$tree" -v sum="$(sum_of "$1")" -v by="$2" -v engine="$3" -v run="$4" \
		-v limit="$(limit_of "$2")" '
		$1 == tree && $2 == sum && $5 == by && $6 == engine && $7 == run &&
			($9 == 1 || $8 + 0 >= limit + 0) { found = 1 }
		END { exit !found }' "$RESULTS/runs.tsv"
}

# missing DEFECT: the runs that are to be made, "by engine run" a line each
missing() {
	jobs | while read -r by engine; do
		[ "$1" = 00 ] || ! contains "$spoiled" "$by/$engine" || continue
		for run in $(runs_of "$engine"); do
			[ "$1" != 00 ] || [ "$run" = 1 ] || continue
			measured "$1" "$by" "$engine" "$run" || echo "$by $engine $run"
		done
	done
}

# ---------------------------------------------------------------------- measuring

# keep_row DEFECT BY ENGINE RUN: what the oracle has left in the variables
keep_row() {
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$tree" "$(sum_of "$1")" "$1" \
		"$(name_of "$1")" "$2" "$3" "$4" "$(limit_of "$2")" "$found" "$execs" "$spent" "$what" \
		>>"$RESULTS/runs.tsv"
	if [ "$found" = 1 ]; then
		text="found by $what"
	else
		text="not found"
	fi
	echo "defects: $1 $(name_of "$1"): $2$([ "$3" = - ] || echo "/$3 run $4"): $text" \
		"($execs executions, $spent s)"
}

# One defect, in a tree of its own.
measure() {
	missing "$1" >"$RESULTS/asked"
	[ -s "$RESULTS/asked" ] || return 0
	if ! plant "$1"; then
		[ -z "$stopped" ] || return 0
		complain "$1 $(name_of "$1") does not build: $RESULTS/build.log"
		status=1
		return 0
	fi
	while read -r by engine run <&3; do
		found=0 execs=0 spent=0 what=-
		look "$by" "$engine" "$run"
		[ -z "$stopped" ] || return 0
		keep_row "$1" "$by" "$engine" "$run"
	done 3<"$RESULTS/asked"
}

# Found where nothing is wrong: nothing can be said of what that oracle finds.
note_spoiled() {
	spoiled=$($AWK -F '\t' -v tree="$tree" '
		$1 == tree && $3 == "00" && $9 == 1 { printf "%s/%s ", $5, $6 }' "$RESULTS/runs.tsv")
	for each in $spoiled; do
		jobs | tr ' ' / | grep -qx "$each" || continue
		complain "$each finds something in the sources as they are; what it finds" \
			"in others says nothing, so it is left out"
		status=1
	done
}

# --------------------------------------------------------------------------- main

# shellcheck disable=SC2154 # srcdir, like the others, comes from make
: "${DEFECTS_TIME:=60}" "${DEFECTS_RUNS:=3}" "$srcdir"
time=$(seconds "$DEFECTS_TIME")
[ -n "$time" ] || usage "DEFECTS_TIME \"$DEFECTS_TIME\" is not a time; valid are 60, 60s, 5m, 1h"
case $DEFECTS_RUNS in
*[!0-9]* | 0*) usage "DEFECTS_RUNS \"$DEFECTS_RUNS\" is not a number of runs; valid are 1, 3, 5" ;;
esac
# shellcheck disable=SC2046 # a list
defects=$(choose defect "${DEFECTS:-}" "$(echo $(all_defects))") || exit 2
oracles=$(choose oracle "${DEFECTS_BY:-}" "tests tsan proof $FUZZ_TARGETS") || exit 2
engines=$(choose engine "${DEFECTS_ENGINE:-}" "fast libfuzzer afl") || exit 2
[ -n "${DEFECTS_ENGINE:-}" ] || engines="fast afl"
for engine in $engines; do
	contains "$FUZZ_INSTALLED" "$engine" || engines=$(without "$engines" "$engine")
done
echo "defects: tests, proof and targets: $oracles; engines:${engines:- none}"

mkdir -p "$RESULTS" || exit 2
RESULTS=$(cd "$RESULTS" && pwd) || exit 2
lock_results
touch "$RESULTS/runs.tsv"
trap 'stopped=yes' INT TERM HUP
tree=$(sum_of_sources)
spoiled=''

if ! build_base; then
	[ -n "$stopped" ] || complain "the sources as they are do not build: $RESULTS/build.log"
	[ -z "$stopped" ] || exit 130
	exit 1
fi
for defect in 00 $defects; do
	[ -z "$stopped" ] || break
	measure "$defect"
	[ "$defect" != 00 ] || note_spoiled
done

$AWK -F '\t' -v tree="$tree" -f "$here/medians.awk" "$RESULTS/runs.tsv" >"$RESULTS/defects.new" &&
	mv "$RESULTS/defects.new" "$RESULTS/defects.tsv"
$AWK -F '\t' -f "$here/table.awk" "$RESULTS/defects.tsv"
if [ -n "$stopped" ]; then
	complain "interrupted; \"make defects\" goes on from here"
	exit 130
fi
exit $status
