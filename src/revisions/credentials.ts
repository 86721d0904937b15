import type { Git, Setting } from "./git.js";

/** A token for the repositories of one server, as GitHub gives to every job. */
export interface Credentials {
  /** Where the token counts, such as `https://github.com`. */
  readonly serverUrl: string;
  readonly token: string;
}

/**
 * The setting that has git send the token to a remote; null unless the remote is on the token's server, and nothing else
 * logs in there already: GitHub refuses a request with two credentials. Git itself sends it to that server alone.
 * @param git with all settings that the remote is reached with
 * @param remote name of the remote
 */
export async function tokenSetting(
  git: Git,
  remote: string,
  { serverUrl, token }: Credentials,
): Promise<Setting | null> {
  const address = (await git.line(["ls-remote", "--get-url", "--", remote])) ?? "";
  if (token === "" || !URL.canParse(address) || !URL.canParse(serverUrl)) return null;
  const [url, server] = [new URL(address), new URL(serverUrl)];
  if (!/^https?:$/.test(server.protocol) || url.origin !== server.origin || url.password !== "") return null;
  if (await hasAuthorization(git, address)) return null;
  // As actions/checkout does; GitHub takes no bearer token for git.
  const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
  return [`http.${server.origin}/.extraheader`, `AUTHORIZATION: basic ${basic}`];
}

/** Whether a configured header logs in at this address. Git tells which sections mean it, here of a file of the logins alone. */
async function hasAuthorization(git: Git, address: string): Promise<boolean> {
  const settings = await git.settings();
  const sections = settings.flatMap(([key, value]) => {
    const scope = /^http\.(?:(.*)\.)?extraheader$/s.exec(key);
    if (scope === null || !/^\s*(?:authorization|cookie)\s*:/i.test(value)) return [];
    return [scope[1] === undefined ? "[http]" : `[http "${scope[1].replace(/["\\]/g, "\\$&")}"]`];
  });
  const file = sections.map((section) => `${section}\nextraheader = x\n`).join("");
  return (await git.run(["config", "--file", "-", "--get-urlmatch", "http.extraheader", address], file)).code === 0;
}
