"""What was read, as the audit trail shows it: the pages about firms by their names, in words."""

from __future__ import annotations

from huiqi.vocabulary.speech import Both

#: By the name of the page or of the operation of the API. A test asks for every page about a firm.
WORDS = {
    "accounts:readers": Both("who read the firm's data", "查阅记录"),
    "applications:draft": Both("an application", "申报材料"),
    "applications:mine": Both("its applications", "申报列表"),
    "applications:no_application": Both("what needs no application", "免申即享事项"),
    "firms:combination": Both("the best combination", "最优组合"),
    "firms:contested": Both("a contested fact", "信息异议"),
    "firms:contests": Both("the list of contested facts", "信息异议列表"),
    "firms:decide": Both("deciding on a contested fact", "处理信息异议"),
    "firms:facts": Both("the firm's facts", "企业信息"),
    "firms:file": Both("a file of the firm", "企业提交的文件"),
    "firms:measure": Both("a measure and why", "单项政策测算依据"),
    "firms:overview": Both("how the firm stands", "企业测算结果"),
    "office:firms": Both("a list of firms of a run", "测算任务企业清单"),
    "office:report": Both("a report that names firms", "含企业名称的报告"),
    "office:visits": Both("the visiting list", "走访名单"),
    "registries:rejected": Both("rows that an import rejected", "导入被退回的数据行"),
}


def in_words(what: str) -> Both:
    """A page in words; an operation of the API by its name."""
    if what.startswith("api:"):
        return Both(f"API: {what[4:]}", f"接口：{what[4:]}")
    return WORDS.get(what, Both(what, what))
