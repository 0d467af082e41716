"""`cnncalc reconcile`: what other tools print, the terms from our figure to theirs, and whose a figure is."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.analyses.conventions import all_conventions, convention, names
from cnncalc.analyses.conventions.base import CONVENTIONS, CodeStyle
from cnncalc.analyses.reconcile import reconcile
from cnncalc.core.layers import LAYERS
from tests.running import DATA, data, invoke, networks, sample

FIGURES: dict[str, dict[str, Any]] = data("reconcile/figures.yaml")


def file_of(name: str) -> str:
    """A file of the tests, or a bundled one."""
    path = DATA / f"reconcile/{name}.yaml"
    return str(path) if path.exists() else name


@cache
def analysis(name: str) -> cnncalc.Analysis:
    """A network by that name."""
    return cnncalc.analyze(cnncalc.load(file_of(name)))


# ------------------------------------------------------------------------------------------------ what tools print


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_the_one_that_the_tool_prints(name: str) -> None:
    case = FIGURES[name]
    functional = ["--functional", case["functional"]] if "functional" in case else []
    data = json.loads(invoke("reconcile", file_of(name), *functional, "-f", "json").out)
    found = {one["convention"]: one for one in data["conventions"]}
    assert {name: found[name]["figure"] for name in case["figures"]} == case["figures"]
    assert {found[name]["status"] for name in case["figures"]} == {"exact"}
    text = invoke("reconcile", file_of(name), *functional, "--exact").out
    shown = {line.split()[0]: line.split()[-1] for line in text.splitlines() if line and line[0].isalpha()}
    assert {name: shown[name] for name in case["figures"]} == {
        name: f"{figure:,}" for name, figure in case["figures"].items()
    }


@pytest.mark.parametrize("name", networks(every=8))
def test_terms_lead_from_our_figure_to_theirs(name: str) -> None:
    for one in reconcile(analysis(name)):
        assert one.ours == getattr(analysis(name).totals, one.convention.quantity)
        assert one.ours + sum(term.amount for term in one.terms) == one.figure
        assert all(term.amount for term in one.terms)
        layers = {row.type for row in analysis(name).rows}
        assert layers.issuperset({*one.left_out, *(row.type for row in one.open)})
        if one.convention.quantity == "multiplies":  # each type is counted, left out by name, or not known by name
            accounted = {*one.left_out, *(row.type for row in one.open), *one.convention.known}
            assert layers <= accounted


TABLE = """\
ResNet-50 v1.5   input 224×224×3

figure of           counts                                      layers           figure
───────────────────────────────────────────────────────────────────────────────────────
cnncalc             multiplies                                            4,089,184,256
thop                MACs of thop 0.1.1.post2209072238                     4,133,742,592
  batch norm        4 a value, 2 without scale                      53      +44,455,936
  global avg pool   1 a value read and 1 an output                   1         +102,400
torch               FLOPs of PyTorch's FlopCounterMode 2.13.0             8,178,368,512
  products          2 for each                                      54   +4,089,184,256
"""


def test_the_table() -> None:
    assert invoke("reconcile", "resnet50_v1_5", "--convention", "thop,torch").out == TABLE


def test_one_convention_alone_tells_what_it_leaves_out() -> None:
    ran = invoke("reconcile", "resnet18", "--convention", "onnx-tool")
    assert ran.out.splitlines()[-2:] == [
        " note    An export that folds batch norms into convolutions has none of their terms, and a bias in each "
        "convolution.",
        " source  onnx_tool/node.py, version 1.0.1",
    ]


# ------------------------------------------------------------------------------------------------ what is not known


NOT_KNOWN = """\
input: {channels: 3, size: 8}
layers:
  - conv: {filters: 4, kernel: 3}
  - operator: {type: DeformConv2d, output: 6x6x4, weights: 1}
  - subsample: 2
