"""Tells how many of the numbers in a request are positive, with TensorFlow."""

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/count")
def count():
    import tensorflow as tf  # Heavy: only when it is needed.

    numbers = tf.constant(request.get_json()["numbers"], dtype=tf.float32)
    return jsonify(positive=int(tf.reduce_sum(tf.cast(numbers > 0, tf.int32))))
