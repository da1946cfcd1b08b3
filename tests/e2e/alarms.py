#!/usr/bin/python3
"""Members whose misbehaviour is nowhere a wrong byte; status must name it.

Usage: alarms.py HUB LEAF, control sockets of two nodes in step.
"""

import os
import sys
import time

from peer import Checks, Control, Log, deadline, join, now_ms
from proto import control_pb2, entry_pb2, wire_pb2

CHECKS = Checks()
DAY = 86400000


def member(control, org):
    return join(control.ask(invite=control_pb2.InviteRequest(org=org)).line, org)


def turn(peers):
    for peer in peers:
        while peer.socket.poll(10):
            peer.answer(wire_pb2.Msg.FromString(peer.socket.recv()))


def until(peers, good, seconds=60, each=None):
    """Wait for something while the peers answer."""
    end = deadline(seconds)
    while time.monotonic() < end:
        found = good()
        if found:
            return found
        if each is not None:
            each()
        turn(peers)
    return good()


def problem(control, code, org):
    for p in control.ask(status=control_pb2.StatusRequest()).problem:
        if p.code == code and p.org == org:
            return p
    return None


def named(name, found):
    CHECKS.check(name, found is not None and found.since.startswith("20") and
                 found.remedy and found.what and len(found.key) == 64, str(found))


def held(control, log):
    for view in control.ask(logs=control_pb2.LogsRequest()).log:
        if view.log == log.id.hex():
            return view
    return None


def new_log(peer, org, entries, time_ms=None):
    log = Log(peer.key)
    log.genesis(org)
    while len(log) < entries:
        log.trial(org, f"trial {len(log)}")
    return log


def claims(hub):
    """Far ahead, in HAVE and by a HEAD, with nothing that leads to it."""
    peer = member(hub, "fi-297")
    log = new_log(peer, "fi-297", 2)
    peer.claim(log)
    until([peer], lambda: held(hub, log))
    lie = Log(peer.key)
    lie.genesis("fi-297")
    peer.have(wire_pb2.Pos(log_id=lie.id, n=2 ** 62, c8=bytes(8), key=lie.key.public,
                           inc=lie.inc))
    raw = log.head(n=2 ** 40, c=os.urandom(32))
    peer.send(note=wire_pb2.Note(head=raw, n=2 ** 40))
    found = until([peer], lambda: problem(hub, "claim", "fi-297"))
    named("who claims what it cannot show is named", found)
    until([peer], lambda: hub.ask(status=control_pb2.StatusRequest()).claims_unproved > 1)
    peers = hub.ask(peers=control_pb2.PeersRequest())
    behind = [p.behind for p in peers.peer if p.org == "fi-297"]
    CHECKS.check("and what it claims counts no more", behind == [0], str(behind))
    v = held(hub, log)
    CHECKS.check("what it did show stays", v and v.n == 2 and v.state == "open", str(v))
    log.trial("fi-297", "the truth")
    peer.claim(log)
    CHECKS.check("and it may go on", until([peer], lambda: held(hub, log).n == 3))
    return peer


def withholds(hub):
    """Says again and again that it holds nothing, and takes nothing up."""
    peer = member(hub, "is-0000")
    digest = os.urandom(32)

    def say():
        peer.send(have=wire_pb2.Have(digest=digest, full=True, part=1, parts=1))
    say()
    found = until([peer], lambda: problem(hub, "differs", "is-0000"), each=say)
    named("who does not take up what others hold is named", found)
    CHECKS.check("with the log, and how far it is",
                 found is not None and len(found.log) == 32 and
                 "holds 0 of" in found.what, str(found))
    # All logs that it does not take up are one thing to telephone about.
    several = until([peer], lambda: hub.ask(
        status=control_pb2.StatusRequest()).logs_differing > 1, each=say)
    told = [p for p in hub.ask(status=control_pb2.StatusRequest()).problem
            if p.code == "differs" and p.org == "is-0000"]
    CHECKS.check("once for all logs", several and len(told) == 1 and
                 "logs" in told[0].what, str(told))
    # It takes it up: nothing is held against it.
    pos = [wire_pb2.Pos(log_id=bytes.fromhex(v.log), n=v.counted,
                        c8=bytes.fromhex(v.chain)[:8])
           for v in hub.ask(logs=control_pb2.LogsRequest()).log]
    digest = os.urandom(32)

    def mend():
        peer.send(have=wire_pb2.Have(digest=digest, full=True, part=1, parts=1, pos=pos))
    mend()
    CHECKS.check("once it takes it up, no more", until(
        [peer], lambda: problem(hub, "differs", "is-0000") is None, each=mend))
    return peer


