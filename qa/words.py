"""Every word the page says, in Chinese and in English.

Both languages are sent and CSS shows one (`html[data-lang]`, set from the browser's language before the first
paint), so no answer needs to know who is reading. `{name}` stands for a value, which `qa.render` escapes.
"""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # Masthead and tabs
    "title": ("问报", "Wenbao"),
    "motto": ("向报纸发问，句句有出处", "Ask the newspaper. Every sentence shows its source."),
    "holdings": ("馆藏 {sources} 份文件 · {articles} 篇文章", "{sources} files · {articles} articles"),
    "ask_tab": ("提问", "Ask"),
    "search_tab": ("检索", "Search"),
    "archive_tab": ("资料库", "Archive"),
    "theme": ("切换深色或浅色", "Switch between light and dark"),
    # Asking
    "placeholder": ("想从报纸里知道什么？", "What would you like to know from the papers?"),
    "question_label": ("问题", "Question"),
    "send": ("提问", "Ask"),
    "fresh": ("新对话", "New conversation"),
    "welcome": ("今天想查什么？", "What are you looking for?"),
    "welcome_note": (
        "用平常的话提问。答案逐句取自报纸原文，点击编号就能在原版上看到那句话。",
        "Ask in your own words. Answers are taken from the paper itself; click a number to see the sentence on its page.",
    ),
    "examples": ("可以这样问", "For example"),
    "searching": ("正在翻阅报纸……", "Looking through the papers …"),
    "understood": ("按此理解：{question}", "Understood as: {question}"),
    "sources": ("出处", "Sources"),
    "refused": ("未在资料中找到", "Not found in the archive"),
    "refused_note": (
        "资料库里没有能回答这个问题的句子，所以不作回答。",
        "No sentence in the archive answers this, so no answer is given.",
    ),
    "refused_within": (
        "筛选的范围里没有能回答这个问题的句子。可以放宽或取消筛选再问。",
        "No sentence within these filters answers this. Loosen or remove them and ask again.",
    ),
    "nearest": ("相近的段落，不是答案", "Nearest passages, not an answer"),
    "trouble": ("这个问题没有问成", "The question could not be asked"),
    "empty_question": ("先写下一个问题。", "Write a question first."),
    "cut": ("……（共 {length} 字）", "… ({length} characters)"),
    "took": ("用时 {ms} 毫秒", "{ms} ms"),
    # Places and dates
    "line": ("第 {first} 行", "line {first}"),
    "lines": ("第 {first}–{last} 行", "lines {first}–{last}"),
    "page": ("第 {page} 页", "page {page}"),
    "by": ("记者 {names}", "by {names}"),
    "stated": ("（报面写明）", " (stated)"),
    "from dateline": ("（据电头）", " (from dateline)"),
    "from file name": ("（据文件名）", " (from file name)"),
    "from neighbours": ("（据同期其他稿件）", " (from the rest of the issue)"),
    "unknown": ("（年份不详）", " (year unknown)"),
    # Kinds of article
    "news": ("消息", "news"),
    "commentary": ("评论", "commentary"),
    "interview": ("访谈", "interview"),
    "digest": ("导读", "digest"),
    "caption": ("图片说明", "caption"),
    "advertisement": ("广告", "advertisement"),
    "headline": ("标题", "headline"),
    # Searching
    "query": ("要找的词", "Words to find"),
    "query_hint": ("人名、地名、会议、数字……", "A name, a place, a meeting, a number …"),
    "find": ("检索", "Search"),
    "find_welcome": ("在报纸原文里查找", "Look the paper's own words up"),
    "find_note": (
        "写下几个词，列出提到它们的段落；可按日期、记者、文件、版次和类别缩小范围，点击段落就能看到原版。",
        "A few words list the passages that speak of them. Narrow them down by date, reporter, file, page and kind; "
        "click one to see its page.",
    ),
    "found": ("{hits} 处，出自 {articles} 篇文章", "{hits} passages from {articles} articles"),
    "found_first": (
        "最相近的 {hits} 处，出自 {articles} 篇文章",
        "The nearest {hits} passages, from {articles} articles",
    ),
    "only_near": ("没有写着这些词的段落，相近的有", "No passage has these words; these are near"),
    "nothing_found": ("没有找到这样的段落。", "No such passage was found."),
    "nothing_within": (
        "这个范围里没有找到。放宽或清除筛选再试。",
        "Nothing was found within these filters. Loosen or clear them.",
    ),
    "best_first": ("最相关", "Best"),
    "newest_first": ("从新到旧", "Newest"),
    "oldest_first": ("从旧到新", "Oldest"),
    "more_hits": ("再看 {count} 处", "{count} more"),
    "also_on": ("另见", "Also on"),
    "printed": ("第 {page} 版", "p. {page} of the paper"),
    # Filters
    "filters": ("筛选", "Filters"),
    "dates": ("日期", "Date"),
    "date_from": ("从", "From"),
    "date_to": ("到", "To"),
    "byline": ("记者", "Reporter"),
    "source": ("文件或文件夹", "File or folder"),
    "folio": ("版次", "Page"),
    "kind": ("类别", "Kind"),
    "any_kind": ("全部", "All"),
    "apply": ("应用", "Apply"),
    "clear": ("清除筛选", "Clear filters"),
    "drop": ("取消", "remove"),
    # The source page
    "side_empty": ("点击出处或段落，原版显示在这里。", "Click a source or a passage to see its page here."),
    "original": ("原版", "The page"),
    "to_answer": ("返回", "Back"),
    "close": ("收起", "Close"),
    "gone": ("资料库已更新，这一页不在其中了。", "The archive has changed; this page is no longer in it."),
    "window": ("只显示第 {first}–{last} 行，共 {total} 行。", "Showing lines {first}–{last} of {total}."),
    # Archive
    "file_counts": ("{articles} 篇 · {passages} 段 · {size}", "{articles} articles · {passages} passages · {size}"),
    "no_files": ("资料库还是空的。", "The archive is still empty."),
    "no_match": ("没有这样的文件。", "No file of that name."),
    "filter": ("按文件名查找", "Filter by file name"),
    "more_files": ("还有 {count} 份文件，请按文件名查找。", "{count} more files; filter by name."),
    "more_articles": ("还有 {count} 篇文章没有列出。", "{count} more articles are not listed."),
    "choose_file": ("选一份文件，看它的文章。", "Choose a file to see its articles."),
    "articles_of": ("{count} 篇文章", "{count} articles"),
    "continued_to": ("下转第 {page} 版", "continued on page {page}"),
    "continued_from": ("上接第 {page} 版", "continued from page {page}"),
    "continued_to_missing": ("下转第 {page} 版（未收录）", "continues on page {page}, not in the archive"),
    "continued_from_missing": ("上接第 {page} 版（未收录）", "continued from page {page}, not in the archive"),
    "goes_on": ("转到", "goes on in"),
    "as_read": ("读出的文字", "The text as it was read"),
    "picture": ("{source} 第 {page} 页的版面图", "image of {source}, page {page}"),
    "joined": ("已与另一版接续", "joined with its other half"),
    "uploaded": ("上传", "uploaded"),
    "pending": ("待读入", "not read yet"),
    "doomed": ("待移除", "to be removed"),
    "delete": ("删除", "Delete"),
    "upload": ("上传报纸文件（可多选）", "Upload newspaper files (several at once)"),
    "rebuild": ("更新资料库", "Update the archive"),
    "saved": ("已收下 {names}。按“更新资料库”读入。", "Received {names}. Press “Update the archive” to read them."),
    "replaced": (
        "{names} 与已有文件同名而内容不同，已替换。按“更新资料库”读入。",
        "{names} replaced the earlier upload of the same name. Press “Update the archive” to read it.",
    ),
    "same": ("{names} 已经在上传的文件里，内容相同。", "{names} was already uploaded, with the same content."),
    "not_saved": ("没有收下 {names}：不支持这种文件。", "{names} not received: this kind of file is not supported."),
    "too_big": ("没有收下 {names}：超过 {limit}。", "{names} not received: larger than {limit}."),
    "no_space": (
        "没有收下 {names}：磁盘已满。请腾出空间再上传。",
        "{names} not received: the disk is full. Make room and upload again.",
    ),
    "not_written": (
        "没有收下 {names}：资料库的 uploads 文件夹写不进去。请检查权限再上传。",
        "{names} not received: the archive's uploads folder cannot be written. Check its permissions and upload again.",
    ),
    "deleted": (
        "已删除 {names}。按“更新资料库”后不再引用。",
        "Deleted {names}. Press “Update the archive” and it is no longer cited.",
    ),
    "not_deleted": ("{names} 不是上传的文件，不能在这里删除。", "{names} was not uploaded here and cannot be deleted."),
    "cannot_delete": (
        "{names} 删不掉。请检查资料库 uploads 文件夹的权限。",
        "{names} could not be deleted. Check the permissions of the archive's uploads folder.",
    ),
    "scan": ("查看文件", "Looking at files"),
    "read": ("读取", "Reading"),
    "link": ("连接转版文章", "Joining articles over pages"),
    "encode": ("编码", "Encoding"),
    "index": ("写入索引", "Writing the index"),
    "compact": ("整理索引", "Tidying the index"),
    "starting": ("开始更新", "Starting"),
    "stopping": ("正在停止……", "Stopping …"),
    "files_done": ("{count} 份文件", "{count} files"),
    "passages_done": ("{count} 段", "{count} passages"),
    "pace": ("每秒 {count} 段", "{count} a second"),
    "seconds_left": ("还需约 {count} 秒", "about {count} s left"),
    "minutes_left": ("还需约 {count} 分钟", "about {count} min left"),
    "hours_left": ("还需约 {hours} 小时 {minutes} 分", "about {hours} h {minutes} min left"),
    "cancel": ("取消更新", "Cancel the update"),
    "cancelled": ("更新已停止", "The update was stopped"),
    "cancelled_note": (
        "读过的都已保留，下次更新会接着做；提问仍用原来的资料。",
        "What was read is kept, and the next update goes on from there; answers still come from the archive as it was.",
    ),
    "built": ("资料库已是最新", "The archive is up to date"),
    "built_note": ("现有 {articles} 篇文章，{passages} 个段落", "{articles} articles, {passages} passages"),
    "built_time": ("用时 {seconds} 秒", "took {seconds} s"),
    "built_pace": (
        "新编入 {count} 段，用时 {seconds} 秒，每秒 {rate} 段",
        "{count} new passages in {seconds} s, {rate} a second",
    ),
    "more_names": ("……还有 {count} 份", "… {count} more"),
    "added": ("新读入", "Read"),
    "changed": ("重新读入", "Read again"),
    "unchanged": ("没有变化", "Unchanged"),
    "removed": ("已移除", "Removed"),
    "refused_files": ("没有读入", "Refused"),
    "notes": ("说明", "Notes"),
    "not_built": ("没有更新", "Not updated"),
    "busy": (
        "另一个更新正在进行，请稍后再试。",
        "Another update is under way; try again in a moment.",
    ),
    "still_answering": ("更新期间可以照常提问。", "You can go on asking meanwhile."),
}

