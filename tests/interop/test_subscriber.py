#!/usr/bin/python3
"""tests/interop/subscriber.py, the program in the README, against erfad."""
# timeout: 120

import json
import os
import select
import subprocess
import sys

from stage import SLOW, Stage, deadline

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "subscriber.py")
CORPUS = "tests/corpus/trials.jsonl"
READER = "se-1480"


class Subscriber:
    """The program, and the lines that it has printed."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, PROGRAM, *arguments], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, bufsize=0)
        self.lines, self.rest = [], b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def titles(self):
        return [line["trial"]["title"] for line in self.lines]

    def until(self, true, seconds=30):
        """Read on until ``true``; say why if it does not come."""
        end = deadline(seconds)
        while not true():
            left = end - deadline(0)
            if left <= 0:
                return f"not in time: {len(self.lines)} lines came"
            if not select.select([self.process.stdout], [], [], min(left, 0.05))[0]:
                continue
            got = os.read(self.process.stdout.fileno(), 65536)
            if not got:
                return f"it ended with {self.process.wait()}"
            *whole, self.rest = (self.rest + got).split(b"\n")
            self.lines += map(json.loads, whole)
        return None


def has_saved(path, node):
    """Has it read as far as the node holds, and written that down?"""
    with open(path, encoding="ascii") as f:
        saved = json.load(f)
    ends = {(log[0], log[2], log[3]) for log in saved["logs"]}
    status = node.json("status")
    return not saved["wanted"] and ends == {
        (status["key"], n, chain) for n, chain in node.logs().values()}


def expected(count):
    with open(CORPUS, encoding="utf-8") as f:
        return [json.loads(line) for line in f][:count]


def feed(stage, name, **options):
    """Import, subscribe, publish; go away, come back."""
    check = stage.check
    node = stage.node(name, "dk-791", "--listen", "127.0.0.1:0", **options)
    trials = expected(40)
    part = os.path.join(stage.root, "part.jsonl")
    with open(part, "w", encoding="utf-8") as f:
        f.writelines(json.dumps(trial) + "\n" for trial in trials)
    node.erfa("import", part)
    line = node.json("invite", READER, "--reader", "tester")["line"]
    state = os.path.join(stage.root, name + ".state")

    with Subscriber(state, READER, line) as reader:
        check(f"{name}: history comes first",
              reader.until, lambda: len(reader.lines) >= len(trials))
        check.same(f"{name}: every trial once", sorted(t["id"] for t in trials),
                   sorted(x["envelope"]["externalId"] for x in reader.lines))
        node.publish("Byhaver")
        check(f"{name}: a new trial comes live", reader.until,
              lambda: reader.titles()[-1:] == ["Byhaver"])
        check(f"{name}: it writes down how far it is", reader.until,
              lambda: has_saved(state, node))
    check(f"{name}: its state is for its owner alone",
          lambda: os.stat(state).st_mode & 0o777 == 0o600)
    node.publish("Lektiecafé")
    node.publish("Delebiler")
    with Subscriber(state) as reader:
        check(f"{name}: what was missed comes when it is back",
              reader.until, lambda: len(reader.lines) >= 2)
        node.publish("Sansehave")
        check(f"{name}: and what comes after that",
              reader.until, lambda: len(reader.lines) >= 3)
        check.same(f"{name}: nothing comes twice",
                   ["Lektiecafé", "Delebiler", "Sansehave"], reader.titles())
    return node


with Stage() as everything:
    print(f"# times {SLOW}")
    everything.check("subscriber.py has at most 60 lines",
                     lambda: len(open(PROGRAM, encoding="utf-8").readlines()) <= 60)
    feed(everything, "pub")
    feed(everything, "mute", settings="drop_notes_percent = 100")
