import { spawn, type ChildProcess } from "node:child_process";
import { createHash, createHmac, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { startProxy, type Proxy } from "./proxy.js";

/** Config vars of an app. */
export type Config = Readonly<Record<string, string>>;

/** A real object storage on loopback, with one bucket that keeps every version, and a proxy before it. */
export interface Storage {
  readonly proxy: Proxy;
  /** Puts an object; gives what it is called by, for good, in MODEL_URL. */
  put(key: string, content: Buffer): Promise<string>;
  /** What MODEL_URL would be for a version that is not there. */
  readonly noSuchVersion: (key: string) => string;
  /** A URL that names no version. */
  readonly unpinned: (key: string) => string;
  readonly credentials: Config;
  readonly wrongCredentials: Config;
  /** Where the storage is, without credentials. */
  readonly place: Config;
  close(): Promise<void>;
}

const REGION = "us-east-1";
const ACCESS_KEY = "example-access-key";
const SECRET_KEY = "example-secret-key";

/** S3, by versitygw on a directory. It checks signatures as S3 does. */
export async function startS3(): Promise<Storage> {
  const root = mkdtempSync(join(tmpdir(), "slugdiff-s3-"));
  for (const name of ["data", "versions"]) mkdirSync(join(root, name));
  const port = await freePort();
  const server = startServer(program("SLUGDIFF_VERSITYGW"), [
    ...["--port", `127.0.0.1:${port}`, "--access", ACCESS_KEY, "--secret", SECRET_KEY, "--region", REGION, "--quiet"],
    ...["posix", "--versioning-dir", join(root, "versions"), join(root, "data")],
  ]);
  await listening(port, server);
  const proxy = await startProxy(() => port);
  const ask = async (path: string, query: string, body: Buffer): Promise<Response> => {
    const headers = signS3(`127.0.0.1:${port}`, path, query, body);
    const url = `http://127.0.0.1:${port}${path}${query === "" ? "" : `?${query}`}`;
    return succeeded(await fetch(url, { method: "PUT", headers, body: new Uint8Array(body) }));
  };
  await ask("/models", "", Buffer.alloc(0));
  const versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
  await ask("/models", "versioning=", Buffer.from(versioning));
  const place = { AWS_ENDPOINT_URL: `http://${proxy.host}`, AWS_REGION: REGION };
  return {
    proxy,
    put: async (key, content) => {
      const response = await ask(`/models/${key}`, "", content);
      return `s3://models/${key}?versionId=${z.string().parse(response.headers.get("x-amz-version-id"))}`;
    },
    noSuchVersion: (key) => `s3://models/${key}?versionId=01HZZZZZZZZZZZZZZZZZZZZZZZ`,
    unpinned: (key) => `s3://models/${key}`,
    place,
    credentials: { ...place, AWS_ACCESS_KEY_ID: ACCESS_KEY, AWS_SECRET_ACCESS_KEY: SECRET_KEY },
    wrongCredentials: { ...place, AWS_ACCESS_KEY_ID: ACCESS_KEY, AWS_SECRET_ACCESS_KEY: "not-the-secret-key" },
    close: () => closeAll(server, proxy, root),
  };
}

/** Google Cloud Storage, by fake-gcs-server in memory. It admits everybody: the proxy checks tokens as Google does. */
export async function startGcs(): Promise<Storage> {
  const email = "app@example.iam.gserviceaccount.com";
  const keys = (): { account: string; publicKey: string } => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    const account = { type: "service_account", client_email: email, private_key_id: "1", private_key: privateKey };
    return { account: JSON.stringify(account), publicKey };
  };
  const known = keys();
  const port = await freePort();
  const proxy = await startProxy(
    () => port,
    (request) => isSignedBy(known.publicKey, email, request),
  );
  const server = startServer(program("SLUGDIFF_FAKE_GCS"), [
    ...["-backend", "memory", "-scheme", "http", "-host", "127.0.0.1", "-port", String(port)],
    // It serves objects under their plain names to whoever calls it by this host.
    ...["-public-host", proxy.host],
  ]);
  await listening(port, server);
  const post = async (path: string, type: string, body: Buffer): Promise<Response> => {
    const url = `http://127.0.0.1:${port}${path}`;
    return succeeded(
      await fetch(url, { method: "POST", headers: { "content-type": type }, body: new Uint8Array(body) }),
    );
  };
  const bucket = JSON.stringify({ name: "models", versioning: { enabled: true } });
  await post("/storage/v1/b?project=example", "application/json", Buffer.from(bucket));
  const place = { GOOGLE_BASE_URL: `http://${proxy.host}` };
  return {
    proxy,
    put: async (key, content) => {
      const path = `/upload/storage/v1/b/models/o?uploadType=media&name=${encodeURIComponent(key)}`;
      const response = await post(path, "application/octet-stream", content);
      return `gs://models/${key}#${z.object({ generation: z.string() }).parse(await response.json()).generation}`;
    },
    noSuchVersion: (key) => `gs://models/${key}#1111111111111111`,
    unpinned: (key) => `gs://models/${key}`,
    place,
    credentials: { ...place, GOOGLE_SERVICE_ACCOUNT_KEY: known.account },
    wrongCredentials: { ...place, GOOGLE_SERVICE_ACCOUNT_KEY: keys().account },
    close: () => closeAll(server, proxy, null),
  };
}

