#!/usr/bin/python3
"""Who has no business here gets nothing: not one frame.

Usage: strangers.py outside SOCKET     keys that nobody knows, or none
       strangers.py removed HUB LEAF   a member that is removed while connected
       strangers.py refused SOCKET KEYFILE   a key that must not get in (any more)
       strangers.py knock SOCKET ORG   unknown, then admitted by check number
       strangers.py unusable SOCKET ORG   a key without a CURVE key, by a line
       strangers.py twin SOCKET        a member names the other key of a CURVE key
SOCKET, HUB and LEAF are control sockets of nodes.
"""

import hashlib
import os
import socket
import sys
import time

import nacl.bindings as sodium
import zmq
import zmq.utils.z85 as z85

from peer import (SLOW, Checks, Control, Key, Line, Log, Peer, Silence, deadline, h, join,
                  pad16)
from proto import body_pb2, control_pb2, entry_pb2, wire_pb2

UP = zmq.EVENT_HANDSHAKE_SUCCEEDED
AUTH = zmq.EVENT_HANDSHAKE_FAILED_AUTH
BROKEN = (zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL, zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL,
          zmq.EVENT_DISCONNECTED, AUTH)
CHECKS = Checks()


def status(control):
    return control.ask(status=control_pb2.StatusRequest())


def server_of(said):
    return sodium.crypto_sign_ed25519_pk_to_curve25519(bytes.fromhex(said.key))


def pub_of(said):
    return f"{said.listen.rsplit(':', 1)[0]}:{said.pub_port}"


def publish(control, title):
    body = body_pb2.Body()
    body.envelope.language = "da"
    body.trial.title = title
    body.trial.summary = "for tests"
    body.trial.sector.append(body_pb2.SECTOR_SEVERAL)
    control.ask(publish=control_pb2.PublishRequest(
        record=[control_pb2.NewRecord(body=body)]))


def subscriber(address, server, curve):
    """A SUB that has asked for everything."""
    peer = Peer.__new__(Peer)
    peer.socket = zmq.Context.instance().socket(zmq.SUB)
    peer.socket.linger = 0
    if curve is not None:
        peer.socket.curve_publickey = z85.encode(curve[0])
        peer.socket.curve_secretkey = z85.encode(curve[1])
        peer.socket.curve_serverkey = z85.encode(server)
    peer.socket.subscribe(b"")
    peer.monitor = peer.socket.get_monitor_socket()
    peer.socket.connect("tcp://" + address)
    return peer


def plain(kind, address):
    """A socket without CURVE."""
    peer = Peer.__new__(Peer)
    peer.socket = zmq.Context.instance().socket(kind)
    peer.socket.linger = 0
    if kind == zmq.SUB:
        peer.socket.subscribe(b"")
    peer.monitor = peer.socket.get_monitor_socket()
    peer.socket.connect("tcp://" + address)
    return peer


def try_hello(peer):
    """Say HELLO, if there is a connection to say it on: who was refused already has
    none any more, and would wait for one for ever."""
    peer.socket.sndtimeo = 0
    try:
        peer.hello()
    except zmq.Again:
        pass


def shut_out(name, peer, events, after=None):
    """The peer must see one of events, and never a frame."""
    try:
        came = peer.event(events + (UP,), 20)
        if after:
            after()
        CHECKS.check(f"{name} is refused", came != UP, "the handshake succeeded")
    except Silence as e:
        CHECKS.check(f"{name} is refused", False, str(e))
    CHECKS.check(f"{name} gets not one frame", peer.socket.poll(0) == 0)
    peer.close()


def outside(path):
    control = Control(path)
    said = status(control)
    server = server_of(said)
    stranger = Key().curve

    def speak():
        publish(control, "something happens meanwhile")

    peer = Peer(said.listen, server, curve=stranger)
    try_hello(peer)
    shut_out("an unknown key", peer, (AUTH,), speak)
    shut_out("an unknown subscriber", subscriber(pub_of(said), server, stranger), (AUTH,),
             speak)
    for kind, where in (("DEALER", said.listen), ("SUB", pub_of(said))):
        shut_out(f"a {kind} without CURVE", plain(getattr(zmq, kind), where), BROKEN, speak)

    # The key of an invitation is good for HELLO alone, and not on PUB.
    line = Line(control.ask(invite=control_pb2.InviteRequest(org="se-0180")).line)
    shut_out("an invitation's key on PUB",
             subscriber(pub_of(said), server, line.curve), (AUTH,), speak)
    peer = Peer(said.listen, server, curve=line.curve)
    peer.event((UP,))
    peer.have()
    peer.event((zmq.EVENT_DISCONNECTED,))
    peer.event((UP,))
    peer.hello()
    try:
        answer = peer.receive()
        CHECKS.check("an invitation's key without the proof of its own gets no HELLO",
                     answer.WhichOneof("m") == "err", str(answer))
    except Silence as e:
        CHECKS.check("an invitation's key without the proof of its own gets no HELLO",
                     False, str(e))
    peer.close()

    # No ZeroMQ at all: the greeting of 64 bytes is all that anybody sees.
    for where in (said.listen, pub_of(said)):
        host, port = where.rsplit(":", 1)
        with socket.create_connection((host, int(port)), 10) as raw:
            raw.sendall(b"GET / HTTP/1.1\r\nHost: erfa\r\n\r\n" * 8)
            raw.settimeout(10)
            got = b""
            try:
                while data := raw.recv(4096):
                    got += data
            except (ConnectionResetError, TimeoutError):
                pass
        CHECKS.check(f"a web browser on port {'A' if where == said.listen else 'B'} "
                     "sees no more than the greeting", len(got) <= 64, f"{len(got)} bytes")
    CHECKS.check("the node is well", status(control).trials >= 3)


