"""Grading: how answers are read and written, and that no file of a student can do harm or stop the others."""

from __future__ import annotations

import csv
import io
import json
import os
import time
from pathlib import Path

import pytest

from cnncalc.teaching.answers import read_answer
from cnncalc.teaching.files import Unreadable
from cnncalc.teaching.filled import LARGEST_ANSWERS, read_answers
from cnncalc.teaching.grade import Grader
from cnncalc.teaching.question import Question
from cnncalc.teaching.recipe import LARGEST_HEADER, header
from tests.running import invoke, process
from tests.sheets import blank, filled, sheet, sheet_of

SHAPE = Question("1", "shapes", "shape", "conv1", "", ((96, 55, 55),), (), ())
VECTOR = Question("1", "shapes", "shape", "flatten1", "", ((4096,),), (), ())
LINE = Question("1", "shapes", "shape", "conv1", "", ((128, 1981),), (), ())
NUMBER = Question("1", "params", "integer", "conv1", "", (34_944,), (), (), rounded=True)
EXACT = Question("1", "params", "integer", "conv1", "", (34_944,), (), ())
SMALL = Question("1", "params", "integer", "conv1", "", (156,), (), ())
STRIDE = Question("1", "inverse", "integer", "conv1", "", (2, "same"), (), ())
CHOICE = Question("1", "mistake", "choice", "", "", ("B",), (), (), choices=("A: a", "B: b"))

READ = [
    (SHAPE, text, "right")
    for text in (
        "55x55x96", "55X55X96", "55 × 55 × 96", "55*55*96", "55·55·96", "(55, 55, 96)", "[55,55,96]", "55 55 96",
        "55 x 55 x 96.", "`55x55x96`", "**55×55×96**", "= 55x55x96", "96@55x55", "55 by 55 by 96", "55/55/96",
        "\u00a055\u2009×\u200955×96 ",
    )
] + [
    (SHAPE, text, "wrong")
    for text in ("96x55x55", "55x55", "55x55x97", "55", "fifty", "55x55x96x1", "-55x55x96", "55.0x55x96", "٥٥x55x96")
] + [
    (VECTOR, text, "right") for text in ("4096", "4,096", "4 096", "4'096", "4_096", "(4096,)")
] + [
    (VECTOR, text, "wrong") for text in ("1x1x4096", "4k", "64x64")
] + [
    (LINE, "1981x128", "right"), (LINE, "1981 × 128", "right"), (LINE, "128x1981", "wrong"),
] + [
    (NUMBER, text, "right")
    for text in (
        "34,944,", "34944;",
        "34944", "34,944", "34 944", "34.944", "34'944", "34_944", "34\u202f944", "34944 params", "34,944 weights",
        "35k", "35K", "~35k", "34.9k", "34,9k", "34.944k", "34k", "3.5e4", "0.035M", "= 35 k", "≈35k",
    )
] + [
    (NUMBER, text, "wrong")
    for text in (
        "34,848", "3k", "0G", "0.03M", "36k", "34.95k", "1M", "<1T", "34,94", "3,4944", "349440", "34944.5", "1e400",
        "9" * 5_000, "1" + "0" * 18, "__import__('os')", "11*11*3*96+96", "三五", "NaN", "inf", "0x8880", "1e999999999",
    )
] + [
    (EXACT, "34,944", "right"), (EXACT, "34.944k", "right"), (EXACT, "35k", "wrong"), (EXACT, "34.9k", "wrong"),
    (SMALL, "156", "right"), (SMALL, "0.156k", "right"), (SMALL, "0.2k", "wrong"), (SMALL, "line 156", "right"),
    (STRIDE, "2", "right"), (STRIDE, "same", "right"), (STRIDE, "Same", "right"), (STRIDE, "valid", "wrong"),
    (CHOICE, "B", "right"), (CHOICE, "b", "right"), (CHOICE, "(b)", "right"), (CHOICE, "B: b", "right"),
    (CHOICE, "A", "wrong"), (CHOICE, "A or B", "wrong"), (CHOICE, "AB", "wrong"), (CHOICE, "E", "wrong"),
    (SHAPE, "", "blank"), (SHAPE, " ____ ", "blank"), (NUMBER, "***", "blank"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "text", "verdict"), READ, ids=lambda part: str(part)[:30])
