"""Which input sizes fit: what is said of all of them, held to the network at each that is tried."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

import cnncalc
from cnncalc.analyses.measures import MEASURES
from cnncalc.analyses.sizes import Sizes, sizes
from cnncalc.core.shape import AXES
from cnncalc.core.sizes import Fitting, NotSteady, scaling
from cnncalc.formats.open import read
from cnncalc.formats.yaml.expanding.build import Described
from tests.running import invoke, networks, sample

LADDER = """\
name: Ladder
input: {channels: 3, size: 100}
blocks: {down: {layers: [conv: [8, 3, padding: 1], max_pool: 2]}}
layers:
  - conv: {name: stem, filters: 8, kernel: 3, padding: 1}
  - down: {name: a}
  - down: {name: b}
  - upsample: 2
  - add: {from: [previous, a]}
  - upsample: 2
  - add: {from: [previous, stem]}
"""

# ------------------------------------------------------------------------------------------------ in words

SAID: list[tuple[Fitting, str]] = [
    (Fitting(1, 1, (0,)), "every size"),
    (Fitting(75, 1, (0,)), "every size from 75"),
    (Fitting(64, 32, (0,)), "multiples of 32 from 64"),
    (Fitting(188, 16, (12,)), "188, 204, 220, … (16·k + 12)"),
    (Fitting(64, 32, (0,), (3, 5)), "multiples of 32 from 64; also 3, 5"),
    (Fitting(29, 32, (0, 29, 30, 31)), "from 29 on those that leave 0, 29, 30 or 31 when divided by 32"),
    (Fitting(3, 4, (0, 2, 3)), "from 3 on all but those that leave 1 when divided by 4"),
    (Fitting(0, 1, (), (7,)), "7 alone"),
    (Fitting(0, 1, ()), "none"),
]


@pytest.mark.quick
@pytest.mark.parametrize(("found", "said"), SAID)
def test_said(found: Fitting, said: str) -> None:
    assert found.said == said


# ------------------------------------------------------------------------------------------------ true of each size


def fits(name: str, sides: tuple[int, ...]) -> bool:
    try:
        cnncalc.load(name, input_size="x".join(map(str, sides)))
    except cnncalc.ProblemsFound:
        return False
    return True


def foretold(found: Sizes, sides: tuple[int, ...]) -> bool:
    of_axis = {name: part.fits for part in found.parts for name in part.axes}
    return all(side in of_axis[name] for name, side in zip(AXES[len(sides)], sides, strict=True))


def agrees(name: str, tries: int) -> None:
    """A rule holds at random sizes, of which the sides are other ones where it is proved; its formulas, too."""
    found = sizes(read(name), {})
    rng = Random(name)
    period = max(found.formulas.periods) if found.formulas else 32
    for _ in range(tries):
        most = min(max(3 * period, 64), 400)
        sides = tuple(rng.randint(1, most) for _ in found.own)
        if found.why:
            sides = sides[:1] * len(sides)
            if sides[0] > found.checked:
                continue
        assert (sides, fits(name, sides)) == (sides, foretold(found, sides))
    if found.formulas is not None:
        told = found.formulas
        point = [
            -(-(first - offset) // period) + rng.randint(1, 4)
            for first, offset, period in zip(told.first, told.offsets, told.periods, strict=True)
        ]
        sides = tuple(x * p + o for x, p, o in zip(point, told.periods, told.offsets, strict=True))
        analysis = cnncalc.analyze(cnncalc.load(name, input_size="x".join(map(str, sides))))
        for polynomial in told.polynomials:
            assert polynomial.at(point) == MEASURES[polynomial.measure].value(analysis)


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["lenet5", "unet", "crnn", "googlenet_aux", "attention_unet", "hrnet_w18", "wavenet"])
def test_rules_and_formulas_hold(name: str) -> None:
    agrees(name, 12)


@pytest.mark.sweep
@pytest.mark.parametrize("name", networks(every=1))
def test_rules_and_formulas_hold_of_every_network(name: str) -> None:
    shapes = list(cnncalc.load(name).inputs.values())
    if len(shapes) == 1 and len(shapes[0]) > 1:
        agrees(name, 40)


KINDS = (
    "conv: {{filters: 4, kernel: {k}, stride: {s}, padding: {p}, dilation: {d}}}",
    "conv: {{filters: 4, kernel: {k}, stride: {s}, padding: same}}",
    "max_pool: {{kernel: {k}, stride: {s}, ceil: true}}",
    "avg_pool: {{kernel: {k}, stride: {s}, padding: {p2}, ceil: true, clip: caffe}}",
    "transposed_conv: {{filters: 4, kernel: {k}, stride: {s}}}",
    "upsample: {f}",
    "pad: {p}",
    "space_to_depth: {s}\n  - conv: [4, 1]",
)


def drawn(seed: int) -> str:
    """A ladder of random layers: a branch beside them is brought back by an upsampling, and added."""
    rng = Random(seed)

    def layers(many: int) -> str:
        text = ""
        for _ in range(many):
            k = rng.randint(1, 4)
            kind = rng.choice(KINDS).format(
                k=k, s=rng.randint(1, 3), p=rng.randint(0, 2), p2=rng.randint(0, k // 2), d=rng.randint(1, 2),
                f=rng.choice(("2", "1.5", "3")),
            )  # fmt: skip
            text += f"  - {kind}\n"
        return text

    scale = rng.choice((1, 2, 2, 3))
    inner = "".join(f"    {line}\n" for line in layers(rng.randint(1, 2)).splitlines())
    inner += f"      - max_pool: {scale}\n      - upsample: {scale}\n      - conv: [4, 1]\n"
    return (
        f"input: {{channels: 4, size: {rng.choice((32, 48, 60))}}}\n"
        f"blocks:\n  inner:\n    layers:\n{inner}"
        f"layers:\n{layers(rng.randint(0, 2))}  - conv: [4, 1]\n"
        "  - add: {name: one, branches: [[inner], [inner, identity]]}\n"
        "  - concat: {name: two, branches: [[max_pool: 2, upsample: 2], []]}\n"
    )


@pytest.mark.parametrize("seed", sample(15, range(30)))
def test_random_ladders(seed: int, tmp_path: Path) -> None:
    """The rule from a few sizes is that of all sizes up to 100."""
    path = tmp_path / "net.yaml"
    path.write_text(drawn(seed), encoding="utf-8")
    there = {size for size in range(1, 101) if fits(str(path), (size, size))}
    try:
        found = sizes(read(str(path)), {})
    except cnncalc.ProblemsFound:
        assert not there
        return
    assert not found.why
    assert there == {size for size in range(1, 101) if foretold(found, (size, size))}


# ------------------------------------------------------------------------------------------------ the command


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "net.yaml"
    path.write_text(LADDER, encoding="utf-8")
    return path


def test_as_text(net: Path) -> None:
    assert (
        invoke("sizes", "net.yaml").out
        == """\
