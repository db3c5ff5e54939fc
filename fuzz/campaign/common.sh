# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# What the parts of the campaign share: words, times, processes, files that appear whole.

complain() {
	echo "fuzz: $*" >&2
}

now() {
	date +%s
}

# contains LIST WORD
contains() {
	case " $1 " in
	*" $2 "*) return 0 ;;
	esac
	return 1
}

# without LIST WORD
without() {
	left=''
	for word in $1; do
		[ "$word" = "$2" ] || left="$left $word"
	done
	echo "$left"
}

count() {
	[ -e "$1" ] && echo $# || echo 0
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

# -------------------------------------------------------------------- files

# put TEXT FILE: the file has all of the text, or is as it was
put() {
	echo "$1" >"$2.new" && mv "$2.new" "$2"
}

# scratch: an empty directory on the file system of the results
scratch() {
	rm -rf "$RESULTS/scratch"
	mkdir -p "$RESULTS/scratch"
	echo "$RESULTS/scratch"
}

# keep FILE DIRECTORY HASH: a copy by the name of its content, on disk before it is there
# by name. A file that goes meanwhile is no longer of interest.
keep() {
	[ ! -e "$2/$3" ] || return 0
	mkdir -p "$2" "$RESULTS/incoming"
	cp "$1" "$RESULTS/incoming/$3" 2>/dev/null || return 0
	sync "$RESULTS/incoming/$3" 2>/dev/null
	mv "$RESULTS/incoming/$3" "$2/$3"
}

# One campaign at a time; the lock goes with the process that has it.
lock_results() {
	exec 9>"$RESULTS/lock"
	command -v flock >/dev/null || return 0
	if ! flock -n 9; then
		complain "another campaign has $RESULTS; wait for it, or use FUZZ_RESULTS=DIRECTORY"
		exit 2
	fi
}

# ---------------------------------------------------------------- processes

# alive PIDFILE
alive() {
	kill -0 "$(cat "$1" 2>/dev/null)" 2>/dev/null
}

# kill_group PID: it, and all that it started. The processes of AFL++'s fork server
# have a session of their own and end with AFL++.
kill_group() {
	kill -s KILL -- "-$1" 2>/dev/null
}

# in_background COMMAND: its status; 130 as soon as we are interrupted. A shell runs traps
# between commands and while it waits for one in the background, and only then.
in_background() {
	[ -z "$stopped" ] || return 130
	setsid "$@" 9>&- &
	step=$!
	wait "$step"
	result=$?
	if [ -n "$stopped" ]; then
		kill_group "$step"
		result=130
	fi
	step=''
	return $result
}

# in_background of a function: a shell of the same session, whose work can be done again.
in_subshell() {
	[ -z "$stopped" ] || return 130
	("$@") 9>&- &
	step=$!
	wait "$step"
	result=$?
	if [ -n "$stopped" ]; then
		kill_tree "$step"
		result=130
	fi
	step=''
	return $result
}

# kill_tree PID: it and its descendants
kill_tree() {
	descendants "$1" | while read -r process; do
		kill -KILL "$process" 2>/dev/null
	done
}

# /proc/PID/stat of all, from the state on: what is before it may have blanks in it.
# Columns: pid state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt
# utime stime cutime cstime.
processes() {
	cat /proc/[0-9]*/stat 2>/dev/null | sed 's/^\([0-9]*\) (.*) /\1 /'
}

# descendants PID: and itself
descendants() {
	processes | awk -v root="$1" '
		{ parent[$1] = $3 }
		END {
			for (p in parent) {
				for (q = p; q in parent && q != root && q > 1; q = parent[q])
					;
				if (q == root)
					print p
			}
		}'
}

# account JOB...: how much CPU time each has had until now, all its processes, dead or
# alive, together; in whole seconds, in JOB/cpu. It never gets less: when AFL++ ends, what
# the processes of its fork server had is lost to /proc.
account() {
	[ $# -gt 0 ] || return 0
	for each; do
		echo "$each $(cat "$RESULTS/$each/pid")"
	done >"$RESULTS/pids"
	processes | awk -v hertz="$(getconf CLK_TCK)" '
		NR == FNR { job[$2] = $1; next }
		{ parent[$1] = $3; time[$1] = $13 + $14 + $15 + $16 }
		END {
			for (p in parent) {
				for (q = p; q in parent && !(q in job) && q > 1; q = parent[q])
					;
				if (q in job)
					sum[job[q]] += time[p]
			}
			for (j in sum)
				printf "%s %d\n", j, sum[j] / hertz
		}' "$RESULTS/pids" - >"$RESULTS/cpu"
	while read -r each used; do
		[ "$used" -le "$(cpu_of "$each")" ] || put "$used" "$RESULTS/$each/cpu"
	done <"$RESULTS/cpu"
}

# last_account JOB: of one that has ended, what "times" in its shell said of its children,
# if that is more: of what AFL++ left to be reaped by others it does not know.
last_account() {
	[ -f "$RESULTS/$1/times" ] || return 0
	put "$(awk -v known="$(cpu_of "$1")" 'NR == 2 {
		gsub(/s/, "")
		split($1, user, "m")
		split($2, kernel, "m")
		sum = 60 * (user[1] + kernel[1]) + user[2] + kernel[2]
		printf "%d", (sum > known ? sum : known)
	}' "$RESULTS/$1/times")" "$RESULTS/$1/cpu"
}

cpu_of() {
	cat "$RESULTS/$1/cpu" 2>/dev/null || echo 0
}

pause() {
	[ -z "$stopped" ] || return 0
	sleep 1 9>&- &
	wait $!
}

interrupted() {
	[ -n "$stopped" ] || complain "interrupted: stopping"
	stopped=yes
}

# end_leftovers: what a killed campaign left running. A process is one of it if it has the
# directory of these results in its environment; its number alone may be another's by now.
end_leftovers() {
	for file in "$RESULTS"/*-*/pid; do
		[ -f "$file" ] || continue
		process=$(cat "$file")
		if cat "/proc/$process/environ" 2>/dev/null | tr '\0' '\n' |
			grep -qFx "FUZZ_CORPUS=$RESULTS/corpus/$(basename "$(dirname "$file")" |
				sed 's/^[^-]*-//')"; then
			kill_group "$process"
		fi
		rm -f "$file"
	done
}
