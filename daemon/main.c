/*
 * erfad - the node of one organisation: options, configuration, run, exit
 * status.  It does not fork; systemd does.
 */

#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/crypto.h"
#include "daemon/config.h"
#include "daemon/dictionary_make.h"
#include "daemon/event.h"
#include "daemon/logger.h"
#include "daemon/node.h"
#include "daemon/node_migrate.h"
#include "daemon/notify.h"
#include "daemon/sock.h"

/* Exit codes, those of sysexits.h that systemd and erfa use too. */
#define EXIT_USAGE    64
#define EXIT_SOFTWARE 70
#define EXIT_TEMPFAIL 75
#define EXIT_CONFIG   78

#define FILES 16384 /* descriptors, as in systemd/erfad.service */

#define EXIT_AGAIN 1000 /* never left with: begin anew */

#define DEFAULT_LISTS "/usr/share/dictd"

#define DEFAULT_CONFIG ERFA_SYSCONFDIR "/erfa/erfad.conf"

struct options {
	const char *config;
	int ready_fd;
	bool check;
	bool print;
	bool sample;
	bool migrate;
	bool dry_run;
	bool dictionary;
	const char *lists; /* folder of word lists */
	const char
	    *words_file; /* NULL: as the settings say, if there are any */
};

static void
usage(FILE *out)
{
	(void)fprintf(out,
	    "usage: erfad [--config FILE] [--check-config | --print-config]\n"
	    "       erfad [--config FILE] --migrate [--dry-run]\n"
	    "       erfad [--config FILE] --dictionary [FOLDER [FILE]]\n"
	    "\n"
	    "  --config FILE    settings (default %s)\n"
	    "  --check-config   check the settings and end: 0, or 78\n"
	    "  --print-config   print the settings in force and end\n"
	    "  --sample-config  print every setting with its default\n"
	    "  --migrate        bring a store of an earlier erfad to the format "
	    "of this\n"
	    "                   one and end; erfad does so when it starts\n"
	    "  --dry-run        with --migrate: try it, and change nothing\n"
	    "  --dictionary     make the dictionary of the word lists in FOLDER\n"
	    "                   (default %s) and end\n"
	    "  --ready-fd N     write READY to descriptor N once it serves\n"
	    "  --version, --help\n",
	    DEFAULT_CONFIG, DEFAULT_LISTS);
}

/* The number of a descriptor, or -1. */
static int
read_fd(const char *text)
{
	char *end;
	long fd = strtol(text, &end, 10);

	return end == text || *end != '\0' || fd < 0 || fd > INT_MAX ? -1 :
								       (int)fd;
}

/* Take one option; return an exit status, or -1 to go on. */
static int
take_option(int letter, struct options *options)
{
	switch (letter) {
	case 'c':
		options->config = optarg;
		return -1;
	case 'n':
		options->check = true;
		return -1;
	case 'p':
		options->print = true;
		return -1;
	case 's':
		options->sample = true;
		return -1;
	case 'm':
		options->migrate = true;
		return -1;
	case 'd':
		options->dry_run = true;
		return -1;
	case 'w':
		options->dictionary = true;
		return -1;
	case 'r':
		options->ready_fd = read_fd(optarg);
		if (options->ready_fd >= 0)
			return -1;
		(void)fprintf(stderr,
		    "erfad: --ready-fd: \"%s\" is no descriptor\n", optarg);
		return EXIT_USAGE;
	case 'V':
		(void)printf("erfad %s\n", ERFA_VERSION);
		return EXIT_SUCCESS;
	case 'h':
		usage(stdout);
		return EXIT_SUCCESS;
	default:
		usage(stderr);
		return EXIT_USAGE;
	}
}

