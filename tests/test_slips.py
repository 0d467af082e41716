"""Each slip, made on purpose with numbers worked out by hand, is named; and what is right is nobody's slip."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from cnncalc.teaching.grade import Grader
from cnncalc.teaching.likely import likely
from cnncalc.teaching.question import Question, Worksheet
from cnncalc.teaching.slips import SLIPS
from cnncalc.teaching.tables import BY_NAME
from tests.sheets import sheet, sheet_of


class Case(NamedTuple):
    """A layer, what is asked of it, a wrong answer with its working, and the slip."""

    reads: str
    layer: str
    asked: str
    wrong: str
    slip: str


ALEX = ("{channels: 3, size: 227}", "conv: {filters: 96, kernel: 11, stride: 4}")
TWO = ("{channels: 96, size: 27}", "conv: {filters: 256, kernel: 5, padding: 2, groups: 2}")
STRIDED = ("{channels: 3, size: 224}", "conv: {filters: 64, kernel: 7, stride: 2, padding: 3}")
POOL = ("{channels: 64, size: 112}", "max_pool: {kernel: 3, stride: 2, ceil: true}")
DILATED = ("{channels: 8, size: 33}", "conv: {filters: 4, kernel: 3, dilation: 2}")
NORM = ("{channels: 64, size: 56}", "batch_norm")
DENSE = ("{channels: 400}", "dense: 120")

CASES = [
    Case(*ALEX, "params", "34,848", "forgot the bias"),  # 11·11·3·96
    Case(*DENSE, "params", "48,000", "forgot the bias"),  # 400·120
    Case(*TWO, "params", "614,656", "forgot the groups"),  # 5·5·96·256 + 256
    Case(*TWO, "multiplies", "447,897,600", "forgot the groups"),  # 614,400 · 27·27
    Case(*STRIDED, "shape", "113x113x64", "rounded up instead of down"),  # ceil(223 / 2) + 1
    Case("{channels: 64, size: 112}", "max_pool: {kernel: 3, stride: 2}", "shape", "56x56x64",
         "rounded up instead of down"),  # ceil(109 / 2) + 1
    Case(*POOL, "shape", "55x55x64", "rounded down instead of up"),  # 109 // 2 + 1
    Case("{channels: 8, size: 5}", "conv: {filters: 4, kernel: 3, stride: 2, padding: same}", "shape", "2x2x4",
         "rounded down instead of up"),  # 5 // 2
    Case(*STRIDED, "shape", "109x109x64", "forgot the padding (2P)"),  # 217 // 2 + 1
    Case(*TWO, "shape", "23x23x256", "forgot the padding (2P)"),
    Case(*STRIDED, "shape", "111x111x64", "counted the padding once"),  # (224 − 7 + 3) // 2 + 1
    Case(*ALEX, "shape", "217x217x96", "forgot the stride"),  # 227 − 11 + 1
    Case(*DILATED, "shape", "31x31x4", "forgot the dilation"),  # 33 − 3 + 1
    Case(*TWO, "shape", "28x28x256", "F − 1 for F"),  # 27 − 4 + 4 + 1
    Case(*DILATED, "shape", "30x30x4", "F − 1 for F"),  # 33 − 4 + 1
    Case(*TWO, "shape", "26x26x256", "F for F − 1 (forgot the + 1)"),  # 27 − 5 + 4
    Case(*ALEX, "shape", "54x54x96", "F for F − 1 (forgot the + 1)"),  # 216 // 4
    Case(*ALEX, "params", "28,896", "F − 1 for F in the weights"),  # 10·10·3·96 + 96
    Case(*ALEX, "params", "3,264", "counted one side of the kernel"),  # 11·3·96 + 96
    Case(*ALEX, "shape", "96x55x55", "H and W swapped with C"),
    Case(*ALEX, "params", "2,636,928", "H and W swapped with C"),  # 11·11·227·96 + 96
    Case(*ALEX, "shape", "55x55x3", "kept the channels of the input"),
    Case(*ALEX, "params", "105,705,600", "multiplied by the output once too often"),  # 34,944 · 55·55
    Case(*ALEX, "multiplies", "318,880,980,000", "multiplied by the output once too often"),  # 105,415,200 · 55·55
    Case(*ALEX, "params", "105,415,296", "multiplied the weights by the output, then added the biases"),
    Case(*ALEX, "multiplies", "34,848", "forgot the output positions"),
    Case(*ALEX, "multiplies", "1,795,682,592", "took the input's size for the output's"),  # 34,848 · 227·227
    Case(*ALEX, "params", "459", "forgot the number of filters"),  # 11·11·3 + 96
    Case(*ALEX, "params", "34,849", "counted one bias for the layer"),  # 34,848 + 1
    Case("{channels: 3, size: 30}", "conv: {filters: 32, kernel: 7}", "params", "148",
         "counted one filter with its bias"),  # 7·7·3 + 1
    Case(*DENSE, "params", "401", "counted one filter with its bias"),
    Case("{channels: 3, size: 30}", "conv: {filters: 16, kernel: 3, bias: false}", "params", "448",
         "added a bias where there is none"),  # 3·3·3·16 + 16
    Case("{channels: 3, size: 28}", "conv: {filters: 8, kernel: 5, padding: same}", "shape", "26x26x8",
         "counted the padding once"),  # 28 − 5 + 2 + 1
    Case(*DENSE, "multiplies", "400", "forgot the number of units"),
    Case("{channels: 9216}", "dense: 4096", "params", "13,312", "added the inputs and the units"),
    Case(*DENSE, "multiplies", "520", "added the inputs and the units"),
    Case(*ALEX, "params", "11,712", "forgot the input channels"),  # 11·11·96 + 96
    Case(*ALEX, "multiplies", "105,705,600", "counted the bias additions as multiplies"),
    Case(*DENSE, "multiplies", "48,120", "counted the bias additions as multiplies"),
    Case(*ALEX, "multiplies", "210,830,400", "counted additions too (FLOPs)"),
    Case(*NORM, "params", "256", "counted the running statistics"),  # 4C
    Case(*ALEX, "weights", "34,944", "counted the biases among the weights"),  # 34,848 + 96
    Case(*DENSE, "weights", "48,120", "counted the biases among the weights"),
    Case(*NORM, "weights", "128", "counted the biases among the weights"),
    Case(*NORM, "params", "64", "forgot the shift of the normalisation"),
    Case("{channels: 16, size: 5}", "flatten", "shape", "16", "forgot to flatten the sides"),
]  # fmt: skip


def _question(sheet: Worksheet, asked: str) -> Question:
    return next(question for question in sheet.questions if question.target and question.target.quantity == asked)


def _one(reads: str, layer: str, asked: str) -> tuple[Worksheet, Question]:
    level = 3 if "groups" in layer else 1
    kind = "shapes" if asked == "shape" else asked
    around = f"  - {layer}\n" if level == 1 else f"  - {layer}\n  - relu\n"
    found = sheet_of(f"input: {reads}\nlayers:\n{around}", level, kind, exact=True)
    return found, _question(found, asked)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.slip}: {case.asked} {case.wrong}")
def test_a_slip_made_on_purpose_is_named(case: Case) -> None:
    one, question = _one(case.reads, case.layer, case.asked)
    mark = Grader(one).mark(question, case.wrong)
    assert (mark.verdict, mark.points) == ("wrong", 0)
    assert case.slip in [slip.slip.name for slip in mark.slips]


def test_every_slip_has_a_case() -> None:
    below = {"added what is concatenated", "left out the norms", "left out a layer"}  # they need several layers
    elsewhere = {*BY_NAME}  # in test_measured_questions.py
    assert {slip.name for slip in SLIPS if elsewhere.isdisjoint(slip.asked)} == {case.slip for case in CASES} | below


BRANCHES = """
input: {channels: 16, size: 8}
layers:
  - concat:
      branches:
        wide: [conv: {filters: 24, kernel: 1}]
        deep: [conv: {filters: 8, kernel: 1}, conv: {filters: 40, kernel: 3, padding: 1}]
  - conv: {name: last, filters: 10, kernel: 3, padding: 1}
