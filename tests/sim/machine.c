#include "tests/sim/machine.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "daemon/logger.h"
#include "tests/sim/disk.h"

#define FIBERS     256
#define STACK_SIZE ((size_t)256 << 10)
#define EVENTS     4096 /* the greatest event descriptor, and one */
#define GROWTH     4096 /* bytes with which a file may be made longer */

/* The beginning of time: some days after the machine was started, in 2027. */
#define MONOTONIC_MS 400000000
#define REALTIME_MS  INT64_C(1800000000000)

/* What stands for a thread. */
struct fiber {
	ucontext_t context;
	void *stack; /* kept for the next one */
	void *(*run)(void *arg);
	void *arg;
	int node;
	bool used;
	bool done;
	bool ready; /* runs at ${due} */
	bool late;  /* woken by the time, not by a signal */
	int64_t due;
	int64_t until; /* of a wait that ends by itself; INT64_MAX */
	void *waits;   /* for this condition */
};

struct machine {
	int64_t now;
	int64_t steps[MACHINE_NODES]; /* of the wall clocks */
	uint64_t chance;
	uint64_t secret; /* a chance of its own: keys, nonces, salts */
	int node;
	unsigned lag;
	struct fiber fibers[FIBERS];
	int nfibers; /* slots that were ever used */
	struct fiber *running;
	ucontext_t main;
	bool dead[MACHINE_NODES];
	bool counting[MACHINE_NODES];
	unsigned left[MACHINE_NODES]; /* writes before the disk ends */
	bool full[MACHINE_NODES];
	unsigned complaints;
	unsigned damage;
	uint8_t events[EVENTS];
	bool print;
	char *trace;
	size_t trace_len;
	size_t trace_size;
};

/* The linker's replacements have no argument to find it by. */
static struct machine machine;

/* ---- chance and time ---- */

/* SplitMix64. */
static uint64_t
draw(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void
machine_begin(uint64_t seed)
{
	machine.now = 0;
	memset(machine.steps, 0, sizeof(machine.steps));
	machine.chance = seed * 2;
	machine.secret = seed * 2 + 1;
	(void)draw(&machine.chance);
	(void)draw(&machine.secret);
	machine.node = MACHINE_NOBODY;
	machine.lag = 0;
	memset(machine.dead, 0, sizeof(machine.dead));
	memset(machine.counting, 0, sizeof(machine.counting));
	memset(machine.full, 0, sizeof(machine.full));
	machine.complaints = machine.damage = 0;
	machine.trace_len = 0;
}

int64_t
machine_now(void)
{
	return machine.now;
}

void
machine_set_now(int64_t now)
{
	machine.now = now;
}

void
machine_step_clock(int node, int64_t ms)
{
	machine.steps[node] += ms;
}

uint32_t
machine_below(uint32_t limit)
{
	return (uint32_t)((draw(&machine.chance) >> 32) * limit >> 32);
}

bool
machine_happens(unsigned percent)
{
	return percent > 0 && machine_below(100) < percent;
}

int
machine_enter(int node)
{
	int before = machine.node;

	machine.node = node;
	return before;
}

void
machine_leave(int before)
{
	machine.node = before;
}

int
machine_node(void)
{
	return machine.node;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret);
void __wrap_randombytes_buf(void *out, size_t len);

int
__wrap_clock_gettime(clockid_t clock, struct timespec *ret)
{
	int64_t ms = machine.now + MONOTONIC_MS;

	if (clock == CLOCK_REALTIME) {
		ms = machine.now + REALTIME_MS;
		if (machine.node >= 0)
			ms += machine.steps[machine.node];
	}
	ret->tv_sec = (time_t)(ms / 1000);
	ret->tv_nsec = (long)(ms % 1000) * 1000000;
	return 0;
}

void
__wrap_randombytes_buf(void *out, size_t len)
{
	uint8_t *at = out;
	uint64_t number;
	size_t part;

	for (; len > 0; len -= part, at += part) {
		number = draw(&machine.secret);
		part = len < sizeof(number) ? len : sizeof(number);
		memcpy(at, &number, part);
	}
}

/* ---- threads ---- */

static void
fiber_main(void)
{
	struct fiber *fiber = machine.running;

	(void)fiber->run(fiber->arg);
	fiber->done = true;
	(void)swapcontext(&fiber->context, &machine.main);
	abort();
}

/* A stack, and where it begins. */
static void
make_context(struct fiber *fiber)
{
	if (fiber->stack == NULL)
		fiber->stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (fiber->stack == MAP_FAILED || getcontext(&fiber->context) != 0)
		abort();
	fiber->context.uc_stack.ss_sp = fiber->stack;
	fiber->context.uc_stack.ss_size = STACK_SIZE;
	fiber->context.uc_link = NULL;
	makecontext(&fiber->context, fiber_main, 0);
}

/* Let it run until it waits or ends. */
static void
resume(struct fiber *fiber)
{
	int before = machine_enter(fiber->node);

	fiber->ready = false;
	machine.running = fiber;
	(void)swapcontext(&machine.main, &fiber->context);
	machine.running = NULL;
	machine_leave(before);
}

/* Have it run soon. */
static void
make_ready(struct fiber *fiber, bool late)
{
	fiber->waits = NULL;
	fiber->until = INT64_MAX;
	fiber->ready = true;
	fiber->late = late;
	fiber->due = machine.now +
	    (machine.lag > 0 ? machine_below(machine.lag + 1) : 0);
}

void
machine_set_lag(unsigned ms)
{
	machine.lag = ms;
}

int64_t
machine_next_thread(void)
{
	int64_t next = INT64_MAX;
	int i;

	for (i = 0; i < machine.nfibers; i++) {
		const struct fiber *fiber = &machine.fibers[i];

		if (!fiber->used || fiber->done)
			continue;
		if (fiber->ready && fiber->due < next)
			next = fiber->due;
		if (!fiber->ready && fiber->until < next)
			next = fiber->until;
	}
	return next;
}

bool
machine_run_threads(void)
{
	bool any = false;
	int i;

	for (i = 0; i < machine.nfibers; i++) {
		struct fiber *fiber = &machine.fibers[i];

		if (!fiber->used || fiber->done)
			continue;
		if (!fiber->ready && fiber->until <= machine.now)
			make_ready(fiber, true);
		if (!fiber->ready || fiber->due > machine.now)
			continue;
		resume(fiber);
		any = true;
	}
	return any;
}

int __wrap_pthread_create(pthread_t *ret, const pthread_attr_t *attr,
    void *(*run)(void *arg), void *arg);
int __wrap_pthread_join(pthread_t thread, void **ret);
int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int __wrap_pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
    clockid_t clock, const struct timespec *until);
