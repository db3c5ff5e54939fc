#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Traces from outside: the corpora on every profile, the canonical form, programs made
# of traces, and what is said of text that is no trace.

srcdir=${srcdir:-.}
. "$srcdir/tests/compiler.sh"
work=$dir
failed=0

fail()
{
	echo "FAIL: $*"
	failed=1
}

library=".libs/libdmalab.so -Wl,-rpath,$PWD/.libs"
test -f .libs/libdmalab.so ||
	library=".libs/libdmalab.a $(from_makefile LIBDW_LIBS) $(from_makefile LIBS)"

compile()
{
	# shellcheck disable=SC2046,SC2086
	$CC $(from_makefile CFLAGS) -w -I"$include" "$@" $library
}

dmalab()
{
	$TEST_RUNNER ./dmalab "$@"
}

# same_as_c ACCESSES TRACE: the program that emit-c makes of it reports what it reports.
same_as_c()
{
	form=--$1
	test "$1" = told && form=
	# shellcheck disable=SC2086
	dmalab emit-c $form "$2" > "$work/t.c"
	if ! compile "$work/t.c" -o "$work/t"; then
		fail "what emit-c $form makes of $2 does not compile"
		return
	fi
	for profile in arm64 iommu; do
		dmalab run --accesses="$1" --profile=$profile --format=lines "$2" \
			> "$work/expected" 2> /dev/null
		# It may leak: many bugs do.
		ASAN_OPTIONS=detect_leaks=0 "$work/t" $profile > "$work/drawn" 2> /dev/null
		cmp -s "$work/expected" "$work/drawn" ||
			fail "what emit-c $form makes of $2 reports something else on $profile"
	done
}

traces=$(find "$srcdir/corpora" -name '*.dma' | sort)

# Where each command takes a second, one of many stands for all.
step=1
test -z "${TEST_RUNNER-}" || step=40

# All of them, on all machines.
dmalab run --quiet --profile=all "$srcdir/corpora" || fail "corpora are not as expected"

# Each is in the canonical form, which is its own canonical form.
for trace in $(echo "$traces" | sed -n "1~${step}p"); do
	dmalab fmt "$trace" > "$work/once" || fail "fmt $trace"
	cmp -s "$trace" "$work/once" || fail "$trace is not as dmalab fmt writes it"
	dmalab fmt "$work/once" | cmp -s - "$work/once" || fail "fmt of fmt of $trace"
done

# What is wrong is told, with its place; and nothing else is.
golden=$srcdir/tests/golden/trace-errors.txt
dmalab run "$srcdir/tests/trace-errors.txt" > "$work/out" 2> "$work/err"
test $? -eq 2 || fail "a trace with errors does not exit with 2"
sed "s|^.*tests/trace-errors.txt|trace-errors.txt|" "$work/err" > "$work/errors"
if test -n "${UPDATE_GOLDEN-}"; then
	cp "$work/errors" "$golden"
fi
diff -u "$golden" "$work/errors" || fail "other messages; if so be it, run with UPDATE_GOLDEN=1"

# docs/real-bugs.md is what is so.
sh "$srcdir/build-aux/real-bugs.sh" ./dmalab "$srcdir/corpora/bugs" > "$work/score" ||
	fail "a bug of the corpus is not caught"
cmp -s "$srcdir/docs/real-bugs.md" "$work/score" || fail "docs/real-bugs.md is out of date: make score"

