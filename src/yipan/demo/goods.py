"""What the demo retailer sells: some forty products of a Chinese neighborhood store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yipan.masterdata.rows import BarcodeRow, SkuRow

#: Branch of the tree of goods to its English and its Chinese name.
CATEGORIES = {
    "food": ("Food", "食品"),
    "food/tea": ("Tea", "茶叶"),
    "food/grain": ("Rice and noodles", "米面"),
    "food/snack": ("Snacks", "零食"),
    "food/sauce": ("Sauces and oil", "调味粮油"),
    "food/dairy": ("Dairy", "乳品"),
    "drink": ("Drinks", "饮料"),
    "home": ("Household", "家居"),
    "home/care": ("Personal care", "个护"),
    "home/clean": ("Cleaning", "清洁"),
    "home/kitchen": ("Kitchen", "厨房"),
    "home/paper": ("Paper goods", "纸品"),
}

#: Goods of this branch have lots and a last day.
DATED = "food/dairy"

#: The first digits of a barcode say in which country it was given; 690 to 699 is China.
COUNTRY_PREFIX = "692"


@dataclass(frozen=True, slots=True)
class Good:
    """
    A product: code, names, category, case size, price and cost in fen, supplier.

    `pace` is how many a store sells on an ordinary day.
    """

    code: str
    name: str
    name_zh: str
    category: str
    case_size: int
    price_minor: int
    cost_minor: int
    supplier: str
    pace: float


TEA, DAILY = "SUP-01", "SUP-02"

# fmt: off
GOODS: Sequence[Good] = (
    Good("TEA-250", "Longjing green tea 250 g", "龙井茶 250克", "food/tea", 24, 12_800, 7_600, TEA, 5),
    Good("TEA-100", "Longjing green tea 100 g", "龙井茶 100克", "food/tea", 48, 5_800, 3_300, TEA, 8),
    Good("TEA-PUER-357", "Pu'er tea cake 357 g", "普洱茶饼 357克", "food/tea", 28, 16_800, 9_800, TEA, 2),
    Good("TEA-TGY-150", "Tieguanyin oolong 150 g", "铁观音 150克", "food/tea", 30, 8_900, 5_100, TEA, 4),
    Good("TEA-JAS-200", "Jasmine tea 200 g", "茉莉花茶 200克", "food/tea", 30, 4_200, 2_300, TEA, 6),
    Good("TEA-BAG-50", "Black tea bags, 50 pieces", "红茶包 50袋", "food/tea", 36, 2_980, 1_650, TEA, 9),
    Good("CHRYS-80", "Chrysanthemum flowers 80 g", "杭白菊 80克", "food/tea", 40, 3_200, 1_800, TEA, 5),
    Good("RICE-5", "Northeast rice 5 kg", "东北大米 5公斤", "food/grain", 4, 3_990, 2_900, DAILY, 7),
    Good("RICE-10", "Northeast rice 10 kg", "东北大米 10公斤", "food/grain", 2, 7_590, 5_600, DAILY, 3),
    Good("NOODLE-1", "Dried noodles 1 kg", "挂面 1公斤", "food/grain", 12, 990, 620, DAILY, 12),
    Good("NOODLE-CUP", "Beef noodles, cup", "红烧牛肉杯面", "food/grain", 12, 550, 330, DAILY, 22),
    Good("FLOUR-25", "Wheat flour 2.5 kg", "小麦粉 2.5公斤", "food/grain", 8, 1_690, 1_120, DAILY, 4),
    Good("NUT-WAL-500", "Walnuts in shell 500 g", "薄皮核桃 500克", "food/snack", 20, 3_680, 2_300, DAILY, 5),
    Good("NUT-SUN-260", "Sunflower seeds 260 g", "香瓜子 260克", "food/snack", 30, 1_180, 720, DAILY, 11),
    Good("COOKIE-300", "Sesame cookies 300 g", "芝麻薄饼 300克", "food/snack", 24, 1_590, 900, DAILY, 9),
    Good("CHIPS-75", "Potato chips 75 g", "薯片 75克", "food/snack", 22, 780, 450, DAILY, 18),
    Good("CHOC-100", "Dark chocolate 100 g", "黑巧克力 100克", "food/snack", 40, 2_280, 1_300, DAILY, 6),
    Good("JUJUBE-500", "Red dates 500 g", "红枣 500克", "food/snack", 20, 2_480, 1_500, DAILY, 5),
    Good("SOY-500", "Light soy sauce 500 ml", "生抽 500毫升", "food/sauce", 12, 1_290, 780, DAILY, 8),
    Good("VINEGAR-500", "Zhenjiang vinegar 500 ml", "镇江香醋 500毫升", "food/sauce", 12, 1_090, 640, DAILY, 6),
    Good("OIL-5", "Rapeseed oil 5 l", "菜籽油 5升", "food/sauce", 4, 7_990, 6_100, DAILY, 4),
    Good("SALT-500", "Sea salt 500 g", "海盐 500克", "food/sauce", 40, 450, 240, DAILY, 7),
    Good("CHILI-280", "Chili crisp 280 g", "油辣椒 280克", "food/sauce", 24, 1_280, 760, DAILY, 10),
    Good("MILK-250-12", "Milk 250 ml, 12 packs", "纯牛奶 250毫升×12", "food/dairy", 1, 5_680, 4_100, DAILY, 6),
    Good("YOGURT-200", "Yogurt 200 g", "酸奶 200克", "food/dairy", 24, 690, 420, DAILY, 15),
    Good("WATER-550", "Spring water 550 ml", "山泉水 550毫升", "drink", 24, 200, 95, DAILY, 40),
    Good("COLA-330", "Cola 330 ml", "可乐 330毫升", "drink", 24, 350, 210, DAILY, 25),
    Good("JUICE-1", "Orange juice 1 l", "橙汁 1升", "drink", 12, 1_380, 860, DAILY, 7),
    Good("BEER-500", "Lager 500 ml", "啤酒 500毫升", "drink", 12, 690, 430, DAILY, 16),
    Good("WINE-HJ-500", "Shaoxing rice wine 500 ml", "绍兴黄酒 500毫升", "drink", 6, 2_580, 1_600, DAILY, 4),
    Good("SOAP-1", "Camellia soap 120 g", "山茶花香皂 120克", "home/care", 72, 890, 480, DAILY, 7),
    Good("SHAMPOO-500", "Ginger shampoo 500 ml", "生姜洗发水 500毫升", "home/care", 12, 3_990, 2_200, DAILY, 4),
    Good("TOOTHPASTE-120", "Herbal toothpaste 120 g", "草本牙膏 120克", "home/care", 48, 1_580, 870, DAILY, 6),
    Good("DETERGENT-2", "Laundry detergent 2 kg", "洗衣液 2公斤", "home/clean", 6, 3_290, 2_050, DAILY, 4),
    Good("DISH-1", "Dish soap 1 kg", "洗洁精 1公斤", "home/clean", 12, 1_190, 690, DAILY, 5),
    Good("MUG-1", "Celadon mug 350 ml", "青瓷马克杯 350毫升", "home/kitchen", 24, 4_900, 2_600, DAILY, 2),
    Good("BOWL-6", "Porcelain bowls, set of 6", "瓷碗 6件套", "home/kitchen", 6, 8_800, 5_200, DAILY, 1),
    Good("CHOPSTICKS-10", "Bamboo chopsticks, 10 pairs", "竹筷 10双", "home/kitchen", 50, 1_980, 950, DAILY, 4),
    Good("TISSUE-3", "Tissues, 3 packs", "抽纸 3包", "home/paper", 16, 1_390, 880, DAILY, 14),
    Good("ROLL-10", "Toilet paper, 10 rolls", "卷纸 10卷", "home/paper", 8, 2_490, 1_620, DAILY, 8),
    Good("BAG-1", "Shopping bag", "购物袋", "home/paper", 500, 50, 15, DAILY, 45),
)
# fmt: on


def list_skus() -> list[SkuRow]:
    """Return the goods as master data, each with a barcode of one and one of a case."""
    return [_make_sku(good, position) for position, good in enumerate(GOODS, start=1)]


def add_check_digit(digits: str) -> str:
    """Return a GTIN with its last digit (GS1 General Specifications, section 7.9)."""
    weighted = sum(
        int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))
    )
    return digits + str(-weighted % 10)


def _make_sku(good: Good, position: int) -> SkuRow:
    # Nine digits of a company, then three for its product.
    body = f"{COUNTRY_PREFIX}{418807 if good.supplier == TEA else 530164:06d}{position:03d}"
    barcodes = [BarcodeRow(code=add_check_digit(body))]
    if good.case_size > 1:
        barcodes.append(
            BarcodeRow(code=add_check_digit(f"1{body}"), pack_size=good.case_size, unit="case")
        )
    return SkuRow(
        code=good.code,
        name=good.name,
        name_zh=good.name_zh,
        category=good.category,
        case_size=good.case_size,
        cost_minor=good.cost_minor,
        price_minor=good.price_minor,
        temperature_class="chilled" if good.category == DATED else "ambient",
        is_lot_tracked=good.category == DATED,
        is_expiry_tracked=good.category == DATED,
        barcodes=tuple(barcodes),
    )
