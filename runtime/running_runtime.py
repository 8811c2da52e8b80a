"""The runtime as a process on a real socket, for the tests."""

import contextlib
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

FOLDER = os.path.dirname(os.path.abspath(__file__))
SCRIPT = os.path.join(FOLDER, "asya_runtime.py")
HANDLERS = os.path.join(FOLDER, "handlers_under_test")
PATIENCE_SECONDS = 30
OPENING = b"ASYA\x00\x00\x00\x02"
ROUTE = {"actors": ["first", "second"], "current": 0}


def envelope(payload, **fields):
    return dict({"id": "e1", "route": ROUTE, "payload": payload}, **fields)


def until(holds, what):
    """Waits for something that another process does; fails after PATIENCE_SECONDS."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        value = holds()
        if value:
            return value
        time.sleep(0.005)
    raise AssertionError("still not so after %d s: %s" % (PATIENCE_SECONDS, what))


class RunningRuntime:
    def __init__(self, handler, **variables):
        self.folder = tempfile.mkdtemp(prefix="asya-")
        self.path = os.path.join(self.folder, "asya-runtime.sock")
        self.ready_path = os.path.join(self.folder, "runtime-ready")
        self.env = dict(os.environ, ASYA_SOCKET_DIR=self.folder, ASYA_HANDLER=handler, PYTHONDONTWRITEBYTECODE="1")
        self.env.update(variables)
        self._output = open(os.path.join(self.folder, "output"), "w+")
        command = [sys.executable, SCRIPT]
        self.process = subprocess.Popen(
            command, env=self.env, cwd=HANDLERS, stdout=self._output, stderr=subprocess.STDOUT
        )

    def __enter__(self):
        try:
            until(lambda: self.ready() or self.process.poll() is not None, "ready: " + self.output())
            if self.ready() is None:
                raise AssertionError("the runtime ended: " + self.output())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        ready = self.ready()
        self.process.kill()
        self.process.wait()
        if ready is not None:
            until(lambda: not alive(ready["pid"]), "the worker ends with its supervisor")
        self._output.close()
        shutil.rmtree(self.folder)

    def ready(self):
        try:
            with open(self.ready_path) as file:
                return json.load(file)
        except FileNotFoundError:
            return None

    def worker_other_than(self, pid):
        """runtime-ready, if another worker than `pid` is ready."""
        ready = self.ready()
        return ready if ready is not None and ready["pid"] != pid else None

    def ready_again(self, pid):
        return until(lambda: self.worker_other_than(pid), "another worker is ready")

    def output(self):
        with open(os.path.join(self.folder, "output")) as file:
            return file.read()

    def wait_for_output(self, text):
        until(lambda: text in self.output(), "output %r" % text)

    def stop(self):
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)

    def connect(self):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(PATIENCE_SECONDS)
        connection.connect(self.path)
        return connection

    def ask_first_wire(self, request):
        """One envelope (or raw bytes) over wire 1; the reply's list, after which the runtime closes."""
        body = request if isinstance(request, bytes) else json.dumps(request).encode()
        with contextlib.closing(self.connect()) as connection:
            connection.sendall(struct.pack(">I", len(body)) + body)
            reply = json.loads(read_frame(connection))
            assert connection.recv(1) == b"", "the runtime closes after the reply"
        return reply

    def open(self):
        return SecondWire(self.connect())


class SecondWire:
    def __init__(self, connection):
        self.connection = connection
        connection.sendall(OPENING)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def send(self, *envelopes):
        self.connection.sendall(second_wire_frame(envelopes))

    def receive(self):
        """One list per envelope of items whose payload is put back in."""
        frame = read_frame(self.connection)
        (length,) = struct.unpack(">I", frame[:4])
        replies, position = json.loads(frame[4 : 4 + length])["replies"], 4 + length
        for item in [item for items in replies for item in items if "error" not in item]:
            size = item.pop("payloadBytes")
            if size:
                item["payload"] = json.loads(frame[position : position + size])
            position += size
        assert position == len(frame), "payloadBytes add up"
        return replies

    def ask(self, *envelopes):
        self.send(*envelopes)
        return self.receive()

    def closed(self):
        """Waits until the runtime has closed the connection without a word."""
        return self.connection.recv(1) == b""


def second_wire_frame(envelopes):
    payloads = [json.dumps(each["payload"]).encode() for each in envelopes]
    items = [dict(each, payloadBytes=len(payload)) for each, payload in zip(envelopes, payloads)]
    for item in items:
        del item["payload"]
    meta = json.dumps({"items": items}).encode()
    body = struct.pack(">I", len(meta)) + meta + b"".join(payloads)
    return struct.pack(">I", len(body)) + body


def read_frame(connection):
    (length,) = struct.unpack(">I", read_exactly(connection, 4))
    return read_exactly(connection, length)


def read_exactly(connection, size):
    data = b""
    while len(data) < size:
        chunk = connection.recv(size - len(data))
        if not chunk:
            raise ConnectionError("closed after %d of %d bytes" % (len(data), size))
        data += chunk
    return data


def alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
