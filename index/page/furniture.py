"""What stands on a page beside its articles: datelines are told from furniture, digests (导读), pointers and page headers."""

from __future__ import annotations

import re

from ..chars import HAN, page_number

_NUMBER = "(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_DAY = rf"(?:{_NUMBER}月)?{_NUMBER}日"
_REPORTER = r"(?:[（〔][^（）〔〕]{0,60}[）〕])?"
# A dateline (电头) at the start of an article: 本报讯, 本报11月14日讯, 新华社北京7月21日电, 本台消息.
DATELINE = re.compile(
    rf"[【〔（［]?据?(?:(?:本报|本台|本刊|本网|本社|我报)(?:讯|消息|综合消息|[{HAN}·]{{0,10}}?{_DAY}[{HAN}]{{0,2}}?(?:讯|电|消息|专电))"
    rf"|(?:新华社|中新社|中新网|人民网|新华网|央视新闻|[{HAN}]{{2,8}}?(?:日报|晚报|社|网|通讯社))[{HAN}·、 ]{{0,14}}?{_DAY}[{HAN}]{{0,2}}?(?:电|讯|消息)"
    rf"|(?:新华社|中新社|中央社)[{HAN}]{{0,8}}?(?:讯|专电|消息)|据(?:新华社|中新社|中央社|央视)[{HAN}]{{0,6}}?电)[】〕）］]?{_REPORTER}"
    # 【政治中心／綜合報導】: a desk in the place of a reporter.
    rf"|[【〔［][{HAN} 、]{{0,24}}(?:/[{HAN}]{{1,8}}|综合|连线|外电)报[道导][】〕］]"
)
# What a dateline ends with, and what it begins with where that is on the line after.
_SENDER = re.compile("[【〔（［]?据?(?:本[报台刊网社]|我报|新华[社网]|中新[社网]|中央社|人民网|央视)")
_NEWS = re.compile("[讯电息道导]")
_BROKEN = 6  # characters of a dateline on its second line
_PAGE = r"(?:第 ?)?[A-Za-z]?(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3}) ?[版页]|[Pp][0-9]{1,3}"
PAGE_REFERENCE = re.compile(rf"[▶►→◆■●（〔【]{{0,2}} ?(?:[详见下转刊于]{{0,3}} ?)(?:{_PAGE})[）〕】]?$")
PAGE_FIRST = re.compile(rf"[▶►→◆■●（〔【]{{0,2}} ?(?:{_PAGE})[）〕】 ·:：|｜/]")
PAGE_LAST = re.compile(rf"[ ▶►→◆■●（〔【…·.]+ ?(?:{_PAGE})[）〕】]?$")
DIGEST = re.compile(
    r"[【〔《◆■●▶ ]{0,3}(?:今日|本期|本报|要闻|内版|新闻|今日要闻|今天|精彩|重点|版面|内页|本版)?(?:导读|导航|看点|提要|速览|索引|要目)[】〕》◆■●◀ ：]{0,3}$"
)
POINTER = re.compile(
    rf"[▶►→◆■●▲（〔【]{{0,2}} ?(?:(?:更多|相关|详细|后续|全文|具体|其他|另)?(?:报道|内容|新闻|文章|消息|评论|图片|图文|全文|下文|详情|链接|稿件)?[{HAN}]{{0,4}}?(?:详见|请见|请看|见|刊|转|刊于|载于)"
    rf" ?(?:今日|本报|今天)?)(?:{_PAGE})(?:[、至—\- ]{{1,3}}(?:{_PAGE}))?[{HAN}]{{0,6}}[。）〕】▶►→]{{0,3}}$"
)
_WEEKDAY = r"(?:星期|周)[一二三四五六日天]"
# The date line of a page: "2023年11月15日 星期三"; the issue's own day.
PAGE_DATE = re.compile(
    rf"(?P<year>(?:19|20)[0-9]{{2}}|[一二][〇零九][〇零一二三四五六七八九]{{2}}) ?(?:年|[-./]) ?(?P<month>{_NUMBER}) ?(?:月|[-./]) ?(?P<day>{_NUMBER})"
    rf"(?: ?日)? {{0,8}}(?:{_WEEKDAY})?"
)
_PERSON = f"(?:[{HAN}]{{2,4}}|[{HAN}] [{HAN}])"
_EDITOR = (
    "(?:本版|本期|今日|版面)?(?:(?:值班|执行|责任|首席|美术|图片|视觉|文字)?(?:总编辑?|编辑|编委|主任|主编|校对|设计|美编|责编|责校)"
    "|版式|版面|视觉|图编|组版|排版|制图|检校|审读|一读|二读|三读|一审|二审|三审|终审|监制|出品)"
)
_EDITORS = rf"{_EDITOR}[：/ ]{{1,2}}{_PERSON}(?:[ 、，]{{1,2}}(?!{_EDITOR}){_PERSON})*(?![{HAN}])"
# Names of papers that hardly anything else is called by, and what headlines are called, too ("抗洪快报", "体育新闻").
_NAME = rf"(?:[{HAN}] ?){{1,8}}?(?:[日晚早晨时商周] ?报|都 ?市 ?报|青 ?年 ?报)(?: [A-Z][A-Za-z ]{{2,40}})?"
_PERHAPS = re.compile(
    rf"(?:[{HAN}] ?){{1,8}}?(?:[新快导今画] ?报|法 ?[制治] ?报|周 ?[刊末]|新 ?闻|消 ?息|[电时通] ?讯|观 ?察|文 ?摘|导 ?刊)(?![{HAN}])"
)
_PHONE = r"[0-9]{3,4}[- ]?[0-9]{3,4}[- ]?[0-9]{3,4}"
_CATALOGUE = (
    rf"(?:国内)?统一(?:连续出版物号|刊号)[： ]{{0,2}}(?:CN ?)?[0-9-]+(?:/[A-Z])?|CN ?[0-9]{{2}}-[0-9]{{4}}|(?:国内|国外)?邮发代号[： ]{{0,2}}[0-9A-Z-]+"
    rf"|(?:本报|新闻|服务|读者|报料|发行|广告|投诉|编辑部|值班)?(?:热线|电话|传真)[： ]{{0,2}}{_PHONE}"
    rf"|(?:今日)?(?:零售|定价|售价|每份)(?:价|每份)?[： ]{{0,2}}[0-9.]+ ?元|邮(?:政)?编(?:码)?[： ]{{0,2}}[0-9]{{6}}"
    r"|(?:网址|电子邮箱|投稿邮箱|邮箱|E-?mail)[： ]{0,2}[A-Za-z0-9@:/._-]+|(?:https?：|www\.)[A-Za-z0-9@/._-]+"
    r"|(?:主管|主办|出版|承印|印刷|地址|社址)[：/ ][^，。]{2,30}"
)
_ISSUE = rf"(?:农历|夏历)[{HAN}]{{2,10}}|今日[0-9]{{1,3}}版|总?第 ?[0-9]{{1,6}} ?期|[{HAN}]{{2}}年{_NUMBER}月(?:初?{_NUMBER}|廿[{HAN}])"
# What a header is put together from. A page, the paper, the day or an editor make it sure.
_FOLIO = rf"(?:{_PAGE}|[A-Z]?[0-9]{{1,3}}(?![0-9A-Za-z{HAN}-]))"
_NO_FOLIO = re.compile(rf"{PAGE_DATE.pattern}|{_ISSUE}|{_CATALOGUE}|{_PHONE}")
_PRINTED = re.compile(
    r"[A-Za-z]?(?P<page>[0-9]{1,3}|[一二三四五六七八九十]{1,3}) ?[版页]|(?<![0-9A-Za-z.])[A-Z]?(?P<alone>[0-9]{1,3})(?![0-9A-Za-z.])"
)
_SURE = re.compile(rf"{PAGE_DATE.pattern}|{_WEEKDAY}|{_ISSUE}|{_CATALOGUE}|{_FOLIO}|{_EDITORS}|{_NAME}(?![{HAN}])")
_SECTION = re.compile(
    "(?:要闻|新闻|综合|国内|国际|经济|社会|文体|文化|体育|文娱|娱乐|文旅|旅游|本地|本市|本埠|县区|区县|地方|民生|教育|健康|卫生|医疗|科技|科教|财经|金融|产业|评论|理论|专题|专版|特刊|副刊|周刊|广告"
    "|时政|时事|法治|法制|生活|生态|天下|环球|两岸|港澳|军事|读书|艺术|头版|深度|聚焦|关注|观点|人物|图片|公益|封面|特别报道|党建|乡村|农业|房产|汽车|视点|动态|资讯|热点|焦点)版?"
)
# The name of a section that nobody else has: right after the number of the page.
_OWN_SECTION = re.compile(rf"{_PAGE}[ ·｜|/：]{{0,3}}[{HAN}]{{2,4}}$|[{HAN}]{{2,4}} ?[A-Z]?[0-9]{{1,3}}版$")
# Numbers alone are a table's; "A1" is a page.
_WORD = re.compile(f"[{HAN}]|[A-Z][0-9]{{1,2}}$")
_JOINT = re.compile("[ ·｜|/：、—–・•.-]*")
# A rule or an ornament: a line of dashes, a bullet, stars, with no word and no mark of a sentence.
_ORNAMENT = re.compile(r"[-—–―─━═=_＿＊*·•●○◎◉◇◆□■▢▣▪▫◾◽△▲▽▼☆★※⊙◈❖▶►◤◥◢◣▍▌✦~～﹏.|｜+＋#＃ ]+$")
_LONGEST = 60  # characters of a header or footer line