/* Read the options; return an exit status, or -1 to go on. */
static int
read_options(int argc, char *argv[], struct options *options)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check-config", no_argument, NULL, 'n' },
		{ "print-config", no_argument, NULL, 'p' },
		{ "sample-config", no_argument, NULL, 's' },
		{ "ready-fd", required_argument, NULL, 'r' },
		{ "migrate", no_argument, NULL, 'm' },
		{ "dry-run", no_argument, NULL, 'd' },
		{ "dictionary", no_argument, NULL, 'w' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int letter;
	int status = -1;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
	while (status < 0 &&
	    (letter = getopt_long(argc, argv, "c:nh", longs, NULL)) != -1)
		status = take_option(letter, options);
	if (status >= 0)
		return status;
	if (options->dry_run && !options->migrate) {
		(void)fprintf(stderr, "erfad: --dry-run goes with --migrate\n");
		return EXIT_USAGE;
	}
	if (options->dictionary && optind < argc)
		options->lists = argv[optind++];
	if (options->dictionary && optind < argc)
		options->words_file = argv[optind++];
	if (optind == argc)
		return -1;
	(void)fprintf(
	    stderr, "erfad: unexpected argument \"%s\"\n", argv[optind]);
	return EXIT_USAGE;
}

/* Secrets must reach neither core files nor other processes. */
static void
harden(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)umask(0077);
}

/*
 * A member that dials in takes two descriptors, and shells give 1,024: take as
 * many as the unit gives, if that is allowed.
 */
static void
take_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= FILES)
		return;
	files.rlim_cur = files.rlim_max < FILES ? files.rlim_max : FILES;
	(void)setrlimit(RLIMIT_NOFILE, &files);
}

/* Signals that ask us to stop, or to read the settings again, arrive as reads of
 * a descriptor. */
static int
open_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)signal(SIGPIPE, SIG_IGN);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The exit status that says who must act. */
static int
status_of(enum err err)
{
	switch (err) {
	case ERR_NONE:
		return EXIT_SUCCESS;
	case ERR_BUSY:
	case ERR_FULL:
	case ERR_IO:
	case ERR_NOMEM:
		return EXIT_TEMPFAIL;
	case ERR_SIZE:
	case ERR_NOENT:
	case ERR_EXIST:
	case ERR_GAP:
	case ERR_SYNTAX:
	case ERR_DEPTH:
	case ERR_LIMIT:
	case ERR_SIG:
	case ERR_CHAIN:
	case ERR_BOUNDARY:
	case ERR_COMMIT:
	case ERR_FORK:
	case ERR_ERASED:
	case ERR_DENIED:
	case ERR_VERSION:
	case ERR_DAMAGED:
		return EXIT_CONFIG;
	}
	return EXIT_SOFTWARE;
}

/* Open, serve, close. */
static int
run(const struct config *config, int ready_fd)
{
	struct node *node = NULL;
	bool again = false;
	int stop_fd;
	enum err err;

	if ((stop_fd = open_signals()) < 0)
		return EXIT_SOFTWARE;
	if ((err = crypto_init()) != ERR_NONE ||
	    (err = sock_global_init()) != ERR_NONE) {
		event_say(
		    EVENT_BEGIN_FAILED, NULL, "cannot begin: %s", err_str(err));
		return status_of(err);
	}
	if ((err = node_open(config, &node)) == ERR_NONE) {
		event_say(EVENT_STARTED, NULL,
		    "erfad %s serves (org=%s listen=%s)", ERFA_VERSION,
		    config->org, node_endpoint(node));
		notify_ready(config->org);
		if (notify_ready_fd(ready_fd) != ERR_NONE)
			logger_warning("main", "nobody reads --ready-fd");
		err = node_run(node, stop_fd);
		again = node_restarts(node);
		if (!again)
			notify_stopping();
	}
	if (node == NULL)
		event_say(
		    EVENT_BEGIN_FAILED, NULL, "cannot serve: %s", err_str(err));
	node_close(node);
	if (err == ERR_NONE && !again)
		event_say(EVENT_STOPPED, NULL, "erfad has ended");
	sock_global_end();
	(void)close(stop_fd);
	return again ? EXIT_AGAIN : status_of(err);
}

