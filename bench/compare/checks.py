#!/usr/bin/env python3
"""What a health check costs: HTTP checks per second, CPU per check, late starts and memory.

Each server checks the same number of endpoints, addresses of 127.0.0.0/8 that all reach one small C
web server (bench/src/main/c/webserver.c). The server under test has one core, the web server the other.
The servers are measured one after the other, each on its own. gdnsd is measured with the same
checks; it has no figures of its own about them, so its rate is taken from the web server's listening
port (the kernel's count of passively opened connections), and so is Detour's, as a cross-check.

    bench/compare/checks.py
    bench/compare/checks.py --endpoints 100000 --interval 20 --both-cores --servers detour
    bench/compare/checks.py --endpoints 10000 --interval 2 --hanging 5000 --servers detour
"""

import argparse
import http.client
import os
import re
import socket
import sys
import tempfile
import time

import report
from processes import TICKS_PER_SECOND, Started, cpu_ticks, free_port, resident_bytes, wait_until
from servers import SERVERS, ZONE, Setup, compiled, detour_command, gdnsd_command, installed

SERVER_CORE, BACKEND_CORE = 0, 1
PER_SERVICE = 50
TIMEOUT_SECONDS = 1
START_SECONDS = 120
SCRAPE_SECONDS, QUIET_SECONDS = 15, 2


class Detour:
    label = SERVERS["detour"].label
    program = SERVERS["detour"].program
    more = ""

    def command(self, setup, options, port, hanging_port):
        services = []
        for number, group in enumerate(groups(options.endpoints)):
            backend = hanging_port if number * PER_SERVICE < options.hanging else port
            services.append(f"  - name: s{number}.{ZONE}\n    check: {{ type: http, port: {backend}, path: /, interval: "
                            f"{options.interval}s, timeout: {TIMEOUT_SECONDS}s{self.more} }}\n"
                            f"    pools:\n      - endpoints: [{', '.join(group)}]\n")
        command = detour_command(setup, f"zones:\n  - name: {ZONE}\n    ns: [ns1.example.net]\nservices:\n"
                                 + "".join(services))
        self.api = re.search(r'http: "(.*?)"', (setup.directory / "detour.yaml").read_text()).group(1)
        return command

    def ready(self):
        host, port = self.api.split(":")
        return connects(int(port), host)

    def figures(self):
        connection = http.client.HTTPConnection(self.api, timeout=60)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        return {"started": value(text, "detour_probes_started_total"),
                "deferred": value(text, "detour_probes_deferred_total"),
                "not_started": value(text, "detour_probes_not_started_total"),
                "late": value(text, "detour_probes_started_late_total"),
                "tripwires": value(text, "detour_tripwires_held"),
                "lateness": buckets(text, "detour_probe_start_lateness_seconds")}


class DetourPlain(Detour):
    label = "Detour without tripwire and early suspicion"
    more = ", tripwire: false, early_suspicion: false"


class Gdnsd:
    label = "gdnsd, http_status"
    program = SERVERS["gdnsd"].program

    def command(self, setup, options, port, hanging_port):
        setup.write(f"etc/zones/{ZONE}",
                    f"@ 3600 IN SOA ns1.{ZONE}. hostmaster.{ZONE}. 1 7200 900 1209600 300\n"
                    f"@ 3600 IN NS ns1.{ZONE}.\nns1 3600 IN A 127.0.0.1\n"
                    + "".join(f"s{n} 5 DYNA multifo!s{n}\n" for n, _ in enumerate(groups(options.endpoints))))
        resources = []
        for number, group in enumerate(groups(options.endpoints)):
            kind = "hanging" if number * PER_SERVICE < options.hanging else "web"
            addresses = ", ".join(f"e{index} => {address}" for index, address in enumerate(group))
            resources.append(f"s{number} => {{ service_types => {kind}, {addresses} }}")
        types = "".join(
            f"{kind} => {{ plugin => http_status, port => {backend}, url_path => /, "
            f"interval => {options.interval}, timeout => {TIMEOUT_SECONDS} }}\n"
            for kind, backend in (("web", port), ("hanging", hanging_port)))
        return gdnsd_command(setup, "service_types => {\n" + types + "}\nplugins => { multifo => {\n"
                             + ",\n".join(resources) + "\n} }\n")

    def ready(self):
        return True

    def figures(self):
        return {}


CONTESTANTS = {"detour": Detour, "detour-plain": DetourPlain, "gdnsd": Gdnsd}


def main():
    options = arguments()
    if os.cpu_count() < 2:
        sys.exit("checks.py needs two cores: one for the server, one for the backends")
    keys = [key for key in options.servers.split(",") if available(key)]
    surroundings = report.surroundings()
    results = {}
    with tempfile.TemporaryDirectory(prefix="detour-checks-") as scratch, socket.socket() as hanging:
        os.chmod(scratch, 0o755)
        hanging_port = hang(hanging)
        port = free_port()
        web = Started([compiled("webserver"), port], scratch, log_name="webserver.log", core=BACKEND_CORE)
        try:
            wait_until(lambda: connects(port), 20, "the web server listening")
            for key in keys:
                results[key] = measure(CONTESTANTS[key](), scratch, options, port, hanging_port)
                print(f"{key}: {results[key]}", file=sys.stderr)
        finally:
            web.stop()
    print_table(results, options)
    report.write_json(options.json, {"surroundings": surroundings, "options": vars(options), "results": results})


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--servers", default="detour,detour-plain,gdnsd", help="of " + ",".join(CONTESTANTS))
    parser.add_argument("--endpoints", type=int, default=10_000)
    parser.add_argument("--interval", type=int, default=2, help="seconds")
    parser.add_argument("--hanging", type=int, default=0, help="so many of the endpoints never answer")
    parser.add_argument("--both-cores", action="store_true", help="the server may use the web server's core too")
    parser.add_argument("--warmup", type=float, default=60, help="seconds before the measurement")
    parser.add_argument("--seconds", type=float, default=20, help="of the measurement")
    parser.add_argument("--json", help="write everything measured to this file")
    return parser.parse_args()


