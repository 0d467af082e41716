"""A layer type is a file of its name, which Python reads when a network has such a layer."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from inspect import getmodule
from pathlib import Path

import pytest

import cnncalc
from cnncalc.core.layers import LAYERS, base
from cnncalc.core.layers.base import FAMILIES, Layer
from tests.own_layers import own_layers
from tests.running import environment

pytestmark = [pytest.mark.quick, pytest.mark.usefixtures("own_layers")]
__all__ = ["own_layers"]
FOLDER = Path(base.__file__).parent


def said(code: str) -> str:
    """What a new process prints, which has no layer type yet."""
    program = f"import sys, cnncalc\nfrom cnncalc.core.layers import LAYERS\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment(), check=False
    )
    return done.stdout or done.stderr.splitlines()[-1]


@pytest.mark.parametrize("name", [file.stem for file in FOLDER.glob("[a-z]*.py") if file.stem != "base"])
def test_a_file_declares_the_type_of_its_name_alone(name: str) -> None:
    module = sys.modules[f"{base.__package__}.{name}"] if LAYERS[name] else None
    declared = [one for one in vars(module).values() if isinstance(one, type) and getmodule(one) is module]
    assert declared == [LAYERS[name]]


def test_they_are_in_the_order_of_families_and_names() -> None:
    class Aaa(Layer, family="pool"):
        """Own."""

    keys = [(FAMILIES.index(layer.family), name) for name, layer in LAYERS.items()]
    assert keys == sorted(keys)
    assert len(LAYERS) == len(keys) > 50
    assert (FAMILIES.index("pool"), "aaa") in keys


def test_a_network_reads_those_that_it_has() -> None:
    known, *read = said(
        "print('lstm' in LAYERS)\n"
        "cnncalc.analyze('lenet5')\n"
        "for name in sys.modules: print(name.partition('core.layers.')[2])"
    ).split()
    assert known == "True"
    assert {name for name in read if name in LAYERS} == {row.type for row in cnncalc.analyze("lenet5").rows}


NO_TYPES = ["base", "_norm", "checking", "__init__", "", ".base", "conv.py", "../problem", "Gru"]


@pytest.mark.parametrize("name", NO_TYPES)
def test_what_is_no_type_is_never_read(name: str) -> None:
    assert name not in LAYERS
    assert LAYERS.get(name) is None


def test_they_are_found_in_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "core.zip", "w") as archive:
        archive.writestr("cnncalc/__init__.py", "")
        for file in FOLDER.parent.rglob("*.py"):
            archive.write(file, f"cnncalc/core/{file.relative_to(FOLDER.parent)}")
    code = "import sys; sys.path.insert(0, 'core.zip'); from cnncalc.core.layers import LAYERS; print(*LAYERS)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.split() == [*LAYERS], done.stderr


def test_a_name_of_ours_is_taken_also_before_it_is_read() -> None:
    code = "from cnncalc.core.layers.base import Layer\nclass Lstm(Layer):\n    'Own.'"
    assert said(code) == (
        "cnncalc.core.layers.checking.body.DeclarationError: Lstm: the type `lstm` is there already, `Lstm` of "
        "cnncalc.core.layers.lstm (call the class otherwise)"
    )
