#!/usr/bin/python3
"""Run a program under the filter of system calls that a unit of systemd asks for.

filtered.py UNIT PROGRAM ARGUMENT...   become PROGRAM, under the filter
filtered.py UNIT --probe               try what must be refused, and say so
filtered.py UNIT --can                 end with 0 if this machine can do it, else
                                       say why not

systemd itself need not run: the sets of calls come from "systemd-analyze
syscall-filter", their numbers from the C compiler, and the filter is put together
here.  Followed are SystemCallFilter=, SystemCallErrorNumber=, RestrictAddressFamilies=,
MemoryDenyWriteExecute=, RestrictRealtime=, RestrictNamespaces=, ProtectClock=,
ProtectKernelModules=, ProtectKernelLogs= and ProtectHostname=.
"""

import ctypes
import errno
import mmap
import os
import re
import shutil
import socket
import struct
import subprocess
import sys

ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
LD, JEQ, JGE, JSET, RET = 0x20, 0x15, 0x35, 0x45, 0x06
NR, ARCH, ARG = 0, 4, lambda i: 16 + 8 * i
PROT_WRITE, PROT_EXEC = 2, 4
NO_NEW_PRIVS, SET_SECCOMP, MODE_FILTER = 38, 22, 2


def read_unit(path):
    """The lines of [Service], by name, in their order."""
    settings = {}
    with open(path, encoding="utf-8") as unit:
        for line in unit:
            name, equals, value = line.strip().partition("=")
            if equals and not line.startswith("#"):
                settings.setdefault(name, []).append(value)
    return settings


def read_sets():
    """What systemd means by @network-io and the like."""
    out = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"],
                         check=True, capture_output=True, text=True).stdout
    sets, name = {}, None
    for line in out.splitlines():
        if line.startswith("@"):
            name = line.strip()
            sets[name] = []
        elif not line.strip():
            name = None
        elif name and not line.strip().startswith("#"):
            sets[name].append(line.strip())
    return sets


def read_numbers():
    """The number of every system call that the compiler knows here."""
    out = subprocess.run(["cc", "-E", "-dM", "-x", "c", "-"], check=True,
                         input="#include <sys/syscall.h>\n",
                         capture_output=True, text=True).stdout
    return {name: int(number) for name, number in
            re.findall(r"#define __NR_(\w+) (\d+)\b", out)}


def expand(sets, name):
    if not name.startswith("@"):
        return {name}
    return set().union(*(expand(sets, n) for n in sets[name]))


def allowed_calls(unit, sets):
    """An allow list, since the first line of SystemCallFilter= has no "~"."""
    calls = expand(sets, "@default")
    for line in unit["SystemCallFilter"]:
        names = set().union(*(expand(sets, n) for n in line.lstrip("~").split()))
        calls = calls - names if line.startswith("~") else calls | names
    for setting, name in (("ProtectClock", "@clock"),
                          ("ProtectKernelModules", "@module"),
                          ("ProtectKernelLogs", "syslog"),
                          ("ProtectHostname", "sethostname"),
                          ("ProtectHostname", "setdomainname")):
        if unit.get(setting) == ["yes"]:
            calls -= expand(sets, name)
    return calls


class Program:
    """A filter under construction."""

    def __init__(self):
        self.code = []

    def add(self, op, value, yes=0, no=0):
        self.code.append(struct.pack("<HBBI", op, yes, no, value))

    def refuse(self, error):
        self.add(RET, ERRNO | error)

    def only_for(self, number, checks):
        """For this call alone: the checks, each ending with a refusal."""
        inner = Program()
        checks(inner)
        self.add(JEQ, number, 0, len(inner.code) + 1)
        self.code += inner.code
        self.add(LD, NR)


def address_families(unit):
    names = " ".join(unit["RestrictAddressFamilies"]).split()

    def checks(program):
        program.add(LD, ARG(0))
        for i, name in enumerate(names):
            program.add(JEQ, int(getattr(socket, name)), len(names) - i)
        program.refuse(errno.EAFNOSUPPORT)
    return checks


