#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/answer.h"
#include "proto/control.h"
#include "proto/text.h"
#include "client/audit.h"
#include "client/cmd.h"
#include "client/print.h"
#include "client/progress.h"
#include "client/retell.h"
#include "client/run.h"
#include "client/vitals.h"

#define TEXT_MAX   600
#define TICKET_MAX 4096
#define HOST_MAX   256
#define COLUMN     9 /* where the text of a check begins */

/* Bodies that are looked at if nothing else is said, in percent. */
#define SAMPLE 2

/* An examination under way. */
struct doctor {
	struct run *run;
	struct vitals vitals;
	Erfa__Answer *settings; /* NULL: they could not be asked for */
	Erfa__DoctorReport *report;
	size_t bad;
	bool unreached; /* a network team may have to help */
	enum err err;
};

/* Note what a check came to. */
static void
found(struct doctor *doctor, const char *name, const char *state,
    const char *remedy, const char *what)
{
	Erfa__DoctorReport *report = doctor->report;
	Erfa__DoctorCheck *check = NULL;

	if (doctor->err != ERR_NONE)
		return;
	doctor->bad += strcmp(state, "bad") == 0;
	doctor->err = answer_add(&report->check, &report->n_check,
	    &erfa__doctor_check__descriptor, &check);
	if (doctor->err == ERR_NONE &&
	    (doctor->err = answer_text(&check->name, name)) == ERR_NONE &&
	    (doctor->err = answer_text(&check->state, state)) == ERR_NONE &&
	    (doctor->err = answer_text(&check->what, what)) == ERR_NONE)
		doctor->err = answer_text(&check->remedy, remedy);
}

/* The value of a setting; NULL if it is not known. */
static const char *
setting(const struct doctor *doctor, const char *name)
{
	const Erfa__SettingsAnswer *settings;
	size_t i;

	if (doctor->settings == NULL)
		return NULL;
	settings = doctor->settings->settings;
	for (i = 0; i < settings->n_setting; i++)
		if (strcmp(run_text(settings->setting[i]->name), name) == 0)
			return run_text(settings->setting[i]->value);
	return NULL;
}

/* ---- service and settings ---- */

static void
check_service(struct doctor *doctor)
{
	const Erfa__StatusAnswer *status;
	char up[PRINT_NUMBER_MAX];
	char text[TEXT_MAX];

	if (!doctor->vitals.up) {
		found(doctor, "service", "bad",
		    _("Start it:         sudo systemctl start erfad\n"
		      "See why it ended: journalctl -u erfad -n 20"),
		    _("erfad is not running"));
		return;
	}
	status = doctor->vitals.status->status;
	print_seconds(status->uptime_s, up);
	if (strcmp(run_text(status->version), ERFA_VERSION) != 0) {
		(void)snprintf(text, sizeof(text),
		    _("erfad is %s, this erfa is %s"),
		    run_text(status->version), ERFA_VERSION);
		found(doctor, "service", "warning",
		    _("After an update:  sudo systemctl restart erfad"), text);
		return;
	}
	(void)snprintf(text, sizeof(text), _("erfad %s, up %s"),
	    run_text(status->version), up);
	found(doctor, "service", "good", "", text);
}

/* The files are wrong: the first mistake, and how many there are. */
static void
found_mistakes(struct doctor *doctor, const Erfa__ErrorAnswer *error)
{
	char text[TEXT_MAX];

	if (error->n_problem == 0) {
		found(doctor, "settings", "skipped", "",
		    run_text(error->message));
		return;
	}
	(void)snprintf(text, sizeof(text), _("%s: %s (%zu in all)"),
	    run_text(error->problem[0]->where),
	    run_text(error->problem[0]->what), error->n_problem);
	found(doctor, "settings", "bad",
	    _("erfad goes on with the old ones, but would not start again.\n"
	      "See all:  erfad --check-config"),
	    text);
}

/* Do the files say what is in force? */
static void
found_settings(struct doctor *doctor, const Erfa__SettingsAnswer *settings)
{
	char text[TEXT_MAX];
	size_t count = 0;
	size_t i;

	for (i = 0; i < settings->n_setting; i++)
		count += settings->setting[i]->differs != 0;
	if (count == 0) {
		(void)snprintf(text, sizeof(text),
		    _("%s says what is in force"), run_text(settings->path));
		found(doctor, "settings", "good", "", text);
		return;
	}
	(void)snprintf(text, sizeof(text),
	    speech_many(count, "%zu setting is otherwise in the files",
		"%zu settings are otherwise in the files"),
	    count);
	found(doctor, "settings", "warning",
	    _("Which:         erfa config --diff\n"
	      "In force with: sudo erfa reload"),
	    text);
}

