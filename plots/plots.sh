#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Draw what there are results for, and the page that holds it; called by make plots
# from the top of the build tree. Takes from the environment: srcdir, GNUPLOT, AWK,
# and PLOTS, the figures to draw (empty: all that can be drawn).
#
# Status: 0, also when there is nothing to draw yet; 1 when a figure that PLOTS names
# cannot be drawn, or drawing fails.

set -u
: "${srcdir:?}" "${GNUPLOT:?}" "${AWK:?}"
LC_ALL=C.UTF-8
export LC_ALL

all="latency sync checks coverage"
here=$srcdir/plots
bench=$srcdir/bench
out=plots/out
page=plots/results.html
results=bench/results/latest.tsv

complain()
{
	echo "plots: $*" >&2
}

# Whether a figure has data, and what would bring it.
has_data()
{
	case $1 in
	latency) grep -qs '^alloc/' $results ;;
	sync) grep -qs '^sync/' $results ;;
	checks) grep -qs '/checks:full/' $results ;;
	coverage) test -n "$campaigns" ;;
	esac
}

brings()
{
	case $1 in
	coverage) echo "make fuzz" ;;
	*) echo "make bench" ;;
	esac
}

# draw FIGURE FORMAT. gnuplot warns of each series that a filter has left without
# results: of interest only if it fails.
draw()
{
	"$GNUPLOT" -e "style = '$here/style.gp'; format = '$2'; name = '$1'; \
		output = '$out/$1.$2'; bench = '$bench'; results = '$results'; \
		campaigns = '$campaigns'; engines = '$engines'; targets = '$targets'" \
		"$here/$1.gp" 2>$out/messages && test -s "$out/$1.$2" && return
	cat $out/messages >&2
	return 1
}

# In one page no two drawings may share an id; and not everyone has the font.
tidy()
{
	sed -e "s/\\(['\"#]\\)\\(gp[PD]\\)/\\1$1_\\2/g" \
		-e "s/id=\\(['\"]\\)\\(gnuplot_canvas\\|textbox\\|greybox\\)/id=\\1$1_\\2/g" \
		-e 's/font-family="DejaVu Sans"/font-family="DejaVu Sans, Verdana, sans-serif"/g' \
		-e '/^<title>.*<\/title>$/d' "$out/$1.svg" >"$out/$1.tmp" &&
		mv "$out/$1.tmp" "$out/$1.svg"
}

# ---------------------------------------------------------------- what there is

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
	rm -rf $out $page # of earlier results
	complain "nothing to draw yet. Run one of these first, then make plots again:"
	complain "  make bench-quick   benchmarks, in less than a minute"
	complain "  make fuzz          both fuzzers, for FUZZ_TIME=60 each (or 5m, 2h)"
	exit 0
fi

# ------------------------------------------------------------------------- draw

mkdir -p $out || exit 1
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

campaigns=$campaigns results=$results out=$out bench=$bench \
	sh "$here/page.sh" >$page.tmp && mv $page.tmp $page || exit 1
echo "plots: SVG and PNG are in $out"
echo "plots: the results page is $(pwd)/$page"
exit $status
