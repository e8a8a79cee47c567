"""The package says what the command line says, to the last bit, of every kind of table."""

import json
import threading
import time

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scaling_laws as sl

KINDS = {
    "pandas": lambda path: pd.read_csv(path),
    "pandas with nullable types": lambda path: pd.read_csv(path).convert_dtypes(),
    "polars": lambda path: pl.read_csv(path),
    "arrow": lambda path: pa.Table.from_pandas(pd.read_csv(path)),
    "lists": lambda path: pd.read_csv(path).to_dict("list"),
    "arrays": lambda path: {name: column.to_numpy() for name, column in pd.read_csv(path).items()},
    "a path": lambda path: path,
}

# What a record says of where its rows come from, and of how it was asked for.
OF_THE_SOURCE = ("name", "command", "provenance")


def digits(record):
    return {key: value for key, value in record.items() if key not in OF_THE_SOURCE}


def saved(folder):
    return json.loads((folder / "record.json").read_text())["record"]


@pytest.fixture(scope="session")
def kept(scaling, runs):
    folder = runs.parent / "fit"
    scaling("fit", runs, "--law", "chinchilla", "--out", folder)
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_a_fit_is_that_of_the_command_line(kind, runs, kept):
    fit = sl.fit(KINDS[kind](runs), law="chinchilla")
    assert digits(fit.record) == digits(saved(kept))


def test_keys_are_those_of_a_study(scaling, runs):
    ours = sl.fit(
        pd.read_csv(runs), law="chinchilla", where="params < 5e8", holdout="family == 'b'", fix={"alpha": 0.34},
        bound={"E": (0, 3)}, prior={"beta": (0.28, 0.05)}, loss="squared", residual="raw", level=0.9,
    )
    out = runs.parent / "keys"
    scaling(
        "fit", runs, "--law", "chinchilla", "--where", "params < 5e8", "--holdout", "family == 'b'", "--fix", "alpha=0.34",
        "--bound", "E=0..3", "--prior", "beta=0.28~0.05", "--loss", "squared", "--residual", "raw", "--level", "0.9", "--out", out,
    )
    assert digits(ours.record) == digits(saved(out))


def test_a_saved_fit_is_the_same_fit(runs, kept, tmp_path):
    fit = sl.fit(pd.read_csv(runs), law="chinchilla")
    assert sl.open(kept).params.equals(fit.params)
    file = fit.save(tmp_path / "again")
    assert sl.open(file).record == fit.record == json.loads(fit.to_json())


def test_predictions_and_optima_are_those_of_the_command_line(scaling, runs, kept):
    fit = sl.fit(pd.read_csv(runs), law="chinchilla")
    theirs = scaling("optimum", kept, "--compute", "1e21", "--json")
    ours = fit.optimum("1e21")
    for symbol in ("N", "D", "L", "D/N"):
        for key in ("estimate", "lower", "upper", "standard_error"):
            assert ours[symbol][key] == theirs[symbol][key], (symbol, key)
    theirs = scaling("predict", kept, "--at", "N=7e9,D=1e12", "--json")
    ours = fit.predict(N=7e9, D="1T")
    said = json.dumps(theirs)
    for value in (ours["estimate"], ours["new_run"]["lower"], ours["new_run"]["upper"]):
        assert json.dumps(value) in said
    many = fit.predict(pd.DataFrame({"N": [7e9, 1e10], "D": [1e12, 2e12]}))
    assert many["estimate"].iloc[0] == ours["estimate"] and many["new_run_upper"].iloc[0] == ours["new_run"]["upper"]
    assert many["estimate"].iloc[1] < many["estimate"].iloc[0]


def test_curves_are_forecast_as_by_the_command_line(scaling, tmp_path):
    steps = np.arange(1, 41)
    table = pd.DataFrame({"tokens": steps * 1e8, "loss": 2 + 3 * (steps / 1.0) ** -0.4})
    file = tmp_path / "curve.csv"
    table.to_csv(file, index=False)
    theirs = scaling("extrapolate", file, "--x", "tokens", "--y", "loss", "--to", "2x,4x", "--json")
    assert sl.extrapolate(table, x="tokens", y="loss", to=["2x", "4x"])["curves"] == theirs["curves"]


def test_laws_are_compared_as_by_the_command_line(scaling, runs):
    theirs = scaling("compare", runs, "--laws", "chinchilla,kaplan", "--json")
    ours = sl.compare(pd.read_csv(runs), ["chinchilla", "kaplan"])
    assert [law["crps"] for law in ours["laws"]] == [law["crps"] for law in theirs["laws"]]
    assert ours["verdict"] == theirs["verdict"]
    fit = sl.fit(pd.read_csv(runs), law="chinchilla")
    assert fit.compare(["kaplan"])["laws"] == ours["laws"]


def test_a_refusal_is_the_sentence_of_the_command_line(refused, runs):
    with pytest.raises(ValueError) as ours:
        sl.fit(str(runs), law="chinchila")
    assert str(ours.value) in refused("fit", runs, "--law", "chinchila")
    with pytest.raises(sl.ScalingError, match="there is no column `parms`; there is `params`"):
        sl.fit(pd.read_csv(runs), law="chinchilla", where="parms < 5")
    with pytest.raises(sl.ScalingError, match="no column|nothing|needs"):
        sl.fit({"a": [1.0, 2.0], "b": [2.0, 3.0]}, law="chinchilla")
    with pytest.raises(sl.ScalingError, match="not int"):
        sl.fit(3, law="chinchilla")


