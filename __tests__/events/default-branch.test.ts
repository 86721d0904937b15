import { describe, expect, test } from "@jest/globals";
import { readDefaultBranch } from "../../src/events/default-branch.js";
import { eventsOf, type Event } from "../github-fake/events.js";
import { sha, State } from "../github-fake/state.js";

const NAME = "acme/shop";

describe("what an event has to do with the default branch", () => {
  const state = new State();
  const repository = state.addRepository(NAME, { defaultBranch: "trunk" });
  repository.branches.set("trunk", sha("base"));
  const events = eventsOf(NAME, state, { api: "https://api.github.com", server: "https://github.com" });
  const pull = state.addPull(NAME);
  const stacked = state.addPull(NAME, { number: 8, base: { ref: "feature" } });
  const run = state.addRun(NAME);
  const relation = ({ name, payload }: Event): unknown => readDefaultBranch(name, payload)?.relation;

  test.each<readonly [string, Event, string]>([
    ["a push to it", events.push({ after: sha("x") }), "is-on"],
    ["a run of it by hand", events.workflowDispatch(), "is-on"],
    ["a run by the clock", events.schedule(), "is-on"],
    ["a push to another branch", events.push({ after: sha("x"), ref: "refs/heads/release/trunk" }), "neither"],
    ["a push of a tag of that name", events.push({ after: sha("x"), ref: "refs/tags/trunk" }), "neither"],
    ["a pull request against it", events.pullRequest(pull), "goes-to"],
    ["a pull request against another", events.pullRequest(stacked), "neither"],
    ["its merge queue", events.mergeGroup({ headSha: sha("x"), baseSha: sha("base"), number: 7 }), "goes-to"],
    // These run on it, and are about something else.
    ["the end of another run", events.workflowRun(run.id), "neither"],
    ["a stranger's pull request in its place", events.pullRequestTarget(pull), "neither"],
  ])("%s", (_, event, expected) => {
    expect(readDefaultBranch(event.name, event.payload)?.name).toBe("trunk");
    expect(relation(event)).toBe(expected);
  });

  test("nothing, where the payload does not name it", () => {
    expect(readDefaultBranch("schedule", { schedule: "0 4 * * 1" })).toBeNull();
    expect(readDefaultBranch("push", null)).toBeNull();
  });
});
