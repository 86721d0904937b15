import { execFileSync } from "node:child_process";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { DistributionSource } from "../../src/model/resolution.js";

/** What a wheel is made of, by the names in its archive. `"zeros:N"` stands for N bytes that pack well, `"noise:N"` for N that don't. */
export type WheelFiles = Readonly<Record<string, string>>;

const WRITE = `
import json, random, sys, zipfile
path, files, empty, zip64 = json.load(sys.stdin)
if zip64: # As for more than 65,535 files, and for files of more than 4 GiB.
    zipfile.ZIP_FILECOUNT_LIMIT, zipfile.ZIP64_LIMIT = 1, 100
with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
    for name, text in files.items():
        kind, _, count = text.partition(":")
        data = {"zeros": lambda: bytes(int(count)), "noise": lambda: random.Random(1).randbytes(int(count))}.get(kind, text.encode)()
        archive.writestr(name, data)
    for number in range(empty):
        archive.writestr(f"many/{number}", b"")
`;

/** Writes a wheel by Python's own zipfile, with so many empty files besides. */
export function writeWheel(path: string, files: WheelFiles, empty = 0, zip64 = false): void {
  execFileSync("python3", ["-c", WRITE], { input: JSON.stringify([path, files, empty, zip64]) });
}

/** A small wheel with something of everything. */
export const WHEEL: WheelFiles = {
  "tiny/__init__.py": "def answer():\n    return 42\n".repeat(40),
  "tiny/data.bin": "noise:3000000",
  "tiny-1.0.data/scripts/tiny": "#!python\n",
  "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\nRequires-Dist: six\n\nWords.\n",
  "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\n",
  "tiny-1.0.dist-info/RECORD": "tiny/__init__.py,,\n",
};

export function wheel(url: string, size: number | null): DistributionSource {
  return { kind: "wheel", filename: "tiny-1.0-py3-none-any.whl", url, sha256: null, size };
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on loopback that counts what it sent. */
export interface TestServer {
  readonly url: string;
  /** Values of the header `Range`, in their order. */
  readonly ranges: (string | undefined)[];
  readonly logins: (string | undefined)[];
  answer: Answer;
  close(): void;
}

export async function serve(): Promise<TestServer> {
  const server: Server = createServer((request, response) => {
    served.ranges.push(request.headers.range);
    served.logins.push(request.headers.authorization);
    served.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const served: TestServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ranges: [],
    logins: [],
    answer: (_, response) => response.writeHead(404).end(),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return served;
}

/** Serves parts of `content` as RFC 9110 has it, but for what `change` makes of the answer. */
export function parts(
  content: Buffer,
  change: (part: { range: string; body: Buffer }) => { range?: string; body: Buffer } = (part) => part,
): Answer {
  return (request, response) => {
    const [, from = "0", to = "0"] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    const body = content.subarray(Number(from), Number(to) + 1);
    const part = change({ range: `bytes ${from}-${to}/${content.length}`, body });
    response.writeHead(206, part.range === undefined ? {} : { "content-range": part.range }).end(part.body);
  };
}
