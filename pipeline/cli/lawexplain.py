"""`law explain`: why a case stands where it stands; how one of its dates came about; what one of its documents rests on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from pipeline.cases.case import Case
from pipeline.cli.options import Json, Lang, OfficeAt, all_cases, case_named, enter_office, open_desk, voice_for
from pipeline.cli.voice import Language, Voice
from pipeline.desk.explaining import facts_of
from pipeline.desk.explaining_one import explain_date, explain_paper, papers_named
from pipeline.desk.service import Desk
from pipeline.errors import NotFoundError
from pipeline.law.explain import explain
from pipeline.law.explain_law import clock_id, explain_clock, explain_document
from pipeline.law.pack import Pack

Lines = Callable[[str], tuple[str, ...]]
"""The lines of an explanation in a language, `zh` or `en`."""


def law_explain(
    what: Annotated[str, typer.Argument(metavar="WHAT", help="案号、发文字号、文书代码或期限代码 / a case, a document's number or code, or a clock")],
    clock: Annotated[str, typer.Option("--clock", help="案件的哪个期限：代码或名称 / which period of the case")] = "",
    document: Annotated[str, typer.Option("--document", help="案件的哪件文书：文号或代码 / which document of the case")] = "",
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """说明一个案件、一个期限或一件文书：怎么来的、依据哪一条 / explain a case, a date or a document: how it came about, on which article."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        if clock or document:
            case = case_named(desk, what)
            pack = desk.pack_of(case)
            found = _date(pack, case, clock) if clock else _papers(pack, case, document)
            _tell(voice, found, {"case": case.no, "pack": pack.version})
        elif not _any_case(desk, what) and (said := _by_name(desk, what)) is not None:
            _tell(voice, said, {"what": what})
        else:
            _case(voice, desk, case_named(desk, what))


def _any_case(desk: Desk, what: str) -> bool:
    return any(what in (case.no, case.id) for case in all_cases(desk))


def _date(pack: Pack, case: Case, word: str) -> Lines:
    """One period of a case, or what the law says of it where the case has none. Raises NotFoundError."""
    name = clock_id(pack, word)
    if name in case.clocks:
        return lambda language: explain_date(pack, case.clocks[name], language)
    names = "、".join(f"{one}（{pack.lifecycle.clocks.get(one, {}).get('zh', one)}）" for one in case.clocks) or "（无）"
    if not name:
        raise NotFoundError(f"没有期限“{word}”；本案的期限：{names}", f"there is no clock {word!r}; the case has {', '.join(case.clocks) or 'none'}")
    first = {"zh": f"本案没有开始过这一期限（本案的期限：{names}）。规则包规定：", "en": "This case never started it; the pack says:"}
    return lambda language: (first[language], *explain_clock(pack, name, language))


def _papers(pack: Pack, case: Case, word: str) -> Lines:
    """Documents of a case by number or code. Raises NotFoundError."""
    papers = papers_named(case, word)
    if not papers:
        known = "、".join(dict.fromkeys(paper.number or paper.code for paper in case.papers.values())) or "（无）"
        raise NotFoundError(f"本案没有文书“{word}”；现有：{known}", f"the case has no document {word!r}; it has {known}")
    return lambda language: tuple(line for paper in papers for line in explain_paper(pack, case, paper, language))


def _by_name(desk: Desk, word: str) -> Lines | None:
    """A document that was issued under this number in any case; else what each pack says of a document or clock of this name."""
    for case in all_cases(desk):
        if any(paper.number == word for paper in case.papers.values()):
            return _papers(desk.pack_of(case), case, word)
    packs = [pack for pack in desk.packs.values() if word in pack.documents or clock_id(pack, word)]
    if not packs:
        return None
    return lambda language: tuple(line for pack in packs for line in (pack.id, *explain_document(pack, word, language), *explain_clock(pack, clock_id(pack, word), language)))


def _tell(voice: Voice, found: Lines, more: dict[str, str]) -> None:
    voice.give({**more, "zh": found("zh"), "en": found("en")})
    for line in found("en" if voice.language is Language.EN else "zh"):
        voice.write(line)


def _case(voice: Voice, desk: Desk, case: Case) -> None:
    """The whole case: decision → rule → article."""
    pack, facts = desk.pack_of(case), facts_of(case)
    lines = {"zh": explain(pack, facts, "zh"), "en": explain(pack, facts, "en")}
    voice.give({"case": case.no, "pack": pack.version, "opened_under": case.pack_version, "facts": facts, **lines})
    if pack.version != case.pack_version:
        voice.say(f"注意：本案按 {case.pack_version} 立案，现行为 {pack.version}", f"note: the case was opened under {case.pack_version}; the pack now is {pack.version}")
    for line in lines["en" if voice.language is Language.EN else "zh"]:
        voice.write(line)
