# make           build erfad and erfa in build/
# make demo      four municipalities exchange real trials on this machine
# make check     every test; the last line is "N passed, N failed, N skipped"
# make deps      name the packages that are missing, and install them
# make asan      unit tests, seeds and the four nodes under ASan and UBSan
# make tsan      unit tests and the four nodes under ThreadSanitizer
# make fuzz      libFuzzer (clang) for FUZZ_SECONDS on each target
# make sim       whole nodes under seeded harm; make soak: 100,000 schedules, or
#                a part: FROM=20001 COUNT=5000; make plant: which planted bugs
#                they catch
# make bench     measurements
# make bench-hub a hub and 1,056 leaves: memory, restart, fan-out (10 minutes)
# make relevance what the search finds of what was expected, rank by rank
# make lint      formatting, floors, clang-tidy, cppcheck, gcc -fanalyzer
# make vocabulary-check   the rules of the vocabulary, and how large it is
# make format    lay out all C files as .clang-format says
# make pot       take new words of the sources into client/po/*.po
# make docs      the manual pages as HTML
# make python    modules for programs of your own, in build/python
# make sbom      what the programs are made of, as CycloneDX
# make deb       Debian packages in build/deb, looked at by lintian
# make check-deb installs them in a Debian of its own and runs two nodes there
# make install   below $(DESTDIR)$(prefix); "make uninstall" takes it away
# make clean     remove what was built
#
# Variables: V=1 shows whole command lines; WERROR=1 makes warnings errors;
# CC=clang; B=DIR builds elsewhere; prefix, sysconfdir, DESTDIR, CFLAGS as usual;
# unitdir, sysusersdir, tmpfilesdir for systemd, as pkg-config says if prefix=/usr;
# T=WORD runs only the tests whose name contains it: make check T=test_log

prefix       ?= /usr/local
sysconfdir   ?= /etc
CFLAGS       ?= -O2 -g
B            ?= build
FUZZ_SECONDS ?= 20

export LC_ALL = C.UTF-8
MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:

