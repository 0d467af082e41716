"""Documents as HTML: one page without scripts and outside resources, light and dark, for screens, phones and paper."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from html import escape as _escaped
from typing import Any

from cnncalc.analyses.style import Style
from cnncalc.core.problem import clean
from cnncalc.render import document as doc

_JOINED = "&nbsp;%"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_TABLES = """
.cnncalc table { border-collapse: separate; border-spacing: 0; font-variant-numeric: tabular-nums; --pad: .7em; }
.cnncalc th, .cnncalc td { text-align: left; vertical-align: baseline; padding: .25em var(--pad); white-space: nowrap; }
.cnncalc .n { text-align: right; }
.cnncalc .folds { white-space: normal; min-width: 8em; }
.cnncalc .aside { padding-left: 0; }
.cnncalc th[scope=row] { font-weight: inherit; padding-left: calc(var(--pad) + 1.2em * var(--level, 0)); }
.cnncalc caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.cnncalc .bar { padding: 0; width: 4.5em; min-width: 4.5em; }
.cnncalc .bar i { display: block; height: .7em; width: var(--share); background: #2f7ed8; border-radius: .15em; }
"""
_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2024; --soft: #5b6570; --line: #d5dae0; --tint: #f3f5f8;
  --link: #1d63b8; --good: #14713a; --bad: #b3261e; --fair: #8a5a00; --moved: #0b6b7d; --odd: #8b2b8f;
  --edge: #aab3bd; }
@media screen and (prefers-color-scheme: dark) { :root { --paper: #15181c; --ink: #e4e7ea; --soft: #9aa4ae;
  --line: #363c44; --tint: #1f242a; --link: #7db4f5; --good: #6fce8f; --bad: #ff8f86; --fair: #e6b450;
  --moved: #6cc9da; --odd: #e39be6; --edge: #555f6a; } }
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; }
body { margin: 0; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { width: fit-content; min-width: min(72rem, 100%); max-width: min(100rem, 100%); margin: 0 auto;
  padding: 1.5rem clamp(1rem, 4vw, 3rem) 3rem; overflow-wrap: break-word; }
main > *, section > * { max-width: 66rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1.5rem 0 .5rem; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 2rem 0 .4rem; }
h3, h4, h5, h6 { font-size: 1rem; margin: 1.3rem 0 .3rem; }
h1, h2, h3, h4, h5, h6 { break-after: avoid; text-wrap: balance; } .word { display: inline-block; max-width: 100%; }
p { margin: .5rem 0; max-width: 48rem; }
.beside { color: var(--soft); margin-top: 0; }
.scroll, section, details { max-width: none; }
.scroll, pre { overflow-x: auto; --under: var(--paper);
  background: linear-gradient(90deg, var(--under) 1rem, transparent),
  linear-gradient(-90deg, var(--under) 1rem, transparent) 100%, linear-gradient(90deg, var(--edge), transparent),
  linear-gradient(-90deg, var(--edge), transparent) 100%; background-size: 2.5rem 100%, 2.5rem 100%, .8rem 100%,
  .8rem 100%; background-repeat: no-repeat; background-attachment: local, local, scroll, scroll; }
.scroll { margin: .8rem 0; }
.scroll:focus-visible, pre:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { font-size: .9rem; line-height: 1.4; } .folds { max-width: 42em; }
th + td:nth-last-child(-n+2), th:has(+ td:nth-last-child(-n+2)) { white-space: normal; }
thead th, thead td { border-bottom: 2px solid var(--line); vertical-align: bottom; }
tbody th, tbody td { border-bottom: 1px solid var(--line); }
tbody tr:hover > * { background: var(--tint); }
tfoot th, tfoot td { border-top: 2px solid var(--line); }
tfoot th[scope=row] { font-weight: bold; }
th[scope=row] { color: inherit; } td code, th code { overflow-wrap: normal; }
.group th { font-weight: bold; }
.idle, .unchanged, .blank { color: var(--soft); }
.added > :first-child, .right .said { color: var(--good); }
.removed > :first-child, .wrong .said, .error .said { color: var(--bad); }
.changed > :first-child, .carried .said, .warning .said { color: var(--fair); }
.moved > :first-child { color: var(--moved); }
.unclear .said { color: var(--odd); }
dl { margin: .8rem 0; }
dl div { display: grid; grid-template-columns: 8rem 1fr; gap: .2rem 1rem; margin: .15rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
ul { margin: .4rem 0; padding-left: 1.3rem; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .88em; }
code { overflow-wrap: anywhere; }
pre { --under: var(--tint); background-color: var(--tint); border: 1px solid var(--line); border-radius: .3rem;
  padding: .6rem .8rem; margin: .6rem 0; line-height: 1.4; break-inside: avoid; }
pre code { font-size: 1em; overflow-wrap: normal; }
.math { white-space: nowrap; } var { font-family: Georgia, "Times New Roman", serif; }
sub { font-style: normal; font-size: .75em; line-height: 0; }
.note { border-left: .3rem solid var(--fair); background: var(--tint); padding: .4rem 1rem; margin: .8rem 0; }
.note.error { border-color: var(--bad); }
summary { cursor: pointer; font-weight: bold; margin: 1.2rem 0 .4rem; }
.fields { display: flex; gap: 2rem; margin: 1rem 0; max-width: none; }
.fields span { flex: var(--room); border-bottom: 1px solid var(--ink); }
.id { font-size: .85em; margin-right: .3em; white-space: nowrap; }
.gap { display: inline-block; min-width: 6em; height: 1.5em; border-bottom: 1px solid var(--ink);
  vertical-align: bottom; }
p > .gap { min-width: min(18em, 70%); }
input { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: .25rem;
  padding: .15em .4em; width: 9em; max-width: 100%; }
button { font: inherit; padding: .4em 1.2em; cursor: pointer; }
@media screen { tr > th[scope=row], thead tr > :first-child { position: sticky; left: 0; background: var(--paper); } }
@media screen and (max-width: 90rem) { table:has(td:nth-child(10)) { --pad: .45em; } }
@media screen and (max-width: 64rem) { table { --pad: .45em; } .folds { min-width: 6em; } }
@media screen and (max-width: 48rem) { h1 { font-size: 1.3rem; } .bar { display: none; }
  tr > th[scope=row], thead tr > :first-child { max-width: 36vw; white-space: normal;
  padding-left: calc(1em * var(--level, 0)); }
  .steps thead { display: none; } .steps, .steps tbody { display: block; }
  .steps tr { display: grid; grid-template-columns: 5.8rem 1fr; border-bottom: 1px solid var(--line); }
  .steps tr > * { grid-column: 2; border: 0; padding: .1em 0; text-align: left; white-space: normal;
  overflow-wrap: anywhere; }
  .steps tr > th[scope] { grid-area: 1 / 1; position: static; max-width: none; color: var(--soft); }
  .steps td:empty { display: none; } .steps td + td:not(:empty)::before { content: "= "; }
  .steps .math { white-space: normal; } }
@media (max-width: 30rem) { dl div { grid-template-columns: 1fr; gap: 0; } dt { margin-top: .4rem; } }
@page { margin: 16mm; }
@media print { main { max-width: none; padding: 0; } body { font-size: 10.5pt; } .scroll, pre { overflow: visible; }
  .scroll, pre { background-image: none; }
  table { font-size: 9pt; } pre { white-space: pre-wrap; overflow-wrap: anywhere; break-inside: auto;
  orphans: 4; widows: 4; } tr { break-inside: avoid; }
  section:not(:has(table, section)) { break-inside: avoid; } .bar { display: none; } }
"""

# On a narrow page the cells of a table that is read by row stand below each other, each behind the title of its column
_STACKED = """@media WHERE {
  .stack, .stack tbody, .stack tfoot { display: block; } .stack tr { display: grid; padding: .5rem 0; gap: .1rem .6rem;
  grid-auto-flow: dense; align-items: baseline;
  grid-template-columns: repeat(auto-fill, minmax(max(10rem, 40%), 1fr)); }
  .stack tbody tr { border-bottom: 1px solid var(--line); }
  .stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stack tr > * { grid-column: 1 / -1; padding: 0; border: 0; text-align: left; white-space: normal; min-width: 0;
  max-width: none; }
  .stack tr > th[scope] { order: -1; position: static; max-width: none; font-weight: bold;
  padding-left: calc(1em * var(--level, 0)); }
  .stack tr > :where(.n, .said:not(.folds)) { grid-column: auto; } .stack tr > :has(+ .aside) { grid-column: 1; }
  .stack tr > .aside { grid-column: 2; } .stack:has(.aside) tr { grid-auto-flow: row; grid-template-columns: 3fr 2fr; }
  .stack td:empty:not(.aside) { display: none; }
  .stack td::before { color: var(--soft); margin-right: .2em; font-size: .9em; }
  .stack:has(.id) tr { grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); }
  .stack:has(.id) td { display: flex; align-items: baseline; } .stack:has(.id) td::before { flex: 0 0 5.5rem; }
  .stack td > :is(input, .gap) { flex: 0 1 12rem; } .stack input { font-size: 1rem; padding: .35em .5em; } LABELS }
"""
_PHONE, _COLUMN, _FIELD = 704, 106, 160  # px of a phone on its side, of a column, and of one in a form
_MANY = 9  # columns; paper has no room for more


def write(page: doc.Page, style: Style) -> str:
    """The whole page; every text of a file is escaped, and nothing is fetched from anywhere."""
    title = text(page.title)
    body = _blocks(page.blocks, 1) if page.says_its_title else f"{_title(page.title, 1)}\n{_blocks(page.blocks, 2)}"
    policy, script = _POLICY, ""
    if page.script:
        hashed = b64encode(sha256(page.script.encode()).digest()).decode()
        policy, script = f"{_POLICY}; script-src 'sha256-{hashed}'", f"<script>{page.script}</script>\n"
    header = f'<script type="application/json" id="cnncalc-worksheet">{page.header}</script>\n' if page.header else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{title}</title>\n<style>{_TABLES.replace('.cnncalc ', '')}{_STYLE}{_stacked(page)}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n{header}{script}</body>\n</html>\n"
    )


