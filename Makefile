# nncc - a model compiler. `make demo` and `make test` are all that a newcomer needs.
#
#   make             build/nncc, build/libnncc.so and build/libnncc.a
#   make demo        spec -> C -> a picture's five best classes
#   make test        the whole suite, at most ten minutes on two cores
#   make test-long   fuzzing for FUZZ_SECONDS=60 each; every architecture on every target against the naive reference
#   make generated   rewrite the checked-in output after a deliberate change
#   make bench-peers nncc beside ONNX Runtime and PyTorch, in turns: tests/bench/results.md; PEERS="--quick --threads 1,2 resnet50"
#   make experiment  NAME=degradation: trains some networks, a few minutes, and compares them; without NAME: which there are
#   make install     PREFIX=/usr/local DESTDIR=
#   CC=clang  V=1    another compiler; whole command lines
#   SANITIZE=1       build with AddressSanitizer and UndefinedBehaviorSanitizer, in build-sanitize/

ifeq ($(origin CC),default)
CC      := gcc
endif
PREFIX  ?= /usr/local
BUILD   := build$(if $(SANITIZE),-sanitize)
CFLAGS  ?= -O2 -g
CHECKED := $(if $(SANITIZE),-fsanitize=address -fsanitize=undefined -fno-sanitize-recover -fno-omit-frame-pointer)
override CFLAGS += -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -fPIC -fopenmp -MMD -MP $(CHECKED)
LIBS    := -ltcc -lyaml -ljansson -lturbojpeg -lpng -lz -lxxhash -ldl -lm
LIBRARY := $(filter-out compiler/main.c compiler/command_%.c,$(wildcard ir/*.c compiler/*.c compiler/ops/*.c backends/*.c runtime/*.c))
VERSION := $(shell sed -n 's/.*NNCC_VERSION "\(.*\)"/\1/p' runtime/nncc.h)
COMMAND := compiler/main.c $(wildcard compiler/command_*.c)
TESTS   := $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/test_*.c))
FUZZERS := $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/fuzz_*.c))
HELPERS := $(filter-out $(wildcard tests/test_*.c tests/fuzz_*.c),$(wildcard tests/*.c))

# A short line for each command, or with V=1 the command.
say      = $(if $(V),$2,@printf '%-5s %s\n' $1 $@; $2)

# What Debian 12 needs: to build, and to test (the output is compiled by both compilers).
PACKAGES      := build-essential libyaml-dev libjansson-dev libturbojpeg0-dev libpng-dev zlib1g-dev libxxhash-dev libtcc-dev
TEST_PACKAGES := libcriterion-dev clang libomp-dev pkg-config qemu-user

all: $(BUILD)/nncc $(BUILD)/libnncc.so $(BUILD)/libnncc.a $(BUILD)/nncc.pc
	@:

$(BUILD)/nncc: $(COMMAND:%.c=$(BUILD)/obj/%.o) $(BUILD)/all.a
	$(call say,LINK,$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS))

# Everything but the command line: for the program, and for tests, which look inside.
$(BUILD)/all.a: $(LIBRARY:%.c=$(BUILD)/obj/%.o)
	$(call say,AR,rm -f $@ && $(AR) rcs $@ $^)

# The libraries are what nncc.h needs of that, and libtcc, in one object, whose other names are nobody's business.
LIBRARY_LIBS := $(filter-out -ltcc -lturbojpeg -lpng -lz,$(LIBS))
WHOLE_TCC    := -Wl,--whole-archive -ltcc
TCC_STREAMS  := $(foreach name,stdout stderr environ,--redefine-sym $(name)=tcc_$(name))
SHARED        = -shared -Wl,-soname,$(@F) -Wl,--version-script=runtime/nncc.map -Wl,--as-needed $(if $(CHECKED),,-Wl,-z,defs)
$(BUILD)/obj/libtcc.o: Makefile
	@mkdir -p $(@D)
	$(call say,LINK,$(CC) -r -nostdlib -o $@ $(WHOLE_TCC) && objcopy $(TCC_STREAMS) $@)

$(BUILD)/libnncc.o: $(patsubst %,$(BUILD)/obj/%.o,compiler/library compiler/library_run compiler/library_train compiler/library_checkpoint backends/tcc_streams libtcc) $(BUILD)/all.a
	$(call say,LINK,$(CC) -r -nostdlib -o $@ $^ && objcopy --wildcard --keep-global-symbol='nncc_*' $@)

$(BUILD)/libnncc.a: $(BUILD)/libnncc.o
	$(call say,AR,rm -f $@ && $(AR) rcs $@ $^)

$(BUILD)/libnncc.so.0: $(BUILD)/libnncc.o runtime/nncc.map
	$(call say,LINK,$(CC) $(CFLAGS) $(LDFLAGS) $(SHARED) -o $@ $< $(LIBRARY_LIBS))

$(BUILD)/libnncc.so: $(BUILD)/libnncc.so.0
	@ln -sf $(<F) $@

# The directories follow PREFIX, so it is made anew each time.
$(BUILD)/nncc.pc: runtime/nncc.pc.in FORCE
	@sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|; s|@LIBS@|$(LIBRARY_LIBS) -fopenmp|' $< > $@

$(BUILD)/test_%: $(BUILD)/obj/tests/test_%.o $(HELPERS:%.c=$(BUILD)/obj/%.o) $(BUILD)/all.a
	$(call say,LINK,$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcriterion $(LIBS))

$(BUILD)/fuzz_%: $(BUILD)/obj/tests/fuzz_%.o $(BUILD)/all.a
	$(call say,LINK,$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LIBS))

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<)

# The packages come first, in a make of their own: nothing else can be built before.
demo:
	@.ci/packages $(PACKAGES)
	@$(MAKE) --no-print-directory all
	@tests/demo/run $(BUILD)/nncc

test:
	@.ci/packages $(PACKAGES) $(TEST_PACKAGES)
	@$(MAKE) --no-print-directory all tests
	@tests/run $(TESTS)
	@tests/style

tests: $(TESTS) $(BUILD)/experiment

fuzzers: $(FUZZERS)

BESIDE := -Wl,-rpath,'$$ORIGIN'
$(BUILD)/library_threads: tests/library/threads.c $(BUILD)/libnncc.so
	$(call say,LINK,$(CC) $(CFLAGS) -Iruntime -o $@ $< -L$(BUILD) -lnncc $(BESIDE))

# libFuzzer belongs to clang: a build of its own, below the first. ThreadSanitizer sees two networks in two threads.
test-long: test
	@.ci/packages libclang-rt-14-dev
	@$(MAKE) --no-print-directory BUILD=build/fuzz CC=clang CHECKED="-fsanitize=address,undefined,fuzzer-no-link" fuzzers
	@tests/fuzz build/fuzz
	@$(MAKE) --no-print-directory BUILD=build/tsan CHECKED=-fsanitize=thread build/tsan/library_threads
	@build/tsan/library_threads
	@NNCC_TEST_LONG=1 $(BUILD)/test_train_aot --filter 'train_aot/larger_networks'
	@NNCC_TEST_KILLS=100 $(BUILD)/test_trainer --filter 'trainer/survives_kills'
	@NNCC_TEST_KILLS=100 $(BUILD)/test_train_command --filter 'train_command/survives_kills'
	@tests/verify_all $(BUILD)/nncc
	@NNCC_TEST_LONG=1 $(BUILD)/test_random_train

# What nncc prints for small networks: `make test` compares, so that a change of the output is seen and meant.
generated: $(BUILD)/nncc
	@tests/generate $(BUILD)/nncc generated specs

$(BUILD)/nncc_peer: $(BUILD)/obj/tests/bench/peers/nncc.o $(BUILD)/all.a
	$(call say,LINK,$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS))

bench-peers: all $(BUILD)/nncc_peer
	@tests/bench/peers/run -o tests/bench/results.md $(PEERS)
	@cat tests/bench/results.md

$(BUILD)/experiment: $(patsubst %,$(BUILD)/obj/tests/bench/experiments/%.o,experiment experiments) $(BUILD)/all.a
	$(call say,LINK,$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS))

experiment: all $(BUILD)/experiment
	@mkdir -p $(BUILD)/experiments tests/bench/experiments/results
	@$(BUILD)/experiment $(BUILD)/nncc tests/bench/experiments/results $(BUILD)/experiments $(NAME) $(OPTIONS)

install: all
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,bin include lib/pkgconfig share/nncc)
	install $(BUILD)/nncc $(DESTDIR)$(PREFIX)/bin
	install -m 644 runtime/nncc.h $(DESTDIR)$(PREFIX)/include
	install -m 644 $(BUILD)/libnncc.a $(BUILD)/libnncc.so.0 $(DESTDIR)$(PREFIX)/lib
	ln -sf libnncc.so.0 $(DESTDIR)$(PREFIX)/lib/libnncc.so
	install -m 644 $(BUILD)/nncc.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig
	install -m 644 specs/* $(DESTDIR)$(PREFIX)/share/nncc

clean:
	rm -rf build build-sanitize

.PHONY: all demo test tests fuzzers test-long generated bench-peers experiment install clean FORCE
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
