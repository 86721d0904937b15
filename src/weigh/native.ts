import { z } from "zod";
import { asset } from "../system/asset.js";
import { startLineProcess, type LineProcess } from "../system/line-process.js";
import { FileProblem, type SegmentResult } from "./compress.js";
import { feedsOf } from "./feeds.js";
import type { Compressor, Task } from "./pool.js";

const SCRIPT = asset(import.meta.url, "compress_segments.py");

/** What zlib of zlib.net makes of the script's probe : 1.2.13 and 1.3.1 alike. */
export const PROBE = "ddde580a18f9316b5a355118ea5d2103e7556ecfc9efd9c3aa4f0fb739c3984c";

const ANSWER = z.union([
  z.strictObject({ compressed: z.int(), lone: z.array(z.int()) }),
  z.strictObject({ path: z.string(), problem: z.string() }),
]);

/**
 * A compressor that is the zlib of this machine's Python, in a process of its own; null if that is not zlib of zlib.net, whose
 * bytes are the same everywhere.
 * @param python path of an interpreter, of any version from 3.8 on
 */
export async function startNative(python: string, signal: AbortSignal): Promise<Compressor | null> {
  const process = startLineProcess(python, ["-I", "-S", "-B", "-X", "utf8", SCRIPT], { cwd: "/", env: {}, signal });
  try {
    if (JSON.parse(await process.ask(JSON.stringify({ probe: true }))) === PROBE) return compressorOf(process);
    process.close();
  } catch {
    signal.throwIfAborted(); // Else it is a Python without zlib.
  }
  return null;
}

function compressorOf(process: LineProcess): Compressor {
  return {
    compress: async (task): Promise<SegmentResult> => {
      const answer = ANSWER.parse(JSON.parse(await process.ask(written(task))));
      if ("problem" in answer) throw new FileProblem(answer.path, answer.problem);
      return answer;
    },
    close: () => {
      process.close();
      return Promise.resolve();
    },
  };
}

/** A task as the script reads it. */
function written({ root, segment }: Task): string {
  const { feeds, empty, piece } = feedsOf(segment);
  return JSON.stringify({
    root,
    primed: segment.primed,
    count: segment.entries.length,
    feeds: feeds.map((feed) =>
      "bytes" in feed
        ? [Buffer.from(feed.bytes).toString("base64")]
        : [feed.path, feed.size, feed.from, feed.to, feed.lone],
    ),
    empty,
    piece,
  });
}
