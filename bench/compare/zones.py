"""The zone that every server serves: one A record for each of n names."""

import pathlib

from servers import ZONE


def host(index):
    return f"h{index:07d}"


def address(index):
    """A private address that belongs to this name alone."""
    return f"10.{index >> 16 & 255}.{index >> 8 & 255}.{index & 255}"


def write_zone(path, names):
    with open(path, "w") as zone:
        zone.write(
            f"@ 3600 IN SOA ns1.{ZONE}. hostmaster.{ZONE}. 1 7200 900 1209600 300\n"
            f"@ 3600 IN NS ns1.{ZONE}.\n"
            "ns1 3600 IN A 127.0.0.1\n")
        zone.writelines(f"{host(i)} 300 IN A {address(i)}\n" for i in range(names))
    # Files of our own directory, yet PowerDNS and NSD may read them as another user.
    pathlib.Path(path).chmod(0o644)


def write_queries(path, names, step=7919):
    """Every name once, in an order that is the same for all servers and not that of the zone file.

    `step` is prime and no factor of a round number of names, so stepping by it visits them all.
    """
    with open(path, "w") as queries:
        queries.writelines(f"{host(i * step % names)}.{ZONE} A\n" for i in range(names))
