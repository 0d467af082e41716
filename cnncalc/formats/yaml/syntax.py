"""What is wrong with a text that is no YAML, and where: in words of this format, not in those of a parser."""

from __future__ import annotations

import re
from typing import Any

import yaml

from cnncalc.core.problem import Origin, Place, Problem, ProblemsFound, fail
from cnncalc.formats.source import DEEPEST, Source

_CONFLICT = re.compile(r"^(?:<{7}|>{7})(?: .*)?$", re.MULTILINE)
_SIGNS = re.compile(r"\n[ \t]*- |'(?:[^'\n]|'')*'|\"(?:[^\"\\\n]|\\.)*\"|(?<=\s)#[^\n]*|[\[\]{}]")
_ENTRY = re.compile(r"\n[ \t]*- ")
_WORDS = {
    "could not find expected ':'": "a `:` is missing",
    "did not find expected ',' or '}'": "neither `,` nor `}` where one belongs",
    "did not find expected ',' or ']'": "neither `,` nor `]` where one belongs",
    "did not find expected '-' indicator": "no `- ` where an entry begins",
    "did not find expected key": "no key where one belongs",
    "did not find expected node content": "no value where one belongs",
    "did not find expected <document start>": "text behind the end",
    "mapping values are not allowed in this context": "a `: ` where no key can stand",
    "found character that cannot start any token": "a character that begins nothing",
    "found a tab character that violates indentation": "a tab where spaces belong",
    "found unknown escape character": "an unknown escape in a quoted text",
    "found unexpected end of stream": "the text ends too early",
}
_CLOSING = {"{": "}", "[": "]"}


def syntax_problem(error: yaml.YAMLError, source: Source) -> ProblemsFound:
    """The problem of a text that YAML's parser does not take."""
    text = source.text
    if conflict := _CONFLICT.search(text):
        line = text.count("\n", 0, conflict.start()) + 1
        at = Place(source.name, line, 1, len(conflict[0]), conflict[0])
        return fail("yaml-syntax", "a merge conflict is not resolved", at, "keep one of the two versions")
    mark: Any = getattr(error, "problem_mark", None)
    context: Any = getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or "not YAML"
    if mark is not None and "nesting depth" in str(error):  # newer libyaml counts before it hands out an event
        return fail("limit", f"nested deeper than {DEEPEST} (limit: nesting {DEEPEST})", source.where(mark, 1))
    if mark is None and context is None:
        if isinstance(error, yaml.reader.ReaderError):
            return not_allowed(source, error.character, error.position)
        return fail("yaml-syntax", "not YAML", Place(source.name, 1, 1))
    mark = mark or context
    place = source.where(mark)
    sign = text[mark.index : mark.index + 1]
    if context is not None and text[context.index : context.index + 1] in ("*", "&"):
        message = f"`{text[context.index]}` begins a name of YAML's own, and none follows"
        help = (
            "quote what is text, or move an expression to where no `*` begins it; an entry is repeated by `repeat: 2`"
        )
        return fail("yaml-syntax", message, source.where(context), help)
    if sign in ("@", "`", "%") and "cannot start any token" in what:
        return fail("yaml-syntax", f"`{sign}` begins nothing in YAML", place, "quote what is text")
    if cure := _cure(place):
        return fail("yaml-syntax", f"not YAML: {_plain(what)}", place, cure)
    opened = text[context.index : context.index + 1] if context is not None else ""
    if opened in _CLOSING and not _is_closed(text, context.index):
        closing, found = _CLOSING[opened], text[mark.index : mark.index + 1]
        same_line = mark.line == context.line and found in ("}", "]")
        help = f"write `{closing}` before the `{found}`" if same_line else f"write `{closing}` where it ends"
        return fail("yaml-syntax", f"the `{opened}` that opens here is not closed", source.where(context), help)
    if "quoted scalar" in (getattr(error, "context", None) or ""):
        message = "the quote that opens here is not closed"
        return fail("yaml-syntax", message, source.where(context), "write the same quote at its end")
    character = text[mark.index : mark.index + 1]
    if opened in _CLOSING and character == ":":
        return fail("yaml-syntax", "a `:` where nothing begins", place, "a comma stands between two attributes")
    if opened not in _CLOSING and character in ("}", "]"):
        return fail("yaml-syntax", f"the `{character}` closes nothing that is open", place, "remove it")
    if opened not in _CLOSING and isinstance(place, Place):
        return _indented(source, place) or fail("yaml-syntax", f"not YAML: {_plain(what)}", place)
    return fail("yaml-syntax", f"not YAML: {_plain(what)}", place)


