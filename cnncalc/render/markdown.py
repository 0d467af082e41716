"""Documents as Markdown: plain tables, lists and code, which GitHub, VS Code, Jupyter and pandoc all show alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cnncalc.analyses.style import Style
from cnncalc.core.problem import clean
from cnncalc.render import document as doc

_ALERTS = {"warning": "WARNING", "error": "CAUTION"}
_INDENT = "&nbsp;&nbsp;"
Writer = Callable[[Any, int], str]


def write(page: doc.Page, style: Style, room: int | None = None) -> str:
    """GitHub's Markdown; of each table no more than `room` bytes, where that is given, and how many rows are left."""
    blocks = page.blocks if room is None else [_cut(block, room) for block in page.blocks]
    found = [_blocks(blocks, page.depth)]
    if page.header:
        found.append(f"<!-- cnncalc worksheet {page.header} -->")
    return "\n\n".join(found) + "\n"


_LIVE = re.compile(r"@(?=\w)|(?:#|\bGH-)(?=\d)|\w(?=://)|(?:mailto|xmpp)(?=:)|www(?=\.)", re.IGNORECASE)
_SPAN = re.compile(r"(?<![`$])`([^`\\|\n]*[^`\\|\n\s][^`\\|\n]*)`(?![`$])")


def escape(text: str) -> str:
    """Text that Markdown shows as it is; on GitHub it notifies nobody, links nowhere, and tells no issue of itself.

    >>> escape("a|b*")
    'a\\\\|b\\\\*'
    >>> escape("@octocat").replace("\\u200b", "<nothing>")
    '@<nothing>octocat'
    >>> escape("see https://example.org").replace("\\u200b", "<nothing>")
    'see https<nothing>://example.org'
    """
    text = _LIVE.sub("\\g<0>\u200b", text if text.isprintable() else clean(text.replace("\n", " ")))
    return re.sub(r"([\\`*_{}\[\]<>#|~$&])", r"\\\1", text)


def prose(text: str) -> str:
    """A message whose names in backticks stay code; all else is shown as it is.

    What could end the code or the cell of a table is no code: a backtick, a bar, a backslash.

    >>> print(prose("`conv_1` of <b> is `a|b`"))
    `conv_1` of \\<b\\> is \\`a\\|b\\`
    """
    parts = _SPAN.split(clean(text.replace("\n", " ")))  # text, what stands in backticks, text, …
    return "".join(f"`{part}`" if place % 2 else escape(part) for place, part in enumerate(parts))


def code(text: str) -> str:
    """A name as code; a bar would end the cell, a backtick the code."""
    text = " ".join(clean(text).split())
    return escape(text) if "`" in text or "|" in text else f"`{text}`" if text else ""


# ------------------------------------------------------------------------------------------------ words


def _words(inline: doc.Inline) -> str:
    return escape(inline) if isinstance(inline, str) else "".join(map(_part, doc.parts(inline)))


def _part(part: doc.Part) -> str:
    if isinstance(part, str):
        return escape(part)
    if isinstance(part, doc.Math):
        return code(part.text)
    if isinstance(part, doc.Sign):
        return part.word
    if isinstance(part, doc.Gap):
        return f"({part.id}) {_strong(part.answer) or '____'}"
    if isinstance(part, doc.Bar):
        return ""
    return _RUNS[part.kind](part.text)


def _strong(text: str) -> str:
    return f"**{escape(text)}**" if text else ""


_RUNS: dict[str, Callable[[str], str]] = {
    "code": code,
    "symbol": code,
    "prose": prose,
    "working": prose,
    "strong": _strong,
}


# ------------------------------------------------------------------------------------------------ blocks


def _blocks(blocks: Sequence[doc.Block], depth: int) -> str:
    """Blocks one below the other; titles of sections are one sign longer than a heading."""
    found = []
    below = depth + any(isinstance(block, doc.Heading) for block in blocks)
    for block in blocks:
        text = _WRITERS[type(block)](block, depth if isinstance(block, doc.Heading) else below)
        if text:
            found.append(text)
    return "\n\n".join(found)


