"""Protobuf's wire format: numbered fields of a message, found by their lengths; what is not asked for is not read."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from cnncalc.core.record import Record

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
MOST_FIELDS = 2_000_000
LONGEST_FIELD = 2**16  # bytes of a text, or of a list of numbers


class Malformed(ValueError):
    """Bytes that are no message: what is wrong, at an offset."""


class Span(Record):
    """The bytes of a field, from `start` to `stop` of the whole file."""

    start: int
    stop: int


def varint(data: Any, at: int, stop: int) -> tuple[int, int]:
    """The number at an offset, and the offset behind it; raises Malformed.

    >>> varint(bytes([0xAC, 2]), 0, 2)
    (300, 2)
    """
    value = shift = 0
    while at < stop:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            break
    raise Malformed(f"no number at offset {at:,}")


class Wire:
    """A file of messages; so many fields are read of it, and no text or list beyond a size."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.left = MOST_FIELDS

    def fields(self, span: Span) -> Iterator[tuple[int, int, Any]]:
        """The fields of a message: number, wire type, and the value, of bytes their Span; raises Malformed."""
        data = self.data
        at, stop = span
        while at < stop:
            self.left -= 1
            if self.left < 0:
                raise Malformed(f"more than {MOST_FIELDS:,} fields")
            byte = data[at]  # most keys are one byte
            if byte < 128:
                key, at = byte, at + 1
            else:
                key, at = varint(data, at, stop)
            kind = key & 7
            if kind == BYTES:
                length, at = varint(data, at, stop)
                end = at + length
                if end > stop:
                    raise Malformed(f"a field of {length:,} bytes at offset {at:,} goes beyond the end")
                yield key >> 3, kind, Span(at, end)
                at = end
            elif kind == VARINT:
                value, at = varint(data, at, stop)
                yield key >> 3, kind, value
            elif kind in (FIXED64, FIXED32):
                size = 8 if kind == FIXED64 else 4
                if at + size > stop:
                    raise Malformed(f"a number at offset {at:,} goes beyond the end")
                yield key >> 3, kind, data[at : at + size]
                at += size
            else:
                raise Malformed(f"no field at offset {at:,}")

    def numbers(self, kind: int, value: Any) -> list[int]:
        """The integers of a repeated field: one, or packed."""
        if kind == VARINT:
            return [signed(value)]
        at, stop = self._span(kind, value)
        found = []
        while at < stop:
            one, at = varint(self.data, at, stop)
            found.append(signed(one))
        return found

    def floats(self, kind: int, value: Any) -> list[float]:
        """The float32s of a repeated field: one, or packed."""
        packed = value
        if kind != FIXED32:
            start, stop = self._span(kind, value)
            packed = self.data[start:stop]
        return list(struct.unpack(f"<{len(packed) // 4}f", packed[: len(packed) // 4 * 4]))

    def text(self, kind: int, value: Any, most: int = LONGEST_FIELD) -> str:
        """The text of a field; what is no UTF-8 is replaced. Raises Malformed where it has more bytes than `most`."""
        start, stop = self._span(kind, value, most)
        return bytes(self.data[start:stop]).decode("utf-8", "replace")

    def _span(self, kind: int, value: Any, most: int = LONGEST_FIELD) -> Span:
        if kind != BYTES:
            raise Malformed("a number stands where a text belongs")
        span: Span = value
        if span.stop - span.start > most:
            raise Malformed(f"a text of {span.stop - span.start:,} bytes")
        return span


def signed(value: int) -> int:
    """A varint as int64.

    >>> signed(2**64 - 1)
    -1
    """
    return value - (1 << 64) if value >> 63 else value
