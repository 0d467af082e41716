"""Commands as classes: a field is an option or an argument, the docstring is the help, and `run` does it.

class SizeCommand(Command, WithNetwork):
    \"\"\"The size of FILE.\"\"\"

    file: str = argument("FILE", type=Architecture())
    bits: int = option("--bits", default=32, help="Of a number.", group="What is shown")

    def run(self) -> int: ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

import click

from cnncalc.cli import streams
from cnncalc.cli.files import refuse_to_overwrite
from cnncalc.cli.formats import FormatOption, OutputFormat, note_idle, take_suffix
from cnncalc.formats.writing import forget, shown

if TYPE_CHECKING:
    from cnncalc.analyses.style import Style

# Headings of options in `COMMAND --help`. Those of one command stand before these.
FILES = "Which files"
SHOWN = "What is shown"
NETWORK = "Network"
OUTPUT = "Output"
OTHERS = "Options"
_LAST = (SHOWN, NETWORK, OUTPUT, OTHERS)

# Headings of commands in `cnncalc --help`.
NETWORKS = "Networks"
CHECKS = "Checks"
TEACHING = "Teaching"
REFERENCE = "Files and layers"
HELP = "Help"
SECTIONS = (NETWORKS, CHECKS, TEACHING, REFERENCE, HELP)

FORMER = {"--no-color": "--color never"}  # options that there were, and what is written instead


class Declared:
    """An option or an argument as it is written in the class of a command; the field's name is its name."""

    def __init__(self, kind: type[click.Parameter], words: tuple[str, ...], group: str, more: dict[str, Any]) -> None:
        self.kind, self.words, self.group, self.more = kind, words, group, more

    def parameter(self, name: str) -> click.Parameter:
        """The parameter, for click."""
        return self.kind((name, *self.words), **self.more)


def option(
    *words: str,
    group: str,
    read: Callable[[Any], Any] | None = None,
    cls: type[click.Option] = click.Option,
    **more: Any,
) -> Any:
    """An option, under a heading of the help; `read` makes a value of what is given, or raises a ValueError."""
    if read:
        more["callback"] = lambda ctx, param, given: _read(read, given)
    return Declared(cls, words, group, more)


def argument(metavar: str, *, required: bool | None = None, **more: Any) -> Any:
    """An argument: several where the metavar goes on with dots, not required where it stands in brackets."""
    nargs, required = (-1 if "..." in metavar else 1), not metavar.startswith("[") if required is None else required
    return Declared(click.Argument, (), "", {"metavar": metavar, "nargs": nargs, "required": required, **more})


def _read(read: Callable[[Any], Any], given: Any) -> Any:
    if given is None or given == ():
        return given
    try:
        return read(given)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


class Command:
    """A command that was called: each of its fields is what was given."""

    section: ClassVar[str]
    examples: ClassVar[tuple[str, ...]] = ()

    form: OutputFormat
    exact: bool | None = None
    layout: str = "hwc"
    standalone: bool = False
    output: str | None = None
    also: tuple[tuple[OutputFormat, str], ...] = ()  # further formats and outputs

    def run(self) -> int:
        """The exit code, when all is done."""
        raise NotImplementedError

    def write(self, result: Any) -> None:
        """The result, written in the formats that were chosen."""
        for form, output in self.outputs:
            self.write_to(output, form, result)

    @property
    def outputs(self) -> tuple[tuple[OutputFormat, str | None], ...]:
        """All formats that were chosen, and where each goes."""
        return (self.form, self.output), *self.also

    def write_to(self, output: str | None, form: OutputFormat, result: Any) -> None:
        """The result, written in a format."""
        style = self.style_of(output)
        text = form.write(result, style)
        kept = isinstance(text, bytes) or "ascii" in form.idle
        streams.emit(text if kept else style.plain(str(text)), output)

    @property
    def style(self) -> Style:
        """The style in which the result is written, of several outputs to the first."""
        return self.style_of(self.output)

    def style_of(self, to: str | None) -> Style:
        """The style in which the result is written to an output."""
        from cnncalc.analyses.style import Style

        color, width, encoding = streams.wants_color(to), streams.terminal_width(to), streams.encoding(to)
        return Style(self.exact, self.layout, encoding, width, color, self.standalone)


