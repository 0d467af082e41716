"""Runs tests on mutants: a process for each, forked from one that has every library loaded.

Nothing is written to the package: the child imports the mutated source from memory. Which tests see a line, and how
long each takes, is measured once. The tests that see the mutated line run, those that found its neighbours first, then
quick before slow, until one fails. A test may take ten times as long as it should, then it is a timeout.
"""

from __future__ import annotations

import ast
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import json
import os
import resource
import signal
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple, NoReturn

import pytest

from tests.mutation.mutants import Mutant

ROOT = Path(__file__).resolve().parent.parent.parent
UNUSED = ("tests/test_hostile_input.py", "tests/test_fuzz.py")  # they measure time and memory, in processes of their own
LONGEST = 2.0  # seconds of the longest test that is used
MOST_MEMORY = 4 << 30
KILLED, SURVIVED = 1, 0


class Baseline(NamedTuple):
    """What the tests do without a mutant: the seconds of each, and by module and line those that see it."""

    seconds: dict[str, float]
    seen: dict[str, dict[int, list[str]]]

    @classmethod
    def read(cls, file: Path) -> Baseline:
        seconds, seen = json.loads(file.read_text(encoding="utf-8"))
        return cls(seconds, {name: {int(line): tests for line, tests in lines.items()} for name, lines in seen.items()})


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


def _measure(modules: list[str], folder: str) -> list[Any]:
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
    used = {name for name, taken in seconds.items() if taken < LONGEST and name not in failed}
    data = measured.get_data()
    seen = {}
    for module in modules:
        lines = data.contexts_by_lineno(str(path_of(module)))
        seen[module] = {line: sorted(used.intersection(tests)) for line, tests in lines.items()}
    return [{name: taken for name, taken in seconds.items() if name in used}, seen]


def path_of(module: str) -> Path:
    """The file of a module of the package."""
    path = ROOT / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


class Tests:
    """Chooses the tests for a mutant, and remembers which of them find something."""

    def __init__(self, baseline: Baseline, budget: float) -> None:
        self.baseline = baseline
        self.budget = budget
        self.breadth = Counter(test for seen in baseline.seen.values() for tests in seen.values() for test in tests)
        self.killers: dict[str, list[str]] = defaultdict(list)
        self.statements = {module: ast.parse(path_of(module).read_text(encoding="utf-8")) for module in baseline.seen}

    def of(self, mutant: Mutant) -> list[str]:
        """The tests that see the mutated statement, the most promising first, as many as fit into the budget."""
        seen = self.baseline.seen[mutant.module]
        lines, in_function = _statement(self.statements[mutant.module], mutant.line)
        tests = {test for line in lines for test in seen.get(line, ())}
        if not in_function:  # declarations and tables are seen once, when they are imported
            tests = {test for found in seen.values() for test in found}
            tests = tests if len(tests) > 1000 else set(self.baseline.seconds)
        seconds = self.baseline.seconds
        killers = [test for test in self.killers[_neighbourhood(mutant)] if test in tests][:6]
        quick = sorted(tests, key=lambda test: (seconds[test], test))
        varied = list({test.partition("[")[0]: test for test in reversed(quick)}.values())[::-1]  # one case of each
        special = sorted(quick, key=lambda test: self.breadth[test])[:100]
        budget = self.budget
        chosen = []
        for test in dict.fromkeys((*killers, *special[:2], *varied[:4], *special, *varied, *quick)):
            budget -= seconds[test] + 0.001
            if budget < 0:
                break
            chosen.append(test)
        return chosen

    def found(self, mutant: Mutant, by: str) -> None:
        """Remember that this test found this mutant."""
        if self.baseline.seconds.get(by, 1) > 0.1:
            return
        known = self.killers[_neighbourhood(mutant)]
        if by in known:
            known.remove(by)
        known.insert(0, by)
        del known[12:]


def _neighbourhood(mutant: Mutant) -> str:
    return mutant.id.partition(": ")[0]


