#include "proto/header.h"

#include <stdio.h>
#include <string.h>

#include "proto/field.h"

/* Field numbers of entry.proto. */
enum header_field {
	F_KIND = 1,
	F_TIME_MS = 2,
	F_TOPIC = 3,
	F_GROUP = 4,
	F_BODY_LEN = 5,
	F_COMMIT = 6,
	F_EXT = 7,
	F_RECORD = 8,
};

/* Frozen for erfa/1, in the order of their numbers from 1. */
static const char *const kind_names[] = { "genesis", "profile", "programme",
	"network", "round", "trial", "application", "decision", "indicator",
	"observation", "experience", "adaptation", "comment", "retraction",
	"term", "member", "group", "erase", "fork", "witness" };

static const char *const sector_names[] = { "elder_care", "health",
	"early_childhood", "school", "children_families", "disability",
	"social_services", "employment_inclusion", "integration", "housing",
	"planning_building", "technical_environment", "culture_leisure",
	"democracy", "citizen_service", "administration", "working_life",
	"public_safety", "supervision" };

#define KINDS          (sizeof(kind_names) / sizeof(kind_names[0]))
#define SECTORS        (sizeof(sector_names) / sizeof(sector_names[0]))
#define SECTOR_SEVERAL 99

_Static_assert(KINDS == HEADER_WITNESS, "every kind has a name");

static enum err
take_header(const struct field *field, void *ret)
{
	struct header *header = ret;

	switch (field->number) {
	case F_KIND:
		return field_u32(field, &header->kind);
	case F_TIME_MS:
		return field_u64(field, &header->time_ms);
	case F_TOPIC:
		return field_u32(field, &header->topic);
	case F_GROUP:
		return field_fixed64(field, &header->group);
	case F_BODY_LEN:
		return field_u32(field, &header->body_len);
	case F_COMMIT:
		header->has_commit = true;
		return field_copy(field, header->commit, HASH_LEN);
	case F_EXT:
		return field_bytes(field, &header->ext);
	case F_RECORD:
		header->has_record = true;
		return field_copy(field, header->record, RECORD_LEN);
	default:
		return ERR_NONE;
	}
}

static enum err
decode(const uint8_t *buf, size_t len, struct header *header)
{
	enum err err;

	if (len < 1 || len > HEADER_MAX)
		return ERR_SIZE;
	err = field_each((struct bytes){ .data = buf, .len = len },
	    HEADER_FIELDS, take_header, header);
	if (err != ERR_NONE)
		return err;

	/* A commitment without a length proves nothing, and the reverse. */
	if (header->body_len > BODY_MAX ||
	    header->has_commit != (header->body_len > 0))
		return ERR_SYNTAX;
	return ERR_NONE;
}

enum err
header_decode(const uint8_t *buf, size_t len, struct header *ret_header)
{
	enum err err;

	memset(ret_header, 0, sizeof(*ret_header));
	if ((err = decode(buf, len, ret_header)) != ERR_NONE)
		memset(ret_header, 0, sizeof(*ret_header));
	return err;
}

enum err
header_encode(
    const struct header *header, uint8_t *out, size_t size, size_t *ret_len)
{
	struct field_writer writer = field_writer(out, size);

	if (header->has_record)
		field_put_bytes(&writer, F_RECORD, header->record, RECORD_LEN);
	if (header->ext.len > 0)
		field_put_bytes(
		    &writer, F_EXT, header->ext.data, header->ext.len);
	if (header->has_commit)
		field_put_bytes(&writer, F_COMMIT, header->commit, HASH_LEN);
	field_put_nonzero(&writer, F_BODY_LEN, header->body_len);
	if (header->group != 0)
		field_put_fixed64(&writer, F_GROUP, header->group);
	field_put_nonzero(&writer, F_TOPIC, header->topic);
	field_put_nonzero(&writer, F_TIME_MS, header->time_ms);
	field_put_nonzero(&writer, F_KIND, header->kind);
	if (writer.used < 1 || writer.used > HEADER_MAX)
		return ERR_SIZE;
	return field_finish(&writer, ret_len);
}

/* Return the place of ${name} in ${names}, from 1, or 0. */
static uint32_t
find_name(const char *const *names, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return (uint32_t)i + 1;
	return 0;
}

const char *
header_kind_name(uint32_t kind)
{
	return kind >= 1 && kind <= KINDS ? kind_names[kind - 1] : NULL;
}

uint32_t
header_kind_number(const char *name)
{
	return find_name(kind_names, KINDS, name);
}

const char *
header_sector_name(uint32_t topic)
{
	if (topic == SECTOR_SEVERAL)
		return "several";
	return topic >= 1 && topic <= SECTORS ? sector_names[topic - 1] : NULL;
}

uint32_t
header_sector_number(const char *name)
{
	if (strcmp(name, "several") == 0)
		return SECTOR_SEVERAL;
	return find_name(sector_names, SECTORS, name);
}

void
header_topic(
    const char *org, uint32_t kind, uint32_t topic, char out[TOPIC_MAX + 1])
{
	const char *kind_name = header_kind_name(kind);
	const char *sector_name = header_sector_name(topic);
	char kind_number[sizeof("4294967295")];
	char sector_number[sizeof("4294967295")];
	int len;

	(void)snprintf(kind_number, sizeof(kind_number), "%u", kind);
	(void)snprintf(sector_number, sizeof(sector_number), "%u", topic);
	if (kind == 0)
		kind_name = "head";
	if (kind_name == NULL)
		kind_name = kind_number;
	if (topic == 0)
		sector_name = "-";
	if (sector_name == NULL)
		sector_name = sector_number;

	len = snprintf(out, TOPIC_MAX + 1, "%.*s/%s/%s/", ORG_MAX, org,
	    kind_name, sector_name);
	if (len > TOPIC_MAX)
		(void)snprintf(out, TOPIC_MAX + 1, "%.*s/%s/%s/", ORG_MAX, org,
		    kind_name, sector_number);
}

bool
header_org_valid(const char *org)
{
	size_t len = strspn(org, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return org[len] == '\0' && len >= 2 && len <= ORG_MAX;
}
