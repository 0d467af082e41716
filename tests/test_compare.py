"""`cnncalc compare`: networks side by side, and two versions layer by layer."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc.analyses.comparing import align as align_module
from cnncalc.analyses.comparing.align import align
from cnncalc.analyses.comparing.changes import lines
from cnncalc.analyses.comparing.comparison import Comparison, network
from cnncalc.analyses.comparing.diff import Change, differences
from cnncalc.analyses.measures import MEASURES
from cnncalc.analyses.style import Style
from cnncalc.core.analysis import Analysis
from cnncalc.render import markdown
from cnncalc.render.comparison import document
from cnncalc.render.text import write
from tests.pace import allowed
from tests.running import Ran, invoke

# ------------------------------------------------------------------------------------------- depth, as published

# The number in the name, or the paper's own count, is of convolutions and dense layers on the longest path.
DEPTHS = {
    "alexnet": 8, "alexnet_two_towers": 8, "zfnet": 8,
    "vgg11": 11, "vgg13": 13, "vgg16": 16, "vgg19": 19,
    "googlenet": 22,  # "22 layers deep when counting only layers with parameters"
    "resnet18": 18, "resnet34": 34, "resnet50": 50, "resnet101": 101, "resnet152": 152,
    "resnet20_cifar": 20, "resnet56_cifar": 56, "resnet110_cifar": 110, "plain34": 34,
    "densenet40_k12_cifar": 40, "densenet121": 121, "densenet169": 169, "densenet201": 201,
    "mobilenet_v1": 28,  # "MobileNet has 28 layers", depthwise and pointwise counted apart
    "darknet19": 19, "darknet53": 53, "unet": 23, "resnext50_32x4d": 50,
}  # fmt: skip


@cache
def bundled(name: str) -> Analysis:
    return cnncalc.analyze(cnncalc.load(name))


@pytest.mark.parametrize(("name", "published"), DEPTHS.items())
def test_depth_is_the_published_one(name: str, published: int) -> None:
    assert MEASURES["depth"].value(bundled(name)) == published


def test_totals_of_other_quantities() -> None:
    """By hand: LeNet-5's last layer makes 84 products for each of 10 outputs, and adds them up with a bias."""
    text = "input: {channels: 84}\nlayers: [dense: 10]"
    other = text.replace("10]", "20]")
    asked = cnncalc.compare(analysis(text), analysis(other), figures=("additions", "params"))
    assert [one.figures["additions"] for one in asked.networks] == [840, 1680]
    assert list(asked.networks[0].figures)[-1] == "additions"  # params are there anyway
    ran = invoke("compare", "lenet5", "lenet5_1998", "--figures", "additions,comparisons", "-f", "csv")
    head, first, _ = csv.reader(io.StringIO(ran.out))
    found = dict(zip(head, first, strict=True))
    assert int(found["additions"]) == MEASURES["additions"].value(bundled("lenet5"))
    assert "no quantity 'additon'; did you mean 'additions'?" in invoke("compare", "a", "b", "--figures", "additon").err


def analysis(text: str) -> Analysis:
    return cnncalc.analyze(cnncalc.loads(text))


def test_weights_that_are_used_twice_are_two_layers_deep() -> None:
    twice = analysis(
        "{input: {channels: 4}, layers: [dense: {units: 4, name: a}, tanh, dense: {units: 4, share: a}, batch_norm]}"
    )
    assert [MEASURES[name].value(twice) for name in ("depth", "weight_layers", "layers")] == [2, 2, 4]


# ------------------------------------------------------------------------------------------- two versions by layer

HEAD = "input: {channels: 3, size: 32}\n"


def versions(before: str, after: str) -> list[Change]:
    return differences(analysis(HEAD + before), analysis(HEAD + after))


def shown(changes: list[Change]) -> list[str]:
    """The lines of a comparison, one text each."""
    marks = {"added": "+", "removed": "-", "changed": "~", "moved": ">", "resized": "~", "unchanged": " "}
    return [" ".join(f"{marks[line.kind]} {line.label} {line.text}".split()) for line in lines(changes, Style())]


def convs(*filters: int) -> str:
    return "layers:\n" + "".join(f"  - conv: {{filters: {n}, kernel: 3, padding: 1}}\n  - relu\n" for n in filters)


