# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034 # used by whoever sources this
#
# For test scripts that compile: to be sourced. Sets CC and CXX as they were
# configured (CXX may be empty), include, and dir, which goes away at the end.
# Without a C compiler, the test is skipped.

from_makefile()
{
	sed -n "s/^$1 = //p" Makefile 2>/dev/null
}

CC=${CC:-$(from_makefile CC)}
CC=${CC:-cc}
CXX=${CXX:-$(from_makefile CXX)}

include=${srcdir:-.}/core/include
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

echo 'int main(void) { return 0; }' >"$dir/try.c"
# shellcheck disable=SC2086 # CC may have arguments
if ! $CC -fsyntax-only "$dir/try.c" 2>/dev/null; then
	echo "no C compiler ($CC): skipped"
	exit 77
fi
echo 'int main() { return 0; }' >"$dir/try.cc"
# shellcheck disable=SC2086
if ! $CXX -std=c++17 -fsyntax-only "$dir/try.cc" 2>/dev/null; then
	CXX=
fi