# What the sources are.  main.c stands apart, so that tests link all the rest.
PROTOS  = $(wildcard proto/*.proto)
SAMPLES = $(wildcard tests/unit/*.proto)
SHARED  = $(wildcard proto/*.c)
DAEMON  = $(filter-out %/main.c,$(wildcard daemon/*.c))
CLIENT  = $(filter-out %/main.c,$(wildcard client/*.c))
UNIT    = $(wildcard tests/unit/test_*.c)
FUZZ    = $(wildcard tests/fuzz/fuzz_*.c)
TOOLS   = $(wildcard tests/unit/*_tool.c tests/bench/*.c tests/e2e/*.c)
SIM     = $(wildcard tests/sim/*.c)
PARTS   = $(wildcard tests/relevance/*.c)
LATER   = $(wildcard tests/compat/*.c)
SIMS    = $(wildcard tests/sim/check.sh)
HELP    = $(filter-out $(UNIT) $(TOOLS),$(wildcard tests/unit/*.c))
E2E     = $(filter-out %/lib.sh,$(wildcard tests/e2e/*.sh tests/golden/*.sh \
	tests/relevance/*.sh))
INTEROP = $(wildcard tests/interop/test_*.py)
LINT    = $(wildcard tests/lint/*.sh)
PO      = $(wildcard client/po/*.po)
MAINS   = $(wildcard daemon/main.c client/main.c)

objects  = $(patsubst %.c,$B/%.o,$(1))
programs = $(patsubst %.c,$B/%,$(1))

LISTS   = $(wildcard /usr/share/dictd/freedict-*.index)
DICTIONARY = $(if $(LISTS),$B/words)

GEN_C   = $(patsubst %.proto,$B/%.pb-c.c,$(PROTOS) $(SAMPLES))
GEN_H   = $(GEN_C:.c=.h)
GEN_PY  = $(patsubst %.proto,$B/python/%_pb2.py,$(PROTOS) $(SAMPLES))
OUR_O   = $(call objects,$(SHARED) $(DAEMON) $(CLIENT) $(MAINS) conf/manual.c)
TEST_O  = $(call objects,$(UNIT) $(FUZZ) $(TOOLS) $(SIM) $(PARTS) $(LATER) $(HELP) \
	tests/fuzz/replay.c)
LIBS    = $B/libunit.a $B/libclient.a $B/libdaemon.a $B/libproto.a
ERFAD   = $(if $(wildcard daemon/main.c),$B/erfad)
MO      = $(PO:client/po/%.po=$B/locale/%/LC_MESSAGES/erfa.mo)
ERFA    = $(if $(wildcard client/main.c),$B/erfa)
PAGES   = $(wildcard client/man/*.scd daemon/man/*.scd proto/man/*.scd)
MAN     = $(patsubst %.scd,$B/man/%,$(notdir $(PAGES)))

# How they are compiled.  What only some compilers know is asked for once, when
# the first file is compiled; pkg-config likewise, since "make deps" may have to
# come first.
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wredundant-decls -Wwrite-strings -Wcast-qual -Wpointer-arith -Wvla \
	-Wformat=2 -Wundef -Wswitch-enum -Wnull-dereference \
	-Wdouble-promotion -Walloca -Wdate-time -Wunused-macros $(WARN_GCC)
WARN_GCC = $(call once,WARN_GCC,$(call accepted,-Wduplicated-cond \
	-Wduplicated-branches -Wlogical-op -Wjump-misses-init \
	-Wimplicit-fallthrough=5 -Wformat-signedness -Walloc-zero \
	-Warith-conversion -Wcast-align=strict -Wstack-usage=16384 \
	-Wuse-after-free=3 -Wdangling-pointer=2 -Wbidi-chars=any \
	-Wtrampolines))
HARD = -fstack-protector-strong -fPIE -fno-common \
	-fno-delete-null-pointer-checks $(HARD_CPU) $(FORTIFY)
HARD_CPU = $(call once,HARD_CPU,$(call accepted,-fcf-protection=full) \
	$(call accepted,-fstack-clash-protection))
FORTIFY = $(if $(findstring -O0,$(CFLAGS)),,-U_FORTIFY_SOURCE \
	-D_FORTIFY_SOURCE=2)
HARDLD = -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code,--as-needed

once     = $(eval $(1) := $(2))$($(1))
accepted = $(shell $(CC) -Werror $(1) -E -x c /dev/null >/dev/null 2>&1 && \
	echo '$(1)')

MODULES    = libzmq libczmq libprotobuf-c libsodium libsystemd jansson inih \
	libutf8proc smartcols yaml-0.1 zlib
PKG_CFLAGS = $(call once,PKG_CFLAGS,$(patsubst -I%,-isystem %,$(shell \
	pkg-config --cflags $(MODULES) lmdb 2>/dev/null)))
CLIENT_LIB = $(call once,CLIENT_LIB,$(shell \
	pkg-config --libs $(MODULES) 2>/dev/null) -lstemmer -lm -pthread)
DAEMON_LIB = $(CLIENT_LIB) -llmdb

# _GNU_SOURCE is defined empty, as "#define _GNU_SOURCE" does.
ALL_CPPFLAGS = -I. -I$B -D_GNU_SOURCE= $(PKG_CFLAGS) $(CPPFLAGS)
BASE_CFLAGS  = -std=c11 -pthread -ffp-contract=off -ffile-prefix-map=$(CURDIR)=. $(HARD) $(CFLAGS)
ALL_CFLAGS   = $(WARN) $(if $(filter 1,$(WERROR)),-Werror) $(BASE_CFLAGS)
ALL_LDFLAGS  = $(HARDLD) $(CFLAGS) $(LDFLAGS)

# The version is that of the newest tag v1.2.3, or else the one written here.
# Sources that mention these names see them, and are compiled anew on a change.
VERSION = $(call once,VERSION,$(patsubst v%,%,$(or $(shell [ -e .git ] && git \
	describe --tags --dirty --match 'v[0-9]*' 2>/dev/null),0.1.0)))
DEFINES = ERFA_VERSION '$(VERSION)' ERFA_PREFIX '$(prefix)' \
	ERFA_DATADIR '$(prefix)/share/erfa' ERFA_SYSCONFDIR '$(sysconfdir)'
DEFINED := $(shell grep -lsE 'ERFA_(VERSION|PREFIX|DATADIR|SYSCONFDIR)\>' \
	proto/*.c daemon/*.c client/*.c)

Q    = $(if $(filter 1,$(V)),,@)
say  = $(if $(filter 1,$(V)),,@printf '  %-5s %s\n' $(1) $(2:$B/%=%))
jobs = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

all: $(ERFAD) $(ERFA) $(MO) $(MAN) $(DICTIONARY)

# Programs.
$B/erfad: $(call objects,daemon/main.c $(DAEMON)) $B/libproto.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(DAEMON_LIB)

$B/erfa: $(call objects,client/main.c $(CLIENT)) $B/libproto.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(CLIENT_LIB)

$(call programs,$(UNIT) $(TOOLS)): %: %.o $(LIBS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lcmocka $(BENCH_LIB) $(DAEMON_LIB)

# What the search is measured against; only the measurement knows it.
$B/tests/bench/bench_search: BENCH_LIB = -lsqlite3

# The simulator puts its own clock, threads, chance and log in the place of the
# real ones; and no index.
SIM_WRAP = clock_gettime randombytes_buf pthread_create pthread_join \
	pthread_cond_wait pthread_cond_clockwait pthread_cond_timedwait \
	pthread_cond_signal pthread_cond_broadcast logger_write logger_err \
	logger_warning logger_info logger_debug logger_foreign index_open \
	index_close lexicon_open indexer_start indexer_stop indexer_wake \
	indexer_arrival indexer_clean indexer_failed indexer_error \
	crypto_verify crypto_curve_public quota_new

$B/tests/sim/sim: $(call objects,$(SIM)) $B/libdaemon.a $B/libproto.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) $(SIM_WRAP:%=-Wl,--wrap=%) -o $@ $^ $(DAEMON_LIB)

# An erfad that reaches the parts of compounds in several ways, to compare them.
PARTS_WRAP = search_batch_text search_within search_top
$B/tests/relevance/erfad: $B/tests/relevance/parts.o $(call \
		objects,daemon/main.c $(DAEMON)) $B/libproto.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) $(PARTS_WRAP:%=-Wl,--wrap=%) -o $@ $^ \
		$(DAEMON_LIB)

# An erfad of a release to come, which keeps another format.
LATER_WRAP = store_format migrate_steps node_clock
$B/tests/compat/erfad: $(LATER:%.c=$B/%.o) $(call \
		objects,daemon/main.c $(DAEMON)) $B/libproto.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) $(LATER_WRAP:%=-Wl,--wrap=%) -o $@ $^ \
		$(DAEMON_LIB)

# Without FUZZER=1 a target runs its seeds; with it, libFuzzer drives it.
$(call programs,$(FUZZ)): %: %.o $(if $(FUZZER),,$B/tests/fuzz/replay.o) $(LIBS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) $(if $(FUZZER),-fsanitize=fuzzer) -o $@ $^ \
		$(DAEMON_LIB)

$B/libproto.a: $(call objects,$(SHARED)) $(PROTOS:%.proto=$B/%.pb-c.o)
$B/libdaemon.a: $(call objects,$(DAEMON))
$B/libclient.a: $(call objects,$(CLIENT))
$B/libunit.a: $(call objects,$(HELP)) $(SAMPLES:%.proto=$B/%.pb-c.o)
$(LIBS):
	@mkdir -p $(@D) && rm -f $@
	$(Q)ar rcs $@ $^

# Objects.  Every one waits for the generated headers of the first build; from
# then on the .d files know which of them it reads.
$(OUR_O) $(TEST_O): $B/flags | $(GEN_H)
$(TEST_O): | $B/deps-test $B/tests/unit/json_table.h
$(GEN_C) $(GEN_H): | $B/deps-build

$B/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(call objects,$(DEFINED)): $B/defines.h
$(call objects,$(DEFINED)): ALL_CPPFLAGS += -include $B/defines.h

$B/%.pb-c.o: $B/%.pb-c.c $B/flags
	$(call say,CC,$@)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(BASE_CFLAGS) -w -MMD -MP -c -o $@ $<

$B/%.pb-c.c $B/%.pb-c.h: %.proto $(PROTOS)
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)if command -v protoc-c >/dev/null; then protoc-c --c_out=$B $<; \
		else protoc --c_out=$B $<; fi

# Every message there is, for tests that go through all of them.
$B/tests/unit/json_table.h: $(GEN_H)
	$(call say,GEN,$@)
	$(Q)printf '#include "%s"\n' $(GEN_H:$B/%=%) >$@
	$(Q)echo 'static const ProtobufCMessageDescriptor *json_table[] = {' >>$@
	$(Q)sed -n 's/^extern.* ProtobufCMessageDescriptor \(.*\);/\t\&\1,/p' \
		$(GEN_H) >>$@
	$(Q)echo '};' >>$@

$B/python/%_pb2.py: %.proto $(PROTOS) | $B/deps-test
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)protoc --python_out=$B/python $<

python: $(GEN_PY)

# Catalogues of messages, which the client reads by itself.
$B/locale/%/LC_MESSAGES/erfa.mo: client/po/%.po | $B/deps-build
	@mkdir -p $(@D)
	$(call say,PO,$@)
	$(Q)msgfmt -c --endianness=little --no-hash -o $@ $<

# Manual pages; what they say of commands and settings comes from the tables.
$B/conf/manual: $B/conf/manual.o $B/libclient.a $B/libdaemon.a $B/libproto.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(DAEMON_LIB)

vpath %.scd client/man daemon/man proto/man
$(MAN): $B/man/%: %.scd $B/conf/manual conf/page conf/form.tsv $B/defines.h
	@mkdir -p $(@D)
	$(call say,MAN,$@)
	$(Q)conf/page $B/conf/manual $< | $(with_paths) | scdoc >$@

docs: $(MAN)
	$(Q)mkdir -p $B/html
	$(Q)for f in $(MAN); do mandoc -T html -O man=%N.%S.html $$f \
		>$B/html/$${f##*/}.html || exit 1; done
	@echo "  $B/html:" $(notdir $(MAN:=.html))