BLOCKS = """\
blocks:
  cr: {params: [n, s=1], layers: [conv: [n, 3, s, padding: 1], relu]}
  res: {params: [n], layers: [add: {branches: {main: [conv: [n, 3, padding: 1]], shortcut: []}}]}
"""

CASES = {
    "equal": (convs(8, 16), convs(8, 16), ["4 unchanged"]),
    "filters of one layer": (
        convs(8, 16, 32),
        convs(8, 64, 32),
        ["2 unchanged", "~ conv2 filters 16 → 64", "1 resized", "~ conv3 reads 32×32×16 → 32×32×64", "1 unchanged"],
    ),
    "a layer in front: the numbers of all others shift": (
        convs(16, 32, 64),
        convs(8, 16, 32, 64),
        ["+ conv1 conv 3×3, 8, padding 1", "+ relu1 relu", "~ conv1 → conv2 reads 32×32×3 → 32×32×8", "5 unchanged"],
    ),
    "a layer in the middle": (
        convs(16, 32, 64),
        convs(16, 24, 32, 64),
        [
            "2 unchanged",
            "+ conv2 conv 3×3, 24, padding 1",
            "+ relu2 relu",
            "~ conv2 → conv3 reads 32×32×16 → 32×32×24",
            "3 unchanged",
        ],
    ),
    "one of many equal layers is gone": (
        convs(3, 3, 3, 3),
        convs(3, 3, 3),
        ["6 unchanged", "- conv4 conv 3×3, 3, padding 1", "- relu4 relu"],
    ),
    "a given name stays with its layer": (
        "layers: [conv: {name: stem, filters: 8, kernel: 3}, conv: {name: head, filters: 8, kernel: 3}]",
        "layers: [conv: {name: head, filters: 16, kernel: 3}]",
        ["- stem conv 3×3, 8", "~ head filters 8 → 16"],
    ),
    "another name": (
        "layers: [conv: {name: stem, filters: 8, kernel: 3}]",
        "layers: [conv: {name: start, filters: 8, kernel: 3}]",
        ["~ stem → start conv 3×3, 8"],
    ),
    "another activation": (
        "layers: [conv: [8, 3], relu]",
        "layers: [conv: [8, 3], gelu]",
        ["1 unchanged", "~ relu1 → gelu1 relu → gelu"],
    ),
    "another number, in a block": (
        "blocks: {b: {layers: [conv: [8, 3], relu]}}\nlayers: [b]",
        "blocks: {b: {layers: [conv: [3, 1], conv: [8, 3, bias: false], relu]}}\nlayers: [b]",
        ["+ b1/conv1 conv 1×1, 3", "~ b1/conv1 → conv2 bias true → false", "1 unchanged"],
    ),
    "another place and another number": (
        BLOCKS + "layers: [conv: [4, 1], res: {n: 4, name: down}]",
        BLOCKS + "layers: [conv: [4, 1], cr: {n: 8, name: first}]",
        ["1 unchanged", "~ down/main/conv1 → first/conv1 filters 4 → 8", "- down/add1 add", "+ first/relu1 relu"],
    ),
    "several attributes": (
        "layers: [conv: [8, 3]]",
        "layers: [conv: {filters: 8, kernel: [1, 5], padding: same, bias: false}]",
        ["~ conv1 kernel 3×3 → 1×5, padding 0 → same, bias true → false"],
    ),
    "a layer has moved": (
        "layers: [conv: [8, 3], max_pool: 2, relu, conv: [4, 3]]",
        "layers: [conv: [8, 3], relu, max_pool: 2, conv: [4, 3]]",
        ["1 unchanged", "> relu1 relu, was after max_pool1", "2 unchanged"],
    ),
    "two named layers change places": (
        "layers: [conv: {name: a, filters: 8, kernel: 3}, relu, conv: {name: b, filters: 8, kernel: 5}, relu]",
        "layers: [conv: {name: b, filters: 8, kernel: 5}, relu, conv: {name: a, filters: 8, kernel: 3}, relu]",
        ["~ b reads 30×30×8 → 32×32×3", "> relu1 relu, was after a", "> a conv 3×3, 8, was after input", "1 unchanged"],
    ),
    "two layers change places in every block": (
        "blocks: {b: {layers: [conv: [3, 1], batch_norm, relu]}}\nlayers: [b, b]",
        "blocks: {b: {layers: [conv: [3, 1], relu, batch_norm]}}\nlayers: [b, b]",
        [
            "2 unchanged",
            "> b1/batch_norm1 batch_norm, was after b1/conv1",
            "2 unchanged",
            "> b2/batch_norm1 batch_norm, was after b2/conv1",
        ],
    ),
    "a named block goes in front of another": (
        BLOCKS + "layers: [cr: 8, cr: [16, 2, name: down], res: 16]",
        BLOCKS + "layers: [cr: [16, 2, name: down], cr: 16, res: 16]",
        [
            "- cr1/conv1 conv 3×3, 8, padding 1",
            "~ down/conv1 reads 32×32×8 → 32×32×3",
            "1 unchanged",
            "+ cr2/conv1 conv 3×3, 16, padding 1",
            "> cr1/relu1 → cr2/relu1 relu, was after cr1/conv1",
            "2 unchanged",
        ],
    ),
    "a skip from elsewhere": (
        "layers: [conv: {filters: 3, kernel: 1, name: a}, relu: {name: b}, relu: {name: c}, add: {from: [c, a]}]",
        "layers: [conv: {filters: 3, kernel: 1, name: a}, relu: {name: b}, relu: {name: c}, add: {from: [c, b]}]",
        ["3 unchanged", "~ add1 reads a → b"],
    ),
    "layers are put into a block": (
        "layers: [conv: [8, 3], relu, conv: [8, 3], relu]",
        "blocks: {cr: {params: [n], layers: [conv: [n, 3], relu]}}\nlayers: [cr: 8, cr: 8]",
        ["4 unchanged"],
    ),
    "a block more": (
        "blocks: {unit: {layers: [conv: [3, 1], relu, conv: [3, 1]]}}\nlayers: [unit: {repeat: 2, name: s}, flatten]",
        "blocks: {unit: {layers: [conv: [3, 1], relu, conv: [3, 1]]}}\nlayers: [unit: {repeat: 4, name: s}, flatten]",
        ["6 unchanged", "+ s/3 … 4 2 × unit, 3 layers", "1 unchanged"],
    ),
    "equal layers side by side": (
        convs(8).replace("relu", "flatten"),
        "layers: [conv: [8, 3, padding: 1], conv: [8, 3, padding: 1], conv: [8, 3, padding: 1], flatten]",
        ["1 unchanged", "+ conv2 … conv3 2 × conv 3×3, 8, padding 1", "1 unchanged"],
    ),
    "the same change side by side": (
        "layers: [conv: {name: a, filters: 3, kernel: 1}, conv: [3, 1], conv: [3, 1], relu]",
        "layers: [conv: {name: a, filters: 3, kernel: 1}, conv: [3, 1, bias: false], conv: [3, 1, bias: false], relu]",
        ["1 unchanged", "~ conv2 … conv3 2 × bias true → false", "1 unchanged"],
    ),
    "a block less": (
        "blocks: {a: {layers: [conv: [3, 1], relu]}, b: {layers: [conv: [5, 1], tanh]}}\nlayers: [a, b, a]",
        "blocks: {a: {layers: [conv: [3, 1], relu]}, b: {layers: [conv: [5, 1], tanh]}}\nlayers: [a, a]",
        ["2 unchanged", "- b1 b, 2 layers", "~ a2/conv1 reads 32×32×5 → 32×32×3", "1 unchanged"],
    ),
    "weights of its own": (
        "layers: [conv: {filters: 3, kernel: 1, name: a}, conv: {filters: 3, kernel: 1, share: a}]",
        "layers: [conv: {filters: 3, kernel: 1, name: a}, conv: {filters: 3, kernel: 1}]",
        ["1 unchanged", "~ conv2 weights of its own"],
    ),
}


