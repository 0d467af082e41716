"""What an `Analysis` offers: rows, groups, sums, what stands for a name, and what of a network is left."""

from __future__ import annotations

import pytest

import cnncalc
from cnncalc.core.analysis import Analysis, Counts

pytestmark = pytest.mark.quick

NET = """
name: Two stages
source: nowhere
note: "first line\\nsecond"
input: {channels: 4, size: 8}
blocks:
  unit: {params: [n], layers: [conv: [n, 3, padding: same], batch_norm, relu]}
  stage:
    params: [n]
    layers:
      - unit: n
      - add: {name: merge, branches: {main: [unit: n], shortcut: []}}
layers:
  - conv: {name: stem, filters: 8, kernel: 1}
  - stage: {n: 8, name: one}
  - stage: {n: 8, name: two, repeat: 2}
  - conv: {name: again, filters: 8, kernel: 1, share: stem}
  - global_avg_pool
  - dense: {name: fc, units: 10}
"""


@pytest.fixture(scope="module")
def net() -> Analysis:
    return cnncalc.analyze(cnncalc.loads(NET.replace("{name: again, filters: 8, kernel: 1, share: stem}", "[8, 1]")))


def test_a_row_says_all_of_a_layer(net: Analysis) -> None:
    row = net.rows[1]
    assert (row.name, row.type, row.line, row.file, row.shares) == ("one/unit1/conv1", "conv", 7, "<text>", None)
    assert (row.inputs, row.input_shapes, row.output_shape) == (("stem",), ((8, 8, 8),), (8, 8, 8))
    assert row.counts == Counts(weights=576, biases=8, multiplies=36_864, activations=512)
    assert (row.attributes["filters"], row.attributes["kernel"], row.attributes["padding"]) == (8, (3, 3), "same")
    assert net.rows[0].inputs == ("input",)
    assert net.rows[0].input_shapes == ((4, 8, 8),)


def test_a_merge_reads_its_branches(net: Analysis) -> None:
    merge = net.find("one/merge/add1")
    assert isinstance(merge, cnncalc.Row)
    assert merge.inputs == ("one/merge/main/unit1/relu1", "one/unit1/relu1")


def test_groups_are_the_sums_of_their_rows(net: Analysis) -> None:
    assert {name: (group.description, group.start, group.stop) for name, group in net.groups.items()} == {
        "one/unit1": ("unit", 1, 4),
        "one/merge/main/unit1": ("unit", 4, 7),
        "one/merge/main": ("branch", 4, 7),
        "one/merge/shortcut": ("branch", 7, 7),
        "one/merge": ("add", 4, 8),
        "one": ("stage", 1, 8),
        "two/1/unit1": ("unit", 8, 11),
        "two/1/merge/main/unit1": ("unit", 11, 14),
        "two/1/merge/main": ("branch", 11, 14),
        "two/1/merge/shortcut": ("branch", 14, 14),
        "two/1/merge": ("add", 11, 15),
        "two/1": ("stage", 8, 15),
        "two/2/unit1": ("unit", 15, 18),
        "two/2/merge/main/unit1": ("unit", 18, 21),
        "two/2/merge/main": ("branch", 18, 21),
        "two/2/merge/shortcut": ("branch", 21, 21),
        "two/2/merge": ("add", 18, 22),
        "two/2": ("stage", 15, 22),
        "two": ("stage ×2", 8, 22),
    }
    for group in net.groups.values():
        assert group.counts == sum((row.counts for row in net.rows[group.start : group.stop]), Counts())
        assert group.name in net.groups
        assert (group.output_shape, group.file) == ((8, 8, 8), "<text>")
    assert net.totals == sum((row.counts for row in net.rows), Counts())
    lines = {
        name: net.groups[name].line for name in ("one", "one/unit1", "one/merge", "one/merge/main", "two", "two/1")
    }
    assert lines == {"one": 15, "one/unit1": 11, "one/merge": 12, "one/merge/main": 12, "two": 16, "two/1": 16}


