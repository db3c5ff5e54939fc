#!/bin/sh
# SPDX-License-Identifier: MIT
#
# data.sh DMALAB SRCDIR DIR: what the figures about the judge draw, into DIR, tab-separated:
#
#   bugs.tsv    class, what it is, bugs, caught here, seen by dma-debug, partly seen
#   matrix.tsv  class, bug, title, then a letter for each machine: D damages data, c breaks
#               the contract, . nothing; its first line names the machines
#   proof.tsv   length, mode, programs, reads, reported, missed, spurious, wrong
#   defects.tsv number, defect, by, engine, runs, found, executions, seconds, what said so
#
# The first two are of the corpus, run now; the third is what "make proof-results" kept, and the
# last what "make defects" has measured here, or else what "make defects-results" kept.

dmalab=$1 srcdir=$2 to=$3
: "${AWK:=awk}"
LC_ALL=C.UTF-8
export LC_ALL
corpus=$srcdir/corpora/bugs

# The classes, in the words of the documentation: "Classes: C1 no sync ...; C2 ...".
$AWK '/^Classes: / { on = 1 } /^$/ { on = 0 } on { printf "%s ", $0 }' "$srcdir/docs/real-bugs.md" |
	sed 's/^Classes: //; s/\. *$//' | tr ';' '\n' | sed 's/^ *\(C[0-9]*\) /\1	/' >"$to/classes.tsv"

"$dmalab" score "$corpus" 2>/dev/null | $AWK -F '|' -v classes="$to/classes.tsv" '
	BEGIN {
		while ((getline line < classes) > 0) {
			split(line, field, "\t")
			what[field[1]] = field[2]
		}
	}
	/^\| C[0-9]/ {
		class = $2
		gsub(/ /, "", class)
		if (!(class in bugs))
			order[++n] = class
		bugs[class] += $3; caught[class] += $4; seen[class] += $5; partly[class] += $6
	}
	/^Controls/ { exit }
	END {
		for (i = 1; i <= n; i++)
			printf "%s\t%s\t%d\t%d\t%d\t%d\n", order[i], what[order[i]], bugs[order[i]],
				caught[order[i]], seen[order[i]], partly[order[i]]
	}' | sort -t C -k 2n >"$to/bugs.tsv"

# Bugs alone: their fixed twins draw nothing, and a control is none.
"$dmalab" matrix "$corpus" 2>/dev/null | $AWK '
	function field(file, name,   line, value) {
		value = ""
		while ((getline line < file) > 0 && line ~ /^#/)
			if (index(line, "# " name ": ") == 1)
				value = substr(line, length(name) + 5)
		close(file)
		return value
	}
	NR == 1 {
		$1 = "class\tbug\ttitle"
		gsub(/ /, "\t")
		print "0\t" $0
		next
	}
	NF == 0 { exit }
	{
		if (!field($1, "bug") || field($1, "kind") == "control")
			next
		class = field($1, "class")
		cells = ""
		damaged = 0
		for (i = 2; i <= NF; i++) {
			cell = $i ~ /D/ ? "D" : $i ~ /c/ ? "c" : "."
			damaged += cell == "D"
			cells = cells "\t" cell
		}
		printf "%02d\t%02d\t%s\t%s\t%s%s\n", substr(class, 2), 99 - damaged, class,
			field($1, "bug"), field($1, "title"), cells
	}' | { IFS= read -r head; echo "${head#*	}"; sort | cut -f 3-; } >"$to/matrix.tsv"

grep -v '^#' "$srcdir/docs/results/proof.tsv" >"$to/proof.tsv" 2>/dev/null || rm -f "$to/proof.tsv"
defects=fuzz/results/defects/defects.tsv
test -s $defects || defects=$srcdir/docs/results/defects.tsv
grep -v '^#' "$defects" >"$to/defects.tsv" 2>/dev/null || rm -f "$to/defects.tsv"
rm -f "$to/classes.tsv"
