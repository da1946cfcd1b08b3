#!/usr/bin/python3
"""Ask a node for a body that it may not serve yet.

Usage: hold.py HUB KEYS STAGE, the control socket of a node, a file, and join, held,
still, known, over or back.
"""

import os
import sys
import time

from peer import Checks, Control, Key, Line, Peer, deadline, join
from proto import control_pb2, entry_pb2, wire_pb2

CHECKS = Checks()
BUSY = wire_pb2.Err.BUSY


class Asking:
    """A member that says that it holds what the node holds, and asks for a body."""

    def __init__(self, address, server, seed, log):
        self.peer = Peer(address, server, Key(seed))
        self.log = log
        self.req = 1

    def greet(self, same):
        """Same: with the digest of the node, so that it must have its old logs."""
        digest = self.peer.greet().digest
        if same:
            self.peer.hello(digest=digest)
            self.peer.until("hello")
        else:
            self.peer.send(have=wire_pb2.Have(
                digest=os.urandom(32), full=True, part=1, parts=1))

    def fetch(self):
        """The headers from the first on, and which of them is a trial."""
        headers, _ = self.peer.get_headers(self.log)
        return [n for n, raw in headers if entry_pb2.Header.FromString(raw).kind == 6][0]

    def body(self, n):
        """True if it comes, False if it is held back."""
        self.req += 1
        ref = wire_pb2.Ref(log_id=self.log, n=n)
        self.peer.send(get=wire_pb2.Get(req=self.req, ref=[ref], max_bytes=65536))
        while True:
            said = self.peer.until("data", "err")
            if said.req != self.req:
                continue
            if isinstance(said, wire_pb2.Err):
                assert said.code == BUSY, said
                return False
            if said.body:
                return True
            assert not said.last, said

    def held(self, n, seconds):
        """Is it held back all the time?"""
        until = deadline(seconds)
        while time.monotonic() < until:
            if self.body(n):
                return False
            time.sleep(0.05)
        return True

    def served(self, n, seconds=60):
        until = deadline(seconds)
        while time.monotonic() < until:
            if self.body(n):
                return True
            time.sleep(0.05)
        return False


def begin(control, keys):
    """Two members, one of whom is to know the log and one is not."""
    with open(keys, "w", encoding="ascii") as f:
        log = control.ask(logs=control_pb2.LogsRequest()).log[0].log
        for org in "fi-297", "is-0000":
            line = control.ask(invite=control_pb2.InviteRequest(org=org)).line
            peer = join(line, org)
            f.write(peer.key.seed.hex() + "\n")
            peer.close()
        f.write(log + "\n" + line + "\n")


def main(path, keys, stage):
    control = Control(path)
    if stage == "join":
        begin(control, keys)
        return 0
    with open(keys, encoding="ascii") as f:
        knows, stranger, log, line = f.read().split()
    where = Line(line).address, Line(line).server()
    newcomer = Asking(*where, bytes.fromhex(stranger), bytes.fromhex(log))
    newcomer.greet(stage == "still")
    n = newcomer.fetch()
    if stage == "held":
        CHECKS.check("it serves no body", newcomer.held(n, 1))
    elif stage == "back":
        CHECKS.check("set back under a good fence, it serves none", newcomer.held(n, 1))
    elif stage == "still":
        CHECKS.check("nor after it has published and was started again, to who has "
                     "its log from it alone", newcomer.held(n, 2))
    elif stage == "known":
        CHECKS.check("nor after another start", newcomer.held(n, 1))
        other = Asking(*where, bytes.fromhex(knows), bytes.fromhex(log))
        other.greet(True)
        CHECKS.check("who knew it before ends that", other.served(n))
        CHECKS.check("for all", newcomer.served(n))
    else:
        CHECKS.check("and for good", newcomer.served(n))
    return CHECKS.bad


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
