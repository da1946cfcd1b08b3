#!/usr/bin/python3
"""Pool published and drawn studies once more, by the formulas alone, and hold
erfa evidence --table against it.

Nothing here is shared with the code under test: REML is searched on a fine grid
and then by golden section on the restricted likelihood itself, quantiles are found
by halving on series and continued fractions of the distributions.  The data are
those of the studies named; the numbers are facts, typed from their tables.
"""
# timeout: 300

import json
import math
import os
import random
import subprocess
import sys
import tempfile

from stage import Checks

ERFA = os.path.join(os.environ.get("B", "build"), "erfa")
check = Checks()
rng = random.Random(1994)

# Events per 100 person-years: stroke and warfarin (Hart et al. 1999).
HART = [(9, 413, 19, 398), (8, 263, 19, 245), (3, 487, 13, 435),
        (6, 237, 9, 241), (7, 489, 23, 483), (20, 507, 50, 405)]
# Events of units: magnesium and infarction (Li et al. 2007).
LI = [(1, 40, 2, 36), (4, 56, 14, 74), (2, 92, 7, 93), (1, 48, 1, 46),
      (1, 25, 3, 23), (1, 50, 9, 53), (6, 81, 11, 81), (10, 150, 8, 148),
      (2, 21, 4, 25), (90, 1150, 118, 1150), (5, 125, 12, 102),
      (4, 130, 8, 122), (4, 96, 17, 98), (2216, 29011, 2103, 29039),
      (3, 40, 3, 38), (1, 31, 0, 30), (6, 169, 18, 181), (475, 3113, 472, 3100),
      (2, 50, 10, 50), (0, 75, 1, 75), (101, 1691, 134, 1488), (1, 89, 3, 91)]
# Units, means, deviations: days in hospital (Normand 1999); tau2 is near 685.
NORMAND = [(155, 55, 47, 156, 75, 64), (31, 27, 7, 32, 29, 4),
           (75, 64, 17, 71, 119, 29), (18, 66, 20, 18, 137, 48),
           (8, 14, 8, 13, 18, 11), (57, 19, 7, 52, 18, 4),
           (34, 52, 45, 33, 41, 34), (110, 21, 16, 183, 31, 27),
           (60, 30, 27, 52, 23, 20)]
# Ready-made: what teachers expect (Raudenbush 1985), passive smoking (Hackshaw
# et al. 1997, logarithms of odds ratios).
RAUDENBUSH = [(0.03, 0.0156), (0.12, 0.0216), (-0.14, 0.0279), (1.18, 0.1391),
              (0.26, 0.1362), (-0.06, 0.0106), (-0.02, 0.0106), (-0.32, 0.0484),
              (0.27, 0.0269), (0.8, 0.063), (0.54, 0.0912), (0.18, 0.0497),
              (-0.02, 0.0835), (0.23, 0.0841), (-0.18, 0.0253), (-0.06, 0.0279),
              (0.3, 0.0193), (0.07, 0.0088), (-0.07, 0.0303)]
HACKSHAW = [(0.1655, 0.0188), (0.3716, 0.033), (0.7031, 0.5402), (0.1823, 0.0313),
            (-0.2877, 0.0797), (0.7275, 0.2273), (0.7561, 0.0889),
            (-0.2231, 0.1927), (-0.2357, 0.339), (0.6981, 0.0981), (0.207, 0.0456),
            (0.1823, 0.2317), (0.4187, 0.0796), (0.0296, 0.2174), (0.4383, 0.077)]


# ---- effects -----------------------------------------------------------------


def rate_ratio(a, t1, c, t2):
    if a == 0 or c == 0:
        a, c = a + 0.5, c + 0.5
    return math.log(a / t1 * t2 / c), 1 / a + 1 / c


def risk(measure, a, n1, c, n2):
    zero = a == 0 or c == 0 or a == n1 or c == n2
    y = a / n1 - c / n2
    if zero:
        a, c, n1, n2 = a + 0.5, c + 0.5, n1 + 1, n2 + 1
    b, d = n1 - a, n2 - c
    if measure == "or":
        return math.log(a * d / b / c), 1 / a + 1 / b + 1 / c + 1 / d
    if measure == "rr":
        return math.log(a / n1 * n2 / c), 1 / a - 1 / n1 + 1 / c - 1 / n2
    return y, a * b / n1 ** 3 + c * d / n2 ** 3


