"""Tables that every test may use, and the command line beside the package."""

import json
import os
import random
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("SCALING", str(ROOT / "target" / "debug" / "scaling"))


@pytest.fixture(scope="session")
def scaling():
    """Runs the command line; its answer as text, or as JSON where that is asked for."""

    def run(*words, cwd=None):
        done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, cwd=cwd)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if "--json" in words else done.stdout

    return run


@pytest.fixture(scope="session")
def refused():
    """The one sentence with which the command line refuses."""

    def run(*words, cwd=None):
        done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, cwd=cwd)
        assert done.returncode != 0, done.stdout
        return done.stderr.strip().removeprefix("error: ")

    return run


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    """Twenty runs on a law of two inputs, with noise and labels, as a file."""
    draw = random.Random(3)
    lines = ["params,tokens,loss,family"]
    for n in (1e7, 3e7, 1e8, 3e8, 1e9):
        for k, d in enumerate((1e9, 3e9, 1e10, 3e10)):
            loss = (1.7 + 406 * n**-0.34 + 410 * d**-0.28) * (1 + draw.gauss(0, 0.003))
            lines.append(f"{n:.0f},{d:.0f},{loss:.5f},{'ab'[k % 2]}")
    path = tmp_path_factory.mktemp("table") / "runs.csv"
    path.write_text("\n".join(lines) + "\n")
    return path
