# SPDX-License-Identifier: MIT
# Traces at random, for properties: awk -v n=COUNT -v seed=NUMBER -v dir=DIRECTORY -f this
#
# Two devices, plain and noncoherent memory, mappings that overlap, syncs and accesses of
# parts of them. Nearly every rule is broken somewhere. The numbers are the same under any awk.

function random(below)
{
	state = (state * 16807) % 2147483647
	return int(state / 2147483647 * below)
}

function pick(list,   words)
{
	return words[1 + random(split(list, words, " "))]
}

# Offset and length, in units of 16 bytes, inside @size.
function range(size)
{
	at = 16 * random(size / 16)
	len = 16 * (1 + random((size - at) / 16))
	if (random(3) == 0) {
		at = 0
		len = size
	}
}

function operation(out,   m, b)
{
	b = 1 + random(buffers)
	m = 1 + random(maps)
	what = random(10)
	if (what < 2 || !maps) {
		range(size[b])
		maps++
		of[maps] = b
		owner[maps] = pick("a b")
		dir_of[maps] = pick("DMA_BIDIRECTIONAL DMA_TO_DEVICE DMA_FROM_DEVICE")
		length_of[maps] = len
		gone[maps] = 0
		attrs = random(6) ? "0" : "DMA_ATTR_SKIP_CPU_SYNC"
		print "m" maps " = dma_map_single_attrs(" owner[maps] ", b" b ".cpu + " at ", " len ", " \
			dir_of[maps] ", " attrs ")" > out
		print "dma_mapping_error(" owner[maps] ", m" maps ".dma)" > out
		return
	}
	if (what == 2) {
		range(size[b])
		print "cpu_write(b" b ".cpu + " at ", " len ")" > out
		return
	}
	if (what == 3) {
		range(size[b])
		print "cpu_read(b" b ".cpu + " at ", " len ")" > out
		return
	}
	if (gone[m])
		return
	range(length_of[m])
	if (what == 4)
		print "device_read(" owner[m] ", m" m ".dma + " at ", " len ")" > out
	else if (what == 5 || what == 6)
		print "device_write(" owner[m] ", m" m ".dma + " at ", " len ")" > out
	else if (what < 9)
		print "dma_sync_single_" pick("for_cpu for_device") "(" owner[m] ", m" m ".dma + " at ", " \
			len ", " (random(5) ? dir_of[m] : pick("DMA_BIDIRECTIONAL DMA_TO_DEVICE DMA_FROM_DEVICE")) ")" > out
	else
		unmap(out, m)
}

function unmap(out, m)
{
	print "dma_unmap_single_attrs(" owner[m] ", m" m ".dma, " length_of[m] ", " dir_of[m] ", " \
		(random(5) ? "0" : "DMA_ATTR_SKIP_CPU_SYNC") ")" > out
	gone[m] = 1
}

function program(out,   i)
{
	maps = 0
	print "a = device()" > out
	print "b = device()" > out
	buffers = 3
	size[1] = 128
	size[2] = 320
	size[3] = 4096
	print "b1 = " pick("kmalloc kzalloc") "(128, GFP_KERNEL)" > out
	print "b2 = " pick("kmalloc kzalloc") "(320, GFP_KERNEL)" > out
	print "b3 = alloc_pages(" pick("GFP_KERNEL GFP_KERNEL|__GFP_ZERO") ", 0)" > out
	for (i = 0; i < 40; i++)
		operation(out)
	for (i = 1; i <= maps; i++)
		if (!gone[i])
			unmap(out, i)
	for (i = 1; i <= buffers; i++)
		print "cpu_read(b" i ".cpu, " size[i] ")" > out
	print "kfree(b1.cpu)" > out
	print "kfree(b2.cpu)" > out
	print "free_pages(b3.cpu, 0)" > out
}

BEGIN {
	state = seed + 1
	for (p = 0; p < n; p++) {
		file = sprintf("%s/random-%04d.dma", dir, p)
		program(file)
		close(file)
	}
}
