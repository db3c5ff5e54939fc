# SPDX-License-Identifier: MIT
#
# Fuzzing over time: edges covered, executions a second, inputs kept. A column of panels for
# each engine, as they count edges in different ways, a line for each target; panels in a
# row have one scale. Beside the variables of style.gp expects
#
#   campaigns   directories ENGINE-TARGET, each with a coverage.csv
#   engines     the engines among them
#   targets     the targets among them

load style
n = words(engines)
eval figure(1000, 760)

directory(engine, target) = system(sprintf("for d in %s; do case $d in */%s-%s) echo $d ;; esac; done", \
					   campaigns, engine, target))
line(engine, target) = sprintf("< d='%s'; test -z \"$d\" && echo NaN NaN NaN NaN || awk -f '%s/fuzz.awk' \"$d/coverage.csv\"", \
			       directory(engine, target), here)
last(csv, column) = real(system(sprintf("awk -F, '{ last = $%d } END { print last + 0 }' '%s'", \
					column, csv)))
largest(column) = real(system(sprintf("for d in %s; do awk -f '%s/fuzz.awk' \"$d/coverage.csv\"; done | " . \
	"awk '$%d ~ /^[0-9]/ && $%d > top { top = $%d } END { print top + 0 }'", campaigns, here, column, \
	column, column)))
has_cpu = system(sprintf("head -qn 1 %s/coverage.csv | grep -c cpu", system(sprintf("echo %s | sed 's, ,/coverage.csv ,g'", campaigns)))) + 0

findings = 0
executions = 0
do for [d in campaigns] {
	csv = d . "/coverage.csv"
	executions = executions + last(csv, 2)
	findings = findings + last(csv, 5)
}
headline = sprintf("%s in %s executions", \
	findings == 0 ? "Nothing found" : sprintf("%d finding%s", findings, findings == 1 ? "" : "s"), \
	executions < 1e6 ? sprintf("%.0f thousand", executions / 1e3) : \
	sprintf("%.1f million", executions / 1e6))

longest = largest(1)
set xrange [0:longest > 0 ? longest * 1.03 : 1]
set multiplot layout 3,n margins 0.1,0.978,0.17,0.88 spacing 0.02,0.045 \
	title "{/:Bold*1.15 " . headline . "}" textcolor rgb ink offset 0,-0.5

unset key
set ytics format "%.0f"
array column[3] = [2, 4, 3]
array what[3] = ["edges covered", "executions a second", "inputs kept"]
do for [row = 1:3] {
	top = largest(column[row])
	set yrange [0:top > 0 ? top * 1.1 : 1]
	do for [e = 1:n] {
		unset title; unset xlabel; unset ylabel
		engine = word(engines, e)
		if (row == 1) { set title engine eq "afl" ? "AFL++" : engine eq "libfuzzer" ? "libFuzzer" : engine eq "fast" ? "libFuzzer, no sanitizers" : engine offset 0,-0.4 textcolor rgb ink }
		if (row == 3) { set xlabel has_cpu ? "seconds of CPU time" : "seconds of fuzzing" textcolor rgb ink }
		if (e == 1) { set ylabel what[row] offset 0,0 textcolor rgb ink; set ytics auto format "%.0f" } else { set ytics format "" }
		if (row == 3) { set xtics auto format "%.0f" } else { set xtics auto format "" }
		plot for [t = 1:words(targets)] line(engine, word(targets, t)) \
			using 1:column[row] with steps linestyle 30 + t
	}
}
eval legend(0.08)
plot -1 notitle, for [t = 1:words(targets)] \
	keyentry with lines linestyle 30 + t title word(targets, t)
unset multiplot
