import { spawn } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { clone, commit, contents, ENV, fingerprint, git, newRepository, open, temporary } from "./fixtures.js";

const HEADER = `AUTHORIZATION: basic ${Buffer.from("x-access-token:s3cret-t0ken").toString("base64")}`;

/** How a request fails: with a status, or by a connection that is cut at once or in the middle of the answer. */
type Failure = number | "at once" | "half-way";

/**
 * Serves the repositories beside `up` by HTTP to who sends the one header, once; `seen` gets every request's headers, and
 * each of `failures` is what becomes of one request.
 */
function serve(up: string, seen: string[][] = [], failures: Failure[] = []): Server {
  return createServer((request, response) => {
    const failure = failures.shift();
    if (failure === "at once") {
      request.socket.destroy();
      return;
    }
    if (typeof failure === "number") {
      response.writeHead(failure).end();
      return;
    }
    const given = request.headersDistinct.authorization ?? [];
    seen.push(given);
    if (given.length !== 1 || given[0]?.replace("Basic", "basic") !== HEADER.replace("AUTHORIZATION: ", "")) {
      response.writeHead(given.length > 1 ? 400 : 401, { "WWW-Authenticate": 'Basic realm="x"' }).end();
      return;
    }
    const [path = "", query = ""] = (request.url ?? "").split("?");
    const backend = spawn("git", ["http-backend"], {
      env: {
        ...ENV,
        GIT_PROJECT_ROOT: dirname(up),
        GIT_HTTP_EXPORT_ALL: "1",
        PATH_INFO: path,
        QUERY_STRING: query,
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers["content-type"],
        HTTP_CONTENT_ENCODING: request.headers["content-encoding"],
        GIT_PROTOCOL: request.headers["git-protocol"]?.toString(),
      },
    });
    request.pipe(backend.stdin);
    const parts: Buffer[] = [];
    backend.stdout.on("data", (part: Buffer) => parts.push(part));
    backend.on("close", () => {
      const output = Buffer.concat(parts);
      const end = output.indexOf("\r\n\r\n");
      for (const line of output.subarray(0, end).toString().split("\r\n")) {
        const [name = "", value = ""] = line.split(": ");
        if (name === "Status") response.statusCode = Number.parseInt(value, 10);
        else response.setHeader(name, value);
      }
      const body = output.subarray(end + 4);
      if (failure === undefined) response.end(body);
      else {
        response.setHeader("Content-Length", body.length);
        response.write(body.subarray(0, body.length / 2), () => request.socket.destroy());
      }
    });
  });
}

