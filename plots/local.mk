# SPDX-License-Identifier: MIT
#
# make plots          figures and the results page, from whatever results there are;
#                     PLOTS="latency sync" only these, and fails when they have no data
# make pictures       those that docs/ shows
# make proof-results  what the proof counts at each length up to PROOF_LENGTH, for the page
#
# A new figure: NAME.gp here; its data in plots.sh; its words in words.sh; its place in
# page.sh.

PLOTS =

EXTRA_DIST += \
	plots/README.md \
	plots/bugs.gp \
	plots/checks.gp \
	plots/coverage.gp \
	plots/dark.sh \
	plots/data.sh \
	plots/defects.awk \
	plots/defects.gp \
	plots/fuzz.awk \
	plots/latency.gp \
	plots/live.gp \
	plots/matrix.gp \
	plots/page.sh \
	plots/percentiles.gp \
	plots/plots.sh \
	plots/profiles.gp \
	plots/proof-results.sh \
	plots/proof.gp \
	plots/seen.gp \
	plots/style.gp \
	plots/sync.gp \
	plots/threads.gp \
	plots/timelines.sh \
	plots/words.sh

proof-results: tests/proof$(EXEEXT)
	$(AM_V_GEN)$(SHELL) $(srcdir)/plots/proof-results.sh tests/proof $(PROOF_LENGTH) \
		>$(srcdir)/docs/results/proof.tsv.tmp
	$(AM_V_at)mv $(srcdir)/docs/results/proof.tsv.tmp $(srcdir)/docs/results/proof.tsv

# What docs/ shows, in the source tree, from what is committed: the corpus, the counts of the
# proof, and the published benchmarks, if there are any.
pictures: dmalab$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) $(srcdir)/docs/pictures && \
		$(SHELL) $(srcdir)/plots/timelines.sh ./dmalab $(srcdir)/corpora $(srcdir)/docs/pictures
if WITH_GNUPLOT
	@srcdir='$(srcdir)' AWK='$(AWK)' GNUPLOT='$(GNUPLOT)' PLOTS='bugs matrix proof' UNSTAMPED=1 \
		$(SHELL) $(srcdir)/plots/plots.sh
	$(AM_V_at)for name in bugs matrix proof; do \
		cp results/pictures/$$name.svg $(srcdir)/docs/pictures/ || exit 1; \
	done
	@grep -q -v '^#' $(srcdir)/bench/published.tsv || exit 0; \
	for name in latency sync checks seen live percentiles; do \
		srcdir='$(srcdir)' AWK='$(AWK)' GNUPLOT='$(GNUPLOT)' PLOTS=$$name \
			RESULTS='$(srcdir)/bench/published.tsv' $(SHELL) $(srcdir)/plots/plots.sh && \
		cp results/pictures/$$name.svg $(srcdir)/docs/pictures/; \
	done
endif
.PHONY: pictures

if WITH_GNUPLOT
plots:
	@srcdir='$(srcdir)' AWK='$(AWK)' GNUPLOT='$(GNUPLOT)' PLOTS='$(PLOTS)' \
		$(SHELL) $(srcdir)/plots/plots.sh
else
plots:
	@echo 'plots: gnuplot was not found (Debian: gnuplot-nox);' \
		'install it and run configure again' >&2; exit 1
endif

.PHONY: plots proof-results
