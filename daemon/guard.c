#include "daemon/guard.h"

#include <fcntl.h>
#include <linux/tcp.h>
#include <malloc.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* After a connection was shut down, libzmq needs so long to free its memory. */
#define CHECKS_TO_TRIM 4

/*
 * A storm of messages leaves much that is free and scattered.  If so much more is
 * in use than after the last time, and so many checks find it no longer moving,
 * what is free goes back to the system.
 */
#define SPARE_BYTES  16777216
#define STILL_BYTES  1048576
#define STILL_CHECKS 100

/* Descriptors that are looked at. */
#define FDS_MAX 65536

struct guard {
	int statm;      /* /proc/self/statm */
	size_t page;    /* bytes */
	size_t memory;  /* at the last check */
	size_t base;    /* growth is counted from here */
	unsigned trim;  /* checks until what was freed goes back; 0 = none */
	size_t cut_at;  /* memory when a connection was shut down */
	size_t kept;    /* memory when what was free had gone back */
	size_t moved;   /* memory when it moved last ... */
	unsigned still; /* ... and checks since then */
	uint64_t *seen; /* bytes at the last whole message, by descriptor */
	size_t room;
};

/* Anonymous memory in use: what is resident, files apart. */
static enum err
read_memory(struct guard *guard, size_t *ret_bytes)
{
	unsigned long pages[3]; /* in all, resident, shared */
	char text[128];
	char *at = text;
	char *end;
	ssize_t len;
	size_t i;

	len = pread(guard->statm, text, sizeof(text) - 1, 0);
	if (len <= 0)
		return ERR_IO;
	text[len] = '\0';
	for (i = 0; i < 3; i++) {
		pages[i] = strtoul(at, &end, 10);
		if (end == at)
			return ERR_IO;
		at = end;
	}
	if (pages[1] < pages[2])
		return ERR_IO;
	*ret_bytes = (pages[1] - pages[2]) * guard->page;
	return ERR_NONE;
}

enum err
guard_open(struct guard **ret_guard)
{
	struct guard *guard;
	long page = sysconf(_SC_PAGESIZE);

	if ((guard = calloc(1, sizeof(*guard))) == NULL)
		return ERR_NOMEM;
	guard->page = page > 0 ? (size_t)page : 4096;
	guard->statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	if (guard->statm < 0 ||
	    read_memory(guard, &guard->memory) != ERR_NONE) {
		guard_close(guard);
		return ERR_IO;
	}
	guard->base = guard->kept = guard->moved = guard->memory;
	*ret_guard = guard;
	return ERR_NONE;
}

void
guard_close(struct guard *guard)
{
	if (guard == NULL)
		return;
	if (guard->statm >= 0)
		(void)close(guard->statm);
	free(guard->seen);
	free(guard);
}

/* Bytes that a connection has brought so far; false if it is no TCP. */
static bool
received(int fd, uint64_t *ret_bytes)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
		return false;
	*ret_bytes = info.tcpi_bytes_received;
	return true;
}

/* Make room for this descriptor. */
static bool
grow(struct guard *guard, size_t fd)
{
	size_t room = guard->room == 0 ? 64 : guard->room;
	uint64_t *seen;

	while (room <= fd)
		room *= 2;
	if (room == guard->room)
		return true;
	seen = realloc(guard->seen, room * sizeof(*seen));
	if (seen == NULL)
		return false;
	memset(seen + guard->room, 0, (room - guard->room) * sizeof(*seen));
	guard->seen = seen;
	guard->room = room;
	return true;
}

void
guard_received(struct guard *guard, int fd)
{
	uint64_t bytes;

	if (fd >= 0 && received(fd, &bytes) && grow(guard, (size_t)fd))
		guard->seen[fd] = bytes;
}

/* What a connection brought since its last whole message. */
static uint64_t
unseen(const struct guard *guard, int fd)
{
	uint64_t bytes;

	if (!received(fd, &bytes))
		return 0;

	/* A smaller number than was seen: the descriptor is another's now. */
	if ((size_t)fd >= guard->room || bytes < guard->seen[fd])
		return bytes;
	return bytes - guard->seen[fd];
}

/* The connection with most bytes since its last message. */
static struct guard_suspect
find_suspect(const struct guard *guard)
{
	struct guard_suspect worst = { .fd = -1 };
	long end = sysconf(_SC_OPEN_MAX);
	uint64_t bytes;
	int fd;

	for (fd = 0; fd < end && fd < FDS_MAX; fd++) {
		bytes = unseen(guard, fd);
		if (bytes > worst.bytes) {
			worst.fd = fd;
			worst.bytes = bytes;
		}
	}
	return worst;
}

/* Write the address of the other side. */
static void
name_suspect(struct guard_suspect *suspect)
{
	static const char mapped[] = "::ffff:"; /* 1.2.3.4 in six's clothes */
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	char host[48];
	char port[8];

	if (getpeername(suspect->fd, (struct sockaddr *)&address, &len) == 0 &&
	    getnameinfo((struct sockaddr *)&address, len, host, sizeof(host),
		port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		(void)snprintf(suspect->address, sizeof(suspect->address),
		    "%s:%s",
		    strncmp(host, mapped, strlen(mapped)) == 0 ?
			host + strlen(mapped) :
			host,
		    port);
}

/* Has the memory grown so much that somebody is to be found? */
static bool
is_alarm(const struct guard *guard)
{
	/* What the last one brought is still being freed. */
	if (guard->trim > 0)
		return guard->memory > guard->cut_at + GUARD_JUMP;
	return guard->memory > guard->base + GUARD_JUMP;
}

/* Give back what a storm has left, once it is over. */
static void
give_back(struct guard *guard)
{
	size_t low = guard->memory < guard->moved ? guard->memory :
						    guard->moved;

	guard->still++;
	if (guard->memory + guard->moved - 2 * low > STILL_BYTES) {
		guard->moved = guard->memory;
		guard->still = 0;
	}
	if (guard->memory < guard->kept)
		guard->kept = guard->memory;
	if (guard->still < STILL_CHECKS ||
	    guard->memory - guard->kept < SPARE_BYTES)
		return;
	(void)malloc_trim(0);
	if (read_memory(guard, &guard->memory) == ERR_NONE)
		guard->kept = guard->moved = guard->memory;
}

bool
guard_check(struct guard *guard, struct guard_suspect *ret_suspect)
{
	struct guard_suspect suspect;

	if (guard->trim > 0 && --guard->trim == 0)
		(void)malloc_trim(0);
	if (read_memory(guard, &guard->memory) != ERR_NONE)
		return false;
	give_back(guard);
	if (guard->memory < guard->base)
		guard->base = guard->memory;
	if (!is_alarm(guard))
		return false;

	suspect = find_suspect(guard);
	if (suspect.bytes <= GUARD_EXCUSED) {
		/* It was our own work. */
		guard->base = guard->memory;
		return false;
	}
	name_suspect(&suspect);
	(void)shutdown(suspect.fd, SHUT_RDWR);
	guard_received(guard, suspect.fd);
	guard->trim = CHECKS_TO_TRIM;
	guard->cut_at = guard->memory;
	*ret_suspect = suspect;
	return true;
}

size_t
guard_memory(const struct guard *guard)
{
	return guard->memory;
}
