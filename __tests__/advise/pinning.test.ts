import { expect, test } from "@jest/globals";
import { unpinnedIn } from "../../src/advise/pinning.js";
import type { DirectRequirement, Resolution } from "../../src/model/resolution.js";
import { ZERO } from "../../src/model/weight.js";

const weight = (compressed: number) => ({ ...ZERO, files: 1, compressed });
const TEXT =
  '# The site\nFlask  # web\nuvicorn[standard]>=0.30 ; python_version >= "3.9"\nsix==1.17.0\nlocal @ ./local\n';

const at = (name: string, line: number | null, extras: readonly string[] = []): DirectRequirement => ({
  name,
  extras,
  location: { file: "requirements.txt", line },
});

function resolution(
  direct: readonly DirectRequirement[],
): Pick<Resolution, "packageManager" | "distributions" | "direct" | "loose"> {
  const source = { kind: "directory" as const, path: ".", editable: false };
  return {
    packageManager: "pip",
    distributions: [
      { name: "flask", version: "3.1.2", source },
      { name: "local", version: null, source },
      { name: "six", version: "1.17.0", source },
      { name: "uvicorn", version: "0.38.0", source },
    ],
    direct,
    loose: ["flask", "uvicorn", "local"],
  };
}

const RETAINED = new Map([
  ["flask", weight(900)],
  ["uvicorn", weight(400)],
  ["six", weight(10)],
  ["local", weight(1)],
]);

test("what was weighed of what is not pinned, and the lines that pin it where they are", () => {
  const direct = [at("flask", 2), at("uvicorn", 3, ["standard"]), at("six", 4), at("local", 5)];
  expect(unpinnedIn(resolution(direct), RETAINED, new Map([["requirements.txt", TEXT]]))).toEqual({
    requirements: [
      { name: "flask", version: "3.1.2", place: "requirements.txt:2", retained: weight(900) },
      { name: "uvicorn", version: "0.38.0", place: "requirements.txt:3", retained: weight(400) },
    ],
    steps: [
      {
        kind: "diff",
        file: "requirements.txt",
        lines: [
          "-Flask  # web",
          '-uvicorn[standard]>=0.30 ; python_version >= "3.9"',
          "+flask==3.1.2  # web",
          '+uvicorn[standard]==0.38.0 ; python_version >= "3.9"',
        ],
        hunks: [{ line: 2, lines: 4 }],
        note: null,
      },
    ],
  });
});

test("lines without a place are given all the same", () => {
  const found = unpinnedIn(
    resolution([at("flask", null), at("uvicorn", 3)]),
    RETAINED,
    new Map([["requirements.txt", TEXT]]),
  );
  expect(found?.steps).toMatchObject([{ kind: "text", file: null, lines: ["flask==3.1.2", "uvicorn==0.38.0"] }]);
});

test("nothing where everything is pinned", () => {
  expect(unpinnedIn({ ...resolution([at("six", 4)]), loose: [] }, RETAINED, new Map())).toBeNull();
});
