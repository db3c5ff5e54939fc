#!/bin/sh
# SPDX-License-Identifier: MIT
#
# dmalab shrink: what it prints reports the same, runs as it says, and no line of it can go.

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

# shrinks_to STATUS OPTION...: $work/in to $work/wanted
shrinks_to()
{
	status=$1
	shift
	dmalab shrink "$@" "$work/in" > "$work/out" 2> "$work/err"
	test $? -eq "$status" || fail "$what: not status $status"
	diff "$work/wanted" "$work/out" || fail "$what"
}

what='the first report, without what it does not need'
cat > "$work/in" <<'END'
# A comment.
nic = device("eth0")
other = device()

lost = kmalloc(64, GFP_ATOMIC)  # so is this
buf = dma_alloc_noncoherent(nic, 4096, DMA_FROM_DEVICE, GFP_KERNEL | __GFP_ZERO)
dma_sync_single_for_device(nic, buf.dma, 4096, DMA_FROM_DEVICE)
device_write(nic, buf.dma + 64, 64, "packet")
cpu_read(buf.cpu + 64, 64, "packet")
kfree(lost.cpu)
kfree(lost.cpu)
dma_free_noncoherent(nic, 4096, buf.cpu, buf.dma, DMA_FROM_DEVICE)
END
cat > "$work/wanted" <<'END'
nic = device()
buf = dma_alloc_noncoherent(nic, 1, DMA_FROM_DEVICE, GFP_KERNEL)
dma_sync_single_for_device(nic, buf.dma, 1, DMA_FROM_DEVICE)
device_write(nic, buf.dma, 1)
cpu_read(buf.cpu, 1)  # expect: stale-cpu-read
dma_free_noncoherent(nic, 1, buf.cpu, buf.dma, DMA_FROM_DEVICE)
END
shrinks_to 0

what='another check'
cat > "$work/wanted" <<'END'
lost = kmalloc(1, GFP_KERNEL)
kfree(lost.cpu)
kfree(lost.cpu)  # expect: double-free
END
dmalab run --format=lines "$work/in" 2> /dev/null | grep -q double-free ||
	sed -i 's/double-free/free-unknown/' "$work/wanted"
shrinks_to 0 --check="$(sed -n 's/.*expect: //p' "$work/wanted")"

what='the first that is not expected'
sed -i 's/^cpu_read.*/& # expect: stale-cpu-read/' "$work/in"
shrinks_to 0

what='another machine'
sed 's/stale-cpu-read/cpu-read-device-owned/' "$work/in" > "$work/x86"
mv "$work/x86" "$work/in"
cat > "$work/wanted" <<'END'
nic = device()
buf = dma_alloc_noncoherent(nic, 1, DMA_FROM_DEVICE, GFP_KERNEL)
dma_sync_single_for_device(nic, buf.dma, 1, DMA_FROM_DEVICE)
cpu_read(buf.cpu, 1)  # expect: cpu-read-device-owned
dma_free_noncoherent(nic, 1, buf.cpu, buf.dma, DMA_FROM_DEVICE)
END
shrinks_to 0 --profile=x86 --check=cpu-read-device-owned

what='a leak at the end'
cat > "$work/in" <<'END'
nic = device()
other = device()
a = dma_alloc_coherent(nic, 4096, GFP_KERNEL)
b = dma_alloc_coherent(other, 4096, GFP_KERNEL)
dma_free_coherent(nic, 4096, a.cpu, a.dma)
END
cat > "$work/wanted" <<'END'
other = device()
dma_alloc_coherent(other, 1, GFP_KERNEL)
device_free(other)  # expect: leak
END
shrinks_to 0

what='a leak of a device that has lost its name'
printf 'a = device()\nb = dma_alloc_coherent(a, 64, GFP_KERNEL)\na = device()\n' > "$work/in"
sed 's/other/a/' "$work/wanted" > "$work/wanted.new"
mv "$work/wanted.new" "$work/wanted"
shrinks_to 0

what='a trace that stops'
printf 'a = device()\nb = dma_alloc_coherent(a, 64, GFP_KERNEL)\ncpu_read(0x10, 1)\n' > "$work/in"
shrinks_to 0

what='the binary form'
dmalab encode -o "$work/bytes" "$work/in"
mv "$work/bytes" "$work/in"
sed 's/\ba\b/dev0/' "$work/wanted" > "$work/wanted.new"
mv "$work/wanted.new" "$work/wanted"
shrinks_to 0

