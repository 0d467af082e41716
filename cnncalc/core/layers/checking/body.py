"""What the body of a declaration may say: its fields, its attributes and their values, checked when Python reads it.

A fault is a `DeclarationError` that names the class, the field and what was meant: a misspelt field would else count
as 0. `formulas.py` checks what the formulas say.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import cache
from typing import Any

from cnncalc.core.formula import FUNCTIONS, JOINING, RESERVED
from cnncalc.core.layers.base import (
    COUNTS,
    FAMILIES,
    FIGURES,
    KINDS,
    LAYERS,
    OPERATIONS,
    SEEN,
    Attribute,
    Example,
    Formula,
    Layer,
    Requirement,
)
from cnncalc.core.problem import misspelt

FIELDS = (
    "reads", "inputs", "tensors", "branches", "alike", "along", "verb", "computes", "second_input", "unknown", "where",
    "requires", "out_channels", "out_side", "out_tokens", "out_vector", "out_shape", "sees", *COUNTS,
    *OPERATIONS, "examples",
)  # fmt: skip
OPEN = ("params", "multiplies")  # what may not be known of a layer
ALONG = ("along", "along_channels", "joined")  # names of formulas, where inputs are joined on an axis
_FIELDS = frozenset(FIELDS)
_MAPPINGS = frozenset((*COUNTS, *OPERATIONS, "where", "sees"))  # labels to formulas
_WORDS = {"reads": ("anything", "sides", "vector", "tokens"), "alike": ("", "shapes", "along", "spread")}
_NAMED = {"second_input": "Name", "along": "Word", "out_shape": "Dims"}  # an attribute of this kind
_LISTED: dict[str, type[Example | Requirement]] = {"requires": Requirement, "examples": Example}
_TYPES: dict[type[Any], list[type[Any]]] = {Requirement: [str] * 4, Example: [str, str, str, int, int]}
_WORKED_OUT = frozenset(("type", "attributes", "per_axis", "values", "names"))  # by `Layer` itself
_FIXED = frozenset(("c", "channels", "side", "out", "vector", "many", "place", *FIGURES))  # names of formulas
_TAKEN = (_FIXED | _WORKED_OUT | set(RESERVED)) - {"type"}
_WORD = re.compile(r"[A-Za-z_]\w*")
_LANGUAGE = _FIXED | FUNCTIONS.keys() | set(JOINING) | {"true", "false"}
_OF_KIND = {"Padding": ("same_size", "before", "after"), "Table": ("partial", "rows", "highest")}


class DeclarationError(TypeError):
    """A class that is no declaration of a layer: its name, the field, what is wrong there, and where known a cure."""

    def __init__(self, layer: str, field: str, what: str, cure: str | None = None) -> None:
        super().__init__(f"{layer}{field and f'.{field}'}: {what}{(cure and f' ({cure})') or ''}")
        self.layer = layer
        self.field = field
        self.what = what
        self.cure = cure


class Fault(Exception):
    """A fault of a field or a formula, and a cure; who catches it adds the class and the place."""

    def __init__(self, what: str, cure: str | None = None) -> None:
        super().__init__(what, cure)


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words as a sentence lists them.

    >>> listed(["c", "side", "out"])
    '`c`, `side` and `out`'
    """
    *others, end = [f"`{word}`" for word in words]
    return f"{', '.join(others)} {last} {end}" if others else end


# ------------------------------------------------------------------------------------------------- the body of a class


def check_body(layer: type[Layer]) -> None:
    """The check of a class body, before it is read: a field, an attribute, or Python's own; raises DeclarationError."""
    body = layer.__dict__
    place = ""
    try:
        if not str(body.get("__doc__") or "").strip():
            raise Fault("a layer has no docstring", "it is the manual: what the layer does, and its source")
        annotations = body.get("__annotations__", {})
        for place, value in body.items():
            if place not in _FIELDS and place[0] != "_" and place not in annotations:
                _check_name(layer, place, value)
        for place, kind in annotations.items():
            if place[0] != "_" or isinstance(body.get(place), Attribute):
                _check_annotation(place, kind, body.get(place))
    except Fault as fault:
        raise DeclarationError(layer.__name__, place, *fault.args) from None


