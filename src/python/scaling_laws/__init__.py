"""Fits neural scaling laws, says how far to trust the fit, and extrapolates.

>>> import scaling_laws as sl
>>> fit = sl.fit("hoffmann2022-figure4", law="chinchilla", where="L < 3.4469")
>>> fit.params                      # DataFrame: estimate, standard error, lower, upper, unit
>>> fit.optimum(5.76e23)            # N, D and L with intervals
>>> fit.predict(N="70B", D="1.4T")  # the law, and a new run, with intervals

A *table* is a pandas or polars DataFrame, an Arrow table, a mapping of columns, a path, or the id of a built-in data set.
Columns find their roles by their headers, as on the command line; ``map`` names them. Answers are those of the command
line, to the last bit: the same engine, the same rows.
"""

from __future__ import annotations

import builtins
import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from . import _core
from ._core import ScalingError
from ._written import written as _written

__all__ = ["Answer", "Figure", "Fit", "ScalingError", "compare", "extrapolate", "fit", "law", "laws", "method", "open"]
__version__ = "0.1.0"


# ---- Tables


def _column(values: Any) -> Any:
    """A column as the native half takes it: bytes of float64, or a list of texts."""
    if hasattr(values, "to_pylist"):  # Arrow
        values = values.to_pylist()
    elif hasattr(values, "to_list"):  # pandas, polars
        kind = str(getattr(values, "dtype", "")).lower()
        numeric = any(kind.startswith(word) for word in ("int", "uint", "float", "bool", "decimal"))
        if numeric and hasattr(values, "to_numpy"):
            return _numbers(values)
        values = values.to_list()
    if hasattr(values, "dtype") and hasattr(values, "astype") and values.dtype.kind in "iufb":
        return values.astype("float64").tobytes()
    return _listed(list(values))


def _numbers(values: Any) -> bytes:
    try:
        array = values.to_numpy(dtype="float64", na_value=float("nan"))  # pandas
    except TypeError:
        import array as plain

        floats = (float("nan") if value is None else float(value) for value in values.to_list())
        return plain.array("d", floats).tobytes()
    return array.tobytes()


def _listed(values: list[Any]) -> Any:
    import array as plain

    def missing(value: Any) -> bool:
        return value is None or value != value

    if all(missing(value) or isinstance(value, (int, float)) for value in values):
        return plain.array("d", (float("nan") if missing(value) else float(value) for value in values)).tobytes()
    try:  # numpy's scalars are numbers too
        if not any(isinstance(value, str) for value in values):
            return plain.array("d", (float("nan") if missing(value) else float(value) for value in values)).tobytes()
    except (TypeError, ValueError):
        pass
    return ["" if missing(value) else str(value) for value in values]


def _table(data: Any) -> _core.Table:
    if isinstance(data, _core.Table):
        return data
    if isinstance(data, (str, os.PathLike)):
        return _core.Table.named(os.fspath(data))
    if hasattr(data, "column_names") and hasattr(data, "column"):  # Arrow
        columns = [(str(name), data.column(name)) for name in data.column_names]
    elif hasattr(data, "columns") and hasattr(data, "__getitem__"):  # pandas, polars
        columns = [(str(name), data[name]) for name in data.columns]
    elif isinstance(data, Mapping):
        columns = [(str(name), values) for name, values in data.items()]
    else:
        raise ScalingError(
            f"a table is a DataFrame, an Arrow table, a mapping of columns, a path or a built-in id, not {type(data).__name__}"
        )
    return _core.Table.of_columns("a table in memory", [(name, _column(values)) for name, values in columns])


def _plain(value: Any) -> Any:
    """A setting as JSON has it; numpy's scalars and arrays included."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (str, bool, int, float)) or value is None:
        return value
    if hasattr(value, "item") and not hasattr(value, "__len__"):
        return value.item()
    if isinstance(value, Iterable):
        return [_plain(inner) for inner in value]
    return float(value)


def _settings(keys: Mapping[str, Any]) -> str:
    # `where` is the word of the command line and `where_` what remains where it cannot be one.
    return json.dumps({key.rstrip("_"): _plain(value) for key, value in keys.items() if value is not None})


class Answer(dict):
    """A dictionary that shows itself in words."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self._text = self.pop("text", "")

    def __repr__(self) -> str:
        return self._text or super().__repr__()


