"""Each limit holds exactly: what reaches it passes, one more is refused and told where."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnncalc
from cnncalc.core import builder
from cnncalc.core.formula import FormulaError, evaluate, parse
from cnncalc.formats.source import Source
from cnncalc.formats.yaml import tree
from cnncalc.formats.yaml.expanding import expand
from cnncalc.formats.yaml.reading import description
from tests.test_messages import lines

pytestmark = pytest.mark.quick

# What is just allowed, and what just is not
FORMULAS = {
    "a number": ("1000000000000000", "1000000000000001"),
    "a negative number": ("-1000000000000000", "-1000000000000000 - 1"),
    "a difference": ("0 - 1000000000000000", "0 - 1000000000000000 - 1"),
    "a sum": ("999999999999999 + 1", "1000000000000000 + 1"),
    "a sum of many": ("sum(1000000000000000)", "sum(1000000000000000, 1)"),
    "a denominator": ("1 / 1000000000000000", "1 / 1000000000000000 / 2"),
    "a decimal": ("1000000000000000.0", "1000000000000000.1"),
    "decimals": ("0.000000000000001", "0.0000000000000001"),
    "an exponent": ("1e15", "1e16"),
    "a negative exponent": ("1e-15", "1e-16"),
    "a power": ("10 ** 15", "10 ** 16"),
    "a power of two": ("2 ** 49", "2 ** 50"),
    "a power of a fraction": ("0.5 ** 49", "0.5 ** 50"),
    "powers": ("1 ** " * 29 + "1", "1 ** " * 30 + "1"),
    "brackets": ("(" * 29 + "1" + ")" * 29, "(" * 30 + "1" + ")" * 30),
    "minuses": ("-" * 29 + "1", "-" * 30 + "1"),
    "nots": ("not " * 29 + "true", "not " * 30 + "true"),
    "choices": ("1 if false else " * 29 + "1", "1 if false else " * 30 + "1"),
    "calls": ("ceil(" * 29 + "1" + ")" * 29, "ceil(" * 30 + "1" + ")" * 30),
    "characters": ("1" + " + 1" * 249 + " +1", "1" + " + 1" * 250),
}


@pytest.mark.parametrize(("allowed", "refused"), FORMULAS.values(), ids=FORMULAS)
def test_a_limit_of_formulas(allowed: str, refused: str) -> None:
    evaluate(parse(allowed), {})
    named = r"limit: (numbers 10\^15|formula nesting 30|expression length 1,000)\)$"
    with pytest.raises(FormulaError, match=named) as found:
        evaluate(parse(refused), {})
    assert found.value.code == "limit"


def test_nesting_that_is_left_again_is_not_deep() -> None:
    assert evaluate(parse("+".join(["((1))", "-1", "ceil(1)"] * 30)), {}) == 30
    assert evaluate(parse(" and ".join(["not false", "(1 if true else 2) > 0"] * 20)), {}) is True


INPUT = "input: {channels: 3, size: 4}\n"


def said(text: str) -> list[str]:
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.loads(INPUT + text)
    return [line for problem in found.value.problems for line in lines(problem)]


def limit_layers(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    for module in (builder, expand):
        monkeypatch.setattr(module, "MOST_LAYERS", most)


def test_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    limit_layers(monkeypatch, 1_000)
    assert len(cnncalc.loads(f"{INPUT}layers: [relu: {{repeat: 999}}, tanh]").nodes) == 1_000
    assert said("layers: [relu: {repeat: 1000}, tanh]") == [
        "limit 2:32+4: more than 1,000 layers (limit: layers 1,000)"
    ]
    assert said("layers: [relu: {repeat: 1001}]") == ["limit 2:25+4: `repeat: 1,001` (limit: layers 1,000)"]


def test_a_layer_too_many_in_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    limit_layers(monkeypatch, 3)
    assert said("blocks: {b: {layers: [relu, tanh]}}\nlayers: [b, b]") == [
        "limit 2:29+4: more than 3 layers (limit: layers 3)",
        "= here `b2`, used at line 3",
    ]


def test_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each entry counts each time it is met, each copy, and each call of a block."""
    monkeypatch.setattr(expand, "MOST_ENTRIES", 6)
    blocks = "blocks: {b: {layers: [relu: {when: false}]}}\n"
    assert len(cnncalc.loads(f"{INPUT}{blocks}layers: [b, b, relu, tanh]").nodes) == 2
    assert said(f"{blocks}layers: [b, b, relu, tanh, relu]") == [
        "limit 3:28+4: more than 6 entries, blocks and repeats written out (limit: entries 6)"
    ]
    assert len(cnncalc.loads(f"{INPUT}layers: [relu: {{repeat: 4}}, tanh]").nodes) == 5
    assert said("layers: [relu: {repeat: 5}, tanh]")[0].startswith("limit 2:29+4: ")


