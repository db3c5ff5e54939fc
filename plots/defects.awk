# SPDX-License-Identifier: MIT
#
# How many planted defects "by" has found on "engine" after so many executions: a line for each
# step, the first at 1, the last at "most", where the longest try ended.

BEGIN {
	FS = "\t"
}
$1 != "00" && $3 == by && $4 == engine && 2 * $6 >= $5 && $6 > 0 {
	for (i = ++n; i > 1 && at[i - 1] > $7; i--)
		at[i] = at[i - 1]
	at[i] = $7 > 1 ? $7 : 1
}
END {
	print 1, 0
	for (i = 1; i <= n; i++)
		print at[i], i
	print most, n + 0
}
