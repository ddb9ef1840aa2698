"""What can be wrong with a request: stable codes with their status, words and remedies, and how an answer tells them.

Every answer from 400 on has one form, whoever refused the request: {"code", "message", "where", "remedy", "problems"}. docs/api.md lists the codes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from huiqi.vocabulary.speech import Both, both


@dataclass(frozen=True)
class Code:
    """What a code means: the status of the answer, the message and the remedy; {0}, {1}, ... are filled in."""

    status: int
    message: Both
    remedy: Both


CODES: dict[str, Code] = {
    "request.unreadable": Code(
        400, Both("the request cannot be read: {0}", "无法读取请求：{0}"), Both("send what the description of the API says", "请按接口说明提交")
    ),
    "request.not-json": Code(
        400, Both("the body is no JSON: {0}", "请求正文不是JSON：{0}"), Both("send an object as JSON in UTF-8", "请以UTF-8提交JSON对象")
    ),
    "request.key-twice": Code(400, Both("{0} stands twice in one object", "同一对象中“{0}”出现两次"), Both("leave one out", "请删除其一")),
    "request.too-deep": Code(
        400, Both("the body is nested too deeply", "请求正文嵌套过深"), Both("nothing here needs more than {0} levels", "最多{0}层即可")
    ),
    "token.missing": Code(
        401,
        Both("this needs a token", "此操作需要令牌"),
        Both("send it as Authorization: Bearer hq_...", "请在Authorization: Bearer hq_...中提供令牌"),
    ),
    "token.unknown": Code(401, Both("there is no such token", "没有该令牌"), Both("make one on the page of your account", "请在账户页面创建令牌")),
    "token.ended": Code(
        401,
        Both("the token has expired or was revoked", "令牌已过期或已撤销"),
        Both("make a new one on the page of your account", "请在账户页面重新创建令牌"),
    ),
    "token.scope": Code(
        403,
        Both("the token may not do this: it lacks {0}", "令牌无权执行此操作：缺少{0}"),
        Both("make a token with that scope", "请创建具有该权限的令牌"),
    ),
    "token.firm": Code(
        403,
        Both("the token may not read this firm", "令牌无权查阅该企业"),
        Both("make a token for a firm that you speak for", "请为您所代表的企业创建令牌"),
    ),
    "request.forbidden": Code(403, Both("this is not yours to ask for", "无权执行此操作"), Both("ask the office", "请与主管部门联系")),
    "request.nowhere": Code(
        404, Both("there is nothing at this address", "该地址不存在"), Both("look at the description of the API", "请查看接口说明")
    ),
    "measure.unknown": Code(
        404,
        Both("there is no measure {0}", "没有该措施：{0}"),
        Both("a measure goes by pack/policy/key, as the list says", "措施名称为“政策包/政策/条目”，见列表"),
    ),
    "page.beyond": Code(404, Both("there are only {0} pages", "仅有{0}页"), Both("ask for an earlier page", "请查看前面的页")),
    "firm.unknown": Code(404, Both("the registry has no firm {0}", "企业库中没有{0}"), Both("look at its id", "请核对企业代码")),
    "run.unknown": Code(404, Both("there is no run {0}", "没有该测算任务：{0}"), Both("look at the list of runs", "请查看测算任务列表")),
    "run.no-table": Code(404, Both("the run has no table {0}", "该测算任务没有表格{0}"), Both("look at what the run names", "请查看任务所列表格")),
    "request.method": Code(
        405, Both("this cannot be done here with {0}", "此处不支持{0}"), Both("the header Allow says what can", "可用方法见Allow标头")
    ),
    "run.not-done": Code(409, Both("the run is not done: {0}", "测算任务尚未完成：{0}"), Both("ask again later", "请稍后再试")),
    "run.refused": Code(409, Both("the run cannot be started", "无法发起测算任务"), Both("mend what the problems say", "请按所列问题处理")),
    "request.precondition": Code(
        412, Both("the answer is not the one that you have", "内容与您所持版本不符"), Both("ask without If-Match", "请勿使用If-Match")
    ),
    "request.too-large": Code(
        413, Both("the body is larger than {0} bytes", "请求正文超过{0}字节"), Both("leave out what the law does not ask", "请删除不需要的信息")
    ),
    "request.media-type": Code(
        415, Both("{0} is not understood here", "不支持{0}"), Both("send Content-Type: application/json", "请使用Content-Type: application/json")
    ),
    "request.wrong": Code(422, Both("parts of the request are wrong", "请求的部分内容有误"), Both("mend what the problems say", "请按所列问题修改")),
    "facts.wrong": Code(422, Both("some facts cannot be taken as they are", "部分信息有误"), Both("mend what the problems say", "请按所列问题修改")),
    "law.too-many-days": Code(
        429,
        Both("too many other days were asked for", "查询的其他日期过多"),
        Both("wait as Retry-After says; one day at a time is quickest", "请按Retry-After等待，同一日期连续查询较快"),
    ),
    "rate.exceeded": Code(429, Both("too many requests", "请求过于频繁"), Both("wait as Retry-After says", "请按Retry-After等待")),
    "portal.failed": Code(
        500,
        Both("something went wrong here; it is put down", "系统出现问题，已记录"),
        Both("try again later; if it stays so, tell the office when it happened", "请稍后重试；如仍未恢复，请告知主管部门发生时间"),
    ),
}

#: What can be wrong with a part of a request, told among the problems of an answer with one of the codes above.
PROBLEMS: dict[str, tuple[Both, Both]] = {
    "part.missing": (Both("this has to be given", "缺少此项"), Both("add it", "请补充")),
    "part.unknown": (Both("nothing is called so here", "没有此项"), Both("leave it out, or look at its spelling", "请删除或核对拼写")),
    "part.type": (Both("this is of another kind: {0}", "类型不符：{0}"), Both("send what the description says", "请按接口说明提交")),
    "part.range": (Both("this lies outside of what is allowed: {0}", "超出允许范围：{0}"), Both("look at the description", "请查看接口说明")),
    "part.choice": (Both("this is none of the choices: {0}", "不在可选范围内：{0}"), Both("choose one of them", "请选择其一")),
    "part.day": (Both("this is not a day", "不是有效日期"), Both("write it as 2024-06-30", "请按2024-06-30填写")),
    "part.filter": (Both("{0}", "{0}"), Both("mend it, or leave it out", "请修改或删除")),
    "fact.unknown": (Both("{0} is not a fact", "“{0}”不是数据项"), Both("{0}", "{0}")),
    "fact.twice": (Both("{0} is given twice", "{0}重复提供"), Both("leave one out", "请删除其一")),
    "fact.type": (Both("{0}: this is of another kind", "{0}：类型不符"), Both("send {0}", "请提供{0}")),
    "fact.value": (Both("{0}", "{0}"), Both("{0}", "{0}")),
    "fact.year": (
        Both("{0} is not a year of which something can be known", "{0}不是有效年份"),
        Both('a year from {0} to {1}, as "{1}"', '请填写{0}至{1}的年份，如"{1}"'),
    ),
    "fact.period": (Both("{0} holds at a day, not for years", "{0}为时点信息，不分年份"), Both("give one value", "请提供单个值")),
    "fact.many": (Both("more than {0} values", "超过{0}个值"), Both("send only what the law asks for", "请只提交政策涉及的信息")),
    "fact.place": (Both("the facts say another place: {0}", "信息中的地区不同：{0}"), Both("say the place once", "地区请只提供一次")),
    "run.problem": (Both("{0}", "{0}"), Both("{0}", "{0}")),
    "run.reform": (Both("{0}: {1}: {2}", "{0}：{1}：{2}"), Both("{0}", "{0}")),
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a part of a request; `where` is its place: body.facts.revenue.2023."""

    code: str
    where: str
    message: Both
    remedy: Both

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message.as_json(), "where": self.where, "remedy": self.remedy.as_json()}


