#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What is around the benchmarks, without measuring anything: the gate fails when it should and
# only then, aims are judged rightly and name benchmarks that exist, results are read, and the
# kernel's two tools print the kernel's lines.

srcdir=${srcdir:-.}
bench=$srcdir/bench
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

fail()
{
	echo "FAIL: $*"
	failed=1
}

# says FILE TEXT...: the file has lines that match
says()
{
	file=$1
	shift
	for text; do
		grep -q -e "$text" "$file" || {
			fail "no line like \"$text\" in:"
			cat "$file"
		}
	done
}

# ----------------------------------------------------------------- the gate

printf '# build: x\na/explicit/off\t1000.0\t5\nb/explicit/off\t10.0\t0\n' >"$work/baseline"

# gate STATUS COUNTS...
gate()
{
	wanted=$1
	shift
	printf '%s\n' "$@" | tr ' ' '\t' >"$work/counts"
	awk -f "$bench/counts-compare.awk" -v percent=3 "$work/baseline" "$work/counts" >"$work/out"
	status=$?
	test $status = "$wanted" || {
		fail "the gate said $status, not $wanted, of: $*"
		cat "$work/out"
	}
}

gate 0 'a/explicit/off 1000.0 5' 'b/explicit/off 10.0 0'
gate 0 'a/explicit/off 1029.0 9000' 'b/explicit/off 11.0 0'
gate 1 'a/explicit/off 1031.0 5' 'b/explicit/off 10.0 0'
says "$work/out" 'a/explicit/off  *1000 ->  *1031 instructions, +3.1 %'
gate 1 'a/explicit/off 969.0 5' 'b/explicit/off 10.0 0'
gate 1 'a/explicit/off 1000.0 5' 'b/explicit/off 11.5 0'
gate 1 'a/explicit/off 1000.0 5'
says "$work/out" 'b/explicit/off is in the baseline only'
gate 1 'a/explicit/off 1000.0 5' 'b/explicit/off 10.0 0' 'c/explicit/off 1.0 0'
says "$work/out" 'c/explicit/off is not in the baseline'

# Two dumps: what a call costs is in the lines of what was called, and counts once.
cat >"$work/dumps" <<'END'
part: 1
desc: Trigger: Client Request: a/explicit/off
ob=/usr/lib/libdmalab.so.0.0.0
fn=first
10 300
cob=/usr/lib/x86_64-linux-gnu/libc.so.6
cfn=memset
calls=10 0
11 5000
12 20
ob=/usr/lib/x86_64-linux-gnu/libc.so.6
fn=memset
0 5000
part: 2
desc: Trigger: Client Request: b/explicit/off
ob=/home/libcurl/bench/dmalab-count
5 40
END
printf 'a/explicit/off 10\nb/explicit/off 4\n' >"$work/operations"
awk -f "$bench/counts.awk" "$work/operations" "$work/dumps" | tr '\t' ' ' >"$work/out"
says "$work/out" '^a/explicit/off 32.0 500.0$' '^b/explicit/off 10.0 0.0$'

# ------------------------------------------------------------------ the aims

printf '%s\n' '= Rows, per unit' 'quick|path/row:q/SETTING|unit|1.2|2' 'least|path/row:l/SETTING|unit|>=1.8|-' \
	'bytes|path/row:q/SETTING@bytes|1|160|160' 'absent|path/row:none/SETTING|unit|1|1' |
	tr '|' '\t' >"$work/aims"
{
	printf '#cpu_model|a CPU\nunit|10|10.1|7\n'
	printf 'path/row:q/accesses:explicit/checks:off|12|12.0|7\n'
	printf 'path/row:q/accesses:explicit/checks:full/manual_time|20.5|21.5|7\n'
	printf 'path/row:q/accesses:explicit/checks:off@bytes|200|200|7\n'
	printf 'path/row:l/accesses:explicit/checks:off|17|17|7\n'
} | tr '|' '\t' >"$work/results"
awk -f "$bench/reach.awk" "$work/aims" "$work/results" >"$work/out"
says "$work/out" 'quick .* 1.2 .* 2 .* 1.20 +-1% met .* 2.05 +-5% missed' 'least .* 1.70 +-1% missed' \
	'bytes .* 200 +-0% missed' 'explicit: 1 of 4 aims met' '^not measured:' 'absent (path/row:none'

# Each row of the real ones has five columns, with numbers for aims.
awk -F '\t' '!/^#/ && !/^=/ && NF {
	if (NF != 5 || $4 !~ /^(-|(>=)?[0-9.]+)$/ || $5 !~ /^(-|(>=)?[0-9.]+)$/)
		print FILENAME ":" FNR ": not five columns, or an aim that is no number: " $0
}' "$bench/aims.tsv" >"$work/out"
test ! -s "$work/out" || { fail "aims.tsv:"; cat "$work/out"; }

