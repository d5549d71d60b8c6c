"""The folder is a picture of the record: thrown away, spoiled or restored elsewhere, it comes back byte for byte."""

from __future__ import annotations

import shutil

import pytest

from pipeline.cases import registers
from pipeline.desk.rebuilding import rebuild_office
from pipeline.desk.showing import fingerprint_of

from .town import Town, copy_town

ROAD = (
    "intake_decision", "expert_team_form", "material_review_record", "preparation_review_report", "deliberation_minutes", "task_book",
)  # fmt: skip


def fingerprint(town: Town) -> dict[str, str]:
    return {path: sha for path, sha in fingerprint_of(town.desk).items() if not path.endswith("系统状态.txt")}


def restore(town: Town) -> None:
    assert rebuild_office(town.desk) == ()
    town.work()


def test_the_outbox_is_made_again_byte_for_byte(pending: Town) -> None:
    pending.drop("申报", b"no form", "不是表.docx")
    pending.apply(example=1, name="另一件")
    pending.drop("申报", pending.bundle(2, name="要补正的", total_budget="1.00"))
    before = fingerprint(pending)
    assert len(before) > 40
    restore(pending)
    assert fingerprint(pending) == before, "rebuilding what is whole changes nothing"
    shutil.rmtree(pending.outbox)
    restore(pending)
    assert fingerprint(pending) == before
    pending.books_are_whole()


def test_an_inode_used_again_does_not_make_another_folder_ours(town: Town) -> None:
    """After the outbox was thrown away, the blank forms may lie in a folder with the inode that a packet had."""
    town.drop("申报", town.bundle(2, name="要补正的", total_budget="1.00"))
    before = fingerprint(town)
    blanks = (town.outbox / "空白表格").stat()
    with town.desk.database.begin() as connection:
        packets = registers.case_folders.c.path.like("%待送达%")
        again = registers.case_folders.update().where(packets).values(device=blanks.st_dev, inode=blanks.st_ino)
        assert connection.execute(again).rowcount == 1
    shutil.rmtree(next((town.outbox / "待送达").iterdir()))
    restore(town)
    assert fingerprint(town) == before


def test_what_people_made_survives_and_what_they_changed_is_kept_beside(applied: Town) -> None:
    case = applied.case()
    home = applied.folder(case)
    before = fingerprint(applied)
    (home / "笔记.txt").write_text("我的笔记", encoding="utf-8")
    (home / "照片").mkdir()
    (home / "照片" / "现场.jpg").write_bytes(b"jpeg")
    _, form = applied.todo(case, "intake_decision")
    half = applied.filled(case, "intake_decision")[1]
    form.write_bytes(half)
    (home / "时间线.html").write_text("被人改过", encoding="utf-8")
    stamped = next(home.glob("收件/*.pdf"))
    stamped.unlink()
    restore(applied)
    assert (home / "笔记.txt").read_text(encoding="utf-8") == "我的笔记" and (home / "照片" / "现场.jpg").exists()
    assert form.read_bytes() == half, "a half-filled form is left where it is"
    assert (home / "留存" / "时间线.html").read_text(encoding="utf-8") == "被人改过"
    assert (home / "留存" / "说明.txt").is_file() and stamped.is_file()
    after = fingerprint(applied)
    assert {path: sha for path, sha in after.items() if path in before and not path.endswith(form.name)} == {
        path: sha for path, sha in before.items() if not path.endswith(form.name)
    }
    assert applied.drop("办理", applied.blank("series_start", {}), "空表.docx").outcome == "refused"
    assert applied.file_again(half, case).outcome == "recorded"
    moved = applied.folder(applied.case())
    assert moved != home and not home.exists()
    assert (moved / "笔记.txt").exists() and (moved / "照片" / "现场.jpg").exists()
    assert any(p.read_bytes() == half for p in (moved / "留存").glob("*.docx"))


def test_a_restored_backup_is_the_same_office(applied: Town, tmp_path_factory: pytest.TempPathFactory) -> None:
    before = fingerprint(applied)
    other = copy_town(applied, tmp_path_factory.mktemp("restored") / "office")
    assert fingerprint(other) == before
    restore(other)
    assert fingerprint(other) == before
    assert other.file(other.case(), "intake_decision").outcome == "recorded"
    assert list(other.outbox.rglob("说明_这是副本.txt")) == [] and list(other.outbox.rglob("*来历不明*")) == []
    other.close()


@pytest.mark.parametrize("jurisdiction", [pytest.param("hubei", marks=pytest.mark.slow), "chongqing"])
def test_the_whole_road_is_made_again_and_its_paths_are_short(town: Town, jurisdiction: str) -> None:
    """Application to preparation by forms; then the outbox is thrown away and made anew."""
    town.jurisdiction = jurisdiction
    case = town.apply()
    for form in ROAD:
        assert town.file(town.case(case.no), form).outcome == "recorded", form
        while town.case(case.no).pending is not None:
            assert town.sign(town.case(case.no)).outcome == "recorded"
    done = town.case(case.no)
    assert done.state == "in_preparation"
    for paper in done.papers.values():
        assert paper.status == "sealed"
    before = fingerprint(town)
    shutil.rmtree(town.outbox)
    restore(town)
    assert fingerprint(town) == before
    prefix = "\\\\测试服务器\\公文共享\\碳计量中心\\outbox\\"
    longest = max(before, key=len)
    assert len(prefix + longest) <= 180, longest
    town.books_are_whole()
