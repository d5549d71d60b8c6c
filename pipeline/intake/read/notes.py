"""The words of every finding of the reader. Source: design; what a value must be is the check's to say."""

from __future__ import annotations

from pipeline.intake.screen.notes import Words
from pipeline.model import Finding, Severity

W, INFO = Severity.WARNING, Severity.INFO

READING_WORDS: dict[str, Words] = {
    "reading_gave_up": Words("读取“{file}”时超过了时间或内存上限，或程序中断（{detail}），已转人工处理。", "Reading “{file}” ran over its time or memory, or broke off ({detail}); a person will look at it.", "请把材料拆小、去掉多余内容后再提交；如反复出现请联系本办。", "Make the files smaller and submit again; tell the office when it happens again."),
    "scan_alone": Words("“{file}”是扫描件或图片，系统不能读出填报内容，已转人工办理。", "“{file}” is a scan or picture; its contents cannot be read, so a clerk will see to it.", "请用本办发布的 .docx 或可填写 PDF 表单填报，盖章扫描件作为附件放在同一文件夹。", "Fill in the .docx or PDF form and put the scan beside it in one folder."),
    "no_form": Words("没有找到可以读取的表单。", "No form that can be read was found.", "请用本办发布的表单（forms 文件夹中的 .docx 或 PDF）填写，不要另建文件。", "Fill in a form this office publishes (.docx or PDF); do not make your own."),
    "form_unknown": Words("“{file}”声明的表单“{detail}”在规则包中不存在。", "“{file}” says it is “{detail}”, which no pack knows.", "请重新下载现行表单填写。", "Fill in the form now in force."),
    "identity_missing": Words("“{file}”的表单标识已丢失，按标题和内容认定为“{detail}”。", "“{file}” lost its identity; by title and contents it was taken for “{detail}”.", "下次请直接在下发的表单上填写，不要复制内容到新文件。", "Fill in the form as issued; do not copy it into a new file.", W),
    "identity_conflict": Words("“{file}”带有两个不一致的表单标识（{detail}），无法确定是哪一份表单。", "“{file}” carries two identities that differ ({detail}).", "请在最近一次下发的表单上填写，不要把一份表单粘贴到另一份中。", "Fill in the latest form issued to you; do not paste one form into another."),
    "several_main": Words("一次提交中有两份主表（{detail}），不能确定以哪份为准。", "The submission holds two main forms ({detail}).", "请只保留一份，其余删去后再提交。", "Leave one and submit again."),
    "same_form_twice": Words("同一种表单随附了两份（{detail}），只采用第一份。", "The same form is enclosed twice ({detail}); the first counts.", "如第二份也需提交，请另行提交。", "Submit the second by itself when it is needed.", W),
    "tracked_changes": Words("“{file}”含有未接受的修订，系统按“全部接受”读取：插入的算，删除的不算。", "“{file}” holds tracked changes; insertions were counted, deletions not.", "请在“审阅”中接受或拒绝全部修订后再提交。", "Accept or reject all changes before submitting.", W),
    "hidden_text": Words("“{file}”含有隐藏文字，未予读取。", "“{file}” holds hidden text, which was not read.", "请取消隐藏或删去。", "Unhide or delete it.", W),
    "hidden_characters": Words("填报内容含有看不见的字符，已去除：{detail}。", "Invisible characters were removed from: {detail}.", "请核对这些栏目。", "Check these fields.", W),
    "date_differs": Words("日期栏显示“{detail}”，与日期控件内的值不一致，以显示的为准。", "The date shown, “{detail}”, differs from the control's own; what is shown counts.", "请重新选择日期。", "Pick the date again.", W),
    "mark_differs": Words("选项“{detail}”显示的勾选与控件内的值不一致，以显示的为准。", "The mark shown at “{detail}” differs from the control's own; what is shown counts.", "请重新点选。", "Click the box again.", W),
    "filled_twice": Words("同一栏在文件中填了两处且不一致，采用第一处：“{detail}”。", "This field is filled in twice and differs; the first counts: “{detail}”.", "请使两处一致。", "Make both the same.", W),
    "typed_beside": Words("内容写在填写框旁边，已按该栏读取：“{detail}”。", "The words stand beside the box and were taken as its value: “{detail}”.", "请写在填写框内。", "Write inside the box.", W),
    "placeholder_kept": Words("该栏仍标记为“未填写”，其中文字“{detail}”未予采用。", "The field is still marked as not filled in; its words “{detail}” were not taken.", "请点入该栏重新填写。", "Click into the field and fill it in again.", W),
    "read_by_label": Words("“{file}”的填写框已丢失，按表格文字读取：{detail}。", "Boxes of “{file}” are gone; read by the printed labels: {detail}.", "请核对读出的内容；下次请直接在下发的表单上填写。", "Check what was read; fill in the form as issued next time.", W),
    "label_disagrees": Words("填写框与旁边的栏目名称“{detail}”不一致，可能被移动过。", "The box does not belong to the label beside it, “{detail}”; it may have been moved.", "请在新下载的表单上重新填写。", "Fill in a fresh form.", W),
    "row_without_boxes": Words("表格新增的行没有填写框，按列读取。", "Rows were added without boxes and were read by column.", "请核对该行。", "Check the row.", INFO),
    "unknown_field": Words("“{file}”中有本表没有的栏目，未予读取：{detail}。", "“{file}” has fields this form does not know: {detail}.", "请使用现行版本的表单。", "Use the form now in force.", W),
}  # fmt: skip


def reading_note(rule: str, file: str = "", *, detail: str = "", path: str = "", label: str = "", place: str = "") -> Finding:
    """The finding of a reading rule. Raises KeyError for a rule without words."""
    words = READING_WORDS[rule]
    fill = {"file": file, "detail": detail[:300]}
    return Finding(
        rule=rule, severity=words.severity, zh=words.zh.format(**fill), en=words.en.format(**fill), path=path, label=label,
        value=detail[:300], place=place or file, repair_zh=words.repair_zh, repair_en=words.repair_en,
    )  # fmt: skip
