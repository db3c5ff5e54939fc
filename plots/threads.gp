# SPDX-License-Identifier: MIT
#
# Throughput over threads: a panel for each level of checking.

load style
eval figure(1000, 440)
set xlabel "threads on one device" textcolor rgb ink
set yrange [0:*]
best(checks, threads) = best_at("threads profile:arm64 path:coherent checks:" . checks, "threads", threads)
rate(time) = time > 0 ? 1e3 / time : NaN
one = best("full", "1"); most = best("full", "4")
headline = "Coherent alloc + free in several threads"
if (one > 0 && most > 0) {
	headline = sprintf("Coherent alloc + free of 4 KiB, all checks: %.1f million a second in one thread, " . \
			   "%.1f in four", rate(one), rate(most))
}
eval heading(headline, canvas_height)
set tmargin at screen 0.88
set ylabel "million pairs a second" textcolor rgb ink
set xtics 1
most_threads = real(system(sprintf("sed -n 's,^threads/.*threads:\\([0-9]*\\)\t.*,\\1,p' '%s' | sort -n | tail -n 1", results)))
set xrange [0.8:most_threads + 0.2]
set lmargin at screen 0.09
set rmargin at screen 0.97
set key at screen 0.53, screen 0.03 center bottom horizontal maxcols 3 width 2
set bmargin at screen 0.26
line(checks) = series("threads profile:arm64 path:coherent checks:" . checks, "threads")
plot line("off") using 1:(rate($2)) linestyle 31 title "checks off", \
     line("contract") using 1:(rate($2)) linestyle 33 title "contract", \
     line("full") using 1:(rate($2)) linestyle 32 title "all checks"
