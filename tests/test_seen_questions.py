"""Receptive fields and trainable params as questions: only chosen cells ask for them, and grading names the slips."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnncalc.formats import open as api
from cnncalc.teaching.cells import NoSuchCell
from cnncalc.teaching.grade import Grader
from cnncalc.teaching.question import Worksheet
from cnncalc.teaching.recipe import Recipe, files_of
from cnncalc.teaching.slips import SLIPS as ALL
from cnncalc.teaching.tables import BY_NAME
from cnncalc.teaching.worksheet import make

# a sees 3, jump 2; p 3 + (2 − 1)·2 = 5, jump 4; b 5 + (2·2)·4 = 21, jump 8
NET = """\
input: {channels: 3, size: 32}
layers:
  - conv: {name: a, filters: 4, kernel: 3, stride: 2, padding: 1, trainable: false}
  - relu
  - max_pool: {name: p, kernel: 2}
  - conv: {name: b, filters: 4, kernel: 3, stride: 2, dilation: 2}
  - flatten: {name: f}
  - dense: {name: d, units: 2}
"""


@pytest.fixture
def net(tmp_path: Path) -> Path:
    file = tmp_path / "net.yaml"
    file.write_text(NET, encoding="utf-8")
    return file


def sheet(net: Path, *cells: str) -> Worksheet:
    files = files_of(api.read(str(net)))
    assert files
    return make(Recipe(files, cells=cells))


def test_asked_by_name_with_the_working(net: Path) -> None:
    made = sheet(net, "p.receptive_field", "b.receptive_field", "d.receptive_field")
    (p, b, d), (table,) = made.questions, made.tables
    assert table.columns[-1] == "receptive field"
    assert table.lines[0].name == "a"  # the table begins where the network does, whatever is asked for
    assert [question.accepted for question in (p, b, d)] == [(5,), (21,), (29,)]
    assert p.prompt.endswith("How many positions of the input does one output see, along the longest side?")
    assert p.working == ("seen: r + (F − 1)·j = 3 + (2 − 1)·2 = 5", "jump: j·S = 2·2 = 4")
    assert p.hints == ("seen: r + (F − 1)·j; jump: j·S", "seen: 3 + (2 − 1)·2; jump: 2·2")
    assert b.asked == b.ask == "receptive_field"


# What a student says, and the slip that it is
SLIPS: list[tuple[str, str, str]] = [
    ("p.receptive_field", "4", "forgot the stride"),  # 3 + 1
    ("b.receptive_field", "8", "forgot the stride"),  # 3 + 1 + 4
    ("b.receptive_field", "13", "forgot the dilation"),  # 5 + 2·4
    ("p.receptive_field", "7", "added F for F − 1"),  # 3 + 2·2
    ("p.receptive_field", "8", "added F for F − 1"),  # 4 + 2·2: in `a`, too
    ("a.receptive_field", "5", "took the jump behind the layer"),  # 1 + 2·2
    ("p.receptive_field", "9", "took the jump behind the layer"),  # 5 + 1·4: in `a`, too
    ("total.trainable", "294", "counted what is frozen"),
    ("total.trainable", "112", "counted only what is frozen"),
]


@pytest.mark.parametrize(("cell", "answer", "slip"), SLIPS)
def test_slips(net: Path, cell: str, answer: str, slip: str) -> None:
    made = sheet(net, cell)
    mark = Grader(made).mark(made.questions[0], answer)
    assert (mark.verdict, slip in [one.slip.name for one in mark.slips]) == ("wrong", True)


def test_every_slip_has_a_case() -> None:
    assert {slip.name for slip in ALL if not {*BY_NAME}.isdisjoint(slip.asked)} == {name for _, _, name in SLIPS}


def test_what_is_trainable_is_asked_where_something_is_frozen(net: Path) -> None:
    (question,) = sheet(net, "total.trainable").questions
    assert question.accepted == (148 + 34,)  # of `b` and `d`; `a` has 112
    assert question.prompt.endswith("How many trainable params?")
    assert question.working == ("b + d = 148 + 34 = 182",)
    net.write_text(NET.replace(", trainable: false", ""), encoding="utf-8")
    with pytest.raises(NoSuchCell, match=r"`total\.trainable` has nothing to ask about"):
        sheet(net, "total.trainable")


@pytest.mark.parametrize("cell", ["total.receptive_field", "a.trainable"])
def test_what_is_no_question(net: Path, cell: str) -> None:
    with pytest.raises(NoSuchCell, match="has nothing to ask about"):
        sheet(net, cell)


def test_of_all_layers_and_where_the_input_has_no_sides(net: Path, tmp_path: Path) -> None:
    assert [question.layer for question in sheet(net, "all.receptive_field").questions] == ["a", "p", "b", "f", "d"]
    other = tmp_path / "vector.yaml"
    other.write_text("input: {channels: 4}\nlayers: [dense: {name: a, units: 2}]\n", encoding="utf-8")
    with pytest.raises(NoSuchCell, match="has nothing to ask about"):
        sheet(other, "a.receptive_field")


def test_nothing_else_asks_for_them(net: Path) -> None:
    asked = {question.asked for question in sheet(net, "all").questions}
    assert asked == {"output", "params", "multiplies"}
