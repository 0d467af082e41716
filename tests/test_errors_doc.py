"""`docs/errors.md` tells the truth: each code's file gives exactly the message shown, and its mended file passes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from cnncalc.core.codes import CODES
from tests.own_layers import own_layers
from tests.package import FILES, tree
from tests.running import ROOT, invoke

__all__ = ["own_layers"]

PAGE = ROOT / "docs" / "errors.md"
BREAKS_A_PROMISE = ("baseline", "budget", "expectation")  # found by `check` in a file that can be used: exit code 1


class Section(NamedTuple):
    """A code with what is wrong, what mends it, and its fenced blocks, by what stands behind the three backticks."""

    code: str
    sentence: str
    cure: str
    blocks: dict[str, str]

    @property
    def arguments(self) -> list[str]:
        """The command, for a problem that no content of a file shows."""
        command = self.blocks.get("console", "cnncalc check net.yaml")
        return command.split()[1:]

    @property
    def wrong(self) -> bytes | None:
        """What the file holds; bytes that are no text are written as Python's literals. None: there is no file."""
        if "yaml wrong" in self.blocks:
            return self.blocks["yaml wrong"].encode()
        if "console" in self.blocks:
            return None
        written = ast.literal_eval(self.blocks["python"])
        assert isinstance(written, bytes)
        return written

    @property
    def declaration(self) -> str:
        """A layer type of the reader's own, where the problem needs one."""
        return self.blocks.get("python", "") if "yaml wrong" in self.blocks else ""


def sections() -> list[Section]:
    found = []
    for text in re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        code, _, body = text.partition("\n")
        fenced = re.findall(r"^```([^\n]+)\n(.*?)^```$", body, re.DOTALL | re.MULTILINE)
        assert len(fenced) == len(dict(fenced)), f"{code} has two blocks of one kind"
        (cure,) = re.findall(r"^Mended: (.+)\n\n```yaml right$", body, re.MULTILINE)
        found.append(Section(code, body.partition("\n")[0], cure, dict(fenced)))
    return found


SECTIONS = sections()


@pytest.mark.usefixtures("own_layers")
@pytest.mark.parametrize("section", SECTIONS, ids=[section.code for section in SECTIONS])
def test_the_message_is_the_one_shown_and_the_mended_file_passes(
    section: Section, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if section.declaration:
        exec("from __future__ import annotations\n" + section.declaration, {"__name__": __name__})
    for kind, text in section.blocks.items():
        if kind.startswith("json "):
            Path(kind.removeprefix("json ")).write_text(text, encoding="utf-8")
    file = Path(section.arguments[-1])
    if section.wrong is not None:
        file.write_bytes(section.wrong)
    ran = invoke(*section.arguments)
    assert ran.err == section.blocks["text"] + "\n"  # set apart from the last line
    assert ran.code == (1 if section.code in BREAKS_A_PROMISE else 2)
    assert re.findall(r"^error\[(.+?)\]", ran.err, re.MULTILINE) == [section.code]

    file.parent.mkdir(exist_ok=True)
    file.write_text(section.blocks["yaml right"], encoding="utf-8")
    ran = invoke(*section.arguments)
    assert (ran.err, ran.code) == ("", 0)


def test_every_code_has_a_section_and_every_section_a_code() -> None:
    assert [section.code for section in SECTIONS] == sorted(codes())


def test_each_code_is_described_in_one_place_and_the_page_says_the_same() -> None:
    assert codes() == set(CODES)
    assert {section.code: (section.sentence, section.cure) for section in SECTIONS} == CODES


@pytest.mark.parametrize("section", SECTIONS, ids=[section.code for section in SECTIONS])
def test_a_section_says_in_one_sentence_what_is_wrong(section: Section) -> None:
    assert re.fullmatch(r"[^.]+(?:`[^`]*`[^.]*)*\.", section.sentence)


# ------------------------------------------------------------------------------------------- the codes in the code


@cache
def codes() -> set[str]:
    """Every code that the package gives to a problem, or that an exception has if no other is given."""
    found: set[str] = set()
    for path in FILES:
        for function in _functions(tree(path)):
            if isinstance(function, ast.FunctionDef) and function.name == "__init__":
                with_default = function.args.args[::-1], function.args.defaults[::-1]
                found |= {ast.literal_eval(text) for arg, text in zip(*with_default, strict=False) if arg.arg == "code"}
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and call.args and _makes_a_problem(call):
                    found |= _texts(call.args[0], function)
    return found


def _functions(module: ast.Module) -> Iterator[ast.AST]:
    """The module, whose calls have their code as text, and every function, which may keep it in a variable."""
    yield module
    yield from (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef))


def _makes_a_problem(call: ast.Call) -> bool:
    name = call.func
    if isinstance(name, ast.Name):
        return name.id in ("Problem", "Impossible", "fail")
    if isinstance(name, ast.Attribute):
        owner = ast.unparse(name.value)
        return (name.attr == "add" and owner.rpartition(".")[2] in ("problems", "trail")) or name.attr in (
            "stop",
            "report",
        )
    return False


def _texts(node: ast.expr, function: ast.AST) -> set[str]:
    """The texts that an expression may be: itself, either side of a choice, or what a variable is set to."""
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    if isinstance(node, ast.IfExp):
        return _texts(node.body, function) | _texts(node.orelse, function)
    if isinstance(node, ast.Name) and not isinstance(function, ast.Module):
        given = [
            one.value
            for one in ast.walk(function)
            if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == node.id
        ]
        return {text for value in given for text in _texts(value, function)}
    return set()  # a code that is handed on


def test_codes_are_found_however_they_are_given() -> None:
    assert {"limit", "bad-expression", "requirement", "recursive-block", "yaml-syntax", "budget"} <= codes()
