"""What a text leads to: hosts that it links, and words that speak to an agent. Pure."""

import re
from functools import lru_cache

_HOST = re.compile(r"(?i)\bhttps?://(?:[^\s/?#@\"'<>|\]]*@)?([^\s/?#:\"'<>|\])]+)")
#: Words that tell whoever reads along what to do: an issue has no business with that.
_SPEAKS = tuple(
    re.compile(one, re.IGNORECASE)
    for one in (
        (
            r"\b(?:ignore|disregard|forget)\b.{0,30}\b(?:previous|prior|above|earlier|all|your)\b"
            r".{0,20}\b(?:instruction|prompt|rule|message)s?\b"
        ),
        r"\b(?:you are|act as) (?:now )?(?:an?|the) (?:AI|LLM|language model|assistant)\b",
        r"\b(?:system|developer) (?:prompt|message)\b",
        r"\b(?:AI|LLM) (?:agents?|assistants?)\b.{0,40}\b(?:must|should|please|have to|now)\b",
        r"</?(?:system|assistant|instructions?|tool_call)>",
        r"(?:이전|앞선|위의|기존|모든)\s*(?:지시|명령|프롬프트)\S{0,4}\s*(?:를|을)?\s*(?:무시|잊)",
        r"(?:시스템|개발자)\s*(?:프롬프트|메시지)",
        r"(?:AI|인공지능)\s*(?:에이전트|어시스턴트|비서)\S{0,3}\s.{0,40}(?:하라|하시오|하세요|해라|해야)",
    )
)
#: As much of what was found as a flag quotes.
_QUOTED = 80


@lru_cache(maxsize=256)
def hosts(text: str) -> frozenset[str]:
    """Return the hosts that a text has links to, in lower case."""
    return frozenset(one.rstrip(".,;").lower() for one in _HOST.findall(text))


@lru_cache(maxsize=256)
def speaks_to_agents(text: str) -> str:
    """Return the first words of a text that speak to an agent, on one line; empty: none do."""
    found = [match for one in _SPEAKS if (match := one.search(text)) is not None]
    if not found:
        return ""
    first = min(found, key=lambda match: match.start())
    return " ".join(first[0].split())[:_QUOTED]
