"""Words of what is found while rows become a log: what it is; what it means for the figures, or what to do about it."""

from __future__ import annotations

from calibration.importing.findings import Words
from sim.text import Text

CELLS: Words = {
    "full-width": (
        Text("全角字符或多余空格", "full-width characters or odd spaces"),
        Text("已按半角读取", "read as their plain forms"),
    ),
    "missing-word": (
        Text("“无”“—”“/”等表示没有的字样", 'words for "nothing" (无, —, /, null)'),
        Text("按空白处理", "taken as empty"),
    ),
    "cell-error": (
        Text("表格软件的错误值(#N/A、#VALUE! 等)", "errors of a spreadsheet (#N/A, #VALUE!, ...)"),
        Text("按空白处理;公式没有取到值,请在原表中更正", "taken as empty: a formula found no value; correct it there"),
    ),
    "date-styles": (
        Text("列“{column}”有几种日期写法: {styles}", "column {column!r} has several styles of dates: {styles}"),
        Text("都已读出,含义各自明确", "all read; each is unambiguous"),
    ),
    "date-order": (
        Text("列“{column}”的日、月次序由整列判定: {order}", "day and month of {column!r} told by the column: {order}"),
        Text("若不对,在映射中写明 dates", "if that is wrong, give dates in the mapping"),
    ),
    "two-digit-year": (
        Text("年份只有两位", "years of two digits"),
        Text("按 2000 至 2099 年读取", "read as 2000 to 2099"),
    ),
    "excel-serial": (
        Text("日期写成了表格软件的序列数", "dates as a spreadsheet's serial numbers"),
        Text("按 1900 日期系统换算,精确到秒", "converted by the 1900 system, to the second"),
    ),
    "epoch": (
        Text("时间写成了自 1970 年起的秒数或毫秒数", "times as seconds or milliseconds since 1970"),
        Text("已换算为当地时间", "converted to local time"),
    ),
    "sentinel-date": (
        Text("9999-12-31、1900-01-01 等表示没有的日期", 'dates that mean "none" (9999-12-31, 1900-01-01)'),
        Text("按空白处理", "taken as empty"),
    ),
    "zone-converted": (
        Text("时间带时区", "times with an offset"),
        Text("已换算为 {zone} 的当地时间", "converted to local times of {zone}"),
    ),
    "unreadable-time": (
        Text("时间读不出或日期不存在", "a time that cannot be read, or a date that does not exist"),
        Text(
            "该行剔除,所属办件不计入;请更正后重新导出", "row rejected, its case left out; correct it and export again"
        ),
    ),
    "no-case": (Text("没有办件编号的行", "rows without a case"), Text("该行剔除", "rejected")),
    "no-step": (
        Text("没有步骤名的行", "rows without a step"),
        Text("该行剔除,所属办件不计入", "rejected, and their cases left out"),
    ),
    "no-time": (
        Text("没有任何时间的行", "rows without any time"),
        Text("视为尚未发生,不计", "taken as not having happened"),
    ),
    "duplicate-row": (Text("完全重复的行", "rows that repeat another one"), Text("只计一次", "counted once")),
    "digits-lost": (
        Text("编号第 15 位以后全是 0", "ids with nothing but zeros after 15 digits"),
        Text(
            "表格软件可能截去了尾数,不同办件会混为一件;请以文本重新导出",
            "a spreadsheet may have cut them, so that cases are mixed up; export them as text",
        ),
    ),
    "leading-zeros": (
        Text("部分编号比其余的短", "some ids are shorter than the others"),
        Text("前导 0 可能丢失;请以文本重新导出", "leading zeros may be lost; export them as text"),
    ),
}

