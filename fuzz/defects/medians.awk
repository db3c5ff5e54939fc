# SPDX-License-Identifier: MIT
#
# runs.tsv to medians, of the sources "tree": a line for each defect and who was asked: number,
# name, by, engine, runs, of which found it, executions, seconds, what said so. The median counts
# runs that did not find it as endless; where it is endless, executions are those of the longest try.
# The latest row of a run counts, if it was made again with more time.

BEGIN {
	OFS = "\t"
}
$1 == tree {
	key = $3 OFS $4 OFS $5 OFS $6
	if (!(key in runs)) {
		order[++n] = key
		runs[key] = 0
	}
	run = key SUBSEP $7
	if (!(run in found))
		runs[key]++
	found[run] = $9
	execs[run] = $10
	seconds[run] = $11
	what[run] = $12
	if ($7 > last[key])
		last[key] = $7
}
END {
	for (i = 1; i <= n; i++) {
		key = order[i]
		hits = longest = 0
		said = "-"
		for (r = 1; r <= last[key]; r++) {
			run = key SUBSEP r
			if (!(run in found))
				continue
			if (!found[run]) {
				if (execs[run] + 0 >= longest) {
					longest = execs[run] + 0
					spent = seconds[run]
				}
				continue
			}
			# By executions, few first.
			for (k = ++hits; k > 1 && e[k - 1] > execs[run] + 0; k--) {
				e[k] = e[k - 1]
				s[k] = s[k - 1]
				w[k] = w[k - 1]
			}
			e[k] = execs[run] + 0
			s[k] = seconds[run]
			w[k] = what[run]
		}
		middle = int((runs[key] + 1) / 2)
		if (hits >= middle)
			print key, runs[key], hits, e[middle], s[middle], w[middle]
		else
			print key, runs[key], hits, longest, spent, "-"
	}
}
