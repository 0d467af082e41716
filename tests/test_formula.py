"""The language of expressions: what it gives, what it refuses, and that its readings agree."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.formula import FormulaError, UnknownName, compiled, evaluate, names, parse, shown

VALUES: dict[str, Any] = {
    "1 + 2 * 3": 7,
    "(1 + 2) * 3": 9,
    "0.1*30": 3,
    "1.4*32": Fraction(224, 5),
    "6 / 3": 2,
    "7 / 2": Fraction(7, 2),
    "7 // 2": 3,
    "-7 // 2": -4,
    "-(7 // 2)": -3,
    "-7 % 4": 1,
    "2 - 3 - 4": -5,
    "24 / 4 / 2": 3,
    "2 * 7 % 4": 2,
    "--3": 3,
    "1e3": 1000,
    "2.5e-1 * 4": 1,
    "3 if 1 > 2 else 4": 4,
    "1 if false else 2 if true else 3": 2,
    "1 < 2 and 2 < 3": True,
    "1 < 2 or undefined": True,
    "false and undefined": False,
    "not 1 > 2": True,
    "not true or true": True,
    "same == valid": False,
    "true != false": True,
    "min(3, 1, 2)": 1,
    "max(3, 1 + 4)": 5,
    "sum(1, 2, 3)": 6,
    "ceil(7 / 2)": 4,
    "floor(-7 / 2)": -4,
    "round(5 / 2)": 3,
    "round(-5 / 2)": -2,
    "round_to(32 * 0.75, 8)": 24,
    "round_to(44.8, 8)": 48,
    "round_to(1, 8)": 8,
    "round_to(18, 8)": 24,
    "n + channels": 10,
    "same": "same",
}

REFUSED = {
    ".5": ("a number cannot begin with a point", "write `0.5`"),
    "5.": ("a number cannot end with a point", "write `5` or `5.0`"),
    "1_000": ("digits are written together", "write `1000`"),
    "0x10": ("numbers are decimal", "write the number in decimal digits"),
    "010": ("a number cannot begin with 0", "write `10`"),
    "2001-01-01": ("a number cannot begin with 0", "write `1`"),
    "64k": ("`64k` is no number", "a figure like `64k` is for `expect` only; a name begins with a letter"),
    "a[2]": ("unexpected `[`", "the language has no lists and no indexing: give each value a name of its own"),
    "a ? b : c": ("unexpected `?`", "write `A if C else B`"),
    "2 ^ 3": ("unexpected `^`", "write the product: `n * n`"),
    "a = 1": ("unexpected `=`", "write `==` to compare"),
    "1 < 2 < 3": ("one comparison at a time", "join two comparisons with `and`"),
    "1 +": ("the expression ends too early", None),
    "(1": ("expected `)`, found the end", None),
    "max(1, (2)": ("expected `)`, found the end", None),
    "1 2": ("unexpected `2`", None),
    "if": ("expected a value, found `if`", None),
    "sqrt(4)": ("unknown function `sqrt`", "the functions are ceil, floor, max, min, prod, round, round_to, sum"),
    "ceil(1, 2)": ("`ceil` takes 1 argument, not 2", None),
    "round_to(1)": ("`round_to` takes 2 arguments, not 1", None),
    "1 / 0": ("division by zero", None),
    "1 % 0": ("division by zero", None),
    "true + 1": ("`true` is no number", None),
    "same * 2": ("`same` is no number", None),
    "not 1": ("`1` is neither true nor false", "compare it: `n > 0`"),
    "1 and true": ("`1` is neither true nor false", "compare it: `n > 0`"),
    "2 if 1 else 3": ("`1` is neither true nor false", "compare it: `n > 0`"),
    "true == 1": ("`true` cannot be compared with `1`", None),
    "true < false": ("`true` is no number", None),
    "round_to(8, 0)": ("`round_to` needs a step above 0", None),
    "prod(2)": ("`prod` is for the declarations of layers", "write the product"),
    "10000000 * 1000000000": ("a value beyond ±10^15 (limit: numbers 10^15)", None),
    "1 / 10000000 / 1000000000": ("a value beyond ±10^15 (limit: numbers 10^15)", None),
    "1000000000000000000000": ("a value beyond ±10^15 (limit: numbers 10^15)", None),
    "1e99": ("`1e99` is beyond ±10^15 (limit: numbers 10^15)", None),
    "1e16": ("a value beyond ±10^15 (limit: numbers 10^15)", None),
    "(" * 31 + "1" + ")" * 31: ("nested too deep (limit: formula nesting 30)", None),
    "-" * 31 + "1": ("nested too deep (limit: formula nesting 30)", None),
    "not " * 31 + "true": ("nested too deep (limit: formula nesting 30)", None),
    "1" + " + 1" * 300: ("an expression of 1,201 characters (limit: expression length 1,000)", None),
}


@pytest.mark.parametrize(("text", "value"), VALUES.items())
def test_value(text: str, value: Any) -> None:
    found = evaluate(parse(text), {"n": 7, "channels": 3})
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("text", "what", "cure"), [(text, *found) for text, found in REFUSED.items()])
def test_refused(text: str, what: str, cure: str | None) -> None:
    with pytest.raises(FormulaError) as error:
        evaluate(parse(text), {"a": 1, "b": 2, "c": 3})
    assert (error.value.what, error.value.cure) == (what, cure)


def test_an_unknown_name_is_named() -> None:
    with pytest.raises(UnknownName) as error:
        evaluate(parse("wdith * 2"), {"width": 1})
    assert error.value.name == "wdith"


def test_a_long_sum_is_not_deep() -> None:
    assert evaluate(parse("+".join("1" * 400)), {}) == 400


def test_names_are_those_that_are_read() -> None:
    assert names("max(a, b) if c > 0 else $act") == {"a", "b", "c", "$act"}
    assert names("same") == frozenset()


def expressions() -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["a", "b", "c", "1", "2", "3", "7"])

    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        binary = st.tuples(inner, st.sampled_from([" + ", " - ", " * ", " // ", " % ", " / "]), inner)
        choice = st.tuples(inner, inner, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), inner, inner)
        return st.one_of(
            binary.map(lambda part: f"({part[0]}{part[1]}{part[2]})"),
            binary.map(lambda part: f"{part[0]}{part[1]}{part[2]}"),
            inner.map(lambda part: f"-({part})"),
            inner.map(lambda part: f"ceil({part})"),
            st.tuples(inner, inner).map(lambda part: f"min({part[0]}, {part[1]})"),
            choice.map(lambda part: f"({part[0]} if {part[1]} {part[2]} {part[3]} and not 1 > 2 else {part[4]})"),
        )

    return st.recursive(leaves, larger, max_leaves=12)


@given(expressions(), st.integers(1, 50), st.integers(-50, 50), st.integers(1, 9))
def test_the_readings_of_a_formula_agree(text: str, a: int, b: int, c: int) -> None:
    """Evaluated, compiled, and with the numbers put in and evaluated once more: one value."""
    scope = {"a": a, "b": b, "c": c}
    try:
        value = evaluate(parse(text), scope)
    except FormulaError as error:
        if error.what == "division by zero":
            with pytest.raises(ZeroDivisionError):
                compiled(text)(scope, None)
        return
    assert compiled(text)(scope, None) == value
    numbers = shown(text, lambda name: f"({scope[name]})", lambda name: [name])
    assert evaluate(parse(numbers.replace("·", "*").replace("−", "-")), {}) == value


@given(st.text(max_size=40))
def test_any_text_is_a_formula_or_a_formula_error(text: str) -> None:
    with contextlib.suppress(FormulaError):
        evaluate(parse(text), {})
