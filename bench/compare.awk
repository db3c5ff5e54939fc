# SPDX-License-Identifier: MIT
#
# Two outputs of results.awk, the older first: what became slower or faster. A change
# counts when the best times differ by more than -v percent=10 and by more than the
# medians stand above the bests, in either run. The largest change comes first.

BEGIN {
	FS = "\t"
	if (percent == "")
		percent = 10
}

FNR == 1 { file++ }
/^#/ { next }
file == 1 { best[$1] = $2; median[$1] = $3; next }

$1 in best {
	both++
	change = 100 * ($2 / best[$1] - 1)
	noise = 100 * ($3 / $2 - 1)
	old_noise = 100 * (median[$1] / best[$1] - 1)
	if (old_noise > noise)
		noise = old_noise
	size = change < 0 ? -change : change
	if (size <= percent || size <= noise)
		next
	for (i = ++n; i > 1 && by[i - 1] < size; i--) {
		by[i] = by[i - 1]
		line[i] = line[i - 1]
	}
	by[i] = size
	line[i] = sprintf("%+7.1f %%  %10.2f -> %10.2f ns  %s", change, best[$1], $2, $1)
}

END {
	for (i = 1; i <= n; i++)
		print line[i]
	printf "%d of %d benchmarks changed by more than %s %% and the noise of both runs\n",
	       n, both, percent
}
