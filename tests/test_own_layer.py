"""A layer type of the reader's own: all that a declaration may say, also what no built-in type needs."""

from __future__ import annotations

import pytest

import cnncalc
from cnncalc.analyses.schema import schema
from cnncalc.analyses.style import Style
from cnncalc.core.layers import LAYERS
from cnncalc.core.layers.base import Layer, PerAxis, Requirement, Word, attr
from cnncalc.core.work import Impossible, Step, attempt, work
from cnncalc.render.reference import Pages, document
from cnncalc.render.text import write
from tests.own_layers import own_layers

pytestmark = [pytest.mark.quick, pytest.mark.usefixtures("own_layers")]
__all__ = ["own_layers"]


def test_its_name_is_the_class_in_snake_case() -> None:
    class My2DFold3(Layer):
        """Nothing."""

    assert (My2DFold3.type, LAYERS["my2_dfold3"]) == ("my2_dfold3", My2DFold3)


def test_every_formula_may_have_cases() -> None:
    class Fold(Layer):
        """Twice the channels, or half; every side one less, or two where it is long."""

        wide: bool = attr("twice the channels", default=False)
        mode: Word = attr("how", default="plain", choices=("plain", "learned", "stored"))

        reads = "sides"
        out_channels = {"wide": "2 * c", "true": "c / 2"}
        out_side = {"side > 8": "side - 2", "true": "side - 1"}
        weights = {"scale": {"learned": "c"}, "shift": {"learned and wide": "2 * c"}}
        buffers = {"table": {"stored": "prod(side)"}}
        multiplies = {"scale": {"not stored": "prod(out)"}}

    def counts(**values: object) -> tuple[object, ...]:
        layer = Fold({"wide": False, "mode": "plain"} | values)
        return tuple(work(layer, ((6, 8, 9),)))

    assert counts() == ((3, 7, 7), 0, 0, 0, 49, 147)
    assert counts(wide=True) == ((12, 7, 7), 0, 0, 0, 49, 588)
    assert counts(mode="learned") == ((3, 7, 7), 6, 0, 0, 49, 147)
    assert counts(mode="learned", wide=True) == ((12, 7, 7), 18, 0, 0, 49, 588)
    assert counts(mode="stored") == ((3, 7, 7), 0, 0, 72, 0, 147)


def test_tokens_may_have_cases() -> None:
    class Tokens(Layer):
        """All positions, or half of them."""

        half: bool = attr("every second", default=False)
        reads = "sides"
        out_tokens = {"half": "prod(side) / 2", "true": "prod(side)"}

    assert work(Tokens({"half": False}), ((3, 4, 5),)).output == (3, 20)
    assert work(Tokens({"half": True}), ((3, 4, 5),)).output == (3, 10)


def failing(layer: Layer, *inputs: tuple[int, ...]) -> tuple[list[Step], Impossible]:
    steps, failure = attempt(layer, inputs)
    assert failure is not None
    return steps, failure


# What is not whole: a step that says so is the last
@pytest.mark.parametrize(
    ("field", "formula", "step", "message"),
    [
        ("out_channels", "c / 2", ("output", "channels", None, "3/2"), "3/2 = 1.5"),
        ("out_side", "side / 4", ("output", "size", "width", "5/4"), "5/4 = 1.25"),
        ("out_tokens", "prod(side) / 3", ("output", "size", None, "20/3"), "4·5/3 = 20/3"),
        ("weights", {"half": "c / 2"}, ("weights", "half", None, "3/2"), "3/2 = 1.5"),
        ("multiplies", {"bits": {"true": "c / 2 * 5"}}, ("multiplies", "bits", None, "15/2"), "3/2·5 = 7.5"),
    ],
)
def test_what_is_not_whole(field: str, formula: object, step: tuple[object, ...], message: str) -> None:
    own = type("Own", (Layer,), {"__doc__": "Own.", field: formula})
    steps, failure = failing(own({}), (3, 4, 5))
    assert (failure.code, failure.what) == ("not-whole", f"`own`: {message}, which is not whole")
    assert (steps[-1].quantity, steps[-1].label, steps[-1].axis, str(steps[-1].value)) == step


