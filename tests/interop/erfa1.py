"""erfa/1 in Python, written from proto/PROTOCOL.md: the numbers in brackets are
its chapters.  Copy it: nothing here belongs to our tests.

It needs python3-zmq, python3-protobuf and python3-nacl, and the modules that
protoc makes of proto/*.proto, in $B/python or wherever PYTHONPATH leads.
"""

import copy
import functools
import hashlib
import json
import os
import re
import struct
import sys
import time
from collections import namedtuple

import nacl.bindings as sodium
import nacl.exceptions
import zmq
from google.protobuf.descriptor import FieldDescriptor as F
from zmq.utils.monitor import recv_monitor_message

sys.path.append(os.path.join(os.environ.get("B", "build"), "python"))

from proto import entry_pb2, wire_pb2  # noqa: E402

# [16]
HEADER_MAX = 4096
BODY_MAX = 262144
BOUNDARY_N = 256
BOUNDARY_BYTES = 32768
MSG_MAX = 132096
MSG_TAGS = 8192
HEADER_TAGS = 1024
DATA_MAX = 65536
NOTE_BODY_MAX = 8192
HAVE_POS_MAX = 1000
REFS_MAX = 256
WINDOW = 1048576

NO_SUB = 1  # HELLO.flags: push NOTEs on this link
CREDIT = 262144  # of one GET

KINDS = """genesis profile programme network round trial application decision
indicator observation experience adaptation comment retraction term member group
erase fork witness""".split()
SECTORS = """elder_care health early_childhood school children_families disability
social_services employment_inclusion integration housing planning_building
technical_environment culture_leisure democracy citizen_service administration
working_life public_safety supervision""".split()
KIND = {name: number for number, name in enumerate(KINDS, 1)}
SECTOR = {name: number for number, name in enumerate(SECTORS, 1)} | {"several": 99}
GENESIS, TRIAL, MEMBER, ERASE = (KIND[k] for k in "genesis trial member erase".split())

WRITES, INTRODUCES, REGISTRY, READS = 1, 2, 4, 8  # roles [6.1]


class Refused(Exception):
    """Foreign bytes that are not what they should be, and why."""


class Denied(Exception):
    """The other side does not let us in, or does not give us this."""


class Silence(Exception):
    """An answer did not come in time; make the link anew."""


# ---- Notation [2] -----------------------------------------------------------


def h(*parts, key=b""):
    """H of the parts, one after the other."""
    return hashlib.blake2b(b"".join(parts), digest_size=32, key=key).digest()


def pad16(text):
    return text.encode("ascii").ljust(16, b"\0")


def le16(number):
    return struct.pack("<H", number)


def le32(number):
    return struct.pack("<I", number)


def le64(number):
    return struct.pack("<Q", number)


BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
BASE32_READ = {c: i for i, c in enumerate(BASE32)} | {"o": 0, "i": 1, "l": 1}


def base32(data):
    fill = -len(data) * 8 % 5
    number = int.from_bytes(data, "big") << fill
    return "".join(
        BASE32[number >> at & 31] for at in range(len(data) * 8 + fill - 5, -1, -5)
    )


