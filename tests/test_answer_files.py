"""Nearly sixty files of answers as they come from forms, course systems, spreadsheets, mails and keyboards.

What is right has its point, what is wrong has none, and what is not understood is for a person.
"""

from __future__ import annotations

import io
import json
import re
from typing import Any

import openpyxl
import pytest

from tests.running import invoke
from tests.sheets import blank, sheet

RIGHT = {"1": "28x28x6", "2": "156", "3": "117600", "4": "2416", "5": "1x1x120", "6": "48000"}
SHEET = blank(sheet("lenet5", 1, 2, ("shapes", "params", "multiplies"), 6))


def rows(*cells: tuple[Any, ...]) -> str:
    """CSV with every cell in quotes, as forms write it."""
    return "".join(",".join('"' + str(cell).replace('"', '""') + '"' for cell in row) + "\r\n" for row in cells)


def book(*cells: tuple[Any, ...]) -> bytes:
    made = openpyxl.Workbook()
    for row in cells:
        made.active.append(row)
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def filled(*answers: str) -> str:
    return re.sub(r"\((\d+)\) ____", lambda match: f"({match[1]}) {answers[int(match[1]) - 1]}", SHEET)


def keyed(*answers: Any) -> str:
    return json.dumps(dict(zip(RIGHT, answers, strict=True)))


def each(*parts: str) -> tuple[str, ...]:
    """The parts for each question, `{}` its number and `!` its right answer."""
    return tuple(part.replace("{}", id).replace("!", answer) for id, answer in RIGHT.items() for part in parts)


