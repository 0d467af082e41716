"""`cnncalc check`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from cnncalc.cli import options

if TYPE_CHECKING:
    from cnncalc.checks import Report
    from cnncalc.expect import CheckResult


@click.command(
    "check",
    epilog=options.examples(
        "cnncalc check net.yaml",
        "cnncalc check architectures/             every *.yaml and *.yml below it",
        "cnncalc check alexnet vgg16              bundled ones, by name",
        "cnncalc check net.yaml --update          rewrite the figures of `expect` that no longer hold",
    ),
)
@click.argument("files", metavar="FILE|FOLDER...", nargs=-1, required=True, type=options.Architecture())
@click.option("--strict", is_flag=True, help="Warnings break a file, too: exit code 1.")
@click.option(
    "--update",
    is_flag=True,
    help="Rewrite the figures of `expect` that no longer hold; comments, order and precision stay.",
)
@options.set_option()
@options.input_size_option()
@click.option("--no-color", is_flag=True, help="No colours (also: the environment's NO_COLOR).")
def check_command(
    files: tuple[str, ...], strict: bool, update: bool, sets: tuple[str, ...], input_size: str | None, no_color: bool
) -> int:
    """Shapes fit, figures in `expect` hold, budgets are kept.

    Exit code 0 when all is well, 1 where a figure or a budget is broken, 2 where a file cannot be used.
    """
    from cnncalc.checks import Checks, listing

    if update and (sets or input_size):
        raise click.UsageError("--update writes the file's own figures: it goes without --set and --input-size.")
    if update and "-" in files:
        raise click.UsageError("--update rewrites a file; standard input is none.")
    options.refuse_two_inputs(files)
    options.note_slow_parser()
    checks = Checks(vars=options.overrides(sets), input_size=input_size, strict=strict)
    reports: list[Report] = []
    for file in listing(files):
        options.note_bundled(file.name)
        rewritten = _update(file.name) if update else 0
        report = checks.report(file)
        if rewritten:
            options.say(f"{file.name}: {_many(rewritten, 'figure')} of `expect` rewritten")
        _show(report, no_color)
        if not report.skipped:
            reports.append(report)
    if not reports:
        raise click.UsageError(f"no architecture file in {', '.join(files)}")
    options.say(_verdict(reports))
    return max(report.code for report in reports)


def _show(report: Report, no_color: bool) -> None:
    """One file, for people."""
    if report.skipped:
        options.remark(f"{report.file} is passed over: {report.skipped}")
    for note in report.notes:
        options.remark(f"{report.file}: {note}")
    if report.problems:
        options.complain(report.problems, no_color)
    if not report.skipped and report.code == 0:
        options.say(f"{report.file}: {_many(report.figures, 'figure')}")


def _verdict(reports: list[Report]) -> str:
    """The last line: all of them."""
    figures, failed = sum(report.figures for report in reports), sum(report.code > 0 for report in reports)
    if failed:
        return f"{failed} of {_many(len(reports), 'file')} failed, {_many(figures, 'figure')} checked"
    return f"All checks passed: {_many(len(reports), 'file')}, {_many(figures, 'figure')}"


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def _update(file: str) -> int:
    """Put the figures of a file right that no longer hold: how many; a file that cannot be used stays as it is."""
    from cnncalc import api
    from cnncalc.expect import check
    from cnncalc.problem import ProblemsFound

    try:
        result = check(api.load(file))
    except ProblemsFound:
        return 0
    return _rewrite(file, result) if result.edits else 0


def _rewrite(file: str, result: CheckResult) -> int:
    """Whole or not at all."""
    from cnncalc import api
    from cnncalc.expect import updated

    found = api.find(file)
    if found.bundled:
        raise click.UsageError(
            f"--update does not rewrite the bundled {found.name}: `cnncalc show {file} > {found.name}` copies it."
        )
    try:
        with open(found.path, "rb") as old:
            data = old.read()
        mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
        text = updated(data.decode("utf-8-sig"), result.edits)
        path = os.path.realpath(found.path)
        temporary = f"{path}.new"
        with open(temporary, "xb") as new:
            new.write(mark + text.encode())
        os.chmod(temporary, os.stat(path).st_mode)
        os.replace(temporary, path)
    except OSError as error:
        raise click.ClickException(f"cannot write '{file}': {(error.strerror or str(error)).lower()}") from None
    return len({edit.node.mark.index for edit in result.edits})
