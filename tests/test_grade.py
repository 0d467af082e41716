"""Grading: what files of answers are, and that no file of a student can do harm, stop the others, or vanish."""

from __future__ import annotations

import csv
import io
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from cnncalc.teaching.files import LARGEST_ANSWERS, Unreadable
from cnncalc.teaching.filled import read_answers
from cnncalc.teaching.grade import Grader
from cnncalc.teaching.recipe import LARGEST_HEADER, header
from cnncalc.teaching.responses import Answers
from cnncalc.teaching.wording import written_answer
from tests.pace import allowed
from tests.running import invoke, process
from tests.sheets import blank, filled, sheet, sheet_of

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
    "mail.txt": "Dear teacher,\n\n1: 608\n2) 470,400\n**3.** 15 690\n> 4 = 15680\n\nAt 14:30, Ada\n",
    "list.md": "1번. 608\n問2: 470400\nQ3) 15690\nAnswer 4: 15680\n",
    "beside blanks.md": "(1) 608\n(2) 470400\n3. 15690\n4) 15680\n",
    "Unicode text.txt": "Name\t1\t2\t3\t4\r\nAda\t608\t470,400\t15690\t15680\r\n".encode("utf-16"),
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


def test_numbered_lines_below_a_sheet_are_answers_where_no_blank_is_filled(worksheet: Path) -> None:
    sheet = worksheet.read_text(encoding="utf-8")
    below = "\n\n1. 608\n2. 470400\n3. 15690\n4. 15680\n"
    result = invoke("grade", str(worksheet), str(_saved(worksheet, "below.md", sheet + below)))
    assert (result.code, "4 of 4 points, 100%" in result.out) == (0, True)
    some = filled(sheet, {"1": "608"})
    result = invoke(
        "grade", str(worksheet), str(_saved(worksheet, "working.md", some + "\n1. 5·5·3 = 75\n2. 470400\n"))
    )
    assert "1 of 4 points, 25%" in result.out


def test_utf_16_and_standard_input_are_read(worksheet: Path) -> None:
    assert (
        invoke("grade", str(worksheet), str(_saved(worksheet, "w.csv", FORMS["plain.csv"].encode("utf-16")))).code == 0
    )
    assert process("grade", str(worksheet), "-", input=FORMS["mapping.json"].encode()).code == 0


def test_the_table_of_one_student(worksheet: Path) -> None:
    path = _saved(worksheet, "ada.json", '{"1": "600", "2": "470k", "3": "many"}')
    result = invoke("grade", str(worksheet), str(path), "--ascii", "--key")
    assert result.code == 2, "the marks are not final"
    shown = [" ".join(line.split()) for line in result.out.splitlines() if line.strip()[:1].isdigit()]
    assert shown == [
        "1 conv1 params 600 608 0/1 wrong, forgot the bias: each filter, each unit has one bias: add them to",
        "2 conv1 multiplies 470k 470,400 1/1 right",
        "3 dense1 params many 15,690 ?/1 unclear, a whole number is asked for",
        "4 dense1 multiplies 15,680 0/1 blank",
        "1 of 4 points, 25% to 50%; 1 point open",
    ]
    assert (
        f"for a person to look at: 1 answer\n  {path}, question 3: many (a whole number is asked for)\n" in result.out
    )
    assert "15,690" not in invoke("grade", str(worksheet), str(path)).out


def test_json_of_one_mark(worksheet: Path) -> None:
    result = invoke("grade", str(worksheet), str(_saved(worksheet, "a.json", '{"1": "600"}')), "-f", "json", "--key")
    document = json.loads(result.out)
    assert (document["schema_version"], document["of"]) == (1, 4)
    (student,) = document["graded"]
    assert (student["status"], student["points"], student["open"], student["notes"]) == ("graded", 0, 0, [])
    assert document["to_look_at"] == []
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
    text += "eve,608,470k?!(470400),,15680\n"
    result = invoke("grade", str(worksheet), str(_saved(worksheet, "class.csv", text)), "-f", "csv", "--pass", "0%")
    assert result.code == 2
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert ",".join(rows[0]) == "answers,status,points,open,of,percent,q1,q2,q3,q4,to look at,slips,notes"
    names = [row["answers"].rpartition("answers/")[2] for row in rows]
    assert names == ["class.csv:ada", "class.csv:bob", "class.csv:=cmd()", "class.csv:eve"]
    assert [row["status"] for row in rows] == ["graded", "graded", "error", "to look at"]
    assert [row["points"] for row in rows] == ["4", "1", "", "2"]
    assert rows[1]["slips"] == "1: forgot the bias"
    assert rows[2]["notes"] == "row 4 has more cells than the first one: quote answers with commas"
    eve = rows[3]
    assert (eve["q2"], eve["open"], eve["percent"], eve["to look at"]) == ("?", "1", "", "2: 470k?!(470400)")
    assert "names from column 1 'Timestamp'; questions 1–4 from columns 2–5" in result.err
    assert "class.csv:eve, question 2 is for a person to look at: 470k?!(470400)" in result.err


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


