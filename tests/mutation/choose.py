"""Which tests see a line and how long each takes; which of them to run on a mutant, and in what order."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.mutation.mutants import Mutant
from tests.mutation.session import ROOT, Tamed, quiet, run_pytest

LONGEST = 2.0  # seconds of the longest test that is used
SHARED = ("_activation", "_norm", "_pool", "_recurrent", "_resize", "_window")
USED_WHEN_IMPORTED = tuple(  # no test sees what declarations call
    f"cnncalc.core.layers.{name}" for name in ("base", "checking.body", "checking.formulas", *SHARED)
)


class Baseline(NamedTuple):
    """What the tests do without a mutant: the seconds of the processor that each takes, and by module and line those
    that see it, by number.
    """

    names: list[str]
    seconds: list[float]
    seen: dict[str, dict[str, list[int]]]

    @classmethod
    def read(cls, file: Path) -> Baseline:
        return cls(**json.loads(file.read_text(encoding="utf-8")))


def path_of(module: str) -> Path:
    """The file of a module of the package."""
    path = ROOT / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def measure(modules: Iterable[str], file: Path, files: Sequence[str] = ()) -> None:
    """Run the tests once, in a process of its own, and write what they do to a file."""
    if (child := os.fork()) == 0:
        quiet()
        try:
            file.write_text(json.dumps(_measured(list(modules), files)._asdict()), encoding="utf-8")
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def _measured(modules: list[str], files: Sequence[str]) -> Baseline:
    import coverage

    seconds: dict[str, float] = {}
    failed: set[str] = set()

    class Meter:
        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
            measured.switch_context(item.nodeid)
            started = time.process_time()
            yield
            seconds[item.nodeid] = time.process_time() - started
            measured.switch_context("")

        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.outcome != "passed":
                failed.add(report.nodeid)

    with tempfile.TemporaryDirectory() as folder:
        measured = coverage.Coverage(data_file=f"{folder}/data", source=[str(ROOT / "cnncalc")], config_file=False)
        with _no_other_python():
            measured.start()
            run_pytest(Meter(), Tamed(), files=files)
            measured.stop()
        data = measured.get_data()
        lines_of = {module: data.contexts_by_lineno(str(path_of(module))) for module in modules}
    used = [name for name, taken in seconds.items() if taken < LONGEST and name not in failed]
    names = sorted(used, key=lambda name: seconds[name])
    number = {name: index for index, name in enumerate(names)}
    seen: dict[str, Any] = {
        module: {str(line): sorted(number[test] for test in tests if test in number) for line, tests in lines.items()}
        for module, lines in lines_of.items()
    }
    return Baseline(names, [seconds[name] for name in names], seen)


@contextmanager
def _no_other_python() -> Iterator[None]:
    """The time in which no process of Python can be started: it would not have the mutant; tests of it fail at once."""
    start = subprocess.Popen.__init__

    def refusing(self: Any, args: Any, *more: Any, **options: Any) -> None:
        if options.get("shell") or sys.executable in args:
            raise RuntimeError("no mutant reaches another process")
        start(self, args, *more, **options)

    subprocess.Popen.__init__ = refusing  # type: ignore[method-assign]
    try:
        yield
    finally:
        subprocess.Popen.__init__ = start  # type: ignore[method-assign]


class Tests:
    """Chooses the tests for a mutant, and remembers which of them find something. A test is its number, quick first."""

    def __init__(self, baseline: Baseline, budget: float) -> None:
        self.baseline = baseline
        self.budget = budget
        self.number = {name: index for index, name in enumerate(baseline.names)}
        self.everything = set(self.number.values())
        self.breadth = Counter(test for seen in baseline.seen.values() for tests in seen.values() for test in tests)
        self.killers: dict[str, list[int]] = defaultdict(list)
        self.trees = {module: ast.parse(path_of(module).read_text(encoding="utf-8")) for module in baseline.seen}

    def of(self, mutant: Mutant) -> list[int]:
        """The tests that see the mutated statement, the most promising first, as many as fit into the budget.

        Those that found its neighbours; those that see little else; then all others, quick before slow, where one
        case of each test function counts as five times as quick.
        """
        seconds = self.baseline.seconds
        quick = sorted(self.everything if mutant.module in USED_WHEN_IMPORTED else self._seeing(mutant))
        found = [test for test in self.killers[_neighbourhood(mutant)] if test in set(quick)][:6]
        first = set({self.baseline.names[test].partition("[")[0]: test for test in reversed(quick)}.values())
        special = sorted(self._seeing(mutant), key=lambda test: self.breadth[test])[:100]
        quick.sort(key=lambda test: seconds[test] / 5 if test in first else seconds[test])
        budget = self.budget if mutant.before else self.budget / 4
        chosen = []
        for test in dict.fromkeys((*found, *special[:2], *quick[:4], *special, *quick)):
            budget -= seconds[test] + 0.0005
            if budget < 0:
                break
            chosen.append(test)
        return chosen

    def _seeing(self, mutant: Mutant) -> set[int]:
        if not mutant.function:
            return self.everything  # declarations and tables are read when they are imported
        seen = self.baseline.seen.get(mutant.module, {})
        lines = _statement(self.trees[mutant.module], mutant.line)
        return {test for line in lines for test in seen.get(str(line), ())}

    def found(self, mutant: Mutant, by: str) -> None:
        """Remember that this test found this mutant, if it is a quick one."""
        number = self.number.get(by)
        if number is None or self.baseline.seconds[number] > 0.1:
            return
        known = self.killers[_neighbourhood(mutant)]
        if number in known:
            known.remove(number)
        known.insert(0, number)
        del known[12:]


def _neighbourhood(mutant: Mutant) -> str:
    return mutant.id.partition(": ")[0]


def _statement(tree: ast.Module, line: int) -> range:
    """The lines of the innermost statement, of a compound one its head."""
    found: ast.stmt | None = None
    for node in ast.walk(tree):  # from the outside in
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0):
            found = node
    assert found is not None
    if isinstance(found, ast.FunctionDef):  # its defaults are read when it is called
        return range(found.lineno, (found.end_lineno or line) + 1)
    body = getattr(found, "body", None)
    stop = body[0].lineno if isinstance(body, list) else (found.end_lineno or line) + 1
    return range(found.lineno, max(stop, found.lineno + 1))
