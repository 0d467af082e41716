"""The sizes of a network: what is said of those that fit, and its counts as formulas of them."""

from __future__ import annotations

from collections.abc import Iterator
from json import dumps
from typing import Any

from cnncalc.analyses.sizes import Formulas, Sizes
from cnncalc.analyses.style import Style
from cnncalc.core.figures import many
from cnncalc.core.sizes import Fitting
from cnncalc.formats.writing import shown_json
from cnncalc.render.document import Block, Heading, Labelled, Page, Terms

_NAMED = 3  # layers whose params depend on the size


def document(found: Sizes, style: Style) -> Page:
    """The rules, one below the other, and the formulas."""
    name = style.plain(" ".join(found.name.split()))
    blocks: list[Block] = [Heading(name, style.plain(f"input {_by(found.own)}")), Terms([*_terms(found, style)])]
    if found.formulas is not None:
        label, terms = _formulas(found.formulas, style)
        blocks.append(Labelled(label, [terms]))
    return Page(name, blocks)


def _terms(found: Sizes, style: Style) -> Iterator[tuple[str, str]]:
    alone = len(found.parts) == 1
    for part in found.parts:
        axes = "" if alone else f", {' and '.join(part.axes)}"
        looked = ", of those looked at" if found.checked and not part.fits.remainders else ""
        yield f"fits{axes}", style.plain(f"{part.fits.said}{looked}")
    if found.smallest:
        yield "smallest", style.plain(_by(found.smallest))
    if not found.fits:
        yield "its own", style.plain(f"{_by(found.own)} does not fit")
    for part in found.parts:
        if part.whole is not None:
            axes = "" if alone else f", {' and '.join(part.axes)}"
            same = part.whole == part.fits
            yield f"no border lost{axes}", "at all of these" if same else style.plain(part.whole.said)
    yield "params", style.plain(_params(found))
    if found.beside:
        yield "note", style.plain(f"{many(found.beside, 'layer')} that lead to no output have to fit, too")
    yield (
        ("checked", style.plain(f"squares up to {found.checked}; no proof: {found.why}"))
        if found.why
        else ("proved", "for all sizes, from the formulas of the layers")
    )


def _params(found: Sizes) -> str:
    if not found.varying:
        return "the same at all sizes"
    named = ", ".join(found.varying[:_NAMED])
    more = len(found.varying) - _NAMED
    others = f" and {more} more" if more > 0 else ""
    kept = f"; as here from {found.kept[0]:,} to {found.kept[1]:,}" if found.kept else ""
    return f"those of {named}{others} depend on the size{kept}"


def _formulas(found: Formulas, style: Style) -> tuple[str, Terms]:
    told = [
        f"{letter} = {_of(letter, period, offset)}"
        for letter, period, offset in zip(found.letters, found.periods, found.offsets, strict=True)
        if period > 1
    ]
    where = (
        f"where {' and '.join(told)} {'are whole numbers' if len(told) > 1 else 'is a whole number'}, " if told else ""
    )
    terms = [(one.measure, style.plain(one.said(found.letters))) for one in found.polynomials]
    return style.plain(f"{where}from {_by(found.first)}"), Terms(terms)


def _of(letter: str, period: int, offset: int) -> str:
    return f"({letter.upper()} − {offset})/{period}" if offset else f"{letter.upper()}/{period}"


def _by(sides: tuple[int, ...]) -> str:
    return "×".join(f"{side}" for side in sides)


def json(found: Sizes, style: Style) -> str:
    """All of it as data: remainders and periods, and the factors of the formulas."""
    value: dict[str, Any] = {
        "schema_version": 1,
        "name": found.name,
        "file": found.file,
        "size": found.own,
        "fits": found.fits,
        "smallest": found.smallest,
        "proved": not found.why,
        "checked_to": found.checked or None,
        "why_not_proved": found.why or None,
        "axes": [
            {
                "axes": part.axes,
                "fits": _fitting(part.fits),
                "loses_no_border": None if part.whole is None else _fitting(part.whole),
            }
            for part in found.parts
        ],
        "layers_without_output": found.beside,
        "params_depend_on_size": found.varying,
        "same_params": found.kept,
        "formulas": found.formulas
        and {
            "letters": found.formulas.letters,
            "periods": found.formulas.periods,
            "offsets": found.formulas.offsets,
            "from": found.formulas.first,
            **{
                one.measure: [{"powers": exponents, "factor": str(factor)} for exponents, factor in one.terms.items()]
                for one in found.formulas.polynomials
            },
        },
    }
    return shown_json(dumps(value, ensure_ascii=False) + "\n")


def _fitting(found: Fitting) -> dict[str, Any]:
    return {
        "from": found.start if found.remainders else None,
        "period": found.period,
        "remainders": found.remainders,
        "also": found.also,
        "said": found.said,
    }
