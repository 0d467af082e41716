"""Ratios of two layers: how many times as much one has as the other, explained and held by a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.running import invoke

# a: 5·5·8·4 = 800 weights, 4 biases, 800·16 = 12,800 multiplies; b: 1·1·4·6 = 24 weights, no bias, 24·16 = 384
NET = """\
input: {channels: 8, size: 4}
layers:
  - conv: {name: a, filters: 4, kernel: 5, padding: same}
  - conv: {name: b, filters: 6, kernel: 1, bias: false}
  - resize: {name: u, size: 8}
"""


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(NET, encoding="utf-8")


def test_explained_with_the_working() -> None:
    said = invoke("explain", "net.yaml", "a", "--against", "b", "--of", "positions").out
    assert [" ".join(line.split()) for line in said.splitlines() if "a / b" in line] == [
        "weights a / b = 800 / 24 = ×33.33",
        "params a / b = 804 / 24 = ×33.50",
        "multiplies a / b = 12,800 / 384 = ×33.33",
        "activations a / b = 64 / 96 = ×0.67",
        "positions a / b = 16 / 16 = ×1",
    ]  # of biases, buffers there is none in one of them


def test_against_the_total_and_where_a_sum_is_not_known() -> None:
    said = invoke("explain", "net.yaml", "b", "--against", "total", "--of", "additions").out
    lines = [" ".join(line.split()) for line in said.splitlines() if "b / total" in line]
    assert lines[2:] == [
        "multiplies b / total = 384 / 13,184 = ×0.029",
        "activations b / total = 96 / 544 = ×0.18",
        "additions b / total = 288 / ≥ 13,088 = not known",
    ]


def test_in_json() -> None:
    (entry,) = json.loads(invoke("explain", "net.yaml", "a", "--against", "b", "-f", "json").out)["entries"]
    assert entry["working"]["ratio"][0] == {
        "label": "weights", "symbols": "a / b", "numbers": "800 / 24", "value": "×33.33", "note": "",
    }  # fmt: skip


def test_an_unknown_layer() -> None:
    ran = invoke("explain", "net.yaml", "a", "--against", "bb")
    assert (ran.code, "no entry `bb` in net.yaml\n = help: did you mean `b`?" in ran.err) == (2, True)


# Held by a file
HELD: list[tuple[str, int, str]] = [
    ("{a: {multiplies: 33.3 * b, params: 33.5 * b}}", 0, ""),
    ("{a: {multiplies: 33 × b, activations: ~0.7 * b}}", 0, ""),  # rounds or truncates, as any figure
    ("{b: {multiplies: <0.03 * total}, total: {params: 34.5 * b}}", 0, ""),
    ("{a: {positions: 1 * b}}", 0, ""),
    ("{a: {multiplies: 33.4 * b}}", 1, "`a` multiplies: expected 33.4 * b, is 33.33 times (12,800 / 384)"),
    ("{a: {biases: 2 * b}}", 1, "`a` biases: expected 2 * b, is none"),
    ("{a: {params: 2 * bb}}", 2, "no entry `bb` in net.yaml"),
    ("{a: {params: two * b}}", 2, "`two` is no figure"),
    ("{total: {additions: 2 * b}}", 2, "nobody knows all of `additions` here: no figure can be held"),
]


@pytest.mark.parametrize(("expect", "code", "message"), HELD)
def test_held(expect: str, code: int, message: str) -> None:
    Path("net.yaml").write_text(f"{NET}expect: {expect}\n", encoding="utf-8")
    ran = invoke("check", "net.yaml")
    assert (ran.code, message in ran.err) == (code, True)


def test_put_right() -> None:
    Path("net.yaml").write_text(f"{NET}expect: {{a: {{multiplies: 33.1 * b, params: 3 * b}}}}\n", encoding="utf-8")
    assert invoke("check", "net.yaml", "--update").code == 0
    assert Path("net.yaml").read_text(encoding="utf-8").endswith("{multiplies: 33.3 * b, params: 34 * b}}\n")
