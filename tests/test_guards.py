"""What guards files and exit codes, part by part, where no command tells one answer from another."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import pytest

import cnncalc
from cnncalc.analyses.checks.report import MOST_NAMED, Cause, Checks, Report, empty
from cnncalc.analyses.measures import MEASURES
from cnncalc.cli import streams
from cnncalc.core.problem import Label, Place, Problem, Problems, in_order, nearest
from cnncalc.formats.listing import has_wildcard, listing
from cnncalc.formats.source import Source
from cnncalc.formats.yaml import tree
from tests.running import invoke

# ------------------------------------------------------------------------------------------------ problems


def test_a_problem_is_told_with_the_other_files_that_have_it() -> None:
    problem = Problem("x", "the message", notes=("its own",))
    names = [f"{number}.yaml" for number in range(MOST_NAMED + 3)]

    def notes(count: int) -> Sequence[str]:
        return Cause(problem, tuple(Report(name) for name in names[:count])).told.notes

    assert notes(1) == ("its own",)
    assert notes(3) == ("its own", "and so in 1.yaml, 2.yaml")
    assert notes(MOST_NAMED + 1) == ("its own", f"and so in {', '.join(names[1 : MOST_NAMED + 1])}")
    assert notes(MOST_NAMED + 3) == ("its own", f"and so in {', '.join(names[1 : MOST_NAMED + 1])} and 2 more")


def test_the_text_of_a_problem_has_a_cure_only_where_there_is_one() -> None:
    assert Problem("x", "m").text == "m"
    assert Problem("x", "m", Place("a", 3, 4), help="h").text == "a:3: m; h"


def test_problems_keep_what_they_have_in_common() -> None:
    problems = Problems()
    problems.add("x", "m", cause="base.yaml", reason="r")
    assert [(one.cause, one.reason) for one in problems.found] == [("base.yaml", "r")]


def test_problems_stand_in_the_order_of_the_file() -> None:
    later, label, other, nowhere = Place("a", 2, 1), Label("a", "node x"), Place("b", 1, 1), None
    found = in_order([Problem("x", "", one) for one in (nowhere, other, later, label)], "a")
    assert [one.where for one in found] == [label, later, other, nowhere]


@pytest.mark.parametrize(
    ("word", "known", "meant"), [("x", "xx", "xx"), ("KERNEL", "kernel", "kernel"), ("", "x", None)]
)
def test_a_word_that_is_near(word: str, known: str, meant: str | None) -> None:
    assert nearest(word, [known]) == meant


# ------------------------------------------------------------------------------------------------ reports, folders


def test_a_report_is_asked_for_totals_that_counts_do_not_tell() -> None:
    report = Checks().report("lenet5")
    assert (report.value(MEASURES["params"]), report.value(MEASURES["peak_memory"])) == (61_706, None)


def test_a_folder_is_not_that_with_a_longer_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.makedirs("nets")
    assert [one.file for one in empty(["nets"], [Report("nets_of_others/a.yaml")])] == ["nets"]
    assert list(empty(["nets"], [Report("nets/a.yaml")])) == []


def test_a_folder_that_cannot_be_read_is_listed_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refusing(path: str) -> object:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", refusing)
    (found,) = listing([str(tmp_path)])
    assert found == (str(tmp_path), True, f"cannot read the folder `{tmp_path}`: permission denied")


@pytest.mark.parametrize(("pattern", "has"), [("a*", True), ("a?", True), ("[ab]", True), ("a", False)])
def test_a_wildcard(pattern: str, has: bool) -> None:
    assert has_wildcard(pattern) is has


# ------------------------------------------------------------------------------------------------ streams


class Stream(io.StringIO):
    """A stream of some encoding."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding


def test_a_file_is_utf_8_whatever_standard_output_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Stream("ascii"))
    assert [streams.encoding(output) for output in (None, "-", "a.txt")] == ["ascii", "ascii", "utf-8"]
    assert streams.encoding(None, Stream("utf-8")) == "utf-8"


def test_a_note_is_written_as_its_own_stream_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Stream("ascii"))
    monkeypatch.setattr(sys, "stderr", Stream("utf-8"))
    assert streams._folded("1×1", sys.stderr) == "1×1"
    assert streams._folded("1×1", sys.stdout) == "1x1"


def test_a_name_that_no_file_can_have_is_no_stream() -> None:
    assert streams._stream("a\0b") is None


def test_a_folder_as_an_output_names_the_option(tmp_path: Path) -> None:
    ran = invoke("summary", "lenet5", "-o", str(tmp_path))
    assert ran.code == 2
    assert f"Invalid value for '-o' / '--output': File '{tmp_path}' is a directory." in click.unstyle(ran.err)


# ------------------------------------------------------------------------------------------------ YAML


def test_the_name_of_a_network_behind_what_is_nested() -> None:
    assert tree.title(Source("a", "vars: {a: [1, {b: 2}]}\nnote: name\nname: LeNet\n")) == "LeNet"
    assert tree.title(Source("a", "vars: {name: 1}\n")) == ""


@pytest.mark.parametrize(
    ("text", "message", "place", "cure"),
    [
        ("a: !x 1\n", "YAML tags are not read: `!x`", (1, 4), "remove the tag"),
        ("a: 1\n---\nb: 1\n", "a second document in the file", (2, 1), "one file describes one network"),
        ("a: &b [*b]\n", "`*b` holds itself", (1, 8), "write the values out"),
    ],
)
def test_what_yaml_has_and_is_not_read(text: str, message: str, place: tuple[int, int], cure: str) -> None:
    with pytest.raises(cnncalc.ProblemsFound) as found:
        tree.parse(Source("net.yaml", text))
    (problem,) = found.value.problems
    assert isinstance(problem.where, Place)
    assert (problem.message, (problem.where.line, problem.where.column), problem.help) == (message, place, cure)


def test_the_places_of_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source("net.yaml", "a: 1\nb: '# x'  # x, yes\n# x\n")
    places = [(place.line, place.column, place.text) for place, _ in tree.comments(source, "x")]
    assert places == [(2, 11, "b: '# x'  # x, yes"), (3, 1, "# x")]
    monkeypatch.setattr(tree, "MOST_COMMENTS", 1)
    with pytest.raises(cnncalc.ProblemsFound) as found:
        tree.comments(source, "x")
    assert found.value.problems[0].where == Place("net.yaml", 3, 1)
