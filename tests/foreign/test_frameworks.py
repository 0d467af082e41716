"""What PyTorch and Keras write is read as they say themselves; each test needs one of them."""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import cnncalc
from tests.foreign.examples import EXAMPLES, FOLDER
from tests.running import ROOT, invoke

NETWORK = """
from dataclasses import dataclass

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x):
        return torch.relu(x + self.norm(self.conv(x)))


def small():
    return nn.Sequential(
        nn.Conv2d(3, 8, 3), Block(8), Block(8), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10)
    )


def broken():
    return nn.Linear(5, 5)


def half():
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(400, 5)).bfloat16()


class Zeros(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x):
        y = torch.zeros(1, 8, 12, 12)
        y[:, :4] = self.conv(x)
        return y


class Twins(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 3)
        self.end = nn.Linear(10, 2)

    def forward(self, left, right):
        return self.end(torch.cat([self.conv(left).mean((2, 3)), self.conv(right).mean((2, 3))], 1))


class Tied(nn.Module):  # the table of words is the matrix of the head, and a bias that of another layer
    def __init__(self):
        super().__init__()
        self.words, self.body, self.head = nn.Embedding(100, 8), nn.Linear(8, 8), nn.Linear(8, 100)
        self.head.weight = self.words.weight
        self.more = nn.Linear(8, 8)
        self.more.bias = self.body.bias

    def forward(self, x):
        return self.head(self.more(self.body(self.words(x.long()))))


class TiedRecurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.other = nn.GRU(8, 8, batch_first=True), nn.GRU(8, 8, batch_first=True)
        self.other.weight_ih_l0 = self.one.weight_ih_l0

    def forward(self, x):
        return self.other(self.one(x)[0])[0]


@dataclass
class Two:
    logits: object
    features: object


class Profiled(nn.Module):  # whose parts are timed, and which gives its results by name
    def __init__(self):
        super().__init__()
        self.conv, self.end = nn.Conv2d(3, 4, 3), nn.Linear(4, 2)

    def forward(self, x):
        with torch.profiler.record_function("stem"):
            features = self.conv(x)
        return Two(self.end(features.mean((2, 3))), features)
"""


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    return tmp_path


@pytest.mark.oracle
def test_a_program_is_recorded(beside: Path) -> None:
    pytest.importorskip("torch")
    (beside / "recorded_net.py").write_text(NETWORK)
    code, out, _ = invoke(
        "summary", "torch:recorded_net:small", "--input-size", "3x12x12", "--columns", "layer,output,params,multiplies"
    )
    assert code == 0
    rows = [line.split() for line in out.splitlines()]
    assert ["1", "10×10×8", "592", "57,600"] in rows
    assert ["total", "1,498", "136,880"] in rows
    size = ("--input-size", "3x12x12")
    for most, code in (("1.5k", 0), ("1.4k", 1)):
        assert invoke("check", "torch:recorded_net:small", *size, "--max-params", most, "--no-lint").code == code
    code, out, _ = invoke("exercise", "torch:recorded_net:small", *size, "--count", "2")
    assert (code, '"network": "recorded_net:small"' in out) == (0, True)
    code, _, err = invoke("summary", "torch:recorded_net:broken", "--input-size", "3x12x12")
    assert (code, err.splitlines()[0].startswith("error[unreadable]: `torch:recorded_net:broken` cannot be run: ")) == (
        2,
        True,
    )


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("called", "size", "params", "multiplies"),
    [
        ("half", "3x12x12", 112 + 2005, 108 * 100 + 2000),
        ("Zeros", "3x12x12", 16, 12 * 144),
        ("Twins", "3x8x8,3x12x12", 140 + 22, 135 * (36 + 100) + 20),
        ("Twins", "right=3x12x12,left=3x8x8", 140 + 22, 135 * (36 + 100) + 20),
        ("Tied", "12", 800 + 72 + 100 + 64, 12 * (64 + 64 + 800)),
        ("TiedRecurrent", "5x8", 2 * (192 + 24 + 24) + 192, 2 * 5 * 384),
        ("Profiled", "3x8x8", 112 + 10, 36 * 108 + 8),
    ],
)
def test_a_program_is_counted_as_it_runs(called: str, size: str, params: int, multiplies: int, beside: Path) -> None:
    pytest.importorskip("torch")
    (beside / "recorded_others.py").write_text(NETWORK)
    code, out, _ = invoke("summary", f"torch:recorded_others:{called}", "--input-size", size, "--format", "json")
    found = json.loads(out)
    assert (code, found["status"]) == (0, "exact")
    assert (found["totals"]["params"], found["totals"]["multiplies"]) == (params, multiplies)


@pytest.mark.oracle
def test_a_program_that_reads_several_tensors_is_told_how_to_say_their_sizes(beside: Path) -> None:
    pytest.importorskip("torch")
    (beside / "recorded_twins.py").write_text(NETWORK)
    code, _, err = invoke("summary", "torch:recorded_twins:Twins", "--input-size", "3x8x8")
    help = "where it reads several tensors, say the size of each: `--input-size 3x8x8,3x4x4`, or by name"
    assert (code, err.splitlines()[-1]) == (2, f" = help: {help}")


