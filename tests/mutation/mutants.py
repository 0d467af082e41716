"""Faults to put into a module: mutmut's operators on Python, and our own on what they do not reach.

mutmut itself changes only the bodies of undecorated functions. Half of our core is declarations and tables, so its
operators are used here as a library, on whole files, and the *text* of formulas is changed as well: another operator,
another name, another number, a factor or a case left out.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper
from mutmut.mutation.mutators import mutation_operators

from cnncalc.core.formula import FormulaError, names, parse

FORMULAS = {
    "requires", "out_channels", "out_side", "out_tokens", "weights", "biases", "buffers", "multiplies",
}  # fmt: skip
UNCHANGED_CALLS = {"len", "isinstance"}  # as in mutmut


class Mutant(NamedTuple):
    """One fault: its id is stable as long as its line and function are; `line` is where it stands.

    `function` is the outermost function that holds it, empty where it stands in a declaration or a table.
    """

    id: str
    module: str
    function: str
    line: int
    before: str
    after: str
    source: str


class Change(NamedTuple):
    """Bytes of a file that are replaced."""

    place: str  # the function or class it stands in
    function: str
    start: int
    stop: int
    text: bytes

    def within(self, statements: list[tuple[int, int]], written: bytes) -> str:
        """The whole statement of the module that becomes another one, which is quicker to read than the module."""
        start, stop = next((a, b) for a, b in statements if a <= self.start and self.stop <= b)
        return (written[start : self.start] + self.text + written[self.stop : stop]).decode()


def _statements(source: str) -> list[tuple[int, int]]:
    """Where the bytes of each statement of a module begin and end, with the line feed."""
    lines = [0, *accumulate(len(line.encode()) for line in source.splitlines(keepends=True))]
    return [(lines[one.lineno - 1], lines[one.end_lineno or -1]) for one in ast.parse(source).body]


def mutants(module: str, source: str) -> list[Mutant]:
    """Every mutant of a module's source, in the order of the file; none of them the same program."""
    written = source.encode()
    finder = _Finder(cst.parse_module(source))
    statements = _statements(source)
    seen = {source}
    counted: Counter[str] = Counter()
    found = []
    for change in sorted(finder.changes, key=lambda change: (change.start, change.stop)):
        text = (written[: change.start] + change.text + written[change.stop :]).decode()
        if text in seen or not _is_python(change.within(statements, written)):
            continue
        seen.add(text)
        before, after = _difference(source, text)
        line = written[: change.start].count(b"\n") + 1
        identity = f"{module}.{change.place}: {before} → {after or '(nothing)'}".replace(".: ", ": ")
        counted[identity] += 1
        if counted[identity] > 1:
            identity += f" #{counted[identity]}"
        found.append(Mutant(identity, module, change.function, line, before, after, text))
    return found


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _difference(before: str, after: str) -> tuple[str, str]:
    """The lines that differ, on one line each."""
    old, new = before.splitlines(), after.splitlines()
    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    return tuple(" ".join(" ".join(lines[first : len(lines) - last]).split()) for lines in (old, new))  # type: ignore[return-value]


