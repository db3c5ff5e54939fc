# SPDX-License-Identifier: MIT
#
# A pair of syncs over the bytes that the CPU wrote before: a line for each size, a
# panel for each level of checking. The axis is logarithmic, so that "nothing
# written" stands apart at its left end.

load style
eval figure(1000, 480)

sizes = "64 4096 65536 1048576"
names = "'64 B' '4 KiB' '64 KiB' '1 MiB'"
nothing = 0.7

eval set_time_axis
set logscale x 2
set xrange [0.4:4000000]
set yrange [1:top_of("sync|host")]
set xlabel "bytes that the CPU wrote before" textcolor rgb ink
set xtics ("none" nothing, "4 B" 4, "64 B" 64, "1 KiB" 1024, "16 KiB" 16384, "256 KiB" 262144)

sync(size, checks) = series(sprintf("sync profile:arm64 size:%s checks:%s", size, checks), "dirty")
at(size, checks, dirty) = best_at(sprintf("sync profile:arm64 size:%s checks:%s", size, checks), \
				  "dirty", dirty)
clean = at("4096", "full", "0")
written = at("4096", "full", "4096")

headline = "Time for sync_for_device + sync_for_cpu"
if (clean > 0 && written > 0) {
	headline = sprintf("Syncing 4 KiB to the device and back takes %s clean, %s written, " . \
			   "with all checks", time_text(clean), time_text(written))
}
set multiplot layout 1,2 margins 0.1,0.978,0.18,0.82 spacing 0.03,0 \
	title "{/:Bold*1.15 " . headline . "}" textcolor rgb ink offset 0,-0.5

unset key
# Each panel begins with lines that do not show: without data gnuplot would fail.
do for [panel in "off full"] {
	set title panel eq "off" ? "checks off" : "all checks" offset 0,-0.3
	if (panel eq "off") {
		set ylabel "sync for device + for CPU" textcolor rgb ink
	} else {
		unset ylabel
		set ytics ("" 1, "" 10, "" 100, "" 1e3, "" 1e4, "" 1e5, "" 1e6, "" 1e7)
	}
	do for [i = 1:4] {
		start = int(word(sizes, i)) / 16
		time = at(word(sizes, i), panel, sprintf("%d", start))
		if (time > 0) {
			set label i word(names, i) at start * 2, time * 2 right textcolor ls (20 + i) font ":Bold"
		}
	}
	if (best_at("host op:memcpy", "size", "1024") > 0) {
		set label 9 "memcpy of the\nbytes written" at 3000, 4 left textcolor rgb ink
	}
	plot 1 with lines linetype nodraw, 10 with lines linetype nodraw, \
	     series("host op:memcpy", "size") using 1:2 with lines linestyle 12, \
	     for [i = 1:4] sync(word(sizes, i), panel) using ($1 > 0 ? $1 : NaN):2 linestyle 20 + i, \
	     for [i = 1:4] sync(word(sizes, i), panel) using ($1 > 0 ? NaN : nothing):2 \
		with points linestyle 20 + i
}
unset multiplot
