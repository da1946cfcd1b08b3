#include "daemon/config_value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/invite.h"
#include "proto/text.h"

/* What of a wrong value is shown. */
#define SHOWN_MAX 60

#define KILO INT64_C(1000)
#define MEGA (1000 * KILO)
#define GIGA (1000 * MEGA)
#define TERA (1000 * GIGA)

#define DAY_MS 86400000

#define KEY_DIGITS (2 * (size_t)KEY_LEN)

#define ROW(section, name, type, min, max, unit, initial, help)                \
	{                                                                      \
		section, #name, type, offsetof(struct config, name), min, max, \
		    unit, initial, help, false                                 \
	}

/* One that a running erfad can take a new value of. */
#define LIVE(section, name, type, min, max, unit, initial, help)               \
	{                                                                      \
		section, #name, type, offsetof(struct config, name), min, max, \
		    unit, initial, help, true                                  \
	}

static const struct config_setting table[] = {
	ROW("node", org, CONFIG_ORG, 2, ORG_MAX, NULL, NULL,
	    "Who this node belongs to: country and code of the statistical "
	    "office, such as dk-791.  It must be set and never changes."),
	ROW("node", name, CONFIG_TEXT, 0, 120, NULL, "",
	    "Name for people, such as Viborg Kommune.  Empty: the same as "
	    "org."),
	ROW("node", listen, CONFIG_PLACE, 0, INVITE_ADDR_MAX, NULL, "",
	    "Where other nodes reach this one, such as 0.0.0.0:7411.  Port 0: "
	    "the system chooses.  Empty: this node only dials out."),
	LIVE("node", advertise, CONFIG_PLACE, 0, INVITE_ADDR_MAX, NULL, "",
	    "The same address as others see it, for invitations, such as "
	    "erfa.example.org:7411.  Empty: as in listen."),
	ROW("node", pub, CONFIG_YES_NO, 0, 0, NULL, "yes",
	    "Whether new entries are also sent to subscribers at once.  "
	    "Without it everything still arrives, some seconds later."),
	ROW("node", pub_listen, CONFIG_PLACE, 0, INVITE_ADDR_MAX, NULL, "",
	    "Where subscribers connect.  Empty: one port above listen, or one "
	    "that the system chooses if that is so of listen."),
	ROW("node", key, CONFIG_PATH, 1, 0, NULL, "node.key",
	    "File with the secret key: 64 hexadecimal digits, for nobody else "
	    "to read.  Paths begin at the folder of this file.  A credential "
	    "node.key that systemd hands over goes before it."),
	ROW("node", state, CONFIG_PATH, 1, 0, NULL, "/var/lib/erfa",
	    "Folder of the store."),
	ROW("node", runtime, CONFIG_PATH, 1, 0, NULL, "/run/erfa",
	    "Folder of what need not outlive a reboot."),
	ROW("node", control, CONFIG_PATH, 0, 0, NULL, "",
	    "Socket for the commands of erfa.  Empty: control in the runtime "
	    "folder."),
	ROW("node", write_group, CONFIG_WORD, 1, 32, NULL, "erfa",
	    "Group whose members may write trials."),
	LIVE("node", admin_group, CONFIG_WORD, 1, 32, NULL, "erfa-admin",
	    "Group whose members may invite, remove and erase."),
	ROW("node", store_max, CONFIG_SIZE, MEGA, 16 * TERA, NULL, "64 GB",
	    "How large the store may become.  It takes no space before it is "
	    "used."),
	LIVE("node", backup_dir, CONFIG_PATH, 1, 0, NULL, "/var/backups/erfa",
	    "Where \"erfa backup\" writes if it is not told."),
	LIVE("node", backup_to, CONFIG_WORD, 0, 80, NULL, "",
	    "Who can read backups: the line that \"erfa backup --new-key "
	    "FILE\" shows.  Empty: it must be told each time."),
	LIVE("node", backup_keep, CONFIG_NUMBER, 0, 10000, "backups", "14",
	    "How many backups stay in that folder; the oldest go.  0: all."),
	LIVE("node", backup_days, CONFIG_NUMBER, 0, 3650, "days", "3",
	    "After so many days without a backup \"erfa status\" and \"erfa "
	    "health\" say so, if backup_to is set.  0: never."),
	ROW("node", dictionary, CONFIG_PATH, 0, 0, NULL, CONFIG_DICTIONARY,
	    "Words in other languages that the vocabulary lacks: the file that "
	    "\"erfad --dictionary\" makes of installed word lists.  It need "
	    "not be there.  Empty: none is used."),
	LIVE("node", pinned, CONFIG_KEYS, 0, 0, NULL, "",
	    "Keys that are believed without an invitation, 64 hexadecimal "
	    "digits each, with commas between them.  Further lines begin with "
	    "a blank."),

	LIVE("timers", have_ms, CONFIG_NUMBER, 20, DAY_MS, "milliseconds",
	    "20000", "How often peers tell each other what they have."),
	LIVE("timers", hello_ms, CONFIG_NUMBER, 100, DAY_MS, "milliseconds",
	    "10000", "When the answer to a greeting is due."),
	LIVE("timers", get_ms, CONFIG_NUMBER, 100, DAY_MS, "milliseconds",
	    "30000", "When something that was asked for is due."),
	LIVE("timers", silence_ms, CONFIG_NUMBER, 100, DAY_MS, "milliseconds",
	    "180000", "After this silence a connection is made anew."),
	LIVE("timers", gap_ms, CONFIG_NUMBER, 0, DAY_MS, "milliseconds", "5000",
	    "Longest wait before a gap is filled by asking."),
	LIVE("timers", beacon_ms, CONFIG_NUMBER, 100, INT64_C(30) * DAY_MS,
	    "milliseconds", "86400000",
	    "How often a node that publishes nothing signs its position."),
	LIVE("timers", reconnect_ms, CONFIG_NUMBER, 0, DAY_MS, "milliseconds",
	    "0",
	    "First wait before dialing again.  0: 1,000 to 5,000, by the own "
	    "key."),
	LIVE("timers", reconnect_max_ms, CONFIG_NUMBER, 10, DAY_MS,
	    "milliseconds", "60000", "It doubles up to this."),
	LIVE("timers", backoff_ms, CONFIG_NUMBER, 10, DAY_MS, "milliseconds",
	    "1000", "First wait after a refusal."),
	LIVE("timers", backoff_max_ms, CONFIG_NUMBER, 10, DAY_MS,
	    "milliseconds", "300000", "It doubles up to this."),
	LIVE("timers", pause_ms, CONFIG_NUMBER, 0, DAY_MS, "milliseconds",
	    "60000",
	    "Longest pause of signing while it is unclear whether this "
	    "machine was set back."),

	LIVE("test", drop_notes_percent, CONFIG_NUMBER, 0, 100, "percent", "0",
	    "How many of the messages to subscribers are withheld."),
	ROW("test", kill_zap, CONFIG_YES_NO, 0, 0, NULL, "no",
	    "Whether the thread that admits connections dies after the "
	    "start."),
	ROW("test", boot_id, CONFIG_TEXT, 0, 64, NULL, "",
	    "Taken for the machine's boot id.  Empty: the true one."),
};

