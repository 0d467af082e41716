"""What a terminal shows: no figure is cut, whatever its width, and nothing is lost without a word."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnncalc
import cnncalc.analyses.checks.rules
import cnncalc.core.layers
from cnncalc.analyses.columns import COLUMNS, OPTIONAL, STANDARD
from cnncalc.analyses.overview import Analyzed, Overview
from cnncalc.analyses.style import Style
from cnncalc.cli import streams
from cnncalc.core.figures import short
from cnncalc.render.fold import cells, fold, narrowest
from cnncalc.render.summary import document
from cnncalc.render.text import write
from tests import running
from tests.running import in_a_terminal, invoke, sample

NET = """\
name: Small
input: {channels: 3, size: 112}
blocks:
  conv_bn_relu: {params: [n], layers: [conv: [n, 3, padding: same, bias: false], batch_norm, relu]}
layers:
  - conv_bn_relu: {n: 64, name: a_name_of_several_words}
  - max_pool: {kernel: 3, stride: 2, padding: 1}
  - conv_bn_relu: 128
  - flatten
  - dense: {name: fc, units: 10}
"""
NEW = NET.replace("n: 64, name: a_name_of_several_words", "n: 96, name: front").replace("max_pool", "avg_pool")


def files() -> None:
    """The files of the cases, in this folder."""
    Path("net.yaml").write_text(NET, encoding="utf-8")
    Path("new.yaml").write_text(NEW, encoding="utf-8")
    invoke("exercise", "lenet5", "--count", "4", "-o", "sheet.md")
    Path("ada.json").write_text(json.dumps({"1": "156", "2": "1", "3": "many", "4": "840"}), encoding="utf-8")
    Path("bob.json").write_text(json.dumps({"1": "156"}), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files()


def shown(width: int | None, *args: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "terminal_width", lambda output, stream=None: width)
        ran = invoke(*args)
    assert ran.code in ((0, 1, 2) if args[0] == "grade" else (0, 1))  # 2: an answer is for a person
    return ran.out


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("case", running.table("tables.yaml"), ids=lambda case: case["name"])
def test_what_a_terminal_shows(case: dict[str, str]) -> None:
    assert shown(int(case["width"]), *case["command"].split()) == case["shown"]


# ---------------------------------------------------------------------------------------------- figures are whole

_FIGURE = re.compile(r"[+−]?(\d[\d,]*(\.\d+)?[kMGT%]?|\d+(×\d+)+)")
WIDTHS = (40, 56, 60, 80, 100)
CHOICES = [
    STANDARD,
    ("layer", "type", "output", "params", "biases", "multiplies", "flops"),
    tuple(COLUMNS),
    ("params", "multiplies", "layer"),
]


def figures(text: str) -> set[str]:
    """What looks like a figure: words, and what stays together in names."""
    words = {word.strip("(),") for word in text.split()}
    return {word for word in words if _FIGURE.fullmatch(word)}


def allowed(text: str) -> set[str]:
    """The figures of a text, also those within names, and the short ones."""
    parts = {part.strip("(),") for part in re.split(r"[\s_/]+", text)}
    found = {part for part in parts if _FIGURE.fullmatch(part)}
    whole = {(one[:1] if one[:1] in "+−" else "", one.lstrip("+−").replace(",", "")) for one in found}
    return found | {f"{sign}{short(int(digits))}" for sign, digits in whole if digits.isdigit()}


@cache
def found(network: str) -> cnncalc.Analysis:
    return cnncalc.analyze(cnncalc.load(network))


@cache
def drawn(network: str, depth: int | None, names: tuple[str, ...], width: int) -> str:
    analysis = found(network)
    return write(document(Overview([Analyzed("it", analysis)], names, depth), Style()), Style(width=width))


@pytest.mark.parametrize("width", sample(4, WIDTHS))
@pytest.mark.parametrize("names", CHOICES, ids=",".join)
@pytest.mark.parametrize("depth", [1, None], ids=["entries", "all"])
@pytest.mark.parametrize("network", ["alexnet", "resnet20_cifar", "googlenet", "c3d"])
def test_every_figure_of_a_summary_is_whole(
    network: str, depth: int | None, names: tuple[str, ...], width: int
) -> None:
    text, wide = (drawn(network, depth, names, one) for one in (width, 300))
    assert figures(text) <= allowed(wide)
    assert text.count("…") == wide.count("…")
    left_out = re.search(r"left out: ([^;]*);", " ".join(text.split()))
    missing = left_out[1].split(", ") if left_out else []
    assert missing == [name for name in OPTIONAL if name in missing]
    head = text.splitlines()[next(n for n, line in enumerate(text.splitlines()) if set(line) == {"─"}) - 1]
    assert sorted(head.split() + missing) == sorted(names)
    for quantity in {"params", "multiplies"} & set(names):
        total = getattr(found(network).totals, quantity)
        assert {f"{total:,}", short(total)} & figures(text)
    if width >= 60 and not {"weights", "buffers"} & set(names):
        assert max(map(len, text.splitlines())) <= width


@cache
def once(width: int, command: str) -> str:
    return shown(width, *command.split())


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "command",
    [
        "list resnet",
        "layers",
        "rules",
        "compare alexnet vgg16",
        "compare alexnet vgg16 resnet20_cifar lenet5 nin",
        "compare alexnet vgg16 --by-layer",
        "compare resnet18 resnet34_a --by-layer",
        "grade sheet.md ada.json --key",
        "grade sheet.md ada.json bob.json",
    ],
)
@pytest.mark.sweep
def test_every_figure_of_the_other_tables_is_whole(command: str, width: int) -> None:
    text, wide = (once(one, command) for one in (width, 300))
    assert figures(text) <= allowed(wide)
    assert text.count("…") == wide.count("…")
    assert width < 60 or max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_fit_the_terminal(width: int) -> None:
    text, piped = (shown(one, "layers", *cnncalc.core.layers.LAYERS) for one in (width, None))
    assert sorted("".join(text.split())) == sorted("".join(piped.split()))  # not a letter is lost
    assert max(map(len, text.splitlines())) <= width
    rules = (
        shown(width, "rules", *cnncalc.analyses.checks.rules.RULES),
        shown(None, "rules", *cnncalc.analyses.checks.rules.RULES),
    )
    assert "".join(rules[0].split()) == "".join(rules[1].split())


def test_a_real_terminal_folds_as_well() -> None:
    text = in_a_terminal("list", "resnet", NO_COLOR="1", COLUMNS="60")
    assert max(map(len, text.splitlines())) <= 60
    assert "\x1b[1m" in in_a_terminal("list", "lenet5")


def test_bars_stand_where_nothing_is_folded_for_them() -> None:
    analysis = cnncalc.analyze(cnncalc.load("alexnet"))
    wide, narrow = (
        write(document(Overview([Analyzed("it", analysis)]), Style()), Style(width=width, color=True))
        for width in (112, 100)
    )
    assert "█" in wide
    assert "█" not in narrow


def test_what_a_file_says_breaks_no_line(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text('name: "a\\nb\\e[31m"\ninput: {channels: 3, size: 8}\nlayers: [relu]\n', encoding="utf-8")
    text = shown(None, "compare", str(path), str(path))
    assert "\x1b" not in text
    assert "a b�[31m" in text


# ---------------------------------------------------------------------------------------------- folding

WORD = st.text("abc×3,", min_size=1, max_size=8)
TEXT = st.lists(st.lists(WORD, min_size=1, max_size=4).map("_".join), min_size=1, max_size=6).map(" ".join)


@given(st.integers(0, 4).map(lambda n: " " * n), TEXT, st.integers(0, 30))
def test_folded_lines_hold_the_text_and_are_no_wider_than_they_can_be(indent: str, text: str, width: int) -> None:
    lines = fold(indent + text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert max(map(cells, lines)) <= max(width, narrowest(indent + text))
    assert all(line.startswith(indent) for line in lines)


@pytest.mark.usefixtures("folder")
def test_totals_alone_have_one_rule() -> None:
    assert sum(set(line) == {"─"} for line in shown(80, "summary", "net.yaml", "-d", "0").splitlines()) == 1
