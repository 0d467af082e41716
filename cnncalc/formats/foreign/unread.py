"""Formats that are known and not read: a person is told what the file is, and what to do instead."""

from __future__ import annotations

import re

from cnncalc.core.record import Record

WRITE = "write the network as YAML; `cnncalc new` prints a file to start from"


class Unread(Record):
    """A kind of file: what it is, its suffixes, how its first bytes look, and what to do instead."""

    called: str
    suffixes: tuple[str, ...]
    begins: bytes  # a regular expression, matched at the beginning
    cure: str = WRITE


UNREAD = (
    Unread("a program in Python", (".py", ".pyi", ".ipynb"), rb"\s*(?:import|from) (?:torch|keras|tensorflow)\b"),
    Unread(
        "a file of PyTorch",
        (".pt", ".pth", ".ckpt"),
        rb"PK\x03\x04.{20,200}data\.pkl|\x80[\x02-\x05].{0,20}\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19",
        "it may run code when it is read, so it is not opened: export the network, "
        '`torch.export.save(torch.export.export(model, args), "net.pt2")`',
    ),
    Unread("weights of safetensors", (".safetensors",), rb'.{8}\{"', f"it holds weights, and no layers; {WRITE}"),
    Unread("a model of TensorFlow Lite", (".tflite",), rb".{4}TFL3"),
    Unread("a model of TensorFlow", (".pb",), rb"(?!)"),
)  # fmt: skip


def unread(name: str, head: bytes) -> Unread | None:
    """The kind of a file that is known and not read; what is inside decides before the suffix.

    >>> unread("model.bin", b"\\x1c\\0\\0\\0TFL3").called, unread("net.yaml", b"input: {}")
    ('a model of TensorFlow Lite', None)
    """
    for kind in UNREAD:
        if re.match(kind.begins, head, re.DOTALL):
            return kind
    return next((kind for kind in UNREAD if name.lower().endswith(kind.suffixes)), None)
