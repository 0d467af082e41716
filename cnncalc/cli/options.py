"""What the commands share: FILE arguments, options, and where their output goes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cnncalc.cli.command import ARCHITECTURES, FORCED, Command, OutputFile, OutputFormat

PAGES = ("markdown", "html", "latex")  # the formats of every result, besides text

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
T = TypeVar("T")


if TYPE_CHECKING:
    TextType = click.ParamType[str]
else:  # before click 8.4 the class has no parameter
    TextType = click.ParamType


class Architecture(TextType):
    """A file, or a bundled architecture by name; completes both, and folders."""

    name = "file"
    suffixes = ARCHITECTURES  # of what is read below a folder

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from cnncalc.cli import completion

        return completion.architectures(incomplete)


class Bundled(TextType):
    """A bundled architecture by name."""

    name = "name"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from cnncalc.cli import completion
        from cnncalc.formats import bundled

        return completion.of(bundled.names(), incomplete)


class Names(TextType):
    """Names separated by commas, each completed; `known` gives them when a shell asks."""

    name = "names"

    def __init__(self, known: Callable[[], Iterable[str]]) -> None:
        self.known = known

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from cnncalc.cli import completion

        return completion.listed(self.known(), incomplete)


class Listed(click.Option):
    """An option that takes some of these `Names`; its help goes on with them, looked up when it is shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        assert isinstance(self.type, Names)
        plain, self.help = self.help, f"{self.help} {', '.join(self.type.known())}."
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = plain


class OfFile(TextType):
    """The name of something in the FILE: `blocks`, `entries` or `vars_of_file`, as `completion` calls them."""

    name = "text"

    def __init__(self, what: str) -> None:
        self.what = what

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from cnncalc.cli import completion

        found: list[Any] = getattr(completion, self.what)(ctx, incomplete)
        return found


def examples(*lines: str) -> str:
    """An epilog of commands, one a line, as written."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def set_option() -> Decorator:
    """`--set NAME=VALUE`."""
    return click.option(
        "--set",
        "sets",
        type=OfFile("vars_of_file"),
        metavar="NAME=VALUE",
        multiple=True,
        help="Override a var of the file; may be given several times.",
    )


def input_size_option() -> Decorator:
    """`--input-size SIZE`."""
    return click.option(
        "--input-size",
        metavar="SIZE",
        help="Another input size: 256, 256x320 (height × width), or NAME=256 for one of several inputs.",
    )


def layout_option() -> Decorator:
    """`--layout hwc|chw`."""
    return click.option(
        "--layout",
        type=click.Choice(["hwc", "chw"]),
        default="hwc",
        show_default=True,
        help="Order in which shapes are shown.",
    )


def exact_option() -> Decorator:
    """`--exact/--short`; None where neither was given."""
    return click.option(
        "--exact/--short",
        default=None,
        help="Figures to the last digit, or to four (105.4M).  [default: exact where it fits]",
    )


def max_growth_option(help: str) -> Decorator:
    """`--max-growth 5%` or `params=5%`, as percents by quantity."""

    def read(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> Any:
        from cnncalc.analyses.checks.baselines.growth import read_allowed

        try:
            return read_allowed(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None

    return click.option("--max-growth", metavar="[QUANTITY=]PERCENT", multiple=True, callback=read, help=help)


def command(name: str, **more: Any) -> Callable[[Callable[..., Any]], Command]:
    """A command whose options are looked at together."""
    return click.command(name, cls=Command, **more)


def format_option(
    *formats: str,
    default: bool = True,
    help: str | None = None,
    idle: Mapping[str, tuple[str, ...]] | None = None,
    advice: Mapping[str, str] | None = None,
) -> Decorator:
    """`-f FORMAT`: one of these; if none is named, the one of `-o`'s suffix, else the first, or None.

    `idle` are the options that a format does not heed, by its name; `advice` says how other programs make what no
    format is, by suffix.
    """
    return click.option(
        "-f",
        "--format",
        "form",
        cls=OutputFormat,
        type=click.Choice(formats),
        default=formats[0] if default else None,
        show_default=default,
        help=help,
        idle=idle,
        advice=advice,
    )


def output_option(*, kept: bool = False) -> Decorator:
    """`-o FILE`; where a file that is there is `kept`, with `--force`."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        if kept:
            command = click.option(
                "--force",
                is_flag=True,
                expose_value=False,
                callback=lambda ctx, param, value: ctx.meta.update({FORCED: value}),
                help="Replace the --output file if it is there already.",
            )(command)
        return click.option(
            "-o",
            "--output",
            type=OutputFile(dash=True, kept=kept),
            help="Write to this file instead of standard output.",
        )(command)

    return decorate


def some_of(value: str | None, known: Collection[str], what: str) -> tuple[str, ...] | None:
    """`a,b` as names, each once and each one that is known; None where nothing was given."""
    if value is None:
        return None
    from cnncalc.core.problem import nearest

    names = tuple(dict.fromkeys(name.strip() for name in value.split(",")))
    for name in names:
        if name not in known:
            found = nearest(name, known)
            hint = f"did you mean '{found}'?" if found else f"there are {', '.join(known)}"
            raise click.BadParameter(f"no {what} '{name}'; {hint}")
    return names


UNSET = -1  # no --depth was given


def depth_option(help: str, default: str | None = None) -> Decorator:
    """`-d N|all`: a whole number, None for `all`, UNSET where it was not given and has no default."""

    def read(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
        if value is None or value == "all":
            return UNSET if value is None else None
        if not (value.isascii() and value.isdigit()) or len(value) > 4:
            raise click.BadParameter("a whole number (0: totals only) or 'all'")
        return int(value)

    return click.option(
        "-d",
        "--depth",
        default=default,
        callback=read,
        metavar="N|all",
        show_default=default is not None,
        help=help,
    )


def drawing_options() -> Decorator:
    """`--ascii` and `--no-color`."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        command = click.option("--ascii", is_flag=True, help="Only ASCII characters.")(command)
        return click.option("--no-color", is_flag=True, help="No colours (also: the environment's NO_COLOR).")(command)

    return decorate


def overrides(sets: tuple[str, ...]) -> dict[str, str]:
    """`--set` options as a mapping."""
    found = {}
    for item in sets:
        name, equals, value = item.partition("=")
        if not equals or not name:
            raise click.UsageError(f"--set takes NAME=VALUE, not '{item}'.")
        found[name.strip()] = value.strip()
    return found


def configured(call: Callable[..., T], *arguments: Any) -> T:
    """What a call gives; a project's choice or a code that cannot be used is a wrong command line."""
    from cnncalc.analyses.checks.config import BadConfig

    try:
        return call(*arguments)
    except BadConfig as error:
        raise click.UsageError(str(error)) from None
