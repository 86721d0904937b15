"""Classifies an uploaded image with a model that comes with the app."""

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/classify")
def classify():
    import cv2  # Heavy, both of them: only when they are needed.
    import numpy as np
    import tensorflow as tf

    image = cv2.imdecode(np.frombuffer(request.get_data(), np.uint8), cv2.IMREAD_COLOR)
    model = tf.keras.models.load_model("models/classifier.h5")
    scores = model(cv2.resize(image, (224, 224))[None, ...] / 255.0)
    return jsonify(label=int(tf.argmax(scores[0])))
