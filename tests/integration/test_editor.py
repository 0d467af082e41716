"""What a person sees who writes an architecture file in an editor with yaml-language-server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cnncalc.analyses.measures import Use, used
from cnncalc.core.layers import LAYERS
from tests.integration.conftest import Install
from tests.integration.language_server import Fault, LanguageServer
from tests.running import invoke

pytestmark = pytest.mark.integration

VERSION = "2.0.0"
INPUT = "input: {channels: 3, size: 8}\n"
ATTRIBUTES = {"filters", "kernel", "stride", "padding", "dilation", "groups", "bias", "connections", "shared"}
COMMON = {"name", "from", "repeat", "when", "share", "trainable", "dtype"}


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory, npm: Install) -> Iterator[LanguageServer]:
    schema = tmp_path_factory.mktemp("schema") / "cnncalc.schema.json"
    assert invoke("schema", "-o", str(schema)).code == 0
    server = npm(f"yaml-language-server@{VERSION}") / "bin" / "yaml-language-server"
    client = LanguageServer(["node", str(server), "--stdio"], schema)
    yield client
    client.close()


@pytest.mark.parametrize(
    "text",
    [
        "layers:\n  - ¦",
        "layers:\n  - relu\n  - ¦",
        "layers:\n  - add:\n      branches:\n        main:\n          - ¦",
        "layers:\n  - add:\n      branches:\n        - - ¦",
        "blocks:\n  b:\n    layers:\n      - ¦",
    ],
)
def test_it_completes_every_layer_type(editor: LanguageServer, text: str) -> None:
    offered = editor.completions(INPUT + text)
    assert set(LAYERS) <= set(offered)
    assert offered["conv"] == "conv: {filters: $1, kernel: $2}"
    assert offered["dense"] == "dense: {units: $1}"
    assert offered["relu"] == "relu"
    assert offered["dropout"] == "dropout"
    assert offered["add"] == "add: {branches: {main: [$1], shortcut: [$2]}}"


@pytest.mark.parametrize("text", ["layers:\n  - co¦", "blocks: {b: {layers: [co¦]}}"])
def test_it_completes_a_type_that_is_begun(editor: LanguageServer, text: str) -> None:
    assert editor.completions(INPUT + text)["conv"] == "conv: {filters: $1, kernel: $2}"


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("layers:\n  - conv: {f¦}", set()),
        ("layers:\n  - conv: {filters: 6, k¦}", {"filters"}),
        ("layers:\n  - conv:\n      ¦", set()),
        ("layers:\n  - conv:\n      filters: 6\n      ¦", {"filters"}),
        ("layers:\n  - add:\n      branches:\n        main:\n          - conv: {f¦}", set()),
        ("blocks:\n  b:\n    layers:\n      - conv: {f¦}", set()),
    ],
)
def test_it_completes_the_attributes_of_a_layer(editor: LanguageServer, text: str, given: set[str]) -> None:
    assert set(editor.completions(INPUT + text)) - given == (ATTRIBUTES | COMMON) - given


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("layers:\n  - conv: {filters: 6, padding: ¦}", {"0", "same", "valid", "causal"}),
        ("layers:\n  - dense:\n      per: ¦", {"none", "position"}),
        ("layers:\n  - conv:\n      bias: ¦", {"true", "false"}),
        ("defaults: {conv: {f¦}}", ATTRIBUTES | {"trainable", "dtype"}),
        (
            "layers:\n  - relu\nexpect: {total: {p¦}}",
            {"output", *used(Use.FIGURES)},
        ),
        ("layers:\n  - relu\nbudget: {params: {m¦}}", {"max", "warn", "convention"}),
        ("layers:\n  - relu\nbudget: {head: {params: {m¦}}}", {"max", "warn", "convention"}),
        (
            "layers:\n  - relu\nbudget: {head: {s¦}}",
            set(used(Use.LIMITS)),
        ),
        ("layers:\n  - relu\nexpect:\n  ¦", {"total"}),
        (
            "blocks:\n  b:\n    ¦",
            {"params", "vars", "inputs", "outputs", "layers", "network", "until", "set", "trainable", "dtype"},
        ),
    ],
)
def test_it_completes_values_and_keys(editor: LanguageServer, text: str, offered: set[str]) -> None:
    assert set(editor.completions(INPUT + text)) == offered


def test_it_completes_the_keys_of_a_branch_beside_layer_types(editor: LanguageServer) -> None:
    offered = editor.completions(
        f"{INPUT}layers:\n  - add:\n      branches:\n        a:\n          when: n > 1\n          ¦"
    )
    assert {"from", "layers"} <= set(offered)


def test_it_completes_the_keys_of_a_file(editor: LanguageServer) -> None:
    offered = editor.completions("name: net\n¦")
    assert offered["layers"] == "layers:\n  - "
    assert offered["input"] == "input: {channels: ${1:3}, size: ${2:224}}"
    assert {"source", "vars", "defaults", "blocks", "outputs", "expect", "budget", "extends"} <= set(offered)


def test_a_completion_says_what_the_layer_does(editor: LanguageServer) -> None:
    help = editor.help(f"{INPUT}layers:\n  - ¦", "max_pool")
    assert help.startswith("The largest value of each window, channel by channel.")
    assert "Attributes in order: **`kernel`**, `stride=kernel`, `padding=0`" in help


CONV = """\
#### conv

