"""Worksheets as a form: one page that saves the answers to a file, without a server and without a network."""

from __future__ import annotations

from cnncalc.analyses.style import Style
from cnncalc.render.document import Block, Fields, Gap, Page, Paragraph, Run
from cnncalc.render.html import write
from cnncalc.teaching.pages.worksheet import document as worksheet
from cnncalc.teaching.question import Handout

# Everything that is typed is text in a JSON file; nothing is sent anywhere.
SCRIPT = """
"use strict";
document.getElementById("save").addEventListener("click", () => {
  const answers = {};
  let name = "";
  for (const field of document.querySelectorAll("input[name]")) {
    if (field.name === "name") name = field.value.trim(); else answers[field.name] = field.value;
  }
  const empty = Object.values(answers).filter((answer) => !answer.trim()).length;
  const said = document.getElementById("said");
  if (document.querySelector("input[name=name]") && !name) { said.textContent = "Your name is missing."; return; }
  const worksheet = JSON.parse(document.getElementById("cnncalc-worksheet").textContent);
  if (worksheet.student) name = worksheet.student;
  const text = JSON.stringify({ name, worksheet, answers }, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text + "\\n"], { type: "application/json" }));
  link.download = (name.replace(/[^\\p{L}\\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "answers") + ".json";
  link.click();
  said.textContent = "Saved as " + link.download + (empty ? "; " + empty + " left empty." : ".");
});
"""


def render(handout: Handout, style: Style) -> str:
    """The sheet with a field for each blank, and a button that saves them; a key has none."""
    return write(_page(handout, style), style)


def _page(handout: Handout, style: Style) -> Page:
    page = worksheet(handout, style, fields=True)
    if handout.key:
        return page
    blocks: list[Block] = [
        Paragraph(["Name: ", Gap("name", field=True)]) if isinstance(block, Fields) else block for block in page.blocks
    ]
    save = Paragraph([Run("Save the answers", "button"), " ", Run("", "said")])
    return page._replace(blocks=[*blocks, save], script=SCRIPT)
