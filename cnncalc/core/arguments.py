"""Arguments of Python callers: what is natural as files and the command line say it, a clear TypeError for the rest."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from cnncalc.core.figures import many
from cnncalc.core.formula import LARGEST
from cnncalc.core.names import composed
from cnncalc.core.problem import Problems, called_here, misspelt, nearest

Size = int | str | tuple[int, ...] | list[int] | Mapping[str, "int | str | tuple[int, ...] | list[int]"]
SIZE = "256, (height, width), '256x320' or {input: size}"


def mistyped(where: str, wanted: str, given: object) -> TypeError:
    """The error of an argument of another type; its name stands in `where`: `load: path`.

    >>> mistyped("load: path", "a path or a name", 5)
    TypeError('load: path must be a path or a name, not int')
    """
    return TypeError(f"{where} must be {wanted}, not {type(given).__name__}")


def is_whole(value: object) -> bool:
    """Whether a value is a whole number, numpy's, too; a truth value is none."""
    return type(value) is int or (hasattr(value, "__index__") and not isinstance(value, bool))


def is_beyond(value: object) -> bool:
    """Whether a value is, or a list holds, a whole number beyond ±10^15, as no file may.

    >>> is_beyond((3, 10**16)), is_beyond(10**15), is_beyond("1e99")
    (True, False, False)
    """
    if isinstance(value, tuple | list):
        return any(isinstance(one, int) and abs(one) > LARGEST for one in value)
    return isinstance(value, int) and abs(value) > LARGEST


def digits(number: int) -> str:
    """A whole number as text. Of one that is too long for Python to write its size: it is beyond every limit.

    >>> digits(224), digits(-(10**5000))
    ('224', '-1e5000')
    """
    power = int(number.bit_length() * 0.30103)
    return str(number) if power < 4_000 else f"{'-' if number < 0 else ''}1e{power}"


def size_text(value: object, where: str) -> str | None:
    """An input size as the command line takes it: `256x320`, `left=256,right=8x8`; None where none is given.

    >>> size_text((224, 320), "load: input_size"), size_text({"left": 256, "right": (8, 8)}, "load: input_size")
    ('224x320', 'left=256,right=8x8')
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Mapping) and value and all(isinstance(name, str) for name in value):
        return ",".join(f"{name}={_sides(size, where)}" for name, size in value.items())
    return _sides(value, where)


def _sides(value: object, where: str) -> str:
    if isinstance(value, str):
        return value
    sides: list[Any] = list(value) if isinstance(value, tuple | list) else [value]
    if not sides or not all(map(is_whole, sides)):
        raise mistyped(where, SIZE, value)
    return "x".join(digits(int(side)) for side in sides)


def var_texts(value: object, where: str) -> dict[str, str]:
    """The values of vars as a file writes them: `{"classes": 10}` is `classes: 10`.

    >>> var_texts({"classes": 10, "widths": (64, 128), "bias": False, "size": "2 * n"}, "load: set")
    {'classes': '10', 'widths': '[64, 128]', 'bias': 'false', 'size': '2 * n'}
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise mistyped(where, "a mapping of names to values", value)
    return {name: one if isinstance(one, str) else _written(one, f"{where}[{name!r}]") for name, one in value.items()}


def _written(value: Any, where: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if is_whole(value):
        return digits(int(value))
    if isinstance(value, str):
        from json import dumps

        return dumps(value, ensure_ascii=False)
    if hasattr(value, "__float__"):
        return repr(float(value))
    if isinstance(value, list | tuple):
        return f"[{', '.join(_written(one, where) for one in value)}]"
    raise mistyped(where, "a number, a text or a list", value)


def known_names(names: Iterable[str], known: Collection[str], what: str) -> tuple[str, ...]:
    """The names, each once; ValueError, with the nearest, for one that is not known.

    >>> known_names(["params", "parms"], ["layer", "params"], "column")
    Traceback (most recent call last):
        ...
    ValueError: no column 'parms'; did you mean 'params'?
    """
    found = tuple(dict.fromkeys(names))
    for name in found:
        if name not in known:
            close = nearest(name, known)
            called = called_here(name)
            here = f"it is called '{called}', and there are" if called else "there are"
            hint = f"did you mean '{close}'?" if close else f"{here} {', '.join(known)}"
            raise ValueError(f"no {what} '{name}'; {hint}")
    return found


# ------------------------------------------------------------------------------------------------ sizes as text


def read_sizes(text: str, inputs: list[str], problems: Problems) -> dict[str, tuple[int, ...]]:
    """The sides by input that a text means: `256`, `256x320` (height × width), `NAME=256`; by commas for several."""
    sizes: dict[str, tuple[int, ...]] = {}
    for part in text.split(","):
        name, equals, size = composed(part.strip()).rpartition("=")
        names = [name] if equals else inputs
        if equals and name not in inputs:
            problems.add("unknown-name", f"--input-size: no input `{name}`", None, misspelt(name, inputs))
        elif not re.fullmatch(r"[1-9]\d{0,8}(x[1-9]\d{0,8})*", size, re.ASCII):
            problems.add(
                "bad-value",
                f"--input-size: `{size}` is no size",
                None,
                "write `256`, `256x320` (height × width) or `NAME=256`",
            )
        else:
            sizes.update({known: tuple(int(side) for side in size.split("x")) for known in names})
    return sizes


def fitted(size: tuple[int, ...], sides: int, problems: Problems) -> tuple[int, ...] | None:
    """A size for an input with so many sides, one number for all of them; None, and a problem, where it has others."""
    fitting = size * sides if len(size) == 1 else size
    if len(fitting) == sides > 0:
        return fitting
    given = f"{many(len(size), 'number')} for an input with {many(sides, 'side')}"
    problems.add("bad-value", f"--input-size has {given}")
    return None
