"""Handlers whose payload says what they do."""
import os

COUNTERS = os.environ.get("COUNTERS", ".")


class Refused(Exception):
    pass


class Fatal(ValueError):
    pass


def act(payload):
    if not isinstance(payload, dict) or "do" not in payload:
        return payload
    return DEEDS[payload["do"]](payload)


def visit(payload):
    return {**payload, "visited": payload["visited"] + [os.environ["ACTOR"]]}


def split(payload):
    """Into as many parts as the first number of `into` says; each part knows which one it is."""
    count, *rest = payload["into"]
    if count == 1:
        return {**payload, "into": rest}
    return [{**payload, "into": rest, "part": payload["part"] + [index]} for index in range(count)]


def fail(payload):
    """The first `times` times; counts the calls."""
    if count(payload["counter"]) <= payload.get("times", 1_000):
        raise Refused("not today: é")
    return payload


def fatal(payload):
    count(payload["counter"])
    raise Fatal("never")


def count(counter):
    with open(os.path.join(COUNTERS, counter), "a") as file:
        file.write("x")
        return file.tell()


def circle(payload):
    payload["self"] = payload
    return payload


DEEDS = {
    "visit": visit,
    "split": split,
    "fail": fail,
    "fatal": fatal,
    "nothing": lambda payload: None,
    "empty": lambda payload: [],
    "count": lambda payload: [count(payload["counter"])],
    "NaN": lambda payload: {"value": float("nan")},
    "Infinity": lambda payload: [1, {"value": float("inf")}],
    "set": lambda payload: {"value": {1}},
    "bytes": lambda payload: {"value": b"x"},
    "object": lambda payload: object(),
    "circle": circle,
    "grow": lambda payload: {"text": "x" * payload["bytes"]},
}
