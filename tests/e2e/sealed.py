#!/usr/bin/python3
"""Try what a stranger to a restricted group, and a clumsy member, can do.

sealed.py SOCKET read FILE           as a program that only reads, write down all
                                     headers and bodies that the node gives
sealed.py SOCKET import KEY [GROUP]  publish a trial with this external id; print
                                     the group that it is sealed to, or why not
sealed.py SOCKET draft ID [GROUP]    keep a trial as the draft with this id; "-" draws
                                     one; print its id and group, or why not
sealed.py SOCKET many ID             publish a network that names 143 records and then
                                     the record ID; likewise
"""

import os
import sys

from peer import BASE32, Control, Silence, join
from proto import body_pb2, control_pb2, wire_pb2

READER = "is-0000"  # organisation of the outside program


def read_all(control, name):
    invite = control_pb2.InviteRequest(org=READER, reader="outside program")
    logs = control.ask(logs=control_pb2.LogsRequest()).log
    peer = join(control.ask(invite=invite).line, READER)
    peer.send(have=wire_pb2.Have(digest=os.urandom(32), full=True, part=1, parts=1))
    with open(name, "wb") as out:
        for log in logs:
            headers, _ = peer.get_headers(bytes.fromhex(log.log))
            for n, header in headers:
                out.write(header + b"\n")
                out.write(body_of(peer, bytes.fromhex(log.log), n) + b"\n")
    peer.close()


def body_of(peer, log, n):
    """What is given of one body; nothing if that is refused."""
    ref = wire_pb2.Ref(log_id=log, n=n)
    peer.send(get=wire_pb2.Get(req=1 << 20, ref=[ref], max_bytes=65536))
    got = b""
    while True:
        said = peer.until("data", "err")
        if isinstance(said, wire_pb2.Err):
            return got
        got += b"".join(part.data for part in said.body)
        if said.last:
            return got


def envelope():
    return body_pb2.Envelope(language="da")


def publish(control, body, **more):
    record = control_pb2.NewRecord(body=body, **more)
    try:
        said = control.ask(publish=control_pb2.PublishRequest(record=[record]))
    except RuntimeError as error:
        return f"refused: {error}"
    return said.record[0].group or "public"


def draft(control, body, words):
    """Keep a draft, with the group of the one before if none is said."""
    put = control_pb2.DraftPutRequest(body=body, id=words[0].strip("-"),
                                      group=words[1] if words[1:] else None)
    try:
        said = control.ask(draft_put=put).draft
    except RuntimeError as error:
        return f"refused: {error}"
    return f"{said.id} {said.group or 'public'}"


def record_id(org):
    """A full id as the schema writes it, of a record that nobody has."""
    number = int.from_bytes(os.urandom(16), "big") << 2
    return org + "/" + "".join(BASE32[number >> s & 31] for s in range(125, -1, -5))


def main(path, what, *words):
    control = Control(path)
    if what == "read":
        read_all(control, words[0])
    elif what in ("import", "draft"):
        trial = body_pb2.Trial(title="Hentet igen", summary="Det samme",
                               sector=[body_pb2.SECTOR_ELDER_CARE])
        body = body_pb2.Body(envelope=envelope(), trial=trial)
        if what == "draft":
            print(draft(control, body, words))
            return 0
        print(publish(control, body, import_key=words[0],
                      group=words[1] if words[1:] else None))
    else:
        refs = [body_pb2.RecordRef(id=record_id("se-0180")) for _ in range(143)]
        refs.append(body_pb2.RecordRef(id=words[0]))
        network = body_pb2.Network(name="Alle", shared_indicators=refs[:64],
                                   programmes=refs[64:80])
        head = envelope()
        head.same_as.extend(refs[80:])
        print(publish(control, body_pb2.Body(envelope=head, network=network)))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except Silence as silence:
        sys.exit(f"{sys.argv[2]}: {silence}")
