#ifndef ERFAD_NOTIFY_H
#define ERFAD_NOTIFY_H

/*
 * notify - tell whoever started erfad what state it is in.
 *
 * systemd hears it over $NOTIFY_SOCKET; a script over a descriptor.  Without
 * either, nothing happens.
 */

#include <stdint.h>

#include "proto/err.h"

/**
 * notify_ready(status):
 * The service works: configuration read, store open, sockets bound.  ${status}
 * is a line for people, as in notify_status().
 */
void notify_ready(const char *status);

/**
 * notify_status(format, ...):
 * Say in one line what the service does now; "systemctl status" shows it.
 */
void notify_status(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/**
 * notify_extend(seconds):
 * This start takes so much longer, from now on; nobody is to give it up before.
 */
void notify_extend(uint64_t seconds);

/**
 * notify_reloading():
 * The settings are being read again; notify_ready() says when that is over.
 */
void notify_reloading(void);

/**
 * notify_watchdog_ms(), notify_alive():
 * Milliseconds after which whoever started erfad ends it unless it says that it
 * is alive; 0 = nobody waits for that.  Say it.
 */
uint32_t notify_watchdog_ms(void);
void notify_alive(void);

/**
 * notify_stopping():
 * The service is about to end.
 */
void notify_stopping(void);

/**
 * notify_ready_fd(fd):
 * Write "READY\n" to the descriptor and close it, whatever happens; -1 is
 * allowed.  Return ERR_IO if nobody could hear it.  SIGPIPE must be ignored.
 */
enum err notify_ready_fd(int fd) MUST_CHECK;

#endif /* !ERFAD_NOTIFY_H */
