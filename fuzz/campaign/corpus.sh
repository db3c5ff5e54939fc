# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# The kept corpora, corpus/TARGET: each input by the hash of its content.

# hashes: of the files on standard input, "HASH FILE" each
hashes() {
	tr '\n' '\0' | xargs -0 -r sha1sum 2>/dev/null
}

# add TARGET: the files on standard input, unless they are there, or are findings
add() {
	mkdir -p "$RESULTS/corpus/$1" "$RESULTS/incoming"
	hashes | while read -r hash file; do
		[ -e "$RESULTS/corpus/$1/$hash" ] || [ -e "$RESULTS/findings/$1/raw/$hash" ] ||
			cp "$file" "$RESULTS/incoming/$hash" 2>/dev/null || continue
		mv "$RESULTS/incoming/$hash" "$RESULTS/corpus/$1/$hash" 2>/dev/null
	done
}

# gather_findings JOB
gather_findings() {
	stoppers "$RESULTS/$1" | hashes | while read -r hash file; do
		keep "$file" "$RESULTS/findings/${1#*-}/raw" "$hash"
	done
}

gather_novelties() {
	novelties "$RESULTS/$1" | add "${1#*-}"
}

# gather JOB: findings first. There may be thousands of the other inputs: an interrupted
# campaign leaves them where they are, for the next.
gather() {
	gather_findings "$1"
	in_subshell gather_novelties "$1"
}

# settle_corpus TARGET: names are hashes. One that is not was put there by hand, or by an
# engine that was killed as it wrote; both are inputs.
settle_corpus() {
	find "$RESULTS/corpus/$1" -type f | hashes | while read -r hash file; do
		[ "${file##*/}" = "$hash" ] || mv -f "$file" "$RESULTS/corpus/$1/$hash"
	done
}

# recover TARGET: bring home what a killed campaign left, and then remove it there
recover() {
	rm -rf "$RESULTS/incoming" "$RESULTS/scratch"
	# A minimised corpus takes the place of the other one in two steps.
	if [ -d "$RESULTS/corpus/$1.old" ] && [ ! -d "$RESULTS/corpus/$1" ]; then
		mv "$RESULTS/corpus/$1.old" "$RESULTS/corpus/$1"
	fi
	mkdir -p "$RESULTS/corpus/$1" "$RESULTS/findings/$1/raw"
	in_subshell settle_corpus "$1"
	for dir in "$RESULTS"/*-"$1"; do
		[ -d "$dir" ] || continue
		gather "${dir##*/}"
		[ -n "$stopped" ] || rm -rf "$dir/afl" "$dir/artifacts" "$dir/early" \
			"$dir/corpus" "$dir/seeds" "$dir/findings" "$dir/old"
	done
}

# discard TARGET: its corpus, and what was recorded of how it came about
discard() {
	echo "fuzz: the corpus of $1 is thrown away: $(count "$RESULTS/corpus/$1"/*) inputs"
	rm -rf "$RESULTS/corpus/$1" "$RESULTS/corpus/$1".* "$RESULTS"/*-"$1"/coverage.csv
}

# ---------------------------------------------------------------------- seeds

# Inputs of the targets "trace" and "misuse" are traces: all that there are, too.
seed_directories() {
	echo "$srcdir/corpora/fuzz/$1"
	[ "$1" = coherency ] || printf '%s\n' "$srcdir/corpora/bugs" "$srcdir/corpora/checks" \
		"$srcdir/corpora/clean"
}

# new_seeds TARGET: those that are younger than the last time
new_seeds() {
	stamp=$RESULTS/corpus/$1.seeded
	seed_directories "$1" | while read -r directory; do
		[ ! -f "$stamp" ] || set -- -newer "$stamp"
		[ -f "$stamp" ] || set --
		find -L "$directory" -type f ! -name 'README*' "$@" 2>/dev/null
	done
}

# A trace is an input of "trace" in either form, and of "misuse" in the binary one.
encoded_seeds() {
	encoded=$(scratch)
	new_seeds "$1" | grep '\.dma$\|\.txt$' | while read -r file; do
		./dmalab encode -o "$encoded/${file##*/}.bytes" "$file" 2>/dev/null
	done
	find "$encoded" -type f
}

