"""Building blocks of official pages: letterheads, numbers, rules, signature, colophon, page numbers.

GB/T 9704-2012 clause 7 (公文), clause 9 (信函), clause 10 (纪要). Distances were set against the rendered page.
"""

from __future__ import annotations

from pipeline.papers.templates.ooxml import (
    Face,
    Shape,
    border,
    cell,
    p,
    page_field,
    row,
    rows_when,
    run,
    table,
    tag,
    twips,
    when,
)
from pipeline.papers.templates.styles import CHAR, FANGSONG, HEITI, KAITI, LINE, RED, TEXT_WIDTH

ISSUER = "{{ authority.name }}"
NUMBER = "{{ doc.number or '（待编号）' }}"
DATE = "{{ doc.date|date_zh or '（待签发）' }}"
TITLE = "{{ doc.title|title_lines([case.center_name, case.applicant, authority.name]) }}"
CONTACT = "{% if authority.contact|default('') %}联系人：{{ authority.contact }}，{% endif %}联系电话：{{ authority.phone }}"
NAME_OF_ANNEX = "{{ a.title if a is mapping else a }}"


def big_face(characters: int, width_mm: float, tallest: float) -> tuple[Face, float]:
    """Letters for a letterhead of so many characters in `width_mm`, and their height in points.

    Long names become narrow (never below two thirds) before they become small.
    """
    room = width_mm / 25.4 * 72 / characters
    height = min(tallest, room / 0.68)
    scale = min(100, int(room / height * 100))
    return Face(half_points=int(height * 2), scale=scale), height


def red_head(characters: int, suffix: str = "文件", top_mm: float = 35.0) -> str:
    """Issuer's mark, its upper edge `top_mm` below the text area's; number two lines below; red rule 4 mm below it."""
    face, height = big_face(characters + len(suffix), 150, 54)
    line = round(height * 1.2 * 20)
    before = twips(top_mm + 0.4) - round(height * 20 * 0.14)
    return (
        p("Letterhead", run(f"{ISSUER}{suffix}", face), shape=Shape(before=before, line=line))
        + p("DocNumber", NUMBER, shape=Shape(before=2 * LINE, borders=border("bottom", eighths=16, space=7, color=RED)))
    )  # fmt: skip


def notice_head(characters: int, kind: str = "{{ doc.title }}") -> str:
    """Head of a notice: issuer in red at the top of the text area, red rule, the notice's name, its number."""
    face, height = big_face(characters, 130, 40)
    return (
        p("Letterhead", run(ISSUER, face),
          shape=Shape(line=round(height * 1.2 * 20), borders=border("bottom", eighths=16, space=9, color=RED)))
        + p("DocTitle", run(kind, Face(spacing=60)), shape=Shape(before=380))
        + p("DocNumber", NUMBER)
    )  # fmt: skip


def letter_header(characters: int) -> str:
    """First page's header of the letter layout: mark 30 mm below the page's edge, double rule of 170 mm 4 mm below it."""
    face, height = big_face(characters, 150, 46)
    rule = Shape(
        left=-twips(8), right=-twips(6), line=round(height * 1.2 * 20),
        borders=border("bottom", "thickThinSmallGap", 24, 6, RED),
    )  # fmt: skip
    return p("Letterhead", run(ISSUER, face), shape=rule)


def blank_header() -> str:
    """Header of the letter's later pages: nothing, and no height, so that the text begins where it should."""
    return p("PageOdd", shape=Shape(line=20))


def letter_footer() -> str:
    """First page's footer of the letter layout: double rule of 170 mm, 20 mm above the page's lower edge."""
    shape = Shape(left=-twips(8), right=-twips(6), first=0, line=20, borders=border("bottom", "thinThickSmallGap", 24, 0, RED))
    return p("PageOdd", shape=shape)


def letter_top() -> str:
    """Number at the right margin under the double rule, title two lines below it."""
    number = p("DocNumber", NUMBER, shape=Shape(align="right", before=180))
    return number + title(before=2 * LINE)


def as_letter(content: str) -> str:
    """A whole 函 around its text: number and title above; contact and copies below, without a printing line."""
    return letter_top() + content + contact() + colophon(printed=False)


def as_red_head(characters: int, content: str) -> str:
    """The same text as 批复 or 通知, between the red letterhead and 版记."""
    return red_head(characters) + title() + content + contact() + colophon()


def title(before: int = 2 * LINE) -> str:
    """The title, two lines below what stands above it."""
    return p("DocTitle", TITLE, shape=Shape(before=before))


def addressee(before: int = LINE) -> str:
    """Addressee one line below the title, at the margin, with a colon."""
    return p("Addressee", "{{ doc.addressee }}：", shape=Shape(before=before))


def body(*texts: str) -> str:
    """Body paragraphs."""
    return "".join(p("Body", text) for text in texts)


def point(heading: str, text: str) -> str:
    """A first-level point whose heading (黑体) runs on into its text."""
    return p("Body", run(heading, Face(family=HEITI)), run(text))


def heading(text: str) -> str:
    """A first-level heading on its own line."""
    return p("H1", text)


def remedy() -> str:
    """The instruction on remedies, where the document carries one."""
    return when("doc.remedy", p("Body", "{{ doc.remedy }}"))


def days(first: str, last: str) -> str:
    """A day, or from one day to another: 2026年2月3日至2026年2月6日."""
    return f"{{{{ {first}|date_zh }}}}{{% if {last} != {first} %}}至{{{{ {last}|date_zh }}}}{{% endif %}}"