def test_an_analysis_names_itself(net: Analysis) -> None:
    assert (net.name, net.file, net.source, net.note) == ("Two stages", "<text>", "nowhere", "first line\nsecond")
    assert (net.inputs, net.outputs) == ({"input": (4, 8, 8)}, {"fc": (10,)})
    assert (net.status, net.uncounted, net.notes) == ("exact", (), ())
    assert net.graph is not None


# A name, and the paths that it may mean
MEANS = {
    "stem": ["stem"],
    "one": ["one"],
    "one/unit1/conv1": ["one/unit1/conv1"],
    "one/conv1": ["one/unit1/conv1", "one/merge/main/unit1/conv1"],
    "merge/conv1": [
        "one/merge/main/unit1/conv1", "two/1/merge/main/unit1/conv1", "two/2/merge/main/unit1/conv1",
    ],
    "one/main": ["one/merge/main"],
    "one/shortcut": ["one/merge/shortcut"],
    "two/2/add1": ["two/2/merge/add1"],
    "2/1/add1": [],
    "main/one/conv1": [],
    "one/merge/main/unit1/unit1/conv1": [],
    "conv1/one": [],
    "one/unit1/": [],
    "add1": ["one/merge/add1", "two/1/merge/add1", "two/2/merge/add1"],
    "2/unit1/relu1": ["two/2/unit1/relu1", "two/2/merge/main/unit1/relu1"],
    "merge/shortcut": ["one/merge/shortcut", "two/1/merge/shortcut", "two/2/merge/shortcut"],
    "nowhere": [],
}  # fmt: skip


@pytest.mark.parametrize(("name", "paths"), MEANS.items())
def test_what_a_name_may_mean(net: Analysis, name: str, paths: list[str]) -> None:
    assert [entry.name for entry in net.matches(name)] == paths
    found = net.find(name)
    assert (found.name if found else None) == (paths[0] if len(paths) == 1 else None)


def test_an_exact_path_comes_before_short_forms_of_others() -> None:
    found = cnncalc.analyze(cnncalc.loads("""
        input: {channels: 4, size: 8}
        blocks: {b: {layers: [relu: {name: x}]}}
        layers: [b, relu: {name: x}]
    """))  # fmt: skip
    assert [entry.name for entry in found.matches("x")] == ["x"]


def test_shared_weights_count_once_and_their_work_each_time() -> None:
    found = cnncalc.analyze(cnncalc.loads("""
        input: {channels: 4, size: 8}
        layers: [conv: [4, 1, name: a], batch_norm: {name: n}, conv: [4, 1, share: a], batch_norm: {share: n}]
    """))  # fmt: skip
    assert [(row.shares, row.counts.params, row.counts.buffers, row.counts.multiplies) for row in found.rows] == [
        (None, 20, 0, 1024), (None, 8, 8, 0), ("a", 0, 0, 1024), ("n", 0, 0, 0),
    ]  # fmt: skip
    assert [row.counts.activations for row in found.rows] == [256] * 4
    assert [(row.line, row.file) for row in found.rows] == [(3, "<text>")] * 4
    assert found.totals == Counts(weights=20, biases=8, buffers=8, multiplies=2048, activations=1024)


def test_outputs_may_be_layers_groups_and_inputs() -> None:
    found = cnncalc.analyze(cnncalc.loads("""
        inputs: {a: {channels: 4, size: 8}, b: {channels: 3}}
        blocks: {b: {layers: [relu, max_pool: 2]}}
        layers: [b: {name: x, from: a}, conv: [2, 1, name: y]]
        outputs: [x, y, a, b]
    """))  # fmt: skip
    assert found.outputs == {"x": (4, 4, 4), "y": (2, 4, 4), "a": (4, 8, 8), "b": (3,)}


