"""Our figures beside those of other tools, with the terms between them; or what gives a figure that somebody saw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from json import dumps
from typing import Any

from cnncalc.analyses.columns import title
from cnncalc.analyses.conventions.base import ATTENTION
from cnncalc.analyses.measures import MEASURES
from cnncalc.analyses.reconcile import Reconciled, Reconciliation, Term, Whose
from cnncalc.analyses.style import Style
from cnncalc.core.figures import many
from cnncalc.core.problem import clean
from cnncalc.formats.writing import shown_json
from cnncalc.render.csv import written
from cnncalc.render.document import Block, Grid, Head, Heading, Page, Paragraph, TableRow, Terms
from cnncalc.render.json import SCHEMA_VERSION

_HEADS = (
    Head("figure of", folds=True, name=True),
    Head("counts", folds=True),
    Head("layers", right=True),
    Head("figure", right=True),
)


def document(found: Reconciliation, style: Style) -> Page:
    """A table of figures with their terms, and what is to be known of them."""
    name, beside = title(found.analysis, style)
    blocks: list[Block] = [Heading(name, beside)]
    if found.search is None:
        blocks += [_table(lambda one: _all(found, one), style, "figures"), *_below(found, style)]
    elif found.search.matches:
        matches = found.search.matches
        blocks.append(Paragraph(f"{clean(found.search.figure)} is what these print:"))
        blocks.append(_table(lambda one: _matches(matches, one), style, "matches"))
    else:
        nearest = found.search.nearest
        blocks.append(
            Paragraph(f"{clean(found.search.figure)} is what nobody prints, nor of a variant; the nearest are")
        )
        blocks.append(_table(lambda one: _matches(nearest, one), style, "nearest"))
    return Page(name, blocks)


def _table(rows: Any, style: Style, caption: str) -> Grid:
    """A table, and narrower ones."""

    def ways() -> Iterator[Grid]:
        for one in style.ways:
            grid = Grid(_HEADS, list(rows(one)), caption=caption, see="-f markdown", by_row=True)
            yield grid
            yield from grid.leaving_out(("layers", "counts"))

    return next(ways())._replace(ways=ways)


def _all(found: Reconciliation, style: Style) -> Iterator[TableRow]:
    totals, bound = found.analysis.totals, found.analysis.lower_bound
    for quantity in dict.fromkeys(one.convention.quantity for one in found.conventions):
        value = getattr(totals, quantity)
        sign = MEASURES[quantity].sign(bound)
        yield TableRow(["cnncalc", quantity, "", style.plain(sign) + style.number(value, "0")], "group")
        for one in found.conventions:
            if one.convention.quantity == quantity:
                yield from _convention(one, style)


def _convention(one: Reconciled, style: Style) -> Iterator[TableRow]:
    convention = one.convention
    counts = f"{convention.word} of {convention.tool} {convention.version}"
    yield TableRow([convention.name, style.plain(counts), "", _figure(one, style)], "group")
    yield from (_term(term, style) for term in one.terms)


def _figure(one: Reconciled, style: Style) -> str:
    return style.plain("≥ " if one.open else "") + style.number(one.figure, "0")


def _term(term: Term, style: Style) -> TableRow:
    sign = "+" if term.amount > 0 else "−"
    amount = style.plain(sign) + style.number(abs(term.amount))
    return TableRow([term.label, style.plain(term.rate), f"{term.layers:,}", amount], level=1)


def _matches(matches: Sequence[Whose], style: Style) -> Iterator[TableRow]:
    for match in matches:
        said = ", ".join((match.word, *match.changes)) if match.changes else f"{match.word}, of the network as it is"
        yield TableRow([match.name, style.plain(said), "", style.number(match.figure, "0")], "group")
        yield from (_term(term, style) for term in match.terms)


def _below(found: Reconciliation, style: Style) -> Iterator[Block]:
    """What a convention leaves out, and of what nobody knows whether it counts it."""
    lines: list[tuple[str, str]] = []
    alone = len(found.conventions) == 1
    for one in found.conventions:
        if one.open:
            types = ", ".join(f"{row.type} ({many(len(row.layers), 'layer')})" for row in one.open)
            lines.append(("not known", f"what {one.convention.name} counts for {types}: its figure is a lower bound"))
        if alone and one.left_out:
            types = ", ".join(f"{type} ({number:,})" for type, number in one.left_out.items())
            lines.append(("nothing for", types))
        if alone:
            lines += [("note", one.convention.note)] * bool(one.convention.note)
            lines.append(("source", f"{one.convention.source}, version {one.convention.version}"))
    if found.code.functional:
        lines.append(("functions", f"{', '.join(found.code.functional)}: called as functions, not modules"))
    if any(row.type == "attention" for row in found.analysis.rows):
        lines.append(("attention", f"as the code writes it: {ATTENTION[found.code.attention]}"))
    if lines:
        yield Terms([(style.plain(label), style.plain(text)) for label, text in lines])


# ------------------------------------------------------------------------------------------------ for programs


def json(found: Reconciliation, style: Style) -> str:
    """One document: our figures, those of each convention with terms, or what gives the figure."""
    analysis = found.analysis
    data: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "name": analysis.name,
        "file": found.file,
        "status": analysis.status,
        "inputs": analysis.inputs,
        "multiplies": analysis.totals.multiplies,
        "params": analysis.totals.params,
        "functional": list(found.code.functional),
        "attention": found.code.attention,
    }
    if found.search is None:
        data["conventions"] = [_object(one) for one in found.conventions]
    else:
        data["figure"] = found.search.figure
        data["matches"] = [_match_object(one) for one in found.search.matches]
        data["nearest"] = [_match_object(one) for one in found.search.nearest]
    return shown_json(dumps(data, ensure_ascii=False, indent=1)) + "\n"


def _object(one: Reconciled) -> dict[str, Any]:
    convention = one.convention
    return {
        "convention": convention.name,
        "tool": convention.tool,
        "version": convention.version,
        "word": convention.word,
        "quantity": convention.quantity,
        "figure": one.figure,
        "status": one.status,
        "ours": one.ours,
        "terms": [term._asdict() for term in one.terms],
        "left_out": one.left_out,
        "open": [row._asdict() for row in one.open],
    }


def _match_object(match: Whose) -> dict[str, Any]:
    return {
        "convention": match.name,
        "word": match.word,
        "figure": match.figure,
        "changes": list(match.changes),
        "ours": match.ours,
        "terms": [term._asdict() for term in match.terms],
    }


def csv(found: Reconciliation, style: Style) -> str:
    """A line for each figure and each term."""
    return written(records(found))


def records(found: Reconciliation) -> list[list[Any]]:
    """The columns, then a line for each figure and each term."""
    lines: list[list[Any]] = [
        ["file", "convention", "word", "changes", "term", "rate", "layers", "amount", "figure", "status"]
    ]
    if found.search is None:
        for one in found.conventions:
            convention = one.convention
            lines.append([found.file, convention.name, convention.word, "", "", "", "", "", one.figure, one.status])
            lines += [[found.file, convention.name, convention.word, "", *term, "", ""] for term in one.terms]
    else:
        for match in found.search.matches:
            said = "; ".join(match.changes)
            lines.append([found.file, match.name, match.word, said, "", "", "", "", match.figure, "exact"])
            lines += [[found.file, match.name, match.word, said, *term, "", ""] for term in match.terms]
    return lines
