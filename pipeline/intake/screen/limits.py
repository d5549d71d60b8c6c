"""How much one drop may hold and how long reading it may take. Source: design; the office may set other figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one drop. Sizes in bytes, times in seconds."""

    file_bytes: int = 200 * MIB
    """Largest single file."""
    total_bytes: int = 1000 * MIB
    """Largest drop, unpacked."""
    files: int = 500
    """Most files in a drop; a ZIP may hold as many folders and by-products beside them."""
    parts: int = 5000
    """Most parts in an Office file."""
    depth: int = 8
    """Deepest folder in a drop."""
    ratio: int = 200
    """How many times its packed size an archive may unpack to, once it is larger than `ratio_from`."""
    ratio_from: int = 10 * MIB
    part_bytes: int = 32 * MIB
    """Largest XML part of a Word file."""
    data_bytes: int = 2 * MIB
    """Largest JSON or YAML file."""
    data_depth: int = 32
    """Deepest nesting in a JSON or YAML file."""
    name_bytes: int = 200
    """Longest name of a file or folder, in UTF-8."""
    path_characters: int = 180
    """Longest path below the drop."""
    pdf_objects: int = 200_000
    """Most objects in a PDF that are looked at."""
    wall_seconds: float = 60.0
    cpu_seconds: int = 60
    memory_bytes: int = 2048 * MIB
    answer_bytes: int = 64 * MIB
    """Most that the reading child may say."""

    def to_json(self) -> dict[str, float]:
        """As plain data, for the child."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, float]) -> Limits:
        """The limits written by `to_json`."""
        return cls(**data)  # type: ignore[arg-type]
