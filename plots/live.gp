# SPDX-License-Identifier: MIT
#
# What one more costs, over how many there are.

load style
eval figure(1000, 480)
set logscale x 10
set xrange [0.7:*]
set yrange [0:*]
set offsets 0, 0, graph 0.1, 0
set xlabel "live objects beside it" textcolor rgb ink
set ylabel "one pair, ns" textcolor rgb ink
set xtics ("1" 1, "10" 10, "100" 100, "1 thousand" 1e3, "10 thousand" 1e4, "100 thousand" 1e5, "1 million" 1e6)
objects(kind, checks) = series(sprintf("objects kind:%s accesses:explicit checks:%s", kind, checks), "live")
live(checks) = series("live profile:arm64 path:coherent checks:" . checks, "live")
last(file) = real(system(substr(file, 3, strlen(file)) . " | awk 'END { print $2 + 0 }'"))
first(file) = real(system(substr(file, 3, strlen(file)) . " | awk 'NR == 1 { print $2 + 0 }'"))
growth = first(live("full")) > 0 ? last(live("full")) / first(live("full")) : 0
eval heading(growth > 0 ? sprintf("Beside %s live ones, a coherent pair with all checks costs %s what it does alone", \
	system(substr(live("full"), 3, 999) . " | awk 'END { print $1 }'"), ratio_text(growth)) : \
	"What one more costs, over how many there are", canvas_height)
set tmargin at screen 0.88
set lmargin at screen 0.09
set rmargin at screen 0.93
set key at screen 0.53, screen 0.03 center bottom horizontal maxcols 3 width 2
set bmargin at screen 0.36
plot live("full") using ($1 > 0 ? $1 : 1):2 linestyle 1 title "coherent, all checks", \
     objects("handle", "full") using 1:2 linestyle 32 title "no-mapping handle, all checks", \
     objects("mapping", "full") using 1:2 linestyle 33 title "map + unmap, all checks", \
     live("off") using ($1 > 0 ? $1 : 1):2 linestyle 1 dashtype 2 linewidth 2 title "coherent, off", \
     objects("handle", "off") using 1:2 linestyle 32 dashtype 2 title "no-mapping handle, off", \
     objects("mapping", "off") using 1:2 linestyle 33 dashtype 2 title "map + unmap, off"
