"""A worksheet, or its key, as one HTML page to print: black on white, no question torn by a page break."""

from __future__ import annotations

import re
from html import escape

from cnncalc.analyses.columns import Style
from cnncalc.teaching.instructions import instructions, meanings
from cnncalc.teaching.question import Cell, Handout, Question, Table, Worksheet
from cnncalc.teaching.recipe import header
from cnncalc.teaching.wording import written_answer

_STYLE = """
@page { margin: 18mm 16mm; }
html { background: #fff; color: #000; }
body { font: 11pt/1.45 Georgia, "Times New Roman", serif; max-width: 178mm; margin: 8mm auto; padding: 0 4mm; }
h1 { font-size: 17pt; margin: 0 0 3mm; }
h2 { font-size: 12pt; margin: 7mm 0 2mm; break-after: avoid; }
.keep { break-after: avoid; }
.who { display: flex; gap: 8mm; margin: 4mm 0; }
.who span { flex: 1; border-bottom: .3mm solid #000; padding-bottom: 1mm; }
.who span + span { flex: .4; }
table { border-collapse: collapse; width: 100%; font-size: 9.5pt; }
th { text-align: left; border-bottom: .4mm solid #000; padding: 1mm 1.5mm; }
td { border-bottom: .1mm solid #888; padding: 1.6mm 1.5mm; vertical-align: middle; overflow-wrap: break-word; }
tr { break-inside: avoid; }
thead { display: table-header-group; }
.number { text-align: right; white-space: nowrap; }
.blank { display: inline-block; min-width: 22mm; border-bottom: .3mm solid #000; height: 1.3em; }
.id { font-size: 8.5pt; margin-right: 1mm; }
.wide { display: block; margin-top: 5mm; }
.wide .blank { min-width: 70mm; }
.question { break-inside: avoid; margin: 6mm 0; }
pre { font: 8pt/1.35 "DejaVu Sans Mono", Consolas, monospace; white-space: pre-wrap; border: .2mm solid #000;
  margin: 3mm .5mm; padding: 2mm; overflow-wrap: anywhere; break-inside: avoid; -webkit-box-decoration-break: clone; }
pre span { display: block; padding-left: 9ex; text-indent: -9ex; }
code { font: .9em "DejaVu Sans Mono", Consolas, monospace; overflow-wrap: anywhere; }
ul { margin: 1mm 0; padding-left: 6mm; }
@media print { body { max-width: none; margin: 0; padding: 0; } }
"""


def render(handout: Handout, style: Style) -> str:
    """The whole page; it needs no other file, no network and no script."""
    sheet, key = handout
    title = escape(f"{sheet.title}{': key' if key else ''}")
    parts = [f"<h1>{title}</h1>"]
    if not key:
        parts.append('<p class="who"><span>Name</span><span>Date</span></p>')
    parts.append(f"<p>{escape(' '.join(instructions(sheet)))}</p>")
    parts += [_table(table, sheet, key) for table in sheet.tables]
    for passage in sheet.passages:
        if passage.listing:
            numbers = " and ".join(passage.questions)
            parts.append(f'<h2>Find the mistake (questions {numbers})</h2>\n<p class="keep">{_text(passage.text)}</p>')
            listing = "".join(f"<span>{escape(line)}</span>" for line in passage.listing)
            parts.append(f"<pre>{listing}</pre>")
        parts += [_question(sheet.question(id), sheet, key) for id in passage.questions]
    if key:
        parts.append(_working(sheet))
    head = (
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{_STYLE}</style>"
    )
    data = f'<script type="application/json" id="cnncalc-worksheet">{header(sheet.recipe)}</script>'
    body = "\n".join(parts)
    return f'<!doctype html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n{data}\n</body>\n</html>\n'


def _text(text: str) -> str:
    """Escaped text whose `code` is code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text))


def _blank(question: Question, sheet: Worksheet, key: bool) -> str:
    inner = f"<b>{escape(_answers(question, sheet))}</b>" if key else '<span class="blank"></span>'
    return f'<span class="id">({question.id})</span>{inner}'


def _answers(question: Question, sheet: Worksheet) -> str:
    return " or ".join(written_answer(answer, sheet.recipe.layout) for answer in question.accepted)


def _table(table: Table, sheet: Worksheet, key: bool) -> str:
    given = ", ".join(f"{name} is {shape}" for name, shape in table.given)
    heads = "".join(f"<th>{text}</th>" for text in ("layer", "what it is", "reads"))
    heads += "".join(f'<th class="number">{text}</th>' for text in ("output", "params", "multiplies"))
    rows = []
    for line in table.lines:
        texts = (line.name, line.description, line.reads)
        cells = "".join(f"<td>{escape(text).replace('/', '/<wbr>')}</td>" for text in texts)
        cells += "".join(f'<td class="number">{_cell(cell, sheet, key)}</td>' for cell in line.cells)
        rows.append(f"<tr>{cells}</tr>")
    body = "\n".join(rows)
    return (
        f"<h2>{escape(table.caption or 'Layers')}</h2>\n"
        + (f"<p>Given: {escape(given)}.</p>\n" if given else "")
        + f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    )


def _cell(cell: Cell, sheet: Worksheet, key: bool) -> str:
    return _blank(sheet.question(cell.question), sheet, key) if cell.question else escape(cell.text)


def _question(question: Question, sheet: Worksheet, key: bool) -> str:
    choices = "".join(f"<li>{escape(choice)}</li>" for choice in question.choices)
    return (
        f'<div class="question"><b>{question.id}.</b> {_text(question.prompt)}'
        + (f'<ul style="list-style: none">{choices}</ul>' if choices else "")
        + f'<span class="wide">{_blank(question, sheet, key)}</span></div>'
    )


def _working(sheet: Worksheet) -> str:
    parts = ["<h2>Working</h2>"]
    for question in sheet.questions:
        steps = "".join(f"<li>{_text(step)}</li>" for step in question.working)
        points = f"{question.points} point{'s' * (question.points != 1)}"
        parts.append(
            f'<div class="question"><b>{question.id}.</b> {_text(question.prompt)}'
            f" <b>{escape(_answers(question, sheet))}</b> ({points})<ul>{steps}</ul></div>"
        )
    symbols = "".join(f"<li>{escape(symbols)}: {escape(text)}</li>" for symbols, text in meanings(sheet))
    return "\n".join([*parts, f"<p>Symbols</p><ul>{symbols}</ul>"] if symbols else parts)
