#!/usr/bin/env python3
"""Our fits against SciPy's, on the same points, in one run on one thread.

usage: compare.py BASELINE [--python PYTHON] [--points POINTS.csv] [--bench COMMAND]

BASELINE  the script that fits with SciPy: `BASELINE POINTS.csv {fit|bootstrap|grid}` prints one line
          of JSON with `cpu_s_each`, and for `grid` also `cpu_s`
--python  an interpreter with numpy and scipy (default: the one that runs this script)
--points  columns N, C, L (default: the built-in data set that the bench uses)
--bench   the bench (default: `cargo bench --quiet --bench fit --`)

Both sides measure the processor seconds of their own process. They take turns three times, and the
least of each side's times counts: what else the machine does slows either.
"""
import argparse
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1"}
REFITS = 4000
TURNS = 3


def lines_of(command):
    environment = {**os.environ, **ONE_THREAD}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("baseline", type=Path)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--points", type=Path, default=ROOT / "datasets/hoffmann2022-figure4/data.csv")
    parser.add_argument("--bench", default="cargo bench --quiet --bench fit --")
    options = parser.parse_args()

    def scipy():
        command = [options.python, options.baseline.resolve(), options.points.resolve()]
        return {what: lines_of([*command, what])[-1] for what in ("fit", "bootstrap", "grid")}

    def bench():
        return {line["what"]: line for line in lines_of([*shlex.split(options.bench), "--json"])}

    turns = [(scipy(), bench()) for _ in range(TURNS)]
    least = lambda what: min((ours[what] for _, ours in turns), key=lambda line: line["cpu_s_each"])
    ours = {what: least(what) for what in turns[0][1]}
    both = lambda what, key: min(theirs[what][key] for theirs, _ in turns)
    rows = [
        ("one solve from the usual start", both("fit", "cpu_s_each"), ours["fit"], 1),
        ("one warm bootstrap refit", both("bootstrap", "cpu_s_each"), ours["bootstrap"], 1),
        (f"{REFITS:,} bootstrap refits", both("bootstrap", "cpu_s_each") * REFITS, ours["bootstrap"], REFITS),
        ("global search with no start given", both("grid", "cpu_s"), ours["grid"], 1),
    ]
    print("| work | SciPy / ours | SciPy | ours | passes | ns per row and pass |")
    print("|--|--:|--:|--:|--:|--:|")
    for name, theirs, line, count in rows:
        mine = line["cpu_s_each"] * count
        tail = f"{line['passes']:.1f} | {line['ns_per_row_and_pass']:.1f}"
        print(f"| {name} | {theirs / mine:.0f} | {seconds(theirs)} | {seconds(mine)} | {tail} |")


def seconds(value):
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size:
            break
    return f"{value / size:.3g} {unit}"


main()
