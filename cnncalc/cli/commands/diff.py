"""What a branch, or what is not committed, changes in the networks of a repository."""

from __future__ import annotations

import os
from collections.abc import Collection

import click

from cnncalc.cli import options, streams
from cnncalc.cli.command import CHECKS, FILES, Command, argument, option
from cnncalc.cli.formats import OutputFormat, pages


def _shown() -> Collection[str]:
    from cnncalc.analyses.measures import Use, used

    return used(Use.HEADLINE)


class DiffCommand(
    Command, options.WithStorage, options.WithOutputs, options.WithExact, options.WithLayout, options.WithDrawing
):
    """One table of what changed since REF: a row a network with its figures before and after, and the verdict of check.

    Limits, excludes, baselines and budgets that are others stand first, then the networks that are new, renamed,
    removed, changed or broken, and the layers that changed. It is compared with the merge base of REF and HEAD; without
    REF, what is not committed with HEAD. PATH, files and folders, limits what is shown, as `files` of [tool.cnncalc]
    does; parents are looked for in the whole repository. Exit codes are those of check.
    """

    section = CHECKS
    examples = (
        "cnncalc diff                          what is not committed",
        "cnncalc diff origin/main              what a branch changes",
        "cnncalc diff origin/main nets/",
        "cnncalc diff HEAD~5 -o comment.md",
        "cnncalc diff origin/main --figures peak_memory,additions",
    )

    given: tuple[str, ...] = argument("[REF] [PATH]...", required=False, type=options.Architecture())
    exclude: tuple[str, ...] = option(
        "--exclude",
        metavar="PATTERN",
        multiple=True,
        help="Leave out what matches: drafts, 'nets/old/'.",
        group=FILES,
    )
    figures: tuple[str, ...] = options.figures(_shown)
    form: OutputFormat = options.formats(
        OutputFormat("table", "render.project_change:document"),
        OutputFormat("markdown", "render.project_change:markdown"),
        *(form for form in pages("render.project_change:document", "table") if form.name in ("html", "latex")),
        OutputFormat("json", "render.project_change:json", ("exact", "layout", "ascii")),
        help="markdown is made for a comment on a pull request.",
    )

    def run(self) -> int:
        from cnncalc.analyses.checks.changed import change_since
        from cnncalc.analyses.checks.project import Project
        from cnncalc.core.problem import ProblemsFound

        try:
            ref, paths = _ref_and_paths(self.given)
            project = Project(exclude=self.exclude)
            result = options.configured(change_since, ref, paths, project, self.storage, self.figures)
        except ProblemsFound as error:
            streams.complain(error.problems)
            return 2
        self.write(result)
        return result.code


def _ref_and_paths(given: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """REF is what comes first and is no file or folder."""
    from cnncalc.formats import git

    if not given:
        return "HEAD", ()
    first, rest = given[0], given[1:]
    if not os.path.lexists(first):
        return first, rest
    if git.is_version(first):
        raise click.UsageError(
            f"'{first}' is a version and a file: ./{first} is the file, 'refs/heads/{first}' the branch."
        )
    return "HEAD", given
