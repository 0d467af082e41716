"""The JSON Schema in another program's hands: check-jsonschema, as people run it in CI and from pre-commit."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from cnncalc.formats import bundled
from tests.running import DATA, Ran, invoke

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(find_spec("check_jsonschema") is None, reason="pip install -e '.[integration]'"),
]


def validate(*args: str | Path) -> Ran:
    command = [sys.executable, "-m", "check_jsonschema", "--no-cache", *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "cnncalc.schema.json"
    assert invoke("schema", "-o", str(path)).code == 0
    return path


def test_it_is_a_schema(schema: Path) -> None:
    assert validate("--check-metaschema", schema) == (0, "ok -- validation done\n", "")


def test_every_bundled_file_is_valid(schema: Path) -> None:
    files = sorted(Path(bundled.folder()).rglob("*.yaml"))
    assert len(files) > 100
    assert validate("--schemafile", schema, *files) == (0, "ok -- validation done\n", "")


def test_the_files_of_the_format_are_valid(schema: Path) -> None:
    assert validate("--schemafile", schema, *(DATA / "format").iterdir()).code == 0


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("conv: {filters: 4, kernal: 3}", "$.layers[0].conv: Additional properties are not allowed ('kernal' was"),
        ("conv: {filters: true, kernel: 3}", "$.layers[0].conv.filters: True is not of type 'string', 'integer'"),
        ("conv: [4, 3, paddign: same]", "$.layers[0].conv[2]: Additional properties are not allowed ('paddign' was"),
    ],
)
def test_it_says_what_is_wrong(schema: Path, tmp_path: Path, entry: str, said: str) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(f"input: {{channels: 3, size: 8}}\nlayers:\n  - {entry}\n", encoding="utf-8")
    ran = validate("--schemafile", schema, path)
    assert ran.code == 1
    assert said in ran.out
