"""Measures as questions: only chosen cells ask for them, and grading names the slips."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnncalc.formats import open as api
from cnncalc.teaching.cells import NoSuchCell
from cnncalc.teaching.grade import Grader
from cnncalc.teaching.measured import MEASURED, OF_LAYERS
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
BARE = "  - conv: {name: c, filters: 4, kernel: 3, padding: 1, bias: false}\n"  # reads 2·2·4


@pytest.fixture
def net(tmp_path: Path) -> Path:
    file = tmp_path / "net.yaml"
    file.write_text(NET, encoding="utf-8")
    return file


def sheet(net: Path, *cells: str) -> Worksheet:
    files = files_of(api.read(str(net)))
    assert files
    return make(Recipe(files, cells=cells))


def with_bare(net: Path, cell: str) -> None:
    """One more layer, without a bias, where a question is about it."""
    if cell.startswith("c."):
        net.write_text(NET.replace("  - flatten", f"{BARE}  - flatten"), encoding="utf-8")


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
    ("a.activation_memory", "1024", "counted numbers for bytes"),  # 4·16·16
    ("total.weight_memory", "294", "counted numbers for bytes"),
    ("a.positions", "1024", "multiplied by the channels"),
    ("c.additions", "576", "counted as many additions as products"),
    ("total.trainable", "112", "counted only what is frozen"),
]


@pytest.mark.parametrize(("cell", "answer", "slip"), SLIPS)
def test_slips(net: Path, cell: str, answer: str, slip: str) -> None:
    with_bare(net, cell)
    made = sheet(net, cell)
    mark = Grader(made).mark(made.questions[0], answer)
    assert (mark.verdict, slip in [one.slip.name for one in mark.slips]) == ("wrong", True)


def test_every_slip_has_a_case() -> None:
    assert {slip.name for slip in ALL if not {*BY_NAME}.isdisjoint(slip.asked)} == {name for _, _, name in SLIPS}


# What is asked, the answer worked out by hand, its working and its first hint
VALUES: list[tuple[str, int, str, str]] = [
    ("a.positions", 16 * 16, "positions: H_out·W_out = 16·16 = 256", "positions: H_out·W_out"),
    # 36 products are added by 35 additions, and there is no bias
    ("c.additions", 35 * 16, "additions: multiplies − outputs = 576 − 16 = 560", "additions: multiplies − outputs"),
    ("p.comparisons", 3 * 8 * 8 * 4, "", ""),
    ("total.comparisons", 768 + 1024, "comparisons: relu + max_pool = 1,024 + 768 = 1,792", ""),
    ("a.activation_memory", 4 * 16 * 16 * 4, "output mem.: activations·images·bytes = 1,024·1·4 = 4,096", ""),
    ("total.weight_memory", 294 * 4, "weight mem.: params·bytes = 294·4 = 1,176", "weight mem.: params·bytes"),
    ("total.peak_memory", (3 * 32 * 32 + 4 * 16 * 16) * 4, "", ""),
]


@pytest.mark.parametrize(("cell", "answer", "working", "hint"), VALUES, ids=[one[0] for one in VALUES])
def test_values(net: Path, cell: str, answer: int, working: str, hint: str) -> None:
    with_bare(net, cell)
    (question,) = sheet(net, cell).questions
    assert question.accepted == (answer,)
    assert working in question.working or not working
    assert hint in question.hints or not hint
    assert not any(f"{answer:,}" in text for text in question.hints[:1])
    assert Grader(sheet(net, cell)).mark(question, f"{answer}").verdict == "right"


def test_bytes_say_what_is_assumed(net: Path) -> None:
    net.write_text(NET + "memory: {dtype: float16, batch: 8, in_place: true}\n", encoding="utf-8")
    (question,) = sheet(net, "a.activation_memory").questions
    assert question.prompt.endswith("How many bytes of outputs (float16, 8 images, activations in place, sgd)?")
    assert question.accepted == (1024 * 8 * 2,)


def test_every_measure_with_a_working_is_a_question(net: Path) -> None:
    for name in MEASURED:
        cell = f"a.{name}" if name in OF_LAYERS else f"total.{name}"
        if name != "buffer_memory":  # of which this network has none
            assert sheet(net, cell).questions[0].asked == name


def test_what_is_trainable_is_asked_where_something_is_frozen(net: Path) -> None:
    (question,) = sheet(net, "total.trainable").questions
    assert question.accepted == (148 + 34,)  # of `b` and `d`; `a` has 112
    assert question.prompt.endswith("How many trainable params?")
    assert question.working == ("b + d = 148 + 34 = 182",)
    net.write_text(NET.replace(", trainable: false", ""), encoding="utf-8")
    with pytest.raises(NoSuchCell, match=r"`total\.trainable` has nothing to ask about"):
        sheet(net, "total.trainable")


@pytest.mark.parametrize(
    "cell", ["total.receptive_field", "a.trainable", "total.positions", "d.positions", "a.comparisons"]
)
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
