#!/bin/bash
# The disk fails in the middle of an erasure: it is committed, but the key of the
# text is still there.  Nothing is told of it; erfad ends, and the next one finishes
# it before it tells.
. "$(dirname "$0")/lib.sh"

SECRET="Frugtsommelighedshemmeligheden"

# A library that comes before that of C: while the file ${ERFA_FAULT} is there, a
# key is not overwritten with zeros; while ${ERFA_FAULT}.memory is, there is no
# memory to write a page of the store.
cat >"$WORK/fault.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define KEY_LEN  32
#define PAGE_LEN 4096

static int
is_file(int fd, const char *end)
{
	char name[64];
	char path[4096];
	ssize_t size;

	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if ((size = readlink(name, path, sizeof(path) - 1)) < 10)
		return 0;
	path[size] = '\0';
	return strcmp(path + size - strlen(end), end) == 0;
}

static int
is_wanted(const char *kind)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s%s", getenv("ERFA_FAULT"), kind);
	return access(path, F_OK) == 0;
}

static int
is_key_zeroed(int fd, const void *data, size_t len)
{
	static const uint8_t zeros[KEY_LEN];

	return len == KEY_LEN && memcmp(data, zeros, KEY_LEN) == 0 &&
	    is_file(fd, "/keys") && is_wanted("");
}

static int
is_page_written(int fd, size_t len)
{
	return len >= PAGE_LEN && is_file(fd, "/main.mdb") &&
	    is_wanted(".memory");
}

ssize_t
writev(int fd, const struct iovec *parts, int count)
{
	ssize_t (*real)(int, const struct iovec *, int);
	void *at = dlsym(RTLD_NEXT, "writev");

	memcpy(&real, &at, sizeof(real));
	if (count > 0 && is_page_written(fd, parts[0].iov_len)) {
		errno = ENOMEM;
		return -1;
	}
	return real(fd, parts, count);
}

ssize_t pwrite64(int fd, const void *data, size_t len, off_t offset);
ssize_t
pwrite64(int fd, const void *data, size_t len, off_t offset)
{
	ssize_t (*real)(int, const void *, size_t, off_t);
	void *at = dlsym(RTLD_NEXT, "pwrite64");

	memcpy(&real, &at, sizeof(real));
	if (is_key_zeroed(fd, data, len)) {
		errno = EIO;
		return -1;
	}
	if (is_page_written(fd, len)) {
		errno = ENOMEM;
		return -1;
	}
	return real(fd, data, len, offset);
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t offset)
{
	return pwrite64(fd, data, len, offset);
}
END
cat >"$WORK/faulty" <<END
#!/bin/sh
ERFA_FAULT=$WORK/fault LD_PRELOAD=$WORK/fault.so exec $ERFAD "\$@"
END
chmod +x "$WORK/faulty"
if ldd "$(command -v "$ERFAD")" | grep -q "lib[at]san"; then
	skip "a disk that fails" "no library can come before that of a sanitizer"
	finish
fi
cc -shared -fPIC -o "$WORK/fault.so" "$WORK/fault.c" -ldl >"$WORK/cc" 2>&1 ||
	die "the library that fails does not compile: $(cat "$WORK/cc")"

node_listen o fi-564 --name "Oulun kaupunki"
node_new v dk-791 --name "Viborg Kommune"
ERFAD=$WORK/faulty node_up v
befriend o v
check "a trial is published" at v new --title "Faste teams" --summary "$SECRET" \
	--sector elder_care --json --yes
a=$(field id <<<"$OUT")
check "both have it" converge 30 v o
/usr/bin/python3 tests/e2e/scan.py keys "$WORK/v/state/keys" >"$WORK/keys.before"

: >"$WORK/fault"
status=0
at v erase "$a" --reason personal_data --yes >/dev/null 2>&1 || status=$?
check "the erasure is not acknowledged" test "$status" -ne 0
check "erfad does not go on" timeout $((60 * SLOW)) \
	tail --pid="${NODE_PID[v]}" -f /dev/null
status=0
wait "${NODE_PID[v]}" || status=$?
unset "NODE_PID[v]"
check_same "erfad ends, to be started again" 75 "$status"
check_has "and says why" "$(cat "$WORK/v/log")" "store: cannot write: .*erfad ends"
/usr/bin/python3 tests/e2e/scan.py keys "$WORK/v/state/keys" >"$WORK/keys.now"
check "the key is still there" cmp "$WORK/keys.before" "$WORK/keys.now"
check "the other was told nothing" at o erasure "$a"
check_has "it has erased nothing" "$OUT" "not erased"

check_status "as long as the disk fails it does not begin" 75 \
	"$WORK/faulty" --config="$WORK/v/erfad.conf"
rm "$WORK/fault"
node_up v
/usr/bin/python3 tests/e2e/scan.py keys "$WORK/v/state/keys" >"$WORK/keys.now"
check_same "the next erfad has made the key go" 1 \
	"$(comm -23 "$WORK/keys.before" "$WORK/keys.now" | wc -l)"
check "then the other is told" converge 30 v o
check "and erases it" at o erasure "$a"
check_same "so that nobody finds it any more" 0 "$(
	at o find "$SECRET" --json | field total
)"

# Too little memory is no matter of the disk.
node_end v
ERFAD=$WORK/faulty node_up v
check "the two are in step" converge 30 v o
: >"$WORK/fault.memory"
publish o 1
# shellcheck disable=SC2317 # await_at calls it
memory_told() {
	at v status >"$WORK/told"
	grep -q "too little memory is left" "$WORK/told"
}
check "that memory is short is told" await_at v memory_told
check_same "and nobody is to have the disk checked" 0 \
	"$(grep -c "disk checked" "$WORK/told")"
rm "$WORK/fault.memory"
check "with memory again it is fetched" converge 30 v o
finish