Ladder   input 100×100

 fits            multiples of 4
 smallest        4×4
 no border lost  at all of these
 params          the same at all sizes
 proved          for all sizes, from the formulas of the layers

where h = H/4 and w = W/4 are whole numbers, from 4×4
   params             1,392
   multiplies         14,976·h·w
   activations        648·h·w
   activation_memory  2,592·h·w
   peak_memory        1,536·h·w
   memory             bytes, for float32, 1 image, activations not in place, sgd
"""
    )


def test_memory_as_a_formula_for_the_numbers_of_the_file_or_the_command_line(net: Path) -> None:
    """At the last addition: `stem`, what was made larger, and their sum, each of 16·h·w·8 values."""
    net.write_text(f"{LADDER}memory: {{dtype: int8, batch: 2}}\n", encoding="utf-8")
    shown = invoke("sizes", "net.yaml").out
    assert "   peak_memory        768·h·w\n" in shown  # 3·128·2
    assert "bytes, for int8, 2 images, activations not in place, sgd" in shown
    assert "   peak_memory        1,536·h·w\n" in invoke("sizes", "net.yaml", "--dtype", "float16").out


def test_a_peak_that_moves_is_no_one_polynomial(net: Path) -> None:
    """Of small inputs the vectors behind the pool are the largest, of large ones the maps before it."""
    text = "input: {channels: 1, size: 32}\nlayers: [conv: [4, 3, padding: 1], relu, global_avg_pool, dense: 500]\n"
    net.write_text(text, encoding="utf-8")
    shown = invoke("sizes", "net.yaml").out
    assert "   peak_memory        no one polynomial: at other sizes another layer has it\n" in shown
    formulas = json.loads(invoke("sizes", "net.yaml", "-f", "json").out)["formulas"]
    assert (formulas["memory_at_peak"], "peak_memory" in formulas) == (None, False)
    net.write_text(text.replace("500", "2"), encoding="utf-8")
    formulas = json.loads(invoke("sizes", "net.yaml", "-f", "json").out)["formulas"]
    assert formulas["peak_memory"] == [{"powers": [1, 1], "factor": "32"}]
    assert formulas["memory_at_peak"] == "relu1"


def test_a_file_that_does_not_fit_at_its_own_size(net: Path) -> None:
    net.write_text(LADDER.replace("size: 100", "size: 102"), encoding="utf-8")
    shown = invoke("sizes", "net.yaml")
    assert (shown.code, " fits            multiples of 4\n" in shown.out) == (0, True)
    assert " its own         102×102 does not fit\n" in shown.out
    refused = invoke("summary", "net.yaml")
    assert refused.code == 2
    assert "or take another input: `--input-size 100` fits, as do multiples of 4" in refused.err


def test_as_json(net: Path) -> None:
    found = json.loads(invoke("sizes", "net.yaml", "-f", "json").out)
    assert found["smallest"] == [4, 4]
    assert found["proved"] is True
    assert found["axes"] == [
        {
            "axes": ["height", "width"],
            "fits": {"from": 4, "period": 4, "remainders": [0], "also": [], "said": "multiples of 4"},
            "loses_no_border": {"from": 4, "period": 4, "remainders": [0], "also": [], "said": "multiples of 4"},
        }
    ]
    assert found["formulas"]["multiplies"] == [{"powers": [1, 1], "factor": "14976"}]


def test_what_is_only_checked_says_so_and_why(net: Path) -> None:
    net.write_text(LADDER + "  - dense: {units: height, per: position}\n", encoding="utf-8")
    shown = invoke("sizes", "net.yaml").out
    assert " fits            multiples of 4\n" in shown
    why = "what the file says depends on sizes, so each may give another network"
    assert f" checked         squares up to 256; no proof: {why}\n" in shown


def test_of_a_large_network_that_does_not_fit_fewer_sizes_are_tried(net: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    never = [
        "relu: {repeat: 500}",
        "conv: {name: a, filters: 8, kernel: 3}",
        "conv: [8, 3]",
        "add: {from: [previous, a]}",
    ]
    net.write_text("input: {channels: 3, size: 32}\nlayers:\n" + "".join(f"  - {one}\n" for one in never))
    monkeypatch.setattr("cnncalc.analyses.sizes.MOST_CHECKED", 2_100)  # layers
    tried: list[object] = []
    at = Described.at
    monkeypatch.setattr(Described, "at", lambda self, sides: tried.append(sides) or at(self, sides))
    ran = invoke("sizes", "net.yaml")
    assert (ran.code, "`add1` adds tensors of different shapes" in ran.err) == (2, True)
    assert len(tried) <= 1 + 2 * 4


def test_of_a_large_network_fewer_squares_are_looked_at_and_its_own_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = {"class_name": "InputLayer", "config": {"name": "in", "batch_input_shape": [None, 30, 30, 1]}}
    conv = [
        {"class_name": "Conv2D", "config": {"name": f"c{at}", "filters": 1, "kernel_size": [1, 1]}} for at in range(48)
    ]
    last = {"class_name": "Reshape", "config": {"name": "fixed", "target_shape": [900]}}
    model = {"class_name": "Sequential", "config": {"name": "m", "layers": [first, *conv, last]}}
    file = tmp_path / "model.json"
    file.write_text(json.dumps(model), encoding="utf-8")
    monkeypatch.setattr("cnncalc.analyses.sizes.MOST_CHECKED", 1_000)  # layers
    shown = invoke("sizes", str(file)).out
    assert " fits      30 alone, of those looked at\n" in shown
    assert " squares up to 20; no proof: " in shown


def test_params_that_depend_on_the_size_are_named(net: Path) -> None:
    net.write_text(LADDER + "  - flatten\n  - dense: {name: head, units: 2}\n", encoding="utf-8")
    assert " params          those of head depend on the size; as here from 100 to 100\n" in (
        invoke("sizes", "net.yaml").out
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("inputs: {a: {channels: 3, size: 8}, b: {channels: 3, size: 8}}\nlayers: [add: {from: [a, b]}]\n",
         "the network has 2 inputs: sizes are told of networks with one"),
        ("input: {channels: 3}\nlayers: [dense: 2]\n", "the input of the network is a vector: it has no sides"),
        ("input: {channels: 3, size: 8}\nlayers: [rellu]\n", "no layer or block `rellu`"),
    ],
)  # fmt: skip
def test_refused(net: Path, text: str, said: str) -> None:
    net.write_text(text, encoding="utf-8")
    ran = invoke("sizes", "net.yaml")
    assert (ran.code, ran.out, said in ran.err) == (2, "", True)


def test_tokens_are_not_steady() -> None:
    with pytest.raises(NotSteady, match="encoder/1/attend/main/attention1: reads a product of sides"):
        scaling(cnncalc.load("vit_b_16"))


@pytest.mark.parametrize("when", ["false", "height > 35", "height < 2"])
def test_of_no_layers(net: Path, when: str) -> None:
    """At all sizes, or at some: nothing is counted, and what has no figure has no formula."""
    net.write_text(f"input: {{channels: 3, size: 40}}\nlayers: [relu: {{when: {when}}}]\n", encoding="utf-8")
    ran = invoke("sizes", str(net), "-f", "json")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out)["formulas"] is None


def test_of_what_fits_at_one_size_alone(net: Path) -> None:
    """A side of 1 is spread over one of 3; no other fits."""
    net.write_text(
        "input: {channels: 1, size: 32}\nlayers: [pad: 1, add: {from: [previous, input]}]\n", encoding="utf-8"
    )
    ran = invoke("sizes", str(net))
    assert (ran.code, ran.err) == (0, "")
    assert " smallest        1×1\n" in ran.out
    assert "no proof: there is no size from which on it fits\n" in ran.out
