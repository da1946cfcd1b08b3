#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "proto/header.h"
#include "proto/invite.h"
#include "proto/report.pb-c.h"
#include "proto/text.h"
#include "client/cmd.h"
#include "client/print.h"
#include "client/run.h"
#include "client/service.h"
#include "client/towns.h"

#define PATH_BYTES   1024
#define NAME_MAX_LEN 120 /* bytes of a name */
#define DIR_MAX      90  /* bytes of --dir, so that a socket fits below it */
#define KEY_MODE     0600
#define CONFIG_MODE  0644
#define FOLDER_MODE  0755
#define STATE_MODE   0700

/* Where everything goes. */
struct place {
	char folder[PATH_BYTES]; /* of configuration and key */
	char config[PATH_BYTES];
	char key[PATH_BYTES];
	char state[PATH_BYTES];
	char runtime[PATH_BYTES];
	char socket[PATH_BYTES];
};

/* What was asked for. */
struct init {
	struct place place;
	const char *org;
	const char *name;
	const char *listen;
	bool key_made; /* to be taken away again if the rest fails */
	char key_hex[2 * KEY_LEN + 1];
	char check_number[INVITE_CHECK_LEN + 1];
};

static bool
join(char out[PATH_BYTES], const char *folder, const char *name)
{
	int len = snprintf(out, PATH_BYTES, "%s%s", folder, name);

	return len > 0 && len < PATH_BYTES;
}

/* The usual places, or all below ${dir}. */
static bool
choose_places(struct place *place, const char *dir)
{
	if (dir == NULL)
		return join(place->folder, ERFA_SYSCONFDIR, "/erfa") &&
		    join(place->config, place->folder, "/erfad.conf") &&
		    join(place->key, place->folder, "/node.key") &&
		    join(place->state, "/var/lib/erfa", "") &&
		    join(place->runtime, "/run/erfa", "") &&
		    join(place->socket, place->runtime, "/control");
	return join(place->folder, dir, "") &&
	    join(place->config, dir, "/erfad.conf") &&
	    join(place->key, dir, "/node.key") &&
	    join(place->state, dir, "/state") &&
	    join(place->runtime, dir, "/run") &&
	    join(place->socket, dir, "/run/control");
}

/* --dir as erfad will see it from anywhere. */
static int
absolute(struct run *run, const char *dir, char out[PATH_BYTES])
{
	char here[PATH_BYTES];
	int len;

	if (*dir == '/')
		len = snprintf(out, PATH_BYTES, "%s", dir);
	else if (getcwd(here, sizeof(here)) == NULL)
		len = -1;
	else
		len = snprintf(out, PATH_BYTES, "%s/%s", here, dir);
	if (len > DIR_MAX)
		return fault_say(&run->faults, EXIT_USAGE, "long_path",
		    "Choose a shorter one: a socket's path has at most 107 "
		    "bytes.",
		    "the path of the folder %.100s is too long", dir);
	if (len <= 0 || !text_clean(out, strlen(out), false) ||
	    strchr(out, ';') != NULL)
		return fault_say(&run->faults, EXIT_USAGE, "bad_folder", NULL,
		    "the folder %.100s cannot be used", dir);
	while (len > 1 && out[len - 1] == '/')
		out[--len] = '\0';
	return EXIT_DONE;
}

/* "host:port", with a port from 0 to 65,535. */
static bool
is_address(const char *text)
{
	const char *colon = strrchr(text, ':');
	unsigned long port;
	char *end;

	if (colon == NULL || colon == text || colon[1] < '0' || colon[1] > '9')
		return false;
	port = strtoul(colon + 1, &end, 10);
	return *end == '\0' && port <= 65535 && strlen(text) <= INVITE_ADDR_MAX;
}

/* Refuse what is no id, or the name of a municipality, whose id is told: it could
 * never be changed. */
static int
look_at_org(struct run *run, const char *given)
{
	char remedy[ORG_MAX + 256];
	struct towns *towns = NULL;
	bool good = header_org_valid(given);
	const char *org;
	size_t i;

	(void)snprintf(remedy, sizeof(remedy), "%s",
	    _("Small letters, digits and hyphens, 2 to 32 of them: no-5501"));
	if (towns_open(run->data, &towns) == ERR_NONE) {
		for (i = 0; (org = towns_org(towns, i)) != NULL; i++) {
			if (strcasecmp(towns_name(towns, org), given) != 0)
				continue;
			(void)snprintf(remedy, sizeof(remedy),
			    "erfa init --org %s --name ...", org);
			good = false;
		}
		towns_close(towns);
	}
	if (good)
		return EXIT_DONE;
	return fault_say(&run->faults, EXIT_USAGE, "bad_org", remedy,
	    "\"%.60s\" is no organisation's id", given);
}

