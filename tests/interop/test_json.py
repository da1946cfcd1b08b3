#!/usr/bin/python3
"""Compare our JSON with that of python3-protobuf, over all messages there are.

Random messages with a fixed seed go both ways through tests/unit/json_tool:
what we print must mean the same to json_format, and what json_format prints must
become the same bytes in our hands.
"""

import glob
import importlib
import json
import math
import os
import random
import re
import struct
import subprocess
import sys
import unicodedata

BUILD = os.path.abspath(os.environ.get("B", "build"))
sys.path.insert(0, os.path.join(BUILD, "python"))

# pylint: disable=wrong-import-position
from google.protobuf import descriptor, json_format  # noqa: E402

FILES = [
    importlib.import_module(path.replace("/", ".")[:-len(".proto")] + "_pb2")
    for path in sorted(glob.glob("proto/*.proto") + glob.glob("tests/unit/*.proto"))
]
TOOL = os.path.join(BUILD, "tests", "unit", "json_tool")
ROUNDS = 30  # messages of each type
DEEPEST = 6
# What must never reach a terminal as it is.
UNSAFE = re.compile(
    "[\0-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
F = descriptor.FieldDescriptor


def all_types(module):
    """Every message type of a .proto file, the nested ones too."""

    def walk(desc):
        yield desc
        for nested in desc.nested_types:
            yield from walk(nested)

    for desc in module.DESCRIPTOR.message_types_by_name.values():
        yield from walk(desc)


def random_int(rng, bits, signed):
    low = -(1 << (bits - 1)) if signed else 0
    high = low + (1 << bits) - 1
    return rng.choice(
        (0, 1, low, high, low + 1, high - 1, rng.randint(low, high),
         max(low, -1), min(high, 1 << 53), min(high, (1 << 53) + 1))
    )


def random_text(rng):
    kinds = (
        lambda: "",
        lambda: "plain ascii",
        lambda: "Blåbærgrød på Østerø – Þór, Ää",
        lambda: "\"quoted\" \\ / </script> \x01\x1b[31m\x7f\x85\x9b\t\r\n",
        lambda: "\u202e\u2066\u200b\u2028\u2029\ufeff\U000e0041\u061c",
        lambda: "\U0001f600\U0010ffff\ufffd\uffff\ue000\ud7ff",
        lambda: "x" * rng.randint(1, 3000),
        lambda: "".join(
            c for c in (chr(rng.randint(1, 0x10FFFF)) for _ in range(20))
            if unicodedata.category(c) != "Cs"
        ),
    )
    return rng.choice(kinds)()


def random_double(rng):
    return rng.choice(
        (0.0, -0.0, 1.0, -1.5, 0.1, 1e-7, 1e23, 5e-324, 1.7976931348623157e308,
         math.inf, -math.inf, math.nan, 2.0 ** 64, rng.uniform(-1e6, 1e6),
         struct.unpack("<d", struct.pack("<Q", rng.randrange(0x7FF << 52)))[0])
    )


def random_float(rng):
    # json_format cannot read the greatest float, not even as it prints it.
    value = rng.choice(
        (0.0, -0.0, 0.1, 1e-45, 1.5, math.inf, -math.inf, math.nan, 16777216.0,
         rng.uniform(-1e6, 1e6),
         -struct.unpack("<f", struct.pack("<I", rng.randrange(0x7F7FFFFF)))[0])
    )
    return struct.unpack("<f", struct.pack("<f", value))[0]


def random_scalar(rng, field):
    bits = {
        F.TYPE_INT32: (32, True), F.TYPE_SINT32: (32, True),
        F.TYPE_SFIXED32: (32, True), F.TYPE_UINT32: (32, False),
        F.TYPE_FIXED32: (32, False), F.TYPE_INT64: (64, True),
        F.TYPE_SINT64: (64, True), F.TYPE_SFIXED64: (64, True),
        F.TYPE_UINT64: (64, False), F.TYPE_FIXED64: (64, False),
    }
    if field.type in bits:
        return random_int(rng, *bits[field.type])
    if field.type == F.TYPE_BOOL:
        return rng.random() < 0.5
    if field.type == F.TYPE_FLOAT:
        return random_float(rng)
    if field.type == F.TYPE_DOUBLE:
        return random_double(rng)
    if field.type == F.TYPE_ENUM:
        return rng.choice(field.enum_type.values).number
    if field.type == F.TYPE_STRING:
        return random_text(rng)
    return rng.randbytes(rng.choice((0, 1, 2, 3, 4, 16, 32, 128)))


def fill(rng, message, fullness, depth=1):
    """Set each field with probability fullness, one member of each oneof."""
    taken = set()
    fields = list(message.DESCRIPTOR.fields)
    rng.shuffle(fields)
    for field in fields:
        deep = field.type == F.TYPE_MESSAGE and depth >= DEEPEST
        if deep or rng.random() >= fullness / (depth if deep else 1):
            continue
        if field.containing_oneof:
            if field.containing_oneof.name in taken:
                continue
            taken.add(field.containing_oneof.name)
        if field.label == F.LABEL_REPEATED:
            for _ in range(rng.choice((1, 1, 2, 5 if depth < 3 else 1))):
                values = getattr(message, field.name)
                if field.type == F.TYPE_MESSAGE:
                    fill(rng, values.add(), fullness / 2, depth + 1)
                else:
                    values.append(random_scalar(rng, field))
        elif field.type == F.TYPE_MESSAGE:
            part = getattr(message, field.name)
            part.SetInParent()
            fill(rng, part, fullness / 1.5, depth + 1)
        else:
            setattr(message, field.name, random_scalar(rng, field))


def encode(message):
    return message.SerializeToString(deterministic=True)


def ask(requests):
    """Send (direction, name, bytes) to the tool; return its (word, bytes)."""
    sent = b"".join(
        f"{direction} {name} {len(data)}\n".encode() + data
        for direction, name, data in requests
    )
    got = subprocess.run(
        [TOOL], input=sent, stdout=subprocess.PIPE, check=True).stdout
    answers = []
    at = 0
    while at < len(got):
        end = got.index(b"\n", at)
        word, size = got[at:end].decode().split(" ")
        at = end + 1 + int(size)
        answers.append((word, got[end + 1:at]))
    if len(answers) != len(requests):
        raise SystemExit(f"{len(answers)} answers to {len(requests)} requests")
    return answers


def same(ours, theirs):
    """Are two parsed JSON values equal, floats as what fits into 32 bits?"""
    if isinstance(theirs, float) and isinstance(ours, (int, float)):
        if ours == theirs:
            return True
        try:
            return struct.pack("<f", ours) == struct.pack("<f", theirs)
        except OverflowError:
            return False
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(
            same(ours[key], theirs[key]) for key in theirs)
    if isinstance(theirs, list) and isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return type(ours) is type(theirs) and ours == theirs


def judge(message, answers):
    """Return what is wrong with the answers about one message, or None."""
    wire = encode(message)
    for word, data in answers:
        if word != "ok":
            return f"{word}: {data.decode(errors='replace')}"
    compact, pretty, full, back, back_full = (data for _, data in answers)
    for text in (compact, full):
        if UNSAFE.search(text.decode()):
            return "unsafe characters printed"
    if UNSAFE.search(pretty.decode().replace("\n", "")):
        return "unsafe characters printed"
    parsed = json_format.Parse(compact.decode(), type(message)())
    if encode(parsed) != wire:
        return f"python reads our text otherwise: {compact[:300]!r}"
    if json.loads(pretty) != json.loads(compact):
        return "pretty and compact differ"
    theirs = json_format.MessageToDict(
        message, including_default_value_fields=True)
    if not same(json.loads(full), theirs):
        return f"defaults differ: {full[:300]!r}"
    if not same(json.loads(compact), json_format.MessageToDict(message)):
        return f"texts differ: {compact[:300]!r}"
    if encode(type(message).FromString(back)) != wire:
        return "we read python's text otherwise"
    # Printed defaults are read as set fields, by both alike.
    both = json_format.Parse(with_defaults(message), type(message)())
    if encode(type(message).FromString(back_full)) != encode(both):
        return "we read python's text with defaults otherwise"
    return None


def with_defaults(message):
    return json_format.MessageToJson(
        message, including_default_value_fields=True,
        preserving_proto_field_name=True, ensure_ascii=False)


def check(desc, rng):
    """Compare random messages of one type; return what is wrong, or None."""
    make = getattr(desc, "_concrete_class")
    messages = [make()]
    for i in range(ROUNDS):
        message = make()
        fill(rng, message, (0.15, 0.5, 1.0)[i % 3])
        messages.append(message)
    requests = []
    for message in messages:
        wire = message.SerializeToString()
        text = json_format.MessageToJson(message).encode()
        full = with_defaults(message).encode()
        requests += [("json", desc.full_name, wire),
                     ("pretty", desc.full_name, wire),
                     ("full", desc.full_name, wire),
                     ("proto", desc.full_name, text),
                     ("proto", desc.full_name, full)]
    answers = ask(requests)
    for i, message in enumerate(messages):
        wrong = judge(message, answers[5 * i:5 * i + 5])
        if wrong:
            return f"message {i}: {wrong}"
    return None


def main():
    types = [desc for module in FILES for desc in all_types(module)]
    known = ask([("names", "-", b"")])[0][1].decode().split()
    missing = {desc.full_name for desc in types} ^ set(known)
    bad = 0
    if missing:
        print(f"not ok every message is compared: {sorted(missing)}")
        bad = 1
    else:
        print("ok every message is compared")
    for desc in types:
        wrong = check(desc, random.Random(desc.full_name))
        if wrong:
            print(f"not ok {desc.full_name} as JSON: {wrong}")
            bad = 1
        else:
            print(f"ok {desc.full_name} as JSON")
    return bad


if __name__ == "__main__":
    sys.exit(main())
