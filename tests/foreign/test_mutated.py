"""A changed attribute is noticed by the double entry: by what the file declares, or by what it stores."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from cnncalc.formats import open as api
from cnncalc.formats.foreign import FORMATS
from cnncalc.formats.source import Source
from tests.foreign.fuzz import archive, files
from tests.foreign.mutated import run


@pytest.mark.parametrize("format", ["onnx", "pt2"])
def test_every_change_of_a_small_file_is_noticed(format: str) -> None:
    reader, nets = FORMATS[format], {}
    for number, data in enumerate(files()[format]):
        whole = archive(format, data) if format == "pt2" else data
        source = Source(str(number), "", format=reader, data=whole)
        nets[source.name] = (reader.foreign(source), reader.table)
    found, missed = run(nets, 80, 1)
    assert missed == []
    assert all(counts["noticed"] > 5 for counts in found.values())


@pytest.mark.oracle
def test_every_change_of_a_program_is_noticed(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    nn = torch.nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.left = nn.Conv2d(3, 8, 3, stride=2, padding=1)
            self.right = nn.Conv2d(3, 4, 5, stride=2, padding=2, bias=False)
            self.pool = nn.MaxPool2d(2)
            self.grouped = nn.Conv2d(12, 24, 3, groups=3)
            self.head = nn.Linear(24, 10)

        def forward(self, x):
            x = self.pool(torch.cat([self.left(x), self.right(x)], 1))
            return self.head(torch.flatten(nn.functional.adaptive_avg_pool2d(self.grouped(x), 1), 1))

    path = str(tmp_path / "net.pt2")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.export.save(torch.export.export(Net(), (torch.zeros(1, 3, 32, 32),)), path)
    source = api.read(path)
    found, missed = run({"net": (source.format.foreign(source), source.format.table)}, 60, 1)
    assert missed == []
    assert found["net"]["noticed"] > 20