describe("a remote that asks for a credential", () => {
  const up = newRepository();
  const base = commit(up, { "app.py": "1" });
  commit(up, { "app.py": "2" });
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = serve(up);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  });
  afterAll(() => {
    server.close();
  });

  function shallow(): string {
    const directory = clone(up, "--depth=1");
    git(directory, ["remote", "set-url", "origin", `${url}up`]);
    return directory;
  }

  async function fetched(directory: string, env = ENV): Promise<Record<string, string>> {
    const repository = await open(directory, { env });
    const into = join(temporary(), "into");
    await repository.checkOut(await repository.resolve(base), ".", into);
    return contents(into);
  }

  test("gets the header of the repository's own configuration", async () => {
    const directory = shallow();
    git(directory, ["config", `http.${url}.extraheader`, HEADER]);
    expect(await fetched(directory)).toEqual({ "app.py": "1" });
  });

  test("gets the header of a file that the configuration includes for this directory", async () => {
    const directory = shallow();
    const file = join(temporary(), "credentials");
    git(directory, ["config", "--file", file, `http.${url}.extraheader`, HEADER]);
    git(directory, ["config", `includeIf.gitdir:${join(directory, ".git")}.path`, file]);
    expect(await fetched(directory)).toEqual({ "app.py": "1" });
  });

  test("gets the user's own header, and only once", async () => {
    const home = temporary();
    git(home, ["config", "--file", join(home, ".gitconfig"), `http.${url}.extraheader`, HEADER]);
    expect(await fetched(shallow(), { ...ENV, HOME: home })).toEqual({ "app.py": "1" });
  });

  test("gets the header of the environment, and only once", async () => {
    const directory = shallow();
    git(directory, ["config", "http.lowSpeedLimit", "1"]);
    const variables = {
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: `http.${url}.extraheader`,
      GIT_CONFIG_VALUE_0: HEADER,
    };
    expect(await fetched(directory, { ...ENV, ...variables })).toEqual({ "app.py": "1" });
  });

  test("gets them from git 2.30 too, which knows no numbered variables", async () => {
    const bin = temporary();
    const real = `PATH='${ENV.PATH ?? ""}' exec git`;
    const script = `#!/bin/sh\nunset GIT_CONFIG_COUNT\nfor a; do [ "$a" = version ] && echo git version 2.30.2 && exit; done\n`;
    writeFileSync(join(bin, "git"), `${script}${real} "$@"\n`);
    chmodSync(join(bin, "git"), 0o755);
    const directory = shallow();
    git(directory, ["config", `http.${url}.extraheader`, HEADER]);
    git(directory, ["config", `http.https://it's.invalid/!.extraheader`, "it's !"]);
    expect(await fetched(directory, { ...ENV, PATH: `${bin}:${ENV.PATH ?? ""}` })).toEqual({ "app.py": "1" });
  });

  test("asks the repository's credential helper, and reaches it by the URL that stands for another", async () => {
    const directory = shallow();
    git(directory, [
      "config",
      "credential.helper",
      "!f() { echo username=x-access-token; echo password=s3cret-t0ken; }; f",
    ]);
    git(directory, ["remote", "set-url", "origin", "https://example.invalid/up"]);
    git(directory, ["config", `url.${url}.insteadOf`, "https://example.invalid/"]);
    expect(await fetched(directory)).toEqual({ "app.py": "1" });
  });

  test("refuses without, in a message that holds no credential", async () => {
    const directory = shallow();
    git(directory, ["remote", "set-url", "origin", `${url.replace("//", "//user:wr0ng-s3cret@")}up`]);
    const error: unknown = await fetched(directory).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "UserError", message: 'The remote "origin" refused access.' });
    expect(JSON.stringify(error)).not.toContain("wr0ng");
  });

  test("never asks the user", async () => {
    const mark = join(temporary(), "asked");
    const script = join(temporary(), "askpass");
    writeFileSync(script, `#!/bin/sh\ntouch ${mark}\n`);
    chmodSync(script, 0o755);
    const directory = shallow();
    git(directory, ["config", "core.askPass", script]);
    const home = temporary();
    git(home, ["config", "--file", join(home, ".gitconfig"), "core.askPass", script]);
    await expect(fetched(directory, { ...ENV, HOME: home, SSH_ASKPASS: script })).rejects.toThrow("refused access");
    expect(existsSync(mark)).toBe(false);
  });
});

