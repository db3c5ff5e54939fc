# SPDX-License-Identifier: MIT
#
# Made-up results of every family of benchmarks that plots/ draws, in the form of
# bench/results/latest.tsv: what matters is that they are there.

function row(name, ns)
{
	printf "%s\t%.1f\t%.1f\t3\n", name, ns, ns * 1.1
}

BEGIN {
	OFS = "\t"
	print "#cpu_model", "A CPU <of> 1 & \"2\" cores"
	print "#num_cpus", 2
	print "#mhz_per_cpu", 2600
	print "#load_avg", "0.5,0.4,0.3"
	print "#compiler", "12.2.0"
	print "#cflags", "-O2"
	print "#command", "make bench"
	print "#date", "2026-01-01T00:00:00+00:00"
	split("off contract full", levels)
	for (l = 1; l <= 3; l++) {
		c = "checks:" levels[l]
		for (size = 64; size <= 1048576; size *= 4) {
			split("coherent handle noncoherent", path)
			for (i = 1; i <= 3; i++)
				row("alloc/profile:arm64/path:" path[i] "/" c "/size:" size, 50 * l + size / 40)
			for (dirty = 0; dirty <= 16; dirty = dirty ? dirty * 4 : 1)
				row("sync/profile:arm64/" c "/size:" size "/dirty:" size / 16 * dirty, 60 * l + dirty * size / 300)
			row("kmalloc/" c "/size:" size, 40 * l)
		}
		split("arm64 x86 mips", machine)
		for (i = 1; i <= 3; i++)
			row("map/profile:" machine[i] "/" c "/size:4096", 30 * l + 10 * i)
		row("ring/profile:arm64/" c "/size:64/dirty:64", 70 * l)
		for (n = 1; n <= 4; n *= 2)
			row("threads/profile:arm64/path:coherent/" c "/manual_time/threads:" n, 90 * l / n)
		for (n = 0; n <= 10000; n = n ? n * 10 : 1) {
			row("live/profile:arm64/path:coherent/" c "/live:" n, 60 * l)
			row("objects/kind:handle/accesses:explicit/" c "/live:" n, 50 * l)
			row("objects/kind:mapping/accesses:explicit/" c "/live:" n, 55 * l)
		}
		split("read write", op)
		for (i = 1; i <= 2; i++) {
			row("device/profile:arm64/memory:noncoherent/op:" op[i] "/" c "/bytes:64", 20 * l)
			row("cpu/profile:arm64/memory:coherent/page:settled/op:" op[i] "/" c "/bytes:8", 9 * l)
			row("cpu/profile:arm64/memory:noncoherent/page:settled/op:" op[i] "/" c "/bytes:8", 8 * l)
			row("cpu/profile:arm64/memory:noncoherent/page:written/op:" op[i] "/" c "/bytes:8", 30 * l)
		}
	}
	for (i = 1; i <= 2; i++) {
		split("load store", op)
		for (k = split("none asan tsan valgrind", tool); k; k--)
			row("access/seen:" tool[k] "/op:" op[i], k + i)
		row("path/row:" op[i] "-8-settled/accesses:explicit/checks:off", 8)
		row("path/row:" op[i] "-8-settled/accesses:explicit/checks:full", 9)
	}
	split("p50 p99 p999", key)
	split("coherent-4k map-2k pool-64", name)
	for (i = 1; i <= 3; i++)
		for (k = 1; k <= 3; k++)
			row("latency/row:" name[i] "/checks:full/manual_time@" key[k], 50 * i * 4 ^ k)
	split("memset memcpy heap", op)
	split("jemalloc mimalloc dpdk", of)
	for (size = 64; size <= 1048576; size *= 4)
		for (i = 1; i <= 3; i++) {
			row("host/op:" op[i] "/size:" size, 1 + size / (40 - 5 * i))
			row("peer/of:" of[i] "/op:" (of[i] == "dpdk" ? "zmalloc" : "pair") "/size:" size, 30 * i + size / 60)
		}
}
