#!/bin/bash
# kill -9 at each step of an erasure: before each call by which erfad changes a file.
# The next start finishes what was promised, or all is still there; this is looked
# at in its files when it is about to open its first socket.
# timeout: 240
. "$(dirname "$0")/lib.sh"

SECRET="Frugtsommelighedshemmeligheden om kvistgaardskolonien"
STEPS=32 # spread over all that there are

# A library that comes before that of C: while there is a file ${ERFA_KILL}, the calls
# that change files are counted, a byte each, in ${ERFA_KILL}.calls, and before the
# one whose number it holds the process is killed; while there is a file ${ERFA_STOP},
# it stops before it binds a socket, and says so in ${ERFA_STOP}.pid.
cat >"$WORK/steps.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int calls;

/* The name that a variable gives, with an end; how it is opened. */
static int
open_beside(const char *variable, const char *end, int flags)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s%s", getenv(variable), end);
	return open(path, flags, 0600);
}

static void
step(void)
{
	char text[16] = "";
	int fd;

	if ((fd = open_beside("ERFA_KILL", "", O_RDONLY)) == -1)
		return;
	(void)!read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (__atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST) == atoi(text))
		(void)kill(getpid(), SIGKILL);
	if ((fd = open_beside("ERFA_KILL", ".calls",
		 O_WRONLY | O_CREAT | O_APPEND)) == -1)
		return;
	(void)!syscall(SYS_write, fd, ".", 1);
	(void)close(fd);
}

/* The same for a descriptor, if it is that of a file and not the log. */
static void
step_at(int fd)
{
	struct stat about;

	if (fd > 2 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode))
		step();
}

