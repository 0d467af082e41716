"""Sizes that a file leaves open, in letters: what they are once the inputs are known."""

from __future__ import annotations

import ast
from functools import reduce
from math import prod
from typing import Any

from cnncalc.core.formula import FormulaError, evaluate, parse
from cnncalc.formats.foreign.model import Dims

MOST_LETTERS = 500  # of a size
_JOINED = {"Mul": "*", "Add": "+", "FloorDiv": "//", "CleanDiv": "//", "Mod": "%", "PythonMod": "%"}


class Size(str):
    """A size in letters among the attributes of an operator: `s53`, `5*s53`."""

    __slots__ = ()


class OpenSizes:
    """The sizes that letters stand for: those of the inputs, and what is found out on the way."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def learn(self, said: Any, size: int) -> None:
        """Note that letters stand for a size; what is known already stays."""
        if isinstance(said, str) and said:
            self.known.setdefault(said, size)

    def size(self, said: Any) -> int | None:
        """A size, where it is known: a number, letters that stand for one, or a formula of such."""
        if not isinstance(said, str):
            return said if isinstance(said, int) else None
        if said in self.known or len(said) > MOST_LETTERS:
            return self.known.get(said)
        try:
            found = evaluate(parse(said), self.known)
        except FormulaError:
            return None
        if type(found) is int:
            self.known[said] = found
        return self.known.get(said)

    def dims(self, said: Dims, follows: tuple[int, ...] | None = None, many: int = 0) -> tuple[int, ...] | None:
        """The dims of one image that a file says; None where one is open.

        An axis in front that nobody knows is as in what `follows`, or as long as so `many` values want; else one image.

        >>> sizes = OpenSizes()
        >>> sizes.learn("s53", 1)
        >>> sizes.dims(("5*s53", 3, 8, 8)), sizes.dims((None, 20), many=100), sizes.dims((1, "n"))
        ((5, 3, 8, 8), (5, 20), None)
        """
        found = [self.size(side) for side in said]
        if len(found) > 1 and found[0] is None:
            rest = prod(side or 0 for side in found[1:])
            images = many // rest if rest and many and many % rest == 0 else 1
            if follows and len(follows) == len(found):
                images = follows[0]
                if tuple(found[1:]) == follows[1:]:
                    self.learn(said[0], images)
            found[0] = images
        known = tuple(side for side in found if side is not None and side >= 0)
        return known if len(known) == len(found) else None

    def attributes(self, said: dict[str, Any]) -> dict[str, Any]:
        """The attributes of an operator with numbers in the place of letters, where these are known."""
        return {name: self._value(value) for name, value in said.items()} if any(map(_is_open, said.values())) else said

    def _value(self, value: Any) -> Any:
        if isinstance(value, Size):
            size = self.size(value)
            return value if size is None else size
        return tuple(map(self._value, value)) if type(value) is tuple else value


def _is_open(value: Any) -> bool:
    return isinstance(value, Size) or (type(value) is tuple and any(map(_is_open, value)))


def of_sympy(text: str) -> str:
    """A size as PyTorch writes it, by the names of sympy's classes, as a formula; empty where it is none.

    >>> of_sympy("Mul(Integer(5), Symbol('s53', positive=True, integer=True))")
    '5*s53'
    >>> of_sympy("Symbol('s53', positive=True)"), of_sympy("__import__('os')")
    ('s53', '')
    """
    if len(text) > 10 * MOST_LETTERS:
        return ""
    try:
        return _written(ast.parse(text, mode="eval").body, outermost=True)
    except (ArithmeticError, LookupError, MemoryError, RecursionError, SyntaxError, TypeError, ValueError):
        return ""


def _written(node: ast.expr, outermost: bool = False) -> str:
    """A formula of the classes of sympy, which are read and never called; raises ValueError."""
    if isinstance(node, ast.Name):
        return node.id
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
        raise ValueError
    name, first = node.func.id, node.args[0]
    if name == "Symbol" and isinstance(first, ast.Constant) and str(first.value).isidentifier():
        return str(first.value)
    if name == "Integer" and isinstance(number := ast.literal_eval(first), int):
        return str(number)
    parts = [_written(part) for part in node.args]
    if name in ("Max", "Min"):
        return f"{name.lower()}({', '.join(parts)})"
    found = reduce(lambda left, right: f"({left}{_JOINED[name]}{right})", parts)
    return found[1:-1] if outermost and len(parts) > 1 else found
