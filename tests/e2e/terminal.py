#!/usr/bin/python3
"""Texts that try to command a terminal, in the records of a member, shown by every
command of erfa on a terminal: none of them gets through.

Usage: terminal.py SOCKET LINE
SOCKET is the node's control socket, LINE an invitation to it.
"""

import csv
import json
import os
import pty
import re
import subprocess
import sys
import termios
import time

from peer import BASE32, Checks, Control, Log, SLOW, deadline, join
from proto import body_pb2, control_pb2

ORG = "fi-297"
CHECKS = Checks()
ENV = dict(os.environ, TERM="xterm", NO_COLOR="1", LC_ALL="C.UTF-8", COLUMNS="80")

# What is tried; BAD stands for bytes that are no UTF-8, of the same length.
BAD = "\u2603\u2603"
BAD_BYTES = b"\xff\x9b2J\xc3\x1b"
TRICKS = [
    "\x1b[2J\x1b[H", "\x1b]0;owned\x07", "\x1b]52;c;cm0gLXJmIH4=\x07",
    "\x1b]8;;http://x\x1b\\click", "\x1bP1$r\x1b\\", "\x1b[6n", "\x1b(0", "\x1bc",
    "all is well\rbad", "bad\b\b\bgood", "x\nerfa: all is well", "\x9b2J", "\x9d0;x\x9c",
    "\x85next", "\u202egnp.exe", "\u2066x\u2069", "\u200eab\u200f", "\u061c",
    "a\u200bb", "\ufeffbom", "\U000e0041tag", "\x7f\x7f", "\x00nul"[1:], "\x01\x02\x1a",
    "\t\v\f", "\x1b[31mred", "%s%n", "=1+1", BAD, "\u2028line", "\x1b[?1049h",
    "@SUM(1)", "+1+1", "-1+cmd|' /C calc'!A0", "a" + "\u0301" * 300,
]
HARMLESS = re.compile(
    "[^\n\x20-\x7e\xa0-\U0010ffff]|[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069"
    "\ufeff\U000e0000-\U000e007f]")

# More marks on one letter than any language has: they run over the lines around it.
FLOOD = re.compile("[\u0300-\u036f]{20}")


def fill(message, text, depth=0):
    """Write the text into every string of a message, and one of each list."""
    for field in message.DESCRIPTOR.fields:
        many = field.label == field.LABEL_REPEATED
        if field.type == field.TYPE_STRING:
            if many:
                getattr(message, field.name).append(text)
            elif field.name not in ("id", "publisher"):
                setattr(message, field.name, text)
        elif field.type == field.TYPE_MESSAGE and depth < 3:
            part = getattr(message, field.name)
            fill(part.add() if many else part, text, depth + 1)


def publish(log, trick, number):
    """One trial whose every text is the trick."""
    record = os.urandom(16)
    digits = int.from_bytes(record, "big") << 2
    body = body_pb2.Body()
    fill(body.envelope, trick)
    fill(body.trial, f"{trick} {number}")
    body.envelope.id = f"{ORG}/" + "".join(
        BASE32[digits >> s & 31] for s in range(125, -1, -5))
    body.envelope.publisher = ORG
    body.envelope.major = 1
    raw = body.SerializeToString().replace(BAD.encode(), BAD_BYTES)
    log.add(6, body=raw, record=record, topic=1)
    return body.envelope.id


def serve(peer, control, log):
    """Answer until the node has every body and has indexed it."""
    until = deadline(30)
    while True:
        while peer.socket.poll(50):
            peer.answer(peer.receive(1))
        state = control.ask(status=control_pb2.StatusRequest())
        if state.entries >= len(log) and state.bodies_absent == 0 and \
                state.indexed == state.arrival:
            return
        if time.monotonic() > until:
            raise SystemExit("not ok the node takes the records: not in time")


# What the commands of the table are given where they want something.
TRIALS = ("TRIAL", "ID", "ROOT", "A", "B", "PROGRAMME", "NETWORK", "TARGET", "QUESTION",
          "TRIAL|APPLICATION", "APPLICATION", "RECORD")
# These have no end of their own, or dial, or make a node.
ENDS = {"watch": ["--count", "3", "--wait", "1", "--from", "start"], "sync": ["--wait", "1"]}
LEFT_OUT = {"init", "join", "bundle export", "bundle import", "help"}
FORMULA = re.compile(r"^[=+@\t\r]|^-(?![0-9.,]*$)")


