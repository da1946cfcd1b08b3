#ifndef ERFA_EVIDENCE_INPUT_H
#define ERFA_EVIDENCE_INPUT_H

/*
 * evidence_input - what a study's message says, as proto/effect wants it, and in
 * which pool it belongs.
 */

#include <stdbool.h>

#include "proto/control.pb-c.h"
#include "proto/effect.h"

/**
 * evidence_input(study, ret_input):
 * Read the numbers of ${study}, whose texts are lent on.
 */
void evidence_input(
    const Erfa__EvidenceStudy *study, struct effect_input *ret_input);

/**
 * evidence_class(study, ret_assumed):
 * The class of ${study}: what its design says, but never better than what its
 * numbers can carry.  ${ret_assumed} tells whether nothing was said.
 */
Erfa__EvidenceClass evidence_class(
    const Erfa__EvidenceStudy *study, bool *ret_assumed);

/**
 * evidence_measure(measure):
 * The measure that the schema's ${measure} names.
 */
enum effect_measure evidence_measure(Erfa__EffectMeasure measure);

#endif /* !ERFA_EVIDENCE_INPUT_H */