def _check_name(layer: type[Layer], name: str, value: Any) -> None:
    """A name that is no field is an attribute, or a helper: a function, a property, a class."""
    if isinstance(value, Attribute):
        raise Fault("an attribute without its kind", f"write `{name}: int = attr(…)`, or another kind")
    if name == "family":
        raise Fault("stands in the first line", f'write `class {layer.__name__}(Layer, family="{value}")`')
    if name in _WORKED_OUT:
        raise Fault("is worked out, not declared")
    if not (callable(value) or hasattr(value, "__get__")):
        raise Fault("is no field of a layer", misspelt(name, FIELDS) or f"the fields are {listed(FIELDS)}")


def _check_annotation(name: str, kind: Any, value: Any) -> None:
    """What has an annotation is an attribute."""
    if name in FIELDS:
        raise Fault("a field has no annotation", f"write `{name} = …`")
    if not isinstance(kind, str):
        cure = "begin the file with `from __future__ import annotations`"
        raise Fault("the kind of an attribute is read as it is written", cure)
    if "|" in kind:
        raise Fault(f"`{kind}` is no kind of value", "what may be left out has `default=None`")
    if kind not in KINDS:
        raise Fault(f"`{kind}` is no kind of value", misspelt(kind, KINDS) or f"the kinds are {listed(KINDS)}")
    if not isinstance(value, Attribute):
        raise Fault("an attribute is declared by `attr`", f'write `{name}: {kind} = attr("…")`')
    if name.rstrip("_") in _TAKEN:
        raise Fault("the name is taken in formulas and declarations", "call the attribute otherwise")


def check_type(layer: type[Layer]) -> None:
    """The check that no type has two classes; one that is read again, in a notebook, replaces the first."""
    known = LAYERS.get(layer.type)
    if known is None:
        return
    file = sys.modules.get(layer.__module__)
    first_time = getattr(getattr(file, "__spec__", None), "_initializing", False)
    if first_time or (known.__module__, known.__qualname__) != (layer.__module__, layer.__qualname__):
        what = f"the type `{layer.type}` is there already, `{known.__qualname__}` of {known.__module__}"
        raise DeclarationError(layer.__name__, "", what, "call the class otherwise")


def _check_attribute(layer: type[Layer], attribute: Attribute) -> None:
    """Refuse an attribute that no value, or no default, could have."""
    kind, choices = attribute.kind, attribute.choices
    if not isinstance(attribute.help, str) or not attribute.help.strip():
        raise Fault("an attribute without help", "say what it is: the reference prints it")
    if type(attribute.at_least) is not int or not (attribute.symbol is None or type(attribute.symbol) is str):
        raise Fault("`at_least` is a whole number, `symbol` a text")
    if choices != () and not (isinstance(choices, tuple) and all(isinstance(word, str) and word for word in choices)):
        raise Fault("`choices` is a tuple of words", 'write `choices=("one", "other")`')
    if choices and kind != "Word" and (kind, choices) != ("Padding", ("causal",)):
        raise Fault(f"`choices` are for words, not for `{kind}`")
    if attribute.at_least and kind not in ("int", "PerAxis", "Sides", "Padding", "Table", "Dims"):
        raise Fault(f"`at_least` is not read for `{kind}`", "write a requirement")
    if not attribute.required:
        _check_default(layer, attribute)


def _check_default(layer: type[Layer], attribute: Attribute) -> None:
    default, kind = attribute.default, attribute.kind
    if default is None:
        return
    if isinstance(default, str) and default.startswith("$"):
        before = dict(layer.attributes)
        while before.popitem()[0] != attribute.name:
            pass
        if default[1:] not in before:
            cure = misspelt(default[1:], before) or "one of those before it"
            raise Fault(f"the default `{default}` is no attribute before it", cure)
        other = before[default[1:]]
        if other.kind != kind:
            raise Fault(f"the default `{default}` is of another kind, `{other.kind}`")
        if other.default is None or other.at_least < attribute.at_least or other.choices != attribute.choices:
            raise Fault(f"the default `{default}` may be what this attribute may not", "declare both alike")
    elif kind != "bool" or type(default) is not bool:  # most often
        for rank in (1, 2, 3) if isinstance(default, tuple) else (2,):
            try:
                attribute.convert(default, rank)
            except ValueError as error:
                raise Fault(f"the default {error}") from None
            except TypeError:
                raise Fault(f"the default {default!r} is no value of kind `{kind}`") from None


