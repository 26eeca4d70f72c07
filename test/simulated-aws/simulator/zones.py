"""The availability zones that DescribeAvailabilityZones lists, which a test may change while the simulator runs."""

from __future__ import annotations

from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend, Zone


def set_zones(region: str, names: list[str]) -> None:
    """Lets a region have these zones, in this order. A zone keeps its id, whichever others are there."""
    RegionsAndZonesBackend.zones[region] = [
        Zone(region_name=region, name=name, zone_id=f"{region}-az{ord(name[-1]) - ord('a') + 1}") for name in names
    ]