/** Headers of a PUT in AWS Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
function signS3(host: string, path: string, query: string, body: Buffer): Record<string, string> {
  const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
  const hash = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = [time.slice(0, 8), REGION, "s3", "aws4_request"];
  const headers = { host, "x-amz-content-sha256": hash(body), "x-amz-date": time };
  const names = Object.keys(headers).join(";");
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonical = ["PUT", path, query, lines.join(""), names, headers["x-amz-content-sha256"]].join("\n");
  const text = ["AWS4-HMAC-SHA256", time, scope.join("/"), hash(canonical)].join("\n");
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${SECRET_KEY}`);
  const signature = hmac(key, text).toString("hex");
  const credential = `Credential=${ACCESS_KEY}/${scope.join("/")}`;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

/** Whether a request has a token that the service account signed itself, and that still holds (RFC 7519, RS256). */
function isSignedBy(publicKey: string, email: string, request: IncomingMessage): boolean {
  const [, head, body, signature] = /^Bearer ([^.]+)\.([^.]+)\.([^.]+)$/.exec(request.headers.authorization ?? "") ?? [];
  if (head === undefined || body === undefined || signature === undefined) return false;
  const decode = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());
  const claims = z.object({ iss: z.string(), exp: z.number() }).parse(decode(body));
  const signed = Buffer.from(`${head}.${body}`);
  return (
    verify("sha256", signed, createPublicKey(publicKey), Buffer.from(signature, "base64url")) &&
    claims.iss === email &&
    claims.exp * 1000 > Date.now()
  );
}

function program(variable: string): string {
  const path = process.env[variable];
  if (path === undefined) throw new Error(`${variable} is not set: run these tests by npm run test:examples`);
  return path;
}

interface Server {
  readonly process: ChildProcess;
  readonly log: () => string;
}

function startServer(path: string, args: readonly string[]): Server {
  const server = spawn(path, args, { stdio: ["ignore", "pipe", "pipe"], env: {} });
  let log = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (text: Buffer) => (log += text.toString()));
  return { process: server, log: () => log };
}

async function listening(port: number, server: Server): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (server.process.exitCode !== null) break;
    const socket = connect(port, "127.0.0.1");
    const answered = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "close").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (answered) return;
    await sleep(100);
  }
  throw new Error(`The server does not listen: ${server.log()}`);
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function succeeded(response: Response): Promise<Response> {
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  return response;
}

async function closeAll({ process: server }: Server, proxy: Proxy, directory: string | null): Promise<void> {
  await proxy.close();
  if (server.exitCode === null) {
    const ended = once(server, "exit");
    server.kill("SIGKILL");
    await ended;
  }
  if (directory !== null) rmSync(directory, { recursive: true, force: true });
}