class _Finder(cst.CSTVisitor):
    """Walks through a module and collects its changes."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__()
        self.places: list[str] = []
        self.functions: list[str] = []  # what of the place is a function
        self.statements: list[cst.CSTNode] = []
        self.changes: list[Change] = []
        wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
        self.spans = wrapper.resolve(ByteSpanPositionProvider)
        self.module = module
        module.visit(self)

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            self.places.append(node.name.value)
        if isinstance(node, cst.FunctionDef):
            self.functions.append(".".join(self.places))
        if self._is_left_alone(node):
            return False
        if isinstance(node, (cst.Assign, cst.AnnAssign)):
            self.statements.append(node)
        if node in self.spans:
            for replacement in self._replacements(node):
                text = replacement if isinstance(replacement, str) else self.module.code_for_node(replacement)
                self.change(node, text)
            if isinstance(node, (cst.Dict, cst.Set, cst.List)) and len(node.elements) > 1:
                for element in node.elements:
                    rest = [kept for kept in node.elements if kept is not element]
                    self.change(node, self.module.code_for_node(node.with_changes(elements=rest)))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, (cst.FunctionDef, cst.ClassDef)):
            self.places.pop()
        if isinstance(original_node, cst.FunctionDef):
            self.functions.pop()
        if self.statements and self.statements[-1] is original_node:
            self.statements.pop()

    def change(self, node: cst.CSTNode, text: str) -> None:
        span = self.spans[node]
        place = ".".join(self.places)
        function = self.functions[0] if self.functions else ""
        self.changes.append(Change(place, function, span.start, span.start + span.length, text.encode()))

    def _is_left_alone(self, node: cst.CSTNode) -> bool:
        """Types, decorators (most are caches), imports, docstrings, and the examples of layers, which are tests."""
        if isinstance(node, (cst.Annotation, cst.Decorator, cst.Import, cst.ImportFrom, cst.Assert)):
            return True
        if isinstance(node, cst.Expr) and isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString)):
            return True
        if isinstance(node, cst.Assign) and isinstance(target := node.targets[0].target, cst.Name):
            alias = not self.places and re.match("[A-Z][a-z]", target.value)
            return bool(alias) or target.value in ("examples", "_SAME", "__slots__", "__all__")
        return isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in UNCHANGED_CALLS

    def _replacements(self, node: cst.CSTNode) -> Iterator[cst.CSTNode | str]:
        formula = self._formula_text(node)
        if formula is not None:
            yield from formula
            return
        if isinstance(node, cst.FormattedStringText):
            if node.value.strip():
                yield f"XX{node.value}XX"
            return
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                changed: list[cst.CSTNode] = list(operator(node))
                if isinstance(node, cst.SimpleString):
                    changed = changed[:1]  # one fault a text
                if isinstance(node, cst.AnnAssign) and "cnncalc.core.layers.base import" in self.module.code:
                    continue  # an attribute that is no `attr` cannot even be imported
                yield from (each for each in changed if not _too_few_arguments(node, each))
        if isinstance(node, cst.Expr) and isinstance(node.value, cst.Call):
            yield "pass"
        if isinstance(node, cst.Return) and node.value is not None:
            yield "return None"

    def _formula_text(self, node: cst.CSTNode) -> Iterable[str] | None:
        """The changes of a formula's text; None where this is no text of a formula."""
        if isinstance(node, cst.FormattedStringText) and self.places == ["places"]:
            return list(_texts(node.value, parts=True))
        if not isinstance(node, cst.SimpleString) or not self.statements:
            return None
        target = self._target()
        if target not in FORMULAS and self.places != ["places"] and target != "_DILATED":
            return None
        text = node.evaluated_value
        assert isinstance(text, str)
        try:
            used = names(text)
        except FormulaError:
            return None
        if not used and not re.search(r"\d", text):  # `true`, or a label
            return None
        return [f'"{changed}"' for changed in _texts(text)] or [f'"{text} + 1"']

    def _target(self) -> str:
        statement = self.statements[0]
        target = statement.targets[0].target if isinstance(statement, cst.Assign) else None
        return target.value if isinstance(target, cst.Name) else ""


def _too_few_arguments(before: cst.CSTNode, after: cst.CSTNode) -> bool:
    """Whether an argument in the middle is missing: a TypeError, that any test finds."""
    if not isinstance(before, cst.Call) or not isinstance(after, cst.Call) or len(before.args) == len(after.args):
        return False
    return before.args[-1].keyword is None and after.args[-1] is before.args[-1]


_OPERATORS = {
    "+": "-", "-": "+", "*": "+", "/": "*", "//": "/", "%": "//",
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
    "and": "or", "or": "and", "min": "max", "max": "min", "ceil": "floor", "prod": "sum", "sum": "prod",
    "true": "false", "before": "after", "after": "before", "side": "out", "kernel": "stride", "padding": "stride",
}  # fmt: skip
_TOKEN = re.compile(r"//|==|!=|<=|>=|[-+*/%<>]|\d+|[A-Za-z_]\w*")
_OPERAND = r"(?:\w+\([^()]*\)|\([^()]*\)|\w+)"
_LEFT_OUT = (
    re.compile(rf" ?(//|[-+*/%]|\band\b|\bor\b) ?{_OPERAND}"),
    re.compile(rf"{_OPERAND} ?([-+*/%]|//|and|or)(?![=/]) ?|\bnot "),
)


def _texts(text: str, parts: bool = False) -> Iterator[str]:
    """Formulas that differ in one token, or lack one operand."""
    used = sorted(set() if parts else names(text))
    for match in _TOKEN.finditer(text):
        token = match[0]
        others = [_OPERATORS[token]] if token in _OPERATORS else []
        if token.isdigit():
            others = [str(int(token) + 1)]
        elif token in used:
            others += [name for name in used if name not in (token, *others)][: 2 - len(others)]
        for other in others:
            yield text[: match.start()] + other + text[match.end() :]
    if parts:
        return
    for pattern in _LEFT_OUT:
        for match in pattern.finditer(text):
            rest = text[: match.start()] + text[match.end() :]
            try:
                parse(rest)
            except FormulaError:
                continue
            yield rest
