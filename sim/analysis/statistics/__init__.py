"""Estimates with their intervals, and the decisions of rule 20. Knows neither logs nor limits nor engines.

A replication is a *cluster*: its cases share one year's weather, queues and crews, so they are not independent.
Everything here that speaks of replications respects that; what treats cases as independent says so. The README
beside this file says which function answers which question, and what was decided why.
"""

from __future__ import annotations

from sim.analysis.statistics.decisions import Decision, judge_census, judge_mean, judge_share
from sim.analysis.statistics.estimate import CONFIDENCE, Estimate, Sides
from sim.analysis.statistics.means import census_mean, mean_interval, mean_over_replications, ratio_mean, t_interval
from sim.analysis.statistics.paired import Comparison, paired_difference
from sim.analysis.statistics.quantiles import longest, quantile_over_replications
from sim.analysis.statistics.shares import (
    bounds_with_open,
    clopper_pearson,
    design_effect,
    share,
    slowest_tenth,
    wilson,
)
from sim.analysis.statistics.survival import SurvivalCurve, kaplan_meier

__all__ = [
    "CONFIDENCE",
    "Comparison",
    "Decision",
    "Estimate",
    "Sides",
    "SurvivalCurve",
    "bounds_with_open",
    "census_mean",
    "clopper_pearson",
    "design_effect",
    "judge_census",
    "judge_mean",
    "judge_share",
    "kaplan_meier",
    "longest",
    "mean_interval",
    "mean_over_replications",
    "paired_difference",
    "quantile_over_replications",
    "ratio_mean",
    "share",
    "slowest_tenth",
    "t_interval",
    "wilson",
]
