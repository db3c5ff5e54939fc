# SPDX-License-Identifier: MIT
#
# What it costs that an access of the CPU is seen: by dmalab, and by others' tools.

load style
eval figure(1000, 420)

array name[12]
array loads[12]
array stores[12]
rows = 0
add(text, want, l, s) = (rows = rows + 1, name[rows] = text, loads[rows] = best_at(want, l, "load"), \
			 stores[rows] = best_at(want, l, "store"), 0)
void = add("nobody: a plain access", "access seen:none", "op", 0)
void = add("AddressSanitizer", "access seen:asan", "op", 0)
void = add("ThreadSanitizer", "access seen:tsan", "op", 0)
void = add("valgrind", "access seen:valgrind", "op", 0)
dmalab(text, checks) = (rows = rows + 1, name[rows] = text, \
	loads[rows] = best_at("path accesses:explicit checks:" . checks, "row", "load-8-settled"), \
	stores[rows] = best_at("path accesses:explicit checks:" . checks, "row", "store-8-settled"), 0)
void = dmalab("dmalab, told, checks off", "off")
void = dmalab("dmalab, told, all checks", "full")

told = loads[rows]; plain = loads[1]; tsan = loads[3]
headline = "One access of 8 bytes that somebody sees"
if (told > 0 && tsan > 0) {
	headline = sprintf("A load that dmalab judges in full takes %s, one that ThreadSanitizer sees %s", \
			   time_text(told), time_text(tsan))
}
eval heading(headline, canvas_height)
set logscale x 10
set xrange [0.1:200]
set xtics ("0.1 ns" 0.1, "1 ns" 1, "10 ns" 10, "100 ns" 100)
set xlabel "one access of 8 bytes" textcolor rgb ink
set yrange [rows + 0.6:0.4]
unset ytics
set grid noytics xtics linetype 1 linewidth 0.6 linecolor rgb faint
set border 1
set lmargin at screen 0.26
set rmargin at screen 0.95
set bmargin at screen 0.25
set tmargin at screen 0.88
do for [i = 1:rows] {
	set label name[i] at graph -0.02, first i right textcolor rgb ink
}
set key at screen 0.55, screen 0.04 center bottom horizontal maxcols 2 width 2
positive(x) = x > 0 ? x : NaN
plot sample \
     [i = 1:rows:1] "+" using (positive(loads[int(i)])):(i) \
	with points pointtype 7 pointsize 1.2 linecolor rgb blue title "load", \
     [i = 1:rows:1] "+" using (positive(stores[int(i)])):(i) \
	with points pointtype 5 pointsize 1.1 linecolor rgb orange title "store"
