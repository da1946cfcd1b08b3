#!/usr/bin/python3
"""Drafts and gates as the control socket has them.

Usage: gates.py OWN AUTHORITY DIRECTORY, control sockets of two nodes that are
linked (no-5501 and no), and where the first one keeps its state.
"""

import os
import sys
import time

from peer import BASE32, Checks, Control, Log, Silence, deadline, join
from proto import body_pb2, control_pb2, wire_pb2

GUEST = "no-0301"  # a member that keeps no rule
WORD = "Trollheimsutvalget"  # stands in one draft, and must not stay anywhere


def refused(control, checks, name, words, **what):
    """The request is refused; every one of the words is said."""
    number = control.send(**what)
    answer = control.receive()
    while answer.req != number:
        answer = control.receive()
    error = answer.error
    said = " | ".join(
        [error.code, error.message, error.remedy]
        + [f"{p.where}: {p.what} > {p.remedy}" for p in error.problem]
    )
    if answer.WhichOneof("say") != "error":
        checks.check(name, False, "it was done")
        return
    missing = [word for word in words if word not in said]
    checks.check(name, not missing, f"{missing} not in {said}")


def trial(**fields):
    return body_pb2.Body(
        envelope=body_pb2.Envelope(language="nb"),
        trial=body_pb2.Trial(
            title="Faste team", summary="For mange hjelpere.", sector=[1], **fields
        ),
    )


def planned(**fields):
    return trial(
        goals=[body_pb2.Goal(text="Færre hjelpere", success_criterion="Under ti")],
        period=body_pb2.Period(start="2025-01", end="2027-12"),
        **fields,
    )


def local():
    return {
        "owner": body_pb2.Owner(unit="Hjemmetjenesten", role="Leder"),
        "anchoring": body_pb2.Anchoring(
            body_kind=body_pb2.BODY_KIND_COUNCIL, date="2024-12-09"
        ),
    }


def exemption():
    return {
        "needs_exemption": body_pb2.YES_NO_YES,
        "exemptions": [
            body_pb2.Exemption(
                no=1,
                provision="Helse- og omsorgstjenesteloven § 3-2",
                level=body_pb2.EXEMPTION_LEVEL_ACT,
                why="Den krever to vedtak.",
                authorities=[body_pb2.OrgRef(id="no", name="Departementet")],
            )
        ],
    }


def request(*bodies, ids=(), drafts=(), follows=None, dry_run=False):
    ids = list(ids) + [""] * len(bodies)
    return control_pb2.PublishRequest(
        record=[
            control_pb2.NewRecord(body=body, id=id or None, follows=follows)
            for body, id in zip(bodies, ids)
        ],
        draft=drafts,
        dry_run=dry_run,
    )


def publish(control, *bodies, **what):
    return control.ask(publish=request(*bodies, **what))


def put(control, body, **what):
    return control.ask(
        draft_put=control_pb2.DraftPutRequest(body=body, **what)
    ).draft


def drafts_of(control):
    return control.ask(draft_list=control_pb2.DraftListRequest()).draft


def show(control, id):
    return control.ask(show=control_pb2.ShowRequest(id=id))


def on_disk(directory, word):
    for name in ("main.mdb", "keys", "index.mdb"):
        try:
            with open(f"{directory}/{name}", "rb") as file:
                if word.encode() in file.read():
                    return True
        except FileNotFoundError:
            pass
    return False


