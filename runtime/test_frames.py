"""The frame reader and the envelope parser on any bytes: a request, or a typed error. ASYA_FUZZ_ROUNDS: how often."""

import json
import os
import random
import struct
import tracemalloc
import unittest

from asya_runtime import (
    Failure,
    FrameError,
    FrameReader,
    decode_json,
    encode_frame,
    encode_json,
    parse_frame,
    read_settings,
    run_handler,
)
from running_runtime import OPENING, envelope, second_wire_frame

ROUNDS = int(os.environ.get("ASYA_FUZZ_ROUNDS", "100000"))
LIMIT = 4096


def first_wire_frame(value):
    body = json.dumps(value).encode()
    return struct.pack(">I", len(body)) + body


def frames(stream, cuts):
    """Every frame of a stream that arrives in pieces, with its wire."""
    reader, found, start = FrameReader(LIMIT), [], 0
    for end in sorted(cuts) + [len(stream)]:
        if end > start:
            reader.feed(stream[start:end])
            start = end
        frame = reader.next_frame()
        while frame is not None:
            found.append((reader.version, frame))
            frame = reader.next_frame()
    return found


def mutated(random_, stream):
    data = bytearray(stream)
    for _ in range(random_.randrange(6)):
        position = random_.randrange(len(data) + 1)
        kind = random_.randrange(4)
        if kind == 0:
            data[position:position] = bytes(random_.randrange(256) for _ in range(random_.randrange(9)))
        elif kind == 1:
            del data[position : position + random_.randrange(9)]
        elif kind == 2 and position < len(data):
            data[position] = random_.choice([0, 1, 127, 128, 255, random_.randrange(256)])
        else:
            data[position : position + 4] = struct.pack(
                ">I", random_.choice([0, 1, 2**31, 2**32 - 1, LIMIT, LIMIT + 1])
            )
    return bytes(data)


class Frames(unittest.TestCase):
    def test_a_stream_cut_anywhere_gives_the_same_frames(self):
        requests = [envelope({"n": number}) for number in range(3)]
        stream = OPENING + b"".join(second_wire_frame([each]) for each in requests)
        whole = frames(stream, [])
        self.assertEqual([version for version, _ in whole], [2, 2, 2])
        self.assertEqual([parse_frame(*each)[0]["payload"] for each in whole], [{"n": 0}, {"n": 1}, {"n": 2}])
        for cut in range(len(stream)):
            self.assertEqual(frames(stream, [cut]), whole)
        self.assertEqual(frames(stream, range(len(stream))), whole)

    def test_any_bytes_end_in_envelopes_or_a_typed_error(self):
        settings = read_settings({"ASYA_HANDLER": "m.f"})
        random_ = random.Random(20261125)
        streams = [
            first_wire_frame(envelope({"x": 1})),
            OPENING + second_wire_frame([envelope("a"), envelope([1, 2])]) + second_wire_frame([envelope(None)]),
        ]
        outcomes = {"reply": 0, "parsing error": 0, "frame error": 0, "waiting": 0}
        for _ in range(ROUNDS):
            stream = mutated(random_, random_.choice(streams))
            cuts = [random_.randrange(len(stream) + 1) for _ in range(random_.randrange(4))]
            try:
                found = frames(stream, cuts)
                outcomes["waiting"] += not found
                for version, frame in found:
                    items = parse_frame(version, frame)
                    replies = run_handler(lambda payload: payload, items, settings)
                    self.assertEqual(len(replies), len(items))
                    self.assertTrue(b"".join(encode_frame(version, replies, 2**20)))
                    failed = any(isinstance(item, Failure) for item in items)
                    outcomes["parsing error" if failed else "reply"] += 1
            except FrameError:
                outcomes["frame error"] += 1
        for outcome, count in outcomes.items():
            self.assertGreater(count, ROUNDS // 100, outcome)

    def test_a_frame_over_the_limit_is_refused_at_its_length_without_allocating_it(self):
        for opening in (b"", OPENING):
            reader = FrameReader(2**30)
            tracemalloc.start()
            reader.feed(opening + struct.pack(">I", 2**30 + 1) + b"x" * 100)
            self.assertRaises(FrameError, reader.next_frame)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            self.assertLess(peak, 100000)

    def test_a_frame_that_is_announced_but_not_sent_takes_no_memory(self):
        reader = FrameReader(2**30)
        tracemalloc.start()
        reader.feed(OPENING + struct.pack(">I", 2**30) + b"x" * 100)
        self.assertIsNone(reader.next_frame())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        self.assertLess(peak, 100000)

    def test_a_peer_that_sends_ahead_without_end_is_refused(self):
        reader = FrameReader(LIMIT)
        with self.assertRaises(FrameError):
            for _ in range(10):
                reader.feed(b"\x00" * LIMIT)


class Json(unittest.TestCase):
    def test_what_is_read_and_written_does_not_depend_on_orjson(self):
        import enum
        import uuid

        class Level(enum.Enum):
            HIGH = "high"

        identity = uuid.UUID(int=7)
        cases = [
            ({"a": None, "b": [1.5, True, "ü"]}, b'{"a":null,"b":[1.5,true,"\xc3\xbc"]}'),
            (2**70, str(2**70).encode()),
            ({1: "one"}, b'{"1":"one"}'),
            ("\ud800", b'"\\ud800"'),
            ((1, 2), b"[1,2]"),
            ([Level.HIGH, identity], b'["high","00000000-0000-0000-0000-000000000007"]'),
            ([None, Level.HIGH], b'[null,"high"]'),
        ]
        for value, expected in cases:
            self.assertEqual(encode_json(value), expected)
        for value in (float("nan"), [None, float("inf")], {1, 2}, b"bytes", object()):
            self.assertRaises((TypeError, ValueError), encode_json, value)
        for data in (b"123456789012345678901234567890", b"-9999999999999999999", b'"\\ud800"', b" [1] "):
            self.assertEqual(decode_json(data), json.loads(data))
        for data in (b"NaN", b"[Infinity]", b"", b"{", b"\xff", b"\xef\xbb\xbf1", "1".encode("utf-16")):
            self.assertRaises(ValueError, decode_json, data)


if __name__ == "__main__":
    unittest.main()
