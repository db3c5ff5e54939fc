#!/bin/sh
# SPDX-License-Identifier: MIT
#
# corpus-min.sh: of each kept corpus, the inputs that reach what all reach, the small ones
# first. Started by "make corpus-min" with the environment of campaign.sh. The small corpus
# takes the place of the other one when it is complete; until then nothing has changed.

set -u
LC_ALL=C
export LC_ALL
RESULTS=${FUZZ_RESULTS:-fuzz/results}
here=$srcdir/fuzz/campaign

# shellcheck disable=SC1091 # beside this file
for part in common engines corpus findings; do
	. "$here/$part.sh"
done

# minimise TARGET TO
minimise() {
	if contains "$FUZZ_INSTALLED" fast; then
		"fuzz/build-fast/$1" -merge=1 -max_len="$(max_input "$1")" -timeout=20 \
			-artifact_prefix="$RESULTS/scratch/" "$2" "$RESULTS/corpus/$1" >"$2.log" 2>&1
	else
		"${AFL_FUZZ%fuzz}cmin" -i "$RESULTS/corpus/$1" -o "$2" -t 20000 \
			-- "fuzz/build-afl/$1" >"$2.log" 2>&1
	fi
}

# exchange TARGET: the campaign finds one of the two, whenever we are killed
exchange() {
	rm -rf "$RESULTS/corpus/$1.old"
	mv "$RESULTS/corpus/$1" "$RESULTS/corpus/$1.old" &&
		mv "$RESULTS/corpus/$1.min" "$RESULTS/corpus/$1" &&
		rm -rf "$RESULTS/corpus/$1.old" "$RESULTS/corpus/$1.min.log"
}

targets=$(choose target "${FUZZ_TARGET:-}" "$FUZZ_TARGETS") || exit 2
if ! [ -d "$RESULTS/corpus" ]; then
	complain "there is no corpus in $RESULTS: run make fuzz first"
	exit 2
fi
RESULTS=$(cd "$RESULTS" && pwd) || exit 2
lock_results
stopped='' step=''
trap 'interrupted' INT TERM HUP

engine=fast
contains "$FUZZ_INSTALLED" fast || engine=afl
if ! contains "$FUZZ_INSTALLED" "$engine"; then
	complain "neither libFuzzer nor AFL++ is installed (Debian: $(package_of fast); $(package_of afl))"
	exit 1
fi
in_background $MAKE --no-print-directory "fuzz-build-$engine" || exit

for target in $targets; do
	recover "$target"
	before=$(count "$RESULTS/corpus/$target"/*)
	[ "$before" != 0 ] || continue
	rm -rf "$RESULTS/corpus/$target.min"
	mkdir "$RESULTS/corpus/$target.min"
	scratch >/dev/null
	if ! in_subshell minimise "$target" "$RESULTS/corpus/$target.min"; then
		[ -z "$stopped" ] || break
		complain "the corpus of $target stays as it is; the engine said:"
		tail -n 15 "$RESULTS/corpus/$target.min.log" >&2
		exit 1
	fi
	after=$(count "$RESULTS/corpus/$target.min"/*)
	if [ "$after" = 0 ]; then
		complain "of the corpus of $target nothing was kept: it stays as it is"
		exit 1
	fi
	exchange "$target"
	echo "corpus-min: $target: $after of $before inputs"
done
if [ -n "$stopped" ]; then
	complain "interrupted: the corpora that were not named stay as they are"
	exit 130
fi
