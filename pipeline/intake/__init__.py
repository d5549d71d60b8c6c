"""A drop becomes a filing: seen, claimed, screened, read."""
