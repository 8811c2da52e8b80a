#!/usr/bin/env python3
"""Asya's runtime: runs one Python handler for the sidecar that shares its pod. One file, standard library only.

Two processes. The supervisor owns the socket and never imports the handler; the worker, forked from it, loads the
handler and answers. The supervisor accepts a connection, keeps a copy of it and passes it to the worker, which from
then on reads and writes it alone. When the sidecar closes a connection while its handler runs, the supervisor kills the
worker (also one that holds the GIL or ignores signals), closes what else ran there unanswered, and starts another.

Wire 1 (Asya 0.1), one request per connection, big-endian:

    request  u32 length, envelope as JSON
    reply    u32 length, JSON list of {payload, route, headers?} or {error, details}

Wire 2, after the 8 bytes "ASYA" 0 0 0 2, any number of requests one after another:

    request  u32 total, u32 metaLength, {"items": [{envelope without payload, "payloadBytes"}]}, payloads
    reply    u32 total, u32 metaLength, {"replies": [[{route, headers?, "payloadBytes"} or {error, details}]]}, payloads
"""

import os
import sys

VERSION = "0.1.0"
PROTOCOL = 2
READY_FILE = "runtime-ready"


def probe(env: "Mapping[str, str]") -> int:
    """0 where the handler is loaded and the socket accepts; otherwise 1, and the reason on stderr."""
    import _socket

    folder = env.get("ASYA_SOCKET_DIR", "/var/run/asya")
    path = os.path.join(folder, READY_FILE)
    try:
        os.stat(path)
        path = os.path.join(folder, env.get("ASYA_SOCKET_NAME", "asya-runtime.sock"))
        connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        connection.settimeout(3)
        connection.connect(path)
    except OSError as error:
        sys.stderr.write(f"asya_runtime: not ready: {path}: {error.strerror or error}\n")
        return 1
    return 0


# n.b. kubelet starts a probe every few seconds in every pod: it pays for no import below this line.
if __name__ == "__main__" and sys.argv[1:] == ["--probe"]:
    sys.exit(probe(os.environ))

import array
import collections
import importlib
import inspect
import io
import json
import logging
import math
import mmap
import re
import resource
import select
import signal
import socket
import struct
import threading
import time
import traceback
from typing import Any, Callable, Deque, Dict, Generator, List, Mapping, NamedTuple, Optional, Sequence, Tuple
from typing import NoReturn, TypeVar, Union

try:
    import orjson
except ImportError:
    orjson = None

log = logging.getLogger("asya-runtime")

JsonObject = Dict[str, Any]
Told = TypeVar("Told")
Handler = Callable[[Any], Any]

# How long a handler may go on after its connection was closed, before its worker is killed.
CANCEL_GRACE_SECONDS = 1.0
# How long a worker with nothing left to answer has for its own clean-up (atexit).
WORKER_END_SECONDS = 5.0
# A worker that keeps dying by itself ends the container: Kubernetes shows that, and waits longer each time.
DEATHS_TOLERATED = 3
DEATHS_WINDOW_SECONDS = 60.0

MAX_CONNECTIONS = 4096
MAX_MESSAGE_CHARACTERS = 8192
MAX_TRACEBACK_CHARACTERS = 32768


# --- Settings ---------------------------------------------------------------------------------------------------------


class SettingError(Exception):
    """A variable of the environment does not parse; the text names it and its value."""


class Settings(NamedTuple):
    handler: str
    mode: str
    socket_dir: str
    socket_name: str
    socket_chmod: int
    chunk_bytes: int
    validate: bool
    log_level: str
    concurrency: int
    batch_max_size: Optional[int]
    batch_max_wait: Optional[str]
    max_frame_bytes: int
    stop_seconds: int

    @property
    def socket_path(self) -> str:
        return os.path.join(self.socket_dir, self.socket_name)

    @property
    def ready_path(self) -> str:
        return os.path.join(self.socket_dir, READY_FILE)


class Rule(NamedTuple):
    """What a variable may say, in words; `parse` raises ValueError or KeyError for anything else."""

    words: str
    parse: Callable[[str], Any]


def whole_number(lowest: int, highest: int) -> Rule:
    def parse(text: str) -> int:
        if re.match(r"[0-9]{1,12}\Z", text) is None or not lowest <= int(text) <= highest:
            raise ValueError(text)
        return int(text)

    return Rule(f"a whole number from {lowest} to {highest}", parse)


def one_of(values: Mapping[str, Any]) -> Rule:
    return Rule(f"one of {', '.join(values)}", lambda text: values[text.lower()])


def matching(pattern: str, words: str) -> Rule:
    def parse(text: str) -> str:
        if re.match(pattern + r"\Z", text) is None:
            raise ValueError(text)
        return text

    return Rule(words, parse)


def octal(lowest: int, highest: int) -> Rule:
    def parse(text: str) -> int:
        if re.match(r"(0o)?[0-7]{1,6}\Z", text) is None or not lowest <= int(text, 8) <= highest:
            raise ValueError(text)
        return int(text, 8)

    return Rule(f"octal permissions from {oct(lowest)} to {oct(highest)}", parse)


