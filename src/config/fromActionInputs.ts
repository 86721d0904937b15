import { keysAt, readSettings, type Given, type KeyName } from "./schema.js";

/**
 * The settings among the action's inputs. An input that is empty is not given, as the runner can't tell the two apart.
 * @param getInput the text of an input by name, empty if it has none (`core.getInput`)
 * @throws UserError if an input is not a value of its key
 */
export function fromActionInputs(getInput: (name: string) => string): Given {
  const texts = new Map<KeyName, readonly string[]>();
  for (const name of keysAt("action")) {
    const text = getInput(name).trim();
    if (text !== "") texts.set(name, [text]);
  }
  return readSettings(texts, (name) => `The input ${name}`);
}
