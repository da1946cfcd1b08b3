"""Who belongs: chapter 6 of PROTOCOL.md, sentence by sentence and without haste."""

from collections import namedtuple

import erfa1
from erfa1 import INTRODUCES, READS, REGISTRY, WRITES

ALL = WRITES | INTRODUCES | REGISTRY
EARLIER = 63  # keys that one key speaks for
ROUNDS = 256  # in which cuts are found
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
        self.rotated = {(w.voucher, w.says.key) for w in words
                        if not w.says.withdrawn and base.rotated(w)}
        if strict:
            self.vouching = {
                pair: word for pair, word in self.vouching.items()
                if pair[1] in out or not self.last[pair].says.withdrawn}
            self.rotated = {pair for pair, word in self.vouching.items()
                            if base.rotated(word)}
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
            self.own |= {old for old, new in self.rotated if new in self.own}

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
        found = [pair for pair in self.rotated if pair[0] in self.roles]
        for (voucher, subject), word in self.vouching.items():
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
        self.checked, self.said = {}, {}
        self.words = [w for w in words if w.voucher != w.says.key
                      and erfa1.curve_public(w.says.key)]
        for word in self.words:
            self.said.setdefault((word.voucher, word.says.key), []).append(word)
        self.out, self.settled, self.open = set(), set(), set()
        self.taken, self.everywhere, self.cuts = {}, set(), {}
        self.wide = Pass(self, self.words, strict=False)
        self.out = {x for x, _, _, _ in self.withdrawals(self.wide)}
        self.find_cuts()
        self.ours = self.out - self.everywhere
        left = [w for w in self.words if not self.is_cut(w)]
        self.strict = Pass(self, left, strict=True, out=self.out)
        live = (set(self.strict.roles) & set(self.wide.roles)) - self.out
        self.lapsed = set(self.wide.roles) - live - self.out
        self.find_lapsed()
        named, differ = self.called(self.strict)
        self.orgs = self.called(self.wide)[0] | named
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

    def is_cut(self, word):
        return (word.voucher in self.settled
                and word.n > self.cuts.get((word.voucher, word.log_id), 0))

    def withdrawals(self, view):
        """(x, v, word, right) of each withdrawal that somebody has the right to."""
        for (v, x), word in view.last.items():
            if (word.says.withdrawn and x != self.key and v in view.roles
                    and x in self.wide.roles and (right := self.right(view, x, v))):
                yield x, v, word, right

    def right(self, view, x, v):
        if v in view.pinned or v in view.sure:
            return "head"
        if self.names(view, x, v):
            return "inviter"
        if x in view.line(v)[1:]:
            return "heir"
        return "own" if view.roles[v] & REGISTRY or v in view.own else None

    def names(self, view, x, v):
        """Does x name v as inviter?  Whole while no cut of who says so is known; and
        never a key of its own."""
        own = view.line(x)
        return any((y, u) in (self.wide if y in self.out - self.settled else view).inviters
                   for y in self.wide.line(x) for u in view.line(v) if u not in own)

    def find_cuts(self):
        for _ in range(ROUNDS):
            if not self.out or not self.take_round():
                break
        self.take([w for w in self.withdrawals(self.wide) if w[0] not in self.settled])

    def take_round(self):
        """Take what rests on no word that may not count; else what heirs say to whose
        key nobody else has a right; else, of who is reached by words that count, what
        all but heirs say; else all."""
        firm = Pass(self, [w for w in self.words if not self.is_cut(w) and (
            w.voucher not in self.out - self.settled - self.open)], strict=False)
        rights = list(self.withdrawals(firm))
        if self.take([w for w in rights if not self.is_later(rights, *w)]):
            return True
        loose = Pass(self, [w for w in self.words if not self.is_cut(w)], strict=False)
        rights = list(self.withdrawals(loose))
        void = self.out - self.settled - self.open - {w[0] for w in rights}
        self.open |= void
        if void:
            return True
        pending = self.out - self.settled - self.open
        heirs = pending - {x for x, _, _, right in rights if right != "heir"}
        left = [w for w in rights if w[0] in pending and not self.is_later(rights, *w)]
        firm_line = [w for w in left
                     if not self.nearer(loose.line(w[1]), w[0]) & pending]
        far = [w for w in firm_line if w[3] != "heir"]
        return (self.take([w for w in firm_line if w[0] in heirs])
                or self.take([w for w in far if w[0] in firm.roles])
                or self.take(far) or self.take(left))

    @staticmethod
    def nearer(line, key):
        return set(line[:line.index(key)] if key in line else line)

    def take(self, withdrawals):
        """The cuts of these hold from now on; return whether any is new."""
        new = False
        for x, v, word, right in withdrawals:
            new |= self.taken.get((x, v)) != word
            self.taken[x, v] = word
            self.everywhere |= {x} if right != "own" else set()
            self.settled.add(x)
            self.out.add(x)
            self.add_cuts(word)
        return new

    def is_later(self, rights, x, v, word, _):
        """Is there another withdrawal, beyond whose cut x gave the right to this?"""
        if x in self.settled:
            return False
        return any(y == x and u != v and right != "own" and self.grants(x, u)
                   and self.hides(x, u, other, v) and not self.hides(x, v, word, u)
                   for y, u, other, right in rights)

    def grants(self, x, v):
        """The words by which x itself gives v a right to withdraw it."""
        return [w for u in self.wide.line(v) for w in self.said.get((x, u), ())
                if w.says.inviter or (self.rotated(w) and not w.says.withdrawn)]

    def hides(self, x, v, word, other):
        """Do the cuts of v's word hide all by which x gives the other a right?"""
        seen = [(cut.log_id, cut.n) for cut in word.says.cuts]
        seen += [(w.log_id, w.n) for w in self.grants(x, v)]
        words = self.grants(x, other)
        return bool(words) and not any(
            w.log_id == log_id and w.n <= n for w in words for log_id, n in seen)

    def find_lapsed(self):
        for (v, x), word in self.wide.last.items():
            if (x in self.lapsed and word.says.withdrawn
                    and self.wide.roles.get(v, 0) & INTRODUCES):
                self.add_cuts(word)

    def add_cuts(self, word):
        for cut in word.says.cuts:
            place = word.says.key, cut.log_id
            self.cuts[place] = max(cut.n, self.cuts.get(place, 0))

    def called(self, view):
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
