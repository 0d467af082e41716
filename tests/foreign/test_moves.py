"""What moves give, as ONNX describes its operators."""

from __future__ import annotations

from typing import Any

import pytest

from cnncalc.formats.foreign.moves import Known, Misfit, Unclear, moved

pytestmark = pytest.mark.quick

X = Known((2, 3, 5))

GIVEN: list[tuple[str, dict[str, Any], list[Known], tuple[int, ...]]] = [
    ("GatherElements", {"axis": 2}, [X, Known((2, 3, 4))], (2, 3, 4)),
    ("GatherND", {}, [X, Known((7, 2))], (7, 5)),
    ("GatherND", {}, [X, Known((3,))], ()),
    ("GatherND", {"batch_dims": 1}, [X, Known((2, 1))], (2, 5)),
    ("OneHot", {}, [Known((2, 3)), Known((1,), (10,)), Known((2,))], (2, 3, 10)),
    ("OneHot", {"axis": 1}, [Known((2, 3)), Known((1,), (10.0,)), Known((2,))], (2, 10, 3)),
    ("Expand", {}, [Known((1, 1), (7,)), Known((2,), (2, 3))], (2, 3)),
    ("CumProd", {}, [X, Known((), (1,))], (2, 3, 5)),
    ("ReverseSequence", {}, [X, Known((2,))], (2, 3, 5)),
    ("ReduceSum", {}, [X, Known((0,), ())], (1, 1, 1)),
    ("ReduceSum", {"noop_with_empty_axes": 1}, [X, Known((0,), ())], (2, 3, 5)),
]


@pytest.mark.parametrize(("move", "attributes", "reads", "dims"), GIVEN, ids=[one[0] for one in GIVEN])
def test_a_move_gives(move: str, attributes: dict[str, Any], reads: list[Known], dims: tuple[int, ...]) -> None:
    assert [found.dims for found in moved(move, attributes, reads)] == [dims]


@pytest.mark.parametrize(
    ("move", "reads", "error", "text"),
    [
        ("GatherND", [X, Known((7, 4))], Misfit, "its indices (7, 4) are none of 3 axes"),
        ("OneHot", [X, Known((1,)), Known((2,))], Unclear, "its `depth` are worked out while it runs"),
        ("GatherElements", [X], Unclear, "it reads nothing"),
    ],
)
def test_what_a_move_cannot_give_it_says(move: str, reads: list[Known], error: type[Unclear], text: str) -> None:
    with pytest.raises(error) as found:
        moved(move, {}, reads)
    assert str(found.value) == text
