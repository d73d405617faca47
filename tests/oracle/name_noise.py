#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""name_noise.py [--names N] [--seed S] -- names of firms with true variants of them and hard negatives, as TSV.

A line: label (1 = the same firm, 0 = another), what was done, the name, its variant. True variants suffer 1 to 3 of: a letter
swapped, lost, doubled or mistyped; a part dropped; two parts swapped; the legal form written otherwise or left out; one part written
in Cyrillic, Arabic or Han. For every true pair there is one hard negative: one distinguishing token (city, number, trade) is
another, all else is equal. Nothing of ours is imported.
"""
import argparse
import random

CYRILLIC = dict(zip("abvgdezijklmnoprstufhcy", "абвгдезийклмнопрстуфхцы"))
# Arabic writes consonants and long vowels; short vowels are not written.
ARABIC = dict(zip("bptjdrzsfqklmnhwygaeiou", "بپتجدرزسفقكلمنهويغا\0\0\0و"))
HAN = {"beijing": "北京", "shanghai": "上海", "guangzhou": "广州", "shenzhen": "深圳", "tianjin": "天津", "nanjing": "南京",
       "dalian": "大连", "qingdao": "青岛", "ningbo": "宁波", "xiamen": "厦门", "huawei": "华为", "zhongguo": "中国"}
SYLLABLES = ("ka la mi no ra si ta vo zu ben dor fal gar hel jan kor lun mar nor pol rin sol tur van wes kal bir den fir gol hun "
             "ber dal gri mon pan rus sel tol ver").split()
PEOPLE = ("ivanov petrov sidorov kowalski novak hassan mahmud karimi rashid tanaka suzuki yamada muller schmidt rossi ferrari "
          "garcia lopez silva santos dubois bernard jensen hansen kumar singh patel nguyen").split()
CITIES = ("hamburg rotterdam antwerp genoa piraeus varna odessa istanbul izmir alexandria dubai karachi mumbai chennai colombo "
          "singapore jakarta manila busan osaka santos lima callao houston miami durban mombasa dakar lagos").split() + list(HAN)[:10]
TRADES = ("trading foods steel textiles chemicals motors electronics logistics shipping plastics furniture pharma toys paper "
          "machinery garments leather ceramics seafood timber").split()
FORMS = (("ltd", "limited"), ("gmbh", ""), ("corp", "corporation"), ("inc", "incorporated"), ("co", "company"), ("sa", "s.a."),
         ("llc", ""), ("", ""))


def firm(rng):
    """[(kind, token)]"""
    own = rng.choice(PEOPLE) if rng.random() < 0.3 else "".join(rng.choice(SYLLABLES) for _ in range(rng.choice((2, 2, 3))))
    parts = [("own", own)]
    if rng.random() < 0.25:
        parts.append(("own", rng.choice(PEOPLE)))
    parts.append(("trade", rng.choice(TRADES)))
    if rng.random() < 0.6:
        parts.append(("city", rng.choice(CITIES)))
    if rng.random() < 0.15:
        parts.append(("number", str(rng.randrange(2, 400))))
    form = rng.choice(FORMS)[0]
    if form:
        parts.append(("form", form))
    return parts


def slip(rng, word):
    at = rng.randrange(len(word))
    way = rng.randrange(4)
    if way == 0 and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2:]
    if way == 1 and len(word) > 3:
        return word[:at] + word[at + 1:]
    if way == 2:
        return word[:at] + word[at] + word[at:]
    return word[:at] + rng.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1:]


def elsewhere(rng, word):
    """The word in another script; None where it cannot be."""
    if word in HAN:
        return HAN[word]
    if rng.random() < 0.5:
        return "".join(CYRILLIC.get(c, "") for c in word) if all(c in CYRILLIC for c in word) else None
    if not all(c in ARABIC for c in word):
        return None
    # A vowel at the beginning and every long a is written, others are not.
    text = "".join(ARABIC[c] for i, c in enumerate(word) if c not in "aeiou" or (c == "a" and i == 0))
    return text.replace("\0", "ا") if len(text) >= 3 else None


def variant(rng, parts):
    parts, done = list(parts), []
    for _ in range(rng.choice((1, 1, 2, 3))):
        way = rng.choice(("slip", "slip", "slip", "drop", "swap", "form", "script"))
        words = [i for i, (k, t) in enumerate(parts) if k in ("own", "trade", "city") and t.isascii()]
        if way == "slip" and words:
            i = rng.choice([w for w in words if parts[w][0] == "own"] or words if rng.random() < 0.5 else words)
            parts[i] = (parts[i][0], slip(rng, parts[i][1]))
        elif way == "drop" and len(parts) > 3 and "drop" not in done:
            i = rng.choice([w for w, (k, _) in enumerate(parts) if k in ("trade", "city", "form")])
            del parts[i]
        elif way == "swap" and len(parts) > 2:
            i, j = rng.sample(range(len(parts)), 2)
            parts[i], parts[j] = parts[j], parts[i]
        elif way == "form":
            where = [i for i, (k, _) in enumerate(parts) if k == "form"]
            if not where:
                continue
            longer = dict(FORMS).get(parts[where[0]][1], "")
            parts[where[0]] = ("form", longer or parts[where[0]][1].upper())
        elif way == "script" and words and "script" not in done:
            i = rng.choice(words)
            text = elsewhere(rng, parts[i][1])
            if text is None:
                continue
            parts[i] = (parts[i][0], text)
        else:
            continue
        done.append(way)
    return parts, "+".join(done)


def other(rng, parts):
    """One distinguishing token is another one."""
    kinds = [i for i, (k, _) in enumerate(parts) if k in ("trade", "city", "number")]
    parts, i = list(parts), rng.choice(kinds)
    kind, was = parts[i]
    pool = {"trade": TRADES, "city": CITIES}.get(kind)
    new = was
    while new == was:
        new = rng.choice(pool) if pool else str(rng.randrange(2, 400))
    parts[i] = (kind, new)
    return parts, kind


def text(rng, parts):
    joined = " ".join(t for _, t in parts)
    return joined.upper() if rng.random() < 0.5 else joined.title() if joined.isascii() else joined


def pairs(names, seed):
    rng = random.Random(seed)
    while names > 0:
        parts = firm(rng)
        base = text(rng, parts)
        changed, how = variant(rng, parts)
        if not how:
            continue
        yield 1, how, base, text(rng, changed)
        changed, how = other(rng, parts)
        yield 0, how, base, text(rng, changed)
        names -= 1


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    p.add_argument("--names", type=int, default=2000)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    for row in pairs(a.names, a.seed):
        print(*row, sep="\t")


if __name__ == "__main__":
    main()