CARRIED = [  # the sheet, what the student says, and of which question it is carried from which
    (("lenet5", 1, 2, None, 6), {"1": "26x26x6", "3": "101400"}, {"3": "1"}),  # 150 · 26·26, in one layer
    (("lenet5", 2, 1, ("shapes", "params", "multiplies"), 12), {"5": "4x4x120", "7": "768000"}, {"7": "5"}),
    (  # S4 of 9×9 is 4×4, in which no 5×5 window fits: what counts is what is said of C5
        ("lenet5", 2, 1, ("shapes", "params", "multiplies"), 12),
        {"3": "9x9x16", "5": "2x2x120", "8": "480"},
        {"8": "5"},
    ),
    (  # 61,706 with 150 params of C1, and 2,400 of C3, which forgot their biases
        ("lenet5", 2, 1, ("shapes", "params", "multiplies"), 12),
        {"2": "150", "4": "2400", "11": "61684"},
        {"11": "2 and 4"},
    ),
    (("lenet5", 1, 2, None, 6), {"1": "26x26x6", "3": "117601"}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("about", "said", "carried"), CARRIED)
def test_what_follows_from_the_answer_to_another_question(
    about: tuple[Any, ...], said: dict[str, str], carried: dict[str, str]
) -> None:
    for carry in (False, True):
        found = Grader(sheet(*about), carry).grade(Answers("ada", said))
        marks = {mark.question.id: mark for mark in found.marks if mark.verdict == "carried"}
        assert {id: mark.remark for id, mark in marks.items()} == {
            id: f"follows from the answer to {source}" for id, source in carried.items()
        }
        assert {mark.points for mark in marks.values()} <= {
            mark.question.points if carry else 0 for mark in marks.values()
        }


def test_a_sheet_with_another_seed_is_marked_by_its_own_questions(tmp_path: Path) -> None:
    """Of two groups, each with a sheet of its own, one folder is marked by one of the sheets."""
    mine, other = (sheet("lenet5", 1, seed, count=6) for seed in (2, 3))
    assert [q.accepted for q in mine.questions] != [q.accepted for q in other.questions]
    (tmp_path / "sheet.md").write_text(blank(mine), encoding="utf-8")
    (tmp_path / "answers").mkdir()
    for name, one in (("ada.md", mine), ("bob.md", other)):
        key = {q.id: written_answer(q.accepted[0]) for q in one.questions}
        (tmp_path / "answers" / name).write_text(filled(blank(one), key), encoding="utf-8")
    result = invoke("grade", str(tmp_path / "sheet.md"), str(tmp_path / "answers"), "-f", "csv")
    assert result.code == 0
    ada, bob = csv.DictReader(io.StringIO(result.out))
    assert (ada["points"], ada["notes"]) == ("6", "")
    assert (bob["points"], bob["notes"]) == ("6", "marked by its own questions: seed 3, not 2")


def test_a_sheet_that_differs_in_more_is_not_marked(worksheet: Path) -> None:
    """A student may not choose an easier network."""
    fields = json.loads(header(sheet_of(NET, ask="params,multiplies").recipe))
    easier = f"<!-- cnncalc worksheet {json.dumps(fields | {'level': 2})} -->\n"
    path = _saved(worksheet, "a.md", "(1) 608\n(2) 470400\n(3) 15690\n(4) 15680\n" + easier)
    result = invoke("grade", str(worksheet), str(path), "-f", "csv")
    (row,) = csv.DictReader(io.StringIO(result.out))
    assert (result.code, row["status"], row["points"]) == (2, "error", "")
    assert row["notes"] == "is made for another worksheet: its header differs in more than the seed"


def test_a_sheet_whose_header_is_damaged_is_marked_and_noted(worksheet: Path) -> None:
    text = "(1) 608\n(2) 470400\n(3) 15690\n(4) 15680\n<!-- cnncalc worksheet {} -->\n"
    result = invoke("grade", str(worksheet), str(_saved(worksheet, "a.md", text)))
    assert result.code == 0
    assert "note: marked by the questions of the worksheet, for of this file its header is damaged" in result.out


def test_a_blank_that_was_overwritten_is_for_a_person(worksheet: Path) -> None:
    text = worksheet.read_text(encoding="utf-8").replace("(1) ____", "608").replace("(2) ____", "(2) 470400")
    result = invoke("grade", str(worksheet), str(_saved(worksheet, "a.md", text)))
    assert result.code == 2
    assert "1 of 4 points, 25% to 50%; 1 point open" in result.out
    assert "question 1: (nothing) (its blank is not in the file: answers stand behind their numbers)" in result.out
    assert "unclear" not in invoke("grade", str(worksheet), str(_saved(worksheet, "b.json", '{"2": 470400}'))).out


def test_odd_answers_are_noted(worksheet: Path) -> None:
    path = _saved(worksheet, "a.md", "(1) 608\n(1) 600\n(2) 470400\n(2) 470400\n(3) 15690\n(4) 15680\n(9) 1\n")
    result = invoke("grade", str(worksheet), str(path))
    assert result.code == 2
    assert "3 of 4 points" in result.out
    assert "question 1: 608 and 600" in result.out
    assert "note: question 1 is answered twice" in result.out
    assert "note: answers to questions that are not there: 9" in result.out
    odd = _saved(worksheet, "b.json", '{"1": true, "2": {"x": 1}, "Q3": 15690, "four": 15680}')
    marks = json.loads(invoke("grade", str(worksheet), str(odd), "-f", "json").out)
    assert [(one["question"], one["answer"]) for one in marks["to_look_at"]] == [("1", "true"), ("2", '{"x": 1}')]
    assert marks["graded"][0]["notes"] == ["answers to questions that are not there: four"]


@pytest.mark.parametrize("form", ["json", "csv"])
def test_what_a_table_of_marks_does_not_show_is_a_note(form: str, worksheet: Path) -> None:
    path = _saved(worksheet, "empty.md", "")
    ran = invoke("grade", str(worksheet), str(path), "-f", form)
    assert (ran.code, ran.err) == (2, f"note: {path} is empty\n")


# ------------------------------------------------------------------------------------------------ hostile files

BROKEN: dict[str, tuple[str | bytes, str]] = {
    "binary.md": (bytes(range(256)) * 40, "holds a NUL byte: it is no text"),
    "noise.md": (bytes(range(1, 256)) * 40, "is not UTF-8 text"),
    "kim.docx": (b"PK\x03\x04\x14\0\x06\0", "holds a NUL byte: it is no text"),
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
    "words.csv": (
        "one,608\ntwo,3\n",
        "has no answers: no column, and no row, is headed by the number of a question (see --columns)",
    ),
    "page.txt": ("<!doctype html><p>(1) 608</p>", "is HTML: answers are read from Markdown, JSON, CSV or Excel"),
    "many.md": ("".join(f"({number}) 1\n" for number in range(1, 2000)), "has more than 1,000 answers"),
    "large.md": (b"(1) 1\n" + b" " * (LARGEST_ANSWERS + LARGEST_HEADER), "is too large (limit: 3 MB)"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_says_why(name: str, worksheet: Path) -> None:
    text, problem = BROKEN[name]
    path = _saved(worksheet, name, text)
    started = time.process_time()
    result = invoke("grade", str(worksheet), str(path), "-f", "json")
    assert time.process_time() - started < allowed(30)
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
    assert len(rows) == 42
    assert [row["answers"] for row in rows] == sorted(row["answers"] for row in rows)
    assert {row["answers"]: row["notes"] for row in rows if row["status"] == "error"} == {
        "group 0/x1.md": "holds a NUL byte: it is no text",
        "group 1/x2.json": "is nested deeper than 20",
        "group 2/x3.csv": "is not CSV: field larger than field limit (131072)",
        "group 2/.hidden.md": "is a hidden file",
        "group 2/readme.pdf": "is not read: answers are .md, .markdown, .ipynb, .json, .csv, .tsv, .txt, .xlsx",
    }
    assert {row["points"] for row in rows} == {"", "3", "4"}
    assert sum(row["slips"] == "1: forgot the bias" for row in rows) == 18
    assert len(result.err.splitlines()) == 5
    table = invoke("grade", str(worksheet), str(tmp_path / "answers"))
    assert "mean 3.5 of 4 points, 37 sheets" in table.out
    assert "not read: 5 files or rows" in table.out
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
    rows = {row["answers"]: (row["status"], row["notes"]) for row in csv.DictReader(io.StringIO(result.out))}
    link = ("error", "is a symbolic link, which is not followed")
    assert rows == {"mine.md": link, "own.md": ("graded", ""), "up": link}


def test_what_nobody_takes_for_answers_is_named_and_passed_over(worksheet: Path) -> None:
    folder = _saved(worksheet, "ada.md", filled(worksheet.read_text(encoding="utf-8"), ANSWERS)).parent
    for name in (".DS_Store", "Thumbs.db", "~$kim.docx"):
        (folder / name).write_bytes(b"\0")
    (folder / ".git").mkdir()
    worksheet.rename(folder / "sheet.md")
    marks = invoke("grade", str(folder / "sheet.md"), str(folder), "-f", "csv").out
    (folder / "marks.csv").write_text(marks, encoding="utf-8")
    result = invoke("grade", str(folder / "sheet.md"), str(folder), "-f", "csv")
    rows = {
        row["answers"]: row["notes"] for row in csv.DictReader(io.StringIO(result.out)) if row["status"] != "graded"
    }
    assert result.code == 0, "these are no answers that are missing"
    assert rows == {
        ".DS_Store": "is a file of the system, no answers",
        ".git": "is a hidden folder",
        "Thumbs.db": "is a file of the system, no answers",
        "marks.csv": "holds the marks that `cnncalc grade` gave, no answers",
        "sheet.md": "is the worksheet itself",
        "~$kim.docx": "is a file of the system, no answers",
    }


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
            "it is a worksheet of version 9, this cnncalc reads version 2",
        ),
        ("<!-- cnncalc worksheet {" * 20_000, "is no worksheet"),
        ('{"worksheet": {"cnncalc_worksheet": 2}}', "cannot be used: its header is damaged"),
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


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "(1) 600\n(1) 608\n(2) 470400\n(3) 15690\n(4) 15680\n"),
        ("b.md", "(1) 608\n(1) 600\n(2) 470400\n(3) 15690\n(4) 15680\n"),
        ("c.csv", "1,600\n1,608\n2,470400\n3,15690\n4,15680\n"),
        ("d.csv", "1,608\n1,600\n2,470400\n3,15690\n4,15680\n"),
        ("e.json", '[{"id": 1, "answer": 600}, {"id": 1, "answer": 608}, {"id": 2, "answer": 470400}]'),
    ],
)
def test_of_two_different_answers_neither_counts(name: str, text: str, worksheet: Path) -> None:
    """The right one may stand first or last: nobody picks it for the student, a person looks at both."""
    ran = invoke("grade", str(worksheet), str(_saved(worksheet, name, text)), "-f", "json")
    assert ran.code == 2
    (graded,) = json.loads(ran.out)["graded"]
    first = graded["marks"][0]
    assert (first["question"], first["points"], first["verdict"]) == ("1", None, "unclear")
    assert {"600", "608"} <= set(first["answer"].split())


@pytest.mark.parametrize("pairs", ['"1": 600, "1": 608', '"1": 608, "1": 600', '"1": 608, "1": 608'])
def test_a_key_that_stands_twice_is_named(pairs: str, worksheet: Path) -> None:
    """A reader of JSON would keep the last one."""
    path = _saved(worksheet, "a.json", f'{{{pairs}, "2": 470400, "3": 15690, "4": 15680}}')
    ran = invoke("grade", str(worksheet), str(path))
    assert ran.code == 2
    assert "has the key `1` twice in one mapping" in ran.out + ran.err
