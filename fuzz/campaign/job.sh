#!/bin/sh
# SPDX-License-Identifier: MIT
#
# job.sh ENGINE-TARGET DIR: one job of the campaign, until it is told to end (SIGTERM) or
# has had FUZZ_WALL seconds. libFuzzer, which ends at a finding, is started again; all
# instances of AFL++ run side by side. DIR/done has the status in the end.

set -u
job=$1 dir=$2 engine=${1%%-*} target=${1#*-}
# shellcheck source=engines.sh disable=SC1091
. "$srcdir/fuzz/campaign/engines.sh"

MAX_FINDINGS=50 # in one campaign; who has so many needs no more of them

stopped='' pids=''
end() {
	stopped=yes
	for pid in $pids; do
		kill -TERM "$pid" 2>/dev/null
	done
}
trap end TERM INT HUP

# settle PID...: wait until all have ended, also when a signal interrupts the wait
settle() {
	status=0
	for pid; do
		wait "$pid"
		code=$?
		while kill -0 "$pid" 2>/dev/null; do
			wait "$pid"
			code=$?
		done
		[ $code = 0 ] || status=$code
	done
}

nr_findings() {
	find "$dir/artifacts" -type f | wc -l
}

# An input that stops the engine must not stop it at its next start.
drop_from_corpus() {
	for file in "$dir"/artifacts/*-*; do
		rm -f "$FUZZ_CORPUS/${file##*-}"
	done
}

hunt_libfuzzer() {
	run=0 before=0
	while [ -z "$stopped" ]; do
		run=$((run + 1))
		run_libfuzzer "$engine" "$target" "$dir" "$FUZZ_CORPUS" \
			>"$dir/log.$run" 2>&1 </dev/null &
		pids=$!
		settle $pids
		found=$(nr_findings)
		[ "$found" -gt "$before" ] || return
		before=$found status=0
		drop_from_corpus
		[ "$found" -lt $MAX_FINDINGS ] || return
	done
}

hunt_afl() {
	instance=0
	while [ $instance -lt "$FUZZ_WORKERS" ]; do
		instance=$((instance + 1))
		run_afl "$target" "$dir" "$FUZZ_CORPUS" $instance \
			>"$dir/log.$instance" 2>&1 </dev/null &
		pids="$pids $!"
	done
	# shellcheck disable=SC2086 # a list
	settle $pids
}

case $engine in
afl) hunt_afl ;;
*) hunt_libfuzzer ;;
esac
times >"$dir/times"
echo $status >"$dir/done.new"
mv "$dir/done.new" "$dir/done"