CASES: Words = {
    "row-unreadable": (
        Text("有一行读不出的办件", "cases of which a row cannot be read"),
        Text("整件不计入,以免显得更快", "left out as a whole, since they would look shorter"),
    ),
    "same-case-twice": (
        Text("同一编号有两条内容不同的记录", "two rows of one case with different contents"),
        Text(
            "都不计入;请选能区分的编号列,或去掉旧的一条", "left out; take a column that tells them apart, or drop one"
        ),
    ),
    "not-accepted": (Text("没有受理时间的办件", "cases without an acceptance"), Text("不计入", "left out")),
    "closed-without-time": (
        Text("状态为办结但没有办结时间", "closed by their state, without a closing time"),
        Text("不计入", "left out"),
    ),
    "closed-before-acceptance": (
        Text("办结早于受理", "closed before they were accepted"),
        Text("不计入", "left out"),
    ),
    "before-acceptance": (
        Text("有环节早于受理的办件", "cases with a step that ended before their acceptance"),
        Text("受理时间可能是补录的,不计入", "the acceptance may have been entered later; left out"),
    ),
    "end-before-start": (
        Text("有环节结束早于开始的办件", "cases with a step that ended before it began"),
        Text("不计入", "left out"),
    ),
    "future": (
        Text("时间晚于导出时刻", "times behind the extract"),
        Text("可能是计划时间或录入错误", "plans or slips, no facts"),
    ),
    "ended-before-acceptance": (
        Text("受理前已结束的步骤", "steps that ended before the acceptance"),
        Text("保留;不在受理起算的时限内", "kept; no part of clocks that start at the acceptance"),
    ),
    "after-closing": (
        Text("办结后才结束的步骤", "steps that ended after the closing"),
        Text("保留;不在办结为止的时限内", "kept; no part of clocks that stop at the closing"),
    ),
    "begun-after-closing": (
        Text("办结后开始且没有结束的步骤", "steps begun after the closing that never ended"),
        Text("不计", "dropped"),
    ),
    "unmatched-start": (
        Text("已办结的办件中没有结束的步骤", "steps without an end in cases that are over"),
        Text("视为随办件结束", "taken as ended with their case"),
    ),
    "complete-without-start": (
        Text("只有完成、没有开始的步骤", "completed steps without a start"),
        Text("自上一事件起算", "reckoned from the event before"),
    ),
    "day-only-end": (
        Text("只有日期的结束时间早于同日的开始", "ends without a time of day, before a start of that day"),
        Text("视为与开始同时", "taken as simultaneous"),
    ),
    "out-of-order": (
        Text("里程碑的先后与流程不符", "milestones not in the order of the process"),
        Text("按实际时间排列;可能是补录", "put in the order of their times; perhaps entered later"),
    ),
    "accepted-by-first-event": (
        Text("映射没有受理列", "the mapping names no acceptance"),
        Text("以第一个事件为受理", "the first event is taken for it"),
    ),
    "closed-by-last-event": (
        Text("映射没有办结列", "the mapping names no closing"),
        Text("以最后一个事件为办结", "the last event of a closed case is taken for it"),
    ),
    "all-taken-as-closed": (
        Text("文件不说明哪些办件已办结", "the file does not tell which cases are closed"),
        Text(
            "都视为在最后一个事件办结:未办结的会显得更快;请导出状态或办结时间",
            "all are taken as closed at their last event, so that open ones look shorter; export the state",
        ),
    ),
    "no-state": (
        Text("没有状态的办件", "cases without a state"),
        Text("视为在办", "taken as open"),
    ),
    "state-against-closing": (
        Text("状态为在办却有办结时间", "open by their state, with a closing time"),
        Text("以状态为准", "the state decides"),
    ),
    "attribute-varies": (
        Text("同一办件各行的“{column}”不同", "{column!r} differs between the rows of a case"),
        Text("不取任何一个", "none of them is taken"),
    ),
    "unassigned-class": (
        Text("归不进任何类别的办件({columns}: {listed})", "cases that no rule gives a class ({columns}: {listed})"),
        Text("不适用任何时限;请补充映射的 classes", "no limit judges them; add to the mapping's classes"),
    ),
    "step-left-out": (Text("映射中不计的步骤", "steps that the mapping leaves out"), Text("不计", "not in the log")),
    "withdrawn": (
        Text("撤回、终止或退件的办件", "cases withdrawn, ended or returned"),
        Text("不计入办结用时,件数另列", "in no closing time; their number is told"),
    ),
    "suspended-now": (
        Text("状态为挂起的办件", "cases suspended by their state"),
        Text("视为在办;没有起止时间就不能扣除", "open; without its times a suspension cannot be left out"),
    ),
}

