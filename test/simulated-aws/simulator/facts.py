"""What the simulator is told of AWS: the generator's own tables, handed over as JSON, so that no fact stands twice."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Facts:
    # Region code -> names of its availability zones.
    zones: dict[str, list[str]]
    # Database engine -> region code -> instance classes that are offered there.
    database_classes: dict[str, dict[str, list[str]]]
    # The same, for classes that are surely not.
    refused_classes: dict[str, dict[str, list[str]]]
    # Database engine -> instance classes that Performance Insights does not run on.
    classes_without_insights: dict[str, list[str]]
    # Database engine -> major versions that can be created, the oldest first.
    engine_versions: dict[str, list[str]]
    # CPU units -> MiB of memory that Fargate offers with them.
    fargate_sizes: dict[str, list[int]]


def read_facts(file: str) -> Facts:
    """The facts in a JSON file whose keys are the fields above."""
    return Facts(**json.loads(Path(file).read_text(encoding="utf-8")))
