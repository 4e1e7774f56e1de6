"""
Read a cause out of what somebody wrote beside a correction: "damages", "sold as sets", 破损.

Only words that name a cause count. A question mark doubts what is said; a text that says nothing
of a cause is unknown, and stays so. Rules are looked at in order: the more special comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from yipan.recon.rules.values import Cause

TEXT_LENGTH_MAX: Final = 400

#: What counts as saying a cause, in lower case; English with the slips of a hurried hand, and
#: Chinese. Chinese words are last in each list.
_WORDS: Final[tuple[tuple[Cause, tuple[str, ...]], ...]] = (
    (
        Cause.SHORT_RECEIPT,
        (
            r"not (?:rcvd|received|delivered)",
            r"short (?:delivery|delivered|received|shipped)",
            "少收|少到|短少",
        ),
    ),
    (
        Cause.UNRECORDED_RETURN,
        (r"not tick ret|credits? from", r"return(?:s|ed)?\b(?! to supplier)", "退货"),
    ),
    (
        Cause.REFUND_WITHOUT_GOODS,
        (
            r"credit(?:t?ed)?\b.*\b(?:wrong(?:ly)?|error)",
            r"(?:wrong(?:ly)?|incorrect(?:ly)?) (?:credit|refund)",
            r"incorrectly put back|refund",
        ),
    ),
    (
        Cause.UNIT_MIXUP,
        (
            r"\bsold\b.*\bsets?\b",
            r"(?:dotcom|amazon|ebay|web) sets?\b",
            r"sold (?:as|in) (?:an? )?(?:1|one|single|pack|case|box|\d{1,2}'?s)\b",
            r"(?:pack|case|unit)s as ",
            "单位|箱规|按箱|按套",
        ),
    ),
    (
        Cause.SKU_MIXUP,
        (
            r"\bmix(?:ed)?[ -]?up",
            r"(?:wrong|incorrect)(?:ly)? (?:bar ?code|coded?|label|mark|mrk|item|product|sku)",
            r"(?:wrong|incorrect)ly sold|bar ?code",
            r"(?:coded|mark(?:ed)?|sold) as \d{4,}",
            r"^\d{4,}[a-z]?$",
            r"label(?:l?ed)? (?:as|wrong)",
            "串码|串货|错码|条码",
        ),
    ),
    (
        Cause.UNRECORDED_SCRAP,
        (
            r"dama?ged?\b|damages?|\bdag[ae]?m",
            r"brok(?:e|en)|break(?:s|ages?)?\b|smash|crush|crack(?:s|ed)?\b",
            r"thr(?:ow|own|ew)[ -]?(?:it |them )?(?:away|out)|destroy|unsale?able",
            r"\bwet\b|water ?(?:stain|log)|rust(?:y|ed)?\b|mould(?:y|ed)|mold(?:y|ed)|rotten",
            r"expired|out of date|faulty|defect|smudge|scrap(?:ped)?$|spoil|spill",
            "报损|报废|破损|损坏|过期|变质|受潮|霉",
        ),
    ),
    (
        Cause.UNRECORDED_USE,
        (
            r"\bdisplay|show ?room|\bsamples?\b|given away|give ?away|mail ?out",
            r"tester|demo\b|internal use|promo(?:tion)?\b|gifted|for (?:a )?photo",
            "样品|陈列|领用|赠送|赠品|试用",
        ),
    ),
    (
        Cause.SHRINKAGE,
        (
            r"\bmissing\b|\blost\b|\bloss\b|\bmia\b|disappear|\bgone\b",
            r"(?:can'?t|cannot|could not|not) (?:be )?f(?:i|ou)nd",
            "丢失|遗失|找不到|缺失|盘亏",
        ),
    ),
    (Cause.THEFT, (r"\bstolen\b|theft|shoplift|burgl", "盗|被偷")),
    (
        Cause.MISCOUNT,
        (
            r"\bfound\b|put aside|turned up",
            r"miss?[ -]?count|counted (?:wrong|twice)",
            "找到|漏盘|重盘|盘错",
        ),
    ),
    (
        Cause.MISKEY,
        (
            r"\brevers(?:e|al|ed|ing)\b|\boops\b|re-?adjust|typo|mis-?(?:key|typ)|invc incorr",
            r"(?:incorrect|wrong)(?:ly)? (?:stock )?(?:entry|entered|quantity|keyed|booked|posted)",
            r"(?:sale|entry|input|keying|invoice) error",
            "录错|录入错|误录|冲销|更正",
        ),
    ),
    (
        Cause.MISSING_DOCUMENT,
        (
            r"\bdotcom(?:stock)?\b|\bebay\b|\bamazon\b|\bfba\b|online|web(?:site)? sales?",
            r"\borders?\b|john lewis|\btransferr?ed\b|not (?:booked|entered|recorded)",
            "漏单|漏录|未入账|未录",
        ),
    ),
)
_COMPILED: Final = tuple((cause, re.compile("|".join(words))) for cause, words in _WORDS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """
    What a text says: its cause, or unknown, and what it says besides.

    `word` is what in the text said it, `is_doubted` whether the writer only asks.
    """

    cause: Cause
    also: tuple[Cause, ...] = ()
    word: str = ""
    is_doubted: bool = False


def read_text(text: str) -> Reading:
    """Return what a text beside a correction says of its cause; the first 400 letters count."""
    plain = " ".join(text[:TEXT_LENGTH_MAX].replace("’", "'").casefold().split())
    found = list(_find(plain))
    is_doubted = "?" in plain or "possible" in plain or "maybe" in plain or "？" in plain
    if not found:
        return Reading(cause=Cause.UNKNOWN, is_doubted=is_doubted)
    (cause, word), *others = found
    return Reading(
        cause=cause,
        also=tuple(other for other, _ in others),
        word=word,
        is_doubted=is_doubted,
    )


def _find(plain: str) -> Iterator[tuple[Cause, str]]:
    for cause, pattern in _COMPILED:
        match = pattern.search(plain)
        if match:
            yield cause, match.group()
