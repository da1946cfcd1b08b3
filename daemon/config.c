#include "daemon/config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "proto/text.h"
#include "daemon/keyfile.h"

/* Characters of one message. */
#define MESSAGE_MAX 600

/* Mistakes that are told; a file that has more is no configuration. */
#define ERRORS_MAX 100

/* A name with more mistakes than this is another name. */
#define NEAR_MAX 2

/* No setting has a longer name. */
#define NAME_LEN 32

/* The file whose presence in the state folder makes [test] count. */
#define TEST_MARK "TEST"

/* The folder beside the file whose files are read after it, and how many. */
#define DROPINS     "conf.d"
#define DROPINS_MAX 100

/* The key as systemd hands it over. */
#define CREDENTIAL "node.key"

struct config_errors {
	size_t count;
	char *lines[ERRORS_MAX];
};

/* A line of a file; line 0 is the file as a whole. */
struct spot {
	const char *path; /* NULL: the first file */
	unsigned line;
};

/* Files that are being read. */
struct load {
	const char *top;            /* the first */
	const char *path;           /* the one that is being read */
	char folder[PATH_MAX];      /* of the first, absolute */
	char *dropins[DROPINS_MAX]; /* paths of the others */
	size_t ndropins;
	FILE *file;
	unsigned line;
	bool continued; /* this line goes on with the setting before it */
	const struct config_setting *last; /* NULL: the line before was bad */
	struct config *config;
	struct config_errors *errors;
	struct spot *set_at; /* of each setting; line 0 = not set */
	enum err failed;
};

