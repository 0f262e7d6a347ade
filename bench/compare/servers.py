"""The servers that are compared, each started with one UDP worker and no rate limit.

A server is a class with a `label`, the `program` it needs, and `command(setup)`, which writes its
configuration into its own directory and returns what to start. Adding a server is one class and one
line in SERVERS.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import urllib.request

from processes import Started, free_port

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
ZONE = "example.com"


class Setup:
    """Where a server's files go, the port it answers on, and the zone it serves."""

    def __init__(self, directory, zone_file):
        self.directory = pathlib.Path(directory)
        self.port = free_port()
        self.zone_file = zone_file
        self.companions = []
        self.http_port = free_port()

    def dnstap_receiver(self):
        """The socket of a receiver that takes whatever comes and keeps nothing."""
        path = self.directory / "dnstap.sock"
        self.companions.append(
            ["fstrm_capture", "-t", "protobuf:dnstap.Dnstap", "-u", path, "-w", "/dev/null"])
        return path

    def write(self, name, text):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def folder(self, name):
        path = self.directory / name
        path.mkdir(parents=True, exist_ok=True)
        return path


class Floor:
    label = "floor: a C loop of recvmmsg, flip a bit, sendmmsg"
    program = "gcc"
    verifies = False

    def command(self, setup):
        return [compiled("reflector"), setup.port]


class Detour:
    label = "Detour"
    program = str(REPOSITORY / "server/target/dist/bin/detour")
    verifies = True

    def command(self, setup):
        return detour_command(setup, detour_zone(setup))


class DetourDnstap:
    """With its query log; `one_in` chooses by chance."""

    program = Detour.program
    verifies = True

    def __init__(self, one_in):
        self.one_in = one_in
        self.label = "Detour, dnstap of " + ("all" if one_in == 1 else f"one in {one_in}")

    def command(self, setup):
        dnstap = f"dnstap: {{ socket: {setup.dnstap_receiver()}, one_in: {self.one_in} }}\n"
        return detour_command(setup, dnstap + detour_zone(setup))

    def remark(self, setup):
        """How many messages the receiver was too slow for."""
        with urllib.request.urlopen(f"http://127.0.0.1:{setup.http_port}/metrics", timeout=10) as response:
            metrics = response.read().decode()
        sent, dropped = (sum(float(line.split()[-1]) for line in metrics.splitlines()
                             if line.startswith(f"detour_dnstap_{what}_total"))
                         for what in ("frames", "dropped"))
        return f"{sent:,.0f} messages sent, {dropped:,.0f} dropped"


class DetourServices:
    """Every name a service of two pools instead of a record of the zone file."""

    label = "Detour, every name a service"
    program = Detour.program
    verifies = True

    def command(self, setup):
        services = []
        for line in pathlib.Path(setup.zone_file).read_text().splitlines():
            owner, *_, last = line.split()
            if owner.startswith("h"):
                services.append(f"  - name: {owner}.{ZONE}\n    check: none\n    pools:\n      - endpoints: [{last}]\n"
                                "      - endpoints: [198.51.100.1]\n")
        return detour_command(setup, f"""
zones:
  - name: {ZONE}
    ns: [ns1.example.net]
services:
{"".join(services)}""")


class Gdnsd:
    label = "gdnsd"
    program = "gdnsd"
    verifies = True

    def command(self, setup):
        shutil.copy(setup.zone_file, setup.folder("etc/zones") / ZONE)
        return gdnsd_command(setup)


class Knot:
    program = "knotd"
    verifies = True

    def __init__(self, dnstap=False):
        self.dnstap = dnstap
        self.label = "Knot DNS, dnstap of all" if dnstap else "Knot DNS"

    def command(self, setup):
        module = f"""
mod-dnstap:
  - id: all
    sink: unix:{setup.dnstap_receiver()}
template:
  - id: default
    global-module: mod-dnstap/all
""" if self.dnstap else ""
        config = setup.write("knot.conf", f"""
server:
    rundir: "{setup.folder('run')}"
    listen: 127.0.0.1@{setup.port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: warning
database:
    storage: "{setup.folder('db')}"
{module}
zone:
  - domain: {ZONE}
    file: "{setup.zone_file}"
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
""")
        return ["knotd", "-c", config]


