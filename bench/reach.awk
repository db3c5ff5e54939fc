# SPDX-License-Identifier: MIT
#
# aims.tsv, then the results of results.jq: what was aimed at, what is, and whether that
# will do. Of each benchmark the best repetition counts; +-N % is how far the median is above
# it, for the row or for what it is divided by, whichever is more. Figures have no more digits
# than that allows. With -v part=part, of the results of a part, what was not measured is not
# worth a word.

BEGIN {
	FS = "\t"
	settings = split("explicit/off explicit/full plain/off plain/full", setting, " ")
}

FNR == 1 { file++ }
file == 1 && /^= / { order[++rows] = "="; title[rows] = substr($0, 3); next }
file == 1 && NF >= 5 && !/^#/ {
	order[++rows] = "row"
	title[rows] = $1
	above[rows] = $2
	below[rows] = $3
	aim[rows, "off"] = $4
	aim[rows, "full"] = $5
	next
}
file == 1 { next }

/^#/ { fact[substr($1, 2)] = $2; next }
{
	sub(/\/(manual|real)_time/, "", $1)
	best[$1] = $2
	spread[$1] = $2 > 0 ? $3 / $2 - 1 : 0
	if ($4 > most)
		most = $4
}

function name_of(pattern, accesses, checks)
{
	sub(/SETTING/, "accesses:" accesses "/checks:" checks, pattern)
	return pattern
}

# "2.14 +-3 % missed", or "" where it was not measured.
function cell(row, accesses, checks,    a, b, ratio, noise, wanted, verdict)
{
	# What has no setting is printed once.
	if (above[row] !~ /SETTING/ && accesses "/" checks != setting[1])
		return ""
	a = name_of(above[row], accesses, checks)
	b = name_of(below[row], accesses, checks)
	if (!(a in best) || (b != "1" && !(b in best)))
		return ""
	ratio = b == "1" ? best[a] : best[a] / best[b]
	noise = spread[a]
	if (b != "1" && spread[b] > noise)
		noise = spread[b]
	wanted = aim[row, checks]
	verdict = ""
	if (wanted ~ /^>=/)
		verdict = ratio >= substr(wanted, 3) + 0 ? "met" : "missed"
	else if (wanted != "-")
		verdict = ratio <= wanted + 0 ? "met" : "missed"
	# The machine was busy: who knows.
	if (verdict != "" && noise > 0.5)
		verdict = "noisy"
	if (verdict == "noisy")
		noisy++
	else if (verdict != "") {
		judged[accesses]++
		met[accesses] += verdict == "met"
	}
	return sprintf("%5s +-%s%% %-6s", digits(ratio, noise),
		       noise > 9.99 ? ">999" : sprintf("%.0f", 100 * noise), verdict)
}

function digits(ratio, noise)
{
	if (ratio >= 99.5)
		return sprintf("%.0f", ratio)
	if (ratio >= 9.95)
		return sprintf(noise > 0.05 ? "%.0f" : "%.1f", ratio)
	return sprintf(noise > 0.1 ? "%.1f" : "%.2f", ratio)
}

function head(i, c)
{
	printf "\n%s\n%-44s %6s %6s", title[i], "", "off", "full"
	for (c = 1; c <= settings; c++)
		printf "  %19s", setting[c]
	printf "\n"
}

function print_row(i,    c, part, text, any)
{
	text = ""
	for (c = 1; c <= settings; c++) {
		split(setting[c], part, "/")
		got = cell(i, part[1], part[2])
		any = any || got != ""
		text = text sprintf("  %19s", got == "" ? "-      " : got)
	}
	if (any) {
		if (heading)
			head(heading)
		heading = 0
		sub(/ +$/, "", text)
		printf "  %-42s %6s %6s%s\n", title[i], aim[i, "off"], aim[i, "full"], text
		return
	}
	for (c = 1; c <= settings; c++) {
		split(setting[c], part, "/")
		b = name_of(below[i], part[1], part[2])
		if (b in best || b == "1")
			b = name_of(above[i], part[1], part[2])
		else
			break
	}
	lacking[++lacks] = title[i] " (" b ")"
}

END {
	printf "Aims, as ratios: best of %d repetitions, arm64; %s, %s %s\n", most, fact["cpu_model"],
	       fact["compiler"], fact["cflags"]
	for (i = 1; i <= rows; i++) {
		if (order[i] == "=")
			heading = i
		else
			print_row(i)
	}
	printf "\naccesses=explicit: %d of %d aims met; accesses=plain: %d of %d\n", met["explicit"],
	       judged["explicit"], met["plain"], judged["plain"]
	if (noisy)
		printf "noisy: %d, of which the repetitions differ by more than half; on a quiet machine there are none\n",
		       noisy
	if (lacks && part != "part") {
		printf "not measured:\n"
		for (i = 1; i <= lacks; i++)
			printf "  %s\n", lacking[i]
	}
}
