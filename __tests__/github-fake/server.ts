/** A GitHub of one's own: what of the REST and GraphQL API the project uses, over a state that a test sets up. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { githubContract, type Operation } from "./contract.js";
import { Faults, type Fault, type Injection, type LoggedRequest } from "./faults.js";
import { answerGit, gitPath } from "./git.js";
import { user } from "./objects.js";
import { error, invalidRequest, ROUTES, type Answer } from "./routes.js";
import { State, type Token } from "./state.js";

export interface FakeGitHub {
  /** As `GITHUB_API_URL`. */
  readonly apiUrl: string;
  readonly graphqlUrl: string;
  /** As `GITHUB_SERVER_URL`. Git fetches from there; it finds names that end in `.localhost` by itself. */
  readonly serverUrl: string;
  readonly state: State;
  /** Every request so far, those to the host of artifacts among them. */
  readonly requests: readonly LoggedRequest[];
  /** What broke GitHub's published description so far, by the client or by the fake itself. */
  readonly violations: readonly string[];
  inject(injection: Injection): void;
  /** Stops, and throws if anything broke the contract. */
  close(): Promise<void>;
}

export interface Options {
  /** Addresses as an Enterprise Server has them: `/api/v3` and `/api/graphql`. */
  readonly enterprise?: boolean;
  readonly state?: State;
}

interface Request {
  readonly logged: LoggedRequest;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly bytes: Buffer;
}

