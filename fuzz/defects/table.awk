# SPDX-License-Identifier: MIT
#
# The medians as a table for people: a line a defect, a column for each that was asked. Of a test,
# its name; of an engine, executions and seconds; "-" was asked and found nothing.

function short(n)
{
	return n < 10000 ? n "" : n < 999500 ? sprintf("%.0fk", n / 1e3) : sprintf("%.1fM", n / 1e6)
}

function cell(engine, runs, hits, execs, seconds, what)
{
	if (2 * hits < runs || !hits)
		return "-"
	if (engine == "-") {
		sub(/^test-/, "", what)
		sub(/\.(t|sh)$/, "", what)
		return what
	}
	return short(execs) " (" seconds " s)"
}

{
	column = $3 ($4 == "-" ? "" : " " $4)
	if (!(column in known)) {
		known[column] = ++columns
		head[columns] = column
		width[columns] = length(column)
	}
	if ($1 == "00")
		next
	if (!($1 in name)) {
		name[$1] = $2
		order[++n] = $1
		if (length($2) > widest)
			widest = length($2)
	}
	text = cell($4, $5, $6, $7, $8, $9)
	at[$1, known[column]] = text
	if (length(text) > width[known[column]])
		width[known[column]] = length(text)
	if (text != "-") {
		sum[known[column]]++
		seen[$1] = 1
	}
}
END {
	printf "%-" widest + 4 "s", "defect"
	for (c = 1; c <= columns; c++)
		printf "  %-" width[c] "s", head[c]
	print ""
	for (i = 1; i <= n; i++) {
		printf "%s  %-" widest "s", order[i], name[order[i]]
		for (c = 1; c <= columns; c++)
			printf "  %-" width[c] "s", at[order[i], c]
		print ""
		all += seen[order[i]]
	}
	printf "%-" widest + 4 "s", "found: " all + 0 " of " n + 0
	for (c = 1; c <= columns; c++)
		printf "  %-" width[c] "s", sum[c] + 0
	print ""
	for (i = 1; i <= n; i++)
		if (!seen[order[i]])
			print "nobody sees " order[i] " " name[order[i]]
}
