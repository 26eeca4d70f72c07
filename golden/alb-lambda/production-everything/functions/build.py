"""Packs every folder here into a zip of its name, and writes down what each was made of in build.json:

    python3 functions/build.py                     fetches what requirements.txt pins, once, and builds
    python3 functions/build.py --without-packages  builds of what is here, and fetches nothing
    python3 functions/build.py --check             says what is out of date; exits with 1 where anything is

The packages that the requirements.txt of a function pins are fetched from PyPI into its vendor/.
Terraform refuses to plan while build.json and the sources disagree, so that nothing is deployed stale.
"""

import argparse
import base64
import hashlib
import io
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

MEBIBYTE = 1024 * 1024
MOST_UPLOADED = 50 * MEBIBYTE
MOST_UNPACKED = 250 * MEBIBYTE

HERE = Path(__file__).resolve().parent
# Of each function that needs packages.
REQUIREMENTS = "requirements.txt"
VENDOR = "vendor"
# In vendor/, a copy of the requirements that it was fetched for; hidden, so that it is in no zip.
FETCHED_FOR = ".requirements.txt"

# The runtime's, whichever Python runs here; what is not pure Python would need its processor and system too.
LAMBDA_PYTHON = "3.13"
PURE_PYTHON = ("--implementation", "py", "--abi", "none", "--platform", "any")


class Fault(Exception):
    """What whoever runs this can mend."""


def main():
    parser = argparse.ArgumentParser(description="Packs the functions for Lambda.")
    parser.add_argument("--check", action="store_true", help="say what is out of date, and write nothing")
    parser.add_argument(
        "--without-packages", action="store_true", help="fetch nothing, and pack what is here"
    )
    options = parser.parse_args()

    unfetched = [folder for folder in functions() if not is_fetched(folder)]
    if not options.check and not options.without_packages:
        for folder in unfetched:
            fetch(folder)
            print(f"fetched {shown(folder / VENDOR)}")

    outdated = [(file, data) for file, data in build() if not holds(file, data)]
    names = [f"functions/{file}" for file, _ in outdated]
    # A function without its packages is whole: only packages for other requirements are out of date.
    if options.check:
        names[:0] = [shown(folder / VENDOR) for folder in unfetched if (folder / VENDOR).is_dir()]

    if not names:
        print("functions/ is up to date")
    elif options.check:
        raise Fault(f"out of date: {', '.join(names)}. Run: python3 functions/build.py")
    else:
        replace(outdated)
        print(f"wrote {', '.join(names)}")


def build():
    """The files to be written: a zip of each function, and build.json last."""
    record = {}
    zips = []
    for folder in functions():
        entries = sources(folder)
        if not entries:
            raise Fault(f"{shown(folder)} has no files")
        data = packed(entries)
        if len(data) > MOST_UPLOADED:
            print(
                f"{shown(folder)}.zip has {megabytes(len(data))}; "
                "Lambda takes 50 MB from Terraform directly. "
                "Upload it to a bucket (aws_s3_object), and give the function s3_bucket and s3_key "
                "instead of filename.",
                file=sys.stderr,
            )
        record[folder.name] = {
            "sources": hashlib.sha256(listing(entries)).hexdigest(),
            "zip": base64.b64encode(hashlib.sha256(data).digest()).decode(),
        }
        zips.append((f"{folder.name}.zip", data))
    text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    return [*zips, ("build.json", text.encode())]


def functions():
    return [child for child in children(HERE) if child.is_dir()]


def sources(folder):
    """Every file below a folder as (name, bytes), sorted by name: by code point, as Terraform sorts."""
    names = sorted(file.relative_to(folder).as_posix() for file in files_below(folder))
    size = sum((folder / name).stat().st_size for name in names)
    if size > MOST_UNPACKED:
        raise Fault(
            f"{shown(folder)} has {megabytes(size)}; Lambda takes 250 MB unpacked, from S3 too. "
            "Leave something out, or deploy a container image."
        )
    return [(name, (folder / name).read_bytes()) for name in names]


