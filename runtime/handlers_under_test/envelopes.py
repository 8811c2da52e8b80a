"""Handlers of the tests in envelope mode."""


def forward(envelope):
    envelope["payload"] = {"seen": envelope["payload"], "id": envelope["id"]}
    envelope["headers"] = dict(envelope.get("headers", {}), stamped="yes")
    envelope["route"]["current"] += 1
    return envelope


def rewrite_history(envelope):
    envelope["route"]["actors"][0] = "somebody-else"
    envelope["route"]["current"] += 1
    return envelope


def replace_future(envelope):
    route = envelope["route"]
    route["actors"] = route["actors"][: route["current"] + 1] + ["detour", "home"]
    route["current"] += 1
    return envelope


def not_an_envelope(envelope):
    return "done"


def empty(envelope):
    return {}