def invocations(erfa, ids):
    """Every command of the table, as those who want to be shown something call it."""
    table = json.loads(subprocess.run([*erfa, "help", "--json"], stdout=subprocess.PIPE,
                                      check=True, env=ENV).stdout)
    for number, command in enumerate(table["command"]):
        if command["name"] in LEFT_OUT:
            continue
        words = command["name"].split() + ENDS.get(command["name"], [])
        wanted = re.findall(r"[A-Z|]+", command.get("args", ""))
        options = {option["name"] for option in command.get("option", [])}
        for turn in range(3):
            given = [ids[(number + 7 * turn + k) % len(ids)] if what in TRIALS
                     else TRICKS[(number + 5 * turn + k) % 7] for k, what in enumerate(wanted)]
            yield command["name"], words + given
            yield command["name"] + " --json", words + given + ["--json"]
            if "csv" in options:
                yield command["name"] + " --csv", words + given + ["--csv"]


def check_table(erfa, ids):
    """No command that there is, or will be, lets a text through."""
    said = {}
    for name, words in invocations(erfa, ids):
        out = on_terminal(*erfa, *words, asks=False)
        said.setdefault(name, []).append(out)
    for name, outs in said.items():
        out = b"\n".join(outs) or b"-"
        if name.endswith(" --csv"):
            out = out.replace(b"\r\n", b"\n")  # as RFC 4180 ends its lines
        check(f"erfa {name}, as the table has it", out)
        if name.endswith(" --csv"):
            cells = [cell for out in outs
                     for row in csv.reader(out.decode().splitlines()) for cell in row]
            CHECKS.check(f"no cell of erfa {name} is a formula",
                         not any(FORMULA.search(cell) for cell in cells),
                         repr([cell for cell in cells if FORMULA.search(cell)][:3]))


def on_terminal(*words, asks=True):
    """What a command prints on a terminal, standard error included."""
    ours, theirs = pty.openpty()
    mode = termios.tcgetattr(theirs)
    mode[1] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, mode)
    process = subprocess.Popen(words, stdin=theirs if asks else subprocess.DEVNULL, stdout=theirs, stderr=theirs,
                               env=ENV, start_new_session=True)
    os.close(theirs)
    out = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    os.close(ours)
    process.wait(30 * SLOW)
    return out


def check(name, out):
    try:
        text = out.decode()
    except UnicodeDecodeError as e:
        CHECKS.check(name, False, f"no UTF-8: {e}")
        return
    found = HARMLESS.search(text)
    if not found and "json" not in name and "export" not in name:
        found = FLOOD.search(text)  # programs get the letters as they are
    CHECKS.check(name, len(text) > 0 and found is None,
                 repr(text[max(0, found.start() - 40):found.start() + 20])
                 if found else "it printed nothing")


def main():
    path, line = sys.argv[1:3]
    control = Control(path)
    peer = join(line, ORG, name="\x1b]0;owned\x07 \u202eKuopio")
    log = Log(peer.key)
    log.genesis(ORG)
    ids = [publish(log, trick, n) for n, trick in enumerate(TRICKS)]
    peer.claim(log)
    serve(peer, control, log)

    erfa = [os.environ.get("ERFA", "erfa"), "--socket", path, "--quiet"]
    commands = ["status", "list", "list --kind all", "list --lang fi", "list --jsonl",
                "list --json", "find all", "find tag", "peers", "peers --json", "logs",
                "export", "export --proto", "export --json", "verify", "sync",
                "invite --list", f"watch --from start --count {len(log)} --wait 10",
                f"watch --json --from start --count {len(log)} --wait 10",
                "help", "peers remove --yes nobody", "show nothing/at"]
    for command in commands:
        check(f"erfa {command}", on_terminal(*erfa, *command.split()))
    rows = on_terminal(*erfa, "list").count(b"\n")
    CHECKS.check("and they were there to be listed", rows >= len(TRICKS) - 1,
                 f"{rows} lines")
    for command in ("members", "directory"):
        widest = max(len(row) for row in on_terminal(*erfa, command).decode().splitlines())
        CHECKS.check(f"erfa {command} fits a terminal", widest <= 80, f"{widest} columns")
    check_table(erfa, ids)
    for command in ("show", "show --json"):
        out = b"".join(on_terminal(*erfa, *command.split(), i) for i in ids)
        check(f"erfa {command} of {len(ids)} records", out)
        CHECKS.check(f"and erfa {command} does show them", len(out) > 1000 * len(ids),
                     f"{len(out)} bytes")
    for trick in TRICKS:
        if "\x00" in trick or trick == BAD:
            continue
        for words in (["find", trick], ["show", trick], ["join", trick],
                      ["publish", trick], [trick], ["list", "--" + trick]):
            out = on_terminal(*erfa, *words)
            if HARMLESS.search(out.decode("utf-8", "surrogateescape")):
                check(f"erfa {words!r}", out)
    CHECKS.check("words of one's own are told back harmless", True)
    return CHECKS.bad


def has_terminals():
    """Can this machine make a pseudo terminal?  A bare container may have none."""
    try:
        for fd in pty.openpty():
            os.close(fd)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    if not has_terminals():
        print("skip erfa on a terminal: this machine has no pseudo terminals (/dev/pts)")
        sys.exit(0)
    sys.exit(main())
