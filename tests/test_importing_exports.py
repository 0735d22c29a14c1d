"""Whole exports as offices send them, from the bytes of the file to the log."""

from __future__ import annotations

from pathlib import Path

from calibration.importing.event_log import import_log
from calibration.importing.mapping import Mapping
from calibration.importing.reading import read
from sim.logcheck import check_log
from tests.made_tables import trace

PERMITS = Mapping.model_validate(
    {
        "form": "wide",
        "case": "申请编号",
        "milestones": {
            "现场勘查时间": {"step": "survey", "stage": "apply", "owner": "utility"},
            "设计文件送审时间": {"step": "design", "stage": "works", "owner": "customer"},
            "送电时间": {"step": "power-on", "stage": "works", "owner": "utility"},
        },
        "accepted": "受理时间",
        "closed": "归档时间",
        "state": "流程状态",
        "states": {"归档": "closed", "在办": "open", "终止": "withdrawn"},
        "classes": [{"class": "hv-single", "when": {"供电电源": ["单电源"]}}, {"class": "hv-dual", "when": {}}],
        "personal": ["用户名称"],
    }
)


def test_an_export_as_offices_send_it_gives_its_true_cases(tmp_path: Path) -> None:
    """GB18030, a title, full-width digits, serials, a total and a remark: three cases, worked by hand."""
    lines = [
        "包头市高压用户报装明细表,,,,,,,,",
        "申请编号,用户名称,供电电源,受理时间,现场勘查时间,设计文件送审时间,送电时间,归档时间,流程状态",
        "0121000001,张三,单电源,2021-06-04 14:30,2021/6/7 9:05,"
        "２０２１－０６－１５　１６：００,2021年7月1日 下午3时,2021-07-02 10:00,归档",
        "0121000002,李四,双电源,44351.604166666664,20210608143000,9999-12-31,—,,在办",
        "0121000003,王五,单电源 ,2021.6.7 8:40,2021-06-08 10:00,无,/,2021-06-09 17:00,终止",
        "合计,3件,,,,,,,",
        "备注:数据截至2021年7月31日,,,,,,,,",
    ]
    path = tmp_path / "报装.csv"
    path.write_bytes("\r\n".join(lines).encode("gb18030"))
    found = import_log(read(path), PERMITS)
    check_log(found.log)
    assert trace(found.log, "0121000001") == [
        "accepted 06-04 14:30",
        "survey#0 wait 06-04 14:30 - 06-07 09:05",
        "design#0 wait 06-07 09:05 - 06-15 16:00",
        "power-on#0 wait 06-15 16:00 - 07-01 15:00",
        "closed 07-02 10:00",
    ]
    assert trace(found.log, "0121000002") == [
        "accepted 06-04 14:30",
        "survey#0 wait 06-04 14:30 - 06-08 14:30",
        "design#0 wait 06-08 14:30 - ...",
    ]
    assert trace(found.log, "0121000003")[-1] == "withdrawn 06-09 17:00"
    assert [found.log.cases.case_class[i] for i in range(3)] == ["hv-single", "hv-dual", "hv-single"]
    counts = found.findings.counts()
    assert (counts["total-row"], counts["remark-row"], counts["title-line"]) == (1, 1, 1)
    assert (counts["excel-serial"], counts["sentinel-date"], counts["missing-word"]) == (1, 1, 3)
    assert (counts["full-width"], counts["withdrawn"], counts["still-open"]) == (2, 1, 1)
    assert found.rejected[0].size == 0 and (found.rows_read, found.cases_read) == (3, 3)
