"""A progress bar on standard error, for a command that goes through many files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import click

if TYPE_CHECKING:
    from types import TracebackType

Item = TypeVar("Item")

FEW = 20  # that many are done before anybody wonders


class Progress(Generic[Item]):
    """A bar that says how far a walk through `items` is, where standard error is a terminal and they are many.

    `hide` makes room for what is printed in between: the bar then stands below it again.
    """

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        shown = len(items) > FEW and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._bar: Any = click.progressbar(length=len(items), file=sys.stderr, show_pos=True) if shown else None

    def __enter__(self) -> Progress[Item]:
        if self._bar:
            self._bar.__enter__()
        return self

    def __iter__(self) -> Iterator[Item]:
        for item in self.items:
            yield item
            if self._bar:
                self._bar.update(1)

    def hide(self) -> None:
        """The end of the bar: its line is cleared."""
        if self._bar:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self.hide()
            self._bar.__exit__(kind, error, trace)
            sys.stderr.write("\x1b[1A")  # over the line break that it ends with
            sys.stderr.flush()
