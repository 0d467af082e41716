"""A plugin of pytest: `pytest --cnncalc` checks the architecture files of the project as tests.

What these are, and what they are held to, is said once for all: in `[tool.cnncalc]` of `pyproject.toml`.
Every run of pytest loads this module, whether it wants it or not: it imports nothing but pytest until it is asked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cnncalc.analyses.checks.project import Project
    from cnncalc.analyses.checks.report import Report

COLLECTOR = "cnncalc-collector"
SUFFIXES = (".yaml", ".yml")


class ArchitectureWarning(pytest.PytestWarning):
    """A warning of `cnncalc check`, at its line of an architecture file."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option `--cnncalc`."""
    group = parser.getgroup("cnncalc", "architecture files")
    group.addoption("--cnncalc", action="store_true", help="check architecture files, too: one test for each")


def pytest_configure(config: pytest.Config) -> None:
    """Collect architecture files where that is asked, also beside `testpaths`, but not beside what is named.

    Raises UsageError where a choice of the project cannot be used, or a file of it would be checked by nobody.
    """
    config.addinivalue_line("markers", "cnncalc: an architecture file, checked because of --cnncalc")
    if not config.getoption("cnncalc"):
        return
    collector = _collector(config)
    config.pluginmanager.register(collector, COLLECTOR)
    if not collector.named:
        config.args += collector.beside


def _not_looked_into(name: str, patterns: Iterable[str]) -> str:
    """The pattern of `norecursedirs` because of which pytest does not come by a file; empty where it does."""
    folders = [folder for folder in os.path.dirname(name).split(os.sep) if folder not in ("", os.pardir)]
    return next((one for one in patterns if any(fnmatchcase(folder, one) for folder in folders)), "")


def _within(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(os.path.join(folder, "")) for folder in folders)


def _collector(config: pytest.Config) -> _Collector:
    from cnncalc.analyses.checks.config import BadConfig
    from cnncalc.core.problem import ProblemsFound

    try:
        return _Collector(config)
    except (BadConfig, ProblemsFound) as error:
        raise pytest.UsageError(f"cnncalc: {error}") from None


class _Collector:
    """Finds the architecture files among all files that pytest comes by, and knows how they are checked.

    `beside` are those that pytest does not come by.
    """

    def __init__(self, config: pytest.Config) -> None:
        from cnncalc.analyses.checks.baselines.baseline import of_project
        from cnncalc.analyses.checks.lint import Linter
        from cnncalc.analyses.checks.project import Project
        from cnncalc.analyses.checks.report import Checks
        from cnncalc.formats.source import relative

        self.named = config.args_source is pytest.Config.ArgsSource.ARGS
        project = Project(folder=str(config.rootpath))
        held = of_project(project, {}, None)
        self.checks = Checks(finders=(Linter(project), *((held,) if held else ())), project=project)
        given = [path.partition("::")[0] for path in config.args]
        if self.named and not project.there and not any(path.lower().endswith(SUFFIXES) for path in given):
            message = f"cnncalc: no `files` of [tool.cnncalc] say what is checked below {', '.join(map(repr, given))}"
            raise pytest.UsageError(f"{message}: name architecture files, or leave out --cnncalc")
        files = [] if self.named and not project.there else list(_architectures(project))
        self.files = frozenset(files)
        around = [os.path.normpath(os.path.join(config.invocation_params.dir, path)) for path in config.args]
        self.beside = [path for path in files if not _within(path, around)]
        for path in sorted(self.files.difference(self.beside)):
            name = relative(path, str(config.rootpath))
            if passed_by := _not_looked_into(name, config.getini("norecursedirs")):
                message = f"cnncalc: pytest passes by `{name}`: norecursedirs has `{passed_by}`"
                raise pytest.UsageError(message)

    def pytest_report_header(self) -> str | None:
        return "cnncalc: what is named is checked, and not all of the project" if self.named else None

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        if file_path.suffix.lower() not in SUFFIXES:
            return None
        if not parent.session.isinitpath(file_path) and str(file_path) not in self.files:
            return None
        found: pytest.Collector = ArchitectureFile.from_parent(parent, path=file_path)
        return found


def _architectures(project: Project) -> Iterator[str]:
    """The whole paths of a project's files; raises UsageError where a path of it leads to none."""
    for path, files in project.files().items():
        found = [os.path.abspath(one.name) for one in files if not project.excludes(one.name)]
        found = [one for one in found if _is_architecture(one)]
        if files and not found:
            raise pytest.UsageError(f"cnncalc: no architecture file in `{path}`")
        yield from found


class ArchitectureFile(pytest.File):
    """A YAML file; holds one test if it is an architecture, or cannot be read."""

    def collect(self) -> Iterator[pytest.Item]:
        """The test of this file."""
        if _is_architecture(str(self.path)):
            yield ArchitectureItem.from_parent(self, name="check")


def _is_architecture(path: str) -> bool:
    """Whether a file means to be an architecture; one that cannot be read is, for its test to say."""
    from cnncalc.core.problem import ProblemsFound
    from cnncalc.formats.source import read_file
    from cnncalc.formats.yaml.reading.description import is_architecture
    from cnncalc.formats.yaml.tree import parse

    try:
        return is_architecture(parse(read_file(path, os.path.basename(path), regular=True)))
    except ProblemsFound:
        return True


class ArchitectureItem(pytest.Item):
    """One file, held to its own `expect` and `budget` and to the lint rules, as `cnncalc check` does."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.add_marker("cnncalc")

    def runtest(self) -> None:
        """The check of the file; its warnings are pytest's."""
        from cnncalc.analyses.checks.config import BadConfig
        from cnncalc.formats.source import relative

        collector = self.config.pluginmanager.get_plugin(COLLECTOR)
        assert isinstance(collector, _Collector)
        try:
            report = collector.checks.report(relative(str(self.path)))
        except BadConfig as error:
            raise pytest.UsageError(str(error)) from None
        if report.code:
            raise FileBroken(report)
        for problem in report.warnings:
            text = f"{problem.message} [{problem.code}]"
            line = (problem.where and problem.where.line) or 1
            file = problem.where.file if problem.where else report.file
            self.warn_explicitly(text, file, line)

    def warn_explicitly(self, text: str, file: str, line: int) -> None:
        """Issue a warning at a line of an architecture file."""
        from warnings import warn_explicit

        from cnncalc.core.problem import clean

        warn_explicit(clean(text), ArchitectureWarning, clean(file), line)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The problems as `cnncalc check` draws them: what matters stands in the file, not in a traceback."""
        if isinstance(excinfo.value, FileBroken):
            from cnncalc.render.problems import render

            color = bool(self.config.get_terminal_writer().hasmarkup)
            report = excinfo.value.report  # pytest's short summary takes the first line
            return render(report.errors + report.warnings, color=color).rstrip("\n")
        if isinstance(excinfo.value, ArchitectureWarning | pytest.UsageError):
            return f"{'warning' if isinstance(excinfo.value, Warning) else 'error'}: {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The place of the test, and its name."""
        from cnncalc.formats.source import relative

        return self.path, 0, f"{relative(str(self.path))}: check"


class FileBroken(Exception):
    """A file that is broken or cannot be used."""

    def __init__(self, report: Report) -> None:
        super().__init__("; ".join(problem.message for problem in report.problems))
        self.report = report
