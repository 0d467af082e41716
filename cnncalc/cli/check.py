"""`cnncalc check`."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click

from cnncalc.cli import options
from cnncalc.problem import ProblemsFound


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
@click.option(
    "--update",
    is_flag=True,
    help="Rewrite the figures of `expect` that no longer hold; comments, order and precision stay.",
)
@options.set_option()
@options.input_size_option()
@click.option("--no-color", is_flag=True, help="No colours (also: the environment's NO_COLOR).")
def check_command(
    files: tuple[str, ...], update: bool, sets: tuple[str, ...], input_size: str | None, no_color: bool
) -> int:
    """Shapes fit, figures in `expect` hold, budgets are kept.

    Exit code 0 when all is well, 1 where a figure or a budget is broken, 2 where a file cannot be used.
    """
    if update and (sets or input_size):
        raise click.UsageError("--update writes the file's own figures: it goes without --set and --input-size.")
    paths = list(_expanded(files, no_color))
    codes = [2] if None in paths else []
    found = [path for path in paths if path is not None]
    if not found and not codes:
        raise click.UsageError(f"no architecture file in {', '.join(files)}")
    results = [_check_one(path, update, sets, input_size, no_color) for path in found]
    codes += [code for code, _ in results]
    figures = sum(count for _, count in results)
    failed = sum(code > 0 for code in codes)
    if failed:
        options.say(f"{failed} of {_many(len(codes), 'file')} failed, {_many(figures, 'figure')} checked")
    else:
        options.say(f"All checks passed: {_many(len(results), 'file')}, {_many(figures, 'figure')}")
    return max(codes)


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def _expanded(files: tuple[str, ...], no_color: bool) -> Iterator[str | None]:
    """Every FILE, and every architecture below every FOLDER, sorted; None for a folder that cannot be read."""
    for file in files:
        if file == "-" or not os.path.isdir(file):
            yield file
            continue
        below = []
        for folder, folders, names in os.walk(file):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            below += [os.path.join(folder, name) for name in names if name.endswith((".yaml", ".yml"))]
        for path in sorted(below):
            if not os.path.isfile(path):
                options.remark(f"{path} is passed over: not a regular file")
            elif _is_other_yaml(path):
                options.remark(f"{path} is passed over: no `layers` and no `extends`")
            else:
                yield path


def _is_other_yaml(path: str) -> bool:
    """Whether a readable YAML file is not an architecture; one that cannot be read is for `check` to report."""
    from cnncalc import source
    from cnncalc.description import is_architecture

    try:
        return not is_architecture(source.parse(source.read_file(path, path)))
    except ProblemsFound:
        return False


def _check_one(
    file: str, update: bool, sets: tuple[str, ...], input_size: str | None, no_color: bool
) -> tuple[int, int]:
    """Check one file and say so: its exit code, and how many figures were held against it."""
    from cnncalc.expect import check

    (loaded,) = options.load_all((file,), sets, input_size)
    try:
        if loaded.problems:
            raise ProblemsFound(loaded.problems)
        result = check(loaded.graph)
        if update and result.edits:
            changed = _rewrite(file, result)
            options.say(f"{file}: {_many(changed, 'figure')} of `expect` rewritten")
            (loaded,) = options.load_all((file,))
            if loaded.problems:
                raise ProblemsFound(loaded.problems)
            result = check(loaded.graph)
    except ProblemsFound as error:
        options.complain(error.problems, no_color)
        return 2, 0
    for note in (*loaded.graph.notes, *result.notes):
        options.remark(f"{file}: {note}")
    if result.warnings:
        options.complain(result.warnings, no_color, "warning")
    if result.broken:
        options.complain(result.broken, no_color)
        return 1, result.figures
    options.say(f"{file}: {_many(result.figures, 'figure')}")
    return 0, result.figures


def _rewrite(file: str, result: object) -> int:
    """Put the figures right in the file itself, whole or not at all."""
    from cnncalc import api
    from cnncalc.expect import CheckResult, updated

    assert isinstance(result, CheckResult)
    if file == "-":
        raise click.UsageError("--update rewrites a file; standard input is none.")
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