# Where the benchmarks are built, it names only such as exist.
if test -x bench/dmalab-bench && test -z "$TEST_RUNNER"; then
	{
		bench/dmalab-bench --benchmark_list_tests=true
		bench/dmalab-bench threads --benchmark_list_tests=true
	} 2>/dev/null | sed 's,/manual_time,,' >"$work/names"
	awk -F '\t' '
		FNR == NR { there[$1] = 1; next }
		/^[#=]/ || !NF { next }
		{
			for (i = 2; i <= 3; i++) {
				name = $i
				sub(/SETTING/, "accesses:explicit/checks:full", name)
				sub(/@.*/, "", name)
				# Other programs, and libraries that may not be there.
				if (name != "1" && name !~ /^(peer|access|packet)\// && !(name in there))
					print name
			}
		}' "$work/names" "$bench/aims.tsv" >"$work/out"
	test ! -s "$work/out" || { fail "aims.tsv names what no benchmark is called:"; cat "$work/out"; }
fi

# The page has the tables of what was published.
sh "$bench/publish.sh" "$srcdir" >"$work/out" || fail "publish.sh failed"
cmp -s "$work/out" "$srcdir/docs/benchmarks.md" ||
	fail "docs/benchmarks.md has not the tables of bench/published.tsv: make bench-publish"

# --------------------------------------------------------------- the results

if jq --version >/dev/null 2>&1; then
	cat >"$work/json" <<'END'
{ "context": { "date": "today", "load_avg": [1, 2] }, "benchmarks": [
{ "name": "a", "run_name": "a", "run_type": "iteration", "cpu_time": 3, "real_time": 9, "time_unit": "us", "iterations": 1 },
{ "name": "a", "run_name": "a", "run_type": "iteration", "cpu_time": 1, "real_time": 9, "time_unit": "us", "iterations": 1 },
{ "name": "a", "run_name": "a", "run_type": "iteration", "cpu_time": 2, "real_time": 9, "time_unit": "us", "iterations": 1 },
{ "name": "a_mean", "run_name": "a", "run_type": "aggregate", "cpu_time": 2, "real_time": 9, "time_unit": "us", "iterations": 1 },
{ "name": "bad", "run_name": "bad", "run_type": "iteration", "error_occurred": true, "error_message": "no" },
{ "name": "b/manual_time", "run_name": "b/manual_time", "run_type": "iteration", "cpu_time": 1, "real_time": 5, "time_unit": "ns",
  "iterations": 1, "p99": 7 } ] }
END
	jq -r -f "$bench/results.jq" "$work/json" | tr '\t' ' ' >"$work/out"
	says "$work/out" '^#date today$' '^#load_avg 1,2$' '^a 1000 2000 3$' '^b/manual_time 5 5 1$' \
		'^b/manual_time@p99 7 7 1$'
	grep -q '^bad' "$work/out" && fail "a benchmark that failed is among the results"
fi

# --------------------------------------------------------- the kernel's tools

# tool STATUS PROGRAM ARGUMENT...
tool()
{
	wanted=$1
	shift
	$TEST_RUNNER "$@" >"$work/out" 2>"$work/messages"
	status=$?
	test $status = "$wanted" || {
		fail "$* ended with $status, not $wanted:"
		cat "$work/out" "$work/messages"
	}
}

latency='latency(us):[0-9]*\.[0-9] standard deviation:[0-9]*\.[0-9]$'
tool 0 bench/dma_map_benchmark -s 1 -t 2 -d 1 -g 2 -b 40
says "$work/out" '^dma mapping benchmark: threads:2 seconds:1 node:-1 dir:TO_DEVICE granule: 2$' \
	"^average map $latency" "^average unmap $latency" '^dmalab: map [1-9][0-9]* ns'
tool 0 bench/dma_map_benchmark -s 1 -m 1 -g 5
says "$work/out" '^dma mapping mode: 1$' 'dir:BIDIRECTIONAL granule/sg_nents: 5$'
for wrong in '-t 0' '-t 1025' '-s 301' '-b 19' '-d 3' '-x -1' '-g 0' '-m 2' '-s 1x'; do
	# shellcheck disable=SC2086 # two words
	tool 1 bench/dma_map_benchmark $wrong
	says "$work/messages" "is not valid, must be in [0-9-]*-[0-9]*$"
done
tool 2 bench/dma_map_benchmark twice

if test -z "$TEST_RUNNER"; then
	tool 0 bench/dmapool_test
	says "$work/out" '^dmapool test: size:16   align:16   blocks:8192 time:[1-9][0-9]*$' \
		'^dmapool test: size:4096 align:4096 blocks:1024 time:[1-9][0-9]*$' \
		'^dmapool test: size:68   align:32   blocks:8192 time:[1-9][0-9]*$' '^dmalab: ns for each block'
fi

exit $failed