static void complain(struct load *load, struct spot spot, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* Keep a message. */
static void
complain(struct load *load, struct spot spot, const char *format, ...)
{
	char text[MESSAGE_MAX];
	char where[16] = "";
	char *message;
	va_list args;

	load->failed = load->failed == ERR_NONE ? ERR_SYNTAX : load->failed;
	if (load->errors->count == ERRORS_MAX)
		return;
	va_start(args, format);
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		text[0] = '\0';
	va_end(args);
	if (spot.line > 0)
		(void)snprintf(where, sizeof(where), ":%u", spot.line);
	if (asprintf(&message, "%s%s: %s",
		spot.path != NULL ? spot.path : load->top, where, text) == -1) {
		load->failed = ERR_NOMEM;
		return;
	}
	load->errors->lines[load->errors->count++] = message;
}

/* The line that is being read, and its file as a whole. */
static struct spot
here(const struct load *load)
{
	return (struct spot){ load->path, load->line };
}

static struct spot
all_of(const struct load *load)
{
	return (struct spot){ load->path, 0 };
}

/* Number of the setting of that name, or of config_value_count() if none. */
static size_t
find(const char *section, const char *name)
{
	const struct config_setting *setting;
	size_t i;

	for (i = 0; i < config_value_count(); i++) {
		setting = config_value_at(i);
		if (strcmp(setting->name, name) == 0 &&
		    (section == NULL || strcmp(setting->section, section) == 0))
			break;
	}
	return i;
}

static bool
section_known(const char *section)
{
	size_t i;

	for (i = 0; i < config_value_count(); i++)
		if (strcmp(config_value_at(i)->section, section) == 0)
			return true;
	return false;
}

static size_t
smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Letters to insert, drop or change to make a of b (Levenshtein). */
static size_t
distance(const char *a, const char *b)
{
	size_t row[NAME_LEN + 1];
	size_t len = strlen(b);
	size_t corner;
	size_t above;
	size_t i;
	size_t j;

	if (strlen(a) > NAME_LEN || len > NAME_LEN)
		return SIZE_MAX;
	for (j = 0; j <= len; j++)
		row[j] = j;
	for (i = 1; a[i - 1] != '\0'; i++) {
		corner = row[0];
		row[0] = i;
		for (j = 1; j <= len; j++) {
			above = row[j];
			row[j] = smallest(above + 1, row[j - 1] + 1,
			    corner + (a[i - 1] != b[j - 1]));
			corner = above;
		}
	}
	return row[len];
}

static const char *
nearest(const char *section, const char *name)
{
	const struct config_setting *setting;
	size_t best = NEAR_MAX + 1;
	const char *found = NULL;
	size_t i;

	for (i = 0; i < config_value_count(); i++) {
		setting = config_value_at(i);
		if (strcmp(setting->section, section) != 0 ||
		    distance(name, setting->name) >= best)
			continue;
		best = distance(name, setting->name);
		found = setting->name;
	}
	return found;
}

static void
complain_unknown(struct load *load, const char *section, const char *name)
{
	const char *near = nearest(section, name);
	size_t elsewhere = find(NULL, name);

	if (elsewhere < config_value_count())
		complain(load, here(load),
		    "%s stands in [%s]; it belongs in [%s]", name, section,
		    config_value_at(elsewhere)->section);
	else if (near != NULL)
		complain(load, here(load),
		    "unknown setting \"%s\" in [%s]; did you mean \"%s\"?",
		    name, section, near);
	else
		complain(load, here(load), "unknown setting \"%s\" in [%s]",
		    name, section);
}

/* inih found a value.  What is wrong with it is kept, the rest is read. */
static int
take_value(void *arg, const char *section, const char *name, const char *value)
{
	const struct config_setting *setting;
	struct load *load = arg;
	char why[MESSAGE_MAX];
	enum err err;
	size_t i;

	load->last = NULL;
	if (section[0] == '\0')
		complain(load, here(load),
		    "%s stands before any section; begin with [node]", name);
	if (!section_known(section))
		return 1;
	if ((i = find(section, name)) == config_value_count()) {
		complain_unknown(load, section, name);
		return 1;
	}
	setting = config_value_at(i);
	load->last = setting;
	if (load->set_at[i].path == load->path && !load->continued) {
		complain(load, here(load), "%s is set again; it was in line %u",
		    name, load->set_at[i].line);
		return 1;
	}
	load->set_at[i] = here(load);
	err = config_value_set(setting, load->config, value, why, sizeof(why));
	if (err == ERR_SYNTAX)
		complain(load, here(load), "%s", why);
	else if (err != ERR_NONE)
		load->failed = err;
	return 1;
}

/* Read a line, and say whether all of it is there.  False: the end. */
static bool
read_line(FILE *file, char *line, size_t size, bool *ret_whole)
{
	size_t len = 0;
	bool whole = true;
	int c = getc(file);

	if (c == EOF)
		return false;
	for (; c != EOF && c != '\n'; c = getc(file)) {
		if (c == '\0' || len + sizeof("\r\n") > size)
			whole = false;
		else
			line[len++] = (char)c;
	}
	if (len > 0 && line[len - 1] == '\r')
		len--;
	memcpy(line + len, "\n", 2);
	*ret_whole = whole;
	return true;
}

/* Is what begins with "[" a section that we know? */
static bool
check_section(struct load *load, const char *text)
{
	size_t len = strcspn(text + 1, "]");
	const char *rest = text + 1 + len;
	char name[NAME_LEN + 1];

	if (*rest == ']')
		rest += 1 + strspn(rest + 1, " \t");
	if (text[1 + len] != ']' || strchr("\n;#", *rest) == NULL) {
		complain(load, here(load), "a section is written [name]");
		return false;
	}
	if (len <= NAME_LEN) {
		memcpy(name, text + 1, len);
		name[len] = '\0';
		if (section_known(name))
			return true;
	}
	complain(load, here(load),
	    "unknown section [%.*s]; there are [node], [timers] and [test]",
	    (int)text_cut(text + 1, len), text + 1);
	return true;
}

/*
 * Is this a line that inih reads as we mean it?  It tells of the first bad line
 * only, takes what is indented for more of the value before it, and cuts what
 * is too long.
 */
static bool
check_line(struct load *load, const char *line)
{
	const char *text = line + strspn(line, " \t");

	load->continued = false;
	if (*text == '\n' || *text == '#' || *text == ';')
		return false;
	if (!text_clean(line, strlen(line), true)) {
		complain(load, here(load), "this is no plain UTF-8 text");
		return false;
	}
	if (*text == '[')
		return check_section(load, text);
	if (*text != '=' && strchr(text, '=') != NULL)
		return true;
	if (text > line && load->last != NULL &&
	    load->last->type == CONFIG_KEYS) {
		load->continued = true;
		return true;
	}
	complain(load, here(load), "expected \"name = value\"");
	return false;
}

/* Give inih the next line, without its indent, or an empty one if it is bad. */
static char *
next_line(char *line, int size, void *arg)
{
	static const char mark[] = "\xef\xbb\xbf"; /* byte order mark */
	struct load *load = arg;
	size_t skip = 0;
	bool whole;

	if (!read_line(load->file, line, (size_t)size, &whole))
		return NULL;
	load->line++;
	if (load->line == 1 && strncmp(line, mark, strlen(mark)) == 0)
		memmove(
		    line, line + strlen(mark), strlen(line + strlen(mark)) + 1);
	if (!whole)
		complain(load, here(load),
		    "this line has more than %d bytes, or a zero byte",
		    size - (int)sizeof("\r\n"));
	if (!whole || !check_line(load, line))
		memcpy(line, "\n", 2);
	else if (!load->continued)
		skip = strspn(line, " \t");
	memmove(line, line + skip, strlen(line + skip) + 1);
	return line;
}

/* Fill in what the file does not say. */
static void
set_defaults(struct load *load)
{
	const struct config_setting *setting;
	char why[MESSAGE_MAX];
	enum err err;
	size_t i;

	for (i = 0; i < config_value_count(); i++) {
		setting = config_value_at(i);
		if (load->set_at[i].line != 0)
			continue;
		if (setting->initial == NULL) {
			config_value_allowed(setting, why, sizeof(why));
			complain(load, all_of(load),
			    "%s is missing in [%s]; it takes %s", setting->name,
			    setting->section, why);
			continue;
		}
		err = config_value_set(
		    setting, load->config, setting->initial, why, sizeof(why));
		if (err != ERR_NONE)
			load->failed = err;
	}
}

/* Put a string in place of ${text}, which is made of two or three. */
static void
join(
    struct load *load, char **text, const char *a, const char *b, const char *c)
{
	char *joined;

	if (asprintf(&joined, "%s%s%s", a, b, c) == -1) {
		load->failed = ERR_NOMEM;
		return;
	}
	free(*text);
	*text = joined;
}

static long
port_of(const char *place)
{
	return strtol(strrchr(place, ':') + 1, NULL, 10);
}

/* The feed's place follows from where the node listens. */
static void
derive_pub_listen(struct load *load)
{
	struct config *config = load->config;
	char *host;
	char port[24];
	long number;

	if (config->listen[0] == '\0' || config->pub_listen[0] != '\0')
		return;
	number = port_of(config->listen);
	if (number == UINT16_MAX && config->pub) {
		complain(load, load->set_at[find("node", "listen")],
		    "there is no port above that of listen; set pub_listen");
		return;
	}
	host = strndup(config->listen,
	    (size_t)(strrchr(config->listen, ':') - config->listen));
	if (host == NULL) {
		load->failed = ERR_NOMEM;
		return;
	}
	(void)snprintf(port, sizeof(port), "%ld", number == 0 ? 0 : number + 1);
	join(load, &config->pub_listen, host, ":", port);
	free(host);
}

/* Values that follow from others. */
static void
derive(struct load *load)
{
	const struct config_setting *setting;
	struct config *config = load->config;
	char **text;
	size_t i;

	if (config->name[0] == '\0')
		join(load, &config->name, config->org, "", "");
	if (config->control[0] == '\0')
		join(load, &config->control, config->runtime, "/", "control");
	derive_pub_listen(load);
	for (i = 0; i < config_value_count(); i++) {
		setting = config_value_at(i);
		text = config_value_text(setting, config);
		if (setting->type == CONFIG_PATH && (*text)[0] != '\0' &&
		    (*text)[0] != '/')
			join(load, text, load->folder, "/", *text);
	}
}

/* Say at the line of ${name} that it does not go with the rest. */
static void
complain_at(
    struct load *load, const char *section, const char *name, const char *why)
{
	complain(load, load->set_at[find(section, name)], "%s %s", name, why);
}

static void
check_listening(struct load *load)
{
	const struct config *config = load->config;

	if (config->listen[0] == '\0' && config->advertise[0] != '\0')
		complain_at(load, "node", "advertise",
		    "is set, but listen is not: nobody can reach this node");
	if (config->listen[0] == '\0' && config->pub_listen[0] != '\0')
		complain_at(load, "node", "pub_listen",
		    "is set, but listen is not: nobody can reach this node");
	if (config->advertise[0] != '\0' && port_of(config->advertise) == 0)
		complain_at(load, "node", "advertise",
		    "has port 0; others need the true one");
}

static void
check_timers(struct load *load)
{
	const struct config *config = load->config;

	if (config->reconnect_max_ms < config->reconnect_ms)
		complain_at(load, "timers", "reconnect_max_ms",
		    "is less than reconnect_ms");
	if (config->backoff_max_ms < config->backoff_ms)
		complain_at(load, "timers", "backoff_max_ms",
		    "is less than backoff_ms");
}

/* Settings that make a node fail on purpose need a folder that says so. */
static void
check_test(struct load *load)
{
	char *mark = NULL;
	size_t i;

	if (asprintf(&mark, "%s/" TEST_MARK, load->config->state) == -1) {
		load->failed = ERR_NOMEM;
		return;
	}
	load->config->test = access(mark, F_OK) == 0;
	for (i = 0; i < config_value_count() && !load->config->test; i++)
		if (load->set_at[i].line != 0 &&
		    strcmp(config_value_at(i)->section, "test") == 0)
			complain(load, load->set_at[i],
			    "%s is for tests; [test] counts only where there "
			    "is a file %s",
			    config_value_at(i)->name, mark);
	free(mark);
}

/* Has systemd handed the key over?  Then say where it is. */
static bool
find_credential(char out[PATH_MAX])
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes it */
	const char *folder = getenv("CREDENTIALS_DIRECTORY");

	if (folder == NULL || folder[0] != '/' ||
	    strlen(folder) + sizeof("/" CREDENTIAL) > PATH_MAX)
		return false;
	(void)snprintf(out, PATH_MAX, "%s/" CREDENTIAL, folder);
	return access(out, F_OK) == 0;
}