LOGS: Words = {
    "suspended": (Text("挂起(特别程序)", "suspensions"), Text("有起止的已扣除", "left out of the clocks")),
    "unmatched-suspension": (
        Text("挂起后没有恢复而办件已结束", "suspensions without an end in cases that are over"),
        Text("视为到办件结束为止", "taken as lasting to the end of the case"),
    ),
    "second-stop": (Text("挂起期间再次挂起", "a second stop before a resume"), Text("不计", "ignored")),
    "orphan-resume": (Text("没有挂起的恢复", "a resume without a stop"), Text("不计", "ignored")),
    "resume-before-stop": (Text("恢复早于挂起", "a resume before its stop"), Text("不计", "ignored")),
    "stop-after-end": (Text("办件结束后才挂起", "a stop after the end of the case"), Text("不计", "ignored")),
    "step-under-way": (
        Text("宽表不记在办办件所处的环节", "a row a case does not tell the step that an open case stands in"),
        Text("取多数已办结办件接下来的环节", "taken as the step that mostly came next in closed cases"),
    ),
    "still-open": (
        Text("在办的办件", "cases still open"),
        Text("不在平均之内;已超限的计为超期", "in no mean; late where they are beyond the limit"),
    ),
    "repeated-step": (Text("重复的步骤(返工)", "steps done again (rework)"), Text("保留", "kept")),
    "ends-only": (
        Text("只有各环节的结束时间", "only the ends of steps are known"),
        Text(
            "环节自上一个里程碑起算;没有送审、报验时间就分不出用户用时",
            "a step is reckoned from the milestone before; customers' time needs 送审 and 报验 to be told apart",
        ),
    ),
    "steps-without-owner": (
        Text("没有用时主体的步骤: {steps}", "steps without an owner: {steps}"),
        Text("按主体计时的口径不给出", "readings that count owners are withheld"),
    ),
    "steps-without-stage": (
        Text("没有所属环节的步骤: {steps}", "steps without a stage: {steps}"),
        Text("按环节计时的口径不给出", "readings that count stages are withheld"),
    ),
    "day-resolution": (
        Text("{share} 的时间只有日期", "{share} of the times are days without a time of day"),
        Text("半日、小时的时限不能判定", "limits of half days and hours cannot be judged"),
    ),
    "some-days-only": (
        Text("个别时间只有日期 ({share})", "a few times are days alone ({share})"),
        Text("按当日零时计", "taken as midnight"),
    ),
    "steps-at-one-minute": (
        Text("{share} 的办件有三个以上步骤在同一分钟结束", "in {share} of the cases three steps end in one minute"),
        Text("可能是事后补录,环节用时不可信", "perhaps entered later: do not trust the times of steps"),
    ),
    "same-minute": (
        Text("许多记录在同一分钟", "many records of one minute"),
        Text("可能是批量补录", "perhaps entered in bulk"),
    ),
    "heaping-on-due": (
        Text(
            "{share} 恰在承诺日办结(前后各日约 {around} 件)",
            "{share} closed on the day promised (days around: {around})",
        ),
        Text("时间可能是按期限填写的,达标率不可信", "times may be filled in to fit: do not trust the share on time"),
    ),
    "friday-evening": (
        Text(
            "{share} 在周五傍晚办结(其他工作日约 {others} 件)",
            "{share} closed on Friday evenings (other days: {others})",
        ),
        Text("可能是每周集中补录", "perhaps entered once a week"),
    ),
    "closed-only": (
        Text("导出里只有已办结的办件", "the extract has closed cases only"),
        Text(
            "平均用时 {days} 天,期末应约有 {expected} 件在办;缺了它们,用时偏短、超期偏少",
            "at a mean of {days} days some {expected} should be open: without them times look short and few look late",
        ),
    ),
    "cut-at-both-ends": (
        Text("只含期内受理且期内办结的办件", "only cases accepted and closed within the period"),
        Text(
            "平均用时 {days} 天,约缺 {expected} 件较慢的办件,用时偏短",
            "at a mean of {days} days some {expected} of the slower ones are missing: times look short",
        ),
    ),
    "system-change": (
        Text("期间更换过系统或环节名: {systems}", "the system or the names of steps changed: {systems}"),
        Text("前后不宜直接比较", "before and after are not comparable as they are"),
    ),
}

LOG_WORDS: Words = {**CELLS, **CASES, **LOGS}
