"""The formats in which a command writes: one table for each command, and which suffix of a file means which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from cnncalc.cli.choice import Choice
from cnncalc.core.record import Record
from cnncalc.formats.writing import UTF8

if TYPE_CHECKING:
    from cnncalc.analyses.style import Style
    from cnncalc.render.document import Page

# Of a format, wherever a command has it.
SUFFIXES: dict[str, tuple[str, ...]] = {
    "text": (".txt",),
    "table": (".txt",),
    "json": (".json",),
    "csv": (".csv",),
    "markdown": (".md", ".markdown"),
    "html": (".html", ".htm"),
    "latex": (".tex",),
    "svg": (".svg",),
    "mermaid": (".mmd", ".mermaid"),
    "dot": (".dot", ".gv"),
    "sarif": (".sarif", ".sarif.json"),
    "junit": (".xml",),
}
_OF_NONE = (".yaml", ".yml", ".png", ".pdf", ".jpg", ".jpeg", ".eps", ".tsv", ".xlsx")
KNOWN = (*(suffix for suffixes in SUFFIXES.values() for suffix in suffixes), *_OF_NONE)


class OutputFormat(Record):
    """A row of the table: a format, what writes it, and the options of the command that it does not heed.

    `writer` is `module:function` in the package, imported when it is wanted: the text of the command's result in a
    `Style`, or its document, of which the format has a writer. `always`: it is written also where no FILE can be used.
    `suffixes` are its own, where they are not those of `SUFFIXES`. An option that is `idle` is heeded all the same
    where `unless` is true of what is given for it.
    """

    name: str
    writer: str
    idle: tuple[str, ...] = ()
    always: bool = False
    suffixes: tuple[str, ...] | None = None
    unless: Mapping[str, Callable[[Any], bool]] = MappingProxyType({})

    def write(self, result: Any, style: Style) -> str | bytes:
        """The text of a result, or its bytes where the format is none of text."""
        module, _, function = self.writer.partition(":")
        function = getattr(import_module(f"cnncalc.{module}"), function)
        made: str | bytes | Page = function(result, style._replace(encoding=UTF8))
        if isinstance(made, str | bytes):
            return made
        from cnncalc.render.formats import written

        return written(made, self.name, style)

    @property
    def endings(self) -> tuple[str, ...]:
        """The suffixes of files in this format, the usual one first."""
        return SUFFIXES.get(self.name, ()) if self.suffixes is None else self.suffixes


def pages(document: str, text: str = "") -> tuple[OutputFormat, ...]:
    """The rows of a result that is a document: text, if it has such a name, Markdown, HTML and LaTeX.

    LaTeX is ASCII by itself, but for the letters of names.
    """
    names = (*((text,) if text else ()), "markdown", "html")
    return (*(OutputFormat(name, document) for name in names), OutputFormat("latex", document, ("ascii",)))


_WIDEST = 55  # letters of formats that a line of the help has room for


class FormatOption(click.Option):
    """`-f FORMAT`: a row of `formats`; if none is named, the one of `-o`'s suffix, else the first, or the `default`.

    `advice` says how other programs make what no format is, by suffix.
    """

    def __init__(
        self,
        *args: Any,
        formats: tuple[OutputFormat, ...],
        advice: Mapping[str, str],
        default: Callable[[], str] | None,
        **more: Any,
    ) -> None:
        self.formats = {form.name: form for form in formats}
        self.advice = advice
        more |= {"type": Choice(tuple(self.formats)), "default": default or formats[0].name}
        if len("|".join(self.formats)) > _WIDEST:
            more |= {"metavar": "FORMAT", "help": f"{', '.join(self.formats)}. {more.get('help') or ''}"}
        super().__init__(*args, **more | {"show_default": default is None})

    def of(self, path: str) -> OutputFormat | None:
        """The format that the longest suffix of a name stands for; None where the command has none such."""
        found = {suffix: form for form in self.formats.values() for suffix in form.endings if path.endswith(suffix)}
        return found[max(found, key=len)] if found else None

    @property
    def suffixes(self) -> str:
        """One for each format that has some."""
        return " ".join(form.endings[0] for form in self.formats.values() if form.endings)


class OutputOption(click.Option):
    """`-o FILE`; its help goes on with the suffixes that name a format."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        (words, help), form = super().get_help_record(ctx) or ("", ""), _format_of(ctx.command)
        return words, f"{help} Without --format its suffix names one: {form.suffixes}." if form else help


def _format_of(command: click.Command) -> FormatOption | None:
    return next((param for param in command.params if isinstance(param, FormatOption)), None)


def take_suffix(ctx: click.Context, form: FormatOption) -> None:
    """The formats in place of their names: the one given, else that which the name of `--output` means.

    Of several outputs each is in the format of its suffix; what is given is that of those without one, as `-`, which
    comes first. The others are `also` written.
    """
    named = form.formats[ctx.params["form"]]
    output = ctx.params.get("output")
    outputs = sorted(output, key=lambda one: one != "-") if isinstance(output, tuple) else [output]
    chosen = ctx.get_parameter_source("form") is not ParameterSource.DEFAULT and len(outputs) < 2
    found = [(named if chosen else _by_suffix(ctx, form, one) or named, one) for one in outputs or [None]]
    ctx.params["form"], ctx.params["output"] = found[0]
    if isinstance(output, tuple):
        ctx.params["also"] = tuple(found[1:])


def _by_suffix(ctx: click.Context, form: FormatOption, output: str | None) -> OutputFormat | None:
    """The format that the name of an output means, None where it means none; one that is not written is refused."""
    if output in (None, "-"):
        return None
    assert output is not None
    found = form.of(output.lower())
    suffix = max((suffix for suffix in KNOWN if output.lower().endswith(suffix)), key=len, default="")
    if found or not suffix:
        return found
    cure = form.advice.get(suffix, f"--format names one of {', '.join(form.formats)}").format(output=output)
    param = next(param for param in ctx.command.params if param.name == "output")
    raise click.BadParameter(f"'{output}': {ctx.info_name} writes no {suffix}; {cure}.", ctx, param)


def note_idle(ctx: click.Context, form: FormatOption) -> None:
    """A note for each option that was given and has no effect."""
    from cnncalc.cli.streams import remark

    chosen: OutputFormat = ctx.params["form"]
    for param in ctx.command.params:
        if param.name not in chosen.idle or ctx.get_parameter_source(param.name) is not ParameterSource.COMMANDLINE:
            continue
        heeded = chosen.unless.get(param.name)
        if not (heeded and heeded(ctx.params[param.name])):
            remark(f"{'/'.join((param.opts[-1], *param.secondary_opts))} has no effect with --format {chosen.name}")
