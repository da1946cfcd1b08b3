"""A peer of erfa/1 for tests that does as it is told: it may lie, break off and
send rubbish.  Where to find what these bytes mean: proto/PROTOCOL.md."""

import faulthandler
import hashlib
import os
import struct
import time

import nacl.bindings as sodium
import zmq
import zmq.utils.z85 as z85

from proto import body_pb2, control_pb2, entry_pb2, wire_pb2

SLOW = int(os.environ.get("SLOW", "1"))
BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
DATA_MAX = 65536


# Whoever hangs says where, before it is ended for taking too long.
faulthandler.dump_traceback_later(200 * SLOW)


class Silence(Exception):
    """What was waited for did not come in time."""


def h(*parts, key=b""):
    return hashlib.blake2b(b"".join(parts), digest_size=32, key=key).digest()


def pad16(text):
    return text.encode().ljust(16, b"\0")


def now_ms():
    return int(time.time() * 1000)


def deadline(seconds):
    return time.monotonic() + seconds * SLOW


class Key:
    """An Ed25519 key and the X25519 pair derived from it."""

    def __init__(self, seed=None):
        self.seed = seed or os.urandom(32)
        self.public, self.secret = sodium.crypto_sign_seed_keypair(self.seed)
        self.curve = (
            sodium.crypto_sign_ed25519_pk_to_curve25519(self.public),
            sodium.crypto_sign_ed25519_sk_to_curve25519(self.secret),
        )

    def sign(self, message):
        return sodium.crypto_sign(message, self.secret)[:64]


class Line:
    """An invitation line, taken apart."""

    def __init__(self, line):
        self.address, text = line.strip().rsplit("/", 1)
        number = 0
        for c in text:
            number = number << 5 | BASE32.index(c)
        raw = number.to_bytes(45, "big")
        self.inviter = raw[1:33]
        secret = h(pad16("erfa/1/invite"), self.inviter, raw[33:43])
        self.curve = (sodium.crypto_scalarmult_base(secret), secret)

    def server(self):
        return sodium.crypto_sign_ed25519_pk_to_curve25519(self.inviter)


class Log:
    """A log, right unless told otherwise.  Entry n is headers[n - 1]."""

    def __init__(self, key, inc=None):
        self.key = key
        self.inc = inc if inc is not None else int.from_bytes(os.urandom(8), "little")
        self.chain = [h(pad16("erfa/1/log"), key.public, struct.pack("<Q", self.inc))]
        self.id = self.chain[0][:16]
        self.headers = []
        self.bounds = [0]
        self.bodies = {}

    def __len__(self):
        return len(self.headers)

    def copy(self):
        """The same log, to go another way from here."""
        other = Log(self.key, self.inc)
        for n, header in enumerate(self.headers, 1):
            other.add_raw(header)
            if n in self.bodies:
                other.bodies[n] = self.bodies[n]
        return other

    def add_raw(self, header):
        n = len(self.headers) + 1
        self.headers.append(header)
        self.chain.append(
            h(self.chain[-1], struct.pack("<QI", n, len(header)), header))
        size = sum(map(len, self.headers[self.bounds[-1]:]))
        if n - self.bounds[-1] == 256 or size >= 32768:
            self.bounds.append(n)
        return n

    def add(self, kind, ext=b"", body=None, record=b"", topic=0):
        header = entry_pb2.Header(kind=kind, time_ms=now_ms())
        if topic:
            header.topic = topic
        if ext:
            header.ext = ext
        if record:
            header.record = record
        salt = os.urandom(32)
        if body is not None:
            header.body_len = len(body)
            header.commit = h(body, key=salt)
        n = self.add_raw(header.SerializeToString())
        if body is not None:
            self.bodies[n] = (salt, body)
        return n

    def genesis(self, org, reason=1):
        ext = entry_pb2.Genesis(key=self.key.public, inc=self.inc, format=1,
                                org=org, reason=reason)
        return self.add(1, ext=ext.SerializeToString())

    def trial(self, org, title, language="fi"):
        record = os.urandom(16)
        number = int.from_bytes(record, "big") << 2
        text = "".join(BASE32[number >> s & 31] for s in range(125, -1, -5))
        body = body_pb2.Body()
        body.envelope.id = f"{org}/{text}"
        body.envelope.publisher = org
        body.envelope.major = 1
        body.envelope.minor = 0
        body.envelope.language = language
        body.trial.title = title
        return self.add(6, body=body.SerializeToString(), record=record)

    def head(self, n=None, c=None, time_ms=None, key=None, log_id=None):
        n = len(self) if n is None else n
        raw = (log_id or self.id) + struct.pack("<Q", n) + \
            (c or self.chain[n]) + struct.pack("<Q", time_ms or now_ms())
        return raw + (key or self.key).sign(pad16("erfa/1/head") + raw)

    def run(self, first, last=None):
        """The run from first on, to the next boundary or to last."""
        ends = [b for b in self.bounds if b >= first]
        end = last or min(ends + [len(self)])
        return wire_pb2.Run(log_id=self.id, first=first, c_prev=self.chain[first - 1],
                            header=self.headers[first - 1:end], head=self.head(end))

    def pos(self, n=None, c8=None):
        n = len(self) if n is None else n
        return wire_pb2.Pos(log_id=self.id, n=n, c8=c8 or self.chain[min(n, len(self))][:8],
                            key=self.key.public, inc=self.inc)


