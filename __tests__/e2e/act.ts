import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Event } from "../github-fake/events.js";
import { git } from "../revisions/fixtures.js";

/** What act is to run, and where it stands. */
export interface ActOptions {
  /** A directory of this run's own. */
  readonly scratch: string;
  /** Text of the workflow file. */
  readonly workflow: string;
  readonly event: Event;
  /** Repository on disk, and the commit of it that the run is for. */
  readonly git: string;
  readonly sha: string;
  readonly fullName: string;
  readonly actor: string;
  readonly token: string;
  /** What a runner tells by its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Directories by what a workflow `uses`. */
  readonly actions: Readonly<Record<string, string>>;
}

export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly message: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** What a run of a workflow left. */
export interface WorkflowResult {
  readonly succeeded: boolean;
  /** Everything that stands in the jobs' logs. */
  readonly log: string;
  /** Results of the steps by their id or number: `success`, `failure`. */
  readonly steps: ReadonlyMap<string, string>;
  /** Outputs of the steps by their id or number; where jobs have a step of the same id, as in a matrix, the last one's. */
  readonly outputs: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Every output that any step of any job has set. */
  readonly allOutputs: readonly { readonly name: string; readonly value: string }[];
  readonly summary: string;
  readonly annotations: readonly Annotation[];
}

const LINE = z.object({
  msg: z.string().default(""),
  raw_output: z.boolean().default(false),
  stepID: z.array(z.string()).default([]),
  stage: z.string().default(""),
  stepResult: z.string().optional(),
  jobResult: z.string().optional(),
  command: z.enum(["set-output", "summary", "error", "warning", "notice"]).optional().catch(undefined),
  name: z.string().default(""),
  arg: z.string().default(""),
  content: z.string().default(""),
  kvPairs: z.record(z.string(), z.string()).nullish(),
});

/** Variables of the machine that steps get; none that tell of a workflow that these tests may run in themselves. */
function machine(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env)
      .filter(([name]) => !/^(GITHUB|INPUT|ACTIONS|RUNNER|SLUGDIFF|XDG|JEST|npm)_|^(NODE_OPTIONS|CI)$/.test(name))
      .map(([name, value = ""]) => [name, value] as const),
  );
}

/** Runs a workflow in act's host mode. Its actions are all on disk, and act itself can reach no network. */
export async function runAct(options: ActOptions): Promise<WorkflowResult> {
  const { scratch, event, env, fullName } = options;
  const path = (name: string): string => join(scratch, name);
  writeFileSync(path("event.json"), JSON.stringify(event.payload));
  writeFileSync(path("workflow.yml"), options.workflow);
  // Act takes the commit and the repository's name from where it stands. It copies nothing: the workflow checks out.
  git(scratch, ["clone", "--quiet", "--shared", "--no-checkout", options.git, path("here")]);
  git(path("here"), ["update-ref", "--no-deref", "HEAD", options.sha]);
  git(path("here"), ["remote", "set-url", "origin", `https://github.com/${fullName}`]);

  const outside = machine();
  const proxies = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
  const nowhere = Object.fromEntries(proxies.map((name) => [name, "http://127.0.0.1:9"]));
  const inside = {
    ...Object.fromEntries(proxies.map((name) => [name, outside[name] ?? ""])),
    NO_PROXY: [outside.NO_PROXY ?? "", "127.0.0.1", ".localhost"].filter((host) => host !== "").join(","),
    ...env,
  };
  const list = (flag: string, values: Readonly<Record<string, string>>): string[] =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  const args = [
    event.name,
    "--json",
    ...["-C", path("here"), "-W", path("workflow.yml"), "-e", path("event.json"), "-a", options.actor],
    ...["-P", "ubuntu-24.04=-self-hosted", "-P", "ubuntu-latest=-self-hosted"],
    ...["--no-cache-server", "--no-skip-checkout", "--action-offline-mode"],
    ...["-s", `GITHUB_TOKEN=${options.token}`],
    ...list("--local-repository", options.actions),
    ...list("--env", inside),
  ];
  const act = process.env.SLUGDIFF_ACT;
  if (act === undefined) throw new Error("run these tests by `npm run e2e`");
  const child = spawn(act, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...outside, ...nowhere, NO_PROXY: "", no_proxy: "", XDG_CACHE_HOME: path("act") },
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (part: Buffer) => stdout.push(part));
  child.stderr.on("data", (part: Buffer) => stderr.push(part));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const result = readLog(Buffer.concat(stdout).toString(), Buffer.concat(stderr).toString());
  if (code === 0 && !result.succeeded) throw new Error(`act ran no job:\n${result.log}`);
  rmSync(path("act"), { recursive: true, force: true });
  return result;
}

function readLog(stdout: string, stderr: string): WorkflowResult {
  const steps = new Map<string, string>();
  const outputs = new Map<string, Map<string, string>>();
  const allOutputs: { name: string; value: string }[] = [];
  const annotations: Annotation[] = [];
  const jobs: string[] = [];
  let log = stderr;
  let summary = "";
  for (const text of stdout.split("\n")) {
    if (!text.startsWith("{")) {
      log += `${text}\n`;
      continue;
    }
    const line = LINE.parse(JSON.parse(text));
    const [step = ""] = line.stepID;
    log += line.msg.endsWith("\n") ? line.msg : `${line.msg}\n`;
    if (line.jobResult !== undefined) jobs.push(line.jobResult);
    if (line.stage === "Main" && line.stepID.length === 1 && line.stepResult !== undefined) {
      steps.set(step, line.stepResult);
    }
    switch (line.command) {
      case "set-output":
        if (line.stepID.length === 1) {
          outputs.set(step, (outputs.get(step) ?? new Map<string, string>()).set(line.name, line.arg));
          allOutputs.push({ name: line.name, value: line.arg });
        }
        break;
      case "summary":
        summary += line.content;
        break;
      case "error":
      case "warning":
      case "notice":
        annotations.push({ level: line.command, message: line.arg, properties: line.kvPairs ?? {} });
        break;
      case undefined:
    }
  }
  const succeeded = jobs.length > 0 && jobs.every((result) => result === "success");
  return { succeeded, log, steps, outputs, allOutputs, summary, annotations };
}

/** A new directory below another. */
export function newDirectory(parent: string, name: string): string {
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, `${name}-`));
}
