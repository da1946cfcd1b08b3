#!/usr/bin/python3
"""A member written in Python from PROTOCOL.md, between two nodes of ours.

It joins, catches up and checks every byte; then it publishes a log of its own,
with things in it that erfad has never seen, which must arrive everywhere as they
left."""
# timeout: 120

import os

import erfa1
from google.protobuf import json_format
from node import Held, Node, Own, read_logs
from proto import body_pb2, entry_pb2, wire_pb2
from stage import SLOW, Stage, deadline

CORPUS = "tests/corpus/trials.jsonl"
ORG = "se-0180"
UNKNOWN = 9999
BIG = 200 * 1024


def trial(title):
    return json_format.ParseDict(
        {"envelope": {"language": "sv", "publisher": ORG, "major": 1},
         "trial": {"title": title, "sector": ["SECTOR_SCHOOL"]}},
        body_pb2.Body()).SerializeToString()


def about(record):
    return entry_pb2.About(item=[entry_pb2.About.Item(record=record, major=1)])


def strange_header(time_ms):
    """A kind nobody knows, and fields that nobody knows, of every wire type."""
    known = erfa1.make_header(UNKNOWN, time_ms, topic=4)
    return known + bytes.fromhex("a006 2a" "a906 0102030405060708" "b206 03 616263"
                                 "bd06 01020304".replace(" ", ""))


def join_up(stage, hub, key):
    """Join by an invitation, as a stranger's program would."""
    line = erfa1.Line(hub.json("invite", ORG)["line"])
    stage.check.same("an invitation names its maker", line.inviter.hex(),
                     hub.json("status")["key"])
    peer = erfa1.join(line, key, ORG, name="Stockholms stad")
    stage.check.same("the inviter answers with its key", line.inviter, peer.key)
    stage.check.same("and with its organisation", hub.org, peer.org)
    again = erfa1.join(line, key, ORG, name="Stockholms stad")
    stage.check.same("the same line works again for the same key", peer.key, again.key)

    def used():
        try:
            erfa1.join(line, erfa1.Key(), ORG)
        except erfa1.Denied:
            return True
        return False

    stage.check("and for nobody else", used)
    return line


def first_log(key, line, hub):
    log = Own(key, ORG)
    log.append(erfa1.MEMBER, entry_pb2.Member(
        key=line.inviter, org=hub.org, roles=3, inviter=True))
    log.sign()
    return log


def write_all(log):
    """What a log of the future may hold; return where the bodies stand."""
    record = os.urandom(16)
    at = {"trial": log.append(erfa1.TRIAL, about(record), trial("Läxhjälp på biblioteket"),
                              topic=4, record=record)}
    at["unknown"] = log.append(UNKNOWN, None, b"\xff no message at all \x00", topic=77)
    log.append_raw(strange_header(log.time_ms))
    at["big"] = log.append(UNKNOWN, None, os.urandom(BIG))
    log.append_raw(b"\x08")  # not even protobuf
    at["group"] = log.append(erfa1.TRIAL, None, os.urandom(1500), group=2**63 + 5)
    for _ in range(300):  # over a boundary
        log.append(UNKNOWN)
    at["last"] = log.append(erfa1.TRIAL, about(record), trial("Läxhjälp, andra året"),
                            topic=4, record=record)
    return at


def in_step(node):
    return node.digest == node.own_digest() and not node.missing()


def reader_at(hub):
    """What it takes to read there: an address, its key, an own key."""
    key = erfa1.Key()
    line = erfa1.Line(hub.json("invite", "fi-091", "--reader", "tester")["line"])
    erfa1.join(line, key, "fi-091")
    return line.address, line.inviter, key


def relayed(reader, log):
    """The same log, fetched from another node by a reader that it admitted."""
    copy = Held(log.key, log.inc)
    with erfa1.Link(*reader) as link:
        link.hello()
        link.have([], full=True)
        for _ in link.catch_up(copy, log.n):
            pass
        wanted = {(log.log_id, n): copy.header(n) for n in log.bodies}
        for (_, n), salt, body in link.bodies(wanted):
            if body is None:
                copy.bodies[n] = None
            else:
                copy.take_body(n, salt, body)
    return copy


def same_log(check, name, log, copy):
    check.same(f"{name} has every header byte for byte", log.headers, copy.headers)
    check.same(f"{name} has the same bodies", state_of(log), state_of(copy))
    check(f"{name} has every body and salt", lambda: log.bodies == copy.bodies)
    check.same(f"{name} has the HEADs of all boundaries and the last",
               {n: head.raw for n, head in log.heads.items()},
               {n: head.raw for n, head in copy.heads.items()})


def state_of(log):
    return {n: len(held[1]) if held else "erased" for n, held in log.bodies.items()}


def wait_logs(node, hub, log):
    """Go on until a hub says that it holds the whole log."""
    node.until(lambda _: hub.logs().get(log.log_id.hex()) == (log.n, log.c.hex()))