def test_an_answer_as_people_write_it(question: Question, text: str, verdict: str) -> None:
    assert Grader(sheet("alexnet")).mark(question, text).verdict == verdict


def test_why_an_answer_cannot_be_read() -> None:
    said = [
        (SHAPE, "55x55", "3 numbers are asked for"),
        (SHAPE, "conv", "a shape is asked for, like 55x55x96"),
        (VECTOR, "64x64", "one number is asked for"),
        (NUMBER, "many", "a whole number is asked for"),
        (NUMBER, "9" * 30, "more than 18 digits"),
        (NUMBER, "3M", "a rounded figure needs 2 digits or more"),
        (EXACT, "35k", "an exact number is asked for"),
        (CHOICE, "because", "a letter from A to B is asked for"),
        (CHOICE, "E", "a letter from A to B is asked for"),
        (NUMBER, "x" * 201, "longer than 200 characters"),
    ]
    assert [read_answer(question, text, "hwc").remark for question, text, _ in said] == [text for _, _, text in said]


# ------------------------------------------------------------------------------------------------ files

NET = """
input: {channels: 3, size: 32}
layers: [conv: {filters: 8, kernel: 5}, max_pool: 2, flatten, dense: 10]
"""
ANSWERS = {"1": "608", "2": "470,400", "3": "15,690", "4": "15,680"}  # 5·5·3·8 + 8, 600·28·28, 1568·10 + 10, 1568·10


@pytest.fixture
def worksheet(tmp_path: Path) -> Path:
    """A worksheet of four questions in a folder of its own."""
    one = sheet_of(NET, ask="params,multiplies")
    path = tmp_path / "sheet.md"
    path.write_text(blank(one), encoding="utf-8")
    return path


def _saved(worksheet: Path, name: str, text: str | bytes) -> Path:
    path = worksheet.parent / "answers" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


