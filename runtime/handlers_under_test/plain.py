"""Handlers of the tests: plain functions and classes."""
import asyncio
import os
import threading


def echo(payload):
    return payload


async def echo_async(payload):
    return payload


def nothing(payload):
    return None


def fan_out(payload):
    return [{"part": part} for part in payload]


def fan_out_tuple(payload):
    return tuple(payload)


def not_a_number(payload):
    return {"score": float("nan")}


def no_json(payload):
    return {"tags": {"a", "b"}}


def half_json(payload):
    return [{"fine": True}, {"bytes": b"\x00"}]


def cycle(payload):
    payload["self"] = payload
    return payload


def large(payload):
    return "x" * payload["bytes"]


class Refused(ValueError):
    pass


def refuse(payload):
    raise Refused("no %s today" % payload["what"])


def refuse_in_surrogates(payload):
    raise ValueError("lone \ud800 surrogate")


class Mute(Exception):
    def __str__(self):
        raise SystemExit(3)

    __repr__ = __str__


class NamelessType(type):
    @property
    def __name__(cls):
        raise KeyboardInterrupt


class Nameless(Exception, metaclass=NamelessType):
    pass


class Masked(Exception):
    @property
    def __class__(self):
        raise ValueError("whoever I am")


def raise_mute(payload):
    raise Mute


def raise_nameless(payload):
    raise Nameless


def raise_masked(payload):
    raise Masked


def leave(payload):
    raise SystemExit(3)


def where(payload):
    return {"pid": os.getpid(), "main_thread": threading.current_thread() is threading.main_thread()}


async def add_async(payload):
    await asyncio.sleep(0)
    return {"sum": payload["a"] + payload["b"], "loop": id(asyncio.get_running_loop())}


def returns_coroutine(payload):
    return add_async(payload)


class Counter:
    def __init__(self, first=10):
        self.count = first

    def process(self, payload):
        self.count += 1
        return {"count": self.count}

    async def process_async(self, payload):
        self.count += 1
        return {"count": self.count}


class Locked:
    def __init__(self):
        self.lock = asyncio.Lock()

    async def process(self, payload):
        async with self.lock:
            await asyncio.sleep(0.01)
            return payload


class NeedsModel:
    def __init__(self, model, device="cpu"):
        self.model = model

    def process(self, payload):
        return payload


class Breaks:
    def __init__(self):
        raise RuntimeError("no weights at /models")

    def process(self, payload):
        return payload


def two_arguments(payload, context):
    return payload


NUMBER = 7