class Peer:
    """A DEALER with a transport key of its own."""

    def __init__(self, address, server, key=None, curve=None):
        self.key = key or Key()
        public, secret = curve or self.key.curve
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.curve_publickey = z85.encode(public)
        self.socket.curve_secretkey = z85.encode(secret)
        self.socket.curve_serverkey = z85.encode(server)
        self.monitor = self.socket.get_monitor_socket()
        self.socket.connect("tcp://" + address)
        self.logs = {}
        self.seen = []

    def close(self):
        self.socket.disable_monitor()
        self.socket.close()

    def event(self, wanted, seconds=20):
        """Wait for one of these events of the socket's monitor."""
        from zmq.utils.monitor import recv_monitor_message
        until = deadline(seconds)
        while self.monitor.poll(max(0, until - time.monotonic()) * 1000):
            event = recv_monitor_message(self.monitor)["event"]
            if event in wanted:
                return event
        raise Silence("no such event of the connection")

    def send(self, **what):
        self.send_raw(wire_pb2.Msg(**what).SerializeToString())

    def send_raw(self, *frames):
        self.socket.send_multipart(list(frames))

    def receive(self, seconds=20):
        """The next message; Silence if none comes."""
        if not self.socket.poll(int(seconds * SLOW * 1000)):
            raise Silence("no message")
        msg = wire_pb2.Msg.FromString(self.socket.recv())
        self.seen.append(msg)
        return msg

    def until(self, *wanted, seconds=20):
        """Answer what comes until a message of one of these kinds is here."""
        until = deadline(seconds)
        while True:
            msg = self.receive(max(0.0, (until - time.monotonic()) / SLOW))
            kind = msg.WhichOneof("m")
            if kind in wanted:
                return getattr(msg, kind)
            self.answer(msg)

    def hello(self, **more):
        fields = dict(proto_min=1, proto_max=1, key=self.key.public,
                      nonce=os.urandom(16), digest=bytes(32), max_msg=132096,
                      window=1048576, time_ms=now_ms(), flags=1, sw="tests/e2e/peer.py")
        fields.update(more)
        if fields["key"] is None:
            del fields["key"]
        self.send(hello=wire_pb2.Hello(**fields))

    def greet(self):
        """HELLO and its answer."""
        self.hello()
        return self.until("hello")

    def have(self, *pos):
        self.send(have=wire_pb2.Have(digest=os.urandom(32), pos=pos, part=1, parts=1))

    def claim(self, log, n=None, c8=None):
        self.logs[log.id] = log
        self.have(log.pos(n, c8))

    # What a well-behaved peer answers; tests put their own in its place.

    def answer(self, msg):
        kind = msg.WhichOneof("m")
        if kind == "get":
            if msg.get.HasField("log_id"):
                self.answer_headers(msg.get)
            else:
                self.answer_bodies(msg.get)

    def answer_headers(self, get):
        log = self.logs.get(get.log_id)
        first = get.first
        while log is not None and first <= len(log):
            run = log.run(first)
            self.send(data=wire_pb2.Data(req=get.req, run=run))
            first += len(run.header)
        self.send(data=wire_pb2.Data(req=get.req, last=True))

    def answer_bodies(self, get):
        for ref in get.ref:
            self.send(data=wire_pb2.Data(req=get.req, body=[self.body(ref)]))
        self.send(data=wire_pb2.Data(req=get.req, last=True))

    def body(self, ref):
        log = self.logs.get(ref.log_id)
        if log is None or ref.n not in log.bodies:
            return wire_pb2.BodyPart(ref=ref, state=3)
        salt, data = log.bodies[ref.n]
        return wire_pb2.BodyPart(ref=ref, total=len(data), state=0, salt=salt,
                                 data=data[ref.offset:ref.offset + DATA_MAX])

    def get_headers(self, log_id, first=1, n=None, c8=None, seconds=20):
        """All runs of a branch from first on: [(n, header)], last HEAD."""
        got, head = [], None
        while True:
            get = wire_pb2.Get(req=len(self.seen) + 1000, log_id=log_id, first=first,
                               max_bytes=262144)
            if c8 is not None:
                get.n, get.c8 = n, c8
            self.send(get=get)
            more = False
            while True:
                data = self.until("data", seconds=seconds)
                if data.HasField("run"):
                    more = True
                    got += enumerate(data.run.header, data.run.first)
                    head = data.run.head
                    first = data.run.first + len(data.run.header)
                if data.last:
                    break
            if not more:
                return got, head


