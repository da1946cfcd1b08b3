#!/usr/bin/python3
"""A person at a terminal: every question of erfa new and erfa adapt, answered.

Usage: questions.py SOCKET OTHER
SOCKET is the control socket of a node, OTHER that of one linked with it.
"""

import fcntl
import json
import os
import pty
import re
import select
import subprocess
import sys
import termios
import time

from proto import body_pb2, control_pb2
from peer import Checks, Control, SLOW

CHECKS = Checks()
ENV = dict(os.environ, TERM="dumb", NO_COLOR="1", LC_ALL="C.UTF-8", COLUMNS="80")
QUESTION = re.compile(r"(?:\]|\?|:) $")


class Talk:
    """A command on a terminal of its own."""

    def __init__(self, socket, *words):
        self.ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            ("erfa", f"--socket={socket}", *words), stdin=theirs, stdout=theirs,
            stderr=theirs, env=ENV, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))  # for Ctrl-C
        os.close(theirs)
        self.text = ""
        self.asked = 0

    def read(self, until, wanted=None):
        """Read up to the question that is wanted, or to the end; return what is new.

        What comes may come in pieces, and a piece may end as a question does."""
        raw = b""
        while time.monotonic() < until:
            if not select.select([self.ours], [], [], 0.2)[0]:
                continue
            try:
                piece = os.read(self.ours, 65536)
            except OSError:
                piece = b""
            raw += piece
            # A letter may have come in half.
            line = raw.decode(errors="replace").rsplit("\n", 1)[-1]
            if not piece or wanted and wanted in line and QUESTION.search(line):
                break
        new = raw.decode(errors="replace").replace("\r\n", "\n")
        self.text += new
        return new

    def answer(self, *pairs):
        """Each pair: words that the question must hold, and the answer, or the
        answer and what is done before it is given."""
        for wanted, reply in pairs:
            new = self.read(time.monotonic() + 20 * SLOW, wanted)
            line = new.rsplit("\n", 1)[-1]
            self.asked += 1
            CHECKS.check(f"it asks: {wanted}", wanted in line, repr(new[-200:]))
            if isinstance(reply, tuple):
                reply[1]()
                reply = reply[0]
            os.write(self.ours, reply.encode() + b"\n")

    def end(self):
        self.read(time.monotonic() + 20 * SLOW)
        status = self.process.wait(20 * SLOW)
        os.close(self.ours)
        return status


def told(socket, *words):
    """What a command says as JSON."""
    return json.loads(subprocess.run(
        ("erfa", f"--socket={socket}", *words, "--json"), env=ENV, check=True,
        stdout=subprocess.PIPE).stdout)


def write(socket):
    talk = Talk(socket, "new")
    talk.answer(("Title:", "Faste små teams"),
                ("Summary", "Et fast team til hver borger i hjemmeplejen."),
                ("Sector (Enter takes the first):", ""),
                ("Publish?", "y"))
    CHECKS.check("four answers publish a trial", talk.end() == 0 and
                 "Published: " in talk.text and talk.asked == 4, talk.text)
    CHECKS.check("what leaves was shown", "elder care" in talk.text, talk.text)


def write_badly(socket):
    talk = Talk(socket, "new")
    talk.answer(("Title:", "x" * 121), ("Title:", "Natlys"),
                ("Summary", "Lys i gangen."), ("Sector", "moon"),
                ("Sector", "ældrepleje"), ("Publish?", "n"))
    CHECKS.check("what does not fit is asked again", talk.end() == 0, talk.text)
    CHECKS.check("no is no failure, and tells what is next",
                 "erfa publish " in talk.text and "Published" not in talk.text,
                 talk.text)
    titles = [d.get("title") for d in told(socket, "drafts").get("draft", [])]
    CHECKS.check("the draft is kept", titles == ["Natlys"], str(titles))


def write_programme(socket):
    talk = Talk(socket, "programme", "new")
    talk.answer(("What is it called?", "Velfærdsaftaler"), ("Type", "moon"),
                ("Type", "local"), ("Status", "running"), ("Publish?", "n"))
    CHECKS.check("nor is a programme lost to a slip", talk.end() == 0 and
                 "Kept as a draft" in talk.text, talk.text)


