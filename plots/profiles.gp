# SPDX-License-Identifier: MIT
#
# map + unmap on each machine that was measured, at each level of checking.

load style
eval figure(1000, 440)
size = "4096"
found = system(sprintf("sed -n 's,^map/profile:\\([^/]*\\)/checks:full/size:%s\t.*,\\1,p' '%s'", size, results))
n = words(found)
cost(i, checks) = best_at(sprintf("map profile:%s checks:%s", word(found, i), checks), "size", size)
least = 1e12; most = 0
do for [i = 1:n] {
	t = cost(i, "full")
	least = t < least ? t : least
	most = t > most ? t : most
}
eval heading(sprintf("map + unmap of 4 KiB with all checks takes %s to %s, by machine", \
		     time_text(least), time_text(most)), canvas_height)
set tmargin at screen 0.88
set ylabel "map + unmap, ns" textcolor rgb ink
set yrange [0:*]
set offsets 0, 0, graph 0.1, 0
set xrange [0.4:n + 0.6]
labels = ""
do for [i = 1:n] {
	labels = labels . sprintf("%s'%s' %d", i > 1 ? ", " : "", word(found, i), i)
}
eval "set xtics scale 0 (" . labels . ")"
set boxwidth 0.24
set style fill solid 1.0 noborder
set lmargin at screen 0.09
set rmargin at screen 0.97
unset key
eval bar_key(1, 0.28, 0.06, blue, "checks off")
eval bar_key(2, 0.46, 0.06, green, "contract")
eval bar_key(3, 0.64, 0.06, orange, "all checks")
set bmargin at screen 0.22
plot sample \
     [i = 1:n:1] "+" using (i - 0.26):(cost(int(i), "off")) with boxes linecolor rgb blue, \
     [i = 1:n:1] "+" using (i):(cost(int(i), "contract")) with boxes linecolor rgb green, \
     [i = 1:n:1] "+" using (i + 0.26):(cost(int(i), "full")) with boxes linecolor rgb orange