def join(line, org, key=None, name="", listen=""):
    """Become a member by an invitation line; returns the Peer, greeted."""
    line = Line(line)
    key = key or Key()
    asking = Peer(line.address, line.server(), key, line.curve)
    sig = key.sign(pad16("erfa/1/join") + line.inviter + line.curve[0])
    asking.hello(key=None, join=wire_pb2.Hello.Join(
        key=key.public, org=org, name=name or org, listen=listen, sig=sig))
    answer = asking.receive()
    asking.close()
    if answer.WhichOneof("m") != "hello":
        raise Silence(f"not admitted: {answer}")
    peer = Peer(line.address, line.server(), key)
    peer.greet()
    return peer


class Control:
    """The control socket of a node."""

    def __init__(self, path):
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.connect("ipc://" + path)
        self.number = 0

    def close(self):
        self.socket.close()

    def send(self, **what):
        self.number += 1
        request = control_pb2.Request(version=1, req=self.number, **what)
        self.socket.send(request.SerializeToString())
        return self.number

    def receive(self, seconds=30):
        if not self.socket.poll(int(seconds * SLOW * 1000)):
            raise Silence("erfad does not answer")
        return control_pb2.Answer.FromString(self.socket.recv())

    def ask(self, **what):
        number = self.send(**what)
        while True:
            answer = self.receive()
            if answer.req == number:
                kind = answer.WhichOneof("say")
                if kind == "error":
                    raise RuntimeError(answer.error.message)
                return getattr(answer, kind)


class Checks:
    """What tests/run counts."""

    def __init__(self):
        self.bad = 0

    def check(self, name, good, why=""):
        if good:
            print(f"ok {name}", flush=True)
        else:
            self.bad = 1
            print(f"not ok {name}: {why or 'it is not so'}", flush=True)
