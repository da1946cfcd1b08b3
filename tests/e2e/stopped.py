#!/usr/bin/python3
"""A person at a terminal thinks better of it in the middle of a question, mistypes, or
is left alone by erfad.

Usage: stopped.py SOCKET TRIAL [ASKED GO QUESTION ANSWER COMMAND...]
SOCKET is the control socket of a node, TRIAL a running one of its own.  With more
words COMMAND is run: the file ASKED tells that its QUESTION stands, and ANSWER is
typed when there is a file GO.
"""

import os
import pty
import sys
import tempfile
import threading
import time

import zmq

from peer import Checks, SLOW
from proto import control_pb2
from questions import Talk, told

CHECKS = Checks()
CTRL_C, CTRL_D = b"\x03", b"\x04"


def leave(talk, wanted, key):
    """Wait for the question that holds the words, and press the key at it."""
    new = talk.read(time.monotonic() + 20 * SLOW, wanted)
    CHECKS.check(f"it asks: {wanted}", wanted in new.rsplit("\n", 1)[-1], repr(new[-200:]))
    os.write(talk.ours, key)
    return talk.end()


def public(socket):
    """All that there is, in its newest version."""
    return sorted((row.get("id"), row.get("version"))
                  for row in told(socket, "list", "--kind", "all").get("row", []))


def stays_away(socket, name, key, words, answers, wanted):
    """The command asks, is left, and has published nothing."""
    before = public(socket)
    talk = Talk(socket, *words)
    talk.answer(*answers)
    status = leave(talk, wanted, key)
    CHECKS.check(f"{name} is a failure", status == 1 and
                 "stopped; nothing was done" in talk.text, f"{status}: {talk.text}")
    CHECKS.check(f"{name} publishes nothing", public(socket) == before, talk.text)


def main():
    try:
        for fd in pty.openpty():
            os.close(fd)
    except OSError:
        print("skip stopped: this machine has no pseudo terminals (/dev/pts)")
        return 0
    socket, trial = sys.argv[1:3]
    if len(sys.argv) > 3:
        return wait_and_answer(socket, *sys.argv[3:])
    for key, called in ((CTRL_C, "Ctrl-C"), (CTRL_D, "the end of the input")):
        stays_away(socket, f"{called} at why it is stopped", key, ("stop", trial), (),
                   "Why")
        stays_away(socket, f"{called} amid what was learnt", key, ("learn", trial),
                   (("Did it work", "worked"), ("What worked", "Lys")), "What did not?")
    stays_away(socket, "Ctrl-C at what comes after", CTRL_C, ("finish", trial), (),
               "What comes after")
    stays_away(socket, "a half line at a comment", b"Godt\x04\x04", ("comment", trial), (),
               "Your comment:")
    drafts(socket)
    half_a_yes(socket, trial)
    few_people(socket, trial)
    mistype(socket, trial)
    name_somebody(socket, trial)
    mistype_comment(socket, trial)
    interrupt(socket)
    break_off(socket, trial)
    return CHECKS.bad


def half_a_yes(socket, trial):
    """A yes that nobody has ended with Enter is none."""
    draft = told(socket, "new", "--title", "Halvt", "--summary", "Ja", "--sector",
                 "elder_care")["draft"]["shownId"]
    stays_away(socket, "half a yes to a draft", b"y\x04\x04", ("publish", draft), (),
               "Publish?")
    stays_away(socket, "half a yes to an erasure", b"y\x04\x04",
               ("erase", trial, "--reason", "personal_data"), (), "Erase?")
    told(socket, "drafts", "--drop", draft, "--yes")


def few_people(socket, trial):
    """Who leaves at the first small count is not asked about the next, nor does any
    of them go."""
    indicator = told(
        socket, "indicator", "new", "--code", "dk-791:fald", "--name", "Fald", "--unit",
        "personer", "--polarity", "lower_better", "--yes")["record"][0]["id"]
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as table:
        table.write("occasion,events,total\nbaseline,2,60\ninterim,3,60\n")
        table.flush()
        stays_away(socket, "the end of the input at a small count", CTRL_D,
                   ("observe", trial, "--indicator", indicator, "--csv", table.name), (),
                   "Show it?")


def wait_and_answer(socket, asked, go, question, answer, *words):
    """Answer the question not before the file says so; print what the command says."""
    talk = Talk(socket, *words)
    with open(asked, "w", encoding="utf-8") as file:
        file.write(talk.read(time.monotonic() + 20 * SLOW, question) + "\n")
    until = time.monotonic() + 60 * SLOW
    while not os.path.exists(go):
        if time.monotonic() > until:
            raise TimeoutError(f"{go} does not come")
        time.sleep(0.05)
    os.write(talk.ours, answer.encode() + b"\n")
    status = talk.end()
    print(talk.text)
    return status