def play(stage):
    check = stage.check
    viborg = stage.node("viborg", "dk-791", "--listen", "127.0.0.1:0")
    tromso = stage.node("tromso", "no-5501", "--listen", "127.0.0.1:0")
    tromso.erfa("join", "--yes", viborg.json("invite", "no-5501")["line"])
    viborg.erfa("import", CORPUS)
    key = erfa1.Key()
    line = join_up(stage, viborg, key)

    node = Node(line.address, line.inviter, key, ORG)
    log = first_log(key, line, viborg)
    node.write(log)
    node.begin()
    check.same("HELLO says who answers", line.inviter, node.peer.key)
    check("a newcomer catches up with everything", node.until, in_step)
    check("every chain, HEAD and commitment is right", lambda: node.check()[1] >= 138)
    check.same("both compute one digest", viborg.json("status")["digest"],
               node.own_digest().hex())
    check.same("both know the same members",
               {(line.inviter.hex(), "dk-791"), (key.public.hex(), ORG),
                (tromso.json("status")["key"], "no-5501")},
               {(k.hex(), org) for k, (org, _) in node.directory().members.items()})

    mute = erfa1.Link(*reader_at(tromso))
    mute.hello()
    mute.have([], full=True)
    at = write_all(log)
    node.publish()
    check("its log is pulled over its own connection", wait_logs, node, viborg, log)
    check("both are in step again", node.until, in_step)
    check("erfad asked for what it took",
          lambda: ("body", log.log_id, at["big"]) in node.served)
    check("the other hub gets it from there", wait_logs, node, tromso, log)
    reader, end = reader_at(tromso), deadline(30)
    copy = relayed(reader, log)
    while len(copy.bodies) < len(log.bodies) and deadline(0) < end:
        node.step()
        copy = relayed(reader, log)
    check.same("a reader that holds nothing is no peer to be in step with",
               "1", tromso.json("status")["links"])
    mute.close()  # it never answered; that must have kept nobody waiting
    same_log(check, "a node that never saw the author", log, copy)
    check("the trial is shown there",
          lambda: "Läxhjälp, andra året" in tromso.erfa("list", "--org", ORG, "--json"))
    check("verify finds no error", lambda: tromso.erfa("verify") and None)

    log.sign()
    node.publish()
    viborg.publish("Madservice i nattetimerne")
    check("a trial published there arrives here", node.until, lambda n: in_step(n) and any(
        b"nattetimerne" in held[1] for other in n.logs.values()
        for held in other.bodies.values() if held))

    erased = erase(log, at["trial"])
    node.publish()
    check("an erasure reaches both hubs", wait_logs, node, tromso, log)
    early(check, node, tromso, log)
    replayed(check, stage, (viborg, tromso), log, at["trial"], erased)
    copy = relayed(reader, log)
    check.same("what was erased is gone there", None, copy.bodies[at["trial"]])
    same_log(check, "after it, the other hub", log, copy)
    carried(stage, viborg, log)
    restart(check, node, viborg, log)


def erase(log, n):
    """Append an ERASE of an own body, which is returned with its salt."""
    log.append(erfa1.ERASE, entry_pb2.Erase(target=[entry_pb2.Erase.Target(
        log_id=log.log_id, n=n, reason=entry_pb2.Erase.REASON_PERSONAL_DATA)]))
    body, log.bodies[n] = log.bodies.get(n), None
    return body


def early(check, node, hub, log):
    """A body that was erased before it came: neither a NOTE nor DATA bring it."""
    n = log.n + 2
    erase(log, n)
    node.publish()
    check("so does one that is ahead of its body", wait_logs, node, hub, log)
    log.append(erfa1.TRIAL, about(b"\x07" * 16), trial("För sent"), topic=4,
               record=b"\x07" * 16)
    salt, body = log.bodies[n]
    log.sign()
    node.send(wire_pb2.Note(
        head=log.heads[n].raw, n=n, c_prev=log.chain[n - 1], header=log.headers[-1],
        body=wire_pb2.BodyPart(
            ref=wire_pb2.Ref(log_id=log.log_id, n=n), total=len(body),
            state=wire_pb2.BodyPart.OK, salt=salt, data=body)))
    check("then the body comes, and only its header is taken", wait_logs, node, hub, log)
    log.bodies[n] = None


def replayed(check, stage, hubs, log, n, body):
    """A file of before holds the body: it is refused."""
    path = os.path.join(stage.root, "before")
    log.bodies[n] = body
    with open(path, "wb") as f:
        f.write(erfa1.make_bundle(log.answers(1)))
    log.bodies[n] = None
    for hub in hubs:
        check(f"a bundle of before is read by {hub.org}",
              lambda: hub.erfa("bundle", "import", path) and None)


def carried(stage, hub, log):
    """What cannot come over a link comes in a file, both ways."""
    path = os.path.join(stage.root, "bundle")
    before = log.n
    log.append(UNKNOWN, None, os.urandom(70000))
    log.sign()
    with open(path, "wb") as f:
        f.write(erfa1.make_bundle(log.answers(before + 1)))
    stage.check("a bundle that we wrote is taken in",
                lambda: hub.erfa("bundle", "import", path) and None)
    stage.check.same("and the log goes on there", (log.n, log.c.hex()),
                     hub.logs().get(log.log_id.hex()))
    before = None
    while before != hub.logs():  # nothing came in between
        before = hub.logs()
        os.unlink(path)
        hub.erfa("bundle", "export", path)
    with open(path, "rb") as f:
        logs = read_logs(f.read())
    stage.check.same("a bundle of erfad holds every log", before,
                     {i.hex(): (held.n, held.c.hex()) for i, held in logs.items()})
    copy = logs[log.log_id]
    copy.bodies.update({n: None for n in log.bodies if n not in copy.bodies})
    same_log(stage.check, "the bundle", log, copy)


def restart(check, node, hub, log):
    """A hub that forgets its sessions, and a node that comes back."""
    hub.stop()
    hub.start()
    status = hub.json("status")
    back = Node(status["listen"], node.server, node.key, ORG, node.logs)
    node.close()
    back.begin()
    log.append(UNKNOWN)
    back.publish()
    check("after a restart of the hub the log goes on", wait_logs, back, hub, log)
    back.close()


with Stage() as everything:
    print(f"# times {SLOW}")
    play(everything)
