type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the tools may keep of their own settings: how to reach an index and prove who asks, what to cache. All else in
 * their namespaces is dropped, since it would change what is resolved or where it lands, which Heroku knows nothing of.
 */
const KEPT: readonly RegExp[] = [
  /^PIP_(INDEX_URL|EXTRA_INDEX_URL|TRUSTED_HOST|PROXY|CERT|CLIENT_CERT|KEYRING_PROVIDER|CONFIG_FILE)$/,
  /^PIP_(CACHE_DIR|TIMEOUT|DEFAULT_TIMEOUT|RETRIES)$/,
  // UV_INDEX_STRATEGY is a rule of resolving, though it looks like an index's credentials.
  /^UV_(DEFAULT_INDEX|INDEX|INDEX_URL|EXTRA_INDEX_URL|INDEX_(?!STRATEGY$).+_(USERNAME|PASSWORD))$/,
  /^UV_(KEYRING_PROVIDER|CREDENTIALS_DIR|INSECURE_HOST|NATIVE_TLS|SYSTEM_CERTS|CONFIG_FILE|OFFLINE)$/,
  /^UV_(CACHE_DIR|NO_CACHE|HTTP_(TIMEOUT|CONNECT_TIMEOUT|RETRIES)|REQUEST_TIMEOUT|LOCK_TIMEOUT)$/,
  /^UV_CONCURRENT_(DOWNLOADS|BUILDS|INSTALLS)$/,
  /^POETRY_(HTTP_BASIC_.+|CERTIFICATES_.+|REPOSITORIES_.+|CACHE_DIR|CONFIG_DIR|REQUESTS_TIMEOUT)$/,
  /^PIPENV_(PYPI_MIRROR|CACHE_DIR|TIMEOUT|REQUESTS_TIMEOUT)$/,
];

const NAMESPACE = /^(PIP|UV|POETRY|PIPENV)_/;
const LOGIN = /_(USERNAME|PASSWORD)$/;

/**
 * Variables that would send Python elsewhere, colour its output, or hand a job's credentials and its file commands to
 * the build script of some distribution.
 */
const DROPPED =
  /^(PYTHON[A-Z]*|VIRTUAL_ENV|VIRTUAL_ENV_PROMPT|CONDA_PREFIX|CONDA_DEFAULT_ENV|__PYVENV_LAUNCHER__|FORCE_COLOR|CLICOLOR_FORCE|INPUT_.*|ACTIONS_.*|GITHUB_(TOKEN|ENV|PATH|OUTPUT|STATE|STEP_SUMMARY))$/;

const SET: Readonly<Record<string, string>> = {
  NO_COLOR: "1",
  GIT_TERMINAL_PROMPT: "0",
  PYTHONDONTWRITEBYTECODE: "1",
  // Heroku builds under a UTF-8 locale; the machine here may not.
  PYTHONUTF8: "1",
  PIP_DISABLE_PIP_VERSION_CHECK: "1",
  PIP_NO_INPUT: "1",
  PIP_PROGRESS_BAR: "off",
  // Said aloud, because a configuration file may say otherwise.
  PIP_REQUIRE_VIRTUALENV: "0",
  PIP_USER: "0",
  UV_PYTHON_DOWNLOADS: "never",
  UV_NO_PROGRESS: "1",
  POETRY_NO_INTERACTION: "1",
  PIPENV_NOSPIN: "1",
  PIPENV_VERBOSITY: "-1",
};

/**
 * The environment for uv, pip, Poetry, Pipenv and whatever they start: the given one, without what would change
 * their answer or give away the job's credentials, with `indexSettings` added and no questions, colours, bytecode or
 * downloads of Python. Proxies, certificates, `NETRC`, `PATH`, `HOME` and everything unknown stay.
 */
export function toolEnvironment(env: Environment): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    // A workflow easily sets an empty one, of which some of the tools complain. A password may well be empty.
    if (value === undefined || (value === "" && NAMESPACE.test(name) && !LOGIN.test(name))) continue;
    if (NAMESPACE.test(name) ? KEPT.some((kept) => kept.test(name)) : !DROPPED.test(name)) clean[name] = value;
  }
  return { ...clean, ...indexSettings(clean), ...SET };
}

/**
 * pip's way of reaching an index, in the words of uv, which reads none of pip's variables; and the other way round for
 * the index alone, as pip fetches uv. What is already said in the other tool's words stands. pip's configuration files
 * are not read, and `PIP_FIND_LINKS` is not passed on: Heroku's build sees `PIP_EXTRA_INDEX_URL` only.
 */
export function indexSettings(env: Environment): Record<string, string> {
  const settings: Record<string, string> = {};
  const copy = (value: string | undefined, to: string, ...unless: string[]): void => {
    if (value !== undefined && value !== "" && [to, ...unless].every((name) => !env[name])) settings[to] = value;
  };
  copy(env.PIP_INDEX_URL, "UV_DEFAULT_INDEX", "UV_INDEX_URL");
  copy(env.PIP_EXTRA_INDEX_URL, "UV_INDEX", "UV_EXTRA_INDEX_URL");
  copy(env.PIP_TRUSTED_HOST, "UV_INSECURE_HOST");
  copy(env.PIP_KEYRING_PROVIDER === "subprocess" ? "subprocess" : undefined, "UV_KEYRING_PROVIDER");
  copy(env.PIP_TIMEOUT ?? env.PIP_DEFAULT_TIMEOUT, "UV_HTTP_TIMEOUT", "UV_REQUEST_TIMEOUT");
  copy(env.PIP_CERT, "SSL_CERT_FILE");
  copy(env.PIP_CLIENT_CERT, "SSL_CLIENT_CERT");
  copy(env.PIP_PROXY, "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy");
  // uv allows a name before the URL, as in `mirror=https://…`.
  copy((env.UV_DEFAULT_INDEX ?? env.UV_INDEX_URL)?.replace(/^[\w.-]+=/, ""), "PIP_INDEX_URL");
  return settings;
}
