#include "client/vitals.h"

#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "proto/answer.h"
#include "client/print.h"
#include "client/run.h"

/* Of the store's size, in percent. */
#define STORE_WARNING  80
#define STORE_CRITICAL 95

/* Less free space on the disk than this is the end soon. */
#define DISK_CRITICAL (64ull * 1024 * 1024)

#define KEY_SHOWN  16 /* digits of a key in a label */
#define REASON_MAX 400

/* ---- asking ---- */

int
vitals_get(struct run *run, struct vitals *ret_vitals)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__StatusRequest ask_status = ERFA__STATUS_REQUEST__INIT;
	Erfa__PeersRequest ask_peers = ERFA__PEERS_REQUEST__INIT;
	struct vitals vitals = { false, NULL, NULL };
	int status;

	if (!run_reachable(run)) {
		*ret_vitals = vitals;
		return EXIT_DONE;
	}
	vitals.up = true;
	request.ask_case = ERFA__REQUEST__ASK_STATUS;
	request.status = &ask_status;
	status = run_ask(run, &request, 0, &vitals.status);
	if (status == EXIT_DONE) {
		request.ask_case = ERFA__REQUEST__ASK_PEERS;
		request.peers = &ask_peers;
		status = run_ask(run, &request, 0, &vitals.peers);
	}
	if (status != EXIT_DONE) {
		vitals_clear(&vitals);
		return status;
	}
	*ret_vitals = vitals;
	return EXIT_DONE;
}

void
vitals_clear(struct vitals *vitals)
{
	if (vitals->status != NULL)
		erfa__answer__free_unpacked(vitals->status, NULL);
	if (vitals->peers != NULL)
		erfa__answer__free_unpacked(vitals->peers, NULL);
	vitals->status = vitals->peers = NULL;
}

bool
vitals_clock(bool *ret_synchronized)
{
	struct timex clock = { .modes = 0 };
	int state = adjtimex(&clock);

	if (state < 0)
		return false;
	*ret_synchronized = state != TIME_ERROR &&
	    (clock.status & STA_UNSYNC) == 0;
	return true;
}

bool
vitals_linked(const Erfa__Peer *peer)
{
	return !peer->removed &&
	    strcmp(run_text(peer->direction), "member") != 0;
}

/* ---- judging ---- */

const char *
vitals_state_name(enum vitals_state state)
{
	switch (state) {
	case VITALS_OK:
		return "OK";
	case VITALS_WARNING:
		return "WARNING";
	case VITALS_CRITICAL:
		return "CRITICAL";
	case VITALS_UNKNOWN:
		break;
	}
	return "UNKNOWN";
}

/* Take note of a reason; the state is that of the worst. */
static enum err
reason(Erfa__HealthReport *report, enum vitals_state state, const char *text)
{
	if ((uint32_t)state > report->code)
		report->code = (uint32_t)state;
	return answer_text_add(&report->reason, &report->n_reason, text);
}

/* How full the store is, in percent. */
static uint64_t
percent_full(const Erfa__StatusAnswer *status)
{
	return status->store_max_bytes < 100 ?
	    0 :
	    status->store_bytes / (status->store_max_bytes / 100);
}

static enum err
judge_space(const Erfa__StatusAnswer *status, Erfa__HealthReport *report)
{
	uint64_t full = percent_full(status);
	char free[PRINT_NUMBER_MAX];
	char text[REASON_MAX];
	enum err err = ERR_NONE;

	if (full >= STORE_WARNING) {
		(void)snprintf(text, sizeof(text),
		    _("the store is %llu %% full: raise store_max"),
		    (unsigned long long)full);
		err = reason(report,
		    full >= STORE_CRITICAL ? VITALS_CRITICAL : VITALS_WARNING,
		    text);
	}
	if (err != ERR_NONE || status->disk_free_bytes >= DISK_CRITICAL)
		return err;
	print_bytes(status->disk_free_bytes, free);
	(void)snprintf(
	    text, sizeof(text), _("only %s are free on the disk"), free);
	return reason(report, VITALS_CRITICAL, text);
}

static enum err
judge_links(const Erfa__StatusAnswer *status, uint64_t least,
    Erfa__HealthReport *report)
{
	char text[REASON_MAX];

	if (status->links_live < least) {
		(void)snprintf(text, sizeof(text),
		    _("%llu peers are in step, %llu are wanted"),
		    (unsigned long long)status->links_live,
		    (unsigned long long)least);
		return reason(report, VITALS_CRITICAL, text);
	}
	if (status->links > 0 && status->links_live == 0)
		return reason(report, VITALS_CRITICAL,
		    _("no peer is in step with this node"));
	return ERR_NONE;
}

