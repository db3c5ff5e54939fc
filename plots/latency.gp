# SPDX-License-Identifier: MIT
#
# One allocation and its free, over size: a panel for each level of checking.

load style
eval figure(1000, 480)

eval set_size_axis
eval set_time_axis
set xrange [45:1500000]
set yrange [3:*]
set xlabel "size of the allocation" textcolor rgb ink
set xtics ("64 B" 64, "1 KiB" 1024, "4 KiB" 4096, "64 KiB" 65536, "1 MiB" 1048576)

alloc(path, checks) = series(sprintf("alloc profile:arm64 path:%s checks:%s", path, checks), "size")
at4k(checks) = best_at("alloc profile:arm64 path:coherent checks:" . checks, "size", "4096")
memset4k = best_at("host op:memset", "size", "4096")

if (memset4k > 0 && at4k("off") > 0 && at4k("full") > 0) {
	headline = sprintf("coherent alloc + free of 4 KiB: %.1f × memset unchecked, %.1f × with all checks", \
			   at4k("off") / memset4k, at4k("full") / memset4k)
} else {
	headline = "alloc + free over size"
}
set multiplot layout 1,2 margins 0.07,0.985,0.24,0.83 spacing 0.05,0 \
	title "{/:Bold*1.15 " . headline . "}" font font.",12" textcolor rgb ink

set key at screen 0.5, screen 0.02 center bottom horizontal maxrows 2 width 2
do for [panel in "off full"] {
	set title panel eq "off" ? "checks off" : "all checks on"
	set ylabel panel eq "off" ? "time for alloc + free" : "" textcolor rgb ink
	if (panel eq "full") {
		set format y ""
		unset key
	}
	plot series("host op:memset", "size") using 1:2 with lines linestyle 11 title "memset", \
	     series("host op:memcpy", "size") using 1:2 with lines linestyle 12 title "memcpy", \
	     series("host op:heap", "size") using 1:2 with lines linestyle 13 title "malloc + memset + free", \
	     alloc("coherent", panel) using 1:2 linestyle 1 title "coherent", \
	     alloc("handle", panel) using 1:2 linestyle 2 title "no-mapping handle", \
	     alloc("noncoherent", panel) using 1:2 linestyle 3 title "noncoherent"
}
unset multiplot
