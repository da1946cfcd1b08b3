#!/usr/bin/python3
"""What others notice while one connection asks hostile questions.

Usage: hostile_words.py SOCKET SECONDS BOUND_MS
In turn: an idle node; one connection that asks hostile questions, one after the
other; one that sends them by the dozen.  Each time another connection asks small
things, and the times that it waits are printed.  With BOUND_MS above 0 their
99th percentile must not be higher by more than that, in the best of three rounds:
what else the machine does meanwhile makes them wait, too.
"""

import multiprocessing
import sys
import time

from proto import control_pb2

from peer import Checks, Control, SLOW, Silence

CHECKS = Checks()
HERE = b"HERE"  # is replaced by bytes that no text may hold


def find(*words):
    """The bytes of a request."""
    return control_pb2.Request(
        version=1, req=1, lang="da",
        find=control_pb2.FindRequest(word=list(words))).SerializeToString()


QUESTIONS = {
    "ten thousand words": find(" ".join(f"ord{i}" for i in range(10000))),
    "ten thousand known words": find(" ".join(
        ("kommune", "skole", "borger", "hjemmepleje", "børn")[i % 5] + "s" * (i % 3)
        for i in range(10000))),
    "ten thousand arguments": find(*(f"ord{i}" for i in range(10000))),
    "only stop words": find(*"og i at det er en til på som for af med".split() * 500),
    "only wildcards": find(*["*"] * 5000),
    "a letter and a star": find(*[f"{c}*" for c in "abcdefghijklmnopqrstuvw"]),
    "controls": find("".join(map(chr, range(1, 32))) * 200),
    "not UTF-8": find("HERE" * 1000).replace(HERE, b"\xff\xfe\xc3\x28"),
    "without anything": find(*["-plan", "-skole", "-kommune"] * 500),
    "long phrases": find(*['"' + " ".join(["kommune"] * 500) + '"'] * 20),
    "one long word": find("q" * 60000),
}


def receive(control):
    """An answer may be too strange to be read: that it came is what counts."""
    if not control.socket.poll(int(30 * SLOW * 1000)):
        raise Silence("erfad does not answer")
    return control_pb2.Answer.FromString(control.socket.recv())


def attack(path, outstanding, stop):
    """Ask hostile questions until told to stop, so many at a time."""
    control = Control(path)
    frames = list(QUESTIONS.values())
    asked = 0
    while not stop.is_set():
        for i in range(outstanding):
            control.socket.send(frames[(asked + i) % len(frames)])
        for _ in range(outstanding):
            receive(control)
        asked += outstanding


def small(path, seconds):
    """How long small questions take, in ms, sorted."""
    control = Control(path)
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begin = time.monotonic()
        if len(times) % 2:
            control.ask(status=control_pb2.StatusRequest())
        else:
            control.ask(list=control_pb2.ListRequest(limit=1))
        times.append(1000 * (time.monotonic() - begin))
        time.sleep(0.002)
    control.close()
    return sorted(times)


def during(path, seconds, outstanding):
    """The same while somebody asks hostile questions."""
    stop = multiprocessing.Event()
    other = multiprocessing.Process(target=attack, args=(path, outstanding, stop))
    other.start()
    try:
        times = small(path, seconds)
    finally:
        stop.set()
        other.join(60 * SLOW)
        if other.is_alive():
            other.kill()
            CHECKS.check("the hostile one is answered", False)
    return times


def at(times, percent):
    """The percentile."""
    return times[min(len(times) - 1, len(times) * percent // 100)]


def tell(name, times):
    """One line of figures."""
    print(f"# {name:<34} p50 {at(times, 50):6.1f}  p95 {at(times, 95):6.1f}  "
          f"p99 {at(times, 99):6.1f}  max {times[-1]:6.1f} ms  ({len(times)})",
          flush=True)


def each(path):
    """Each hostile question alone: an answer, or a refusal in words, in time."""
    control = Control(path)
    for name, frame in QUESTIONS.items():
        begin = time.monotonic()
        control.socket.send(frame)
        answer = receive(control)
        took = 1000 * (time.monotonic() - begin)
        kind = answer.WhichOneof("say")
        said = answer.error.message if kind == "error" else kind
        print(f"# {name:<34} {took:6.1f} ms  {said[:60]}", flush=True)
        CHECKS.check(f"{name}: an answer in time",
                     took < 10000 * SLOW and (kind == "find" or len(said) > 10), said)
    control.close()


def main():
    """Measure."""
    multiprocessing.set_start_method("spawn")
    path, seconds, bound = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    each(path)
    idle = small(path, seconds)
    tell("nobody else asks", idle)
    for name, outstanding in (("hostile, one after the other", 1),
                              ("hostile, 48 at a time", 48)):
        for _ in range(3):
            times = during(path, seconds, outstanding)
            tell(name, times)
            more = at(times, 99) - at(idle, 99)
            if bound <= 0 or more < bound * SLOW:
                break
        if bound > 0:
            CHECKS.check(f"{name}: others wait no more than {bound:.0f} ms longer",
                         more < bound * SLOW, f"{more:.1f} ms")
    return CHECKS.bad


if __name__ == "__main__":
    sys.exit(main())
