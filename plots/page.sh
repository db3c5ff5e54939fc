#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The results page, to standard output: all that plots.sh has drawn, what it was
# drawn from, and how to draw it again. One file, without references to others but
# for the links to the drawings.

set -u
: "${AWK:?}" "${bench:?}" "${out:?}" "${results:?}"
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

# figure NAME COMMAND TEXT
figure()
{
	test -f "$out/$1.svg" || return 0
	echo "<figure id=\"$1\">"
	sed -n '/^<svg/,$p' "$out/$1.svg"
	echo "<figcaption><p>$3</p>"
	echo "<p class=\"command\"><code>$2 &amp;&amp; make plots</code>"
	echo "<a href=\"out/$1.svg\">SVG</a> <a href=\"out/$1.png\">PNG</a></p></figcaption>"
	echo "</figure>"
}

bench_command=$(fact command | escape)
fuzz_command="make fuzz"
test ! -f fuzz/results/command || fuzz_command=$(head -n 1 fuzz/results/command | escape)

cat <<'EOT'
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>dmalab: results</title>
<style>
:root { color-scheme: light; }
body { margin: 2.5rem auto; padding: 0 1.25rem; max-width: 62rem; background: #fff; color: #222;
	font: 16px/1.5 "DejaVu Sans", Verdana, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; }
h2 { font-size: 1.15rem; margin: 3rem 0 0.75rem; padding-top: 0.75rem; border-top: 1px solid #ccc; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1.25rem; margin: 0;
	font-size: 0.9rem; }
dt { color: #666; }
dd { margin: 0; }
figure { margin: 1rem 0 0; }
figure svg { display: block; width: 100%; height: auto; }
figcaption, .note { font-size: 0.9rem; color: #444; }
figcaption p { margin: 0.4rem 0; max-width: 48rem; }
code, pre { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 0.85rem; }
.command code { background: #f2f2f2; padding: 0.2rem 0.45rem; border-radius: 3px; margin-right: 0.75rem; }
pre { overflow-x: auto; line-height: 1.35; font-size: 0.75rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.2rem 0.9rem 0.2rem 0; text-align: right; white-space: nowrap; }
th[scope] { text-align: left; font-weight: normal; }
tr.section th { padding-top: 1rem; border-bottom: 1px solid #ccc; font-weight: bold; }
td i { display: inline-block; min-width: 4.2em; color: #777; font-style: normal; }
summary { cursor: pointer; font-size: 0.9rem; }
a { color: #0072b2; }
</style>
</head>
<body>
<h1>dmalab: results</h1>
<dl>
EOT
line "page made" "$(date '+%Y-%m-%d %H:%M %Z')"
line "dmalab" "$(fact dmalab_version)"
line "CPU" "$(fact cpu_model)"
if test -f "$results"; then
	line "CPUs" "$(fact num_cpus), at $(fact mhz_per_cpu) MHz; load before the run $(fact load_avg |
		sed 's/,.*//')"
	line "compiler" "$(fact compiler), $(fact cflags)"
	line "benchmarks run" "$(fact date)"
fi
line "system" "$(uname -srm)"
echo "</dl>"

if test -f "$results"; then
	echo "<h2>What calls cost</h2>"
	figure latency "$bench_command" "One allocation and its free on the default machine (arm64), by the
three paths, and what zeroing or copying as many bytes costs on plain memory. Memory comes in pages, so
below 4&nbsp;KiB a path that zeroes pays for 4&nbsp;KiB."
	figure sync "$bench_command" "<code>dma_sync_single_for_device()</code> and
<code>dma_sync_single_for_cpu()</code>, one after the other, of all of a bidirectional noncoherent
buffer, after the CPU wrote its first bytes: none, 1/16, 1/4, or all of them. A line for each size of the
buffer. The writes are not timed."
	figure checks "$bench_command" "The same call at each level of checking, on the default machine."
	echo "<h2>The numbers</h2><div class=\"scroll\">"
	$AWK -v html=1 -f "$bench/summary.awk" "$results"
	echo "</div><p class=\"command\"><code>$bench_command</code></p>"
	if test -f bench/results/latest.txt; then
		echo "<details><summary>All benchmarks</summary><pre>"
		escape <bench/results/latest.txt
		echo "</pre></details>"
	fi
fi

if test -n "$campaigns"; then
	echo "<h2>Fuzzing</h2>"
	figure coverage "$fuzz_command" "Coverage over time. The engines count edges in different ways, so
compare targets within a panel, not across them."
	echo "<div class=\"scroll\"><table><tr class=\"section\"><th scope=\"col\">engine</th>"
	echo "<th scope=\"col\">target</th><th>seconds</th><th>executions</th><th>per second</th>"
	echo "<th>edges</th><th>corpus</th><th>findings</th></tr>"
	for directory in $campaigns; do
		tail -n 1 "$directory/coverage.csv" | $AWK -F , -v job="${directory##*/}" '{
			engine = target = job
			sub(/-.*/, "", engine)
			sub(/^[^-]*-/, "", target)
			printf "<tr><th scope=\"row\">%s</th><th scope=\"row\">%s</th><td>%d</td><td>%d</td>" \
				"<td>%d</td><td>%d</td><td>%d</td><td>%d</td></tr>\n", engine, target,
				$1, $2, $2 / ($1 > 0 ? $1 : 1), $3, $4, $5
		}'
	done
	echo "</table></div>"
fi
echo "</body>"
echo "</html>"
