"""Files of other programs, damaged: bytes and numbers of a network of bytes, values of a tree, words of a text."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any

ODD: list[Any] = [
    None, True, False, 0, -1, 1, 2, 3, 7, 2**31, 2**63, -(2**63), 10**18, 10**400, 0.5, -0.0, 1e308, float("nan"),
    float("inf"), "", "x", "same", "a\x1b[31m", "\u202e", "٣", "1" * 5_000, [], [[]], [0], [-1, -1], [1] * 300, {}, {"a": 1},
    [None], ["x", 0, 0], {"class_name": "Conv2D"}, {"class_name": "Functional", "config": {}},
]  # fmt: skip
WORDS = ["0", "-1", "1", "3", "999999999999999999", "9" * 400, "1e999", "nan", "inf", "٣", "²", "true", "x", "", '"', "{", "}",
         "[", "]", ":", "=", ",", "\n", "#", "\x1b[31m", "\u202e", "layer", "data", "-", "1,2,3", "route", "[net]"]  # fmt: skip


def of_bytes(data: bytes, choose: Random) -> bytes:
    """Some bytes are others, too many, or missing."""
    found = bytearray(data)
    for _ in range(choose.randint(1, 4)):
        at = choose.randrange(len(found) + 1)
        pick = choose.random()
        if pick < 0.5 and at < len(found):
            found[at] = choose.choice([0, 1, 127, 128, 255, choose.randrange(256), found[at] ^ (1 << choose.randrange(8))])
        elif pick < 0.7:
            found[at:at] = bytes(choose.choices([0, 1, 8, 10, 18, 255], k=choose.randint(1, 9)))
        elif pick < 0.9:
            del found[at : at + choose.randint(1, 20)]
        else:
            found[at:at] = found[at : at + choose.randint(1, 200)]
    return bytes(found)


def of_text(data: bytes, choose: Random) -> bytes:
    """Some words are others, or stand twice."""
    words = re.split(r"(\W)", data.decode())
    for _ in range(choose.randint(1, 4)):
        at = choose.randrange(len(words))
        if choose.random() < 0.8:
            words[at] = choose.choice([*WORDS, choose.choice(words)])
        else:
            words[at:at] = words[at : at + choose.randint(1, 60)]
    return "".join(words).encode()


def of_tree(data: bytes, choose: Random) -> bytes:
    """Some values of a JSON text are others, missing, or stand twice."""
    whole = json.loads(data)
    for _ in range(choose.randint(1, 3)):
        places = list(_places(whole))
        inside, key = choose.choice(places)
        pick = choose.random()
        if pick < 0.6:
            inside[key] = choose.choice(ODD)
        elif pick < 0.8:
            del inside[key]
        elif isinstance(inside, list):
            inside.insert(key, inside[key])
        else:
            other, name = choose.choice(places)
            inside[key] = other[name] if name in range(len(other)) or name in other else None
    return _written(whole)


def _written(whole: Any) -> bytes:
    try:
        return json.dumps(whole).encode()
    except (ValueError, RecursionError):  # it holds itself
        return b"{}"


def _places(inside: Any) -> list[tuple[Any, Any]]:
    found, stack, seen = [], [inside], set()
    while stack:
        one = stack.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        keys: Any = range(len(one)) if isinstance(one, list) else list(one)
        found += [(one, key) for key in keys]
        stack += [one[key] for key in keys if isinstance(one[key], list | dict)]
    return found


def of_archive(data: bytes, choose: Random) -> bytes:
    """The tree in an archive, or the archive."""
    if choose.random() < 0.2:
        return of_bytes(data, choose)
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, of_tree(text, choose) if name.endswith(".json") and text[:1] == b"{" else text)
    return changed.getvalue()


DAMAGES: dict[str, Callable[[bytes, Random], bytes]] = {
    ".onnx": of_bytes,
    ".prototxt": of_text,
    ".cfg": of_text,
    ".json": of_tree,
    ".keras": of_archive,
    ".pt2": of_archive,
}
