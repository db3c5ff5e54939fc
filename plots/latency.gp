# SPDX-License-Identifier: MIT
#
# One allocation and its free, over size: a panel for each level of checking.

load style
eval figure(1000, 520)

eval set_size_axis
eval set_time_axis
set xrange [45:1500000]
set yrange [1:top_of("alloc|host")]
set xlabel "size of the allocation" textcolor rgb ink
set xtics ("64 B" 64, "1 KiB" 1024, "4 KiB" 4096, "64 KiB" 65536, "1 MiB" 1048576)

alloc(path, checks) = series(sprintf("alloc profile:arm64 path:%s checks:%s", path, checks), "size")
at4k(checks) = best_at("alloc profile:arm64 path:coherent checks:" . checks, "size", "4096")
memset4k = best_at("host op:memset", "size", "4096")

headline = "Time for an allocation and its free, over size"
if (memset4k > 0 && at4k("off") > 0 && at4k("full") > 0) {
	headline = sprintf("Coherent alloc + free of 4 KiB takes %s a memset unchecked, " . \
			   "%s with all checks", ratio_text(at4k("off") / memset4k), \
			   ratio_text(at4k("full") / memset4k))
}
set multiplot layout 1,2 margins 0.1,0.978,0.32,0.83 spacing 0.03,0 \
	title "{/:Bold*1.15 " . headline . "}" textcolor rgb ink offset 0,-0.5

unset key
# Each panel begins with lines that do not show: without data gnuplot would fail.
do for [panel in "off full"] {
	set title panel eq "off" ? "checks off" : "all checks" offset 0,-0.3
	if (panel eq "off") {
		set ylabel "alloc + free" textcolor rgb ink
	} else {
		unset ylabel
		set ytics ("" 1, "" 10, "" 100, "" 1e3, "" 1e4, "" 1e5, "" 1e6, "" 1e7)
	}
	plot 1 with lines linetype nodraw, 10 with lines linetype nodraw, \
	     series("host op:memset", "size") using 1:2 with lines linestyle 11, \
	     series("host op:memcpy", "size") using 1:2 with lines linestyle 12, \
	     series("host op:heap", "size") using 1:2 with lines linestyle 13, \
	     series("peer of:jemalloc op:pair", "size") using 1:2 with lines linestyle 14, \
	     series("peer of:mimalloc op:pair", "size") using 1:2 with lines linestyle 15, \
	     series("peer of:dpdk op:zmalloc", "size") using 1:2 with lines linestyle 16, \
	     alloc("coherent", panel) using 1:2 linestyle 1, \
	     alloc("handle", panel) using 1:2 linestyle 2, \
	     alloc("noncoherent", panel) using 1:2 linestyle 3
}
# Only those that were measured.
has(want) = system(sprintf("LC_ALL=C awk -f '%s/select.awk' -v want='%s' -v axis=size '%s' | wc -l", bench, want, results)) > 0
peer(want, style, title) = has(want) ? sprintf(", keyentry with lines linestyle %d title '%s'", style, title) : ""
eval legend(0.17)
eval "plot -1 notitle, keyentry with linespoints linestyle 1 title 'coherent', " . \
     "keyentry with linespoints linestyle 2 title 'no-mapping handle', " . \
     "keyentry with linespoints linestyle 3 title 'noncoherent', " . \
     "keyentry with lines linestyle 11 title 'memset', " . \
     "keyentry with lines linestyle 12 title 'memcpy', " . \
     "keyentry with lines linestyle 13 title 'malloc, memset, free'" . \
     peer("peer of:jemalloc op:pair", 14, "jemalloc, zeroed") . \
     peer("peer of:mimalloc op:pair", 15, "mimalloc, zeroed") . \
     peer("peer of:dpdk op:zmalloc", 16, "DPDK, zeroed")
unset multiplot
