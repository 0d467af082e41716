"""Protobuf's wire format: numbered fields of a message, found by their lengths; what is not asked for is not read."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from cnncalc.core.record import Record

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
MOST_FIELDS = 2_000_000
LONGEST_HEAD = 32  # bytes of a field's key and its length, or of its number
LONGEST_FIELD = 2**16  # bytes of a text, or of a list of numbers


class Malformed(ValueError):
    """Bytes that are no message: what is wrong, at an offset."""


class Span(Record):
    """The bytes of a field, from `start` to `stop` of the whole file."""

    start: int
    stop: int


def varint(data: bytes, at: int, stop: int, base: int = 0) -> tuple[int, int]:
    """The number at an offset, and the offset behind it; raises Malformed. `data` begins at the offset `base`.

    >>> varint(bytes([0xAC, 2]), 0, 2)
    (300, 2)
    """
    value = shift = 0
    while at < stop:
        byte = data[at - base]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            break
    raise Malformed(f"no number at offset {at:,}")


class Wire:
    """A file of messages, as bytes or a `LargeFile`; so many fields are read of it, and no text beyond a size."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.block = data if isinstance(data, bytes) else b""  # a part of the file
        self.base, self.edge = 0, len(self.block)  # its offsets
        self.left = MOST_FIELDS

    def fields(self, span: Span) -> Iterator[tuple[int, int, Any]]:
        """The fields of a message: number, wire type, and the value, of bytes their Span; raises Malformed."""
        at, end = span
        new = tuple.__new__  # there are millions of spans
        block, base = self.block, self.base
        edge = self.edge - LONGEST_HEAD if base <= at else -1  # the last offset at which a field is whole in the block
        while at < end:
            self.left -= 1
            if self.left < 0:
                raise Malformed(f"more than {MOST_FIELDS:,} fields")
            if at > edge:
                self._read(at, LONGEST_HEAD)
                block, base, edge = self.block, self.base, max(at, self.edge - LONGEST_HEAD)
            key = block[at - base]  # most keys are one byte, and most lengths
            if key < 128:
                at += 1
            else:
                key, at = varint(block, at, end, base)
            kind = key & 7
            if kind == BYTES:
                if at < end and (length := block[at - base]) < 128:
                    at += 1
                else:
                    length, at = varint(block, at, end, base)
                stop = at + length
                if stop > end:
                    raise Malformed(f"a field of {length:,} bytes at offset {at:,} goes beyond the end")
                yield key >> 3, kind, new(Span, (at, stop))
                at = stop
            elif kind == VARINT:
                value, at = varint(block, at, end, base)
                yield key >> 3, kind, value
            elif kind in (FIXED64, FIXED32):
                size = 8 if kind == FIXED64 else 4
                if at + size > end:
                    raise Malformed(f"a number at offset {at:,} goes beyond the end")
                yield key >> 3, kind, block[at - base : at - base + size]
                at += size
            else:
                raise Malformed(f"no field at offset {at:,}")

    def bytes(self, span: Span) -> bytes:
        """The bytes of a span."""
        start, stop = span
        if start < self.base or stop > self.edge:
            self._read(start, stop - start)
        return self.block[start - self.base : stop - self.base]

    def numbers(self, kind: int, value: Any) -> list[int]:
        """The integers of a repeated field: one, or packed."""
        if kind == VARINT:
            return [signed(value)]
        packed = self.bytes(self._span(kind, value))
        found, at = [], 0
        while at < len(packed):
            one, at = varint(packed, at, len(packed))
            found.append(signed(one))
        return found

    def floats(self, kind: int, value: Any) -> list[float]:
        """The float32s of a repeated field: one, or packed."""
        packed = value
        if kind != FIXED32:
            packed = self.bytes(self._span(kind, value))
        return list(struct.unpack(f"<{len(packed) // 4}f", packed[: len(packed) // 4 * 4]))

    def text(self, kind: int, value: Any, most: int = LONGEST_FIELD) -> str:
        """The text of a field; what is no UTF-8 is replaced. Raises Malformed where it has more bytes than `most`."""
        if kind == BYTES:
            start, stop = value
            if start >= self.base and stop <= self.edge and stop - start <= most:  # nearly always
                return self.block[start - self.base : stop - self.base].decode("utf-8", "replace")
        return self.bytes(self._span(kind, value, most)).decode("utf-8", "replace")

    def _read(self, at: int, many: int) -> None:
        """Go to a part of the file that has so many bytes from an offset on, as far as there are."""
        if not isinstance(self.data, bytes):
            self.block, self.base = self.data.around(at, many)
            self.edge = self.base + len(self.block)

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
