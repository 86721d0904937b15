import { readFile } from "node:fs/promises";
import { parse, stringify } from "smol-toml";
import { normalName } from "../model/name.js";
import type { SourceMetadata } from "../resolve/source-metadata.js";
import { tables } from "../model/toml.js";

/** What has to be built before uv can go on. */
export type Culprit =
  /** A file of an index. */
  | { readonly kind: "version"; readonly name: string; readonly version: string }
  /** A file, directory or repository that somebody requires by its address. */
  | { readonly kind: "address"; readonly name: string; readonly url: string }
  /** One of the addresses that the app requires without a name: uv does not say which. */
  | { readonly kind: "unnamed" };

/** What uv failed at for want of a build; null if it failed for another reason. */
export function culpritOf(stderr: string): Culprit | null {
  const text = stderr.replace(/[\s│├╰─▶×]+/g, " ");
  if (!text.includes("/builds-v0")) return null;
  const named = /Failed to (?:download and )?build `([^`\s=@[]+)(?:\[[^\]`]*\])?(?:==([^`\s]+)| @ ([^`\s]+))`/i.exec(
    text,
  );
  const [, name = "", version, url] = named ?? [];
  if (version !== undefined) return { kind: "version", name: normalName(name), version };
  if (url !== undefined) return { kind: "address", name: normalName(name), url };
  return { kind: "unnamed" };
}

/** Metadata that was had by building, for uv to use in place of building itself. */
export class BuiltMetadata {
  readonly #known = new Map<string, SourceMetadata>();
  readonly #names = new Map<string, string>();

  /** @param config the user's own settings file for uv, which this adds to */
  constructor(readonly config: string | null) {}

  get size(): number {
    return this.#known.size;
  }

  add(metadata: SourceMetadata): void {
    this.#known.set(`${metadata.name}==${metadata.version}`, metadata);
  }

  /** What an address that the app requires without a name turned out to be. */
  addNamed(url: string, metadata: SourceMetadata): void {
    this.#names.set(url, metadata.name);
    this.add(metadata);
  }

  /** The name of what is at an address that the app requires without one; null if it is not known. */
  nameOf(url: string): string | null {
    return this.#names.get(url) ?? null;
  }

  /** Text of a settings file for uv. */
  async settings(): Promise<string> {
    const own = this.config === null ? {} : parse(await readFile(this.config, "utf8"));
    const given = own["dependency-metadata"];
    return stringify({
      ...own,
      "dependency-metadata": [
        ...tables(given),
        ...[...this.#known.values()].map(({ name, version, requires, requiresPython, extras }) => ({
          name,
          version,
          "requires-dist": [...requires],
          ...(requiresPython === null ? {} : { "requires-python": requiresPython }),
          "provides-extra": [...extras],
        })),
      ],
    });
  }
}