BOOLEAN = one_of({"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False})
MODE = one_of({"payload": "payload", "envelope": "envelope"})
LEVELS = {level: level.upper() for level in ("debug", "info", "warning", "error", "critical")}
LEVEL = one_of(dict(LEVELS, warn="WARNING"))
HANDLER_PATH = matching(r"[^\W\d]\w*(\.[^\W\d]\w*)+", "module.function or module.Class.method, dotted identifiers only")
DURATION = matching(r"([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+", "a duration such as 50ms or 1s")
FOLDER = matching(r"[^\0]+", "a folder")
FILE_NAME = matching(r"[^/\0]+", "a file name")


class Variable(NamedTuple):
    name: str
    field: str
    rule: Rule
    default: Optional[str]
    meaning: str


VARIABLES = [
    Variable("ASYA_HANDLER", "handler", HANDLER_PATH, None, "what to run (required): " + HANDLER_PATH.words),
    Variable("ASYA_HANDLER_MODE", "mode", MODE, "payload", "what the handler takes and returns: payload or envelope"),
    Variable("ASYA_SOCKET_DIR", "socket_dir", FOLDER, "/var/run/asya", "folder of the socket and of " + READY_FILE),
    Variable("ASYA_SOCKET_NAME", "socket_name", FILE_NAME, "asya-runtime.sock", "name of the socket"),
    Variable("ASYA_SOCKET_CHMOD", "socket_chmod", octal(0, 0o777), "0o666", "permissions of the socket"),
    Variable("ASYA_CHUNK_SIZE", "chunk_bytes", whole_number(1, 2**24), "65536", "bytes read from a connection at once"),
    Variable("ASYA_ENABLE_VALIDATION", "validate", BOOLEAN, "true", "check envelopes that come in and go out"),
    Variable("ASYA_LOG_LEVEL", "log_level", LEVEL, "INFO", "least level that is logged"),
    Variable("ASYA_CONCURRENCY", "concurrency", whole_number(1, 1000), "1", "handlers that run at the same time"),
    Variable("ASYA_BATCH_MAX_SIZE", "batch_max_size", whole_number(1, 65536), None, "if set, handlers take lists"),
    Variable("ASYA_BATCH_MAX_WAIT", "batch_max_wait", DURATION, None, "how long the sidecar collects a batch"),
    # n.b. "ASYA" read as a length is 1095981377: a limit below it keeps the two wires apart.
    Variable("ASYA_MAX_FRAME_BYTES", "max_frame_bytes", whole_number(1024, 2**30), "67108864", "longest frame"),
    Variable("ASYA_STOP_TIMEOUT", "stop_seconds", whole_number(0, 86400), "3600", "seconds from SIGTERM to the end"),
]


def read_settings(env: Mapping[str, str]) -> Settings:
    """The runtime's settings. Raises SettingError at the first variable that does not parse."""
    settings = Settings(**{variable.field: _value(variable, env.get(variable.name)) for variable in VARIABLES})
    # n.b. a Unix socket's path has at most 107 bytes on Linux, 103 on macOS; ".new" is put behind it for a moment.
    longest = (107 if sys.platform == "linux" else 103) - len(".new")
    if len(os.fsencode(settings.socket_path)) > longest:
        message = f"ASYA_SOCKET_DIR/ASYA_SOCKET_NAME must have at most {longest} bytes"
        raise SettingError(f"{message}, got {json.dumps(settings.socket_path)} - use a shorter folder")
    return settings


def _value(variable: Variable, text: Optional[str]) -> Any:
    if text is None:
        if variable.name == "ASYA_HANDLER":
            raise SettingError(f"ASYA_HANDLER is not set; it must be {variable.rule.words}")
        if variable.default is None:
            return None
        text = variable.default
    try:
        return variable.rule.parse(text)
    except (ValueError, KeyError):
        message = f"{variable.name} must be {variable.rule.words}, got {json.dumps(text)}"
        raise SettingError(message) from None


# --- JSON -------------------------------------------------------------------------------------------------------------
# orjson is a faster way to the same answer: what it would decide differently is left to the standard library.

_DIGITS = bytes(48 if 48 <= byte <= 57 else 0 for byte in range(256))


def decode_json(data: bytes) -> Any:
    """The value of UTF-8 JSON. Raises ValueError or RecursionError; NaN and Infinity are not JSON."""
    # n.b. orjson reads a whole number of more than 64 bits as a float.
    if orjson is not None and b"0" * 19 not in data.translate(_DIGITS):
        try:
            return orjson.loads(data)
        except ValueError:
            pass
    return _DECODER.decode(data.decode("utf-8"))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def encode_json(value: Any) -> bytes:
    """UTF-8 JSON. Raises TypeError, ValueError or RecursionError for what JSON cannot say: NaN, sets, bytes, cycles."""
    # n.b. orjson writes NaN as null, and dataclasses, dates, UUIDs and enumerations that the standard library refuses.
    if orjson is not None:
        try:
            data = bytes(orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME))
            if b"null" not in data:
                return data
        except TypeError:
            pass
    text = _ENCODER.encode(value)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        # A lone surrogate has no UTF-8 form, only an escape.
        return json.dumps(value, allow_nan=False, separators=(",", ":"), default=_plain).encode("ascii")


def _plain(value: Any) -> Any:
    kinds = {cls.__module__ + "." + cls.__name__ for cls in type(value).__mro__}
    if "uuid.UUID" in kinds:
        return str(value)
    if "enum.Enum" in kinds:
        return value.value
    raise TypeError(f"a value of type {type(value).__name__} is not JSON")


# n.b. json.loads and json.dumps make one at each call.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)


# --- Errors that go to the sidecar ------------------------------------------------------------------------------------


class Failure(NamedTuple):
    """One error item of a reply."""

    code: str
    details: JsonObject


def failure(code: str, error: BaseException) -> Failure:
    """`type` is the class's name as in 0.1; `mro` has the qualified names of it and its bases, itself first."""
    cls = type(error)
    details = {
        "message": _message(error)[:MAX_MESSAGE_CHARACTERS],
        "type": _told(lambda: _valid_text(cls.__name__), "Exception"),
        "mro": _told(lambda: _base_names(cls), ["Exception"]),
        "traceback": _told(lambda: _valid_text(_traceback(error)), "")[-MAX_TRACEBACK_CHARACTERS:],
    }
    return Failure(code, details)


def _told(tell: Callable[[], Told], otherwise: Told) -> Told:
    """What an exception says of itself: that is the handler's code, which may fail in any way."""
    try:
        return tell()
    except BaseException:
        return otherwise


def _base_names(cls: type) -> List[str]:
    return [_valid_text(qualified_name(each)) for each in cls.__mro__ if each not in (object, BaseException)]


def qualified_name(cls: type) -> str:
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def _message(error: BaseException) -> str:
    return _told(lambda: _valid_text(str(error)), "<an exception whose text cannot be had>")


def _traceback(error: BaseException) -> str:
    frames = error.__traceback__
    # n.b. __file__ may be absolute where the names in code objects are not.
    while frames is not None and frames.tb_frame.f_code.co_filename == _traceback.__code__.co_filename:
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames))