def files_below(folder):
    for child in children(folder):
        if child.is_dir():
            yield from files_below(child)
        elif child.is_file():
            yield child
        else:
            raise Fault(f"{shown(child)} is neither a file nor a folder")


def children(folder):
    """What a folder holds, by name; without what is hidden, and what Python compiled."""
    found = sorted(folder.iterdir(), key=lambda child: child.name)
    found = [child for child in found if not is_left_out(child)]
    for child in found:
        # A link would pack a file from elsewhere, or go in a circle.
        if child.is_symlink():
            raise Fault(f"{shown(child)} is a link. Put a copy in its place.")
    return found


def is_left_out(path):
    # As locals.tf leaves it out: a folder may be called like a compiled file, and a file like their folder.
    is_compiled = path.name == "__pycache__" if path.is_dir() else path.name.endswith(".pyc")
    return path.name.startswith(".") or is_compiled


def packed(entries):
    """A zip of the entries in the order given, stored as they are: the same bytes on any machine."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as target:
        for name, data in entries:
            # Neither the clock nor the time zone may change the archive, nor the system it is made on.
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            info.external_attr = 0o644 << 16
            target.writestr(info, data)
    return archive.getvalue()


def listing(entries):
    # As sha256sum prints it, so that Terraform can make the same of its own functions.
    return "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in entries).encode()


def holds(file, data):
    target = HERE / file
    return target.is_file() and not target.is_symlink() and target.read_bytes() == data


def replace(files):
    """Writes all before the first takes its place, and build.json last: a plan tells what was cut short."""
    steps = [(HERE / f".{file}.{os.getpid()}", HERE / file, data) for file, data in files]
    try:
        for staged, _, data in steps:
            staged.write_bytes(data)
        for staged, target, _ in steps:
            staged.replace(target)
    finally:
        for staged, _, _ in steps:
            staged.unlink(missing_ok=True)


def is_fetched(folder):
    """Whether vendor/ has what requirements.txt pins; without the one there is no need of the other."""
    requirements, fetched_for = folder / REQUIREMENTS, folder / VENDOR / FETCHED_FOR
    if not requirements.is_file():
        return True
    return fetched_for.is_file() and fetched_for.read_text("utf-8") == requirements.read_text("utf-8")


def fetch(folder):
    """Puts the packages that requirements.txt pins into vendor/, in place of what was there."""
    requirements, vendor = folder / REQUIREMENTS, folder / VENDOR
    staged = folder / f".{VENDOR}.{os.getpid()}"
    try:
        with tempfile.TemporaryDirectory() as downloads:
            download(requirements, downloads)
            staged.mkdir()
            # Unpacked here, since what pip installs depends on pip.
            for wheel in sorted(Path(downloads).iterdir()):
                unpack(wheel, staged)
        (staged / FETCHED_FOR).write_text(requirements.read_text("utf-8"), "utf-8")
        if vendor.exists():
            shutil.rmtree(vendor)
        staged.replace(vendor)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def download(requirements, folder):
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--no-deps", "--only-binary=:all:"]
    command += ["--python-version", LAMBDA_PYTHON, *PURE_PYTHON]
    command += ["--requirement", str(requirements), "--dest", folder]
    if subprocess.run(command).returncode != 0:
        raise Fault(
            f"pip did not fetch what {shown(requirements)} pins. "
            "To pack without the packages run: python3 functions/build.py --without-packages"
        )


def unpack(wheel, folder):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            # Files that an installation would put elsewhere: scripts, headers, data.
            if name.split("/")[0].endswith(".data"):
                raise Fault(f"{wheel.name} needs to be installed, and cannot be unpacked alone")
        archive.extractall(folder)


def megabytes(size):
    return f"{math.ceil(size / MEBIBYTE)} MB"


def shown(path):
    return f"functions/{path.relative_to(HERE).as_posix()}"


if __name__ == "__main__":
    try:
        main()
    except Fault as fault:
        sys.exit(str(fault))