describe("the job's token", () => {
  const up = newRepository();
  const fork = commit(up, { "app.py": "0" });
  git(up, ["checkout", "-q", "-b", "change"]);
  commit(up, { "new.py": "new" });
  git(up, ["checkout", "-q", "main"]);
  const main = commit(up, { "app.py": "1" });
  git(up, ["merge", "-q", "--no-ff", "-m", "merge", "change"]);
  git(up, ["update-ref", "refs/pull/7/merge", "HEAD"]);
  const merge = git(up, ["rev-parse", "HEAD"]);
  git(up, ["reset", "-q", "--hard", main]);

  const seen: string[][] = [];
  const elsewhere: string[][] = [];
  let servers: Server[];
  let url: string;
  let other: string;

  beforeAll(async () => {
    servers = [serve(up, seen), serve(up, elsewhere)];
    const urls = servers.map(async (server) => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    });
    [url = "", other = ""] = await Promise.all(urls);
  });
  afterAll(() => {
    for (const server of servers) server.close();
  });
  beforeEach(() => {
    seen.length = 0;
    elsewhere.length = 0;
  });

  /** What actions/checkout leaves of a pull request without `persist-credentials`: the merge commit alone, and no login. */
  function checkedOut(from: string, ref = "refs/pull/7/merge"): string {
    const directory = join(temporary(), "checkout");
    git(temporary(), ["init", "-q", directory]);
    git(directory, ["fetch", "-q", "--depth=1", `file://${up}`, ref]);
    git(directory, ["checkout", "-q", "FETCH_HEAD"]);
    git(directory, ["remote", "add", "origin", `${from}/up`]);
    return directory;
  }

  async function baseFiles(directory: string, token: string | null, env = ENV): Promise<Record<string, string>> {
    const repository = await open(directory, { env }, token === null ? undefined : { serverUrl: url, token });
    const head = await repository.resolve("HEAD");
    expect(head.sha).toBe(merge);
    const base = await repository.firstParent(head);
    expect(base.sha).toBe(main);
    await repository.prepare([base, head], ["."]);
    const into = join(temporary(), "into");
    await repository.checkOut(base, ".", into);
    return contents(into);
  }

  test("fetches the base of a merge commit that was checked out alone", async () => {
    const directory = checkedOut(url);
    const before = fingerprint(join(directory, ".git"));
    expect(await baseFiles(directory, "s3cret-t0ken")).toEqual({ "app.py": "1" });
    expect(fingerprint(join(directory, ".git"))).toBe(before);
  });

  test("gives a server's own address with a slash at its end, and finds refs with it", async () => {
    const repository = await open(checkedOut(url), {}, { serverUrl: `${url}/`, token: "s3cret-t0ken" });
    expect(await repository.resolve("refs/pull/7/merge")).toEqual({ ref: "refs/pull/7/merge", sha: merge });
  });

  test("finds the base of a merge commit where the branch was checked out instead", async () => {
    const repository = await open(checkedOut(url, "main"), {}, { serverUrl: url, token: "s3cret-t0ken" });
    expect((await repository.firstParent(await repository.resolve(merge))).sha).toBe(main);
    expect((await repository.firstParent(await repository.resolve(main))).sha).toBe(fork);
  });

  test("is missed in a message that says what to do", async () => {
    await expect(baseFiles(checkedOut(url), null)).rejects.toMatchObject({
      message: 'The remote "origin" refused access.',
      hint: expect.stringContaining("contents: read"),
    });
  });

  test("is not sent beside what actions/checkout left, whose login is the one that counts", async () => {
    const directory = checkedOut(url);
    git(directory, ["config", `http.${url}/.extraheader`, HEADER]);
    expect(await baseFiles(directory, "another-t0ken")).toEqual({ "app.py": "1" });
    expect(new Set(seen.map(({ length }) => length))).toEqual(new Set([1]));
  });

  test("is sent beside headers that log nobody in, or log in elsewhere", async () => {
    const directory = checkedOut(url);
    git(directory, ["config", `http.${url}/.extraheader`, "X-Office: 7"]);
    git(directory, ["config", `http.${url}/other/.extraheader`, "AUTHORIZATION: basic b3RoZXI="]);
    git(directory, [
      "config",
      "--add",
      `http.https://*.exa"mple.invalid/.extraheader`,
      "AUTHORIZATION: basic b3RoZXI=",
    ]);
    expect(await baseFiles(directory, "s3cret-t0ken")).toEqual({ "app.py": "1" });
  });

  test.each<[string, (directory: string) => void]>([
    ["on another server", (directory) => git(directory, ["remote", "set-url", "origin", `${other}/up`])],
    [
      "whose URL stands for one on another server",
      (directory) => git(directory, ["config", `url.${other}.insteadOf`, url]),
    ],
    [
      "of another scheme",
      (directory) => git(directory, ["remote", "set-url", "origin", `${url.replace("http", "https")}/up`]),
    ],
    [
      "with a password of its own",
      (directory) => git(directory, ["remote", "set-url", "origin", `${url.replace("//", "//a:b@")}/up`]),
    ],
  ])("is not sent to a remote %s", async (_, change) => {
    const directory = checkedOut(url);
    change(directory);
    await expect(baseFiles(directory, "s3cret-t0ken")).rejects.toThrow(/refused access|could not be reached/);
    expect(seen.flat().filter((header) => header === HEADER.slice(15))).toEqual([]);
    expect(elsewhere.flat()).toEqual([]);
  });

  test("is not given to what an ssh remote runs", async () => {
    const directory = checkedOut(url);
    const mark = join(temporary(), "environment");
    const script = join(temporary(), "ssh");
    writeFileSync(script, `#!/bin/sh\nenv > ${mark}\nexit 1\n`);
    chmodSync(script, 0o755);
    git(directory, ["remote", "set-url", "origin", "git@127.0.0.1:up"]);
    const env = { ...ENV, GIT_SSH_COMMAND: script };
    await expect(baseFiles(directory, "s3cret-t0ken", env)).rejects.toThrow("could not be reached");
    const given = readFileSync(mark, "utf8");
    expect(given).not.toContain("s3cret-t0ken");
    expect(given).not.toContain(HEADER.split(" ")[2]);
  });

  test("stands in no message, not even where git tells all that it sends", async () => {
    const directory = checkedOut(url);
    const env = { ...ENV, GIT_CURL_VERBOSE: "1", GIT_TRACE: "1", GIT_TRACE_REDACT: "0", GIT_TRACE_SETUP: "1" };
    const error: unknown = await baseFiles(directory, "wr0ng-t0ken", env).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "UserError", message: 'The remote "origin" refused access.' });
    expect(JSON.stringify(error)).not.toContain("wr0ng-t0ken");
    expect(JSON.stringify(error)).not.toContain(Buffer.from("x-access-token:wr0ng-t0ken").toString("base64"));
    expect(seen.flat()).toContain(`basic ${Buffer.from("x-access-token:wr0ng-t0ken").toString("base64")}`);
  });
});