KINDS = ("news", "commentary", "interview", "digest", "caption", "advertisement", "headline")
"""The kinds of article, whose names stand in `WORDS`."""

# Why a file was not read: what the build says in English (a part of it), and the same in Chinese.
REASONS: dict[str, str] = {
    "the file is empty": "文件是空的。请删除它，或放入内容。",
    "this is binary data": "这不是文字，是二进制数据。请先另存为文本。",
    "its encoding is not known": "认不出文字编码。请另存为 UTF-8。",
    "Save it again as UTF-8": "文字编码前后不一。请另存为 UTF-8。",
    "is not a format read here. Save it as .docx": "不支持这种格式。请另存为 .docx。",
    "is not a format read here. Save it as .csv": "不支持这种格式。请另存为 .csv。",
    "is not a format read here. Unpack it first": "不支持这种压缩格式。请先解压，或改用 .zip。",
    "is not a format read here": "不支持这种格式。",
    "is really": "文件内容与扩展名不符。请改用正确的扩展名。",
    "cannot be opened": "打不开。请检查文件是否还在、有没有权限。",
    "Check its permissions": "打不开。请检查文件权限。",
    "changes while it is being read": "读取时文件还在变化。请写完后再更新。",
    "cannot be read now": "现在读不到，其中的文件保持原样。",
    "holds nothing now": "现在是空的，其中的文件保持原样。",
    "no article was found in it": "没有找到文章。",
    "it is left out": "有一条记录有问题，已跳过。",
    "more records have such problems": "还有一些记录有同样的问题。",
    "is an article. Expected fields": "没有一条记录是文章。每条需要有正文（text）。",
    "names no column of texts": "首行没有标明正文所在的列（text）。",
    "Split it into smaller files": "文件太大。请分成几个小文件。",
    "Write it as .jsonl": "文件太大。请改成每行一篇的 .jsonl。",
    "Install the OCR extra": "这是图片或扫描件。请安装 OCR 扩展（pip install 'wenbao[ocr]'），并用 --ocr 重建。",
    "without text; build with --ocr": "有的页面只是图片，没有文字。可用 --ocr 重建。",
    "no text was found on its pages": "各页上都没有找到文字。",
    "no text was seen on": "图片上没有看到文字。请用 200 到 300 dpi 扫描。",
    "million pixels": "图片太大。请缩小后再试。",
    "is no picture, or is damaged": "不是图片，或者已损坏。",
    "picture is damaged": "图片已损坏。请重新保存。",
    "needs a password": "文件有密码。请去掉密码后再试。",
    "is encrypted": "文件已加密。请去掉密码另存后再试。",
    "no page of it can be read": "一页也读不出来。请用 PDF 软件打开后另存。",
    "has no page": "里面没有页面。",
    "is no PDF": "不是 PDF，或者已损坏。",
    "too much memory or time": "读它要耗尽内存或时间。请用别的软件打开后另存。",
    "is not valid JSON": "不是有效的 JSON。",
    "cannot be read": "有一部分读不出来，其余照常。",
    "is left out": "有一部分没有读，其余照常。",
    "the rest is kept": "有一部分有问题，其余照常。",
    "holds no text": "里面没有文字。",
    "is not a whole zip": "不是完整的 zip。请重新打包。",
    "cannot be unpacked": "解压失败。请重新打包。",
    "leads out of the zip": "压缩包里的这个路径指向包外，没有读取。",
    "zip inside a zip": "这是压缩包里的压缩包。请先解压。",
    "almost nothing": "解压后大得不正常，没有读取。",
    "is an empty zip": "压缩包是空的。",
    "is a link": "是链接，没有读取。",
    "is not a regular file": "不是普通文件。",
}

# Gradio's own words that are visible on our page and which its Chinese does not cover or words clumsily.
GRADIO_WORDS: dict[str, tuple[str, str]] = {
    "upload_text.drop_file": ("把报纸文件拖到这里，可多份", "Drop newspaper files here"),
    "upload_text.click_to_upload": ("点击选择文件", "Click to choose files"),
    "common.or": ("或", "or"),
}

CHINESE = ("zh", "zh-CN", "zh-TW", "zh-HK")  # locales the browser may name; Gradio falls back from zh-XX to zh


def translations() -> dict[str, dict[str, str]]:
    """Locale → key → words, as `gr.I18n` takes them; keys without values to fill in only."""
    flat = {key: words for key, words in WORDS.items() if "{" not in words[0]} | GRADIO_WORDS
    chinese = {key: words[0] for key, words in flat.items()}
    return dict.fromkeys(CHINESE, chinese) | {"en": {key: words[1] for key, words in flat.items()}}