# --------------------------------------------------------------------------------------------------------- the fields


def declared(layer: type[Layer]) -> dict[str, Any]:
    """The fields that a layer, or one that it is derived from, says something of."""
    found: dict[str, Any] = {}
    for parent in reversed(layer.__mro__[: layer.__mro__.index(Layer)]):
        found.update({field: value for field, value in parent.__dict__.items() if field in _FIELDS})
    return found


def has_unknown_words(layer: type[Layer], fields: dict[str, Any]) -> bool:
    """Whether a formula holds a word that no formula of the layer could use: a quick look, without parsing any."""
    texts = [text for requirement in layer.requires for text in (requirement.holds, requirement.when)]
    texts += [*layer.unknown.values(), layer.out_vector]
    for field, value in fields.items():
        if field in ("out_channels", "out_side", "out_tokens"):
            texts += _texts(value)
        elif field in _MAPPINGS:
            for formula in (value or {}).values():
                texts += _texts(formula)
    own = set[str]().union(*map(_words, texts)).difference(_LANGUAGE)
    own.difference_update(layer.where, ALONG if layer.along else ())
    own.difference_update(f"{tensor}_{what}" for tensor in layer.tensors for what in ("channels", "positions"))
    for name, attribute in layer.attributes.items() if own else ():
        own.difference_update(attribute.choices if attribute.kind == "Word" else (name,))
        own.difference_update(_OF_KIND.get(attribute.kind, ()))
        if attribute.default is None:
            own.discard(f"{name}_given")
    return bool(own)


@cache
def _words(text: str) -> list[str]:
    """The words of a formula, looked for once, for many layers have the same."""
    return _WORD.findall(text)


def _texts(formula: Formula | None) -> list[str]:
    if isinstance(formula, dict):
        return [text for pair in formula.items() for text in pair]
    return [formula] if formula else []


def check_fields(layer: type[Layer]) -> dict[str, Any]:
    """The declared fields; refuses a family, an attribute or a field that cannot be meant."""
    place = "family"
    try:
        if layer.family not in FAMILIES:
            raise Fault(
                f"{layer.family!r} is no family",
                misspelt(str(layer.family), FAMILIES) or f"the families are {listed(FAMILIES)}",
            )
        for place in layer.attributes:
            _check_attribute(layer, layer.attributes[place])
        fields = declared(layer)
        for place, value in fields.items():
            _check_value(layer, place, value)
        return fields
    except Fault as fault:
        raise DeclarationError(layer.__name__, place, *fault.args) from None