@pytest.mark.parametrize(("before", "after", "said"), CASES.values(), ids=CASES)
def test_two_versions_are_aligned(before: str, after: str, said: list[str]) -> None:
    assert shown(versions(before, after)) == said


def test_every_layer_of_both_versions_is_there_once() -> None:
    before, after = (bundled(name) for name in ("resnet50", "densenet121"))
    changes = differences(before, after)
    assert sum(change.layers for change in changes if change.before) == len(before.rows)
    assert sum(change.layers for change in changes if change.after) == len(after.rows)


@pytest.mark.parametrize("quantity", ["params", "multiplies", "activations"])
@pytest.mark.parametrize("depth", [None, 1, 2])
def test_the_changes_add_up_to_the_difference(quantity: str, depth: int | None) -> None:
    before, after = (bundled(name) for name in ("resnet34", "resnet50"))
    changes = differences(before, after, depth)
    assert sum(change.grown(quantity) for change in changes) == getattr(after.totals - before.totals, quantity)


@pytest.mark.parametrize(
    ("names", "depth", "said"),
    [
        (("resnet50", "resnet101"), None, ["140 unchanged", "+ conv4/unit2/6 … 22 17 × unit, 10 layers",
            "34 unchanged"]),
        (("resnet50", "resnet101"), 1, ["78 unchanged", "~ conv4 layers 62 → 232", "34 unchanged"]),
        (("vgg16", "vgg19"), 2, ["16 unchanged", "+ conv3/4 conv3x3, 2 layers", "7 unchanged",
            "+ conv4/4 conv3x3, 2 layers", "7 unchanged", "+ conv5/4 conv3x3, 2 layers", "10 unchanged"]),
        (("resnet50", "resnet50_v1_5"), 1, ["36 unchanged", "~ conv3 changed inside", "~ conv4 changed inside",
            "~ conv5 changed inside", "2 unchanged"]),
    ],
)  # fmt: skip
def test_bundled_families_are_told_apart(names: tuple[str, str], depth: int | None, said: list[str]) -> None:
    before, after = (bundled(name) for name in names)
    assert shown(differences(before, after, depth)) == said


