"""What a library of packs covers: every document and clause that is known of, with what has become of it, as a page of Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from huiqi.publication.names import ROLE_WORDS, SOURCE_WORDS, STATE_WORDS
from huiqi.rules.context import Document
from huiqi.rules.pack import PackText
from huiqi.rules.records import Dispute, MeasureRecord, RegisterEntry
from huiqi.rules.register import policy_name
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.record import Words
from huiqi.vocabulary.speech import Both

State = Literal["encoded", "partly", "listed", "not_found"]
STATES: tuple[State, ...] = ("encoded", "partly", "listed", "not_found")


@dataclass(frozen=True)
class Clause:
    """A clause of a document: what a measure carries, or what the register knows of beside."""

    clause: str
    title: Words
    state: State
    edition: str = ""
    unpublished: bool = False


@dataclass(frozen=True)
class Covered:
    """A document that is known of, with the texts that carry it and its clauses; `entry` is None where no register names it."""

    entry: RegisterEntry | None
    documents: tuple[Document, ...]
    clauses: tuple[Clause, ...]

    @property
    def state(self) -> State:
        return self.entry.state if self.entry is not None else "encoded"

    @property
    def title(self) -> Words:
        return self.entry.title if self.entry is not None else self.documents[0].record.title


@dataclass(frozen=True)
class Claim:
    """What another source says, and of what."""

    about: str
    dispute: Dispute


@dataclass(frozen=True)
class PackCovered:
    """The coverage of one pack."""

    pack: PackText
    documents: tuple[Covered, ...]
    claims: tuple[Claim, ...]

    @property
    def states(self) -> Counter[State]:
        return Counter(one.state for one in self.documents)

    @property
    def clauses(self) -> Counter[State]:
        return Counter(clause.state for one in self.documents for clause in one.clauses)

    @property
    def unpublished(self) -> int:
        return sum(clause.unpublished for one in self.documents for clause in one.clauses)


def coverage_of(pack: PackText) -> PackCovered:
    """The documents of a pack's register in its order, then texts that it does not name."""
    untold = {policy_name(document): document for document in pack.documents}
    documents = dict(untold)
    covered = [_entry(entry, documents, untold) for entry in pack.register]
    covered += [Covered(None, (document,), tuple(_clauses(document))) for document in untold.values()]
    return PackCovered(pack, tuple(covered), tuple(_claims(pack)))


def _entry(entry: RegisterEntry, documents: dict[str, Document], untold: dict[str, Document]) -> Covered:
    """A document that is known of; the clauses of a text are told with the first document that it carries."""
    carrying = tuple(documents[str(policy)] for policy in entry.policies if str(policy) in documents)
    clauses = [clause for document in carrying if untold.pop(policy_name(document), None) is not None for clause in _clauses(document)]
    clauses += [Clause(str(known.clause), known.title, known.state) for known in entry.clauses]
    return Covered(entry, carrying, tuple(clauses))


def _clauses(document: Document) -> Iterator[Clause]:
    for record in document.measures.values():
        yield Clause(str(record.clause), record.title, "encoded", document.edition, _unpublished(record))


def _unpublished(record: MeasureRecord) -> bool:
    return isinstance(record.amount, str) and record.amount.strip() == "unpublished"


def _claims(pack: PackText) -> Iterator[Claim]:
    """Every place of a pack where another source says otherwise."""
    for entry in pack.register:
        yield from (Claim(str(entry.document), dispute) for dispute in entry.disputed)
    for document in pack.documents:
        name = policy_name(document)
        yield from (Claim(name, dispute) for dispute in document.record.disputed)
        for kind in (document.definitions, document.scorecards, document.measures):
            for key, record in kind.items():
                yield from (Claim(f"{name}: {key}", dispute) for dispute in record.disputed)
        for key, card in document.scorecards.items():
            for id, item in card.items.items():
                yield from (Claim(f"{name}: {key}.{id}", dispute) for dispute in item.disputed)


# ---------------------------------------------------------------- the page


def coverage_page(packs: Iterable[PackText], places: Places, lang: str) -> str:
    """The coverage of some packs as Markdown; the same packs give the same page."""
    covered = [coverage_of(pack) for pack in sorted(packs, key=lambda pack: pack.id)]
    return "\n".join(_Page(places, lang).lines(covered)) + "\n"


