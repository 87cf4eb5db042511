"""What cases say of themselves, in English as their history keeps it, and in Chinese. Data only.

As in `farm.report.sayings`: `{}` stands for anything that was filled in and `{w}` for one word. A
test enumerates the sentences in the sources, so that none lacks its Chinese.
"""

SAYINGS: tuple[tuple[str, str], ...] = (
    # moves of a case
    ("a judged session shows it", "已判定的会话显示该问题"),
    ("version code {w} shows it", "版本号 {0} 显示该问题"),
    ("version code {w} shows it still", "版本号 {0} 仍显示该问题"),
    (
        "version code {w} shows it, which was taken for the one that fixed it",
        "此前认为已修复的版本号 {0} 显示该问题",
    ),
    (
        "version code {w} shows it; it is older than the end of the case",
        "版本号 {0} 显示该问题；该版本早于结案版本",
    ),
    (
        "version code {w} no longer shows it in a comparable session",
        "版本号 {0} 在可比会话中不再显示该问题",
    ),
    ("no judged session yet under {}", "在下列场景中尚无已判定的会话：{0}"),
    ("cannot be told under {}", "在下列场景中无法判断：{0}"),
    ("any scenario", "任何场景"),
    (
        "session {w}, judged again, does not show it: {}",
        "会话 {0} 重新判定后不再显示该问题：{1}",
    ),
    ("judged again, it does not show the problem: {}", "重新判定后不再显示该问题：{0}"),
    ("the deadline {} UTC passed without a fix", "整改期限（UTC {0}）已过，未见整改"),
    ("version code {w} came up", "出现版本号 {0}"),
    ("not queued: {}", "未能排队：{0}"),
    ("{} still", "{0}（仍然）"),
    ("{}; it is older than the end of the case", "{0}；该版本早于结案版本"),
    # looks at a problem
    ("{w} findings", "{0} 项发现"),
    ("{w} findings of {}", "{0} 项发现，涉及{1}"),
    ("{w} findings could not be placed or proven", "{0} 项发现无法确定阶段或无法证明"),
    ("coverage is not complete: {}", "观察不完整：{0}"),
    ("see the report", "见报告"),
    ("rule {w} is not in the rules any more", "现行规则中已无规则 {0}"),
    ("the session had no phase {w}", "会话中没有“{0}”阶段"),
    ("complete coverage, and no such finding", "观察完整，未见该问题"),
    ("signal {w} was seen", "出现信号 {0}"),
    ("signal {w} would have been seen, and was not", "若有信号 {0} 应能看到，但未出现"),
    ("signal {w} could not be told: {}", "无法判断信号 {0}：{1}"),
    ("not looked at", "未观察"),
    ("scenario {w}, not {w}", "场景为 {0}，而非 {1}"),
    ("a phone of profile {w}, not {w}", "手机配置为 {0}，而非 {1}"),
    ("{w} hooks of another catalogue, not {w}", "使用另一目录的 {0} 个钩子，而非 {1} 个"),
    ("judged without {}", "判定时未使用 {0}"),
    (
        "judged by other {} ({}), not by {} or later",
        "判定所用的 {0} 不同（{1}），并非 {2} 或更新版本",
    ),
    # steps that people may not take
    ("a case is not closed by {w}; expected {}", "不能以“{0}”结案；应为：{1}"),
    (
        "a case that is {w} takes no {w}; expected one that is {}",
        "处于“{0}”状态的案件不能执行“{1}”；应处于：{2}",
    ),
    ("case {w}: there is none; see `farm cases list`", "没有编号为 {0} 的案件"),
    ("case {w}: its deadline has not passed", "案件 {0} 的整改期限未到"),
    ("due: expected a time with its offset from UTC", "期限应包含与UTC的时差"),
    (
        "case {w}: is {w}: no deadline runs that could be moved",
        "案件 {0} 处于“{1}”状态，没有可延长的期限",
    ),
    ("case {w}: the new deadline {} has passed", "案件 {0} 的新期限 {1} 已过"),
    (
        "case {w}: {w} needs two people who signed `{w}`; {}: sign its review",
        "案件 {0}：执行“{1}”须由两人签署“{2}”；{3}，请先签署复核",
    ),
    ("nobody has agreed on it yet", "尚无一致意见"),
    ("they signed {w}", "已签署“{0}”"),
    ("case {w}: {w} needs a new review: {}", "案件 {0}：执行“{1}”须重新复核：{2}"),
    ("actor: expected who takes the step", "须注明操作人"),
    ("reason: expected why, in 1 to {w} characters", "请填写理由，1至{0}字"),
    ("expected who asks for the re-test, and why", "须注明由谁、因何要求复测"),
    ("case {w}: its app has no version {w}", "案件 {0} 的应用没有版本 {1}"),
    ("case {w}: shows no session that could be repeated", "案件 {0} 没有可重复的会话"),
    ("expected who asks for a review, and why", "须注明由谁、因何要求复核"),
    ("case {w}: is {w}: nothing is left to sign", "案件 {0} 处于“{1}”状态，无需签署"),
    ("review {w}: there is none", "没有编号为 {0} 的复核"),
    ("review {w}: is over ({w})", "复核 {0} 已结束（{1}）"),
    (
        "review {w}: its evidence has changed; read it again, then sign",
        "复核 {0} 的证据已变化，请重新阅读后再签署",
    ),
    (
        "review {w}: {} has signed it already; another person has to",
        "复核 {0} 已由 {1} 签署，须由另一人签署",
    ),
    ("reviewer: expected a user name", "须注明复核人"),
    (
        (
            "the notice would cite {}, whose number and wording were not compared with the "
            "published text: compare them, then send it as unverified (--unverified, or the box on "
            "the page); the notice says so beside each"
        ),
        "通知将引用 {0}，其编号和文字未经原文核对：请先核对，或勾选“未经核对”后发出",
    ),
)
