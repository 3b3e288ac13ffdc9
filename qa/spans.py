"""Exact answers inside a sentence: dates, quantities, names, places, enumerations, quoted titles.

Every function returns character ranges of the sentence it is given, in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from index import FAMILY_NAMES, parse_dates, tagged

Range = tuple[int, int]

_DIGITS = r"\d[\d,，]*(?:\.\d+)?|[〇零一二两三四五六七八九十百千]+"
_SCALE = r"[十百千万亿]*"
_UNITS = (
    "cm|mm|km|kg|㎡|℃|GB|MB|个百分点|平方公里|平方千米|平方米|立方米|公里|千米|公顷|千瓦时|千瓦|海里|毫米|厘米|小时|分钟|星期|人次|人民币|美元|欧元|港元|日元|英镑"
    "|万亩|[元吨亩米户家个名位人项件条期届次天年月日岁周度级层座艘辆台套所处张枚场篇部集册版本种类类型代倍成斤克升秒块步环股趟幅例宗起批支队组类]"
)
_QUANTITY = re.compile(
    rf"(?P<about>约|近|超过|超|逾|达到|达|共|第|最高|不少于|至少)?(?P<digits>{_DIGITS})(?P<scale>{_SCALE})(?P<more>余|多|来)?"
    rf"(?P<unit>%|％|‰|{_UNITS}|(?=[^\d.．]|$))(?P<after>以上|以下|左右|余|多)?"
)
_IDIOM = re.compile(
    r"一(?:[步些定般样起直线带体旦致切流时度同道向再系批]|个(?:个|时期|方面)|家人|年来|方面)|[三四]农|两手|千家|万户|百姓"
)
_DURATION = re.compile(r"[\d一二三四五六七八九十]+[年天]")
_VERSION = re.compile(r"[A-Za-z]{0,10}\d{1,4}(?:\.\d{1,4})+\s?版?")
_TIME_OF_DAY = re.compile(
    r"\s*(凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|当晚|晚|夜)?(\d{1,2}[时点:：](\d{1,2}分?)?)?"
)

_NO_NAMES = re.compile(r"[今昨明]天|上午|下午|晚上|[一二三四五六七八九十]大|同志|先生|女士|公司|集团|项目")
_SOFT_TIME = re.compile(
    r"[今明去后前]年(?:年?[初底内中末])?|(?<!\d)年[初底内中末]|[上下]半年|[一二三四]季度|[本上下当]?月(?:底|初|末|中旬|上旬|下旬)"
    r"|(?:春节|国庆|五一|元旦|暑假|寒假)(?:假?期[间后]?|[前后])|(?:公元前?)?(?<!\d)\d{3,4}年(?:代)?|\d{1,2}世纪(?:[初末中]|\d0年代)?"
    r"|[一-鿿]{2}[元一二三四五六七八九十]{1,3}年|[每逢](?:周|星期)[一二三四五六日天](?:[、至到和](?:周|星期)?[一二三四五六日天])*"
)
_OFFICE = (
    "书记|主席|主任|委员|[区市省县镇乡村处科局厅部校院所站会组队行社厂店馆园]长|董事长|总裁|总经理|经理|总监|秘书长|总编辑|主编|教授|研究员|工程师|院士"
    "|负责人|代表|记者|通讯员|主持人|发言人|教练|队员|同志|总理|总统|大使|司令员|政委|老师|医生|律师"
)
_DEED = "出席|主持|讲话|参加|表示|指出|强调|介绍|认为|告诉|发言|致辞|列席|会见|代表|带领|带头|陪同|通报|宣布|宣读|说|称|向|率|获|当选|主讲|参与|带队|调研|考察|会谈|一行|分别|担任|先后"
_TITLE = re.compile(r"[一-鿿（）()、“”]{2,60}$")
_APPOINTED = re.compile(
    r"(?:担任|出任|升任|兼任|历任|调任|当选为?|任命为|就任|(?<![责委信主])任)(?P<office>[^，。；,;、]{2,20}?[长记任席员官师授理事裁委督县令守史])(?=[，。；,;、]|$)"
)
_TITLE_END = "长记任席员官师授理事人裁家者委手星校督监"
_TITLE_BREAK = re.compile(r"^.*(?:，|。|；|：|和|与|及|由|对|向|请|[、](?=[一-鿿]{2,4}(?:、|$)))")
_NAME_TAGS = ("nr", "nrt", "nrfg")
_AFTER_TITLE = re.compile(
    rf"(?:{_OFFICE})(?P<name>[{''.join(sorted(FAMILY_NAMES))}][一-鿿]{{1,2}}?)(?=[，,、。；：等和与及在为作就到任向对率]|{_DEED}|$)"
)
# Two to four characters between enumeration marks: in a list of persons, one person.
_SHORT_ITEM = re.compile(r"(?<=[、，。：；])[一-鿿·]{2,4}(?=、)|(?<=、)[一-鿿·]{2,4}(?=[、，。；]|等)")
_ORGANISATION = re.compile(
    r"[一-鿿A-Za-z（）()·&]{2,24}?(?:有限公司|集团公司|公司|集团|医院|大学|学院|研究院|研究所|银行|协会|中心|总社|报社|委员会|管委|学校|中学|小学|厂)"
)
_ORG_LEAD = re.compile(
    r"^.*?(?:由|与|和|及|以及|的|在|向|对|为|同|跟|是|，|,|、|建设|推进|包括|其中)(?=[一-鿿A-Za-z]{3})"
)
_PLACE = re.compile(
    r"(?:在|于|赴|到|来到|走进|抵达)(?P<place>[^，。；,;、]{2,24}?)(?=举行|召开|举办|开幕|开展|启动|开工|揭牌|成立|签约|闭幕|进行|落户|开馆|建设|调研|考察|出席)"
)
_SEATED = re.compile(
    r"(?:位于|坐落[于在]|设[于在]|建[于在]|落户[于在]?|选址[于在]?|地址[为是：:])(?P<place>[^，。；,;、]{2,24})"
)
# "在…开幕式上", "于2月", "在过程中": when and at what, not where.
_NO_PLACE = re.compile(r"^第|[年月日时]|期间|(?:上|中|下|时|后|前|方面|过程|基础)$|会$|会议|讲话")
_HOST = re.compile(
    r"(?<=[，,。；\s])(?P<place>[一-鿿]{2,10}(?:省|市|县|区|镇|乡|村|街道|馆|中心|广场|公园|大厦|酒店|学校|大学|礼堂))(?=举行|召开|举办|启动)"
)
_ENUMERATION_BREAK = re.compile(r"[，。；：,;:！？!?]")
_JOINTS = ("和", "及", "以及", "与")
_ITEM_TAIL = re.compile(r"(等|[一二两三四五六七八九十\d]{1,4}(?=[大个项种类家名位方条]))")
_PLUS = re.compile(r"[一-鿿A-Za-z]{1,20}(?:[+＋][一-鿿A-Za-z]{1,20})+")
_QUOTES_TOGETHER = re.compile(r"(?:[“「『《][^”」』》]{1,60}[”」』》][、和及与]?){2,}")
_QUOTED = re.compile(r"[“「『《][^”」』》]{1,60}[”」』》]")


def dates(sentence: str) -> list[Range]:
    """Date expressions, with the time of day that follows them; also "年内" and the like, which name no day."""
    found = []
    for mention in parse_dates(sentence):
        after = _TIME_OF_DAY.match(sentence, mention.end)
        end = after.end() if after and after.group().strip() else mention.end
        found.append((mention.start, end))
    for match in _SOFT_TIME.finditer(sentence):
        if not any(low < match.end() and match.start() < high for low, high in found):
            found.append(match.span())
    return sorted(found)


def quantities(sentence: str, unit: str = "") -> list[Range]:
    """Numbers with their measure words; only those measured in `unit` if one is given. Parts of dates are left out."""
    taken = [(m.start, m.end) for m in parse_dates(sentence) if not _DURATION.fullmatch(sentence[m.start : m.end])]
    found = []
    for match in _QUANTITY.finditer(sentence):
        if any(low <= match.start("digits") < high for low, high in taken):
            continue
        # "一" and the like are words more often than numbers: they count only with a measure word and alone ("第一" is none).
        if not match["digits"][0].isdigit() and (not match["unit"] or _IDIOM.match(sentence, match.start("digits"))):
            continue
        if unit and not _measured_in(match, unit, sentence):
            continue
        found.append(match.span())
    return found


_MONEY = ("钱", "元", "金额", "资金", "投资", "块")
_PERCENT = ("%", "百分之", "比例", "占比", "率")


def _measured_in(match: re.Match[str], unit: str, sentence: str) -> bool:
    measured = match["unit"] or sentence[match.end() : match.end() + 1]
    if unit in _MONEY:
        return measured in ("元", "人民币", "美元", "欧元", "港元", "日元", "英镑") or (
            not match["unit"] and "亿" in match["scale"]
        )
    if unit in _PERCENT:
        return measured in ("%", "％", "‰", "个百分点")
    if unit in ("天", "日"):
        return measured in ("天", "日")
    if unit in ("人", "名", "位"):
        return measured in ("人", "名", "位", "人次")
    return measured == unit


def versions(sentence: str) -> list[Range]:
    """Version numbers: "3.0版"."""
    return [match.span() for match in _VERSION.finditer(sentence)]


def names(sentence: str) -> list[Range]:
    """Person names: as jieba's tagger finds them, between a title and a verb, and the whole items of a list of them."""
    items = [(m.start(), m.end()) for m in _SHORT_ITEM.finditer(sentence)]
    found: set[Range] = {m.span("name") for m in _AFTER_TITLE.finditer(sentence)}
    foreign: set[Range] = set()
    position = 0
    for word, tag in tagged(sentence):
        start, position = position, position + len(word)
        if tag in _NAME_TAGS and len(word) > 1 and not any(low < position and start < high for low, high in found):
            found.add(
                next(((low, high) for low, high in items if low <= start and position <= high), (start, position))
            )
            if tag != "nr" and len(word) > 2:
                foreign.add((start, position))
    return [r for r in sorted(found) if r in foreign or is_name(sentence[slice(*r)])]


