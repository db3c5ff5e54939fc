#!/bin/bash
# SPDX-License-Identifier: MIT
#
# fuzz/oss-fuzz/build.sh, run as OSS-Fuzz and ClusterFuzzLite do, and on what comes out the
# checks that they make of a build (bad_build_check). One build takes a minute of CPU time, so
# there is one, with libFuzzer and AddressSanitizer; the other sanitizers, and AFL++:
#
#   OSS_FUZZ=all make check TESTS=tests/test-oss-fuzz.sh

set -u
case $(./config.status --config) in
*-fsanitize* | *--coverage*)
	echo "this tree is instrumented in a way of its own: skipped"
	exit 77
	;;
esac
for tool in clang clang++ objdump zip unzip; do
	if ! command -v $tool >/dev/null; then
		echo "$tool is not installed: skipped"
		exit 77
	fi
done
if ! echo 'int LLVMFuzzerTestOneInput(const char *d, long n) { return d && n < 0; }' |
	clang -x c -fsanitize=fuzzer,memory -o /dev/null - 2>/dev/null; then
	echo "clang has no libFuzzer: skipped"
	exit 77
fi

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
unset MAKEFLAGS MAKELEVEL MFLAGS
status=0

fails()
{
	echo "FAILED: $*"
	status=1
}

# What the services compile with, but for a C++ library that is not needed.
plain="-O1 -fno-omit-frame-pointer -gline-tables-only -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION"
checked=array-bounds,bool,builtin,enum,integer-divide-by-zero,null,object-size,return
checked=$checked,returns-nonnull-attribute,shift,signed-integer-overflow,unreachable,vla-bound
flags_of()
{
	case $1 in
	address) echo "-fsanitize=address -fsanitize-address-use-after-scope" ;;
	undefined) echo "-fsanitize=$checked -fno-sanitize-recover=$checked" ;;
	memory) echo "-fsanitize=memory -fsanitize-memory-track-origins" ;;
	esac
}

# build ENGINE SANITIZER: into $scratch/out, and its directory is moved afterwards: no path of
# the build may be in a target.
build()
{
	rm -rf "$scratch/work" "$scratch/out" "$scratch/moved"
	mkdir "$scratch/work"
	local flags engine=-fsanitize=fuzzer cc=clang cxx=clang++
	flags="$plain $(flags_of "$2")"
	if test "$1" = libfuzzer; then
		flags="$flags -fsanitize=fuzzer-no-link"
	else
		engine=$afl_driver cc=afl-clang-fast cxx=afl-clang-fast++
	fi
	env AFL_QUIET=1 CC=$cc CXX=$cxx CFLAGS="$flags" CXXFLAGS="$flags" \
		LIB_FUZZING_ENGINE="$engine" FUZZING_ENGINE="$1" SANITIZER="$2" SRC="$scratch" \
		WORK="$scratch/work" OUT="$scratch/out" \
		"$scratch/dmalab/fuzz/oss-fuzz/build.sh" >"$scratch/log" 2>&1 || {
		tail -n 30 "$scratch/log"
		fails "build.sh with $1, $2"
		return 1
	}
	mv "$scratch/out" "$scratch/moved"
	rm -rf "$scratch/work"
	return 0
}

# calls TARGET PREFIX: call instructions to functions of this name
calls()
{
	objdump -dC "$1" | grep -Ec "callq? +[0-9a-f]+ <$2"
}

# between WHAT NUMBER AT_LEAST AT_MOST
between()
{
	test "$2" -ge "$3" && test "$2" -le "$4" ||
		fails "$1: $2 calls, and should be $3 to $4"
}

check_instrumentation()
{
	local asan msan ubsan dfsan most=1000000
	asan=$(calls "$1" __asan) msan=$(calls "$1" __msan)
	ubsan=$(calls "$1" __ubsan) dfsan=$(calls "$1" __dfsan)
	echo "$3: $asan asan, $msan msan, $ubsan ubsan"
	between "$3 dfsan" "$dfsan" 0 0
	case $2 in
	address)
		between "$3 asan" "$asan" 1000 $most
		between "$3 msan" "$msan" 0 3
		between "$3 ubsan" "$ubsan" 0 200
		;;
	undefined)
		between "$3 asan" "$asan" 0 0
		between "$3 msan" "$msan" 0 3
		between "$3 ubsan" "$ubsan" 168 $most
		;;
	memory)
		between "$3 asan" "$asan" 0 0
		between "$3 msan" "$msan" 1000 $most
		between "$3 ubsan" "$ubsan" 0 200
		;;
	esac
}

