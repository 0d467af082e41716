"""How a file keeps its numbers: `memory` for all of it, `dtype` for what is said of a layer, a block, a branch, a type.

The command line overrules `memory`; wherever a figure in bytes is shown, it says what it assumes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import cnncalc
from cnncalc.analyses.comparing.diff import differences
from cnncalc.analyses.measures import MEASURES
from cnncalc.analyses.schema import schema
from cnncalc.cli.options import DTYPES
from cnncalc.cli.options import OPTIMIZERS as OFFERED
from cnncalc.core.graph import BYTES, OPTIMIZERS, Storage
from tests.repository import Repository
from tests.running import invoke

# 10 params a layer: 1·1·1·5 weights and 5 biases, then 5·1 + 1 = 6; 4 values an input channel
NET = """\
input: {channels: 1, size: 2}
layers:
  - conv: {name: a, filters: 5, kernel: 1}
  - relu: {name: r}
  - conv: {name: b, filters: 1, kernel: 1}
"""


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(NET, encoding="utf-8")


def memory(text: str, quantity: str = "weight_memory") -> list[Any]:
    analysis = cnncalc.analyze(cnncalc.loads(text))
    return [MEASURES[quantity].value(analysis, row) for row in analysis.rows]


# ------------------------------------------------------------------------------------------------ memory


def test_without_it_numbers_are_float32() -> None:
    assert cnncalc.loads(NET).storage == Storage("float32", 1, False, "sgd")
    assert memory(NET) == [40, 0, 24]


SETTINGS: list[tuple[str, Storage]] = [
    ("{dtype: int8}", Storage("int8")),
    ("{dtype: bfloat16, batch: 8, in_place: true, optimizer: adam}", Storage("bfloat16", 8, True, "adam")),
    ("{batch: 1000000000, in_place: false}", Storage(batch=10**9)),
]


@pytest.mark.parametrize(("written", "storage"), SETTINGS)
def test_what_a_file_says(written: str, storage: Storage) -> None:
    text = f"{NET}memory: {written}\n"
    assert cnncalc.loads(text).storage == storage
    jsonschema.validate(yaml.safe_load(text), schema())


WRONG: list[tuple[str, str]] = [
    ("int8", "`memory` must be a mapping"),
    ("{dtype: int4}", "`dtype` must be float32, float16, bfloat16 or int8, is `int4`\n"),
    ("{dtype: floot16}", "  = help: did you mean `float16`?"),
    ("{dtype: [int8]}", "`dtype` must be float32, float16, bfloat16 or int8\n"),
    ("{batch: 0}", "`batch` must be a whole number from 1 to 10^9"),
    ("{batch: n}", "`batch` must be a whole number from 1 to 10^9"),
    ("{in_place: maybe}", "`in_place` must be true or false, is `maybe`"),
    ("{optimizer: adm}", "help: did you mean `adam`?"),
    ("{inplace: true}", "unknown key of `memory`: `inplace`"),
    ("{zzz: 1}", "help: it has dtype, batch, in_place, optimizer"),
]


@pytest.mark.parametrize(("written", "said"), WRONG)
def test_what_cannot_be_meant(written: str, said: str) -> None:
    text = f"{NET}memory: {written}\n"
    Path("net.yaml").write_text(text, encoding="utf-8")
    ran = invoke("check", "net.yaml")
    assert (ran.code, said in ran.err) == (2, True)
    assert not jsonschema.Draft202012Validator(schema()).is_valid(yaml.safe_load(text))


def test_a_batch_beyond_all_is_refused() -> None:
    with pytest.raises(cnncalc.ProblemsFound, match="from 1 to 10"):
        cnncalc.loads(f"{NET}memory: {{batch: 10000000000}}\n")


def test_a_budget_means_something_without_options() -> None:
    # the peak is at `relu`: 20 values read, 20 written
    Path("net.yaml").write_text(f"{NET}memory: {{dtype: int8}}\nbudget: {{peak_memory: 40}}\n", encoding="utf-8")
    assert invoke("check", "net.yaml").code == 0
    ran = invoke("check", "net.yaml", "--dtype", "float16", "--batch", "2")  # the command line overrules
    assert ran.code == 1
    assert "`total` peak_memory: limit 40 bytes, is 160 bytes, over by 120 bytes" in ran.err
    assert "= note: for float16, 2 images, activations not in place, sgd\n" in ran.err


def test_in_place_can_be_taken_back() -> None:
    Path("net.yaml").write_text(f"{NET}memory: {{in_place: true}}\nbudget: {{peak_memory: 100}}\n", encoding="utf-8")
    assert invoke("check", "net.yaml").code == 0  # 4 values read, 20 written, 4 bytes each: 96
    assert invoke("check", "net.yaml", "--not-in-place").code == 1


def test_the_table_says_what_it_assumes() -> None:
    Path("net.yaml").write_text(f"{NET}memory: {{dtype: int8, batch: 4}}\n", encoding="utf-8")
    shown = invoke("summary", "net.yaml", "--columns", "layer,peak_memory,weight_memory").out
    assert shown.count("memory       int8, 4 images, activations not in place, sgd; MB of 10⁶ bytes\n") == 1
    assert "images" not in invoke("summary", "net.yaml").out
    found = json.loads(invoke("summary", "net.yaml", "-f", "json", "--columns", "peak_memory").out)
    assert found["memory"] == {"dtype": "int8", "batch": 4, "in_place": False, "optimizer": "sgd"}


def test_a_child_inherits_it_whole() -> None:
    Path("base.yaml").write_text(f"{NET}memory: {{dtype: int8, batch: 4}}\n", encoding="utf-8")
    for more, storage in {"": Storage("int8", 4), "memory: {dtype: float16}\n": Storage("float16")}.items():
        Path("net.yaml").write_text(f"extends: base.yaml\n{more}", encoding="utf-8")
        assert cnncalc.load("net.yaml").storage == storage


def test_of_a_network_that_is_a_block_it_is_not_used() -> None:
    Path("base.yaml").write_text(f"{NET}memory: {{dtype: int8}}\n", encoding="utf-8")
    text = "input: {channels: 1, size: 2}\nblocks: {inner: {network: base.yaml}}\nlayers: [inner]\n"
    Path("net.yaml").write_text(text, encoding="utf-8")
    assert cnncalc.load("net.yaml").storage == Storage()


def test_a_change_of_it_is_a_change_of_the_rules() -> None:
    repository = Repository(Path())
    repository.git("add", ".")
    repository.git("commit", "--quiet", "-m", "first")
    Path("net.yaml").write_text(f"{NET}memory: {{dtype: int8, batch: 2}}\n", encoding="utf-8")
    rules = json.loads(invoke("diff", "main", "-f", "json").out)["limits"]
    assert [(one["what"], one["before"], one["after"], one["looser"]) for one in rules] == [
        ("memory dtype", "float32", "int8", True),
        ("memory batch", "1", "2", False),
    ]


def test_the_command_line_offers_all_of_them() -> None:
    assert (tuple(BYTES), tuple(OPTIMIZERS)) == (DTYPES, OFFERED)


# ------------------------------------------------------------------------------------------------ dtype

# What is said where, and the bytes of the params of `a` (10) and `b` (6) that follow
SAID: list[tuple[str, str, list[int]]] = [
    ("of an entry", NET.replace("kernel: 1}\n  - relu", "kernel: 1, dtype: float16}\n  - relu"), [20, 0, 24]),
    ("of a type", f"{NET}defaults: {{conv: {{dtype: int8}}}}\n", [10, 0, 6]),
    ("of a type, in a file of another one", f"{NET}defaults: {{conv: {{dtype: int8}}}}\nmemory: {{dtype: float16}}\n",
     [10, 0, 6]),
    ("an entry goes before its type",
     NET.replace("kernel: 1}\n  - relu", "kernel: 1, dtype: float16}\n  - relu") + "defaults: {conv: {dtype: int8}}\n",
     [20, 0, 6]),
]  # fmt: skip


@pytest.mark.parametrize(("where", "text", "bytes"), SAID)
def test_said_of_a_layer(where: str, text: str, bytes: list[int]) -> None:
    assert memory(text) == bytes, where
    jsonschema.validate(yaml.safe_load(text), schema())


BLOCKS = """\
input: {channels: 1, size: 2}
blocks:
  plain: {layers: [conv: [1, 1]]}
  half: {dtype: float16, layers: [conv: [1, 1], {conv: {filters: 1, kernel: 1, dtype: int8}}]}
