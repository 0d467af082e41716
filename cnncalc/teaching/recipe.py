"""A recipe: all that decides a worksheet. As text it is the header that a worksheet carries for `grade`.

It holds the network's files, the seed and the choices, and neither an answer nor a hash of one (a small number is
soon found from its hash). `expect`, `budget` and `note`, which may hold answers, are left out of the files.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import zlib
from dataclasses import dataclass, field
from typing import Any

from cnncalc.core.graph import Graph
from cnncalc.core.problem import Problems, clean, fail
from cnncalc.formats.source import Map, Source
from cnncalc.formats.yaml.expanding.build import load_source
from cnncalc.formats.yaml.reading.extends import named_files, parent_of
from cnncalc.formats.yaml.tree import parse

VERSION = 2  # of the questions: the same recipe gives the same questions as long as this number stands
LEVELS = (1, 2, 3)
ASKS = ("shapes", "params", "multiplies", "inverse", "mistake", "weights", "biases")
STANDARD = {1: ASKS[:3], 2: ASKS[:4], 3: ASKS[:5]}  # what is asked at each level, if nobody says
IN_TABLES = tuple(kind for kind in ASKS if kind not in ("inverse", "mistake"))
MOST_QUESTIONS = 100
MOST_CELLS = 500  # that are chosen by name
STANDARD_COUNT = 8
LARGEST_SEED = 2**53 - 1  # what JSON readers keep exactly
LARGEST_TEXT = 2**20
LARGEST_HEADER = 2**21
HIDDEN = ("expect", "budget", "note")


class BadRecipe(ValueError):
    """A header that was not written by `exercise`, or by another version of it."""


@dataclass(frozen=True)
class Recipe:
    """The recipe that decides a worksheet. `files` are (name, text), the network first, then what it extends and uses.

    `count` None: as many questions as there are, up to STANDARD_COUNT. `exact`: no rounded figures as answers. `cells`
    are those that are asked for, by name, in place of what seed, level and count choose; `student` is who gets it.
    """

    files: tuple[tuple[str, str], ...]
    seed: int = 1
    level: int = 1
    ask: tuple[str, ...] = STANDARD[1]
    count: int | None = None
    layout: str = "hwc"
    exact: bool = False
    sets: tuple[tuple[str, str], ...] = ()
    input_size: str | None = None
    cells: tuple[str, ...] = ()
    student: str = field(default="", compare=False)

    @property
    def single(self) -> bool:
        """Whether each layer stands alone, with what it reads; else only what enters the first one is given."""
        return self.level == 1 and not self.cells

    def graph(self, text: str | None = None) -> Graph:
        """The network, or the one that another `text` of its first file describes; reads no file."""
        (name, own), *others = self.files
        source = Source(name, own if text is None else text, tree=_Carried(dict(others)))
        return load_source(source, set=dict(self.sets), input_size=self.input_size)


class _Carried:
    """The files that a recipe brings along: besides bundled ones the only ones that its network can extend."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts

    def read(self, name: str) -> Source | None:
        """The file of that name, as `extends` says it."""
        return Source(name, self.texts[name], tree=self) if name in self.texts else None


def files_of(source: Source) -> tuple[tuple[str, str], ...] | None:
    """The text of a file and of all that it extends or uses, without what holds figures; raises ProblemsFound.

    None where one of them is of another program: a worksheet carries text.
    """
    found: dict[str, str] = {}
    read: dict[str, Source] = {}
    total = 0
    waiting = [(os.path.basename(source.name).strip("<>"), source)]
    while waiting:
        name, source = waiting.pop()
        if name in read:
            one = read[name]
            if (one.name, one.folder, one.bundled) == (source.name, source.folder, source.bundled):
                continue  # it is used twice
            raise fail("extends", f"two files are called `{name}`", help="a worksheet carries them by name: rename one")
        if source.format is not None:
            return None
        tree = parse(source)
        total += len(source.text)
        if total > LARGEST_TEXT:
            raise fail("limit", f"`{source.name}` is too long for a worksheet (limit: {LARGEST_TEXT // 2**20} MB)")
        read[name], found[name] = source, _without_figures(source, tree)
        for key, file in reversed(named_files(tree)):
            waiting.append((getattr(file, "text", ""), parent_of(source, file, Problems(), key)))
    return tuple(found.items())


