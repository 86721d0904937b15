import { copyFileSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync, inflateSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { adviseOnFiles } from "../../src/advise/files/advise.js";
import { MIB } from "../../src/model/bytes.js";
import type { Entry } from "../../src/model/layer.js";
import type { TreeEntry } from "../../src/model/tree.js";
import { NOTHING_SNIFFED, type SniffedModel } from "../../src/model/sniffed.js";
import { sniffApp, sniffModel } from "../../src/sniff/sniff.js";
import { scanTree } from "../../src/weigh/scan.js";
import { directory, models } from "./support.js";

const ALONE = { others: 0, checkpoint: 0 };
let real = "";
beforeAll(async () => {
  real = await models();
});

/** What is found in a file of this content. */
async function sniffed(name: string, content: Buffer, beside = ALONE): Promise<SniffedModel | null> {
  const path = join(directory(), name);
  writeFileSync(path, content);
  return await sniffModel(path, beside);
}

describe("models that their frameworks' tools wrote", () => {
  test.each<[string, string, [string, number][], number]>([
    [
      "mixed.safetensors",
      "safetensors",
      [
        ["float32", 40_000],
        ["float16", 12_000],
        ["int64", 8_000],
      ],
      0,
    ],
    [
      "mixed.onnx",
      "onnx",
      [
        ["float32", 40_400],
        ["int64", 3_200],
        ["float16", 1_000],
      ],
      0,
    ],
    [
      "keras2.h5",
      "keras",
      [
        ["float32", 323_200],
        ["int64", 8],
      ],
      161_608,
    ],
    ["keras2-latest.h5", "keras", [["float16", 50_000]], 0],
    ["data.h5", "hdf5", [["uint8", 30_000]], 0],
    ["model.keras", "keras", [["float32", 121_200]], 80_800],
    [
      "model.tflite",
      "tflite",
      [
        ["float32", 40_000],
        ["int8", 30_000],
      ],
      0,
    ],
    [
      "mixed.gguf",
      "gguf",
      [
        // Blocks of 32, and what is left empty behind a tensor.
        ["int8", (64_000 / 32) * 34 + 32],
        ["other", (64_000 / 32) * 22 + 32],
        ["int4", (64_000 / 32) * 18 + 32],
        ["float16", 12_800],
        ["float32", 4_032],
      ],
      0,
    ],
    ["model.pt", "pytorch", [["unknown", 40_400]], 0],
  ])("%s: %s", async (name, format, weights, optimizer) => {
    expect(await sniffModel(join(real, name), ALONE)).toEqual({
      format,
      weights: weights.map(([type, bytes]) => ({ type, bytes })),
      optimizer,
    });
  });

  test("an HDF5 file whose links are in a heap is left alone", async () => {
    expect(await sniffModel(join(real, "dense.h5"), ALONE)).toBeNull();
  });

  test("an ONNX model's tensors in the file beside it count, as far as there are bytes", async () => {
    const path = join(real, "external/model.onnx");
    const found = { format: "onnx", weights: [{ type: "float32", bytes: 40_000 }], optimizer: 0 };
    expect(await sniffModel(path, { ...ALONE, others: 40_000 })).toEqual(found);
    expect(await sniffModel(path, { ...ALONE, others: 10_000 })).toBeNull();
  });

  test("a model in ONNX Runtime's own format tells what its initialisers are", async () => {
    expect(await sniffed("model.ort", ORT)).toEqual({
      format: "onnx",
      weights: [
        { type: "float32", bytes: 20_000 },
        { type: "float16", bytes: 6_000 },
      ],
      optimizer: 0,
    });
  });

  test("the index of a TensorFlow checkpoint tells its data, the optimiser's apart", async () => {
    expect(await sniffed("ck-1.index", CHECKPOINT, { others: 0, checkpoint: 268_911 })).toEqual({
      format: "tensorflow-checkpoint",
      weights: [
        { type: "float32", bytes: 266_524 },
        { type: "other", bytes: 2_371 },
        { type: "int64", bytes: 16 },
      ],
      // Two moments for each of 22,210 weights, a counter and the learning rate.
      optimizer: 2 * 4 * 22_210 + 12,
    });
    expect(await sniffed("ck-1.index", CHECKPOINT, { others: 0, checkpoint: 1_000 })).toBeNull();
  });
});

test("what float16 and int8 would leave is predicted within 5 %", async () => {
  const weighed = (name: string): number => gzipSync(readFileSync(join(real, name))).length;
  const path = "float32.safetensors";
  const sniffed = await sniffModel(join(real, path), ALONE);
  const models = new Map(sniffed === null ? [] : [[path, sniffed] as const]);
  const entry: Entry = { path, kind: "file", disk: 4_000_000, compressed: weighed(path) };
  const [advice] = adviseOnFiles([entry], { ...NOTHING_SNIFFED, models });
  const predicted = new Map(advice?.model?.predicted.map(({ as, compressed }) => [as, compressed]));
  for (const [as, name] of [
    ["float16", "float16"],
    ["int8", "int8-tensor"],
    ["int8", "int8-rows"],
  ] as const) {
    expect(Math.abs((predicted.get(as) ?? 0) / weighed(`${name}.safetensors`) - 1)).toBeLessThan(0.05);
  }
});

describe("what does not tell the truth", () => {
  const header = (text: string, length = text.length): Buffer => {
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(length));
    return Buffer.concat([prefix, Buffer.from(text), Buffer.alloc(100)]);
  };
  const tensor = (from: number, to: number): string =>
    `{"w":{"dtype":"F32","shape":[1],"data_offsets":[${from},${to}]}}`;

  test.each<[string, string, Buffer]>([
    ["a header beyond the end", "a.safetensors", header("{}", 5_000)],
    ["a header of exabytes", "a.safetensors", header("{}", Number.MAX_SAFE_INTEGER)],
    ["a header that is no JSON", "a.safetensors", header("{nothing")],
    ["a header nested too deeply", "a.safetensors", header("[".repeat(1_000_000))],
    ["tensors beyond the end", "a.safetensors", header(tensor(0, 101))],
    ["tensors that end before they start", "a.safetensors", header(tensor(50, 10))],
    ["tensors that overlap", "a.safetensors", header(tensor(0, 90).replace("}}", `},"v":${tensor(0, 90).slice(5)}`))],
    ["no bytes at all", "a.onnx", Buffer.alloc(0)],
    ["text", "a.onnx", Buffer.from("Once upon a time there was no model.\n".repeat(1_000))],
    ["an endless number", "a.onnx", Buffer.alloc(20_000, 0xff)],
    ["a field beyond the end", "a.onnx", Buffer.from([0x3a, 0xff, 0xff, 0xff, 0x7f])],
    [
      "fields without end",
      "a.onnx",
      Buffer.concat([Buffer.from([0x3a, 0x80, 0x80, 0x80, 0x02]), Buffer.alloc(4 * MIB, 0x28)]),
    ],
    ["graphs in graphs in graphs", "a.onnx", nestedOnnx(2_000)],
    ["an empty archive", "a.pt", Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(50_000)])],
    [
      "a FlatBuffer that points outside",
      "a.tflite",
      Buffer.concat([Buffer.from([255, 255, 255, 127]), Buffer.from("TFL3")]),
    ],
    ["a FlatBuffer of billions of tables", "a.tflite", endlessTflite()],
    ["a GGUF file of billions of strings", "a.gguf", gguf(1, 9, [8, 2 ** 31])],
    ["a GGUF file of billions of keys", "a.gguf", gguf(2 ** 31, 0, [])],
    ["a GGUF file with a value beyond the end", "a.gguf", gguf(1, 9, [12, Number.MAX_SAFE_INTEGER])],
    ["a GGUF file with an unknown type", "a.gguf", gguf(1, 99, [])],
    ["an HDF5 file that ends too soon", "a.h5", Buffer.from("\x89HDF\r\n\x1a\n\0\0\0", "latin1")],
  ])("%s", async (_, name, content) => {
    const started = process.cpuUsage();
    expect(await sniffed(name, content)).toBeNull();
    expect(process.cpuUsage(started).user).toBeLessThan(3_000_000);
  });

  test("no real model that was cut off or changed does harm, or claims more than it has", async () => {
    const names = [
      "mixed.safetensors",
      "mixed.onnx",
      "keras2.h5",
      "keras2-latest.h5",
      "model.keras",
      "model.tflite",
      "mixed.gguf",
      "model.pt",
    ];
    const content = new Map(names.map((name) => [name, readFileSync(join(real, name))]));
    content.set("model.ort", ORT);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...content.keys()),
        fc.array(fc.tuple(fc.double({ min: 0, max: 0.9999, noNaN: true }), fc.integer({ min: 0, max: 255 })), {
          maxLength: 20,
        }),
        fc.boolean(),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        async (name, changes, head, share) => {
          const bytes = Buffer.from(content.get(name) ?? Buffer.alloc(0));
          // Headers are where they do most.
          for (const [at, value] of changes) bytes[Math.floor(at * (head ? 2_000 : bytes.length))] = value;
          const cut = bytes.subarray(0, Math.floor(share * bytes.length));
          const found = await sniffed(name, cut);
          const sum = (found?.weights ?? []).reduce((total, weight) => total + weight.bytes, 0);
          expect(sum).toBeLessThanOrEqual(cut.length);
          expect(found?.optimizer ?? 0).toBeLessThanOrEqual(sum);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("a sparse file of a terabyte is read by its header alone", async () => {
    const path = join(directory(), "a.safetensors");
    writeFileSync(path, header(tensor(0, 2 ** 40)));
    truncateSync(path, 2 ** 40 + 1_000);
    expect((await sniffModel(path, ALONE))?.weights).toEqual([{ type: "float32", bytes: 2 ** 40 }]);
  });
});