static void
check_files(struct load *load)
{
	const struct config *config = load->config;
	char credential[PATH_MAX];
	struct sockaddr_un address;
	struct stat info;

	if (strlen(config->control) >= sizeof(address.sun_path))
		complain_at(load, "node", "control",
		    "is too long for a socket's path (107 bytes)");
	if (!find_credential(credential) && stat(config->key, &info) == 0 &&
	    (info.st_mode & 077) != 0)
		complain(load, load->set_at[find("node", "key")],
		    "others can use the key in %s; run: chmod 600 %s",
		    config->key, config->key);
}

/* The folder of the file, from the root, however it was named. */
static enum err
find_folder(const char *path, char out[PATH_MAX])
{
	char copy[PATH_MAX];
	char *slash;

	if (strlen(path) >= sizeof(copy))
		return ERR_SIZE;
	memcpy(copy, path, strlen(path) + 1);
	if ((slash = strrchr(copy, '/')) == NULL)
		memcpy(copy, ".", 2);
	else if (slash == copy)
		copy[1] = '\0';
	else
		*slash = '\0';
	if (realpath(copy, out) == NULL)
		return ERR_NOENT;
	return ERR_NONE;
}

/* Open a file; a failure is told. */
static enum err
open_file(struct load *load, const char *path)
{
	load->path = path;
	load->line = 0;
	load->last = NULL;
	load->file = fopen(path, "re");
	if (load->file == NULL && errno == ENOENT) {
		complain(
		    load, all_of(load), "is not there; `erfa init` makes one");
		return ERR_NOENT;
	}
	if (load->file == NULL && errno == EACCES) {
		complain(load, all_of(load), "cannot be read by this user");
		return ERR_DENIED;
	}
	if (load->file == NULL) {
		complain(load, all_of(load), "cannot be opened");
		return ERR_IO;
	}
	return ERR_NONE;
}

