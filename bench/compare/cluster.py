#!/usr/bin/env python3
"""What deciding together costs: three nodes of Detour that share an etcd of three members, all on this machine.

`failover`: time from a backend's failure to the changed answer on each node and on all three, with the settings and the
failures of failover.py.

`load`: what the nodes write to etcd and hold in memory with very many endpoints, first while all is well, then while half
of the endpoints fail within one interval. Writes are counted by etcd, bytes on the nodes' own connections to it.

    bench/compare/cluster.py failover --repetitions 15
    bench/compare/cluster.py load --endpoints 100000 --interval 120
"""

import argparse
import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

import failover
import report
from checks import PER_SERVICE, connects, groups
from dnsquery import Asker
from failover import FAILURES, PRIMARY, STANDBY, Backend, repeat, spread, spread_moments
from processes import TICKS_PER_SECOND, Started, cpu_ticks, free_port, resident_bytes, wait_until
from servers import ZONE, Detour, Setup, compiled, detour_command

NODES = ("ams1", "fra1", "nyc1")
START_SECONDS = 600


class Etcd:
    """Three members on loopback."""

    def __init__(self, scratch):
        self.clients = {node: f"http://127.0.0.1:{free_port()}" for node in NODES}
        peers = {node: f"http://127.0.0.1:{free_port()}" for node in NODES}
        self.members = [
            Started(["etcd", "--name", node, "--data-dir", os.path.join(scratch, f"etcd-{node}"),
                     "--listen-client-urls", self.clients[node], "--advertise-client-urls", self.clients[node],
                     "--listen-peer-urls", peers[node], "--initial-advertise-peer-urls", peers[node],
                     "--initial-cluster", ",".join(f"{name}={url}" for name, url in peers.items())],
                    scratch, log_name=f"etcd-{node}.log")
            for node in NODES]
        wait_until(lambda: all(connects(port_of(url)) for url in self.clients.values()), 30, "etcd listening")

    def urls_from(self, node):
        """The node's own member first, as one would declare it."""
        own = NODES.index(node)
        return [self.clients[name] for name in NODES[own:] + NODES[:own]]

    def counted(self):
        """Transactions and single writes that the store has made so far; every member makes all of them."""
        with urllib.request.urlopen(self.clients[NODES[0]] + "/metrics", timeout=10) as answer:
            text = answer.read().decode()
        return {name: float(re.search(rf"^etcd_debugging_mvcc_{name}_total (\S+)", text, re.MULTILINE).group(1))
                for name in ("txn", "put", "delete")}

    def data_bytes(self, scratch):
        return os.path.getsize(os.path.join(scratch, f"etcd-{NODES[0]}", "member", "snap", "db"))

    def stop(self):
        for member in self.members:
            member.stop()


class Node:
    """One node of the cluster, with the services that are given as YAML."""

    def __init__(self, name, etcd, scratch, services, java_options=""):
        self.setup = Setup(tempfile.mkdtemp(dir=scratch), None)
        command = detour_command(self.setup, f"""
cluster:
  etcd: {etcd.urls_from(name)}
  vantages: [{", ".join(NODES)}]
guard: {{ mode: off }}
zones:
  - name: {ZONE}
    ns: [ns1.example.net]
services:
{services}""")
        path = self.setup.directory / "detour.yaml"
        text = path.read_text().replace("name: bench", f"name: {name}")
        path.write_text(text)
        self.api = re.search(r'http: "(.*?)"', text).group(1)
        self.process = Started(["env", f"DETOUR_JAVA_OPTS={java_options}"] + command, self.setup.directory)

    def metric(self, name):
        with urllib.request.urlopen(f"http://{self.api}/metrics", timeout=60) as answer:
            found = re.search(rf"^{name} (\S+)", answer.read().decode(), re.MULTILINE)
        return float(found.group(1)) if found else 0.0

    def is_ready(self):
        self.process.require_running()
        return connects(int(self.api.split(":")[1])) and self.metric("detour_cluster_nodes_present") >= len(NODES)


