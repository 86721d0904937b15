import { NO_CHANGE, type AdviceFacts, type AppDistribution, type Rule } from "../../model/advice.js";
import { companions, isLoose } from "../replace.js";

/** Of the heaviest so many: each costs a resolution. */
const MOST = 4;

/**
 * What is used without being imported or named, by normalised name: servers and their loops, drivers that an address asks for, what a
 * library picks up when it is there without saying so in its extras, what changes Python by being installed.
 */
const AT_RUN_TIME: ReadonlySet<string> = new Set([
  ...["gunicorn", "uvicorn", "hypercorn", "daphne", "waitress", "gevent", "eventlet", "uvloop", "httptools", "honcho"],
  ...["psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary", "psycopg-c", "mysqlclient", "pymysql", "oracledb"],
  ...["asyncpg", "aiomysql", "aiosqlite", "aioodbc", "pyodbc", "pymssql", "cx-oracle", "redis", "hiredis", "pylibmc"],
  ...["whitenoise", "brotli", "zstandard", "python-dotenv", "watchdog", "setuptools", "pip", "wheel", "tzdata"],
  ...["cryptography", "pyopenssl", "certifi", "pysocks", "h2", "itsdangerous", "python-multipart", "email-validator"],
  ...["argon2-cffi", "bcrypt", "greenlet", "pillow", "lxml", "html5lib", "openpyxl", "xlrd", "xlsxwriter", "tabulate"],
  ...["pyarrow", "fastparquet", "tables", "numexpr", "bottleneck", "s3fs", "gcsfs", "adlfs", "fsspec", "h5py", "scipy"],
  ...["accelerate", "bitsandbytes", "sentencepiece", "tiktoken", "protobuf", "safetensors", "hf-transfer", "hf-xet"],
  ...["newrelic", "ddtrace", "scout-apm", "blackfire", "sentry-sdk", "kaleido", "ipykernel"],
]);

/** Families of plugins, which are found by their metadata. */
const PLUGINS =
  /^(?:opentelemetry|sqlalchemy|pytest|celery|airflow|apache-airflow-providers|dagster|dbt|mkdocs|django|flask|wagtail|jupyter|keyring|keyrings)-/;

/** Requirements that no file of the app imports or names, and that nothing else requires. */
export const unused: Rule = {
  family: "not imported",
  propose: (facts) => {
    const found = [...facts.distributions.values()]
      .filter((each) => isLoose(each) && isUnneeded(each, facts))
      .sort((a, b) => b.retained.compressed - a.retained.compressed || (a.name < b.name ? -1 : 1));
    return found.slice(0, MOST).flatMap(({ name }) => {
      const brought = companions([name], { test: (other) => isUnneededName(other, facts) }, facts);
      const without = [name, ...brought];
      // More than this does not leave with them.
      const most = without.reduce((sum, each) => sum + (facts.distributions.get(each)?.retained.compressed ?? 0), 0);
      if (most <= facts.noiseFloor) return [];
      return [
        {
          id: "not-imported",
          subject: name,
          title: `Remove \`${name}\` from what the app requires`,
          detail: `No file of the app imports or names \`${name}\`, and nothing else here requires it. A plugin that is found by its metadata, or code that puts a module's name together while it runs, may still use it: try the app without it.`,
          sources: ["https://deptry.com/rules-violations/"],
          change: { ...NO_CHANGE, without },
        },
      ];
    });
  },
};

function isUnneededName(name: string, facts: AdviceFacts): boolean {
  const found = facts.distributions.get(name);
  return found !== undefined && isUnneeded(found, facts);
}

function isUnneeded({ name, optionalFor }: AppDistribution, { uses }: AdviceFacts): boolean {
  return uses.unnamed.has(name) && optionalFor.length === 0 && !AT_RUN_TIME.has(name) && !PLUGINS.test(name);
}
