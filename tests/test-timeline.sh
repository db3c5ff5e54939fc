#!/bin/sh
# SPDX-License-Identifier: MIT
#
# dmalab timeline: every trace of the corpora has a picture, which is XML with no reference to
# anything else, and the same each time; those of the documentation are as they would be reported
# now ("make pictures" draws them again). What is wrong with a trace is said as dmalab run says it.

srcdir=${srcdir:-.}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

fail()
{
	echo "FAIL: $*"
	failed=1
}

dmalab()
{
	$TEST_RUNNER ./dmalab "$@"
}

# ------------------------------------------------- those of the documentation

mkdir "$work/pictures"
sh "$srcdir/plots/timelines.sh" ./dmalab "$srcdir/corpora" "$work/pictures" || fail "timelines.sh"
for picture in "$work"/pictures/*.svg; do
	diff "$srcdir/docs/pictures/${picture##*/}" "$picture" >"$work/diff" ||
		fail "docs/pictures/${picture##*/} is stale (make pictures): $(head -5 "$work/diff")"
done
test "$(ls "$work/pictures" | wc -l)" -gt 5 || fail "pictures are missing"

# ------------------------------------------------------------------- the corpora

step=1
test -z "${TEST_RUNNER-}" || step=20
for trace in $(find "$srcdir/corpora" -name '*.dma' | sort | sed -n "1~${step}p"); do
	name=$(echo "${trace#"$srcdir/corpora/"}" | tr / -)
	if ! dmalab timeline "$trace" >"$work/$name.svg" 2>"$work/err"; then
		rm -f "$work/$name.svg"
		grep -q 'a picture has room for 60' "$work/err" && continue
		fail "$trace: $(cat "$work/err")"
	fi
	test ! -s "$work/err" || fail "$trace: $(cat "$work/err")"
done
if python3 -c '' 2>/dev/null; then
	python3 "$srcdir/tests/check-svg.py" "$work"/*.svg || failed=1
fi

for profile in $(dmalab profiles | sed 's/ .*//'); do
	dmalab timeline --profile="$profile" "$srcdir/corpora/bugs/B100-vsock-event-list.dma" \
		>"$work/$profile.svg" || fail "$profile"
	grep -q "On $profile: " "$work/$profile.svg" || fail "$profile: says nothing of it"
done
grep -q 'the copy' "$work/swiotlb.svg" && grep -q 'url(#dmalab-both)' "$work/arm64.svg" ||
	fail "what bytes hold"

# --------------------------------------------------------------------- examples

for example in 01-atlantic-ring 02-venus-leak 03-sgiseeq-poll 04-talitos-done; do
	DMALAB_OPTIONS=record="$work/$example.dma" examples/$example bug >/dev/null 2>&1
	dmalab timeline "$work/$example.dma" >"$work/example.svg" || fail "$example"
	grep -q 'class="reportfill"' "$work/example.svg" || fail "$example: no report is marked"
done

# --------------------------------------------------------------- what a picture says

what='two objects in one line'
cat >"$work/in" <<'END'
nic = device("<&\">")
c = kmem_cache_create("two", 32, 32)
a = kmem_cache_alloc(c, GFP_KERNEL)
b = kmem_cache_alloc(c, GFP_KERNEL)
m = dma_map_single(nic, a.cpu, 32, DMA_FROM_DEVICE)
cpu_write(b.cpu, 4)
device_write(nic, m.dma, 32)
dma_unmap_single(nic, m.dma, 32, DMA_FROM_DEVICE)
cpu_read(a.cpu, 32)
END
dmalab timeline "$work/in" >"$work/out" || fail "$what"
grep -q '>a 0–31<' "$work/out" || fail "$what: whose bytes they are"
grep -q 'fill="url(#dmalab-both)"' "$work/out" || fail "$what: what they hold"
grep -q 'class="small bold onreport"[^>]*>B<' "$work/out" || fail "$what: two reports"
grep -q '&lt;&amp;&quot;&gt;' "$work/out" || fail "$what: characters of XML"

what='a sync of lists, by name'
cat >"$work/in" <<'END'
nic = device()
a = kmalloc(512, GFP_KERNEL)
l = sg_list(a.cpu, 256, a.cpu + 256, 256)
n = dma_map_sg(nic, l.sgl, 2, DMA_FROM_DEVICE)
device_write(nic, l[1].dma, 64)
cpu_read(a.cpu + 256, 64)
dma_unmap_sg(nic, l.sgl, 2, DMA_FROM_DEVICE)
kfree(a.cpu)
device_free(nic)
END
dmalab timeline "$work/in" >"$work/out" || fail "$what"
grep -q 'bytes 256–319<' "$work/out" || fail "$what: where the device writes"
grep -q '0x[0-9a-f]' "$work/out" && fail "$what: an address that has a name"

what='no memory'
echo 'nic = device()' >"$work/in"
dmalab timeline "$work/in" | grep -q 'makes no memory' || fail "$what"

# ------------------------------------------------------------------- what is wrong

# refused STATUS TEXT OPTION...: $work/in reports nothing, and leaves what was there
refused()
{
	status=$1 text=$2
	shift 2
	echo before >"$work/out"
	dmalab timeline "$@" -o "$work/out" "$work/in" 2>"$work/err"
	test $? -eq "$status" || fail "$what: not status $status"
	grep -q "$text" "$work/err" || fail "$what: $(cat "$work/err")"
	test "$(cat "$work/out")" = before || fail "$what: the file was touched"
}

what='an error of grammar'
echo 'nic = devise()' >"$work/in"
refused 2 'did you mean "device"'
dmalab run "$work/in" 2>"$work/run" >/dev/null
cmp "$work/run" "$work/err" || fail "$what: another message than that of run"

what='a trace that stops'
printf 'nic = device()\ncpu_read(0x10, 1)\n' >"$work/in"
refused 1 'in:2: .*no memory at this address'

what='settings that are none'
printf 'checks("ful")\nnic = device()\n' >"$work/in"
refused 1 '"ful"'

what='too many calls'
{ echo 'nic = device()'; yes 'might_sleep()' | head -60; } >"$work/in"
refused 2 '61 calls.*room for 60.*dmalab shrink'

what='nothing'
echo '# nothing' >"$work/in"
refused 2 'no call to draw'

what='a trace for other machines'
printf 'profiles("mips, riscv")\nnic = device()\n' >"$work/in"
refused 2 'does nothing on x86' --profile=x86
dmalab timeline "$work/in" | grep -q 'On riscv: ' || fail "$what: the first of them"

what='a machine that is none'
refused 2 'did you mean' --profile=arm46
what='a file that is none'
dmalab timeline "$work/none" 2>"$work/err"
test $? -eq 2 && grep -q 'No such file' "$work/err" || fail "$what"
what='no trace given'
dmalab timeline 2>"$work/err"
test $? -eq 2 && grep -q 'one trace' "$work/err" || fail "$what"
what='nowhere to write'
echo 'nic = device()' >"$work/in"
dmalab timeline -o "$work/none/x" "$work/in" 2>"$work/err"
test $? -eq 2 && grep -q 'none/x: No such file' "$work/err" || fail "$what"
exit $failed
