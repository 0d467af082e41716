"""Growth that a file allows itself, and limits that are loose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cnncalc
from tests.repository import Repository, repository
from tests.running import invoke

__all__ = ["repository"]

# 4·3·3·3 + 4 = 112 params; then 6·6·4 = 144, and 144·10 + 10 = 1,450 params
NET = """\
input: {channels: 3, size: 8}
layers:
  - conv: {name: stem, filters: 4, kernel: 3}
  - flatten
  - dense: {name: head, units: 10}
"""
WIDER = NET.replace("filters: 4", "filters: 5")  # params 1,562 → 1,950 (+24.8 %), stem 112 → 140 (+25 %)


@pytest.fixture
def project(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    repository.commit(net=NET)
    repository.git("tag", "before")
    return repository


GROWN = "`total` params: was 1,562 at before, is 1,950 (388 more, +24.8 %; allowed {})"
STEM = "`stem` params: was 112 at before, is 140 (28 more, +25.0 %; allowed {})"
CASES: list[tuple[str, list[str]]] = [
    # growth in the file, what is said of params
    ("{}", [GROWN.format("+0 %")]),
    ("{params: 24.8%}", [GROWN.format("+24.8 %")]),
    ("{params: 25%}", []),
    ("{total: {params: 25%}}", []),
    ("{params: 0.387k}", [GROWN.format("+0.387k")]),
    ("{params: 0.388k}", []),
    ("{params: 25%, stem: {params: 20%}}", [STEM.format("+20 %")]),
    ("{params: 25%, stem: {params: 0.01k}}", [STEM.format("+0.01k")]),
    ("{params: 25%, stem: {params: 25%}}", []),
]


@pytest.mark.parametrize(("growth", "said"), CASES)
def test_a_file_says_how_much_it_may_grow(project: Repository, growth: str, said: list[str]) -> None:
    project.write(net=f"{WIDER}budget: {{growth: {growth}}}\n")
    lines = invoke("check", "net.yaml", "--baseline", "before", "-f", "text").out.splitlines()
    assert [line.partition("baseline ")[2] for line in lines if " params: " in line] == said


def test_the_file_goes_before_the_command_line_and_the_project(project: Repository) -> None:
    project.write(net=f"{WIDER}budget: {{growth: {{params: 30%, multiplies: 30%, activations: 30%}}}}\n")
    assert invoke("check", "net.yaml", "--baseline", "before", "--max-growth", "1%").code == 0


def test_an_amount_stands_on_the_command_line_too(project: Repository) -> None:
    project.write(net=WIDER)
    for growth, code in (("params=388", 0), ("params=0.387k", 1), ("params=0.388k", 0), ("size=1.552 kB", 0)):
        args = ("check", "net.yaml", "--baseline", "before", "--max-growth", "99%", "--max-growth", growth)
        assert invoke(*args).code == code, growth


def test_recorded_figures_have_top_level_layers(project: Repository) -> None:
    invoke("check", "net.yaml", "--write-baseline", "base.json")
    project.write(net=f"{WIDER}budget: {{growth: {{params: 30%, stem: {{params: 20%, weights: 1k}}}}}}\n")
    lines = invoke("check", "net.yaml", "--baseline", "base.json", "--max-growth", "30%", "-f", "text").out.splitlines()
    assert lines == [
        "net.yaml:3:5: error baseline `stem` params: was 112 in base.json, is 140 (28 more, +25.0 %; allowed +20 %)",
        "net.yaml:6:61: error baseline `stem` weights not recorded in base.json",
    ]


def test_a_layer_that_is_new_has_nothing_to_grow_from(project: Repository) -> None:
    project.write(
        net=NET.replace("  - flatten", "  - relu: {name: r}\n  - flatten") + "budget: {growth: {r: {params: 1%}}}\n"
    )
    ran = invoke("check", "net.yaml", "--baseline", "before", "--max-growth", "99%")
    assert (ran.code, "note: net.yaml: `r` is new since before\n" in ran.err) == (0, True)


@pytest.mark.parametrize(
    ("growth", "says", "help"),
    [
        ("5%", "`growth` must be a mapping", "write `growth: {params: 5%}`"),
        ("{parms: 5%}", "`budget` names no entry `parms`", "did you mean `params`?"),
        ("{head: {parms: 5%}}", "no quantity `parms`", "did you mean `params`?"),
        ("{haed: {params: 5%}}", "`budget` names no entry `haed`", "did you mean `head`?"),
        ("{params: 5}", "not a growth", "write percents, `5%`, or an amount with a suffix or unit, `100k`"),
        ("{params: 1 MiB}", "not a growth", "write percents, `5%`, or an amount with a suffix or unit, `100k`"),
        ("{params: {max: 5%}}", "not a growth", "write percents, `5%`, or an amount with a suffix or unit, `100k`"),
    ],
)
def test_growth_that_says_nothing_is_an_error_also_without_a_baseline(growth: str, says: str, help: str) -> None:
    result = cnncalc.check(cnncalc.loads(f"{NET}budget: {{growth: {growth}}}\n"))
    assert [(problem.message, problem.help) for problem in result.broken] == [(says, help)]


CHANGES: list[tuple[str, str, tuple[str, str, str, bool | None]]] = [
    # growth before and after; what `diff` says: what, was, is, looser
    ("", "{params: 5%}", ("growth total params", "", "5%", True)),
    ("{params: 5%}", "{params: 10%}", ("growth total params", "5%", "10%", True)),
    ("{params: 5%}", "{params: 1%}", ("growth total params", "5%", "1%", False)),
    ("{params: 5%}", "{params: 100k}", ("growth total params", "5%", "100k", None)),
    ("{params: 100k}", "", ("growth total params", "100k", "", False)),
    ("{head: {params: 5%}}", "", ("growth head params", "5%", "", True)),
    ("", "{head: {params: 5%}}", ("growth head params", "", "5%", False)),
]


@pytest.mark.parametrize(("before", "after", "says"), CHANGES)
def test_diff_shows_what_a_change_allows_itself(
    project: Repository, before: str, after: str, says: tuple[str, str, str, bool | None]
) -> None:
    project.commit(net=f"{NET}budget: {{params: 2k{', growth: ' * bool(before)}{before}}}\n")
    project.write(net=f"{NET}budget: {{params: 2k{', growth: ' * bool(after)}{after}}}\n")
    (limit,) = json.loads(invoke("diff", "-f", "json").out)["limits"]
    assert tuple(limit[key] for key in ("what", "before", "after", "looser")) == says


# ------------------------------------------------------------------------------------------------ loose


def test_a_network_that_became_smaller_is_told_that_its_limit_is_loose(project: Repository) -> None:
    project.commit(net=f"{WIDER}budget: {{params: 2k, multiplies: 9k}}\n")
    project.write(net=f"{NET}budget: {{params: 2k, multiplies: 9k}}\n")
    ran = invoke("check", "net.yaml", "--baseline", "HEAD")
    assert ran.err.splitlines() == [
        "note: net.yaml: `total` params was 1,950 at HEAD, is 1,562: `--tighten` makes its limit 1.6k, which is 2k",
        "note: net.yaml: `total` multiplies was 6,660 at HEAD, is 5,328: `--tighten` makes its limit 5.4k, which is 9k",
    ]
    project.commit()
    assert invoke("check", "net.yaml", "--baseline", "HEAD").err == ""  # it did not become smaller since


TIGHTENED = [
    # before, after
    ("{params: 2k}", "{params: 1.6k}"),
    ("{params: 1.7k}", "{params: 1.7k}"),
    ("{params: 1k}", "{params: 1k}"),
    ("{params: {max: 9999, warn: 1700}}", "{params: {max: 1562, warn: 1700}}"),
    ('{size: "20 MiB"}  # as the device has it', '{size: "0.006 MiB"}  # as the device has it'),
    ("{size: 20kB, head: {params: '2k'}}", "{size: 6.3kB, head: {params: '1.5k'}}"),
    ("{params: &most 9k, weights: *most}", "{params: &most 1.6k, weights: *most}"),
]


@pytest.mark.parametrize(("before", "after"), TIGHTENED)
def test_loose_limits_are_rewritten_in_their_own_unit(project: Repository, before: str, after: str) -> None:
    project.write(net=f"# a comment\n{NET}budget: {before}\n")
    ran = invoke("check", "net.yaml", "--tighten")
    assert Path("net.yaml").read_text(encoding="utf-8") == f"# a comment\n{NET}budget: {after}\n"
    assert (" of `budget` rewritten" in ran.out) == (before != after)
    assert " rewritten" not in invoke("check", "net.yaml", "--tighten").out  # once is enough


def test_what_else_a_limit_stands_for_is_left_as_it_is(project: Repository) -> None:
    text = NET.replace("units: 10", "units: &n 10") + "budget: {head: {biases: *n, params: 9M}}\n"
    project.write(net=text)
    ran = invoke("check", "net.yaml", "--tighten")
    assert Path("net.yaml").read_text(encoding="utf-8") == text.replace("9M", "0.0015M")
    assert ran.code == 0


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (
            ("net.yaml", "--set", "n=1"),
            "--tighten writes the file's own figures: it goes without --set and --input-size.",
        ),
        (("-",), "--tighten rewrites a file; standard input is none."),
        (("net.yaml", "--staged"), "--tighten rewrites files, and not what is --staged of them."),
    ],
)
def test_what_is_no_file_is_not_rewritten(project: Repository, args: tuple[str, ...], why: str) -> None:
    ran = invoke("check", *args, "--tighten")
    assert (ran.code, why in ran.err) == (2, True)
