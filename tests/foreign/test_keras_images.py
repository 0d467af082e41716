"""Keras: a function of `keras.ops` may put more among the images, as frames are; all of these are counted.

The figures are those of Keras 3, which writes `None` for the number of images, whatever that has become.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import cnncalc
from tests.foreign.test_keras import at, function, layer, net, source

pytestmark = pytest.mark.quick

Call = tuple[dict[str, Any], list[int | None] | None]  # a layer, and the shape that it reads


class Case(NamedTuple):
    """The layers behind an input, each with the shape that it reads, and their params and multiplies."""

    reads: tuple[int, ...]
    layers: list[Call]
    params: int
    multiplies: int
    bound: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def reshape(*shape: int, name: str = "r") -> dict[str, Any]:
    """A `Reshape` of `keras.ops`, which has the images among its sizes."""
    return function("Reshape", name, newshape=list(shape))


FRAMES = (5, 8, 8, 3)
EACH = [None, 8, 8, 3]
WORDS = (64, 6)
FOLD: Call = (reshape(-1, 8, 8, 3), [None, *FRAMES])
WINDOWS: Call = (reshape(-1, 16, 6), [None, *WORDS])
CASES = {
    "a convolution": Case(
        FRAMES,
        [FOLD, (layer("Conv2D", "c", filters=4, kernel_size=3, activation="relu"), EACH),
         (reshape(-1, 5, 144, name="u"), [None, 6, 6, 4]), (layer("Flatten", "f"), [None, 5, 144])],
        112, 5 * 36 * 27 * 4,
    ),
    "a pool and a dense layer": Case(
        FRAMES,
        [FOLD, (layer("GlobalAveragePooling2D", "p"), EACH), (layer("Dense", "d", units=2), [None, 3])], 8, 5 * 6,
    ),
    "a dense layer on what is flat": Case(
        FRAMES, [FOLD, (layer("Flatten", "f"), EACH), (layer("Dense", "d", units=7), [None, 192])],
        192 * 7 + 7, 5 * 192 * 7,
    ),
    "a shape without the images": Case(
        FRAMES,
        [FOLD, (layer("Reshape", "s", target_shape=[64, 3]), EACH), (layer("Dense", "d", units=7), [None, 64, 3])],
        28, 5 * 64 * 21,
    ),
    "a norm of channels": Case(FRAMES, [FOLD, (layer("BatchNormalization", "b", axis=-1), EACH)], 6, 0),
    "attention within windows": Case(
        WORDS, [WINDOWS, (layer("MultiHeadAttention", "m", num_heads=2, key_dim=4), [None, 16, 6])],
        3 * 6 * 8 + 3 * 8 + 8 * 6 + 6, 4 * (16 * 6 * 8 * 4 + 16 * 16 * 8 * 2),
    ),
    "windows that are turned": Case(
        (8, 8, 3),
        [(reshape(-1, 2, 4, 2, 4, 3), [None, 8, 8, 3]),
         (function("Transpose", "t", axes=[0, 1, 3, 2, 4, 5]), [None, 2, 4, 2, 4, 3]),
         (reshape(-1, 16, 3, name="w"), [None, 2, 2, 4, 4, 3]), (layer("Dense", "d", units=5), [None, 16, 3])],
        20, 64 * 15,
    ),
    "images that are repeated": Case(
        (6,), [(function("Repeat", "r", repeats=3, axis=0), [None, 6]), (layer("Dense", "d", units=2), [None, 6])],
        14, 3 * 12,
    ),
    "images that are laid beside each other": Case(
        (6,), [(function("Tile", "r", repeats=[3, 1]), [None, 6]), (layer("Dense", "d", units=2), [None, 6])],
        14, 3 * 12,
    ),
    "a norm of all values, which has those of one": Case(
        FRAMES, [FOLD, (layer("LayerNormalization", "n", axis=[1, 2, 3]), EACH), (layer("ReLU", "e"), EACH)], 0, 0,
        ("params",),
    ),
    "a layer that reads one sequence": Case(
        WORDS, [WINDOWS, (layer("GRU", "g", units=4), [None, 16, 6]), (layer("Dense", "d", units=2), [None, 4])],
        10, 4 * 8, ("params", "multiplies"),
        ("as the file says, for our formulas say otherwise: `g` (GRU): `gru` reads tokens, its input is 4×16×6",),
    ),
    "a layer of one image": Case(
        WORDS, [(reshape(-1, 6), [None, *WORDS]), (layer("RepeatVector", "v", n=3), [None, 6]),
                (layer("Dense", "d", units=2), [None, 3, 6])],
        14, 64 * 3 * 12, ("params", "multiplies"),
        ("`RepeatVector` is not understood, its multiplies are not known: `v`",),
    ),
}  # fmt: skip


def written(folder: Path, reads: tuple[int, ...], layers: list[Call]) -> Path:
    """A file of layers that read each other."""
    names = ["x", *(one["name"] for one, _ in layers)]
    calls = {one["name"]: [[at(before, shape=shape)]] for before, (one, shape) in zip(names, layers, strict=False)}
    whole = net([source("x", *reads), *(one for one, _ in layers)], calls, [names[-1], 0, 0])
    (folder / "net.json").write_text(json.dumps(whole), encoding="utf-8")
    return folder / "net.json"


@pytest.mark.parametrize("name", CASES)
def test_all_that_stand_among_the_images_are_counted(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    found = cnncalc.analyze(cnncalc.load(written(tmp_path, case.reads, case.layers)))
    assert (found.totals.params, found.totals.multiplies) == (case.params, case.multiplies)
    assert (found.lower_bound, found.notes) == (case.bound, case.notes)


def test_images_of_which_one_is_made_are_several(tmp_path: Path) -> None:
    file = written(tmp_path, (6,), [(reshape(-1, 30), [None, 6]), (layer("Dense", "d", units=2), [None, 30])])
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.load(file)
    assert found.value.problems[0].message == "`ops/Reshape`: 6 values do not fit into (-1, 30)"