# A file, and for each of its questions: right, wrong, unclear (for a person), blank; `-` where it is not read
FILES: dict[str, tuple[str | bytes, str]] = {
    # exports
    "google, English.csv": (rows(
        ("Timestamp", "Email Address", "Score", "Student name", "1. Output of C1", "2. Params of C1", "3. Multiplies",
         "4. Params of C3", "5. Output of C5", "6. Multiplies of C5"),
        ("2026/11/27 2:30:10 PM GMT+1", "a@x.org", "0 / 6", "Ada", "28 x 28 x 6", "156", "117,600", "2,416",
         "1x1x120", "48,000")), "rrrrrr"),
    "google, Korean.csv": (rows(
        ("타임스탬프", "점수", "학번", "이름", "1. C1의 출력 크기는?", "2. C1의 파라미터 수는?",
         "3. 곱셈 수는?", "4. 파라미터", "5. C5의 출력", "6. 곱셈"),
        ("2026. 11. 27 오후 2:30:10", "0 / 6", "20261234", "김철수", "28×28×6", "156개", "11만 7600", "2,416개",
         "1*1*120", "4만 8천")), "rrrrrr"),
    "google, Japanese.csv": (rows(
        ("タイムスタンプ", "氏名", "問1", "問2", "問3", "問4", "問5", "問6"),
        ("2026/11/27 14:30:10", "山田", "２８×２８×６", "１５６個", "11万7600", "２４１６", "1×1×120", "4.8万")),
        "rrrrrr"),
    "google, German.csv": (rows(
        ("Zeitstempel", "Name", *each("Frage {}")),
        ("27.11.2026 14:30:10", "Jürgen", "28x28x6", "156", "117.600", "2.416", "1x1x120", "48.000")), "rrrrrr"),
    "google, Russian.csv": (rows(
        ("Отметка времени", "Фамилия и имя", "1. Выход C1", "2. Параметры", "3. Умножения", "4. Параметры", "5. Выход",
         "6. Умножения"),
        ("27.11.2026 14:30:10", "Иванов Иван", "28х28х6", "156", "117,6 тыс.", "2 416", "1х1х120", "48 тыс")),
        "rrrrrr"),
    "microsoft, English.xlsx": (book(
        ("ID", "Start time", "Completion time", "Email", "Name", "1. Output of C1", "2. Params", "3. Multiplies",
         "4. Params C3", "5. Output", "6. Mult"),
        (1, "11/27/26 14:30", "11/27/26 14:31", "anonymous", "Ada", "28x28x6", 156, 117600, 2416, "1x1x120", 48000)),
        "rrrrrr"),
    "microsoft, Korean.xlsx": (book(
        ("ID", "시작 시간", "완료 시간", "전자 메일", "이름", "마지막 수정 시간", *each("{}번")),
        (1, "26. 11. 27 14:30", "26. 11. 27 14:31", "anonymous", "김영희", "", "28*28*6", "156", "117,600", "2,416",
         "(1, 1, 120)", "48,000")), "rrrrrr"),
    "microsoft, French.csv": (
        "\ufeffID;Heure de début;Heure de fin;Adresse de messagerie;Nom;" + ";".join(each("Question {}")) + "\r\n"
        "1;27/11/26 14:30;27/11/26 14:31;a@x.fr;Amélie;28x28x6;156;117\u202f600;2\u202f416;1x1x120;48\u202f000\r\n",
        "rrrrrr"),
    "microsoft, a quiz.xlsx": (book(
        ("ID", "Name", "Total points", "Quiz feedback", *each("{}. C1", "Points - {}. C1", "Feedback - {}. C1")),
        (1, "Ada", 6, None, *(x for v in RIGHT.values() for x in (v, 1, None)))), "rrrrrr"),
    "moodle, English.csv": (rows(
        ("Last name", "First name", "ID number", "Email address", "Status", "Started", "Duration", "Grade/6.00",
         *each("Response {}")),
        ("Lovelace", "Ada", "", "a@x", "Finished", "27 November 2026  2:30 PM", "1 min", "6.00", *RIGHT.values()),
        ("Overall average", "", "", "", "", "", "", "6.00", *[""] * 6)), "rrrrrr -"),
    "moodle, German.csv": (
        "Nachname;Vorname;Status;Begonnen;Beendet;Dauer;Bewertung/6,00;" + ";".join(each("Antwort {}")) + "\n"
        "Müller;Jörg;Beendet;27. November 2026, 14:30;;1 Minute;6,00;28x28x6;156;117600,0;2416,0;1x1x120;4,8e4\n",
        "rrrrrr"),
    "moodle, Korean.csv": (rows(
        ("성", "이름", "이메일 주소", "상태", "시작", "완료", "소요 시간", "성적/6.00", *each("응답 {}")),
        ("김", "철수", "a@x.kr", "종료됨", "2026년 11월 27일", "", "1분", "6.00", *RIGHT.values())), "rrrrrr"),
    "moodle, all of it.xlsx": (book(
        ("Last name", "First name", "Status", "Grade/6.00", *each("Question {}", "Response {}", "Right answer {}")),
        ("Lovelace", "Ada", "Finished", 6.0, *each("What is {}?", "!", "!"))), "rrrrrr"),
    "moodle, grades alone.csv": (rows(
        ("Last name", "First name", "Status", "Grade/6.00", *each("Q. {} /1.00")),
        ("Lovelace", "Ada", "Finished", "6.00", *["1.00"] * 6)), "-"),
    "canvas.csv": (rows(
        ("name", "id", "sis_id", "section", "submitted", "attempt", *each("43{}5: Output or params {}", "1.0"),
         "n correct", "n incorrect", "score"),
        ("Ada", 17, "", "A", "2026-11-27 14:30:10 UTC", 1, *each("!", "1.0"), 6, 0, "6.0")), "rrrrrr"),
    "blackboard.csv": (rows(
        ("Username", "Last Name", "First Name",
         *each("Question ID {}", "Question {}", "Answer {}", "Possible Points {}", "Auto Score {}", "Manual Score {}")),
        ("ada", "Lovelace", "Ada", *each("Q{}", "Text", "!", "1", "1", ""))), "rrrrrr"),
    "excel, Korean.csv": (
        "학번,이름,1,2,3,4,5,6\r\n20261234,홍길동,28×28×6,156개,117600개,2416개,1×1×120,48000번\r\n".encode("cp949"),
        "rrrrrr"),
    "excel, Japanese.csv": (
        "学籍番号,氏名,1,2,3,4,5,6\r\n1,佐藤,28×28×6,156個,117600回,2416個,1×1×120,48000回\r\n".encode("cp932"),
        "rrrrrr"),
    "excel, Western.csv": (
        "Name;1;2;3;4;5;6\r\nJosé;28×28×6;156;117,6k;2.416;1×1×120;48k\r\n".encode("cp1252"), "rrrrrr"),
    "excel, Unicode text.txt": (
        "Name\t1\t2\t3\t4\t5\t6\r\nÅsa\t28×28×6\t156\t117 600\t2416\t1×1×120\t48000\r\n".encode("utf-16"), "rrrrrr"),
    "a row for each question.tsv": ("Question\tAnswer\n" + "".join(each("{}\t!\n")), "rrrrrr"),
    # the sheet itself
    "full width.md": (filled("２８×２８×６", "１５６", "１１７，６００", "２４１６", "１×１×１２０", "４８０００"),
        "rrrrrr"),
    "CRLF and a mark.md": ("\ufeff" + filled(*RIGHT.values()).replace("\n", "\r\n"), "rrrrrr"),
    "bold.md": (filled(*each("**!**")), "rrrrrr"),
    "code.md": (filled(*each("`!`")), "rrrrrr"),
    "underlined.md": (filled(*each("__!__")), "rrrrrr"),
    "a word processor.md": (
        filled("“28 × 28 × 6”", "‘156’", "117\u00a0600", "2,416", "1 × 1 × 120", "≈ 48,000"), "rrrrrr"),
    "another editor.md": (filled(*RIGHT.values()).replace("| :--- ", "|:--").replace(" ---: ", "--:"), "rrrrrr"),
    "LaTeX.md": (filled(
        r"$28\times28\times6$", "$156$", r"$1.176\cdot10^5$", "$2{,}416$", r"$1 \times 1 \times 120$", r"$48\,000$"),
        "rrrrrr"),
    "below the sheet.md": (SHEET + "\n\n" + "".join(each("{}. !\n")), "rrrrrr"),
    # mappings, lines
    "a mapping.json": (json.dumps(RIGHT), "rrrrrr"),
    "numbers.json": (keyed([28, 28, 6], 156, 117600.0, 2416, [1, 1, 120], 4.8e4), "rrrrrr"),
    "with a name.json": (json.dumps({"student": "Ada", "answers": RIGHT}), "rrrrrr"),
    "nothing.json": ("{}", "-"),
    "a mail.txt": ("".join(each("{}: !\n")), "rrrrrr"),
    "a mail, Korean.txt": ("".join(each("{}번. !\n")), "rrrrrr"),
    "a mail with words.txt": ("Hello, my answers:\n" + "".join(each("({}) !\n")) + "Thank you\n", "rrrrrr"),
    "a mail that is quoted.txt": ("".join(each("> {}) !\n")), "rrrrrr"),
    # keyboards
    "Arabic.json": (keyed("٢٨×٢٨×٦", "١٥٦", "١١٧٬٦٠٠", "٢٤١٦", "١×١×١٢٠", "٤٨٠٠٠"), "rrrrrr"),
    "Devanagari.json": (keyed("२८×२८×६", "१५६", "१,१७,६००", "२,४१६", "१×१×१२०", "४८,०००"), "rrrrrr"),
    "Chinese.json": (keyed("28＊28＊6", "156个", "11.76万", "2416个", "（1，1，120）", "4.8万"), "rrrrrr"),
    "Korean.json": (keyed("28 × 28 × 6", "백오십육", "십일만 칠천육백", "2천 416", "1 × 1 × 120", "4만8천"), "ruurrr"),
    "Vietnamese.json": (keyed("28 x 28 x 6", "156 tham số", "117.600", "2.416", "1 x 1 x 120", "48 nghìn"), "rurrrr"),
    "Polish.json": (keyed("28×28×6", "156", "117,6 tys.", "2 416", "1×1×120", "48 tys."), "rrrrrr"),
    "French, Spanish.json": (
        keyed("28 × 28 × 6", "156 paramètres", "117,6 mille", "2 416 parámetros", "1 × 1 × 120", "48 mil"), "rrrrru"),
    "Swiss.json": (keyed("28 x 28 x 6", "156.–", "117’600", "2’416", "1 x 1 x 120", "48'000"), "rurrrr"),
    "Keras.json": (keyed(
        "(None, 28, 28, 6)", "156 params", "117,600 MACs", "2,416 parameters", "(None, 1, 1, 120)",
        "48,000 multiplications"), "rrrrrr"),
    "PyTorch.json": (
        keyed("torch.Size([1, 6, 28, 28])", "156", "1.176e5", "2.416e3", "[-1, 120, 1, 1]", "0.048M"), "rrrrrr"),
    "computations.json": (keyed(
        "(32-5)+1 = 28, so 28x28x6", "5*5*1*6 + 6", "156*28*28 - 6*28*28", "(5·5·6+1)·16 = 2416", "1,1,120", "400*120"),
        "urrrrr"),
    "words.json": (keyed(
        "28 by 28 by 6", "one hundred fifty-six", "117.6 thousand", "2.416 thousand", "1 by 1 by 120", "48 thousand"),
        "rurrrr"),
    # wrong, as variously written; what the sheet cannot use
    "wrong.json": (keyed("27×27×6", "１５０", "11만 7700", "2,406개", "(None, 120, 1, 1)", "48,120"), "wwwwww"),
    "wrong, too.json": (
        keyed("torch.Size([1, 28, 28, 6])", "٢٥٦", "117.6M", "241,6", "120x1x1", "4.8만개만"), "wwwuwu"),
    "wrong lines.txt": ("1) 26x26x6\n2) 151\n3) 1.2e6\n4) 2.4k\n5) 5x5x120\n6) 5*5*120 = 48000\n", "wwwwwu"),
    "a page.pdf": (b"%PDF-1.4", "-"),
    "a page.docx": (b"PK\x03\x04", "-"),
    "a table.ods": (b"PK\x03\x04", "-"),
    "broken.xlsx": (b"PK\x03\x04", "-"),
    "empty.csv": (b"", "-"),
}  # fmt: skip


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """What one run over a folder of all the files says, by file."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "sheet.md").write_text(SHEET, encoding="utf-8")
    (folder / "answers").mkdir()
    for name, (data, _) in FILES.items():
        (folder / "answers" / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    ran = invoke("grade", str(folder / "sheet.md"), str(folder / "answers"), "-f", "json")
    assert ran.code == 2, "a person has to look at some"
    found: dict[str, list[dict[str, Any]]] = {}
    for one in json.loads(ran.out)["graded"]:
        found.setdefault(one["answers"].partition(":")[0], []).append(one)
    return found


def test_no_file_is_left_out(marked: dict[str, list[dict[str, Any]]]) -> None:
    assert sorted(marked) == sorted(FILES)
    assert len(FILES) >= 50


@pytest.mark.parametrize("name", FILES)
def test_a_file_as_it_comes(name: str, marked: dict[str, list[dict[str, Any]]]) -> None:
    said = [
        "".join(mark["verdict"][0] for mark in one["marks"]) if "marks" in one else "-" * bool(one["problem"])
        for one in marked[name]
    ]
    assert " ".join(said) == FILES[name][1]
    for one in marked[name]:
        for mark in one.get("marks", ()):
            assert (mark["points"] is None) == (mark["verdict"] == "unclear"), "what is not understood is never 0"
