"""Recommends the item that is nearest to a user's vector, by a model that comes with the app."""

import numpy as np
from flask import Flask, jsonify, request
from safetensors.numpy import load_file

app = Flask(__name__)
items = load_file("models/recommender.safetensors")["items"]


@app.post("/recommend")
def recommend():
    vector = np.asarray(request.get_json()["vector"], dtype=np.float32)
    return jsonify(item=int(np.argmax(items @ vector)))
