"""Frozen params: `trainable: false`, as tables, checks, comparisons and explanations show it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

import cnncalc
from tests.running import invoke

NET = """\
name: Birds
input: {channels: 3, size: 8}
blocks: {body: {layers: [conv: {filters: 4, kernel: 3}, batch_norm]}}
layers:
  - body: {name: backbone, trainable: false}
  - flatten
  - dense: {name: head, units: 2}
"""
TRAINED = NET.replace(", trainable: false", "")


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trained.yaml").write_text(TRAINED, encoding="utf-8")
    path = tmp_path / "net.yaml"
    path.write_text(NET, encoding="utf-8")
    return path


def test_summary_says_what_is_frozen_and_how_much_is_trained(net: Path) -> None:
    shown = invoke("summary", "net.yaml").out
    assert "backbone body, frozen 6×6×4" in " ".join(shown.split())
    assert " trainable    290; the other 120 are frozen\n" in shown
    assert "conv 3×3, 4, frozen" in invoke("summary", "net.yaml", "-d", "all").out
    assert "frozen" not in invoke("summary", "trained.yaml").out


def test_columns_csv_json(net: Path) -> None:
    table = invoke("summary", "net.yaml", "--columns", "layer,trainable,frozen", "-f", "csv").out
    rows = {row["name"]: (row["trainable"], row["frozen"]) for row in csv.DictReader(io.StringIO(table))}
    assert rows["backbone/conv1"] == ("0", "112")
    assert rows["head"] == ("290", "0")
    found = json.loads(invoke("summary", "net.yaml", "-f", "json").out)
    assert {name: found["totals"][name] for name in ("params", "trainable", "frozen", "buffers")} == {
        "params": 410, "trainable": 290, "frozen": 120, "buffers": 8,
    }  # fmt: skip
    assert [(layer["trainable"], layer["frozen"]) for layer in found["layers"]] == [(0, 112), (0, 8), (0, 0), (290, 0)]


@pytest.mark.parametrize(
    ("promise", "said"),
    [
        ("budget: {trainable: 300, backbone: {trainable: 0}}", ""),
        ("budget: {trainable: 200}", "`total` trainable: limit 200, is 290, over by 90 (+45.0 %)"),
        ("budget: {frozen: {warn: 100}}", "`total` frozen: limit 100, is 120, over by 20 (+20.0 %)"),
        ("expect: {backbone: {frozen: 120}, total: {trainable: 290}}", ""),
        ("expect: {backbone: {trainable: 120}}", "`backbone` trainable: expected 120, is 0 (120 less"),
    ],
)
def test_promises(net: Path, promise: str, said: str) -> None:
    net.write_text(f"{NET}{promise}\n", encoding="utf-8")
    ran = invoke("check", "net.yaml")
    assert ran.code == (1 if said and "warn" not in promise else 0)
    assert said in ran.err


def test_explained(net: Path) -> None:
    layer = invoke("explain", "net.yaml", "backbone/conv1").out
    assert layer.startswith("backbone/conv1 · conv 3×3, 4, frozen · net.yaml:3\n")
    assert "  frozen       all of them: training leaves these as they are" in layer
    first, *rows = invoke("explain", "net.yaml", "total").out.splitlines()[1:]
    assert first.split()[-2:] == ["trainable", "frozen"]
    assert [line.split()[-2:] for line in rows if line.split()[:1] in (["backbone"], ["head"], ["sum"])] == [
        ["–", "120"], ["290", "–"], ["290", "120"],
    ]  # fmt: skip


def test_compared(net: Path) -> None:
    shown = invoke("compare", "trained.yaml", "net.yaml", "--by-layer").out
    assert "frozen – 120 from 0" in " ".join(shown.split())
    assert "trainable true → false" in shown
    folded = invoke("compare", "trained.yaml", "net.yaml", "--by-layer", "--depth", "1").out
    assert "changed inside" in folded
    assert "frozen" not in invoke("compare", "trained.yaml", "trained.yaml").out


def test_a_baseline_that_knows_of_nothing_frozen_is_read(net: Path) -> None:
    assert invoke("check", "trained.yaml", "--write-baseline", "base.json").code == 0
    recorded = json.loads(Path("base.json").read_text(encoding="utf-8"))
    for figures in recorded["files"].values():
        del figures["totals"]["frozen"], figures["totals"]["trainable"]
    Path("base.json").write_text(json.dumps(recorded), encoding="utf-8")
    net.write_text(TRAINED, encoding="utf-8")
    Path("trained.yaml").write_text(NET, encoding="utf-8")
    ran = invoke("check", "trained.yaml", "--baseline", "base.json", "--max-growth", "frozen=0%")
    assert (ran.code, "`total` frozen" in ran.err) == (1, True)


def test_built_by_a_program() -> None:
    from cnncalc import Builder

    net = Builder({"input": (3, 8, 8)})
    net.add("conv", {"filters": 4, "kernel": 3}, trainable=False)
    net.add("dense", {"units": 2, "per": "position"})
    totals = cnncalc.analyze(net.graph()).totals
    assert (totals.params, totals.trainable, totals.frozen) == (122, 10, 112)
