"""Runs tests on mutants: a process for each, forked from one that has every library loaded.

Nothing is written to the package: the child imports the mutated source from memory. Which tests see a line, and how
long each takes, is measured once. The tests that see the mutated line run, those that found its neighbours first, then
quick before slow, until one fails. A test may take ten times as long as it should, then it is a timeout.
"""

from __future__ import annotations

import ast
import gc
import importlib
import inspect
import json
import os
import re
import resource
import signal
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import FunctionType, NoneType
from typing import Any, NamedTuple, NoReturn

import pytest

from tests.mutation.mutants import Mutant

ROOT = Path(__file__).resolve().parent.parent.parent
UNUSED = ("tests/test_hostile_input.py", "tests/test_fuzz.py")  # they measure time and memory, in processes of their own
LONGEST = 2.0  # seconds of the longest test that is used
MOST_MEMORY = 4 << 30
KILLED, SURVIVED = 1, 0


class Baseline(NamedTuple):
    """What the tests do without a mutant: the seconds of each, and by module and line those that see it, by number."""

    names: list[str]
    seconds: list[float]
    seen: dict[str, dict[str, list[int]]]

    @classmethod
    def read(cls, file: Path) -> Baseline:
        return cls(**json.loads(file.read_text(encoding="utf-8")))


class Outcome(NamedTuple):
    """`verdict` is killed, timeout or survived; `by` the test that failed."""

    verdict: str
    by: str = ""


