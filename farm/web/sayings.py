"""What the lab says in English beside findings, in Chinese: why phones rest, what a form lacks.

Data and one function. What is not in a table stays as it was said: people's own words do.
"""

from farm.cases.sayings import SAYINGS as OF_CASES
from farm.report.reasons import Translation, terms
from farm.report.sayings import SAYINGS as OF_DETECTION
from farm.web.texts import Language, Texts

SAYINGS: tuple[tuple[str, str], ...] = (
    # phones
    ("no answer", "无应答"),
    ("too warm: {} °C, limit {} °C", "温度过高：{0} °C，上限 {1} °C"),
    ("battery at {w} %, limit {w} %", "电量 {0}%，下限 {1}%"),
    ("battery at {w} %, limit {w} %: not powered", "电量 {0}%，下限 {1}%：未接电源"),
    ("{w} MiB free on /data: remove apps and files", "/data 仅剩 {0} MiB：请清理应用和文件"),
    ("Wi-Fi is not connected", "未连接 Wi-Fi"),
    ("clock is {w} s off: set date and time", "时钟偏差 {0} 秒：请校正日期和时间"),
    ("failed", "失败"),
    ("needs care", "需要维护"),
    ("measured", "已测量"),
    ("rest", "休息"),
    ("quarantined", "已隔离"),
    ("released", "已解除隔离"),
    ("reserved", "已预留"),
    ("rebooted", "已重启"),
    ("reason: say why, for whoever finds the phone out of use", "请说明停用手机的理由"),
    # where something was seen
    ("feed of {}", "来源：{0}"),
    ("campaign {w}", "任务 {0}"),
    # forms and addresses
    ("{w}: expected text, got a file", "{0}：应为文字，而非文件"),
    ("{w}: longer than {w} characters", "{0}：超过{1}字"),
    ("{w}: expected a whole number, got {}", "{0}：应为整数，收到 {1}"),
    ("{w}: expected {w} to {w}, got {}", "{0}：应在 {1} 至 {2} 之间，收到 {3}"),
    ("{w}: more than {w} values", "{0}：超过{1}项"),
    ("{w}: expected one of {}", "{0}：应为下列之一：{1}"),
    ("{w}: expected some of {}", "{0}：应从下列中选择：{1}"),
    ("{w}: expected yes or no", "{0}：应为是或否"),
    ("{w}: expected 1 to {w} characters", "{0}：应为1至{1}字"),
    ("password: expected {w} to {w} characters", "密码应为{0}至{1}个字符"),
    ("{w}: expected seconds after the launch, got {}", "{0}：应为启动后的秒数，收到 {1}"),
    ("due: expected a day as 2026-12-31, got {}", "期限应写作 2026-12-31，收到 {0}"),
    ("limit: expected 1 to {w}, got {}", "每页应为1至{0}项，收到 {1}"),
    ("after: not a cursor of this list; begin without one", "翻页位置无效，请从第一页开始"),
    (
        "there are {w} valid tokens; revoke those that nobody uses",
        "已有{0}个有效令牌，请先撤销不用的",
    ),
    ("expected who decides, and why", "须注明由谁、因何确认"),
    ("{w}: not in the register; see `farm apps list`", "{0}：不在应用登记册中"),
    # campaigns
    ("packages: no app is chosen", "尚未选择应用"),
    (
        "packages: more than {w}; use `farm campaign create`",
        "应用超过{0}个，请使用命令 `farm campaign create`",
    ),
    ("packages: {}: not in the register", "{0}：不在应用登记册中"),
    ("profile: unknown {}", "没有此手机配置：{0}"),
    ("access: expected su, adb_root, gadget or nothing, got {}", "没有此权限方式：{0}"),
    (
        "more than {w} sessions; use `farm campaign create`",
        "会话超过{0}个，请使用命令 `farm campaign create`",
    ),
    ("scenarios: none is chosen", "尚未选择场景"),
    ("scenarios: unknown {}", "没有此场景：{0}"),
    (
        (
            "{}: a campaign's name has up to 80 letters, digits, dots, dashes and underscores, and "
            "begins with a letter or digit"
        ),
        "任务名称 {0} 无效：最多80个字母、数字、点、连字符或下划线，且以字母或数字开头",
    ),
    (
        "campaign {w}: exists with other {}; choose another name",
        "任务 {0} 已存在且 {1} 不同，请另取名称",
    ),
    ("campaign {w}: was cancelled; choose another name", "任务 {0} 已取消，请另取名称"),
    ("campaign {w}: there is none; see `farm campaign list`", "没有任务 {0}"),
    (
        "campaign {w}: there is none of that name; see `farm campaign list`",
        "没有任务 {0}",
    ),
    # files
    ("apk: no file was chosen", "尚未选择文件"),
    ("no file came in; choose an APK", "未收到文件，请选择APK"),
    ("the file is larger than {w} MiB", "文件超过 {0} MiB"),
    ("the file changed while it was read; send it again", "文件在读取时发生变化，请重新上传"),
    ("the APK takes too long to read", "读取APK超时"),
    ("the APK cannot be read", "无法读取该APK"),
    # engines
    ("{w}: no such program on this machine", "{0}：本机没有此程序"),
    ("not done after {w} s", "{0} 秒内未完成"),
    ("{}: no MobSF server answers: {}", "{0}：MobSF 服务无应答：{1}"),
    ("{w}: exit code {w}: {}", "{0}：退出码 {1}：{2}"),
    ("share: expected 0 to 1, got {w}", "比例应在0至1之间，收到 {0}"),
)

_FIELDS = {
    "settle": "继续观察秒数", "settle_seconds": "继续观察秒数", "priority": "优先级",
    "repeat": "重复次数", "verdict": "结论", "state": "状态", "answer": "意见",
    "scopes": "权限范围", "genuine": "是否真实", "category": "类别", "name": "名称",
    "reason": "理由", "days": "天数", "limit": "每页项数", "version": "版本",
    "developer": "开发者", "search": "搜索", "due": "期限",
}  # fmt: skip
_VOCABULARIES = (
    "case_state",
    "case_action",
    "answer",
    "scope",
    "event_stream",
    "review_state",
    "verdict",
    "state",
    "phase",
)


def translation(texts: Texts) -> Translation:
    """Everything that the lab says, in Chinese, over the page's own words."""
    words = {
        key.split(".", 1)[1]: texts.say(key, "zh")
        for vocabulary in reversed(_VOCABULARIES)
        for key in texts.keys
        if key.startswith(f"{vocabulary}.")
    }
    return Translation((*OF_DETECTION, *OF_CASES, *SAYINGS), {**words, **_FIELDS, **terms()})


def in_words(translated: Translation, language: Language, said: object) -> str:
    """A sentence of the lab in a visitor's language."""
    return translated(str(said)) if language == "zh" else str(said)
