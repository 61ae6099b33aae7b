"""Names that nobody bears: of townships, villages and hamlets by the shape of the land, and of people.

Names of places are built from two short lists so that none of a real district's can come out (a test holds them against
the real list). Names of people are common family names with given names of their time; any likeness is chance.
"""

from __future__ import annotations

import numpy as np

from hemei.demo.plane import Bools, Floats, Ints, Objects
from hemei.terms.personal import CHECK_DIGITS, WEIGHTS

DISTRICT = "岚溪林区"
FIRST = "岚槲栎檀鹿鹤雁鹭狐獾蕨苔苇菖芷蘅杜樨楠椴桤榉柘檫梓枫椿棠榆楮漆葛芒荻茅萱薇砚磬砺岫岱嵩峦霁霭虹霜霞曦晴朗"
VALLEY, SLOPE, HEIGHT = "湾溪河沟滩渡桥潭", "坡冲畈塝坪坳岗院", "岭垭台寨坡岩峰顶"

FAMILY = "王李张刘陈杨黄周吴徐孙胡朱高林何郭马罗梁宋郑谢唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔谭"
# (first, second) characters of given names, by sex and by whether born before 1970
GIVEN = {
    ("man", True): ("国建德光明正大永世忠家长运万兴", "华军平生发福贵林山清云忠安喜全"),
    ("woman", True): ("秀桂玉春菊兰凤翠金月素冬", "英珍兰芳梅香莲云芝娥秀芬"),
    ("man", False): ("志文伟海俊晓立宏鹏少金浩", "强波勇涛峰辉军斌杰龙刚鑫"),
    ("woman", False): ("丽晓艳红海雪小婷文慧", "丽娟霞燕琴萍敏静玲芳"),
}
DIGITS = "零一二三四五六七八九"


def numeral(number: int) -> str:
    """A number from 1 to 99 as it stands in the name of a villagers' group.

    >>> [numeral(n) for n in (1, 10, 12, 20, 35)]
    ['一', '十', '十二', '二十', '三十五']
    """
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十") + (DIGITS[ones] if ones else "")


def place_stems(rng: np.random.Generator, height: Floats, above_water: Floats) -> list[str]:
    """A name of two characters for each place, none twice, the second telling of valley, slope or height."""
    stems: list[str] = []
    for metres, climb in zip(height.tolist(), above_water.tolist(), strict=True):
        ending = VALLEY if climb < 25 else HEIGHT if metres > 1350 else SLOPE
        begun = [stem[0] for stem in stems]
        # Few places of one beginning, or the list of villages would read like a table.
        choices = [a + b for a in FIRST if begun.count(a) < 3 for b in ending if a + b not in stems]
        stems.append(choices[int(rng.integers(len(choices)))])
    return stems


def hamlet_names(rng: np.random.Generator, village: Ints, height: Floats, above_water: Floats) -> list[str]:
    """What people call a hamlet: after a family and the lie of the land, no name twice in a village."""
    taken: set[tuple[int, str]] = set()
    names: list[str] = []
    for home, metres, climb in zip(village.tolist(), height.tolist(), above_water.tolist(), strict=True):
        ending = VALLEY if climb < 25 else HEIGHT if metres > 1350 else SLOPE
        choices = [f"{f}家{e}" for f in FAMILY for e in ending if (home, f"{f}家{e}") not in taken]
        names.append(choices[int(rng.integers(len(choices)))])
        taken.add((home, names[-1]))
    return names


def family_names(rng: np.random.Generator, village: Ints) -> Objects:
    """A family name for each household; in every village three families are at home and most people are of them."""
    letters = np.array(list(FAMILY), dtype=object)
    common = 1 / (np.arange(len(letters)) + 4.0)
    at_home = np.stack([rng.permutation(len(letters))[:3] for _ in range(int(village.max()) + 1)])
    local = at_home[village, rng.choice(3, len(village), p=(0.5, 0.3, 0.2))]
    anyone = rng.choice(len(letters), len(village), p=common / common.sum())
    return letters[np.where(rng.random(len(village)) < 0.62, local, anyone)]


def given_names(rng: np.random.Generator, woman: Bools, old: Bools) -> Objects:
    """A given name for each person, of one character in eight cases of a hundred."""
    names = np.empty(len(woman), dtype=object)
    for (sex, born_early), (first, second) in GIVEN.items():
        these = np.flatnonzero((woman == (sex == "woman")) & (old == born_early))
        one = np.array(list(first), dtype=object)[rng.integers(len(first), size=len(these))]
        other = np.array(list(second), dtype=object)[rng.integers(len(second), size=len(these))]
        names[these] = np.where(rng.random(len(these)) < 0.08, other, one + other)
    return names


def phones(rng: np.random.Generator, count: int) -> list[str]:
    """Mobile numbers that are obviously made up: 199000 and five digits, none twice.

    Raises ValueError for more than 100,000.
    """
    if count > 100_000:
        raise ValueError(f"演示号码 199000xxxxx 只有 100000 个，要 {count} 个：请减少户数")
    return [f"199000{number:05d}" for number in rng.permutation(100_000)[:count].tolist()]


def id_numbers(rng: np.random.Generator, district: str, born: Ints, woman: Bools) -> list[str]:
    """Citizen ID numbers of nobody: the district's code is not assigned. `born` is a year; the check digit is right."""
    month, day = rng.integers(1, 13, len(born)), rng.integers(1, 29, len(born))
    serial = rng.integers(0, 500, len(born)) * 2 + ~woman
    stems = [
        f"{district}{y}{m:02d}{d:02d}{n:03d}"
        for y, m, d, n in zip(born.tolist(), month.tolist(), day.tolist(), serial.tolist(), strict=True)
    ]
    digits = np.array([list(stem) for stem in stems], dtype="U1").astype(np.int64).reshape(-1, 17)
    check = (digits * np.array(WEIGHTS)).sum(axis=1) % 11
    return [stem + CHECK_DIGITS[c] for stem, c in zip(stems, check.tolist(), strict=True)]
