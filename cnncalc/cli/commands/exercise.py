"""A worksheet with blanks, and its answer key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cnncalc.cli import loading, options, streams
from cnncalc.cli.command import TEACHING, Command, argument, option
from cnncalc.cli.formats import OutputFormat, pages
from cnncalc.core.problem import ProblemsFound
from cnncalc.teaching.recipe import ASKS, LARGEST_SEED, MOST_QUESTIONS, STANDARD, STANDARD_COUNT, Recipe

if TYPE_CHECKING:
    from cnncalc.teaching.question import Worksheet


QUESTIONS = "Questions"
SHEET = "teaching.pages.worksheet"


class WithQuestions(options.WithNetwork):
    """The options that decide the questions, which `exercise` and `quiz` share."""

    level: int = option(
        "--level",
        type=click.IntRange(1, 3),
        default=1,
        show_default=True,
        help="1 one layer at a time, 2 chains of layers, 3 branches, groups and bottlenecks.",
        group=QUESTIONS,
    )
    ask: tuple[str, ...] | None = option(
        "--ask",
        type=options.Names(lambda: ASKS),
        read=lambda given: options.some_of(given, ASKS, "kind of question"),
        metavar="KIND,...",
        help=f"Of: {', '.join(ASKS)}.  [default: the first three; level 2 inverse, too; level 3 all]",
        group=QUESTIONS,
    )
    count: int | None = option(
        "--count",
        type=click.IntRange(1, MOST_QUESTIONS),
        metavar="N",
        help="How many.  [default: up to 8]",
        group=QUESTIONS,
    )
    seed: int = option(
        "--seed",
        type=click.IntRange(0, LARGEST_SEED),
        default=1,
        show_default=True,
        metavar="N",
        help="Another number, other questions; the same number, the same bytes.",
        group=QUESTIONS,
    )
    exact: bool | None = option(
        "--exact", is_flag=True, help="No rounded figures like 35k as answers.", group=QUESTIONS
    )
    layout: str = options.layout(QUESTIONS)

    def sheet(self, file: str) -> Worksheet:
        """The worksheet of a FILE; what is wrong is said, and ends the command."""
        from cnncalc.formats import open as api
        from cnncalc.formats.yaml.expanding.build import load_source
        from cnncalc.teaching.recipe import files_of
        from cnncalc.teaching.worksheet import TooFew, make

        loading.note_bundled(file)
        try:
            source = api.read(file, allow_outside=self.allow_outside)
            recipe = Recipe(
                files=files_of(source),
                seed=self.seed,
                level=self.level,
                ask=self.ask or STANDARD[self.level],
                count=self.count,
                layout=self.layout,
                exact=bool(self.exact),
                sets=tuple(self.vars.items()),
                input_size=self.input_size,
            )
            try:
                sheet = make(recipe)
            except ProblemsFound:
                load_source(source, set=self.vars, input_size=self.input_size)  # as it stands, for the lines
                raise
        except ProblemsFound as error:
            streams.complain(error.problems)
            raise click.exceptions.Exit(2) from None
        except TooFew as error:
            raise click.UsageError(f"{error}: try another --level or --ask, or a larger network.") from None
        wanted = self.count or STANDARD_COUNT
        if len(sheet.questions) < wanted:
            has = f"the network has no more at level {self.level} with seed {self.seed}"
            streams.remark(f"{len(sheet.questions)} of {wanted} questions: {has}")
        return sheet


class ExerciseCommand(Command, WithQuestions, options.WithOutput, options.WithColor):
    """A worksheet about FILE, with cells left blank; with --key its answers and the full working.

    The worksheet carries the network and the choices in a header, so that `grade` can make the questions again. It
    holds no answers.
    """

    section = TEACHING
    examples = (
        "cnncalc exercise lenet5 > sheet.md                 eight questions",
        "cnncalc exercise lenet5 --key                      with answers and working",
        "cnncalc exercise vgg16 --level 2 --seed 7 -o sheet.html",
        "cnncalc exercise googlenet --level 3 --count 12",
        "cnncalc exercise alexnet --ask inverse,mistake     which stride? which line?",
        "cnncalc grade sheet.md answers/                    mark what comes back",
    )

    file: str = argument("FILE", type=options.Architecture())
    form: OutputFormat = options.formats(
        OutputFormat("markdown", f"{SHEET}:document", suffixes=(".md", ".markdown", ".txt")),
        *pages(f"{SHEET}:document")[1:],
        OutputFormat("json", f"{SHEET}_json:render"),
        help="html and latex are for printing.",
        advice={".pdf": "a browser makes one of an .html, by printing it, `pdflatex` one of a .tex"},
    )
    key: bool = option(
        "--key", is_flag=True, help="The answer key with the full working, instead of the worksheet.", group=QUESTIONS
    )

    def run(self) -> int:
        from cnncalc.teaching.question import Handout

        self.write(Handout(self.sheet(self.file), self.key))
        return 0
