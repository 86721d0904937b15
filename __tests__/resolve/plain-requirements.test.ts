import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { markerEnvironment } from "../../src/resolve/environment.js";
import { createWorld, type World } from "./support.js";

const SCRIPT = fileURLToPath(new URL("../../src/manifests/read_requirements_file.py", import.meta.url));

/** What the plain way and pip's own parser make of each text. */
const DRIVER = `
import importlib.util, json, sys
sys.path.insert(0, sys.argv[1])
spec = importlib.util.spec_from_file_location("script", sys.argv[2])
script = importlib.util.module_from_spec(spec)
spec.loader.exec_module(script)
request = json.load(sys.stdin)
results = []
for text in request["texts"]:
    with open("requirements.txt", "wb") as stream:
        stream.write(text.encode("latin-1"))
    plain = script.read_plain(request["input"])
    try:
        results.append([plain, script.read(request["input"])])
    except script.Refused:
        results.append([plain, None])
print(json.dumps(results))
`;

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.remove());

async function bothOf(texts: readonly string[]): Promise<readonly (readonly [plain: unknown, pips: unknown])[]> {
  const cwd = await mkdtemp(join(world.root, "plain-"));
  const environment = markerEnvironment(world.target);
  const input = { file: "requirements.txt", indexUrl: null, extraIndexUrls: [], environment };
  await writeFile(join(cwd, "driver.py"), DRIVER);
  const request = join(cwd, "request.json");
  await writeFile(request, JSON.stringify({ texts, input }));
  const library = await world.tools.pipLibrary();
  const args = ["-c", 'exec "$0" driver.py "$1" "$2" < request.json', world.interpreter.path, library, SCRIPT];
  const { stdout } = await world.start("sh", args, cwd);
  return JSON.parse(stdout.toString("utf8")) as [unknown, unknown][];
}

describe("a requirements file of plain lines is read without pip, and as by pip", () => {
  test("files as people write them are plain", async () => {
    const texts = [
      "",
      "# nothing yet\n",
      "flask==3.1.0\nclick>=8,<9\n",
      "Flask_SQLAlchemy[asyncio, Mypy] ~= 3.1  # the ORM\r\n\r\nnumpy\n",
      "tomli==2.0.1 ; python_version < '3.11'\nuvloop>=0.21; sys_platform != \"win32\" and python_version >= '3.8'\n",
      "    # via flask\nwerkzeug===3.1.3\npandas!=2.2.0,>=2.1\n",
      "pre==1.0rc1\n",
    ];
    for (const [plain, pips] of await bothOf(texts)) {
      expect(plain).not.toBeNull();
      expect(plain).toEqual(pips);
    }
  });

  test("whatever else a line may be is left to pip", async () => {
    const texts = [
      "-r base.txt\n",
      "--index-url https://pypi.example/simple\nflask\n",
      `flask==3.1.0 --hash=sha256:${"a".repeat(64)}\n`,
      "flask==3.1.0 \\\n  ; python_version > '3'\n",
      "flask @ https://files.example/flask-3.1.0.tar.gz\n",
      "https://files.example/flask-3.1.0.tar.gz\n",
      "./vendor/flask\n",
      "flask.zip\n",
      "flask==${VERSION}\n",
      "# -*- coding: latin-1 -*-\nflask\n",
      "\xef\xbb\xbfflask\n",
      "fl\xe4sk\n",
      "flask=3.1.0\n",
      "flask==3.1.0 click\n",
      "flask==not a version\n",
      "flask ; python_version ? '3'\n",
    ];
    for (const [plain] of await bothOf(texts)) expect(plain).toBeNull();
  });

  test("of any file the plain way says what pip says, or nothing", async () => {
    const name = fc.constantFrom(
      "flask",
      "Flask_SQLAlchemy",
      "zope.interface",
      "a",
      "x-.y",
      "b2-",
      "numpy.tar.gz",
      "1st",
    );
    const extras = fc.constantFrom("", "", "[a]", " [A_b,c.d]", "[]", "[a,]", "[a][b]");
    const version = fc.constantFrom("1", "1.*", "2.0rc1", "1!2.0", "1.0+local.1", "2.0.zip", "x");
    const operator = fc.constantFrom("==", ">=", "<", "~=", "!=", "===", "=", " == ", ">");
    const clauses = fc.array(
      fc.tuple(operator, version).map((pair) => pair.join("")),
      { maxLength: 3 },
    );
    const marker = fc.constantFrom(
      ...[
        "",
        "",
        "; python_version >= '3.8'",
        ";sys_platform=='win32'",
        " ; extra == 'a'",
        ";",
        "; os_name",
        "; 'a' in 'b' # c",
      ],
    );
    const tail = fc.constantFrom(
      "",
      "",
      "  # why",
      "\t# why",
      "#joined",
      " -x",
      " --hash=sha256:00",
      " \\",
      ",",
      "\f",
      " ${A}",
    );
    const line = fc.oneof(
      {
        weight: 9,
        arbitrary: fc
          .tuple(name, extras, clauses, marker, tail)
          .map(([first, second, all, fourth, last]) => first + second + all.join(",") + fourth + last),
      },
      fc.constantFrom("", "# comment", "-e .", "--pre", "./here", "git+https://a.example/b", "-c other.txt"),
    );
    const text = fc.array(line, { maxLength: 3 }).map((lines) => lines.join("\n"));
    const texts = fc.sample(text, 2000);
    const results = await bothOf(texts);
    const told = results.flatMap(([plain, pips], at) => (plain === null ? [] : [{ text: texts[at], plain, pips }]));
    expect(told.length).toBeGreaterThan(50);
    for (const { text, plain, pips } of told) expect({ text, means: plain }).toEqual({ text, means: pips });
  });
});