def _valid_text(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


# --- Frames: bytes in, requests out; no I/O ---------------------------------------------------------------------------

OPENING_WORD = b"ASYA"
OPENING = OPENING_WORD + struct.pack(">I", PROTOCOL)
U32 = struct.Struct(">I")


class FrameError(Exception):
    """The peer broke the framing: nothing more can be read from this connection."""


class FrameReader:
    """The frames of one connection. `version` is 1 or 2 as soon as the first bytes have told."""

    def __init__(self, max_frame_bytes: int) -> None:
        self.version: Optional[int] = None
        self._max_frame_bytes = max_frame_bytes
        self._data: Union[bytes, bytearray] = b""

    def feed(self, data: bytes) -> None:
        """Raises FrameError where the peer sends ahead more than a frame can be long."""
        if not self._data:
            self._data = data
            return
        if len(self._data) + len(data) > 2 * (self._max_frame_bytes + len(OPENING)):
            raise FrameError(f"more bytes are waiting than two frames of {self._max_frame_bytes} bytes")
        if isinstance(self._data, bytes):
            self._data = bytearray(self._data)
        self._data += data

    def next_frame(self) -> Optional[bytes]:
        """The next whole frame without its length; None if there is none yet. Raises FrameError."""
        if self.version is None and not self._read_opening() or len(self._data) < U32.size:
            return None
        (length,) = U32.unpack_from(self._data)
        if length > self._max_frame_bytes:
            limit = self._max_frame_bytes
            raise FrameError(f"a frame of {length} bytes is announced; ASYA_MAX_FRAME_BYTES allows {limit}")
        end = U32.size + length
        if len(self._data) < end:
            return None
        with memoryview(self._data) as view:
            frame, self._data = bytes(view[U32.size : end]), bytes(view[end:])
        return frame

    def _read_opening(self) -> bool:
        if len(self._data) < len(OPENING_WORD):
            return False
        if self._data[: len(OPENING_WORD)] != OPENING_WORD:
            self.version = 1
            return True
        if len(self._data) < len(OPENING):
            return False
        (version,) = U32.unpack_from(self._data, len(OPENING_WORD))
        self.version = PROTOCOL
        if version != PROTOCOL:
            raise FrameError(f"the connection opens with wire version {version}; this runtime speaks 1 and 2")
        self._data = self._data[len(OPENING) :]
        return True


Item = Union[JsonObject, Failure]
UNREADABLE = (ValueError, RecursionError, MemoryError)


def parse_frame(version: int, frame: bytes) -> List[Item]:
    """The envelopes of a request, a Failure in place of each that cannot be parsed. Raises FrameError."""
    return [_parse_envelope(frame)] if version == 1 else _parse_items(frame)


def _parse_envelope(data: bytes) -> Item:
    try:
        envelope = decode_json(data)
        if not isinstance(envelope, dict):
            raise ValueError(f"the envelope must be a JSON object, got {type(envelope).__name__}")
        return envelope
    except UNREADABLE as error:
        return failure("msg_parsing_error", error)


def _parse_items(frame: bytes) -> List[Item]:
    metas, position = _parse_meta(frame)
    sizes = [meta.pop("payloadBytes", None) for meta in metas]
    if not all(type(size) is int and size >= 0 for size in sizes) or position + sum(sizes) != len(frame):
        raise FrameError(f"payloadBytes {sizes[:8]} do not add up to the {len(frame) - position} bytes behind the meta")
    items: List[Item] = []
    for meta, size in zip(metas, sizes):
        try:
            meta["payload"] = decode_json(frame[position : position + size])
            items.append(meta)
        except UNREADABLE as error:
            items.append(failure("msg_parsing_error", error))
        position += size
    return items


def _parse_meta(frame: bytes) -> Tuple[List[JsonObject], int]:
    """The items of a wire 2 request, and where their payloads begin."""
    if len(frame) < U32.size:
        raise FrameError(f"a frame of {len(frame)} bytes has no room for the length of its meta")
    end = U32.size + U32.unpack_from(frame)[0]
    if end > len(frame):
        raise FrameError(f"a meta of {end - U32.size} bytes is announced in a frame of {len(frame)}")
    try:
        meta = decode_json(frame[U32.size : end])
    except UNREADABLE as error:
        raise FrameError(f"the meta is not JSON: {error}") from None
    items = meta.get("items") if isinstance(meta, dict) else None
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise FrameError('the meta must be {"items": [{...}, ...]} with at least one item')
    return items, end


class Reply(NamedTuple):
    """One item of a reply: `meta` is JSON without the payload; the payload is None where the handler gave none."""

    meta: bytes
    payload: Optional[bytes]


Replies = List[List[Union[Reply, Failure]]]


def encode_frame(version: int, replies: Replies, max_frame_bytes: int) -> List[bytes]:
    """The frame in parts. A reply that would be longer than the limit becomes an error for each of its items."""
    parts = _encode_first_wire(replies) if version == 1 else _encode_second_wire(replies)
    length = sum(map(len, parts)) - U32.size
    if length <= max_frame_bytes:
        return parts
    message = f"the reply has {length} bytes; ASYA_MAX_FRAME_BYTES allows {max_frame_bytes}"
    too_long: Replies = [[failure("processing_error", OverflowError(message))] for _ in replies]
    return _encode_first_wire(too_long) if version == 1 else _encode_second_wire(too_long)


def _encode_first_wire(replies: Replies) -> List[bytes]:
    body = b"[" + b",".join(_whole_item(item) for items in replies for item in items) + b"]"
    return [U32.pack(len(body)), body]


def _whole_item(item: Union[Reply, Failure]) -> bytes:
    if isinstance(item, Failure):
        return _error_item(item)
    return item.meta if item.payload is None else _with_field(item.meta, b'"payload":' + item.payload)


def _encode_second_wire(replies: Replies) -> List[bytes]:
    lists = (b"[" + b",".join(map(_meta_item, items)) + b"]" for items in replies)
    meta = b'{"replies":[' + b",".join(lists) + b"]}"
    payloads = [item.payload for items in replies for item in items if isinstance(item, Reply) and item.payload]
    total = U32.size + len(meta) + sum(map(len, payloads))
    return [U32.pack(total) + U32.pack(len(meta)) + meta] + payloads


def _meta_item(item: Union[Reply, Failure]) -> bytes:
    if isinstance(item, Failure):
        return _error_item(item)
    return _with_field(item.meta, b'"payloadBytes":%d' % len(item.payload or b""))


def _error_item(item: Failure) -> bytes:
    return encode_json({"error": item.code, "details": item.details})


def _with_field(meta: bytes, field: bytes) -> bytes:
    return b"{" + field + (b"}" if meta == b"{}" else b"," + meta[1:])


# --- Envelopes: what the handler is given and what becomes of its result; no I/O --------------------------------------


class Outcome(NamedTuple):
    """What one call of the handler came to: its result, or the exception that it raised."""

    result: Any
    error: Optional[BaseException]


def answer(items: Sequence[Item], settings: Settings) -> Generator[Any, Outcome, Replies]:
    """Yields what to call the handler with, is sent each call's outcome, returns one list of reply items per item."""
    replies: Dict[int, List[Union[Reply, Failure]]] = {}
    calls: List[Tuple[int, JsonObject, List[str]]] = []
    for index, item in enumerate(items):
        try:
            if isinstance(item, Failure):
                replies[index] = [item]
            else:
                if settings.validate:
                    check_envelope(item)
                calls.append((index, item, visited_actors(item)))
        except ValueError as error:
            replies[index] = [failure("msg_parsing_error", error)]
    arguments = [envelope if settings.mode == "envelope" else envelope.get("payload") for _, envelope, _ in calls]
    outcomes: List[Outcome] = []
    if settings.batch_max_size is None:
        for argument in arguments:
            outcomes.append((yield argument))
    elif calls:
        outcomes = batch_outcomes((yield arguments), len(calls))
    for (index, envelope, visited), outcome in zip(calls, outcomes):
        replies[index] = reply_items(envelope, visited, outcome, settings)
    return [replies[index] for index in range(len(items))]


def check_envelope(envelope: JsonObject) -> None:
    """Raises ValueError with the field and its rule."""
    if "payload" not in envelope:
        raise ValueError("the envelope has no payload")
    if not isinstance(envelope.get("id", ""), str):
        raise ValueError(f"id must be a string, got {type(envelope['id']).__name__}")
    if not isinstance(envelope.get("headers") or {}, dict):
        raise ValueError(f"headers must be an object, got {type(envelope['headers']).__name__}")
    actors, current = check_route(envelope.get("route"))
    if current >= len(actors):
        raise ValueError(f"route.current is {current}, but route.actors has {len(actors)} actors")


def check_route(route: Any) -> Tuple[List[str], int]:
    """A route's actors and its current position. Raises ValueError."""
    if not isinstance(route, dict):
        raise ValueError(f"route must be an object, got {type(route).__name__}")
    actors, current = route.get("actors"), route.get("current")
    if not isinstance(actors, list) or not actors or not all(isinstance(actor, str) for actor in actors):
        raise ValueError("route.actors must be a list of at least one actor's name")
    if type(current) is not int or not 0 <= current <= len(actors):
        raise ValueError(f"route.current must be a whole number from 0 to {len(actors)}")
    return actors, current


def visited_actors(envelope: JsonObject) -> List[str]:
    """The part of the route that a handler may not change: up to the current actor, itself included."""
    try:
        actors, current = check_route(envelope.get("route"))
    except ValueError:
        return []
    return actors[: current + 1]


def batch_outcomes(outcome: Outcome, count: int) -> List[Outcome]:
    """A batch's outcome for each of its envelopes. A failed batch failed for all: the sidecar repeats each alone."""
    if outcome.error is None:
        results = outcome.result
        if isinstance(results, (list, tuple)) and len(results) == count:
            return [Outcome(result, None) for result in results]
        got = f"{len(results)} elements" if isinstance(results, (list, tuple)) else type(results).__name__
        message = f"a batch of {count} must return a list of {count} results, got {got}"
        outcome = Outcome(None, ValueError(message))
    return [outcome] * count


def reply_items(
    envelope: JsonObject, visited: List[str], outcome: Outcome, settings: Settings
) -> List[Union[Reply, Failure]]:
    """All of a handler's results, or one error: an envelope is never answered by half."""
    try:
        if outcome.error is not None:
            raise outcome.error
        results = outcome.result
        if results is None:
            return []
        if not isinstance(results, (list, tuple)):
            results = [results]
        if settings.mode == "envelope":
            return [_envelope_reply(result, visited, settings) for result in results]
        meta = encode_json(_next_meta(envelope))
        return [Reply(meta, encode_json(result)) for result in results]
    except BaseException as error:
        failed = failure("processing_error", error)
        log.debug("envelope %s: the handler failed: %s", envelope.get("id"), failed.details["traceback"])
        return [failed]


def _next_meta(envelope: JsonObject) -> JsonObject:
    """Route, advanced, and headers of a payload handler's results."""
    meta = {key: envelope[key] for key in ("route", "headers") if envelope.get(key) is not None}
    route = meta.get("route")
    if isinstance(route, dict) and type(route.get("current")) is int:
        meta["route"] = dict(route, current=route["current"] + 1)
    return meta


def _envelope_reply(result: Any, visited: List[str], settings: Settings) -> Reply:
    if not isinstance(result, dict):
        got = type(result).__name__
        raise TypeError(f"an envelope handler must return envelopes (dict), a list of them or None, got {got}")
    if settings.validate:
        _check_result(result, visited)
    meta = {key: result[key] for key in ("route", "headers") if result.get(key) is not None}
    return Reply(encode_json(meta), encode_json(result["payload"]) if "payload" in result else None)


def _check_result(result: JsonObject, visited: List[str]) -> None:
    if "payload" not in result:
        raise ValueError("the handler returned an envelope without payload")
    if not isinstance(result.get("headers") or {}, dict):
        raise ValueError(f"the handler returned headers that are no dict, but {type(result['headers']).__name__}")
    actors, _ = check_route(result.get("route"))
    if actors[: len(visited)] != visited:
        changed = f"{visited} became {actors[: len(visited)]}"
        raise ValueError(
            f"the handler changed route.actors up to the current one: {changed}; only later ones may change"
        )


def run_handler(handler: Handler, items: Sequence[Item], settings: Settings) -> Replies:
    steps = answer(items, settings)
    try:
        argument = next(steps)
        while True:
            argument = steps.send(_call(handler, argument))
    except StopIteration as end:
        replies: Replies = end.value
        return replies


def _call(handler: Handler, argument: Any) -> Outcome:
    try:
        result = handler(argument)
        return Outcome(_finish(result) if hasattr(result, "__await__") else result, None)
    except BaseException as error:
        return Outcome(None, error)


_thread = threading.local()


def _finish(awaitable: Any) -> Any:
    """The result of a coroutine that a plain function returned, on this thread's own lasting event loop."""
    import asyncio

    if not hasattr(_thread, "loop"):
        _thread.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(_thread.loop)
    return _thread.loop.run_until_complete(awaitable)


async def run_async_handler(
    handler: Handler, items: Sequence[Item], settings: Settings, cancelled: Callable[[], bool]
) -> Replies:
    steps = answer(items, settings)
    try:
        argument = next(steps)
        while True:
            argument = steps.send(await _call_async(handler, argument, cancelled))
    except StopIteration as end:
        replies: Replies = end.value
        return replies


async def _call_async(handler: Handler, argument: Any, cancelled: Callable[[], bool]) -> Outcome:
    try:
        result = handler(argument)
        return Outcome(await result if hasattr(result, "__await__") else result, None)
    except BaseException as error:
        if cancelled():
            raise
        return Outcome(None, error)


# --- Loading the handler ----------------------------------------------------------------------------------------------


class LoadError(Exception):
    """The handler cannot be loaded; the text names its path and what was found instead."""


def load_handler(path: str) -> Handler:
    """The callable that ASYA_HANDLER names; a class is constructed. Raises LoadError."""
    parts = path.split(".")
    module, rest = _import_longest(path, parts)
    owner: Any = module
    if len(rest) == 2:
        owner = _construct(path, _member(path, module, rest[0]))
    handler: Handler = _member(path, owner, rest[-1])
    if isinstance(handler, type):
        raise LoadError(f"{path} is a class; name its method: {path}.METHOD (it has: {_names(handler)})")
    if not callable(handler):
        raise LoadError(f"{path} is no function, but {type(handler).__name__}")
    _check_one_argument(path, handler)
    return handler


def _import_longest(path: str, parts: List[str]) -> Tuple[Any, List[str]]:
    """The imported module of `path`, and the one or two names behind it."""
    missing = ""
    for length in (len(parts) - 1, len(parts) - 2):
        name = ".".join(parts[:length])
        if not name:
            break
        try:
            return importlib.import_module(name), parts[length:]
        except ModuleNotFoundError as error:
            if error.name is None or not (name + ".").startswith(error.name + "."):
                raise LoadError(f"importing {name} needs module {error.name}, which is not there") from error
            missing = error.name
        except BaseException as error:
            raise LoadError(f"importing {name} failed: {type(error).__name__}: {_message(error)}") from error
    where = ", ".join(folder or "." for folder in sys.path[:4])
    raise LoadError(f"there is no module {missing} (looked in {where}, ...)")


def _member(path: str, owner: Any, name: str) -> Any:
    try:
        return getattr(owner, name)
    except AttributeError:
        if isinstance(owner, type(sys)):
            place = f"module {owner.__name__} ({getattr(owner, '__file__', None) or 'built in'})"
        else:
            place = f"class {type(owner).__name__}"
        raise LoadError(f"{place} has no {name}; it has: {_names(owner)}") from None


def _names(owner: Any) -> str:
    members = vars(owner if isinstance(owner, (type, type(sys))) else type(owner))
    names = sorted(name for name, member in members.items() if callable(member) and not name.startswith("_"))
    return ", ".join(names[:12] + ["..."] * (len(names) > 12)) or "nothing to call"


def _construct(path: str, cls: Any) -> Any:
    if not isinstance(cls, type):
        raise LoadError(f"{path.split('.')[-2]} in {path} is no class, but {type(cls).__name__}")
    try:
        parameters = list(inspect.signature(cls).parameters.values())
    except (ValueError, TypeError):
        parameters = []
    needed = [each.name for each in parameters if each.default is each.empty and each.kind not in (2, 4)]
    if needed:
        needs = f"class {cls.__name__} needs {', '.join(needed)}"
        raise LoadError(f"{needs}, but is constructed without arguments; give each parameter a default")
    try:
        return cls()
    except BaseException as error:
        raise LoadError(f"{cls.__name__}() failed: {type(error).__name__}: {_message(error)}") from error


def _check_one_argument(path: str, handler: Handler) -> None:
    try:
        signature = inspect.signature(handler)
    except (ValueError, TypeError):
        return
    try:
        signature.bind(None)
    except TypeError:
        raise LoadError(f"{path} must take one argument, but is {path.split('.')[-1]}{signature}") from None


def is_async(handler: Handler) -> bool:
    function: Any = inspect.unwrap(handler)
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)


