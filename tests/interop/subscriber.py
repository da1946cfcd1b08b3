#!/usr/bin/python3
"""Print the trials of a node, one JSON object a line: all there are, then each new one.

    subscriber.py STATE ORG LINE   the first time; "erfa invite ORG --reader NAME" gives LINE
    subscriber.py STATE            from then on: it goes on where it was

STATE holds its key and how far it is; what it printed just before a kill comes again."""

import json
import sys

import erfa1
from google.protobuf import json_format
from proto import body_pb2


def collect(state, log, entries):
    """Of entries that were verified, the bodies of public trials are wanted."""
    for n, data in entries:
        header = erfa1.read_header(data)
        if header and header.kind == erfa1.TRIAL and header.body_len and not header.group:
            state.wanted[log.log_id, n] = header


def show(state, ref, body):
    """Print what was wanted; the body is None if it was erased."""
    del state.wanted[ref]
    if body is not None:
        trial = json_format.MessageToDict(erfa1.decode(body_pb2.Body(), body, 16384))
        line = {"log": ref[0].hex(), "n": ref[1]} | trial
        print(json.dumps(line, ensure_ascii=False), flush=True)


def follow(state, link):
    link.hello(state.logs.values())
    link.subscribe("")  # a prefix: "no-5501/trial/" brings that one's trials alone live
    link.have(state.logs.values(), full=True)
    while True:
        for log, n in link.behind(state.logs):  # history, and whatever PUB dropped
            collect(state, log, link.catch_up(log, n))
        for ref, _, body in link.bodies(state.wanted):
            show(state, ref, body)
        state.save()
        link.beat(state.logs.values())
        for note in link.listen():  # live
            ref, log = (note.head[:16], note.n), state.logs.get(note.head[:16])
            collect(state, log, link.take(log, note))
            if ref in state.wanted and erfa1.note_fits(state.wanted[ref], note):
                show(state, ref, note.body.data)


state = erfa1.State(*sys.argv[1:])
while True:
    try:
        with erfa1.Link(state.address, state.inviter, state.key) as node:
            follow(state, node)
    except erfa1.Silence as why:
        print(f"{why}; trying again", file=sys.stderr)
    except erfa1.Denied as why:
        sys.exit(f"{state.address}: {why}")
