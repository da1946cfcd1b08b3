#!/usr/bin/python3
"""How well does `erfa find` answer the questions people have?

Usage: measure.py [--table] [--with WHAT] SOCKET MADE...
       measure.py --brief NAME SOCKET MADE...

SOCKET is that of a node which has imported tests/corpus/trials.jsonl, the seven
others those of nodes with made_trials.jsonl, made_later_trials.jsonl,
made_last_trials.jsonl, and made_fourth_trials.jsonl to made_seventh_trials.jsonl.
Prints one line a check in the protocol of tests/run; with --table, also the rank of
every expected trial and what was found instead; with --brief, only a line of means
under NAME.  WHAT the nodes have besides is told in the name of each check.

Each question is asked in the language of whoever asks, ten hits at most.  A trial of
`first` is worth 2, one of `also` 1.  nDCG@10 discounts by log2(rank + 1) and divides
by the best order possible; recall@10 counts what of both lists is among the ten; the
reciprocal rank is that of the first hit of `first`.  A question without an answer is
worth 1 if nothing was found, else 0.

Both baselines read the same texts (every word of a corpus line but ids and addresses)
and any of the words typed may match: BM25 with k1 = 1.2 and b = 0.75 over words in
lower case, and FTS5 with its own tokenizer, which takes accents off, and its bm25().
"""

import argparse
import collections
import json
import math
import re
import sqlite3
import subprocess
import sys

CORPUS = "tests/corpus/trials.jsonl"
GIVEN = "tests/corpus/relevance.json"
HERE = "tests/relevance/"
# Whose, title, questions, and the trials they are about.
SETS = (("users'", "needs", HERE + "needs.jsonl", CORPUS),
        ("later", "later", HERE + "later.jsonl", CORPUS),
        ("unseen", "unseen", HERE + "unseen.jsonl", CORPUS),
        ("made-up", "made up", HERE + "made.jsonl", HERE + "made_trials.jsonl"),
        ("later made-up", "made up later", HERE + "made_later.jsonl",
         HERE + "made_later_trials.jsonl"),
        ("last made-up", "made up last", HERE + "made_last.jsonl",
         HERE + "made_last_trials.jsonl"),
        ("fourth made-up", "made up fourth", HERE + "made_fourth.jsonl",
         HERE + "made_fourth_trials.jsonl"),
        ("fifth made-up", "made up fifth", HERE + "made_fifth.jsonl",
         HERE + "made_fifth_trials.jsonl"),
        ("sixth made-up", "made up sixth", HERE + "made_sixth.jsonl",
         HERE + "made_sixth_trials.jsonl"),
        ("seventh made-up", "made up seventh", HERE + "made_seventh.jsonl",
         HERE + "made_seventh_trials.jsonl"))
# What recall@10 must be where a vocabulary that has not seen a set has less than 0.80.
RECALL = {"seventh made-up": 0.75}
TOP = 10
BESIDES = ""
WORD = re.compile(r"\w+")


def read_lines(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_given(path):
    with open(path, encoding="utf-8") as whole:
        return json.load(whole)


def texts_of(value, key=None):
    """Every text in a corpus line that says something."""
    if isinstance(value, str):
        if key not in ("id", "url", "municipality_code"):
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item, key)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from texts_of(item, name)


# ---- the three that are compared


class Erfa:
    name = "erfa"

    def __init__(self, socket):
        self.socket = socket

    def find(self, query, lang):
        done = subprocess.run(
            ["erfa", "--socket", self.socket, "find", "--json", "--lang", lang,
             "--limit", str(TOP), "--", query],
            capture_output=True, check=False, text=True, timeout=60)
        if done.returncode != 0:
            raise SystemExit(f"erfa find {query!r}: {done.stderr}")
        answer = json.loads(done.stdout)
        rows = answer.get("row", [])
        if rows:
            # Behind what fits, people are shown what is merely near to it.
            rows = (rows + answer.get("near", []))[:TOP]
        return [row["externalId"].rsplit(":", 1)[-1] for row in rows]


class Bm25:
    name = "BM25"

    def __init__(self, docs):
        self.docs = {
            name: collections.Counter(WORD.findall(text.lower()))
            for name, text in docs.items()}
        self.mean = sum(c.total() for c in self.docs.values()) / len(docs)
        self.df = collections.Counter(
            word for counts in self.docs.values() for word in counts)

    def score(self, counts, words):
        total = 0.0
        for word in words:
            if counts[word] == 0:
                continue
            rare = math.log(1 + (len(self.docs) - self.df[word] + 0.5) /
                            (self.df[word] + 0.5))
            norm = 0.25 + 0.75 * counts.total() / self.mean
            total += rare * counts[word] * 2.2 / (counts[word] + 1.2 * norm)
        return total

    def find(self, query, lang):
        del lang
        words = WORD.findall(query.lower())
        scored = [(-self.score(counts, words), name)
                  for name, counts in self.docs.items()]
        return [name for score, name in sorted(scored) if score < 0][:TOP]


class Fts5:
    name = "FTS5"

    def __init__(self, docs):
        self.base = sqlite3.connect(":memory:")
        self.base.execute("CREATE VIRTUAL TABLE docs USING fts5(name UNINDEXED, text)")
        self.base.executemany("INSERT INTO docs VALUES (?, ?)", docs.items())

    def find(self, query, lang):
        del lang
        words = " OR ".join(f'"{word}"' for word in WORD.findall(query))
        return [row[0] for row in self.base.execute(
            "SELECT name FROM docs WHERE text MATCH ? ORDER BY bm25(docs), name "
            "LIMIT ?", (words, TOP))]


# ---- measures


