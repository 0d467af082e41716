"""The working of a network as LaTeX: a fragment to paste, or with `standalone` a document."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.columns import Style
from cnncalc.analyses.working import Broken, Explanation, LayerWorking, Meaning, SumWorking
from cnncalc.core.problem import clean
from cnncalc.core.work import Step
from cnncalc.render.latex import atom, escape, formula
from cnncalc.render.working import (
    WorkingLine,
    failed_head,
    failed_lines,
    figure,
    fits_table,
    is_named,
    is_plain,
    layer_head,
    layer_lines,
    remainders,
    sum_head,
    sum_table,
)

_WIDE = 58  # characters of formula and numbers that fit on one line of a page
_TALL = 45  # rows of a table that fit on one page

_BEGIN = r"""\documentclass[10pt]{article}
\usepackage{amsmath}
\usepackage[a4paper,margin=2cm]{geometry}
\begin{document}
"""
_SMALL = r"\footnotesize\setlength{\tabcolsep}{4pt}"
_STRUT = r"\rule{0pt}{2.4ex}"  # keeps the row below a rule away from it
_NEEDS = "% needs \\usepackage{amsmath}\n"


def render(explanation: Explanation, style: Style) -> str:
    """All entries, one below the other; needs amsmath and nothing else."""
    texts = []
    for entry in explanation.entries:
        if isinstance(entry, LayerWorking):
            texts.append(_layer(entry, explanation.multiplies, style))
        else:
            texts.append(_sum(entry, clean(explanation.analysis.file), style))
    if explanation.broken:
        texts += _broken(explanation.broken, style)
    if explanation.idle:
        names = ", ".join(map(escape, explanation.idle))
        texts.append(f"\\noindent Nothing changes and nothing is counted in: {names}.\n")
    if explanation.legend:
        texts.append(_legend(explanation.legend))
    body = "\n".join(texts)
    return f"{_BEGIN}\n{body}\n\\end{{document}}\n" if style.standalone else f"{_NEEDS}\n{body}"


def mathematics(step: Step) -> tuple[str, str]:
    """The formula of a step in symbols, and with the numbers put in."""
    names = step.names
    return (
        formula(step.formula, lambda name: names[name].symbol, lambda name: names[name].symbols),
        formula(step.formula, lambda name: names[name].number, lambda name: names[name].numbers),
    )


def _head(head: tuple[str, str, str]) -> str:
    name, description, place = map(escape, head)
    place = f"\\hfill{{\\footnotesize {place}}}\\par}}\\nopagebreak"
    return f"\\medskip{{\\sloppy\\noindent\\textbf{{{name}}}\\quad {description}{place}\n"


def _layer(working: LayerWorking, network: int, style: Style) -> str:
    lines = []
    reads = ""
    for line in layer_lines(working, style, network):
        if isinstance(line, Step):
            lines.append(_equation(line, is_named(line, working.steps)))
        elif line.label == "reads":
            reads = _reads(line)
        else:
            lines.append(_line(line))
    left = remainders(working)
    after = f"\\noindent remainder {escape(left)}.\n" if left else ""
    return f"{_head(layer_head(working))}{reads}{_align(lines)}{after}"


def _broken(broken: Broken, style: Style) -> Iterator[str]:
    sentence, rows = fits_table(broken, style)
    yield f"\\noindent {escape(sentence)}.\n{_table(['layer', 'type', 'output'], 'llr', rows) if rows else ''}"
    for failed in broken.failed:
        reads, *steps = failed_lines(failed, style)
        assert isinstance(reads, WorkingLine)
        lines = [_equation(step, named=False) for step in steps if isinstance(step, Step)]
        if failed.why:
            lines[-1] += rf" \quad (\text{{impossible: {failed.why}}})"
        yield f"{_head(failed_head(failed))}{_reads(reads)}{_align(lines) if lines else ''}"


def _reads(line: WorkingLine) -> str:
    return f"\\noindent reads {escape(line.formula)}\\nopagebreak\n"


def _align(lines: list[str]) -> str:
    return "\\begin{flalign*}\n" + " \\\\\n".join(f"{line} &&" for line in lines) + "\n\\end{flalign*}\n"


def _equation(step: Step, named: bool) -> str:
    label = step.label if step.quantity == "output" else step.quantity
    symbols, numbers = mathematics(step)
    parts = [symbols] if step.label != "sum" else []
    parts += [] if is_plain(step) else [numbers]
    parts.append(atom(figure(step.value)))
    wide = len(step.symbols) + len(step.numbers) > _WIDE and len(parts) == 3
    joined = f"{parts[0]} && \\\\\n  &= {' = '.join(parts[1:])}" if wide else " = ".join(parts)
    note = rf" \quad (\text{{{escape(step.label)}}})" if named else ""
    return f"  \\text{{{label}}} &= {joined}{note}"


def _line(line: WorkingLine) -> str:
    said = f"\\text{{{escape(line.formula)}}}" if line.formula else ""
    result = atom(line.result) if line.result.replace("×", "").isdigit() else f"\\text{{{escape(line.result)}}}"
    return f"  \\text{{{line.label}}} &= {' = '.join(filter(None, [said, result]))}"


def _sum(working: SumWorking, file: str, style: Style) -> str:
    head, rows, last = sum_table(working, style)
    return _head(sum_head(working, file, style)) + _table(head, f"ll{'r' * (len(head) - 2)}", rows, last)


def _table(head: list[str], columns: str, rows: list[list[str]], last: list[str] | None = None) -> str:
    """A table, in pieces that fit on a page; the last row stands below a rule."""
    text = ""
    for start in range(0, max(1, len(rows)), _TALL):
        first, *others = [_row(row) for row in rows[start : start + _TALL]] or [""]
        lines = [_row(head), "\\hline", _STRUT + first, *others]
        if last and start + _TALL >= len(rows):
            lines += ["\\hline", _STRUT + _row(last)]
        table = "\n".join(f"  {line}" for line in lines)
        text += f"\n\\smallskip\\noindent{{{_SMALL}\\begin{{tabular}}{{{columns}}}\n{table}\n\\end{{tabular}}}}\\par\n"
    return text


def _row(cells: list[str]) -> str:
    return f"{' & '.join(map(escape, cells))} \\\\"


def _legend(legend: tuple[Meaning, ...]) -> str:
    lines = [f"  ${'$, $'.join(map(atom, meaning.symbols))}$ & {escape(meaning.text)} \\\\" for meaning in legend]
    table = "\n".join(lines)
    begin, end = r"\begin{tabular}{lp{0.7\linewidth}}", r"\end{tabular}"
    return f"\\medskip\\noindent where\n\n\\noindent{begin}\n{table}\n{end}\\par\n"
