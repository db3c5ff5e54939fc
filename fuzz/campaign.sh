#!/bin/sh
# SPDX-License-Identifier: MIT
#
# campaign.sh: hunt with every engine on every target. Started by "make fuzz" in
# the top of the build tree, which sets:
#
#   FUZZ_TIME       for each engine and target: 90, 90s, 5m, 2h
#   FUZZ_ENGINE     some of: libfuzzer afl; empty: all
#   FUZZ_TARGET     some of FUZZ_TARGETS; empty: all
#   FUZZ_JOBS       how many to run at a time; empty: as many as there are CPUs
#   FUZZ_TARGETS    the targets there are
#   FUZZ_INSTALLED  the engines there are
#   AFL_FUZZ, MAKE, srcdir
#
# A pair of engine and target is a job, with a directory of its own:
#
#   fuzz/results/ENGINE-TARGET/coverage.csv   seconds,execs,edges,corpus,findings
#                              findings/      kept from one campaign to the next
#                              log            what the engine printed
#                              times          of the CPU, that it got
#
# Status: 0 nothing was found, 1 something was, or an engine failed, 2 bad usage.

set -u
LC_ALL=C
export LC_ALL

ENGINES="libfuzzer afl"
RESULTS=fuzz/results

# Bytes of an input: text is longer than what it says.
max_input() {
	case $1 in
	trace) echo 4096 ;;
	*) echo 1024 ;;
	esac
}

complain() {
	echo "fuzz: $*" >&2
}

# contains LIST WORD
contains() {
	case " $1 " in
	*" $2 "*) return 0 ;;
	esac
	return 1
}

# seconds TIME: in seconds, or nothing if it is not a time
seconds() {
	case $1 in
	*[0-9]m) factor=60 number=${1%m} ;;
	*[0-9]h) factor=3600 number=${1%h} ;;
	*[0-9]s) factor=1 number=${1%s} ;;
	*) factor=1 number=$1 ;;
	esac
	case $number in
	'' | *[!0-9]* | 0* | ??????????*) return ;;
	esac
	echo $((number * factor))
}

# choose WHAT CHOSEN VALID: CHOSEN, or VALID if that is empty
choose() {
	chosen=$(echo "$2" | tr ',' ' ')
	for word in ${chosen:-$3}; do
		if ! contains "$3" "$word"; then
			complain "there is no $1 \"$word\"; valid are: $3"
			return 2
		fi
	done
	echo "${chosen:-$3}"
}

package_of() {
	case $1 in
	libfuzzer) echo "clang, libclang-rt-dev" ;;
	afl) echo "afl++" ;;
	esac
}

# ------------------------------------------------------------------ engines

# start_libfuzzer TARGET DIR
start_libfuzzer() {
	dictionary=''
	[ ! -f "$2/dictionary" ] || dictionary="-dict=$2/dictionary"
	# shellcheck disable=SC2086 # one argument, or none
	UBSAN_OPTIONS=print_stacktrace=1 exec "fuzz/build-libfuzzer/$1" \
		-max_total_time="$time" -max_len=$(max_input "$1") -timeout=20 -rss_limit_mb=2048 \
		-report_slow_units=20 -print_final_stats=1 -artifact_prefix="$2/findings/" \
		$dictionary \
		"$2/corpus" "$2/seeds"
}

# Nobody looks at AFL++'s screen, and nothing that it would like the administrator
# to set matters to us.
start_afl() {
	dictionary=''
	[ ! -f "$2/dictionary" ] || dictionary="-x $2/dictionary"
	# shellcheck disable=SC2086 # two arguments, or none
	AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
	AFL_NO_AFFINITY=1 AFL_FAST_CAL=1 AFL_HANG_TMOUT=20000 AFL_FORKSRV_INIT_TMOUT=60000 \
		exec "$AFL_FUZZ" -V "$time" -G "$(max_input "$1")" -t 5000 $dictionary \
		-i "$2/seeds" -o "$2/afl" \
		-- "fuzz/build-afl/$1"
}

# sample_ENGINE DIR: "execs edges corpus findings", as of now
sample_libfuzzer() {
	tail -n 400 "$1/log" 2>/dev/null | awk -v findings="$(count "$1"/findings/*)" '
		/^#[0-9]+.* cov: / {
			execs = substr($1, 2)
			for (i = 2; i < NF; i++) {
				if ($i == "cov:") edges = $(i + 1)
				if ($i == "corp:") { split($(i + 1), part, "/"); corpus = part[1] }
			}
		}
		/^stat::number_of_executed_units:/ { execs = $2 }
		END { print execs + 0, edges + 0, corpus + 0, findings }'
}