/* Look at what was given before anything is made. */
static int
look_at_words(struct run *run, struct init *init)
{
	int status;

	init->org = args_value(run->args, "org");
	init->name = args_value(run->args, "name");
	init->listen = args_value(run->args, "listen");
	if (init->org == NULL)
		return fault_say(&run->faults, EXIT_USAGE, "no_org",
		    "Country and code of the statistical office:\n"
		    "erfa init --org no-5501 --name \"Tromsø kommune\"",
		    "say who you are with --org");
	if ((status = look_at_org(run, init->org)) != EXIT_DONE)
		return status;
	if (init->name == NULL)
		init->name = init->org;
	/* A semicolon would begin a comment in the file of settings. */
	if (*init->name == '\0' || strlen(init->name) > NAME_MAX_LEN ||
	    !text_clean(init->name, strlen(init->name), false) ||
	    strchr(init->name, ';') != NULL)
		return fault_say(&run->faults, EXIT_USAGE, "bad_name", NULL,
		    "the name must have 1 to %d bytes of plain text without "
		    "semicolon",
		    NAME_MAX_LEN);
	if (init->listen != NULL &&
	    (!is_address(init->listen) ||
		!text_clean(init->listen, strlen(init->listen), false)))
		return fault_say(&run->faults, EXIT_USAGE, "bad_address",
		    "As in --listen 0.0.0.0:7411, or [::]:7411",
		    "\"%.100s\" is no HOST:PORT", init->listen);
	return EXIT_DONE;
}

static int
not_made(struct run *run, const char *path)
{
	if (errno == EEXIST)
		return fault_say(&run->faults, EXIT_CANTCREAT, "exists",
		    "This node has been set up; nothing was changed.\n"
		    "To begin another one, choose a folder with --dir.",
		    "%s is there already", path);
	if (errno == EACCES || errno == EPERM || errno == EROFS)
		return fault_say(&run->faults, EXIT_NOPERM, "not_writable",
		    "Run it as root:  sudo erfa init ...\n"
		    "or try it out:   erfa init --dir /tmp/try ...",
		    "you may not write %s", path);
	return fault_say(&run->faults, EXIT_CANTCREAT, "not_written",
	    "Is there space on the disk, and the folder above it?",
	    "%s could not be made", path);
}

/* Make a folder that may be there; ${own} = it holds secrets of erfad. */
static int
make_folder(struct run *run, const char *path, bool own)
{
	if (mkdir(path, own ? STATE_MODE : FOLDER_MODE) != 0) {
		if (errno == EEXIST)
			return EXIT_DONE;
		return not_made(run, path);
	}
	if (own && !service_give(path))
		return not_made(run, path);
	return EXIT_DONE;
}

/* Write a file that must not be there, and see it onto the disk. */
static int
write_file(struct run *run, const char *path, mode_t mode, const char *text)
{
	size_t len = strlen(text);
	bool good;
	int fd;

	fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return not_made(run, path);
	good = write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
	if (good)
		good = fchmod(fd, mode) == 0;
	if (close(fd) != 0 || !good) {
		(void)unlink(path);
		return not_made(run, path);
	}
	return EXIT_DONE;
}

/* Draw a key, note its public half, and write its seed. */
static int
make_key(struct run *run, struct init *init)
{
	uint8_t seed[SEED_LEN];
	char text[2 * SEED_LEN + 2]; /* digits, a newline, a NUL */
	struct crypto_key key;
	int status;

	if (crypto_init() != ERR_NONE)
		return fault_say(&run->faults, EXIT_FAILED, "no_randomness",
		    NULL, "this machine gives no random numbers");
	crypto_random(seed, sizeof(seed));
	crypto_key_from_seed(seed, &key);
	bytes_hex(key.public_key, KEY_LEN, init->key_hex);
	invite_check_number(key.curve_public, init->check_number);
	bytes_hex(seed, SEED_LEN, text);
	text[sizeof(text) - 2] = '\n';
	text[sizeof(text) - 1] = '\0';
	status = write_file(run, init->place.key, KEY_MODE, text);
	init->key_made = status == EXIT_DONE;
	if (init->key_made && !service_give(init->place.key))
		status = not_made(run, init->place.key);
	crypto_wipe(seed, sizeof(seed));
	crypto_wipe(text, sizeof(text));
	crypto_wipe(&key, sizeof(key));
	return status;
}

