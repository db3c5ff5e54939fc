# SPDX-License-Identifier: MIT
#
# Planted defects over executions: how many each target has found, on each engine, from an empty
# corpus. A colour for each target, dashes for the engines.

load style
table = data . "/defects.tsv"
eval figure(1000, 460)
ask(program) = system(sprintf("awk -F '\t' '%s' '%s'", program, table))
seen = "(2 * $6 >= $5 && $6 > 0)"
planted = int(ask('$1 != "00" { d[$1] } END { print length(d) }'))
found = int(ask(sprintf('$1 != "00" && %s { d[$1] } END { print length(d) }', seen)))
fuzzed = int(ask(sprintf('$1 != "00" && $4 != "-" && %s { d[$1] } END { print length(d) }', seen)))
pairs = ask('$1 != "00" && $4 != "-" && !d[$3 "/" $4]++ { printf "%s ", $3 "/" $4 }')
targets = ask('$1 != "00" && $4 != "-" && !d[$3]++ { printf "%s ", $3 }')
engines = ask('$1 != "00" && $4 != "-" && !d[$4]++ { printf "%s ", $4 }')
most = real(ask('$4 != "-" && $7 > m { m = $7 } END { print m + 0 }'))
most = most > 10 ? most : 10

target(pair) = pair[1:strstrt(pair, "/") - 1]
engine(pair) = pair[strstrt(pair, "/") + 1:*]
place(list, what) = (n = 0, sum [i = 1:words(list)] (word(list, i) eq what ? i : 0))
colour(i) = word(sprintf("%s %s %s %s %s", blue, orange, green, purple, ink), (i - 1) % 5 + 1)
named(engine) = engine eq "afl" ? "AFL++" : engine eq "fast" ? "libFuzzer" : \
	"libFuzzer, sanitizers"
steps(pair) = sprintf("< awk -v by='%s' -v engine='%s' -v most=%.0f -f '%s/defects.awk' '%s'", \
	target(pair), engine(pair), most, here, table)

eval heading(sprintf("%d of %d planted defects found, %d of them by fuzz targets", found, planted, \
	fuzzed), canvas_height)
set logscale x 10
set xrange [1:most * 1.2]
set xtics ("1" 1, "10" 10, "100" 100, "1 thousand" 1e3, "10 thousand" 1e4, "100 thousand" 1e5, \
	"1 million" 1e6, "10 million" 1e7, "100 million" 1e8)
set xlabel "executions, from an empty corpus" textcolor rgb ink
set yrange [0:planted * 1.08]
set ylabel "defects found" textcolor rgb ink
set arrow 1 from graph 0, first planted to graph 1, first planted nohead linewidth 1 \
	linecolor rgb grey dashtype (2,3)
set label 1 "all that are planted" at graph 0.01, first planted offset 0,0.6 left textcolor rgb ink
set lmargin at screen 0.08
set rmargin at screen 0.97
set bmargin at screen 0.27
set tmargin at screen 0.88
set key at screen 0.5, screen 0.04 center bottom horizontal maxcols 3 width 2
plot for [i = 1:words(pairs)] steps(word(pairs, i)) using 1:2 with steps \
	linewidth 2 linecolor rgb colour(place(targets, target(word(pairs, i)))) \
	dashtype 1 + (place(engines, engine(word(pairs, i))) != 1) \
	title target(word(pairs, i)) . ", " . named(engine(word(pairs, i)))