/* What erfad itself holds to be wrong. */
static enum err
judge_problems(const Erfa__StatusAnswer *status, Erfa__HealthReport *report)
{
	const Erfa__Problem *problem;
	char text[REASON_MAX];
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < status->n_problem && err == ERR_NONE; i++) {
		problem = status->problem[i];

		/* Of a thousand members some are always off: metrics tell. */
		if (strcmp(run_text(problem->code), "silent") == 0)
			continue;
		(void)snprintf(text, sizeof(text), "%s: %s",
		    run_text(problem->where), speech(run_text(problem->what)));
		err = reason(report, VITALS_WARNING, text);
	}
	return err;
}

/* The reasons, or that all is well. */
static enum err
judge_running(
    const struct vitals *vitals, uint64_t least, Erfa__HealthReport *report)
{
	const Erfa__StatusAnswer *status = vitals->status->status;
	char text[REASON_MAX];
	enum err err;

	if ((err = judge_space(status, report)) != ERR_NONE ||
	    (err = judge_links(status, least, report)) != ERR_NONE ||
	    (err = judge_problems(status, report)) != ERR_NONE ||
	    report->n_reason > 0)
		return err;
	(void)snprintf(text, sizeof(text),
	    _("%llu of %llu peers are in step, %llu trials"),
	    (unsigned long long)status->links_live,
	    (unsigned long long)status->links,
	    (unsigned long long)status->trials);
	return reason(report, VITALS_OK, text);
}

enum err
vitals_judge(
    const struct vitals *vitals, uint64_t least, Erfa__HealthReport *report)
{
	enum err err;

	report->has_code = 1;
	report->code = VITALS_OK;
	if (vitals->up)
		err = judge_running(vitals, least, report);
	else
		err = reason(
		    report, VITALS_CRITICAL, _("erfad is not running"));
	if (err != ERR_NONE)
		return err;
	return answer_text(
	    &report->state, vitals_state_name((enum vitals_state)report->code));
}

/* ---- numbers ---- */

/* A list of numbers that grows until something fails. */
struct list {
	Erfa__Metric ***metric;
	size_t *count;
	Erfa__Metric *last; /* NULL if it failed */
	enum err err;
};

static void
add(struct list *list, const char *name, const char *help, double value)
{
	Erfa__Metric *metric = NULL;

	if (list->err == ERR_NONE)
		list->err = answer_add(list->metric, list->count,
		    &erfa__metric__descriptor, &metric);
	if (list->err == ERR_NONE &&
	    (list->err = answer_text(&metric->name, name)) == ERR_NONE)
		list->err = answer_text(&metric->help, help);
	if (list->err == ERR_NONE) {
		metric->has_value = 1;
		metric->value = value;
	}
	list->last = list->err == ERR_NONE ? metric : NULL;
}

/* Label the number that was added last. */
static void
label(struct list *list, const char *name, const char *value)
{
	Erfa__MetricLabel *one = NULL;

	if (list->last == NULL)
		return;
	list->err = answer_add(&list->last->label, &list->last->n_label,
	    &erfa__metric_label__descriptor, &one);
	if (list->err == ERR_NONE &&
	    (list->err = answer_text(&one->name, name)) == ERR_NONE)
		list->err = answer_text(&one->value, run_text(value));
	if (list->err != ERR_NONE)
		list->last = NULL;
}

/* The last backup that was written, read back and put on the list. */
static void
add_backup(struct list *list, const char *last)
{
	time_t made = 0;
	time_t now = time(NULL);

	if (*last != '\0' && print_clock(last, &made) != ERR_NONE)
		made = 0;
	add(list, "erfa_backup_timestamp_seconds",
	    "When the last backup was made; 0 = never.", (double)made);
	if (made != 0)
		add(list, "erfa_backup_age_seconds",
		    "How old the last backup is; not told if there is none.",
		    now > made ? (double)(now - made) : 0);
}