# Exit statuses, standard input, and bytes that are no text.
echo 'x = device()' | dmalab run - > /dev/null || fail "standard input"
printf 'b = kmalloc(64, GFP_KERNEL)\nkfree(b.cpu)\nkfree(b.cpu)\n' | dmalab run - > /dev/null
test $? -eq 1 || fail "an unexpected report does not exit with 1"
printf 'b = kmalloc(64, GFP_KERNEL)\nkfree(b.cpu)  # expect: leak\n' | dmalab run - > /dev/null
test $? -eq 1 || fail "a report that does not come does not exit with 1"
dmalab run "$work/no-such-file" 2> /dev/null
test $? -eq 2 || fail "a missing file does not exit with 2"
dmalab run --profile=vax /dev/null 2> "$work/err"
test $? -eq 2 || fail "a wrong profile does not exit with 2"
grep -q arm64 "$work/err" || fail "a wrong profile does not list those that are valid"
for check in $(dmalab checks | sed -n "1~${step}s/ .*//p"); do
	dmalab explain "$check" | grep -qx "# $check" || fail "explain $check"
done
dmalab explain stale-cpu-raed 2>&1 | grep -q '"stale-cpu-read"' || fail "explain does not guess"
dmalab no-such-command 2> /dev/null
test $? -eq 2 || fail "a wrong command does not exit with 2"
for wrong in 'run --seed=x' 'run --seed=-1' 'run --time=-1' 'run --time=0' 'run --policy=x' 'run --accesses=x' 'run --x' 'emit-c --x' \
	'shrink --seed=x' 'shrink --policy=x'; do
	# shellcheck disable=SC2086
	dmalab $wrong /dev/null > "$work/out" 2> "$work/err"
	test $? -eq 2 && test -s "$work/err" || fail "$wrong is taken"
done
printf 'profiles("arm64, arm65")\n' | dmalab run - | grep -q '^<stdin>:1: error: trace-error: no profile "arm65"; did you mean "arm64"?' ||
	fail "a trace for a machine that there is not"
printf '\nram(4294967296)\n' | dmalab run - | grep -q '^<stdin>:2: error: trace-error: ram(4294967296) is not valid; valid: 65536 to' ||
	fail "more RAM than a trace may have"
printf 'profiles("mips")\nkfree(NULL)\n' | dmalab run - | grep -q '^nothing was done on arm64: ' ||
	fail "a trace for other machines says nothing"
printf 'profiles("mips")\nkfree(NULL)\n' | dmalab run --profile=all - | grep -q '^nothing was done' &&
	fail "a trace for one machine of all is said to do nothing"
printf 'profiles("x86, iommu")\nb = kmalloc(8, GFP_KERNEL)\nkfree(b.cpu)\nkfree(b.cpu)\n' |
	dmalab run - > /dev/null || fail "a trace for other machines"
printf 'nic = device(\033[2J)\n' | dmalab run - 2>&1 | grep -q '^    1 | nic = device(?\[2J)$' ||
	fail "control characters reach the terminal"
for word in expct: Expect: expect\ : expcet[arm64]: expects:; do
	printf 'b = kmalloc(8, GFP_KERNEL)  # %s leak\n' "$word" | dmalab run - > /dev/null 2> "$work/err"
	test $? -eq 2 && grep -q 'did you mean "expect:"' "$work/err" || fail "# $word is a comment"
done
for word in bug: note: 'expect nothing:' 'it is expected:' reply:; do
	printf 'b = kmalloc(8, GFP_KERNEL)  # %s leak\n' "$word" | dmalab run - > /dev/null || fail "# $word is no comment"
done
# suggests WORD ARGUMENT...: that is no word, and this one is near
suggests()
{
	near=$1
	shift
	dmalab "$@" > "$work/out" 2>&1
	test $? -eq 2 || fail "$* is taken"
	grep -q "did you mean \"$near\"?" "$work/out" || fail "$* does not suggest $near: $(cat "$work/out")"
}
suggests run rnu
suggests matrix martix
suggests --version --versoin
suggests --help --hepl
suggests --policy run --polcy=eager /dev/null
suggests --quiet run --queit /dev/null
suggests --check shrink --chek=leak /dev/null
suggests --write fmt --wriet /dev/null
suggests --output encode --ouput=x /dev/null
suggests plain run --accesses=plian /dev/null
suggests --mixed emit-c --mixde /dev/null
suggests eager run --policy=eagre /dev/null
suggests arm64 run --profile=arm46 /dev/null
suggests leak shrink --check=leek /dev/null
suggests leak explain lek
dmalab qwertyuiop 2>&1 | grep -q 'did you mean' && fail "a word near to nothing has one near"
dmalab run -z /dev/null 2>&1 | grep -q 'did you mean' && fail "a letter has one near"

