"""Hold files to the figures that they expect, and to the lint rules."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from cnncalc.analyses.measures import Measure, Use, used
from cnncalc.cli import loading, options, streams
from cnncalc.cli.command import CHECKS, FILES, OUTPUT, SHOWN, Command, argument, option
from cnncalc.cli.files import InputFile, OutputFile
from cnncalc.cli.formats import OutputFormat, pages
from cnncalc.cli.progress import Progress
from cnncalc.cli.updating import TIGHTEN, UPDATE, Rewriting, fix, rewrite
from cnncalc.core.figures import many
from cnncalc.formats import writing
from cnncalc.render.check import FEW, Checked, verdict

if TYPE_CHECKING:
    from cnncalc.analyses.checks.baselines.baseline import Against, OfProject
    from cnncalc.analyses.checks.baselines.growth import Allowance
    from cnncalc.analyses.checks.baselines.recorded import Recorded, Recorder
    from cnncalc.analyses.checks.budget import Limit
    from cnncalc.analyses.checks.config import Choices
    from cnncalc.analyses.checks.project import Project
    from cnncalc.analyses.checks.report import Finder, Report
    from cnncalc.core.problem import Problem
    from cnncalc.formats.changes import ChangeSet, Index
    from cnncalc.formats.listing import File

DRAWN = "full"
_KEPT = ("ascii",)  # for programs, which read UTF-8
FORMATS = (
    OutputFormat(DRAWN, ""),  # written while files are checked
    OutputFormat("text", "render.check.text:render"),
    OutputFormat("json", "render.check.json:render", _KEPT),
    OutputFormat("github", "render.check.github:render"),
    OutputFormat("sarif", "render.check.sarif:render", _KEPT),
    OutputFormat("gitlab", "render.check.code_quality:gitlab", _KEPT, suffixes=()),
    OutputFormat("rdjson", "render.check.code_quality:rdjson", _KEPT, suffixes=(".rdjson",)),
    OutputFormat("junit", "render.check.junit:render", _KEPT),
    *pages("render.check.report:document"),
)
REWRITTEN, LIMITS, BASELINE, LINT = "What is rewritten", "Limits", "Baseline", "Lint rules"
RUNS = "How it runs and ends"


def _form() -> str:
    return "github" if os.environ.get("GITHUB_ACTIONS") == "true" else DRAWN


def _rules(words: str, help: str) -> Any:
    """An option that names lint rules."""

    def known() -> Iterable[str]:
        from cnncalc.analyses.checks.rules import RULES

        return RULES

    return option(words, type=options.Names(known), read=_codes, metavar="CODES", help=help, group=LINT)


def _codes(given: str) -> frozenset[str]:
    from cnncalc.analyses.checks.config import read_codes

    return options.configured(read_codes, [code.strip() for code in given.split(",") if code.strip()])


class WithLimits:
    """`--max-NAME` for each quantity that has this option, and how one of them counts."""

    convention: Measure | None = options.convention("--max-multiplies or --max-params", LIMITS)

    @property
    def limits(self) -> dict[str, tuple[Limit, ...]]:
        """All that were given, by quantity."""
        given = {name: getattr(self, f"max_{name}") for name in used(Use.OPTION)}
        if counted := self.convention:
            (quantity,) = counted.rests_on
            if not given[quantity]:
                raise click.UsageError(f"--convention says how --max-{quantity} counts, which is not given.")
            given[counted.name] = tuple(limit._replace(quantity=counted.name) for limit in given.pop(quantity))
        return {name: limits for name, limits in given.items() if limits}


def _max_option(measure: Measure) -> Any:
    def read(given: tuple[str, ...]) -> tuple[Limit, ...]:
        from cnncalc.analyses.checks.budget import read_limit, units

        limits = [(value, read_limit(measure.name, value)) for value in given]
        for value, limit in limits:
            if limit is None:
                raise ValueError(f"{units(measure)}, or NAME= before it, not '{value}'")
        return tuple(limit for _, limit in limits if limit)

    return option(
        f"--max-{measure.name.replace('_', '-')}",
        metavar="[NAME=]LIMIT",
        multiple=True,
        read=read,
        help=f"The most {measure.noun}, in total or of the layer or block NAME: {measure.limit}, head={measure.limit}.",
        group=LIMITS,
    )


for _measure in used(Use.OPTION).values():
    setattr(WithLimits, f"max_{_measure.name}", _max_option(_measure))


class CheckCommand(
    Command, WithLimits, options.WithNetwork, options.WithStorage, options.WithOutputs, options.WithDrawing
):
    """Shapes fit, figures in `expect` hold, budgets and baselines are kept.

    What is legal and rarely meant is a warning. CODES are lint rules, separated by commas; `cnncalc rules` lists them;
    a comment `# cnncalc: ignore[CODE]` on the line of a finding ignores it. A project chooses its files, rules, limits
    and baseline in [tool.cnncalc] of its pyproject.toml: without FILE all of the project is checked.

    FILE is an architecture file, the name of a bundled one, - for standard input, or git:REF:PATH for an older version.
    Exit code 0 when all is well (warnings break nothing), 1 where a figure, a budget or a baseline is broken, 2 where a
    file cannot be used.
    """

    section = CHECKS
    examples = (
        "cnncalc check                            the files of the project",
        "cnncalc check net.yaml",
        "cnncalc check architectures/             every *.yaml and *.yml below it",
        "cnncalc check alexnet vgg16              bundled ones, by name",
        "cnncalc check --since origin/main        what a branch changes",
        "cnncalc check --staged                   what a commit changes",
        "cnncalc check net.yaml --max-size '20 MiB' --max-multiplies first=1.5G",
        "cnncalc check nets/ -f text              a line a problem, for editors",
        "cnncalc check nets/ -o cnncalc.sarif -o cnncalc.xml",
        "cnncalc check nets/ --baseline main --max-growth 5%      from git's main",
        "cnncalc check nets/ --write-baseline base.json           then --baseline it",
        "cnncalc check net.yaml --ignore heavy-layer,dropped-border",
        "cnncalc check net.yaml --update          put the figures of `expect` right",
        "cnncalc check net.yaml --tighten         and loose limits of `budget`",
        "cnncalc check nets/ --watch              while they are edited",
        "cnncalc check nets/ --fix                take out what is of no use",
    )

    files: tuple[str, ...] = argument("FILE|FOLDER...", required=False, type=options.Architecture())
    exclude: tuple[str, ...] = option(
        "--exclude",
        metavar="PATTERN",
        multiple=True,
        help="Leave out what matches, of the files that are found, not named: drafts, 'nets/old/**/*.yaml'.",
        group=FILES,
    )
    since: str | None = option(
        "--since",
        metavar="REF",
        help="Check only what changed since the branch left REF (its merge base with HEAD), committed or not, "
        "untracked files, too, and all that extends it. FILE|FOLDER, where given, limits what is looked at.",
        group=FILES,
    )
    staged: bool = option(
        "--staged",
        is_flag=True,
        help="Check only what the next commit changes, and all that extends it, as it is in git's index.",
        group=FILES,
    )
    update: bool = option(
        "--update",
        is_flag=True,
        help="Rewrite the figures of `expect` that no longer hold; comments, order and precision stay.",
        group=REWRITTEN,
    )
    tighten: bool = option(
        "--tighten",
        is_flag=True,
        help="Rewrite the limits of `budget` of which less than 90 % is used, in their own units.",
        group=REWRITTEN,
    )
    fix: bool = option(
        "--fix",
        is_flag=True,
        help="Take out vars, defaults, blocks and ignoring comments that rules find to be of no use; figures stay.",
        group=REWRITTEN,
    )
    baseline: str | None = option(
        "--baseline",
        type=InputFile(),
        metavar="FILE|GIT-REF",
        help="Totals grow no more than --max-growth from these recorded figures, or from that version in git.",
        group=BASELINE,
    )
    max_growth: dict[str, Allowance] = options.max_growth(
        "How much params, multiplies and activations, or that quantity, may grow from the baseline.  [default: 0%]",
        group=BASELINE,
    )
    write_baseline: str | None = option(
        "--write-baseline",
        type=OutputFile(renews="baseline"),
        metavar="FILE",
        help="Record the figures of every FILE for --baseline.",
        group=BASELINE,
    )
    select: frozenset[str] | None = _rules("--select", "Run only these lint rules.")
    ignore: frozenset[str] | None = _rules("--ignore", "Run all lint rules but these.")
    no_lint: bool = option("--no-lint", is_flag=True, help="Run no lint rule.", group=LINT)
    strict: bool = option(
        "--strict",
        is_flag=True,
        help="Warnings break a file, too: exit code 1; operators that are not understood make it unusable: 2.",
        group=RUNS,
    )
    show_config: bool = option(
        "--show-config",
        is_flag=True,
        help="Show what FILE, or without one the project, is held to, and where that is chosen; check nothing.",
        group=SHOWN,
    )
    statistics: bool = option(
        "--statistics", is_flag=True, help="Say at the end how many problems there are of each code.", group=SHOWN
    )
    exit_zero: bool = option(
        "--exit-zero",
        is_flag=True,
        help="Exit code 0 also where something is broken; not for a wrong command line.",
        group=RUNS,
    )
    watch: bool = option(
        "--watch",
        is_flag=True,
        help="Check once more whenever a file that was read, or one in a FOLDER, changes; Ctrl-C ends it.",
        group=RUNS,
    )
    form: OutputFormat = options.formats(
        *FORMATS,
        default=_form,
        help="full shows the lines that are wrong, text one line a problem; github writes annotations and the step "
        "summary, sarif and junit files for other services.  [default: full, inside GitHub Actions github]",
    )
    quiet: bool = option(
        "-q", "--quiet", is_flag=True, help="Nothing about a file that is fine; the last line stays.", group=OUTPUT
    )

    def run(self) -> int:
        self._refuse()
        loading.refuse_two_inputs(self.files)
        loading.note_slow_parser()
        if not self.watch:
            return self._once()
        from cnncalc.cli.watching import changes

        code = 0
        try:
            for _ in changes(self._found):
                click.clear()
                try:
                    code = self._once()
                except click.ClickException as error:  # a project that cannot be used just now
                    streams.show(error)
                    code = error.exit_code
                except click.exceptions.Exit as error:
                    code = error.exit_code
                streams.remark("watching: Ctrl-C ends it")
        except KeyboardInterrupt:
            pass
        return code

    def _found(self) -> list[str]:
        """The names of the files that would be checked now."""
        from cnncalc.analyses.checks.config import BadConfig
        from cnncalc.analyses.checks.project import Project
        from cnncalc.formats.listing import listing

        project = Project(self._choices(), self.exclude)
        try:
            names = self.files or [project.own.name_of(path.split("*")[0]) for path in project.paths]
        except BadConfig:
            return []
        return [one.name for one in listing(names, self.allow_outside)]

    def _once(self) -> int:
        from cnncalc.analyses.checks.lint import Linter
        from cnncalc.analyses.checks.project import Project
        from cnncalc.analyses.checks.report import Checks, causes, empty, keyed

        change = _change(self.since) if self._partly else None
        if change:
            change.tree.allow_outside = self.allow_outside
        index = change.index if change else None
        project = Project(self._choices(), self.exclude, _read_config(index))
        own = options.configured(project.config, "")
        if self.show_config:
            return self._show_config(project)
        if self.max_growth and self.baseline is None and not own.baseline:
            raise click.UsageError("--max-growth goes with --baseline.")
        files = self._to_check(project, change)
        held = self._held(project, index)
        recorder = None if self.write_baseline is None else _recorder(self.write_baseline)
        finders: list[Finder] = [] if self.no_lint else [Linter(project)]
        finders += [held] if held else []
        finders += [recorder] if recorder else []
        checks = Checks(
            vars=self.vars,
            input_size=self.input_size,
            storage=self.storage,
            allow_outside=self.allow_outside,
            finders=tuple(finders),
            read=change.read if change else partial(loading.read, format=self.from_),
            project=project,
        )
        reports: list[Report] = []

        quiet, told = self.quiet or len(files) > FEW, set[Hashable]()

        def done(report: Report) -> None:
            new = [problem for key, problem in keyed(report) if key not in told]
            told.update(key for key, _ in keyed(report))
            if not (quiet and report.code == 0 and not report.problems):
                self._show(report, new)
            if not report.skipped:
                reports.append(report)

        with Progress(files) as progress:
            for file in progress:
                if not self.quiet and not change and not file.listed:
                    loading.note_bundled(file.name)
                for what in (*self._rewriting, *((fix(project),) if self.fix else ())):
                    progress.hide()
                    options.configured(rewrite, what, file.name, checks)
                report = options.configured(checks.report, file)
                progress.hide()
                done(report)
        own_paths = () if self.files else map(own.name_of, own.files)
        for report in () if change else empty(self.files or own_paths, reports):
            done(report)
        nothing = "" if reports else _nothing(change, self.files or own.files)
        for name in held.gone() if held else ():
            streams.remark(f"{name} is in the baseline, and gone")
        if self.form.name == DRAWN:
            inherited = [f"{cause.problem.where}: {cause.note}" for cause in causes(reports) if cause.note]
            for note in dict.fromkeys(inherited):
                streams.remark(note)
        self._conclude(reports, nothing)
        if recorder:
            _record(recorder, reports, self.baseline)
        if self.statistics:
            for code, number in Counter(cause.problem.code for cause in causes(reports)).most_common():
                streams.tell(f"{number:,} {code}")
        return 0 if self.exit_zero else max((report.code for report in reports), default=0 if change else 2)

    def _choices(self) -> Choices:
        """What was chosen on the command line."""
        from cnncalc.analyses.checks.config import Choices

        limits, growth = self.limits, dict(self.max_growth)
        return Choices(self.select, self.ignore, self.strict or None, limits, growth, memory=self.storage)

    def _to_check(self, project: Project, change: ChangeSet | None) -> list[File]:
        """The files that are meant, without those that are excluded; what leads to none ends the command."""
        from cnncalc.core.problem import ProblemsFound
        from cnncalc.formats.listing import listing

        own = project.own
        try:
            if change:
                from cnncalc.formats.dependents import affected

                found = affected(change, self.files or map(own.name_of, own.files))
            elif not self.files:
                found = [one for path in options.configured(project.files, self.allow_outside).values() for one in path]
            else:
                found = list(listing(self.files, self.allow_outside))
        except ProblemsFound as error:
            raise _ended(error.problems) from None
        named = {os.path.normpath(name) for name in self.files}
        files = [one for one in found if os.path.normpath(one.name) in named or not project.excludes(one.name)]
        if left := len(found) - len(files):
            streams.remark(f"{many(left, 'file')} excluded")
        return files

    def _show_config(self, project: Project) -> int:
        from cnncalc.render.check.config import render

        for name in self.files or ("",):
            streams.emit(self.style.plain(options.configured(render, project, name)), self.output)
        return 0

    @property
    def _rewriting(self) -> list[Rewriting]:
        """What is to be rewritten in files."""
        return [what for what in (UPDATE, TIGHTEN) if getattr(self, what.option.removeprefix("--"))]

    @property
    def _partly(self) -> bool:
        return self.since is not None or self.staged

    def _refuse(self) -> None:
        """Say of options that do not go together that they do not."""
        drawn = any(form.name == DRAWN and output not in (None, "-") for form, output in self.outputs)
        others = ", ".join(form.name for form in FORMATS if form.name != DRAWN)
        own = not (self.sets or self.input_size)
        for_memory = self.storage_options
        recorded = self.write_baseline is not None
        for wrong, why in (
            (self.since is not None and self.staged, "--since and --staged exclude each other."),
            (drawn, f"--output wants another format than `{DRAWN}`: --format {others}."),
            (self.select == frozenset(), "--select names no rule; --no-lint runs none."),
            (self.no_lint and self.select, "--select and --no-lint exclude each other."),
            *(
                (asked and wrong, f"{name} {why}")
                for name, asked in (("--update", self.update), ("--tighten", self.tighten), ("--fix", self.fix))
                for wrong, why in (
                    (not own, "writes the file's own figures: it goes without --set and --input-size."),
                    (for_memory, f"writes the file's own figures: it goes without {for_memory}."),
                    ("-" in self.files, "rewrites a file; standard input is none."),
                    (self.staged, "rewrites files, and not what is --staged of them."),
                )
            ),
            (self.watch and ("-" in self.files or self._partly), "--watch wants files: no standard input, no change."),
            (recorded and self._partly, "--write-baseline records all files, not those that changed."),
            (
                recorded and not own,
                "--write-baseline records the files' own figures: it goes without --set, --input-size.",
            ),
        ):
            if wrong:
                raise click.UsageError(why)

    def _held(self, project: Project, index: Index | None) -> Against | Recorded | OfProject | None:
        """What files are held against, which is not the project's baseline where one is written.

        A baseline that is none ends the command.
        """
        if self.baseline is None and (self.write_baseline or not project.own.baseline):
            return None
        from cnncalc.analyses.checks.baselines.baseline import Against, named, of_project
        from cnncalc.analyses.checks.baselines.recorded import Recorded
        from cnncalc.core.problem import ProblemsFound
        from cnncalc.formats.changes import found_elsewhere

        first = next(iter(self.files), "")
        folder = first if os.path.isdir(first) else os.path.dirname(first)
        folder = folder if os.path.isdir(folder) else ""
        try:
            if self.baseline is None:
                return of_project(project, self.vars, self.input_size, index)
            held = named(self.baseline, project.allowed, self.vars, self.input_size, folder, index)
            if isinstance(held, Against) and held.ref != self.baseline.removeprefix("git:"):
                streams.remark(found_elsewhere(self.baseline, held.ref))
        except ProblemsFound as error:
            raise _ended(error.problems) from None
        if isinstance(held, Recorded) and (self.sets or self.input_size):
            raise click.UsageError(
                "a baseline FILE has the files' own figures: it goes without --set and --input-size."
            )
        return held

    def _show(self, report: Report, problems: list[Problem]) -> None:
        """What is said of one file as soon as it is checked: its problems that were not yet told, set apart."""
        from cnncalc.analyses.checks.budget import fullest

        form = self.form.name
        if report.skipped:
            streams.remark(f"{report.file} is passed over: {report.skipped}")
        if form in (DRAWN, "text", "github"):  # the others have them in what they write
            for note in report.notes:
                streams.remark(f"{report.file}: {note}")
        if form == DRAWN and problems:
            streams.complain(problems)
            click.echo(err=True)
        if form == DRAWN and report.code == 0 and not report.skipped and not self.quiet:
            most = fullest(report.budgets)
            streams.say(f"{report.file}: {many(report.figures, 'figure')}{f'; {most.text}' if most else ''}")

    def _conclude(self, reports: list[Report], nothing: str) -> None:
        """What is said when all files are checked; `nothing` where there was none."""
        said = verdict(reports) if reports else nothing
        checked = Checked(reports, os.environ.get("GITHUB_WORKSPACE"), said)
        for form, output in self.outputs:
            if form.name == "github":
                from cnncalc.cli.actions import commands

                with commands():
                    self.write_to(output, form, checked)
                self._write_step_summary(checked)
            elif form.name != DRAWN:
                self.write_to(output, form, checked)
        if self.form.name == DRAWN:
            streams.say(said)
        else:
            streams.tell(said)

    def _write_step_summary(self, checked: Checked) -> None:
        """Add to what GitHub shows on the page of a run, where it asks for that."""
        from cnncalc.render.check.report import step_summary

        path = os.environ.get("GITHUB_STEP_SUMMARY")
        if not path:
            return
        try:
            writing.append(path, step_summary(checked, self.style).encode("utf-8", writing.SHOWN))
        except OSError as error:
            streams.remark(f"the step summary is not written: {(error.strerror or str(error)).lower()}")


def _change(since: str | None) -> ChangeSet:
    """What changed since a version, or what is staged; where git cannot say, the command ends."""
    from cnncalc.core.problem import ProblemsFound
    from cnncalc.formats import changes

    try:
        change = changes.staged() if since is None else changes.since(since)
    except ProblemsFound as error:
        raise _ended(error.problems) from None
    for note in change.notes:
        streams.remark(note)
    return change


def _nothing(change: ChangeSet | None, files: tuple[str, ...]) -> str:
    """What is said where there is no architecture, or a change concerns none: that nothing was checked."""
    inside = f" in {', '.join(files)}" if files else ""
    return f"nothing to check: no architecture file{inside}{f' {change.when}' if change else ''}"


def _ended(problems: list[Problem]) -> click.exceptions.Exit:
    streams.complain(problems)
    return click.exceptions.Exit(2)


def _read_config(index: Index | None) -> Callable[[str], bytes | None]:
    """How a `pyproject.toml` is read: of what is staged, too, where it lies in that repository."""
    from cnncalc.analyses.checks.config import on_disk

    def read(path: str) -> bytes | None:
        return on_disk(path) if index is None or index.path(path).startswith("..") else index.content(path)

    return read


def _recorder(path: str) -> Recorder:
    from cnncalc.analyses.checks.baselines.recorded import Recorder

    return Recorder(path)


def _record(recorder: Recorder, reports: list[Report], before: str | None) -> None:
    """Write the baseline file, which may be the one before, of all files or not at all."""
    if any(report.code == 2 for report in reports):
        streams.remark(f"{recorder.path} is not written: a file cannot be used")
        return
    streams.emit(recorder.text(), recorder.path, renews=before)
    streams.remark(f"{recorder.path} records {many(len(recorder.files), 'file')}")
