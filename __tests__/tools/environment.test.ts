import { describe, expect, test } from "@jest/globals";
import { indexSettings, toolEnvironment } from "../../src/tools/environment.js";

describe("toolEnvironment", () => {
  test.each([
    ...["PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "CONDA_PREFIX", "__PYVENV_LAUNCHER__"],
    ...["PIP_TARGET", "PIP_PREFIX", "PIP_NO_BINARY", "PIP_CONSTRAINT", "PIP_PRE", "PIP_FIND_LINKS", "PIP_NO_INDEX"],
    ...["UV_PYTHON", "UV_PROJECT_ENVIRONMENT", "UV_TARGET", "UV_EXCLUDE_NEWER", "UV_INDEX_STRATEGY", "UV_PRERELEASE"],
    ...["UV_TORCH_BACKEND", "UV_FIND_LINKS", "UV_CONSTRAINT", "UV_NO_BINARY", "UV_FROZEN", "UV_SYSTEM_PYTHON"],
    ...["POETRY_VIRTUALENVS_PATH", "PIPENV_PIPFILE", "PIPENV_IGNORE_VIRTUALENVS", "FORCE_COLOR"],
  ])("%s would change the answer: dropped", (name) => {
    expect(toolEnvironment({ [name]: "/x" })).not.toHaveProperty(name);
  });

  test.each(["INPUT_GITHUB-TOKEN", "ACTIONS_RUNTIME_TOKEN", "GITHUB_TOKEN", "GITHUB_ENV", "GITHUB_PATH"])(
    "%s is no business of a distribution's build script: dropped",
    (name) => {
      expect(toolEnvironment({ [name]: "secret" })).not.toHaveProperty(name);
    },
  );

  test.each([
    ...[
      "PATH",
      "HOME",
      "LANG",
      "HTTPS_PROXY",
      "https_proxy",
      "NO_PROXY",
      "SSL_CERT_FILE",
      "REQUESTS_CA_BUNDLE",
      "NETRC",
    ],
    ...["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE", "PIP_CERT", "PIP_CACHE_DIR", "PIP_TRUSTED_HOST"],
    ...["UV_INDEX", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_CACHE_DIR", "UV_KEYRING_PROVIDER", "UV_CONFIG_FILE"],
    ...["UV_INDEX_OURS_USERNAME", "UV_INDEX_OURS_PASSWORD", "POETRY_HTTP_BASIC_OURS_PASSWORD", "PIPENV_PYPI_MIRROR"],
    ...["GITHUB_WORKSPACE", "LD_LIBRARY_PATH", "CC"],
  ])("%s stays", (name) => {
    expect(toolEnvironment({ [name]: "value" })).toHaveProperty(name, "value");
  });

  test("what the tools must not do is said aloud, whatever the environment says", () => {
    expect(
      toolEnvironment({ UV_PYTHON_DOWNLOADS: "automatic", PIP_USER: "1", PIP_REQUIRE_VIRTUALENV: "1" }),
    ).toMatchObject({ UV_PYTHON_DOWNLOADS: "never", PIP_USER: "0", PIP_REQUIRE_VIRTUALENV: "0", NO_COLOR: "1" });
  });
});

test("an empty variable says nothing, but for a password", () => {
  const empty = { UV_CACHE_DIR: "", PIP_CERT: "", POETRY_CACHE_DIR: "", UV_INDEX_OURS_PASSWORD: "", LANG: "" };
  const { UV_CACHE_DIR, PIP_CERT, POETRY_CACHE_DIR, ...kept } = toolEnvironment(empty);
  expect([UV_CACHE_DIR, PIP_CERT, POETRY_CACHE_DIR]).toEqual([undefined, undefined, undefined]);
  expect(kept).toMatchObject({ UV_INDEX_OURS_PASSWORD: "", LANG: "" });
});

describe("indexSettings", () => {
  test("uv is told in its words what pip was told", () => {
    expect(
      indexSettings({
        PIP_INDEX_URL: "https://mirror.example/simple",
        PIP_EXTRA_INDEX_URL: "https://a.example/simple https://b.example/simple",
        PIP_TRUSTED_HOST: "mirror.example",
        PIP_FIND_LINKS: "/wheels",
        PIP_CERT: "/ca.pem",
      }),
    ).toEqual({
      UV_DEFAULT_INDEX: "https://mirror.example/simple",
      UV_INDEX: "https://a.example/simple https://b.example/simple",
      UV_INSECURE_HOST: "mirror.example",
      SSL_CERT_FILE: "/ca.pem",
    });
  });

  test("uv's own settings stand, under their old names too", () => {
    const own = { UV_INDEX_URL: "https://u.example", UV_INDEX: "https://v.example", SSL_CERT_FILE: "/own.pem" };
    const pip = { PIP_INDEX_URL: "https://p.example", PIP_EXTRA_INDEX_URL: "https://q.example", PIP_CERT: "/ca.pem" };
    expect(indexSettings({ ...own, ...pip })).toEqual({});
  });

  test("pip is told of uv's index, without the name that only uv takes", () => {
    expect(indexSettings({ UV_DEFAULT_INDEX: "ours=https://u.example/simple" })).toEqual({
      PIP_INDEX_URL: "https://u.example/simple",
    });
  });

  test("an empty variable says nothing", () => {
    expect(indexSettings({ PIP_INDEX_URL: "", UV_INDEX: "", PIP_EXTRA_INDEX_URL: "https://q.example" })).toEqual({
      UV_INDEX: "https://q.example",
    });
  });
});
