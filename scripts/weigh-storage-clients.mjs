// Prints what each client of object storage would add to the slug of examples/model-in-object-storage/before (without
// its model): the table of that example's README. Resolved as of the cut-off below.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, slugdiff, withExampleRepository } from "./example-repository.mjs";

const CUTOFF = "2026-11-20T00:00:00Z";
const CLIENTS = [
  ["obstore"],
  ["minio"],
  ["google-auth", "requests"],
  ["google-cloud-storage"],
  ["gcloud-aio-storage"],
  ["boto3"],
  ["boto3", "google-cloud-storage"],
];

const directory = join(root, "examples/model-in-object-storage/before");
/** Direct requirements only, without hashes: a lock would not take one more. */
const requirements = readFileSync(join(directory, "requirements.in"), "utf8");

function weigh(clients) {
  const add = (more) => (repository) => {
    rmSync(join(repository, "requirements.in"));
    writeFileSync(join(repository, "requirements.txt"), requirements + more.map((name) => `${name}\n`).join(""));
  };
  const revisions = [
    { branch: "without", message: "Without", directory, add: add([]) },
    { branch: "with", message: "With", directory, add: add(clients) },
  ];
  return withExampleRepository(revisions, (repository) => {
    const args = ["compare", "--repo", repository, "--base", "without", "--head", "with", "--cutoff", CUTOFF];
    const { stdout } = slugdiff([...args, "--format", "json"], { stdio: ["ignore", "pipe", "ignore"] });
    return JSON.parse(stdout).diff;
  });
}

console.log("| client | distributions | adds |\n| --- | --- | --- |");
for (const clients of CLIENTS) {
  const { total, layers } = weigh(clients);
  const added = layers.filter(({ kind, change }) => kind === "distribution" && change === "added");
  const names = clients.map((name) => {
    const { toVersion } = added.find((layer) => layer.name === name);
    return `\`${name}\` ${toVersion}`;
  });
  console.log(`| ${names.join(" and ")} | ${added.length} | ${(total.compressed / 2 ** 20).toFixed(1)} MiB |`);
}
