"""Small pools of names: words of our own for Chinese, Faker for persons and other languages."""

from faker import Faker
from faker.config import AVAILABLE_LOCALES

CATEGORIES = {
    "女装": ("连衣裙", "针织衫", "半身裙", "羽绒服"),
    "男装": ("衬衫", "卫衣", "休闲裤", "夹克"),
    "美妆": ("口红", "面霜", "精华液", "面膜"),
    "母婴": ("纸尿裤", "奶瓶", "童装", "推车"),
    "数码": ("耳机", "充电宝", "键盘", "音箱"),
    "家居": ("四件套", "台灯", "收纳箱", "抱枕"),
    "食品": ("坚果礼盒", "茶叶", "牛肉干", "咖啡豆"),
    "运动": ("跑鞋", "瑜伽垫", "运动裤", "背包"),
}
QUALITIES = ("轻奢", "经典", "新款", "加厚", "便携", "复古", "简约", "升级")
SHOPS = ("云栖旗舰店", "南山专营店", "小满优选店", "青禾官方店", "北辰生活馆")
CAMPAIGNS = ("老客回馈", "新客专享", "周末加赠", "限时立减", "会员礼遇", "换季清仓", "早鸟优惠")
PEAKS = {6: "618大促", 11: "双11大促"}


def check_language(language: str) -> None:
    """Raise ValueError when Faker does not know the language."""
    if language not in AVAILABLE_LOCALES:
        raise ValueError(f"--language {language} is not known to Faker (try zh_CN or en_US)")


class Names:
    """Names in one language. Codes such as 是/否 stay Chinese: they belong to the format."""

    def __init__(self, language: str, seed: int) -> None:
        self._chinese = language == "zh_CN"
        self._faker = Faker(language)
        self._faker.seed_instance(seed)
        self._categories = CATEGORIES
        if not self._chinese:
            words = iter(self.words(40))
            self._categories = {next(words): tuple(next(words) for _ in range(4)) for _ in range(8)}

    def words(self, count: int) -> list[str]:
        """Return `count` distinct short words."""
        found: dict[str, None] = {}
        while len(found) < count:
            word = self._faker.word()
            found.setdefault(word if word not in found else f"{word}{len(found)}")
        return list(found)

    def persons(self, count: int) -> list[str]:
        """Return `count` distinct names of persons."""
        found: dict[str, None] = {}
        while len(found) < count:
            name = self._faker.name()
            found.setdefault(name if name not in found else f"{name}{len(found)}")
        return list(found)

    def shops(self) -> list[str]:
        """Return five names of shops."""
        return list(SHOPS) if self._chinese else [self._faker.company() for _ in SHOPS]

    def product(self, number: int) -> tuple[str, str]:
        """Return category and name of the product with this number (0, 1, …)."""
        categories = list(self._categories)
        category = categories[number * 5 % len(categories)]
        things = self._categories[category]
        thing = things[number // 8 % len(things)]
        if not self._chinese:
            return category, f"{thing} {number % 1000}"
        return category, f"{QUALITIES[number // 32 % len(QUALITIES)]}{thing}{number % 1000}"

    def campaign(self, number: int, month: int) -> str:
        """Return the name of the activity with this number that starts in this month."""
        if not self._chinese:
            return f"Campaign {number}"
        return f"{PEAKS.get(month, CAMPAIGNS[number % len(CAMPAIGNS)])}{number}"
