"""Who belongs: chapter 6 of PROTOCOL.md, sentence by sentence and without haste."""

from collections import namedtuple

import erfa1
from erfa1 import INTRODUCES, READS, REGISTRY, WRITES

ALL = WRITES | INTRODUCES | REGISTRY
EARLIER = 63  # keys that one key speaks for
ENDLESS = 2**64 - 1

# A MEMBER entry: the key of its log, where it stands, and what it says.
Word = namedtuple("Word", "voucher log_id n time_ms says")


def signed_by_successor(word):
    message = erfa1.pad16("erfa/1/rotate") + word.voucher + word.says.key
    return erfa1.verify(word.says.rotate_sig, message, word.says.key)


class Pass:
    """Who is reached, and with which roles."""

    def __init__(self, base, words, strict, out=()):
        self.base = base
        self.last, self.vouching, self.inviters = {}, {}, set()
        for word in sorted(words, key=lambda w: (w.time_ms, w.log_id, w.n)):
            pair = word.voucher, word.says.key
            self.last[pair] = word
            if not word.says.withdrawn:
                self.vouching[pair] = word
            if word.says.inviter:
                self.inviters.add(pair)
        if strict:
            self.vouching = {
                pair: word for pair, word in self.vouching.items()
                if pair[1] in out or not self.last[pair].says.withdrawn}
        self.reach()

    def reach(self):
        """Let everything grow until nothing is added any more: roles; who counts
        as the own key or as pinned; who is a registry by a pinned key's word."""
        self.roles = {}
        self.own, self.pinned, self.sure = {self.base.key}, set(self.base.pinned), set()
        before = None
        while before != self.state():
            before = self.state()
            for key in self.own | self.pinned:
                self.add(key, ALL)
            for (voucher, subject), word in self.vouching.items():
                given = self.gives(voucher, word.says)
                self.add(subject, given)
                if given & REGISTRY and voucher in self.pinned:
                    self.sure.add(subject)
            for old, new in self.successions():
                self.add(new, self.roles[old])
                for group in (self.own, self.pinned, self.sure):
                    group |= {new} if old in group else set()
            self.own |= {v for (v, s), word in self.vouching.items()
                         if s in self.own and self.base.rotated(word)}

    def state(self):
        return dict(self.roles), set(self.own), set(self.pinned), set(self.sure)

    def add(self, key, roles):
        if roles and erfa1.curve_public(key):
            self.roles[key] = self.roles.get(key, 0) | roles

    def gives(self, voucher, says):
        roles = self.roles.get(voucher, 0)
        if not roles & INTRODUCES:
            return 0
        if says.roles & READS:
            return READS
        head = voucher in self.own or voucher in self.pinned
        return says.roles & roles & (ALL if head else WRITES | INTRODUCES)

    def vouchers(self, key):
        return [voucher for (voucher, subject), word in self.vouching.items()
                if subject == key and self.gives(voucher, word.says)]

    def successions(self):
        """(old, new) of all that count [6.5]."""
        found = []
        for (voucher, subject), word in self.vouching.items():
            if voucher in self.roles and self.base.rotated(word):
                found.append((voucher, subject))
            old = word.says.succeeds
            if self.roles.get(voucher, 0) & REGISTRY and old in self.roles \
                    and old != subject:
                found.append((old, subject))
        return found

    def line(self, key):
        """The key and those that it speaks for, the nearest first."""
        earlier = {}
        for old, new in self.successions():
            earlier.setdefault(new, set()).add(old)
        line, at = [key], 0
        while at < len(line):
            for old in sorted(earlier.get(line[at], ())):
                if old not in line and len(line) <= EARLIER:
                    line.append(old)
            at += 1
        return line

    def invited(self, key, by):
        return any((x, v) in self.inviters
                   for x in self.line(key) for v in self.line(by))