describe("an app", () => {
  test("is looked into where it is worth it", async () => {
    const root = directory();
    const oid = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "a".repeat(64) + "\nsize 250000000\n";
    mkdirSync(join(root, "models"));
    writeFileSync(join(root, "models/lfs.h5"), oid);
    copyFileSync(join(real, "keras2.h5"), join(root, "models/keras2.h5"));
    copyFileSync(join(real, "external/model.onnx"), join(root, "models/model.onnx"));
    copyFileSync(join(real, "external/model.onnx.data"), join(root, "models/model.onnx.data"));
    writeFileSync(join(root, "a.pkl"), Buffer.concat([Buffer.from([0x80, 4]), Buffer.alloc(20_000)]));
    writeFileSync(join(root, "small.pkl"), Buffer.from([0x80, 4, 0x4e, 0x2e]));
    const png = "iVBORw0KGgo".repeat(3_000);
    const cells = [
      { cell_type: "markdown", source: ["# Title"] },
      { cell_type: "code", source: ["plot()"], outputs: [{ data: { "image/png": png } }] },
      { cell_type: "code", source: ["1"], outputs: [] },
    ];
    writeFileSync(join(root, "plot.ipynb"), JSON.stringify({ cells, nbformat: 4 }, null, 1));
    writeFileSync(join(root, "broken.ipynb"), "{".repeat(50_000));
    const deep = "[".repeat(200_000) + "]".repeat(200_000);
    writeFileSync(join(root, "deep.ipynb"), `{"cells":[{"outputs":${deep}}]}`);
    symlinkSync("models/keras2.h5", join(root, "link.h5"));

    const found = await sniffApp(root, scanTree(root));
    expect(Object.fromEntries([...found.models].map(([path, { format }]) => [path, format]))).toEqual({
      "a.pkl": "pickle",
      "models/keras2.h5": "keras",
      "models/model.onnx": "onnx",
    });
    expect(found.lfs).toEqual(new Map([["models/lfs.h5", 250_000_000]]));
    expect(found.notebooks.get("plot.ipynb")).toBe(JSON.stringify(cells[1]?.outputs).length);
    expect(found.notebooks.has("broken.ipynb")).toBe(false);
  });

  test("is not followed outside by a link that stands for a file", async () => {
    const root = directory();
    symlinkSync(join(real, "keras2.h5"), join(root, "model.h5"));
    const entry: TreeEntry = { path: "model.h5", kind: "file", size: 50_000, executable: false };
    expect((await sniffApp(root, [entry])).models.size).toBe(0);
    expect(dirname(real)).not.toBe(root);
  });
});