def unbase32(text):
    number = 0
    for c in text.lower():
        if c not in BASE32_READ:
            raise Refused(f"{c!r} is no character of base32")
        number = number << 5 | BASE32_READ[c]
    fill = len(text) * 5 % 8
    if fill >= 5 or number & ((1 << fill) - 1):
        raise Refused("bits are left over")
    return (number >> fill).to_bytes(len(text) * 5 // 8, "big")


def now_ms():
    return int(time.time() * 1000)


class Key:
    """An Ed25519 key, and the X25519 pair that its sockets use."""

    def __init__(self, seed=None):
        self.seed = seed or os.urandom(32)
        self.public, self.secret = sodium.crypto_sign_seed_keypair(self.seed)
        self.curve_public = curve_public(self.public)
        self.curve_secret = sodium.crypto_sign_ed25519_sk_to_curve25519(self.secret)

    def sign(self, message):
        return sodium.crypto_sign(message, self.secret)[:64]


# One more than the order of the subgroup: a key in it so many times is itself.
ORDER_AND_ONE = (2**252 + 27742317777372353535851937790883648494).to_bytes(32, "little")


@functools.lru_cache(maxsize=4096)
def curve_public(key):
    """The X25519 form of an Ed25519 key; None if it is no usable key [2]."""
    try:
        if sodium.crypto_scalarmult_ed25519_noclamp(ORDER_AND_ONE, key) != key:
            return None
        return sodium.crypto_sign_ed25519_pk_to_curve25519(key)
    except (nacl.exceptions.CryptoError, ValueError, TypeError):
        return None


def verify(signature, message, key):
    try:
        sodium.crypto_sign_open(signature + message, key)
        return True
    except (nacl.exceptions.CryptoError, ValueError):
        return False


def is_org(text):
    return re.fullmatch("[a-z0-9-]{2,32}", text) is not None


# ---- Reading protobuf [2.1] -------------------------------------------------

WIRE_TYPE = dict.fromkeys((F.TYPE_FIXED64, F.TYPE_SFIXED64, F.TYPE_DOUBLE), 1)
WIRE_TYPE |= dict.fromkeys((F.TYPE_FIXED32, F.TYPE_SFIXED32, F.TYPE_FLOAT), 5)
WIRE_TYPE |= dict.fromkeys((F.TYPE_STRING, F.TYPE_BYTES, F.TYPE_MESSAGE), 2)
FIXED = {F.TYPE_DOUBLE: "<d", F.TYPE_FLOAT: "<f", F.TYPE_FIXED64: "<Q",
         F.TYPE_SFIXED64: "<q", F.TYPE_FIXED32: "<I", F.TYPE_SFIXED32: "<i"}


# Of headers and what is in their ext every occurrence of a field is checked, not
# only the last one, which holds [4.1].
LENGTH = {"Header.commit": 32, "Header.record": 16, "Genesis.key": 32,
          "LogPos.log_id": 16, "LogPos.c": 32, "Member.key": 32,
          "Member.rotate_sig": 64, "Member.succeeds": 32, "Member.Cut.log_id": 16,
          "Member.Cut.c8": 8, "Erase.Target.log_id": 16,
          "Erase.Target.c8": 8, "Fork.log_id": 16,
          "Fork.head_a": 128, "Fork.head_b": 128, "About.Item.record": 16}
ORGS = ("Genesis.org", "Member.org", "About.Item.org")
RESERVED = ("Genesis.next_key_hash", "Member.sigs")  # as good as unknown


class Reader:
    """Reads one message and all in it, and counts its tags: in all, or those of
    each message for itself if ``apart``."""

    def __init__(self, data, tags, apart=False):
        self.data, self.at, self.tags, self.apart = data, 0, tags, apart
        self.most = tags

    def varint(self, longest, end):
        value = 0
        for i in range(longest):
            if self.at + i >= end:
                raise Refused("truncated")
            value |= (self.data[self.at + i] & 0x7F) << 7 * i
            if self.data[self.at + i] < 0x80:
                self.at += i + 1
                return value
        raise Refused("a number is too long")

    def take(self, count, end):
        if count > end - self.at:
            raise Refused("truncated")
        self.at += count
        return self.data[self.at - count : self.at]

    def value(self, wire, end):
        if wire == 0:
            return self.varint(10, end)
        if wire == 2:
            return self.take(self.varint(5, end), end)
        if wire in (1, 5):
            return self.take(8 if wire == 1 else 4, end)
        raise Refused(f"wire type {wire}")

    def message(self, into, end):
        """Fill the message ``into`` with the bytes up to ``end``."""
        fields = into.DESCRIPTOR.fields_by_number
        seen = set()
        while self.at < end:
            self.tags -= 1
            if self.tags < 0:
                raise Refused("too many fields")
            tag = self.varint(5, end)
            number, wire = tag >> 3, tag & 7
            if not 1 <= number <= 0x1FFFFFFF:
                raise Refused(f"field number {number}")
            field = fields.get(number)
            if field is None or short_name(field) in RESERVED:
                self.value(wire, end)
            elif field.type == F.TYPE_MESSAGE:
                self.nested(into, field, wire, end, number in seen)
            else:
                self.scalar(into, field, wire, end)
            seen.add(number)

    def nested(self, into, field, wire, end, again):
        if wire != 2:
            raise Refused(f"wire type of {field.name}")
        length = self.varint(5, end)
        if length > end - self.at:
            raise Refused("truncated")
        if field.label == F.LABEL_REPEATED:
            child = getattr(into, field.name).add()
        elif again:
            raise Refused(f"{field.name} occurs twice")
        else:
            child = getattr(into, field.name)
            child.SetInParent()
        left = self.tags
        if self.apart:
            self.tags = self.most
        self.message(child, self.at + length)
        if self.apart:
            self.tags = left

    def scalar(self, into, field, wire, end):
        own = WIRE_TYPE.get(field.type, 0)
        repeated = field.label == F.LABEL_REPEATED
        if repeated and wire == 2 and own != 2:
            last = self.varint(5, end)
            last += self.at
            if last > end:
                raise Refused("truncated")
            while self.at < last:
                set_scalar(into, field, self.value(own, last))
        elif wire != own:
            raise Refused(f"wire type of {field.name}")
        else:
            set_scalar(into, field, self.value(own, end))


def short_name(field):
    return field.full_name.removeprefix("erfa.")


def set_scalar(into, field, raw):
    name = short_name(field)
    if name in LENGTH and len(raw) != LENGTH[name]:
        raise Refused(f"length of {name}")
    value = scalar_value(field, raw)
    if name in ORGS and value and not is_org(value):
        raise Refused(f"{name} is no org id")
    if name == "BodyPart.state" and value is None:
        raise Refused("a state that is not known")
    if field.label == F.LABEL_REPEATED:
        if value is not None:
            getattr(into, field.name).append(value)
    elif value is None:
        into.ClearField(field.name)
    else:
        setattr(into, field.name, value)


def scalar_value(field, raw):
    """A value as Python knows it; None for an enum's number without a name."""
    if field.type in FIXED:
        return struct.unpack(FIXED[field.type], raw)[0]
    if field.type == F.TYPE_STRING:
        return text_value(field, raw)
    if field.type == F.TYPE_BYTES:
        return raw
    raw &= 0xFFFFFFFFFFFFFFFF
    if field.type == F.TYPE_BOOL:
        return raw != 0
    if field.type == F.TYPE_UINT64:
        return raw
    if field.type == F.TYPE_INT64:
        return raw - (raw >> 63 << 64)
    raw &= 0xFFFFFFFF
    if field.type == F.TYPE_UINT32:
        return raw
    raw -= raw >> 31 << 32
    if field.type == F.TYPE_ENUM and raw not in field.enum_type.values_by_number:
        return None
    return raw


def text_value(field, raw):
    """Text of the wire must be UTF-8 and ends at a NUL [7]; other text is shown as
    well as it can be."""
    if field.file.name != "proto/wire.proto":
        return raw.decode("utf-8", "replace")
    try:
        return raw.split(b"\0")[0].decode("utf-8")
    except UnicodeDecodeError as e:
        raise Refused(f"{field.name} is not UTF-8") from e


def decode(message, data, tags, apart=False):
    """Decode as [2.1] says and return the message, or raise Refused."""
    Reader(data, tags, apart).message(message, len(data))
    return message


# ---- Headers and their ext [4] ----------------------------------------------


def read_header(data):
    """A Header, or None if it is unreadable [4.1]."""
    try:
        if not 1 <= len(data) <= HEADER_MAX:
            raise Refused("length of the header")
        header = decode(entry_pb2.Header(), data, HEADER_TAGS)
    except Refused:
        return None
    if header.body_len > BODY_MAX:
        return None
    return header if header.HasField("commit") == (header.body_len > 0) else None


def fits(message, **lengths):
    """Are these fields there with these lengths?"""
    return all(
        message.HasField(name) and len(getattr(message, name)) == length
        for name, length in lengths.items()
    )


def may_fit(message, **lengths):
    """Have these fields these lengths, as far as they are there?"""
    return all(fits(message, **{name: length}) for name, length in lengths.items()
               if message.HasField(name))


def has(message, *names):
    return all(message.HasField(name) for name in names)


def genesis_fits(genesis):
    prev = genesis.prev
    return (has(genesis, "key") and genesis.format != 0 and genesis.org
            and (not has(genesis, "prev") or has(prev, "log_id", "c") and prev.n))


def member_fits(member):
    return (has(member, "key") and member.org and len(member.cuts) <= 64
            and all(has(cut, "log_id", "c8") for cut in member.cuts))


def erase_fits(erase):
    return 1 <= len(erase.target) <= 120 and all(
        has(target, "log_id") and target.n for target in erase.target)


def fork_fits(fork):
    return has(fork, "log_id", "head_a", "head_b")


def about_fits(about):
    return len(about.item) <= 32 and all(has(item, "record") for item in about.item)


EXT = {GENESIS: (entry_pb2.Genesis, genesis_fits),
       MEMBER: (entry_pb2.Member, member_fits),
       ERASE: (entry_pb2.Erase, erase_fits),
       KIND["fork"]: (entry_pb2.Fork, fork_fits)}
EXT |= {KIND[name]: (entry_pb2.About, about_fits) for name in KINDS[1:15]}


def read_ext(header):
    """The message in ext, or None if it says nothing [4.3]."""
    if header is None or header.kind not in EXT:
        return None
    make, fit = EXT[header.kind]
    try:
        ext = decode(make(), header.ext, HEADER_TAGS, apart=True)
    except Refused:
        return None
    return ext if fit(ext) else None


def commitment(salt, body):
    return h(body, key=salt)


def make_header(kind, time_ms, ext=None, body=None, salt=None, **fields):
    """The bytes of a header, with the commitment to the body if there is one."""
    header = entry_pb2.Header(kind=kind, time_ms=time_ms, **fields)
    if body is not None:
        header.body_len = len(body)
        header.commit = commitment(salt, body)
    if ext is not None:
        header.ext = ext.SerializeToString()
    return header.SerializeToString()


def imported_record(kind, external_id):
    """The identity of a record that came from elsewhere [4.5]."""
    return h(kind.encode(), b"\0", external_id.encode())[:16]


def record_text(org, record):
    return f"{org}/{base32(record)}"


def topic(org, kind, sector):
    """The topic frame of a NOTE [10]; kind 0 is a beacon."""
    kind = KINDS[kind - 1] if 1 <= kind <= len(KINDS) else str(kind or "head")
    name = {number: name for name, number in SECTOR.items()}.get(sector)
    long = f"{org}/{kind}/{name or sector or '-'}/"
    return long if len(long) <= 64 else f"{org}/{kind}/{sector}/"


# ---- Logs [3] ---------------------------------------------------------------

Head = namedtuple("Head", "log_id n c time_ms signature raw")


def make_head(key, log_id, n, c, time_ms):
    signed = log_id + le64(n) + c + le64(time_ms)
    return signed + key.sign(pad16("erfa/1/head") + signed)


def read_head(raw):
    if len(raw) != 128:
        raise Refused("length of a HEAD")
    return Head(raw[:16], int.from_bytes(raw[16:24], "little"), raw[24:56],
                int.from_bytes(raw[56:64], "little"), raw[64:], bytes(raw))


def head_holds(head, key):
    """Did this key sign the HEAD?"""
    return verify(head.signature, pad16("erfa/1/head") + head.raw[:64], key)


class Log:
    """A log as far as it has been checked.  It keeps no entries: position n, the
    chain value c there, and how much was counted since the last boundary."""

    def __init__(self, key, inc):
        self.key, self.inc = key, inc
        self.n, self.c = 0, h(pad16("erfa/1/log"), key, le64(inc))
        self.log_id = self.c[:16]
        self.count = self.size = 0

    def save(self):
        return [self.key.hex(), self.inc, self.n, self.c.hex(), self.count, self.size]

    @classmethod
    def load(cls, saved):
        log = cls(bytes.fromhex(saved[0]), saved[1])
        log.n, log.c = saved[2], bytes.fromhex(saved[3])
        log.count, log.size = saved[4:]
        return log

    def at_boundary(self):
        return self.count == 0

    def step(self, header):
        """Fold one header into the chain."""
        self.n += 1
        self.c = h(self.c, le64(self.n), le32(len(header)), header)
        self.count, self.size = self.count + 1, self.size + len(header)
        if self.count == BOUNDARY_N or self.size >= BOUNDARY_BYTES:
            self.count = self.size = 0

    def accept(self, run):
        """Take in a run that verifies [3.4] and return its (n, header), or raise
        Refused and change nothing."""
        head = read_head(run.head)
        new = copy.copy(self)
        if not 1 <= len(run.header) <= BOUNDARY_N:
            raise Refused("number of headers")
        if run.log_id != self.log_id or run.first != self.n + 1:
            raise Refused("it does not continue what is held")
        if run.c_prev != self.c:
            raise Refused("c_prev is another")
        for i, header in enumerate(run.header):
            if not 1 <= len(header) <= HEADER_MAX:
                raise Refused("length of a header")
            if i and new.at_boundary():
                raise Refused("a boundary inside a run")
            new.step(header)
        if (head.log_id, head.n, head.c) != (new.log_id, new.n, new.c):
            raise Refused("the HEAD is of another chain")
        if run.first == 1:
            self.check_genesis(run.header[0])
        if not head_holds(head, self.key):
            raise Refused("signature of the HEAD")
        vars(self).update(vars(new))
        return list(enumerate(run.header, run.first))

    def check_genesis(self, data):
        """Condition 6: the only header that is decoded to accept it."""
        header = read_header(data)
        genesis = read_ext(header) if header and header.kind == GENESIS else None
        if genesis is None:
            raise Refused("entry 1 is no GENESIS")
        if (genesis.key, genesis.inc) != (self.key, self.inc):
            raise Refused("GENESIS of another log")


def run_of(note):
    """A NOTE with a header is a run of one [7.5]."""
    return wire_pb2.Run(log_id=note.head[:16], first=note.n, c_prev=note.c_prev,
                        header=[note.header], head=note.head)


def digest_of(logs):
    """What two nodes compare [8.4]."""
    return h(*sorted(log.log_id + le64(log.n) + log.c[:8] for log in logs if log.n))


def group_number(founder, seed):
    """The number of the group that this key founded [5.4]."""
    return int.from_bytes(h(pad16("erfa/1/group"), founder, seed)[:8], "little")


def open_sealed(body, key):
    """The Body in a restricted P, if it is sealed to this key [5.1]."""
    sealed = decode(entry_pb2.Sealed(), body, 1024)
    if (sealed.v != 1 or not fits(sealed, nonce=24) or
            not 1 <= len(sealed.slot) <= 500):
        raise Refused("no body that is sealed in this way")
    for slot in sealed.slot:
        try:
            content = sodium.crypto_box_seal_open(
                slot, key.curve_public, key.curve_secret)
            padded = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
                sealed.box, None, sealed.nonce, content)
        except (nacl.exceptions.CryptoError, ValueError, TypeError):
            continue
        return padded[: padded.rindex(b"\x80")]
    raise Denied("it is not sealed to this key")


