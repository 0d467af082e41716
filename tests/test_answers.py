"""Answers as people of any keyboard write them: right, wrong, or for a person to look at."""

from __future__ import annotations

import itertools

import pytest

from cnncalc.teaching.answers import read_answer
from cnncalc.teaching.grade import Grader
from cnncalc.teaching.likely import likely
from cnncalc.teaching.question import Question
from cnncalc.teaching.recipe import STANDARD
from cnncalc.teaching.wording import written_answer
from tests.sheets import sheet

SHAPE = Question("1", "shapes", "shape", "conv1", "", ((96, 55, 55),), (), ())
VECTOR = Question("1", "shapes", "shape", "flatten1", "", ((4096,),), (), ())
LINE = Question("1", "shapes", "shape", "conv1", "", ((128, 1981),), (), ())
NUMBER = Question("1", "params", "integer", "conv1", "", (34_944,), (), (), rounded=True)
EXACT = Question("1", "params", "integer", "conv1", "", (34_944,), (), ())
SMALL = Question("1", "params", "integer", "conv1", "", (156,), (), ())
STRIDE = Question("1", "inverse", "integer", "conv1", "", (2, "same"), (), ())
CHOICE = Question("1", "mistake", "choice", "", "", ("B",), (), (), choices=("A: a", "B: b"))
LARGE = Question("1", "multiplies", "integer", "conv1", "", (117_600,), (), (), rounded=True)
HUGE = Question("1", "multiplies", "integer", "conv2", "", (447_897_600,), (), (), rounded=True)
DENSE = Question("1", "params", "integer", "fc6", "", (37_752_832,), (), (), rounded=True)

RIGHT = [
    (SHAPE, (
        "55x55x96", "55X55X96", "55 × 55 × 96", "55*55*96", "55·55·96", "(55, 55, 96)", "[55,55,96]", "55 55 96",
        "55 x 55 x 96.", "`55x55x96`", "**55×55×96**", "= 55x55x96", "96@55x55", "55 by 55 by 96", "55/55/96",
        "\u00a055\u2009×\u200955×96 ", "55.0x55x96", "٥٥x55x96", "５５×５５×９６", "55х55х96", "“55x55x96”", "55²×96",
        "(None, 55, 55, 96)", "torch.Size([1, 96, 55, 55])", "torch.Size([96, 55, 55])", "[-1, 96, 55, 55]",
        "TensorShape([None, 55, 55, 96])", "H=55, W=55, C=96", "C: 96, H: 55, W: 55", "output: 55x55x96",
        r"$55 \times 55 \times 96$", r"$55\times55\times96$", "(N, 55, 55, 96)", "shape = (55, 55, 96)",
    )),
    (VECTOR, (
        "4096", "4,096", "4 096", "4'096", "4_096", "(4096,)", "(None, 4096)", "torch.Size([1, 4096])", "4096 units",
    )),
    (LINE, ("1981x128", "1981 × 128", "(None, 1981, 128)", "torch.Size([8, 128, 1981])")),
    (NUMBER, (
        "34,944,", "34944;", "34944", "34,944", "34 944", "34.944", "34'944", "34_944", "34\u202f944", "34944 params",
        "34,944 weights", "35k", "35K", "~35k", "34.9k", "34,9k", "34.944k", "34k", "3.5e4", "0.035M", "= 35 k", "≈35k",
        "35 thousand", "35 Tsd.", "35 тыс", "35к", "3만 4944", "3.5만", "3万5千", "34,944.0", "34.944,00", "약 35k",
        "34944 ≈ 35k", "3.5*10^4", "3.5·10⁴", "3.5 × 10^4", "3.5·10<sup>4</sup>", "35000", "34900", "34 944 개",
        "11*11*3*96+96", "11×11×3×96 + 96 = 34944", "(11·11·3 + 1)·96", "11²·3·96+96 = 34,944 ≈ 35k", "３４，９４４",

        "$34{,}944$", r"$3.5\cdot10^4$", "35 tys.", "35 nghìn", "34,9 mille", "0.35 lakh",
        "params = 34944", "C1 params: 34944", "+34944", "ca. 35k", "٣٤٬٩٤٤",
    )),
    (LARGE, ("118000", "120000", "118k", "120k", "1.2e5", "117,600.0", "117 thousand")),
    (HUGE, (
        "450M", "448M", "4억 4789만 7600", "4억4789만7600", "4億4789万7600", "448 million", "447,9 Mio.", "0.448 Mrd",
        "0.45 billion", "4.5e8", "4.479*10^8", "44,79,00,000", "44.8 crore", "448 miljoen", "4억 5천만",
    )),
    (DENSE, ("3775만", "3,775만", "37.8M", "37.8 million", "3.8천만")),
    (EXACT, ("34,944", "34.944k", "3만 4944", "11*11*3*96+96", "34944.0")),
    (SMALL, (
        "156", "0.156k", "line 156", "“156”", "１５６", "156개", "156.0", "156,00", "+156", "156個", "150 + 6",
        "150+6=156", "156번", "‘156’", "«156»", "12*13", "2^2*39", "156 파라미터", "Zeile 156",
    )),
    (STRIDE, ("2", "same", "Same", "2.0", "8/4")),
    (CHOICE, ("B", "b", "(b)", "B: b", "В", "Ｂ", "답: B", "B) because it is")),
]  # fmt: skip