def main():
    options = arguments()
    for program in ("etcd", "ss", Detour.program):
        if shutil.which(program) is None:
            sys.exit(f"cluster.py needs {program}")
    surroundings = report.surroundings()
    with tempfile.TemporaryDirectory(prefix="detour-cluster-") as scratch:
        os.chmod(scratch, 0o755)
        etcd = Etcd(scratch)
        try:
            figures = options.measure(options, etcd, scratch)
        finally:
            etcd.stop()
    del options.measure
    report.write_json(options.json, {"surroundings": surroundings, "options": vars(options), "figures": figures})


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", help="write everything measured to this file")
    commands = parser.add_subparsers(required=True)
    failing = commands.add_parser("failover")
    failing.add_argument("--repetitions", type=int, default=15)
    failing.set_defaults(measure=measure_failover)
    loaded = commands.add_parser("load")
    loaded.add_argument("--endpoints", type=int, default=10_000)
    loaded.add_argument("--interval", type=int, default=20, help="seconds")
    loaded.add_argument("--warmup", type=float, default=60, help="seconds before the quiet measurement")
    loaded.add_argument("--seconds", type=float, default=60, help="of the quiet measurement")
    loaded.add_argument("--heap", default="4g", help="each node's largest heap")
    loaded.set_defaults(measure=measure_load)
    return parser.parse_args()


def measure_failover(options, etcd, scratch):
    port = free_port()
    services = f"""
  - name: {failover.NAME}
    ttl: 5s
    failback_after: 1s
    check: {{ type: http, port: {port}, path: /, interval: {failover.INTERVAL_SECONDS}s,
             timeout: {failover.TIMEOUT_SECONDS}s, fall: {failover.FALL}, rise: {failover.RISE} }}
    pools:
      - endpoints: [{PRIMARY}]
      - endpoints: [{STANDBY}]
"""
    backends = [Backend(address, port, scratch) for address in (PRIMARY, STANDBY)]
    nodes = []
    times = {failure: {node: [] for node in NODES} for failure in FAILURES}
    try:
        for backend in backends:
            backend.start()
        nodes = started_nodes(etcd, scratch, services)
        askers = {name: Asker(node.setup.port, failover.NAME) for name, node in zip(NODES, nodes)}
        moments = {failure: spread_moments(options.repetitions) for failure in FAILURES}
        for repetition in range(options.repetitions):
            for failure, how in FAILURES.items():
                repeat(backends[0], how, moments[failure][repetition], askers, [node.process for node in nodes],
                       times[failure])
            print(f"repetition {repetition + 1} of {options.repetitions}", file=sys.stderr)
    finally:
        stop_all([node.process for node in nodes])
        for backend in backends:
            if backend.process is not None:
                backend.process.kill()
    print(f"\nFrom failure to changed answer, medians of {options.repetitions} (lowest to highest):\n")
    for failure, by_node in times.items():
        by_node["all three"] = [None if None in seen else max(seen) for seen in zip(*by_node.values())]
    columns = list(times["killed"])
    print(report.table(["", "process killed", "process hangs"],
                       [[name, spread(times["killed"][name]), spread(times["hangs"][name])] for name in columns]))
    return times


def measure_load(options, etcd, scratch):
    ports = free_port(), free_port()
    services = "".join(
        f"  - name: s{number}.{ZONE}\n    check: {{ type: http, port: {ports[number % 2]}, path: /, "
        f"interval: {options.interval}s, timeout: 2s, tripwire: false }}\n"
        f"    pools:\n      - endpoints: [{', '.join(group)}]\n"
        for number, group in enumerate(groups(options.endpoints)))
    webs = [Started([compiled("webserver"), port], scratch, log_name=f"webserver-{port}.log") for port in ports]
    nodes = []
    try:
        wait_until(lambda: all(connects(port) for port in ports), 20, "the web servers listening")
        nodes = started_nodes(etcd, scratch, services, f"-Xmx{options.heap}")
        wait_until(lambda: opinions(etcd) >= len(NODES) * options.endpoints, 20 * options.interval,
                   "every opinion told")
        # The collector has no reason to free what the start left behind.
        time.sleep(options.warmup)
        phases = {"quiet": phase(etcd, nodes, lambda: time.sleep(options.seconds))}
        webs[0].stop()
        half = options.endpoints // PER_SERVICE // 2 * PER_SERVICE
        told = etcd.counted()["put"] + len(NODES) * half
        phases["half of them fail"] = phase(etcd, nodes, lambda: wait_until(
            lambda: etcd.counted()["put"] >= told, 10 * options.interval, "every failure told"))
        phases["quiet again"] = phase(etcd, nodes, lambda: time.sleep(options.seconds))
        data = etcd.data_bytes(scratch)
    finally:
        stop_all([node.process for node in nodes] + webs)
    print(f"\n{options.endpoints} endpoints, {len(NODES)} vantages, each probes all of them every {options.interval} s; "
          f"etcd's file has {data / 1e6:.0f} MB at the end:\n")
    print(report.table(
        ["", "lasted", "transactions/s", "keys written/s", "to etcd, each vantage", "from etcd, each vantage",
         "CPU of each node", "resident, each node"],
        [[name, f"{figures['seconds']:.0f} s", f"{figures['txn_per_second']:.1f}", f"{figures['keys_per_second']:.0f}",
          f"{figures['sent_per_second'] / 1e3:.1f} kB/s", f"{figures['received_per_second'] / 1e3:.1f} kB/s",
          f"{100 * figures['cpu_share']:.0f} % of a core", f"{figures['resident_bytes'] / 1e6:.0f} MB"]
         for name, figures in phases.items()]))
    return phases | {"etcd_file_bytes": data}