pot: | $B/deps-build
	client/po/extract $B/erfa.pot
	$(Q)for f in $(PO); do msgmerge -q -U --backup=none --no-wrap \
		--no-fuzzy-matching --no-location $$f $B/erfa.pot && \
		msgattrib --no-obsolete --no-wrap -o $$f $$f || exit 1; done

# Stamps: written anew only when what they hold has changed.
changed = cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$B/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CFLAGS) $(CPPFLAGS) $(FORTIFY)' >$@.new; $(changed)

$B/defines.h: FORCE
	@mkdir -p $(@D)
	@printf '#define %s "%s"\n' $(DEFINES) >$@.new; $(changed)

$B/deps-%: conf/deps conf/packages-debian.txt conf/packages-rhel.txt
	@conf/deps --check $*
	@mkdir -p $(@D) && touch $@

FORCE:

# Tests.  "programs" goes on after an error, so that one broken file does not
# hide the others; what is not there counts as failed.
TESTS = $(call programs,$(UNIT)) $(call programs,$(FUZZ)) \
	$(SIMS) $(E2E) $(INTEROP) $(LINT)

deps:
	@conf/deps build test
	@conf/deps words || echo "Without them what needs a dictionary is skipped." >&2

programs: all $(call programs,$(UNIT) $(TOOLS) $(FUZZ)) $(if $(INTEROP),$(GEN_PY)) \
	$(if $(SIMS),$B/tests/sim/sim) \
	$(if $(filter %compat.sh,$(E2E)),$B/tests/compat/erfad)

