import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { KIB } from "../model/bytes.js";

/** What weights depend on besides the files: the compressor and how it is used. Part of every layer's key in the store. */
export const COMPRESSOR = "zlib-streams@1.0.4 deflate level 6, segments of 1 MiB, files of 256 KiB apart";

const LEVEL = 6;
const SYNC_FLUSH = 2;
const FINISH = 4;
const NO_FLUSH = 0;
const STREAM_END = 1;

/** Bytes of the buffers through which data passes into and out of the module's memory. */
const BUFFER = 256 * KIB;

/** Node has it, but its types leave it to those of browsers. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** The functions of zlib-streams' WebAssembly module that are used here; handles and pointers are numbers. */
interface ZlibExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  _initialize(): void;
  malloc(bytes: number): number;
  deflate_new(): number;
  deflate_init_raw(stream: number, level: number): number;
  /** zlib's return code in the highest byte, how many bytes came out in the others. */
  deflate_process(stream: number, input: number, length: number, output: number, room: number, flush: number): number;
  deflate_last_consumed(stream: number): number;
  deflate_end(stream: number): number;
}

/** Counts what data would come to if it were compressed. The compressed bytes themselves are dropped. */
export interface Counter {
  /** Takes more data. */
  write(data: Uint8Array): void;
  /** Ends a stretch on a byte boundary, the way pigz ends its blocks: bytes since the last call. */
  flush(): number;
  /** Ends the whole: bytes since the last `flush`. The counter can't be used after it. */
  end(): number;
}

/**
 * The zlib of zlib.net at level 6, compiled to WebAssembly: the same bytes on every machine (docs/adr/0002-compressor.md).
 * Node's own zlib is another implementation, up to 2 % larger on binaries.
 */
export class Zlib {
  readonly #exports: ZlibExports;
  readonly #input: number;
  readonly #output: number;

  constructor() {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(moduleFile())));
    this.#exports = exports as ZlibExports; // The package is pinned; its functions are untyped.
    this.#exports._initialize();
    this.#input = this.#exports.malloc(BUFFER);
    this.#output = this.#exports.malloc(BUFFER);
  }

  /** A new raw deflate stream. Several may be open at a time; one that is not ended keeps its 268 KB. */
  counter(): Counter {
    const zlib = this.#exports;
    const stream = zlib.deflate_new();
    if (stream === 0 || zlib.deflate_init_raw(stream, LEVEL) !== 0) throw new Error("zlib could not be set up");
    let count = 0;
    const take = (): number => {
      const taken = count;
      count = 0;
      return taken;
    };
    /** One call of zlib's `deflate`: what it took, what came out. */
    const step = (length: number, offset: number, flush: number): { taken: number; given: number; code: number } => {
      const result = zlib.deflate_process(stream, this.#input + offset, length, this.#output, BUFFER, flush);
      const given = result & 0xffffff;
      count += given;
      return { taken: zlib.deflate_last_consumed(stream), given, code: result >> 24 };
    };
    return {
      write: (data) => {
        for (let at = 0; at < data.length; at += BUFFER) {
          const part = data.subarray(at, at + BUFFER);
          new Uint8Array(zlib.memory.buffer).set(part, this.#input); // The memory may have grown: a new view each time.
          for (let fed = 0; fed < part.length;) {
            const { taken, given, code } = step(part.length - fed, fed, NO_FLUSH);
            if (taken === 0 && given === 0) throw new Error(`zlib is stuck with code ${code}`);
            fed += taken;
          }
        }
      },
      flush: () => {
        // zlib.h: as long as the output is filled up, there is more to come.
        while (step(0, 0, SYNC_FLUSH).given === BUFFER);
        return take();
      },
      end: () => {
        for (let ended = false; !ended;) {
          const { given, code } = step(0, 0, FINISH);
          if (code !== STREAM_END && given === 0) throw new Error(`zlib is stuck with code ${code}`);
          ended = code === STREAM_END;
        }
        zlib.deflate_end(stream);
        return take();
      },
    };
  }
}

/** The module lies beside the bundle, or in its npm package when the sources run. */
function moduleFile(): string {
  return import.meta.url.endsWith(".ts")
    ? createRequire(import.meta.url).resolve("zlib-streams/zlib-streams.wasm")
    : join(dirname(fileURLToPath(import.meta.url)), "zlib-streams.wasm");
}