/** Starts a GitHub on two ports of this machine: the API's and the one that artifacts are downloaded from. */
export async function startGitHub({ enterprise = false, state = new State() }: Options = {}): Promise<FakeGitHub> {
  const contract = githubContract();
  const faults = new Faults();
  const requests: LoggedRequest[] = [];
  const violations: string[] = [];
  const prefix = enterprise ? "/api/v3" : "";
  const signature = randomBytes(24).toString("hex");
  const ending = new AbortController();

  function answerServer(request: Request): Answer | Promise<Answer> {
    const git = gitPath(request.path);
    return git === null ? answerApi(request) : answerFetch(git.fullName, git.rest, request);
  }

  function answerFetch(fullName: string, path: string, request: Request): Answer | Promise<Answer> {
    const { logged, query, headers, bytes } = request;
    const token = logged.token === null ? null : state.tokens.get(logged.token);
    const repository = state.repositories.get(fullName);
    const mayRead = token != null && seen(token, fullName) && (token.permissions.contents ?? "none") !== "none";
    // A bad token is refused even where none is needed, and whoever may not see a repository is asked for another.
    if (token === undefined || repository === undefined || (repository.private && !mayRead)) {
      return { status: 401, headers: { "www-authenticate": 'Basic realm="GitHub"' }, body: Buffer.from("") };
    }
    if (repository.git === null) return { status: 404, body: Buffer.from("") };
    return answerGit(repository.git, { method: logged.method, path, query: query.toString(), headers, body: bytes });
  }

  function answerApi({ path, query, headers, bytes, logged }: Request): Answer {
    const body: unknown = bytes.length === 0 ? undefined : JSON.parse(bytes.toString());
    if (headers["user-agent"] === undefined) return error(403, "Request forbidden by administrative rules.");
    const token = logged.token === null ? undefined : state.tokens.get(logged.token);
    if (token === undefined) return error(401, logged.token === null ? "Requires authentication" : "Bad credentials");
    const { method } = logged;
    if (method === "POST" && path === graphqlPath) return answerGraphql(token, body);
    if (!path.startsWith(`${prefix}/`)) return error(404, "Not Found");
    const found = findOperation(method, path.slice(prefix.length));
    if (found === null) {
      violations.push(`${method} ${path}: the fake has no such operation`);
      return error(404, "Not Found");
    }
    const { operation, parameters } = found;
    const { wrong, limits } = contract.request(operation, query, body);
    violations.push(...wrong.map((each) => `request ${operation}: ${each}`));
    const answer =
      wrong.length > 0 || limits.length > 0
        ? invalidRequest([...wrong, ...limits])
        : operate(operation, parameters, { query, body, token });
    const breaches = contract.response(operation, answer.status, answer.body);
    violations.push(...breaches.map((each) => `answer ${answer.status} to ${operation}: ${each}`));
    return answer;
  }

  function operate(
    operation: Operation,
    parameters: Record<string, string>,
    { query, body, token }: { query: URLSearchParams; body: unknown; token: Token },
  ): Answer {
    const urls = { api: apiUrl, server: serverUrl };
    if (operation === "get /user") {
      if (token.kind === "installation") return error(403, "Resource not accessible by integration");
      const nothing = { name: null, company: null, blog: null, location: null, email: null, hireable: null, bio: null };
      const counts = { public_repos: 0, public_gists: 0, followers: 0, following: 0 };
      const moment = "2026-01-01T00:00:00Z";
      return {
        status: 200,
        body: { ...user(token.login, urls), ...nothing, ...counts, created_at: moment, updated_at: moment },
      };
    }
    if (operation === "get /rate_limit") {
      const rate = { limit: 1000, remaining: 999, used: 1, reset: 2_000_000_000 };
      return { status: 200, body: { resources: { core: rate, search: rate }, rate } };
    }
    const route = ROUTES[operation];
    const fullName = `${parameters.owner ?? ""}/${parameters.repo ?? ""}`;
    const repository = state.repositories.get(fullName);
    const isSeen = seen(token, fullName);
    if (route === undefined || repository === undefined || (repository.private && !isSeen)) {
      return error(404, "Not Found");
    }
    const open = route.needs.length === 0 || (route.access === "read" && !repository.private && route.always !== true);
    const has = route.needs.some((permission) => {
      const given = token.permissions[permission] ?? "none";
      return given === "write" || given === route.access;
    });
    if (!open && !(isSeen && has)) {
      const accepted = route.needs.map((permission) => `${permission}=${route.access}`).join("; ");
      const refused = error(403, "Resource not accessible by integration");
      return { ...refused, headers: { "x-accepted-github-permissions": accepted } };
    }
    const blobUrl = (id: number): string => `${blobs.url}/blob/${repository.fullName}/${id}?sig=${signature}`;
    return route.handle({ state, urls, token, parameters, query, body, blobUrl }, repository);
  }

  function answerGraphql(token: Token, body: unknown): Answer {
    if (!token.graphql) return error(403, "Resource not accessible by integration");
    const { query } = z.object({ query: z.string() }).parse(body);
    if (!/^\s*(?:query\b[^{]*)?\{\s*viewer\s*\{\s*login\s*\}\s*\}\s*$/.test(query)) {
      violations.push(`POST ${graphqlPath}: the fake knows no such query: ${query}`);
      return { status: 200, body: { errors: [{ message: "unknown query" }] } };
    }
    return { status: 200, body: { data: { viewer: { login: token.login } } } };
  }

  function answerBlob({ path, query, headers }: Request): Answer {
    if (headers.authorization !== undefined) {
      violations.push(`${path}: the token was sent to the host of the artifacts`);
      return { status: 403, body: Buffer.from("AuthenticationFailed") };
    }
    const [, owner, repo, id] = /^\/blob\/([^/]+)\/([^/]+)\/(\d+)$/.exec(path) ?? [];
    const artifact = state.repositories
      .get(`${owner ?? ""}/${repo ?? ""}`)
      ?.artifacts.find((each) => each.id === Number(id));
    if (artifact === undefined || query.get("sig") !== signature) return { status: 404, body: Buffer.from("") };
    return { status: 200, headers: { "content-type": "application/zip" }, body: artifact.zip };
  }

  async function handle(
    incoming: IncomingMessage,
    response: ServerResponse,
    answer: (request: Request) => Answer | Promise<Answer>,
  ): Promise<void> {
    const url = new URL(incoming.url ?? "/", "http://localhost");
    const token = tokenOf(incoming.headers.authorization ?? "");
    const method = incoming.method ?? "GET";
    const shown = url.pathname.startsWith(`${prefix}/`) ? url.pathname.slice(prefix.length) : url.pathname;
    const logged: LoggedRequest = { method, path: `${shown}${url.search}`, token, status: null };
    requests.push(logged);
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(z.instanceof(Buffer).parse(chunk));
    const bytes = Buffer.concat(chunks);
    const injection = faults.take(logged);
    await injection?.before?.(logged);
    const request = { logged, path: url.pathname, query: url.searchParams, headers: incoming.headers, bytes };
    await send(injection?.fault, async () => answer(request), logged, response);
  }

  async function send(
    fault: Fault | undefined,
    perform: () => Promise<Answer>,
    logged: LoggedRequest,
    response: ServerResponse,
  ): Promise<void> {
    if (fault?.kind === "answer") {
      logged.status = fault.status;
      response.writeHead(fault.status, fault.headers).end(fault.body);
      return;
    }
    if (fault?.kind === "cut" && fault.at === "request") {
      response.destroy();
      return;
    }
    if (fault?.kind === "slow" && fault.milliseconds !== null) {
      await setTimeout(fault.milliseconds, undefined, { signal: ending.signal });
    }
    const { status, headers = {}, body } = await perform();
    if (fault?.kind === "cut" && fault.at === "answer") {
      response.destroy();
      return;
    }
    const bytes = body instanceof Buffer ? body : Buffer.from(body === undefined ? "" : JSON.stringify(body));
    response.writeHead(status, {
      "content-type": "application/json; charset=utf-8",
      "x-github-request-id": "0000:0000:0000:0000",
      "x-ratelimit-limit": "1000",
      "x-ratelimit-remaining": "999",
      "x-ratelimit-reset": "2000000000",
      ...headers,
      ...(status === 204 ? {} : { "content-length": bytes.length }),
    });
    if (fault === undefined || (fault.kind === "slow" && fault.milliseconds !== null)) {
      logged.status = status;
      response.end(bytes);
      return;
    }
    response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => {
      if (fault.kind === "cut") response.destroy();
    });
  }

  const serve = (answer: (request: Request) => Answer | Promise<Answer>): Server =>
    createServer((incoming, response) => {
      handle(incoming, response, answer).catch((problem: unknown) => {
        // A client that goes away while it is sending is no fault of the fake's.
        if (ending.signal.aborted || (!incoming.complete && incoming.destroyed)) return;
        violations.push(`the fake failed: ${problem instanceof Error ? (problem.stack ?? "") : String(problem)}`);
        response.destroy();
      });
    });

  const api = await listen(serve(answerServer));
  const blobs = await listen(serve(answerBlob));
  const serverUrl = api.url.replace("127.0.0.1", "github.localhost");
  const apiUrl = `${api.url}${prefix}`;
  const graphqlPath = enterprise ? "/api/graphql" : "/graphql";
  return {
    apiUrl,
    graphqlUrl: `${api.url}${graphqlPath}`,
    serverUrl,
    state,
    requests,
    violations,
    inject: (injection) => {
      faults.inject(injection);
    },
    close: async () => {
      ending.abort();
      await Promise.all([api.close(), blobs.close()]);
      if (violations.length > 0) throw new Error(`GitHub's API was not kept to:\n${violations.join("\n")}`);
    },
  };
}