# ---- Invitations [9] --------------------------------------------------------


class Line:
    """An invitation line."""

    def __init__(self, line):
        address, _, text = line.strip().rpartition("/")
        self.address = address.lower()
        if not is_address(self.address):
            raise Refused("it does not begin with host:port/")
        if len(text) != 72:
            raise Refused(f"{len(text)} characters after the slash instead of 72")
        raw = unbase32(text)
        if raw[0] != 1:
            raise Refused("it is of another version")
        if raw[43:] != line_check(self.address, raw[:43]):
            raise Refused("it was damaged on its way")
        self.inviter, self.secret = raw[1:33], raw[33:43]

    @property
    def join_secret(self):
        return h(pad16("erfa/1/invite"), self.inviter, self.secret)

    @property
    def join_public(self):
        return sodium.crypto_scalarmult_base(self.join_secret)


def is_address(text):
    """Is it host:port as a line may hold it?"""
    host, _, port = text.rpartition(":")
    if not re.fullmatch("[1-9][0-9]{0,4}", port) or int(port) > 65535 or len(host) > 255:
        return False
    return re.fullmatch(r"[a-z0-9.-]+|\[[0-9a-f:.]{2,}\]", host) is not None


def line_check(address, raw):
    return h(pad16("erfa/1/invite"), address.encode("ascii"), raw)[:2]


