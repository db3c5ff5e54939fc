# SPDX-License-Identifier: MIT
# A trace of many cheap operations, for dmalab run --time.
BEGIN {
	print "nic = device()"
	print "buf = dma_alloc_noncoherent(nic, 4096, DMA_BIDIRECTIONAL, GFP_KERNEL)"
	for (n = 2; n + 6 <= 65536; n += 5) {
		at = n * 64 % 4032
		print "cpu_write(buf.cpu + " at ", 64)"
		print "dma_sync_single_for_device(nic, buf.dma + " at ", 64, DMA_BIDIRECTIONAL)"
		print "device_write(nic, buf.dma + " at ", 64)"
		print "dma_sync_single_for_cpu(nic, buf.dma + " at ", 64, DMA_BIDIRECTIONAL)"
		print "cpu_read(buf.cpu + " at ", 64)"
	}
	print "dma_free_noncoherent(nic, 4096, buf.cpu, buf.dma, DMA_BIDIRECTIONAL)"
}
