# SPDX-License-Identifier: MIT
#
# Edges covered over fuzzing time: a panel for each engine, as they count edges in
# different ways, a line for each target. Beside the variables of style.gp expects
#
#   campaigns   directories ENGINE-TARGET, each with a coverage.csv
#   engines     the engines among them
#   targets     the targets among them

load style
eval figure(1000, 450)

set datafile separator ","
set yrange [0:*]
set offsets 0, 0, graph 0.12, 0
set ytics format "%.0f"
set xlabel "seconds of fuzzing" textcolor rgb ink

directory(engine, target) = system(sprintf("for d in %s; do case $d in */%s-%s) echo $d ;; esac; done", \
					   campaigns, engine, target))
last(csv, column) = real(system(sprintf("awk -F, '{ last = $%d } END { print last + 0 }' '%s'", \
					column, csv)))

findings = 0
executions = 0
seconds = 0
longest = 1
do for [d in campaigns] {
	csv = d . "/coverage.csv"
	executions = executions + last(csv, 2)
	findings = findings + last(csv, 5)
	seconds = seconds + last(csv, 1)
	longest = last(csv, 1) > longest ? last(csv, 1) : longest
}
set xrange [0:longest * 1.02]
headline = sprintf("%s in %.0f s of fuzzing and %s executions", \
	findings == 0 ? "Nothing found" : sprintf("%d finding%s", findings, findings == 1 ? "" : "s"), \
	seconds, executions < 1e6 ? sprintf("%.0f thousand", executions / 1e3) : \
	sprintf("%.1f million", executions / 1e6))
set multiplot layout 1,words(engines) margins 0.095,0.978,0.25,0.8 spacing 0.1,0 \
	title "{/:Bold*1.15 " . headline . "}" textcolor rgb ink offset 0,-0.5

unset key
do for [engine in engines] {
	set title engine eq "afl" ? "AFL++" : engine eq "libfuzzer" ? "libFuzzer" : engine offset 0,-0.3
	if (engine eq word(engines, 1)) {
		set ylabel "edges covered" textcolor rgb ink
	} else {
		unset ylabel
	}
	# An engine that has not yet counted says 0.
	plot for [t = 1:words(targets)] \
		sprintf("< d='%s'; test -z \"$d\" || awk -F, '$3 > 0' \"$d/coverage.csv\"", \
			directory(engine, word(targets, t))) \
		using 1:3 with steps linestyle 30 + t, \
	     for [t = 1:words(targets)] \
		sprintf("< d='%s'; test -z \"$d\" || tail -n 1 \"$d/coverage.csv\"", \
			directory(engine, word(targets, t))) \
		using 1:3 with points linestyle 30 + t
}
# Lines may run anywhere in a panel.
eval legend(0.14)
plot -1 notitle, for [t = 1:words(targets)] \
	keyentry with lines linestyle 30 + t title word(targets, t)
unset multiplot