def _stacked(page: doc.Page) -> str:
    """The rules of tables that are read by row, below the width that the widest takes; of many columns on paper."""
    read = [grid.columns for grid in doc.grids(page.blocks) if grid.by_row]
    most = max(map(len, read), default=0)
    wide = max((len(heads) - sum(head.aside for head in heads) / 2 for heads in read), default=0)
    rule = ".stack td:nth-child({0})::before {{ content: var(--{0}) ' '; }}"
    labels = "\n  ".join(rule.format(place) for place in range(1, most + 1))
    width = f"(max-width: {max(_PHONE, round(wide * (_FIELD if page.script else _COLUMN)))}px)"
    where = width if most > _MANY else f"screen and {width}"
    return _STACKED.replace("WHERE", where).replace("LABELS", labels) if most else ""


def fragment(page: doc.Page) -> str:
    """A part of a page, for notebooks: in their own colours and letters."""
    return f'<div class="cnncalc">\n<style>{_TABLES}</style>\n{_blocks(page.blocks, 3)}\n</div>\n'


# ------------------------------------------------------------------------------------------------ words


def text(said: str) -> str:
    """Text as HTML shows it.

    >>> text("a <b> & \\x07")
    'a &lt;b&gt; &amp; �'
    """
    return _escaped(said if said.isprintable() else clean(said.replace("\n", " ")))


