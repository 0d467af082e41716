"""Networks side by side, and their layers as a diff."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnncalc.analyses.comparing.changes import MARKS, ChangeLine, headline
from cnncalc.analyses.comparing.changes import lines as change_lines
from cnncalc.analyses.comparing.comparison import Comparison, NetworkFigures, bounds, lines, measures_of
from cnncalc.analyses.comparing.diff import Change
from cnncalc.analyses.comparing.sameness import sameness
from cnncalc.analyses.measures import Measure, Use, used
from cnncalc.analyses.style import Style
from cnncalc.core.figures import change
from cnncalc.render.document import (
    Block,
    Details,
    Grid,
    Head,
    Heading,
    Inline,
    Note,
    Page,
    Paragraph,
    Run,
    Sign,
    TableRow,
)

_SIDE_BY_SIDE = 4  # more networks stand below each other
_NO_RATIO = ("=", "–", "-")
_RATIO = "×"  # behind a label: how many times as much follows


def document(comparison: Comparison, style: Style) -> Page:
    """A line with what matters, what grew too much, a table, and the layers that are not as they were."""
    networks, changes, grown, _ = comparison
    title = _title(networks, style)
    blocks: list[Block] = [Heading(title, quiet=True)]
    if grown:
        blocks.append(Note("warning", [Run(problem.message, "prose") for problem in grown]))
    blocks.append(_figures(networks, style))
    if len(networks) == 2 and (same := sameness(*(one.analysis for one in networks))):
        blocks.append(Paragraph(f"{same.text[0].upper()}{same.text[1:]}."))
    blocks += [Paragraph(text) for text in bounds(networks)]
    if changes is not None:
        blocks.append(Details("By layer", headline(changes), [by_layer(changes, style)]))
    return Page(title, blocks)


def _title(networks: Sequence[NetworkFigures], style: Style) -> str:
    first, last = networks[0], networks[-1]
    if len(networks) > 2:
        return f"{len(networks)} networks"
    names = list(dict.fromkeys(one.analysis.name for one in networks))
    figures, short = [], style._replace(exact=False)
    for quantity, measure in used(Use.HEADLINE).items():
        before, after = first.figures[quantity], last.figures[quantity]
        was, is_ = short.figures(measure, (before, after))
        text = f"{was} → {is_} ({change(before, after)})"
        figures.append(f"{quantity} {text if before != after else f'{is_}, as before'}")
    return f"{' → '.join(names)}: {', '.join(figures)}"


# ------------------------------------------------------------------------------------------------ figures


def _figures(networks: Sequence[NetworkFigures], style: Style) -> Grid:
    """All networks: each a column, or each a line where there are many or the terminal is narrow."""

    def ways() -> Iterator[Grid]:
        if len(networks) <= _SIDE_BY_SIDE:
            yield from (_side_by_side(networks, one) for one in style.ways)
        also = tuple(f"{one.label}{_RATIO}" for one in measures_of(networks) if not one.uses & Use.COMPARED)
        for labels in _SELECTIONS:
            yield from (_below_each_other(networks, one, (*labels[:-1], *also, labels[-1])) for one in style.ways)

    return next(ways())._replace(ways=ways)


def _names(networks: Sequence[NetworkFigures]) -> list[Run]:
    """The files as they were named; an older version of the same file by its ref alone, for there is little room."""
    files = [one.file for one in networks]
    ref, colon, path = files[0].removeprefix("git:").partition(":")
    if len(files) == 2 and files[0].startswith("git:") and colon and path == files[1]:
        files[0] = ref
    return [Run(file) for file in files]


def _side_by_side(networks: Sequence[NetworkFigures], style: Style) -> Grid:
    """A network in each column, followed by what it is of the first."""
    two = len(networks) == 2
    first, *others = (Head(name, right=True, folds=True) for name in _names(networks))
    related = [Head("change", right=True), Head(right=True, aside=True)] if two else [Head(right=True, aside=True)]
    heads = [Head(folds=True), first, *(head for one in others for head in (one, *related))]
    rows = []
    for line in lines(networks, style):
        cells: list[Inline] = [line.label, line.cells[0]]
        for index in range(1, len(networks)):
            changed = line.changes[index] if line.changes else ""
            ratio = line.ratios[index] if line.ratios and line.ratios[index] not in _NO_RATIO else ""
            cells += [line.cells[index], *(_change(changed, ratio) if two else [ratio or changed])]
        rows.append(TableRow(cells, folds=not line.changes))
    return Grid(heads, rows, caption="figures", by_row=True)


def _change(changed: str, ratio: str) -> list[Inline]:
    return [changed if changed == "=" else Run(changed, "strong"), ratio]


def _below_each_other(networks: Sequence[NetworkFigures], style: Style, labels: tuple[str, ...]) -> Grid:
    """A network on each line, with those figures."""
    found = {line.label: line for line in lines(networks, style)}
    heads, columns = [Head("network", folds=True, name=True)], [list[Inline](_names(networks))]
    for label in labels:
        name = label.removesuffix(_RATIO)
        if name not in found:
            continue
        line = found[name]
        figure = bool(line.changes)
        heads.append(Head(name, figure, not figure))
        columns.append([*line.cells])
        if label != name:
            heads.append(Head(right=True, aside=True))
            columns.append(["", *line.ratios[1:]])
    shown = {head.title for head in heads}
    lacking = [name for label in _SELECTIONS[0] if (name := label.removesuffix(_RATIO)) in found and name not in shown]
    rows = [TableRow(cells) for cells in zip(*columns, strict=True)]
    return Grid(heads, rows, caption="figures", see="-f markdown", left_out=tuple(lacking), by_row=True)


def _selections() -> Iterator[tuple[str, ...]]:
    """The labels of what there may be room for, most first."""
    headline, held = (list(used(use)) for use in (Use.HEADLINE, Use.HELD))
    others = [measure.label for name, measure in used(Use.LISTED).items() if name not in held]
    beside = [f"{name}{_RATIO}" for name in headline]
    figures = [*(f"{name}{_RATIO}" for name in held), *others]
    yield ("input", *figures, *(f"most {name}" for name in headline))
    yield tuple(figures)
    yield (*beside, *(name for name in held if name not in headline), "depth")
    yield (*beside, "depth")
    yield tuple(headline)


_SELECTIONS = tuple(_selections())


# ------------------------------------------------------------------------------------------------ layers


def by_layer(changes: Sequence[Change], style: Style) -> Grid:
    """The layers that are not as they were: what became of each in a column, or on a line of its own."""
    shown = change_lines(changes, style)

    def ways() -> Iterator[Grid]:
        yield from (_layers(shown, one) for one in style.ways[1:])
        below = _layers(shown, style.ways[-1], below=True)
        yield below
        yield below.without("output")
        bare = _layers(shown, style.ways[-1], below=True, percent=False).without("output")
        yield bare._replace(left_out=(*bare.left_out, "percents"))

    return _layers(shown, style)._replace(ways=ways)


def _layers(shown: Sequence[ChangeLine], style: Style, below: bool = False, percent: bool = True) -> Grid:
    heads = [Head(), Head("layer", folds=True, name=True), *([] if below else [Head(folds=True)])]
    headline = used(Use.HEADLINE)
    heads += [Head(title, right=True) for title in ("output", *headline)]
    rows = []
    for line in shown:
        label, figures = line.label or "…", [""] * (1 + len(headline))
        if line.after is not None and line.before is not None:
            figures = [line.output, *(_grown(line, measure, style, percent) for measure in headline.values())]
        elif below:
            label = f"{label} {line.text}"
        mark: Inline = Sign(MARKS[line.kind], line.kind if line.label else "")
        name: Inline = Run(label) if line.label else label
        texts = [mark, name] if below else [mark, name, line.text]
        rows.append(TableRow([*texts, *figures], line.kind, below=line.text if below and line.label else ""))
    return Grid(heads, rows, caption="layers", see="-f markdown", by_row=True)


def _grown(line: ChangeLine, measure: Measure, style: Style, percent: bool) -> str:
    """By how much a headline measure grew: `+307,200 (+100.0 %)`."""
    assert measure.of is not None
    before, after = (measure.of(counts) or 0 if counts else 0 for counts in (line.before, line.after))
    if before == after:
        return "–"
    sign = "+" if after > before else "−"
    text = f"{sign}{style.figure(measure, abs(after - before))}"
    return f"{text} ({change(before, after)})" if percent and before and after else text
