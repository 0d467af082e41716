// Graphviz as WebAssembly: reads the DOT file that is named, and prints the SVG that it draws.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { Graphviz } = await import(pathToFileURL(process.argv[2]).href);
const graphviz = await Graphviz.load();
for (const text of JSON.parse(readFileSync(process.argv[3], "utf-8"))) graphviz.layout(text, "canon", "dot");
console.log(graphviz.layout(JSON.parse(readFileSync(process.argv[3], "utf-8")).at(-1), "svg", "dot"));
