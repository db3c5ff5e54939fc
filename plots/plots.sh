#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Draw what there are results for, and the page that holds it; called by make plots
# from the top of the build tree. Takes from the environment: srcdir, GNUPLOT, AWK,
# PLOTS, the figures to draw (empty: all that can be drawn), RESULTS, the benchmarks' results
# (empty: the latest), and UNSTAMPED, which is set for figures that are kept: those of the judge
# have no commit in small print, which would change with each.
#
# Status: 0, also when there is nothing to draw yet; 1 when a figure that PLOTS names
# cannot be drawn, or drawing fails.

set -u
: "${srcdir:?}" "${GNUPLOT:?}" "${AWK:?}"
LC_ALL=C.UTF-8
export LC_ALL AWK

judge="bugs matrix proof"
costs="latency sync checks seen profiles threads live percentiles"
all="$judge $costs coverage defects"
here=$srcdir/plots
bench=$srcdir/bench
out=results/pictures
data=results/data
page=results/index.html
results=${RESULTS:-bench/results/latest.tsv}

complain()
{
	echo "plots: $*" >&2
}

# Whether a figure has data, and what would bring it.
has_data()
{
	case $1 in
	bugs | matrix | proof | defects) test -s "$data/$1.tsv" ;;
	latency) grep -qs '^alloc/' $results ;;
	sync) grep -qs '^sync/' $results ;;
	checks) grep -qs '/checks:full/' $results ;;
	seen) grep -qs '^access/' $results ;;
	profiles) grep -qs '^map/.*checks:full/size:4096	' $results ;;
	threads) grep -qs '^threads/' $results ;;
	live) grep -qs '^live/' $results ;;
	percentiles) grep -qs '^latency/.*checks:full/.*@p999' $results ;;
	coverage) test -n "$campaigns" ;;
	esac
}

brings()
{
	case $1 in
	bugs | matrix) echo "make" ;;
	proof) echo "make proof-results" ;;
	coverage) echo "make fuzz" ;;
	defects) echo "make defects" ;;
	percentiles) echo "make bench, with GSL" ;;
	seen) echo "make bench, with sanitizers or valgrind" ;;
	*) echo "make bench" ;;
	esac
}

# stamp FIGURE: what it is of, in small print
stamp()
{
	commit=$(git -C "$here" log -1 --format=%h 2>/dev/null)
	machine=''
	case " $costs " in
	*" $1 "*)
		commit=$($AWK -F '\t' '$1 == "#commit" { print $2 }' $results)
		machine=$($AWK -F '\t' '$1 == "#cpu_model" || $1 == "#compiler" || $1 == "#cflags" {
			printf "%s, ", $2
		}' $results | tr -d "'\"\\\\")
		;;
	*) test -z "${UNSTAMPED-}" || return 0 ;;
	esac
	echo "${machine}dmalab ${commit:-$(./dmalab --version | sed 's/dmalab //')}"
}

# draw FIGURE FORMAT. gnuplot warns of each series that a filter has left without
# results: of interest only if it fails.
draw()
{
	"$GNUPLOT" -e "style = '$here/style.gp'; format = '$2'; name = '$1'; here = '$here'; \
		output = '$out/$1.$2'; bench = '$bench'; results = '$results'; data = '$data'; \
		stamp = '$(stamp "$1")'; campaigns = '$campaigns'; engines = '$engines'; targets = '$targets'" \
		"$here/$1.gp" 2>$out/messages && test -s "$out/$1.$2" && return
	cat $out/messages >&2
	return 1
}

# What a figure of the judge was drawn from, so that a test can tell whether it is stale.
from()
{
	test ! -f "$data/$1.tsv" || echo "<!-- from $(cksum <"$data/$1.tsv") -->"
}

# In one page no two drawings may share an id; not everyone has the font; and each has a
# name, for those who do not see it, and follows the reader's choice of light or dark.
tidy()
{
	title=$(sh "$here/words.sh" title "$1")
	sed -e "s/\\(['\"#]\\)\\(gp[PD]\\)/\\1$1_\\2/g" \
		-e "s/id=\\(['\"]\\)\\(gnuplot_canvas\\|textbox\\|greybox\\)/id=\\1$1_\\2/g" \
		-e 's/font-family="DejaVu Sans"/font-family="DejaVu Sans, Verdana, sans-serif"/g' \
		-e '/^<title>.*<\/title>$/d' \
		-e "s|^<desc>.*</desc>|<title>$title</title>|" \
		-e 's/^<svg *$/<svg role="img"/' "$out/$1.svg" |
		$AWK -v style="$(sh "$here/dark.sh")" -v from="$(from "$1")" \
			'{ print } /^<title>/ { print style; if (from) print from }' >"$out/$1.tmp" &&
		mv "$out/$1.tmp" "$out/$1.svg"
}

# ---------------------------------------------------------------- what there is

mkdir -p $out $data || exit 1
if test -x ./dmalab; then
	sh "$here/data.sh" ./dmalab "$srcdir" $data || exit 1
fi
campaigns='' engines='' targets=''
for csv in fuzz/results/*-*/coverage.csv; do
	# A header alone is no campaign.
	if test -f "$csv" && test "$(head -n 2 "$csv" | wc -l)" -gt 1; then
		directory=${csv%/coverage.csv}
		job=${directory##*/}
		campaigns="$campaigns $directory"
		case " $engines " in *" ${job%%-*} "*) ;; *) engines="$engines ${job%%-*}" ;; esac
		case " $targets " in *" ${job#*-} "*) ;; *) targets="$targets ${job#*-}" ;; esac
	fi
done
campaigns=${campaigns# } engines=${engines# } targets=${targets# }

chosen='' missing='' status=0
for figure in ${PLOTS:-$all}; do
	case " $all " in
	*" $figure "*) ;;
	*)
		complain "there is no figure \"$figure\"; valid are: $all"
		exit 1
		;;
	esac
	if has_data "$figure"; then
		chosen="$chosen $figure"
	else
		missing="$missing $figure"
	fi
done
if test -n "${PLOTS:-}" && test -n "$missing"; then
	for figure in $missing; do
		complain "nothing to draw for \"$figure\": run $(brings "$figure") first"
	done
	exit 1
fi
if test -z "$chosen"; then
	rm -rf $out $data $page # of earlier results
	complain "nothing to draw yet. Run one of these first, then make plots again:"
	complain "  make               the judge's own figures, from the corpus of bugs"
	complain "  make bench-quick   benchmarks, in less than a minute"
	complain "  make fuzz          all fuzzers, for FUZZ_TIME=60 each (or 5m, 2h)"
	exit 0
fi

# ------------------------------------------------------------------------- draw

for figure in $chosen; do
	echo "plots: $figure"
	if draw "$figure" svg && tidy "$figure" && draw "$figure" png; then
		continue
	fi
	complain "drawing $figure failed (see above)"
	rm -f "$out/$figure.svg" "$out/$figure.png"
	status=1
done
rm -f $out/messages
for figure in $missing; do
	echo "plots: $figure: no results yet ($(brings "$figure"))"
	rm -f "$out/$figure.svg" "$out/$figure.png"
done
if test -x ./dmalab; then
	sh "$here/timelines.sh" ./dmalab "$srcdir/corpora" $out || status=1
fi

all=$all campaigns=$campaigns results=$results out=$out data=$data bench=$bench here=$here \
	sh "$here/page.sh" >$page.tmp && mv $page.tmp $page || exit 1
echo "plots: SVG and PNG are in $out"
echo "plots: the results page is $(pwd)/$page"
exit $status