def test_what_cannot_be_counted_is_named() -> None:
    found = cnncalc.analyze(cnncalc.loads("""
        input: {channels: 4, size: 8}
        layers: [operator: Einsum, relu, operator: {type: Sort, output: 7}]
    """))  # fmt: skip
    assert found.status == "lower_bound"
    assert found.uncounted == (
        ("operator1", "Einsum", ("params", "multiplies")),
        ("operator2", "Sort", ("params", "multiplies")),
    )


LEFT_OUT = """
    input: {channels: 4, size: 8}
    blocks: {two: {layers: [conv: [4, 1], relu: {name: r}]}}
    layers:
      - conv: {name: gone, filters: 4, kernel: 1}
      - two: {name: kept, from: input}
      - conv: {name: owner, filters: 4, kernel: 1, from: input}
      - conv: {name: heir, filters: 4, kernel: 1, from: kept, share: owner}
      - conv: {name: second, filters: 4, kernel: 1, share: heir}
      - two: {name: half, repeat: 2}
      - tanh: {from: second}
    outputs: [second]
"""


def test_what_leads_to_no_output_is_left_out_and_the_rest_renumbered() -> None:
    graph = cnncalc.loads(LEFT_OUT)
    assert [(node.name, node.inputs, node.shares) for node in graph.nodes] == [
        ("kept/conv1", (-1,), 0), ("kept/r", (0,), 1), ("heir", (1,), 2), ("second", (2,), 2),
    ]  # fmt: skip
    assert {name: (group.start, group.stop, group.output) for name, group in graph.groups.items()} == {
        "kept": (0, 2, 1)
    }
    assert graph.notes == ("left out, for it leads to no output: gone, owner, half, tanh1 (7 layers)",)
    found = cnncalc.analyze(graph)
    assert [row.counts.params for row in found.rows] == [20, 0, 20, 0]


def test_a_group_of_which_a_part_is_left_out() -> None:
    graph = cnncalc.loads("""
        input: {channels: 4, size: 8}
        blocks:
          fork:
            layers: [relu: {name: r}, tanh: {name: t}, sigmoid: {name: s}]
        layers: [elu, fork: {name: f}, add: {name: m, branches: {a: [tanh], b: [relu]}, from: elu0}]
        outputs: [f]
    """.replace("from: elu0", "from: f"))  # fmt: skip
    assert [node.name for node in graph.nodes] == ["elu1", "f/r", "f/t", "f/s"]
    assert list(graph.groups) == ["f"]
    assert graph.notes == ("left out, for it leads to no output: m (3 layers)",)


def test_an_input_that_is_an_output_leads_to_nothing_else() -> None:
    graph = cnncalc.loads("""
        input: {channels: 4, size: 8}
        layers: [relu: {name: r}, tanh]
        outputs: [r, input]
    """)  # fmt: skip
    assert [node.name for node in graph.nodes] == ["r"]
    assert graph.notes == ("left out, for it leads to no output: tanh1 (1 layer)",)


def test_the_last_entry_may_pass_an_input_on() -> None:
    found = cnncalc.analyze(cnncalc.loads("""
        inputs: {a: {channels: 4, size: 8}, b: {channels: 4, size: 6}, c: {channels: 3}}
        blocks: {nothing: {layers: [relu: {when: false}]}}
        layers: [relu: {from: a}, tanh: {from: c}, nothing: {from: b, name: n}]
        outputs: [relu1, n]
    """.replace("relu: {from: a}", "relu: {from: a, name: relu1}")))  # fmt: skip
    assert found.outputs == {"relu1": (4, 8, 8), "n": (4, 6, 6)}
    found = cnncalc.analyze(cnncalc.loads("""
        inputs: {a: {channels: 4, size: 8}, b: {channels: 4, size: 6}}
        blocks: {nothing: {layers: [relu: {when: false}]}, two: {inputs: [x, y], layers: [crop: {from: [x, y]}]}}
        layers: [two: {from: [a, b]}, nothing: {from: previous}]
    """))  # fmt: skip
    assert found.outputs == {"two1/crop1": (4, 6, 6)}


