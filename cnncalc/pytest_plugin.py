"""A plugin of pytest: `pytest --cnncalc` checks every architecture file as a test.

Every run of pytest loads this module, whether it wants it or not: it imports nothing but pytest until it is asked.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cached_property
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cnncalc.analyses.checks.report import Checks, Report

COLLECTOR = "cnncalc-collector"
FOLDERS = ["architectures"]


class ArchitectureWarning(pytest.PytestWarning):
    """A warning of `cnncalc check`, at its line of an architecture file."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare `--cnncalc` and the settings that belong to it."""
    group = parser.getgroup("cnncalc", "architecture files")
    group.addoption("--cnncalc", action="store_true", help="check architecture files, too: one test for each")
    parser.addini(
        "cnncalc_paths",
        "files, folders and patterns whose architecture files --cnncalc checks",
        type="args",
        default=FOLDERS,
    )
    parser.addini("cnncalc_strict", "a warning of --cnncalc breaks its file", type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Collect architecture files where that is asked; also beside `testpaths`, but not beside named files."""
    config.addinivalue_line("markers", "cnncalc: an architecture file, checked because of --cnncalc")
    if not config.getoption("cnncalc"):
        return
    config.pluginmanager.register(_Collector(config), COLLECTOR)
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        patterns = [os.path.join(config.rootpath, pattern) for pattern in config.getini("cnncalc_paths")]
        config.args += [path for pattern in patterns for path in sorted(glob(pattern, recursive=True))]


class _Collector:
    """Finds the architecture files among all files that pytest comes by, and knows how they are checked."""

    def __init__(self, config: pytest.Config) -> None:
        self.root = config.rootpath
        self.strict: bool = config.getini("cnncalc_strict")
        paths = [os.path.normpath(path) for path in config.getini("cnncalc_paths")]
        self.patterns = ["*" if path == "." else path for path in paths]

    @cached_property
    def checks(self) -> Checks:
        """As `cnncalc check` does it, with the project's choices in `[tool.cnncalc]`; raises BadConfig."""
        from cnncalc.analyses.checks.config import nearest_config
        from cnncalc.analyses.checks.lint import Linter
        from cnncalc.analyses.checks.report import Checks

        linter = Linter()
        strict = self.strict or nearest_config("", linter.configs).strict
        return Checks(strict=strict, finders=(linter,))

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        if file_path.suffix not in (".yaml", ".yml"):
            return None
        if not parent.session.isinitpath(file_path) and not self._is_ours(file_path):
            return None
        found: pytest.Collector = ArchitectureFile.from_parent(parent, path=file_path)
        return found

    def _is_ours(self, path: Path) -> bool:
        name = os.path.relpath(path, self.root)
        return any(
            fnmatchcase(name, pattern) or fnmatchcase(name, os.path.join(pattern, "*")) for pattern in self.patterns
        )


class ArchitectureFile(pytest.File):
    """A YAML file; holds one test if it is an architecture, or cannot be read."""

    def collect(self) -> Iterator[pytest.Item]:
        """The test of this file."""
        from cnncalc.core.problem import ProblemsFound
        from cnncalc.formats.source import read_file
        from cnncalc.formats.yaml.reading.description import is_architecture
        from cnncalc.formats.yaml.tree import parse

        try:
            ours = is_architecture(parse(read_file(str(self.path), self.path.name)))
        except ProblemsFound:
            ours = True  # for the test to say
        if ours:
            yield ArchitectureItem.from_parent(self, name="check")


class ArchitectureItem(pytest.Item):
    """Holds one file to its own `expect` and `budget` and to the lint rules, as `cnncalc check` does."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.add_marker("cnncalc")

    def runtest(self) -> None:
        """Check the file; its warnings are pytest's."""
        from cnncalc.analyses.checks.config import BadConfig

        collector = self.config.pluginmanager.get_plugin(COLLECTOR)
        assert isinstance(collector, _Collector)
        try:
            report = collector.checks.report(os.path.relpath(self.path))
        except BadConfig as error:
            raise pytest.UsageError(str(error)) from None
        if report.code:
            raise Broken(report)
        for problem in report.warnings:
            text = f"{problem.message} [{problem.code}]"
            line = problem.where.line if problem.where else 1
            file = problem.where.file if problem.where else report.file
            self.warn_explicitly(text, file, line)

    def warn_explicitly(self, text: str, file: str, line: int) -> None:
        """Issue a warning at a line of an architecture file."""
        from warnings import warn_explicit

        from cnncalc.core.problem import clean

        warn_explicit(clean(text), ArchitectureWarning, clean(file), line)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The problems as `cnncalc check` draws them: what matters stands in the file, not in a traceback."""
        if isinstance(excinfo.value, Broken):
            from cnncalc.render.problems import render

            color = bool(self.config.get_terminal_writer().hasmarkup)
            report = excinfo.value.report  # pytest's short summary takes the first line
            return render(report.errors + report.warnings, color=color).rstrip("\n")
        if isinstance(excinfo.value, ArchitectureWarning | pytest.UsageError):
            return f"{'warning' if isinstance(excinfo.value, Warning) else 'error'}: {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the test stands, and what it is called."""
        return self.path, 0, f"{os.path.relpath(self.path)}: check"


class Broken(Exception):
    """A file that is broken or cannot be used."""

    def __init__(self, report: Report) -> None:
        super().__init__("; ".join(problem.message for problem in report.problems))
        self.report = report
