"""Speak with a node as a member does, and keep every frame of both directions.

    record.py LINE ORG FILE

LINE is an invitation for ORG.  It prints a line when the node should publish
something.  FILE gets, for each frame, ">" (ours) or "<" (the node's), its length as le32, and its
bytes.  tests/unit/test_compat.c reads it."""

import struct
import sys

import peer
from proto import wire_pb2

FRAMES = []


class Recorder(peer.Peer):
    """A peer that keeps what is said."""

    def send_raw(self, *frames):
        FRAMES.append((b">", frames[0]))
        super().send_raw(*frames)

    def receive(self, seconds=20):
        msg = super().receive(seconds)
        raw = msg.SerializeToString(deterministic=True)
        FRAMES.append((b"<", raw))
        return msg


def wanted(member, pos):
    """Fetch the headers of a log; the bodies that they name."""
    got, _ = member.get_headers(pos.log_id)
    return [wire_pb2.Ref(log_id=pos.log_id, n=n) for n, header in got
            if peer.entry_pb2.Header.FromString(header).body_len]


def tell_all(member, positions):
    """A full HAVE: what the node holds, and our log."""
    positions = sorted(positions, key=lambda pos: pos.log_id)
    digest = peer.h(*(pos.log_id + struct.pack("<Q", pos.n) + pos.c8
                      for pos in positions))
    member.send(have=wire_pb2.Have(digest=digest, pos=positions, full=True, part=1,
                                   parts=1))


def main(line, org, path):
    peer.Peer = Recorder  # what join() makes
    member = peer.join(line, org, name="A recorder")
    log = peer.Log(member.key)
    log.genesis(org)
    log.trial(org, "A trial that came over the wire")
    have = member.until("have")
    while not have.full:
        have = member.until("have")
    refs = [ref for pos in have.pos for ref in wanted(member, pos)]
    member.logs[log.id] = log
    tell_all(member, [*have.pos, log.pos()])
    member.until("get")  # our log is fetched, so the node's session is on its way
    member.answer(member.seen[-1])
    more = True
    while more:
        member.send(get=wire_pb2.Get(req=77, max_bytes=262144, ref=refs))
        answer = member.until("data", "err")
        more = isinstance(answer, wire_pb2.Err)  # BUSY until the node has our log
        while not more and not answer.last:
            answer = member.until("data")

    # A NOTE each way: the node's own entry, and ours.
    n = log.trial(org, "A trial that came as a note")
    salt, body = log.bodies[n]
    member.send(note=wire_pb2.Note(
        head=log.head(), n=n, c_prev=log.chain[n - 1], header=log.headers[n - 1],
        body=wire_pb2.BodyPart(ref=wire_pb2.Ref(log_id=log.id, n=n), total=len(body),
                               state=0, salt=salt, data=body)))
    print("publish", flush=True)
    member.until("note")
    member.send(get=wire_pb2.Get(req=99, log_id=log.id, first=1))
    member.until("err")
    member.close()
    with open(path, "wb") as out:
        for way, frame in FRAMES:
            out.write(way + struct.pack("<I", len(frame)) + frame)


main(*sys.argv[1:])
