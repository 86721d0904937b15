import { expect, test } from "@jest/globals";
import { sandboxEnvironment, withoutCredentials } from "../../src/sandbox/environment.js";

test("of the environment only what is known to be harmless is passed on", () => {
  const secret = "s3cret-of-the-job";
  const names = [
    ...["GITHUB_TOKEN", "GITHUB_ENV", "ACTIONS_RUNTIME_TOKEN", "INPUT_GITHUB-TOKEN", "AWS_SECRET_ACCESS_KEY", "DEPLOY"],
    ...[
      "NETRC",
      "UV_KEYRING_PROVIDER",
      "UV_CREDENTIALS_DIR",
      "UV_INDEX_OURS_PASSWORD",
      "UV_CONFIG_FILE",
      "PIP_CONFIG_FILE",
    ],
    ...["PIP_CLIENT_CERT", "SSL_CLIENT_CERT", "SSH_AUTH_SOCK", "LD_PRELOAD", "PYTHONPATH", "GIT_ASKPASS", "BASH_ENV"],
  ];
  const env = sandboxEnvironment({
    ...Object.fromEntries(names.map((name) => [name, secret])),
    LANG: "C.UTF-8",
    SSL_CERT_FILE: "/certificates.pem",
    HTTPS_PROXY: `http://me:${secret}@proxy.example:3128`,
    no_proxy: "localhost,.example",
    PIP_EXTRA_INDEX_URL: `https://me:${secret}@one.example/simple https://two.example/simple`,
    UV_DEFAULT_INDEX: `ours=https://${secret}@three.example/simple`,
  });
  expect(JSON.stringify(env)).not.toContain(secret);
  expect(names.filter((name) => name in env)).toEqual([]);
  expect(env).toMatchObject({
    LANG: "C.UTF-8",
    SSL_CERT_FILE: "/certificates.pem",
    HTTPS_PROXY: "http://proxy.example:3128",
    no_proxy: "localhost,.example",
    PIP_EXTRA_INDEX_URL: "https://one.example/simple https://two.example/simple",
    UV_INDEX: "https://one.example/simple https://two.example/simple",
    UV_DEFAULT_INDEX: "ours=https://three.example/simple",
  });
});

test.each([
  ["https://me:pass@index.example/simple", "https://index.example/simple"],
  ["https://index.example/simple?token=abcdef", "https://index.example/simple?token=***"],
  ["https://index.example/whl/nightly/cpu", "https://index.example/whl/nightly/cpu"],
  [
    "https://index.example/artifactory/api/pypi/pypi-virtual/simple",
    "https://index.example/artifactory/api/pypi/pypi-virtual/simple",
  ],
  // A key in the path can't be taken out: the address is.
  ["https://index.example/4Hc8yYkQ2mT9vRzL/team/python/simple", ""],
])("%s is passed on as %j", (given, passed) => {
  expect(withoutCredentials(given)).toBe(passed);
});
