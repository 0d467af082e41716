"""ONNX files for tests: messages written field by field, without onnx."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

FLOAT, INT64 = 1, 7


class Body(bytes):
    """A GraphProto that is an attribute."""


class Given(str):
    """An attribute of the call of a function, by its name."""


def varint(value: int) -> bytes:
    """A number of any sign."""
    value %= 1 << 64
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def field(number: int, value: int | str | bytes | float) -> bytes:
    """One field of a message."""
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def attribute(name: str, value: Any) -> bytes:
    """An AttributeProto: a number, a text, or several numbers."""
    if isinstance(value, Body):
        return field(1, name) + field(6, bytes(value)) + field(20, 5)
    if isinstance(value, Given):
        return field(1, name) + field(20, 7) + field(21, str(value))
    if isinstance(value, bytes):
        return field(1, name) + field(5, value) + field(20, 4)
    if isinstance(value, float):
        return field(1, name) + field(2, value) + field(20, 1)
    if isinstance(value, int):
        return field(1, name) + field(3, value) + field(20, 2)
    if isinstance(value, str):
        return field(1, name) + field(4, value) + field(20, 3)
    if all(isinstance(one, float) for one in value):
        return field(1, name) + b"".join(field(7, one) for one in value) + field(20, 6)
    return field(1, name) + b"".join(field(8, one) for one in value) + field(20, 7)


def node(
    type: str, reads: Sequence[str], gives: Sequence[str], name: str = "", domain: str = "", **given: Any
) -> bytes:
    """A NodeProto."""
    data = b"".join(field(1, one) for one in reads) + b"".join(field(2, one) for one in gives)
    data += field(3, name) + field(4, type) + (field(7, domain) if domain else b"")
    return data + b"".join(field(5, attribute(key, value)) for key, value in given.items())


def entry(key: str, text: str) -> bytes:
    """A StringStringEntryProto: what a program wrote beside something."""
    return field(1, key) + field(2, text)


def value(name: str, dims: Sequence[int | str], beside: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """A ValueInfoProto of float32."""
    sides = b"".join(field(1, field(1, side) if isinstance(side, int) else field(2, side)) for side in dims)
    type = field(2, field(1, field(1, FLOAT) + field(2, sides)))
    return field(1, name) + type + b"".join(field(4, entry(*one)) for one in beside.items())


def tensor(name: str, dims: Sequence[int], numbers: Sequence[int] | None = None, dtype: int = FLOAT) -> bytes:
    """A TensorProto: whole numbers, or one without its data, as where that stands in another file."""
    data = b"".join(field(1, side) for side in dims) + field(8, name)
    if numbers is None:
        return data + field(2, dtype) + field(13, field(1, "location") + field(2, "weights.bin")) + field(14, 1)
    return data + field(2, INT64) + field(9, struct.pack(f"<{len(numbers)}q", *numbers))


def scalar(name: str, number: float) -> bytes:
    """A TensorProto of a single number."""
    return field(2, FLOAT) + field(8, name) + field(9, struct.pack("<f", number))


def floats(name: str, dims: Sequence[int], numbers: Sequence[float]) -> bytes:
    """A TensorProto of float32 with its numbers."""
    data = b"".join(field(1, side) for side in dims) + field(2, FLOAT) + field(8, name)
    return data + field(9, struct.pack(f"<{len(numbers)}f", *numbers))


def sparse(name: str, dims: Sequence[int], many: int) -> bytes:
    """A SparseTensorProto of which so many numbers are stored."""
    return field(1, tensor(name, [many])) + field(2, tensor("", [many])) + b"".join(field(3, side) for side in dims)


def body(
    nodes: Sequence[bytes],
    inputs: Sequence[bytes],
    outputs: Sequence[bytes],
    stored: Sequence[bytes] = (),
    declared: Sequence[bytes] = (),
    name: str = "net",
) -> Body:
    """A GraphProto."""
    graph = b"".join(field(1, one) for one in nodes) + field(2, name)
    for number, messages in ((5, stored), (11, inputs), (12, outputs), (13, declared)):
        graph += b"".join(field(number, one) for one in messages)
    return Body(graph)


def model(
    nodes: Sequence[bytes],
    inputs: Sequence[bytes],
    outputs: Sequence[bytes],
    stored: Sequence[bytes] = (),
    declared: Sequence[bytes] = (),
    functions: Sequence[bytes] = (),
    beside: Mapping[str, str] = MappingProxyType({}),
    name: str = "net",
    sparsely: Sequence[bytes] = (),
    producer: str = "tests",
) -> bytes:
    """A ModelProto."""
    graph = body(nodes, inputs, outputs, stored, declared, name)
    graph += b"".join(field(15, one) for one in sparsely)
    graph += b"".join(field(16, entry(*one)) for one in beside.items())
    head = field(1, 8) + field(2, producer) + field(7, graph) + field(8, field(1, "") + field(2, 17))
    return head + b"".join(field(25, one) for one in functions)


def small(**changed: Any) -> bytes:
    """A convolution, its activation, pooling and a dense layer: 3×8×8 in, 10 out; some attributes may be others."""
    given = {"pads": [1, 1, 1, 1], "kernel": [3, 3], "pool": [2, 2], "strides": [2, 2], "transB": 1} | changed
    return model(
        [
            node(
                "Conv",
                ["x", "conv.weight", "conv.bias"],
                ["a"],
                "/conv/Conv",
                pads=given["pads"],
                kernel_shape=given["kernel"],
            ),
            node("Relu", ["a"], ["b"], "/relu/Relu"),
            node("MaxPool", ["b"], ["c"], "/pool/MaxPool", kernel_shape=given["pool"], strides=given["strides"]),
            node("Flatten", ["c"], ["d"], "/Flatten"),
            node("Gemm", ["d", "fc.weight", "fc.bias"], ["y"], "/fc/Gemm", transB=given["transB"]),
        ],
        [value("x", ["batch", 3, 8, 8])],
        [value("y", ["batch", 10])],
        [
            tensor("conv.weight", [4, 3, 3, 3]),
            tensor("conv.bias", [4]),
            tensor("fc.weight", [10, 64]),
            tensor("fc.bias", [10]),
        ],
        [value("a", ["batch", 4, 8, 8])],
    )
