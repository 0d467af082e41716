"""The columns of a summary: a title, and how a line fills it. Tables, Markdown and CSV read the same list."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cnncalc.analyses.outline import Line
from cnncalc.core.analysis import Analysis, Row
from cnncalc.core.figures import exact, percent, short
from cnncalc.core.shape import Shape, written_shape


class Style(NamedTuple):
    """How figures and shapes are written."""

    exact: bool = True
    layout: str = "hwc"
    ascii: bool = False

    def number(self, value: int, zero: str = "–") -> str:
        if value == 0:
            return self.plain(zero)
        return exact(value) if self.exact else short(value)

    def shape(self, shape: Shape | None) -> str:
        return written_shape(shape, self.layout, "x" if self.ascii else "×") if shape else ""

    def plain(self, text: str) -> str:
        """Text with ASCII in place of signs, where that was asked for."""
        if not self.ascii:
            return text
        for sign, letter in (
            ("×", "x"),
            ("–", "-"),
            ("−", "-"),
            ("…", "..."),
            ("·", "*"),
            ("≥", ">="),
            ("≤", "<="),
            ("≠", "!="),
        ):
            text = text.replace(sign, letter)
        return text.encode("ascii", "replace").decode()


class Column(NamedTuple):
    """One column; `total` fills the totals' line, None leaves it empty."""

    title: str
    help: str
    cell: Callable[[Line, Analysis, Style], str]
    total: Callable[[Analysis, Style], str] | None = None
    right: bool = True


def _count(quantity: str, help: str) -> Column:
    def cell(line: Line, analysis: Analysis, style: Style) -> str:
        return "" if line.counts is None else style.number(getattr(line.counts, quantity))

    def total(analysis: Analysis, style: Style) -> str:
        bound = "≥ " if analysis.uncounted and quantity != "activations" else ""
        return style.plain(bound + style.number(getattr(analysis.totals, quantity)))

    return Column(quantity, help, cell, total)


def _input_shapes(line: Line, analysis: Analysis, style: Style) -> str:
    return ", ".join(map(style.shape, line.entry.input_shapes)) if isinstance(line.entry, Row) else ""


def _inputs(line: Line, analysis: Analysis, style: Style) -> str:
    return ", ".join(line.entry.inputs) if isinstance(line.entry, Row) else ""


def _share(line: Line, analysis: Analysis, style: Style) -> str:
    return style.plain(percent(line.counts.multiplies, analysis.totals.multiplies)) if line.counts else ""


def _line_number(line: Line, analysis: Analysis, style: Style) -> str:
    return str(line.entry.line) if line.entry else ""


COLUMNS: dict[str, Column] = {
    "layer": Column("layer", "name", lambda line, a, s: s.plain(line.label), lambda a, s: "total", right=False),
    "type": Column("type", "type, window, size", lambda line, a, s: s.plain(line.description), right=False),
    "inputs": Column("inputs", "names of what it reads", _inputs, right=False),
    "input": Column("input", "shapes of what it reads", _input_shapes),
    "output": Column("output", "output shape", lambda line, a, s: s.shape(line.output)),
    "params": _count("params", "weights and biases"),
    "weights": _count("weights", "learned numbers but biases"),
    "biases": _count("biases", "learned numbers that are only added"),
    "buffers": _count("buffers", "stored numbers that are not learned"),
    "multiplies": _count("multiplies", "multiplications for one image"),
    "share": Column("share", "share of the multiplies", _share),
    "flops": _count("flops", "2 × multiplies"),
    "activations": _count("activations", "values in the output"),
    "line": Column("line", "line in the file", _line_number),
}
STANDARD = ("layer", "type", "output", "params", "multiplies", "share")
FOLDING = ("layer", "type", "inputs", "input")  # names and words, which may take several lines
OPTIONAL = (  # what a narrow terminal does without, first of all the first
    "share", "type", "inputs", "input", "line", "activations", "buffers", "flops", "biases", "weights", "output",
)  # fmt: skip


def columns(names: tuple[str, ...]) -> list[Column]:
    """The columns of these names, in this order."""
    return [COLUMNS[name] for name in names]


def footer(analysis: Analysis, style: Style) -> list[tuple[str, str]]:
    """What stands below a table: (label, text) lines."""
    from cnncalc.core.figures import megabytes

    totals = analysis.totals
    lower = "≥ " if analysis.uncounted else ""
    lines = [
        (
            "params",
            f"{lower}{style.number(totals.params, zero='0')} = {style.number(totals.weights, zero='0')} weights"
            f" + {style.number(totals.biases, zero='0')} biases; {megabytes(totals.size)} as float32",
        ),
        ("FLOPs", f"{lower}{style.number(totals.flops, zero='0')} = 2 × multiplies"),
        ("activations", f"{style.number(totals.activations)} values"),
    ]
    if totals.buffers:
        lines.append(("buffers", f"{style.number(totals.buffers)} stored, not learned"))
    if analysis.uncounted:
        operators = ", ".join(f"{operator} ({layer})" for layer, operator in analysis.uncounted)
        lines.append(("uncounted", f"{operators}: the totals are lower bounds"))
    if analysis.note:
        lines.append(("note", analysis.note))
    lines += [("note", note) for note in analysis.notes]
    return [(style.plain(label), style.plain(text)) for label, text in lines]


def title(analysis: Analysis, style: Style) -> tuple[str, str]:
    """The network's name, and its inputs."""
    named = ", ".join(
        f"{name} {style.shape(shape)}" if len(analysis.inputs) > 1 else style.shape(shape)
        for name, shape in analysis.inputs.items()
    )
    name = " ".join(analysis.name.split())  # it may be written on several lines
    return style.plain(name), style.plain(f"input{'s' * (len(analysis.inputs) > 1)} {named}")