# --- Worker: answers connections that the supervisor passes to it -----------------------------------------------------
# A connection has a slot, one byte of memory that both processes see: 1 while a handler runs for it.


def work(settings: Settings, controls: List[socket.socket], slots: mmap.mmap) -> int:
    """Loads the handler and answers until the supervisor lets go of the control sockets. The worker's exit code."""
    _die_with(os.getppid())
    # n.b. Python puts the script's folder first; a handler's modules lie in the folder where the program starts.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [os.getcwd()] + [folder for folder in sys.path if os.path.abspath(folder) != here]
    # n.b. a worker that is killed would take along what the handler had printed into a full buffer.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    try:
        handler = load_handler(settings.handler)
    except LoadError as error:
        complain(f"ASYA_HANDLER {json.dumps(settings.handler)} cannot be loaded: {error}")
        if error.__cause__ is not None:
            sys.stderr.write(_traceback(error.__cause__))
        return 1
    if is_async(handler):
        serve_async(handler, settings, controls, slots)
    else:
        serve(handler, settings, controls, slots)
    return 0


def _work_or_die(settings: Settings, controls: List[socket.socket], slots: mmap.mmap) -> int:
    try:
        code = work(settings, controls, slots)
    except BaseException:
        end_worker()
    if code != 0:
        # n.b. an orderly exit waits for the threads that a handler has started, and they may have no end.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


