"""Converts a Keras model or a SavedModel to LiteRT's format, by the TensorFlow of an app.

Run as `python -I -S convert_model.py PACKAGES MODEL RESULT`: PACKAGES is the app's `site-packages`, and nothing else of the machine's is
seen. Only LiteRT's own operations are allowed, since others would need TensorFlow on the dyno.
"""

import os
import site
import sys


def keras_model(path):
    """Loads a model as its framework's safe mode allows, which is the default wherever there is one."""
    import tensorflow as tf

    try:
        return tf.keras.models.load_model(path, compile=False)
    except Exception:
        # Keras 2 beside Keras 3, for those whose models are of before.
        try:
            import tf_keras
        except ImportError:
            tf_keras = None
        if tf_keras is None:
            raise
    return tf_keras.models.load_model(path, compile=False)


def main(packages, model, result):
    site.addsitedir(packages)
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="2", CUDA_VISIBLE_DEVICES="-1", KERAS_BACKEND="tensorflow")
    import tensorflow as tf

    converter = (
        tf.lite.TFLiteConverter.from_saved_model(model)
        if os.path.isdir(model)
        else tf.lite.TFLiteConverter.from_keras_model(keras_model(model))
    )
    with open(result, "wb") as file:
        file.write(converter.convert())


if __name__ == "__main__":
    main(*sys.argv[1:])