def drafts(own, checks, directory):
    body = body_pb2.Body(
        trial=body_pb2.Trial(title="Faste team", mandate=WORD)
    )
    first = put(own, body, note="fra møtet")
    checks.check(
        "a draft has the id of a record",
        first.id.startswith("no-5501/") and len(first.id) == len("no-5501/") + 26,
        first.id,
    )
    codes = {missing.code: missing for missing in first.missing}
    checks.check(
        "it tells what is missing to publish it",
        [m.code for m in first.missing if m.action == "publish"]
        == ["need_summary", "need_sector"],
        str(first.missing),
    )
    checks.check(
        "and to start it, with the command",
        codes["need_owner"].action == "start"
        and f"erfa own {first.shown_id}" in codes["need_owner"].remedy,
        str(codes.get("need_owner")),
    )
    back = own.ask(draft_get=control_pb2.DraftGetRequest(id=first.shown_id[:-2]))
    checks.check(
        "it is read by a prefix of its id",
        back.body == body and back.draft.note == "fra møtet",
        str(back),
    )
    second = put(own, trial(), id=first.id, changed=first.changed)
    checks.check(
        "it can be overwritten",
        second.id == first.id and second.changed > first.changed,
        str(second),
    )
    refused(
        own,
        checks,
        "but not what somebody else has changed",
        ["draft_changed"],
        draft_put=control_pb2.DraftPutRequest(
            body=body, id=first.id, changed=first.changed
        ),
    )
    refused(
        own,
        checks,
        "nor what somebody has begun while there was no draft yet",
        ["draft_changed"],
        draft_put=control_pb2.DraftPutRequest(body=body, id=first.id, changed=""),
    )
    checks.check(
        "which is as it was",
        own.ask(draft_get=control_pb2.DraftGetRequest(id=first.id)).body == trial(),
        "",
    )
    checks.check(
        "what it said before is nowhere on the disk", not on_disk(directory, WORD), ""
    )
    other = put(own, planned())
    listed = drafts_of(own)
    checks.check(
        "the one changed last is listed first",
        [d.id for d in listed] == [other.id, first.id],
        str([d.id for d in listed]),
    )
    own.ask(draft_drop=control_pb2.DraftDropRequest(id=other.id))
    checks.check("a dropped one is gone", len(drafts_of(own)) == 1, "")
    gone = {
        "draft_get": control_pb2.DraftGetRequest(id=other.id),
        "draft_drop": control_pb2.DraftDropRequest(id=other.id),
    }
    for what, ask in gone.items():
        refused(
            own,
            checks,
            f"and cannot be asked for ({what})",
            ["no_such_draft", "erfa drafts"],
            **{what: ask},
        )
    refused(
        own,
        checks,
        "the id of somebody else's record is refused",
        ["erfa adapt"],
        draft_put=control_pb2.DraftPutRequest(
            body=trial(), id="dk-791" + first.id[len("no-5501"):]
        ),
    )
    refused(
        own,
        checks,
        "so is a draft of nothing",
        ["not_valid"],
        draft_put=control_pb2.DraftPutRequest(body=body_pb2.Body()),
    )
    return first.id


def seen(own, checks, draft, dry_run):
    """A draft is published only as it was looked at, if that is told."""

    def looked(**what):
        return control_pb2.PublishRequest(
            draft=[draft.id],
            seen=[control_pb2.SeenDraft(**what)],
            dry_run=dry_run,
        )

    refused(
        own,
        checks,
        f"a draft that was changed since somebody looked is not published ({dry_run})",
        ["draft_changed"],
        publish=looked(changed="2026-01-01T00:00:00.000Z"),
    )
    refused(
        own,
        checks,
        f"nor is one that is to follow another version ({dry_run})",
        ["version_changed", "is version 1.0 by now", "made from 1.7"],
        publish=looked(changed=draft.changed, follows="1.7"),
    )
    if dry_run:
        own.ask(publish=looked(changed=draft.changed, follows="1.0"))


def at_once(own, checks, id):
    """Of several that were made from the same version, one is published."""
    words = [f"Prøv {n}" for n in range(8)]
    asked = {
        own.send(publish=request(trial(mandate=word), ids=[id], follows="1.1")): word
        for word in words
    }
    published = []
    codes = set()
    while asked:
        answer = own.receive()
        word = asked.pop(answer.req)
        if answer.WhichOneof("say") == "publish":
            published.append(word)
        else:
            codes.add(answer.error.code)
    body = show(own, id).body
    checks.check(
        "of those sent at once one follows what was there, and stays",
        published == [body.trial.mandate]
        and codes == {"version_changed"}
        and (body.envelope.major, body.envelope.minor) > (1, 1),
        f"{published} {codes} {body}",
    )