def started_nodes(etcd, scratch, services, java_options=""):
    nodes = []
    try:
        for name in NODES:
            nodes.append(Node(name, etcd, scratch, services, java_options))
        wait_until(lambda: all(node.is_ready() for node in nodes), START_SECONDS, "three nodes present")
    except BaseException:
        stop_all([node.process for node in nodes])
        raise
    return nodes


def stop_all(processes):
    for process in processes:
        process.stop()


def phase(etcd, nodes, happening):
    """What happens meanwhile, per second and, but for what etcd counts, for each node."""
    counted, octets, ticks, start = etcd.counted(), Octets(etcd, nodes), cpu(nodes), time.monotonic()
    happening()
    sent, received = octets.since()
    seconds = time.monotonic() - start
    after = etcd.counted()
    return {"seconds": seconds,
            "txn_per_second": (after["txn"] - counted["txn"]) / seconds,
            "keys_per_second": sum(after[kind] - counted[kind] for kind in ("put", "delete")) / seconds,
            "sent_per_second": sent / seconds / len(nodes),
            "received_per_second": received / seconds / len(nodes),
            "cpu_share": (cpu(nodes) - ticks) / TICKS_PER_SECOND / seconds / len(nodes),
            "resident_bytes": sum(resident_bytes(node.process.pid) for node in nodes) / len(nodes)}


def cpu(nodes):
    return sum(sum(cpu_ticks(node.process.pid)) for node in nodes)


class Octets:
    """What went over the nodes' connections to etcd since this was made; connections that ended meanwhile are not in it."""

    def __init__(self, etcd, nodes):
        self.pids = {str(node.process.pid) for node in nodes}
        self.ports = {str(port_of(url)) for url in etcd.clients.values()}
        self.before = self.now()

    def now(self):
        text = subprocess.run(["ss", "-tinpHO", "state", "established"], capture_output=True, text=True, check=True).stdout
        found = {}
        for line in text.splitlines():
            owner = re.search(r"pid=(\d+)", line)
            if owner and owner.group(1) in self.pids and line.split()[3].rpartition(":")[2] in self.ports:
                sent, received = (re.search(rf"\b{name}:(\d+)", line) for name in ("bytes_acked", "bytes_received"))
                found[tuple(line.split()[2:4])] = (int(sent.group(1)) if sent else 0,
                                                   int(received.group(1)) if received else 0)
        return found

    def since(self):
        now = self.now()
        return tuple(sum(figures[way] - self.before.get(key, (0, 0))[way] for key, figures in now.items())
                     for way in (0, 1))


def opinions(etcd):
    """How many the nodes have told of, give or take their presence."""
    first, end = b"/detour/default/vantages/", b"/detour/default/vantages0"
    asked = {"key": base64.b64encode(first).decode(), "range_end": base64.b64encode(end).decode(), "count_only": True}
    request = urllib.request.Request(etcd.clients[NODES[0]] + "/v3/kv/range", json.dumps(asked).encode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        return int(json.load(answer).get("count", 0))


def port_of(url):
    return int(url.rpartition(":")[2])


if __name__ == "__main__":
    main()
