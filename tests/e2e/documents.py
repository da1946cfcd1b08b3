#!/usr/bin/python3
"""Every command of erfa with --json: what it prints is one document with a schema.

Usage: documents.py SOCKET FOLDER
SOCKET is the control socket of a node of dk-791 without records.
"""

import json
import os
import re
import subprocess
import sys

from peer import Checks

CHECKS = Checks()
SOCKET, FOLDER = sys.argv[1:3]
ERFA = [os.environ.get("ERFA", "erfa"), "--socket", SOCKET]
SCHEMA = re.compile(r"erfa\.[a-z0-9.-]+/[1-9]\Z")
SAID = set()


def erfa(command, *words):
    """Run a command with --json; return its document, or None if it was refused."""
    done = subprocess.run([*ERFA, *command.split(), *words, "--json"], timeout=60,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    if done.returncode != 0:
        return None
    try:
        document = json.loads(done.stdout)
        schema = document.get("schema", "")
    except (ValueError, AttributeError):
        document, schema = {}, repr(done.stdout[:60])
    if command not in SAID or not SCHEMA.match(schema):
        CHECKS.check(f"erfa {command} --json is one document with a schema",
                     SCHEMA.match(schema) is not None, schema or "there is none")
    SAID.add(command)
    return document


def must(command, *words):
    """The same for what has to succeed."""
    document = erfa(command, *words)
    if document is None:
        CHECKS.check(f"erfa {command} {' '.join(words)}", False, "was refused")
        return {}
    return document


def made(command, *words):
    """The id of the record that a command publishes."""
    return find(must(command, *words), "id", "shownId") or "missing"


def find(document, *names):
    """The first text of one of these names, wherever it stands."""
    if isinstance(document, list):
        document = dict(enumerate(document))
    if not isinstance(document, dict):
        return None
    for name in names:
        if isinstance(document.get(name), str) and "/" in document[name]:
            return document[name]
    for part in document.values():
        found = find(part, *names)
        if found:
            return found
    return None


def tell():
    """One of each kind of record, by the commands that write them."""
    trial = made("new", "--title", "Faste teams", "--summary", "Mindre teams",
                 "--sector", "elder_care", "--yes")
    must("exempt", trial, "--provision", "Serviceloven § 83", "--level", "act",
         "--why", "Binder tiden", "--authority", "Ældreministeriet")
    must("own", trial, "--unit", "Hjemmeplejen", "--role", "leder")
    must("anchor", trial, "--body", "council", "--date", "2026-02-01")
    must("plan", trial, "--goal", "Færre møder", "--criterion", "Halvt så mange",
         "--from", "2026-03-01", "--to", "2027-02-28")
    must("decide", trial, "--authority", "Ældreministeriet", "--ref", "1",
         "--outcome", "approved_with_conditions", "--plain", "I må",
         "--condition", "Før log")
    must("conditions", trial)
    must("conditions", trial, "--met", "1")
    must("start", trial)
    must("barrier", trial, "--kind", "law_regulation", "--text", "Tiden")
    must("confirm", trial)
    must("ready", trial, "--goals", "yes")
    must("edit", trial, "--set", "summary=Endnu mindre teams")
    must("pause", trial)
    must("learn", trial, "--verdict", "worked_partly", "--worked", "Ro",
         "--not-worked", "Nætter", "--interim")
    number = made("indicator new", "--code", "dk-791:moeder", "--name", "Møder",
                  "--unit", "møder", "--polarity", "lower_better", "--yes")
    must("observe", trial, "--indicator", number, "--occasion", "baseline",
         "--n", "20", "--mean", "8", "--sd", "2", "--from", "2026-02")
    must("comment", trial, "Set med egne øjne")
    copy = made("adapt", trial, "--title", "Faste teams, igen", "--yes")
    must("link", copy, "--text", "Et foredrag", "--heard", "i Malmö")
    programme = made("programme new", "--name", "Velfærdsaftalen", "--type", "local",
                     "--status", "running", "--yes")
    network = made("network new", "--name", "Små teams", "--coordinator", "dk-791",
                   "--yes")
    turn = made("round new", "--programme", programme, "--opens", "2026-06-01",
                "--closes", "2026-07-31", "--yes")
    must("apply", trial, "--round", turn)
    must("group create", "Kvartalspiloten", "dk-791", "--yes")
    must("group show", "kvart")
    must("group list")
    must("group")
    must("new", "--group", "kvart", "--title", "Nattevagter", "--summary", "Færre",
         "--sector", "elder_care", "--yes")
    must("retract", copy, "--reason", "duplicate", "--explanation", "To gange",
         "--yes")
    must("stop", trial, "--reason", "staff_capacity")
    return {"trial": trial, "copy": copy, "programme": programme, "network": network,
            "round": turn, "indicator": number}


def read(ids):
    """Everything that only reads."""
    form = os.path.join(FOLDER, "bundle")
    for command in ("list", "inbox", "drafts", "guides", "rounds", "applications",
                    "programme list", "network list", "round list", "indicator list",
                    "overview", "table31", "dossier", "status", "peers", "logs", "verify",
                    "org list", "sync", "export", "help", "reindex"):
        must(command)
    for command in ("show", "status", "history", "lineage", "scale", "evidence"):
        must(command, ids["trial"])
    must("invite", "no-5501")
    must("find", "teams")
    must("term", "borger")
    must("diff", ids["trial"], ids["copy"])
    must("burden", ids["programme"])
    for kind in ("programme", "network", "round"):
        must(f"{kind} show", ids[kind])
    must("org show", "dk-791")
    must("bundle export", form)
    must("bundle import", form)
    must("import", "tests/corpus/trials.jsonl", "--dry-run")
    backup = os.path.join(FOLDER, "backup")
    must("backup", "--list")
    must("backup", "--new-key", os.path.join(FOLDER, "backup.key"))
    must("backup", backup, "--plain")
    must("backup", "--forget", backup)
    must("restore", backup, "--dry-run")


# These say something for every entry, go on forever, or make a node.
LEFT_OUT = {"watch", "init", "join"}


def rest(ids):
    """The commands of the table that are not named above, as far as they can run."""
    given = {"TRIAL": ids["trial"], "PROGRAMME": ids["programme"], "ORG": "dk-791"}
    for command in must("help")["command"]:
        name = command["name"]
        if name in SAID or name in LEFT_OUT:
            continue
        words = re.findall(r"[A-Z|]+", command.get("args", ""))
        erfa(name, *[given.get(word, ids["trial"]) for word in words])


def main():
    ids = tell()
    read(ids)
    rest(ids)
    CHECKS.check("most commands of the table could run", len(SAID) >= 60,
                 f"{len(SAID)}: {sorted(SAID)}")
    return CHECKS.bad


if __name__ == "__main__":
    sys.exit(main())
