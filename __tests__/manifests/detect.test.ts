import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { SideError } from "../../src/errors.js";
import { detectPackageManager } from "../../src/manifests/detect.js";

const FILES = {
  "Pipfile.lock": "pipenv",
  "requirements.txt": "pip",
  "poetry.lock": "poetry",
  "uv.lock": "uv",
} as const;
const OTHERS = ["Pipfile", "pyproject.toml", "setup.py", "pdm.lock", "README.md", "requirements/base.txt"];

const detect = (...files: string[]): string => detectPackageManager((path) => files.includes(path));

describe("the package manager is told by Heroku's rule", () => {
  test("exactly one of four files, whatever else there is", () => {
    fc.assert(
      fc.property(fc.subarray(Object.keys(FILES)), fc.subarray(OTHERS), (files, others) => {
        const [only] = files;
        if (files.length === 1 && only !== undefined) {
          expect(detect(...files, ...others)).toBe(FILES[only as keyof typeof FILES]);
        } else {
          expect(() => detect(...files, ...others)).toThrow(SideError);
        }
      }),
    );
  });

  test("several: all are named", () => {
    expect(() => detect("uv.lock", "requirements.txt")).toThrow(
      expect.objectContaining({
        state: "invalid",
        step: "manifest",
        message: expect.stringMatching(/requirements\.txt, uv\.lock/),
      }),
    );
  });

  test.each([
    [["Pipfile"], "pipenv lock"],
    [["pyproject.toml"], "uv lock"],
    [["pyproject.toml", "pdm.lock"], "pdm export"],
    [["setup.py"], "requirements.txt"],
    [[], "requirements.txt"],
  ])("only %j: the hint says %s", (files, hint) => {
    expect(() => detect(...files)).toThrow(
      expect.objectContaining({ state: "invalid", hint: expect.stringContaining(hint) }),
    );
  });
});
