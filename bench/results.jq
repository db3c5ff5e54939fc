# SPDX-License-Identifier: MIT
#
# google-benchmark's JSON to tab-separated values: one line for each benchmark,
#
#   name  best  median  repetitions
#
# with times in ns for one iteration: CPU time, but wall-clock time for benchmarks whose
# names say real_time or manual_time. A benchmark's own numbers follow it as NAME@KEY. Before
# them a line "#KEY  VALUE" for each fact of the context. Benchmarks that failed are left out.
# To be called with --raw-output.

def nanoseconds: {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}[.];

def median: sort | if length % 2 == 1 then .[(length - 1) / 2]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;

# What google-benchmark writes beside a benchmark's own numbers.
def known: ["name", "run_name", "run_type", "label", "family_index", "iterations", "real_time", "cpu_time",
	"time_unit", "repetitions", "repetition_index", "per_family_instance_index", "threads",
	"bytes_per_second", "items_per_second"];

def line(name; values): [name, (values | min), (values | median), (values | length)] | @tsv;

(.context | to_entries[] | select(.key != "caches") |
	"#\(.key)\t\(if .value | type == "array" then .value | map(tostring) | join(",") else .value end)"),

# In the order in which they are first named.
(reduce (.benchmarks[] | select(.run_type == "iteration" and (.error_occurred | not))) as $run
	({order: [], runs: {}};
	 (if .runs[$run.run_name] then . else .order += [$run.run_name] end) |
	 .runs[$run.run_name] += [$run]) |
 .runs as $runs | .order[] | . as $name | $runs[$name] |
	line($name; map((if $name | test("/(real|manual)_time") then .real_time else .cpu_time end) *
			(.time_unit | nanoseconds))),
	(. as $all | .[0] | keys_unsorted - known | .[] | . as $key |
	 line("\($name)@\($key)"; $all | map(.[$key] | numbers))))
