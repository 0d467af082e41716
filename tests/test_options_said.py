"""What `--help` says of options is what they take: names that are listed, headings, words that stay whole, examples."""

from __future__ import annotations

import re
import shlex
import sys
from glob import glob
from pathlib import Path

import pytest

from cnncalc.analyses.comparing.comparison import comparable
from cnncalc.analyses.conventions import names
from cnncalc.cli import command_class, command_names
from cnncalc.formats import bundled
from tests.repository import Repository
from tests.running import in_a_terminal, invoke


def said(command: str, option: str) -> str:
    """The help of an option, in one line."""
    text = invoke(command, "--help").out.partition(f"\n  {option} ")[2]
    return " ".join(re.split(r"\n  -|\n\n", text)[0].split())


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (
            "compare",
            "params multiplies activations buffers size peak_memory receptive_field frozen layers weight_layers depth",
        ),
        ("diff", "params multiplies"),
    ],
)
def test_figures_that_are_listed_are_all_that_are_not_shown_anyway(command: str, shown: str) -> None:
    listed = said(command, "--figures").partition("too: ")[2].removesuffix(".").split(", ")
    assert sorted([*listed, *shown.split()]) == sorted(comparable())


HEADINGS = {
    "check": {
        "Which files": "--exclude --since --staged",
        "What is rewritten": "--update --tighten --fix",
        "Lint rules": "--select --ignore --no-lint",
        "How it runs and ends": "--strict --exit-zero --watch",
        "What is shown": "--show-config --statistics",
        "Output": "--format --quiet --output --color --ascii",
    },
    "diff": {"Which files": "--exclude"},
    "exercise": {
        "Questions": "--level --ask --count --cells --seed --exact",
        "What is shown": "--key --room --layout",
        "A class": "--students --names --force",
    },
    "quiz": {"What is shown": "--layout"},
}


@pytest.mark.parametrize("command", HEADINGS)
def test_a_heading_says_what_stands_below_it(command: str) -> None:
    sections = invoke(command, "--help").out.split("\n\n")
    found = {one.partition(":\n")[0]: re.findall(r"^  (?:-\w, )?(--[\w-]+)", one, re.M) for one in sections}
    for heading, options in HEADINGS[command].items():
        assert sorted(found[heading]) == sorted(options.split())


def test_no_name_is_broken_at_its_hyphen() -> None:
    text = invoke("check", "--help").out
    assert [name for name in names() if not re.search(rf"[ ,]{re.escape(name)}[,.]", text)] == []
    assert re.findall(r"\w-\n", "".join(invoke(name, "--help").out for name in command_names())) == []


def test_the_name_of_a_bundled_file_is_whole_in_a_terminal() -> None:
    shown = in_a_terminal("list", NO_COLOR="1")
    assert max(map(len, shown.splitlines())) <= 80
    assert [name for name in bundled.names() if not re.search(rf"^{name} ", shown, re.M)] == []


@pytest.mark.parametrize(
    "arguments", [["alexnet"], ["wrong.yaml"], ["alexnet", "--show-config"], ["wrong.yaml", "-f", "markdown"]]
)
def test_check_is_ascii_where_that_is_asked_for(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wrong.yaml").write_text(invoke("show", "alexnet").out.replace("55x55x96", "54x54x96"), encoding="utf-8")
    plain, ran = invoke("check", *arguments), invoke("check", *arguments, "--ascii")
    assert (ran.code, ran.out.isascii(), ran.err.isascii()) == (plain.code, True, True)
    assert (plain.out + plain.err).isascii() == (arguments[0] == "alexnet")
    assert "expected 54x54x96, is 55x55x96" in ran.err or arguments[0] == "alexnet" or "-f" in arguments


def test_check_writes_what_programs_read_as_it_is() -> None:
    plain, ran = invoke("check", "alexnet", "-f", "json"), invoke("check", "alexnet", "-f", "json", "--ascii")
    assert ran.out == plain.out
    assert ran.err == "note: --ascii has no effect with --format json\n" + plain.err


# ------------------------------------------------------------------------------------------------ examples

EXTRAS = ("cairosvg", "openpyxl", "h5py", "torch")
ANSWERED = "Name,Address,Nickname,Course,1,2,3,4,5,6,7,8\nAda,ada@example.org,A,CNN,1,2,3,4,5,6,7,8\n"


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder as the examples suppose it, a network of one's own and worksheets that came back; and no extra."""
    monkeypatch.chdir(tmp_path)
    for name in EXTRAS:
        monkeypatch.setitem(sys.modules, name, None)
    net, sheet = invoke("new").out, invoke("exercise", "lenet5").out
    repository = Repository(tmp_path)
    networks = ("net", "old", "nets/own", "architectures/own")
    for line in range(6):
        repository.put({f"{name}.yaml": f"{net}# {line}\n" for name in networks})
        repository.commit()
    repository.git("update-ref", "refs/remotes/origin/main", "HEAD~2")
    repository.put(
        {
            "new.yaml": net,
            "sheet.md": sheet,
            "ada.md": sheet,
            "answers/ada.md": sheet,
            "sheets/eve.md": sheet,
            "names.csv": "Name\nAda\n",
        }
    )
    repository.put({"class.csv": ANSWERED, "form.csv": ANSWERED})
    for more in ("sheet.json", "ada.json", "sheet.html"):
        invoke("exercise", "lenet5", "-o", more)


@pytest.mark.sweep
@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize("command", command_names())
def test_the_examples_run_after_the_plain_installation(command: str) -> None:
    """But for what other programs do in them, and what does not end."""
    for line in command_class(command).examples:
        for part in re.split(r" (?:&&|[|>]) ", re.split(r" {2,}", line)[0]):
            called, *given = shlex.split(part, comments=True) or [""]
            if called == "cnncalc" and "--watch" not in given:
                ran = invoke(*(name for one in given for name in (glob(one) if "*" in one else [one])))
                marks = 1 if given[0] == "grade" else 0  # not everyone passes
                assert ran.code == marks, f"{line}\n{ran.out}{ran.err}"