def swallowed(source: Source, start: int, line: int) -> list[Problem]:
    """The problem, if it is one, of an entry that is a part of the one above, for it is indented further.

    `start` is where the text of both begins, on the line of that number, counted from 1.
    """
    entry = _ENTRY.search(source.text, start)
    assert entry is not None
    found = _indented(source, source.at_line(line + source.text.count("\n", start, entry.end())))
    return found.problems if found else []


def _indented(source: Source, place: Place) -> ProblemsFound | None:
    """The problem of a line that is not lined up with those of its kind above it; None where it is."""
    lines = source.text.split("\n", place.line)[: place.line]
    line = lines[-1].rstrip()
    own, written = _indent(line), line.lstrip()
    before, rest = line[: place.column - 1], line[place.column - 1 :]
    if rest.startswith(":") and ": " in before:
        key = before.partition(": ")[0].strip(" -")
        return fail("yaml-syntax", "a second `: ` in one value", place, f'quote the text: `{key}: "…"`')
    is_entry = written.startswith("-")
    for number in range(len(lines) - 1, 0, -1):
        above = lines[number - 1]
        text = above.strip()
        if not text or text.startswith("#") or text.startswith("-") != is_entry:
            continue
        if _indent(above) == own:
            return None
        how = "further" if own > _indent(above) else "less"
        start = re.split(r"(?<=[^\s-])[\s:]", text, maxsplit=1)[0]
        message = f"the line is indented {how} than `{start}` in line {number}"
        at = Place(source.name, place.line, own + 1, len(written), line)
        what = "entries of one list stand" if is_entry else "keys of one mapping stand"
        return fail("yaml-syntax", message, at, f"{what} below each other: line it up with line {number}")
    return None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _is_closed(text: str, start: int) -> bool:
    """Whether the bracket at `start` is closed by its like, before an entry or the text ends."""
    open_ones: list[str] = []
    for found in _SIGNS.finditer(text, start):
        sign = found[0]
        if sign[0] == "\n":
            return False
        if sign in _CLOSING:
            open_ones.append(_CLOSING[sign])
        elif sign in ("}", "]"):
            if open_ones.pop() != sign:
                return False
            if not open_ones:
                return True
    return False


def _plain(what: str) -> str:
    """What the parser says, in words of a file."""
    for theirs, ours in _WORDS.items():
        what = what.replace(theirs, ours)
    return what


def not_allowed(source: Source, character: Any, position: int) -> ProblemsFound:
    """The problem of a character that YAML does not have."""
    line = source.text.count("\n", 0, position) + 1
    message = f"the character {_number_of(character)} is not allowed in YAML"
    return fail("encoding", message, Place(source.name, line, 1), "remove it")


def _number_of(character: int | str | bytes) -> str:
    code = character if isinstance(character, int) else ord(character[:1])
    return f"U+{code:04X}"


def _cure(place: Origin) -> str | None:
    """The cure for what people write that is no YAML, told by its line."""
    line: Any = place.text if isinstance(place, Place) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with spaces, not with tabs"
    if re.search(r"[\w)]\[", line):
        return "the language has no indexing: give each value a name of its own"
    if re.search(r":\s+[>|]\s*\d", line):
        return "an expectation has no `>`: write `~5M`, `<5M` or the figure"
    if found := re.search(r"^\s*- ([\w.]+)[: ]?\{", line):
        return f"write `{found[1]}: {{…}}`, with a colon and a space"
    if re.search(r" \? .* : ", line):
        return "write `A if C else B` for a choice"
    if re.search(r"[{,]\s*\w+: - ", line):
        return "write the minus next to the name, `-x`, or quote the expression"
    return None