def write_in_vain():
    talk = Talk("/nowhere/control", "new")
    CHECKS.check("without erfad nothing is asked",
                 talk.end() == 69 and "Title" not in talk.text, talk.text)


def adapt(socket, other):
    new = subprocess.run(
        ("erfa", f"--socket={other}", "new", "--title", "Hverdagsteam", "--summary",
         "Et lille team.", "--sector", "elder_care", "--yes", "--json",
         "--set", "commitments[0].text=Ingen udlicitering"),
        env=ENV, check=True, stdout=subprocess.PIPE)
    trial = json.loads(new.stdout)["record"][0]["id"]
    # Both may be in step still, before the other has told of what it signed.
    until = time.monotonic() + 30 * SLOW
    while subprocess.run(("erfa", f"--socket={socket}", "show", trial), env=ENV,
                         check=False, capture_output=True).returncode != 0:
        if time.monotonic() > until:
            raise TimeoutError(f"{trial} does not come")
        time.sleep(0.05)
    talk = Talk(socket, "adapt", trial, "--set", "recipe.dose=Hver morgen")
    talk.answer(("Do you promise it too?", "n"), ("publish it now?", "n"))
    CHECKS.check("a copy stays a draft unless somebody says otherwise",
                 talk.end() == 0 and "Published" not in talk.text, talk.text)
    CHECKS.check("the promise was shown", "Ingen udlicitering" in talk.text,
                 talk.text)


