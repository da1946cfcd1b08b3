"""Write bundles to be taken in: bundle.py FOLDER.  The key of the registry, which the
reader is to pin, is written beside them."""

import os
import struct
import sys

from peer import DATA_MAX, Key, Log
from proto import entry_pb2, wire_pb2


def vouch(log, key, org):
    says = entry_pb2.Member(key=key.public, org=org, roles=3)
    log.add(16, ext=says.SerializeToString())


def runs(log, first=1):
    """DATA with each run of a log."""
    while first <= len(log):
        run = log.run(first)
        yield wire_pb2.Data(run=run)
        first += len(run.header)


def body(log, n, data=None):
    """DATA with each part of a body, or of other bytes in its place."""
    salt, right = log.bodies[n]
    data = data or right
    for at in range(0, len(data), DATA_MAX):
        yield wire_pb2.Data(body=[wire_pb2.BodyPart(
            ref=wire_pb2.Ref(log_id=log.id, n=n, offset=at), total=len(data),
            state=0, salt=salt, data=data[at:at + DATA_MAX])])


def whole(log):
    yield from runs(log)
    for n in log.bodies:
        yield from body(log, n)


def write(name, *parts):
    with open(os.path.join(sys.argv[1], name), "wb") as file:
        file.write(b"erfa/1/bundle\n")
        for part in parts:
            for data in part:
                frame = wire_pb2.Msg(data=data).SerializeToString()
                file.write(struct.pack("<I", len(frame)) + frame)


def begin(org):
    log = Log(Key())
    log.genesis(org)
    return log


def main():
    # Each vouches for the next: the last is four words away from the registry.
    chain = [begin(org) for org in ("dk-kl", "dk-791", "no-5501", "fi-564", "fi-297")]
    for before, after, org in zip(chain, chain[1:],
                                  ("dk-791", "no-5501", "fi-564", "fi-297")):
        vouch(before, after.key, org)
    registry, last = chain[0], chain[-1]
    last.trial("fi-297", "at the end of the chain")
    for i in range(24):
        last.trial("fi-297", f"long {i + 1}" + " and longer" * 10000)
    with open(os.path.join(sys.argv[1], "registry"), "w", encoding="ascii") as file:
        file.write(registry.key.public.hex())

    # A stranger with a log of two runs; one of the registry that begins too late.
    stranger = begin("se-0180")
    for i in range(300):
        stranger.trial("se-0180", f"trial {i + 1}")
    late = Log(registry.key)
    late.genesis("dk-kl")
    for i in range(300):
        late.trial("dk-kl", f"late {i + 1}")
    write("all", *(whole(log) for log in reversed(chain)), whole(stranger),
          runs(late, 257))
    write("more", runs(late), [])

    # Twenty words away, and in the file the last comes first again.
    deep = [Log(registry.key)] + [Log(Key()) for i in range(20)]
    for log, org in zip(deep, ["dk-kl"] + [f"se-{i + 180:04}" for i in range(20)]):
        log.genesis(org)
    for before, after, i in zip(deep, deep[1:], range(20)):
        vouch(before, after.key, f"se-{i + 180:04}")
    write("deep", *(whole(log) for log in reversed(deep)))

    # What goes on after a part that is known already, and a body that does not fit.
    longer = last.copy()
    longer.trial("fi-297", "more")
    longer.trial("fi-297", "spoiled")
    write("longer", runs(longer), body(longer, 27), body(longer, 28, b"other bytes"))

    # The same log goes another way, in two runs.
    other = last.copy()
    for i in range(300):
        other.trial("fi-297", f"other {i + 1}")
    write("other", whole(other))

    # Entries of no kind between others, and at the end.
    kinds = Log(chain[1].key)
    kinds.genesis("dk-791")
    for kind, sector in ((6, 1), (0, 2), (6, 3), (0, 4)):
        kinds.add(kind, record=os.urandom(16), topic=sector)
    write("kinds", [wire_pb2.Data(run=kinds.run(1, 4))])
    write("kinds2", [wire_pb2.Data(run=kinds.run(5))])

    # Bytes were changed: one run of a new log, and one of a log that is known.
    new = Log(registry.key)
    new.genesis("dk-kl")
    new.trial("dk-kl", "never")
    bad = [data for data in runs(new)]
    bad[0].run.head = bad[0].run.head[:-1] + bytes([bad[0].run.head[-1] ^ 1])
    write("bad", bad)


main()
