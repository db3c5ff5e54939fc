# SPDX-License-Identifier: MIT
#
# google-benchmark's JSON, as it prints it (one field a line), to tab-separated
# values: one line for each benchmark,
#
#   name  best  median  repetitions
#
# with times in ns for one iteration: CPU time, but wall-clock time for benchmarks
# whose names say real_time or manual_time. Before them a line "#KEY  VALUE" for each fact of the
# context. Benchmarks that failed are left out.

function value(line)
{
	sub(/^[^:]*: */, "", line)
	sub(/,$/, "", line)
	if (line ~ /^".*"$/) {
		line = substr(line, 2, length(line) - 2)
		gsub(/\\"/, "\"", line)
		gsub(/\\\\/, "\\", line)
	}
	return line
}

# Sorts t[1..n]; there are few.
function sort(t, n,    i, j, x)
{
	for (i = 2; i <= n; i++) {
		x = t[i]
		for (j = i - 1; j > 0 && t[j] > x; j--)
			t[j + 1] = t[j]
		t[j + 1] = x
	}
}

function finish()
{
	if (type == "iteration" && !failed) {
		if (!(name in runs))
			order[++names] = name
		time[name, ++runs[name]] = (name ~ /\/(real|manual)_time/ ? real : cpu) * unit
	}
	name = type = ""
	failed = 0
}

BEGIN {
	ns["ns"] = 1
	ns["us"] = 1e3
	ns["ms"] = 1e6
	ns["s"] = 1e9
}

/^  "benchmarks": \[/ { listing = 1; next }
!listing && /^    "[a-z_]*": [^[{]/ {
	key = $0
	sub(/^ *"/, "", key)
	sub(/".*/, "", key)
	printf "#%s\t%s\n", key, value($0)
}
!listing && /^    "load_avg": \[/ {
	line = value($0)
	gsub(/[][]/, "", line)
	printf "#load_avg\t%s\n", line
}
listing && /^      "run_name":/ { name = value($0) }
listing && /^      "run_type":/ { type = value($0) }
listing && /^      "error_occurred": true/ { failed = 1 }
listing && /^      "cpu_time":/ { cpu = value($0) }
listing && /^      "real_time":/ { real = value($0) }
listing && /^      "time_unit":/ { unit = ns[value($0)] }
listing && /^    }/ { finish() }

END {
	for (i = 1; i <= names; i++) {
		name = order[i]
		n = runs[name]
		for (r = 1; r <= n; r++)
			t[r] = time[name, r]
		sort(t, n)
		median = n % 2 ? t[(n + 1) / 2] : (t[n / 2] + t[n / 2 + 1]) / 2
		printf "%s\t%.4f\t%.4f\t%d\n", name, t[1], median, n
	}
}