def _check_value(layer: type[Layer], field: str, value: Any) -> None:
    """What a field may hold."""
    if field in _MAPPINGS:  # most often
        if not isinstance(value, dict) or not all(isinstance(label, str) and label for label in value):
            raise Fault(f"{value!r} is no mapping of labels to formulas", f'write `{field} = {{"label": …}}`')
        if field == "sees" and (wrong := [label for label in value if label not in SEEN]):
            raise Fault(f"{wrong[0]!r} is none of {listed(SEEN)}", misspelt(wrong[0], SEEN))
        for formula in value.values():
            _check_texts(formula)
    elif field in _WORDS:
        if value not in _WORDS[field]:
            words = [word for word in _WORDS[field] if word]
            raise Fault(f"{value!r} is none of {listed(words)}", misspelt(str(value), words))
        if field == "alike" and value and layer.inputs == 1:
            raise Fault("only several inputs can be alike", "say how many: `inputs = (2, None)` for two or more")
    elif field == "inputs":
        _check_inputs(value)
    elif field == "branches":
        if not isinstance(value, bool):
            raise Fault(f"{value!r} is neither True nor False")
        if value and not layer.takes(2):
            raise Fault("only several inputs can be branches", "say how many: `inputs = (2, None)` for two or more")
    elif field == "unknown":
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            raise Fault(f"{value!r} is no mapping of quantities to conditions")
        if wrong := [quantity for quantity in value if quantity not in OPEN]:
            raise Fault(f"{wrong[0]!r} is none of {listed(OPEN)}")
    elif field == "tensors":
        if not isinstance(value, tuple) or not all(isinstance(name, str) and name.isidentifier() for name in value):
            raise Fault(f"{value!r} are no names of inputs", 'write `tensors = ("query", "key")`')
    elif field == "out_vector":
        if not isinstance(value, str):
            raise Fault(f"{value!r} is no condition")
    elif field == "verb":
        if not isinstance(value, str) or not value:
            raise Fault(f"{value!r} is no word")
    elif field == "computes":
        known = {*layer.attributes, "sides"}
        unknown = [name for name in re.findall(r"\{(\w*)\}", str(value)) if name not in known]
        if not isinstance(value, str) or not value or unknown:
            raise Fault(f"{value!r} is no formula of {listed(sorted(known))}")
    elif field in _NAMED:
        if value is not None:
            _check_named(layer, field, value)
    elif field in ("out_channels", "out_side", "out_tokens"):
        if value is not None or field == "out_channels":
            _check_texts(value)
        if field == "out_tokens" and isinstance(value, str):
            _not_both(layer, field, "out_side")
    else:
        kind = _LISTED[field]
        if not isinstance(value, list) or not all(isinstance(part, kind) for part in value):
            raise Fault(f"{value!r} is no list of `{kind.__name__}(…)`")
        for part in value:
            _check_types(part)


def _check_inputs(value: Any) -> None:
    """A number of inputs, or the least and the most of it."""
    least, most = value if isinstance(value, tuple) and len(value) == 2 else (value, value)
    whole = type(least) is int and least >= 1 and (most is None or (type(most) is int and most >= least))
    if not whole:
        raise Fault(f"{value!r} is no number of inputs", "a whole number, or the least and the most: `(2, None)`")


def _check_named(layer: type[Layer], field: str, value: Any) -> None:
    """A field that names an attribute."""
    if not isinstance(value, str) or value not in layer.attributes:
        raise Fault(f"{value!r} is no attribute", misspelt(str(value), layer.attributes))
    attribute = layer.attributes[value]
    if attribute.kind != _NAMED[field]:
        raise Fault(f"`{value}` is of kind `{attribute.kind}`, not `{_NAMED[field]}`")
    if field == "second_input" and (layer.inputs != 1 or attribute.default is not None):
        raise Fault("a second input may be missing", f"`inputs` is 1, and the default of `{value}` None")
    if field == "out_shape" and attribute.default is not None:
        _not_both(layer, field, "out_channels", "out_side", "out_tokens")


def _check_types(part: Example | Requirement) -> None:
    """Requirements are texts; an example is three texts and two whole numbers."""
    if list(map(type, part)) != _TYPES[type(part)]:
        raise Fault(f"{part!r} holds what is no text" + (" or no whole number" if isinstance(part, Example) else ""))
    if isinstance(part, Requirement) and not part.message:
        raise Fault(f"the requirement `{part.holds}` has no message")


def _check_texts(formula: Any) -> None:
    """A formula is a text, or cases: texts by conditions."""
    if isinstance(formula, str):  # most often
        return
    if formula == {}:
        raise Fault("a formula without cases")
    if not (isinstance(formula, dict) and all(isinstance(text, str) for text in _texts(formula))):
        raise Fault(f"{formula!r} is no formula", "a text, or texts by conditions")


def _not_both(layer: type[Layer], field: str, *others: str) -> None:
    for other in others:
        if getattr(layer, other) != getattr(Layer, other):
            raise Fault(f"`{field}` and `{other}` cannot both give the output")
