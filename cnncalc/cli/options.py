"""What the commands share: types of what is given, and the options that several have."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cnncalc.cli.choice import Choice
from cnncalc.cli.command import NETWORK, OUTPUT, SHOWN, option
from cnncalc.cli.files import ARCHITECTURES, OutputFile, TextType
from cnncalc.cli.formats import FormatOption, OutputFormat, OutputOption

if TYPE_CHECKING:
    from cnncalc.cli.loading import Loaded

T = TypeVar("T")


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


class Whole(click.IntRange):
    """A whole number in ASCII digits: `٣`, `1_000` and ` 3` are none, as in a file."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and not re.fullmatch("-?[0-9]+", value):
            self.fail(f"{value!r} is not a valid integer.", param, ctx)
        return super().convert(value, param, ctx)


class OfFile(TextType):
    """The name of something in the FILE: `blocks`, `entries` or `vars_of_file`, as `completion` calls them."""

    name = "text"

    def __init__(self, what: str) -> None:
        self.what = what

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from cnncalc.cli import completion

        found: list[Any] = getattr(completion, self.what)(ctx, incomplete)
        return found


# ------------------------------------------------------------------------------------------------ options


def _formats() -> Iterable[str]:
    from cnncalc.formats.foreign import FORMATS
    from cnncalc.formats.source import YAML

    return [YAML, *FORMATS]


DTYPES = ("float32", "float16", "bfloat16", "int8")
OPTIMIZERS = ("sgd", "momentum", "adam")


class WithNetwork:
    """`--from FORMAT`, `--strict`, `--set NAME=VALUE`, `--input-size SIZE`: what of the FILE is another."""

    sets: tuple[str, ...] = option(
        "--set",
        type=OfFile("vars_of_file"),
        metavar="NAME=VALUE",
        multiple=True,
        help="Override a var of the file; may be given several times.",
        group=NETWORK,
    )
    input_size: str | None = option(
        "--input-size",
        metavar="SIZE",
        help="Another input size: 256, 256x320 (height × width), or NAME=256 for one of several inputs.",
        group=NETWORK,
    )

    from_: str | None = option(
        "--from",
        type=Names(_formats),
        metavar="FORMAT",
        help="What FILE is written in, whatever it looks like: yaml, onnx and others of docs/formats.md.",
        group=NETWORK,
    )
    strict: bool = option(
        "--strict",
        is_flag=True,
        help="Another program's file with operators that are not understood is an error: exit code 2.",
        group=NETWORK,
    )
    allow_outside: bool = option(
        "--allow-outside",
        is_flag=True,
        help="Read files that FILE names outside of its repository or, without one, of its folder.",
        group=NETWORK,
    )

    @property
    def vars(self) -> dict[str, str]:
        """The values of `--set` by name."""
        found = {}
        for item in self.sets:
            name, equals, value = item.partition("=")
            if not equals or not name:
                raise click.UsageError(f"--set takes NAME=VALUE, not '{item}'.")
            found[name.strip()] = value.strip()
        return found

    def load(self, *files: str) -> list[Loaded]:
        """The networks of every FILE; one that fails does not stop the others."""
        from cnncalc.cli.loading import load_all

        return load_all(files, self.vars, self.input_size, self.allow_outside, self.from_, self.strict)


