"""Every result in every format: what a document says stands in text, Markdown, HTML and LaTeX, and stays text there."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from markdown_it import MarkdownIt

from cnncalc.analyses.style import Style
from cnncalc.cli import command_names
from cnncalc.core.work import Named, Step
from cnncalc.render import document as doc
from cnncalc.render import formats as render_formats
from cnncalc.render import html as html_writer
from cnncalc.render import latex, markdown, text
from cnncalc.render.formats import PAGES, written
from tests.running import formats, invoke
from tests.test_explain_formats import assert_balanced

HOSTILE = (
    "]]> --> </td> <script>alert(1)</script> | `x` ](http://x) @a #1 \\b{c} $d$ %&~^_ ``` é 网 --- \\end{document}"
)
NET = f"""\
name: {json.dumps(HOSTILE)}
note: {json.dumps(HOSTILE)}
input: {{channels: 3, size: 9}}
blocks:
  cr: {{params: [n], layers: [conv: [n, 3, stride: 2], relu]}}
layers:
  - cr: {{n: 4, name: a.b_c}}
  - operator: {{type: "n<m>|s", output: 4x4x4}}
  - flatten
  - dense: {{name: fc, units: 3}}
  - dropout: 0.1
"""
COMMANDS = {
    "summary": "summary net.yaml old.yaml -d 2 --columns layer,type,inputs,output,params,share,line",
    "explain": "explain net.yaml -d all",
    "why not": "explain broken.yaml",
    "compare": "compare old.yaml net.yaml --by-layer --max-growth 1%",
    "compare many": "compare lenet5 net.yaml alexnet old.yaml nin",
    "reconcile": "reconcile net.yaml",
    "whose figure": "reconcile net.yaml --figure 4.3k",
    "check": "check net.yaml broken.yaml old.yaml",
    "list": "list lenet5",
    "sizes": "sizes net.yaml",
    "layers": "layers conv add",
    "all layers": "layers",
    "one layer": "layers attention",
    "rules": "rules dropped-border heavy-layer",
    "exercise": "exercise alexnet --ask shapes,mistake,inverse --count 6",
    "key": "exercise alexnet --ask shapes,mistake,inverse --count 6 --key",
    "grade": "grade sheet.md ada.json --key",
    "grade many": "grade sheet.md ada.json bob.json",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    broken = (
        NET.replace("  - flatten", "  - max_pool: 7\n  - flatten")
        + f"budget: {{total: {{{json.dumps(HOSTILE)}: 1}}}}\n"
    )
    for name, content in (("net", NET), ("old", NET.replace("n: 4", "n: 2")), ("broken", broken)):
        Path(f"{name}.yaml").write_text(content, encoding="utf-8")
    invoke("exercise", "lenet5", "--count", "4", "-o", "sheet.md")
    Path("ada.json").write_text(json.dumps({"1": "156", "2": "1", "3": HOSTILE, "4": "840"}), encoding="utf-8")
    Path("bob.json").write_text(json.dumps({"1": "156"}), encoding="utf-8")
    return tmp_path


def document(command: str, form: str) -> tuple[doc.Page, str]:
    """What a command says, before and after it is written in a format."""
    pages: list[doc.Page] = []

    def caught(page: doc.Page, form: str, style: Style) -> str:
        pages.append(page)
        return written(page, form, style)

    more = ["--standalone"] if form == "latex" and command.startswith("explain") else []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render_formats, "written", caught)
        out = invoke(*command.split(), "-f", form, *more).out
    (page,) = pages
    return page, out


# ------------------------------------------------------------------------------------------------ all of them


def test_every_result_for_people_has_every_format() -> None:
    """But pictures, and what has no format. (`diff` and `history` need a repository: test_diff, test_history.)"""
    found = {name: set(formats(name)) for name in command_names() if formats(name)}
    del found["diagram"], found["badge"]
    assert set(found) - {"diff", "history"} == {command.split()[0] for command in COMMANDS.values()}
    assert all(set(PAGES) <= names for names in found.values())


@pytest.mark.parametrize("writer", [text, markdown, html_writer, latex])
def test_every_writer_knows_every_block(writer: object) -> None:
    assert set(writer._WRITERS) == set(get_args(doc.Block))  # type: ignore[attr-defined]


# ------------------------------------------------------------------------------------------------ tables


def grids(blocks: Sequence[doc.Block]) -> Iterator[doc.Grid]:
    """The tables of a document, in order."""
    for block in blocks:
        if isinstance(block, doc.Grid):
            yield block
        elif isinstance(block, doc.Equations):
            yield from (one for one in block.tables() if isinstance(one, doc.Grid))
        elif isinstance(block, doc.Section | doc.Labelled | doc.Details):
            yield from grids(block.blocks)


def said(inline: doc.Inline) -> str:
    """The words of a cell: those of a sign, code without its backticks, blanks one by one."""
    words = "".join(part.word if isinstance(part, doc.Sign) else doc.plain(part) for part in doc.parts(inline))
    return bare(words)


def bare(words: str) -> str:
    """Words without what formats write differently: blanks, backticks, the lines of what is to be filled in."""
    return re.sub(r"[\s`_\u200b\N{NO-BREAK SPACE}]+", "", words)


def cells(page: doc.Page) -> list[list[list[str]]]:
    """Each table as its rows of cells; an aside is in the cell before it."""
    found = []
    for grid in grids(page.blocks):
        table = []
        for row in (
            doc.TableRow([head.title for head in grid.columns]),
            *grid.rows,
            *((grid.total,) if grid.total else ()),
        ):
            line: list[str] = []
            for head, cell in zip(grid.columns, row.cells, strict=True):
                if head.aside:
                    line[-1] += said(cell)
                elif head.role != "bar":
                    line.append(said(cell))
            table.append(line)
        found.append(table)
    return found


class Reader(HTMLParser):
    """HTML read strictly: every element is closed in its order; the cells of tables, all text, all elements."""

    VOID = ("meta", "br", "wbr")

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.tables: list[list[list[str]]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        assert len(named) == len(attrs)
        self.elements.append((tag, named))
        if tag in self.VOID:
            return
        self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th") and named.get("class") != "bar":
            row = self.tables[-1][-1]
            if "aside" not in (named.get("class") or ""):
                row.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self.open or "script" in self.open:
            return
        self.text += data
        if {"td", "th"} & set(self.open):
            self.tables[-1][-1][-1] += data


ELEMENTS = {
    *(
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "code",
        "pre",
        "strong",
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "ul",
        "li",
        "br",
    ),
}


TABLES = {name: command for name, command in COMMANDS.items() if name != "sizes"}  # which are sentences and formulas


@pytest.mark.parametrize("command", TABLES.values(), ids=TABLES)
def test_the_cells_of_html_are_those_of_the_document(command: str) -> None:
    page, out = document(command, "html")
    assert [[[*map(bare, row)] for row in table] for table in Reader(out).tables] == cells(page)
    assert cells(page)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_the_cells_of_markdown_are_those_of_the_document(command: str) -> None:
    page, out = document(command, "markdown")
    out = re.sub(r"</?(details|summary)>|<!--.*?-->", "", out, flags=re.DOTALL)
    found = Reader(MarkdownIt("commonmark").enable("table").render(out))

    def unbracketed(table: list[list[str]]) -> list[list[str]]:  # an aside stands in brackets
        return [[re.sub("[()]", "", bare(cell)) for cell in row] for row in table]

    assert [*map(unbracketed, found.tables)] == [*map(unbracketed, cells(page))]
    assert {tag for tag, _ in found.elements} <= ELEMENTS | {"blockquote"}


# ------------------------------------------------------------------------------------------------ HTML

ATTRIBUTES = {
    *("lang", "charset", "name", "content", "http-equiv", "class", "style", "role", "tabindex", "aria-label"),
    *("aria-hidden", "scope", "colspan", "open"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_html_is_one_page_for_everyone(command: str) -> None:
    """Nothing from outside, no script; a title, a language, both colour schemes; tables with captions and heads."""
    _, out = document(command, "html")
    found = Reader(out)
    tags = [tag for tag, _ in found.elements]
    data = [attrs for tag, attrs in found.elements if tag == "script"]
    assert data in ([], [{"type": "application/json", "id": "cnncalc-worksheet"}])
    assert {name for tag, attrs in found.elements if tag != "script" for name in attrs} <= ATTRIBUTES
    page = {"html", "head", "meta", "title", "style", "body", "main", "section", "div", "caption", "tfoot", "i", "wbr"}
    words = {"span", "var", "sub", "dl", "dt", "dd", "details", "summary", "script"}
    assert set(tags) <= ELEMENTS | page | words
    assert not re.search(r"url\(|@import|//", re.findall("<style>.*?</style>", out, re.DOTALL)[0])
    assert ("html", {"lang": "en"}) in found.elements
    assert "prefers-color-scheme: dark" in out
    assert "default-src 'none'" in out
    assert tags.count("title") == tags.count("h1") == tags.count("main") == 1
    assert tags.count("caption") == tags.count("table")
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h\d", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))  # no level is left out
    for tag, attrs in found.elements:
        assert tag != "th" or attrs.get("scope") in ("row", "col", "colgroup")


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_on_a_phone_a_cell_stands_behind_the_title_of_its_column(command: str) -> None:
    """A table that is read by row has its titles as strings of CSS, and the page a rule for the place of each."""
    page, out = document(command, "html")
    rules = re.findall(r"\.stack td:nth-child\((\d+)\)::before \{ content: var\(--\1\) ' '; \}", out)
    found = [attrs for tag, attrs in Reader(out).elements if tag == "table" and attrs.get("class") == "stack"]
    stacked = [grid for grid in doc.grids(page.blocks) if grid.by_row]
    for grid, attrs in zip(stacked, found, strict=True):
        name = next((place for place, head in enumerate(grid.columns) if head.name), 0)
        titles = {place: doc.plain(head.title) for place, head in enumerate(grid.columns) if place != name}
        labels = dict(re.findall(r"--(\d+):'(.*?)'(?:;|$)", attrs["style"] or ""))
        shown = {int(place) - 1: re.sub(r"\\([0-9a-f]+) ", lambda code: chr(int(code[1], 16)), said)
                 for place, said in labels.items()}  # fmt: skip
        assert shown == {place: title for place, title in titles.items() if title}
        assert {str(place + 1) for place in shown} <= {*rules}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_tables_of_texts_are_read_by_row(command: str) -> None:
    """So that no text is beyond the edge of a phone; but a summary, whose figures are compared down the columns."""
    for grid in doc.grids(document(command, "html")[0].blocks):
        texts = sum(head.folds for head in grid.columns) > 1 and len(grid.columns) > 2
        assert grid.by_row or not texts or command.startswith("summary")
        assert grid.by_row or not any(isinstance(part, doc.Gap) for row in grid.rows for cell in row.cells
                                      for part in doc.parts(cell))  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "script", "where"),
    [
        (3, "", "screen and (max-width: 704px)"),
        (9, "", "screen and (max-width: 954px)"),
        (9, "save()", "screen and (max-width: 1440px)"),  # fields take room
        (10, "", "(max-width: 1060px)"),  # and on paper
    ],
)
def test_where_the_cells_of_a_row_stand_below_each_other(columns: int, script: str, where: str) -> None:
    grid = doc.Grid([doc.Head("a")] * columns, [doc.TableRow(["b"] * columns)], by_row=True)
    out = html_writer.write(doc.Page("it", [doc.Section("in", [grid])], script=script), Style())
    assert f"@media {where} {{\n  .stack" in out
    assert ".stack" not in html_writer.write(doc.Page("it", [grid._replace(by_row=False)]), Style())


@pytest.mark.parametrize("command", ["layers conv", "rules dropped-border"])
def test_a_page_of_one_thing_says_its_name_once(command: str) -> None:
    name = command.split()[1]
    assert re.findall(rf"<(h\d)>(?:<span[^>]*>)?{name}\b", document(command, "html")[1]) == ["h1"]
    assert document(command, "latex")[1].count(f"section*{{{name}}}") == 1


def test_letters_of_a_listing_in_latex_have_one_width() -> None:
    """A sign stands under another one: none is taken from another font, and no blank behind a colon is wider."""
    lines = ["a: {b: 3×3}  # `c`", "      ^"]
    out = latex.write(doc.Page("It", [doc.Listing(lines)]), Style())
    assert r"\ttfamily\footnotesize\frenchspacing" in out
    assert r"\mbox{}a: \char123 b: 3\makebox[.525em]{\ensuremath{\times}}3\char125 ~~\# \`{}c\`{} \\*" in out
    assert r"\mbox{}~~~~~~\char94 " in out


def test_no_title_of_a_column_gets_out_of_its_string() -> None:
    titles = ["layer", "'} x { \";--1:<b>&", "\\'", "\n"]
    grid = doc.Grid([*map(doc.Head, titles)], [doc.TableRow(titles)], by_row=True)
    (table,) = [a for tag, a in Reader(html_writer.write(doc.Page("it", [grid]), Style())).elements if tag == "table"]
    assert re.fullmatch(r"(--\d:'([\w ]|\\[0-9a-f]+ )+';?)+", table["style"] or "")


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("History of nets/alexnet_2.yaml", "History of nets/<wbr>alexnet_<wbr>2.<wbr>yaml"),
        ("VGG-16 → ResNet-50: 15.5G", '<span class="word">VGG-16</span> → <span class="word">ResNet-50:</span> 15.5G'),
        ("1 (−75.1 %)", "1 (−75.1&nbsp;%)"),
        ("a.b-c/d", '<span class="word">a.<wbr>b-c/<wbr>d</span>'),
    ],
)
def test_a_title_is_broken_behind_its_signs_and_at_words(title: str, shown: str) -> None:
    assert f"<h1>{shown}</h1>" in html_writer.write(doc.Page(title, []), Style())


def test_a_notebook_has_its_own_colours_and_letters() -> None:
    part = html_writer.fragment(doc.Page("it", [doc.Heading("it"), doc.Grid([doc.Head("a")], [doc.TableRow(["b"])])]))
    assert Reader(part).tables == [[["a"], ["b"]]]
    assert not re.search(r"font-family|\bcolor:|\bbody\b|\bmain\b", part)


# ------------------------------------------------------------------------------------------------ LaTeX


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_latex_is_a_document(command: str) -> None:
    _, out = document(command, "latex")
    lines = [line for line in out.splitlines() if not line.startswith("% cnncalc worksheet ")]
    assert lines[0] == r"\documentclass[10pt]{article}"
    assert lines[-1] == r"\end{document}"
    assert sum(r"\end{document}" in line for line in lines) == 1
    assert_balanced("\n".join(lines))
    for line in lines:  # nothing begins a comment, mathematics, an argument of a macro
        assert not re.search(r"(?<!\\)[%#]", line)
        assert len(re.findall(r"(?<!\\)\$", line)) % 2 == 0


ENGINES = [
    *(("pdflatex", command) for command in COMMANDS),
    *((engine, command) for engine in ("xelatex", "lualatex") for command in ("summary", "explain", "key")),
]


@pytest.mark.integration
@pytest.mark.parametrize(("engine", "command"), ENGINES)
def test_latex_compiles(engine: str, command: str, folder: Path) -> None:
    if shutil.which(engine) is None:
        pytest.skip(f"no {engine} here")
    Path("it.tex").write_text(document(COMMANDS[command], "latex")[1], encoding="utf-8")
    run = [engine, "-interaction=nonstopmode", "-halt-on-error", "it.tex"]
    done = subprocess.run(run, cwd=folder, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-1000:]
    assert (
        b"Overfull" not in done.stdout or "net.yaml" in COMMANDS[command]
    )  # whose names are one word of eighty letters


@pytest.mark.parametrize(
    ("said", "html", "in_latex"),
    [
        (
            "weights: F_h·C_in = 15",
            "weights: <var>F<sub>h</sub></var>·<var>C<sub>in</sub></var> = 15",
            r"$C_{\text{in}}$",
        ),
        ("size: (W − F + 2P) // S", "size: (<var>W</var> − <var>F</var> + 2<var>P</var>) // <var>S</var>", "2$P$"),
        ("C1 + OUT, `W`", "C1 + OUT, <code>W</code>", r"C1 + OUT, \texttt{W}"),
    ],
)
def test_the_letters_of_a_working_are_symbols(said: str, html: str, in_latex: str) -> None:
    page = doc.Page("it", [doc.Items([doc.Run(said, "working")])])
    assert f"<li>{html}</li>" in html_writer.write(page, Style())
    assert in_latex in latex.write(page, Style())


# ------------------------------------------------------------------------------------------------ hostile text

STEP = Step("weights", "weights", None, "c * n", {"c": Named("C_in", "3"), "n": Named("filters", "5")}, 15)
TABLE = doc.Grid(
    [
        doc.Head(HOSTILE, name=True, folds=True),
        doc.Head(doc.Run(HOSTILE), right=True),
        doc.Head(aside=True),
        doc.Head(role="bar"),
    ],
    [doc.TableRow([HOSTILE, doc.Run(HOSTILE, "strong"), HOSTILE, doc.Bar(0.5)], "added", 2)],
    doc.TableRow(["total", doc.Run(HOSTILE), "", ""], "total"),
    caption=HOSTILE,
    by_row=True,
)
BLOCKS: dict[str, doc.Block] = {
    "heading": doc.Heading(HOSTILE, HOSTILE),
    "section": doc.Section(HOSTILE, [doc.Paragraph(HOSTILE)], (HOSTILE, HOSTILE)),
    "labelled": doc.Labelled(HOSTILE, [doc.Items([HOSTILE, doc.Run(HOSTILE, "prose")])]),
    "details": doc.Details(HOSTILE, HOSTILE, [doc.Paragraph([doc.Run(HOSTILE), HOSTILE, doc.Gap("1", HOSTILE)])]),
    "note": doc.Note("warning", [doc.Run(HOSTILE, "prose")]),
    "terms": doc.Terms([(HOSTILE, HOSTILE)]),
    "listing": doc.Listing([HOSTILE, "```", "  two"], "yaml"),
    "fields": doc.Fields(((HOSTILE, 9),)),
    "equations": doc.Equations(
        [
            doc.Remark(HOSTILE, HOSTILE),
            doc.Equation(HOSTILE, HOSTILE, None, HOSTILE, HOSTILE),
            doc.Equation(HOSTILE, doc.Math(STEP), doc.Math(STEP, put_in=True), "15"),
        ]
    ),
    "table": TABLE,
    "symbols": doc.Paragraph([doc.Run(HOSTILE, "symbol"), doc.Sign("+", "added")]),
    "working": doc.Items([doc.Run(HOSTILE, "working")]),
}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_hostile_text_stays_text_in_html(block: doc.Block) -> None:
    found = Reader(html_writer.write(doc.Page(HOSTILE, [block]), Style()))
    assert {tag for tag, _ in found.elements} & {"script", "b", "img"} == set()
    shown = str(block).count("alert(1)") - isinstance(block, doc.Heading | doc.Section)  # whose title is the page's own
    assert found.text.count("alert(1)") == shown + 2
    assert "<script>alert(1)</script>" in found.text


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_hostile_text_stays_text_in_markdown(block: doc.Block) -> None:
    out = markdown.write(doc.Page("it", [block]), Style())
    out = re.sub(r"</?(details|summary)>", "", out)
    found = Reader(MarkdownIt("commonmark").enable("table").render(out))
    assert {tag for tag, _ in found.elements} <= ELEMENTS | {"blockquote"}
    assert "<script>alert(1)</script>" in found.text


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_hostile_text_stays_text_in_latex(block: doc.Block) -> None:
    out = latex.write(doc.Page(HOSTILE, [block]), Style())
    assert out.count(r"\end{document}") == 1
    assert_balanced(out)
    assert not re.search(r"(?<!\\)[%#]", out)


@pytest.mark.parametrize("form", ["table", *PAGES])
def test_no_text_drives_a_terminal(form: str) -> None:
    """Whatever the format: each of them may be printed to one."""
    driving = doc.Page("a\x1b[31mb", [doc.Paragraph("a\x1b[31mb"), doc.Listing(["a\x1b[31mb\r"])])
    out = written(driving, form, Style())
    assert all(line.isprintable() for line in out.splitlines())
    assert out.count("\N{REPLACEMENT CHARACTER}") >= 3 - (form == "table")


# ------------------------------------------------------------------------------------------------ ASCII


@pytest.mark.parametrize("form", ["table", "markdown", "html"])
def test_ascii_is_ascii(form: str) -> None:
    ran = invoke("summary", "net.yaml", "--ascii", "-f", form)
    assert ran.out.isascii()
    if form == "html":  # which has a way to write every letter
        assert "网" in html.unescape(ran.out)