def gain(question, name):
    return 2 if name in question["first"] else int(name in question["also"])


def ndcg(question, hits):
    best = [2] * len(question["first"]) + [1] * len(question["also"])
    if not best:
        return float(not hits)
    got = [gain(question, name) for name in hits]

    def discounted(gains):
        return sum(g / math.log2(i + 2) for i, g in enumerate(gains[:TOP]))

    return discounted(got) / discounted(best)


def recall(question, hits):
    wanted = question["first"] + question["also"]
    if not wanted:
        return float(not hits)
    return sum(name in wanted for name in hits) / min(len(wanted), TOP)


def reciprocal(question, hits):
    if not question["first"]:
        return float(not hits)
    for i, name in enumerate(hits):
        if name in question["first"]:
            return 1 / (i + 1)
    return 0.0


MEASURES = (("nDCG@10", ndcg), ("recall@10", recall), ("MRR", reciprocal))


def show(question, hits):
    """The rank of everything that was expected, and what else came."""
    print(f"# {question['lang']}: {question['q']}   nDCG {ndcg(question, hits):.3f}")
    for part in ("first", "also"):
        for name in question[part]:
            rank = hits.index(name) + 1 if name in hits else "-"
            print(f"#   {part:5}  {rank:>2}  {name}")
    for i, name in enumerate(hits):
        if gain(question, name) == 0:
            print(f"#   other  {i + 1:>2}  {name}")


def compare(title, questions, engines, table):
    """Ask all; return {engine: {measure: mean}} and erfa's hits."""
    means, found = {}, []
    print(f"# {title}: {len(questions)} questions")
    for engine in engines:
        hits = [engine.find(q["q"], q["lang"]) for q in questions]
        found = found or hits
        means[engine.name] = {
            name: sum(map(measure, questions, hits)) / len(questions)
            for name, measure in MEASURES}
        print(f"#   {engine.name:6}" + "".join(
            f"  {name} {value:.3f}" for name, value in means[engine.name].items()))
    if table:
        for question, hits in zip(questions, found):
            show(question, hits)
    return means, found


def check(name, good, why):
    name += BESIDES
    print(f"ok {name}" if good else f"not ok {name}: {why}")
    return good


def check_given(questions, means, found):
    late = [q["q"] for q, hits in zip(questions, found)
            if not set(q["first"]) & set(hits[:3])]
    expected = missed = 0
    for question, hits in zip(questions, found):
        wanted = question["first"] + question["also"]
        out = [name for name in wanted if name not in hits]
        # Of more than ten, ten are all that fit.
        out = out[:max(0, min(len(wanted), TOP) - (len(wanted) - len(out)))]
        expected += min(len(wanted), TOP)
        missed += len(out)
        for name in out:
            print(f"#   missed: {name} ({question['q']})")
    best = max(means[name]["nDCG@10"] for name in ("BM25", "FTS5"))
    ours = means["erfa"]["nDCG@10"]
    return all([
        check("a trial that must come first is among the first three", not late,
              "; ".join(late)),
        check("at most one expected trial of twenty is missed",
              missed <= expected * 0.05, f"{missed} of {expected}"),
        check("given questions: nDCG@10 is 0.85", ours >= 0.85, f"{ours:.3f}"),
        check("given questions: well above both baselines",
              ours >= best + 0.15 or ours >= 0.95, f"{ours:.3f}, {best:.3f}"),
    ])


def check_needs(whose, means):
    ours = means["erfa"]
    least = RECALL.get(whose, 0.80)
    return all([
        check(f"{whose} questions: nDCG@10 is 0.70", ours["nDCG@10"] >= 0.70,
              f"{ours['nDCG@10']:.3f}"),
        check(f"{whose} questions: recall@10 is {least:.2f}",
              ours["recall@10"] >= least, f"{ours['recall@10']:.3f}"),
    ])


def brief(name, sockets):
    """One line of means of nDCG@10 and recall@10, set by set."""
    line = f"#   {name:10}"
    sets = [("given", read_given(GIVEN), CORPUS)]
    sets += [(title, read_lines(path), trials) for _, title, path, trials in SETS]
    for title, questions, trials in sets:
        erfa = Erfa(sockets[trials])
        hits = [erfa.find(q["q"], q["lang"]) for q in questions]
        means = [sum(map(measure, questions, hits)) / len(questions)
                 for measure in (ndcg, recall)]
        line += f"  {title} {means[0]:.3f}/{means[1]:.3f}"
    print(line)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--brief")
    parser.add_argument("--with", dest="besides")
    parser.add_argument("sockets", nargs=8)
    args = parser.parse_args()
    if args.besides:
        global BESIDES
        BESIDES = ", with " + args.besides
    sockets = dict(zip((CORPUS, HERE + "made_trials.jsonl",
                        HERE + "made_later_trials.jsonl",
                        HERE + "made_last_trials.jsonl",
                        HERE + "made_fourth_trials.jsonl",
                        HERE + "made_fifth_trials.jsonl",
                        HERE + "made_sixth_trials.jsonl",
                        HERE + "made_seventh_trials.jsonl"), args.sockets))
    if args.brief:
        brief(args.brief, sockets)
        return 0
    engines = {}
    for trials, socket in sockets.items():
        docs = {line["id"]: "\n".join(texts_of(line))
                for line in read_lines(trials)}
        engines[trials] = (Erfa(socket), Bm25(docs), Fts5(docs))
    given = read_given(GIVEN)
    good = check_given(
        given, *compare("given", given, engines[CORPUS], args.table))
    for whose, title, path, trials in SETS:
        good &= check_needs(whose, compare(
            title, read_lines(path), engines[trials], args.table)[0])
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
