#include "client/export_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/print.h"
#include "client/run.h"
#include "client/settle.h"

#define MODE     0644
#define FORM_MAX 32  /* bytes of a form, the NUL counted */
#define MARK_MAX 128 /* bytes of an epoch or a cursor, the NUL counted */
#define AT_MAX   512 /* bytes of FILE.at */
#define AT_HEAD  "erfa export 1"

struct export_file {
	struct run *run;
	struct print *before; /* that run->out was */
	struct print *print;  /* to the file */
	FILE *file;
	const char *form; /* NULL: it is written anew */
	bool ended;
	char path[RUN_PATH_MAX];
	char temporary[RUN_PATH_MAX]; /* FILE.new, or FILE.at.new */
	char at[RUN_PATH_MAX];        /* FILE.at */
	char epoch[MARK_MAX];         /* empty: nothing is kept yet */
	char cursor[MARK_MAX];
	long long length;
};

/* ---- what can go wrong ---- */

static int
not_written(const struct export_file *file)
{
	return fault_say(&file->run->faults, EXIT_CANTCREAT, "not_written",
	    "Is the disk full?", "%s could not be written", file->path);
}

static int
refuse(const struct export_file *file, const char *what)
{
	return fault_say(&file->run->faults, EXIT_DATA, "cannot_resume",
	    "Choose another name, or remove the file and the one with .at at "
	    "its end.",
	    "cannot go on with %s: %s", file->path, speech(what));
}

static int
name_files(struct export_file *file, const char *path)
{
	const char *between = file->form == NULL ? ".new" : ".at.new";

	if (strlen(path) + sizeof(".at.new") > RUN_PATH_MAX)
		return fault_say(&file->run->faults, EXIT_USAGE, "long_path",
		    "Choose a shorter one.", "the path is too long");
	(void)snprintf(file->path, RUN_PATH_MAX, "%s", path);
	(void)snprintf(file->at, RUN_PATH_MAX, "%s.at", path);
	(void)snprintf(file->temporary, RUN_PATH_MAX, "%s%s", path, between);
	return EXIT_DONE;
}

/* ---- FILE.at ---- */

/* Read what the last run kept; ${text} ends with a NUL. */
static bool
read_mark(struct export_file *file, const char *text, char form[FORM_MAX])
{
	int end = -1;

	return sscanf(text,
		   AT_HEAD "\nform %31[a-z -]\nepoch %127[0-9a-f]\n"
			   "cursor %127[0-9a-f]\nlength %18lld\n%n",
		   form, file->epoch, file->cursor, &file->length, &end) == 4 &&
	    end >= 0 && text[end] == '\0' && file->length >= 0;
}

/* Open what the last run left; the length of the file is ${now}. */
static int
load_mark(struct export_file *file, long long now)
{
	char text[AT_MAX] = "";
	char form[FORM_MAX] = "";
	FILE *at = fopen(file->at, "re");
	size_t len;

	if (at == NULL && errno != ENOENT)
		return refuse(file, N_("the file with .at cannot be read"));
	if (at == NULL)
		return now == 0 ?
		    EXIT_DONE :
		    refuse(file, N_("no file with .at says how it began"));
	len = fread(text, 1, sizeof(text) - 1, at);
	(void)fclose(at);
	text[len] = '\0';
	if (!read_mark(file, text, form))
		return refuse(file, N_("the file with .at is damaged"));
	if (strcmp(form, file->form) != 0)
		return refuse(file, N_("it was begun with other options"));
	if (now < file->length)
		return refuse(file, N_("it is shorter than it was"));
	return EXIT_DONE;
}

