"""The report's own words in Chinese and English; rules bring theirs with them."""

from farm.detect.rules import Text
from farm.model.vocabulary import (
    Confidence,
    DataType,
    Level,
    LinkStrength,
    Phase,
    Severity,
    VerdictKind,
)

VERDICTS: dict[VerdictKind, Text] = {
    VerdictKind.CLEAN: Text(zh="未发现问题", en="Clean"),
    VerdictKind.VIOLATION: Text(zh="发现违规收集", en="Violation found"),
    VerdictKind.UNDETERMINED: Text(zh="无法判定", en="Undetermined"),
    VerdictKind.NOT_OBSERVABLE: Text(zh="无法充分观察", en="Not observable"),
}

VERDICT_MEANING: dict[VerdictKind, Text] = {
    VerdictKind.CLEAN: Text(
        zh="本次会话中未发现同意前或拒绝后的个人信息收集，且各阶段的观察手段均被证明有效。",
        en="Nothing was collected before consent or after a refusal, and the means of "
        "observation were proven to work in every phase.",
    ),
    VerdictKind.VIOLATION: Text(
        zh="至少一项发现的阶段、数据和证据均已确定。",
        en="At least one finding is certain in its phase, its data and its evidence.",
    ),
    VerdictKind.UNDETERMINED: Text(
        zh="观察到了收集行为，但无法确定其发生的阶段或无法证明，需要人工复核。",
        en="Something was seen that cannot be placed in a phase or cannot be proven. "
        "A person has to look.",
    ),
    VerdictKind.NOT_OBSERVABLE: Text(
        zh="未发现问题，但部分行为无法观察，因此不能得出“未发现问题”的结论。",
        en="Nothing was found, but parts could not be seen, so this app cannot be called clean.",
    ),
}

PHASES: dict[Phase, Text] = {
    Phase.BEFORE_CONSENT: Text(zh="同意前", en="Before consent"),
    Phase.AFTER_ACCEPT: Text(zh="同意后", en="After accepting"),
    Phase.AFTER_DECLINE: Text(zh="拒绝后", en="After declining"),
    Phase.AFTER_WITHDRAWAL: Text(zh="撤回同意后", en="After withdrawing"),
    Phase.UNDETERMINED: Text(zh="阶段不确定", en="Phase undetermined"),
}

LEVELS: dict[Level, Text] = {
    Level.ACCESSED: Text(zh="读取", en="Read"),
    Level.TRANSMITTED: Text(zh="上传", en="Sent"),
    Level.TRANSMITTED_THIRD_PARTY: Text(zh="提供给第三方", en="Sent to a third party"),
}

SEVERITIES: dict[Severity, Text] = {
    Severity.HIGH: Text(zh="严重", en="High"),
    Severity.MEDIUM: Text(zh="中等", en="Medium"),
    Severity.LOW: Text(zh="轻微", en="Low"),
}

CONFIDENCES: dict[Confidence, Text] = {
    Confidence.CERTAIN: Text(zh="证据确凿", en="Certain"),
    Confidence.PROBABLE: Text(zh="有一环为推断", en="Probable: one link is inferred"),
    Confidence.POSSIBLE: Text(zh="需人工确认", en="Possible: needs a person"),
}

