#!/bin/sh
# SPDX-License-Identifier: MIT
#
# make plots: with nothing but the corpus, and with results of everything. The page and its
# pictures are well-formed, whole in themselves and say what they show; what is missing is
# named. Where Chromium is installed it shows the page, light and dark, wide and at 390 px:
# every picture is rendered, no text of one is clipped or covered, and the page does not scroll
# sideways.

srcdir=$(cd "${srcdir:-.}" && pwd)
top=$(pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0
: "${AWK:=awk}"

fail()
{
	echo "FAIL: $*"
	failed=1
}

skip()
{
	echo "skipped: $*"
	exit 77
}

test -z "${TEST_RUNNER-}" || skip "a picture of the corpus under $TEST_RUNNER takes long"
command -v gnuplot >/dev/null || skip "gnuplot was not found (Debian: gnuplot-nox)"
python3 -c '' 2>/dev/null || skip "python3 was not found"
test -s "$srcdir/docs/results/proof.tsv" || skip "not all of the source is here"

# plots [NAME=VALUE]...: in $work, as make plots does it
plots()
{
	(cd "$work" && env srcdir="$srcdir" GNUPLOT=gnuplot AWK="$AWK" "$@" \
		sh "$srcdir/plots/plots.sh") >"$work/log" 2>&1
}

# page_is_whole WHAT
page_is_whole()
{
	python3 "$srcdir/tests/check-page.py" "$work/results/index.html" >"$work/said" ||
		fail "$1: $(cat "$work/said")"
	python3 "$srcdir/tests/check-svg.py" "$work"/results/pictures/*.svg || fail "$1: pictures"
}

# ---------------------------------------------------------------------- partial

what='nothing at all'
plots || fail "$what: $(cat "$work/log")"
grep -q 'nothing to draw yet' "$work/log" || { grep -q 'plots: proof$' "$work/log" ||
	fail "$what: $(cat "$work/log")"; }

ln -s "$top/dmalab" "$work/dmalab"
what='the corpus alone'
plots || fail "$what: $(cat "$work/log")"
page_is_whole "$what"
grep -q '<figure id="bugs"' "$work/results/index.html" || fail "$what: no bugs"
grep -q 'id="missing"' "$work/results/index.html" || fail "$what: does not say what is missing"
for figure in bugs matrix proof; do
	grep -qF "from $(cksum <"$work/results/data/$figure.tsv") " "$srcdir/docs/pictures/$figure.svg" ||
		fail "docs/pictures/$figure.svg is stale (make pictures)"
done
for figure in latency coverage percentiles; do
	grep -q "plots: $figure: no results yet" "$work/log" || fail "$what: $figure"
	grep -q "<figure id=\"$figure\"" "$work/results/index.html" && fail "$what: has $figure"
done
plots PLOTS=latency && fail "$what: drew what there are no results for"
grep -q 'run make bench first' "$work/log" || fail "$what: $(cat "$work/log")"
plots PLOTS=latancy && fail "a figure that is none"
grep -q 'no figure "latancy"' "$work/log" || fail "a figure that is none: $(cat "$work/log")"

# ------------------------------------------------------------------- everything

what='everything'
mkdir -p "$work/bench/results"
$AWK -f "$srcdir/tests/sample-results.awk" >"$work/bench/results/latest.tsv"
for job in afl-misuse libfuzzer-misuse libfuzzer-coherency; do
	mkdir -p "$work/fuzz/results/$job"
	{
		echo seconds,execs,edges,corpus,findings,cpu
		echo 1,0,0,0,0,0
		for second in 2 4 8 16 32 60; do
			echo $second,$((second * 100)),$((2000 + second * 3)),$((100 + second)),0,$((second / 2))
		done
	} >"$work/fuzz/results/$job/coverage.csv"
done
# One row alone is a line, too.
sed -n '1p;$p' "$work/fuzz/results/afl-misuse/coverage.csv" >"$work/one" &&
	mv "$work/one" "$work/fuzz/results/afl-misuse/coverage.csv"
plots || fail "$what: $(cat "$work/log")"
page_is_whole "$what"
grep -q 'id="missing"' "$work/results/index.html" && fail "$what: something is missing: $(cat "$work/log")"
for figure in bugs matrix proof latency sync checks seen profiles threads live percentiles coverage defects; do
	grep -q "<figure id=\"$figure\"" "$work/results/index.html" || fail "$what: no $figure"
	test -s "$work/results/pictures/$figure.png" || fail "$what: no $figure.png"
done
grep -q 'seconds of CPU time' "$work/results/pictures/coverage.svg" || fail "$what: not by CPU time"
grep -q 'DPDK, zeroed' "$work/results/pictures/latency.svg" || fail "$what: no peers"
grep -q '&lt;of&gt;' "$work/results/index.html" || fail "$what: facts are not escaped"

# -------------------------------------------------------------------- Chromium

for chromium in chromium chromium-browser google-chrome ''; do
	test -z "$chromium" || ! command -v "$chromium" >/dev/null || break
done
if test -z "$chromium"; then
	echo "no Chromium: nobody has looked at the page"
	exit $failed
fi

# show PAGE WIDTH [FLAG]: what the page says of itself, in $work/seen
show()
{
	{
		cat "$1"
		echo '<script>'
		cat "$srcdir/tests/check-page.js"
		echo '</script>'
	} >"$work/results/checked.html"
	cat >"$work/results/frame.html" <<END
<!DOCTYPE html><html style="color-scheme: light dark"><body style="margin: 0">
<iframe src="checked.html" style="width: $2px; height: 800px; border: 0"></iframe>
<script>addEventListener("message", e => document.body.setAttribute("data-checked", e.data + "\n"))</script>
</body></html>
END
	rm -rf "$work/profile"
	timeout 120 "$chromium" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--user-data-dir="$work/profile" ${3+"$3"} --window-size=1300,900 --virtual-time-budget=20000 \
		--dump-dom "file://$work/results/frame.html" 2>"$work/err" |
		sed -n 's/^.*data-checked="//; /^width/,/^">/p' | sed '/^">/d; s/&quot;/"/g' >"$work/seen"
}

# A browser that does not start, in a container say, tells nothing of the page.
show "$work/results/index.html" 1200
if ! grep -q '^width' "$work/seen"; then
	echo "$chromium shows nothing here: $(tail -n 2 "$work/err")"
	exit $failed
fi
images=$(grep -c '<figure ' "$work/results/index.html")
for width in 1200 390; do
	for scheme in light dark; do
		if test $scheme = light; then
			show "$work/results/index.html" $width
			paper='rgb(255, 255, 255)'
		else
			show "$work/results/index.html" $width --blink-settings=preferredColorScheme=0
			paper='rgb(22, 24, 27)'
		fi
		printf 'width %s\nimages %s\npaper %s of plots %s of timelines %s\n' $width "$images" \
			"$paper" "$paper" "$paper" >"$work/wanted"
		diff "$work/wanted" "$work/seen" || fail "at $width px, $scheme"
	done
done

# And it would see what is wrong.
sed -e 's/<\/body>/<div style="width: 3000px">wide<\/div><\/body>/' \
	-e '0,/<text /s/<text /<text x="5" y="9">covered<\/text><text x="5" y="9">covering<\/text><text x="-400" y="9">clipped<\/text>&/' \
	"$work/results/index.html" >"$work/results/wrong.html"
show "$work/results/wrong.html" 390
for wrong in 'scrolls sideways' '"clipped" is clipped' 'overlaps "covering"'; do
	grep -q "$wrong" "$work/seen" || fail "nobody sees that it $wrong: $(cat "$work/seen")"
done
exit $failed
