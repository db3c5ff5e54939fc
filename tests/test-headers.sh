#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Each public header compiles alone, twice, as C11 and as C++17, and says nothing
# under -Wall -Wextra. All of them together as well, in either order.

dir='' include=''
# shellcheck source=tests/compiler.sh
. "${srcdir:-.}/tests/compiler.sh"

status=0 tried=0

# compile FILE WHAT COMPILER FLAG...
compile()
{
	file=$1 what=$2
	shift 2
	tried=$((tried + 1))
	"$@" -I"$include" -Wall -Wextra -Wundef -Werror -fsyntax-only "$file" || {
		echo "test-headers: $what: $*"
		status=1
	}
}

headers=$(cd "$include" && find . -name '*.h' | sed 's,^\./,,' | sort)
test -n "$headers" || exit 1

# each SUFFIX COMPILER FLAG...
each()
{
	file=$dir/header.$1
	shift
	for header in $headers; do
		printf '#include <%s>\n#include <%s>\n' "$header" "$header" >"$file"
		compile "$file" "<$header>" "$@"
	done
	echo "$headers" | sed 's/.*/#include <&>/' >"$file"
	compile "$file" "all headers" "$@"
	echo "$headers" | sort -r | sed 's/.*/#include <&>/' >"$file"
	compile "$file" "all headers, backwards" "$@"
}

# CC and CXX may have arguments.
# shellcheck disable=SC2086
{
	each c $CC -std=gnu11 -Wshadow -Wstrict-prototypes
	each c $CC -std=c11
	each c $CC -std=gnu17
	if test -n "$CXX"; then
		each cc $CXX -std=c++17
		each cc $CXX -std=gnu++17
	else
		echo "no C++ compiler: C only"
	fi
}

# The face of the owning type has no CPU pointer in it.
if sed 's,/\*.*,,; /^ \*/d' "$include/dmalab/coherent-handle.h" |
	grep -nE 'void \*|cpu|vaddr|u8 \*|char \*'; then
	echo "test-headers: a pointer in the public face of struct coherent_handle"
	status=1
fi

echo "test-headers: $tried compilations"
exit $status
