import { createHash } from "node:crypto";
import type { ZodType } from "zod";
import type { LayerStore } from "./store.js";

/** Raised whenever an answer is found in another way, or has another form, than its question shows. */
const ANSWER_FORMAT = 1;

/** Something that costs a process or a request to find out. */
export interface Question<T> {
  /** All that the answer depends on, as JSON; its first item says what is asked. */
  readonly about: readonly unknown[];
  readonly find: () => Promise<T>;
  /** For an answer that later runs may use: its form, and whether it may be kept. Default: it is this run's alone. */
  readonly lasting?: { readonly schema: ZodType<T>; readonly may: (answer: T) => boolean } | undefined;
}

/** Answers by their question, each found out at most once in a run, whichever side or app asks, and the lasting ones once at all. */
export interface Answers {
  /** The answer. Where finding it fails, all who wait for it are told, and who asks later has it tried again. */
  to<T>(question: Question<T>): Promise<T>;
}

/** @param store keeps the lasting ones between runs */
export function createAnswers(store: LayerStore): Answers {
  const known = new Map<string, Promise<unknown>>();

  async function answerTo<T>(key: string, { find, lasting }: Question<T>): Promise<T> {
    if (lasting !== undefined) {
      const remembered = lasting.schema.safeParse(await store.recall(key));
      if (remembered.success) return remembered.data;
    }
    const answer = await find();
    if (lasting?.may(answer) === true) await store.remember(key, answer);
    return answer;
  }

  return {
    to<T>(question: Question<T>): Promise<T> {
      const text = JSON.stringify([ANSWER_FORMAT, ...question.about]);
      const key = createHash("sha256").update(text).digest("hex");
      const before = known.get(key) as Promise<T> | undefined;
      if (before !== undefined) return before;
      const answer = answerTo(key, question);
      known.set(key, answer);
      answer.catch(() => known.delete(key));
      return answer;
    },
  };
}
