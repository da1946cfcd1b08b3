"""What tests/e2e/81-evidence.sh writes and checks: dat.bcg (Colditz et al. 1994)
as trials of one lineage, and the pooled log risk ratios of its thirteen studies.

    evidence.py trials NODE                 a publication with the node's trials
    evidence.py rest NODE ROOT IND IDS      and with what was measured in them
    evidence.py table                       the same as a table
    evidence.py mixed                       trials of every kind
    evidence.py mixed-rest IDS              and what was measured in them
    evidence.py mixed-names                 what each of these is called
    evidence.py near REPORT WITH WITHOUT MD what stands in the first pool
    evidence.py excluded REPORT             what is left out, and why
    evidence.py check WHICH REPORT          compare a report with the reference
    evidence.py get REPORT PATH             one value of a report
"""
import json
import sys

# author and year, tpos, tneg, cpos, cneg, allocation
BCG = [
    ("Aronson 1948", 4, 119, 11, 128, "random"),
    ("Ferguson & Simes 1949", 6, 300, 29, 274, "random"),
    ("Rosenthal et al 1960", 3, 228, 11, 209, "random"),
    ("Hart & Sutherland 1977", 62, 13536, 248, 12619, "random"),
    ("Frimodt-Moller et al 1973", 33, 5036, 47, 5761, "alternate"),
    ("Stein & Aronson 1953", 180, 1361, 372, 1079, "alternate"),
    ("Vandiviere et al 1973", 8, 2537, 10, 619, "random"),
    ("TPT Madras 1980", 505, 87886, 499, 87892, "random"),
    ("Coetzee & Berjak 1968", 29, 7470, 45, 7232, "random"),
    ("Rosenthal et al 1961", 17, 1699, 65, 1600, "systematic"),
    ("Comstock et al 1974", 186, 50448, 141, 27197, "systematic"),
    ("Comstock & Webster 1969", 5, 2493, 3, 2338, "systematic"),
    ("Comstock et al 1976", 27, 16886, 29, 17825, "systematic"),
]
SITES = [
    ("dk-791", "Viborg"), ("no-5501", "Tromsø"), ("fi-564", "Oulu"),
    ("dk-482", "Langeland"), ("no-4601", "Bergen"), ("fi-297", "Kuopio"),
    ("dk-316", "Holbæk"), ("no-0301", "Oslo"), ("fi-091", "Helsinki"),
    ("dk-217", "Helsingør"), ("no-5001", "Trondheim"), ("fi-837", "Tampere"),
    ("dk-840", "Rebild"),
]
# The first two are entered with the commands.
NODES = {"a": [3, 6, 9, 12], "b": [4, 7, 10], "c": [2, 5, 8, 11]}

REFERENCE = {
    "ee-z": (-0.4302851637, 0.0404987517, -0.5096612584, -0.3509090689,
             None, None, 0, 92.1173),
    "dl-z": (-0.7141172221, 0.1787420895, -1.0644452801, -0.3637891641,
             -1.8581537527, 0.4299193086, 0.3087602629, 92.1173),
    "dl-hk": (-0.7141172221, 0.1806966283, -1.1078213542, -0.3204130900,
              -1.9872069634, 0.5589725193, 0.3087602629, 92.1173),
    "reml-z": (-0.7145323422, 0.1797815161, -1.0668976388, -0.3621670455,
               -1.8666922179, 0.4376275336, 0.3132432581, 92.2214),
    "reml-hk": (-0.7145323422, 0.1807917441, -1.1084437137, -0.3206209706,
                -1.9960168342, 0.5669521499, 0.3132432581, 92.2214),
}


def design(i):
    return ("DESIGN_RANDOMISED" if BCG[i][5] == "random"
            else "DESIGN_COMPARISON_POST")


def trial(i):
    org, name = SITES[i]
    return {"trial": {
        "title": BCG[i][0], "summary": "One arm of dat.bcg.",
        "sector": ["SECTOR_HEALTH"], "design": design(i),
        "sites": [{"id": org, "name": name}]}}


