#!/usr/bin/python3
"""Hold the second implementation against tests/vectors: what it reads, writes,
hashes and signs must be those bytes."""

import erfa1
from erfa1 import (INTRODUCES, WRITES, Key, Log, Refused, entry_pb2, h, read_header,
                   read_msg, wire_pb2)
from stage import Checks

check = Checks()


def load(name):
    """The values of a file, by name: make.py there says how they are written."""
    values = {}
    with open(f"tests/vectors/{name}.txt", encoding="utf-8") as f:
        for text in f:
            if "=" in text and not text.startswith("#"):
                key, _, value = text.rstrip("\n").partition(" =")
                values[key] = read_value(key, value.strip())
    return values


def read_value(name, value):
    if name.endswith("_n"):
        return int(value)
    if name.endswith("_text"):
        return value[1:-1]
    if name.endswith("_list"):
        return [int(n) for n in value.split()]
    return bytes.fromhex(value)


KEYS, LOG, HEADER, BODY, MEMBER, WIRE, INVITE = map(
    load, "keys log header body member wire invite".split())
ADA, BOB, EVE = (Key(KEYS[name + ".seed"]) for name in ("ada", "bob", "eve"))
RECORD = HEADER["full.record"]
LOG_ID = LOG["log_id"]


def keys():
    for domain in "log head invite join check rotate".split():
        check.same(f"pad16 erfa/1/{domain}", KEYS[f"pad16.{domain}"],
                   erfa1.pad16(f"erfa/1/{domain}"))
    check.same("H of nothing", KEYS["h.empty"], h())
    check.same("H of abc", KEYS["h.abc"], h(b"a", b"bc"))
    for name, key in (("ada", ADA), ("bob", BOB), ("eve", EVE)):
        check.same(f"{name}'s keys",
                   [KEYS[f"{name}.{x}"] for x in ("public", "curve_public",
                                                  "curve_secret")],
                   [key.public, key.curve_public, key.curve_secret])
    for name, key in KEYS.items():
        if name.startswith("unusable."):
            check.same(f"{name} has no X25519 form", None, erfa1.curve_public(key))
        elif name.startswith("usable.") and name.endswith(".public"):
            check.same(f"X25519 form of {name}",
                       KEYS[name.replace(".public", ".curve_public")],
                       erfa1.curve_public(key))


def run_of(first, last, log):
    return wire_pb2.Run(log_id=LOG_ID, first=first, c_prev=LOG[f"c.{first - 1}"],
                        header=[LOG[f"header.{n}"] for n in range(first, last + 1)],
                        head=log)


def log():
    own = Log(ADA.public, LOG["inc_n"])
    check.same("c_0 and log_id", (LOG["c.0"], LOG_ID), (own.c, own.log_id))
    entries = own.accept(run_of(1, 4, LOG["head"]))
    check.same("a run is accepted", [LOG[f"header.{n}"] for n in range(1, 5)],
               [header for _, header in entries])
    check.same("its chain value", LOG["c.4"], own.c)
    check.same("a HEAD", LOG["head"], erfa1.make_head(
        ADA, LOG_ID, 4, LOG["c.4"], LOG["head.time_ms_n"]))
    headers = [
        erfa1.make_header(erfa1.GENESIS, 1750000000123, entry_pb2.Genesis(
            key=ADA.public, inc=LOG["inc_n"], format=1, org="dk-791", reason=1)),
        erfa1.make_header(erfa1.TRIAL, 1750000000123, entry_pb2.About(
            item=[entry_pb2.About.Item(record=RECORD, major=1)]), BODY["p"],
            BODY["salt"], topic=1, record=RECORD)]
    check.same("headers that we make", [LOG["header.1"], LOG["header.2"]], headers)
    for name, length in (("count", lambda n: 60), ("bytes", lambda n: 4096),
                         ("over", lambda n: 4095),
                         ("mixed", lambda n: 1 + 37 * n * n % 4096)):
        long, bounds = Log(ADA.public, LOG["inc_n"]), []
        for n in range(1, LOG[f"boundary.{name}.headers_n"] + 1):
            long.step(bytes((n + i) % 256 for i in range(length(n))))
            bounds += [n] if long.at_boundary() else []
        check.same(f"boundaries, {name}", LOG[f"boundary.{name}_list"], bounds)
        check.same(f"chain over them, {name}", LOG[f"boundary.{name}.c"], long.c)
    logs = []
    for i in (2, 0, 3, 1):
        log = Log(ADA.public, 0)
        log.log_id, log.n = LOG[f"digest.{i}.log_id"], LOG[f"digest.{i}.entry_n"]
        log.c = LOG[f"digest.{i}.c8"]
        logs.append(log)
    check.same("a digest", LOG["digest"], erfa1.digest_of(logs))
    check.same("the digest of nothing", LOG["digest.empty"], erfa1.digest_of([]))