class Directory:
    """What follows from all MEMBER entries: ``members`` {key: (org, roles)} who are
    in, ``out`` {key} withdrawn, ``lapsed`` {key}, ``ours`` {key} out for us only,
    ``disputed`` {key}, ``orgs`` {key: org} of all these, and cut()."""

    def __init__(self, key, org, pinned, words):
        self.key, self.org, self.pinned = key, org, set(pinned)
        self.checked = {}
        self.words = [w for w in words if w.voucher != w.says.key
                      and erfa1.curve_public(w.says.key)]
        self.cuts = {}
        self.wide = Pass(self, self.words, strict=False)
        self.find_out()
        left = [w for w in self.words if w.voucher not in self.out
                or w.n <= self.cuts.get((w.voucher, w.log_id), 0)]
        self.strict = Pass(self, left, strict=True, out=self.out)
        live = set(self.strict.roles) - self.out
        self.lapsed = set(self.wide.roles) - live - self.out
        self.find_lapsed()
        named, differ = self.names(self.strict)
        self.orgs = self.names(self.wide)[0] | named
        self.members = {k: (self.orgs[k], self.strict.roles[k]) for k in live}
        self.disputed = self.find_disputed(differ)

    def rotated(self, word):
        """Does the entry carry a signature by which its subject succeeds?"""
        if not word.says.HasField("rotate_sig"):
            return False
        place = word.log_id, word.n
        if place not in self.checked:
            self.checked[place] = signed_by_successor(word)
        return self.checked[place]

    def find_out(self):
        wide = self.wide
        self.out, everywhere, heirs = set(), set(), []
        for (v, x), word in wide.last.items():
            if not word.says.withdrawn or x == self.key:
                continue
            if v not in wide.roles or x not in wide.roles:
                continue
            by_all = wide.invited(x, v) or v in wide.pinned or v in wide.sure
            if not by_all and x in wide.line(v)[1:]:
                heirs.append((v, x, word))
                continue
            if not by_all and not wide.roles[v] & REGISTRY and v not in wide.own:
                continue
            self.out.add(x)
            everywhere |= {x} if by_all else set()
            self.add_cuts(word)
        for x, word in [(x, word) for v, x, word in heirs
                        if not self.is_late_heir(v, x)
                        and not (x in self.out and self.is_cut(word))]:
            self.out.add(x)
            everywhere.add(x)
            self.add_cuts(word)
        self.ours = self.out - everywhere

    def is_cut(self, word):
        return (word.voucher in self.out
                and word.n > self.cuts.get((word.voucher, word.log_id), 0))

    def is_late_heir(self, heir, key):
        """Does it succeed the key by words of that alone which others cut off?"""
        line = set(self.wide.line(heir))
        for (voucher, subject), word in self.wide.vouching.items():
            if subject not in line or subject == key:
                continue
            if (word.says.succeeds == key
                    and self.wide.roles.get(voucher, 0) & REGISTRY):
                return False
            if voucher == key and self.rotated(word) and not self.is_cut(word):
                return False
        return True

    def find_lapsed(self):
        for (v, x), word in self.wide.last.items():
            if (x in self.lapsed and word.says.withdrawn
                    and self.wide.roles.get(v, 0) & INTRODUCES):
                self.add_cuts(word)

    def add_cuts(self, word):
        for cut in word.says.cuts:
            place = word.says.key, cut.log_id
            self.cuts[place] = max(cut.n, self.cuts.get(place, 0))

    def names(self, view):
        """What every key that this pass reached is called, and the keys that are
        given different names [6.3]."""
        orgs, waiting = {}, set(view.roles)
        earlier = {key: {old for old, new in view.successions() if new == key}
                   for key in view.roles}
        handed = dict.fromkeys(view.roles, frozenset())
        while ready := [k for k in waiting if earlier[k] <= set(orgs)]:
            for key in ready:
                handed[key] = {orgs[old] for old in earlier[key]} - {""}
                orgs[key] = self.own_name(view, key, handed[key])
            waiting -= set(ready)
        for key in waiting:  # in a circle of successions, or after one
            handed[key] = {orgs[old] for old in earlier[key] if old in orgs} - {""}
        orgs |= {key: self.own_name(view, key, handed[key]) for key in waiting}
        for key, roles in view.roles.items():
            if roles == READS and not handed[key]:
                admitted = {orgs[v] for v in view.vouchers(key)} - {""}
                orgs[key] = min(admitted, default="")
        for key in view.own:  # those that the own key succeeds
            orgs[key] = orgs.get(key) or self.org
        differ = {key for key, roles in view.roles.items() if roles != READS and len(
            {orgs[key], *handed[key], *self.given(view, key)} - {""}) > 1}
        return orgs, differ

    def own_name(self, view, key, handed):
        if key == self.key:
            return self.org
        return min(handed or self.given(view, key, inviters=True), default="")

    def given(self, view, key, inviters=False):
        """The orgs that all vouchers name, or, if there are any, its inviters."""
        if view.roles[key] == READS:
            return set()
        vouchers = view.vouchers(key)
        if inviters:
            vouchers = [v for v in vouchers if self.wide.invited(key, v)] or vouchers
        return {view.vouching[v, key].says.org for v in vouchers}

    def find_disputed(self, differ):
        people = [k for k, (_, roles) in self.members.items() if roles != READS]
        disputed = differ & set(people)
        for org in {self.members[k][0] for k in people} - {""}:
            same = {k for k in people if self.members[k][0] == org}
            if not any(same <= set(self.strict.line(k)) for k in same):
                disputed |= same
        return disputed

    def cut(self, key, log_id):
        """The last entry of a log that counts."""
        if key in self.members:
            return ENDLESS
        return self.cuts.get((key, log_id), 0)

    def succeeds(self, old, new):
        return old in self.strict.line(new)[1:]
