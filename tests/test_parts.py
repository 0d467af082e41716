"""Parts of a file in every command: outputs of blocks by name, networks as blocks, branches that are absent."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

import cnncalc
from cnncalc.drawing.metrics import text_width
from tests.running import invoke

pytestmark = pytest.mark.quick

# File, and what it has: output, params, multiplies, and where these are from
FIGURES: dict[str, tuple[str, tuple[int, ...], int, int]] = {
    "a layer of WaveNet, twice: 16640 + 2·(16512 + 4160 + 16640)": (
        """
        input: {channels: 64, length: 16000}
        blocks:
          gated:
            inputs: [signal, so_far]
            outputs: [signal_out, skip]
            layers:
              - multiply:
                  name: gate
                  from: signal
                  branches:
                    filter: [conv: {filters: 64, kernel: 2, padding: [[1, 0]]}, tanh]
                    open: [conv: {filters: 64, kernel: 2, padding: [[1, 0]]}, sigmoid]
              - conv: [64, 1]
              - add: {name: signal_out, from: [previous, signal]}
              - conv: {filters: 256, kernel: 1, from: gate}
              - add: {name: skip, from: [previous, so_far]}
        layers:
          - conv: {name: first, filters: 256, kernel: 1}
          - gated: {name: stack, from: [input, first], repeat: 2}
          - concat: {from: [stack, stack.skip]}
        """,
        (320, 16000),
        91_264,
        1_441_792_000,
    ),
    "ResNet-50 without its head, and 21 maps: 25557032 − 2049000 + 2048·21 + 21": (
        """
        input: {channels: 3, size: 224}
        blocks: {trunk: {network: resnet50_v1_5, until: conv5}}
        layers: [trunk, conv: [21, 1]]
        """,
        (21, 7, 7),
        23_551_061,
        4_089_243_648,
    ),
    "RepVGG's units: the identity is there where the shape stays; 2656 + 5248": (
        """
        input: {channels: 16, size: 32}
        defaults: {conv: {bias: false}}
        blocks:
          unit:
            params: [n, s=1]
            layers:
              - add:
                  branches:
                    wide: [conv: [n, 3, s, padding: 1], batch_norm]
                    point: [conv: [n, 1, s], batch_norm]
                    same: {when: s == 1 and channels == n, layers: [batch_norm]}
        layers: [unit: 16, unit: [32, 2]]
        """,
        (32, 16, 16),
        7_904,
        3_932_160,
    ),
    "an hourglass of depth 3": (
        """
        input: {channels: 64, size: 64}
        blocks:
          unit: {layers: [conv: [64, 1]]}
          hourglass:
            params: [depth]
            layers:
              - add:
                  branches:
                    skip: unit
                    below:
                      - max_pool: 2
                      - unit: {when: depth == 1}
                      - hourglass: {depth: depth - 1, when: depth > 1}
                      - upsample: 2
        layers: [hourglass: 3]
        """,
        (64, 64, 64),
        16_640,
        22_282_240,
    ),
    "a merge of what is not there": (
        """
        input: {channels: 16, size: 8}
        vars: {units: 1}
        layers:
          - conv: {name: u1, filters: 16, kernel: 1}
          - conv: {name: u2, filters: 16, kernel: 1, when: units > 1}
          - concat: {from: [u1, u2], when: units > 1}
        """,
        (16, 8, 8),
        272,
        16_384,
    ),
}


@pytest.mark.parametrize(("text", "output", "params", "multiplies"), FIGURES.values(), ids=FIGURES)
def test_figures(text: str, output: tuple[int, ...], params: int, multiplies: int) -> None:
    analysis = cnncalc.analyze(cnncalc.loads(text))
    assert list(analysis.outputs.values()) == [output]
    assert (analysis.totals.params, analysis.totals.multiplies) == (params, multiplies)


@pytest.fixture
def net(tmp_path: Path) -> str:
    """A file with all kinds of parts; in it `stack.skip` is 8 maps of 16×16."""
    (tmp_path / "part.yaml").write_text(
        "input: {channels: 3, size: 32}\nlayers: "
        "[conv: [6, 3, padding: 1, name: a], max_pool: [2, name: b], dense: [9, per: position]]\n"
    )
    path = tmp_path / "net.yaml"
    path.write_text(
        """
