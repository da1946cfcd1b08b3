#!/usr/bin/python3
"""Kill nodes that are writing, again and again; then look for what they promised.

Usage: kill.py KILLS DIR...  Each DIR is a node made by "erfa init --dir", joined to
the others and stopped.  Publications run against all of them at once; a kill
counts only if it hit a living process that had not answered them all.
"""

import os
import random
import signal
import subprocess
import sys
import time

import zmq

from peer import SLOW, Checks, Control, Silence, deadline
from proto import body_pb2, control_pb2

WAITING = 8  # publications under way at each node
TRY_AGAIN = 75  # exit code of what is refused since the node is busy: no promise
RANDOM = random.Random(int.from_bytes(os.urandom(4), "little"))


class Node:
    """One erfad, restarted at will, and the publications under way with it."""

    def __init__(self, directory):
        self.directory = directory
        self.name = os.path.basename(directory)
        self.process = None
        self.control = None
        self.waiting = {}
        self.sent = 0
        self.acknowledged = []

    def start(self):
        ready, write = os.pipe()
        with open(self.directory + "/log", "ab") as log:
            self.process = subprocess.Popen(
                [os.environ.get("ERFAD", "erfad"),
                 f"--config={self.directory}/erfad.conf", f"--ready-fd={write}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[write])
        os.close(write)
        with os.fdopen(ready) as f:
            if not f.readline().startswith("READY"):
                raise Silence(f"{self.name} does not start")
        self.control = Control(self.directory + "/run/control")

    def publish(self):
        """Keep WAITING publications under way."""
        while len(self.waiting) < WAITING:
            self.sent += 1
            body = body_pb2.Body()
            body.envelope.language = "da"
            body.trial.title = f"{self.name} {self.sent}"
            body.trial.summary = "for tests"
            body.trial.sector.append(body_pb2.SECTOR_SEVERAL)
            record = control_pb2.NewRecord(body=body)
            number = self.control.send(
                publish=control_pb2.PublishRequest(record=[record]))
            self.waiting[number] = self.sent

    def drain(self, wait_ms):
        """Take the answers that are there; True if any was."""
        any_came = False
        while self.control.socket.poll(wait_ms):
            answer = self.control.receive()
            if self.waiting.pop(answer.req, None) is None:
                continue
            if answer.HasField("publish"):
                self.acknowledged.append(answer.publish.record[0].id)
            elif answer.error.exit != TRY_AGAIN:
                raise RuntimeError(f"{self.name}: {answer.error.message}")
            any_came = True
        return any_came

    def kill(self):
        """True if it was alive and writing."""
        hit = bool(self.waiting) and self.process.poll() is None
        self.process.kill()
        hit = self.process.wait() == -signal.SIGKILL and hit
        self.drain(20)
        self.control.close()
        self.waiting.clear()
        return hit

    def status(self):
        return self.control.ask(status=control_pb2.StatusRequest())

    def records(self):
        found, cursor = [], None
        while True:
            page = self.control.ask(list=control_pb2.ListRequest(
                kind="trial", limit=1000, cursor=cursor))
            found += [row.full_id for row in page.row]
            if not page.next:
                return found
            cursor = page.next

    def damage(self):
        found, cursor = [], None
        while True:
            page = self.control.ask(verify=control_pb2.VerifyRequest(cursor=cursor))
            found += page.damage
            if not page.next:
                return found
            cursor = page.next

    def stop(self):
        self.control.close()
        self.process.terminate()
        return self.process.wait(20 * SLOW)


def load(nodes, poller, wait_ms):
    """One turn of everybody's publications; how many were acknowledged."""
    before = sum(len(n.acknowledged) for n in nodes)
    for node in nodes:
        node.publish()
    poller.poll(wait_ms)
    for node in nodes:
        node.drain(0)
    return sum(len(n.acknowledged) for n in nodes) - before


def kills(nodes, wanted, checks):
    hits, again = 0, 0
    while hits < wanted:
        poller = zmq.Poller()
        for node in nodes:
            poller.register(node.control.socket, zmq.POLLIN)
        victim = RANDOM.choice(nodes)
        left = RANDOM.randint(5, 40)
        until = deadline(30)
        while left > 0:
            left -= load(nodes, poller, 1000)
            if time.monotonic() > until:
                raise Silence("publications are not answered")
        victim.publish()
        moment = time.monotonic() + RANDOM.random() * 0.006
        while time.monotonic() < moment:
            victim.drain(0)
        hits += victim.kill()
        victim.start()
        again = max(again, victim.status().incarnations)
    checks.check(f"{hits} kills hit a writing process", True)
    checks.check("no restart opened a new incarnation", again == 1, f"{again} logs")


def same(nodes):
    """Wait until all hold the same, and all is signed."""
    until = deadline(60)
    while time.monotonic() < until:
        for node in nodes:
            node.control.ask(sync=control_pb2.SyncRequest(wait_ms=5000))
        said = [node.status() for node in nodes]
        if len({s.digest for s in said}) == 1 and \
                not any(s.outbox or s.bodies_absent for s in said):
            return True
        nodes[0].control.ask(watch=control_pb2.WatchRequest(wait_ms=200))
    return False


def main():
    nodes = [Node(directory) for directory in sys.argv[2:]]
    checks = Checks()
    try:
        for node in nodes:
            node.start()
        kills(nodes, int(sys.argv[1]), checks)
        for node in nodes:
            while node.waiting and node.drain(10000 * SLOW):
                pass
        checks.check("all converge", same(nodes))
        promised = {r for node in nodes for r in node.acknowledged}
        sent = sum(node.sent for node in nodes)
        for node in nodes:
            held = node.records()
            lost = promised - set(held)
            checks.check(f"{node.name} holds every acknowledged record", not lost,
                         f"{len(lost)} of {len(promised)} are gone")
            checks.check(f"{node.name} holds none twice",
                         len(held) == len(set(held)) and len(held) <= sent,
                         f"{len(held)} records, {sent} sent")
            damage = node.damage()
            checks.check(f"verify finds no errors at {node.name}", not damage,
                         "; ".join(f"{d.where}: {d.what}" for d in damage[:3]))
        for node in nodes:
            checks.check(f"{node.name} ends well", node.stop() == 0)
        print(f"# {len(promised)} records were acknowledged, {sent} sent")
    finally:
        for node in nodes:
            if node.process is not None and node.process.poll() is None:
                node.process.kill()
                node.process.wait()
    return checks.bad


if __name__ == "__main__":
    sys.exit(main())