def measure(modules: Iterable[str]) -> Baseline:
    """Run all tests once, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "baseline.json")
        if (child := os.fork()) == 0:
            _quiet()
            try:
                report.write_text(json.dumps(_measure(list(modules), folder)), encoding="utf-8")
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        return Baseline.read(report)


def _measure(modules: list[str], folder: str) -> dict[str, Any]:
    import coverage

    measured = coverage.Coverage(data_file=f"{folder}/coverage", source=[str(ROOT / "cnncalc")], config_file=False)
    seconds: dict[str, float] = {}
    failed: set[str] = set()

    class Meter:
        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
            measured.switch_context(item.nodeid)
            yield
            measured.switch_context("")

        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            seconds[report.nodeid] = seconds.get(report.nodeid, 0) + report.duration
            if report.outcome != "passed":
                failed.add(report.nodeid)

    measured.start()
    _pytest([*(f"--ignore={name}" for name in UNUSED)], Meter(), _Tamed({}))
    measured.stop()
    data = measured.get_data()
    names = sorted((name for name, taken in seconds.items() if taken < LONGEST and name not in failed), key=seconds.get)
    number = {name: index for index, name in enumerate(names)}
    seen = {}
    for module in modules:
        lines = data.contexts_by_lineno(str(path_of(module)))
        seen[module] = {str(line): sorted(number[t] for t in tests if t in number) for line, tests in lines.items()}
    return {"names": names, "seconds": [seconds[name] for name in names], "seen": seen}


def path_of(module: str) -> Path:
    """The file of a module of the package."""
    path = ROOT / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


class Tests:
    """Chooses the tests for a mutant, and remembers which of them find something. A test is its number, quick ones first."""

    def __init__(self, baseline: Baseline, budget: float) -> None:
        self.baseline = baseline
        self.budget = budget
        self.everything = set(range(len(baseline.names)))
        self.breadth = Counter(test for seen in baseline.seen.values() for tests in seen.values() for test in tests)
        self.killers: dict[str, list[int]] = defaultdict(list)
        self.statements = {module: ast.parse(path_of(module).read_text(encoding="utf-8")) for module in baseline.seen}

    def of(self, mutant: Mutant) -> list[int]:
        """The tests that see the mutated statement, the most promising first, as many as fit into the budget."""
        tests = self.everything  # declarations and tables are seen once, when they are imported
        if mutant.function:
            seen = self.baseline.seen[mutant.module]
            lines = _statement(self.statements[mutant.module], mutant.line)
            tests = {test for line in lines for test in seen.get(str(line), ())}
        killers = [test for test in self.killers[_neighbourhood(mutant)] if test in tests][:6]
        quick = sorted(tests)
        varied = list({self.baseline.names[test].partition("[")[0]: test for test in reversed(quick)}.values())[::-1]
        special = sorted(quick, key=lambda test: self.breadth[test])[:100]
        budget = self.budget
        chosen = []
        for test in dict.fromkeys((*killers, *special[:2], *varied[:4], *special, *varied, *quick)):
            budget -= self.baseline.seconds[test] + 0.001
            if budget < 0:
                break
            chosen.append(test)
        return chosen

    def found(self, mutant: Mutant, by: int) -> None:
        """Remember that this test found this mutant."""
        if self.baseline.seconds[by] > 0.1:
            return
        known = self.killers[_neighbourhood(mutant)]
        if by in known:
            known.remove(by)
        known.insert(0, by)
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
    body = getattr(found, "body", None)
    stop = body[0].lineno if isinstance(body, list) else (found.end_lineno or line) + 1
    return range(found.lineno, max(stop, found.lineno + 1))


# ---------------------------------------------------------------------------------------------- one mutant, one process


def run_all(
    mutants: list[Mutant], tests: Tests, processes: int, progress: Callable[[int, Mutant, Outcome], None]
) -> dict[str, Outcome]:
    """The outcome of every mutant, by id: all tests are collected once, and each mutant is a fork of that session."""
    forks = _Forks(mutants, tests, processes, progress)
    _pytest([f"--ignore={name}" for name in UNUSED], forks, _Tamed({}))
    if forks.error is not None:
        raise forks.error
    return forks.found


class _Forks:
    """A plugin that runs, instead of the tests, some of the tests for each mutant."""

    def __init__(
        self, mutants: list[Mutant], tests: Tests, processes: int, progress: Callable[[int, Mutant, Outcome], None]
    ) -> None:
        self.mutants = mutants
        self.tests = tests
        self.processes = processes
        self.progress = progress
        self.found: dict[str, Outcome] = {}
        self.error: BaseException | None = None
        self.numbers = {name: number for number, name in enumerate(tests.baseline.names)}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        try:
            with tempfile.TemporaryDirectory() as folder:
                self._run({item.nodeid: item for item in session.items}, Path(folder))
        except BaseException as error:
            self.error = error
        return True

    def _run(self, items: dict[str, pytest.Item], folder: Path) -> None:
        running: dict[int, tuple[Mutant, Path]] = {}
        waiting = iter(enumerate(self.mutants))
        names = self.tests.baseline.names
        watch = _Watch(dict(zip(names, self.tests.baseline.seconds, strict=True)))
        next(iter(items.values())).config.pluginmanager.register(watch)
        gc.freeze()  # what a child does not touch need not be copied
        gc.disable()
        while True:
            while len(running) < self.processes and (following := next(waiting, None)) is not None:
                number, mutant = following
                note = folder / str(number)
                chosen = [items[names[test]] for test in self.tests.of(mutant)]
                child = os.fork()
                if child == 0:
                    _child(mutant, chosen, watch, note)
                running[child] = (mutant, note)
            if not running:
                return
            child, status = os.wait()
            mutant, note = running.pop(child)
            self.found[mutant.id] = ended = _outcome(status, note)
            note.unlink(missing_ok=True)
            if ended.by in self.numbers:
                self.tests.found(mutant, self.numbers[ended.by])
            self.progress(len(self.found), mutant, ended)


def _outcome(status: int, note: Path) -> Outcome:
    if os.WIFSIGNALED(status):
        return Outcome("timeout" if os.WTERMSIG(status) in (signal.SIGPROF, signal.SIGKILL) else "killed", "signal")
    if os.WEXITSTATUS(status) == SURVIVED:
        return Outcome("survived")
    return Outcome("killed", note.read_text(encoding="utf-8") if note.exists() else "exit")


def _child(mutant: Mutant, tests: list[pytest.Item], watch: _Watch, note: Path) -> NoReturn:
    """Put the fault in, run the tests, and end: at the first that fails, or that takes far too long."""
    watch.note = note
    try:
        _quiet()
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        watch.leave_time(10)
        put_in(mutant)
        for test in tests:
            test.ihook.pytest_runtest_protocol(item=test, nextitem=None)
    except BaseException:
        watch.end("import")
    os._exit(SURVIVED)


MACHINERY = ("cnncalc.layers.base", "cnncalc.layers.window")  # what declarations use when they are imported
DATA = (int, float, str, tuple, list, dict, set, frozenset, re.Pattern, NoneType)


def put_in(mutant: Mutant) -> None:
    """Change the running package, whose functions and classes others hold already: these get new contents."""
    code = compile(mutant.source, str(path_of(mutant.module)), "exec", dont_inherit=True)
    module = importlib.import_module(mutant.module)
    declares = mutant.module.startswith("cnncalc.layers.") and mutant.module not in MACHINERY
    if declares:
        exec(code, vars(module))  # enters the registry again
    else:
        fresh: dict[str, Any] = {"__name__": mutant.module, "__builtins__": __builtins__}
        exec(code, fresh)
        _renew(vars(module), fresh)
    if mutant.module in MACHINERY:
        for name in sorted(name for name in sys.modules if name.startswith("cnncalc.layers.") and name not in MACHINERY):
            importlib.reload(sys.modules[name])
    for loaded in _ours():  # nothing remembered from before
        for value in list(loaded.values()):
            if hasattr(value, "cache_clear"):
                value.cache_clear()


def _ours() -> list[dict[str, Any]]:
    return [vars(module) for name, module in sys.modules.items() if name.partition(".")[0] in ("cnncalc", "tests")]


def _renew(old: dict[str, Any], fresh: dict[str, Any]) -> None:
    """Give the functions and classes of a module the contents of new ones, and replace its data everywhere."""
    kept = {id(value): old[name] for name, value in fresh.items() if name in old and not isinstance(value, DATA)}

    def translated(value: Any) -> Any:
        if id(value) in kept:
            return kept[id(value)]
        if isinstance(value, dict):
            return {translated(key): translated(part) for key, part in value.items()}
        if type(value) in (tuple, list, set, frozenset):
            return type(value)(translated(part) for part in value)
        return value

    def renew_function(before: Any, after: Any) -> None:
        before.__code__ = after.__code__
        before.__defaults__ = translated(after.__defaults__)
        before.__kwdefaults__ = translated(after.__kwdefaults__)

    for name, value in fresh.items():
        before = old.get(name)
        if name.startswith("__") or value is before:
            continue
        if isinstance(inspect.unwrap(value), FunctionType):
            renew_function(inspect.unwrap(before), inspect.unwrap(value))
        elif isinstance(value, type) and value.__module__ == fresh["__name__"]:
            for key, part in vars(value).items():
                had = vars(before).get(key)
                if isinstance(part, property) and part.fget:
                    renew_function(had.fget, part.fget)
                elif isinstance(part, FunctionType) and isinstance(had, FunctionType):
                    renew_function(had, part)
                elif isinstance(part, DATA) and part != had and not key.startswith("__"):
                    setattr(before, key, translated(part))
        elif isinstance(value, DATA) and value != {}:
            value = translated(value)
            for names in _ours():
                for key, held in list(names.items()):
                    if held is before and not isinstance(before, (int, NoneType)) or names is old and key == name:
                        names[key] = value


class _Watch:
    """Ends the process at the first test that fails, or that takes far too long."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self.seconds = seconds
        self.note = Path(os.devnull)

    def leave_time(self, seconds: float) -> None:
        signal.setitimer(signal.ITIMER_PROF, seconds)  # of the processor, so a busy machine changes nothing

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.leave_time(2 + 10 * self.seconds.get(nodeid, 1))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.end(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.end("import")

    def end(self, by: str) -> None:
        self.note.write_text(by, encoding="utf-8")
        os._exit(KILLED)


class _Tamed:
    """Sorts the tests, and makes those of hypothesis short, without shrinking and always the same."""

    def __init__(self, place: dict[str, int]) -> None:
        self.place = place

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        from hypothesis import HealthCheck, Phase, settings

        items.sort(key=lambda item: self.place.get(item.nodeid, 0))
        for item in items:
            function = getattr(item, "obj", None)
            if hasattr(function, "hypothesis"):
                old = getattr(function, "_hypothesis_internal_use_settings", settings.default)
                function._hypothesis_internal_use_settings = settings(  # type: ignore[union-attr]
                    old,
                    max_examples=min(40, old.max_examples),
                    phases=(Phase.explicit, Phase.generate),
                    derandomize=True,
                    database=None,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                )


def _pytest(arguments: list[str], *plugins: object) -> None:
    options = ["-s", "-p", "no:cacheprovider", "-p", "no:cov", "-p", "no:terminal", "--assert=plain", f"--rootdir={ROOT}"]
    os.chdir(ROOT)
    pytest.main([*options, *arguments], plugins=list(plugins))


def _quiet() -> None:
    """Nothing that a test or pytest says is wanted."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
