#!/bin/sh
# SPDX-License-Identifier: MIT
#
# docs/your-driver.md: its files, built as it says, report what it says; and with the fix
# nothing. By hand, with CMake, and with automake, where they are.

dir='' include=''
# shellcheck source=tests/compiler.sh
. "${srcdir:-.}/tests/compiler.sh"

page=${srcdir:-.}/docs/your-driver.md
top=$(pwd)
includes=$(cd "$include" && pwd)
status=0

fail()
{
	echo "test-your-driver: FAIL: $*"
	status=1
}

# The blocks of the page, each into the file that it names.
extract()
{
	mkdir -p "$1"
	awk -v dir="$1" '
		/^```[a-z]+ [A-Za-z.-]+$/ { file = dir "/" $2; next }
		/^```$/ { file = ""; next }
		file != "" { print > file }' "$page"
}

extract "$dir/broken"
extract "$dir/fixed"
sed 's/nic->len = len;/nic->len = padded;/' "$dir/broken/nic.c" >"$dir/fixed/nic.c"
if cmp -s "$dir/broken/nic.c" "$dir/fixed/nic.c" || ! test -s "$dir/fixed/CMakeLists.txt"; then
	fail "$page has not the files that are tested"
	exit 1
fi

# The library of the build tree, as pkg-config would find it installed.
flags=$(from_makefile CFLAGS | tr ' ' '\n' | grep fsanitize | tr '\n' ' ')
mkdir "$dir/pc"
cat >"$dir/pc/dmalab.pc" <<EOF
Name: dmalab
Description: the one of this build
Version: 0
Cflags: -I$includes $flags
Libs: $flags -L$top/.libs -Wl,-rpath,$top/.libs -ldmalab
EOF
PKG_CONFIG_PATH=$dir/pc
export PKG_CONFIG_PATH
pkg_config=${PKG_CONFIG:-$(command -v pkg-config)}
if test -z "$pkg_config" || ! test -f .libs/libdmalab.so; then
	echo "no pkg-config, or no shared library: skipped"
	exit 77
fi

# ------------------------------------------------------------------ by hand

# shellcheck disable=SC2046,SC2086 # lists
for variant in broken fixed; do
	(cd "$dir/$variant" && $CC -g -Wall -Wextra -Wno-unused-parameter -Werror -o test-nic \
		$($pkg_config --cflags dmalab) test-nic.c nic.c $($pkg_config --libs dmalab)) ||
		fail "$variant does not compile"
done
LD_LIBRARY_PATH=$top/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH

"$dir/broken/test-nic" >"$dir/log" 2>&1
test $? = 1 || fail "the status of the broken one"
grep -q '^on the wire: hello$' "$dir/log" || fail "the packet did not arrive"
grep -q 'free-size-mismatch: dma_unmap_single at ' "$dir/log" || fail "the report of the broken one"
if from_makefile LIBDW_LIBS | grep -q dw; then
	line=$(grep -n dma_unmap_single "$dir/broken/nic.c" | cut -d: -f1)
	grep -q "at nic_interrupt() nic.c:$line\$" "$dir/log" || fail "the place in the report"
	grep -q "nic_interrupt() nic.c:$line\$" "$page" || fail "the page names another line than $line"
fi
test $status = 0 || cat "$dir/log"

for profile in x86 arm64 mips-nonspec swiotlb iommu; do
	DMALAB_OPTIONS=profile=$profile "$dir/fixed/test-nic" >"$dir/log" 2>&1 || {
		fail "the fixed one, on $profile"
		cat "$dir/log"
	}
done

# --------------------------------------------------------------- in a build

# fails WHAT COMMAND...: the tests of the broken driver fail, those of the fixed one pass.
both()
{
	what=$1
	shift
	for variant in broken fixed; do
		if (cd "$dir/$variant" && "$@") >"$dir/log" 2>&1; then
			test $variant = fixed || fail "$what: the tests of the broken driver pass"
		elif test $variant = fixed || ! test -x "$dir/$variant/$built"; then
			fail "$what: $variant"
			cat "$dir/log"
		fi
	done
}

with_cmake()
{
	CC="$CC" cmake -S . -B cmake && cmake --build cmake && (cd cmake && ctest)
}

with_automake()
{
	# A make that runs this test must not tell that one what its tests are.
	unset MAKEFLAGS MFLAGS MAKELEVEL
	autoreconf -i && ./configure -q CC="$CC" && make check
}

if test -n "${TEST_RUNNER-}" || test -n "$flags"; then
	echo "under another tool: not with CMake and automake"
	exit $status
fi
if command -v cmake >/dev/null; then
	built=cmake/test-nic
	both CMake with_cmake
else
	echo "cmake was not found (Debian: cmake): not with CMake"
fi
rm -f "$dir"/*/test-nic
if command -v autoreconf >/dev/null; then
	built=test-nic
	both automake with_automake
else
	echo "autoreconf was not found (Debian: automake): not with automake"
fi
exit $status