def arrived(leaf, number):
    """Wait until the leaf shows so many trials."""
    until = deadline(30)
    while time.monotonic() < until:
        if status(leaf).trials >= number:
            return True
        leaf.ask(watch=control_pb2.WatchRequest(wait_ms=500))
    return False


def removed(hub_path, leaf_path):
    hub, leaf = Control(hub_path), Control(leaf_path)
    said = status(hub)
    line = hub.ask(invite=control_pb2.InviteRequest(org="is-0000")).line
    peer = join(line, "is-0000")
    sub = subscriber(pub_of(said), server_of(said), peer.key.curve)
    sub.event((UP,))

    # While a member, it hears of everything, both ways.
    publish(hub, "before")
    try:
        while peer.until("note", "have").DESCRIPTOR.name != "Note":
            pass
        CHECKS.check("a member hears of what is published", True)
    except Silence as e:
        CHECKS.check("a member hears of what is published", False, str(e))
    CHECKS.check("and so does its SUB", sub.socket.poll(20000) != 0)

    hub.ask(remove=control_pb2.RemoveRequest(peer="is-0000"))
    # What was said before the remove may still be under way.
    for each in (peer, sub):
        while each.socket.poll(300 * SLOW):
            each.socket.recv_multipart()
    for i in range(3):
        try_hello(peer)
        publish(hub, f"after {i}")
    CHECKS.check("others hear of what follows",
                 arrived(leaf, status(hub).trials))
    for name, each in (("its DEALER", peer), ("its SUB", sub)):
        CHECKS.check(f"once removed, {name} gets not one frame",
                     each.socket.poll(0) == 0)
        try:
            each.event((AUTH,))
            CHECKS.check(f"and {name} is refused when it comes back", True)
        except Silence as e:
            CHECKS.check(f"and {name} is refused when it comes back", False, str(e))
        CHECKS.check(f"{name} has still got nothing", each.socket.poll(0) == 0)


def refused(path, keyfile):
    control = Control(path)
    said = status(control)
    with open(keyfile, encoding="ascii") as f:
        key = Key(bytes.fromhex(f.read().strip()))
    peer = Peer(said.listen, server_of(said), key)
    try_hello(peer)
    shut_out("its key", peer, BROKEN, lambda: publish(control, "meanwhile"))
    if said.pub_port:
        shut_out("its key on PUB", subscriber(pub_of(said), server_of(said), key.curve),
                 BROKEN, lambda: publish(control, "meanwhile"))


def check_number(curve):
    digest = h(pad16("erfa/1/check"), curve)
    return " ".join(f"{int.from_bytes(digest[4 * i:4 * i + 4], 'big') % 10000:04d}"
                    for i in range(6))


def knock(path, org):
    control = Control(path)
    said = status(control)
    key = Key()
    number = check_number(key.curve[0])
    peer = Peer(said.listen, server_of(said), key)
    peer.event((AUTH,))
    peer.close()
    until = deadline(20)
    pending = []
    while number not in pending and time.monotonic() < until:
        pending = [p.check_number
                   for p in control.ask(peers=control_pb2.PeersRequest()).pending]
    CHECKS.check("who knocks is shown with its check number", number in pending,
                 str(pending))
    control.ask(accept=control_pb2.AcceptRequest(check_number=number, org=org))
    peer = Peer(said.listen, server_of(said), key)
    hello = peer.greet()
    CHECKS.check("once accepted by that number it is answered",
                 hello.key == bytes.fromhex(said.key))

    # Who goes on over that connection is cut off, and a member when it is back.
    try:
        peer.have()
        peer.event((zmq.EVENT_DISCONNECTED,))
        peer.event((UP,))
        peer.greet()
        peer.have()
        peer.until("have")
        CHECKS.check("it is a member over its next connection", True)
    except Silence as e:
        CHECKS.check("it is a member over its next connection", False, str(e))
    peer.close()
    peers = control.ask(peers=control_pb2.PeersRequest())
    CHECKS.check("and is a member", org in [p.org for p in peers.peer])