class Nsd:
    program = "nsd"
    verifies = True

    def __init__(self, dnstap=False):
        self.dnstap = dnstap
        self.label = "NSD, dnstap of all" if dnstap else "NSD"

    def command(self, setup):
        dnstap = f"""
dnstap:
    dnstap-enable: yes
    dnstap-socket-path: "{setup.dnstap_receiver()}"
    dnstap-log-auth-query-messages: yes
    dnstap-log-auth-response-messages: yes
""" if self.dnstap else ""
        config = setup.write("nsd.conf", f"""
server:
    ip-address: 127.0.0.1
    port: {setup.port}
    server-count: 1
    username: ""
    zonesdir: "{setup.directory}"
    pidfile: "{setup.directory}/nsd.pid"
    xfrdfile: "{setup.directory}/xfrd.state"
    zonelistfile: "{setup.directory}/zone.list"
    xfrdir: "{setup.folder('xfr')}"
    rrl-ratelimit: 0
remote-control:
    control-enable: no
{dnstap}
zone:
    name: {ZONE}
    zonefile: "{setup.zone_file}"
""")
        return ["nsd", "-d", "-c", config]


class PowerDns:
    label = "PowerDNS"
    program = "pdns_server"
    verifies = True

    def command(self, setup):
        return powerdns_command(setup, setup.zone_file)


class Bind:
    label = "BIND"
    program = "named"
    verifies = True

    def command(self, setup):
        config = setup.write("named.conf", f"""
options {{
  directory "{setup.directory}";
  pid-file "{setup.directory}/named.pid";
  session-keyfile "{setup.directory}/session.key";
  listen-on port {setup.port} {{ 127.0.0.1; }};
  listen-on-v6 {{ none; }};
  recursion no;
  notify no;
}};
controls {{ }};
zone "{ZONE}" {{ type primary; file "{setup.zone_file}"; }};
""")
        return ["named", "-g", "-n", "1", "-c", config]


SERVERS = {
    "floor": Floor(),
    "detour": Detour(),
    "detour-services": DetourServices(),
    "detour-dnstap": DetourDnstap(1),
    "detour-dnstap-100": DetourDnstap(100),
    "gdnsd": Gdnsd(),
    "knot": Knot(),
    "knot-dnstap": Knot(dnstap=True),
    "nsd": Nsd(),
    "nsd-dnstap": Nsd(dnstap=True),
    "pdns": PowerDns(),
    "bind": Bind(),
}


def detour_zone(setup):
    return f"""
zones:
  - name: {ZONE}
    file: {setup.zone_file}
services: []
"""


def detour_command(setup, zones_and_services):
    """Starts the packaged build with these zones and services on free ports."""
    config = setup.write("detour.yaml", f"""
node:
  name: bench
  data_dir: {setup.folder('data')}
listen:
  dns: ["127.0.0.1:{setup.port}"]
  http: "127.0.0.1:{setup.http_port}"
{zones_and_services}""")
    return [Detour.program, "run", "-c", config]


def gdnsd_command(setup, more=""):
    """Starts gdnsd on the zones below etc/zones."""
    setup.write("etc/config", f"""
options => {{
  listen => {{ 127.0.0.1:{setup.port} => {{ udp_threads => 1, tcp_threads => 1 }} }}
  run_dir => {setup.folder('run')}
  state_dir => {setup.folder('state')}
}}
{more}""")
    return ["gdnsd", "-c", setup.directory / "etc", "start"]


def powerdns_command(setup, zone_file, more=""):
    """Starts PowerDNS with its BIND backend on one zone file."""
    setup.write("named.conf", f'zone "{ZONE}" {{ type master; file "{zone_file}"; }};\n')
    setup.write("pdns.conf", f"""
launch=bind
bind-config={setup.directory}/named.conf
local-address=127.0.0.1
local-port={setup.port}
receiver-threads=1
distributor-threads=1
socket-dir={setup.folder('run')}
daemon=no
guardian=no
security-poll-suffix=
version-string=anonymous
{more}""")
    return ["pdns_server", f"--config-dir={setup.directory}"]


def installed(server):
    return shutil.which(server.program) is not None


def started(server, scratch, zone_file, core=None, companion_core=None):
    """Starts the server in a directory of its own below `scratch`; returns its setup and its process."""
    setup = Setup(tempfile.mkdtemp(dir=scratch), zone_file)
    command = server.command(setup)
    companions = [
        Started(companion, setup.directory, f"companion{number}.log", core=companion_core)
        for number, companion in enumerate(setup.companions)]
    return setup, Started(command, setup.directory, core=core, companions=companions)


def compiled(name):
    """The path of one of our C programs, compiled when it is missing or older than its source."""
    source = REPOSITORY / "bench/src/main/c" / f"{name}.c"
    binary = REPOSITORY / "bench/target/native" / name
    if not binary.exists() or binary.stat().st_mtime < source.stat().st_mtime:
        binary.parent.mkdir(parents=True, exist_ok=True)
        building = binary.with_suffix(f".{os.getpid()}")
        subprocess.run(["gcc", "-O2", "-Wall", "-o", building, source], check=True)
        building.replace(binary)
    return binary