def from_draft(own, checks, id):
    refused(
        own,
        checks,
        "a draft that is not there is named",
        ["no such draft"],
        publish=request(drafts=[id[:-2] + ("1" if id[-2] == "0" else "0") + id[-1]]),
    )
    refused(
        own,
        checks,
        "nor can one be published twice at once",
        ["named twice"],
        publish=request(drafts=[id, id]),
    )
    once = trial()
    keyed = [control_pb2.NewRecord(body=once, import_key="a") for _ in "ab"]
    for name, ask in {
        "a draft and a record": request(once, ids=[id], drafts=[id]),
        "a record": request(once, once, ids=[id, id]),
        "what has the same import key": control_pb2.PublishRequest(record=keyed),
    }.items():
        refused(
            own, checks, f"nor {name} twice in a request", ["named twice"], publish=ask
        )
    publish(own, drafts=[id], dry_run=True)
    checks.check("a dry run leaves the draft", len(drafts_of(own)) == 1, "")
    said = publish(own, drafts=[id])
    checks.check(
        "a draft is published under its id",
        [p.id for p in said.record] == [id] and not drafts_of(own),
        str(said),
    )
    changed = put(own, trial(mandate="Prøv"), id=id)
    checks.check(
        "a draft may be a new version",
        changed.published and changed.version == "1.0",
        str(changed),
    )
    for dry_run in (True, False):
        seen(own, checks, changed, dry_run)
    said = publish(own, drafts=[id])
    envelope = show(own, id).body.envelope
    checks.check(
        "which has its number",
        (envelope.major, envelope.minor) == (1, 1),
        str(envelope),
    )
    refused(
        own,
        checks,
        "nor is a record made from a version that is not the newest",
        ["version_changed", "is version 1.1 by now", "made from 1.0"],
        publish=request(trial(), ids=[id], follows="1.0", dry_run=True),
    )
    publish(own, trial(mandate="Prøv"), ids=[id], follows="1.1", dry_run=True)
    publish(own, trial(mandate="Prøv"), ids=[id], dry_run=True)
    checks.check("from the newest it is, or if nothing is said of it", True, "")
    at_once(own, checks, id)


def steps(own, checks):
    """The states one after another, and what they lack."""
    active = {"status": body_pb2.STATUS_ACTIVE}
    refused(
        own,
        checks,
        "a first publication that is active owes every answer until there",
        ["goal", "owner", "anchoring", "erfa own TRIAL", "erfa plan TRIAL"],
        publish=request(trial(**active)),
    )
    refused(
        own,
        checks,
        "a finished one also owes what was learnt",
        ["erfa learn TRIAL --verdict"],
        publish=request(planned(status=body_pb2.STATUS_COMPLETED, **local())),
    )
    refused(
        own,
        checks,
        "a status that only sources report is refused",
        ["what a source says"],
        publish=request(trial(status=body_pb2.STATUS_ENDED)),
    )
    id = publish(own, planned()).record[0].id
    shown = id[: len("no-5501/") + 8]
    refused(
        own,
        checks,
        "no start without owner and anchoring",
        ["owner", f"erfa own {shown}", f"erfa anchor {shown}"],
        publish=request(planned(**active), ids=[id]),
    )
    refused(
        own,
        checks,
        "what has not begun is not finished",
        ["has not started", f"erfa start {shown}"],
        publish=request(
            planned(status=body_pb2.STATUS_COMPLETED, **local()), ids=[id]
        ),
    )
    refused(
        own,
        checks,
        "nor stopped",
        ["cannot become stopped"],
        publish=request(planned(status=body_pb2.STATUS_STOPPED, **local()), ids=[id]),
    )
    publish(own, planned(**active, **local()), ids=[id])
    row = show(own, id).row
    checks.check(
        "with both it starts, and is not only said to be active",
        row.status == "active" and not row.claims,
        str(row),
    )
    publish(own, planned(mandate="Prøv", **local()), ids=[id])
    checks.check(
        "who does not speak of the status leaves it alone",
        show(own, id).row.status == "active",
        "",
    )
    refused(
        own,
        checks,
        "an active trial keeps its owner",
        ["trial.owner", f"erfa own {shown}"],
        publish=request(
            planned(anchoring=local()["anchoring"], **active), ids=[id]
        ),
    )
    refused(
        own,
        checks,
        "it cannot hide behind a source",
        ["envelope.transcribed"],
        publish=request(
            body_pb2.Body(
                envelope=body_pb2.Envelope(transcribed=True),
                trial=body_pb2.Trial(title="x", status=body_pb2.STATUS_ACTIVE),
            ),
            ids=[id],
        ),
    )
    refused(
        own,
        checks,
        "it does not go back",
        ["cannot become idea"],
        publish=request(planned(status=body_pb2.STATUS_IDEA, **local()), ids=[id]),
    )
    goal = planned(**active, **local())
    goal.trial.goals[0].text = "Enda færre hjelpere"
    publish(own, goal, ids=[id])
    envelope = show(own, id).body.envelope
    checks.check(
        "another goal is a major version",
        (envelope.major, envelope.minor) == (2, 0),
        str(envelope),
    )
    done = planned(status=body_pb2.STATUS_COMPLETED, **local())
    refused(
        own,
        checks,
        "no end without what was learnt",
        [f"erfa learn {shown} --verdict"],
        publish=request(done, ids=[id]),
    )
    learnt = body_pb2.Body(
        experience=body_pb2.Experience(
            trial=body_pb2.RecordRef(id=id),
            verdict=body_pb2.VERDICT_WORKED,
            what_worked="Faste team",
            what_did_not="ingenting",
            conditions=[body_pb2.Circumstance(text="små distrikter")],
        )
    )
    publish(own, done, learnt, ids=[id])
    checks.check(
        "what is published with it counts",
        show(own, id).row.status == "completed",
        "",
    )
    refused(
        own,
        checks,
        "what is over is over",
        ["is over", f"erfa adapt {shown}"],
        publish=request(planned(**active, **local()), ids=[id]),
    )
    back = planned(**active, **local())
    back.envelope.amendment_kind = body_pb2.AMENDMENT_KIND_CORRECTION
    publish(own, back, ids=[id])
    checks.check(
        "except as a correction", show(own, id).row.status == "active", ""
    )


