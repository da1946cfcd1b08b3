#!/usr/bin/python3
"""Compute the byte vectors of erfa/1 from the definitions in PROTOCOL.md.

Nothing here calls or imitates the C code: hashes are hashlib's, signatures and
boxes PyNaCl's, the conversion to X25519 is plain arithmetic, protobuf is written
by hand.  tests/unit/test_vectors.c holds the C code against what this wrote.

    make.py            write the files beside this one
    make.py --check    fail if they are not what would be written

Each line of a file is "name = value".  A value is lower-case hexadecimal bytes
(an empty value is no bytes), a decimal number, or text in double quotes; the name
of a number ends in _n, that of a text in _text, that of a list of numbers in
_list.
"""

import hashlib
import os
import struct
import sys

from nacl import bindings as na

P25519 = 2**255 - 19
BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"


# -- primitives ---------------------------------------------------------------

def h(*parts, key=b""):
    return hashlib.blake2b(b"".join(parts), digest_size=32, key=key).digest()


def pad16(domain):
    return domain.encode("ascii").ljust(16, b"\0")


def le32(n):
    return struct.pack("<I", n)


def le64(n):
    return struct.pack("<Q", n)


def base32(data):
    bits = "".join(format(byte, "08b") for byte in data)
    bits += "0" * (-len(bits) % 5)
    return "".join(BASE32[int(bits[i:i + 5], 2)] for i in range(0, len(bits), 5))


# The curve: -x^2 + y^2 = 1 + D x^2 y^2.  It has 8 * ORDER points.
D = -121665 * pow(121666, P25519 - 2, P25519) % P25519
ORDER = 2**252 + 27742317777372353535851937790883648493


def x_of(y, odd):
    """The x of a point, or None if y has none."""
    square = (y * y - 1) * pow(D * y * y + 1, P25519 - 2, P25519) % P25519
    x = pow(square, (P25519 + 3) // 8, P25519)
    if (x * x - square) % P25519:
        x = x * pow(2, (P25519 - 1) // 4, P25519) % P25519
    if (x * x - square) % P25519:
        return None
    return x if x & 1 == odd else (P25519 - x) % P25519


def plus(p, q):
    k = D * p[0] * q[0] * p[1] * q[1] % P25519
    return ((p[0] * q[1] + p[1] * q[0]) * pow(1 + k, P25519 - 2, P25519) % P25519,
            (p[1] * q[1] + p[0] * q[0]) * pow(1 - k, P25519 - 2, P25519) % P25519)


def times(n, p):
    out = (0, 1)
    for bit in format(n, "b"):
        out = plus(out, out)
        if bit == "1":
            out = plus(out, p)
    return out


def encoded(y, odd):
    return (y | odd << 255).to_bytes(32, "little")


def point(p):
    return encoded(p[1], p[0] & 1)


class Key:
    """An Ed25519 key and the X25519 key that follows from it."""

    def __init__(self, first):
        self.seed = bytes(range(first, first + 32))
        self.public, self.secret = na.crypto_sign_seed_keypair(self.seed)
        y = int.from_bytes(self.public, "little") & (2**255 - 1)
        u = (1 + y) * pow(1 - y, P25519 - 2, P25519) % P25519
        self.curve_public = u.to_bytes(32, "little")
        wide = bytearray(hashlib.sha512(self.seed).digest()[:32])
        wide[0] &= 248
        wide[31] = wide[31] & 127 | 64
        self.curve_secret = bytes(wide)
        assert na.crypto_scalarmult_base(self.curve_secret) == self.curve_public

    def sign(self, message):
        return na.crypto_sign(message, self.secret)[:64]


# -- protobuf -----------------------------------------------------------------

def varint(n):
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7f | 0x80])
        n >>= 7
    return out + bytes([n])


def fields(*items):
    """Items are (number, value): an int is a varint, ("fixed64", n) eight bytes,
    text or bytes are length-prefixed, None is left out."""
    out = b""
    for number, value in items:
        if value is None:
            continue
        if isinstance(value, tuple):
            out += varint(number << 3 | 1) + le64(value[1])
        elif isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            raw = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(raw)) + raw
    return out


def fixed(n):
    return ("fixed64", n)


