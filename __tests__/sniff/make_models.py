"""Writes model files by the tools that write them in the field, into the directory of the first argument."""

import sys
import zipfile
from io import BytesIO
from pathlib import Path

import flatbuffers
import gguf
import h5py
import numpy as np
import onnx
import tflite
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file

out = Path(sys.argv[1])
rng = np.random.default_rng(1)


def numbers(count: int, dtype: str = "float32") -> np.ndarray:
    return rng.standard_normal(count).astype(dtype)


def make_safetensors() -> None:
    save_file(
        {"a": numbers(10_000), "b": numbers(6_000, "float16"), "ids": np.arange(1_000, dtype="int64")},
        out / "mixed.safetensors",
        metadata={"format": "np"},
    )


def make_widths() -> None:
    """The same weights as they are, and as one would store them in fewer bits."""
    weights = numbers(1_000_000).reshape(1000, 1000)
    save_file({"w": weights}, out / "float32.safetensors")
    save_file({"w": weights.astype("float16")}, out / "float16.safetensors")
    for name, axis in [("tensor", None), ("rows", 1)]:
        scale = np.abs(weights).max(axis=axis, keepdims=True) / 127
        save_file({"w": np.round(weights / scale).astype("int8"), "s": scale}, out / f"int8-{name}.safetensors")


def make_onnx() -> None:
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [100])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [100])
    w = numpy_helper.from_array(numbers(10_000).reshape(100, 100), "w")
    listed = helper.make_tensor("listed", TensorProto.FLOAT, [100], numbers(100).tolist())
    constant = helper.make_node("Constant", [], ["c"], value=numpy_helper.from_array(numbers(500, "float16")))
    branch = helper.make_graph(
        [helper.make_node("Constant", [], ["z"], value=numpy_helper.from_array(np.arange(200)))], "branch", [], []
    )
    choice = helper.make_node("If", ["x"], ["i"], then_branch=branch, else_branch=branch)
    nodes = [constant, choice, helper.make_node("MatMul", ["x", "w"], ["y"])]
    model = helper.make_model(helper.make_graph(nodes, "g", [x], [y], [w, listed]))
    onnx.save(model, out / "mixed.onnx")
    (out / "external").mkdir()
    big = helper.make_graph(nodes[2:], "g", [x], [y], [w])
    onnx.save(
        helper.make_model(big, doc_string="a model with its weights beside it " * 600),
        out / "external" / "model.onnx",
        save_as_external_data=True,
        location="model.onnx.data",
        size_threshold=0,
    )


def keras_v2(file: h5py.File) -> None:
    """The layout of `Model.save("model.h5")` of Keras 2: `save_model_to_hdf5` in `keras/saving/legacy`."""
    file.attrs["keras_version"] = "2.15.0"
    file.attrs["model_config"] = '{"class_name": "Sequential"}'
    weights = file.create_group("model_weights")
    for layer in range(40):
        group = weights.create_group(f"dense_{layer}").create_group(f"dense_{layer}")
        group.create_dataset("kernel:0", data=numbers(1_000).reshape(10, 100))
        group.create_dataset("bias:0", data=numbers(10))
    state = file.create_group("optimizer_weights")
    state.create_dataset("iteration:0", data=np.int64(7))
    for slot in range(80):
        state.create_dataset(f"Adam/m/{slot}", data=numbers(505))


def make_hdf5() -> None:
    with h5py.File(out / "keras2.h5", "w") as file:
        keras_v2(file)
    with h5py.File(out / "keras2-latest.h5", "w", libver="latest") as file:
        file.attrs["keras_version"] = "2.15.0"
        for layer in range(5):
            file.create_dataset(f"dense_{layer}", data=numbers(5_000, "float16"))
    with h5py.File(out / "dense.h5", "w", libver="latest") as file:
        for layer in range(500):
            file.create_dataset(f"dense_{layer}", data=numbers(50))
    with h5py.File(out / "data.h5", "w") as file:
        file.create_dataset("table", data=rng.integers(0, 255, 30_000).astype("uint8"))
        file.create_dataset("chunked", data=np.zeros(100_000), chunks=True, compression="gzip")
        file["again"] = file["table"]
        file["soft"] = h5py.SoftLink("/table")