def _statement(tree: ast.Module, line: int) -> tuple[range, bool]:
    """The lines of the innermost statement, of a compound one its head; and whether a function holds it."""
    found: ast.stmt | None = None
    in_function = False
    for node in ast.walk(tree):  # from the outside in
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0):
            if isinstance(found, (ast.FunctionDef, ast.Lambda)):
                in_function = True
            found = node
    if found is None:
        return range(line, line + 1), False
    body = getattr(found, "body", None)
    stop = body[0].lineno if isinstance(body, list) else (found.end_lineno or line) + 1
    return range(found.lineno, max(stop, found.lineno + 1)), in_function


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
        while True:
            while len(running) < self.processes and (following := next(waiting, None)) is not None:
                number, mutant = following
                note = folder / str(number)
                chosen = self.tests.of(mutant)
                child = os.fork()
                if child == 0:
                    _child(mutant, chosen, items, self.tests.baseline.seconds, note)
                running[child] = (mutant, note)
            if not running:
                return
            child, status = os.wait()
            mutant, note = running.pop(child)
            self.found[mutant.id] = ended = _outcome(status, note)
            note.unlink(missing_ok=True)
            if ended.verdict == "killed" and "::" in ended.by:
                self.tests.found(mutant, ended.by)
            self.progress(len(self.found), mutant, ended)


def _outcome(status: int, note: Path) -> Outcome:
    if os.WIFSIGNALED(status):
        return Outcome("timeout" if os.WTERMSIG(status) in (signal.SIGPROF, signal.SIGKILL) else "killed", "signal")
    if os.WEXITSTATUS(status) == SURVIVED:
        return Outcome("survived")
    return Outcome("killed", note.read_text(encoding="utf-8") if note.exists() else "exit")


def _child(
    mutant: Mutant, tests: list[str], items: dict[str, pytest.Item], seconds: dict[str, float], note: Path
) -> NoReturn:
    """Put the fault in, run the tests, and end: at the first that fails, or that takes far too long."""
    watch = _Watch(seconds, note)
    try:
        _quiet()
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        watch.leave_time(10)
        if mutant.function or _is_declaration(mutant):
            _put_in(mutant)
            manager = next(iter(items.values())).config.pluginmanager
            manager.register(watch)
            for test in tests:
                items[test].ihook.pytest_runtest_protocol(item=items[test], nextitem=None)
        else:
            for name in [name for name in sys.modules if name.partition(".")[0] in ("cnncalc", "tests")]:
                del sys.modules[name]
            sys.meta_path.insert(0, _Mutated(mutant))
            for part in (tests[:8], tests[8:60], tests[60:]):  # few files to collect, mostly
                if part:
                    watch.leave_time(10)
                    _pytest(part, watch, _Tamed({name: place for place, name in enumerate(part)}))
    except BaseException:
        watch.end("import")
    os._exit(SURVIVED)


def _is_declaration(mutant: Mutant) -> bool:
    return mutant.module.startswith("cnncalc.layers.") and mutant.module not in MACHINERY


MACHINERY = ("cnncalc.layers.base", "cnncalc.layers.window")  # what the declarations use when they are imported


def _put_in(mutant: Mutant) -> None:
    """Change the running package: a function gets other code, a declaration enters the registry again."""
    code = compile(mutant.source, str(path_of(mutant.module)), "exec", dont_inherit=True)
    module = importlib.import_module(mutant.module)
    if mutant.function:
        fresh: dict[str, Any] = {"__name__": mutant.module, "__builtins__": __builtins__}
        exec(code, fresh)
        old, new = _function(vars(module), mutant.function), _function(fresh, mutant.function)
        old.__code__, old.__defaults__, old.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__
    else:
        exec(code, vars(module))
    if mutant.module in MACHINERY:
        for name in sorted(name for name in sys.modules if name.startswith("cnncalc.layers.") and name not in MACHINERY):
            importlib.reload(sys.modules[name])
    for name, loaded in list(sys.modules.items()):  # nothing remembered from before
        if name.partition(".")[0] in ("cnncalc", "tests"):
            for value in list(vars(loaded).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def _function(namespace: dict[str, Any], name: str) -> FunctionType:
    first, *rest = name.split(".")
    found = namespace[first]
    for part in rest:
        found = vars(found)[part]
    found = found.fget if isinstance(found, property) else inspect.unwrap(found)
    assert isinstance(found, FunctionType)
    return found


class _Mutated(importlib.abc.MetaPathFinder):
    """Imports one module from its mutated source."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> Any:
        if name != self.mutant.module:
            return None
        file = path_of(name)
        loader = _FromMemory(name, str(file))
        loader.mutated = self.mutant.source
        return importlib.util.spec_from_file_location(name, file, loader=loader)


class _FromMemory(importlib.machinery.SourceFileLoader):
    mutated = ""

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.mutated, self.path, "exec", dont_inherit=True)


class _Watch:
    """Ends the process at the first test that fails, or that takes far too long."""

    def __init__(self, seconds: dict[str, float], note: Path) -> None:
        self.seconds = seconds
        self.note = note

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