def decision(id, outcome, **fields):
    return body_pb2.Body(
        decision=body_pb2.Decision(
            trial=body_pb2.RecordRef(id=id),
            authority=body_pb2.OrgRef(id="no", name="Departementet"),
            outcome=outcome,
            decided_on="2025-02-01",
            **fields,
        )
    )


def gate(own, authority, checks):
    """Only the authority, or a letter of its, opens the second gate."""
    active = {"status": body_pb2.STATUS_ACTIVE}
    twice = planned(**local(), **exemption())
    twice.trial.exemptions.add(provision="Forvaltningsloven § 2", why="x")
    twice.trial.exemptions.add(no=2, provision="Forvaltningsloven § 3", why="x")
    refused(
        own,
        checks,
        "two exemptions do not share a number",
        ["Two exemptions bear the number 2"],
        publish=request(twice),
    )
    long = planned(**local(), **exemption())
    long.trial.exemptions[0].provision = "Loven § 1, stk. " + "1 og 2, stk. " * 30
    id = publish(own, long).record[0].id
    told = show(own, id).body.trial.exemptions[0]
    checks.check(
        "a provision may be longer than its key, which is left out then",
        told.provision == long.trial.exemptions[0].provision
        and not told.HasField("key"),
        str(told),
    )
    id = publish(own, planned(**local(), **exemption())).record[0].id
    start = request(planned(**active, **local(), **exemption()), ids=[id])
    refused(
        own,
        checks,
        "no start before the authority has answered",
        ["Departementet has not answered", "erfa apply"],
        publish=start,
    )
    refused(
        own,
        checks,
        "nobody writes the decision of another",
        ["Only Departementet itself", "--ref REF"],
        publish=request(decision(id, body_pb2.OUTCOME_APPROVED, plain_summary="Ja")),
    )
    letter = decision(id, body_pb2.OUTCOME_REJECTED)
    letter.envelope.transcribed = True
    refused(
        own,
        checks,
        "nor transcribes it without a reference",
        ["decision.ref"],
        publish=request(letter),
    )
    letter.decision.ref = "brev 25/114"
    publish(own, letter)
    refused(
        own, checks, "a no keeps the gate shut", ["said no"], publish=start
    )
    refused(
        authority,
        checks,
        "the authority owes its reason and plain words",
        ["reason is missing", "plain words"],
        publish=request(decision(id, body_pb2.OUTCOME_REJECTED)),
    )
    publish(
        authority,
        decision(id, body_pb2.OUTCOME_APPROVED, plain_summary="Dere kan begynne."),
    )
    until = deadline(30)
    opened = False
    while not opened and time.monotonic() < until:
        try:
            opened = bool(own.ask(publish=start).record)
        except RuntimeError:
            time.sleep(0.05)
    checks.check("its own word outranks the letter, and the gate opens", opened, "")
    return id


