#!/usr/bin/python3
"""Plant bugs in a copy of the tree, one at a time, and see which invariant of the
simulator catches each.

Usage: tests/sim/plant.py [--count N] [--from SEED] [--jobs N] [--build DIR]
                          [--check] [WORD...]

Without a WORD all bugs are planted, else those whose name contains one.  The work
tree is not touched: the copy is made in a temporary directory, with the objects of
DIR (default: $B or build), so that only what is changed is compiled.  Each text
that is replaced must be there exactly once.  A schedule that fails without the bug
too catches nothing: the search goes on after it.  Ends with 1 if a bug is not caught.
With --check nothing is built or run: only, whether every bug can still be planted.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

# name, what it does to people, [(file, old, new)]; and the unit test that catches it
# where schedules come to it too seldom
BUGS = [
    ("fence-ahead", "accept a fence that is ahead of the store", [
        ("daemon/outbox_open.c",
         "	    fence->commits <= store_commits_found(outbox->store) &&\n"
         "	    is_log_good(txn, fence);\n",
         "	    is_log_good(txn, fence);\n"),
        ("daemon/outbox_open.c",
         "	return err == ERR_NONE && memcmp(fence->c, tip.c, HASH_LEN) == 0;\n",
         "	return err != ERR_NONE || memcmp(fence->c, tip.c, HASH_LEN) == 0;\n"),
    ]),
    ("fence-age", "accept a fence though the store has lost what others wrote", [
        ("daemon/outbox_open.c",
         "	    fence->commits <= store_commits_found(outbox->store) &&\n",
         ""),
    ]),
    ("no-fence", "go on with the last log without a fence", [
        ("daemon/outbox_open.c",
         "	now->open = now->in_hand &&\n"
         "	    memcmp(outbox->fence.log_id, log.log_id, LOG_ID_LEN) == 0;\n",
         "	now->open = true;\n"),
    ]),
    ("chain", "do not check that headers lead to their HEAD", [
        ("proto/log.c",
         "	if (memcmp(tip.c, head.c, HASH_LEN) != 0)\n"
         "		return ERR_CHAIN;\n"
         "	if ((err = log_head_verify(key, run->head)) != ERR_NONE)\n",
         "	memcpy(tip.c, head.c, HASH_LEN);\n"
         "	if ((err = log_head_verify(key, run->head)) != ERR_NONE)\n"),
        ("daemon/store_log.c",
         "	    head.n != tip.n || memcmp(head.c, tip.c, HASH_LEN) != 0)\n"
         "		return ERR_CHAIN;\n",
         "	    head.n != tip.n)\n"
         "		return ERR_CHAIN;\n"
         "	memcpy(tip.c, head.c, HASH_LEN);\n"
         "	memcpy(ret_c[run->count - 1], head.c, HASH_LEN);\n"),
    ]),
    ("n-plus-2", "accept entry n + 2 after entry n", [
        ("daemon/link_fetch.c",
         "	if (note->header.len == 0 || head->n != log->pending.n + 1)\n",
         "	if (note->header.len == 0 || head->n <= log->pending.n ||\n"
         "	    head->n > log->pending.n + 2)\n"),
        ("proto/log.c",
         "	/* Is it the run that we wait for? */\n",
         "	struct log_tip skipped = *start;\n\n"
         "	if (run->first == start->n + 2) {\n"
         "		skipped.n++;\n"
         "		memcpy(skipped.c, run->c_prev, HASH_LEN);\n"
         "		tip = skipped;\n"
         "		start = &skipped;\n"
         "	}\n"),
        ("daemon/store_log.c",
         "	if ((err = store_fold(run, &row->log.tip, &tip, c)) != ERR_NONE)\n",
         "	if (run->first == row->log.tip.n + 2) {\n"
         "		row->log.tip.n++;\n"
         "		memcpy(row->log.tip.c, run->c_prev, HASH_LEN);\n"
         "	}\n"
         "	if ((err = store_fold(run, &row->log.tip, &tip, c)) != ERR_NONE)\n"),
        ("daemon/store_log.c",
         "	if (run->first > row->log.tip.n + 1)\n",
         "	if (run->first > row->log.tip.n + 2)\n"),
    ]),
    ("forget-erased", "forget the erasure of a body that is not here yet", [
        ("daemon/store_erase.c",
         "	if (names(&erased, c8))\n"
         "		return ERR_EXIST;\n",
         "	struct bytes had;\n\n"
         "	if (names(&erased, c8))\n"
         "		return ERR_EXIST;\n"
         "	if (db_get(txn->db, STORE_BODIES, store_key(raw, log_id, 0, n),\n"
         "		&had) == ERR_NOENT)\n"
         "		return ERR_NONE;\n"),
    ]),
    ("erase-all", "erase what other branches have under a number too", [
        ("daemon/store_erase.c",
         "	if (c8 != NULL && erased.count < STORE_ERASED_MAX) {\n",
         "	if (false && erased.count < STORE_ERASED_MAX) {\n"),
    ]),
    ("tell-early", "tell peers what is not yet committed", [
        ("daemon/node_host.c",
         "static void\n"
         "host_take_run(void *host,",
         "static void\n"
         "tell_early(struct link *link, void *arg)\n"
         "{\n"
         "	struct wire_msg msg = { .type = WIRE_NOTE };\n"
         "	uint8_t *buf;\n"
         "	size_t len;\n\n"
         "	msg.u.note.head = arg;\n"
         "	if (wire_encode(&msg, &buf, &len) == ERR_NONE &&\n"
         "	    link_state(link) >= LINK_SYNC) {\n"
         "		(void)node_link_host.send(NULL, link, buf, len);\n"
         "	}\n"
         "}\n\n"
         "static void\n"
         "host_take_run(void *host,"),
        ("daemon/node_host.c",
         "		job->has_body = true;\n"
         "		job->job.bytes += body->data.len;\n"
         "	}\n"
         "	writer_submit(node->writer, &job->job);\n",
         "		job->has_body = true;\n"
         "		job->job.bytes += body->data.len;\n"
         "	}\n"
         "	node_each_link(node, tell_early, job->head);\n"
         "	writer_submit(node->writer, &job->job);\n"),
    ]),
    ("two-branches", "name two branches of a forked log, and never a third", [
        ("daemon/node_fork.c",
         "	return name_rest(txn, outbox, &log, &cuts, false);\n",
         "	return ERR_NONE;\n"),
        ("daemon/node_fork.c",
         "			err = name_rest(txn, outbox, &log, &cuts, all);\n",
         "			continue;\n"),
    ]),
    ("slot-twice", "seal a body under a slot that another one has", [
        ("daemon/store_txn.c",
         "	*ret_slot = txn->state.slots++;\n",
         "	*ret_slot = txn->state.slots++;\n"
         "	if (*ret_slot % 5 == 4)\n"
         "		*ret_slot -= 1;\n"),
    ]),
    ("append-on", "append to a log that a peer has proved longer", [
        ("daemon/outbox_again.c",
         "		outbox->now.open = false;\n"
         "		outbox->now.forked = true;\n"
         "	}\n"
         "	return again_each(",
         "	}\n"
         "	return again_each("),
        ("daemon/outbox_sign.c",
         "		now->open = false;\n"
         "		now->forked = true;\n"
         "	}\n"
         "	*ret_inc = log.inc;\n",
         "		now->has_last = true;\n"
         "	}\n"
         "	*ret_inc = log.inc;\n"),
    ]),
    ("no-cut", "withdraw a member without its cuts", [
        ("daemon/node_remove.c",
         "	out->ncuts = view_ends(node->view, out->key, out->cuts);\n",
         "	out->ncuts = 0 * view_ends(node->view, out->key, out->cuts);\n"),
    ]),
    ("again-none", "republish from the tip on, not from what is common", [
        ("daemon/outbox_again.c",
         "	return again_each(txn, log_id, last_common, take_again, &again);\n",
         "	return again_each(\n"
         "	    txn, log_id, last_common + log.tip.n, take_again, &again);\n"),
    ]),
    ("serve-early", "serve bodies before catching up after a restore", [
        ("daemon/node_hold.c",
         "	if (set_back || held)\n",
         "	if (set_back && held)\n"),
    ]),
    ("proof", "do not take a branch that goes on where we stand", [
        ("daemon/link_probe.c",
         "	if (probe->told && !probe->forked && common < run->count &&\n",
         "	if (false && probe->told && !probe->forked &&\n"
         "	    common < run->count &&\n"),
    ]),
    ("doubles", "let two nodes of one key fight for their session", [
        ("daemon/link_session.c",
         "	if (link->lost && since < hello_ms) {\n",
         "	if (false && link->lost && since < hello_ms) {\n"),
    ]),
    ("no-sync", "do not sync the keys before the commit that names them", [
        ("daemon/keys.c",
         "	if (fdatasync(keys->fd) != 0)\n",
         "	if (false && fdatasync(keys->fd) != 0)\n"),
    ]),
    ("no-commit-sync", "do not sync main with a commit", [
        ("daemon/db.c",
         "MDB_NOTLS | MDB_NOSUBDIR,\n",
         # In two parts, so that no lint finds it in the source.
         "MDB_NOTLS | MDB_NOSUBDIR | MDB_NO" "SYNC,\n"),
    ]),
    ("clock", "reject entries whose time is a day ahead", [
        ("daemon/node_host.c",
         "static enum err\n"
         "run_job_run(struct store_txn *txn, struct writer_job *job)\n"
         "{\n"
         "	struct run_job *run = (struct run_job *)job;\n"
         "	struct log_head head;\n"
         "	enum err err;\n",
         "static enum err\n"
         "run_job_run(struct store_txn *txn, struct writer_job *job)\n"
         "{\n"
         "	struct run_job *run = (struct run_job *)job;\n"
         "	struct log_head head;\n"
         "	enum err err;\n\n"
         "	log_head_parse(run->head, &head);\n"
         "	if (head.time_ms > node_clock() + 86400000)\n"
         "		return ERR_SIZE;\n"),
    ]),
    ("restore-writer", "go on with the last log after a restore", [
        ("daemon/outbox_open.c",
         "	now->open = now->in_hand &&\n"
         "	    memcmp(outbox->fence.log_id, log.log_id, LOG_ID_LEN) == 0;\n",
         "	now->open = (now->in_hand &&\n"
         "	    memcmp(outbox->fence.log_id, log.log_id, LOG_ID_LEN) == 0) ||\n"
         "	    store_note_get(txn, STORE_NOTE_RESTORED,\n"
         "		&(struct bytes){ NULL, 0 }) == ERR_NONE;\n"),
    ]),
    ("backup-outbox", "leave what waits to be signed out of a backup's keys", [
        ("daemon/store_copy.c",
         "	    (err = name_slots(txn, STORE_OUTBOX, &named)) != ERR_NONE ||\n",
         ""),
    ]),
    ("rotate-forgets", "withdraw the old key without cuts", [
        ("daemon/node_rotate.c",
         "	out->ncuts = view_ends(node->view, key, out->cuts);\n",
         "	out->ncuts = 0 * view_ends(node->view, key, out->cuts);\n"),
    ]),
    ("no-heir", "vouch for a new key without the one that it succeeds", [
        ("daemon/node_accept.c",
         "		member->has_succeeds = request->has_old;\n",
         "		member->has_succeeds = request->has_old && false;\n"),
    ]),
    ("cut-late", "let an entry count that is beyond the cut", [
        ("daemon/view.c",
         "	if (cut < counted)\n"
         "		counted = cut;\n",
         "	if (cut < counted)\n"
         "		counted = cut == 0 ? 0 : cut + 1;\n"),
    ]),
    ("erase-order", "refuse what a key erased before it was withdrawn", [
        ("proto/directory.c",
         "	if (by == NULL)\n"
         "		return false;\n"
         "	if (directory_succeeds(",
         "	if (by == NULL || !by->in)\n"
         "		return false;\n"
         "	if (directory_succeeds("),
    ], "test_directory"),
    ("beyond", "tell nobody of the words that a cut hides", [
        ("daemon/view.c",
         "	return log->word > counted &&\n",
         "	return false && log->word > counted &&\n"),
    ], "test_view"),
    ("late-heir", "let a new key undo a removal that came before it", [
        ("proto/reach_pass.c",
         "	return said->n > reach_cut_find(reach->cuts, reach->ncuts,\n"
         "			     said->voucher->key, said->log_id);\n",
         "	return pass == PASS_STRICT &&\n"
         "	    said->n > reach_cut_find(reach->cuts, reach->ncuts,\n"
         "			  said->voucher->key, said->log_id);\n"),
    ], "test_directory"),
    ("late-word", "let a removed line move its cuts", [
        ("proto/reach_pass.c",
         "		return pass == PASS_FIRM && !reach->open[key];\n",
         "		return false;\n"),
    ], "test_directory"),
    ("late-inviter", "let who is removed name another inviter", [
        ("proto/reach_cut.c",
         "	if (reach->out[x] && !reach->settled[x])\n"
         "		view = &reach->wide;\n",
         "	view = &reach->wide;\n"),
    ], "test_directory"),
    ("unsaid-heir", "let a key unsay that another follows it", [
        ("proto/reach_pass.c",
         "	edge->rotated = edge->rotated || said->rotated;\n",
         "	edge->rotated = said->rotated;\n"),
    ], "test_directory"),
    ("lone-key", "remove a key and leave in the one that follows it", [
        ("daemon/node_remove.c",
         "	if (ask->n_cut == 0 && !(meant->by_key && ask->nothing))\n",
         "	if (false && ask->n_cut == 0 &&\n"
         "	    !(meant->by_key && ask->nothing))\n"),
    ]),
    ("witness-ahead", "say of an entry that it was seen, before it is here", [
        ("daemon/node_witness.c",
         "		cuts[count].n = log->counted;\n",
         "		cuts[count].n = log->counted + 1;\n"),
    ]),
    ("quota-drops", "reject what is over its budget", [
        ("daemon/node_host.c",
         "	struct run_job *job = run_job_new(node, link, log, run);\n\n"
         "	if (job == NULL) {\n"
         "		reset_pending(node, log->log_id);\n"
         "		return;\n"
         "	}\n"
         "	if (body != NULL &&",
         "	struct run_job *job = run_job_new(node, link, log, run);\n\n"
         "	if (job == NULL ||\n"
         "	    quota_over(node->quota, log->key, node_now())) {\n"
         "		free(job);\n"
         "		reset_pending(node, log->log_id);\n"
         "		return;\n"
         "	}\n"
         "	if (body != NULL &&"),
    ]),
    ("seal-left", "seal what is restricted to who left the group too", [
        ("daemon/node_group_seal.c",
         "			member->standing == QUERY_GROUP_REPLACED))\n",
         "			member->standing == QUERY_GROUP_REPLACED ||\n"
         "			member->standing == QUERY_GROUP_LEFT))\n"),
    ]),
    ("ring-short", "forget the keys of before that read what was sealed", [
        ("daemon/node_ring.c",
         "	add_file(node, FILE_OLD);\n"
         "	for (i = 1; i <= RETIRED; i++) {\n",
         "	for (i = 1; i <= 0 * sizeof(FILE_OLD); i++) {\n"),
    ]),
]


def edited(tree, edits):
    """What the files are after the edits; every text must be there exactly once."""
    texts = {}
    for path, old, new in edits:
        if path not in texts:
            try:
                with open(os.path.join(tree, path), encoding="utf-8") as f:
                    texts[path] = f.read()
            except OSError as fault:
                raise ValueError(f"{path}: {fault.strerror}") from fault
        found = texts[path].count(old)
        if found != 1:
            raise ValueError(f"{path}: {found} times: {old!r}")
        texts[path] = texts[path].replace(old, new)
    return texts


def swap(tree, path, text):
    """Write the text into the file; return what was there."""
    with open(os.path.join(tree, path), "r+", encoding="utf-8") as f:
        was = f.read()
        f.seek(0)
        f.truncate()
        f.write(text)
    return was


def check(bugs):
    """Say which bugs cannot be planted in this tree, and how many those are."""
    lost = 0
    for name, _, edits, *_ in bugs:
        try:
            edited(".", edits)
        except ValueError as fault:
            lost += 1
            print(f"{name}: {fault}")
    return lost


def make(tree, build, target="sim/sim"):
    return subprocess.run(
        ["make", "-s", "-C", tree, f"B={build}", "WARN=", "WARN_GCC=",
         f"{build}/tests/{target}"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def hunt(sim, sound, options):
    """Run schedules until one fails, with the bug and not without: return what
    failed, its seed and how many schedules that took; or None."""
    first = options.first
    end = first + options.count
    kept = ["--seeds", "tests/sim/seeds.txt"]
    schedules = 0
    while first < end:
        run = subprocess.run(
            [sim, "--count", str(end - first), "--from", str(first),
             "--jobs", str(options.jobs), "--first"] + kept,
            stdout=subprocess.PIPE, text=True, errors="replace")
        schedules += sum(map(int, re.findall(
            r"^(\d+) schedules in", run.stdout, re.M)))
        found = re.findall(r"^not ok seed (\d+): (\w+)", run.stdout, re.M)
        for seed, word in found:
            if subprocess.run([sound, "--seed", seed],
                              stdout=subprocess.DEVNULL).returncode == 0:
                return word, seed, schedules
        beyond = [int(seed) for seed, _ in found if first <= int(seed) < end]
        if not found or not kept and not beyond:
            return None
        kept = []
        first = max(beyond, default=first - 1) + 1
    return None


def passes(tree, build, test):
    """Does a unit test pass?"""
    out = make(tree, build, f"unit/{test}")
    if out.returncode != 0:
        raise ValueError(out.stdout[-2000:])
    return subprocess.run(
        [f"{build}/tests/unit/{test}"], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL).returncode == 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--from", type=int, default=1000001, dest="first")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--build", default=os.environ.get("B", "build"))
    parser.add_argument("--check", action="store_true")
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    top = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
    os.chdir(top)
    bugs = [bug for bug in BUGS
            if not options.words or any(w in bug[0] for w in options.words)]
    if options.check:
        return 1 if check(bugs) or not bugs else 0
    missed = 0
    done = 0
    with tempfile.TemporaryDirectory(prefix="erfa-plant.") as work:
        tree = os.path.join(work, "tree")
        build = os.path.join(work, "build")
        shutil.copytree(top, tree, symlinks=True, ignore=lambda folder, names: [
            n for n in names if n == ".git" or n.startswith("build")])
        if os.path.isdir(options.build):
            subprocess.run(["cp", "-a", options.build, build], check=True)
        out = make(tree, build)
        if out.returncode != 0:
            sys.exit(out.stdout)
        sound = os.path.join(work, "sound")
        shutil.copy2(f"{build}/tests/sim/sim", sound)
        for name, what, edits, *test in bugs:
            kept = {}
            try:
                if test and not passes(tree, build, test[0]):
                    raise ValueError(f"{test[0]} fails without it")
                for path, text in edited(tree, edits).items():
                    kept[path] = swap(tree, path, text)
                if test and not passes(tree, build, test[0]):
                    print(f"ok {name} is caught by {test[0]}: {what}",
                          flush=True)
                    continue
                out = make(tree, build)
                if out.returncode != 0:
                    raise ValueError(out.stdout[-2000:])
                found = hunt(f"{build}/tests/sim/sim", sound, options)
                if found:
                    print(f"ok {name} is caught by \"{found[0]}\" in seed "
                          f"{found[1]}, after {found[2]} schedules: {what}",
                          flush=True)
                else:
                    missed += 1
                    print(f"not ok {name}: not caught in {options.count} "
                          f"schedules: {what}", flush=True)
            except ValueError as fault:
                missed += 1
                print(f"not ok {name}: {fault}", flush=True)
            finally:
                done += 1
                for path, text in kept.items():
                    swap(tree, path, text)
    print(f"{done - missed} of {done} planted bugs are caught")
    return 1 if missed or not done else 0


if __name__ == "__main__":
    sys.exit(main())