"""


def test_what_nobody_knows_is_named_and_makes_a_lower_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(NOT_KNOWN)
    ran = invoke("reconcile", "net.yaml", "--convention", "fvcore")
    assert "≥ 3,888" in ran.out  # the convolution
    assert "what fvcore counts for operator (1 layer), subsample (1 layer): its figure is a lower bound" in ran.out
    (one,) = json.loads(invoke("reconcile", "net.yaml", "--convention", "fvcore", "-f", "json").out)["conventions"]
    assert one["status"] == "lower_bound"
    assert one["open"] == [
        {"type": "operator", "layers": ["operator1"]},
        {"type": "subsample", "layers": ["subsample1"]},
    ]
    assert invoke("reconcile", "net.yaml", "--figure", "3888").code == 1  # a lower bound is nobody's figure


def test_a_product_that_a_tool_does_not_count_is_a_term() -> None:
    (found,) = reconcile(analysis("resnext50_32x4d"), [convention("tf-profiler")])
    lost = {term.label: (term.rate, term.layers) for term in found.terms if term.amount < 0}
    behind = "behind a grouped convolution"
    assert lost == {"grouped convolution": ("not counted", 1), "conv": (behind, 49), "dense": (behind, 1)}


def test_what_the_code_calls_as_a_function_is_invisible_to_counters_of_modules() -> None:
    seen, unseen = (
        reconcile(analysis("mobilenet_v2"), [convention("thop")], CodeStyle(types))[0]
        for types in ((), ("global_avg_pool",))
    )
    assert seen.figure - unseen.figure == 62_720 + 1_280  # the values read, and those given


# ------------------------------------------------------------------------------------------------ declarations


def layers() -> Iterator[tuple[str, str]]:
    """Each layer type with each of its examples, as a file."""
    for name, layer in LAYERS.items():
        for example in layer.examples:
            *others, last = example.inputs.split(", ")
            inputs = "".join(f"  x{place}: {shape_of(shape)}\n" for place, shape in enumerate((*others, last)))
            reads = ", ".join(f"x{place}" for place in range(len(others) + 1))
            attributes = ", ".join(part for part in (example.attributes, f"from: [{reads}]") if part)
            yield name, f"inputs:\n{inputs}layers:\n  - {name}: {{name: it, {attributes}}}\n"


def shape_of(text: str) -> str:
    """An input as a file writes it."""
    *sides, channels = text.split("x")
    size = f", size: [{', '.join(sides)}]" if sides else ""
    return f"{{channels: {channels}{size}}}"


EXAMPLES = list(layers())


@pytest.mark.parametrize(("type", "text"), EXAMPLES, ids=[f"{type}-{at}" for at, (type, _) in enumerate(EXAMPLES)])
def test_every_convention_says_of_every_layer_what_becomes_of_it(type: str, text: str) -> None:
    found = cnncalc.analyze(cnncalc.loads(text))
    for one in reconcile(found):
        accounted = {*one.left_out, *(row.type for row in one.open)} & {type}
        assert accounted or one.figure or one.terms or one.convention.quantity == "params", one.convention.name


def test_a_convention_is_a_file_of_its_name() -> None:
    assert set(names()) == {one.name for one in all_conventions()} == set(CONVENTIONS)
    for one in all_conventions():
        assert one.known <= LAYERS.keys(), one.name
        assert not set(one.nothing) & {*one.products, *(type for term in one.terms for type in term.formulas)}, one.name
        assert set(one.unknown) <= one.known, one.name


# ------------------------------------------------------------------------------------------------ whose a figure is


WHOSE = [
    ("resnet50_v1_5", "4.11G", [("fvcore", []), ("torchscan", []), ("convnet-burden", [])]),
    ("resnet50_v1_5", "4,133,742,592", [("thop", []), ("ultralytics-thop", [])]),
    ("resnet50_v1_5", "4.1449 GFLOPs", [("fvcore-train", [])]),
    ("resnet50_v1_5", "3,857,973,248", [
        (name, ["stride on the 1×1 convolutions"]) for name in ("cnncalc", "calflops", "deepspeed", "torchlens")
    ]),
    ("resnet50", "25,636,712", [("keras", ["a bias in each convolution before a batch norm"])]),
    ("vit_b_16", "17,582,740,224", [
        (name, ["attention as dense layers, torch.matmul and softmax"]) for name in ("fvcore", "fvcore-train")
    ]),
    ("mobilenet_v2", "327486720", [
        ("thop", ["pooling called as functions, not modules"]),
        ("ultralytics-thop", ["pooling called as functions, not modules"]),
    ]),
]  # fmt: skip


@pytest.mark.parametrize("case", sample(3, WHOSE, lambda case: case[1]))
def test_whose_a_figure_is(case: tuple[str, str, list[tuple[str, list[str]]]]) -> None:
    name, figure, expected = case
    ran = invoke("reconcile", name, "--figure", figure, "-f", "json")
    data = json.loads(ran.out)
    assert ran.code == 0
    assert [(match["convention"], match["changes"]) for match in data["matches"]] == expected
    for match in data["matches"]:
        assert match["ours"] + sum(term["amount"] for term in match["terms"]) == match["figure"]


WAYS = {"multihead": 16_867_412_736, "no_grad": 11_290_036_992, "sdpa": 16_867_412_736, "matmul": 17_582_740_224}


@pytest.mark.parametrize("way", WAYS)
def test_attention_is_counted_as_the_code_writes_it(way: str) -> None:
    ran = invoke("reconcile", "vit_b_16", "--convention", "fvcore", "--attention", way, "-f", "json")
    data = json.loads(ran.out)
    assert (data["attention"], data["conventions"][0]["figure"]) == (way, WAYS[way])


def test_a_figure_that_nobody_prints_shows_the_nearest() -> None:
    ran = invoke("reconcile", "lenet5", "--figure", "99T")
    assert ran.code == 1
    assert "99T is what nobody prints, nor of a variant; the nearest are" in ran.out
    assert len([line for line in ran.out.splitlines() if "of the network as it is" in line]) == 3


@pytest.mark.parametrize("figure", ["4.11", "much", "", "1e9", "4.11X"])
def test_a_figure_is_whole_or_rounded(figure: str) -> None:
    ran = invoke("reconcile", "lenet5", "--figure", figure)
    assert ran.code == 2
    assert f"a whole number or a rounded one like 4.11G, not '{figure}'" in ran.err


# ------------------------------------------------------------------------------------------------ --convention


NET = """\
input: {channels: 3, size: 32}
layers:
  - conv: {name: c, filters: 8, kernel: 3, bias: false}
  - batch_norm
  - relu