def _without_figures(source: Source, tree: Any) -> str:
    """The text without the top-level keys of HIDDEN, where each key begins a line, and without notes to `check`."""
    text = source.text
    if not isinstance(tree, Map) or any(key.mark.column for key, _ in tree):
        return text
    keys = [(key.text, text.rfind("\n", 0, key.order) + 1) for key, _ in tree]
    ends = [start for _, start in keys[1:]] + [len(text)]
    for (name, start), end in reversed(list(zip(keys, ends, strict=True))):
        if name in HIDDEN:
            text = text[:start] + text[end:]
    return re.sub(r"[ \t]+# cnncalc: ignore\[.*$", "", text, flags=re.MULTILINE)


# ----------------------------------------------------------------------------------------------- recipe ⇄ text


def header(recipe: Recipe) -> str:
    """The recipe as one line of JSON that may stand in an HTML comment or a script element."""
    packed = zlib.compress(json.dumps(recipe.files).encode(), 9)
    fields = {
        "cnncalc_worksheet": VERSION,
        "network": clean(recipe.files[0][0]),
        "seed": recipe.seed,
        "level": recipe.level,
        "ask": recipe.ask,
        "count": recipe.count,
        "layout": recipe.layout,
        "exact": recipe.exact,
        "set": dict(recipe.sets),
        "input_size": recipe.input_size,
        **({"cells": recipe.cells} if recipe.cells else {}),
        **({"student": recipe.student} if recipe.student else {}),
        "files": base64.b64encode(packed).decode(),
    }
    text = json.dumps(fields)
    for sign in ("<", ">", "&"):
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text.replace("--", "\\u002d\\u002d")


def read_header(text: str) -> Recipe:
    """The recipe that a header holds; every field is checked. Raises BadRecipe."""
    if len(text) > LARGEST_HEADER:
        raise BadRecipe("its header is too long")
    try:
        return _recipe(json.loads(text))
    except BadRecipe:
        raise
    except (ValueError, TypeError, KeyError, RecursionError, zlib.error, binascii.Error):
        raise BadRecipe("its header is damaged") from None


def _recipe(fields: Any) -> Recipe:
    version = fields["cnncalc_worksheet"]
    if version != VERSION:
        made = clean(str(version))[:20]
        raise BadRecipe(f"it is a worksheet of version {made}, this cnncalc reads version {VERSION}")
    unpacker = zlib.decompressobj()
    packed = base64.b64decode(fields["files"], validate=True)
    files = json.loads(unpacker.decompress(packed, 2 * LARGEST_TEXT))
    found = Recipe(
        files=tuple((name, text) for name, text in files),
        seed=fields["seed"],
        level=fields["level"],
        ask=tuple(fields["ask"]),
        count=fields["count"],
        layout=fields["layout"],
        exact=fields["exact"],
        sets=tuple(dict(fields["set"]).items()),
        input_size=fields["input_size"],
        cells=tuple(fields.get("cells", ())),
        student=fields.get("student", ""),
    )
    words = [part for file in found.files for part in file] + [part for pair in found.sets for part in pair]
    words += (*found.cells, found.student)
    if found.input_size is not None:
        words.append(found.input_size)
    sound = (
        bool(found.files)
        and all(isinstance(word, str) for word in words)
        and type(found.seed) is int
        and 0 <= found.seed <= LARGEST_SEED
        and found.level in LEVELS
        and bool(found.ask)
        and all(ask in ASKS for ask in found.ask)
        and (found.count is None or (type(found.count) is int and 1 <= found.count <= MOST_QUESTIONS))
        and len(found.cells) <= MOST_CELLS
        and found.layout in ("hwc", "chw")
        and isinstance(found.exact, bool)
    )
    if not sound:
        raise BadRecipe("its header is damaged")
    return found
