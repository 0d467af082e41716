"""Expressions of a file → values; what is wrong with them becomes a problem at the place where they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnncalc.core.formula import FormulaError, UnknownName, evaluate, names, parse, shown, written
from cnncalc.core.problem import Problems
from cnncalc.formats.source import Map, Node, Seq, Text
from cnncalc.formats.yaml.expanding.env import UNKNOWN, Env, Silent
from cnncalc.formats.yaml.reading.problems import did_you_mean


class Values:
    """Works out what is written. `context` gives notes that lead to the instance of a block that is open."""

    def __init__(self, problems: Problems, context: Callable[[], tuple[str, ...]] = tuple) -> None:
        self.problems = problems
        self.context = context

    def value(self, node: Node, env: Env) -> Any:
        """What is written, worked out; raises Silent after reporting what is wrong."""
        if isinstance(node, Text):
            text = node.text
            if text.isdigit() and text.isascii() and (text[0] != "0" or text == "0") and len(text) < 16:
                return int(text)
            if text in env and env[text] is not UNKNOWN:
                return env[text]
            return self.expression(text, node, env)
        if isinstance(node, Seq):
            return tuple([self.value(item, env) for item in node.items])
        self.problems.add(
            "bad-value", "a mapping cannot be a value here", node, "quote an expression that has { or [", self.context()
        )
        raise Silent

    def expression(self, text: str, node: Text, env: Env) -> Any:
        try:
            tree = parse(text)
            if any(env.get(name) is UNKNOWN for name in names(text)):
                raise Silent
            return evaluate(tree, env)
        except UnknownName as error:
            from cnncalc.formats.names import value_meant  # here, for most files are fine

            help = value_meant(text) or value_meant(error.name) or did_you_mean(error.name, env.known())
            self.problems.add(
                "unknown-name",
                f"no var or param `{error.name}`" + (f" in `{text}`" if text != error.name else ""),
                node,
                help,
                self.context(),
            )
        except FormulaError as error:
            from cnncalc.formats.names import value_meant

            shown_text = text if len(text) <= 60 else f"{text[:57]}…"
            cure = value_meant(text) or env.odd_name(text) or error.cure
            self.problems.add(error.code, f"`{shown_text}`: {error.what}", node, cure, self.context())
        raise Silent

    def truth(self, node: Node, env: Env) -> bool:
        value = self.value(node, env)
        if not isinstance(value, bool):
            self.problems.add(
                "bad-value",
                f"`when` must be true or false, is {written(value)}",
                node,
                "compare it: `when: n > 0`",
                self.context(),
            )
            raise Silent
        return value

    def add_vars(self, vars: dict[str, Node], env: Env) -> None:
        """Work out vars that may be expressions of one another, into `env`."""
        env.update(dict.fromkeys(vars, UNKNOWN))
        for name in _read_first(vars, self.problems):
            try:
                env[name] = self.value(vars[name], env)
            except Silent:
                env[name] = UNKNOWN


def how(node: Node, env: Env) -> str:
    """` (channels / 2 = 3 / 2)`: where a value came from, when it was not simply written."""
    if not isinstance(node, Text):
        return ""

    def value(name: str) -> str:
        return name if name.startswith("$") else written(env[name])

    try:
        tree = parse(node.text)
    except FormulaError:  # a word, or a shape
        return ""
    numbers = shown(tree, value, lambda name: [value(name)])
    written_so = tree[0] == "number" or numbers.replace("−", "-") == node.text
    return "" if written_so else f" ({node.text} = {numbers})"


def _read_first(vars: dict[str, Node], problems: Problems) -> list[str]:
    """The vars so that each stands behind those that it reads; a cycle is a problem.

    A walk with its own stack: a chain of vars may be longer than Python's.
    """
    order: list[str] = []
    state: dict[str, str] = {}
    stack = [(name, False) for name in reversed(vars)]
    while stack:
        name, finished = stack.pop()
        if finished:
            state[name] = "done"
            order.append(name)
        elif state.get(name) == "open":
            problems.add("recursive-var", f"var `{name}` is worked out from itself", vars[name], "break the cycle")
        elif name not in state:
            state[name] = "open"
            stack.append((name, True))
            stack += [(other, False) for other in names_in(vars[name]) if other in vars]
    return order


def names_in(node: Node) -> list[str]:
    """The names that what is written here reads."""
    if isinstance(node, Seq | Map):
        parts = node.items if isinstance(node, Seq) else [value for _, value in node.pairs]
        return [name for part in parts for name in names_in(part)]
    try:
        return sorted(names(node.text))
    except FormulaError:
        return []
