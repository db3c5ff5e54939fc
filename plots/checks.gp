# SPDX-License-Identifier: MIT
#
# What each level of checking costs: a row for each operation, a mark for each level.

load style
eval figure(1000, 620)

array label[16]
array words[16]
array axis[16]
array at[16]
rows = 0
add(name, want, on, value) = (rows = rows + 1, label[rows] = name, words[rows] = want, \
			      axis[rows] = on, at[rows] = value, 0)
void = add("coherent alloc + free, 4 KiB", "alloc path:coherent", "size", "4096")
void = add("handle alloc + free, 4 KiB", "alloc path:handle", "size", "4096")
void = add("noncoherent alloc + free, 4 KiB", "alloc path:noncoherent", "size", "4096")
void = add("sync pair, 4 KiB clean", "sync size:4096", "dirty", "0")
void = add("sync pair, 4 KiB written", "sync size:4096", "dirty", "4096")
void = add("sync pair, 64 B in a ring", "ring size:64", "dirty", "64")
void = add("map + unmap, 4 KiB clean", "map", "size", "4096")
void = add("kmalloc + kfree, 4 KiB", "kmalloc", "size", "4096")
void = add("device reads 64 B", "device memory:noncoherent op:read", "bytes", "64")
void = add("device writes 64 B", "device memory:noncoherent op:write", "bytes", "64")
cached = "cpu memory:noncoherent page:"
void = add("CPU reads 8 B, settled page", cached . "settled op:read", "bytes", "8")
void = add("CPU reads 8 B, written page", cached . "written op:read", "bytes", "8")
void = add("CPU writes 8 B", cached . "written op:write", "bytes", "8")
void = add("CPU reads 8 B, coherent", "cpu memory:coherent op:read", "bytes", "8")
void = add("CPU writes 8 B, coherent", "cpu memory:coherent op:write", "bytes", "8")

array off[16]
array contract[16]
array full[16]
level(i, checks) = best_at("profile:arm64 checks:" . checks . " " . words[i], axis[i], at[i])
worst = 0; least = 1e9
do for [i = 1:rows] {
	off[i] = level(i, "off")
	contract[i] = level(i, "contract")
	full[i] = level(i, "full")
	if (off[i] > 0 && full[i] > 0) {
		ratio = full[i] / off[i]
		worst = ratio > worst ? ratio : worst
		least = ratio < least ? ratio : least
	}
}

headline = "What each level of checking costs"
if (worst > 0) {
	headline = sprintf("All checks on: %s to %s an unchecked call", \
			   ratio_text(least), ratio_text(worst))
}
set title "{/:Bold*1.15 " . headline . "}" offset 0,0.3
set logscale x 10
set xrange [1:*]
set xtics ("1 ns" 1, "10 ns" 10, "100 ns" 100, "1 µs" 1e3, "10 µs" 1e4, "100 µs" 1e5)
set xlabel "time for one" textcolor rgb ink
set yrange [rows + 0.6:0.4]
unset ytics
set grid noytics xtics linetype 1 linewidth 0.6 linecolor rgb faint
set border 1
set lmargin at screen 0.3
set rmargin at screen 0.9
set bmargin at screen 0.19
set key at screen 0.6, screen 0.02 center bottom horizontal maxcols 3 width 2
set label "all : off" at graph 1.03, first 0.2 left textcolor rgb grey
do for [i = 1:rows] {
	if (full[i] > 0) {
		set label label[i] at graph -0.02, first i right textcolor rgb ink
	}
	if (off[i] > 0 && full[i] > 0) {
		set label ratio_text(full[i] / off[i]) at graph 1.03, first i left textcolor rgb ink
	}
}
positive(x) = x > 0 ? x : NaN
plot sample \
     [i = 1:rows:1] "+" using (positive(off[int(i)])):(i):(full[int(i)] - off[int(i)]):(0) \
	with vectors nohead linewidth 2 linecolor rgb faint notitle, \
     [i = 1:rows:1] "+" using (positive(off[int(i)])):(i) \
	with points pointtype 6 pointsize 1 linewidth 2 linecolor rgb blue title "checks off", \
     [i = 1:rows:1] "+" using (positive(contract[int(i)])):(i) \
	with points pointtype 9 pointsize 1 linecolor rgb green title "contract", \
     [i = 1:rows:1] "+" using (positive(full[int(i)])):(i) \
	with points pointtype 7 pointsize 1.1 linecolor rgb orange title "all checks"
