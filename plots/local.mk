# SPDX-License-Identifier: MIT
#
# make plots    figures and the results page, from whatever results there are;
#               PLOTS="latency sync" only these, and fails when they have no data
#
# A new figure: NAME.gp here, its name, data and command in plots.sh, its place and
# its words in page.sh.

PLOTS =

EXTRA_DIST += \
	plots/README.md \
	plots/checks.gp \
	plots/coverage.gp \
	plots/latency.gp \
	plots/page.sh \
	plots/plots.sh \
	plots/style.gp \
	plots/sync.gp \
	plots/timelines.sh

# What docs/ shows, in the source tree, from what is committed.
pictures: dmalab$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) $(srcdir)/docs/pictures && \
		$(SHELL) $(srcdir)/plots/timelines.sh ./dmalab $(srcdir)/corpora $(srcdir)/docs/pictures
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

.PHONY: plots