static bool
write_all(int fd, const char *text)
{
	size_t len = strlen(text);
	ssize_t done;

	while (len > 0) {
		done = write(fd, text, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		text += done;
		len -= (size_t)done;
	}
	return true;
}

/* Put the mark into its place, after what it speaks of. */
static bool
save_mark(const struct export_file *file)
{
	char text[AT_MAX];
	bool good;
	int fd;

	(void)snprintf(text, sizeof(text),
	    AT_HEAD "\nform %s\nepoch %s\ncursor %s\nlength %lld\n", file->form,
	    file->epoch, file->cursor, file->length);
	fd = open(
	    file->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, MODE);
	if (fd < 0)
		return false;
	good = write_all(fd, text) && fsync(fd) == 0;
	good = close(fd) == 0 && good;
	return good && rename(file->temporary, file->at) == 0;
}

/* ---- the file ---- */

/* Take the file for this run alone, and cut off what was not kept. */
static int
prepare(struct export_file *file, int fd)
{
	struct stat stat;
	int status;

	if (fstat(fd, &stat) != 0)
		return not_written(file);
	if (!S_ISREG(stat.st_mode))
		return fault_say(&file->run->faults, EXIT_CANTCREAT, "no_file",
		    NULL, "%s is no ordinary file", file->path);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return fault_say(&file->run->faults, EXIT_TEMPFAIL, "in_use",
		    "Wait until it has ended.", "another export is writing %s",
		    file->path);
	if (file->form != NULL &&
	    (status = load_mark(file, (long long)stat.st_size)) != EXIT_DONE)
		return status;
	if (ftruncate(fd, (off_t)file->length) != 0 ||
	    lseek(fd, (off_t)file->length, SEEK_SET) < 0)
		return not_written(file);
	return EXIT_DONE;
}

static int
open_target(struct export_file *file)
{
	const struct print_options options = { .utf8 = true };
	const char *path = file->form == NULL ? file->temporary : file->path;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, MODE);
	int status;

	if (fd < 0)
		return fault_say(&file->run->faults, EXIT_CANTCREAT,
		    "not_writable", "Name a file in a folder that is yours.",
		    "%s cannot be written", file->path);
	if ((status = prepare(file, fd)) == EXIT_DONE &&
	    (file->file = fdopen(fd, "r+")) == NULL)
		status = run_nomem(file->run);
	if (status != EXIT_DONE) {
		(void)close(fd);
		return status;
	}
	if (print_new(file->file, &options, &file->print) != ERR_NONE)
		return run_nomem(file->run);
	file->run->out = file->print;
	return EXIT_DONE;
}

int
export_file_open(struct run *run, const char *path, const char *form,
    struct export_file **ret_file)
{
	struct export_file *file = calloc(1, sizeof(*file));
	int status;

	if (file == NULL)
		return run_nomem(run);
	file->run = run;
	file->before = run->out;
	file->form = form;
	if ((status = name_files(file, path)) == EXIT_DONE)
		status = open_target(file);
	if (status == EXIT_DONE)
		*ret_file = file;
	else
		export_file_free(file);
	return status;
}

const char *
export_file_cursor(const struct export_file *file)
{
	return file->cursor[0] == '\0' ? NULL : file->cursor;
}

const char *
export_file_epoch(const struct export_file *file)
{
	return file->epoch[0] == '\0' ? NULL : file->epoch;
}

int
export_file_keep(
    struct export_file *file, const char *epoch, const char *cursor)
{
	if (epoch == NULL || cursor == NULL || strlen(epoch) >= MARK_MAX ||
	    strlen(cursor) >= MARK_MAX)
		return fault_say(&file->run->faults, EXIT_PROTOCOL,
		    "bad_answer", "Restart erfad, of the same version as erfa.",
		    "erfad does not say where the export ended");
	if (print_finish(file->print) != ERR_NONE ||
	    fdatasync(fileno(file->file)) != 0 ||
	    (file->length = (long long)ftello(file->file)) < 0)
		return not_written(file);
	(void)snprintf(file->epoch, MARK_MAX, "%s", epoch);
	(void)snprintf(file->cursor, MARK_MAX, "%s", cursor);
	return save_mark(file) ? EXIT_DONE : not_written(file);
}

int
export_file_end(struct export_file *file)
{
	if (file->form != NULL)
		return EXIT_DONE;
	if (print_finish(file->print) != ERR_NONE ||
	    fsync(fileno(file->file)) != 0 ||
	    rename(file->temporary, file->path) != 0)
		return not_written(file);
	file->ended = true;

	/* That the new name is there should reach the disk, too. */
	(void)!settle_around(file->path);
	return EXIT_DONE;
}

/* Close the file without what was neither kept nor ended. */
static void
drop_rest(struct export_file *file)
{
	if (file->form == NULL && !file->ended)
		(void)unlink(file->temporary);
	/* What cannot be cut off now is cut off by the next run. */
	if (file->form != NULL && fflush(file->file) == 0)
		(void)!ftruncate(fileno(file->file), (off_t)file->length);
	(void)fclose(file->file);
}

void
export_file_free(struct export_file *file)
{
	if (file == NULL)
		return;
	file->run->out = file->before;
	print_free(file->print);
	if (file->file != NULL)
		drop_rest(file);
	free(file);
}