# -- what the files are made of -----------------------------------------------

class File:
    def __init__(self, name, about):
        self.name = name
        self.lines = ["# " + line for line in about]
        self.lines += ["# Written by make.py, which says how to read it."]

    def section(self, text):
        self.lines += ["", "# " + text]

    def put(self, name, value):
        if isinstance(value, (bytes, bytearray)):
            value = value.hex()
        elif isinstance(value, str):
            assert '"' not in value and name.endswith("_text")
            value = '"' + value + '"'
        elif isinstance(value, list):
            assert name.endswith("_list")
            value = " ".join(str(n) for n in value)
        else:
            assert name.endswith("_n")
        self.lines.append(f"{name} = {value}".rstrip())

    def text(self):
        return "\n".join(self.lines) + "\n"


ADA, BOB, EVE = Key(0x00), Key(0x20), Key(0x40)
INC = 0x1122334455667788
TIME = 1750000000123
RECORD = bytes(range(0xa0, 0xb0))
SALT = bytes(range(0xc0, 0xe0))
PLAIN = "Hjemmepleje i faste team, Ærø".encode()
TRIAL, MEMBER, ERASE = 6, 16, 18


class Log:
    """A log while it grows, kept by its definition in chapter 3."""

    def __init__(self, key, inc):
        self.key = key
        self.inc = inc
        self.c = [h(pad16("erfa/1/log"), key.public, le64(inc))]
        self.log_id = self.c[0][:16]
        self.headers = [None]
        self.boundaries = []
        self.since = 0
        self.since_bytes = 0

    def append(self, header):
        n = len(self.headers)
        self.headers.append(header)
        self.c.append(h(self.c[-1], le64(n), le32(len(header)), header))
        self.since += 1
        self.since_bytes += len(header)
        if self.since == 256 or self.since_bytes >= 32768:
            self.boundaries.append(n)
            self.since = self.since_bytes = 0

    def head(self, time_ms):
        n = len(self.headers) - 1
        signed = self.log_id + le64(n) + self.c[n] + le64(time_ms)
        return signed + self.key.sign(pad16("erfa/1/head") + signed)


def commitment(salt, body):
    return h(body, key=salt)


def header(kind, body=None, topic=None, group=None, ext=None, record=None):
    return fields((1, kind), (2, TIME), (3, topic),
                  (4, None if group is None else fixed(group)),
                  (5, None if body is None else len(body)),
                  (6, None if body is None else commitment(SALT, body)),
                  (7, ext), (8, record))


def genesis(key, inc, org, prev=None, reason=1):
    return fields((1, key.public), (2, fixed(inc)), (3, 1), (4, org),
                  (5, prev), (6, reason))


def about(*items):
    return b"".join(fields((1, fields(*item))) for item in items)


def sample_log():
    """Genesis, a trial, a member and an erasure of the trial's body."""
    log = Log(ADA, INC)
    log.append(header(1, ext=genesis(ADA, INC, "dk-791")))
    log.append(header(TRIAL, PLAIN, topic=1, record=RECORD,
                      ext=about([(2, RECORD), (3, 1)])))
    log.append(header(MEMBER, ext=fields(
        (1, BOB.public), (2, "no-5501"), (3, 3))))
    log.append(header(ERASE, ext=fields((1, fields(
        (1, log.log_id), (2, fixed(2)), (3, 1))))))
    return log