def observation(i, own, indicator, arm, events, others):
    return {"observation": {
        "trial": {"id": own}, "indicator": {"id": indicator}, "arm": arm,
        "occasion": "OCCASION_FOLLOW_UP", "smallCountConfirmed": True,
        "period": {"start": "%s-12-31" % BCG[i][0].split()[-1]},
        "binary": {"events": events, "total": events + others}}}


def rest(node, root, indicator, ids):
    for i, own in zip(NODES[node], ids):
        _, tpos, tneg, cpos, cneg, _ = BCG[i]
        yield {"adaptation": {
            "fromTrial": {"id": root}, "toTrial": {"id": own},
            "fidelity": "FIDELITY_CONSISTENT"}}
        yield observation(i, own, indicator, "ARM_TRIAL", tpos, tneg)
        yield observation(i, own, indicator, "ARM_COMPARISON", cpos, cneg)


def write(bodies):
    json.dump({"record": [{"body": body} for body in bodies]}, sys.stdout)


def table():
    print("study,site,design,e1,n1,e2,n2,origin")
    for i, (study, tpos, tneg, cpos, cneg, _) in enumerate(BCG):
        print('"%s",%s,%s,%d,%d,%d,%d,%s' % (
            study, SITES[i][0], design(i)[7:].lower(), tpos, tpos + tneg,
            cpos, cpos + cneg, "yes" if i == 0 else "no"))


# Hours a week, as means: what each trial of the second family is there for, its
# municipality, and what is out of the ordinary.
MIXED = [
    ("origin", "dk-791", {}),
    ("plain", "no-5501", {}),
    ("mapped", "fi-564", {"indicator": "mapped"}),
    ("unit", "fi-297", {"indicator": "unit"}),
    ("unlike", "dk-482", {"fidelity": "FIDELITY_INCONSISTENT"}),
    ("early", "dk-316", {"verdict": "VERDICT_TOO_EARLY"}),
    ("again", "no-5501", {"day": "2021-06-30"}),
    ("nosd", "dk-217", {"sd": None}),
    ("shared", "no-0301", {}),
    ("reported", "no-4601", {"transcribed": True}),
    ("joint", None, {}),
    ("member", "dk-840", {}),
]
INDICATORS = [
    {"code": "dk-791:hours", "name": "Timer", "unit": "timer",
     "polarity": "POLARITY_LOWER_BETTER"},
    {"code": "sotkanet:77", "name": "Tunnit", "unit": "timer",
     "polarity": "POLARITY_LOWER_BETTER"},
    {"code": "dk-791:hours", "name": "Minutter", "unit": "minutter",
     "polarity": "POLARITY_LOWER_BETTER"},
]


def mixed():
    for name, org, odd in MIXED:
        sites = [{"id": org}] if org else [{"id": "dk-840"}, {"id": "dk-101"}]
        body = {"trial": {
            "title": name, "summary": "For tests.",
            "sector": ["SECTOR_ELDER_CARE"], "sites": sites,
            "design": "DESIGN_COMPARISON_POST",
            "period": {"start": "2020-01-01", "end": "2021-12-31"}}}
        if odd.get("transcribed"):
            body["envelope"] = {"transcribed": True}
        yield body
    for indicator in INDICATORS:
        yield {"indicator": indicator}


def means(own, indicator, arm, mean, odd, site):
    value = {"n": 50, "mean": mean, "sd": odd.get("sd", 2.0)}
    if value["sd"] is None:
        del value["sd"]
    body = {
        "trial": {"id": own}, "indicator": {"id": indicator}, "arm": arm,
        "occasion": "OCCASION_FOLLOW_UP", "continuous": value,
        "period": {"start": odd.get("day", "2020-12-31")}}
    if site:
        body["site"] = {"id": site}
    return {"observation": body}