# Words in other languages, of the lists of this machine.
$B/words: $(filter $B/daemon/dict% $B/daemon/tokens.o,$(call objects,$(DAEMON))) \
		$(LISTS) | $B/erfad
	$(call say,WORDS,$@)
	$(Q)$B/erfad --dictionary /usr/share/dictd $@ >/dev/null

unit: deps
	@$(MAKE) $(jobs) $(call programs,$(UNIT))
	@tests/run --build $B --only '$(T)' $(call programs,$(UNIT))

check: deps
	@built=; $(MAKE) $(jobs) -k programs || built=--broken; \
	tests/run --build $B --only '$(T)' $$built $(RUN) $(TESTS)

# The tests in which more than one thread runs.
THREADED = $(shell grep -lE -e 'pthread|zactor|/(writer|index|query|zap|node).*\.h"' \
	-e '/(sock|link|hub|upstream|feed|ctl)\.h"' $(UNIT) /dev/null)
SANITIZE = WARN= WARN_GCC= FORTIFY= WERROR= MAN= SIMS= \
	INTEROP= LINT= E2E='$(wildcard tests/e2e/*four*.sh)'

asan:
	@$(MAKE) check B=$B-asan $(SANITIZE) RUN='--slow 4' \
		CFLAGS='-O1 -g -fno-omit-frame-pointer \
		-fsanitize=address,undefined -fno-sanitize-recover=all'

