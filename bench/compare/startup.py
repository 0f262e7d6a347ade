#!/usr/bin/env python3
"""Time from the command to the first correct answer, and resident memory, of the packaged build.

Runs `detour run` with the example configuration that ships in the package, its ports and data
directory replaced by free ones, and asks for a service's address every 5 ms. After the answer it
waits ten seconds and reads VmRSS. Run it on an otherwise idle machine.

    bench/compare/startup.py
    bench/compare/startup.py --config my.yaml --runs 15 --json out.json
"""

import argparse
import os
import pathlib
import re
import shutil
import sys
import tempfile
import time

import report
from dnsquery import Asker
from processes import Started, free_port, resident_bytes
from servers import REPOSITORY, SERVERS, installed

POLL_SECONDS = 0.005
START_SECONDS = 60
RESIDENT_AFTER_SECONDS = 10


def main():
    options = arguments()
    if not installed(SERVERS["detour"]):
        sys.exit(f"{SERVERS['detour'].program} is missing: build it with `mvn -pl server -am package`")
    surroundings = report.surroundings()
    samples = []
    for run in range(options.runs):
        with tempfile.TemporaryDirectory(prefix="detour-startup-") as scratch:
            samples.append(measure(options, scratch))
        print(f"run {run + 1} of {options.runs}: {samples[-1]}", file=sys.stderr)
    print_table(samples, options)
    report.write_json(options.json, {"surroundings": surroundings, "options": vars(options), "runs": samples})


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", default=str(example()), help="default: %(default)s")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", help="write every run to this file")
    return parser.parse_args()


def example():
    """The example that uses most of the configuration."""
    return REPOSITORY / "examples/full.yaml"


def measure(options, scratch):
    port = free_port()
    config = private_copy(pathlib.Path(options.config), pathlib.Path(scratch), port)
    asker = Asker(port, first_service(config))
    started_at = time.monotonic()
    process = Started([SERVERS["detour"].program, "run", "-c", config], scratch)
    try:
        try:
            answered_at = asker.wait_for(bool, START_SECONDS, every=POLL_SECONDS)
        except TimeoutError:
            raise RuntimeError(f"{asker.name} was never answered:\n{process.tail()}") from None
        time.sleep(RESIDENT_AFTER_SECONDS)
        process.require_running()
        return {"seconds": answered_at - started_at, "resident_bytes": resident_bytes(process.pid)}
    finally:
        process.stop()
        asker.close()


def private_copy(config, scratch, port):
    """A copy, with all that lies beside it, that listens on loopback ports of its own."""
    folder = scratch / "config"
    shutil.copytree(config.parent, folder)
    kept = on_loopback(without_section(without_section(config.read_text(), "listen"), "node"))
    copy = folder / config.name
    copy.write_text(f"""node:
  name: startup
  data_dir: {scratch}/data
listen:
  dns: ["127.0.0.1:{port}"]
  http: "127.0.0.1:{free_port()}"
{kept}""")
    os.mkdir(scratch / "data")
    return copy


def on_loopback(text):
    """The text with every documentation address and host name replaced by an address of this machine: a probe must not leave it."""
    text = re.sub(r"\b(?:192\.0\.2|198\.51\.100|203\.0\.113)\.(\d+)", r"127.99.1.\1", text)
    text = re.sub(r"2001:db8::[0-9a-f]*", "::1", text)
    return re.sub(r"endpoints: \[([a-z][\w-]*\.)+example\.(?:org|net|com)\]", "endpoints: [127.99.2.1]", text)


def without_section(text, key):
    """The YAML text without one top-level mapping."""
    return re.sub(rf"^{key}:.*\n(?:[ \t#].*\n|\n)*", "", text, flags=re.MULTILINE)


def first_service(config):
    name = re.search(r"^services:.*\n(?:[ \t#].*\n|\n)*?\s*-\s*name:\s*([^\s#]+)", config.read_text(), flags=re.MULTILINE)
    if name is None:
        sys.exit(f"{config}: no service whose answer could be awaited")
    return name.group(1).strip("\"'")


def print_table(samples, options):
    seconds = [sample["seconds"] for sample in samples]
    megabytes = [sample["resident_bytes"] / 1e6 for sample in samples]
    print(f"\n{os.path.basename(options.config)}, medians of {options.runs} runs (lowest to highest):\n")
    print(report.table(["figure", "median", "range"], [
        ["first correct answer", f"{report.median(seconds):.2f} s", f"{min(seconds):.2f} to {max(seconds):.2f} s"],
        [f"resident after {RESIDENT_AFTER_SECONDS} s", f"{report.median(megabytes):.0f} MB",
         f"{min(megabytes):.0f} to {max(megabytes):.0f} MB"],
    ]))


if __name__ == "__main__":
    main()
