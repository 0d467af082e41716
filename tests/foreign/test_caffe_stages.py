"""Caffe: which layers are there, by the phases, levels and stages of `include` and `exclude`.

Held against `Net::StateMeetsRule` and `Net::FilterNet` of Caffe, for testing at level 0.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import cnncalc

pytestmark = pytest.mark.quick


@pytest.fixture
def names(tmp_path: Path) -> Callable[[str, str], tuple[list[str], tuple[str, ...]]]:
    """The layers of a network whose `l` is ruled so, and its notes."""

    def found(rules: str, state: str = "") -> tuple[list[str], tuple[str, ...]]:
        param = "convolution_param { num_output: 4 kernel_size: 3 }"
        text = f'{state} input: "data" input_shape {{ dim: 1 dim: 3 dim: 8 dim: 8 }}\n'
        text += f'layer {{ name: "k" type: "Convolution" bottom: "data" top: "k" {param} }}\n'
        text += f'layer {{ name: "l" type: "Convolution" bottom: "k" top: "l" {param} {rules} }}\n'
        (tmp_path / "net.prototxt").write_text(text, encoding="utf-8")
        graph = cnncalc.load(tmp_path / "net.prototxt")
        return [node.name for node in graph.nodes], graph.notes

    return found


IN = [
    "include { phase: TEST }", "include { phase: 1 }", "include { }", "exclude { phase: TRAIN }",
    "include { min_level: 0 }", "include { max_level: 0 }", "exclude { min_level: 1 }", "exclude { max_level: -1 }",
    'exclude { stage: "deploy" }', 'include { not_stage: "deploy" }', 'exclude { phase: TEST stage: "deploy" }',
    'include { stage: "a" } include { phase: TEST }',
]  # fmt: skip
OTHERS = [
    'include { stage: "train" }', 'include { phase: TEST stage: "a" }', "include { min_level: 1 }",
    "include { max_level: -1 }", "exclude { min_level: 0 }", 'exclude { not_stage: "a" }', "exclude { }",
    'include { stage: "a" } include { min_level: 2 }', 'include { phase: TRAIN stage: "a" }',
]  # fmt: skip


@pytest.mark.parametrize("rules", IN)
def test_a_layer_whose_rules_are_met_is_there(rules: str, names: Callable[..., object]) -> None:
    assert names(rules) == (["k", "l"], ())


@pytest.mark.parametrize("rules", OTHERS)
def test_a_layer_of_other_stages_is_left_out_and_named(rules: str, names: Callable[..., object]) -> None:
    note = "left out, for their `include` and `exclude` are for other stages or levels: `l`"
    assert names(rules) == (["k"], (note,))


@pytest.mark.parametrize("rules", ["include { phase: TRAIN }", "exclude { phase: TEST }", "exclude { phase: 1 }"])
def test_a_layer_for_training_is_left_out(rules: str, names: Callable[..., object]) -> None:
    assert names(rules) == (["k"], ("left out, for they are only for training: `l`",))


def test_the_stages_of_the_file_hold(names: Callable[..., object]) -> None:
    state = 'state { stage: "a" stage: "b" }'
    assert names('include { stage: "a" stage: "b" }', state) == (["k", "l"], ())
    assert names('include { stage: "a" not_stage: "c" }', state) == (["k", "l"], ())
    assert names('exclude { stage: "c" }', state) == (["k", "l"], ())
    note = "left out, for their `include` and `exclude` are for other stages or levels: `l`"
    assert names('include { stage: "a" not_stage: "b" }', state) == (["k"], (note,))
