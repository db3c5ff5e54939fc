# SPDX-License-Identifier: MIT
#
# Build the library and the fuzz targets once more, with an engine's compiler, so
# that the engine sees the branches of both. Run by the makefile in the top of the
# build tree, with:
#
#   ENGINE     libfuzzer or afl
#   ENGINE_CC  its compiler
#   SRC        the source tree
#   SOURCES    the library's sources, relative to SRC
#   FLAGS      preprocessor flags, LIBS libraries of the library
#   TARGETS    the fuzz targets, and for each
#   X_SOURCES  its sources; headers are passed over
#
# libFuzzer's build has the sanitizers; AFL++'s has none and is the faster for it:
# what corrupts memory is found by the one, and what needs many tries by the other.

OUT = fuzz/build-$(ENGINE)

# No trace of comparisons: inputs hold no magic numbers to be guessed. The stack is to
# be where it always is, as the library looks whether a pointer leads into it.
libfuzzer_CFLAGS = -O1 -fsanitize=address,undefined,fuzzer-no-link \
	-fno-sanitize-coverage=trace-cmp -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer -fsanitize-address-use-after-return=never
libfuzzer_LDFLAGS = -fsanitize=address,undefined,fuzzer
libfuzzer_MAIN =

afl_CFLAGS = -O2
afl_LDFLAGS =
afl_MAIN = fuzz/afl.c

ENGINE_CFLAGS = -g -std=gnu11 -Wall -Wextra $($(ENGINE)_CFLAGS)

objects = $(patsubst %.c,$(OUT)/%.o,$(filter %.c,$(1)))
library = $(call objects,$(SOURCES))

all: $(TARGETS:%=$(OUT)/%)

define target
$(OUT)/$(1): $(call objects,$($(1)_SOURCES) $($(ENGINE)_MAIN)) $(library)
	@echo "  LINK     $$@"
	@AFL_QUIET=1 $(ENGINE_CC) $($(ENGINE)_LDFLAGS) -o $$@ $$^ $(LIBS)
endef
$(foreach t,$(TARGETS),$(eval $(call target,$(t))))

# A change of this file or of the configuration changes every object.
$(OUT)/%.o: $(SRC)/%.c $(SRC)/fuzz/engine.mk config.h
	@mkdir -p $(@D)
	@echo "  $(ENGINE)  $*.c"
	@AFL_QUIET=1 $(ENGINE_CC) $(FLAGS) $(ENGINE_CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)

.PHONY: all
