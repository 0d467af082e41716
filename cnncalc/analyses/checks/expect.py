"""Hold a network to what its file expects: published figures and budgets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cnncalc.analyses.checks.baselines.growth import Growth, growth
from cnncalc.analyses.checks.budget import Held, budget, named, open_here
from cnncalc.analyses.measures import MEASURES, Measure, Use, Value, used
from cnncalc.core.analysis import Analysis, GroupRow, NoEntry, Row, analyze
from cnncalc.core.figures import Figure, read_figure, told
from cnncalc.core.graph import Graph
from cnncalc.core.problem import Problem, Problems, misspelt
from cnncalc.core.record import Record
from cnncalc.core.shape import Shape, read_shape, written_shape
from cnncalc.formats.source import Map, Node, Seq, Text
from cnncalc.formats.yaml.document import document_of

_WRITE_A_FIGURE = "write an integer, `884k`, `120M`, `~60M` (within 5 %) or `<25M`"
_TIMES = re.compile(r"([^\s*×]+)(\s*[*×]\s*(\S+))", re.ASCII)  # `2.1 * conv1`


@dataclass(frozen=True)
class CheckResult:
    """The result of holding a network to its own file: the number of figures compared, problems, and budgets."""

    file: str
    figures: int
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = field(default=(), repr=False)  # not of `budget`: a limit is meant
    budgets: tuple[Held, ...] = field(default=(), repr=False)
    growth: tuple[Growth, ...] = field(default=(), repr=False)
    tightenings: tuple[Edit, ...] = field(default=(), repr=False)  # of `budget`

    @property
    def broken(self) -> tuple[Problem, ...]:
        """The problems that break the check."""
        return tuple(problem for problem in self.problems if problem.level == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that break nothing."""
        return tuple(problem for problem in self.problems if problem.level == "warning")

    @property
    def passed(self) -> bool:
        """Whether nothing breaks the check."""
        return not self.broken


class Edit(Record):
    """A figure as written, and what would be right in its place; None where no text is, for all that it stands for."""

    node: Text
    text: str | None


class Update(Record):
    """A file's text before and after its figures are put right: how many, and what is left as it is, and why."""

    before: str
    text: str
    figures: int
    left: tuple[str, ...]


class _Expected(Record):
    """One figure of `expect`, with what the network really has.

    Of a ratio, `2.1 * conv1`, `times` is what follows the figure, and `working` the two values.
    """

    name: str
    quantity: str
    node: Text
    is_: Value | Shape
    figure: Figure | None  # None: a shape
    times: str = ""
    working: str = ""


def check(graph: Graph, analysis: Analysis | None = None) -> CheckResult:
    """The result of holding a graph to its `expect` and `budget`; raises ProblemsFound where these cannot be read.

    >>> import cnncalc
    >>> cnncalc.check(cnncalc.load("lenet5")).passed
    True
    """
    document = document_of(graph)
    if graph.changed:
        budgeted = document is not None and document.field("budget") is not None
        what = "`expect` and `budget` are" if budgeted else "`expect` is"
        return CheckResult(graph.file, 0, notes=(f"{what} not checked: vars or the input size were changed",))
    analysis = analysis or analyze(graph)
    problems = Problems()
    expected = list(_expectations(analysis, document.field("expect") if document else None, problems))
    written = document.field("budget") if document else None
    limits = list(budget(analysis, written, problems))
    grows = tuple(growth(analysis, written, problems))
    problems.stop_if_any()
    broken = [one for one in expected if not _holds(one, one.node.text)]
    found = [Problem("expectation", _difference(one), one.node.origin) for one in broken]
    found += [one.problem for one, _ in limits if one.problem]
    budgets = tuple(one for one, _ in limits)
    edits, tighter = tuple(_edits(expected, broken)), tuple(_tightenings(limits))
    return CheckResult(
        graph.file, len(expected) + len(budgets), tuple(found), (), edits, budgets, grows, tightenings=tighter
    )


