"""A table of rows: which operator of another program is which layer of ours, with which attributes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from cnncalc.core.formula import FormulaError, evaluate, parse
from cnncalc.core.record import Record

T = TypeVar("T")

SAME = "="  # gives what it reads
PRODUCT = "*"  # of two matrices, or of many side by side
EINSUM = "Σ"  # of products, by an equation
NOTHING = "0"  # of values by themselves: nothing is learned, and nothing multiplied by convention

WORDS = {word: word for word in ("none", "position", "same", "valid", "torch", "caffe", "all", "value", "channel")}


class Role(Record):
    """The input of an operator at one place: `kind` is empty for a tensor, else where its stored numbers count."""

    name: str
    kind: str = ""

    @property
    def aside(self) -> bool:
        """Whether formulas leave out what is read there."""
        return self.kind in ("ignored", "state")


class Match(Record):
    """One or more operators: our layer type, or what is done instead; its attributes, as formulas; what it reads.

    `type` may be a layer, a move, `=` (gives what it reads), `0` (values by themselves, or spread over each other), `*`
    (a product of matrices `x w`) or `Σ` (sums of products by an equation). `values` are formulas over the operator's
    attributes, over `W_given`, `W_first`, `W_last`, `W_size` and `W_sides` of what is read, and over the input's `c`
    and `rank`, several of them one for each axis; a name that is not there leaves the default. `reads` names each
    input, with the quantity that it counts as: `x weights:W biases:B`; what is `ignored`, and what stands behind the
    last name, are settings, whose numbers count nowhere; a `state` is learned unless it is zero. `axis` is where the
    channels of `x` stand: `first`, `last`, or as the operator's own attributes say. `window`: one image after the
    other, whatever stands in front.
    """

    operators: str
    type: str
    values: Mapping[str, str | tuple[str, ...]] = {}
    reads: str = "x"
    when: str = "true"
    axis: str = ""  # first, last, format, steps
    window: bool = False
    defaults: Mapping[str, Any] = {}

    def roles(self, many: int) -> list[Role]:
        """Roles of the inputs at each of so many places; of `x*` as many as there are."""
        return _roles(self.reads, many)

    def by_role(self, reads: Sequence[T]) -> Iterator[tuple[Role, T]]:
        """The inputs, each behind its role."""
        return zip(self.roles(len(reads)), reads, strict=False)

    def of_values(self, reads: Sequence[Any]) -> list[Any]:
        """The values among what is read, without settings: sizes, factors, places, numbers of quantization."""
        return [read for role, read in self.by_role(reads) if not role.aside]

    def layer_values(self, scope: Mapping[str, Any]) -> dict[str, Any]:
        """The attributes of our layer."""
        found = {name: _value(text, scope) for name, text in self.values.items()}
        return {name: value for name, value in found.items() if value is not None}

    def holds(self, scope: Mapping[str, Any]) -> bool:
        """Whether the row is for this operator; what it asks for and is not there is false."""
        try:
            return self.when == "true" or bool(evaluate(parse(self.when), scope))
        except FormulaError:
            return False


@cache
def _roles(text: str, many: int) -> list[Role]:
    roles: list[Role] = []
    for word in text.split():
        kind, colon, name = word.rpartition(":")
        roles += [Role(name.rstrip("*"), kind if colon else "")] * (many - len(roles) if name.endswith("*") else 1)
    return roles + [Role("", "ignored")] * (many - len(roles))


def _value(text: str | tuple[str, ...], scope: Mapping[str, Any]) -> Any:
    if isinstance(text, tuple):
        return tuple(_value(one, scope) for one in text)
    if text.isidentifier() and text not in ("true", "false"):
        return scope.get(text)
    return evaluate(parse(text), scope)


class Matches:
    """The rows of a format by operator."""

    def __init__(self, rows: Iterable[Match]) -> None:
        self.rows = tuple(rows)
        self.by_operator: dict[str, list[Match]] = {}
        for row in self.rows:
            for name in row.operators.split():
                self.by_operator.setdefault(name, []).append(row)
