"""What functions and bodies of a model of ONNX store: each is found, and what all calls have in common counts once."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnncalc
from cnncalc.core.analysis import Analysis
from tests.foreign.onnx_file import body, field, model, node, tensor, value

pytestmark = pytest.mark.quick

COUNTER, GOES = [value("i", []), value("go", [])], value("on", [])


def read(folder: Path, nodes: list[bytes], functions: list[bytes], last: int = 8, *inputs: bytes) -> Analysis:
    data = model(nodes, [value("x", [1, 8]), *inputs], [value("y", [1, last])], [], [], functions)
    (folder / "net.onnx").write_bytes(data)
    return cnncalc.analyze(cnncalc.load(folder / "net.onnx"))


def held(name: str, *dims: int) -> bytes:
    return node("Constant", [], [name], value=tensor("", dims))


def linear(name: str, *dims: int, overload: str = "") -> bytes:
    """A function of a dense layer without a bias, whose kernel stands in it."""
    inside = [held("w", *dims), node("MatMul", ["x", "w"], ["y"])]
    texts = ((1, name), (4, "x"), (5, "y"), (10, "mine"), *([(13, overload)] if overload else []))
    return b"".join(field(*one) for one in texts) + b"".join(field(7, one) for one in inside)


def call(type: str, reads: str, gives: str, name: str = "", overload: str = "") -> bytes:
    return node(type, [reads], [gives], name, "mine") + (field(8, overload) if overload else b"")


CALLS = {
    "overloads": (
        [call("A", "x", "h", overload="wide"), call("A", "h", "y", overload="narrow")],
        [linear("A", 8, 8, overload="wide"), linear("A", 8, 4, overload="narrow")], 4, 96, 96,
    ),
    "nodes of one name": (
        [call("A", "x", "h", "n"), call("B", "h", "y", "n")], [linear("A", 8, 8), linear("B", 8, 4)], 4, 96, 96,
    ),
    "one function called twice": (
        [call("A", "x", "h", "m"), call("A", "h", "y", "n")], [linear("A", 8, 8)], 8, 64, 128,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("nodes", "functions", "last", "params", "multiplies"), CALLS.values(), ids=CALLS)
def test_each_function_has_its_own_kernel_and_all_calls_of_it_the_same(
    nodes: list[bytes], functions: list[bytes], last: int, params: int, multiplies: int, tmp_path: Path
) -> None:
    analysis = read(tmp_path, nodes, functions, last)
    assert (analysis.totals.params, analysis.totals.multiplies) == (params, multiplies)
    assert (analysis.status, analysis.notes) == ("exact", ())


def loop(*nodes: bytes) -> bytes:
    step = body([*nodes, node("Identity", ["go"], ["on"])], [*COUNTER, value("s", [1, 8])], [GOES, value("t", [1, 8])])
    return node("Loop", ["", "", "x"], ["y"], "loop", body=step)


INSIDE = {
    "a constant": ([held("w", 8, 8), node("MatMul", ["s", "w"], ["t"])], "loop/body/w"),
    "a function": ([call("A", "s", "t")], "mine.A/w"),
    "a function twice": ([call("A", "s", "u"), call("A", "u", "t")], "mine.A/w"),
}


@pytest.mark.parametrize(("nodes", "named"), INSIDE.values(), ids=INSIDE)
def test_what_a_loop_holds_is_found(nodes: list[bytes], named: str, tmp_path: Path) -> None:
    analysis = read(tmp_path, [loop(*nodes)], [linear("A", 8, 8)])
    assert (analysis.totals.params, analysis.lower_bound) == (64, ("multiplies",))
    said = f"`{named}` stand in nodes `Constant`: counted are these 64 numbers, of which the network may learn fewer"
    assert said in analysis.notes


def test_what_branches_hold_counts_where_nobody_knows_which_is_taken(tmp_path: Path) -> None:
    """Also where two choices have one name."""

    def choice(reads: str, gives: str, last: int) -> bytes:
        branches = [
            body([held("w", 8, last), node("MatMul", [reads, "w"], ["b"])], [], [value("b", [1, last])])
            for _ in range(2)
        ]
        return node("If", ["which"], [gives], "i", then_branch=branches[0], else_branch=branches[1])

    which = field(1, "which") + field(2, field(1, field(1, 9) + field(2, b"")))
    analysis = read(tmp_path, [choice("x", "h", 8), choice("h", "y", 4)], [], 4, which)
    assert (analysis.totals.params, analysis.lower_bound) == (2 * 64 + 2 * 32, ("multiplies",))


def test_a_loop_in_a_function_counts_at_each_call_and_is_told(tmp_path: Path) -> None:
    """As every stored tensor that several operators read which are no layers of one kernel."""
    step = body(
        [node("MatMul", ["s", "w"], ["t"]), node("Identity", ["go"], ["on"])],
        [*COUNTER, value("s", [1, 8])],
        [GOES, value("t", [1, 8])],
        [tensor("w", [8, 8])],
    )
    texts = b"".join(field(*one) for one in ((1, "A"), (4, "x"), (5, "y"), (10, "mine")))
    function = texts + field(7, node("Loop", ["", "", "x"], ["y"], "loop", body=step))
    data = model(
        [call("A", "x", "h", "m"), call("A", "h", "y", "n")],
        [value("x", [1, 8])],
        [value("y", [1, 8])],
        [],
        [value("h", [1, 8])],
        [function],
    )
    (tmp_path / "net.onnx").write_bytes(data)
    analysis = cnncalc.analyze(cnncalc.load(tmp_path / "net.onnx"))
    assert (analysis.totals.params, analysis.lower_bound) == (128, ("multiplies",))
    said = "1 stored tensor that several layers read counts at each: 64 numbers more than are stored"
    assert said in analysis.notes
