"""Sums that an equation describes, as `torch.einsum` and ONNX have them."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from cnncalc.formats.foreign.moves import Unclear

Dims = tuple[int, ...]


def einsum(equation: str, reads: Sequence[Dims]) -> tuple[Dims, int | None]:
    """The dims of the result, and its multiplies: one for each value of all letters of two; None for more than two.

    >>> einsum("bhid,bhjd->bhij", [(1, 8, 49, 32), (1, 8, 49, 32)])
    ((1, 8, 49, 49), 614656)
    >>> einsum("...i->...", [(2, 3, 4)])
    ((2, 3), 0)
    """
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(reads):
        raise Unclear(f"its equation has {len(terms)} terms, and it reads {len(reads)} tensors")
    sizes: dict[str, int] = {}
    rest: Dims = ()  # what the points stand for
    for term, dims in zip(terms, reads, strict=True):
        before, points, behind = term.partition("...")
        hidden = len(dims) - len(before) - len(behind)
        if hidden < 0 or (hidden and not points):
            raise Unclear(f"`{term}` is no tensor of {len(dims)} axes")
        inner = dims[len(before) : len(before) + hidden]
        rest = inner if len(inner) > len(rest) else rest
        named = [*zip(before, dims, strict=False), *zip(behind, dims[len(before) + hidden :], strict=True)]
        for letter, side in named:
            if sizes.get(letter, 1) != 1 and side not in (1, sizes[letter]):
                raise Unclear(f"`{letter}` is {sizes[letter]} and {side}")
            sizes[letter] = max(side, sizes.get(letter, 1))
    if not arrow:
        letters = left.replace("...", "").replace(",", "")
        right = ("..." if "..." in left else "") + "".join(sorted(one for one in sizes if letters.count(one) == 1))
    before, points, behind = right.partition("...")
    if not set(before + behind) <= sizes.keys():
        raise Unclear("its equation gives an axis that nothing has")
    found = (*(sizes[one] for one in before), *(rest if points else ()), *(sizes[one] for one in behind))
    many = {1: 0, 2: prod(sizes.values()) * prod(rest)}.get(len(reads))
    return found, many
