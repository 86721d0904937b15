import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";
import type { State } from "../github-fake/state.js";
import { zip } from "../github-fake/zip.js";

const UPLOAD = z.object({
  run: z.number(),
  name: z.string(),
  isPacked: z.boolean(),
  files: z.array(z.object({ name: z.string(), content: z.base64() })),
});

/** Where the stand-in for actions/upload-artifact sends to: what arrives is an artifact of the run at once. */
export async function startArtifacts(fullName: string, state: State) {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { run, name, isPacked, files } = UPLOAD.parse(JSON.parse(body));
      const { artifacts } = state.repository(fullName);
      const isTaken = artifacts.some((each) => each.runId === run && each.name === name);
      if (!isTaken) {
        const entries = files.map((file) => ({ name: file.name, content: Buffer.from(file.content, "base64") }));
        state.addArtifact(
          fullName,
          run,
          name,
          isPacked ? zip(entries) : Buffer.concat(entries.map((each) => each.content)),
        );
      }
      response.writeHead(isTaken ? 409 : 201).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
