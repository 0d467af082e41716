"""Files of other programs beside the programs: time and memory of whole processes; weights are passed over.

python benchmarks/models.py            print the table
python benchmarks/models.py --write    also write it to benchmarks/MODELS.md

Beside `cnncalc summary` of an ONNX file stand the same network in YAML and, where they are installed for the Python of
`--with`, `onnx.load` and onnx-tool on the same file, and torchinfo on the network itself. The large file is sparse: its
initializers have the sizes of the field, and no blocks on the disk.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.run import CNNCALC, PYTHON, run, side_by_side
from tests.foreign.onnx_file import field, node, value, varint

HERE = Path(__file__).parent
MEGABYTE = 2**20
CHAIN = 30  # convolutions


def head(number: int, length: int) -> bytes:
    """The beginning of a field of so many bytes."""
    return varint(number << 3 | 2) + varint(length)


def sparse(path: Path, megabytes: int) -> str:
    """A chain of convolutions whose kernels take so many megabytes in the file, and none on the disk."""
    side = max(
        1, int((megabytes * MEGABYTE / 4 / CHAIN) ** 0.5)
    )  # channels of 1×1 kernels: a gigabyte is none too many
    nodes = [
        node("Conv", [f"x{at}", f"w{at}"], [f"x{at + 1}"], f"/c{at}/Conv", kernel_shape=[1, 1]) for at in range(CHAIN)
    ]
    sizes = side * side * 4
    before = b"".join(field(1, one) for one in nodes) + field(2, "net")
    behind = field(11, value("x0", [1, side, 8, 8])) + field(12, value(f"x{CHAIN}", [1, side, 8, 8]))
    kernels = []
    for at in range(CHAIN):
        dims = b"".join(field(1, one) for one in (side, side, 1, 1)) + field(2, 1) + field(8, f"w{at}")
        kernels.append((head(5, len(dims) + len(head(9, sizes)) + sizes) + dims + head(9, sizes), sizes))
    length = len(before) + len(behind) + sum(len(text) + size for text, size in kernels)
    with path.open("wb") as file:
        file.write(field(1, 8) + head(7, length) + before)
        for text, size in kernels:
            file.write(text)
            file.seek(size, os.SEEK_CUR)
        file.write(behind + field(8, field(1, "") + field(2, 17)))
    return str(path)


def as_yaml(path: Path, megabytes: int) -> str:
    """The same network in YAML, entry by entry."""
    side = max(1, int((megabytes * MEGABYTE / 4 / CHAIN) ** 0.5))
    entries = "".join(f"  - conv: {{name: c{at}, filters: {side}, kernel: 1, bias: false}}\n" for at in range(CHAIN))
    path.write_text(f"input: {{channels: {side}, size: 8}}\nlayers:\n{entries}")
    return str(path)


def least(command: list[str], times: int) -> tuple[float, float]:
    """Seconds and megabytes of the fastest run."""
    run(command)
    runs = [run(command) for _ in range(times)]
    return min(seconds for seconds, _ in runs), min(megabytes for _, megabytes in runs)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument(
        "--with", dest="other", default=PYTHON, help="the Python that has onnx, onnx-tool and torchinfo"
    )
    options = parser.parse_args()
    rows: list[tuple[str, str, str, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        ours: dict[int, tuple[float, float]] = {}
        for megabytes in (1, 64, 1024, 4096):
            path = sparse(Path(folder) / f"{megabytes}.onnx", megabytes)
            ours[megabytes] = least([CNNCALC, "summary", path], options.times)
            rows.append((f"`summary`, a file of {megabytes:,} MB", *_cells(ours[megabytes]), ""))
        flat = max(time for time, _ in ours.values()) / ours[1][0]
        grown = max(memory for _, memory in ours.values()) - ours[1][1]
        rows.append(("… the largest beside the smallest", f"× {flat:.2f}", f"+ {grown:.0f} MB", _kept(flat < 1.3)))
        small, text = sparse(Path(folder) / "one.onnx", 64), as_yaml(Path(folder) / "one.yaml", 64)
        ratio, _, memory = side_by_side([CNNCALC, "summary", small], [CNNCALC, "summary", text], options.times)
        rows.append(("`summary` of the file / of the same network in YAML", f"× {ratio:.2f}", "", _kept(ratio <= 1.5)))
        rows.append(("peak memory of the process", "", f"{memory:.0f} MB", _kept(memory <= 30)))
        large = str(Path(folder) / "1024.onnx")
        for title, code, argument in (
            ("`onnx.load`, 1,024 MB", "import sys, onnx; onnx.load(sys.argv[1])", large),
            ("onnx-tool, 64 MB", "import sys, onnx_tool; onnx_tool.model_profile(sys.argv[1])", small),
            ("torchinfo, the network of 64 MB built in PyTorch", TORCHINFO, "64"),
        ):
            command = [options.other, "-c", code, argument]
            if subprocess.run(command, capture_output=True, check=False).returncode:
                rows.append((title, "cannot be run here", "", ""))
            else:
                rows.append((title, *_cells(least(command, 2)), ""))
    width = max(len(row[0]) for row in rows)
    text = f"| {'what':<{width}} | time | peak memory | |\n| {'-' * width} | --- | --- | --- |\n"
    text += "".join(f"| {what:<{width}} | {time} | {memory} | {kept} |\n" for what, time, memory, kept in rows)
    print(text, end="")
    if options.write:
        machine = f"CPython {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
        title = f"# Files of other programs\n\nWritten by `python benchmarks/models.py --write`; {machine}.\n\n"
        (HERE / "MODELS.md").write_text(title + text)
    return 1 if any(row[3] == "BROKEN" for row in rows) else 0


TORCHINFO = f"""
import sys, torch, torchinfo
side = int((int(sys.argv[1]) * 2**20 / 4 / {CHAIN}) ** 0.5)
net = torch.nn.Sequential(*[torch.nn.Conv2d(side, side, 1, bias=False) for _ in range({CHAIN})])
torchinfo.summary(net, (1, side, 8, 8), verbose=0)
"""


def _cells(found: tuple[float, float]) -> tuple[str, str]:
    return f"{1000 * found[0]:.0f} ms", f"{found[1]:.0f} MB"


def _kept(kept: bool) -> str:
    return "kept" if kept else "BROKEN"


if __name__ == "__main__":
    raise SystemExit(main())
