"""`cnncalc rules`."""

from __future__ import annotations

from typing import Any

import click

from cnncalc.cli import options, streams


class _Code(options.TextType):
    name = "code"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from cnncalc.analyses.checks.rules import RULES
        from cnncalc.cli import completion

        return completion.of(RULES, incomplete)


@options.command(
    "rules",
    epilog=options.examples(
        "cnncalc rules",
        "cnncalc rules dropped-border             why it matters, with an example",
        "cnncalc rules -f json | jq '.[].code'",
    ),
)
@click.argument("codes", metavar="[CODE]...", nargs=-1, type=_Code())
@options.format_option("text", *options.PAGES, "json", idle=dict.fromkeys(("json", "latex"), ("ascii",)))
@options.output_option()
@options.drawing_options()
def rules_command(codes: tuple[str, ...], form: str, output: str | None, no_color: bool, ascii: bool) -> int:
    """The lint rules that `check` runs; with CODE its manual, a file that has the fault, and the file mended."""
    from cnncalc.analyses.checks.config import read_codes
    from cnncalc.analyses.checks.rules import RULES
    from cnncalc.analyses.columns import Style

    options.configured(read_codes, codes)
    chosen = [RULES[code] for code in codes or RULES]
    if form == "json":
        from cnncalc.render.rules import json

        streams.emit(json(chosen), output)
    elif codes or form != "text":
        from cnncalc.render.rules import document

        streams.show(document(chosen), form, output, no_color, ascii)
    else:
        from cnncalc.render.catalog import rule_titles

        streams.show(rule_titles(chosen, Style(ascii=ascii)), form, output, no_color, ascii)
    return 0