def make_keras() -> None:
    """The layout of `Model.save("model.keras")` of Keras 3: `saving_lib.py`."""
    inner = BytesIO()
    with h5py.File(inner, "w") as file:
        layer = file.create_group("layers/dense/vars")
        layer.create_dataset("0", data=numbers(10_000).reshape(100, 100))
        layer.create_dataset("1", data=numbers(100))
        file.create_group("optimizer/vars").create_dataset("0", data=numbers(20_200))
    with zipfile.ZipFile(out / "model.keras", "w") as archive:
        archive.writestr("metadata.json", '{"keras_version": "3.5.0"}')
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", inner.getvalue())


def make_gguf() -> None:
    writer = gguf.GGUFWriter(out / "mixed.gguf", "llama")
    writer.add_custom_alignment(64)
    writer.add_block_count(1)
    writer.add_token_list([f"token {number}" for number in range(20_000)])
    writer.add_token_scores([0.5] * 20_000)
    writer.add_tensor("output_norm.weight", numbers(1_008))
    writer.add_tensor("token_embd.weight", numbers(6_400, "float16").reshape(100, 64))
    for name, kind in [("attn_q", "Q8_0"), ("attn_k", "Q4_0"), ("attn_v", "Q5_0")]:
        quantised = gguf.quants.quantize(numbers(64_000).reshape(100, 640), gguf.GGMLQuantizationType[kind])
        writer.add_tensor(f"blk.0.{name}.weight", quantised, raw_dtype=gguf.GGMLQuantizationType[kind])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def make_tflite() -> None:
    b = flatbuffers.Builder(1024)
    datas = [None, numbers(10_000).tobytes(), rng.integers(-128, 127, 30_000).astype("int8").tobytes(), b"m" * 500]
    buffers = []
    for data in datas:
        vector = None if data is None else b.CreateByteVector(data)
        tflite.BufferStart(b)
        if vector is not None:
            tflite.BufferAddData(b, vector)
        buffers.append(tflite.BufferEnd(b))
    tensors = []
    for buffer, kind in [(1, tflite.TensorType.FLOAT32), (2, tflite.TensorType.INT8), (0, tflite.TensorType.FLOAT32)]:
        name = b.CreateString(f"t{buffer}")
        tflite.TensorStart(b)
        tflite.TensorAddType(b, kind)
        tflite.TensorAddBuffer(b, buffer)
        tflite.TensorAddName(b, name)
        tensors.append(tflite.TensorEnd(b))
    tflite.SubGraphStartTensorsVector(b, len(tensors))
    for tensor in reversed(tensors):
        b.PrependUOffsetTRelative(tensor)
    vector = b.EndVector()
    tflite.SubGraphStart(b)
    tflite.SubGraphAddTensors(b, vector)
    subgraph = tflite.SubGraphEnd(b)
    tflite.ModelStartSubgraphsVector(b, 1)
    b.PrependUOffsetTRelative(subgraph)
    subgraphs = b.EndVector()
    tflite.ModelStartBuffersVector(b, len(buffers))
    for buffer in reversed(buffers):
        b.PrependUOffsetTRelative(buffer)
    vector = b.EndVector()
    tflite.ModelStart(b)
    tflite.ModelAddVersion(b, 3)
    tflite.ModelAddSubgraphs(b, subgraphs)
    tflite.ModelAddBuffers(b, vector)
    b.Finish(tflite.ModelEnd(b), file_identifier=b"TFL3")
    (out / "model.tflite").write_bytes(bytes(b.Output()))


def make_pytorch() -> None:
    """The layout of `torch.save` since 1.6: a zip whose pickle would run code if anybody loaded it."""
    with zipfile.ZipFile(out / "model.pt", "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02cos\nsystem\nX\x05\x00\x00\x00falsetR.")
        archive.writestr("archive/version", "3\n")
        archive.writestr("archive/data/0", numbers(10_000).tobytes())
        archive.writestr("archive/data/1", numbers(100).tobytes())


make_safetensors()
make_widths()
make_onnx()
make_hdf5()
make_keras()
make_gguf()
make_tflite()
make_pytorch()
