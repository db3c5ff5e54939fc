#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The results page, to standard output: all that plots.sh has drawn, what it was
# drawn from, and how to draw it again. One file: its links lead to places in itself and to the
# drawings beside it.

set -u
: "${AWK:?}" "${bench:?}" "${out:?}" "${results:?}" "${data:?}" "${here:?}" "${all:?}"
campaigns=${campaigns-}

escape()
{
	sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g'
}

# fact KEY: from the context of the benchmarks
fact()
{
	test ! -f "$results" || $AWK -F '\t' -v key="#$1" '$1 == key { print $2 }' "$results"
}

# line NAME VALUE
line()
{
	test -z "$2" || printf '<dt>%s</dt><dd>%s</dd>\n' "$1" "$(echo "$2" | escape)"
}

# drawing NAME: in place, under ids of its own
drawing()
{
	echo "<div class=\"scroll\" tabindex=\"0\">"
	sed -n -e "s/dmalab-both/$1-both/g" -e '/^<svg/,$p' "$out/$1.svg"
	echo "</div>"
}

# links NAME
links()
{
	for kind in svg png; do
		test ! -f "$out/$1.$kind" ||
			echo "<a href=\"pictures/$1.$kind\">$(echo $kind | tr a-z A-Z)</a>"
	done
}

# figure NAME: what words.sh says of it
figure()
{
	test -f "$out/$1.svg" || return 0
	echo "<figure id=\"$1\">"
	drawing "$1"
	echo "<figcaption><p>$(sh "$here/words.sh" text "$1")</p>"
	echo "<p class=\"command\"><code>$(sh "$here/words.sh" command "$1" | escape) &amp;&amp; make plots</code>"
	links "$1"
	echo "</p></figcaption></figure>"
}

# timeline NAME TRACE PROFILE TEXT
timeline()
{
	test -f "$out/timeline-$1.svg" || return 0
	echo "<figure id=\"timeline-$1\" class=\"wide\">"
	drawing "timeline-$1"
	echo "<figcaption><p>$4</p>"
	echo "<p class=\"command\"><code>./dmalab timeline --profile=$3 corpora/bugs/$2.dma -o $1.svg</code>"
	links "timeline-$1"
	echo "</p></figcaption></figure>"
}

# table FILE HEADING...: a file of tab-separated values, behind a line to open it
table()
{
	file=$1 summary=$2
	shift 2
	test -s "$file" || return 0
	echo "<details><summary>$summary</summary><div class=\"scroll\" tabindex=\"0\"><table><tr class=\"section\">"
	for head; do
		echo "<th scope=\"col\">$head</th>"
	done
	echo "</tr>"
	escape <"$file" | $AWK -F '\t' '{
		printf "<tr>"
		for (i = 1; i <= NF; i++)
			printf $i ~ /^[0-9.]+$/ ? "<td>%s</td>" : "<td class=\"text\">%s</td>", $i
		print "</tr>"
	}'
	echo "</table></div></details>"
}

bench_command=$(fact command)
export bench_command
fuzz_command="make fuzz"
test ! -f fuzz/results/command || fuzz_command=$(head -n 1 fuzz/results/command)
export fuzz_command

cat <<'EOT'
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>dmalab: results</title>
<style>
:root { color-scheme: light dark; --paper: #fff; --ink: #222; --soft: #555; --rule: #ccc;
	--code: #f2f2f2; --link: #0063a0; --warn: #fff4e0; }
@media (prefers-color-scheme: dark) {
	:root { --paper: #16181b; --ink: #ececec; --soft: #aaa; --rule: #444; --code: #24282d;
		--link: #6db8ea; --warn: #3a2c12; }
}
* { box-sizing: border-box; }
body { margin: 2.5rem auto; padding: 0 1.25rem; max-width: 74rem; background: var(--paper);
	color: var(--ink); font: 16px/1.5 "DejaVu Sans", Verdana, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; }
h2 { font-size: 1.25rem; margin: 3rem 0 0.75rem; padding-top: 0.75rem;
	border-top: 1px solid var(--rule); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1.25rem; margin: 0;
	font-size: 0.9rem; }
dt { color: var(--soft); }
dd { margin: 0; }
nav { margin: 1.25rem 0; font-size: 0.95rem; }
nav a { margin-right: 1.1rem; white-space: nowrap; }
figure { margin: 1.5rem 0 2.5rem; }
.scroll { overflow-x: auto; }
.scroll svg { display: block; width: 100%; min-width: 56rem; height: auto; }
.wide .scroll svg { width: auto; max-width: 100%; min-width: 56rem; }
figcaption, .note { font-size: 0.9rem; color: var(--soft); }
figcaption p { margin: 0.4rem 0; max-width: 48rem; }
code, pre { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 0.85rem; }
.command code { background: var(--code); padding: 0.2rem 0.45rem; border-radius: 3px;
	margin-right: 0.75rem; }
.missing { background: var(--warn); padding: 0.75rem 1rem; border-radius: 4px; font-size: 0.9rem;
	margin: 1.25rem 0; }
.missing ul { margin: 0.3rem 0 0; padding-left: 1.2rem; }
pre { overflow-x: auto; line-height: 1.35; font-size: 0.75rem; }
table { border-collapse: collapse; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.2rem 0.9rem 0.2rem 0; text-align: right; white-space: nowrap; }
th[scope], td.text { text-align: left; font-weight: normal; }
tr.section th { padding-top: 1rem; border-bottom: 1px solid var(--rule); font-weight: bold; }
td i { display: inline-block; min-width: 4.2em; color: var(--soft); font-style: normal; }
summary { cursor: pointer; font-size: 0.9rem; padding: 0.3rem 0; }
a { color: var(--link); }
@media (max-width: 30rem) {
	body { margin: 1.25rem auto; padding: 0 0.9rem; }
	dl { grid-template-columns: 1fr; }
	dt { margin-top: 0.4rem; }
}
</style>
</head>
<body>
<h1>dmalab: results</h1>
<dl>
EOT
line "page made" "$(date '+%Y-%m-%d %H:%M %Z')"
line "dmalab" "$(test ! -x ./dmalab || ./dmalab --version | sed 's/dmalab //')$(
	git -C "$here" log -1 --format=', commit %h' 2>/dev/null)"
if test -f "$results"; then
	line "CPU" "$(fact cpu_model), $(fact num_cpus) of them at $(fact mhz_per_cpu) MHz; load before the run $(
		fact load_avg | sed 's/,.*//')"
	line "compiler" "$(fact compiler), $(fact cflags)"
	line "benchmarks run" "$(fact date)"
