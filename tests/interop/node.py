"""A second node of erfa/1: it dials out to one hub, holds every log that belongs,
writes one of its own, and serves both over its own link."""

import os
import time
from collections import namedtuple

import erfa1
from directory import Directory, Word
from erfa1 import MEMBER, Refused, read_ext, read_head, read_header, wire_pb2
from proto import entry_pb2

SLOW = int(os.environ.get("SLOW", "1"))

# A log as far as it counts.
Counted = namedtuple("Counted", "key inc log_id n c")


class Held(erfa1.Log):
    """A log with everything in it."""

    def __init__(self, key, inc):
        super().__init__(key, inc)
        self.headers = []  # entry n is headers[n - 1]
        self.chain = [self.c]  # c_n is chain[n]
        self.bounds = [0]
        self.heads = {}  # n: the latest HEAD there
        self.bodies = {}  # n: (salt, P); None if it was erased

    def step(self, header):
        super().step(header)
        # accept() works on a copy that shares the lists until it is sure.
        self.headers = self.headers + [header]
        self.chain = self.chain + [self.c]
        if self.at_boundary():
            self.bounds = self.bounds + [self.n]

    def accept(self, run):
        new = super().accept(run)
        self.keep_head(read_head(run.head))
        return new

    def keep_head(self, head):
        """Of several HEADs of one position the latest is kept [3.3]."""
        held = self.heads.get(head.n)
        if held is None or held.time_ms < head.time_ms:
            self.heads[head.n] = head
        for n in [n for n in self.heads if n < self.n and n not in self.bounds]:
            del self.heads[n]

    def beacon(self, head):
        """Take a HEAD of what is held, signed later."""
        if (head.log_id == self.log_id and head.n == self.n and head.c == self.c
                and erfa1.head_holds(head, self.key)):
            self.keep_head(head)

    def header(self, n):
        return read_header(self.headers[n - 1])

    def take_body(self, n, salt, body):
        if self.bodies.get(n, b"") is not None and n <= self.n:
            if erfa1.body_fits(self.header(n), salt, body):
                self.bodies[n] = salt, body

    def run(self, first):
        """The run from ``first`` on, as long as it may be [3.4]."""
        last = min([b for b in self.bounds if b >= first], default=self.n)
        return wire_pb2.Run(
            log_id=self.log_id, first=first, c_prev=self.chain[first - 1],
            header=self.headers[first - 1 : last], head=self.heads[last].raw)


    def answers(self, first=1):
        """Everything from an entry on, as it goes into a bundle [13]."""
        at = first
        while at <= self.n:
            run = self.run(at)
            yield wire_pb2.Data(run=run)
            at += len(run.header)
        for n, held in sorted(self.bodies.items()):
            if held and n >= first:
                yield from body_parts(wire_pb2.Ref(log_id=self.log_id, n=n), *held)


def body_parts(ref, salt, body, most=2**64):
    """A body from the offset of ``ref`` on, in Data of 64 KiB, up to so many bytes."""
    at, end = ref.offset, min(len(body), ref.offset + most)
    while at < end:
        part = wire_pb2.BodyPart(
            ref=ref, total=len(body), state=wire_pb2.BodyPart.OK, salt=salt,
            data=body[at : min(at + erfa1.DATA_MAX, end)])
        part.ref.offset = at
        at += len(part.data)
        yield wire_pb2.Data(body=[part])


def read_logs(bundle):
    """The logs in a bundle that begins them all, {log_id: Held}, every byte checked."""
    logs, parts = {}, {}
    for data in erfa1.read_bundle(bundle):
        if data.HasField("run"):
            genesis = read_ext(read_header(data.run.header[0])) \
                if data.run.first == 1 else None
            if genesis:
                logs[data.run.log_id] = Held(genesis.key, genesis.inc)
            logs[data.run.log_id].accept(data.run)
        for part in data.body:
            ref = part.ref.log_id, part.ref.n
            parts[ref] = parts.get(ref, b"") + part.data
            if len(parts[ref]) == part.total:
                logs[ref[0]].take_body(ref[1], part.salt, parts[ref])
    return logs


class Own(Held):
    """The log that this node writes."""

    def __init__(self, key, org):
        super().__init__(key.public, int.from_bytes(os.urandom(8), "little"))
        self.signer, self.org, self.time_ms = key, org, 0
        self.append(erfa1.GENESIS, entry_pb2.Genesis(
            key=key.public, inc=self.inc, format=1, org=org,
            reason=entry_pb2.Genesis.REASON_FIRST))

    def append(self, kind, ext=None, body=None, **fields):
        """Add an entry; publish() signs it."""
        self.time_ms = max(self.time_ms, erfa1.now_ms())
        salt = os.urandom(32) if body is not None else None
        return self.append_raw(
            erfa1.make_header(kind, self.time_ms, ext, body, salt, **fields), salt, body)

    def append_raw(self, header, salt=None, body=None):
        self.step(header)
        if body is not None:
            self.bodies[self.n] = salt, body
        if self.at_boundary():
            self.sign()
        return self.n

    def sign(self):
        """Sign a HEAD of the last entry: of a boundary, a publication's end, or
        once more as a beacon."""
        self.keep_head(read_head(erfa1.make_head(
            self.signer, self.log_id, self.n, self.c, erfa1.now_ms())))


