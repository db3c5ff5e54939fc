# SPDX-License-Identifier: MIT
#
# Build the library and the fuzz targets once more, with an engine's compiler, so
# that the engine sees the branches of both. Run by the makefile in the top of the
# build tree, with:
#
#   ENGINE     libfuzzer, fast, afl or cmplog; or service: flags, and the engine to link,
#              come from outside (oss-fuzz/build.sh)
#   ENGINE_CC  its compiler
#   SRC        the source tree
#   SOURCES    the library's sources, relative to SRC
#   FLAGS      preprocessor flags, LIBS libraries of the library
#   TARGETS    the fuzz targets, and for each
#   X_SOURCES  its sources; headers are passed over; ENGINE_X_SOURCES those for this engine alone
#   MUTATOR_SOURCES  of AFL++'s mutator of traces, a shared object
#
# The build of "libfuzzer" has the sanitizers; the others have none and are the faster
# for it: what corrupts memory is found by the one, and what needs many tries by the others.
# "cmplog" is what AFL++ runs beside "afl", to see what is compared with what.

OUT = fuzz/build-$(ENGINE)

# No trace of comparisons: inputs hold no magic numbers to be guessed. The stack is to
# be where it always is, as the library looks whether a pointer leads into it.
libfuzzer_CFLAGS = -O1 -fsanitize=address,undefined,fuzzer-no-link \
	-fno-sanitize-coverage=trace-cmp -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer -fsanitize-address-use-after-return=never
libfuzzer_LDFLAGS = -fsanitize=address,undefined,fuzzer
libfuzzer_MAIN =

fast_CFLAGS = -O2 -fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp
fast_LDFLAGS = -fsanitize=fuzzer
fast_MAIN =

afl_CFLAGS = -O2
afl_LDFLAGS =
afl_MAIN = fuzz/afl.c
afl_MUTATOR = $(OUT)/misuse-mutator.so

cmplog_CFLAGS = $(afl_CFLAGS)
cmplog_LDFLAGS = $(afl_LDFLAGS)
cmplog_MAIN = $(afl_MAIN)
cmplog_ENV = AFL_LLVM_CMPLOG=1

# service_CFLAGS, service_LDFLAGS and service_LIBS are given.
service_MAIN =
service_LD = $(SERVICE_CXX)

ENGINE_LD = $(or $($(ENGINE)_LD),$(ENGINE_CC))
ENGINE_CFLAGS = -g -std=gnu11 -Wall -Wextra $($(ENGINE)_CFLAGS)

objects = $(patsubst %.c,$(OUT)/%.o,$(filter %.c,$(1)))
library = $(call objects,$(SOURCES))

all: $(TARGETS:%=$(OUT)/%) $($(ENGINE)_MUTATOR)

define target
$(OUT)/$(1): $(call objects,$($(1)_SOURCES) $($(ENGINE)_$(1)_SOURCES) $($(ENGINE)_MAIN)) $(library)
	@echo "  LINK     $$@"
	@AFL_QUIET=1 $($(ENGINE)_ENV) $(ENGINE_LD) $($(ENGINE)_LDFLAGS) -o $$@ $$^ $($(ENGINE)_LIBS) $(LIBS)
endef
$(foreach t,$(TARGETS),$(eval $(call target,$(t))))

# It is no target: neither counted nor slowed by what the engine's compiler puts in.
$(OUT)/misuse-mutator.so: $(filter %.c,$(MUTATOR_SOURCES:%=$(SRC)/%)) $(SRC)/fuzz/engine.mk
	@echo "  MUTATOR  $@"
	@$(CC) $(FLAGS) -O2 -g -std=gnu11 -fPIC -shared -fvisibility=hidden \
	    -o $@ $(filter %.c,$(MUTATOR_SOURCES:%=$(SRC)/%)) $(filter %.c,$(SOURCES:%=$(SRC)/%)) $(LIBS)

# A change of this file or of the configuration changes every object.
$(OUT)/%.o: $(SRC)/%.c $(SRC)/fuzz/engine.mk config.h
	@mkdir -p $(@D)
	@echo "  $(ENGINE)  $*.c"
	@AFL_QUIET=1 $($(ENGINE)_ENV) $(ENGINE_CC) $(FLAGS) $(ENGINE_CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)

.PHONY: all
