"""The program from outside: settings, probe, start, stop."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import unittest

from asya_runtime import PROTOCOL, VARIABLES, VERSION, SettingError, read_settings
from running_runtime import FOLDER, HANDLERS, SCRIPT, RunningRuntime, alive, envelope, until


def run(*arguments, **variables):
    env = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", **variables)
    command = [sys.executable, SCRIPT] + list(arguments)
    return subprocess.run(
        command,
        env=env,
        cwd=HANDLERS,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        timeout=30,
    )


class SettingsFromTheEnvironment(unittest.TestCase):
    def test_defaults_are_those_of_the_contract(self):
        settings = read_settings({"ASYA_HANDLER": "m.f"})
        self.assertEqual(settings.socket_path, "/var/run/asya/asya-runtime.sock")
        self.assertEqual((settings.mode, settings.validate, settings.log_level), ("payload", True, "INFO"))
        self.assertEqual((settings.socket_chmod, settings.chunk_bytes), (0o666, 65536))
        self.assertEqual((settings.concurrency, settings.batch_max_size), (1, None))
        self.assertEqual(settings.max_frame_bytes, 67108864)

    def test_what_does_not_parse_is_named_with_its_value_and_rule(self):
        cases = [
            ("ASYA_HANDLER", "process", "module.function or module.Class.method"),
            ("ASYA_HANDLER", "a.b; rm", "dotted identifiers only"),
            ("ASYA_HANDLER", "a..b", "dotted identifiers only"),
            ("ASYA_HANDLER_MODE", "batch", "one of payload, envelope"),
            ("ASYA_SOCKET_DIR", "", "a folder"),
            ("ASYA_SOCKET_NAME", "a/b", "a file name"),
            ("ASYA_SOCKET_CHMOD", "rw", "octal permissions from 0o0 to 0o777"),
            ("ASYA_SOCKET_CHMOD", "0o1777", "octal permissions"),
            ("ASYA_CHUNK_SIZE", "0", "a whole number from 1 to 16777216"),
            ("ASYA_ENABLE_VALIDATION", "maybe", "one of true, false, 1, 0, yes, no"),
            ("ASYA_LOG_LEVEL", "LOUD", "one of debug, info, warning, error, critical, warn"),
            ("ASYA_CONCURRENCY", "0", "a whole number from 1 to 1000"),
            ("ASYA_CONCURRENCY", "1.5", "a whole number"),
            ("ASYA_CONCURRENCY", "", "a whole number"),
            ("ASYA_CONCURRENCY", "\u0663", "a whole number"),
            ("ASYA_BATCH_MAX_SIZE", "ten", "a whole number from 1 to 65536"),
            ("ASYA_BATCH_MAX_WAIT", "5", "a duration such as 50ms"),
            ("ASYA_MAX_FRAME_BYTES", "2000000000", "a whole number from 1024 to 1073741824"),
            ("ASYA_STOP_TIMEOUT", "-1", "a whole number from 0 to 86400"),
        ]
        self.assertEqual({name for name, _, _ in cases}, {variable.name for variable in VARIABLES})
        for name, value, rule in cases:
            with self.subTest(name=name, value=value), self.assertRaises(SettingError) as caught:
                read_settings(dict({"ASYA_HANDLER": "m.f"}, **{name: value}))
            text = str(caught.exception)
            self.assertTrue(text.startswith(name + " must be "), text)
            self.assertIn(rule, text)
            self.assertTrue(text.endswith("got " + json.dumps(value)), text)

    def test_a_missing_handler_a_missing_folder_and_a_long_path_end_the_program_with_one_line(self):
        long = tempfile.mkdtemp() + "/" + "x" * 90
        os.mkdir(long)
        cases = [
            ({}, "ASYA_HANDLER is not set"),
            ({"ASYA_HANDLER": "m.f", "ASYA_SOCKET_DIR": "/nowhere"}, "ASYA_SOCKET_DIR must be a folder"),
            ({"ASYA_HANDLER": "m.f", "ASYA_SOCKET_DIR": long}, "at most 103 bytes"),
        ]
        for variables, message in cases:
            with self.subTest(message=message):
                result = run(**variables)
                self.assertEqual((result.returncode, result.stdout), (1, ""))
                self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
                self.assertIn(message, result.stderr)
        shutil.rmtree(os.path.dirname(long))

    def test_version_help_and_unknown_arguments(self):
        self.assertEqual(run("--version").stdout, "asya_runtime %s, protocol %d\n" % (VERSION, PROTOCOL))
        usage = run("-h")
        self.assertEqual(usage.returncode, 0)
        for variable in VARIABLES:
            self.assertIn(variable.name, usage.stdout)
        self.assertEqual(run("--prob").returncode, 2)

    def test_the_readme_lists_every_variable_with_its_default(self):
        with open(os.path.join(FOLDER, "README.md"), encoding="utf-8") as file:
            listed = re.findall(r"^\| `(ASYA_\w+)` +\| (\S*) +\|", file.read(), re.M)
        self.assertEqual(listed, [(variable.name, variable.default or "") for variable in VARIABLES])


class Probe(unittest.TestCase):
    def test_it_fails_before_the_handler_is_loaded_and_after_the_end_and_holds_between(self):
        with RunningRuntime("plain.echo") as runtime:
            self.assertEqual(run("--probe", ASYA_SOCKET_DIR=runtime.folder).returncode, 0)
            self.assertEqual(runtime.stop(), 0)
            result = run("--probe", ASYA_SOCKET_DIR=runtime.folder)
            self.assertEqual(result.returncode, 1)
            self.assertIn("not ready: %s/runtime-ready: No such file" % runtime.folder, result.stderr)

    def test_it_fails_where_the_runtime_was_killed(self):
        with RunningRuntime("plain.echo") as runtime:
            pid = runtime.ready()["pid"]
            runtime.process.kill()
            runtime.process.wait()
            until(lambda: not alive(pid), "the worker ends with its supervisor")
            result = run("--probe", ASYA_SOCKET_DIR=runtime.folder)
            self.assertEqual(result.returncode, 1)
            self.assertIn("asya-runtime.sock: Connection refused", result.stderr)

    def test_it_holds_while_every_handler_is_busy(self):
        with RunningRuntime("hangs.sleep_or_echo") as runtime, runtime.open() as wire:
            wire.send(envelope("hang"))
            runtime.wait_for_output("begun")
            for _ in range(3):
                self.assertEqual(run("--probe", ASYA_SOCKET_DIR=runtime.folder).returncode, 0)


class Start(unittest.TestCase):
    def test_runtime_ready_says_what_the_sidecar_needs_and_the_socket_has_its_permissions(self):
        with RunningRuntime("plain.where", ASYA_CONCURRENCY="4", ASYA_SOCKET_CHMOD="0600") as runtime:
            pid = runtime.ask_first_wire(envelope(1))[0]["payload"]["pid"]
            self.assertEqual(runtime.ready(), {"protocol": 2, "pid": pid, "concurrency": 4, "batching": None})
            self.assertEqual(stat.S_IMODE(os.stat(runtime.path).st_mode), 0o600)

    def test_files_that_a_killed_runtime_left_are_no_obstacle_and_promise_nothing(self):
        with RunningRuntime("plain.echo") as runtime:
            runtime.process.kill()
            runtime.process.wait()
            again = dict(runtime.env, ASYA_HANDLER="plain.nowhere")
            subprocess.run([sys.executable, SCRIPT], env=again, cwd=HANDLERS, stderr=subprocess.PIPE, timeout=30)
            self.assertIsNone(runtime.ready())
            self.assertFalse(os.path.exists(runtime.path))

    def test_one_handler_at_a_time_runs_in_the_main_thread_that_constructed_it(self):
        with RunningRuntime("plain.where") as runtime, runtime.open() as wire:
            self.assertTrue(wire.ask(envelope(1))[0][0]["payload"]["main_thread"])

    def test_a_handler_that_cannot_be_loaded_ends_the_program_with_its_path_and_what_was_found(self):
        cases = [
            ("nowhere.process", "there is no module nowhere (looked in "),
            ("plain.proces", "plain.py) has no proces; it has: "),
            ("plain.NUMBER", "plain.NUMBER is no function, but int"),
            ("plain.Counter", "plain.Counter is a class; name its method: plain.Counter.METHOD (it has: process"),
            ("plain.Counter.proces", "class Counter has no proces; it has: process, process_async"),
            ("plain.echo.process", "echo in plain.echo.process is no class, but function"),
            ("plain.NeedsModel.process", "class NeedsModel needs model, but is constructed without arguments"),
            ("plain.Breaks.process", "Breaks() failed: RuntimeError: no weights at /models"),
            ("plain.two_arguments", "must take one argument, but is two_arguments(payload, context)"),
            ("broken.needs_torch.process", "importing broken.needs_torch needs module torch_of_tomorrow"),
            ("broken.syntax.process", "importing broken.syntax failed: SyntaxError"),
            ("broken.beside_a_thread.process", "importing broken.beside_a_thread failed: ImportError: no libcuda"),
            ("broken.leaves.process", "importing broken.leaves failed: SystemExit: 0"),
        ]
        folder = tempfile.mkdtemp()
        for path, message in cases:
            with self.subTest(path=path):
                result = run(ASYA_HANDLER=path, ASYA_SOCKET_DIR=folder, ASYA_LOG_LEVEL="WARNING")
                self.assertEqual(result.returncode, 1)
                first = result.stderr.splitlines()[0]
                self.assertIn('error: ASYA_HANDLER "%s" cannot be loaded: ' % path, first)
                self.assertIn(message, first)
        self.assertEqual(os.listdir(folder), [])
        shutil.rmtree(folder)


class Concurrency(unittest.TestCase):
    def test_as_many_handlers_run_at_once_as_asked_for_and_no_more(self):
        with RunningRuntime("hangs.count_running", ASYA_CONCURRENCY="2") as runtime:
            path = os.path.join(runtime.folder, "go")
            wires = [runtime.open() for _ in range(5)]
            for name, wire in zip("abcde", wires):
                wire.send(envelope({"name": name, "path": path}))
            until(lambda: runtime.output().count("begun") >= 2, "two handlers run")
            open(path, "w").close()
            self.assertEqual(max(wire.receive()[0][0]["payload"] for wire in wires), 2)
            for wire in wires:
                wire.connection.close()

    def test_coroutines_share_one_event_loop_for_as_long_as_the_worker_lives(self):
        with RunningRuntime("plain.add_async", ASYA_CONCURRENCY="8") as runtime:
            wires = [runtime.open() for _ in range(8)]
            loops = set()
            for _ in range(3):
                for wire in wires:
                    wire.send(envelope({"a": 1, "b": 2}))
                loops |= {wire.receive()[0][0]["payload"]["loop"] for wire in wires}
            self.assertEqual(len(loops), 1)
            for wire in wires:
                wire.connection.close()

    def test_a_lock_of_the_constructor_works_in_the_coroutines(self):
        with RunningRuntime("plain.Locked.process", ASYA_CONCURRENCY="2") as runtime:
            wires = [runtime.open(), runtime.open()]
            for wire in wires:
                wire.send(envelope("fine"))
            self.assertEqual([wire.receive()[0][0]["payload"] for wire in wires], ["fine", "fine"])
            for wire in wires:
                wire.connection.close()


class Stop(unittest.TestCase):
    def test_open_connections_are_answered_after_sigterm_and_the_program_ends_with_the_last(self):
        with RunningRuntime("plain.echo", ASYA_CONCURRENCY="2") as runtime:
            first, second = runtime.open(), runtime.open()
            first.ask(envelope(1))
            runtime.process.send_signal(signal.SIGTERM)
            runtime.wait_for_output("stopping: 2 connections are open")
            for number in range(3):
                self.assertEqual(len(first.ask(envelope(number))[0]), 1)
            first.connection.close()
            self.assertEqual(len(second.ask(envelope(2))[0]), 1)
            second.connection.close()
            self.assertEqual(runtime.process.wait(30), 0)
            self.assertEqual((runtime.ready(), os.path.exists(runtime.path)), (None, False))

    def test_a_worker_cleans_up_before_it_ends(self):
        with RunningRuntime("cleans_up.process") as runtime:
            self.assertEqual(runtime.stop(), 0)
            self.assertIn("cleaned up", runtime.output())

    def test_connections_that_stay_open_are_cut_after_asya_stop_timeout(self):
        with RunningRuntime("plain.echo", ASYA_STOP_TIMEOUT="1") as runtime, runtime.open() as wire:
            wire.ask(envelope(1))
            self.assertEqual(runtime.stop(), 0)
            self.assertTrue(wire.closed())

    def test_a_second_signal_ends_it_although_connections_are_open(self):
        with RunningRuntime("plain.echo") as runtime, runtime.open() as wire:
            wire.ask(envelope(1))
            runtime.process.send_signal(signal.SIGINT)
            runtime.wait_for_output("stopping")
            self.assertEqual(runtime.stop(), 0)
            self.assertTrue(wire.closed())

    def test_sigterm_while_the_handler_is_being_loaded_ends_it_at_once(self):
        folder = tempfile.mkdtemp()
        open(os.path.join(folder, "loaded-once"), "w").close()
        env = dict(os.environ, ASYA_SOCKET_DIR=folder, ASYA_HANDLER="slow_load.hang")
        command = [sys.executable, SCRIPT]
        process = subprocess.Popen(command, env=env, cwd=HANDLERS, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.assertEqual(process.stdout.readline(), b"waiting for the gate\n")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(30), 0)
        process.stdout.close()
        shutil.rmtree(folder)


if __name__ == "__main__":
    unittest.main()
