#ifndef ERFA_TESTS_ROOTS_H
#define ERFA_TESTS_ROOTS_H

/*
 * roots - the messages that come alone; all others stand inside them.
 *
 * The first byte of a seed chooses one.  New ones go to the end, so that old
 * seeds keep their meaning.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/body.pb-c.h"
#include "proto/control.pb-c.h"
#include "proto/entry.pb-c.h"
#include "proto/wire.pb-c.h"
#include "tests/unit/json_sample.pb-c.h"

static const ProtobufCMessageDescriptor *const roots[] = {
	&erfa__sample__sample__descriptor,
	&erfa__sample__tree__descriptor,
	&erfa__body__descriptor,
	&erfa__header__descriptor,
	&erfa__msg__descriptor,
	&erfa__request__descriptor,
	&erfa__answer__descriptor,
	&erfa__genesis__descriptor,
	&erfa__member__descriptor,
	&erfa__erase__descriptor,
	&erfa__fork__descriptor,
	&erfa__witness__descriptor,
	&erfa__about__descriptor,
	&erfa__sealed__descriptor,
};

static inline const ProtobufCMessageDescriptor *
root(uint8_t choice)
{
	return roots[choice % (sizeof(roots) / sizeof(roots[0]))];
}

#endif /* !ERFA_TESTS_ROOTS_H */
