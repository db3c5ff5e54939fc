# SPDX-License-Identifier: MIT
#
# Single operations, each timed by itself: how long the median takes, the slowest of a
# hundred, and of a thousand.

load style
names = system(sprintf("sed -n 's,^latency/row:\\([^/]*\\)/checks:full/manual_time@p50\t.*,\\1,p' '%s' | sort", results))
rows = words(names)
height = 180 + 22 * rows
eval figure(1000, height)
at(i, key) = real(system(sprintf("awk -F '\t' '$1 == \"latency/row:%s/checks:full/manual_time@%s\" { print $2 }' '%s'", \
				 word(names, i), key, results)))
array p50[rows]
array p99[rows]
array p999[rows]
most = 1e6
do for [i = 1:rows] {
	p50[i] = at(i, "p50")
	p99[i] = at(i, "p99")
	p999[i] = at(i, "p999")
	most = p999[i] > most ? p999[i] : most
	set label word(names, i) at graph -0.02, first i right textcolor rgb ink
}
eval heading("Of a thousand operations with all checks: the median, and the slow ones", height)
set logscale x 10
set xrange [10:most * 2]
set xtics ("10 ns" 10, "100 ns" 100, "1 µs" 1e3, "10 µs" 1e4, "100 µs" 1e5, "1 ms" 1e6, "10 ms" 1e7, "100 ms" 1e8)
set xlabel "time for one" textcolor rgb ink
set yrange [rows + 0.6:0.4]
unset ytics
set grid noytics xtics linetype 1 linewidth 0.6 linecolor rgb faint
set border 1
set lmargin at screen 0.24
set rmargin at screen 0.97
set bmargin at screen 130.0 / height
set tmargin at screen 1 - 50.0 / height
set key at screen 0.6, screen 24.0 / height center bottom horizontal maxcols 3 width 2
positive(x) = x > 0 ? x : NaN
plot sample \
     [i = 1:rows:1] "+" using (positive(p50[int(i)])):(i):(p999[int(i)] - p50[int(i)]):(0) \
	with vectors nohead linewidth 2 linecolor rgb faint notitle, \
     [i = 1:rows:1] "+" using (positive(p50[int(i)])):(i) \
	with points pointtype 7 pointsize 1.1 linecolor rgb blue title "median", \
     [i = 1:rows:1] "+" using (positive(p99[int(i)])):(i) \
	with points pointtype 9 pointsize 1 linecolor rgb green title "p99: one of 100 is slower", \
     [i = 1:rows:1] "+" using (positive(p999[int(i)])):(i) \
	with points pointtype 5 pointsize 0.9 linecolor rgb orange title "p99.9: one of 1000 is slower"
