#!/usr/bin/python3
"""A member that signs two branches of one log and tells each hub another; and
others who say so, with a proof or without.

Usage: fork.py HUB PORT, control sockets of two nodes that are linked.
"""

import sys
import time

from peer import Checks, Control, Key, Log, Silence, deadline, join
from proto import control_pb2, entry_pb2, wire_pb2

ORG = "is-0000"
CHECKS = Checks()


def view(control, log):
    cursor = None
    while True:
        page = control.ask(logs=control_pb2.LogsRequest(cursor=cursor))
        for found in page.log:
            if found.log == log.id.hex():
                return found
        if not page.next:
            return None
        cursor = page.next


def readable(peer, log):
    """Is all of this branch to be had?"""
    try:
        got, head = peer.get_headers(log.id, 1, len(log), log.chain[-1][:8])
    except Silence:
        return False
    return [header for _, header in got] == log.headers and \
        head[24:56] == log.chain[-1]


def until(peers, good, seconds=30):
    end = deadline(seconds)
    while time.monotonic() < end:
        if good():
            return True
        for peer in peers:
            while peer.socket.poll(20):
                msg = wire_pb2.Msg.FromString(peer.socket.recv())
                peer.answer(msg)
    return False


def proofs(controls):
    """All FORK entries that a node holds: {log: last_common}."""
    said = controls.ask(status=control_pb2.StatusRequest())
    return {p.log: p for p in said.problem if p.code == "fork"}


def fork_entry(log, one, two, common, n=None):
    """Say in a log that another one has two branches, with one HEAD of each."""
    ext = entry_pb2.Fork(log_id=one.id, last_common=common,
                         head_a=one.head(n), head_b=two.head(n))
    log.add(19, ext=ext.SerializeToString())


def hearsay(controls, hub):
    """Who holds a log learns from a proof alone that it is forked."""
    other = "fi-297"
    line = controls[0].ask(invite=control_pb2.InviteRequest(org=other)).line
    witness = join(line, other)
    liar = Log(hub.key)
    liar.genesis(ORG)
    for title in ("first", "second", "third"):
        liar.trial(ORG, title)
    two = liar.copy()
    liar.trial(ORG, "one story")
    two.trial(ORG, "another story")
    honest = Log(hub.key)
    honest.genesis(ORG)
    honest.trial(ORG, "told once")
    peers = [hub, witness]
    for log in (liar, honest):
        hub.claim(log)
    CHECKS.check("two more logs are taken", until(peers, lambda: all(
        (v := view(controls[1], log)) and v.n == len(log) for log in (liar, honest))))

    says = Log(witness.key)
    says.genesis(other)
    forged = honest.copy()
    forged.key = witness.key
    forged.headers, forged.chain = forged.headers[:1], forged.chain[:2]
    forged.trial(ORG, "never signed by it")
    fork_entry(says, honest, forged, 1)          # the other HEAD is forged
    fork_entry(says, honest, honest, 1)          # both say the same
    fork_entry(says, liar, two, 9)               # they part after their ends
    witness.claim(says)
    CHECKS.check("what proves nothing is taken", until(peers, lambda: (
        (v := view(controls[1], says)) and v.n == 4)))
    for log in (honest, liar):
        v = view(controls[1], log)
        CHECKS.check("and freezes nothing", v.state == "open" and v.counted == len(log),
                     str(v))
    fork_entry(says, liar, two, 4)
    witness.claim(says)
    for name, control in zip(("the hub", "the port"), controls):
        CHECKS.check(f"{name} believes a proof, with no branch at hand", until(
            peers, lambda: view(control, liar).state == "frozen"))
        v = view(control, liar)
        CHECKS.check(f"{name} counts what is common by it", v.counted == 4, str(v))
        problem = proofs(control).get(liar.id.hex())
        CHECKS.check(f"{name} names who, since when and what to do",
                     problem is not None and problem.org == ORG and
                     problem.since[:2] == "20" and "peers remove" in problem.remedy,
                     str(problem))

    # The branch comes after all, and tells better where they part.
    three = two.copy()
    three.headers, three.chain = three.headers[:3], three.chain[:4]
    three.trial(ORG, "a third story")
    fork_entry(says, liar, three, 3)
    hub.claim(three)
    witness.claim(says)
    for name, control in zip(("the hub", "the port"), controls):
        CHECKS.check(f"{name} finds by itself where they part", until(
            peers, lambda: view(control, liar).counted == 3), str(view(control, liar)))
    CHECKS.check("and gets all bodies of all branches", until(peers, lambda: not any(
        v.bodies_absent for c in controls for v in c.ask(
            logs=control_pb2.LogsRequest()).log)), [
                (v.log[:8], v.n, v.bodies_absent) for c in controls
                for v in c.ask(logs=control_pb2.LogsRequest()).log])


