# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# What the campaign knows of each engine: libfuzzer is libFuzzer with the sanitizers, fast
# is libFuzzer without them, afl is AFL++. job.sh starts them, and defects/run.sh, which sets
# FUZZ_SEED so that a run can be made again.

package_of() {
	case $1 in
	libfuzzer | fast) echo "clang, libclang-rt-dev" ;;
	afl) echo "afl++" ;;
	esac
}

# Bytes of an input: text is longer than what it says.
max_input() {
	case $1 in
	trace) echo 4096 ;;
	*) echo 1024 ;;
	esac
}

# The mutator of fuzz/mutator knows programs; an input of other targets is none.
is_program() {
	[ "$1" = misuse ]
}

# A word of the language each line, if the target has any.
dictionary() {
	for file in "fuzz/dict/$1.dict" "$srcdir/fuzz/dict/$1.dict"; do
		if [ -s "$file" ]; then
			echo "$file"
			return
		fi
	done
}

# run_libfuzzer ENGINE TARGET DIR CORPUS: a finding ends it. An entropic schedule weighs
# inputs by rare features; on targets as fast as ours, that costs more than it brings.
run_libfuzzer() {
	words=$(dictionary "$2") schedule=1
	[ "$1" = libfuzzer ] || schedule=0
	UBSAN_OPTIONS=print_stacktrace=1 exec "fuzz/build-$1/$2" \
		-max_total_time="$FUZZ_WALL" -max_len="$(max_input "$2")" -timeout=20 \
		-report_slow_units=1000 -rss_limit_mb=2048 -print_final_stats=1 \
		-entropic=$schedule ${FUZZ_SEED:+-seed="$FUZZ_SEED"} ${words:+-dict="$words"} \
		-artifact_prefix="$3/artifacts/" "$4"
}

# run_afl TARGET DIR CORPUS INSTANCE: 1 is the main one. Nobody looks at AFL++'s screen, and
# nothing that it would like the administrator to set matters to us. The main one takes in
# what other engines add to the corpus.
run_afl() {
	words=$(dictionary "$1")
	case $4 in
	1) set -- "$@" -M main -F "$3" ;;
	2) set -- "$@" -S cmplog -c "fuzz/build-cmplog/$1" -p explore ;;
	*) set -- "$@" -S "secondary$4" -p "$(echo fast explore coe rare exploit |
		cut -d ' ' -f $(($4 % 5 + 1)))" ;;
	esac
	target=$1 dir=$2 corpus=$3
	shift 4
	if is_program "$target" && [ -f "fuzz/build-afl/$target-mutator.so" ]; then
		export AFL_CUSTOM_MUTATOR_LIBRARY="$PWD/fuzz/build-afl/$target-mutator.so"
	fi
	AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1 \
		AFL_FAST_CAL=1 AFL_HANG_TMOUT=20000 AFL_FORKSRV_INIT_TMOUT=60000 AFL_SYNC_TIME=1 \
		AFL_CMPLOG_ONLY_NEW=1 \
		exec "$AFL_FUZZ" "$@" -V "$FUZZ_WALL" -G "$(max_input "$target")" -t 5000 \
		${FUZZ_SEED:+-s "$FUZZ_SEED"} ${words:+-x "$words"} -i "$corpus" -o "$dir/afl" -- "fuzz/build-afl/$target"
}

# ------------------------------------------------------------------ samples

# sample ENGINE DIR: "execs edges corpus findings", as of now
sample() {
	case $1 in
	afl) sample_afl "$2" ;;
	*) sample_libfuzzer "$2" ;;
	esac
}

# A line of status comes with each new input and each doubling of the executions; what the
# final figures say is exact. A finding ends a run, and the next goes on in a log of its own.
sample_libfuzzer() {
	tail -v -n 60 "$1"/log.* 2>/dev/null | awk -v findings="$(count "$1"/artifacts/*)" '
		/^==> / { sum += execs; execs = 0 }
		/^#[0-9]+.* cov: / {
			execs = substr($1, 2)
			for (i = 2; i < NF; i++) {
				if ($i == "cov:" && $(i + 1) + 0 > edges) edges = $(i + 1)
				if ($i == "corp:") { split($(i + 1), part, "/"); corpus = part[1] }
			}
		}
		/^stat::number_of_executed_units:/ { execs = $2 }
		END { print sum + execs, edges + 0, corpus + 0, findings }'
}

