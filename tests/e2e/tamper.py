#!/usr/bin/python3
"""Backups of which something was changed: none of them is restored.

Usage: tamper.py ERFA FILE PLAIN KEY INTO
"""

import os
import shutil
import subprocess
import sys

from peer import Checks

CHECKS = Checks()
ERFA, FILE, PLAIN, KEY, INTO = sys.argv[1:6]
SLOT = 16 + 4 + 32
HEADER = SLOT + 80 + 24
PIECE = 65536 + 17


def restore(path):
    """Try it; return how it ended, and whether anything came of it."""
    done = subprocess.run(
        [ERFA, "restore", path, "--key", KEY, "--dir", os.path.join(INTO, "x")],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        timeout=60)
    return done.returncode, done.stderr.decode()


def refused(name, path, *wanted):
    code, said = restore(path)
    CHECKS.check(f"{name} is refused", code in wanted and not os.listdir(INTO),
                 f"{code}: {said[:200]}")


def changed(data, at, value=None):
    other = bytearray(data)
    other[at] = other[at] ^ 1 if value is None else value
    return bytes(other)


def main():
    os.makedirs(INTO)
    with open(FILE, "rb") as f:
        data = f.read()
    path = FILE + ".x"
    pieces = (len(data) - HEADER + PIECE - 1) // PIECE
    cases = [
        ("another beginning", changed(data, 0), 65),
        ("a newer format", changed(data, 16, 2), 76),
        ("another recipient", changed(data, 20), 77),
        ("another sealed key", changed(data, SLOT), 65),
        ("another tag of the sealed key", changed(data, SLOT + 79), 65),
        ("another beginning of the stream", changed(data, HEADER - 1), 65),
        ("another first byte", changed(data, HEADER), 65),
        ("another byte of main", changed(data, HEADER + 30000), 65),
        ("another byte in the middle", changed(data, len(data) // 2), 65),
        ("another byte of the manifest", changed(data, len(data) - 40), 65),
        ("another last byte", changed(data, len(data) - 1), 65),
        ("a byte more", data + b"\0", 65),
        ("a byte less", data[:-1], 65),
        ("a piece twice", data[:HEADER + PIECE] + data[HEADER:], 65),
        ("two pieces swapped", data[:HEADER] + data[HEADER + PIECE:HEADER + 2 * PIECE]
         + data[HEADER:HEADER + PIECE] + data[HEADER + 2 * PIECE:], 65),
        ("nothing", b"", 65),
        ("half a header", data[:HEADER // 2], 65),
    ]
    for name, other, code in cases:
        with open(path, "wb") as f:
            f.write(other)
        refused(name, path, code)
    cut = [HEADER + i * PIECE for i in range(pieces)]
    bad = []
    for at in cut:
        with open(path, "wb") as f:
            f.write(data[:at])
        code, said = restore(path)
        if code != 65 or "breaks off" not in said or os.listdir(INTO):
            bad.append((at, code, said[:80]))
    CHECKS.check(f"cut off after each of {len(cut)} pieces, it is refused", not bad,
                 str(bad[:2]))
    os.unlink(path)

    folder = PLAIN + ".x"
    for name in ("state/main.mdb", "state/keys", "node.key", "erfad.conf", "manifest"):
        shutil.copytree(PLAIN, folder)
        with open(os.path.join(folder, name), "r+b") as f:
            f.seek(60)
            byte = f.read(1)
            f.seek(60)
            f.write(bytes([byte[0] ^ 1]))
        refused(f"a folder with another {name}", folder, 65)
        os.truncate(os.path.join(folder, name), 50)
        refused(f"a folder with a shorter {name}", folder, 65)
        os.unlink(os.path.join(folder, name))
        refused(f"a folder without {name}", folder, 65)
        shutil.rmtree(folder)
    return CHECKS.bad


if __name__ == "__main__":
    sys.exit(main())
