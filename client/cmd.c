#include "client/cmd.h"

#include <string.h>

#include "client/near.h"
#include "client/options.h"
#include "client/speech.h"

static const struct cmd table[] = {
	{ "find", CMD_LOOK, "WORDS", N_("find trials, in any Nordic language"),
	    N_("erfa find hjemmepleje                also hemtjänst and kotihoito\n"
	       "erfa find '\"en plan\" -skole bo*'     phrase, without, beginning\n"
	       "erfa find afviste forsøg             what was refused"),
	    N_("Words are taken in your language (--lang) and found in all; MATCHED\n"
	       "says why.  What fits best comes first."),
	    options_find, 0, 64, true, cmd_find_words },
	{ "follow", CMD_LOOK, "[WORDS]", N_("be told of what is new and fits"),
	    N_("erfa follow hjemmepleje              from now on\n"
	       "erfa follow --country NO --sector elder_care\n"
	       "erfa follow                          what you follow\n"
	       "erfa follow --drop 2                 no longer"),
	    N_("erfa inbox tells it once, erfa watch --follow as it comes: trials in\n"
	       "a new version, and what is learnt or decided of them.  It is yours\n"
	       "alone: kept for your user of this machine, on this node."),
	    options_follow, 0, 64, true, cmd_follow },
	{ "list", CMD_LOOK, "", N_("list trials, or records of another kind"),
	    N_("erfa list                            every trial\n"
	       "erfa list --org no-5501              published by Tromsø\n"
	       "erfa list --kind programme           programmes instead"),
	    N_("Each line has a number: @3 is its third, in erfa show @3.  What\n"
	       "ends with (?) is a label that no native speaker has checked."),
	    options_list, 0, 0, true, cmd_list },
	{ "show", CMD_LOOK, "TRIAL", N_("read one trial, or any other record"),
	    N_("erfa show dk-791/k7m2p4qd            by its id\n"
	       "erfa show 791/k7                     by any unique beginning\n"
	       "erfa show @3                         line 3 of the last list"),
	    N_("Its chain and body are hashed again before they are shown.  With\n"
	       "--at DATE it is the version that held on that day.  What ends\n"
	       "with (?) is a label that no native speaker has checked."),
	    options_show, 1, 1, false, cmd_show },
	{ "watch", CMD_LOOK, "", N_("print entries as they arrive"),
	    N_("erfa watch                           until Ctrl-C\n"
	       "erfa watch --kind trial --count 1    the next trial, then end\n"
	       "erfa watch --json --from start       all of it, for a program"),
	    N_("With --json each entry is one line with the cursor to go on from."),
	    options_watch, 0, 0, true, cmd_watch },
	{ "lineage", CMD_LOOK, "TRIAL", N_("its family: origins and copies"),
	    N_("erfa lineage 791/k7                  where it came from and went\n"
	       "erfa lineage 791/k7 --at 2026-12-31  silence judged on that day"),
	    N_("Over all municipalities, with status, verdict and what was\n"
	       "changed.  A node that was retracted or erased keeps its place."),
	    NULL, 1, 1, false, cmd_lineage },
	{ "scale", CMD_LOOK, "TRIAL", N_("how far it has spread, in numbers"),
	    "erfa scale 791/k7",
	    N_("Of the trial and all that came from it, each counted once.\n"
	       "Documented only is counted apart and nowhere else."),
	    NULL, 1, 1, false, cmd_scale },
	{ "evidence", CMD_LOOK, "[TRIAL]",
	    N_("what works: many results, pooled"),
	    N_("erfa evidence 791/k7                 of its whole family\n"
	       "erfa evidence 791/k7 --indicator kolada:N28104\n"
	       "erfa evidence --table results.csv    one row a municipality"),
	    N_("A table has study site year design; e1 n1 e2 n2 (events), n1 m1 sd1\n"
	       "n2 m2 sd2 (means), or yi vi.  More of them:  --columns"),
	    options_evidence, 0, 1, false, cmd_evidence },
	{ "overview", CMD_LOOK, "[SECTOR]",
	    N_("what worked, and what stood in the way"),
	    N_("erfa overview                        every field of work\n"
	       "erfa overview elder_care             one of them"),
	    N_("Opportunities beside challenges.  Nobody is ranked: municipalities\n"
	       "stand by name."),
	    NULL, 0, 1, false, cmd_overview },
	{ "history", CMD_LOOK, "TRIAL", N_("its versions, and what changed"),
	    N_("erfa history 791/k7                  of any record\n"
	       "erfa show 791/k7 --at-version 1.2    one of them"),
	    N_("The newest first: when, why, who signed, and every field that\n"
	       "changed.  Above them what was taken back, and who took over.\n"
	       "A version that was erased keeps its place."),
	    NULL, 1, 1, false, cmd_history },
	{ "dossier", CMD_LOOK, "[PROVISION]",
	    N_("trials that departed from a provision"),
	    N_("erfa dossier \"Serviceloven § 83\"     with decisions, outcomes\n"
	       "erfa dossier                         which provisions there are\n"
	       "erfa dossier \"Serviceloven § 83\" --csv >83.csv"),
	    N_("However it is cited: \"Servicelovens § 83\" is the same, § 83,\n"
	       "stk. 2 is a part of it, § 83 a is another.  Of all nodes, and\n"
	       "trials that are documented only."),
	    options_dossier, 0, 8, false, cmd_dossier },
	{ "table31", CMD_LOOK, "", N_("what programmes are about, by country"),
	    N_("erfa table31                         as DFØ's table 3.1\n"
	       "erfa table31 --from-trials           beside what trials say\n"
	       "erfa table31 --csv >table.csv"),
	    N_("Made from what programmes and networks say of themselves.  Those\n"
	       "that DFØ-notat 2023:1 tells of come with erfa; where there are\n"
	       "none yet it says how to load them."),
	    options_table31, 0, 0, false, cmd_table31 },
	{ "term", CMD_LOOK, "WORD...",
	    N_("what a word means, in every language"),
	    N_("erfa term dagtilbud                  not the same in each country\n"
	       "erfa term kotihoito --lang sv        explained in Swedish\n"
	       "erfa term snow --new --label da:snerydning"),
	    N_("(?) marks a word that is in doubt.  Terms that others published\n"
	       "as their own follow, and say whose they are."),
	    options_term, 1, 16, false, cmd_term },
	{ "inbox", CMD_LOOK, "", N_("what waits for you, what copies learnt"),
	    N_("erfa inbox                           open questions first\n"
	       "erfa inbox --since 2026-11-01        leave out what is older"),
	    N_("Then applications and decisions, exemptions that end, conditions\n"
	       "that are due, what was taken back, what was learnt where your\n"
	       "trials were copied and at their origins, other words to them,\n"
	       "half-time, and what comes after the end.  Each once."),
	    options_inbox, 0, 0, true, cmd_inbox },
	{ "guides", CMD_LOOK, "", N_("whom to ask: roles and mailboxes"),
	    N_("erfa guides\n"
	       "erfa guides --sector elder_care      of this field of work"),
	    N_("Trials that offer help, or have somebody who helps "
	       "colleagues along."),
	    options_guides, 0, 0, true, cmd_guides },
	{ "diff", CMD_LOOK, "TRIAL TRIAL",
	    N_("what differs between two trials"),
	    N_("erfa diff 791/k7 5501/q3             from the first to the second"),
	    N_("With --json it is the record of an adaptation as erfa adapt\n"
	       "writes it."),
	    NULL, 2, 2, false, cmd_diff },

	{ "new", CMD_WRITE, "", N_("write a trial: title, summary, sector"),
	    N_("erfa new                             asks three questions\n"
	       "erfa new --title TITLE --summary TEXT --yes"),
	    N_("It is a draft, which only this node can read, until it is\n"
	       "published; new offers that at once.  All else can wait."),
	    options_new, 0, 0, false, cmd_new },
	{ "drafts", CMD_WRITE, "",
	    N_("list what is written and not yet public"),
	    N_("erfa drafts\n"
	       "erfa drafts --drop 791/k7            throws one away"),
	    N_("Drafts are kept by erfad, unsigned, on this node only."),
	    options_drafts, 0, 0, true, cmd_drafts },
	{ "adapt", CMD_WRITE, "TRIAL",
	    N_("make one of your own from another's"),
	    N_("erfa adapt 791/k7                    asks about each promise\n"
	       "erfa adapt 791/k7 --decline 1 --title \"Små team\"\n"
	       "erfa adapt 791/k7 --also 564/m2      from two of them"),
	    N_("Recipe, goals, indicators and skills come along; owner,\n"
	       "anchoring, mandate, decisions and results never do.  A draft:\n"
	       "erfa edit it, then erfa publish tells where it came from."),
	    options_derive, 1, 1, false, cmd_adapt },
	{ "copy", CMD_WRITE, "TRIAL", N_("the same, to be left as it is"),
	    "erfa copy 791/k7 --yes",
	    N_("Whether it is a copy or an adaptation tells the difference that\n"
	       "it has when it is published."),
	    options_derive, 1, 1, false, cmd_copy },
	{ "link", CMD_WRITE, "TRIAL",
	    N_("say where a trial of yours came from"),
	    N_("erfa link 5501/q3 --from 791/k7\n"
	       "erfa link 5501/q3 --text \"A talk in Malmö, 2019\""),
	    N_("For copies that were made before erfa."), options_link, 1, 1,
	    false, cmd_link },
	{ "claim", CMD_WRITE, "TRIAL",
	    N_("tell yourself what a source told of you"), "erfa claim 791/k7",
	    N_("Your own record of a trial that somebody wrote down from a\n"
	       "source.  The two are never counted twice."),
	    options_claim, 1, 1, false, cmd_claim },
	{ "edit", CMD_WRITE, "TRIAL", N_("change a trial in your editor"),
	    N_("erfa edit 791/k7                     in $EDITOR, as a form\n"
	       "erfa edit 791/k7 --set mandate=TEXT  one field, for scripts\n"
	       "erfa edit 791/k7 --form trial.yaml   to fill in elsewhere\n"
	       "erfa edit 791/k7 --from trial.yaml   and read back"),
	    N_("The change is a draft; erfa publish TRIAL makes it public.  A\n"
	       "form with mistakes is kept, with each of them marked."),
	    options_edit, 1, 1, false, cmd_edit },
	{ "publish", CMD_WRITE, "TRIAL|FILE", N_("sign and send it to all"),
	    N_("erfa publish 791/k7                  shows the draft, asks\n"
	       "erfa publish trial.json              a record from a file\n"
	       "erfa publish --dry-run trial.json    only checks it\n"
	       "erfa publish --yes - <trial.json     from another program"),
	    N_("FILE is protobuf JSON: a Body, a NewRecord ({\"body\": ...}), or\n"
	       "{\"record\": [...]}; - is standard input.  Needs the group erfa."),
	    options_publish, 1, 1, false, cmd_publish },
	{ "own", CMD_WRITE, "TRIAL", N_("say which unit here takes a trial on"),
	    N_("erfa own 791/k7 --unit \"Home care west\" --role \"Head of unit\""),
	    N_("Never inherited by a copy.  Without an owner no trial starts."),
	    options_own, 1, 1, false, cmd_own },
	{ "anchor", CMD_WRITE, "TRIAL", N_("say which body here is behind it"),
	    N_("erfa anchor 791/k7 --body council --date 2026-11-21 --ref 26/114\n"
	       "erfa anchor 791/k7 --body workplace --delegated \"Own rota\""),
	    N_("Never inherited by a copy.  A workplace is enough if the council\n"
	       "delegated it and no rule from above is touched."),
	    options_anchor, 1, 1, false, cmd_anchor },
	{ "plan", CMD_WRITE, "TRIAL", N_("set goal, criterion and period"),
	    "erfa plan 791/k7 --goal TEXT --criterion TEXT --from 2027-01 "
	    "--to 2028",
	    NULL, options_plan, 1, 1, false, cmd_plan },
	{ "start", CMD_WRITE, "TRIAL", N_("say that a trial is running"),
	    N_("erfa start 791/k7                    or names what is missing\n"
	       "erfa start 791/k7 --date 2027-01-04"),
	    N_("Needs plan, own and anchor, and the yes of every authority if a\n"
	       "rule is suspended: erfa status TRIAL.  After a pause: resumes.\n"
	       "To start the service: systemctl start erfad"),
	    options_step, 1, 1, false, cmd_start },
	{ "pause", CMD_WRITE, "TRIAL", N_("say that a trial rests for a while"),
	    N_("erfa pause 791/k7 --note \"Staff on leave\""), NULL,
	    options_step, 1, 1, false, cmd_pause },
	{ "stop", CMD_WRITE, "TRIAL", N_("end a trial early, and say why"),
	    "erfa stop 791/k7 --reason staff_capacity",
	    N_("One that never began becomes \"not started\".  Others learn most\n"
	       "from the reason.  To stop the service: systemctl stop erfad"),
	    options_stop, 1, 1, false, cmd_stop },
	{ "finish", CMD_WRITE, "TRIAL", N_("say that a trial is done, and how"),
	    N_("erfa finish 791/k7                   if erfa learn said how it "
	       "went\n"
	       "erfa finish 791/k7 --verdict worked --worked TEXT ...\n"
	       "erfa finish 791/k7 --continuation extended   after the end"),
	    NULL, options_finish, 1, 1, false, cmd_finish },
	{ "confirm", CMD_WRITE, "TRIAL", N_("say that all of it is still true"),
	    "erfa confirm 791/k7", NULL, options_step, 1, 1, false,
	    cmd_confirm },
	{ "ready", CMD_WRITE, "TRIAL", N_("nine questions before the start"),
	    N_("erfa ready 791/k7                    asks; Enter skips\n"
	       "erfa ready 791/k7 --goals yes --prepared partly"),
	    NULL, options_ready, 1, 1, false, cmd_ready },
	{ "barrier", CMD_WRITE, "TRIAL", N_("name what stands in the way"),
	    N_("erfa barrier 791/k7 --kind culture --text \"Two night teams\""),
	    NULL, options_barrier, 1, 1, false, cmd_barrier },
	{ "endorse", CMD_WRITE, "TRIAL", N_("say which party backs it"),
	    "erfa endorse 791/k7 --party employees --involvement co_designed",
	    NULL, options_endorse, 1, 1, false, cmd_endorse },
	{ "ask", CMD_WRITE, "TRIAL TEXT", N_("ask those who run a trial"),
	    N_("erfa ask 791/k7 \"How did the nights go?\""),
	    N_("Everybody can read question and answer."), options_say, 1, 64,
	    false, cmd_ask },
	{ "answer", CMD_WRITE, "ID TEXT", N_("answer a question"),
	    N_("erfa answer 5501/q3 \"We gave them up\"  by the question's id\n"
	       "erfa answer 791/k7 \"We gave them up\"   if only one is open"),
	    "erfa inbox shows the questions that wait.", options_say, 1, 64,
	    false, cmd_answer },
	{ "comment", CMD_WRITE, "ID TEXT", N_("say something about a record"),
	    N_("erfa comment 791/k7 \"We tried the same in 2015\"\n"
	       "erfa comment 791/k7 --observation \"We saw calm mornings\""),
	    NULL, options_comment, 1, 64, false, cmd_comment },
	{ "offer", CMD_WRITE, "TRIAL TEXT",
	    N_("offer help to those who run it"),
	    N_("erfa offer 791/k7 \"Come and see our rota\""), NULL,
	    options_say, 1, 64, false, cmd_offer },
	{ "retract", CMD_WRITE, "ID", N_("take back what you published"),
	    "erfa retract 791/k7 --reason data_error --explanation TEXT",
	    N_("It stays readable, struck through, with the reason, also where\n"
	       "it was copied.  Nothing is erased: that is another thing, for\n"
	       "personal data."),
	    options_retract, 1, 1, false, cmd_retract },
	{ "erase", CMD_WRITE, "ID", N_("destroy what you published, for ever"),
	    "erfa erase 791/k7 --reason personal_data",
	    N_("Every version and every copy that was published again goes, here\n"
	       "at once and on every other node when it is reached.  It cannot\n"
	       "be undone.  To take something back and let it be read, use\n"
	       "erfa retract."),
	    options_erase, 1, 1, false, cmd_erase },
	{ "learn", CMD_WRITE, "TRIAL", N_("write down what was learnt"),
	    N_("erfa learn 791/k7                    asks what is not said yet\n"
	       "erfa learn 791/k7 --verdict worked_partly --for-whom TEXT"),
	    N_("Also of a programme or a network."), options_learn, 1, 1, false,
	    cmd_learn },
	{ "observe", CMD_WRITE, "TRIAL", N_("add numbers that you measured"),
	    "erfa observe 791/k7 --indicator 791/p2 --occasion baseline "
	    "--n 84 ...\n"
	    "erfa observe 791/k7 --indicator 791/p2 --csv numbers.csv",
	    N_("Counts of 1 to 4 persons are held back unless --small-counts."),
	    options_observe, 1, 1, false, cmd_observe },

	{ "exempt", CMD_SCHEMES, "TRIAL", N_("name a rule to be suspended"),
	    N_("erfa exempt 791/k7 --provision \"Serviceloven § 83\" "
	       "--why TEXT --authority ORG"),
	    NULL, options_exempt, 1, 1, false, cmd_exempt },
	{ "decide", CMD_SCHEMES, "TRIAL", N_("answer for an authority"),
	    N_("erfa decide 791/k7 --outcome approved --plain \"You may ...\""),
	    N_("At the authority's own node, or written down by the municipality\n"
	       "with --authority and --ref; the authority's own word holds."),
	    options_decide, 1, 1, false, cmd_decide },

	{ "conditions", CMD_SCHEMES, "TRIAL", N_("what the decisions demand"),
	    N_("erfa conditions 791/k7               all of them\n"
	       "erfa conditions 791/k7 --met 2       the second is met"),
	    NULL, options_conditions, 1, 1, false, cmd_conditions },
	{ "rounds", CMD_SCHEMES, "", N_("rounds that are open or will be"),
	    N_("erfa rounds\n"
	       "erfa rounds --all                    and those that were"),
	    N_("Says so if a round is shorter than 90 days, or meets the summer\n"
	       "or the time of the budget."),
	    options_rounds, 0, 0, true, cmd_rounds },
	{ "burden", CMD_SCHEMES, "PROGRAMME",
	    N_("what a programme asks of one trial"),
	    N_("erfa burden 791/p2                   answers, by moment"),
	    N_("With its own questions (three at most, none once a trial has\n"
	       "started), its rounds, and what one question more would cost."),
	    NULL, 1, 1, false, cmd_burden },
	{ "apply", CMD_SCHEMES, "TRIAL...", N_("hand in trials to a programme"),
	    "erfa apply 791/k7 --round 791/r2\n"
	    "erfa apply 791/k7 791/m3 --round 791/r2 --with no-5501",
	    N_("Each authority named by the exemptions is to answer; see\n"
	       "erfa status TRIAL."),
	    options_apply, 1, 16, false, cmd_apply },
	{ "applications", CMD_SCHEMES, "", N_("who waits for which answer"),
	    N_("erfa applications\n"
	       "erfa applications --waiting me       for your answer"),
	    NULL, options_applications, 0, 0, true, cmd_applications },
	{ "programme new", CMD_SCHEMES, "",
	    N_("write a scheme under which trials run"),
	    "erfa programme new --name NAME --type local --status running",
	    NULL, options_programme, 0, 0, false, cmd_scheme_new },
	{ "programme edit", CMD_SCHEMES, "ID",
	    N_("change it, as erfa edit does"),
	    "erfa programme edit 791/k7\n"
	    "erfa programme edit 791/k7 --set FIELD=VALUE",
	    NULL, options_edit, 1, 1, false, cmd_edit },
	{ "programme list", CMD_SCHEMES, "", N_("list them"),
	    "erfa programme list", NULL, options_kind, 0, 0, true, cmd_list },
	{ "programme show", CMD_SCHEMES, "ID", N_("read one"),
	    "erfa programme show 791/k7", NULL, NULL, 1, 1, false, cmd_show },
	{ "network new", CMD_SCHEMES, "",
	    N_("write municipalities with one theme"),
	    "erfa network new --name NAME --coordinator dk-751", NULL,
	    options_network, 0, 0, false, cmd_scheme_new },
	{ "network edit", CMD_SCHEMES, "ID", N_("change it, as erfa edit does"),
	    "erfa network edit 791/k7\n"
	    "erfa network edit 791/k7 --set FIELD=VALUE",
	    NULL, options_edit, 1, 1, false, cmd_edit },
	{ "network list", CMD_SCHEMES, "", N_("list them"), "erfa network list",
	    NULL, options_kind, 0, 0, true, cmd_list },
	{ "network show", CMD_SCHEMES, "ID", N_("read one"),
	    "erfa network show 791/k7", NULL, NULL, 1, 1, false, cmd_show },
	{ "round new", CMD_SCHEMES, "", N_("write when applications are taken"),
	    "erfa round new --programme 791/p1 --opens 2027-01-15 "
	    "--closes 2027-05-01",
	    NULL, options_round, 0, 0, false, cmd_scheme_new },
	{ "round edit", CMD_SCHEMES, "ID", N_("change it, as erfa edit does"),
	    "erfa round edit 791/k7\n"
	    "erfa round edit 791/k7 --set FIELD=VALUE",
	    NULL, options_edit, 1, 1, false, cmd_edit },
	{ "round list", CMD_SCHEMES, "", N_("list them"), "erfa round list",
	    NULL, options_kind, 0, 0, true, cmd_list },
	{ "round show", CMD_SCHEMES, "ID", N_("read one"),
	    "erfa round show 791/k7", NULL, NULL, 1, 1, false, cmd_show },
	{ "indicator new", CMD_SCHEMES, "", N_("say what is counted, and how"),
	    N_("erfa indicator new --code dk-791:helpers --name \"Helpers per "
	       "citizen\""),
	    NULL, options_indicator, 0, 0, false, cmd_scheme_new },
	{ "indicator list", CMD_SCHEMES, "", N_("list them"),
	    "erfa indicator list", NULL, options_kind, 0, 0, true, cmd_list },
	{ "indicator map", CMD_SCHEMES, "ID OTHER",
	    N_("say that two are the same"),
	    N_("erfa indicator map 791/p2 5501/k9    yours, and another's"),
	    NULL, options_step, 2, 2, false, cmd_indicator_map },

	{ "peers", CMD_PEERS, "",
	    N_("who you are linked with, and who knocked"),
	    N_("erfa peers                           every peer and its state\n"
	       "erfa peers accept NUMBER no-5501     let in who knocked\n"
	       "erfa peers remove fi-297             cut a peer off"),
	    NULL, NULL, 0, 0, false, cmd_peers },
	{ "peers accept", CMD_PEERS, "CHECKNUMBER ORG",
	    N_("let in a node, or vouch for a key"),
	    N_("erfa peers accept 5378 3293 0812 1886 7895 1663 no-5501\n"
	       "erfa peers accept NUMBER dk-kl --as registry\n"
	       "erfa peers accept NUMBER fi-297 --succeeds OLDNUMBER"),
	    N_("Compare the number by telephone first.  One that knocked is let\n"
	       "in; one that the directory knows, or a whole key, is vouched for\n"
	       "at once.  A lost key is replaced by a registry; then withdraw it\n"
	       "with \"erfa peers remove\".  Needs the group erfa-admin."),
	    options_accept, 2, 7, false, cmd_accept },
	{ "peers remove", CMD_PEERS, "ORG", N_("cut a peer off at once"),
	    N_("erfa peers remove fi-297             by organisation\n"
	       "erfa peers remove 3f0a91c2           by the first digits of a key\n"
	       "erfa peers remove fi-297 --cut 91c23f0a:118"),
	    N_("Says whether it is out everywhere or for this node only.  What it\n"
	       "published counts as far as it is here now; with a stolen key, say\n"
	       "with --cut up to where it was theirs (erfa members, erfa watch).\n"
	       "Needs the group erfa-admin."),
	    options_remove, 1, 6, false, cmd_remove },
	{ "key show", CMD_PEERS, "", N_("this node's key and check number"),
	    "erfa key show",
	    N_("The check number is what you read out on the telephone."), NULL,
	    0, 0, false, cmd_key_show },
	{ "key export", CMD_PEERS, "FILE",
	    N_("write the secret key to a file, to be kept safe"),
	    "sudo erfa key export /root/erfa-node.key",
	    N_("Only its owner can read the file; one that is there is not\n"
	       "overwritten.  Move it to where you keep passwords.  Whoever has\n"
	       "it can speak for your organisation.  Needs the group erfa-admin."),
	    options_key_export, 1, 1, false, cmd_key_export },
	{ "key rotate", CMD_PEERS, "",
	    N_("replace this node's key by a new one"),
	    N_("erfa key rotate                      asks first\n"
	       "erfa key rotate --yes --wait 60      75 if it takes longer"),
	    N_("The old key signs that the new one takes its place, and the new\n"
	       "one too.  When peers know it, it is put in force and the old one\n"
	       "withdrawn; peers connect again by themselves.  Cut short at any\n"
	       "moment, it goes on by itself.  If a key was stolen or lost, ask\n"
	       "your registry instead.  Needs the group erfa-admin."),
	    options_key_rotate, 0, 0, false, cmd_key_rotate },
	{ "directory", CMD_PEERS, "[ORG]",
	    N_("who belongs, by whose word, and who does not"),
	    N_("erfa directory                       every key, in or out\n"
	       "erfa directory fi-297                all that is known of its keys"),
	    N_("As this node computes it; nodes of one circle that hold the same\n"
	       "entries see the same, but for what is withdrawn here only."),
	    NULL, 0, 6, true, cmd_directory },
	{ "members", CMD_PEERS, "[ORG]",
	    N_("the members of this node's circle"),
	    "erfa members\n"
	    "erfa members fi-297",
	    N_("Last seen is when a key last signed how far its log goes, at\n"
	       "least once a day while its node runs."),
	    NULL, 0, 6, true, cmd_members },
	{ "group list", CMD_PEERS, "",
	    N_("restricted groups that this node has to do with"),
	    "erfa group list",
	    N_("What is published in a group its members alone can read: erfa\n"
	       "new --group, erfa publish --group.  Others carry it, sealed."),
	    NULL, 0, 0, true, cmd_group_list },
	{ "group show", CMD_PEERS, "GROUP",
	    N_("who is in a group, and what it holds"),
	    N_("erfa group show \"Pilot north\"       by its name\n"
	       "erfa group show 3f0a                by its number"),
	    N_("A name may be cut short where no other group begins so."), NULL,
	    1, 1, false, cmd_group_show },
	{ "group create", CMD_PEERS, "NAME ORG...",
	    N_("make a group, with those who are in it"),
	    N_("erfa group create \"Pilot north\" no-5501 fi-564\n"
	       "erfa group create \"Pilot north\" no-5501 --purpose TEXT"),
	    N_("Shows their check numbers to be compared, and asks.  Who makes a\n"
	       "group is in it, and alone says who else is.  ORG is a member of\n"
	       "the network, or the 64 digits of its key.  Needs the group\n"
	       "erfa-admin."),
	    options_group_create, 2, 500, false, cmd_group_create },
	{ "group add", CMD_PEERS, "GROUP ORG...", N_("let others into a group"),
	    N_("erfa group add \"Pilot north\" fi-297\n"
	       "erfa group add \"Pilot north\" fi-297 --share"),
	    N_("Shows their check numbers to be compared, and asks.  They read\n"
	       "what is published in it from now on, and nothing from before;\n"
	       "with --share they get what you published there before, too.\n"
	       "Needs the group erfa-admin."),
	    options_group_add, 2, 500, false, cmd_group_add },
	{ "group remove", CMD_PEERS, "GROUP ORG...",
	    N_("take others out of a group"),
	    "erfa group remove \"Pilot north\" fi-297",
	    N_("What they could read they keep, and nobody can take it back;\n"
	       "nothing new is sealed to them.  Needs the group erfa-admin."),
	    options_group, 2, 500, false, cmd_group_remove },
	{ "group share", CMD_PEERS, "GROUP ORG [TRIAL...]",
	    N_("give a later member what came before it"),
	    N_("erfa group share \"Pilot north\" fi-297        all of yours\n"
	       "erfa group share \"Pilot north\" fi-297 791/k7 this one"),
	    N_("Says how much it is, and asks: what was read once cannot be taken\n"
	       "back.  Each member shares what it published itself."),
	    options_group, 2, 200, false, cmd_group_share },
	{ "group", CMD_PEERS, "", N_("the same as erfa group list"),
	    N_("erfa group                          all groups\n"
	       "erfa help group create              how to make one"),
	    NULL, NULL, 0, 0, true, cmd_group_list },
	{ "invite", CMD_PEERS, "[ORG]",
	    N_("make a line with which another joins"),
	    N_("erfa invite no-5501                  for a municipality\n"
	       "erfa invite --reader dashboard       for a program of your own\n"
	       "erfa invite --list                   those you gave\n"
	       "erfa invite --revoke no-5501         withdraw one"),
	    N_("A line works once and for seven days.  Needs the group erfa-admin."),
	    options_invite, 0, 1, false, cmd_invite },
	{ "join", CMD_PEERS, "LINE", N_("join with the line you were sent"),
	    "erfa join erfa.example.org:7411/0649nq2g...",
	    N_("Shows whom the line leads to and their check number, and asks.\n"
	       "If it breaks off, run it again with the same line.  Needs the\n"
	       "group erfa-admin."),
	    options_join, 1, 1, false, cmd_join },
	{ "erasure", CMD_PEERS, "ID", N_("which nodes have erased it"),
	    N_("erfa erasure 791/k7                  of any record"),
	    N_("A node that is in step has erased it; others when they come back.\n"
	       "Nodes without a connection to this one are not known."),
	    NULL, 1, 1, false, cmd_erasure },
	{ "sync", CMD_PEERS, "", N_("wait until all is here that peers have"),
	    N_("erfa sync --wait 60                  75 if that was not enough\n"
	       "erfa sync                            look once"),
	    NULL, options_sync, 0, 0, false, cmd_sync },

	{ "import", CMD_DATA, "FILE",
	    N_("publish what sources tell, or your table"),
	    N_("erfa import trials.jsonl             one JSON object a line\n"
	       "erfa import ours.csv --map           what may the columns be?\n"
	       "erfa import ours.csv --map=map.txt   lines of column = field\n"
	       "erfa import ours.csv --map=\"Titel=title,Resumé=summary\""),
	    N_("A second import publishes nothing new; a changed row is a new\n"
	       "version.  If a line is bad, nothing is published unless\n"
	       "--keep-going.  Needs the group erfa."),
	    options_import, 1, 2, false, cmd_import },
	{ "export", CMD_DATA, "", N_("write all records, one a line"),
	    N_("erfa export >trials.jsonl            can be imported elsewhere\n"
	       "erfa export --proto >all.jsonl       every field of every record\n"
	       "erfa export --csv >trials.csv        for spreadsheets and statistics\n"
	       "erfa export --proto --output all.jsonl --resume     every night"),
	    N_("Records that were imported come out in the shape of the import,\n"
	       "all others as protobuf JSON.  --resume (with --proto or --jsonl)\n"
	       "appends what is new since, a new version of an old record too; it\n"
	       "keeps its place in FILE.at and loses nothing if it is killed."),
	    options_export, 0, 0, true, cmd_export },
	{ "bundle export", CMD_DATA, "FILE", N_("write all entries to a file"),
	    N_("erfa bundle export all.erfa          to carry it elsewhere\n"
	       "erfa bundle export - | ssh ...       or through a pipe"),
	    N_("The file holds the signed entries as they are; any node can check\n"
	       "them.  It is not a backup: it holds no key."),
	    NULL, 1, 1, false, cmd_bundle_export },
	{ "bundle import", CMD_DATA, "FILE", N_("take in a bundle's entries"),
	    "erfa bundle import all.erfa\n"
	    "erfa bundle import - <all.erfa",
	    N_("Entries of nodes that are no members are left out and counted.\n"
	       "Needs the group erfa."),
	    NULL, 1, 1, false, cmd_bundle_import },

	{ "org list", CMD_DATA, "", N_("organisations that were seen"),
	    "erfa org list\n"
	    "erfa org list --country NO",
	    N_("Trials are those that it published; documented are those that\n"
	       "sources tell of and that ran there."),
	    options_org_list, 0, 0, true, cmd_org_list },
	{ "org show", CMD_DATA, "ORG", N_("what is known of one"),
	    "erfa org show no-5501", NULL, NULL, 1, 1, false, cmd_org_show },
	{ "org edit", CMD_DATA, "", N_("say what your own organisation is"),
	    N_("erfa org edit --contact-role \"Development unit\" --mailbox "
	       "post@...\n"
	       "erfa org edit --budget-proposal 8 --budget-adoption 10"),
	    N_("Roles and shared mailboxes only.  Rounds and plans are held\n"
	       "against the budget's months."),
	    options_org_edit, 0, 0, false, cmd_org_edit },
	{ "org succeed", CMD_DATA, "OLD NEW",
	    N_("say that one took over from another"),
	    N_("erfa org succeed no-5401 no-5501     renumbered: at its node\n"
	       "erfa org succeed dk-799 dk-791       merged: at the node of "
	       "either"),
	    N_("Once for each pair if several became one, or one several.\n"
	       "Whoever looks for NEW finds OLD too; NEW speaks for OLD if\n"
	       "OLD's node says so, or a registry.  Record ids and topics\n"
	       "stay, and so does org in erfad.conf: nobody has to follow\n"
	       "anew.  A trial of OLD is carried on by another node with an\n"
	       "adaptation, owned and anchored there."),
	    options_org_succeed, 2, 2, false, cmd_org_succeed },

	{ "init", CMD_KEEP, "", N_("make key, configuration and store folder"),
	    N_("sudo erfa init --org no-5501 --name \"Tromsø kommune\"\n"
	       "sudo erfa init --org dk-791 --listen 0.0.0.0:7411\n"
	       "erfa init --org dk-791 --dir /tmp/try"),
	    N_("Nothing that is there is ever overwritten."), options_init, 0,
	    0, false, cmd_init },
	{ "status", CMD_KEEP, "[TRIAL]", N_("how this node is, or a trial"),
	    N_("erfa status                          this node, and what to do\n"
	       "erfa status 791/k7                   may it start, who must answer\n"
	       "erfa status --json                   for monitoring"),
	    N_("To stop or start the service: systemctl stop erfad, or start."),
	    NULL, 0, 1, false, cmd_status },
	{ "verify", CMD_KEEP, "", N_("check every signature, chain and body"),
	    N_("erfa verify                          0 if good, 65 if damaged\n"
	       "erfa verify --sample 10              a tenth of the bodies"),
	    NULL, options_verify, 0, 0, false, cmd_verify },
	{ "backup", CMD_KEEP, "[FILE|FOLDER]",
	    N_("copy this node, key and all, while it runs"),
	    N_("erfa backup --new-key FILE           once, on another machine\n"
	       "sudo erfa backup /srv/backup --keep 30\n"
	       "sudo erfa backup /srv/safe --plain   a folder, not sealed"),
	    N_("It is read back before it gets its name.  A file that was copied\n"
	       "from under a running erfad is no backup."),
	    options_backup, 0, 1, false, cmd_backup },
	{ "restore", CMD_KEEP, "FILE", N_("bring a backup back"),
	    N_("sudo erfa restore dk-791-20261121T033000Z.erfab --key FILE\n"
	       "erfa restore FILE --key FILE --dir /tmp/try\n"
	       "erfa restore FILE --key FILE --dry-run"),
	    N_("While no erfad runs.  Nothing is overwritten.  The node begins a new\n"
	       "log and asks nobody; what it published since comes back from others."),
	    options_restore, 1, 1, false, cmd_restore },
	{ "reindex", CMD_KEEP, "", N_("build lists and search anew"),
	    N_("erfa reindex                         erfad goes on answering"),
	    N_("Nothing is lost by it: the index is made of the entries.  erfa status\n"
	       "tells how far it is."),
	    NULL, 0, 0, false, cmd_reindex },
	{ "logs", CMD_KEEP, "", N_("positions of all logs, to compare nodes"),
	    N_("erfa logs\n"
	       "erfa logs --jsonl                    one log a line"),
	    N_("Two nodes with the same logs have the same digest in erfa status."),
	    NULL, 0, 0, true, cmd_logs },
	{ "doctor", CMD_KEEP, "",
	    N_("look for what is wrong, and say what helps"),
	    N_("erfa doctor                          store, key, clock, names, peers\n"
	       "erfa doctor --firewall               text for the network team"),
	    N_("Ends with 1 if something is bad.  Nothing is changed."),
	    options_doctor, 0, 0, false, cmd_doctor },
	{ "health", CMD_KEEP, "", N_("one line for Nagios, Icinga, Checkmk"),
	    N_("erfa health\n"
	       "erfa health --least 2                at least two peers in step"),
	    N_("Ends with 0 (OK), 1 (WARNING), 2 (CRITICAL) or 3 (UNKNOWN), as\n"
	       "monitoring plugins do.  Behind the bar stand the numbers."),
	    options_health, 0, 0, false, cmd_health },
	{ "metrics", CMD_KEEP, "", N_("numbers for Prometheus"),
	    N_("erfa metrics\n"
	       "erfa metrics --output /var/lib/prometheus/node-exporter/erfa.prom"),
	    N_("erfa-metrics.timer does the second every minute.  If erfad does\n"
	       "not run, erfa_up is 0 and that is all."),
	    options_metrics, 0, 0, false, cmd_metrics },
	{ "log", CMD_KEEP, "", N_("what erfad said last"),
	    N_("erfa log\n"
	       "erfa log --level warning             only what needs attention"),
	    N_("erfad keeps its last 512 lines.  With systemd, older ones and what\n"
	       "each of them means:  journalctl -x -u erfad"),
	    options_log, 0, 0, true, cmd_log },
	{ "config", CMD_KEEP, "", N_("settings in force, and where they stand"),
	    N_("erfa config\n"
	       "erfa config --diff                   files against running"),
	    N_("Change erfad.conf or a file in conf.d beside it; then\n"
	       "erfad --check-config, then erfa reload."),
	    options_config, 0, 0, false, cmd_config },
	{ "reload", CMD_KEEP, "", N_("have erfad read its settings again"),
	    N_("sudo erfa reload                     as systemctl reload erfad"),
	    N_("With a mistake nothing changes: each is told with its line, and\n"
	       "erfa ends with 78.  What waits for a restart is named.  Needs the\n"
	       "group erfa-admin."),
	    NULL, 0, 0, false, cmd_reload },
	{ "help", CMD_KEEP, "[COMMAND]", N_("this, or the help of a command"),
	    N_("erfa help publish\n"
	       "erfa help exit                       exit codes"),
	    NULL, NULL, 0, 2, false, cmd_help_run },
};