def folios(text: str) -> set[int]:
    """The page numbers that a header states: 3 of "第3版", "A3", "要闻 03"; not how many pages there are."""
    if header(text) != "sure" or is_pointer(text):
        return set()
    form = _NO_FOLIO.sub(" ", text)
    return {page_number(match["page"] or match["alone"]) for match in _PRINTED.finditer(form)}


def is_dateline(text: str, following: str = "") -> bool:
    """Whether the line begins with a dateline, even one torn by layout spaces ("本报  讯") or ended in the line after."""
    head = text[:_LONGEST]
    if _NEWS.search(head):
        return DATELINE.match(head.replace(" ", "")) is not None
    return _SENDER.match(head) is not None and DATELINE.match((head + following[:_BROKEN]).replace(" ", "")) is not None


def is_pointer(text: str) -> bool:
    """Whether the line only sends the reader to another page: "更多报道见3版"."""
    return len(text) <= _LONGEST and bool(POINTER.match(text))


def is_ornament(text: str) -> bool:
    """Whether the line is drawn, not written: "——————", "•", "★ ★ ★"."""
    return bool(_ORNAMENT.match(text))


def header(text: str) -> str:
    """How sure it is that the line is a page's header or footer: "sure", "label" (with others only) or "".

    Headers hold the paper, its number and price, the date, page and section, and who edited it. Names of sections alone,
    and names that headlines have, too, are labels.
    """
    if len(text) > _LONGEST or text.endswith(("。", "！", "？", "，")):
        return ""
    position, sure = 0, False
    while position < len(text):
        part = _SURE.match(text, position)
        sure = sure or part is not None
        part = part or _PERHAPS.match(text, position) or _SECTION.match(text, position)
        if part is None:
            return "sure" if _OWN_SECTION.match(text) else ""
        joint = _JOINT.match(text, part.end())
        position = part.end() if joint is None else joint.end()
    return ("sure" if sure else "label") if _WORD.search(text) else ""
