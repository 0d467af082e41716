"""The public functions, each what the command of its name does: they take what is natural, and give a result.

A network is a path (`"nets/net.yaml"`, a `Path`, a model of another program), the name of a bundled one (`"alexnet"`; a
file of that name comes first), a Graph (of `load`, `loads`, `from_dict`, `Builder`) or an Analysis of one; what it is
not is a TypeError. A file that is not there, or cannot be used, raises ProblemsFound, whose `problems` each have a
code, a message, a place and a cure; `check` and `lint` report it instead. A wrong value of another argument is a
ValueError that names it.

Figures are exact whole numbers for one image: `params` and `activations` count numbers, `multiplies` are
multiply-accumulates (MACs), `flops` two for each; sizes and memory are bytes. Shapes in Python and JSON are channels
first, (C, H, W), whatever `layout` a table is written in.

>>> analyze("nosuch")  # doctest: +ELLIPSIS
Traceback (most recent call last):
    ...
cnncalc.core.problem.ProblemsFound: cannot read `nosuch`: no such file, and no bundled architecture of that name; ...
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from cnncalc.core.analysis import Analysis
from cnncalc.core.analysis import analyze as counted
from cnncalc.core.arguments import Size, is_whole, known_names, mistyped, size_text, var_texts
from cnncalc.core.graph import Graph
from cnncalc.core.problem import ProblemsFound
from cnncalc.formats.open import Reread, load

if TYPE_CHECKING:
    from cnncalc.analyses.checks.budget import Limit
    from cnncalc.analyses.checks.changed import ProjectChange
    from cnncalc.analyses.checks.report import Finder, Report
    from cnncalc.analyses.comparing.comparison import Comparison
    from cnncalc.analyses.history import History
    from cnncalc.analyses.measures import Measure
    from cnncalc.analyses.overview import Overview
    from cnncalc.analyses.reconcile import Reconciliation
    from cnncalc.analyses.sizes import Sizes
    from cnncalc.analyses.working import Explanation
    from cnncalc.drawing.badge import Badge
    from cnncalc.drawing.formats import Drawing
    from cnncalc.formats.source import Source
    from cnncalc.render.check import Checked
    from cnncalc.teaching.grade import Marks
    from cnncalc.teaching.question import Handout

__all__ = [
    "analyze",
    "badge",
    "check",
    "compare",
    "diagram",
    "diff",
    "exercise",
    "explain",
    "grade",
    "history",
    "lint",
    "names",
    "reconcile",
    "sizes",
    "summary",
]

Network = Graph | Analysis | str | os.PathLike[str]
Limits = Mapping[str, int | float | str | Mapping[str, int | float | str]]
Growth = int | float | str | Mapping[str, int | float | str]
NETWORK = "a Graph, an Analysis, a path or a name"


def names() -> tuple[str, ...]:
    """The names of the bundled architectures.

    >>> "alexnet" in names()
    True
    """
    from cnncalc.formats import bundled

    return bundled.names()


def analyze(network: Network) -> Analysis:
    """The counts of a network: shapes, params, buffers, multiplies and activations of layers, groups and in total.

    `network` is a path, the name of a bundled one, a Graph or an Analysis. Multiplies are multiply-accumulates (MACs)
    for one image, shapes channels first: (C, H, W). Weights that are shared count once, at the first layer that has
    them; multiplies count every time. Raises ProblemsFound for a file that is not there or cannot be used.

    >>> analyze("lenet5").totals.params
    61706
    """
    return _analysis(network, "analyze: network")


def summary(
    *networks: Network,
    depth: int | None = 1,
    columns: Iterable[str] | None = None,
    sort: str | None = None,
    top: int | None = None,
    convention: str | None = None,
) -> Overview:
    """The table of one or more networks, as `cnncalc summary` writes it.

    Each network is a path, the name of a bundled one, a Graph or an Analysis; ProblemsFound for a file that cannot be
    used. `depth` is how far blocks are unfolded: 0 totals only, None all the way. `columns` are names of them; `sort`
    is the quantity of which the largest come first, and `top` keeps so many rows. By a `convention` multiplies or
    params are as that tool counts them. JSON, CSV and records list layers, not blocks, whatever the `depth`; of them,
    too, `top` keeps the first.

    >>> print(summary("lenet5", columns=["layer", "params"], sort="params", top=2).to_markdown().splitlines()[6])
    | C5 | 48,120 |
    """
    from cnncalc.analyses.columns import COLUMNS
    from cnncalc.analyses.measures import Use, used
    from cnncalc.analyses.overview import Analyzed, Overview

    analyses = _analyses(networks, "summary: network", 1)
    shown = None if columns is None else _names(columns, COLUMNS, "column", "summary: columns")
    if sort is not None:
        (sort,) = _names([sort], used(Use.FIGURES), "quantity", "summary: sort")
    _number(depth, "summary: depth", 0)
    _number(top, "summary: top", 1)
    counted_as = _convention(convention, "summary: convention")
    return Overview([Analyzed(one.file, one) for one in analyses], shown, depth, sort, top, counted_as)


def compare(
    *networks: Network,
    by_layer: bool = False,
    depth: int | None = None,
    max_growth: Growth | None = None,
    figures: Iterable[str] = (),
    convention: str | None = None,
) -> Comparison:
    """Networks side by side, each beside the first, as `cnncalc compare` shows them.

    Each is a path, the name of a bundled one, a Graph or an Analysis; ProblemsFound for a file that cannot be used.
    `by_layer` aligns the layers of two; with a `depth` entries at that depth. `grown` are the totals that grew more
    than `max_growth`: 5 percent, or `{"params": 5}`. `figures` names other quantities whose totals are wanted, too;
    with a `convention` there are those of that tool.

    >>> [one.analysis.totals.params for one in compare("vgg16", "resnet50").networks]
    [138357544, 25557032]
    """
    from cnncalc.analyses.comparing.comparison import comparable, compared_with_first, network

    analyses = _analyses(networks, "compare: network", 2)
    if by_layer and len(analyses) != 2:
        raise ValueError(f"compare: by_layer compares two networks, not {len(analyses)}")
    _number(depth, "compare: depth", 0)
    counted_as = _convention(convention, "compare: convention")
    known = comparable()
    asked = [known[name] for name in _names(figures, known, "quantity", "compare: figures")]
    asked += [counted_as] if counted_as else []
    found = [network(_name(given, one), one, *asked) for given, one in zip(networks, analyses, strict=True)]
    allowed = _growth(max_growth, "compare: max_growth")
    return compared_with_first(found, by_layer=by_layer, depth=depth, allowed=allowed)


def explain(
    network: Network | ProblemsFound,
    *names: str,
    depth: int | Literal["auto"] | None = "auto",
    of: Iterable[str] = (),
    against: str | None = None,
) -> Explanation:
    """The working of numbers: of the layers and blocks of these names, of `total`, without names of all layers.

    `network` is a path, the name of a bundled one, a Graph or an Analysis; ProblemsFound is raised for a file that
    cannot be used. Of one that does not fit, give that ProblemsFound instead: the working up to where it breaks.

    `of` are quantities whose working is wanted, too: `receptive_field`, `additions`, `peak_memory`; `against` is the
    entry, or `total`, beside which each is put: how many times as much there is of each quantity. `depth` is how far
    blocks are unfolded: 0 the sum alone, None every layer; `auto` is 0, and without names 1.

    >>> print(explain("lenet5", "C1").to_text().splitlines()[2])
      size         (W − F + 2P) // S + 1             = (32 − 5 + 2·0) // 1 + 1  = 28
    >>> [line.value for line in explain("alexnet", "conv2", against="conv1").layers[0].asked["ratio"]][:2]
    ['×8.82', '×8.82']
    """
    from cnncalc.analyses.measures import MEASURES
    from cnncalc.analyses.working import explained, where_it_breaks

    worked = [name for name, measure in MEASURES.items() if measure.worked]
    asked = _names(of, worked, "quantity", "explain: of")
    for name in (*names, *(() if against is None else (against,))):
        if not isinstance(name, str):
            raise mistyped("explain: names", "names of layers or blocks", name)
    if depth != "auto":
        _number(depth, "explain: depth", 0)
    if isinstance(network, ProblemsFound):
        understood = network.understood()
        if understood is None:
            raise network
        return where_it_breaks(understood, names)
    return explained(_analysis(network, "explain: network"), names, depth, asked=asked, against=against)


def reconcile(
    network: Network,
    figure: str | int | None = None,
    *,
    conventions: Iterable[str] | None = None,
    functional: Iterable[str] = (),
    attention: str = "multihead",
) -> Reconciliation:
    """The figures that other tools print for a network, and the terms that lead from ours to theirs.

    `network` is a path, the name of a bundled one, a Graph or an Analysis; ProblemsFound for a file that cannot be
    used. With a `figure`, 4111512576 or `"4.11G"`, whose it is. `conventions` are names of tools; `functional` are
    types of layers that the code calls as functions; `attention` says how it writes that: `multihead`
    (nn.MultiheadAttention), that under `no_grad`, `sdpa` (F.scaled_dot_product_attention) or `matmul`.

    >>> reconcile("resnet18", conventions=["torchinfo"]).conventions[0].figure
    1814083944
    """
    from cnncalc.analyses import conventions as known
    from cnncalc.analyses.conventions.base import ATTENTION, CodeStyle
    from cnncalc.analyses.reconcile import Reconciliation, figure_of, search
    from cnncalc.analyses.reconcile import reconcile as beside
    from cnncalc.core.layers import LAYERS

    analysis = _analysis(network, "reconcile: network")
    where = "reconcile: conventions"
    chosen = known.names() if conventions is None else _names(conventions, known.names(), "convention", where)
    called = _names(functional, LAYERS, "layer type", "reconcile: functional")
    (way,) = _names((attention,), ATTENTION, "way to write attention", "reconcile: attention")
    code = CodeStyle(called, way)
    file, held = _name(network, analysis), [known.convention(name) for name in chosen]
    if figure is None:
        return Reconciliation(file, analysis, tuple(beside(analysis, held, code)), code)
    if not isinstance(figure, str) and not is_whole(figure):
        raise mistyped("reconcile: figure", "a whole number, or a rounded one like '4.11G'", figure)
    looked_for = figure_of(str(figure))
    if looked_for is None:
        raise ValueError(f"reconcile: figure must be a whole number, or a rounded one like '4.11G', not '{figure}'")
    return Reconciliation(file, analysis, search=search(analysis, str(figure), looked_for, held))


def sizes(network: Network) -> Sizes:
    """The input sizes at which a network fits together, those that lose no border pixel, and its counts as formulas.

    `network` is a path, the name of a bundled one, a Graph or an Analysis. A file may be one that does not fit at its
    own size; one that cannot be used at any, and a network of several inputs, raise ProblemsFound. Sizes are
    (height, width).

    >>> found = sizes("unet_keras")
    >>> found.multiples, found.smallest, 100 in found, (160, 320) in found
    (16, (16, 16), False, True)
    >>> found.formulas.multiplies.at(160, 320)
    42660761600
    """
    from cnncalc.analyses.sizes import sizes as of_source
    from cnncalc.analyses.sizes import sizes_of
    from cnncalc.formats.open import read

    if isinstance(network, str | os.PathLike):
        return of_source(read(os.fspath(network)), {})
    graph = network.graph if isinstance(network, Analysis) else network
    if not isinstance(graph, Graph):
        raise mistyped("sizes: network", NETWORK, network)
    reading = graph.reread
    if isinstance(reading, Reread) and not graph.changed:
        return of_source(reading.source, reading.vars, reading.input_size)
    return sizes_of(graph)


def check(
    *networks: Network,
    limits: Limits | None = None,
    baseline: str | os.PathLike[str] | None = None,
    max_growth: Growth | None = None,
    lint: bool = False,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] | None = None,
    strict: bool = False,
    project: bool = False,
    set: Mapping[str, object] | None = None,
    input_size: Size | None = None,
    allow_outside: bool = False,
    convention: str | None = None,
) -> Checked:
    """A report on networks, or all files below a folder, held to what they expect, to budgets and to a baseline.

    Each is a path, a folder, the name of a bundled one, a Graph or an Analysis. A file that cannot be used raises
    nothing: it is a problem in the report, whose `code` is 2.

    `limits` are the most of a quantity, in total or of a layer: `{"params": 5_000_000, "size": "20 MiB"}`,
    `{"params": {"head": "2M"}}`. The `baseline` is a file or a version in git, from which totals grow no more than
    `max_growth`. With `lint` the rules run, too, or those of `select`, or all but those of `ignore`; `strict` breaks a
    file also where something is a warning. With `project` the `[tool.cnncalc]` of a file's `pyproject.toml` holds, as
    it does for the command. By a `convention` a limit of multiplies or params is of what that tool counts.

    Raises ValueError for a limit, a percentage or a code that is none, ProblemsFound for a baseline that cannot be
    used.

    >>> check("lenet5", limits={"params": "60k"}).problems[0].message
    '`total` params: limit 60k, is 61.7k, over by 1.7k (+2.8 %)'
    """
    if not networks and not project:
        raise TypeError(f"check: give a network: {NETWORK}")
    return _checked(
        networks, "check", limits=_limits(limits, convention), baseline=baseline, growth=max_growth, lint=lint,
        select=select, ignore=ignore, strict=strict, project=project, set=set, input_size=input_size,
        allow_outside=allow_outside,
    )  # fmt: skip


def lint(
    *networks: Network,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] | None = None,
    project: bool = False,
    allow_outside: bool = False,
) -> Checked:
    """The findings of the lint rules alone, or of those of `select`, or of all but those of `ignore`, as warnings.

    Networks, and what becomes of files that cannot be used, are those of `check`: paths, folders, names of bundled
    ones, Graphs, Analyses, and a report with a problem where others raise ProblemsFound.

    >>> lint("lenet5").problems
    ()
    """
    if not networks:
        raise TypeError(f"lint: give a network: {NETWORK}")
    return _checked(
        networks, "lint", lint=True, select=select, ignore=ignore, project=project, figures=False,
        allow_outside=allow_outside,
    )  # fmt: skip


def diff(
    ref: str = "HEAD",
    *paths: str | os.PathLike[str],
    exclude: Iterable[str] = (),
    figures: Iterable[str] = (),
) -> ProjectChange:
    """The change of the networks in the repository of the working folder since its branch left a version of git.

    Without a `ref` it is what is not committed. `paths`, files or folders, limit what is shown; `exclude` are patterns
    of what is left out, `figures` name other quantities whose totals are wanted, too. `networks` have figures
    before and after, and the changed layers; `rules` are limits that are others; `code` is the exit code of a check.
    Raises ProblemsFound where there is no such version, and ValueError for a project that cannot be used.
    """
    from cnncalc.analyses.checks.changed import change_since
    from cnncalc.analyses.checks.project import Project
    from cnncalc.analyses.comparing.comparison import comparable

    if not isinstance(ref, str):
        raise mistyped("diff: ref", "a version of git", ref)
    for path in paths:
        if not isinstance(path, str | os.PathLike):
            raise mistyped("diff: paths", "paths of files or folders", path)
    project = Project(exclude=tuple(_words(exclude, "diff: exclude")))
    asked = _names(figures, comparable(), "quantity", "diff: figures")
    return change_since(ref, [os.fspath(path) for path in paths], project, {}, asked)


def history(file: str | os.PathLike[str], number: int = 100) -> History:
    """The totals of a network in each commit that changed its file, or one that it extends or uses, the newest first.

    `number` is how many commits are looked at at most. Raises ProblemsFound where the file is in no commit.
    """
    from cnncalc.analyses.history import history as of_file

    if not isinstance(file, str | os.PathLike):
        raise mistyped("history: file", "a path", file)
    _number(number, "history: number", 1)
    return of_file(os.fspath(file), number)


def badge(network: Network, quantity: str = "params", label: str | None = None) -> Badge:
    """The badge with a total of a network, to four digits; it is red where a budget of the file on it is broken.

    `network` is a path, the name of a bundled one, a Graph or an Analysis; ProblemsFound for a file that cannot be
    used, or whose budgets cannot. `label` stands on its left half in place of the quantity. `to_svg()` is the picture,
    `to_json()` what the endpoint badge of shields.io reads.

    >>> badge("resnet50", "multiplies")
    Badge(label='multiplies', message='3.858G', broken=False)
    """
    from cnncalc.analyses.checks.expect import check as held
    from cnncalc.analyses.measures import Use, used
    from cnncalc.drawing.badge import badge as of_total

    analysis = _analysis(network, "badge: network")
    (name,) = _names([quantity], used(Use.LIMITS), "quantity", "badge: quantity")
    if not isinstance(label, str | None):
        raise mistyped("badge: label", "a text", label)
    assert analysis.graph is not None  # every analysis has the graph that it was made of
    return of_total(analysis, name, held(analysis.graph, analysis).budgets, label)


def diagram(
    network: Network,
    part: str | None = None,
    *,
    style: Literal["volumes", "flow", "window"] | None = None,
    depth: int | Literal["auto"] | None = "auto",
    theme: Literal["light", "dark", "auto"] = "light",
    counts: Iterable[str] = (),
    every_copy: bool = False,
    width: int | None = None,
) -> Drawing:
    """The picture of a network, of a block of it, or in the style `window` of a layer; a notebook shows it.

    `network` is a path, the name of a bundled one, a Graph or an Analysis; ProblemsFound for a file that cannot be
    used, and for a `part` that is none. `depth` is how far blocks are unfolded, None all the way; `counts` are
    quantities that are written on the boxes; a picture is broken so that it is no wider than `width` pixels. CannotDraw
    is raised by what writes it, where nobody could read the picture.

    >>> diagram("lenet5").to_svg()[:4]
    '<svg'
    """
    from cnncalc.analyses.measures import Use, used
    from cnncalc.drawing.formats import Drawing, part_of

    analysis = _analysis(network, "diagram: network")
    if style is not None:
        _names([style], ("volumes", "flow", "window"), "style", "diagram: style")
    _names([theme], ("light", "dark", "auto"), "theme", "diagram: theme")
    written = _names(counts, used(Use.COLUMNS), "count", "diagram: counts")
    if depth != "auto":
        _number(depth, "diagram: depth", 1)
    _number(width, "diagram: width", 200, 100_000)
    if width is not None and style == "window":
        raise ValueError("diagram: a width breaks a flow or volumes: the window of a layer has no rows")
    if part is None and style == "window":
        raise ValueError("diagram: the style window draws one layer: name it")
    if not isinstance(part, str | None):
        raise mistyped("diagram: part", "the name of a block or a layer", part)
    drawn = None if part is None else part_of(analysis, part, style == "window")
    return Drawing(analysis, drawn, style, depth, written, every_copy, theme, width)


def exercise(
    network: Network,
    *,
    level: Literal[1, 2, 3] = 1,
    ask: Iterable[str] | None = None,
    count: int | None = None,
    cells: Iterable[str] = (),
    seed: int = 1,
    key: bool = False,
    room: int = 0,
    exact: bool = False,
    layout: Literal["hwc", "chw"] = "hwc",
) -> Handout:
    """A worksheet about the network of a file, or the `key` to it; the same seed gives the same questions.

    `network` is a path, the name of a bundled one, or a Graph or an Analysis of a file; ProblemsFound where it cannot
    be used. `ask` are kinds of questions, `count` how many, `cells` names those of one table instead; `room` are empty
    lines for the working. Raises ValueError where the network has no such questions.

    >>> exercise("lenet5", seed=7, count=2).questions[0].prompt
    '`S2` reads 28×28×6: avg_pool 2×2, stride 2. What is its output (height × width × channels)?'
    """
    from cnncalc.formats.open import read
    from cnncalc.teaching import recipe
    from cnncalc.teaching.worksheet import of_source

    if isinstance(network, Analysis) and network.graph:
        network = network.graph
    if isinstance(network, Graph):
        reading = network.reread if isinstance(network.reread, Reread) else None
    elif isinstance(network, str | os.PathLike):
        reading = Reread(read(os.fspath(network)), {}, None, False)
    else:
        raise mistyped("exercise: network", NETWORK, network)
    if reading is None or not reading.source.text:
        raise ValueError("exercise: a worksheet carries the text of a file: this network has none")
    _number(level, "exercise: level", 1, 3)
    _number(count, "exercise: count", 1, recipe.MOST_QUESTIONS)
    _number(seed, "exercise: seed", 0, recipe.LARGEST_SEED)
    _number(room, "exercise: room", 0, 40)
    _names([layout], ("hwc", "chw"), "layout", "exercise: layout")
    sheet = of_source(
        reading.source,
        seed=seed,
        level=level,
        ask=None if ask is None else _names(ask, recipe.ASKS, "kind of question", "exercise: ask"),
        count=count,
        layout=layout,
        exact=exact,
        set=reading.vars,
        input_size=reading.input_size,
        cells=_words(cells, "exercise: cells"),
    )
    from cnncalc.teaching.question import Handout

    return Handout(sheet, key, room)


def grade(
    worksheet: Handout | str | os.PathLike[str],
    *answers: str | os.PathLike[str] | Mapping[int | str, object],
    carry: bool = False,
    names: Iterable[str] = (),
    columns: Iterable[str] = (),
    key: bool = False,
) -> Marks:
    """The marks of answers to a worksheet: points for each question, and for what is wrong the likely slip.

    The `worksheet` is a Handout, a file, or a folder with one for each student; `answers` are files, folders of such,
    or mappings of questions to answers: `{1: "28x28x6", 2: 4_704}`. With `carry` there are points for what is right
    with one's own wrong answer before it. `names` and `columns` are headings or numbers of columns, of tables of
    responses; with `key` the right answers are shown, too. What cannot be read as an answer is never wrong: it is
    `unclear`. Raises ValueError for a worksheet that is none, and ProblemsFound for one whose network cannot be used.

    >>> grade(exercise("lenet5", seed=7, count=2), {1: "14x14x6", 2: "1x1"}).students[0].points
    1
    """
    from cnncalc.teaching.marking import answers_of, marking
    from cnncalc.teaching.question import Handout

    sheet = worksheet.sheet if isinstance(worksheet, Handout) else worksheet
    if isinstance(sheet, os.PathLike):
        sheet = os.fspath(sheet)
    if not isinstance(worksheet, Handout | str | os.PathLike):
        raise mistyped("grade: worksheet", "a Handout, or the path of a worksheet or a folder of them", worksheet)
    given: list[Any] = []
    for place, one in enumerate(answers, 1):
        if isinstance(one, Mapping):
            given.append(answers_of({str(id): _answer(text) for id, text in one.items()}, f"answers {place}"))
        elif isinstance(one, str | os.PathLike):
            given.append(os.fspath(one))
        else:
            raise mistyped("grade: answers", "a path, or a mapping of questions to answers", one)
    if not given:
        raise TypeError("grade: give answers: paths, or mappings of questions to answers")
    tables = {"names": tuple(_words(names, "grade: names")), "columns": tuple(_words(columns, "grade: columns"))}
    return marking(sheet, given, carry=carry, key=key, **tables).marks


def _answer(given: object) -> str:
    """An answer as a student writes it: `28x28x6` of `(28, 28, 6)`."""
    if isinstance(given, tuple | list):
        return "x".join(map(str, given))
    if isinstance(given, str) or is_whole(given):
        return str(given)
    raise mistyped("grade: answers", "texts, whole numbers or shapes", given)


# ------------------------------------------------------------------------------------------------ networks


def _analysis(network: object, where: str) -> Analysis:
    if isinstance(network, Analysis):
        return network
    if isinstance(network, str | os.PathLike):
        network = load(network)
    if isinstance(network, Graph):
        return counted(network)
    cure = " (from_dict takes mappings)" if isinstance(network, Mapping) else ""
    raise mistyped(where, NETWORK + cure, network)


def _analyses(networks: Sequence[object], where: str, least: int) -> list[Analysis]:
    if len(networks) < least:
        raise TypeError(f"{where.partition(':')[0]}: give {least} or more networks, each {NETWORK}")
    return [_analysis(network, where) for network in networks]


def _name(network: object, analysis: Analysis) -> str:
    """A network as it was named, or by its file."""
    return os.fspath(network) if isinstance(network, str | os.PathLike) else analysis.file


# ------------------------------------------------------------------------------------------------ checks


def _checked(
    networks: Sequence[Network],
    where: str,
    *,
    lint: bool,
    limits: Mapping[str, tuple[Limit, ...]] | None = None,
    baseline: str | os.PathLike[str] | None = None,
    growth: Growth | None = None,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] | None = None,
    strict: bool = False,
    project: bool = False,
    figures: bool = True,
    set: Mapping[str, object] | None = None,
    input_size: Size | None = None,
    allow_outside: bool = False,
) -> Checked:
    from cnncalc.analyses.checks.config import Choices, on_disk, read_codes
    from cnncalc.analyses.checks.lint import Linter
    from cnncalc.analyses.checks.project import Project
    from cnncalc.analyses.checks.report import Checks
    from cnncalc.render.check import Checked

    chosen, left = (
        None if codes is None else read_codes(_words(codes, f"{where}: {what}"))
        for what, codes in (("select", select), ("ignore", ignore))
    )
    allowed = _growth(growth, f"{where}: max_growth")
    choices = Choices(chosen, left, strict or None, limits or {}, allowed)
    held_to = Project(choices, read=on_disk if project else _nothing)
    vars, size = var_texts(set, f"{where}: set"), size_text(input_size, f"{where}: input_size")
    finders: list[Finder] = [Linter(held_to)] if lint else []
    finders += _baseline(baseline, held_to, vars, size, networks, where)
    if allowed and len(finders) == lint:
        raise ValueError(f"{where}: max_growth goes with a baseline")
    checks = Checks(
        vars=vars,
        input_size=size,
        allow_outside=allow_outside,
        finders=tuple(finders),
        project=held_to,
        figures=figures,
    )
    reports: list[Report] = []
    for network in networks:
        if isinstance(network, Graph | Analysis):
            reports.append(_report(network, checks, lint, vars, size))
        elif isinstance(network, str | os.PathLike):
            reports += (one for one in checks.run([os.fspath(network)]) if not one.skipped)
        else:
            raise mistyped(f"{where}: network", f"{NETWORK}, or a folder", network)
    if not networks:
        files = [file for several in held_to.files(allow_outside).values() for file in several]
        reports += (checks.report(file) for file in files if not held_to.excludes(file.name))
        reports = [one for one in reports if not one.skipped]
    return Checked(reports, nothing="nothing to check: no architecture file")


def _report(network: Graph | Analysis, checks: Any, lint: bool, vars: dict[str, str], size: str | None) -> Report:
    """The report on a network that was read, or built, before."""
    from cnncalc.formats.source import Source
    from cnncalc.formats.yaml.document import document_of

    graph = network if isinstance(network, Graph) else network.graph
    assert graph is not None  # every analysis has the graph that it was made of
    graph = graph.with_vars(vars) if vars else graph
    graph = graph.with_input(size) if size else graph
    document = document_of(graph)
    source: Source = document.description.source if document else Source(graph.file, "")
    report: Report = checks.judge(source, graph.file, graph)
    if lint and document is None:
        report = report._replace(notes=(*report.notes, "no lint rule ran: they read an architecture file"))
    return report


def _baseline(
    baseline: object, project: Any, vars: dict[str, str], size: str | None, networks: Sequence[object], where: str
) -> Iterator[Finder]:
    from cnncalc.analyses.checks.baselines.baseline import named, of_project

    if isinstance(baseline, str | os.PathLike):
        first = os.fspath(networks[0]) if networks and isinstance(networks[0], str | os.PathLike) else ""
        folder = first if os.path.isdir(first) else os.path.dirname(first)
        yield named(os.fspath(baseline), project.allowed, vars, size, folder if os.path.isdir(folder) else "")
    elif baseline is not None:
        raise mistyped(f"{where}: baseline", "a file or a version in git", baseline)
    elif project.own.baseline and (held := of_project(project, vars, size)):
        yield held


def _nothing(path: str) -> None:
    """No project chooses anything."""


def _limits(limits: object, convention: object) -> dict[str, tuple[Limit, ...]]:
    from cnncalc.analyses.checks.budget import read_limit, units
    from cnncalc.analyses.measures import MEASURES, Use, used

    counted_as = _convention(convention, "check: convention")
    if counted_as and not (isinstance(limits, Mapping) and counted_as.rests_on[0] in limits):
        raise ValueError(f"check: the convention says how a limit of {counted_as.rests_on[0]} counts: there is none")
    if limits is None:
        return {}
    if not isinstance(limits, Mapping):
        raise mistyped("check: limits", "a mapping of quantities to amounts: {'params': '5M'}", limits)
    found = {}
    for quantity in _names(limits, used(Use.OPTION), "quantity", "check: limits"):
        given = limits[quantity]
        several = given.items() if isinstance(given, Mapping) else [("total", given)]
        read = []
        for entry, amount in several:
            if isinstance(amount, bool) or not isinstance(amount, str | int | float):
                raise mistyped(f"check: limits[{quantity!r}]", "an amount, or a mapping of names to amounts", amount)
            limit = read_limit(quantity, f"{entry}={amount}")
            if limit is None:
                raise ValueError(f"check: limits[{quantity!r}] must be {units(MEASURES[quantity])}, not '{amount}'")
            read.append(limit)
        if counted_as and quantity == counted_as.rests_on[0]:
            quantity, read = counted_as.name, [one._replace(quantity=counted_as.name) for one in read]
        found[quantity] = tuple(read)
    return found


def _growth(growth: object, where: str) -> Any:
    from cnncalc.analyses.checks.baselines.growth import read_allowed

    if growth is None:
        return {}
    given = growth if isinstance(growth, Mapping) else {"": growth}
    if not all(isinstance(one, str | int | float) and not isinstance(one, bool) for one in given.values()):
        raise mistyped(where, "a percentage, or a mapping of quantities to percentages", growth)
    return read_allowed(f"{quantity}={percent}" if quantity else f"{percent}" for quantity, percent in given.items())


# ------------------------------------------------------------------------------------------------ what is given


def _words(given: object, where: str) -> list[str]:
    """Several texts; one alone is one of them."""
    found = [given] if isinstance(given, str) else given
    if not isinstance(found, Iterable):
        raise mistyped(where, "a list of names", given)
    words = list(found)
    for word in words:
        if not isinstance(word, str):
            raise mistyped(where, "a list of names", word)
    return words


def _names(given: object, known: Iterable[str], what: str, where: str) -> tuple[str, ...]:
    import cnncalc.analyses.measures  # noqa: F401 — each quantity enters the words of others

    return known_names(_words(given, where), tuple(known), what)


def _convention(given: object, where: str) -> Measure | None:
    """The measure of what a tool counts."""
    from cnncalc.analyses.conventions import names as known
    from cnncalc.analyses.reconcile import counted_by

    if given is None:
        return None
    if not isinstance(given, str):
        raise mistyped(where, "the name of a convention", given)
    (name,) = _names(given, known(), "convention", where)
    return counted_by(name)


def _number(given: object, where: str, least: int, most: int | None = None) -> None:
    """Refuse what is no whole number within bounds; None stands for what is usual."""
    if given is None:
        return
    if not is_whole(given):
        raise mistyped(where, "a whole number", given)
    number = int(given)  # type: ignore[call-overload]
    if number < least or (most is not None and number > most):
        bounds = f"{least} or more" if most is None else f"{least} to {most}"
        raise ValueError(f"{where} must be {bounds}, is {number}")