def _edits(expected: list[_Expected], broken: list[_Expected]) -> Iterator[Edit]:
    """An edit for each figure that is broken: an alias makes one of several, which one text must put right."""
    texts: dict[int, list[str]] = {}
    for one in broken:
        texts.setdefault(id(one.node), []).extend([_rewritten(one)] if one.is_ is not None else [])
    same: dict[int, list[_Expected]] = {figure: [] for figure in texts}
    for one in expected:
        if id(one.node) in same:
            same[id(one.node)].append(one)
    for figure, ones in same.items():
        right = (text for text in texts[figure] if all(_holds(one, text) for one in ones))
        yield Edit(ones[0].node, next(right, None))


def _tightenings(limits: Iterable[tuple[Held, Text]]) -> Iterator[Edit]:
    """An edit for each limit that is loose, by an alias also of several: the largest of what they need."""
    by_node: dict[int, list[tuple[Held, Text]]] = {}
    for held, node in limits:
        by_node.setdefault(id(node), []).append((held, node))
    for ones in by_node.values():
        if all(held.loose for held, _ in ones):
            needed = max((held.amount.tight(held.actual or 0) for held, _ in ones), key=float)
            node = ones[0][1]
            yield Edit(node, _NUMBER.sub(str(needed._replace(suffix="")), node.text, count=1))


_NUMBER = re.compile(r"[\d.]+", re.ASCII)


def update(graph: Graph, edits: tuple[Edit, ...], key: str = "expect") -> Update:
    """The text of a graph's file with the figures of `edits`, below `key`, put right; all else stays as it is."""
    document = document_of(graph)
    assert document is not None  # else there is no `expect`, and no edit
    text = document.description.source.text
    elsewhere = _elsewhere(document.description.tree, key)
    parts, done, figures, left = [], 0, 0, []
    for edit in sorted(edits, key=lambda edit: edit.node.order):
        start, why = _start(text, edit.node), ""
        if id(edit.node) in elsewhere:
            why = "it is an alias of what else stands in the file"
        elif edit.text is None:
            why = "no figure is right for all that it stands for"
        elif not text.startswith(edit.node.text, start):  # folded over lines, say
            why = "it is written over lines, or with an escape"
        else:
            parts += [text[done:start], edit.text]
            done = start + len(edit.node.text)
            figures += 1
        if why:
            left.append(f"{edit.node.origin}: `{edit.node.text}` is not rewritten: {why}")
    return Update(text, "".join((*parts, text[done:])), figures, tuple(left))


def _elsewhere(tree: Map, but: str) -> set[int]:
    """The identities of all values and keys of a file, but for those of one key."""
    found: set[int] = set()
    waiting: list[Node] = []
    for key, value in tree:
        waiting += [key] if key.text == but else [key, value]
    while waiting:
        node = waiting.pop()
        if id(node) in found:
            continue
        found.add(id(node))
        if isinstance(node, Seq):
            waiting += node.items
        elif isinstance(node, Map):
            waiting += (one for pair in node for one in pair)
    return found


_BEFORE = re.compile(r"(?:&\S+\s+)?(?:[|>][^\n]*\s+|[\"'])?")  # an anchor; a block's head, or a quote


def _start(text: str, node: Text) -> int:
    """Where the characters of a scalar begin."""
    match = _BEFORE.match(text, node.order)
    return match.end() if match else node.order


# ------------------------------------------------------------------------------------------------ reading `expect`


def _expectations(analysis: Analysis, node: Node | None, problems: Problems) -> Iterator[_Expected]:
    measures = used(Use.FIGURES)
    for name, entry, figures in named(node, analysis, "expect", problems):
        for key, value in figures:
            quantity = key.text
            if quantity not in ("output", *measures):
                known = ["output", *measures]
                help = misspelt(quantity, known) or f"the quantities are {', '.join(known)}"
                problems.add("unknown-key", f"no quantity `{quantity}`", key, help)
            elif not isinstance(value, Text) or value.null:
                problems.add("bad-value", f"`{quantity}` must be a figure", value, _WRITE_A_FIGURE)
            elif quantity == "output":
                yield from _shape_expectation(analysis, name, entry, value, problems)
            elif match := _TIMES.fullmatch(value.text):
                yield from _ratio(analysis, name, entry, measures[quantity], value, match, problems)
            elif (figure := read_figure(value.text, measures[quantity].whole)) is None:
                problems.add("bad-value", f"`{value.text}` is no figure", value, _WRITE_A_FIGURE)
            elif open_here(measures[quantity], analysis, entry):
                problems.add("bad-value", f"nobody knows all of `{quantity}` here: no figure can be held", key)
            else:
                is_ = measures[quantity].value(analysis, entry)
                yield _Expected(name, quantity, value, is_, figure)


