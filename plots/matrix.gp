# SPDX-License-Identifier: MIT
#
# Where each real bug bites: a row for each, a column for each machine.

load style
table = data . "/matrix.tsv"
rows = lines_of(table) - 1
machines = 9
height = 150 + 19 * rows
eval figure(1100, height)
set datafile separator tab
count(machine, letter) = int(system(sprintf("tail -n +2 '%s' | cut -f %d | grep -c '%s'", \
					    table, 3 + machine, letter)))
some(letter) = int(system(sprintf("tail -n +2 '%s' | cut -f 4- | grep -c '%s'", table, letter)))
name(machine) = system(sprintf("head -n 1 '%s' | cut -f %d", table, 3 + machine))
x86 = count(1, "D")
eval heading(sprintf("%d of %d traces of bugs damage data on some machine, %s on x86", \
		     some("D"), rows, x86 ? sprintf("%d", x86) : "none"), height)

set xrange [0.5:machines + 0.5]
set yrange [rows + 0.5:0.5]
set ytics scale 0 font ",10" textcolor rgb ink noenhanced
unset grid
unset border
unset xtics
labels = ""
do for [m = 1:machines] {
	labels = labels . sprintf("%s'%s' %d", m > 1 ? ", " : "", name(m), m)
}
eval "set x2tics scale 0 rotate by 35 left offset 0,-0.3 (" . labels . ") textcolor rgb ink"
set x2range [0.5:machines + 0.5]
set lmargin at screen 0.5
set rmargin at screen 0.96
set bmargin at screen 45.0 / height
set tmargin at screen 1 - 110.0 / height
unset key
eval bar_key(1, 0.5, 20.0 / height, orange, "D: damages data there")
eval bar_key(2, 0.72, 20.0 / height, wash, "c: breaks the contract only")
set style fill solid 1.0 noborder
short(text) = strlen(text) > 66 ? substr(text, 1, 65) . "…" : text
is(letter, cell, y) = cell eq letter ? y : NaN
plot for [m = 1:machines] table skip 1 \
	using (m):(is("D", stringcolumn(3 + m), $0 + 1)):(m - 0.47):(m + 0.47):($0 + 0.54):($0 + 1.46) \
	with boxxyerror linecolor rgb orange, \
     for [m = 1:machines] table skip 1 \
	using (m):(is("c", stringcolumn(3 + m), $0 + 1)):(m - 0.47):(m + 0.47):($0 + 0.54):($0 + 1.46) \
	with boxxyerror linecolor rgb wash, \
     for [m = 1:machines] table skip 1 \
	using (m):(is("D", stringcolumn(3 + m), $0 + 1)):("D") with labels textcolor rgb "#FFFFFF" \
	font ":Bold,10", \
     for [m = 1:machines] table skip 1 \
	using (m):(is("c", stringcolumn(3 + m), $0 + 1)):("c") with labels textcolor rgb ink font ",10", \
     table skip 1 using (0.5):($0 + 1):ytic(short(stringcolumn(3)) . "  " . stringcolumn(1)) \
	with points pointtype -1
