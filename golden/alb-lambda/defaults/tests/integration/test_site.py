"""Calls the deployed site, and looks at what is behind it:

    python3 -m unittest discover --start-directory tests/integration

It puts three objects into the data bucket and deletes them again. SITE_URL names another address of the site.
"""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import unittest
import uuid
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[2]
# Whoever uses OpenTofu sets TERRAFORM=tofu.
TERRAFORM = os.environ.get("TERRAFORM", "terraform")
NEEDED = ("application_url", "aws_region", "data_bucket")


def read_outputs():
    """
    The outputs of what is deployed, or None where nothing is.
    Where that cannot be found out, as with credentials that are over, it raises what terraform says.
    """
    if not (ROOT / os.environ.get("TF_DATA_DIR", ".terraform")).exists():
        return None
    try:
        result = run([TERRAFORM, f"-chdir={ROOT}", "output", "-json", "-no-color"])
    except FileNotFoundError:
        raise RuntimeError(f"{TERRAFORM} is not installed, and these tests need it") from None
    # After `terraform init -backend=false` nobody has said where the state is.
    if "Initial configuration of the requested backend" in result.stderr:
        return None
    if result.returncode != 0:
        raise RuntimeError(f"{TERRAFORM} output failed: {result.stderr}")
    outputs = {name: output["value"] for name, output in json.loads(result.stdout).items()}
    if not outputs:
        return None
    missing = [name for name in NEEDED if outputs.get(name) is None]
    if missing:
        raise RuntimeError(f"not all is deployed: there is no output {', '.join(missing)}. Apply again.")
    return outputs


def run(command):
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


class Site(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.outputs = read_outputs()
        if cls.outputs is None:
            raise unittest.SkipTest("not deployed")
        cls.url = (os.environ.get("SITE_URL") or cls.outputs["application_url"]).rstrip("/")

    def call(self, path, query=None, method="GET"):
        url = f"{self.url}{path}{'?' + urlencode(query) if query else ''}"
        try:
            response = urlopen(Request(url, method=method), timeout=35)
        except HTTPError as error:
            response = error
        with response:
            return response.status, response.headers, response.read().decode()

    def get(self, path, query=None, expected=200):
        status, _, text = self.call(path, query)
        self.assertEqual(status, expected, text)
        return json.loads(text)

    def aws(self, *command):
        if shutil.which("aws") is None:
            self.fail("the AWS CLI is not installed, and this test needs it")
        result = run(["aws", *command, "--region", self.outputs["aws_region"], "--output", "json"])
        self.assertEqual(result.returncode, 0, f"aws {' '.join(command)} failed: {result.stderr}")
        return json.loads(result.stdout or "null")

    def test_is_healthy(self):
        status, headers, text = self.call("/health")
        self.assertEqual(status, 200, text)
        self.assertEqual(json.loads(text), {"status": "ok"})
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(self.call("/health", method="HEAD")[0], 200)

    def test_lists_what_is_put_into_the_bucket(self):
        folder = f"test-{uuid.uuid4()}/"
        keys = [f"{folder}{name}" for name in ("a b+c", "größe", "ü/100%")]
        try:
            for key in keys:
                self.aws("s3api", "put-object", "--bucket", self.outputs["data_bucket"], "--key", key)
            page = self.get("/", {"prefix": folder})
            self.assertEqual([entry["key"] for entry in page["objects"]], keys)
            self.assertEqual([entry["size"] for entry in page["objects"]], [0, 0, 0])
            self.assertIsNone(page["next"])

            first = self.get("/", {"prefix": folder, "limit": 2})
            self.assertEqual([entry["key"] for entry in first["objects"]], keys[:2])
            self.assertEqual(first["next"], keys[1])
            second = self.get("/", {"prefix": folder, "limit": 2, "after": first["next"]})
            self.assertEqual([entry["key"] for entry in second["objects"]], keys[2:])
            self.assertIsNone(second["next"])

            self.assertEqual(self.get("/", {"prefix": keys[0]})["objects"], page["objects"][:1])
        finally:
            for key in keys:
                self.aws("s3api", "delete-object", "--bucket", self.outputs["data_bucket"], "--key", key)
        self.assertEqual(self.get("/", {"prefix": folder}), {"objects": [], "next": None})

    def test_reaches_its_database_once_it_has_a_driver(self):
        status, _, text = self.call("/db")
        body = json.loads(text)
        if status == 501:
            self.assertIn("python3 functions/build.py", body["error"])
        else:
            self.assertEqual(status, 200, text)
            self.assertIn(body["engine"], ("mysql", "postgresql"))
            self.assertRegex(body["version"], r"^\d+\.\d+")

    def test_refuses_what_it_does_not_know(self):
        self.assert_refused(self.call("/nothing"), 404)
        self.assert_refused(self.call("/", {"limit": 101}), 400)
        response = self.call("/health", method="DELETE")
        self.assert_refused(response, 405)
        self.assertEqual(response[1]["Allow"], "GET, HEAD")

    def test_runs_the_code_of_this_project(self):
        if "function_name" not in self.outputs:
            self.skipTest("there is no output function_name")
        command = ("lambda", "get-function-configuration", "--function-name", self.outputs["function_name"])
        package = (ROOT / "functions" / "app.zip").read_bytes()
        digest = base64.b64encode(hashlib.sha256(package).digest()).decode()
        self.assertEqual(self.aws(*command)["CodeSha256"], digest)

    def assert_refused(self, response, expected):
        status, _, text = response
        self.assertEqual(status, expected, text)
        body = json.loads(text)
        self.assertTrue(body["error"] and body["requestId"], text)
        self.assertIsNone(re.search(r"arn:|\b\d{12}\b", body["error"]), text)


if __name__ == "__main__":
    unittest.main()