@pytest.mark.parametrize(
    ("text", "values"),
    [  # keys, values, mappings and lists, with the input's; an alias is one, and what it stands for
        ("layers: [relu]", 10),
        ("layers: [relu, tanh]", 11),
        ("vars: {a: &a 1, b: *a}\nlayers: [relu]", 17),
        ("vars: {a: &a [1, 2], b: *a, c: *a}\nlayers: [relu]", 26),
        ("vars: {a: &a [1, 2, 3], b: *a, c: *a}\nlayers: [relu]", 29),
    ],
)
def test_values_of_a_file(text: str, values: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MOST_NODES", values)
    tree.parse(Source("net.yaml", INPUT + text))
    monkeypatch.setattr(tree, "MOST_NODES", values - 1)
    with pytest.raises(cnncalc.ProblemsFound, match=rf"more than {values - 1} values \(limit: values {values - 1}\)"):
        tree.parse(Source("net.yaml", INPUT + text))


def test_networks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each file counts once, however many blocks use it."""
    monkeypatch.setattr(description, "MOST_NETWORKS", 2)
    for name in ("one", "two", "three"):
        (tmp_path / f"{name}.yaml").write_text(f"{INPUT}layers: [relu]\n")
    text = "{input: {channels: 3, size: 4}, blocks: {%s}, layers: [a, b, c]}"
    net = tmp_path / "net.yaml"
    net.write_text(text % "a: {network: one}, b: {network: two}, c: {network: one.yaml}")
    assert len(cnncalc.load(net).nodes) == 3
    net.write_text(text % "a: {network: one}, b: {network: two}, c: {network: three}")
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.load(net)
    assert [problem.message for problem in found.value.problems] == [
        "more than 2 networks used as blocks (limit: networks 2)"
    ]


@pytest.mark.parametrize(
    ("layer", "passes", "figure"),
    [
        ("upsample: {factor: 1000, repeat: %d}", 4, "height = 1000000000000000·1000"),
        ("concat: {branches: [[], []], repeat: %d}", 49, "channels = (562949953421312 + 562949953421312)"),
    ],
)
def test_sizes_of_an_output(layer: str, passes: int, figure: str) -> None:
    """A size that grows by itself grows as far as a number may."""
    text = f"input: {{channels: 1, size: 1000}}\nlayers: [{layer}]"
    assert cnncalc.loads(text % passes).nodes
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.loads(text % (passes + 1))
    (problem,) = found.value.problems
    assert problem.code == "limit"
    assert problem.message.endswith(f": {figure} is beyond 10^15 (limit: numbers 10^15)")


@pytest.mark.parametrize(("deep", "passes"), [(99, True), (100, False)])
def test_nesting_of_blocks(deep: int, passes: bool) -> None:
    blocks = [f"  b{number}: {{layers: [b{number - 1}]}}\n" for number in range(1, deep)]
    text = f"blocks:\n  b0: {{layers: [relu]}}\n{''.join(blocks)}layers: [b{deep - 1}]\n"
    if passes:
        assert len(cnncalc.loads(INPUT + text).nodes) == 1
    else:
        assert said(text)[0] == "limit 3:17+4: blocks and branches nested deeper than 100 (limit: nesting 100)"


def test_a_block_that_is_left_makes_nothing_less_deep() -> None:
    blocks = [f"  b{number}: {{layers: [b0, b{number - 1}]}}\n" for number in range(1, 100)]
    text = f"blocks:\n  b0: {{layers: [relu]}}\n{''.join(blocks)}layers: [b99]\n"
    assert said(text)[0].endswith("(limit: nesting 100)")


def test_nesting_of_nothing() -> None:
    blocks = [f"  b{number}: {{layers: [b{number - 1}]}}\n" for number in range(1, 99)]
    inner = "  b0: {layers: [add: {branches: [[], [relu]]}]}\n"
    assert said(f"blocks:\n{inner}{''.join(blocks)}layers: [b98]\n")[0].startswith("limit: blocks and branches")


def test_the_limits_are_those_that_are_documented() -> None:
    assert (builder.MOST_LAYERS, expand.MOST_ENTRIES, expand.DEEPEST) == (200_000, 250_000, 100)


def test_a_block_that_is_left_is_not_deep() -> None:
    branches = "layers: [" + ", ".join(["add: {branches: [[b], []]}"] * 60) + "]"
    assert len(cnncalc.loads(f"{INPUT}blocks: {{b: {{layers: [relu]}}}}\n{branches}").nodes) == 120


def test_a_hundred_problems() -> None:
    assert len(said(f"layers: [{', '.join(['conv: {filters: n, kernel: 1}'] * 100)}]")) == 101