def keys_file():
    f = File("keys.txt", ["Domain strings, H, and keys (chapters 2 and 3)."])
    f.section("pad16 of every domain string")
    for domain in ("log", "head", "invite", "join", "check", "rotate"):
        f.put("pad16." + domain, pad16("erfa/1/" + domain))
    f.section("H: unkeyed BLAKE2b-256")
    f.put("h.empty", h(b""))
    f.put("h.abc", h(b"abc"))
    f.section("Ed25519 key pairs from a seed, and the X25519 pairs from them")
    for name, key in (("ada", ADA), ("bob", BOB), ("eve", EVE)):
        f.put(name + ".seed", key.seed)
        f.put(name + ".public", key.public)
        f.put(name + ".curve_public", key.curve_public)
        f.put(name + ".curve_secret", key.curve_secret)

    base_y = 4 * pow(5, P25519 - 2, P25519) % P25519
    base = (x_of(base_y, 0), base_y)
    assert times(ORDER, base) == (0, 1)
    f.section("Public keys that are usable, and their X25519 form: n times the base")
    for n in (1, 2, 8, 12345):
        p = times(n, base)
        u = (1 + p[1]) * pow(1 - p[1], P25519 - 2, P25519) % P25519
        f.put(f"usable.{n}.public", point(p))
        f.put(f"usable.{n}.curve_public", u.to_bytes(32, "little"))

    # A point of order 8, and what it is a part of.
    y = next(y for y in range(2, 100) if x_of(y, 0) is not None and
             times(4 * ORDER, (x_of(y, 0), y)) != (0, 1))
    eight = times(ORDER, (x_of(y, 0), y))
    four, two = times(2, eight), times(4, eight)
    assert two == (0, P25519 - 1) and times(2, two) == (0, 1)
    good = times(12345, base)
    assert x_of(2, 0) is None and x_of(3, 0) is not None
    f.section("Public keys that are not usable")
    bad = (("off_the_curve", encoded(2, 0)),
           ("neutral", encoded(1, 0)), ("neutral_with_sign", encoded(1, 1)),
           ("neutral_not_canonical", encoded(P25519 + 1, 0)),
           ("order_2", point(two)), ("order_4", point(four)),
           ("order_8", point(eight)), ("order_2_with_sign", encoded(P25519 - 1, 1)),
           ("plus_order_2", point(plus(good, two))),
           ("plus_order_4", point(plus(good, four))),
           ("plus_order_8", point(plus(good, eight))),
           ("not_canonical", encoded(P25519 + 3, 0)),
           ("not_canonical_with_sign", encoded(P25519 + 3, 1)))
    for name, value in bad:
        f.put("unusable." + name, value)
    # No point of the subgroup but the neutral one has a second encoding.
    assert all(x_of(y, 0) is None or times(ORDER, (x_of(y, 0), y)) != (0, 1)
               for y in range(19) if y != 1)
    return f


def log_file():
    f = File("log.txt", ["Chain, boundaries, HEADs, digest (chapter 3).",
                         "The key is ada of keys.txt."])
    log = sample_log()
    f.section("A log of four entries: GENESIS, TRIAL, MEMBER, ERASE")
    f.put("inc_n", INC)
    f.put("log_id", log.log_id)
    f.put("c.0", log.c[0])
    for n in range(1, len(log.headers)):
        f.put(f"header.{n}", log.headers[n])
        f.put(f"c.{n}", log.c[n])

    f.section("Its HEAD at entry 4: 128 bytes, the signature last")
    f.put("head.time_ms_n", TIME + 1)
    f.put("head", log.head(TIME + 1))

    f.section("Boundaries: byte i of header n is (n + i) mod 256; header n has")
    f.lines.append("# 60 bytes, 4096 bytes, 4095 bytes, 1 + 37 n n mod 4096")
    lengths = {"count": (600, lambda n: 60), "bytes": (40, lambda n: 4096),
               "over": (40, lambda n: 4095),
               "mixed": (700, lambda n: 1 + 37 * n * n % 4096)}
    for name, (count, length) in lengths.items():
        long = Log(ADA, INC)
        for n in range(1, count + 1):
            long.append(bytes((n + i) % 256 for i in range(length(n))))
        f.put(f"boundary.{name}.headers_n", count)
        f.put(f"boundary.{name}_list", long.boundaries)
        f.put(f"boundary.{name}.c", long.c[-1])

    f.section("Digest of positions, given in the order of their log ids")
    logs = sorted((Log(k, i).c[0], n) for k, i, n in (
        (ADA, 1, 4), (BOB, 1, 300), (EVE, 2, 2**40 + 5), (BOB, 7, 1)))
    digest = hashlib.blake2b(digest_size=32)
    for i, (c, n) in enumerate(logs):
        c8 = h(c)[:8]
        f.put(f"digest.{i}.log_id", c[:16])
        f.put(f"digest.{i}.entry_n", n)
        f.put(f"digest.{i}.c8", c8)
        digest.update(c[:16] + le64(n) + c8)
    f.put("digest", digest.digest())
    f.put("digest.empty", h(b""))
    return f


