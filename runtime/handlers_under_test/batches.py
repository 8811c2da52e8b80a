"""Handlers of the tests that take a list."""


def sizes(payloads):
    return [{"batch": len(payloads), "payload": payload} for payload in payloads]


def one_short(payloads):
    return payloads[1:]


def mixed(payloads):
    return [None, [1, 2], {"nan": float("nan")}][: len(payloads)]


def breaks(payloads):
    raise RuntimeError("out of memory")


def forward_all(envelopes):
    for envelope in envelopes:
        envelope["route"]["current"] += 1
    return envelopes
