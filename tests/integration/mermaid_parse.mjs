// Mermaid's own parser on a JSON list of {text, nodes, edges}: prints what it refuses or counts otherwise; of what has
// no counts the texts of the labels as a page shows them, and what elements they make.
// Finds the packages `mermaid` and `jsdom` on NODE_PATH; exit code 3 where they are not installed.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";

const require = createRequire(import.meta.url);
let paths;
try {
  paths = ["jsdom", "mermaid"].map((name) => pathToFileURL(require.resolve(name)).href);
} catch {
  process.exit(3);
}
if (process.argv.length < 3) process.exit(0);
const { JSDOM } = (await import(paths[0])).default;
const { window } = new JSDOM("<!DOCTYPE html><body></body>");
globalThis.window = window;
globalThis.document = window.document;
const mermaid = (await import(paths[1])).default;
mermaid.initialize({ startOnLoad: false, maxEdges: 100000, maxTextSize: 10000000 });
const found = [];
for (const { name, text, nodes, edges } of JSON.parse(readFileSync(process.argv[2], "utf-8"))) {
  try {
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
    if (nodes === undefined) {
      const page = document.createElement("div");
      page.innerHTML = [...db.getVertices().values(), ...db.getSubGraphs()]
        .map((one) => one.text ?? one.title)
        .map((label) => label.replaceAll("\uFB02\u00B0\u00B0", "&#").replaceAll("\uFB02\u00B0", "&").replaceAll("\u00B6\u00DF", ";"))
        .join("<br/>");
      const elements = [...page.querySelectorAll("*")].map((one) => one.localName);
      found.push({ text: page.textContent, elements: [...new Set(elements)] });
    } else if (db.getVertices().size !== nodes || db.getEdges().length !== edges) found.push(`${name}: counts differ`);
  } catch (error) {
    found.push(`${name}: ${error}`);
  }
}
console.log(JSON.stringify(found));
