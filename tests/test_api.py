"""The public functions: each gives what its command writes, takes what is natural, and says what it does not take."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.analyses.measures import Use, told
from cnncalc.cli import cli
from cnncalc.cli.formats import FormatOption
from cnncalc.render.results import WRITERS
from tests.running import invoke

pytestmark = pytest.mark.quick

ROOT = Path(__file__).parent.parent
SMALL = "{vars: {n: 4}, input: {channels: 3, size: 8}, layers: [conv: [n, 3], flatten, dense: 10]}"
TWO = "{inputs: {left: {channels: 1, size: 8}, right: {channels: 1, size: 8}}, layers: [concat: {from: [left, right]}]}"
ONE = {"input": {"channels": 3, "size": 8}, "layers": [{"conv": [4, 3]}]}


def small(**more: Any) -> cnncalc.Graph:
    return cnncalc.loads(SMALL, **more)


def built() -> cnncalc.Builder:
    net = cnncalc.Builder((3, 8, 8))
    net.add("conv", {"filters": 4, "kernel": 3}, name="stem")
    return net


# ------------------------------------------------------------------------------------------------ what is public

PUBLIC = [
    "Analysis",
    "Badge",
    "Builder",
    "CannotDraw",
    "Checked",
    "Comparison",
    "Counts",
    "Drawing",
    "Explanation",
    "Graph",
    "GroupRow",
    "Handout",
    "History",
    "Label",
    "Marks",
    "NoEntry",
    "Overview",
    "Place",
    "Problem",
    "ProblemsFound",
    "ProjectChange",
    "Reconciliation",
    "Report",
    "Row",
    "Sizes",
    "TensorShape",
    "analyze",
    "badge",
    "check",
    "compare",
    "diagram",
    "diff",
    "exercise",
    "explain",
    "from_dict",
    "grade",
    "history",
    "lint",
    "load",
    "loads",
    "names",
    "reconcile",
    "sizes",
    "summary",
]


def test_these_names_are_public() -> None:
    """A change of them is a line of the changelog, and of docs/api.md."""
    assert cnncalc.__all__ == PUBLIC
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert [name for name in PUBLIC if f"`{name}`" not in page and f"cnncalc.{name}" not in page] == []


# ------------------------------------------------------------------------------------------------ as the commands

COMMANDS: list[tuple[Callable[[], Any], str]] = [
    (lambda: cnncalc.analyze("lenet5.yaml"), "summary lenet5.yaml"),
    (
        lambda: cnncalc.summary("resnet18.yaml", depth=2, sort="params", top=3),
        "summary resnet18 -d 2 --sort params --top 3",
    ),
    (lambda: cnncalc.summary("lenet5.yaml", columns=["layer", "flops"]), "summary lenet5.yaml --columns layer,flops"),
    (lambda: cnncalc.summary("lenet5.yaml", convention="thop"), "summary lenet5.yaml --convention thop"),
    (lambda: cnncalc.compare("lenet5", "lenet5_1998"), "compare lenet5 lenet5_1998"),
    (
        lambda: cnncalc.compare("lenet5", "lenet5_1998", convention="thop"),
        "compare lenet5 lenet5_1998 --convention thop",
    ),
    (
        lambda: cnncalc.check("lenet5", limits={"multiplies": "400k"}, convention="thop"),
        "check lenet5 --max-multiplies 400k --convention thop --no-lint",
    ),
    (lambda: cnncalc.compare("lenet5", "lenet5_1998", by_layer=True), "compare lenet5 lenet5_1998 --by-layer"),
    (lambda: cnncalc.explain("lenet5", "C1", "total"), "explain lenet5.yaml C1 total"),
    (lambda: cnncalc.explain("lenet5"), "explain lenet5.yaml"),
    (
        lambda: cnncalc.explain("lenet5", "C3", of=["additions", "receptive_field"], against="C1"),
        "explain lenet5.yaml C3 --of additions,receptive_field --against C1",
    ),
    (
        lambda: cnncalc.explain(cnncalc.load("lenet5").with_memory(dtype="int8", batch=2), "C3", of="peak_memory"),
        "explain lenet5.yaml C3 --of peak_memory --dtype int8 --batch 2",
    ),
    (
        lambda: cnncalc.summary(
            cnncalc.load("lenet5").with_memory(in_place=True, optimizer="adam"), columns=["layer", "training_memory"]
        ),
        "summary lenet5.yaml --columns layer,training_memory --in-place --optimizer adam",
    ),
    (lambda: cnncalc.reconcile("lenet5", conventions=["thop", "fvcore"]), "reconcile lenet5 --convention thop,fvcore"),
    (lambda: cnncalc.reconcile("lenet5", 61_706), "reconcile lenet5 --figure 61706"),
    (lambda: cnncalc.check("lenet5", limits={"params": "60k"}), "check lenet5 --max-params 60k --no-lint"),
    (lambda: cnncalc.check("lenet5", "nowhere", lint=True), "check lenet5 nowhere"),
    (lambda: cnncalc.sizes("unet"), "sizes unet"),
    (lambda: cnncalc.sizes(cnncalc.load("unet", set={"classes": 5})), "sizes unet --set classes=5"),
    (lambda: cnncalc.exercise("lenet5", seed=7, count=3), "exercise lenet5 --seed 7 --count 3"),
]


@pytest.mark.parametrize(("result", "command"), COMMANDS, ids=[command for _, command in COMMANDS])
def test_a_result_writes_what_its_command_writes(result: Callable[[], Any], command: str) -> None:
    made, words = result(), command.split()
    for form in ("json", "markdown", "html", "latex"):
        text = getattr(made, f"to_{form}")()
        assert text == invoke(*words, "-f", form).out.replace('"file": "resnet18"', '"file": "resnet18.yaml"')
    assert made.to_dict() == json.loads(made.to_json())
    assert made._repr_html_().startswith('<div class="cnncalc">')


@pytest.mark.parametrize("form", ["svg", "mermaid", "dot", "tikz"])
def test_a_drawing_is_written_as_its_command_does(form: str) -> None:
    drawing = cnncalc.diagram("resnet18", counts=["params"])
    assert getattr(drawing, f"to_{form}")() == invoke("diagram", "resnet18", "--counts", "params", "-f", form).out
    assert cnncalc.diagram("alexnet", "pool1", style="window")._repr_svg_().startswith("<svg")


@pytest.mark.parametrize(
    ("result", "command"),
    {
        "Overview": "summary",
        "Comparison": "compare",
        "Explanation": "explain",
        "Checked": "check",
        "Sizes": "sizes",
        "Handout": "exercise",
        "Reconciliation": "reconcile",
        "History": "history",
        "ProjectChange": "diff",
        "Marks": "grade",
    }.items(),
)
def test_the_writers_are_those_of_the_command(result: str, command: str) -> None:
    found = cli.get_command(None, command)  # type: ignore[arg-type]
    assert found is not None
    (rows,) = (param.formats for param in found.params if isinstance(param, FormatOption))
    writers = {form: writer for form, writer in WRITERS[result].items() if form in rows}
    assert {form: rows[form].writer for form in writers} == writers
    assert {"json", "markdown", "html", "latex"} <= writers.keys()


def test_the_broken_part_of_a_network_is_explained() -> None:
    with pytest.raises(cnncalc.ProblemsFound) as raised:
        cnncalc.loads("{input: {channels: 1, size: 6}, layers: [conv: [2, 5], max_pool: 3]}", name="net.yaml")
    assert str(raised.value).startswith("net.yaml:1: `max_pool` leaves nothing: height = (2 − 3 + 2·0) // 3 + 1 = 0; ")
    assert cnncalc.explain(raised.value).broken.failed[0].why == "less than 1"  # type: ignore[union-attr]


def test_a_result_has_a_short_name_and_prints_its_text() -> None:
    results = [
        cnncalc.summary("lenet5", "alexnet"),
        cnncalc.compare("lenet5", "alexnet"),
        cnncalc.explain("lenet5", "C1", "total"),
        cnncalc.explain("lenet5", "C1").layers[0],
        cnncalc.diagram("alexnet"),
        cnncalc.exercise("lenet5", count=1),
        cnncalc.check("lenet5"),
    ]
    assert list(map(repr, results)) == [
        "<Overview of lenet5.yaml, alexnet.yaml>",
        "<Comparison of lenet5, alexnet>",
        "<Explanation of lenet5.yaml: C1, total>",
        "<Working of C1: conv 5×5, 6>",
        "<Drawing of alexnet.yaml>",
        "<Handout: LeNet-5: one layer at a time, 1 question>",
        "<Checked: All checks passed: 1 file, 22 figures>",
    ]
    assert str(results[1]) == invoke("compare", "lenet5", "alexnet").out


def test_names_are_those_of_the_bundled_architectures() -> None:
    assert invoke("list", "-f", "names").out.split() == list(cnncalc.names())


# ------------------------------------------------------------------------------------------------ looking things up


def test_an_entry_is_had_by_name_and_a_typo_names_the_nearest() -> None:
    analysis = cnncalc.analyze("resnet50")
    assert analysis["conv2/unit1/cb3"] is analysis.find("conv2/unit1/cb3")
    assert "conv2" in analysis
    assert "conv9" not in analysis
    assert [row.name for row in analysis][:1] == ["conv1/conv1"]
    with pytest.raises(cnncalc.NoEntry) as typo:
        analysis["convv2"]
    assert str(typo.value) == "no entry `convv2` in resnet50.yaml; did you mean `conv2`?"
    with pytest.raises(KeyError, match=r"^`cb1` may mean 20 entries of resnet50.yaml: `.*` …; write more of the path$"):
        analysis["cb1"]
    with pytest.raises(TypeError, match=r"^analysis\[…\] must be the name of a layer or a block, not int$"):
        analysis[0]  # type: ignore[index]


def test_a_shape_says_its_order() -> None:
    shape = cnncalc.analyze(small())["conv1"].output_shape
    assert repr(shape) == "TensorShape(channels=4, height=6, width=6)"
    assert (shape, shape.channels, shape.sides) == ((4, 6, 6), 4, (6, 6))
    assert repr(cnncalc.TensorShape((8, 9))) == "TensorShape(channels=8, length=9)"
    assert json.dumps(shape) == "[4, 6, 6]"


def test_the_records_of_a_network_have_a_figure_a_column() -> None:
    first, *_ = cnncalc.analyze("alexnet").records()
    assert list(first) == ["file", "name", "type", "inputs", "input_shapes", "output_shape", *told(Use.FIGURES), "line"]
    assert (first["name"], first["output_shape"], first["params"]) == ("conv1", (96, 55, 55), 34848)
    shares = [row["share"] for row in cnncalc.summary("alexnet", columns=["layer", "share"]).records()]
    assert sum(shares) == pytest.approx(1)
    by_network = cnncalc.compare("vgg16", "resnet50").records()
    assert [(row["name"], row["params"]) for row in by_network] == [("VGG-16", 138357544), ("ResNet-50", 25557032)]


def test_an_analysis_goes_to_another_process() -> None:
    analysis = pickle.loads(pickle.dumps(cnncalc.analyze("lenet5")))
    assert analysis.to_json() == cnncalc.analyze("lenet5").to_json()
    assert analysis.graph.with_input(36).inputs == {"input": (1, 36, 36)}


def test_a_layers_working_is_mathematics_in_a_notebook() -> None:
    (working,) = cnncalc.explain("alexnet", "conv1").entries
    text = working._repr_latex_()  # type: ignore[union-attr]
    assert text.startswith("$$\\begin{aligned}\n")
    assert r"11 \cdot 11 \cdot 3 \cdot 96 = 34{,}848" in text


# ------------------------------------------------------------------------------------------------ which sizes fit


def test_which_sizes_fit_is_told_as_data() -> None:
    found = cnncalc.sizes("unet_keras")
    assert (found.fits, found.multiples, found.smallest) == (True, 16, (16, 16))
    assert [size in found for size in ((160, 320), 160, 100, (160, 100))] == [True, True, False, False]
    assert found.lossless is not None
    assert (32 in found.lossless, 40 in found.lossless) == (True, False)
    assert repr(found) == "<Sizes of unet_keras.yaml: multiples of 16>"


def test_a_formula_gives_the_count_at_sizes_for_which_it_holds() -> None:
    formulas = cnncalc.sizes("resnet18").formulas
    assert formulas is not None
    totals = cnncalc.analyze(cnncalc.load("resnet18", input_size=(256, 320))).totals
    for name in ("params", "multiplies", "activations"):
        assert getattr(formulas, name).at(256, 320) == getattr(totals, name)
    with pytest.raises(ValueError, match=r"at: the formula does not hold for 225×224: it is for height = 32·h, "):
        formulas.params.at(225, 224)
    with pytest.raises(ValueError, match="at: give 2 sides, not 1"):
        formulas.params.at(224)


def test_a_size_is_asked_for_in_each_natural_way() -> None:
    found = cnncalc.sizes("unet_keras")
    assert [one in found for one in (160, "160", (160,), (160, 320), [160, 320], "160x320")] == [True] * 6
    assert [one in found for one in (100, "100", (160, 100), "160x100", "160x160x160", None)] == [False] * 6


def test_the_sizes_of_a_network_that_was_built() -> None:
    found = cnncalc.sizes(built().graph())
    assert found.smallest is not None
    assert cnncalc.analyze(built().graph().with_input(found.smallest)).rows
    assert all(size in cnncalc.sizes(cnncalc.analyze("unet_keras")) for size in (16, 32))
    with pytest.raises(cnncalc.ProblemsFound, match="sizes are told of networks with one"):
        cnncalc.sizes("siamese")


# ------------------------------------------------------------------------------------------------ other sizes


@pytest.mark.parametrize(
    "size", [10, (10, 10), [10], "10", "10x10", {"input": 10}, {"input": (10, 10)}, {"input": "10x10"}]
)
def test_an_input_size_is_said_in_each_natural_way(size: Any) -> None:
    expected = {"input": (3, 10, 10)}
    assert small(input_size=size).inputs == expected
    assert small().with_input(size).inputs == expected
    assert built().graph().with_input(size).inputs == expected
    assert cnncalc.from_dict(ONE, input_size=size).inputs == expected


def test_what_is_frozen_stays_so_at_another_size() -> None:
    net = cnncalc.Builder({"input": (3, 8, 8)})
    net.add("conv", {"filters": 4, "kernel": 3}, trainable=False)
    net.add("conv", {"filters": 2, "kernel": 1})
    totals = cnncalc.analyze(net.graph().with_input(16)).totals
    assert (totals.frozen, totals.trainable) == (112, 10)


def test_one_of_several_inputs_is_resized_by_name() -> None:
    two = cnncalc.loads(TWO).with_input(16)
    assert two.with_input({"left": 8, "right": 8}).inputs == {"left": (1, 8, 8), "right": (1, 8, 8)}
    with pytest.raises(cnncalc.ProblemsFound, match="tensors of different sizes"):
        two.with_input({"left": 8})
    with pytest.raises(cnncalc.ProblemsFound, match="--input-size: no input `lefft`; did you mean `left`"):
        two.with_input({"lefft": 8})


@pytest.mark.parametrize("name", ["alexnet", "resnet18", "unet", "fragments/gap"])
def test_a_built_network_is_resized_as_the_file_is(name: str) -> None:
    graph = cnncalc.load(name)
    sides = tuple(side + 32 for side in next(iter(graph.inputs.values())).sides)
    built = cnncalc.Graph(**{**graph.__dict__, "reread": None})
    by_layers, by_file = (cnncalc.analyze(one.with_input(sides)) for one in (built, graph))
    assert [row.counts for row in by_layers] == [row.counts for row in by_file]
    assert by_layers.outputs == by_file.outputs


def test_what_does_not_fit_the_other_size_is_said() -> None:
    net = built()
    net.add("avg_pool", {"kernel": 6})
    with pytest.raises(cnncalc.ProblemsFound, match="`avg_pool` leaves nothing"):
        net.graph().with_input(4)


VARS: dict[str, tuple[Any, str]] = {
    "a number": (6, "6"),
    "a fraction": (0.5, "0.5"),
    "a flag": (False, "false"),
    "a list": ((1, [2, 3]), "[1, [2, 3]]"),
    "a text": ("2 * m", "2 * m"),
    "texts": (["a", "b: c"], '["a", "b: c"]'),
}


@pytest.mark.parametrize(("value", "written"), VARS.values(), ids=VARS)
def test_vars_are_taken_as_python_has_them(value: Any, written: str) -> None:
    from cnncalc.core.arguments import var_texts

    assert var_texts({"n": value}, "load: set") == {"n": written}


def test_vars_and_sizes_are_kept_by_what_comes_after() -> None:
    graph = small(set={"n": 6}).with_input(10).with_vars({"n": 8}).with_input(12)
    assert [node.work.output for node in graph.nodes] == [(8, 10, 10), (800,), (10,)]
    with pytest.raises(
        cnncalc.ProblemsFound, match="with_vars: a network that was built layer after layer has no vars"
    ):
        built().graph().with_vars({"n": 8})


# ------------------------------------------------------------------------------------------------ a graph in Python


def test_a_builder_reads_by_name() -> None:
    net = built()
    left = net.add("conv", {"filters": 4, "kernel": [1, 1]}, reads="stem")
    net.add("add", reads=["stem", left])
    assert [node.inputs for node in net.graph().nodes] == [(-1,), (0,), (0, 1)]


@pytest.mark.parametrize(
    ("reads", "message"),
    [
        ("stm", "<builder>, layer `relu1`: no layer `stm`; did you mean `stem`?"),
        (7, "<builder>, layer `relu1`: no layer number 7"),
    ],
)
def test_what_is_not_there_is_not_read(reads: Any, message: str) -> None:
    net = built()
    net.add("relu", reads=reads)
    with pytest.raises(cnncalc.ProblemsFound) as raised:
        net.graph()
    assert str(raised.value) == message


def test_an_attribute_of_a_kind_that_no_file_has_is_a_problem() -> None:
    net = built()
    net.add("conv", {"filters": {}, "kernel": 1})
    with pytest.raises(cnncalc.ProblemsFound, match="`filters` cannot be a dict"):
        net.graph()


# ------------------------------------------------------------------------------------------------ checks


def test_limits_are_numbers_texts_or_by_entry() -> None:
    limits = {"params": {"C5": 48_120, "total": "61k"}, "size": "1 MB", "multiplies": 1_000_000}
    checked = cnncalc.check(cnncalc.load("lenet5"), limits=limits)
    assert [problem.message for problem in checked.broken] == [
        "`total` params: limit 61k, is 61.7k, over by 0.7k (+1.2 %)"
    ]
    assert (checked.code, checked.passed, len(checked.budgets)) == (1, False, 4)
    assert str(checked).endswith("\n1 of 1 file failed, 26 figures checked")


def test_what_no_rule_can_read_is_said() -> None:
    checked = cnncalc.lint(built().graph(), "alexnet")
    assert checked.notes == ("no lint rule ran: they read an architecture file",)
    assert cnncalc.lint(
        cnncalc.loads("{input: {channels: 3, size: 8}, layers: [conv: {filters: 4, kernel: 4, padding: 1}]}")
    ).problems[0].code == ("even-kernel")


def test_a_project_is_asked_where_that_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "architectures").mkdir()
    (tmp_path / "architectures" / "net.yaml").write_text(SMALL)
    (tmp_path / "pyproject.toml").write_text("[tool.cnncalc]\nmax-params = 10\n")
    monkeypatch.chdir(tmp_path)
    assert cnncalc.check("architectures").passed
    assert cnncalc.check("architectures", project=True).code == 1
    assert cnncalc.check(project=True).code == 1
    (tmp_path / "architectures" / "net.yaml").unlink()
    assert str(cnncalc.check("architectures")) == (
        "architectures:1:1: error unreadable no architecture file in `architectures`\n"
        "1 of 1 file failed, 0 figures checked"
    )


# ------------------------------------------------------------------------------------------------ wrong arguments

NETWORK = "must be a Graph, an Analysis, a path or a name"
SIZE = "must be 256, (height, width), '256x320' or {input: size}, not"
WRONG: list[tuple[str, Callable[[], Any], str]] = [
    *(
        (f"{name}({value!r})", lambda call=call, value=value: call(value), f"{name}: network {NETWORK}{{}}, not {kind}")
        for name, call in (
            ("analyze", cnncalc.analyze),
            ("summary", cnncalc.summary),
            ("compare", lambda value: cnncalc.compare("lenet5", value)),
            ("explain", cnncalc.explain),
            ("check", cnncalc.check),
            ("lint", cnncalc.lint),
            ("diagram", cnncalc.diagram),
            ("reconcile", cnncalc.reconcile),
            ("exercise", cnncalc.exercise),
            ("sizes", cnncalc.sizes),
        )
        for value, kind in ((5, "int"), (None, "NoneType"), ({}, "dict"), (["lenet5"], "list"), (b"lenet5", "bytes"))
    ),
    ("load(5)", lambda: cnncalc.load(5), "load: path must be a path or a name, not int"),
    ("load({})", lambda: cnncalc.load({}), "load: path must be a path or a name (from_dict takes mappings), not dict"),
    (
        "loads({})",
        lambda: cnncalc.loads({}),
        "loads: text must be the text of a file (from_dict takes mappings), not dict",
    ),
    ("loads(b'')", lambda: cnncalc.loads(b""), "loads: text must be the text of a file, not bytes"),
    ("from_dict([])", lambda: cnncalc.from_dict([]), "a network is a mapping with `input` and `layers`, not list"),
    ("input_size=2.5", lambda: cnncalc.load("lenet5", input_size=2.5), f"load: input_size {SIZE} float"),
    ("input_size=()", lambda: small(input_size=()), f"loads: input_size {SIZE} tuple"),
    ("input_size=True", lambda: small(input_size=True), f"loads: input_size {SIZE} bool"),
    ("input_size={}", lambda: cnncalc.from_dict(ONE, input_size={}), f"from_dict: input_size {SIZE} dict"),
    ("set=[...]", lambda: small(set=["n=4"]), "loads: set must be a mapping of names to values, not list"),
    ("set={5: 5}", lambda: small(set={5: 5}), "loads: set must be a mapping of names to values, not dict"),
    (
        "set={n: None}",
        lambda: small(set={"n": None}),
        "loads: set['n'] must be a number, a text or a list, not NoneType",
    ),
    ("with_input(None)", lambda: small().with_input(None), f"with_input: size {SIZE} NoneType"),
    ("with_vars(5)", lambda: small().with_vars(5), "with_vars: vars must be a mapping of names to values, not int"),
    (
        "Builder(5)",
        lambda: cnncalc.Builder(5),
        "Builder: inputs must be shapes by name, channels first: {'input': (3, 224, 224)}, not int",
    ),
    ("Builder(name=5)", lambda: cnncalc.Builder((3, 8), name=5), "Builder: name must be a text, not int"),
    ("add(5)", lambda: built().add(5), "add: type must be a text, not int"),
    (
        "add(conv, 5)",
        lambda: built().add("conv", 5),
        "add: values must be a mapping of attributes: {'filters': 16, 'kernel': 3}, not int",
    ),
    ("add(name=5)", lambda: built().add("relu", name=5), "add: name must be a text, not int"),
    (
        "add(reads=2.5)",
        lambda: built().add("relu", reads=2.5),
        "add: reads must be what add gave, a name, or a list of these, not float",
    ),
    (
        "explain(…, 5)",
        lambda: cnncalc.explain("lenet5", 5),
        "explain: names must be names of layers or blocks, not int",
    ),
    (
        "explain(depth=x)",
        lambda: cnncalc.explain("lenet5", depth="x"),
        "explain: depth must be a whole number, not str",
    ),
    ("summary(top=x)", lambda: cnncalc.summary("lenet5", top="3"), "summary: top must be a whole number, not str"),
    (
        "summary(columns=5)",
        lambda: cnncalc.summary("lenet5", columns=5),
        "summary: columns must be a list of names, not int",
    ),
    (
        "summary()",
        lambda: cnncalc.summary(),
        "summary: give 1 or more networks, each a Graph, an Analysis, a path or a name",
    ),
    (
        "compare(one)",
        lambda: cnncalc.compare("lenet5"),
        "compare: give 2 or more networks, each a Graph, an Analysis, a path or a name",
    ),
    (
        "compare(max_growth=[])",
        lambda: cnncalc.compare("lenet5", "lenet5", max_growth=[]),
        "compare: max_growth must be a percentage, or a mapping of quantities to percentages, not list",
    ),
    ("check()", lambda: cnncalc.check(), "check: give a network: a Graph, an Analysis, a path or a name"),
    (
        "check(limits=5)",
        lambda: cnncalc.check("lenet5", limits=5),
        "check: limits must be a mapping of quantities to amounts: {'params': '5M'}, not int",
    ),
    (
        "check(limits={params: None})",
        lambda: cnncalc.check("lenet5", limits={"params": None}),
        "check: limits['params'] must be an amount, or a mapping of names to amounts, not NoneType",
    ),
    (
        "check(baseline=5)",
        lambda: cnncalc.check("lenet5", baseline=5),
        "check: baseline must be a file or a version in git, not int",
    ),
    ("check(select=5)", lambda: cnncalc.check("lenet5", select=5), "check: select must be a list of names, not int"),
    (
        "diagram(part=5)",
        lambda: cnncalc.diagram("lenet5", 5),
        "diagram: part must be the name of a block or a layer, not int",
    ),
    ("diagram(style=5)", lambda: cnncalc.diagram("lenet5", style=5), "diagram: style must be a list of names, not int"),
    (
        "exercise(level=x)",
        lambda: cnncalc.exercise("lenet5", level="x"),
        "exercise: level must be a whole number, not str",
    ),
    ("explain(of=5)", lambda: cnncalc.explain("lenet5", of=5), "explain: of must be a list of names, not int"),
    (
        "explain(against=5)",
        lambda: cnncalc.explain("lenet5", against=5),
        "explain: names must be names of layers or blocks, not int",
    ),
    ("diff(5)", lambda: cnncalc.diff(5), "diff: ref must be a version of git, not int"),
    ("diff(paths)", lambda: cnncalc.diff("HEAD", 5), "diff: paths must be paths of files or folders, not int"),
    ("history(5)", lambda: cnncalc.history(5), "history: file must be a path, not int"),
    ("badge(label=5)", lambda: cnncalc.badge("lenet5", label=5), "badge: label must be a text, not int"),
    (
        "grade(5)",
        lambda: cnncalc.grade(5, {1: 5}),
        "grade: worksheet must be a Handout, or the path of a worksheet or a folder of them, not int",
    ),
    (
        "grade(answers)",
        lambda: cnncalc.grade(cnncalc.exercise("lenet5"), 5),
        "grade: answers must be a path, or a mapping of questions to answers, not int",
    ),
    (
        "grade(an answer)",
        lambda: cnncalc.grade(cnncalc.exercise("lenet5"), {1: 0.5}),
        "grade: answers must be texts, whole numbers or shapes, not float",
    ),
    (
        "grade()",
        lambda: cnncalc.grade(cnncalc.exercise("lenet5")),
        "grade: give answers: paths, or mappings of questions to answers",
    ),
    (
        "exercise(cells=5)",
        lambda: cnncalc.exercise("lenet5", cells=5),
        "exercise: cells must be a list of names, not int",
    ),
]


@pytest.mark.parametrize(
    ("call", "said"), [(call, said) for _, call, said in WRONG], ids=[name for name, _, _ in WRONG]
)
def test_an_argument_of_another_type_is_a_type_error(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(TypeError) as raised:
        call()
    assert re.sub(r" \(from_dict takes mappings\)|, or a folder", "", str(raised.value)) == re.sub(
        r" \(from_dict takes mappings\)|\{\}", "", said, count=1
    )


WRONG_MEMORY: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"dtype": "in8"}, ValueError, "no dtype 'in8'; did you mean 'int8'?"),
    ({"dtype": 8}, TypeError, "with_memory: dtype must be a text, not int"),
    ({"optimizer": "adm"}, ValueError, "no optimizer 'adm'; did you mean 'adam'?"),
    ({"batch": 0}, ValueError, "with_memory: batch must be 1 to 10^9, is 0"),
    ({"batch": "8"}, TypeError, "with_memory: batch must be a whole number, not str"),
    ({"in_place": 1}, TypeError, "with_memory: in_place must be True or False, not int"),
]


@pytest.mark.parametrize(("given", "error", "said"), WRONG_MEMORY, ids=[said for *_, said in WRONG_MEMORY])
def test_memory_that_is_none_is_said(given: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(said)}$"):
        cnncalc.load("lenet5").with_memory(**given)


VALUES: list[tuple[Callable[[], Any], str]] = [
    (lambda: cnncalc.summary("lenet5", columns=["parms"]), "no column 'parms'; did you mean 'params'?"),
    (lambda: cnncalc.summary("lenet5", sort="multiplys"), "no quantity 'multiplys'; did you mean 'multiplies'?"),
    (lambda: cnncalc.summary("lenet5", top=0), "summary: top must be 1 or more, is 0"),
    (
        lambda: cnncalc.compare("lenet5", "alexnet", "vgg16", by_layer=True),
        "compare: by_layer compares two networks, not 3",
    ),
    (
        lambda: cnncalc.compare("lenet5", "alexnet", max_growth="a lot"),
        "'a lot' is no percentage: write 5% or params=5%, or an amount: params=100k",
    ),
    (lambda: cnncalc.check("lenet5", limits={"parms": 5}), "no quantity 'parms'; did you mean 'params'?"),
    (
        lambda: cnncalc.check("lenet5", limits={"params": "5 MB"}),
        "check: limits['params'] must be an integer or 5M, not '5 MB'",
    ),
    (lambda: cnncalc.check("lenet5", max_growth=5), "check: max_growth goes with a baseline"),
    (lambda: cnncalc.diagram("alexnet", style="window"), "diagram: the style window draws one layer: name it"),
    (
        lambda: cnncalc.check("lenet5", limits={"params": 5}, convention="thop"),
        "check: the convention says how a limit of multiplies counts: there is none",
    ),
    (lambda: cnncalc.explain("lenet5", of=["aditions"]), "no quantity 'aditions'; did you mean 'additions'?"),
    (lambda: cnncalc.badge("lenet5", "parms"), "no quantity 'parms'; did you mean 'params'?"),
    (lambda: cnncalc.history("net.yaml", 0), "history: number must be 1 or more, is 0"),
    (lambda: cnncalc.grade("nowhere.md", {1: 5}), "'nowhere.md' cannot be read: no such file or directory"),
    (
        lambda: "20 x 20" in cnncalc.sizes("unet_keras"),
        "'20 x 20' is no size: write '256' or '256x320' (height × width)",
    ),
    (lambda: cnncalc.diagram("alexnet", theme="drak"), "no theme 'drak'; did you mean 'dark'?"),
    (lambda: cnncalc.exercise("lenet5", level=4), "exercise: level must be 1 to 3, is 4"),
    (
        lambda: cnncalc.exercise(built().graph()),
        "exercise: a worksheet carries the text of a file: this network has none",
    ),
]


@pytest.mark.parametrize(("call", "said"), VALUES, ids=[said for _, said in VALUES])
def test_a_value_that_is_none_is_a_value_error(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        call()


# ------------------------------------------------------------------------------------------------ git, badges, marks


def test_a_badge_is_that_of_the_command() -> None:
    made = cnncalc.badge("lenet5", "multiplies", label="LeNet")
    command = ["badge", "lenet5", "--quantity", "multiplies", "--label", "LeNet"]
    assert (made.to_svg(), made.to_json()) == (invoke(*command).out, invoke(*command, "-f", "json").out)
    assert made._repr_svg_() == made.to_svg()
    assert made.to_dict() == json.loads(made.to_json())
    broken = cnncalc.from_dict({**ONE, "budget": {"params": 5}})
    assert cnncalc.badge(broken).color == "red"


def test_marks_are_those_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sheet = cnncalc.exercise("lenet5", seed=7, count=2)
    Path("sheet.json").write_text(sheet.to_json(), encoding="utf-8")
    Path("ada.json").write_text('{"1": "14x14x6", "2": "5"}', encoding="utf-8")
    for worksheet in (sheet, "sheet.json", Path("sheet.json")):
        marks = cnncalc.grade(worksheet, "ada.json", key=True)
        for form in ("json", "markdown", "html", "latex", "csv"):
            assert getattr(marks, f"to_{form}")() == invoke("grade", "sheet.json", "ada.json", "--key", "-f", form).out
    by_hand = cnncalc.grade(sheet, {"1": (14, 14, 6), 2: 5}, {1: "14×14×6"})
    assert [student.points for student in by_hand.students] == [1, 1]
    assert [row["percent"] for row in by_hand.records()] == ["50", "50"]
    assert repr(by_hand) == "<Marks of LeNet-5: one layer at a time: 2 students>"


def test_one_answer_is_marked_as_a_quiz_does() -> None:
    sheet = cnncalc.exercise("lenet5", seed=7, count=2)
    right, wrong = sheet.mark(1, "14x14x6"), sheet.mark("1", "27x27x6")
    assert (right.verdict, right.points, wrong.verdict, wrong.points) == ("right", 1, "wrong", 0)
    with pytest.raises(KeyError):
        sheet.mark(3, "1")


# ------------------------------------------------------------------------------------------------ memory


def test_what_memory_is_worked_out_for_is_kept_by_what_comes_after() -> None:
    graph = cnncalc.load("alexnet").with_memory(dtype="int8", batch=8)
    for other in (graph.with_input(259), graph.with_vars({"classes": 10}), graph.with_memory(in_place=True)):
        assert (other.storage.dtype, other.storage.batch) == ("int8", 8)


def test_a_layer_that_is_built_has_a_type_of_its_own() -> None:
    net = cnncalc.Builder((3, 8, 8))
    net.add("conv", {"filters": 4, "kernel": 3, "bias": False}, dtype="int8")
    net.add("conv", {"filters": 4, "kernel": 3, "bias": False})
    for graph in (net.graph(), net.graph().with_input(16)):
        records = cnncalc.summary(graph, columns=["weight_memory"]).records()
        assert [row["weight_memory"] for row in records] == [4 * 27, 4 * 4 * 36]


@pytest.mark.parametrize(
    ("dtype", "said"),
    [("in8", "`dtype` must be one of float32, float16, bfloat16, int8, is `in8`; did you mean `int8`?")],
)
def test_a_type_that_is_none_is_a_problem(dtype: str, said: str) -> None:
    net = cnncalc.Builder((3, 8, 8))
    assert net.add("relu", dtype=dtype) is None
    with pytest.raises(cnncalc.ProblemsFound, match=re.escape(said)):
        net.graph()


# ------------------------------------------------------------------------------------------------ numbers beyond all


HUGE = 10**5000  # Python itself refuses to write it
BEYOND: list[tuple[Callable[[], object], str]] = [
    (lambda: cnncalc.from_dict({"input": {"channels": HUGE, "size": 8}, "layers": ["relu"]}), "`1e5000` is beyond"),
    (lambda: cnncalc.load("resnet50", set={"classes": -HUGE}), "`1e5000` is beyond"),
    (lambda: cnncalc.load("lenet5", input_size=HUGE), "`1e5000` is no size"),
    (lambda: one_layer({"filters": HUGE, "kernel": 3}), "`filters` is beyond"),
    (lambda: one_layer({"filters": 4, "kernel": (3, -HUGE)}), "`kernel` is beyond"),
    (lambda: one_layer({"filters": 4, "kernel": 3}, HUGE), "input `image` has a side beyond 10^15"),
]


def one_layer(values: dict[str, Any], side: int = 8) -> cnncalc.Graph:
    net = cnncalc.Builder({"image": (3, side, 8)})
    net.add("conv", values)
    return net.graph()


@pytest.mark.parametrize(("call", "said"), BEYOND)
def test_a_number_of_python_is_bounded_as_one_in_a_file_is(call: Callable[[], object], said: str) -> None:
    with pytest.raises(cnncalc.ProblemsFound) as error:
        call()
    assert said in str(error.value)
    assert "limit" in str(error.value) or "no size" in said
    assert error.value.problems[0].code in ("limit", "bad-value")


def test_find_wants_a_name() -> None:
    with pytest.raises(TypeError, match="find: name must be the name of a layer or a block, not NoneType"):
        cnncalc.analyze(cnncalc.load("lenet5")).find(None)  # type: ignore[arg-type]