def words(inline: doc.Inline) -> str:
    """Words as HTML."""
    return text(inline) if isinstance(inline, str) else "".join(map(_part, doc.parts(inline)))


def _part(part: doc.Part) -> str:
    if isinstance(part, str):
        return text(part)
    if isinstance(part, doc.Math):
        return f'<span class="math">{_symbols(part.text)}</span>'
    if isinstance(part, doc.Sign):
        return text(part.word)
    if isinstance(part, doc.Gap):
        if part.field:
            label = f'aria-label="answer to question {part.id}"' if part.id.isdigit() else f'aria-label="{part.id}"'
            number = f'<span class="id">({part.id})</span>' if part.id.isdigit() else ""
            return f'{number}<input name="{part.id}" {label} autocomplete="off" spellcheck="false">'
        inner = f"<strong>{text(part.answer)}</strong>" if part.answer else '<span class="gap"></span>'
        return f'<span class="id">({part.id})</span>{inner}'
    if isinstance(part, doc.Bar):
        return f'<i style="--share:{100 * part.share:.1f}%"></i>'
    return _RUNS[part.kind](part.text)


def _symbols(said: str) -> str:
    """Letters with their indices, as lecture notes write them.

    >>> _symbols("F_h·W")
    '<var>F<sub>h</sub></var>·<var>W</var>'
    """

    def symbol(match: re.Match[str]) -> str:
        letter, _, index = match[1].partition("_")
        return f"<var>{letter}{f'<sub>{index}</sub>' if index else ''}</var>"

    return doc.SYMBOL.sub(symbol, text(said))


