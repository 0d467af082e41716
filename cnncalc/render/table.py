"""The table of a summary, drawn by rich: for a terminal, for a pipe, and for notebooks."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from cnncalc.analysis import Analysis
from cnncalc.columns import STANDARD, Style, columns, footer, title
from cnncalc.outline import Line, outline

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_BAR = 8
_WIDE = 100  # a narrower terminal has no room for bars
_UNBOUNDED = 100_000  # columns; a pipe has no width, so nothing is folded or cut there


def rich_table(
    analysis: Analysis,
    lines: list[Line] | None = None,
    names: tuple[str, ...] = STANDARD,
    style: Style | None = None,
    bars: bool = True,
) -> RenderableType:
    """An analysis as something that rich can draw."""
    style = style or Style()
    lines = outline(analysis) if lines is None else lines
    table = Table(box=ruled(style), show_header=True, show_edge=False, pad_edge=False, header_style="bold")
    for column in columns(names):
        wraps = column.title in ("type", "inputs", "input")
        table.add_column(
            style.plain(column.title),
            justify="right" if column.right else "left",
            no_wrap=not wraps,
            overflow="fold",
            min_width=8 if wraps else None,
        )
    for line in lines:
        cells = [Text(column.cell(line, analysis, style)) for column in columns(names)]
        if names and names[0] == "layer":
            cells[0] = Text("  " * line.level + cells[0].plain, style="bold" if line.counts is None else "")
        if "share" in names and bars and not style.ascii:
            cells[names.index("share")] = _share_with_bar(line, analysis, cells[names.index("share")])
        table.add_row(*cells, style="dim" if line.counts is not None and not _counted(line) else "")
    table.add_section()
    table.add_row(
        *[Text(column.total(analysis, style) if column.total else "") for column in columns(names)], style="bold"
    )
    name, inputs = title(analysis, style)
    head = Text.assemble((name, "bold"), "   ", (inputs, "dim"), "\n")
    return Group(head, table, "", _Footer(footer(analysis, style)))


def ruled(style: Style) -> box.Box:
    """Lines below the header and above the totals, nothing else."""
    rule = " -- " if style.ascii else " ── "
    blank = "    "
    return box.Box("\n".join([blank, blank, rule, blank, rule, blank, blank, blank]) + "\n", ascii=style.ascii)


def _counted(line: Line) -> bool:
    return line.counts is not None and bool(line.counts.params or line.counts.multiplies)


def _share_with_bar(line: Line, analysis: Analysis, share: Text) -> Text:
    if line.counts is None or not analysis.totals.multiplies:
        return share
    eighths = round(8 * _BAR * line.counts.multiplies / analysis.totals.multiplies)
    bar = "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
    return Text.assemble((f"{bar:<{_BAR}}", "cyan"), f"{share.plain:>7}")


class _Footer:
    """Labels, and their texts folded beside them."""

    def __init__(self, lines: list[tuple[str, str]]) -> None:
        self.lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        indent = max(len(label) for label, _ in self.lines) + 3
        previous = ""
        for label, text in self.lines:
            shown = f" {label if label != previous else ''}".ljust(indent)
            for line in Text(text).wrap(console, max(20, options.max_width - indent)):
                yield Text.assemble((shown, "dim"), line)
                shown = " " * indent
            previous = label


def render(
    analysis: Analysis,
    lines: list[Line],
    names: tuple[str, ...],
    style: Style,
    *,
    width: int | None,
    color: bool,
) -> str:
    """The table as text: `width` columns wide, or, with None, as wide as it needs to be; ANSI colours with `color`."""
    drawn = rich_table(analysis, lines, names, style, bars=color and (width or _WIDE) >= _WIDE)
    return to_text(drawn, width=width or _natural_width(analysis, lines, names, style), color=color)


def _natural_width(analysis: Analysis, lines: list[Line], names: tuple[str, ...], style: Style) -> int:
    """So many columns that nothing is folded; rich's own measuring takes as long as its drawing."""
    cells = sum(
        max([len(column.cell(line, analysis, style)) + 2 * line.level for line in lines] or [0])
        for column in columns(names)
    )
    texts = [*title(analysis, style), *(text for _, text in footer(analysis, style))]
    return cells + 24 * len(names) + max(map(len, texts)) + 40


def to_text(drawn: RenderableType, *, width: int | None, color: bool) -> str:
    """Anything that rich can draw, as text without trailing blanks."""
    console = Console(
        width=width or _UNBOUNDED,
        height=25,
        color_system="standard" if color else None,
        force_terminal=color,
        no_color=not color,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
        _environ={},
    )
    if width is None:
        console.width = Measurement.get(console, console.options, drawn).maximum
    with console.capture() as capture:
        console.print(drawn)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())
