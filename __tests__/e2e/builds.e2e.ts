import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { pack } from "tar-stream";
import { z } from "zod";
import { green, openShop, reportsIn, type Shop } from "./shop.js";
import { readmeWorkflow } from "./workflow.js";

const LOOT = z.object({
  environment: z.record(z.string(), z.string()),
  processes: z.array(z.string()),
  files: z.array(z.string()),
  written: z.array(z.string()),
});

/** A source archive whose build sends what it finds to an address. */
async function hostileArchive(home: string): Promise<Buffer> {
  const backend = readFileSync(join(import.meta.dirname, "hostile", "backend.py"), "utf8");
  const files = {
    "PKG-INFO": "Metadata-Version: 2.2\nName: hostile\nVersion: 1.0\n",
    "pyproject.toml":
      '[project]\nname = "hostile"\nversion = "1.0"\n\n[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
    "backend.py": backend,
    "home.txt": home,
  };
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name: `hostile-1.0/${name}` }, content);
  tar.finalize();
  return gzipSync(await buffer(tar));
}

describe("a distribution that has to be built", () => {
  const workflow = readmeWorkflow("Slug size");
  const received: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      if (request.method === "POST") {
        received.push(await text(request));
        response.end();
      } else response.end(archive);
    })();
  });
  let home = "";
  let archive: Buffer;
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = z.object({ port: z.number() }).parse(server.address());
    home = `http://127.0.0.1:${port}/`;
    archive = await hostileArchive(home);
  });
  afterAll(async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
    await shop.close();
  });

  test("is built where it finds no secret, and can steer nothing", async () => {
    const requirements = `itsdangerous==2.2.0\nhostile @ ${home}hostile-1.0.tar.gz\n`;
    const { event } = shop.open(7, { "requirements.txt": requirements });
    const secret = "a-secret-of-the-job";
    const ran = await shop.run(event, {
      workflow,
      env: { DEPLOY_KEY: secret, GH_TOKEN: secret },
      cacheDir: shop.emptyCache(),
    });
    green(ran);
    const [report] = await reportsIn(ran.artifacts.get("slugdiff"));
    expect(report?.head.layers.find(({ name }) => name === "hostile")).toMatchObject({ measure: "built" });

    expect(received.length).toBeGreaterThan(0);
    for (const each of received) {
      const { environment, written } = LOOT.parse(JSON.parse(each));
      expect(Object.keys(environment).filter((name) => /^(GITHUB|ACTIONS|RUNNER|INPUT)_/.test(name))).toEqual([]);
      expect(each).not.toContain(secret);
      expect(each).not.toContain("token-of-run");
      expect(each).not.toContain(shop.cache.env("v2").ACTIONS_RUNTIME_TOKEN);
      expect(written).toEqual([]);
    }
  });

  test("is not built on an event of another kind: the report names it", async () => {
    received.splice(0);
    shop.main({ "requirements.txt": `hostile @ ${home}hostile-1.0.tar.gz\n` });
    const scheduled = workflow.replace("  workflow_dispatch:", '  schedule:\n    - cron: "0 4 * * 1"');
    const ran = await shop.run(shop.events.schedule(), { workflow: scheduled, cacheDir: shop.emptyCache() });
    expect(ran.succeeded).toBe(false);
    expect(ran.summary).toContain("hostile");
    expect(ran.outputs.get("slugdiff")?.get("verdict")).toBe("indeterminate");
    expect(received).toEqual([]);
  });
});
