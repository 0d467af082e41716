"""Builder: the one door into a graph, for readers of every format and for Python programs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import cnncalc
from cnncalc import Builder, Label, Place, Problem
from cnncalc.core import builder as module
from cnncalc.core.builder import Stretch

pytestmark = pytest.mark.quick


def residual() -> Builder:
    net = Builder({"input": (3, 32, 32)}, name="residual")
    stem = net.add("conv", {"filters": 8, "kernel": 3, "padding": "same"}, name="stem")
    main = net.add("conv", {"filters": 8, "kernel": 3, "padding": 1, "bias": False})
    main = net.add("batch_norm", reads=main)
    net.add("add", reads=[main, stem], name="joined")
    return net


def test_the_graph_is_that_of_the_same_file() -> None:
    text = """
        input: {channels: 3, size: 32}
        layers:
          - conv: {name: stem, filters: 8, kernel: 3, padding: same}
          - conv: {filters: 8, kernel: 3, padding: 1, bias: false}
          - batch_norm
          - add: {name: joined, from: [previous, stem]}
    """
    graphs = residual().graph(), cnncalc.loads(text)
    ours, theirs = (
        [
            (node.name, node.layer.type, node.layer.values, node.inputs, node.work, node.shares, node.named)
            for node in graph.nodes
        ]
        for graph in graphs
    )
    assert ours == theirs
    assert (graphs[0].outputs, graphs[0].name, graphs[0].file) == (("joined",), "residual", "<builder>")
    assert cnncalc.analyze(graphs[0]).totals == cnncalc.analyze(graphs[1]).totals


def test_each_layer_is_worked_out_as_it_is_added() -> None:
    net = residual()
    assert net.shape(net.last) == (8, 32, 32)
    assert net.add("flatten") == 4
    assert net.shape(4) == (8 * 32 * 32,)


def test_names_are_counted_and_pass_over_given_ones() -> None:
    net = Builder({"input": (4,)})
    for name in ("", "relu2", "", ""):
        net.add("relu", name=name)
    net.add("relu6")
    assert [(node.name, node.named) for node in net.graph().nodes] == [
        ("relu1", False),
        ("relu2", True),
        ("relu3", False),
        ("relu4", False),
        ("relu6_1", False),
    ]


def test_several_inputs_are_read_by_name() -> None:
    net = Builder({"left": (3, 8, 8), "right": (5, 8, 8)})
    net.add("concat", reads=[net.input("left"), net.input("right")])
    assert net.graph().shape(0) == (8, 8, 8)
    with pytest.raises(KeyError):
        net.input("middle")


def test_groups_and_shared_weights() -> None:
    net = Builder({"input": (4, 8, 8)})
    values = {"filters": 4, "kernel": 1}
    first = net.add("conv", values, name="block/a")
    second = net.add("conv", values, name="block/b")
    assert first is not None
    assert second is not None
    assert net.share(second, first)
    net.group("block", "unit", 0, second, Label("net", "block"), named=True)
    analysis = cnncalc.analyze(net.graph())
    assert analysis.totals.params == analysis.groups["block"].counts.params == 20
    assert analysis.rows[1].shares == "block/a"


def test_a_stretch_is_built_again_below_another_path() -> None:
    net = Builder({"input": (4, 8, 8)})
    with net.block("one"):
        a = net.add("conv", {"filters": 4, "kernel": 1}, name="a")
        with net.block("inner"):
            b = net.add("add", reads=[a, -1], name="b")
    assert b is not None
    stretch = Stretch("one", 0, 2, tuple(net.groups[:1]), (-1,), (b,), net.letters - len("one"))
    assert net.again(stretch, "other", (b,)) == (3,)
    assert net.letters == sum(len(one.name) for one in (*net.nodes, *net.groups))
    net.last = 3
    graph = net.graph()
    assert [(node.name, node.inputs, node.shares) for node in graph.nodes] == [
        ("one/a", (-1,), 0),
        ("one/inner/b", (0, -1), 1),
        ("other/a", (1,), 2),
        ("other/inner/b", (2, 1), 3),
    ]
    assert (graph.groups["other/inner"].start, graph.groups["other/inner"].output) == (3, 3)


WRONG: dict[str, tuple[Callable[[Builder], object], Problem]] = {
    "an unknown type": (
        lambda net: net.add("convv", {}),
        Problem(
            "unknown-layer",
            "no layer `convv`",
            Label("net", "layer `convv1`"),
            (),
            "did you mean `conv`? What has no layer type is an `operator: {type: convv, …}`",
        ),
    ),
    "an unknown attribute": (
        lambda net: net.add("conv", {"filters": 1, "kernel": 1, "strides": 1}, name="c"),
        Problem(
            "unknown-attribute",
            "unknown attribute of `conv`: `strides`",
            Label("net", "layer `c`"),
            (),
            "did you mean `stride`?",
        ),
    ),
    "a missing attribute": (
        lambda net: net.add("conv", {"filters": 1}),
        Problem(
            "missing-attribute",
            "`conv` needs `kernel`",
            Label("net", "layer `conv1`"),
            (),
            "kernel: size of the window",
        ),
    ),
    "a value that cannot be": (
        lambda net: net.add("conv", {"filters": 0, "kernel": [3, 3]}),
        Problem("bad-value", "`filters` must be at least 1, is 0", Label("net", "layer `conv1`")),
    ),
    "two values that cannot be": (
        lambda net: net.add("conv", {"filters": 0, "kernel": 3, "bias": 1}),
        Problem(
            "bad-value",
            "`filters` must be at least 1, is 0; `bias` must be true or false, is 1",
            Label("net", "layer `conv1`"),
        ),
    ),
    "a window that is too large": (
        lambda net: net.add("max_pool", {"kernel": 9}, origin=Place("net.cfg", 7, 1, 9, "[maxpool]")),
        Problem(
            "empty-output",
            "`max_pool` leaves nothing: height = (8 − 9 + 2·0) // 9 + 1 = 0",
            Place("net.cfg", 7, 1, 9, "[maxpool]"),
            (),
            "the window is larger than its padded input: a smaller kernel, more padding, or less shrinking before it",
        ),
    ),
    "too few inputs": (
        lambda net: net.add("add"),
        Problem(
            "wrong-input",
            "`add` reads two or more inputs, not 1",
            Label("net", "layer `add1`"),
            (),
            "write branches, or `add: {from: [A, B]}`",
        ),
    ),
    "shapes that do not fit": (
        lambda net: net.add("add", reads=[net.add("conv", {"filters": 4, "kernel": 3}), -1]),
        Problem(
            "shape-mismatch",
            "`add1` adds tensors of different shapes: conv1 6×6×4, input 8×8×3",
            Label("net", "layer `add1`"),
            ("`conv1` comes from `conv1` (net, layer `conv1`)", "`input` comes from the input"),
        ),
    ),
    "two of one name": (
        lambda net: (net.add("relu", name="a"), net.add("relu", name="a")),
        Problem("duplicate-name", "two layers are called `a`", Label("net", "layer `a`"), (), "give one another name"),
    ),
    "weights that cannot be shared": (
        lambda net: net.share(
            net.add("conv", {"filters": 3, "kernel": 1}) or 0, net.add("conv", {"filters": 3, "kernel": 3}) or 0
        ),
        Problem(
            "bad-share",
            "`conv1` and `conv2` differ in type, attributes or input channels: they cannot share weights",
            Label("net", "layer `conv1`"),
        ),
    ),
    "a layer that nobody reads": (
        lambda net: (net.add("relu"), net.add("tanh", reads=-1)),
        Problem(
            "unread",
            "no entry reads `relu1`, and it is not the last",
            Label("net", "layer `relu1`"),
            (),
            "name every output in `outputs: [...]`, or remove the entry",
        ),
    ),
}


@pytest.mark.parametrize(("wrong", "problem"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_kept_until_the_graph_is_asked_for(
    wrong: Callable[[Builder], object], problem: Problem
) -> None:
    net = Builder({"input": (3, 8, 8)}, file="net")
    wrong(net)
    with pytest.raises(cnncalc.ProblemsFound) as found:
        net.graph()
    assert found.value.problems == [problem]


def test_what_reads_a_layer_that_failed_stays_silent() -> None:
    net = Builder({"input": (3, 8, 8)})
    assert net.add("conv", {"filters": 4, "kernel": 99}) is None
    assert net.add("relu") is None
    assert net.add("flatten", reads=None) is None
    assert [problem.code for problem in net.problems.found] == ["empty-output"]
    understood = net.understood()
    assert understood is not None
    assert [one.name for one in understood.failed] == ["conv1"]


@pytest.mark.parametrize("shape", [(0, 8), "3x8", (3, 8, 8, 8, 8), (True,), ()])
def test_an_input_is_a_shape(shape: object) -> None:
    net = Builder({"input": shape}, file="net")  # type: ignore[dict-item]
    message = f"input `input` must be a shape, channels first, like (3, 224, 224), is {shape!r}"
    assert [(problem.code, problem.message) for problem in net.problems.found] == [("bad-value", message)]


def test_with_several_inputs_nothing_stands_before_the_first_layer() -> None:
    net = Builder({"left": (3,), "right": (3,)}, file="net")
    assert net.add("relu") is None
    message = "with several inputs (`left`, `right`) the first layer says what it reads"
    assert [problem.message for problem in net.problems.found] == [message]


def test_outputs_are_named_and_what_leads_to_none_is_left_out() -> None:
    net = Builder({"input": (3,)})
    net.add("relu", name="kept")
    net.add("tanh", name="other")
    graph = net.graph(["kept"])
    assert [node.name for node in graph.nodes] == ["kept"]
    assert graph.notes == ("left out, for it leads to no output: other (1 layer)",)
    assert net.needed == [True, False]
    with pytest.raises(cnncalc.ProblemsFound, match="no layer `kpt`"):
        net.graph(["kpt"])


def test_layers_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_LAYERS", 2)
    net = Builder({"input": (3,)})
    net.add("relu")
    net.add("relu")
    with pytest.raises(cnncalc.ProblemsFound, match=r"more than 2 layers \(limit: layers 2\)"):
        net.add("relu")


def test_equal_numbers_of_another_type_are_other_values() -> None:
    """1 is equal to true in Python: a layer that was built with one must not stand for the other."""
    net = Builder({"input": (3, 8, 8)})
    net.add("conv", {"filters": 3, "kernel": 1, "bias": True})
    net.add("conv", {"filters": 3, "kernel": 1, "bias": 1})
    assert [problem.message for problem in net.problems.found] == ["`bias` must be true or false, is 1"]
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.loads("{input: {channels: 3}, layers: [dense: {units: 1}, dense: {units: true}]}")
    assert [problem.message for problem in found.value.problems] == ["`units` must be a whole number, is true"]


def test_layers_of_a_block_are_added_inside_of_it() -> None:
    net = Builder((3, 8, 8))
    with net.block("stage"):
        net.add("conv", {"filters": 4, "kernel": 1})
        with net.block("inner"):
            net.add("relu")
        net.add("add", reads=["conv1", "inner"])
    net.add("relu", reads="stage/inner")
    net.add("add", reads=["relu1", "stage"])
    graph = net.graph()
    names = ["stage/conv1", "stage/inner/relu1", "stage/add1", "relu1", "add1"]
    assert [node.name for node in graph.nodes] == names
    assert [(group.name, group.start, group.stop) for group in graph.groups.values()] == [
        ("stage/inner", 1, 2),
        ("stage", 0, 3),
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a/b", "`a/b` is in no block `a`; add it inside of `with net.block('a'):`"),
        ("x y", "`x y` is no name; a name is letters, digits, `_`, `-` and `.`"),
        ("7/x", "`7/x` is in no block `7`; add it inside of `with net.block('7'):`"),
        ("total", "the name `total` is taken; choose another name"),
        ("stem", "two layers are called `stem`; give one another name"),
    ],
)
def test_a_name_is_one_that_a_file_could_have(name: str, said: str) -> None:
    net = Builder((3, 8, 8), file="net")
    net.add("relu", name="stem")
    net.add("relu", name=name)
    with pytest.raises(cnncalc.ProblemsFound) as raised:
        net.graph()
    assert str(raised.value) == f"net, layer `{name}`: {said}"


def test_the_name_of_an_input_is_a_name() -> None:
    with pytest.raises(cnncalc.ProblemsFound, match='net, input `a"b`: `a"b` is no name'):
        Builder({'a"b': (3, 8, 8)}, file="net").graph()
