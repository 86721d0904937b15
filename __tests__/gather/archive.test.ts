import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { MIB } from "../../src/model/bytes.js";
import { jsonFilesIn } from "../../src/gather/archive.js";

const scratch = mkdtempSync(join(tmpdir(), "slugdiff-archive-"));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

/** A zip as Python makes it, which takes any name for an entry. */
function zip(script: string): Buffer {
  const file = join(scratch, "made.zip");
  const program = `import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:\n${script}`;
  const { status, stderr } = spawnSync("python3", ["-c", program, file], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return readFileSync(file);
}

const bounds = () => ({ entries: 10, text: MIB, left: 2 * MIB });

describe("an archive of reports", () => {
  test("gives its JSON files and no others", async () => {
    const archive = zip(
      `    z.writestr("a.json", "{}")\n    z.writestr("sub/b.json", "[]")\n    z.writestr("readme.md", "x")`,
    );
    expect(await jsonFilesIn(archive, bounds())).toEqual(
      new Map([
        ["a.json", "{}"],
        ["sub/b.json", "[]"],
      ]),
    );
  });

  test.each([
    ["leads out of it", `    z.writestr("../../etc/x.json", "{}")`],
    ["is absolute", `    z.writestr("/etc/x.json", "{}")`],
    ["leads out on another system", `    z.writestr("..\\\\x.json", "{}")`],
  ])("with a name that %s is refused", async (_case, script) => {
    await expect(jsonFilesIn(zip(script), bounds())).rejects.toThrow(/damaged|no zip/);
  });

  test("that unpacks to more than it may is not unpacked any further", async () => {
    const bomb = zip(`    z.writestr("bomb.json", b"0" * ${String(200 * MIB)})`);
    expect(bomb.length).toBeLessThan(MIB);
    const taken = bounds();
    await expect(jsonFilesIn(bomb, taken)).rejects.toThrow(/unpacks to more than a report/);
    expect(taken.left).toBeGreaterThan(MIB / 2);
    expect(taken.left).toBeLessThan(MIB);
  });

  test("whose files are small, but many together, is bounded too", async () => {
    const many = zip(`    for i in range(3): z.writestr(f"{i}.json", b"0" * ${String(MIB)})`);
    const taken = bounds();
    await expect(jsonFilesIn(many, taken)).rejects.toThrow(/unpacks to more than all reports/);
    await expect(jsonFilesIn(zip(`    z.writestr("a.json", "{}")`), taken)).rejects.toThrow(/unpacks to more/);
  });

  test("with too many files is refused before any is read", async () => {
    const many = zip(`    for i in range(11): z.writestr(f"{i}.txt", b"")`);
    await expect(jsonFilesIn(many, bounds())).rejects.toThrow(/holds 11 files/);
  });

  test("that lies about its sizes is refused", async () => {
    const archive = zip(`    z.writestr("a.json", b"0" * 1000)`);
    // The size in the central directory, which is what readers go by: 4 bytes at offset 24 of its header.
    const at = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02])) + 24;
    archive.writeUInt32LE(10, at);
    await expect(jsonFilesIn(archive, bounds())).rejects.toThrow(/damaged/);
  });

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["something else", Buffer.from("<html>not found</html>")],
    ["half of one", zip(`    z.writestr("a.json", "{}" * 9999)`).subarray(0, 60)],
  ])("that is %s is refused", async (_case, bytes) => {
    await expect(jsonFilesIn(bytes, bounds())).rejects.toThrow(/damaged|no zip/);
  });

  test("a symbolic link in it is text like any other", async () => {
    const script = [
      `    i = zipfile.ZipInfo("link.json")`,
      `    i.external_attr = 0o120777 << 16`,
      `    z.writestr(i, "/etc/passwd")`,
    ].join("\n");
    expect((await jsonFilesIn(zip(script), bounds())).get("link.json")).toBe("/etc/passwd");
  });
});

test("nothing is written beside the archive", () => {
  writeFileSync(join(scratch, "seen"), "");
  expect(spawnSync("ls", [scratch], { encoding: "utf8" }).stdout.split("\n").filter(Boolean).sort()).toEqual([
    "made.zip",
    "seen",
  ]);
});
