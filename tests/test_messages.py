"""Every word of what is said about a file: code, place, message, notes and cure, for each mistake there is.

`data/messages.txt`, and `data/cures.txt` of errors that go on to the cure, hold the cases: a `#` line, the file, `---`,
and what must be said. A place is `line:column+length`, behind the file's name where it is another; `=` begins a note,
`?` a cure. With `set:` or `input size:` the command line changes the file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

import cnncalc
from tests.running import DATA

pytestmark = pytest.mark.quick


class Case(NamedTuple):
    """A file, and what must be said of it."""

    name: str
    file: str
    said: str


def cases() -> list[Case]:
    text = "".join((DATA / f"{name}.txt").read_text(encoding="utf-8") for name in ("messages", "cures"))
    found = []
    for section in re.split(r"^# ", text, flags=re.MULTILINE)[1:]:
        name, _, rest = section.partition("\n")
        file, _, said = rest.partition("---\n")
        found.append(Case(name, file, said.strip()))
    return found


CASES = cases()


def what_is_said(file: str) -> str:
    """The problems of a file, written down."""
    overrides: dict[str, object] = {}
    while match := re.match(r"(set|input size): (.*)\n", file):
        file = file[match.end() :]
        name, _, value = match[2].partition("=")
        overrides |= {"set": {name: value}} if match[1] == "set" else {"input_size": match[2]}
    try:
        graph = cnncalc.loads(file, **overrides)  # type: ignore[arg-type]
        cnncalc.check(graph)
    except cnncalc.ProblemsFound as found:
        return "\n".join(line for problem in found.problems for line in lines(problem))
    return "\n".join(["fine", *(f"= {note}" for note in graph.notes)])


def lines(problem: cnncalc.Problem) -> list[str]:
    where = problem.where
    place = f" {where.line}:{where.column}+{where.length}" if where else ""
    if where and where.file != "<text>":
        place = f" {where.file}{place}"
    cure = [f"? {problem.help}"] if problem.help else []
    return [f"{problem.code}{place}: {problem.message}", *(f"= {note}" for note in problem.notes), *cure]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_what_is_said(case: Case) -> None:
    assert what_is_said(case.file) == case.said


def test_each_case_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def test_what_stands_in_the_file_itself_is_said_first(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("input: {channels: 3, size: 8}\nlayers: [rellu]\n")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\nvars: {n: 1 +}\n")
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.load(tmp_path / "b.yaml")
    assert [problem.code for problem in found.value.problems] == ["bad-expression", "unknown-layer"]


def test_of_a_file_without_layers_nothing_is_understood() -> None:
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.loads("name: nothing")
    assert found.value.understood() is None