def is_name(text: str) -> bool:
    """Whether text can be a person's name: a surname and one to three characters, or a foreign name with its dot."""
    if not 2 <= len(text) <= 12 or _NO_NAMES.search(text):
        return False
    return "·" in text or (text[0] in FAMILY_NAMES and len(text) <= 4 and all("一" <= c <= "鿿" for c in text))


def titles(sentence: str, name: str) -> list[Range]:
    """What stands directly before a person's name as the person's title ("区商务局局长" before 王娟), else the office that
    someone is said to have taken ("当选为市长")."""
    found = []
    position = sentence.find(name)
    while position > 0:
        match = _TITLE.search(sentence, 0, position)
        if match and sentence[position - 1] in _TITLE_END:
            lead = _TITLE_BREAK.match(match.group())
            start = match.start() + (lead.end() if lead else 0)
            if position - start >= 2:
                found.append((start, position))
        position = sentence.find(name, position + 1)
    return found or [match.span("office") for match in _APPOINTED.finditer(sentence)]


def organisations(sentence: str) -> list[Range]:
    """Companies, hospitals, schools and the like, by their last word."""
    found = []
    for match in _ORGANISATION.finditer(sentence):
        lead = _ORG_LEAD.match(match.group())
        start = match.start() + (lead.end() if lead else 0)
        if match.end() - start >= 3:
            found.append((start, match.end()))
    return found


