#!/usr/bin/python3
"""Write down everything that a node says on its PUB, a line a message:

    TOPIC KIND GROUP HEX

Usage: notes.py SOCKET ORG FILE
It joins the node of the control socket SOCKET as ORG and subscribes to all.  KIND is
that of the header, or "head" for a HEAD alone; GROUP is the number of the restricted
group that the header names, in 16 digits, or "-"; HEX is the message as it came.  The
first line is "ready", from when on nothing is missed.  It ends with who started it.
"""

import sys

from peer import SLOW, Control, join
from proto import control_pb2, entry_pb2, wire_pb2
from strangers import UP, pub_of, server_of, status, subscriber


def line_of(topic, data):
    note = wire_pb2.Msg.FromString(data).note
    kind, group = "head", "-"
    if note.header:
        header = entry_pb2.Header.FromString(note.header)
        kind = str(header.kind)
        group = f"{header.group:016x}" if header.group else "-"
    return f"{topic.decode()} {kind} {group} {data.hex()}"


def subscribed(control, heard):
    """A subscription reaches PUB some time after the handshake, which nobody tells:
    have the node say something, again and again until it is heard."""
    for i in range(1, 10):
        line = control.ask(invite=control_pb2.InviteRequest(org=f"is-000{i}")).line
        join(line, f"is-000{i}").close()
        if heard.socket.poll(3000 * SLOW):
            break
    # And nothing of it is to be taken for what is said later.
    while heard.socket.poll(300 * SLOW):
        heard.socket.recv_multipart()


def main():
    path, org, name = sys.argv[1:4]
    control = Control(path)
    said = status(control)
    line = control.ask(invite=control_pb2.InviteRequest(org=org)).line
    peer = join(line, org)
    peer.close()
    heard = subscriber(pub_of(said), server_of(said), peer.key.curve)
    heard.event((UP,))
    subscribed(control, heard)
    with open(name, "w", encoding="ascii") as out:
        print("ready", file=out, flush=True)
        while True:
            topic, data = heard.socket.recv_multipart()
            print(line_of(topic, data), file=out, flush=True)


if __name__ == "__main__":
    main()
