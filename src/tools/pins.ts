import { asset } from "../system/asset.js";

/**
 * Paths of requirements files with the hash of every file that may be taken, written by `scripts/refresh-tools.mjs`.
 */
export const PINS = {
  uv: asset(import.meta.url, "uv.txt"),
  pip: asset(import.meta.url, "pip.txt"),
  setuptools: asset(import.meta.url, "setuptools.txt"),
  poetry: asset(import.meta.url, "poetry.txt"),
  pipenv: asset(import.meta.url, "pipenv.txt"),
  deptry: asset(import.meta.url, "deptry.txt"),
  "ai-edge-quantizer": asset(import.meta.url, "ai-edge-quantizer.txt"),
} as const;
