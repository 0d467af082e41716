"""Sentences of the format's rules beside the table of `format_rules.yaml`: sharing in chains, absence, scope, files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import cnncalc
from cnncalc.analyses.checks.expect import check
from tests.running import invoke

INPUT = "input: {channels: 4, size: 8}\n"

# Rule: what follows INPUT, the leaf layers, the params of each
WORKS: dict[str, tuple[str, list[str], list[int]]] = {
    "share: repeated copies hold the weights of the one they name": (
        "layers: [conv: [4, 1, name: a], conv: [4, 1, repeat: 2, share: a]]",
        ["a", "conv2/1", "conv2/2"], [20, 0, 0],
    ),
    "share: the one that shares may be shared in turn": (
        "layers: [conv: [4, 1, name: a], conv: [4, 1, name: b, share: a], conv: [4, 1, share: b]]",
        ["a", "b", "conv3"], [20, 0, 0],
    ),
    "share: on a block, layer by layer": (
        "blocks: {b: {layers: [conv: [4, 1], batch_norm]}}\nlayers: [b: {name: x}, b: {share: x}]",
        ["x/conv1", "x/batch_norm1", "b2/conv1", "b2/batch_norm1"], [20, 8, 0, 0],
    ),
    "share: in a branch, of an entry in the list around it": (
        "layers: [conv: [4, 1, name: a], add: {branches: [[conv: [4, 1, share: a]], []]}]",
        ["a", "branch1/conv1", "add1"], [20, 0, 0],
    ),
    "scope: from a repeated entry reads its last copy": (
        "layers: [conv: [2, 1, repeat: 2, name: r], tanh, add: {from: [r, previous]}]",
        ["r/1", "r/2", "tanh1", "add1"], [10, 6, 0, 0],
    ),
    "names: a given name is reserved before the automatic ones, a digit at the end of the type or not": (
        "layers: [relu6, relu: {name: relu6_1}, conv: [4, 1], conv: [4, 1, name: conv3], conv: [4, 1]]",
        ["relu6_2", "relu6_1", "conv1", "conv3", "conv4"], [0, 0, 20, 20, 20],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "names", "params"), WORKS.values(), ids=WORKS)
def test_rule(text: str, names: list[str], params: list[int]) -> None:
    rows = cnncalc.analyze(cnncalc.loads(INPUT + text)).rows
    assert [row.name for row in rows] == names
    assert [row.counts.params for row in rows] == params


# Rule: what follows INPUT, and every problem as (code, message)
REFUSED: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "absence: an output that is absent": (
        "vars: {n: 0}\nlayers: [relu: {repeat: n, name: a}, conv: [4, 1]]\noutputs: [a]",
        [("absent-entry", "`a` is absent here (its `when` is false or its `repeat` is 0)")],
    ),
    "expect: a name that is absent is unknown": (
        "layers: [relu: {name: a, repeat: 0}, tanh]\nexpect: {a: {params: 0}}",
        [("unknown-name", "`expect` names no entry `a`")],
    ),
    "outputs: a name that stands twice": (
        "layers: [relu: {name: a}, tanh: {name: b}]\noutputs: [a, b, a]",
        [("duplicate-name", "`outputs` names `a` twice")],
    ),
    "attributes: a rate is a share": (
        "layers: [dropout: 40, dropout: 0, stochastic_depth: 1.5]",
        [("requirement", "`dropout`: the rate is a share, from 0 to 1 (rate >= 0 and rate <= 1: 40 >= 0 and 40 <= 1)")],
    ),
    "scope: a name inside a branch is not seen outside it": (
        "layers: [add: {branches: {p: [relu: {name: q}], s: []}}, add: {from: [previous, q]}]",
        [("unknown-name", "no entry `q` above")],
    ),
    "scope: in a block with several inputs every one is read": (
        "blocks: {b: {inputs: [x, skip], layers: [conv: [2, 1]]}}\n"
        "layers: [relu: {name: A}, tanh: {name: B}, b: {from: [A, B]}]",
        [("unread", "no entry reads `B`, and it is not the last")],
    ),
    "share: a block with one layer is not the same": (
        "blocks: {b: {layers: [conv: [4, 1], relu, conv: [4, 1]]}}\nlayers: [conv: [4, 1, name: a], b: {share: a}]",
        [("bad-share", "`a` has 1 layer, this entry 3: they cannot share weights")],
    ),
    "words: a param that is reserved is one mistake": (
        "blocks: {b: {params: [same], layers: [tanh]}}\nlayers: [b: 1]",
        [("bad-name", "a param cannot be called `same`: the word is taken")],
    ),
}


@pytest.mark.parametrize(("text", "problems"), REFUSED.values(), ids=REFUSED)
def test_rule_refuses(text: str, problems: list[tuple[str, str]]) -> None:
    with pytest.raises(cnncalc.ProblemsFound) as raised:
        check(cnncalc.loads(INPUT + text))
    assert [(problem.code, problem.message) for problem in raised.value.problems] == problems


# ------------------------------------------------------------------------------------------------ extends, short forms


def test_extends_from_standard_input_looks_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lenet5.yaml").write_text(f"{INPUT}layers: [relu]\n", encoding="utf-8")
    ran = invoke("summary", "-", "--columns", "layer", input="extends: lenet5.yaml\n")
    assert (ran.code, "relu1" in ran.out) == (0, True)


def test_extends_reads_regular_files_only(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "child.yaml").write_text("extends: pipe.yaml\n", encoding="utf-8")
    with pytest.raises(cnncalc.ProblemsFound) as raised:
        cnncalc.load(tmp_path / "child.yaml")
    (problem,) = raised.value.problems
    assert (problem.code, problem.where and problem.where.line) == ("extends", 1)
    assert problem.message.endswith("pipe.yaml` is not a regular file")


def test_a_bundled_file_extends_bundled_files_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of that name in the working folder changes nothing."""
    monkeypatch.chdir(tmp_path)
    Path("resnet50_v1_5.yaml").write_text(f"{INPUT}layers: [relu]\n", encoding="utf-8")
    assert cnncalc.analyze(cnncalc.load("resnet18")).totals.params == 11_689_512


@pytest.mark.parametrize(
    ("short", "code"),
    [("conv2/unit1/cb3", 0), ("conv4/unit1/shortcut", 0), ("fc", 0), ("conv2/cb3", 2), ("unit1/cb4", 2)],
)
def test_a_unique_short_form_of_a_path_is_enough(short: str, code: int) -> None:
    """Its segments in order, some left out, the last kept; not where several entries fit, or none."""
    assert invoke("explain", "resnet50", short).code == code


@pytest.mark.sweep
def test_a_hundred_thousand_copies() -> None:
    graph = cnncalc.loads(f"{INPUT}layers: [conv: [4, 1, repeat: 100000]]\n")
    assert graph.nodes[-1].name == "conv1/100000"
    assert cnncalc.analyze(graph).totals.params == 20 * 100_000
