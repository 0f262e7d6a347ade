"""Processes that a measurement starts, looks at through /proc, and ends by their id."""

import contextlib
import os
import signal
import socket
import subprocess
import time

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Started:
    """One process started in its own session and directory, its output in a file there.

    Its companions end with it, and are not counted as it.
    """

    def __init__(self, command, directory, log_name="output.log", core=None, companions=()):
        self.companions = companions
        self.command = [str(part) for part in command]
        self.log = os.path.join(directory, log_name)
        pinned = ["taskset", "-c", str(core)] if core is not None else []
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                pinned + self.command, cwd=directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)

    @property
    def pid(self):
        return self.process.pid

    def require_running(self):
        for companion in self.companions:
            companion.require_running()
        if self.process.poll() is not None:
            raise RuntimeError(
                f"{' '.join(self.command)} ended with {self.process.returncode}:\n{self.tail()}")

    def tail(self, octets=3000):
        with open(self.log, errors="replace") as log:
            return log.read()[-octets:]

    def send(self, what):
        self.process.send_signal(what)

    def kill(self):
        """SIGKILL, and gone when this returns."""
        self.process.kill()
        self.process.wait()

    def stop(self, seconds=5):
        """Asks it to end, then makes it end; its children too."""
        tree = process_tree(self.pid)
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        for pid in tree:
            if pid != self.pid and _session(pid) == self.pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if self.process.poll() is None:
            self.kill()
        for companion in self.companions:
            companion.stop()


def process_tree(root):
    """The process and all its descendants."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            stat = _stat(entry)
            if stat is not None:
                children.setdefault(int(stat[1]), []).append(int(entry))
    tree, pending = [], [root]
    while pending:
        pid = pending.pop()
        tree.append(pid)
        pending += children.get(pid, [])
    return tree


def cpu_ticks(root):
    """User and system ticks that the process tree has used so far."""
    stats = [stat for stat in map(_stat, process_tree(root)) if stat is not None]
    return sum(int(stat[11]) for stat in stats), sum(int(stat[12]) for stat in stats)


def resident_bytes(root):
    """VmRSS of the process tree."""
    total = 0
    for pid in process_tree(root):
        with contextlib.suppress(OSError):
            with open(f"/proc/{pid}/status") as status:
                total += sum(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))
    return total


def free_port():
    """A port that is free for UDP and TCP on 127.0.0.1 at this moment."""
    for _ in range(100):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
            tcp.bind(("127.0.0.1", 0))
            port = tcp.getsockname()[1]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                with contextlib.suppress(OSError):
                    udp.bind(("127.0.0.1", port))
                    return port
    raise RuntimeError("no free port")


def wait_until(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


def _stat(pid):
    """The fields of /proc/PID/stat after the command's name: 0 is the state, 1 the parent."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return None


def _session(pid):
    stat = _stat(pid)
    return int(stat[3]) if stat is not None else None
