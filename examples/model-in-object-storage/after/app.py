"""Recommends the item that is nearest to a user's vector, by a model that is fetched when the dyno starts."""

import logging

import numpy as np
from flask import Flask, jsonify, request
from safetensors.numpy import load_file

import model_store
from background import Background, NotReady

logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
app = Flask(__name__)
model = Background("model", lambda: load_file(model_store.fetch())["items"])


@app.post("/recommend")
def recommend():
    items = model.get()
    vector = np.asarray(request.get_json()["vector"], dtype=np.float32)
    return jsonify(item=int(np.argmax(items @ vector)))


@app.get("/readyz")
def readyz():
    model.get()
    return jsonify(status="ready")


@app.errorhandler(NotReady)
def not_ready(error):
    """Says no more than that: what failed stands in the log, not in an answer to the world."""
    response = jsonify(status=error.status)
    response.status_code = 503
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response
