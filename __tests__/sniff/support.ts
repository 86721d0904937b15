import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "@jest/globals";
import { SILENT } from "../../src/ports.js";
import { createTools } from "../../src/tools/tools.js";

const made: string[] = [];
afterAll(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

export function directory(): string {
  const path = mkdtempSync(join(tmpdir(), "slugdiff-test-"));
  made.push(path);
  return path;
}

/** What writes the models: of each what this machine's Python can have. */
const WRITERS = [
  ...["flatbuffers>=24", "gguf>=0.17,<1", "h5py>=3.11,<4", "numpy>=2,<3", "onnx>=1.17,<2", "safetensors<1"],
  "tflite==2.18.0",
];

/** A directory of models, written by the tools of their frameworks: `make_models.py`. */
export async function models(): Promise<string> {
  const scratch = directory();
  const out = join(scratch, "models");
  mkdirSync(out);
  const toolsDir = join(scratch, "tools");
  mkdirSync(toolsDir);
  const { signal } = new AbortController();
  const uv = await createTools({ scratch, progress: SILENT, signal, env: process.env, toolsDir }).uv();
  const script = join(dirname(fileURLToPath(import.meta.url)), "make_models.py");
  const writers = WRITERS.flatMap((requirement) => ["--with", requirement]);
  execFileSync(uv, ["run", "--quiet", "--no-project", "--no-build", ...writers, "python", script, out], {
    env: { ...process.env, UV_PYTHON: "python3", UV_PYTHON_DOWNLOADS: "never" },
  });
  return out;
}
