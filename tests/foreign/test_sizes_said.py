"""`--input-size` of files of other programs: of images, sequences, words and vectors, of one input and of several."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

import cnncalc
from tests.foreign.onnx_file import model, node, tensor, value
from tests.foreign.test_keras import layer, sequential
from tests.foreign.test_pt2 import archive, program
from tests.foreign.test_pt2 import node as call
from tests.running import invoke

pytestmark = pytest.mark.quick


class Input(NamedTuple):
    """An input, and what reads it: a convolution, a table of words, a dense layer, or a recurrent layer."""

    name: str
    dims: Sequence[int | str]
    reader: str


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, *inputs: Input) -> str:
    """A model whose inputs are read apart: three channels each, or numbers of words by a table of its own."""
    stored = [
        tensor("image.w", [4, 3, 3, 3]), tensor("film.w", [4, 3, 1, 3, 3]), tensor("sound.w", [4, 3, 3]),
        tensor("steps.w", [3, 4]), tensor("rnn.w", [1, 16, 3]), tensor("rnn.r", [1, 16, 4]),
        *(tensor(f"{one.name}.w", [9, 4]) for one in inputs if one.reader == "words"),
    ]  # fmt: skip
    nodes, gives = [], []
    for one in inputs:
        nodes.append({
            "image": node("Conv", [one.name, "image.w"], [f"{one.name}.y"], kernel_shape=[3, 3]),
            "film": node("Conv", [one.name, "film.w"], [f"{one.name}.y"], kernel_shape=[1, 3, 3]),
            "sound": node("Conv", [one.name, "sound.w"], [f"{one.name}.y"], kernel_shape=[3]),
            "steps": node("MatMul", [one.name, "steps.w"], [f"{one.name}.y"]),
            "words": node("Gather", [f"{one.name}.w", one.name], [f"{one.name}.y"]),
            "rnn": node("LSTM", [one.name, "rnn.w", "rnn.r"], [f"{one.name}.y"], hidden_size=4),
        }[one.reader])  # fmt: skip
        rank = len(one.dims) + {"words": 1, "rnn": 1}.get(one.reader, 0)
        gives.append(value(f"{one.name}.y", list("abcde"[:rank])))
    (folder / "net.onnx").write_bytes(model(nodes, [value(one.name, one.dims) for one in inputs], gives, stored))
    return "net.onnx"


SIZES: list[tuple[Input, str, tuple[int, ...], int]] = [
    (Input("x", ["n", 3, "h", "w"], "image"), "10", (3, 10, 10), 64 * 108),
    (Input("x", ["n", 3, "h", "w"], "image"), "3x10x12", (3, 10, 12), 80 * 108),
    (Input("x", [1, 3, 16, 16], "image"), "x=10", (3, 10, 10), 64 * 108),
    (Input("x", [1, 3, 4, 8, 8], "film"), "6x5x5", (3, 6, 5, 5), 6 * 9 * 108),
    (Input("x", ["n", 3, "l"], "sound"), "20", (3, 20), 18 * 36),
    (Input("x", ["n", "c", "l"], "sound"), "3x20", (3, 20), 18 * 36),
    (Input("x", [1, 3, 8], "sound"), "160000", (3, 160_000), 159_998 * 36),
    (Input("x", ["n", "l", 3], "steps"), "20", (3, 20), 20 * 12),
    (Input("x", ["n", 7, 3], "steps"), "3x20", (3, 20), 20 * 12),
    (Input("x", ["n", "s"], "words"), "20", (20,), 0),
    (Input("x", [1, 7], "words"), "20", (20,), 0),
    (Input("x", ["l", "n", 3], "rnn"), "20", (3, 20, 1), 20 * 4 * 4 * 7),
    (Input("x", [7, 2, 3], "rnn"), "20", (3, 20, 1), 20 * 4 * 4 * 7),
]


@pytest.mark.parametrize(("one", "size", "shape", "multiplies"), SIZES)
def test_an_input_has_the_size_that_is_said(
    one: Input, size: str, shape: tuple[int, ...], multiplies: int, folder: Path
) -> None:
    found = cnncalc.analyze(cnncalc.load(written(folder, one), input_size=size))
    assert (found.inputs, found.totals.multiplies) == ({"x": shape}, multiplies)
    assert found.status == "exact"


IMAGE, SOUND = Input("image", [1, 3, 8, 8], "image"), Input("sound", [1, 3, 8], "sound")
WORDS, MASK = Input("words", ["n", "s"], "words"), Input("mask", ["n", "s"], "words")
SEVERAL: list[tuple[list[Input], str, dict[str, tuple[int, ...]]]] = [
    ([IMAGE, SOUND], "10", {"image": (3, 10, 10), "sound": (3, 8)}),
    ([SOUND, IMAGE], "sound=20", {"sound": (3, 20), "image": (3, 8, 8)}),
    ([SOUND, IMAGE], "10x12,sound=20", {"sound": (3, 20), "image": (3, 10, 12)}),
    ([SOUND, WORDS], "9,words=5", {"sound": (3, 9), "words": (5,)}),
    ([WORDS, MASK], "5", {"words": (5,), "mask": (5,)}),
    ([WORDS, MASK], "words=5,mask=6", {"words": (5,), "mask": (6,)}),
    ([WORDS, Input("at", [1, 7], "words")], "5", {"words": (5,), "at": (7,)}),
    ([WORDS, Input("lengths", ["n"], "words")], "5", {"words": (5,), "lengths": (1,)}),
]


@pytest.mark.parametrize(("inputs", "size", "shapes"), SEVERAL)
def test_a_size_is_for_those_with_the_most_sides_or_for_one_by_name(
    inputs: list[Input], size: str, shapes: dict[str, tuple[int, ...]], folder: Path
) -> None:
    assert cnncalc.load(written(folder, *inputs), input_size=size).inputs == shapes


def test_a_table_may_be_read_at_two_lengths(folder: Path) -> None:
    nodes = [node("Gather", ["w", one], [f"{one}.y"]) for one in "ab"]
    inputs = [value("a", ["n", 5]), value("b", ["n", "s"])]
    data = model(nodes, inputs, [value(f"{one}.y", ["n", "s", "c"]) for one in "ab"], [tensor("w", [9, 4])])
    (folder / "net.onnx").write_bytes(data)
    found = cnncalc.analyze(cnncalc.load("net.onnx", input_size="b=7"))
    assert ([row.output_shape for row in found.rows], found.totals.params) == ([(4, 5), (4, 7)], 9 * 4)


REFUSED: list[tuple[list[Input], str | None, str, str | None]] = [
    ([SOUND], "4x5x6", "bad-value]: --input-size: the input `sound` has 1 side", None),
    ([IMAGE], "1x2x3x4", "bad-value]: --input-size: the input `image` has 2 sides", None),
    ([WORDS], "1x2", "bad-value]: --input-size: the input `words` has no sides: say one number", None),
    ([SOUND], "sond=9", "unknown-name]: --input-size: no input `sond`", "did you mean `sound`?"),
    ([SOUND], "5,6", "bad-value]: --input-size: `6` is for no other input", "write `NAME=6`"),
    ([SOUND], "5,", "bad-value]: --input-size: `` is no size",
     "write `256`, `256x320` (height × width), `3x256x320` or `NAME=256`"),
    ([SOUND], "0", "bad-value]: --input-size: `0` is no size",
     "write `256`, `256x320` (height × width), `3x256x320` or `NAME=256`"),
    ([WORDS], None, "missing-key]: the input `words` leaves sizes open: s", "say them: `--input-size 128`"),
    ([Input("x", ["n", 3, "l"], "sound")], None, "missing-key]: the input `x` leaves sizes open: l",
     "say them: `--input-size 128`"),
    ([Input("x", ["n", "c", "l"], "sound")], None, "missing-key]: the input `x` leaves sizes open: c, l",
     "say them: `--input-size 16x128`"),
    ([Input("x", ["n", "c", "h", "w"], "image")], None, "missing-key]: the input `x` leaves sizes open: c, h, w",
     "say them: `--input-size 3x224x224`"),
    ([Input("x", ["n", 3, "d", "h", "w"], "film")], None, "missing-key]: the input `x` leaves sizes open: d, h, w",
     "say them: `--input-size 16x224x224`"),
    ([IMAGE, WORDS], None, "missing-key]: the input `words` leaves sizes open: s",
     "say them: `--input-size words=128`"),
    ([IMAGE, WORDS], "10", "missing-key]: the input `words` leaves sizes open: s",
     "say them: `--input-size 10,words=128`"),
]  # fmt: skip


@pytest.mark.parametrize(("inputs", "size", "message", "cure"), REFUSED)
def test_what_a_size_cannot_be_for_is_told(
    inputs: list[Input], size: str | None, message: str, cure: str | None, folder: Path
) -> None:
    code, _, err = invoke("summary", written(folder, *inputs), *(["--input-size", size] if size else []))
    lines = err.splitlines()
    assert (code, lines[0]) == (2, f"error[{message}")
    assert [line.strip() for line in lines if "help" in line] == ([f"= help: {cure}"] if cure else [])
    if cure and "--input-size" in cure:  # what is advised helps
        said = cure.rpartition("--input-size ")[2].rstrip("`")
        assert set(cnncalc.load("net.onnx", input_size=said).inputs) == {one.name for one in inputs}


def test_the_size_of_an_input_that_no_layer_reads_is_told(folder: Path) -> None:
    nodes = [node("Relu", ["x"], ["y"])]
    data = model(nodes, [value("x", [1, 3, 8, 8]), value("spare", [1, 4])], [value("y", [1, 3, 8, 8])])
    (folder / "net.onnx").write_bytes(data)
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.load("net.onnx", input_size="spare=9")
    assert found.value.problems[0].message == "--input-size: no layer reads the input `spare`"


PROGRAMS = [
    ([1, 3, 20], None, 18 * 36), ([1, 3, 20], "40", 38 * 36), ([1, 3, 20], "3x12", 10 * 36), ([3, 20], "40", 38 * 36),
    ([3, 20], "3x12", 10 * 36),
]  # fmt: skip


@pytest.mark.parametrize(("reads", "size", "multiplies"), PROGRAMS)
def test_a_program_reads_a_sequence_of_another_length(
    reads: list[int], size: str | None, multiplies: int, folder: Path
) -> None:
    nodes = [call("conv1d.default", {"input": "x", "weight": "p_w", "bias": None}, "y")]
    sizes = {"p_w": [4, 3, 3], "x": reads, "y": [*reads[:-2], 4, 18]}
    (folder / "net.pt2").write_bytes(archive(program(nodes, sizes, "y")))
    found = cnncalc.analyze(cnncalc.load("net.pt2", input_size=size))
    assert (found.totals.multiplies, found.status) == (multiplies, "exact")


@pytest.mark.parametrize(
    ("size", "multiplies"), [(None, 9 * 4 * 4 * 9), ("12", 12 * 4 * 4 * 9), ("6x12", 12 * 4 * 4 * 10)]
)
def test_a_model_of_keras_does(size: str | None, multiplies: int, folder: Path) -> None:
    lstm = layer("LSTM", "r", units=4, return_sequences=True)
    (folder / "net.json").write_text(json.dumps(sequential(lstm, shape=(None, 9, 5))))
    found = cnncalc.analyze(cnncalc.load("net.json", input_size=size))
    assert (found.totals.multiplies, found.status) == (multiplies, "exact")
    code, _, err = invoke("summary", "net.json", "--input-size", "9999x1x1")
    assert (code, err) == (2, "error[bad-value]: --input-size: the input `input` has 1 side\n")


def test_a_block_reads_a_sequence_of_its_length(folder: Path) -> None:
    written(folder, Input("x", ["n", 3, "l"], "sound"))
    text = "input: {channels: 3, length: 30}\nblocks: {enc: {network: net.onnx}}\nlayers:\n- enc\n"
    (folder / "net.yaml").write_text(text)
    found = cnncalc.analyze(cnncalc.load("net.yaml"))
    assert (found.totals.multiplies, found.rows[-1].output_shape) == (28 * 36, (4, 28))