check_libfuzzer()
{
	"$1" -seed=1337 -runs=4 >"$scratch/log" 2>&1 || {
		tail -n 20 "$scratch/log"
		fails "$2: does not run"
		return
	}
	grep -q "Done 4 runs" "$scratch/log" || fails "$2: not four runs"
	grep -q "no interesting inputs" "$scratch/log" && fails "$2: sees no coverage"
	test "$(sed -n 's/.*INITED cov: \([0-9]*\).*/\1/p' "$scratch/log")" -ge 100 ||
		fails "$2: fewer than 100 edges"
	# The seeds: each is an input without a finding.
	mkdir "$scratch/seeds"
	unzip -q -d "$scratch/seeds" "$1_seed_corpus.zip"
	test -n "$(ls "$scratch/seeds")" || fails "$2: the seed corpus is empty"
	"$1" -runs=0 -timeout=60 "$scratch/seeds" >"$scratch/log" 2>&1 || {
		tail -n 20 "$scratch/log"
		fails "$2: a seed is a finding"
	}
	rm -rf "$scratch/seeds"
}

check_afl()
{
	mkdir "$scratch/seeds"
	unzip -q -d "$scratch/seeds" "$1_seed_corpus.zip"
	AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1 \
		AFL_FAST_CAL=1 AFL_FORKSRV_INIT_TMOUT=60000 timeout 60 afl-fuzz -V 5 -m none -t 20000 \
		-i "$scratch/seeds" -o "$scratch/afl" -- "$1" >"$scratch/log" 2>&1 </dev/null
	grep -q "All set and ready to roll" "$scratch/log" || {
		tail -n 20 "$scratch/log"
		fails "$2: AFL++ does not start"
	}
	rm -rf "$scratch/seeds" "$scratch/afl"
}

# check ENGINE SANITIZER: what build() made
check()
{
	local target path name targets=0
	for target in $(make -s --no-print-directory fuzz-targets); do
		path=$scratch/moved/$target name="$target, $1, $2"
		targets=$((targets + 1))
		test -x "$path" || {
			fails "$name: not built"
			continue
		}
		grep -qa LLVMFuzzerTestOneInput "$path" || fails "$name: is no fuzz target"
		case ${name##*/} in afl-*) fails "$name: the name is one of AFL++'s" ;; esac
		ldd "$path" | grep -E 'not found|dmalab|libdw' && fails "$name: needs what is not there"
		test -s "${path}_seed_corpus.zip" || fails "$name: no seed corpus"
		test -s "$path.options" || fails "$name: no options"
		if test "$1" = libfuzzer; then
			check_instrumentation "$path" "$2" "$name"
			check_libfuzzer "$path" "$name"
		else
			check_afl "$path" "$name"
		fi
	done
	test $targets -gt 0 || fails "$1, $2: there are no targets"
	test -s "$scratch/moved/trace.dict" || fails "$1, $2: no dictionary"
}

# A copy: configure refuses a tree that is configured.
make -s --no-print-directory distdir distdir="$scratch/dmalab" >"$scratch/log" 2>&1 || {
	cat "$scratch/log"
	exit 1
}
chmod -R u+w "$scratch/dmalab"

sanitizers=address
test "${OSS_FUZZ:-}" != all || sanitizers="address undefined memory"
for sanitizer in $sanitizers; do
	build libfuzzer $sanitizer && check libfuzzer $sanitizer
done
afl_driver=$(find /usr/lib/afl /usr/local/lib/afl -name libAFLDriver.a 2>/dev/null | head -n 1)
if test "${OSS_FUZZ:-}" = all && test -n "$afl_driver"; then
	build afl address && check afl address
elif test "${OSS_FUZZ:-}" = all; then
	echo "AFL++ has no libAFLDriver.a: not tried"
fi
exit $status