Slide `filters` kernels over the input; each output value is one dot product. Depthwise: `groups: channels`. \
A partial connection table, as in C3 of LeNet-5, is `connections`. \
Locally connected, with weights and biases for each output position: `shared: false`. \
Source: LeCun et al. 1998; groups from Krizhevsky et al. 2012; dilation from Yu, Koltun 2015.

Attributes in order: **`filters`**, **`kernel`**, `stride=1`, `padding=0`, `dilation=1`, `groups=1`, `bias=true`, \
`connections`, `shared=true`.

`conv: {filters: 96, kernel: 11, stride: 4}`  \n227×227×3 → 55×55×96, 34,944 params, 105,415,200 multiplies"""
FILTERS = "#### filters\n\nnumber of kernels, so of output channels\n\na whole number, at least 1; required"
PADDING = (
    "#### padding\n\nzeros added at each end; `same` keeps ceil(W/S), `causal` too, all in front of one axis\n\n"
    "a number, `same`, `valid`, or one entry per axis, or `causal`; default: `0`"
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("layers:\n  - co¦nv: {filters: 6, kernel: 3}", CONV),
        ("layers:\n  - co¦nv: [6, 3]", CONV),
        ("layers:\n  - conv: {fil¦ters: 6, kernel: 3}", FILTERS),
        ("layers:\n  - conv: [¦64, 3]", FILTERS),
        ("layers:\n  - conv: {filters: 6, kernel: 3, padd¦ing: same}", PADDING),
        ("layers:\n  - conv: [64, 3, padd¦ing: same]", PADDING),
        ("defaults: {conv: {padd¦ing: same}}", PADDING),
        ("layers:\n  - re¦lu", "#### relu\n\nmax(0, x).\n\n`relu`  \n55×55×96 → 55×55×96"),
        ("layers:\n  - relu: {na¦me: x}", "#### name\n\nname of the entry"),
        ("layers:\n  - mi¦ne", "#### block\n\na block of this file"),
        (
            "blocks: {b: {net¦work: resnet50}}",
            "#### network\n\nanother network as the block: a file beside this one, of any format, or a bundled one",
        ),
        (
            "layers:\n  - add: {branches: {a: {wh¦en: n > 1}}}",
            "#### when\n\nthe branch is absent where this is false",
        ),
        ("out¦puts: a", "#### outputs\n\nnames of the outputs; what leads to none of them is left out"),
        (
            "layers:\n  - relu\nexpect: {total: {para¦ms: 0}}",
            "#### params\n\nan integer, `884k`, `~60M`, `<25M` or `2.1 * NAME`",
        ),
    ],
)
def test_it_explains_the_word_at_the_cursor(editor: LanguageServer, text: str, shown: str) -> None:
    assert editor.hover(INPUT + text) == shown


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("layers:\n  - conv: {filters: 6, kernal: 3}", [("kernal", "Property kernal is not allowed.")]),
        ("layers:\n  - conv: [6, 3, paddign: 1]", [("paddign", "Property paddign is not allowed.")]),
        ("layers:\n  - add: {branches: [[], [conv: {filter: 4}]]}", [("filter", "Property filter is not allowed.")]),
        ("blocks: {b: {layers: [dense: {unit: 4}]}}\nlayers: [b]", [("unit", "Property unit is not allowed.")]),
        ("blocks: {b: {network: lenet5, untill: C3}}\nlayers: [b]", [("untill", "Property untill is not allowed.")]),
        ("blocks: {b: {network: lenet5, until: C3, set: {n: 2 * m}, params: [m]}}\nlayers: [b: 3]", []),
        ("layers:\n  - add: {branches: {a: {when: n > 1, from: x, layers: [relu]}, b: []}}", []),
        ("layers: [relu]\noutput: [a]", [("output", "Property output is not allowed.")]),
        ("layers: [relu]\nexpect: {total: {parms: 5}}", [("parms", "Property parms is not allowed.")]),
        ("layers:\n  - conv: {filters: 0, kernel: 3}", [("0", "Value is below the minimum of 1.")]),
        (
            "layers:\n  - conv: {filters: true, kernel: 3}",
            [("true", "Incorrect type. Expected one of string, integer.")],
        ),
        ("layers:\n  - conv: {filters: n, kernel: k // 2, groups: channels}\n  - mine: [64, name: 3a]", []),
    ],
)
def test_it_underlines_what_is_wrong(editor: LanguageServer, text: str, faults: list[tuple[str, str]]) -> None:
    assert editor.faults(INPUT + text) == [Fault(*fault) for fault in faults]


@pytest.mark.parametrize("name", ["resnet50_v1_5", "googlenet_aux", "mobilenet_v3_large", "lenet5_1998", "vit_b_16"])
def test_it_underlines_nothing_in_a_bundled_file(editor: LanguageServer, name: str) -> None:
    assert editor.faults(invoke("show", name).out) == []