def meanwhile(socket):
    """A question stands there, and a colleague writes: neither loses a word."""
    trial = told(socket, "new", "--title", "Natro", "--summary", "Ro om natten.",
                 "--sector", "elder_care", "--yes")["record"][0]["id"]

    def colleague(*words):
        told(socket, "edit", trial, "--set", *words)

    def mandate():
        return told(socket, "show", trial)["body"]["trial"].get("mandate")

    colleague("mandate=Mit")
    talk = Talk(socket, "publish", trial)
    talk.answer(("Publish?", ("y", lambda: colleague("mandate=Et andet"))))
    CHECKS.check("what was not shown is not published",
                 talk.end() == 75 and "has changed a draft meanwhile" in talk.text,
                 talk.text)
    CHECKS.check("nor is what was", not mandate(), repr(mandate()))
    talk = Talk(socket, "publish", trial)
    talk.answer(("Publish?", "y"))
    CHECKS.check("once it was shown, it is",
                 talk.end() == 0 and mandate() == "Et andet", talk.text)
    drafts = len(told(socket, "drafts").get("draft", []))
    talk = Talk(socket, "exempt", trial, "--why", "Binder", "--authority", "dk-1")
    talk.answer(("Which rule", ("Planloven § 5",
                                lambda: colleague("mandate=Imens", "--yes"))))
    CHECKS.check("a step does not take back a version that came meanwhile",
                 talk.end() == 75 and "is version 1.2 by now, and this was made "
                 "from 1.1" in " ".join(talk.text.split()), talk.text)
    CHECKS.check("which is there as it was", mandate() == "Imens", mandate())
    kept = len(told(socket, "drafts").get("draft", [])) == drafts + 1
    CHECKS.check("nor is what was typed lost: it is a draft",
                 kept and "Kept as a draft" in talk.text, talk.text)
    CHECKS.check("and nobody is told to publish half a step",
                 "erfa publish" not in talk.text, talk.text)
    if kept:
        control = Control(socket)
        body = control.ask(draft_get=control_pb2.DraftGetRequest(id=trial)).body
        control.close()
        CHECKS.check("which holds the rule", [e.provision for e in body.trial.exemptions] ==
                     ["Planloven § 5"], str(body))
        tried = [subprocess.run(
            ("erfa", f"--socket={socket}", "publish", trial, "--dry-run", *more), env=ENV,
            check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            for more in ((), ("--yes",))]
        CHECKS.check("nor is it called good without a word of what it takes back",
                     "made from version 1.1, and 1.2 is public" in tried[0].stdout and
                     [t.returncode for t in tried] == [0, 75], str(tried))
        told(socket, "drafts", "--drop", trial, "--yes")


def decide(socket):
    """What is said of a decision is not lost to a second thought about a name."""
    trial = told(socket, "new", "--title", "Nattero", "--summary", "Ro.",
                 "--sector", "elder_care", "--yes")["record"][0]["shownId"]
    talk = Talk(socket, "decide", trial, "--authority", "dk-c999", "--ref", "24/1")
    talk.answer(("Outcome", "approved"), ("In plain words", "Ring til Mette på 20 12 34 56"),
                ("Go on?", "n"))
    status = talk.end()
    kept = [d for d in told(socket, "drafts").get("draft", []) if d.get("kind") == "decision"]
    CHECKS.check("nor are the words of a decision lost to a no", status == 1 and
                 len(kept) == 1 and f"erfa edit {kept[0]['shownId']}" in talk.text,
                 talk.text)


def remove(socket):
    """Who is to be removed is shown as one compares it, before a yes is asked for."""
    member, = told(socket, "directory", "no-5501")["member"]
    for who in "no-5501", member["key"][:12]:
        talk = Talk(socket, "peers", "remove", who)
        talk.answer(("Remove it?", "n"))
        talk.end()
        seen = talk.text.split("Remove it?", maxsplit=1)[0]
        CHECKS.check(f"it shows whom {who} means before it asks",
                     f"{member['checkNumber']}  no-5501  Tromsø kommune" in seen, seen)
        CHECKS.check("and only that one", "dk-791" not in seen, seen)
    talk = Talk(socket, "peers", "remove", "se-1280")
    CHECKS.check("of nobody it asks nothing", talk.end() == 66 and
                 "Remove it?" not in talk.text, talk.text)
    CHECKS.check("a no removes nobody", told(
        socket, "directory", "no-5501")["member"][0]["state"] == "in")


def group(socket):
    """Who is in a group is shown within the width of a terminal."""
    told(socket, "group", "create", "Nordkreds", "no-5501", "--yes")
    talk = Talk(socket, "group", "show", "Nordkreds")
    talk.end()
    CHECKS.check("who is in a group fits a terminal", "SEALED TO" in talk.text and
                 max(
                     len(row) for row in talk.text.splitlines() if "no-5501" in row) <= 80,
                 talk.text)


def alike(socket):
    """The beginning of an id does not mean a draft if a record begins so too."""
    def edit(id):
        return subprocess.run(
            ("erfa", f"--socket={socket}", "edit", id, "--set", "mandate=Hvis?",
             "--yes"), env=ENV, check=False, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)

    record = told(socket, "new", "--title", "Tvilling", "--summary", "Den ene.",
                  "--sector", "elder_care", "--yes")["record"][0]["id"]
    twin = record[:-9] + ("0" if record[-9] != "0" else "1") + record[-8:]
    control = Control(socket)
    control.ask(draft_put=control_pb2.DraftPutRequest(
        body=body_pb2.Body(
            envelope=body_pb2.Envelope(language="da"),
            trial=body_pb2.Trial(title="Den anden", summary="S", sector=[1])),
        id=twin))
    control.close()
    said = edit(record[:15])
    CHECKS.check("two that begin alike are told apart",
                 said.returncode == 64 and f'"{record[:15]}" may mean' in said.stdout,
                 said.stdout)
    said = edit(record)
    CHECKS.check("the whole id means one of them", said.returncode == 0 and
                 told(socket, "show", record)["body"]["trial"]["mandate"] == "Hvis?",
                 said.stdout)
    said = edit(twin[:-8])
    CHECKS.check("and so does what only the other begins with",
                 said.returncode == 0 and "Den anden" in said.stdout, said.stdout)


def main():
    try:
        for fd in pty.openpty():
            os.close(fd)
    except OSError:
        print("skip questions: this machine has no pseudo terminals (/dev/pts)")
        return 0
    socket, other = sys.argv[1:3]
    write(socket)
    write_badly(socket)
    write_programme(socket)
    write_in_vain()
    adapt(socket, other)
    meanwhile(socket)
    decide(socket)
    alike(socket)
    remove(socket)
    group(socket)
    return CHECKS.bad


if __name__ == "__main__":
    sys.exit(main())
