# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# From inputs that stopped an engine to what there is to mend. An input is run by the
# sanitized build and by the replayer; its signature is what either says: the checks that are
# named, the sanitizer's or the target's words without their numbers, and the place. Inputs of
# one signature are one finding:
#
#   findings/TARGET/SIGNATURE/input    the first of them
#                             small    the smallest of the same signature
#                             report   what its run says
#                             program  the program that it is
#                             inputs   the names of all, in raw/

# look TARGET FILE REPORT: whether it is a finding, and what its run says. The sanitized build
# only if this campaign made it: an older one would speak of other sources. The group keeps the
# shell quiet about how a program died.
look() {
	prefix=$(dirname "$3")/
	{
		if contains "$available" libfuzzer && [ -x "fuzz/build-libfuzzer/$1" ]; then
			UBSAN_OPTIONS=print_stacktrace=1 timeout -k 5 60 "fuzz/build-libfuzzer/$1" \
				-timeout=20 -rss_limit_mb=2048 -artifact_prefix="$prefix" "$2" \
				>"$3" 2>&1 </dev/null || return 0
		fi
		! timeout -k 5 60 "fuzz/replay-$1" "$2" >"$3" 2>&1 </dev/null
	} 2>/dev/null
}

# signature REPORT: a few lines of text
signature() {
	awk -v checks="$(ls "$srcdir/docs/checks" 2>/dev/null | sed 's/\.md$//' | tr '\n' ' ')" '
		BEGIN { n = split(checks, name, " "); for (i = 1; i <= n; i++) check[name[i]] }
		function plain(s) {
			sub(/^==[0-9]+==/, "", s)
			gsub(/0x[0-9a-f]+/, "N", s)
			gsub(/[0-9]+/, "N", s)
			return s
		}
		/^ *#[0-9]+ 0x[0-9a-f]+ in / {
			if (frames < 3 && $4 !~ /^(abort|raise|main|__.*|fuzzer::.*|LLVMFuzzer.*)$/ &&
			    match($5, /(core|fuzz)\/.*:[0-9]+/)) {
				place = substr($5, RSTART, RLENGTH)
				sub(/:[0-9]+$/, "", place) # the column
				print "  in " $4 " " place
				frames++
			}
			next
		}
		/FINDING|runtime error:|^SUMMARY: |ERROR: (Address|libFuzzer)/ {
			sub(/ \([^()]*\+0x[^()]*\)/, "")
			if (!told[plain($0)]++) print plain($0)
			said = 1
		}
		said || /gives|given|predicted|report/ {
			for (i = 1; i <= NF; i++) {
				word = $i
				gsub(/[^a-z-]/, "", word)
				if (word in check && !seen[word]++) print "  " word
			}
		}' "$1"
}

# triage_one TARGET HASH: into the finding whose signature it has
triage_one() {
	work=$(scratch)
	input=$RESULTS/findings/$1/raw/$2
	if look "$1" "$input" "$work/report"; then
		signature "$work/report" >"$work/signature"
		[ -s "$work/signature" ] || echo "stopped without a word" >"$work/signature"
	else
		echo "did not happen again when it was replayed" >"$work/signature"
	fi
	name=$(sha1sum <"$work/signature" | cut -c 1-12)
	finding=$RESULTS/findings/$1/$name
	if [ ! -d "$finding" ]; then
		cp "$input" "$work/input"
		cp "$input" "$work/small"
		echo "$2" >"$work/inputs"
		rm -f "$work"/*-* # what the engine wrote beside the report
		mv "$work" "$finding"
	else
		sort -u "$finding/inputs" - >"$work/inputs" <<-END
			$2
		END
		mv "$work/inputs" "$finding/inputs"
	fi
	contains "$fresh" "$1/$name" || fresh="$fresh $1/$name"
}

# triage TARGET: all inputs of raw/ that no finding has yet; the new findings are shrunk
triage() {
	for file in "$RESULTS/findings/$1"/raw/*; do
		[ -f "$file" ] || continue
		cat "$RESULTS/findings/$1"/*/inputs 2>/dev/null | grep -qx "${file##*/}" && continue
		[ -z "$stopped" ] || return
		triage_one "$1" "${file##*/}"
	done
	for finding in $fresh; do
		[ "${finding%/*}" != "$1" ] || shrink "$1" "$RESULTS/findings/$finding"
	done
}