/** A length-delimited field. */
function field(number: number, content: Buffer): Buffer {
  const length: number[] = [];
  for (let left = content.length; ; left = Math.floor(left / 128)) {
    length.push((left % 128) + (left >= 128 ? 128 : 0));
    if (left < 128) break;
  }
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), content]);
}

/** A GGUF file of so many keys without a name; the first value is of that type, or an array of a type and a length. */
function gguf(keys: number, type: number, array: readonly number[]): Buffer {
  const bytes = Buffer.alloc(64 * MIB);
  bytes.write("GGUF");
  bytes.writeUInt32LE(3, 4);
  bytes.writeBigUInt64LE(BigInt(keys), 16);
  bytes.writeUInt32LE(type, 32);
  const [items, length] = array;
  if (items !== undefined) bytes.writeUInt32LE(items, 36);
  if (length !== undefined) bytes.writeBigUInt64LE(BigInt(length), 40);
  return bytes;
}

/** A graph with a node with an attribute with a graph, and so on. */
function nestedOnnx(depth: number): Buffer {
  let graph: Buffer = Buffer.alloc(0);
  for (let at = 0; at < depth; at++) graph = field(1, field(5, field(6, graph)));
  return field(7, graph);
}

/** A model whose vector of buffers claims four thousand million of them, each the model itself. */
function endlessTflite(): Buffer {
  const bytes = Buffer.alloc(8 * MIB);
  bytes.writeUInt32LE(32, 0);
  bytes.write("TFL3", 4);
  // The layout of the table: five fields, of which only the last is there.
  bytes.writeUInt16LE(14, 8);
  bytes.writeUInt16LE(4, 16);
  bytes.writeInt32LE(32 - 8, 32);
  bytes.writeUInt32LE(4, 36);
  bytes.writeUInt32LE(0xffffffff, 40);
  for (let at = 44; at < bytes.length; at += 4) bytes.writeUInt32LE(0, at);
  return bytes;
}