"""


def test_a_concatenation_that_was_added() -> None:
    one = sheet_of(BRANCHES, 3, "shapes", exact=True)
    question = next(question for question in one.questions if question.layer == "concat1")
    assert question.accepted == ((64, 8, 8),)
    assert [str(slip) for slip in Grader(one).mark(question, "8x8x24").slips] == ["added what is concatenated"]


CHAIN = """
input: {channels: 3, size: 32}
layers:
  - conv: {name: a, filters: 8, kernel: 5}
  - max_pool: {name: b, kernel: 2}
  - conv: {name: c, filters: 16, kernel: 3, padding: 1}
  - flatten: {name: d}
  - dense: {name: e, units: 10}
"""


def test_a_slip_in_an_earlier_layer_is_named_with_the_layer() -> None:
    one = sheet_of(CHAIN, 2, "params", exact=True, count=4)
    question = next(question for question in one.questions if question.layer == "e")
    assert question.accepted == (14 * 14 * 16 * 10 + 10,)
    mark = Grader(one).mark(question, str(12 * 12 * 16 * 10 + 10))  # c without its padding: 14 − 3 + 1 = 12
    assert [str(slip) for slip in mark.slips] == ["forgot the padding (2P) (in c)"]
    mark = Grader(one).mark(question, str(28 * 28 * 16 * 10 + 10))  # b without its stride: 27, not 28
    assert mark.slips == ()


def test_a_slip_in_one_addend_of_a_sum_is_named_with_the_layer() -> None:
    one = sheet_of(CHAIN, 2, "params", exact=True, count=4)
    question = next(question for question in one.questions if question.target and question.target.row is None)
    (right,) = question.accepted
    assert isinstance(right, int)
    assert [str(slip) for slip in Grader(one).mark(question, str(right - 8)).slips] == ["forgot the bias (in a)"]
    assert [str(slip) for slip in Grader(one).mark(question, str(right - 34)).slips] == ["forgot the bias"]


def test_what_is_no_slip_is_not_named() -> None:
    one, question = _one("{channels: 3, size: 9}", "conv: {filters: 10, kernel: 1}", "params")
    names = [slip.slip.name for slip in Grader(one).mark(question, "10").slips]
    assert "F − 1 for F in the weights" not in names, "of a 1×1 kernel nothing is left"
    one, question = _one("{channels: 9216}", "dense: 4096", "params")
    assert [slip.slip.name for slip in Grader(one).mark(question, "13312").slips] == ["added the inputs and the units"]


def test_a_rounded_figure_alleges_no_slip_that_it_does_not_single_out() -> None:
    one = sheet("lenet5", 2, 1, ("params",))
    question = next(question for question in one.questions if question.accepted == (61_706,))
    mark = Grader(one).mark(question, "60k")
    assert (mark.verdict, mark.slips) == ("wrong", ())
    assert [str(slip) for slip in Grader(one).mark(question, "13.6k").slips] == ["left out a layer (in C5)"]


RESIDUAL = """
input: {channels: 16, size: 8}
layers:
  - add:
      branches:
        main: [conv: {filters: 32, kernel: 3, stride: 2, padding: 1, bias: false}, batch_norm]
        shortcut: [conv: {name: project, filters: 32, kernel: 1, stride: 2, bias: false}, batch_norm]
