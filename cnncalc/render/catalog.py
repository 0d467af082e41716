"""Lists: of the bundled architectures, of the layer types, and of the lint rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cnncalc.analyses.checks.rules.base import Rule
from cnncalc.analyses.columns import Style
from cnncalc.analyses.measures import Use, used
from cnncalc.core.analysis import Analysis
from cnncalc.core.layers.base import Layer
from cnncalc.render.document import Grid, Head, Heading, Page, Run, TableRow


def architectures(found: list[tuple[str, Analysis]], style: Style) -> Page:
    """The bundled architectures: file, name, input and totals."""

    def grid(style: Style) -> Grid:
        headline = used(Use.HEADLINE)
        heads = [Head("file", folds=True, name=True), Head("name", folds=True), Head("input", right=True, folds=True)]
        rows = []
        for name, analysis in found:
            inputs = " ".join(style.shape(shape) for shape in analysis.inputs.values())
            totals = [style.figure(measure, measure.value(analysis)) for measure in headline.values()]
            rows.append(TableRow([name, " ".join(analysis.name.split()), inputs, *totals]))
        return Grid([*heads, *(Head(title, right=True) for title in headline)], rows, see="-f json")

    def narrower() -> Iterator[Grid]:
        yield from (short := grid(style._replace(exact=False)), *short.leaving_out(("input", "name")))

    return _list("Bundled architectures", grid(style)._replace(ways=narrower))


def layer_types(types: Iterable[type[Layer]], style: Style) -> Page:
    """The layer types: name, attributes in order, what it does."""
    heads = [Head("type", name=True), Head("attributes", folds=True), Head("what it does", folds=True)]
    return _list("Layer types", Grid(heads, [_type(one, style) for one in types]))


def _type(one: type[Layer], style: Style) -> TableRow:
    told = style.plain((one.__doc__ or "").split("\n")[0])
    return TableRow([one.type, ", ".join(one.attributes) or style.plain("–"), Run(told, "prose")])


def rule_titles(rules: Sequence[Rule], style: Style) -> Page:
    """The lint rules: code, and what is wrong."""
    heads = [Head("code", name=True), Head("what it finds", folds=True)]
    rows = [TableRow([rule.code, Run(style.plain(rule.title), "prose")]) for rule in rules]
    return _list("Lint rules", Grid(heads, rows))


def _list(title: str, grid: Grid) -> Page:
    return Page(title, [Heading(title, quiet=True), grid._replace(caption=title)])
