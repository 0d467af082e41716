"""A worksheet with blanks, and its answer key."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from cnncalc.cli import loading, options, streams
from cnncalc.cli.command import OUTPUT, SHOWN, TEACHING, Command, argument, option
from cnncalc.cli.files import InputFile, OutputFile
from cnncalc.cli.formats import OutputFormat, OutputOption, pages
from cnncalc.core.problem import ProblemsFound
from cnncalc.teaching.recipe import ASKS, IN_TABLES, LARGEST_SEED, MOST_QUESTIONS, STANDARD_COUNT

if TYPE_CHECKING:
    from cnncalc.teaching.question import Worksheet


QUESTIONS = "Questions"
SHEET = "teaching.pages.worksheet"
CLASS = "A class"
KEYS = {
    form.name: form for form in (*pages("teaching.pages.key:document"), OutputFormat("json", "teaching.pages.key:json"))
}


class WithQuestions(options.WithNetwork):
    """The options that decide the questions, which `exercise` and `quiz` share."""

    level: int = option(
        "--level",
        type=options.Whole(1, 3),
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
        help=f"Of: {', '.join(ASKS)}.  [default: the first three; level 2 inverse, too; level 3 mistake, too]",
        group=QUESTIONS,
    )
    count: int | None = option(
        "--count",
        type=options.Whole(1, MOST_QUESTIONS),
        metavar="N",
        help="How many.  [default: up to 8]",
        group=QUESTIONS,
    )
    cells: tuple[str, ...] = option(
        "--cells",
        default="",
        read=lambda given: tuple(dict.fromkeys(name.strip() for name in given.split(",") if name.strip())),
        metavar="CELL,...",
        help="These cells of one table, in place of what --level, --count and --seed choose: all, total, or names as "
        "conv1.output, fc6.params, conv3/unit1.",
        group=QUESTIONS,
    )
    seed: int = option(
        "--seed",
        type=options.Whole(0, LARGEST_SEED),
        default=1,
        show_default=True,
        metavar="N",
        help="Another number, other questions; the same number, the same bytes.",
        group=QUESTIONS,
    )
    exact: bool | None = option(
        "--exact", is_flag=True, help="No rounded figures like 35k as answers.", group=QUESTIONS
    )
    layout: str = options.layout(SHOWN)

    def sheet(self, file: str) -> Worksheet:
        """The worksheet of a FILE; what is wrong is said, and ends the command."""
        from cnncalc.teaching.cells import NoSuchCell
        from cnncalc.teaching.worksheet import TooFew, of_source

        self._refuse_both()
        loading.note_bundled(file)
        try:
            source = loading.read(file, allow_outside=self.allow_outside, format=self.from_)
            sheet = of_source(
                source,
                seed=self.seed,
                level=self.level,
                ask=self.ask,
                count=self.count,
                layout=self.layout,
                exact=bool(self.exact),
                set=self.vars,
                input_size=self.input_size,
                cells=self.cells,
            )
        except ProblemsFound as error:
            streams.complain(error.problems)
            raise click.exceptions.Exit(2) from None
        except NoSuchCell as error:
            raise click.BadParameter(str(error), param_hint="--cells") from None
        except TooFew as error:
            raise click.UsageError(f"{error}: try another --level or --ask, or a larger network.") from None
        wanted = self.count or STANDARD_COUNT
        if len(sheet.questions) < wanted and not self.cells:
            has = f"the network has no more at level {self.level} with seed {self.seed}"
            streams.remark(f"{len(sheet.questions)} of {wanted} questions: {has}")
        return sheet

    def _refuse_both(self) -> None:
        """What chooses cells goes without what else would choose them."""
        if not self.cells:
            return
        given = click.get_current_context().get_parameter_source
        for name in ("level", "count"):
            if given(name) is ParameterSource.COMMANDLINE:
                raise click.UsageError(f"--cells says what is asked: --{name} goes without it.")
        others = [kind for kind in self.ask or () if kind not in IN_TABLES]
        if others:
            raise click.UsageError(f"--cells asks for cells of a table: --ask {others[0]} goes without it.")


class ExerciseCommand(Command, WithQuestions, options.WithColor):
    """A worksheet about FILE, with cells left blank; with --key its answers and the full working.

    The worksheet carries the network and the choices in a header, so that `grade` can make the questions again. It
    holds no answers. With --students each has a sheet of their own in the folder that -o names, and a key lies beside.
    """

    section = TEACHING
    examples = (
        "cnncalc exercise lenet5 > sheet.md                 eight questions",
        "cnncalc exercise lenet5 --key                      with answers and working",
        "cnncalc exercise vgg16 --level 2 --seed 7 -o sheet.html",
        "cnncalc exercise googlenet --level 3 --count 12",
        "cnncalc exercise alexnet --ask inverse,mistake     which stride? which line?",
        "cnncalc exercise lenet5 --cells all --room 3       an exam table",
        "cnncalc exercise alexnet --cells conv1.output,fc6.params,total",
        "cnncalc exercise lenet5 --students names.csv -o sheets/",
        "cnncalc grade sheet.md answers/                    mark what comes back",
    )

    file: str = argument("FILE", type=options.Architecture())
    form: OutputFormat = options.formats(
        OutputFormat("markdown", f"{SHEET}:document", suffixes=(".md", ".markdown", ".txt")),
        *pages(f"{SHEET}:document")[1:],
        OutputFormat("json", f"{SHEET}_json:render", ("room",)),
        OutputFormat("notebook", "teaching.pages.notebook:render", ("room",), suffixes=(".ipynb",)),
        OutputFormat("form", "teaching.pages.form:render", ("room",), suffixes=(".form.html",)),
        OutputFormat("moodle", "teaching.pages.moodle:xml", ("key", "room"), suffixes=(".xml",)),
        OutputFormat("gift", "teaching.pages.moodle:gift", ("key", "room"), suffixes=(".gift",)),
        OutputFormat("qti", "teaching.pages.qti:package", ("key", "room"), suffixes=(".zip",)),
        help="html and latex are for printing, form is a page to fill in; moodle, gift and qti are for course systems.",
        advice={".pdf": "a browser makes one of an .html, by printing it, `pdflatex` one of a .tex"},
    )
    key: bool = option(
        "--key", is_flag=True, help="The answer key with the full working, instead of the worksheet.", group=SHOWN
    )

    students: str | None = option(
        "--students",
        type=InputFile(),
        metavar="NAMES",
        help="A list or a table of names: a sheet for each, with questions of its own, in the folder of -o.",
        group=CLASS,
    )
    names: tuple[str, ...] | None = options.names(CLASS)
    output: str | None = option(
        "-o",
        "--output",
        cls=OutputOption,
        type=OutputFile(folder=True),
        help="Write to this file instead of standard output; with --students to this folder.",
        group=OUTPUT,
    )
    force: bool = option("--force", is_flag=True, help="Replace sheets that are in the folder already.", group=CLASS)
    room: int = option(
        "--room",
        type=options.Whole(0, 40),
        default=0,
        metavar="LINES",
        help="Empty lines for the working of each question.  [default: none]",
        group=SHOWN,
    )

    def run(self) -> int:
        from cnncalc.teaching.question import Handout

        if self.students:
            return self._class(self.students)
        if self.output and os.path.isdir(self.output):
            raise click.UsageError(f"'{self.output}' is a folder: only with --students sheets are written into one.")
        for given, name in ((self.names, "--names"), (self.force, "--force")):
            if given:
                raise click.UsageError(f"{name} goes with --students.")
        if self.key and self.room:
            streams.remark("--room has no effect with --key")
        self.write(Handout(self.sheet(self.file), self.key, self.room))
        return 0

    def _class(self, path: str) -> int:
        """A sheet for each student, and the key; all are made before one is written."""
        from cnncalc.teaching.files import KEY, Unreadable
        from cnncalc.teaching.question import Handout
        from cnncalc.teaching.roster import read_names, seats
        from cnncalc.teaching.worksheet import make

        folder = self.output
        if folder in (None, "-") or not folder or (os.path.exists(folder) and not os.path.isdir(folder)):
            raise click.UsageError("--students writes a file for each: -o names their folder.")
        if self.key:
            raise click.UsageError(f"with --students the key is written besides, as '{KEY}': --key goes without it.")
        try:
            names, said = read_names(path, self.names or ())
        except Unreadable as error:
            raise click.UsageError(f"'{path}' {error}.") from None
        first = self.sheet(self.file)
        places = seats(first.recipe, names)
        sheets = [make(seat.recipe) for seat in places]
        key = self.form.name if self.form.name in KEYS else "markdown"
        written = {
            f"{seat.stem}{self.form.endings[0]}": Handout(sheet, room=self.room)
            for seat, sheet in zip(places, sheets, strict=True)
        }
        texts = {name: self.form.write(handout, self.style) for name, handout in written.items()}
        texts[f"{KEY}{KEYS[key].endings[0]}"] = KEYS[key].write(sheets, self.style)
        there = [name for name in texts if os.path.lexists(os.path.join(folder, name))]
        if there and not self.force:
            raise click.UsageError(f"'{os.path.join(folder, there[0])}' is there already; --force replaces it.")
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            raise streams.CannotWrite(f"'{folder}'", error) from None
        for name, text in texts.items():
            streams.emit(text, os.path.join(folder, name))
        streams.remark(said)
        self._remark_equal(sheets)
        return 0

    def _remark_equal(self, sheets: list[Worksheet]) -> None:
        """Say of how many students the questions are those of another one."""
        asked = [tuple(question.prompt for question in sheet.questions) for sheet in sheets]
        equal = len(asked) - len(set(asked))
        if equal:
            several = f"{equal} of {len(asked)} sheets have" if equal > 1 else f"1 of {len(asked)} sheets has"
            streams.remark(f"{several} the questions of another one: the network has no more of this kind")
