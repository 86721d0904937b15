import { posix } from "node:path";
import { PYTHON_HOME, sitePackages } from "../model/target.js";

/**
 * Where a file of a wheel is installed, relative to the slug root; the wheel's `*.data` directory is taken apart ("Binary distribution
 * format", Python Packaging User Guide).
 * @param name as the archive has it, with `/`
 * @param minor target's minor version, such as `3.12`
 */
export function installedPath(name: string, minor: string): string {
  const path = posix.normalize(name);
  const packages = sitePackages(minor);
  const [, project = "", kind, rest = ""] = /^([^/]+?)-[^/]*\.data\/([^/]+)\/(.+)$/s.exec(path) ?? [];
  const schemes: Readonly<Record<string, string>> = {
    scripts: `${PYTHON_HOME}/bin`,
    headers: `${PYTHON_HOME}/include/python${minor}/${project}`,
    data: PYTHON_HOME,
    purelib: packages,
    platlib: packages,
  };
  const place = kind !== undefined && Object.hasOwn(schemes, kind) ? schemes[kind] : undefined;
  return place === undefined ? `${packages}/${path}` : `${place}/${rest}`;
}
