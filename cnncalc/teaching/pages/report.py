"""The report of a class: which question failed how often, by which slip; a page, and a picture."""

from __future__ import annotations

from cnncalc.analyses.style import Style
from cnncalc.core.figures import many
from cnncalc.drawing import svg
from cnncalc.drawing.metrics import fitted, text_width
from cnncalc.drawing.picture import FONTS, Box, Caption, Item, Picture
from cnncalc.render.document import Bar, Block, Grid, Head, Heading, Inline, Items, Page, Paragraph, TableRow
from cnncalc.teaching.grade import Marks
from cnncalc.teaching.pages.grades import percent_of, summary
from cnncalc.teaching.tally import VERDICTS, Tally, tallies

SAID = {"right": "right", "carried": "carried", "wrong": "wrong", "blank": "no answer", "unclear": "to look at"}
MOST_NUMBERS = 3
ROLES = {"right": "pool", "carried": "block", "wrong": "patch", "blank": "other", "unclear": "join"}


def _slips(tally: Tally, most: int = 100) -> str:
    listed = [f"{name} ×{times}" for name, times in tally.slips[:most]]
    return ", ".join([*listed, *(["…"] if tally.slips[most:] else [])])


def _numbers(tally: Tally) -> str:
    return (
        ", ".join(tally.numbers)
        if len(tally.numbers) <= MOST_NUMBERS
        else f"{', '.join(tally.numbers[:MOST_NUMBERS])}, …"
    )


def document(marks: Marks, style: Style) -> Page:
    """A row for each question, in the order of the network; a cell that is on several sheets is one."""
    found = tallies(marks.students)
    heads = [Head("question", right=True), Head("asked", folds=True, name=True)]
    heads += [Head("right", right=True), Head("", role="bar")]
    heads += [Head(SAID[verdict], right=True) for verdict in VERDICTS[1:]]
    heads += [Head("slips", folds=True)]
    rows = []
    for tally in found:
        right = tally.verdicts["right"]
        cells: list[Inline] = [_numbers(tally), tally.title, f"{right}/{tally.asked}", Bar(right / tally.asked)]
        cells += [str(tally.verdicts[verdict] or "") for verdict in VERDICTS[1:]]
        rows.append(TableRow([*cells, _slips(tally)]))
    title = f"{marks.sheet.title}: report of the class"
    blocks: list[Block] = [Heading(title)]
    said = summary(marks.sheet, marks.students)
    if said:
        blocks.append(Items(said))
    blocks.append(Grid(heads, rows, caption="questions", by_row=True) if rows else Paragraph("No sheet was read."))
    return Page(title, blocks, depth=1)


# ------------------------------------------------------------------------------------------------ a picture

MARGIN, ROW, BAR_HEIGHT, BAR = 24.0, 26.0, 16.0, 260.0
MOST_LABEL, MOST_SLIPS = 230.0, 330.0


def svg_text(marks: Marks, style: Style) -> str:
    """The picture as SVG."""
    return svg.render(picture(marks))


def picture(marks: Marks) -> Picture:
    """A bar for each question: how many have it right, carried, wrong, blank, unclear; beside it the slips."""
    found = tallies(marks.students)
    font, small = FONTS["op"], FONTS["muted"]
    one = all(len(tally.numbers) == 1 for tally in found)  # all have one sheet
    labels = [
        fitted(f"{tally.numbers[0]}. {tally.title}" if one else tally.title, font.size, MOST_LABEL) for tally in found
    ]
    slips = [fitted(_slips(tally, 2), small.size, MOST_SLIPS) for tally in found]
    left = MARGIN + max((text_width(label, font.size) for label in labels), default=0) + 12
    beside = left + BAR + 56
    title, subtitle = fitted(marks.sheet.title, FONTS["title"].size, 700, bold=True), _said(marks)
    width = max(
        beside + max((text_width(text, small.size) for text in slips), default=0),
        MARGIN + text_width(title, FONTS["title"].size, bold=True),
        MARGIN + text_width(subtitle, FONTS["subtitle"].size),
        left + BAR + 160,
    )
    items: list[Item] = [Caption(MARGIN, 44, title, "title"), Caption(MARGIN, 66, subtitle, "subtitle")]
    items += _legend(MARGIN, 84, [verdict for verdict in VERDICTS if any(tally.verdicts[verdict] for tally in found)])
    y = 118.0
    for tally, label, said in zip(found, labels, slips, strict=True):
        base = y + BAR_HEIGHT / 2 + font.size * 0.36
        items.append(Caption(left - 12, base, label, "op", "end"))
        x = left
        for verdict in VERDICTS:
            share = tally.verdicts[verdict] / tally.asked
            if share:
                tip = f"{tally.title}: {SAID[verdict]} {tally.verdicts[verdict]} of {tally.asked}"
                items.append(Box(x, y, BAR * share, BAR_HEIGHT, ROLES[verdict], tip=tip))
                x += BAR * share
        items.append(Caption(left + BAR + 8, base, f"{tally.verdicts['right']}/{tally.asked}", "muted"))
        items.append(Caption(beside, base, said, "muted"))
        y += ROW
    return Picture(width + MARGIN, y + MARGIN - 8, title, subtitle, tuple(items))


def _legend(x: float, y: float, verdicts: list[str]) -> list[Item]:
    items: list[Item] = []
    for verdict in verdicts:
        items += [Box(x, y, 14, 14, ROLES[verdict]), Caption(x + 20, y + 11, SAID[verdict], "muted")]
        x += 36 + text_width(SAID[verdict], FONTS["muted"].size)
    return items


def _said(marks: Marks) -> str:
    read = [graded for graded in marks.students if not graded.problem and not graded.absent]
    points, of = sum(graded.points for graded in read), sum(graded.of for graded in read)
    return f"{many(len(read), 'sheet')}, {percent_of(points, of)} of the points; how each question was answered"
