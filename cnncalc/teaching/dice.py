"""Choices that are the same forever: for a seed, on every machine and in every version of Python."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Choices of a seed, all from `Random.random`, the one method whose sequence Python promises to keep.

    >>> dice = Dice(7)
    >>> dice.below(100), dice.shuffled("abcde")
    (32, ['d', 'b', 'e', 'c', 'a'])
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random

    def below(self, number: int) -> int:
        """A whole number from 0 up to `number` - 1."""
        return int(self._random() * number)

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order (Fisher, Yates), a new list."""
        found = list(items)
        for index in range(len(found) - 1, 0, -1):
            other = self.below(index + 1)
            found[index], found[other] = found[other], found[index]
        return found