size_t
config_value_count(void)
{
	return sizeof(table) / sizeof(table[0]);
}

const struct config_setting *
config_value_at(size_t i)
{
	return &table[i];
}

/* The member of ${setting}. */
static void *
member(const struct config_setting *setting, struct config *config)
{
	return (char *)config + setting->offset;
}

static const void *
const_member(const struct config_setting *setting, const struct config *config)
{
	return (const char *)config + setting->offset;
}

static bool
is_string(enum config_type type)
{
	return type == CONFIG_ORG || type == CONFIG_TEXT ||
	    type == CONFIG_WORD || type == CONFIG_PLACE || type == CONFIG_PATH;
}

char **
config_value_text(const struct config_setting *setting, struct config *config)
{
	return is_string(setting->type) ? member(setting, config) : NULL;
}

/* Keep a copy.  (Of strdup() gcc's analyzer would say here that it leaks.) */
static enum err
set_string(char **string, const char *text)
{
	char *copy;

	if (asprintf(&copy, "%s", text) == -1)
		return ERR_NOMEM;
	free(*string);
	*string = copy;
	return ERR_NONE;
}

/* "host:port", the port at most 65,535. */
static bool
is_place(const char *text)
{
	const char *colon = strrchr(text, ':');
	size_t digits;

	if (colon == NULL || colon == text || strpbrk(text, "/ \t") != NULL)
		return false;
	digits = strspn(colon + 1, "0123456789");
	return digits > 0 && digits <= 5 && colon[1 + digits] == '\0' &&
	    strtol(colon + 1, NULL, 10) <= UINT16_MAX;
}