class WithStorage:
    """`--dtype`, `--batch`, `--in-place`, `--optimizer`: what the memory is worked out for."""

    dtype: str | None = option(
        "--dtype",
        type=Choice(DTYPES),
        help="Of the numbers, for memory.  [default: as the file says, else float32]",
        group=NETWORK,
    )
    batch: int | None = option(
        "--batch",
        type=Whole(1, 10**9),
        metavar="N",
        help="So many images at once, for memory.  [default: as the file says, else 1]",
        group=NETWORK,
    )
    in_place: bool | None = option(
        "--in-place/--not-in-place",
        default=None,
        help="Activations and batch norms overwrite what they read, where nobody else does, for memory.",
        group=NETWORK,
    )

    optimizer: str | None = option(
        "--optimizer",
        type=Choice(OPTIMIZERS),
        help="That keeps 0, 1 or 2 numbers a param, for memory of training.  [default: as the file says, else sgd]",
        group=NETWORK,
    )

    @property
    def storage(self) -> dict[str, Any]:
        """The fields of a Storage that the command line says: they overrule the file's."""
        given = {"dtype": self.dtype, "batch": self.batch, "in_place": self.in_place, "optimizer": self.optimizer}
        return {name: value for name, value in given.items() if value is not None}

    @property
    def storage_options(self) -> str:
        """The options by which the command line says them: `--dtype, --in-place`."""
        return ", ".join("--" + name.replace("_", "-") for name in self.storage)

    def note_without_memory(self, shown: Iterable[str], by: str) -> None:
        """A note for what is said of memory where no quantity that is `shown` is one of it; `by` shows one."""
        from cnncalc.analyses.measures import MEASURES
        from cnncalc.cli.streams import remark

        if self.storage and not any((one := MEASURES.get(name)) and one.assumed for name in shown):
            remark(f"{self.storage_options}: no memory is shown; {by} shows it")

    def stored(self, loaded: list[Loaded]) -> list[Loaded]:
        """The same networks, kept so."""
        return [one._replace(graph=one.graph and one.graph.stored(self.storage)) for one in loaded]


def columns_of(given: str) -> tuple[str, ...]:
    """Numbers, ranges of numbers, headings."""
    found: list[str] = []
    for part in given.split(","):
        ends = re.fullmatch(r"\s*(\d{1,3})\s*[-–]\s*(\d{1,3})\s*", part, re.ASCII)
        if not part.strip() or (ends and int(ends[1]) > int(ends[2])):
            raise ValueError(f"columns like 3-8 or Name,Email, not '{given}'")
        found += map(str, range(int(ends[1]), int(ends[2]) + 1)) if ends else [part.strip()]
    return tuple(found)


def names(group: str) -> Any:
    """`--names COLUMN,...`: where a table has its names."""
    return option(
        "--names",
        read=columns_of,
        metavar="COLUMN,...",
        help="The columns of a table that hold names: numbers or headings.",
        group=group,
    )


def layout(group: str) -> Any:
    """`--layout hwc|chw`."""
    return option(
        "--layout",
        type=Choice(["hwc", "chw"]),
        default="hwc",
        show_default=True,
        help="Order in which shapes are shown.",
        group=group,
    )


class WithLayout:
    """`--layout`, for results in a terminal."""

    layout: str = layout(SHOWN)


class WithExact:
    """`--exact/--short`; None where neither was given."""

    exact: bool | None = option(
        "--exact/--short",
        default=None,
        help="Figures to the last digit, or to four (105.4M).  [default: exact where it fits]",
        group=SHOWN,
    )


class WithOutput:
    """`-o FILE`."""

    output: str | None = option(
        "-o",
        "--output",
        cls=OutputOption,
        type=OutputFile(),
        help="Write to this file instead of standard output.",
        group=OUTPUT,
    )


class WithOutputs:
    """`-o FILE`, as often as there are formats."""

    output: Any = option(
        "-o",
        "--output",
        cls=OutputOption,
        type=OutputFile(),
        multiple=True,
        help="Write to this file instead of standard output (-); several: each in the format of its suffix.",
        group=OUTPUT,
    )


class WithKeptOutput:
    """`-o FILE`, where a file that is there is kept without `--force`."""

    output: str | None = option(
        "-o",
        "--output",
        type=OutputFile(kept=True),
        help="Write to this file instead of standard output.",
        group=OUTPUT,
    )
    force: bool = option(
        "--force", is_flag=True, help="Replace the --output file if it is there already.", group=OUTPUT
    )


