#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The public headers' comments: each function has one in the format of the kernel's
# kernel-doc, directly in front of it, with its parameters, its context and what it
# returns; "Checks:" names checks that there are; no line is longer than 80 columns. And
# the headers declare what core/libdmalab.map exports.

srcdir=${srcdir:-.}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
LC_ALL=C
export LC_ALL
status=0

check()
{
	${AWK:-awk} -v names="$dir/declared" -f "$srcdir/tests/kernel-doc.awk" \
		"$srcdir/core/judge/catalogue.def" "$@"
}

check "$srcdir"/core/include/*.h "$srcdir"/core/include/*/*.h "$srcdir"/core/include/*/*/*.h || status=1

# And the data.
sed -n 's/^extern [^(]*[ *]\([a-z_]*\);$/\1/p' "$srcdir"/core/include/*/*.h >>"$dir/declared"
sort "$dir/declared" >"$dir/sorted"
sed -n 's/^\t\([A-Za-z_0-9]*\);$/\1/p' "$srcdir/core/libdmalab.map" | sort >"$dir/listed"
if ! diff "$dir/listed" "$dir/sorted"; then
	echo "test-kernel-doc: < is in core/libdmalab.map alone, > in the headers alone"
	status=1
fi

# wrong TEXT HEADER: what the check says of a header with a mistake.
wrong()
{
	printf '%b' "$2" >"$dir/wrong.h"
	if check "$dir/wrong.h" | grep -qF "$1"; then
		return
	fi
	echo "test-kernel-doc: not noticed: $1"
	status=1
}

doc='/**\n * f() - purpose\n * @a: this\n *\n * Context: Any.\n'
wrong 'f() has no kernel-doc comment' 'int f(int a);\n'
wrong 'f() has no kernel-doc comment' '/* f() - purpose */\nint f(int a);\n'
wrong 'the comment in front of g() is about f()' "$doc * Return: 0.\n */\nint g(int a);\n"
wrong 'arguments "a", the code "a b"' "$doc * Return: 0.\n */\nint f(int a, char *b);\n"
wrong 'arguments "a", the code "b"' "$doc */\nvoid f(void (*b)(int a));\n"
wrong 'arguments "a", the code ""' "$doc */\nstatic inline void f(void)\n{\n}\n"
wrong 'f(): no Context:' '/**\n * f() - purpose\n */\nvoid f(void);\n'
wrong 'f(): no Return:' "$doc */\nint f(int a);\n"
wrong 'Return: of a void function' "$doc * Return: 0.\n */\nvoid f(int a);\n"
wrong 'there is no check "stale-cpu-red"' "$doc * Checks: \"stale-cpu-red\".\n */\nvoid f(int a);\n"
wrong 'more than 80 columns' "/* $(printf '%080d' 0) */\n"
wrong 'begins with "name() - purpose"' '/**\n * what it does\n */\n'
wrong 'the headers were not understood' 'int f(int a);\n'

exit $status
