"""The same file gives the same bytes: in any process, folder, locale, hash seed and Python version.

    python -m tests.determinism

runs every bundled architecture through the commands below, once in this Python and once in each other circumstance,
and names what differs. Other versions of Python are those found on PATH and in pyenv; they borrow the libraries of
this one, whose YAML parser in C they cannot load, so that PyYAML's own parser is compared with it, too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cnncalc.formats import bundled
from tests.records import record
from tests.running import ROOT, invoke

COMMANDS = (
    ("summary", "{}"),
    ("summary", "{}", "--format", "json"),
    ("summary", "{}", "--format", "csv", "--depth", "all"),
    ("summary", "{}", "--format", "markdown"),
    ("explain", "{}"),
    ("diagram", "{}", "--format", "mermaid"),
    ("check", "{}"),
)
WHOLE = (
    ("layers",),
    ("layers", "conv"),
    ("schema",),
    ("compare", "vgg16", "resnet50"),
    ("exercise", "lenet5", "--key"),
)
OLDEST = (3, 11)


class Circumstance(NamedTuple):
    """How a process is run: its Python, what its environment adds, and its folder."""

    name: str
    python: str = sys.executable
    environment: dict[str, str] = {}
    folder: str | None = None


def circumstances() -> Iterator[Circumstance]:
    """Everything around a Python that must not matter."""
    for seed in ("0", "1", "4242"):
        yield Circumstance(f"hash seed {seed}", environment={"PYTHONHASHSEED": seed})
    for locale in ("C", "POSIX", "de_DE.UTF-8", "tr_TR.UTF-8"):
        yield Circumstance(f"locale {locale}", environment={"LC_ALL": locale, "LANG": locale})
    yield Circumstance("another time zone", environment={"TZ": "Asia/Kathmandu"})
    yield Circumstance("another folder", folder=tempfile.gettempdir())
    yield Circumstance("optimized bytecode", environment={"PYTHONOPTIMIZE": "1"})


def other_pythons() -> list[Circumstance]:
    """The other releases of Python at hand, from 3.11 on: each is asked what it is."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [shutil.which(f"python3.{minor}", path=folder) for folder in folders for minor in range(11, 30)]
    candidates += [str(found) for found in sorted(pyenv.glob("versions/*/bin/python3"))]
    found: dict[str, str] = {}
    for python in dict.fromkeys(candidate for candidate in candidates if candidate):
        ask = "import sys; print(*sys.version_info[:3], sep='.')"
        done = subprocess.run([python, "-I", "-c", ask], capture_output=True, text=True, check=False)
        version = done.stdout.strip()  # a shim of a version that is not installed says nothing
        if version and tuple(map(int, version.split(".")[:2])) >= OLDEST:
            found.setdefault(version, python)
    found.pop(".".join(map(str, sys.version_info[:3])), None)
    return [Circumstance(f"Python {version}", python) for version, python in found.items()]


def fingerprints(names: list[str], circumstance: Circumstance) -> dict[str, str]:
    """Command → fingerprint of its exit code and standard output, in a process of its own."""
    libraries = dict.fromkeys(sysconfig.get_path(which) for which in ("purelib", "platlib"))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("COV_", "PYTHONHASH"))},
        "PYTHONPATH": os.pathsep.join([str(ROOT), *libraries]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        **circumstance.environment,
    }
    done = subprocess.run(
        [circumstance.python, "-m", "tests.determinism", "--fingerprints", *names],
        capture_output=True,
        env=environment,
        cwd=circumstance.folder,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{circumstance.name}: {done.stderr.decode(errors='replace')}")
    found: dict[str, str] = json.loads(done.stdout)
    return found


def _print_fingerprints(names: list[str]) -> None:
    found = {}
    for command in [*WHOLE, *([part.format(name) for part in command] for name in names for command in COMMANDS)]:
        ran = invoke(*command)
        if ran.code:
            sys.exit(f"{' '.join(command)}: {ran.err}")
        found[" ".join(command)] = hashlib.sha256(f"{ran.code}\n{ran.out}".encode()).hexdigest()
    print(json.dumps(found))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fingerprints", nargs="*", metavar="NAME", help=argparse.SUPPRESS)
    parser.add_argument("--record", type=Path, metavar="FILE", help="also write the figures, for verification.md")
    asked = parser.parse_args()
    if asked.fingerprints is not None:
        _print_fingerprints(asked.fingerprints)
        return 0
    names = bundled.names()
    usual = fingerprints(names, Circumstance("as usual"))
    differing = 0
    tried = []
    for circumstance in (*circumstances(), *other_pythons()):
        found = fingerprints(names, circumstance)
        different = [command for command in usual if found.get(command) != usual[command]]
        differing += len(different)
        tried.append(circumstance.name)
        verdict = f"{circumstance.name:22} {len(found):,} outputs, {len(different)} differ"
        print(verdict, *different, sep="\n  ", flush=True)
    if asked.record:
        figures = {"outputs": len(usual), "circumstances": tried, "differing": differing}
        record(asked.record, "python -m tests.determinism", figures)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