def _die_with(parent: int) -> None:
    """Linux ends this process with its parent, even if a handler holds the GIL. Elsewhere it ends once it is idle."""
    if sys.platform == "linux":
        try:
            import ctypes

            ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        except (ImportError, OSError, AttributeError):
            return
        if os.getppid() != parent:
            os._exit(1)


def receive_connection(control: socket.socket) -> Optional[Tuple[int, socket.socket]]:
    """A connection and its slot; None once the supervisor has let go."""
    data, ancillary, _, _ = control.recvmsg(U32.size, socket.CMSG_SPACE(U32.size))
    if not data:
        return None
    descriptors = array.array("i")
    descriptors.frombytes(ancillary[0][2][: descriptors.itemsize])
    return U32.unpack(data)[0], socket.socket(fileno=descriptors[0])


def leave_if_forked(worker: int) -> None:
    """A handler that forks may return in both processes: a second reply would pass for that of the next request."""
    if os.getpid() != worker:
        os._exit(0)


def shut_down(connection: socket.socket) -> None:
    """Ends a connection for good, also where other processes hold copies of it."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError as error:
        log.debug("the peer was faster: %s", error)


class HangUp:
    """Whether the peer has closed the connection, whatever bytes it left behind."""

    def __init__(self, connection: socket.socket) -> None:
        self._poll = select.poll()
        self._poll.register(connection, 0)

    def seen(self) -> bool:
        return bool(self._poll.poll(0))


class Connection:
    def __init__(self, connection: socket.socket, slot: int, max_frame_bytes: int) -> None:
        self.socket = connection
        self.slot = slot
        self.reader = FrameReader(max_frame_bytes)
        self.hang_up = HangUp(connection)
        self.broken = False


class Lane:
    """One handler at a time, for the connections that the supervisor passes to this lane."""

    def __init__(self, handler: Handler, settings: Settings, control: socket.socket, slots: mmap.mmap) -> None:
        self._handler = handler
        self._settings = settings
        self._control = control
        self._slots = slots
        self._pid = os.getpid()
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._connections: Dict[int, Connection] = {}

    def run(self) -> None:
        while True:
            for descriptor, events in self._poll.poll():
                connection = self._connections.get(descriptor)
                if connection is not None:
                    self._serve(connection, events)
                elif descriptor == self._control.fileno() and not self._take():
                    return

    def _take(self) -> bool:
        received = receive_connection(self._control)
        if received is None:
            return False
        slot, connection = received
        self._connections[connection.fileno()] = Connection(connection, slot, self._settings.max_frame_bytes)
        self._poll.register(connection, select.POLLIN)
        return True

    def _serve(self, connection: Connection, events: int) -> None:
        try:
            data = b"" if events & select.POLLHUP else connection.socket.recv(self._settings.chunk_bytes)
            if not data:
                self._drop(connection)
            elif not connection.broken:
                connection.reader.feed(data)
                while self._answer_next(connection):
                    pass
        except FrameError as error:
            self._refuse(connection, error)
        except OSError as error:
            log.debug("connection lost: %s", error)
            self._drop(connection)

    def _answer_next(self, connection: Connection) -> bool:
        """Answers one request; False where none is whole, or the connection is over. Raises FrameError, OSError."""
        frame = connection.reader.next_frame()
        if frame is None:
            return False
        version = connection.reader.version or 1
        self._slots[connection.slot] = 1
        try:
            # n.b. in this order - slot, then look - no close stays unseen by both this lane and the supervisor.
            if connection.hang_up.seen():
                raise ConnectionResetError("closed before its handler ran")
            replies = run_handler(self._handler, parse_frame(version, frame), self._settings)
            leave_if_forked(self._pid)
            parts = encode_frame(version, replies, self._settings.max_frame_bytes)
        finally:
            self._slots[connection.slot] = 0
        send_parts(connection.socket, parts)
        if version == 1:
            self._drop(connection)
        return version != 1

    def _refuse(self, connection: Connection, error: FrameError) -> None:
        """Says why, then reads and forgets what still comes: a peer in the middle of a write would miss the reply."""
        log.warning("connection refused: %s", error)
        connection.broken = True
        try:
            send_parts(connection.socket, encode_refusal(connection.reader, error))
            connection.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        self._poll.unregister(connection.socket)
        del self._connections[connection.socket.fileno()]
        shut_down(connection.socket)
        connection.socket.close()


def encode_refusal(reader: FrameReader, error: FrameError) -> List[bytes]:
    refusal: Replies = [[failure("msg_parsing_error", error)]]
    return encode_frame(reader.version or 1, refusal, 2**30)


def send_parts(connection: socket.socket, parts: List[bytes]) -> None:
    # n.b. the kernel takes at most 1024 parts (IOV_MAX).
    if len(parts) > 64:
        parts = [b"".join(parts)]
    sent = connection.sendmsg(parts)
    if sent < sum(map(len, parts)):
        connection.sendall(memoryview(b"".join(parts))[sent:])


def serve(handler: Handler, settings: Settings, controls: List[socket.socket], slots: mmap.mmap) -> None:
    """One lane per control socket. The first is the main thread: it constructed the handler, and signals need it."""
    lanes = [Lane(handler, settings, control, slots) for control in controls]
    for lane in lanes[1:]:
        threading.Thread(target=_run_or_die, args=(lane,), daemon=True).start()
    report_ready(controls[0], len(lanes))
    lanes[0].run()


def _run_or_die(lane: Lane) -> None:
    try:
        lane.run()
    except BaseException:
        end_worker()


def end_worker() -> NoReturn:
    """After an exception of our own: connections would stay unanswered for ever."""
    log.critical("the worker ends", exc_info=True)
    os._exit(1)


def report_ready(control: socket.socket, lanes: int) -> None:
    control.sendall(U32.pack(lanes))


def serve_async(handler: Handler, settings: Settings, controls: List[socket.socket], slots: mmap.mmap) -> None:
    """All connections on one event loop, which lasts as long as the worker."""
    import asyncio

    # n.b. before Python 3.10 an asyncio.Lock of the handler's constructor belongs to the thread's loop of that moment.
    loop = asyncio.get_event_loop() if sys.version_info < (3, 10) else asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    for control in controls[1:]:
        control.close()
    loop.run_until_complete(_serve_loop(handler, settings, controls[0], slots))


async def _serve_loop(handler: Handler, settings: Settings, control: socket.socket, slots: mmap.mmap) -> None:
    import asyncio

    loop: Any = asyncio.get_event_loop()
    over = loop.create_future()
    server = AsyncServer(handler, settings, slots, loop, asyncio.Semaphore(settings.concurrency), os.getpid())

    def take() -> None:
        received = receive_connection(control)
        if received is None:
            loop.remove_reader(control.fileno())
            over.set_result(None)
            return
        slot, connection = received
        connection.setblocking(False)
        loop.create_task(loop.connect_accepted_socket(lambda: AsyncPeer(server, connection, slot), connection))

    loop.add_reader(control.fileno(), take)
    report_ready(control, 1)
    await over


class AsyncServer(NamedTuple):
    """What the connections of one event loop share."""

    handler: Handler
    settings: Settings
    slots: mmap.mmap
    loop: Any
    free: Any
    pid: int

    async def answer(self, peer: "AsyncPeer", version: int, frame: bytes) -> List[bytes]:
        """Raises FrameError, ConnectionResetError."""
        items = parse_frame(version, frame)
        async with self.free:
            self.slots[peer.slot] = 1
            try:
                # n.b. in this order, as in a lane.
                if peer.hang_up.seen():
                    raise ConnectionResetError("closed before its handler ran")
                replies = await run_async_handler(self.handler, items, self.settings, lambda: peer.lost)
                leave_if_forked(self.pid)
                return encode_frame(version, replies, self.settings.max_frame_bytes)
            finally:
                self.slots[peer.slot] = 0


class AsyncPeer:
    """A connection as asyncio's Protocol: one request at a time; its task is cancelled when the connection is lost."""

    def __init__(self, server: AsyncServer, connection: socket.socket, slot: int) -> None:
        self._server = server
        self._connection = connection
        self.slot = slot
        self._reader = FrameReader(server.settings.max_frame_bytes)
        self.hang_up = HangUp(connection)
        self._transport: Any = None
        self._task: Any = None
        self.lost = False
        self._broken = False

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._broken:
            return
        try:
            self._reader.feed(bytes(data))
            self._begin_next()
        except FrameError as error:
            self._refuse(error)

    def eof_received(self) -> bool:
        """True keeps the connection open: a peer that has only stopped sending still waits for its reply."""
        return self._task is not None and not self.hang_up.seen()

    def connection_lost(self, _error: Optional[Exception]) -> None:
        self.lost = True
        if self._task is not None:
            self._task.cancel()
        shut_down(self._connection)

    def pause_writing(self) -> None:
        """Nothing to pause: there is one reply at a time."""

    def resume_writing(self) -> None:
        """Nothing to resume."""

    def _begin_next(self) -> None:
        """Raises FrameError."""
        frame = None if self._task is not None else self._reader.next_frame()
        if frame is not None:
            self._task = self._server.loop.create_task(self._answer(self._reader.version or 1, frame))

    async def _answer(self, version: int, frame: bytes) -> None:
        try:
            parts = await self._server.answer(self, version, frame)
            if self.lost:
                return
            self._transport.write(b"".join(parts))
            self._task = None
            if version == 1:
                self._transport.close()
            else:
                self._begin_next()
        except ConnectionResetError as error:
            log.debug("connection lost: %s", error)
            self._transport.abort()
        except FrameError as error:
            self._refuse(error)
        except Exception:
            if not self.lost:
                end_worker()

    def _refuse(self, error: FrameError) -> None:
        log.warning("connection refused: %s", error)
        self._broken = True
        self._transport.write(b"".join(encode_refusal(self._reader, error)))
        self._transport.write_eof()


