"""The made-up third jurisdiction in an office of its own: real files dropped into folders become real sealed PDFs.

Its law is the YAML of tests/law/pack_ceshi; its templates are those `hongtou forms build` makes for any pack. The rest of its
life, by its own rules, is played in tests/cases/test_ceshi.py.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pypdf
import pytest

from pipeline.desk.formcheck import check_templates
from pipeline.desk.people import init_office
from pipeline.desk.picture import issued_stem
from pipeline.law.pack import load_pack
from pipeline.papers.convert import OfficePool
from pipeline.papers.templates.build import write_templates
from pipeline.papers.verify import verify_pdf

from .roads import Road
from .town import MORNING, ROOT, SETTINGS, Town

INVENTED = ROOT / "tests" / "law" / "pack_ceshi" / "ceshi"


@pytest.fixture
def town(tmp_path: Path, pool: OfficePool) -> Iterator[Town]:
    """An office that knows only this jurisdiction."""
    source = tmp_path / "source"
    shutil.copytree(ROOT / "schemas" / "common", source / "schemas" / "common")
    shutil.copytree(INVENTED, source / "schemas" / "ceshi")
    pack = load_pack(source / "schemas", "ceshi")
    wanted = {str(said["template"]) for said in pack.documents.values()}
    write_templates(source / "forms" / "ceshi" / "issue", pack.authority["name"], wanted=wanted)
    init_office(tmp_path / "office", source, SETTINGS, lambda: MORNING)
    town = Town(tmp_path / "office", pool, "ceshi")
    yield town
    town.close()


def words(town: Town, road: Road, code: str) -> str:
    """What the sealed PDF of a document says, as it lies in the case's folder; the seal is valid."""
    paper = road.paper(code)
    path = town.folder(road.case) / "发文" / f"{issued_stem(paper)}.pdf"
    verdict = verify_pdf(path.read_bytes(), town.desk.keys.trust, town.now)
    assert verdict.ok, verdict.zh
    return "".join("".join(page.extract_text() for page in pypdf.PdfReader(path).pages).split())


def test_its_templates_are_proven(tmp_path: Path) -> None:
    """`law check` has nothing against the templates that were made for it."""
    shutil.copytree(ROOT / "schemas" / "common", tmp_path / "schemas" / "common")
    shutil.copytree(INVENTED, tmp_path / "schemas" / "ceshi")
    pack = load_pack(tmp_path / "schemas", "ceshi")
    write_templates(tmp_path / "forms" / "ceshi" / "issue", pack.authority["name"], wanted={str(said["template"]) for said in pack.documents.values()})
    assert [f"{f.path} {f.zh}" for f in check_templates(pack, tmp_path / "forms")] == []


@pytest.mark.slow
def test_from_a_dropped_application_to_the_sealed_approval(town: Town) -> None:
    """CS-07 to CS-18: application, preparation, examination, establishment; what the papers print is this law's."""
    road = Road(town)
    road.apply()
    assert road.no == "CESHI202600001"
    road.to_accepted()
    road.to_deliberation()
    road.to_preparation()
    assert road.state == "in_preparation" and road.clock("PREP")["nominal"] == "2028-01-16"
    approval = words(town, road, "preparation_approval")
    assert "测试省市场监督管理局" in approval and "2028年1月16日" in approval and "届满2个月前申请验收考核" in approval
    assert "延期" not in approval, "no extension is promised (CS-12.1)"

    told = road.slip("extension_application", "refused", reason_kind="any", proposed_end=date(2028, 7, 16))
    assert told.rules == {"T14"} and "第十二条第一款" in told.findings[0]["cite"]

    road.until(date(2027, 10, 11), every=120)
    road.hand_in()
    road.to_examination()
    road.examine("12")
    notice = words(town, road, "examination_result_notice")
    assert "88.00分（满分100分，75分及以上且每组得分不低于该组满分的60%合格" in notice and "合格，等次为良好" in notice
    road.until(town.today + timedelta(days=3))
    road.do("establishment_minutes")
    assert road.state == "established"
    granted = words(town, road, "establishment_approval")
    assert "结论为合格，等次为良好" in granted and "三年复查" in granted and "五年" not in granted
    assert road.clock("RECHECK")["nominal"] == "2030-10-14" and road.clock("ANNUAL")["nominal"] == "2028-03-31"
    assert all(paper.status == "sealed" for paper in road.case.papers.values())
    town.books_are_whole()