def clock(hub):
    """Its clock is a day ahead; then it is set."""
    peer = member(hub, "se-0180")
    peer.hello(time_ms=now_ms() + DAY)
    peer.until("hello")
    found = until([peer], lambda: problem(hub, "clock", "se-0180"))
    CHECKS.check("whose clock is another is named", found is not None and
                 "timedatectl" in found.remedy, str(found))
    peer.greet()
    CHECKS.check("once it is set, no more", until(
        [peer], lambda: problem(hub, "clock", "se-0180") is None))
    return peer


def silent(hub):
    """Its last HEAD is of three days ago."""
    peer = member(hub, "se-1280")
    log = new_log(peer, "se-1280", 2)
    normal = log.head
    log.head = lambda n=None, c=None, time_ms=None, **more: normal(
        n, c, time_ms or now_ms() - 3 * DAY, **more)
    peer.claim(log)
    found = until([peer], lambda: problem(hub, "silent", "se-1280"))
    named("who gives no sign of life is named", found)
    members = hub.ask(directory=control_pb2.DirectoryRequest(who="se-1280")).member
    CHECKS.check("in the directory too", [m.silent for m in members] == [True])
    log.head = normal
    peer.send(note=wire_pb2.Note(head=log.head(), n=len(log)))
    CHECKS.check("a beacon is a sign of life", until(
        [peer], lambda: not hub.ask(directory=control_pb2.DirectoryRequest(
            who="se-1280")).member[0].silent))
    return peer


def flood(hub, leaf):
    """More entries in a day than anybody writes."""
    peer = member(hub, "no-0301")
    log = Log(peer.key)
    log.genesis("no-0301")
    while len(log) < 2300:
        log.add(6, record=os.urandom(16))
    peer.claim(log)
    found = until([peer], lambda: problem(hub, "flood", "no-0301"))
    named("who sends more than its share of a day is named", found)
    CHECKS.check("but nothing of it is refused", until(
        [peer], lambda: (v := held(hub, log)) and v.n == len(log)))
    CHECKS.check("anywhere", until(
        [peer], lambda: (v := held(leaf, log)) and v.n == len(log)))
    return peer


def witness(hub, leaf):
    """Somebody saw more of a log than is here; and the hub says what it saw."""
    peer = member(hub, "fi-091")
    logs = {v.state: v for v in leaf.ask(logs=control_pb2.LogsRequest()).log}
    own = logs["own"]
    log = Log(peer.key)
    log.genesis("fi-091")
    ext = entry_pb2.Witness(cut=[
        entry_pb2.Member.Cut(log_id=bytes.fromhex(own.log), n=own.n + 7, c8=bytes(8)),
        entry_pb2.Member.Cut(log_id=os.urandom(16), n=7, c8=bytes(8))])
    log.add(20, ext=ext.SerializeToString())
    peer.claim(log)
    found = until([peer], lambda: problem(hub, "witness", "fi-091"))
    named("what a witness saw and is not here is told", found)
    CHECKS.check("with the log", found is not None and found.log == own.log, str(found))

    mine = [v for v in hub.ask(logs=control_pb2.LogsRequest()).log if v.state == "own"][0]

    def said():
        headers = peer.get_headers(bytes.fromhex(mine.log))[0]
        seen = [entry_pb2.Header.FromString(raw) for _, raw in headers]
        return [cut.log_id.hex() for h in seen if h.kind == 20
                for cut in entry_pb2.Witness.FromString(h.ext).cut]
    CHECKS.check("a hub says how far the logs of others are",
                 until([peer], lambda: own.log in said()), mine.log)
    CHECKS.check("and not its own", mine.log not in said())
    return peer


def main():
    hub, leaf = (Control(path) for path in sys.argv[1:3])
    kept = [claims(hub), withholds(hub), clock(hub), flood(hub, leaf), silent(hub),
            witness(hub, leaf)]
    until(kept, lambda: not any(c.ask(status=control_pb2.StatusRequest()).bodies_absent
                                for c in (hub, leaf)))
    CHECKS.check("all bodies came", not hub.ask(
        status=control_pb2.StatusRequest()).bodies_absent, [
            (v.org, v.n, v.bodies_absent) for v in hub.ask(
                logs=control_pb2.LogsRequest()).log])
    for peer in kept:
        peer.close()
    return CHECKS.bad


if __name__ == "__main__":
    sys.exit(main())
