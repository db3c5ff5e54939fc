#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The planted defects can still be planted: each patch applies to the sources as they are, and
# says what is wrong and who should see it. What they do is "make defects" to say.

set -u
here=$(cd "$srcdir" && pwd)/fuzz/defects
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
failed=0 nr=0
command -v patch >/dev/null || {
	echo "skipped: patch was not found"
	exit 77
}

fail()
{
	echo "FAIL: $*"
	failed=1
}

# A first paragraph that ends in a full stop, then who sees it, then a blank line and the patch.
check_words()
{
	${AWK:-awk} '
		/^--- a\// { exit }
		/^Seen by: / { seen = 1 }
		!seen && NF { last = $0; words += NF }
		END { exit !(seen && words > 10 && last ~ /\.$/) }' "$1" ||
		fail "$1 does not say what is wrong in a sentence, and who sees it in \"Seen by: ...\""
	sed -n 's/^Seen by: //p' "$1" | grep -qE '^(tests|tsan|proof|misuse|coherency|trace|allocator|driver)' ||
		fail "$1: \"Seen by:\" names none of tests, tsan, proof, and the fuzz targets"
}

for patch in "$here"/[0-9]*.patch; do
	name=${patch##*/}
	nr=$((nr + 1))
	[ "$(find "$here" -name "${name%%-*}-*.patch" | wc -l)" = 1 ] ||
		fail "$name: there are several of this number"
	check_words "$patch"
	patch --dry-run -p1 -d "$srcdir" -i "$patch" >"$log" 2>&1 </dev/null ||
		fail "$name does not apply any more: make it anew for the sources as they are
$(cat "$log")"
done
[ $nr -ge 40 ] || fail "there are $nr planted defects"
echo "$nr planted defects apply"
exit $failed