/**
 * `tf.train.Checkpoint(model=m, optimizer=m.optimizer).save("ck")` by TensorFlow 2.21, after one step with Adam, of a
 * model of 100 inputs, 200 units and 10 outputs.
 */
const CHECKPOINT = Buffer.from(
  `
  AAAGCAEaAggBABwQX0NIRUNLUE9JTlRBQkxFX09CSkVDVF9HUkFQSAgHEgAgrKIQKMMSNd3s4WwAMA1vcHRpbWl6ZXIvX2l0ZXJhdGlvbnMvLk
  FUVFJJQlVURVMvVkFSSUFCTEVfVkFMVUUICRIAIAgoCDUBdd5BCygNbGVhcm5pbmdfcmF0ZS8uQVRUUklCVVRFUy9WQVJJQUJMRV9WQUxVRQgB
  EgAgECgENWnLVTILMBp0cmFpbmFibGVfdmFyaWFibGVzLzAvLkFUVFJJQlVURVMvVkFSSUFCTEVfVkFMVUUIARIJEgIIZBIDCMgBIKTsCiiA8Q
  Q1uqub9x8cFTEvLkFUVFJJQlVURVMvVkFSSUFCTEVfVkFMVUUIARIFEgMIyAEgpN0PKKAGNR0w1XMfHBkyLy5BVFRSSUJVVEVTL1ZBUklBQkxF
  X1ZBTFVFCAESCRIDCMgBEgIICiDE4w8owD41j9QVZx8cEzMvLkFUVFJJQlVURVMvVkFSSUFCTEVfVkFMVUUIARIEEgIICiCEohAoKDWToW9KCy
  YYdmFyaWFibGVzLzIvLkFUVFJJQlVURVMvVkFSSUFCTEVfVkFMVUUIARIJEgIIZBIDCMgBIBQogPEENcC+i1UVHBozLy5BVFRSSUJVVEVTL1ZB
  UklBQkxFX1ZBTFVFCAESCRICCGQSAwjIASCU8QQogPEENQtDp3kVHBU0Ly5BVFRSSUJVVEVTL1ZBUklBQkxFX1ZBTFVFCAESBRIDCMgBIJTiCS
  igBjX1FM/LFRwVNS8uQVRUUklCVVRFUy9WQVJJQUJMRV9WQUxVRQgBEgUSAwjIASC06AkooAY1VDeuthUcGTYvLkFUVFJJQlVURVMvVkFSSUFC
  TEVfVkFMVUUIARIJEgMIyAESAggKINTuCSjAPjVfNQo4FRwZNy8uQVRUUklCVVRFUy9WQVJJQUJMRV9WQUxVRQgBEgkSAwjIARICCAoglK0KKM
  A+NT31X2QVHBM4Ly5BVFRSSUJVVEVTL1ZBUklBQkxFX1ZBTFVFCAESBBICCAog1OsKKCg1OkPEexUcEzkvLkFUVFJJQlVURVMvVkFSSUFCTEVf
  VkFMVUUIARIEEgIICiD86wooKDVEBM8iACcLc2F2ZV9jb3VudGVyLy5BVFRSSUJVVEVTL1ZBUklBQkxFX1ZBTFVFCAkSACgINQF13kEAAAAAUQ
  MAAAIAAAAAMGqpHgAAAAABAAAAAMDyobAAAQN0AJIHAAAAAAEAAAAAvW12dpcHCKQHDwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AABX+4CLJHVH2w==
  `,
  "base64",
);

/**
 * What ONNX Runtime 1.23.2 wrote with `session.save_model_format` `ORT` of two products of matrices: 50 by 100 as float32, 100 by
 * 30 as float16. Deflated.
 */