class Node(erfa1.Link):
    """A member with one upstream.  step() does all there is to do."""

    def __init__(self, address, server, key, org, logs=None):
        super().__init__(address, server, key)
        self.org = org
        self.logs = {} if logs is None else logs
        self.own = next((log for log in self.logs.values() if isinstance(log, Own)), None)
        self.words, self.scanned = [], {}
        self.served = []  # what was answered, for tests: ("run", log_id, first) ...
        self.absent = set()  # bodies that the other side has not

    def write(self, log):
        """Begin to write a log."""
        self.own = self.logs[log.log_id] = log

    # -- What we hold.

    def directory(self):
        """Who belongs, by all MEMBER entries held."""
        for log in self.logs.values():
            for n in range(self.scanned.get(log.log_id, 0) + 1, log.n + 1):
                header = log.header(n)
                says = read_ext(header) if header and header.kind == MEMBER else None
                if says:
                    self.words.append(Word(log.key, log.log_id, n, header.time_ms, says))
            self.scanned[log.log_id] = log.n
        return Directory(self.key.public, self.org, (), self.words)

    def counted(self):
        """Every log as far as it counts [6.2]."""
        who = self.directory()
        for log in self.logs.values():
            n = min(log.n, who.cut(log.key, log.log_id))
            yield Counted(log.key, log.inc, log.log_id, n, log.chain[n])

    def own_digest(self):
        return erfa1.digest_of(self.counted())

    def entries(self):
        """(log, n, Header) of all entries with a body that can be read."""
        for log in self.logs.values():
            for n in range(1, log.n + 1):
                header = log.header(n)
                if header is not None and header.body_len:
                    yield log, n, header

    def missing(self):
        return {(log.log_id, n): header for log, n, header in self.entries()
                if n not in log.bodies and (log.log_id, n) not in self.absent}

    # -- What the other side asks [7.3, 7.4].

    def serve(self, get):
        answers = self.headers_for(get) if get.log_id else self.bodies_for(get)
        answers = answers or [wire_pb2.Data()]
        answers[-1].last = True
        for data in answers:
            data.req = get.req
            self.send(data)

    def headers_for(self, get):
        log = self.logs.get(get.log_id)
        answers, size, first = [], 0, get.first
        while log and first <= log.n and size < get.max_bytes:
            run = log.run(first)
            answers.append(wire_pb2.Data(run=run))
            self.served.append(("run", log.log_id, first))
            size += sum(map(len, run.header))
            first += len(run.header)
        return answers

    def bodies_for(self, get):
        answers, left = [], get.max_bytes
        for ref in get.ref:
            log = self.logs.get(ref.log_id)
            held = log.bodies.get(ref.n) if log else None
            if held is None:
                state = wire_pb2.BodyPart.GONE if log and ref.n in log.bodies else \
                    wire_pb2.BodyPart.ABSENT
                answers.append(wire_pb2.Data(
                    body=[wire_pb2.BodyPart(ref=ref, state=state)]))
                continue
            for data in body_parts(ref, *held, left):
                left -= len(data.body[0].data)
                answers.append(data)
                self.served.append(("body", ref.log_id, ref.n))
        return answers

    # -- What we do.

    def begin(self):
        """HELLO, and the first exchange."""
        self.hello(self.counted(), flags=erfa1.NO_SUB, org=self.org)
        self.have(self.counted(), full=True)

    def publish(self):
        """Sign what was appended and tell it: news of the log, then a NOTE."""
        log = self.own
        log.sign()
        self.send(wire_pb2.Have(
            digest=self.own_digest(), part=1, parts=1,
            pos=[wire_pb2.Pos(log_id=log.log_id, n=log.n, c8=log.c[:8], key=log.key,
                              inc=log.inc)]))
        self.send(wire_pb2.Note(
            head=log.heads[log.n].raw, n=log.n, c_prev=log.chain[log.n - 1],
            header=log.headers[-1]))

    def step(self, seconds=0.2):
        """Take in what comes for so long, fetch what is claimed, answer."""
        for note in self.listen(seconds):
            log = self.logs.get(note.head[:16])
            if log is not None:
                self.take_note(log, note)
        who = self.directory()
        for log_id in [i for i in self.claims if i not in self.logs]:
            if who.cut(self.known[log_id][0], log_id):
                self.logs[log_id] = Held(*self.known[log_id])
        for log_id, (n, _) in list(self.claims.items()):
            log = self.logs.get(log_id)
            if log is not None and log is not self.own:
                for _ in self.catch_up(log, min(n, who.cut(log.key, log_id))):
                    pass
        for (log_id, n), salt, body in self.bodies(self.missing()):
            self.logs[log_id].bodies[n] = None if body is None else (salt, body)
        self.beat(list(self.counted()), every=0.5)

    def take_note(self, log, note):
        if note.n == log.n:
            log.beacon(read_head(note.head))
        self.take(log, note)
        if note.HasField("body"):
            log.take_body(note.n, note.body.salt, note.body.data)

    def until(self, true, seconds=30):
        """Go on until ``true(self)``; raise Silence if that does not come."""
        end = time.monotonic() + seconds * SLOW
        while not true(self):
            if time.monotonic() > end:
                raise erfa1.Silence("it did not happen in time")
            self.step()

    # -- What must be true.

    def check(self):
        """Check everything that is held from its bytes: every chain, HEAD and
        commitment.  Return how many of each."""
        heads = bodies = 0
        for log in self.logs.values():
            again = Held(log.key, log.inc)
            while again.n < log.n:
                again.accept(log.run(again.n + 1))
            if (again.chain, again.bounds) != (log.chain, log.bounds):
                raise Refused("the chain is another")
            for n, head in log.heads.items():
                if head.c != log.chain[n] or not erfa1.head_holds(head, log.key):
                    raise Refused(f"HEAD {n}")
                heads += 1
            for n, held in log.bodies.items():
                if held and not erfa1.body_fits(log.header(n), *held):
                    raise Refused(f"body {n}")
                bodies += held is not None
        return heads, bodies
