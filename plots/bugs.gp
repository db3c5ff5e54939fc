# SPDX-License-Identifier: MIT
#
# Real bugs by kind: how many are caught here, and how many the kernel's dma-debug sees.

load style
table = data . "/bugs.tsv"
rows = lines_of(table)
height = 140 + 36 * rows
eval figure(1000, height)
set datafile separator tab
sum(column) = int(system(sprintf("awk -F '\t' '{ n += $%d } END { print n + 0 }' '%s'", column, table)))
eval heading(sprintf("Of %d real bugs %d are caught here; dma-debug sees %d, and %d in part", \
		     sum(3), sum(4), sum(5), sum(6)), height)

set yrange [rows + 0.7:0.3]
set xrange [0:*]
set xlabel "bugs" textcolor rgb ink
set ytics scale 0 textcolor rgb ink noenhanced
set xtics 2
set grid noytics xtics linetype 1 linewidth 0.6 linecolor rgb faint
set border 1
set lmargin at screen 0.36
set rmargin at screen 0.97
set bmargin at screen 95.0 / height
set tmargin at screen 1 - 50.0 / height
unset key
eval bar_key(1, 0.26, 20.0 / height, blue, "caught by dmalab")
eval bar_key(2, 0.50, 20.0 / height, orange, "seen by dma-debug")
eval bar_key(3, 0.75, 20.0 / height, pale, "seen in part")
set style fill solid 1.0 noborder
plot table using (0):0:(0):4:($0 + 0.66):($0 + 0.97) with boxxyerror linecolor rgb blue, \
     "" using (0):0:(0):5:($0 + 1.03):($0 + 1.34) with boxxyerror linecolor rgb orange, \
     "" using (0):0:5:($5 + $6):($0 + 1.03):($0 + 1.34) with boxxyerror linecolor rgb pale, \
     "" using (0):($0 + 1):ytic(stringcolumn(2)) with points pointtype -1, \
     "" using ($4 + 0.1):($0 + 0.82):(sprintf("%d", $4)) with labels left textcolor rgb ink font ",9", \
     "" using ($5 + $6 + 0.1):($0 + 1.2):($6 > 0 ? sprintf("%d, and %d in part", $5, $6) : \
	sprintf("%d", $5)) with labels left textcolor rgb ink font ",9"