const ORT = inflateSync(
  Buffer.from(
    `
  eNrtnUFoFFcYx9+um7hNU9nagMFKmEMooYRl1SASQpuqFVuqXYoFEaFudifuttmZ7WTVFISKlOLBg/RQPEgJnjyIWChFSg85eCgeSo8eSgniIZQiUo
  oKTXb6f/O+cd5OtlUoPRT++/HPzHz7zfu+33tv3y45zBtSSr373uGDg6qgBlUeVzkclVFGqYsfKzXzMAxzuM5Cc1GEUkvwFeQcYWoIGoAmD1baB0/O
  TW7fqdQ9xOSlLR1zGNoAjULDcu9XYRjqt/OSOy+xF+AffRSGQxKnc++TPDpmcm9lvh1lUeqdR0keHXd4h2lDXyvVj/iN+Bu9Mgvp2O0m1mTPRbmGUO
  FwlEmhV8w7+moCCs3r01YLXl+p51Ty0vc5alt0r+lNc983aOKmp9Qtz9Sva3Gg39AZF/KGr4DzKRS0LZP0zRR8n8E3Dt8Yru+vhWGf1J6TnBnhiF+3
  EVPDUWtMjnXoANqaQ7C+/wXoBmo/ovvZGj+lNkWVxxk2yZgqyRGPQ9tPcsdabprj5Y1KlXCsYngcz6+5Ttt3oovZwG86s3N+pb19l3ZGpzt3OL7nVF
  sndXsvQ295827QdmvlwK025hu+tz9wXT3WH9TV/Y6Zh8PWvMta/RDxI6YuzGNy1HP2QDaZuxG/Z967nOI34154wp+x+vZpffBznzme2WDidNk65r/p
  j1PR6BSiz8xgNE7ZVN/0pWq3X7mufhvB3C6pcfSYmcGqaw6PyNyfkD7drecm9IesEVnp02NNwzqRymv30Zk+41tEH13LpYoCxaCsAgN/M87Ja8SqWP
  WsuSQalZp03dPKzHtd77U5c37sH+p9nDW+wkdoI2Pmyd7y+28uuNWTbQxHOfBPNWpuoORzbZa/dcVG68TKBvM5vIYGd0O30N4R6B7eawnr3VWzPi1+
  iDVOznUpJZxnJOb3P5P12BFf/6rxLa2a9XRH3EvivyP+eD6/vWbaPg5dsfJcsvIcXV2fxxPf2JpprybtfS7+6bXu/Lqt09B3Vr7Na0m+PM4HpO3bPf
  L9Ir5L0u6ItPtQ/DdSdeh8+pPxasfkONBQ6pyVb8HKN7m2Pt8h8eU73flmxe90uvvxi07C9auVZ9nKc6VHnm/F1+p01/+j+M+n8ujjjG4jTPId7ST5
  yp1k3DZ31ud7RXzLqXyvif9xj3wVKJB8NVlb43xLVr5zPfJ9Kb5y2J3vuvivpvI9fb2bkfXBfB8PyHe2XsNnwqSuI2FS19ZwfV1F8a2E3eO7H9eDUZ
  sF/Fowv0bsup9lLd5k1abXiYvWmva8+AvxvIc3J3niem9b9Zbi+f+krs1ddY086bX+aL3rl2/tPDLbcc/ev3Xz++6Qiu9V1782v/F0G+PwT0HOobi1
  s6+b5XQaOgstQkvQsl5i3wAp5EAlaBoqQ8ehFnQWOg9dhC5Bi9BV6AZ0E1qCfoB+gu5Ay9AK9AB6DKk96B0oDw1CBWgIGoa2QQ40Co1B41AJmoB2Q1
  PQNLRvDznIQQ5ykIMc5CAHOchBDnKQgxzkIAc5yEEOcpCDHOQgBznIQQ5ykIMc5CAHOchBDnKQgxzkIAc5yEEOcpCDHOQgBznIQQ5ykIMc5CAHOchB
  DnKQgxzkIAc5yEEOcpCDHOQgBznIQQ5y/N859HPk4uc/1rqeA5k8XzYvz1ctyDNmz2xR6gLU2hI9XJRGo9FoNBqNRqPRaDQajUaj0Wg02r+0rPV/+p
  HUPkoZaw+ueup6QfbgKeNiFHqA8+9l35tj1h42Svbkifcd0//z94MTxdYnbT+o1ouVtuvp98ZScS/pfdP8ZrHZqAb+vD/bLnrV+ulqtKeQHbd1XZy7
  0HKDRtP12hW9x5cVr6w94Lru0XsSpdrV+49VGkXf8xaKrcA91XBPF9tBpeE1vBM65k4PrjjejstHu5KZvQ37rPgBK745Z/buKUjciz32aovHZRf0F/
  LJQag=
  `,
    "base64",
  ),
);
