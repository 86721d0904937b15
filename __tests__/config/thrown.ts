import { UserError } from "../../src/errors.js";

/** The UserError that an action throws; anything else it does is the test's failure. */
export function thrown(action: () => unknown): UserError {
  let result: unknown;
  try {
    result = action();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error(`nothing was refused: ${JSON.stringify(result)}`);
}
