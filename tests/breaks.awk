# SPDX-License-Identifier: MIT
# Of "dmalab run --profile=all --format=json", twice in a row: is every "breaks on" true? For
# each coherency report, the machines that it names reported one at the same statement, and those
# that it does not name did not.

function field(name,   text)
{
	if (!match($0, "\"" name "\": (\"[^\"]*\"|[0-9]+|null)"))
		return ""
	text = substr($0, RSTART + length(name) + 4, RLENGTH - length(name) - 4)
	gsub(/"/, "", text)
	return text
}

/"check": "(stale-cpu-read|stale-device-read|lost-cpu-write|lost-device-write|shared-cache-line)", "severity"/ {
	place = field("file") ":" field("line")
	if (FNR == NR) {
		reported[place, field("profile")] = 1
		next
	}
	names = field("breaks_on")
	reports++
	if (names == "null") {
		print place " on " field("profile") ": no line"
		wrong++
		next
	}
	n = split(names, name, ", ")
	delete named
	for (i = 1; i <= n; i++) {
		named[name[i]] = 1
		if (!((place, name[i]) in reported)) {
			print place " on " field("profile") " says " name[i]
			wrong++
		}
	}
	m = split("x86 arm64 armv7 riscv mips mips-nonspec powerpc swiotlb iommu", all, " ")
	for (i = 1; i <= m; i++) {
		if ((place, all[i]) in reported && !(all[i] in named)) {
			print place " on " field("profile") " leaves out " all[i]
			wrong++
		}
	}
}

END {
	print what ": " reports + 0 " coherency reports, " wrong + 0 " machines wrongly named or left out"
	exit !reports || wrong
}
