"""The layer types, listed or as pages: what each does, attributes, formulas, examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from cnncalc.analyses.columns import Style
from cnncalc.core.formula import names, shown, written
from cnncalc.core.layers.base import COUNTS, Attribute, Formula, Layer
from cnncalc.render.fold import folded

_ROOM = 30  # columns; with fewer, a cell goes below


Entry = TypeVar("Entry")


class Pages(NamedTuple, Generic[Entry]):
    """What a reference has to show of some kind: the page of each, or, `listed`, a line of each."""

    entries: Sequence[Entry]
    listed: bool = False


def text(found: Pages[type[Layer]], style: Style) -> str:
    """The list of the layer types, or their pages."""
    if found.listed:
        return _table_of(found.entries, style)
    return style.plain("\n".join(render(one, style.width) for one in found.entries))


def _table_of(types: Sequence[type[Layer]], style: Style) -> str:
    """Name, attributes in order, what it does."""
    from cnncalc.render.grid import Cells, Grid, Head, draw

    heads = [Head("type"), Head("attributes", folds=True), Head("what it does", folds=True)]
    rows = [
        Cells(
            [one.type, ", ".join(one.attributes) or style.plain("–"), style.plain((one.__doc__ or "").split("\n")[0])]
        )
        for one in types
    ]
    return draw(Grid(heads, rows, ascii=style.ascii), width=style.width, color=style.color)


def render(layer: type[Layer], width: int | None = None) -> str:
    """The page of one layer type, as plain text; folded to `width` columns."""
    lines = [layer.type, "", *_prose(layer.__doc__ or "", width), ""]
    if layer.attributes:
        lines += [
            "  attributes, in order",
            *_table([(name, _takes(a), a.help) for name, a in layer.attributes.items()], width),
            "",
        ]
    formulas = formula_lines(layer)
    if formulas:
        lines += ["  formulas", *_table([(what, text, condition) for what, text, condition in formulas], width), ""]
    if layer.requires:
        lines += ["  requires", *_table([(requirement.message, "", "") for requirement in layer.requires], width), ""]
    lines += ["  examples", *_table([example_cells(layer, index) for index in range(len(layer.examples))], width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


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


def _takes(attribute: Attribute) -> str:
    if attribute.required:
        return "required"
    default = attribute.default
    if isinstance(default, str):
        return default.removeprefix("$") if default.startswith("$") else default
    return "none" if default is None else written(default)


def _table(rows: list[tuple[str, str, str]], width: int | None) -> list[str]:
    """Three columns; where there is no room for one, its cells stand below the others."""
    first, second, third = (max((len(row[column]) for row in rows), default=0) for column in range(3))
    whole = f"    {'':<{first}}  {'':<{second}}  "
    if width is None or len(whole) + third <= width:
        return [f"    {row[0]:<{first}}  {row[1]:<{second}}  {row[2]}".rstrip() for row in rows]
    text = ""
    for row in rows:
        head = f"    {row[0]:<{first}}  "
        if len(whole) + _ROOM <= width:
            text += folded(f"{head}{row[1]:<{second}}  ", row[2], width) if row[2] else f"{head}{row[1]}\n"
        elif len(head) + _ROOM <= width:
            text += folded(head, row[1] or " ", width, 4) + folded(f"{'':<{len(head)}}  ", row[2], width)
        else:
            text += folded("    ", row[0], width, 4) + folded("      ", f"{row[1]}  {row[2]}".strip(), width)
    return text.splitlines()


def _prose(text: str, width: int | None) -> list[str]:
    """Paragraphs as they are written; folded anew where a line of them does not fit."""
    lines = [f"  {line.strip()}".rstrip() for line in text.strip().splitlines()]
    if width is None or max(map(len, lines), default=0) <= width:
        return lines
    paragraphs = [" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n")]
    return "\n".join(folded("  ", paragraph, width) for paragraph in paragraphs).splitlines()