def _ratio(
    analysis: Analysis,
    name: str,
    entry: Row | GroupRow | None,
    measure: Measure,
    value: Text,
    match: re.Match[str],
    problems: Problems,
) -> Iterator[_Expected]:
    """How many times as much it is as another entry's: `2.1 * conv1`."""
    written, times, other = match.groups()
    figure = read_figure(written, whole=False)
    try:
        of = None if other == "total" else analysis.entry(other)
    except NoEntry as error:
        problems.add("unknown-name", error.problem.message, value, error.problem.help)
        return
    if figure is None:
        problems.add("bad-value", f"`{written}` is no figure", value, "write `2.1 * conv1`")
    elif open_here(measure, analysis, entry) or open_here(measure, analysis, of):
        problems.add("bad-value", f"nobody knows all of `{measure.name}` here: no figure can be held", value)
    else:
        ours, theirs = measure.value(analysis, entry), measure.value(analysis, of)
        known = ours is not None and theirs
        whole = known and isinstance(ours, int) and isinstance(theirs, int) and not ours % theirs
        is_ = None if not known else ours // theirs if whole else ours / theirs  # type: ignore[operator]
        yield _Expected(name, measure.name, value, is_, figure, times, f"{told(ours)} / {told(theirs)}")


def _shape_expectation(
    analysis: Analysis, name: str, entry: Row | GroupRow | None, value: Text, problems: Problems
) -> Iterator[_Expected]:
    shape = read_shape(value.text)
    if shape is None:
        help = "write `28x28x256` (height × width × channels), or `4096` for a vector"
        problems.add("bad-value", f"`{value.text}` is no shape", value, help)
    elif entry is None and len(analysis.outputs) != 1:
        outputs = ", ".join(analysis.outputs)
        problems.add(
            "bad-value", f"`total` has no one output: the network has {outputs}", value, "expect each by its name"
        )
    else:
        output = entry.output_shape if entry else next(iter(analysis.outputs.values()))
        yield _Expected(name, "output", value, output, None)


def _holds(one: _Expected, text: str) -> bool:
    """Whether a text in a figure's place would be right."""
    if one.figure is None:
        return read_shape(text) == one.is_
    if one.times and not text.endswith(one.times):
        return False
    figure = read_figure(text.removesuffix(one.times), MEASURES[one.quantity].whole and not one.times)
    return one.is_ is not None and not isinstance(one.is_, tuple) and figure is not None and figure.fits(one.is_)


def _rewritten(one: _Expected) -> str:
    if isinstance(one.is_, tuple):
        return written_shape(one.is_, times="×" if "×" in one.node.text else "x")
    assert one.figure is not None
    assert one.is_ is not None
    return one.figure.rewritten(one.is_) + one.times


def _difference(one: _Expected) -> str:
    if isinstance(one.is_, tuple) or one.figure is None:
        is_ = written_shape(one.is_) if isinstance(one.is_, tuple) else one.is_
        return f"`{one.name}` output: expected {one.node.text.replace('x', '×')}, is {is_}"
    wanted = f"{one.figure.digits:,}" if one.node.text.isdigit() else one.node.text
    if one.figure.sign == "<":
        wanted = f"less than {one.node.text[1:]}"
    elif one.figure.sign == "~":
        wanted = f"{one.node.text[1:]} within 5 %"
    if one.is_ is None:
        return f"`{one.name}` {one.quantity}: expected {wanted}, is none"
    if one.times:
        return f"`{one.name}` {one.quantity}: expected {one.node.text}, is {told(one.is_)} times ({one.working})"
    value = one.figure.value()
    off = float(one.is_ - value)
    amount = f"{abs(off):,.0f}" if abs(off) >= 1 else f"{abs(off):.3g}"
    share = f", {100 * off / value:+,.1f} %".replace("-", "−") if value else ""
    more = "more" if off >= 0 else "less"
    return f"`{one.name}` {one.quantity}: expected {wanted}, is {told(one.is_)} ({amount} {more}{share})"