def make_line(address, inviter, secret):
    raw = b"\x01" + inviter + secret
    return f"{address}/{base32(raw + line_check(address, raw))}"


def join_signature(key, inviter, join_public):
    return key.sign(pad16("erfa/1/join") + inviter + join_public)


def check_number(curve):
    """What people read to each other on the telephone."""
    x = h(pad16("erfa/1/check"), curve)
    return " ".join(
        f"{int.from_bytes(x[4 * i : 4 * i + 4], 'big') % 10000:04}" for i in range(6))


# ---- Messages [7] -----------------------------------------------------------


def check_text(text, longest, what):
    if len(text) > longest:
        raise Refused(f"{what} is too long")


def need(yes, what):
    if not yes:
        raise Refused(what)


def check_hello(hello):
    need(fits(hello, nonce=16, digest=32), "nonce or digest")
    need(hello.HasField("key") != hello.HasField("join"), "one of key and join")
    need(may_fit(hello, key=32), "length of key")
    need(hello.pub_port <= 65535, "pub_port")
    check_text(hello.sw, 64, "sw")
    check_text(hello.org, 32, "org")
    check_text(hello.name, 120, "name")
    if hello.HasField("join"):
        need(fits(hello.join, key=32, sig=64), "key or sig of join")
        check_text(hello.join.org, 32, "org")
        check_text(hello.join.name, 120, "name")
        check_text(hello.join.listen, 261, "listen")


