#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check-symbols.sh [LIBRARY [ARCHIVE]]: the shared library exports each symbol of
# core/libdmalab.map in the version given there, and nothing else; and it stays in
# memory once it is loaded. In the archive, where hidden symbols are visible to whoever
# links it, the names of all others begin with dlab_.

library=${1:-.libs/libdmalab.so}
archive=${2:-.libs/libdmalab.a}
map=$(dirname "$0")/../core/libdmalab.map

if ! test -f "$library"; then
	echo "$library was not built: skipped"
	exit 77
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
LC_ALL=C
export LC_ALL
status=0

# NAME@@VERSION for each line of the script between "global:" and "local:".
awk '
	/^[A-Z][A-Z0-9_.]* \{/ { version = $1 }
	/^global:/ { global = 1; next }
	/^(local:|\})/ { global = 0 }
	global && match($0, /^\t[A-Za-z_][A-Za-z0-9_]*;/) {
		print substr($0, 2, RLENGTH - 2) "@@" version
	}' "$map" | sort >"$dir/wanted"
test "$(wc -l <"$dir/wanted")" -gt 100 || {
	echo "$map was not understood"
	exit 1
}

# The versions themselves are symbols too, absolute ones.
nm -D --defined-only --with-symbol-versions "$library" |
	awk '$(NF - 1) != "A" { print $NF }' | sort >"$dir/exported" || exit 1

comm -13 "$dir/wanted" "$dir/exported" | sed "s,^,$library exports what $map does not list: ," >"$dir/extra"
comm -23 "$dir/wanted" "$dir/exported" | sed "s,^,$library does not export what $map lists: ," >"$dir/missing"
for list in extra missing; do
	test -s "$dir/$list" || continue
	cat "$dir/$list"
	status=1
done

# Its handler of SIGSEGV stays installed: unmapped, the next fault would jump nowhere.
readelf -d "$library" | grep -q NODELETE || {
	echo "$library may be unloaded: it was not linked with -z nodelete"
	status=1
}

if test -f "$archive"; then
	sed 's/@.*//' "$dir/wanted" >"$dir/public"
	nm --defined-only "$archive" 2>/dev/null |
		awk 'NF == 3 && $2 ~ /^[A-Z]$/ && $3 !~ /^(dlab_|__odr_asan|DW\.ref)/ { print $3 }' |
		sort -u | comm -23 - "$dir/public" |
		sed "s,^,$archive defines what a user may define too; begin it with dlab_: ," >"$dir/unprefixed"
	test ! -s "$dir/unprefixed" || status=1
	cat "$dir/unprefixed"
fi

echo "$(wc -l <"$dir/exported") symbols exported, $(wc -l <"$dir/wanted") listed"
exit $status
