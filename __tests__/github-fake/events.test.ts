import { describe, expect, test } from "@jest/globals";
import { githubContract } from "./contract.js";
import { eventsOf } from "./events.js";
import { sha, State } from "./state.js";

function shop() {
  const state = new State();
  state.addRepository("acme/shop").branches.set("main", sha("base"));
  state.addRepository("stranger/shop", { fork: true });
  const events = eventsOf("acme/shop", state, { api: "https://api.github.com", server: "https://github.com" });
  return { state, events };
}

describe("events of GitHub's published shape", () => {
  test("on pull requests: own, from a fork, Dependabot's, from a fork that is gone", () => {
    const { state, events } = shop();
    const own = state.addPull("acme/shop");
    const fork = state.addPull("acme/shop", { number: 8, user: "stranger", head: { repo: "stranger/shop" } });
    const bump = state.addPull("acme/shop", {
      number: 9,
      user: "dependabot[bot]",
      head: { ref: "dependabot/pip/flask-3.1.1" },
      labels: ["dependencies"],
    });
    const gone = state.addPull("acme/shop", { number: 10, head: { repo: null } });
    expect(events.pullRequest(own).payload).toMatchObject({ action: "opened", number: 7, pull_request: { number: 7 } });
    expect(events.pullRequest(own, { action: "synchronize", before: sha("before") }).payload).toMatchObject({
      before: sha("before"),
      after: sha("head"),
    });
    for (const action of ["labeled", "unlabeled"] as const) {
      const event = events.pullRequest(own, { action, label: "approved", sender: "boss" });
      expect(event.payload).toMatchObject({ label: { name: "approved" }, sender: { login: "boss" } });
    }
    expect(events.pullRequest(fork).payload).toMatchObject({
      pull_request: { head: { repo: { full_name: "stranger/shop", fork: true } } },
      repository: { full_name: "acme/shop" },
    });
    expect(events.pullRequest(bump).payload).toMatchObject({ sender: { type: "Bot" } });
    expect(events.pullRequest(gone, { action: "labeled", label: "approved" }).payload).toMatchObject({
      pull_request: { head: { repo: null } },
    });
    expect(events.pullRequestTarget(fork).name).toBe("pull_request_target");
  });

  test("all others", () => {
    const { state, events } = shop();
    const pull = state.addPull("acme/shop");
    const run = state.addRun("acme/shop", { pulls: [7] });
    const comment = state.addComment("acme/shop", 7, "hello");
    const made = [
      events.mergeGroup({ headSha: sha("queue"), baseSha: sha("base"), number: 7 }),
      events.push({ after: sha("new"), before: sha("base") }),
      events.workflowDispatch({ reason: "try" }),
      events.schedule(),
      events.workflowRun(run.id),
      events.issueComment(pull, comment),
    ];
    expect(made.map(({ name }) => name)).toEqual([
      "merge_group",
      "push",
      "workflow_dispatch",
      "schedule",
      "workflow_run",
      "issue_comment",
    ]);
  });

  test("what is not of that shape is told", () => {
    expect(githubContract().event("pull-request-opened", { action: "opened" })).not.toEqual([]);
  });
});
