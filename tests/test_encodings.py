"""Characters: what an encoding has not is written in letters, also without `--ascii`; what is underlined stays so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cnncalc.cli import command_names
from cnncalc.formats.writing import SIGNS, has_signs, shown
from tests.running import environment, formats, sample

FILE = """\
name: Réseau 3×3 · 深
input: {channels: 3, size: 8}
layers:
  - conv: {filters: 4, kernel: 3, padding: same}
  - max_pool: 2
"""
WRONG = (
    "name: …×× 3×3\ninput: {channels: 3, size: 8}\nlayers: [conv: {filters: 4, kernel: 3}, relu: {é→: 1, x…: kernal}]\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(FILE, encoding="utf-8")
    Path("wrong.yaml").write_text(WRONG, encoding="utf-8")
    return tmp_path


def ran(*args: str, encoding: str, **env: str) -> tuple[str, str]:
    """Standard output and error of a process whose streams have that encoding; each byte must be of it."""
    variables = {**environment(), "PYTHONIOENCODING": encoding, **env}
    del variables["PYTHONUTF8"]
    command = [sys.executable, "-m", "cnncalc", *args]
    done = subprocess.run(command, capture_output=True, env=variables, timeout=60, check=False)
    assert b"Traceback" not in done.stderr
    return done.stdout.decode(encoding), done.stderr.decode(encoding)


def test_every_sign_has_letters() -> None:
    assert [sign for sign, letters in SIGNS.items() if sign.isascii() or not letters.isascii()] == []
    assert shown("".join(SIGNS), "ascii") == "".join(SIGNS.values())
    assert not any(map(has_signs, ("ascii", "latin-1", "cp1252", "cp437", "koi8-r", "shift-jis")))


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize(
    "command",
    sample(
        7,
        [
            "summary net.yaml",
            "explain net.yaml",
            "compare net.yaml lenet5",
            "layers conv",
            "layers",
            "list lenet5",
            "rules",
        ],
    ),
)
def test_it_is_ascii_by_itself(command: str, encoding: str, folder: Path) -> None:
    out, _ = ran(*command.split(), encoding=encoding)
    asked, _ = ran(*command.split(), "--ascii", encoding="utf-8")
    wide = {character: SIGNS.get(character, "?") for character in out if not character.isascii()}
    letters = "".join(wide.get(character, character) for character in out)
    assert re.sub("-+", "-", letters).split() == re.sub("-+", "-", asked).split()  # a rule may be longer
    assert set(wide) <= set("é²·×–…")  # which these encodings have, or some of them


@pytest.mark.parametrize(
    "command",
    sample(2, ["layers", "list -f markdown", "check lenet5 broken.yaml -f markdown", "explain resnet50 --depth all"]),
)
def test_no_sign_of_ours_becomes_a_question_mark(command: str, folder: Path) -> None:
    (folder / "broken.yaml").write_text(
        "input: {channels: 3, size: 9}\nlayers: [max_pool: 2]\nexpect: {total: {params: 1}}\n", encoding="utf-8"
    )
    out, _ = ran(*command.split(), encoding="ascii")
    assert "?" not in out
    assert out


def test_a_table_in_an_ascii_locale_is_whole(folder: Path) -> None:
    out, err = ran("summary", "net.yaml", encoding="ascii", LC_ALL="C")
    assert err == ""
    assert out.splitlines()[:4] == [
        "R?seau 3x3 * ?   input 8x8x3",
        "",
        "layer       type                     output   params   multiplies    share",
        "--------------------------------------------------------------------------",
    ]
    assert out.splitlines()[4].startswith("conv1       conv 3x3, 4")


@pytest.mark.sweep
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_what_is_underlined_stays_underlined(encoding: str, folder: Path) -> None:
    _, err = ran("check", "wrong.yaml", encoding=encoding)
    line, below = [line for line in err.splitlines() if " | " in line][-2:]
    start, stop = below.index("^"), below.rindex("^") + 1
    assert line[start:stop] in (shown("é→", encoding), shown("x…", encoding), shown("kernal", encoding))


def test_ascii_is_for_errors_too(folder: Path) -> None:
    _, err = ran("summary", "wrong.yaml", "--ascii", encoding="utf-8")
    assert err.isascii()
    assert "->" in err


@pytest.mark.parametrize("command", [name for name in command_names() if "json" in formats(name)])
def test_data_are_as_they_are(command: str, folder: Path) -> None:
    if command in ("summary", "explain"):
        out, err = ran(command, "net.yaml", "-f", "json", "--ascii", encoding="utf-8")
        assert "深" in out
        assert err == "note: --ascii has no effect with --format json\n"


def test_help_and_worksheets_are_letters_too(folder: Path) -> None:
    out, _ = ran("summary", "--help", encoding="ascii")
    assert "256x320 (height x width)" in " ".join(out.split())
    out, _ = ran("exercise", "net.yaml", encoding="ascii")
    assert "height x width x channels" in out
    assert "height ? width" not in out