int __wrap_pthread_cond_timedwait(
    pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until);
int __wrap_pthread_cond_signal(pthread_cond_t *cond);
int __wrap_pthread_cond_broadcast(pthread_cond_t *cond);

int
__wrap_pthread_create(pthread_t *ret, const pthread_attr_t *attr,
    void *(*run)(void *arg), void *arg)
{
	struct fiber *fiber;
	int i;

	(void)attr;
	for (i = 0; i < FIBERS && machine.fibers[i].used; i++)
		continue;
	if (i == FIBERS)
		return EAGAIN;
	if (i >= machine.nfibers)
		machine.nfibers = i + 1;
	fiber = &machine.fibers[i];
	make_context(fiber);
	fiber->run = run;
	fiber->arg = arg;
	fiber->node = machine.node;
	fiber->used = true;
	fiber->done = false;
	make_ready(fiber, false);
	*ret = (pthread_t)(i + 1);
	return 0;
}

int
__wrap_pthread_join(pthread_t thread, void **ret)
{
	struct fiber *fiber = &machine.fibers[thread - 1];

	while (!fiber->done) {
		fiber->waits = NULL;
		fiber->until = INT64_MAX;
		fiber->late = false;
		resume(fiber);
	}
	fiber->used = false;
	if (ret != NULL)
		*ret = NULL;
	return 0;
}

/* Give up control until woken; is it the time that woke? */
static int
wait_for(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t until)
{
	struct fiber *fiber = machine.running;

	if (fiber == NULL)
		abort(); /* the loop must never wait */
	fiber->waits = cond;
	fiber->until = until;
	(void)pthread_mutex_unlock(mutex);
	(void)swapcontext(&fiber->context, &machine.main);
	(void)pthread_mutex_lock(mutex);
	return fiber->late ? ETIMEDOUT : 0;
}

int
__wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	(void)wait_for(cond, mutex, INT64_MAX);
	return 0;
}

int
__wrap_pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
    clockid_t clock, const struct timespec *until)
{
	struct timespec now;
	int64_t wait;

	(void)__wrap_clock_gettime(clock, &now);
	wait = ((int64_t)until->tv_sec - now.tv_sec) * 1000 +
	    (until->tv_nsec - now.tv_nsec) / 1000000;
	return wait_for(cond, mutex, machine.now + (wait > 0 ? wait : 0));
}

int
__wrap_pthread_cond_timedwait(
    pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until)
{
	return __wrap_pthread_cond_clockwait(
	    cond, mutex, CLOCK_REALTIME, until);
}

