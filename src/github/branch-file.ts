import { z } from "zod";
import { UserError } from "../errors.js";
import type { Client } from "./client.js";
import type { Purpose } from "./errors.js";
import { FailedRequest } from "./failure.js";

/** A file at the top of a branch, and where the branch was when it was read. */
export interface BranchFile {
  /** Null if there is no such file. */
  readonly text: string | null;
  /** Null if there is no such branch. */
  readonly tip: { readonly commit: string; readonly tree: string } | null;
}

export interface BranchFileChange {
  readonly branch: string;
  readonly path: string;
  readonly text: string;
  /** Of the commit. */
  readonly message: string;
  /** As it was read. */
  readonly before: BranchFile;
}

/** A file on a branch that is nothing but a place to keep it. https://docs.github.com/rest/git */
export interface BranchFiles {
  readBranchFile(branch: string, path: string): Promise<BranchFile>;
  /**
   * Commits a text on top of what was read, and makes the branch if there is none. Nothing else on it is changed.
   * @returns false if the branch has moved on since: then read it again
   */
  commitBranchFile(change: BranchFileChange): Promise<boolean>;
}

/** What of the client it takes. */
interface Requests {
  readonly octokit: Client["octokit"];
  readonly repo: { readonly owner: string; readonly repo: string };
  readonly ask: <T>(purpose: Purpose, answer: z.ZodType<T>, send: () => Promise<unknown>) => Promise<T>;
  /** As `ask`; null where GitHub answers 404. */
  readonly find: <T>(purpose: Purpose, answer: z.ZodType<T>, send: () => Promise<unknown>) => Promise<T | null>;
}

const TIP = z
  .object({ commit: z.object({ sha: z.string(), commit: z.object({ tree: z.object({ sha: z.string() }) }) }) })
  .transform(({ commit }) => ({ commit: commit.sha, tree: commit.commit.tree.sha }));
const TREE = z.object({ tree: z.array(z.object({ path: z.string(), type: z.string(), sha: z.string() })) });
const BLOB = z
  .object({ encoding: z.literal("base64"), content: z.string() })
  .transform(({ content }) => Buffer.from(content, "base64").toString("utf8"));
const MADE = z.object({ sha: z.string() });

export function branchFiles({ octokit, repo, ask, find }: Requests): BranchFiles {
  const tipOf = (branch: string): Promise<BranchFile["tip"]> =>
    find({ to: `read the branch ${branch}`, needs: "contents: read" }, TIP, async () => {
      return (await octokit.request("GET /repos/{owner}/{repo}/branches/{branch}", { ...repo, branch })).data;
    });

  /** Moves a branch from one commit to one on top of it, or makes it; false if GitHub does not take that. */
  async function move(branch: string, from: BranchFile["tip"], to: string, purpose: Purpose): Promise<boolean> {
    const ref = `heads/${branch}`;
    return ask(purpose, z.boolean(), async () => {
      try {
        if (from === null) {
          await octokit.request("POST /repos/{owner}/{repo}/git/refs", { ...repo, ref: `refs/${ref}`, sha: to });
        } else {
          const parameters = { ...repo, ref, sha: to, force: false };
          await octokit.request("PATCH /repos/{owner}/{repo}/git/refs/{ref}", parameters);
        }
        return true;
      } catch (error) {
        if (error instanceof FailedRequest && isConflict(error)) return false;
        throw error;
      }
    });
  }

  return {
    async readBranchFile(branch, path) {
      const tip = await tipOf(branch);
      if (tip === null) return { text: null, tip };
      const purpose = { to: `read ${path} on the branch ${branch}`, needs: "contents: read" };
      const { tree } = await ask(purpose, TREE, async () => {
        const parameters = { ...repo, tree_sha: tip.tree };
        return (await octokit.request("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", parameters)).data;
      });
      const entry = tree.find((each) => each.path === path && each.type === "blob");
      if (entry === undefined) return { text: null, tip };
      const text = await ask(purpose, BLOB, async () => {
        const parameters = { ...repo, file_sha: entry.sha };
        return (await octokit.request("GET /repos/{owner}/{repo}/git/blobs/{file_sha}", parameters)).data;
      });
      return { text, tip };
    },

    async commitBranchFile({ branch, path, text, message, before: { tip } }) {
      const purpose = { to: `commit ${path} to the branch ${branch}`, needs: "contents: write" };
      const tree = await ask(purpose, MADE, async () => {
        const file = { path, mode: "100644", type: "blob", content: text } as const;
        const base = tip === null ? {} : { base_tree: tip.tree };
        return (await octokit.request("POST /repos/{owner}/{repo}/git/trees", { ...repo, ...base, tree: [file] })).data;
      });
      const commit = await ask(purpose, MADE, async () => {
        const parents = tip === null ? [] : [tip.commit];
        const parameters = { ...repo, message, tree: tree.sha, parents };
        return (await octokit.request("POST /repos/{owner}/{repo}/git/commits", parameters)).data;
      });
      if (await move(branch, tip, commit.sha, purpose)) return true;
      // Where nobody else has moved it, it is a rule that forbids this, and trying again is no use.
      if ((await tipOf(branch))?.commit !== tip?.commit) return false;
      throw new UserError(
        `GitHub does not let Slugdiff ${purpose.to}, though nobody else has changed it.`,
        "See whether a rule of the repository protects branches of that name, or choose another one.",
      );
    },
  };
}

/** The ref is there already, or it points to another commit by now. */
function isConflict({ failure }: FailedRequest): boolean {
  return failure.kind === "rejected" && (failure.status === 409 || failure.status === 422);
}