@dataclass(frozen=True)
class _Page:
    """Writes the page in one language, with the titles in the other one beside."""

    places: Places
    lang: str

    def say(self, en: str, zh: str) -> str:
        return Both(en, zh)(self.lang)

    def titles(self, words: Words) -> str:
        return _flat(f"{words(self.lang)} {words('en' if self.lang == 'zh' else 'zh')}")

    def lines(self, packs: list[PackCovered]) -> Iterator[str]:
        yield self.say("# What the packs cover", "# 政策包覆盖情况")
        yield ""
        yield self.say(
            "Made by `huiqi coverage --out docs/coverage.md` from each pack's register and texts. *Encoded*: every clause that is known of can be "
            "evaluated. *Partly*: some can. *Listed*: known of, the text is not at hand. *Not found*: looked for in vain.",
            "由 `huiqi coverage --lang zh` 根据各政策包的登记表和文本生成。“已编入”：已知条款均可测算；“部分编入”：部分条款可测算；"
            "“仅登记”：知有此文件，未取得全文；“未查到”：查找未果。",
        )
        yield ""
        yield from self.totals(packs)
        for pack in packs:
            yield from self.pack(pack)

    def totals(self, packs: list[PackCovered]) -> Iterator[str]:
        """Counts by pack and in all."""
        heads = [self.say("Pack", "政策包"), *(STATE_WORDS[state](self.lang) for state in STATES)]
        heads += [self.say("clauses encoded", "已编入条款"), self.say("clauses not", "未编入条款"), self.say("amount not public", "金额未公布")]
        yield from _head([*heads, self.say("claims disputed", "说法不一")])
        for pack in packs:
            yield _row([f"[{pack.pack.id}](#{pack.pack.id})", *map(str, _counts([pack]))])
        yield _row([f"**{self.say('in all', '合计')}**", *(f"**{count}**" for count in _counts(packs))])
        yield ""

    def pack(self, covered: PackCovered) -> Iterator[str]:
        yield f"## {covered.pack.id}"
        yield ""
        yield self.titles(covered.pack.record.title)
        yield ""
        heads = (
            ("Document", "文件"),
            ("Number", "文号"),
            ("Kind", "类别"),
            ("State", "状态"),
            ("Source", "来源"),
            ("Texts, in force", "文本及施行期限"),
        )
        yield from _head([self.say(*head) for head in heads])
        for one in covered.documents:
            yield self.document(one)
        yield ""
        yield from self.clauses(covered)
        yield from self.claims(covered)

    def document(self, one: Covered) -> str:
        entry = one.entry
        number = entry.document if entry is not None else one.documents[0].record.document
        level = self.places.by_id.get(str(entry.level)) if entry is not None and entry.level is not None else None
        role = ROLE_WORDS[entry.role](self.lang) if entry is not None else self.say("not in the register", "未登记")
        source = entry.source if entry is not None else one.documents[0].source
        where = f" ({level.label(self.lang)})" if level is not None else ""
        issued = f", {entry.issued}" if entry is not None and entry.issued is not None else ""
        texts = "<br>".join(self.validity(document) for document in one.documents)
        state, kind = STATE_WORDS[one.state](self.lang), SOURCE_WORDS[source.kind](self.lang)
        return _row([self.titles(one.title), _flat(f"{number}{issued}{where}"), role, state, kind, texts])

    def validity(self, document: Document) -> str:
        record = document.record
        days = self.say(f"from {record.first_day} on", f"自{record.first_day}起")
        if record.last_day is not None:
            days = self.say(f"{record.first_day} to {record.last_day}", f"{record.first_day}至{record.last_day}")
        return f"{_flat(policy_name(document))}: {days}"

    def clauses(self, covered: PackCovered) -> Iterator[str]:
        """What measures carry, and what is known of beside."""
        if not any(one.clauses for one in covered.documents):
            return
        yield f"### {self.say('Clauses', '条款')}: {covered.pack.id}"
        yield ""
        yield from _head([self.say(*head) for head in (("Document", "文件"), ("Clause", "条款"), ("What it is", "内容"), ("State", "状态"))])
        for one in covered.documents:
            for clause in one.clauses:
                state = STATE_WORDS[clause.state](self.lang) + (self.say(", amount not public", "，金额未公布") if clause.unpublished else "")
                document = f"{one.title(self.lang)} {clause.edition}".strip()
                yield _row([_flat(document), _flat(clause.clause), self.titles(clause.title), state])
        yield ""

    def claims(self, covered: PackCovered) -> Iterator[str]:
        if not covered.claims:
            return
        yield f"### {self.say('Disputed', '说法不一')}: {covered.pack.id}"
        yield ""
        for claim in covered.claims:
            dispute = claim.dispute
            why = f" {self.say('Not followed:', '未采用：')} {_flat(dispute.why(self.lang))}" if dispute.why is not None else ""
            kind = SOURCE_WORDS[dispute.source.kind](self.lang)
            yield f"- {_flat(claim.about)}: {_flat(dispute.says(self.lang))} ({kind}: {_flat(dispute.source.note(self.lang))}){why}"
        yield ""


def _counts(packs: list[PackCovered]) -> list[int]:
    documents: Counter[State] = sum((pack.states for pack in packs), Counter())
    clauses: Counter[State] = sum((pack.clauses for pack in packs), Counter())
    encoded = clauses["encoded"] + clauses["partly"]
    unpublished, claims = sum(pack.unpublished for pack in packs), sum(len(pack.claims) for pack in packs)
    return [*(documents[state] for state in STATES), encoded, clauses.total() - encoded, unpublished, claims]


def _head(heads: list[str]) -> Iterator[str]:
    yield _row(heads)
    yield _row(["---"] * len(heads))


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _flat(text: str) -> str:
    """A text in one line of Markdown, where nothing in it is markup."""
    plain = " ".join(text.split())
    for mark in "\\`*_[]<>|":
        plain = plain.replace(mark, f"\\{mark}")
    return plain
