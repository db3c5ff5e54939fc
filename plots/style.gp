# SPDX-License-Identifier: MIT
#
# What all figures share. Expects the variables that plots.sh sets:
#
#   format   "svg" or "png"
#   output   the file to write
#   name     the figure's name
#   bench    directory with select.awk
#   results  the benchmarks' results, as bench/results.jq prints them
#   data     directory with what data.sh has written
#   stamp    what machine and commit the figure is of
#
# A script calls figure(WIDTH, HEIGHT) before it plots.

set encoding utf8

# Okabe and Ito's colours, which colour-blind readers can tell apart.
blue = "#0072B2"; orange = "#D55E00"; green = "#009E73"; purple = "#AA4499"
sky = "#56B4E9"; deep = "#00553C"; pale = "#F2B98C"; wash = "#CFE3F2"; ink = "#222222"; grey = "#8A8A8A"; faint = "#DDDDDD"

font = "DejaVu Sans"
# In small print what it was measured on, for who gets the picture alone.
small_print(h) = sprintf('set label 999 "%s" at screen 0.99, screen %g right font ",8" ' . \
	'textcolor rgb grey noenhanced; ', stamp, 9.0 / h)
# The PNG has twice the pixels; and it counts fonts in points, the SVG in pixels.
if (format eq "svg") {
	figure(w, h) = (canvas_height = h, small_print(h)) . sprintf("set terminal svg size %d,%d dynamic font '%s,13' " . \
			       "background 'white' name '%s'", w, h, font, name)
} else {
	figure(w, h) = (canvas_height = h, small_print(h)) . sprintf("set terminal pngcairo size %d,%d font '%s,11' fontscale 2 " . \
			       "linewidth 2 pointscale 2 background 'white'", \
			       2 * w, 2 * h, font)
}
set output output

set border 3 linewidth 1 linecolor rgb grey
set tics nomirror out scale 0.6 textcolor rgb ink
set grid ytics linetype 1 linewidth 0.6 linecolor rgb faint
set title textcolor rgb ink
set key textcolor rgb ink samplen 2.2 spacing 1.2 width 1 Left reverse
set style data linespoints
set pointsize 0.6

# The three paths, and what they are compared with. Coherent and noncoherent often
# cost the same: the second is a thin line on the first, which is wide.
set style line 1 linewidth 5 linecolor rgb sky pointtype 7 pointsize 0.9
set style line 2 linewidth 2 linecolor rgb orange pointtype 5
set style line 3 linewidth 1.5 linecolor rgb deep pointtype 9
# Sizes, from small to large.
set style line 21 linewidth 2 linecolor rgb "#7FB5D9" pointtype 7
set style line 22 linewidth 2 linecolor rgb "#3F8AC0" pointtype 7
set style line 23 linewidth 2 linecolor rgb "#1A5D9E" pointtype 7
set style line 24 linewidth 2 linecolor rgb "#083B7C" pointtype 7
# One colour after another, where nothing is meant by them.
set style line 31 linewidth 2 linecolor rgb blue pointtype 7
set style line 32 linewidth 2 linecolor rgb orange pointtype 7
set style line 33 linewidth 2 linecolor rgb green pointtype 7
set style line 34 linewidth 2 linecolor rgb purple pointtype 7
set style line 35 linewidth 2 linecolor rgb ink pointtype 7
set style line 11 linewidth 1.6 linecolor rgb ink dashtype 1 pointtype 0
set style line 12 linewidth 1.6 linecolor rgb ink dashtype (8,4) pointtype 0
set style line 13 linewidth 1.6 linecolor rgb grey dashtype (2,3) pointtype 0
# Other allocators.
set style line 14 linewidth 1.6 linecolor rgb purple dashtype (8,3) pointtype 0
set style line 15 linewidth 1.6 linecolor rgb green dashtype (8,3) pointtype 0
set style line 16 linewidth 1.6 linecolor rgb blue dashtype (3,3) pointtype 0

lines_of(file) = int(system(sprintf("wc -l <'%s'", file)))

# The benchmarks that have all these words, over one of their axes.
series(want, axis) = sprintf("< LC_ALL=C awk -f '%s/select.awk' -v want='%s' -v axis=%s '%s'", \
			     bench, want, axis, results)
# The best time of one of them, or 0. (Not by "0" . text: that would be octal.)
best_at(want, axis, at) = real(system(sprintf( \
	"LC_ALL=C awk -f '%s/select.awk' -v want='%s %s:%s' -v axis=%s '%s' | " . \
	"awk '{ best = $2 } END { print best + 0 }'", bench, want, axis, at, axis, results)))

# The power of ten above the longest time in families of benchmarks ("alloc|host"):
# panels side by side must have one scale.
top_of(families) = 10 ** ceil(real(system(sprintf( \
	"awk -F '\t' '/^(%s)\\// && $2 > top { top = $2 } " . \
	"END { print log(top + 9) / log(10) }' '%s'", families, results))))

# "1.2 µs"
time_text(t) = t < 9.995 ? sprintf("%.1f ns", t) : t < 999.5 ? sprintf("%.0f ns", t) : \
	t < 9995 ? sprintf("%.1f µs", t / 1e3) : sprintf("%.0f µs", t / 1e3)

ratio_text(r) = r < 9.95 ? sprintf("%.1f ×", r) : sprintf("%.0f ×", r)

# Sizes and times on logarithmic axes, named rather than as powers.
set_size_axis = "set logscale x 2; set xtics (" . \
	"'64 B' 64, '256 B' 256, '1 KiB' 1024, '4 KiB' 4096, '16 KiB' 16384, " . \
	"'64 KiB' 65536, '256 KiB' 262144, '1 MiB' 1048576)"
set_time_axis = "set logscale y 10; set ytics (" . \
	"'1 ns' 1, '10 ns' 10, '100 ns' 100, '1 µs' 1e3, '10 µs' 1e4, '100 µs' 1e5, " . \
	"'1 ms' 1e6, '10 ms' 1e7)"

# The headline of a figure of that height, at its left edge, and the legend of filled bars,
# one beside the other; x and y from the lower left corner, as parts of the figure.
heading(text, height) = sprintf('set label 900 "{/:Bold*1.15 %s}" at screen 0.02, screen %g left ' . \
	'textcolor rgb ink', text, 1 - 24.0 / height)
bar_key(i, x, y, colour, text) = sprintf('set object %d rectangle from screen %g, screen %g to ' . \
	'screen %g, screen %g fillcolor rgb "%s" fillstyle solid 1.0 noborder; ' . \
	'set label %d "%s" at screen %g, screen %g left textcolor rgb ink', \
	900 + i, x, y - 6.0 / canvas_height, x + 0.028, y + 6.0 / canvas_height, colour, 900 + i, \
	text, x + 0.036, y)

# A legend of its own below the panels of a multiplot: make the panels, then
#	eval legend(0.12)
#	plot -1 notitle, keyentry with lines linestyle 1 title "..." , ...
legend(height) = "unset title; unset xlabel; unset ylabel; unset tics; unset border; unset grid; " . \
	"unset logscale; unset label; unset arrow; set margins 0,0,0,0; set origin 0,0; " . \
	sprintf("set size 1,%g; set xrange [0:1]; set yrange [0:1]; ", height) . \
	"set key at graph 0.5, graph 0.5 center center horizontal maxcols 3 width 3"
