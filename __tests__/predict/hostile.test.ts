import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { predictWheel, type Prediction } from "../../src/predict/predict.js";
import { WHEEL, wheel, writeWheel } from "./support.js";

const root = mkdtempSync(join(tmpdir(), "slugdiff-predict-"));
let honest: Buffer;
beforeAll(() => {
  writeWheel(join(root, "honest.whl"), WHEEL);
  honest = readFileSync(join(root, "honest.whl"));
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

async function predict(name: string): Promise<Prediction | null> {
  const context = { env: {}, signal: new AbortController().signal };
  return predictWheel(wheel(name, 1000), { minor: "3.12", app: root }, context);
}

/** The honest wheel with something written over: at its first file's place in the directory, or at the end record. */
function patched(change: (bytes: Buffer, entry: number, end: number) => void): Buffer {
  const bytes = Buffer.from(honest);
  change(bytes, bytes.indexOf("PK\x01\x02", 0, "latin1"), bytes.lastIndexOf("PK\x05\x06", undefined, "latin1"));
  return bytes;
}

test.each<[name: string, change: Parameters<typeof patched>[0]]>([
  ["a file larger than deflate can pack", (bytes, entry) => bytes.writeUInt32LE(0xfffffffe, entry + 24)],
  ["files larger than the archive", (bytes, entry) => bytes.writeUInt32LE(0xfffffffe, entry + 20)],
  ["another method of packing", (bytes, entry) => bytes.writeUInt16LE(93, entry + 10)],
  ["a name that leads out", (bytes, entry) => bytes.write("../", entry + 46)],
  ["an absolute name", (bytes, entry) => bytes.write("/", entry + 46)],
  ["a name with a NUL", (bytes, entry) => bytes.write("\0", entry + 46)],
  ["a name that goes on past the end", (bytes, entry) => bytes.writeUInt16LE(0xffff, entry + 28)],
  ["more files than there are", (bytes, _, end) => bytes.writeUInt16LE(60_000, end + 10)],
  ["a directory past the end", (bytes, _, end) => bytes.writeUInt32LE(0xfffffffe, end + 16)],
  ["a directory at the start", (bytes, _, end) => bytes.writeUInt32LE(1, end + 16)],
  ["another disk", (bytes, _, end) => bytes.writeUInt16LE(7, end + 4)],
])("a directory with %s is not used", async (name, change) => {
  const file = `${name}.whl`;
  writeFileSync(join(root, file), patched(change));
  expect(await predict(file)).toMatchObject({ basis: "size", problem: expect.any(String) as unknown });
});

test("a name with two thousand directories is not used", async () => {
  writeWheel(join(root, "deep.whl"), { [`${"d/".repeat(2000)}f`]: "" });
  expect(await predict("deep.whl")).toMatchObject({ basis: "size", problem: "a name in it is too long" });
});

test("more of a file is not read than a directory can be", async () => {
  const large = Buffer.concat([patched((bytes, _, end) => bytes.writeUInt32LE(0, end + 16))]);
  writeFileSync(join(root, "large.whl"), Buffer.concat([Buffer.alloc(17 * 2 ** 20), large]));
  expect(await predict("large.whl")).toMatchObject({ basis: "size", problem: "its directory is too large" });
});

test("ZIP64 is read, in more than one read, and no more files than any wheel has", async () => {
  writeWheel(join(root, "many.whl"), WHEEL, 3000, true);
  const bytes = readFileSync(join(root, "many.whl"));
  const end = bytes.lastIndexOf("PK\x06\x06", undefined, "latin1");
  expect(bytes.readBigUInt64LE(end + 32)).toBe(3006n);
  expect(bytes.readBigUInt64LE(end + 40)).toBeGreaterThan(128n * 1024n);
  const prediction = await predict("many.whl");
  expect(prediction?.problem).toBeNull();
  expect(prediction?.weight.files).toBe(3009);
  for (const [count, problem] of [
    [100_001n, "it has too many files"],
    [2n ** 63n, "it has too many files"],
    [3007n, expect.stringMatching(/signature/) as unknown],
  ] as const) {
    bytes.writeBigUInt64LE(count, end + 32);
    writeFileSync(join(root, "more.whl"), bytes);
    expect(await predict("more.whl")).toMatchObject({ basis: "size", problem });
  }
});
