"""Requests and replies of a real process on a real socket, byte by byte where bytes matter."""

import json
import struct
import unittest

from running_runtime import OPENING, ROUTE, RunningRuntime, envelope, read_frame, second_wire_frame

ADVANCED = {"actors": ["first", "second"], "current": 1}


class FirstWire(unittest.TestCase):
    """Asya 0.1's sidecar with this runtime."""

    def test_a_transcript_of_0_1_is_answered_byte_by_byte_and_the_connection_is_closed(self):
        route = b'"route":{"actors":["first","second"],"current":'
        request = b'{"id":"e1",' + route + b'0},"headers":{"trace":"t"},"payload":{"x":1}}'
        reply = b'[{"payload":{"x":1},' + route + b'1},"headers":{"trace":"t"}}]'
        with RunningRuntime("plain.echo") as runtime:
            connection = runtime.connect()
            connection.sendall(struct.pack(">I", len(request)) + request)
            self.assertEqual(read_frame(connection), reply)
            self.assertEqual(connection.recv(1), b"")
            connection.close()

    def test_results_become_the_items_of_section_3(self):
        cases = [
            ("plain.nothing", {"a": 1}, []),
            ("plain.fan_out", [], []),
            ("plain.fan_out", [1, 2], [{"part": 1}, {"part": 2}]),
            ("plain.fan_out_tuple", ["a", None], ["a", None]),
            ("plain.echo", "grüße 漢字 \U0001f600", ["grüße 漢字 \U0001f600"]),
            ("plain.echo", None, []),
            ("plain.echo", 2**80, [2**80]),
            ("plain.add_async", {"a": 1, "b": 2}, None),
            ("plain.Counter.process", {}, [{"count": 11}]),
            ("plain.Counter.process_async", {}, [{"count": 11}]),
            ("plain.returns_coroutine", {"a": 1, "b": 2}, None),
        ]
        for handler, payload, expected in cases:
            with self.subTest(handler=handler, payload=payload), RunningRuntime(handler) as runtime:
                reply = runtime.ask_first_wire(envelope(payload))
                if expected is None:
                    self.assertEqual(reply[0]["payload"]["sum"], 3)
                else:
                    self.assertEqual(reply, [{"payload": each, "route": ADVANCED} for each in expected])

    def test_what_is_no_envelope_is_a_parsing_error(self):
        cases = [
            (b"", "Expecting value"),
            (b"{", "Expecting property name"),
            (b"[]", "must be a JSON object, got list"),
            (b"\xff\xfe", "can't decode byte 0xff"),
            (b'{"payload": NaN, "route": {"actors": ["a"], "current": 0}}', "NaN is not JSON"),
            (b"[" * 100000, "recursion"),
            ({"route": ROUTE}, "no payload"),
            ({"payload": 1}, "route must be an object, got NoneType"),
            (envelope(1, route={"actors": [], "current": 0}), "route.actors must be"),
            (envelope(1, route={"actors": ["a"], "current": 1}), "route.current is 1, but route.actors has 1"),
            (envelope(1, route={"actors": ["a"], "current": -1}), "route.current must be a whole number"),
            (envelope(1, route={"actors": ["a"], "current": True}), "route.current must be a whole number"),
            (envelope(1, id=7), "id must be a string, got int"),
            (envelope(1, headers=["x"]), "headers must be an object, got list"),
        ]
        with RunningRuntime("plain.echo") as runtime:
            for request, message in cases:
                with self.subTest(message=message):
                    (item,) = runtime.ask_first_wire(request)
                    self.assertEqual(item["error"], "msg_parsing_error")
                    self.assertIn(message.lower(), item["details"]["message"].lower())

    def test_without_validation_any_route_is_taken(self):
        with RunningRuntime("plain.echo", ASYA_ENABLE_VALIDATION="false") as runtime:
            self.assertEqual(runtime.ask_first_wire({"payload": 1}), [{"payload": 1}])


