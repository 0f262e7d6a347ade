#!/usr/bin/env python3
"""Does packet loss take healthy endpoints down? Detour in a network that loses 1 % and 5 % of all packets.

For each rate one Detour, its detection left at the defaults, checks endpoints that are well: interval
2 s, timeout 1 s, 3 failures to go down. They are addresses of 198.18.0.0/15 that all reach one small
C web server (bench/src/main/c/webserver.c) over a veth link between two network namespaces. Once all
are up, nftables begins to drop packets at random, where they arrive, in both directions. All rates are
measured at the same time. Ends with 1 if any endpoint was taken down.

The namespaces have no names: they are gone with the processes in them, however this program ends.
Needs root, for the namespaces.

    bench/compare/loss.py
    bench/compare/loss.py --plain
    bench/compare/loss.py --seconds 60 --rates 5,10,20 --json out.json
"""

import argparse
import contextlib
import ctypes
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import report
from checks import connects, value
from processes import Started, wait_until
from servers import SERVERS, ZONE, Setup, compiled, detour_command, installed

INTERVAL_SECONDS, TIMEOUT_SECONDS, FALL = 2, 1, 3
WEB_PORT = 80
START_SECONDS = 120
POLL_SECONDS = 5
HISTORY_LIMIT = 1000
CLONE_NEWNET = 0x40000000
PLAIN = ", tripwire: false, early_suspicion: false"
COUNTERS = ("suspicions", "suspicions_in_vain", "decisions_held", "guard_tripped", "probes_started")


class Group:
    """The endpoints that lose packets at one rate, and the Detour that checks them."""

    def __init__(self, percent, endpoints, more, scratch):
        self.percent = percent
        self.network = f"198.18.{percent}.0/24"
        self.addresses = [f"198.18.{percent}.{host}" for host in range(1, endpoints + 1)]
        self.setup = Setup(tempfile.mkdtemp(dir=scratch), None)
        self.command = detour_command(self.setup, self.configuration(more))
        self.api = re.search(r'http: "(.*?)"', (self.setup.directory / "detour.yaml").read_text()).group(1)
        self.process = None

    def configuration(self, more):
        services = [f"""
  - name: s{number}.{ZONE}
    check: {{ type: http, port: {WEB_PORT}, path: /, interval: {INTERVAL_SECONDS}s, timeout: {TIMEOUT_SECONDS}s, fall: {FALL}{more} }}
    pools:
      - endpoints: [{primary}]
      - endpoints: [{standby}]
""" for number, (primary, standby) in enumerate(zip(self.addresses[::2], self.addresses[1::2]))]
        return f"zones:\n  - name: {ZONE}\n    ns: [ns1.example.net]\nservices:\n" + "".join(services)

    def start(self):
        self.process = Started(self.command, self.setup.directory)
        wait_until(self.listens, START_SECONDS, f"Detour for {self.percent} % ready")
        wait_until(self.all_up, START_SECONDS, f"the endpoints for {self.percent} % up")

    def listens(self):
        self.process.require_running()
        host, port = self.api.split(":")
        return connects(int(port), host)

    def all_up(self):
        return self.figures()["up"] == len(self.addresses)

    def get(self, path):
        self.process.require_running()
        connection = http.client.HTTPConnection(self.api, timeout=60)
        with contextlib.closing(connection):
            connection.request("GET", path)
            return connection.getresponse().read().decode()

    def figures(self):
        """What is so now, and what was counted since the start."""
        text = self.get("/metrics")
        passed, failed = (value(text, rf'detour_probes_total\{{kind="http",result="{result}"\}}') for result in ("pass", "fail"))
        return {"up": value(text, r'detour_opinions\{state="UP"\}'),
                "serving": value(text, r'detour_selections\{status="SERVING"\}'),
                "probes": passed + failed, "failed": failed,
                **{name: value(text, f"detour_{name}_total") for name in COUNTERS}}

    def events(self):
        return json.loads(self.get(f"/api/v1/history?limit={HISTORY_LIMIT}"))["events"]


class Network:
    """This process's own namespace, where the Detours run, and one of the endpoints behind a veth link."""

    def __init__(self, scratch):
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
            sys.exit(f"no network namespace can be made: {os.strerror(ctypes.get_errno())}; loss.py needs root")
        run("ip", "link", "set", "lo", "up")
        self.web = Started(["unshare", "--net", compiled("webserver"), WEB_PORT], scratch, log_name="webserver.log")
        self.inside = ["nsenter", f"--net=/proc/{self.web.pid}/ns/net"]

    def join(self, groups):
        """Makes the link, and gives the endpoints their addresses."""
        wait_until(self.apart, 20, "the endpoints' namespace")
        run("ip", "link", "add", "endpoints", "type", "veth", "peer", "name", "detour", "netns", str(self.web.pid))
        run("ip", "address", "add", "198.18.0.1/15", "dev", "endpoints")
        run("ip", "link", "set", "endpoints", "up")
        addresses = [address for group in groups for address in group.addresses]
        run(*self.inside, "ip", "-batch", "-", given="link set detour up\n"
            + "".join(f"address add {address}/15 dev detour\n" for address in addresses))
        self.web.require_running()

    def apart(self):
        self.web.require_running()
        return os.readlink(f"/proc/{self.web.pid}/ns/net") != os.readlink("/proc/self/ns/net")

    def lose(self, groups):
        """From now on packets are lost. A sender is told of what is dropped on its own way out, so drop on the way in."""
        run("nft", "-f", "-", given=ruleset("saddr", groups))
        run(*self.inside, "nft", "-f", "-", given=ruleset("daddr", groups))

    def packets(self):
        """How many packets came to either end and how many of them were lost, by name of the counter."""
        totals = {}
        for prefix in ([], self.inside):
            for item in json.loads(run(*prefix, "nft", "-j", "list", "counters"))["nftables"]:
                if "counter" in item:
                    name = item["counter"]["name"]
                    totals[name] = totals.get(name, 0) + item["counter"]["packets"]
        return totals