# The executions of all instances, and what the main one has seen: it has what all found.
sample_afl() {
	for instance in "$1"/afl/*/; do
		[ -d "$instance/queue" ] && sample_instance "${instance%/}" "$1"
	done | awk '
		{ execs += $1; findings += $4 }
		$2 > edges { edges = $2 }
		$3 > corpus { corpus = $3 }
		END { print execs + 0, edges + 0, corpus + 0, findings + 0 }'
}

sample_instance() {
	if [ -f "$2/done" ] && grep -qs '^edges_found' "$1/fuzzer_stats"; then
		awk '
			$1 == "execs_done" { execs = $3 }
			$1 == "edges_found" { edges = $3 }
			$1 == "corpus_count" { corpus = $3 }
			$1 == "saved_crashes" || $1 == "saved_hangs" { findings += $3 }
			END { print execs + 0, edges + 0, corpus + 0, findings + 0 }' "$1/fuzzer_stats"
	elif grep -q '^[0-9]' "$1/plot_data" 2>/dev/null; then
		tail -n 1 "$1/plot_data" | awk -F ', *' '{ print $12, $13, $4, $8 + $9 }'
	else
		sample_queue "$1" "$2"
	fi
}

# AFL++ says nothing of itself in its first minute. What it has found by then is in its
# queue, each with the number of executions in its name.
sample_queue() {
	if [ "${1##*/}" = main ] && mkdir "$2/early" 2>/dev/null; then
		early_edges "$1" "$2/early" "${2##*-}" >/dev/null 2>&1 </dev/null 9>&- &
	fi
	find "$1/queue" -name 'id*' 2>/dev/null | awk -v edges="$(cat "$2/edges" 2>/dev/null)" \
		-v findings="$(count "$1"/crashes/id*)" '
		match($0, /,execs:[0-9]+/) {
			n = substr($0, RSTART + 7, RLENGTH - 7) + 0
			if (n > execs) execs = n
		}
		END { print execs + 0, edges + 0, NR, findings }'
}

# early_edges INSTANCE DIR TARGET: in DIR.edges, how many edges what is new in the queue adds
# to what was there. DIR is there as long as this takes, which may be seconds.
early_edges() {
	: >"$2/now"
	mkdir "$2/new" "$2/maps"
	if [ -f "$2.last" ]; then
		find "$1/queue" -name 'id*' -newer "$2.last" -exec cp -t "$2/new" {} +
	else
		find "$1/queue" -name 'id*' -exec cp -t "$2/new" {} +
	fi
	if [ "$(count "$2"/new/*)" != 0 ]; then
		"${AFL_FUZZ%fuzz}showmap" -q -i "$2/new" -o "$2/maps" -- "fuzz/build-afl/$3"
		find "$2/maps" -type f -exec cat {} + | cut -d : -f 1 |
			sort -u - "$2.all" >"$2/all"
		mv "$2/all" "$2.all"
		wc -l <"$2.all" >"$2/edges"
		mv "$2/edges" "${2%/*}/edges"
	fi
	mv "$2/now" "$2.last"
	rm -rf "$2"
}

# --------------------------------------------------------------- what they left

# stoppers DIR: the files that stopped an engine. (The last two are where earlier versions
# of the campaign had them.)
stoppers() {
	find "$1/artifacts" "$1"/afl/*/crashes* "$1"/afl/*/hangs* "$1/findings" "$1/old" \
		-type f ! -name 'README*' ! -name 'slow-unit-*' 2>/dev/null
}

# novelties DIR: the inputs that AFL++ found itself
novelties() {
	find "$1"/afl/*/queue "$1/corpus" -type f ! -name '*,orig:*' ! -name '*,sync:*' \
		! -path '*/.state/*' 2>/dev/null
}
