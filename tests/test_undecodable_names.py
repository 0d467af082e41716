"""Names and texts that are no valid Unicode: `�` in every command and format; files are opened all the same."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from cnncalc.formats.writing import SHOWN, shown
from tests.running import formats, invoke, process

FILE = os.fsdecode(b"net\xff.yaml")
LIKE = os.fsdecode(b"net\xfe.yaml")  # shown by the same name
FOLDER = os.fsdecode(b"nets\xff")
NET = "input: {channels: 3, size: 8}\nlayers: [conv: {filters: 4, kernel: 3}, dropout]\nexpect: {total: {params: 1}}\n"
COMMANDS = {
    "summary": [FILE],
    "explain": [FILE],
    "compare": [FILE, f"{FOLDER}/{FILE}"],
    "reconcile": [FILE],
    "check": [FILE],
    "diagram": [FILE],
    "exercise": [FILE],
    "grade": ["sheet.md", f"{FOLDER}/ada.json", "answers"],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Networks and answers whose names are not UTF-8, and an answer with half a character."""
    monkeypatch.chdir(tmp_path)
    Path(FOLDER).mkdir()
    for name in (FILE, f"{FOLDER}/{FILE}"):
        Path(name).write_text(NET)
    assert invoke("exercise", "lenet5", "-o", "sheet.md").code == 0
    Path("answers").mkdir()
    for answers in (f"{FOLDER}/ada.json", os.fsdecode(b"answers/ren\xe9.json")):
        Path(answers).write_text(r'{"1": "\ud800", "2": "\udcff\ud83d\ude00", "3": 7}')
    return tmp_path


def _read_csv(text: str) -> None:
    rows = list(csv.reader(io.StringIO(text)))
    assert {len(row) for row in rows} == {len(rows[0])}


PARSERS: dict[str, Callable[[str], Any]] = {
    "json": json.loads,
    "sarif": json.loads,
    "csv": _read_csv,
    "svg": ET.fromstring,
    "junit": ET.fromstring,
}
OTHERWISE = {"full", "png", "pdf", "qti", "gift"}  # to no file; bytes; the name stands in JSON only
CASES = [(command, form) for command in COMMANDS for form in formats(command) if form not in OTHERWISE]


@pytest.mark.parametrize(("command", "form"), CASES, ids=["-".join(case) for case in CASES])
def test_every_format_shows_a_sign_and_is_read_by_its_parser(command: str, form: str, folder: Path) -> None:
    ran = invoke(command, *COMMANDS[command], "-f", form, "-o", "out")
    assert ran.code in ((2,) if command == "grade" else (0, 1))  # such answers are for a person to look at
    text = Path("out").read_bytes().decode()
    assert "�" in (unquote(text) if form == "sarif" else text)  # a path, as a URI spells it
    assert "\\ud" not in text.replace("\\ud83d\\ude00", "")
    PARSERS.get(form, len)(text)


@pytest.mark.sweep
@pytest.mark.parametrize("command", COMMANDS)
def test_standard_output_and_error_are_utf8(command: str, folder: Path) -> None:
    ran = process(command, *COMMANDS[command], cwd=folder)  # decodes strictly
    assert ran.code in ((2,) if command == "grade" else (0, 1))  # such answers are for a person to look at
    assert "�" in ran.out + ran.err
    assert "Traceback" not in ran.err
    assert "\\udc" not in ran.err


BAD = os.fsdecode(b"no\xff")
WRONG = [
    *([command, BAD, BAD] for command in ("compare", "grade")),
    *([command, BAD] for command in COMMANDS if command not in ("compare", "grade")),
    *([command, BAD] for command in ("show", "list", "layers", "rules")),
    [BAD],
    ["schema", BAD],
    ["summary", "lenet5", "--set", BAD],
    ["summary", "lenet5", "--set", f"{BAD}=1"],
    ["summary", "lenet5", "--input-size", BAD],
    ["summary", "lenet5", "--columns", BAD],
    ["summary", "lenet5", "-o", f"{BAD}/it"],
    ["summary", f"git:{BAD}:net.yaml"],
    ["summary", f"git:HEAD:{BAD}"],
    ["explain", "lenet5", BAD],
    ["check", "lenet5", "--select", BAD],
    ["check", "lenet5", "--baseline", BAD],
    ["check", "lenet5", "--max-params", f"{BAD}=1"],
    ["new", "-o", f"{BAD}/it"],
]


@pytest.mark.parametrize("arguments", WRONG, ids=[shown("-".join(arguments)) for arguments in WRONG])
@pytest.mark.sweep
def test_messages_are_utf8(arguments: list[str], folder: Path) -> None:
    ran = process(*arguments, cwd=folder)
    assert ran.code in (1, 2)
    assert "�" in ran.err
    assert "\\udc" not in ran.err


def test_a_baseline_holds_a_name_that_is_not_utf8(folder: Path) -> None:
    """It is shown there, and found again; of two that are shown alike the second is told."""
    Path(LIKE).write_text(NET)
    ran = invoke("check", FILE, FOLDER, "--write-baseline", "base.json")
    assert ran.err.endswith("note: base.json records 2 files\n")
    assert list(json.loads(Path("base.json").read_text(encoding="utf-8"))["files"]) == ["nets�/net�.yaml", "net�.yaml"]
    ran = invoke("check", FILE, "--baseline", "base.json")
    assert "gone" not in ran.err
    assert "new since" not in ran.err
    Path(FILE).write_text(NET.replace("4", "400"))
    assert "baseline" in invoke("check", FILE, "--baseline", "base.json").err
    Path(FILE).unlink()
    Path(LIKE).unlink()
    ran = invoke("check", f"{FOLDER}/{FILE}", "--baseline", "base.json")
    assert "note: net�.yaml is in the baseline, and gone\n" in ran.err
    for name in (FILE, LIKE):
        Path(name).write_text(NET)
    ran = invoke("check", FILE, LIKE, "--write-baseline", "base.json")
    assert ran.code == 2
    assert "error[unreadable]: net�.yaml is not recorded: another file" in ran.err
    assert ran.err.endswith("note: base.json is not written: a file cannot be used\n")


def test_a_file_that_is_not_utf8_by_name_is_written_and_updated(folder: Path) -> None:
    assert invoke("check", FILE, "--update").code == 0
    assert Path(FILE).read_text() == NET.replace("params: 1", "params: 112")
    assert invoke("summary", FILE, "-o", BAD).code == 0
    assert Path(BAD).exists()


COMPLETED = [f"summary {BAD}", f"summary {FOLDER}/", "summary ne", f"summary lenet5 --columns {BAD},la"]


@pytest.mark.parametrize("line", COMPLETED, ids=shown)
def test_completion_is_utf8(line: str, folder: Path) -> None:
    words = f"cnncalc {line}"
    env = {"_CNNCALC_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": f"{len(words.split()) - 1}"}
    ran = process(cwd=folder, env=env)
    assert ran.code == 0
    assert "Traceback" not in ran.err
    assert FILE not in ran.out


def test_a_terminal_that_is_not_utf8_gets_a_question_mark(folder: Path) -> None:
    ran = process("check", FILE, "-f", "text", cwd=folder, env={"PYTHONIOENCODING": "latin-1"})
    assert ran.out.startswith("net?.yaml:3:")


def test_only_what_is_encoded_is_shown() -> None:
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("utf-8", SHOWN)