static int
check_settings(struct doctor *doctor)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__SettingsRequest ask = ERFA__SETTINGS_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	int status;

	ask.has_compare = 1;
	ask.compare = 1;
	request.ask_case = ERFA__REQUEST__ASK_SETTINGS;
	request.settings = &ask;
	if ((status = run_try(doctor->run, &request, &answer)) != EXIT_DONE)
		return status;
	if (answer->say_case == ERFA__ANSWER__SAY_SETTINGS) {
		found_settings(doctor, answer->settings);
		doctor->settings = answer;
		return EXIT_DONE;
	}
	if (answer->say_case == ERFA__ANSWER__SAY_ERROR)
		found_mistakes(doctor, answer->error);
	control_free_answer(answer);

	/* What is in force is known all the same. */
	ask.compare = 0;
	return run_ask(doctor->run, &request, 0, &doctor->settings);
}

/* ---- store, key, clock ---- */

/* Everything that erfad itself holds to be wrong. */
static void
check_problems(struct doctor *doctor)
{
	const Erfa__StatusAnswer *status = doctor->vitals.status->status;
	const Erfa__Problem *problem;
	char text[TEXT_MAX];
	char *what = NULL;
	size_t i;

	for (i = 0; i < status->n_problem; i++) {
		problem = status->problem[i];
		if (retell_problem(doctor->run->labels, problem, &what) !=
		    ERR_NONE) {
			doctor->err = ERR_NOMEM;
			return;
		}
		(void)snprintf(text, sizeof(text), "%s: %s",
		    run_text(problem->where), what);
		free(what);
		what = NULL;
		found(doctor, "status", "bad",
		    speech(run_text(problem->remedy)), text);
	}
}

static int
check_store(struct doctor *doctor)
{
	struct progress *progress = NULL;
	Erfa__Answer *answer = NULL;
	uint64_t percent = SAMPLE;
	char entries[PRINT_NUMBER_MAX];
	char text[TEXT_MAX];
	int status;

	if ((status = run_number(doctor->run, "sample", 100, &percent)) !=
		EXIT_DONE ||
	    (status = run_progress(doctor->run, "Verify", &progress)) !=
		EXIT_DONE)
		return status;
	if (percent > 0)
		status = audit_run(doctor->run, progress, percent, &answer);
	progress_free(progress);
	if (status != EXIT_DONE || answer == NULL)
		return status;
	print_number(answer->verify->entries, entries);
	if (answer->verify->n_damage > 0) {
		(void)snprintf(text, sizeof(text),
		    speech_many(answer->verify->n_damage,
			"%zu thing is damaged", "%zu things are damaged"),
		    answer->verify->n_damage);
		found(
		    doctor, "store", "bad", _("See which:  erfa verify"), text);
	} else {
		(void)snprintf(text, sizeof(text),
		    _("%s entries, %u %% of their bodies looked at: no errors "
		      "were found"),
		    entries, (unsigned)percent);
		found(doctor, "store", "good", "", text);
	}
	control_free_answer(answer);
	return EXIT_DONE;
}

/* May anybody else read the key?  Who may not look may not read it either. */
static void
check_key(struct doctor *doctor)
{
	const char *path = setting(doctor, "key");
	char remedy[TEXT_MAX];
	char text[TEXT_MAX];
	struct stat info;

	if (path == NULL)
		return;
	if (stat(path, &info) != 0) {
		(void)snprintf(text, sizeof(text),
		    errno == ENOENT ? _("the key %s is not there") :
				      _("you may not look at the key %s"),
		    path);
		found(doctor, "key", errno == ENOENT ? "warning" : "skipped",
		    errno == ENOENT ?
			_("Unless systemd hands it over as a credential, erfad "
			  "cannot start again.") :
			"",
		    text);
		return;
	}
	if ((info.st_mode & 077) != 0) {
		(void)snprintf(text, sizeof(text),
		    _("others can use the key in %s"), path);
		(void)snprintf(
		    remedy, sizeof(remedy), "sudo chmod 600 %s", path);
		found(doctor, "key", "bad", remedy, text);
		return;
	}
	(void)snprintf(
	    text, sizeof(text), _("only its owner can use %s"), path);
	found(doctor, "key", "good", "", text);
}

static void
check_clock(struct doctor *doctor)
{
	bool synchronized = false;

	if (!vitals_clock(&synchronized))
		found(doctor, "clock", "skipped", "",
		    _("this machine does not tell whether its clock is right"));
	else if (synchronized)
		found(doctor, "clock", "good", "",
		    _("the clock is kept right from outside"));
	else
		found(doctor, "clock", "warning",
		    _("sudo timedatectl set-ntp true, or install chrony.  "
		      "Nothing is lost; dates that others see may be wrong."),
		    _("nobody keeps the clock of this machine right"));
}

