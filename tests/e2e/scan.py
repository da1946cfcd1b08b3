#!/usr/bin/python3
"""Look for what was erased in all files of nodes.

Usage: scan.py keys FILE            print the key slots that are in use, in hex
       scan.py find SECRET DIR...   look for pieces of SECRET, a text of several
                                    words, and for the key given by $GONE_KEYS (a
                                    file of hex lines), in every file below DIR

A piece is any 12 bytes of the text, or of its lower-case form.
"""

import os
import sys

PIECE = 12


def slots(path):
    with open(path, "rb") as f:
        data = f.read()
    keys = (data[i:i + 32] for i in range(0, len(data), 32))
    return [key.hex() for key in keys if any(key)]


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


def find(secret, tops):
    wanted = set(pieces(secret))
    gone = os.environ.get("GONE_KEYS")
    if gone:
        with open(gone, encoding="ascii") as f:
            wanted |= {bytes.fromhex(line.strip()) for line in f if line.strip()}
    bad = 0
    for top in tops:
        for path in files(top):
            with open(path, "rb") as f:
                data = f.read()
            hits = [piece for piece in wanted if piece in data]
            if hits:
                print(f"{path}: {len(hits)} pieces, one is {hits[0]!r}")
                bad += 1
    return bad


def main():
    if sys.argv[1] == "keys":
        print("\n".join(sorted(slots(sys.argv[2]))))
        return 0
    return 1 if find(sys.argv[2], sys.argv[3:]) else 0


if __name__ == "__main__":
    sys.exit(main())