def header_file():
    f = File("header.txt", ["Headers, their ext messages, topics, record ids",
                            "(chapter 4)."])
    f.section("Every field: kind, time_ms, topic, group, body_len, commit, ext, record")
    f.put("full.kind_n", TRIAL)
    f.put("full.time_ms_n", TIME)
    f.put("full.topic_n", 99)
    f.put("full.group_n", 2**64 - 2)
    f.put("full.body_len_n", len(PLAIN))
    f.put("full.commit", commitment(SALT, PLAIN))
    f.put("full.ext", b"ext")
    f.put("full.record", RECORD)
    f.put("full", header(TRIAL, PLAIN, 99, 2**64 - 2, b"ext", RECORD))
    f.section("A kind that nobody knows, and nothing else")
    f.put("unknown.kind_n", 4000000000)
    f.put("unknown", fields((1, 4000000000)))

    f.section("Genesis: first log of ada, then the log after it")
    log = sample_log()
    f.put("genesis.first", genesis(ADA, INC, "dk-791"))
    f.put("genesis.next", genesis(ADA, 2, "dk-791", fields(
        (1, log.log_id), (2, fixed(4)), (3, log.c[4])), 2))
    f.section("About: the trial itself 1.0, another organisation's trial 2.3")
    f.put("about.other_record", bytes(16))
    f.put("about", about([(2, RECORD), (3, 1)], [
        (1, "fi-564"), (2, bytes(16)), (3, 2), (4, 3)]))
    f.section("Fork: two HEADs of one log that part after entry 3")
    other = sample_log()
    other.headers.pop()
    other.c.pop()
    other.append(header(MEMBER, ext=b""))
    f.put("fork.head_a", log.head(TIME + 1))
    f.put("fork.head_b", other.head(TIME + 2))
    f.put("fork", fields((1, log.log_id), (2, 3), (3, log.head(TIME + 1)),
                         (4, other.head(TIME + 2))))
    f.section("Erase: entries 2 and 2^40 of ada's log, reasons 1 and 5")
    f.put("erase", b"".join(fields((1, fields(
        (1, log.log_id), (2, fixed(n)), (3, reason))))
        for n, reason in ((2, 1), (2**40, 5))))

    f.section("Topics: org, kind, sector")
    topics = (("dk-791", 6, 1, "dk-791/trial/elder_care/"),
              ("no-5501", 16, 0, "no-5501/member/-/"),
              ("fi-564", 0, 0, "fi-564/head/-/"),
              ("dk-791", 21, 20, "dk-791/21/20/"),
              ("dk-791", 11, 99, "dk-791/experience/several/"),
              ("a" * 29, 10, 12,
               "a" * 29 + "/observation/technical_environment/"),
              ("a" * 32, 10, 12, "a" * 32 + "/observation/12/"))
    f.put("topic.count_n", len(topics))
    for i, (org, kind, sector, text) in enumerate(topics):
        assert len(text) <= 64
        f.put(f"topic.{i}.org_text", org)
        f.put(f"topic.{i}.kind_n", kind)
        f.put(f"topic.{i}.sector_n", sector)
        f.put(f"topic.{i}_text", text)

    f.section("Record ids: whole, and as people see them")
    for i, record in enumerate((RECORD, bytes(16), b"\xff" * 16)):
        f.put(f"record.{i}", record)
        f.put(f"record.{i}.whole_text", "dk-791/" + base32(record))
        f.put(f"record.{i}.shown_text", "dk-791/" + base32(record)[:8])
    f.section("Records of imported things: H(kind name, 0x00, external id)[0..15]")
    f.put("import.kind_text", "trial")
    f.put("import.external_text", "dk-ældre-1")
    f.put("import", h(b"trial\0", "dk-ældre-1".encode())[:16])
    return f