#define COMMANDS (sizeof(table) / sizeof(table[0]))

static const char *const group_names[] = { N_("Look"), N_("Write"),
	N_("Schemes"), N_("Peers"), N_("Data"), N_("Keep") };

const struct cmd *
cmd_table(size_t *ret_count)
{
	*ret_count = COMMANDS;
	return table;
}

const struct args_option *
cmd_common(void)
{
	return options_common;
}

const char *
cmd_group_name(enum cmd_group group)
{
	return group_names[group];
}

/* Return whether ${name} is "${first} ${second}", or ${first} if that is NULL. */
static bool
is_called(const char *name, const char *first, const char *second)
{
	size_t len = strlen(first);

	if (strncmp(name, first, len) != 0)
		return false;
	if (second == NULL)
		return name[len] == '\0';
	return name[len] == ' ' && strcmp(name + len + 1, second) == 0;
}

const struct cmd *
cmd_find(const char *first, const char *second, size_t *ret_words)
{
	size_t i;

	/* "search" is what many type first. */
	if (strcmp(first, "search") == 0)
		first = "find";
	for (i = 0; second != NULL && i < COMMANDS; i++)
		if (is_called(table[i].name, first, second)) {
			*ret_words = 2;
			return &table[i];
		}
	for (i = 0; i < COMMANDS; i++)
		if (is_called(table[i].name, first, NULL)) {
			*ret_words = 1;
			return &table[i];
		}
	return NULL;
}

const char *
cmd_nearest(const char *word)
{
	size_t limit = near_limit(word);
	const char *best = NULL;
	size_t i, distance;

	for (i = 0; i < COMMANDS; i++) {
		distance = near_distance(word, table[i].name);
		if (distance < limit || (distance == limit && best == NULL)) {
			limit = distance;
			best = table[i].name;
		}
	}
	distance = near_distance(word, "search");
	return distance < limit || (distance == limit && best == NULL) ?
	    "search" :
	    best;
}
