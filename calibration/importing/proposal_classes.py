"""Rules of classes that the words of an export suggest; a proposal that the user confirms, rule by rule."""

from __future__ import annotations

import re

from calibration.importing.mapping import ClassRule

_RULES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "electricity": (
        ("三零.*(直接|无外线|不需)", "类", "three-zero-direct"),
        ("三零", "类", "three-zero-works"),
        ("双电源|多电源|双回路", "", "hv-dual"),
        ("高压.*单电源|单电源.*高压|^单电源$", "", "hv-single"),
        ("低压非居民|低压(?!居民)", "类", "low-voltage-other"),
    ),
    "property": (
        ("抵押.*注销|注销.*抵押|解押", "", "property-cancellation"),
        ("抵押", "", "property-mortgage"),
        ("首次|转移|变更|一般登记|更正", "", "property-general"),
    ),
    "water": (("^无外线|^不涉及外线|^否$", "外线", "water-simple"), ("外线|^是$", "外线", "water-outline")),
    "heating": (),
    "gas": (),
}
"""Of each service: the words of a class, what the column's name has to have (nothing: any), the class."""
_MOST_WORDS = 60


def class_rules(words: dict[str, list[str]], service: str | None) -> tuple[ClassRule, ...]:
    """One rule for each class and column whose words name it; a word goes to the first class that it fits."""
    found: list[tuple[int, str, str, list[str]]] = []
    for column, those in words.items():
        if len(those) > _MOST_WORDS:
            continue
        classes: dict[int, list[str]] = {}
        for word in those:
            for place, (pattern, name, _) in enumerate(_RULES.get(service or "", ())):
                if name in column and re.search(pattern, word):
                    classes.setdefault(place, []).append(word)
                    break
        found += [(place, _RULES[service or ""][place][2], column, fitting) for place, fitting in classes.items()]
    return tuple(
        ClassRule.model_validate({"class": case_class, "when": {column: tuple(fitting)}})
        for _, case_class, column, fitting in sorted(found, key=lambda one: one[0])
    )
