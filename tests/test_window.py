"""The window of a layer on a grid, and pictures as PNG, PDF and TikZ."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

import cnncalc
from cnncalc.drawing.draw import draw
from cnncalc.drawing.picture import Caption, Face, Picture
from cnncalc.drawing.tikz import render
from cnncalc.drawing.window import window
from tests.running import invoke


def drawn(layer: str, size: str = "7", channels: int = 3) -> Picture:
    text = f"input: {{channels: {channels}, size: {size}}}\nlayers:\n  - {layer}\n"
    return window(cnncalc.analyze(cnncalc.loads(text)).rows[0])


def cells(picture: Picture, role: str) -> int:
    return sum(isinstance(item, Face) and item.role == role for item in picture.items)


def zeros(picture: Picture) -> int:
    return sum(isinstance(item, Caption) and item.text == "0" for item in picture.items)


GRIDS = [
    # a layer, cells of the first window, those that only the second reads, zeros, other cells of the output
    ("conv: {filters: 2, kernel: 3}", 9, 3, 0, 23),  # 5·5 − 2
    ("conv: {filters: 2, kernel: 3, padding: 1}", 9, 3, 81 - 49, 47),
    ("conv: {filters: 2, kernel: 3, padding: same}", 9, 3, 81 - 49, 47),
    ("conv: {filters: 2, kernel: 3, stride: 2}", 9, 6, 0, 7),
    ("max_pool: {kernel: 3, stride: 2}", 9, 6, 0, 7),
    ("max_pool: 2", 4, 4, 0, 7),
    ("conv: {filters: 2, kernel: 7}", 49, 0, 0, 0),
    ("conv: {filters: 2, kernel: 3, dilation: 2}", 9, 9, 0, 7),
]


@pytest.mark.parametrize(("layer", "first", "second", "border", "others"), GRIDS)
def test_the_grid_has_each_cell(layer: str, first: int, second: int, border: int, others: int) -> None:
    picture = drawn(layer)
    single = second == 0
    assert cells(picture, "patch") == first + 1  # and the value that it gives
    assert cells(picture, "block") == (0 if single else second + 1)
    assert zeros(picture) == border
    assert cells(picture, "conv") == others


NOTES = [
    (
        "max_pool: {kernel: 3, stride: 2}", "55",
        ["W = 55, F = 3, S = 2, P = 0: 27 places", "neighbouring windows share F − S = 3 − 2 = 1 position",
         "The first 16 along a side are drawn."],
    ),
    ("max_pool: 2", "8", ["W = 8, F = 2, S = 2, P = 0: 4 places", "windows lie side by side"]),
    (
        "max_pool: 2", "7",
        ["W = 7, F = 2, S = 2, P = 0: 3 places", "windows lie side by side", "1 at the end is read by no window"],
    ),
    ("conv: {filters: 2, kernel: 1, stride: 2}", "7", ["W = 7, F = 1, S = 2, P = 0: 4 places",
                                                       "windows leave 1 between them"]),
    ("conv: {filters: 2, kernel: 2, padding: same}", "7",
     ["W = 7, F = 2, S = 1, 0 zeros before, 1 behind: 7 places",
      "neighbouring windows share F − S = 2 − 1 = 1 position"]),
    ("conv: {filters: 2, kernel: [1, 3], padding: [0, 1]}", "7",
     ["height: W = 7, F = 1, S = 1, P = 0: 7 places", "height: windows lie side by side",
      "width: W = 7, F = 3, S = 1, P = 1: 7 places",
      "width: neighbouring windows share F − S = 3 − 1 = 2 positions"]),
    ("conv: {filters: 2, kernel: 3}", "[9]",
     ["W = 9, F = 3, S = 1, P = 0: 7 places", "neighbouring windows share F − S = 3 − 1 = 2 positions"]),
]  # fmt: skip


@pytest.mark.parametrize(("layer", "size", "notes"), NOTES)
def test_the_formula_and_what_windows_share_stand_below(layer: str, size: str, notes: list[str]) -> None:
    picture = drawn(layer, size)
    assert [text.text for text in picture.texts if text.role == "note"] == notes


@pytest.mark.parametrize("layer", [layer for layer, *_ in GRIDS])
def test_no_text_leaves_the_picture_or_meets_another(layer: str) -> None:
    picture = drawn(layer)
    for at, text in enumerate(picture.texts):
        assert text.area.left >= 0
        assert text.area.right <= picture.width
        assert text.area.bottom <= picture.height
        assert not any(text.area.meets(other.area) for other in picture.texts[at + 1 :])


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("lenet5", "F6"), "`F6` slides no window: --style window draws a convolution or a pooling layer"),
        (("c3d", "conv1"), "`conv1` has a window of 3 axes: --style window draws one or two"),
        (("lenet5",), "--style window draws one layer: name it behind FILE."),
        (("resnet50", "conv3"), "`conv3` is no layer"),
        (("lenet5", "C9"), "no layer `C9` in lenet5"),
    ],
)
def test_what_has_no_window_is_refused(args: tuple[str, ...], message: str) -> None:
    result = invoke("diagram", *args, "--style", "window")
    assert (result.code, message in result.err) == (2, True), result.err


# ------------------------------------------------------------------------------------------------ other files


def test_png_and_pdf_are_written(tmp_path: Path) -> None:
    try:
        import_module("cairosvg")
    except OSError:
        pytest.skip("the library cairo is not on this machine")
    for suffix, start in (("png", b"\x89PNG\r\n"), ("pdf", b"%PDF-")):
        path = tmp_path / f"l.{suffix}"
        assert invoke("diagram", "lenet5", "-o", str(path)).code == 0
        assert path.read_bytes().startswith(start)


def test_without_the_library_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    result = invoke("diagram", "lenet5", "-o", str(tmp_path / "l.png"))
    assert (result.code, result.out) == (2, "")
    assert "PNG and PDF need CairoSVG: pip install 'cnncalc[pictures]', or write an .svg" in result.err
    assert not (tmp_path / "l.png").exists()


@pytest.mark.parametrize("name", ["lenet5", "googlenet", "unet", "alexnet_two_towers"])
def test_tikz_has_every_text_and_balanced_braces(name: str) -> None:
    picture = draw(cnncalc.analyze(cnncalc.load(name)))
    text = render(picture)
    assert text.count(r"\node[") == len(picture.texts)
    assert text.count("{") == text.count("}")
    assert text.isascii()
    assert {*re.findall(r"=(cnncalc\d+)", text)} <= {*re.findall(r"\\definecolor\{(cnncalc\d+)\}", text)}


def test_tikz_as_a_document_and_options_that_go_with_pictures() -> None:
    assert invoke("diagram", "lenet5", "-f", "tikz", "--standalone").out.startswith(r"\documentclass")
    result = invoke("diagram", "lenet5", "--standalone")
    assert (result.code, "--standalone goes with --format tikz." in result.err) == (2, True)
    result = invoke("diagram", "lenet5", "-f", "dot", "--theme", "dark")
    assert (result.code, "--theme goes with a picture: dot is a graph" in result.err) == (2, True)


def test_a_branch_of_one_named_layer_says_both_names() -> None:
    picture = draw(cnncalc.analyze(cnncalc.load("fragments/residual_projection")))
    assert "shortcut/Ws" in [text.text for text in picture.texts]
