"""What stands on a page beside its articles: datelines are told from furniture, digests (导读), pointers and page headers."""

from __future__ import annotations

import re

from .chars import HAN

_NUMBER = "(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_DAY = rf"(?:{_NUMBER}月)?{_NUMBER}日"
_REPORTER = r"(?:[（〔][^（）〔〕]{0,60}[）〕])?"
# A dateline (电头) at the start of an article: 本报讯, 本报11月14日讯, 新华社北京7月21日电, 本台消息.
DATELINE = re.compile(
    rf"[【〔（［]?据?(?:(?:本报|本台|本刊|本网|本社|我报)(?:讯|消息|综合消息|[{HAN}·]{{0,10}}?{_DAY}[{HAN}]{{0,2}}?(?:讯|电|消息|专电))"
    rf"|(?:新华社|中新社|中新网|人民网|新华网|央视新闻|[{HAN}]{{2,8}}?(?:日报|晚报|社|网|通讯社))[{HAN}·、 ]{{0,14}}?{_DAY}[{HAN}]{{0,2}}?(?:电|讯|消息)"
    rf"|(?:新华社|中新社|中央社)[{HAN}]{{0,8}}?(?:讯|专电|消息))[】〕）］]?{_REPORTER}"
    # 【政治中心／綜合報導】: a desk in the place of a reporter.
    rf"|[【〔［][{HAN} 、]{{0,24}}(?:/[{HAN}]{{1,8}}|综合|连线|外电)报[道导][】〕］]"
)
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
_HEADER = re.compile(
    rf"(?:责任?编辑?|本版编辑|本版责编|编辑|美编|美术编辑|校对|版式|版面|视觉|图编|一读|二读|三审|值班[{HAN}]{{1,4}}|主编|总编辑?|电话|热线|新闻热线|邮箱|电子邮箱|投稿|网址|"
    r"国内统一|统一刊号|邮发代号|零售价?|定价|今日[0-9]{1,3}版|总第|第[0-9]{1,6}期|社址|邮编|印刷|广告经营|主管|主办|出版|CN[0-9]{2}|E-?mail|http|www)"
)
_NAME = rf"(?:[{HAN}] ?){{1,8}}?(?:[日晚早晨时商周] ?报|都 ?市 ?报|青 ?年 ?报)(?: [A-Z][A-Za-z ]{{2,40}})?"
_MASTHEAD = re.compile(rf"{_NAME}$")
_ROLE_LINE = re.compile(rf"(?:责任编辑|责编|编辑|美编|校对|版式|版面设计|值班[{HAN}]{{1,3}})[：:/ ]")
_ISSUE = re.compile(
    rf"(?:今日[0-9]{{1,3}}版|总?第 ?[0-9]{{1,6}} ?期|{_WEEKDAY}|农历[{HAN}]{{2,10}}|[A-Z]?[0-9]{{1,3}}|第?[A-Z]?[0-9]{{1,3}}版[：: {HAN}]{{0,8}}|(?:要闻|国内|国际|经济|社会|文体|综合|本地|民生|教育|健康|体育|财经|评论|理论|专题|专版|广告|时政|头版)(?:新闻)?版?)$"
)
# What a header is put together from. A page, the paper or the day make it sure; the name of a section or what headlines
# are called, too ("抗洪快报"), do not.
_SURE = re.compile(
    rf"{PAGE_DATE.pattern}|{_NAME}(?![{HAN}])|{_WEEKDAY}|农历[{HAN}]{{2,10}}|今日[0-9]{{1,3}}版|总?第 ?[0-9]{{1,6}} ?期|{_PAGE}|[A-Z]?[0-9]{{1,3}}(?![0-9A-Za-z{HAN}])"
    rf"|(?:责任编辑|责编|编辑|美编|美术编辑|校对|版式|版面设计|视觉|主编|值班[{HAN}]{{1,3}})[：/ ]{{0,2}}[{HAN}]{{2,4}}(?:[ 、][{HAN}]{{2,4}})*(?![{HAN}])"
)
_SECTION = re.compile(
    "(?:要闻|新闻|综合|国内|国际|经济|社会|文体|文化|体育|文娱|娱乐|文旅|旅游|本地|本市|地方|民生|教育|健康|卫生|科技|科教|财经|金融|产业|评论|理论|专题|专版|特刊|副刊|周刊|广告|时政|时事|法治|法制|生活|天下|环球|两岸|港澳|军事|读书|艺术|头版)版?"
)
_PERHAPS = re.compile(rf"(?:[{HAN}] ?){{1,8}}?(?:[新快导今] ?报|法 ?[制治] ?报|周 ?刊)(?![{HAN}])")
_WORD = re.compile(f"[{HAN}]")
_JOINT = re.compile("[ ·｜|/：、—–・•.-]*")
# A rule or an ornament: a line of dashes, a bullet, stars, with no word and no mark of a sentence.
_ORNAMENT = re.compile(r"[-—–―─━═=_＿＊*·•●○◎◉◇◆□■▢▣▪▫◾◽△▲▽▼☆★※⊙◈❖▶►◤◥◢◣▍▌✦~～﹏.|｜+＋#＃ ]+$")
_LONGEST = 60  # characters of a header or footer line


def is_pointer(text: str) -> bool:
    """Whether the line only sends the reader to another page: "更多报道见3版"."""
    return len(text) <= _LONGEST and bool(POINTER.match(text))


def is_ornament(text: str) -> bool:
    """Whether the line is drawn, not written: "——————", "•", "★ ★ ★"."""
    return bool(_ORNAMENT.match(text))


def is_header(text: str, *, top: bool = False) -> bool:
    """Whether the line is a page's header or footer: paper, date, page number, section, editors, prices.

    At the page's `top` names of sections are enough, as in "体育·文化".
    """
    if len(text) > _LONGEST or text.endswith(("。", "！", "？", "，")):
        return False
    if _ISSUE.match(text) or _MASTHEAD.match(text) or _ROLE_LINE.match(text) or _assembled(text, top=top):
        return True
    date = PAGE_DATE.search(text)
    if date is not None and "，" not in text:
        rest = (text[: date.start()] + text[date.end() :]).strip(" ：:·|｜/-—（）")
        return not rest or bool(re.search(_WEEKDAY, text)) or bool(_HEADER.search(rest))
    return bool(_HEADER.match(text)) and bool(re.search("[0-9：:]", text))


def _assembled(text: str, *, top: bool) -> bool:
    """Whether the line holds nothing but parts of a header: "A03版 要闻 云溪日报 2021年11月9日"."""
    position, sure, sections = 0, False, top
    while position < len(text):
        part = _SURE.match(text, position)
        sure = sure or part is not None
        if part is None:
            perhaps = _PERHAPS.match(text, position)
            sections = sections and perhaps is None
            part = perhaps or _SECTION.match(text, position)
        if part is None:
            return False
        joint = _JOINT.match(text, part.end())
        position = part.end() if joint is None else joint.end()
    # Numbers alone are a table's.
    return (sure or sections) and _WORD.search(text) is not None
