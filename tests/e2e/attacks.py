#!/usr/bin/python3
"""Attacks of the threat model on the real program, by its number T1, T2 ...

Usage: attacks.py SOCKET PID, the node's control socket and its process.
"""

import os
import socket
import struct
import subprocess
import sys
import time

import zmq
from zmq.utils import z85
from zmq.utils.monitor import recv_monitor_message

from peer import Checks, Control, Line, Log, Silence, SLOW, deadline, join, now_ms
from proto import control_pb2, entry_pb2, wire_pb2

CHECKS = Checks()
GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00CURVE" + bytes(15) + b"\x00" + bytes(31)


class Node:
    def __init__(self, path, pid):
        self.control = Control(path)
        self.pid = pid

    def status(self):
        return self.control.ask(status=control_pb2.StatusRequest())

    def memory(self):
        """Anonymous memory, MiB."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as f:
            for line in f:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) / 1024
        return 0

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def member(self, org):
        line = self.control.ask(invite=control_pb2.InviteRequest(org=org)).line
        return join(line, org), Line(line)

    def held(self, log):
        for view in self.control.ask(logs=control_pb2.LogsRequest()).log:
            if view.log == log.id.hex():
                return view.n
        return 0


def wait(good, seconds=30, peers=()):
    until = deadline(seconds)
    while time.monotonic() < until:
        if good():
            return True
        for peer in peers:
            while peer.socket.poll(0):
                peer.answer(wire_pb2.Msg.FromString(peer.socket.recv()))
        time.sleep(0.02)
    return good()


def host_of(where):
    host, port = where.rsplit(":", 1)
    return host.strip("[]"), int(port)


def ports(node):
    said = node.status()
    host, port = host_of(said.listen)
    return [(host, port), (host, said.pub_port)]


def raw(where):
    sock = socket.create_connection(where)
    sock.settimeout(5 * SLOW)
    return sock


def got(sock):
    """Bytes that come until the other side is silent or has closed."""
    count = 0
    sock.settimeout(0.5)
    try:
        while data := sock.recv(65536):
            count += len(data)
    except OSError:
        pass
    return count


def half_open(node):
    """T1: very many connections that never finish their handshake."""
    memory, before = node.memory(), node.descriptors()
    socks = []
    for i in range(400):
        try:
            socks.append(raw(ports_of[i % 2]))
            socks[-1].send(GREETING[:10 + i % 54])
        except OSError:
            break
    begin = time.monotonic()
    node.status()
    peer, _ = node.member("is-0000")
    CHECKS.check(f"T1: with {len(socks)} half-open connections a member is served "
                 f"({time.monotonic() - begin:.2f} s)", True)
    more = node.memory() - memory
    CHECKS.check(f"T1: they cost little memory ({more:.0f} MiB)", more < 32 * SLOW)
    CHECKS.check("T1: and are thrown out",
                 wait(lambda: node.descriptors() <= before + 8, 60))
    peer.close()
    for sock in socks:
        sock.close()


def giant(node):
    """T2: a frame of 8 GiB before anybody has said who he is."""
    memory = node.memory()
    cut = 0
    for where in ports_of:
        sock = raw(where)
        try:
            sock.sendall(GREETING + b"\x06" + struct.pack(">Q", 2 ** 33))
            for _ in range(1000):
                sock.sendall(bytes(65536))
        except OSError:
            cut += 1
        sock.close()
    more = node.memory() - memory
    CHECKS.check("T2: who sends a giant frame first is cut off", cut == 2, cut)
    CHECKS.check(f"T2: and fills no memory ({more:.1f} MiB)", more < 8 * SLOW)


def amplification(_node):
    """T23: a stranger gets no more bytes than it sends."""
    for where in ports_of:
        sock = raw(where)
        sent = GREETING + b"\x04\xc8\x05HELLO" + os.urandom(194)
        sock.sendall(sent)
        back = got(sock)
        sock.close()
        CHECKS.check(f"T23: {len(sent)} bytes of a stranger bring {back} back",
                     back <= len(sent))


def bomb(address, public, secret, server, count, size):
    sub = zmq.Context.instance().socket(zmq.SUB)
    sub.curve_publickey = z85.encode(bytes.fromhex(public))
    sub.curve_secretkey = z85.encode(bytes.fromhex(secret))
    sub.curve_serverkey = z85.encode(bytes.fromhex(server))
    sub.sndhwm = 0
    events = sub.get_monitor_socket()
    sub.connect("tcp://" + address)
    while recv_monitor_message(events)["event"] != zmq.EVENT_HANDSHAKE_SUCCEEDED:
        pass
    print("connected", flush=True)
    for _ in range(int(count)):
        sub.setsockopt(zmq.SUBSCRIBE, os.urandom(int(size)))
    time.sleep(60)


def subscriptions(node):
    """T6: topics that are long, and very many."""
    peer, line = node.member("se-0180")
    memory = node.memory()
    public, secret = peer.key.curve
    for count, size in ((1, 200000), (12000, 300)):
        # In a process of its own: libzmq cannot free such topics (SIGSEGV).
        bomb = subprocess.Popen([sys.executable, __file__, "bomb", "%s:%d" % ports_of[1],
                                 public.hex(), secret.hex(), line.server().hex(),
                                 str(count), str(size)], stdout=subprocess.PIPE)
        CHECKS.check("T6: a subscriber is let in", bomb.stdout.readline() == b"connected\n")
        until = deadline(3)
        most = memory
        while time.monotonic() < until:
            most = max(most, node.memory())
            time.sleep(0.05)
        bomb.kill()
        bomb.wait()
        CHECKS.check(f"T6: {count} topics of {size} bytes fill no memory "
                     f"({most - memory:.0f} MiB at most)", most < memory + 256 * SLOW)
        node.status()
    peer.close()


def numbers(node):
    """T11: positions that nobody can have."""
    peer, _ = node.member("fi-091")
    log = Log(peer.key)
    log.genesis("fi-091")
    log.trial("fi-091", "the only one")
    peer.claim(log)
    wait(lambda: node.held(log) == 2, peers=[peer])
    for n in (0, 1, 4, 2 ** 32, 2 ** 63, 2 ** 64 - 1):
        peer.have(log.pos(n, os.urandom(8)))
        peer.send(note=wire_pb2.Note(head=log.head(n, os.urandom(32)), n=n))
        peer.send(get=wire_pb2.Get(req=n % 1000 + 5, log_id=log.id, first=max(n, 1),
                                   max_bytes=1000))
        peer.send(get=wire_pb2.Get(req=n % 1000 + 6, max_bytes=1000, ref=[
            wire_pb2.Ref(log_id=log.id, n=max(n, 1), offset=n)]))
    log.trial("fi-091", "the next one")
    peer.claim(log)
    CHECKS.check("T11: after numbers from 0 to 2^64 - 1 the next entry is taken, and no other",
                 wait(lambda: node.held(log) == 3, peers=[peer]), node.held(log))
    wait(lambda: not node.status().bodies_absent, peers=[peer])
    peer.close()


def clocks(node):
    """T12: times that are no times decide nothing."""
    peer, _ = node.member("no-0301")
    log = Log(peer.key)
    log.genesis("no-0301")
    for time_ms in (2 ** 63, 1, 2 ** 64 - 1, 0, now_ms() + 10 * 365 * 86400000, 5):
        header = entry_pb2.Header(kind=6, time_ms=time_ms, record=os.urandom(16))
        log.add_raw(header.SerializeToString())
    normal = log.head
    log.head = lambda n=None, c=None, time_ms=None, **more: normal(
        n, c, time_ms or 2 ** 64 - 1, **more)
    peer.claim(log)
    CHECKS.check("T12: entries of every time are taken, in their order",
                 wait(lambda: node.held(log) == len(log), peers=[peer]), node.held(log))
    peer.close()


def slow_readers(node):
    """T22: many that ask for much and read nothing."""
    source, _ = node.member("dk-101")
    log = Log(source.key)
    log.genesis("dk-101")
    while len(log) < 101:
        log.add(6, body=os.urandom(60000), record=os.urandom(16))
    source.claim(log)
    wait(lambda: node.held(log) == len(log) and not node.status().bodies_absent, 60,
         peers=[source])
    slow = []
    for i in range(6):
        peer, _ = node.member(f"dk-2{i:02d}")
        peer.send(have=wire_pb2.Have(digest=os.urandom(32), pos=[log.pos()], full=True,
                                     part=1, parts=1))
        slow.append(peer)
    memory = node.memory()
    for peer in slow:
        for turn in range(40):
            peer.send(get=wire_pb2.Get(req=turn + 1, max_bytes=262144, ref=[
                wire_pb2.Ref(log_id=log.id, n=turn + 2 + i) for i in range(4)]))
    fast, _ = node.member("dk-147")
    begin = time.monotonic()
    head = fast.get_headers(log.id)[1]
    took = time.monotonic() - begin
    CHECKS.check(f"T22: with {len(slow)} slow readers another catches up ({took:.2f} s)",
                 head is not None and struct.unpack("<Q", head[16:24])[0] == len(log))
    more = node.memory() - memory
    CHECKS.check(f"T22: and they cost {more:.0f} MiB", more < 100 * SLOW)
    for peer in slow + [fast, source]:
        peer.close()


def main():
    global ports_of
    node = Node(sys.argv[1], int(sys.argv[2]))
    ports_of = ports(node)
    for attack in (half_open, giant, amplification, subscriptions, numbers, clocks,
                   slow_readers):
        try:
            attack(node)
        except (Silence, OSError, RuntimeError) as e:
            CHECKS.check(attack.__doc__.strip(), False, repr(e))
        print(f"# {attack.__name__}: {node.memory():.0f} MiB", flush=True)
    return CHECKS.bad


if __name__ == "__main__":
    if sys.argv[1] == "bomb":
        bomb(*sys.argv[2:])
    sys.exit(main())