static bool
is_word(const char *text)
{
	return text[strspn(text,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		   "0123456789_.-")] == '\0';
}

/* Does a text fit its setting? */
static bool
string_fits(const struct config_setting *setting, const char *text)
{
	int64_t len = (int64_t)strlen(text);

	if (len < setting->min || (setting->max > 0 && len > setting->max) ||
	    !text_clean(text, strlen(text), false))
		return false;
	if (setting->type == CONFIG_ORG)
		return header_org_valid(text);
	if (setting->type == CONFIG_WORD)
		return is_word(text);
	return setting->type != CONFIG_PLACE || len == 0 || is_place(text);
}

/* Read a number that begins with a digit; tell what stands behind it. */
static bool
read_number(const char *text, int64_t *ret_number, const char **ret_rest)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*ret_number = strtoll(text, &end, 10);
	*ret_rest = end;
	return errno == 0;
}

static enum err
set_number(
    const struct config_setting *setting, uint32_t *value, const char *text)
{
	const char *rest;
	int64_t number;

	if (!read_number(text, &number, &rest) || *rest != '\0' ||
	    number < setting->min || number > setting->max)
		return ERR_SYNTAX;
	*value = (uint32_t)number;
	return ERR_NONE;
}

static const struct {
	const char *name;
	int64_t bytes;
} units[] = {
	{ "TB", TERA },
	{ "GB", GIGA },
	{ "MB", MEGA },
	{ "kB", KILO },
};

#define NUNITS (sizeof(units) / sizeof(units[0]))

static enum err
set_size(
    const struct config_setting *setting, uint64_t *value, const char *text)
{
	const char *rest;
	int64_t number;
	size_t i;

	if (!read_number(text, &number, &rest))
		return ERR_SYNTAX;
	while (*rest == ' ')
		rest++;
	for (i = 0; i < NUNITS; i++)
		if (strcasecmp(rest, units[i].name) == 0)
			break;
	if (i == NUNITS || number > setting->max / units[i].bytes ||
	    number * units[i].bytes < setting->min)
		return ERR_SYNTAX;
	*value = (uint64_t)(number * units[i].bytes);
	return ERR_NONE;
}

/* Write a size in the largest unit that it is a multiple of. */
static void
size_text(uint64_t size, char *out, size_t len)
{
	size_t i;

	for (i = 0; i < NUNITS - 1; i++)
		if (size % (uint64_t)units[i].bytes == 0)
			break;
	(void)snprintf(out, len, "%" PRIu64 " %s",
	    size / (uint64_t)units[i].bytes, units[i].name);
}

static enum err
set_yes_no(bool *value, const char *text)
{
	if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		return ERR_SYNTAX;
	*value = text[0] == 'y';
	return ERR_NONE;
}

static enum err
add_key(struct config *config, const char *digits, size_t len)
{
	uint8_t(*grown)[KEY_LEN];
	char hex[KEY_DIGITS + 1];
	uint8_t key[KEY_LEN];

	if (len != KEY_DIGITS)
		return ERR_SYNTAX;
	memcpy(hex, digits, len);
	hex[len] = '\0';
	if (bytes_unhex(hex, key, KEY_LEN) != ERR_NONE)
		return ERR_SYNTAX;
	grown = realloc(
	    config->pinned, (config->npinned + 1) * sizeof(*config->pinned));
	if (grown == NULL)
		return ERR_NOMEM;
	config->pinned = grown;
	memcpy(config->pinned[config->npinned++], key, KEY_LEN);
	return ERR_NONE;
}