static void
add_status(struct list *list, const Erfa__StatusAnswer *status)
{
	add(list, "erfa_build_info", "Version of erfad, always 1.", 1);
	label(list, "version", status->version);
	label(list, "org", status->org);
	add(list, "erfa_uptime_seconds", "Time since the start of erfad.",
	    (double)status->uptime_s);
	add(list, "erfa_problems", "Things that need a person: erfa status.",
	    (double)status->n_problem);
	add(list, "erfa_entries", "Entries held.", (double)status->entries);
	add(list, "erfa_bodies_absent", "Bodies known and not here yet.",
	    (double)status->bodies_absent);
	add(list, "erfa_trials", "Trials shown, each counted once.",
	    (double)status->trials);
	add(list, "erfa_logs", "Logs held.", (double)status->logs);
	add(list, "erfa_logs_frozen", "Forked logs among them.",
	    (double)status->logs_frozen);
	add(list, "erfa_members_silent",
	    "Members that gave no sign of life for two days.",
	    (double)status->members_silent);
	add(list, "erfa_logs_differing", "Logs that a peer does not take up.",
	    (double)status->logs_differing);
	add(list, "erfa_logs_missing",
	    "Logs of which a witness saw more than is here.",
	    (double)status->logs_missing);
	add(list, "erfa_claims_unproved",
	    "Positions that peers claim and do not show.",
	    (double)status->claims_unproved);
	add(list, "erfa_origins_over_budget",
	    "Members that sent more than their budget of a day.",
	    (double)status->origins_over);
	add(list, "erfa_memory_cuts_total",
	    "Connections that were shut down to save the memory.",
	    (double)status->memory_cuts);
	add(list, "erfa_erasures_waiting",
	    "Erasures of this node that a node which was in step before is "
	    "not known to have carried out.",
	    (double)status->erasures_waiting);
	add(list, "erfa_erasures_unknown",
	    "Other erasures of which it is not known of nodes that were never "
	    "in step directly.",
	    (double)status->erasures_unknown);
	add(list, "erfa_outbox_entries", "Entries accepted, not yet signed.",
	    (double)status->outbox);
	add(list, "erfa_index_lag_entries", "Entries not in the index yet.",
	    status->arrival > status->indexed ?
		(double)(status->arrival - status->indexed) :
		0);
	add(list, "erfa_signing_paused_seconds",
	    "What is left of a pause in signing.",
	    (double)status->signing_paused_ms / 1000);
	add(list, "erfa_store_bytes", "Used of the store.",
	    (double)status->store_bytes);
	add(list, "erfa_store_max_bytes", "What the store may become.",
	    (double)status->store_max_bytes);
	add(list, "erfa_disk_free_bytes", "Free on the disk of the store.",
	    (double)status->disk_free_bytes);
	add_backup(list, run_text(status->last_backup));
	add(list, "erfa_links", "Peers dialled or connected.",
	    (double)status->links);
	add(list, "erfa_links_live", "Of these: in step.",
	    (double)status->links_live);
}

/* One number of every peer that there is a link to. */
static void
add_each(struct list *list, const Erfa__PeersAnswer *peers, const char *name,
    const char *help, double (*value)(const Erfa__Peer *peer))
{
	char key[KEY_SHOWN + 1];
	size_t i;

	for (i = 0; i < peers->n_peer; i++) {
		if (!vitals_linked(peers->peer[i]))
			continue;
		(void)snprintf(
		    key, sizeof(key), "%s", run_text(peers->peer[i]->key));
		add(list, name, help, value(peers->peer[i]));
		label(list, "peer", peers->peer[i]->org);
		label(list, "key", key);
	}
}

static double
is_live(const Erfa__Peer *peer)
{
	return strcmp(run_text(peer->state), "live") == 0 ? 1 : 0;
}

static double
is_behind(const Erfa__Peer *peer)
{
	return (double)peer->behind;
}

static double
seen_at(const Erfa__Peer *peer)
{
	time_t seen = 0;

	if (print_clock(run_text(peer->last_seen), &seen) != ERR_NONE)
		return 0;
	return (double)seen;
}

static void
add_peers(struct list *list, const Erfa__PeersAnswer *peers)
{
	add_each(
	    list, peers, "erfa_peer_live", "Whether it is in step.", is_live);
	add_each(list, peers, "erfa_peer_behind_entries",
	    "Entries it has that are not here yet.", is_behind);
	add_each(list, peers, "erfa_peer_last_seen_timestamp_seconds",
	    "When it was last heard; 0 = never.", seen_at);
	add(list, "erfa_strangers", "Nodes that knocked and are not let in.",
	    (double)peers->n_pending);
}

enum err
vitals_metrics(
    const struct vitals *vitals, Erfa__Metric ***metric, size_t *count)
{
	struct list list = { NULL, NULL, NULL, ERR_NONE };
	bool synchronized = false;

	list.metric = metric;
	list.count = count;
	add(&list, "erfa_up", "Whether erfad answers.", vitals->up ? 1 : 0);
	if (vitals_clock(&synchronized))
		add(&list, "erfa_clock_synchronized",
		    "Whether the clock is set by others.",
		    synchronized ? 1 : 0);
	if (vitals->up) {
		add_status(&list, vitals->status->status);
		add_peers(&list, vitals->peers->peers);
	}
	return list.err;
}
