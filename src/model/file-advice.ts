import type { ModelFormat, NumberType } from "./sniffed.js";
import type { Weight } from "./weight.js";

/** What a smaller form of a model would weigh. Never measured: that takes running the model's framework. */
export interface PredictedModel {
  /** Its numbers stored as these; or as they are, without what only training needs. */
  readonly as: "float16" | "int8" | "inference";
  /** Bytes that all files of the advice would then have, and add to the slug. */
  readonly disk: number;
  readonly compressed: number;
}

/** What is known of the model that advice is about. */
export interface ModelFacts {
  /** `Keras`, `PyTorch`, `ONNX`…: for people. */
  readonly framework: string;
  /** Of the files that were looked into; empty if none was understood. */
  readonly formats: readonly ModelFormat[];
  /** Uncompressed bytes by how they are stored, largest first. */
  readonly weights: readonly { readonly type: NumberType; readonly bytes: number }[];
  /** Bytes of the optimiser's state among them. */
  readonly optimizer: number;
  readonly predicted: readonly PredictedModel[];
}

/** Advice about the app's own files. No two pieces are about the same entry. */
export interface FileAdvice {
  /** Which rule it is of: `data`. Stable between versions; several pieces may share it, with other subjects. */
  readonly id: string;
  /** A warning is about an app that will fail, whatever it weighs. */
  readonly level: "warning" | "advice";
  /** A path, or a glob of what it is about: `static/img/**`. Relative to the slug root. */
  readonly subject: string;
  /** An imperative sentence without its saving. */
  readonly title: string;
  /** Sentences; Markdown in code spans only. */
  readonly detail: string;
  /** Pages that say so, or paths in Slugdiff's own repository. */
  readonly sources: readonly string[];
  /** What leaves the slug by it: where the files leave it, the exact sum of the entries. */
  readonly saving: Weight;
  /** Half-width of the error band of the saving's compressed bytes; 0 if it was measured. */
  readonly error: number;
  /** Lines for `.slugignore` that leave out what it is about; empty where something may need a file. */
  readonly ignore: readonly string[];
  /** How many files and symbolic links it is about. */
  readonly files: number;
  readonly model?: ModelFacts;
}
