import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { GitHub, IssueComment, PullRequest } from "../../src/github/github.js";
import { readMarker, writeMarker, type Marker } from "../../src/publish/marker.js";
import { publishComment } from "../../src/publish/sticky.js";

type Comments = Parameters<typeof publishComment>[1];

/** A pull request's comments in memory, all by one account. */
class Thread {
  head = "head 0";
  readonly comments: IssueComment[] = [];
  #id = 0;

  add(body: string): IssueComment {
    const id = ++this.#id;
    const comment = { id, body, url: `#${id}` };
    this.comments.push(comment);
    return comment;
  }

  /** GitHub as one run sees it. Where `pause` ends is when GitHub does what was asked. */
  seenBy(pause: (request: string) => Promise<unknown>): Comments {
    const index = (id: number): number => this.comments.findIndex((comment) => comment.id === id);
    return {
      ownComments: async () => {
        await pause("list");
        return [...this.comments];
      },
      pullRequest: async (number) => {
        await pause("read");
        return { ...PULL_REQUEST, number, head: { ...PULL_REQUEST.head, sha: this.head } };
      },
      createComment: async (_number, body) => {
        await pause("create");
        return this.add(body);
      },
      updateComment: async (id, body) => {
        await pause("update");
        const changed = { id, body, url: `#${id}` };
        if (index(id) === -1) return null;
        this.comments.splice(index(id), 1, changed);
        return changed;
      },
      deleteComment: async (id) => {
        await pause("delete");
        if (index(id) !== -1) this.comments.splice(index(id), 1);
      },
      retrying: (sequence) => sequence(),
    };
  }
}

const PULL_REQUEST: PullRequest = {
  number: 7,
  isOpen: true,
  head: { sha: "", ref: "feature", repository: "octo/app" },
  base: { sha: "", ref: "main" },
  labels: [],
  createdAt: "2026-11-22T12:00:00Z",
};

function marker(run: number, head: string): Marker {
  return { v: 1, key: ".", run, attempt: 1, head, apps: {} };
}

/** Pushes, each with as many runs for its head as the number says; the runs are numbered through. */
const pushes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 });
const leftOver = fc.array(fc.constantFrom(-3, -2, -1), { maxLength: 3 });

/** Lets all runs work at the same time, in the order of the scheduler, and gives what is there in the end. */
async function play(
  scheduler: fc.Scheduler,
  { pushes, leftOver, adjacent }: { pushes: number[]; leftOver: number[]; adjacent: readonly string[] },
): Promise<{ texts: string[]; newest: string }> {
  const thread = new Thread();
  for (const run of leftOver) thread.add(`${writeMarker(marker(run + 10, "before"), 1_000)}\nleft over ${run}`);
  let run = 100;
  const running: Promise<unknown>[] = [];
  const start = (head: string): void => {
    const number = ++run;
    const pause = (request: string): Promise<unknown> =>
      adjacent.includes(request) ? Promise.resolve() : scheduler.schedule(Promise.resolve(), `${number} ${request}`);
    const request = {
      pullRequest: 7,
      marker: marker(number, head),
      text: `run ${number}`,
      create: true,
      isFirstOfHead: () => Promise.resolve(false),
    };
    running.push(publishComment(request, thread.seenBy(pause) satisfies Partial<GitHub>));
  };
  scheduler.scheduleSequence(
    pushes.map((runs, index) => ({
      label: `push ${index + 1}`,
      builder: () => {
        thread.head = `head ${index + 1}`;
        for (let count = 0; count < runs; count++) start(thread.head);
        return Promise.resolve();
      },
    })),
  );
  await scheduler.waitIdle();
  await Promise.all(running);
  expect(thread.comments.every(({ body }) => readMarker(body) !== null)).toBe(true);
  return { texts: thread.comments.map(({ body }) => body.split("\n")[1] ?? ""), newest: `run ${run}` };
}

test("in whatever order runs get to write, one comment is left, with the newest run's text", async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), pushes, leftOver, async (scheduler, pushes, leftOver) => {
      // What a run does between its look and its change takes no time here: see `publishComment`.
      const { texts, newest } = await play(scheduler, { pushes, leftOver, adjacent: ["read", "update"] });
      expect(texts).toEqual([newest]);
    }),
    { numRuns: 2000 },
  );
});

test("one comment is left even if a run falls asleep between its look and its change", async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), pushes, leftOver, async (scheduler, pushes, leftOver) => {
      const { texts } = await play(scheduler, { pushes, leftOver, adjacent: [] });
      expect(texts).toEqual([expect.stringMatching(/^run \d+$/)]);
    }),
    { numRuns: 2000 },
  );
});
