"""Writes a LiteRT model with one dense layer of 512 by 512 random weights to the path of the first argument.

To be run by a Python that has ai-edge-litert, whose schema it is written by.
"""

import sys

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

SIZE = 512


def tensor(name, shape, buffer):
    made = schema.TensorT()
    made.name, made.shape, made.type, made.buffer = name, shape, schema.TensorType.FLOAT32, buffer
    return made


def buffer(values=None):
    made = schema.BufferT()
    if values is not None:
        made.data = np.frombuffer(values.astype("<f4").tobytes(), dtype=np.uint8)
    return made


random = np.random.default_rng(1)
code = schema.OperatorCodeT()
code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.FULLY_CONNECTED
operator = schema.OperatorT()
operator.opcodeIndex, operator.inputs, operator.outputs = 0, [0, 1, 2], [3]
operator.builtinOptionsType = schema.BuiltinOptions.FullyConnectedOptions
operator.builtinOptions = schema.FullyConnectedOptionsT()
graph = schema.SubGraphT()
graph.tensors = [
    tensor("x", [1, SIZE], 0),
    tensor("weights", [SIZE, SIZE], 1),
    tensor("bias", [SIZE], 2),
    tensor("y", [1, SIZE], 0),
]
graph.inputs, graph.outputs, graph.operators, graph.name = [0], [3], [operator], "main"
model = schema.ModelT()
model.version, model.operatorCodes, model.subgraphs = 3, [code], [graph]
model.buffers = [buffer(), buffer(random.standard_normal(SIZE * SIZE)), buffer(random.standard_normal(SIZE))]

builder = flatbuffers.Builder(SIZE)
builder.Finish(model.Pack(builder), b"TFL3")
with open(sys.argv[1], "wb") as file:
    file.write(bytes(builder.Output()))
