"""Documents as text: in the colours and the width of a terminal, or for a pipe, which has neither."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from cnncalc.analyses.style import Style
from cnncalc.render import document as doc
from cnncalc.render.fold import fold, folded
from cnncalc.render.grid import Line, Terminal, drawn
from cnncalc.render.paint import painted

_LABEL = 11  # columns of the labels of equations
_PROSE = 96  # columns; longer lines are hard to read


def write(page: doc.Page, style: Style) -> str:
    """The text, without trailing blanks."""
    terminal = Terminal.of(style)
    return joined(lines(page.blocks, terminal), terminal)


def joined(found: Iterable[Line], terminal: Terminal) -> str:
    """Lines as text, painted where there are colours."""
    ink = painted if terminal.color else lambda text, style: text
    return "".join("".join([ink(text, style) for text, style in line]).rstrip(" ") + "\n" for line in found)


def lines(blocks: Sequence[doc.Block], terminal: Terminal) -> Iterator[Line]:
    """The lines of some blocks, an empty one between every two, as texts with their styles."""
    begun = False
    for block in blocks:
        apart = begun
        for line in _WRITERS[type(block)](block, terminal):
            if apart:
                yield []
            apart, begun = False, True
            yield line


def _within(blocks: Sequence[doc.Block], terminal: Terminal) -> Iterator[Line]:
    """Blocks that stand further to the right."""
    for line in lines(blocks, terminal._replace(width=terminal.width - 2)):
        yield [("  ", ""), *line] if line else line


def flowing(pieces: Line, width: int, indent: int = 0) -> Iterator[Line]:
    """A paragraph of pieces in styles of their own, folded; its lines are indented alike."""
    whole, place = "".join(text for text, _ in pieces), 0
    for line in fold(" " * indent + whole, width):
        body = line.lstrip(" ")
        start = whole.index(body, place)
        place = start + len(body)
        found: Line = [(line[: len(line) - len(body)], "")]
        at = 0
        for text, style in pieces:
            found.append((text[max(0, start - at) : max(0, place - at)], style))
            at += len(text)
        yield found


def _heading(heading: doc.Heading, terminal: Terminal) -> Iterator[Line]:
    if not heading.quiet:
        pieces = [(terminal.text(heading.text), "bold"), (terminal.text(f"   {heading.beside}"), "dim")]
        yield from flowing(pieces, terminal.width)


def _section(section: doc.Section, terminal: Terminal) -> Iterator[Line]:
    beside = "".join(terminal.text(f" · {text}") for text in section.beside)
    yield from flowing([(terminal.text(section.title), "bold"), (beside, "")], terminal.width)
    if section.blocks and isinstance(section.blocks[0], doc.Paragraph):
        yield []
    yield from _within(section.blocks, terminal)


def _labelled(labelled: doc.Labelled, terminal: Terminal) -> Iterator[Line]:
    yield from flowing([(terminal.text(labelled.label), "bold")], terminal.width)
    yield from _within(labelled.blocks, terminal)


def _details(details: doc.Details, terminal: Terminal) -> Iterator[Line]:
    yield from lines(details.blocks, terminal)
    yield []
    yield [(f" {terminal.text(details.said)}", "")]


def _paragraph(paragraph: doc.Paragraph, terminal: Terminal) -> Iterator[Line]:
    words = doc.parts(paragraph.text)
    kinds = [part.kind if isinstance(part, doc.Run) else "" for part in words]
    pieces = [
        (terminal.text(part), "bold" if kind == "strong" else "") for part, kind in zip(words, kinds, strict=True)
    ]
    yield from flowing(pieces, min(terminal.width, _PROSE) if "prose" in kinds else terminal.width)


def _note(note: doc.Note, terminal: Terminal) -> Iterator[Line]:
    return iter(())


def _terms(terms: doc.Terms, terminal: Terminal) -> Iterator[Line]:
    indent = max(len(label) for label, _ in terms.items) + 3
    previous = ""
    for label, text in terms.items:
        shown = f" {label if label != previous else ''}".ljust(indent)
        for line in folded(shown, terminal.text(text), terminal.width).splitlines():
            yield [(line[:indent], "dim"), (line[indent:], "")]
        previous = label


def _items(items: doc.Items, terminal: Terminal) -> Iterator[Line]:
    """An item on a line; where it takes more, they stand further to the right."""
    for item in items.items:
        first, *further = _paragraph(doc.Paragraph(item), terminal._replace(width=terminal.width - 2))
        yield first
        yield from ([("  ", ""), *line] for line in further)


def _listing(listing: doc.Listing, terminal: Terminal) -> Iterator[Line]:
    """Lines as they are; of text those may be folded that have no bar, behind which a line of a file is shown."""
    for line in listing.lines:
        text = terminal.text(line)
        whole = listing.language != "text" or "|" in text
        yield from (
            [(part, "")] for part in ([text] if whole else folded("", text, terminal.width).splitlines() or [""])
        )


def _fields(fields: doc.Fields, terminal: Terminal) -> Iterator[Line]:
    yield [(" ".join(f"{name}: {'_' * size}" for name, size in fields.items), "")]


def _equations(equations: doc.Equations, terminal: Terminal) -> Iterator[Line]:
    """Label, formula, numbers and result, each in a column; what is too wide goes on below its formula."""
    found = [_spelled(line, terminal) for line in equations.lines]
    columns = [line for line in found if line[3]]
    while True:
        symbols = max((len(line[1]) for line in columns), default=0)
        numbers = max((len(line[2]) for line in columns), default=0)
        widths = [_LABEL + symbols + numbers + 10 + len(line[3] + line[4]) for line in columns]
        if not columns or max(widths) <= terminal.width:
            break
        columns.remove(max(columns, key=lambda line: len(line[1]) + len(line[2])))
    for line in found:
        label, formula, put_in, result, note = line
        middle = f"= {put_in}" if put_in else ""
        end = f"= {result}" if formula or put_in else result
        after = f"  {note}" if note else ""
        if not result:
            text = folded(f"{label:<{_LABEL}}  ", formula, terminal.width)
        elif line in columns:
            text = f"{label:<{_LABEL}}  {formula:<{symbols}}  {middle:<{numbers + 2}}  {end}{after}"
        else:
            text = folded(f"{label:<{_LABEL}}  ", formula, terminal.width)
            head = "" if formula else label
            text += folded(f"{head:<{_LABEL}}  ", f"{middle} {end}{after}".strip(), terminal.width)
        yield from ([(part[:_LABEL], "dim"), (part[_LABEL:], "")] for part in text.splitlines())


def _spelled(line: doc.Equation | doc.Remark, terminal: Terminal) -> tuple[str, str, str, str, str]:
    """Label, formula, numbers, result and note as text."""
    if isinstance(line, doc.Remark):
        return line.label, terminal.text(line.text), "", "", ""
    said, numbers = (terminal.text(part or "") for part in (line.said, line.numbers))
    return line.label, said, numbers, terminal.text(line.result), terminal.text(line.note)


_WRITERS: dict[type, Callable[[Any, Terminal], Iterator[Line]]] = {
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
    doc.Grid: drawn,
}