# --- Supervisor: owns the socket, watches for closed connections, replaces the worker ---------------------------------


class Worker:
    def __init__(self, pid: int, controls: List[socket.socket]) -> None:
        self.pid = pid
        self.controls = controls
        self.ready = False
        self.killed = False


class Peer:
    """The supervisor's copy of a connection. Without a lane it has not sent anything yet."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.lane: Optional[int] = None
        self.slot = 0
        self.deadline = math.inf


class Supervisor:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._slots = mmap.mmap(-1, MAX_CONNECTIONS)
        # First in, first out: a slot rests as long as possible before another connection gets it.
        self._free_slots: Deque[int] = collections.deque(range(MAX_CONNECTIONS))
        self._poll = select.poll()
        self._watched: Dict[int, Callable[[int], None]] = {}
        self._peers: Dict[int, Peer] = {}
        self._listener: Optional[socket.socket] = None
        self._worker: Optional[Worker] = None
        self._deaths: List[float] = []
        self._stop_at = math.inf
        self._stopping = False
        self._end_at = math.inf
        self._exit_code: Optional[int] = None

    def run(self) -> int:
        """Serves until it is told to stop, or the handler cannot be loaded. The exit code."""
        self._withdraw()
        self._watch_signals()
        self._start_worker()
        while self._exit_code is None:
            events = self._poll.poll(self._timeout_ms())
            for descriptor, happened, callback in [(each, what, self._watched.get(each)) for each, what in events]:
                # n.b. a callback may close other descriptors, and the next one opened gets the same number.
                if callback is not None and callback is self._watched.get(descriptor):
                    callback(happened)
            self._on_time(time.monotonic())
        return self._exit_code

    def _watch(self, channel: socket.socket, events: int, callback: Callable[[int], None]) -> None:
        self._poll.register(channel, events)
        self._watched[channel.fileno()] = callback

    def _unwatch(self, channel: socket.socket) -> None:
        if self._watched.pop(channel.fileno(), None) is not None:
            self._poll.unregister(channel)

    # The worker's life

    def _start_worker(self) -> None:
        log.info("loading %s", self._settings.handler)
        pairs = [socket.socketpair() for _ in range(self._settings.concurrency)]
        self._slots[:] = bytes(MAX_CONNECTIONS)
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            self._forget_in_worker()
            for ours, _ in pairs:
                ours.close()
            sys.exit(_work_or_die(self._settings, [theirs for _, theirs in pairs], self._slots))
        for ours, theirs in pairs:
            theirs.close()
            ours.setblocking(False)
        self._worker = Worker(pid, [ours for ours, _ in pairs])
        self._watch(pairs[0][0], select.POLLIN, self._on_report)

    def _forget_in_worker(self) -> None:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        # n.b. Ctrl-C in a terminal is the supervisor's to decide about.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._wake.close()
        self._signals.close()

    def _on_report(self, _events: int) -> None:
        worker = self._worker
        assert worker is not None
        try:
            report = worker.controls[0].recv(U32.size)
        except ConnectionError:
            report = b""
        if not report:
            self._unwatch(worker.controls[0])
            return
        (lanes,) = U32.unpack(report)
        for control in worker.controls[lanes:]:
            control.close()
        del worker.controls[lanes:]
        worker.ready = True
        if not self._stopping:
            self._listen()

    def _kill_worker(self) -> None:
        worker = self._worker
        if worker is None:
            return
        worker.killed = True
        self._withdraw()
        try:
            # The whole group: what the handler started and waits for ends with it.
            os.killpg(worker.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            os.kill(worker.pid, signal.SIGKILL)

    def _on_worker_end(self, status: int) -> None:
        worker, self._worker = self._worker, None
        assert worker is not None
        self._withdraw()
        self._unwatch(worker.controls[0])
        for control in worker.controls:
            control.close()
        for peer in list(self._peers.values()):
            # n.b. a process that the handler has left behind may hold a copy.
            shut_down(peer.connection)
            self._release(peer)
        if self._stopping:
            self._exit_code = 0
        elif worker.killed:
            self._start_worker()
        elif not worker.ready or self._dies_too_often():
            self._exit_code = exit_code(status) or 1
        else:
            log.error("the worker %s; starting another", death_words(status))
            self._start_worker()
        if self._exit_code and worker.ready:
            times = len(self._deaths)
            complain(f"the worker {death_words(status)}, {times} times within {DEATHS_WINDOW_SECONDS:.0f} s")

    def _dies_too_often(self) -> bool:
        now = time.monotonic()
        self._deaths = [death for death in self._deaths if now - death < DEATHS_WINDOW_SECONDS] + [now]
        return len(self._deaths) > DEATHS_TOLERATED

    # Connections

    def _listen(self) -> None:
        settings = self._settings
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(settings.socket_path + ".new")
        os.chmod(settings.socket_path + ".new", settings.socket_chmod)
        self._listener.listen(1024)
        self._listener.setblocking(False)
        os.rename(settings.socket_path + ".new", settings.socket_path)
        assert self._worker is not None
        batching = settings.batch_max_size and {"maxSize": settings.batch_max_size, "maxWait": settings.batch_max_wait}
        ready = {
            "protocol": PROTOCOL,
            "pid": self._worker.pid,
            "concurrency": settings.concurrency,
            "batching": batching,
        }
        with open(settings.ready_path + ".new", "w", encoding="utf-8") as file:
            json.dump(ready, file)
        # n.b. the sidecar runs as another user.
        os.chmod(settings.ready_path + ".new", 0o644)
        os.rename(settings.ready_path + ".new", settings.ready_path)
        self._watch(self._listener, select.POLLIN, self._on_connect)
        log.info("ready on %s", settings.socket_path)

    def _withdraw(self) -> None:
        """No new connections, and no file that promises them."""
        settings = self._settings
        for path in (settings.ready_path, settings.socket_path, settings.socket_path + ".new"):
            try:
                os.unlink(path)
            except FileNotFoundError:
                pass
        if self._listener is not None:
            self._unwatch(self._listener)
            self._listener.close()
            self._listener = None

    def _on_connect(self, _events: int) -> None:
        assert self._listener is not None
        try:
            connection, _ = self._listener.accept()
        except OSError as error:
            log.debug("accept: %s", error)
            return
        if len(self._peers) >= MAX_CONNECTIONS:
            log.error("more than %d connections; one more is closed", MAX_CONNECTIONS)
            connection.close()
            return
        peer = Peer(connection)
        self._peers[connection.fileno()] = peer
        self._watch(connection, select.POLLIN, lambda events: self._on_first_bytes(peer, events))

    def _on_first_bytes(self, peer: Peer, events: int) -> None:
        """A connection goes to the lane that has fewest, once it is used: a probe never takes a lane."""
        worker = self._worker
        if worker is None or events & (select.POLLHUP | select.POLLERR):
            self._release(peer)
            return
        load = collections.Counter(each.lane for each in self._peers.values())
        lane = min(range(len(worker.controls)), key=load.__getitem__)
        slot = self._free_slots.popleft()
        descriptor = array.array("i", [peer.connection.fileno()])
        try:
            ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptor.tobytes())]
            worker.controls[lane].sendmsg([U32.pack(slot)], ancillary)
        except OSError as error:
            log.error("a connection is closed: it cannot be passed to the worker: %s", error)
            self._free_slots.append(slot)
            self._release(peer)
            return
        peer.lane, peer.slot = lane, slot
        # n.b. poll reports a closed peer (POLLHUP) also where no event is asked for.
        self._watch(peer.connection, 0, lambda _events: self._on_hang_up(peer))

    def _on_hang_up(self, peer: Peer) -> None:
        if self._slots[peer.slot]:
            self._unwatch(peer.connection)
            peer.deadline = time.monotonic() + CANCEL_GRACE_SECONDS
        else:
            self._release(peer)

    def _release(self, peer: Peer) -> None:
        self._unwatch(peer.connection)
        del self._peers[peer.connection.fileno()]
        if peer.lane is not None:
            self._free_slots.append(peer.slot)
        peer.connection.close()

    # Signals and time

    def _watch_signals(self) -> None:
        self._signals, self._wake = socket.socketpair()
        self._signals.setblocking(False)
        self._wake.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno())
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, lambda _number, _frame: None)
        self._watch(self._signals, select.POLLIN, self._on_signals)

    def _on_signals(self, _events: int) -> None:
        numbers = self._signals.recv(256)
        if signal.SIGCHLD in numbers:
            self._reap()
        if signal.SIGTERM in numbers or signal.SIGINT in numbers:
            self._stop()

    def _reap(self) -> None:
        """n.b. process 1 of a container inherits every orphan, so others than the worker end here too."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if self._worker is not None and pid == self._worker.pid:
                self._on_worker_end(status)

    def _stop(self) -> None:
        """The first signal lets open connections finish; a second one does not wait."""
        now = time.monotonic()
        self._stop_at = now if self._stopping else now + self._settings.stop_seconds
        self._stopping = True
        log.info("stopping: %d connections are open", len(self._peers))
        if self._worker is not None and not self._worker.ready:
            self._kill_worker()

    def _timeout_ms(self) -> Optional[int]:
        deadlines = [peer.deadline for peer in self._peers.values()] + [self._stop_at, self._end_at]
        nearest = min(deadlines)
        return None if nearest == math.inf else max(0, math.ceil((nearest - time.monotonic()) * 1000))

    def _on_time(self, now: float) -> None:
        for peer in [each for each in self._peers.values() if each.deadline <= now]:
            peer.deadline = math.inf
            if self._slots[peer.slot]:
                log.warning("a handler goes on although its connection was closed: replacing the worker")
                self._kill_worker()
            else:
                self._release(peer)
        if self._stopping and self._end_at == math.inf and (not self._peers or now >= self._stop_at):
            self._end(now)
        elif now >= self._end_at:
            self._end_at = math.inf
            self._kill_worker()

    def _end(self, now: float) -> None:
        self._withdraw()
        self._end_at = now + WORKER_END_SECONDS
        for control in self._worker.controls if self._worker is not None else []:
            self._unwatch(control)
            shut_down(control)


