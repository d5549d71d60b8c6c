"""SHA-256 and SM3 of what packages hold; the same as everywhere."""

from pipeline.digests import both_of_file, sha256_of_bytes, sm3_of_bytes

__all__ = ["both_of_file", "sha256_of_bytes", "sm3_of_bytes"]