/** The token of a request; git sends it as a password. */
function tokenOf(authorization: string): string | null {
  const [, scheme = "", value = ""] = /^(token|bearer|basic) (.+)$/i.exec(authorization) ?? [];
  if (value === "") return null;
  if (scheme.toLowerCase() !== "basic") return value;
  return Buffer.from(value, "base64")
    .toString()
    .replace(/^[^:]*:/, "");
}

function seen({ repositories }: Token, fullName: string): boolean {
  return repositories === "all" || repositories.includes(fullName);
}

const PATTERNS = [...Object.keys(ROUTES), "get /user", "get /rate_limit"].map((operation) => {
  const [method = "", template = ""] = operation.split(" ");
  // Names of branches have slashes.
  const pattern = template.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === "branch" || (name === "ref" && template.endsWith("{ref}")) ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`,
  );
  return { operation: z.custom<Operation>().parse(operation), method, pattern: new RegExp(`^${pattern}$`) };
});

function findOperation(
  method: string,
  path: string,
): { readonly operation: Operation; readonly parameters: Record<string, string> } | null {
  for (const { operation, method: wanted, pattern } of PATTERNS) {
    const match = wanted === method.toLowerCase() ? pattern.exec(path) : null;
    if (match === null) continue;
    const parameters = Object.entries(match.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]);
    return { operation, parameters: z.record(z.string(), z.string()).parse(Object.fromEntries(parameters)) };
  }
  return null;
}

async function listen(server: Server): Promise<{ readonly url: string; close(): Promise<void> }> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
