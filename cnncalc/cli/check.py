"""`cnncalc check`."""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from cnncalc.analyses.measures import MEASURES, Use, used
from cnncalc.cli import loading, options, streams
from cnncalc.cli.command import InputFile, OutputFile
from cnncalc.cli.progress import Progress
from cnncalc.formats import writing
from cnncalc.render.check import FORMATS, many, renderer, verdict

if TYPE_CHECKING:
    from fractions import Fraction

    from cnncalc.analyses.checks.baselines.baseline import Against
    from cnncalc.analyses.checks.baselines.recorded import Recorded, Recorder
    from cnncalc.analyses.checks.budget import Limit
    from cnncalc.analyses.checks.expect import Update
    from cnncalc.analyses.checks.report import Report
    from cnncalc.core.problem import Problem
    from cnncalc.formats.changes import ChangeSet, Index
    from cnncalc.formats.listing import File

DRAWN = "full"


def _limits(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[Limit, ...]:
    """The limits of one option: `5M`, or `NAME=5M`."""
    if not values:
        return ()
    from cnncalc.analyses.checks.budget import read_limit, units

    quantity = (param.name or "").removeprefix("max_")
    limits = []
    for value in values:
        limit = read_limit(quantity, value)
        if limit is None:
            raise click.BadParameter(f"{units(MEASURES[quantity])}, or NAME= before it, not '{value}'")
        limits.append(limit)
    return tuple(limits)


def _limit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--max-NAME` for each quantity that has this option."""
    for measure in reversed(list(used(Use.OPTION).values())):
        command = click.option(
            f"--max-{measure.name.replace('_', '-')}",
            metavar="[NAME=]LIMIT",
            multiple=True,
            callback=_limits,
            help=f"The most {measure.noun}, in total or of the layer or block NAME: {measure.limit}, "
            f"head={measure.limit}.",
        )(command)
    return command


def _known_codes() -> Iterable[str]:
    from cnncalc.analyses.checks.rules import RULES

    return RULES


def _codes(ctx: click.Context, param: click.Parameter, value: str | None) -> frozenset[str] | None:
    if value is None:
        return None
    from cnncalc.analyses.checks.config import read_codes

    codes = [code.strip() for code in value.split(",") if code.strip()]
    if not codes and param.name == "select":
        raise click.UsageError("--select names no rule; --no-lint runs none.")
    return options.configured(read_codes, codes)


@options.command(
    "check",
    epilog=options.examples(
        "cnncalc check net.yaml",
        "cnncalc check architectures/             every *.yaml and *.yml below it",
        "cnncalc check alexnet vgg16              bundled ones, by name",
        "cnncalc check --since origin/main        what a branch changes",
        "cnncalc check --staged                   what a commit changes",
        "cnncalc check net.yaml --max-size '20 MiB' --max-multiplies head=1.5G",
        "cnncalc check nets/ -f text              a line a problem, for editors",
        "cnncalc check nets/ -o cnncalc.sarif",
        "cnncalc check nets/ --baseline main --max-growth 5%      from git's main",
        "cnncalc check nets/ --write-baseline base.json           then --baseline it",
        "cnncalc check net.yaml --ignore heavy-layer,dropped-border",
        "cnncalc check net.yaml --update          put the figures of `expect` right",
    ),
)
@click.argument("files", metavar="FILE|FOLDER...", nargs=-1, type=options.Architecture())
@click.option(
    "--since",
    metavar="REF",
    help="Check only what changed since the branch left REF (its merge base with HEAD), committed or not, untracked "
    "files, too, and all that extends it. FILE|FOLDER, where given, limits what is looked at.",
)
@click.option(
    "--staged",
    is_flag=True,
    help="Check only what the next commit changes, and all that extends it, as it is in git's index.",
)
@options.format_option(
    DRAWN,
    *FORMATS,
    *options.PAGES,
    default=False,
    help="full shows the lines that are wrong, text one line a problem; github writes annotations and the step "
    "summary, sarif and junit files for other services.  [default: full, inside GitHub Actions github]",
)
@options.output_option()
@_limit_options
@click.option(
    "--baseline",
    type=InputFile(),
    metavar="FILE|GIT-REF",
    help="Totals grow no more than --max-growth from these recorded figures, or from that version in git.",
)
@options.max_growth_option(
    "How much params, multiplies and activations, or that quantity, may grow from the baseline.  [default: 0%]"
)
@click.option(
    "--write-baseline",
    type=OutputFile(renews="baseline"),
    metavar="FILE",
    help="Record the figures of every FILE for --baseline.",
)
@click.option("-q", "--quiet", is_flag=True, help="Nothing about a file that is fine; the last line stays.")
@click.option("--strict", is_flag=True, help="Warnings break a file, too: exit code 1.")
@click.option(
    "--select", type=options.Names(_known_codes), callback=_codes, metavar="CODES", help="Run only these lint rules."
)
@click.option(
    "--ignore", type=options.Names(_known_codes), callback=_codes, metavar="CODES", help="Run all lint rules but these."
)
@click.option("--no-lint", is_flag=True, help="Run no lint rule.")
@click.option(
    "--update",
    is_flag=True,
    help="Rewrite the figures of `expect` that no longer hold; comments, order and precision stay.",
)
@options.set_option()
@options.input_size_option()
@click.option("--no-color", is_flag=True, help="No colours (also: the environment's NO_COLOR).")
def check_command(
    files: tuple[str, ...],
    since: str | None,
    staged: bool,
    form: str | None,
    output: str | None,
    baseline: str | None,
    max_growth: dict[str, Fraction],
    write_baseline: str | None,
    quiet: bool,
    strict: bool,
    select: frozenset[str] | None,
    ignore: frozenset[str] | None,
    no_lint: bool,
    update: bool,
    sets: tuple[str, ...],
    input_size: str | None,
    no_color: bool,
    **limits: tuple[Limit, ...],
) -> int:
    """Shapes fit, figures in `expect` hold, budgets and baselines are kept.

    What is legal and rarely meant is a warning. CODES are lint rules, separated by commas; `cnncalc rules` lists them.
    A project chooses them in [tool.cnncalc] of its pyproject.toml, and a comment `# cnncalc: ignore[CODE]` on the line
    of a finding ignores it.

    FILE is an architecture file, the name of a bundled one, - for standard input, or git:REF:PATH for an older version.
    Exit code 0 when all is well (warnings break nothing), 1 where a figure, a budget or a baseline is broken, 2 where a
    file cannot be used.
    """
    from cnncalc.analyses.checks.lint import Linter
    from cnncalc.analyses.checks.report import Checks, empty
    from cnncalc.formats import open as api

    partly = since is not None or staged
    if not files and not partly:
        raise click.UsageError("Missing argument 'FILE|FOLDER...'.")
    if since is not None and staged:
        raise click.UsageError("--since and --staged exclude each other.")
    form = form or ("github" if os.environ.get("GITHUB_ACTIONS") == "true" else DRAWN)
    if form == DRAWN and output not in (None, "-"):
        others = ", ".join((*FORMATS, *options.PAGES))
        raise click.UsageError(f"--output wants another format than `{DRAWN}`: --format {others}.")
    if update and (sets or input_size):
        raise click.UsageError("--update writes the file's own figures: it goes without --set and --input-size.")
    if update and "-" in files:
        raise click.UsageError("--update rewrites a file; standard input is none.")
    if update and staged:
        raise click.UsageError("--update rewrites files, and not what is --staged of them.")
    if write_baseline is not None and partly:
        raise click.UsageError("--write-baseline records all files, not those that changed.")
    loading.refuse_two_inputs(files)
    loading.note_slow_parser()
    vars = options.overrides(sets)
    if max_growth and baseline is None:
        raise click.UsageError("--max-growth goes with --baseline.")
    change = _change(since) if partly else None
    index = change.index if change else None
    held = None if baseline is None else _baseline(baseline, max_growth, vars, input_size, files, index)
    recorder = None if write_baseline is None else _recorder(write_baseline, vars, input_size)
    linter = Linter(select, ignore, read=_read_config(index))
    checks = Checks(
        vars=vars,
        input_size=input_size,
        limits=tuple(chain(*limits.values())),
        strict=strict or options.configured(linter.config, "").strict,
        finders=tuple(finder for finder in (None if no_lint else linter, held, recorder) if finder),
        read=change.read if change else api.read,
    )
    reports: list[Report] = []

    def done(report: Report) -> None:
        if not (quiet and report.code == 0 and not report.problems):
            _show(report, form, no_color, quiet)
        if not report.skipped:
            reports.append(report)

    with Progress(_to_check(files, change)) as progress:
        for file in progress:
            if not quiet and not change:
                loading.note_bundled(file.name)
            rewritten = _update(file.name) if update else None
            report = options.configured(checks.report, file)
            progress.hide()
            if rewritten and rewritten.figures:
                streams.say(f"{file.name}: {many(rewritten.figures, 'figure')} of `expect` rewritten")
            for left in rewritten.left if rewritten else ():
                streams.remark(left)
            done(report)
    for report in () if change else empty(files, reports):
        done(report)
    for name in held.gone() if held else ():
        streams.remark(f"{name} is in the baseline, and gone")
    _conclude(reports, form, output, _nothing(change, files) if change else "")
    if recorder:
        _record(recorder, reports, baseline)
    return max((report.code for report in reports), default=0)


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


def _to_check(files: tuple[str, ...], change: ChangeSet | None) -> list[File]:
    if change is None:
        from cnncalc.formats.listing import listing

        return list(listing(files))
    from cnncalc.core.problem import ProblemsFound
    from cnncalc.formats.dependents import affected

    try:
        return affected(change, files)
    except ProblemsFound as error:
        raise _ended(error.problems) from None


def _nothing(change: ChangeSet, files: tuple[str, ...]) -> str:
    """What is said where a change concerns no architecture: that nothing was checked."""
    inside = f"in {', '.join(files)} " if files else ""
    return f"nothing to check: no architecture file {inside}{change.when}"


def _ended(problems: list[Problem]) -> click.exceptions.Exit:
    streams.complain(problems)
    return click.exceptions.Exit(2)


def _read_config(index: Index | None) -> Callable[[str], bytes | None]:
    """How a `pyproject.toml` is read: of what is staged, too, where it lies in that repository."""
    from cnncalc.analyses.checks.config import on_disk

    def read(path: str) -> bytes | None:
        return on_disk(path) if index is None or index.path(path).startswith("..") else index.content(path)

    return read


def _baseline(
    baseline: str,
    max_growth: dict[str, Fraction],
    vars: dict[str, str],
    input_size: str | None,
    files: tuple[str, ...],
    index: Index | None,
) -> Against | Recorded:
    """What files are held against; a baseline that is none ends the command."""
    from cnncalc.analyses.checks.baselines.baseline import named
    from cnncalc.analyses.checks.baselines.growth import read_allowed
    from cnncalc.analyses.checks.baselines.recorded import Recorded
    from cnncalc.core.problem import ProblemsFound

    first = next(iter(files), "")
    folder = first if os.path.isdir(first) else os.path.dirname(first)
    try:
        allowed = read_allowed(["0%"]) | max_growth
        held = named(baseline, allowed, vars, input_size, folder if os.path.isdir(folder) else "", index)
    except ProblemsFound as error:
        raise _ended(error.problems) from None
    if isinstance(held, Recorded) and (vars or input_size):
        raise click.UsageError("a baseline FILE has the files' own figures: it goes without --set and --input-size.")
    return held


def _recorder(path: str, vars: dict[str, str], input_size: str | None) -> Recorder:
    from cnncalc.analyses.checks.baselines.recorded import Recorder

    if vars or input_size:
        raise click.UsageError("--write-baseline records the files' own figures: it goes without --set, --input-size.")
    return Recorder(path)


def _record(recorder: Recorder, reports: list[Report], before: str | None) -> None:
    """Write the baseline file, which may be the one before, of all files or not at all."""
    if any(report.code == 2 for report in reports):
        streams.remark(f"{recorder.path} is not written: a file cannot be used")
        return
    streams.emit(recorder.text(), recorder.path, renews=before)
    streams.remark(f"{recorder.path} records {many(len(recorder.files), 'file')}")


def _show(report: Report, form: str, no_color: bool, quiet: bool) -> None:
    """What is said of one file as soon as it is checked; its problems are set apart from what follows."""
    if report.skipped:
        streams.remark(f"{report.file} is passed over: {report.skipped}")
    if form in (DRAWN, "text", "github"):  # the others have them in what they write
        for note in report.notes:
            streams.remark(f"{report.file}: {note}")
    if form == DRAWN and report.problems:
        streams.complain(report.problems, no_color)
        click.echo(err=True)
    if form == DRAWN and report.code == 0 and not report.skipped and not quiet:
        streams.say(f"{report.file}: {many(report.figures, 'figure')}")


def _conclude(reports: list[Report], form: str, output: str | None, nothing: str) -> None:
    """What is said when all files are checked; `nothing` where there was none."""
    from cnncalc.core.problem import clean

    said = verdict(reports) if reports else clean(nothing)
    if form == DRAWN:
        streams.say(said)
        return
    root = os.environ.get("GITHUB_WORKSPACE")
    if form in options.PAGES:
        from cnncalc.render.check.report import document

        streams.show(document(reports, root, said), form, output)
    elif form == "github":
        from cnncalc.cli.actions import commands

        with commands():
            streams.emit(renderer(form)(reports, root), output)
        _summarize(reports, root, said)
    else:
        streams.emit(renderer(form)(reports, root), output)
    click.echo(said, err=True)


def _summarize(reports: list[Report], root: str | None, said: str) -> None:
    """Add to the step summary of GitHub Actions, where there is one."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        from cnncalc.render.check.report import STEP_SUMMARY, document
        from cnncalc.render.markdown import write

        text = write(document(reports, root, said), STEP_SUMMARY // 2 - 1000)
        try:
            writing.append(path, text.encode("utf-8", writing.SHOWN))
        except OSError as error:
            streams.remark(f"the step summary is not written: {(error.strerror or str(error)).lower()}")


def _update(file: str) -> Update | None:
    """Put the figures of a file right that no longer hold; one that cannot be used stays as it is."""
    from cnncalc.analyses.checks.expect import check, update
    from cnncalc.core.problem import ProblemsFound
    from cnncalc.formats import open as api

    try:
        graph = api.load(file)
        edits = check(graph).edits
    except ProblemsFound:
        return None
    if not edits:
        return None
    if file.startswith(api.FROM_GIT):
        raise click.UsageError(f"--update rewrites a file; '{file}' is an older version of one.")
    found = api.find(file)
    if found.bundled:
        raise click.UsageError(
            f"--update does not rewrite the bundled {found.name}: `cnncalc show {file} > {found.name}` copies it."
        )
    done = update(graph, edits)
    if done.figures:
        _rewrite(found.path, done.before, done.text)
    return done


def _rewrite(path: str, before: str, after: str) -> None:
    """Write what became of the text that was read, over no other one."""
    try:
        with open(path, "rb") as file:
            mark = file.read(len(BOM_UTF8))
        mark = mark if mark == BOM_UTF8 else b""
        writing.write(path, mark + after.encode(), old=mark + before.encode())
    except OSError as error:
        raise streams.CannotWrite(f"'{path}'", error) from None
