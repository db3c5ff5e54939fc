# SPDX-License-Identifier: MIT
#
# The baseline, then the counts of now: fails if any of them is more than -v percent off,
# and by more than one instruction. Cheaper ones too: until they are in the baseline,
# nothing keeps them cheap.

BEGIN { FS = "\t" }

/^#/ { next }
FNR == NR { old[$1] = $2; next }

!($1 in old) { print "counts: " $1 " is not in the baseline"; wrong++; next }
{
	both++
	was = old[$1]
	delete old[$1]
	change = $2 - was
	if (change < 0)
		change = -change
	if (change <= 1 || change <= was * percent / 100)
		next
	wrong++
	printf "counts: %-34s %9.0f -> %9.0f instructions, %+.1f %%\n", $1, was, $2,
	       100 * ($2 - was) / was
}

END {
	for (name in old) {
		print "counts: " name " is in the baseline only"
		wrong++
	}
	if (wrong) {
		printf "counts: %d differ by more than %s %%. If that is meant, make bench-baseline, and say why in the commit\n",
		       wrong, percent
		exit 1
	}
	printf "counts: all %d are within %s %% of the baseline\n", both, percent
}
