"""What a file says and is called is text in every output: a parser that is not ours reads it there as it was written.

The outputs are those of the commands' own lists, so that a new one is held to it, too.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree
from zipfile import ZipFile

import click
import pydot
import pytest
from markdown_it import MarkdownIt
from PIL import Image
from pylatexenc.latexwalker import LatexWalker  # type: ignore[import-untyped]
from pypdf import PdfReader
from rich.ansi import AnsiDecoder

import cnncalc
from cnncalc.cli import command_names, main
from cnncalc.cli.commands.exercise import KEYS
from cnncalc.cli.commands.grade import REPORTS
from cnncalc.cli.options import Architecture
from cnncalc.core.problem import clean
from tests.repository import Repository
from tests.running import command, formats, in_a_terminal, invoke, sample

HOSTILE = {
    "a tag": "<script>alert(1)</script>",
    "the end of a title": "</title><img src=x onerror=alert(1)>",
    "an entity": "&lt;b&gt;&#60;",
    "the end of CDATA": "]]><x>",
    "the end of a comment": "--><b>-- -->",
    "a link": "[here](http://evil.example)",
    "a bare link": "see https://evil.example/a and www.evil.example",
    "a picture": "![x](http://evil.example/x.png)",
    "a mention": "@octocat closes #1 of GH-2",
    "a cell": "a | b || c",
    "code": "`a` ``b`` ```c",
    "a heading": "# a",
    "emphasis": "*a* _b_ **c** ~~d~~",
    "a formula": "=1+1",
    "another formula": "@SUM(A1)",
    "a macro": "\\input{/etc/passwd} \\write18{ls}",
    "mathematics": "$a$ 5% {b} ^c ~d",
    "quotes": "'a' \"b\"",
    "a workflow command": "::error file=a::b",
    "another workflow command": "##[stop-commands]x",
    "an escape of a workflow command": "%0A::error::x",
    "an ANSI escape": "a\x1b[31mb",
    "an 8-bit escape": "a\x9b31mb",
    "a backwards override": "a\u202eb",
    "a line separator": "a\u2028b",
    "a template": "{{ a }} ${{ b }}",
    "right to left": "שלום עולם",
    "wide": "네트워크",
}
NET = """\
input: {{channels: 3, size: 8}}
name: {name}
layers:
  - conv: [4, 3]
  - add: {{branches: [[relu], []]}}
  - max_pool: 2
