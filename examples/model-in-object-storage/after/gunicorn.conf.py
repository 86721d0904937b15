"""gunicorn reads this file by itself. It binds to $PORT and starts $WEB_CONCURRENCY workers, as Heroku sets them."""


def post_worker_init(worker):
    """Starts on the model when a worker is ready, so that the first request finds it under way. Not sooner: with
    --preload the app is imported before the workers are forked, and a thread doesn't survive that."""
    from app import model

    model.start()
