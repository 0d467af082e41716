"""The bundled architectures: each says where it comes from, and keeps every figure that it expects."""

from __future__ import annotations

import pytest

import cnncalc
from cnncalc.formats import bundled

# The totals that the project promises, from the publications; each file's own `expect` says the rest.
TOTALS = {
    "alexnet": (200_415_264, 863_867_424),
    "alexnet_paper": (60_965_224, 724_406_816),
    "alexnet_single_tower": (62_378_344, 1_135_256_096),
    "alexnet_torchvision": (61_100_840, 714_188_480),
    "alexnet_two_towers": (200_415_264, 863_867_424),
    "densenet121": (7_978_856, 2_834_161_664),
    "densenet169": (14_149_480, 3_359_843_328),
    "densenet201": (20_013_928, 4_291_365_888),
    "fragments/bottleneck_after": (40_960, None),
    "fragments/bottleneck_before": (147_456, None),
    "fragments/inception_5x5_after_reduce": (None, 10_035_200),
    "fragments/inception_5x5_bottleneck": (None, 12_443_648),
    "fragments/inception_5x5_direct": (None, 120_422_400),
    "fragments/inception_5x5_reduce": (None, 2_408_448),
    "googlenet": (6_998_552, 1_582_671_872),
    "googlenet_aux": (13_378_280, None),
    "lenet5": (61_706, 416_520),
    "lenet5_1998": (60_000, None),
    "mnist_cnn_keras": (118_346, 3_803_776),
    "mnist_cnn_pytorch": (1_379_557, 8_737_386),
    "nin": (7_595_176, 1_100_188_800),
    "resnet101": (44_549_160, 7_570_194_432),
    "resnet152": (60_192_808, 11_282_415_616),
    "resnet18": (11_689_512, 1_814_073_344),
    "resnet34": (21_797_672, 3_663_761_408),
    "resnet50": (25_557_032, 3_857_973_248),
    "resnet50_v1_5": (25_557_032, 4_089_184_256),
    "vgg11": (132_863_336, 7_609_090_048),
    "vgg13": (133_047_848, 11_308_466_176),
    "vgg16": (138_357_544, 15_470_264_320),
    "vgg16_c": (133_638_952, None),
    "vgg19": (143_667_240, 19_632_062_464),
}


@pytest.mark.parametrize(("name", "totals"), TOTALS.items(), ids=TOTALS)
def test_published_totals(name: str, totals: tuple[int | None, int | None]) -> None:
    found = cnncalc.analyze(cnncalc.load(name)).totals
    for expected, is_ in zip(totals, (found.params, found.multiplies), strict=True):
        assert expected in (None, is_)


@pytest.mark.parametrize("name", bundled.names())
def test_a_bundled_file_keeps_its_figures(name: str) -> None:
    graph = cnncalc.load(name)
    result = cnncalc.check(graph)
    assert result.broken == ()
    assert result.figures >= 1
    assert graph.source, "a bundled file says where its figures come from"
    assert graph.name != graph.file


def test_lenet5_of_1998_layer_by_layer() -> None:
    analysis = cnncalc.analyze(cnncalc.load("lenet5_1998"))
    params = {name: analysis.find(name).counts.params for name in ("C1", "S2", "C3", "S4", "C5", "F6")}  # type: ignore[union-attr]
    assert params == {"C1": 156, "S2": 12, "C3": 1_516, "S4": 32, "C5": 48_120, "F6": 10_164}


def test_lenet5_of_1998_has_the_published_connections() -> None:
    """340,908 connections: the paper counts every use of a weight or a bias, so multiplies and one addition a value.

    A subsampling unit has its four inputs and its bias; the output counts each component of its codes.
    """
    rows = {row.name: row for row in cnncalc.analyze(cnncalc.load("lenet5_1998")).rows}
    connections = {
        name: rows[name].counts.multiplies + rows[name].counts.activations for name in ("C1", "C3", "C5", "F6")
    }
    connections |= {name: 5 * rows[name].counts.activations for name in ("S2", "S4")}
    connections["OUT"] = rows["OUT"].counts.multiplies
    assert connections == {
        "C1": 122_304,
        "S2": 5_880,
        "C3": 151_600,
        "S4": 2_000,
        "C5": 48_120,
        "F6": 10_164,
        "OUT": 840,
    }
    assert sum(connections.values()) == 340_908


def test_no_bundled_architecture_is_missing() -> None:
    assert set(TOTALS) <= set(bundled.names())
