"""Commands whose options are looked at together: which format a suffix means, and which files are not overwritten."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import click
from click.core import ParameterSource

from cnncalc.formats.writing import forget

FORCED = "cnncalc.forced"  # in the context: --force was given

# What a file's name says of its format: the first of these that a command has. The longer suffix goes first.
SUFFIXES: dict[str, tuple[str, ...]] = {
    ".txt": ("text", "table", "markdown"),
    ".sarif": ("sarif",),
    ".sarif.json": ("sarif", "json"),
    ".json": ("json",),
    ".csv": ("csv",),
    ".md": ("markdown",),
    ".markdown": ("markdown",),
    ".html": ("html",),
    ".htm": ("html",),
    ".tex": ("latex",),
    ".svg": ("svg",),
    ".mmd": ("mermaid",),
    ".mermaid": ("mermaid",),
    ".dot": ("dot",),
    ".gv": ("dot",),
    ".xml": ("junit",),
    **dict.fromkeys((".yaml", ".yml", ".png", ".pdf", ".jpg", ".jpeg", ".eps", ".tsv", ".xlsx"), ()),  # nothing of ours
}
ARCHITECTURES = (".yaml", ".yml")


class OutputFile(click.Path):
    """A file that a command writes; `kept` where one that is there already is replaced only with `--force`.

    `renews` is the option whose file may be this one: it is read before it is written.
    """

    def __init__(self, *, dash: bool = False, kept: bool = False, renews: str = "") -> None:
        super().__init__(dir_okay=False, allow_dash=dash)
        self.kept = kept
        self.renews = renews


class InputFile(click.Path):
    """A file that a command reads, or a folder of files with one of these suffixes."""

    def __init__(self, *suffixes: str) -> None:
        super().__init__()
        self.suffixes = suffixes


class OutputFormat(click.Option):
    """`--format`: `idle` are the options that a format does not heed, `advice` how others make what no format is."""

    def __init__(
        self,
        *args: Any,
        idle: Mapping[str, tuple[str, ...]] | None = None,
        advice: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.idle = idle or {}
        self.advice = advice or {}

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats that there are."""
        assert isinstance(self.type, click.Choice)
        return tuple(self.type.choices)

    def of(self, suffix: str) -> str | None:
        """The format that a suffix stands for; None where the command has none such."""
        return next((form for form in SUFFIXES[suffix] if form in self.formats), None)


class Command(click.Command):
    """Looks at what the options say together, before anything is done."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        form = self._format
        for param in self.params:
            if form and isinstance(param, click.Option) and param.name == "output":
                named = {form.of(suffix): suffix for suffix in reversed(SUFFIXES)}
                suffixes = " ".join(named[one] for one in form.formats if one in named)
                param.help = f"{param.help} Without --format its suffix names one: {suffixes}."

    @property
    def _format(self) -> OutputFormat | None:
        return next((param for param in self.params if isinstance(param, OutputFormat)), None)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        forget()
        rest = super().parse_args(ctx, args)
        if not ctx.resilient_parsing:  # as for shell completion
            _refuse_to_overwrite(ctx)
            if form := self._format:
                _take_suffix(ctx, form)
                _note_idle(ctx, form)
        return rest


# ------------------------------------------------------------------------------------------------ formats


def _take_suffix(ctx: click.Context, form: OutputFormat) -> None:
    """The format that the name of `--output` means, where none is given."""
    output = ctx.params.get("output")
    if output in (None, "-") or ctx.get_parameter_source("form") is not ParameterSource.DEFAULT:
        return
    suffix = next((suffix for suffix in SUFFIXES if output.lower().endswith(suffix)), None)
    if suffix is None:
        return
    found = form.of(suffix)
    if found is None:
        cure = form.advice.get(suffix, f"--format names one of {', '.join(form.formats)}").format(output=output)
        raise _refusal(ctx, "output", f"'{output}': {ctx.info_name} writes no {suffix}; {cure}")
    ctx.params["form"] = found


def _note_idle(ctx: click.Context, form: OutputFormat) -> None:
    from cnncalc.cli.streams import remark

    chosen = ctx.params["form"]
    for param in ctx.command.params:
        if (
            param.name in form.idle.get(chosen, ())
            and ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE
        ):
            remark(f"{'/'.join((param.opts[-1], *param.secondary_opts))} has no effect with --format {chosen}")


# ------------------------------------------------------------------------------------------------ files


def _refuse_to_overwrite(ctx: click.Context) -> None:
    """No output replaces what is read, nor an architecture file; one that people edit only where they say so."""
    outputs: dict[str, str] = {}
    for param in ctx.command.params:
        path = ctx.params.get(param.name or "")
        if not isinstance(param.type, OutputFile) or not path or path == "-":
            continue
        name = str(param.name)
        if first := outputs.get(os.path.realpath(path)):
            raise _refusal(ctx, name, f"'{path}' is written by {first}, too")
        outputs[os.path.realpath(path)] = param.opts[-1]
        if not os.path.isfile(path):  # new, or a device
            continue
        for read in _read(ctx, but=param.type.renews):
            if _is(path, *read):
                raise _refusal(ctx, name, f"'{path}' is a file that is read: it would be overwritten")
        if param.type.kept and not ctx.meta.get(FORCED):
            raise _refusal(ctx, name, f"'{path}' is there already; --force replaces it")
        if any(name.lower().endswith(ARCHITECTURES) for name in (path, os.path.realpath(path))) and not param.type.kept:
            raise _refusal(ctx, name, f"'{path}' is there already, and an architecture file is not overwritten")


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