class Figure:
    """A figure: ``name`` and ``svg``."""

    def __init__(self, name: str, svg: str) -> None:
        self.name, self.svg = name, svg

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the SVG."""
        with builtins.open(path, "w", encoding="utf-8") as file:
            file.write(self.svg)

    def __repr__(self) -> str:
        return f"<figure {self.name}>"

    def _repr_svg_(self) -> str:
        return self.svg


# ---- Fits


class Fit:
    """A law fitted to rows.

    ``record`` is all that is known of it, as a dictionary in the layout that the command line saves.
    """

    def __init__(self, native: _core.Fitted, table: _core.Table | None = None, keys: Mapping[str, Any] | None = None) -> None:
        self._native = native
        self._table = table
        self._keys = dict(keys or {})
        self._record: dict[str, Any] | None = None

    @property
    def record(self) -> dict[str, Any]:
        if self._record is None:
            self._record = json.loads(self._native.json())
        return self._record

    @property
    def law(self) -> str:
        """Id of the law."""
        return self.record["law"]["id"]

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """What a reader must know: ``kind`` and ``message`` of each."""
        return self.record["warnings"]

    @property
    def trust(self) -> tuple[str, list[str]]:
        """How far to trust the fit: ``sound``, ``with care`` or ``doubtful``, and why."""
        word, reasons = self._native.trust()
        return word, list(reasons)

    @property
    def params(self) -> Any:
        """The parameters: index the symbol; estimate, standard_error, lower, upper, unit, meaning.

        A pandas DataFrame, or a list of dictionaries where pandas is not installed. An end of an interval that the rows
        leave open is missing, and ``lower_end`` or ``upper_end`` says why.
        """
        return _frame(self.record["parameters"], "symbol")

    @property
    def derived(self) -> Any:
        """Quantities that follow from the parameters, in the same layout."""
        return _frame(self.record["derived"], "symbol")

    @property
    def points(self) -> Any:
        """The fitted rows: number, inputs, measured, predicted, residual (on the objective's scale)."""
        points = self.record["points"]
        columns = {"row": points["rows"]}
        columns.update({axis["symbol"]: values for axis, values in points["inputs"]})
        columns.update({key: points[key] for key in ("measured", "predicted", "residual")})
        rows = [dict(zip(columns, row)) for row in zip(*columns.values())]
        return _frame(rows, "row")

    def __getitem__(self, symbol: str) -> dict[str, Any]:
        """A parameter or derived quantity: estimate, standard_error, lower, upper."""
        for estimate in self.record["parameters"] + self.record["derived"]:
            if estimate["symbol"] == symbol:
                return estimate
        raise KeyError(symbol)

    def _amount(self, symbol: str, value: Any) -> float:
        axes = {axis["symbol"]: axis["unit"] for axis in self.record["law"]["inputs"]}
        return _core.quantity(value, axes.get(symbol)) if isinstance(value, str) else float(value)

    def predict(self, points: Any = None, /, **at: Any) -> Any:
        """Predicts at one point (``N="70B", D="1.4T"``), or at every row of a table of points.

        One point gives a dictionary: estimate, lower, upper, unit, level; ``new_run`` is the interval of a run not yet made,
        with what the law leaves out, beyond the rows; ``extrapolation`` says how far beyond. A table gives a DataFrame.
        """
        if points is None:
            place = [(symbol, self._amount(symbol, value)) for symbol, value in at.items()]
            return Answer(json.loads(self._native.predict([place]))[0])
        names = list(points.columns) if hasattr(points, "columns") else list(points)
        columns = [list(points[name]) for name in names]
        places = [[(str(name), self._amount(name, value)) for name, value in zip(names, row)] for row in zip(*columns)]
        rows = []
        for answer in json.loads(self._native.predict(places)):
            run = answer["new_run"] or {}
            rows.append({
                **answer["at"], **{key: answer[key] for key in ("estimate", "lower", "upper", "unit")},
                "new_run": run.get("estimate"), "new_run_lower": run.get("lower"), "new_run_upper": run.get("upper"),
            })
        return _frame(rows, None)

    def optimum(self, compute: Any, *, cost: str | None = None, **at: Any) -> dict[str, Any]:
        """The best way to spend a budget (FLOP, or the cost's unit), with intervals.

        ``quantities`` lists the optimal inputs and the loss; each is also under its symbol. ``cost`` is another cost's id;
        inputs to hold are given by symbol.
        """
        budget = _core.quantity(compute, "FLOP" if cost is None else None) if isinstance(compute, str) else float(compute)
        held = [(symbol, self._amount(symbol, value)) for symbol, value in at.items()]
        best = Answer(json.loads(self._native.optimum(budget, cost, held)))
        best.update({quantity["symbol"]: quantity for quantity in best["quantities"]})
        return best

    def compare(self, laws: Iterable[str], **settings: Any) -> dict[str, Any]:
        """Holds this law beside others on the same rows, by what each says of budgets that it has not seen."""
        if self._table is None:
            raise ScalingError("a fit that was opened has not its rows: use `compare(table, laws=…)`")
        own = {key: self._keys[key] for key in ("where", "map", "seed", "level") if key in self._keys}
        return compare(self._table, [self.law, *(law for law in laws if law != self.law)], **{**own, **settings})

    def extrapolate(self, x: str, y: str, **ask: Any) -> dict[str, Any]:
        """Forecasts the learning curves among the fit's rows: `extrapolate` on the same table."""
        if self._table is None:
            raise ScalingError("a fit that was opened has not its rows: use `extrapolate(table, …)`")
        return extrapolate(self._table, x, y, **{"where": self._keys.get("where"), **ask})

    def design(self, **settings: Any) -> dict[str, Any]:
        """Which runs to train next: the method `design` on this fit."""
        return method("design", fits=[self], **settings)

    def figure(self, name: str | None = None) -> Figure:
        """A figure by name; without one, that to look at first."""
        found = self._native.picture(name)
        if found is None:
            raise ScalingError("this fit has no figure: its law has more inputs than a page has sides")
        return Figure(*found)

    def figures(self) -> dict[str, str]:
        """SVG of every figure that the fit has data for, by name."""
        return dict(self._native.figures())

    def report(self, folder: str | os.PathLike[str]) -> str:
        """Writes report.html, report.md and figures into a folder; returns the HTML file."""
        return self._native.report(os.fspath(folder))

    def save(self, folder: str | os.PathLike[str]) -> str:
        """Saves record.json in a folder, where every verb of the command line finds it; returns the file."""
        return self._native.save(os.fspath(folder))

    def to_json(self) -> str:
        """The record as JSON: `record` as text."""
        return self._native.json()

    def __repr__(self) -> str:
        return self._native.text()

    def _repr_html_(self) -> str:
        return self._native.html()


def _frame(rows: list[dict[str, Any]], index: str | None) -> Any:
    try:
        import pandas
    except ImportError:
        return rows
    frame = pandas.DataFrame(rows)
    return frame.set_index(index) if index and len(frame) else frame


def law(
    function: Any, inputs: Iterable[str] | None = None, output: str = "L", *, bounds: Mapping[str, Any] | None = None,
    start: Mapping[str, Any] | None = None,
) -> str:
    """A law of your own, from a Python function: its text, which ``fit``, ``compare`` and the command line take as a law.

    >>> sl.law(lambda N, D, E, A, B, alpha, beta: E + A / N**alpha + B / D**beta)
    'L(N, D) = E + A/N^alpha + B/D^beta'

    The function is called once, with names in place of numbers, and what it does with them is written down: derivatives are
    exact and nothing is slower than for a built-in law. It may use arithmetic and numpy's exp, log, log10, log2, sqrt, abs,
    log1p, expm1, tanh, sin, cos, arctan, minimum, maximum and logaddexp, and scipy.special.expit; a function that branches on
    a value is refused. ``inputs`` names its inputs; without, they are the positional arguments if there are keyword-only ones,
    else the arguments called N, D, C, U or x, else the first. ``bounds`` ({"alpha": (0, 2)}) and ``start``
    ({"alpha": [0.1, 0.5]}) say more of a parameter.
    """
    return _written(function, inputs, output, bounds, start)


def _law(law: Any, data: Any = None) -> Any:
    """A law as its id or text."""
    if not callable(law):
        return law
    columns = data.keys() if isinstance(data, Mapping) else getattr(data, "column_names", getattr(data, "columns", ()))
    return _written(law, columns=[str(name) for name in columns])


def fit(data: Any, law: Any = "chinchilla", **keys: Any) -> Fit:
    """Fits a law to a table.

    ``law`` is the id of a registered law, the text of one (``"L(N, D) = E + A/N^alpha + B/D^beta"``) or a Python function,
    as for :func:`law`.

    Keys are those of a study's ``[[fit]]``: ``where`` (rows to keep), ``holdout``, ``map`` (role = column or formula),
    ``set`` (role = constant), ``objective`` (``"hoffmann"``), ``residual``, ``loss``, ``delta``, ``fix``, ``tie``, ``bound``
    ({"E": (0, 3)}), ``prior`` ({"alpha": (0.34, 0.05)}), ``weights``, ``cluster``, ``interval``, ``bootstrap``, ``seed``,
    ``level``. The default objective is Huber on log residuals with its scale found from the rows; default intervals are
    profiles at 95 %.

    Raises ScalingError (a ValueError) with the sentence that the command line prints.
    """
    table = _table(data)
    return Fit(_core.fit(table, _settings({"law": _law(law, data), **keys})), table, keys)


def open(path: str | os.PathLike[str]) -> Fit:
    """A saved fit: a record, or the folder that holds it."""
    return Fit(_core.Fitted.open(os.fspath(path)))


def extrapolate(
    data: Any, x: str = "tokens", y: str = "loss", *, to: Iterable[Any] = ("2x", "4x"), group: str | None = None,
    where: str | None = None, target: float | None = None, measure: str | None = None,
) -> dict[str, Any]:
    """Forecasts learning curves beyond their last point.

    ``to`` holds multiples of each curve's last x (``"2x"``) and values of x. Returns ``{"curves": [{"group", "stage",
    "forecasts": [{"x", "estimate", "lower", "upper", "level", "sd_log"}], "warnings"}]}``.
    """
    places = [str(place).strip() for place in ([to] if isinstance(to, (str, int, float)) else to)]
    times = [float(place[:-1]) for place in places if place.endswith("x")]
    at = [_core.quantity(place) for place in places if not place.endswith("x")]
    ask = {"x": x, "y": y, "group": group, "where": where, "times": times, "at": at, "target": target, "measure": measure}
    return json.loads(_core.extrapolate(_table(data), json.dumps({k: v for k, v in ask.items() if v is not None})))


def method(name: str, data: Any = None, *, fits: Iterable[Fit] = (), datasets: Mapping[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
    """Runs a method (``approaches``, ``compare``, ``frontier``, …): its record, ``outcome`` and ``quantities`` among it.

    ``data`` is its first table and ``datasets`` names others; settings are the keys of its page, with ``map``, ``where``,
    ``seed`` and ``level`` as in a study.
    """
    tables = [] if data is None else [("", _table(data))]
    tables += [(key, _table(value)) for key, value in (datasets or {}).items()]
    native = [fit._native for fit in fits]
    return Answer(json.loads(_core.method(name, tables, native, _settings(settings))))


def compare(data: Any, laws: Iterable[Any], **settings: Any) -> dict[str, Any]:
    """Compares laws by what they say of budgets that they have not seen: ``laws`` with their scores, and a ``verdict``."""
    return method("compare", data, laws=[_law(law, data) for law in laws], **settings)["outcome"]


def laws() -> Any:
    """The registered laws: index the id; title, family, formula, inputs, output, parameters, page."""
    return _frame(json.loads(_core.laws()), "id")
