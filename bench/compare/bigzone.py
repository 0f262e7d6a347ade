#!/usr/bin/env python3
"""A zone of a million records: how soon it is answered, what it takes to hold it, and what a reload of it costs those who ask.

Each server is started alone on the same zone file, and asked for the last name of the file until it answers; five seconds
later its resident memory is read. Detour is then sent SIGHUP with a changed file, while one client asks for a name that
stays, one query after another: every query must be answered, and right.

    bench/compare/bigzone.py
    bench/compare/bigzone.py --records 100000 --runs 5 --servers detour,knot
"""

import argparse
import os
import pathlib
import signal
import sys
import tempfile
import time

import report
import zones
from dnsquery import Asker
from processes import resident_bytes
from servers import SERVERS, ZONE, installed, started

START_SECONDS = 300
RESIDENT_AFTER_SECONDS = 5
ANSWER_SECONDS = 1
CHANGED = "192.0.2.1"


def main():
    options = arguments()
    keys = [key for key in options.servers.split(",") if installed(SERVERS[key])]
    for key in set(options.servers.split(",")) - set(keys):
        print(f"{key}: left out, {SERVERS[key].program} is not there", file=sys.stderr)
    surroundings = report.surroundings()
    samples = {key: [] for key in keys}
    with tempfile.TemporaryDirectory(prefix="detour-bigzone-") as scratch:
        os.chmod(scratch, 0o755)
        zone_file = f"{scratch}/zone"
        for run in range(options.runs):
            for key in keys:
                zones.write_zone(zone_file, options.records)
                samples[key].append(measure(key, scratch, zone_file, options.records))
                print(f"run {run + 1} of {options.runs}: {key} {samples[key][-1]}", file=sys.stderr)
        octets = os.path.getsize(zone_file)
    print_tables(samples, options, octets)
    report.write_json(options.json, {"surroundings": surroundings, "options": vars(options), "runs": samples})


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--servers", default="detour,knot,nsd", help="of " + ",".join(SERVERS))
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", help="write every run to this file")
    return parser.parse_args()


def measure(key, scratch, zone_file, records):
    began = time.monotonic()
    setup, process = started(SERVERS[key], scratch, zone_file)
    last = Asker(setup.port, f"{zones.host(records - 1)}.{ZONE}")
    try:
        loaded = last.wait_for(lambda found: found == [zones.address(records - 1)], START_SECONDS)
        time.sleep(RESIDENT_AFTER_SECONDS)
        process.require_running()
        figures = {"loaded_seconds": loaded - began, "resident_bytes": resident_bytes(process.pid)}
        return figures | (reload(process, setup.port, zone_file, records) if key == "detour" else {})
    finally:
        last.close()
        process.stop()


def reload(process, port, zone_file, records):
    """Changes the last record, and asks for the first one until the change is answered."""
    lines = pathlib.Path(zone_file).read_text().splitlines(keepends=True)
    lines[-1] = f"{zones.host(records - 1)} 300 IN A {CHANGED}\n"
    pathlib.Path(zone_file).write_text("".join(lines))
    staying, changing = Asker(port, f"{zones.host(0)}.{ZONE}"), Asker(port, f"{zones.host(records - 1)}.{ZONE}")
    asked = lost = 0
    slowest = 0.0
    process.send(signal.SIGHUP)
    began = time.monotonic()
    changed = None
    try:
        # A while longer than the reload, since what it leaves behind is collected later.
        while changed is None or time.monotonic() - changed < RESIDENT_AFTER_SECONDS:
            found, seconds = once(staying)
            asked, slowest = asked + 1, max(slowest, seconds)
            lost += found != [zones.address(0)]
            if changed is None and asked % 100 == 0 and once(changing)[0] == [CHANGED]:
                changed = time.monotonic()
            if time.monotonic() - began > START_SECONDS:
                raise TimeoutError(f"the changed zone is not answered:\n{process.tail()}")
    finally:
        staying.close()
        changing.close()
    return {"reload_seconds": changed - began, "asked": asked, "lost": lost, "slowest_seconds": slowest,
            "resident_after_reload_bytes": resident_bytes(process.pid)}


def once(asker):
    """One query and its answer: the addresses, None for none in time, and how long it took."""
    began = time.monotonic()
    asker.ask()
    while (taken := time.monotonic() - began) < ANSWER_SECONDS:
        found = asker.answer()
        if found is not None:
            return found, taken
    return None, taken


def print_tables(samples, options, octets):
    def column(key, name, scale, decimals, unit):
        values = [run[name] / scale for run in samples[key]]
        return f"{report.median(values):.{decimals}f} {unit} ({min(values):.{decimals}f} to {max(values):.{decimals}f})"

    print(f"\n{options.records:,} A records, a file of {octets / 1e6:.0f} MB; medians of {options.runs} runs (lowest to highest):\n")
    print(report.table(
        ["", "answered after", f"resident after {RESIDENT_AFTER_SECONDS} s"],
        [[SERVERS[key].label, column(key, "loaded_seconds", 1, 2, "s"), column(key, "resident_bytes", 1e6, 0, "MB")]
         for key in samples]))
    if "detour" in samples:
        print(f"\nReloading it in Detour took {column('detour', 'reload_seconds', 1, 2, 's')}. Of "
              f"{sum(run['asked'] for run in samples['detour']):,} queries meanwhile "
              f"{sum(run['lost'] for run in samples['detour'])} were lost or answered wrong; the slowest took "
              f"{max(run['slowest_seconds'] for run in samples['detour']) * 1e3:.0f} ms. Resident after it: "
              f"{column('detour', 'resident_after_reload_bytes', 1e6, 0, 'MB')}.")


if __name__ == "__main__":
    main()