describe("a server that fails", () => {
  const up = newRepository();
  const base = commit(up, { "app.py": "1" });
  commit(up, { "app.py": "2" });
  const seen: string[][] = [];
  const failures: Failure[] = [];
  const server = serve(up, seen, failures);
  let url: string;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });
  afterAll(() => {
    server.close();
  });
  beforeEach(() => {
    seen.length = 0;
    failures.length = 0;
  });

  async function fetched(signal = new AbortController().signal): Promise<Record<string, string>> {
    const directory = clone(up, "--depth=1");
    git(directory, ["remote", "set-url", "origin", `${url}/up`]);
    const repository = await open(directory, { signal }, { serverUrl: url, token: "s3cret-t0ken" });
    const into = join(temporary(), "into");
    await repository.checkOut(await repository.resolve(base), ".", into);
    return contents(into);
  }

  test.each<Failure>([429, 502, "at once", "half-way"])("is asked again: %s", async (failure) => {
    failures.push(failure);
    expect(await fetched()).toEqual({ "app.py": "1" });
  });

  test("is given up when it goes on failing, and when the run is ended", async () => {
    failures.push(...new Array<Failure>(99).fill(503));
    await expect(fetched()).rejects.toThrow('The remote "origin" could not be reached.');
    expect(99 - failures.length).toBe(3);

    const ending = new AbortController();
    const ended = fetched(ending.signal);
    setTimeout(() => {
      ending.abort(new Error("ended by SIGTERM"));
    }, 500);
    await expect(ended).rejects.toThrow("ended by SIGTERM");
  });

  test("is not asked again where it has said no", async () => {
    failures.push(403);
    await expect(fetched()).rejects.toThrow("refused access");
    expect(seen).toEqual([]);
  });
});

describe("which remote is asked", () => {
  test("the only one, whatever its name and however its URL is written", async () => {
    const up = newRepository();
    const base = commit(up, { "app.py": "1" });
    commit(up, { "app.py": "2" });
    const directory = clone(up, "--depth=1", "--origin=-weird");
    git(directory, ["config", "remote.-weird.url", up]);
    const repository = await open(directory);
    const into = join(temporary(), "into");
    await repository.checkOut(await repository.resolve(base), ".", into);
    expect(contents(into)).toEqual({ "app.py": "1" });
  });

  test("a URL that is relative to the top of the repository", async () => {
    const up = newRepository();
    const base = commit(up, { "web/app.py": "1" });
    commit(up, { "web/app.py": "2" });
    const directory = join(dirname(up), "clone");
    git(dirname(up), ["clone", "-q", "--depth=1", `file://${up}`, directory]);
    git(directory, ["remote", "set-url", "origin", "../up"]);
    const repository = await open(join(directory, "web"));
    const into = join(temporary(), "into");
    await repository.checkOut(await repository.resolve(base), "web", into);
    expect(contents(into)).toEqual({ "app.py": "1" });
  });
});
