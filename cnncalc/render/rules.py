"""Lint rules as pages: what each is for, its options, and a file that has the fault beside one that has not."""

from __future__ import annotations

from collections.abc import Iterator
from json import dumps

from cnncalc.analyses.checks.lint import lint
from cnncalc.analyses.checks.rules import Rule
from cnncalc.analyses.style import Style
from cnncalc.core.problem import Problem
from cnncalc.formats.open import loads
from cnncalc.formats.writing import shown_json
from cnncalc.render.document import Block, Head, Labelled, Listing, Page, Paragraph, Run, Section
from cnncalc.render.problems import render as render_problems
from cnncalc.render.reference import Pages, listing, pages, prose, table


def document(found: Pages[Rule], style: Style) -> Page:
    """The list of the rules, or their manuals, with the failing and the mended file of each."""
    if found.listed:
        heads = [Head("code", name=True), Head("what it finds", folds=True)]
        return listing("Lint rules", heads, [(rule.code, Run(rule.title, "prose")) for rule in found.entries])
    return pages("Lint rules", [Section(rule.code, [*_manual(rule)]) for rule in found.entries])


def _manual(rule: Rule) -> Iterator[Block]:
    yield Paragraph(Run(rule.title, "prose"))
    yield from prose(rule.manual)
    if rule.options:
        rows = [
            (Run(name), f"{option.default}", f"{option.help}, {option.at_least} to {option.at_most}")
            for name, option in rule.options.items()
        ]
        grid = table(("option", "default", "what it is"), rows)
        yield Labelled("options, in [tool.cnncalc] of pyproject.toml", [grid])
    bad, message = Listing(rule.bad.splitlines(), "yaml wrong"), Listing(said(rule).splitlines())
    yield Labelled("found in", [bad, message])
    yield Labelled("mended", [Listing(rule.good.splitlines(), "yaml right")])


def json(found: Pages[Rule], style: Style) -> str:
    """All that is declared of the rules."""
    rows = [
        {
            "code": rule.code,
            "title": rule.title,
            "manual": rule.manual,
            "options": {
                name: {
                    "default": option.default,
                    "minimum": option.at_least,
                    "maximum": option.at_most,
                    "help": option.help,
                }
                for name, option in rule.options.items()
            },
            "bad": rule.bad,
            "good": rule.good,
        }
        for rule in found.entries
    ]
    return shown_json(dumps(rows, ensure_ascii=False, indent=1)) + "\n"


def said(rule: Rule) -> str:
    """The lines that `check` prints for the failing file."""
    return render_problems(findings(rule.bad))


def findings(network: str) -> tuple[Problem, ...]:
    """The findings in a small network."""
    return lint(loads(network, name="net.yaml")).findings
