# SPDX-License-Identifier: MIT
#
# Two more tables of the output of results.jq: percentiles, and peers.

BEGIN { FS = "\t" }

/^#/ { next }
{
	sub(/\/(manual|real)_time/, "", $1)
	best[$1] = $2
	median[$1] = $3
	if ($1 ~ /^latency\/.*@p50$/) {
		name = $1
		sub(/^latency\/row:/, "", name)
		sub(/(\/checks:.*)?@p50$/, "", name)
		if (!(name in seen)) {
			seen[name] = 1
			for (i = ++rows; i > 1 && order[i - 1] > name; i--)
				order[i] = order[i - 1]
			order[i] = name
		}
	}
}

function ns(name, t)
{
	if (!(name in median))
		return "-"
	t = median[name]
	return t < 9.995 ? sprintf("%.1f", t) : sprintf("%.0f", t)
}

function percentiles(i, name, off, full)
{
	if (!rows)
		return
	printf "\n%-24s %9s %9s %9s   %9s %9s %9s\n", "ns, single operations, off:", "p50", "p99", "p99.9",
	       "full: p50", "p99", "p99.9"
	for (i = 1; i <= rows; i++) {
		name = "latency/row:" order[i]
		off = name "/checks:off"
		full = name "/checks:full"
		if (name "@p50" in median)
			off = name
		printf "  %-25s %9s %9s %9s   %9s %9s %9s\n", order[i], ns(off "@p50"), ns(off "@p99"),
		       ns(off "@p999"), ns(full "@p50"), ns(full "@p99"), ns(full "@p999")
	}
}

# How often @unit goes into @name.
function ratio(name, unit)
{
	return name in best && unit in best ? sprintf("%.2f", best[name] / best[unit]) : "-"
}

function peer(op, size,    unit, dmalab, dpdk)
{
	unit = op == "ring" ? "host/op:memset-ring/size:" size : "host/op:memset/size:" size
	dmalab = op == "ring" ? "path/row:coherent-4k-ring/accesses:explicit/checks:" : \
		"alloc/profile:arm64/path:coherent/checks:"
	dpdk = op == "ring" ? "-" : "peer/of:dpdk/op:zmalloc/size:" size
	printf "  %-25s %9s %9s %9s %9s %9s %9s %9s\n", size " B" (op == "ring" ? ", 64 live" : ""),
	       sprintf("%.1f ns", best[unit]), ratio(dmalab "off" (op == "ring" ? "" : "/size:" size), unit),
	       ratio(dmalab "full" (op == "ring" ? "" : "/size:" size), unit),
	       ratio("peer/of:glibc/op:" op "/size:" size, unit),
	       ratio("peer/of:jemalloc/op:" op "/size:" size, unit),
	       ratio("peer/of:mimalloc/op:" op "/size:" size, unit), ratio(dpdk, unit)
}

END {
	percentiles()
	if (!("peer/of:glibc/op:pair/size:4096" in best))
		exit
	printf "\n%-27s %9s %9s %9s %9s %9s %9s %9s\n", "x memset, zeroed pairs of", "memset", "dmalab",
	       "full", "glibc", "jemalloc", "mimalloc", "DPDK"
	peer("pair", 64)
	peer("pair", 4096)
	peer("pair", 65536)
	peer("pair", 1048576)
	peer("ring", 4096)
	print "  (peers align to a page, and zero whole pages; dmalab: coherent, accesses told)"
}