def mistype(socket, trial):
    """What does not fit is asked again, and nothing typed before is lost."""
    talk = Talk(socket, "learn", trial)
    talk.answer(("Did it work", "perhaps"), ("Did it work", "worked"),
                ("What worked", "Lys i gan\u00adgen"), ("What worked", "Lys i gangen"),
                ("What did not?", "Strøm"), ("Under which", ""))
    CHECKS.check("what was learnt is published after two slips", talk.end() == 0 and
                 "Published: " in talk.text, talk.text)


def mistype_comment(socket, trial):
    talk = Talk(socket, "comment", trial)
    talk.answer(("Your comment:", "Hos o\u00ads"), ("Your comment:", "Mette: 20 12 34 56"),
                ("Go on?", ""))
    CHECKS.check("nor is a comment", talk.end() == 1 and "erfa edit " in talk.text, talk.text)


def name_somebody(socket, trial):
    """What looks like a person is not published, and not lost."""
    before = public(socket)
    talk = Talk(socket, "learn", trial, "--new")
    talk.answer(("Did it work", "worked"), ("What worked", "Ring til Mette på 20 12 34 56"),
                ("What did not?", ""), ("Under which", ""), ("Go on?", "n"))
    CHECKS.check("who takes a name back publishes nothing", talk.end() == 1 and
                 "nothing was published" in talk.text and public(socket) == before, talk.text)
    kept = [d for d in told(socket, "drafts").get("draft", []) if d.get("kind") == "experience"]
    CHECKS.check("and what was typed is a draft", len(kept) == 1 and
                 f"erfa edit {kept[0]['shownId']}" in talk.text, talk.text)
    told(socket, "publish", kept[0]["shownId"], "--yes", "--allow-personal")
    CHECKS.check("which can be published", len(public(socket)) == len(before) + 1)


class Between:
    """What stands at SOCKET.front and passes on what erfad is asked, up to a point."""

    def __init__(self, socket):
        self.context = zmq.Context()
        self.front = self.context.socket(zmq.ROUTER)
        self.back = self.context.socket(zmq.DEALER)
        self.path = f"{socket}.front"
        self.front.bind(f"ipc://{self.path}")
        self.back.connect(f"ipc://{socket}")
        for side in (self.front, self.back):
            side.linger = 0
            side.rcvtimeo = 20000 * SLOW

    def serve(self, last):
        """Pass everything on; have the request last done, but keep its answer."""
        while True:
            *way, request = self.front.recv_multipart()
            self.back.send(request)
            answer = self.back.recv_multipart()[-1]
            if control_pb2.Request.FromString(request).WhichOneof("ask") == last:
                return
            self.front.send_multipart([*way, answer])

    def end(self):
        self.front.close()
        self.back.close()
        self.context.term()


def interrupt(socket):
    """Ctrl-C comes when erfad has done it, and before it has said so."""
    between = Between(socket)
    talk = Talk(between.path, "reindex")
    between.serve("reindex")
    os.write(talk.ours, CTRL_C)
    status = talk.end()
    CHECKS.check("nobody is told that nothing was done who cannot know",
                 status == 1 and "it may have been done" in talk.text, talk.text)
    between.end()


def break_off(socket, trial):
    """erfad publishes what it was given, and goes away without a word."""
    between = Between(socket)
    talk = Talk(between.path, "comment", trial)
    serving = threading.Thread(target=between.serve, args=("publish",))
    serving.start()
    talk.answer(("Your comment:", "Farvel"))
    serving.join()
    between.end()
    status = talk.end()
    CHECKS.check("who is not answered is told that it may have been done",
                 status == 69 and "it may have been done" in talk.text, talk.text)
    CHECKS.check("and how to look instead of doing it twice",
                 "erfa list --kind all" in talk.text and "again." not in talk.text,
                 talk.text)
    CHECKS.check("what was typed is kept, and not to be published once more",
                 "What was written is in" in talk.text and
                 "erfa publish" not in talk.text, talk.text)


def drafts(socket):
    """Who ends it after a draft was kept still has the draft."""
    talk = Talk(socket, "new")
    talk.answer(("Title:", "Sansehave"), ("Summary", "En have."), ("Sector", "elder_care"))
    status = leave(talk, "Publish?", CTRL_C)
    CHECKS.check("Ctrl-C before a draft leaves this node", status == 1 and
                 "what was done before that stays" in talk.text and
                 "erfa publish " in talk.text and "Published" not in talk.text, talk.text)
    titles = [d.get("title") for d in told(socket, "drafts").get("draft", [])]
    CHECKS.check("and it is a draft still", titles == ["Sansehave"], str(titles))


if __name__ == "__main__":
    sys.exit(main())
