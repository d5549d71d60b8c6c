"""The paragraph styles of GB/T 9704-2012, under the names a clerk sees in Word."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.papers.templates.ooxml import HEAD, NAMESPACES, fonts, twips

FANGSONG, KAITI, HEITI, SONGTI = "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体"
XIAOBIAOSONG = "方正小标宋简体"
RED = "FF0000"
LINE = 579
"""22 lines in 225 mm: 28.95 pt exactly."""
CHAR = 314
"""One body character: 16 pt at 98 %, so that 28 fill 156 mm."""
PAGE = (11906, 16838)
MARGINS = {"top": twips(37), "right": twips(26), "bottom": twips(35), "left": twips(28)}
TEXT_WIDTH = PAGE[0] - MARGINS["left"] - MARGINS["right"]


@dataclass(frozen=True, slots=True)
class Style:
    """One paragraph style: id for the program, name for the clerk."""

    id: str
    name: str
    family: str = ""
    half_points: int = 0
    line: int = 0
    align: str = ""
    ind: str = ""
    color: str = ""
    scale: int = 0
    base: str = "Normal"
    keep_next: bool = False
    level: int | None = None

    def xml(self) -> str:
        """The w:style."""
        paragraph = (
            ("<w:keepNext/>" if self.keep_next else "")
            + (f'<w:spacing w:line="{self.line}" w:lineRule="exact"/>' if self.line else "")
            + (f"<w:ind {self.ind}/>" if self.ind else "")
            + (f'<w:jc w:val="{self.align}"/>' if self.align else "")
            + (f'<w:outlineLvl w:val="{self.level}"/>' if self.level is not None else "")
        )
        letters = (
            (fonts(self.family) if self.family else "")
            + (f'<w:color w:val="{self.color}"/>' if self.color else "")
            + (f'<w:w w:val="{self.scale}"/>' if self.scale else "")
            + (f'<w:sz w:val="{self.half_points}"/><w:szCs w:val="{self.half_points}"/>' if self.half_points else "")
        )
        return (
            f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{self.id}"><w:name w:val="{self.name}"/>'
            f'<w:basedOn w:val="{self.base}"/><w:qFormat/>'
            + (f"<w:pPr>{paragraph}</w:pPr>" if paragraph else "")
            + (f"<w:rPr>{letters}</w:rPr>" if letters else "")
            + "</w:style>"
        )


STYLES = (
    Style("Body", "公文正文", ind=f'w:firstLineChars="200" w:firstLine="{2 * CHAR}"'),
    Style("Letterhead", "发文机关标志", XIAOBIAOSONG, 72, 0, "center", color=RED, scale=100),
    Style("DocNumber", "发文字号", align="center"),
    Style("DocTitle", "公文标题", XIAOBIAOSONG, 44, 640, "center", scale=100, keep_next=True, level=0),
    Style("Addressee", "主送机关", align="left"),
    Style("H1", "一级标题", HEITI, base="Body", keep_next=True, level=1),
    Style("H2", "二级标题", KAITI, base="Body", keep_next=True, level=2),
    Style("AnnexNote", "附件说明", align="left", keep_next=True),
    Style("AnnexMark", "附件序号", HEITI, align="left"),
    Style("Signature", "发文机关署名", align="right", ind=f'w:right="{4 * CHAR}"', keep_next=True),
    Style("DocDate", "成文日期", align="right", ind=f'w:rightChars="400" w:right="{4 * CHAR}"', keep_next=True),
    Style("Colophon", "版记", FANGSONG, 28, 480, "both", f'w:left="{CHAR}" w:right="{CHAR}"', scale=100),
    Style("TableText", "表格文字", FANGSONG, 24, 380, "left", scale=100),
    Style("TableHead", "表格栏目", HEITI, 24, 380, "center", scale=100),
    Style("TableSmall", "表格小字", FANGSONG, 21, 320, "left", scale=100),
    Style("TableSmallCentre", "表格小字居中", base="TableSmall", align="center"),
    Style("TableCentre", "表格居中", base="TableText", align="center"),
    Style("SmallHead", "表题", HEITI, 28, 480, "left", scale=100, keep_next=True),
    Style("Note", "说明文字", FANGSONG, 24, 400, "both", scale=100),
    Style("CoverTitle", "封面标题", XIAOBIAOSONG, 72, 1000, "center", scale=100),
    Style("CoverLine", "封面项目", FANGSONG, 32, 600, "left", scale=100),
    Style("PageOdd", "页码单页", SONGTI, 28, 360, "right", f'w:rightChars="100" w:right="{280}"', scale=100),
    Style("PageEven", "页码双页", SONGTI, 28, 360, "left", f'w:leftChars="100" w:left="{280}"', scale=100),
    Style("Tag", "模板标记", "Times New Roman", 18, 240, "left", color="7F7F7F", scale=100),
)


def styles_xml() -> str:
    """word/styles.xml: document defaults (3号仿宋, exact lines, no gaps between Chinese and digits) and STYLES."""
    default_letters = (
        f'<w:rPr>{fonts(FANGSONG)}<w:kern w:val="2"/><w:sz w:val="32"/><w:szCs w:val="32"/>'
        '<w:lang w:val="zh-CN" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr>'
    )
    normal = (
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        '<w:pPr><w:widowControl w:val="0"/><w:overflowPunct w:val="0"/><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
        f'<w:snapToGrid w:val="0"/><w:spacing w:line="{LINE}" w:lineRule="exact"/><w:jc w:val="both"/></w:pPr>'
        '<w:rPr><w:w w:val="98"/></w:rPr></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
        '<w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
        '<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    )  # fmt: skip
    return (
        f"{HEAD}<w:styles {NAMESPACES}><w:docDefaults><w:rPrDefault>{default_letters}</w:rPrDefault>"
        f"<w:pPrDefault/></w:docDefaults>{normal}{''.join(style.xml() for style in STYLES)}</w:styles>"
    )


def section_xml(header_mm: float = 15.0, footer_mm: float = 24.0, first_differs: bool = False) -> str:
    """A4, 37/28 mm margins, 版心 156×225 mm (GB/T 9704 5.2)."""
    margins = " ".join(f'w:{side}="{value}"' for side, value in MARGINS.items())
    return (
        f'<w:pgSz w:w="{PAGE[0]}" w:h="{PAGE[1]}"/>'
        f'<w:pgMar {margins} w:header="{twips(header_mm)}" w:footer="{twips(footer_mm)}" w:gutter="0"/>'
        + ("<w:titlePg/>" if first_differs else "")
        + f'<w:docGrid w:type="lines" w:linePitch="{LINE}"/>'
    )