class Errors(unittest.TestCase):
    def test_an_exception_comes_back_with_message_type_mro_and_a_traceback_of_the_handler_alone(self):
        with RunningRuntime("plain.refuse") as runtime:
            (item,) = runtime.ask_first_wire(envelope({"what": "tea"}))
        details = item["details"]
        self.assertEqual(item["error"], "processing_error")
        self.assertEqual(details["message"], "no tea today")
        self.assertEqual(details["type"], "Refused")
        self.assertEqual(details["mro"], ["plain.Refused", "ValueError", "Exception"])
        self.assertIn("plain.py", details["traceback"])
        self.assertNotIn("asya_runtime.py", details["traceback"])

    def test_a_result_that_is_not_json_is_a_processing_error_of_the_whole_envelope(self):
        cases = [
            ("plain.not_a_number", {}, "ValueError"),
            ("plain.no_json", {}, "TypeError"),
            ("plain.half_json", {}, "TypeError"),
            ("plain.cycle", {}, "ValueError"),
            ("plain.leave", {}, "SystemExit"),
            ("plain.refuse_in_surrogates", {}, "ValueError"),
            ("plain.large", {"bytes": 3000}, "OverflowError"),
        ]
        for handler, payload, kind in cases:
            with self.subTest(handler=handler), RunningRuntime(handler, ASYA_MAX_FRAME_BYTES="2048") as runtime:
                (item,) = runtime.ask_first_wire(envelope(payload))
                self.assertEqual((item["error"], item["details"]["type"]), ("processing_error", kind))
                with runtime.open() as wire:
                    ((item,),) = wire.ask(envelope(payload))
                self.assertEqual((item["error"], item["details"]["type"]), ("processing_error", kind))

    def test_an_exception_whose_own_code_fails_is_an_error_like_any_other(self):
        cases = [("plain.raise_mute", "Mute"), ("plain.raise_nameless", "Exception"), ("plain.raise_masked", "Masked")]
        for handler, kind in cases:
            with self.subTest(handler=handler), RunningRuntime(handler, ASYA_LOG_LEVEL="DEBUG") as runtime:
                pid = runtime.ready()["pid"]
                with runtime.open() as wire:
                    for _ in range(2):
                        ((item,),) = wire.ask(envelope(1))
                        self.assertEqual((item["error"], item["details"]["type"]), ("processing_error", kind))
                self.assertEqual(runtime.ready()["pid"], pid)

    def test_payloads_and_messages_stay_out_of_the_log(self):
        with RunningRuntime("plain.refuse") as runtime:
            runtime.ask_first_wire(envelope({"what": "a-secret-word"}))
            self.assertEqual(runtime.stop(), 0)
            self.assertNotIn("a-secret-word", runtime.output())


