# nncc - a model compiler. `make demo` and `make test` are all that a newcomer needs.
#
#   make             build/nncc and build/libnncc.a
#   make demo        spec -> C -> a picture's five best classes
#   make test        the whole suite, at most ten minutes on two cores
#   make test-long   fuzzing, every architecture on every target
#   make generated   rewrite the checked-in output after a deliberate change
#   make install     PREFIX=/usr/local DESTDIR=
#   SANITIZE=1       build with AddressSanitizer and UndefinedBehaviorSanitizer, in build-sanitize/

CC      ?= gcc
PREFIX  ?= /usr/local
BUILD   := build$(if $(SANITIZE),-sanitize)
CFLAGS  ?= -O2 -g
override CFLAGS += -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -fopenmp -MMD -MP $(if $(SANITIZE),-fsanitize=address,undefined -fno-omit-frame-pointer)
LIBS    := -lyaml -ljansson -lturbojpeg -lpng -lxxhash -ldl -lm
LIBRARY := $(filter-out compiler/main.c compiler/command_%.c,$(wildcard ir/*.c compiler/*.c compiler/ops/*.c backends/*.c runtime/*.c))
COMMAND := compiler/main.c $(wildcard compiler/command_*.c)
TESTS   := $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/test_*.c))
HELPERS := $(filter-out $(wildcard tests/test_*.c tests/fuzz_*.c),$(wildcard tests/*.c))

all: $(BUILD)/nncc $(BUILD)/libnncc.a

$(BUILD)/nncc: $(COMMAND:%.c=$(BUILD)/obj/%.o) $(BUILD)/libnncc.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/libnncc.a: $(LIBRARY:%.c=$(BUILD)/obj/%.o)
	rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/test_%: $(BUILD)/obj/tests/test_%.o $(HELPERS:%.c=$(BUILD)/obj/%.o) $(BUILD)/libnncc.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcriterion $(LIBS)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

clean:
	rm -rf build build-sanitize

.PHONY: all clean
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
