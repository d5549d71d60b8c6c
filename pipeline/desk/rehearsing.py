"""A full check of something that was never dropped: no case, no number, nothing kept."""

from __future__ import annotations

from pathlib import Path

from pipeline.cases.decision import Answer
from pipeline.desk.reading import read_path
from pipeline.desk.receive import DRY_RUN, rehearse
from pipeline.desk.service import Desk
from pipeline.diskwork import ContentStore
from pipeline.model import Drop
from pipeline.scratch import Scratch


class _Overlay(ContentStore):
    """A store for a moment: what is kept lies in a scratch folder, what was kept before is seen through it."""

    def __init__(self, scratch: Path, beneath: ContentStore) -> None:
        super().__init__(scratch)
        self._beneath = beneath

    def get(self, sha256: str) -> bytes:
        """As the store's own."""
        return super().get(sha256) if self.path(sha256).exists() else self._beneath.get(sha256)


def rehearse_file(desk: Desk, file: Path, jurisdiction: str = "") -> Answer:
    """The answer `file` (a form, a ZIP, a folder) would get in 预审. Without `jurisdiction` the form's own counts."""
    scratch, store = Scratch("check"), desk.store
    folder = scratch.path
    desk.store = _Overlay(folder / "store", store)
    try:
        submission = read_path(desk, file, file.name, jurisdiction, folder, lambda _: desk.store)
        said = submission.main.identity.jurisdiction if submission.main is not None else ""
        drop = Drop(
            token="", jurisdiction=jurisdiction or (said if said in desk.packs else next(iter(desk.packs))), role=DRY_RUN, owner="", name=file.name,
            sha256="", size=0, received_at=desk.clock(), is_folder=file.is_dir(),
        )  # fmt: skip
        return rehearse(desk, drop, submission)
    finally:
        desk.store = store
        scratch.close()
