"""A handler whose connection is closed really ends, whatever it does, and the runtime is ready again."""

import functools
import os
import unittest

from running_runtime import ROUTE, RunningRuntime, alive, envelope, until

ADVANCED = dict(ROUTE, current=1)


class Cancel(unittest.TestCase):
    def hang_and_close(self, runtime):
        """Closes a connection whose handler hangs; the pid of the worker that ran it."""
        pid = runtime.ready()["pid"]
        with runtime.open() as wire:
            wire.send(envelope("hang"))
            runtime.wait_for_output("begun")
        return pid

    def assert_answers(self, runtime):
        with runtime.open() as wire:
            self.assertEqual(wire.ask(envelope("next")), [[{"payload": "next", "route": ADVANCED}]])

    def test_a_hung_handler_is_killed_with_its_worker_and_another_one_answers(self):
        for how in ("sleep", "busy", "hold_gil", "backtrack", "ignore_signals", "child"):
            with self.subTest(how=how), RunningRuntime("hangs.%s_or_echo" % how) as runtime:
                pid = self.hang_and_close(runtime)
                runtime.ready_again(pid)
                self.assertFalse(alive(pid))
                self.assert_answers(runtime)

    def test_what_the_handler_had_started_ends_with_it(self):
        with RunningRuntime("hangs.child_or_echo") as runtime:
            pid = self.hang_and_close(runtime)
            child = int(runtime.output().split("begun ")[1].split()[0])
            runtime.ready_again(pid)
            until(lambda: not alive(child), "the child of the handler has ended")

    def test_0_1_s_sidecar_cancels_the_same_way(self):
        with RunningRuntime("hangs.sleep_or_echo") as runtime:
            pid = runtime.ready()["pid"]
            connection = runtime.connect()
            request = b'{"id":"e1","route":{"actors":["first"],"current":0},"payload":"hang"}'
            connection.sendall(len(request).to_bytes(4, "big") + request)
            runtime.wait_for_output("begun")
            connection.close()
            runtime.ready_again(pid)
            self.assert_answers(runtime)

    def test_other_envelopes_of_the_worker_come_back_unanswered(self):
        with RunningRuntime("hangs.sleep_or_echo", ASYA_CONCURRENCY="3") as runtime:
            pid = runtime.ready()["pid"]
            hung, neighbour, idle = runtime.open(), runtime.open(), runtime.open()
            idle.ask(envelope("next"))
            neighbour.send(envelope("hang"))
            hung.send(envelope("hang"))
            until(lambda: runtime.output().count("begun hang") == 2, "both handlers run")
            hung.connection.close()
            self.assertTrue(neighbour.closed())
            self.assertTrue(idle.closed())
            self.assertFalse(alive(pid), "no handler lives on once the connections are closed")
            runtime.ready_again(pid)
            self.assert_answers(runtime)
            neighbour.connection.close()
            idle.connection.close()

    def test_while_the_handler_is_loaded_again_nothing_is_ready_and_nothing_accepts(self):
        with RunningRuntime("slow_load.hang") as runtime:
            gate = os.path.join(runtime.folder, "gate")
            os.unlink(gate)
            pid = self.hang_and_close(runtime)
            until(lambda: not alive(pid) and runtime.output().count("waiting for the gate") == 1, "loading again")
            self.assertIsNone(runtime.ready())
            self.assertRaises(OSError, runtime.connect)
            open(gate, "w").close()
            runtime.ready_again(pid)

    def test_a_coroutine_is_cancelled_and_its_worker_stays(self):
        with RunningRuntime("hangs.wait_or_echo", ASYA_CONCURRENCY="2") as runtime:
            pid = self.hang_and_close(runtime)
            runtime.wait_for_output("begun cancelled")
            self.assert_answers(runtime)
            self.assertEqual(runtime.ready()["pid"], pid)

    def test_a_coroutine_that_fails_while_it_is_cancelled_is_nobody_s_error(self):
        with RunningRuntime("hangs.fail_when_cancelled_or_echo") as runtime:
            self.hang_and_close(runtime)
            runtime.wait_for_output("begun cancelled")
            self.assert_answers(runtime)
            self.assertEqual(runtime.stop(), 0)
            self.assertNotIn("a-secret-word", runtime.output())

    def test_a_coroutine_that_does_not_let_itself_be_cancelled_is_killed(self):
        with RunningRuntime("hangs.stubborn_or_echo") as runtime:
            pid = self.hang_and_close(runtime)
            runtime.ready_again(pid)
            self.assertFalse(alive(pid))
            self.assert_answers(runtime)

    def test_a_handler_that_ends_shortly_after_its_connection_keeps_its_worker(self):
        with RunningRuntime("hangs.wait_for_file") as runtime:
            path = os.path.join(runtime.folder, "go")
            with runtime.open() as wire:
                wire.send(envelope({"name": "late", "path": path}))
                runtime.wait_for_output("begun late")
            open(path, "w").close()
            with runtime.open() as wire:
                ((item,),) = wire.ask(envelope({"name": "next", "path": None}))
            self.assertEqual(item["payload"], "next")
            pids = [line.split()[2] for line in runtime.output().splitlines() if line.startswith("begun")]
            self.assertEqual(pids[0], pids[1])

    def test_a_request_whose_sidecar_has_gone_is_not_run(self):
        with RunningRuntime("hangs.wait_for_file") as runtime:
            path = os.path.join(runtime.folder, "go")
            with runtime.open() as running:
                running.send(envelope({"name": "running", "path": path}))
                runtime.wait_for_output("begun running")
                with runtime.open() as gone:
                    gone.send(envelope({"name": "gone", "path": None}))
                open(path, "w").close()
                self.assertEqual(running.receive()[0][0]["payload"], "running")
                self.assertEqual(running.ask(envelope({"name": "after", "path": None}))[0][0]["payload"], "after")
            self.assertNotIn("begun gone", runtime.output())


