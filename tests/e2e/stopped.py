#!/usr/bin/python3
"""A person at a terminal thinks better of it, in the middle of a question.

Usage: stopped.py SOCKET TRIAL
SOCKET is the control socket of a node, TRIAL a running one of its own.
"""

import os
import pty
import sys
import time

from peer import Checks, SLOW
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
    return CHECKS.bad


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
