"""Constants that a file works out: their values, and how much work they may ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import cnncalc
from cnncalc.formats.foreign import lower, moves
from cnncalc.formats.foreign.moves import Known, Misfit, by_value, moved
from tests.foreign.onnx_file import model, node, tensor, value
from tests.pace import allowed
from tests.test_hostile_input import MOST_MEGABYTES, MOST_SECONDS, measured

# ------------------------------------------------------------------------------------------------ values

SIX = Known((2, 3), (1, 2, 3, 4, 5, 6))
VALUES: list[tuple[str, dict[str, Any], list[Known], list[tuple[Any, ...]]]] = [
    ("Transpose", {}, [SIX], [(1, 4, 2, 5, 3, 6)]),
    ("Transpose", {"perm": (2, 0, 1)}, [Known((2, 1, 3), SIX.values)], [(1, 4, 2, 5, 3, 6)]),
    ("Slice", {"starts": (1,), "ends": (3,), "axes": (1,)}, [SIX], [(2, 3, 5, 6)]),
    ("Slice", {"starts": (-1,), "ends": (-9,), "axes": (1,), "steps": (-2,)}, [SIX], [(3, 1, 6, 4)]),
    ("Slice", {"starts": (2,), "ends": (2,)}, [SIX], [()]),
    ("Split", {"axis": 1, "split": (1, 2), "outputs": 2}, [SIX], [(1, 4), (2, 3, 5, 6)]),
    ("Split", {"axis": 0, "outputs": 2}, [SIX], [(1, 2, 3), (4, 5, 6)]),
    ("Gather", {}, [SIX, Known((), (-1,))], [(4, 5, 6)]),
    ("Gather", {"axis": 1}, [SIX, Known((2, 2), (0, 2, 1, -2))], [(1, 3, 2, 2, 4, 6, 5, 5)]),
    ("Expand", {"shape": (2, 2, 3)}, [SIX], [(1, 2, 3, 4, 5, 6) * 2]),
    ("Expand", {"shape": (2, 3)}, [Known((2, 1), (7, 8))], [(7, 7, 7, 8, 8, 8)]),
    ("Expand", {"shape": (3, 0)}, [Known((1, 1), (7,))], [()]),
    ("Tile", {"repeats": (1, 2)}, [SIX], [(1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6)]),
    ("Concat", {"axis": 0}, [Known((1,), (1,)), Known((2,), (2, 3))], [(1, 2, 3)]),
    ("Range", {}, [Known((), (1,)), Known((), (8,)), Known((), (3,))], [(1, 4, 7)]),
    ("ConstantOfShape", {}, [Known((2,), (2, 2))], [(0, 0, 0, 0)]),
    ("Reshape", {"shape": (3, -1)}, [SIX], [(1, 2, 3, 4, 5, 6)]),
]


@pytest.mark.quick
@pytest.mark.parametrize(("move", "attributes", "reads", "values"), VALUES, ids=[one[0] for one in VALUES])
def test_the_values_that_a_move_gives(
    move: str, attributes: dict[str, Any], reads: list[Known], values: list[tuple[Any, ...]]
) -> None:
    assert [found.values for found in moved(move, attributes, reads)] == values


@pytest.mark.quick
@pytest.mark.parametrize(
    ("type", "reads", "values"),
    [
        ("Add", [SIX, Known((), (1,))], (2, 3, 4, 5, 6, 7)),
        ("Mul", [Known((2, 1), (10, 100)), Known((3,), (1, 2, 3))], (10, 20, 30, 100, 200, 300)),
        ("Where", [Known((2, 1), (True, False)), Known((), (0,)), SIX], (0, 0, 0, 4, 5, 6)),
        ("Mul", [Known((1,), (2**39,)), Known((1,), (4,))], None),  # beyond every size
        ("Div", [Known((1,), (2,)), Known((1,), (0,))], None),
    ],
)
def test_values_of_tensors_that_are_spread_over_each_other(
    type: str, reads: list[Known], values: tuple[Any, ...] | None
) -> None:
    assert by_value(type, reads)[0].values == values


@pytest.mark.quick
def test_a_large_tensor_has_dims_and_no_values() -> None:
    side = moves.MOST_VALUES
    for many, known in ((side, True), (side + 1, False), (10**12, False)):
        for move, attributes, reads in (
            ("Tile", {"repeats": (many,)}, [Known((1,), (5,))]),
            ("Expand", {"shape": (many,)}, [Known((1,), (5,))]),
            ("ConstantOfShape", {}, [Known((1,), (many,))]),
            ("Range", {}, [Known((), (0,)), Known((), (many,)), Known((), (1,))]),
        ):
            (found,) = moved(move, attributes, reads)
            assert (found.dims, found.values is not None) == ((many,), known), move
    (nothing,) = moved("Expand", {"shape": (10**6, 10**6, 0)}, [Known((1, 1, 1), (5,))])
    assert nothing == Known((10**6, 10**6, 0), ())


@pytest.mark.quick
def test_axes_are_few() -> None:
    ones = (1,) * moves.MOST_AXES
    assert moved("Reshape", {"shape": ones}, [Known((1,))]) == [Known(ones)]
    with pytest.raises(Misfit, match=r"^it gives more than 32 axes$"):
        moved("Reshape", {"shape": (*ones, 1)}, [Known((1,))])


# ------------------------------------------------------------------------------------------------ how much of it


def chain(count: int, size: int) -> bytes:
    """A tensor that is added to itself so many times; its first number is the width that is wanted."""
    doubled = [node("Add", [f"d{at}", "d0"], [f"d{at + 1}"]) for at in range(count)]
    return model(
        [*doubled, node("Gather", [f"d{count}", "first"], ["g"]), node("Reshape", ["x", "g"], ["y"]),
         node("Relu", ["y"], ["z"])],
        [value("x", [1, 2, 12])],
        [value("z", ["rows", "columns", "more"])],
        [tensor("d0", [size], [1] * size), tensor("first", [3], [0, 1, 2])],
    )  # fmt: skip


@pytest.mark.parametrize(("count", "size", "known"), [(1, 1_000, True), (1, 3, True), (3, 1_000, False), (3, 3, True)])
def test_constants_beyond_a_number_of_values_are_unknown_and_never_wrong(
    count: int, size: int, known: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lower, "MOST_KEPT", 1_000)
    (tmp_path / "net.onnx").write_bytes(chain(count, size))
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.load(tmp_path / "net.onnx")
    side = count + 1
    assert found.value.problems[0].message == (
        f"`Reshape`: 24 values do not fit into ({side}, {side}, {side})"
        if known
        else "`Reshape`: its `shape` are worked out while it runs"
    )


def test_constants_that_are_made_of_many_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lower, "MOST_MADE", 20)
    (tmp_path / "net.onnx").write_bytes(sums(9))
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.load(tmp_path / "net.onnx")
    (problem,) = found.value.problems
    assert (problem.code, problem.message, str(problem.where)) == (
        "limit", "constants are made of more than 20 others (limit: constants 20)",
        f"{tmp_path / 'net.onnx'}, node s6",
    )  # fmt: skip


def sums(count: int) -> bytes:
    """A sum of so many stored tensors, one after the other."""
    return model(
        [node("Add", [f"s{at}" if at else "c0", f"c{at + 1}"], [f"s{at + 1}"]) for at in range(count)]
        + [node("Mul", ["x", f"s{count}"], ["y"])],
        [value("x", [1, 3])],
        [value("y", [1, 3])],
        [tensor(f"c{at}", [3]) for at in range(count + 1)],
    )


def products(count: int) -> bytes:
    """A product of so many matrices, one after the other."""
    return model(
        [node("MatMul", [f"p{at}", "p0"], [f"p{at + 1}"]) for at in range(count)]
        + [node("MatMul", ["x", f"p{count}"], ["y"])],
        [value("x", [1, 3])],
        [value("y", [1, 3])],
        [tensor("p0", [3, 3])],
    )


def each(type: str, count: int, reads: Sequence[str], stored: Sequence[bytes], **given: Any) -> bytes:
    """The same constant worked out so many times, and all of these put together."""
    return model(
        [node(type, reads, [f"d{at}"], **given) for at in range(count)]
        + [node("Concat", [*(f"d{at}" for at in range(count)), "x"], ["y"], axis=0)],
        [value("x", [3])],
        [value("y", ["n"])],
        stored,
    )


class Case(NamedTuple):
    """What makes a file, and what is said of it."""

    what: str
    data: Callable[[], bytes]
    says: str


NUMBERS = tensor("c", [100], range(100))
CASES = [
    Case("a long chain", lambda: chain(20_000, 1_000), "its `shape` are worked out while it runs"),
    Case("a long chain of few values", lambda: chain(40_000, 32), "24 values do not fit into (40001, 40001, 40001)"),
    Case("a sum of many", lambda: sums(20_000), "(limit: constants 1,000,000)"),
    Case("a product of many", lambda: products(20_000), "(limit: constants 1,000,000)"),
    Case("many long lists", lambda: each("Concat", 10_000, ["c"] * 40, [NUMBERS], axis=0), "params"),
    Case(
        "many tensors of one number",
        lambda: each("Tile", 20_000, ["c", "times"], [tensor("c", [1], [5]), tensor("times", [1], [4_000])]),
        "params",
    ),
]


@pytest.mark.sweep
@pytest.mark.parametrize("case", CASES, ids=[case.what.replace(" ", "-") for case in CASES])
def test_small_files_ask_for_little_work(case: Case, tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(case.data())
    ran = measured("summary", "net.onnx", "--depth", "0", cwd=tmp_path)
    if ran.seconds > allowed(MOST_SECONDS):  # once more, for a machine that was busy
        ran = measured("summary", "net.onnx", "--depth", "0", cwd=tmp_path)
    assert case.says in ran.out + ran.err
    assert "Traceback" not in ran.err
    assert ran.seconds <= allowed(MOST_SECONDS)
    assert ran.megabytes <= MOST_MEGABYTES
