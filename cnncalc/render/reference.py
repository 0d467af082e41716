"""The layer types, listed or as pages: what each does, attributes, formulas, examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from cnncalc.analyses.style import Style
from cnncalc.core.formula import names, shown, written
from cnncalc.core.layers.base import COUNTS, OPERATIONS, Attribute, Formula, Layer
from cnncalc.render.document import (
    Block,
    Grid,
    Head,
    Heading,
    Inline,
    Items,
    Labelled,
    Page,
    Paragraph,
    Run,
    Section,
    TableRow,
    plain,
)

_FEW = 3
Entry = TypeVar("Entry")


class Pages(NamedTuple, Generic[Entry]):
    """The pages of a reference: one of each thing, or, `listed`, a line of each."""

    entries: Sequence[Entry]
    listed: bool = False


def document(found: Pages[type[Layer]], style: Style) -> Page:
    """The list of the layer types, or their pages."""
    if found.listed:
        heads = [Head("type", name=True), Head("attributes", folds=True), Head("what it does", folds=True)]
        return listing("Layer types", heads, [_row(one) for one in found.entries])
    return pages("Layer types", [*map(section, found.entries)])


def pages(kind: str, sections: Sequence[Section]) -> Page:
    """Pages one below the other, which a few entries give their names."""
    few = len(sections) <= _FEW
    return Page(", ".join(section.title for section in sections) if few else kind, sections, depth=2)


def listing(title: str, heads: Sequence[Head], rows: Iterable[Sequence[Inline]]) -> Page:
    """A line of each."""
    table = Grid(heads, [TableRow(row) for row in rows], caption=title, by_row=True)
    return Page(title, [Heading(title, quiet=True), table])


def _row(layer: type[Layer]) -> list[Inline]:
    """Name, attributes in order, what it does."""
    told = (layer.__doc__ or "").split("\n")[0]
    return [layer.type, ", ".join(layer.attributes) or "–", Run(told, "prose")]


def section(layer: type[Layer]) -> Section:
    """The page of one layer type."""
    blocks: list[Block] = [*prose(layer.__doc__ or "")]
    if layer.attributes:
        rows: list[Sequence[Inline]] = [
            (name, _default(a), Run(a.help, "prose")) for name, a in layer.attributes.items()
        ]
        blocks.append(Labelled("attributes, in order", [table(("attribute", "default", "what it is"), rows)]))
    formulas = formula_lines(layer)
    if formulas:
        blocks.append(Labelled("formulas", [table(("gives", "formula", "condition"), formulas)]))
    if layer.requires:
        blocks.append(Labelled("requires", [Items([Run(one.message, "prose") for one in layer.requires])]))
    examples = [example_cells(layer, index) for index in range(len(layer.examples))]
    if examples:
        blocks.append(Labelled("examples", [table(("example", "shapes", "counts"), examples, beside=1)]))
    return Section(layer.type, blocks)


def prose(text: str) -> Iterator[Paragraph]:
    """The paragraphs of a manual."""
    for paragraph in text.strip().split("\n\n"):
        yield Paragraph(Run(" ".join(paragraph.split()), "prose"))


def table(titles: tuple[str, str, str], rows: Iterable[Sequence[Inline]], beside: int = 2) -> Grid:
    """Three columns, of which an empty one is none; where there is no room, only so many stay `beside` each other.

    The others go below.
    """
    heads = [Head(titles[0], name=True), Head(titles[1]), Head(titles[2], folds=True)]
    whole = Grid(heads, [TableRow(cells) for cells in rows], caption=titles[0], inner=True, headless=True, by_row=True)

    def narrower() -> Iterator[Grid]:
        for kept in range(beside, 0, -1):
            rows = [
                row._replace(cells=row.cells[:kept], below="  ".join(filter(None, map(plain, row.cells[kept:]))))
                for row in whole.rows
            ]
            folded = heads[kept - 1]._replace(folds=True)
            yield whole._replace(columns=[*heads[: kept - 1], folded], rows=rows)

    said = {head.title for place, head in enumerate(heads) if any(row.cells[place] for row in whole.rows)}
    return whole.where(lambda head: head.title in said)._replace(ways=narrower)


def example_cells(layer: type[Layer], index: int) -> tuple[str, str, str]:
    """An example as (the entry, input → output, counts)."""
    example = layer.examples[index]
    entry = f"{layer.type}: {{{example.attributes}}}" if example.attributes else layer.type
    counts = []
    if example.params:
        counts.append(f"{example.params:,} params")
    if example.multiplies:
        counts.append(f"{example.multiplies:,} multiplies")
    shapes = f"{example.inputs.replace('x', '×')} → {example.output.replace('x', '×')}"
    return entry, shapes, ", ".join(counts)


def formula_lines(layer: type[Layer]) -> list[tuple[str, str, str]]:
    """Every declared formula: (what it gives, the formula, the condition under which it holds)."""
    found: list[tuple[str, str, str]] = []
    if layer.out_shape:
        found.append(("output", layer.out_shape, ""))
    else:
        if layer.out_channels != "c":
            found += _cases("output channels", layer.out_channels)
        if layer.out_tokens:
            found += _cases("output tokens", layer.out_tokens)
        elif layer.out_side is None:
            found.append(("output", "a vector", ""))
        elif layer.out_side != "side":
            found += _cases("output side", layer.out_side)
    for quantity in COUNTS:
        formulas: dict[str, Formula] = getattr(layer, quantity)
        for label, formula in formulas.items():
            found += _cases(f"{quantity}, {label}" if len(formulas) > 1 else quantity, formula)
    for quantity in OPERATIONS:
        formulas = getattr(layer, quantity)
        for label, formula in (formulas or {}).items():
            found += _cases(f"{quantity}, {label}" if len(formulas) > 1 else quantity, formula)
        if formulas is None:
            found.append((quantity, "not known", ""))
    for name, formula in layer.where.items():
        left_out = isinstance(formula, str) and name in layer.attributes
        found += _cases(name, {f"not {name}_given": str(formula)} if left_out else formula)
    return found


def _cases(what: str, formula: Formula) -> list[tuple[str, str, str]]:
    if isinstance(formula, str):
        return [(what, _readable(formula), "")]
    found = []
    for condition, text in formula.items():
        plain = condition.removesuffix("true").removesuffix(" and ")
        when = f"if {plain.replace('same_size', 'padding: same')}" if plain else ("else" if len(formula) > 1 else "")
        found.append((what, _readable(text), when))
        what = ""
    return found


def _readable(text: str) -> str:
    signs = {"prod": "Π", "sum": "Σ"}
    return shown(text, lambda name: name, lambda name: [f"{signs[names(text)[name]]} {name}"])


def _default(attribute: Attribute) -> str:
    if attribute.required:
        return "required"
    default = attribute.default
    if isinstance(default, str):
        return default.removeprefix("$") if default.startswith("$") else default
    return "none" if default is None else written(default)