"""
WRONG = "input: {{channels: 3, size: 8}}\nname: a\nlayers: [relu]\n{names}\n"
TOGETHER = " ".join(HOSTILE.values())


FILE_NAMES = [text.replace("/", "") for text in HOSTILE.values()]  # put together by sevens: a name ends after 255 bytes
SEVENS = [" ".join(FILE_NAMES[start : start + 7]) for start in range(0, len(FILE_NAMES), 7)]


def takes_a_network(name: str) -> bool:
    return any(isinstance(one, click.Argument) and isinstance(one.type, Architecture) for one in command(name).params)


GIVEN: dict[str, tuple[str, ...]] = {  # where it is more than one file, or none
    "compare": ("FILE", "FILE"), "grade": ("sheet.md", "answers"), "diff": (), "completion": ("bash",),
    "show": ("lenet5",), "list": ("lenet",), "layers": ("conv", "add"), "rules": (),
}  # fmt: skip
OF_COMMITS = ("diff", "history")


def arguments(name: str, file: str = "net.yaml") -> list[str]:
    """What a command is given: files of networks, or a worksheet and the answers to it."""
    given = GIVEN.get(name, ("FILE",) if takes_a_network(name) else ())
    return [file if one == "FILE" else one for one in given]


OUTPUTS = [(name, form) for name in command_names() for form in formats(name) or ("",)]
OF_FILES = [(name, form) for name, form in OUTPUTS if takes_a_network(name) or name == "grade"]
each_output = pytest.mark.parametrize("output", sample(3, OF_FILES, "-".join))


# ------------------------------------------------------------------------------------- parsers that are not ours


class Read(NamedTuple):
    """What a parser finds: the texts, and the names of what is not text."""

    texts: list[str]
    others: set[str]


def strings(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for key, value in found.items():
            yield from (key, *strings(value))
    elif isinstance(found, list):
        for value in found:
            yield from strings(value)


def of_json(text: str) -> Read:
    return Read(list(strings(json.loads(text))), set())


def of_notebook(text: str) -> Read:
    """The cells of Markdown, and what is none."""
    found = json.loads(text)
    cells = ["".join(cell["source"]) for cell in found["cells"] if cell["cell_type"] == "markdown"]
    read = [of_markdown(cell) for cell in cells]
    return Read([text for one in read for text in one.texts], {other for one in read for other in one.others})


def of_sarif(text: str) -> Read:
    """As its standard reads messages (3.11): `\\` before a bracket or itself, and braces that are doubled."""
    plain = (re.sub(r"\\([\\\[\]])", r"\1", one) for one in of_json(text).texts)
    return Read([one.replace("{{", "{").replace("}}", "}") for one in plain], set())


def of_csv(text: str) -> Read:
    cells = [cell for line in csv.reader(io.StringIO(text), strict=True) for cell in line]
    assert [cell for cell in cells if cell[:1] in ("=", "+", "@", "\t", "\r")] == []
    return Read([*cells, *(cell.removeprefix("'") for cell in cells)], set())


def of_xml(text: str) -> Read:
    elements = list(ElementTree.fromstring(text).iter())
    texts = [text for one in elements for text in (one.text, one.tail, *one.attrib.values()) if text]
    return Read(texts, {one.tag.rpartition("}")[2] for one in elements})


class Page(HTMLParser):
    """The texts and the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def of_html(text: str) -> Read:
    page = Page()
    page.feed(text)
    page.close()
    return Read([*page.texts, "".join(page.texts)], page.tags)


def of_markdown(text: str) -> Read:
    parser = MarkdownIt("commonmark", {"linkify": True}).enable(["table", "strikethrough", "linkify"])
    blocks = parser.parse(re.sub(r"\A<!-- cnncalc worksheet .*? -->\n|<!-- cnncalc worksheet .*? -->\n?\Z", "", text))
    inner = [child for block in blocks for child in block.children or ()]
    texts = [
        "".join(
            child.content for child in block.children or () if child.type in ("text", "code_inline", "text_special")
        )
        for block in blocks
    ] + [block.content for block in blocks if block.type in ("fence", "code_block")]
    return Read([text.replace("\u200b", "") for text in texts], {token.type for token in (*blocks, *inner)})


def of_latex(text: str) -> Read:
    """Macros and characters; what we write for a sign is that sign again."""
    signs = {
        "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textless": "<", "textgreater": ">",
        "textbar": "|", "&": "&", "%": "%", "$": "$", "#": "#", "_": "_", "{": "{", "}": "}", "dots": "…",
    }  # fmt: skip
    found, macros = "", set()

    def walk(nodes: Any) -> None:
        nonlocal found
        for node in nodes or ():
            kind = type(node).__name__
            if kind == "LatexCharsNode":
                found += node.chars
            elif kind == "LatexMacroNode":
                macros.add(node.macroname)
                found += signs.get(node.macroname, "") + (node.macro_post_space if node.macroname in "&%$#_{}" else "")
                if node.nodeargd and node.macroname not in signs:
                    walk(node.nodeargd.argnlist)
            elif kind in ("LatexGroupNode", "LatexEnvironmentNode", "LatexMathNode"):
                walk(node.nodelist)
            elif kind == "LatexSpecialsNode":
                found += {"~": "\N{NO-BREAK SPACE}", "''": '"'}.get(node.specials_chars, node.specials_chars)

    text = re.sub(r"\{\\ifx\\Umathchar\\undefined \?\\else (.*?)\\fi\}", r"\1", text)  # as Unicode engines do
    walk(LatexWalker(text, tolerant_parsing=False).get_latex_nodes()[0])
    return Read([found], macros)


def of_package(path: str) -> Read:
    """Every XML file of an archive, which is named."""
    with ZipFile(path) as archive:
        found = [of_exchange(archive.read(name).decode()) for name in archive.namelist() if name.endswith(".xml")]
    return Read([text for one in found for text in one.texts], {name for one in found for name in one.others})


