import { expect, test } from "@jest/globals";
import { optionalFor } from "../../src/attribute/optional.js";
import { providedBy } from "../../src/attribute/provided.js";

const site = (path: string): string => `.heroku/python/lib/python3.12/site-packages/${path}`;

test("modules are what can be imported, of packages, single files and extensions; programs what is in bin", () => {
  const paths = [
    site("flask/app.py"),
    site("flask/__pycache__/app.cpython-312.pyc"),
    site("six.py"),
    site("__pycache__/six.cpython-312.pyc"),
    site("_cffi_backend.cpython-312-x86_64-linux-gnu.so"),
    site("google/cloud/storage/client.py"),
    site("flask-3.1.dist-info/METADATA"),
    site("30fcd23745efe32ce681__mypyc.cpython-312-x86_64-linux-gnu.so"),
    site("tests/test_app.py"),
    site("data/logo.png"),
    ".heroku/python/bin/flask",
    ".heroku/python/share/man/flask.1",
  ];
  expect(providedBy(paths, "3.12")).toEqual({
    modules: ["_cffi_backend", "flask", "google", "six"],
    programs: ["flask"],
  });
});

test("what an extra of another one names may be used where it is there; not what it takes to work on that", () => {
  const metadata = new Map(
    Object.entries({
      fastapi: ["starlette>=0.40", 'orjson>=3.2; extra == "all"', "Jinja2 ; extra == 'all'"],
      "scikit-learn": ["numpy", 'pandas>=1.4; extra == "tests"', 'black; extra == "dev-lint"', "pandas; extra=='docs'"],
      plotly: ['kaleido>=1.1; extra == "kaleido"', 'plotly[kaleido]; extra == "dev-core"', "plotly; extra == 'self'"],
    }).map(([name, requires]) => [name, { requires, extras: [] }]),
  );
  expect(Object.fromEntries(optionalFor(metadata))).toEqual({
    orjson: ["fastapi"],
    jinja2: ["fastapi"],
    kaleido: ["plotly"],
  });
});
