#ifndef ERFA_SIM_FILES_H
#define ERFA_SIM_FILES_H

/*
 * files - the files of simulated nodes are copied and removed, by nobody: no node
 * writes meanwhile.
 */

/* Characters of a path, at most. */
#define FILES_PATH 160

/**
 * files_copy(from, to):
 * Copy a file; holes stay holes.  What ${to} names keeps its inode.
 */
void files_copy(const char *from, const char *to);

/**
 * files_copy_all(from, to):
 * Copy the files of one directory to another, but for hidden ones and locks.
 */
void files_copy_all(const char *from, const char *to);

/**
 * files_empty(dir), files_remove(dir):
 * Remove what is in a directory, but for hidden files; and itself.
 */
void files_empty(const char *dir);
void files_remove(const char *dir);

#endif /* !ERFA_SIM_FILES_H */