def means(measure, n1, m1, s1, n2, m2, s2):
    if measure == "md":
        return m1 - m2, s1 * s1 / n1 + s2 * s2 / n2
    df = n1 + n2 - 2
    spread = math.sqrt(((n1 - 1) * s1 * s1 + (n2 - 1) * s2 * s2) / df)
    j = math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2)
    y = j * (m1 - m2) / spread
    return y, 1 / n1 + 1 / n2 + y * y / 2 / (n1 + n2)


# ---- distributions -----------------------------------------------------------


def halve(function, wanted, low, high):
    """Where a function that rises is what is wanted."""
    for _ in range(300):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < wanted else (low, middle)
    return (low + high) / 2


def chi2_below(x, df):
    a, x = df / 2, x / 2
    if x <= 0:
        return 0.0
    term = total = 1 / a
    n = a
    while term > total * 1e-17:
        n += 1
        term *= x / n
        total += term
    return min(1.0, total * math.exp(a * math.log(x) - x - math.lgamma(a)))


def beta_below(x, a, b):
    """Incomplete beta, by Lentz' continued fraction."""
    if x <= 0 or x >= 1:
        return float(x > 0)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_below(1 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) +
                     a * math.log(x) + b * math.log1p(-x)) / a
    value = c = 1.0
    d = 0.0
    for i in range(400):
        m = i // 2
        if i == 0:
            part = 1.0
        elif i % 2 == 0:
            part = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            part = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / (1 + part * d)
        c = 1 + part / c
        value *= c * d
    return front * (value - 1)


def quantile(df):
    """Of 97.5 per cent: of t, or of the normal distribution for 0."""
    if df == 0:
        return halve(lambda x: 0.5 + math.erf(x / math.sqrt(2)) / 2, 0.975, 0, 40)
    return halve(lambda x: 1 - beta_below(df / (df + x * x), df / 2, 0.5) / 2,
                 0.975, 0, 1000)


# ---- pooling -----------------------------------------------------------------


def at(studies, tau2):
    weights = [1 / (v + tau2) for _, v in studies]
    total = math.fsum(weights)
    mu = math.fsum(w * y for w, (y, _) in zip(weights, studies)) / total
    q = math.fsum(w * (y - mu) ** 2 for w, (y, _) in zip(weights, studies))
    return mu, total, q, weights


def likelihood(studies, tau2):
    _, total, q, weights = at(studies, tau2)
    return (math.fsum(math.log(w) for w in weights) - math.log(total) - q) / 2


def reml(studies):
    """The highest of all tops, on a grid and then by golden section."""
    spread = max(y for y, _ in studies) - min(y for y, _ in studies)
    least = min(v for _, v in studies) / 1e4
    most = 100 * max(spread * spread, max(v for _, v in studies))
    grid = [0.0] + [least * (most / least) ** (i / 600) for i in range(601)]
    heights = [likelihood(studies, x) for x in grid]
    best = heights.index(max(heights))
    low, high = grid[max(0, best - 1)], grid[min(600, best + 1)]
    golden = (math.sqrt(5) - 1) / 2
    for _ in range(120):
        a, b = high - golden * (high - low), low + golden * (high - low)
        if likelihood(studies, a) < likelihood(studies, b):
            low = a
        else:
            high = b
    # Golden section finds the place to half the digits; the slope, all.
    def slope(tau2):
        mu, total, _, weights = at(studies, tau2)
        return math.fsum(w * w for w in weights) / total - math.fsum(weights) + \
            math.fsum((w * (y - mu)) ** 2 for w, (y, _) in zip(weights, studies))
    wide = 1e-4 * (low + high) + 1e-300
    if low > wide and slope(low - wide) > 0 > slope(high + wide):
        return halve(lambda x: -slope(x), 0, low - wide, high + wide)
    top = (low + high) / 2
    return 0.0 if likelihood(studies, 0) >= likelihood(studies, top) else top


def dl(studies):
    _, total, q, weights = at(studies, 0)
    c = total - math.fsum(w * w for w in weights) / total
    return max(0.0, (q - len(studies) + 1) / c)


def profile(studies, p):
    """The tau2 at which the generalised Q is the quantile p of chi squared."""
    df = len(studies) - 1
    wanted = halve(lambda x: chi2_below(x, df), p, 0, 40 * df + 400)
    if at(studies, 0)[2] <= wanted:
        return 0.0
    high = 1.0
    while at(studies, high)[2] > wanted:
        high *= 2
    return halve(lambda x: -at(studies, x)[2], -wanted, 0, high)


