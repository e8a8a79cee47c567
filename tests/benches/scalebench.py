#!/usr/bin/env python3
"""ScaleBench's laws fitted by `scaling bench` and by SciPy as the benchmark's authors do, in one run.

usage: scalebench.py TABLES BOUNDS.csv [--scaling PROGRAM] [--starts 64] [--sets parallel,moe,…]

TABLES      folders `parallel`, `moe`, `sparsity`, `farseer`, each with train.parquet
BOUNDS.csv  columns task, law, group, bounds: the box of every law, `low:high` by parameter
--scaling   the program (default: the one of `cargo build --release`)

SciPy: L-BFGS-B from uniform random starts in the box, ftol 1e-15, gtol 1e-10, every group by itself.
Both sides run on one thread and count the processor seconds of their own process. A law is missed by a
side whose sum of squares is more than a millionth above the other's.
"""
import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import pyarrow.parquet
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parents[2]
exp, log = lambda v: np.exp(np.clip(v, -50, 50)), np.log

PARALLEL = ("num_params", "parallel_size"), "loss", [
    lambda t, n, p: t[0] + t[1] * n ** -t[2] + t[3] * p ** -t[4] + t[5] * n ** -t[2] * p ** -t[4],
    lambda t, n, p: t[0] + t[1] * n ** -t[2] + t[3] * p ** -t[4],
    lambda t, n, p: t[0] * n ** t[1] + t[2] / (1 + p) + t[3],
    lambda t, n, p: t[0] * n ** t[1] + t[2] * p**-0.5 + t[3],
    lambda t, n, p: np.maximum(t[0] / (n * np.maximum(t[1] * log(p) + 1, 1e-12)), 1e-12) ** t[2] + t[3],
    lambda t, n, p: t[0] + t[1] * (n ** -t[2] + p ** -t[3]),
    lambda t, n, p: t[0] + t[1] * n ** -t[2] / (1 + t[3] * log(p)),
    lambda t, n, p: (t[0] * n ** t[1] + t[2]) / (1 + t[3] * log(p)),
    lambda t, n, p: t[0] * n ** -t[1] * p ** -t[2],
    lambda t, n, p: (t[0] * n ** -t[1] + t[2]) * p ** -t[3],
]
MOE = ("dense_parameter_count", "num_experts"), "loss_validation", [
    lambda t, n, e: t[0] + t[1] * n ** -t[2] * e ** -t[3],
    lambda t, n, e: t[0] + t[1] * exp(-t[4] * (t[2] * log(n) + t[3] * log(e))),
    lambda t, n, e: t[0] * n ** t[1] / (1 + t[2] * e ** t[3]) + t[4] * n ** (0.6 * t[1]) + t[5],
    lambda t, n, e: t[0] * n ** -t[1] * (1 + t[2] * e) ** -t[3] + t[4] + t[5] * (log(n) - 0.4 * log(1 + e)),
    lambda t, n, e: t[0] + exp(t[1] + t[2] * log(e) + t[3] * log(n) + t[4] * log(e) * log(n)) + t[5] * log(e),
    lambda t, n, e: t[0] * n ** -t[1] * (1 + t[2] * e ** -t[3]) + t[4] + t[5] / (e * n**0.05),
    lambda t, n, e: t[0] * e ** t[1] * n ** t[2] + t[3] * n ** t[4] + t[5],
    lambda t, n, e: t[0] * n ** t[1] * e ** t[2] + t[3],
    lambda t, n, e: t[0] + t[1] * exp(-t[3] * (log(n) + t[2] * log(e))),
    lambda t, n, e: t[0] + t[1] * (n / 1e9) ** -t[2] * ((1 + t[3] * e ** t[4]) / (1 + t[3])) ** -t[5],
]
SPARSITY = ("P", "N_active"), "loss", [
    lambda t, p, n: exp(t[0] - t[1] * log(p) - t[2] * log(n) + t[3] * log(p) * log(n)) + exp(t[4]),
    lambda t, p, n: exp(t[0] - t[1] * log(p) - t[2] * log(n)) + exp(t[3]),
    lambda t, p, n: exp(t[0] - t[1] * log(p)) + exp(t[2] - t[3] * log(n) + t[4] * log(p) * log(n)) + exp(t[5]),
    lambda t, p, n: exp(t[0] - t[1] * log(p)) + exp(t[2] - t[3] * log(n)) + exp(t[4]),
]
FARSEER = ("N", "D"), "loss", [
    lambda t, n, d: exp(t[1] * n ** t[2] + t[3])
    + exp(t[4] * n ** t[5] + t[6] - log(d) * exp(t[7] * n ** t[8] + t[0])),
]
SETS = {"parallel": PARALLEL, "moe": MOE, "sparsity": SPARSITY, "farseer": FARSEER}


def by_scipy(name, tables, boxes, starts):
    inputs, target, forms = SETS[name]
    columns = pyarrow.parquet.read_table(tables / name / "train.parquet").to_pydict()
    groups = np.array(columns.get("group", ["all_data"] * len(columns[target])))
    x, y = [np.array(columns[i], float) for i in inputs], np.array(columns[target], float)
    sums, generator, began = [], np.random.default_rng(1), time.process_time()
    for k, form in enumerate(forms):
        total = 0.0
        for group in np.unique(groups):
            mine = groups == group
            box = np.array(boxes[name, f"sl_{k + 1}", str(group)])
            here, there = [v[mine] for v in x], y[mine]

            def square(t):
                value = ((there - form(t, *here)) ** 2).sum()
                return value if np.isfinite(value) else 1e30

            ends = (
                minimize(square, generator.uniform(*box.T), method="L-BFGS-B", bounds=box,
                         options={"ftol": 1e-15, "gtol": 1e-10}).fun
                for _ in range(starts)
            )
            total += min(ends)
        sums.append(total)
    return sums, time.process_time() - began


def by_us(name, tables, program):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).symlink_to(tables / name)
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        command = [program, "bench", folder, "--suite", "scalebench", "--json"]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    return [line["score"] for line in json.loads(done.stdout)["tasks"][0]["evidence"]], spent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", type=Path)
    parser.add_argument("bounds", type=Path)
    parser.add_argument("--scaling", default=str(ROOT / "target/release/scaling"))
    parser.add_argument("--starts", type=int, default=64)
    parser.add_argument("--sets", default=",".join(SETS))
    options = parser.parse_args()
    boxes = {}
    with open(options.bounds) as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            pairs = [[float(v) for v in pair.split(":")] for pair in row["bounds"].split()]
            boxes[row["task"], row["law"], row["group"]] = pairs
    np.seterr(all="ignore")
    print("| set | laws | SciPy / ours | SciPy | ours | SciPy misses | we miss |\n|--|--:|--:|--:|--:|--:|--:|")
    spent = [0.0, 0.0]
    for name in options.sets.split(","):
        ours, mine = by_us(name, options.tables.resolve(), options.scaling)
        theirs, their = by_scipy(name, options.tables, boxes, options.starts)
        above = lambda a, b: sum(u > v * (1 + 1e-6) for u, v in zip(a, b))
        print(f"| {name} | {len(ours)} | {their / mine:.0f} | {their:.2f} s | {mine:.3f} s "
              f"| {above(theirs, ours)} | {above(ours, theirs)} |", flush=True)
        spent[0] += their
        spent[1] += mine
        if above(ours, theirs):
            sys.exit(f"{name}: SciPy found less: {theirs} against {ours}")
    print(f"| all | | {spent[0] / spent[1]:.0f} | {spent[0]:.1f} s | {spent[1]:.2f} s | | |")


main()
