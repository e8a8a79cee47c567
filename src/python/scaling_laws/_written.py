"""A Python function read as the text of a law, so that its derivatives are exact and a saved fit reopens anywhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ._core import ScalingError

# How tightly a text holds together.
_SUM, _PRODUCT, _POWER, _ATOM = 1, 2, 3, 4

# Names by which numpy and scipy know the functions of a written law.
_FUNCTIONS = {
    "exp": "exp", "log": "ln", "log10": "log10", "log2": "log2", "sqrt": "sqrt", "absolute": "abs", "fabs": "abs",
    "log1p": "log1p", "expm1": "expm1", "tanh": "tanh", "expit": "sigmoid", "sin": "sin", "cos": "cos", "arctan": "atan",
    "minimum": "min", "maximum": "max", "fmin": "min", "fmax": "max",
}

# Names of inputs that the field reads alike.
_INPUTS = ("N", "D", "C", "U", "x")


def _branch(what: str) -> ScalingError:
    return ScalingError(
        f"the law {what}, which no formula says: write it with arithmetic, numpy's functions, numpy.minimum and numpy.maximum"
    )


class Term:
    """A piece of a formula, built by the arithmetic that is done with it."""

    __slots__ = ("text", "holds")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, text: str, holds: int = _ATOM) -> None:
        self.text, self.holds = text, holds

    def __repr__(self) -> str:
        return self.text

    def __add__(self, other: Any) -> Term:
        return _two(self, "+", other, _SUM, _SUM)

    def __radd__(self, other: Any) -> Term:
        return _term(other) + self

    def __sub__(self, other: Any) -> Term:
        return _two(self, "-", other, _SUM, _PRODUCT)

    def __rsub__(self, other: Any) -> Term:
        return _term(other) - self

    def __mul__(self, other: Any) -> Term:
        return _two(self, "*", other, _PRODUCT, _POWER)

    def __rmul__(self, other: Any) -> Term:
        return _term(other) * self

    def __truediv__(self, other: Any) -> Term:
        return _two(self, "/", other, _PRODUCT, _POWER)

    def __rtruediv__(self, other: Any) -> Term:
        return _term(other) / self

    def __pow__(self, other: Any) -> Term:
        return Term(f"{_inside(self, _ATOM)}^{_inside(_term(other), _ATOM)}", _POWER)

    def __rpow__(self, other: Any) -> Term:
        return _term(other) ** self

    def __neg__(self) -> Term:
        return Term(f"-{_inside(self, _PRODUCT)}", _SUM)

    def __pos__(self) -> Term:
        return self

    def __abs__(self) -> Term:
        return Term(f"abs({self.text})")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keys: Any) -> Term:
        name = ufunc.__name__
        if method == "__call__" and not keys:
            terms = [_term(value) for value in inputs]
            operators: dict[str, Callable[..., Term]] = {
                "add": Term.__add__, "subtract": Term.__sub__, "multiply": Term.__mul__, "divide": Term.__truediv__,
                "true_divide": Term.__truediv__, "power": Term.__pow__, "float_power": Term.__pow__, "negative": Term.__neg__,
                "positive": Term.__pos__, "square": lambda a: a**2, "reciprocal": lambda a: 1 / a,
                # The larger of the two stands outside the exponential, which then does not overflow.
                "logaddexp": lambda a, b: _call("max", a, b) + _call("log1p", _call("exp", -abs(a - b))),
            }
            if name in operators:
                return operators[name](*terms)
            if name in _FUNCTIONS:
                return _call(_FUNCTIONS[name], *terms)
        raise _branch(f"calls numpy.{name}")

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise _branch("turns its values into an array")

    def __float__(self) -> float:
        raise _branch("asks for a number where only a name is known (math.exp, say, in place of numpy.exp)")

    __int__ = __complex__ = __index__ = __float__  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise _branch("branches on a value")

    def _compared(self, _: Any) -> Any:
        raise _branch("compares values")

    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _compared  # type: ignore[assignment]

    def __iter__(self) -> Any:
        raise ScalingError("a law takes each input as an argument of its own: write f(N, D, E, …), not f(X, E, …)")


def _call(name: str, *terms: Term) -> Term:
    return Term(f"{name}({', '.join(term.text for term in terms)})")


def _inside(term: Term, least: int) -> str:
    return term.text if term.holds >= least else f"({term.text})"


def _two(left: Term, sign: str, right: Any, holds: int, least: int) -> Term:
    space = "" if sign in "*/" else " "
    right = _term(right)
    # A term that begins with a minus would join two signs.
    least = _ATOM if right.text.startswith("-") else least
    return Term(f"{_inside(left, holds)}{space}{sign}{space}{_inside(right, least)}", holds)


def _term(value: Any) -> Term:
    if isinstance(value, Term):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise _branch(f"reckons with {type(value).__name__}") from error
    text = repr(number).removesuffix(".0")
    if text in ("inf", "-inf", "nan"):
        raise _branch(f"reckons with {text}")
    return Term(text, _SUM if number < 0 else _ATOM)


def written(
    function: Callable[..., Any],
    inputs: Iterable[str] | None = None,
    output: str = "L",
    bounds: Mapping[str, Any] | None = None,
    start: Mapping[str, Any] | None = None,
    columns: Iterable[str] = (),
) -> str:
    """The text of a function: ``L(N, D) = E + A/N^alpha``."""
    try:
        arguments = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError) as error:
        raise ScalingError("a law is a Python function whose arguments can be read") from error
    if any(argument.kind in (argument.VAR_POSITIONAL, argument.VAR_KEYWORD) for argument in arguments):
        raise ScalingError("a law names each of its arguments: inputs and parameters, no * and no **")
    names = [argument.name for argument in arguments]
    before = [argument.name for argument in arguments if argument.kind != argument.KEYWORD_ONLY]
    if inputs is not None:
        chosen = [inputs] if isinstance(inputs, str) else list(inputs)
    elif len(before) < len(names):
        chosen = before
    else:
        known = {*_INPUTS, *columns}
        chosen = [name for name in names if name in known] or names[:1]
    missing = [name for name in chosen if name not in names]
    if missing or not chosen:
        raise ScalingError(f"the law has no argument {', '.join(missing) or 'at all'}")
    terms = {argument.name: Term(argument.name) for argument in arguments}
    values = [terms[name] for name in before]
    body = function(*values, **{name: terms[name] for name in names if name not in before})
    text = f"{output}({', '.join(chosen)}) = {_term(body).text}"
    for name, (low, high) in (bounds or {}).items():
        text += f"; {name} in [{float(low)!r}, {float(high)!r}]"
    for name, starts in (start or {}).items():
        listed = [starts] if isinstance(starts, (int, float)) else list(starts)
        text += f"; {name} from {', '.join(repr(float(value)) for value in listed)}"
    return text