plant() {
	: >"$RESULTS/corpus/$1.planting"
	[ "$1" = misuse ] || new_seeds "$1" | add "$1"
	[ "$1" = coherency ] || encoded_seeds "$1" | add "$1"
	# Engines want an input to start from.
	if [ "$(count "$RESULTS/corpus/$1"/*)" = 0 ]; then
		echo dmalab >"$RESULTS/incoming/first"
		echo "$RESULTS/incoming/first" | add "$1"
	fi
	mv "$RESULTS/corpus/$1.planting" "$RESULTS/corpus/$1.seeded"
}

# screen TARGET: replay what was added since the last time, or all if the replayer is newer.
# AFL++ passes over inputs that crash, and libFuzzer ends at the first: they are findings.
screen() {
	stamp=$RESULTS/corpus/$1.screened replay=fuzz/replay-$1 target=$1
	: >"$RESULTS/corpus/$1.screening"
	set -- -type f
	if [ -f "$stamp" ] && [ -z "$(find "$replay" -newer "$stamp")" ]; then
		set -- "$@" -newer "$stamp"
	fi
	find "$RESULTS/corpus/$target" "$@" >"$RESULTS/corpus/$target.list"
	while [ -s "$RESULTS/corpus/$target.list" ]; do
		tr '\n' '\0' <"$RESULTS/corpus/$target.list" |
			timeout -k 5 600 xargs -0 "$replay" >"$RESULTS/corpus/$target.log" 2>&1 && break
		bad=$(sed -n "s|^$RESULTS/corpus/$target/\([0-9a-f]*\): .*|\1|p" \
			"$RESULTS/corpus/$target.log" | tail -n 1)
		file=$RESULTS/corpus/$target/$bad
		[ -n "$bad" ] && [ -f "$file" ] || break
		keep "$file" "$RESULTS/findings/$target/raw" "$bad"
		rm -f "$file"
		sed "1,\\|/$bad\$|d" "$RESULTS/corpus/$target.list" >"$RESULTS/corpus/$target.rest"
		mv "$RESULTS/corpus/$target.rest" "$RESULTS/corpus/$target.list"
	done
	rm -f "$RESULTS/corpus/$target.list" "$RESULTS/corpus/$target.log"
	mv "$RESULTS/corpus/$target.screening" "$stamp"
}

# prepare_target TARGET: its corpus, as it was left, with what there is of new seeds
prepare_target() {
	recover "$1"
	remember_findings "$1"
	[ "${FUZZ_FRESH:-}" != 1 ] || [ -n "$stopped" ] || discard "$1"
	mkdir -p "$RESULTS/corpus/$1" "$RESULTS/incoming"
	in_subshell plant "$1"
	in_subshell screen "$1"
	[ -n "$stopped" ] || echo "fuzz: $1 starts from" \
		"$(count "$RESULTS/corpus/$1"/*) inputs in its corpus"
}

# prepare JOB: a directory to work in. What was recorded goes on where it ended.
prepare() {
	dir=$RESULTS/$1
	mkdir -p "$dir/artifacts"
	rm -rf "$dir"/log* "$dir"/early* "$dir/edges" "$dir/done" "$dir/stopping" "$dir/cpu" \
		"$dir/times" "$dir/last"
	: >"$dir/early.all"
	{
		echo "seconds,execs,edges,corpus,findings,cpu"
		# Rows from before CPU time was kept: it was no more than the clock's.
		sed -nE 's/^([0-9]+)((,[0-9]+){4})$/\1\2,\1/; /^[0-9]+(,[0-9]+){5}$/p' \
			"$dir/coverage.csv" 2>/dev/null
	} >"$dir/coverage.new"
	mv "$dir/coverage.new" "$dir/coverage.csv"
	tail -n 1 "$dir/coverage.csv" | sed '/^seconds/s/.*/0,0,0,0,0,0/' | tr ',' ' ' >"$dir/base"
}
