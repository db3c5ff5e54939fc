#!/bin/bash -eu
# SPDX-License-Identifier: MIT
#
# The fuzz targets, as OSS-Fuzz and ClusterFuzzLite want them. Both set, and so may anyone:
#
#   CC CXX CFLAGS CXXFLAGS   one sanitizer, and the instrumentation of an engine
#   LIB_FUZZING_ENGINE       the engine, for the linker
#   SANITIZER                its name: address, undefined, memory, or none, coverage, ...
#   SRC                      SRC/dmalab is this source tree, not configured
#   WORK                     a directory to build in
#   OUT                      gets TARGET, TARGET_seed_corpus.zip, TARGET.dict, TARGET.options
#
# The library is linked statically, so that its code is what is instrumented, and without
# libdw, which is not built with the sanitizers and not there where the targets run.

source=$SRC/dmalab

# The library looks whether a pointer leads into the stack: locals are to be there.
if test "${SANITIZER:-}" = address; then
	CFLAGS="$CFLAGS -fsanitize-address-use-after-return=never"
	CXXFLAGS="$CXXFLAGS -fsanitize-address-use-after-return=never"
fi
export CFLAGS CXXFLAGS

test -f "$source/configure" || (cd "$source" && autoreconf --force --install)
mkdir -p "$WORK/build" "$OUT"
cd "$WORK/build"
"$source/configure" --quiet --disable-shared --without-libdw
make -j"$(nproc)" --no-print-directory fuzz-build-service fuzz/dict/trace.dict

seeds_of()
{
	find "$source/corpora/fuzz/$1" -type f ! -name 'README*'
	# Inputs of the target "trace" are traces: all that there are, too.
	test "$1" != trace || find "$source"/corpora/{bugs,checks,clean} -name '*.dma'
}

for target in $(make -s --no-print-directory fuzz-targets); do
	cp "fuzz/build-service/$target" "$OUT/"
	rm -rf "seeds-$target"
	mkdir "seeds-$target"
	# Names in one archive differ, as contents do.
	seeds_of "$target" | while read -r seed; do
		cp "$seed" "seeds-$target/$(sha1sum <"$seed" | cut -c 1-40)"
	done
	rm -f "$OUT/${target}_seed_corpus.zip"
	(cd "seeds-$target" && zip -q -r "$OUT/${target}_seed_corpus.zip" .)
	test ! -f "fuzz/dict/$target.dict" || cp "fuzz/dict/$target.dict" "$OUT/"
	length=1024
	test "$target" != trace || length=4096
	printf '[libfuzzer]\nmax_len = %d\ntimeout = 20\n' $length >"$OUT/$target.options"
done