/* Read a file; what is wrong with it stands in load->errors afterwards. */
static enum err
read_file(struct load *load, const char *path)
{
	enum err err;
	int rc;

	if ((err = open_file(load, path)) != ERR_NONE)
		return err;
	rc = ini_parse_stream(next_line, load, take_value, load);
	if (ferror(load->file)) {
		complain(load, all_of(load), "cannot be read");
		err = ERR_IO;
	} else if (rc > 0) {
		complain(load, (struct spot){ load->path, (unsigned)rc },
		    "expected \"name = value\"");
	}
	(void)fclose(load->file);
	load->file = NULL;
	return err;
}

static int
is_dropin(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > strlen(".conf") &&
	    strcmp(entry->d_name + len - strlen(".conf"), ".conf") == 0;
}

/* The same order everywhere, whatever the locale says. */
static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Find the files that are read after the first, in the order of their names. */
static void
find_dropins(struct load *load)
{
	struct dirent **entries = NULL;
	char *path = NULL;
	int count;
	int i;

	if (asprintf(&path, "%s/" DROPINS, load->folder) == -1) {
		load->failed = ERR_NOMEM;
		return;
	}
	if ((count = scandir(path, &entries, is_dropin, by_bytes)) < 0 &&
	    errno != ENOENT)
		complain(load, (struct spot){ path, 0 },
		    "this folder cannot be read");
	if (count > DROPINS_MAX)
		complain(load, (struct spot){ path, 0 },
		    "there are more than %d files", DROPINS_MAX);
	for (i = 0; i < count; i++) {
		if (load->ndropins < DROPINS_MAX &&
		    asprintf(&load->dropins[load->ndropins], "%s/%s", path,
			entries[i]->d_name) >= 0)
			load->ndropins++;
		free(entries[i]);
	}
	free(entries);
	free(path);
}

