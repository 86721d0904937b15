import { z } from "zod";
import { UserError } from "../errors.js";
import { parseSize } from "../model/bytes.js";
import type { Increase } from "../model/options.js";
import { nearest } from "./nearest.js";

/**
 * Reads a key's value out of the texts it was given as: one for each time an option is written, one for each element
 * of a list in a file. `of` names the key, as its door writes it, in errors.
 * @throws UserError if the texts are no such value
 */
export type Read<T> = (texts: readonly string[], of: string) => T;

/** One value; of an option that is written twice, the last. */
function one(texts: readonly string[], of: string): string {
  const text = texts.at(-1)?.trim() ?? "";
  if (text === "") throw new UserError(`${of} is empty.`, "Give it a value, or leave it out.");
  return text;
}

/** The items of a list: one a text, or separated by commas or line breaks. `none` alone is the empty list. */
function items(texts: readonly string[], of: string): string[] {
  const found = texts
    .flatMap((text) => text.split(/[,\n]/))
    .map((item) => item.trim())
    .filter((item) => item !== "");
  if (found.length === 1 && found[0] === "none") return [];
  if (found.length === 0 && texts.length > 0) {
    throw new UserError(`${of} is empty.`, "Give it a value, or leave it out.");
  }
  return found;
}

/** Any text but an empty one. */
export const word: Read<string> = one;

/** A size in bytes (see `parseSize`). */
export const size: Read<number> = (texts, of) => parseSize(one(texts, of), of);

/** Seconds, as milliseconds. */
export const duration: Read<number> = (texts, of) => {
  const text = one(texts, of);
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(seconds)) {
    throw new UserError(
      `${of} is no number of seconds: "${text}".`,
      'Write whole seconds, as in "60", or "0" for none.',
    );
  }
  return seconds * 1000;
};

/** How many: a whole number from 1. */
export const count: Read<number> = (texts, of) => {
  const text = one(texts, of);
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (number === 0) throw new UserError(`${of} is no number from 1: "${text}".`, 'Write a whole number, as in "3".');
  return number;
};

/** Sizes in bytes, each once, largest first. */
export const sizes: Read<readonly number[]> = (texts, of) =>
  [...new Set(items(texts, of).map((text) => parseSize(text, of)))].sort((a, b) => b - a);

/** A size, a percentage such as `5%`, or `none`. */
export const increase: Read<Increase | null> = (texts, of) => {
  const text = one(texts, of);
  if (text === "none") return null;
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text)?.[1];
  if (percent !== undefined) return { percent: Number(percent) };
  try {
    return { bytes: parseSize(text, of) };
  } catch {
    throw new UserError(
      `${of} is neither a size nor a percentage: "${text}".`,
      `Write bytes as in "20M", a share of the base as in "5%", or "none".`,
    );
  }
};

/** One of a closed set of words. */
export function oneOf<const T extends string>(words: readonly T[]): Read<T> {
  return (texts, of) => {
    const text = one(texts, of);
    const found = words.find((candidate) => candidate === text);
    if (found === undefined) {
      const meant = nearest(text, words);
      throw new UserError(
        `${of} can't be "${text}".`,
        meant === null ? `Write one of: ${words.join(", ")}.` : `Did you mean "${meant}"? One of: ${words.join(", ")}.`,
      );
    }
    return found;
  };
}

/** `true` or `false`, as YAML's core schema and TOML write them. */
export const flag: Read<boolean> = (texts, of) => {
  const text = one(texts, of);
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  throw new UserError(`${of} is neither true nor false: "${text}".`, `Write "true" or "false".`);
};

/** A Python version, `3.12` or `3.12.4`: the forms that the buildpack takes. */
export const pythonVersion: Read<string> = (texts, of) => {
  const text = one(texts, of);
  if (!/^3\.\d{1,3}(\.\d{1,3})?$/.test(text)) {
    throw new UserError(`${of} is not a Python version: "${text}".`, `Write it as "3.12" or "3.12.4".`);
  }
  return text;
};

const RFC3339 = z.iso.datetime({ offset: true });

/** A moment (RFC 3339, with its offset), as UTC in whole seconds: `2026-11-22T14:03:00Z`. */
export const moment: Read<string> = (texts, of) => {
  const text = one(texts, of);
  if (!RFC3339.safeParse(text).success) {
    throw new UserError(`${of} is not a moment in time: "${text}".`, `Write it as "2026-11-22T14:03:00Z" (RFC 3339).`);
  }
  return wholeSeconds(new Date(text));
};

/** The moment in the one form that options and reports have it in. */
export function wholeSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** A branch by its name alone, of the characters that such names mostly have. */
export const branchName: Read<string> = (texts, of) => {
  const text = one(texts, of);
  if (!/^(?!refs\/)[\w-]+(?:[./][\w-]+)*$/.test(text) || text.length > 100) {
    throw new UserError(`${of} is no name for a branch: "${text}".`, 'Write it as in "slugdiff-history".');
  }
  return text;
};

/** A text for a name, on one line, of at most so many characters. */
export function shortText(most: number): Read<string> {
  return (texts, of) => {
    const text = one(texts, of);
    if (/\p{Cc}/u.test(text))
      throw new UserError(`${of} holds a line break or another control.`, "Write it on one line.");
    if (Array.from(text).length > most) {
      throw new UserError(`${of} is too long.`, `At most ${String(most)} characters.`);
    }
    return text;
  };
}

/**
 * Directories relative to the repository, or globs for them, each once, in the order they are given: on lines of their own, or
 * separated by commas that are not within braces. Without `./` and without a slash at the end.
 */
export const appPatterns: Read<readonly string[]> = (texts, of) => {
  const patterns = texts.flatMap((text) => text.split("\n")).flatMap((line) => splitAtCommas(line));
  const found = patterns.map((pattern) => pattern.trim()).filter((pattern) => pattern !== "");
  if (found.length === 0) throw new UserError(`${of} is empty.`, "Give it a value, or leave it out.");
  return [...new Set(found.map((pattern) => withinRepository(pattern, of)))];
};

function splitAtCommas(line: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const character of line) {
    if (character === "{") depth++;
    if (character === "}" && depth > 0) depth--;
    if (character === "," && depth === 0) parts.push("");
    else parts.push((parts.pop() ?? "") + character);
  }
  return parts;
}

function withinRepository(pattern: string, of: string): string {
  if (pattern.startsWith("!")) {
    throw new UserError(`${of} can't exclude anything: "${pattern}".`, "Name the directories that are to be weighed.");
  }
  const parts = pattern.split("/").filter((part) => part !== "." && part !== "");
  if (pattern.startsWith("/") || parts.includes("..")) {
    throw new UserError(
      `${of} is outside the repository: "${pattern}".`,
      "Write a path relative to the repository's root.",
    );
  }
  return parts.length === 0 ? "." : parts.join("/");
}