EMPTY = """
    input: {channels: 4, size: 8}
    blocks: {nothing: {layers: [relu: {when: false}]}}
    layers:
      - tanh: {name: gone}
      - nothing: {name: also_gone}
      - nothing: {name: stays, from: input}
      - elu: {name: e}
      - nothing: {name: stays_too}
      - add: {name: sum, branches: {a: [selu], b: []}}
    outputs: [sum]
"""


def test_empty_groups_stay_where_what_they_pass_on_does() -> None:
    graph = cnncalc.loads(EMPTY)
    assert [node.name for node in graph.nodes] == ["e", "sum/a/selu1", "sum/add1"]
    assert [(group.name, group.start, group.stop, group.output) for group in graph.groups.values()] == [
        ("stays", 0, 0, -1), ("stays_too", 1, 1, 0), ("sum/a", 1, 2, 1), ("sum/b", 2, 2, 0), ("sum", 1, 3, 2),
    ]  # fmt: skip
    assert {name: row.output_shape for name, row in cnncalc.analyze(graph).groups.items()} == dict.fromkeys(
        graph.groups, (4, 8, 8)
    )
    assert [entry.key.text for entry in graph.document.entries] == ["elu", "selu", "add"]


def test_how_it_is_written_in_a_session(net: Analysis) -> None:
    assert repr(net) == "<Analysis of <text>: Two stages, 3,802 params, 227,408 multiplies>"
    unnamed = cnncalc.analyze(cnncalc.loads("input: {channels: 4, size: 8}\nlayers: [relu]", name="a\x1b.yaml"))
    assert repr(unnamed) == "<Analysis of a�.yaml: 0 params, 0 multiplies>"
    assert "layer=" not in repr(net.rows[0])
    assert repr(net.rows[0]).startswith("Row(name='stem', type='conv', inputs=('input',)")


def test_what_was_understood_of_a_file_that_is_wrong() -> None:
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.loads("name: x\ninput: {channels: 4, size: 8}\nlayers: [relu, conv: [4, 9], tanh]", name="a\x1b.yaml")
    assert found.value.understood is not None
    understood = found.value.understood()
    assert understood is not None
    assert (understood.graph.name, understood.graph.file) == ("a�.yaml", "a\x1b.yaml")
    assert [node.name for node in understood.graph.nodes] == ["relu1"]
    assert [(one.name, one.inputs, one.place, one.origin.line) for one in understood.failed] == [("conv1", (0,), 1, 3)]