layers:
  - plain
  - plain: {dtype: int8}
  - plain
  - half
  - half: {dtype: int8}
  - plain: {dtype: float16, repeat: 2}
  - add: {branches: [{dtype: int8, layers: [conv: [1, 1]]}, [conv: [1, 1]]]}
"""


def test_said_of_all_inside() -> None:
    """The innermost holds: a layer's own, then what is around it. Two params a layer."""
    whole, half, byte = 8, 4, 2
    assert memory(BLOCKS)[:9] == [whole, byte, whole, half, byte, half, byte, half, half]
    assert memory(BLOCKS)[9:] == [byte, whole, 0]
    jsonschema.validate(yaml.safe_load(BLOCKS), schema())


def test_a_network_inside_takes_it() -> None:
    Path("base.yaml").write_text(NET.replace("name: b,", "name: b, dtype: float16,"), encoding="utf-8")
    text = "input: {channels: 1, size: 2}\nblocks: {inner: {network: base.yaml, dtype: int8}}\nlayers: [inner]\n"
    Path("net.yaml").write_text(text, encoding="utf-8")
    graph = cnncalc.load("net.yaml")
    assert [node.dtype for node in graph.nodes] == ["int8", "int8", "float16"]


def test_activations_and_the_peak_take_the_type_of_what_writes_them() -> None:
    text = NET.replace("name: r}", "name: r, dtype: int8}")
    assert memory(text, "activation_memory") == [80, 20, 16]
    assert memory(text, "peak_memory") == [16 + 80, 80 + 20, 20 + 16]
    # in place only where the numbers are of one size
    assert memory(f"{text}memory: {{in_place: true}}\n", "peak_memory") == [96, 100, 36]
    assert memory(f"{NET}memory: {{in_place: true}}\n", "peak_memory") == [96, 80, 96]