@pytest.mark.oracle
def test_an_exported_program_has_the_figures_of_its_network(beside: Path) -> None:
    torch: Any = pytest.importorskip("torch")
    (beside / "exported_net.py").write_text(NETWORK)
    import exported_net  # type: ignore[import-not-found]

    network = exported_net.small().eval()
    torch.export.save(torch.export.export(network, (torch.zeros(1, 3, 12, 12),)), "net.pt2")
    analysis = cnncalc.analyze(cnncalc.load("net.pt2"))
    assert analysis.totals.params == sum(one.numel() for one in network.parameters())
    assert (analysis.totals.multiplies, analysis.totals.buffers, analysis.status) == (136_880, 32, "exact")
    assert analysis.groups["1"].kind == "Block"


PAGE = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")


def section(title: str) -> tuple[str, list[tuple[str, str]]]:
    """The Python of a section of the page, and its commands, each with the output that is shown."""
    text = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    program = "".join(re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))
    return program, re.findall(r"^```text\n\$ cnncalc ([^\n]*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore")  # of the exporters
def test_the_page_shows_what_the_program_on_it_writes(beside: Path) -> None:
    """The page itself is run on small files of ours: those that PyTorch writes give the same."""
    pytest.importorskip("torch")
    pytest.importorskip("onnxscript")
    (to_pytorch, pytorch), (to_onnx, onnx) = section("A network in PyTorch"), section("A model of ONNX")
    exec(f"{to_pytorch}\n{to_onnx}", {})
    for command, shown in (*pytorch, *onnx):
        assert invoke(*shlex.split(command)).out.splitlines() == shown.splitlines(), command


@pytest.mark.quick
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_files_of_the_page_are_those_that_our_tests_write(name: str) -> None:
    assert (FOLDER / name).read_bytes() == EXAMPLES[name]()


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("suffix", ["keras", "h5", "json"])
def test_a_saved_model_has_the_figures_of_its_network(suffix: str, beside: Path) -> None:
    keras: Any = pytest.importorskip("keras")
    inputs = keras.Input((12, 12, 3))
    x = keras.layers.SeparableConv2D(8, 3, activation="relu")(inputs)
    x = keras.layers.BatchNormalization(scale=False)(x)
    x = keras.layers.add([x, keras.layers.Conv2D(8, 1)(x)])
    x = keras.layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, keras.layers.Dense(10)(x))
    if suffix == "json":
        Path("net.json").write_text(model.to_json())
    else:
        model.save(f"net.{suffix}")
    analysis = cnncalc.analyze(cnncalc.load(f"net.{suffix}"))
    assert analysis.totals.params + analysis.totals.buffers == model.count_params()
    assert analysis.status == "exact"


@pytest.mark.quick
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["torch:somewhere", "--input-size", "3x8x8"], "`torch:somewhere` names no network"),
        (["torch:somewhere:net"], "`torch:somewhere:net` says not what it reads"),
        (["torch:a:b", "--set", "n=1"], "--set: a network of PyTorch has no vars"),
    ],
)
@pytest.mark.parametrize("command", ["summary", "check", "exercise"])
def test_what_is_missing_is_said(command: str, arguments: list[str], message: str) -> None:
    code, _, err = invoke(command, *arguments)
    assert (code, message in err) == (2, True)


@pytest.mark.quick
def test_a_program_stands_in_no_file(beside: Path) -> None:
    """What a file names is never imported; only a command line may say so."""
    (beside / "net.yaml").write_text("extends: torch:os:getcwd\n")
    code, _, err = invoke("summary", "net.yaml")
    assert (code, "error[extends]" in err) == (2, True)
    with pytest.raises(cnncalc.ProblemsFound):
        cnncalc.load("torch:os:getcwd")


@pytest.mark.quick
@pytest.mark.skipif(os.name == "nt", reason="no file is called that")
@pytest.mark.parametrize("command", ["summary", "check", "exercise"])
def test_a_file_is_no_program_whatever_its_name(command: str, beside: Path) -> None:
    """A repository may have a file of that name, which a folder or a shell's `*` leads to."""
    (beside / "evil.py").write_text("raise SystemExit(77)\n")
    (beside / "torch:evil:make.yaml").write_text("input: {channels: 3, size: 8}\nlayers: [conv: [2, 3]]\n")
    assert invoke(command, "torch:evil:make.yaml", "--input-size", "8").code == 0
    assert invoke("check", ".", "--input-size", "8").code == 0


@pytest.mark.quick
def test_a_configuration_names_no_program(beside: Path) -> None:
    (beside / "pyproject.toml").write_text('[tool.cnncalc]\nfiles = ["torch:os:getcwd"]\n')
    code, _, err = invoke("check", "--input-size", "3x8x8")
    assert (code, "no file or folder `torch:os:getcwd`" in err) == (2, True)


@pytest.mark.quick
def test_an_isolated_python_imports_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the action, where nothing of the checkout runs."""
    isolated = SimpleNamespace(flags=SimpleNamespace(isolated=1))
    monkeypatch.setattr("cnncalc.formats.foreign.recorder.sys", isolated)
    code, _, err = invoke("check", "torch:os:getcwd", "--input-size", "3x8x8")
    assert (code, "error[unreadable]: `torch:os:getcwd` is not imported: this Python is isolated" in err) == (2, True)
