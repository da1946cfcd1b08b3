#include "daemon/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

/* Statuses are for one line on a screen. */
#define STATUS_MAX 200

/* systemd takes one assignment a line, so a status must not have two. */
static void
send_status(const char *prefix, const char *status)
{
	char line[STATUS_MAX];
	char *c;

	(void)snprintf(line, sizeof(line), "%s", status);
	for (c = line; *c != '\0'; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	(void)sd_notifyf(0, "%sSTATUS=%s", prefix, line);
}

void
notify_ready(const char *status)
{
	send_status("READY=1\n", status);
}

void
notify_status(const char *format, ...)
{
	char status[STATUS_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(status, sizeof(status), format, args);
	va_end(args);
	send_status("", status);
}

void
notify_extend(uint64_t seconds)
{
	(void)sd_notifyf(0, "EXTEND_TIMEOUT_USEC=%llu",
	    (unsigned long long)seconds * 1000000);
}

void
notify_reloading(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

uint32_t
notify_watchdog_ms(void)
{
	uint64_t microseconds = 0;

	if (sd_watchdog_enabled(0, &microseconds) <= 0)
		return 0;
	return microseconds / 1000 > UINT32_MAX ?
	    UINT32_MAX :
	    (uint32_t)(microseconds / 1000);
}

void
notify_alive(void)
{
	(void)sd_notify(0, "WATCHDOG=1");
}

void
notify_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1\nSTATUS=Stopping");
}

enum err
notify_ready_fd(int fd)
{
	static const char word[] = "READY\n";
	const ssize_t len = (ssize_t)strlen(word);
	ssize_t written;
	bool closed;

	if (fd == -1)
		return ERR_NONE;
	do
		written = write(fd, word, (size_t)len);
	while (written == -1 && errno == EINTR);
	closed = close(fd) == 0;
	return written == len && closed ? ERR_NONE : ERR_IO;
}
