# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# What the campaign says of itself: rows of coverage.csv, lines of progress, the tables.

# record JOB: a row of coverage.csv; and in JOB/last "seconds execs edges corpus findings"
# of this campaign alone
record() {
	dir=$RESULTS/$1
	elapsed=$(($(now) - $(cat "$dir/started")))
	# shellcheck disable=SC2046 # words
	set -- "$1" $(sample "${1%%-*}" "$dir")
	# An interrupt takes the tools with it.
	[ $# = 5 ] || return 0
	put "$elapsed $2 $3 $4 $5" "$dir/last"
	awk -v used="$(cpu_of "$1")" '
		NR == FNR { seconds = $1; execs = $2; edges = $3; findings = $5; cpu = $6; next }
		{ printf "%d,%d,%d,%d,%d,%d\n", seconds + $1, execs + $2, $3 ? $3 : edges, $4,
			findings + $5, cpu + used }' "$dir/base" "$dir/last" >>"$dir/coverage.csv"
}

# duration SECONDS
duration() {
	if [ "$1" -lt 120 ]; then
		echo "$1 s"
	elif [ "$1" -lt 7200 ]; then
		echo "$(($1 / 60)) min"
	else
		echo "$(($1 / 3600)) h $(($1 / 60 % 60)) min"
	fi
}

# time_left: what is to be done, at the speed that the CPU time came at until now
time_left() {
	used=0
	for each in $jobs; do
		had=$(cpu_now "$each")
		used=$((used + (had < share ? had : share)))
	done
	elapsed=$(($(now) - begun)) total=$((share * nr_jobs)) left=$((deadline - $(now)))
	if [ $used -gt 0 ]; then
		speed_left=$((elapsed * (total - used) / used))
		[ $speed_left -gt $left ] || left=$speed_left
	fi
	duration $((left > 0 ? left : 0))
}

# The CPU time of this campaign: what is there of an earlier one is of no interest.
cpu_now() {
	if contains "$running $finished" "$1"; then
		cpu_of "$1"
	else
		echo 0
	fi
}

headline() {
	# shellcheck disable=SC2086 # a list
	set -- $finished
	echo "fuzz: $(duration $(($(now) - begun))), $# of $nr_jobs jobs done," \
		"about $(time_left) left"
}

# progress JOB: a line
progress() {
	dir=$RESULTS/$1
	[ -f "$dir/last" ] || return 0
	read -r elapsed execs edges corpus findings <"$dir/last"
	used=$(cpu_of "$1")
	printf '%6d s  %-20s %9d execs %7d/s %6d edges %6d in corpus %3d findings  %d of %d s CPU\n' \
		"$elapsed" "$1" "$execs" $((execs / (elapsed ? elapsed : 1))) "$edges" "$corpus" \
		"$findings" "$used" "$share"
	if [ "$elapsed" -ge 10 ] && [ "$used" = 0 ]; then
		complain "$1 got no CPU time in $elapsed s: something else keeps the CPUs busy"
	fi
}

# ------------------------------------------------------------------- closing

print_table() {
	printf '\n%-10s %-12s %7s %7s %11s %11s %7s %7s %9s\n' engine target seconds 'cpu s' \
		execs 'per cpu s' edges corpus findings
	for job in $finished; do
		[ -f "$RESULTS/$job/last" ] || continue
		awk -v job="$job" -v cpu="$(cpu_of "$job")" '{
			engine = target = job
			sub(/-.*/, "", engine)
			sub(/[^-]*-/, "", target)
			printf "%-10s %-12s %7d %7d %11d %11d %7d %7d %9d\n", engine, target,
				$1, cpu, $2, $2 / (cpu ? cpu : 1), $3, $4, $5
		}' "$RESULTS/$job/last"
	done
	for target in $targets; do
		echo "corpus of $target: $(count "$RESULTS/corpus/$target"/*) inputs"
	done
}

# Whether an engine ended otherwise than by its clock, a finding, or us.
failed() {
	[ -z "$stopped" ] && [ ! -f "$RESULTS/$1/stopping" ] &&
		[ "$(cat "$RESULTS/$1/done" 2>/dev/null)" != 0 ]
}

print_failures() {
	for job in $finished; do
		if failed "$job"; then
			status=1
			complain "$job ended with status $(cat "$RESULTS/$job/done" 2>/dev/null)," \
				"and its log with:"
			tail -q -n 15 "$RESULTS/$job"/log.* "$RESULTS/$job/job.log" >&2
		fi
	done
}

# A job that had no CPU time has hunted nothing, and a table of zeroes would look clean.
print_starved() {
	for job in $jobs; do
		used=$(cpu_now "$job")
		if ! contains "$finished" "$job"; then
			complain "$job was not started"
		elif [ "$used" = 0 ]; then
			complain "$job got no CPU time"
		elif [ "$used" -lt $((share - 1)) ] && [ -z "$stopped" ] && ! failed "$job"; then
			complain "$job got $used of its $share s of CPU time" \
				"(FUZZ_WALL= allows more than $wall s for all)"
		fi
	done
}

say_skipped() {
	for engine in $skipped; do
		complain "$engine is not installed and was SKIPPED" \
			"(Debian: $(package_of "$engine"))"
	done
}

# The last words after an interrupt.
finish_interrupted() {
	# shellcheck disable=SC2086 # a list
	set -- $finished
	complain "stopped before the end: $# of ${nr_jobs:-0} jobs were started;" \
		"what they found is kept, and make fuzz goes on from there"
	exit 130
}