class SecondWire(unittest.TestCase):
    def test_a_request_is_answered_byte_by_byte_and_the_connection_stays(self):
        meta = b'{"items":[{"id":"e1","route":{"actors":["first","second"],"current":0},"payloadBytes":7}]}'
        request = struct.pack(">II", 4 + len(meta) + 7, len(meta)) + meta + b'{"x":1}'
        answer = b'{"replies":[[{"payloadBytes":7,"route":{"actors":["first","second"],"current":1}}]]}'
        with RunningRuntime("plain.echo") as runtime:
            connection = runtime.connect()
            connection.sendall(OPENING + request)
            self.assertEqual(read_frame(connection), struct.pack(">I", len(answer)) + answer + b'{"x":1}')
            connection.sendall(request)
            self.assertEqual(read_frame(connection), struct.pack(">I", len(answer)) + answer + b'{"x":1}')
            connection.close()

    def test_requests_may_come_in_crumbs_and_ahead_of_their_replies(self):
        for handler in ("plain.echo", "plain.Counter.process_async"):
            with self.subTest(handler=handler), RunningRuntime(handler) as runtime, runtime.open() as wire:
                wire.send(envelope(1))
                wire.send(envelope(2))
                first, second = wire.receive(), wire.receive()
                self.assertEqual([len(first), len(second)], [1, 1])
                crumbs = second_wire_frame([envelope(3)])
                for position in range(len(crumbs)):
                    wire.connection.sendall(crumbs[position : position + 1])
                self.assertEqual(len(wire.receive()), 1)

    def test_half_a_request_holds_up_no_other_connection(self):
        with RunningRuntime("plain.echo") as runtime, runtime.open() as stalled, runtime.open() as wire:
            stalled.connection.sendall(second_wire_frame([envelope(1)])[:20])
            self.assertEqual(wire.ask(envelope(2)), [[{"payload": 2, "route": ADVANCED}]])

    def test_large_payloads_pass_in_both_directions(self):
        payload = "é" * (5 * 2**20)
        for handler in ("plain.echo", "plain.echo_async"):
            with self.subTest(handler=handler), RunningRuntime(handler) as runtime, runtime.open() as wire:
                ((item,),) = wire.ask(envelope(payload))
                self.assertEqual(item["payload"], payload)

    def test_each_envelope_of_a_request_has_its_own_list(self):
        with RunningRuntime("plain.fan_out") as runtime, runtime.open() as wire:
            good, empty, bad = wire.ask(envelope([1, 2]), envelope([]), envelope([1], route={"actors": []}))
        self.assertEqual([item["payload"] for item in good], [{"part": 1}, {"part": 2}])
        self.assertEqual(empty, [])
        self.assertEqual([item["error"] for item in bad], ["msg_parsing_error"])

    def test_a_payload_that_is_not_json_fails_alone(self):
        meta = json.dumps({"items": [{"route": ROUTE, "payloadBytes": size} for size in (1, 0, 1)]}).encode()
        with RunningRuntime("plain.echo") as runtime, runtime.open() as wire:
            wire.connection.sendall(struct.pack(">II", 6 + len(meta), len(meta)) + meta + b"{7")
            bad, empty, good = wire.receive()
        self.assertEqual([bad[0]["error"], empty[0]["error"]], ["msg_parsing_error", "msg_parsing_error"])
        self.assertEqual(good, [{"payload": 7, "route": ADVANCED}])

    def test_broken_frames_are_refused_with_a_reason_and_the_next_connection_works(self):
        def frame(meta, rest=b""):
            return OPENING + struct.pack(">II", 4 + len(meta) + len(rest), len(meta)) + meta + rest

        cases = [
            (OPENING + struct.pack(">I", 2**26 + 1), "a frame of 67108865 bytes is announced; ASYA_MAX_FRAME_BYTES"),
            (struct.pack(">I", 2**31), "a frame of 2147483648 bytes is announced"),
            (b"GET / HTTP/1.1\r\n\r\n", "bytes is announced"),
            (b"ASYA\x00\x00\x00\x03", "wire version 3"),
            (OPENING + struct.pack(">I", 0), "no room for the length of its meta"),
            (OPENING + struct.pack(">II", 4, 9), "a meta of 9 bytes is announced in a frame of 4"),
            (frame(b"{"), "the meta is not JSON"),
            (frame(b'{"items":[]}'), "at least one item"),
            (frame(b'{"items":[{"payloadBytes":-1}]}'), "do not add up"),
            (frame(b'{"items":[{"payloadBytes":2}]}', b"1"), "do not add up"),
        ]
        for handler in ("plain.echo", "plain.Counter.process_async"):
            with RunningRuntime(handler) as runtime:
                for data, message in cases:
                    with self.subTest(handler=handler, data=data):
                        connection = runtime.connect()
                        connection.sendall(data)
                        reply = read_frame(connection)
                        self.assertIn(message.encode(), reply)
                        self.assertIn(b'"msg_parsing_error"', reply)
                        connection.sendall(b"x" * 100000)
                        self.assertEqual(connection.recv(1), b"")
                        connection.close()
                with runtime.open() as wire:
                    self.assertEqual(len(wire.ask(envelope(1))), 1)


