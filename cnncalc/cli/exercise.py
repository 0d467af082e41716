"""`cnncalc exercise`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cnncalc.cli import loading, options, streams
from cnncalc.core.problem import ProblemsFound
from cnncalc.teaching.recipe import ASKS, LARGEST_SEED, MOST_QUESTIONS, STANDARD, STANDARD_COUNT, Recipe

if TYPE_CHECKING:
    from cnncalc.teaching.question import Worksheet


def _asks(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    return options.some_of(value, ASKS, "kind of question")


def question_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that decide the questions, which `exercise` and `quiz` share."""
    shared: tuple[Callable[[Any], Any], ...] = (
        options.input_size_option(),
        options.set_option(),
        options.layout_option(),
        click.option("--exact", is_flag=True, help="No rounded figures like 35k as answers."),
        click.option(
            "--seed",
            type=click.IntRange(0, LARGEST_SEED),
            default=1,
            show_default=True,
            metavar="N",
            help="Another number, other questions; the same number, the same bytes.",
        ),
        click.option(
            "--count", type=click.IntRange(1, MOST_QUESTIONS), metavar="N", help="How many.  [default: up to 8]"
        ),
        click.option(
            "--ask",
            type=options.Names(lambda: ASKS),
            callback=_asks,
            metavar="KIND,...",
            help=f"Of: {', '.join(ASKS)}.  [default: the first three; level 2 inverse, too; level 3 all]",
        ),
        click.option(
            "--level",
            type=click.IntRange(1, 3),
            default=1,
            show_default=True,
            help="1 one layer at a time, 2 chains of layers, 3 branches, groups and bottlenecks.",
        ),
    )
    for option in shared:
        command = option(command)
    return command


def sheet_for(
    file: str,
    no_color: bool,
    *,
    level: int,
    ask: tuple[str, ...] | None,
    count: int | None,
    seed: int,
    exact: bool,
    layout: str,
    sets: tuple[str, ...],
    input_size: str | None,
) -> Worksheet:
    """The worksheet of a FILE and these options; what is wrong is said, and ends the command."""
    from cnncalc.formats import open as api
    from cnncalc.formats.yaml.expanding.build import load_source
    from cnncalc.teaching.recipe import files_of
    from cnncalc.teaching.worksheet import TooFew, make

    loading.note_bundled(file)
    chosen: dict[str, Any] = {"set": options.overrides(sets), "input_size": input_size}
    try:
        source = api.read(file)
        recipe = Recipe(
            files=files_of(source),
            seed=seed,
            level=level,
            ask=ask or STANDARD[level],
            count=count,
            layout=layout,
            exact=exact,
            sets=tuple(chosen["set"].items()),
            input_size=input_size,
        )
        try:
            sheet = make(recipe)
        except ProblemsFound:
            load_source(source, **chosen)  # the file as it stands, for the lines of its problems
            raise
    except ProblemsFound as error:
        streams.complain(error.problems, no_color)
        raise click.exceptions.Exit(2) from None
    except TooFew as error:
        raise click.UsageError(f"{error}: try another --level or --ask, or a larger network.") from None
    wanted = count or STANDARD_COUNT
    if len(sheet.questions) < wanted:
        has = f"the network has no more at level {level} with seed {seed}"
        streams.remark(f"{len(sheet.questions)} of {wanted} questions: {has}")
    return sheet


@options.command(
    "exercise",
    epilog=options.examples(
        "cnncalc exercise lenet5 > sheet.md                 eight questions",
        "cnncalc exercise lenet5 --key                      with answers and working",
        "cnncalc exercise vgg16 --level 2 --seed 7 -o sheet.html",
        "cnncalc exercise googlenet --level 3 --count 12",
        "cnncalc exercise alexnet --ask inverse,mistake     which stride? which line?",
        "cnncalc grade sheet.md answers/                    mark what comes back",
    ),
)
@click.argument("file", metavar="FILE", type=options.Architecture())
@question_options
@options.format_option(
    *options.PAGES,
    "json",
    advice={".pdf": "a browser makes one of an .html, by printing it; `pdflatex` one of a .tex"},
)
@click.option("--key", is_flag=True, help="The answer key with the full working, instead of the worksheet.")
@options.output_option()
@click.option("--no-color", is_flag=True, help="No colours (also: the environment's NO_COLOR).")
def exercise_command(file: str, form: str, key: bool, output: str | None, no_color: bool, **choices: Any) -> int:
    """A worksheet about FILE, with cells left blank; with --key its answers and the full working.

    The worksheet carries the network and the choices in a header, so that `grade` can make the questions again. It
    holds no answers.
    """
    sheet = sheet_for(file, no_color, **choices)
    if form == "json":
        from cnncalc.teaching.pages import worksheet_json

        streams.emit(worksheet_json.render(sheet, key=key), output)
    else:
        from cnncalc.teaching.pages.worksheet import document

        streams.show(document(sheet, key=key), form, output, no_color)
    return 0
