"""What the tests of this folder share: checks in the protocol of tests/run, and
erfad nodes in temporary directories on ports that the system chooses."""

import glob
import json
import os
import select
import subprocess
import sys
import tempfile
import time
import traceback

SLOW = int(os.environ.get("SLOW", "1"))

# What is waited for comes in fractions of a second instead of minutes.
TIMERS = f"""
[timers]
have_ms = {500 * SLOW}
hello_ms = {2000 * SLOW}
get_ms = {3000 * SLOW}
silence_ms = {5000 * SLOW}
gap_ms = 100
reconnect_ms = 50
reconnect_max_ms = 200
backoff_ms = 100
backoff_max_ms = 1000
pause_ms = 2000
"""


class Checks:
    """Runs functions and prints a line for each; an exception is a failure."""

    def __init__(self):
        self.bad = 0

    def __call__(self, name, function, *args):
        try:
            why = function(*args)
        except Exception as e:  # pylint: disable=broad-except
            traceback.print_exc(file=sys.stdout)
            why = f"{type(e).__name__}: {e}"
        if why is None or why is True:
            print(f"ok {name}", flush=True)
            return True
        why = "it does not hold" if why is False else str(why).replace("\n", " ")
        print(f"not ok {name}: {why}", flush=True)
        self.bad = 1
        return False

    def same(self, name, expected, got):
        return self(name, lambda: True if expected == got else
                    f"expected {short(expected)}, got {short(got)}")


def short(value):
    text = repr(value)
    return text if len(text) < 300 else text[:300] + " ..."


def deadline(seconds):
    return time.monotonic() + seconds * SLOW


class Erfad:
    """One node."""

    def __init__(self, root, name, org, *options, settings=""):
        self.dir, self.org, self.process = os.path.join(root, name), org, None
        run(["erfa", "init", "--org", org, "--dir", self.dir, *options])
        with open(os.path.join(self.dir, "erfad.conf"), "a", encoding="utf-8") as f:
            f.write(TIMERS)
            if settings:
                with open(os.path.join(self.dir, "state", "TEST"), "w", encoding="ascii"):
                    f.write(f"\n[test]\n{settings}\n")
        self.start()

    def start(self):
        ready, write = os.pipe()
        with open(os.path.join(self.dir, "log"), "ab") as log:
            self.process = subprocess.Popen(
                ["erfad", "--config", os.path.join(self.dir, "erfad.conf"),
                 "--ready-fd", str(write)],
                pass_fds=[write], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        os.close(write)
        said = b"x" if select.select([ready], [], [], 30 * SLOW)[0] else b""
        said = os.read(ready, 100) if said else b""
        os.close(ready)
        if not said.startswith(b"READY"):
            self.stop()
            raise RuntimeError("erfad does not start: " + self.log()[-2000:])

    def log(self):
        with open(os.path.join(self.dir, "log"), encoding="utf-8", errors="replace") as f:
            return f.read()

    def stop(self):
        self.process.terminate()
        try:
            return self.process.wait(20 * SLOW)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def erfa(self, *arguments, text=None):
        socket = glob.glob(os.path.join(self.dir, "run", "control*"))[0]
        return run(["erfa", "--socket", socket, *arguments], text)

    def json(self, *arguments, text=None):
        return json.loads(self.erfa(*arguments, "--json", text=text))

    def logs(self):
        """{log id: (n, chain value)}, as the node says."""
        rows = map(json.loads, self.erfa("logs", "--jsonl").splitlines())
        return {row["log"]: (int(row["n"]), row["chain"]) for row in rows}

    def publish(self, title):
        body = {"envelope": {"language": "da"}, "trial": {
            "title": title, "summary": "Opdigtet.", "sector": ["SECTOR_SCHOOL"]}}
        self.erfa("publish", "--yes", "-", text=json.dumps(body))


def run(command, text=None):
    """Run a command and return what it prints; its tables are those of conf/."""
    done = subprocess.run(command, input=text, capture_output=True, text=True,
                          timeout=60 * SLOW, check=False,
                          env={"ERFA_DATA": os.path.abspath("conf"), **os.environ})
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: "
                           f"{done.stdout}{done.stderr}")
    return done.stdout


class Stage:
    """All nodes of a test; they end with it."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = self.folder.name
        self.nodes, self.check = [], Checks()

    def __enter__(self):
        return self

    def node(self, name, org, *options, **others):
        node = Erfad(self.root, name, org, *options, **others)
        self.nodes.append(node)
        return node

    def __exit__(self, kind, why, trace):
        if kind is not None and issubclass(kind, Exception):
            traceback.print_exception(kind, why, trace, file=sys.stdout)
            print(f"not ok the test: {kind.__name__}: {str(why).splitlines()[0:1]}")
            self.check.bad = 1
        for node in self.nodes:
            if node.process.poll() is None and node.stop() != 0:
                print(f"not ok erfad of {node.org} ends well: status "
                      f"{node.process.returncode}")
                self.check.bad = 1
            if self.check.bad:
                print(f"# {node.dir}:")
                print("".join(f"#   {line}\n" for line in node.log().splitlines()[-40:]))
        self.folder.cleanup()
        sys.exit(self.check.bad)