#define REAL(name)                                  \
	void *at = dlsym(RTLD_NEXT, #name);         \
	__typeof__(name) *real;                     \
	memcpy(&real, &at, sizeof(real))

#define WRITES(name, with, ...)                     \
	ssize_t name(int fd, __VA_ARGS__);          \
	ssize_t name(int fd, __VA_ARGS__)           \
	{                                           \
		REAL(name);                         \
		step_at(fd);                        \
		return real with;                   \
	}

#define CHANGES(name, with, about, ...)             \
	int name(__VA_ARGS__);                      \
	int name(__VA_ARGS__)                       \
	{                                           \
		REAL(name);                         \
		about;                              \
		return real with;                   \
	}

WRITES(write, (fd, data, len), const void *data, size_t len)
WRITES(writev, (fd, parts, n), const struct iovec *parts, int n)
WRITES(pwrite, (fd, data, len, to), const void *data, size_t len, off_t to)
WRITES(pwrite64, (fd, data, len, to), const void *data, size_t len, off_t to)
WRITES(pwritev, (fd, parts, n, to), const struct iovec *parts, int n, off_t to)
CHANGES(fdatasync, (fd), step_at(fd), int fd)
CHANGES(fsync, (fd), step_at(fd), int fd)
CHANGES(msync, (data, len, how), step(), void *data, size_t len, int how)
CHANGES(ftruncate, (fd, len), step_at(fd), int fd, off_t len)
CHANGES(ftruncate64, (fd, len), step_at(fd), int fd, off_t len)
CHANGES(unlink, (path), step(), const char *path)
CHANGES(rename, (from, to), step(), const char *from, const char *to)

int
bind(int fd, const struct sockaddr *address, socklen_t len)
{
	char text[16];
	int stop, size;
	REAL(bind);

	if ((stop = open_beside("ERFA_STOP", "", O_RDONLY)) != -1) {
		(void)close(stop);
		stop = open_beside("ERFA_STOP", ".pid", O_WRONLY | O_CREAT);
		size = snprintf(text, sizeof(text), "%d\n", (int)getpid());
		(void)!syscall(SYS_write, stop, text, (size_t)size);
		(void)close(stop);
		(void)kill(getpid(), SIGSTOP);
	}
	return real(fd, address, len);
}
END
cat >"$WORK/stepping" <<END
#!/bin/sh
ERFA_KILL=$WORK/kill ERFA_STOP=$WORK/stop LD_PRELOAD=$WORK/steps.so exec $ERFAD "\$@"
END
chmod +x "$WORK/stepping"
if ldd "$(command -v "$ERFAD")" | grep -q "lib[at]san"; then
	skip "kills at each step" "no library can come before that of a sanitizer"
	finish
fi
cc -shared -fPIC -o "$WORK/steps.so" "$WORK/steps.c" -ldl >"$WORK/cc" 2>&1 ||
	die "the library that counts does not compile: $(cat "$WORK/cc")"
ERFAD=$WORK/stepping

# keys: those that are there now.
keys() {
	/usr/bin/python3 tests/e2e/scan.py keys "$WORK/v/state/keys"
}

# left: how many of the keys of the record are there.
left() {
	comm -12 "$WORK/own" <(keys) | wc -l
}

# secret: is no piece of the text, and none of its keys, in any file?
# shellcheck disable=SC2317 # await_at calls it
secret() {
	GONE_KEYS=$WORK/own /usr/bin/python3 tests/e2e/scan.py find "$SECRET" "$WORK/v" \
		>"$WORK/found"
}

# indexed: has the index done all there is?
# shellcheck disable=SC2317 # await_at calls it
indexed() {
	at v sync --json 2>/dev/null | grep -qE '"clean": *true'
}

# look: when erfad stops before its first socket, write down how many keys of the
# record are left, and let it go on.
# shellcheck disable=SC2317 # helper calls it
look() {
	local pid='' until=$((SECONDS + 30 * SLOW))
	until read -r pid 2>/dev/null <"$WORK/stop.pid" &&
		grep -q '^State:.T' "/proc/$pid/status"; do
		[ "$SECONDS" -lt "$until" ] || return 1
	done
	left >"$WORK/looked"
	rm "$WORK/stop"
	kill -CONT "$pid"
}

# again: start it once more; what look saw is in $looked.
again() {
	rm -f "$WORK/kill" "$WORK/stop.pid" "$WORK/looked"
	: >"$WORK/stop"
	helper look
	looker=$!
	node_up v
	wait "$looker" || die "it did not stop before its first socket"
	looked=$(cat "$WORK/looked")
}

# erase_at NUMBER: publish two versions with the secret and erase them, with a kill
# before that call.  The record is in $id, the status of erfa in $status.
erase_at() {
	keys >"$WORK/keys"
	id=$(at v new --title "Nummer $1" --summary "$SECRET" --sector elder_care \
		--json --yes | field id)
	at v edit "$id" --set "guardrails[0].text=$SECRET igen" --yes >"$WORK/said" ||
		die "nothing is published"
	comm -13 "$WORK/keys" <(keys) >"$WORK/own"
	[ "$(left)" -eq 2 ] || die "each version has no key of its own"
	await_at v indexed || die "it is not indexed"
	rm -f "$WORK/kill.calls"
	echo "$1" >"$WORK/kill.new"
	mv "$WORK/kill.new" "$WORK/kill"
	status=0
	at v erase "$id" --reason personal_data --yes >"$WORK/said" 2>&1 || status=$?
}

# idle: what it does after its answer, until nothing is left anywhere, are steps too.
# shellcheck disable=SC2317 # await_at calls it
idle() {
	killed || { indexed && secret; }
}

# killed: has it ended?
killed() {
	! kill -0 "${NODE_PID[v]}" 2>/dev/null
}

# judge: print what is wrong with a record after the start, if anything.
judge() {
	local shown
	shown=$(at v show "$id" --json | grep -c "$SECRET")
	case $status,$looked,$shown in
	0,0,0) told=$((told + 1)) ;;
	*,0,0) finished=$((finished + 1)) ;;
	0,*) echo "it was told to be erased, and $looked keys were left" ;;
	*,2,1)
		kept=$((kept + 1))
		at v erase "$id" --reason personal_data --yes >"$WORK/said" 2>&1 ||
			echo "it is not erased afterwards: $(head -n 1 "$WORK/said")"
		;;
	*) echo "$looked keys of 2 were left, and it is shown $shown times" ;;
	esac
	await_at v secret || echo "something is left: $(head -n 1 "$WORK/found")"
	at v verify >"$WORK/said" 2>&1 || echo "verify finds errors"
}

node_new v dk-791 --name "Viborg Kommune"
node_up v
erase_at 1000000
check_same "an erasure succeeds" 0 "$status"
check "nothing is left" await_at v idle
calls=$(stat -c %s "$WORK/kill.calls")
node_kill v
again

told=0 finished=0 kept=0 kills=0
erase_at 1000000
node_kill v
check "when it was told, nothing is left in any file" secret
again
judge >"$WORK/wrong"
check_same "nor after the next start" "1 " "$told $(cat "$WORK/wrong")"

for ((i = 1; i <= STEPS; i++)); do
	step=$(((i * calls + STEPS - 1) / STEPS))
	erase_at "$step"
	await_at v idle || die "erfad neither ends nor erases"
	! killed || kills=$((kills + 1))
	node_kill v
	again
	judge >"$WORK/wrong"
	check_same "killed before change $step of $calls, all or nothing is left" "" \
		"$(cat "$WORK/wrong")"
done
echo "# $kills kills: $kept kept all, $finished were finished, $((told - 1)) had been told"
check "both outcomes were met" test $((kept * finished)) -gt 0
check "most kills hit an erasure" test "$kills" -ge $((STEPS * 3 / 4))
node_end v
finish
