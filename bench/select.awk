# SPDX-License-Identifier: MIT
#
# From the output of results.jq, the benchmarks whose names have all the words of
# -v want="alloc profile:arm64 path:coherent": one line for each, "VALUE BEST MEDIAN",
# sorted by the value on -v axis=size. Nothing when there are none.

BEGIN {
	FS = "\t"
	wanted = split(want, words, " ")
}

/^#/ { next }

{
	parts = split($1, part, "/")
	delete has
	at = ""
	for (i = 1; i <= parts; i++) {
		has[part[i]] = 1
		if (index(part[i], axis ":") == 1)
			at = substr(part[i], length(axis) + 2)
	}
	for (i = 1; i <= wanted; i++)
		if (!(words[i] in has))
			next
	if (at == "")
		next
	for (i = ++n; i > 1 && key[i - 1] + 0 > at + 0; i--) {
		key[i] = key[i - 1]
		line[i] = line[i - 1]
	}
	key[i] = at
	line[i] = at " " $2 " " $3
}

END {
	for (i = 1; i <= n; i++)
		print line[i]
}
