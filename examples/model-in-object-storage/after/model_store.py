"""Fetches the app's model from object storage: one pinned version, checked by its SHA-256, once per dyno.

Config vars:
  MODEL_URL      s3://BUCKET/KEY?versionId=VERSION or gs://BUCKET/OBJECT#GENERATION
  MODEL_SHA256   what `sha256sum` says of the file
  MODEL_TIMEOUT  seconds that a download may take (default: 45)
and the credentials, under the names that obstore knows: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, or
GOOGLE_SERVICE_ACCOUNT_KEY.

Run as a program it fetches the model and says how that went, as a release phase command or by hand.
"""

import fcntl
import hashlib
import logging
import os
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import GCSStore, S3Store

from background import Passing

log = logging.getLogger("model")

CONNECT_TIMEOUT = timedelta(seconds=5)
STALL_TIMEOUT = timedelta(seconds=10)
"""Time without a byte after which the rest is asked for again."""
RETRIES = 4
FIRST_PAUSE = timedelta(seconds=0.5)
"""Before the first retry; each further one waits about twice as long."""
CHUNK = 64 * 1024


class ModelError(Exception):
    """The model can't be had, and won't be by itself. The message is for whoever reads the log."""

    explained = True


class ModelUnreachable(ModelError, Passing):
    """The storage did not answer, or not in time."""


@dataclass(frozen=True)
class Source:
    """An object of which nothing can change any more."""

    scheme: str
    bucket: str
    key: str
    version: str
    sha256: str
    timeout: float

    @classmethod
    def from_config_vars(cls):
        url, sha256 = os.environ.get("MODEL_URL", ""), os.environ.get("MODEL_SHA256", "").lower()
        match = re.fullmatch(r"(s3)://([^/]+)/(.+)\?versionId=([^?&]+)|(gs)://([^/]+)/(.+)#(\d+)", url)
        if match is None:
            raise ModelError(
                "MODEL_URL must name one version: s3://BUCKET/KEY?versionId=VERSION or gs://BUCKET/OBJECT#GENERATION."
            )
        if re.fullmatch(r"[0-9a-f]{64}", sha256) is None:
            raise ModelError("MODEL_SHA256 must be the model's SHA-256, 64 hexadecimal digits: see sha256sum.")
        try:
            timeout = float(os.environ.get("MODEL_TIMEOUT", "45"))
        except ValueError:
            timeout = 0
        if not 0 < timeout <= 3600:
            raise ModelError("MODEL_TIMEOUT must be a number of seconds, at most 3600.")
        scheme, bucket, key, version = (group for group in match.groups() if group is not None)
        return cls(scheme, bucket, key, version, sha256, timeout)

    def __str__(self):
        return f"{self.scheme}://{self.bucket}/{self.key}, version {self.version}"


def fetch():
    """Path of the model, which is there and right. The first process on the dyno to ask downloads it, the others wait."""
    source = Source.from_config_vars()
    directory = Path(tempfile.gettempdir(), "models")
    model = directory / source.sha256
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(directory / f"{source.sha256}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # Freed with the process, however that ends.
            if model.exists() and sha256_of(model) == source.sha256:
                log.info("already on this dyno: %s", source)
            else:
                _download(source, model)
    except OSError as error:
        raise ModelError(f"can't be written: {error}") from error
    return model


def sha256_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(source, model):
    """Writes beside the place and renames at the end: whoever finds a file under its name finds all of it."""
    log.info("fetching %s", source)
    part = model.with_name(f"{model.name}.part")
    start = time.monotonic()
    digest, size = hashlib.sha256(), 0
    try:
        with open(part, "wb") as file:
            for chunk in _read(source):
                file.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                if time.monotonic() - start > source.timeout:
                    raise ModelUnreachable(
                        f"{source} did not arrive within {source.timeout:g} s ({size / 2**20:.1f} MiB did): "
                        "raise MODEL_TIMEOUT if the storage is well."
                    )
        if digest.hexdigest() != source.sha256:
            raise ModelError(
                f"{source} is not the model that was wanted: its SHA-256 is {digest.hexdigest()}, "
                f"MODEL_SHA256 is {source.sha256}. Nothing was kept."
            )
        os.replace(part, model)
    finally:
        part.unlink(missing_ok=True)
    log.info("fetched %.1f MiB in %.1f s, SHA-256 as wanted", size / 2**20, time.monotonic() - start)


def _read(source):
    """The object's bytes. obstore asks again for the rest, by its range, if the connection stalls or breaks."""
    try:
        result = obstore.get(_store(source), source.key, options={"version": source.version})
        yield from result.stream(min_chunk_size=CHUNK)
    except FileNotFoundError as error:
        raise ModelError(f"{source} is not there: {_words(error)} Check MODEL_URL.") from error
    except (PermissionDeniedError, UnauthenticatedError) as error:
        raise ModelError(f"{source} may not be read with these credentials: {_words(error)}") from error
    except BaseError as error:
        raise ModelUnreachable(f"{source} could not be read: {_words(error)}") from error


def _store(source):
    """Without credentials obstore would look for a cloud machine's own, which a dyno has not."""
    kind, credentials, public, endpoint = {
        "s3": (S3Store, ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"], "AWS_SKIP_SIGNATURE", "AWS_ENDPOINT_URL"),
        "gs": (GCSStore, ["GOOGLE_SERVICE_ACCOUNT_KEY"], "GOOGLE_SKIP_SIGNATURE", "GOOGLE_BASE_URL"),
    }[source.scheme]
    missing = [name for name in credentials if not os.environ.get(name)]
    if missing and os.environ.get(public) != "true":
        raise ModelError(f"{source} needs {' and '.join(missing)} to be set (or {public}=true for a public bucket).")
    limit = timedelta(seconds=source.timeout)
    try:
        return kind(
            source.bucket,
            client_options={
                "connect_timeout": CONNECT_TIMEOUT,
                "read_timeout": STALL_TIMEOUT,
                "timeout": limit,
                "allow_http": os.environ.get(endpoint, "").startswith("http://"),  # A server on a developer's machine.
            },
            retry_config={
                "max_retries": RETRIES,
                "retry_timeout": limit,
                "backoff": {"init_backoff": FIRST_PAUSE, "max_backoff": 8 * FIRST_PAUSE, "base": 2},
            },
        )
    except (BaseError, ValueError) as error:
        raise ModelError(f"the credentials for {source} can't be used: {_words(error)}") from error


def _words(error):
    """What the server said, or the error's first line. Not the whole text: it tells of requests and keys."""
    text = str(error)
    message = re.search(r"<Message>([^<]*)</Message>", text)
    return message[1] if message else text.strip().split("\n", 1)[0]


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    try:
        fetch()
    except ModelError as error:
        sys.exit(f"model: {error}")