def pool(studies, method, interval):
    k = len(studies)
    tau2 = {"reml": reml, "dl": dl, "ee": lambda _: 0.0}[method](studies)
    mu, total, q, _ = at(studies, tau2)
    _, total0, q0, weights0 = at(studies, 0)
    se = math.sqrt(1 / total)
    if interval == "hk":
        se *= math.sqrt(max(1.0, q / (k - 1)))
    t = quantile(k - 1 if interval == "hk" else 0)
    result = {"k": k, "estimate": mu, "se": se, "ciLow": mu - t * se,
              "ciHigh": mu + t * se, "tau2": tau2, "q": q0}
    s2 = (k - 1) * total0 / (total0 ** 2 - math.fsum(w * w for w in weights0))
    if method == "ee":
        result["i2"] = max(0.0, 100 * (q0 - k + 1) / q0) if q0 > 0 else 0.0
        return result
    result["i2"] = 100 * tau2 / (tau2 + s2)
    result["tau2Low"] = profile(studies, 0.975)
    result["tau2High"] = profile(studies, 0.025)
    if k > 2:
        half = t * math.sqrt(tau2 + se * se)
        result["piLow"], result["piHigh"] = mu - half, mu + half
    return result


# ---- against erfa ------------------------------------------------------------

TOLERANCE = {"k": 0, "tau2": 1e-5, "tau2Low": 1e-5, "tau2High": 1e-5, "i2": 1e-3}


def erfa(path, measure, method, interval):
    done = subprocess.run(
        [ERFA, "evidence", "--table", path, "--measure", measure, "--method",
         method, "--ci", interval, "--json", "--quiet"],
        check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["pool"][0]["pooled"]


def hold(name, head, rows, measure, studies):
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        print(head, file=file)
        for row in rows:
            print(",".join(repr(cell) for cell in row), file=file)
        file.flush()
        bad = []
        for method, interval in (("reml", "hk"), ("reml", "z"), ("dl", "hk"),
                                 ("dl", "z"), ("ee", "z")):
            got = erfa(file.name, measure, method, interval)
            for field, wanted in pool(studies, method, interval).items():
                most = TOLERANCE.get(field, 1e-6) * max(1, abs(wanted))
                if field not in got or abs(got[field] - wanted) > most:
                    bad.append((method, interval, field, got.get(field), wanted))
    check("%s, %s" % (name, measure), lambda: str(bad) if bad else True)


def ready(name, studies):
    hold(name, "yi,vi", studies, "md", studies)


def drawn():
    """Few and many, alike and unlike, some with variances far apart."""
    for i in range(10):
        k = rng.choice((2, 2, 3, 4, 7, 12, 25))
        wide = rng.choice((0.1, 1, 3))
        tau = rng.choice((0, 0, 0.03, 0.5, 30))
        studies = []
        for _ in range(k):
            v = math.exp(rng.gauss(-2, wide))
            studies.append((rng.gauss(0.3, math.sqrt(v + tau * tau)), v))
        ready("drawn %d: k = %d, tau %g" % (i, k, tau), studies)


def main():
    hold("Hart 1999", "e1,t1,e2,t2", HART, "irr", [rate_ratio(*x) for x in HART])
    for measure in ("rr", "or", "rd"):
        hold("Li 2007", "e1,n1,e2,n2", LI, measure, [risk(measure, *x) for x in LI])
    for measure in ("md", "smd"):
        hold("Normand 1999", "n1,m1,sd1,n2,m2,sd2", NORMAND, measure,
             [means(measure, *x) for x in NORMAND])
    ready("Raudenbush 1985", RAUDENBUSH)
    ready("Hackshaw 1997", HACKSHAW)
    # The restricted likelihood of these has two tops, tau2 = 0 and another.
    ready("two tops", [(0, 0.001), (0.02, 0.001), (3, 1), (-3, 1), (4, 1), (-4.5, 1)])
    ready("all equal", [(0.3, 0.1), (0.3, 0.2), (0.3, 0.05)])
    ready("one that says nothing", [(0.1, 0.01), (0.4, 0.02), (5e3, 1e9)])
    ready("far apart", [(-3e4, 1.0), (5e4, 2.0), (1e5, 0.5), (0.0, 1.0)])
    drawn()
    sys.exit(check.bad)


if __name__ == "__main__":
    main()
