"""The end actors: what arrived is stored as JSON, and that is all. The sidecar reports the final status.

    happy-end   handlers.end_handlers.happy_end_handler   prefix ASYA_S3_RESULTS_PREFIX [happy-asya/]
    error-end   handlers.end_handlers.error_end_handler   prefix ASYA_S3_ERRORS_PREFIX [error-asya/]

One object per envelope: {prefix}{time}/{actor where it ended}/{id}.json, in the bucket ASYA_S3_BUCKET, or where that is
not set as a file in the folder ASYA_RESULTS_DIR; with neither nothing is stored. What cannot be stored is logged, and
the envelope counts as handled all the same.
"""

import json
import logging
import os
from datetime import datetime, timezone
from typing import Any, Callable, Dict, Mapping, Optional
from urllib.parse import quote

log = logging.getLogger("asya-crew")

Envelope = Dict[str, Any]
# Takes key and content, says where they are now.
Store = Callable[[str, bytes], str]

CONNECT_SECONDS = 5
READ_SECONDS = 30
MAX_FILE_NAME = 200


def refuse_wrong_mode(env: Mapping[str, str]) -> None:
    """End actors take any route, which validation and payload mode do not allow."""
    mode = env.get("ASYA_HANDLER_MODE") or "payload"
    if mode.lower() != "envelope":
        raise RuntimeError("end actors need ASYA_HANDLER_MODE=envelope, got %r" % mode)
    validation = env.get("ASYA_ENABLE_VALIDATION") or "true"
    if validation.lower() not in ("false", "0", "no"):
        raise RuntimeError("end actors need ASYA_ENABLE_VALIDATION=false, got %r" % validation)


def key_of(envelope: Envelope, prefix: str, now: datetime) -> str:
    time = now.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return "%s%s/%s/%s.json" % (prefix, time, last_actor(envelope), envelope.get("id", "unknown"))


def last_actor(envelope: Envelope) -> str:
    """Where the envelope ended: the actor that failed or answered nothing, or the last one of its route."""
    route = envelope.get("route") or {}
    actors, current = route.get("actors") or [], route.get("current")
    if not actors:
        return "unknown"
    inside = isinstance(current, int) and 0 <= current < len(actors)
    return str(actors[current] if inside else actors[-1])


def chosen_store(env: Mapping[str, str]) -> Optional[Store]:
    if env.get("ASYA_S3_BUCKET"):
        return bucket_store(env["ASYA_S3_BUCKET"], env)
    if env.get("ASYA_RESULTS_DIR"):
        return folder_store(env["ASYA_RESULTS_DIR"])
    log.warning("nothing will be stored: neither ASYA_S3_BUCKET nor ASYA_RESULTS_DIR is set")
    return None


def bucket_store(bucket: str, env: Mapping[str, str]) -> Store:
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise RuntimeError("ASYA_S3_BUCKET is set, which needs boto3 - pip install boto3") from error
    endpoint = env.get("ASYA_S3_ENDPOINT") or None
    access_key, secret_key = env.get("ASYA_S3_ACCESS_KEY"), env.get("ASYA_S3_SECRET_KEY")
    if endpoint:
        # n.b. many S3-compatible servers refuse the checksums that boto3 1.36 and later add by itself.
        os.environ.setdefault("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
    client = boto3.client(
        "s3",
        region_name=env.get("AWS_REGION") or "us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id=access_key or None if secret_key else None,
        aws_secret_access_key=secret_key or None if access_key else None,
        config=Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "max_attempts": 3},
            s3={"addressing_style": "path"} if endpoint else None,
        ),
    )

    def put(key: str, content: bytes) -> None:
        client.put_object(Bucket=bucket, Key=key, Body=content, ContentType="application/json")

    def store(key: str, content: bytes) -> str:
        try:
            put(key, content)
        except client.exceptions.NoSuchBucket:
            # n.b. 0.1 makes it too. On AWS a bucket belongs to the platform and is not made in passing.
            if not endpoint:
                raise
            client.create_bucket(Bucket=bucket)
            put(key, content)
        return "s3://%s/%s" % (bucket, key)

    return store


def folder_store(folder: str) -> Store:
    def store(key: str, content: bytes) -> str:
        path = os.path.join(folder, *[file_name(part) for part in key.split("/")])
        os.makedirs(os.path.dirname(path), exist_ok=True)
        # n.b. who watches the folder never sees half a file.
        with open(path + ".new", "wb") as file:
            file.write(content)
        os.replace(path + ".new", path)
        return path

    return store


def file_name(text: str) -> str:
    """Text of somebody else as one name in a folder: never a way out of it."""
    name = quote(text, safe=" :+@=,")
    if name.startswith("."):
        name = "%2E" + name[1:]
    if len(name) <= MAX_FILE_NAME:
        return name or "%"
    stem, dot, ending = name.rpartition(".json")
    return name[:MAX_FILE_NAME] if ending or not dot else stem[:MAX_FILE_NAME] + ".json"


def end_handler(store: Optional[Store], prefix: str) -> Callable[[Envelope], Envelope]:
    def handle(envelope: Envelope) -> Envelope:
        if store is not None:
            try:
                content = json.dumps(envelope, indent=2).encode("ascii")
                log.info("stored %s", store(key_of(envelope, prefix, datetime.now(timezone.utc)), content))
            except Exception as error:
                # The error's text may quote the content, so only its kind is told.
                log.error("envelope %s is not stored: %s", envelope.get("id"), reason_of(error))
        return {}

    return handle


def reason_of(error: Exception) -> str:
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    words = code or (error.strerror if isinstance(error, OSError) else None)
    return "%s (%s)" % (type(error).__name__, words) if words else type(error).__name__


refuse_wrong_mode(os.environ)
_store = chosen_store(os.environ)
happy_end_handler = end_handler(_store, os.environ.get("ASYA_S3_RESULTS_PREFIX") or "happy-asya/")
error_end_handler = end_handler(_store, os.environ.get("ASYA_S3_ERRORS_PREFIX") or "error-asya/")