/* Write the settings, with a word on each. */
static int
make_config(struct run *run, const struct init *init)
{
	char text[8 * PATH_BYTES];
	const struct place *place = &init->place;
	int len;

	len = snprintf(text, sizeof(text),
	    "# erfad.conf - written by erfa init.  `erfad --print-config` "
	    "shows what is in force,\n"
	    "# `erfad --sample-config` every setting there is.\n"
	    "\n"
	    "[node]\n"
	    "# Who you are: country and code.  Never change it.\n"
	    "org = %s\n"
	    "name = %s\n"
	    "\n"
	    "# Where others reach this node; without it, it only dials "
	    "out.  If they know it\n"
	    "# under another address, that goes to advertise.\n"
	    "%slisten = %s\n"
	    "#advertise = erfa.example.org:7411\n"
	    "\n"
	    "# The public feed of new entries, one port above listen.\n"
	    "#pub = yes\n"
	    "\n"
	    "key = %s\n"
	    "state = %s\n"
	    "runtime = %s\n"
	    "control = %s\n",
	    init->org, init->name, init->listen == NULL ? "#" : "",
	    init->listen == NULL ? "0.0.0.0:7411" : init->listen, place->key,
	    place->state, place->runtime, place->socket);
	if (len < 0 || (size_t)len >= sizeof(text)) {
		errno = ENAMETOOLONG;
		return not_made(run, place->config);
	}
	return write_file(run, place->config, CONFIG_MODE, text);
}

static int
tell(struct run *run, const struct init *init, bool usual)
{
	const struct place *place = &init->place;
	Erfa__InitReport report = ERFA__INIT_REPORT__INIT;

	if (run->json) {
		report.schema = run_lend("erfa.init/1");
		report.org = run_lend(init->org);
		report.name = run_lend(init->name);
		report.key = run_lend(init->key_hex);
		report.check_number = run_lend(init->check_number);
		report.config_file = run_lend(place->config);
		report.key_file = run_lend(place->key);
		report.state = run_lend(place->state);
		report.runtime = run_lend(place->runtime);
		report.socket = run_lend(place->socket);
		report.listen = run_lend(init->listen);
		return run_json(run, (const ProtobufCMessage *)&report);
	}
	print_say(run->out,
	    "Made a new node key           %s  (only erfad and root can read "
	    "it)\n"
	    "Made the configuration        %s\n"
	    "Made an empty store           %s\n"
	    "Your check number             %s\n\n",
	    place->key, place->config, place->state, init->check_number);
	print_say(run->out,
	    "  The key is who you are: without it you cannot publish as %s "
	    "again,\n"
	    "  and with it anybody can.  Once it runs, put a copy where you\n"
	    "  keep passwords:\n"
	    "      %serfa%s%s key export FILE\n\n",
	    init->name, usual ? "sudo " : "", usual ? "" : " --socket ",
	    usual ? "" : place->socket);
	if (usual)
		print_say(run->out,
		    "Next:  sudo systemctl enable --now erfad      then:  erfa "
		    "status\n");
	else
		print_say(run->out,
		    "Next:  erfad --config %s &\n"
		    "       erfa --socket %s status\n",
		    place->config, place->socket);
	return EXIT_DONE;
}

static int
make_all(struct run *run, struct init *init)
{
	const struct place *place = &init->place;
	int status;

	/* If a configuration is there, this node has been set up. */
	if (access(place->config, F_OK) == 0) {
		errno = EEXIST;
		return not_made(run, place->config);
	}
	status = make_folder(run, place->folder, false);
	if (status == EXIT_DONE)
		status = make_folder(run, place->state, true);
	if (status == EXIT_DONE)
		status = make_folder(run, place->runtime, false);
	if (status == EXIT_DONE && !service_give(place->runtime))
		status = not_made(run, place->runtime);
	if (status == EXIT_DONE)
		status = make_key(run, init);
	if (status == EXIT_DONE)
		status = make_config(run, init);
	if (status != EXIT_DONE && init->key_made)
		(void)unlink(place->key);
	return status;
}

int
cmd_init(struct run *run)
{
	const char *dir = args_value(run->args, "dir");
	char folder[PATH_BYTES];
	struct init init;
	int status;

	memset(&init, 0, sizeof(init));
	if ((status = look_at_words(run, &init)) != EXIT_DONE)
		return status;
	if (dir != NULL && (status = absolute(run, dir, folder)) != EXIT_DONE)
		return status;
	if (!choose_places(&init.place, dir == NULL ? NULL : folder))
		return fault_say(&run->faults, EXIT_USAGE, "long_path", NULL,
		    "the path of the folder is too long");
	if ((status = make_all(run, &init)) != EXIT_DONE)
		return status;
	return tell(run, &init, dir == NULL);
}