# Damage and breaches are told apart.
cat > "$work/two.dma" <<'END'
nic = device()
buf = dma_alloc_noncoherent(nic, 4096, DMA_FROM_DEVICE, GFP_KERNEL)
dma_sync_single_for_device(nic, buf.dma, 4096, DMA_FROM_DEVICE)
device_write(nic, buf.dma, 64)
cpu_read(buf.cpu, 64)
dma_free_noncoherent(nic, 4096, buf.cpu, buf.dma, DMA_FROM_DEVICE)
END
dmalab matrix "$work/two.dma" > "$work/out"
grep -q 'two.dma *1c! *1D! *1D! *1D! *1D! *1c! *1D! *1c! *1c!$' "$work/out" || fail "matrix: $(cat "$work/out")"
grep -q '^D: damages data there' "$work/out" && grep -q '^c: breaks only the contract there' "$work/out" ||
	fail "matrix says not what its marks are"
grep -q 'damages data on | breaks the contract on |$' "$work/score" ||
	fail "score does not tell damage from breaches"

# What was made to fail is told in each format.
printf 'nic = device()\nfail_nth(2)\nb = dma_alloc_coherent(nic, 64, GFP_KERNEL)\nk = kmalloc(8, GFP_KERNEL)\ndevice_free(nic)  # expect: leak\n' > "$work/f.dma"
dmalab run "$work/f.dma" | grep -q "f.dma:4: note: kmalloc() was made to fail" || fail "no note of a failure"
dmalab run --format=json "$work/f.dma" 2> /dev/null |
	grep -q '"failed": {"line": 4, "nth": 2, "call": "kmalloc"}' || fail "no failure in JSON"
dmalab run --format=sarif "$work/f.dma" 2> /dev/null |
	grep -q '"startLine": 4}}, "message": {"text": "kmalloc() was made to fail"}' ||
	fail "no failure in SARIF"
DMALAB_OPTIONS=nonsense=1 dmalab run /dev/null > /dev/null 2>&1
test $? -eq 2 || fail "wrong DMALAB_OPTIONS do not exit with 2"
mkdir "$work/none" || exit 1
dmalab run "$work/none" "$srcdir/corpora/checks/leak.dma" > /dev/null 2>&1
test $? -eq 2 || fail "a directory without traces does not exit with 2"
dmalab shrink --help | grep -q '^usage' || fail "a command does not know --help"
for command in checks 'explain leak' "fmt $srcdir/corpora/checks" "run $srcdir/corpora/checks/leak.dma"; do
	# shellcheck disable=SC2086
	dmalab $command > /dev/full 2> /dev/null
	test $? -eq 2 || fail "$command: a full disk does not exit with 2"
done
head -c 5000 /dev/urandom | dmalab run - > /dev/null 2>&1
test $? -le 2 || fail "random bytes"
head -c 2000000 /dev/zero | dmalab run - > /dev/null 2>&1
test $? -eq 2 || fail "too long a file does not exit with 2"

# A program made of each trace reports the same.
if test -n "${TEST_RUNNER-}"; then
	echo 'not under valgrind: programs made of traces'
else
	for trace in $traces; do
		same_as_c told "$trace"
	done
	# In the other two forms, some of them, and each that has memory that must be told.
	for trace in $(echo "$traces" | sed -n '1~12p') $(grep -lE 'vmap|vmalloc|NO_KERNEL' $traces); do
		same_as_c mixed "$trace"
		same_as_c plain "$trace"
	done
fi
test $failed -eq 0 && echo "$(echo "$traces" | wc -l) traces"
exit $failed
