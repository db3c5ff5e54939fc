# SPDX-License-Identifier: MIT
#
# Several JSON files of google-benchmark, as it prints them, to one: the context of
# the first, the benchmarks of all.

FNR == 1 { listing = 0 }

/^  "benchmarks": \[/ {
	listing = 1
	if (NR == FNR)
		print
	else if (any)
		printf ","
	any = 0
	next
}
/^  \]/ { listing = 0; next }

listing {
	# The last line of a list has no comma yet: it is printed by the next one.
	printf "%s%s", any ? "\n" : "", $0
	any = 1
	next
}
NR == FNR && !/^}/ { print }

END { print "\n  ]\n}" }
