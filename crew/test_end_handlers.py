"""The end actors as they are imported: a fresh interpreter per environment."""

import datetime
import json
import os
import subprocess
import sys
import tempfile
import unittest

CREW = os.path.dirname(os.path.abspath(__file__))
RIGHT_MODE = {"ASYA_HANDLER_MODE": "envelope", "ASYA_ENABLE_VALIDATION": "false"}

# Only to import what is pure: the module looks at the environment when it is imported.
os.environ.update(RIGHT_MODE)
sys.path.insert(0, CREW)
from handlers.end_handlers import file_name, key_of  # noqa: E402

HANDLE = """
import json, logging, sys
logging.basicConfig(level="INFO")
from handlers import end_handlers
print(json.dumps(getattr(end_handlers, sys.argv[1])(json.load(sys.stdin))))
"""
ENVELOPE = {
    "id": "e1",
    "parent_id": "e0",
    "route": {"actors": ["read", "store"], "current": 2},
    "headers": {"asya-origin": "read:0"},
    "payload": {"text": "tr\u00e8s bien", "secret": "4711"},
}
NOON = datetime.datetime(2026, 3, 1, 12, 0, 0, 1500, tzinfo=datetime.timezone.utc)


def handled_by(handler, envelope, **variables):
    env = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    env.update(RIGHT_MODE, **variables)
    return subprocess.run(
        [sys.executable, "-c", HANDLE, handler],
        input=json.dumps(envelope).encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=CREW,
        env={name: value for name, value in env.items() if value is not None},
    )


def files_in(folder):
    return [os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names]


class EndHandlers(unittest.TestCase):
    def test_the_whole_envelope_is_stored_and_an_empty_object_is_answered(self):
        with tempfile.TemporaryDirectory() as folder:
            result = handled_by("happy_end_handler", ENVELOPE, ASYA_RESULTS_DIR=folder)
            self.assertEqual((result.returncode, json.loads(result.stdout)), (0, {}), result.stderr)
            (path,) = files_in(folder)
            self.assertRegex(path, r"^happy-asya/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/store/e1\.json$")
            with open(os.path.join(folder, path), encoding="utf-8") as file:
                self.assertEqual(json.load(file), ENVELOPE)

    def test_failures_and_results_have_prefixes_of_their_own(self):
        for variables, prefix in (({}, "error-asya/"), ({"ASYA_S3_ERRORS_PREFIX": "failed/here-"}, "failed/here-")):
            with tempfile.TemporaryDirectory() as folder:
                handled_by("error_end_handler", ENVELOPE, ASYA_RESULTS_DIR=folder, **variables)
                (path,) = files_in(folder)
                self.assertTrue(path.startswith(prefix), path)

    def test_the_key_names_the_actor_where_the_envelope_ended(self):
        def key(*actors, current):
            return key_of({"id": "e1", "route": {"actors": list(actors), "current": current}}, "p/", NOON)

        self.assertEqual(key("a", "b", "c", current=3), "p/2026-03-01T12:00:00.001500Z/c/e1.json")
        self.assertEqual(key("a", "b", "c", current=0), "p/2026-03-01T12:00:00.001500Z/a/e1.json")
        self.assertEqual(key("a", "b", "c", current=1), "p/2026-03-01T12:00:00.001500Z/b/e1.json")
        self.assertEqual(key(current=0), "p/2026-03-01T12:00:00.001500Z/unknown/e1.json")

    def test_a_folder_that_cannot_be_written_is_logged_without_the_payload_and_fails_nothing(self):
        with tempfile.NamedTemporaryFile() as no_folder:
            result = handled_by("happy_end_handler", ENVELOPE, ASYA_RESULTS_DIR=no_folder.name)
        self.assertEqual((result.returncode, json.loads(result.stdout)), (0, {}))
        self.assertIn(b"ERROR:asya-crew:envelope e1 is not stored: ", result.stderr)
        self.assertNotIn(b"4711", result.stderr)

    def test_with_nowhere_to_store_it_says_so_once_and_goes_on(self):
        result = handled_by("happy_end_handler", ENVELOPE)
        self.assertEqual((result.returncode, json.loads(result.stdout)), (0, {}))
        self.assertIn(b"neither ASYA_S3_BUCKET nor ASYA_RESULTS_DIR is set", result.stderr)

    def test_an_id_never_leads_out_of_the_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            inside = os.path.join(folder, "a", "b")
            hostile = dict(ENVELOPE, id="../../../../../../x", route={"actors": [".."], "current": 0})
            self.assertEqual(handled_by("happy_end_handler", hostile, ASYA_RESULTS_DIR=inside).returncode, 0)
            (path,) = files_in(folder)
            self.assertTrue(path.startswith("a/b/happy-asya/"), path)

    def test_a_name_in_a_folder_is_never_hidden_nor_longer_than_a_file_system_allows(self):
        self.assertEqual(file_name(".."), "%2E.")
        self.assertEqual(file_name("a b:c"), "a b:c")
        self.assertEqual(len(file_name("x" * 1000 + ".json")), 205)
        self.assertTrue(file_name("x" * 1000 + ".json").endswith("x.json"))

    def test_it_refuses_to_start_in_another_mode(self):
        for variables, words in (
            ({"ASYA_HANDLER_MODE": None}, b"need ASYA_HANDLER_MODE=envelope, got 'payload'"),
            ({"ASYA_HANDLER_MODE": "payload"}, b"need ASYA_HANDLER_MODE=envelope, got 'payload'"),
            ({"ASYA_ENABLE_VALIDATION": None}, b"need ASYA_ENABLE_VALIDATION=false, got 'true'"),
            ({"ASYA_ENABLE_VALIDATION": "true"}, b"need ASYA_ENABLE_VALIDATION=false, got 'true'"),
        ):
            result = handled_by("happy_end_handler", ENVELOPE, **variables)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn(words, result.stderr)


if __name__ == "__main__":
    unittest.main()