/* Read it all, and check it as a whole. */
static enum err
read_all(struct load *load)
{
	enum err err;
	size_t i;

	if ((err = read_file(load, load->top)) != ERR_NONE)
		return err;
	if ((err = find_folder(load->top, load->folder)) != ERR_NONE) {
		complain(load, all_of(load), "its folder cannot be found");
		return err;
	}
	find_dropins(load);
	for (i = 0; i < load->ndropins; i++)
		if ((err = read_file(load, load->dropins[i])) != ERR_NONE)
			load->failed = err;
	load->path = load->top;
	set_defaults(load);

	/* Further checks make sense of sound values only. */
	if (load->failed == ERR_NONE) {
		check_listening(load);
		derive(load);
	}
	if (load->failed == ERR_NONE) {
		check_timers(load);
		check_test(load);
		check_files(load);
	}
	return load->failed;
}

/* Say of each setting where it was set, as people name the file. */
static enum err
keep_sources(struct load *load)
{
	const struct spot *spot;
	const char *name;
	size_t i;

	load->config->from = calloc(
	    config_value_count(), sizeof(*load->config->from));
	if (load->config->from == NULL ||
	    (load->config->path = strdup(load->top)) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < config_value_count(); i++) {
		spot = &load->set_at[i];
		if (spot->line == 0)
			continue;
		name = strrchr(spot->path, '/');
		name = name == NULL ? spot->path : name + 1;
		if (asprintf(&load->config->from[i], "%s%s:%u",
			spot->path == load->top ? "" : DROPINS "/", name,
			spot->line) == -1) {
			load->config->from[i] = NULL;
			return ERR_NOMEM;
		}
	}
	return ERR_NONE;
}

static void
free_load(struct load *load)
{
	size_t i;

	if (load->file != NULL)
		(void)fclose(load->file);
	for (i = 0; i < load->ndropins; i++)
		free(load->dropins[i]);
	config_errors_free(load->errors);
	config_free(load->config);
	free(load->set_at);
}

enum err
config_load(const char *path, struct config **ret_config,
    struct config_errors **ret_errors)
{
	struct load load = { .top = path };
	enum err err = ERR_NOMEM;

	*ret_errors = NULL;
	load.config = calloc(1, sizeof(*load.config));
	load.errors = calloc(1, sizeof(*load.errors));
	load.set_at = calloc(config_value_count(), sizeof(*load.set_at));
	if (load.config == NULL || load.errors == NULL || load.set_at == NULL)
		goto out;
	if ((err = read_all(&load)) != ERR_NONE)
		goto out;
	if ((err = keep_sources(&load)) != ERR_NONE)
		goto out;
	*ret_config = load.config;
	load.config = NULL;
out:
	if (err != ERR_NONE && err != ERR_NOMEM) {
		*ret_errors = load.errors;
		load.errors = NULL;
	}
	free_load(&load);
	return err;
}

enum err
config_follow(
    const struct config *running, struct config *fresh, bool **ret_held)
{
	bool *held = calloc(config_value_count(), sizeof(*held));
	const struct config_setting *setting;
	enum err err = ERR_NONE;
	size_t i;

	if (held == NULL)
		return ERR_NOMEM;
	for (i = 0; i < config_value_count() && err == ERR_NONE; i++) {
		setting = config_value_at(i);
		if (setting->reloadable)
			continue;
		if ((err = config_differ(running, fresh, i, &held[i])) ==
			ERR_NONE &&
		    held[i])
			err = config_value_copy(setting, running, fresh);
	}
	if (err != ERR_NONE) {
		free(held);
		return err;
	}
	*ret_held = held;
	return ERR_NONE;
}