fi
line "system" "$(uname -srm)"
cat <<'EOT'
</dl>
<nav aria-label="sections"><a href="#timelines">A bug, step by step</a> <a href="#judge">What is caught</a>
<a href="#costs">What calls cost</a> <a href="#fuzzing">Fuzzing</a></nav>
EOT

missing=''
for name in $all; do
	test -f "$out/$name.svg" || missing="$missing $name"
done
if test -n "$missing"; then
	echo "<div class=\"missing\" id=\"missing\">Not on this page, as there are no results yet:<ul>"
	for name in $missing; do
		echo "<li>$(sh "$here/words.sh" title "$name" | sed 's/^[A-Z][a-z ]*: //'): <code>$(
			sh "$here/words.sh" command "$name" | escape) &amp;&amp; make plots</code></li>"
	done
	echo "</ul></div>"
fi

echo "<h2 id=\"timelines\">A bug, step by step</h2>"
echo "<p class=\"note\">A column for each call, a row for each line of memory. Blue is the CPU and orange the device: the thin bar says
who owns the bytes, the band who stored them last where cache and memory may differ. Stripes of both: a store is lost, and which one is
up to the cache.</p>"
timeline talitos B05-talitos-done-bits arm64 "The engine's done bits are in memory, and the CPU's cache may still have the line from before:
a missing <code>dma_sync_single_for_cpu()</code>."
timeline talitos-fixed B05-talitos-done-bits-fixed arm64 "The fix that the driver got: the sync drops the line, and what the device wrote is
settled before the CPU looks."
timeline vsock B100-vsock-event-list arm64 "What the CPU writes and what the device writes are in one line. The device's bytes are lost when the dirty
line is written back over them, and no sync can help."
echo "<details><summary>The other examples: sgiseeq, atlantic, venus</summary>"
timeline sgiseeq B118-sgiseeq-polling mips-nonspec "A descriptor is polled without being given back. On a CPU that does not speculate its
<code>sync_for_cpu()</code> does nothing, so the line that the first read brought stays."
timeline atlantic B69-atlantic-ptp-ring arm64 "CVE-2024-26680: coherent memory freed with a smaller size than it was allocated with."
timeline venus B117-venus-early-return arm64 "CVE-2021-47655: an early return forgets a buffer."
echo "</details>"

echo "<h2 id=\"judge\">What is caught</h2>"
figure bugs
table "$data/bugs.tsv" "Numbers" class mistake bugs "caught here" "dma-debug sees" "in part"
figure matrix | sed 's/<figure id="matrix"/& class="wide"/'
if test -s "$data/matrix.tsv"; then
	sed 1d "$data/matrix.tsv" >"$data/matrix.rows"
	# The machines are words of the first line.
	# shellcheck disable=SC2046
	table "$data/matrix.rows" "Numbers" $(head -n 1 "$data/matrix.tsv")
	rm -f "$data/matrix.rows"
fi
figure proof
table "$data/proof.tsv" "Numbers" length accesses programs reads reported missed spurious "wrong values"

echo "<h2 id=\"costs\">What calls cost</h2>"
for name in latency sync checks seen profiles threads live percentiles; do
	figure $name
done
if test -f "$results"; then
	echo "<details open><summary>Numbers</summary><div class=\"scroll\" tabindex=\"0\">"
	$AWK -v html=1 -f "$bench/summary.awk" "$results"
	echo "</div></details>"
	echo "<details><summary>Aims, met and missed</summary><pre tabindex=\"0\">"
	$AWK -f "$bench/reach.awk" "$bench/aims.tsv" "$results" | escape
	echo "</pre></details>"
	if test -f bench/results/latest.txt; then
		echo "<details><summary>All benchmarks</summary><pre tabindex=\"0\">"
		escape <bench/results/latest.txt
		echo "</pre></details>"
	fi
fi

echo "<h2 id=\"fuzzing\">Fuzzing</h2>"
figure coverage
if test -n "$campaigns"; then
	for directory in $campaigns; do
		tail -n 1 "$directory/coverage.csv" | $AWK -F , -v job="${directory##*/}" '{
			engine = target = job
			sub(/-.*/, "", engine)
			sub(/^[^-]*-/, "", target)
			printf "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\n", engine, target, $1, $2,
				$2 / ($1 > 0 ? $1 : 1), $3, $4, $5
		}'
	done >"$data/fuzzing.tsv"
	table "$data/fuzzing.tsv" "Numbers" engine target seconds executions "per second" edges corpus findings
fi
figure defects
table "$data/defects.tsv" "Numbers" number defect by engine runs found executions seconds "what said so"
echo "</body>"
echo "</html>"