/* ---- names and peers ---- */

/* The host of "host:port", without the brackets of an address. */
static bool
host_of(const char *place, char out[HOST_MAX])
{
	const char *colon = strrchr(place, ':');
	size_t len = colon == NULL ? 0 : (size_t)(colon - place);

	if (len > 2 && place[0] == '[' && place[len - 1] == ']') {
		place++;
		len -= 2;
	}
	if (len == 0 || len >= HOST_MAX)
		return false;
	memcpy(out, place, len);
	out[len] = '\0';
	return true;
}

/* Can the name in "host:port" be looked up?  Addresses need not be. */
static void
check_name(struct doctor *doctor, const char *place)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	char host[HOST_MAX];
	char text[TEXT_MAX];
	int rc;

	if (place == NULL || !host_of(place, host))
		return;
	hints.ai_flags = AI_NUMERICHOST;
	if (getaddrinfo(host, NULL, &hints, &list) == 0) {
		freeaddrinfo(list);
		return;
	}
	hints.ai_flags = 0;
	if ((rc = getaddrinfo(host, NULL, &hints, &list)) == 0) {
		freeaddrinfo(list);
		(void)snprintf(
		    text, sizeof(text), _("%s can be looked up"), host);
		found(doctor, "names", "good", "", text);
		return;
	}
	doctor->unreached = true;
	(void)snprintf(text, sizeof(text), _("%s cannot be looked up: %s"),
	    host, gai_strerror(rc));
	found(doctor, "names", "bad",
	    _("Ask whoever runs the name servers, or the other side whether "
	      "its name has changed."),
	    text);
}

/* How the other end of a link sees us, as far as it shows. */
static void
check_peer(struct doctor *doctor, const Erfa__Peer *peer)
{
	const char *state = run_text(peer->state);
	char seen[PRINT_TIME_MAX] = "";
	char text[TEXT_MAX];

	if (run_text(peer->problem)[0] != '\0') {
		doctor->unreached = true;
		(void)snprintf(text, sizeof(text), "%s: %s",
		    run_text(peer->org), speech(peer->problem));
		found(doctor, "peer", "bad", speech(run_text(peer->remedy)),
		    text);
	} else if (strcmp(state, "live") == 0) {
		(void)snprintf(text, sizeof(text),
		    _("%s and this node have told each other everything"),
		    run_text(peer->org));
		found(doctor, "peer", "good", "", text);
	} else if (strcmp(state, "sync") == 0) {
		(void)snprintf(text, sizeof(text),
		    _("%s answers; %llu entries are still to come"),
		    run_text(peer->org), (unsigned long long)peer->behind);
		found(doctor, "peer", "good", "", text);
	} else {
		doctor->unreached = true;
		print_time(run_text(peer->last_seen), seen);
		(void)snprintf(text, sizeof(text),
		    _("%s is silent (last heard: %s)"), run_text(peer->org),
		    seen[0] == '\0' ? _("never") : seen);
		found(doctor, "peer", "warning",
		    _("Usually it is down for a while.  See:  erfa peers"),
		    text);
	}
}

static void
check_peers(struct doctor *doctor)
{
	const Erfa__PeersAnswer *peers = doctor->vitals.peers->peers;
	const char *advertise = setting(doctor, "advertise");
	const char *listen = setting(doctor, "listen");
	const Erfa__Peer *peer;
	size_t inward = 0;
	size_t i;

	check_name(doctor, advertise);
	for (i = 0; i < peers->n_peer; i++) {
		peer = peers->peer[i];
		if (!vitals_linked(peer))
			continue;
		if (strcmp(run_text(peer->direction), "upstream") == 0)
			check_name(doctor, peer->address);
		else
			inward++;
		check_peer(doctor, peer);
	}
	if (listen == NULL || listen[0] == '\0' || peers->n_peer == 0)
		return;
	if (inward > 0) {
		found(doctor, "reach", "good", "",
		    _("others reach this node from outside"));
		return;
	}
	doctor->unreached = true;
	found(doctor, "reach", "warning",
	    _("If others should reach it: the text for the network team "
	      "stands below."),
	    _("nobody is connected to this node from outside"));
}

/* ---- the ticket ---- */

static size_t append(char *text, size_t len, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static size_t
append(char *text, size_t len, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text + len, TICKET_MAX - len, format, args);
	va_end(args);
	if (n < 0)
		return len;
	return len + (size_t)n < TICKET_MAX ? len + (size_t)n : TICKET_MAX - 1;
}

/* What a network team has to allow.  It is in English, since it names what stands
 * in the settings of firewalls. */