def click_command(name: str, command: type[Command]) -> click.Command:
    """A command for click."""
    declared: dict[str, Declared] = {}
    for kind in command.__mro__:
        declared |= {field: value for field, value in vars(kind).items() if isinstance(value, Declared)} | declared

    def call(**given: Any) -> int:
        called = command()
        vars(called).update(given)
        return called.run()

    return Parsed(
        name,
        {field: one.group for field, one in declared.items()},
        params=[one.parameter(field) for field, one in declared.items()],
        callback=call,
        help=command.__doc__,
        epilog="\b\nExamples:\n" + "\n".join(f"  {line}" for line in command.examples),
    )


def said_and_done(*words: str, help: str, text: Callable[[click.Context], str]) -> click.Option:
    """An option that prints a text and ends: click's own for `--help` and `--version` ask gettext at every start."""

    def say(ctx: click.Context, param: click.Parameter, given: bool) -> None:
        if given and not ctx.resilient_parsing:
            click.echo(text(ctx), color=ctx.color)
            ctx.exit()

    return click.Option(words, is_flag=True, expose_value=False, is_eager=True, help=help, callback=say)


class _Folding(click.HelpFormatter):
    """Help text that is folded at blanks: no name, option or word is broken at its hyphen."""

    def write_text(self, text: str) -> None:
        super().write_text(text.replace("-", _UNBROKEN))

    def write_dl(self, rows: Iterable[tuple[str, str]], *sizes: int) -> None:
        super().write_dl([(words, help.replace("-", _UNBROKEN)) for words, help in rows], *sizes)

    def getvalue(self) -> str:
        return super().getvalue().replace(_UNBROKEN, "-")


_HELP = said_and_done("-h", "--help", help="Show this message and exit.", text=click.Context.get_help)


class Documented(click.Command):
    """A command whose help has only characters that standard output has."""

    def get_help_option(self, ctx: click.Context) -> click.Option:
        return _HELP

    def get_help(self, ctx: click.Context) -> str:
        formatter = _Folding(width=ctx.terminal_width, max_width=ctx.max_content_width)
        self.format_help(ctx, formatter)
        return shown(formatter.getvalue().rstrip("\n"), streams.encoding(None))


class Parsed(Documented):
    """A command that looks at what its options say together before anything is done, and shows them under headings."""

    def __init__(self, name: str, groups: dict[str, str], **more: Any) -> None:
        super().__init__(name, **more)
        self.groups = groups

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        forget()
        try:
            rest = super().parse_args(ctx, _in_full(self.params, args))
        except click.NoSuchOption as error:
            if error.option_name in FORMER:
                raise click.UsageError(f"{error.message} It is {FORMER[error.option_name]}.", ctx) from None
            if meant := _quantity_meant(error.option_name, self.params):
                raise click.NoSuchOption(error.option_name, error.message, [meant], ctx) from None
            raise
        if not ctx.resilient_parsing:  # as for shell completion
            refuse_to_overwrite(ctx)
            for form in self.params:
                if isinstance(form, FormatOption):
                    take_suffix(ctx, form)
                    note_idle(ctx, form)
        return rest

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        found: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            if isinstance(param, click.Option) and (record := param.get_help_record(ctx)):
                found.setdefault(self.groups.get(param.name or "", OTHERS), []).append(record)
        wide = max(len(words) for records in found.values() for words, _ in records)
        for group in sorted(found, key=lambda group: _LAST.index(group) if group in _LAST else -1):
            with formatter.section(group):
                formatter.write_dl([(words.ljust(min(wide, _WIDEST)), help) for words, help in found[group]])


def _quantity_meant(option: str, params: list[click.Parameter]) -> str | None:
    """The option of a quantity by the word of others: `--max-multiplies` for `--max-macs`; None for what is none."""
    from cnncalc.core.problem import option_here

    called = option_here(option)
    return called if any(called in param.opts for param in params) else None


def _in_full(params: list[click.Parameter], args: list[str]) -> list[str]:
    """Arguments with `-f` as `--format`: click else asks first which long option a short one could be meant for."""
    options = {word: param for param in params if isinstance(param, click.Option) for word in param.opts}
    found: list[str] = []
    given = iter(args)
    for arg in given:
        param = options.get(arg)
        found.append(max(param.opts, key=len) if param else arg)
        if arg == "--":
            found += given
        elif param and not param.is_flag and not param.count:
            found += islice(given, param.nargs)
    return found


_UNBROKEN = "\u2011"  # the hyphen at which no line ends
_WIDEST = 30  # columns of an option's words, in click's help; the help of longer ones begins on the next line
