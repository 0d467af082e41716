"""What the formulas of a declaration may say: names that there are, values of one kind, cases that can hold.

Then nothing waits for a certain file: no name without a value, no case that is never read, no division by what may
be 0. A class is checked when Python reads it; of those in this folder only one that holds an unknown word, and all of
them by the tests, for to parse all formulas at every start would take as long as to read a small file.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import product
from typing import Any

from cnncalc.core.formula import FormulaError, Tree, names, parse, parts, whole_name
from cnncalc.core.layers.base import COUNTS, FIGURES, OPERATIONS, Attribute, Formula, Layer, Requirement
from cnncalc.core.layers.checking.body import DeclarationError, Fault, declared, listed
from cnncalc.core.problem import misspelt
from cnncalc.core.record import Record


class _Field(Record):
    """A formula field: its place, its cases, whether it is read on each axis, and whether it must have a value."""

    place: str
    cases: dict[str, str]
    by_axis: bool
    always: bool


def check_formulas(layer: type[Layer]) -> None:
    """The check that the formulas of a declaration can be meant; its fields are checked already."""
    place = "where"
    try:
        known = _known(layer)
        with_out = {**known.names, "out": _SIZES | _POSITIVE}
        usable_in = dict.fromkeys(COUNTS, with_out) | {"sees": {**with_out, "place": _NUMBER}}
        usable_in |= dict.fromkeys(OPERATIONS, with_out | dict.fromkeys(FIGURES, _NUMBER))
        fields = _fields(declared(layer))
        used: set[str] = set()
        for requirement in layer.requires:
            place = f"requires, {requirement.holds}"
            used.update(_checked(requirement.when, _TRUTH, False, known, known.names))
            used.update(_checked(requirement.holds, _TRUTH, True, known, known.names))
        conditions = [(f"unknown, {quantity}", condition) for quantity, condition in layer.unknown.items()]
        conditions += [("out_vector", layer.out_vector)] if layer.out_vector else []
        for where, condition in conditions:
            place = where
            used.update(_checked(condition, _TRUTH, False, known, known.names))
        for field in fields:
            place = field.place
            usable = usable_in.get(field.place.partition(",")[0], known.names)
            for condition, text in field.cases.items():
                used.update(_checked(condition, _TRUTH, field.by_axis, known, usable))
                used.update(_checked(text, _NUMBER, field.by_axis, known, usable))
        worlds = _worlds(known, used)
        for requirement in layer.requires:
            place = f"requires, {requirement.holds}"
            worlds = [world for world in worlds if _may_hold(requirement, world, known)]
            if not worlds:
                raise Fault("never holds: no layer could be built")
        for field in fields:
            place = field.place
            _check_cases(field, worlds, known)
    except Fault as fault:
        raise DeclarationError(layer.__name__, place, *fault.args) from None


def _fields(declared: dict[str, Any]) -> list[_Field]:
    """The formulas among the fields that a layer declares."""

    def cases(formula: Formula) -> dict[str, str]:
        return {"true": formula} if isinstance(formula, str) else formula

    found = [
        _Field(place, cases(declared[place]), place == "out_side", place != "out_tokens" or "out_side" not in declared)
        for place in ("out_channels", "out_tokens", "out_side")
        if declared.get(place) is not None
    ]
    for quantity in (*COUNTS, *OPERATIONS):
        for label, formula in (declared.get(quantity) or {}).items():
            found.append(_Field(f"{quantity}, {label}", cases(formula), False, False))
    found += [_Field(f"sees, {end}", cases(formula), True, True) for end, formula in declared.get("sees", {}).items()]
    return found


# ---------------------------------------------------------------------------------------------- what names stand for

_NUMBER, _TRUTH, _SIZES, _LIST, _POSITIVE = 1, 2, 4, 8, 16  # of a value: what it is, and that it is never 0 or less
_FIXED = {
    "c": _NUMBER | _POSITIVE, "channels": _LIST | _POSITIVE, "side": _SIZES | _POSITIVE, "vector": _TRUTH,
    "many": _NUMBER | _POSITIVE,
}  # fmt: skip
_OF_KIND = {"int": _NUMBER, "float": _NUMBER, "bool": _TRUTH, "PerAxis": _SIZES, "Padding": _SIZES, "Table": _LIST}
_OF_KIND |= {"Dims": _LIST | _POSITIVE, "Sides": _SIZES, "Factors": _SIZES | _POSITIVE}

World = tuple[dict[str, bool], frozenset[str]]  # flags as they are, and the names that then stand for nothing


class _Known(Record):
    """The names that the formulas of a layer may use.

    `switches` are the worlds that each optional attribute makes, and each padding, which may be `same`; `twice` are
    words that two attributes have among their choices.
    """

    names: dict[str, int]
    switches: list[tuple[World, ...]]
    twice: dict[str, str]


def _known(layer: type[Layer]) -> _Known:
    known = _Known(dict(_FIXED), [], {})
    found = known.names
    choices: dict[str, str] = {}

    def add(attribute: Attribute, bits: int, *also: str) -> None:
        for name in also:
            if name in found:
                raise DeclarationError(layer.__name__, attribute.name, f"`{name}` would stand for two things")
            found[name] = bits

    for name, attribute in layer.attributes.items():
        kind = attribute.kind
        own: tuple[str, ...] = ()
        flags = {f"{name}_given": True} if attribute.default is None else {}
        if kind in _OF_KIND:
            own = (name,)
            add(
                attribute,
                _OF_KIND[kind] | (_POSITIVE if attribute.at_least > 0 and kind not in ("Table", "Sides") else 0),
                name,
            )
        if name == layer.second_input:
            own = (name,)
            add(attribute, _SIZES | _POSITIVE, name)
        if kind == "Padding":
            own = (name, "before", "after")
            add(attribute, found[name], "before", "after")
            add(attribute, _TRUTH, "same_size")
            same = frozenset((name, "before", "after"))
            known.switches.append((({"same_size": False}, frozenset()), ({"same_size": True}, same)))
        if kind == "Table":
            own = (name, "rows", "highest")
            add(attribute, _NUMBER, *own[1:])
            flags["partial"] = True
        if flags:
            add(attribute, _TRUTH, *flags)
            given: World = flags, frozenset()
            absent: World = dict.fromkeys(flags, False), frozenset(own) - layer.where.keys()
            known.switches.append((given, absent) if attribute.default is None else (given,))
        for word in attribute.choices if kind == "Word" else ():
            if word in _FIXED:  # which formulas ask for by the other words
                continue
            if word in choices:
                known.twice[word] = f"a choice of `{choices[word]}` and of `{name}`"
            choices[word] = name
    for word, name in choices.items():
        if word in found or word in layer.attributes:
            raise DeclarationError(layer.__name__, name, f"`{word}` would stand for two things")
    found.update((word, _TRUTH) for word in choices if word not in known.twice)
    for tensor in layer.tensors:
        found.update({f"{tensor}_channels": _NUMBER | _POSITIVE, f"{tensor}_positions": _NUMBER | _POSITIVE})
    if layer.along:
        found.update({"along": _TRUTH, "along_channels": _TRUTH, "joined": _LIST | _POSITIVE})
    for name, formula in layer.where.items():
        _add_where(layer, name, {"true": formula} if isinstance(formula, str) else formula, known)
    return known


def _add_where(layer: type[Layer], name: str, cases: dict[str, str], known: _Known) -> None:
    """A name that `where` declares: a number, or one for each axis; without a value where no case holds."""
    by_axis = name in layer.per_axis
    positive = _POSITIVE
    for condition, text in cases.items():
        _checked(condition, _TRUTH, by_axis, known, known.names)
        _checked(text, _NUMBER, by_axis, known, known.names)
        positive &= _bits(parse(text), known.names, by_axis)
    if name in known.names and not known.names[name] & (_SIZES if by_axis else _NUMBER):
        raise Fault(f"`{name}` would stand for two things")
    known.names[name] = (_SIZES if by_axis else _NUMBER) | positive
    if "true" not in cases:
        asked = set(cases)
        for place, switch in enumerate(known.switches):
            known.switches[place] = tuple(
                (flags, absent | {name} if any(flags.get(flag) is False for flag in asked) else absent)
                for flags, absent in switch
            )


def _worlds(known: _Known, used: set[str]) -> list[World]:
    """All that optional attributes may be together, as far as formulas ask for it."""
    asked = [switch for switch in known.switches if any(used & {*flags, *absent} for flags, absent in switch)]
    return [
        (
            {flag: value for flags, _ in chosen for flag, value in flags.items()},
            frozenset().union(*(no for _, no in chosen)),
        )
        for chosen in product(*asked)
    ]


# ------------------------------------------------------------------------------------------------------- the formulas


def _checked(text: str, wanted: int, by_axis: bool, known: _Known, usable: dict[str, int]) -> Iterable[str]:
    """The names of a formula that parses, knows its names, and is of the kind `wanted`."""
    if usable.get(text, 0) & wanted:  # most conditions are the name of a flag
        return (text,)
    try:
        used = names(text)
    except FormulaError as error:
        raise Fault(f"`{text}` is no formula: {error.what}", error.cure) from None
    try:
        fault = _fault_of(text, wanted, by_axis, tuple([usable[name] for name in used]))
    except KeyError as error:
        raise _unknown(error.args[0], text, known, usable) from None
    if fault:
        raise Fault(*fault)
    return used


def _unknown(name: str, text: str, known: _Known, usable: dict[str, int]) -> Fault:
    if name in known.twice:
        return Fault(f"`{name}` in `{text}` is {known.twice[name]}", "give one of them another name")
    known_in = {"out": (*COUNTS, *OPERATIONS, "sees"), **dict.fromkeys(FIGURES, OPERATIONS)}.get(name)
    cure = f"`{name}` is known in {listed(known_in)} only" if known_in else misspelt(name, usable)
    return Fault(f"unknown name `{name}` in `{text}`", cure or f"the names are {listed(usable)}")


@lru_cache(maxsize=1024)
def _fault_of(text: str, wanted: int, by_axis: bool, bits: tuple[int, ...]) -> tuple[str, str | None] | None:
    """What is wrong with the kinds of values in a formula whose names, in order, are of the kinds `bits`."""
    try:
        found = _bits(parse(text), dict(zip(names(text), bits, strict=True)), by_axis)
    except Fault as fault:
        what, cure = fault.args
        return f"`{text}`: {what}", cure
    if found & wanted:
        return None
    if wanted == _TRUTH:
        return f"`{text}` is neither true nor false", "compare it: `n > 0`"
    return f"`{text}` is no number", 'write cases: `{"condition": "formula"}`'


def _bits(tree: Tree, of_name: dict[str, int], by_axis: bool) -> int:
    """What the value of a tree is; raises Fault where an operand is of a wrong kind."""
    kind = tree[0]
    if kind == "name":
        found = of_name[tree[1]]
        if found & _LIST or (found & _SIZES and not by_axis):
            what = "a list" if found & _LIST else "one value for each axis"
            raise Fault(f"`{tree[1]}` is {what}", f"write `prod({tree[1]})` or `sum({tree[1]})`")
        return _NUMBER | found & _POSITIVE if found & _SIZES else found
    if kind == "number":
        if isinstance(tree[1], str):
            raise Fault(f"`{tree[1]}` is a word of files", "`same_size` says that the padding is `same`")
        return _TRUTH if isinstance(tree[1], bool) else _NUMBER | (_POSITIVE if tree[1] > 0 else 0)
    if kind == "power" and (tree[2][0] != "number" or type(tree[2][1]) is not int):
        raise Fault("an exponent is a whole number", "write the number itself: `n ** 2`")
    if kind == "call" and tree[1] in ("prod", "sum"):
        found = of_name.get(whole_name(tree), 0)
        if not found & (_SIZES | _LIST):
            raise Fault(f"`{tree[1]}` takes one name, of sizes or of a list")
        never_empty = tree[1] == "prod" or found & _LIST  # the sum of no sides is 0, their product 1
        return _NUMBER | (found & _POSITIVE if never_empty else 0)
    inner = [_bits(part, of_name, by_axis) for part in parts(tree)]
    if kind in ("and", "or", "not"):
        return _all(inner, _TRUTH)
    if kind == "compare":
        alike = inner[0] & inner[1] & _TRUTH and tree[1] in ("==", "!=")
        return _TRUTH if alike else _all(inner, _NUMBER) and _TRUTH
    if kind == "if":
        _all(inner[1:2], _TRUTH)
        _all(inner[::2], inner[0] & (_TRUTH | _NUMBER))
        return inner[0] & inner[2]
    _all(inner, _NUMBER)
    positive = [bool(bits & _POSITIVE) for bits in inner]
    above = False
    if kind == "chain":
        operators = [operator for operator, _ in tree[2]]
        for operator, is_positive in zip(operators, positive[1:], strict=True):
            if operator in ("/", "//", "%") and not is_positive:
                raise Fault(f"`{operator}` may divide by 0", "divide by what is at least 1: `at_least=1`")
        above = all(positive) and {"+", "*", "/"}.issuperset(operators)
    elif kind == "power":
        above = positive[0]
    elif kind == "call":
        if tree[1] == "round_to" and not positive[1]:
            raise Fault("the step of `round_to` may be 0", "take one that is at least 1: `at_least=1`")
        above = any(positive) if tree[1] == "max" else all(positive) and tree[1] in ("min", "ceil", "round_to")
    return _NUMBER | (_POSITIVE if above else 0)


def _all(found: list[int], wanted: int) -> int:
    for bits in found:
        if not bits & wanted:
            raise Fault("numbers and what is true or false are mixed", "compare numbers: `n > 0`")
    return wanted


# ------------------------------------------------------------------------- what is reached, whatever a file leaves out


def _may_hold(requirement: Requirement, world: World, known: _Known) -> bool:
    """Whether a layer in this world may pass a requirement."""
    asked = _reached(requirement.when, world, known)
    holds = True if asked is False else _reached(requirement.holds, world, known)
    sides = any(known.names[name] & _SIZES and not whole for name, whole in names(requirement.holds).items())
    return holds is not False or asked is None or sides  # a vector has none, and nothing is asked of it


def _check_cases(field: _Field, worlds: list[World], known: _Known) -> None:
    """Refuse a case that is never read, an output without a case that holds, and a name that stands for nothing."""
    read = set()
    for world in worlds:
        holds: bool | None = False
        for condition, text in field.cases.items():
            holds = _reached(condition, world, known)
            if holds is not False:
                read.add(condition)
                _reached(text, world, known)
            if holds:
                break
        if field.always and not holds:
            raise Fault("an output has a value in every case", "end with the condition `true`")
    trees: list[Tree] = []
    for condition in field.cases:
        if condition not in read or parse(condition) in trees:
            raise Fault(f"the case `{condition}` is never read", "the first whose condition is true holds")
        trees.append(parse(condition))


def _reached(text: str, world: World, known: _Known) -> bool | None:
    """Whether a condition holds in a world, None where that depends on more; Fault for a name without a value."""
    if text == "true":
        return True
    flags, absent = world
    used = names(text)
    if absent.isdisjoint(used) and flags.keys().isdisjoint(used) and "true" not in text and "false" not in text:
        return None
    try:
        return _holds(parse(text), flags, absent)
    except Fault as fault:
        name = fault.args[0]
        asks = next(flags for switch in known.switches for flags, absent in switch if name in absent)
        cure = listed([f"not {flag}" if value else flag for flag, value in asks.items()], "or")
        raise Fault(f"`{name}` in `{text}` may have no value", f"ask for {cure} first") from None


def _holds(tree: Tree, flags: dict[str, bool], absent: frozenset[str]) -> bool | None:
    """A condition in three values; raises Fault where it reads a name without a value."""
    kind = tree[0]
    if kind == "name":
        if tree[1] in absent:
            raise Fault(tree[1])
        return flags.get(tree[1])
    if kind == "number":
        return bool(tree[1]) if isinstance(tree[1], bool) else None
    if kind in ("and", "or"):
        decides, unknown = kind == "or", False
        for part in tree[1:]:
            value = _holds(part, flags, absent)
            if value is decides:
                return decides
            unknown = unknown or value is None
        return None if unknown else not decides
    if kind == "if":
        condition = _holds(tree[1], flags, absent)
        read = [_holds(tree[place], flags, absent) for place in (2, 3) if condition is not (place == 3)]
        return read[0] if read[0] is read[-1] else None
    values = [_holds(part, flags, absent) for part in parts(tree)]
    if None in values or kind not in ("not", "compare"):
        return None
    return not values[0] if kind == "not" else bool(values[0] == values[1]) is (tree[1] == "==")