DATA_TYPES: dict[DataType, Text] = {
    DataType.IMEI: Text(zh="IMEI（设备识别码）", en="IMEI"),
    DataType.IMSI: Text(zh="IMSI（用户识别码）", en="IMSI"),
    DataType.ICCID: Text(zh="ICCID（SIM卡号）", en="ICCID (SIM card number)"),
    DataType.PHONE_NUMBER: Text(zh="手机号码", en="Phone number"),
    DataType.SERIAL: Text(zh="设备序列号", en="Serial number"),
    DataType.ANDROID_ID: Text(zh="Android ID", en="Android ID"),
    DataType.OAID: Text(zh="OAID（匿名设备标识）", en="OAID"),
    DataType.ADVERTISING_ID: Text(zh="广告标识", en="Advertising ID"),
    DataType.WIFI_MAC: Text(zh="Wi-Fi MAC地址", en="Wi-Fi MAC address"),
    DataType.WIFI_SSID: Text(zh="Wi-Fi名称", en="Wi-Fi name"),
    DataType.WIFI_BSSID: Text(zh="Wi-Fi路由器地址", en="Wi-Fi router address"),
    DataType.WIFI_SCAN: Text(zh="周边Wi-Fi列表", en="Nearby Wi-Fi networks"),
    DataType.BLUETOOTH_MAC: Text(zh="蓝牙MAC地址", en="Bluetooth MAC address"),
    DataType.IP_ADDRESS: Text(zh="IP地址", en="IP address"),
    DataType.LOCATION: Text(zh="位置信息", en="Location"),
    DataType.CELL_LOCATION: Text(zh="基站位置", en="Cell location"),
    DataType.CONTACTS: Text(zh="通讯录", en="Contacts"),
    DataType.CALL_LOG: Text(zh="通话记录", en="Call log"),
    DataType.SMS: Text(zh="短信", en="Text messages"),
    DataType.CALENDAR: Text(zh="日历", en="Calendar"),
    DataType.ACCOUNTS: Text(zh="账户", en="Accounts"),
    DataType.INSTALLED_APPS: Text(zh="已安装应用列表", en="Installed apps"),
    DataType.RUNNING_APPS: Text(zh="运行中应用列表", en="Running apps"),
    DataType.CLIPBOARD: Text(zh="剪贴板", en="Clipboard"),
    DataType.CAMERA: Text(zh="摄像头", en="Camera"),
    DataType.MICROPHONE: Text(zh="麦克风", en="Microphone"),
    DataType.MEDIA: Text(zh="照片与媒体", en="Photos and media"),
    DataType.SENSORS: Text(zh="传感器", en="Sensors"),
    DataType.BUILD_PROPERTIES: Text(zh="机型信息", en="Model properties"),
    DataType.MEID: Text(zh="MEID（设备识别码）", en="MEID"),
    DataType.SIM_INFO: Text(zh="SIM卡信息", en="SIM facts"),
    DataType.NETWORK_OPERATOR: Text(zh="运营商", en="Network operator"),
    DataType.PHONE_STATE: Text(zh="通话状态", en="Phone state"),
    DataType.WIDEVINE_ID: Text(zh="Widevine设备标识", en="Widevine device ID"),
    DataType.GSF_ID: Text(zh="GSF标识", en="Google Services Framework ID"),
    DataType.INSTANCE_ID: Text(zh="安装实例标识", en="Installation ID"),
    DataType.DEVICE_NAME: Text(zh="设备名称", en="Device name"),
    DataType.WIFI_INFO: Text(zh="Wi-Fi状态", en="Wi-Fi state"),
    DataType.WIFI_NETWORKS: Text(zh="已保存的Wi-Fi", en="Saved Wi-Fi networks"),
    DataType.ETHERNET_MAC: Text(zh="有线网卡MAC地址", en="Ethernet MAC address"),
    DataType.BLUETOOTH_DEVICES: Text(zh="蓝牙设备列表", en="Bluetooth devices"),
    DataType.LAN_NEIGHBOURS: Text(zh="局域网邻居设备", en="Devices on the local network"),
    DataType.NETWORK_STATE: Text(zh="网络状态", en="Network state"),
    DataType.NETWORK_STATISTICS: Text(zh="网络流量统计", en="Network statistics"),
    DataType.USAGE_STATISTICS: Text(zh="应用使用记录", en="App usage statistics"),
    DataType.PHOTO_LOCATION: Text(zh="照片拍摄位置", en="Where photos were taken"),
    DataType.FILES: Text(zh="共享存储中的文件", en="Files on shared storage"),
    DataType.SCREEN_CONTENT: Text(zh="屏幕内容", en="Screen content"),
    DataType.NOTIFICATIONS: Text(zh="通知", en="Notifications"),
    DataType.FACE: Text(zh="人脸信息", en="Face"),
    DataType.BIOMETRIC: Text(zh="生物特征", en="Biometrics"),
    DataType.NFC: Text(zh="NFC", en="NFC"),
    DataType.ACTIVITY_RECOGNITION: Text(zh="身体活动", en="Physical activity"),
    DataType.BROWSER_HISTORY: Text(zh="浏览记录", en="Browser history"),
    DataType.USER_DICTIONARY: Text(zh="用户词典", en="User dictionary"),
    DataType.BLOCKED_NUMBERS: Text(zh="屏蔽号码", en="Blocked numbers"),
    DataType.VOICEMAIL: Text(zh="语音信箱", en="Voicemail"),
    DataType.SYSTEM_LOG: Text(zh="系统日志", en="System log"),
    DataType.FINGERPRINT: Text(zh="设备指纹", en="Device fingerprint"),
    DataType.NATIONAL_ID: Text(zh="身份证号", en="Identity card number"),
    DataType.NAME: Text(zh="姓名", en="Name"),
    DataType.EMAIL: Text(zh="电子邮箱", en="E-mail address"),
    DataType.BANK_CARD: Text(zh="银行卡号", en="Bank card number"),
    DataType.BEHAVIOUR: Text(zh="应用行为", en="Behaviour"),
    DataType.CANARY: Text(zh="自检信号", en="Proof of life"),
}

