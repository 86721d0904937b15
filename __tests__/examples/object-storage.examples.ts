import { createHash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { temporary } from "../revisions/fixtures.js";
import { install, type Dyno, type Slug, type Web } from "./dyno.js";
import { startGcs, startS3, type Config, type Storage } from "./storage.js";

const EXAMPLE = fileURLToPath(new URL("../../examples/model-in-object-storage", import.meta.url));
const KEY = "recommender/model-1.2.safetensors";
const ITEMS = 16384; // 4 MiB
const VECTOR = Array.from({ length: 64 }, (_, index) => (index === 5 ? 1 : 0));

let slug: Slug;
/** Two models that recommend something else. */
let older: Buffer;
let newer: Buffer;

beforeAll(async () => {
  slug = await install(join(EXAMPLE, "after"));
  const directory = temporary();
  const make = async (seed: number): Promise<Buffer> => {
    const file = join(directory, `model-${seed}`);
    await slug.python(join(EXAMPLE, "make_model.py"), file, String(ITEMS), String(seed));
    return readFileSync(file);
  };
  older = await make(1);
  newer = await make(2);
  expect(recommendedBy(older)).not.toBe(recommendedBy(newer));
});

afterAll(() => {
  slug.remove();
});

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** The item whose vector has the largest fifth number, which is what VECTOR asks for. */
function recommendedBy(model: Buffer): number {
  const start = 8 + Number(model.readBigUInt64LE());
  const values = Array.from({ length: ITEMS }, (_, item) => model.readFloatLE(start + 4 * (64 * item + 5)));
  return values.indexOf(Math.max(...values));
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** Where a range begins: `bytes=100-` at 100. */
function offset(range: string | null | undefined): number {
  return Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1]);
}

