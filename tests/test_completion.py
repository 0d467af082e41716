"""What a shell completes: files, names in a file, names of lists; and never an error."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from cnncalc.cli import cli
from cnncalc.formats import bundled
from tests.running import process

NET = """\
input: {channels: 3, size: 8}
vars: {classes: 10, width: 4}
blocks:
  unit: {layers: [conv: [width, 3], relu]}
  stage: {layers: [unit, unit]}
layers:
  - stage: {name: body}
  - flatten
  - dense: {name: head, units: classes}
"""
TWO = """\
input: {channels: 3, size: 8}
blocks: {two: {outputs: [deep, wide], layers: [conv: [4, 3, name: wide], max_pool: [2, name: deep]]}}
layers: [two: {name: stem}, relu: {from: stem.wide}]
"""
BROKEN = ("layers: [", NET.replace("flatten", "flaten"), "- a", "\0", "extends: net.yaml\nlayers: {}")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    files = ("net.yaml", "more/one.yml", "more/read.me", "more/deep/two.yaml", "note.txt", ".hidden/a.yaml", "a b.yaml")
    for name in files:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(NET, encoding="utf-8")
    Path("two.yaml").write_text(TWO, encoding="utf-8")
    for number, text in enumerate(BROKEN):
        Path(f"bad{number}.yaml").write_text(text, encoding="utf-8")


def completed(line: str) -> list[str]:
    """What stands for the last word of a line."""
    *words, last = line.split(" ")
    return [item.value for item in BashComplete(cli, {}, "cnncalc", "_").get_completions(words, last)]


BAD = [f"bad{number}.yaml" for number in range(len(BROKEN))]
RESNETS = [name for name in bundled.names() if name.startswith("resnet5")]
COMPLETED: dict[str, list[str]] = {
    # files
    "summary n": [name for name in bundled.names() if name.startswith("n")] + ["net.yaml"],
    "summary ne": ["net.yaml"],
    "summary resnet5": RESNETS,
    "summary bad": BAD,
    "summary ./": ["./bad0.yaml", *(f"./{name}" for name in BAD[1:]), "./more/", "./net.yaml", "./two.yaml"],
    "summary mor": ["more/", "more/deep/", "more/one.yml"],
    "check mor": ["more/", "more/deep/", "more/one.yml"],
    "compare net.yaml more/o": ["more/one.yml"],
    "explain more/deep/": ["more/deep/two.yaml"],
    "summary ~/more/": ["~/more/deep/", "~/more/one.yml"],
    "summary .h": [".hidden/", ".hidden/a.yaml"],
    "summary a\\": [],
    "summary nothing/": [],
    "summary no": [],
    "summary git:": [],
    "summary git:HEAD:n": [],
    "show resnet5": RESNETS,
    # what is in a file
    "explain net.yaml ": ["body", "flatten1", "head", "total"],
    "explain net.yaml b": ["body"],
    "explain net.yaml body/": ["body/unit1", "body/unit2"],
    "explain net.yaml head body/unit1/": ["body/unit1/conv1", "body/unit1/relu1"],
    "explain lenet5 S": ["S2", "S4"],
    "explain two.yaml stem": ["stem", "stem.deep", "stem.wide"],
    "explain more/one.yml -f json h": ["head"],
    "diagram net.yaml ": ["body"],
    "diagram net.yaml body/": ["body/unit1", "body/unit2"],
    "summary net.yaml --set ": ["classes=", "width="],
    "summary net.yaml lenet5 --set cl": ["classes="],
    "check lenet5 --set ": [],
    "summary --set ": [],
    # names
    "summary net.yaml --columns par": ["params"],
    "summary net.yaml --columns layer,par": ["layer,params"],
    "summary net.yaml --columns input": ["inputs", "input"],
    "summary net.yaml --columns params,inputs,in": ["params,inputs,input"],
    "summary net.yaml --columns layer,layer": [],
    "diagram net.yaml --counts f": ["flops", "frozen"],
    "exercise net.yaml --ask shapes,m": ["shapes,multiplies", "shapes,mistake"],
    "quiz --ask inv": ["inverse"],
    "check --select heavy-layer,even": ["heavy-layer,even-kernel"],
    "check net.yaml --ignore dropped": ["dropped-border"],
    "rules dropped": ["dropped-border"],
    "layers dropo": ["dropout"],
}


@pytest.mark.parametrize(("line", "found"), COMPLETED.items(), ids=COMPLETED)
def test_what_is_completed(line: str, found: list[str]) -> None:
    assert completed(line) == found


@pytest.mark.parametrize("command", ["explain {} ", "diagram {} ", "summary {} --set ", "quiz {} --set "])
@pytest.mark.parametrize("file", [*BAD, "none.yaml", "more", "git:HEAD:net.yaml", "git:", "-", os.devnull, "pipe"])
def test_a_file_that_is_broken_has_nothing_to_complete(
    command: str, file: str, capfd: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo("pipe")  # nobody writes to it: who reads it waits
    assert completed(command.format(file)) == []
    assert capfd.readouterr() == ("", "")


def test_it_is_what_a_shell_is_told() -> None:
    words = {"COMP_WORDS": "cnncalc explain net.yaml body/", "COMP_CWORD": "3"}
    ran = process(env={"_CNNCALC_COMPLETE": "bash_complete", **words}, cwd=Path.cwd())
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == ["plain,body/unit1", "plain,body/unit2"]


def test_a_command_imports_nothing_for_it(capfd: pytest.CaptureFixture[str]) -> None:
    code = (
        "import sys; from cnncalc.cli import cli; cli.main(['check', 'net.yaml', '--no-lint'], standalone_mode=False); "
        "sys.exit('cnncalc.cli.completion' in sys.modules)"
    )
    assert os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-c", code) == 0