def test_missing_cells_are_counted_not_guessed(runs):
    table = pd.read_csv(runs)
    table.loc[3, "loss"] = np.nan
    with pytest.raises(sl.ScalingError, match="row 4, column `loss` is empty"):
        sl.fit(table, law="chinchilla")
    fit = sl.fit(table, law="chinchilla", where="L > 0")
    provenance = fit.record["provenance"]
    assert (provenance["rows_read"], provenance["rows_used"]) == (20, 19)
    assert sum(dropped["count"] for dropped in provenance["dropped"]) == 1
    assert sl.fit(pl.from_pandas(table), law="chinchilla", where="L > 0").params.equals(fit.params)


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(sl.ScalingError, match="of one length"):
        sl.fit({"N": [1e7, 2e7], "D": [1e9], "L": [3.0, 2.9]}, law="chinchilla")


def test_a_fit_shows_itself(runs):
    fit = sl.fit(pd.read_csv(runs), law="chinchilla")
    word, reasons = fit.trust
    assert word in repr(fit) and word in fit._repr_html_()
    assert all(reason in repr(fit) for reason in reasons)
    assert fit.params.loc["alpha", "lower"] < 0.34 < fit.params.loc["alpha", "upper"]
    assert fit["a"]["estimate"] == fit.derived.loc["a", "estimate"]
    assert fit.figure()._repr_svg_().startswith("<svg") and len(fit.figures()) > 3
    with pytest.raises(sl.ScalingError, match="there are"):
        fit.figure("none of this name")


def test_a_report_is_one_page_with_its_figures(runs, tmp_path):
    page = sl.fit(pd.read_csv(runs), law="chinchilla").report(tmp_path / "report")
    assert "<svg" in open(page, encoding="utf-8").read()
    assert (tmp_path / "report" / "report.md").exists()


def test_other_threads_run_while_a_fit_does(runs):
    table = pd.read_csv(runs)
    ticks, stop = [], threading.Event()

    def tick():
        while not stop.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.001)

    beside = threading.Thread(target=tick)
    beside.start()
    began = time.monotonic()
    sl.fit(table, law="chinchilla", interval="pairs", bootstrap=200, seed=1)
    ended = time.monotonic()
    stop.set()
    beside.join()
    assert sum(began < at < ended for at in ticks) > 2, "the interpreter's lock was held"


def test_the_laws_are_listed():
    laws = sl.laws()
    assert "chinchilla" in laws.index and len(laws) > 80


def test_a_python_function_is_a_law(runs, scaling, tmp_path):
    frame = pd.read_csv(runs)
    text = "L(N, D) = E + A/N^alpha + B/D^beta"

    def law(N, D, E, A, B, alpha, beta):
        return E + A / N**alpha + B / D**beta

    assert sl.law(law) == text
    fit = sl.fit(frame, law=law)
    built_in = sl.fit(frame, law="chinchilla")
    for symbol in ("E", "A", "B", "alpha", "beta"):
        assert fit.params.loc[symbol, "estimate"] == pytest.approx(built_in.params.loc[symbol, "estimate"], rel=1e-6)
    at = {"N": "7B", "D": "1T"}
    assert fit.predict(**at)["estimate"] == pytest.approx(built_in.predict(**at)["estimate"], rel=1e-9)
    # The command line fits the same text to the same digits, and opens what was saved.
    scaling("fit", runs, "--law", text, "--out", tmp_path / "there")
    assert digits(saved(tmp_path / "there")) == digits(json.loads(fit.to_json()))
    assert sl.open(tmp_path / "there").predict(**at) == fit.predict(**at)
    compared = sl.compare(frame, [law, "kaplan"])
    assert text in [entry["law"] for entry in compared["laws"]]


def test_functions_are_written_down_or_refused():
    text = "y(x) = a*exp(-k*x) + b*max(x, c)^2 - 1/(1 + ln(x))"
    assert sl.law(lambda x, a, k, b, c: a * np.exp(-(k * x)) + b * np.maximum(x, c) ** 2 - 1 / (1 + np.log(x)), output="y") == text
    assert sl.law(lambda size, *, a, p: a * size**-p, bounds={"p": (0, 2)}) == "L(size) = a*size^(-p); p in [0.0, 2.0]"
    assert sl.law(lambda N, a, b: a - (b - N)) == "L(N) = a - (b - N)"
    assert sl.law(lambda N, a, b: (a + b) * -N / (2 * a) ** 0.5) == "L(N) = (a + b)*(-N)/(2*a)^0.5"
    import math

    for law, part in [
        (lambda N, a: a if N > 1 else a / N, "compares values"),
        (lambda N, a: math.exp(a * N), "numpy.exp"),
        (lambda N, a: np.arccosh(N) * a, "numpy.arccosh"),
        (lambda *values: 1.0, "no *"),
        (lambda X, a: sum(X) * a, "argument of its own"),
    ]:
        with pytest.raises(sl.ScalingError, match=part.replace("*", r"\*")):
            sl.law(law)
