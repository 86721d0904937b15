import { spawn } from "node:child_process";
import type { IncomingHttpHeaders } from "node:http";
import { basename, dirname } from "node:path";
import type { Answer } from "./routes.js";

/** One request of git's smart HTTP protocol. */
export interface GitRequest {
  readonly method: string;
  /** Within the repository, such as `/info/refs`. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A request for `/owner/name(.git)/…`, as git makes them, taken apart; null for any other. */
export function gitPath(path: string): { readonly fullName: string; readonly rest: string } | null {
  const [, fullName, rest] = /^\/([^/]+\/[^/]+?)(?:\.git)?(\/info\/refs|\/git-upload-pack)$/.exec(path) ?? [];
  return fullName === undefined || rest === undefined ? null : { fullName, rest };
}

/** Lets git itself answer, over a repository on disk. Fetching only. */
export async function answerGit(directory: string, request: GitRequest): Promise<Answer> {
  const { method, path, query, headers, body } = request;
  const backend = spawn("git", ["http-backend"], {
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      PATH: process.env.PATH,
      HOME: "/nonexistent",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_PROJECT_ROOT: dirname(directory),
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: `/${basename(directory)}${path}`,
      QUERY_STRING: query,
      REQUEST_METHOD: method,
      CONTENT_TYPE: headers["content-type"],
      HTTP_CONTENT_ENCODING: headers["content-encoding"],
      GIT_PROTOCOL: headers["git-protocol"]?.toString(),
    },
  });
  backend.stdin.on("error", () => undefined); // It may have its answer before it has read all.
  backend.stdin.end(body);
  const parts: Buffer[] = [];
  backend.stdout.on("data", (part: Buffer) => parts.push(part));
  await new Promise((resolve) => backend.on("close", resolve));
  const output = Buffer.concat(parts);
  const end = output.indexOf("\r\n\r\n");
  const fields = Object.fromEntries(
    output
      .subarray(0, end)
      .toString()
      .split("\r\n")
      .map((line) => line.split(": "))
      .map(([name = "", value = ""]) => [name.toLowerCase(), value] as const),
  );
  const { status = "200", ...rest } = fields;
  return { status: Number.parseInt(status, 10), headers: rest, body: output.subarray(end + 4) };
}
