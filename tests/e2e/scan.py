#!/usr/bin/python3
"""Look for what was erased in all files of nodes.

Usage: scan.py keys FILE            print the key slots that are in use, in hex
       scan.py salts BUNDLE         print the salts of all bodies in it, in hex
       scan.py find SECRET DIR...   look for pieces of SECRET, a text of several
                                    words, and for the keys and salts given by
                                    $GONE_KEYS (a file of hex lines), in every file
                                    below DIR
       scan.py memory SECRET PID... the same in what these processes have in memory,
                                    files apart; 77 if that must not be read

A piece is any 12 bytes of the text, or of its lower-case form.
"""

import os
import re
import sys

PIECE = 12
# Most of what a process has, and of a map file, is empty; no piece is.
EMPTY = re.compile(rb"\0{64,}")


def slots(path):
    with open(path, "rb") as f:
        data = f.read()
    keys = (data[i:i + 32] for i in range(0, len(data), 32))
    return [key.hex() for key in keys if any(key)]


def salts(path):
    # The other commands need nothing but Python.
    from proto import wire_pb2

    with open(path, "rb") as f:
        data = f.read()
    at = data.index(b"\n") + 1
    found = set()
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at:at + 4], "little")
        for part in wire_pb2.Msg.FromString(data[at + 4:end]).data.body:
            found.add(part.salt.hex())
        at = end
    return found


def pieces(text):
    for form in (text, text.lower()):
        raw = form.encode()
        for at in range(len(raw) - PIECE + 1):
            yield raw[at:at + PIECE]


def files(top):
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not os.path.islink(path):
                yield path


def look_for(secret):
    wanted = set(pieces(secret))
    gone = os.environ.get("GONE_KEYS")
    if gone:
        with open(gone, encoding="ascii") as f:
            wanted |= {bytes.fromhex(line.strip()) for line in f if line.strip()}
    return wanted


def look(wanted, data, where):
    data = EMPTY.sub(b"\0", data)
    hits = [piece for piece in wanted if piece in data]
    if hits:
        print(f"{where}: {len(hits)} pieces, one is {hits[0]!r}")
    return bool(hits)


def find(secret, tops):
    wanted = look_for(secret)
    bad = 0
    for top in tops:
        for path in files(top):
            with open(path, "rb") as f:
                bad += look(wanted, f.read(), path)
    return bad


def regions(pid):
    """What a process may write and no file is behind: from where, how much."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as f:
        for line in f:
            span, rights, _, _, inode = line.split()[:5]
            if rights.startswith("rw") and inode == "0":
                first, last = (int(part, 16) for part in span.split("-"))
                yield first, last - first


def memory(secret, pids):
    wanted = look_for(secret)
    bad = 0
    for pid in pids:
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as f:
            for first, size in regions(pid):
                f.seek(first)
                bad += look(wanted, f.read(size), f"{pid} at {first:x}")
    return bad


def main():
    if sys.argv[1] == "keys":
        print("\n".join(sorted(slots(sys.argv[2]))))
        return 0
    if sys.argv[1] == "salts":
        print("\n".join(sorted(salts(sys.argv[2]))))
        return 0
    if sys.argv[1] == "memory":
        try:
            return 1 if memory(sys.argv[2], sys.argv[3:]) else 0
        except PermissionError:
            return 77
    return 1 if find(sys.argv[2], sys.argv[3:]) else 0


if __name__ == "__main__":
    sys.exit(main())