LINKS: dict[LinkStrength, Text] = {
    LinkStrength.TRANSFORM: Text(
        zh="应用自身的加密、摘要等操作将该值与发出的字节相连",
        en="the app's own operations lead from the value to the bytes that were sent",
    ),
    LinkStrength.SOCKET: Text(
        zh="读取该值的进程打开了发送它的同一TLS连接",
        en="the process that was handed the value opened the very TLS connection",
    ),
    LinkStrength.PROCESS: Text(
        zh="应用只有一个进程，且调用先于请求", en="the app's only process, and the call came first"
    ),
    LinkStrength.TIME: Text(zh="调用确定先于请求", en="the call certainly came before the request"),
    LinkStrength.VALUE: Text(zh="仅凭数值相同", en="by the value alone"),
    LinkStrength.NONE: Text(zh="未见发送", en="not seen leaving"),
}

LABELS: dict[str, Text] = {
    "title": Text(zh="个人信息收集检测报告", en="Personal information collection report"),
    "findings": Text(zh="发现", en="Findings"),
    "undetermined": Text(zh="待复核", en="To be reviewed"),
    "undetermined_note": Text(
        zh="以下行为已观察到，但阶段或因果无法确定，不计为违规。",
        en="Seen, but not placeable in a phase or not provable. None of these counts as a "
        "violation.",
    ),
    "none": Text(zh="无", en="None"),
    "timeline": Text(zh="时间线", en="Timeline"),
    "coverage": Text(zh="观察范围", en="Coverage"),
    "repackaged": Text(
        zh="手机未获取root权限：检测的是加入frida-gadget、替换网络安全配置并重新签名的应用副本，"
        "校验自身签名的应用行为可能不同。",
        en="The phone has no root: what ran was a copy of the app with frida-gadget in it, another "
        "network security configuration and another signature. Apps that check their signature "
        "may behave differently.",
    ),
    "coverage_note": Text(
        zh="未看到不等于不存在：下列缺口内的行为无法观察。",
        en="What was not seen may still have happened: these parts could not be observed.",
    ),
    "complete": Text(zh="完整", en="complete"),
    "incomplete": Text(zh="不完整", en="incomplete"),
    "session": Text(zh="会话", en="Session"),
    "reasons": Text(zh="理由", en="Reasons"),
    "clauses": Text(zh="法规与标准条款", en="Clauses of laws and standards"),
    "clauses_note": Text(
        zh="仅当记录包含判断所需的证据时才给出结论；需人工判断的条款只列出证据。",
        en="A clause is answered only where the recording holds what it takes; for clauses that a "
        "person decides, the evidence is listed.",
    ),
    "answer": Text(zh="结论", en="Answer"),
    "other_clauses": Text(zh="其余条款", en="Other clauses"),
    "lacks": Text(zh="缺少", en="Lacking"),
    "call": Text(zh="接口调用", en="API call"),
    "value": Text(zh="取得的值", en="Value handed over"),
    "flow": Text(zh="网络请求", en="Request"),
    "receiver": Text(zh="接收方", en="Receiver"),
    "caller": Text(zh="调用方", en="Caller"),
    "third": Text(zh="第三方", en="third party"),
    "first": Text(zh="非第三方（或未知）", en="not a known third party"),
    "form": Text(zh="形式", en="Form"),
    "where": Text(zh="位置与解码路径", en="Where, and how it was decoded"),
    "chance": Text(zh="偶然匹配概率上限", en="Bound on chance"),
    "link": Text(zh="关联强度", en="What ties call and request"),
    "operations": Text(zh="应用自身的处理", en="The app's own operations"),
    "on": Text(zh="输入中的位置", en="in its input"),
    "connection": Text(zh="连接", en="Connection"),
    "opened_by": Text(zh="打开者", en="opened by"),
    "identity": Text(zh="检测平台已知该值", en="Known to the farm beforehand"),
    "seeded": Text(zh="由检测平台植入", en="planted by the farm"),
    "not_seeded": Text(zh="未能植入的数据", en="Not planted on this phone"),
    "instruments": Text(
        zh="应用查找过检测工具（在普通手机上行为可能不同）",
        en="The app looked for instruments; on a user's phone it may behave differently",
    ),
    "read": Text(zh="由检测平台读取", en="asked from the phone"),
    "callers": Text(zh="各调用方", en="Callers"),
    "frequency": Text(zh="频次", en="Frequency"),
    "per_minute": Text(zh="次/分钟（平均）", en="calls a minute on average"),
    "busiest": Text(zh="次（最密集的一分钟）", en="in the busiest minute"),
    "background": Text(zh="次在后台", en="in the background"),
    "stack": Text(zh="Java调用栈", en="Java stack"),
    "screens": Text(zh="屏幕", en="Screens"),
    "clause": Text(zh="依据", en="Clauses"),
    "phase": Text(zh="阶段", en="Phase"),
    "confidence": Text(zh="证据强度", en="Confidence"),
    "calls_n": Text(zh="次调用", en="calls"),
    "flows_n": Text(zh="个请求", en="requests"),
    "shown": Text(zh="仅列出前几项", en="only the first are shown"),
    "hooks": Text(zh="已安装钩子", en="Hooks in place"),
    "hooks_failed": Text(zh="失败的钩子", en="Hooks that failed"),
    "canaries": Text(zh="自检信号（收到/发出）", en="Proofs of life (seen / sent)"),
    "hosts": Text(zh="已解密主机", en="Hosts seen"),
    "refused": Text(zh="拒绝解密的主机", en="Hosts that refused inspection"),
    "dialog": Text(zh="隐私弹窗", en="Consent dialog"),
    "seen": Text(zh="已出现", en="seen"),
    "not_seen": Text(zh="未出现", en="never seen"),
    "clock": Text(zh="时钟误差", en="Clock bound"),
    "unknown": Text(zh="未知", en="unknown"),
    "what": Text(zh="对象", en="What"),
    "why": Text(zh="原因", en="Why"),
    "when": Text(zh="时间", en="When"),
    "app": Text(zh="应用", en="App"),
    "phone": Text(zh="手机", en="Phone"),
    "scenario": Text(zh="场景", en="Scenario"),
    "outcome": Text(zh="结果", en="Outcome"),
    "versions": Text(zh="工具版本", en="Tools"),
    "rules": Text(zh="规则", en="Rules"),
    "manifest": Text(zh="记录清单摘要", en="Manifest digest"),
    "unsealed": Text(zh="未封存", en="not sealed"),
    "masked": Text(
        zh="标识符已打码，仅保留首尾各两个字符。屏幕截图未打码。",
        en="Values of identifiers are masked to their first and last two characters. "
        "Screenshots are as taken.",
    ),
    "unmasked": Text(
        zh="本报告含未打码的标识符，请妥善保管。",
        en="This report shows identifiers in full. Handle it accordingly.",
    ),
    "clock_note": Text(zh="手机时钟相对主机", en="Phone clock against the host"),
    "before": Text(zh="事发前", en="before"),
    "after": Text(zh="事发后", en="after"),
    "consent dialog": Text(zh="隐私弹窗", en="consent dialog"),
    "unverified": Text(zh="条款编号未经原文核对", en="clause number not checked against the text"),
    "lane_phases": Text(zh="阶段", en="Phases"),
    "lane_ui": Text(zh="界面", en="Screen"),
    "lane_calls": Text(zh="调用", en="Calls"),
    "lane_flows": Text(zh="请求", en="Requests"),
    "lane_gaps": Text(zh="缺口", en="Gaps"),
    "legend_finding": Text(zh="属于某项发现", en="part of a finding"),
    "legend_other": Text(zh="其他", en="other"),
    "legend_bound": Text(zh="误差范围", en="uncertainty"),
    "legend_canary": Text(zh="自检信号", en="proof of life"),
    "seconds": Text(zh="秒", en="s"),
}