# AFL++ says nothing of itself in its first minute. What it has found by then is in
# its queue, each with the number of executions in its name.
sample_afl() {
	stats=$1/afl/default/fuzzer_stats plot=$1/afl/default/plot_data
	if [ -f "$1/done" ] && [ -f "$stats" ]; then
		awk '
			$1 == "execs_done" { execs = $3 }
			$1 == "edges_found" { edges = $3 }
			$1 == "corpus_count" { corpus = $3 }
			$1 == "saved_crashes" || $1 == "saved_hangs" { findings += $3 }
			END { print execs + 0, edges + 0, corpus + 0, findings + 0 }' "$stats"
	elif grep -q '^[0-9]' "$plot" 2>/dev/null; then
		tail -n 1 "$plot" | awk -F ', *' '{ print $12, $13, $4, $8 + $9 }'
	else
		sample_afl_queue "$1"
	fi
}

sample_afl_queue() {
	queue=$1/afl/default/queue early=$1/early
	mkdir -p "$early/new" "$early/maps"
	: >"$early/now"
	if [ -f "$early/last" ]; then
		find "$queue" -name 'id*' -newer "$early/last" -exec cp {} "$early/new/" \; \
			2>/dev/null
	else
		cp "$queue"/id* "$early/new/" 2>/dev/null
	fi
	mv "$early/now" "$early/last"
	: >>"$early/edges"
	if [ "$(count "$early"/new/*)" != 0 ]; then
		"${AFL_FUZZ%fuzz}showmap" -q -i "$early/new" -o "$early/maps" -- \
			"fuzz/build-afl/${1##*-}" >/dev/null 2>&1 </dev/null
		cat "$early"/maps/* 2>/dev/null | cut -d : -f 1 |
			sort -u - "$early/edges" >"$early/all"
		mv "$early/all" "$early/edges"
		rm -rf "$early/new" "$early/maps"
	fi
	execs=$(ls "$queue" 2>/dev/null | sed -n 's/.*,execs:\([0-9]*\).*/\1/p' |
		sort -n | tail -n 1)
	echo "${execs:-0} $(wc -l <"$early/edges") $(count "$queue"/id*)" \
		"$(count "$1"/afl/default/crashes/id*)"
}

# AFL++'s own names are awkward to type.
collect_afl() {
	for kind in crash hang; do
		[ $kind = crash ] && from=crashes || from=hangs
		number=0
		for file in "$1/afl/default/$from"/id*; do
			[ -f "$file" ] || continue
			number=$((number + 1))
			cp "$file" "$1/findings/$kind-$campaign-$number"
		done
	done
}

collect_libfuzzer() {
	:
}

# replay ENGINE TARGET FILE: the command. A finding of the sanitizers needs them.
replay() {
	case $1 in
	libfuzzer) echo "fuzz/build-libfuzzer/$2 $3" ;;
	afl) echo "fuzz/replay-$2 --print $3" ;;
	esac
}

# --------------------------------------------------------------------- jobs

count() {
	[ -e "$1" ] && echo $# || echo 0
}

# prepare_traces DIR: each seed in the binary form, too, and the words of the language
prepare_traces() {
	for file in "$1"/seeds/*; do
		./dmalab encode -o "$file.bytes" "$file" 2>/dev/null
	done
	{
		./dmalab calls | sed -n 's/^\([a-z_]*(\).*/\1/p'
		grep -v '#define' "$srcdir/core/trace/words.c" |
			grep -o 'WORD([A-Za-z_0-9]*' | sed 's/WORD(//'
		printf '%s\n' .cpu .dma .page .phys .sgl .sgt '[0].dma' '[0].len' 'DMA_BIT_MASK(32)' \
			0x '# expect: ' '# expect[arm64]: '
	} | sort -u | sed 's/.*/"&"/' >"$1/dictionary"
}

