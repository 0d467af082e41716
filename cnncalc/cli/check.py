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

    return options.configured(read_codes, [code.strip() for code in value.split(",") if code.strip()])


@options.command(
    "check",
    epilog=options.examples(
        "cnncalc check net.yaml",
        "cnncalc check architectures/             every *.yaml and *.yml below it",
        "cnncalc check alexnet vgg16              bundled ones, by name",
        "cnncalc check --changed base.yaml       and every file that extends it",
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
    "--changed",
    is_flag=True,
    help="FILEs are what a commit changes: the architectures among them are checked, and all that extend one of them.",
)
@options.format_option(
    DRAWN,
    *FORMATS,
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
    changed: bool,
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
    from cnncalc.analyses.checks.config import nearest_config
    from cnncalc.analyses.checks.lint import Linter
    from cnncalc.analyses.checks.report import Checks

    if not files and not changed:
        raise click.UsageError("Missing argument 'FILE|FOLDER...'.")
    form = form or ("github" if os.environ.get("GITHUB_ACTIONS") == "true" else DRAWN)
    if form == DRAWN and output not in (None, "-"):
        raise click.UsageError(f"--output wants another format than `{DRAWN}`: --format {', '.join(FORMATS)}.")
    if update and (sets or input_size):
        raise click.UsageError("--update writes the file's own figures: it goes without --set and --input-size.")
    if update and "-" in files:
        raise click.UsageError("--update rewrites a file; standard input is none.")
    if write_baseline is not None and changed:
        raise click.UsageError("--write-baseline records all files, not those that are --changed.")
    loading.refuse_two_inputs(files)
    loading.note_slow_parser()
    vars = options.overrides(sets)
    if max_growth and baseline is None:
        raise click.UsageError("--max-growth goes with --baseline.")
    first = next(iter(files), "")
    held = None if baseline is None else _baseline(baseline, max_growth, vars, input_size, first)
    recorder = None if write_baseline is None else _recorder(write_baseline, vars, input_size)
    linter = Linter(select, ignore)
    checks = Checks(
        vars=vars,
        input_size=input_size,
        limits=tuple(chain(*limits.values())),
        strict=strict or options.configured(nearest_config, "", linter.configs).strict,
        finders=tuple(finder for finder in (None if no_lint else linter, held, recorder) if finder),
    )
    reports: list[Report] = []
    with Progress(_to_check(files, changed)) as progress:
        for file in progress:
            if not quiet:
                loading.note_bundled(file.name)
            rewritten = _update(file.name) if update else None
            report = options.configured(checks.report, file)
            progress.hide()
            if rewritten and rewritten.figures:
                streams.say(f"{file.name}: {many(rewritten.figures, 'figure')} of `expect` rewritten")
            for left in rewritten.left if rewritten else ():
                streams.remark(left)
            if not (quiet and report.code == 0 and not report.problems):
                _show(report, form, no_color, quiet)
            if not report.skipped:
                reports.append(report)
    if not reports and not changed:
        raise click.UsageError(f"no architecture file in {', '.join(files)}")
    for name in held.gone() if held else ():
        streams.remark(f"{name} is in the baseline, and gone")
    _conclude(reports, form, output)
    if recorder:
        _record(recorder, reports, baseline)
    return max((report.code for report in reports), default=0)


def _to_check(files: tuple[str, ...], changed: bool) -> list[File]:
    if not changed:
        from cnncalc.formats.listing import listing

        return list(listing(files))
    from cnncalc.core.problem import ProblemsFound
    from cnncalc.formats import dependents

    try:
        return list(dependents.changed(files))
    except ProblemsFound as error:
        raise click.UsageError(str(error)) from None


def _baseline(
    baseline: str, max_growth: dict[str, Fraction], vars: dict[str, str], input_size: str | None, file: str
) -> Against | Recorded:
    """What files are held against; a baseline that is none ends the command."""
    from cnncalc.analyses.checks.baselines.baseline import named
    from cnncalc.analyses.checks.baselines.growth import read_allowed
    from cnncalc.core.problem import ProblemsFound

    folder = file if os.path.isdir(file) else os.path.dirname(file)
    try:
        allowed = read_allowed(["0%"]) | max_growth
        return named(baseline, allowed, vars, input_size, folder if os.path.isdir(folder) else "")
    except ProblemsFound as error:
        streams.complain(error.problems)
        raise click.exceptions.Exit(2) from None


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


def _conclude(reports: list[Report], form: str, output: str | None) -> None:
    """What is said when all files are checked."""
    if form == DRAWN:
        streams.say(verdict(reports))
        return
    root = os.environ.get("GITHUB_WORKSPACE")
    text = renderer(form)(reports, root)
    if form == "github":
        from cnncalc.cli.actions import commands

        with commands():
            streams.emit(text, output)
    else:
        streams.emit(text, output)
    if form == "github" and (path := os.environ.get("GITHUB_STEP_SUMMARY")):
        try:
            writing.append(path, renderer("step_summary")(reports, root).encode("utf-8", writing.SHOWN))
        except OSError as error:
            streams.remark(f"the step summary is not written: {(error.strerror or str(error)).lower()}")
    click.echo(verdict(reports), err=True)


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
