"""What the words of the pack format are called in both languages: sources, kinds of measures, states and roles of documents."""

from __future__ import annotations

from huiqi.vocabulary.speech import Both

SOURCE_WORDS = {
    "official": Both("official text", "官方原文"), "copy": Both("copy of the text on another page", "转载文本"),
    "memory": Both("known, not re-read", "据记忆，未核对原文"), "illustrative": Both("illustrative, may be wrong in detail", "示意，细节可能有误"),
}  # fmt: skip
KIND_WORDS = {
    "recognition": Both("recognition", "资质认定"), "grant": Both("grant", "补助奖励"), "interest_subsidy": Both("interest subsidy", "贷款贴息"),
    "rent_aid": Both("rent aid", "房租补贴"), "tax_relief": Both("tax relief", "税收优惠"), "voucher": Both("voucher", "政策券"),
    "guarantee": Both("guarantee", "融资担保"), "equity": Both("equity", "股权投资"), "land": Both("land", "用地保障"),
    "premises": Both("premises", "用房保障"), "charge": Both("charge", "收费"), "service": Both("service", "服务"),
    "requirement": Both("requirement", "约束要求"),
}  # fmt: skip
STATE_WORDS = {
    "encoded": Both("encoded", "已编入"), "partly": Both("partly encoded", "部分编入"),
    "listed": Both("listed, text not at hand", "仅登记，未取得全文"), "not_found": Both("looked for, not found", "未查到"),
}  # fmt: skip
ROLE_WORDS = {
    "core": Both("core policy (the 1)", "总政策（“1”）"), "special": Both("special policy (an X)", "专项政策（“X”）"),
    "annual": Both("yearly notice", "年度通知"), "recognition": Both("recognition", "认定办法"), "tax": Both("tax", "税收"),
    "fund": Both("fund", "基金"), "plan": Both("plan", "规划计划"), "rule": Both("rule", "规定"),
}  # fmt: skip
MODE_WORDS = {
    "automatic": Both("without application", "免申即享"), "application": Both("on application", "依申请"),
    "call": Both("in answer to a call", "按通知申报"),
}  # fmt: skip
STATUS_WORDS = {"yes": Both("yes", "符合"), "no": Both("no", "不符合"), "depends": Both("depends", "待定")}

TOPIC_WORDS = {
    "rd": Both("research and development", "研发创新"), "headquarters": Both("headquarters", "总部经济"), "premises": Both("premises", "用房"),
    "growth": Both("growth", "成长壮大"), "finance": Both("finance", "金融"), "tax": Both("tax", "税收"), "service": Both("services", "服务"),
    "talent": Both("talent", "人才"), "technology": Both("technology", "科技"), "listing": Both("listing", "上市"), "land": Both("land", "用地"),
    "digital": Both("digital economy", "数字经济"), "innovation": Both("innovation", "创新"), "de-minimis": Both("de minimis aid", "小额援助"),
    "start-up": Both("start-ups", "创业"), "energy": Both("energy", "能源"), "farming": Both("farming", "农业"),
    "relocation": Both("relocation", "搬迁"), "trade": Both("trade", "贸易"), "renovation": Both("renovation", "技术改造"),
    "size": Both("size", "规模"), "shipping": Both("shipping", "航运"), "projects": Both("projects", "项目"), "merger": Both("mergers", "并购"),
    "ip": Both("intellectual property", "知识产权"), "industry": Both("industry", "产业"), "data": Both("data", "数据"),
    "none": Both("no topic", "未分主题"),
}  # fmt: skip
