"""The core, copied alone into an empty package, needs nothing: it builds, counts and shows its working."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import cnncalc

PROGRAM = """
import sys
from cnncalc.core.analysis import analyze
from cnncalc.core.builder import Builder
from cnncalc.core.work import steps

net = Builder({"input": (3, 227, 227)}, name="AlexNet's first layer")
net.add("conv", {"filters": 96, "kernel": 11, "stride": 4}, name="conv1")
graph = net.graph()
analysis = analyze(graph)
print(analysis.totals.params, analysis.totals.multiplies)
for node, row in zip(graph.nodes, analysis.rows):
    for step in steps(node.layer, row.input_shapes):
        print(step.quantity, step.symbols, "=", step.numbers, "=", step.value)
outside = sorted(name for name in sys.modules if "site-packages" in (getattr(sys.modules[name], "__file__", "") or ""))
print([name for name in outside if name.startswith("cnncalc")] or "nothing else")
"""


def test_the_core_builds_counts_and_explains_by_itself(tmp_path: Path) -> None:
    package = tmp_path / "cnncalc"
    shutil.copytree(Path(cnncalc.__file__).parent / "core", package / "core")
    (package / "__init__.py").touch()
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{PROGRAM}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "34944 105415200",
        "output filters = 96 = 96",
        "output (W − F + 2P) // S + 1 = (227 − 11 + 2·0) // 4 + 1 = 55",
        "output (W − F + 2P) // S + 1 = (227 − 11 + 2·0) // 4 + 1 = 55",
        "weights F_h·F_w·C_in·filters = 11·11·3·96 = 34848",
        "biases filters = 96 = 96",
        "multiplies F_h·F_w·C_in·filters·H_out·W_out = 11·11·3·96·55·55 = 105415200",
        "nothing else",
    ]
