#!/usr/bin/python3
"""Publish trials at an even pace, whatever else the node does.

Usage: paced.py SOCKET RATE SECONDS [MARK]
RATE trials a second, in publications of a fiftieth of that, each sent at its time
without waiting for the answers before it.  MARK is made when a fourth of them was
acknowledged.  At the end one line is printed:

    ACKNOWLEDGED RATE SECONDS MEDIAN_MS WORST_MS

the rate that was reached, until the last answer, and how long a publication waited
for its answer.  It fails if any was refused.
"""

import sys
import time

from proto import body_pb2, control_pb2

from peer import Control, SLOW

PARTS = 50  # publications a second
SUMMARY = "De ansatte planlægger selv deres besøg, og borgeren møder færre. " * 3


def publication(first, count):
    return control_pb2.PublishRequest(
        record=[
            control_pb2.NewRecord(
                body=body_pb2.Body(
                    envelope=body_pb2.Envelope(language="da"),
                    trial=body_pb2.Trial(
                        title=f"Faste team {i}", summary=SUMMARY, sector=[1]
                    ),
                )
            )
            for i in range(first, first + count)
        ]
    )


class Writer:
    def __init__(self, path, count):
        self.control = Control(path)
        self.count = count  # in a publication
        self.sent = {}
        self.waits = []
        self.last = 0

    def send(self):
        first = (len(self.sent) + len(self.waits)) * self.count
        number = self.control.send(publish=publication(first, self.count))
        self.sent[number] = time.monotonic()

    def take(self, answer):
        if answer.WhichOneof("say") == "error":
            sys.exit(f"refused: {answer.error.message}")
        self.last = time.monotonic()
        self.waits.append(self.last - self.sent.pop(answer.req))

    def take_until(self, due):
        """Take answers until it is time to send again."""
        while (left := due - time.monotonic()) > 0:
            if self.control.socket.poll(max(1, int(left * 1000))):
                self.take(self.control.receive())
        while self.control.socket.poll(0):
            self.take(self.control.receive())


def main():
    path, rate, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    mark = sys.argv[4] if len(sys.argv) > 4 else None
    writer = Writer(path, rate // PARTS)
    begin = time.monotonic()
    for i in range(seconds * PARTS):
        writer.take_until(begin + i / PARTS)
        writer.send()
        if mark and len(writer.waits) >= seconds * PARTS // 4:
            open(mark, "w").close()
            mark = None
    while writer.sent:
        writer.take(writer.control.receive(60 * SLOW))
    if mark:
        open(mark, "w").close()
    took = writer.last - begin
    waits = sorted(writer.waits)
    done = len(waits) * writer.count
    print(
        f"{done} {done / took:.0f} {took:.2f} "
        f"{waits[len(waits) // 2] * 1000:.0f} {waits[-1] * 1000:.0f}"
    )


main()