FORMS = {
    "mapping.json": json.dumps(ANSWERS),
    "numbers.json": '{"1": 608, "2": 470400, "3": 15690, "4": 15680}',
    "answers.json": json.dumps({"name": "Ada", "answers": ANSWERS}),
    "list.json": json.dumps([{"id": id, "answer": answer} for id, answer in ANSWERS.items()]),
    "in order.json": json.dumps(list(ANSWERS.values())),
    "plain.csv": '1,608\n2,"470,400"\n3,15690\n4,15680\n',
    "headed.csv": "question,answer\nQ1,608\nQ2,470400\nQ3,15690\nQ4,15680\n",
    "unquoted.csv": "question,answer\n1,608\n2,470,400\n3,15,690\n4,15,680\n",
    "semicolons.csv": "Question;Answer\n1;608\n2;470.400\n3;15.690\n4;15.680\n",
    "tabs.tsv": "1\t608\n2\t470,400\n3\t15,690\n4\t15,680\n",
    "bom.csv": "\ufeff1,608\r\n2,470400\r\n3,15690\r\n4,15680\r\n",
    "lines.md": "(1) 608\n(2): 470,400\n**(3)** 15 690\n- (4) = 15680\n",
    "notes.txt": "Ada\n\n(1) 608\n(2) 470400\nI was not sure here.\n(3) 15690\n(4) 15680\n",
    "escaped.md": "(1) 608\n(2) 470\\_400\n(3) 15&#44;690\n(4) \\`15680\\`\n",
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_of_answers(name: str, worksheet: Path) -> None:
    result = invoke("grade", str(worksheet), str(_saved(worksheet, name, FORMS[name])))
    assert result.code == 0, result.out
    assert "4 of 4 points, 100%" in result.out


def test_the_worksheet_itself_filled_in(worksheet: Path) -> None:
    text = filled(worksheet.read_text(encoding="utf-8"), ANSWERS)
    result = invoke("grade", str(worksheet), str(_saved(worksheet, "ada.md", text)))
    assert result.code == 0
    assert "note" not in result.out


def test_utf_16_and_standard_input_are_read(worksheet: Path) -> None:
    assert (
        invoke("grade", str(worksheet), str(_saved(worksheet, "w.csv", FORMS["plain.csv"].encode("utf-16")))).code == 0
    )
    assert process("grade", str(worksheet), "-", input=FORMS["mapping.json"].encode()).code == 0


def test_the_table_of_one_student(worksheet: Path) -> None:
    path = _saved(worksheet, "ada.json", '{"1": "600", "2": "470k", "3": "many"}')
    result = invoke("grade", str(worksheet), str(path), "--ascii", "--key")
    assert result.code == 1
    shown = [" ".join(line.split()) for line in result.out.splitlines() if line.strip()[:1].isdigit()]
    assert shown == [
        "1 conv1 params 600 608 0/1 wrong, forgot the bias: each filter, each unit has one bias: add them to",
        "2 conv1 multiplies 470k 470,400 1/1 right",
        "3 dense1 params many 15,690 0/1 wrong, a whole number is asked for",
        "4 dense1 multiplies 15,680 0/1 blank",
        "1 of 4 points, 25%",
    ]
    assert "15,690" not in invoke("grade", str(worksheet), str(path)).out


def test_json_of_one_mark(worksheet: Path) -> None:
    result = invoke("grade", str(worksheet), str(_saved(worksheet, "a.json", '{"1": "600"}')), "-f", "json", "--key")
    document = json.loads(result.out)
    assert (document["schema_version"], document["of"]) == (1, 4)
    (student,) = document["graded"]
    assert (student["status"], student["points"], student["notes"]) == ("graded", 0, [])
    assert student["marks"][0] == {
        "question": "1", "layer": "conv1", "ask": "params", "answer": "600", "verdict": "wrong", "points": 0, "of": 1,
        "slips": [{"name": "forgot the bias", "layer": "conv1",
                   "sentence": "each filter, each unit has one bias: add them to the weights"}],
        "remark": "", "right_answer": "608",
    }  # fmt: skip


@pytest.mark.parametrize(("needed", "code"), [("100%", 1), ("75%", 0), ("76", 1), ("0%", 0)])
def test_the_exit_code_follows_pass(needed: str, code: int, worksheet: Path) -> None:
    path = _saved(worksheet, "a.json", json.dumps(ANSWERS | {"4": "1"}))
    assert invoke("grade", str(worksheet), str(path), "--pass", needed).code == code


@pytest.mark.parametrize("share", ["101%", "-1", "half", "60.5%"])
def test_a_share_that_is_none(share: str, worksheet: Path) -> None:
    result = invoke("grade", str(worksheet), str(worksheet), "--pass", share)
    assert result.code == 2
    assert f"a share like 60%, not '{share}'" in result.err


def test_a_class_in_one_table(worksheet: Path) -> None:
    text = 'Timestamp,1,2,3,4\nada,608,"470,400",15690,15680\nbob,600,470k,,1\n=cmd(),608,470,400,15690,15680\n'
    result = invoke("grade", str(worksheet), str(_saved(worksheet, "class.csv", text)), "-f", "csv", "--pass", "0%")
    assert result.code == 0
    rows = list(csv.reader(io.StringIO(result.out)))
    assert rows[0] == ["answers", "status", "points", "of", "percent", "q1", "q2", "q3", "q4", "slips", "notes"]
    names = [row[0].rpartition("answers/")[2] for row in rows[1:]]
    assert names == ["class.csv:ada", "class.csv:bob", "class.csv:=cmd()"]
    assert [row[2] for row in rows[1:]] == ["4", "1", "1"]
    assert rows[2][9] == "1: forgot the bias"
    assert rows[3][10] == "the row has more cells than the first one: quote answers with commas"


@pytest.mark.parametrize(("right", "shown"), [(0, "0"), (1, "12.5"), (2, "25"), (3, "37.5"), (7, "87.5"), (8, "100")])
def test_a_percentage_has_a_decimal_where_it_needs_one(right: int, shown: str, worksheet: Path, tmp_path: Path) -> None:
    invoke("exercise", "lenet5", "-o", str(worksheet))
    key = json.loads(invoke("exercise", "lenet5", "--key", "-f", "json").out)
    said = {str(one["id"]): one["accepted"][0] for one in key["questions"][:right]}
    path = _saved(worksheet, "ada.json", json.dumps(said | {"8": said.get("8", "")}))
    assert f"\n{right} of 8 points, {shown}%\n" in invoke("grade", str(worksheet), str(path)).out
    (row,) = csv.DictReader(io.StringIO(invoke("grade", str(worksheet), str(path), "-f", "csv").out))
    assert row["percent"] == shown


def test_an_answer_that_follows_from_a_wrong_one(worksheet: Path) -> None:
    chain = (
        "input: {channels: 3, size: 32}\nlayers:\n  - conv: {filters: 8, kernel: 5}\n  - max_pool: {kernel: 2}\n"
        "  - flatten\n  - dense: 10\n"
    )
    one = sheet_of(chain, 2, "shapes", count=3, exact=True)
    ids = {question.layer: question.id for question in one.questions}
    worksheet.write_text(blank(one), encoding="utf-8")
    said = {ids["conv1"]: "30x30x8", ids["max_pool1"]: "15x15x8", ids["flatten1"]: "1568"}
    path = _saved(worksheet, "a.json", json.dumps(said))
    plain, carried = (invoke("grade", str(worksheet), str(path), "--pass", "0", *more) for more in ((), ("--carry",)))
    assert "carried, follows from the answer to 1" in plain.out
    assert "1 of 3 points" in plain.out
    assert "2 of 3 points" in carried.out


def test_a_sheet_that_was_made_for_other_questions_is_noted(worksheet: Path) -> None:
    fields = json.loads(header(sheet_of(NET, ask="params,multiplies").recipe))
    easier = f"<!-- cnncalc worksheet {json.dumps(fields | {'level': 2})} -->\n"
    broken = "<!-- cnncalc worksheet {} -->\n"
    for text in (easier, broken):
        path = _saved(worksheet, "a.md", "(1) 608\n(2) 470400\n(3) 15690\n(4) 15680\n" + text)
        result = invoke("grade", str(worksheet), str(path))
        assert result.code == 0
        assert "note: made for another worksheet: its header differs" in result.out


def test_a_sheet_whose_numbers_were_overwritten_is_noted(worksheet: Path) -> None:
    text = worksheet.read_text(encoding="utf-8").replace("(1) ____", "608").replace("(2) ____", "(2) 470400")
    result = invoke("grade", str(worksheet), str(_saved(worksheet, "a.md", text)))
    assert "1 of 4 points" in result.out
    assert "note: no (1) to be found: answers stand behind their numbers" in result.out
    assert "note" not in invoke("grade", str(worksheet), str(_saved(worksheet, "b.json", '{"2": 470400}'))).out


def test_odd_answers_are_noted(worksheet: Path) -> None:
    path = _saved(worksheet, "a.md", "(1) 608\n(1) 600\n(2) 470400\n(2) 470400\n(3) 15690\n(4) 15680\n(9) 1\n")
    result = invoke("grade", str(worksheet), str(path))
    assert "3 of 4 points" in result.out
    assert "note: question 1 is answered twice: no answer counts" in result.out
    assert "note: answers to questions that are not there: 9" in result.out


# ------------------------------------------------------------------------------------------------ hostile files

BROKEN: dict[str, tuple[str | bytes, str]] = {
    "binary.md": (bytes(range(256)) * 40, "is not UTF-8 text"),
    "latin.csv": ("1,é\n".encode("latin-1"), "is not UTF-8 text"),
    "nul.md": ("(1) 1\0\n", "holds a NUL byte: it is no text"),
    "empty.md": ("", "is empty"),
    "blank.json": ("   \n", "is empty"),
    "prose.md": ("I did not do it.\n", "has no answer: a blank is written `(1) ____`"),
    "half.json": ('{"1": ', "is not JSON"),
    "deep.json": ("[" * 100_000, "is nested deeper than 20"),
    "deep2.json": ('{"a":' * 50_000 + "1" + "}" * 50_000, "is nested deeper than 20"),
    "quotes.json": ('{"' + '\\"' * 200_000, "is not JSON"),
    "text.json": ('{"answers": "608"}', "has no answers: write them as a mapping of question to answer"),
    "words.json": ('{"one": "608"}', "has no answers: write them as a mapping of question to answer"),
    "field.csv": ("1," + "9" * 200_000 + "\n", "is not CSV: field larger than field limit (131072)"),
    "words.csv": ("one,608\ntwo,3\n", "has no answers: a row is a question and its answer"),
    "page.txt": ("<!doctype html><p>(1) 608</p>", "is HTML: answers are read from Markdown, JSON or CSV"),
    "many.md": ("".join(f"({number}) 1\n" for number in range(1, 2000)), "has more than 1,000 answers"),
    "large.md": (b"(1) 1\n" + b" " * (LARGEST_ANSWERS + LARGEST_HEADER), "is too large (limit: 3 MB)"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_says_why(name: str, worksheet: Path) -> None:
    text, problem = BROKEN[name]
    path = _saved(worksheet, name, text)
    started = time.process_time()
    result = invoke("grade", str(worksheet), str(path), "-f", "json")
    assert time.process_time() - started < 30
    assert result.code == 2
    assert json.loads(result.out)["graded"] == [{"answers": str(path), "status": "error", "problem": problem}]


def test_forty_files_of_which_some_are_broken(worksheet: Path, tmp_path: Path) -> None:
    text = worksheet.read_text(encoding="utf-8")
    for number in range(37):
        wrong = {"1": "600"} if number % 2 else {}
        _saved(worksheet, f"group {number // 10}/{number:02}.md", filled(text, ANSWERS | wrong))
    _saved(worksheet, "group 0/x1.md", bytes(range(256)))
    _saved(worksheet, "group 1/x2.json", "[" * 100_000)
    _saved(worksheet, "group 2/x3.csv", "1," + "9" * 200_000)
    _saved(worksheet, "group 2/.hidden.md", "(1) 1")
    _saved(worksheet, "group 2/readme.pdf", b"%PDF")
    result = invoke("grade", str(worksheet), str(tmp_path / "answers"), "-f", "csv")
    assert result.code == 2
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert len(rows) == 40
    assert [row["answers"] for row in rows] == sorted(row["answers"] for row in rows)
    assert sum(row["status"] == "error" for row in rows) == 3
    assert {row["points"] for row in rows} == {"", "3", "4"}
    assert sum(row["slips"] == "1: forgot the bias" for row in rows) == 18
    assert len(result.err.splitlines()) == 3
    table = invoke("grade", str(worksheet), str(tmp_path / "answers"))
    assert "mean 3.5 of 4 points, 37 sheets" in table.out
    assert "3 files could not be read" in table.out
    assert "slips: forgot the bias (18)" in table.out
    assert "least often right: 1 (51.3%)" in table.out


def test_a_link_in_a_folder_leads_nowhere(worksheet: Path, tmp_path: Path) -> None:
    secret = tmp_path / "key.md"
    secret.write_text("(1) 608\n", encoding="utf-8")
    folder = tmp_path / "answers"
    folder.mkdir()
    os.symlink(secret, folder / "mine.md")
    os.symlink(tmp_path, folder / "up")
    (folder / "own.md").write_text("(1) 1\n", encoding="utf-8")
    result = invoke("grade", str(worksheet), str(folder), "-f", "csv")
    assert [row.partition(",")[0] for row in result.out.splitlines()[1:]] == ["own.md"]


def test_what_is_no_regular_file_is_not_opened(worksheet: Path, tmp_path: Path) -> None:
    fifo = tmp_path / "pipe.md"
    os.mkfifo(fifo)
    with pytest.raises(Unreadable, match="is not a regular file"):
        read_answers(str(fifo), "pipe.md")
    assert invoke("grade", str(worksheet), "/dev/zero").code == 2
    assert "cannot be read: no such file" in invoke("grade", str(worksheet), str(tmp_path / "none.md")).out


@pytest.mark.parametrize("name", ["=cmd().md", "+1.md", "-2.md", "@sum.md"])
def test_no_cell_of_the_csv_is_a_formula(name: str, worksheet: Path, tmp_path: Path) -> None:
    _saved(worksheet, name, '(1) =HYPERLINK("x")\n(2) 1\n')
    _saved(worksheet, f"{name}.json", "=1")
    text = invoke("grade", str(worksheet), str(tmp_path / "answers"), "-f", "csv").out
    for row in list(csv.reader(io.StringIO(text)))[1:]:
        assert row[0] == f"'{name}" or row[0] == f"'{name}.json"
        assert not [cell for cell in row if cell[:1] in tuple("=+-@")]


def test_nothing_of_an_answer_drives_the_terminal(worksheet: Path) -> None:
    path = _saved(worksheet, "a.md", "(1) \x1b[31m608\x07\n(2) \u202e1\n")
    result = invoke("grade", str(worksheet), str(path))
    assert "\x1b" not in result.out
    assert "\x07" not in result.out
    assert "\u202e" not in result.out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# My notes\n", "is no worksheet: `cnncalc exercise` writes one"),
        ("<!-- cnncalc worksheet {} -->", "cannot be used: its header is damaged"),
        (
            '<!-- cnncalc worksheet {"cnncalc_worksheet": 9} -->',
            "it is a worksheet of version 9, this cnncalc reads version 1",
        ),
        ("<!-- cnncalc worksheet {" * 20_000, "is no worksheet"),
        ('{"worksheet": {"cnncalc_worksheet": 1}}', "cannot be used: its header is damaged"),
        ("", "is empty"),
    ],
)
def test_a_worksheet_that_cannot_be_used(text: str, message: str, worksheet: Path) -> None:
    worksheet.write_text(text, encoding="utf-8")
    result = invoke("grade", str(worksheet), str(worksheet))
    assert result.code == 2
    assert message in result.err


def test_a_worksheet_whose_network_does_not_fit_any_more(worksheet: Path) -> None:
    recipe = sheet_of(NET).recipe
    fields = json.loads(header(recipe))
    wrong = json.loads(header(type(recipe)((("net.yaml", NET.replace("kernel: 5", "kernel: 50")),))))
    worksheet.write_text(
        f"<!-- cnncalc worksheet {json.dumps(fields | {'files': wrong['files']})} -->", encoding="utf-8"
    )
    result = invoke("grade", str(worksheet), str(worksheet))
    assert result.code == 2
    assert "error[empty-output]" in result.err


def test_an_empty_folder_is_noted(worksheet: Path, tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    result = invoke("grade", str(worksheet), str(tmp_path / "answers"))
    assert (result.code, result.out) == (2, "")
    assert "no file of answers" in result.err
