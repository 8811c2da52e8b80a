"""The end actors with an S3 server: ASYA_TEST_S3_ENDPOINT names one, and boto3 is there (s3.test.ts sees to both)."""

import json
import os
import unittest
import uuid

from test_end_handlers import ENVELOPE, handled_by

ENDPOINT = os.environ.get("ASYA_TEST_S3_ENDPOINT")
KEYS = {"ASYA_S3_ACCESS_KEY": "access", "ASYA_S3_SECRET_KEY": "very-secret"}


@unittest.skipUnless(ENDPOINT, "ASYA_TEST_S3_ENDPOINT names no S3 server: vitest run crew starts one")
class Bucket(unittest.TestCase):
    def setUp(self):
        import boto3

        self.bucket = "asya-" + uuid.uuid4().hex
        self.s3 = boto3.client(
            "s3",
            endpoint_url=ENDPOINT,
            region_name="us-east-1",
            aws_access_key_id="access",
            aws_secret_access_key="very-secret",
        )

    def handle(self, handler, **variables):
        settings = dict({"ASYA_S3_BUCKET": self.bucket, "ASYA_S3_ENDPOINT": ENDPOINT}, **KEYS)
        settings.update(variables)
        return handled_by(handler, ENVELOPE, **settings)

    def stored(self):
        keys = [each["Key"] for each in self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])]
        return {key: self.s3.get_object(Bucket=self.bucket, Key=key) for key in keys}

    def test_results_and_errors_lie_under_their_prefixes_as_json(self):
        self.s3.create_bucket(Bucket=self.bucket)
        for handler in ("happy_end_handler", "error_end_handler"):
            result = self.handle(handler)
            self.assertEqual((result.returncode, json.loads(result.stdout)), (0, {}), result.stderr)
        error, happy = sorted(self.stored().items())
        self.assertRegex(happy[0], r"^happy-asya/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/store/e1\.json$")
        self.assertRegex(error[0], r"^error-asya/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/store/e1\.json$")
        self.assertEqual(happy[1]["ContentType"], "application/json")
        self.assertEqual(json.loads(happy[1]["Body"].read()), ENVELOPE)

    def test_the_prefix_can_be_chosen_and_a_missing_bucket_of_an_own_server_is_made(self):
        result = self.handle("happy_end_handler", ASYA_S3_RESULTS_PREFIX="mine/")
        self.assertEqual(result.returncode, 0, result.stderr)
        (key,) = self.stored()
        self.assertTrue(key.startswith("mine/"), key)

    def test_an_upload_that_fails_is_logged_without_secrets_and_fails_nothing(self):
        for variables, reason in (
            ({"ASYA_S3_ENDPOINT": "http://127.0.0.1:1"}, b"is not stored: EndpointConnectionError"),
            ({"ASYA_S3_BUCKET": "No_Valid_Name!"}, b"is not stored: ParamValidationError"),
        ):
            result = self.handle("happy_end_handler", **variables)
            self.assertEqual((result.returncode, json.loads(result.stdout)), (0, {}), result.stderr)
            self.assertIn(reason, result.stderr)
            for secret in (b"4711", b"very-secret"):
                self.assertNotIn(secret, result.stderr)


class WithoutBoto(unittest.TestCase):
    def test_a_bucket_without_boto3_is_refused_at_the_start(self):
        # n.b. -S of the child's interpreter would be the same; a module that cannot be imported is shorter.
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "boto3.py"), "w") as file:
                file.write("raise ImportError('not here')\n")
            result = handled_by("happy_end_handler", ENVELOPE, ASYA_S3_BUCKET="results", PYTHONPATH=folder)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(b"ASYA_S3_BUCKET is set, which needs boto3", result.stderr)


if __name__ == "__main__":
    unittest.main()
