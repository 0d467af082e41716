"""Every lint rule: its bad example has its code and no other, where it says `# here`; its good one has none."""

from __future__ import annotations

import re
from json import loads
from pathlib import Path
from random import Random

import pytest

import cnncalc
from cnncalc.analyses.checks.lint import lint
from cnncalc.analyses.checks.rules import RULES, Rule
from cnncalc.analyses.checks.rules.base import Axis
from cnncalc.analyses.checks.rules.dead_taps import alive
from cnncalc.analyses.checks.rules.wide_padding import WidePadding
from cnncalc.core.layers import LAYERS
from cnncalc.core.problem import Problem
from tests.running import invoke, table

CASES = table("lint.yaml")


def findings(text: str) -> tuple[Problem, ...]:
    return lint(cnncalc.loads(text, name="net.yaml")).findings


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_bad_example_has_the_fault_where_it_says(rule: Rule) -> None:
    (here,) = [number for number, line in enumerate(rule.bad.splitlines(), 1) if re.search(r"#.*\bhere$", line)]
    assert [(found.code, found.level, found.where and found.where.line) for found in findings(rule.bad)] == [
        (rule.code, "warning", here)
    ]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_good_example_has_none(rule: Rule) -> None:
    assert findings(rule.good) == ()


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_says_why_it_matters(rule: Rule) -> None:
    assert rule.title.endswith(".")
    assert len(rule.title) <= 112
    assert len(rule.manual) > 100


def test_codes_are_stable() -> None:
    assert list(RULES) == [
        "bias-before-norm",
        "dead-taps",
        "dropped-border",
        "early-softmax",
        "even-kernel",
        "heavy-layer",
        "linear-stack",
        "repeated-activation",
        "same-input",
        "skipped-pixels",
        "spread-add",
        "uneven-overlap",
        "unused-block",
        "unused-default",
        "unused-ignore",
        "unused-param",
        "unused-var",
        "wide-padding",
        "window-or-stride",
    ]


@pytest.mark.parametrize("case", CASES, ids=[str(case["case"]) for case in CASES])
def test_a_case_has_these_findings(case: dict[str, object]) -> None:
    """`tests/data/lint.yaml`: each rule where it must speak, and where it must be silent."""
    said = [
        f"{found.where.line}:{found.where.column} {found.code} {found.message}"
        for found in findings(str(case["file"]))
        if found.where
    ]
    assert said == case["says"]


@pytest.mark.parametrize("seed", range(20))
def test_windows_agree_with_a_loop_that_marks_what_they_read(seed: int) -> None:
    """Pixels behind the last window, pixels between windows, and taps without a pixel, one by one on small lines."""
    choose = Random(seed)
    for _ in range(200):
        side, kernel, stride, dilation = (choose.randint(1, most) for most in (12, 5, 4, 3))
        before, after = choose.randint(0, 4), choose.randint(0, 4)
        span = dilation * (kernel - 1) + 1
        starts = [start for start in range(-before, side + after - span + 1) if (start + before) % stride == 0]
        if not starts:
            continue
        axis = Axis(side, kernel, dilation, stride, before, after, len(starts))
        covered = {start + offset for start in starts for offset in range(span)}
        last = max(covered)
        assert axis.unread == sum(pixel > last for pixel in range(side))
        if stride <= side and before + after:  # else nothing is asked
            met = {tap for tap in range(kernel) if any(0 <= start + tap * dilation < side for start in starts)}
            assert alive(axis) == len(met)
        only_padding = any(start + span <= 0 or start >= side for start in starts)
        assert (WidePadding().window(LAYERS["conv"]({}), (axis,)) is not None) == only_padding


@pytest.mark.sweep
def test_the_bundled_architectures_are_clean() -> None:
    """What is published as it is says so in its line: anything new is a fault of a rule or of a file."""
    folder = Path(cnncalc.__file__).resolve().parent.parent / "architectures"
    ran = invoke("check", str(folder), "--strict", "-f", "text")
    assert (ran.out, ran.code) == ("", 0)


# ------------------------------------------------------------------------------------------------ cnncalc rules


def test_the_list_has_every_rule() -> None:
    ran = invoke("rules")
    assert ran.code == 0
    assert re.findall(r"^([a-z-]+) +[A-Z]", ran.out, re.MULTILINE) == list(RULES)


def test_the_manual_shows_the_fault_and_the_cure() -> None:
    ran = invoke("rules", "wide-padding")
    assert ran.code == 0
    assert ran.out == (
        "wide-padding\n\n"
        "  Padding as wide as the kernel: the outer windows see nothing but padding.\n\n"
        "  Where the padding is at least as wide as the window, the first outputs of each row are made of\n"
        "  zeros alone: they are the bias, whatever the image. The usual cause is `defaults: {conv:\n"
        "  {padding: 1}}`, which also pads a 1×1, or a padding that was not changed with its kernel.\n"
        "  `padding: same` fits every kernel.\n\n"
        "  found in\n"
        "    input: {channels: 64, size: 56}\n"
        "    layers:\n"
        "      - conv: {filters: 16, kernel: 1, padding: 1}   # here\n\n"
        "    warning[wide-padding]: `conv1` pads by 1 a window that is 1 wide: some windows see only padding\n"
        "     --> net.yaml:3:45\n"
        "      |\n"
        "    3 |   - conv: {filters: 16, kernel: 1, padding: 1}   # here\n"
        "      |                                             ^\n"
        "      = help: `padding: same` fits every kernel\n\n"
        "  mended\n"
        "    input: {channels: 64, size: 56}\n"
        "    layers:\n"
        "      - conv: {filters: 16, kernel: 1}\n"
    )


def test_as_json_everything_that_is_declared() -> None:
    rows = loads(invoke("rules", "heavy-layer", "-f", "json").out)
    assert [row["code"] for row in rows] == ["heavy-layer"]
    assert rows[0]["options"]["max-share"] == {
        "default": 50,
        "minimum": 1,
        "maximum": 100,
        "help": "percent of the parameters that one layer may hold",
    }
    assert len(loads(invoke("rules", "-f", "json").out)) == len(RULES)


def test_markdown_has_a_heading_and_both_files() -> None:
    text = invoke("rules", "even-kernel", "-f", "markdown").out
    assert text.startswith("## even-kernel\n\nAn even kernel has no centre")
    assert text.count("```yaml") == 2


def test_an_unknown_code_is_a_wrong_command_line() -> None:
    assert invoke("rules", "droped-border") == (2, "", "no rule `droped-border`: did you mean `dropped-border`?")
    assert invoke("rules", "xyz") == (2, "", "no rule `xyz`: `cnncalc rules` lists them")


def test_sarif_describes_a_rule(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(RULES["wide-padding"].bad, encoding="utf-8")
    (run,) = loads(invoke("check", str(file), "-f", "sarif").out)["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["shortDescription"]["text"]) == ("wide-padding", RULES["wide-padding"].title)
    assert [result["level"] for result in run["results"]] == ["warning"]