def mixed_rest(ids):
    trials, indicators = ids[:len(MIXED)], ids[len(MIXED):]
    yield {"term": {
        "concept": "hours", "prefLabel": [{"language": "en", "text": "Hours"}],
        "exactMatch": ["dk-791:hours", "sotkanet:77"]}}
    for i, (own, (name, _, odd)) in enumerate(zip(trials, MIXED)):
        if i > 0:
            yield {"adaptation": {
                "fromTrial": {"id": trials[0]}, "toTrial": {"id": own},
                "fidelity": odd.get("fidelity", "FIDELITY_CONSISTENT")}}
        which = {"mapped": 1, "unit": 2}.get(odd.get("indicator"), 0)
        where = "dk-461" if name in ("origin", "shared") else None
        yield means(own, indicators[which], "ARM_TRIAL", 10.0 + i, odd, None)
        yield means(own, indicators[which], "ARM_COMPARISON", 12.0 + i, odd,
                    where)
        if "verdict" in odd:
            yield {"experience": {
                "trial": {"id": own}, "stage": "STAGE_FINAL",
                "verdict": odd["verdict"], "whatWorked": "nothing",
                "whatDidNot": "nothing", "conditions": [{"text": "alle"}]}}


def mixed_names():
    """One name a record of mixed_rest, in its order."""
    for body in mixed_rest([str(i) for i in range(len(MIXED) + len(INDICATORS))]):
        kind, record = next(iter(body.items()))
        if kind == "observation":
            arm = record["arm"].split("_")[-1].lower()
            print("%s.%s" % (MIXED[int(record["trial"]["id"])][0], arm))
        else:
            print(kind)


def converted(path, with_, without, difference):
    """Is there a study of these means, and one of this difference?"""
    with open(path) as file:
        effects = json.load(file)["pool"][0]["effect"]
    means_ = [(e["study"]["after"]["mean"], e["study"]["comparison"]["mean"])
              for e in effects if "after" in e["study"]]
    ready = [e["study"]["estimate"] for e in effects if "estimate" in e["study"]]
    print(means_, ready)
    return 0 if any(near(a, with_, 1e-12) and near(b, without, 1e-12)
                    for a, b in means_) and any(
        near(e["estimate"], difference, 1e-12) and near(e["se"], 0.1, 1e-12)
        for e in ready) else 1


def excluded(path):
    """Why what is left out, by the last two figures of its mean."""
    with open(path) as file:
        pools = json.load(file)["pool"]
    for effect in pools[0].get("excluded", []):
        mean = effect["study"].get("after", {}).get("mean", 0)
        print(MIXED[int(mean) - 10][0], effect["reason"])


def near(got, wanted, tolerance):
    return (got is None) == (wanted is None) and (
        got is None or abs(got - wanted) <= tolerance)


def check(which, path):
    with open(path) as file:
        pool = json.load(file)["pool"][0]
    pooled = pool["pooled"]
    names = ("estimate", "se", "ciLow", "ciHigh", "piLow", "piHigh")
    wanted = REFERENCE[which]
    bad = []
    for name, value in zip(names, wanted):
        if value is None:
            continue
        if not near(pooled.get(name), value, 1e-6 * max(1, abs(value))):
            bad.append((name, pooled.get(name), value))
    if not near(pooled["tau2"], wanted[6], 1e-5 * max(1, wanted[6])):
        bad.append(("tau2", pooled["tau2"], wanted[6]))
    if not near(pooled["i2"], wanted[7], 1e-3):
        bad.append(("i2", pooled["i2"], wanted[7]))
    if pooled["k"] != 13 or pool["pool"] != "with" or pool["measure"] != "rr":
        bad.append(("k, pool, measure", pooled["k"], pool["pool"]))
    print(bad)
    return 1 if bad else 0


def get(path, names):
    with open(path) as file:
        value = json.load(file)
    for name in names.split("."):
        value = value[int(name)] if name.lstrip("-").isdigit() else \
            value.get(name, "") if isinstance(value, dict) else ""
    print(value if isinstance(value, str) else json.dumps(value))


def main(args):
    if args[0] == "trials":
        write(trial(i) for i in NODES[args[1]])
    elif args[0] == "rest":
        write(rest(args[1], args[2], args[3], args[4:]))
    elif args[0] == "mixed":
        write(mixed())
    elif args[0] == "mixed-rest":
        write(mixed_rest(args[1:]))
    elif args[0] == "mixed-names":
        mixed_names()
    elif args[0] == "near":
        return converted(args[1], *(float(word) for word in args[2:]))
    elif args[0] == "excluded":
        excluded(args[1])
    elif args[0] == "table":
        table()
    elif args[0] == "check":
        return check(args[1], args[2])
    elif args[0] == "get":
        get(args[1], args[2])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