def check_have(have):
    need(fits(have, digest=32), "digest")
    need(len(have.pos) <= HAVE_POS_MAX, "too many positions")
    if have.parts == 0:
        need(have.part == 0 and not have.pos, "parts of nothing")
    else:
        need(1 <= have.part <= have.parts, "part")
    for pos in have.pos:
        need(fits(pos, log_id=16, c8=8) and may_fit(pos, key=32), "a position")


def check_ref(ref):
    need(fits(ref, log_id=16) and ref.n, "a reference")


def check_get(get):
    need(get.req, "number")
    need(get.HasField("log_id") != bool(get.ref), "headers or bodies")
    need(len(get.ref) <= REFS_MAX, "too many bodies")
    need((get.n > 0) == get.HasField("c8") and may_fit(get, c8=8), "branch")
    if get.HasField("log_id"):
        need(len(get.log_id) == 16 and get.first, "log_id or first")
    for ref in get.ref:
        check_ref(ref)


def check_part(part):
    need(part.HasField("ref"), "a body without reference")
    check_ref(part.ref)
    if part.state == wire_pb2.BodyPart.OK:
        need(part.HasField("salt") and len(part.salt) == 32, "salt")
        need(part.ref.offset + len(part.data) <= part.total, "beyond the total")
        need(part.ref.part or part.total <= BODY_MAX, "total")


def check_data(data):
    if data.HasField("run"):
        need(fits(data.run, log_id=16, c_prev=32, head=128), "a run")
        need(len(data.run.header) <= BOUNDARY_N, "too many headers")
    need(len(data.body) <= REFS_MAX, "too many bodies")
    need(sum(len(part.data) for part in data.body
             if part.state == wire_pb2.BodyPart.OK) <= DATA_MAX, "too many bytes")
    for part in data.body:
        check_part(part)


def check_note(note):
    need(fits(note, head=128), "head")
    need(note.n == read_head(note.head).n, "n")
    if not note.header:
        need(not note.HasField("body"), "a body without header")
        return
    need(fits(note, c_prev=32), "c_prev")
    if note.HasField("body"):
        part = note.body
        check_part(part)
        need(part.state == wire_pb2.BodyPart.OK and part.ref.part == 0
             and (part.ref.log_id, part.ref.n) == (note.head[:16], note.n)
             and part.ref.offset == 0 and len(part.data) == part.total,
             "the body of something else")
        need(len(part.data) <= NOTE_BODY_MAX, "the body is too long")


def check_err(err):
    check_text(err.text, 200, "text")


CHECK = {"hello": check_hello, "have": check_have, "get": check_get,
         "data": check_data, "note": check_note, "err": check_err}


def read_msg(frame):
    """Decode and check one frame; return ("have", Have) and the like."""
    if not 1 <= len(frame) <= MSG_MAX:
        raise Refused("length of the frame")
    msg = decode(wire_pb2.Msg(), frame, MSG_TAGS)
    kind = msg.WhichOneof("m")
    if kind is None:
        raise Refused("no message that is known")
    message = getattr(msg, kind)
    CHECK[kind](message)
    return kind, message