name: Parts
input: {channels: 3, size: 32}
blocks:
  part: {network: part.yaml, outputs: [b, a]}
  step:
    inputs: [x, sum]
    outputs: [next, skip]
    layers:
      - conv: {filters: 6, kernel: 3, padding: 1, from: x, name: next}
      - conv: {filters: 8, kernel: 1}
      - add: {name: skip, from: [previous, sum]}
  level: {params: [d], layers: [add: {branches: [[relu], {when: d > 1, layers: [level: d - 1]}]}]}
layers:
  - part: {name: p}
  - conv: {filters: 8, kernel: 1, name: sum}
  - step: {name: stack, from: [p, sum], repeat: 3}
  - concat: {from: [stack, stack.skip]}
  - level: 2
  - resize: {like: p.a}
expect: {stack.skip: {output: 16x16x8}, p.a: {output: 32x32x6}}
budget: {stack.skip: {activations: 2048}}
"""
    )
    return str(path)


COMMANDS = {
    "summary": ["--depth", "all"],
    "explain": [],
    "check": [],
    "diagram": [],
    "diagram folded": ["--depth", "1"],
    "exercise": [],
    "quiz": [],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_it(net: str, command: str, tmp_path: Path) -> None:
    ran = invoke(command.partition(" ")[0], net, *COMMANDS[command])
    assert (ran.code, ran.err) == (0, "")


def test_an_output_is_explained_by_its_name(net: str) -> None:
    assert invoke("explain", net, "stack.skip").out == invoke("explain", net, "stack/3/skip").out
    assert invoke("explain", net, "stack.skap").code == 2


@pytest.mark.parametrize("command", ["summary", "explain"])
def test_names_of_wide_letters_keep_columns_in_line(command: str, tmp_path: Path) -> None:
    """A letter of Korean or Chinese takes two columns of a terminal."""
    path = tmp_path / "net.yaml"
    entries = "conv: [8, 3, padding: 1, name: 합성곱1], dense: {units: 4, per: position, name: 出}"
    blocks = f"blocks: {{블록: {{layers: [{entries}]}}}}"
    layers = "layers: [블록: {name: 줄기}, 블록: {name: b}]"
    path.write_text(f"input: {{channels: 3, size: 32}}\n{blocks}\n{layers}\n", encoding="utf-8")
    name = "줄기" if command == "explain" else ""
    ran = invoke(command, str(path), *filter(None, [name]))
    shape = "32×32×4"
    rows = [line for line in ran.out.splitlines() if shape in line]
    assert len(rows) >= 2
    assert len({cell_len(line[: line.index(shape)]) for line in rows}) == 1


def test_wide_letters_are_drawn_twice_as_wide() -> None:
    assert text_width("합", 12) == 12 == 2 * text_width("합", 6)
    assert text_width("合", 12) > 1.5 * text_width("n", 12)


def test_versions_are_compared_through_networks_and_outputs(net: str, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(Path(net).read_text().replace("kernel: 1, name: sum", "kernel: 3, padding: 1, name: sum"))
    ran = invoke("compare", net, str(other))
    assert ran.code == 0
    assert "sum" in ran.out
    assert "stack" not in ran.out.partition("sum")[2].partition("\n")[0]


def test_a_program_gives_groups_several_outputs() -> None:
    builder = cnncalc.Builder({"input": (3, 8, 8)})
    a = builder.add("conv", {"filters": 4, "kernel": 1}, name="two/a")
    b = builder.add("conv", {"filters": 5, "kernel": 1}, reads=-1, name="two/b")
    assert a is not None
    assert b is not None
    builder.group("two", "pair", a, a, cnncalc.Label("net", "pair"), outputs=("a", "b"))
    builder.add("relu", reads=a)
    graph = builder.graph()
    assert graph.notes == ("`two.b` is read by nobody; its layers are counted",)
    assert [entry.name for entry in cnncalc.analyze(graph).matches("two.b")] == ["two/b"]
