"""A large binary file, of which most is weights: it is read in blocks, and only where somebody asks."""

from __future__ import annotations

import os
from typing import Any

from cnncalc.core.problem import fail

SMALLEST_BLOCK = 2**12
LARGEST_BLOCK = 2**16


class LargeFile:
    """The bytes of an open file, which is cut as bytes are.

    It is read, and not mapped: a mapped page brings the megabytes around it into the memory of the process. Raises
    ProblemsFound where the file is not any more what it was when it was opened.
    """

    def __init__(self, file: Any, name: str) -> None:
        self.name = name
        self.file = open(os.dup(file.fileno()), "rb", buffering=0)  # noqa: SIM115 - as long as somebody reads it
        self.stamp = self._stamp()
        self.size = self.stamp[0]
        self.start = self.stop = -1  # of the block that was read last
        self.block = b""
        self.step = SMALLEST_BLOCK

    def __del__(self) -> None:
        self.file.close()

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, part: slice) -> bytes:
        start, stop, _ = part.indices(self.size)
        many = max(0, stop - start)
        if many > LARGEST_BLOCK:
            return self._read(start, many)
        block, base = self.around(start, many)
        return block[start - base : start - base + many]

    def around(self, place: int, many: int) -> tuple[bytes, int]:
        """A block with so many bytes from an offset on, as far as there are, and the offset of its beginning.

        Who reads on gets larger blocks, who jumps small ones: between weights little is asked for.
        """
        many = min(many, self.size - place)
        if place < self.start or place + many > self.stop:
            reads_on = self.start <= place <= self.stop
            self.step = min(2 * self.step, LARGEST_BLOCK) if reads_on else SMALLEST_BLOCK
            self.block = self._read(place, max(many, self.step))
            self.start, self.stop = place, place + len(self.block)
        return self.block, self.start

    def _read(self, start: int, many: int) -> bytes:
        wanted = max(0, min(many, self.size - start))
        found = b""
        try:
            self.file.seek(start)
            while len(found) < wanted and (more := self.file.read(wanted - len(found))):
                found += more
            changed = self._stamp() != self.stamp
        except OSError as error:
            message = f"cannot read `{self.name}`: {(error.strerror or str(error)).lower()}"
            raise fail("unreadable", message) from None
        if changed or len(found) < wanted:
            raise fail("unreadable", f"`{self.name}` has changed while it was read", help="read it again")
        return found

    def _stamp(self) -> tuple[int, int]:
        status = os.fstat(self.file.fileno())
        return status.st_size, status.st_mtime_ns
