// Rewrites __tests__/github-fake/fixtures/openapi.json: of GitHub's published description of its REST API and webhooks, the
// operations and events that this project uses with the schemas they reach, without prose, as JSON Schema. The package
// that holds the description is hundreds of megabytes, so only this extract is kept.
// usage: node scripts/refresh-openapi.mjs [PATH OF AN UNPACKED api.github.com.json]
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PACKAGE = "@octokit/openapi@23.0.2";
const repo = "/repos/{owner}/{repo}";
const OPERATIONS = [
  `get ${repo}`,
  `get ${repo}/issues/{issue_number}/comments`,
  `post ${repo}/issues/{issue_number}/comments`,
  `get ${repo}/issues/comments/{comment_id}`,
  `patch ${repo}/issues/comments/{comment_id}`,
  `delete ${repo}/issues/comments/{comment_id}`,
  `get ${repo}/issues/{issue_number}/events`,
  `get ${repo}/issues/{issue_number}/labels`,
  `get ${repo}/pulls`,
  `get ${repo}/pulls/{pull_number}`,
  `get ${repo}/pulls/{pull_number}/files`,
  `get ${repo}/pulls/{pull_number}/comments`,
  `post ${repo}/pulls/{pull_number}/reviews`,
  `delete ${repo}/pulls/comments/{comment_id}`,
  `get ${repo}/commits/{commit_sha}/pulls`,
  `get ${repo}/commits/{ref}/check-runs`,
  `get ${repo}/git/ref/{ref}`,
  `get ${repo}/git/trees/{tree_sha}`,
  `get ${repo}/git/blobs/{file_sha}`,
  `post ${repo}/git/trees`,
  `post ${repo}/git/commits`,
  `post ${repo}/git/refs`,
  `patch ${repo}/git/refs/{ref}`,
  `get ${repo}/branches/{branch}`,
  `get ${repo}/collaborators/{username}/permission`,
  `post ${repo}/check-runs`,
  `patch ${repo}/check-runs/{check_run_id}`,
  `get ${repo}/actions/runs`,
  `get ${repo}/actions/runs/{run_id}`,
  `get ${repo}/actions/runs/{run_id}/artifacts`,
  `get ${repo}/actions/artifacts/{artifact_id}/{archive_format}`,
  "get /user",
  "get /rate_limit",
];
const WEBHOOKS = [
  "pull-request-opened",
  "pull-request-synchronize",
  "pull-request-reopened",
  "pull-request-labeled",
  "pull-request-unlabeled",
  "pull-request-closed",
  "merge-group-checks-requested",
  "push",
  "workflow-dispatch",
  "workflow-run-completed",
  "issue-comment-created",
];
/** Keywords that say nothing about what is valid. */
const PROSE = new Set([
  "description",
  "example",
  "examples",
  "title",
  "default",
  "deprecated",
  "readOnly",
  "writeOnly",
  "externalDocs",
]);

/** The description itself, from the package registry if no file is given. */
function description(file) {
  if (file !== undefined) return JSON.parse(readFileSync(file, "utf8"));
  const scratch = mkdtempSync(join(tmpdir(), "slugdiff-openapi-"));
  try {
    const options = { cwd: scratch, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
    const [{ filename }] = JSON.parse(execFileSync("npm", ["pack", PACKAGE, "--json"], options));
    const member = "package/generated/api.github.com.json";
    execFileSync("tar", ["-xzf", filename, member], options);
    return JSON.parse(readFileSync(join(scratch, member), "utf8"));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const source = description(process.argv[2]);
const schemas = {};

/** What a reference into the description's components points at. */
function resolve(node) {
  if (node.$ref === undefined) return node;
  const [, , kind, name] = node.$ref.split("/");
  return source.components[kind][name];
}

/** A schema of OpenAPI 3.0 as JSON Schema; the named ones it refers to are taken along. */
function jsonSchema(node) {
  if (node.$ref !== undefined) {
    const name = node.$ref.split("/").at(-1);
    if (!(name in schemas)) {
      schemas[name] = null; // Schemas refer to themselves: the place is taken before it is filled.
      schemas[name] = jsonSchema(source.components.schemas[name]);
    }
    return { $ref: `#/schemas/${name}` };
  }
  const result = {};
  for (const [key, value] of Object.entries(node)) {
    if (PROSE.has(key) || key === "nullable" || key.startsWith("x-")) continue;
    if (key === "properties") {
      result.properties = Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, jsonSchema(schema)]));
    } else if (["allOf", "anyOf", "oneOf"].includes(key)) result[key] = value.map(jsonSchema);
    else if (["items", "not"].includes(key)) result[key] = jsonSchema(value);
    else if (key === "additionalProperties" && typeof value === "object") result[key] = jsonSchema(value);
    else result[key] = value;
  }
  return node.nullable === true ? orNull(result) : result;
}

function orNull(schema) {
  if (schema.type === undefined) return { anyOf: [schema, { type: "null" }] };
  const { enum: values, ...rest } = schema;
  const nullable = { ...rest, type: [schema.type, "null"] };
  if (values !== undefined) nullable.enum = values.includes(null) ? values : [...values, null];
  // A combined schema must take null as well.
  for (const key of ["allOf", "anyOf", "oneOf"]) if (key in nullable) return { anyOf: [schema, { type: "null" }] };
  return nullable;
}

function jsonBody(content) {
  const json = Object.entries(content ?? {}).find(([type]) => /^application\/(?:[\w.-]+\+)?json$/.test(type));
  return json === undefined ? null : jsonSchema(json[1].schema ?? {});
}

function operation(line) {
  const [method, path] = line.split(" ");
  const { parameters = [], requestBody, responses } = source.paths[path][method];
  return {
    method,
    path,
    query: Object.fromEntries(
      parameters
        .map(resolve)
        .filter((parameter) => parameter.in === "query")
        .map(({ name, schema }) => [name, jsonSchema(schema)]),
    ),
    body: requestBody === undefined ? null : jsonBody(requestBody.content),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, response]) => [status, jsonBody(resolve(response).content)]),
    ),
  };
}

const extract = {
  source: `${PACKAGE}, an extract made by scripts/refresh-openapi.mjs`,
  license: "MIT, Copyright (c) GitHub and the Octokit contributors",
  operations: OPERATIONS.map(operation),
  webhooks: Object.fromEntries(
    WEBHOOKS.map((name) => [name, jsonBody(source["x-webhooks"][name].post.requestBody.content)]),
  ),
  schemas,
};
extract.schemas = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
const out = new URL("../__tests__/github-fake/fixtures/openapi.json", import.meta.url);
writeFileSync(out, `${JSON.stringify(extract)}\n`);
console.log(
  `${extract.operations.length} operations, ${WEBHOOKS.length} events, ${Object.keys(schemas).length} schemas`,
);