tsan:
	@$(MAKE) check B=$B-tsan $(SANITIZE) RUN='--slow 8' FUZZ= \
		UNIT='$(THREADED)' \
		CFLAGS='-O1 -g -fno-omit-frame-pointer -fsanitize=thread'

# Fibers are nothing that sanitizers know of: they go without the simulator.
sim: deps
	@$(MAKE) $(jobs) $B/tests/sim/sim
	$B/tests/sim/sim --seeds tests/sim/seeds.txt

# Bugs planted in a copy of the tree: which invariant catches each?
plant: deps
	@$(MAKE) $(jobs) $B/tests/sim/sim
	@tests/sim/plant.py --build $B

# Half of them with what machines do alone, half with what people do as well; in a
# tenth of them, members also have words about strangers.
soak: COUNT ?= 100000
soak: deps
	@$(MAKE) $(jobs) $B/tests/sim/sim
ifdef FROM
	$B/tests/sim/sim --from $(FROM) --count $(COUNT) --progress
else
	$B/tests/sim/sim --from 1 --count $$(($(COUNT) / 2)) --progress
	$B/tests/sim/sim --from 1000001 --count $$(($(COUNT) * 2 / 5)) --progress
	$B/tests/sim/sim --from 2000001 --count $$(($(COUNT) / 10)) --progress
endif

fuzz:
	@conf/deps build lint
	@$(MAKE) $(jobs) B=$B-fuzz CC=clang FUZZER=1 WARN= FORTIFY= \
		CFLAGS='-O1 -g -fno-omit-frame-pointer \
		-fsanitize=address,undefined,fuzzer-no-link' fuzz-run

fuzz-run: $(call programs,$(FUZZ))
	@for f in $(FUZZ:tests/fuzz/fuzz_%.c=%); do \
		mkdir -p $B/corpus/$$f && echo "fuzz_$$f:" && \
		$B/tests/fuzz/fuzz_$$f -max_total_time=$(FUZZ_SECONDS) \
			-print_final_stats=1 -verbosity=0 -timeout=10 \
			-artifact_prefix=$B/corpus/ \
			$B/corpus/$$f tests/fuzz/corpus/$$f || exit 1; done

demo: deps
	@$(MAKE) $(jobs) all
	@B=$B tests/demo.sh

# Rank by rank, what the search finds of what was expected; LISTS= without the
# dictionary of this machine.
relevance: deps
	@$(MAKE) $(jobs) all $B/tests/relevance/erfad $(DICTIONARY)
	@B=$(abspath $B) PATH=$(abspath $B):$$PATH TABLE=1 \
		ERFA_DICTIONARY='$(abspath $(DICTIONARY))' \
		tests/relevance/relevance.sh

bench: deps
	@$(MAKE) $(jobs) programs
	@B=$B tests/bench/run.sh
	@B=$B tests/bench/backup.sh
	@B=$B tests/bench/idle.sh

# What a hub costs that carries a whole country; LEAVES=N for fewer.
bench-hub: deps
	@$(MAKE) $(jobs) all $(call programs,tests/bench/bench_leaves.c)
	@B=$B tests/bench/hub.sh

# Lint.
C_FILES = $(SHARED) $(DAEMON) $(CLIENT) $(MAINS) conf/manual.c
FORMAT  = $(C_FILES) $(UNIT) $(FUZZ) $(TOOLS) $(SIM) $(PARTS) $(LATER) $(HELP) \
	$(wildcard tests/fuzz/replay.c proto/*.h daemon/*.h client/*.h tests/*/*.h)

