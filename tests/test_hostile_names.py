"""What a file says and is called is text in every output: a parser that is not ours reads it there as it was written.

The outputs are those of the commands' own lists, so that a new one is held to it, too.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from markdown_it import MarkdownIt
from pylatexenc.latexwalker import LatexWalker  # type: ignore[import-untyped]
from rich.ansi import AnsiDecoder

from cnncalc.cli import command_names
from cnncalc.core.problem import clean
from tests.repository import Repository, repository
from tests.running import formats, in_a_terminal, invoke

__all__ = ["repository"]

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


def arguments(command: str) -> tuple[str, ...]:
    """What a command is given: files of the network, or a worksheet and the answers to it."""
    if command == "grade":
        return ("sheet.md", "answers")
    return ("net.yaml", "net.yaml") if command == "compare" else ("net.yaml",)


OF_NO_FILE = ("completion", "diff", "help", "history", "layers", "list", "new", "rules", "schema", "show")
OUTPUTS = [
    (command, form) for command in command_names() if command not in OF_NO_FILE for form in formats(command) or ("",)
]


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
    return Read([cell.removeprefix("'") for cell in cells], set())


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
    **dict.fromkeys(("", "text", "table", "full"), of_text),
}
ELSEWHERE = (  # of no parser here
    *("mermaid", "dot"),  # their own programs read them: tests/integration/test_graphs.py
    *("png", "pdf"),  # pictures of the SVG
    "gift",  # tests/test_course_systems.py
)
LIVE = {
    "script", "img", "x", "b", "link_open", "image", "html_block", "html_inline", "input", "write", "iframe", "a",
    "foreignObject",
}  # fmt: skip


def test_every_format_of_every_command_has_a_parser() -> None:
    assert {form for _, form in OUTPUTS} <= {*PARSERS, *ELSEWHERE}


def quoted(text: str) -> str:
    return json.dumps(text)


def seen(text: str, read: Read) -> bool:
    """Whether a text stands in what was read, lines folded."""
    wanted = {"".join(clean(text).split()), "".join(text.split())}
    return any(one in "".join(found.split()) for found in read.texts for one in wanted)


def run(command: str, form: str, *files: str) -> Any:
    """What a command writes; of a package the name of the file."""
    if form == "qti":
        return invoke(command, *files, "-f", form, "-o", "out.zip")._replace(out="out.zip")
    return invoke(command, *files, *(("-f", form) if form else ()))


def check(ran: Any, command: str, form: str) -> Read:
    """What is read in an output; nothing in it is alive, and nothing drives a terminal."""
    for written in (ran.out, ran.err):
        assert sorted({one for one in written if not one.isprintable()} - {"\n", "\u200b"}) == []
    read = PARSERS[form](ran.out)
    own = {"script", "input"} if form in ("html", "form") else set()  # a worksheet's header is data; a form has fields
    alive = read.others & LIVE - own
    assert alive == set()
    return read


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


NAMED = [(command, form) for command, form in OUTPUTS if form not in ELSEWHERE and command not in ("check", "quiz")]


@pytest.mark.parametrize(("command", "form"), NAMED, ids=["-".join(one) for one in NAMED])
def test_the_name_of_a_network(command: str, form: str) -> None:
    Path("net.yaml").write_text(NET.format(name=quoted(TOGETHER)), encoding="utf-8")
    if command == "grade":
        Path("sheet.md").write_text(invoke("exercise", "net.yaml").out, encoding="utf-8")
        Path("answers").mkdir()
        for what, text in HOSTILE.items():
            Path(f"answers/{what}.txt").write_text(f"(1) {text}\n", encoding="utf-8")
    ran = run(command, form, *arguments(command))
    assert ran.code in ((0, 1) if command != "grade" else (2,)), ran.err  # these answers are for a person
    read = check(ran, command, form)
    if command not in ("explain", "compare", "badge") and form not in (
        "csv",
        "tikz",
    ):  # they show the file's, or a part
        assert [what for what, text in HOSTILE.items() if not seen(text, read)] == [], ran.out


MESSAGES = [  # of the others no output is written where a file is wrong
    (command, form)
    for command, form in OUTPUTS
    if command == "check" or (form == "json" and command not in ("exercise", "grade", "badge", "sizes"))
]


@pytest.mark.parametrize(("command", "form"), MESSAGES, ids=["-".join(one) for one in MESSAGES])
def test_a_word_in_a_message(command: str, form: str) -> None:
    names = "\n".join(f"{quoted(text)}: 1" for text in HOSTILE.values())
    Path("net.yaml").write_text(WRONG.format(names=names), encoding="utf-8")
    ran = invoke(command, *arguments(command), "-f", form)
    assert ran.code == 2
    read = of_text(ran.err) if form == "full" else check(ran, command, form)
    assert [what for what, text in HOSTILE.items() if not seen(text, read)] == [], ran.out + ran.err


FILE_NAMES = [
    (command, form) for command, form in OUTPUTS if form not in ELSEWHERE and command not in ("quiz", "grade")
]


@pytest.mark.parametrize(("command", "form"), FILE_NAMES, ids=["-".join(one) for one in FILE_NAMES])
def test_the_name_of_a_file(command: str, form: str) -> None:
    texts = [text.replace("/", "") for text in HOSTILE.values()]
    for start in range(0, len(texts), 7):
        name = f"./{' '.join(texts[start : start + 7])}.yaml"
        for content in (NET.format(name="a"), WRONG.format(names="wrong: 1")):
            Path(name).write_text(content, encoding="utf-8")
            files = (name, name) if command == "compare" else (name,)
            ran = run(command, form, *files)
            if ran.out and (form != "qti" or ran.code == 0):
                check(ran, command, form)
            else:
                of_text(ran.err)


@pytest.mark.parametrize("form", formats("diff"))
def test_the_names_in_a_diff(form: str, repository: Repository) -> None:
    """Of files, and of the networks in them."""
    texts = [text.replace("/", "") for text in HOSTILE.values()]
    names = [f"{' '.join(texts[start : start + 7])}.yaml" for start in range(0, len(texts), 7)]
    repository.put(dict.fromkeys(names, NET.format(name="a")))
    repository.commit()
    repository.put(dict.fromkeys(names, NET.format(name=quoted(TOGETHER)).replace("[4, 3]", "[5, 3]")))
    ran = invoke("diff", "-f", form)
    assert ran.code in (0, 1), ran.err
    if form == "markdown":  # what is folded away, and the comment's name
        ran = ran._replace(out=re.sub(r"</?(details|summary)>|<!-- .*? -->", "", ran.out))
    read = check(ran, "diff", form)
    assert "octocat" in "".join(read.texts)


@pytest.mark.sweep
def test_on_a_terminal_only_our_own_colours_are_alive(tmp_path: Path) -> None:
    for what in ("an ANSI escape", "an 8-bit escape", "a backwards override"):
        text = HOSTILE[what]
        for content in (NET.format(name=quoted(text)), WRONG.format(names=f"{quoted(text)}: 1")):
            Path("net.yaml").write_text(content, encoding="utf-8")
            shown = in_a_terminal("check", str(tmp_path / "net.yaml")) + in_a_terminal("summary", "net.yaml")
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
def test_names_of_the_command_line_do_not_drive_a_terminal(args: tuple[str, ...]) -> None:
    assert "\x1b[31mx" not in in_a_terminal(*args)
