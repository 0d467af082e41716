"""Budgets: limits in the file and on the command line, and what is said when they are exceeded."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnncalc
from cnncalc.analyses.checks.budget import over, read_amount, read_limit
from tests.running import invoke

pytestmark = pytest.mark.quick

# 3·3·3·16 + 16 = 448 params, 6·6·432 = 15,552 multiplies, 576 + 576 activations; then 576·10 + 10 = 5,770 params
NET = """\
input: {channels: 3, size: 8}
blocks:
  stem: {layers: [conv: {name: first, filters: 16, kernel: 3}, relu]}
layers:
  - stem: {name: body}
  - flatten
  - dense: {name: head, units: 10}
"""
PARAMS = 448 + 5_770


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(NET, encoding="utf-8")


def checked(budget: str) -> tuple[list[str], list[str]]:
    """Messages of errors and of warnings."""
    result = cnncalc.check(cnncalc.loads(f"{NET}budget: {budget}\n"))
    return [problem.message for problem in result.broken], [problem.message for problem in result.warnings]


# ------------------------------------------------------------------------------------------------- the message

MESSAGES: list[tuple[str, str, int, str]] = [
    # quantity, limit, is, what is said
    ("params", "5M", 5_300_000, "limit 5M, is 5.3M, over by 0.3M (+6.0 %)"),
    ("params", "5M", 5_349_999, "limit 5M, is 5.3M, over by 0.3M (+7.0 %)"),
    ("params", "4.55M", 5_300_000, "limit 4.55M, is 5.30M, over by 0.75M (+16.5 %)"),
    ("params", "5M", 5_040_000, "limit 5M, is 5.04M, over by 0.04M (+0.8 %)"),
    ("params", "5M", 5_001_000, "limit 5M, is 5.001M, over by 0.001M (under +0.1 %)"),
    ("params", "5M", 5_000_001, "limit 5M, is 5,000,001, over by 1 (under +0.1 %)"),
    ("params", "5000000", 5_300_000, "limit 5,000,000, is 5,300,000, over by 300,000 (+6.0 %)"),
    ("params", "1234567", 2_000_000, "limit 1,234,567, is 2,000,000, over by 765,433 (+62.0 %)"),
    ("params", "100", 112, "limit 100, is 112, over by 12 (+12.0 %)"),
    ("params", "0", 112, "limit 0, is 112, over by 112"),
    ("params", "1k", 138_357_544, "limit 1k, is 138,357.5k, over by 138,356.5k (×138,358)"),
    ("multiplies", "1.5G", 4_089_184_256, "limit 1.5G, is 4.1G, over by 2.6G (+172.6 %)"),
    ("activations", "2B", 3_000_000_000, "limit 2B, is 3.0B, over by 1.0B (+50.0 %)"),
    ("size", "20 MiB", 25 * 2**20, "limit 20 MiB, is 25.0 MiB, over by 5.0 MiB (+25.0 %)"),
    ("size", "20 MB", 25 * 2**20, "limit 20 MB, is 26.2 MB, over by 6.2 MB (+31.1 %)"),
    ("size", "20M", 25_000_000, "limit 20 MB, is 25.0 MB, over by 5.0 MB (+25.0 %)"),
    ("size", "20000000", 25_000_000, "limit 20,000,000 bytes, is 25,000,000 bytes, over by 5,000,000 bytes (+25.0 %)"),
    ("size", "400", 448, "limit 400 bytes, is 448 bytes, over by 48 bytes (+12.0 %)"),
    ("size", "400 B", 448, "limit 400 bytes, is 448 bytes, over by 48 bytes (+12.0 %)"),
    ("size", "20", 1_478_760, "limit 20 bytes, is 1,478,760 bytes, over by 1,478,740 bytes (×73,938)"),
    ("size", "1.50 MB", 1_600_000, "limit 1.50 MB, is 1.6 MB, over by 0.1 MB (+6.7 %)"),
    ("params", "300k", 3_300_000, "limit 300k, is 3,300.0k, over by 3,000.0k (+1,000.0 %)"),
    ("params", "300k", 3_300_001, "limit 300k, is 3,300.0k, over by 3,000.0k (×11.00)"),
    ("params", "1.2345k", 1_300, "limit 1.2345k, is 1,300, over by 66 (+5.3 %)"),
    ("size", "0.3 MiB", 2**20, "limit 0.3 MiB, is 1.0 MiB, over by 0.7 MiB (+233.3 %)"),
]


@pytest.mark.parametrize(("quantity", "limit", "is_", "says"), MESSAGES)
def test_limit_is_and_difference_agree_to_the_digits_shown(quantity: str, limit: str, is_: int, says: str) -> None:
    amount = read_amount(limit, quantity)
    assert amount is not None
    assert over("total", quantity, amount, is_) == f"`total` {quantity}: {says}"


AMOUNTS: list[tuple[str, str, int | None]] = [
    ("params", "5M", 5_000_000),
    ("params", "884k", 884_000),
    ("params", "1.5G", 1_500_000_000),
    ("params", "0", 0),
    ("params", "20 MiB", None),
    ("params", "~5M", None),
    ("params", "<5M", None),
    ("params", "-5", None),
    ("params", "5.5", None),
    ("params", "many", None),
    ("params", "", None),
    ("size", "20 MiB", 20_971_520),
    ("size", "20MiB", 20_971_520),
    ("size", "20 MB", 20_000_000),
    ("size", "1.5 KiB", 1_536),
    ("size", "2 GB", 2_000_000_000),
    ("size", "20 MiB ", None),
    ("size", "20 mib", None),
    ("size", "twenty MB", None),
]


@pytest.mark.parametrize(("quantity", "text", "value"), AMOUNTS)
def test_amounts_as_people_write_them(quantity: str, text: str, value: int | None) -> None:
    amount = read_amount(text, quantity)
    assert (None if amount is None else int(amount)) == value


# ------------------------------------------------------------------------------------------------- in the file

IN_THE_FILE: list[tuple[str, list[str], list[str]]] = [
    # budget, errors, warnings
    (f"{{params: {PARAMS}}}", [], []),
    (f"{{params: {{max: {PARAMS}, warn: {PARAMS}}}}}", [], []),
    ("{params: 5k}", ["`total` params: limit 5k, is 6.2k, over by 1.2k (+24.4 %)"], []),
    ("{params: {max: 5k}}", ["`total` params: limit 5k, is 6.2k, over by 1.2k (+24.4 %)"], []),
    ("{params: {max: 5k, warn: 4k}}", ["`total` params: limit 5k, is 6.2k, over by 1.2k (+24.4 %)"], []),
    ("{params: {warn: 4k, max: 5k}}", ["`total` params: limit 5k, is 6.2k, over by 1.2k (+24.4 %)"], []),
    ("{params: {max: 7k, warn: 5k}}", [], ["`total` params: limit 5k, is 6.2k, over by 1.2k (+24.4 %)"]),
    ("{size: 20 KiB}", ["`total` size: limit 20 KiB, is 24.3 KiB, over by 4.3 KiB (+21.4 %)"], []),
    ("{size: 25 KiB}", [], []),
    ("{activations: {warn: 1k}}", [], ["`total` activations: limit 1k, is 1.7k, over by 0.7k (+73.8 %)"]),
    ("{total: {params: 5k}}", ["`total` params: limit 5k, is 6.2k, over by 1.2k (+24.4 %)"], []),
    ("{body: {params: 400}}", ["`body` params: limit 400, is 448, over by 48 (+12.0 %)"], []),
    ("{body/first: {weights: {warn: 400}}}", [], ["`body/first` weights: limit 400, is 432, over by 32 (+8.0 %)"]),
    ("{head: {multiplies: 5k}}", ["`head` multiplies: limit 5k, is 5.8k, over by 0.8k (+15.2 %)"], []),
    ("{body: {size: 1 kB}}", ["`body` size: limit 1 kB, is 1.8 kB, over by 0.8 kB (+79.2 %)"], []),
]


@pytest.mark.parametrize(("budget", "errors", "warnings"), IN_THE_FILE)
def test_limits_of_totals_blocks_and_layers(budget: str, errors: list[str], warnings: list[str]) -> None:
    assert checked(budget) == (errors, warnings)


@pytest.mark.parametrize(
    ("budget", "says"),
    [
        ("5M", "`budget` must be a mapping"),
        ("{parms: 5M}", "`budget` names no entry `parms`"),
        ("{parms: {max: 5M}}", "`budget` names no entry `parms`"),
        ("{head: 5M}", "`head` must be a mapping of quantities"),
        ("{head: {parms: 5M}}", "no quantity `parms`"),
        ("{params: [5M]}", "`params` must be a limit"),
        ("{params: {most: 5M}}", "a limit is `max` or `warn`, not `most`"),
        ("{params: {max: [5M]}}", "not a limit"),
        ("{params: 20 MiB}", "not a limit"),
        ("{params: }", "not a limit"),
    ],
)
def test_a_budget_that_would_always_hold_is_an_error(budget: str, says: str) -> None:
    assert checked(budget) == ([says], [])


# --------------------------------------------------------------------------------------------- on the command line

ON_THE_COMMAND_LINE: list[tuple[list[str], list[str]]] = [
    (["--max-params", "10k", "--max-multiplies", "1M", "--max-activations", "2k", "--max-size", "25 KiB"], []),
    (["--max-params", "5k"], [":1:1: error budget `total` params: limit 5k, is 6.2k, over by 1.2k (+24.4 %)"]),
    (["--max-params", "total=5k"], [":1:1: error budget `total` params: limit 5k, is 6.2k, over by 1.2k (+24.4 %)"]),
    (["--max-params", "body=400"], [":5:5: error budget `body` params: limit 400, is 448, over by 48 (+12.0 %)"]),
    (
        ["--max-params", "first=400"],  # a short form of its path
        [":3:3: error budget `body/first` params: limit 400, is 448, over by 48 (+12.0 %)"],
    ),
    (
        ["--max-size", "head=20KiB"],
        [":7:5: error budget `head` size: limit 20 KiB, is 22.5 KiB, over by 2.5 KiB (+12.7 %)"],
    ),
    (
        ["--max-params", "5k", "--max-params", "body=400", "--max-multiplies", "20k"],
        [
            ":1:1: error budget `total` params: limit 5k, is 6.2k, over by 1.2k (+24.4 %)",
            ":1:1: error budget `total` multiplies: limit 20k, is 21.3k, over by 1.3k (+6.6 %)",
            ":5:5: error budget `body` params: limit 400, is 448, over by 48 (+12.0 %)",
        ],
    ),
]


@pytest.mark.parametrize(("arguments", "lines"), ON_THE_COMMAND_LINE)
def test_the_same_limits_on_the_command_line(arguments: list[str], lines: list[str]) -> None:
    ran = invoke("check", "net.yaml", "-f", "text", *arguments)
    assert ran.out.splitlines() == [f"net.yaml{line}" for line in lines]
    assert ran.code == (1 if lines else 0)


def test_the_line_of_the_layer_is_shown() -> None:
    assert invoke("check", "net.yaml", "--max-params", "head=5k").err == (
        "error[budget]: `head` params: limit 5k, is 5.8k, over by 0.8k (+15.4 %)\n"
        " --> net.yaml:7:5\n"
        "  |\n"
        "7 |   - dense: {name: head, units: 10}\n"
        "  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "\n"
    )


def test_limits_count_as_figures_and_hold_for_other_vars_and_sizes_too() -> None:
    assert invoke("check", "net.yaml", "--max-params", "10k").out.startswith(
        "net.yaml: 1 figure; params 6,218 of 10k, 62 %\n"
    )
    ran = invoke("check", "net.yaml", "--max-params", "10k", "--input-size", "12")
    assert ran.code == 1
    assert "`total` params: limit 10k, is 16.5k" in ran.err


def test_each_file_is_held_to_them() -> None:
    ran = invoke("check", "net.yaml", "lenet5", "--max-params", "50k", "-f", "text")
    assert ran.out == "lenet5.yaml:1:1: error budget `total` params: limit 50k, is 61.7k, over by 11.7k (+23.4 %)\n"


@pytest.mark.parametrize(
    ("limit", "says", "help"),
    [
        ("x/cbb=1M", "a limit names no entry `x/cbb`", "did you mean `x/cb`?"),
        ("nothing=1M", "a limit names no entry `nothing`", "`cnncalc summary FILE --depth all` shows every name"),
        ("cb=1M", "a limit names `cb`, which may mean `x/cb`, `y/cb`", "write the whole path"),
    ],
)
def test_a_name_that_a_file_does_not_have_is_exit_code_2(limit: str, says: str, help: str) -> None:
    text = (
        "input: {channels: 3, size: 8}\nblocks: {b: {layers: [conv: {name: cb, filters: 4, kernel: 1}]}}\n"
        "layers: [b: {name: x}, b: {name: y}]\n"
    )
    ran = invoke("check", "-", "--max-params", limit, input=text)
    assert ran.code == 2
    assert ran.err == f"error[unknown-name]: {says}\n --> <stdin>:1:1\n  = help: {help}\n\n"


def test_a_misspelt_quantity_of_a_budget_has_its_cure() -> None:
    (problem,) = cnncalc.check(cnncalc.loads(f"{NET}budget: {{parms: {{max: 5M}}}}\n")).broken
    assert problem.help == "did you mean `params`?"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--max-params", "many"),
        ("--max-params", "20 MiB"),
        ("--max-params", "=5M"),
        ("--max-params", "head="),
        ("--max-multiplies", "~1.5G"),
        ("--max-activations", "-1"),
        ("--max-size", "20 mib"),
    ],
)
def test_a_limit_that_is_none_is_a_wrong_command_line(option: str, value: str) -> None:
    ran = invoke("check", "net.yaml", option, value)
    assert ran.code == 2
    assert option in ran.err
    assert repr(value) in ran.err


def test_a_limit_reads_a_name_before_the_last_equals_sign() -> None:
    limit = read_limit("params", "conv2/unit1=1.5M")
    assert limit is not None
    assert (limit.name, int(limit.amount)) == ("conv2/unit1", 1_500_000)


# --------------------------------------------------------------------------------------------------------- strict


def test_strict_breaks_a_file_that_only_warns() -> None:
    Path("net.yaml").write_text(f"{NET}budget: {{params: {{warn: 5k}}}}\n", encoding="utf-8")
    relaxed, strict = invoke("check", "net.yaml"), invoke("check", "net.yaml", "--strict")
    assert (relaxed.code, strict.code) == (0, 1)
    assert relaxed.err == strict.err
    assert relaxed.err.startswith("warning[budget]: `total` params: limit 5k, is 6.2k, over by 1.2k (+24.4 %)\n")
    assert relaxed.out == "net.yaml: 1 figure\nAll checks passed: 1 file, 1 figure, 1 warning\n"
    assert strict.out == "1 of 1 file failed, 1 figure checked, 1 warning\n"


def test_strict_is_content_with_a_file_without_warnings() -> None:
    assert invoke("check", "net.yaml", "--strict").code == 0


def test_a_limit_that_only_a_lower_bound_keeps_is_noted() -> None:
    Path("net.yaml").write_text(
        f"{NET}  - operator: {{type: DeformConv2d}}\nbudget: {{params: 1M}}\n", encoding="utf-8"
    )
    said = "note: net.yaml: figures of operators are not known: sums with them are held as lower bounds\n"
    ran = invoke("check", "net.yaml")
    assert (ran.code, ran.err) == (0, said)


def test_with_another_input_size_a_budget_is_not_checked_and_that_is_said() -> None:
    Path("net.yaml").write_text(f"{NET}budget: {{params: 1}}\n", encoding="utf-8")
    ran = invoke("check", "net.yaml", "--input-size", "16")
    said = "note: net.yaml: `expect` and `budget` are not checked: vars or the input size were changed\n"
    assert (ran.code, ran.err) == (0, said)


@pytest.mark.parametrize(
    ("written", "code"), [("28x28x4", 0), ("28×28×4", 0), ("4x28x28", 1), ("28x4x28", 1), ("3136", 1), ("28x28x4x1", 1)]
)
def test_the_sides_of_an_output_are_held_in_their_order(
    written: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    net = "input: {channels: 3, size: 28}\nlayers: [conv: [4, 1]]\n"
    Path("net.yaml").write_text(f"{net}expect: {{total: {{output: {written}}}, conv1: {{output: {written}}}}}\n")
    assert invoke("check", "net.yaml").code == code
