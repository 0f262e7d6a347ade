#!/usr/bin/env python3
"""How long the requests of the dashboard take, and how much they carry, with many services.

One Detour on one core checks two endpoints of every service; the requests come one after the other
from the other core.

    bench/compare/api.py
    bench/compare/api.py --services 50000 --json out.json
"""

import argparse
import http.client
import os
import sys
import tempfile
import time

import report
from processes import Started, free_port, resident_bytes, wait_until
from servers import SERVERS, ZONE, Setup, compiled, detour_command, installed

SERVER_CORE, CLIENT_CORE = 0, 1
START_SECONDS = 180
TIMEOUT_SECONDS = 60


def main():
    options = arguments()
    if os.cpu_count() < 2:
        sys.exit("api.py needs two cores: one for the server, one for who asks it")
    if not installed(SERVERS["detour"]):
        sys.exit("api.py needs the packaged build: mvn -pl server -am package")
    surroundings = report.surroundings()
    with tempfile.TemporaryDirectory(prefix="detour-api-") as scratch:
        port = free_port()
        web = Started([compiled("webserver"), port], scratch, log_name="webserver.log", core=CLIENT_CORE)
        try:
            results, resident = measure(scratch, port, options)
        finally:
            web.stop()
    print(f"\n{options.services:,} services, {options.rounds} requests each; {resident / 2**20:.0f} MB resident:\n")
    rows = [[path + (", gzip" if packed else ""), f"{found['median_ms']:.1f}", f"{found['slowest_ms']:.1f}",
             f"{found['octets'] / 1000:,.1f}"] for (path, packed), found in results.items()]
    print(report.table(["request", "median ms", "slowest ms", "kB"], rows))
    report.write_json(options.json, {"surroundings": surroundings, "options": vars(options), "resident": resident,
                                     "results": {f"{path} {packed}": found
                                                 for (path, packed), found in results.items()}})


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--services", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--warmup", type=int, default=20, help="requests of each kind before any counts")
    parser.add_argument("--settle", type=float, default=30, help="seconds for the checks to find their rhythm")
    parser.add_argument("--json", help="write every sample to this file")
    return parser.parse_args()


def measure(scratch, backend_port, options):
    setup = Setup(tempfile.mkdtemp(dir=scratch), None)
    server = Started(detour_command(setup, configuration(options.services, backend_port)), setup.directory,
                     core=SERVER_CORE)
    os.sched_setaffinity(0, {CLIENT_CORE})
    try:
        wait_until(lambda: answers(setup.http_port, server), START_SECONDS, "the API answering")
        time.sleep(options.settle)
        name = f"s{options.services // 2}.{ZONE}"
        few = ",".join(f"s{number}.{ZONE}" for number in range(20))
        paths = ["/api/v1/overview", f"/api/v1/overview?names={few}", f"/api/v1/services/{name}",
                 f"/api/v1/services/{name}/trends", f"/api/v1/explain?name={name}", "/api/v1/status", "/metrics"]
        shown = [path.replace(few, "20 names").replace(name, "{name}") for path in paths]
        results = {}
        for path, label in zip(paths, shown):
            for packed in (False, True):
                results[label, packed] = timed(setup.http_port, path, packed, options)
        server.require_running()
        return results, resident_bytes(server.pid)
    finally:
        server.stop()


def configuration(services, backend_port):
    endpoints = iter(f"127.{10 + n // 62500}.{n // 250 % 250}.{n % 250 + 1}" for n in range(2 * services))
    check = f"{{ type: http, port: {backend_port}, path: /, interval: 20s, timeout: 2s }}"
    entries = [f"  - name: s{number}.{ZONE}\n    check: {check}\n    pools:\n      - endpoints: [{next(endpoints)}]\n"
               f"      - endpoints: [{next(endpoints)}]\n" for number in range(services)]
    return f"zones:\n  - name: {ZONE}\n    ns: [ns1.example.net]\nservices:\n" + "".join(entries)


def answers(port, server):
    server.require_running()
    try:
        return request(http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS), "/readyz", False) > 0
    except (OSError, RuntimeError):
        return False


def timed(port, path, packed, options):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    for _ in range(options.warmup):
        request(connection, path, packed)
    samples, octets = [], 0
    for _ in range(options.rounds):
        before = time.perf_counter()
        octets = request(connection, path, packed)
        samples.append((time.perf_counter() - before) * 1000)
    connection.close()
    return {"median_ms": report.median(samples), "slowest_ms": max(samples), "octets": octets, "samples": samples}


def request(connection, path, packed):
    """How many octets the body had on its way."""
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"} if packed else {})
    response = connection.getresponse()
    octets = len(response.read())
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status}")
    return octets


if __name__ == "__main__":
    main()