# prepare JOB
prepare() {
	dir=$RESULTS/$1
	target=${1#*-}
	rm -rf "$dir/corpus" "$dir/seeds" "$dir/afl" "$dir/early" "$dir/log" \
		"$dir/done" "$dir/old" "$dir/times"
	mkdir -p "$dir/corpus" "$dir/seeds" "$dir/findings" "$dir/old"
	for file in "$dir"/findings/*; do
		[ -f "$file" ] && mv "$file" "$dir/old/"
	done
	# Inputs of the target "trace" are traces: all that there are, too.
	seeds="$srcdir/corpora/fuzz/$target"
	[ "$target" != trace ] ||
		seeds="$seeds $srcdir/corpora/bugs $srcdir/corpora/checks $srcdir/corpora/clean"
	# shellcheck disable=SC2086 # several directories
	for file in $(find $seeds -type f 2>/dev/null); do
		case $file in
		*/README*) ;;
		*) [ -f "$file" ] && cp "$file" "$dir/seeds/" ;;
		esac
	done
	chmod -R u+w "$dir/seeds"
	[ "$target" != trace ] || prepare_traces "$dir"
	# AFL++ passes over a seed that crashes; it is a finding all the same.
	for file in "$dir"/seeds/*; do
		[ -f "$file" ] || continue
		"fuzz/replay-$target" "$file" >/dev/null 2>&1 || cp "$file" "$dir/findings/"
	done
	# AFL++ wants a seed to start from.
	[ "$(count "$dir"/seeds/*)" != 0 ] || echo dmalab >"$dir/seeds/first"
	echo "seconds,execs,edges,corpus,findings" >"$dir/coverage.csv"
}

# children_time FILE: what "times" wrote there, as the seconds of CPU time that the
# shell's children and theirs had. (Through a pipe it would tell of none.)
children_time() {
	awk 'NR == 2 {
		gsub(/s/, "")
		split($1, user, "m")
		split($2, kernel, "m")
		printf "%d\n", 60 * (user[1] + kernel[1]) + user[2] + kernel[2]
	}' "$1"
}

# launch JOB: in the background, and done/ has its status when it has ended
launch() {
	dir=$RESULTS/$1
	(
		engine=${1%%-*} pid=''
		trap 'kill $pid 2>/dev/null' TERM
		trap '' INT
		"start_$engine" "${1#*-}" "$dir" >"$dir/log" 2>&1 </dev/null &
		pid=$!
		wait "$pid"
		status=$?
		# wait returns early when the trap ran.
		if kill -0 "$pid" 2>/dev/null; then
			wait "$pid"
			status=$?
		fi
		times >"$dir/times"
		echo $status >"$dir/done.new"
		mv "$dir/done.new" "$dir/done"
	) &
	echo $! >"$dir/pid"
	running="$running $1"
	date +%s >"$dir/started"
}

# report JOB: a row of coverage.csv and a line of progress
report() {
	dir=$RESULTS/$1
	elapsed=$(($(date +%s) - $(cat "$dir/started")))
	set -- "$1" $("sample_${1%%-*}" "$dir")
	# An interrupt takes the tools with it.
	[ $# = 5 ] || return 0
	echo "$elapsed,$2,$3,$4,$5" >>"$dir/coverage.csv"
	printf '%5d s  %-20s %9d execs %7d/s %6d edges %5d in corpus %3d findings\n' \
		"$elapsed" "$1" "$2" $(($2 / (elapsed ? elapsed : 1))) "$3" "$4" "$5"
}

# finish JOB: bring its findings home
finish() {
	report "$1"
	rm -rf "$RESULTS/$1/early"
	"collect_${1%%-*}" "$RESULTS/$1"
	for file in "$RESULTS/$1"/findings/*; do
		[ -f "$file" ] && echo "$1 $file" >>"$found"
	done
	for file in "$RESULTS/$1"/old/*; do
		[ -f "$file" ] && mv "$file" "$RESULTS/$1/findings/"
	done
	rmdir "$RESULTS/$1/old"
	finished="$finished $1"
}

# Run all jobs of $jobs, $slots at a time, until all are done or we are stopped.
run_jobs() {
	waiting=$jobs next_report=0
	while [ -n "$waiting$running" ]; do
		set -- $running
		while [ $# -lt "$slots" ] && [ -n "$waiting" ] && [ -z "$stopped" ]; do
			set -- $waiting
			first=$1
			shift
			waiting=$*
			prepare "$first"
			launch "$first"
			set -- $running
		done
		[ -n "$stopped" ] && waiting=''
		sleep 1
		still=''
		for job in $running; do
			if [ -f "$RESULTS/$job/done" ]; then
				finish "$job"
			else
				still="$still $job"
			fi
		done
		running=${still# }
		now=$(date +%s)
		if [ "$now" -ge "$next_report" ]; then
			for job in $running; do
				report "$job"
			done
			next_report=$((now + interval))
		fi
	done
}

stop() {
	stopped=yes
	complain "stopping"
	for job in $running; do
		kill "$(cat "$RESULTS/$job/pid")" 2>/dev/null
	done
}

# ------------------------------------------------------------------ closing

# Whether an engine ended otherwise than by its clock, a finding, or us.
failed() {
	[ -z "$stopped" ] && [ "$(cat "$RESULTS/$1/done")" != 0 ] && ! grep -q "^$1 " "$found"
}

print_table() {
	printf '\n%-10s %-10s %7s %7s %10s %8s %7s %7s %9s\n' engine target seconds 'cpu s' \
		execs exec/s edges corpus findings
	for job in $finished; do
		tail -n 1 "$RESULTS/$job/coverage.csv" | awk -F , -v job="$job" \
			-v cpu="$(children_time "$RESULTS/$job/times")" \
			-v findings="$(grep -c "^$job " "$found")" '{
				engine = target = job
				sub(/-.*/, "", engine)
				sub(/[^-]*-/, "", target)
				printf "%-10s %-10s %7d %7d %10d %8d %7d %7d %9d\n", engine, target,
					$1, cpu, $2, $2 / ($1 ? $1 : 1), $3, $4, findings
			}'
	done
}

