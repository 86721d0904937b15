import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { assemble } from "../../src/attribute/assemble.js";
import { entriesWeight } from "../../src/model/layer.js";
import { predictedLayer, predictWheel, type Prediction, type PredictOptions } from "../../src/predict/predict.js";
import { parts, serve, WHEEL, wheel, writeWheel, type Answer, type TestServer } from "./support.js";

const root = mkdtempSync(join(tmpdir(), "slugdiff-predict-"));
const path = join(root, "tiny-1.0-py3-none-any.whl");
let content: Buffer;
let server: TestServer;

beforeAll(() => {
  writeWheel(path, WHEEL);
  content = readFileSync(path);
});
beforeEach(async () => {
  server = await serve();
});
afterEach(() => {
  server.close();
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

const env = { NO_PROXY: "127.0.0.1" };
const signal = new AbortController().signal;

async function predict(
  url: string,
  size: number | null = content.length,
  options: Partial<PredictOptions> = {},
): Promise<Prediction> {
  const prediction = await predictWheel(wheel(url, size), { minor: "3.12", app: root, ...options }, { env, signal });
  if (prediction === null) throw new Error("nothing was predicted");
  return prediction;
}

test("a wheel is predicted from its directory, of which alone is read", async () => {
  server.answer = parts(content);
  const { basis, weight, error, entries, metadata, problem } = await predict(`${server.url}/tiny.whl`);
  expect({ basis, problem }).toEqual({ basis: "directory", problem: null });
  expect(server.ranges).toEqual([`bytes=${content.length - 128 * 1024}-${content.length - 1}`]);
  expect(weight).toEqual(entriesWeight(entries));
  expect(weight.files).toBe(9); // Six of the wheel, one of bytecode, INSTALLER and REQUESTED.
  expect(Math.abs(weight.compressed - 3_000_000)).toBeLessThan(error);
  expect(error).toBeLessThan(0.05 * weight.compressed);
  expect(metadata).toMatchObject({ requires: ["six"], extras: [] });
  const home = ".heroku/python/lib/python3.12/site-packages";
  expect(entries.map((entry) => entry.path)).toEqual([
    ".heroku/python/bin/tiny",
    ...["", "/__init__.py", "/__pycache__", "/__pycache__/__init__.cpython-312.pyc", "/data.bin"].map(
      (name) => `${home}/tiny${name}`,
    ),
    ...["", "/INSTALLER", "/METADATA", "/RECORD", "/REQUESTED", "/WHEEL"].map(
      (name) => `${home}/tiny-1.0.dist-info${name}`,
    ),
  ]);
});

test("a server that says how large a wheel is need not be told", async () => {
  server.answer = parts(content);
  const { basis, weight } = await predict(`${server.url}/tiny.whl`, null);
  expect(basis).toBe("directory");
  expect(server.ranges[0]).toBe("bytes=0-0");
  expect(weight).toEqual((await predict(path)).weight);
});

test.each(["a relative path", "an absolute path", "a file: address"])("a local wheel is read by %s", async (how) => {
  const url = { "a relative path": "tiny-1.0-py3-none-any.whl", "an absolute path": path }[how];
  expect((await predict(url ?? pathToFileURL(path).href, null)).basis).toBe("directory");
});

test("redirects are followed", async () => {
  server.answer = (request, response) => {
    if (request.url === "/moved") parts(content)(request, response);
    else response.writeHead(302, { location: "/moved" }).end();
  };
  expect((await predict(`${server.url}/tiny.whl`)).basis).toBe("directory");
});

const whole: Answer = (_, response) => response.writeHead(200, { "content-length": content.length }).end(content);

describe("what is not the range that was asked for is not believed:", () => {
  const cases: Record<string, readonly [answer: () => Answer, problem: RegExp]> = {
    "the whole wheel": [() => whole, /no parts/],
    "another range": [
      () => parts(content, ({ body }) => ({ range: `bytes 0-9/${content.length}`, body })),
      /another range/,
    ],
    "no range": [() => parts(content, ({ body }) => ({ body })), /another range/],
    "a range that is no number": [
      () => parts(content, ({ body }) => ({ range: "bytes 1-2/*", body })),
      /another range/,
    ],
    "another wheel's": [
      () => parts(content, ({ range, body }) => ({ range: range.replace(/\d+$/, "9999999999"), body })),
      /9999999999 bytes where the index says/,
    ],
    "less than it says": [
      () => parts(content, ({ range, body }) => ({ range, body: body.subarray(9) })),
      /less was sent/,
    ],
    "more than it says": [
      () => parts(content, ({ range, body }) => ({ range, body: Buffer.concat([body, body]) })),
      /more was sent/,
    ],
    "something that is no zip": [() => parts(Buffer.alloc(content.length)), /End of central directory/],
    "a login page": [
      () => (_, response) => response.writeHead(401, { "www-authenticate": "Basic" }).end(),
      /answers 401/,
    ],
    "no such range": [() => (_, response) => response.writeHead(416).end(), /answers 416/],
    "a cut connection": [
      () => (request, response) => {
        response.writeHead(206, {
          "content-range": /\d.*/.exec(request.headers.range ?? "")?.[0],
          "content-length": 9,
        });
        response.write("x", () => response.destroy());
      },
      /./,
    ],
    "nothing at all": [() => (request) => request.socket.destroy(), /hang up|reset/],
    "redirects without end": [() => (_, response) => response.writeHead(302, { location: "?" }).end(), /without end/],
    silence: [() => () => undefined, /abort/],
  };
  test.each(Object.keys(cases))("%s", async (name) => {
    const [answer, problem] = cases[name] ?? [() => whole, /./];
    server.answer = answer();
    const prediction = await predict(`${server.url}/tiny.whl`, content.length, { timeout: 1000 });
    expect(prediction).toMatchObject({ basis: "size", entries: [], metadata: null });
    expect(prediction.problem).toMatch(problem);
    const { weight, error } = prediction;
    expect(Math.abs(weight.compressed - content.length)).toBeLessThan(error);
  });
});

test("what is too large for a wheel is not taken from an index", async () => {
  server.answer = (_, response) => response.writeHead(404).end();
  const options = { minor: "3.12", app: root };
  for (const size of [-1, 0.5, Number.NaN, 1e300, null]) {
    expect(await predictWheel(wheel(`${server.url}/tiny.whl`, size), options, { env, signal })).toBeNull();
  }
});

test("a server without ranges still tells the size", async () => {
  server.answer = whole;
  const known = await predict(`${server.url}/tiny.whl`);
  expect(await predict(`${server.url}/tiny.whl`, null)).toEqual(known);
});

test("a login is sent and never shown", async () => {
  const location = server.url.replace("//", "//me:hunter2hunter2@");
  server.answer = parts(content);
  expect((await predict(server.url, content.length, { location })).basis).toBe("directory");
  expect(server.logins).toEqual([`Basic ${Buffer.from("me:hunter2hunter2").toString("base64")}`]);
  server.answer = (_, response) => response.writeHead(302, { location: "ftp://me:hunter2hunter2@127.0.0.1/" }).end();
  expect(JSON.stringify(await predict(server.url, content.length, { location }))).not.toContain("hunter2");
  const closed = location.replace(/:\d+$/, ":1");
  expect(JSON.stringify(await predict(closed, content.length, { location: closed }))).not.toContain("hunter2");
});

test("an aborted run ends at once, by its own reason", async () => {
  const controller = new AbortController();
  server.answer = () => {
    controller.abort(new Error("stopped"));
  };
  const asked = predictWheel(wheel(server.url, 9), { minor: "3.12", app: root }, { env, signal: controller.signal });
  await expect(asked).rejects.toThrow("stopped");
});

test("what is built can't be predicted", async () => {
  const sdist = { ...wheel(path, 9), kind: "sdist" } as const;
  expect(await predictWheel(sdist as never, { minor: "3.12", app: root }, { env, signal })).toBeNull();
});

test("a predicted layer takes part in a slug, with files or by its sum alone", async () => {
  const byFiles = await predict(path);
  const bySize = await predict(join(root, "missing.whl"));
  expect(bySize).toMatchObject({ basis: "size", problem: expect.stringContaining("ENOENT") as unknown });
  for (const prediction of [byFiles, bySize]) {
    const distribution = { name: "tiny", version: "1.0", source: wheel(path, content.length) };
    const weighed = predictedLayer(distribution, prediction);
    expect(weighed.measure).toBe("estimated");
    const slug = assemble([{ kind: "distribution", name: "tiny", weighed }], ["tiny"]);
    expect(slug.total).toEqual(prediction.weight);
    expect(slug.error).toBe(prediction.error);
  }
});
