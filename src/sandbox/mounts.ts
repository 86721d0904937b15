import { lstat, readlink, realpath } from "node:fs/promises";
import { dirname } from "node:path";

/** One entry of the sandbox's root. `hide` covers a directory with an empty one. */
export type Mount =
  | { readonly kind: "bind"; readonly source: string; readonly path: string }
  | { readonly kind: "link"; readonly target: string; readonly path: string }
  | { readonly kind: "hide"; readonly path: string };

/** Programs and libraries; where some are links into `/usr`, they are links in the sandbox too. */
const SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/** What programs need of `/etc`; the rest of it may hold somebody's settings, with credentials. */
const SETTINGS = [
  "alternatives",
  "ca-certificates",
  "group",
  "host.conf",
  "hosts",
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "localtime",
  "mime.types",
  "nsswitch.conf",
  "os-release",
  "passwd",
  "pki/ca-trust",
  "pki/tls/certs",
  "protocols",
  "resolv.conf",
  "services",
  "ssl/cert.pem",
  "ssl/certs",
  "ssl/openssl.cnf",
].map((name) => `/etc/${name}`);

/** What a sandbox is to show. Absolute paths, which are the same inside and outside. */
export interface View {
  /** The one directory that can be written. */
  readonly work: string;
  /** Directory that is `/tmp` inside; within `work`. */
  readonly temporary: string;
  /** Files and directories that can be read, beside the system's. What is not there is passed over. */
  readonly readable: readonly string[];
  /** Directories that are not shown even where they lie within what is. */
  readonly hidden: readonly string[];
}

/** The mounts for a view, each after those that it lies in. */
export async function mountsFor({ work, temporary, readable, hidden }: View): Promise<Mount[]> {
  const shown = [...SETTINGS, ...readable];
  const mounts = await Promise.all([
    ...SYSTEM.map(systemMount),
    ...shown.map(async (path): Promise<Mount | null> => ((await isThere(path)) ? bind(path) : null)),
  ]);
  const all = new Map<string, Mount>();
  for (const mount of mounts) if (mount !== null) all.set(mount.path, mount);
  for (const path of hidden) {
    if ([...all.keys()].some((other) => isWithin(path, other))) all.set(path, { kind: "hide", path });
  }
  all.set("/tmp", { kind: "bind", source: temporary, path: "/tmp" });
  all.set(work, bind(work));
  const depth = (path: string): number => path.split("/").length;
  return [...all.values()]
    .filter((mount) => mount.path === work || mount.path === "/tmp" || !isCovered(mount, all))
    .sort((a, b) => depth(a.path) - depth(b.path));
}

/** Is it shown already by what lies nearest above it? */
function isCovered({ kind, path }: Mount, all: ReadonlyMap<string, Mount>): boolean {
  if (kind !== "bind") return false;
  for (let at = dirname(path); at !== "/"; at = dirname(at)) {
    const above = all.get(at);
    if (above !== undefined) return above.kind === "bind" && above.source === above.path;
  }
  return false;
}

async function systemMount(path: string): Promise<Mount | null> {
  const stat = await lstat(path).catch(() => null);
  if (stat === null) return null;
  return stat.isSymbolicLink() ? { kind: "link", target: await readlink(path), path } : bind(path);
}

function bind(path: string): Mount {
  return { kind: "bind", source: path, path };
}

async function isThere(path: string): Promise<boolean> {
  return (await realpath(path).catch(() => null)) !== null;
}

/** Does `path` lie in `folder`, or is it the same? */
function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