def _prose(said: str) -> str:
    return doc.CODE.sub(r"<code>\1</code>", text(said))


def _working(said: str) -> str:
    """A line of a working: code in backticks, and the letters of its formulas."""
    parts = enumerate(doc.CODE.split(said))
    return "".join(f"<code>{text(part)}</code>" if place % 2 else _symbols(part) for place, part in parts)


_RUNS: dict[str, Callable[[str], str]] = {
    "code": lambda said: f"<code>{text(said)}</code>" if said else "",
    "symbol": lambda said: f'<span class="math">{_symbols(said)}</span>',
    "prose": _prose,
    "working": _working,
    "button": lambda said: f'<button type="button" id="save">{text(said)}</button>',
    "said": lambda said: f'<output id="said">{text(said)}</output>',
    "strong": lambda said: f"<strong>{text(said)}</strong>" if said else "",
}


# ------------------------------------------------------------------------------------------------ blocks


def _blocks(blocks: Sequence[doc.Block], level: int) -> str:
    """Blocks one below the other; sections are one level below a heading."""
    below = level + any(isinstance(block, doc.Heading) for block in blocks)
    return "\n".join(
        _WRITERS[type(block)](block, level if isinstance(block, doc.Heading) else below) for block in blocks
    )


def _title(said: str, level: int) -> str:
    level = min(level, 6)
    return f"<h{level}>{' '.join(map(_word, text(said).replace(' %', _JOINED).split(' ')))}</h{level}>"


def _word(said: str) -> str:
    """A word of a title, as HTML: it is broken behind its signs, and one with hyphens where no line has room for it.

    >>> _word("nets/alexnet.yaml"), _word("ResNet-50")
    ('nets/<wbr>alexnet.<wbr>yaml', '<span class="word">ResNet-50</span>')
    """
    broken = re.sub(r"(?<=\w)(/|_|\.(?!\d))(?=\w)", r"\1<wbr>", said)
    return f'<span class="word">{broken}</span>' if re.search(r"\w-\w", said) else broken


def _beside(said: str) -> str:
    return f'\n<p class="beside">{text(said)}</p>' if said else ""


def _heading(heading: doc.Heading, level: int) -> str:
    return f"{_title(heading.text, level)}{_beside(heading.beside)}"


def _section(section: doc.Section, level: int) -> str:
    head = f"{_title(section.title, level)}{_beside(' · '.join(section.beside))}"
    return f"<section>\n{head}\n{_blocks(section.blocks, level + 1)}\n</section>"


def _labelled(labelled: doc.Labelled, level: int) -> str:
    return f"{_title(labelled.label, level)}\n{_blocks(labelled.blocks, level + 1)}"


def _details(details: doc.Details, level: int) -> str:
    summary = f"<summary>{text(details.title)}: {text(details.said)}</summary>"
    return f"<details open>\n{summary}\n{_blocks(details.blocks, level)}\n</details>"


def _paragraph(paragraph: doc.Paragraph, level: int) -> str:
    return f"<p>{words(paragraph.text)}</p>"


def _note(note: doc.Note, level: int) -> str:
    return f'<div class="note {note.level}" role="note">{"<br>".join(map(words, note.texts))}</div>'


def _terms(terms: doc.Terms, level: int) -> str:
    items = "\n".join(f"<div><dt>{text(label)}</dt><dd>{text(said)}</dd></div>" for label, said in terms.items)
    return f"<dl>\n{items}\n</dl>"


