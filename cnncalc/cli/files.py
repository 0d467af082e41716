"""Files that commands read and write, and which of them are not overwritten."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

ARCHITECTURES = (".yaml", ".yml")


if TYPE_CHECKING:
    TextType = click.ParamType[str]
else:  # before click 8.4 the class has no parameter
    TextType = click.ParamType


class OutputFile(TextType):
    """A file that a command writes, or `-`; `kept` where one that is there is replaced only with `--force`.

    `renews` is the option whose file may be this one: it is read before it is written. It may be a `folder` of files.
    click's own `Path` asks gettext for its name, at every start.
    """

    name = "file"

    def __init__(self, *, kept: bool = False, renews: str = "", folder: bool = False) -> None:
        self.folder = folder
        self.kept = kept
        self.renews = renews

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if os.path.isdir(value) and not self.folder:
            self.fail(f"File '{value}' is a directory.", param, ctx)
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]


class InputFile(click.Path):
    """A file that a command reads, or a folder of files with one of these suffixes."""

    def __init__(self, *suffixes: str) -> None:
        super().__init__()
        self.suffixes = suffixes


def refuse_to_overwrite(ctx: click.Context) -> None:
    """Outputs that would replace an input or an architecture file, refused; what people edit, unless they say so."""
    outputs: dict[str, str] = {}
    written = list(_written(ctx))
    keeps = any(isinstance(param.type, OutputFile) and param.type.kept for param in ctx.command.params)
    if keeps and ctx.params.get("force") and not written:
        raise click.UsageError("--force goes with --output.", ctx)
    for param, path in written:
        name = str(param.name)
        assert isinstance(param.type, OutputFile)
        if first := outputs.get(os.path.realpath(path)):
            raise _refusal(ctx, name, f"'{path}' is written by {first}, too")
        outputs[os.path.realpath(path)] = param.opts[-1]
        if not os.path.isfile(path):  # new, or a device
            continue
        for read in _read(ctx, but=param.type.renews):
            if _is(path, *read):
                raise _refusal(ctx, name, f"'{path}' is a file that is read: it would be overwritten")
        if param.type.kept and not ctx.params.get("force"):
            raise _refusal(ctx, name, f"'{path}' is there already; --force replaces it")
        if any(name.lower().endswith(ARCHITECTURES) for name in (path, os.path.realpath(path))) and not param.type.kept:
            raise _refusal(ctx, name, f"'{path}' is there already, and an architecture file is not overwritten")


def _written(ctx: click.Context) -> Iterator[tuple[click.Parameter, str]]:
    """The files that are written, with the option that names each."""
    for param in ctx.command.params:
        value = ctx.params.get(param.name or "")
        if isinstance(param.type, OutputFile) and value:
            yield from ((param, path) for path in ((value,) if isinstance(value, str) else value) if path != "-")


def _refusal(ctx: click.Context, name: str, message: str) -> click.BadParameter:
    return click.BadParameter(f"{message}.", ctx, next(param for param in ctx.command.params if param.name == name))


def _read(ctx: click.Context, but: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is read, but for one option, and with which suffixes below a folder."""
    for param in ctx.command.params:
        suffixes = getattr(param.type, "suffixes", None)
        value = ctx.params.get(param.name or "")
        if suffixes is not None and value and param.name != but:
            for name in (value,) if isinstance(value, str) else value:
                yield name, suffixes


def _is(path: str, name: str, suffixes: tuple[str, ...]) -> bool:
    """Whether a file is what a name means, by whatever path, or lies where that is a folder."""
    try:
        if name == "-":
            return os.path.samestat(os.stat(path), os.fstat(0))
        if os.path.isdir(name):
            below = os.path.join(os.path.realpath(name), "")
            return path.lower().endswith(suffixes) and os.path.realpath(path).startswith(below)
        if os.path.exists(name):
            return os.path.samefile(path, name)
        from cnncalc.formats import bundled

        found = bundled.find(name)
        return found is not None and os.path.samefile(path, found)
    except (OSError, ValueError):  # a name that no file can have
        return False