def _heading(heading: doc.Heading, depth: int) -> str:
    beside = f"\n\n{escape(heading.beside)}" if heading.beside else ""
    return f"{'#' * depth} {escape(heading.text)}{beside}"


def _section(section: doc.Section, depth: int) -> str:
    beside = " · ".join(map(escape, section.beside))
    found = (f"{'#' * depth} {escape(section.title)}", beside, _blocks(section.blocks, depth + 1))
    return "\n\n".join(text for text in found if text)


def _labelled(labelled: doc.Labelled, depth: int) -> str:
    return f"**{escape(_capital(labelled.label))}**\n\n{_blocks(labelled.blocks, depth)}".rstrip("\n")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _details(details: doc.Details, depth: int) -> str:
    """Blank lines let Markdown into HTML."""
    summary = f"<summary>{escape(details.title)}: {escape(details.said)}</summary>"
    return f"<details>\n{summary}\n\n{_blocks(details.blocks, depth)}\n\n</details>"


def _paragraph(paragraph: doc.Paragraph, depth: int) -> str:
    return _words(paragraph.text)


def _note(note: doc.Note, depth: int) -> str:
    return f"> [!{_ALERTS[note.level]}]\n> {'<br>'.join(map(_words, note.texts))}"


def _terms(terms: doc.Terms, depth: int) -> str:
    return "\n".join(f"- {escape(label)}: {escape(text)}" for label, text in terms.items)


def _items(items: doc.Items, depth: int) -> str:
    return "\n".join(f"- {_words(item)}" for item in items.items)


def _listing(listing: doc.Listing, depth: int) -> str:
    """Lines in a fence that none of them closes."""
    fence = max((run for line in listing.lines for run in re.findall("`{3,}", line)), key=len, default="``") + "`"
    return "\n".join((f"{fence}{listing.language}", *map(clean, listing.lines), fence))


def _fields(fields: doc.Fields, depth: int) -> str:
    return " ".join(f"{escape(name)}: {escape('_' * size)}" for name, size in fields.items)


def _equations(equations: doc.Equations, depth: int) -> str:
    return "\n\n".join(
        f"{escape(_capital(one.label))} {escape(one.text)}." if isinstance(one, doc.Remark) else _grid(one, depth)
        for one in equations.tables()
    )


def _grid(grid: doc.Grid, depth: int) -> str:
    return "\n".join(_grid_lines(grid))


def _cell(inline: doc.Inline) -> str:
    text = _words(inline)
    return text if "`" in text else text.replace(" %", "&nbsp;%")


def _grid_lines(grid: doc.Grid) -> Iterator[str]:
    """The head, the line below it, and the rows; what is an aside stands in brackets behind the cell before it."""
    grid = grid.where(lambda head: head.role != "bar")
    name = next((place for place, head in enumerate(grid.columns) if head.name), 0)

    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    def joined(cells: list[str]) -> list[str]:
        found: list[str] = []
        for head, cell in zip(grid.columns, cells, strict=True):
            if not head.aside:
                found.append(cell)
            elif cell:
                found[-1] = f"{found[-1]} ({cell})"
        return found

    yield line(joined([_words(head.title) for head in grid.columns]))
    yield line(["---:" if head.right else ":---" for head in grid.columns if not head.aside])
    for row in grid.rows:
        cells = [_cell(cell) for cell in row.cells]
        cells[name] = _INDENT * row.level + cells[name]
        yield line(joined(cells))
    if grid.total:
        yield line(joined([f"**{text}**" if (text := _cell(cell)) else "" for cell in grid.total.cells]))


def _cut(block: doc.Block, room: int) -> doc.Block:
    """As many rows of a table as there is room for, and how many there are more."""
    if not isinstance(block, doc.Grid):
        return block
    for done, line in enumerate(_grid_lines(block)):
        room -= len(line.encode()) + 1
        if room < 0:
            rows = block.rows[: max(0, done - 2)]
            label = f"the first {len(rows):,} of {len(block.rows):,} {block.caption}"
            return doc.Labelled(label, [block._replace(rows=rows, total=None)])
    return block


_WRITERS: dict[type, Writer] = {
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
