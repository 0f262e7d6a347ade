"""Just enough DNS to ask for an address over UDP and read it from the answer."""

import random
import socket
import struct
import time

TYPE_A = 1


def query(name, query_id, query_type=TYPE_A):
    """The octets of a query without EDNS."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split("."))
    return struct.pack("!HHHHHH", query_id, 0, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!HH", query_type, 1)


def addresses(answer):
    """The IPv4 addresses of the answer section; None when the answer is not NOERROR."""
    _, flags, questions, answers, _, _ = struct.unpack_from("!HHHHHH", answer)
    if flags & 15 or not flags & 0x8000:
        return None
    at = 12
    for _ in range(questions):
        at = _after_name(answer, at) + 4
    found = []
    for _ in range(answers):
        at = _after_name(answer, at)
        record_type, _, _, length = struct.unpack_from("!HHIH", answer, at)
        at += 10
        if record_type == TYPE_A:
            found.append(socket.inet_ntoa(answer[at : at + length]))
        at += length
    return found


def _after_name(packet, at):
    while packet[at]:
        if packet[at] & 0xC0:
            return at + 2
        at += 1 + packet[at]
    return at + 1


class Asker:
    """Asks one server for one name, again and again, and never waits longer than told."""

    def __init__(self, port, name):
        self.name = name
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.query_id = random.randrange(65536)

    def ask(self):
        self.query_id = (self.query_id + 1) % 65536
        try:
            self.socket.send(query(self.name, self.query_id))
        except OSError:
            pass  # nobody listens yet: the answer to an earlier query was an ICMP refusal

    def answer(self):
        """The addresses of the next answer that has arrived; None when there is none."""
        try:
            return addresses(self.socket.recv(4096))
        except (BlockingIOError, ConnectionRefusedError):
            return None

    def wait_for(self, wanted, seconds, every=0.05):
        """Asks until `wanted(addresses)` is true. Returns the time of that answer, by time.monotonic()."""
        end = time.monotonic() + seconds
        last = None
        while time.monotonic() < end:
            self.ask()
            until = time.monotonic() + every
            while time.monotonic() < until:
                found = self.answer()
                if found is not None:
                    last = found
                    if wanted(found):
                        return time.monotonic()
                time.sleep(min(0.002, every / 5))
        raise TimeoutError(f"{self.name}: not the wanted answer within {seconds} s; the last one was {last}")

    def close(self):
        self.socket.close()