def of_exchange(text: str) -> Read:
    """XML, some of whose texts are HTML, as an attribute says."""
    root = ElementTree.fromstring(text)
    live = {one for above in root.iter() if "html" in " ".join(above.attrib.values()) for one in above.iter()}
    pages = [of_html(one.text) for one in live if one.text]
    plain = [one.text.replace("//", "/") for one in root.iter() if one.text and one not in live]  # a category's slash
    plain += [value for one in root.iter() for value in one.attrib.values()]
    return Read([*plain, *(text for page in pages for text in page.texts)], set().union(*(one.others for one in pages)))


def of_text(text: str) -> Read:
    assert sorted({character for character in text if not character.isprintable()} - {"\n"}) == []
    return Read([text], set())


def of_annotations(text: str) -> Read:
    """As the runner reads it: a line that begins with `::`, properties, then data, each with its own escapes."""
    texts = []
    for line in text.splitlines():
        found = re.fullmatch(r"::(error|warning|notice) ([^:]*(?::(?!:)[^:]*)*)::(.*)", line)
        assert found, line
        texts.append(found[3].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%"))
    return Read(texts, set())


def of_gift(text: str) -> Read:
    """The parser leaves the escapes of signs, and HTML."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pygiftparser import parser

    found = parser.parseFile(io.StringIO(text))
    assert [one for one in found if not one.valid] == []
    plain = [one.title for one in found]
    rich = [text for one in found for text in (one.text, one.generalFeedback) if text]
    for one in found:
        for answer in one.answers.answers:
            plain += [str(text) for key, text in vars(answer).items() if key in ("answer", "feedback", "question")]
    plain, rich = ([re.sub(r"\\([~=#{}:\\])", r"\1", text) for text in texts] for texts in (plain, rich))
    pages = [of_html(text) for text in rich]
    return Read([*plain, *(text for page in pages for text in page.texts)], set().union(*(one.others for one in pages)))


def of_dot(text: str) -> Read:
    """Labels; what is more than a graph, its nodes and its edges is alive. Graphviz reads entities in a label."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it asks of its own parser goes by newer names
        (graph,) = pydot.graph_from_dot_data(text) or ()
    parts = [*graph.get_nodes(), *graph.get_edges()]
    attributes = [each for one in parts for each in one.get_attributes().items()]
    attributes += [each for one in graph.get_graph_defaults() for each in one.items()]
    labels = [value[1:-1] for name, value in attributes if name == "label"]
    escaped = [re.sub(r"\\(.)", lambda sign: {"n": "\n"}.get(sign[1], sign[1]), label) for label in labels]
    assert {one.get_name() for one in parts if isinstance(one, pydot.Node)} >= {"n0", "n1", "node", "edge"}
    assert {name for name, _ in attributes} <= {
        "label", "fillcolor", "color", "shape", "style", "fontname", "fontsize", "arrowsize", "rankdir", "labelloc",
    }  # fmt: skip
    return Read([unescape(label) for label in escaped], set())


def of_png(path: str) -> Read:
    """A picture holds no text; what it says is that of the SVG."""
    with Image.open(path) as image:
        image.load()
        assert (image.format, image.info) == ("PNG", {})
    return Read([], set())


def of_pdf(path: str) -> Read:
    """The texts of the pages; links, actions and scripts are alive."""
    found = PdfReader(path)
    root: Any = found.trailer["/Root"]
    others = {str(key) for page in found.pages for key in page if key in ("/Annots", "/AA")}
    return Read(
        [page.extract_text() for page in found.pages], others | {str(key) for key in root} - {"/Type", "/Pages"}
    )


PARSERS: dict[str, Callable[[str], Read]] = {
    "json": of_json,
    "sarif": of_sarif,
    "gitlab": of_json,
    "rdjson": of_json,
    "csv": of_csv,
    "junit": of_xml,
    "svg": of_xml,
    "html": of_html,
    "markdown": of_markdown,
    "latex": of_latex,
    "tikz": of_latex,
    "notebook": of_notebook,
    "form": of_html,
    "moodle": of_exchange,
    "qti": of_package,
    "github": of_annotations,
    "gift": of_gift,
    "dot": of_dot,
    "png": of_png,
    "pdf": of_pdf,
    **dict.fromkeys(("", "text", "table", "full", "names"), of_text),
}
FILES = {"qti": "out.zip", "png": "out.png", "pdf": "out.pdf"}  # of formats that are no text
BY_A_PROGRAM = {"mermaid": "test_graphs.py::test_mermaid_reads_hostile_names_as_text"}  # in tests/integration
LIVE = {
    "script", "img", "x", "b", "link_open", "image", "html_block", "html_inline", "input", "write", "iframe", "a",
    "foreignObject", "/Annots", "/AA", "/OpenAction", "/Names", "/AcroForm",
}  # fmt: skip


def test_every_format_of_every_command_has_a_parser() -> None:
    assert {form for _, form in OUTPUTS} - {*PARSERS} == {*BY_A_PROGRAM}


@pytest.mark.parametrize("test", BY_A_PROGRAM.values())
def test_what_a_program_reads_is_read_in_a_test(test: str) -> None:
    file, _, name = test.partition("::")
    assert f"\ndef {name}(" in (Path(__file__).parent / "integration" / file).read_text(encoding="utf-8")


def quoted(text: str) -> str:
    return json.dumps(text)


def seen(text: str, read: Read) -> bool:
    """Whether a text stands in what was read, lines folded."""
    wanted = {"".join(clean(text).split()), "".join(text.split())}
    return any(one in "".join(found.split()) for found in read.texts for one in wanted)


def run(name: str, form: str, *args: str) -> Any:
    """What a command writes; where that is no text the name of the file."""
    if form in FILES:
        return invoke(name, *args, "-f", form, "-o", FILES[form])._replace(out=FILES[form])
    return invoke(name, *args, *(("-f", form) if form else ()), input="")


def check(ran: Any, form: str) -> Read:
    """What is read in an output; nothing in it is alive, and nothing drives a terminal."""
    for written in (ran.out, ran.err):
        assert sorted({one for one in written if not one.isprintable()} - {"\n", "\u200b"}) == []
    if form not in PARSERS:
        return Read([], set())
    if form == "markdown":  # what is folded away in a comment on a pull request, and the comment's name
        ran = ran._replace(out=re.sub(r"</?(details|summary)>|<!-- [a-z]+ -->", "", ran.out))
    read = PARSERS[form](ran.out)
    own = {"script", "input"} if form in ("html", "form") else set()  # a worksheet's header is data; a form has fields
    assert read.others & LIVE - own == set()
    return read


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(folder: Path, name: str, files: dict[str, str]) -> None:
    """The files for a command; beside them a worksheet and hostile answers to it, or commits of another network."""
    where = Repository(folder) if name in OF_COMMITS else None
    if where:
        where.put(dict.fromkeys(files, NET.format(name="a")))
        where.git("add", "--all")
        where.git("commit", "--quiet", f"--message={TOGETHER}")
    elif name == "grade":
        (folder / "answers").mkdir()
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    if name == "grade" and files:
        Path("sheet.md").write_text(invoke("exercise", *files).out, encoding="utf-8")
        for what, text in HOSTILE.items():
            Path(f"answers/{what}.txt").write_text(f"(1) {text}\n", encoding="utf-8")


OF_NO_FILE = [one for one in OUTPUTS if one not in OF_FILES]


@pytest.mark.parametrize(("name", "form"), OF_NO_FILE, ids=["-".join(one) for one in OF_NO_FILE])
def test_what_reads_no_file(name: str, form: str, folder: Path) -> None:
    """It may show the code of a page: in Markdown as a block, in HTML with its own title."""
    ran = run(name, form, *arguments(name))
    assert ran.code == 0, ran.err
    check(ran, form)


@pytest.mark.parametrize("name", command_names())
def test_a_word_of_the_command_line(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["cnncalc", name, TOGETHER, TOGETHER])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    of_text("".join(capsys.readouterr()))


# What a command shows of a file. Where it shows nothing of the kind, it has to be harmless all the same.
SHOW_THE_NAME = (
    "diagram",
    "exercise",
    "grade",
    "history",
    "reconcile",
    "sizes",
    "summary",
)  # of the network, the commit
SHOW_LAYERS = ("diagram", "explain", "summary")
IN_PART = ("tikz", "pdf", "png")  # pictures cut what is long
NOT_THERE = ("csv", "gift")  # the name of the network


@each_output
def test_the_name_of_a_network(output: tuple[str, str], folder: Path) -> None:
    name, form = output
    put(folder, name, {"net.yaml": NET.format(name=quoted(TOGETHER)).replace("[4, 3]", "[5, 3]")})
    ran = run(name, form, *arguments(name))
    assert ran.code in ((0, 1) if name != "grade" else (2,)), ran.err  # these answers are for a person
    read = check(ran, form)
    if name in SHOW_THE_NAME and form in PARSERS and form not in IN_PART + NOT_THERE:
        assert [what for what, text in HOSTILE.items() if not seen(text, read)] == [], ran.out


def keras(names: Iterable[str]) -> str:
    """A model of another program, whose layers are called anything."""
    first = {"class_name": "InputLayer", "config": {"name": "in", "batch_input_shape": [None, 9, 9, 3]}}
    layers = [
        {"class_name": "Conv2D", "config": {"name": name, "filters": at + 2, "kernel_size": [1, 1]}}
        for at, name in enumerate(names)
    ]
    return json.dumps({"class_name": "Sequential", "config": {"name": "model", "layers": [first, *layers]}})


@pytest.mark.sweep  # the same outputs as above, another reader of files
@each_output
def test_the_names_of_layers(output: tuple[str, str], folder: Path) -> None:
    """Models of other programs call them anything; in ours they are words."""
    name, form = output
    put(folder, name, {"net.json": keras(HOSTILE.values())})
    ran = run(name, form, *arguments(name, "net.json"))
    assert ran.code in ((0, 1) if name != "grade" else (2,)), ran.err
    read = check(ran, form)
    if name in SHOW_LAYERS and form in PARSERS and form not in IN_PART:
        shown = Read([text.replace("/", "_") for text in read.texts], read.others)
        assert [what for what, text in HOSTILE.items() if not seen(text.replace("/", "_"), shown)] == [], ran.out


def test_a_picture_shows_the_beginning_of_what_it_cuts(folder: Path) -> None:
    put(folder, "diagram", {"net.json": keras(HOSTILE.values())})
    for form in ("tikz", "pdf"):
        (text,) = check(run("diagram", form, "net.json"), form).texts
        assert [
            what
            for what, name in HOSTILE.items()
            if name.isascii() and not seen(name.replace("/", "_")[:6], Read([text], set()))
        ] == []


MESSAGES = [(name, form) for name, form in OUTPUTS if takes_a_network(name) and name not in OF_COMMITS]


@pytest.mark.parametrize(("name", "form"), MESSAGES, ids=["-".join(one) for one in MESSAGES])
def test_a_word_in_a_message(name: str, form: str, folder: Path) -> None:
    """In the output where that tells of files that are wrong, else beside it."""
    names = "\n".join(f"{quoted(text)}: 1" for text in HOSTILE.values())
    Path("net.yaml").write_text(WRONG.format(names=names), encoding="utf-8")
    ran = run(name, form, *arguments(name))
    assert ran.code == 2
    told = [of_text(ran.err)] if ran.err else []
    told += [check(ran, form)] if ran.out and form not in FILES else []
    read = Read([text for one in told for text in one.texts], set())
    assert [what for what, text in HOSTILE.items() if not seen(text, read)] == [], ran.out + ran.err


@each_output
def test_the_name_of_a_file(output: tuple[str, str], folder: Path) -> None:
    name, form = output
    names = [f"{text}.yaml" for text in SEVENS]
    put(folder, name, dict.fromkeys(names if name in OF_COMMITS else [], ""))
    for content in (NET.format(name="b"), WRONG.format(names="wrong: 1")):
        for file in names if takes_a_network(name) and name != "diff" else names[:1]:
            Path(file).write_text(content, encoding="utf-8")
            ran = run(name, form, *arguments(name, f"./{file}"))
            if ran.out and (form not in FILES or ran.code == 0):
                check(ran, form)
            else:
                of_text(ran.err)


@pytest.mark.parametrize("file", ["net.yaml", "net.json"])
def test_what_a_notebook_shows(file: str, folder: Path) -> None:
    """Fragments of HTML, and the picture: a page runs whatever is alive in them."""
    Path("net.yaml").write_text(NET.format(name=quoted(TOGETHER)), encoding="utf-8")
    Path("net.json").write_text(keras(HOSTILE.values()), encoding="utf-8")
    graph = cnncalc.load(file)
    analysis = cnncalc.analyze(graph)
    shown = [analysis, cnncalc.explain(analysis), cnncalc.compare(analysis, "lenet5"), cnncalc.check(graph)]
    for found in (*shown, cnncalc.reconcile(graph)):
        read = of_html(found._repr_html_())
        assert read.others & LIVE == set(), found
    assert of_xml(cnncalc.diagram(analysis)._repr_svg_()).others & LIVE == set()


@pytest.mark.parametrize("form", KEYS)
def test_an_answer_key(form: str, folder: Path) -> None:
    """Of a sheet, and of those of a class."""
    put(folder, "exercise", {"net.yaml": NET.format(name=quoted(TOGETHER))})
    read = check(run("exercise", form, "net.yaml", "--key"), form)
    assert [what for what, text in HOSTILE.items() if not seen(text, read)] == []


@pytest.mark.parametrize("suffix", REPORTS)
def test_a_report_on_a_class(suffix: str, folder: Path) -> None:
    put(folder, "grade", {"net.yaml": NET.format(name=quoted(TOGETHER))})
    ran = invoke("grade", "sheet.md", "answers", "--report", f"class{suffix}")
    assert ran.code == 2, ran.err
    form = REPORTS[suffix].name
    check(ran._replace(out=Path(f"class{suffix}").read_text(encoding="utf-8")), form)


@pytest.mark.sweep
def test_on_a_terminal_only_our_own_colours_are_alive(folder: Path) -> None:
    for what in ("an ANSI escape", "an 8-bit escape", "a backwards override"):
        text = HOSTILE[what]
        for content in (NET.format(name=quoted(text)), WRONG.format(names=f"{quoted(text)}: 1")):
            Path("net.yaml").write_text(content, encoding="utf-8")
            shown = in_a_terminal("check", str(folder / "net.yaml")) + in_a_terminal("summary", "net.yaml")
            plain = "\n".join(line.plain for line in AnsiDecoder().decode(shown))
            assert clean(text) in plain
            assert text not in shown
            assert sorted({one for one in plain if not one.isprintable()} - {"\n"}) == []


@pytest.mark.sweep
@pytest.mark.parametrize(
    "args",
    [
        ("\x1b[31mx",),
        ("check", "--\x1b[31mx"),
        ("check", "lenet5", "-f", "\x1b[31mx"),
        ("check", "lenet5", "--max-params", "\x1b[31mx"),
        ("summary", "\x1b[31mx"),
        ("summary", "lenet5", "--set", "\x1b[31mx=1"),
        ("summary", "lenet5", "--columns", "\x1b[31mx"),
        ("explain", "lenet5", "\x1b[31mx"),
        ("diagram", "lenet5", "\x1b[31mx"),
        ("layers", "\x1b[31mx"),
        ("rules", "\x1b[31mx"),
        ("show", "\x1b[31mx"),
        ("grade", "\x1b[31mx", "\x1b[31mx"),
        ("check", "lenet5", "-o", "\x1b[31mx/y.json"),
        ("check", "lenet5", "--since", "\x1b[31mx"),
        ("check", "lenet5", "--baseline", "\x1b[31mx"),
    ],
    ids=lambda args: "-".join(args).replace("\x1b[31m", ""),
)
def test_names_of_the_command_line_do_not_drive_a_terminal(args: tuple[str, ...], folder: Path) -> None:
    assert "\x1b[31mx" not in in_a_terminal(*args)
