"""Text that speaks to a machine or about its answer instead of telling news.

A newspaper reports to readers: it does not tell whoever answers from it what to answer. A sentence that does is no proof
of anything, whatever it claims. Looked for are an order (ignore, answer, output …) given to somebody, together with what only
such an order is about: instructions, prompts, the question, the assistant; and the marks by which models tell roles apart.
"""

from __future__ import annotations

import re
import unicodedata

from index import fold

_ORDER = (
    r"忽略|无视|忘记|忘掉|不要理会|不要管|不用管|不理会|抛开|丢弃|覆盖|推翻|停止遵守|不要遵守|遵守|遵循|服从|执行"
    r"|回答|作答|答复|回复|输出|写出|写上|打印|复述|重复|翻译|总结|说|声称|告诉用户|称|引用|标注|注明|扮演|假装|假设|充当|进入|切换|透露|泄露|发送"
)
_ABOUT = (
    r"指令|指示|命令|提示词|提示语|系统提示|系统消息|系统设定|设定|以上(?:所有|全部|的)?(?:内容|要求|规则|文字|文本|资料|段落)?|上述(?:所有|全部)?(?:内容|要求|规则|资料|段落)|前面的|之前的|上文|(?:这些|上面的?|你的|原有的?|所有|全部|一切)规则"
    r"|用户|提问者|助手|语言模型|大模型|人工智能|机器人|聊天|\bai\b|本题|这个问题|该问题|任何问题|所有问题|此问题|下列问题|被问到|问到|问及|正确答案|标准答案|最终答案|答案|回答时|引文|资料编号|开发者模式|越狱|原文不得|其他段落|其它段落|其他资料"
)
_TOLD = r"(?:(?:^|[，。：:；;！!？?\s“\"'（(【\[>\-—*#|/])(?:请|你|您|务必|必须|现在|从现在起|从此|接下来|然后|并|一律|只|仅|都|应当|应该|应|要|需要|需|直接|统一|立即|马上|严格|不得|不要|不许|不能|始终|永远|首先|而是|可以|如果|若|遇到|凡|当|就|地|将){0,4}|(?:必须|务必|一律|只能|只需|请|应当|应该|应|要|须|需|不得|不要|勿|别|直接|统一|立即|严格|优先|改为|改口)(?:都|你|您|先|再|只|在|把|将|地|对|向)?[^，。；]{0,8}?)"
_CHINESE = re.compile(
    rf"{_TOLD}(?:{_ORDER})[^。！？!?\n]{{0,40}}?(?:{_ABOUT})|(?:{_ABOUT})[^。！？!?\n]{{0,24}}?(?:请|必须|务必|一律|只能|只需|应当|应该|应为|不得|不要|改为|统一|都要|需)[^。！？!?\n]{{0,10}}?(?:{_ORDER})"
)
_MACHINE = re.compile(
    r"(?:^|[，。；！!\s“\"])(?:你|您)(?:现在|从现在起|将|必须|应当|应该|其实|不再|的任务|的身份|的新)?(?:是|扮演|变成|充当|成为|不受)[^。\n]{0,16}?(?:助手|模型|ai|机器人|专家|系统|角色|限制|黑客|dan\b)"
    r"|(?:你|您)(?:必须|务必|只能|只需|只可|应当|应该|一律)(?:都|先|再)?(?:回答|作答|答复|回复|输出|写|说)|(?:只能|一律|必须|统一)(?:回答|作答|输出|回复)"
    r"|(?:回答|答复|回复|输出)(?:里|中|时|之?前|末尾|开头)[^。\n]{0,8}?(?:写|说|加|注明|引用|输出|照)"
    r"|(?:照此|据此|按此|如此|这样|照着|照样)(?:回答|作答|答复|输出|回复)|(?:以上|以下|上面|下面)(?:为|是|的是)(?:资料|指令|命令|提示|指示)"
    r"|(?:正确|标准|最终|唯一|真正|参考)的?答案(?:就)?(?:是|为|应|:)|^答案(?:就)?(?:是|为|:)|[，。；：“\s]答案(?:就)?(?:是|应为|为|:)\S|\[\d{1,2}\]|【\d{1,2}】|系统(?:提示|消息|指令|管理员)[：: ]|提示词|prompt"
)
_ENGLISH = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|discard)\b.{0,60}?\b(?:instructions?|prompts?|rules?|above|previous|prior|context|passages?|sources?|guidelines?|earlier|everything)\b"
    r"|\b(?:you are now|you must|you should|you will|please|always|only|now|instead|must|just|simply|then|and|,|\.|:|^)\s*(?:answer|reply|respond|output|say|state|write|print|repeat|cite|quote|claim|tell the user|pretend|act as|roleplay|translate)\b.{0,80}?\b(?:with|that|only|exactly|question|user|as|instead|answer|following|is|assistant|model|verbatim|\[\d)"
    r"|\b(?:system prompt|system message|developer mode|jailbreak|as an ai|language model|the assistant|ai assistant|chatbot|new instructions?|your instructions?|your task|your role|prompt injection|end of (?:context|passages?|document|sources?|data)|the (?:correct|right|true|final|only) answer)\b"
    r"|\byou are (?:now )?(?:an?|the|no longer)\b"
)
_MARKS = re.compile(
    r"<\|?/?(?:im_start|im_end|system|user|assistant|endoftext|passages?|sources?|context|instructions?|s|inst|sys|tool|document)\b[^>]{0,20}\|?>"
    r"|\[/?(?:inst|sys|system)\]|<<sys>>|<!--|-->|```|^\s*#{2,}\s|\"(?:role|content|system|passages|question|tool_calls|name|arguments)\"\s*:"
    r"|(?:^|\n)\s*(?:system|assistant|user|human|ai|用户|助手|系统)\s*[:：]|={4,}|-{5,}|display\s*:\s*none|font-size\s*:\s*0|\{\{\s*(?:system|user|assistant|instructions?)\b.{0,200}|\bbase64\b",
)
# A run of letters, figures and signs with no word in it: something encoded, which no reader of a paper could read.
_ENCODED = re.compile(r"(?<![a-z0-9+/=.])(?=[a-z+]*[0-9])[a-z0-9+]{24,}={0,2}(?![a-z0-9+=])")
_HIDDEN = 3
"""Characters that cannot be seen, in a row, that a paper has no use for: some stand alone as soft hyphens or joiners."""


