"""Write a bundle of many logs of one key, as a node has that was restored or booted
often: many_logs.py KEYFILE ORG COUNT BEYOND OUT.  Each holds a trial, and the ids of
all come after BEYOND."""

import struct
import sys

from peer import Key, Log
from proto import wire_pb2


def main(keyfile, org, count, beyond, out):
    with open(keyfile, encoding="ascii") as file:
        key = Key(bytes.fromhex(file.read().strip()))
    frames, inc = [], 0
    for i in range(int(count)):
        inc += 1
        while Log(key, inc).id.hex() < beyond:
            inc += 1
        log = Log(key, inc)
        log.genesis(org)
        log.trial(org, f"log {i + 1}")
        salt, body = log.bodies[2]
        ref = wire_pb2.Ref(log_id=log.id, n=2)
        part = wire_pb2.BodyPart(ref=ref, total=len(body), state=0, salt=salt, data=body)
        for data in (wire_pb2.Data(req=0, run=log.run(1)),
                     wire_pb2.Data(req=0, body=[part])):
            frames.append(wire_pb2.Msg(data=data).SerializeToString())
    with open(out, "wb") as file:
        file.write(b"erfa/1/bundle\n")
        for frame in frames:
            file.write(struct.pack("<I", len(frame)) + frame)


main(*sys.argv[1:])
