import type { Artifact } from "../github/github.js";
import type { Link } from "../render/gathered.js";
import type { RunnerEnvironment } from "./environment.js";

/** Pages that are linked; all of them are behind the link to the run. */
const MOST = 20;

type Server = Pick<RunnerEnvironment, "serverUrl" | "repository">;

/** To GitHub's own page about the run, with its summary and its files. */
export function runLink({ serverUrl, repository, run }: Server & { readonly run: { readonly id: number } }): Link {
  const { owner, name } = repository;
  return {
    text: "Summary and files of this run",
    url: `${serverUrl}/${owner}/${name}/actions/runs/${String(run.id)}#artifacts`,
  };
}

/** To the pages that the jobs of a run left as artifacts. */
export function pageLinks({ serverUrl, repository }: Server, run: number, pages: readonly Artifact[]): Link[] {
  const { owner, name } = repository;
  return pages.slice(0, MOST).map((page) => ({
    text: pages.length === 1 ? "The slug as a map" : page.name,
    url: `${serverUrl}/${owner}/${name}/actions/runs/${String(run)}/artifacts/${String(page.id)}`,
  }));
}