def ruleset(side, groups):
    counters = "".join(f"counter seen{group.percent} {{}}\ncounter lost{group.percent} {{}}\n" for group in groups)
    rules = "".join(f"ip {side} {group.network} counter name seen{group.percent} "
                    f"numgen random mod 100 < {group.percent} counter name lost{group.percent} drop\n" for group in groups)
    return f"table inet loss {{\n{counters}chain input {{\ntype filter hook input priority 0;\n{rules}}}\n}}\n"


def run(*command, given=None):
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def main():
    options = arguments()
    require()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    surroundings = report.surroundings()
    with tempfile.TemporaryDirectory(prefix="detour-loss-") as scratch:
        os.chmod(scratch, 0o755)
        network = Network(scratch)
        groups = []
        try:
            groups += [Group(percent, options.endpoints, PLAIN if options.plain else "", scratch) for percent in options.rates]
            network.join(groups)
            for group in groups:
                group.start()
            time.sleep(options.warmup)
            results = measure(network, groups, options.seconds)
        finally:
            for started in [network.web, *(group.process for group in groups if group.process is not None)]:
                started.stop()
    print_table(results, options)
    report.write_json(options.json, {"surroundings": surroundings, "options": vars(options), "results": results})
    sys.exit(verdict(results))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rates", default="1,5", type=rates, help="percent of packets lost, each from 1 to 99")
    parser.add_argument("--endpoints", type=int, default=50, choices=range(2, 251, 2), metavar="N",
                        help="for each rate; two make a service")
    parser.add_argument("--warmup", type=float, default=20, help="seconds without loss, in which the latency is learned")
    parser.add_argument("--seconds", type=float, default=600, help="of the measurement")
    parser.add_argument("--plain", action="store_true", help="without tripwire and early suspicion")
    parser.add_argument("--json", help="write everything measured to this file")
    return parser.parse_args()


def rates(text):
    percents = sorted({int(part) for part in text.split(",")})
    if not all(1 <= percent <= 99 for percent in percents):
        raise argparse.ArgumentTypeError("rates are from 1 to 99")
    return percents


def require():
    if os.geteuid() != 0:
        sys.exit("loss.py needs root: it makes network namespaces")
    for program in (SERVERS["floor"].program, "ip", "nft", "nsenter", "unshare"):
        if shutil.which(program) is None:
            sys.exit(f"loss.py needs {program}")
    if not installed(SERVERS["detour"]):
        sys.exit(f"{SERVERS['detour'].program} is missing: package the server first")


def measure(network, groups, seconds):
    before = {group: group.figures() for group in groups}
    known = {group: {event["id"] for event in group.events()} for group in groups}
    polled = {group: [] for group in groups}
    network.lose(groups)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(min(POLL_SECONDS, max(0.0, end - time.monotonic())))
        network.web.require_running()
        for group in groups:
            polled[group].append(group.figures())
    packets = network.packets()
    return {group.percent: {
        "endpoints": len(group.addresses), "seconds": seconds,
        "packets": packets[f"seen{group.percent}"], "packets_lost": packets[f"lost{group.percent}"],
        **result(before[group], polled[group], [event for event in group.events() if event["id"] not in known[group]])}
        for group in groups}


def result(before, polled, events):
    """What was counted in the time, the fewest that were seen well, and the decisions in the history."""
    states = ("up", "serving")
    return {**{name: polled[-1][name] - count for name, count in before.items() if name not in states},
            **{f"least_{name}": min(figures[name] for figures in polled) for name in states},
            "taken_down": [event for event in events if event["kind"] == "endpoint" and event["to"] == "DOWN"],
            "selections_changed": [event for event in events if event["kind"] == "selection"]}


def verdict(results):
    """None, or what went wrong: the history and the polled metrics must both know of no endpoint that was down."""
    wrong = []
    for percent, result in results.items():
        wrong += [f"{percent} %: {event['subject']} was taken down: {event['reason']}" for event in result["taken_down"]]
        if result["least_up"] < result["endpoints"]:
            wrong.append(f"{percent} %: only {result['least_up']:.0f} of {result['endpoints']} endpoints were up at one time")
        if not result["packets_lost"] or not result["probes"]:
            wrong.append(f"{percent} %: no packet was lost, or no probe made: nothing was measured")
    return "\n".join(wrong) or None


def print_table(results, options):
    detection = "without tripwire and early suspicion" if options.plain else "default detection"
    print(f"\n{options.endpoints} healthy endpoints for each rate, {options.seconds:g} s; interval {INTERVAL_SECONDS} s, "
          f"timeout {TIMEOUT_SECONDS} s, fall {FALL}, {detection}:\n")
    rows = [[f"{percent} %", f"{result['packets_lost']:.0f} of {result['packets']:.0f}", f"{result['probes']:.0f}",
             f"{result['failed']:.0f} ({result['failed'] / result['probes']:.1%})", f"{result['suspicions']:.0f}",
             f"{result['decisions_held']:.0f}", f"{result['guard_tripped']:.0f}", str(len(result["taken_down"])),
             str(len(result["selections_changed"]))] for percent, result in results.items()]
    print(report.table(["packets lost, each way", "lost", "probes", "failed", "suspicions", "decisions held",
                        "guard tripped", "endpoints taken down", "selections changed"], rows))


if __name__ == "__main__":
    main()