static enum err
add_keys(struct config *config, const char *text)
{
	enum err err = ERR_NONE;
	size_t len;

	for (text += strspn(text, ", \t"); *text != '\0' && err == ERR_NONE;
	     text += strspn(text, ", \t")) {
		len = strcspn(text, ", \t");
		err = add_key(config, text, len);
		text += len;
	}
	return err;
}

void
config_value_allowed(
    const struct config_setting *setting, char *out, size_t size)
{
	char least[32];
	char most[32];

	switch (setting->type) {
	case CONFIG_ORG:
		(void)snprintf(out, size,
		    "2 to %d of a-z, 0-9 and -, such as dk-791", ORG_MAX);
		break;
	case CONFIG_TEXT:
		(void)snprintf(
		    out, size, "a line of at most %d bytes", (int)setting->max);
		break;
	case CONFIG_WORD:
		(void)snprintf(out, size, "1 to %d letters, digits, _, - and .",
		    (int)setting->max);
		break;
	case CONFIG_PLACE:
		(void)snprintf(out, size, "HOST:PORT, such as 0.0.0.0:7411");
		break;
	case CONFIG_PATH:
		(void)snprintf(out, size, "a path");
		break;
	case CONFIG_YES_NO:
		(void)snprintf(out, size, "yes or no");
		break;
	case CONFIG_NUMBER:
		(void)snprintf(out, size, "%s from %" PRId64 " to %" PRId64,
		    setting->unit, setting->min, setting->max);
		break;
	case CONFIG_SIZE:
		size_text((uint64_t)setting->min, least, sizeof(least));
		size_text((uint64_t)setting->max, most, sizeof(most));
		(void)snprintf(out, size, "a size from %s to %s", least, most);
		break;
	case CONFIG_KEYS:
		(void)snprintf(out, size,
		    "keys of %zu hexadecimal digits with commas between them",
		    KEY_DIGITS);
		break;
	}
}

/* Say what was given and what is allowed. */
static void
explain(const struct config_setting *setting, const char *text, char *why,
    size_t size)
{
	char allowed[128];
	char initial[64] = "";
	size_t shown = text_cut(text, SHOWN_MAX);

	config_value_allowed(setting, allowed, sizeof(allowed));
	if (setting->initial != NULL && setting->initial[0] != '\0')
		(void)snprintf(initial, sizeof(initial), " (default %s)",
		    setting->initial);
	if (text[0] == '\0')
		(void)snprintf(why, size, "%s is empty; it takes %s%s",
		    setting->name, allowed, initial);
	else
		(void)snprintf(why, size, "%s is %.*s%s; it takes %s%s",
		    setting->name, (int)shown, text,
		    text[shown] != '\0' ? "..." : "", allowed, initial);
}

enum err
config_value_set(const struct config_setting *setting, struct config *config,
    const char *text, char *why, size_t size)
{
	enum err err = ERR_SYNTAX;

	switch (setting->type) {
	case CONFIG_ORG:
	case CONFIG_TEXT:
	case CONFIG_WORD:
	case CONFIG_PLACE:
	case CONFIG_PATH:
		if (string_fits(setting, text))
			err = set_string(member(setting, config), text);
		break;
	case CONFIG_YES_NO:
		err = set_yes_no(member(setting, config), text);
		break;
	case CONFIG_NUMBER:
		err = set_number(setting, member(setting, config), text);
		break;
	case CONFIG_SIZE:
		err = set_size(setting, member(setting, config), text);
		break;
	case CONFIG_KEYS:
		err = add_keys(config, text);
		break;
	}
	if (err == ERR_SYNTAX)
		explain(setting, text, why, size);
	return err;
}

/* One key a line: the reader takes no longer ones. */
static void
print_keys(const struct config *config, FILE *out)
{
	char hex[2 * KEY_LEN + 1];
	size_t i;

	for (i = 0; i < config->npinned; i++) {
		bytes_hex(config->pinned[i], KEY_LEN, hex);
		(void)fprintf(out, "%s%s", i == 0 ? " " : ",\n    ", hex);
	}
}

