"""Results as a Markdown table for people and as JSON for programs."""

import json
import os
import platform
import statistics
import subprocess
import time

from servers import REPOSITORY


def table(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def median(values):
    return statistics.median(values) if values else None


def number(value, decimals, unit=""):
    return "-" if value is None else f"{value:.{decimals}f}{unit}"


def surroundings():
    """What a reader must know to judge the figures."""
    commit = subprocess.run(["git", "-C", REPOSITORY, "rev-parse", "--short", "HEAD"],
                            capture_output=True, text=True, check=False).stdout.strip()
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "commit": commit,
        "kernel": platform.release(),
        "cores": os.cpu_count(),
        "load_average_before": os.getloadavg()[0],
    }


def write_json(path, value):
    if path:
        with open(path, "w") as file:
            json.dump(value, file, indent=2)
            file.write("\n")
