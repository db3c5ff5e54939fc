# SPDX-License-Identifier: MIT
#
# The table at the end of make bench, from the output of results.jq. As text, or
# with -v html=1 as an HTML table.

function time_text(t)
{
	if (t < 0)
		return "-"
	if (t < 9.995)
		return sprintf("%.2f ns", t)
	if (t < 99.95)
		return sprintf("%.1f ns", t)
	if (t < 9999.5)
		return sprintf("%.0f ns", t)
	return sprintf("%.1f %s", t / 1000, html ? "&micro;s" : "us")
}

function ratio_text(t, reference)
{
	if (t < 0 || reference <= 0)
		return ""
	return sprintf(t < 9.995 * reference ? "%.2f x" : "%.0f x", t / reference)
}

function best_of(name)
{
	return name in best ? best[name] : -1
}

function section(title, columns)
{
	heading = title
	heads = columns
}

function open_section(    n, i, head)
{
	if (heading == "")
		return
	n = split(heads, head, "|")
	if (html) {
		printf "<tr class=\"section\"><th scope=\"colgroup\">%s</th>", heading
		for (i = 1; i <= n; i++)
			printf "<th>%s</th>", head[i]
		printf "</tr>\n"
	} else {
		printf "\n%-34s", heading
		for (i = 1; i <= n; i++)
			printf " %16s", head[i]
		printf "\n"
	}
	heading = ""
}

function row(label, n, cell,    i)
{
	open_section()
	if (html) {
		printf "<tr><th scope=\"row\">%s</th>", label
		for (i = 1; i <= n; i++)
			printf "<td>%s</td>", cell[i]
		printf "</tr>\n"
	} else {
		printf "  %-32s", label
		for (i = 1; i <= n; i++)
			printf " %16s", cell[i]
		printf "\n"
	}
}

# One line of a section whose columns are the levels of checking. In the names
# before and after stand around it.
function levels(label, before, after, reference,    cell, i, t, any)
{
	for (i = 1; i <= 3; i++) {
		t = best_of(before "/checks:" level[i] after)
		cell[i] = time_text(t)
		if (reference > 0 && t >= 0)
			cell[i] = cell[i] sprintf(html ? " <i>%s</i>" : " %6s",
						  ratio_text(t, reference))
		any = any || t >= 0
	}
	if (any)
		row(label, 3, cell)
}

function single(label, t,    cell)
{
	cell[1] = time_text(t)
	if (t >= 0)
		row(label, 1, cell)
}

function noise(    i, j, n, x, spread, name)
{
	for (name in best)
		if (repetitions[name] > 1) {
			x = 100 * (median[name] / best[name] - 1)
			for (i = ++n; i > 1 && spread[i - 1] > x; i--)
				spread[i] = spread[i - 1]
			spread[i] = x
		}
	if (!n)
		return "one repetition each: nothing is known about the noise"
	return sprintf("in half of the %d benchmarks the median is within %.1f %% of it, " \
		       "in 90 %% within %.1f %%",
		       n, spread[int((n + 1) / 2)], spread[int(0.9 * n + 0.5)])
}

BEGIN {
	FS = "\t"
	split("off contract full", level, " ")
}

/^#/ { fact[substr($1, 2)] = $2; next }

{
	best[$1] = $2
	median[$1] = $3
	repetitions[$1] = $4
	if ($4 > most)
		most = $4
	count++
}

END {
	if (!count) {
		print "bench: no results"
		exit 1
	}
	if (html)
		print "<table class=\"summary\">"
	else
		printf "dmalab %s, %s, %d CPUs, %s\nbest of %d repetitions; %s\n",
		       fact["dmalab_version"], fact["cpu_model"], fact["num_cpus"], fact["date"],
		       most, noise()

	memset4k = best_of("host/op:memset/size:4096")
	split("arm64 x86", profile, " ")
	split("coherent handle noncoherent", path, " ")
	for (p = 1; p <= 2; p++) {
		section("alloc + free of 4 KiB, " profile[p], "checks off|contract|full")
		for (i = 1; i <= 3; i++)
			levels(path[i], "alloc/profile:" profile[p] "/path:" path[i], "/size:4096",
			       memset4k)
	}
	section("the same on plain memory (x: times memset)", "")
	single("memset(4096)", memset4k)
	single("malloc, memset, free", best_of("host/op:heap/size:4096"))

	section("sync for device + for CPU, arm64", "checks off|contract|full")
	before = "sync/profile:arm64"
	levels("4 KiB, nothing written", before, "/size:4096/dirty:0", 0)
	levels("4 KiB, 1 KiB written", before, "/size:4096/dirty:1024",
	       best_of("host/op:memcpy/size:1024"))
	levels("4 KiB, all written", before, "/size:4096/dirty:4096",
	       best_of("host/op:memcpy/size:4096"))
	levels("64 KiB, nothing written", before, "/size:65536/dirty:0", 0)
	levels("64 KiB, all written", before, "/size:65536/dirty:65536",
	       best_of("host/op:memcpy/size:65536"))
	levels("64 B of a 256 KiB ring, written", "ring/profile:arm64", "/size:64/dirty:64",
	       best_of("host/op:memcpy/size:64"))
	levels("4 KiB of it, written", "ring/profile:arm64", "/size:4096/dirty:4096",
	       best_of("host/op:memcpy/size:4096"))
	section("the same on plain memory (x: times memcpy)", "")
	single("memcpy of 64 B", best_of("host/op:memcpy/size:64"))
	single("memcpy of 1 KiB", best_of("host/op:memcpy/size:1024"))
	single("memcpy of 4 KiB", best_of("host/op:memcpy/size:4096"))
	single("memcpy of 64 KiB", best_of("host/op:memcpy/size:65536"))

	section("one access of 8 bytes, arm64", "checks off|contract|full")
	cpu = "cpu/profile:arm64/memory:"
	call = best_of("host/op:call/bytes:8")
	settled = cpu "noncoherent/page:settled/op:"
	written = cpu "noncoherent/page:written/op:"
	levels("CPU read, noncoherent, settled", settled "read", "/bytes:8", call)
	levels("CPU read, noncoherent, written", written "read", "/bytes:8", call)
	levels("CPU write, noncoherent", written "write", "/bytes:8", call)
	levels("CPU read, coherent", cpu "coherent/page:settled/op:read", "/bytes:8", call)
	levels("CPU write, coherent", cpu "coherent/page:settled/op:write", "/bytes:8", call)
	section("the same on plain memory (x: times this)", "")
	single("a call of memcpy for 8 bytes", call)

	section("other pairs, arm64", "checks off|contract|full")
	device = "device/profile:arm64/memory:noncoherent/op:"
	levels("device read of 64 bytes", device "read", "/bytes:64", 0)
	levels("device write of 64 bytes", device "write", "/bytes:64", 0)
	levels("map + unmap, 4 KiB, not written", "map/profile:arm64", "/size:4096", 0)
	levels("kmalloc + kfree, 4 KiB", "kmalloc/profile:arm64", "/size:4096", 0)
	levels("alloc + free beside 10000 others", "live/profile:arm64/path:coherent",
	       "/live:10000", memset4k)
	for (i = 1; i <= 4; i *= 2)
		levels("alloc + free, " i " thread" (i > 1 ? "s" : "") ", wall clock",
		       "threads/profile:arm64/path:coherent", "/manual_time/threads:" i, memset4k)

	if (html)
		print "</table>\n<p class=\"note\">Best of " most " repetitions; " noise() ".</p>"
}
