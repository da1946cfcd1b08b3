#!/usr/bin/python3
"""A member that sends what it must not; the node refuses it, says so, and goes on.

Usage: hostile.py SOCKET LOGFILE PID
SOCKET is the node's control socket, LOGFILE what it logs, PID its process.
"""

import os
import re
import sys
import time

import zmq

from peer import Checks, Control, Key, Log, Peer, Silence, deadline, join
from proto import control_pb2, wire_pb2

ORG = "fi-297"
CHECKS = Checks()


class Node:
    """The node under attack, as those who run it see it."""

    def __init__(self, path, logfile, pid):
        self.control = Control(path)
        self.logfile = logfile
        self.pid = pid
        self.read = os.path.getsize(logfile)

    def said(self, pattern, peer, seconds=20):
        """Wait until its log says this; what came before is not looked at again.

        The peer goes on answering meanwhile.
        """
        until = deadline(seconds)
        while time.monotonic() < until:
            with open(self.logfile, "rb") as f:
                f.seek(self.read)
                text = f.read()
            found = re.search(pattern.encode(), text)
            if found:
                self.read += found.end()
                return True
            turn(peer, 20)
        return False

    def held(self, log):
        """How many entries of a log it holds."""
        cursor = None
        while True:
            page = self.control.ask(logs=control_pb2.LogsRequest(cursor=cursor))
            for view in page.log:
                if view.log == log.id.hex():
                    return view.n
            if not page.next:
                return 0
            cursor = page.next

    def waits(self, log, n, peer, seconds=20):
        """Wait until it holds n entries of a log."""
        until = deadline(seconds)
        while time.monotonic() < until:
            if self.held(log) == n:
                return True
            turn(peer, 50)
        return False

    def bodies_absent(self):
        return self.control.ask(status=control_pb2.StatusRequest()).bodies_absent

    def anonymous_kb(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as f:
            return int(re.search(r"RssAnon:\s+(\d+)", f.read())[1])


def turn(peer, wait_ms):
    """Answer what comes within that time."""
    while peer.socket.poll(wait_ms):
        msg = wire_pb2.Msg.FromString(peer.socket.recv())
        peer.seen.append(msg)
        peer.answer(msg)
        wait_ms = 0


def refused(node, peer, name, pattern, log=None):
    """One check: the log says why, and nothing of it was stored."""
    CHECKS.check(f"{name} is refused with a word about it", node.said(pattern, peer),
                 f"nothing in the log matches {pattern}")
    if log is not None:
        CHECKS.check(f"{name}: nothing of it is kept", node.held(log) == 0)


def new_log(peer, entries=3):
    log = Log(peer.key)
    log.genesis(ORG)
    while len(log) < entries:
        log.trial(ORG, f"trial {len(log)}")
    return log


def lie(peer, log, make_run):
    """Claim a log and answer with a run of the test's own making."""
    normal = peer.answer_headers

    def answer(get):
        if get.log_id != log.id:
            normal(get)
            return
        peer.send(data=wire_pb2.Data(req=get.req, run=make_run(get)))
        peer.send(data=wire_pb2.Data(req=get.req, last=True))
    peer.answer_headers = answer
    peer.claim(log)


# --- Frames.

def frames(node, peer):
    peer.send_raw(b"\xff" * 50)
    refused(node, peer, "what is no protobuf", "do not parse")
    peer.send_raw(b"\x23" * 60000)
    refused(node, peer, "what is nested a thousandfold", "nested too deeply|do not parse")
    peer.send_raw(b"")
    refused(node, peer, "an empty frame", "do not parse|bad size")
    peer.send_raw((b"\x0a\x00" * 9000))
    refused(node, peer, "a frame of nine thousand fields", "too many|do not parse")
    pos = wire_pb2.Pos(log_id=bytes(16), n=1, c8=bytes(8))
    peer.send(have=wire_pb2.Have(digest=bytes(32), pos=[pos] * 1001, part=1, parts=1))
    refused(node, peer, "a HAVE of 1,001 positions", "too many|too long")
    peer.send(get=wire_pb2.Get(req=1, max_bytes=0))
    refused(node, peer, "a GET that asks for nothing", "do not parse|asks for nothing")
    peer.send(get=wire_pb2.Get(req=2, log_id=bytes(16), first=1, max_bytes=2 ** 31))
    try:
        while (err := peer.until("err")).req != 2:
            pass
        CHECKS.check("a GET beyond the window is told so", err.code == 4, str(err))
    except Silence as e:
        CHECKS.check("a GET beyond the window is told so", False, str(e))


def connections(node, peer):
    peer.send_raw(wire_pb2.Msg(have=wire_pb2.Have(digest=bytes(32))).SerializeToString(),
                  b"and more")
    refused(node, peer, "a second frame", "more than one frame")
    peer.event((zmq.EVENT_DISCONNECTED,))
    peer.event((zmq.EVENT_HANDSHAKE_SUCCEEDED,))
    peer.greet()
    CHECKS.check("it may begin anew", True)

    peer.send_raw(bytes(132097))
    try:
        peer.event((zmq.EVENT_DISCONNECTED,))
        CHECKS.check("who sends a frame that is too long is cut off", True)
    except Silence as e:
        CHECKS.check("who sends a frame that is too long is cut off", False, str(e))
    peer.event((zmq.EVENT_HANDSHAKE_SUCCEEDED,))
    peer.greet()
    peer.hello(key=os.urandom(32))
    refused(node, peer, "a HELLO with another key than the connection's",
            "HELLO with another")
    peer.greet()


# --- Logs.

def runs(node, peer):
    log = new_log(peer)

    def stranger_signs(get, log=log):
        run = log.run(get.first)
        run.head = log.head(len(log), key=Key())
        return run
    lie(peer, log, stranger_signs)
    refused(node, peer, "a wrong signature", "wrong signature", log)

    log = new_log(peer)
    lie(peer, log, lambda get, log=log: log.run(2))
    refused(node, peer, "a run that leaves out the first entry", "earlier entry", log)

    log = new_log(peer)

    def changed(get, log=log):
        run = log.run(get.first)
        run.header[1] = run.header[1][:-1] + bytes([run.header[1][-1] ^ 1])
        return run
    lie(peer, log, changed)
    refused(node, peer, "a header that was changed", "hash chain does not fit", log)

    log = new_log(peer, 1)
    while len(log.bounds) < 2:
        log.add(4000, ext=os.urandom(4000))
    log.add(4000, ext=b"x")
    lie(peer, log, lambda get, log=log: log.run(1, len(log)))
    refused(node, peer, "a run across a boundary", "boundary", log)

    log = new_log(peer, 4)

    def between(get, log=log):
        run = log.run(1, 3)
        run.head = log.head(4)
        return run
    lie(peer, log, between)
    refused(node, peer, "a run that ends between HEADs", "hash chain does not fit", log)

    # The genesis of somebody else's log: the id does not follow from it.
    log = new_log(peer)
    other = new_log(peer)
    log.headers[0] = other.headers[0]
    wrong = Log(peer.key, log.inc)
    for header in log.headers:
        wrong.add_raw(header)
    lie(peer, wrong, lambda get, log=wrong: log.run(get.first))
    refused(node, peer, "a log with another log's beginning",
            "do not parse", wrong)


def claims(node, peer):
    log = new_log(peer)
    pos = log.pos()
    pos.inc += 1
    peer.have(pos)
    refused(node, peer, "a HAVE that names a wrong key", "log id that is not its key's", log)

    # It claims a million entries, and delivers none.
    log = new_log(peer)
    asked = []
    normal = peer.answer_headers

    def nothing(get):
        if get.log_id != log.id:
            normal(get)
            return
        asked.append(get)
        peer.send(data=wire_pb2.Data(req=get.req, last=True))
    peer.answer_headers = nothing
    peer.have(log.pos(n=1000000, c8=bytes(8)))
    until = deadline(20)
    while len(asked) < 3 and time.monotonic() < until:
        turn(peer, 100)
    good = new_log(peer)
    peer.claim(good)
    CHECKS.check("a HAVE that lies stops nothing else", node.waits(good, 3, peer))
    CHECKS.check("and is believed three times at most", len(asked) == 3,
                 f"asked {len(asked)} times")


def bodies(node, peer):
    log = new_log(peer, 4)
    normal = peer.body

    def false(ref):
        part = normal(ref)
        if ref.log_id == log.id and ref.n == 3:
            part.data = bytes([part.data[0] ^ 1]) + part.data[1:]
        return part
    peer.body = false
    peer.claim(log)
    refused(node, peer, "a body that does not fit its commitment",
            "body that does not fit")
    CHECKS.check("its header is kept all the same", node.waits(log, 4, peer))
    peer.body = normal

    # The same run twice, and bodies that nobody asked for.
    log = new_log(peer)
    plain = peer.answer_headers

    def twice(get):
        plain(get)
        plain(get)
    peer.answer_headers = twice
    peer.claim(log)
    CHECKS.check("what comes twice is kept once", node.waits(log, 3, peer))
    peer.answer_headers = plain


def unknown(node, peer):
    log = new_log(peer, 2)
    log.add(4711, ext=b"\x01\x02", body=b"no protobuf at all\xff")
    log.add_raw(b"\xff\xff\xff a header that nobody can read")
    log.trial(ORG, "after the unknown")
    peer.claim(log)
    CHECKS.check("entries of kinds that it does not know are kept",
                 node.waits(log, 5, peer))
    until = deadline(20)
    while node.bodies_absent() and time.monotonic() < until:
        turn(peer, 50)
    CHECKS.check("and their bodies; in a new session the one that did not fit, too",
                 node.bodies_absent() == 0)
    return log


def flood(node, peer):
    """Many claims that lead nowhere; memory stays bounded."""
    before = node.anonymous_kb()
    for _ in range(30):
        pos = [Log(peer.key).pos(n=5, c8=bytes(8)) for _ in range(1000)]
        peer.have(*pos)
        turn(peer, 0)
    peer.answer_headers = lambda get: peer.send(
        data=wire_pb2.Data(req=get.req, last=True))
    node.control.ask(status=control_pb2.StatusRequest())
    grown = node.anonymous_kb() - before
    CHECKS.check("thirty thousand claims take less than 40 MB",
                 grown < 40000 * (4 if "san" in os.environ.get("B", "") else 1),
                 f"{grown} kB")


def main():
    node = Node(*sys.argv[1:])
    line = node.control.ask(invite=control_pb2.InviteRequest(org=ORG)).line
    peer = join(line, ORG)
    frames(node, peer)
    runs(node, peer)
    claims(node, peer)
    bodies(node, peer)
    connections(node, peer)
    log = unknown(node, peer)
    fresh = Peer(line.rsplit("/", 1)[0], peer_server(node), peer.key)
    fresh.logs = peer.logs
    fresh.greet()
    flood(node, fresh)
    print(f"# unknown kinds stand in {log.id.hex()}")
    return CHECKS.bad


def peer_server(node):
    import nacl.bindings as sodium
    key = node.control.ask(status=control_pb2.StatusRequest()).key
    return sodium.crypto_sign_ed25519_pk_to_curve25519(bytes.fromhex(key))


if __name__ == "__main__":
    sys.exit(main())
