"""Runs tests on mutants: all tests are collected once, and each mutant is a fork of that session.

A child puts its mutant into the running package and runs the tests that see the mutated line, until one fails. A test
may take ten times as long as it should, then the mutant is a timeout.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest

from tests.mutation.choose import Tests
from tests.mutation.mutants import Mutant
from tests.mutation.put_in import put_in
from tests.mutation.session import Tamed, quiet, run_pytest

MOST_MEMORY = 4 << 30
SURVIVED, KILLED = 0, 1


class Outcome(NamedTuple):
    """`verdict` is killed, timeout or survived; `by` the test that failed."""

    verdict: str
    by: str = ""


Progress = Callable[[Mutant, Outcome], None]


def run_all(
    mutants: list[Mutant], tests: Tests, processes: int, progress: Progress, files: Sequence[str] = ()
) -> dict[str, Outcome]:
    """The outcome of every mutant, by id."""
    forks = _Forks(mutants, tests, processes, progress)
    run_pytest(forks, Tamed(), files=files)
    if forks.error is not None:
        raise forks.error
    return forks.found


class _Forks:
    """A plugin that runs, instead of the tests, some of the tests for each mutant."""

    def __init__(self, mutants: list[Mutant], tests: Tests, processes: int, progress: Progress) -> None:
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
        names = self.tests.baseline.names
        watch = _Watch(dict(zip(names, self.tests.baseline.seconds, strict=True)))
        next(iter(items.values())).config.pluginmanager.register(watch)
        gc.freeze()  # what a child does not touch need not be copied
        gc.disable()
        while True:
            while len(running) < self.processes and (following := next(waiting, None)) is not None:
                number, mutant = following
                note = folder / str(number)
                chosen = [items[names[test]] for test in self.tests.of(mutant) if names[test] in items]
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
            self.tests.found(mutant, ended.by)
            self.progress(mutant, ended)


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
        quiet()
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        watch.leave_time(10)
        put_in(mutant)
        for test in tests:
            test.ihook.pytest_runtest_protocol(item=test, nextitem=None)
    except BaseException:
        watch.end("import")
    os._exit(SURVIVED)


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

    def end(self, by: str) -> None:
        self.note.write_text(by, encoding="utf-8")
        os._exit(KILLED)
