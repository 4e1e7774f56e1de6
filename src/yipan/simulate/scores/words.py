"""The words of a report in both languages."""

from __future__ import annotations

from typing import Any, Final

LANGUAGES: Final = ("en", "zh-hans")

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("What the truth says of the books", "账实真相报告"),
    "setting": (
        "{days} days · {scale} · plan {plan} · seed {seed}",
        "{days} 天 · {scale} 规模 · 故障计划 {plan} · 种子 {seed}",
    ),
    "counted": ("counted every day", "每日盘点"),
    "not_counted": ("nobody counted", "无人盘点"),
    "engine": ("cases worked", "处理差异案件"),
    "no_engine": ("cases left alone", "不处理差异案件"),
    "oversold": ("units oversold", "超卖件数"),
    "unhealed": ("messages not healed", "未愈合消息"),
    "proved": ("books proved", "账目自证"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "not_asked": ("not asked", "未执行"),
    "accuracy": ("positions exactly right at the end", "期末账实完全相符"),
    "kept": ("promises kept", "承诺兑现"),
    "fill": ("of what shoppers wanted was there", "现货满足率"),
    "on_time": ("in time", "准时"),
    "named": ("of what was found, cause named right", "已发现差错中原因指认正确"),
    "curve": ("Book against shelf", "账面与实物"),
    "curve_note": (
        (
            "Share of positions (SKU and site) where the site's book says exactly what is there, "
            "at 23:00 of each day."
        ),
        "每天 23:00，各地点账面与实物完全一致的商品 × 地点占比。",
    ),
    "store": ("Stores", "门店"),
    "warehouse": ("Warehouses", "仓库"),
    "all": ("All sites", "全部"),
    "day": ("day", "天"),
    "causes": ("What went wrong, and what was made of it", "出了什么错，系统查到了什么"),
    "causes_note": (
        (
            "Every fault was put there on purpose. Right: the case named its cause. Unknown: "
            "found, and no cause named or small losses. Wrong: another cause was named."
        ),
        (
            "每个故障都是特意注入的。正确：案件指出了真正原因；"
            "未知：发现但未指认原因，或归为零星损耗；错误：指认了别的原因。"
        ),
    ),
    "fault": ("Fault", "故障"),
    "injected": ("injected", "注入"),
    "refused_at_entry": ("refused at entry", "录入时拒绝"),
    "found": ("found", "发现"),
    "right": ("right", "正确"),
    "unknown": ("unknown", "未知"),
    "wrong": ("wrong", "错误"),
    "not_found": ("not found yet", "尚未发现"),
    "healed": ("healed", "愈合"),
    "hours_to_find": ("hours to find", "发现用时(小时)"),
    "value_recovered": ("value put right", "挽回金额"),
    "lines": ("Lines and devices", "线路与设备"),
    "lines_note": (
        (
            "Messages lost, doubled, altered, out of order; networks cut, tills cloned. Healed: "
            "after the lines were mended, nothing of the site was missing or different."
        ),
        (
            "消息丢失、重复、篡改、乱序；断网、收银机克隆。愈合：线路修复后，该地点没有任何缺失或差异。"
        ),
    ),
    "service": ("Trade", "经营"),
    "volumes": ("What happened", "业务量"),
    "volumes_note": (
        "Of all days and sites together; what was there at the end, and what it cost.",
        "全部天数与地点合计；末尾为期末库存与成本。",
    ),
    "stock": ("Stock and cost", "库存与成本"),
    "units": ("units at the end", "期末件数"),
    "value": ("value at cost", "成本金额"),
    "lost_sales": ("lost sales", "缺货损失"),
    "handling": ("handling cost", "作业成本"),
    "seconds": ("seconds it took", "运行秒数"),
    "compare": ("Two runs side by side", "两次运行对比"),
    "figure": ("figure", "指标"),
    "with_counting": ("with counting", "有盘点"),
    "without_counting": ("without", "无盘点"),
    "run_a": ("A", "甲"),
    "run_b": ("B", "乙"),
    "change": ("change", "变化"),
    "sum": ("all", "合计"),
}


def say(key: str, language: str, **facts: Any) -> str:
    """Return a text in a language, with facts put in."""
    english, chinese = _WORDS[key]
    return (chinese if language.startswith("zh") else english).format(**facts)
