import { describe, expect, test } from "@jest/globals";
import type { Labelling } from "../../src/github/github.js";
import { MIB } from "../../src/model/bytes.js";
import type { Marker } from "../../src/publish/marker.js";
import { approvalOf, type Labelled } from "../../src/runner/approval.js";
import { makeLayer, makeReport, makeSide } from "../render/make-report.js";

const report = makeReport(makeSide([makeLayer("flask", 1)]), makeSide([makeLayer("flask", 1), makeLayer("torch", 40)]));
const measured = { ".": { compressed: 41 * MIB, delta: 40 * MIB } };
const shown = { ".": { compressed: 31 * MIB, delta: 30 * MIB } };
const earlier = { ".": { compressed: 21 * MIB, delta: 20 * MIB } };

const marker = (approval?: Marker["approval"]): Marker => ({
  v: 1,
  key: ".",
  run: 1,
  attempt: 1,
  head: "a".repeat(40),
  apps: shown,
  ...(approval === undefined ? {} : { approval }),
});

const labelled = (more: Partial<Labelled> = {}): Labelled => ({
  pullRequest: 7,
  label: "slug-size-approved",
  previous: null,
  isAppliedToHead: () => Promise.resolve(false),
  reports: [report],
  ...more,
});

const gitHub = (labelling: Labelling | null, writers: readonly string[] = ["octocat"]) => ({
  labelling: () => Promise.resolve(labelling),
  mayWrite: (login: string) => Promise.resolve(writers.includes(login)),
});
const toThisHead = { isAppliedToHead: () => Promise.resolve(true) };
const applied: Labelling = { id: 500, by: "octocat", at: "2026-11-22T12:00:00Z" };

describe("the size that an approval is tied to", () => {
  test("is what is weighed of the head that the label was applied to", async () => {
    const found = await approvalOf(labelled({ ...toThisHead, previous: marker() }), gitHub(applied));
    expect(found.approval).toMatchObject({ by: "octocat", mayWrite: true, sizes: measured });
    expect(found.record).toEqual({ event: 500, by: "octocat", apps: measured });
  });

  test("is kept by later runs, whatever they weigh", async () => {
    const previous = marker({ event: 500, by: "octocat", apps: earlier });
    const found = await approvalOf(labelled({ previous }), gitHub(applied));
    expect(found.approval.sizes).toEqual(earlier);
    expect(found.record).toEqual({ event: 500, by: "octocat", apps: earlier });
  });

  test("is kept when a run about that head is repeated later", async () => {
    const previous = marker({ event: 500, by: "octocat", apps: earlier });
    const found = await approvalOf(labelled({ previous, ...toThisHead }), gitHub(applied));
    expect(found.approval.sizes).toEqual(earlier);
  });

  test("is what the comment showed where another head is weighed by now", async () => {
    const found = await approvalOf(labelled({ previous: marker() }), gitHub(applied));
    expect(found.approval.sizes).toEqual(shown);
  });

  test("is another one when the label is removed and applied again", async () => {
    const previous = marker({ event: 400, by: "octocat", apps: earlier });
    const found = await approvalOf(labelled({ previous, ...toThisHead }), gitHub(applied));
    expect(found.record).toEqual({ event: 500, by: "octocat", apps: measured });
  });

  test("of an app that is not remembered is what is weighed only of the head that the label was applied to", async () => {
    const previous = marker({ event: 500, by: "octocat", apps: { web: earlier["."] } });
    const later = await approvalOf(labelled({ previous }), gitHub(applied));
    expect(later.approval.sizes).toEqual({ web: earlier["."] });
    const now = await approvalOf(labelled({ previous, ...toThisHead }), gitHub(applied));
    expect(now.approval.sizes).toEqual({ web: earlier["."], ...measured });
  });

  test("is unknown where nobody had weighed anything", async () => {
    expect((await approvalOf(labelled(), gitHub(applied))).approval.sizes).toEqual({});
  });
});

describe("who approves", () => {
  test("nobody, where the label is there and its event is not, as after a transfer; what is remembered stays", async () => {
    const previous = marker({ event: 500, by: "octocat", apps: earlier });
    const found = await approvalOf(labelled({ previous }), gitHub(null));
    expect(found).toMatchObject({ approval: { by: null, mayWrite: false }, record: previous.approval });
  });

  test("somebody who may not write is named as such", async () => {
    const found = await approvalOf(labelled(toThisHead), gitHub({ ...applied, by: "stranger" }));
    expect(found.approval).toMatchObject({ by: "stranger", mayWrite: false });
  });

  test("an account that is gone is not asked about, nor remembered", async () => {
    const found = await approvalOf(labelled(toThisHead), gitHub({ ...applied, by: null }));
    expect(found).toMatchObject({ approval: { by: null, mayWrite: false }, record: undefined });
  });
});
