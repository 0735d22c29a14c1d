"""Rules of classes that the words of an export suggest; a proposal that the user confirms, rule by rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from calibration.importing.mapping import ClassRule


class Trait(NamedTuple):
    """What tells a class: a column by its name, and words in it."""

    column: str
    words: str


_YES, _NO = "^(是|有|需要?|y|yes|1)$", "^(否|无|不需要?|n|no|0)$"
_HIGH = Trait("", r"高压|(^|\D)(6|10|20|35|66|110|220)(\.0)?\s*(kv|千伏)")
_VOLTAGE = Trait("", rf"{_HIGH.words}|低压|220\s*v|380\s*v|0\.4\s*kv")
_DUAL, _SINGLE = Trait("", "双电源|多电源|双回路"), Trait("", "单电源")
_TWO, _ONE = Trait("电源数", r"^(双|两|[23](\.0)?)$"), Trait("电源数", r"^(单|1(\.0)?)$")
_ZERO, _IS_ZERO = Trait("类", "^(?!.*[非未不]).*三零"), Trait("三零", _YES)
_OUTLINE = Trait("外线|类", f"^(?!.*(无|不)).*外线|{_YES}")
_NO_OUTLINE = Trait("外线|类", f"(无|不涉及|不需要?)外线|{_NO}")
_STANDARD = Trait("表|型号|规格", r"^g\s*(2\.5|4|6|10)(?![\d.])")
_LARGER = Trait("表|型号|规格", r"^g\s*(1[1-9]|[2-9]\d|\d{3})")
_DIGGING = Trait("破路|掘路|挖掘", f"{_YES}|^(破|掘)路")
_MATTER = "事项|许可|类|业务"

_CLASSES: dict[str, tuple[tuple[str, tuple[tuple[Trait, ...], ...]], ...]] = {
    "electricity": (
        ("three-zero-direct", (
            (Trait("类", "三零.*(直接|无外线|不需)"),), (_ZERO, _NO_OUTLINE),
            (_IS_ZERO, Trait("外线", _NO_OUTLINE.words)),
        )),
        ("three-zero-works", ((_ZERO,), (_IS_ZERO,))),
        ("hv-dual", ((_HIGH, _DUAL), (_HIGH, _TWO), (_DUAL,))),
        ("hv-single", ((_HIGH, _SINGLE), (_HIGH, _ONE), (_SINGLE,))),
        ("low-voltage-other", ((Trait("类", "低压非居民|低压(?!居民)"),),)),
    ),
    "property": (
        ("property-cancellation", ((Trait("", "抵押.*注销|注销.*抵押|解押"),),)),
        ("property-mortgage", ((Trait("", "抵押"),),)),
        ("property-general", ((Trait("", "首次|转移|变更|一般登记|更正"),),)),
    ),
    "water": (
        ("water-simple", ((Trait("外线|类", _NO_OUTLINE.words),),)),
        ("water-outline", ((Trait("外线|类", _OUTLINE.words),),)),
    ),
    "gas": (
        ("gas-standard-digging", ((_STANDARD, _DIGGING),)),
        ("gas-standard-outline", ((_STANDARD, _OUTLINE),)),
        ("gas-standard", ((_STANDARD, _NO_OUTLINE),)),
        ("gas-larger-outline", ((_LARGER, _OUTLINE),)),
        ("gas-larger", ((_LARGER, _NO_OUTLINE),)),
    ),
    "heating": (("heating", ((),)),),
    "permits": (
        ("joint-acceptance", ((Trait(_MATTER, "联合验收|竣工.*(验收|核实|备案)"),),)),
        ("road-permit", ((Trait(_MATTER, "掘路|挖掘|占道|城市道路"),),)),
        ("traffic-permit", ((Trait(_MATTER, "交通"),),)),
        ("garden-permit", ((Trait(_MATTER, "绿|树木"),),)),
        ("waste-permit", ((Trait(_MATTER, "垃圾|渣土"),),)),
        ("planning-permit", ((Trait(_MATTER, "规划|路由"),),)),
    ),
}  # fmt: skip
"""Of each service its classes, a narrower one before a wider one, each with the sets of traits that tell it: the first
set counts all of whose traits the export has. A set without traits: every case."""
_MOST_WORDS = 60


def class_rules(words: dict[str, list[str]], service: str | None) -> tuple[ClassRule, ...]:
    """One rule for each class that the columns' words name, over as many columns as it takes.

    ``words``: the different words of each column. Where an export tells the voltage, a source alone tells no class.
    """
    told = {column: list(those) for column, those in words.items() if len(those) <= _MOST_WORDS}
    with_voltage = any(True for _ in _fitting(_VOLTAGE, told))
    rules = []
    for case_class, ways in _CLASSES.get(service or "", ()):
        for traits in ways:
            if with_voltage and traits in ((_DUAL,), (_SINGLE,)):
                continue
            when = _when(traits, told)
            if when is None:
                continue
            rules.append(ClassRule.model_validate({"class": case_class, "when": when}))
            if len(when) == 1:  # what one column tells of this class it tells of no other
                [(column, fitting)] = when.items()
                told[column] = [word for word in told[column] if word not in fitting]
            break
    return tuple(rules)


def _when(traits: tuple[Trait, ...], words: dict[str, list[str]]) -> dict[str, tuple[str, ...]] | None:
    """The words of each trait's column, None where one has none; a column of two traits has the words of both."""
    when: dict[str, tuple[str, ...]] = {}
    for trait in traits:
        column, fitting = next(_fitting(trait, words), ("", ()))
        when[column] = tuple(word for word in when.get(column, fitting) if word in fitting)
        if not when[column]:
            return None
    return when


def _fitting(trait: Trait, words: dict[str, list[str]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for column, those in words.items():
        fitting = tuple(word for word in those if re.search(trait.words, word, re.IGNORECASE))
        if fitting and re.search(trait.column, column):
            yield column, fitting