def addresses_machine(text: str) -> bool:
    """Whether some sentence of the text speaks to whoever answers from it."""
    return _hides(text) or any(_speaks(line) for line in re.split(r"(?<=[。！？!?\n])", text) if line.strip())


def _speaks(sentence: str) -> bool:
    folded = fold(visible(sentence)).strip()
    patterns = (_MARKS, _CHINESE, _MACHINE, _ENGLISH, _ENCODED)
    return any(pattern.search(folded) for pattern in patterns)


def _hides(text: str) -> bool:
    """Whether it holds a run of characters that cannot be seen, or one of those that spell text invisibly."""
    if _plain(text):
        return False
    run = 0
    for char in text:
        if "\U000e0000" <= char <= "\U000e007f":
            return True
        run = run + 1 if unicodedata.category(char) == "Cf" else 0
        if run >= _HIDDEN:
            return True
    return False


def visible(text: str) -> str:
    """The text without characters that cannot be seen: control characters but the line break, and marks of direction, joining
    and language."""
    if _plain(text):
        return text
    kinds = ((char, unicodedata.category(char)) for char in text)
    return "".join(char for char, kind in kinds if char == "\n" or kind not in ("Cc", "Cf", "Co", "Cs", "Cn"))


def _plain(text: str) -> bool:
    """Whether every character can be seen, blanks and line breaks aside: nearly every text, known at once."""
    return text.replace("\n", "").replace("\u3000", "").isprintable()
