# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# Trees of sources with a defect in them, built in seconds: a build of the sources as they are is
# kept (base), and each defect gets a copy of it, times and all, in which make finds one file
# changed. Builds know their own place, so it is always the same one (work).

# What a measurement depends on, as a number.
sum_of_sources() {
	(cd "$srcdir" && find core fuzz tests corpora -type f \
		! -path 'fuzz/defects/*' ! -path 'fuzz/results/*' ! -path 'fuzz/build-*' \
		\( -name '*.[ch]' -o -name '*.def' -o -name '*.mk' -o -name '*.sh' \
		-o -name '*.dma' -o -name '*.txt' \) | sort | xargs cat | cksum | cut -d ' ' -f 1)
}

# What is to be built for the oracles that are read, one a line: programs, tsan, and engines.
flavours() {
	while read -r by engine _; do
		case $by in
		tests | proof) echo programs ;;
		tsan) echo tsan ;;
		*) echo "$engine" ;;
		esac
	done | sort -u
}

# quietly COMMAND: what it says is of interest only if it fails
quietly() {
	in_subshell "$@" >>"$RESULTS/build.log" 2>&1 </dev/null
}

# configure_in DIRECTORY FLAGS [ARGUMENT]...: in the tree
configure_in() {
	mkdir -p "$RESULTS/patched/$1" && cd "$RESULTS/patched/$1" || return
	flags=$2
	shift 2
	../source/configure -q CC="$(compiler "$CC")" CXX="$CXX" CFLAGS="$flags" \
		CXXFLAGS="$flags" "$@"
}

compiler() {
	command -v ccache >/dev/null && echo "ccache $1" || echo "$1"
}

# make_in DIRECTORY TARGET...: in the tree
make_in() {
	directory=$RESULTS/patched/$1
	shift
	(cd "$directory" && $MAKE --no-print-directory -s "$@")
}

# build FLAVOUR PROGRAM...: in the tree; the programs are those of the tests to be linked
build() {
	case $1 in
	programs)
		shift
		make_in build libdmalab.la "$@"
		;;
	tsan) make_in tsan libdmalab.la $TSAN_TESTS ;;
	afl) make_in build fuzz-build-afl-alone ;;
	*) make_in build "fuzz-build-$1" FUZZ_CLANG="$(compiler "$FUZZ_CLANG")" ;;
	esac
}

copy_sources() {
	rm -rf "$RESULTS/patched" && mkdir -p "$RESULTS/patched" &&
		$MAKE --no-print-directory -s distdir distdir="$RESULTS/patched/source" &&
		chmod -R u+w "$RESULTS/patched/source" && (configure_in build '-O1 -g')
}

configure_tsan() {
	(configure_in tsan '-O1 -g -fsanitize=thread' --disable-static)
}

# keep_base: the tree becomes the base, whole or not at all
keep_base() {
	rm -rf "$RESULTS/base" && cp -a "$RESULTS/patched" "$RESULTS/base.new" &&
		mv "$RESULTS/base.new" "$RESULTS/base"
}

# take_base: the tree is the base again: what was made since is put back, or goes. After whatever
# went wrong all of it is copied.
take_base() {
	if [ -f "$RESULTS/patched/taken" ]; then
		(cd "$RESULTS/patched" && rm taken && find . -newer ../taken -type f) |
			while read -r file; do
				if [ -f "$RESULTS/base/$file" ]; then
					cp -p "$RESULTS/base/$file" "$RESULTS/patched/$file"
				else
					rm -f "$RESULTS/patched/$file"
				fi || exit
			done || return
	else
		rm -rf "$RESULTS/patched" && cp -a "$RESULTS/base" "$RESULTS/patched" || return
	fi
	sleep 1 # times of files may be whole seconds
	: >"$RESULTS/taken"
	: >"$RESULTS/patched/taken"
}

# The sources as they are, with each build that is asked for.
build_base() {
	rm -rf "$RESULTS/base.new"
	: >"$RESULTS/build.log"
	wanted=''
	if [ "$(cat "$RESULTS/base/sum" 2>/dev/null)" = "$tree" ]; then
		for flavour in $(jobs | flavours); do
			[ -f "$RESULTS/base/has-$flavour" ] || wanted="$wanted $flavour"
		done
		[ -n "$wanted" ] || return 0
		quietly take_base || return 1
	else
		wanted=$(jobs | flavours)
		echo "defects: copying and configuring the sources as they are"
		quietly copy_sources || return 1
		echo "$tree" >"$RESULTS/patched/sum"
	fi
	for flavour in $wanted; do
		echo "defects: building the sources as they are: $flavour"
		[ "$flavour" != tsan ] || quietly configure_tsan || return 1
		# shellcheck disable=SC2086 # a list
		quietly build "$flavour" $DEFECTS_BUILT || return 1
		: >"$RESULTS/patched/has-$flavour"
	done
	quietly keep_base
}

# A header that programs include changes all of them; what is linked statically, any change.
programs_of() {
	if grep -q '^+++ b/core/include/' "$(patch_of "$1")"; then
		echo "$DEFECTS_BUILT"
	else
		echo "$DEFECTS_LINKED"
	fi
}

# plant DEFECT: the tree has it, and what is to be asked of it is built
plant() {
	: >"$RESULTS/build.log"
	quietly take_base || return 1
	[ "$1" != 00 ] || return 0
	quietly patch -d "$RESULTS/patched/source" -p1 --no-backup-if-mismatch -i "$(patch_of "$1")" ||
		return 1
	for flavour in $(flavours <"$RESULTS/asked"); do
		# shellcheck disable=SC2046 # a list
		quietly build "$flavour" $(programs_of "$1") || return 1
	done
}
