"""Steps that the services are known to have: the words of exports for them, and what they are in the limits' words."""

from __future__ import annotations

import re
from typing import NamedTuple

from calibration.importing.headers import initials, plain
from calibration.importing.mapping import Means
from sim.text import Text


class Known(NamedTuple):
    """A step: its words (a pattern), and step, stage, owner, and the mark that its end is in the limits."""

    words: str
    step: str
    stage: str | None
    owner: str
    mark: str | None = None

    @property
    def means(self) -> Means:
        return Means(step=self.step, stage=self.stage, owner=self.owner, mark=self.mark)


_ELECTRICITY = (
    Known("受理|用电申请|报装申请", "accept", "application", "utility", "accepted-complete"),
    Known("勘查|勘察|踏勘", "survey", "supply-scheme", "utility"),
    Known("送审|设计文件受理", "customer-design", "customer-time", "customer"),
    Known("设计.*审|图纸审|审图|图审", "drawing-review", "design-review", "utility"),
    Known("供电方案|方案答复|方案制定|方案", "scheme", "supply-scheme", "utility"),
    Known("中间检查|中间检验", "intermediate-inspection", "intermediate-inspection", "utility"),
    Known("报验", "customer-works-rest", "customer-time", "customer"),
    Known("竣工(检验|验收|检查)", "completion-inspection", "completion-inspection", "utility"),
    Known("合同", "contract", "connection", "utility"),
    Known("装表|送电|接电|接火", "metering", "connection", "utility", "power-on"),
    Known("归档", "archiving", "after-connection", "utility"),
)
_PROPERTY = (
    Known("受理|收件", "accept", "property-application", "registry", "registration-accepted"),
    Known("初审", "first-review", "property-review", "registry"),
    Known("复审|核定", "second-review", "property-review", "registry"),
    Known("核税|缴税|完税", "tax-assessment", "property-tax", "tax-office"),
    Known("登簿", "entry", "property-entry", "registry", "registered"),
    Known("缮证|制证|打证", "certificate", "property-certificate", "registry"),
    Known("领证|发证", "collection", "property-certificate", "customer"),
    Known("归档", "archiving", "property-archive", "registry"),
)
_WATER = (
    Known("受理|用水申请|报装申请", "accept", "water-application", "water-company", "water-accepted"),
    Known("勘查|勘察|踏勘", "survey", "water-survey", "water-company"),
    Known("方案|预算", "scheme", "water-survey", "water-company"),
    Known("缴费|付款|交费", "payment", "payment", "customer"),
    Known("施工", "works", "water-works", "water-company"),
    Known("通水|装表|验收", "commissioning", "water-on", "water-company", "water-on"),
)
_GAS = (
    Known("受理|用气申请|报装申请", "accept", "gas-application", "gas-company", "gas-accepted"),
    Known("勘查|勘察|踏勘", "survey", "gas-scheme", "gas-company"),
    Known("预算", "budget", "gas-scheme", "gas-company", "scheme-and-budget"),
    Known("设计|方案", "scheme", "gas-scheme", "gas-company"),
    Known("合同", "contract-drafting", "gas-contract", "gas-company"),
    Known("施工", "works", "gas-works", "gas-company"),
    Known("验收", "acceptance", "gas-acceptance", "gas-company"),
    Known("通气|点火", "gas-on", "gas-acceptance", "gas-company", "gas-lit"),
)
_HEATING = (
    Known("受理|用热申请|报装申请", "heat-intake", "heating-application", "heat-company"),
    Known("方案", "scheme", "heating-scheme", "heat-company"),
    Known("合同", "contract", "heating-contract", "heat-company"),
    Known("图审|图纸审|设计审", "drawing-review", "heating-review", "heat-company"),
    Known("设计", "design", "heating-design", "heat-company"),
    Known("施工许可", "construction-permit", "permits", "permit-office", "construction-permit"),
    Known("施工", "works", "heating-works", "heat-company"),
    Known("验收", "completion", "heating-completion", "heat-company", "heat-ready"),
    Known("供热|供暖|通暖", "heat-on", "heat-on", "heat-company", "heat-on"),
)
_PERMITS = (
    Known("受理|收件|申请", "accept", "permits", "permit-office"),
    Known("补正", "supplement", "customer-time", "customer"),
    Known("踏勘|勘验|勘查|现场", "site-visit", "permits", "permit-office"),
    Known("初审|审查|审核|复审", "review", "permits", "permit-office"),
    Known("决定|审批|核准|批准", "decision", "permits", "permit-office"),
    Known("制证|发证|送达|领取|办结", "issue", "permits", "permit-office"),
)
SERVICES: dict[str, tuple[Known, ...]] = {
    "electricity": _ELECTRICITY, "property": _PROPERTY, "water": _WATER, "gas": _GAS, "heating": _HEATING,
    "permits": _PERMITS,
}  # fmt: skip
"""In the order of the process, save that a narrower word stands before a wider one."""
NAMES = {
    "electricity": Text("供电", "electricity"), "property": Text("不动产登记", "property registration"),
    "water": Text("供水", "water"), "gas": Text("燃气", "gas"), "heating": Text("供热", "heating"),
    "permits": Text("工程审批", "permits for construction"),
}  # fmt: skip
_SIGNS = {
    "electricity": "供电|用电|接电|送电|电压|电源|装表接|业扩|三零|中间检查",
    "property": "登簿|缮证|登记类型|不动产|权证|抵押|登记",
    "water": "用水|供水|通水|水表|口径",
    "gas": "燃气|用气|通气|点火|气表",
    "heating": "供热|热力|用热|供暖",
    "permits": "审批事项|许可|掘路|占绿|挖掘|联合验收",
}
LAST = {
    "electricity": "metering", "property": "entry", "water": "commissioning", "gas": "gas-on", "heating": "completion",
    "permits": "issue",
}  # fmt: skip
"""The step with which a case is done."""


def service_of(words: list[str]) -> str | None:
    """The service whose words occur most; None where two occur alike, or none does."""
    text = [plain(word) for word in words]
    votes = {service: sum(1 for word in text if re.search(signs, word)) for service, signs in _SIGNS.items()}
    first, second = sorted(votes.values(), reverse=True)[:2]
    return None if first == second else max(votes, key=lambda service: votes[service])


def known_step(word: str, service: str | None) -> Known | None:
    """The step of a service that a word means, written out or as pinyin initials."""
    if service is None:
        return None
    form = plain(word)
    found = next((one for one in SERVICES[service] if re.search(one.words, form)), None)
    if found is None and form.isascii():
        found = next((one for one in SERVICES[service] for part in one.words.split("|") if form in _short(part)), None)
    return found


def _short(part: str) -> tuple[str, ...]:
    if not part.isalpha() or len(part) < 2:
        return ()
    return tuple(initials(part + end) for end in ("", "时间", "日期"))


def step_id(word: str, taken: set[str]) -> str:
    """An id for a step that nobody knows, from its letters or the initials of its pinyin; never one that is taken.

    >>> step_id("Check confirmation", set()), step_id("打印回执", {"dyhz"})
    ('check-confirmation', 'dyhz-2')
    """
    letters = re.sub(r"[^a-z0-9]+", "-", initials(word.lower())).strip("-")[:60].strip("-") or "step"
    base = letters if letters[0].isalpha() else f"step-{letters}"
    number, found = 1, base
    while found in taken:
        number += 1
        found = f"{base}-{number}"
    taken.add(found)
    return found