WRONG = [
    (SHAPE, ("96x55x55", "55x55", "55x55x97", "55", "torch.Size([1, 55, 55, 96])", "(None, 96, 55, 55)", "56²x96")),
    (LINE, ("128x1981",)),
    (NUMBER, (
        "34,848", "3k", "0G", "0.03M", "36k", "34.95k", "1M", "349440", "30000", "3만", "36000", "34848개", "4e4",
        "3.6·10⁴", "３４８４８", "34,848.0",
    )),
    (LARGE, ("100000", "1e5", "100k", "119000", "0.1M", "1.3e5")),
    (HUGE, ("400M", "460M", "4억", "449M")),
    (EXACT, ("35k", "34.9k", "35000")),
    (SMALL, ("0.2k", "160", "160.0", "156k", "１６０")),
    (STRIDE, ("3",)),
    (CHOICE, ("A", "A: b", "А")),
]  # fmt: skip

UNCLEAR = [
    (SHAPE, (
        "fifty", "55x55x96x1", "-55x55x96", "(N, 96, 55, 55)", "[1, 96, 55, 55]", "55x55x96 = 290400", "55x55 and 96",
    )),
    (VECTOR, ("1x1x4096", "4k", "64x64", "about 4096 or so")),
    (NUMBER, (
        "<1T", "34,94", "3,4944", "34944.5", "1e400", "9" * 5_000, "1" + "0" * 18, "__import__('os')", "三五", "NaN",
        "inf", "0x8880", "1e999999999", "35k (34944)", "~~34848~~ 34944", "11*11*3*96 = 34848", "11*11*3*96+96 = 34848",
        "11*11*3*96", "-34944", "34944 or 34848", "①", "34944½", "I do not know", "2**99999", "9" * 15 + "*9", "1/0",
        "34944 35k", "4789만 4억",
    )),
    (SMALL, ("156.000", "156 (150)", "x₁", "15 6")),
    (STRIDE, ("valid", "2 or 3", "2.5")),
    (CHOICE, ("A or B", "AB", "E", "7", "because")),
]  # fmt: skip

READ = [
    (question, text, verdict)
    for verdict, cases in (("right", RIGHT), ("wrong", WRONG), ("unclear", UNCLEAR))
    for question, texts in cases
    for text in texts
]


@pytest.mark.parametrize(("question", "text", "verdict"), READ, ids=lambda part: str(part)[:30])
def test_an_answer_as_people_write_it(question: Question, text: str, verdict: str) -> None:
    mark = Grader(sheet("alexnet")).mark(question, text)
    assert mark.verdict == verdict
    assert (mark.points is None) == (verdict == "unclear"), "what was not understood is never 0"


@pytest.mark.parametrize("text", ["", " ____ ", "***", "-", "–", "?", "“”", "."])
@pytest.mark.parametrize("question", [SHAPE, NUMBER, CHOICE])
def test_nothing_is_blank(question: Question, text: str) -> None:
    assert Grader(sheet("alexnet")).mark(question, text).verdict == "blank"


def test_what_is_unclear_stands_as_it_was_written() -> None:
    mark = Grader(sheet("alexnet")).mark(NUMBER, " ~~34848~~  **34944** ")
    assert mark.given == "~~34848~~  **34944**"
    assert Grader(sheet("alexnet")).mark(SHAPE, "**55 × 55 × 96** ").given == "55 × 55 × 96"


def test_why_an_answer_cannot_be_read() -> None:
    said = [
        (SHAPE, "55x55", "3 numbers are asked for"),
        (SHAPE, "conv", "a shape is asked for, like 55x55x96"),
        (VECTOR, "64x64", "one number is asked for"),
        (NUMBER, "many", "a whole number is asked for"),
        (NUMBER, "9" * 30, "more than 18 digits"),
        (NUMBER, "3M", "a rounded figure needs 2 digits or more"),
        (NUMBER, "11*11*3*96", "11*11*3*96 is 34,848"),
        (NUMBER, "11*11*3*96 = 34944", "its two sides are not the same number"),
        (EXACT, "35k", "an exact number is asked for"),
        (CHOICE, "because", "a letter from A to B is asked for"),
        (CHOICE, "E", "a letter from A to B is asked for"),
        (NUMBER, "x" * 201, "longer than 200 characters"),
    ]
    assert [read_answer(question, text, "hwc").remark for question, text, _ in said] == [text for _, _, text in said]


