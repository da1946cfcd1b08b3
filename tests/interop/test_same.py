#!/usr/bin/python3
"""Hold both implementations against each other: thousands of damaged headers, ext
messages, frames, lines, and random networks of MEMBER entries, with a fixed seed.
Where they differ, one of them or PROTOCOL.md is wrong."""
# timeout: 180

import os
import random
import subprocess

import erfa1
from directory import Directory, Word
from erfa1 import KIND, Key, entry_pb2, wire_pb2
from stage import Checks

ROUNDS = 3000
NETWORKS = 400
EXTS = {"genesis": entry_pb2.Genesis, "member": entry_pb2.Member,
        "erase": entry_pb2.Erase, "fork": entry_pb2.Fork, "trial": entry_pb2.About}

rng = random.Random(20161)
check = Checks()


class Tool:
    """Our C code, in tests/unit/erfa1_tool."""

    def __init__(self):
        path = os.path.join(os.environ.get("B", "build"), "tests/unit/erfa1_tool")
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            [path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")


tool = Tool()


def dash(raw):
    return raw.hex() or "-"


# ---- Making bytes -----------------------------------------------------------


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def some_bytes(usual):
    return rng.randbytes(rng.choice((usual, usual, usual, 0, usual - 1, usual + 1)))


def odd_field():
    """A field as nobody would write it."""
    number = rng.choice((*range(1, 16), 0, 99, 536870911, 536870912, 2**32 - 1))
    wire = rng.choice((0, 1, 2, 5, 0, 1, 2, 5, 3, 4, 6, 7))
    value = {0: varint(rng.choice((0, 1, 127, 2**32, 2**63, 2**64 - 1))),
             1: rng.randbytes(8), 5: rng.randbytes(4)}.get(wire)
    if value is None:
        raw = rng.randbytes(rng.choice((0, 1, 8, 16, 32, 64, 128)))
        value = varint(len(raw)) + raw
    if rng.random() < 0.1:
        value = b"\x80" * rng.randint(1, 10) + value
    return varint(number << 3 | wire) + value


def damage(raw):
    """Leave the bytes as they are, or change something."""
    raw = bytearray(raw)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        at = rng.randint(0, len(raw))
        change = rng.randint(0, 6)
        if change == 0 and raw:
            raw[at % len(raw)] = rng.randrange(256)
        elif change == 1 and raw:
            raw[at % len(raw)] ^= 1 << rng.randrange(8)
        elif change == 2:
            del raw[at:]
        elif change == 3:
            raw += odd_field()
        elif change == 4:
            raw[:0] = odd_field()
        elif change == 5:
            raw += raw[rng.randint(0, len(raw)) :]
        else:
            raw[at:at] = rng.randbytes(rng.randint(0, 3))
    return bytes(raw)


def fill(message, depth=0):
    """Random fields, most of them of the length that they should have."""
    for field in message.DESCRIPTOR.fields:
        if rng.random() < 0.25:
            continue
        many = field.label == field.LABEL_REPEATED
        for _ in range(rng.choice((1, 1, 2, 3)) if many else 1):
            put(message, field, many, depth)
    return message


LENGTHS = {"log_id": 16, "nonce": 16, "record": 16, "c8": 8, "sig": 64, "head": 128,
           "head_a": 128, "head_b": 128, "rotate_sig": 64, "header": 40, "data": 50,
           "box": 100, "ext": 30, "sigs": 64}
TEXTS = ("dk-791", "no-5501", "", "x", "DK-791", "Tromsø", "a" * 32, "a" * 33,
         "ab\0c", "ø" * 120, "ø" * 121)


def put(message, field, many, depth):
    if field.message_type is not None:
        child = getattr(message, field.name)
        fill(child.add() if many else child, depth + 1)
        if not many:
            child.SetInParent()
        return
    if field.type == field.TYPE_BYTES:
        value = rng.randbytes(LENGTHS.get(field.name, 32))
        if rng.random() < 0.1:
            value = some_bytes(LENGTHS.get(field.name, 32))
    elif field.type == field.TYPE_STRING:
        value = rng.choice(TEXTS[: 2 if rng.random() < 0.7 else len(TEXTS)])
    elif field.type == field.TYPE_BOOL:
        value = rng.random() < 0.5
    elif field.type == field.TYPE_ENUM:
        value = rng.choice([v.number for v in field.enum_type.values])
    else:
        bits = 32 if field.type == field.TYPE_UINT32 else 64
        value = rng.choice((0, 1, 1, 2, 3, 50, 2**20, 2**bits - 1))
    if many:
        getattr(message, field.name).append(value)
    else:
        setattr(message, field.name, value)


# ---- Comparing --------------------------------------------------------------


def without_defaults(message):
    """What is zero or empty as our encoder writes it: not at all.  Reasons are left
    out: Python forgets those that have no name."""
    if "reason" in message.DESCRIPTOR.fields_by_name:
        message.ClearField("reason")
    for field, value in message.ListFields():
        many = field.label == field.LABEL_REPEATED
        if field.message_type is not None:
            for child in value if many else [value]:
                without_defaults(child)
        elif not many and not value:
            message.ClearField(field.name)
    return message


def compare(kind, rounds, make, ours, theirs):
    """Both must say the same of every input; the first differences are shown."""
    different, accepted = [], 0
    for _ in range(rounds):
        raw = make()
        here, there = ours(raw), theirs(raw)
        accepted += here != "no"
        if here != there:
            different.append((raw, here, there))
    for raw, here, there in different[:5]:
        print(f"# {raw if isinstance(raw, str) else raw.hex()}\n#   python {here}\n"
              f"#   erfa   {there}")
    check.same(f"{kind}: both accept and understand the same", 0, len(different))
    check(f"{kind}: some were right and some were wrong",
          lambda: 0 < accepted < rounds or f"{accepted} of {rounds}")


def header_here(raw):
    header = erfa1.read_header(raw)
    if header is None:
        return "no"
    return (f"ok {header.kind} {header.time_ms} {header.topic} {header.group} "
            f"{header.body_len} {dash(header.commit)} {dash(header.record)} "
            f"{dash(header.ext)}")


def some_header():
    header = fill(entry_pb2.Header())
    if rng.random() < 0.8:
        header.ClearField("body_len" if rng.random() < 0.2 else "group")
        header.body_len = rng.choice((1, 100, erfa1.BODY_MAX, erfa1.BODY_MAX + 1))
        header.commit = rng.randbytes(32)
    return damage(header.SerializeToString())


def ext_here(kind):
    def here(raw):
        ext = erfa1.read_ext(entry_pb2.Header(kind=kind, ext=raw))
        if ext is None:
            return "no"
        return f"ok {dash(without_defaults(ext).SerializeToString())}"

    return here


def ext_there(kind, make):
    def there(raw):
        word, *ext = tool.ask("ext", kind, dash(raw)).split()
        if word == "no":
            return word
        raw = b"" if ext == ["-"] else bytes.fromhex(ext[0])
        ext = erfa1.decode(make(), raw, erfa1.HEADER_TAGS)
        return f"ok {dash(without_defaults(ext).SerializeToString())}"

    return there


def exts():
    for name, make in EXTS.items():
        kind = KIND[name]

        def some(make=make):
            ext = fill(make())
            if "prev" in ext.DESCRIPTOR.fields_by_name and rng.random() < 0.5:
                ext.ClearField("prev")
            return damage(ext.SerializeToString())

        compare(f"ext of {name}", ROUNDS, some, ext_here(kind), ext_there(kind, make))


def emptied():
    """A last occurrence that is empty, or 0, makes the field absent [2.1]."""
    genesis = entry_pb2.Genesis(key=bytes(32), format=1, org="dk-791").SerializeToString()
    header = entry_pb2.Header(kind=6, body_len=5).SerializeToString()
    for name, (raw, more), here, there in (
            ("org", (genesis, b"\x22\x00"), ext_here(1),
             ext_there(1, entry_pb2.Genesis)),
            ("body_len", (header, b"\x28\x00"), header_here,
             lambda raw: tool.ask("header", dash(raw)))):
        said = [ask(raw)[:2] for raw in (raw, raw + more) for ask in (here, there)]
        check.same(f"{name} and then an empty one", said,
                   ["ok", "ok", "no", "no"] if name == "org" else ["no", "no", "ok", "ok"])


def msg_here(raw):
    try:
        erfa1.read_msg(raw)
        return "ok"
    except erfa1.Refused:
        return "no"


def some_msg():
    """A message that makes sense more often than chance would have it."""
    which = rng.choice((wire_pb2.Hello, wire_pb2.Have, wire_pb2.Get, wire_pb2.Data,
                        wire_pb2.Note, wire_pb2.Err))
    message = fill(which())
    if which is wire_pb2.Hello:
        message.ClearField("key" if message.HasField("join") else "join")
    if which is wire_pb2.Have and rng.random() < 0.8:
        message.part = message.parts = 1
    if which is wire_pb2.Get:
        for name in ("ref", rng.choice(("log_id", "first"))) if rng.random() < 0.5 else (
                "log_id", "first"):
            message.ClearField(name)
    if which is wire_pb2.Note:
        message.n = int.from_bytes(message.head[16:24], "little")
        if message.HasField("body") and rng.random() < 0.8:
            message.body.ref.log_id, message.body.ref.n = message.head[:16], message.n
            message.body.state, message.body.total = 0, len(message.body.data)
            message.body.ref.part = message.body.ref.offset = 0
    return damage(erfa1.make_msg(message))


def line_here(text):
    try:
        line = erfa1.Line(text)
    except erfa1.Refused:
        return "no"
    return f"ok {line.address} {line.inviter.hex()} {line.secret.hex()}"


def some_line():
    host = rng.choice(("erfa.viborg.example", "127.0.0.1", "[::1]", "ERFA.Viborg.example",
                       "a_b", "[x]", "", "-", "a..b", "[::1", "1.2.3.4.5", "x" * 255,
                       "x" * 256))
    port = rng.choice(("7411", "1", "65535", "7411", "0", "65536", "07411", "", "x"))
    line = erfa1.make_line(f"{host}:{port}".lower(), rng.randbytes(32), rng.randbytes(10))
    line = f"{host}:{port}/{line.rpartition('/')[2]}"
    change = rng.randint(0, 6)
    at = rng.randrange(len(line))
    if change == 0:
        line = line[:at] + rng.choice("0oil/u:9") + line[at + 1 :]
    elif change == 1:
        line = line[:at] + line[at + 1 :]
    elif change == 2:
        line = line.upper()
    return line


# ---- Networks ---------------------------------------------------------------

PEOPLE = [Key(bytes([i]) * 32) for i in range(1, 10)]
ORGS = ("dk-791", "no-5501", "fi-564")


def some_words(people):
    """MEMBER entries of these keys about each other."""
    places = {}
    for _ in range(rng.randint(1, 25)):
        voucher, subject = rng.choice(people), rng.choice(people)
        log_id = bytes([people.index(voucher), rng.randrange(2)]) * 8
        n = places[log_id] = places.get(log_id, 1) + 1
        says = entry_pb2.Member(key=subject.public, org=rng.choice(ORGS),
                                roles=rng.choice((3, 3, 3, 3, 7, 1, 8, 11, 2, 0)))
        if rng.random() < 0.4:
            says.inviter = True
        if rng.random() < 0.2:
            says.withdrawn = True
            for other in rng.sample(range(len(people)), rng.randint(0, 2)):
                says.cuts.add(log_id=bytes([other, rng.randrange(2)]) * 8,
                              n=rng.randint(0, 5), c8=bytes(8))
        if rng.random() < 0.1:
            signer = rng.choice((subject, subject, voucher))
            says.rotate_sig = signer.sign(
                erfa1.pad16("erfa/1/rotate") + voucher.public + subject.public)
        if rng.random() < 0.08:
            says.succeeds = rng.choice(people).public
        yield Word(voucher.public, log_id, n, rng.randint(1, 12), says)


def rotate_sig(old, new):
    return new.sign(erfa1.pad16("erfa/1/rotate") + old.public + new.public)


class Circle:
    """Keys that invited each other, of which some are removed and do not like it."""

    def __init__(self, people):
        self.people, self.words, self.ends = people, [], {}
        for i in range(1, rng.randint(2, len(people) - 1)):
            self.join(rng.randrange(i), i)
        for _ in range(rng.randint(1, 14)):
            rng.choice((self.remove, self.rotate, self.sock, self.sock, self.move,
                        self.move, self.join))(*rng.sample(range(len(people)), 2))

    def say(self, voucher, subject, roles=3, **more):
        log_id = bytes([voucher, rng.random() < 0.15]) * 8
        n = self.ends[log_id] = self.ends.get(log_id, 1) + rng.randint(1, 2)
        says = entry_pb2.Member(key=self.people[subject].public, roles=roles,
                                org=ORGS[subject % len(ORGS)], **more)
        time_ms = len(self.words) // rng.choice((1, 1, 2))
        self.words.append(Word(self.people[voucher].public, log_id, n, time_ms, says))
        return says

    def join(self, inviter, joiner):
        self.say(inviter, joiner)
        self.say(joiner, inviter, inviter=True)

    def remove(self, voucher, subject):
        says = self.say(voucher, subject, 0, withdrawn=True)
        for log_id, n in self.ends.items():
            if log_id[0] == subject and rng.random() < 0.8:
                says.cuts.add(log_id=log_id, n=n - rng.choice((0, 0, 0, 2)), c8=bytes(8))

    def rotate(self, old, new):
        self.say(old, new, rotate_sig=rotate_sig(self.people[old], self.people[new]))
        if rng.random() < 0.6:
            self.remove(new, old)

    def sock(self, voucher, subject):
        """A name that a removed key gives itself."""
        more = {"inviter": rng.random() < 0.7}
        if rng.random() < 0.4:
            more["rotate_sig"] = rotate_sig(self.people[voucher], self.people[subject])
        self.say(voucher, subject, **more)
        if rng.random() < 0.7:
            self.move(subject, voucher)

    def move(self, voucher, subject):
        says = self.say(voucher, subject, 0, withdrawn=True)
        for which in range(2):
            if rng.random() < 0.7:
                says.cuts.add(log_id=bytes([subject, which]) * 8, n=2**62, c8=bytes(8))


def network_here(own, pinned, words):
    who = Directory(own, "dk-791", pinned, words)
    known = set(who.wide.roles)
    lines = []
    for key in known:
        org, roles = who.members.get(key, (who.orgs[key], 0))
        state = "i" if key in who.members else "u" if key in who.ours else "o"
        lines.append(f"{key.hex()},{org},{roles},{state}"
                     f"{'d' if key in who.disputed else ''}")
    return who, sorted(lines)


def without_dispute(line):
    """Of keys that are not in nobody is told whether they are disputed."""
    return line if ",i" in line else line.removesuffix("d")


def both(own, pinned, words):
    """What each of us computes: ((keys, cuts) here, (keys, cuts) there)."""
    tool.ask("own", own.hex(), "dk-791")
    for key in pinned:
        tool.ask("pin", key.hex())
    for word in words:
        tool.ask("member", word.voucher.hex(), word.log_id.hex(), word.n,
                 word.time_ms, word.says.SerializeToString().hex())
    there = sorted(map(without_dispute, tool.ask("compute").split()[1:]))
    who, here = network_here(own, pinned, words)
    logs = {(w.voucher, w.log_id) for w in words}
    return ((here, {place: who.cut(*place) for place in logs}),
            (there, {(k, i): int(tool.ask("cut", k.hex(), i.hex()).split()[1])
                     for k, i in logs}))


def networks():
    different = 0
    for i in range(NETWORKS):
        people = rng.sample(PEOPLE, rng.randint(3, len(PEOPLE)))
        own = people[0].public
        pinned = [k.public for k in people[1:] if rng.random() < 0.1]
        words = Circle(people).words if i % 2 else list(some_words(people))
        here, there = both(own, pinned, words)
        if here == there:
            continue
        different += 1
        if different <= 3:
            show(people, pinned, words, here, there)
    check.same("directories: both compute the same", 0, different)


def walk():
    """The line of v: p1 and p2, then z of p1, then a of p2, though a < z [6.5].  So z
    comes before a: v's word about a rests on a key that is pending, and p2's, which
    names no cut, is taken first."""
    own, other, *rest = PEOPLE
    a, p1, p2, z = sorted(rest[:4], key=lambda key: key.public)
    words, ends = [], {}

    def say(voucher, subject, **more):
        log_id = bytes([PEOPLE.index(voucher)]) * 16
        ends[voucher.public] = n = ends.get(voucher.public, 1) + 1
        says = entry_pb2.Member(key=subject.public, org="dk-791", **more)
        words.append(Word(voucher.public, log_id, n, len(words), says))
        return says

    def rotate(old, new):
        say(old, new, roles=3, rotate_sig=rotate_sig(old, new))

    say(own, a, roles=3)
    say(own, z, roles=3)
    for old, new in ((z, p1), (a, p2), (p1, other), (p2, other)):
        rotate(old, new)
    says = say(other, a, withdrawn=True)
    says.cuts.add(log_id=bytes([PEOPLE.index(a)]) * 16, n=2, c8=bytes(8))
    say(p2, a, withdrawn=True)
    say(p1, z, withdrawn=True)
    here, there = both(own.public, [], words)
    place = a.public, bytes([PEOPLE.index(a)]) * 16
    check.same("the walk through earlier keys: both compute the same", here, there)
    check.same("of each key those that it succeeds, in the order of their keys",
               0, here[1][place])


def show(people, pinned, words, here, there):
    (here, cuts_here), (there, cuts_there) = here, there
    names = {k.public.hex(): "abcdefghi"[i] for i, k in enumerate(people)}

    def named(text):
        for key, name in names.items():
            text = text.replace(key, name)
        return text

    print(f"# pinned {named(' '.join(k.hex() for k in pinned))}")
    for word in sorted(words, key=lambda w: w.time_ms):
        says = word.says
        print("#", named(f"{word.voucher.hex()} {word.log_id.hex()[:4]} {word.n} at "
                         f"{word.time_ms}: {says.key.hex()} {says.org} {says.roles}"),
              "inviter" if says.inviter else "", "withdrawn" if says.withdrawn else "",
              "rotated" if says.HasField("rotate_sig") else "",
              named("succeeds " + says.succeeds.hex()) if says.succeeds else "",
              [(cut.log_id.hex()[:4], cut.n) for cut in says.cuts])
    print("#   python", named(" ".join(here)))
    print("#   erfa  ", named(" ".join(there)))
    for place, cut in cuts_here.items():
        if cut != cuts_there[place]:
            print("#   cut", named(place[0].hex()), place[1].hex()[:4], cut,
                  cuts_there[place])


compare("headers", ROUNDS, some_header, header_here,
        lambda raw: tool.ask("header", dash(raw)))
exts()
emptied()
compare("messages", 3 * ROUNDS, some_msg, msg_here,
        lambda raw: tool.ask("msg", dash(raw)).split()[0])
compare("lines", ROUNDS, some_line, line_here, lambda text: tool.ask("line", text))
networks()
walk()
tool.process.stdin.close()
tool.process.wait()
raise SystemExit(check.bad)