def body_file():
    f = File("body.txt", ["Commitments and sealed bodies (chapter 5)."])
    f.section("Commitment: BLAKE2b-256 of P with the salt as key")
    f.put("salt", SALT)
    f.put("p", PLAIN)
    f.put("commit", commitment(SALT, PLAIN))
    f.put("commit.longest", commitment(SALT, bytes(262144)))

    f.section("Sealed: the same bytes to bob and eve; box of the padded content")
    content_key = bytes(range(0x60, 0x80))
    nonce = bytes(range(0x80, 0x98))
    padded = PLAIN + b"\x80"
    padded += b"\0" * (-len(padded) % 1024)
    box = na.crypto_aead_xchacha20poly1305_ietf_encrypt(
        padded, None, nonce, content_key)
    slots = [seal(content_key, key, bytes([i + 1]) * 32)
             for i, key in enumerate((BOB, EVE))]
    f.put("content_key", content_key)
    f.put("nonce", nonce)
    f.put("box", box)
    f.put("slot.bob", slots[0])
    f.put("slot.eve", slots[1])
    sealed = fields((1, 1), (2, nonce), (3, slots[0]), (3, slots[1]), (4, box))
    f.put("sealed", sealed)
    f.put("sealed.commit", commitment(SALT, sealed))

    f.section("Groups: le64 at H(pad16, key of the founder, seed)[0..7]")
    seed = bytes(range(0xa0, 0xa8))
    number = h(pad16("erfa/1/group"), ADA.public, seed)[:8]
    f.put("group.seed", seed)
    f.put("group.number_n", int.from_bytes(number, "little"))
    return f


def seal(message, key, secret):
    """crypto_box_seal with the one-time secret fixed."""
    public = na.crypto_scalarmult_base(secret)
    nonce = hashlib.blake2b(public + key.curve_public, digest_size=24).digest()
    return public + na.crypto_box(message, nonce, key.curve_public, secret)


def member_file():
    f = File("member.txt", ["Membership: ext of MEMBER (chapter 6)."])
    f.section("ada invited bob")
    f.put("plain", fields((1, BOB.public), (2, "no-5501"), (3, 3)))
    f.section("bob says that ada invited it")
    f.put("inviter", fields((1, ADA.public), (2, "dk-791"), (3, 3), (6, 1)))
    f.section("ada withdraws bob; entries of one log up to 300 stay")
    log = Log(BOB, 1)
    cut = fields((1, log.log_id), (2, 300), (3, log.c[0][:8]))
    f.put("withdrawn", fields((1, BOB.public), (2, "no-5501"), (4, 1),
                              (5, cut)))
    f.section("ada's key rotates to eve: eve signs pad16, old key, new key")
    sig = EVE.sign(pad16("erfa/1/rotate") + ADA.public + EVE.public)
    f.put("rotate.sig", sig)
    f.put("rotate", fields((1, EVE.public), (2, "dk-791"), (3, 3), (7, sig)))
    f.section("A registry says that eve succeeds bob")
    f.put("succeeds", fields((1, EVE.public), (2, "no-5501"), (3, 3),
                             (8, BOB.public)))
    return f


