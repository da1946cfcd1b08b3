#ifndef ERFA_SIM_MACHINE_H
#define ERFA_SIM_MACHINE_H

/*
 * machine - what the simulated nodes run on: time, chance, threads and a disk
 * that can end at any write.
 *
 * The linker puts the functions of machine.c in the place of clock_gettime(),
 * randombytes_buf() and pthread_*() in all code of the daemon (--wrap), and of
 * pwrite() and rename() in its libraries too.  Threads are fibers of the one
 * real thread: they run when the simulator says so and give up control only
 * where they wait, so that everything follows from the seed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nodes there can be; a number that belongs to none. */
#define MACHINE_NODES  16
#define MACHINE_NOBODY (-1)

/**
 * machine_begin(seed):
 * Set time and chance to the beginning; all disks are whole, no thread lives.
 */
void machine_begin(uint64_t seed);

/**
 * machine_now(), machine_set_now(now):
 * The time that is the same for all, in milliseconds.
 */
int64_t machine_now(void);
void machine_set_now(int64_t now);

/**
 * machine_step_clock(node, ms):
 * The wall clock of one node jumps.
 */
void machine_step_clock(int node, int64_t ms);

/**
 * machine_below(limit), machine_happens(percent):
 * A number by chance, below ${limit} (which is not 0); does it happen?
 */
uint32_t machine_below(uint32_t limit);
bool machine_happens(unsigned percent);

/**
 * machine_enter(node), machine_leave(before):
 * What runs from now on is this node's; returns whose it was before, which
 * machine_leave() takes.
 */
int machine_enter(int node);
void machine_leave(int before);

/**
 * machine_node():
 * Whose code runs; MACHINE_NOBODY if the simulator's own.
 */
int machine_node(void);

/**
 * machine_set_lag(ms):
 * A thread that is woken runs after so long at most, by chance.
 */
void machine_set_lag(unsigned ms);

/**
 * machine_run_threads(), machine_next_thread():
 * Run the threads that are due until they wait; return whether one was.  When
 * the next one is due; INT64_MAX if none.
 */
bool machine_run_threads(void);
int64_t machine_next_thread(void);

/**
 * machine_event(fd, ret_ready):
 * Is this an event descriptor, and if so, has it something to read?
 */
bool machine_event(int fd, bool *ret_ready);

/**
 * machine_kill_after(node, writes), machine_kill(node), machine_revive(node):
 * The disk of a node takes so many more writes, then none: all that comes after
 * fails, as if the process had ended in between.  At once.  A new process.
 */
void machine_kill_after(int node, unsigned writes);
void machine_kill(int node);
void machine_revive(int node);

/**
 * machine_is_dead(node):
 * Has its disk ended?
 */
bool machine_is_dead(int node);

/**
 * machine_set_full(node, full), machine_is_full(node):
 * The disk of a node is full: what would make a file longer, or fill a hole in
 * it, fails with ENOSPC, all else goes on.
 */
void machine_set_full(int node, bool full);
bool machine_is_full(int node);

/**
 * machine_trace(format, ...), machine_set_trace(on), machine_tell():
 * Write a line to the trace, with the time, and to stdout too if ${on}.  Print
 * what the trace holds since machine_begin().
 */
void machine_trace(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
void machine_set_trace(bool on);
void machine_tell(void);

/**
 * machine_complaints(), machine_damage():
 * Lines of the log, since machine_begin(), by which nodes said that something a
 * peer sent was wrong; and by which they said that something stored was.
 */
unsigned machine_complaints(void);
unsigned machine_damage(void);

#endif /* !ERFA_SIM_MACHINE_H */