/* Wake those who wait for this, or the first of them. */
static void
wake(const pthread_cond_t *cond, bool all)
{
	int i;

	for (i = 0; i < machine.nfibers; i++) {
		struct fiber *fiber = &machine.fibers[i];

		if (!fiber->used || fiber->done || fiber->waits != cond)
			continue;
		make_ready(fiber, false);
		if (!all)
			return;
	}
}

int
__wrap_pthread_cond_signal(pthread_cond_t *cond)
{
	wake(cond, false);
	return 0;
}

int
__wrap_pthread_cond_broadcast(pthread_cond_t *cond)
{
	wake(cond, true);
	return 0;
}

/* ---- events ---- */

/*
 * Loops look at their event descriptors at every turn: that one was written to
 * and not read since is remembered here, so that nobody has to ask the system.
 */
enum event {
	EVENT_NONE, /* no event descriptor */
	EVENT_QUIET,
	EVENT_READY,
};

static uint8_t *
event_of(int fd)
{
	static uint8_t none;

	none = EVENT_NONE;
	return fd >= 0 && fd < EVENTS ? &machine.events[fd] : &none;
}

bool
machine_event(int fd, bool *ret_ready)
{
	*ret_ready = *event_of(fd) == EVENT_READY;
	return *event_of(fd) != EVENT_NONE;
}

int
eventfd(unsigned int count, int flags)
{
	int fd = (int)syscall(SYS_eventfd2, count, flags);

	*event_of(fd) = count > 0 ? EVENT_READY : EVENT_QUIET;
	return fd;
}

ssize_t
read(int fd, void *buf, size_t len)
{
	if (*event_of(fd) == EVENT_READY)
		*event_of(fd) = EVENT_QUIET;
	return syscall(SYS_read, fd, buf, len);
}

int
close(int fd)
{
	*event_of(fd) = EVENT_NONE;
	return (int)syscall(SYS_close, fd);
}

/* ---- the disk ---- */

void
machine_kill_after(int node, unsigned writes)
{
	machine.counting[node] = true;
	machine.left[node] = writes;
}

void
machine_kill(int node)
{
	machine.dead[node] = true;
}

void
machine_revive(int node)
{
	machine.dead[node] = machine.counting[node] = false;
}

bool
machine_is_dead(int node)
{
	return machine.dead[node];
}

void
machine_set_full(int node, bool full)
{
	machine.full[node] = full;
}

bool
machine_is_full(int node)
{
	return machine.full[node];
}

/* Is there room for these bytes: are they there already, or the disk not full? */
static bool
has_room(int fd, off_t at, size_t len)
{
	int node = machine.node;
	struct stat st;
	off_t now;
	off_t hole;

	if (node < 0 || !machine.full[node] || fstat(fd, &st) != 0 ||
	    !S_ISREG(st.st_mode))
		return true;
	now = lseek(fd, 0, SEEK_CUR);
	hole = lseek(fd, at, SEEK_HOLE);
	(void)lseek(fd, now, SEEK_SET);
	if (at + (off_t)len <= st.st_size && hole >= at + (off_t)len)
		return true;
	errno = ENOSPC;
	return false;
}

/* May this node still write? */
static bool
may_write(void)
{
	int node = machine.node;

	if (node < 0)
		return true;
	if (machine.counting[node] && machine.left[node]-- == 0)
		machine.dead[node] = true;
	if (machine.dead[node])
		errno = EIO;
	return !machine.dead[node];
}

/* Are these so many zeros after the end of a file?  They take no room then. */
static bool
is_growth(int fd, const uint8_t *buf, size_t len, off_t at)
{
	struct stat st;

	return len >= GROWTH && buf[0] == 0 &&
	    memcmp(buf, buf + 1, len - 1) == 0 && fstat(fd, &st) == 0 &&
	    at == st.st_size;
}

ssize_t
pwrite(int fd, const void *buf, size_t len, off_t at)
{
	if (!may_write() || !has_room(fd, at, len))
		return -1;
	if (is_growth(fd, buf, len, at)) {
		disk_writes(fd, at, NULL, len);
		return ftruncate(fd, at + (off_t)len) == 0 ? (ssize_t)len : -1;
	}
	disk_writes(fd, at, buf, len);
	return syscall(SYS_pwrite64, fd, buf, len, at);
}

/* Who is dead syncs nothing. */
static bool
may_sync(void)
{
	int node = machine.node;

	if (node < 0 || !machine.dead[node])
		return true;
	errno = EIO;
	return false;
}