def exit_code(status: int) -> int:
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def death_words(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"was ended by signal {os.WTERMSIG(status)}"
    return f"ended by itself with exit code {os.WEXITSTATUS(status)}"


# --- Program ----------------------------------------------------------------------------------------------------------

# n.b. kubelet copies what stands here into the container's status, where people and the observer see it.
TERMINATION_LOG = "/dev/termination-log"


def complain(message: str) -> None:
    line = f"asya_runtime: error: {' '.join(message.split())}\n"
    sys.stderr.write(line)
    sys.stderr.flush()
    if os.path.isfile(TERMINATION_LOG) and os.access(TERMINATION_LOG, os.W_OK):
        with open(TERMINATION_LOG, "w", encoding="utf-8", errors="replace") as file:
            file.write(line[:2048])


def usage() -> str:
    lines = ["usage: asya_runtime.py [--probe | --version | -h]", "", (__doc__ or "").split("\n")[0], ""]
    lines += ["  --probe    exit 0 where the handler is loaded and the socket accepts", "  --version  say it", ""]
    for variable in VARIABLES:
        default = "" if variable.default is None else f" [{variable.default}]"
        lines.append(f"  {variable.name:23} {variable.meaning}{default}")
    return "\n".join(lines)


def allow_descriptors(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted and (hard == resource.RLIM_INFINITY or hard >= wanted):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main(arguments: Sequence[str], env: Mapping[str, str]) -> int:
    if list(arguments) in (["-h"], ["--help"]):
        print(usage())
        return 0
    if list(arguments) == ["--version"]:
        print(f"asya_runtime {VERSION}, protocol {PROTOCOL}")
        return 0
    if arguments:
        sys.stderr.write(usage() + "\n")
        return 2
    try:
        settings = read_settings(env)
        if not os.access(settings.socket_dir, os.W_OK | os.X_OK):
            folder = json.dumps(settings.socket_dir)
            raise SettingError(f"ASYA_SOCKET_DIR must be a folder in which this process may write, got {folder}")
    except SettingError as error:
        complain(str(error))
        return 1
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    allow_descriptors(4 * settings.concurrency + 256)
    try:
        return Supervisor(settings).run()
    except OSError as error:
        complain(f"the operating system refused: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
