"""The documentation: generated parts are up to date, examples load and run, links lead somewhere."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import cnncalc
from cnncalc.core.layers import LAYERS
from tests.package import FILES, tree

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
MODULES = [path for path in FILES if path.stem == "__init__" or not path.stem.startswith("_")]


def _generator() -> ModuleType:
    if "docs_generate" not in sys.modules:
        spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules["docs_generate"] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules["docs_generate"]


def _blocks(page: Path, language: str) -> list[tuple[int, str]]:
    """(line, text) of the fenced blocks of a language."""
    text = page.read_text(encoding="utf-8")
    found = re.finditer(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [(text.count("\n", 0, match.start()) + 1, match[1]) for match in found]


def _networks() -> list[tuple[str, str]]:
    """(place, text) of every YAML block that is a whole architecture file."""
    return [
        (f"{page.relative_to(ROOT).as_posix()}:{line}", text)
        for page in PAGES
        for line, text in _blocks(page, "yaml")
        if re.search(r"^(layers|extends):", text, re.MULTILINE)
    ]


NETWORKS = _networks()


@pytest.fixture(scope="module")
def pages() -> dict[Path, str]:
    found: dict[Path, str] = _generator().pages()
    return found


@pytest.mark.sweep  # `python docs/generate.py --check` asks the same
def test_generated_parts_are_up_to_date(pages: dict[Path, str]) -> None:
    stale = [path.relative_to(ROOT).as_posix() for path in _generator().stale(pages)]
    assert not stale, "run: python docs/generate.py"


@pytest.mark.parametrize("name", LAYERS)
def test_the_section_of_a_layer_type_is_up_to_date(name: str) -> None:
    """Part of the test above, at once and by name."""
    section = "\n".join(_generator()._layer_section(LAYERS[name]))
    assert section in (ROOT / "docs" / "layers.md").read_text(encoding="utf-8")


@pytest.mark.sweep
def test_generating_twice_gives_the_same_bytes(pages: dict[Path, str]) -> None:
    assert _generator().pages() == pages


def test_the_picture_fetches_nothing() -> None:
    picture = (ROOT / "docs" / "table.svg").read_text(encoding="utf-8")
    assert "@font-face" not in picture
    assert "url(http" not in picture
    assert "200,415,264" in picture


def test_filling_is_stable_and_refuses_what_it_does_not_know() -> None:
    generator = _generator()
    text = "<!-- run: cnncalc explain lenet5 C1 -->\n```console\nold\n```\n"
    filled = generator.filled(text)
    assert "$ cnncalc explain lenet5 C1\nC1 · conv 5×5, 6 · lenet5.yaml:" in filled
    assert "old" not in filled
    assert generator.filled(filled) == filled
    with pytest.raises(generator.Failed, match="no generated part `odd`"):
        generator.filled("<!-- generated: odd -->\n<!-- end -->\n")
    with pytest.raises(generator.Failed, match="no_such_net"):
        generator.filled("<!-- run: cnncalc summary no_such_net -->\n```console\n```\n")


def test_check_writes_nothing_and_names_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    generator = _generator()
    page = tmp_path / "page.md"
    page.write_text("old\n", encoding="utf-8")
    monkeypatch.setattr(generator, "ROOT", tmp_path)
    monkeypatch.setattr(generator, "pages", lambda: {page: "new\n"})
    monkeypatch.setattr(sys, "argv", ["generate.py", "--check"])
    assert generator.main() == 1
    assert capsys.readouterr().out == "would change page.md\n"
    assert page.read_text(encoding="utf-8") == "old\n"
    monkeypatch.setattr(sys, "argv", ["generate.py"])
    assert generator.main() == 0
    assert capsys.readouterr().out == "wrote page.md\n"
    assert page.read_text(encoding="utf-8") == "new\n"


@pytest.mark.parametrize(("place", "text"), NETWORKS, ids=[place for place, _ in NETWORKS])
def test_a_network_in_the_documentation_loads_and_holds_its_figures(place: str, text: str) -> None:
    result = cnncalc.check(cnncalc.loads(text, name=place))
    assert result.passed, result.broken


def test_the_readme_has_a_network_with_figures() -> None:
    (text,) = [text for place, text in NETWORKS if place.startswith("README.md:")]
    result = cnncalc.check(cnncalc.loads(text))
    assert result.passed
    assert result.figures == 4


def test_the_broken_figure_in_the_readme_prints_what_is_shown() -> None:
    from cnncalc.render.problems import render

    (text,) = [text for place, text in NETWORKS if place.startswith("README.md:")]
    (shown,) = [text for _, text in _blocks(ROOT / "README.md", "text") if text.startswith("error")]
    broken = text.replace("params: 2416", "params: 2400")
    result = cnncalc.check(cnncalc.loads(broken, name="lenet.yaml"))
    assert shown.rstrip() == render(result.broken, color=False).rstrip()


def test_the_python_of_the_readme_runs_and_prints_what_it_says() -> None:
    blocks = _blocks(ROOT / "README.md", "python")
    assert blocks
    for _, text in blocks:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(text, "README.md", "exec"), {})
        said = re.findall(r"^print\(.*\)\s+# (\d+)$", text, re.MULTILINE)
        assert out.getvalue().split()[: len(said)] == said


def test_the_notebook_is_one_and_shows_a_table_a_picture_and_mathematics() -> None:
    """That its outputs are those of its cells, the test of generated parts says."""
    nbformat = pytest.importorskip("nbformat")
    book = nbformat.read(ROOT / "docs" / "example.ipynb", as_version=4)
    nbformat.validate(book)
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    assert {kind for output in outputs for kind in output.get("data", {})} == {
        "text/html",
        "text/latex",
        "image/svg+xml",
        "text/plain",
    }


def test_python_on_a_page_is_run_and_what_needs_a_missing_package_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    generator = _generator()
    page = "<!-- python -->\n\n```python\n{}\n```\n\n```text\nold\n```\n"
    assert "```text\n3\n```" in generator.filled(page.format("print(1 + 2)"))
    assert generator.filled(page.format("import no_such_package")) == page.format("import no_such_package")
    assert capsys.readouterr().err == "import no_such_package: not run, for no_such_package is not installed\n"
    with pytest.raises(generator.Failed, match=r"`x = 1` … prints nothing for the `text` block below it"):
        generator.filled(page.format("x = 1"))
    with pytest.raises(generator.Failed, match=r"`1 / 0` …: ZeroDivisionError: division by zero"):
        generator.filled(page.format("1 / 0"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_output_is_shown_unchecked(page: Path) -> None:
    """A command that is shown with its output stands below a `run` comment, or on a page that is generated whole."""
    text = page.read_text(encoding="utf-8")
    if "<!-- written by docs/" in text:
        return
    filled = {match.start(2) for match in re.finditer(r"(<!-- run: [^\n]*-->\n+)(```)", text)}
    blocks = re.finditer(r"^```[a-z ]*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    unchecked = [match[1] for match in blocks if "$ cnncalc" in match[1] and match.start() not in filled]
    assert not unchecked


def test_the_index_leads_to_every_page() -> None:
    """But the worksheets, which have a list of their own."""
    docs = ROOT / "docs"
    linked = set(re.findall(r"\(([\w/]+\.md)\)", (docs / "index.md").read_text(encoding="utf-8")))
    pages = [page.relative_to(docs).as_posix() for page in (*docs.glob("*.md"), *docs.glob("evidence/*.md"))]
    assert sorted(set(pages) - linked) == ["index.md"]


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_relative_links_lead_to_files_and_headings(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    missing = []
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`(?!\])", "", text)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = page.parent / file if file else page
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in _anchors(path)):
            missing.append(target)
    assert not missing


OVERRIDDEN = {"run", "convert", "shell_complete", "parse_args", "format_options"}  # what they do, their base says
OVERRIDDEN |= {"get_help", "get_help_option", "get_help_record"}
NO_NOUN = (
    r"(What|How|Where|Who|Whose|It|Its|They|This is|These|Everything|Always|By|For|Of|As|If|Adds?|Asks?|Clears?|Compare"
    r"|Check|Count|Declare|Decides?|Do|Draws?|Drop|Finds?|Flush|Gets?|Gives?|Goes|Hides?|Holds?|Keeps?|Lets?|Loads?|Looks?"
    r"|Makes?|Parses?|Pass|Passes|Prints?|Puts?|Raises?|Reads?|Refuses?|Returns?|Runs?|Says?|Shows?|Takes?|Tells?|Turns?"
    r"|Writes?)\b"
)


def public(node: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """The public functions and classes of a module, and what is public in these."""
    for one in node.body:
        if isinstance(one, ast.FunctionDef | ast.ClassDef) and not one.name.startswith("_"):
            yield one
            if isinstance(one, ast.ClassDef):
                yield from public(one)


def said_of_what_is_public() -> Iterator[tuple[Path, str, str | None]]:
    """Each module, and each public name in it, with its docstring."""
    for path in MODULES:
        yield path, "", ast.get_docstring(tree(path))
        for node in public(tree(path)):
            yield path, node.name, ast.get_docstring(node)


def test_what_is_public_has_a_docstring() -> None:
    found = said_of_what_is_public()
    assert [(str(path), name) for path, name, text in found if not text and name not in OVERRIDDEN] == []


def test_docstrings_open_with_a_noun() -> None:
    """But those of a command, which are its help, and of a layer type, which say what it does."""
    assert [
        (str(path), name, text)
        for path, name, text in said_of_what_is_public()
        if name and path.parent.name not in ("commands", "layers") and re.match(NO_NOUN, text or "")
    ] == []


def test_no_page_hands_files_over_by_xargs() -> None:
    """It makes 123 of exit codes 1 and 2."""
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "action.yml", *ROOT.glob("action/*")]
    assert [path.name for path in pages if "xargs" in path.read_text(encoding="utf-8")] == []
