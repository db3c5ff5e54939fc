# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# Who may see a defect. Each is asked in the tree as plant() left it, and leaves: found (1 or 0),
# execs, spent (seconds of CPU time), what (which test failed, or what the target said).

# shellcheck source=../campaign/engines.sh disable=SC1091
. "$srcdir/fuzz/campaign/engines.sh"

TSAN_TESTS="tests/test-threads.t tests/test-races.t tests/test-context.t"

# look BY ENGINE RUN
look() {
	rm -rf "$RESULTS/try"
	mkdir -p "$RESULTS/try/corpus" "$RESULTS/try/artifacts"
	case $1 in
	tests) ask_tests build "$DEFECTS_TESTS" ;;
	tsan) ask_tests tsan "$TSAN_TESTS" ;;
	proof) ask_proof ;;
	*) ask_target "$2" "$1" "$3" ;;
	esac
}

# What it says is in try/said, and what it took in try/times.
run_in_tree() {
	cd "$RESULTS/patched/$1" || exit
	shift
	# The shell says on its own standard error what killed the command.
	{
		(
			ulimit -c 0
			[ -z "$cpu_limit" ] || ulimit -S -t "$cpu_limit"
			"$@"
		) >"$RESULTS/try/said" 2>&1 </dev/null
	} 2>/dev/null
	code=$?
	times >"$RESULTS/try/times"
	exit $code
}

# in_tree DIRECTORY COMMAND: from there, with cpu_limit seconds of CPU time, if any, for each of
# its processes. Its status, and in spent the CPU time of all.
in_tree() {
	: >"$RESULTS/try/times"
	in_subshell run_in_tree "$@"
	code=$?
	spent=$($AWK 'NR == 2 {
		gsub(/s/, "")
		split($1, user, "m")
		split($2, kernel, "m")
		printf "%.1f", 60 * (user[1] + kernel[1]) + user[2] + kernel[2]
	}' "$RESULTS/try/times")
	spent=${spent:-0}
	return $code
}

# ------------------------------------------------------------------- tests, proof

# As make check runs it.
run_test() {
	unset DMALAB_OPTIONS
	case $1 in
	*.sh) set -- sh "../source/$1" ;;
	*) set -- "./$1" ;;
	esac
	srcdir=../source AWK=$AWK CMOCKA_MESSAGE_OUTPUT=TAP TEST_RUNNER='' PROOF_CHECK=full \
		TSAN_OPTIONS="report_signal_unsafe=0" exec timeout 300 "$@"
}

# ask_tests DIRECTORY TESTS: in order, to the first that fails. One that is at work when the
# clock says 300 s is on a busy machine; one that hangs ends with its CPU time.
ask_tests() {
	sum=0 cpu_limit=120
	for test in $2; do
		execs=$((execs + 1))
		in_tree "$1" run_test "$test"
		code=$?
		[ -z "$stopped" ] || return
		sum=$(echo "$sum $spent" | $AWK '{ print $1 + $2 }')
		case $code in 0 | 77 | 124) continue ;; esac
		found=1 what=${test#tests/}
		break
	done
	spent=$sum
}

run_proof() {
	exec timeout 600 tests/proof --length=$DEFECTS_PROOF_LENGTH
}

ask_proof() {
	cpu_limit=300
	in_tree build run_proof
	case $? in 0 | 124) return ;; esac
	found=1 what=proof
}

# ------------------------------------------------------------------------- engines

# As the campaign runs it, but for the corpus, which is empty. FUZZ_NO_SHRINK: how long a
# finding takes to be made small is not what is measured.
run_engine() {
	export srcdir=../source FUZZ_NO_SHRINK=1
	case $1 in
	afl) AFL_BENCH_UNTIL_CRASH=1 run_afl "$2" "$RESULTS/try" "$RESULTS/try/corpus" 1 ;;
	*) run_libfuzzer "$1" "$2" "$RESULTS/try" "$RESULTS/try/corpus" ;;
	esac
}

# ask_target ENGINE TARGET RUN
ask_target() {
	FUZZ_SEED=$3
	case $1 in
	afl)
		# Its processes end by themselves, and it wants an input to begin with.
		cpu_limit='' FUZZ_WALL=$time
		printf '\0' >"$RESULTS/try/corpus/zero"
		in_tree build run_engine "$@"
		tell_afl
		;;
	*)
		cpu_limit=$time FUZZ_WALL=$((10 * time))
		in_tree build run_engine "$@"
		tell_libfuzzer $?
		;;
	esac
}

# tell_libfuzzer STATUS: 152 is the end of the CPU time. A target that describes its finding has
# found it, whatever became of it then.
tell_libfuzzer() {
	execs=$($AWK '
		/^#[0-9]+/ { last = substr($1, 2) + 0 }
		/^stat::number_of_executed_units:/ { last = $2 }
		END { print last + 0 }' "$RESULTS/try/said")
	if [ "$(count "$RESULTS"/try/artifacts/*)" != 0 ] || grep -q '^FINDING' "$RESULTS/try/said"; then
		found=1
	else
		case $1 in 0 | 124 | 137 | 152) ;; *) found=1 ;; esac
	fi
	[ $found = 0 ] || what=$(sed -n 's/^The last call is not as the model says: //p
		s/^SUMMARY: //p; s/^==[0-9]*==ERROR: //p; s/^==[0-9]*== ERROR: //p' \
		"$RESULTS/try/said" | head -n 1 | cut -c 1-60 | tr -d '\t')
	what=${what:-crash}
}

tell_afl() {
	set -- "$RESULTS"/try/afl/main/crashes/id* "$RESULTS"/try/afl/main/hangs/id*
	execs=$(sed -n 's/^execs_done *: //p' "$RESULTS/try/afl/main/fuzzer_stats" 2>/dev/null)
	execs=${execs:-0}
	for file; do
		[ -e "$file" ] || continue
		found=1 what=crash
		at=${file##*execs:}
		execs=${at%%,*}
		break
	done
}