static void
write_ticket(struct doctor *doctor)
{
	const Erfa__PeersAnswer *peers = doctor->vitals.peers->peers;
	const Erfa__StatusAnswer *status = doctor->vitals.status->status;
	char text[TICKET_MAX] = "";
	char host[HOST_MAX] = "this host";
	size_t len = 0;
	size_t i;

	(void)gethostname(host, sizeof(host) - 1);
	len = append(text, len,
	    "Please allow for %s (erfad, exchange of municipal trial "
	    "experiences):\n",
	    host);
	for (i = 0; i < peers->n_peer; i++)
		if (strcmp(run_text(peers->peer[i]->direction), "upstream") ==
			0 &&
		    !peers->peer[i]->removed)
			len = append(text, len,
			    "  TCP out to %s, and to the port after it (%s)\n",
			    run_text(peers->peer[i]->address),
			    run_text(peers->peer[i]->org));
	if (run_text(status->listen)[0] != '\0')
		len = append(text, len,
		    "  TCP in to %s, and to port %u, from the other "
		    "municipalities\n",
		    status->listen, status->pub_port);
	(void)append(text, len,
	    "The traffic is CurveZMQ: encrypted and authenticated from end to "
	    "end, neither\n"
	    "HTTP nor TLS, so no proxy and no inspection can look into it.  A "
	    "connection\n"
	    "stays open and carries some bytes every 20 seconds; please do "
	    "not end it when\n"
	    "it is idle for less than two minutes.  Only nodes whose keys are "
	    "known are\n"
	    "answered.\n");
	doctor->err = answer_text(&doctor->report->ticket, text);
}

/* ---- all of it ---- */

static void
print_check(struct run *run, const Erfa__DoctorCheck *check)
{
	static const struct {
		const char *state;
		const char *word;
		enum print_style style;
	} states[] = {
		{ "good", N_("good"), PRINT_GOOD },
		{ "warning", N_("look"), PRINT_STRONG },
		{ "bad", N_("bad"), PRINT_BAD },
		{ "skipped", N_("skipped"), PRINT_FAINT },
	};

	const char *word;
	size_t width;
	size_t i = 0;

	while (strcmp(states[i].state, check->state) != 0)
		i++;
	word = speech(states[i].word);
	print_styled(run->out, states[i].style, "%s", word);
	width = text_width(word);
	print_pad(run->out, "", width < COLUMN ? COLUMN - width : 1);
	print_say(run->out, "%s\n", check->what);
	if (check->remedy[0] != '\0')
		print_remedy(run->out, COLUMN + 2, check->remedy);
}

static int
tell(struct doctor *doctor)
{
	struct run *run = doctor->run;
	Erfa__DoctorReport *report = doctor->report;
	int status = EXIT_DONE;
	size_t i;

	if (run->json) {
		status = run_json(run, &report->base);
	} else {
		for (i = 0; i < report->n_check; i++)
			print_check(run, report->check[i]);
		if (report->ticket != NULL && report->ticket[0] != '\0') {
			print_say(run->out, "\nFor the network team:\n\n");
			print_block(run->out, 2, report->ticket);
		}
	}
	if (status == EXIT_DONE && doctor->bad > 0)
		status = EXIT_FAILED;
	return status;
}

static int
examine(struct doctor *doctor)
{
	struct run *run = doctor->run;
	bool ticket = args_given(run->args, "firewall");
	int status;

	if ((status = vitals_get(run, &doctor->vitals)) != EXIT_DONE)
		return status;
	check_service(doctor);
	check_clock(doctor);
	if (!doctor->vitals.up)
		return EXIT_DONE;
	if ((status = check_settings(doctor)) != EXIT_DONE ||
	    (status = check_store(doctor)) != EXIT_DONE)
		return status;
	check_problems(doctor);
	check_key(doctor);
	check_peers(doctor);
	if (doctor->err == ERR_NONE && (doctor->unreached || ticket))
		write_ticket(doctor);
	return EXIT_DONE;
}

int
cmd_doctor(struct run *run)
{
	struct doctor doctor = { .run = run };
	int status;

	if ((doctor.report = calloc(1, sizeof(*doctor.report))) == NULL)
		return run_nomem(run);
	erfa__doctor_report__init(doctor.report);
	doctor.report->schema = strdup("erfa.doctor/1");
	status = examine(&doctor);
	if (status == EXIT_DONE && doctor.err != ERR_NONE)
		status = run_nomem(run);
	if (status == EXIT_DONE)
		status = tell(&doctor);
	vitals_clear(&doctor.vitals);
	control_free_answer(doctor.settings);
	protobuf_c_message_free_unpacked(&doctor.report->base, NULL);
	return status;
}
