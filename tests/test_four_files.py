"""The four files of the format's definition, with their children, run as they stand and hold all that they expect."""

from __future__ import annotations

import pytest

import cnncalc
from tests.running import DATA, invoke

# File: the figures that it expects, its params and multiplies
FILES = {
    "lenet5": (8, 61_706, 416_520),
    "googlenet_aux": (4, 13_378_280, None),
    "googlenet": (1, 6_998_552, None),
    "resnet50_v1_5": (5, 25_557_032, 4_089_184_256),
    "resnet18": (2, 11_689_512, 1_814_073_344),
    "resnet50": (1, 25_557_032, 3_857_973_248),
    "resnet101": (2, 44_549_160, 7_570_194_432),
    "resnext50_32x4d": (2, 25_028_904, 4_230_479_872),
    "mobilenet_v2": (3, 3_504_872, 300_774_272),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_holds_what_it_expects(name: str) -> None:
    graph = cnncalc.load(DATA / "format" / f"{name}.yaml")
    result = cnncalc.check(graph)
    figures, params, multiplies = FILES[name]
    assert (result.broken, result.figures) == ((), figures)
    totals = cnncalc.analyze(graph).totals
    assert (totals.params, totals.multiplies) == (params, multiplies or totals.multiplies)


def test_they_are_all() -> None:
    assert {path.stem for path in (DATA / "format").iterdir()} == set(FILES)


def test_check_of_the_folder() -> None:
    ran = invoke("check", str(DATA / "format"))
    assert (ran.code, ran.err) == (0, "note: " + GOOGLENET_NOTE)
    assert ran.out.splitlines()[-1] == "All checks passed: 9 files, 28 figures"


GOOGLENET_NOTE = f"{DATA / 'format' / 'googlenet.yaml'}: left out, for it leads to no output: aux1, aux2 (18 layers)\n"


def test_the_children_override_one_block_or_one_var() -> None:
    """ResNet-18 from ResNet-50 overrides one block; the names of its layers stay those of the family."""
    small = cnncalc.analyze(cnncalc.load(DATA / "format" / "resnet18.yaml"))
    large = cnncalc.analyze(cnncalc.load(DATA / "format" / "resnet50.yaml"))
    assert small.find("conv4/unit1/shortcut") is not None
    assert {row.name.partition("/")[0] for row in small.rows} == {row.name.partition("/")[0] for row in large.rows}