def programme(own, checks):
    """Three questions of its own at most, and frozen once a trial has started."""

    def asks(*names):
        return body_pb2.Body(
            programme=body_pb2.Programme(
                name="Prøveordningen",
                required_extra=[
                    body_pb2.ExtraField(name=name, due="S") for name in names
                ],
            )
        )

    refused(
        own,
        checks,
        "a programme asks three questions at most",
        ["three questions"],
        publish=request(asks("a", "b", "c", "d")),
    )
    scheme = publish(own, asks("a")).record[0].id
    publish(own, asks("a", "b"), ids=[scheme])
    ref = {"programme": body_pb2.RecordRef(id=scheme)}
    active = planned(status=body_pb2.STATUS_ACTIVE, **local(), **ref)
    refused(
        own,
        checks,
        "its questions are to be answered",
        ["erfa edit TRIAL --set extra.b="],
        publish=request(active),
    )
    for name in "ab":
        active.trial.extra_answers.add(name=name, text="ja")
    publish(own, active)
    refused(
        own,
        checks,
        "once a trial has started, they stay as they are",
        ["has started"],
        publish=request(asks("a"), ids=[scheme]),
    )


def say(log, kind, body, publisher=GUEST):
    """An entry with a body, whoever it says it is from; the record's id."""
    record = os.urandom(16)
    number = int.from_bytes(record, "big") << 2
    text = "".join(BASE32[number >> s & 31] for s in range(125, -1, -5))
    body.envelope.id = f"{publisher}/{text}"
    body.envelope.publisher = publisher
    body.envelope.major = 1
    log.add(kind, body=body.SerializeToString(), record=record)
    return f"{GUEST}/{text}"


def claims(own, checks):
    """What others say is looked at in the same way."""
    guest = join(own.ask(invite=control_pb2.InviteRequest(org=GUEST)).line, GUEST)
    active = {"status": body_pb2.STATUS_ACTIVE}
    log = Log(guest.key)
    log.genesis(GUEST)
    bare = say(log, 6, trial(**active))
    whole = say(log, 6, planned(**active, **local()))
    waits = say(log, 6, planned(**active, **local(), **exemption()))
    told = planned(**active)
    told.envelope.transcribed = True
    told = say(log, 6, told)
    yes = decision(waits, body_pb2.OUTCOME_APPROVED, plain_summary="Ja")
    say(log, 8, yes, publisher="no")
    guest.claim(log)

    def row(id):
        try:
            return show(own, id).row
        except RuntimeError:
            return control_pb2.Row(state="absent")

    end = deadline(30)
    while time.monotonic() < end and any(
        row(id).state != "here" for id in (bare, whole, waits, told)
    ):
        while guest.socket.poll(20):
            guest.answer(wire_pb2.Msg.FromString(guest.socket.recv()))
    checks.check("a trial without owner only claims to be active", row(bare).claims)
    checks.check("one with owner and anchoring is", row(whole).status == "active"
                 and not row(whole).claims)
    checks.check("what somebody says in the authority's name is not heard",
                 row(waits).claims)
    checks.check("what a source says claims nothing", not row(told).claims)
    rows = {r.full_id: r.claims for r in own.ask(
        list=control_pb2.ListRequest(org=GUEST)).row}
    checks.check("a list says the same", rows == {
        bare: True, whole: False, waits: True, told: False}, str(rows))
    guest.close()


def main():
    checks = Checks()
    own = Control(sys.argv[1])
    authority = Control(sys.argv[2])
    id = drafts(own, checks, sys.argv[3])
    from_draft(own, checks, id)
    steps(own, checks)
    gate(own, authority, checks)
    programme(own, checks)
    try:
        claims(own, checks)
    except Silence as e:
        checks.check("a guest is admitted", False, str(e))
    return checks.bad


if __name__ == "__main__":
    sys.exit(main())
