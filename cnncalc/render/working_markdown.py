"""The working of a network as Markdown: plain tables, which GitHub, VS Code, Jupyter and pandoc all show alike."""

from __future__ import annotations

from collections.abc import Iterable

from cnncalc.analyses.columns import Style
from cnncalc.analyses.working import Explanation, LayerWorking, SumWorking
from cnncalc.core.problem import clean
from cnncalc.render.markdown import escape
from cnncalc.render.working import (
    WorkingLine,
    failed_head,
    failed_lines,
    fits_table,
    layer_head,
    layer_lines,
    remainders,
    sum_head,
    sum_table,
    texts,
)


def render(explanation: Explanation, style: Style) -> str:
    """A section for each entry, the idle layers, and the legend."""
    parts = []
    for entry in explanation.entries:
        if isinstance(entry, LayerWorking):
            parts.append(_layer(entry, explanation.multiplies, style))
        else:
            parts.append(_sum(entry, style, clean(explanation.analysis.file)))
    if explanation.broken:
        sentence, rows = fits_table(explanation.broken, style)
        fits = f"\n\n{_table(['layer', 'type', 'output'], 'llr', rows)}" if rows else ""
        parts.append(f"{escape(sentence)}.{fits}")
        for failed in explanation.broken.failed:
            lines = list(texts(failed_lines(failed, style)))
            after = f"\n\nImpossible: {failed.why}." if failed.why else ""
            parts.append(f"{_head(failed_head(failed))}\n\n{_steps(lines)}{after}")
    if explanation.idle:
        parts.append(f"Nothing changes and nothing is counted in: {escape(', '.join(explanation.idle))}.")
    if explanation.legend:
        meanings = [[", ".join(map(_code, meaning.symbols)), escape(meaning.text)] for meaning in explanation.legend]
        parts.append(_table(["symbol", "meaning"], "ll", meanings, escaped=True))
    return style.plain("\n\n".join(parts) + "\n")


def _head(head: tuple[str, str, str]) -> str:
    name, description, place = map(escape, head)
    return f"### {name}\n\n{description} · {place}"


def _layer(working: LayerWorking, network: int, style: Style) -> str:
    lines = list(texts([*layer_lines(working, style, network)]))
    left = remainders(working)
    after = f"\n\nRemainder {escape(left)}." if left else ""
    return f"{_head(layer_head(working))}\n\n{_steps(lines)}{after}"


def _steps(lines: list[WorkingLine]) -> str:
    """A table of formula, numbers and result; what is read stands above it."""
    reads = [f"Reads {escape(line.formula)}.\n\n" for line in lines if line.label == "reads"]
    rows = []
    for line in lines:
        if line.label == "reads":
            continue
        formula = _code(line.formula) if line.is_formula else escape(line.formula)
        note = f" {escape(line.note)}" if line.note else ""
        rows.append([line.label, formula, _code(line.numbers), f"{escape(line.result)}{note}"])
    return "".join(reads) + _table(["", "formula", "numbers", "result"], "lllr", rows, escaped=True) if rows else ""


def _sum(working: SumWorking, style: Style, file: str) -> str:
    head, rows, last = sum_table(working, style)
    rows = [[escape(cell) for cell in row] for row in rows]
    rows.append([f"**{escape(cell)}**" if cell else "" for cell in last])
    return f"{_head(sum_head(working, file, style))}\n\n{_table(head, 'l' + 'r' * (len(head) - 1), rows, escaped=True)}"


def _table(head: list[str], align: str, rows: Iterable[list[str]], escaped: bool = False) -> str:
    rules = ["--:" if side == "r" else ":--" for side in align]
    lines = [head, rules, *(row if escaped else [escape(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""