def wire_file():
    f = File("wire.txt", ["One message of each type and form (chapter 7).",
                          "The log is that of log.txt."])
    log = sample_log()
    nonce = bytes(range(0xe0, 0xf0))
    ref = fields((1, log.log_id), (2, 2))
    body = fields((1, ref), (2, len(PLAIN)), (4, SALT), (5, PLAIN))
    join_public, sig = join()
    messages = {
        "hello": (1, fields(
            (1, 1), (2, 1), (3, ADA.public), (4, nonce), (5, h(b"")),
            (6, 132096), (7, 1048576), (8, TIME), (9, 1), (10, "erfad 0.1"),
            (12, "dk-791"), (13, "Viborg"), (14, 7412))),
        "hello.join": (1, fields(
            (1, 1), (2, 1), (4, nonce), (5, h(b"")), (6, 132096), (7, 1048576),
            (8, TIME), (9, 1), (10, "erfad 0.1"), (11, fields(
                (1, BOB.public), (2, "no-5501"), (3, "Tromsø"),
                (4, "erfa.tromso.example:7411"), (5, sig))))),
        "have.digest": (2, fields((1, h(b"abc")))),
        "have.positions": (2, fields(
            (1, h(b"abc")),
            (2, fields((1, log.log_id), (2, 4), (3, log.c[4][:8]),
                       (4, ADA.public), (5, fixed(INC)))),
            (2, fields((1, Log(BOB, 1).log_id), (2, 300), (3, bytes(8)))),
            (3, 1), (4, 1), (5, 2))),
        "get.headers": (3, fields(
            (1, 7), (2, log.log_id), (3, 1), (4, 65536))),
        "get.branch": (3, fields(
            (1, 8), (2, log.log_id), (3, 3), (4, 65536), (6, 4),
            (7, log.c[4][:8]))),
        "get.bodies": (3, fields(
            (1, 9), (4, 65536), (5, ref),
            (5, fields((1, log.log_id), (2, 3), (4, 1000))))),
        "data.run": (4, fields((1, 7), (2, 1), (3, fields(
            (1, log.log_id), (2, 1), (3, log.c[0]),
            *((4, header) for header in log.headers[1:]),
            (5, log.head(TIME + 1)))))),
        "data.bodies": (4, fields(
            (1, 9), (4, body), (4, fields((1, ref), (3, 1))))),
        "data.nothing": (4, fields((1, 7), (2, 1))),
        "note.entry": (5, fields(
            (1, log.head(TIME + 1)), (2, 4), (3, log.c[3]),
            (4, log.headers[4]))),
        "note.beacon": (5, fields((1, log.head(TIME + 1)), (2, 4))),
        "note.body": (5, note_with_body()),
        "err": (6, fields((1, 7), (2, 3), (3, 1500), (4, "ask again"))),
    }
    f.section("The transport key of the invitation in hello.join")
    f.put("join_public", join_public)
    f.section("Messages")
    for name, (number, message) in messages.items():
        f.put(name, fields((number, message)))
    return f


def note_with_body():
    log = Log(ADA, INC)
    log.append(header(1, ext=genesis(ADA, INC, "dk-791")))
    log.append(header(TRIAL, PLAIN, topic=1, record=RECORD))
    ref = fields((1, log.log_id), (2, 2))
    return fields((1, log.head(TIME)), (2, 2), (3, log.c[1]),
                  (4, log.headers[2]), (5, fields(
                      (1, ref), (2, len(PLAIN)), (4, SALT), (5, PLAIN))))


ADDRESS = "erfa.viborg.example:7411"
SECRET = bytes(range(0xf0, 0xfa))


def join():
    """bob answers ada's invitation."""
    secret = h(pad16("erfa/1/invite"), ADA.public, SECRET)
    public = na.crypto_scalarmult_base(secret)
    return public, BOB.sign(pad16("erfa/1/join") + ADA.public + public)


def line(address, inviter):
    raw = b"\x01" + inviter.public + SECRET
    raw += h(pad16("erfa/1/invite"), address.encode(), raw)[:2]
    return address + "/" + base32(raw)


def invite_file():
    f = File("invite.txt", ["Invitation, join, check number (chapter 9).",
                            "ada invites, bob joins."])
    f.section("Lines")
    f.put("secret", SECRET)
    f.put("address_text", ADDRESS)
    f.put("line_text", line(ADDRESS, ADA))
    f.put("ipv6.address_text", "[2001:db8::1]:7411")
    f.put("ipv6.line_text", line("[2001:db8::1]:7411", ADA))
    f.section("The join key, and bob's signature that binds it to the invitation")
    public, sig = join()
    f.put("join.secret", h(pad16("erfa/1/invite"), ADA.public, SECRET))
    f.put("join.public", public)
    f.put("join.sig", sig)
    f.section("Check numbers of X25519 public keys")
    for name, key in (("ada", ADA), ("bob", BOB), ("eve", EVE)):
        digest = h(pad16("erfa/1/check"), key.curve_public)
        groups = struct.unpack(">6I", digest[:24])
        f.put(f"check.{name}_text", " ".join("%04d" % (g % 10000)
                                             for g in groups))
    return f


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    check = sys.argv[1:] == ["--check"]
    status = 0
    for file in (keys_file(), log_file(), header_file(), body_file(),
                 member_file(), wire_file(), invite_file()):
        path = os.path.join(here, file.name)
        if not check:
            with open(path, "w", encoding="utf-8") as out:
                out.write(file.text())
        elif open(path, encoding="utf-8").read() != file.text():
            print(path + " is not what make.py writes")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