class Crash(unittest.TestCase):
    def replaced_or_ended(self, runtime, pid):
        return runtime.process.poll() or runtime.worker_other_than(pid)

    def test_a_worker_that_dies_is_replaced_and_its_envelopes_come_back_unanswered(self):
        with RunningRuntime("hangs.crash") as runtime:
            pid = runtime.ready()["pid"]
            with runtime.open() as wire:
                wire.send(envelope("crash"))
                self.assertTrue(wire.closed())
            runtime.ready_again(pid)
            with runtime.open() as wire:
                self.assertEqual(wire.ask(envelope(1))[0][0]["payload"], 1)
            self.assertIn("the worker was ended by signal 11; starting another", runtime.output())

    def test_envelopes_of_a_dead_worker_come_back_although_something_of_it_lives_on(self):
        for handler in ("hangs.crash_and_leave_a_process", "hangs.crash_beside_a_thread"):
            with self.subTest(handler=handler), RunningRuntime(handler) as runtime:
                pid = runtime.ready()["pid"]
                with runtime.open() as wire:
                    wire.connection.settimeout(10)
                    wire.send(envelope(1))
                    self.assertTrue(wire.closed())
                runtime.ready_again(pid)

    def test_a_handler_that_forks_and_returns_in_both_processes_answers_once(self):
        for handler in ("hangs.fork_and_return_twice", "hangs.fork_and_return_twice_async"):
            with self.subTest(handler=handler), RunningRuntime(handler) as runtime:
                pid = runtime.ready()["pid"]
                with runtime.open() as wire:
                    for n in range(50):
                        wire.send(envelope(n))
                    for n in range(50):
                        self.assertEqual(wire.receive()[0][0]["payload"], {"pid": pid, "n": n})

    def test_a_worker_that_keeps_dying_ends_the_runtime_with_its_code(self):
        with RunningRuntime("hangs.crash") as runtime:
            for _ in range(4):
                pid = runtime.ready()["pid"]
                with runtime.open() as wire:
                    wire.send(envelope("crash"))
                    self.assertTrue(wire.closed())
                until(functools.partial(self.replaced_or_ended, runtime, pid), "another worker, or the end")
            self.assertEqual(runtime.process.wait(30), 128 + 11)
            self.assertIn("error: the worker was ended by signal 11, 4 times within 60 s", runtime.output())


if __name__ == "__main__":
    unittest.main()
