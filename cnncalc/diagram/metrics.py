"""How wide a text is drawn: the advance widths of Liberation Sans, which Arial and Helvetica share.

Measured from the fonts themselves, in 1/2048 of the type size; kerning is left out, so a text is never wider than this
says. A character that is not listed counts as one em, and the picture's `textLength` holds it to that.
"""

from __future__ import annotations

from functools import cache

EM = 2048
ASCENT, DESCENT = 0.75, 0.22  # of the type size: what letters and digits take above and below their line

REGULAR = {
    384: "′",
    391: "'",
    455: "ijlįĵĺļłſίι‘’",
    532: "|¦",
    569: " !,./:;I[\\]ftÌÍÎÏìíîïĨĩĪīĬĭĮİıţŧΙΪ",
    597: "ľ",
    682: "()-`r¡¨²³´·¸¹ŕŗř“”",
    684: "{}ŀ",
    717: "•",
    725: "″",
    727: '"',
    747: "г",
    748: "º",
    758: "ª",
    768: "ť",
    797: "*",
    809: "τ",
    819: "°",
    896: "к",
    903: "ζ",
    909: "ĳ",
    913: "έε",
    917: "ξ",
    938: "т",
    939: "з",
    961: "^",
    987: "ς",
    1012: "∂",
    1024: "JcksvxyzçýÿćĉċčĴķĸśŝşšŷźżžγκλνсух↑↓",
    1045: "э",
    1067: "чь",
    1075: "χ",
    1088: "в",
    1100: "¶",
    1109: "Гпя",
    1120: "ΰυ",
    1124: "±÷√≈≠≤≥",
    1128: "Γ",
    1131: "¯н",
    1139: ("#$0123456789?L_abdeghnopqu¢£¤¥§«»àáâãäåèéêëðñòóôõöùúûüþāăąđēĕėęěĝğġģĥħĹĻĽĿŁńņňŋōŏőũūŭůűųήηθοаеор–€"),
    1140: "δ",
    1144: "ий",
    1165: "ρ",
    1173: "бц",
    1178: "β",
    1180: "µμ",
    1184: "άα",
    1193: "К",
    1195: "дл",
    1196: "+<=>~¬×−",
    1237: "ŉЗ",
    1251: "FTZ¿ßøŢŤŦŹŻŽΖΤТ",
    1259: "ď",
    1264: "σ",
    1266: "Σ",
    1280: "ъ",
    1301: "У",
    1328: "φ",
    1331: "Ξ",
    1344: "БЛЬ",
    1365: "Ч",
    1366: "&ABEKPSVXYÀÁÂÃÄÅÈÉÊËÝÞĀĂĄĒĔĖĘĚĶŚŜŞŠŶŸΑΒΕΚΡΥΧΫАВЕРХ",
    1368: "ΔΛ",
    1370: "ж",
    1387: "Д",
    1408: "м",
    1413: "π",
    1460: "ψ∑∞",
    1472: "ИЙПЭы",
    1479: "CDHNRUwÇÐÑÙÚÛÜĆĈĊČĎĐĤĦŃŅŇŔŖŘŨŪŬŮŰŲŵΗΝΠНСЯ",
    1481: "Ŋ",
    1505: "Ĳ",
    1509: "©®",
    1515: "Ц",
    1531: "Ω",
    1536: "ю",
    1557: "Ф",
    1593: "GOQÒÓÔÕÖØĜĞĠĢŌŎŐΘΟО",
    1599: "ω",
    1621: "Ъ",
    1634: "Φ",
    1643: "ш",
    1685: "фщ",
    1686: "∏",
    1706: "MmΜМ",
    1708: "¼½¾",
    1711: "Ψ",
    1813: "Ы",
    1821: "%æ",
    1877: "Ш",
    1891: "Ж",
    1920: "Щ",
    1933: "WœŴ",
    2048: "ÆŒ—…™←→",
    2069: "Ю",
    2079: "@",
}
BOLD = {
    487: "'",
    491: "′",
    569: " ,./I\\ijlÌÍÎÏìíîïĨĩĪīĬĭĮįİıĵĺļłſΙΪίι‘’",
    573: "|¦",
    682: "!()-:;[]`ft¡¨²³´·¸¹ţŧ",
    717: "•",
    748: "º",
    758: "ª",
    789: "ľ",
    797: "*r{}ŕŗř",
    819: "°",
    853: "г",
    912: "ξ",
    914: "τ",
    924: "έ",
    943: "ζ",
    971: '"',
    972: "ε",
    981: "ŀť″",
    1003: "т",
    1012: "∂",
    1018: "з",
    1024: "zźżž“”↑↓",
    1025: "к",
    1065: "ς",
    1107: "θ",
    1124: "±÷√≈≠≤≥",
    1131: "¯э",
    1139: "#$0123456789J_aceksvxy¢£¤¥§«¶»àáâãäåçèéêëýÿāăąćĉċčēĕėęěĳĴķĸśŝşšŷγλνаесух–€",
    1142: "κ",
    1161: "Г",
    1179: "χ",
    1180: "µ",
    1189: "ч",
    1192: "ΰυ",
    1195: "я",
    1196: "+<=>^~¬×−",
    1229: "Σ",
    1231: "Γ",
    1237: "нп",
    1242: "δ",
    1250: "βК",
    1251: "?FLTZbdghnopqu¿ßðñòóôõöøùúûüþđĝğġģĥħĹĻĽĿŁńņňŋōŏőŢŤŦũūŭůűųŹŻŽΖΤήηοТор",
    1253: "μ",
    1259: "άαвийць",
    1265: "б",
    1267: "ρ",
    1274: "У",
    1283: "З",
    1300: "д",
    1301: "л",
    1318: "Ξ",
    1366: "EPSVXYÈÉÊËÝÞĒĔĖĘĚŚŜŞŠŶŸΕΛΡΥΧΫЕРХ",
    1401: "σ",
    1437: "Л",
    1439: "Ч",
    1451: "ŉ",
    1452: "ж",
    1457: "Э",
    1459: "Д",
    1460: "∑∞",
    1465: "φ",
    1472: "ďΔБИЙПЬЯ",
    1479: "&ABCDHKNRUÀÁÂÃÄÅÇÐÑÙÚÛÜĀĂĄĆĈĊČĎĐĤĦĶŃŅŇŔŖŘŨŪŬŮŰŲΑΒΗΚΝΠАВНС",
    1481: "Ŋ",
    1493: "ъ",
    1496: "Ц",
    1509: "©®",
    1515: "м",
    1543: "ψ",
    1568: "π",
    1593: "GOQwÒÓÔÕÖØĜĞĠĢŌŎŐŵΘΟО",
    1607: "Ĳ",
    1642: "Ω",
    1657: "Ψ",
    1681: "Φ",
    1686: "∏",
    1706: "MΜМ",
    1707: "ш",
    1708: "¼½¾",
    1728: "щ",
    1730: "ω",
    1748: "Ф",
    1749: "ыю",
    1781: "Ъ",
    1792: "ф",
    1821: "%mæ",
    1851: "Ж",
    1933: "WœŴ",
    1997: "@",
    2005: "Ы",
    2048: "ÆŒ—…™←→",
    2058: "Ш",
    2087: "Щ",
    2112: "Ю",
}


