import type { SniffedModel } from "../model/sniffed.js";
import { Malformed, type Bytes } from "./bytes.js";
import { Table } from "./flatbuffer.js";
import { ONNX_TYPES } from "./onnx.js";
import { Tally } from "./tally.js";

/** Numbers of the fields, by table, of ONNX Runtime's `ort.fbs`. */
const SESSION = { model: 1 };
const MODEL = { graph: 7 };
const GRAPH = { initializers: 0 };
const TENSOR = { type: 3, data: 4 };

/**
 * A model in ONNX Runtime's own format: a FlatBuffer with the identifier `ORTM`. Of its graph the initialisers count, as which
 * constants are stored as well; those of branches are left out.
 */
export function readOrt(bytes: Bytes): SniffedModel {
  if (!bytes.says(4, "ORTM")) throw new Malformed("no model of ONNX Runtime");
  const graph = new Table(bytes, bytes.u32(0)).table(SESSION.model)?.table(MODEL.graph) ?? null;
  if (graph === null) throw new Malformed("no graph");
  const tally = new Tally(bytes.size);
  for (const tensor of graph.tables(GRAPH.initializers)) {
    const type = tensor.field(TENSOR.type);
    tally.add(type === null ? "unknown" : (ONNX_TYPES[bytes.u32(type)] ?? "other"), tensor.vector(TENSOR.data).count);
  }
  return tally.result("onnx");
}