/* Only bring the store to the format of this erfad. */
static int
migrate(const struct config *config, bool dry_run)
{
	enum err err;

	if ((err = crypto_init()) != ERR_NONE)
		return status_of(err);
	return status_of(node_migrate(config, dry_run, stdout));
}

/* Say why there is no dictionary. */
static void
say_no_dictionary(const struct options *options, const char *path, enum err err,
    const struct dictionary_made *made)
{
	if (err == ERR_NOENT && made->bad > 0)
		(void)fprintf(stderr,
		    "erfad: no word list in %s can be read; install them "
		    "again\n",
		    options->lists);
	else if (err == ERR_NOENT)
		(void)fprintf(stderr,
		    "erfad: there is no word list in %s; install some, such as "
		    "dict-freedict-swe-fin, or say where they are\n",
		    options->lists);
	else
		(void)fprintf(stderr, "erfad: %s cannot be made: %s\n", path,
		    err_str(err));
}

/* Make the dictionary at ${path}. */
static int
make_dictionary(const struct options *options, const char *path)
{
	struct dictionary_made made = { 0 };
	enum err err;

	err = dictionary_make(options->lists, path, &made);
	if (err != ERR_NONE) {
		say_no_dictionary(options, path, err, &made);
		return status_of(err);
	}
	(void)printf("%s: %zu words, %zu translations, %zu bytes, of %zu word "
		     "lists\n",
	    path, made.words, made.links, made.bytes, made.lists);
	if (made.bad > 0)
		(void)fprintf(stderr,
		    "erfad: left out, since they cannot be read: %zu word "
		    "lists in %s\n",
		    made.bad, options->lists);
	return EXIT_SUCCESS;
}

/* Make the dictionary where it is looked for: settings are not needed for it. */
static int
dictionary(const struct options *options)
{
	struct config_errors *errors = NULL;
	struct config *config = NULL;
	const char *path = options->words_file;
	int status;

	if (path == NULL &&
	    config_load(options->config, &config, &errors) == ERR_NONE &&
	    config->dictionary[0] != '\0')
		path = config->dictionary;
	status = make_dictionary(
	    options, path != NULL ? path : CONFIG_DICTIONARY);
	config_errors_free(errors);
	config_free(config);
	return status;
}

/* With good settings: what was asked for. */
static int
go(const struct options *options, const struct config *config)
{
	if (options->check)
		return EXIT_SUCCESS;
	if (options->migrate)
		return migrate(config, options->dry_run);
	if (!options->print)
		return run(config, options->ready_fd);
	config_print(config, stdout);
	return EXIT_SUCCESS;
}

/*
 * Begin anew, as the same process, so that nothing of the old key remains.  Of
 * the options only the settings hold: the descriptor of --ready-fd was told and
 * closed, and its number may be another file's by now.
 */
static int
begin_anew(const char *name, const char *config)
{
	const char *const argv[] = { name, "--config", config, NULL };

	(void)execv("/proc/self/exe", (char *const *)(uintptr_t)argv);
	logger_err("main", "cannot begin anew; whoever starts erfad must");
	return EXIT_TEMPFAIL;
}

int
main(int argc, char *argv[])
{
	struct options options = {
		.config = DEFAULT_CONFIG,
		.ready_fd = -1,
		.lists = DEFAULT_LISTS,
	};
	struct config_errors *errors = NULL;
	struct config *config = NULL;
	int status;
	enum err err;

	if ((status = read_options(argc, argv, &options)) >= 0)
		return status;
	if (options.sample) {
		config_sample(stdout);
		return EXIT_SUCCESS;
	}
	if (options.dictionary)
		return dictionary(&options);
	harden();
	take_files();
	logger_init(LOGGER_INFO);
	err = config_load(options.config, &config, &errors);
	config_errors_print(errors, stderr);
	config_errors_free(errors);
	status = err != ERR_NONE ? EXIT_CONFIG : go(&options, config);
	config_free(config);
	return status == EXIT_AGAIN ? begin_anew(argv[0], options.config) :
				      status;
}
