#!/usr/bin/python3
"""Play systemd for one erfad.

notify.py FILE PROGRAM ARGUMENT...: listen at a socket of its own, start the program
with $NOTIFY_SOCKET and a watchdog of two seconds, and write every message that it
sends to FILE, one a line with "|" between its parts.  Ends with the program's status;
SIGTERM and SIGHUP are passed on.

notify.py --hold STORE: keep the writer's lock of an LMDB file, as a disk that hangs
would, until standard input ends; says "held" first.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading

WATCHDOG_MS = 2000
NOSUBDIR, NOTLS = 0x4000, 0x200000


def hold(path):
    lmdb = ctypes.CDLL("liblmdb.so.0")
    env, txn = ctypes.c_void_p(), ctypes.c_void_p()
    for code in (
        lmdb.mdb_env_create(ctypes.byref(env)),
        lmdb.mdb_env_open(env, path.encode(), NOSUBDIR | NOTLS, 0o600),
        lmdb.mdb_txn_begin(env, None, 0, ctypes.byref(txn)),
    ):
        if code:
            sys.exit(f"liblmdb: error {code}")
    print("held", flush=True)
    sys.stdin.read()
    lmdb.mdb_txn_abort(txn)


def serve(path, command):
    where = os.path.join(os.environ["TMPDIR"], f"notify.{os.getpid()}")
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(where)
    slow = int(os.environ.get("SLOW", "1"))
    env = dict(os.environ, NOTIFY_SOCKET=where,
               WATCHDOG_USEC=str(WATCHDOG_MS * 1000 * slow))
    env.pop("WATCHDOG_PID", None)
    child = subprocess.Popen(command, env=env, pass_fds=(9,))
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda n, _: child.send_signal(n))

    def write():
        with open(path, "w", encoding="utf-8") as out:
            while True:
                said = heard.recv(4096).decode()
                out.write(said.replace("\n", "|") + "\n")
                out.flush()

    threading.Thread(target=write, daemon=True).start()
    status = child.wait()
    os.unlink(where)
    sys.exit(status)


if sys.argv[1] == "--hold":
    hold(sys.argv[2])
else:
    serve(sys.argv[1], sys.argv[2:])