ORDER = 2**252 + 27742317777372353535851937790883648493
ORDER_2 = (2**255 - 20).to_bytes(32, "little")  # the point (0, -1)


class Unusable:
    """A key that signs and has no X25519 form: a point of order 2 was added."""

    def __init__(self):
        self.scalar = int.from_bytes(os.urandom(32), "little") % ORDER
        self.public = sodium.crypto_core_ed25519_add(self.base(self.scalar), ORDER_2)

    @staticmethod
    def base(scalar):
        return sodium.crypto_scalarmult_ed25519_base_noclamp(scalar.to_bytes(32, "little"))

    def sign(self, message):
        """Right as long as the point of order 2 is taken an even number of times."""
        while True:
            r = int.from_bytes(os.urandom(32), "little") % ORDER
            point = self.base(r)
            k = int.from_bytes(hashlib.sha512(point + self.public + message).digest(),
                               "little") % ORDER
            if k % 2 == 0:
                return point + ((r + k * self.scalar) % ORDER).to_bytes(32, "little")


def unusable(path, org):
    control = Control(path)
    line = control.ask(invite=control_pb2.InviteRequest(org=org)).line
    key = Unusable()
    sodium.crypto_sign_open(key.sign(b"words") + b"words", key.public)
    said = Line(line)
    asking = Peer(said.address, said.server(), Key(), said.curve)
    sig = key.sign(pad16("erfa/1/join") + said.inviter + said.curve[0])
    asking.hello(key=None, join=wire_pb2.Hello.Join(key=key.public, org=org, name=org,
                                                    sig=sig))
    err = asking.until("err", "hello")
    CHECKS.check("a key that cannot be a member is refused",
                 isinstance(err, wire_pb2.Err) and err.code == 5, str(err))
    asking.close()
    CHECKS.check("and uses up no invitation", join(line, org) is not None)


def standing(control, key):
    """In what state the directory has a key; None if it does not know it."""
    found = control.ask(directory=control_pb2.DirectoryRequest()).member
    return next((m.state for m in found if m.key == key.hex()), None)


def is_served(peer, log):
    """Does the node answer this connection?"""
    try:
        return peer.get_headers(log, 1)[0] != []
    except Silence:
        return False


def twin(path):
    """Anybody can name -V, which has the CURVE key of V: V must not suffer."""
    control = Control(path)
    said = status(control)
    own = Key()
    victim = join(control.ask(invite=control_pb2.InviteRequest(org="is-1000")).line,
                  "is-1000")
    rogue = join(control.ask(invite=control_pb2.InviteRequest(org="is-8200")).line,
                 "is-8200", own)
    key = victim.key.public
    other = key[:31] + bytes([key[31] ^ 0x80])
    CHECKS.check("both have one CURVE key",
                 sodium.crypto_sign_ed25519_pk_to_curve25519(other) ==
                 victim.key.curve[0])
    log = Log(own)
    log.genesis("is-8200")

    def word(**more):
        ext = entry_pb2.Member(key=other, org="aa-0", **more)
        log.add(16, ext=ext.SerializeToString())
        rogue.claim(log)
        until = deadline(30)
        while time.monotonic() < until:
            while rogue.socket.poll(20):
                rogue.answer(wire_pb2.Msg.FromString(rogue.socket.recv()))
            if (standing(control, other) == "in") != more.get("withdrawn", False):
                return True
        return False

    def comes_back(name):
        peer = Peer(said.listen, server_of(said), victim.key)
        try:
            hello = peer.greet()
            CHECKS.check(name, hello.key == bytes.fromhex(said.key))
        except Silence as e:
            CHECKS.check(name, False, str(e))
        return peer

    CHECKS.check("a member names the twin of another's key", word(roles=3))
    CHECKS.check("who has that key is still served", is_served(victim, log.id))
    victim.close()
    again = comes_back("and let in when it comes back")
    CHECKS.check("the twin is withdrawn", word(withdrawn=True))
    CHECKS.check("the session of the other goes on", is_served(again, log.id))
    again.close()
    again = comes_back("and it is let in anew")
    CHECKS.check("it never was out", standing(control, key) == "in")

    # The member that is withdrawn is out, though its CURVE key gets in.
    CHECKS.check("the twin is named once more", word(roles=3))
    control.ask(remove=control_pb2.RemoveRequest(peer="is-1000"))
    CHECKS.check("the member is removed", standing(control, key) != "in")
    again.close()
    peer = Peer(said.listen, server_of(said), victim.key)
    peer.hello()
    answer = peer.receive()
    CHECKS.check("and is refused", answer.err.code == 5, str(answer))
    peer.close()
    rogue.close()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
    sys.exit(CHECKS.bad)
