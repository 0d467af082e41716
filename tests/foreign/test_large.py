"""Large files of other programs: memory does not grow with what is passed over, and a file that changes is told."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import cnncalc
from cnncalc.formats.foreign.base import FORMATS
from cnncalc.formats.large import LARGEST_BLOCK, SMALLEST_BLOCK, LargeFile
from cnncalc.formats.source import LARGEST_READ, read_file
from tests.foreign.onnx_file import field, model, node, value
from tests.test_hostile_input import measured

UNITS = 720  # whose matrix of float32 takes two megabytes
MOST_MEGABYTES = 30.0
MOST_OF_YAML = 1.5


def matrix(name: str, numbers: bytes) -> bytes:
    """A TensorProto with its numbers in it."""
    return field(1, UNITS) + field(1, UNITS) + field(2, 1) + field(8, name) + field(9, numbers)


def dense(count: int, fill: Callable[[int], bytes] = os.urandom) -> bytes:
    """A chain of matrices, all of whose numbers are there."""
    numbers = fill(UNITS * UNITS * 4)
    return model(
        [node("MatMul", [f"x{at}", f"w{at}"], [f"x{at + 1}"]) for at in range(count)],
        [value("x0", [1, UNITS])],
        [value(f"x{count}", [1, UNITS])],
        [matrix(f"w{at}", numbers) for at in range(count)],
    )


def test_memory_does_not_grow_with_the_weights(tmp_path: Path) -> None:
    """A file that has just been written lies in memory in large parts, which a mapped page would all bring along."""
    (tmp_path / "net.onnx").write_bytes(dense(32))
    (tmp_path / "net.yaml").write_text(
        f"input: {{channels: {UNITS}}}\nlayers: [dense: {{units: {UNITS}, bias: false, repeat: 32}}]\n"
    )
    assert (tmp_path / "net.onnx").stat().st_size > 66_000_000
    ran, plain = (measured("summary", name, "--depth", "0", cwd=tmp_path) for name in ("net.onnx", "net.yaml"))
    assert (ran.code, plain.code) == (0, 0), ran.err + plain.err
    assert "16,588,800" in ran.out
    assert ran.megabytes <= MOST_MEGABYTES
    assert ran.megabytes <= MOST_OF_YAML * plain.megabytes


def test_few_bytes_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each tensor the block with its name, and a few of what stands in front and behind."""
    path = tmp_path / "net.onnx"
    path.write_bytes(dense(8, bytes))
    reads: list[int] = []
    read = LargeFile._read
    monkeypatch.setattr(LargeFile, "_read", lambda self, at, many: (reads.append(many), read(self, at, many))[1])
    assert cnncalc.load(path).nodes
    assert len(reads) < 8 + 10
    assert sum(reads) < (8 + 10) * SMALLEST_BLOCK


def large(folder: Path, data: bytes, parts: Sequence[slice]) -> tuple[list[bytes], int]:
    """Parts of a file, one after the other, and in how many blocks they were read."""
    (folder / "file").write_bytes(data)
    with (folder / "file").open("rb") as file:
        opened = LargeFile(file, "file")
    found, starts = [], set()
    for part in parts:
        found.append(opened[part])
        starts.add(opened.start)
    return found, len(starts)


@pytest.mark.parametrize(
    ("parts", "blocks"),
    [
        ([slice(0, 8), slice(8, 4_000)], 1),
        ([slice(0, 4_096), slice(4_096, 8_000), slice(8_000, 12_000)], 2),  # of 4 kB, then of 8
        ([slice(at, at + 8) for at in range(0, 200_000, 8)], 7),  # then of 16, 32, 64, 64 and the rest
        ([slice(90_000, 90_010), slice(0, 10), slice(90_000, 90_010)], 2),
        ([slice(199_990, 300_000), slice(300_000, 400_000)], 1),  # beyond the end there is nothing
        ([slice(0, LARGEST_BLOCK + 1)], 1),
    ],
)
def test_parts_are_those_of_the_bytes(parts: Sequence[slice], blocks: int, tmp_path: Path) -> None:
    data = struct.pack("<25000q", *range(25_000))
    assert large(tmp_path, data, parts) == ([data[part] for part in parts], blocks)


def cut(path: Path) -> None:
    os.truncate(path, LARGEST_READ)


def written_over(path: Path) -> None:
    status = path.stat()
    with path.open("r+b") as file:
        file.write(b"\x08\x07")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))


def archive() -> bytes:
    """An archive of Keras with weights beside the layers."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as file:
        file.writestr("model.weights.h5", bytes(2 * LARGEST_READ))
        file.writestr("config.json", "{}")
    return found.getvalue()


@pytest.mark.parametrize("change", [cut, written_over])
@pytest.mark.parametrize(("name", "data"), [("onnx", dense(2, bytes)), ("keras", archive()), ("pt2", archive())])
def test_a_file_that_changes_while_it_is_read(
    name: str, data: bytes, change: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / f"net.{name}"
    path.write_bytes(data)
    source = read_file(str(path), path.name)
    change(path)
    with pytest.raises(cnncalc.ProblemsFound) as found:
        FORMATS[name].graph(source, {}, None)
    assert [(one.code, one.message, one.help) for one in found.value.problems] == [
        ("unreadable", f"`net.{name}` has changed while it was read", "read it again")
    ]


def test_a_file_that_is_cut_is_no_whole_model(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(dense(2, bytes)[: 3 * LARGEST_READ])
    with pytest.raises(cnncalc.ProblemsFound, match=r"is no whole model of ONNX: a field of [\d,]+ bytes"):
        cnncalc.load(tmp_path / "net.onnx")
