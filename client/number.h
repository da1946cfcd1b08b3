#ifndef ERFA_NUMBER_H
#define ERFA_NUMBER_H

/*
 * number - how people read a number in their language.
 *
 * In Danish, Norwegian, Swedish and Finnish a comma stands before the decimals,
 * and then no comma can part two numbers.  Only what people read goes through
 * here: JSON, CSV and coordinates keep the point.  Forms, options and tables of
 * numbers take either mark, so that what is read here can be typed there.
 */

/**
 * number_say(text):
 * Give every number in ${text} the decimal mark of the language that is spoken;
 * the point is expected between two digits.  Return ${text}.
 */
char *number_say(char *text);

/**
 * number_gap():
 * What stands between two numbers of one interval: ", " or "; ".
 */
const char *number_gap(void);

#endif /* !ERFA_NUMBER_H */
