#!/usr/bin/env python3
"""Time from a backend's failure to the changed answer: Detour, gdnsd and PowerDNS Lua.

All servers watch the same primary and standby backend, with interval 2 s, timeout 1 s, 3 failures to
go down and 2 passes to come up (PowerDNS knows no thresholds: it goes down on the first failure). The
primary is killed (SIGKILL) or made to hang (SIGSTOP) at random moments spread over the interval, and every
server is asked each 10 ms until its answer is the standby. The servers are measured in the same
repetition, so one failure is seen by all of them.

    bench/compare/failover.py
    bench/compare/failover.py --repetitions 21 --servers detour,gdnsd --json out.json
"""

import argparse
import os
import random
import signal
import socket
import sys
import tempfile
import time

import report
from dnsquery import Asker
from processes import Started, free_port, wait_until
from servers import (SERVERS, ZONE, detour_command, gdnsd_command, installed, powerdns_command, started)

PRIMARY, STANDBY = "127.0.53.1", "127.0.53.2"
NAME = f"www.{ZONE}"
INTERVAL_SECONDS, TIMEOUT_SECONDS, FALL, RISE = 2, 1, 3, 2
POLL_SECONDS = 0.01
FAILOVER_SECONDS = 30
RECOVERY_SECONDS = 120
HEAD = (f"@ 3600 IN SOA ns1.{ZONE}. hostmaster.{ZONE}. 1 7200 900 1209600 300\n"
        f"@ 3600 IN NS ns1.{ZONE}.\nns1 3600 IN A 127.0.0.1\n")


class Detour:
    label = SERVERS["detour"].label
    program = SERVERS["detour"].program
    fast_detection = True

    def __init__(self, backend_port):
        self.backend_port = backend_port

    def command(self, setup):
        return detour_command(setup, f"""
zones:
  - name: {ZONE}
    ns: [ns1.example.net]
services:
  - name: {NAME}
    ttl: 5s
    failback_after: 1s
    check: {{ type: http, port: {self.backend_port}, path: /, interval: {INTERVAL_SECONDS}s,
             timeout: {TIMEOUT_SECONDS}s, fall: {FALL}, rise: {RISE}{self.options()} }}
    pools:
      - endpoints: [{PRIMARY}]
      - endpoints: [{STANDBY}]
""")

    def options(self):
        return "" if self.fast_detection else ", tripwire: false, early_suspicion: false"


class DetourPlain(Detour):
    label = "Detour without tripwire and early suspicion"
    fast_detection = False


class Gdnsd:
    label = "gdnsd, http_status and simplefo"
    program = SERVERS["gdnsd"].program

    def __init__(self, backend_port):
        self.backend_port = backend_port

    def command(self, setup):
        setup.write(f"etc/zones/{ZONE}", HEAD + "www 5 DYNA simplefo!www\n")
        return gdnsd_command(setup, f"""
service_types => {{
  web => {{
    plugin => http_status, port => {self.backend_port}, url_path => /
    interval => {INTERVAL_SECONDS}, timeout => {TIMEOUT_SECONDS}
    down_thresh => {FALL}, ok_thresh => {RISE}, up_thresh => {RISE}
  }}
}}
plugins => {{
  simplefo => {{ www => {{ service_types => web, primary => {PRIMARY}, secondary => {STANDBY} }} }}
}}
""")


class PowerDns:
    label = "PowerDNS Lua, ifurlup (goes down on the first failure)"
    program = SERVERS["pdns"].program

    def __init__(self, backend_port):
        self.backend_port = backend_port

    def command(self, setup):
        url = f"http://{PRIMARY}:{self.backend_port}/"
        lua = f"ifurlup('{url}', {{{{'{PRIMARY}'}},{{'{STANDBY}'}}}}, {{timeout={TIMEOUT_SECONDS}}})"
        zone = setup.write("zone", HEAD + f'www 5 IN LUA A "{lua}"\n')
        return powerdns_command(setup, zone, "enable-lua-records=yes\n"
                                f"lua-health-checks-interval={INTERVAL_SECONDS}\ncache-ttl=0\nquery-cache-ttl=0\n")


CONTESTANTS = {"detour": Detour, "detour-plain": DetourPlain, "gdnsd": Gdnsd, "pdns": PowerDns}
FAILURES = {"killed": signal.SIGKILL, "hangs": signal.SIGSTOP}


class Backend:
    """A backend process that can fail and come back."""

    def __init__(self, address, port, scratch):
        self.address, self.port, self.scratch = address, port, scratch
        self.command = [sys.executable, os.path.join(os.path.dirname(__file__), "backend.py"), address, port]
        self.process = None

    def start(self):
        self.process = Started(self.command, self.scratch, log_name="backend.log")
        wait_until(self.listens, 20, f"{self.address} listening")

    def listens(self):
        self.process.require_running()
        with socket.socket() as client:
            return client.connect_ex((self.address, self.port)) == 0

    def fail(self, how):
        self.process.send(how)
        return time.monotonic()

    def recover(self, how):
        if how == signal.SIGSTOP:
            self.process.send(signal.SIGCONT)
        else:
            self.process.kill()  # reaps it
            self.start()


