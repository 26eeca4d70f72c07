import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import unittest
import zipfile
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

FUNCTIONS = Path(__file__).resolve().parents[2] / "functions"
MEBIBYTE = 1024 * 1024

# Runs a script, on whose disk there is no room for the second package.
FULL_DISK = """
import runpy, sys
from pathlib import Path

write_bytes = Path.write_bytes

def write(file, data):
    if ".two.zip" in file.name:
        raise OSError("the disk is full")
    return write_bytes(file, data)

Path.write_bytes = write
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run(folder, *options, **environment):
    command = [sys.executable, "-B", str(folder / "build.py"), *options]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def write(file, text=""):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


class Scratch(unittest.TestCase):
    """Tests with a folder like functions/ each, with other functions in it."""

    def setUp(self):
        temporary = TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = Path(temporary.name)
        self.folder = self.root / "functions"
        self.folder.mkdir()
        shutil.copyfile(FUNCTIONS / "build.py", self.folder / "build.py")

    def write(self, **files):
        for name, text in files.items():
            write(self.folder / name, text)

    def assert_runs(self, *options, **environment):
        result = run(self.folder, *options, **environment)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result

    def assert_fails(self, pattern, *options, **environment):
        result = run(self.folder, *options, **environment)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertRegex(result.stderr, pattern)
        self.assertNotIn("Traceback", result.stderr)


class Zips(Scratch):
    def test_are_what_the_sources_make(self):
        result = run(FUNCTIONS, "--check")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_are_the_same_each_time_and_checked_against_the_sources(self):
        self.write(**{"one/index.py": "1\n", "one/lib/part.py": "", "two/index.py": "2\n"})
        self.assert_fails("out of date", "--check")
        self.assert_runs()
        built = contents(self.folder)
        self.assertEqual(sorted(built), ["build.json", "build.py", "one.zip", "two.zip"])
        self.assert_runs("--check")
        self.assertEqual(self.assert_runs().stdout, "functions/ is up to date\n")

        self.write(**{"two/index.py": "3\n"})
        stale = r"out of date: functions/two\.zip, functions/build\.json\. Run: python3 functions/build\.py"
        self.assert_fails(stale, "--check")
        self.assertEqual(contents(self.folder), built)

        self.write(**{"two/index.py": "2\n"})
        (self.folder / "one.zip").unlink()
        self.assert_fails(r"out of date: functions/one\.zip\.", "--check")
        self.assert_runs()
        self.assertEqual(contents(self.folder), built)

    def test_are_written_down_as_sha256sum_would(self):
        self.write(**{"one/b.py": "b", "one/a/c.py": "c"})
        self.assert_runs()

        def sha256(text):
            return hashlib.sha256(text.encode()).hexdigest()

        package = hashlib.sha256((self.folder / "one.zip").read_bytes()).digest()
        record = {
            "one": {
                "sources": sha256(f"{sha256('c')}  a/c.py\n{sha256('b')}  b.py\n"),
                "zip": base64.b64encode(package).decode(),
            }
        }
        self.assertEqual((self.folder / "build.json").read_text(), json.dumps(record, indent=2) + "\n")

    def test_hold_files_in_the_order_in_which_terraform_sorts_them(self):
        # By code point; by UTF-16 the last two are the other way round.
        names = ["Zeta.txt", "index.py", "lib/a.py", "lib.py", "\ufb01.txt", "\U0001f600.txt"]
        self.write(**{f"one/{name}": "1" for name in names})
        self.assert_runs()
        with zipfile.ZipFile(self.folder / "one.zip") as package:
            self.assertEqual(package.namelist(), sorted(names, key=lambda name: name.encode()))

    def test_hold_files_as_they_are_without_their_time(self):
        self.write(**{"one/index.py": "1\n" * 100, "one/größe.txt": "1"})
        self.assert_runs()
        with zipfile.ZipFile(self.folder / "one.zip") as package:
            self.assertEqual(package.namelist(), ["größe.txt", "index.py"])
            self.assertEqual(package.read("index.py"), b"1\n" * 100)
            for info in package.infolist():
                self.assertEqual(info.date_time, (1980, 1, 1, 0, 0, 0))
                self.assertEqual(info.compress_type, zipfile.ZIP_STORED)
                self.assertEqual(info.external_attr >> 16, 0o644)

    def test_leave_out_what_is_hidden_and_what_python_compiled(self):
        self.write(**{"one/index.py": "1"})
        self.assert_runs()
        built = contents(self.folder)
        for name in (
            "one/.env",
            "one/__pycache__/index.cpython-313.pyc",
            "one/lib/old.pyc",
            ".cache/a",
            "__pycache__/a",
        ):
            self.write(**{name: "not for the package"})
        self.assert_runs("--check")
        self.assertEqual(contents(self.folder), built)

        self.write(**{"one/__pycache__.py": "", "one/lib.pyc/part.py": "", "one/lib/__pycache__": ""})
        self.assert_runs()
        with zipfile.ZipFile(self.folder / "one.zip") as package:
            self.assertEqual(
                package.namelist(), ["__pycache__.py", "index.py", "lib.pyc/part.py", "lib/__pycache__"]
            )

    @unittest.skipIf(sys.platform == "win32", "links need rights there")
    def test_hold_no_link_and_nothing_is_written(self):
        self.write(**{"one/index.py": "1"})
        for link, target in (("one/other.py", "index.py"), ("one/loop", "."), ("three", "one")):
            path = self.folder / link
            path.symlink_to(target)
            self.assert_fails(f"functions/{link} is a link")
            self.assertFalse((self.folder / "build.json").exists())
            path.unlink()

    def test_hold_something(self):
        self.write(**{"one/.hidden": "1"})
        self.assert_fails("functions/one has no files")

    def test_that_lambda_would_not_take_are_said_to_be_such(self):
        self.write(**{"one/index.py": "1", "one/data.bin": ""})
        os.truncate(self.folder / "one/data.bin", 51 * MEBIBYTE)
        self.assertRegex(self.assert_runs().stderr, r"functions/one\.zip has 52 MB; .*50 MB.*s3_bucket")
        os.truncate(self.folder / "one/data.bin", 251 * MEBIBYTE)
        self.assert_fails("functions/one has 252 MB; .*250 MB")

    def test_are_all_written_before_the_first_takes_its_place(self):
        self.write(**{"one/index.py": "1", "two/index.py": "2"})
        self.assert_runs()
        built = contents(self.folder)
        self.write(**{"one/index.py": "3", "two/index.py": "4"})
        command = [sys.executable, "-B", "-c", FULL_DISK, str(self.folder / "build.py")]
        result = subprocess.run(command, capture_output=True, text=True)
        self.assertIn("the disk is full", result.stderr)
        self.assertEqual(contents(self.folder), built)


@unittest.skipIf(find_spec("pip") is None, "this Python has no pip")
class Packages(Scratch):
    """What requirements.txt pins is fetched by pip, here from a folder of wheels in place of a server."""

    def setUp(self):
        super().setUp()
        self.write(**{"app/index.py": "1"})
        self.wheels = self.root / "wheels"
        self.wheels.mkdir()
        self.offline = {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_FIND_LINKS": str(self.wheels),
            "PIP_NO_INDEX": "1",
        }

    def wheel(self, name="parrot", version="1.0", tag="py3-none-any", files=()):
        """Makes a wheel, and returns the line that pins it."""
        file = self.wheels / f"{name}-{version}-{tag}.whl"
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(f"{name}/__init__.py", f"VERSION = '{version}'\n")
            archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
            for path in files:
                archive.writestr(path, "")
            archive.writestr(f"{info}/RECORD", "")
        return f"{name}=={version} --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}\n"

    def require(self, *lines):
        self.write(**{"app/requirements.txt": "".join(lines)})

    def packed(self, name="app"):
        with zipfile.ZipFile(self.folder / f"{name}.zip") as package:
            return package.namelist()

    def test_are_fetched_once_and_packed(self):
        self.require(self.wheel(), self.wheel("cage", "2.0"))
        self.assertIn("fetched functions/app/vendor", self.assert_runs(**self.offline).stdout)
        self.assertEqual(
            [name for name in self.packed() if name.endswith(".py")],
            ["index.py", "vendor/cage/__init__.py", "vendor/parrot/__init__.py"],
        )
        self.assertIn("vendor/parrot-1.0.dist-info/METADATA", self.packed())

        shutil.rmtree(self.wheels)
        self.assertEqual(self.assert_runs(**self.offline).stdout, "functions/ is up to date\n")
        self.assert_runs("--check", **self.offline)

    def test_are_fetched_for_each_function_that_pins_some(self):
        self.write(**{"other/index.py": "1", "third/index.py": "1"})
        self.require(self.wheel())
        self.write(**{"other/requirements.txt": self.wheel("cage", "2.0")})
        output = self.assert_runs(**self.offline).stdout
        self.assertIn("fetched functions/app/vendor\nfetched functions/other/vendor\n", output)
        self.assertIn("vendor/parrot/__init__.py", self.packed())
        self.assertIn("vendor/cage/__init__.py", self.packed("other"))
        self.assertNotIn("vendor/cage/__init__.py", self.packed())
        self.assertEqual(self.packed("third"), ["index.py"])

    def test_are_fetched_again_for_other_requirements(self):
        self.require(self.wheel())
        self.assert_runs(**self.offline)
        self.require(self.wheel("cage", "2.0"))
        self.assert_fails(r"out of date: functions/app/vendor, functions/app\.zip, ", "--check")
        self.assert_runs("--without-packages", **self.offline)
        self.assert_fails(r"out of date: functions/app/vendor\. Run: python3 functions/build\.py", "--check")
        self.assert_runs(**self.offline)
        self.assertEqual(
            [name for name in self.packed() if name.endswith(".py")], ["index.py", "vendor/cage/__init__.py"]
        )
        self.assert_runs("--check")

    def test_are_left_out_where_asked_and_a_check_fetches_nothing(self):
        self.require(self.wheel())
        self.assert_fails("out of date: functions/app.zip", "--check", **self.offline)
        self.assert_runs("--without-packages", **self.offline)
        self.assertEqual(self.packed(), ["index.py", "requirements.txt"])
        self.assert_runs("--check", **self.offline)
        self.assertFalse((self.folder / "app/vendor").exists())

    def test_with_another_hash_are_refused_and_what_was_there_stays(self):
        line = self.wheel()
        self.require(line)
        self.assert_runs(**self.offline)
        built = contents(self.folder)
        self.wheel(files=["parrot/other.py"])
        self.require(f"# Again\n{line}")
        self.assert_fails("pip did not fetch .*--without-packages", **self.offline)
        self.assertEqual(contents(self.folder), built)
        self.assertTrue((self.folder / "app/vendor/parrot/__init__.py").is_file())
        self.assertEqual(sorted(os.listdir(self.folder / "app")), ["index.py", "requirements.txt", "vendor"])

    def test_without_a_hash_are_refused(self):
        self.require(self.wheel().split(" ")[0])
        self.assert_fails("pip did not fetch", **self.offline)

    def test_that_are_not_pure_python_are_refused(self):
        for tag in ("cp313-cp313-manylinux_2_17_aarch64", "cp313-cp313-manylinux_2_17_x86_64"):
            self.require(self.wheel(tag=tag))
            self.assert_fails("pip did not fetch", **self.offline)

    def test_that_need_to_be_installed_are_refused(self):
        self.require(self.wheel(files=["parrot-1.0.data/scripts/parrot"]))
        self.assert_fails("parrot-1.0-py3-none-any.whl needs to be installed", **self.offline)
        self.assertEqual(sorted(os.listdir(self.folder / "app")), ["index.py", "requirements.txt"])


if __name__ == "__main__":
    unittest.main()
