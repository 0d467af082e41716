"""The ready worksheets of docs/worksheets: each is listed with its command, and is right when worked out by hand."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest

from cnncalc.teaching.files import read_worksheet
from cnncalc.teaching.filled import read_answers
from cnncalc.teaching.grade import Grader
from cnncalc.teaching.question import Worksheet
from cnncalc.teaching.worksheet import make
from tests.running import ROOT
from tests.sheets import filled, graded

FOLDER = ROOT / "docs" / "worksheets"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
NAMES = re.findall(r"^\| \[([\w-]+)\]", PAGE, re.MULTILINE)

# Worked out on paper, question after question; beside an answer the arithmetic that is not plain.
BY_HAND = {
    "lenet5-layers": (
        "28×28×6", "156", "117,600", "10×10×16", "2416", "240000", "1x1x120", "48,120", "48k", "10164", "10,080", "850",
    ),
    "lenet5-chain": (
        "156", "10x10x16", "120", "840",
        "61,706",  # 156 + 2,416 + 48,120 + 10,164 + 850
        "416520",  # 117,600 + 240,000 + 48,000 + 10,080 + 840
        "7",  # 9 // S = 1: 5 to 9
        "6",  # 26 // S = 4
    ),
    "lenet5-mistake": ("1", "8", "2", "13", "A"),  # 5 − F + 1 = 4; 32, 27, 13, 9, 4, and no 5×5 window in 4×4
    "alexnet-towers": (
        "27x27x96", "27x27x256",
        "307,456",  # 5·5·48·256 + 256
        "223,948,800",  # 307,200 · 27·27
        "74.8M",  # 3·3·192·256 = 442,368, times 13·13 = 74,760,192
        "1991680",  # 885,120 + 663,936 + 442,624
        "1",  # 13 + 2 − F + 1 = 15
        "7",  # 216 // S = 30
        "10", "C",  # 255 filters in 2 groups
    ),
    "vgg16-back": (
        "1849688064",  # 9·512·512 = 2,359,296, times 28·28
        "14x14x512", "14x14x512", "7x7x512",
        "102,764,544",  # 25,088·4096 + 4096
        "102,760,448", "16,781,312",
        "133M",  # 4 · 2,359,808 + 102,764,544 + 16,781,312 + 4,097,000 = 133,082,088
        "7",  # 223 // S = 31
        "2",  # 28 + 2 − F + 1 = 29
    ),
    "inception-module": (
        "18528", "86,704,128", "12832", "28x28x192", "28x28x256",
        "128M",  # (64 + 96 + 16 + 32)·192·784 + 110,592·784 + 12,800·784 = 128,049,152
        "32",  # n·(192 + 1)
        "64",  # n·(9·96 + 1)
        "5", "B",
    ),
    "resnet34-shortcuts": (
        "28x28x128", "14x14x256", "294912",
        "57,802,752",  # 294,912 · 14·14
        "14x14x256",
        "115,605,504",  # 589,824 · 14·14
        "512",
        "919,040",  # 294,912 + 589,824 + 256·128, and 512 for each of three norms
        "2",  # (55 + 2P) // 2 = 29
        "3",  # (109 + 2P) // 2 = 57
    ),
}  # fmt: skip

# The slips that teachers see most, made on purpose: sheet, question, answer, slip.
ON_PURPOSE = [
    ("lenet5-layers", "2", "150", "forgot the bias"),
    ("alexnet-towers", "6", "1,990,656", "forgot the bias"),
    ("alexnet-towers", "3", "614,656", "forgot the groups"),
    ("resnet34-shortcuts", "2", "15x15x256", "rounded up instead of down"),
    ("alexnet-towers", "2", "23x23x256", "forgot the padding (2P)"),
    ("lenet5-layers", "1", "27x27x6", "F for F − 1 (forgot the + 1)"),
    ("lenet5-layers", "7", "2x2x120", "F − 1 for F"),
    ("lenet5-layers", "4", "16x10x10", "H and W swapped with C"),
    ("lenet5-layers", "5", "241,600", "multiplied by the output once too often"),
    ("inception-module", "2", "67.97G", "multiplied by the output once too often"),
]


@cache
def sheet(name: str) -> Worksheet:
    return make(read_worksheet(str(FOLDER / f"{name}.md")))


def test_every_file_is_listed_and_every_row_has_its_three_files() -> None:
    wanted = {f"{name}{ending}" for name in NAMES for ending in (".md", ".html", "-key.md")}
    assert {path.name for path in FOLDER.iterdir()} == {*wanted, "README.md"}
    assert re.findall(r"^## (.*)$", PAGE, re.MULTILINE) == [
        "LeNet-5", "AlexNet", "VGG-16", "Inception", "ResNet",
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_three_files_have_one_recipe_and_its_key_all_points(name: str, tmp_path: Path) -> None:
    recipes = {read_worksheet(str(FOLDER / f"{name}{ending}")) for ending in (".md", ".html", "-key.md")}
    assert len(recipes) == 1
    (key,) = read_answers(str(FOLDER / f"{name}-key.md"), name)
    one = sheet(name)
    first = {id: answer.replace("*", "").split(" or ")[0] for id, answer in key.answers.items()}
    (tmp_path / "key.json").write_text(json.dumps(first), encoding="utf-8")
    assert graded(one, str(tmp_path / "key.json")).points == one.points


@pytest.mark.parametrize("name", BY_HAND)
def test_a_sheet_worked_out_by_hand_has_all_points(name: str, tmp_path: Path) -> None:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    answers = {str(number): answer for number, answer in enumerate(BY_HAND[name], 1)}
    (tmp_path / "a.md").write_text(filled(text, answers), encoding="utf-8")
    result = graded(sheet(name), str(tmp_path / "a.md"))
    assert [mark.question.id for mark in result.marks if mark.verdict != "right"] == []
    assert len(result.marks) == len(answers)


@pytest.mark.parametrize(("name", "id", "answer", "slip"), ON_PURPOSE)
def test_a_slip_made_on_purpose_is_named(name: str, id: str, answer: str, slip: str) -> None:
    one = sheet(name)
    mark = Grader(one).mark(one.question(id), answer)
    assert mark.verdict == "wrong"
    assert slip in [likely.slip.name for likely in mark.slips]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.stem)
def test_no_line_of_a_blank_sheet_is_taken_for_an_answer(path: Path) -> None:
    if "cnncalc worksheet" in path.read_text(encoding="utf-8") and not path.stem.endswith("-key"):
        (found,) = read_answers(str(path), path.name)
        assert not any(found.answers.values())