enum err
config_differ(
    const struct config *a, const struct config *b, size_t i, bool *ret_differ)
{
	char *text[2] = { NULL, NULL };
	enum err err;

	if ((err = config_value_say(config_value_at(i), a, &text[0])) ==
		ERR_NONE &&
	    (err = config_value_say(config_value_at(i), b, &text[1])) ==
		ERR_NONE)
		*ret_differ = strcmp(text[0], text[1]) != 0;
	free(text[0]);
	free(text[1]);
	return err;
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	config_value_clear(config);
	free(config);
}

void
config_errors_print(const struct config_errors *errors, FILE *out)
{
	size_t i;

	if (errors == NULL)
		return;
	for (i = 0; i < errors->count; i++)
		(void)fprintf(out, "%s\n", errors->lines[i]);
	(void)fprintf(out, "%zu error%s%s. Nothing was started or changed.\n",
	    errors->count, errors->count == 1 ? "" : "s",
	    errors->count == ERRORS_MAX ? " or more" : "");
}

size_t
config_errors_count(const struct config_errors *errors)
{
	return errors == NULL ? 0 : errors->count;
}

const char *
config_errors_at(const struct config_errors *errors, size_t i)
{
	return errors->lines[i];
}

void
config_errors_free(struct config_errors *errors)
{
	size_t i;

	if (errors == NULL)
		return;
	for (i = 0; i < errors->count; i++)
		free(errors->lines[i]);
	free(errors);
}

/* Begin a section when the row is the first of it. */
static void
print_section(size_t i, FILE *out)
{
	const char *section = config_value_at(i)->section;

	if (i > 0 && strcmp(config_value_at(i - 1)->section, section) == 0)
		return;
	(void)fprintf(out, "%s[%s]\n", i > 0 ? "\n" : "", section);
}

void
config_print(const struct config *config, FILE *out)
{
	const struct config_setting *setting;
	size_t i;

	for (i = 0; i < config_value_count(); i++) {
		setting = config_value_at(i);
		if (strcmp(setting->section, "test") == 0 && !config->test)
			continue;
		print_section(i, out);
		config_value_print(setting, config, out);
	}
}

/* Write words behind "#", in lines of at most 76 columns. */
static void
print_comment(const char *text, bool reloadable, FILE *out)
{
	size_t column = 0;
	size_t len;

	while (*text != '\0') {
		text += strspn(text, " ");
		len = strcspn(text, " ");
		if (column == 0 || column + 1 + len > 76) {
			(void)fprintf(out, "%s#", column == 0 ? "" : "\n");
			column = 1;
		}
		(void)fprintf(out, " %.*s", (int)len, text);
		column += 1 + len;
		text += len;
	}
	if (reloadable)
		(void)fputs(column + sizeof("(reload)") > 76 ? "\n# (reload)" :
							       " (reload)",
		    out);
	(void)fputc('\n', out);
}

void
config_sample(FILE *out)
{
	const struct config_setting *setting;
	size_t i;

	(void)fputs(
	    "# The settings of erfad, each with its default.  Remove the # "
	    "before a name to\n"
	    "# change it.  The files conf.d/*.conf in this folder are read "
	    "after this one, in\n"
	    "# the order of their names, and go before it.  erfad reads "
	    "them when it starts;\n"
	    "# what is marked with (reload) also with \"erfa reload\".  "
	    "\"erfad --check-config\"\n"
	    "# looks for mistakes, \"erfa config\" shows what is in force, "
	    "and from where.\n\n",
	    out);
	for (i = 0; i < config_value_count(); i++) {
		setting = config_value_at(i);
		print_section(i, out);
		if (i > 0 && strcmp(setting->section, "test") == 0 &&
		    strcmp(config_value_at(i - 1)->section, "test") != 0)
			print_comment("For tests: counts only if the state "
				      "folder holds a file named TEST.",
			    false, out);
		(void)fputc('\n', out);
		print_comment(setting->help, setting->reloadable, out);
		(void)fprintf(out, "#%s =%s%s\n", setting->name,
		    setting->initial == NULL || setting->initial[0] != '\0' ?
			" " :
			"",
		    setting->initial != NULL ? setting->initial : "dk-791");
	}
}

enum err
config_read_key(const struct config *config, uint8_t ret_seed[SEED_LEN])
{
	char credential[PATH_MAX];

	/* What the group of a credential may do is what its list of users
	 * says, and that is written by systemd. */
	return find_credential(credential) ?
	    keyfile_read(credential, 07, ret_seed) :
	    keyfile_read(config->key, 077, ret_seed);
}
