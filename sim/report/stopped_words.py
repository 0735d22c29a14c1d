"""Why a run that chose its number of replications made so many, as one sentence."""

from __future__ import annotations

from sim.report import numbers
from sim.report.edition import Edition
from sim.report.verdict_words import STOPPED


def stopped(edition: Edition) -> str:
    """``共模拟 80 次（第 20、40、80 次时检查）…``; empty where the number of replications was given."""
    its = edition.result.stopped
    if its is None:
        return ""
    made, say = its.looks[-1], edition.choose
    looks = say("、", ", ").join(map(str, its.looks))
    why = edition.say(STOPPED[its.reason]).format(
        n=its.undecided, days=f"{its.days:g}", share=numbers.exact_share(its.share), most=its.most
    )
    each = f"{100 * its.confidence:.4g}%"
    return say(
        f"模拟次数由程序决定：第 {looks} 次时检查，{made} 次后停止，{why}。"
        f"各次检查的区间合起来有 95% 的把握（每次 {each}）。",
        f"The run chose its number of replications: looked at after {looks}, stopped at {made}: {why}. "
        f"The intervals of all looks hold together with 95% ({each} each).",
    )