lint:
	@conf/deps build test lint
	@$(MAKE) $(jobs) $(GEN_H) $B/defines.h
	@$(MAKE) -k lint-format lint-scripts lint-tidy lint-cppcheck lint-analyzer

vocabulary-check: $B/tests/unit/vocab_tool
	@$< $(WORDS)

lint-format:
	clang-format --dry-run -Werror $(FORMAT)

format:
	clang-format -i $(FORMAT)

lint-scripts:
	tests/run --build $B $(LINT)

lint-tidy:
	@echo clang-tidy
	@printf '%s\n' $(C_FILES) | xargs -P 2 -n 1 sh -c 'clang-tidy --quiet \
		"$$@" -- -std=c11 $(ALL_CPPFLAGS) -include $B/defines.h' tidy

# readdir_r, which cppcheck would rather see, is obsolete: POSIX has readdir safe
# for streams of one's own.
lint-cppcheck:
	cppcheck -q --std=c11 --enable=warning,style,performance,portability \
		--inconclusive --library=posix,gnu --error-exitcode=1 \
		--inline-suppr --suppress=variableScope --suppress=readdirCalled \
		-I. $(C_FILES)

# gcc 12 loses what is stored through a pointer into a message and calls it a
# leak; "make asan" looks for leaks while everything runs.
lint-analyzer:
	@echo gcc -fanalyzer
	@printf '%s\n' $(C_FILES) | xargs -P 2 -I{} gcc $(ALL_CPPFLAGS) \
		-include $B/defines.h -std=c11 -O1 -fanalyzer \
		-Wno-analyzer-malloc-leak -Werror -c -o /dev/null {}

