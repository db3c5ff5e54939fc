#!/bin/sh
# SPDX-License-Identifier: MIT
#
# coverage.sh: called by make coverage from the top of the build tree, with the sources in
# coverage/source. Builds them with --coverage in coverage/build, runs all tests and the kept
# corpora of the fuzzers, and tells how much of core/ ran; by file in coverage/index.html,
# if gcovr or lcov is installed. Takes MAKE, CC, CXX, AWK, FUZZ_TARGETS and FUZZ_RESULTS from
# the environment.
#
# Status: that of the tests.

set -u
: "${MAKE:?}" "${CC:?}" "${AWK:?}"
corpora=$(cd "${FUZZ_RESULTS:-fuzz/results}/corpus" 2>/dev/null && pwd)
out=$(cd coverage && pwd) || exit 1
# Anew each time: the figure is of these sources.
rm -rf coverage/build
mkdir -p coverage/build && cd coverage/build || exit 1

# Unoptimised: a line is one line. Static: each source is compiled once.
../source/configure -q --disable-shared CC="$CC" CXX="${CXX:-c++}" \
	CFLAGS='-O0 -g --coverage' CXXFLAGS='-O0 -g --coverage' || exit 1
$MAKE --no-print-directory -k check
status=$?

for target in $FUZZ_TARGETS; do
	if test -d "$corpora/$target"; then
		echo "coverage: replaying the corpus of $target"
		"fuzz/replay-$target" "$corpora/$target" >/dev/null 2>"$out/replay.log" || {
			tail -n 5 "$out/replay.log"
			status=1
		}
	fi
done

case $($CC --version | head -n 1) in
*clang*) gcov="llvm-cov gcov" ;;
*) gcov=gcov ;;
esac

# One row for each source: "file lines branches", each as "all run". What is compiled into
# several programs counts as in the one where most of it ran.
# shellcheck disable=SC2086 # a command with its argument
find core -name '*.gcda' | while read -r data; do
	$gcov -n -b "$data" 2>/dev/null
done | $AWK '
	function part(text,   words) {
		split(text, words, /[:%]| of /)
		return words[4] " " int(words[2] * words[4] / 100 + 0.5)
	}
	/^File / {
		file = $0
		gsub(/^File |\047/, "", file)
		sub(/.*source\//, "", file)
		wanted = file ~ /^core\/.*\.c$/
	}
	!wanted { next }
	/^Lines executed/ {
		lines = part($0)
		split(lines, new)
		split(best[file], old)
		better = new[2] >= old[2]
		if (better) best[file] = lines
		if (better && !(file in branches)) branches[file] = "0 0"
	}
	/^Taken at least once/ && better { branches[file] = part($0) }
	END { for (file in best) print file, best[file], branches[file] }
' | sort >"$out/files.txt"

if command -v gcovr >/dev/null; then
	gcovr --gcov-executable "$gcov" --root ../source --filter '.*/core/' --html-details "$out/index.html" . \
		>/dev/null 2>"$out/html.log" || tail -n 5 "$out/html.log"
elif command -v lcov >/dev/null; then
	lcov -q -c -d core -o "$out/info" --rc lcov_branch_coverage=1 --gcov-tool "${gcov%% *}" \
		2>"$out/html.log" &&
		lcov -q -e "$out/info" '*/core/*' -o "$out/info" --rc lcov_branch_coverage=1 \
			2>>"$out/html.log" &&
		genhtml -q --branch-coverage -o "$out" "$out/info" 2>>"$out/html.log" ||
		tail -n 5 "$out/html.log"
else
	echo "coverage: neither gcovr nor lcov is installed, so there is no HTML (Debian: gcovr)"
fi

$AWK '
	function percent(n, of) { return of ? sprintf("%.1f %%", 100 * n / of) : "-" }
	{
		room = $1
		sub(/\/[^\/]*$/, "", room)
		if (!(room in lines)) order[++n] = room
		lines[room] += $2; run[room] += $3; branches[room] += $4; taken[room] += $5
		all_lines += $2; all_run += $3; all_branches += $4; all_taken += $5
	}
	END {
		if (!n) { print "coverage: no data" ; exit 1 }
		printf "\n%-16s %8s %9s %9s %9s\n", "", "lines", "run", "branches", "taken"
		for (i = 1; i <= n; i++) {
			r = order[i]
			printf "%-16s %8d %9s %9d %9s\n", r, lines[r], percent(run[r], lines[r]),
				branches[r], percent(taken[r], branches[r])
		}
		printf "%-16s %8d %9s %9d %9s\n", "core", all_lines, percent(all_run, all_lines),
			all_branches, percent(all_taken, all_branches)
	}' "$out/files.txt" || exit 1
test ! -f "$out/index.html" || echo "coverage: by file and line: $out/index.html"
exit $status