ssize_t
writev(int fd, const struct iovec *parts, int count)
{
	off_t at = lseek(fd, 0, SEEK_CUR);
	size_t len = 0;
	int i;

	for (i = 0; i < count; i++)
		len += parts[i].iov_len;
	if (!may_write() || !has_room(fd, at, len))
		return -1;
	for (i = 0; i < count; i++) {
		disk_writes(fd, at, parts[i].iov_base, parts[i].iov_len);
		at += (off_t)parts[i].iov_len;
	}
	return syscall(SYS_writev, fd, parts, count);
}

ssize_t
write(int fd, const void *buf, size_t len)
{
	if (*event_of(fd) == EVENT_QUIET)
		*event_of(fd) = EVENT_READY;
	return has_room(fd, lseek(fd, 0, SEEK_CUR), len) ?
	    syscall(SYS_write, fd, buf, len) :
	    -1;
}

int
rename(const char *from, const char *to)
{
	return may_write() ? (int)syscall(SYS_rename, from, to) : -1;
}

int
unlink(const char *path)
{
	return may_write() ? (int)syscall(SYS_unlink, path) : -1;
}

/* The state directories are in memory. */
int
fdatasync(int fd)
{
	if (!may_sync())
		return -1;
	disk_synced(fd);
	return 0;
}

int
fsync(int fd)
{
	return fdatasync(fd);
}

/* ---- the trace, and what nodes log ---- */

static void
trace_add(const char *text, size_t len)
{
	size_t size = machine.trace_size == 0 ? 65536 : machine.trace_size * 2;
	char *bigger;

	if (machine.trace_len + len + 1 > machine.trace_size) {
		if ((bigger = realloc(machine.trace, size)) == NULL)
			return;
		machine.trace = bigger;
		machine.trace_size = size;
	}
	memcpy(machine.trace + machine.trace_len, text, len);
	machine.trace_len += len;
}

static void __attribute__((format(printf, 2, 0)))
trace_line(const char *mark, const char *format, va_list args)
{
	char line[1200];
	int len;
	int more;

	len = snprintf(line, 100, "%8lld.%03lld %s",
	    (long long)(machine.now / 1000), (long long)(machine.now % 1000),
	    mark);
	more = vsnprintf(line + len, sizeof(line) - 101, format, args);
	if (more > (int)sizeof(line) - 102)
		more = (int)sizeof(line) - 102;
	len += more;
	line[len++] = '\n';
	trace_add(line, (size_t)len);
	if (machine.print)
		(void)fwrite(line, 1, (size_t)len, stdout);
}

void
machine_trace(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	trace_line("", format, args);
	va_end(args);
}

void
machine_set_trace(bool on)
{
	machine.print = on;
}

void
machine_tell(void)
{
	(void)fwrite(machine.trace, 1, machine.trace_len, stdout);
}

unsigned
machine_complaints(void)
{
	return machine.complaints;
}

unsigned
machine_damage(void)
{
	return machine.damage;
}

/* A line of a node's log. */
static void __attribute__((format(printf, 2, 0)))
logged(const char *module, const char *format, va_list args)
{
	char mark[40];

	if ((machine.node >= 0 && machine.dead[machine.node]) ||
	    strstr(format, "vocabulary") != NULL)
		return;
	if (strstr(format, "is damaged") != NULL)
		machine.damage++;
	(void)snprintf(
	    mark, sizeof(mark), "    node %d, %s: ", machine.node, module);
	trace_line(mark, format, args);
}

struct logger_fields;
void __wrap_logger_write(int level, const char *module,
    const struct logger_fields *fields, const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));
void __wrap_logger_err(const char *module, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void __wrap_logger_warning(const char *module, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void __wrap_logger_info(const char *module, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void __wrap_logger_debug(const char *module, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void __wrap_logger_foreign(int level, const char *class, const char *module,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

void
__wrap_logger_write(int level, const char *module,
    const struct logger_fields *fields, const char *format, va_list args)
{
	(void)level;
	(void)fields;
	logged(module, format, args);
}

#define LOGGED(name)                                                    \
	void __wrap_##name(const char *module, const char *format, ...) \
	{                                                               \
		va_list args;                                           \
                                                                        \
		va_start(args, format);                                 \
		logged(module, format, args);                           \
		va_end(args);                                           \
	}

LOGGED(logger_err)
LOGGED(logger_warning)
LOGGED(logger_info)
LOGGED(logger_debug)

void
__wrap_logger_foreign(
    int level, const char *class, const char *module, const char *format, ...)
{
	va_list args;

	(void)level;
	(void)class;
	machine.complaints++;
	va_start(args, format);
	logged(module, format, args);
	va_end(args);
}
