# SPDX-License-Identifier: MIT
#
# Counts as counts.awk prints them, one line for each path.

BEGIN { FS = "\t" }

function more(instructions)
{
	return instructions < 0.5 ? "" : sprintf("+%.0f", instructions)
}

{
	split($1, part, "/")
	path = part[1]
	if (!(path in seen)) {
		seen[path] = 1
		order[++n] = path
	}
	count[path, part[2] "/" part[3]] = $2
	libc[path, part[2] "/" part[3]] = $3
}

END {
	settings = split("explicit/off explicit/full plain/off plain/full", setting, " ")
	printf "Instructions per operation (+ in the C library); %s\n\n%-22s", build, "accesses/checks:"
	for (i = 1; i <= settings; i++)
		printf " %17s", setting[i]
	printf "\n"
	for (p = 1; p <= n; p++) {
		printf "%-22s", order[p]
		for (i = 1; i <= settings; i++)
			printf " %10.0f%7s", count[order[p], setting[i]], more(libc[order[p], setting[i]])
		printf "\n"
	}
	printf "\n"
}
