#!/usr/bin/env python3
"""CPU time per UDP query, side by side: the floor, Detour and other servers.

All servers are started once, on one core; the load comes from another. In each round every server
is measured right after the floor, and only the ratio of such a pair counts: the machine's speed
drifts, a pair's does not. CPU time is user and system ticks of the server's process tree.

    bench/compare/cpu.py                          10,000 names
    bench/compare/cpu.py --names 1000000
    bench/compare/cpu.py --servers floor,detour,gdnsd,knot,nsd,pdns,bind --rounds 7 --json out.json
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import report
import zones
from dnsquery import Asker
from processes import TICKS_PER_SECOND, cpu_ticks
from servers import SERVERS, ZONE, compiled, installed, started

SERVER_CORE, LOAD_CORE = 0, 1
START_SECONDS = 180


def main():
    options = arguments()
    if os.cpu_count() < 2:
        sys.exit("cpu.py needs two cores: one for the server, one for the load")
    surroundings = report.surroundings()
    with tempfile.TemporaryDirectory(prefix="detour-cpu-") as scratch:
        os.chmod(scratch, 0o755)
        zone_file, query_file = f"{scratch}/zone", f"{scratch}/queries"
        zones.write_zone(zone_file, options.names)
        zones.write_queries(query_file, options.names)
        running = {}
        try:
            for key in wanted(options):
                running[key] = start(key, scratch, zone_file, options, query_file)
            samples = measure(running, query_file, options)
            remarks = {key: SERVERS[key].remark(setup) for key, (setup, _) in running.items()
                       if hasattr(SERVERS[key], "remark")}
        finally:
            for _, process in running.values():
                process.stop()
    results = {key: summary(key, values) for key, values in samples.items()}
    print_table(results, options)
    for key, remark in remarks.items():
        print(f"{SERVERS[key].label}: {remark}")
    report.write_json(options.json, {"surroundings": surroundings, "options": vars(options), "results": results})


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--servers", default="floor,detour,gdnsd,knot,nsd,pdns", help="of " + ",".join(SERVERS))
    parser.add_argument("--names", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4, help="of one measurement")
    parser.add_argument("--warmup", type=float, default=10, help="seconds of load before the first round")
    parser.add_argument("--window", type=int, default=64, help="queries in flight per socket")
    parser.add_argument("--sockets", type=int, default=4)
    parser.add_argument("--json", help="write everything measured to this file")
    return parser.parse_args()


def wanted(options):
    keys = options.servers.split(",")
    unknown = [key for key in keys if key not in SERVERS]
    if unknown:
        sys.exit(f"unknown server {', '.join(unknown)}; known are {', '.join(SERVERS)}")
    present = [key for key in keys if installed(SERVERS[key])]
    for key in keys:
        if key not in present:
            print(f"{key}: left out, {SERVERS[key].program} is not there", file=sys.stderr)
    return present if "floor" in present else ["floor", *present]


def start(key, scratch, zone_file, options, query_file):
    server = SERVERS[key]
    setup, process = started(server, scratch, zone_file, core=SERVER_CORE, companion_core=LOAD_CORE)
    try:
        if server.verifies:
            await_answer(setup, process, options.names - 1)
            check_answers(key, setup, query_file)
        load(setup.port, options.warmup, query_file, options)
    except BaseException:
        process.stop()
        raise
    print(f"{key}: started and warm", file=sys.stderr)
    return setup, process


def await_answer(setup, process, last):
    """Waits for the zone's last name, polling the process so that one that died is not waited for."""
    asker = Asker(setup.port, f"{zones.host(last)}.{ZONE}")
    try:
        for attempt in range(START_SECONDS):
            process.require_running()
            try:
                asker.wait_for(lambda found: found == [zones.address(last)], 1)
                return
            except TimeoutError:
                if attempt == START_SECONDS - 1:
                    raise RuntimeError(f"no answer from {process.command}:\n{process.tail()}") from None
    finally:
        asker.close()


def check_answers(key, setup, query_file):
    """One second of load in which every answer is compared with its question."""
    result = load(setup.port, 1, query_file, argparse.Namespace(window=64, sockets=4), verify=True)
    if result["mismatched"] or result["nonzero_rcode"] or not result["received"]:
        raise RuntimeError(f"{key} does not answer as it should: {result}")


def load(port, seconds, query_file, options, verify=False):
    """Runs the load generator on its core; returns what it counted."""
    command = ["taskset", "-c", str(LOAD_CORE), compiled("dnsload"), port, seconds, options.window,
               options.sockets, query_file]
    environment = {**os.environ, **({"VERIFY": "1"} if verify else {})}
    done = subprocess.run([str(part) for part in command], env=environment, capture_output=True, text=True,
                          timeout=seconds + 60, check=True)
    return json.loads(done.stdout)


def measure(running, query_file, options):
    """Samples by server; every sample of a server holds the floor's that was taken just before it."""
    samples = {key: [] for key in running}
    for round_number in range(options.rounds):
        for key in running:
            if key == "floor":
                continue
            floor = sample(running["floor"], query_file, options)
            taken = sample(running[key], query_file, options)
            taken["ratio"] = taken["total_us"] / floor["total_us"]
            samples["floor"].append(floor)
            samples[key].append(taken)
        print(f"round {round_number + 1} of {options.rounds}", file=sys.stderr)
    if len(running) == 1:
        samples["floor"] = [sample(running["floor"], query_file, options) for _ in range(options.rounds)]
    return samples


def sample(running, query_file, options):
    setup, process = running
    process.require_running()
    user_before, system_before = cpu_ticks(process.pid)
    result = load(setup.port, options.seconds, query_file, options)
    user_after, system_after = cpu_ticks(process.pid)
    if not result["received"]:
        raise RuntimeError(f"{process.command} stopped answering:\n{process.tail()}")
    microseconds = 1e6 / TICKS_PER_SECOND / result["received"]
    return {
        "user_us": (user_after - user_before) * microseconds,
        "total_us": (user_after + system_after - user_before - system_before) * microseconds,
        "ratio": 1.0,
        **result,
    }


def summary(key, samples):
    medians = {field: report.median([sample[field] for sample in samples])
               for field in ("user_us", "total_us", "ratio", "qps")}
    ratios = sorted(sample["ratio"] for sample in samples)
    errors = sum(sample["nonzero_rcode"] + sample["mismatched"] for sample in samples)
    lost = sum(sample["lost"] for sample in samples) / max(1, sum(sample["sent"] for sample in samples))
    return {"label": SERVERS[key].label, **medians, "ratio_lowest": ratios[0], "ratio_highest": ratios[-1],
            "errors": errors, "lost": lost, "samples": samples}


def print_table(results, options):
    print(f"\nCPU per UDP query, {options.names:,} names, medians of {options.rounds} rounds of "
          f"{options.seconds:g} s:\n")
    rows = [[result["label"], report.number(result["user_us"], 1), report.number(result["total_us"], 1),
             report.number(result["ratio"], 2), f"{result['ratio_lowest']:.2f} to {result['ratio_highest']:.2f}",
             f"{result['qps']:,.0f}"] for result in results.values()]
    print(report.table(["", "user us", "total us/query", "against the floor", "range", "queries/s"], rows))
    for result in results.values():
        if result["errors"] or result["lost"] > 0.001:
            print(f"\n{result['label']}: {result['errors']} wrong answers, {result['lost']:.2%} lost")


if __name__ == "__main__":
    main()
