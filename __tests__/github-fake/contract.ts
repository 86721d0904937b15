import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { z } from "zod";

const SCHEMA = z.union([z.record(z.string(), z.unknown()), z.null()]);
const EXTRACT = z.object({
  operations: z.array(
    z.object({
      method: z.string(),
      path: z.string(),
      query: z.record(z.string(), z.record(z.string(), z.unknown())),
      body: SCHEMA,
      responses: z.record(z.string(), SCHEMA),
    }),
  ),
  webhooks: z.record(z.string(), z.record(z.string(), z.unknown())),
  schemas: z.record(z.string(), z.record(z.string(), z.unknown())),
});

/** One operation of the API as its description names it: `get /repos/{owner}/{repo}/pulls`. */
export type Operation = `${"get" | "post" | "patch" | "delete"} /${string}`;

/** GitHub's published description of its API and webhooks, as checks. Each gives what is wrong, in words. */
export interface Contract {
  has(operation: Operation): boolean;
  /** `limits`: GitHub answers 422 for what is longer or more than it takes; that is no breach of the contract. */
  request(operation: Operation, query: URLSearchParams, body: unknown): { wrong: string[]; limits: string[] };
  response(operation: Operation, status: number, body: unknown): string[];
  /** @param name such as `pull-request-opened` */
  event(name: string, payload: unknown): string[];
}

const ERRORS: Readonly<Record<number, string>> = { 401: "basic-error", 403: "basic-error", 404: "basic-error" };
let contract: Contract | null = null;

/** The description is large: it is read once, and each of its schemas compiled when it is first needed. */
export function githubContract(): Contract {
  contract ??= readContract();
  return contract;
}

function readContract(): Contract {
  const file = join(import.meta.dirname, "fixtures", "openapi.json");
  const { operations, webhooks, schemas } = EXTRACT.parse(JSON.parse(readFileSync(file, "utf8")));
  const deletedForks = (name: string): void => {
    // The one known fault of the description: a pull request's head repository is null once the fork was deleted.
    const schema = z
      .object({ properties: z.object({ head: z.object({ properties: z.record(z.string(), z.unknown()) }) }) })
      .loose()
      .parse(schemas[name]);
    schema.properties.head.properties.repo = { anyOf: [{ $ref: "#/schemas/repository" }, { type: "null" }] };
    schemas[name] = {
      ...schemas[name],
      properties: { ...(schemas[name]?.properties ?? {}), head: schema.properties.head },
    };
  };
  deletedForks("pull-request");
  deletedForks("pull-request-simple");
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    logger: false,
    formats: {
      "date-time": (text: string) => /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(text),
      uri: (text: string) => URL.canParse(text),
    },
  });
  ajv.addSchema({ schemas }, "github");
  const compiled = new Map<string, ValidateFunction>();
  const check = (key: string, schema: object, value: unknown): ErrorObject[] => {
    let validate = compiled.get(key);
    if (validate === undefined) {
      const text = JSON.stringify(schema).replaceAll('"#/schemas/', '"github#/schemas/');
      validate = ajv.compile(z.record(z.string(), z.unknown()).parse(JSON.parse(text)));
      compiled.set(key, validate);
    }
    return validate(value) ? [] : (validate.errors ?? []);
  };
  const words = (errors: readonly ErrorObject[]): string[] =>
    errors.map(({ instancePath, message }) => `${instancePath} ${message ?? ""}`.trim());
  const find = (operation: Operation) =>
    operations.find(({ method, path }) => `${method} ${path}` === operation) ??
    (() => {
      throw new Error(`add ${operation} to scripts/refresh-openapi.mjs`);
    })();
  return {
    has: (operation) => operations.some(({ method, path }) => `${method} ${path}` === operation),
    request: (operation, query, body) => {
      const { query: known, body: schema } = find(operation);
      const wrong: string[] = [];
      for (const [name, text] of query) {
        const parameter = known[name];
        if (parameter === undefined) wrong.push(`unknown query parameter ${name}`);
        else {
          const value =
            parameter.type === "integer" ? Number(text) : parameter.type === "boolean" ? text === "true" : text;
          wrong.push(...words(check(`${operation} ?${name}`, parameter, value)).map((each) => `?${name} ${each}`));
        }
      }
      const errors = schema === null ? [] : check(`${operation} body`, schema, body);
      const isLimit = ({ keyword }: ErrorObject): boolean => keyword === "maxLength" || keyword === "maxItems";
      if (errors.some(isLimit)) return { wrong, limits: words(errors.filter(isLimit)) };
      return { wrong: [...wrong, ...words(errors)], limits: [] };
    },
    response: (operation, status, body) => {
      const { responses } = find(operation);
      const named = ERRORS[status] ?? (status === 422 ? "validation-error" : "basic-error");
      if (!(status in responses) && status < 400) return [`status ${status} is not described`];
      const schema = status in responses ? responses[status] : { $ref: `#/schemas/${named}` };
      if (schema === null || schema === undefined) return body === undefined ? [] : ["a body that is not described"];
      return words(check(`${operation} ${status}`, schema, body));
    },
    event: (name, payload) => {
      const schema = webhooks[name];
      if (schema === undefined) throw new Error(`add ${name} to scripts/refresh-openapi.mjs`);
      return words(check(`event ${name}`, schema, payload));
    },
  };
}