void
config_value_print(const struct config_setting *setting,
    const struct config *config, FILE *out)
{
	const void *value = const_member(setting, config);
	const char *text;
	uint32_t number;
	uint64_t size;
	char words[32];
	bool yes;

	(void)fprintf(out, "%s =", setting->name);
	switch (setting->type) {
	case CONFIG_ORG:
	case CONFIG_TEXT:
	case CONFIG_WORD:
	case CONFIG_PLACE:
	case CONFIG_PATH:
		memcpy(&text, value, sizeof(text));
		(void)fprintf(out, "%s%s", text[0] != '\0' ? " " : "", text);
		break;
	case CONFIG_YES_NO:
		memcpy(&yes, value, sizeof(yes));
		(void)fprintf(out, " %s", yes ? "yes" : "no");
		break;
	case CONFIG_NUMBER:
		memcpy(&number, value, sizeof(number));
		(void)fprintf(out, " %" PRIu32, number);
		break;
	case CONFIG_SIZE:
		memcpy(&size, value, sizeof(size));
		size_text(size, words, sizeof(words));
		(void)fprintf(out, " %s", words);
		break;
	case CONFIG_KEYS:
		print_keys(config, out);
		break;
	}
	(void)fputc('\n', out);
}

enum err
config_value_say(const struct config_setting *setting,
    const struct config *config, char **ret_text)
{
	size_t skip = strlen(setting->name) + strlen(" =");
	char *text = NULL;
	size_t len = 0;
	FILE *out;
	char *c;

	if ((out = open_memstream(&text, &len)) == NULL)
		return ERR_NOMEM;
	config_value_print(setting, config, out);
	if (fclose(out) != 0 || text == NULL) {
		free(text);
		return ERR_NOMEM;
	}
	skip += text[skip] == ' ';
	text[len - 1] = '\0';
	memmove(text, text + skip, len - skip);
	while ((c = strstr(text, ",\n   ")) != NULL)
		memmove(c + 1, c + strlen(",\n   "),
		    strlen(c + strlen(",\n   ")) + 1);
	*ret_text = text;
	return ERR_NONE;
}

/* A list of keys like another. */
static enum err
copy_keys(const struct config *from, struct config *to)
{
	uint8_t(*keys)[KEY_LEN] = NULL;

	if (from->npinned > 0) {
		if ((keys = calloc(from->npinned, sizeof(*keys))) == NULL)
			return ERR_NOMEM;
		memcpy(keys, from->pinned, from->npinned * sizeof(*keys));
	}
	free(to->pinned);
	to->pinned = keys;
	to->npinned = from->npinned;
	return ERR_NONE;
}

enum err
config_value_copy(const struct config_setting *setting,
    const struct config *from, struct config *to)
{
	const void *value = const_member(setting, from);
	const char *text;

	switch (setting->type) {
	case CONFIG_ORG:
	case CONFIG_TEXT:
	case CONFIG_WORD:
	case CONFIG_PLACE:
	case CONFIG_PATH:
		memcpy(&text, value, sizeof(text));
		return set_string(member(setting, to), text);
	case CONFIG_YES_NO:
		memcpy(member(setting, to), value, sizeof(bool));
		break;
	case CONFIG_NUMBER:
		memcpy(member(setting, to), value, sizeof(uint32_t));
		break;
	case CONFIG_SIZE:
		memcpy(member(setting, to), value, sizeof(uint64_t));
		break;
	case CONFIG_KEYS:
		return copy_keys(from, to);
	}
	return ERR_NONE;
}

void
config_value_clear(struct config *config)
{
	char **text;
	size_t i;

	for (i = 0; config->from != NULL && i < config_value_count(); i++)
		free(config->from[i]);
	free(config->from);
	free(config->path);
	for (i = 0; i < config_value_count(); i++)
		if ((text = config_value_text(&table[i], config)) != NULL)
			free(*text);
	free(config->pinned);
	*config = (struct config){ 0 };
}
