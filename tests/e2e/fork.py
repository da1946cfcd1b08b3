#!/usr/bin/python3
"""A member that signs two branches of one log and tells each hub another.

Usage: fork.py HUB PORT, control sockets of two nodes that are linked.
"""

import sys
import time

from peer import Checks, Control, Log, Silence, deadline, join
from proto import control_pb2, wire_pb2

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
        try:
            got, head = hub.get_headers(one.id, 1, len(log), log.chain[-1][:8])
            CHECKS.check(f"{name} branch is still readable",
                         [header for _, header in got] == log.headers and
                         head[24:56] == log.chain[-1], f"{len(got)} headers")
        except Silence as e:
            CHECKS.check(f"{name} branch is still readable", False, str(e))

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
    return CHECKS.bad


if __name__ == "__main__":
    sys.exit(main())