# explain_trace FILE: its text, and how to get at a smaller one
explain_trace() {
	[ "$(head -c 1 "$1" | od -An -tx1 | tr -d ' ')" != fd ] ||
		echo "    as a trace: ./dmalab decode $1"
	if [ -x fuzz/build-libfuzzer/trace ]; then
		echo "    smaller:    fuzz/build-libfuzzer/trace -minimize_crash=1 -runs=100000" \
			"-exact_artifact_path=small $1"
	else
		echo "    smaller:    ${AFL_FUZZ%fuzz}tmin -i $1 -o small -- fuzz/build-afl/trace"
	fi
	echo "    the report that it draws, if it is about one: ./dmalab shrink $1"
}

print_findings() {
	[ -s "$found" ] || return 0
	status=1
	printf '\nFindings, and what replays each:\n'
	while read -r job file; do
		echo "  $(replay "${job%%-*}" "${job#*-}" "$file")"
		[ "${job#*-}" != trace ] || explain_trace "$file"
	done <"$found"
}

print_failures() {
	for job in $finished; do
		if failed "$job"; then
			status=1
			complain "$job ended with status $(cat "$RESULTS/$job/done")," \
				"and its log with:"
			tail -n 15 "$RESULTS/$job/log" >&2
		fi
	done
}

say_skipped() {
	for engine in $skipped; do
		complain "$engine is not installed and was SKIPPED" \
			"(Debian: $(package_of "$engine"))"
	done
}

# --------------------------------------------------------------------- main

engines=$(choose engine "$FUZZ_ENGINE" "$ENGINES") || exit 2
targets=$(choose target "$FUZZ_TARGET" "$FUZZ_TARGETS") || exit 2
time=$(seconds "$FUZZ_TIME")
slots=${FUZZ_JOBS:-$(nproc)}
case ${time:-none},$slots in
none,*)
	complain "FUZZ_TIME \"$FUZZ_TIME\" is not a time; valid are 90, 90s, 5m, 2h"
	exit 2
	;;
*,*[!0-9]* | *,0*)
	complain "FUZZ_JOBS \"$slots\" is not a number of jobs"
	exit 2
	;;
esac

skipped='' jobs=''
for engine in $engines; do
	if contains "$FUZZ_INSTALLED" "$engine"; then
		$MAKE --no-print-directory "fuzz-build-$engine" || exit 1
		for target in $targets; do
			jobs="$jobs $engine-$target"
		done
	else
		skipped="$skipped $engine"
	fi
done
say_skipped
if [ -z "$jobs" ]; then
	complain "no engine to fuzz with: nothing was done"
	exit 1
fi
jobs=${jobs# }

interval=$((time / 20))
[ $interval -ge 2 ] || interval=2
[ $interval -le 30 ] || interval=30

mkdir -p $RESULTS
campaign=$(date +%Y%m%d-%H%M%S)
found=$RESULTS/found
: >"$found"
running='' finished='' stopped='' status=0
trap stop INT TERM
run_jobs
trap - INT TERM
wait

print_table
print_failures
print_findings
say_skipped
if [ -n "$stopped" ]; then
	complain "stopped before the end"
	status=130
fi
exit $status