what='nothing is reported'
echo 'a = device()' > "$work/in"
: > "$work/wanted"
shrinks_to 1
grep -q 'no report is made on arm64' "$work/err" || fail "$what: no message"
shrinks_to 1 --check=leak --profile=mips
grep -q 'no report leak is made on mips' "$work/err" || fail "$what: no message"

what='what is no trace'
echo 'a = devise()' > "$work/in"
shrinks_to 2
dmalab shrink "$work/no-such-file" 2> /dev/null
test $? -eq 2 || fail "$what: no such file"
dmalab shrink --check=leek "$work/in" 2>&1 | grep -q '"leak"' || fail "a check that there is not"
dmalab shrink 2> /dev/null
test $? -eq 2 || fail "no trace given"

# 2000 statements, of which one sync is missing.
awk 'BEGIN {
	print "nic = device()"
	for (i = 0; i < 250; i++) {
		print "b" i " = kmalloc(256, GFP_KERNEL)"
		print "m" i " = dma_map_single(nic, b" i ".cpu, 256, DMA_FROM_DEVICE)"
		print "dma_mapping_error(nic, m" i ".dma)"
		print "device_write(nic, m" i ".dma, 64)"
		if (i != 150)
			print "dma_sync_single_for_cpu(nic, m" i ".dma, 256, DMA_FROM_DEVICE)"
		print "cpu_read(b" i ".cpu, 16)"
		print "dma_unmap_single(nic, m" i ".dma, 256, DMA_FROM_DEVICE)"
		print "kfree(b" i ".cpu)"
	}
}' > "$work/in"
what='2000 statements'
cat > "$work/wanted" <<'END'
nic = device()
b150 = kmalloc(1, GFP_KERNEL)
m150 = dma_map_single(nic, b150.cpu, 1, DMA_FROM_DEVICE)
dma_mapping_error(nic, m150.dma)
device_write(nic, m150.dma, 1)
cpu_read(b150.cpu, 1)  # expect: stale-cpu-read
dma_unmap_single(nic, m150.dma, 1, DMA_FROM_DEVICE)
END
shrinks_to 0

# Nothing can go, and there are many ways to try: it ends all the same.
what='what cannot be smaller'
many=3000
test -z "${TEST_RUNNER-}" || many=300
awk -v many=$many 'BEGIN {
	print "nic = device()"
	print "fail_nth(" many + 1 ")"
	for (i = 0; i < many; i++)
		print "b = kmalloc(32, GFP_KERNEL)"
	print "m = dma_map_single(nic, b.cpu, 1, DMA_TO_DEVICE)"
	print "dma_unmap_single(nic, m.dma, 1, DMA_TO_DEVICE)"
}' > "$work/in"
dmalab shrink "$work/in" > "$work/out" 2> "$work/err" || fail "$what"
dmalab run --quiet "$work/out" > /dev/null || fail "$what: not as expected"

# Each check, on a machine where it is reported: no line can go.
step=1
test -z "${TEST_RUNNER-}" || step=20
for trace in $(find "$srcdir/corpora/checks" -name '*.dma' | grep -v near-miss | sort |
		sed -n "1~${step}p"); do
	check=${trace##*/}
	check=${check%.dma}
	for profile in arm64 mips swiotlb; do
		dmalab run --profile=$profile --format=lines "$trace" 2> /dev/null |
			grep -q ": $check\$" && break
	done
	dmalab shrink --profile=$profile --check="$check" "$trace" > "$work/out" 2> "$work/err" ||
		fail "$trace: $(cat "$work/err")"
	dmalab run --quiet --profile=$profile "$work/out" > /dev/null ||
		fail "$trace: its smallest form does not run as it says"
	grep -q "# expect: .*$check" "$work/out" || fail "$trace: another report"
	dmalab fmt "$work/out" | cmp -s "$work/out" - || fail "$trace: not canonical"
	test "$(grep -c . "$work/out")" -le "$(grep -vc '^#' "$trace")" || fail "$trace grew"
	for line in $(seq "$(wc -l < "$work/out")"); do
		sed "${line}d" "$work/out" > "$work/less"
		dmalab run --quiet --profile=$profile "$work/less" > /dev/null 2>&1 || continue
		grep -q "# expect: .*$check" "$work/less" && fail "$trace: line $line can go"
	done
done
exit $failed
