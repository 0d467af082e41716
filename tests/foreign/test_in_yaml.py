"""A file of another program as the network of a YAML file, or as a block of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cnncalc
from cnncalc.analyses.schema import schema
from cnncalc.cli.completion import architectures
from cnncalc.formats.foreign import FORMATS
from cnncalc.formats.source import MODELS
from tests.foreign.onnx_file import model, node, small, tensor, value
from tests.repository import Repository, repository

__all__ = ["repository"]
from tests.running import invoke

HELD = """\
network: small.onnx
name: Exported
note: by the exporter of the day
expect:
  total: {params: 762, multiplies: 7552, output: 10}
  fc: {params: 650}
budget: {params: 1k}
"""
CFG = "[net]\nheight=8\nwidth=8\nchannels=3\n[convolutional]\nfilters=4\nsize=3\npad=1\nactivation=leaky\n"
CFG += "[maxpool]\nsize=2\nstride=2\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.onnx").write_bytes(small())
    (tmp_path / "small.cfg").write_text(CFG)
    return tmp_path


def test_a_file_holds_a_model_to_figures_and_budgets(folder: Path) -> None:
    (folder / "held.yaml").write_text(HELD)
    code, out, _ = invoke("check", "held.yaml")
    assert (code, out.splitlines()[0]) == (0, "held.yaml: 5 figures; params 762 of 1k, 76 %")
    (folder / "held.yaml").write_text(HELD.replace("762", "763").replace("1k", "700"))
    code, _, err = invoke("check", "held.yaml")
    assert code == 1
    assert "error[expectation]: `total` params: expected 763, is 762 (1 less" in err
    assert "--> held.yaml:5:" in err
    assert "error[budget]" in err


@pytest.mark.parametrize(
    ("block", "call"),
    [("{network: small.onnx, trainable: false}", "m"), ("{network: small.onnx}", "m: {trainable: false}")],
)
def test_a_block_of_it_is_frozen_as_any_other(folder: Path, block: str, call: str) -> None:
    (folder / "net.yaml").write_text(
        f"input: {{channels: 3, size: 8}}\nblocks: {{m: {block}}}\nlayers: [{call}, dense: 2]\n"
    )
    totals = cnncalc.analyze("net.yaml").totals
    assert (totals.frozen, totals.trainable) == (762, 22)


def test_its_wrong_figures_are_put_right(folder: Path) -> None:
    (folder / "held.yaml").write_text(HELD.replace("762", "763"))
    assert invoke("check", "--update", "held.yaml").code == 0
    assert (folder / "held.yaml").read_text() == HELD


def test_it_says_what_is_shown(folder: Path) -> None:
    (folder / "held.yaml").write_text(HELD)
    graph = cnncalc.load("held.yaml")
    assert (graph.name, graph.file, graph.note) == ("Exported", "held.yaml", "by the exporter of the day")
    (folder / "held.yaml").write_text("network: small.onnx\noutputs: pool\n")
    graph = cnncalc.load("held.yaml")
    assert [one.name for one in graph.nodes] == ["conv", "relu", "pool"]
    assert graph.notes[-1] == "left out, for it leads to no output: Flatten, fc (2 layers)"


def test_a_folder_is_searched_for_such_files(folder: Path) -> None:
    (folder / "held.yaml").write_text(HELD)
    (folder / "hosts.yaml").write_text("network:\n  version: 2\n")
    (folder / "compose.yaml").write_text("network: bridge\nimage: x\n")
    code, out, _ = invoke("check", ".")
    assert (code, "./held.yaml: 5 figures" in out) == (0, True)
    assert "hosts.yaml:" not in out


def test_a_child_takes_other_figures_or_another_network(folder: Path) -> None:
    (folder / "held.yaml").write_text(HELD)
    (folder / "child.yaml").write_text("extends: held.yaml\nbudget: {params: 800}\n")
    code, out, _ = invoke("check", "child.yaml")
    assert (code, out.splitlines()[0]) == (0, "child.yaml: 1 figure; params 762 of 800, 95 %")
    (folder / "other.yaml").write_text("extends: lenet5\nnetwork: small.onnx\n")
    assert cnncalc.load("other.yaml").file == "other.yaml"
    (folder / "own.yaml").write_text("extends: held.yaml\ninput: {channels: 1, size: 8}\nlayers: [relu]\n")
    assert [one.name for one in cnncalc.load("own.yaml").nodes] == ["relu1"]


REFUSED = {
    "network: torch:os:getcwd\n": (
        "extends",
        "`network` names a file; what `torch:` names is imported and run, so only a command line may name it",
    ),
    "extends: torch:os:getcwd\n": (
        "extends",
        "`extends` names a file; what `torch:` names is imported and run, so only a command line may name it",
    ),
    "input: {channels: 3, size: 8}\nblocks: {b: {network: 'torch:os:getcwd'}}\nlayers: [b]\n": (
        "extends",
        "`network` names a file; what `torch:` names is imported and run, so only a command line may name it",
    ),
    "network: small.onnx\nvars: {n: 1}\n": ("unknown-key", "`network` and `vars` exclude each other"),
    "network: small.onnx\nlayers: [relu]\n": ("unknown-key", "`network` and `layers` exclude each other"),
    "network: lenet5\n": (
        "extends",
        "the `network` of a whole file is one of another program, and `lenet5.yaml` is YAML",
    ),
    "extends: small.onnx\n": ("extends", "`extends` names a file of YAML, and `small.onnx` is a model of ONNX"),
    "network: nowhere.onnx\n": (
        "extends",
        "no file `nowhere.onnx` beside this one, nor among the bundled ones",
    ),
    "network:\n": ("null-value", "`network` has no value"),
    "network: [small.onnx]\n": ("extends", "`network` names one file"),
    "network: ../small.onnx\n": (
        "extends",
        "`../small.onnx` lies outside: a file reads what is below the top of its repository, else below its folder",
    ),
    "network: small.onnx\noutputs: pol\n": ("unknown-name", "`small.onnx` has no layer `pol`"),
    "network: pointer.onnx\n": ("extends", "`pointer.onnx` is a pointer of Git LFS, and not the file itself"),
    "network: cut.onnx\n": (
        "unreadable",
        "`cut.onnx` is no whole model of ONNX: a field of 560 bytes at offset 12 goes beyond the end",
    ),
    "input: {channels: 4, size: 8}\nblocks: {b: {network: small.onnx}}\nlayers: [b]\n": (
        "wrong-input",
        "the network of block `b` reads 3 channels, and not 8×8×4",
    ),
    "input: {channels: 3}\nblocks: {b: {network: small.onnx}}\nlayers: [b]\n": (
        "wrong-input",
        "the network of block `b` reads 8×8×3, and not 3",
    ),
    "input: {channels: 3, size: 8}\nblocks: {b: {network: small.onnx, until: pol}}\nlayers: [b]\n": (
        "unknown-name",
        "`small.onnx` has no layer `pol`",
    ),
    "input: {channels: 3, size: 8}\nblocks: {b: {network: small.onnx, set: {n: 1}}}\nlayers: [b]\n": (
        "unknown-name",
        "`set`: `small.onnx` has no var `n`",
    ),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_is_said(text: str, folder: Path) -> None:
    (folder / "pointer.onnx").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    (folder / "cut.onnx").write_bytes(small()[:100])
    (folder / "net.yaml").write_text(text)
    with pytest.raises(cnncalc.ProblemsFound) as caught:
        cnncalc.load("net.yaml")
    assert (caught.value.problems[0].code, caught.value.problems[0].message) == REFUSED[text]


def test_vars_of_a_model_cannot_be_set(folder: Path) -> None:
    (folder / "held.yaml").write_text(HELD)
    code, _, err = invoke("summary", "held.yaml", "--set", "n=1")
    assert (code, err.splitlines()[0]) == (2, "error[bad-value]: --set: a model of ONNX has no vars")


@pytest.mark.parametrize("file", ["small.onnx", "held.yaml"])
def test_a_model_is_a_block(file: str, folder: Path) -> None:
    (folder / "held.yaml").write_text(HELD)
    (folder / "net.yaml").write_text(
        f"input: {{channels: 3, size: 8}}\n"
        f"blocks:\n  body: {{network: {file}, outputs: [pool, conv]}}\n"
        "layers:\n  - body: {name: b}\n  - conv: [2, 1, name: c]\n  - conv: [5, 1, from: b.conv]\n"
        "  - max_pool: 2\n  - concat: {from: [c, previous]}\n"
    )
    graph = cnncalc.load("net.yaml")
    names = [one.name for one in graph.nodes]
    assert names == ["b/conv", "b/relu", "b/pool", "c", "conv2", "max_pool1", "concat1"]
    assert graph.groups["b"].outputs == ("pool", "conv")
    assert cnncalc.analyze(graph).groups["b"].counts.params == 112
    assert str(graph.nodes[0].origin) == "small.onnx, node /conv/Conv"


def test_a_block_takes_the_size_that_it_reads(folder: Path) -> None:
    (folder / "net.yaml").write_text(
        "input: {channels: 3, size: [12, 16]}\nblocks: {b: {network: small.cfg}}\n"
        "layers:\n  - b: {name: one}\n  - conv: [3, 1]\n  - b: {name: two}\n"
    )
    graph = cnncalc.load("net.yaml")
    assert (graph.shape(2), graph.shape(6)) == ((4, 6, 8), (4, 3, 4))


def test_a_model_is_not_counted_where_it_is_not_known(folder: Path) -> None:
    odd = model(
        [node("Conv", ["x", "w"], ["a"], "conv"), node("Odd", ["a"], ["y"], "odd", domain="my")],
        [value("x", [1, 3, 8, 8])],
        [value("y", [1, 4, 6, 6])],
        [tensor("w", [4, 3, 3, 3])],
    )
    (folder / "odd.onnx").write_bytes(odd)
    (folder / "whole.yaml").write_text("network: odd.onnx\nexpect: {total: {params: 108}}\n")
    (folder / "block.yaml").write_text(
        "input: {channels: 3, size: 8}\nblocks: {b: {network: odd.onnx}}\nlayers: [b, operator: {type: Own}]\n"
    )
    assert invoke("check", "whole.yaml").code == 0
    for name in ("whole.yaml", "block.yaml"):
        code, _, err = invoke("check", name, "--strict")
        assert (code, "error[unknown-layer]: in" in err, err.count("is not understood")) == (2, True, 1)


def test_what_is_to_be_known_of_a_block_is_said(folder: Path) -> None:
    """Once, however often it is called."""
    one = model(
        [node("Relu", ["x"], ["y"], "act")], [value("x", [4, 3, 8, 8])], [value("y", [4, 3, 8, 8])], [tensor("w", [7])]
    )
    (folder / "one.onnx").write_bytes(one)
    (folder / "net.yaml").write_text(
        "input: {channels: 3, size: 8}\nblocks: {b: {network: one.onnx}}\nlayers: [b, b]\n"
    )
    assert cnncalc.load("net.yaml").notes == (
        "block `b`: the input `x` has 4 images: counted is one",
        "block `b`: 7 stored numbers are read by nobody: `w`",
    )


def test_a_model_that_changed_changes_the_files_that_hold_it(repository: Repository) -> None:
    tmp_path = repository.folder
    (tmp_path / "small.onnx").write_bytes(small())
    (tmp_path / "held.yaml").write_text(HELD)
    (tmp_path / "block.yaml").write_text(
        "input: {channels: 3, size: 8}\nblocks: {b: {network: small.onnx}}\nlayers: [b]\n"
    )
    (tmp_path / "apart.yaml").write_text("input: {channels: 3, size: 8}\nlayers: [relu]\n")
    repository.commit()
    (tmp_path / "small.onnx").write_bytes(small().replace(b"fc.bias", b"fc.Bias"))
    code, out, _ = invoke("check", "--since", "HEAD")
    assert (code, [line.partition(":")[0] for line in out.splitlines()[:2]]) == (0, ["block.yaml", "held.yaml"])
    repository.git("add", "small.onnx")
    code, out, _ = invoke("check", "--staged")
    assert (code, "held.yaml: 5 figures" in out, "apart.yaml" in out) == (0, True, False)
    assert "nothing changed" in invoke("diff", "HEAD").out  # but a name of what is stored
    assert invoke("summary", "git:HEAD:held.yaml").code == 0
    (tmp_path / "small.cfg").write_text(CFG)
    (tmp_path / "text.yaml").write_text("network: small.cfg\n")
    repository.commit()
    (tmp_path / "small.cfg").write_text(CFG.replace("filters=4", "filters=8"))
    assert [line.split()[:2] for line in invoke("diff", "HEAD").out.splitlines()[4:5]] == [["text.yaml", "changed"]]


def test_it_is_compared_explained_drawn_and_asked_about(folder: Path) -> None:
    (folder / "held.yaml").write_text(HELD)
    assert invoke("compare", "held.yaml", "small.onnx").code == 0
    code, out, _ = invoke("explain", "held.yaml", "fc")
    assert (code, out.splitlines()[0]) == (0, "fc · dense 10 · small.onnx, node /fc/Gemm")
    assert invoke("diagram", "held.yaml").out.startswith("<svg")
    code, out, _ = invoke("exercise", "held.yaml", "--count", "3")
    assert (code, out.splitlines()[0]) == (0, "# Exported: one layer at a time")


def test_a_worksheet_carries_a_model_as_text(folder: Path) -> None:
    for name in ("small.onnx", "small.cfg"):
        assert invoke("exercise", name, "--count", "2", "--format", "json", "-o", f"{name}.out").code == 0
        asked = json.loads((folder / f"{name}.out").read_text())
        assert len(asked["questions"]) == 2
    code, _, err = invoke("quiz", "small.onnx", "--count", "1", input="?\n")
    assert (code, "Traceback" in err) == (0, False)


def test_a_worksheet_has_all_outputs_of_a_model(folder: Path) -> None:
    """A detector at two scales, whose first one leads to nothing."""
    head = "[convolutional]\nfilters=6\nsize=1\nactivation=linear\n[yolo]\nmask=0\n"
    (folder / "two.cfg").write_text(f"[net]\nheight=8\nwidth=8\nchannels=3\n{head}[route]\nlayers=0\n{head}")
    code, out, err = invoke("exercise", "two.cfg", "--count", "2")
    assert (code, out.splitlines()[0], err) == (0, "# two.cfg: one layer at a time", "")


def test_lint_judges_what_another_program_wrote(folder: Path) -> None:
    (folder / "net.cfg").write_text(CFG.replace("pad=1", "stride=2"))
    (folder / "net.yaml").write_text("network: net.cfg\n")
    code, _, err = invoke("check", "net.cfg")
    assert (code, err.splitlines()[0]) == (
        0,
        "warning[dropped-border]: `convolutional` never reads the last row and column of 8×8: (8 − 3) / 2 is not whole",
    )
    assert "warning[dropped-border]: in `net.yaml`" in invoke("check", "net.yaml").err
    (folder / "net.yaml").write_text("network: net.cfg  # cnncalc: ignore-file[dropped-border]\n")
    assert "dropped-border" not in invoke("check", "net.yaml").err


def test_the_schema_knows_it() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    judge = jsonschema.Draft202012Validator(schema())
    assert judge.is_valid({"network": "model.onnx", "expect": {"total": {"params": 1}}, "outputs": ["a"]})
    assert not judge.is_valid({"network": "model.onnx", "layers": ["relu"]})
    assert not judge.is_valid({"network": "model.onnx", "input": {"channels": 3}})


def test_files_of_other_programs_are_completed(folder: Path) -> None:
    assert {"small.onnx", "small.cfg"} <= {item.value for item in architectures("small")}
    assert {suffix for one in FORMATS.values() for suffix in one.suffixes} <= set(MODELS)


def test_a_model_of_ultralytics_is_named(folder: Path) -> None:
    (folder / "yolo.yaml").write_text(
        "nc: 80\nbackbone:\n  - [-1, 1, Conv, [64, 3, 2]]\nhead:\n  - [-1, 1, Detect, [nc]]\n"
    )
    code, _, err = invoke("summary", "yolo.yaml")
    assert (code, err.splitlines()[0], err.count("error[")) == (
        2,
        "error[foreign-format]: `yolo.yaml` is a model of Ultralytics, whose modules are programs: it is not read",
        1,
    )
