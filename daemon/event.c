#include "daemon/event.h"

#include <stdarg.h>

static const struct event_kind kinds[EVENT_COUNT] = {
#define EVENT_ROW(name, word, level, module, id) \
	[EVENT_##name] = { word, module, id, level },
	EVENT_KINDS(EVENT_ROW)
#undef EVENT_ROW
};

const struct event_kind *
event_kind(enum event event)
{
	return &kinds[event];
}

void
event_say(
    enum event event, const struct event_about *about, const char *format, ...)
{
	const struct event_kind *kind = &kinds[event];
	struct logger_fields fields = { .kind = kind->word, .id = kind->id };
	va_list args;

	if (about != NULL) {
		fields.peer = about->peer;
		fields.record = about->record;
		fields.entry = about->entry;
		fields.reason = about->reason;
	}
	va_start(args, format);
	logger_write(kind->level, kind->module, &fields, format, args);
	va_end(args);
}
