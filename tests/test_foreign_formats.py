"""A format is one file: a toy one of lines is registered here, and every command works on it. Others are told apart."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import cnncalc
from cnncalc.analyses.checks.report import Report
from cnncalc.analyses.columns import COLUMNS
from cnncalc.analyses.outline import outline
from cnncalc.analyses.style import Style
from cnncalc.core.builder import Builder
from cnncalc.core.graph import Graph
from cnncalc.core.problem import Label, Place, Problem
from cnncalc.formats.foreign.base import FORMATS, Format
from cnncalc.formats.foreign.unread import UNREAD
from cnncalc.formats.source import Source
from cnncalc.render.json import network as json_of
from cnncalc.render.problems import render as drawn
from tests.running import invoke, written

pytestmark = pytest.mark.quick

# ---------------------------------------------------------------------------------- the whole of a reader of a format


def declare() -> None:
    class Lines(Format):
        """Lines such as `input 3 8 8` and `conv filters=4 kernel=3`."""

        called = "a network in lines"
        suffixes = (".lines",)

        def recognises(self, name: str, head: bytes) -> bool:
            return head.startswith(b"#!lines") or super().recognises(name, head)

        def read(self, source: Source) -> Graph:
            net = Builder({}, file=source.name)
            for number, line in enumerate(source.text.splitlines(), 1):
                word, *given = line.split() or [""]
                if word == "input":
                    net = Builder({"input": tuple(map(int, given))}, name="toy", file=source.name)
                elif word and not word.startswith("#"):
                    values = {name: int(value) for name, value in (pair.split("=") for pair in given)}
                    net.add(word, values, origin=Place(source.name, number, 1, len(line), line))
            return net.graph()


@pytest.fixture
def lines() -> Iterator[None]:
    declare()
    yield
    del FORMATS["lines"]


TOY = "#!lines\ninput 3 8 8\nconv filters=4 kernel=3\nrelu\nflatten\ndense units=10\n"


@pytest.fixture
def toy(lines: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "toy.lines").write_text(TOY)
    return tmp_path


def test_python_loads_it(toy: Path) -> None:
    analysis = cnncalc.analyze(cnncalc.load("toy.lines"))
    assert analysis.totals.params == (3 * 9 * 4 + 4) + (144 * 10 + 10)
    assert [(row.name, row.line, str(row.origin)) for row in analysis.rows][:2] == [
        ("conv1", 3, "toy.lines:3"),
        ("relu1", 4, "toy.lines:4"),
    ]


def test_it_is_recognised_by_what_is_inside(toy: Path) -> None:
    (toy / "toy").write_text(TOY)
    assert cnncalc.load("toy").name == "toy"


def test_summary_shows_it(toy: Path) -> None:
    code, out, _ = invoke("summary", "toy.lines", "--columns", "layer,output,params,line")
    assert code == 0
    assert [line.split() for line in out.splitlines() if line.startswith(("conv1", "total"))] == [
        ["conv1", "6×6×4", "112", "3"],
        ["total", "1,562"],
    ]
    code, out, _ = invoke("summary", "toy.lines", "-f", "json")
    assert code == 0
    assert next((row["line"], row["place"]) for row in json.loads(out)["layers"]) == (3, "toy.lines:3")


def test_explain_shows_the_working_and_the_line(toy: Path) -> None:
    code, out, _ = invoke("explain", "toy.lines", "conv1")
    assert code == 0
    assert out.startswith("conv1 · conv 3×3, 4 · toy.lines:3\n")
    assert "F_h·F_w·C_in·filters              = 3·3·3·4" in out


def test_check_passes_and_says_that_nothing_is_expected(toy: Path) -> None:
    code, out, err = invoke("check", "toy.lines", "--max-params", "2k")
    assert (code, "All checks passed: 1 file, 1 figure" in out + err) == (0, True)
    code, out, err = invoke("check", "toy.lines", "--max-params", "1k")
    assert code == 1
    assert "`total` params: limit 1k, is 1.6k, over by 0.6k" in out + err


def test_compare_takes_it_beside_yaml(toy: Path) -> None:
    code, out, _ = invoke("compare", "toy.lines", "lenet5", "-f", "json")
    assert code == 0
    assert [one["file"] for one in json.loads(out)["networks"]] == ["toy.lines", "lenet5"]


def test_diagram_draws_it(toy: Path) -> None:
    code, out, _ = invoke("diagram", "toy.lines", "-f", "mermaid")
    assert code == 0
    assert "conv 3×3, 4" in out


def test_an_error_stands_below_its_line(toy: Path) -> None:
    (toy / "broken.lines").write_text("input 3 8 8\nconv filters=4 kernel=9\n")
    code, _, err = invoke("summary", "broken.lines")
    assert code == 2
    assert err == (
        "error[empty-output]: `conv` leaves nothing: height = (8 − 9 + 2·0) // 1 + 1 = 0\n"
        " --> broken.lines:2:1\n"
        "  |\n"
        "2 | conv filters=4 kernel=9\n"
        "  | ^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  = help: the window is larger than its padded input: a smaller kernel, more padding, or less shrinking "
        "before it\n"
    )
    code, out, _ = invoke("explain", "broken.lines")
    assert code == 2
    assert "(8 − 9 + 2·0) // 1 + 1" in out


@pytest.mark.parametrize(
    ("option", "value", "why"), [("--set", "n=3", "has no vars"), ("--input-size", "9", "fixes the input's size")]
)
def test_options_that_do_not_apply_are_refused(toy: Path, option: str, value: str, why: str) -> None:
    code, _, err = invoke("summary", "toy.lines", option, value)
    assert (code, err) == (
        2,
        f"error[bad-value]: {option}: a network in lines {why}\n",
    )


def test_it_is_no_parent_of_a_yaml_file(toy: Path) -> None:
    (toy / "child.yaml").write_text("extends: toy.lines\n")
    code, _, err = invoke("summary", "child.yaml")
    assert code == 2
    assert "`extends` names a file of YAML, and `toy.lines` is a network in lines" in err


# ------------------------------------------------------------------------------------------- known, and not read

CONTENTS: dict[str, bytes] = {
    "a program in Python": b"import torch\n\nnet = torch.nn.Linear(1, 2)\n",
    "a file of PyTorch": b"PK\x03\x04" + b"\0" * 26 + b"archive/data.pkl",
    "weights of safetensors": b'\x40\0\0\0\0\0\0\0{"__metadata__":{}}',
    "a model of TensorFlow Lite": b"\x1c\0\0\0TFL3",
}


@pytest.mark.parametrize(("called", "content"), CONTENTS.items(), ids=CONTENTS)
def test_a_known_kind_is_told_by_what_is_inside(called: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(content)
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.load(path)
    (problem,) = found.value.problems
    assert (problem.code, problem.message) == ("foreign-format", f"`{path}` is {called}, which is not read")
    assert problem.help == next(kind.cure for kind in UNREAD if kind.called == called)


@pytest.mark.parametrize(("suffix", "called"), [(suffix, kind.called) for kind in UNREAD for suffix in kind.suffixes])
def test_a_known_kind_is_told_by_its_suffix(suffix: str, called: str, tmp_path: Path) -> None:
    path = tmp_path / f"Model{suffix.upper()}"
    path.write_bytes(b"nobody knows what this is")
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.load(path)
    assert found.value.problems[0].message == f"`{path}` is {called}, which is not read"


def test_yaml_of_any_name_is_read(tmp_path: Path) -> None:
    for name in ("net", "net.txt", "net.json"):
        (tmp_path / name).write_text('{"input": {"channels": 3}, "layers": ["relu"]}')
        assert len(cnncalc.load(tmp_path / name).nodes) == 1


def test_a_yaml_file_imports_no_other_format() -> None:
    code = "import sys, cnncalc; cnncalc.load('lenet5'); print([m for m in sys.modules if 'foreign' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


def test_what_has_no_lines_shows_its_label(lines: None) -> None:
    net = Builder({"input": (3, 8, 8)}, file="model.bin")
    net.add("relu", origin=Label("model.bin", "node Relu_1"))
    analysis = cnncalc.analyze(net.graph())
    cells = [COLUMNS["line"].cell(line, analysis, Style()) for line in outline(analysis)]
    assert cells == ["node Relu_1"]
    assert json.loads(json_of(analysis, analysis.rows))["layers"][0]["line"] is None
    assert json.loads(json_of(analysis, analysis.rows))["layers"][0]["place"] == "model.bin, node Relu_1"


def test_problems_without_lines_are_shown_in_every_format_of_check() -> None:
    place = Label("model.bin", "node Conv_3")
    problem = Problem("bad-value", "too wide", place)
    report = Report("model.bin", 2, problems=(problem,))
    assert drawn([problem]) == "error[bad-value]: too wide\n--> model.bin, node Conv_3\n"
    assert written("text", [report]) == "model.bin, node Conv_3: error bad-value too wide\n"
    assert written("github", [report]) == (
        "::error file=model.bin,title=cnncalc bad-value::too wide%0Aat node Conv_3\n"
    )
    (result,) = json.loads(written("sarif", [report]))["runs"][0]["results"]
    assert result["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "node Conv_3"}]
    assert "| model.bin, node Conv\\_3 | error | bad-value | too wide |" in written("step_summary", [report])
    found = json.loads(written("json", [report]))["files"][0]["problems"][0]
    assert (found["place"], "line" in found) == ("model.bin, node Conv_3", False)
