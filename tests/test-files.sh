#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What the command and the recorder read and write behaves as the standard tools do: with
# links, loops of links, modes, owners, FIFOs, full disks and interrupts.

set -u
dmalab=$PWD/dmalab subject=$PWD/tests/record-subject
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

fail()
{
	cat log 2>/dev/null
	ls -la
	echo "FAILED: $*"
	exit 1
}

# quick COMMAND: whatever waits for ever ends, and fails
quick()
{
	timeout 20 "$@" >log 2>&1 </dev/null
	status=$?
	test $status != 124 || fail "hangs: $*"
	return $status
}

ugly='b=kmalloc( 64,GFP_KERNEL )
kfree( b.cpu )'
pretty='b = kmalloc(64, GFP_KERNEL)
kfree(b.cpu)'

# fresh FILE
fresh()
{
	rm -rf "$1"
	echo "$ugly" >"$1"
}

is_pretty()
{
	test "$(cat "$1")" = "$pretty" || fail "$1 was not written"
}

# no_room ARGUMENT...: where no file may have a byte, and who writes one is told
no_room()
{
	(trap '' XFSZ && ulimit -f 0 && "$dmalab" "$@" 2>&1; echo $?) | cat >said
	tail -n 1 said | grep -qx 2 || fail "no room, and no error: $(cat said)"
	grep -q "File too large; nothing there has changed" said || fail "no room: $(cat said)"
}

nothing_else()
{
	test "$(find . -name '*.??????' | wc -l)" = 0 || fail "a file is left beside $1"
}

# ------------------------------------------------------------- fmt --write

# A link stays a link, to whatever it leads; the mode stays.
mkdir sub
fresh sub/t.dma
chmod 640 sub/t.dma
ln -s sub/t.dma near.dma
ln -s ../near.dma sub/far.dma
quick $TEST_RUNNER "$dmalab" fmt --write sub/far.dma || fail "fmt --write through links"
test -L sub/far.dma && test -L near.dma || fail "a link was replaced"
is_pretty sub/t.dma
test "$(stat -c %a sub/t.dma)" = 640 || fail "the mode changed"
nothing_else sub/t.dma

# A loop of links is told of.
ln -s loop.dma loop.dma
quick $TEST_RUNNER "$dmalab" fmt --write loop.dma
test $? = 2 && grep -q "Too many levels of symbolic links" log || fail "a loop of links"
quick $TEST_RUNNER "$dmalab" encode -o loop.dma sub/t.dma
test $? = 2 && grep -q "Too many levels of symbolic links" log || fail "a loop of links to write to"
rm loop.dma

# The owner stays, where one may give files away.
if test "$(id -u)" = 0; then
	fresh owned.dma
	chown 12345:54321 owned.dma
	quick $TEST_RUNNER "$dmalab" fmt --write owned.dma || fail "fmt --write of another's file"
	test "$(stat -c %u:%g owned.dma)" = 12345:54321 || fail "the owner changed"
	is_pretty owned.dma
else
	fresh fixed.dma
	chmod 444 fixed.dma
	quick $TEST_RUNNER "$dmalab" fmt --write fixed.dma
	test $? = 2 && grep -q "Permission denied" log || fail "what may not be written was replaced"
	test "$(cat fixed.dma)" = "$ugly" || fail "what may not be written has changed"
fi

# No room: all stays as it was, and nothing is left.
fresh full.dma
no_room fmt --write full.dma
test "$(cat full.dma)" = "$ugly" || fail "a full disk lost the trace"
nothing_else full.dma

# A FIFO cannot be put in place of itself; a trace comes through it as through any.
mkfifo pipe.dma
echo "$ugly" >pipe.dma &
quick $TEST_RUNNER "$dmalab" fmt --write pipe.dma
test $? = 2 && grep -q "not a regular file" log || fail "fmt --write of a FIFO"
test -p pipe.dma || fail "the FIFO was replaced"
wait
echo "$ugly" >pipe.dma &
quick $TEST_RUNNER "$dmalab" run pipe.dma || fail "a trace through a FIFO"
wait

