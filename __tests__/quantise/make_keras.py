"""Writes models by Keras and TensorFlow into the directory of the first argument: 5.2 million weights as each of them stores a model, and
three that can't become LiteRT models."""

import sys
from pathlib import Path

import keras
from keras import layers

out = Path(sys.argv[1])
keras.utils.set_random_seed(1)

classifier = keras.Sequential(
    [
        keras.Input((224, 224, 3)),
        layers.Conv2D(32, 3, strides=4, activation="relu"),
        layers.Conv2D(64, 3, strides=4, activation="relu"),
        layers.Flatten(),
        layers.Dense(413, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
classifier.save(out / "classifier.h5")
classifier.save(out / "zipped.keras")
classifier.export(out / "saved")



@keras.saving.register_keras_serializable(package="app")
class OfTheApp(layers.Dense):
    pass


keras.Sequential([keras.Input((4,)), OfTheApp(3)]).save(out / "custom.keras")
keras.Sequential([keras.Input((4,)), layers.Lambda(lambda x: x * 2), layers.Dense(3)]).save(out / "lambda.keras")
keras.Sequential([keras.Input((20, 8)), layers.LSTM(64), layers.Dense(1)]).save(out / "recurrent.keras")
