"""Choosing the cells of a worksheet: the exam table of a whole network, cells by name, weights and biases apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnncalc.formats import open as api
from cnncalc.teaching.cells import NoSuchCell
from cnncalc.teaching.grade import Grader
from cnncalc.teaching.question import Worksheet
from cnncalc.teaching.recipe import STANDARD, Recipe, files_of, header, read_header
from cnncalc.teaching.responses import Answers
from cnncalc.teaching.wording import written_answer
from cnncalc.teaching.worksheet import make
from tests.running import invoke
from tests.sheets import blank, filled, graded

APART = ("shapes", "weights", "biases", "multiplies")


def chosen(name: str, *cells: str, ask: tuple[str, ...] = STANDARD[1]) -> Worksheet:
    return make(Recipe(files_of(api.read(name)), ask=ask, cells=cells))


def asked(sheet: Worksheet) -> list[str]:
    return [f"{q.layer}.{q.target.quantity}" for q in sheet.questions if q.target]


# Worked out by hand: the table that every exam about LeNet-5 has, line after line.
LENET5 = (
    "28x28x6", "150", "6", "117600",
    "14x14x6",
    "10x10x16", "2400", "16", "240000",
    "5x5x16",
    "1x1x120", "48000", "120", "48000",
    "120",
    "84", "10080", "84", "10080",
    "10", "840", "10", "840",
    "61470", "236", "416520",
)  # fmt: skip


def test_all_is_the_exam_table_of_the_whole_network_and_its_totals(tmp_path: Path) -> None:
    one = chosen("lenet5", "all", ask=APART)
    assert one.title == "LeNet-5: the whole network"
    (table,) = one.tables
    assert table.columns == ("output", "weights", "biases", "multiplies")
    assert table.given == (("input", "32×32×1"),)
    assert [line.name for line in table.lines] == ["C1", "S2", "C3", "S4", "C5", "flatten1", "F6", "OUT", "together"]
    path = tmp_path / "ada.md"
    path.write_text(filled(blank(one), dict(zip(map(str, range(1, 27)), LENET5, strict=True))), encoding="utf-8")
    found = graded(one, str(path))
    assert [mark.verdict for mark in found.marks] == ["right"] * 26
    assert (found.points, one.points) == (29, 29)


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        ("alexnet", ["conv1.output", "fc6.params"], ["conv1.shape", "fc6.params"]),
        ("alexnet", ["fc6.params", "conv1.output", "fc6.params"], ["conv1.shape", "fc6.params"]),
        ("lenet5", ["F6"], ["F6.shape", "F6.params", "F6.multiplies"]),
        ("lenet5", ["S2"], ["S2.shape"]),
        ("lenet5", ["S2.params"], ["S2.params"]),
        ("lenet5", ["C1.weights", "C1.biases"], ["C1.weights", "C1.biases"]),
        ("lenet5", ["total"], ["the whole network.params", "the whole network.multiplies"]),
        ("lenet5", ["total.biases"], ["the whole network.biases"]),
    ],
)
def test_cells_by_name_stand_in_the_order_of_the_table(name: str, cells: list[str], expected: list[str]) -> None:
    ask = APART if any("weights" in cell or "biases" in cell for cell in cells) else STANDARD[1]
    assert asked(chosen(name, *cells, ask=ask)) == expected


def test_the_table_reaches_from_the_first_cell_to_the_last_and_says_what_enters() -> None:
    one = chosen("vgg16", "pool4.output", "pool5.output")
    (table,) = one.tables
    assert table.lines[0].name == "pool4"
    assert table.lines[-1].name == "pool5"
    assert [shape for _, shape in table.given] == ["28×28×512"]


def test_a_block_is_all_that_is_worked_out_in_it() -> None:
    one = chosen("resnet50", "conv2/unit1.params")
    assert {question.layer.partition("/")[0] for question in one.questions} == {"conv2"}
    assert all(question.target and question.target.quantity == "params" for question in one.questions)
    assert len(one.questions) >= 4


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("C1.outptu", "no cell `C1.outptu`; did you mean `C1.output`?"),
        ("flaten1.output", "no cell `flaten1`; did you mean `flatten1`?"),
        (
            "?",
            "no cell `?`; a cell is all, total, or "
            "NAME.output|params|weights|biases|multiplies|trainable|weight_memory|buffer_memory"
            "|activation_memory|peak_memory|positions|additions|comparisons|receptive_field|kept_memory|training_memory",
        ),
    ],
)
def test_an_unknown_cell_says_what_there_is(cell: str, message: str) -> None:
    with pytest.raises(NoSuchCell) as raised:
        chosen("lenet5", cell)
    assert str(raised.value) == message
    result = invoke("exercise", "lenet5", "--cells", cell)
    assert (result.code, message in result.err) == (2, True)


def test_a_name_of_several_entries_lists_them() -> None:
    with pytest.raises(NoSuchCell, match=r"`unit1` may mean 4 entries: `conv2/unit1`, "):
        chosen("resnet50", "unit1.params")


def test_more_cells_than_a_worksheet_has_room_for_are_refused_by_name() -> None:
    result = invoke("exercise", "densenet201", "--cells", "all")
    assert result.code == 2
    assert "(limit: 500)" in result.err


@pytest.mark.parametrize("option", [("--level", "2"), ("--count", "3"), ("--ask", "inverse")])
def test_what_else_would_choose_goes_without_cells(option: tuple[str, str]) -> None:
    result = invoke("exercise", "lenet5", "--cells", "all", *option)
    assert result.code == 2
    assert "goes without it" in result.err


def test_the_header_carries_the_cells_and_only_where_there_are_some() -> None:
    with_cells = chosen("lenet5", "C1", "total").recipe
    assert read_header(header(with_cells)) == with_cells
    assert "cells" not in json.loads(header(make(Recipe(with_cells.files)).recipe))


def test_a_sheet_of_cells_that_its_network_has_not_is_unusable(tmp_path: Path) -> None:
    text = blank(chosen("lenet5", "C1.params")).replace('"cells": ["C1.params"]', '"cells": ["C9.params"]')
    (tmp_path / "sheet.md").write_text(text, encoding="utf-8")
    (tmp_path / "a.json").write_text('{"1": "156"}', encoding="utf-8")
    result = invoke("grade", str(tmp_path / "sheet.md"), str(tmp_path / "a.json"))
    assert result.code == 2
    assert "cannot be used: no cell `C9`; a cell is all, total" in result.err


# ------------------------------------------------------------------------------------------ weights and biases


def test_at_level_1_a_count_beside_a_blank_of_its_parts_is_not_given() -> None:
    one = make(Recipe(files_of(api.read("lenet5")), seed=1, ask=("weights", "params"), count=3))
    assert {question.ask for question in one.questions} == {"weights", "params"}
    for table in one.tables:
        for line in table.lines:
            cells = dict(zip(table.columns, line.cells, strict=True))
            if any(cells[name].question for name in ("weights", "params")):
                shown = [cells[name].text for name in ("weights", "params") if not cells[name].question]
                assert set(shown) <= {"·", "–"}


@pytest.mark.parametrize(
    ("cell", "answer", "slip"),
    [
        ("C1.weights", "156", "counted the biases among the weights"),
        ("F6.weights", "10164", "counted the biases among the weights"),
        ("C3.weights", "400", "forgot the input channels"),
        ("C3.biases", "1", "counted one bias for the layer"),
    ],
)
def test_slips_in_weights_and_biases_are_named(cell: str, answer: str, slip: str) -> None:
    one = chosen("lenet5", cell, ask=APART)
    mark = Grader(one).mark(one.questions[0], answer)
    assert (mark.verdict, slip in [found.slip.name for found in mark.slips]) == ("wrong", True)


def test_params_follow_from_ones_own_weights_and_biases() -> None:
    one = chosen("lenet5", "C1.weights", "C1.biases", "C1.params", ask=("weights", "biases", "params"))
    found = Grader(one, carry=True).grade(Answers("ada", {"1": "25", "2": "6", "3": "31"}))
    assert [(mark.verdict, mark.points) for mark in found.marks] == [("wrong", 0), ("right", 1), ("carried", 1)]
    assert found.marks[2].remark == "follows from the answer to 1"


def test_a_wrong_answer_deep_in_a_large_table_has_its_slip() -> None:
    one = chosen("resnet50", "all")
    question = next(q for q in one.questions if q.layer == "fc" and q.target and q.target.quantity == "params")
    mark = Grader(one).mark(question, "2048000")
    assert [likely.slip.name for likely in mark.slips] == ["forgot the bias"]


def test_the_key_of_an_exam_table_has_all_points() -> None:
    for name in ("alexnet", "googlenet", "unet", "siamese", "mobilenet_v2"):
        one = chosen(name, "all")
        key = {q.id: written_answer(q.accepted[0]) for q in one.questions}
        assert Grader(one).grade(Answers("key", key)).points == one.points, name


# ------------------------------------------------------------------------------------------ room for working


def test_what_stands_in_the_room_for_working_is_no_answer(tmp_path: Path) -> None:
    text = invoke("exercise", "lenet5", "--cells", "C1", "--room", "3").out
    assert text.count("```text\n\n\n\n```") == 3
    text = text.replace("```text\n\n\n\n```", "```text\n(1) 5*5\n= 25\n\n```", 1)
    (tmp_path / "sheet.md").write_text(text, encoding="utf-8")
    (tmp_path / "ada.md").write_text(filled(text, {"1": "28x28x6", "2": "156", "3": "117600"}), encoding="utf-8")
    result = invoke("grade", str(tmp_path / "sheet.md"), str(tmp_path / "ada.md"))
    assert (result.code, "100%" in result.out) == (0, True)


def test_a_key_has_no_room() -> None:
    key = invoke("exercise", "lenet5", "--key")
    assert invoke("exercise", "lenet5", "--key", "--room", "3").out == key.out
