import { redact } from "../system/redact.js";
import { toolEnvironment } from "../tools/environment.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** Passed on as they are: locale, trusted certificates, patience. */
const PLAIN =
  /^(LANG|LC_ALL|LC_CTYPE|SOURCE_DATE_EPOCH|UV_(NATIVE_TLS|SYSTEM_CERTS|OFFLINE|HTTP_TIMEOUT|HTTP_CONNECT_TIMEOUT|HTTP_RETRIES|REQUEST_TIMEOUT|CONCURRENT_(DOWNLOADS|BUILDS|INSTALLS))|PIP_(TIMEOUT|DEFAULT_TIMEOUT|RETRIES))$/;

/** Files and directories of trusted certificates; lists are separated by colons. */
export const CERTIFICATES = [
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "REQUESTS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
  "PIP_CERT",
  "NODE_EXTRA_CA_CERTS",
] as const;

/** Passed on without user information; what looks like a key in an address takes the address out. */
const ADDRESSES =
  /^((HTTPS?|ALL|NO|https?|all|no)_(PROXY|proxy)|PIP_(INDEX_URL|EXTRA_INDEX_URL|TRUSTED_HOST|PROXY)|UV_(DEFAULT_INDEX|INDEX|INDEX_URL|EXTRA_INDEX_URL|INSECURE_HOST))$/;

/**
 * The environment for what runs in the sandbox, made anew of what is known to be harmless: locale, certificates, and where
 * proxies and indexes are, but not who may use them. No token, no credential, no path of the job's.
 */
export function sandboxEnvironment(env: Environment): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value === "") continue;
    if (PLAIN.test(name) || CERTIFICATES.some((known) => known === name)) clean[name] = value;
    else if (ADDRESSES.test(name)) clean[name] = withoutCredentials(value);
    if (clean[name] === "") Reflect.deleteProperty(clean, name);
  }
  return toolEnvironment(clean);
}

/** A list of addresses without user information, signatures, and the addresses that have a key in their path. */
export function withoutCredentials(addresses: string): string {
  return addresses
    .split(/\s+/)
    .map((address) => redact(address))
    .filter((address) => !hasKey(address))
    .join(" ");
}

/** Some indexes have a token in the path. A long segment of letters and figures is taken for one. */
function hasKey(address: string): boolean {
  const [, ...segments] = address.replace(/^[\w.+-]+:\/\//, "").split("/");
  return segments.some((segment) => /^(?=.*\d)(?=.*[A-Za-z])[\w.~+=-]{16,}$/.test(segment));
}