# The entries of a list, and the names of its layers
NAMES = {
    "conv: [4, 1, name: conv2], conv: [4, 1], conv: [4, 1]": ["conv2", "conv3", "conv4"],
    "conv: [4, 1], tanh, conv: [4, 1], tanh": ["conv1", "tanh1", "conv2", "tanh2"],
    "relu: {name: branch1}, add: {branches: [[relu], []]}": ["branch1", "branch2/relu1", "add1"],
    "add: {branches: {a: [relu], b: [tanh]}}, add: {branches: [[relu], [tanh]]}": [
        "a/relu1", "b/tanh1", "add1", "branch1/relu1", "branch2/tanh1", "add2",
    ],
    "add: {branches: [[relu], [tanh]], repeat: 2}": [
        "add1/1/branch1/relu1", "add1/1/branch2/tanh1", "add1/1/add1",
        "add1/2/branch1/relu1", "add1/2/branch2/tanh1", "add1/2/add1",
    ],
    "relu6, relu6, relu: {name: relu6_3}, relu6": ["relu6_1", "relu6_2", "relu6_3", "relu6_4"],
    "twice: {act: relu}, twice: {act: tanh, repeat: 2}": [
        "twice1/relu1/1", "twice1/relu1/2", "twice2/1/tanh1/1", "twice2/1/tanh1/2", "twice2/2/tanh1/1",
        "twice2/2/tanh1/2",
    ],
    "both: {a: relu, b: tanh}, both: {a: tanh, b: tanh}": [
        "both1/relu1", "both1/tanh1", "both2/tanh1", "both2/tanh2",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("entries", "names"), NAMES.items())
def test_names(entries: str, names: list[str]) -> None:
    graph = cnncalc.loads(f"""
        input: {{channels: 4, size: 8}}
        blocks:
          twice: {{params: [$act], layers: [$act: {{repeat: 2}}]}}
          both: {{params: [$a, $b], layers: [$a, $b]}}
        layers: [{entries}]
    """)
    assert [node.name for node in graph.nodes] == names
    assert all("$" not in group.kind for group in graph.groups.values())
    if "twice" in entries:
        assert [(one.kind, one.copies) for one in (graph.groups["twice1/relu1"], graph.groups["twice2"])] == [
            ("relu", 2),
            ("twice", 2),
        ]


def test_each_call_has_its_own_words_and_shapes() -> None:
    """Equal attributes are worked out once; those that a block's params or its input change are not."""
    found = cnncalc.analyze(cnncalc.loads("""
        input: {channels: 4, size: 8}
        blocks:
          op: {params: [$what, $dims, n], layers: [operator: {type: $what, output: $dims}, conv: [n, 1]]}
          half: {layers: [max_pool: 2, conv: [channels / 2, [1, 2], padding: same]]}
        layers: [op: [A, 8x8x8, 4], op: [B, 8x8x5, 8], half, half]
    """))  # fmt: skip
    assert [(row.name, row.output_shape, row.counts.params) for row in found.rows] == [
        ("op1/operator1", (8, 8, 8), 0), ("op1/conv1", (4, 8, 8), 36),
        ("op2/operator1", (5, 8, 8), 0), ("op2/conv1", (8, 8, 8), 48),
        ("half1/max_pool1", (8, 4, 4), 0), ("half1/conv1", (4, 4, 4), 68),
        ("half2/max_pool1", (4, 2, 2), 0), ("half2/conv1", (2, 2, 2), 18),
    ]  # fmt: skip
    assert found.uncounted == (
        ("op1/operator1", "A", ("params", "multiplies")),
        ("op2/operator1", "B", ("params", "multiplies")),
    )


def test_one_block_on_inputs_with_different_sides() -> None:
    found = cnncalc.analyze(cnncalc.loads("""
        inputs: {a: {channels: 4, size: [8]}, b: {channels: 4, size: [8, 6]}, c: {channels: 4, size: [8, 6, 4]}}
        blocks: {b: {layers: [conv: [2, 3], max_pool: 2]}}
        layers: [b: {from: a, name: x}, b: {from: b, name: y}, b: {from: c, name: z}, b: {from: b, name: w}]
        outputs: [x, y, z, w]
    """))  # fmt: skip
    assert found.outputs == {"x": (2, 3), "y": (2, 3, 2), "z": (2, 3, 2, 1), "w": (2, 3, 2)}


def test_a_var_may_be_called_like_a_layer_type() -> None:
    (row,) = cnncalc.analyze(cnncalc.loads("{input: {channels: 3, size: 4}, vars: {relu: 2}, layers: [relu]}")).rows
    assert (row.type, row.output_shape) == ("relu", (3, 4, 4))


def test_texts_of_several_lines_keep_them() -> None:
    graph = cnncalc.loads('{note: "one\\ntwo", source: a, input: {channels: 3, size: 4}, layers: [relu]}')
    assert (graph.note, graph.source) == ("one\ntwo", "a")


def test_equal_layers_share_their_counts() -> None:
    """One object for all of them: a network of 100,000 equal layers is small."""
    first, _, last = cnncalc.analyze(cnncalc.loads("{input: {channels: 3, size: 4}, layers: [relu, tanh, relu]}")).rows
    assert first.counts is last.counts
