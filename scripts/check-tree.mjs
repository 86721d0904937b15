// What no commit may hold: the host of a package registry, a path of the machine it was made on, a secret's shape.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";

/** Hosts of the registries as the clients on this machine know them, so that none has to be named here. */
function registryHosts() {
  const npm = new URL(execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim()).host;
  const python = "from pip._internal.models.index import PyPI; print(PyPI.netloc); print(PyPI.file_storage_domain)";
  return [npm, ...execFileSync("python3", ["-c", python], { encoding: "utf8" }).split("\n")].filter(Boolean);
}

const forbidden = [
  ...registryHosts().map((host) => ({ what: "the host of a package registry", text: host })),
  { what: "a path of this machine", text: `${process.cwd()}/` },
  { what: "a path of this machine", text: `${homedir()}/` },
];
const secret = /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40,}|AKIA[0-9A-Z]{16})\b/;

const files = execFileSync("git", ["ls-files", "-z"], { encoding: "utf8" }).split("\0").filter(Boolean);
const found = [];
for (const file of files) {
  const text = readFileSync(file, "latin1");
  for (const { what, text: needle } of forbidden) if (text.includes(needle)) found.push(`${file}: ${what}`);
  if (secret.test(text)) found.push(`${file}: what looks like a secret`);
}
for (const line of found) console.error(line);
if (found.length > 0) process.exit(1);
console.log(`${files.length} files, nothing that must not be there.`);
