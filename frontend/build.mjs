// Builds app/static/dist from frontend/src. Deterministic: the same sources and lock give the same bytes,
// which tests/contracts/test_frontend.py holds where Node is present.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ? path.resolve(process.argv[2]) : path.join(here, "../app/static/dist");
const modules = path.join(here, "node_modules");

await mkdir(out, { recursive: true });

const result = await build({
  absWorkingDir: here,
  entryPoints: ["src/app.js", "src/app.css", "src/theme.js", "src/charts.js", "src/calendar.js", "src/calendar.css", "src/board.js"],
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  legalComments: "none",
  loader: { ".svg": "dataurl" },
  metafile: true,
});

// One sprite of the icons that the templates name; an icon font would be a hundred times as large.
const names = JSON.parse(await readFile(path.join(here, "icons.json"), "utf8"));
const symbols = [];
for (const name of names) {
  const source = await readFile(path.join(modules, "@tabler/icons/icons/outline", `${name}.svg`), "utf8");
  const inner = source.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s+/g, " ").trim();
  symbols.push(`<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${inner}</symbol>`);
}
const written = new Set(["icons.svg", "sources.sha256", "THIRD_PARTY_LICENSES.txt"]);
for (const name of Object.keys(result.metafile.outputs)) written.add(path.basename(name));
await writeFile(path.join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`);

// The licence of every package whose code is in the bundles.
const used = new Set(["@tabler/icons"]);
for (const input of Object.keys(result.metafile.inputs)) {
  const found = input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/);
  if (found) used.add(found[1]);
}
const texts = [];
for (const name of [...used].sort()) {
  const folder = path.join(modules, name);
  const { version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const own = path.join(here, "licences", `${name.replace("/", "-")}.txt`);
  const text = await readFile(file ? path.join(folder, file) : own, "utf8").catch(() => `Licence: ${license}`);
  texts.push(`${name} ${version} (${license})\n\n${text.trim()}\n`);
}
await writeFile(path.join(out, "THIRD_PARTY_LICENSES.txt"), texts.join(`\n${"=".repeat(80)}\n\n`));

// What all this was made of: a test compares it with the sources, so that an old build is noticed without Node.
const sources = ["build.mjs", "icons.json", "package.json", "package-lock.json"];
for (const folder of ["licences", "src"]) {
  for (const name of await readdir(path.join(here, folder))) sources.push(`${folder}/${name}`);
}
const digest = createHash("sha256");
for (const name of sources.sort()) digest.update(`${name}\0`).update(await readFile(path.join(here, name))).update("\0");
await writeFile(path.join(out, "sources.sha256"), `${digest.digest("hex")}\n`);

// A file that an earlier build left goes last, so that a portal in use never misses one that stays.
for (const name of await readdir(out)) if (!written.has(name)) await rm(path.join(out, name));

// The accessibility checker is no part of the portal; the browser tests need it without Node.
if (!process.argv[2]) {
  const tests = path.join(here, "../tests/browser");
  await cp(path.join(modules, "axe-core/axe.min.js"), path.join(tests, "axe.min.js"));
  await cp(path.join(modules, "axe-core/LICENSE"), path.join(tests, "axe.LICENSE.txt"));
}
