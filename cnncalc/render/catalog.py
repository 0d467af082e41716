"""The list of the bundled architectures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from json import dumps

from cnncalc.analyses.measures import Use, used
from cnncalc.analyses.style import Style
from cnncalc.core.analysis import Analysis, analyze
from cnncalc.formats.open import load
from cnncalc.formats.writing import shown_json
from cnncalc.render.document import Grid, Head, Heading, Page, TableRow

_TITLE = "Bundled architectures"


@dataclass(frozen=True)
class BundledFile:
    """A bundled file by its name, worked out when that is asked for."""

    name: str

    @cached_property
    def analysis(self) -> Analysis:
        """The network in it."""
        return analyze(load(self.name))


def names(found: Sequence[BundledFile], style: Style) -> str:
    """A name on each line; no file is read for that."""
    return "".join(f"{one.name}\n" for one in found)


def json(found: Sequence[BundledFile], style: Style) -> str:
    """An object for each."""
    rows = [
        {
            "file": one.name,
            "name": one.analysis.name,
            **{name: measure.value(one.analysis) for name, measure in used(Use.HEADLINE).items()},
            "inputs": one.analysis.inputs,
        }
        for one in found
    ]
    return shown_json(dumps(rows, ensure_ascii=False, indent=1)) + "\n"


def document(found: Sequence[BundledFile], style: Style) -> Page:
    """File, name, input and totals of each. A file's name, which is to be typed, stays whole as long as anything else
    can give way.
    """

    def narrower() -> Iterator[Grid]:
        short = _table(found, style._replace(exact=False))
        least = short.without("input").without("name")
        yield from (short, short.without("input"), short.without("name"), least)
        file, *others = least.columns
        yield least._replace(columns=[file._replace(folds=True), *others])

    table = _table(found, style)._replace(ways=narrower)
    return Page(_TITLE, [Heading(_TITLE, quiet=True), table])


def _table(found: Sequence[BundledFile], style: Style) -> Grid:
    headline = used(Use.HEADLINE)
    heads = [Head("file", name=True), Head("name", folds=True), Head("input", right=True, folds=True)]
    rows = []
    for name, analysis in ((one.name, one.analysis) for one in found):
        inputs = " ".join(style.shape(shape) for shape in analysis.inputs.values())
        totals = [style.figure(measure, measure.value(analysis)) for measure in headline.values()]
        rows.append(TableRow([name, " ".join(analysis.name.split()), inputs, *totals]))
    return Grid(
        [*heads, *(Head(title, right=True) for title in headline)], rows, caption=_TITLE, see="-f json", by_row=True
    )
