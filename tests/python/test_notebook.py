"""Notebooks run as they stand, and say again what was written into them."""

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient

STUDY = """
title = "Two laws"
about = "On the same rows."
seed = 7

[[fit]]
name = "size-and-data"
about = "The additive law."
data = "runs.csv"
law = "chinchilla"
where = "params < 2e9"
bound = { E = [0, 3] }
predict = [{ N = "7B", D = "1T" }]
compute = ["1e21"]

[[fit]]
name = "2-without-a-floor"
data = "runs.csv"
law = "kaplan"
loss = "squared"

[[method]]
name = "compared"
method = "compare"
data = "runs.csv"
laws = ["chinchilla", "kaplan"]
"""


def executed(path):
    """A notebook before and after it is run."""
    written = nbformat.read(path, as_version=4)
    nbformat.validate(written)
    again = nbformat.read(path, as_version=4)
    NotebookClient(again, timeout=600, resources={"metadata": {"path": str(path.parent)}}).execute()
    return written, again


def shown(notebook):
    return [[output["data"] for output in cell.get("outputs", [])] for cell in notebook.cells]


def test_a_study_is_a_notebook(scaling, runs, tmp_path):
    studied = tmp_path / "studies"
    studied.mkdir()
    (studied / "runs.csv").write_bytes(runs.read_bytes())
    (studied / "laws.toml").write_text(STUDY)
    scaling("run", studied / "laws.toml", "--out", tmp_path / "results", cwd=tmp_path)
    written, again = executed(tmp_path / "results" / "notebook.ipynb")
    assert shown(written) == shown(again)
    assert sum(bool(outputs) for outputs in shown(written)) == 7
    assert str(tmp_path) not in nbformat.writes(written), "a path of this machine"
    scaling("notebook", studied / "laws.toml", "--out", tmp_path / "other.ipynb", cwd=tmp_path)
    assert shown(nbformat.read(tmp_path / "other.ipynb", as_version=4)) == shown(written)


def test_a_saved_fit_is_a_notebook(scaling, runs, tmp_path):
    scaling("fit", runs, "--law", "chinchilla", "--out", tmp_path / "fit")
    scaling("notebook", "fit", "--out", "notes/fit.ipynb", cwd=tmp_path)
    written, again = executed(tmp_path / "notes" / "fit.ipynb")
    assert shown(written) == shown(again)


def test_the_notebook_of_the_gallery_runs():
    path = ROOT / "notebooks-output" / "overview" / "notebook.ipynb"
    written, again = executed(path)
    assert shown(written) == shown(again)
    assert len(written.cells) > 60
