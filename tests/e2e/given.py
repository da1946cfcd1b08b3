#!/usr/bin/python3
"""A backup that was given out to its last piece is waited for until it is on the
list, however long that takes.

Usage: given.py SOCKET
"""

import sys

from proto import control_pb2

from peer import Checks, Control

CHECKS = Checks()
CONTROL = Control(sys.argv[1])
WAITED = 8  # of so many at a time


def ask(**what):
    return CONTROL.ask(backup=control_pb2.BackupRequest(**what))


def refused(**what):
    try:
        ask(**what)
    except RuntimeError as error:
        return str(error)
    return ""


def given(name):
    """Begin one, and ask for all of it; return its id."""
    made = ask(file=name).id
    while not ask(id=made).end:
        pass
    return made


def listed():
    return [kept.file for kept in ask().kept]


def main():
    before = listed()
    slow = given("/slow")
    try:
        quick = given("/quick")
    except RuntimeError as error:
        CHECKS.check("another one is made meanwhile", False, error)
        sys.exit(1)
    CHECKS.check("another one is made meanwhile", quick != slow)
    ask(id=quick, done=True, bytes=1)
    said = refused(id=slow, done=True, bytes=1)
    CHECKS.check("what takes long comes on the list all the same", not said, said)
    CHECKS.check("both are on it", sorted(listed()) == sorted(
        before + ["/slow", "/quick"]), listed())
    CHECKS.check("it comes once", "list" in refused(id=slow, done=True))

    # One that is in the middle is not harmed by it, and keeps others away.
    middle = ask(file="/middle").id
    ask(id=middle)
    CHECKS.check("only one is made at a time", "another" in refused(file="/x"))
    ask(done=True, gone=["/slow", "/quick"])
    while not ask(id=middle).end:
        pass
    CHECKS.check("one that was not begun is not known", refused(id="0", done=True))
    said = refused(id=middle, done=True)
    CHECKS.check("which goes on", not said, said)
    ask(done=True, gone=["/middle"])

    # They are not waited for without end.
    many = [given(f"/{i}") for i in range(WAITED + 1)]
    said = refused(id=many[0], done=True)
    CHECKS.check("the oldest of many is forgotten", "not come on the list" in said,
                 said)
    for made in many[1:]:
        ask(id=made, done=True)
    names = [f"/{i}" for i in range(1, WAITED + 1)]
    CHECKS.check("and no other", sorted(listed()) == sorted(before + names), listed())
    ask(done=True, gone=names)
    CHECKS.check("the list is as it was", listed() == before, listed())
    sys.exit(CHECKS.bad)


main()
