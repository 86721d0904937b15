import type { DistributionMetadata } from "../model/distribution.js";

/** What an installed distribution's `METADATA` says: who it is, and its dependencies verbatim. */
export interface CoreMetadata extends DistributionMetadata {
  /** As written, not normalised; empty if absent. */
  readonly name: string;
  readonly version: string;
}

/** Reads the headers of a `METADATA` file (RFC 822 as the core metadata specification has it); the body is skipped. */
export function parseMetadata(text: string): CoreMetadata {
  const [head = ""] = text.split(/\r?\n\r?\n/, 1);
  const headers = head
    .replace(/\r?\n[ \t]+/g, " ")
    .split(/\r?\n/)
    .flatMap((line) => {
      const match = /^([A-Za-z0-9-]+):[ \t]*(.*)$/.exec(line);
      return match === null ? [] : [{ key: (match[1] ?? "").toLowerCase(), value: (match[2] ?? "").trim() }];
    });
  const all = (key: string): string[] => headers.filter((header) => header.key === key).map(({ value }) => value);
  return {
    name: all("name")[0] ?? "",
    version: all("version")[0] ?? "",
    requires: all("requires-dist"),
    extras: all("provides-extra"),
  };
}
