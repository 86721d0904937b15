// Sends what `path` names to the test, by paths below the deepest directory that all of it is in, as the real one packs it.
import { existsSync, globSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";

const input = (name) => process.env[`INPUT_${name.toUpperCase()}`] ?? "";

function fail(text) {
  console.log(`::error::${text}`);
  process.exit(1);
}

/** The files at or below a path; hidden ones below it are left out. */
function filesAt(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) => filesAt(join(path, name)));
}

const patterns = input("path")
  .split("\n")
  .map((line) => line.trim())
  .filter((line) => line !== "");
const found = patterns
  .flatMap((pattern) => (existsSync(pattern) ? [pattern] : globSync(pattern)))
  .map((path) => resolve(path))
  .filter((path) => !basename(path).startsWith("."));

if (found.length === 0) {
  const text = `No files were found with the provided path: ${patterns.join(", ")}`;
  const handling = input("if-no-files-found");
  if (handling === "error") fail(text);
  if (handling !== "ignore") console.log(`::warning::${text}`);
  process.exit(0);
}
let root = statSync(found[0]).isDirectory() ? found[0] : dirname(found[0]);
while (found.some((path) => relative(root, path).startsWith(".."))) root = dirname(root);
const files = found
  .flatMap(filesAt)
  .map((path) => ({ name: relative(root, path), content: readFileSync(path, "base64") }));
// One file that is not packed is an artifact of the file's own name.
const isPacked = input("archive") !== "false";
if (!isPacked && files.length > 1) fail("only one file can be uploaded without an archive");
const name = isPacked ? input("name") : files[0].name;
const response = await fetch(process.env.E2E_ARTIFACTS_URL, {
  method: "POST",
  body: JSON.stringify({ run: Number(process.env.GITHUB_RUN_ID), name, isPacked, files }),
});
if (response.status === 409) fail("an artifact with this name already exists on the workflow run");
if (!response.ok) fail(`the test answered ${response.status}`);
