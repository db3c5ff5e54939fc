#!/bin/sh
# SPDX-License-Identifier: MIT
#
# campaign.sh: hunt with every engine on every target. Started by "make fuzz" in
# the top of the build tree, which sets:
#
#   FUZZ_TIME       CPU time of each target, over all its engines: 90, 90s, 5m, 2h
#   FUZZ_WALL       the campaign ends after this long, whatever CPU time it got;
#                   empty: three times what the CPUs would need if they were idle
#   FUZZ_ENGINE     some of: libfuzzer fast afl; empty: all
#   FUZZ_TARGET     some of FUZZ_TARGETS; empty: all
#   FUZZ_JOBS       how many processes hunt at a time; empty: as many as CPUs
#   FUZZ_FRESH      1: throw the kept corpora away, start from the seeds
#   FUZZ_RESULTS    where the results are; empty: fuzz/results
#   FUZZ_TARGETS    the targets there are
#   FUZZ_INSTALLED  the engines there are
#   AFL_FUZZ, MAKE, srcdir
#
# A pair of engine and target is a job. On disk:
#
#   corpus/TARGET/HASH             inputs that reached something new, of all engines
#   findings/TARGET/raw/HASH       inputs that stopped an engine
#   findings/TARGET/SIGNATURE/     what they are: one for each report and place
#   ENGINE-TARGET/coverage.csv     seconds,execs,edges,corpus,findings,cpu, each second
#   ENGINE-TARGET/                 log, and what the engine has of its own
#
# The campaign may be killed at any moment. An input is complete before it gets its
# name in corpus/ or findings/, and what an engine has of its own goes only after it was
# brought there: a campaign begins with bringing home what a killed one left.
#
# Status: 0 nothing was found, 1 something was, or an engine failed, 2 bad usage,
# 130 interrupted.

set -u
LC_ALL=C
export LC_ALL

ENGINES="libfuzzer fast afl"
RESULTS=${FUZZ_RESULTS:-fuzz/results}
here=$srcdir/fuzz/campaign

# shellcheck disable=SC1091 # beside this file
for part in common engines corpus findings progress; do
	. "$here/$part.sh"
done

# --------------------------------------------------------------------- jobs

# How many processes of the $slots the job $1 takes. Each AFL++ main has a secondary
# that looks at comparisons; CPUs that nobody takes go to further secondaries.
workers() {
	case $1 in
	afl-*)
		if [ "$slots" -lt 2 ]; then
			echo 1
		else
			echo $((2 + spare))
		fi
		;;
	*) echo 1 ;;
	esac
}

# launch JOB: job.sh runs its engines, in a session of its own: an interrupt from the
# terminal is for us to pass on.
launch() {
	dir=$RESULTS/$1
	FUZZ_WORKERS=$(workers "$1") FUZZ_WALL=$((deadline - $(now))) \
		FUZZ_CORPUS=$RESULTS/corpus/${1#*-} setsid sh "$here/job.sh" "$1" "$dir" \
		>"$dir/job.log" 2>&1 </dev/null 9>&- &
	put "$!" "$dir/pid"
	put "$(now)" "$dir/started"
	running="$running $1"
	taken=$((taken + $(workers "$1")))
}

# start_waiting: as many of the $waiting jobs as there is room for; a job that takes more
# than there is at all has to start alone.
start_waiting() {
	for job in $waiting; do
		need=$(workers "$job")
		if [ "$taken" -gt 0 ] && [ $((taken + need)) -gt "$slots" ]; then
			continue
		fi
		prepare "$job"
		launch "$job"
		waiting=$(without "$waiting" "$job")
	done
}

# finish JOB: bring home what it found
finish() {
	last_account "$1"
	record "$1"
	gather "$1"
	progress "$1"
	taken=$((taken - $(workers "$1")))
	running=$(without "$running" "$1")
	finished="$finished $1"
}

# end_job JOB: its time is over. It has five seconds to say what it did.
end_job() {
	[ -f "$RESULTS/$1/stopping" ] || put "$(now)" "$RESULTS/$1/stopping"
	kill -TERM "$(cat "$RESULTS/$1/pid")" 2>/dev/null
	if [ $(($(now) - $(cat "$RESULTS/$1/stopping"))) -ge 5 ]; then
		kill_group "$(cat "$RESULTS/$1/pid")"
		: >"$RESULTS/$1/done"
	fi
}

# One second of the campaign.
tick() {
	account $running
	for job in $running; do
		record "$job"
		if [ -f "$RESULTS/$job/done" ] || ! alive "$RESULTS/$job/pid"; then
			finish "$job"
		elif [ "$(cpu_of "$job")" -ge "$share" ] || [ "$(now)" -ge "$deadline" ]; then
			end_job "$job"
		fi
	done
	if [ "$(now)" -ge "$next_report" ]; then
		headline
		for job in $running; do
			progress "$job"
		done
		next_report=$(($(now) + interval))
	fi
}

run_jobs() {
	while [ -n "$waiting$running" ] && [ -z "$stopped" ]; do
		[ "$(now)" -lt "$deadline" ] || waiting=''
		start_waiting
		pause
		tick
	done
}

# An interrupt: end all that runs, bring home what it found, and say how far we came.
stop_jobs() {
	for job in $running; do
		kill -TERM "$(cat "$RESULTS/$job/pid")" 2>/dev/null
	done
	patience=20
	for job in $running; do
		while alive "$RESULTS/$job/pid" && [ $patience -gt 0 ]; do
			sleep 0.1
			patience=$((patience - 1))
		done
		kill_group "$(cat "$RESULTS/$job/pid")"
		account "$job"
		finish "$job"
	done
}

# --------------------------------------------------------------------- main

engines=$(choose engine "${FUZZ_ENGINE:-}" "$ENGINES") || exit 2
targets=$(choose target "${FUZZ_TARGET:-}" "$FUZZ_TARGETS") || exit 2
time=$(seconds "$FUZZ_TIME")
wall=$(seconds "${FUZZ_WALL:-1}")
slots=${FUZZ_JOBS:-$(nproc)}
case ${time:-none},${wall:-none},$slots in
none,*)
	complain "FUZZ_TIME \"$FUZZ_TIME\" is not a time; valid are 90, 90s, 5m, 2h"
	exit 2
	;;