@cache
def _widths(bold: bool) -> dict[str, int]:
    return {character: width for width, characters in (BOLD if bold else REGULAR).items() for character in characters}


def text_width(text: str, size: float, bold: bool = False) -> float:
    """The width of a text in pixels, drawn `size` pixels high.

    >>> text_width("55×55×96", 12), text_width("", 12)
    (54.05859375, 0.0)
    """
    widths = _widths(bold)
    return sum(widths.get(character, EM) for character in text) * size / EM


def fitted(text: str, size: float, room: float, bold: bool = False) -> str:
    """A text, cut and ended with `…` where it has no room.

    >>> fitted("a_very_long_name", 12, 60)
    'a_very_l…'
    """
    if text_width(text[:400], size, bold) <= room and len(text) <= 400:
        return text
    widths, left = _widths(bold), room * EM / size - _widths(bold)["…"]
    for end, character in enumerate(text):
        left -= widths.get(character, EM)
        if left < 0:
            return text[:end].rstrip() + "…"
    return text


def wrapped(text: str, size: float, room: float, most: int = 3) -> list[str]:
    """A text in at most so many lines, broken at its spaces.

    >>> wrapped("conv 3×3, 256, padding 1, groups 2", 12, 100)
    ['conv 3×3, 256,', 'padding 1, groups', '2']
    """
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [fitted(line.removesuffix(" ·"), size, room) for line in lines]