# -------------------------------------------------------------- -o FILE

cat pipe.dma >through &
quick $TEST_RUNNER "$dmalab" encode -o pipe.dma sub/t.dma || fail "encode into a FIFO"
wait
quick $TEST_RUNNER "$dmalab" encode -o direct sub/t.dma || fail "encode into a file"
cmp -s through direct || fail "what came through the FIFO is not what was encoded"
test "$(stat -c %a direct)" = "$(printf %o $((0666 & ~0$(umask))))" || fail "the umask of a new file"
quick $TEST_RUNNER "$dmalab" encode -o /dev/null sub/t.dma && test -c /dev/null ||
	fail "encode into /dev/null"
quick $TEST_RUNNER "$dmalab" encode -o /dev/full sub/t.dma
test $? = 2 && grep -q "No space left" log || fail "encode into /dev/full"
echo before >full.bytes
no_room encode -o full.bytes sub/t.dma
test "$(cat full.bytes)" = before || fail "a full disk lost what was there"
nothing_else full.bytes
# A link to what is not there yet.
ln -s sub/made later
quick $TEST_RUNNER "$dmalab" encode -o later sub/t.dma || fail "a link to a new file"
test -L later && cmp -s sub/made direct || fail "the new file is not where the link leads"
rm -f later

# ------------------------------------------------------------ directories

# Each directory once, also if links lead round: two to the top of each would be followed
# 2^40 times.
mkdir -p tree/a/b
cp sub/t.dma tree/a/b/one.dma
cp sub/t.dma tree/two.dma
ln -s .. tree/a/up
ln -s ../.. tree/a/b/top
ln -s nowhere tree/dangling
quick $TEST_RUNNER "$dmalab" run tree || fail "a tree with loops"
grep -q '^2 traces' log || fail "traces in a tree with loops"

# What is named as a trace and is none is told of, and not waited for.
mkfifo tree/pipe.dma
quick $TEST_RUNNER "$dmalab" run tree
test $? = 2 && grep -q "tree/pipe.dma: it is not a regular file" log || fail "a FIFO in a tree"
grep -q '^2 traces' log || fail "a FIFO hides the others"
rm tree/pipe.dma

# ------------------------------------------------------------- interrupts

# One that waits for input, after two traces.
"$dmalab" run --format=json sub/t.dma tree/two.dma pipe.dma tree >out 2>log </dev/null &
pid=$!
exec 3<>pipe.dma # it has opened its end when there is a writer, and nothing comes
sleep 1
kill -TERM $pid
wait $pid
status=$?
exec 3>&-
test $status = 130 || fail "interrupted, the status is $status"
grep -q "interrupted after 2 traces" log || fail "does not say how far it came"
if command -v python3 >/dev/null; then
	python3 -c 'import json; json.load(open("out"))' || fail "half of a JSON document is left"
fi

# ------------------------------------------------------------- recordings

# Made shorter on the way: through a link, with the mode that it had. Valgrind is slow.
program=for-ever
test -z "${TEST_RUNNER-}" || program=touch
echo old >record.dma
chmod 600 record.dma
ln -s record.dma link.dma
DMALAB_OPTIONS=record=link.dma timeout 300 $TEST_RUNNER "$subject" $program >log 2>&1
test $? != 124 || fail "a recording through a link hangs"
test -L link.dma || fail "the link was replaced by the recording"
test "$(stat -c %a record.dma)" = 600 || fail "the mode of the recording changed"
quick $TEST_RUNNER "$dmalab" run link.dma || fail "the recording is no trace"
nothing_else record.dma
DMALAB_OPTIONS=record=/dev/null timeout 300 $TEST_RUNNER "$subject" $program >log 2>&1
test -c /dev/null || fail "/dev/null was replaced by a recording"
DMALAB_OPTIONS=record=pipe.dma timeout 20 $TEST_RUNNER "$subject" touch >log 2>&1
test $? != 124 && grep -q "nothing is recorded" log || fail "a recording into a FIFO"
echo "files: ok"