*,none,*)
	complain "FUZZ_WALL \"$FUZZ_WALL\" is not a time; valid are 90, 90s, 5m, 2h"
	exit 2
	;;
*,*,*[!0-9]* | *,*,0*)
	complain "FUZZ_JOBS \"$slots\" is not a number of jobs"
	exit 2
	;;
esac
case ${FUZZ_FRESH:-} in
'' | 0 | 1) ;;
*)
	complain "FUZZ_FRESH \"$FUZZ_FRESH\" is neither 0 nor 1"
	exit 2
	;;
esac

mkdir -p "$RESULTS/corpus" "$RESULTS/findings" || exit 2
RESULTS=$(cd "$RESULTS" && pwd) || exit 2
lock_results

stopped='' step='' running='' finished='' waiting='' status=0
trap 'interrupted' INT TERM HUP
for engine in $engines; do
	if contains "$FUZZ_INSTALLED" "$engine"; then
		available="${available:-} $engine"
	else
		skipped="${skipped:-} $engine"
	fi
done
available=${available:-} skipped=${skipped:-}
say_skipped
if [ -z "$available" ]; then
	complain "no engine to fuzz with: nothing was done"
	exit 1
fi
for engine in $available; do
	in_background $MAKE --no-print-directory "fuzz-build-$engine"
	build=$?
	[ -z "$stopped" ] || finish_interrupted
	[ $build = 0 ] || exit 1
done

# Targets by turns, so that a short campaign sees all of them.
for engine in $available; do
	for target in $targets; do
		waiting="$waiting $engine-$target"
	done
done
jobs=$waiting
set -- $available
share=$(((time + $# - 1) / $#))
set -- $jobs
nr_jobs=$# spare=0 taken=0
weight=0 afl_jobs=0
for job in $jobs; do
	weight=$((weight + $(workers "$job")))
	case $job in afl-*) afl_jobs=$((afl_jobs + 1)) ;; esac
done
[ $afl_jobs = 0 ] || [ "$slots" -le $weight ] || spare=$(((slots - weight) / afl_jobs))
[ -n "${FUZZ_WALL:-}" ] || wall=$((3 * share * nr_jobs / slots + 3 * share + 60))
interval=$((wall / 60))
[ $interval -ge 2 ] || interval=2
[ $interval -le 30 ] || interval=30

put "make fuzz FUZZ_TIME=$FUZZ_TIME${FUZZ_ENGINE:+ FUZZ_ENGINE=$FUZZ_ENGINE}${FUZZ_TARGET:+ FUZZ_TARGET=$FUZZ_TARGET}" \
	"$RESULTS/command"
end_leftovers
for target in $targets; do
	[ -n "$stopped" ] || prepare_target "$target"
done
begun=$(now)
deadline=$((begun + wall)) next_report=$((begun + interval))
[ -n "$stopped" ] || echo "fuzz: $share s of CPU time for each of $nr_jobs jobs, $slots processes at a time," \
	"$wall s at most"
run_jobs
[ -z "$stopped" ] || stop_jobs
for target in $targets; do
	[ -n "$stopped" ] || triage "$target"
done

print_table
print_failures
print_starved
print_findings
say_skipped
[ -z "$stopped" ] || finish_interrupted
exit $status