def problem(code: str, where: str, *said: Both | str, remedy: Iterable[Both | str] = ()) -> Problem:
    """A problem with its words filled in."""
    message, help_ = PROBLEMS[code]
    return Problem(code, where[:200], both(message, *said), both(help_, *remedy))


class Refused(Exception):
    """A request that cannot be answered; `headers` go with the answer."""

    def __init__(
        self,
        code: str,
        *said: Both | str,
        where: str = "",
        remedy: Iterable[Both | str] = (),
        problems: Iterable[Problem] = (),
        headers: dict[str, str] | None = None,
    ):
        self.code, self.where, self.problems, self.headers = code, where, tuple(problems), headers or {}
        self.message, self.remedy = both(CODES[code].message, *said), both(CODES[code].remedy, *remedy)
        super().__init__(code)

    @property
    def status(self) -> int:
        return CODES[self.code].status

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message.as_json(),
            "where": self.where,
            "remedy": self.remedy.as_json(),
            "problems": [one.as_json() for one in self.problems],
        }


#: What is told where something other than an operation refused a request.
BY_STATUS = {
    400: "request.unreadable",
    401: "token.missing",
    403: "request.forbidden",
    404: "request.nowhere",
    405: "request.method",
    412: "request.precondition",
    413: "request.too-large",
    415: "request.media-type",
    422: "request.wrong",
    429: "rate.exceeded",
}


def of_status(status: int, *said: str) -> Refused:
    """The fault of an answer that came without one."""
    return Refused(BY_STATUS.get(status, "request.unreadable" if status < 500 else "portal.failed"), *(said or ("", "")))
