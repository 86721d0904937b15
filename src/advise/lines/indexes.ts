import type { TomlTable } from "smol-toml";

/** An index's short name in a manifest, and whether that already has it. */
export interface NamedIndex {
  readonly name: string;
  readonly url: string;
  readonly isNew: boolean;
}

/** Names for the indexes of a change: those that they have already, else new ones. */
export function namedIndexes(urls: readonly string[], known: readonly TomlTable[]): NamedIndex[] {
  const names = new Set(known.map(({ name }) => name));
  return urls.map((url) => {
    const same = known.find((each) => typeof each.url === "string" && plain(each.url) === plain(url));
    if (typeof same?.name === "string") return { name: same.name, url, isNew: false };
    const { hostname, pathname } = new URL(url);
    const wanted = `${hostname} ${pathname}`
      .replace(/^download\.pytorch\.org \/whl\//, "pytorch-")
      .replace(/\W+/g, "-")
      .replace(/^-|-$/g, "");
    let name = wanted;
    for (let count = 2; names.has(name); count++) name = `${wanted}-${count}`;
    names.add(name);
    return { name, url, isNew: true };
  });
}

function plain(url: string): string {
  return url.replace(/\/+$/, "");
}