def make_msg(message):
    """The frame of a Hello, Have, Get, Data, Note or Err."""
    name = message.DESCRIPTOR.name.lower()
    return wire_pb2.Msg(**{name: message}).SerializeToString()


def body_fits(header, salt, body):
    """Is this what the header commits to [5.1]?"""
    return header.body_len == len(body) and commitment(salt, body) == header.commit


def note_fits(header, note):
    """Does the NOTE bring the body that its entry has?"""
    return note.HasField("body") and body_fits(header, note.body.salt, note.body.data)


def received(parts, ref):
    return sum(len(part.data) for part in parts.get(ref, ()))


def whole_body(header, parts):
    """The body that these parts make up, or None if the header says otherwise."""
    body = b"".join(part.data for part in parts)
    return body if body_fits(header, parts[0].salt, body) else None


# ---- Bundles [13] -----------------------------------------------------------

BUNDLE = b"erfa/1/bundle\n"


def make_bundle(answers):
    """The bytes of a file that carries these Data."""
    frames = [make_msg(data) for data in answers]
    return BUNDLE + b"".join(le32(len(frame)) + frame for frame in frames)


def read_bundle(data):
    """Yield the Data in a bundle; raise Refused at what is damaged, which does not
    spoil what came before."""
    if not data.startswith(BUNDLE):
        raise Refused("no bundle")
    at = len(BUNDLE)
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "little")
        frame = data[at + 4 : at + 4 + length]
        if len(data) - at < 4 or len(frame) < length:
            raise Refused("the last message is not finished")
        kind, message = read_msg(frame)
        if kind != "data":
            raise Refused("a message that has no place in a bundle")
        yield message
        at += 4 + length


# ---- Links [8] --------------------------------------------------------------


def dial(kind, server, pair):
    """A socket for the node whose Ed25519 key is ``server``; ``pair`` are our X25519
    keys, public and secret."""
    sock = zmq.Context.instance().socket(kind)
    sock.set(zmq.LINGER, 0)
    sock.set(zmq.IPV6, 1)
    sock.set(zmq.MAXMSGSIZE, MSG_MAX)
    sock.set(zmq.HANDSHAKE_IVL, 5000)
    sock.set(zmq.RECONNECT_IVL, 1000 + int.from_bytes(pair[0][:4], "little") % 4001)
    sock.set(zmq.RECONNECT_IVL_MAX, 60000)
    sock.set(zmq.CURVE_PUBLICKEY, pair[0])
    sock.set(zmq.CURVE_SECRETKEY, pair[1])
    sock.set(zmq.CURVE_SERVERKEY, curve_public(server))
    if kind == zmq.DEALER:
        sock.set(zmq.IMMEDIATE, 1)
    return sock


