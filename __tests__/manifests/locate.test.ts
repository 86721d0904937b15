import { expect, test } from "@jest/globals";
import { lineOfItem, lineOfKey } from "../../src/manifests/locate.js";

const PYPROJECT = `[project]
name = "flask"
keywords = ["django"]
dependencies = [
  "flask>=3", # the site
  'django', "six",
]

[project.optional-dependencies]
all = ["requests"]

[tool.poetry.dependencies]
"ruamel.yaml" = "*"
python = ">=3.12"
flask = { version = "*" }
[tool.poetry.dependencies.pandas]
version = "*"
[tool.poetry.group.dev.dependencies]
pytest = "*"
`;

test.each([
  ["flask>=3", 5],
  ["django", 6],
  ["six", 6],
  ["requests", null],
  ["flask", null],
])("the requirement %s stands on line %p", (text, line) => {
  expect(lineOfItem(PYPROJECT, "project", "dependencies", text)).toBe(line);
});

test.each([
  ["ruamel.yaml", 13],
  ["flask", 15],
  ["pandas", 16],
  ["pytest", null],
])("the key %s stands on line %p", (key, line) => {
  expect(lineOfKey(PYPROJECT, "tool.poetry.dependencies", key)).toBe(line);
});