LAYER = st.sampled_from(
    [
        "relu",
        "batch_norm",
        *(f"conv: {{filters: {n}, kernel: {k}, padding: same}}" for n in (8, 16, 32) for k in (1, 3)),
    ]
)
EDIT = st.tuples(st.sampled_from(["insert", "delete", "replace"]), st.integers(0, 59), LAYER)


@settings(max_examples=60, deadline=None)
@given(st.lists(LAYER, min_size=2, max_size=40), st.lists(EDIT, min_size=1, max_size=4))
def test_a_few_edits_are_few_changes(old: list[str], edits: list[tuple[str, int, str]]) -> None:
    new = list(old)
    for what, place, layer in edits:
        at = place % len(new)
        if what == "insert":
            new.insert(at, layer)
        elif what == "replace":
            new[at] = layer
        elif len(new) > 1:
            new.pop(at)
    before, after = ("layers:\n" + "".join(f"  - {layer}\n" for layer in layers) for layers in (old, new))
    changed = [change for change in versions(before, after) if change.kind not in ("unchanged", "resized")]
    assert len(changed) <= 2 * len(edits)  # an edit is a layer that is gone and one that is new, at worst


# ------------------------------------------------------------------------------------------- large networks


def large(count: int, filters: str, front: str = "") -> str:
    return f"{HEAD}layers:\n{front}  - conv: {{filters: {filters}, kernel: 1, repeat: {count}}}\n"


LARGE = {
    "one in front": (large(10_000, "3"), large(10_000, "3", "  - relu\n"), {"added": 1}),
    "all changed, one in front": (
        large(10_000, "3"),
        large(10_000, "4", "  - relu\n"),
        {"changed": 10_000, "added": 1},
    ),
    "half": (large(10_000, "3"), large(5_000, "3"), {"removed": 5_000}),
}


@pytest.mark.parametrize(("before", "after", "found"), LARGE.values(), ids=LARGE)
@pytest.mark.sweep
def test_ten_thousand_layers_take_a_few_seconds(before: str, after: str, found: dict[str, int]) -> None:
    old, new = analysis(before), analysis(after)
    start = time.process_time()
    changes = differences(old, new)
    assert time.process_time() - start < allowed(15)
    kinds = ("added", "removed", "changed", "moved")
    counted = {kind: sum(change.layers for change in changes if change.kind == kind) for kind in kinds}
    assert {kind: count for kind, count in counted.items() if count} == found


# ------------------------------------------------------------------------------------------- the alignment itself


def best(before: str, after: str) -> int:
    """The largest sum of scores, by trying every pairing."""
    if not before or not after:
        return 0
    return max(
        best(before[1:], after), best(before, after[1:]), score_of(before[0], after[0]) + best(before[1:], after[1:])
    )


def score_of(one: str, other: str) -> int:
    return 5 if one == other else 2 if one.lower() == other.lower() else 0