def _items(items: doc.Items, level: int) -> str:
    return "<ul>\n" + "\n".join(f"<li>{words(item)}</li>" for item in items.items) + "\n</ul>"


def _listing(listing: doc.Listing, level: int) -> str:
    lines = "\n".join(map(text, listing.lines))
    return f'<pre tabindex="0"><code class="language-{listing.language.split()[0]}">{lines}\n</code></pre>'


def _fields(fields: doc.Fields, level: int) -> str:
    spans = "".join(f'<span style="--room:{room}">{text(name)}</span>' for name, room in fields.items)
    return f'<p class="fields">{spans}</p>'


def _equations(equations: doc.Equations, level: int) -> str:
    return "\n".join(
        f"<p>{text(one.label.capitalize())} {text(one.text)}.</p>"
        if isinstance(one, doc.Remark)
        else _grid(one, level, "steps")
        for one in equations.tables()
    )


def _grid(grid: doc.Grid, level: int, kind: str = "") -> str:
    """A table in a box of its own, which scrolls where there is no room, or of a `kind` that is set otherwise there."""
    name = next((place for place, head in enumerate(grid.columns) if head.name), 0)
    caption = text(grid.caption)
    kind = f' class="{kind}"' if kind else f' class="stack" style="{_labels(grid, name)}"' if grid.by_row else ""

    def row(one: doc.TableRow) -> str:
        found = []
        for place, (head, cell) in enumerate(zip(grid.columns, one.cells, strict=True)):
            inner = words(cell)
            if head.folds:
                inner = re.sub(r"(?<=\w)([/_])(?=\w)(?![^<>]*>)", r"\1<wbr>", inner)
            marks = {"n": head.right, "folds": head.folds, "aside": head.aside, head.role: head.role}
            classes = " ".join(mark for mark, holds in marks.items() if holds)
            named = f' class="{classes}"' if classes else ""
            named += ' aria-hidden="true"' if head.role == "bar" else ""
            if place == name:
                indent = f' style="--level:{one.level}"' if one.level else ""
                found.append(f'<th scope="row"{named}{indent}>{inner}</th>')
            else:
                found.append(f"<td{named}>{inner}</td>")
        role = f' class="{one.role}"' if one.role else ""
        return f"<tr{role}>{''.join(found)}</tr>"

    body = "\n".join(map(row, grid.rows))
    foot = f"<tfoot>\n{row(grid.total)}\n</tfoot>\n" if grid.total else ""
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{caption}">\n<table{kind}>\n'
        f"<caption>{caption}</caption>\n<thead>\n<tr>{''.join(_heads(grid))}</tr>\n</thead>\n"
        f"<tbody>\n{body}\n</tbody>\n{foot}</table>\n</div>"
    )


def _labels(grid: doc.Grid, name: int) -> str:
    """The titles of all columns but the name, by their places, as strings of CSS.

    >>> _labels(doc.Grid([doc.Head("layer"), doc.Head(right=True), doc.Head('"reads"')], []), 0)
    "--3:'\\\\22 reads\\\\22 '"
    """
    titles = ["" if place == name else clean(doc.plain(head.title)) for place, head in enumerate(grid.columns)]
    escaped = [re.sub(r"[^\w ]", lambda sign: f"\\{ord(sign[0]):x} ", title) for title in titles]
    return ";".join(f"--{place}:'{title}'" for place, title in enumerate(escaped, 1) if title)


def _heads(grid: doc.Grid) -> list[str]:
    """The titles; one stands above what is an aside to its column, too."""
    found = []
    for place, head in enumerate(grid.columns):
        if head.aside:
            continue
        wide = place + 1 < len(grid.columns) and grid.columns[place + 1].aside
        classes = ' class="n"' if head.right else ""
        inner = words(head.title)
        if head.role == "bar":
            found.append('<td class="bar" aria-hidden="true"></td>')
        elif not inner:
            found.append('<td colspan="2"></td>' if wide else "<td></td>")
        else:
            span = ' colspan="2" scope="colgroup"' if wide else ' scope="col"'
            found.append(f"<th{span}{classes}>{inner}</th>")
    return found


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
