import { Agent as HttpAgent, get as httpGet, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { Agent as HttpsAgent, get as httpsGet } from "node:https";
import type { Context } from "../ports.js";

/** Longest that a server may say nothing, in milliseconds. */
const SILENCE = 60_000;

/** As many as browsers and `fetch` follow. */
const MOST_REDIRECTS = 20;

/**
 * Fetches what is at an address, through the proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name: unlike `fetch`, Node's own client
 * can be told of one (since 22.21 and 24.5; older ones go without). Redirects are followed, without credentials to another host.
 * @param url http or https, without user information
 * @param authorization header that logs in; null for none
 * @param more headers besides, for every server on the way
 * @throws any error of the network
 */
export async function download(
  url: URL,
  authorization: string | null,
  { env, signal }: Pick<Context, "env" | "signal">,
  more: OutgoingHttpHeaders = {},
): Promise<IncomingMessage> {
  let [at, header] = [url, authorization];
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await request(at, header === null ? more : { ...more, authorization: header }, env, signal);
    const { location } = response.headers;
    if (!isRedirect(response.statusCode) || location === undefined) return response;
    response.destroy();
    const next = new URL(location, at);
    if (!/^https?:$/.test(next.protocol)) throw new Error(`it is redirected to a ${next.protocol} address`);
    if (next.origin !== at.origin) header = null;
    at = next;
  }
  throw new Error("it is redirected without end");
}

function request(
  url: URL,
  headers: OutgoingHttpHeaders,
  proxyEnv: Context["env"],
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const common = { headers, signal, timeout: SILENCE };
    const sent =
      url.protocol === "https:"
        ? httpsGet(url, { ...common, agent: new HttpsAgent({ proxyEnv }) }, resolve)
        : httpGet(url, { ...common, agent: new HttpAgent({ proxyEnv }) }, resolve);
    sent.on("timeout", () => sent.destroy(new Error(`it said nothing for ${SILENCE / 1000} s`)));
    sent.on("error", reject);
  });
}

function isRedirect(status = 0): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** An address without the user information in it, and the header that logs in with that; null if there is none. */
export function withoutLogin(address: URL): { readonly url: URL; readonly authorization: string | null } {
  const url = new URL(address);
  const user = `${unescaped(url.username)}:${unescaped(url.password)}`;
  url.username = "";
  url.password = "";
  return { url, authorization: user === ":" ? null : `Basic ${Buffer.from(user).toString("base64")}` };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // Not percent-encoded after all.
  }
}
