/** A parameter of a URL that is named like a credential, as those of signed addresses are. */
const SECRET_PARAMETER =
  /([?&](?:[\w.%-]*[-_.])?(?:token|signature|sig|secret|password|credential|apikey|key|auth)=)[^\s&#"'<>`]+/gi;

/**
 * The text without credentials: user information and signatures in URLs, and the values of `secrets` wherever they stand.
 * For everything that other programs print before it is shown or stored.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"'<>]+(?:@[^\s/@"'<>]+)*@/gi, "$1");
  clean = clean.replace(SECRET_PARAMETER, "$1***");
  for (const secret of secrets) {
    if (secret.length >= 4) clean = clean.replaceAll(secret, "***");
  }
  return clean;
}

/** Names of environment variables whose values are credentials. */
const SECRET_NAME = /(TOKEN|PASSWORD|PASSWD|SECRET|CREDENTIAL|APIKEY|API_KEY|PRIVATE_KEY|NETRC)/i;

/** What logs in in an HTTP header, such as git gets one by `http.extraHeader`. */
const AUTHORIZATION = /\bauthorization\s*[:=]\s*(?:(basic|bearer|token)\s+)?([\w.~+/=-]+)/gi;

/**
 * Values in the environment that must never be shown: those of variables named like credentials, passwords in URLs, and what
 * logs in in headers, also decoded.
 */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  const secrets = new Set<string>();
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value === "") continue;
    if (SECRET_NAME.test(name)) secrets.add(value);
    for (const [, scheme = "", credential = ""] of value.matchAll(AUTHORIZATION)) {
      secrets.add(credential);
      if (scheme.toLowerCase() === "basic") secrets.add(passwordIn(Buffer.from(credential, "base64").toString("utf8")));
    }
    for (const match of value.matchAll(/[a-z][a-z0-9+.-]*:\/\/([^\s/@]+)@/gi)) {
      const [user, ...rest] = (match[1] ?? "").split(":");
      const password = rest.join(":");
      for (const secret of password === "" ? [user ?? ""] : [password]) {
        secrets.add(secret);
        try {
          secrets.add(decodeURIComponent(secret));
        } catch {
          // Not percent-encoded after all; the literal text is in the set.
        }
      }
    }
  }
  // A very short value would blot out ordinary words.
  return [...secrets].filter((secret) => secret.length >= 6).sort((a, b) => b.length - a.length);
}

/** Of `user:password`. */
function passwordIn(login: string): string {
  return login.slice(login.indexOf(":") + 1);
}