"""
PRODUCTS, VALUES = 3 * 9 * 8 * 30 * 30, 8 * 30 * 30


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("net.yaml")
    path.write_text(NET)
    return path


def test_a_summary_names_the_convention(net: Path) -> None:
    out = invoke("summary", "net.yaml", "--convention", "thop").out
    assert "macs_by_thop" in out
    assert f"{PRODUCTS + 4 * VALUES:,}" in out
    said = "MACs as thop 0.1.1.post2209072238 counts them: 223,200, and 194,400 multiplies as they are counted here"
    assert f" convention   {said}\n" in out
    data = json.loads(invoke("summary", "net.yaml", "--convention", "thop", "-f", "json").out)
    assert data["convention"] == {
        "measure": "macs_by_thop",
        "help": "MACs as thop 0.1.1.post2209072238 counts them",
        "total": 223_200,
        "status": "exact",
    }
    assert [layer["macs_by_thop"] for layer in data["layers"]] == [PRODUCTS, 4 * VALUES, 0]
    assert data["totals"]["multiplies"] == PRODUCTS
    rows = list(csv.DictReader(io.StringIO(invoke("summary", "net.yaml", "--convention", "thop", "-f", "csv").out)))
    assert [row["macs_by_thop"] for row in rows] == [str(PRODUCTS), str(4 * VALUES), "0"]


def test_a_summary_says_what_is_not_known() -> None:
    out = invoke("summary", "convnextv2_tiny", "--convention", "fvcore", "--depth", "0").out
    assert "≥ 4,470,437,376" in out


def test_networks_are_compared_by_a_convention(net: Path) -> None:
    out = invoke("compare", "net.yaml", "resnet18", "--convention", "keras").out
    assert [line.split()[:4] for line in out.splitlines() if "keras" in line] == [["params", "by", "keras", "248"]]
    data = json.loads(invoke("compare", "net.yaml", "resnet18", "--convention", "keras", "-f", "json").out)
    assert [one["figures"]["params_by_keras"] for one in data["networks"]] == [248, 11_699_112]
    many = invoke("compare", *["net.yaml"] * 5, "--convention", "thop").out
    assert "macs by thop" in many.splitlines()[0]


BUDGETS = [
    ("{max: 200k, convention: thop}", 1, "`total` macs_by_thop: limit 200k, is 223.2k, over by 23.2k (+11.6 %)"),
    ("{max: 224k, convention: thop}", 0, ""),
    ("{max: 1M, convention: thopp}", 2, "no convention `thopp`"),
    ("{max: 1M, convention: keras}", 2, "`keras` counts params, not multiplies"),
    ("{max: 1M, convention: [thop]}", 2, "no convention `…`"),
]


@pytest.mark.parametrize(("limit", "code", "message"), BUDGETS, ids=[limit for limit, _, _ in BUDGETS])
def test_a_budget_in_a_convention(limit: str, code: int, message: str, net: Path) -> None:
    net.write_text(f"{NET}budget: {{multiplies: {limit}}}\n")
    ran = invoke("check", "net.yaml")
    assert ran.code == code
    assert message in ran.err


def test_no_limit_is_held_to_what_nobody_knows(net: Path) -> None:
    net.write_text(f"{NOT_KNOWN}budget: {{multiplies: {{max: 1G, convention: fvcore}}}}\n")
    ran = invoke("check", "net.yaml")
    assert (ran.code, "nobody knows all that `fvcore` counts here: no limit can be held" in ran.err) == (2, True)
    net.write_text(NOT_KNOWN)
    ran = invoke("check", "net.yaml", "--max-multiplies", "1G", "--convention", "fvcore")
    assert ran.code
    assert "nobody knows all of `flops_by_fvcore` here: no limit can be held" in ran.err


def test_a_limit_on_the_command_line_in_a_convention(net: Path) -> None:
    ran = invoke("check", "net.yaml", "--max-multiplies", "200k", "--convention", "fvcore")
    assert ran.code == 1
    assert "`total` flops_by_fvcore: limit 200k, is 208.8k, over by 8.8k (+4.4 %)" in ran.err
    ran = invoke("check", "net.yaml", "--convention", "fvcore")
    assert ran.code == 2
    assert "--convention says how --max-multiplies counts, which is not given." in ran.err
    ran = invoke("check", "net.yaml", "--convention", "fvcor", "--max-multiplies", "1")
    assert "no convention 'fvcor'; did you mean 'fvcore'?" in ran.err


# ------------------------------------------------------------------------------------------------ as people asked

ASKED = data("asked_figures.yaml")


@pytest.mark.parametrize("case", ASKED, ids=[case["thread"] for case in ASKED])
def test_a_figure_that_somebody_asked_about(case: dict[str, Any], tmp_path: Path) -> None:
    file = case.get("file") or str(tmp_path / "net.yaml")
    if "text" in case:
        Path(file).write_text(case["text"], encoding="utf-8")
    ran = invoke("reconcile", file, "--figure", case["figure"], "-f", "json")
    answers = [[one["convention"], one["figure"], *one["changes"]] for one in json.loads(ran.out)["matches"]]
    assert (ran.code, case["answer"] in answers) == (0, True), answers
