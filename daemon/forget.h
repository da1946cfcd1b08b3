#ifndef ERFAD_FORGET_H
#define ERFAD_FORGET_H

/*
 * forget - what erfad no longer needs does not stay in its memory.
 *
 * With this module a program has another free() and realloc(), for all its
 * libraries as well: memory is overwritten before it is given back, so that no
 * text that was erased can be found in what is free.  Nothing is to be called for
 * that.  Under a sanitizer, which keeps memory by itself, free() is as usual.
 *
 * What is in use, and the stacks of threads, are left to those who use them.
 */

/**
 * forget_stack():
 * Overwrite what earlier calls of this thread left on its stack, up to 64 KiB
 * below the caller.
 */
void forget_stack(void);

#endif /* !ERFAD_FORGET_H */
