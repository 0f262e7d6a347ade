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

from processes import Started, free_port

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
ZONE = "example.com"


class Setup:
    """Where a server's files go, the port it answers on, and the zone it serves."""

    def __init__(self, directory, zone_file):
        self.directory = pathlib.Path(directory)
        self.port = free_port()
        self.zone_file = zone_file

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
        return detour_command(setup, f"""
zones:
  - name: {ZONE}
    file: {setup.zone_file}
services: []
""")


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
    label = "Knot DNS"
    program = "knotd"
    verifies = True

    def command(self, setup):
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
zone:
  - domain: {ZONE}
    file: "{setup.zone_file}"
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
""")
        return ["knotd", "-c", config]


class Nsd:
    label = "NSD"
    program = "nsd"
    verifies = True

    def command(self, setup):
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
    "gdnsd": Gdnsd(),
    "knot": Knot(),
    "nsd": Nsd(),
    "pdns": PowerDns(),
    "bind": Bind(),
}


def detour_command(setup, zones_and_services):
    """Starts the packaged build with these zones and services on free ports."""
    config = setup.write("detour.yaml", f"""
node:
  name: bench
  data_dir: {setup.folder('data')}
listen:
  dns: ["127.0.0.1:{setup.port}"]
  http: "127.0.0.1:{free_port()}"
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


def started(server, scratch, zone_file, core=None):
    """Starts the server in a directory of its own below `scratch`; returns its setup and its process."""
    setup = Setup(tempfile.mkdtemp(dir=scratch), zone_file)
    command = server.command(setup)
    return setup, Started(command, setup.directory, core=core)


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
