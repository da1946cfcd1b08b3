#ifndef ERFA_OPTIONS_H
#define ERFA_OPTIONS_H

/*
 * options - the options of each command, as cmd has them in its table.
 */

#include "client/args.h"

/* Of every command. */
extern const struct args_option options_common[];

/* Of one command, or of several alike; each ends with a NULL name. */
extern const struct args_option options_find[];
extern const struct args_option options_follow[];
extern const struct args_option options_backup[];
extern const struct args_option options_restore[];
extern const struct args_option options_list[];
extern const struct args_option options_show[];
extern const struct args_option options_watch[];
extern const struct args_option options_publish[];
extern const struct args_option options_import[];
extern const struct args_option options_export[];
extern const struct args_option options_key_export[];
extern const struct args_option options_key_rotate[];
extern const struct args_option options_accept[];
extern const struct args_option options_remove[];
extern const struct args_option options_group_create[];
extern const struct args_option options_group_add[];
extern const struct args_option options_group[];
extern const struct args_option options_invite[];
extern const struct args_option options_join[];
extern const struct args_option options_sync[];
extern const struct args_option options_verify[];
extern const struct args_option options_log[];
extern const struct args_option options_config[];
extern const struct args_option options_health[];
extern const struct args_option options_metrics[];
extern const struct args_option options_doctor[];
extern const struct args_option options_init[];
extern const struct args_option options_new[];
extern const struct args_option options_drafts[];
extern const struct args_option options_edit[];
extern const struct args_option options_own[];
extern const struct args_option options_anchor[];
extern const struct args_option options_plan[];
extern const struct args_option options_step[];
extern const struct args_option options_stop[];
extern const struct args_option options_finish[];
extern const struct args_option options_learn[];
extern const struct args_option options_ready[];
extern const struct args_option options_barrier[];
extern const struct args_option options_endorse[];
extern const struct args_option options_exempt[];
extern const struct args_option options_decide[];
extern const struct args_option options_observe[];
extern const struct args_option options_indicator[];
extern const struct args_option options_programme[];
extern const struct args_option options_network[];
extern const struct args_option options_round[];
extern const struct args_option options_kind[];
extern const struct args_option options_dossier[];
extern const struct args_option options_term[];
extern const struct args_option options_table31[];
extern const struct args_option options_rounds[];
extern const struct args_option options_apply[];
extern const struct args_option options_applications[];
extern const struct args_option options_conditions[];
extern const struct args_option options_derive[];
extern const struct args_option options_link[];
extern const struct args_option options_claim[];
extern const struct args_option options_say[];
extern const struct args_option options_comment[];
extern const struct args_option options_retract[];
extern const struct args_option options_erase[];
extern const struct args_option options_inbox[];
extern const struct args_option options_guides[];
extern const struct args_option options_org_list[];
extern const struct args_option options_org_edit[];
extern const struct args_option options_org_succeed[];
extern const struct args_option options_evidence[];

#endif /* !ERFA_OPTIONS_H */
