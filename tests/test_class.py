"""A class: a sheet for each student, one key, marks by everyone's own sheet, feedback, and the report."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cnncalc.teaching.files import read_worksheet
from cnncalc.teaching.recipe import read_header
from cnncalc.teaching.roster import read_names
from cnncalc.teaching.wording import written_answer
from cnncalc.teaching.worksheet import make
from tests.running import Ran, invoke
from tests.sheets import filled

NAMES = "Name,Mail\nAda Lovelace,ada@x.org\nAlan Turing,alan@x.org\n김민준,kim@x.org\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "names.csv").write_text(NAMES, encoding="utf-8")
    (tmp_path / "answers").mkdir()
    return tmp_path


def made(*more: str) -> Ran:
    return invoke("exercise", "lenet5", "--students", "names.csv", "-o", "sheets", "--count", "5", *more)


def key_of(path: Path) -> dict[str, str]:
    sheet = make(read_worksheet(str(path)))
    return {q.id: written_answer(q.accepted[0], sheet.recipe.layout) for q in sheet.questions}


def hand_in(folder: Path, stem: str, **wrong: str) -> None:
    """A sheet with the right answers, but for some."""
    path = folder / "sheets" / f"{stem}.md"
    answers = key_of(path) | {name.removeprefix("q"): answer for name, answer in wrong.items()}
    (folder / "answers" / f"{stem}.md").write_text(filled(path.read_text(encoding="utf-8"), answers), encoding="utf-8")


# ------------------------------------------------------------------------------------------------ names


@pytest.mark.parametrize(
    ("text", "names", "said"),
    [
        ("Ada\nAlan\n", ["Ada", "Alan"], "2 students: every line is a name"),
        ("Lovelace, Ada\nTuring, Alan\n", ["Lovelace Ada", "Turing Alan"], "2 students: every line is a name"),
        ("No;이름\n1;김민준\n2;이서연\n", ["김민준", "이서연"], "2 students: names from column 2 '이름'"),
        (
            "First name,Last name,Email address\nAda,Lovelace,a@x\nAlan,Turing,b@x\n",
            ["Ada Lovelace", "Alan Turing"],
            "2 students: names from columns 1 'First name' and 2 'Last name'",
        ),
        ("Ada\n", ["Ada"], "1 student: every line is a name"),
    ],
)
def test_names_are_found_in_a_list_and_in_a_table(tmp_path: Path, text: str, names: list[str], said: str) -> None:
    (tmp_path / "names.csv").write_text(text, encoding="utf-8")
    assert read_names(str(tmp_path / "names.csv")) == (names, said)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Name,Mail\nAda,a@x\n,b@x\n", "'names.csv' has no name in row 3."),
        ("Name,Mail\n", "'names.csv' has no name below its header."),
        (" \n", "'names.csv' is empty."),
    ],
)
def test_a_student_without_a_name_is_not_left_out_silently(folder: Path, text: str, message: str) -> None:
    Path("names.csv").write_text(text, encoding="utf-8")
    assert (made().code, message in made().err) == (2, True)
    assert not Path("sheets").exists()


# ------------------------------------------------------------------------------------------------ sheets


def test_everyone_has_a_sheet_with_their_name_and_questions_of_its_own(folder: Path) -> None:
    result = made("--seed", "7")
    assert result.code == 0
    assert "3 students: names from column 1 'Name'" in result.err
    assert {path.name for path in Path("sheets").iterdir()} == {
        "Ada-Lovelace.md", "Alan-Turing.md", "김민준.md", "key.md",
    }  # fmt: skip
    recipes = [read_worksheet(f"sheets/{stem}.md") for stem in ("Ada-Lovelace", "Alan-Turing", "김민준")]
    assert [(one.seed, one.student) for one in recipes] == [(7, "Ada Lovelace"), (8, "Alan Turing"), (9, "김민준")]
    assert "Name: **Ada Lovelace**" in Path("sheets/Ada-Lovelace.md").read_text(encoding="utf-8")


def test_the_key_has_the_answers_of_every_sheet(folder: Path) -> None:
    made()
    key = Path("sheets/key.md").read_text(encoding="utf-8")
    for stem, name in (("Ada-Lovelace", "Ada Lovelace"), ("김민준", "김민준")):
        part = key.partition(f"## {name}\n")[2].partition("\n## ")[0]
        cells = dict(re.findall(r"^\| (\d+) \|.*\| (\S+) \| \d \|$", part, re.MULTILINE))
        assert cells == key_of(Path("sheets") / f"{stem}.md")


def test_the_key_as_json(folder: Path) -> None:
    made("-f", "json")
    told = json.loads(Path("sheets/key.json").read_text(encoding="utf-8"))
    assert [one["student"] for one in told["students"]] == ["Ada Lovelace", "Alan Turing", "김민준"]
    assert {id: found[0] for id, found in told["students"][1]["accepted"].items()} == {
        id: answer if "×" in answer else int(answer.replace(",", ""))
        for id, answer in key_of(Path("sheets/Alan-Turing.json")).items()
    }


def test_names_alike_and_names_that_are_no_file_names(folder: Path) -> None:
    Path("names.csv").write_text('Kim\nkim\nkey\nCON\n../x\n"a/b"\n', encoding="utf-8")
    assert made().code == 0
    assert {path.name for path in Path("sheets").iterdir()} == {
        "Kim.md", "kim-2.md", "key-student.md", "CON-student.md", "x.md", "a-b.md", "key.md",
    }  # fmt: skip


def test_sheets_that_are_there_are_replaced_only_with_force(folder: Path) -> None:
    made()
    Path("sheets/김민준.md").write_text("filled in", encoding="utf-8")
    Path("sheets/Ada-Lovelace.md").unlink()
    refused = made()
    assert (refused.code, "is there already; --force replaces it." in refused.err) == (2, True)
    assert not Path("sheets/Ada-Lovelace.md").exists(), "nothing is written before all is known to be well"
    assert made("--force").code == 0


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--students", "names.csv"), "--students writes a file for each: -o names their folder."),
        (("--students", "names.csv", "-o", "sheet.md"), "--students writes a file for each"),
        (("--students", "names.csv", "-o", "s", "--key"), "--key goes without it."),
        (("-o", "answers"), "'answers' is a folder: only with --students"),
        (("--names", "1"), "--names goes with --students."),
        (("--force",), "--force goes with --students."),
        (("--students", "none.csv", "-o", "s"), "'none.csv' cannot be read: no such file or directory."),
    ],
)
def test_a_wrong_command_line_writes_nothing(folder: Path, args: tuple[str, ...], message: str) -> None:
    Path("sheet.md").write_text("a file", encoding="utf-8")
    before = sorted(folder.iterdir())
    result = invoke("exercise", "lenet5", *args)
    assert (result.code, message in result.err) == (2, True), result.err
    assert sorted(folder.iterdir()) == before


def test_equal_sheets_are_told(folder: Path) -> None:
    result = invoke("exercise", "lenet5", "--students", "names.csv", "-o", "sheets", "--cells", "all")
    assert "2 of 3 sheets have the questions of another one" in result.err


# ------------------------------------------------------------------------------------------------ marks


def test_everyone_is_marked_by_their_own_sheet_in_one_run(folder: Path) -> None:
    made()
    for stem in ("Ada-Lovelace", "Alan-Turing", "김민준"):
        hand_in(folder, stem)
    result = invoke("grade", "sheets", "answers")
    assert result.code == 0
    assert result.out.count("100%") == 3
    assert "its own questions" not in result.out


def test_answers_without_a_header_belong_to_the_sheet_of_that_name(folder: Path) -> None:
    made()
    ada, alan, kim = (key_of(Path("sheets") / f"{stem}.md") for stem in ("Ada-Lovelace", "Alan-Turing", "김민준"))
    rows = [["Name", *(str(id) for id in range(1, 6))], ["ada lovelace", *ada.values()]]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    Path("answers/form.csv").write_text(text.getvalue(), encoding="utf-8")
    Path("answers/alan_turing.json").write_text(json.dumps(alan), encoding="utf-8")
    Path("answers/x.json").write_text(json.dumps({"name": "김민준", "answers": kim}), encoding="utf-8")
    result = invoke("grade", "sheets", "answers", "-f", "json")
    assert result.code == 0
    found = {one["student"]: (one["points"], one["of"]) for one in json.loads(result.out)["graded"]}
    assert found == {"Ada Lovelace": (5, 5), "Alan Turing": (5, 5), "김민준": (5, 5)}


def test_whose_answers_are_not_known_have_no_marks_and_the_exit_code_says_so(folder: Path) -> None:
    made()
    Path("answers/nobody.json").write_text('{"1": "1"}', encoding="utf-8")
    result = invoke("grade", "sheets", "answers")
    assert result.code == 2
    assert re.search(r"nobody\.json +– +– +belongs to no sheet: it carries none", result.out)


def test_sheets_that_are_filled_in_where_they_lie_are_marked_and_the_key_is_passed_over(folder: Path) -> None:
    made()
    for stem in ("Ada-Lovelace", "Alan-Turing", "김민준"):
        path = folder / "sheets" / f"{stem}.md"
        path.write_text(filled(path.read_text(encoding="utf-8"), key_of(path)), encoding="utf-8")
    result = invoke("grade", "sheets", "sheets")
    assert (result.code, result.out.count("100%")) == (0, 3)
    assert "is the key of the class" in result.out


def test_who_handed_nothing_in_is_in_the_list(folder: Path) -> None:
    made()
    hand_in(folder, "Ada-Lovelace")
    result = invoke("grade", "sheets", "answers")
    assert result.code == 1
    assert re.search(r"Alan Turing +– +– +nothing was handed in", result.out)
    assert "nothing handed in: 2 students" in result.out
    rows = list(csv.DictReader(io.StringIO(invoke("grade", "sheets", "answers", "-f", "csv").out)))
    assert [(row["student"], row["status"], row["points"]) for row in rows] == [
        ("Ada Lovelace", "graded", "5"), ("Alan Turing", "absent", ""), ("김민준", "absent", ""),
    ]  # fmt: skip


def test_a_sheet_that_came_back_twice_is_noted(folder: Path) -> None:
    made()
    hand_in(folder, "Ada-Lovelace")
    copy = Path("answers/Ada-Lovelace.md").read_text(encoding="utf-8")
    Path("answers/copy.md").write_text(copy, encoding="utf-8")
    assert invoke("grade", "sheets", "answers").out.count("2 files answer this sheet") == 2


def test_a_sheet_of_another_class_is_noted(folder: Path) -> None:
    made()
    hand_in(folder, "Ada-Lovelace")
    path = Path("answers/Ada-Lovelace.md")
    path.write_text(path.read_text(encoding="utf-8").replace('"seed": 1,', '"seed": 99,'), encoding="utf-8")
    assert "its sheet is none of the class" in invoke("grade", "sheets", "answers").out


def test_a_folder_of_sheets_that_differ_in_more_than_the_seed_is_refused(folder: Path) -> None:
    made()
    invoke("exercise", "lenet5", "--level", "2", "-o", "sheets/other.md")
    hand_in(folder, "Ada-Lovelace")
    result = invoke("grade", "sheets", "answers")
    assert result.code == 2
    assert "holds sheets that differ in more than the seed: Ada-Lovelace and other" in result.err


def test_what_is_no_sheet_in_their_folder_is_told(folder: Path) -> None:
    made()
    Path("sheets/list.csv").write_text("x", encoding="utf-8")
    hand_in(folder, "Ada-Lovelace")
    assert "sheets/list.csv is no worksheet" in invoke("grade", "sheets", "answers").err


def test_the_header_carries_the_student_and_one_of_another_type_is_damaged(folder: Path) -> None:
    made()
    text = Path("sheets/김민준.md").read_text(encoding="utf-8")
    head = text.partition("<!-- cnncalc worksheet ")[2].partition(" -->")[0]
    assert read_header(head).student == "김민준"
    with pytest.raises(ValueError, match="its header is damaged"):
        read_header(json.dumps(json.loads(head) | {"student": 3}))


# ------------------------------------------------------------------------------------------------ given back


def test_feedback_has_the_slips_and_the_working_of_what_is_not_right(folder: Path) -> None:
    Path("names.csv").write_text("Ada\n", encoding="utf-8")
    invoke("exercise", "lenet5", "--students", "names.csv", "-o", "sheets", "--cells", "C1,C3.params")
    hand_in(folder, "Ada", q2="150", q4="2400.5")
    result = invoke("grade", "sheets", "answers", "--feedback", "back")
    assert result.code == 2
    text = Path("back/Ada.md").read_text(encoding="utf-8")
    assert "**2 of 4 points, 50% to 75%**" in text
    assert "| 2 | C1 | params | 150 | 0/1 | not right |" in text
    assert "forgot the bias: each filter, each unit has one bias" in text
    assert "- params: weights + biases = 150 + 6 = 156" in text
    assert "## Question 1" not in text, "what is right needs no working"
    assert "2,416" not in text, "what is not marked yet is not given away"


def test_feedback_as_html_is_wellformed_and_shows_hostile_answers_as_text(folder: Path) -> None:
    Path("names.csv").write_text("<script>\n", encoding="utf-8")
    made()
    (path,) = (one for one in Path("sheets").iterdir() if one.stem != "key")
    hand_in(folder, path.stem, q1="<img src=x onerror=alert(1)>")
    invoke("grade", "sheets", "answers", "--feedback", "back", "--feedback-format", "html")
    (page,) = Path("back").iterdir()
    text = page.read_text(encoding="utf-8")
    assert "<img" not in text
    assert "&lt;img src=x" in text


@pytest.mark.parametrize("suffix", ["svg", "html", "md", "tex"])
def test_the_report_counts_each_question_and_its_slips(folder: Path, suffix: str) -> None:
    invoke("exercise", "lenet5", "--students", "names.csv", "-o", "sheets", "--cells", "C1")
    hand_in(folder, "Ada-Lovelace", q2="150")
    hand_in(folder, "Alan-Turing", q2="150", q1="27x27x6")
    hand_in(folder, "김민준")
    invoke("grade", "sheets", "answers", "--report", f"class.{suffix}")
    text = Path(f"class.{suffix}").read_text(encoding="utf-8")
    assert "C1 params" in text
    assert "forgot the bias ×2" in text or "forgot the bias \\ensuremath{\\times}2" in text
    assert "1/3" in text


def test_the_picture_of_the_report_says_each_share(folder: Path) -> None:
    invoke("exercise", "lenet5", "--students", "names.csv", "-o", "sheets", "--cells", "C1")
    hand_in(folder, "Ada-Lovelace", q2="150")
    hand_in(folder, "Alan-Turing", q2="")
    invoke("grade", "sheets", "answers", "--report", "class.svg")
    titles = [one.text for one in ElementTree.parse("class.svg").iter("{http://www.w3.org/2000/svg}title")]
    assert titles[1:] == [
        "C1 output: right 2 of 2", "C1 params: wrong 1 of 2", "C1 params: no answer 1 of 2",
        "C1 multiplies: right 2 of 2",
    ]  # fmt: skip


def test_a_cell_on_several_sheets_is_one_question_of_the_report(folder: Path) -> None:
    Path("names.csv").write_text("".join(f"student {number}\n" for number in range(12)), encoding="utf-8")
    made()
    for path in Path("sheets").iterdir():
        if path.stem != "key":
            hand_in(folder, path.stem)
    invoke("grade", "sheets", "answers", "--report", "class.md")
    text = Path("class.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [\d, …]+ \| (.*?) \| (\d+)/(\d+) \|", text, re.MULTILINE)
    assert len({title for title, _, _ in rows}) == len(rows)
    assert sum(int(asked) for _, _, asked in rows) == 12 * 5
    assert any(int(asked) > 1 for _, _, asked in rows)


def test_a_report_of_another_kind_is_refused_before_anything_is_marked(folder: Path) -> None:
    made()
    result = invoke("grade", "sheets", "answers", "--report", "class.pdf")
    assert (result.code, result.out) == (2, "")
    assert "--report 'class.pdf': its suffix is one of .svg, .md, .html, .tex." in result.err
