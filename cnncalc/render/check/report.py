"""Reports as a document: the verdict, every problem with its cure, and all files with their totals."""

from __future__ import annotations

from cnncalc.analyses.checks.report import Report, causes
from cnncalc.analyses.measures import Use, used
from cnncalc.analyses.style import Style
from cnncalc.core.figures import exact, many
from cnncalc.core.problem import Problem
from cnncalc.render import markdown
from cnncalc.render.check import FEW, Checked, from_root, verdict
from cnncalc.render.document import Block, Grid, Head, Heading, Inline, Items, Page, Paragraph, Run, TableRow

LARGEST = 2**20  # bytes that GitHub takes for one step; more, and it shows nothing


def step_summary(checked: Checked, style: Style) -> str:
    """The document as Markdown, its two tables no longer than GitHub takes."""
    return markdown.write(document(checked, style), style, LARGEST // 2 - 1000)


def document(checked: Checked, style: Style) -> Page:
    """The problems, errors first, then all files in the order given."""
    reports, root, nothing = checked
    blocks: list[Block] = [Heading("cnncalc check"), Paragraph(verdict(reports) if reports else nothing)]
    found = [(cause.reports[0], cause.told) for cause in causes(reports)]
    found.sort(key=lambda both: both[1].level)
    if found:
        heads = [Head("place", folds=True, name=True), Head("level", role="said"), Head("code")]
        heads += [Head("message", folds=True), Head("help", folds=True)]
        rows = [_problem(problem, report, root) for report, problem in found]
        blocks.append(Grid(heads, rows, caption="problems", by_row=True))
    held = used(Use.HELD)
    heads = [Head("file", folds=True, name=True), Head("result", role="said")]
    heads += [Head(title, right=True) for title in (*held, "errors", "warnings")]
    if reports:
        shown = reports if len(reports) <= FEW else [report for report in reports if report.problems]
        if shown:
            blocks.append(Grid(heads, [_file(report, root) for report in shown], caption="files", by_row=True))
        if passed := len(reports) - len(shown):
            blocks.append(Paragraph(f"{many(passed, 'file')} passed."))
    notes = [f"{from_root(report.file, root)}: {note}" for report in reports for note in report.notes]
    return Page("cnncalc check", [*blocks, *([Items(notes)] if notes else [])])


def _problem(problem: Problem, report: Report, root: str | None) -> TableRow:
    place = problem.where
    at = str(place._replace(file=from_root(place.file, root))) if place else from_root(report.file, root)
    cure = "; ".join((*problem.notes, *((problem.help,) if problem.help else ())))
    cells: list[Inline] = [at, problem.level, problem.code, Run(problem.message, "prose"), Run(cure, "prose")]
    return TableRow(cells, problem.level)


def _file(report: Report, root: str | None) -> TableRow:
    result, role = "✅ passed", "right"
    if report.code:
        result, role = "❌ cannot be used" if report.totals is None else "❌ broken", "error"
    elif report.problems:
        result, role = "⚠️ passed", "warning"
    figures = []
    for measure in used(Use.HELD).values():
        bound = measure.sign(report.lower_bound)
        figures.append(bound + Style().figure(measure, report.value(measure)) if report.totals else "")
    counts = (exact(len(report.errors)), exact(len(report.warnings)))
    return TableRow([from_root(report.file, root), result, *figures, *counts], role)
