"""A handler with something to do at the end."""
import atexit

atexit.register(print, "cleaned up", flush=True)


def process(payload):
    return payload
