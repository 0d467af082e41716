"""The lint rules that check runs, with examples."""

from __future__ import annotations

from typing import Any

import click

from cnncalc.cli import options
from cnncalc.cli.command import CHECKS, Command, argument
from cnncalc.cli.files import TextType
from cnncalc.cli.formats import OutputFormat, pages


class _Code(TextType):
    name = "code"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from cnncalc.analyses.checks.rules import RULES
        from cnncalc.cli import completion

        return completion.of(RULES, incomplete)


class RulesCommand(Command, options.WithOutput, options.WithDrawing):
    """The lint rules that `check` runs; with CODE its manual, a file that has the fault, and the file mended."""

    section = CHECKS
    examples = (
        "cnncalc rules",
        "cnncalc rules dropped-border             why it matters, with an example",
        "cnncalc rules -f json | jq '.[].code'",
    )

    codes: tuple[str, ...] = argument("[CODE]...", type=_Code())
    form: OutputFormat = options.formats(
        *pages("render.rules:document", "text"),
        OutputFormat("json", "render.rules:json", ("ascii",)),
    )

    def run(self) -> int:
        from cnncalc.analyses.checks.config import read_codes
        from cnncalc.analyses.checks.rules import RULES
        from cnncalc.render.reference import Pages

        options.configured(read_codes, self.codes)
        self.write(Pages([RULES[name] for name in self.codes or RULES], listed=not self.codes))
        return 0
