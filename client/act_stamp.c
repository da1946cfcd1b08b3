#include "client/act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "proto/limits.h"
#include "client/run.h"

#define DIGEST_LEN 8 /* bytes: it guards against haste, not against malice */
#define LICENCE    "CC-BY-4.0" /* that erfad fills in */

/* Take a text out of a message. */
static void
take_out(char **text)
{
	free(*text);
	*text = NULL;
}

/* Take out what a publication fills in. */
static void
strip(Erfa__Envelope *envelope)
{
	take_out(&envelope->id);
	take_out(&envelope->publisher);
	take_out(&envelope->published_at);
	take_out(&envelope->amended_at);
	envelope->has_major = envelope->has_minor = 0;
	envelope->major = envelope->minor = 0;
	if (strcmp(run_text(envelope->licence), LICENCE) == 0)
		take_out(&envelope->licence);
}

/* Hash what the record says, and which one it is. */
static enum err
digest(const struct act *act, char out[2 * DIGEST_LEN + 1])
{
	uint8_t hash[HASH_LEN];
	struct crypto_hash_state state;
	Erfa__Body *copy = NULL;
	uint8_t *data = NULL;
	size_t len = 0;
	enum err err;

	if ((err = act_copy(act->body, &copy)) != ERR_NONE)
		return err;
	strip(copy->envelope);
	err = body_encode(copy, &data, &len);
	if (err == ERR_NONE) {
		crypto_hash_begin(&state);
		crypto_hash_add(&state, act->id, strlen(act->id) + 1);
		crypto_hash_add(&state, data, len);
		crypto_hash_end(&state, hash);
		bytes_hex(hash, DIGEST_LEN, out);
	}
	free(data);
	body_free(copy);
	return err;
}

int
act_stamp(const struct act *act, char out[FORM_STAMP_MAX])
{
	const Erfa__Envelope *envelope = act->body->envelope;
	char hex[2 * DIGEST_LEN + 1] = "";
	const Erfa__Row *row;

	if (digest(act, hex) != ERR_NONE)
		return run_nomem(act->run);
	row = act->show == NULL ? NULL : act->show->show->row;
	if (act->is_draft)
		(void)snprintf(
		    out, FORM_STAMP_MAX, "%s draft %s", hex, act->changed);
	else
		(void)snprintf(out, FORM_STAMP_MAX, "%s %u.%u %.40s", hex,
		    (unsigned)envelope->major, (unsigned)envelope->minor,
		    row == NULL ? "" : run_text(row->time));
	return EXIT_DONE;
}

const char *
act_stamp_words(const char *stamp)
{
	const char *blank = strchr(stamp, ' ');

	return blank == NULL ? stamp : blank + 1;
}

bool
act_stamp_same(const char *one, const char *two)
{
	size_t len = strcspn(one, " ");

	return len == strcspn(two, " ") && memcmp(one, two, len) == 0;
}