# What leaves nothing
@pytest.mark.parametrize(
    ("field", "formula", "message"),
    [
        ("out_side", "side - 4", "height = 4 − 4 = 0"),
        ("out_tokens", "prod(side) - 20", "size = 4·5 − 20 = 0"),
        ("out_tokens", "3 - prod(side)", "size = 3 − 4·5 = −17"),
        ("out_channels", "c // 4", "channels = 3 // 4 = 0"),
    ],
)
def test_what_leaves_nothing(field: str, formula: str, message: str) -> None:
    own = type("Own", (Layer,), {"__doc__": "Own.", field: formula})
    _, failure = failing(own({}), (3, 4, 5))
    assert (failure.code, failure.what) == ("empty-output", f"`own` leaves nothing: {message}")


def test_a_requirement_is_read_on_each_axis_or_for_all() -> None:
    class Even(Layer):
        """Sides that the step divides."""

        step: PerAxis = attr("step", at_least=1)
        reads = "sides"
        requires = [
            Requirement("side % step == 0", "the step must divide the side"),
            Requirement("sum(step) < 9", "`even` takes small steps"),
        ]

    assert work(Even({"step": (2, 3)}), ((1, 4, 9),)).output == (1, 4, 9)
    steps, failure = failing(Even({"step": (2, 3)}), (1, 4, 10))
    assert failure.what == "`even`: the step must divide the side (W % step == 0: 10 % 3 ≠ 0)"
    assert [(step.quantity, step.axis, step.value) for step in steps] == [("requires", "width", False)]
    steps, failure = failing(Even({"step": (4, 5)}), (1, 4, 10))
    assert failure.what == "`even` takes small steps (step < 9: (4 + 5) ≥ 9)"
    assert [(step.quantity, step.axis) for step in steps] == [("requires", None)]


def test_a_requirement_of_one_axis_may_read_all_of_them() -> None:
    class Even(Layer):
        """Sides of one length."""

        requires = [Requirement("side * side == prod(side)", "the sides must be equal")]

    assert work(Even({}), ((1, 4, 4),)).output == (1, 4, 4)
    _, failure = failing(Even({}), (1, 4, 5))
    assert failure.what == "`even`: the sides must be equal (W·W == H·W: 4·4 ≠ 4·5)"


def test_a_requirement_is_asked_for_where_it_says_and_has_a_reason() -> None:
    class Own(Layer):
        """Halves, where it is told to."""

        halved: bool = attr("whether", default=False)
        requires = [Requirement("c % 2 == 0", "halves are whole", when="halved", reason="split")]

    assert work(Own({"halved": False}), ((3,),)).output == (3,)
    _, failure = failing(Own({"halved": True}), (3,))
    assert (failure.code, failure.what) == ("requirement", "`own`: halves are whole (C_in % 2 == 0: 3 % 2 ≠ 0)")
    assert failure.reason == "split"


@pytest.mark.parametrize(
    ("type_name", "values", "shape", "reason"),
    [
        ("group_norm", {"groups": 2, "scale": True, "shift": True}, (3,), "split"),
        ("dense", {"units": 1, "bias": True, "per": "none"}, (3, 4, 4), "kind"),
        ("flatten", {}, (3,), "kind"),
        ("rbf", {"units": 1}, (3, 4), "kind"),
        ("class_token", {}, (3, 4, 4), "kind"),
        ("slice", {"part": 3, "of": 2, "first": None, "last": None}, (4,), ""),
        ("upsample", {"factor": (1, 1)}, (3, 4, 4), None),
    ],
)
def test_why_a_layer_is_impossible_is_said_for_programs(
    type_name: str, values: dict[str, object], shape: tuple[int, ...], reason: str | None
) -> None:
    _, failure = attempt(LAYERS[type_name](values), (shape,))
    assert (failure.reason if failure else None) == reason


def test_a_merge_of_ones_own_says_what_it_does() -> None:
    class Average(Layer, family="join"):
        """The mean of tensors."""

        inputs = (2, None)
        branches = True
        alike = "shapes"
        verb = "averages"

    with pytest.raises(cnncalc.ProblemsFound, match="`average1` averages tensors of different shapes: a 4, b 5"):
        cnncalc.loads("inputs: {a: {channels: 4}, b: {channels: 5}}\nlayers: [average: {from: [a, b]}]")