"""


@pytest.mark.parametrize(
    ("left", "slip"),
    [
        (128, "left out the norms"),  # 2·32 for each of two
        (64, "left out a layer (in main/batch_norm1)"),
        (512, "left out a layer (in shortcut/project)"),  # 16·32
    ],
)
def test_what_was_left_out_of_a_sum_is_named(left: int, slip: str) -> None:
    one = sheet_of(RESIDUAL, 3, "params", exact=True)
    question = next(question for question in one.questions if question.target and question.target.row is None)
    assert question.accepted == (9 * 16 * 32 + 16 * 32 + 4 * 32,)
    (right,) = question.accepted
    assert isinstance(right, int)
    assert slip in [str(slip) for slip in Grader(one).mark(question, str(right - left)).slips]


def test_two_slips_that_give_the_same_are_both_named() -> None:
    one, question = _one("{channels: 3, size: 9}", "conv: {filters: 2, kernel: 2, padding: 1}", "shape")
    assert question.accepted == ((2, 10, 10),)
    names = [slip.slip.name for slip in Grader(one).mark(question, "9x9x2").slips]
    assert names == ["counted the padding once", "F for F − 1 (forgot the + 1)"]


@pytest.mark.sweep
def test_a_slip_that_gives_the_right_number_is_none() -> None:
    """34,848 without its biases rounds to the same 35k as 34,944 with them."""
    one, question = _one(*ALEX, "params")
    rounded = sheet_of(f"input: {ALEX[0]}\nlayers:\n  - {ALEX[1]}\n", 1, "params")
    assert Grader(rounded).mark(rounded.questions[0], "35k").verdict == "right"
    assert Grader(one).mark(question, "35k").verdict == "wrong"
    for name, level in [("alexnet", 1), ("resnet50", 3), ("googlenet", 3)]:
        found = sheet(name, level)
        for each in found.questions:
            assert not set(each.accepted) & set(likely(found.analysis, each))


def test_the_other_layout_swaps_the_other_way() -> None:
    one = sheet_of(
        "input: {channels: 3, size: [20, 30]}\nlayers:\n  - conv: {filters: 5, kernel: 3}\n", 1, "shapes", layout="chw"
    )
    mark = Grader(one).mark(one.questions[0], "18x28x5")
    assert [slip.slip.name for slip in mark.slips] == ["H and W swapped with C"]
    assert Grader(one).mark(one.questions[0], "5x18x28").verdict == "right"


def test_slips_of_an_inverse_question() -> None:
    """Which padding keeps 28×28 under a 5×5 window? 2; with P counted once one would say 4."""
    text = "input: {channels: 3, size: 28}\nlayers:\n  - conv: {filters: 5, kernel: 5, padding: 1}\n"
    asked = [sheet_of(text, 1, "inverse", seed=seed, count=1) for seed in range(60)]
    one = next(sheet for sheet in asked if "Which padding would give 28×28×5" in sheet.questions[0].prompt)
    assert one.questions[0].accepted == (2, "same")
    mark = Grader(one).mark(one.questions[0], "4")
    assert [slip.slip.name for slip in mark.slips] == ["counted the padding once"]
