#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-rooms.sh: the rooms of core/ depend one way, as the table of docs/design.md has
# them, the lowest first. Told by the symbols of the objects, whatever their sources say,
# and by the headers that the sources include.

set -u
LC_ALL=C
export LC_ALL
srcdir=${srcdir:-.}
NM=${NM:-nm}

rooms=$(sed -n 's/^| `core\/\([a-z]*\)` |.*/\1/p' "$srcdir/docs/design.md")
failed=0
n=0

result() {
	n=$((n + 1))
	if test -s "$2"; then
		failed=1
		echo "not ok $n - $1"
		sed 's/^/# /' "$2"
	else
		echo "ok $n - $1"
	fi
}

dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
echo 1..4

# 1: each room that there is stands in the table, and no other does.
(cd "$srcdir/core" && ls -d */) | sed 's,/$,,' | grep -v '^include$' | sort > "$dir/there"
echo "$rooms" | sort > "$dir/told"
diff "$dir/there" "$dir/told" > "$dir/out"
result "the table of docs/design.md has every room" "$dir/out"

# 2: "ROOM FILE U|D SYMBOL" of every object of the library; it takes either kind.
objects=$(find core -name '*.o' -path '*/.libs/*' | sort)
test -n "$objects" || objects=$(find core -name '*.o' | sort)
for object in $objects; do
	room=${object#core/}
	"$NM" "$object" | awk -v room="${room%%/*}" -v file="${object##*/}" '
		NF == 2 && $1 == "U" { print room, file, "U", $2 }
		NF == 3 && $2 ~ /^[TBDRVWC]$/ { print room, file, "D", $3 }'
done > "$dir/symbols"
arrows() {
	awk -v rooms="$(echo $rooms)" '
		BEGIN { for (i = split(rooms, name); i; i--) rank[name[i]] = i }
		FNR == NR { if ($3 == "D") home[$4] = $1; next }
		$3 == "U" && $4 in home && rank[home[$4]] > rank[$1] {
			print $2 " of " $1 " uses " $4 " of " home[$4] ", which is above it"
		}' "$1" "$1" | sort -u
}
arrows "$dir/symbols" > "$dir/out"
test "$(wc -l < "$dir/symbols")" -gt 500 || echo "no symbols were found" >> "$dir/out"
result "no object uses a symbol of a room above it" "$dir/out"

# 3: headers
for file in "$srcdir"/core/*/*.[ch]; do
	room=${file#"$srcdir"/core/}
	sed -n 's/^#include "\([a-z]*\)\/.*/\1/p' "$file" | sed "s,^,${room%%/*} ${file##*/} ,"
done | awk -v rooms="$(echo $rooms)" '
	BEGIN { for (i = split(rooms, name); i; i--) rank[name[i]] = i }
	rank[$3] > rank[$1] { print $2 " of " $1 " includes a header of " $3 ", which is above it" }
	rank[$1] > rank["bus"] && $3 != $1 && $3 != "base" && $3 != "trace" {
		print $2 " of " $1 " includes a header of " $3 ", which is not public"
	}' > "$dir/out"
result "no source includes a header of a room above it" "$dir/out"

# 4: an arrow up is seen.
{
	cat "$dir/symbols"
	echo "judge planted.o U dmalab_machine_new"
} > "$dir/planted"
arrows "$dir/planted" > "$dir/found"
printf 'planted.o of judge uses dmalab_machine_new of face, which is above it\n' |
	diff - "$dir/found" > "$dir/out"
result "one planted arrow is found" "$dir/out"
exit $failed
