#!/bin/sh
# SPDX-License-Identifier: MIT
#
# dmalab run --apply-advice: the missing calls stand in the diff with the trace's own names,
# the report is gone, and what no call cures is said in words.

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

# Two devices have one buffer at one address: the names are those of the one that wrote.
cat > "$work/two.dma" <<'END'
a = device("writer")
b = device("reader")
p = kzalloc(128, GFP_KERNEL)
m = dma_map_single(a, p.cpu, 128, DMA_FROM_DEVICE)
dma_mapping_error(a, m.dma)
n = dma_map_single(b, p.cpu, 128, DMA_TO_DEVICE)
dma_mapping_error(b, n.dma)
device_write(a, m.dma, 128, 0x5a)
cpu_read(p.cpu + 16, 64, 0x5a)
dma_unmap_single(b, n.dma, 128, DMA_TO_DEVICE)
dma_unmap_single(a, m.dma, 128, DMA_FROM_DEVICE)
kfree(p.cpu)
END
cat > "$work/expected" <<'END'
--- two.dma
+++ two.dma
@@ -6,7 +6,9 @@
 n = dma_map_single(b, p.cpu, 128, DMA_TO_DEVICE)
 dma_mapping_error(b, n.dma)
 device_write(a, m.dma, 128, 0x5a)
+dma_sync_single_for_cpu(a, m.dma + 16, 64, DMA_FROM_DEVICE)
 cpu_read(p.cpu + 16, 64, 0x5a)
+dma_sync_single_for_device(a, m.dma + 16, 64, DMA_FROM_DEVICE)
 dma_unmap_single(b, n.dma, 128, DMA_TO_DEVICE)
 dma_unmap_single(a, m.dma, 128, DMA_FROM_DEVICE)
 kfree(p.cpu)
END
for profile in $(dmalab profiles | cut -d ' ' -f 1); do
	dmalab run --apply-advice --profile="$profile" "$work/two.dma" > "$work/out" ||
		fail "two mappings on $profile: status $?"
	sed -n "/^---/,\$p" "$work/out" | sed "s|$work/||; \$d" | diff "$work/expected" - ||
		fail "two mappings on $profile"
	tail -n 1 "$work/out" | grep -q "on $profile: 1 report cured, 0 left" ||
		fail "two mappings on $profile: $(tail -n 1 "$work/out")"
done

# The trace that comes out is one, and reports nothing.
{
	sed -n 1,8p "$work/two.dma"
	grep '^+dma_sync_single_for_cpu' "$work/expected" | cut -c 2-
	sed -n 9p "$work/two.dma"
	grep '^+dma_sync_single_for_device' "$work/expected" | cut -c 2-
	sed -n '10,$p' "$work/two.dma"
} > "$work/mended.dma"
dmalab run --quiet --profile=all "$work/mended.dma" || fail "the mended trace reports something"

# A list is synced whole.
cat > "$work/list.dma" <<'END'
nic = device()
p = kmalloc(512, GFP_KERNEL)
l = sg_list(p.cpu, 128, p.cpu + 256, 128)
dma_map_sg(nic, l.sgl, 2, DMA_FROM_DEVICE)
device_write(nic, l[1].dma, 16)
cpu_read(p.cpu + 256, 16)
dma_unmap_sg(nic, l.sgl, 2, DMA_FROM_DEVICE)
kfree(p.cpu)
END
dmalab run --apply-advice "$work/list.dma" > "$work/out" || fail "a list: status $?"
grep -q '^+dma_sync_sg_for_cpu(nic, l.sgl, 2, DMA_FROM_DEVICE)$' "$work/out" || fail "a list"

# Nothing helps against a shared line; the trace stays, and the status says so.
dmalab run --apply-advice "$srcdir/corpora/checks/shared-cache-line.dma" > "$work/out"
test $? -eq 1 || fail "words only: status"
grep -q 'shared-cache-line: no call cures it: lines of their own' "$work/out" || fail "words only"
! grep -q '^+++' "$work/out" || fail "words only: a diff"

# The calls around a plain store are named, at the line where it was found, and not put in.
cat > "$work/plain.dma" <<'END'
accesses("plain")
nic = device()
p = kzalloc(64, GFP_KERNEL)
m = dma_map_single(nic, p.cpu, 64, DMA_TO_DEVICE)
dma_mapping_error(nic, m.dma)
cpu_store(p.cpu, 64)
device_read(nic, m.dma, 64)
dma_unmap_single(nic, m.dma, 64, DMA_TO_DEVICE)
kfree(p.cpu)
END
dmalab run --apply-advice "$work/plain.dma" > "$work/out"
test $? -eq 1 || fail "a plain store: status"
grep -q ':7: stale-device-read: cured by 1 call' "$work/out" || fail "a plain store: the device's read"
grep -q ':7: cpu-write-device-owned: put these in by hand.*: dma_sync_single_for_cpu(nic, ' "$work/out" ||
	fail "a plain store: $(cat "$work/out")"

# What it prints is its own: options that ask for something else are refused, not ignored.
for option in --format=json --values --quiet --time; do
	dmalab run --apply-advice $option "$work/two.dma" > "$work/out" 2> "$work/err"
	test $? -eq 2 && ! test -s "$work/out" && grep -q 'leave out --format' "$work/err" ||
		fail "--apply-advice with $option"
done

# The binary form is read as well.
dmalab encode -o "$work/two.bin" "$work/two.dma" && dmalab run --apply-advice "$work/two.bin" |
	grep -q '1 report cured, 0 left' || fail "the binary form"

# No report of the corpora is advised what does not help.
if test -z "${TEST_RUNNER-}"; then
	dmalab run --apply-advice --profile=all "$srcdir/corpora" > "$work/out"
	! grep 'not cured\|which reports' "$work/out" || fail "corpora"
	grep -q ': cured by ' "$work/out" || fail "corpora: nothing was cured"
fi

exit $failed