def is_in(control, key):
    found = control.ask(directory=control_pb2.DirectoryRequest())
    return any(member.key == key.public.hex() and member.state == "in"
               for member in found.member)


def vouch(log, key, org):
    ext = entry_pb2.Member(key=key.public, org=org, roles=3)
    log.add(16, ext=ext.SerializeToString())


def vouching(controls, hub, port):
    """Whom one branch brings in is nobody, even where no other branch was first."""
    both, one_only = Key(), Key()
    one = Log(hub.key)
    one.genesis(ORG)
    vouch(one, both, "fi-091")
    two = one.copy()
    vouch(one, one_only, "fi-092")
    two.trial(ORG, "vouches for nobody")
    peers = [hub, port]
    hub.claim(one)
    CHECKS.check("both nodes know whom a log brings in", until(
        peers, lambda: all(is_in(c, one_only) for c in controls)))
    port.claim(two)
    for name, control in zip(("the hub", "the port"), controls):
        CHECKS.check(f"{name} forgets who stands beyond the fork", until(
            peers, lambda: not is_in(control, one_only)))
        CHECKS.check(f"{name} keeps who stands before it", is_in(control, both))

    # Said again in a log that counts, it counts.
    other = Log(hub.key)
    other.genesis(ORG)
    vouch(other, one_only, "fi-092")
    hub.claim(other)
    CHECKS.check("both know it when it is said again", until(
        peers, lambda: all(is_in(c, one_only) for c in controls)))


def main():
    controls = [Control(path) for path in sys.argv[1:3]]
    lines = [c.ask(invite=control_pb2.InviteRequest(org=ORG)).line for c in controls]
    hub = join(lines[0], ORG)
    port = join(lines[1], ORG, hub.key)
    peers = [hub, port]

    one = Log(hub.key)
    one.genesis(ORG)
    one.trial(ORG, "told to both")
    two = one.copy()
    for title in ("told to the hub", "and more of it"):
        one.trial(ORG, title)
    two.trial(ORG, "told to the port")
    hub.claim(one)
    CHECKS.check("one branch is taken by the hub",
                 until(peers, lambda: (view(controls[0], one) or two).n == 4
                       if view(controls[0], one) else False))
    port.claim(two)
    for name, control in zip(("the hub", "the port"), controls):
        CHECKS.check(f"{name} finds the fork and freezes the log", until(
            peers, lambda: (v := view(control, one)) and v.state == "frozen"),
            str(view(control, one)))
        v = view(control, one)
        CHECKS.check(f"{name} counts what is common", v.counted == 2 == v.last_common,
                     str(v))

    # Both branches can be had from the hub by those who name them.
    for name, log in (("the first", one), ("the second", two)):
        CHECKS.check(f"{name} branch is still readable",
                     until(peers, lambda: readable(hub, log)))

    # The member's other logs are not touched.
    other = Log(hub.key)
    other.genesis(ORG)
    other.trial(ORG, "in a new log")
    hub.claim(other)
    CHECKS.check("a new log of the same key is taken",
                 until(peers, lambda: (v := view(controls[1], other)) and v.n == 2))
    CHECKS.check("and all its bodies", until(peers, lambda: not any(
        v.bodies_absent for c in controls for v in c.ask(
            logs=control_pb2.LogsRequest()).log)))
    hearsay(controls, hub)
    vouching(controls, hub, port)

    # As far as it knew nothing of its log counted: the next names none before.
    problem = proofs(controls[1])[one.id.hex()]
    CHECKS.check("a forked log is told of", "Telephone" in problem.remedy, str(problem))
    other = Log(hub.key)
    other.genesis(ORG, reason=3)
    hub.claim(other)
    CHECKS.check("but nobody need telephone who goes on in a new one", until(
        peers, lambda: "Nothing need be done" in
        proofs(controls[1])[one.id.hex()].remedy),
        str(proofs(controls[1])[one.id.hex()]))
    return CHECKS.bad


if __name__ == "__main__":
    sys.exit(main())
