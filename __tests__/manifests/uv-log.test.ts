import { expect, test } from "@jest/globals";
import { ResolverLogReader } from "../../src/manifests/uv-log.js";

const LOG = `DEBUG Solving with target Python 3.12.14
DEBUG Searching for a compatible version of flask (*)
DEBUG Selecting: flask==3.1.0 [compatible] (flask-3.1.0-py3-none-any.whl)
DEBUG Adding transitive dependency for flask==3.1.0: click>=8.1.3
DEBUG Adding transitive dependency for flask[async]==3.1.0: asgiref>=3.2rc1
DEBUG Adding transitive dependency for flask==3.1.0: werkzeug==3.1.2
DEBUG Searching for a compatible version of werkzeug (==3.1.2)
DEBUG Searching for a compatible version of click (==8.1.3)
DEBUG Selecting: click==8.1.3 [compatible] (click-8.1.3-py3-none-any.whl)
warning: My_Files-1.0-py3-none-any.whl is missing an upload date, but user provided: 2026-06-01T00:00:00Z
`;

test.each([1, 7, 64, 10_000])("uv's log is read as it comes, %i bytes at a time", (size) => {
  const reader = new ResolverLogReader();
  for (let at = 0; at < LOG.length; at += size) reader.add(Buffer.from(LOG.slice(at, at + size)));
  expect(reader.end()).toEqual({
    dependencies: [
      { parent: "flask", parentVersion: "3.1.0", name: "asgiref", range: ">=3.2rc1" },
      { parent: "flask", parentVersion: "3.1.0", name: "werkzeug", range: "==3.1.2" },
    ],
    missing: ["werkzeug==3.1.2"],
    untimed: ["my-files"],
  });
});