class WithColor:
    """`--color auto|always|never`."""

    color: str = option(
        "--color",
        type=Choice(["auto", "always", "never"]),
        default="auto",
        help="Colours: auto where a terminal shows them, and as the environment says.  [default: auto]",
        group=OUTPUT,
    )


class WithDrawing(WithColor):
    """`--color` and `--ascii`."""

    ascii: bool = option("--ascii", is_flag=True, help="Only ASCII characters.", group=OUTPUT)


def formats(
    *rows: OutputFormat,
    help: str | None = None,
    advice: Mapping[str, str] | None = None,
    default: Callable[[], str] | None = None,
) -> Any:
    """`-f FORMAT`: the table of a command's formats; see `FormatOption`."""
    return option(
        "-f", "--format", cls=FormatOption, formats=rows, advice=advice or {}, default=default, help=help, group=OUTPUT
    )


def max_growth(help: str, group: str) -> Any:
    """`--max-growth 5%`, `params=5%` or `params=100k`, by quantity."""

    def read(given: tuple[str, ...]) -> Any:
        from cnncalc.analyses.checks.baselines.growth import read_allowed

        return read_allowed(given)

    return option("--max-growth", metavar="[QUANTITY=]GROWTH", multiple=True, read=read, help=help, group=group)


def convention(what: str, group: str = SHOWN) -> Any:
    """`--convention NAME`: the measure of what another tool counts; None where it was not given."""
    from cnncalc.analyses.conventions import names

    def read(given: str) -> Any:
        from cnncalc.analyses.reconcile import counted_by

        (name,) = some_of(given, names(), "convention")
        return counted_by(name)

    return option(
        "--convention",
        cls=Listed,
        type=Names(names),
        read=read,
        metavar="NAME",
        help=f"Count {what} as another tool does:",
        group=group,
    )


def figures(shown: Callable[[], Collection[str]]) -> Any:
    """`--figures NAME,...`: quantities whose totals are compared, besides those that are `shown` anyway."""

    def others() -> Iterable[str]:
        from cnncalc.analyses.comparing.comparison import comparable

        anyway = shown()
        return [name for name in comparable() if name not in anyway]

    def read(given: str) -> tuple[str, ...]:
        from cnncalc.analyses.comparing.comparison import comparable

        return some_of(given, comparable(), "quantity")

    return option(
        "--figures",
        cls=Listed,
        type=Names(others),
        read=read,
        default=(),
        metavar="NAME,...",
        help="Totals of other quantities, too:",
        group=SHOWN,
    )


UNSET = -1  # no --depth was given


def depth(help: str, default: str | None = None) -> Any:
    """`-d N|all`: a whole number, None for `all`, UNSET where it was not given and has no default."""

    def read(ctx: click.Context, param: click.Parameter, given: str | None) -> int | None:
        if given is None or given == "all":
            return UNSET if given is None else None
        if not (given.isascii() and given.isdigit()) or len(given) > 4:
            raise click.BadParameter("a whole number (0: totals only) or 'all'")
        return int(given)

    return option(
        "-d",
        "--depth",
        default=default,
        callback=read,
        metavar="N|all",
        show_default=default is not None,
        help=help,
        group=SHOWN,
    )


# ------------------------------------------------------------------------------------------------ what is given


def some_of(given: str, known: Collection[str], what: str) -> tuple[str, ...]:
    """`a,b` as names, each once and each one that is known."""
    import cnncalc.analyses.measures  # noqa: F401 — each quantity enters the words of others
    from cnncalc.core.arguments import known_names

    return known_names([name.strip() for name in given.split(",")], known, what)


def configured(call: Callable[..., T], *arguments: Any) -> T:
    """The result of a call; a project's choice or a code that cannot be used is a wrong command line."""
    from cnncalc.analyses.checks.config import BadConfig

    try:
        return call(*arguments)
    except BadConfig as error:
        raise click.UsageError(str(error)) from None
