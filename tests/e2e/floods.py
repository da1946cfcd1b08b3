#!/usr/bin/python3
"""A member, or a user of the machine, that sends more than anybody should.

Usage: floods.py endless SOCKET LOGFILE PID   a message that never ends
       floods.py hellos SOCKET PID            HELLO again and again
       floods.py twins SOCKET                 one key, two connections
       floods.py requests SOCKET              a thousand requests at once
       floods.py watch SOCKET                 more watchers than may wait
       floods.py heavy SOCKET                 few that wait, but with much
SOCKET is the node's control socket, LOGFILE what it logs, PID its process.
"""

import os
import sys
import time

from peer import Checks, Control, Line, Peer, SLOW, Silence, deadline, join
from proto import control_pb2

ORG = "fi-297"
MIB = 1024 * 1024
CHECKS = Checks()

# What one answer may take, seconds, while others flood: not a speed that is promised,
# but less than a node would take that hangs until the flood is over.
BUSY = 10 * SLOW
TOO_MANY = 750 - 256  # of so many that wait


def memory(pid):
    """Anonymous memory of a process, MiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        for line in f:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) // 1024
    return 0


def member(control):
    line = control.ask(invite=control_pb2.InviteRequest(org=ORG)).line
    return join(line, ORG), Line(line)


def answers(control):
    """How long the node takes to say how it is, seconds."""
    begin = time.monotonic()
    control.ask(status=control_pb2.StatusRequest())
    return time.monotonic() - begin


def endless(path, logfile, pid):
    """One message of very many frames: libzmq shows it when it is whole."""
    control = Control(path)
    peer, _ = member(control)
    before = memory(pid)
    read = os.path.getsize(logfile)
    piece = bytes(64 * 1024)
    peer.socket.sndhwm = 0
    peer.socket.send_multipart([piece] * 6000, copy=False)
    most, slowest, said = before, 0.0, False
    until = deadline(20)
    while time.monotonic() < until and not (
            said and memory(pid) < before + 48):
        most = max(most, memory(pid))
        slowest = max(slowest, answers(control))
        with open(logfile, encoding="utf-8", errors="replace") as f:
            f.seek(read)
            said = "without a whole message" in f.read()
    peer.close()
    CHECKS.check("a message that never ends is cut off, and who sent it named", said)
    CHECKS.check(f"before it has filled the memory ({before} to {most} MiB)",
                 most < before + 64 + 160 * SLOW)
    CHECKS.check(f"which is given back ({memory(pid)} MiB)",
                 memory(pid) < before + 48)
    CHECKS.check(f"and the node goes on meanwhile ({slowest:.3f} s at most)",
                 slowest < BUSY)


def hellos(path, pid):
    control = Control(path)
    peer, _ = member(control)
    before = memory(pid)
    slowest = 0.0
    for _ in range(200):
        for _ in range(20):
            peer.hello()
        slowest = max(slowest, answers(control))
        while peer.socket.poll(0):
            peer.receive()
    CHECKS.check(f"HELLO four thousand times hinders nobody ({slowest:.3f} s at most)",
                 slowest < BUSY)
    CHECKS.check("and costs no memory", memory(pid) < before + 16 * SLOW)
    peer.close()


def twins(path):
    """Two that take the session from each other must not do so for ever."""
    control = Control(path)
    first, line = member(control)
    second = Peer(line.address, line.server(), first.key)
    second.greet()
    heard = 0
    until = time.monotonic() + 2
    first.have()
    while time.monotonic() < until:
        for peer in (first, second):
            while peer.socket.poll(10):
                msg = peer.receive()
                heard += 1
                if msg.WhichOneof("m") == "err":
                    peer.hello()
    CHECKS.check(f"one key on two connections makes no storm ({heard} messages in 2 s)",
                 heard < 400)
    first.close()
    second.close()


def requests(path):
    """From many callers at once; every one gets its answer."""
    callers = [Control(path) for _ in range(50)]
    begin = time.monotonic()
    for caller in callers:
        for _ in range(20):
            caller.send(status=control_pb2.StatusRequest())
    answered = 0
    try:
        for caller in callers:
            for _ in range(20):
                answered += caller.receive().HasField("status")
    except Silence:
        pass
    CHECKS.check("a thousand requests at once are all answered "
                 f"({time.monotonic() - begin:.1f} s)", answered == 1000, answered)


def watch(path):
    """Each waits for what does not come; others are answered all the same."""
    start = Control(path).ask(watch=control_pb2.WatchRequest(wait_ms=0)).cursor
    callers = [Control(path) for _ in range(30)]
    for caller in callers:
        for _ in range(750 // len(callers)):
            caller.send(watch=control_pb2.WatchRequest(cursor=start, wait_ms=60000))
    refused = 0
    other = Control(path)
    slowest = max(answers(other) for _ in range(20))
    # Those too many are told at once: wait for as many as there must be, and then for
    # none too many.
    until = deadline(20)
    while refused < TOO_MANY and time.monotonic() < until:
        for caller in callers:
            while caller.socket.poll(10):
                refused += caller.receive().WhichOneof("say") == "error"
    for caller in callers:
        while caller.socket.poll(100):
            refused += caller.receive().WhichOneof("say") == "error"
    CHECKS.check("of 750 watchers of one user those too many are told so",
                 refused == TOO_MANY, refused)
    CHECKS.check(f"and others are answered ({slowest:.3f} s at most)",
                 slowest < BUSY)
    for _ in range(1500):
        callers[0].send(verify=control_pb2.VerifyRequest())
    CHECKS.check("even if one of them asks for more than can be under way",
                 answers(other) < 60 * SLOW)


def heavy(path):
    """Few wait, each with a long request: there must be room for others."""
    caller = Control(path)
    start = caller.ask(watch=control_pb2.WatchRequest(wait_ms=0)).cursor
    kind = "0" * (900 * 1024) + "1"  # a number may begin with noughts
    for _ in range(4):
        caller.send(watch=control_pb2.WatchRequest(
            cursor=start, kind=kind, wait_ms=5000 * SLOW))
    codes = [caller.receive().error.code for _ in range(4)]
    CHECKS.check("of 3.5 MiB that one user would have wait, half may",
                 sorted(codes) == [""] * 2 + ["busy"] * 2, codes)
    caller.send(watch=control_pb2.WatchRequest(
        cursor=start.replace("/", "/" + "0" * (4 * MIB - 1024)), wait_ms=1000))
    CHECKS.check("and a cursor of megabytes is none",
                 caller.receive().error.code == "bad_cursor")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    {"endless": endless, "hellos": hellos, "twins": twins, "requests": requests,
     "watch": watch, "heavy": heavy}[sys.argv[1]](*sys.argv[2:])
    sys.exit(CHECKS.bad)
