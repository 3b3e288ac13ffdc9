"""What every character folds to for matching, written to `index/fold.tsv`: `python -m training.folds`.

Shipped as a file, because asking OpenCC and Unicode for 90,000 characters takes a fifth of a second of every start.
"""

from __future__ import annotations

import unicodedata

from index.tokens import FOLD_FILE

_HAN_RANGES = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2FA1F))
_OTHERS = (range(0x41, 0x5B), range(0x80, 0xD800), range(0xE000, 0x10000), range(0x1F100, 0x1F200))


def folds() -> dict[str, str]:
    """Every character that folds to something else: NFKC, then simplified, then lower case."""
    import opencc

    han = [chr(code) for low, high in _HAN_RANGES for code in range(low, high + 1)]
    simple = dict(zip(han, opencc.OpenCC("t2s").convert("\n".join(han)).split("\n"), strict=True))
    found = {}
    for code in (*(code for codes in _OTHERS for code in codes), *range(0x20000, 0x2FA20)):
        char = chr(code)
        folded = "".join(simple.get(c, c) for c in unicodedata.normalize("NFKC", char)).lower()
        if folded != char:
            found[char] = folded
    return found


def written() -> str:
    """The file: a line for each character, what it folds to after a tab, in the order of code points."""
    return "".join(f"{char}\t{folded}\n" for char, folded in sorted(folds().items()))


if __name__ == "__main__":
    FOLD_FILE.write_text(written(), "utf-8", newline="\n")