def test_it_stands_in_the_schema_and_the_reference_without_an_example() -> None:
    class Rescale(Layer):
        """Multiply by a number."""

        by: float = attr("factor")

    about = "Multiply by a number.\n\nAttributes in order: **`by`**."
    assert schema()["$defs"]["named"]["rescale"]["properties"]["by"]["description"] == "factor"
    assert about in str(schema()).replace("\\n", "\n")
    assert write(document(Pages([Rescale]), Style()), Style()).startswith(
        "rescale\n\n  Multiply by a number.\n\n  attributes, in order\n    by  required  factor"
    )


def test_the_working_of_an_output_of_other_sides() -> None:
    class Pooled(Layer):
        """A vector, whose values cost one multiply each, and one for each that is read."""

        out_side = None
        multiplies = {"out": "c * prod(out)", "in": "c * prod(side)"}

    class Line(Layer):
        """All positions in a line."""

        out_tokens = "prod(side)"
        multiplies = {"out": "c * prod(out)", "in": "c * prod(side)"}

    def working(layer: Layer, shape: tuple[int, ...]) -> list[tuple[str, str, object]]:
        return [(step.symbols, step.numbers, step.value) for step in attempt(layer, (shape,))[0][-2:]]

    assert working(Pooled({}), (3, 4, 5)) == [("C_in·1", "3·1", 3), ("C_in·H_in·W_in", "3·4·5", 60)]
    assert working(Line({}), (3, 4, 5)) == [("C_in·L_out", "3·20", 60), ("C_in·H_in·W_in", "3·4·5", 60)]
    assert working(Pooled({}), (3,)) == [("C_in·1", "3·1", 3), ("C_in·1", "3·1", 3)]


def test_what_a_stride_leaves_over() -> None:
    class Thin(Layer):
        """Every so many-th channel and place."""

        stride: int = attr("step", at_least=1, symbol="S")
        out_channels = "(c - 1) // stride + 1"
        out_side = {"side > 5": "(side - 1) // stride + 1", "true": "(side - 1) // stride + 2"}

    steps, failure = attempt(Thin({"stride": 3}), ((6, 5, 9),))
    assert failure is None
    assert [(step.symbols, step.value, step.remainder) for step in steps] == [
        ("(C_in − 1) // S + 1", 2, 0), ("(W − 1) // S + 2", 3, 0), ("(W − 1) // S + 1", 3, 2),
    ]  # fmt: skip


def test_an_inherited_attribute_stays() -> None:
    class Base(Layer):
        """One attribute."""

        size: PerAxis = attr("size", default=2, at_least=1, symbol="Z")

    class Child(Base):
        """One more."""

        deep: bool = attr("deep", default=True)

    assert list(Child.attributes) == ["size", "deep"]
    assert list(Base.attributes) == ["size"]
    assert Child.per_axis == {"side", "out", "size"}
    assert (Child.attributes["size"].symbol, Child.attributes["size"].kind) == ("Z", "PerAxis")
    assert not hasattr(Child, "deep")


def test_it_stands_in_a_file_like_the_others() -> None:
    class Rescale(Layer):
        """Multiply by a number."""

        by: float = attr("factor")
        weights = {"factor": "1"}

    graph = cnncalc.loads("input: {channels: 3, size: 4}\nlayers: [rescale: 0.5, rescale: {by: 2}]")
    assert [node.layer.values["by"] for node in graph.nodes] == [0.5, 2]
    assert cnncalc.analyze(graph).totals.params == 2


@pytest.mark.parametrize(
    ("requirement", "said"),
    [
        ("step == 2", "step == 2: 3 ≠ 2"),
        ("step != 3", "step != 3: 3 = 3"),
        ("step < 3", "step < 3: 3 ≥ 3"),
        ("step <= c", "step <= C_in: 3 > 1"),
        ("step > 3", "step > 3: 3 ≤ 3"),
        ("step >= 4", "step >= 4: 3 < 4"),
        ("step > 1 and step < 3", "step > 1 and step < 3: 3 > 1 and 3 < 3"),
    ],
)
def test_a_requirement_that_does_not_hold_says_what_does(requirement: str, said: str) -> None:
    class Own(Layer):
        """Of some steps only."""

        step: int = attr("step", at_least=1)
        requires = [Requirement(requirement, "another step")]

    _, failure = failing(Own({"step": 3}), (1, 4, 4))
    assert failure.what == f"`own`: another step ({said})"