def test_digits_written_out_that_may_be_rounded_or_a_slip_are_for_a_person() -> None:
    """48,120 params of C5: 48,000 may be rounded, or without the biases."""
    one = sheet("lenet5", 1, 1, ("params",))
    question = next(question for question in one.questions if question.accepted == (48_120,))
    marks = [Grader(one).mark(question, text) for text in ("48,000", "48k", "48100")]
    assert [mark.verdict for mark in marks] == ["unclear", "right", "right"]
    assert marks[0].remark == "it may be rounded, or: forgot the bias"


# ------------------------------------------------------------------------------------------------ near misses


def _korean(number: int) -> str:
    parts = [(number // 10**8, "억"), (number // 10**4 % 10**4, "만"), (number % 10**4, "")]
    return " ".join(f"{part}{unit}" for part, unit in parts if part)


FULL = str.maketrans("0123456789", "０１２３４５６７８９")
FORMS = {
    "plain": str,
    "full width": lambda number: str(number).translate(FULL),
    "quotes": lambda number: f"“{number:,}”",
    "counter": lambda number: f"{number}개",
    "zeros": lambda number: f"{number}.0",
    "plus": lambda number: f"+{number}",
    "spaces": lambda number: f"{number:,} params".replace(",", "\u202f"),
    "myriads": _korean,
    "power": lambda number: f"{number}*10⁰",
    "sum": lambda number: f"{number - 1} + 1",
    "equation": lambda number: f"{number}*1 = {number}",
    "Arabic": lambda number: str(number).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
}
SHAPES = {
    "times": lambda shape: written_answer(shape),
    "Keras": lambda shape: f"(None, {', '.join(map(str, (*shape[1:], shape[0])))})",
    "PyTorch": lambda shape: f"torch.Size([1, {', '.join(map(str, shape))}])",
    "Cyrillic": lambda shape: written_answer(shape).replace("×", "х"),
    "full width": lambda shape: written_answer(shape).translate(FULL),
    "zeros": lambda shape: "x".join(f"{side}.0" for side in (*shape[1:], shape[0])),
    "LeCun": lambda shape: f"{shape[0]}@{'x'.join(map(str, shape[1:] or (1,)))}",
}
NETWORKS = [("lenet5", 1), ("lenet5", 2), ("alexnet", 1), ("googlenet", 3)]


def _near(question: Question, wrong: list[object]) -> list[object]:
    """What a slip gives, and what a slip of the hand makes of the right number."""
    (right, *_) = question.accepted
    if not isinstance(right, int):
        return wrong
    digits = str(right)
    swapped = [int(digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :]) for i in range(len(digits) - 1)]
    lost = [int(digits[:i] + digits[i + 1 :]) for i in range(len(digits)) if len(digits) > 1]
    return [*wrong, right + 1, right - 1, 10 * right, 2 * right, *swapped, *lost]


@pytest.mark.sweep
def test_no_near_miss_is_taken_for_right() -> None:
    """What the slips give, and more, in every way of writing a number out: 10,000 answers of which none is right."""
    tried = 0
    for (name, level), seed in itertools.product(NETWORKS, (1, 2)):
        one = sheet(name, level, seed, STANDARD[level][:4], 12)
        grader = Grader(one)
        for question in one.questions:
            wrong = [answer for answer in likely(one.analysis, question) if not isinstance(answer, str)]
            for answer in dict.fromkeys(_near(question, list(wrong))):
                rounds = isinstance(answer, int) and any(
                    isinstance(right, int) and question.rounded and _rounds(answer, right)
                    for right in question.accepted
                )
                if answer in question.accepted or (rounds and answer not in wrong):
                    continue  # a rounded figure, which the sheet allows
                forms = FORMS if isinstance(answer, int) else SHAPES
                for form, write in forms.items():
                    text = write(answer)  # type: ignore[operator]
                    verdict = grader.mark(question, text).verdict
                    assert verdict != "right", (name, question.prompt, question.accepted, form, text)
                    tried += 1
    assert tried > 10_000


def _rounds(answer: int, right: int) -> bool:
    """Whether a number is another one rounded or cut to two digits or more, worked out on its decimal text."""
    digits = str(right)
    for kept in range(2, len(digits)):
        head, zeros = int(digits[:kept]), "0" * (len(digits) - kept)
        if answer in (int(f"{head}{zeros}"), int(f"{head + (digits[kept] >= '5')}{zeros}")):
            return True
    return False
