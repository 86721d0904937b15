/** The operations on git's objects and refs, done by git itself in the repository on disk. */
import { z } from "zod";
import { git as runGit } from "../revisions/fixtures.js";
import * as objects from "./objects.js";
import type { Json } from "./objects.js";
import { error, type Answer, type Call } from "./routes.js";
import type { Repository } from "./state.js";

const NEW_TREE = z.object({
  base_tree: z.string().optional(),
  tree: z.array(z.object({ path: z.string(), mode: z.string(), type: z.literal("blob"), content: z.string() })),
});
const NEW_COMMIT = z.object({ message: z.string(), tree: z.string(), parents: z.array(z.string()).default([]) });
const NEW_REF = z.object({ ref: z.string(), sha: z.string() });
const MOVED_REF = z.object({ sha: z.string(), force: z.boolean().default(false) });

/** Does something in the repository on disk; what git does not take, GitHub answers 422 to. */
function within(
  repository: Repository,
  work: (git: (...args: string[]) => string, directory: string) => Answer,
): Answer {
  const { git: directory } = repository;
  if (directory === null) return error(404, "Not Found");
  try {
    return work((...args) => runGit(directory, args), directory);
  } catch (problem) {
    return error(422, String(problem));
  }
}

function treeAnswer(status: number, sha: string, listing: string, { urls }: Call, { fullName }: Repository): Answer {
  const url = `${urls.api}/repos/${fullName}/git`;
  const tree = listing.split("\n").flatMap((line): Json[] => {
    const [, mode = "", type = "", its = "", path = ""] = /^(\d+) (\w+) ([0-9a-f]+)\t(.+)$/.exec(line) ?? [];
    return path === "" ? [] : [{ path, mode, type, sha: its, url: `${url}/${type}s/${its}` }];
  });
  return { status, body: { sha, url: `${url}/trees/${sha}`, tree, truncated: false } };
}

export function getTree(call: Call, repository: Repository): Answer {
  const sha = call.parameters.tree_sha ?? "";
  return within(repository, (git) => treeAnswer(200, sha, git("ls-tree", sha), call, repository));
}

export function getBlob({ parameters, urls }: Call, repository: Repository): Answer {
  const sha = parameters.file_sha ?? "";
  return within(repository, (git) => {
    // The files that tests keep there end in a line break, which is not in what is printed here.
    const content = Buffer.from(`${git("cat-file", "blob", sha)}\n`);
    const url = `${urls.api}/repos/${repository.fullName}/git/blobs/${sha}`;
    // In lines of sixty characters, as GitHub has it.
    const encoded = content.toString("base64").replace(/.{60}/g, "$&\n");
    return {
      status: 200,
      body: { sha, node_id: "B", size: content.length, url, content: encoded, encoding: "base64" },
    };
  });
}

export function postTree(call: Call, repository: Repository): Answer {
  const { base_tree: base, tree } = NEW_TREE.parse(call.body);
  return within(repository, (git, directory) => {
    const kept = base === undefined ? [] : git("ls-tree", base).split("\n");
    const added = tree.map(({ path, mode, content }) => {
      const sha = runGit(directory, ["hash-object", "-w", "--stdin"], content);
      return { path, line: `${mode} blob ${sha}\t${path}` };
    });
    const lines = [
      ...kept.filter((line) => line !== "" && !added.some(({ path }) => line.endsWith(`\t${path}`))),
      ...added.map(({ line }) => line),
    ];
    const sha = runGit(directory, ["mktree"], lines.map((line) => `${line}\n`).join(""));
    return treeAnswer(201, sha, git("ls-tree", sha), call, repository);
  });
}

export function postCommit({ body, urls }: Call, repository: Repository): Answer {
  const { message, tree, parents } = NEW_COMMIT.parse(body);
  return within(repository, (git) => {
    const sha = git("commit-tree", "-m", message, ...parents.flatMap((parent) => ["-p", parent]), tree);
    return { status: 201, body: objects.gitCommit({ sha, message, tree, parents }, repository.fullName, urls) };
  });
}

export function postRef({ body, urls }: Call, repository: Repository): Answer {
  const { ref, sha } = NEW_REF.parse(body);
  const name = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
  if (name === undefined) return error(422, "Reference name must start with 'refs/' and have at least two slashes.");
  if (repository.branches.has(name)) return error(422, "Reference already exists");
  return within(repository, (git) => {
    git("update-ref", ref, sha, "");
    repository.branches.set(name, sha);
    return { status: 201, body: objects.gitRef(`heads/${name}`, sha, repository.fullName, urls) };
  });
}

export function patchRef({ body, parameters, urls }: Call, repository: Repository): Answer {
  const { sha, force } = MOVED_REF.parse(body);
  const name = /^heads\/(.+)$/.exec(parameters.ref ?? "")?.[1] ?? "";
  const tip = repository.branches.get(name);
  if (tip === undefined) return error(422, "Reference does not exist");
  return within(repository, (git) => {
    if (!force && git("merge-base", tip, sha) !== tip) return error(422, "Update is not a fast forward");
    git("update-ref", `refs/heads/${name}`, sha);
    repository.branches.set(name, sha);
    return { status: 200, body: objects.gitRef(`heads/${name}`, sha, repository.fullName, urls) };
  });
}

/** Git's name for the tree of a commit; of a repository that only the API knows, some name. */
export function treeOf(sha: string, { git }: Repository): string {
  return git === null ? sha : runGit(git, ["rev-parse", `${sha}^{tree}`]);
}