LEADER_FIRST = "|sort(attribute='role')"
"""Members of a team by their role, leader before member; each stays where it was otherwise."""


def led_by(team: str, leader: str) -> str:
    """The members of a team that has no roles, the one named `leader` first."""
    return f"({team}|selectattr('name', 'equalto', {leader})|list + {team}|rejectattr('name', 'equalto', {leader})|list)"


def grounds_listed(typed: str) -> str:
    """What a decision rests on, one ground a line, and the article a person typed in at `typed` where the pack has none."""
    return when("doc.basis|bases", body("上述事项的依据是："), p("Body", "{{ doc.basis|bases }}。")) + when(
        typed, p("Body", "所依据的条文：{{ " + typed + "|para }}")
    )


def annex_note() -> str:
    """附件说明: one line below the body, two characters in; several ones numbered, hanging (7.3.4)."""
    one = p("AnnexNote", f"附件：{NAME_OF_ANNEX.replace('a.title', 'doc.annexes[0].title').replace('if a is', 'if doc.annexes[0] is').replace('else a', 'else doc.annexes[0]')}",
            shape=Shape(before=LINE, left=5 * CHAR, hanging=3 * CHAR))  # fmt: skip
    first = p("AnnexNote", f"附件：{{{{ loop.index }}}}.{NAME_OF_ANNEX}",
              shape=Shape(before=LINE, left=int(5.75 * CHAR), hanging=int(3.75 * CHAR)))  # fmt: skip
    later = p("AnnexNote", f"{{{{ loop.index }}}}.{NAME_OF_ANNEX}", shape=Shape(left=int(5.75 * CHAR), hanging=int(0.75 * CHAR)))
    many = (
        tag("{%p for a in doc.annexes %}") + tag("{%p if loop.first %}") + first + tag("{%p else %}") + later
        + tag("{%p endif %}") + tag("{%p endfor %}")
    )  # fmt: skip
    return when("doc.annexes|length == 1", one) + when("doc.annexes|length > 1", many)


def signature(blank_lines: int = 2) -> str:
    """Issuer and date under the seal; name is centred on the date when the page is made (7.3.5.1)."""
    return p("Signature", "{{ doc.issuer or authority.name }}", shape=Shape(before=blank_lines * LINE, keep_next=True)) + p(
        "DocDate", DATE
    )


def contact() -> str:
    """附注: whom to ask, in round brackets (7.3.6)."""
    return p("Body", f"（{CONTACT}）", shape=Shape(before=LINE, keep_next=True))


FLOAT_BOTTOM = (
    '<w:tblpPr w:leftFromText="0" w:rightFromText="0" w:topFromText="60" w:vertAnchor="margin" w:horzAnchor="margin" '
    'w:tblpXSpec="center" w:tblpYSpec="bottom"/><w:tblOverlap w:val="never"/>'
)


def colophon(printed: bool = True) -> str:
    """版记 at the foot of the last page: copies, printing office and date, rules of 0.35 and 0.25 mm (7.4)."""
    thick, thin = border("top", eighths=8), border("top", eighths=6)
    columns = (TEXT_WIDTH,)
    copies = p("Colophon", "抄送：{{ doc.copies_to|zh_list('，') }}。", shape=Shape(left=4 * 280, hanging=3 * 280, right=280))
    office = p(
        "Colophon", "{{ authority.office|default('') or authority.name }}\t{{ doc.date|date_zh or '（待签发）' }}印发",
        shape=Shape(left=280, right=0, tabs=(("right", TEXT_WIDTH - 170 - 280),)),
    )  # fmt: skip
    if not printed:
        return when("doc.copies_to", table(columns, row(cell(TEXT_WIDTH, copies)), ruled=False, place=FLOAT_BOTTOM), p("Colophon"))
    rows = rows_when("doc.copies_to", columns, row(cell(TEXT_WIDTH, copies, borders=thick + border("bottom", eighths=6))))
    last = row(cell(TEXT_WIDTH, office, borders=thin + border("bottom", eighths=8)))
    alone = row(cell(TEXT_WIDTH, office, borders=thick + border("bottom", eighths=8)))
    both = rows + rows_when("doc.copies_to", columns, last) + rows_when("not doc.copies_to", columns, alone)
    return table(columns, both, ruled=False, place=FLOAT_BOTTOM) + p("Colophon", shape=Shape(line=20))


PAGE_NUMBER = Shape(after=twips(4.4))


def page_numbers() -> dict[str, str]:
    """— 1 — at the outer side: odd pages right, even pages left, one character in (7.5)."""
    return {
        "default": p("PageOdd", "— ", page_field(), " —", shape=PAGE_NUMBER),
        "even": p("PageEven", "— ", page_field(), " —", shape=PAGE_NUMBER),
    }


def people(label_zh: str, status: str, minutes: str = "deliberation_minutes") -> str:
    """A list of those present, excused or listening in, as minutes carry it (clause 10)."""
    condition = f"{minutes}.attendees|selectattr('status', 'equalto', '{status}')|list"
    names = (
        "{% for a in " + minutes + ".attendees if a.status == '" + status + "' %}{{ a.name }}（{{ a.org }}）"
        "{% if not loop.last %}、{% endif %}{% endfor %}"
    )
    line = p("AnnexNote", run(f"{label_zh}：", Face(family=HEITI)), run(names),
             shape=Shape(left=5 * CHAR, hanging=3 * CHAR))  # fmt: skip
    return when(condition, line)


SIGN_NAME = Face(family=KAITI)
BODY_FACE = Face(family=FANGSONG)