def refused_runs():
    """The same run with one thing wrong, and where the log stands after it."""
    def another(**fields):
        run = run_of(1, 4, LOG["head"])
        for name, value in fields.items():
            setattr(run, name, value)
        return run

    def changed(n, header):
        run = another()
        run.header[n] = header
        return run

    head = LOG["head"]
    cases = {
        "with a signature changed": another(head=head[:-1] + b"\0"),
        "with another time in the HEAD": another(head=head[:56] + b"\1" + head[57:]),
        "of another log": another(log_id=bytes(16)),
        "with another c_prev": another(c_prev=bytes(32)),
        "that begins too late": another(first=2),
        "with a header changed": changed(3, LOG["header.3"]),
        "with an empty header": changed(3, b""),
        "with a header too long": changed(3, bytes(4097)),
        "without headers": wire_pb2.Run(log_id=LOG_ID, first=1, c_prev=LOG["c.0"],
                                        head=head),
    }
    for name, run in cases.items():
        own = Log(ADA.public, LOG["inc_n"])
        check(f"a run {name} is refused", is_refused, own.accept, run)
        check.same(f"and changes nothing: {name}", (0, LOG["c.0"]), (own.n, own.c))
    other = Log(BOB.public, LOG["inc_n"])
    check("GENESIS of another key is refused", is_refused, other.check_genesis,
          LOG["header.1"])
    check("a log that begins with a trial is refused", is_refused, other.check_genesis,
          LOG["header.2"])


def is_refused(function, *arguments):
    try:
        function(*arguments)
    except Refused:
        return True
    return False


def header():
    full = read_header(HEADER["full"])
    check.same("every field of a header",
               [HEADER[f"full.{x}"] for x in (
                   "kind_n", "time_ms_n", "topic_n", "group_n", "body_len_n", "commit",
                   "ext", "record")],
               [full.kind, full.time_ms, full.topic, full.group, full.body_len,
                full.commit, full.ext, full.record])
    check.same("and back", HEADER["full"], full.SerializeToString())
    unknown = read_header(HEADER["unknown"])
    check.same("an unknown kind", HEADER["unknown.kind_n"], unknown.kind)
    for name, kind in (("genesis.first", 1), ("genesis.next", 1), ("about", 6),
                       ("fork", 19), ("erase", 18)):
        ext = erfa1.read_ext(entry_pb2.Header(kind=kind, ext=HEADER[name]))
        check.same(f"{name} there and back", HEADER[name],
                   ext and ext.SerializeToString())
    for i in range(HEADER["topic.count_n"]):
        want = HEADER[f"topic.{i}_text"]
        check.same(f"topic {want}", want, erfa1.topic(
            *(HEADER[f"topic.{i}.{x}"] for x in ("org_text", "kind_n", "sector_n"))))
    for i in range(3):
        whole = HEADER[f"record.{i}.whole_text"]
        check.same(f"record {whole}", whole,
                   erfa1.record_text("dk-791", HEADER[f"record.{i}"]))
        check.same(f"and back: {whole}", HEADER[f"record.{i}"],
                   erfa1.unbase32(whole.partition("/")[2]))
    check.same("record of an import", HEADER["import"], erfa1.imported_record(
        HEADER["import.kind_text"], HEADER["import.external_text"]))


def body():
    check.same("a commitment", BODY["commit"], erfa1.commitment(BODY["salt"], BODY["p"]))
    check.same("that of the longest body", BODY["commit.longest"],
               erfa1.commitment(BODY["salt"], bytes(erfa1.BODY_MAX)))
    check.same("that of a sealed one", BODY["sealed.commit"],
               erfa1.commitment(BODY["salt"], BODY["sealed"]))
    check.same("the number of a group", BODY["group.number_n"],
               erfa1.group_number(ADA.public, BODY["group.seed"]))
    for name, key in (("bob", BOB), ("eve", EVE)):
        check.same(f"{name} opens it", BODY["p"], erfa1.open_sealed(BODY["sealed"], key))

    def ada_opens():
        try:
            erfa1.open_sealed(BODY["sealed"], ADA)
        except erfa1.Denied:
            return True
        return False

    check("ada cannot", ada_opens)