def no_bits(argument, mask, error):
    """Refuse if any bit of the mask is set."""
    def checks(program):
        program.add(LD, ARG(argument))
        program.add(JSET, mask, 0, 1)
        program.refuse(error)
    return checks


def not_writable_code(program):
    program.add(LD, ARG(2))
    program.add(JSET, PROT_EXEC, 0, 2)
    program.add(JSET, PROT_WRITE, 0, 1)
    program.refuse(errno.EPERM)


def ordinary_policy(program):
    program.add(LD, ARG(1))
    for i, policy in enumerate((os.SCHED_OTHER, os.SCHED_BATCH, os.SCHED_IDLE)):
        program.add(JEQ, policy, 3 - i)
    program.refuse(errno.EPERM)


def build(unit):
    numbers = read_numbers()
    calls = allowed_calls(unit, read_sets())
    error = getattr(errno, unit["SystemCallErrorNumber"][0])
    program = Program()
    program.add(LD, ARCH)
    program.add(JEQ, ARCHES[os.uname().machine], 1)
    program.refuse(error)
    program.add(LD, NR)
    if os.uname().machine == "x86_64":
        program.add(JGE, 0x40000000, 0, 1)
        program.refuse(error)
    program.only_for(numbers["socket"], address_families(unit))
    if unit.get("MemoryDenyWriteExecute") == ["yes"]:
        program.only_for(numbers["mmap"], not_writable_code)
        program.only_for(numbers["mprotect"],
                         no_bits(2, PROT_EXEC, errno.EPERM))
    if unit.get("RestrictRealtime") == ["yes"]:
        program.only_for(numbers["sched_setscheduler"], ordinary_policy)
    if unit.get("RestrictNamespaces") == ["yes"]:
        calls -= {"unshare", "setns"}
        program.only_for(numbers["clone"],
                         no_bits(0, 0x7E020000, errno.EPERM))
        program.only_for(numbers["clone3"],
                         lambda inner: inner.refuse(errno.ENOSYS))
    for name in sorted(calls & numbers.keys()):
        program.add(JEQ, numbers[name], 0, 1)
        program.add(RET, ALLOW)
    program.refuse(error)
    return program.code


def enter(code):
    libc = ctypes.CDLL(None, use_errno=True)
    data = ctypes.create_string_buffer(b"".join(code))
    head = ctypes.create_string_buffer(
        struct.pack("@HxxxxxxP", len(code), ctypes.addressof(data)))
    if libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
            SET_SECCOMP, MODE_FILTER, ctypes.c_void_p(ctypes.addressof(head))):
        sys.exit("filtered.py: " + os.strerror(ctypes.get_errno()))


def why_not():
    if os.uname().machine not in ARCHES:
        return f"the numbers of {os.uname().machine} are not known here"
    if not shutil.which("systemd-analyze"):
        return "there is no systemd-analyze: apt-get install systemd"
    with open("/proc/self/status", encoding="ascii") as status:
        if "Seccomp:" not in status.read():
            return "this kernel has no seccomp"
    return None


def refused(what, error, attempt):
    try:
        attempt()
    except OSError as got:
        if got.errno == error:
            print(f"ok {what} is refused")
            return
        print(f"not ok {what} is refused: {got}")
        return
    print(f"not ok {what} is refused: it was done")


def probe():
    refused("a packet socket", errno.EAFNOSUPPORT,
            lambda: socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM))
    refused("memory to be written and run", errno.EPERM,
            lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE |
                              mmap.PROT_EXEC))
    refused("another user", errno.EPERM, lambda: os.setuid(os.getuid()))
    refused("a real-time scheduler", errno.EPERM,
            lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)))
    refused("another root folder", errno.EPERM, lambda: os.chroot("/"))
    socket.socketpair()[0].close()
    print("ok what it allows is allowed")


def main():
    unit, command = sys.argv[1], sys.argv[2:]
    if command == ["--can"]:
        sys.exit(why_not())
    enter(build(read_unit(unit)))
    if command == ["--probe"]:
        probe()
    else:
        os.execvp(command[0], command)


main()
