# SPDX-License-Identifier: MIT
#
# What has been proven by enumeration: programs by their length, in all four modes.

load style
table = data . "/proof.tsv"
eval figure(1000, 460)
set datafile separator tab
longest = int(system(sprintf("cut -f 1 '%s' | sort -n | tail -n 1", table)))
total(column) = system(sprintf("awk -F '\t' '$1 == %d { n += $%d } END { print n + 0 }' '%s'", longest, \
			       column, table))
million(n) = n < 1e6 ? sprintf("%.0f thousand", n / 1e3) : sprintf("%.1f million", n / 1e6)
wrong = total(6) + total(7) + total(8)
eval heading(sprintf("%s programs, %s reads: %s", million(real(total(3))), million(real(total(4))), \
	wrong == 0 ? "no report missed, none spurious, no value wrong" : sprintf("%d WRONG", int(wrong))), \
	canvas_height)
by_length(column) = sprintf("< awk -F '\t' '{ n[$1] += $%d } END { for (l in n) print l \"\t\" n[l] }' '%s' | sort -n", \
			    column, table)
set xrange [0.4:longest + 0.6]
set logscale y 10
set yrange [1:*]
set xtics 1
set xlabel "events in a program, at most" textcolor rgb ink
set ylabel "how many" textcolor rgb ink
set ytics ("1" 1, "10" 10, "100" 100, "1 thousand" 1e3, "10 thousand" 1e4, "100 thousand" 1e5, \
	   "1 million" 1e6, "10 million" 1e7, "100 million" 1e8)
set boxwidth 0.24
set style fill solid 1.0 noborder
set lmargin at screen 0.13
set rmargin at screen 0.97
unset key
eval bar_key(1, 0.10, 0.06, blue, "programs")
eval bar_key(2, 0.25, 0.06, green, "reads compared with all legal caches")
eval bar_key(3, 0.57, 0.06, orange, "reads that caches disagree about, all reported")
set bmargin at screen 0.24
set tmargin at screen 0.88
plot by_length(3) using ($1 - 0.26):2 with boxes linecolor rgb blue, \
     by_length(4) using 1:2 with boxes linecolor rgb green, \
     by_length(5) using ($1 + 0.26):2 with boxes linecolor rgb orange
