# SPDX-License-Identifier: MIT
#
# A coverage.csv to what is drawn of it, a line for each sample: time, edges, corpus,
# executions a second since the sample at least five seconds before. The time is CPU time
# where the file has a column "cpu", else the wall clock's. An engine that has not counted yet
# says 0, and is left out; each line starts where nothing was covered.

BEGIN {
	FS = ","
}
NR == 1 {
	for (i = 1; i <= NF; i++)
		if ($i == "cpu")
			column = i
	column = column ? column : 1
	at[0] = execs[0] = 0
	next
}
$3 > 0 {
	n++
	at[n] = $column > at[n - 1] ? $column : at[n - 1]
	execs[n] = $2
	while (from < n - 1 && at[n] - at[from + 1] >= 5)
		from++
	rate = at[n] > at[from] ? (execs[n] - execs[from]) / (at[n] - at[from]) : "NaN"
	if (n == 1)
		print 0, 0, 0, rate
	print at[n], $3, $4, rate
}