# smaller TARGET FILE TO: the engine's own shrinker, for a limited time
smaller() {
	for build in fast libfuzzer; do
		contains "$available" $build && [ -x "fuzz/build-$build/$1" ] || continue
		timeout 60 "fuzz/build-$build/$1" -timeout=20 \
			-artifact_prefix="$(dirname "$3")/" "$2" >/dev/null 2>&1 </dev/null && continue
		# It shrinks in rounds; the last that was smaller is in its place.
		timeout -k 5 40 "fuzz/build-$build/$1" -minimize_crash=1 -max_total_time=30 \
			-timeout=20 -exact_artifact_path="$3" "$2" >/dev/null 2>&1 </dev/null
		return
	done
	! contains "$available" afl ||
		timeout -k 5 40 "${AFL_FUZZ%fuzz}tmin" -i "$2" -o "$3" -- "fuzz/build-afl/$1" \
			>/dev/null 2>&1 </dev/null
}

# shrink TARGET FINDING: and what it is as a program
shrink() {
	[ -z "$stopped" ] || return
	work=$(scratch)
	in_subshell smaller "$1" "$2/input" "$work/small"
	if [ -s "$work/small" ] && look "$1" "$work/small" "$work/report" &&
		signature "$work/report" | cmp -s - "$2/signature"; then
		mv "$work/report" "$2/report"
		mv "$work/small" "$2/small"
	fi
	{
		timeout 20 "fuzz/replay-$1" --print "$2/small" >"$work/program"
	} 2>/dev/null
	mv "$work/program" "$2/program"
}

# ------------------------------------------------------------------- closing

fresh='' earlier=''

# remember_findings TARGET: those of earlier campaigns
remember_findings() {
	for finding in "$RESULTS/findings/$1"/*/signature; do
		[ ! -f "$finding" ] || earlier="$earlier $1/$(basename "$(dirname "$finding")")"
	done
}

# A path as one would type it here.
here_path() {
	echo "${1#"$PWD"/}"
}

print_finding() {
	finding=$RESULTS/findings/$1
	target=${1%/*}
	printf '\n%s (%d bytes, of %d inputs): ' "$target" "$(wc -c <"$finding/small")" \
		"$(wc -l <"$finding/inputs")"
	cat "$finding/signature"
	sed -n '1,40s/^/    /p' "$finding/program" 2>/dev/null
	echo "  replay:  fuzz/replay-$target --print $(here_path "$finding")/small"
	! contains "$available" libfuzzer ||
		echo "  and with the sanitizers:  fuzz/build-libfuzzer/$target $(here_path "$finding")/small"
}

# Findings of earlier campaigns count as long as they happen.
print_earlier() {
	for each in $earlier; do
		! contains "$fresh" "$each" || continue
		[ -z "$stopped" ] || return
		work=$(scratch)
		if look "${each%/*}" "$RESULTS/findings/$each/small" "$work/report"; then
			status=1
			print_finding "$each"
			echo "  found by an earlier campaign, and still there"
		else
			echo "fuzz: $(here_path "$RESULTS/findings/$each") no longer happens"
		fi
	done
}

# After an interrupt there is no time to look at them.
print_raw() {
	for target in $targets; do
		nr=$(count "$RESULTS/findings/$target"/raw/*)
		[ "$nr" = 0 ] || complain "$nr inputs in $(here_path "$RESULTS/findings/$target")/raw:" \
			"the next make fuzz sorts them"
	done
}

print_findings() {
	if [ -n "$stopped" ]; then
		print_raw
		return
	fi
	for each in $fresh; do
		status=1
		print_finding "$each"
	done
	print_earlier
}
