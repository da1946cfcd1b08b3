#ifndef ERFA_SCRATCH_H
#define ERFA_SCRATCH_H

/*
 * scratch - a temporary directory for one test, made in setup and removed in
 * teardown with everything that the test left in it.
 */

/**
 * scratch_make(void):
 * Make an empty directory below $TMPDIR (/tmp if that is not set) and return
 * its path, NULL on failure.  End it with scratch_remove().
 */
char *scratch_make(void);

/**
 * scratch_path(dir, name):
 * Return "${dir}/${name}", which the caller frees; NULL if memory is short.
 */
char *scratch_path(const char *dir, const char *name);

/**
 * scratch_remove(dir):
 * Remove ${dir} and all below it, follow no link, and free ${dir}.  NULL is
 * allowed.
 */
void scratch_remove(char *dir);

#endif /* !ERFA_SCRATCH_H */
