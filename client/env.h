#ifndef ERFA_ENV_H
#define ERFA_ENV_H

/*
 * env - the environment variables that erfa looks at.
 */

/**
 * env_get(name):
 * The value of the variable ${name}; NULL if it is not set or empty.  It lives
 * as long as the program, since nothing here ever sets one.
 */
const char *env_get(const char *name);

#endif /* !ERFA_ENV_H */
