"""Metadata that are made of the project's one address: its pages, whom to write to, the links of README, which is shown
elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

HERE = Path(__file__).parent
_RELATIVE = re.compile(r"(!?)\[([^\]]*)\]\((?![a-z]+:|#)([^)]+)\)")


def address() -> str:
    """The address of the project, as the package says it."""
    found = re.search(r'^ADDRESS = "(.+?)"', (HERE / "cnncalc" / "__init__.py").read_text(encoding="utf-8"), re.M)
    assert found is not None
    return found[1]


def readme() -> str:
    """README with links that lead to the project from wherever it is shown: pictures as they are, pages to read."""

    def whole(link: re.Match[str]) -> str:
        picture, text, path = link.groups()
        return f"{picture}[{text}]({address()}/{'raw' if picture else 'blob'}/main/{path})"

    return _RELATIVE.sub(whole, (HERE / "README.md").read_text(encoding="utf-8"))


class Metadata(MetadataHookInterface):
    """What pyproject.toml calls dynamic."""

    def update(self, metadata: dict[str, Any]) -> None:
        pages = {"Documentation": "docs/index.md", "Changelog": "CHANGELOG.md"}
        owner = address().split("/")[-2]
        metadata["authors"] = [{"name": "The cnncalc maintainers", "email": f"{owner}@users.noreply.github.com"}]
        metadata["readme"] = {"content-type": "text/markdown", "text": readme()}
        metadata["urls"] = {
            "Homepage": address(),
            **{name: f"{address()}/blob/main/{page}" for name, page in pages.items()},
            "Issues": f"{address()}/issues",
        }
