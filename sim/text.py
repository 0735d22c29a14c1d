"""A text in the two languages of every reader: 简体中文 and English."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Text(NamedTuple):
    """The same words in both languages; whoever prints chooses with :meth:`in_`."""

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en

    def format(self, **values: object) -> Text:
        """Fill the same named places in both languages."""
        return Text(self.zh.format(**values), self.en.format(**values))