def aligned(before: str, after: str) -> list[tuple[int | None, int | None]]:
    items = [[(letter, letter.lower(), f"{letter}{i}") for i, letter in enumerate(text)] for text in (before, after)]
    return align(items[0], items[1], lambda i, j: score_of(before[i], after[j]))


@settings(max_examples=150, deadline=None)
@given(st.text("aAbB", max_size=6), st.text("aAbB", max_size=6))
def test_no_pairing_has_a_larger_score(before: str, after: str) -> None:
    pairs = [(i, j) for i, j in aligned(before, after) if i is not None and j is not None]
    assert sum(score_of(before[i], after[j]) for i, j in pairs) == best(before, after)


@settings(max_examples=150, deadline=None)
@given(st.text("aAbBc", max_size=60), st.text("aAbBc", max_size=60), st.integers(0, 300))
def test_whatever_is_bounded_every_item_stands_once_and_in_order(before: str, after: str, cells: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(align_module, "MOST_CELLS", cells)
        patch.setattr(align_module, "MOST_EDITS", cells // 10)
        patch.setattr(align_module, "_MARGIN", 2)
        pairs = aligned(before, after)
    assert [i for i, _ in pairs if i is not None] == list(range(len(before)))
    assert [j for _, j in pairs if j is not None] == list(range(len(after)))


@given(st.text("ab", max_size=12), st.text("ab", max_size=12))
def test_the_longest_common_subsequence_is_found(before: str, after: str) -> None:
    lengths = [[0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for i, one in enumerate(before):
        for j, other in enumerate(after):
            lengths[i + 1][j + 1] = lengths[i][j] + 1 if one == other else max(lengths[i][j + 1], lengths[i + 1][j])
    pairs = align_module._myers(before, after)
    assert pairs is not None
    assert len(pairs) == lengths[-1][-1]
    assert all(before[i] == after[j] for i, j in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))


# ------------------------------------------------------------------------------------------- the command

OLD = f"name: Small\n{HEAD}layers: [conv: [8, 3], relu, flatten, dense: 10]\n"
NEW = OLD.replace("8, 3", "16, 3")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {"old": OLD, "new": NEW, "broken": "layers: 3\n"}.items():
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")


def compare(*args: str) -> Ran:
    return invoke("compare", *args)


@pytest.mark.usefixtures("files")
def test_the_table() -> None:
    ran = compare("old.yaml", "new.yaml", "--by-layer")
    assert (ran.code, ran.err) == (0, "")
    assert (
        ran.out
        == """\
                      old.yaml       new.yaml     change
────────────────────────────────────────────────────────────────
network                  Small          Small
input                  32×32×3        32×32×3
output                      10             10
params                  72,234        144,458   +100.0 %   ×2.00
multiplies             266,400        532,800   +100.0 %   ×2.00
activations             21,610         43,210   +100.0 %   ×2.00
size                  0.289 MB       0.578 MB   +100.0 %   ×2.00
layers                       4              4          =
weight layers                2              2          =
depth                        2              2          =
peak memory           0.058 MB       0.115 MB   +100.0 %   ×2.00
receptive field             32             32          =
most params       dense1 99.7%   dense1 99.7%
most multiplies    conv1 73.0%    conv1 73.0%

    layer                                     output               params            multiplies
───────────────────────────────────────────────────────────────────────────────────────────────
~   conv1    filters 8 → 16       30×30×8 → 30×30×16      +224 (+100.0 %)   +194,400 (+100.0 %)
    …        2 resized
~   dense1   reads 7200 → 14400                   10   +72,000 (+100.0 %)    +72,000 (+100.0 %)

 1 changed, 3 resized
"""
    )


@pytest.mark.usefixtures("files")
def test_the_markdown() -> None:
    ran = compare("old.yaml", "new.yaml", "--by-layer", "-f", "markdown")
    assert (
        ran.out
        == """\
### Small: params 72.23k → 144.5k (+100.0 %), multiplies 266.4k → 532.8k (+100.0 %)

|  | `old.yaml` | `new.yaml` | change |
| :--- | ---: | ---: | ---: |
| network | Small | Small |  |
| input | 32×32×3 | 32×32×3 |  |
| output | 10 | 10 |  |
| params | 72,234 | 144,458 | **+100.0&nbsp;%** (×2.00) |
| multiplies | 266,400 | 532,800 | **+100.0&nbsp;%** (×2.00) |
| activations | 21,610 | 43,210 | **+100.0&nbsp;%** (×2.00) |
| size | 0.289 MB | 0.578 MB | **+100.0&nbsp;%** (×2.00) |
| layers | 4 | 4 | = |
| weight layers | 2 | 2 | = |
| depth | 2 | 2 | = |
| peak memory | 0.058 MB | 0.115 MB | **+100.0&nbsp;%** (×2.00) |
| receptive field | 32 | 32 | = |
| most params | dense1 99.7% | dense1 99.7% |  |
| most multiplies | conv1 73.0% | conv1 73.0% |  |

<details>
<summary>By layer: 1 changed, 3 resized</summary>

|  | layer |  | output | params | multiplies |
| :--- | :--- | :--- | ---: | ---: | ---: |
| changed | `conv1` | filters 8 → 16 | 30×30×8 → 30×30×16 | +224 (+100.0&nbsp;%) | +194,400 (+100.0&nbsp;%) |
|  | … | 2 resized |  |  |  |
| resized | `dense1` | reads 7200 → 14400 | 10 | +72,000 (+100.0&nbsp;%) | +72,000 (+100.0&nbsp;%) |

</details>
"""
    )


@pytest.mark.parametrize(
    ("before", "after", "head"),
    [
        ("git:main:nets/a.yaml", "nets/a.yaml", "|  | `main` | `nets/a.yaml` | change |"),
        ("git:main:nets/b.yaml", "nets/a.yaml", "|  | `git:main:nets/b.yaml` | `nets/a.yaml` | change |"),
        ("nets/a.yaml", "nets/a.yaml", "|  | `nets/a.yaml` | `nets/a.yaml` | change |"),
    ],
)
def test_markdown_calls_an_older_version_of_the_same_file_by_its_ref(before: str, after: str, head: str) -> None:
    networks = [network(file, analysis(OLD)) for file in (before, after)]
    assert head in markdown.write(document(Comparison(networks), Style()), Style()).splitlines()


@pytest.mark.usefixtures("files")
def test_markdown_of_what_is_equal_says_so() -> None:
    ran = compare("old.yaml", "old.yaml", "--by-layer", "-f", "markdown")
    assert ran.out.startswith("### Small: params 72.23k, as before, multiplies 266.4k, as before\n")
    assert "<summary>By layer: 4 unchanged</summary>" in ran.out


def test_markdown_is_not_broken_by_what_a_file_says() -> None:
    hostile = analysis(f"name: 'a|b <b>*c* ~d~ $e$ &lt; @octocat #7 gh-8 ftp://x www.x'\n{HEAD}layers: [relu]")
    networks = [network("x`|y.yaml", hostile), network("<i>.yaml", hostile)]
    text = markdown.write(document(Comparison(networks), Style()), Style())
    title = (
        r"### a\|b \<b\>\*c\* \~d\~ \$e\$ \&lt; @|octocat \#|7 gh-|8 ftp|://x www|.x: "  # a bar: a space that is 0 wide
    )
    assert text.splitlines()[0].startswith(re.sub(r"(?<!\\)\|", "\u200b", title))
    assert text.splitlines()[2] == r"|  | x\`\|y.yaml | `<i>.yaml` | change |"


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_a_name_never_drives_the_terminal(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a\x1b[31m.yaml", "b.yaml"):
        Path(name).write_text(OLD, encoding="utf-8")
    ran = compare("a\x1b[31m.yaml", "b.yaml", "-f", form)
    assert "\x1b" not in ran.out
    assert "a�[31m.yaml" in ran.out


@pytest.mark.usefixtures("files")
def test_json() -> None:
    ran = compare("old.yaml", "new.yaml", "--by-layer", "-f", "json")
    found = json.loads(ran.out)
    assert found["schema_version"] == 1
    first, second = found["networks"]
    assert (first["file"], first["status"], second["inputs"]) == ("old.yaml", "exact", {"input": [3, 32, 32]})
    assert second["figures"] == {
        "params": 144_458, "multiplies": 532_800, "activations": 43_210, "buffers": 0, "size": 577_832,
        "layers": 4, "weight_layers": 2, "depth": 2, "peak_memory": 115_200, "receptive_field": 32, "frozen": 0,
    }  # fmt: skip
    assert first["ratios"]["params"] == 1
    assert second["ratios"]["params"] == 144_458 / 72_234
    assert second["heaviest"]["multiplies"] == {
        "layer": "conv1",
        "line": 3,
        "place": "new.yaml:3",
        "multiplies": 388_800,
    }
    assert found["by_layer"]["layers"] == {"changed": 1, "resized": 3}
    changed = found["by_layer"]["changes"][0]
    assert changed["differences"] == [{"what": "filters", "before": "8", "after": "16"}]
    assert (changed["before"]["params"], changed["after"]["params"]) == (224, 448)


def test_a_ratio_to_nothing_is_none() -> None:
    found = json.loads(compare("vgg16", "resnet50", "-f", "json").out)
    assert found["networks"][1]["ratios"]["buffers"] is None
    assert found["networks"][0]["ratios"]["buffers"] == 1


def test_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(compare("vgg16", "resnet50", "-f", "csv").out)))
    assert [row["file"] for row in rows] == ["vgg16", "resnet50"]
    assert (rows[1]["params"], rows[1]["depth"], rows[1]["most_params"]) == (
        "25557032", "50", "conv5/unit1/main/body1/cb2/conv1",
    )  # fmt: skip
    assert (rows[0]["params_ratio"], rows[1]["buffers_ratio"]) == ("1.0", "")


@pytest.mark.usefixtures("files")
def test_a_depth_without_layers_is_told_to_have_no_effect() -> None:
    note = "note: --depth has no effect without --by-layer\n"
    plain, deep = compare("old.yaml", "new.yaml"), compare("old.yaml", "new.yaml", "--depth", "1")
    assert (deep.out, deep.code, deep.err) == (plain.out, plain.code, note + plain.err)
    assert note not in compare("old.yaml", "new.yaml", "--by-layer", "--depth", "1").err


@pytest.mark.usefixtures("files")
def test_csv_by_layer() -> None:
    rows = list(csv.DictReader(io.StringIO(compare("old.yaml", "new.yaml", "--by-layer", "-f", "csv").out)))
    assert [row["change"] for row in rows] == ["changed", "resized", "resized", "resized"]
    assert rows[0]["differences"] == "filters 8 -> 16"
    assert (rows[0]["params_before"], rows[0]["params_after"]) == ("224", "448")


@pytest.mark.parametrize("width", [60, 80, 100, 140, 200])
@pytest.mark.parametrize("count", [2, 3, 4, 5, 20])
def test_a_table_is_no_wider_than_the_terminal_and_breaks_no_figure(width: int, count: int) -> None:
    names = ["resnet50", "vgg16", "mobilenet_v2", "efficientnet_b0", "alexnet"] * 4
    networks = [network(name, bundled(name)) for name in names[:count]]
    text = write(document(Comparison(networks), Style()), Style(width=width))
    assert max(map(len, text.splitlines())) <= width
    assert "25,557,032" in text or "25.56M" in text
    assert len(text.splitlines()) >= min(count, 10)


def test_a_pipe_has_no_width_and_nothing_is_cut() -> None:
    ran = compare("vgg16", "resnet50", "mobilenet_v2", "alexnet", "lenet5")
    assert "conv5/unit1/main/body1/cb2/conv1 9.2%" in ran.out
    assert "15,470,264,320" in ran.out
    assert len(ran.out.splitlines()) == 7


def test_ascii_and_short() -> None:
    ran = compare("vgg16", "vgg19", "--ascii", "--short", "--by-layer")
    assert ran.out.isascii()
    assert "138.4M" in ran.out
    assert "x1.04" in ran.out


def test_options_hold_for_every_network() -> None:
    found = json.loads(compare("resnet50", "resnet101", "--set", "classes=10", "--input-size", "64", "-f", "json").out)
    assert [one["inputs"]["input"] for one in found["networks"]] == [[3, 64, 64]] * 2
    assert [one["outputs"] for one in found["networks"]] == [{"fc": [10]}] * 2


@pytest.mark.usefixtures("files")
def test_output_goes_to_a_file() -> None:
    ran = compare("old.yaml", "new.yaml", "-f", "markdown", "-o", "comment.md")
    assert (ran.code, ran.out) == (0, "")
    assert Path("comment.md").read_text(encoding="utf-8").startswith("### Small: params")


def test_what_is_not_counted_makes_lower_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.yaml").write_text(OLD, encoding="utf-8")
    Path("odd.yaml").write_text(OLD.replace("relu", "operator: {type: Odd, output: 30x30x8}"), encoding="utf-8")
    ran = compare("old.yaml", "odd.yaml")
    assert "≥ 72,234" in ran.out
    assert "odd.yaml: Odd not counted: its figures are lower bounds, and ratios compare what is counted" in ran.out
    assert json.loads(compare("old.yaml", "odd.yaml", "-f", "json").out)["networks"][1]["status"] == "lower_bound"


# ------------------------------------------------------------------------------------------- exit codes


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("allowed", "said"),
    [
        (["params=5%"], ["`total` params: was 72,234, is 144,458 (72,224 more, +100.0 %; allowed +5 %)"]),
        (["params=100%"], []),
        (["params=99.9%"], ["`total` params: was 72,234, is 144,458 (72,224 more, +100.0 %; allowed +99.9 %)"]),
        (["size=50,params=100"], ["`total` size: was 288,936, is 577,832 (288,896 more, +100.0 %; allowed +50 %)"]),
        (
            ["5%", "activations=200 %"],
            [
                "`total` params: was 72,234, is 144,458 (72,224 more, +100.0 %; allowed +5 %)",
                "`total` multiplies: was 266,400, is 532,800 (266,400 more, +100.0 %; allowed +5 %)",
            ],
        ),
        (["buffers=0"], []),
    ],
)
def test_growth_beyond_what_is_allowed_is_exit_code_1(allowed: list[str], said: list[str]) -> None:
    ran = compare("old.yaml", "new.yaml", *(part for one in allowed for part in ("--max-growth", one)))
    assert [line.removeprefix("error[baseline]: ") for line in ran.err.splitlines() if line.startswith("error")] == said
    assert ran.code == (1 if said else 0)
    assert compare("new.yaml", "old.yaml", "--max-growth", "0%").code == 0


@pytest.mark.usefixtures("files")
def test_each_network_is_held_to_the_first_and_markdown_says_so() -> None:
    ran = compare("old.yaml", "old.yaml", "new.yaml", "--max-growth", "params=1%", "-f", "markdown")
    assert ran.code == 1
    assert " = note: new.yaml, compared with old.yaml\n" in ran.err
    assert "\n> [!WARNING]\n> `total` params: was 72,234, is 144,458 (" in ran.out


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["old.yaml"], "two or more FILEs are compared."),
        (["old.yaml", "new.yaml", "old.yaml", "--by-layer"], "--by-layer compares two FILEs, not 3."),
        (["old.yaml", "new.yaml", "--max-growth", "parms=5%"], "no quantity 'parms'; did you mean 'params'?"),
        (["old.yaml", "new.yaml", "--max-growth", "-5%"], "'-5%' is no percentage: write 5% or params=5%"),
        (["old.yaml", "new.yaml", "--max-growth", "much"], "'much' is no percentage: write 5% or params=5%"),
        (["old.yaml", "missing.yaml"], "cannot read `missing.yaml`: no such file"),
        (["broken.yaml", "old.yaml"], "layers are a list"),
        (["-", "-"], "'-' (standard input) can be read only once."),
    ],
)
def test_a_wrong_command_line_or_file_is_exit_code_2(args: list[str], said: str) -> None:
    ran = compare(*args)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.usefixtures("files")
def test_a_file_that_cannot_be_used_does_not_stop_the_others() -> None:
    ran = compare("old.yaml", "broken.yaml", "new.yaml")
    assert ran.code == 2
    assert "144,458" in ran.out
    assert "broken.yaml:1" in ran.err


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("args", "count"), [(["old.yaml", "broken.yaml", "new.yaml"], 2), (["broken.yaml", "old.yaml"], 0)]
)
def test_json_has_it_too(args: list[str], count: int) -> None:
    ran = compare(*args, "-f", "json")
    found = json.loads(ran.out)
    assert (ran.code, len(found["networks"])) == (2, count)
    (failed,) = found["failed"]
    assert (failed["file"], failed["status"], failed["problems"][0]["line"]) == ("broken.yaml", "error", 1)


def test_standard_input_is_compared_with_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.yaml").write_text(OLD, encoding="utf-8")
    ran = invoke("compare", "old.yaml", "-", "-f", "json", input=NEW)
    assert [one["file"] for one in json.loads(ran.out)["networks"]] == ["old.yaml", "-"]