describe.each([
  { name: "S3, by versitygw", start: startS3 },
  { name: "Google Cloud Storage, by fake-gcs-server", start: startGcs },
])("A model in object storage: $name", ({ start }) => {
  let storage: Storage;
  /** MODEL_URL of the older model, which a newer one has since replaced. */
  let url: string;
  let config: Config;
  let dyno: Dyno;
  const running: Web[] = [];

  beforeAll(async () => {
    storage = await start();
    url = await storage.put(KEY, older);
    await storage.put(KEY, newer);
    config = { ...storage.credentials, MODEL_URL: url, MODEL_SHA256: sha256(older) };
  });

  beforeEach(() => {
    storage.proxy.reset();
    dyno = slug.dyno();
  });

  afterEach(async () => {
    for (const web of running.splice(0)) await web.stop();
  });

  afterAll(() => storage.close());

  const startWeb = async (some: Config = config): Promise<Web> => {
    const web = await dyno.web(some);
    running.push(web);
    return web;
  };

  const recommended = async (web: Web): Promise<unknown> => {
    const response = await web.post("/recommend", { vector: VECTOR });
    return { status: response.status, body: await response.json() };
  };

  const right = (): unknown => ({ status: 200, body: { item: recommendedBy(older) } });

  /** Both workers have the model: one line each. */
  const bothWorkers = async (web: Web): Promise<void> => {
    for (let tries = 0; count(web.log(), /SHA-256 as wanted|already on this dyno/g) < 2; tries++) {
      expect(tries).toBeLessThan(200);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await web.until("/readyz", 200);
  };

  test("the pinned model answers, though the bucket has a newer one; two workers download it once", async () => {
    const web = await startWeb();
    await web.until("/readyz", 200);
    expect(await recommended(web)).toEqual(right());
    await bothWorkers(web);
    expect(storage.proxy.downloads).toEqual([expect.objectContaining({ range: null, status: 200 })]);
    expect(dyno.models()).toEqual([sha256(older), `${sha256(older)}.lock`]);
    expect(statSync(dyno.path(".")).mode & 0o777).toBe(0o700);
  });

  test("the port is bound and answers while no byte of the model has come yet", async () => {
    let open = (): void => undefined;
    const until = new Promise<void>((resolve) => (open = resolve));
    storage.proxy.reset(() => ({ kind: "hold", until }));
    const web = await startWeb();
    for (const response of [await web.get("/readyz"), await web.post("/recommend", { vector: VECTOR })]) {
      expect({ status: response.status, retryAfter: response.headers.get("retry-after") }).toEqual({
        status: 503,
        retryAfter: "5",
      });
      expect(await response.json()).toEqual({ status: "loading" });
    }
    expect(storage.proxy.downloads).toEqual([]);
    open();
    await web.until("/readyz", 200);
    expect(await recommended(web)).toEqual(right());
  });

  test("a dyno that is told to stop while it downloads stops", async () => {
    storage.proxy.reset(() => ({ kind: "stall", after: 100_000 }));
    const web = await startWeb();
    while (storage.proxy.downloads.length === 0) await web.until("/readyz", 503);
    expect(await web.stop()).toBe(0);
    expect(dyno.models().filter((name) => name === sha256(older))).toEqual([]);
  });

  test("workers that are killed while they download are followed by ones that do", async () => {
    storage.proxy.reset((nth) => (nth === 0 ? { kind: "stall", after: 100_000 } : { kind: "none" }));
    const web = await startWeb();
    while (storage.proxy.downloads.length === 0) await web.until("/readyz", 503);
    for (const worker of web.workers()) process.kill(worker, "SIGKILL");
    await web.until("/readyz", 200);
    expect(await recommended(web)).toEqual(right());
    expect(dyno.models()).toEqual([sha256(older), `${sha256(older)}.lock`]);
  });

  test("a process that finds the model on its dyno downloads nothing", async () => {
    expect(await dyno.release(config)).toMatchObject({ code: 0 });
    storage.proxy.reset();
    const web = await startWeb();
    await web.until("/readyz", 200);
    expect(await recommended(web)).toEqual(right());
    await bothWorkers(web);
    expect(storage.proxy.downloads).toEqual([]);
  });

  test("a file under the model's name that is not the model is fetched anew", async () => {
    await dyno.release(config);
    writeFileSync(dyno.path(sha256(older)), older.subarray(0, 1000));
    storage.proxy.reset();
    expect(await dyno.release(config)).toMatchObject({ code: 0 });
    expect(storage.proxy.downloads).toHaveLength(1);
    expect(sha256(readFileSync(dyno.path(sha256(older))))).toBe(sha256(older));
  });

  test("a connection that breaks twice: only the rest is asked for again", async () => {
    storage.proxy.reset((nth) => (nth < 2 ? { kind: "cut", after: 1_000_000 } : { kind: "none" }));
    expect(await dyno.release(config)).toMatchObject({ code: 0 });
    const [first, second, third] = storage.proxy.downloads;
    expect(storage.proxy.downloads).toHaveLength(3);
    expect(first).toMatchObject({ range: null });
    expect(offset(second?.range)).toBeGreaterThan(0);
    expect(offset(third?.range)).toBeGreaterThan(offset(second?.range));
  });

  test("a server that is busy for a moment is asked again", async () => {
    storage.proxy.reset((nth) => (nth < 2 ? { kind: "refuse", status: 503 } : { kind: "none" }));
    expect(await dyno.release(config)).toMatchObject({ code: 0 });
    expect(storage.proxy.downloads.map(({ status }) => status)).toEqual([503, 503, 200]);
  });

  /** How a release ends that can't have the model: with one clear line, and nothing left but the lock. */
  const failure = async (some: Config): Promise<string> => {
    const { code, log } = await dyno.release({ ...config, ...some });
    expect({ code, traceback: log.includes("Traceback") }).toEqual({ code: 1, traceback: false });
    expect(dyno.models().filter((name) => !name.endsWith(".lock"))).toEqual([]);
    const lines = log.trim().split("\n");
    expect(lines.length).toBeLessThanOrEqual(2); // What it began, and how that ended.
    return lines.at(-1) ?? "";
  };

  test("another file than the pinned one: nothing is kept, and it is not asked for again", async () => {
    const wrong = { MODEL_SHA256: sha256(newer) };
    expect(await failure(wrong)).toContain(
      `is not the model that was wanted: its SHA-256 is ${sha256(older)}, MODEL_SHA256 is ${sha256(newer)}.`,
    );
    expect(storage.proxy.downloads).toHaveLength(1);

    storage.proxy.reset();
    const web = await startWeb({ ...config, ...wrong, WEB_CONCURRENCY: "1" });
    while (!(await (await web.until("/readyz", 503)).text()).includes("failed"));
    const answer = await web.post("/recommend", { vector: VECTOR });
    expect({ status: answer.status, retryAfter: answer.headers.get("retry-after") }).toEqual({
      status: 503,
      retryAfter: null,
    });
    // The world learns no more than that.
    expect(await answer.json()).toEqual({ status: "failed" });
    expect(web.log()).toContain("is not the model that was wanted");
    expect(storage.proxy.downloads).toHaveLength(1);
    expect(dyno.models()).toEqual([`${sha256(newer)}.lock`]);
  });

  test("an object or a version that is not there", async () => {
    expect(await failure({ MODEL_URL: url.replace(KEY, "gone.safetensors") })).toMatch(
      /^model: \w+:\/\/models\/gone\.safetensors, version \w+ is not there: .* Check MODEL_URL\.$/,
    );
    expect(await failure({ MODEL_URL: storage.noSuchVersion(KEY) })).toMatch(/ is not there: .* Check MODEL_URL\.$/);
    expect(storage.proxy.downloads.map(({ status }) => status)).toEqual([404, 404]);
  });

  test("credentials that are wrong, or missing; neither log has a secret", async () => {
    const log = await failure(storage.wrongCredentials);
    expect(log).toMatch(/ may not be read with these credentials: /);
    for (const secret of Object.values(storage.wrongCredentials)) {
      if (!secret.startsWith("http") && secret !== "us-east-1") expect(log).not.toContain(secret);
    }
    const none = Object.fromEntries(Object.keys(storage.credentials).map((name) => [name, ""]));
    expect(await failure({ ...none, ...storage.place })).toMatch(
      / needs (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY|GOOGLE_SERVICE_ACCOUNT_KEY) to be set /,
    );
    expect(storage.proxy.downloads).toHaveLength(1);
  });

  test("a URL that names no version, a SHA-256 that is none: refused before anything is asked", async () => {
    expect(await failure({ MODEL_URL: storage.unpinned(KEY) })).toContain("MODEL_URL must name one version");
    expect(await failure({ MODEL_SHA256: "" })).toContain("MODEL_SHA256 must be");
    expect(await failure({ MODEL_TIMEOUT: "soon" })).toContain("MODEL_TIMEOUT must be");
    expect(storage.proxy.downloads).toEqual([]);
  });

  test("a connection that always breaks: so many tries, then a failure", async () => {
    storage.proxy.reset(() => ({ kind: "cut", after: 10_000 }));
    expect(await failure({})).toContain("could not be read");
    expect(storage.proxy.downloads).toHaveLength(5);
  });

  test("a server that goes on and on, a few bytes at a time: a failure soon after MODEL_TIMEOUT", async () => {
    storage.proxy.reset(() => ({ kind: "trickle" }));
    const start = performance.now();
    expect(await failure({ MODEL_TIMEOUT: "2" })).toMatch(/could not be read|did not arrive/);
    expect(performance.now() - start).toBeLessThan(30_000);
  });

  test("a server that stalls: a failure soon after MODEL_TIMEOUT, and the dyno stays up", async () => {
    storage.proxy.reset(() => ({ kind: "stall", after: 10_000 }));
    const start = performance.now();
    expect(await failure({ MODEL_TIMEOUT: "2" })).toMatch(/could not be read|did not arrive/);
    expect(performance.now() - start).toBeLessThan(30_000);

    const web = await startWeb({ ...config, MODEL_TIMEOUT: "1", WEB_CONCURRENCY: "1" });
    while (!(await (await web.until("/readyz", 503)).text()).includes("failed"));
    const { status, headers } = await web.get("/readyz");
    expect(status).toBe(503);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect(Number(headers.get("retry-after"))).toBeLessThanOrEqual(30);
  });
});

test("after a failure that passes, a later request starts the next try; after one that doesn't, none does", async () => {
  const code = `
import time, background
background.PAUSE = 0.1
def states(load):
    value, seen = background.Background("x", load), []
    for _ in range(300):
        try:
            seen.append(value.get())
        except background.NotReady as error:
            seen.append(error.status)
        time.sleep(0.01)
    return [state for state, last in zip(seen, [None, *seen]) if state != last]
def failing(error, times):
    tries = []
    def load():
        tries.append(1)
        time.sleep(0.05)
        if len(tries) <= times:
            raise error("x")
        return "there"
    return load
print(*states(failing(background.Passing, 2)))
print(*states(failing(ValueError, 1)))
`;
  expect(await slug.evaluate(code)).toBe("loading failed loading failed loading there\nloading failed\n");
});
