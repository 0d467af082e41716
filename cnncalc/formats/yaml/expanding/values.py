"""Expressions of a file → values; what is wrong with them becomes a problem at the place where they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnncalc.core.formula import LONGEST, FormulaError, UnknownName, evaluate, names, parse, shown, steps, written
from cnncalc.core.problem import Problems, ProblemsFound, misspelt
from cnncalc.formats.source import Map, Node, Seq, Text
from cnncalc.formats.yaml.expanding.env import UNKNOWN, Env, Silent

MOST_STEPS = 1_000_000
_MOST_KEPT = 10_000  # values of expressions, and expressions that were read


class Values:
    """Works out what is written. `context` gives notes that lead to the instance of a block that is open.

    An expression is worked out once for the same values of its names. All that is worked out is counted in steps.
    """

    def __init__(self, problems: Problems, context: Callable[[], tuple[str, ...]] = tuple) -> None:
        self.problems = problems
        self.context = context
        self.steps = 0
        self.done: dict[tuple[Any, ...], Any] = {}
        self.read: set[str] = set()
        self.orders: dict[int, tuple[dict[str, Node], list[str]]] = {}  # by the identity of vars

    def spend(self, steps: int, node: Node) -> None:
        """Steps more; raises ProblemsFound where they are too many."""
        self.steps += steps
        if self.steps > MOST_STEPS:
            message = f"working out the file takes more than {MOST_STEPS:,} steps (limit: steps {MOST_STEPS:,})"
            self.problems.add("limit", message, node, "write fewer, shorter expressions, and fewer copies")
            raise ProblemsFound(self.problems.found)

    def value(self, node: Node, env: Env) -> Any:
        """The value of what is written; raises Silent after reporting what is wrong."""
        if isinstance(node, Text):
            text = node.text
            if text.isdigit() and text.isascii() and (text[0] != "0" or text == "0") and len(text) < 16:
                return int(text)
            if text in env and env[text] is not UNKNOWN:
                value = env[text]
                if type(value) is tuple:  # whoever gets it looks at all of it
                    self.spend(_size(value), node)
                return value
            return self.expression(text, node, env)
        if isinstance(node, Seq):
            self.spend(len(node.items), node)
            return tuple([self.value(item, env) for item in node.items])
        self.problems.add(
            "bad-value", "a mapping cannot be a value here", node, "quote an expression that has { or [", self.context()
        )
        raise Silent

    def will_read(self, text: str, node: Node) -> None:
        """The steps that an expression takes to be read, counted once."""
        if text not in self.read:
            self.spend(min(len(text), LONGEST), node)
            if len(self.read) < _MOST_KEPT:
                self.read.add(text)

    def expression(self, text: str, node: Text, env: Env) -> Any:
        """The value of an expression; raises Silent after reporting what is wrong."""
        try:
            self.will_read(text, node)
            tree, reads = parse(text), names(text)
            given = [env[name] for name in reads if name in env]
            if any(value is UNKNOWN for value in given):
                raise Silent
            self.spend(1 + len(reads), node)
            key = (text, *given, *map(type, given))  # the types, too: 1 is equal to true
            if key in self.done:
                return self.done[key]
            self.spend(steps(text), node)
            value = evaluate(tree, env)
            alone = len(given) == len(reads) and tuple not in key  # no size, no copy; and (1,) is equal to (true,)
            if alone and len(self.done) < _MOST_KEPT:
                self.done[key] = value
            return value
        except UnknownName as error:
            from cnncalc.formats.names import value_meant  # here, for most files are fine

            name = error.name
            known = env.odd_name(text) or env.size_meant(name)

            def help() -> str | None:
                return value_meant(text) or value_meant(name) or known or misspelt(name, env.known())

            self.problems.add(
                "unknown-name",
                f"no var or param `{name}`" + (f" in `{text}`" if text != name else ""),
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

    def truth(self, node: Node, env: Env, what: str = "when") -> bool:
        """Whether a condition holds, that of `what`; raises Silent after reporting what is wrong."""
        value = self.value(node, env)
        if not isinstance(value, bool):
            self.problems.add(
                "bad-value",
                f"`{what}` must be true or false, is {written(value)}",
                node,
                f"compare it: `{what}: n > 0`",
                self.context(),
            )
            raise Silent
        return value

    def dtype(self, node: Node) -> str:
        """The type of numbers; raises Silent after reporting what is none."""
        from cnncalc.core.graph import BYTES
        from cnncalc.formats.yaml.expanding.memory import one_of  # here, for most files say nothing of it

        found = one_of("dtype", tuple(BYTES), node, self.problems)
        if found is None:
            raise Silent
        return found

    def add_vars(self, vars: dict[str, Node], env: Env) -> None:
        """Work out vars that may be expressions of one another, into `env`."""
        env.update(dict.fromkeys(vars, UNKNOWN))
        for name in self.in_order(vars):
            try:
                env[name] = self.value(vars[name], env)
            except Silent:
                env[name] = UNKNOWN

    def in_order(self, vars: dict[str, Node]) -> list[str]:
        """The vars so that each stands behind those that it reads; worked out once."""
        if id(vars) not in self.orders:
            for node in vars.values():
                if isinstance(node, Text):
                    self.will_read(node.text, node)
            self.orders[id(vars)] = vars, _read_first(vars, self.problems)
        return self.orders[id(vars)][1]


def _size(value: Any) -> int:
    """How many values a list holds, those of its lists, too."""
    return 1 + sum(map(_size, value)) if type(value) is tuple else 1


def how(node: Node, env: Env) -> str:
    """` (channels / 2 = 3 / 2)`: where a value came from, when it was not simply written."""
    if not isinstance(node, Text):
        return ""

    def value(name: str) -> str:
        if name.startswith("$"):
            return name
        try:
            return written(env[name])
        except (KeyError, FormulaError):  # it stands where the expression was not worked out: `2 if true else x`
            return name

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
