#include "client/complete_node.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include "proto/control.h"
#include "proto/limits.h"
#include "client/conn.h"
#include "client/print.h"
#include "client/quote.h"

#define WAIT_MS 300  /* all that is asked at one press of Tab */
#define PAGE    500U /* rows asked for at a time */

#define NUMBER_SHOWN 8 /* digits of a group's number */

/* One press of Tab. */
struct asking {
	const struct complete_node *node;
	struct conn *conn;
	int64_t until_ms;
};

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Connect, if anybody listens there. */
static bool
begin(struct asking *asking, const struct complete_node *node)
{
	asking->node = node;
	asking->conn = NULL;
	asking->until_ms = now_ms() + WAIT_MS;
	return conn_open(node->socket, &asking->conn) == ERR_NONE;
}

/* Ask; true if there is an answer, and it answers this. */
static bool
ask(struct asking *asking, Erfa__Request *request, Erfa__Answer **ret_answer)
{
	int64_t left = asking->until_ms - now_ms();
	Erfa__Answer *answer = NULL;

	if (left <= 0 ||
	    conn_ask(asking->conn, request, (int)left, &answer) != ERR_NONE)
		return false;
	if ((int)answer->say_case != (int)request->ask_case) {
		control_free_answer(answer);
		return false;
	}
	*ret_answer = answer;
	return true;
}

/* Print a candidate that fits, and what it is. */
static void
offer(const struct complete_node *node, const char *word, const char *what)
{
	if (word == NULL ||
	    strncmp(word, node->prefix, strlen(node->prefix)) != 0)
		return;
	print_say(node->out, "%s\t%s\n", word, what == NULL ? "" : what);
}

/* The same for an id, which may be typed without its country. */
static void
offer_id(const struct complete_node *node, const char *id, const char *title)
{
	const char *dash = id == NULL ? NULL : strchr(id, '-');

	if (dash != NULL && isdigit((unsigned char)node->prefix[0]))
		offer(node, dash + 1, title);
	else
		offer(node, id, title);
}

/* Whom this node speaks for. */
static bool
ask_org(struct asking *asking, char ret_org[ORG_MAX + 1])
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__StatusRequest status = ERFA__STATUS_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	const char *org;
	bool good;

	request.ask_case = ERFA__REQUEST__ASK_STATUS;
	request.status = &status;
	if (!ask(asking, &request, &answer))
		return false;
	org = answer->status->org;
	good = org != NULL && strlen(org) <= ORG_MAX;
	if (good)
		memcpy(ret_org, org, strlen(org) + 1);
	control_free_answer(answer);
	return good;
}

/* Ask for one page after another, as long as there is time. */
static void
ask_rows(struct asking *asking, Erfa__ListRequest *list)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__Answer *before = NULL;
	Erfa__Answer *answer = NULL;
	bool more = true;
	size_t i;

	request.ask_case = ERFA__REQUEST__ASK_LIST;
	request.list = list;
	list->has_limit = 1;
	list->limit = PAGE;
	while (more && ask(asking, &request, &answer)) {
		for (i = 0; i < answer->list->n_row; i++)
			offer_id(asking->node, answer->list->row[i]->id,
			    answer->list->row[i]->title);
		list->cursor = answer->list->next;
		more = list->cursor != NULL && *list->cursor != '\0' &&
		    answer->list->n_row > 0;
		control_free_answer(before);
		before = answer;
	}
	list->cursor = NULL;
	control_free_answer(before);
}

void
complete_node_records(
    const struct complete_node *node, const char *kind, bool own)
{
	Erfa__ListRequest list = ERFA__LIST_REQUEST__INIT;
	char org[ORG_MAX + 1];
	struct asking asking;

	if (!begin(&asking, node))
		return;
	list.kind = (char *)(uintptr_t)kind;
	if (!own) {
		ask_rows(&asking, &list);
	} else if (ask_org(&asking, org)) {
		list.org = org;
		ask_rows(&asking, &list);
	}
	conn_close(asking.conn);
}

void
complete_node_drafts(const struct complete_node *node)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__DraftListRequest list = ERFA__DRAFT_LIST_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	struct asking asking;
	size_t i;

	if (!begin(&asking, node))
		return;
	request.ask_case = ERFA__REQUEST__ASK_DRAFT_LIST;
	request.draft_list = &list;
	if (ask(&asking, &request, &answer)) {
		for (i = 0; i < answer->draft_list->n_draft; i++)
			offer_id(node, answer->draft_list->draft[i]->shown_id,
			    answer->draft_list->draft[i]->title);
		control_free_answer(answer);
	}
	conn_close(asking.conn);
}

void
complete_node_peers(const struct complete_node *node)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__PeersRequest peers = ERFA__PEERS_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	struct asking asking;
	size_t i;

	if (!begin(&asking, node))
		return;
	request.ask_case = ERFA__REQUEST__ASK_PEERS;
	request.peers = &peers;
	if (ask(&asking, &request, &answer)) {
		for (i = 0; i < answer->peers->n_peer; i++)
			offer(node, answer->peers->peer[i]->org,
			    answer->peers->peer[i]->name);
		control_free_answer(answer);
	}
	conn_close(asking.conn);
}

void
complete_node_groups(const struct complete_node *node)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__GroupRequest groups = ERFA__GROUP_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	const Erfa__GroupView *group;
	char number[NUMBER_SHOWN + 1];
	struct asking asking;
	size_t i;

	if (!begin(&asking, node))
		return;
	request.ask_case = ERFA__REQUEST__ASK_GROUP;
	request.group = &groups;
	if (ask(&asking, &request, &answer)) {
		for (i = 0; i < answer->group->n_group; i++) {
			group = answer->group->group[i];
			number[0] = '\0';
			if (group->group != NULL)
				strncat(number, group->group, NUMBER_SHOWN);
			if (group->name != NULL && quote_bare(group->name))
				offer(node, group->name, number);
			else
				offer(node, number, group->name);
		}
		control_free_answer(answer);
	}
	conn_close(asking.conn);
}