def test_training_takes_it_too() -> None:
    text = NET.replace("name: b,", "name: b, dtype: float16,")
    # b: its input is the output of relu, kept there; 6 params and gradients of 2 bytes, adam has two numbers more
    assert memory(f"{text}memory: {{optimizer: adam}}\n", "training_memory")[2] == 2 * 6 * 4


def test_shown() -> None:
    Path("net.yaml").write_text(NET.replace("name: b,", "name: b, dtype: float16,"), encoding="utf-8")
    assert "dtype        float16, of its own" in invoke("explain", "net.yaml", "b").out
    (entry,) = json.loads(invoke("explain", "net.yaml", "b", "-f", "json").out)["entries"]
    layers = json.loads(invoke("summary", "net.yaml", "-f", "json").out)["layers"]
    assert [entry["dtype"], *(layer.get("dtype") for layer in layers)] == ["float16", None, None, "float16"]
    assumed = "float32, float16 in 1 layer, 1 image, activations not in place, sgd"
    assert assumed in invoke("summary", "net.yaml", "--columns", "layer,peak_memory").out


def test_compared() -> None:
    before, after = (
        cnncalc.analyze(cnncalc.loads(text)) for text in (NET, NET.replace("name: b,", "name: b, dtype: float16,"))
    )
    (changed,) = [one for one in differences(before, after) if one.kind == "changed"]
    assert [tuple(one) for one in changed.differences] == [("dtype", "none", "float16")]


NO_TYPE: list[tuple[str, str]] = [
    (NET.replace("name: b,", "name: b, dtype: flaot16,"), "help: did you mean `float16`?"),
    (NET.replace("name: b,", "name: b, dtype: ,"), "`dtype` has no value"),
    (BLOCKS.replace("half: {dtype: float16", "half: {dtype: 16"), "`dtype` must be float32, float16, bfloat16 or int8"),
    (
        f"{NET}defaults: {{conv: {{dtype: double}}}}\n",
        "`dtype` must be float32, float16, bfloat16 or int8, is `double`",
    ),
]


@pytest.mark.parametrize(("text", "said"), NO_TYPE)
def test_what_is_no_type(text: str, said: str) -> None:
    Path("net.yaml").write_text(text, encoding="utf-8")
    ran = invoke("check", "net.yaml")
    assert (ran.code, said in ran.err) == (2, True)


def test_lint_sees_it() -> None:
    Path("net.yaml").write_text(f"{NET}defaults: {{conv: {{dtype: int8}}, gelu: {{dtype: int8}}}}\n", encoding="utf-8")
    ran = invoke("check", "net.yaml")
    assert ran.err.count("[unused-default]") == 1


@pytest.mark.parametrize(("command", "shows"), [("summary", "--columns peak_memory"), ("explain", "--of peak_memory")])
def test_what_is_said_of_memory_that_is_not_shown_is_noted(command: str, shows: str) -> None:
    options = ["--dtype", "int8", "--not-in-place"]
    note = f"note: --dtype, --in-place: no memory is shown; {shows} shows it\n"
    assert note in invoke(command, "lenet5", *options).err
    assert note not in invoke(command, "lenet5", *options, *shows.split()).err