def places(sentence: str) -> list[Range]:
    """Where something took place: what stands between 在 and the verb of holding or opening, or a place before it."""
    matches = [match for pattern in (_PLACE, _SEATED) for match in pattern.finditer(sentence)]
    found = {match.span("place") for match in matches if not _NO_PLACE.search(match["place"])}
    return sorted(found | {match.span("place") for match in _HOST.finditer(sentence)})


def place_names(sentence: str) -> list[Range]:
    """Place names, as jieba's tagger finds them."""
    found, position = [], 0
    for word, tag in tagged(sentence):
        if tag == "ns" and len(word) >= 2:
            found.append((position, position + len(word)))
        position += len(word)
    return found


def quoted(sentence: str) -> list[Range]:
    """Titles in quotation marks, without the marks."""
    return [(match.start() + 1, match.end() - 1) for match in _QUOTED.finditer(sentence)]


def enumerations(sentence: str) -> Iterator[list[Range]]:
    """Each enumeration as the ranges of its items: joined by 、 or +, or quoted side by side ("“甲”“乙”")."""
    for match in _PLUS.finditer(sentence) if "+" in sentence or "＋" in sentence else ():
        bounds = [match.start() - 1, *(i for i in range(*match.span()) if sentence[i] in "+＋"), match.end()]
        yield [(low + 1, high) for low, high in pairwise(bounds)]
    for match in _QUOTES_TOGETHER.finditer(sentence):
        yield [(match.start() + low, match.start() + high) for low, high in quoted(match.group())]
    start = 0
    for stop in [m.start() for m in _ENUMERATION_BREAK.finditer(sentence)] + [len(sentence)]:
        clause = sentence[start:stop]
        if "、" in _QUOTED.sub("", clause):
            items = _items(clause, start)
            yield items
            if whole := _joined(clause, start, items):
                yield whole
        start = stop + 1


def _items(clause: str, offset: int) -> list[Range]:
    bounds = [-1, *(i for i, char in enumerate(clause) if char == "、"), len(clause)]
    items = [(bounds[i] + 1, bounds[i + 1]) for i in range(len(bounds) - 1)]
    low, high = items[0]
    items[0] = (low + _lead_in(clause[low:high], min(b - a for a, b in items[1:])), high)
    low, high = items[-1]
    tail = _ITEM_TAIL.search(clause, low + 1, high)
    last = [(low, tail.start() if tail else high)]
    joint = re.search(r"和|及|以及|与", clause[low : last[0][1]])
    if joint and joint.start() > 1 and len(items) > 1:
        last = [(low, low + joint.start()), (low + joint.end(), last[0][1])]
    return [(offset + a, offset + b) for a, b in [*items[:-1], *last] if b > a]


def _joined(clause: str, offset: int, items: list[Range]) -> list[Range]:
    """The same items with the last two as one, where 和 or 与 joins them: "氢能与储能" may be one thing or two."""
    if len(items) < 3:
        return []
    (low, high), (start, end) = items[-2:]
    joint = clause[high - offset : start - offset]
    return [*items[:-2], (low, end)] if joint in _JOINTS else []


def _lead_in(item: str, others: int) -> int:
    """Length of the verbs and such before the first item proper ("就包括现代金融" → "就包括"); what is left is no shorter
    than the shortest of the `others`, so that "弘扬创造精神" keeps 创造."""
    position, cut = 0, 0
    for word, tag in tagged(item)[:-1]:
        position += len(word)
        if len(item) - position < others:
            break
        if tag[0] in "vdpcr" or word.endswith(("包括", "为", "是", "了")):
            cut = position
    return cut