class Link:
    """A DEALER to one node, which we ask.  Asked itself, it says that it has nothing.

    What the other side says unasked is kept: its positions, by log id, in
    ``claims``; NOTEs, for who wants them, in ``notes``."""

    def __init__(self, address, server, key, pair=None):
        self.address, self.server, self.key = address, server, key
        self.pair = pair or (key.curve_public, key.curve_secret)
        self.peer = None  # its HELLO
        self.claims = {}  # log_id: (n, c8)
        self.known = {}  # log_id: (key, inc)
        self.notes = []
        self.digest = h()  # the peer's, of its latest HELLO or HAVE
        self.whole = 0  # full HAVEs that were received to the end
        self.requests = 0
        self.heard = time.monotonic()  # when the other side last said something
        self.told = self.heard  # when we last sent a HAVE
        self.differ = 0  # HAVEs in a row that differed from what we hold
        self.sub = None
        self.sock = dial(zmq.DEALER, server, self.pair)
        self.monitor = self.sock.get_monitor_socket(
            zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL)
        self.sock.connect(f"tcp://{address}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.sock.disable_monitor()
        for sock in (self.monitor, self.sock, self.sub):
            if sock is not None:
                sock.close(0)

    def send(self, message):
        self.sock.send(make_msg(message), zmq.DONTWAIT)

    def receive(self, seconds):
        """The next message, (name, message), or None after so many seconds."""
        end = time.monotonic() + seconds
        poller = zmq.Poller()
        poller.register(self.sock, zmq.POLLIN)
        poller.register(self.monitor, zmq.POLLIN)
        while True:
            ready = dict(poller.poll(max(0, end - time.monotonic()) * 1000))
            if not ready:
                return None
            if self.monitor in ready:
                self.refused(recv_monitor_message(self.monitor))
            if self.sock in ready:
                try:
                    kind, message = read_msg(self.sock.recv())
                except Refused:
                    continue
                self.heard = time.monotonic()
                self.note_down(kind, message)
                return kind, message

    def connected(self, seconds):
        """Wait until the other side has let us in."""
        poller = zmq.Poller()
        poller.register(self.sock, zmq.POLLOUT)
        poller.register(self.monitor, zmq.POLLIN)
        ready = dict(poller.poll(seconds * 1000))
        if self.monitor in ready:
            self.refused(recv_monitor_message(self.monitor))
        if not ready:
            raise Silence(f"nobody answers at {self.address}")

    def refused(self, event):
        if event["event"] == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
            raise Denied("we are not a member there")
        raise Denied("another key is there")

    def note_down(self, kind, message):
        if kind == "hello":
            self.peer, self.digest = message, message.digest
        elif kind == "have":
            self.digest, self.differ = message.digest, self.differ + 1
            for pos in message.pos:
                self.claim(pos)
            if message.full and message.part == message.parts:
                self.whole += 1
        elif kind == "note":
            self.notes.append(message)
        elif kind == "get":
            self.serve(message)
        elif kind == "err" and not message.req:
            if message.code in (wire_pb2.Err.DENIED, wire_pb2.Err.VERSION):
                raise Denied(message.text or "no reason was given")
            if message.code == wire_pb2.Err.NO_SESSION:
                raise Silence("the other side has forgotten us")

    def serve(self, get):
        self.send(wire_pb2.Data(req=get.req, last=True))

    def claim(self, pos):
        """Remember a position, if we know which log it is [3.5]."""
        if pos.HasField("key"):
            if Log(pos.key, pos.inc).log_id != pos.log_id:
                return
            self.known[pos.log_id] = pos.key, pos.inc
        if pos.log_id in self.known and pos.n:
            self.claims[pos.log_id] = pos.n, pos.c8

    def hello(self, logs=(), join=None, flags=0, seconds=10, **fields):
        """Say HELLO and return that of the other side [7.1]."""
        hello = wire_pb2.Hello(
            proto_min=1, proto_max=1, nonce=os.urandom(16), digest=digest_of(logs),
            max_msg=MSG_MAX, window=WINDOW, time_ms=now_ms(), flags=flags,
            sw="erfa1.py", **fields)
        if join is None:
            hello.key = self.key.public
        else:
            hello.join.CopyFrom(join)
        end = time.monotonic() + seconds
        self.connected(seconds)
        self.peer = None
        self.send(hello)
        while self.peer is None:
            if self.receive(end - time.monotonic()) is None:
                raise Silence(f"{self.address} does not answer HELLO")
        return self.peer

    def have(self, logs, full=False):
        """Say how far we are; with ``full`` name every log [7.2]."""
        logs = [log for log in logs if log.n]
        pos = [wire_pb2.Pos(log_id=log.log_id, n=log.n, c8=log.c[:8], key=log.key,
                            inc=log.inc) for log in logs] if full else []
        parts = max(1, -(-len(pos) // HAVE_POS_MAX)) if full else 0
        self.told = time.monotonic()
        for part in range(max(1, parts)):
            have = wire_pb2.Have(
                digest=digest_of(logs), full=full, parts=parts,
                pos=pos[part * HAVE_POS_MAX : (part + 1) * HAVE_POS_MAX])
            if full:
                have.part = part + 1
            self.send(have)

    def ask(self, **fields):
        """Send a GET and yield the DATA that answer it, to the last [7.3]."""
        self.requests += 1
        get = wire_pb2.Get(req=self.requests, max_bytes=CREDIT, **fields)
        self.send(get)
        while True:
            got = self.receive(30)
            if got is None:
                raise Silence("a GET was not answered")
            kind, message = got
            if kind not in ("data", "err") or message.req != get.req:
                continue
            if kind == "err" and message.code in (wire_pb2.Err.BUSY, wire_pb2.Err.QUOTA):
                self.wait(min(message.retry_ms or 500, 60000) / 1000)
                self.send(get)
            elif kind == "err":
                raise Denied(message.text or "a GET was refused")
            else:
                yield message
                if message.last:
                    return

    def wait(self, seconds):
        """Take in what comes for so long."""
        end = time.monotonic() + seconds
        while self.receive(max(0, end - time.monotonic())):
            pass

    def behind(self, logs):
        """Yield (log, n) for every log of which the other side claims to hold more
        than ``logs`` {log_id: Log} do; a new one is added to them."""
        for log_id, (n, _) in list(self.claims.items()):
            del self.claims[log_id]
            if log_id not in logs:
                logs[log_id] = Log(*self.known[log_id])
            if logs[log_id].n < n:
                yield logs[log_id], n

    def catch_up(self, log, n):
        """Yield (n, header) of the entries up to n at least, if the other side has
        them, each verified and then counted in the log [8.5]."""
        more = True
        while more and log.n < n:
            more = False
            for data in self.ask(log_id=log.log_id, first=log.n + 1):
                if data.HasField("run") and data.run.log_id == log.log_id:
                    more = True
                    yield from log.accept(data.run)

    def bodies(self, wanted):
        """Ask for bodies, ``wanted`` {(log_id, n): Header}, and yield ((log_id, n),
        salt, body); the body is None if it is not to be had here.  What is not
        yielded may be asked for again later [7.4, 5.2]."""
        left, parts, more = list(wanted), {}, True
        while left and more:
            refs = [wire_pb2.Ref(log_id=log_id, n=n, offset=received(parts, (log_id, n)))
                    for log_id, n in left[:REFS_MAX]]
            done = set()
            more = False
            for data in self.ask(ref=refs):
                for part in data.body:
                    more = True
                    ref = part.ref.log_id, part.ref.n
                    if ref not in left or ref in done:
                        continue
                    if part.state != wire_pb2.BodyPart.OK:
                        done.add(ref)
                        if part.state != wire_pb2.BodyPart.ABSENT:
                            yield ref, None, None
                        continue
                    if part.ref.offset == received(parts, ref):
                        parts.setdefault(ref, []).append(part)
                    if received(parts, ref) == part.total:
                        done.add(ref)
                        yield ref, part.salt, whole_body(wanted[ref], parts.pop(ref))
            left = [ref for ref in left if ref not in done]

    def take(self, log, note):
        """Count the entry of a NOTE and return [(n, header)] if it continues the
        log; if it tells of more, remember that for behind() [8.7].  The next HAVE
        names a log that is not known, None."""
        if log is None:
            return []
        head = read_head(note.head)
        if note.header and note.n == log.n + 1 and note.c_prev == log.c:
            try:
                return log.accept(run_of(note))
            except Refused:
                return []
        if note.n > log.n and head_holds(head, log.key):
            self.known[log.log_id] = log.key, log.inc
            self.claims[log.log_id] = note.n, head.c[:8]
        return []

    def subscribe(self, prefix=""):
        """Have the node's PUB send the NOTEs whose topic begins so [10]."""
        self.sub = dial(zmq.SUB, self.server, self.pair)
        self.sub.set(zmq.SUBSCRIBE, prefix.encode())
        host = self.address.rpartition(":")[0]
        self.sub.connect(f"tcp://{host}:{self.peer.pub_port}")

    def listen(self, seconds=10):
        """Wait until something comes over the SUB or the link, for so many seconds
        at most, and return the NOTEs that came."""
        poller = zmq.Poller()
        for sock in (self.sub, self.sock, self.monitor):
            if sock is not None:
                poller.register(sock, zmq.POLLIN)
        poller.poll(seconds * 1000)
        self.wait(0)
        while self.sub is not None and self.sub.poll(0):
            try:
                kind, note = read_msg(self.sub.recv_multipart()[-1])
            except Refused:
                continue
            if kind == "note":
                self.notes.append(note)
        notes, self.notes = self.notes, []
        return notes

    def beat(self, logs, every=20):
        """Send the HAVE that is due: every 20 s; or, when two of the other side in
        a row differed from what we hold, a full one, which is answered in kind
        with what is new [8.4].  Raise Silence after 180 s of it."""
        self.differ = 0 if self.digest == digest_of(logs) else self.differ
        if time.monotonic() - self.heard > 180:
            raise Silence("the link is silent")
        if self.differ >= 2 or time.monotonic() - self.told > every:
            self.have(logs, full=self.differ >= 2)
            self.differ = 0


def join(line, key, org, name="", listen=""):
    """Join by an invitation line and return the HELLO of the inviter [9.2].  After
    that ``Link(line.address, line.inviter, key)`` is let in."""
    try:
        with Link(line.address, line.inviter, key) as link:
            return link.hello()
    except Denied:
        pass
    request = wire_pb2.Hello.Join(
        key=key.public, org=org, name=name, listen=listen,
        sig=join_signature(key, line.inviter, line.join_public))
    pair = line.join_public, line.join_secret
    with Link(line.address, line.inviter, key, pair) as link:
        return link.hello(join=request)


class State:
    """What a reader keeps between two runs, in one small file: its key, whom it
    reads from, how far it has checked each log, and the bodies it still wants.
    The first time it joins, for ``org`` with an invitation line."""

    def __init__(self, path, org=None, line=None):
        self.path = path
        self.address = self.inviter = ""
        self.logs, self.wanted = {}, {}
        try:
            with open(path, encoding="ascii") as f:
                self.load(json.load(f))
        except FileNotFoundError:
            self.key = Key()
            self.save()
        if line is not None:
            line = Line(line)
            join(line, self.key, org)
            self.address, self.inviter = line.address, line.inviter
            self.save()

    def load(self, saved):
        self.key = Key(bytes.fromhex(saved["seed"]))
        self.address, self.inviter = saved["address"], bytes.fromhex(saved["inviter"])
        logs = [Log.load(log) for log in saved["logs"]]
        self.logs = {log.log_id: log for log in logs}
        self.wanted = {(bytes.fromhex(log_id), n): read_header(bytes.fromhex(header))
                       for log_id, n, header in saved["wanted"]}

    def save(self):
        """Replace the file; whoever can read it can speak for us."""
        saved = {"seed": self.key.seed.hex(), "address": self.address,
                 "inviter": self.inviter.hex() if self.inviter else "",
                 "logs": [log.save() for log in self.logs.values()],
                 "wanted": [[log_id.hex(), n, header.SerializeToString().hex()]
                            for (log_id, n), header in self.wanted.items()]}
        private = os.open(self.path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(private, "w", encoding="ascii") as f:
            json.dump(saved, f)
            f.flush()
            os.fsync(f.fileno())
        os.replace(self.path + ".new", self.path)
