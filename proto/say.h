#ifndef ERFA_SAY_H
#define ERFA_SAY_H

/*
 * say - the mark of a sentence that reaches people by way of erfa, and so is a
 * key of its catalogues of translations (client/po/extract).
 */

#define SAY(text) text

#endif /* !ERFA_SAY_H */