def main():
    options = arguments()
    keys = [key for key in options.servers.split(",") if available(key)]
    times = {key: {failure: [] for failure in FAILURES} for key in keys}
    surroundings = report.surroundings()
    with tempfile.TemporaryDirectory(prefix="detour-failover-") as scratch:
        os.chmod(scratch, 0o755)
        port = free_port()
        primary, standby = Backend(PRIMARY, port, scratch), Backend(STANDBY, port, scratch)
        processes, askers = [], {}
        try:
            for backend in (primary, standby):
                backend.start()
            for key in keys:
                setup, process = started(CONTESTANTS[key](port), scratch, zone_file=None)
                processes.append(process)
                askers[key] = Asker(setup.port, NAME)
            moments = {failure: spread_moments(options.repetitions) for failure in FAILURES}
            for repetition in range(options.repetitions):
                for failure, how in FAILURES.items():
                    repeat(primary, how, moments[failure][repetition], askers, processes,
                           {key: times[key][failure] for key in keys})
                print(f"repetition {repetition + 1} of {options.repetitions}", file=sys.stderr)
        finally:
            for process in processes:
                process.stop()
            for backend in (primary, standby):
                if backend.process is not None:
                    backend.process.kill()
    print_table(times, options)
    report.write_json(options.json, {"surroundings": surroundings, "options": vars(options), "seconds": times})


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--servers", default="detour,detour-plain,gdnsd,pdns", help="of " + ",".join(CONTESTANTS))
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--json", help="write every single time to this file")
    return parser.parse_args()


def available(key):
    if key not in CONTESTANTS:
        sys.exit(f"unknown server {key}; known are {', '.join(CONTESTANTS)}")
    if not installed(CONTESTANTS[key]):
        print(f"{key}: left out, {CONTESTANTS[key].program} is not there", file=sys.stderr)
        return False
    return True


def spread_moments(count):
    """Random moments of the interval, one in each of as many equal parts of it, in random order: the median of
    moments drawn freely would say more about the draw than about the servers."""
    moments = [(part + random.random()) * INTERVAL_SECONDS / count for part in range(count)]
    random.shuffle(moments)
    return moments


def repeat(primary, how, moment, askers, processes, times):
    """One failure, so many seconds into the interval, and its recovery, seen by all servers."""
    for process in processes:
        process.require_running()
    for asker in askers.values():
        asker.wait_for(lambda found: found == [PRIMARY], RECOVERY_SECONDS)
    # Past the recovery's own confirming probes, then to the moment.
    into_seconds = (time.monotonic() + 2 * INTERVAL_SECONDS) % INTERVAL_SECONDS
    keep_asking(askers, 2 * INTERVAL_SECONDS + (moment - into_seconds) % INTERVAL_SECONDS)
    failed_at = primary.fail(how)
    try:
        seen = watch(askers, failed_at)
    finally:
        primary.recover(how)
    for key, seconds in seen.items():
        times[key].append(seconds)


def keep_asking(askers, seconds):
    """PowerDNS checks only what is asked for, so the names are asked for all the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for asker in askers.values():
            asker.ask()
            asker.answer()
        time.sleep(min(0.1, max(0.0, end - time.monotonic())))
    for asker in askers.values():
        while asker.answer() is not None:
            pass  # answers from before the failure


def watch(askers, failed_at):
    """Seconds from the failure to the standby's first answer, by server; None for one that never came."""
    seen = {}
    next_poll = failed_at
    while len(seen) < len(askers) and time.monotonic() < failed_at + FAILOVER_SECONDS:
        for key, asker in askers.items():
            if key not in seen:
                asker.ask()
        next_poll += POLL_SECONDS
        while time.monotonic() < next_poll:
            for key, asker in askers.items():
                if key not in seen and asker.answer() == [STANDBY]:
                    seen[key] = time.monotonic() - failed_at
            time.sleep(0.001)
    return {key: seen.get(key) for key in askers}


def print_table(times, options):
    print(f"\nFrom failure to changed answer, medians of {options.repetitions} (lowest to highest); interval "
          f"{INTERVAL_SECONDS} s, timeout {TIMEOUT_SECONDS} s, fall {FALL}, rise {RISE}:\n")
    rows = [[CONTESTANTS[key].label, spread(by_failure["killed"]), spread(by_failure["hangs"])]
            for key, by_failure in times.items()]
    print(report.table(["", "process killed", "process hangs"], rows))


def spread(seconds):
    present = [value for value in seconds if value is not None]
    if not present:
        return f"never within {FAILOVER_SECONDS} s"
    missing = f", {len(seconds) - len(present)} never" if len(present) < len(seconds) else ""
    return f"{report.median(present):.1f} s ({min(present):.1f} to {max(present):.1f}{missing})"


if __name__ == "__main__":
    main()
