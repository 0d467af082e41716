"""Documents as LaTeX: a document that pdfLaTeX, XeLaTeX and LuaLaTeX compile, or a fragment to paste into one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from cnncalc.analyses.style import Style
from cnncalc.core.problem import clean
from cnncalc.render import document as doc
from cnncalc.render.grid import Terminal, fitting
from cnncalc.render.latex_formula import atom, escape, formula

_PACKAGES = ("amsmath", "array", "booktabs", "longtable")
_WIDE = 58  # characters of formula and numbers that fit on one line of a page
_PORTRAIT, _LANDSCAPE = 98, 150  # characters of a table that fit beside each other
_FOLDED = 1.25  # a table so much wider than the page has its texts folded; a wider one lays it on its side
_TALL = 40  # rows of a table that stay on one page
_CLOSE = 12  # lines of a listing that stay on one page
# What follows stays with the line before, as with a heading of LaTeX's own
_TOGETHER = r"\par\nobreak\csname @afterheading\endcsname"
# Letters of code, where those of a text are taken from other fonts, and are of other widths
_VERBATIM = {one: rf"\char{ord(one)} " for one in "{}\\^~_"} | {"`": r"\`{}", "|": "|", "<": "<", ">": ">", '"': '"'}
_SMALL = r"\footnotesize\setlength{\tabcolsep}{4pt}\setlength{\LTpre}{4pt}\setlength{\LTpost}{4pt}"


def write(page: doc.Page, style: Style) -> str:
    """A whole document, on its side where a table is too wide otherwise; or a fragment, and what that needs."""
    packages = ",".join(_PACKAGES)
    wide = any(_natural(grid) > _PORTRAIT * _FOLDED for grid in doc.grids(page.blocks))
    room = _LANDSCAPE if wide and not page.fragment else _PORTRAIT
    body = _blocks(page.blocks, room)
    if page.fragment:
        return f"% needs \\usepackage{{{packages}}}\n\n{body}"
    titled = page.says_its_title or any(isinstance(block, doc.Heading) for block in page.blocks)
    title = "" if titled else f"\\section*{{{escape(page.title)}}}\n"
    header = f"% cnncalc worksheet {page.header}\n" if page.header else ""
    return (
        f"{header}\\documentclass[10pt]{{article}}\n\\usepackage{{{packages}}}\n"
        f"\\usepackage[a4paper,margin=2cm{',landscape' if wide else ''}]{{geometry}}\n"
        "\\setlength{\\parindent}{0pt}\\setlength{\\parskip}{4pt}\\allowdisplaybreaks\\sloppy\\frenchspacing\n\\begin{document}\n\n"
        f"{title}{body}\n\\end{{document}}\n"
    )


# ------------------------------------------------------------------------------------------------ words


def _words(inline: doc.Inline) -> str:
    return _text(inline) if isinstance(inline, str) else "".join(map(_part, doc.parts(inline)))


def _text(text: str) -> str:
    return escape(text if text.isprintable() else clean(text.replace("\n", " ")))


def _part(part: doc.Part) -> str:
    if isinstance(part, str):
        return _text(part)
    if isinstance(part, doc.Math):
        return f"${_formula(part)}$"
    if isinstance(part, doc.Sign):
        return _text(part.word)
    if isinstance(part, doc.Gap):
        inner = rf"\textbf{{{_text(part.answer)}}}" if part.answer else r"\underline{\hspace{6em}}"
        return f"({part.id})~{inner}"
    return "" if isinstance(part, doc.Bar) else _RUNS[part.kind](part.text)


def _formula(part: doc.Math) -> str:
    """A formula as mathematics, in symbols or with the numbers put in."""
    names = part.step.names
    if part.put_in:
        return formula(part.step.formula, lambda name: names[name].number, lambda name: names[name].numbers)
    return formula(part.step.formula, lambda name: names[name].symbol, lambda name: names[name].symbols)


def _code(text: str) -> str:
    return rf"\texttt{{{_text(text)}}}" if text else ""


def _prose(text: str) -> str:
    return "".join(_code(part) if place % 2 else _text(part) for place, part in enumerate(doc.CODE.split(text)))


def _working(text: str) -> str:
    """A line of a working: code in backticks, and the letters of its formulas as mathematics."""

    def symbols(part: str) -> str:
        found = enumerate(doc.SYMBOL.split(part))
        return "".join(f"${atom(one)}$" if place % 2 else _text(one) for place, one in found)

    parts = enumerate(doc.CODE.split(text))
    return "".join(_code(part) if place % 2 else symbols(part) for place, part in parts)


_RUNS: dict[str, Callable[[str], str]] = {
    "code": _code,
    "working": _working,
    "prose": _prose,
    "symbol": lambda text: f"${atom(text)}$",
    "strong": lambda text: rf"\textbf{{{_text(text)}}}" if text else "",
}


# ------------------------------------------------------------------------------------------------ blocks


def _blocks(blocks: Sequence[doc.Block], room: int) -> str:
    return "\n".join(_WRITERS[type(block)](block, room) for block in blocks)


def _heading(heading: doc.Heading, room: int) -> str:
    return f"\\section*{{{_text(heading.text)}}}\n" + (f"{_text(heading.beside)}\n" if heading.beside else "")


def _section(section: doc.Section, room: int) -> str:
    """A title, beside it what is said of it, the last at the end of the line."""
    if not section.beside:
        return f"\\subsection*{{{_text(section.title)}}}\n{_blocks(section.blocks, room)}"
    *said, place = map(_text, section.beside)
    beside = "".join(f"\\quad {text}" for text in said) + f"\\hfill{{\\footnotesize {place}}}"
    head = f"\\medskip{{\\sloppy\\noindent\\textbf{{{_text(section.title)}}}{beside}\\par}}\\nopagebreak"
    return f"{head}\n{_blocks(section.blocks, room)}"


def _labelled(labelled: doc.Labelled, room: int) -> str:
    return f"\\medskip\\noindent\\textbf{{{_text(labelled.label)}}}{_TOGETHER}\n\n{_blocks(labelled.blocks, room)}"


def _details(details: doc.Details, room: int) -> str:
    return f"\\subsection*{{{_text(details.title)}: {_text(details.said)}}}\n{_blocks(details.blocks, room)}"


def _paragraph(paragraph: doc.Paragraph, room: int) -> str:
    return f"\\noindent {_words(paragraph.text)}\\par\n"


def _note(note: doc.Note, room: int) -> str:
    lines = r"\\ ".join(map(_words, note.texts))
    return f"\\noindent\\fbox{{\\parbox{{0.97\\linewidth}}{{\\textbf{{{note.level}}}\\quad {lines}}}}}\\par\n"


def _terms(terms: doc.Terms, room: int) -> str:
    lines = "".join(f"  \\item[{{{_text(label)}}}] {_text(text)}\n" for label, text in terms.items)
    return f"\\begin{{description}}\\setlength{{\\itemsep}}{{0pt}}\n{lines}\\end{{description}}\n"


def _items(items: doc.Items, room: int) -> str:
    lines = "".join(f"  \\item {_words(item)}\n" for item in items.items)
    return f"\\begin{{itemize}}\\setlength{{\\itemsep}}{{0pt}}\n{lines}\\end{{itemize}}\n"


def _listing(listing: doc.Listing, room: int) -> str:
    """Lines with their blanks; verbatim text would take no letter that pdfLaTeX does not know."""
    end = "\\\\*" if len(listing.lines) <= _CLOSE else "\\\\"
    body = f" {end}\n".join(f"  \\mbox{{}}{_line(line)}" for line in listing.lines)
    return f"{{\\ttfamily\\footnotesize\\frenchspacing\\begin{{flushleft}}\n{body}\n\\end{{flushleft}}}}\n"


def _line(text: str) -> str:
    """A line of a listing, whose letters all have one width: a sign stands under another one."""
    found = ""
    for part in re.findall(r" {2,}|^ |[^\x00-\x7f]|--|.", text if text.isprintable() else clean(text), re.DOTALL):
        if part[0] == " " and (len(part) > 1 or not found):
            found += "~" * len(part)
        else:
            found += _VERBATIM.get(part) or (_text(part) if part.isascii() else rf"\makebox[.525em]{{{_text(part)}}}")
    return found


def _fields(fields: doc.Fields, room: int) -> str:
    return r"\quad ".join(f"{_text(name)}: \\underline{{\\hspace{{{size}em}}}}" for name, size in fields.items) + "\n"


def _equations(equations: doc.Equations, room: int) -> str:
    """Aligned equations, with the remarks between them."""
    found: list[str] = []
    lines: list[str] = []
    for line in [*equations.lines, None]:
        if isinstance(line, doc.Equation):
            lines.append(f"{_equation(line)} &&")
            continue
        if lines:
            found.append("\\begin{flalign*}\n" + " \\\\\n".join(lines) + "\n\\end{flalign*}\n")
            lines = []
        if line is not None:
            end = "\\nopagebreak" if not found else "."
            found.append(f"\\noindent {_text(line.label)} {_text(line.text)}{end}\n")
    return "".join(found)


def aligned(equations: doc.Equations) -> str:
    """The equations alone, as a notebook shows mathematics."""
    lines = [_equation(line) for line in equations.lines if isinstance(line, doc.Equation)]
    return "$$\\begin{aligned}\n" + " \\\\\n".join(lines).replace(" && ", " ") + "\n\\end{aligned}$$"


def _equation(line: doc.Equation) -> str:
    said, put_in = (part if isinstance(part, str) else part.text for part in (line.said, line.numbers or ""))
    terms = [_mathematics(part) for part in (line.said, line.numbers, line.result) if part]
    wide = len(said) + len(put_in) > _WIDE and len(terms) == 3
    joined = f"{terms[0]} && \\\\\n  &= {' = '.join(terms[1:])}" if wide else " = ".join(terms)
    note = rf" \quad (\text{{{_text(line.note)}}})" if line.note else ""
    return f"  \\text{{{_text(line.label)}}} &= {joined}{note}"


def _mathematics(part: doc.Math | str) -> str:
    if isinstance(part, doc.Math):
        return _formula(part)
    return atom(part) if re.fullmatch(r"[−\d,./×]+", part) else rf"\text{{{_working(part)}}}"


# ------------------------------------------------------------------------------------------------ tables


def _natural(grid: doc.Grid) -> int:
    """How many characters of a line a table needs, nothing folded."""
    whole, widths = fitting(grid._replace(ways=None), Terminal(doc.UNBOUNDED), 2)
    return sum(widths) + 2 * (len(whole.columns) - 1)


def _grid(grid: doc.Grid, room: int) -> str:
    """A table; a long one goes on over pages, its head on each. Columns that are folded have a width."""
    grid = grid.where(lambda head: head.role != "bar")._replace(ways=None)
    _, widths = fitting(grid, Terminal(room), 2)
    _, natural = fitting(grid, Terminal(doc.UNBOUNDED), 2)
    name = next((place for place, head in enumerate(grid.columns) if head.name), 0)
    folded = [one < wide and not head.right for head, one, wide in zip(grid.columns, widths, natural, strict=True)]
    columns = "".join(
        rf">{{\raggedright\arraybackslash}}p{{{0.5 * size:.1f}em}}" if is_folded else "r" if head.right else "l"
        for head, size, is_folded in zip(grid.columns, widths, folded, strict=True)
    )

    def row(one: doc.TableRow) -> str:
        cells = [_words(cell) for cell in one.cells]
        cells = [_breakable(cell) if is_folded else cell for cell, is_folded in zip(cells, folded, strict=True)]
        if one.level:
            cells[name] = f"\\hspace{{{one.level}em}}{cells[name]}"
        if one.role in ("group", "total"):
            cells = [rf"\textbf{{{cell}}}" if cell else "" for cell in cells]
        return f"  {' & '.join(cells)} \\\\\n"

    head = f"  \\toprule\n{row(doc.TableRow([one.title for one in grid.columns], 'total'))}  \\midrule\n"
    foot = ("  \\midrule\n" if grid.rows else "") + row(grid.total) if grid.total else ""
    rows = f"{''.join(map(row, grid.rows))}{foot}  \\bottomrule\n"
    spec = f"@{{}}{columns}@{{}}"
    if len(grid.rows) <= _TALL and not any(folded):
        return f"{{{_SMALL}\\begin{{tabular}}{{{spec}}}\n{head}{rows}\\end{{tabular}}}}\\par\n"
    return f"{{{_SMALL}\\begin{{longtable}}[l]{{{spec}}}\n{head}  \\endhead\n{rows}\\end{{longtable}}}}\n"


def _breakable(cell: str) -> str:
    """A name that may be folded behind its slashes and underscores."""
    return re.sub(r"(?<=\w)(/|\\_)(?=\w)", r"\1\\allowbreak{}", cell)


_WRITERS: dict[type, Callable[[Any, int], str]] = {
    doc.Heading: _heading,
    doc.Section: _section,
    doc.Labelled: _labelled,
    doc.Details: _details,
    doc.Paragraph: _paragraph,
    doc.Note: _note,
    doc.Terms: _terms,
    doc.Items: _items,
    doc.Listing: _listing,
    doc.Fields: _fields,
    doc.Equations: _equations,
    doc.Grid: _grid,
}