class EnvelopeMode(unittest.TestCase):
    def ask(self, handler, **variables):
        with RunningRuntime(handler, ASYA_HANDLER_MODE="envelope", **variables) as runtime, runtime.open() as wire:
            ((item,),) = wire.ask(envelope("p", headers={"user": "u"}))
        return item

    def test_the_handler_sees_the_envelope_and_its_route_and_headers_go_on(self):
        item = self.ask("envelopes.forward")
        expected = {"payload": {"seen": "p", "id": "e1"}, "route": ADVANCED, "headers": {"user": "u", "stamped": "yes"}}
        self.assertEqual(item, expected)

    def test_future_actors_may_change_and_visited_ones_may_not(self):
        route = {"actors": ["first", "detour", "home"], "current": 1}
        self.assertEqual(self.ask("envelopes.replace_future")["route"], route)
        item = self.ask("envelopes.rewrite_history")
        self.assertEqual(item["error"], "processing_error")
        self.assertIn("['first'] became ['somebody-else']", item["details"]["message"])

    def test_what_is_no_envelope_is_an_error_and_an_end_actor_may_return_an_empty_one(self):
        self.assertIn("must return envelopes", self.ask("envelopes.not_an_envelope")["details"]["message"])
        self.assertIn("without payload", self.ask("envelopes.empty")["details"]["message"])
        self.assertEqual(self.ask("envelopes.empty", ASYA_ENABLE_VALIDATION="false"), {})
        with RunningRuntime("envelopes.empty", ASYA_HANDLER_MODE="envelope", ASYA_ENABLE_VALIDATION="false") as runtime:
            self.assertEqual(runtime.ask_first_wire(envelope(1)), [{}])


class Batches(unittest.TestCase):
    def ask(self, handler, *payloads, **variables):
        with RunningRuntime(handler, ASYA_BATCH_MAX_SIZE="8", ASYA_BATCH_MAX_WAIT="50ms", **variables) as runtime:
            self.assertEqual(runtime.ready()["batching"], {"maxSize": 8, "maxWait": "50ms"})
            with runtime.open() as wire:
                return wire.ask(*[envelope(payload) for payload in payloads])

    def test_the_handler_gets_all_payloads_at_once_and_each_envelope_its_own_result(self):
        replies = self.ask("batches.sizes", "a", "b", "c")
        payloads = [item["payload"] for items in replies for item in items]
        self.assertEqual(payloads, [{"batch": 3, "payload": payload} for payload in "abc"])
        self.assertEqual(self.ask("batches.sizes", "a")[0][0]["payload"], {"batch": 1, "payload": "a"})

    def test_each_element_is_an_ordinary_result_and_fails_alone(self):
        nothing, fan_out, bad = self.ask("batches.mixed", 1, 2, 3)
        self.assertEqual(nothing, [])
        self.assertEqual([item["payload"] for item in fan_out], [1, 2])
        self.assertEqual(bad[0]["error"], "processing_error")

    def test_another_length_or_an_exception_fails_every_envelope(self):
        for handler, message in (("batches.one_short", "got 1 elements"), ("batches.breaks", "out of memory")):
            with self.subTest(handler=handler):
                replies = self.ask(handler, 1, 2)
                self.assertEqual([len(items) for items in replies], [1, 1])
                for items in replies:
                    self.assertEqual(items[0]["error"], "processing_error")
                    self.assertIn(message, items[0]["details"]["message"])

    def test_envelopes_come_in_lists_too(self):
        replies = self.ask("batches.forward_all", 1, 2, ASYA_HANDLER_MODE="envelope")
        self.assertEqual(replies, [[{"payload": 1, "route": ADVANCED}], [{"payload": 2, "route": ADVANCED}]])


if __name__ == "__main__":
    unittest.main()
