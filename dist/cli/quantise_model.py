"""Quantises a LiteRT model, and sees how far its answers move.

Run as `python -I quantise_model.py MODEL RESULT int8|float16` by a Python that has ai-edge-quantizer. The last line printed is JSON:
`difference` is how far the outputs for one random input are apart, as a part of the largest; null if that can't be told.
"""

import json
import sys

import numpy
from ai_edge_litert.interpreter import Interpreter
from ai_edge_quantizer import algorithm_manager, qtyping, quantizer, recipe


def quantise(model, result, weights):
    job = quantizer.Quantizer(model)
    if weights == "int8":
        # Weights are stored as int8, for each channel by its own largest; activations stay float32.
        job.load_quantization_recipe(recipe.dynamic_wi8_afp32())
    else:
        job.add_weight_only_config(
            regex=".*",
            operation_name=qtyping.TFLOperationName.ALL_SUPPORTED,
            num_bits=16,
            algorithm_key=algorithm_manager.AlgorithmName.FLOAT_CASTING,
        )
    job.quantize().export_model(result)


def outputs(model):
    """What a model makes of the same random input each time: normally distributed numbers, or zeros and ones."""
    interpreter = Interpreter(model_path=model)
    interpreter.allocate_tensors()
    random = numpy.random.default_rng(0)
    for given in interpreter.get_input_details():
        kind, shape = given["dtype"], given["shape"]
        drawn = random.standard_normal(shape) if numpy.issubdtype(kind, numpy.floating) else random.integers(0, 2, shape)
        interpreter.set_tensor(given["index"], drawn.astype(kind))
    interpreter.invoke()
    return [interpreter.get_tensor(made["index"]).astype(float) for made in interpreter.get_output_details()]


def difference(before, after):
    largest = max(float(numpy.abs(one).max(initial=0)) for one in before)
    apart = max(float(numpy.abs(one - other).max(initial=0)) for one, other in zip(before, after, strict=True))
    part = apart / largest if largest > 0 else apart
    return part if numpy.isfinite(part) else None


def main(model, result, weights):
    quantise(model, result, weights)
    try:
        part = difference(outputs(model), outputs(result))
    except Exception as error:  # An input that can't be made up, an operation that LiteRT alone does not have.
        print(error, file=sys.stderr)
        part = None
    print(json.dumps({"difference": part}))


if __name__ == "__main__":
    main(*sys.argv[1:])