def member():
    for name in ("plain", "inviter", "withdrawn", "rotate", "succeeds"):
        ext = erfa1.read_ext(entry_pb2.Header(kind=erfa1.MEMBER, ext=MEMBER[name]))
        check.same(f"MEMBER {name} there and back", MEMBER[name],
                   ext and ext.SerializeToString())
    made = entry_pb2.Member(key=BOB.public, org="no-5501", roles=WRITES | INTRODUCES)
    check.same("a MEMBER that we make", MEMBER["plain"], made.SerializeToString())
    check("the signature of a rotation", lambda: erfa1.verify(
        MEMBER["rotate.sig"], erfa1.pad16("erfa/1/rotate") + ADA.public + EVE.public,
        EVE.public))


def wire():
    kinds = {"hello": wire_pb2.Hello, "have": wire_pb2.Have, "get": wire_pb2.Get,
             "data": wire_pb2.Data, "note": wire_pb2.Note, "err": wire_pb2.Err}
    for name in WIRE:
        if name.partition(".")[0] not in kinds:
            continue
        kind, message = read_msg(WIRE[name])
        check.same(f"{name} is a {kind}", kinds[name.partition(".")[0]], type(message))
        check.same(f"{name} there and back", WIRE[name], erfa1.make_msg(message))
        check(f"{name} cut short is refused", is_refused, read_msg, WIRE[name][:-1])
        check(f"{name} with a group in it is refused", is_refused, read_msg,
              WIRE[name] + b"\x0b\x0c")
    _, data = read_msg(WIRE["data.run"])
    check.same("the run in it", 4, len(Log(ADA.public, LOG["inc_n"]).accept(data.run)))
    _, note = read_msg(WIRE["note.entry"])
    before = Log(ADA.public, LOG["inc_n"])
    for n in (1, 2, 3):
        before.step(LOG[f"header.{n}"])
    check.same("the entry of a NOTE", [(4, LOG["header.4"])],
               before.accept(erfa1.run_of(note)))
    _, note = read_msg(WIRE["note.body"])
    check("the body of a NOTE fits its header",
          lambda: erfa1.note_fits(read_header(note.header), note))


def invite():
    for name in ("", "ipv6."):
        text = INVITE[f"{name}line_text"]
        line = erfa1.Line(f" {text}\n")
        check.same(f"what the {name}line says",
                   (INVITE[f"{name}address_text"], ADA.public, INVITE["secret"]),
                   (line.address, line.inviter, line.secret))
        check.same(f"the {name}line that we make", text,
                   erfa1.make_line(line.address, line.inviter, line.secret))
        check.same(f"the {name}line in capitals", line.secret, erfa1.Line(
            line.address + "/" + text.rpartition("/")[2].upper()).secret)
        check.same(f"the {name}line with letters for digits", line.secret, erfa1.Line(
            line.address + "/" + text.rpartition("/")[2].replace("1", "l").replace(
                "0", "O")).secret)
    line = erfa1.Line(INVITE["line_text"])
    check.same("the join key", (INVITE["join.public"], INVITE["join.secret"]),
               (line.join_public, line.join_secret))
    check.same("the join signature", INVITE["join.sig"],
               erfa1.join_signature(BOB, ADA.public, line.join_public))
    address, _, text = INVITE["line_text"].rpartition("/")
    for name, damaged in {
            "without a slash": text, "with a wrong character": f"{address}/{text[:-1]}u",
            "too short": f"{address}/{text[:-1]}", "too long": f"{address}/{text}0",
            "of another version": f"{address}/1{text[1:]}",
            "with one character changed": f"{address}/{text[:9]}x{text[10:]}",
            "with another port": f"{address}1/{text}"}.items():
        check(f"a line {name} is refused", is_refused, erfa1.Line, damaged)
    for name, key in (("ada", ADA), ("bob", BOB), ("eve", EVE)):
        check.same(f"{name}'s check number", INVITE[f"check.{name}_text"],
                   erfa1.check_number(key.curve_public))


for part in (keys, log, refused_runs, header, body, member, wire, invite):
    if not check(f"all of {part.__name__}", part):
        break
raise SystemExit(check.bad)