def available(key):
    if key not in CONTESTANTS:
        sys.exit(f"unknown server {key}; known are {', '.join(CONTESTANTS)}")
    if not installed(CONTESTANTS[key]):
        print(f"{key}: left out, {CONTESTANTS[key].program} is not there", file=sys.stderr)
        return False
    return True


def groups(endpoints):
    """The endpoints' addresses, service by service."""
    addresses = [f"127.{64 + n // 62_500}.{n // 250 % 250}.{n % 250 + 1}" for n in range(endpoints)]
    return [addresses[start:start + PER_SERVICE] for start in range(0, endpoints, PER_SERVICE)]


def hang(listener):
    """A port that accepts no connection and refuses none: its queue is full from the start."""
    listener.bind(("0.0.0.0", 0))
    listener.listen(0)
    port = listener.getsockname()[1]
    hang.fillers = [socket.socket() for _ in range(4)]
    for filler in hang.fillers:
        filler.setblocking(False)
        filler.connect_ex(("127.0.0.1", port))
    return port


def connects(port, host="127.0.0.1"):
    with socket.socket() as client:
        return client.connect_ex((host, port)) == 0


def measure(server, scratch, options, port, hanging_port):
    setup = Setup(tempfile.mkdtemp(dir=scratch), None)
    process = Started(server.command(setup, options, port, hanging_port), setup.directory,
                      core=None if options.both_cores else SERVER_CORE)
    try:
        wait_until(server.ready, START_SECONDS, f"{server.label} ready")
        # Read the figures now and then, as a monitoring system would: the first time takes longest.
        warm_at = time.monotonic() + options.warmup
        while time.monotonic() < warm_at:
            time.sleep(min(SCRAPE_SECONDS, max(0.0, warm_at - time.monotonic())))
            server.figures()
        time.sleep(QUIET_SECONDS)
        process.require_running()
        before, opened_before = server.figures(), passive_opens()
        ticks_before, started_at = sum(cpu_ticks(process.pid)), time.monotonic()
        time.sleep(options.seconds)
        seconds = time.monotonic() - started_at
        cpu_seconds = (sum(cpu_ticks(process.pid)) - ticks_before) / TICKS_PER_SECOND
        opened = passive_opens() - opened_before
        process.require_running()
        after = server.figures()
        result = {"label": server.label, "seconds": seconds, "cpu_share": cpu_seconds / seconds,
                  "connections_per_second": opened / seconds, "resident_bytes": resident_bytes(process.pid)}
        checks = opened
        if after:
            checks = after["started"] - before["started"]
            late = {bound: count - before["lateness"][bound] for bound, count in after["lateness"].items()}
            result |= {"late_share": 1 - late[0.1] / late[float("inf")], "p99_seconds": quantile(late, 0.99),
                       "tripwires": after["tripwires"],
                       **{key: after[key] - before[key] for key in ("deferred", "not_started")}}
        return result | {"checks_per_second": checks / seconds, "cpu_us_per_check": 1e6 * cpu_seconds / checks}
    finally:
        process.stop()


def passive_opens():
    """TCP connections that this network namespace has accepted so far."""
    with open("/proc/net/snmp") as snmp:
        names, values = [line.split() for line in snmp if line.startswith("Tcp:")]
    return int(values[names.index("PassiveOpens")])


def value(text, name):
    match = re.search(rf"^{name} (\S+)", text, flags=re.MULTILINE)
    return float(match.group(1)) if match else 0.0


def buckets(text, name):
    return {float(bound.replace("+Inf", "inf")): float(count)
            for bound, count in re.findall(rf'^{name}_bucket{{le="(\S+?)"}} (\S+)', text, flags=re.MULTILINE)}


def quantile(counts, share):
    """The least bound that so large a share lies within."""
    total = counts[float("inf")]
    return min(bound for bound, count in counts.items() if count >= share * total)


def print_table(results, options):
    print(f"\n{options.endpoints} endpoints each {options.interval} s ({options.endpoints / options.interval:.0f} checks/s "
          f"asked for), {options.hanging} of them hanging; {'two cores, shared with the web server' if options.both_cores else 'one core'}:\n")
    rows = [[result["label"], f"{result['checks_per_second']:.0f}", f"{result['cpu_us_per_check']:.0f} us",
             f"{100 * result['cpu_share']:.0f} %",
             f"{1e3 * result['p99_seconds']:.0f} ms" if "p99_seconds" in result else "-",
             f"{100 * result['late_share']:.2f} %" if "late_share" in result else "-",
             f"{result['resident_bytes'] / 1e6:.0f} MB", f"{result['connections_per_second']:.0f}"]
            for result in results.values()]
    print(report.table(["", "checks/s", "CPU per check", "of the core", "start late by, p99 at most",
                        "over 100 ms late", "resident", "connections/s"], rows))


if __name__ == "__main__":
    main()
