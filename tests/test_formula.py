"""The language of expressions: what it gives, what it refuses, and that its readings agree."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.core.formula import FUNCTIONS, FormulaError, UnknownName, compiled, evaluate, names, parse, shown

pytestmark = pytest.mark.quick

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
    "n+1 if n>=7 else-1": 8,
    "3 <= 3 and 3 >= 3 and not 3 < 3 and not 3 > 3": True,
    "2 <= 3 and 3 >= 2 and 2 < 3 and 3 > 2": True,
    "3 <= 2 or 2 >= 3 or 3 < 2 or 2 > 3": False,
    "3 == 3 and 3 != 4 and not 3 != 3 and not 3 == 4": True,
    "same == same and same != valid and true == true": True,
    "0.5 == 1 / 2": True,
    "0": 0,
    "0.50": Fraction(1, 2),
    "1E3": 1000,
    "25e-2": Fraction(1, 4),
    "1e+2": 100,
    "6.0": 6,
    "5 % 1.5": Fraction(1, 2),
    "4.5 % 1.5": 0,
    "4.5 // 1.5": 3,
    "7 / 3.5": 2,
    "0.5 + 0.5": 1,
    "ceil(3)": 3,
    "round(2.4)": 2,
    "round(-0.5)": 0,
    "sum(1/2, 1/2)": 1,
    "sum(5)": 5,
    "min(1.5, 2)": Fraction(3, 2),
    "round_to(20, 8)": 24,
    "round_to(19.9, 8)": 24,
    "round_to(9, 10)": 10,
    "round_to(80, 72)": 72,
    "round_to(89, 80)": 160,
    "round_to(88, 80)": 80,
    "round_to(88.8, 80)": 80,
    "round_to(1.5, 0.5)": Fraction(3, 2),
    "(1 if true else 2) + 1": 2,
    "not not true": True,
    "true and (false or true)": True,
    "true or true and false": True,
    "  1 +\t2 ": 3,
    "same": "same",
    "2 ** 10": 1024,
    "-2 ** 2": -4,
    "(-2) ** 2": 4,
    "2 ** 3 ** 2": 512,
    "2 ** --2": 4,
    "3 * 2 ** 2 * 5": 60,
    "0.5 ** 2": Fraction(1, 4),
    "1.5 ** 2 * 4": 9,
    "0 ** 0": 1,
    "(-1) ** 1000000000001": -1,
    "10 ** 15": 10**15,
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
    "2 ^ 3": ("unexpected `^`", "write `n ** 2`"),
    "a = 1": ("unexpected `=`", "write `==` to compare"),
    "1 < 2 < 3": ("one comparison at a time", "join two comparisons with `and`"),
    "1 +": ("the expression ends too early", None),
    "(1": ("expected `)`, found the end", None),
    "max(1, (2)": ("expected `)`, found the end", None),
    "1 2": ("unexpected `2`", None),
    "if": ("expected a value, found `if`", None),
    "else": ("expected a value, found `else`", None),
    "and": ("expected a value, found `and`", None),
    "or": ("expected a value, found `or`", None),
    "not": ("the expression ends too early", None),
    "1 + not true": ("expected a value, found `not`", None),
    "": ("the expression ends too early", None),
    "a & b": ("unexpected `&`", "write `and`"),
    "a | b": ("unexpected `|`", "write `or`"),
    "!a": ("unexpected `!`", "write `not`"),
    "a; b": ("unexpected `;`", None),
    "1 if true": ("expected `else`, found the end", None),
    "1 if true 2": ("expected `else`, found `2`", None),
    "(1 2)": ("expected `)`, found `2`", None),
    "min()": ("expected a value, found `)`", None),
    "max(1,)": ("expected a value, found `)`", None),
    "max(1 2)": ("expected `)`, found `2`", None),
    "n(1)": ("unknown function `n`", "the functions are ceil, floor, max, min, round, round_to, sum"),
    "* 2": ("expected a value, found `*`", None),
    "1 < 2 == true": ("one comparison at a time", "join two comparisons with `and`"),
    "0X1F": ("numbers are decimal", "write the number in decimal digits"),
    "0o17": ("numbers are decimal", "write the number in decimal digits"),
    "0b11": ("numbers are decimal", "write the number in decimal digits"),
    "1x2": ("`1x` is no number", "a figure like `64k` is for `expect` only; a name begins with a letter"),
    "00": ("a number cannot begin with 0", "write `0`"),
    "007.50": ("a number cannot begin with 0", "write `7.50`"),
    "00.5": ("a number cannot begin with 0", "write `0.5`"),
    "1.": ("a number cannot end with a point", "write `1` or `1.0`"),
    "2 + .25 * 3": ("a number cannot begin with a point", "write `0.25`"),
    "12_345_678 + 1": ("digits are written together", "write `12345678`"),
    "1e31": ("`1e31` is beyond ±10^15 (limit: numbers 10^15)", None),
    "1e30": ("a value beyond ±10^15 (limit: numbers 10^15)", None),
    "1e-31": ("`1e-31` is beyond ±10^15 (limit: numbers 10^15)", None),
    "-1000000000000001": ("a value beyond ±10^15 (limit: numbers 10^15)", None),
    "1 // 0": ("division by zero", None),
    "-true": ("`true` is no number", None),
    "false < 1": ("`false` is no number", None),
    "1 < same": ("`same` is no number", None),
    "ceil(true)": ("`true` is no number", None),
    "1 == false": ("`1` cannot be compared with `false`", None),
    "same != 1": ("`same` cannot be compared with `1`", None),
    "t == t": ("`[1, 2]` cannot be compared with `[1, 2]`", None),
    "t != 1": ("`[1, 2]` cannot be compared with `1`", None),
    "1 != t": ("`1` cannot be compared with `[1, 2]`", None),
    "t + 1": ("`[1, 2]` is no number", None),
    "false or 1": ("`1` is neither true nor false", "compare it: `n > 0`"),
    "1 == 1 and same": ("`same` is neither true nor false", "compare it: `n > 0`"),
    "round_to(8, -1)": ("`round_to` needs a step above 0", None),
    "prod(1, 2)": ("`prod` takes 1 argument, not 2", None),
    "((1)+" * 30 + "1" + ")" * 30: ("nested too deep (limit: formula nesting 30)", None),
    "(-1+" * 30 + "1" + ")" * 30: ("nested too deep (limit: formula nesting 30)", None),
    "(not true or " * 30 + "true" + ")" * 30: ("nested too deep (limit: formula nesting 30)", None),
    "sqrt(4)": ("unknown function `sqrt`", "the functions are ceil, floor, max, min, round, round_to, sum"),
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
    "2 ** -1": ("the exponent of `**` must be a whole number, at least 0, is -1", "for 1 / n write the quotient"),
    "4 ** 0.5": ("the exponent of `**` must be a whole number, at least 0, is 0.5", None),
    "true ** 2": ("`true` is no number", None),
    "2 ** true": ("`true` is no number", None),
    "9 ** 9 ** 9": ("a value beyond ±10^15 (limit: numbers 10^15)", None),
    "0.5 ** 51": ("a value beyond ±10^15 (limit: numbers 10^15)", None),
    "1000000000000000 ** 50": ("a value beyond ±10^15 (limit: numbers 10^15)", None),
    "2 ** " * 31 + "1": ("nested too deep (limit: formula nesting 30)", None),
    "a.b.c.d": ("unexpected `.`", None),
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
        evaluate(parse(text), {"a": 1, "b": 2, "c": 3, "t": (1, 2)})
    assert (error.value.what, error.value.cure, str(error.value)) == (what, cure, what)


def test_an_unknown_name_is_named() -> None:
    with pytest.raises(UnknownName) as error:
        evaluate(parse("wdith * 2"), {"width": 1})
    assert (error.value.name, error.value.what, error.value.cure) == ("wdith", "unknown name `wdith`", None)


def test_a_long_sum_is_not_deep() -> None:
    assert evaluate(parse("+".join("1" * 400)), {}) == 400


def test_names_are_those_that_are_read() -> None:
    assert list(names("max(a, b) if c > 0 else $act")) == ["a", "b", "c", "$act"]
    assert names("same") == {}
    assert names("input.height + conv1.width ** height") == {"input.height": "", "conv1.width": "", "height": ""}
    assert names("prod(a) * sum(b) / max(c, b) - sum(c, 1)") == {"a": "prod", "b": "", "c": ""}
    assert names("a * prod(a) + sum(d) + sum(d)") == {"a": "", "d": "sum"}


def expressions() -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["a", "b", "c", "1", "2", "3", "7"])

    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        binary = st.tuples(inner, st.sampled_from([" + ", " - ", " * ", " // ", " % ", " / "]), inner)
        choice = st.tuples(inner, inner, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), inner, inner)
        return st.one_of(
            binary.map(lambda part: f"({part[0]}{part[1]}{part[2]})"),
            binary.map(lambda part: f"{part[0]}{part[1]}{part[2]}"),
            inner.map(lambda part: f"-({part})"),
            st.tuples(inner, st.integers(0, 3)).map(lambda part: f"({part[0]}) ** {part[1]}"),
            st.tuples(inner, st.integers(0, 3)).map(lambda part: f"-{part[1]} ** {part[1]}"),
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


# A declaration's text: in symbols, and with the numbers put in
SHOWN = {
    "prod(kernel) * c / groups": ("F_h·F_w·c/groups", "3·5·6/2"),
    "c / prod(kernel)": ("c/(F_h·F_w)", "6/(3·5)"),
    "c % prod(kernel) == 0": ("c % (F_h·F_w) == 0", "6 % (3·5) == 0"),
    "c // prod(kernel) - 1": ("c // (F_h·F_w) − 1", "6 // (3·5) − 1"),
    "c-prod(kernel)": ("c − F_h·F_w", "6 − 3·5"),
    "sum(kernel) * 2": ("(F_h + F_w)·2", "(3 + 5)·2"),
    "2 * prod(one)": ("2F", "2·3"),
    "2 / sum(one)": ("2/F", "2/3"),
    "2 * prod(none)": ("2·1", "2·1"),
    "ceil(c / 4) if c > 2 and not flag else -c": ("ceil(c/4) if c > 2 and not flag else −c",
                                                  "ceil(6/4) if 6 > 2 and not true else −6"),
    "(c - (2 - 1)) - (3 * 2) * c": ("c − (2 − 1) − 3·2·c", "6 − (2 − 1) − 3·2·6"),
    "c*(c*2) + c/(c//2) % 4": ("c·(c·2) + c/(c // 2) % 4", "6·(6·2) + 6/(6 // 2) % 4"),
    "-(c + 1) * -c": ("−(c + 1)·−c", "−(6 + 1)·−6"),
    "2 * C * (2 * flag)": ("2C·(2·flag)", None),
    "not (c > 2 or flag) and (flag or c == 3)": ("not (c > 2 or flag) and (flag or c == 3)", None),
    "(c if flag else 2) + (1 if c > 1 else 2 if flag else 3)": (
        "(c if flag else 2) + (1 if c > 1 else 2 if flag else 3)", None),
    "(c if (1 if flag else 2) > 1 else 3)": ("c if (1 if flag else 2) > 1 else 3", None),
    "sum(none) + sum(1, c) + prod(2)": ("0 + sum(1, c) + prod(2)", "0 + sum(1, 6) + prod(2)"),
    "same == valid or false": ("same == valid or false", "same == valid or false"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "symbols", "numbers"), [(text, *found) for text, found in SHOWN.items()])
def test_a_formula_is_shown(text: str, symbols: str, numbers: str | None) -> None:
    factors = {"kernel": (["F_h", "F_w"], ["3", "5"]), "one": (["F"], ["3"]), "none": ([], [])}
    figures = {"c": "6", "groups": "2", "flag": "true"}
    assert shown(text, lambda name: name, lambda name: factors[name][0]) == symbols
    if numbers is not None:
        assert shown(text, figures.__getitem__, lambda name: factors[name][1]) == numbers


def test_a_compiled_formula_reaches_nothing_else() -> None:
    reached = compiled("c + 1").__globals__
    assert reached["__builtins__"] == {}
    assert set(reached) == {"__builtins__", "divide", *FUNCTIONS}


def test_a_compiled_formula_reads_one_axis_or_all() -> None:
    per_axis = frozenset({"side", "kernel", "like"})
    scope = {"side": (8, 9), "kernel": (3, 5), "c": 4, "flag": False, "like": (1, 20)}

    def value(text: str, axis: int | None = None) -> Any:
        return compiled(text, per_axis)(scope, axis)

    assert [value("side - kernel", axis) for axis in (0, 1)] == [5, 4]
    assert [value("ceil(side / kernel) if side > 8 else -1", axis) for axis in (0, 1)] == [-1, 2]
    assert [value("not flag and like <= side", axis) for axis in (0, 1)] == [True, False]
    assert [value("flag or like == 1", axis) for axis in (0, 1)] == [True, False]
    assert value("prod(kernel) * c + sum(side)") == 77
    assert value("c / 3 * 3") == 4
    assert value("c % 3 + c // 3 + round_to(c, 8)") == 10
    assert value("true and valid == valid") is True