# Install.  A sample configuration goes to the documentation, never over yours.
SHARE   = $(PROTOS) $(wildcard proto/PROTOCOL.md conf/*.tsv conf/table31.json) $(WORDS)
WORDS   = conf/vocabulary.txt conf/search_words.txt
DOC     = $(wildcard README.md CHANGELOG.md LICENSE conf/*.conf)
UNITS   = $(wildcard systemd/*.service systemd/*.socket systemd/*.timer)
SYSUSER = $(wildcard systemd/*.sysusers)
TMPFILE = $(wildcard systemd/*.tmpfiles)
CATALOG = $(wildcard systemd/*.catalog)
into    = $(DESTDIR)$(prefix)

# Where systemd looks; below any other prefix than /usr, in lib there.
systemd_dir  = $(or $(if $(filter /usr,$(prefix)),$(shell pkg-config \
	--variable=$(1) systemd 2>/dev/null)),$(prefix)/lib/$(2))
unitdir     ?= $(call systemd_dir,systemdsystemunitdir,systemd/system)
sysusersdir ?= $(call systemd_dir,sysusersdir,sysusers.d)
tmpfilesdir ?= $(call systemd_dir,tmpfilesdir,tmpfiles.d)
catalogdir  ?= $(call systemd_dir,catalogdir,systemd/catalog)
mandir      ?= $(prefix)/share/man
bashdir     ?= $(prefix)/share/bash-completion/completions
zshdir      ?= $(prefix)/share/zsh/site-functions
fishdir     ?= $(prefix)/share/fish/vendor_completions.d
with_paths   = sed 's,@prefix@,$(prefix),g; s,@sysconfdir@,$(sysconfdir),g; \
	s,@version@,$(VERSION),g'

install: all
	install -D -m 0755 $B/erfad $(into)/sbin/erfad
	install -D -m 0755 $B/erfa $(into)/bin/erfa
	$(Q)for f in $(SHARE); do install -D -m 0644 $$f \
		$(into)/share/erfa/$${f##*/} || exit 1; done
	$(Q)for f in $(MO:$B/%=%); do install -D -m 0644 $B/$$f \
		$(into)/share/erfa/$$f || exit 1; done
	$(Q)for f in $(MAN); do install -D -m 0644 $$f \
		$(DESTDIR)$(mandir)/man$${f##*.}/$${f##*/} || exit 1; done
	$(Q)for f in $(DOC); do install -D -m 0644 $$f \
		$(into)/share/doc/erfa/$${f##*/} || exit 1; done
	install -D -m 0644 client/completion/erfa.bash \
		$(DESTDIR)$(bashdir)/erfa
	install -D -m 0644 client/completion/_erfa $(DESTDIR)$(zshdir)/_erfa
	install -D -m 0644 client/completion/erfa.fish \
		$(DESTDIR)$(fishdir)/erfa.fish
	$(Q)install -d $(DESTDIR)$(unitdir) $(DESTDIR)$(sysusersdir) \
		$(DESTDIR)$(tmpfilesdir)
	$(Q)for f in $(UNITS); do $(with_paths) $$f \
		>$(DESTDIR)$(unitdir)/$${f##*/} && \
		chmod 0644 $(DESTDIR)$(unitdir)/$${f##*/} || exit 1; done
	$(Q)for f in $(SYSUSER); do f=$${f##*/}; install -m 0644 systemd/$$f \
		$(DESTDIR)$(sysusersdir)/$${f%.sysusers}.conf || exit 1; done
	$(Q)for f in $(TMPFILE); do f=$${f##*/}; $(with_paths) systemd/$$f \
		>$(DESTDIR)$(tmpfilesdir)/$${f%.tmpfiles}.conf && \
		chmod 0644 $(DESTDIR)$(tmpfilesdir)/$${f%.tmpfiles}.conf || exit 1; done
	$(Q)for f in $(CATALOG); do install -D -m 0644 $$f \
		$(DESTDIR)$(catalogdir)/$${f##*/} || exit 1; done

uninstall:
	rm -f $(into)/sbin/erfad $(into)/bin/erfa
	rm -f $(DESTDIR)$(bashdir)/erfa $(DESTDIR)$(zshdir)/_erfa
	rm -f $(foreach f,$(notdir $(MAN)),$(DESTDIR)$(mandir)/man$(patsubst .%,%,$(suffix $f))/$f)
	rm -f $(DESTDIR)$(fishdir)/erfa.fish
	rm -f $(UNITS:systemd/%=$(DESTDIR)$(unitdir)/%)
	rm -f $(SYSUSER:systemd/%.sysusers=$(DESTDIR)$(sysusersdir)/%.conf)
	rm -f $(TMPFILE:systemd/%.tmpfiles=$(DESTDIR)$(tmpfilesdir)/%.conf)
	rm -f $(CATALOG:systemd/%=$(DESTDIR)$(catalogdir)/%)
	rm -rf $(into)/share/erfa $(into)/share/doc/erfa

# What the programs are made of, from the packages of this machine.
sbom: $(ERFAD) $(ERFA)
	$(Q)conf/sbom '$(VERSION)' $^ >$B/erfa.cdx.json
	@echo "  $B/erfa.cdx.json"

# Debian packages, built in a copy of the tree, and without network.  What is not
# followed by git, and no new file of a working tree, is left out.
deb:
	@conf/deps build deb
	$(Q)rm -rf $B/deb && mkdir -p $B/deb/erfa
	$(Q)(git ls-files -co --exclude-standard 2>/dev/null || \
		find . -type f ! -path './build*') | while read -r f; do \
		[ ! -e "$$f" ] || echo "$$f"; done | \
		tar -c -T - | tar -x -C $B/deb/erfa
	$(Q)cd $B/deb/erfa && dpkg-buildpackage -us -uc -b
	$(Q)rm -rf $B/deb/erfa
	lintian --fail-on error,warning,info $B/deb/*.changes
	@ls $B/deb/*.deb

# The packages installed and run in a Debian of their own, by root.
check-deb: deb
	@conf/deps build deb
	@tests/deb/check.sh $B/deb

clean:
	rm -rf $B $B-asan $B-tsan $B-fuzz

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

.PHONY: all docs python sbom deb check-deb pot deps programs unit check asan tsan sim plant soak fuzz fuzz-run \
	demo bench bench-hub \
	lint relevance format lint-format lint-scripts lint-tidy lint-cppcheck lint-analyzer \
	install uninstall clean help vocabulary-check FORCE

-include $(wildcard $B/*/*.d $B/*/*/*.d)
