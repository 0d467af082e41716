"""Tables of responses as forms, course systems and spreadsheets export them: nobody vanishes, what is read is said."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from cnncalc.teaching.files import Unreadable
from cnncalc.teaching.filled import read_answers
from cnncalc.teaching.responses import Answers, Wanted
from tests.pace import allowed
from tests.running import environment, invoke
from tests.sheets import blank, sheet

WANTED = Wanted(("1", "2", "3"))
ADA = {"1": "28x28x6", "2": "156", "3": "117,600"}

# What each place exports: the file, what is said of its columns, and the students.
EXPORTS: dict[str, tuple[str, str, list[str]]] = {
    "Google Forms": (
        '"Timestamp","Email Address","Score","Name","1. C1 output","1. C1 output [Score]","1. C1 output [Feedback]",'
        '"2. C1 params","2. C1 params [Score]","2. C1 params [Feedback]","3) C1 multiplies"\n'
        '"2024/03/05 2:30:10 PM GMT+1","ada@x.org","2.00 / 3","Ada","28x28x6","1 / 1","","156","1 / 1","","117,600"\n',
        "names from column 4 'Name'; questions 1–3 from columns 5, 8, 11",
        ["Ada"],
    ),
    "Google Forms in Korean": (
        '"타임스탬프","이메일 주소","이름","1번","2번 문제","문제 3"\n'
        '"2024. 3. 5 오후 2:30:10","a@x.kr","김철수","28x28x6","156","117,600"\n',
        "names from column 3 '이름'; questions 1–3 from columns 4–6",
        ["김철수"],
    ),
    "Microsoft Forms": (
        "\ufeffID;Start time;Completion time;Email;Name;Total points;Quiz feedback;Q.1;Points - Q.1;Feedback - Q.1;"
        "Q.2;Points - Q.2;Q.3\n1;3/5/24 14:30;3/5/24 14:40;anonymous;Ada;;;28x28x6;;;156;;117,600\n",
        "names from column 5 'Name'; questions 1–3 from columns 8, 11, 13",
        ["Ada"],
    ),
    "Moodle": (
        '"Last name","First name","Email address",Status,Started,Completed,Duration,Grade/3.00,"Question 1",'
        '"Response 1","Right answer 1","Question 2","Response 2","Right answer 2","Question 3","Response 3"\n'
        'Lovelace,Ada,ada@x.org,Finished,"5 March 2024  2:30 PM","5 March 2024  2:40 PM","10 mins",3.00,'
        '"Output of C1?",28x28x6,28x28x6,"Params?",156,156,"Multiplies?","117,600"\n'
        '"Overall average",,,,,,,3.00\n',
        "names from columns 2 'First name' and 1 'Last name'; questions 1–3 from columns 10, 13, 16",
        ["Ada Lovelace", "Overall average"],
    ),
    "Moodle in German": (
        'Nachname;Vorname;E-Mail-Adresse;Status;Begonnen am;Bewertung/3,00;"Antwort 1";"Antwort 2";"Antwort 3"\n'
        "Lovelace;Ada;ada@x.org;Beendet;5. März 2024  14:30;3,00;28x28x6;156;117,600\n",
        "names from columns 2 'Vorname' and 1 'Nachname'; questions 1–3 from columns 7–9",
        ["Ada Lovelace"],
    ),
    "Moodle in Korean": (
        "성,이름,이메일 주소,상태,시작,완료,소요 시간,성적/3.00,응답 1,응답 2,응답 3\n"
        '김,철수,a@x.kr,종료됨,2026년 11월 27일,,1분,3.00,28x28x6,156,"117,600"\n',
        "names from columns 1 '성' and 2 '이름'; questions 1–3 from columns 9–11",
        ["김 철수"],
    ),
    "Blackboard": (
        "Username,Last Name,First Name,Question ID 1,Question 1,Answer 1,Possible Points 1,Auto Score 1,Manual Score 1,"
        "Question ID 2,Question 2,Answer 2,Possible Points 2,Question 3,Answer 3\n"
        'ada,Lovelace,Ada,7,Output?,28x28x6,1,1,,8,Params?,156,1,Multiplies?,"117,600"\n',
        "names from columns 3 'First Name' and 2 'Last Name'; questions 1–3 from columns 6, 12, 15",
        ["Ada Lovelace"],
    ),
    "Canvas": (
        "name,id,sis_id,section,section_id,section_sis_id,submitted,attempt,4355: C1 output,1.0,4356: C1 params,1.0,"
        "4357: C1 multiplies,1.0,n correct,n incorrect,score\n"
        'Ada,17,,A,3,,2024-03-05 14:30:10 UTC,1,28x28x6,1.0,156,1.0,"117,600",1.0,3,0,3.0\n',
        "names from column 1 'name'; questions 1–3 from columns 9, 11, 13, by their order",
        ["Ada"],
    ),
    "Excel": (
        'sep=;\nNr;1;2;3\n17;28x28x6;156;"117,600"\n',
        "names from column 1 'Nr'; questions 1–3 from columns 2–4",
        ["17"],
    ),
    "a time stamp alone": (
        'When,Response 1,Response 2,Response 3\n2024-03-05 14:30,28x28x6,156,"117,600"\n',
        "no column of names; questions 1–3 from columns 2–4",
        ["row 2"],
    ),
    "no names": (
        '1,2,3\n28x28x6,156,"117,600"\n',
        "no column of names; questions 1–3 from columns 1–3",
        ["row 2"],
    ),
    "headings without names": (
        '"Question 1","Question 2","Question 3"\n28x28x6,156,"117,600"\n',
        "no column of names; questions 1–3 from columns 1–3",
        ["row 2"],
    ),
    "anonymous": (
        'ID,Name,1,2,3\n1,anonymous,28x28x6,156,"117,600"\n2,anonymous,28x28x6,156,"117,600"\n',
        "names from column 1 'ID'; questions 1–3 from columns 3–5",
        ["1", "2"],
    ),
}  # fmt: skip


def _read(path: Path, text: str | bytes, wanted: Wanted = WANTED) -> list[Answers]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_answers(str(path), "f", wanted)


@pytest.mark.parametrize("place", EXPORTS)
def test_an_export_as_it_comes(place: str, tmp_path: Path) -> None:
    text, said, names = EXPORTS[place]
    found = _read(tmp_path / "f.csv", text)
    assert [one.name for one in found] == [f"f:{name}" for name in names]
    assert {one.columns for one in found} == {said}
    assert found[0].answers == ADA
    for one in found[1:]:
        assert one.answers == ADA or (one.problem, one.passed_over) == ("is a row of averages, no student", True)


@pytest.mark.parametrize(
    "heading", ["1", "(1)", "Q1", "q.1", "Question 1", "Response 1", "1번", "1. C1", "第1題", "１"]
)
def test_a_heading_that_names_a_question(heading: str, tmp_path: Path) -> None:
    (ada,) = _read(tmp_path / "f.csv", f"Name,{heading},2\nAda,156,157\n")
    assert ada.answers == {"1": "156", "2": "157"}


ENCODED = [
    ("이름,1,2\n김철수,156개,5×5\n", "euc_kr", "euc_kr"),
    ("이름,1,2\n강똠수,156개,5×5\n", "cp949", "cp949"),
    ("名前,1,2\nさくら,156個,5\n", "cp932", "cp932"),
    ("Name;1;2\nJosé Müller;156;5×5\n", "cp1252", "cp1252"),
    ("이름\t1\t2\n김철수\t156\t5×5\n", "utf-16", ""),
    ("이름,1,2\n김철수,156,5×5\n", "utf-8-sig", ""),
]


@pytest.mark.parametrize(("text", "encoding", "noted"), ENCODED)
def test_an_encoding_of_older_spreadsheets(text: str, encoding: str, noted: str, tmp_path: Path) -> None:
    (one,) = _read(tmp_path / "f.csv", text.encode(encoding))
    assert one.name == f"f:{text.splitlines()[1].split(';')[0].split(',')[0].split(chr(9))[0]}"
    assert one.answers["1"].startswith("156")
    assert one.notes == ((f"read as {noted}, for it is not UTF-8",) if noted else ())


def test_nobody_vanishes(tmp_path: Path) -> None:
    found = _read(tmp_path / "f.csv", "Name,1,2\nAda,1,2\nAda,3,4\n,5,6\nBob,7,8,9\n\nEve,,\n")
    assert [(one.name, tuple(one.answers.values())) for one in found] == [
        ("f:Ada", ("1", "2")), ("f:Ada", ("3", "4")), ("f:row 4", ("5", "6")), ("f:Bob", ()), ("f:Eve", ("", "")),
    ]  # fmt: skip
    assert [one.notes for one in found[:2]] == [
        ("2 rows have this name; this is row 2",), ("2 rows have this name; this is row 3",),
    ]  # fmt: skip
    assert found[3].problem == "row 5 has more cells than the first one: quote answers with commas"


@pytest.mark.parametrize(
    ("wanted", "said", "answers"),
    [
        (Wanted(WANTED.ids, (), ("3", "4")), "from column 2 'Name'; questions 1–2 from columns 3–4", ("1", "2")),
        (Wanted(WANTED.ids, columns=("second", "First")), "questions 1–2 from columns 4, 3", ("2", "1")),
        (Wanted(WANTED.ids, ("who",), ("3",)), "names from column 5 'Who'; question 1 from column 3", ("1",)),
    ],
)  # fmt: skip
def test_names_and_columns_overrule(wanted: Wanted, said: str, answers: tuple[str, ...], tmp_path: Path) -> None:
    (one,) = _read(tmp_path / "f.csv", "Time,Name,First,Second,Who\n14:30,Ada,1,2,A. L.\n", wanted)
    assert said in one.columns
    assert tuple(one.answers.values()) == answers


UNUSABLE = [
    ("Name,first,second\nAda,1,2\n", WANTED, "has no answers: no column, and no row, is headed by the number of a"),
    ("Name,1,2\n", WANTED, "has no answers: there is no row below its header"),
    ("Name,Q1,1,2\nAda,1,2,3\n", WANTED, "has question 1 in columns 2 and 3: say --columns"),
    ("Name,1\nAda,5\n", Wanted(WANTED.ids, ("Nome",)), "has no column 'Nome'; it has 2"),
    ("a,b,c,d\n1,2,3,4\n", Wanted(WANTED.ids, (), ("1", "2", "3", "4")), "--columns names 4 columns"),
    ("a," * 600 + "1\n" + "1," * 600 + "5\n", WANTED, "has more than 500 columns"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted", "problem"), UNUSABLE)
def test_a_table_that_cannot_be_read_says_why(text: str, wanted: Wanted, problem: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as error:
        _read(tmp_path / "f.csv", text, wanted)
    assert problem in str(error.value)


@pytest.mark.parametrize(
    "text", ["Name,1\nAda,5" + "," * 100_000 + "\n", "1," * 200_000 + "\n"], ids=["ends-in-nothing", "columns"]
)
def test_a_wide_table_is_read_or_refused_at_once(text: str, tmp_path: Path) -> None:
    started = process_time()
    with suppress(Unreadable):
        assert [one.answers for one in _read(tmp_path / "f.csv", text, WANTED)] == [{"1": "5"}]
    assert process_time() - started < allowed(2)


ROWS = [  # a row for each question, or a row for each student: what the first student said
    ("1,608\n2,470,400\n3,5\n", ["608", "470,400", "5"]),
    ("question,answer\nQ1,608\nQ2,470400\nQ3,5\n", ["608", "470400", "5"]),
    ("1,2\n2,3\n3,1\n", ["2", "3", "1"]),
    ("1,608\n2,3\nI was not sure,\n", ["608", "3"]),
    ("No,C1 output,C1 params,C1 multiplies\n1,28x28x6,156,5\n2,28x28x6,156,5\n", ["28x28x6", "156", "5"]),
    ("No,1,2,3\n1,7,8,9\n2,7,8,9\n3,7,8,9\n", ["7", "8", "9"]),
    ("1,2,3\n3,2,1\n2,3,1\n", ["3", "2", "1"]),
    ("1,2\n28x28x6,156\n28x28x6,156\n", ["28x28x6", "156"]),
]


@pytest.mark.parametrize(("text", "answers"), ROWS)
def test_rows_are_questions_or_students(text: str, answers: list[str], tmp_path: Path) -> None:
    one, *_ = _read(tmp_path / "f.csv", text)
    assert list(one.answers.values()) == answers
    assert one.notes == (("row 3 names no question: I was not sure",) if "sure" in text else ())


# ------------------------------------------------------------------------------------------------ Excel


def _workbook(path: Path, rows: list[list[Any]]) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_an_excel_file(tmp_path: Path) -> None:
    rows = [["Name", 1, 2, 3.0, "Time"], ["Ada", "28x28x6", 156.0, 117600, None], ["Bob", None, 0.5, True, None]]
    ada, bob = read_answers(str(_workbook(tmp_path / "f.xlsx", rows)), "f", WANTED)
    assert ada == Answers(
        "f:Ada",
        {"1": "28x28x6", "2": "156", "3": "117600"},
        columns="names from column 1 'Name'; questions 1–3 from columns 2–4",
        student="Ada",
    )
    assert bob.answers == {"1": "", "2": "0.5", "3": "True"}


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_a_broken_excel_file_is_named(data: bytes, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    (tmp_path / "f.xlsx").write_bytes(data)
    with pytest.raises(Unreadable, match="is no Excel file that can be read"):
        read_answers(str(tmp_path / "f.xlsx"), "f", WANTED)


def test_without_its_library_excel_says_how_to_install_it(tmp_path: Path) -> None:
    (tmp_path / "f.xlsx").write_bytes(b"PK\x03\x04")
    code = (
        "import sys; sys.modules['openpyxl'] = None\n"
        "from cnncalc.teaching.filled import read_answers\n"
        f"read_answers({str(tmp_path / 'f.xlsx')!r}, 'f')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment())
    assert "is an Excel file: `pip install 'cnncalc[xlsx]'` reads it, or save it as CSV" in done.stderr


# ------------------------------------------------------------------------------------------------ the command


def test_the_columns_are_said_and_overruled(tmp_path: Path) -> None:
    (tmp_path / "sheet.md").write_text(blank(sheet("lenet5", 1, 2, None, 6)), encoding="utf-8")
    text = "No,1. C1 output,2. C1 params\n17,28x28x6,156\n"
    (tmp_path / "class.csv").write_text(text, encoding="utf-8")
    arguments = ("grade", str(tmp_path / "sheet.md"), str(tmp_path / "class.csv"), "--pass", "0%")
    said = "names from column 1 'No'; questions 1–2 from columns 2–3; no column for questions 3–6"
    assert said in invoke(*arguments).out
    result = invoke(*arguments, "-f", "csv", "--columns", "3,2")
    assert "questions 1–2 from columns 3, 2" in result.err
    (row,) = csv.DictReader(io.StringIO(result.out))
    assert (row["points"], row["answers"].rpartition(":")[2]) == ("0", "17")
    result = invoke(*arguments, "--columns", "8-3")
    assert result.code == 2
    assert "columns like 3-8 or Name,Email, not '8-3'" in result.err
